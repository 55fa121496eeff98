//! Texts to one checked model, and model and period to what is asked of the data.

pub use merit_ground::{
    alike, cache, closed, diagnostic, documents, encoding, language, limits, nearest, number, parallel, plural,
    provenance, scales, source, time, value, visible,
};

pub mod format;
pub mod model;
pub mod plan;
pub mod syntax;
