//! What programs read: each document has a schema that any validator takes, whatever comes of the run.

use std::collections::BTreeMap;
use std::path::Path;

use merit::documents::Document;
use serde_json::Value;

use super::safety::{PEOPLE, SPEC, small, text};
use super::{folder, merit};
use crate::schema;

fn schema_of(kind: Document) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(kind.file());
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// All values below one, with the names that lead to them.
fn walk<'v>(value: &'v Value, see: &mut dyn FnMut(&str, &'v Value)) {
    match value {
        Value::Object(all) => all.iter().for_each(|(name, value)| {
            see(name, value);
            walk(value, see);
        }),
        Value::Array(all) => all.iter().for_each(|value| walk(value, see)),
        _ => {}
    }
}

#[test]
fn schemas_stand_alone_and_keep_their_promise() {
    const SHARED: [&str; 9] =
        ["provenance", "data_file", "failure", "finding", "place", "mend", "edit", "point", "cell"];
    let mut shared = BTreeMap::<&str, Value>::new();
    for kind in Document::ALL {
        let schema = schema_of(kind);
        jsonschema::draft202012::meta::validate(&schema).unwrap_or_else(|error| panic!("{kind:?}: {error}"));
        assert_eq!(schema["$id"], kind.schema());
        assert_eq!(schema["properties"]["schema"]["const"], kind.schema());
        walk(&schema, &mut |name, value| match name {
            // Nothing else is needed to read it.
            "$ref" => assert!(schema.pointer(&value.as_str().unwrap()[1..]).is_some(), "{kind:?}: {value}"),
            // Fields may be added.
            "additionalProperties" | "unevaluatedProperties" => panic!("{kind:?}: {name}"),
            _ => {}
        });
        for name in SHARED {
            let own = &schema["$defs"][name];
            assert_eq!(shared.entry(name).or_insert_with(|| own.clone()), own, "{kind:?}: {name}");
        }
    }
    // A period is the same alone and among others.
    let (one, several) = (schema_of(Document::Results), schema_of(Document::Periods));
    assert_eq!(one["$defs"], several["$defs"]);
}

#[test]
fn an_added_field_breaks_no_reader_and_a_missing_one_does() {
    let folder = small(PEOPLE);
    let run = merit(folder.path(), &["eval", "--period", "2026", "--format", "json"]);
    let mut document: Value = serde_json::from_slice(&run.stdout).unwrap();
    let rules = jsonschema::validator_for(&schema_of(Document::Results)).unwrap();
    document["surprise"] = true.into();
    document["people"][0]["surprise"] = true.into();
    assert!(rules.is_valid(&document));
    for (at, name) in [("", "provenance"), ("", "people"), ("/people/0", "rank"), ("/provenance/specs", "sha256")] {
        let mut less = document.clone();
        less.pointer_mut(at).unwrap().as_object_mut().unwrap().remove(name).unwrap();
        assert!(!rules.is_valid(&less), "{at} {name}");
    }
}

const BROKEN: &str = "kpi broken : number {\n  value = sold + 1 CNY\n}\n";
const TESTS: &str = "test \"half\" {\n  period 2026\n  given people {\n    | id | name | sold |\n    | P1 | Ann | 50 |\n  }\n  expect sold of \"P1\" = 51\n}\n";

/// A document on standard output, whatever comes of it.
fn told(folder: &tempfile::TempDir, arguments: &[&str], exit: i32, kind: Document) -> Value {
    let run = merit(folder.path(), arguments);
    assert_eq!(run.status.code(), Some(exit), "{arguments:?}: {}", text(&run.stderr));
    let document: Value = serde_json::from_slice(&run.stdout)
        .unwrap_or_else(|error| panic!("{arguments:?}: {error}: {}{}", text(&run.stdout), text(&run.stderr)));
    assert_eq!(schema::faults(&schema_of(kind), &document), Vec::<String>::new(), "{arguments:?}");
    assert_eq!(document["schema"], kind.schema(), "{arguments:?}");
    let head: Vec<&String> = document.as_object().unwrap().keys().take(4).collect();
    assert_eq!(head, ["schema", "provenance", "failure", "findings"], "{arguments:?}");
    document
}

const COMMANDS: [(&[&str], Document); 15] = [
    (&["audit", "--period", "2026"], Document::Audit),
    (&["check"], Document::Check),
    (&["check", "--alignment"], Document::Alignment),
    (&["data"], Document::Data),
    (&["diff", ".", "."], Document::Diff),
    (&["diff", ".", ".", "--period", "2026"], Document::Diff),
    (&["eval", "--period", "2026"], Document::Results),
    (&["eval", "--period", "2026", "--output", "q.json"], Document::Results),
    (&["eval", "--periods", "2025..2026"], Document::Periods),
    (&["goal", "--period", "2026", "--for", "200"], Document::Goal),
    (&["goal", "--period", "2026", "--for", "60", "--person", "P1"], Document::Goal),
    (&["plan", "--period", "2026"], Document::Plan),
    (&["test"], Document::Tests),
    (&["why", "--period", "2026", "--person", "P1"], Document::Why),
    (&["why", "--period", "2026", "--person", "P1", "--against", "P2"], Document::Why),
];

fn json<'a>(arguments: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [arguments, &["--format", "json"], more].concat()
}

#[test]
fn every_command_writes_its_document_whatever_comes_of_it() {
    let files = |spec: String| folder(&[("a.merit", spec.as_bytes()), ("data/people.csv", PEOPLE.as_bytes())]);
    let passing = TESTS.replace("51", "50");
    let (good, bad) = (files(SPEC.to_string() + &passing), files(SPEC.to_string() + BROKEN));
    let nothing = folder(&[]);
    for (command, kind) in COMMANDS {
        let to_file = command.contains(&"--output");
        if !to_file {
            let document = told(&good, &json(command, &[]), 0, kind);
            assert!(document["findings"].as_array().unwrap().is_empty(), "{command:?}");
        }
        // Mistakes in the specs.
        let document = told(&bad, &json(command, &[]), 1, kind);
        let finding = &document["findings"][0];
        assert_eq!((&finding["code"], &finding["severity"]), (&"unit-mismatch".into(), &"error".into()), "{command:?}");
        assert_eq!(finding["places"][0]["file"], "a.merit");
        assert!(finding["message"].as_str().is_some_and(|message| message.contains("sold")));
        assert_eq!(document["failure"], Value::Null);
        // No specs, and words that no command knows.
        let document = told(&nothing, &json(command, &[]), 2, kind);
        assert!(document["failure"]["message"].as_str().unwrap().contains("there is no `.merit` file"), "{document}");
        assert!(document["failure"]["help"].as_str().unwrap().contains("specs are text files"), "{document}");
        for more in [&["--nonsense"][..], &["--color", "mauve"], &["none"]] {
            let document = told(&good, &json(command, more), 2, kind);
            assert!(document["failure"]["message"].is_string(), "{command:?} {more:?}");
        }
    }
    for arguments in [
        &["eval", "--format=json"][..],
        &["eval", "--period", "yesterday", "--format", "json"],
        &["eval", "--period", "2026", "--format", "json", "--output", "q.csv"],
        &["eval", "--period", "2026", "--format", "json", "--person", "nobody"],
    ] {
        told(&good, arguments, 2, Document::Results);
    }
    told(&good, &["test", "--filter", "nothing", "--format", "json"], 2, Document::Tests);
    told(&good, &["check", "--deny", "nonsense", "--format", "json"], 2, Document::Check);
    told(&good, &["check", "--alignment=nobody", "--format", "json"], 2, Document::Alignment);
}

#[test]
fn mistakes_in_the_data_stand_in_the_document() {
    let folder = small(&PEOPLE.replace("70", "7O"));
    for (command, kind) in COMMANDS.iter().filter(|(command, _)| matches!(command[0], "data" | "eval")) {
        let document = told(&folder, &json(command, &[]), 1, *kind);
        let findings = document["findings"].as_array().unwrap();
        assert_eq!(findings.len(), 1, "{document}");
        let place = &findings[0]["data"][0];
        assert_eq!((&place["row"], &place["column"], &place["text"]), (&3.into(), &"sold".into(), &"7O".into()));
        assert!(place["file"].as_str().unwrap().ends_with("people.csv") && findings[0]["help"].is_string(), "{place}");
        // What the files hold is told beside that.
        assert_eq!(document.get("data").is_some(), *kind == Document::Data);
    }
}

#[test]
fn failed_tests_and_what_stands_in_their_way_are_in_the_document() {
    let folder = folder(&[("a.merit", (SPEC.to_string() + TESTS).as_bytes())]);
    let document = told(&folder, &["test", "--format", "json"], 1, Document::Tests);
    assert_eq!(document["tests"][0]["expectations"][0]["got"]["value"], "50");
    assert_eq!(document["summary"]["failed"], 1);
}

#[test]
fn mends_are_edits_that_a_program_can_make() {
    let spec = "company \"A\" {\n  currency CNY\n}\n# 岗位\nconstant 高 : CNY = 24.000 CNY\n";
    let folder = folder(&[("a.merit", spec.as_bytes())]);
    let document = told(&folder, &["check", "--format", "json"], 1, Document::Check);
    let mend = &document["findings"][0]["mends"][0];
    let edit = &mend["edits"][0];
    let offset = |end: &str| usize::try_from(edit[end]["offset"].as_u64().unwrap()).unwrap();
    let written = [&spec[..offset("start")], edit["text"].as_str().unwrap(), &spec[offset("end")..]].concat();
    std::fs::write(folder.path().join("a.merit"), written).unwrap();
    let after: Value = serde_json::from_slice(&merit(folder.path(), &["check", "--format", "json"]).stdout).unwrap();
    assert_eq!(after["summary"]["errors"], 0, "{after}");
}

#[test]
fn the_style_of_specs_is_told_as_a_document() {
    let fmt = |folder: &tempfile::TempDir, arguments: &[&str], exit: i32| {
        told(folder, &[&["fmt", "--format", "json"], arguments].concat(), exit, Document::Fmt)
    };
    let loose = "kpi   loose : number {\n value = 1\n}\n";
    let folder = folder(&[
        ("a.merit", b"# 1\n"),
        ("b.merit", loose.as_bytes()),
        ("c.merit", b"kpi bad number {\n  value = 1\n}\n"),
    ]);
    let looked = fmt(&folder, &["--diff"], 1);
    assert_eq!(looked["summary"], serde_json::json!({ "files": 3, "changed": 1, "findings": 1 }));
    assert_eq!((&looked["written"], &looked["changed"][0]["file"]), (&false.into(), &"b.merit".into()));
    assert!(looked["changed"][0]["diff"].as_str().unwrap().contains("-kpi   loose"), "{looked}");
    assert_eq!(looked["findings"][0]["places"][0]["file"], "c.merit");
    assert_eq!(fmt(&folder, &["--check"], 1)["changed"][0]["diff"], Value::Null);
    assert_eq!(std::fs::read_to_string(folder.path().join("b.merit")).unwrap(), loose);
    assert_eq!(fmt(&folder, &[], 1)["written"], true);
    std::fs::remove_file(folder.path().join("c.merit")).unwrap();
    let again = fmt(&folder, &["--check"], 0);
    assert_eq!(again["summary"], serde_json::json!({ "files": 2, "changed": 0, "findings": 0 }));
    // What comes to nothing.
    for more in [&["nowhere"][..], &["--nonsense"], &["-"]] {
        assert!(fmt(&folder, more, 2)["failure"]["message"].is_string(), "{more:?}");
    }
}

#[test]
fn statements_for_an_engine_are_told_one_by_one() {
    let folder = folder(&[
        (
            "a.merit",
            (SPEC.replace("  output paid", "  output sales_paid : number = amount_sold\n  output paid") + SOLD)
                .as_bytes(),
        ),
        ("data/people.csv", PEOPLE.as_bytes()),
    ]);
    let sql = ["sql", "--format", "json", "--dialect", "duckdb", "--period", "2026"];
    let document = told(&folder, &[&sql[..], &["--tables", "sales"]].concat(), 0, Document::Sql);
    assert_eq!(document["provenance"]["options"]["period"], "2026");
    let steps = document["steps"].as_array().unwrap();
    let kinds: Vec<&str> = steps.iter().map(|step| step["kind"].as_str().unwrap()).collect();
    assert_eq!((kinds.first(), kinds.last()), (Some(&"setting"), Some(&"end")));
    assert!(kinds.contains(&"statement"), "{kinds:?}");
    // All of them, in this order, are the script.
    let script = merit(folder.path(), &["sql", "--dialect", "duckdb", "--period", "2026", "--tables", "sales"]);
    let script = text(&script.stdout);
    let mut rest = script.as_str();
    for step in steps {
        let sql = step["sql"].as_str().unwrap();
        rest = rest.split_once(sql).unwrap_or_else(|| panic!("{sql} is not in\n{rest}")).1;
    }
    told(&folder, &[&sql[..], &["--tables", "nothing"]].concat(), 2, Document::Sql);
    std::fs::write(folder.path().join("a.merit"), SPEC.to_string() + BROKEN).unwrap();
    assert_eq!(told(&folder, &sql, 1, Document::Sql)["findings"][0]["code"], "unit-mismatch");
}

const SOLD: &str = "data sales \"Sales\" {\n  file \"sales.csv\"\n  row sale\n  dated by day\n  column seller : people\n  column day : date\n  column amount : number\n}\n\nkpi amount_sold : number {\n  value = sum(amount of sales)\n}";

/// Whoever reads the document of a failed run sees from what it was made.
#[test]
fn a_failed_run_tells_what_it_had_read() {
    let wrong = small(&PEOPLE.replace("70", "7O"));
    let document = told(&wrong, &["eval", "--period", "2026", "--format", "json"], 1, Document::Results);
    let made = &document["provenance"];
    assert_eq!(made["data"]["files"][0]["path"], "people.csv", "{made}");
    assert_eq!((&made["specs"]["files"][0]["path"], &made["options"]["period"]), (&"a.merit".into(), &"2026".into()));
    let sound = small(PEOPLE);
    let nobody = ["eval", "--period", "2026", "--person", "nobody", "--format", "json"];
    let document = told(&sound, &nobody, 2, Document::Results);
    let made = &document["provenance"];
    assert_eq!(
        (&made["data"]["files"][0]["path"], &made["options"]["person"]),
        (&"people.csv".into(), &"nobody".into())
    );
    let document = told(&sound, &["plan", "--period", "2026", "--kpi", "none", "--format", "json"], 2, Document::Plan);
    assert_eq!(document["provenance"]["specs"]["files"][0]["path"], "a.merit");
}
