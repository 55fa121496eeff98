//! Where an engine is: what stands behind `--engine`, read and taken apart.

use std::path::Path;

use crate::warehouse::Dialect;

/// A database of DuckDB that is no file.
const IN_MEMORY: &str = ":memory:";

/// Where an engine is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Engine {
    pub dialect: Dialect,
    /// A database file, or the address of a master.
    target: String,
}

impl Engine {
    /// `duckdb:FILE`, `duckdb::memory:`, `postgres://name@host/database`, `spark://host:port`, `sc://host:port`, `spark:local[2]`
    pub fn parse(url: &str) -> Result<Engine, String> {
        let engine = |dialect, target: &str| Ok(Engine { dialect, target: target.to_string() });
        match url.split_once(':') {
            Some(("duckdb", file)) if !file.is_empty() => engine(Dialect::DuckDb, file),
            Some(("postgres" | "postgresql", rest)) if rest.starts_with("//") => engine(Dialect::Postgres, url),
            Some(("sc" | "spark", rest)) if rest.starts_with("//") => engine(Dialect::Spark, url),
            Some(("spark", master)) if !master.is_empty() => engine(Dialect::Spark, master),
            _ => Err("write `duckdb:FILE`, `postgres://NAME@HOST/DATABASE`, `spark://HOST:PORT`, `sc://HOST:PORT` or \
                      `spark:local[2]`"
                .into()),
        }
    }

    /// The file of a database that is one.
    pub fn file(&self) -> Option<&Path> {
        (self.dialect == Dialect::DuckDb && self.target != IN_MEMORY).then(|| Path::new(&self.target))
    }

    /// What stands behind its name; passwords and all.
    pub fn target(&self) -> &str {
        &self.target
    }
}
