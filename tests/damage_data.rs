//! The insurance example with damaged data files: every mistake is reported with file, row, column and text, and
//! nothing is evaluated. The snapshots in `tests/damage_data` are what HR reads, in 80 columns.

#[macro_use]
#[path = "support/snapshots.rs"]
mod snapshots;
mod support;

use support::{Copy, findings, utf8};

/// Evaluation stops with this many errors, each of which names all of its texts.
fn refused(name: &str, project: &Copy, errors: &[&[&str]]) {
    refused_in(name, project, "2026-Q3", errors);
}

fn refused_in(name: &str, project: &Copy, period: &str, errors: &[&[&str]]) {
    let run = project.merit(&["eval", "insurance", "--period", period, "--format", "json", "--output", "scores.json"]);
    let shown = utf8(&run.stderr);
    insta::with_settings!({
        snapshot_path => "damage_data", prepend_module_to_snapshot => false, omit_expression => true
    }, {
        assert_snapshot!(name, shown);
    });
    assert_eq!(run.status.code(), Some(1), "exit code\n{shown}");
    // Who asked for a document gets one, with as many findings.
    let document: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(document["findings"].as_array().unwrap().len(), errors.len(), "{document:#}");
    assert!(document.get("people").is_none());
    for left in ["../scores.json", "../scores.json.partial"] {
        assert!(!project.path(left).exists(), "{left} was written");
    }
    let found = findings(&shown);
    assert_eq!(found.len(), errors.len(), "errors\n{shown}");
    for (finding, texts) in found.iter().zip(errors) {
        assert!(finding.error);
        let flowing = finding.text.split_whitespace().collect::<Vec<_>>().join(" ");
        for text in *texts {
            assert!(flowing.contains(text), "`{text}` is not named: {flowing}");
        }
    }
    for line in shown.lines() {
        assert!(unicode_width::UnicodeWidthStr::width(line) <= 80, "wider than 80 columns: {line}");
    }
    let run = project.merit(&["eval", "insurance", "--period", period]);
    assert_eq!((run.status.code(), run.stdout.len()), (Some(1), 0), "on standard output");
    assert_eq!(utf8(&run.stderr), shown);
}

#[test]
fn a_letter_in_an_amount() {
    let project = Copy::new();
    project.replace(
        "data/payouts.csv",
        "Z00002,23000485,861001,退保,2023-03-27,564.00",
        "Z00002,23000485,861001,退保,2023-03-27,564.O0",
    );
    refused("a_letter_in_an_amount", &project, &[&["`564.O0`", "insurance/data/payouts.csv, row 3, column amount"]]);
}

#[test]
fn an_unknown_agent() {
    let project = Copy::new();
    project.replace("data/policies_2026.csv", "26010339,A20083,", "26010339,A99083,");
    refused(
        "an_unknown_agent",
        &project,
        &[&["`A99083`", "insurance/data/policies_2026.csv, row 2, column 代理人编号"]],
    );
}

#[test]
fn a_duplicate_key() {
    let project = Copy::new();
    project.replace("data/conduct.csv", "HG002,S1210", "HG001,S1210");
    refused("a_duplicate_key", &project, &[&["`HG001`", "insurance/data/conduct.csv, row 2", "row 3"]]);
}

#[test]
fn overlapping_rows_of_the_roster() {
    let project = Copy::new();
    project.replace(
        "data/staff.csv",
        "S1014,任国庆,营业区经理,8620,2023-10-22,,",
        "S1014,任国庆,营业区经理,8620,2023-10-22,2026-07-31,\"¥16,100\"\r\nS1014,任国庆,营业区经理,8630,2026-07-15,,",
    );
    refused("overlapping_rows_of_the_roster", &project, &[&["`S1014`", "insurance/data/staff.csv, row 3", "row 4"]]);
}

#[test]
fn a_missing_column() {
    let project = Copy::new();
    let text = project.text("data/budgets.csv");
    let cut: String = text.lines().map(|line| format!("{}\n", line.rsplit_once(',').unwrap().0)).collect();
    project.write("data/budgets.csv", cut);
    refused(
        "a_missing_column",
        &project,
        &[&["insurance/data/budgets.csv", "`budgets.amount`", "`team`, `budget_month`, `kind`"]],
    );
}

#[test]
fn the_header_once_more() {
    let project = Copy::new();
    let text = project.text("data/budgets.csv");
    let header = text.lines().next().unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let again = format!("{}\n{header}\n{}\n", lines[..5].join("\n"), lines[5..].join("\n"));
    project.write("data/budgets.csv", again);
    refused(
        "the_header_once_more",
        &project,
        &[&["a row is the header once more", "insurance/data/budgets.csv, row 6", "ignore rows starting"]],
    );
}

#[test]
fn a_renamed_column() {
    let project = Copy::new();
    project.replace("data/plans.csv", "标保计划(万元)", "标保计划（万元）2026");
    refused(
        "a_renamed_column",
        &project,
        &[&["insurance/data/plans.csv", "`标保计划(万元)`", "`标保计划（万元）2026`"]],
    );
}

#[test]
fn a_missing_file() {
    let project = Copy::new();
    project.remove("data/market.csv");
    refused("a_missing_file", &project, &[&["`market`", "`market.csv`", "insurance/data"]]);
}

#[test]
fn a_quarter_without_rows() {
    let project = Copy::new();
    let text = project.text("data/market.csv");
    let kept: String = text.lines().filter(|line| !line.contains(",2026-0")).map(|line| format!("{line}\n")).collect();
    project.write("data/market.csv", kept);
    refused("a_quarter_without_rows", &project, &[&["`market`", "2026-Q3"]]);
}

#[test]
fn a_period_that_the_files_do_not_reach() {
    let project = Copy::new();
    let text = project.text("data/exams.csv");
    let kept: String = text.lines().filter(|line| !line.contains(";2026Q3;")).map(|line| format!("{line}\n")).collect();
    project.write("data/exams.csv", kept);
    refused("a_period_that_the_files_do_not_reach", &project, &[&["`exams`", "2026-Q3"]]);
}

#[test]
fn a_circle_in_the_organisation() {
    let project = Copy::new();
    project.replace("data/teams.csv", "8610,城北营业区,8600", "8610,城北营业区,861001");
    refused("a_circle_in_the_organisation", &project, &[&["`8610`", "`861001`", "insurance/data/teams.csv"]]);
}

#[test]
fn an_ambiguous_date() {
    let project = Copy::new();
    project.replace("data/staff_training.csv", "S1161,2024-10-01,3.5", "S1161,03/04/2026,3.5");
    refused(
        "an_ambiguous_date",
        &project,
        &[&["`03/04/2026`", "insurance/data/staff_training.csv, row 2, column held"]],
    );
}

#[test]
fn a_ragged_row() {
    let project = Copy::new();
    project.replace("data/costs.csv", "8600,2024-10-14,operating,\"65,079.00\"", "8600,2024-10-14,operating,65,079.00");
    refused("a_ragged_row", &project, &[&["insurance/data/costs.csv, row 2"]]);
}

#[test]
fn a_word_that_is_none_of_the_choices() {
    let project = Copy::new();
    project.replace("data/conduct.csv", "HG001,S1007,2024-10-17,不属实", "HG001,S1007,2024-10-17,不实");
    refused(
        "a_word_that_is_none_of_the_choices",
        &project,
        &[&["`不实`", "insurance/data/conduct.csv, row 2, column outcome", "不属实"]],
    );
}

#[test]
fn a_blank_in_a_required_column() {
    let project = Copy::new();
    project.replace(
        "data/sessions.csv",
        "K20240001,S1308,2024-10-01,2024-10-01,1.5",
        "K20240001,S1308,2024-10-01,2024-10-01,",
    );
    refused("a_blank_in_a_required_column", &project, &[&["insurance/data/sessions.csv, row 2, column 课时", "blank"]]);
}

#[test]
fn a_number_beyond_its_limits() {
    let project = Copy::new();
    project.replace("data/survey_2024.csv", "861001,,2024-10-01,reputation,5", "861001,,2024-10-01,reputation,55");
    refused("a_number_beyond_its_limits", &project, &[&["`55`", "insurance/data/survey_2024.csv, row 2, column mark"]]);
}

#[test]
fn a_row_that_ends_before_it_begins() {
    let project = Copy::new();
    project.replace(
        "data/certificates.csv",
        "ZS00001,A20001,2023-08-25,2026-08-24",
        "ZS00001,A20001,2023-08-25,2022-08-24",
    );
    refused("a_row_that_ends_before_it_begins", &project, &[&["insurance/data/certificates.csv, row 2", "2022-08-24"]]);
}

#[test]
fn several_kinds_in_several_files() {
    let project = Copy::new();
    project.replace(
        "data/payouts.csv",
        "Z00002,23000485,861001,退保,2023-03-27,564.00",
        "Z00002,23000485,861001,退款,2023-03-27,五百",
    );
    project.replace("data/conduct.csv", "HG002,S1210", "HG001,S1210");
    project.replace("data/policies_2026.csv", "26010339,A20083,", "26010339,A99083,");
    project.replace("data/staff_training.csv", "S1161,2024-10-01,3.5", "S1161,2024-02-30,3.5");
    refused(
        "several_kinds_in_several_files",
        &project,
        &[
            &["`退款`", "insurance/data/payouts.csv, row 3, column kind"],
            &["`五百`", "insurance/data/payouts.csv, row 3, column amount"],
            &["`2024-02-30`", "insurance/data/staff_training.csv, row 2, column held"],
            &["`HG001`", "insurance/data/conduct.csv, row 2", "insurance/data/conduct.csv, row 3"],
            &["`A99083`", "insurance/data/policies_2026.csv, row 2, column 代理人编号"],
        ],
    );
}
