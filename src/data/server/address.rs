//! Where a server is, who asks and how: an address, and for what it does not say the environment. Then the way there.

use std::env;
use std::io::ErrorKind;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use ::postgres::config::{Host, SslMode};
use ::postgres::tls::MakeTlsConnect;
use ::postgres::{Client, Config, Error, NoTls, Socket};

use super::Refusal;
use super::refusal::{plainly, unreachable};
use super::security::{self, Security};
use crate::plural::counted;

/// How long a server may take to answer, where nothing else is said.
const LIMIT: Duration = Duration::from_secs(15);

/// A connection over which nothing comes for so long is asked for a sign of life, so often; then it is given up.
const QUIET: Duration = Duration::from_secs(60);
const ASKED_AGAIN: Duration = Duration::from_secs(10);
const ASKED: u32 = 6;
/// What the library does without a word about it.
const QUIET_OF_LIBRARY: Duration = Duration::from_secs(2 * 60 * 60);

/// A server, and how it is reached.
pub struct Address {
    config: Config,
    security: Security,
    /// How long it may take to answer; `None` for as long as it likes.
    limit: Option<Duration>,
    /// Where all this is said.
    said: &'static str,
}

/// Why there is no connection.
enum Failed {
    Error(Error),
    /// It has taken the connection, and then nothing came.
    Silent(Duration),
}

/// A variable of the environment that says something.
fn named(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether a URL holds a password.
pub fn has_password(url: &str) -> bool {
    security::asked_by(url).0.parse::<Config>().is_ok_and(|config| config.get_password().is_some())
}

impl Address {
    /// The server and its database, without a word on who asks: `postgres://host:5432/sales`.
    pub fn identity(&self) -> String {
        let config = &self.config;
        let port = |at: usize| config.get_ports().get(at).or(config.get_ports().last()).copied().unwrap_or(5432);
        let hosts = config.get_hosts().iter().enumerate().map(|(at, host)| match host {
            Host::Tcp(name) => format!("{name}:{}", port(at)),
            #[cfg(unix)]
            Host::Unix(_) => format!("localhost:{}", port(at)),
        });
        let hosts = hosts.collect::<Vec<_>>().join(",");
        // A database that nobody names is called like the one who asks.
        let database = config.get_dbname().or(config.get_user()).unwrap_or_default();
        format!("postgres://{hosts}/{database}")
    }

    /// The server that a URL names, or else the environment.
    pub fn find(url: Option<&str>) -> Result<Address, Refusal> {
        let (said, help) = match url {
            Some(_) => (
                "behind `--engine`",
                "write `--engine postgres://NAME@HOST:PORT/DATABASE`; the password stands in the environment variable PGPASSWORD",
            ),
            None => (
                "in the environment",
                "set `MERIT_POSTGRES_URL` to `postgres://NAME@HOST/DATABASE`; or `PGHOST`, `PGUSER`, `PGDATABASE`; and \
                 `PGPASSWORD`",
            ),
        };
        let unknown = |reason: String| unreachable(reason, help);
        let given = url.map(str::to_string).or_else(|| named("MERIT_POSTGRES_URL"));
        let (url, asked) = given.as_deref().map(security::asked_by).unwrap_or_default();
        let mut config = match &given {
            // What cannot be read may hold the password, so it is not shown.
            Some(_) => url.parse::<Config>().map_err(|error| {
                let reason = std::error::Error::source(&error).map_or_else(String::new, |source| format!(": {source}"));
                unknown(format!("its address cannot be read{reason}"))
            })?,
            None => Config::new(),
        };
        let places = ["PGHOST", "PGHOSTADDR", "PGSERVICE", "PGUSER", "PGDATABASE"];
        if given.is_none() && places.iter().all(|name| named(name).is_none()) {
            return Err(unknown("nothing says where it is".into()));
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
                config.port(port.parse().map_err(|_| unknown(format!("`PGPORT` is no number of a port: `{port}`")))?);
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
        if config.get_application_name().is_none() {
            config.application_name("merit");
        }
        // A certificate is for a name: that of a server known by its number is the number.
        if config.get_hosts().is_empty() {
            for number in config.get_hostaddrs().to_vec() {
                config.host(&number.to_string());
            }
        }
        let security = Security::find(asked, config.get_ssl_mode(), &named)?;
        // Within one computer there is no TLS.
        #[cfg(unix)]
        let security = match config.get_hosts().iter().all(|host| matches!(host, Host::Unix(_))) {
            true => Security::none(),
            false => security,
        };
        config.ssl_mode(security.mode());
        let limit = limit_of(&config, named("PGCONNECT_TIMEOUT"))?;
        if let Some(limit) = limit {
            config.connect_timeout(limit);
        }
        if config.get_keepalives_idle() == QUIET_OF_LIBRARY {
            config.keepalives_idle(QUIET);
        }
        if config.get_keepalives_interval().is_none() {
            config.keepalives_interval(ASKED_AGAIN);
        }
        if config.get_keepalives_retries().is_none() {
            config.keepalives_retries(ASKED);
        }
        Ok(Address { config, security, limit, said })
    }

    /// The way there.
    pub fn connect(self) -> Result<Client, Refusal> {
        let made = match self.security.mode() {
            SslMode::Disable => self.attempt(&self.config, NoTls),
            _ => match self.security.connector()? {
                Some(tls) => self.attempt(&self.config, tls),
                None => self.attempt(&self.config, NoTls),
            },
        };
        let made = match made {
            // Where TLS is only preferred, what comes of a failed attempt at it is a connection without.
            Err(Failed::Error(error)) if self.security.is_only_preferred() && security::is_of_tls(&error) => {
                let mut plain = self.config.clone();
                plain.ssl_mode(SslMode::Disable);
                self.attempt(&plain, NoTls)
            }
            made => made,
        };
        made.map_err(|failed| self.told(failed))
    }

    /// Connects beside this thread, which waits no longer than the limit once a server has taken the connection.
    fn attempt<T>(&self, config: &Config, tls: T) -> Result<Client, Failed>
    where
        T: MakeTlsConnect<Socket> + Send + 'static,
        T::TlsConnect: Send,
        T::Stream: Send,
        <T::TlsConnect as ::postgres::tls::TlsConnect<Socket>>::Future: Send,
    {
        let (sender, receiver) = channel();
        let config = config.clone();
        thread::spawn(move || {
            let made = config.connect(Watched { tls, taken: sender.clone() });
            let _ = sender.send(Step::Made(made.map(Box::new)));
        });
        let mut taken = false;
        loop {
            // Until it is taken, the library waits for the limit at each of the server's addresses.
            let step = match self.limit.filter(|_| taken) {
                Some(limit) => receiver.recv_timeout(limit).map_err(|error| match error {
                    RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected => Failed::Silent(limit),
                })?,
                None => receiver.recv().map_err(|_| Failed::Silent(Duration::ZERO))?,
            };
            match step {
                Step::Taken => taken = true,
                Step::Made(made) => return made.map(|client| *client).map_err(Failed::Error),
            }
        }
    }

    fn told(&self, failed: Failed) -> Refusal {
        const WAIT: &str = "see whether the host and the port are right, and whether the server is well; `PGCONNECT_TIMEOUT` says \
                            how many seconds to wait";
        let seconds = |time: Duration| counted(time.as_secs(), "second");
        let error = match failed {
            Failed::Silent(limit) => {
                return unreachable(
                    format!("it took the connection, and then said nothing for {}", seconds(limit)),
                    WAIT,
                );
            }
            Failed::Error(error) => error,
        };
        if let Some(refusal) = self.security.told(&error) {
            return refusal;
        }
        if let Some(error) = error.as_db_error() {
            return unreachable(
                format!("it says: {}", error.message()),
                format!("mend the name, the password or the database {}, or ask who keeps the server", self.said),
            );
        }
        let source = std::error::Error::source(&error).and_then(|source| source.downcast_ref::<std::io::Error>());
        match (source.map(std::io::Error::kind), self.limit) {
            (Some(ErrorKind::TimedOut), Some(limit)) => {
                unreachable(format!("nothing answered within {}", seconds(limit)), WAIT)
            }
            _ => unreachable(plainly(&error), format!("mend the host and the port {}, or start the server", self.said)),
        }
    }
}

/// How long a server may take to answer. A limit of 0 is none.
fn limit_of(config: &Config, variable: Option<String>) -> Result<Option<Duration>, Refusal> {
    if let Some(limit) = config.get_connect_timeout() {
        return Ok(Some(*limit));
    }
    let Some(text) = variable else { return Ok(Some(LIMIT)) };
    match text.trim().parse::<u64>() {
        Ok(0) => Ok(None),
        Ok(seconds) => Ok(Some(Duration::from_secs(seconds))),
        Err(_) => Err(unreachable(
            format!("`PGCONNECT_TIMEOUT` is no number of seconds: `{text}`"),
            "write a whole number of seconds, or 0 to wait without limit",
        )),
    }
}

/// What comes of connecting, in this order.
enum Step {
    /// A server has taken the connection; it may still have to answer.
    Taken,
    Made(Result<Box<Client>, Error>),
}

/// Tells when a server has taken a connection: then TLS is prepared.
struct Watched<T> {
    tls: T,
    taken: Sender<Step>,
}

impl<T: MakeTlsConnect<Socket>> MakeTlsConnect<Socket> for Watched<T> {
    type Stream = T::Stream;
    type TlsConnect = T::TlsConnect;
    type Error = T::Error;

    fn make_tls_connect(&mut self, host: &str) -> Result<T::TlsConnect, T::Error> {
        let _ = self.taken.send(Step::Taken);
        self.tls.make_tls_connect(host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_of_an_answer() {
        let limit = |url: &str, variable: Option<&str>| {
            limit_of(&url.parse().unwrap(), variable.map(str::to_string)).map_err(|_| ())
        };
        let seconds = |count| Ok(Some(Duration::from_secs(count)));
        assert_eq!(limit("postgres://merit@db/hr", None), seconds(15));
        assert_eq!(limit("postgres://merit@db/hr", Some("4")), seconds(4));
        assert_eq!(limit("postgres://merit@db/hr?connect_timeout=7", Some("4")), seconds(7));
        assert_eq!(limit("postgres://merit@db/hr", Some("0")), Ok(None));
        assert_eq!(limit("postgres://merit@db/hr", Some("soon")), Err(()));
    }

    #[test]
    fn a_quiet_connection_is_looked_after() {
        let config = |url: &str| Address::find(Some(url)).map(|address| address.config).unwrap_or_default();
        let usual = config("postgres://merit@db/hr");
        assert!(usual.get_keepalives());
        assert_eq!((usual.get_keepalives_idle(), usual.get_keepalives_retries()), (QUIET, Some(ASKED)));
        let said = config("postgres://merit@db/hr?keepalives_idle=20&keepalives_retries=2");
        assert_eq!((said.get_keepalives_idle(), said.get_keepalives_retries()), (Duration::from_secs(20), Some(2)));
    }
}
