//! Several periods in one run: each has the results that it has alone.

#[macro_use]
#[path = "support/snapshots.rs"]
mod snapshots;
#[path = "report/schema.rs"]
mod schema;
mod support;

use serde_json::Value;
use support::{Copy, utf8, without_provenance};

/// With 2025-Q4 positions are evaluated before some constants and targets change, and people come and go.
const PERIODS: [&str; 4] = ["2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3"];

fn merit(project: &Copy, arguments: &[&str]) -> Vec<u8> {
    let run = project.merit(&[&["eval", "insurance"], arguments].concat());
    assert_eq!(run.status.code(), Some(0), "{}", utf8(&run.stderr));
    run.stdout
}

#[test]
fn each_period_is_what_it_is_alone() {
    let project = Copy::new();
    let together = |more: &[&str]| utf8(&merit(&project, &[&["--periods", "2025-Q4..2026-Q3"], more].concat()));
    let alone = |more: &[&str]| -> Vec<String> {
        PERIODS.iter().map(|period| utf8(&merit(&project, &[&["--period", period], more].concat()))).collect()
    };

    // Byte for byte: the rows of all periods under one header, the cards one after the other.
    let csv: Vec<String> = alone(&["--format", "csv"]);
    let header = csv[0].split_inclusive('\n').next().unwrap();
    let rows = csv.iter().map(|text| text.strip_prefix(header).unwrap());
    assert!(together(&["--format", "csv"]) == header.to_string() + &rows.collect::<String>());
    let cards = alone(&["--cards", "--position", "lecturer"]);
    let cards: Vec<&str> = cards.iter().map(|cards| without_provenance(cards)).collect();
    assert!(without_provenance(&together(&["--cards", "--position", "lecturer"])) == cards.join("\n\n\n"));

    let document: Value = serde_json::from_str(&together(&["--format", "json"])).unwrap();
    let rules = serde_json::from_str(include_str!("../docs/periods.schema.json")).unwrap();
    assert_eq!(schema::faults(&rules, &document), Vec::<String>::new());
    let periods = document["periods"].as_array().unwrap();
    assert_eq!(periods.len(), PERIODS.len());
    for (period, alone) in periods.iter().zip(alone(&["--format", "json"])) {
        let alone: Value = serde_json::from_str(&alone).unwrap();
        assert!(alone["people"].as_array().unwrap().len() > 50);
        for part in ["period", "people", "without_position"] {
            assert!(period[part] == alone[part], "{part} of {}", alone["period"]["name"]);
        }
        // Repairs are those of the whole pass: never fewer than a period alone needs.
        let files = document["files"].as_array().unwrap().iter().zip(alone["files"].as_array().unwrap());
        for (all, one) in files {
            assert_eq!((&all["path"], &all["data"], &all["rows"]), (&one["path"], &one["data"], &one["rows"]));
            assert!(all["repairs"].as_array().unwrap().len() >= one["repairs"].as_array().unwrap().len());
        }
    }
}

#[test]
fn the_table_has_a_line_for_each_person_and_a_column_for_each_period() {
    let project = Copy::new();
    let table = |more: &[&str]| utf8(&merit(&project, &[&["--position", "lecturer"], more].concat()));
    let shown = [
        table(&["--periods", "2025-Q4..2026-Q3"]),
        table(&["--periods", "2025-Q3..2026-Q3", "--lang", "zh"]),
        table(&["--periods", "2025-Q4..2026-Q3", "--person", "S1315"]),
    ];
    insta::with_settings!({ prepend_module_to_snapshot => true, omit_expression => true }, {
        assert_snapshot!("table", shown.join("\n────\n"));
    });
}

#[test]
fn mistakes_name_the_period() {
    let project = Copy::new();
    let said = |periods: &str| {
        let run = project.merit(&["eval", "insurance", "--periods", periods]);
        assert_eq!(run.status.code(), Some(1));
        assert!(run.stdout.is_empty());
        utf8(&run.stderr).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let months = said("2026-01..2026-09");
    assert!(months.contains("`exams` has no row in the periods 2026-01, 2026-04 and 2026-07"), "{months}");
    let early = said("2025-Q1..2025-Q3");
    assert!(early.contains("no position is in force in 2025-Q1") && early.contains("in 2025-Q2"), "{early}");
    assert_eq!(months.matches("`exams` has no row").count(), 1, "{months}");
}
