//! Numbers as the offices of many countries write them: read right, or refused with both readings; never wrong.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// One project: a roster with an amount, and what its file holds.
fn project(column: &str, company: &str, file: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("data")).unwrap();
    let spec = format!(
        "company \"C\" {{\n  currency EUR\n  {company}\n}}\n\ndata people \"Staff\" {{\n  roster as seller\n  file \"people.csv\"\n  \
         row person\n  key id\n  column id  : text\n  column pay : {column}\n}}\n\nposition seller \"Seller\" {{\n  output pay \"Pay\" : EUR = person.pay\n}}\n"
    );
    fs::write(folder.path().join("a.merit"), spec).unwrap();
    fs::write(folder.path().join("data/people.csv"), file).unwrap();
    folder
}

fn run(folder: &Path, more: &[&str]) -> Output {
    let mut merit = Command::new(env!("CARGO_BIN_EXE_merit"));
    merit.args(["eval", "--period", "2026", "--format", "json"]).args(more).current_dir(folder).output().unwrap()
}

/// The amounts, in order, or the codes of the findings.
fn amounts(column: &str, company: &str, file: &str) -> Result<Vec<String>, String> {
    let folder = project(column, company, file);
    let output = run(folder.path(), &[]);
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout));
    }
    let results: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let value = |person: &serde_json::Value| person.to_string();
    let found: Vec<String> = results["people"].as_array().unwrap().iter().map(value).collect();
    Ok(found
        .iter()
        .map(|person| person.split("\"number\":\"").nth(1).unwrap().split('"').next().unwrap().to_string())
        .collect())
}

fn lines(separator: &str, cells: &[&str]) -> String {
    let quoted = |cell: &&str| if separator == "," { format!("\"{cell}\"") } else { cell.to_string() };
    let rows = cells.iter().enumerate().map(|(at, cell)| format!("P{at}{separator}{}\n", quoted(cell)));
    format!("id{separator}pay\n{}", rows.collect::<String>())
}

#[test]
fn a_columns_own_cells_tell_what_its_signs_mean() {
    for (separator, cells, expected) in [
        (";", &["1.234,56", "1.000", "12"][..], &["1234.56", "1000", "12"][..]),
        (";", &["4,375", "0,850"], &["4.375", "0.85"]),
        (";", &["1.234", "2.5"], &["1.234", "2.5"]),
        (";", &["1.234", "1,500.25"], &["1.234", "1500.25"]),
        (",", &["1,234", "12.5"], &["1234", "12.5"]),
        (",", &["1,234", "12,5"], &["1.234", "12.5"]),
        (",", &["1,234", "1,234,567"], &["1234", "1234567"]),
        (",", &["1.234.567", "1,5"], &["1234567", "1.5"]),
        (",", &["1.234", "1.5"], &["1.234", "1.5"]),
        (",", &["1 234,5", "1 000"], &["1234.5", "1000"]),
        (";", &["-1.234,5", "€ 1.000"], &["-1234.5", "1000"]),
        (";", &["100-", "1.234,56 €", "EUR 7", "−5"], &["-100", "1234.56", "7", "-5"]),
    ] {
        let found = amounts("EUR", "", &lines(separator, cells)).unwrap_or_else(|text| panic!("{cells:?}: {text}"));
        assert_eq!(found, expected, "{separator} {cells:?}");
    }
}

#[test]
fn what_could_be_two_numbers_is_refused_with_both() {
    for (separator, cells, both) in [
        (";", &["1.234", "2.500"][..], "1234 or 1.234"),
        ("\t", &["1.234", "2.500"], "1234 or 1.234"),
        (";", &["1,234", "7"], "1234 or 1.234"),
        (",", &["1,234"], "1234 or 1.234"),
        (",", &["7", "12,345", "1,000"], "12345 or 12.345"),
    ] {
        let text = amounts("EUR", "", &lines(separator, cells)).unwrap_err();
        assert!(text.contains("ambiguous-number") && text.contains(both), "{separator} {cells:?}: {text}");
        // The help, obeyed: behind the type, in the data set, for all files.
        for (signs, comma) in [("1.234,56", true), ("1,234.56", false)] {
            let column = amounts(&format!("EUR numbers \"{signs}\""), "", &lines(separator, cells)).unwrap();
            let company = amounts("EUR", &format!("files numbers \"{signs}\""), &lines(separator, cells)).unwrap();
            let value = |cell: &&str| match (comma, cell.contains(',')) {
                (true, _) => cell.replace('.', "").replace(',', "."),
                (false, _) => cell.replace(',', ""),
            };
            let plain: Vec<String> = cells.iter().map(value).map(|text| trimmed(&text)).collect();
            assert_eq!((&column, &company), (&plain, &plain), "{signs} {cells:?}");
        }
    }
    let text = amounts("EUR", "", &lines(",", &["1,5", "2.5"])).unwrap_err();
    assert!(text.contains("ambiguous-number") && text.contains("behind a comma"), "{text}");
}

/// Without zeros at the end of its decimals.
fn trimmed(number: &str) -> String {
    if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.').to_string()
    } else {
        number.to_string()
    }
}

#[test]
fn large_files_are_read_like_small_ones() {
    let mut cells: Vec<String> = (0..2_000).map(|at| format!("1,{:03}", at % 1_000)).collect();
    let all = |cells: &[String]| lines(";", &cells.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(amounts("EUR", "", &all(&cells)).unwrap_err().contains("ambiguous-number"));
    cells.push("0,5".into());
    let found = amounts("EUR", "", &all(&cells)).unwrap();
    let count = |value: &str| found.iter().filter(|found| *found == value).count();
    assert_eq!((found.len(), count("1.001"), count("1.999"), count("0.5")), (2_001, 2, 2, 1));
}

#[test]
fn declared_signs_are_no_repair() {
    let folder = project("EUR numbers \"1.234,56\"", "", &lines(";", &["1.234,56", "1.000"]));
    assert!(run(folder.path(), &["--strict"]).status.success());
    let folder = project("EUR", "", &lines(";", &["1.234,56", "1.000"]));
    let refused = run(folder.path(), &["--strict"]);
    assert!(!refused.status.success());
}

#[test]
fn blanks_of_any_width_stand_between_groups_where_one_is_declared() {
    for declared in [' ', '\u{a0}', '\u{202f}'] {
        for written in [' ', '\u{a0}', '\u{202f}'] {
            let column = format!("EUR numbers \"1{declared}234,56\"");
            let file = lines(";", &[&format!("62{written}795,20"), "7"]);
            assert_eq!(amounts(&column, "", &file).unwrap(), ["62795.2", "7"], "{declared:?} {written:?}");
        }
    }
    assert_eq!(amounts("EUR numbers \"1'234.56\"", "", &lines(";", &["62’795.20"])).unwrap(), ["62795.2"]);
}
