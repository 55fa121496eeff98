//! What names stand for where they are written, and what things build on one another by them.
//!
//! `env` is where a formula stands, `meanings` all that a name could mean there, `named` what it means, `advice` what
//! is said where it means no value, `asked` what findings about single files leave open. `uses` notes what is referred
//! to; `rings` and `depth` see to it that it comes to an end.

pub(super) mod advice;
pub(super) mod asked;
pub(super) mod depth;
pub(super) mod env;
pub(super) mod meanings;
pub(super) mod named;
pub(super) mod rings;
pub(super) mod uses;
