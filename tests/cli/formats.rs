//! The findings for machines: byte for byte, in the form each of them asks for, and however little can be read.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use super::{folder, merit};
use crate::schema;

/// A label in Chinese moves columns apart from bytes; the library is in the second mistake; the third is a warning.
const KPIS: &str = r#"data policies {
  file "policies.csv"
  row policy
  dated by issued
  column issued  : date
  column premium : CNY
}
unit policy, policies
kpi 大单 "大单件数, 100% & more" : policy { value = count(policies where premium > 10_000) }
kpi mean_mark : point {
  value = acsi(average(premium of policies))
  note "<b>"
}
kpi net : CNY {
  value = gross
        - 1
}
house rules { every kpi has owner (warning) }
"#;
/// Cannot be read.
const BROKEN: &str = "kpi broken : % {\n  value = count(policies\n}\n";

fn project() -> tempfile::TempDir {
    folder(&[
        ("specs/kpi's & more/岗位.merit", KPIS.as_bytes()),
        ("specs/broken.merit", BROKEN.as_bytes()),
        ("specs/other.merit", b"# \xb1\xea\xd7\xbc\n"),
        ("specs/sound.merit", b"constant floor : CNY = 3_000 CNY\n"),
    ])
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn checked(format: &str) -> Output {
    merit(project().path(), &["check", "specs", "--format", format])
}

/// Compares with a file in `tests/cli/formats`; `MERIT_UPDATE=1` writes it.
fn expect(name: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/formats").join(name);
    let found = found.replace(env!("CARGO_PKG_VERSION"), "{VERSION}");
    if std::env::var_os("MERIT_UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &found).unwrap();
    }
    let wanted = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "{name} is not as expected; MERIT_UPDATE=1 writes it anew:\n{found}");
}

#[test]
fn short() {
    let output = checked("short");
    assert_eq!(output.status.code(), Some(1));
    expect("short.txt", &text(&output));
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("checked 4 files: "));
}

#[test]
fn json() {
    let output = checked("json");
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stderr.is_empty());
    expect("check.json", &text(&output));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    keeps_to_the_schema(&document);
    assert_eq!(document["summary"]["errors"], 4);
}

fn keeps_to_the_schema(document: &Value) {
    let schema = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/check.schema.json")).unwrap();
    let faults = schema::faults(&serde_json::from_str(&schema).unwrap(), document);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn sarif() {
    let output = checked("sarif");
    assert_eq!(output.status.code(), Some(1));
    expect("check.sarif", &text(&output));
    let log: Value = serde_json::from_slice(&output.stdout).unwrap();
    is_sarif(&log);
    let results = log["runs"][0]["results"].as_array().unwrap();
    // `premium` of 大单 stands in column 57: characters count, not bytes.
    let region = |at: usize| &results[at]["locations"][0]["physicalLocation"]["region"];
    let line = KPIS.lines().nth(8).unwrap();
    let column = line.chars().collect::<String>().find("premium >").map(|at| line[..at].chars().count() + 1);
    let found = results.iter().position(|result| result["ruleId"] == "unit-mismatch").unwrap();
    assert_eq!(region(found)["startLine"], 9);
    assert_eq!(region(found)["startColumn"].as_u64().map(|column| column as usize), column);
}

/// What SARIF 2.1.0 requires of the parts that are written.
fn is_sarif(log: &Value) {
    let text = |value: &Value| value["text"].as_str().is_some_and(|text| !text.is_empty());
    assert_eq!(log["version"], "2.1.0");
    let runs = log["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 1);
    let run = &runs[0];
    assert_eq!(run["tool"]["driver"]["name"], "merit");
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let mut ids: Vec<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    for rule in rules {
        assert!(text(&rule["shortDescription"]) && text(&rule["fullDescription"]) && text(&rule["help"]), "{rule}");
        assert!(["error", "warning"].contains(&rule["defaultConfiguration"]["level"].as_str().unwrap()), "{rule}");
    }
    for invocation in run["invocations"].as_array().unwrap() {
        assert!(invocation["executionSuccessful"].is_boolean());
        for notification in invocation["toolExecutionNotifications"].as_array().unwrap() {
            assert!(text(&notification["message"]), "{notification}");
        }
    }
    for result in run["results"].as_array().unwrap() {
        assert!(text(&result["message"]), "{result}");
        assert!(["error", "warning"].contains(&result["level"].as_str().unwrap()), "{result}");
        let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(result["ruleId"].as_str(), Some(ids[rule]));
        let related = result["relatedLocations"].as_array().into_iter().flatten();
        for location in result["locations"].as_array().unwrap().iter().chain(related) {
            let physical = &location["physicalLocation"];
            let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
            let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/%:".contains(c);
            assert!(uri.chars().all(plain), "{uri}");
            let number = |name: &str| physical["region"][name].as_u64().unwrap();
            let [line, column, end_line, end_column] = ["startLine", "startColumn", "endLine", "endColumn"].map(number);
            assert!(line >= 1 && column >= 1 && (line, column) <= (end_line, end_column), "{location}");
        }
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), rules.len(), "a rule stands twice");
}

#[test]
fn github() {
    let output = checked("github");
    assert_eq!(output.status.code(), Some(1));
    expect("github.txt", &text(&output));
    for line in text(&output).lines() {
        assert!(line.starts_with("::error ") || line.starts_with("::warning "), "{line}");
    }
}

#[test]
fn junit() {
    let output = checked("junit");
    assert_eq!(output.status.code(), Some(1));
    expect("junit.xml", &text(&output));
}

#[test]
fn a_sound_project_with_warnings_is_told_in_every_form() {
    let folder = folder(&[("a.merit", super::levels::SPECS), ("b.merit", b"# nothing yet\n")]);
    for (format, file) in [
        ("short", "sound.short.txt"),
        ("json", "sound.json"),
        ("sarif", "sound.sarif"),
        ("github", "sound.github.txt"),
        ("junit", "sound.junit.xml"),
    ] {
        let output = merit(folder.path(), &["check", "--warn", "house-rule", "--format", format]);
        assert_eq!(output.status.code(), Some(0), "{format}");
        expect(file, &text(&output));
    }
}

#[test]
fn a_folder_that_is_not_there_is_told_in_every_form() {
    let folder = folder(&[]);
    for (format, file) in [
        ("json", "failed.json"),
        ("sarif", "failed.sarif"),
        ("github", "failed.github.txt"),
        ("junit", "failed.junit.xml"),
    ] {
        let output = merit(folder.path(), &["check", "none", "--format", format]);
        assert_eq!(output.status.code(), Some(2), "{format}");
        assert!(!output.stderr.is_empty());
        expect(file, &text(&output));
        match format {
            "json" => keeps_to_the_schema(&serde_json::from_slice(&output.stdout).unwrap()),
            "sarif" => is_sarif(&serde_json::from_slice(&output.stdout).unwrap()),
            _ => {}
        }
    }
}
