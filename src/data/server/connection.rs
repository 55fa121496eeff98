//! The connection itself.

use std::env;
use std::io::{self, Read};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use ::postgres::config::SslMode;
use ::postgres::types::Type;
use ::postgres::{Client, Config, Error, NoTls, SimpleQueryMessage};

use super::{Column, Refusal, Relation, Server};

/// Everything read is of one moment, nothing is changed, and values are written in one way whatever the server's own.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL datestyle = 'ISO, YMD'; \
                     SET LOCAL timezone = 'UTC'; SET LOCAL extra_float_digits = 1; SET LOCAL statement_timeout = 0";

/// Texts on the way, and how large each is.
const CHUNKS: usize = 16;
const CHUNK: usize = 1 << 18;

/// A connection to the server that a URL names, or else the environment.
pub fn connect(url: Option<&str>) -> Result<Client, Refusal> {
    let unreachable = |reason: &str, help: &str| Refusal::Unreachable { reason: reason.into(), help: help.into() };
    let mut config = configuration(url)?;
    if config.get_ssl_mode() == SslMode::Require {
        return Err(unreachable(
            "it is to be reached with TLS only, which `merit` does not speak",
            "let a tunnel (`ssh -L`, `stunnel`) carry the connection, and name its end on this computer",
        ));
    }
    if config.get_application_name().is_none() {
        config.application_name("merit");
    }
    let mut client = config.connect(NoTls).map_err(|error| match error.as_db_error() {
        Some(error) => unreachable(
            &format!("it says: {}", error.message()),
            "mend the name, the password or the database in the environment, or ask who keeps the server",
        ),
        None => unreachable(&plainly(&error), "mend the host and the port in the environment, or start the server"),
    })?;
    client.batch_execute(BEGIN).map_err(|error| refused(&error))?;
    Ok(client)
}

fn configuration(url: Option<&str>) -> Result<Config, Refusal> {
    let unreachable = |reason: String| Refusal::Unreachable {
        reason,
        help: "set `MERIT_POSTGRES_URL` to `postgres://NAME@HOST/DATABASE`; or `PGHOST`, `PGUSER`, `PGDATABASE`; and \
               `PGPASSWORD`"
            .into(),
    };
    let named = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let given = url.map(str::to_string).or_else(|| named("MERIT_POSTGRES_URL"));
    let mut config = match &given {
        // What cannot be read may hold the password, so it is not shown.
        Some(url) => url.parse::<Config>().map_err(|error| {
            let reason = std::error::Error::source(&error).map_or_else(String::new, |source| format!(": {source}"));
            unreachable(format!("its address cannot be read{reason}"))
        })?,
        None => Config::new(),
    };
    let silent = ["PGHOST", "PGHOSTADDR", "PGSERVICE", "PGUSER", "PGDATABASE"].iter().all(|name| named(name).is_none());
    if given.is_none() && silent {
        return Err(unreachable("nothing says where it is".into()));
    }
    // What the address does not say, the other variables do.
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        for host in named("PGHOST").unwrap_or_else(|| "/var/run/postgresql".into()).split(',') {
            config.host(host);
        }
    }
    if config.get_ports().is_empty()
        && let Some(ports) = named("PGPORT")
    {
        for port in ports.split(',') {
            config.port(port.parse().map_err(|_| unreachable(format!("`PGPORT` is no number of a port: `{port}`")))?);
        }
    }
    if config.get_user().is_none()
        && let Some(user) = named("PGUSER").or_else(|| named("USER")).or_else(|| named("USERNAME"))
    {
        config.user(&user);
    }
    if config.get_dbname().is_none()
        && let Some(database) = named("PGDATABASE")
    {
        config.dbname(&database);
    }
    if config.get_password().is_none()
        && let Some(password) = named("PGPASSWORD")
    {
        config.password(password);
    }
    if config.get_options().is_none()
        && let Some(options) = named("PGOPTIONS")
    {
        config.options(&options);
    }
    if given.is_none() {
        match named("PGSSLMODE").as_deref() {
            Some("require" | "verify-ca" | "verify-full") => drop(config.ssl_mode(SslMode::Require)),
            Some("disable") => drop(config.ssl_mode(SslMode::Disable)),
            _ => {}
        }
    }
    if config.get_connect_timeout().is_none() {
        let seconds = named("PGCONNECT_TIMEOUT").and_then(|seconds| seconds.parse().ok()).unwrap_or(30);
        config.connect_timeout(std::time::Duration::from_secs(seconds));
    }
    Ok(config)
}

/// What stands behind an error, without the words of the library.
fn plainly(error: &Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), |source| source.to_string())
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
