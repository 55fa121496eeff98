//! Reports as people and programs read them.

#[macro_use]
#[path = "support/snapshots.rs"]
mod snapshots;
#[path = "report/fixture.rs"]
mod fixture;
#[path = "report/schema.rs"]
mod schema;

use merit::report::csv::Form;
use merit::report::{Format, Look, Report, write};
use unicode_width::UnicodeWidthStr;

fn rendered(format: Format, language: Option<&str>, look: Look) -> String {
    let (model, results) = (fixture::model(), fixture::results());
    let mut out = Vec::new();
    write(format, &Report::of_all(&model, &results, language), look, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

const PLAIN: Look = Look { color: false, width: 80 };

macro_rules! snapshot {
    ($name:literal, $text:expr) => {
        insta::with_settings!({ snapshot_path => "report/snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            assert_snapshot!($name, $text);
        });
    };
}

#[test]
fn summary_of_all_people() {
    snapshot!("summary", rendered(Format::Summary, None, PLAIN));
}

#[test]
fn summary_in_chinese() {
    snapshot!("summary_zh", rendered(Format::Summary, Some("zh"), PLAIN));
}

#[test]
fn scorecards_in_full() {
    snapshot!("scorecards", rendered(Format::Scorecards, None, PLAIN));
}

#[test]
fn scorecards_in_chinese() {
    snapshot!("scorecards_zh", rendered(Format::Scorecards, Some("zh"), PLAIN));
}

#[test]
fn csv_in_the_long_form() {
    snapshot!("csv", rendered(Format::Csv(Form::default()), None, PLAIN));
}

#[test]
fn the_reference_names_the_columns_of_the_csv_in_order() {
    let page = include_str!("../docs/reference/command-line.md");
    let (_, table) = page.split_once("### The CSV report").unwrap();
    let rows =
        table.lines().skip_while(|line| !line.starts_with("| ---")).skip(1).take_while(|line| line.starts_with('|'));
    let names =
        rows.flat_map(|row| row.split('|').nth(1).unwrap().split(',')).map(|name| name.trim().trim_matches('`'));
    assert_eq!(names.collect::<Vec<_>>(), merit::report::csv::HEADER);
}

#[test]
fn nothing_is_wider_than_the_terminal() {
    for format in [Format::Summary, Format::Scorecards] {
        for language in [None, Some("zh")] {
            for width in [60, 72, 80, 100, 140] {
                let text = rendered(format, language, Look { color: false, width });
                for line in text.lines() {
                    assert!(line.width() <= width, "{width}: {line}");
                    assert_eq!(line, line.trim_end());
                }
            }
        }
    }
}

#[test]
fn colours_only_add_colour() {
    let plain = rendered(Format::Scorecards, None, PLAIN);
    let coloured = rendered(Format::Scorecards, None, Look { color: true, ..PLAIN });
    assert!(coloured.contains('\u{1b}'));
    let mut stripped = String::new();
    let mut rest = coloured.as_str();
    while let Some(at) = rest.find('\u{1b}') {
        stripped.push_str(&rest[..at]);
        rest = &rest[at + rest[at..].find('m').unwrap() + 1..];
    }
    stripped.push_str(rest);
    assert_eq!(stripped, plain);
}

#[test]
fn json_keeps_to_its_schema_and_is_the_same_each_time() {
    let text = rendered(Format::Json, None, PLAIN);
    assert_eq!(text, rendered(Format::Json, None, PLAIN));
    let document = serde_json::from_str(&text).unwrap();
    let schema = serde_json::from_str(include_str!("../docs/results.schema.json")).unwrap();
    assert_eq!(schema::faults(&schema, &document), Vec::<String>::new());
    snapshot!("json", text.replace(env!("CARGO_PKG_VERSION"), "{VERSION}"));
}

#[test]
fn the_schema_refuses_what_it_does_not_describe() {
    let mut document: serde_json::Value = serde_json::from_str(&rendered(Format::Json, None, PLAIN)).unwrap();
    let schema = serde_json::from_str(include_str!("../docs/results.schema.json")).unwrap();
    document["people"][0]["overall"]["number"] = 96.84.into();
    document["people"][1]["surprise"] = true.into();
    document["schema"] = "urn:merit:results:1".into();
    assert_eq!(schema::faults(&schema, &document).len(), 3);
}
