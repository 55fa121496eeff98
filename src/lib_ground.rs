//! The ground: what everything counts with, the words whose meaning all passes share, values, scales, and what is said of
//! mistakes. A crate of its own, as are the others, so that cores work side by side and a change builds one of them.

pub mod alike;
pub mod cache;
pub mod closed;
pub mod diagnostic;
pub mod documents;
pub mod encoding;
pub mod language;
pub mod limits;
pub mod nearest;
pub mod number;
pub mod parallel;
pub mod plural;
pub mod provenance;
pub mod scales;
pub mod source;
pub mod time;
pub mod value;
pub mod visible;
