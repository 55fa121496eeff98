//! Statements in PostgreSQL: all in one transaction, so that all of them see the same rows, and one that only reads.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::mpsc::channel;
use std::time::Duration;

use ::postgres::error::SqlState;
use ::postgres::types::Type;
use ::postgres::{Client, Error, SimpleQueryMessage};

use super::{Failure, Found, Glance, Looked, Relation, Script, Steps, WAIT, help_at, shortened, silent, too_old};
use crate::data::server::{self, Refusal};
use crate::model::data::DataId;
use crate::warehouse::Dialect;

/// A connection, in a transaction.
pub type Connection = Box<Client>;

/// What was looked at with the connection.
pub struct Looks {
    pub client: Connection,
    pub looked: BTreeMap<DataId, Looked>,
    /// Columns in which no two rows of a table are alike.
    pub unique: BTreeMap<DataId, Vec<Vec<String>>>,
    /// Whether the session may have tables of its own.
    pub own_tables: bool,
}

/// What comes of a connection, bit by bit.
enum Sign {
    /// Something was answered, and this comes next.
    At(&'static str),
    Done(Result<Looks, Failure>),
}

/// Beyond the time that a server may wait for a lock, of which it tells itself.
const GRACE: Duration = Duration::from_secs(2);

/// Connects, and looks what there is of some tables: beside this thread, since a server, or what stands before it, may
/// take the connection and never answer.
pub fn look(url: &str, tables: &[(DataId, String)], wait: Option<Duration>, steps: &Steps) -> Result<Looks, Failure> {
    let (sender, signs) = channel();
    let (asked, tables) = (url.to_string(), tables.to_vec());
    std::thread::spawn(move || {
        let at = |phase| drop(sender.send(Sign::At(phase)));
        let done = look_now(&asked, &tables, wait, &at);
        let _ = sender.send(Sign::Done(done));
    });
    loop {
        let sign = match wait {
            Some(wait) => signs.recv_timeout(wait + GRACE).ok(),
            None => signs.recv().ok(),
        };
        match sign {
            Some(Sign::At(phase)) => steps.told(phase, 0, 0, None),
            Some(Sign::Done(done)) => return done,
            None => {
                let server = server::identity(Some(url)).unwrap_or_default();
                return Err(silent("PostgreSQL", &server, "connect", wait));
            }
        }
    }
}

fn look_now(
    url: &str,
    tables: &[(DataId, String)],
    wait: Option<Duration>,
    at: &dyn Fn(&'static str),
) -> Result<Looks, Failure> {
    at("connect");
    let mut client = connect(url)?;
    at("look");
    let says = |error: Error| told(&error, "look", wait);
    check_version(&mut client)?;
    client.batch_execute("ROLLBACK").map_err(says)?;
    for sql in Dialect::Postgres.opening() {
        client.batch_execute(sql).map_err(says)?;
    }
    let limit = wait.map_or(0, |wait| wait.as_millis());
    // Work may take as long as it takes, and so may files that are read meanwhile.
    let limits = format!(
        "SET LOCAL lock_timeout = {limit}; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"
    );
    client.batch_execute(&limits).map_err(says)?;
    let own_tables = has_own_tables(&mut client).map_err(says)?;
    let (mut looked, mut unique) = (BTreeMap::new(), BTreeMap::new());
    for (data, sql) in tables {
        at("look");
        looked.insert(*data, look_at(&mut client, sql).map_err(says)?);
        unique.insert(*data, unique_in(&mut client, sql).map_err(says)?);
    }
    Ok(Looks { client: Box::new(client), looked, unique, own_tables })
}

/// Whether the session may have tables of its own: not where it, its user or its server may only read.
fn has_own_tables(client: &mut Client) -> Result<bool, Error> {
    client.batch_execute("SAVEPOINT tried")?;
    let tried = client.batch_execute("CREATE TEMPORARY TABLE merit_tried (one integer) ON COMMIT DROP");
    client.batch_execute("ROLLBACK TO SAVEPOINT tried")?;
    Ok(tried.is_ok())
}

/// Makes and fills a table of the session's own, which is gone with its transaction.
fn fill(client: &mut Client, relation: &Relation) -> Result<(), Error> {
    let name = Dialect::Postgres.name_of(&relation.name);
    client.batch_execute(&relation.empty(Dialect::Postgres))?;
    let mut lines = client.copy_in(&format!("COPY {name} FROM STDIN"))?;
    for rows in relation.pieces() {
        let rows: String = rows.iter().map(|row| copied(row)).collect();
        // What is wrong is told at the end.
        if lines.write_all(rows.as_bytes()).is_err() {
            break;
        }
    }
    lines.finish()?;
    client.batch_execute(&format!("ANALYZE {name}"))
}

/// A row as `COPY` reads it.
fn copied(row: &[Option<String>]) -> String {
    let cell = |cell: &Option<String>| match cell {
        None => "\\N".to_string(),
        Some(cell) => cell.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t"),
    };
    format!("{}\n", row.iter().map(cell).collect::<Vec<_>>().join("\t"))
}

/// Begins the run, and looks at the rows of tables.
pub fn glance(
    client: &mut Connection,
    glances: &[Glance],
    wait: Option<Duration>,
    steps: &Steps,
) -> Result<Vec<Found>, Failure> {
    let says = |error: Error| told(&error, "run", wait);
    steps.told("look", 0, 0, None);
    client.batch_execute(Dialect::Postgres.marking()).map_err(says)?;
    let ask = |glance: &Glance| answer(client, "a glance", &glance.sql).map_err(says);
    glances.iter().map(ask).collect()
}

/// Runs a script.
pub fn run(
    client: &mut Connection,
    script: &Script,
    wait: Option<Duration>,
    steps: &Steps,
) -> Result<Vec<Found>, Failure> {
    let says = |error: Error| told(&error, "run", wait);
    for relation in script.relations.iter().filter(|relation| script.is_filled(relation)) {
        fill(client, relation).map_err(says)?;
    }
    if let Some(sql) = Dialect::Postgres.only_reading() {
        client.batch_execute(sql).map_err(says)?;
    }
    if let Some(sql) = &script.counting {
        client.batch_execute(sql).map_err(says)?;
    }
    let mut found = Vec::new();
    for (at, statement) in script.statements.iter().enumerate() {
        steps.told("run", at, script.statements.len(), None);
        found.push(answer(client, &statement.name, &statement.sql).map_err(says)?);
    }
    client.batch_execute("ROLLBACK").map_err(says)?;
    Ok(found)
}

/// The answer to a statement.
fn answer(client: &mut Connection, name: &str, sql: &str) -> Result<Found, Error> {
    let mut answer = Found { from: format!("PostgreSQL: {name}"), ..Found::default() };
    for message in client.simple_query(sql)? {
        match message {
            SimpleQueryMessage::RowDescription(columns) => {
                answer.columns = columns.iter().map(|column| column.name().to_string()).collect();
            }
            SimpleQueryMessage::Row(row) => {
                answer.rows.push((0..row.len()).map(|at| row.get(at).unwrap_or_default().to_string()).collect());
            }
            _ => {}
        }
    }
    Ok(answer)
}

fn told(error: &Error, phase: &str, wait: Option<Duration>) -> Failure {
    if let (Some(wait), true) = (wait, error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE)) {
        return Failure::with_help(
            format_args!(
                "PostgreSQL has not answered within {} seconds: another session keeps a table locked",
                wait.as_secs()
            ),
            format_args!(
                "no scorecard was written; run the command again when the table is free, or give it more time with {WAIT}"
            ),
        );
    }
    let text = error.as_db_error().map_or_else(|| server::plainly(error), |error| error.message().to_string());
    // Whether a table may be read is asked when rows are read, not when a statement is prepared.
    let forbidden = error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE);
    Failure::with_help(
        format_args!("PostgreSQL says: {}", shortened(&text)),
        help_at(if forbidden { "look" } else { phase }),
    )
}

/// Refuses a server that the statements are not made for.
fn check_version(client: &mut Client) -> Result<(), Failure> {
    let mut shown = |name: &str| {
        let rows = client.simple_query(&format!("SHOW {name}")).map_err(|error| told(&error, "connect", None))?;
        let row = rows.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_string),
            _ => None,
        });
        Ok::<_, Failure>(row.unwrap_or_default())
    };
    let number: u32 = shown("server_version_num")?.parse().unwrap_or(0);
    if number / 10_000 < Dialect::Postgres.least_version()[0] {
        return Err(too_old(Dialect::Postgres, &shown("server_version")?));
    }
    match shown("server_encoding")?.as_str() {
        "UTF8" => Ok(()),
        other => Err(Failure::with_help(
            format_args!("the database has the encoding {other}, in which not every letter can be looked for"),
            "no scorecard was written; use a database in UTF8, or read the tables from files",
        )),
    }
}

fn look_at(client: &mut Client, sql: &str) -> Result<Looked, Error> {
    client.batch_execute("SAVEPOINT looked")?;
    match client.prepare(&format!("SELECT * FROM {sql}")) {
        Ok(statement) => {
            client.batch_execute("RELEASE SAVEPOINT looked")?;
            let columns = statement.columns().iter();
            Ok(Looked::Columns(columns.map(|column| (column.name().to_string(), type_name(column.type_()))).collect()))
        }
        Err(error) if is_absent(&error) => {
            client.batch_execute("ROLLBACK TO SAVEPOINT looked")?;
            let says = error.as_db_error().map_or_else(String::new, |error| error.message().to_string());
            Ok(Looked::Absent(says))
        }
        Err(error) => Err(error),
    }
}

/// The columns of a table's unique indexes and keys, each by itself. Of a table that others inherit from they say nothing.
fn unique_in(client: &mut Client, sql: &str) -> Result<Vec<Vec<String>>, Error> {
    const ASKED: &str = "SELECT array_agg(CAST(a.attname AS text)) FROM pg_catalog.pg_index i \
         JOIN pg_catalog.pg_class c ON c.oid = i.indrelid \
         JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) \
         WHERE i.indrelid = to_regclass($1) AND i.indisunique AND i.indisvalid AND i.indimmediate \
         AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indnkeyatts = i.indnatts \
         AND (c.relkind = 'p' OR NOT EXISTS (SELECT 1 FROM pg_catalog.pg_inherits h WHERE h.inhparent = c.oid)) \
         GROUP BY i.indexrelid ORDER BY i.indexrelid";
    client.batch_execute("SAVEPOINT looked")?;
    let rows = client.query(ASKED, &[&sql]);
    client.batch_execute(if rows.is_ok() { "RELEASE SAVEPOINT looked" } else { "ROLLBACK TO SAVEPOINT looked" })?;
    // What it does not tell is looked for among the rows.
    rows.unwrap_or_default().iter().map(|row| row.try_get(0)).collect()
}

/// The types of which values are taken as they are; others are looked at as texts.
fn type_name(ty: &Type) -> String {
    let known = [
        (Type::INT2, "smallint"),
        (Type::INT4, "integer"),
        (Type::INT8, "bigint"),
        (Type::NUMERIC, "numeric"),
        (Type::DATE, "date"),
        (Type::BOOL, "boolean"),
    ];
    known.into_iter().find(|(one, _)| one == ty).map_or(ty.name(), |(_, name)| name).to_string()
}

fn is_absent(error: &Error) -> bool {
    let codes = [SqlState::UNDEFINED_TABLE, SqlState::INVALID_SCHEMA_NAME, SqlState::INVALID_CATALOG_NAME];
    error.code().is_some_and(|code| codes.contains(code))
}

/// A connection; the password comes from the environment alone.
fn connect(url: &str) -> Result<Client, Failure> {
    const HELP: &str =
        "write `postgres://NAME@HOST:PORT/DATABASE`; the password stands in the environment variable PGPASSWORD";
    if server::has_password(url) {
        return Err(Failure::with_help(
            "the address of PostgreSQL has a password in it, where others can read it",
            HELP,
        ));
    }
    server::connect(Some(url)).map_err(|refusal| match refusal {
        Refusal::Unreachable { reason, help } => {
            Failure::with_help(format_args!("PostgreSQL cannot be reached: {reason}"), help)
        }
        Refusal::Refused { reason, .. } => Failure::with_help(format_args!("PostgreSQL says: {reason}"), HELP),
    })
}
