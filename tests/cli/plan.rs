//! `merit plan`: what one pass reads and computes, in words.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{expect, folder, merit, schema};

const SPEC: &[u8] = br#"company "Small" { currency CNY }
unit person, people
unit sale, sales
data teams "Organisation" {
  organisation
  file "teams.csv"
  row team
  key code
  column code   : text
  column parent : teams optional
}
data people "Staff" {
  roster
  file "people.csv"
  row person
  key id
  valid from joined to left
  column id     : text
  column post   : position
  column team   : teams
  column joined : date
  column left   : date optional
  column phone  : text optional
}
data sales "Sales" {
  file "sales_*.csv"
  from postgres "archive.sales"
  row sale
  key no_of_sale
  dated by day
  column no_of_sale : text
  column seller     : people
  column day        : date
  column kind       : one of new, old
  column amount     : CNY
  column note       : text optional
}
kpi sold "Sold" : CNY {
  value = sum(amount of sales where kind = new   # only new ones
          )
  higher is better
}
kpi growth "Growth" : % {
  value = if sold 1 year earlier > 0 CNY then sold / sold 1 year earlier - 1 else missing "nothing to grow from"
  higher is better
}
kpi good_sellers "Good sellers" : % {
  value = count(people where sum(amount of sales during last 6 months) > 100 CNY) / count(people)
  higher is better
}
position seller "Seller" {
  scope team
  scorecard {
    40% sold          score linear 0 CNY -> 0, 100 CNY -> 100
    30% growth        score linear 0% -> 0, 10% -> 100
    30% good_sellers  score linear 0% -> 0, 100% -> 100
    when missing redistribute
  }
}
"#;

fn small() -> tempfile::TempDir {
    folder(&[
        ("all.merit", SPEC),
        ("data/sales_2025.csv", b"a\n"),
        ("data/sales_2026.csv", b"a\n"),
        ("data/teams.csv", b""),
    ])
}

#[test]
fn what_one_pass_does() {
    let folder = small();
    expect("plan", &merit(folder.path(), &["plan", "--period", "2026-Q3"]));
    expect("plan_of_a_kpi", &merit(folder.path(), &["plan", "--period", "2026-Q3", "--kpi", "growth"]));
    expect("plan_of_no_kpi", &merit(folder.path(), &["plan", "--period", "2026-Q3", "--kpi", "grwth"]));
}

/// A target that says what holds in which quarter says nothing of a half year: the last of them, or their sum?
#[test]
fn targets_by_parts_of_the_year_are_for_these_parts() {
    let spec = |target: &str| {
        let spec = String::from_utf8(SPEC.to_vec()).unwrap();
        let (kpi, points) = ("40% sold          ", "linear 0 CNY -> 0, 100 CNY -> 100");
        let spec =
            spec.replace(&format!("{kpi}score {points}"), &format!("{kpi}target {target} score attainment up to 120"));
        folder(&[("all.merit", spec.as_bytes()), ("data/sales_2026.csv", b"a\n"), ("data/teams.csv", b"")])
    };
    let plan = |target: &str, period: &str| merit(spec(target).path(), &["plan", "--period", period]);
    let quarters = "5 CNY in Q1, 6 CNY in Q2, 7 CNY in Q3, 8 CNY in Q4";
    expect("target_by_quarters_of_a_half_year", &plan(quarters, "2026-H1"));
    let refused = |target: &str, period: &str| plan(target, period).status.code() == Some(1);
    // So it is where the numbers are the same, where some months have the rest, and where others have none.
    for target in ["5 CNY in Q1, 5 CNY in Q2, 5 CNY in H2", "5 CNY, 6 CNY in Q2", "6 CNY in Q2", "5 CNY in Q1"] {
        assert!(refused(target, "2026-H1") && refused(target, "2026"), "{target}");
    }
    for (target, period) in [
        (quarters, "2026-Q2"),
        (quarters, "2026-05"),
        ("5 CNY in H1, 6 CNY in H2", "2026-H1"),
        ("5 CNY, 6 CNY in Q4", "2026-H1"),
        // As of the last day, as constants are.
        ("5 CNY, from 2026-Q2 6 CNY", "2026-H1"),
        ("5 CNY", "2026"),
    ] {
        assert!(!refused(target, period), "{target} in {period}");
    }
    // What counts the year so far is what its last part is.
    let example = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("specs/insurance");
    assert_eq!(merit(&example, &["plan", "--period", "2025"]).status.code(), Some(0));
    assert!(refused("5 CNY in Q1, 6 CNY in Q2, 7 CNY in H2, from 2027 8 CNY", "2026-H1"));
    assert!(!refused("5 CNY in Q1, 6 CNY in Q2, 7 CNY in H2, from 2027 8 CNY", "2027-H1"));
}

/// Whose a row of a month is where people or teams move within it, no engine is asked to tell: it is refused before any
/// row is read, unless the data set settles it.
#[test]
fn no_engine_tells_whose_the_rows_of_months_are() {
    const TREE: [&str; 2] = [
        "  key code\n",
        "  key code\n  valid from begun to ended\n  column begun : date\n  column ended : date optional\n",
    ];
    let sql = |held: &str, moving: bool, reads: &str| {
        let spec = String::from_utf8(SPEC.to_vec()).unwrap().replace("  from postgres \"archive.sales\"\n", "");
        let spec = spec.replace("  key code\n", TREE[usize::from(moving)]);
        let spec = spec.replace("kpi growth", &format!(
            "data plans \"Plans\" {{\n  file \"plans.csv\"\n  row plan\n  dated by month{held}\n  column team : teams\n\
             \x20 column who : people\n  column month : period\n  column planned : CNY\n  belongs to {reads}\n}}\n\
             unit plan, plans\nkpi planned \"Planned\" : CNY {{\n  value = sum(planned of plans)\n  higher is better\n}}\nkpi growth"));
        let spec = spec.replace("40% sold          score", "40% planned       score");
        let people: &[u8] = b"id,post,team,joined,left,phone\nP1,seller,T1,2020-01-01,,\n";
        let teams: &[u8] = if moving { b"code,parent,begun,ended\nT1,,2020-01-01,\n" } else { b"code,parent\nT1,\n" };
        let sales: &[u8] = b"no_of_sale,seller,day,kind,amount,note\n";
        let folder = folder(&[
            ("all.merit", spec.as_bytes()),
            ("data/people.csv", people),
            ("data/teams.csv", teams),
            ("data/sales_2026.csv", sales),
        ]);
        merit(folder.path(), &["sql", "--dialect", "duckdb", "--period", "2026-Q3"])
    };
    expect("sql_of_months_where_teams_move", &sql("", true, "team"));
    expect("sql_of_months_where_people_move", &sql("", false, "who"));
    expect("sql_of_months_shared_by_days", &sql(" shared by days", true, "team"));
    for (held, moving, reads) in [(" held last", true, "team"), (" held last", false, "who"), ("", false, "team")] {
        let output = sql(held, moving, reads);
        assert_eq!(output.status.code(), Some(0), "{held} {moving} {reads}: {}", crate::said(&output));
    }
}

/// The plan for programs, as its schema describes it.
fn document(folder: &Path, more: &[&str]) -> Value {
    let output = merit(folder, &[&["plan", "--period", "2026-Q3", "--format", "json"], more].concat());
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rules = serde_json::from_str(include_str!("../../docs/plan.schema.json")).unwrap();
    assert_eq!(schema::faults(&rules, &document), Vec::<String>::new());
    document
}

#[test]
fn what_one_pass_does_for_programs() {
    let folder = small();
    let all = document(folder.path(), &[]);
    assert_eq!((&all["schema"], &all["kpi"]), (&Value::from("urn:merit:plan:2"), &Value::Null));
    assert_eq!(all["kpis"].as_array().unwrap().len(), 3);
    let sales = all["data"].as_array().unwrap().iter().find(|data| data["name"] == "sales").unwrap();
    assert_eq!(sales["files"], serde_json::json!([{"pattern": "sales_*.csv", "sheet": null, "files": 2}]));
    assert_eq!(sales["postgres"], serde_json::json!(["archive.sales"]));
    assert_eq!(sales["not_read"], serde_json::json!(["note"]));
    let one = document(folder.path(), &["--kpi", "growth"]);
    assert_eq!(one["kpi"], serde_json::json!({"name": "growth", "label": "Growth"}));
    let aggregates = |document: &Value| -> usize {
        document["data"].as_array().unwrap().iter().map(|data| data["aggregates"].as_array().unwrap().len()).sum()
    };
    assert!(aggregates(&one) < aggregates(&all));
}

/// The example's plan keeps to the width of a page, and says the same to programs.
#[test]
fn the_plan_of_the_example() {
    let insurance = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/insurance");
    let text = merit(&insurance, &["plan", "--period", "2026-Q3"]);
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.contains("policies_*.csv: 4 files"), "{text}");
    let wide = text.lines().find(|line| unicode_width::UnicodeWidthStr::width(*line) > 80);
    assert_eq!(wide, None);
    let json = document(&insurance, &[]);
    let data = json["data"].as_array().unwrap();
    let aggregates: Vec<&Value> = data.iter().flat_map(|data| data["aggregates"].as_array().unwrap()).collect();
    assert!(data.len() > 20 && aggregates.len() > 40, "{} {}", data.len(), aggregates.len());
    assert!(aggregates.iter().any(|one| one["kpis"].as_array().unwrap().len() > 1));
    for data in data {
        assert!(text.contains(data["name"].as_str().unwrap()), "{data}");
    }
}
