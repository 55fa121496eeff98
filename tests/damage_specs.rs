//! The insurance example with one mistake at a time: one error each, at its place, with the mend.
//!
//! A person of HR makes these. The snapshots in `tests/damage_specs` are what they read, in 80 columns.

#[macro_use]
#[path = "support/snapshots.rs"]
mod snapshots;
mod support;

use support::{Copy, findings, utf8};

/// What was changed in a file, and a text of the line at which the error should stand.
struct Damage<'a> {
    file: &'a str,
    from: &'a str,
    to: &'a str,
    at: &'a str,
}

/// Makes the changes; the check must give exactly one error for each, in this order, and nothing else.
fn one_error_each(name: &str, damages: &[Damage]) {
    let project = Copy::new();
    for damage in damages {
        project.replace(damage.file, damage.from, damage.to);
    }
    let places: Vec<(&str, &str)> = damages.iter().map(|damage| (damage.file, damage.at)).collect();
    refused(name, &project, &places);
}

fn one_error(name: &str, file: &str, from: &str, to: &str, at: &str) {
    one_error_each(name, &[Damage { file, from, to, at }]);
}

/// The check refuses the project with exactly these errors: file, and a text of the line.
fn refused(name: &str, project: &Copy, places: &[(&str, &str)]) {
    let run = project.check();
    let shown = utf8(&run.stdout);
    insta::with_settings!({
        snapshot_path => "damage_specs", prepend_module_to_snapshot => false, omit_expression => true
    }, {
        assert_snapshot!(name, shown);
    });
    assert_eq!(run.status.code(), Some(1), "exit code\n{shown}");
    assert!(run.stderr.is_empty(), "{}", utf8(&run.stderr));
    let found = findings(&shown);
    let expected: Vec<_> =
        places.iter().map(|(file, at)| Some((file.to_string(), project.line_of(file, at)))).collect();
    let actual: Vec<_> = found.iter().map(|finding| finding.place.clone()).collect();
    assert_eq!(actual, expected, "places\n{shown}");
    for finding in &found {
        assert!(finding.error, "not an error: {}", finding.text);
        assert!(finding.text.contains("  help: "), "without a mend: {}", finding.text);
    }
    for line in shown.lines() {
        assert!(unicode_width::UnicodeWidthStr::width(line) <= 80, "wider than 80 columns: {line}");
    }
    // The same specs are not evaluated, and the same words say why.
    let output = project.path("out.json");
    let run = project.merit(&[
        "eval",
        "insurance",
        "--period",
        "2026-Q3",
        "--format",
        "json",
        "--output",
        "insurance/out.json",
    ]);
    assert_eq!(run.status.code(), Some(1));
    let document: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    assert!(!output.exists() && document.get("people").is_none());
    assert_eq!(document["findings"].as_array().unwrap().len(), found.len());
    for finding in &found {
        assert!(utf8(&run.stderr).contains(finding.text.trim()), "{}", utf8(&run.stderr));
    }
}

const BACK_OFFICE: &str = "positions/back_office.merit";
const DIRECTOR: &str = "positions/marketing_director.merit";
const MANAGER: &str = "positions/business_area_manager.merit";
const LECTURER: &str = "positions/lecturer.merit";
const TRAINER: &str = "positions/team_training_post.merit";
const PREMIUM: &str = "kpis/premium.merit";
const SALES_FORCE: &str = "kpis/sales-force.merit";
const OFFICE: &str = "kpis/office.merit";
const CUSTOMERS: &str = "kpis/customers.merit";
const SCALES: &str = "scales-and-ratings.merit";

// ---------------------------------------------------------------- shares and weights

#[test]
fn shares_total_95() {
    one_error("shares_total_95", BACK_OFFICE, "35% first_review ", "30% first_review ", "responsibilities {");
}

#[test]
fn weights_of_a_group_are_off() {
    one_error(
        "weights_of_a_group_are_off",
        DIRECTOR,
        "40% standard_realisation",
        "45% standard_realisation",
        "group results",
    );
}

#[test]
fn weights_of_a_scorecard_are_off() {
    one_error("weights_of_a_scorecard_are_off", LECTURER, "15% group materials", "10% group materials", "scorecard {");
}

// ---------------------------------------------------------------- names

#[test]
fn kpi_misspelt_in_a_scorecard() {
    one_error(
        "kpi_misspelt_in_a_scorecard",
        LECTURER,
        "30% exam_pass_rate",
        "30% exam_pas_rate",
        "exam_pas_rate target",
    );
}

#[test]
fn kpi_misspelt_in_a_responsibility() {
    one_error(
        "kpi_misspelt_in_a_responsibility",
        DIRECTOR,
        "measured by premium_growth",
        "measured by premium_grwth",
        "premium_grwth",
    );
}

#[test]
fn column_misspelt() {
    one_error("column_misspelt", PREMIUM, "sum(new_premium of market)", "sum(new_premum of market)", "new_premum");
}

#[test]
fn data_set_misspelt() {
    one_error("data_set_misspelt", PREMIUM, "sum(new_premium of market)", "sum(new_premium of markets)", "of markets)");
}

#[test]
fn declared_twice_in_two_files() {
    let again = "kpi agent_headcount \"Agents\" : agent {\n  value = count(agents at end)\n  owner \"HR\"\n  source \"Register\"\n}\n\nkpi persistency_13m";
    let project = Copy::new();
    project.replace(CUSTOMERS, "kpi persistency_13m", again);
    refused("declared_twice_in_two_files", &project, &[(SALES_FORCE, "kpi agent_headcount")]);
}

#[test]
fn unknown_unit() {
    one_error("unknown_unit", "kpis/office.merit", ": hour/person {", ": hour/employee {", "hour/employee");
}

#[test]
fn unknown_currency_of_a_constant() {
    one_error(
        "unknown_currency_of_a_constant",
        "company.merit",
        "confirmation_premium : CNY =",
        "confirmation_premium : CNYY =",
        "CNYY",
    );
}

#[test]
fn key_misspelt() {
    one_error("key_misspelt", "tables/people.merit", "key agent_no ", "key agent_nr ", "key agent_nr");
}

#[test]
fn rating_misspelt_in_a_scorecard() {
    one_error("rating_misspelt_in_a_scorecard", LECTURER, "rating grades", "rating grads", "rating grads");
}

#[test]
fn kpi_declared_in_another_currency() {
    one_error(
        "kpi_declared_in_another_currency",
        SALES_FORCE,
        ": CNY/agent {\n  value = standard_premium",
        ": USD/agent {\n  value = standard_premium",
        "value = standard_premium",
    );
}

#[test]
fn kpis_in_a_circle() {
    one_error_each(
        "kpis_in_a_circle",
        &[Damage {
            file: SALES_FORCE,
            from: "value = (count(agents at start) + count(agents at end)) / 2",
            to: "value = premium_per_agent / 1 CNY * 1 agent * 1 agent",
            at: "value = personal_new_premium / agent_headcount",
        }],
    );
}

#[test]
fn veto_names_an_unknown_grade() {
    one_error("veto_names_an_unknown_grade", MANAGER, "rating at most D", "rating at most E", "rating at most E");
}

#[test]
fn a_grade_misspelt_in_the_distribution() {
    one_error(
        "a_grade_misspelt_in_the_distribution",
        SCALES,
        "at most 20% A within",
        "at most 20% AA within",
        "20% AA within",
    );
}

// ---------------------------------------------------------------- types and units

#[test]
fn premium_divided_by_a_text() {
    one_error(
        "premium_divided_by_a_text",
        "tables/sales.merit",
        ": CNY = premium * product.factor",
        ": CNY = premium / policy_no",
        "premium / policy_no",
    );
}

#[test]
fn dollars_added_to_yuan() {
    one_error(
        "dollars_added_to_yuan",
        OFFICE,
        "value = sum(amount of costs where kind = labour)",
        "value = sum(amount of costs where kind = labour) + 500 USD",
        "500 USD",
    );
}

#[test]
fn per_person_without_the_division() {
    one_error(
        "per_person_without_the_division",
        SALES_FORCE,
        "value = personal_new_premium / agent_headcount",
        "value = personal_new_premium",
        "value = personal_new_premium",
    );
}

#[test]
fn per_person_divided_by_the_wrong_count() {
    one_error(
        "per_person_divided_by_the_wrong_count",
        SALES_FORCE,
        "value = personal_new_premium / agent_headcount",
        "value = personal_new_premium / count(policies)",
        "count(policies)",
    );
}

#[test]
fn target_without_a_percent_sign() {
    one_error("target_without_a_percent_sign", LECTURER, "target 85%", "target 85", "exam_pass_rate target 85");
}

#[test]
fn target_in_another_unit() {
    one_error(
        "target_in_another_unit",
        MANAGER,
        "target 18_000 CNY/agent,",
        "target 18_000 CNY,",
        "target 18_000 CNY,",
    );
}

// ---------------------------------------------------------------- missing values

#[test]
fn sum_over_an_optional_column() {
    one_error_each(
        "sum_over_an_optional_column",
        &[Damage {
            file: CUSTOMERS,
            from: "value = count(customers at end)",
            to: "value = sum(insured of goals)",
            at: "sum(insured of goals)",
        }],
    );
}

#[test]
fn where_that_may_be_missing() {
    one_error(
        "where_that_may_be_missing",
        OFFICE,
        "value = count(document_list where kind = business_report and issued is not missing and issued <= due)",
        "value = count(document_list where kind = business_report and issued <= due)",
        "kind = business_report and issued <= due)",
    );
}

// ---------------------------------------------------------------- scales and ratings

#[test]
fn rating_with_a_hole() {
    one_error("rating_with_a_hole", SCALES, "zh \"待改进\" else", "zh \"待改进\" >= 40", "rating grades");
}

#[test]
fn scale_in_the_wrong_direction() {
    one_error(
        "scale_in_the_wrong_direction",
        MANAGER,
        "score steps >= 90% -> 120, >= 86% -> 100, >= 82% -> 80, >= 75% -> 60, else -> 0",
        "score steps >= 90% -> 0, >= 86% -> 60, >= 82% -> 80, >= 75% -> 100, else -> 120",
        "60% persistency_13m",
    );
}

#[test]
fn steps_out_of_order() {
    one_error(
        "steps_out_of_order",
        LECTURER,
        ">= 97% -> 110, >= 92% -> 95,",
        ">= 92% -> 95, >= 97% -> 110,",
        "exam_participation score",
    );
}

#[test]
fn steps_with_a_hole() {
    one_error("steps_with_a_hole", BACK_OFFICE, ">= 80% -> 70, else -> 40", ">= 80% -> 70", "release_timeliness score");
}

#[test]
fn a_grade_nobody_can_reach() {
    one_error("a_grade_nobody_can_reach", SCALES, "zh \"优秀\" >= 100", "zh \"优秀\" >= 125", "A \"Outstanding\"");
}

// ---------------------------------------------------------------- scopes

#[test]
fn a_scope_that_the_data_cannot_answer() {
    one_error(
        "a_scope_that_the_data_cannot_answer",
        PREMIUM,
        "value = sum(achieved of scheme_list) / sum(goal of scheme_list)\n  higher is better\n  scope team",
        "value = sum(achieved of scheme_list) / sum(goal of scheme_list)\n  higher is better\n  scope own",
        "kpi scheme_effect",
    );
}

// ---------------------------------------------------------------- the text itself

#[test]
fn a_brace_is_missing() {
    one_error(
        "a_brace_is_missing",
        PREMIUM,
        "  owner \"Sales planning\"\n  source \"Annual plan, by month\"\n}\n",
        "  owner \"Sales planning\"\n  source \"Annual plan, by month\"\n",
        "kpi planned_standard",
    );
}

#[test]
fn a_brace_is_missing_in_a_scorecard() {
    one_error(
        "a_brace_is_missing_in_a_scorecard",
        DIRECTOR,
        "      15% personal_share target only(personal_share of goals where level = branch) score attainment up to 120\n    }",
        "      15% personal_share target only(personal_share of goals where level = branch) score attainment up to 120",
        "group results",
    );
}

#[test]
fn a_full_width_percent_sign() {
    one_error("a_full_width_percent_sign", LECTURER, "target 85%", "target 85％", "85％");
}

#[test]
fn a_full_width_colon() {
    one_error("a_full_width_colon", OFFICE, "\"部门人均培训时数\" :", "\"部门人均培训时数\" ：", "training_hours");
}

// ---------------------------------------------------------------- several at once

#[test]
fn two_mistakes_in_one_file() {
    one_error_each(
        "two_mistakes_in_one_file",
        &[
            Damage {
                file: PREMIUM,
                from: "value = sum(standard of plans)\n",
                to: "value = sum(standrad of plans)\n",
                at: "standrad",
            },
            Damage {
                file: PREMIUM,
                from: "value = sum(achieved of scheme_list) / sum(goal of scheme_list)",
                to: "value = sum(achieved of scheme_list)",
                at: "sum(achieved of scheme_list)",
            },
        ],
    );
}

#[test]
fn two_mistakes_in_two_files() {
    one_error_each(
        "two_mistakes_in_two_files",
        &[
            Damage {
                file: OFFICE,
                from: "value = count(courseware)",
                to: "value = count(courseware) + 1 person",
                at: "1 person",
            },
            Damage { file: TRAINER, from: "60% report_timeliness", to: "65% report_timeliness", at: "group reports" },
        ],
    );
}
