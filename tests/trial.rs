//! Test blocks: what the checker says of bad ones, and what comes of running good ones.

#[macro_use]
#[path = "support/snapshots.rs"]
mod snapshots;

use std::path::{Path, PathBuf};

#[path = "report/schema.rs"]
mod schema;

use merit::diagnostic::Diagnostic;
use merit::diagnostic::human::{HumanOptions, render};
use merit::project::{Project, load};
use merit::trial::coverage::{Part, items};
use merit::trial::show::{Report, human, json, junit};
use merit::trial::{Outcome, run};

/// A file of the corpus with the project that it is about.
fn project(path: &Path) -> Project {
    // Paths as they are shown on every machine.
    std::env::set_current_dir(env!("CARGO_MANIFEST_DIR")).unwrap();
    let path = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(path);
    load(&[PathBuf::from("tests/corpus/tests/base.merit"), path.to_path_buf()]).unwrap()
}

fn outcomes(project: &Project) -> Vec<Outcome> {
    project.model.tests.iter().map(|test| run(&project.model, &project.sources, test)).collect()
}

/// Compares with a file of the corpus; `MERIT_UPDATE=1` writes it.
fn exactly(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/tests/run").join(name);
    if crate::snapshots::updating() {
        std::fs::write(&path, text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "{name}");
}

#[test]
fn bad_tests_are_answered() {
    snapshots_of!("corpus/tests/bad/*.merit", |path| {
        let project = project(path);
        let errors: Vec<Diagnostic> =
            project.diagnostics.iter().filter(|finding| finding.is_error()).cloned().collect();
        assert!(!errors.is_empty(), "nothing is wrong with {}", path.display());
        assert_snapshot!(render(&errors, &project.sources, &HumanOptions::default()));
    });
}

#[test]
fn good_tests_pass() {
    let project = project(Path::new("tests/corpus/tests/run/passing.merit"));
    assert!(!project.has_errors(), "{}", render(&project.diagnostics, &project.sources, &HumanOptions::default()));
    let outcomes = outcomes(&project);
    let report = Report::of(&project.sources, project.files, &outcomes);
    let text = human(&report, &HumanOptions::default());
    assert!(text.ends_with("\n4 tests: 4 passed\n"), "{text}");
}

/// Each file is a project of its own, whose tests tell what must come out.
#[test]
fn good_projects_come_out_as_they_say() {
    std::env::set_current_dir(env!("CARGO_MANIFEST_DIR")).unwrap();
    snapshots_of!("corpus/tests/good/*.merit", |path| {
        let project = load(&[path.to_path_buf()]).unwrap();
        assert!(!project.has_errors(), "{}", render(&project.diagnostics, &project.sources, &HumanOptions::default()));
        let outcomes = outcomes(&project);
        let report = Report::of(&project.sources, project.files, &outcomes);
        let passed = !outcomes.is_empty() && outcomes.iter().all(Outcome::passed);
        assert!(passed, "{}", human(&report, &HumanOptions::default()));
    });
}

#[test]
fn failures_are_shown_with_how_their_values_were_got() {
    let project = project(Path::new("tests/corpus/tests/run/failing.merit"));
    let outcomes = outcomes(&project);
    let report = Report::of(&project.sources, project.files, &outcomes);
    assert_snapshot!("failing_human", human(&report, &HumanOptions::default()));
    // Byte for byte: programs read these.
    exactly("failing.json", &json(&report));
    exactly("failing.junit.xml", &junit(&report));
    let again = self::outcomes(&project);
    let again = Report {
        sources: &project.sources,
        files: project.files,
        provenance: None,
        outcomes: &again,
        findings: &[],
        coverage: None,
    };
    assert_eq!((json(&report), junit(&report)), (json(&again), junit(&again)));
}

#[test]
fn what_no_test_reaches_is_shown() {
    let project = project(Path::new("tests/corpus/tests/run/passing.merit"));
    let outcomes = outcomes(&project);
    let reached = outcomes.iter().flat_map(|outcome| &outcome.reached).copied().collect();
    let items = items(&project.model, &project.sources, &reached);
    let report = Report {
        sources: &project.sources,
        files: project.files,
        provenance: None,
        outcomes: &outcomes,
        findings: &[],
        coverage: Some(&items),
    };
    assert_snapshot!("coverage_human", human(&report, &HumanOptions::default()));
    exactly("coverage.json", &json(&report));
    // The second test alone reaches less.
    let first = outcomes[1].reached.clone();
    let fewer = merit::trial::coverage::items(&project.model, &project.sources, &first);
    assert!(fewer.iter().filter(|item| item.reached).count() < items.iter().filter(|item| item.reached).count());
}

/// Branches count where a value that is expected was got by them: in the formulas of scales, in derived columns of the one
/// evaluated and of rows, inside aggregates, and in targets.
#[test]
fn branches_count_where_they_were_taken() {
    let spec = |expectations: &str| {
        format!(
            r#"
unit call, calls
data agents {{
  roster as agent
  file "agents.csv"
  row agent
  key id
  column id    : text
  column calls : number
  column busy  : number = if calls > 10 then 1 else 0
}}
data orders {{
  file "orders.csv"
  row one_order
  column of_agent : agents
  column worth    : number
  column counted  : number = if worth > 100 then 100 else worth
}}
scale marks : number {{ formula if value > 10 then 10 points else if value > 5 then 5 points else 0 points }}
kpi counted_worth : number {{
  value = sum(counted of orders)
  higher is better
}}
kpi half_worth : number {{
  value = sum(if worth > 50 then worth / 2 else 0 of orders)
  higher is better
}}
position agent "Agent" {{
  scorecard {{
    50% counted_worth target if agent.calls > 3 then 10 else 20 score formula if value > target then 90 points else 40 points
    50% half_worth score marks
  }}
  output by_calls : point = marks(agent.calls)
  output busy : number = agent.busy
}}
test "one" {{
  period 2026
  given agents {{
    | id | calls |
    | a  | 7     |
    | b  | 20    |
  }}
  given orders {{
    | of_agent | worth |
    | a        | 400   |
    | a        | 20    |
  }}
  {expectations}
}}
"#
        )
    };
    let reached = |expectations: &str| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.merit"), spec(expectations)).unwrap();
        let project = load(&[folder.path().to_path_buf()]).unwrap();
        assert!(project.diagnostics.iter().all(|finding| !finding.is_error()), "{:#?}", project.diagnostics);
        let outcomes = self::outcomes(&project);
        assert!(outcomes.iter().all(|outcome| outcome.passed()), "{outcomes:#?}");
        let reached = outcomes.iter().flat_map(|outcome| &outcome.reached).copied().collect();
        let items = items(&project.model, &project.sources, &reached);
        let branches = items.into_iter().filter(|item| item.part == Part::Branch && item.reached);
        branches.map(|item| format!("{}: {}", item.of, item.what)).collect::<Vec<_>>()
    };
    // Of the row of the one asked about, not of the others.
    assert_eq!(reached("expect busy of \"a\" = 0"), ["agents: busy: calls > 10: no"]);
    assert_eq!(reached("expect by_calls of \"a\" = 5"), ["marks: value > 10: no", "marks: value > 5: yes"]);
    assert_eq!(reached("expect by_calls of \"b\" = 10"), ["marks: value > 10: yes"]);
    let rows = ["orders: counted: worth > 100: yes", "orders: counted: worth > 100: no"];
    assert_eq!(reached("expect counted_worth of \"a\" = 120"), rows);
    assert_eq!(
        reached("expect half_worth of \"a\" = 200"),
        ["half_worth: worth > 50: yes", "half_worth: worth > 50: no"]
    );
    let entry = ["agent: counted_worth: agent.calls > 3: yes", "agent: counted_worth: value > target: yes"];
    let mut expected = rows.to_vec();
    expected.extend(entry);
    assert_eq!(reached("expect score of counted_worth of \"a\" = 90"), expected);
}

/// Values on, below and above every point of a line, and on each step, reach all the pieces there are.
#[test]
fn every_piece_of_a_scale_can_be_reached() {
    for name in ["scale-linear", "scale-steps", "scale-add", "scale-brackets"] {
        let files = ["base.merit".to_string(), format!("good/{name}.merit")];
        let files: Vec<PathBuf> = files
            .iter()
            .map(|file| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/values").join(file))
            .collect();
        let project = load(&files).unwrap();
        let reached = outcomes(&project).into_iter().flat_map(|outcome| outcome.reached).collect();
        let items = items(&project.model, &project.sources, &reached);
        let missed: Vec<String> = items
            .iter()
            .filter(|item| item.part == Part::Piece && !item.reached)
            .map(|item| format!("{}: {}", item.of, item.what))
            .collect();
        assert_eq!(missed, Vec::<String>::new(), "{name}");
    }
}

/// Parts of one kind in a project of the values corpus, each with whether a test reaches it; without the lines that
/// hold a word.
fn parts(name: &str, part: Part, without: &str) -> Vec<(String, bool)> {
    let folder = tempfile::tempdir().unwrap();
    for file in ["base.merit".to_string(), format!("good/{name}.merit")] {
        let text = std::fs::read_to_string(Path::new("tests/corpus/values").join(&file)).unwrap();
        let kept = text.lines().filter(|line| without.is_empty() || !line.contains(without));
        std::fs::write(folder.path().join(file.replace('/', "-")), kept.collect::<Vec<_>>().join("\n")).unwrap();
    }
    let project = load(&[folder.path().to_path_buf()]).unwrap();
    let reached = outcomes(&project).into_iter().flat_map(|outcome| outcome.reached).collect();
    let items = items(&project.model, &project.sources, &reached);
    let told = items.into_iter().filter(|item| item.part == part);
    told.map(|item| (format!("{}: {}", item.of, item.what), item.reached)).collect()
}

#[test]
fn the_branch_that_was_taken_is_reached() {
    let found = parts("if-without-an-answer", Part::Branch, "");
    let found: Vec<(&str, bool)> = found.iter().map(|(what, reached)| (what.as_str(), *reached)).collect();
    assert_eq!(
        found,
        [
            ("worth: typical > 100 CNY: yes", false),
            ("worth: typical > 100 CNY: no", true),
            ("worth_known: typical is not missing and typical > 100 CNY: yes", false),
            ("worth_known: typical is not missing and typical > 100 CNY: no", true),
            ("either: count(sales) = 0 or typical > 100 CNY: yes", true),
            ("either: count(sales) = 0 or typical > 100 CNY: no", false),
            ("of_rows: rebate > 1 CNY: yes", true),
            ("of_rows: rebate > 1 CNY: no", true),
            ("agent: bonus: typical > 100 CNY: yes", false),
            ("agent: bonus: typical > 100 CNY: no", true),
        ]
    );
}

#[test]
fn a_grade_that_an_output_reads_is_reached() {
    let found = parts("rating-in-outputs", Part::Grade, "expect rating");
    let reached: Vec<&str> = found.iter().filter(|(_, reached)| *reached).map(|(what, _)| what.as_str()).collect();
    assert_eq!(reached, ["grades: A", "grades: B", "grades: C", "grades: D", "marks: pass"]);
}

#[test]
fn outcomes_keep_to_their_schema() {
    let schema = serde_json::from_str(include_str!("../docs/tests.schema.json")).unwrap();
    for name in ["failing.json", "findings.json", "coverage.json"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/tests/run").join(name);
        let document = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        assert_eq!(schema::faults(&schema, &document), Vec::<String>::new(), "{name}");
    }
    let wrong = serde_json::json!({ "schema": "merit.tests/1", "tests": [], "findings": [], "coverage": 3 });
    assert!(schema::faults(&schema, &wrong).len() >= 3);
}

#[test]
fn machines_are_told_of_mistakes_in_the_specs() {
    let project = project(Path::new("tests/corpus/tests/bad/unknown-person.merit"));
    let report = Report {
        sources: &project.sources,
        files: project.files,
        provenance: None,
        outcomes: &[],
        findings: &project.diagnostics,
        coverage: None,
    };
    exactly("findings.json", &json(&report));
    exactly("findings.junit.xml", &junit(&report));
}

#[test]
fn the_example_passes_its_own_tests() {
    std::env::set_current_dir(env!("CARGO_MANIFEST_DIR")).unwrap();
    let project = load(&[PathBuf::from("specs/insurance")]).unwrap();
    assert!(project.diagnostics.is_empty(), "{:?}", project.diagnostics);
    let outcomes = outcomes(&project);
    assert!(outcomes.len() >= 12);
    let report = Report::of(&project.sources, project.files, &outcomes);
    assert!(outcomes.iter().all(Outcome::passed), "{}", human(&report, &HumanOptions::default()));
}
