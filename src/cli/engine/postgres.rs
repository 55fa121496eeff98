//! Statements in PostgreSQL: all in one transaction, so that all of them see the same rows.

use ::postgres::{Client, Error, SimpleQueryMessage};

use super::{Failure, Found, NAMES, Script, shortened};
use crate::data::server::{self, Refusal};

/// What is written for the transaction alone goes away with it.
const BEGIN: &str = "ROLLBACK; BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL timezone = 'UTC'; \
                     SET LOCAL client_min_messages = error; SET LOCAL standard_conforming_strings = on";

pub fn run(url: &str, script: &Script) -> Result<Vec<Found>, Failure> {
    let says = |error: Error| {
        let text = error.as_db_error().map_or_else(|| plainly(&error), |error| error.message().to_string());
        Failure::with_help(format_args!("PostgreSQL says: {}", shortened(&text)), NAMES)
    };
    let mut client = connect(url)?;
    client.batch_execute(BEGIN).map_err(says)?;
    for relation in &script.relations {
        for sql in script.making(relation) {
            client.batch_execute(&sql).map_err(says)?;
        }
    }
    let mut found = Vec::new();
    for statement in &script.statements {
        let from = format!("PostgreSQL: {}", statement.name);
        let mut answer = Found { from, ..Found::default() };
        for message in client.simple_query(&statement.sql).map_err(says)? {
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
        found.push(answer);
    }
    client.batch_execute("ROLLBACK").map_err(says)?;
    Ok(found)
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

/// What is behind an error that the server did not send.
fn plainly(error: &Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}
