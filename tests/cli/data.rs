//! `merit data`: the files against their declarations, and what they hold.

use serde_json::Value;

use crate::{expect, folder, merit, schema};

const SPEC: &[u8] = br#"company "Small" {
  currency CNY
}
data teams {
  organisation
  file "teams.csv"
  row team
  key code
  column code   : text
  column parent : teams optional
}
data sales {
  file "sales*.csv"
  row sale
  dated by day
  column team   : teams
  column day    : date
  column kind   : one of new, old
  column amount : CNY optional
  column share  : % in percent
  column paid   : flag
  column twice  : CNY = (amount default 0) * 2
}
data plans {
  file "plans_2026.csv"
  months across as month, amount
  row plan
  key team, month
  dated by month
  column team   : teams
  column month  : period
  column amount : CNY
}
"#;
const TEAMS: &[u8] = b"code,parent\nT1,\nT2,T1\n";
const PLANS: &[u8] = b"team,Jan,Feb,Mar\nT1,10,20,\nT2,1,2,\n";
const SALES: &str = "team,day,kind,amount,share,paid\n\
T1,2026-01-05,new,\"1,200.50\",85,yes\nT2,2026/4/1,old,,5,no\nT2,2026-04-30,old,-0.25,5,no\nT2,2026-04-30,old,-0.25,5,no\n";

fn files(sales: &str) -> tempfile::TempDir {
    let files: [(&str, &[u8]); 4] = [
        ("all.merit", SPEC),
        ("data/teams.csv", TEAMS),
        ("data/plans_2026.csv", PLANS),
        ("data/sales_2026.csv", sales.as_bytes()),
    ];
    folder(&files)
}

#[test]
fn what_the_files_hold() {
    let folder = files(SALES);
    let table = merit(folder.path(), &["data"]);
    expect("data_table", &table);
    let wide = String::from_utf8(table.stdout).unwrap();
    assert!(wide.lines().all(|line| unicode_width::UnicodeWidthStr::width(line) <= 80), "{wide}");
    let output = merit(folder.path(), &["data", "--format", "json"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let schema = serde_json::from_str(include_str!("../../docs/data.schema.json")).unwrap();
    assert_eq!(schema::faults(&schema, &document), Vec::<String>::new());
    let amount = &document["data"][1]["columns"][3];
    assert_eq!((&amount["total"], &amount["blank"]), (&Value::from("1200"), &Value::from(1)));
    for threads in ["1", "3"] {
        let again = merit(folder.path(), &["data", "--format", "json", "--threads", threads]);
        assert_eq!(again.stdout, output.stdout);
    }
}

#[test]
fn mistakes_in_columns_that_no_formula_reads() {
    let folder = files(&SALES.replace("new,", "nwe,").replace("T2,2026/4/1", "T9,2026/4/1"));
    expect("data_with_mistakes", &merit(folder.path(), &["data"]));
    expect("data_strict", &merit(files(SALES).path(), &["data", "--strict"]));
}
