//! Signatures of closings by keys of SSH: detached, as `ssh-keygen -Y sign` makes them.

use serde::Serialize;

/// What signatures of closings are for: one that was made for something else does not count.
pub const NAMESPACE: &str = "merit";

/// Who signed a closing, or why nobody has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Signed {
    /// As the list of signers calls them.
    pub by: Option<String>,
    /// The key's kind and fingerprint: `ED25519 SHA256:…`
    pub key: Option<String>,
    /// Why the signature does not count.
    pub fault: Option<String>,
}

impl Signed {
    pub fn is_good(&self) -> bool {
        self.fault.is_none()
    }

    pub fn told(&self) -> String {
        let key = self.key.as_ref().map_or(String::new(), |key| format!(", {key}"));
        match (&self.fault, &self.by) {
            (Some(fault), _) => fault.clone(),
            (None, Some(by)) => format!("signed by {by}{key}"),
            (None, None) => format!("signed{key}"),
        }
    }
}

#[cfg(feature = "signatures")]
pub use checked::Signers;
#[cfg(not(feature = "signatures"))]
pub use unchecked::Signers;

/// A program without the arithmetic of keys.
#[cfg(not(feature = "signatures"))]
mod unchecked {
    use super::Signed;
    use crate::time::Day;

    pub enum Signers {}

    impl Signers {
        pub fn read(_: &str) -> Result<Signers, String> {
            Err("this program was built without the arithmetic of keys: build `merit` with `--features signatures`, or \
                 ask `ssh-keygen -Y verify -n merit`"
                .to_string())
        }

        pub fn judge(&self, _: &[u8], _: Option<&[u8]>, _: Option<Day>) -> Signed {
            match *self {}
        }
    }
}

#[cfg(feature = "signatures")]
mod checked {
    use ssh_key::public::KeyData;
    use ssh_key::{HashAlg, PublicKey, SshSig};

    use super::{NAMESPACE, Signed};
    use crate::time::Day;

    /// Who may sign: a list as `ssh-keygen` takes it, `allowed_signers`.
    pub struct Signers(Vec<Signer>);

    struct Signer {
        names: String,
        key: KeyData,
        /// Patterns of what may be signed; none is anything.
        namespaces: Option<Vec<String>>,
        /// The first whole day on which the key counts, and the first on which it does not any more.
        from: Option<Day>,
        until: Option<Day>,
    }

    impl Signers {
        /// Reads the list; what of it this program does not know is refused, as it may take a right away.
        pub fn read(text: &str) -> Result<Signers, String> {
            let lines = text.trim_start_matches('\u{feff}').lines().enumerate();
            let lines = lines.map(|(at, line)| (at + 1, line.trim()));
            let mut signers = Vec::new();
            for (at, line) in lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
                signers.push(signer(line).map_err(|why| format!("line {at}: {why}"))?);
            }
            match signers.is_empty() {
                true => Err("nobody is in it".to_string()),
                false => Ok(Signers(signers)),
            }
        }

        /// Who signed a closing of that day.
        pub fn judge(&self, closing: &[u8], signature: Option<&[u8]>, on: Option<Day>) -> Signed {
            let fault = |what: &str| Signed { by: None, key: None, fault: Some(what.to_string()) };
            let Some(signature) = signature else { return fault("it is not signed") };
            let Ok(signature) = SshSig::from_pem(signature) else { return fault("its signature cannot be read") };
            let key = PublicKey::from(signature.public_key().clone());
            let shown = format!("{} {}", key.algorithm(), key.fingerprint(HashAlg::Sha256));
            let with_key = |by: Option<&Signer>, fault: Option<String>| Signed {
                by: by.map(|signer| signer.names.clone()),
                key: Some(shown.clone()),
                fault,
            };
            if signature.namespace() != NAMESPACE {
                let what = format!("its signature is one for `{}`, and not for `{NAMESPACE}`", signature.namespace());
                return with_key(None, Some(what));
            }
            if key.verify(NAMESPACE, closing, &signature).is_err() {
                return with_key(None, Some("its signature is of another file".to_string()));
            }
            let with_this: Vec<&Signer> = self.0.iter().filter(|signer| signer.key == *key.key_data()).collect();
            let Some(first) = with_this.first() else {
                return with_key(None, Some(format!("it is signed with a key of none of the signers, {shown}")));
            };
            let may = |signer: &&&Signer| signer.may_sign() && on.is_some_and(|on| signer.counts_on(on));
            match with_this.iter().find(may) {
                Some(signer) => with_key(Some(signer), None),
                None if !first.may_sign() => {
                    with_key(Some(first), Some(format!("{} may not sign for `{NAMESPACE}`", first.names)))
                }
                None => {
                    let on = on.map_or(String::new(), |on| format!(" on {on}"));
                    with_key(Some(first), Some(format!("the key of {} did not count{on}", first.names)))
                }
            }
        }
    }

    impl Signer {
        fn may_sign(&self) -> bool {
            self.namespaces.as_ref().is_none_or(|some| some.iter().any(|pattern| fits(pattern, NAMESPACE)))
        }

        fn counts_on(&self, day: Day) -> bool {
            self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day < until)
        }
    }

    fn signer(line: &str) -> Result<Signer, String> {
        let words = words(line);
        let is_key = |word: &str| ["ssh-", "ecdsa-", "sk-"].iter().any(|lead| word.starts_with(lead));
        let (names, options, key) = match words.as_slice() {
            [names, kind, key, ..] if is_key(kind) => (names, "", format!("{kind} {key}")),
            [names, options, kind, key, ..] if is_key(kind) => (names, options.as_str(), format!("{kind} {key}")),
            _ => return Err("it is no name, options and key of SSH".to_string()),
        };
        let key: PublicKey = key.parse().map_err(|error| format!("its key cannot be read: {error}"))?;
        let mut signer = Signer {
            names: names.trim_matches('"').to_string(),
            key: key.key_data().clone(),
            namespaces: None,
            from: None,
            until: None,
        };
        for option in split(options, ',') {
            let (name, value) = option.split_once('=').unwrap_or((&option, ""));
            let value = value.trim_matches('"');
            match name.to_lowercase().as_str() {
                "namespaces" => signer.namespaces = Some(value.split(',').map(str::to_string).collect()),
                "valid-after" => {
                    let (day, whole) = moment(value).ok_or_else(|| format!("`{value}` is no day"))?;
                    signer.from = Some(if whole { day } else { day.next() });
                }
                "valid-before" => signer.until = Some(moment(value).ok_or_else(|| format!("`{value}` is no day"))?.0),
                other => return Err(format!("the option `{other}` is not known here")),
            }
        }
        Ok(signer)
    }

    /// The day of `20260101`, `202601011200Z`, and whether it is its beginning.
    fn moment(text: &str) -> Option<(Day, bool)> {
        let digits = text.trim_end_matches('Z');
        let number = |range: std::ops::Range<usize>| digits.get(range)?.parse::<u32>().ok();
        let right = matches!(digits.len(), 8 | 12 | 14) && digits.bytes().all(|byte| byte.is_ascii_digit());
        let day = Day::from_ymd(number(0..4)? as i32, number(4..6)?, number(6..8)?).filter(|_| right)?;
        Some((day, digits[8..].bytes().all(|byte| byte == b'0')))
    }

    /// Words between blanks, of which those in quotes may hold some.
    fn words(line: &str) -> Vec<String> {
        split(line, ' ').into_iter().flat_map(|word| split(&word, '\t')).collect()
    }

    fn split(text: &str, at: char) -> Vec<String> {
        let (mut parts, mut quoted) = (vec![String::new()], false);
        for sign in text.chars() {
            quoted ^= sign == '"';
            match sign == at && !quoted {
                true => parts.push(String::new()),
                false => parts.last_mut().into_iter().for_each(|part| part.push(sign)),
            }
        }
        parts.retain(|part| !part.is_empty());
        parts
    }

    /// A pattern with `*` and `?`.
    fn fits(pattern: &str, text: &str) -> bool {
        glob::Pattern::new(&pattern.replace('[', "[[]")).is_ok_and(|pattern| pattern.matches(text))
    }
}
