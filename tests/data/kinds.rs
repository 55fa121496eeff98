//! Files that are something else than their names say, packed files in all forms, and what programs leave behind.

use std::io::Write;

use crate::build::*;
use crate::workbooks::{premiums, read};

const CSV: &str = "policy_no,premium,issued,city,share,paid,month\nP1,50,2026-07-01,X,,,\nP2,60,2026-07-02,Y,,,\n";

fn found(name: &str, bytes: &[u8]) -> String {
    let mut set = premiums("policies*");
    for column in &mut set.columns {
        column.headers.push(column.name.clone());
    }
    read(Project::new(vec![set]).file(name, bytes))
}

fn sound() -> String {
    let read = found("policies.csv", CSV.as_bytes());
    assert!(!read.contains("unreadable"), "{read}");
    read
}

fn gz(text: &[u8]) -> Vec<u8> {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(text).unwrap();
    gz.finish().unwrap()
}

/// One frame, with a check sum.
fn zst(text: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(text, ruzstd::encoding::CompressionLevel::Fastest)
}

fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

const SKIPPED: &[u8] = b"\x50\x2a\x4d\x18\x04\0\0\0abcd";

/// Cuts anywhere, also inside of a row.
#[test]
fn tables_packed_in_several_parts() {
    let (expected, text) = (sound(), CSV.as_bytes());
    let cut = |at: usize| text.split_at(at);
    for at in [0, 1, 40, 60, text.len()] {
        let (first, second) = cut(at);
        assert_eq!(found("policies.csv.gz", &[gz(first), gz(second)].concat()), expected, "{at}");
        assert_eq!(found("policies.csv.zst", &[zst(first), zst(second)].concat()), expected, "{at}");
        let skipped = [SKIPPED, &zst(first), SKIPPED, SKIPPED, &zst(b""), &zst(second), SKIPPED].concat();
        assert_eq!(found("policies.csv.zst", &skipped), expected, "{at}");
    }
    let many: Vec<u8> = text.iter().flat_map(|byte| zst(&[*byte])).collect();
    assert_eq!(found("policies.zstd", &many), expected);
}

#[test]
fn packed_tables_that_are_damaged() {
    let (zst, gz) = (zst(CSV.as_bytes()), gz(CSV.as_bytes()));
    let changed = |bytes: &[u8], from_end: usize| {
        let mut bytes = bytes.to_vec();
        let at = bytes.len() - from_end;
        bytes[at] ^= 1;
        bytes
    };
    let mut all = String::new();
    for (name, bytes) in [
        // The check sum, and what it is of.
        ("policies.csv.zst", changed(&zst, 1)),
        ("policies.csv.zst", changed(&zst, 10)),
        ("policies.csv.zst", [&zst, &b"garbage"[..]].concat()),
        ("policies.csv.zst", [&zst, SKIPPED, &b"\x28\xb5"[..]].concat()),
        ("policies.csv.zst", [&zst, &SKIPPED[..9]].concat()),
        ("policies.csv.zst", SKIPPED.to_vec()),
        ("policies.csv.gz", changed(&gz, 6)),
        ("policies.csv.gz", [&gz, &b"garbage"[..]].concat()),
        ("policies.csv.gz", [&gz[..], &gz[..20]].concat()),
        ("policies.csv.gz", Vec::new()),
    ] {
        all += &found(name, &bytes);
        all += "\n";
    }
    let mut zip = zipped(&[("policies.csv", CSV.as_bytes())]);
    let at = zip.len() / 4;
    zip[at] ^= 0x10;
    let zip = found("policies.zip", &zip);
    assert!(zip.contains("it is damaged, or was not copied to its end"), "{zip}");
    assert_snapshot!(all);
}

#[test]
fn files_that_are_something_else() {
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().write(0, 0, "policy_no").unwrap();
    let book = book.save_to_buffer().unwrap();
    let parquet = std::fs::read("tests/data/parquet/polars.parquet").unwrap();
    let mut all = String::new();
    for (name, bytes) in [
        ("policies.csv", book.clone()),
        ("policies.txt", std::fs::read("tests/data/workbooks/policies.xls").unwrap()),
        ("policies.csv", parquet),
        ("policies.csv", gz(CSV.as_bytes())),
        ("policies.csv", zst(CSV.as_bytes())),
        ("policies.csv", zipped(&[("a.csv", CSV.as_bytes())])),
        ("policies.csv", b"<html><body><table><tr><td>policy_no</td></tr></table></body></html>".to_vec()),
        ("policies.csv", b"{\\rtf1\\ansi policy_no}".to_vec()),
        ("policies.csv", b"%PDF-1.4\n1 0 obj\n".to_vec()),
        ("policies.csv", b"[{\"policy_no\": \"P1\"}]".to_vec()),
        ("policies.csv", b"SQLite format 3\0\x10\0\x01\x01".to_vec()),
        ("policies.csv", b"BZh91AY&SY\x01\x02\x03".to_vec()),
        ("policies.csv", b"7z\xbc\xaf\x27\x1c\0\x04".to_vec()),
        ("policies.csv", b"\xff\xfe\0\0p\0\0\0".to_vec()),
        ("policies.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec()),
        ("policies.csv", b"\x01\x02\x03\x04".to_vec()),
        ("policies.csv.gz", CSV.as_bytes().to_vec()),
        ("policies.gz", CSV.as_bytes().to_vec()),
        ("policies.csv.gz", zst(CSV.as_bytes())),
        ("policies.gz", gz(&book)),
        ("policies.zst", zst(b"<html><table>")),
        ("policies.zip", zipped(&[("sheet.xlsx", &book)])),
        ("policies.zip", book.clone()),
        ("policies.parquet", CSV.as_bytes().to_vec()),
        ("policies.pq", book),
    ] {
        all += &found(name, &bytes);
        all += "\n";
    }
    assert_snapshot!(all);
}

#[test]
fn what_programs_leave_behind_is_passed_over() {
    let expected = sound();
    let left = ["policies.csv~", "policies.csv.bak", "policies.csv.tmp", "policies.old", "policies.csv.part"];
    let mut set = premiums("policies*");
    for column in &mut set.columns {
        column.headers.push(column.name.clone());
    }
    let project = Project::new(vec![set.clone()]).file("policies.csv", CSV);
    assert_eq!(read(left.iter().fold(project, |project, name| project.file(name, "no table"))), expected);
    // In all folders, whatever they are called.
    set.files[0].pattern = "*".into();
    let left =
        ["~$policies.xlsx", ".~lock.policies.csv#", "._policies.csv", "#policies.csv#", "Thumbs.db", ".DS_Store"];
    let project = Project::new(vec![set.clone()]).file("policies.csv", CSV);
    assert_eq!(read(left.iter().fold(project, |project, name| project.file(name, "no table"))), expected);
    // Who names one means it.
    set.files[0].pattern = "policies.bak".into();
    assert_eq!(read(Project::new(vec![set.clone()]).file("policies.bak", CSV)), expected.replace(".csv", ".bak"));
    set.files[0].pattern = "*.bak".into();
    assert_eq!(read(Project::new(vec![set]).file("policies.bak", CSV)), expected.replace(".csv", ".bak"));
}
