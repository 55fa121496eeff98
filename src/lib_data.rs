//! Files and engines to answers.

pub use merit_ground::{
    alike, cache, closed, diagnostic, documents, encoding, language, limits, nearest, number, parallel, plural,
    provenance, scales, source, time, value, visible,
};
pub use merit_model::{format, model, plan, syntax};

pub mod data;
pub mod warehouse;
