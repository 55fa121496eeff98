//! `merit plan`: what one pass reads and computes, in words.

use std::path::Path;

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
