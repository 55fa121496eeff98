//! Which files are reports of this program: told by what they hold, however they were named, moved or copied. Only these
//! are replaced unasked.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use super::csv::{self, MARK};
use super::words;

/// So much of the beginning, and of the end, is looked at.
const SEEN: u64 = 4096;

/// Whether a file is a report, or empty: JSON that begins with our `schema`, CSV that begins with one of our headers, text
/// with the line on what made it at the end.
pub fn is_own(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let (mut head, mut tail) = (Vec::new(), Vec::new());
    (&mut file).take(SEEN).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(length.saturating_sub(SEEN)))?;
    file.take(SEEN).read_to_end(&mut tail)?;
    let (head, tail) = (String::from_utf8_lossy(&head), String::from_utf8_lossy(&tail));
    Ok(length == 0 || is_json(&head) || is_csv(&head) || is_text(&tail))
}

fn is_json(head: &str) -> bool {
    let value = head.strip_prefix("{\n  \"schema\": \"");
    // Until 0.1 they were called `merit.results/1`.
    value.is_some_and(|value| value.starts_with("urn:merit:") || value.starts_with("merit."))
}

fn is_csv(head: &str) -> bool {
    let head = head.strip_prefix(MARK).unwrap_or(head);
    let line = head.split('\n').next().unwrap_or(head);
    [",", ";"].iter().any(|separator| {
        let people = csv::people::HEADER.join(separator);
        let all = csv::HEADER.join(separator);
        let last = line.strip_prefix(&all).filter(|last| last.is_empty() || last.starts_with(separator));
        let last = last.map(|last| last.split(separator).skip(1).collect::<Vec<_>>());
        let is_ours = |last: Vec<&str>| {
            let behind = last.strip_prefix(&csv::RULINGS).unwrap_or(&last);
            let behind = behind.strip_prefix(&[csv::SUPPOSED]).unwrap_or(behind);
            behind.is_empty() || behind == csv::estimate::ESTIMATE || behind == &csv::estimate::ESTIMATE[..1]
        };
        last.is_some_and(is_ours) || line == people || line.starts_with(&format!("{people}{separator}"))
    })
}

fn is_text(tail: &str) -> bool {
    let by = |line: &str| {
        let line = uncoloured(line);
        let program = words::MADE_BY.iter().find_map(|lead| line.strip_prefix(lead)).map(str::trim_start);
        let version = program.and_then(|program| program.strip_prefix("merit "));
        version.is_some_and(|version| version.starts_with(|sign: char| sign.is_ascii_digit()))
    };
    // A narrow terminal breaks it.
    tail.lines().rev().take(12).any(by)
}

fn uncoloured(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_string();
    parts.fold(first, |line, part| line + part.split_once('m').map_or("", |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_told_from_other_files() {
        assert!(
            is_json("{\n  \"schema\": \"urn:merit:results:2\",") && is_json("{\n  \"schema\": \"merit.results/1\",")
        );
        assert!(!is_json("{\n  \"schema\": \"https://example.org/\"") && !is_json("{ \"name\": \"merit\" }"));
        let header = csv::HEADER.join(",");
        assert!(is_csv(&format!("{header}\n2026")) && is_csv(&format!("{MARK}{}\n", csv::HEADER.join(";"))));
        assert!(is_csv(&format!("{header},supposed\n")) && is_csv(&format!("{header},estimate\n")));
        assert!(is_csv(&format!("{header},supposed,{}\n", csv::estimate::ESTIMATE.join(","))));
        assert!(is_csv(&format!("{header},by_rule,rating_by_rule,supposed\n")));
        assert!(!is_csv(&format!("{header},supposed,comment\n")) && !is_csv(&format!("{header}s\n")));
        // A column of somebody's own, or another program's line end.
        assert!(!is_csv(&format!("{header},comment\n")) && !is_csv(&format!("{header}\r\n")) && !is_csv("id,name\n"));
        assert!(is_csv(&format!("{},bonus [CNY]\n", csv::people::HEADER.join(","))));
        assert!(
            is_text("Files  3\n\u{1b}[2mMade by   merit 0.2.0 · specs\u{1b}[0m\n      more\n")
                && is_text("生成  merit 1.0.0\n")
        );
        assert!(!is_text("Made by hand\n") && !is_text("all about merit 0.2.0\n"));
    }
}
