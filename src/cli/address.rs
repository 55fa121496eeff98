//! Where an engine is: what stands behind `--engine`, read and taken apart.

use std::path::Path;

use crate::warehouse::{Dialect, Target};

/// A database that is no file.
const IN_MEMORY: &str = ":memory:";

/// Where an engine is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Engine {
    pub dialect: Dialect,
    /// A database file, or the address of a master.
    target: String,
}

impl Engine {
    /// `duckdb:FILE`, `duckdb::memory:`, `postgres://name@host/database`, `spark://host:port`, …
    pub fn parse(url: &str) -> Result<Engine, String> {
        Dialect::at(url).map(|(dialect, target)| Engine { dialect, target: target.to_string() })
    }

    /// The file of a database that is one.
    pub fn file(&self) -> Option<&Path> {
        match self.dialect.target_is() {
            Target::File => (self.target != IN_MEMORY).then(|| Path::new(&self.target)),
            Target::Server | Target::Cluster => None,
        }
    }

    /// What stands behind its name; passwords and all.
    pub fn target(&self) -> &str {
        &self.target
    }
}
