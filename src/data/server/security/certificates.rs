//! Certificates of servers: who must have signed them, for whom they are, and what is wrong with one.

use std::error::Error as StdError;
use std::sync::Arc;

use ::postgres::Error;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error as TlsError, RootCertStore, SignatureScheme,
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{Mode, Refusal, Security, unreachable};

/// Whether it was TLS that failed, not the server behind it.
pub fn is_of_tls(error: &Error) -> bool {
    of_tls(error).is_some()
}

/// The innermost reason, where it lies in TLS.
fn of_tls(error: &Error) -> Option<&TlsError> {
    let mut next = StdError::source(error);
    while let Some(error) = next {
        let inner = error.downcast_ref::<std::io::Error>().and_then(|error| error.get_ref());
        if let Some(found) = inner.and_then(|inner| inner.downcast_ref()).or_else(|| error.downcast_ref()) {
            return Some(found);
        }
        next = error.source();
    }
    None
}

impl Security {
    pub fn connector(&self) -> Result<Option<MakeRustlsConnect>, Refusal> {
        let provider = Arc::new(ring::default_provider());
        let trusted = match self.mode {
            Mode::Disable | Mode::Prefer => None,
            Mode::Signed | Mode::Full => Some(self.trusted()?),
        };
        let verifier = Verifier { trusted, for_server: self.mode == Mode::Full, provider: provider.clone() };
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| unreachable(error.to_string(), "set `PGSSLMODE` to `disable` to go without TLS"))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        Ok(Some(MakeRustlsConnect::new(config)))
    }

    fn trusted(&self) -> Result<Trusted, Refusal> {
        let mut trusted = Trusted { authorities: RootCertStore::empty(), themselves: Vec::new() };
        let Some(file) = &self.authorities else {
            trusted.authorities.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            return Ok(trusted);
        };
        let unusable = |reason: &str| {
            unreachable(
                format!("the certificates in `{file}` {reason}"),
                "name a file with the certificate of the company's authority, in the form PEM, as `sslrootcert` in the address \
                 or in `PGSSLROOTCERT`",
            )
        };
        let text = std::fs::read(file).map_err(|error| unusable(&format!("cannot be read: {error}")))?;
        let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
        trusted.themselves = read.map_err(|_| unusable("are damaged"))?;
        trusted.authorities.add_parsable_certificates(trusted.themselves.iter().cloned());
        match trusted.themselves.is_empty() {
            true => Err(unusable("are none")),
            false => Ok(trusted),
        }
    }

    /// What is wrong with the server's TLS or its certificate, in words.
    pub(super) fn of_certificate(&self, error: &Error) -> Option<Refusal> {
        const ASK: &str = "ask who keeps the server for";
        let Some(error) = of_tls(error) else {
            let none = StdError::source(error)?.to_string() == "server does not support TLS";
            return none.then(|| {
                unreachable(
                    "a connection by TLS is asked for, and it has none",
                    format!("{ASK} TLS; where the network can be trusted, set `PGSSLMODE` or `sslmode` to `prefer`"),
                )
            });
        };
        let TlsError::InvalidCertificate(wrong) = error else {
            return Some(unreachable(
                format!("TLS fails: {error}"),
                format!("{ASK} the versions of TLS that it speaks"),
            ));
        };
        let authority = || {
            format!(
                "{ASK} the certificate of its authority, put it into a file, and name that in `PGSSLROOTCERT` or as `sslrootcert`"
            )
        };
        Some(match wrong {
            CertificateError::UnknownIssuer => match &self.authorities {
                None => unreachable("its certificate is signed by nobody whom this computer knows", authority()),
                Some(file) => unreachable(
                    format!("its certificate is signed by nobody whose certificate is in `{file}`"),
                    authority(),
                ),
            },
            CertificateError::NotValidForNameContext { expected, presented } => {
                let names: Vec<String> = presented.iter().map(|name| format!("`{}`", plain(name))).collect();
                let whose = if names.is_empty() { "no server".to_string() } else { names.join(", ") };
                unreachable(
                    format!("its certificate is for {whose}, not for `{}`", expected.to_str()),
                    format!(
                        "name the server as its certificate does; or {ASK} one for this name (`subjectAltName`). With \
                         `sslmode=verify-ca` the name is not looked at"
                    ),
                )
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                unreachable("its certificate has expired", format!("{ASK} a new one, or mend this computer's clock"))
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => unreachable(
                "its certificate is not valid yet",
                format!("mend this computer's clock, or {ASK} another one"),
            ),
            // A certificate of an authority that stands for a server is none that another has signed.
            CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
                unreachable("its certificate is signed by nobody but itself", authority())
            }
            CertificateError::Other(other) if other.to_string().contains("UnsupportedCertVersion") => {
                unreachable("its certificate is of an old form (X.509 version 1)", format!("{ASK} one of version 3"))
            }
            other => {
                let why = match other {
                    CertificateError::BadEncoding => "is damaged",
                    CertificateError::Revoked => "has been revoked",
                    CertificateError::BadSignature => "is not signed by whom it names",
                    CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
                        "is not one for servers"
                    }
                    CertificateError::UnsupportedSignatureAlgorithmContext { .. }
                    | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
                        "is signed in a way that counts as broken, or is not known here"
                    }
                    _ => "cannot be used",
                };
                unreachable(format!("its certificate {why}"), format!("{ASK} another one"))
            }
        })
    }
}

/// `DnsName("db")` is `db`.
fn plain(name: &str) -> &str {
    name.split('"').nth(1).unwrap_or(name)
}

/// Whose certificates are believed.
#[derive(Debug)]
struct Trusted {
    authorities: RootCertStore,
    /// Those given by name count for themselves as well: many a server has one that only itself has signed.
    themselves: Vec<CertificateDer<'static>>,
}

#[derive(Debug)]
struct Verifier {
    /// `None` where a certificate is not looked at.
    trusted: Option<Trusted>,
    /// Whether it must be for the server asked.
    for_server: bool,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        own: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        server: &ServerName<'_>,
        _: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        let Some(trusted) = &self.trusted else { return Ok(ServerCertVerified::assertion()) };
        let certificate = ParsedCertificate::try_from(own)?;
        if !trusted.themselves.contains(own) {
            let algorithms = self.provider.signature_verification_algorithms.all;
            verify_server_cert_signed_by_trust_anchor(&certificate, &trusted.authorities, between, now, algorithms)?;
        }
        if self.for_server {
            verify_server_name(&certificate, server)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls12_signature(message, own, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls13_signature(message, own, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
