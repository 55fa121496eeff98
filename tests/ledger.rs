//! Closings: that they stay what they are, come out again, and tell what has changed since.

#[macro_use]
#[path = "support/snapshots.rs"]
mod snapshots;
#[path = "ledger/altered.rs"]
mod altered;
#[path = "ledger/closing.rs"]
mod closing;
#[path = "ledger/interrupted.rs"]
mod interrupted;
#[allow(dead_code)] // it gives more than is wanted here
#[path = "reference/random.rs"]
mod random;
#[path = "ledger/restating.rs"]
mod restating;
#[path = "ledger/rulings.rs"]
mod rulings;
#[path = "report/schema.rs"]
mod schema;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use merit::documents::Document;
use serde_json::Value;

/// A shop whose sellers are paid by what they sold in the quarter.
pub const SPEC: &str = r#"company "Shop" {
  currency CNY
}

data people "Staff" {
  roster
  file "staff.csv"
  row person
  key staff_no
  valid from since to until
  column staff_no : text
  column name     : text
  column post     : position
  column since    : date
  column until    : date optional
  column pay      : CNY
}

data sales "Sales" {
  file "sales*.csv"
  row sale
  dated by sold_on
  column seller  : people
  column sold_on : date
  column amount  : CNY
}

kpi sold "Sales" : CNY {
  value = sum(amount of sales)
  higher is better
}

rating grades "Grades" {
  A "Good" >= 80
  B "Low"  else
}

position adviser "Adviser" {
  scorecard {
    100% sold  target 10_000 CNY  score attainment up to 120
    rating grades
  }
  output bonus "Bonus" : CNY in full = round(score / 100 points * person.pay to 0.01 CNY)
}
"#;

pub const STAFF: &str = "\
staff_no,name,post,since,until,pay
P1,Ann,adviser,2026-01-01,,3000
P2,Bo,adviser,2026-01-01,,3300
P3,Cy,adviser,2026-04-01,,2700
";

pub const SALES: &str = "\
seller,sold_on,amount
P1,2026-02-03,9000
P2,2026-02-04,6000.50
P1,2026-05-06,7000
P2,2026-05-07,12000
P3,2026-06-08,8000
P1,2026-08-09,10000
P2,2026-08-10,5000
P3,2026-09-11,9100
";

/// A folder of files to run the program in.
pub fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

/// The shop, in the folder `shop`.
pub fn shop() -> tempfile::TempDir {
    folder(&[
        ("shop/shop.merit", SPEC.as_bytes()),
        ("shop/data/staff.csv", STAFF.as_bytes()),
        ("shop/data/sales.csv", SALES.as_bytes()),
    ])
}

pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_merit"));
    command.current_dir(folder).args(arguments).env_remove("NO_COLOR");
    command
}

pub fn merit(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().unwrap()
}

/// What a run that must end so has said.
pub fn told(folder: &Path, arguments: &[&str], exit: i32) -> String {
    let run = merit(folder, arguments);
    let said = format!("{}{}", text(&run.stdout), text(&run.stderr));
    assert_eq!(run.status.code(), Some(exit), "{arguments:?}: {said}");
    said
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Closes a quarter of the shop a few days behind its end.
pub fn close(folder: &Path, period: &str, on: &str) -> String {
    told(folder, &["close", "shop", "--period", period, "--by", "Wang Fang", "--on", on], 0)
}

/// The first two quarters of the shop, closed.
pub fn closed() -> tempfile::TempDir {
    let folder = shop();
    close(folder.path(), "2026-Q1", "2026-04-07");
    close(folder.path(), "2026-Q2", "2026-07-07");
    folder
}

/// A document on standard output.
pub fn document(folder: &Path, arguments: &[&str], exit: i32, kind: Document) -> Value {
    let run = merit(folder, &[arguments, &["--format", "json"]].concat());
    assert_eq!(run.status.code(), Some(exit), "{arguments:?}: {}", text(&run.stderr));
    let document: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(schema::faults(&schema_of(kind), &document), Vec::<String>::new(), "{arguments:?}");
    document
}

pub fn schema_of(kind: Document) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(kind.file());
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// How often something random is tried.
pub fn times(variable: &str, usual: usize) -> usize {
    std::env::var(variable).ok().and_then(|number| number.parse().ok()).unwrap_or(usual)
}

/// Compares with the snapshot of that name in `tests/ledger/snapshots`; hashes are others with each version.
pub fn expect(name: &str, said: &str) {
    let mut hidden = String::new();
    for word in said.split_inclusive([' ', '\n']) {
        let hash = word.trim_end();
        let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        hidden += &if is_hash { word.replace(hash, "{hash}") } else { word.to_string() };
    }
    insta::with_settings!({
        snapshot_path => "ledger/snapshots", prepend_module_to_snapshot => false, omit_expression => true
    }, {
        assert_snapshot!(name, hidden);
    });
}
