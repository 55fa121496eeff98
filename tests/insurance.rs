//! The insurance example from its data files to everyone's rating: every number equals what two programs of their own
//! have found (`tests/insurance/*.py`), whatever the order of the rows and the number of threads.

#![deny(dead_code)] // a test that is not in the table

#[macro_use]
#[path = "support/harness.rs"]
mod harness;
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use harness::need_python;
use serde_json::Value;
use support::{Copy, insurance, utf8};

const PERIODS: [&str; 2] = ["2026-Q2", "2026-Q3"];

/// What is told of the example: somebody in the service has a rise in mid-quarter, on purpose.
const TOLD: [(&str, &str); 1] = [(
    "2026-Q3",
    "merit: base_pay of S1210 in people changes on 2026-08-01 within a stint, from 5900 CNY to 6300 CNY; formulas read what \
     holds on its last day\n",
)];

/// Name of a number, and what it is: a fraction in lowest terms, a word, or `missing`.
type Table = BTreeMap<String, String>;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/insurance")
}

/// The results as they are written, of a copy of the example.
fn json(project: &Copy, period: &str, more: &[&str]) -> Vec<u8> {
    let arguments = [&["eval", "insurance", "--period", period, "--format", "json"], more].concat();
    let run = project.merit(&arguments);
    assert_eq!(run.status.code(), Some(0), "{}", utf8(&run.stderr));
    let told: String = TOLD.iter().filter(|(in_period, _)| *in_period == period).map(|(_, told)| *told).collect();
    assert_eq!(utf8(&run.stderr), told);
    // How large files are and when they were written says nothing of their rows.
    let mut results: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    assert!(results.as_object_mut().unwrap().remove("provenance").is_some());
    serde_json::to_vec_pretty(&results).unwrap()
}

/// A committed table: all columns but the last are the name.
fn expected(file: &str) -> Table {
    let mut table = Table::new();
    for record in csv::Reader::from_path(folder().join(file)).unwrap().records() {
        let record = record.unwrap();
        let (value, name) = (record.get(record.len() - 1).unwrap(), record.iter().take(record.len() - 1));
        let name = name.collect::<Vec<_>>().join(" | ");
        assert!(table.insert(name.clone(), value.to_string()).is_none(), "{name} twice in {file}");
    }
    table
}

/// Compares two tables: the same names, the same values.
fn same(file: &str, expected: &Table, found: &Table) {
    let mut wrong = Vec::new();
    for name in expected.keys().chain(found.keys().filter(|name| !expected.contains_key(*name))) {
        let (expected, found) = (expected.get(name), found.get(name));
        if expected != found {
            let shown = |value: Option<&String>| value.cloned().unwrap_or_else(|| "nothing".into());
            wrong.push(format!("{name}: {file} has {}, merit {}", shown(expected), shown(found)));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
}

/// An exact number as numerator/denominator; `missing` for what has none.
fn fraction(value: &Value) -> String {
    let Some(text) = value.get("number").and_then(Value::as_str) else { return "missing".into() };
    assert_eq!(value["approximate"], Value::Bool(false), "{text} is not exact");
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let number = match text.split_once('/') {
        Some((above, below)) => return format!("{above}/{below}"),
        None => format!("{whole}{decimals}").parse::<i128>().unwrap(),
    };
    let mut below = 10i128.pow(decimals.len() as u32);
    let common = gcd(number.abs(), below).max(1);
    below /= common;
    format!("{}/{below}", number / common)
}

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

/// Calls `each` with every entry of a scorecard and its path, the parts of a group before the group.
fn entries(of: &[Value], path: &str, each: &mut dyn FnMut(&str, &Value)) {
    for entry in of {
        let name = text(&entry["name"]);
        let path = if path.is_empty() { name.to_string() } else { format!("{path}/{name}") };
        if let Some(inner) = entry["entries"].as_array() {
            entries(inner, &path, each);
        }
        each(&path, entry);
    }
}

fn results(project: &Copy) -> Vec<(&'static str, Value)> {
    PERIODS.into_iter().map(|period| (period, serde_json::from_slice(&json(project, period, &[])).unwrap())).collect()
}

fn the_specs_have_no_mistake() {
    let run = Copy::new().check();
    let said = utf8(&run.stdout);
    assert_eq!(run.status.code(), Some(0), "{said}");
    assert!(said.ends_with("no findings\n") && said.lines().count() == 1, "{said}");
    assert!(run.stderr.is_empty());
}

fn every_kpi_is_what_the_data_says() {
    let mut found = Table::new();
    for (period, results) in results(&Copy::new()) {
        for person in list(&results["people"]) {
            for card in list(&person["cards"]) {
                let head = ["person", "position", "team", "from"].map(|part| match part {
                    "person" => text(&person["person"]),
                    "team" => text(&card["team"]["key"]),
                    other => text(&card[other]),
                });
                entries(list(&card["scorecard"]["entries"]), "", &mut |_, entry| {
                    if entry["kind"] == "kpi" {
                        let name = format!("{period} | {} | {}", head.join(" | "), text(&entry["name"]));
                        assert!(found.insert(name.clone(), fraction(&entry["value"])).is_none(), "{name} twice");
                    }
                });
            }
        }
    }
    assert!(found.len() > 900);
    same("expected.csv", &expected("expected.csv"), &found);
}

fn every_score_rating_and_bonus_follows_from_the_rules() {
    let mut found = Table::new();
    for (period, results) in results(&Copy::new()) {
        for person in list(&results["people"]) {
            let mut put = |from: &str, what: String, value: String| {
                let name = format!("{period} | {} | {from} | {what}", text(&person["person"]));
                assert!(found.insert(name.clone(), value).is_none(), "{name} twice");
            };
            let grade = |rating: &Value, part: &str| rating[part].as_str().unwrap_or("missing").to_string();
            for card in list(&person["cards"]) {
                let (from, scorecard) = (text(&card["from"]), &card["scorecard"]);
                entries(list(&scorecard["entries"]), "", &mut |path, entry| {
                    if !entry["target"].is_null() {
                        put(from, format!("target {path}"), fraction(&entry["target"]));
                    }
                    put(from, path.to_string(), fraction(&entry["score"]));
                });
                put(from, "combined".into(), fraction(&scorecard["combined"]));
                put(from, "score".into(), fraction(&scorecard["score"]));
                put(from, "rating".into(), grade(&scorecard["rating"], "grade"));
                put(from, "by score".into(), grade(&scorecard["rating"], "by_score"));
            }
            for post in list(&person["posts"]) {
                let cards = list(&person["cards"]);
                let first = cards.iter().find(|card| card["position"] == post["position"]);
                let from = first.map_or("", |card| text(&card["from"]));
                for output in list(&post["outputs"]) {
                    put(from, format!("output {}", text(&output["name"])), fraction(&output["value"]));
                }
            }
            put("", "overall".into(), fraction(&person["overall"]));
            put("", "rating".into(), grade(&person["rating"], "grade"));
            put("", "by score".into(), grade(&person["rating"], "by_score"));
            put("", "rank".into(), person["rank"].as_u64().map_or("missing".into(), |rank| format!("{rank}/1")));
        }
    }
    same("expected_scores.csv", &expected("expected_scores.csv"), &found);
}

/// The comparison above would prove little if the two quarters never met a rule: each of these is met.
fn the_two_quarters_meet_every_rule() {
    let mut met: BTreeMap<&str, usize> = BTreeMap::new();
    let mut count = |what: &'static str, times: usize| *met.entry(what).or_default() += times;
    for (_, results) in results(&Copy::new()) {
        for person in list(&results["people"]) {
            count("several cards", usize::from(list(&person["cards"]).len() > 1));
            count("no overall", usize::from(person["overall"].is_null()));
            count("distribution", usize::from(person["rating"]["lowered_by"] == "distribution"));
            for card in list(&person["cards"]) {
                let scorecard = &card["scorecard"];
                count("rating veto", usize::from(scorecard["rating"]["lowered_by"] == "veto"));
                for step in list(&scorecard["steps"]) {
                    count("score veto", usize::from(step["step"] == "veto"));
                    count("rounding", usize::from(step["step"] == "rounded"));
                }
                for bonus in list(&scorecard["adjustments"]) {
                    count("bonus", usize::from(!fraction(&bonus["points"]).starts_with('0')));
                }
                let complete = scorecard["completeness"]["number"] == "1";
                count("redistribution", usize::from(!complete && scorecard["score"]["kind"] == "number"));
                count("too incomplete", usize::from(scorecard["score"]["kind"] == "missing"));
                entries(list(&scorecard["entries"]), "", &mut |_, entry| {
                    count("proration", usize::from(!entry["full_target"].is_null()));
                });
            }
        }
    }
    let never: Vec<_> = met.iter().filter(|(_, times)| **times == 0).collect();
    assert!(never.is_empty(), "never met: {never:?}, of {met:?}");
}

// ---------------------------------------------------------------- the programs that the expectations come from

/// Runs a script of `folder`; what it writes to standard output. Nothing is left behind.
fn python(script: &Path, arguments: &[&str]) -> Vec<u8> {
    let run = Command::new("python3")
        .arg("-B")
        .arg(script)
        .args(arguments)
        .env("PYTHONIOENCODING", "utf-8")
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", utf8(&run.stderr));
    run.stdout
}

fn the_expectations_still_follow_from_the_data() {
    need_python();
    for (script, file) in [("recompute.py", "expected.csv"), ("recompute_scores.py", "expected_scores.csv")] {
        let found = python(&folder().join(script), &PERIODS);
        assert!(found == fs::read(folder().join(file)).unwrap(), "{script} does not yield {file} any more");
    }
}

fn the_data_is_what_its_generator_writes() {
    need_python();
    let out = tempfile::tempdir().unwrap();
    python(&insurance().join("generate_data.py"), &[out.path().to_str().unwrap()]);
    let files = |folder: &Path| {
        let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names
            .filter(|name| !name.starts_with('.'))
            .map(|name| (name.clone(), fs::read(folder.join(name)).unwrap()))
            .collect()
    };
    let (written, committed): (BTreeMap<_, _>, BTreeMap<_, _>) = (files(out.path()), files(&insurance().join("data")));
    assert_eq!(written.keys().collect::<Vec<_>>(), committed.keys().collect::<Vec<_>>());
    for (name, bytes) in &committed {
        assert!(written[name] == *bytes, "{name} is not what the generator writes");
    }
}

// ---------------------------------------------------------------- order and threads

/// Puts the rows of every file in another order; titles, headers and totals stay where they are. How many moved.
fn shuffle(project: &Copy, seed: u64) -> usize {
    let mut state = seed;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize % below
    };
    let mut moved = 0;
    let mut names: Vec<String> = fs::read_dir(project.path("data"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    for name in names.iter().filter(|name| name.ends_with(".csv")) {
        let file = format!("data/{name}");
        let bytes = project.bytes(&file);
        assert!(bytes.ends_with(b"\n"), "{name}");
        let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
        // Titles and headers have no digits in their first cell; nor have totals.
        let is_row = |line: &&[u8]| {
            let cell = line.split(|byte| matches!(byte, b',' | b';')).next().unwrap();
            cell.iter().any(u8::is_ascii_digit) && line.iter().filter(|byte| matches!(byte, b',' | b';')).count() > 0
        };
        let first = lines.iter().position(is_row).unwrap();
        let end = lines.iter().rposition(is_row).unwrap() + 1;
        let rows = &mut lines[first..end];
        for at in (1..rows.len()).rev() {
            rows.swap(at, random(at + 1));
        }
        let shuffled = lines.concat();
        moved += usize::from(shuffled != bytes);
        project.write(&file, shuffled);
    }
    moved
}

fn neither_the_order_of_rows_nor_the_threads_matter() {
    let (project, shuffled) = (Copy::new(), Copy::new());
    let moved = shuffle(&shuffled, 20261012);
    assert!(moved > 35, "only {moved} files changed");
    for period in PERIODS {
        let as_it_is = json(&project, period, &["--threads", "1"]);
        assert!(as_it_is.len() > 100_000);
        assert!(as_it_is == json(&project, period, &["--threads", "2"]), "{period}: two threads");
        for threads in ["1", "2"] {
            let other = json(&shuffled, period, &["--threads", threads]);
            assert!(as_it_is == other, "{period}: rows in another order, {threads} threads");
        }
    }
}

tests! {
    neither_the_order_of_rows_nor_the_threads_matter,
    the_specs_have_no_mistake,
    every_kpi_is_what_the_data_says,
    every_score_rating_and_bonus_follows_from_the_rules,
    the_two_quarters_meet_every_rule,
    the_expectations_still_follow_from_the_data,
    the_data_is_what_its_generator_writes,
}
