//! What it would take: answers in words and for programs, and what is wrong with a question.

use serde_json::Value;

use super::suppose::project;
use super::{expect, folder, merit};

/// Calls that three KPIs go by, of which one rises and one falls with each more.
const CALLS: &str = r#"company "Example Calls" {
  currency CNY
  scores to 1 decimals
}

unit call, calls
unit complaint, complaints

data people {
  roster
  file "people.csv"
  row person
  key staff_no
  valid from joined to left
  column staff_no : text
  column post     : position
  column joined   : date
  column left     : date optional
}

data calls "Calls" {
  file "calls.csv"
  row call
  dated by on
  column who     : people
  column on      : date
  column sales   "Sales" : CNY between 0 CNY and 100_000 CNY
  column minutes : minute
  column solved  : flag
  column topic   : text
}

data complaints {
  may be empty
  file "complaints.csv"
  row complaint
  dated by made_on
  column about   : people
  column made_on : date
}

kpi made "Calls made" : call {
  value = count(calls)
  higher is better
}

kpi sold "Sold" : CNY {
  value = sum(sales of calls)
  higher is better
}

kpi sold_each "Sold with a call" : CNY/call {
  value = sum(sales of calls) / count(calls)
  higher is better
}

kpi sold_year "Sold in the year" : CNY {
  value = sum(sales of calls) year to date
  higher is better
}

kpi solved_share "Solved" : % between 0% and 100% {
  value = count(calls where solved) / count(calls)
  higher is better
}

kpi quick "Minutes" : minute {
  value = average(minutes of calls at least 2 rows)
  lower is better
}

kpi angry "Angry" : % {
  value = share(topic = "anger" of calls)
  lower is better
}

kpi topics "Topics" : number {
  value = count distinct(topic of calls)
  higher is better
}

kpi complained "Complaints" : complaint {
  value = count(complaints)
  lower is better
}

kpi longest "The longest call" : minute {
  value = max(minutes of calls)
  lower is better
}

rating grades {
  A "Good" >= 80
  B "Fair" >= 60
  C "Poor" else
}

position agent "Agent" {
  scope own
  scorecard {
    20% made          target 8                score attainment up to 120
    20% sold_each         target 500 CNY/call     score attainment up to 120
    10% sold_year         target 9_000 CNY        score attainment up to 120
    15% solved_share                          score linear 0% -> 0, 100% -> 100
    10% quick                                 score linear 5 minutes -> 100, 20 minutes -> 0
    5% angry                                  score linear 0% -> 100, 50% -> 0
    5% topics                                 score linear 0 -> 0, 5 -> 100
    15% complained                            score linear 0 -> 100, 5 -> 0
    veto complained > 2 gives rating at most C "Many complaints"
    deduction longest deduct 10 for each 60 minutes up to 20
    rating grades
  }
  output bonus "Bonus" : CNY = round(if rating = A then score * 30 CNY / 1 point else score * 20 CNY / 1 point to 1 CNY)
}
"#;

fn calls() -> tempfile::TempDir {
    let people =
        "staff_no,post,joined,left\nP1,agent,2025-01-01,\nP2,agent,2025-01-01,\nP3,agent,2025-01-01,2026-08-31\n";
    let mut rows = String::from("who,on,sales,minutes,solved,topic\n");
    for (who, on, sales, minutes, solved, topic) in [
        ("P1", "2026-03-03", 1200, 9, "yes", "price"),
        ("P1", "2026-07-03", 400, 11, "yes", "price"),
        ("P1", "2026-07-20", 350, 14, "no", "anger"),
        ("P1", "2026-08-02", 300, 8, "yes", "delay"),
        ("P1", "2026-08-30", 450, 12, "no", "price"),
        ("P2", "2026-07-05", 900, 6, "yes", "price"),
        ("P3", "2026-07-06", 700, 10, "yes", "delay"),
    ] {
        rows.push_str(&format!("{who},{on},{sales},{minutes},{solved},{topic}\n"));
    }
    folder(&[
        ("calls.merit", CALLS.as_bytes()),
        ("data/people.csv", people.as_bytes()),
        ("data/calls.csv", rows.as_bytes()),
        ("data/complaints.csv", b"about,made_on\nP1,2026-08-20\nP1,2026-08-21\n"),
    ])
}

#[test]
fn rows_are_told_in_words() {
    let folder = calls();
    expect("goal_rows", &goal(&folder, &["--for", "B", "--person", "P1"]));
    expect("goal_rows_within", &goal(&folder, &["--for", "B", "--person", "P1", "--within", "20"]));
    expect("goal_rows_none", &goal(&folder, &["--for", "150", "--person", "P2"]));
    expect("goal_rows_ended", &goal(&folder, &["--for", "A", "--person", "P3", "--within", "40"]));
    expect(
        "goal_output",
        &goal(&folder, &["--for", "Bonus = 1_500 CNY", "--person", "P1", "--kpi", "complained,sold_each"]),
    );
    expect("goal_output_all", &goal(&folder, &["--for", "bonus = 1_300 CNY"]));
}

/// Rows of a document: each way, supposed by a file with these rows, is what `eval` gives.
#[test]
fn documents_have_rows_as_well() {
    let folder = calls();
    let output = goal(&folder, &["--for", "score=70", "--person", "P1", "--within", "20", "--format", "json"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let schema = serde_json::from_str(include_str!("../../docs/goal.schema.json")).unwrap();
    assert_eq!(crate::schema::faults(&schema, &document), Vec::<String>::new());
    let person = &document["people"][0];
    assert_eq!((person["score"].as_str(), document["within"].as_i64()), (Some("70"), Some(20)));
    let rows = person["rows"].as_array().unwrap();
    let what: std::collections::BTreeSet<&str> = rows.iter().map(|row| row["what"].as_str().unwrap()).collect();
    assert_eq!(what.into_iter().collect::<Vec<_>>(), ["different", "meeting", "rows", "sum", "total"]);
    // One complaint more, as a row of a file.
    std::fs::write(folder.path().join("one.csv"), "about,made_on\nP1,2026-09-30\n").unwrap();
    let more = &["--add", "complaints=one.csv", "--person", "P1", "--format", "json"];
    let told = super::suppose::eval(&folder, more);
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    let is_complaint = |one: &&Value| one["data"] == "complaints";
    let one = person["one_more"].as_array().unwrap().iter().find(is_complaint).unwrap();
    let after = &told["people"][0];
    assert_eq!(one["after"]["score"], after["overall"]["number"], "{one}");
    assert_eq!(one["after"]["grade"], after["rating"]["grade"], "{one}");
    assert_ne!(one["before"]["score"], one["after"]["score"], "{one}");
    assert_eq!(one["after"]["outputs"][0]["amount"]["number"], after["posts"][0]["outputs"][0]["value"]["number"]);
}

fn goal(folder: &tempfile::TempDir, more: &[&str]) -> std::process::Output {
    merit(folder.path(), &[&["goal", "--period", "2026-Q3"], more].concat())
}

#[test]
fn what_it_would_take_is_told_in_words() {
    let folder = project();
    expect("goal_one", &goal(&folder, &["--for", "A", "--person", "P1"]));
    expect("goal_score", &goal(&folder, &["--for", "110", "--person", "P2"]));
    expect("goal_veto", &goal(&folder, &["--for", "A", "--person", "P2", "--set", "moderate of P2 = 2"]));
    expect("goal_reached", &goal(&folder, &["--for", "B", "--person", "P1"]));
    expect("goal_two_posts", &goal(&folder, &["--for", "A", "--person", "P3"]));
    expect("goal_no_score", &goal(&folder, &["--for", "C", "--person", "P1", "--set", "growth of P1 = missing"]));
    expect("goal_all", &goal(&folder, &["--for", "A"]));
    expect("goal_position", &goal(&folder, &["--for", "Good", "--position", "clerk", "--kpi", "growth"]));
}

#[test]
fn mistakes_in_questions_are_told() {
    let folder = project();
    for (name, arguments) in [
        ("grade", &["--for", "AA"][..]),
        ("kpi", &["--for", "A", "--kpi", "slod"]),
        ("person", &["--for", "A", "--person", "P9"]),
        ("nothing", &["--person", "P1"]),
        ("output", &["--for", "bonsu = 500 CNY"]),
        ("output_unit", &["--for", "bonus = 500"]),
        ("output_alone", &["--for", "bonus"]),
        ("within", &["--for", "A", "--person", "P1", "--within", "93"]),
        ("within_all", &["--for", "A", "--within", "9"]),
    ] {
        expect(&format!("goal_mistake_{name}"), &goal(&folder, arguments));
    }
}

/// What the document says of an answer, an evaluation of its own gives: with the value, and with one step less.
#[test]
fn answers_are_what_eval_gives() {
    let folder = project();
    let output = goal(&folder, &["--for", "A", "--format", "json"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut confirmed = 0;
    for person in document["people"].as_array().unwrap() {
        for kpi in person["kpis"].as_array().unwrap() {
            for side in ["up", "down"].map(|side| &kpi[side]).into_iter().filter(|side| side["kind"] == "reached") {
                let grade = |tried: &Value| {
                    let (scope, name) = (kpi["scope"].as_str().unwrap(), kpi["kpi"].as_str().unwrap());
                    let (key, position) = (person["person"].as_str().unwrap(), kpi["position"].as_str().unwrap());
                    let shown = tried["shown"].as_str().unwrap().replace(',', "_");
                    let set = format!("{scope} {name} of {key} in {position} = {shown}");
                    let told = super::suppose::eval(&folder, &["--set", &set, "--person", key, "--format", "json"]);
                    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
                    told["people"][0]["rating"]["grade"].clone()
                };
                assert_eq!(grade(&side["value"]), "A", "{side}");
                assert_eq!(side["outcome"]["grade"], "A");
                let less = &side["less"];
                assert_eq!(grade(&less["value"]), less["outcome"]["grade"], "{side}");
                assert_ne!(less["outcome"]["grade"], "A");
                confirmed += 1;
            }
        }
    }
    assert_eq!(confirmed, 5);
}
