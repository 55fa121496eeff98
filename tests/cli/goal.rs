//! What it would take: answers in words and for programs, and what is wrong with a question.

use serde_json::Value;

use super::suppose::project;
use super::{expect, merit};

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
