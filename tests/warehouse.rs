//! The insurance example as a warehouse holds it: from Parquet files and from a PostgreSQL server come the results, byte
//! for byte, that its CSV files give.

#![deny(dead_code)] // a test that is not in the table

#[macro_use]
#[path = "support/snapshots.rs"]
mod snapshots;
#[macro_use]
#[path = "support/harness.rs"]
mod harness;
#[path = "support/parquet.rs"]
mod parquet;
#[cfg(feature = "tls")]
#[path = "warehouse/secure.rs"]
mod secure;
#[cfg(feature = "postgres")]
#[allow(dead_code)] // each test binary uses a part of it
#[path = "support/postgres.rs"]
mod server;
mod support;
#[path = "support/tables.rs"]
mod tables;

use parquet::{Cells, How, named_file};
use support::{Copy, insurance, utf8};
use tables::{Kind, Table};

const PERIOD: &str = "2026-Q3";

/// The example with each `file "…"` written as `change` says for the name of its table.
fn changed(change: impl Fn(&str) -> String) -> Copy {
    let copy = Copy::new();
    let mut lines = 0;
    for path in glob::glob(&format!("{}/tables/*.merit", insurance().display())).unwrap().flatten() {
        let name = format!("tables/{}", path.file_name().unwrap().to_str().unwrap());
        let mut text = String::new();
        for line in copy.text(&name).lines() {
            let name = line.trim().strip_prefix("file \"").and_then(|rest| rest.split_once(".csv\""));
            match name {
                Some((name, _)) => {
                    text += &format!("  {}\n", change(name.trim_end_matches('*').trim_end_matches('_')));
                    lines += 1;
                }
                None => text += &format!("{line}\n"),
            }
        }
        copy.write(&name, text);
    }
    assert_eq!(lines, 31);
    copy
}

/// Everyone's results, in all that does not name the files.
fn results(copy: &Copy, environment: &dyn Fn(&mut std::process::Command)) -> [String; 2] {
    ["csv", "json"].map(|format| {
        let mut command = copy.command(&["eval", "insurance", "--period", PERIOD, "--format", format]);
        environment(&mut command);
        let run = command.output().unwrap();
        assert_eq!(run.status.code(), Some(0), "{}", utf8(&run.stderr));
        let text = utf8(&run.stdout).to_string();
        if format == "csv" {
            return text;
        }
        let mut json: serde_json::Value = serde_json::from_str(&text).unwrap();
        for part in ["provenance", "files"] {
            assert!(json.as_object_mut().unwrap().remove(part).is_some());
        }
        serde_json::to_string_pretty(&json).unwrap()
    })
}

fn compare(found: [String; 2]) {
    let expected = results(&Copy::new(), &|_| {});
    for (found, expected) in found.iter().zip(&expected) {
        let differ = found.lines().zip(expected.lines()).find(|(found, expected)| found != expected);
        assert!(found == expected, "{differ:?}");
        assert!(expected.len() > 10_000);
    }
}

fn table_file(table: &Table) -> Vec<u8> {
    let mut declared = String::new();
    let mut cells = Vec::new();
    for (at, (_, kind)) in table.columns.iter().enumerate() {
        let column = table.rows.iter().map(|row| row[at].as_deref());
        let fixed = |cell: &str, scale: usize| -> i64 {
            let (whole, part) = cell.split_once('.').unwrap_or((cell, ""));
            format!("{whole}{part:0<scale$}").parse().unwrap()
        };
        let (ty, column) = match kind {
            Kind::Text => (
                "binary x (STRING)".to_string(),
                Cells::Bytes(column.map(|cell| Some(cell?.as_bytes().to_vec())).collect()),
            ),
            Kind::Whole => ("int64 x".to_string(), Cells::Long(column.map(|cell| Some(fixed(cell?, 0))).collect())),
            Kind::Decimal(scale) => (
                format!("int64 x (DECIMAL(18, {scale}))"),
                Cells::Long(column.map(|cell| Some(fixed(cell?, *scale as usize))).collect()),
            ),
            Kind::Date => {
                let day = |cell: &str| {
                    let mut parts = cell.split('-').map(|part| part.parse::<u32>().unwrap());
                    let mut next = || parts.next().unwrap();
                    merit::time::Day::from_ymd(next() as i32, next(), next()).unwrap().0
                };
                ("int32 x (DATE)".to_string(), Cells::Short(column.map(|cell| cell.map(day)).collect()))
            }
        };
        declared += &format!("optional {ty}; ");
        cells.push(column);
    }
    let how = How { packing: ::parquet::basic::Compression::SNAPPY, group: 3000, ..How::default() };
    let names: Vec<&str> = table.columns.iter().map(|(name, _)| name.as_str()).collect();
    named_file(&declared, &names, &cells, &how)
}

fn parquet_files_give_the_results_of_csv_files() {
    let copy = changed(|name| format!("file \"{name}.parquet\""));
    for table in tables::of(&insurance().join("data")) {
        copy.write(&format!("data/{}.parquet", table.name), table_file(&table));
    }
    compare(results(&copy, &|_| {}));
}

#[cfg(feature = "postgres")]
mod on_a_server {
    use std::io::Write;
    use std::process::Command;

    use super::*;

    use crate::server::Server;

    fn load(server: &Server, table: &Table) {
        let ty = |kind: &Kind| match kind {
            Kind::Text => "text".to_string(),
            Kind::Whole => "bigint".to_string(),
            Kind::Decimal(scale) => format!("numeric(18, {scale})"),
            Kind::Date => "date".to_string(),
        };
        let columns = table.columns.iter().map(|(name, kind)| format!("\"{name}\" {}", ty(kind)));
        let mut client = server.client();
        client
            .batch_execute(&format!("create table {} ({})", table.name, columns.collect::<Vec<_>>().join(", ")))
            .unwrap();
        let mut rows = client.copy_in(&format!("copy {} from stdin (format csv)", table.name)).unwrap();
        let mut text = csv::Writer::from_writer(Vec::new());
        // From the last to the first: the order of rows is the server's affair.
        for row in table.rows.iter().rev() {
            text.write_record(row.iter().map(|cell| cell.as_deref().unwrap_or_default())).unwrap();
        }
        rows.write_all(&text.into_inner().unwrap()).unwrap();
        rows.finish().unwrap();
    }

    pub fn tables_of_a_server_give_the_results_of_csv_files() {
        let server = Server::start();
        tables::of(&insurance().join("data")).iter().for_each(|table| load(&server, table));
        let copy = changed(|name| match name {
            // Names, and queries over several lines.
            "policies" => "from postgres \"\"\"\n    select * from policies\n    where true;\n  \"\"\"".to_string(),
            "teams" => "from postgres \"public.teams\"".to_string(),
            name => format!("from postgres \"{name}\""),
        });
        std::fs::remove_dir_all(copy.path("data")).unwrap();
        std::fs::create_dir(copy.path("data")).unwrap();
        compare(results(&copy, &|command| server.tell(command)));
        let url = format!("host={} user=merit dbname=postgres", server.host().display());
        let by_url = results(&copy, &|command| {
            command.env("MERIT_POSTGRES_URL", &url);
        });
        compare(by_url);
    }

    /// A small project whose sales are on the server, and the program's word about it.
    pub struct Shop(pub tempfile::TempDir);

    impl Shop {
        pub fn new(more: &str) -> Shop {
            let folder = tempfile::tempdir().unwrap();
            let spec = format!(
                "company \"Shop\" {{ currency CNY }}\nunit person, people\nunit sale, sales\n\
                 data people {{\n roster as seller\n from postgres \"people\"\n row person\n key id\n\
                 column id : text\n}}\n\
                 data sales {{\n from postgres \"sales\"\n row sale\n key sale_no\n dated by day\n column sale_no : text\n\
                 column seller : people\n column day : date\n column amount : CNY\n{more}}}\n\
                 kpi sold : CNY {{\n value = sum(amount of sales)\n higher is better\n}}\n\
                 position seller {{\n scope own\n scorecard {{\n 100% sold score linear 0 CNY -> 0, 100 CNY -> 100\n }}\n}}\n"
            );
            std::fs::write(folder.path().join("shop.merit"), spec).unwrap();
            std::fs::create_dir(folder.path().join("data")).unwrap();
            Shop(folder)
        }

        pub fn command(&self, arguments: &[&str]) -> Command {
            let mut command = Command::new(env!("CARGO_BIN_EXE_merit"));
            command.current_dir(self.0.path()).args(arguments);
            for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("PG")) {
                command.env_remove(name);
            }
            for name in ["MERIT_POSTGRES_URL", "NO_COLOR"] {
                command.env_remove(name);
            }
            command
        }

        /// What is wrong, or the results.
        pub fn eval(&self, environment: impl FnOnce(&mut Command)) -> String {
            let mut command = self.command(&["eval", ".", "--period", "2026-Q3", "--format", "csv"]);
            environment(&mut command);
            let run = command.output().unwrap();
            let stdout = utf8(&run.stdout);
            if run.status.success() { stdout.to_string() } else { utf8(&run.stderr).to_string() }
        }
    }

    pub const SHOP: &str = "create table people (id text); insert into people values ('P1'), ('P2');
        create table sales (sale_no integer, seller char(5), day timestamp, amount double precision);
        insert into sales values (1, 'P1', '2026-07-01', 10.1), (2, 'P1', '2026-07-02', 1e2), (3, 'P2', '2026-08-01', 0.3);";

    pub fn what_is_wrong_names_the_row_by_its_key() {
        let server = Server::start();
        let mut client = server.client();
        client.batch_execute(SHOP).unwrap();
        let shop = Shop::new("");
        let told = |shop: &Shop| shop.eval(|command| server.tell(command));
        assert!(told(&shop).contains(",110.1,"), "{}", told(&shop));

        let mut shown = Vec::new();
        client
            .batch_execute(
                "alter table sales alter day type timestamptz; alter table sales alter amount type text;
                 insert into sales values (9, 'P1', '2026-07-01 12:00+00', '1.5'), (8, 'P2', '2026-08-01', 'ten'),
                 (7, null, '2026-08-01', '3')",
            )
            .unwrap();
        shown.push(told(&shop));
        client
            .batch_execute(
                "delete from sales where sale_no > 6; insert into sales values (3, 'P1', '2026-08-01', '1'), (5, 'P9', '2026-08-01', '1')",
            )
            .unwrap();
        shown.push(told(&shop));
        client.batch_execute("alter table sales rename amount to amounts").unwrap();
        shown.push(told(&shop));
        client.batch_execute("drop table people").unwrap();
        shown.push(told(&shop));
        assert_snapshot!(shown.join("\n"));
    }

    /// What is declared of texts is not about numbers and dates of the server, whose signs for a blank are meant by value.
    pub fn declared_forms_and_values_of_a_server() {
        let server = Server::start();
        let mut client = server.client();
        client.batch_execute(SHOP).unwrap();
        let shop = Shop::new(
            " numbers \"1.234,56\"\n dates \"DD.MM.YYYY\"\n column until : date optional blank \"31.12.9999\"\n",
        );
        let path = shop.0.path().join("shop.merit");
        let spec = std::fs::read_to_string(&path).unwrap();
        let spec = spec.replace("column amount : CNY", "column amount : CNY optional blank \"0\"");
        let formula =
            "value = sum(if amount is missing then 1_000 CNY else if until is missing then amount else 0 CNY of sales)";
        std::fs::write(&path, spec.replace("value = sum(amount of sales)", formula)).unwrap();
        let mut told = |amounts: &str, sign: char| {
            client
                .batch_execute(&format!(
                    "drop table sales; create table sales (sale_no integer, seller text, day date, amount {amounts}, until date);
                     insert into sales values (1, 'P1', '2026-07-01', '1.234', '9999-12-31'), (2, 'P1', '2026-07-02', '0', null),
                     (3, 'P2', '2026-08-01', '1{sign}5', '2026-07-01'), (4, 'P2', '2026-08-01', '0{sign}5', null)"
                ))
                .unwrap();
            shop.eval(|command| server.tell(command))
        };
        for amounts in ["numeric(9, 3)", "numeric", "double precision"] {
            let told = told(amounts, '.');
            assert!(told.contains(",1001.234,") && told.contains(",0.5,"), "{amounts}: {told}");
        }
        // As texts they are what the declaration says.
        let told = told("text", ',');
        assert!(told.contains(",2234,") && told.contains(",0.5,"), "{told}");
    }

    pub fn a_server_that_cannot_be_reached_is_told_once() {
        let server = Server::start();
        let shop = Shop::new("");
        let refused = server.host().join("nowhere");
        let host = |path: &std::path::Path| path.display().to_string();
        let cases = [
            vec![],
            vec![("PGHOST", host(&refused)), ("PGUSER", "merit".into())],
            vec![("PGHOST", host(server.host())), ("PGUSER", "nobody_here".into())],
            vec![("MERIT_POSTGRES_URL", "postgres://hr:secret@localhost:port/x".into())],
        ];
        let shown: Vec<String> = cases
            .into_iter()
            .map(|variables| {
                shop.eval(|command| {
                    command.envs(variables);
                })
            })
            .collect();
        let shown = shown.join("\n");
        assert!(!shown.contains("secret"), "{shown}");
        assert_snapshot!(shown.replace(&server.host().display().to_string(), "FOLDER"));
    }

    pub fn a_large_table_goes_by_in_one_reading() {
        let server = Server::start();
        server.client().batch_execute("create table people as select 'P1' as id").unwrap();
        let shop = Shop::new("");
        let path = shop.0.path().join("shop.merit");
        let spec = std::fs::read_to_string(&path).unwrap();
        let sales = |amount: &str| {
            let query = format!(
                "select g as sale_no, 'P1' as seller, date '2026-07-01' as day, {amount} as amount \
                 from generate_series(1, 400000) g"
            );
            std::fs::write(&path, spec.replace("postgres \"sales\"", &format!("postgres \"{query}\""))).unwrap();
            shop.eval(|command| server.tell(command))
        };
        let copies = || server.log().lines().filter(|line| line.contains("COPY (SELECT")).count();
        assert!(sales("0.25").contains(",100000,"));
        assert_eq!(copies(), 2);
        let told = sales("case g when 399999 then 'a quarter' else '0.25' end");
        assert!(told.contains("the row with sale_no 399999, column amount: \"a quarter\""), "{told}");
    }

    pub fn all_that_is_read_is_of_one_moment() {
        let server = Server::start();
        server.client().batch_execute(SHOP).unwrap();
        // Whoever reads the people waits for a lock; meanwhile something is sold.
        let shop = Shop::new("");
        let path = shop.0.path().join("shop.merit");
        let spec = std::fs::read_to_string(&path).unwrap();
        let waiting = "from postgres \"select p.id from people p, (select pg_advisory_lock_shared(7)) l\"";
        std::fs::write(&path, spec.replace("from postgres \"people\"", waiting)).unwrap();
        let mut client = server.client();
        client.batch_execute("select pg_advisory_lock(7)").unwrap();
        let mut command = shop.command(&["eval", ".", "--period", "2026-Q3", "--format", "csv"]);
        server.tell(&mut command);
        let run = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
        let begun = std::time::Instant::now();
        let waits = "select count(*) from pg_locks where locktype = 'advisory' and not granted";
        while client.query_one(waits, &[]).unwrap().get::<_, i64>(0) == 0 {
            assert!(begun.elapsed() < std::time::Duration::from_secs(60), "nobody waits");
        }
        client.batch_execute("insert into sales values (4, 'P1', '2026-07-03', 1000)").unwrap();
        client.batch_execute("select pg_advisory_unlock(7)").unwrap();
        let output = run.wait_with_output().unwrap();
        assert!(utf8(&output.stdout).contains(",110.1,"), "{}", utf8(&output.stdout));
        assert!(shop.eval(|command| server.tell(command)).contains(",1110.1,"));
    }

    pub fn checking_the_specs_connects_to_nothing() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("postgres://merit@{}/x", listener.local_addr().unwrap());
        let connected = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let count = connected.clone();
        // Each visitor is sent away at once.
        std::thread::spawn(move || {
            for _ in listener.incoming() {
                count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            }
        });
        let shop = Shop::new("");
        for (arguments, visits) in [(["check", "."], 0), (["test", "."], 0), (["data", "."], 1)] {
            shop.command(&arguments).env("MERIT_POSTGRES_URL", &url).output().unwrap();
            assert_eq!(connected.load(std::sync::atomic::Ordering::SeqCst), visits, "{arguments:?}");
        }
    }
}

tests! {
    parquet_files_give_the_results_of_csv_files,
    #[cfg(feature = "postgres")]
    on_a_server::tables_of_a_server_give_the_results_of_csv_files,
    #[cfg(feature = "postgres")]
    on_a_server::what_is_wrong_names_the_row_by_its_key,
    #[cfg(feature = "postgres")]
    on_a_server::declared_forms_and_values_of_a_server,
    #[cfg(feature = "postgres")]
    on_a_server::a_server_that_cannot_be_reached_is_told_once,
    #[cfg(feature = "postgres")]
    on_a_server::a_large_table_goes_by_in_one_reading,
    #[cfg(feature = "postgres")]
    on_a_server::all_that_is_read_is_of_one_moment,
    #[cfg(feature = "postgres")]
    on_a_server::checking_the_specs_connects_to_nothing,
    #[cfg(feature = "tls")]
    secure::a_server_that_demands_tls,
    #[cfg(feature = "tls")]
    secure::an_engine_by_tls,
    #[cfg(feature = "tls")]
    secure::a_certificate_that_only_the_server_has_signed,
    #[cfg(feature = "tls")]
    secure::tls_that_is_not_to_be_had,
    #[cfg(feature = "tls")]
    secure::a_server_that_never_answers_is_given_up,
    #[cfg(feature = "tls")]
    secure::a_query_may_take_longer_than_connecting,
}
