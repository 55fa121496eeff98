//! What is read over a connection: one transaction, from which a thread of its own sends rows.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use ::postgres::types::Type;
use ::postgres::{Client, Error, SimpleQueryMessage};

use super::address::Address;
use super::refusal::plainly;
use super::{Column, Refusal, Relation, Server};

/// Everything read is of one moment, nothing is changed, and values are written in one way whatever the server's own.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL datestyle = 'ISO, YMD'; \
                     SET LOCAL timezone = 'UTC'; SET LOCAL extra_float_digits = 1; SET LOCAL statement_timeout = 0";

/// Texts on the way, and how large each is.
const CHUNKS: usize = 16;
const CHUNK: usize = 1 << 18;

/// A connection to the server that a URL names, or else the environment, in a transaction.
pub fn connect(url: Option<&str>) -> Result<Client, Refusal> {
    let mut client = Address::find(url)?.connect()?;
    client.batch_execute(BEGIN).map_err(|error| refused(&error))?;
    Ok(client)
}

fn refused(error: &Error) -> Refusal {
    match error.as_db_error() {
        Some(error) => Refusal::Refused { reason: error.message().into(), hint: error.hint().map(str::to_string) },
        None => Refusal::Refused { reason: plainly(error), hint: None },
    }
}

/// Whether there is a connection.
#[derive(Default)]
pub enum State {
    #[default]
    Untried,
    /// A second try would only say the same once more.
    Failed(Refusal),
    Open(Box<Client>),
}

impl State {
    fn client(&mut self) -> Result<&mut Client, Refusal> {
        if matches!(self, State::Untried) {
            *self = connect(None).map_or_else(State::Failed, |client| State::Open(Box::new(client)));
        }
        match self {
            State::Open(client) => Ok(client),
            State::Failed(refusal) => Err(refusal.clone()),
            State::Untried => Err(broken_off()),
        }
    }
}

fn broken_off() -> Refusal {
    Refusal::Refused { reason: "the connection broke off".into(), hint: None }
}

impl Server {
    /// The columns of a relation.
    pub fn columns(&self, relation: &Relation) -> Result<Vec<Column>, Refusal> {
        let mut state = self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let client = state.client()?;
        let prepared = guarded(client, |client| client.prepare(&format!("SELECT * FROM {}", relation.sql())));
        let statement = prepared.map_err(|error| refused(&error))?;
        let column = |column: &::postgres::Column| Column {
            name: column.name().to_string(),
            text: text_of(&quoted(column.name()), column.type_()),
            of_values: is_value(column.type_()),
        };
        Ok(statement.columns().iter().map(column).collect())
    }

    /// About how many bytes its rows have, as the server reckons.
    pub fn size(&self, relation: &Relation) -> u64 {
        let mut state = self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        // Whatever is wrong is told by reading.
        let Ok(client) = state.client() else { return 0 };
        let plan = guarded(client, |client| {
            client.simple_query(&format!("EXPLAIN (FORMAT JSON) SELECT * FROM {}", relation.sql()))
        });
        let row = plan.ok().and_then(|messages| {
            messages.iter().find_map(|message| match message {
                SimpleQueryMessage::Row(row) => serde_json::from_str::<serde_json::Value>(row.get(0)?).ok(),
                _ => None,
            })
        });
        let number = |name: &str| row.as_ref().and_then(|plan| plan[0]["Plan"][name].as_u64()).unwrap_or(0);
        number("Plan Rows").saturating_mul(number("Plan Width"))
    }

    /// The rows of a relation as CSV without a header: the texts of `cells`, in the order of those at `by`, if any.
    pub fn rows(&self, relation: &Relation, cells: &[String], by: &[usize]) -> Result<Box<dyn Read + Send>, Refusal> {
        let mut sql = format!("SELECT {} FROM {}", cells.join(", "), relation.sql());
        let order: Vec<String> = by.iter().map(|at| format!("({}) COLLATE \"C\"", cells[*at])).collect();
        if !order.is_empty() {
            sql.push_str(&format!(" ORDER BY {}", order.join(", ")));
        }
        let sql = format!("COPY ({sql}) TO STDOUT (FORMAT csv)");
        let (sender, receiver) = sync_channel::<io::Result<Vec<u8>>>(CHUNKS);
        let (started, start) = sync_channel(1);
        let state = self.state.clone();
        // Beside whoever decodes: the server sends on meanwhile.
        thread::spawn(move || {
            let mut state = state.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            let client = match state.client() {
                Ok(client) => client,
                Err(refusal) => return drop(started.send(Err(refusal))),
            };
            let copied = guarded(client, |client| {
                let mut reader = client.copy_out(&sql)?;
                let _ = started.send(Ok(()));
                loop {
                    let mut chunk = Vec::with_capacity(CHUNK);
                    match (&mut reader).take(CHUNK as u64).read_to_end(&mut chunk) {
                        // Nobody wants the rest, or there is none: the reader may not be asked again behind its end.
                        Ok(read) => {
                            if sender.send(Ok(chunk)).is_err() || read < CHUNK {
                                return Ok(());
                            }
                        }
                        Err(error) => match error.downcast::<Error>() {
                            Ok(error) => return Err(error),
                            Err(_) => return Ok(()),
                        },
                    }
                }
            });
            if let Err(error) = copied {
                let reason = match error.as_db_error() {
                    Some(error) => error.message().to_string(),
                    None => plainly(&error),
                };
                let _ = started.send(Err(refused(&error)));
                let _ = sender.send(Err(io::Error::other(reason)));
            }
        });
        match start.recv() {
            Ok(Ok(())) => Ok(Box::new(Chunks { receiver, chunk: Vec::new(), at: 0 })),
            Ok(Err(refusal)) => Err(refusal),
            Err(_) => Err(broken_off()),
        }
    }
}

/// Runs something that the server may refuse without ending the transaction.
fn guarded<T>(client: &mut Client, work: impl FnOnce(&mut Client) -> Result<T, Error>) -> Result<T, Error> {
    client.batch_execute("SAVEPOINT asked")?;
    let done = work(client);
    match &done {
        Ok(_) => client.batch_execute("RELEASE SAVEPOINT asked")?,
        Err(error) if error.is_closed() => {}
        Err(_) => client.batch_execute("ROLLBACK TO SAVEPOINT asked")?,
    }
    done
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Whether a type's values are numbers or dates.
fn is_value(ty: &Type) -> bool {
    let numbers = [Type::INT2, Type::INT4, Type::INT8, Type::NUMERIC, Type::FLOAT4, Type::FLOAT8, Type::MONEY];
    let dates = [Type::DATE, Type::TIMESTAMP, Type::TIMESTAMPTZ];
    numbers.contains(ty) || dates.contains(ty)
}

/// The text of a column's values as a file would hold it.
fn text_of(column: &str, ty: &Type) -> String {
    match *ty {
        // A day without its midnight.
        Type::TIMESTAMP | Type::TIMESTAMPTZ => format!(
            "CASE WHEN {column} = date_trunc('day', {column}) THEN {column}::date::text ELSE {column}::text END"
        ),
        // Without the exponent of large and small ones.
        Type::FLOAT4 | Type::FLOAT8 => format!("{column}::text::numeric::text"),
        // Without the sign and the separators of the server's country.
        Type::MONEY => format!("{column}::numeric::text"),
        _ => format!("{column}::text"),
    }
}

/// What a thread sends, as a stream of bytes.
struct Chunks {
    receiver: Receiver<io::Result<Vec<u8>>>,
    chunk: Vec<u8>,
    at: usize,
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.chunk.len() {
            (self.chunk, self.at) = match self.receiver.recv() {
                Ok(chunk) => (chunk?, 0),
                Err(_) => return Ok(0),
            };
        }
        let left = &self.chunk[self.at..];
        let length = left.len().min(buffer.len());
        buffer[..length].copy_from_slice(&left[..length]);
        self.at += length;
        Ok(length)
    }
}
