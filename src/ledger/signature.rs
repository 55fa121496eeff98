//! Signatures of closings by keys of SSH: detached, as `ssh-keygen -Y sign` makes them.

/// What signatures of closings are for: one that was made for something else does not count.
pub const NAMESPACE: &str = "merit";
