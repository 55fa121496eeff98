//! Scoring systems that others published, in `specs/published`: what Merit makes of their figures is what they printed.
//!
//! A selection stands in the specs' own tests and data. The full tables are no part of the project: where the variable
//! `MERIT_PUBLISHED` names their folder, they are run as well, and ignored elsewhere.

#![deny(dead_code)] // a test that is not in the table

#[macro_use]
#[path = "support/harness.rs"]
mod harness;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use harness::not_here;
use serde_json::Value;

/// Each system with the period of its data.
const SYSTEMS: [(&str, &str); 5] = [
    ("decathlon", "2004"),
    ("efficacy", "2020"),
    ("hdi", "2021"),
    ("senior_executives", "2024"),
    ("survey_indices", "2021"),
];

/// What the small data files give: system, who, score and grade, as printed.
const PRINTED: [(&str, &str, &str, &str); 30] = [
    ("hdi", "CHE", "0.962", "very_high"),
    ("hdi", "NOR", "0.961", "very_high"),
    ("hdi", "USA", "0.921", "very_high"),
    ("hdi", "SGP", "0.939", "very_high"),
    ("hdi", "QAT", "0.855", "very_high"),
    ("hdi", "THA", "0.800", "very_high"),
    ("hdi", "CHN", "0.768", "high"),
    ("hdi", "BRA", "0.754", "high"),
    ("hdi", "ZAF", "0.713", "high"),
    ("hdi", "PHL", "0.699", "medium"),
    ("hdi", "CIV", "0.550", "medium"),
    ("hdi", "TZA", "0.549", "low"),
    ("hdi", "IND", "0.633", "medium"),
    ("hdi", "NGA", "0.535", "low"),
    ("hdi", "AFG", "0.478", "low"),
    ("hdi", "SSD", "0.385", "low"),
    ("decathlon", "Sebrle / Olympic Games", "8893", ""),
    ("decathlon", "Karpov / Olympic Games", "8725", ""),
    ("decathlon", "Casarsa / Olympic Games", "7404", ""),
    ("decathlon", "Clay / Decastar", "8122", ""),
    ("decathlon", "Bourguignon / Decastar", "7313", ""),
    ("senior_executives", "SES-01", "400", "level_4"),
    ("senior_executives", "SES-02", "460", "level_1"),
    ("survey_indices", "SightMill", "-10.00", ""),
    ("survey_indices", "Palos", "40.00", ""),
    ("survey_indices", "DELA 2018", "10.00", ""),
    ("survey_indices", "All ones", "0.00", ""),
    ("survey_indices", "All tens", "100.00", ""),
    ("efficacy", "The worked example", "15.23", ""),
    ("efficacy", "Exactly average", "12.00", ""),
];

fn folder(system: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/published").join(system).display().to_string()
}

fn merit(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_merit")).args(arguments).output().unwrap()
}

fn said(run: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr))
}

/// Everyone's result by name.
fn results(system: &str, period: &str, more: &[&str]) -> BTreeMap<String, Value> {
    let folder = folder(system);
    let run = merit(&[&["eval", &folder, "--period", period, "--format", "json"], more].concat());
    assert!(run.status.success() && run.stderr.is_empty(), "{system}: {}", said(&run));
    let json: Value = serde_json::from_slice(&run.stdout).unwrap();
    let people = json["people"].as_array().unwrap();
    people.iter().map(|person| (person["person"].as_str().unwrap().to_string(), person.clone())).collect()
}

fn score(result: &Value) -> &str {
    result["overall"]["shown"].as_str().unwrap_or("none")
}

fn grade(result: &Value) -> &str {
    result["rating"]["grade"].as_str().unwrap_or("")
}

/// The folder of the full tables; the test is left out where there is none.
fn tables() -> PathBuf {
    let folder = std::env::var_os("MERIT_PUBLISHED").filter(|named| !named.is_empty()).map(PathBuf::from);
    folder.unwrap_or_else(|| not_here("the folder of the full published tables", "export MERIT_PUBLISHED=FOLDER"))
}

fn table(folder: &Path, file: &str) -> Vec<BTreeMap<String, String>> {
    let path = folder.join(file);
    let mut reader = csv::Reader::from_path(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    reader.deserialize().map(Result::unwrap).collect()
}

/// No difference, or all of them.
fn none(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

fn the_specs_have_no_mistake_and_stand_in_the_one_style() {
    for (system, _) in SYSTEMS {
        let checked = merit(&["check", &folder(system), "--deny", "warnings"]);
        assert!(checked.status.success(), "{system}: {}", said(&checked));
        let formatted = merit(&["fmt", "--check", &folder(system)]);
        assert!(formatted.status.success(), "{system}: {}", said(&formatted));
    }
}

fn their_own_tests_pass() {
    for (system, _) in SYSTEMS {
        let run = merit(&["test", &folder(system)]);
        let text = said(&run);
        assert!(run.status.success() && text.contains(" passed") && !text.contains("\n0 tests"), "{system}: {text}");
    }
}

fn their_own_data_give_the_printed_figures() {
    let mut wrong = Vec::new();
    for (system, period) in SYSTEMS {
        let results = results(system, period, &[]);
        for (_, who, printed, group) in PRINTED.iter().filter(|printed| printed.0 == system) {
            let result = results.get(*who).unwrap_or_else(|| panic!("{system} has no {who}"));
            let found = (score(result).replace(',', ""), grade(result));
            if found != (printed.to_string(), *group) {
                wrong.push(format!("{system}, {who}: printed {printed} {group}, merit {found:?}"));
            }
        }
    }
    none(wrong);
}

fn every_country_has_its_printed_index_and_group() {
    let folder = tables();
    let results = results("hdi", "2021", &["--data", &folder.display().to_string()]);
    let table = table(&folder, "hdi-2021.csv");
    assert_eq!((table.len(), results.len()), (191, 191));
    let mut wrong = Vec::new();
    for row in &table {
        let printed = (format!("{:0<5}", row["hdi_published"]), row["hdi_group"].to_lowercase().replace(' ', "_"));
        let result = &results[&row["iso3"]];
        if (score(result), grade(result)) != (&printed.0, &printed.1) {
            wrong.push(format!("{}: printed {printed:?}, merit {} {}", row["iso3"], score(result), grade(result)));
        }
    }
    none(wrong);
}

fn every_decathlete_has_the_printed_total() {
    let folder = tables();
    let results = results("decathlon", "2004", &["--data", &folder.display().to_string()]);
    let table = table(&folder, "decathlon.csv");
    let sound: Vec<_> = table.iter().filter(|row| row["matches"] == "yes").collect();
    assert_eq!((table.len(), results.len(), sound.len()), (41, 41, 34));
    let mut wrong = Vec::new();
    for row in sound {
        let name = format!("{} / {}", row["athlete"], row["competition"]);
        let total = score(&results[&name]).replace(',', "");
        if total != row["points_published"] {
            wrong.push(format!("{name}: printed {}, merit {total}", row["points_published"]));
        }
    }
    none(wrong);
}

/// Countries are no people, and columns in which nothing stands are left out.
fn the_pages_speak_of_who_is_evaluated() {
    let page = |system: &str, period: &str, more: &[&str]| {
        let run = merit(&[&["eval", &folder(system), "--period", period], more].concat());
        assert!(run.status.success(), "{}", said(&run));
        String::from_utf8(run.stdout).unwrap()
    };
    let summary = page("hdi", "2021", &[]);
    assert!(summary.contains("\nCountry  Name ") && summary.contains("Nation · 24 countries\n"), "{summary}");
    assert!(summary.contains("THA      Thailand                       0.800  Very high    13\n"), "{summary}");
    assert!(summary.contains("Very high 13 · High 3 · Medium 3 · Low 5\n"), "{summary}");

    let card = page("hdi", "2021", &["--person", "Norway"]);
    assert!(!card.contains("Target") && !card.contains("days"), "{card}");
    assert!(card.contains("Life expectancy at birth") && card.contains("83.23 years"), "{card}");

    let totals = page("decathlon", "2004", &[]);
    assert!(totals.contains("\nAthlete                    Score  Rank  Remarks\n"), "{totals}");
    assert!(!totals.contains("Ratings"), "{totals}");
    let card = page("decathlon", "2004", &["--person", "Nool / Decastar"]);
    assert!(card.starts_with("Nool / Decastar\n"), "{card}");
}

tests! {
    the_specs_have_no_mistake_and_stand_in_the_one_style,
    their_own_tests_pass,
    their_own_data_give_the_printed_figures,
    every_country_has_its_printed_index_and_group,
    every_decathlete_has_the_printed_total,
    the_pages_speak_of_who_is_evaluated,
}
