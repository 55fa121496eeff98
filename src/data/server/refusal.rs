//! Why a server cannot be read.

#[cfg(feature = "postgres")]
use ::postgres::Error;

/// Why nothing can be read.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// There is no connection; the reason and what helps.
    Unreachable { reason: String, help: String },
    /// The server does not give what was asked for, with what it says about it.
    Refused { reason: String, hint: Option<String> },
}

/// There is no connection.
#[cfg(feature = "postgres")]
pub fn unreachable(reason: impl Into<String>, help: impl Into<String>) -> Refusal {
    Refusal::Unreachable { reason: reason.into(), help: help.into() }
}

/// What stands behind an error, without the words of the library.
#[cfg(feature = "postgres")]
pub fn plainly(error: &Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), |source| source.to_string())
}
