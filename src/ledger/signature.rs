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
