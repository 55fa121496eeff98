//! Suppositions: what they change, for whom, and that they are told as what they are.

use super::{expect, folder, merit};

const SPEC: &str = r#"company "Example Stores" {
  currency CNY
  scores to 1 decimals
  language en, zh
}

unit sale, sales zh "笔"
unit complaint, complaints

data people {
  roster
  file "people.csv"
  row person
  key staff_no
  valid from joined to left
  column staff_no : text
  column name     : text
  column post     : position
  column team     : teams
  column joined   : date
  column left     : date optional
}

data teams {
  organisation
  file "teams.csv"
  row team
  key code
  column code   : text
  column name   : text
  column parent : teams optional
}

data sales {
  file "sales*.csv"
  row sale
  dated by sold_on
  column seller  : people
  column sold_on : date
  column amount  : CNY
}

data complaints {
  may be empty
  file "complaints.csv"
  row complaint
  dated by made_on
  column about   : people
  column made_on : date
}

kpi sold "Amount sold" zh "销售额" : CNY {
  value = sum(amount of sales)
  higher is better
}

kpi growth "Level of growth" : % {
  value = sold / sold previous period
  higher is better
}

kpi part "Share of the company" : % between 0% and 100% {
  value = sold / (sold over company)
  higher is better
}

kpi moderate "Complaints" : complaint {
  value = count(complaints)
  lower is better
}

rating grades {
  A "Good" >= 80
  B "Fair" >= 50
  C "Poor" else
}

position clerk "Clerk" zh "店员" {
  reports to manager
  scope own
  scorecard {
    60% sold      target 1_000 CNY  score attainment up to 120
    40% growth    score linear 0% -> 0, 200% -> 100
    veto moderate > 1 gives rating at most C "Many complaints"
    rating grades
  }
  output bonus "Bonus" zh "奖金" : CNY = round(score * 10 CNY / 1 point to 1 CNY)
}

position manager "Manager" {
  scope team
  scorecard {
    50% score of reports
    50% sold  target 2_000 CNY  score attainment up to 120
    rating grades
  }
  output reward "Reward" : CNY = sum(bonus default 0 of people) / 10
  output own_share "Own share" : % = (part over own) default 0%
}
"#;

const PEOPLE: &str = "staff_no,name,post,team,joined,left\n\
    P1,Wang Fang,clerk,T1,2025-01-01,\n\
    P2,Li Lei,clerk,T1,2025-01-01,\n\
    P3,Li Na,clerk,T1,2025-01-01,2026-08-15\n\
    P3,Li Na,manager,T1,2026-08-16,\n\
    P4,Zhao Min,manager,T1,2025-01-01,\n";

const SALES: &str = "seller,sold_on,amount\n\
    P1,2026-05-02,500\n\
    P1,2026-08-03,600\n\
    P2,2026-05-04,400\n\
    P2,2026-08-05,700\n\
    P3,2026-05-06,300\n\
    P3,2026-07-07,450\n";

pub(super) fn project() -> tempfile::TempDir {
    folder(&[
        ("shop.merit", SPEC.as_bytes()),
        ("data/people.csv", PEOPLE.as_bytes()),
        ("data/teams.csv", b"code,name,parent\nT1,Centre,\n"),
        ("data/sales.csv", SALES.as_bytes()),
        ("data/complaints.csv", b"about,made_on\nP2,2026-08-20\n"),
        ("more.csv", b"seller,sold_on,amount\nP2,2026-09-09,250\n"),
        ("fixed.csv", SALES.replace("P1,2026-08-03,600", "P1,2026-08-03,900").as_bytes()),
    ])
}

const EVAL: [&str; 3] = ["eval", "--period", "2026-Q3"];

pub(super) fn eval(folder: &tempfile::TempDir, more: &[&str]) -> std::process::Output {
    merit(folder.path(), &[&EVAL, more].concat())
}

#[test]
fn all_that_follows_from_a_value_is_compared() {
    let folder = project();
    expect("suppose_a_value", &eval(&folder, &["--set", "sold of P1 = 1_000 CNY"]));
    expect("suppose_a_value_zh", &eval(&folder, &["--set", "销售额 of Wang Fang = 1_000 CNY", "--lang", "zh"]));
    expect("suppose_a_veto", &eval(&folder, &["--set", "Complaints of P2 = 2", "--person", "P2"]));
    expect("suppose_missing", &eval(&folder, &["--set", "Level of growth of P2 = missing"]));
    expect("suppose_nothing_new", &eval(&folder, &["--set", "sold of P1 = 600 CNY"]));
}

#[test]
fn files_are_supposed() {
    let folder = project();
    expect("suppose_replaced", &eval(&folder, &["--replace", "sales=fixed.csv"]));
    expect("suppose_added", &eval(&folder, &["--add", "sales=more.csv", "--set", "growth of P1 = 100%"]));
    expect("suppose_added_twice", &eval(&folder, &["--add", "sales=data/sales.csv"]));
    expect("suppose_cards", &eval(&folder, &["--replace", "sales=fixed.csv", "--person", "P1", "--cards"]));
}

#[test]
fn every_form_says_that_it_is_no_result() {
    let folder = project();
    let set = ["--set", "sold of P1 = 1_000 CNY", "--person", "P1"];
    expect("suppose_csv", &eval(&folder, &[&set[..], &["--format", "csv"]].concat()));
    expect("suppose_csv_people", &eval(&folder, &[&set[..], &["--rows", "people"]].concat()));
    let json = eval(&folder, &[&set[..], &["--format", "json", "--add", "sales=more.csv"]].concat());
    let document: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let schema = serde_json::from_str(include_str!("../../docs/results.schema.json")).unwrap();
    assert_eq!(crate::schema::faults(&schema, &document), Vec::<String>::new());
    let supposed = &document["supposed"];
    assert!(!supposed["changes"].as_array().unwrap().is_empty() && !supposed["sums"].as_array().unwrap().is_empty());
    assert_eq!(supposed["values"][0]["value"]["number"], "1000");
    assert_eq!(supposed["added"][0]["files"][0], "more.csv");
    assert_eq!(document["provenance"]["options"]["set"][0], "sold of P1 = 1_000 CNY");
    let files: Vec<&str> = document["provenance"]["data"]["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["path"].as_str().unwrap())
        .collect();
    assert!(files.contains(&"more.csv") && files.contains(&"sales.csv"), "{files:?}");
    // Without suppositions nothing speaks of them.
    let plain = eval(&folder, &["--format", "json"]);
    assert!(!String::from_utf8(plain.stdout).unwrap().contains("supposed"));
}

#[test]
fn explanations_and_goals_say_that_it_is_no_result() {
    let folder = project();
    let told = |command: &[&str]| {
        let run = merit(
            folder.path(),
            &[command, &["--period", "2026-Q3", "--person", "P1", "--add", "sales=more.csv"]].concat(),
        );
        assert!(run.status.success(), "{command:?}: {}", String::from_utf8_lossy(&run.stderr));
        String::from_utf8(run.stdout).unwrap()
    };
    for command in [&["why"][..], &["goal", "--for", "1"]] {
        assert!(told(command).contains("Supposed, no result:  "), "{command:?}");
    }
    let rows = told(&["why", "--format", "csv"]);
    let lines: Vec<&str> = rows.lines().collect();
    assert!(lines[0].ends_with(",supposed") && lines.len() > 1, "{rows}");
    assert!(lines[1..].iter().all(|line| line.contains("more.csv")), "{rows}");
    let document: serde_json::Value = serde_json::from_str(&told(&["why", "--format", "json"])).unwrap();
    assert!(!document["supposed"].as_array().unwrap().is_empty());
}

#[test]
fn mistakes_are_told_with_what_would_be_right() {
    let folder = project();
    for (name, arguments) in [
        ("no_kpi", &["--set", "slod of P1 = 5 CNY"][..]),
        ("no_unit", &["--set", "sold of P1 = 1000"]),
        ("comma", &["--set", "sold of P1 = 1,000 CNY"]),
        ("bare_ratio", &["--set", "growth of P1 = 0.9"]),
        ("other_unit", &["--set", "sold of P1 = 5%"]),
        ("no_such_unit", &["--set", "sold of P1 = 5 CNX"]),
        ("no_value", &["--set", "sold of P1 = much"]),
        ("no_form", &["--set", "sold P1"]),
        ("nobody", &["--set", "sold of Wang Fan = 5 CNY"]),
        ("not_read", &["--set", "moderate of P4 = 3"]),
        ("beyond", &["--set", "part of P4 = 130%"]),
        ("two_posts", &["--set", "sold of P3 = 900 CNY"]),
        ("other_post", &["--set", "sold of P1 in manager = 900 CNY"]),
        ("twice", &["--set", "sold of P1 = 5 CNY", "--set", "sold of P1 = 6 CNY"]),
        ("all", &["--set", "slod of P1 = 5 CNY", "--set", "sold of P9 = 6 CNY"]),
        ("no_data", &["--replace", "sale=fixed.csv"]),
        ("no_file", &["--replace", "sales=fixd.csv"]),
        ("no_name", &["--add", "fixed.csv"]),
        ("periods", &["--set", "sold of P1 = 5 CNY", "--periods", "2026-Q2..2026-Q3"]),
    ] {
        let arguments = match arguments.contains(&"--periods") {
            true => [&["eval"], arguments].concat(),
            false => [&EVAL, arguments].concat(),
        };
        expect(&format!("suppose_mistake_{name}"), &merit(folder.path(), &arguments));
    }
}

#[test]
fn one_of_several_posts_is_named() {
    let folder = project();
    expect("suppose_in_a_post", &eval(&folder, &["--set", "own part of P3 in manager = 50%", "--person", "P3"]));
}
