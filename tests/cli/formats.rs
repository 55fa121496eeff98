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
    if crate::snapshots::updating() {
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

/// What the schema of Jenkins lets a document hold: elements with their attributes, and what must be there.
fn is_junit(text: &str) {
    use quick_xml::events::Event;
    const KNOWN: [(&str, &[&str]); 6] = [
        ("testsuites", &["name", "tests", "failures", "errors"]),
        ("testsuite", &["name", "tests", "failures", "errors"]),
        ("testcase", &["name", "classname"]),
        ("error", &["type", "message"]),
        ("failure", &["type", "message"]),
        ("system-out", &[]),
    ];
    let mut reader = quick_xml::Reader::from_str(text);
    let mut counted = std::collections::BTreeMap::<String, usize>::new();
    let (mut cases, mut open) = (std::collections::BTreeSet::new(), Vec::new());
    loop {
        let event = reader.read_event().unwrap();
        let (Event::Start(tag) | Event::Empty(tag)) = &event else {
            match event {
                Event::Eof => break,
                Event::End(_) => drop(open.pop()),
                _ => {}
            }
            continue;
        };
        let name = tag.name().as_ref().to_string();
        let (_, known) = KNOWN.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("{name}"));
        let of = |name: &str| tag.try_get_attribute(name).unwrap().map(|value| value.value.into_owned());
        for attribute in tag.attributes() {
            let key = attribute.unwrap().key.as_ref().to_string();
            assert!(known.contains(&key.as_str()), "{name} {key}");
        }
        known.iter().for_each(|key| assert!(of(key).is_some(), "{name} lacks {key}"));
        if name == "testcase" {
            assert!(cases.insert((of("classname"), of("name"))), "a case stands twice: {text}");
        }
        *counted.entry(name.clone()).or_default() += 1;
        if matches!(event, Event::Start(_)) {
            open.push(name);
        }
    }
    assert!(open.is_empty());
    let all = |name: &str| counted.get(name).copied().unwrap_or_default();
    let says = format!("tests=\"{}\" failures=\"{}\" errors=\"{}\"", all("testcase"), all("failure"), all("error"));
    assert!(text.lines().nth(1).unwrap().contains(&says), "{says}: {text}");
}

#[test]
fn build_servers_can_read_every_report() {
    let tests = include_bytes!("../corpus/tests/run/failing.merit");
    let base = include_bytes!("../corpus/tests/base.merit");
    let twice = b"test \"one\" {\n  period 2026-Q3\n  expect 1\n}\n";
    let bad = folder(&[("base.merit", base), ("a.b/tests.merit", tests), ("c.merit", twice)]);
    let good = folder(&[("base.merit", base), ("a.b/tests.merit", tests)]);
    for (folder, arguments) in [
        (&project(), &["check", "specs"][..]),
        (&project(), &["test", "specs"]),
        (&good, &["test"]),
        (&good, &["check"]),
        (&bad, &["test"]),
        (&bad, &["test", "none"]),
        (&bad, &["check", "--nonsense"]),
        (&bad, &["test", "--filter"]),
    ] {
        let run = merit(folder.path(), &[arguments, &["--format", "junit"]].concat());
        is_junit(&text(&run));
    }
}

/// Names of cases are those of files and tests, before and after lines have moved.
#[test]
fn cases_are_called_the_same_after_an_edit() {
    let names = |text: &str| -> Vec<String> {
        text.lines()
            .filter(|line| line.contains("<testcase"))
            .map(|line| line.trim_end_matches(['/', '>']).into())
            .collect()
    };
    let tests = String::from_utf8(include_bytes!("../corpus/tests/run/failing.merit").to_vec()).unwrap();
    let base = include_bytes!("../corpus/tests/base.merit");
    let run = |tests: &str, broken: &str| {
        let folder =
            folder(&[("base.merit", base), ("tests.merit", tests.as_bytes()), ("broken.merit", broken.as_bytes())]);
        ["check", "test"].map(|command| names(&text(&merit(folder.path(), &[command, "--format", "junit"]))))
    };
    assert_eq!(run(&tests, ""), run(&format!("# one\n\n{tests}"), ""));
    let [check, _] = run(&tests, "");
    assert_eq!(check, run(&tests, "kpi a : % {\n  value = b\n}\n")[0]);
}

/// A repository with specs in a folder of it; the program is started at its root, below it and outside.
#[test]
fn code_hosts_get_paths_from_the_root_of_the_repository() {
    let bad = "kpi a : % {\n  value = b\n}\n";
    let folder =
        folder(&[("repository/.git/HEAD", b""), ("repository/hr/specs/a.merit", bad.as_bytes()), ("other/x", b"")]);
    let whole = folder.path().join("repository/hr/specs");
    for (from, named) in [
        ("repository", "hr/specs"),
        ("repository/hr/specs", "."),
        ("repository/hr/specs", "a.merit"),
        ("other", "../repository/hr/specs"),
        ("other", whole.to_str().unwrap()),
    ] {
        let run = |format| text(&merit(&folder.path().join(from), &["check", named, "--format", format]));
        assert!(run("github").starts_with("::error file=hr/specs/a.merit,line=2,"), "{from}: {}", run("github"));
        let log: Value = serde_json::from_str(&run("sarif")).unwrap();
        let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
        assert_eq!(place["uri"], "hr/specs/a.merit", "{from}");
        assert!(run("junit").contains("name=\"hr/specs/a.merit\""), "{from}: {}", run("junit"));
    }
}

#[test]
fn github_is_sent_no_more_than_it_shows_and_told_how_many_there_are() {
    let mut spec = String::new();
    (0..13).for_each(|at| spec.push_str(&format!("kpi bad{at} : % {{\n  value = nothing_{at}\n}}\n")));
    let folder = folder(&[("a.merit", spec.as_bytes())]);
    let run = merit(folder.path(), &["check", "--format", "github"]);
    let all = text(&run);
    assert_eq!(all.matches("::error ").count(), 10);
    let notice = all.lines().nth(10).unwrap();
    assert!(notice.starts_with("::notice title=merit::13 errors in all;"), "{notice}");
    let rest: Vec<&str> = all.lines().skip(11).collect();
    assert!(rest.len() == 3 && rest.iter().all(|line| line.starts_with("- a.merit:")), "{rest:?}");
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
