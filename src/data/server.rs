//! A PostgreSQL server as a source of rows: where it is, and one transaction for all that is read there, so that all of
//! it is of one moment.
//!
//! Who asks, and with which password, is never said by a spec: the environment tells it, by `MERIT_POSTGRES_URL` or by
//! the variables that other programs of PostgreSQL read as well.

#[cfg(not(feature = "postgres"))]
use std::io::Read;
#[cfg(feature = "postgres")]
use std::sync::{Arc, Mutex};

#[cfg(feature = "postgres")]
mod address;
#[cfg(feature = "postgres")]
mod connection;
mod refusal;
#[cfg(feature = "postgres")]
mod security;

#[cfg(feature = "postgres")]
pub use self::address::has_password;
#[cfg(feature = "postgres")]
pub use self::connection::connect;
pub use self::refusal::Refusal;
#[cfg(feature = "postgres")]
pub use self::refusal::plainly;

/// What a result says of a server, of which nobody learns who asked or with which password; `None` where nothing says
/// where it is.
pub fn identity(url: Option<&str>) -> Option<String> {
    #[cfg(feature = "postgres")]
    return address::Address::find(url).ok().map(|address| address.identity());
    #[cfg(not(feature = "postgres"))]
    return url.and(None);
}

/// A table or a query on the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation(pub String);

/// A column of a relation.
pub struct Column {
    pub name: String,
    /// What makes of its values the text that stands for them in a file.
    pub text: String,
    /// Its values are numbers or dates and no texts.
    pub of_values: bool,
}

impl Relation {
    /// As it stands behind `FROM`.
    #[cfg_attr(not(feature = "postgres"), allow(dead_code))]
    fn sql(&self) -> String {
        match self.is_table() {
            true => self.0.trim().to_string(),
            false => format!("({}\n) AS asked", self.query()),
        }
    }

    fn query(&self) -> &str {
        self.0.trim().trim_end_matches(|letter: char| letter == ';' || letter.is_whitespace())
    }

    fn is_table(&self) -> bool {
        let part = |part: &str| {
            let quoted = part.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            let plain =
                |text: &str| !text.is_empty() && text.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
            quoted.is_some_and(|quoted| !quoted.is_empty() && !quoted.contains('"')) || plain(part)
        };
        self.0.trim().split('.').all(part)
    }

    /// How messages name it.
    pub fn shown(&self) -> String {
        let words = self.query().split_whitespace().collect::<Vec<_>>().join(" ");
        format!("postgres: {}", crate::visible::shortened(&words))
    }
}

/// The server, to which a connection is made when something is read for the first time.
#[derive(Clone, Default)]
pub struct Server {
    #[cfg(feature = "postgres")]
    state: Arc<Mutex<connection::State>>,
}

#[cfg(not(feature = "postgres"))]
impl Server {
    pub fn columns(&self, _: &Relation) -> Result<Vec<Column>, Refusal> {
        let reason = "this program was built without the way there".to_string();
        let help = "export the table as CSV or Parquet and name that file; or build `merit` with `--features tls`";
        Err(Refusal::Unreachable { reason, help: help.into() })
    }

    pub fn size(&self, _: &Relation) -> u64 {
        0
    }

    pub fn rows(&self, relation: &Relation, _: &[String], _: &[usize]) -> Result<Box<dyn Read + Send>, Refusal> {
        Err(self.columns(relation).err().unwrap_or(Refusal::Refused { reason: String::new(), hint: None }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_queries() {
        for table in ["policies", "hr.policies", " \"HR data\".\"保单\" ", "保单"] {
            assert!(Relation(table.into()).is_table(), "{table}");
        }
        for query in ["select * from policies", "policies where premium > 0", "a.\"b\"\"c\"", "hr.", ""] {
            assert!(!Relation(query.into()).is_table(), "{query}");
        }
        assert_eq!(Relation("select 1 ;\n".into()).sql(), "(select 1\n) AS asked");
        assert_eq!(Relation("select a,\n   b from c;".into()).shown(), "postgres: select a, b from c");
    }
}
