//! Whether a connection goes by TLS, and what the server's certificate must be: as `sslmode` and `sslrootcert` say, in an
//! address or as `PGSSLMODE` and `PGSSLROOTCERT`.

use ::postgres::Error;
use ::postgres::config::SslMode;
use percent_encoding::percent_decode_str;

use super::Refusal;
use super::refusal::unreachable;

#[cfg(feature = "tls")]
mod certificates;

/// What an address says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    mode: Option<String>,
    authorities: Option<String>,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// No TLS.
    Disable,
    /// TLS where the server has it; its certificate is not looked at.
    Prefer,
    /// TLS, with a certificate that a known authority has signed.
    Signed,
    /// And that is for this server.
    Full,
}

/// How a connection is secured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Security {
    mode: Mode,
    /// A file of the authorities that are trusted, instead of those that the computer knows.
    authorities: Option<String>,
}

/// Takes what the library does not know out of a URL.
pub fn asked_by(url: &str) -> (String, Asked) {
    let mut asked = Asked::default();
    let Some((place, options)) = url.split_once('?').filter(|_| url.starts_with("postgres")) else {
        return (url.to_string(), asked);
    };
    let mut others = Vec::new();
    for option in options.split('&') {
        match option.split_once('=') {
            Some(("sslmode", value)) => asked.mode = Some(decoded(value)),
            Some(("sslrootcert", value)) => asked.authorities = Some(decoded(value)),
            _ => others.push(option),
        }
    }
    let others = others.join("&");
    (if others.is_empty() { place.to_string() } else { format!("{place}?{others}") }, asked)
}

/// `%2F` is `/`.
fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

impl Security {
    /// What an address says, or else the environment. `library` is what the library has read of an address itself.
    pub fn find(asked: Asked, library: SslMode, named: &dyn Fn(&str) -> Option<String>) -> Result<Security, Refusal> {
        let said = match library {
            SslMode::Disable => Some("disable".to_string()),
            SslMode::Require => Some("require".to_string()),
            _ => None,
        };
        let mode = asked.mode.or(said).or_else(|| named("PGSSLMODE"));
        let mode = match mode.as_deref() {
            Some("disable") => Mode::Disable,
            None | Some("allow" | "prefer") => Mode::Prefer,
            Some("verify-ca") => Mode::Signed,
            Some("require" | "verify-full") => Mode::Full,
            Some(other) => {
                return Err(unreachable(
                    format!("`sslmode` is `{other}`"),
                    "write `disable`, `prefer`, `require`, `verify-ca` or `verify-full`, in the address or in `PGSSLMODE`",
                ));
            }
        };
        let authorities = asked.authorities.or_else(|| named("PGSSLROOTCERT")).filter(|file| file != "system");
        Ok(Security { mode, authorities })
    }

    pub fn none() -> Security {
        Security { mode: Mode::Disable, authorities: None }
    }

    pub fn mode(&self) -> SslMode {
        match self.mode {
            Mode::Disable => SslMode::Disable,
            Mode::Prefer => SslMode::Prefer,
            Mode::Signed | Mode::Full => SslMode::Require,
        }
    }

    pub fn is_only_preferred(&self) -> bool {
        self.mode == Mode::Prefer
    }

    /// What an error of a connection says of TLS, if anything.
    pub fn told(&self, error: &Error) -> Option<Refusal> {
        if let Some(error) = error.as_db_error() {
            let demands = self.mode == Mode::Disable && error.message().ends_with("no encryption");
            return demands.then(|| {
                unreachable(
                    format!("it takes connections by TLS only; it says: {}", error.message()),
                    "take `sslmode=disable` out of the address, or set `PGSSLMODE` to `require`",
                )
            });
        }
        self.of_certificate(error)
    }
}

#[cfg(not(feature = "tls"))]
mod absent {
    use ::postgres::{Error, NoTls};

    use super::{Mode, Refusal, Security, unreachable};

    pub fn is_of_tls(_: &Error) -> bool {
        false
    }

    impl Security {
        pub fn connector(&self) -> Result<Option<NoTls>, Refusal> {
            match self.mode {
                Mode::Disable | Mode::Prefer => Ok(None),
                Mode::Signed | Mode::Full => Err(unreachable(
                    "it is to be reached by TLS only, and this program was built without it",
                    "build `merit` with `--features tls`; or let a tunnel (`ssh -L`, `stunnel`) carry the connection, and \
                     name its end on this computer",
                )),
            }
        }

        pub(super) fn of_certificate(&self, _: &Error) -> Option<Refusal> {
            None
        }
    }
}

#[cfg(not(feature = "tls"))]
pub use self::absent::is_of_tls;
#[cfg(feature = "tls")]
pub use self::certificates::is_of_tls;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_how_it_is_secured() {
        let asked = |mode: Option<&str>, file: Option<&str>| Asked {
            mode: mode.map(str::to_string),
            authorities: file.map(str::to_string),
        };
        for (url, left, expected) in [
            ("postgres://a@b/c", "postgres://a@b/c", asked(None, None)),
            ("postgres://a@b/c?sslmode=verify-full", "postgres://a@b/c", asked(Some("verify-full"), None)),
            (
                "postgresql://a@b/c?connect_timeout=3&sslrootcert=%2Fetc%2F100%25%20sure.pem&sslmode=require",
                "postgresql://a@b/c?connect_timeout=3",
                asked(Some("require"), Some("/etc/100% sure.pem")),
            ),
            ("host=/tmp user=a?sslmode=b", "host=/tmp user=a?sslmode=b", asked(None, None)),
        ] {
            assert_eq!(asked_by(url), (left.to_string(), expected));
        }
    }

    #[test]
    fn modes_and_what_they_demand() {
        let found = |mode: Option<&str>, library, variable: Option<&str>| {
            let asked = Asked { mode: mode.map(str::to_string), authorities: None };
            let named = |name: &str| variable.filter(|_| name == "PGSSLMODE").map(str::to_string);
            Security::find(asked, library, &named).ok().map(|security| security.mode)
        };
        assert_eq!(found(None, SslMode::Prefer, None), Some(Mode::Prefer));
        assert_eq!(found(None, SslMode::Require, Some("disable")), Some(Mode::Full));
        assert_eq!(found(Some("prefer"), SslMode::Prefer, Some("require")), Some(Mode::Prefer));
        assert_eq!(found(None, SslMode::Prefer, Some("verify-ca")), Some(Mode::Signed));
        assert_eq!(found(Some("verify"), SslMode::Prefer, None), None);
    }
}
