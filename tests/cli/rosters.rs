//! A project in which people and teams are evaluated: who is shown, and in what form.

use super::{expect, folder, merit};

const SPEC: &[u8] = r#"company "Example Stores" {
  currency CNY
  scores to 1 decimals
  language en, zh
}

unit sale, sales zh "笔"
unit team, teams zh "团队"

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
  roster as branch
  organisation
  file "teams.csv"
  row team
  key code
  column code   : text
  column name   : text
  column parent : teams optional
}

data sales {
  file "sales.csv"
  row sale
  dated by sold_on
  column seller  : people
  column sold_on : date
  column amount  : CNY
}

kpi sold "Amount sold" zh "销售额" : CNY {
  value = sum(amount of sales)
  higher is better
}

kpi sale_count "Sales" zh "销售笔数" : sale {
  value = count(sales)
  higher is better
}

rating grades {
  A "Good" zh "良好" >= 80
  B "Fair" zh "一般" else
}

position seller "Seller" zh "销售员" {
  scope own
  scorecard {
    60% sold        target 1_000 CNY  score attainment up to 120
    40% sale_count  target 2          score attainment up to 120
    rating grades
  }
  output bonus "Bonus" zh "奖金" : CNY = round(score / 100 point * 500 CNY to 0.01 CNY)
}

position branch "Branch" zh "分店" {
  status draft
  scope team
  scorecard {
    100% sold  target 2_000 CNY  score attainment up to 120
    rating grades
  }
}
"#
.as_bytes();

const PEOPLE: &[u8] = "\
staff_no,name,post,team,joined,left
P1,Ann,seller,N1,2025-01-01,
P2,Bob,seller,N1,2025-01-01,2026-08-15
P2,Bob,seller,S,2026-08-16,
P3,Cleo,cashier,S,2025-01-01,
"
.as_bytes();

const TEAMS: &[u8] = "code,name,parent\nN,North,\nN1,Harbour,N\nS,South,\n".as_bytes();

const SALES: &[u8] = "\
seller,sold_on,amount
P1,2026-07-03,800.50
P1,2026-08-20,299.50
P1,2026-09-29,33
P2,2026-07-10,500
P2,2026-09-28,250.25
"
.as_bytes();

fn run(arguments: &[&str]) -> std::process::Output {
    let folder = folder(&[
        ("specs/all.merit", SPEC),
        ("specs/data/people.csv", PEOPLE),
        ("specs/data/teams.csv", TEAMS),
        ("specs/data/sales.csv", SALES),
    ]);
    let fixed: &[&str] = &["eval", "specs", "--period", "2026-Q3"];
    let output = merit(folder.path(), &[fixed, arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

#[test]
fn people_and_teams_are_told_apart_in_the_summary() {
    expect("rosters", &run(&[]));
}

#[test]
fn the_summary_speaks_the_language_asked_for() {
    expect("rosters_zh", &run(&["--lang", "zh"]));
}

#[test]
fn a_team_or_a_person_is_found_by_key_or_name() {
    expect("rosters_person", &run(&["--person", "Harbour"]));
    expect("rosters_two_stints", &run(&["--person", "P2"]));
    expect("rosters_person_zh", &run(&["--person", "P2", "--lang", "zh"]));
}

#[test]
fn a_team_is_shown_with_its_people_and_the_teams_below() {
    expect("rosters_team", &run(&["--team", "North"]));
}

#[test]
fn a_position_may_be_one_of_teams() {
    expect("rosters_position", &run(&["--position", "分店"]));
}

#[test]
fn csv_has_a_row_for_each_kpi_output_stint_and_person() {
    expect("rosters_csv", &run(&["--format", "csv"]));
    expect("rosters_csv_zh", &run(&["--format", "csv", "--lang", "zh", "--person", "P1"]));
}

#[test]
fn json_tells_the_rosters_apart_and_marks_drafts() {
    let output = run(&["--format", "json"]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let schema = serde_json::from_str(include_str!("../../docs/results.schema.json")).unwrap();
    assert_eq!(super::schema::faults(&schema, &document), Vec::<String>::new());
    let people = document["people"].as_array().unwrap();
    let found: Vec<_> = people
        .iter()
        .map(|person| {
            let drafts = person["cards"].as_array().unwrap().iter().filter(|card| card["draft"] == true).count();
            (person["roster"].as_str().unwrap(), person["person"].as_str().unwrap(), drafts)
        })
        .collect();
    assert_eq!(
        found,
        [("people", "P1", 0), ("people", "P2", 0), ("teams", "N", 1), ("teams", "N1", 1), ("teams", "S", 1)]
    );
}

/// Sales that stop in August, in two files that hold the same.
#[test]
fn what_is_odd_about_the_data_is_said_beside_the_results() {
    let spec = String::from_utf8_lossy(SPEC)
        .replace("\"sales.csv\"", "\"sales*.csv\"")
        .replace("  dated by sold_on\n", "  dated by sold_on\n  may be empty\n");
    let sales = b"seller,sold_on,amount\nP1,2026-07-03,800\nP2,2026-07-10,500\nP1,2026-08-02,100\n";
    let other = b"seller,sold_on,amount\nP1,2026-07-03,800\nP2,2026-07-10,500\nP1,2026-08-02,101\n";
    let files = |spec: &'static [u8], names: [&'static str; 3]| {
        folder(&[
            ("specs/all.merit", spec),
            ("specs/data/people.csv", PEOPLE),
            ("specs/data/teams.csv", TEAMS),
            (names[0], sales),
            (names[1], sales),
            (names[2], other),
        ])
    };
    let names = ["specs/data/sales_07.csv", "specs/data/sales_7.csv", "specs/data/sales_08.csv"];
    let arguments = ["eval", "specs", "--period", "2026-Q3"];
    let wildcard: &'static [u8] = Box::leak(spec.replace("  may be empty\n", "").into_bytes().into_boxed_slice());
    let project = files(wildcard, names);
    expect("doubts", &merit(project.path(), &arguments));
    expect(
        "doubts_zh",
        &merit(project.path(), &[&arguments[..], &["--lang", "zh", "--format", "csv", "--person", "N"]].concat()),
    );

    // Where nothing may have happened, no row need be late.
    let quiet: &'static [u8] = Box::leak(spec.into_bytes().into_boxed_slice());
    let output = merit(files(quiet, names).path(), &arguments);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("hold the same") && !text.contains("reach to"), "{text}");
}

/// A sale of Ann's before she came, and two of Bob's after he left.
#[test]
fn rows_that_count_for_nobody_are_said_beside_the_results() {
    let people =
        b"staff_no,name,post,team,joined,left\nP1,Ann,seller,N1,2026-08-01,\nP2,Bob,seller,N1,2025-01-01,2026-08-15\n";
    let sales =
        b"seller,sold_on,amount\nP1,2026-07-03,1300.50\nP1,2026-08-20,299.50\nP2,2026-08-16,500\nP2,2026-09-28,250\n";
    let project = folder(&[
        ("specs/all.merit", SPEC),
        ("specs/data/people.csv", people),
        ("specs/data/teams.csv", TEAMS),
        ("specs/data/sales.csv", sales),
    ]);
    let run =
        |arguments: &[&str]| merit(project.path(), &[&["eval", "specs", "--period", "2026-Q3"], arguments].concat());
    expect("nowhere", &run(&[]));
    expect("nowhere_zh", &run(&["--lang", "zh"]));
    expect("nowhere_person", &run(&["--person", "P2"]));
    expect("nowhere_strict", &run(&["--strict"]));
    let json: serde_json::Value = serde_json::from_slice(&run(&["--format", "json"]).stdout).unwrap();
    let doubt = json["doubts"][0].as_str().unwrap();
    assert!(doubt.starts_with("3 rows of sales (amount 2,050.50 CNY) belong to P1, P2 "), "{doubt}");
}

/// The list of people says that Cleo is a branch, of which the formulas ask what only teams have.
#[test]
fn a_post_of_another_roster_is_told() {
    let spec = String::from_utf8_lossy(SPEC)
        .replace("  column parent : teams optional\n", "  column parent : teams optional\n  column rent : CNY\n")
        .replace("  scope team\n  scorecard {", "  scope team\n  output rent : CNY = team.rent\n  scorecard {");
    let people = String::from_utf8_lossy(PEOPLE).replace("cashier", "branch");
    let project = folder(&[
        ("specs/all.merit", spec.as_bytes()),
        ("specs/data/people.csv", people.as_bytes()),
        ("specs/data/teams.csv", b"code,name,parent,rent\nN,North,,1\nN1,Harbour,N,2\nS,South,,3\n"),
        ("specs/data/sales.csv", SALES),
    ]);
    expect("post_of_another_roster", &merit(project.path(), &["eval", "specs", "--period", "2026-Q3"]));
}

/// Without a language a label is in the first one; with the first one it needs no other.
#[test]
fn labels_are_in_the_first_language() {
    let spec = r#"company "某公司" {
  language zh, en
}
unit policy, policies zh "件"
unit worker, workers zh "人"
data workers "人员" {
  roster as clerk
  file "workers.csv"
  row worker
  key code
  column code   : text
  column sold   : policy
  column visits : number
}
kpi sold zh "件数" en "Policies" : policy {
  value = worker.sold
}
kpi visits "拜访" en "Visits" : number {
  value = worker.visits
}
position clerk zh "文员" en "Clerk" {
  scorecard {
    60% sold    score linear 0 -> 0, 10 -> 100
    40% visits  score linear 0 -> 0, 10 -> 100
  }
}
"#;
    let files = [("specs/all.merit", spec.as_bytes()), ("specs/data/workers.csv", b"code,sold,visits\nP1,5,6\n")];
    let project = folder(&files);
    let arguments = ["eval", "specs", "--period", "2026", "--person", "P1"];
    expect("first_language", &merit(project.path(), &arguments));
    expect("first_language_en", &merit(project.path(), &[&arguments[..], &["--lang", "en"]].concat()));
}
