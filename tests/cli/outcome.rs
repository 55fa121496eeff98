//! Exit codes and files of runs that get as far as the specs.

use super::{expect, folder, merit};

const NOTE: &[u8] = b"# nothing yet\n";
/// GB18030, not UTF-8.
const OTHER_ENCODING: &[u8] = b"# one\n# \xb1\xea\xd7\xbc\n";

#[test]
fn a_clean_project_ends_with_0() {
    let folder = folder(&[("specs/a.merit", NOTE), ("specs/b.merit", NOTE)]);
    expect("check_clean", &merit(folder.path(), &["check", "specs"]));
}

#[test]
fn errors_end_with_1_and_no_file_is_written() {
    let folder = folder(&[("specs/a.merit", OTHER_ENCODING), ("specs/data/staff.csv", b"")]);
    let run = merit(folder.path(), &["check", "specs"]);
    assert_eq!(run.status.code(), Some(1));
    let text = String::from_utf8(run.stdout).unwrap();
    assert!(text.contains("line 2 cannot be read") && text.contains("1 error"), "{text}");
    assert!(run.stderr.is_empty());

    let run = merit(folder.path(), &["eval", "specs", "--period", "2026-Q3", "--output", "q3.csv"]);
    assert_eq!(run.status.code(), Some(1));
    let text = String::from_utf8(run.stderr).unwrap();
    assert!(text.contains("line 2 cannot be read") && text.contains("no scorecard was written"), "{text}");
    assert!(run.stdout.is_empty());
    assert!(!folder.path().join("q3.csv").exists());
    assert!(!folder.path().join("q3.csv.partial").exists());
}

#[test]
fn colours_stay_away_unless_asked_for() {
    let folder = folder(&[("a.merit", OTHER_ENCODING)]);
    let plain = merit(folder.path(), &["check"]);
    assert!(!plain.stdout.contains(&0x1b));
}

/// A target out of the roster, by the days in the post: what every report shows is the one that counted, and cards and
/// JSON have that of the whole period beside it.
#[test]
fn a_target_by_the_days_is_the_one_that_counted() {
    let spec = br#"company "Small" { currency CNY }
data people "Staff" {
  roster as seller
  file "people.csv"
  row person
  key id
  valid from joined to left
  column id     : text
  column joined : date
  column left   : date optional
  column plan   : CNY
}
data sales "Sales" {
  file "sales.csv"
  row sale
  dated by day
  column seller : people
  column day    : date
  column amount : CNY
}
kpi sold "Sold" : CNY {
  value = sum(amount of sales)
  higher is better
}
position seller "Seller" {
  scorecard {
    100% sold target person.plan prorated score attainment up to 120
  }
}
"#;
    let folder = folder(&[
        ("all.merit", spec),
        ("data/people.csv", b"id,joined,left,plan\nP1,2020-01-01,,120\nP2,2026-07-01,2026-08-15,120\n"),
        ("data/sales.csv", b"seller,day,amount\nP1,2026-07-01,60\nP2,2026-07-01,60\n"),
    ]);
    let eval = |more: &[&str]| merit(folder.path(), &[&["eval", "--period", "2026-Q3"], more].concat());
    expect("target_by_the_days_summary", &eval(&[]));
    expect("target_by_the_days_card", &eval(&["--person", "P2"]));
    expect("target_by_the_days_csv", &eval(&["--format", "csv"]));
    let document: serde_json::Value = serde_json::from_slice(&eval(&["--format", "json"]).stdout).unwrap();
    let told: Vec<_> = document["people"]
        .as_array()
        .unwrap()
        .iter()
        .map(|person| {
            let entry = &person["cards"][0]["scorecard"]["entries"][0];
            ["target", "full_target", "attainment"].map(|of| entry[of]["number"].as_str().unwrap_or("none").to_string())
        })
        .collect();
    assert_eq!(told, [["120", "none", "0.5"], ["60", "120", "1"]], "{document:#}");
}
