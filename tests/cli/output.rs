//! Files of reports: their forms, what they may replace, and CSV for those who open it.

use std::fs;

use super::safety::{PEOPLE, SPEC, small, text};
use super::{expect, folder, merit};

const EVAL: [&str; 3] = ["eval", "--period", "2026"];

fn eval(folder: &tempfile::TempDir, more: &[&str]) -> std::process::Output {
    merit(folder.path(), &[&EVAL[..], more].concat())
}

#[test]
fn the_name_of_the_file_says_the_form() {
    let folder = small(PEOPLE);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    for name in ["q.csv", "q.JSON", "q.txt"] {
        assert_eq!(eval(&folder, &["--output", name]).status.code(), Some(0), "{name}");
    }
    assert!(read("q.csv").starts_with("period,roster,"));
    assert!(read("q.JSON").starts_with("{\n  \"schema\": \"urn:merit:results:2\""));
    assert!(read("q.txt").starts_with("Small"));
    assert_eq!(eval(&folder, &["--output", "r.csv", "--format", "csv"]).status.code(), Some(0));
    for (at, more) in [
        &["--output", "q.xlsx"][..],
        &["--output", "q"],
        &["--output", "q.tsv", "--format", "csv"],
        &["--output", "r.csv", "--format", "json"],
        &["--output", "q.json", "--csv", "excel"],
        &["--format", "json", "--rows", "people"],
        &["--force"],
    ]
    .iter()
    .enumerate()
    {
        expect(&format!("output_refused_{at}"), &eval(&folder, more));
    }
    // What it wrote itself it replaces.
    for name in ["q.csv", "q.JSON", "q.txt"] {
        assert_eq!(eval(&folder, &["--output", name]).status.code(), Some(0), "{name}");
    }
}

#[test]
fn what_is_no_report_is_replaced_only_when_forced() {
    let folder = small(PEOPLE);
    let path = |name: &str| folder.path().join(name);
    // Reports in every form, with and without colours, in another language and for another program.
    for (name, more) in [
        ("own.csv", &[][..]),
        ("own.csv", &["--csv", "excel-comma", "--rows", "people"]),
        ("own.csv", &["--csv", "excel"]),
        ("own.json", &[]),
        ("own.txt", &["--color", "always", "--cards"]),
        ("own.txt", &["--lang", "zh"]),
        ("own.txt", &["--strict", "--memory", "100MB", "--allow-empty", "--follow-links", "--hash-data"]),
        ("own.txt", &[]),
    ] {
        let run = eval(&folder, &[&["--output", name], more].concat());
        assert_eq!(run.status.code(), Some(0), "{name} {more:?}: {}", text(&run.stderr));
    }
    // Somebody's own work: also a report to which a column was added.
    let reworked = fs::read_to_string(path("own.csv")).unwrap().replacen(',', ",seen,", 1);
    for (name, own) in [
        ("notes.txt", "pay Ann on Friday\n"),
        ("list.csv", PEOPLE),
        ("list.json", "{}\n"),
        ("reworked.csv", &reworked),
        ("data/other.csv", "a,b\n1,2\n"),
    ] {
        fs::write(path(name), own).unwrap();
        let run = eval(&folder, &["--output", name]);
        assert_eq!(run.status.code(), Some(2), "{name}");
        assert!(text(&run.stderr).contains("is no report of this program"), "{}", text(&run.stderr));
        assert_eq!(fs::read_to_string(path(name)).unwrap(), own);
    }
    let run = eval(&folder, &["--output", "notes.txt", "--force"]);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run.stderr));
    assert!(fs::read_to_string(path("notes.txt")).unwrap().contains("Ann"));
}

/// Two posts one after the other, an output that both have, one that only one has, and one that cannot be computed.
const POSTS: &str = r#"company "Small" {
  currency CNY
}
unit person, people
data people {
  roster
  file "people.csv"
  row person
  key id
  valid from since to until
  column id    : text
  column name  : text
  column post  : position
  column since : date
  column until : date optional
  column sold  : number
  column left  : number optional
}
kpi sold : number {
  value = person.sold
}
kpi left : number {
  value = person.left
}
position seller "Seller" {
  scorecard {
    100% sold score linear 0 -> 0, 100 -> 100
  }
  output pay "Pay" : CNY prorated = sold * 100 CNY
  output part "Part" : % in full = sold * 1%
  output rest "Rest" : number in full = sold / left
}
position clerk "Clerk" {
  output pay "Pay" : CNY prorated = 100 CNY
}
"#;
const ROWS: &str = "id,name,post,since,until,sold,left\n\
007,Ann,seller,2025-01-01,2026-06-30,50,4\n\
007,Ann,clerk,2026-07-01,,0,1\n\
1E5,\"O;=cmd|A1\",seller,2025-01-01,,12.5,\n";

#[test]
fn one_row_for_each_person_and_csv_for_excel() {
    let folder = folder(&[("a.merit", POSTS.as_bytes()), ("data/people.csv", ROWS.as_bytes())]);
    let run = |more: &[&str]| {
        let run = eval(&folder, more);
        assert_eq!(run.status.code(), Some(0), "{}", text(&run.stderr));
        run
    };
    expect("csv_people", &run(&["--rows", "people"]));
    expect("csv_excel", &run(&["--rows", "people", "--csv", "excel"]));
    expect("csv_excel_comma", &run(&["--csv", "excel-comma"]));
    assert!(text(&run(&["--csv", "excel"]).stdout).starts_with('\u{feff}'));
    // The same numbers in both forms.
    let months = text(&run(&["--rows", "people", "--format", "csv"]).stdout);
    assert_eq!(months.lines().count(), 3, "{months}");
}

#[test]
fn results_say_what_made_them() {
    let folder = small(PEOPLE);
    let made = |folder: &tempfile::TempDir, at: &str, more: &[&str]| {
        let run = merit(&folder.path().join(at), &[&EVAL[..], &["--format", "json"], more].concat());
        assert_eq!(run.status.code(), Some(0), "{}", text(&run.stderr));
        serde_json::from_slice::<serde_json::Value>(&run.stdout).unwrap()["provenance"].clone()
    };
    let here = made(&folder, "", &[]);
    assert_eq!(here["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(here["options"], serde_json::json!({ "period": "2026" }));
    assert_eq!(here["specs"]["files"][0]["path"], "a.merit");
    assert_eq!(here["data"]["files"][0]["path"], "people.csv");
    assert_eq!(here["data"]["files"][0]["bytes"], PEOPLE.len());
    assert_eq!(here["data"]["files"][0]["sha256"], serde_json::Value::Null);
    // From elsewhere, and by another path, it is the same.
    fs::create_dir(folder.path().join("sub")).unwrap();
    assert_eq!(made(&folder, "sub", &["..", "--threads", "1"]), here);
    assert_eq!(made(&folder, "sub", &[folder.path().to_str().unwrap(), "--color", "always"]), here);
    // A changed spec and a changed file of data show; so does an option.
    let hashed = made(&folder, "", &["--hash-data", "--strict"]);
    assert_eq!(hashed["options"], serde_json::json!({ "period": "2026", "strict": true }));
    fs::write(folder.path().join("data/people.csv"), PEOPLE.replace("70", "71")).unwrap();
    let other = made(&folder, "", &["--hash-data", "--strict"]);
    assert_eq!(hashed["specs"], other["specs"]);
    assert_eq!(hashed["data"]["files"][0]["bytes"], other["data"]["files"][0]["bytes"]);
    assert_ne!(hashed["data"]["sha256"], other["data"]["sha256"]);
    fs::write(folder.path().join("a.merit"), SPEC.to_string() + "# seen\n").unwrap();
    assert_ne!(made(&folder, "", &[])["specs"]["sha256"], here["specs"]["sha256"]);
    // One line in words, at the end of every report.
    for more in [&[][..], &["--cards"], &["--periods", "2025..2026"]] {
        let arguments =
            if more.contains(&"--periods") { [&["eval"][..], more].concat() } else { [&EVAL[..], more].concat() };
        let run = merit(folder.path(), &[&arguments[..], &["--strict"]].concat());
        let all = text(&run.stdout);
        let last = all.lines().last().unwrap_or_else(|| panic!("{}", text(&run.stderr)));
        assert!(last.starts_with("Made by") && last.ends_with(" · --strict"), "{more:?}: {last}");
        assert!(last.contains(concat!("merit ", env!("CARGO_PKG_VERSION"), " · 1 spec ")), "{last}");
    }
}
