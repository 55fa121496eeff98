//! Servers that are reached by TLS, or that never answer.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::harness::need;
use crate::on_a_server::{SHOP, Shop};
use crate::server::Server;
use crate::support::utf8;

/// Certificates as a company has them, made anew by `openssl`.
struct Certificates(tempfile::TempDir);

impl Certificates {
    /// The test is left out where there is no `openssl`.
    fn new() -> Certificates {
        need("openssl", "version", "apt-get install openssl");
        let made = Certificates(tempfile::tempdir().unwrap());
        let own = "req -x509 -newkey rsa:2048 -nodes -days 2";
        made.openssl(&format!("{own} -keyout authority.key -out authority.pem -subj /CN=Authority"));
        made.openssl(&format!("{own} -keyout other.key -out other.pem -subj /CN=Other"));
        // One that only the server itself has signed, as its manual shows it.
        made.openssl(&format!(
            "{own} -keyout own.key -out own.pem -subj /CN=localhost -addext subjectAltName=DNS:localhost"
        ));
        made.openssl("req -new -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=db");
        std::fs::write(made.0.path().join("names"), "subjectAltName=DNS:localhost,DNS:db.example.com").unwrap();
        made.openssl("x509 -req -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 2 -extfile names -out server.pem");
        // As they were made long ago: without any of the names that are looked at today.
        made.openssl(
            "x509 -req -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 2 -out old.pem",
        );
        made
    }

    fn openssl(&self, arguments: &str) {
        let output = Command::new("openssl").args(arguments.split(' ')).current_dir(self.0.path()).output().unwrap();
        assert!(output.status.success(), "{arguments}: {}", utf8(&output.stderr));
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.path().join(name)).unwrap()
    }
}

/// A server that can be reached from this computer at a port of its own.
struct Reached {
    server: Server,
    port: u16,
}

impl Reached {
    /// `lines` say who is let in.
    fn start(lines: &str, certificate: Option<(Vec<u8>, Vec<u8>)>) -> Reached {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let shown = port.to_string();
        let mut settings = vec![("listen_addresses", "localhost"), ("port", &shown), ("hba_file", "FOLDER/let_in")];
        let mut files = vec![("let_in", format!("local all all trust\n{lines}\n").into_bytes())];
        if let Some((certificate, key)) = certificate {
            settings.extend([("ssl", "on"), ("ssl_cert_file", "FOLDER/own.pem"), ("ssl_key_file", "FOLDER/own.key")]);
            files.extend([("own.pem", certificate), ("own.key", key)]);
        }
        let server = Server::start_with(&settings, &files);
        server.client().batch_execute(SHOP).unwrap();
        Reached { server, port }
    }

    /// What a connection by TLS alone can see, at a host, as the environment says.
    fn ask(&self, host: &str, environment: &[(&str, &str)]) -> String {
        let shop = Shop::new("");
        let path = shop.0.path().join("shop.merit");
        let spec = std::fs::read_to_string(&path).unwrap();
        let secured =
            "from postgres \"select * from sales where (select ssl from pg_stat_ssl where pid = pg_backend_pid())\"";
        std::fs::write(
            &path,
            spec.replace("from postgres \"sales\"", secured).replace("key sale_no", "key sale_no\n may be empty"),
        )
        .unwrap();
        shop.eval(|command| {
            command.env("PGHOST", host).env("PGPORT", self.port.to_string()).env("PGUSER", "merit");
            command.env("PGDATABASE", "postgres").envs(environment.iter().copied());
        })
        .replace(&self.server.host().display().to_string(), "SERVER")
    }
}

/// What was said, as running text.
fn running(told: &str) -> String {
    told.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ")
}

/// Whether what is sold was seen, which it is by TLS only.
fn is_secured(told: &str) -> bool {
    assert!(told.contains(",sold,"), "{told}");
    told.contains(",110.1,")
}

const BY_TLS_ONLY: &str = "hostssl all all 127.0.0.1/32 trust";

pub fn a_server_that_demands_tls() {
    let made = Certificates::new();
    let there = Reached::start(BY_TLS_ONLY, Some((made.bytes("server.pem"), made.bytes("server.key"))));
    let (authority, other) = (made.path("authority.pem"), made.path("other.pem"));
    // Without a word about it: TLS, as the server has it.
    assert!(is_secured(&there.ask("localhost", &[])));
    for mode in ["require", "verify-full", "verify-ca"] {
        assert!(is_secured(&there.ask("localhost", &[("PGSSLMODE", mode), ("PGSSLROOTCERT", &authority)])), "{mode}");
    }
    assert!(is_secured(&there.ask("127.0.0.1", &[("PGSSLMODE", "verify-ca"), ("PGSSLROOTCERT", &authority)])));

    // Those that the computer knows.
    assert!(is_secured(&there.ask("localhost", &[("PGSSLMODE", "require"), ("SSL_CERT_FILE", &authority)])));

    let mut told = Vec::new();
    for (host, environment) in [
        ("localhost", vec![("PGSSLMODE", "disable")]),
        ("localhost", vec![("PGSSLMODE", "require")]),
        ("localhost", vec![("PGSSLMODE", "verify-full"), ("PGSSLROOTCERT", other.as_str())]),
        ("127.0.0.1", vec![("PGSSLMODE", "require"), ("PGSSLROOTCERT", authority.as_str())]),
        ("localhost", vec![("PGSSLMODE", "require"), ("PGSSLROOTCERT", "/no/such/file.pem")]),
        ("localhost", vec![("PGSSLMODE", "require"), ("PGSSLROOTCERT", "/dev/null")]),
        ("localhost", vec![("PGSSLMODE", "strict")]),
    ] {
        told.push(there.ask(host, &environment));
    }
    let told = told.join("\n").replace(&made.path(""), "CERTIFICATES/");
    assert_snapshot!(told);
}

/// The address of an engine says it as well; a password in it is refused all the same.
pub fn an_engine_by_tls() {
    let made = Certificates::new();
    let there = Reached::start(BY_TLS_ONLY, Some((made.bytes("server.pem"), made.bytes("server.key"))));
    let shop = Shop::new("");
    std::fs::write(shop.0.path().join("data/people.csv"), "id\nP1\nP2\n").unwrap();
    let path = shop.0.path().join("shop.merit");
    let spec = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, spec.replace("from postgres \"people\"", "file \"people.csv\"")).unwrap();
    there
        .server
        .client()
        .batch_execute("alter table sales alter amount type numeric using round(amount::numeric, 2)")
        .unwrap();
    let ask = |who: &str, options: &str| {
        let url = format!("postgres://{who}@localhost:{}/postgres?{options}", there.port);
        let run = shop
            .command(&["eval", ".", "--period", "2026-Q3", "--format", "csv", "--engine", &url, "--tables", "sales"]);
        let run = { run }.output().unwrap();
        format!("{}{}", utf8(&run.stdout), utf8(&run.stderr))
    };
    let authority = made.path("authority.pem").replace('/', "%2F");
    assert!(is_secured(&ask("merit", &format!("sslmode=verify-full&sslrootcert={authority}"))));
    let told = ask("merit", "sslmode=disable");
    assert!(told.contains("PostgreSQL cannot be reached: it takes connections by TLS only"), "{told}");
    let told = ask("merit:secret", "sslmode=verify-full");
    assert!(told.contains("has a password in it") && !told.contains("secret"), "{told}");
}

pub fn a_certificate_that_only_the_server_has_signed() {
    let made = Certificates::new();
    let there = Reached::start(BY_TLS_ONLY, Some((made.bytes("own.pem"), made.bytes("own.key"))));
    assert!(is_secured(&there.ask("localhost", &[])));
    let own = made.path("own.pem");
    assert!(is_secured(&there.ask("localhost", &[("PGSSLMODE", "verify-full"), ("PGSSLROOTCERT", &own)])));
    let told = there.ask("127.0.0.1", &[("PGSSLMODE", "verify-full"), ("PGSSLROOTCERT", &own)]);
    assert!(running(&told).contains("its certificate is for `localhost`, not for `127.0.0.1`"), "{told}");
    let told = there.ask("localhost", &[("PGSSLMODE", "require")]);
    assert!(running(&told).contains("its certificate is signed by nobody but itself"), "{told}");
}

/// A certificate of an old form, and no TLS at all: then only what is asked for decides.
pub fn tls_that_is_not_to_be_had() {
    let made = Certificates::new();
    let anyhow = "host all all 127.0.0.1/32 trust";
    let authority = made.path("authority.pem");
    let old = Reached::start(anyhow, Some((made.bytes("old.pem"), made.bytes("server.key"))));
    // TLS with it fails, and nothing demands it.
    assert!(!is_secured(&old.ask("localhost", &[])));
    let mut told = old.ask("localhost", &[("PGSSLMODE", "verify-full"), ("PGSSLROOTCERT", &authority)]);
    drop(old);
    let none = Reached::start(anyhow, None);
    assert!(!is_secured(&none.ask("localhost", &[])));
    told += &none.ask("localhost", &[("PGSSLMODE", "require")]);
    assert_snapshot!(told);
}

/// A listener that takes connections and says nothing: as long as is said, and no longer.
pub fn a_server_that_never_answers_is_given_up() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let shop = Shop::new("");
    let begun = Instant::now();
    let told = shop.eval(|command| {
        command.env("PGHOST", "127.0.0.1").env("PGPORT", listener.local_addr().unwrap().port().to_string());
        command.env("PGUSER", "merit").env("PGCONNECT_TIMEOUT", "1");
    });
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert_snapshot!(told);
}

/// Reading may take as long as it takes.
pub fn a_query_may_take_longer_than_connecting() {
    let server = Server::start();
    server.client().batch_execute(SHOP).unwrap();
    let shop = Shop::new("");
    let path = shop.0.path().join("shop.merit");
    let spec = std::fs::read_to_string(&path).unwrap();
    let slow = "from postgres \"select s.* from sales s, (select pg_sleep(2)) slept\"";
    std::fs::write(&path, spec.replace("from postgres \"sales\"", slow)).unwrap();
    let told = shop.eval(|command| {
        server.tell(command);
        command.env("PGCONNECT_TIMEOUT", "1");
    });
    assert!(told.contains(",110.1,"), "{told}");
}
