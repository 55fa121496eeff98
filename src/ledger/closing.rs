//! A closing: one file that holds all of a closed period, in a form that is the same byte for byte for the same inputs.
//!
//! It is JSON of three parts, one after the other: what stands in front of the results (who closed what and when, the specs
//! word for word, and what a restatement changed), the results exactly as `merit eval --format json` writes them, and the
//! SHA-256 of these two. `docs/reference/closings.md` and `docs/closing.schema.json` describe it.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::restated::Restated;
use crate::documents::Document;
use crate::provenance::{hash_of, hex};
use crate::time::{Day, PeriodName};

/// What a closing says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub period: String,
    /// From 1 on; each restatement is the next one.
    pub version: u32,
    /// The SHA-256 of the closing before it in the chain.
    pub previous: Option<String>,
    pub by: String,
    /// The day on which it was closed.
    pub on: String,
    /// Why it was restated.
    pub reason: Option<String>,
}

impl Head {
    pub fn period(&self) -> Option<PeriodName> {
        PeriodName::parse(&self.period)
    }

    pub fn day(&self) -> Option<Day> {
        Day::parse(&self.on)
    }

    /// What its file is called.
    pub fn file(&self) -> String {
        file_of(&self.period, self.version)
    }
}

/// `2026-Q3.1.json`
pub fn file_of(period: impl std::fmt::Display, version: u32) -> String {
    format!("{period}.{version}.json")
}

/// Period and version of `2026-Q3.1.json`.
pub fn named(file: &str) -> Option<(PeriodName, u32)> {
    let (period, version) = file.strip_suffix(".json")?.split_once('.')?;
    let version = version.parse().ok().filter(|number: &u32| *number > 0 && number.to_string() == version)?;
    Some((PeriodName::parse(period)?, version))
}

/// A spec as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecText {
    /// From the folder that holds all specs.
    pub path: String,
    pub sha256: String,
    pub text: String,
}

impl SpecText {
    pub fn new(path: String, text: String) -> SpecText {
        SpecText { sha256: hash_of(text.as_bytes()), path, text }
    }
}

/// What stands in front of the results.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Front {
    pub schema: String,
    pub closing: Head,
    /// In the order in which they are read.
    pub specs: Vec<SpecText>,
    /// What the statements of an engine found, where results follow from that.
    pub engine: Vec<Found>,
    /// What this closing changes of the one before it of the same period; none of the first.
    pub restated: Option<Vec<Restated>>,
}

/// What came of one statement of an engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    pub rows: u64,
    /// Of its columns and rows, however the engine has ordered these.
    pub sha256: String,
}

impl Found {
    pub fn of(columns: &[String], rows: &[Vec<String>]) -> Found {
        let mut lines: Vec<String> = rows.iter().map(|row| serde_json::json!(row).to_string()).collect();
        lines.sort_unstable();
        lines.insert(0, serde_json::json!(columns).to_string());
        Found { rows: rows.len() as u64, sha256: hash_of(lines.join("\n").as_bytes()) }
    }
}

/// The SHA-256 of the parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Sums {
    /// All up to the results.
    front: String,
    results: String,
}

impl Sums {
    /// As it stands in a closing.
    fn text(&self) -> io::Result<String> {
        Ok(pretty(self)?.replace('\n', "\n  "))
    }
}

/// What begins a part: at the start of a line and with these blanks nothing else can stand so.
const RESULTS: &[u8] = b",\n  \"results\": ";
const SUMS: &[u8] = b",\n  \"sha256\": ";
const END: &[u8] = b"\n}\n";

impl Front {
    pub fn new(closing: Head, specs: Vec<SpecText>, engine: Vec<Found>, restated: Option<Vec<Restated>>) -> Front {
        Front { schema: Document::Closing.schema().to_string(), closing, specs, engine, restated }
    }

    /// Writes a closing; `results` writes the document of the results.
    pub fn write(&self, out: &mut dyn Write, results: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let front = pretty(self)?;
        let front = front.strip_suffix("\n}").unwrap_or(&front);
        out.write_all(front.as_bytes())?;
        out.write_all(RESULTS)?;
        let mut hashed = Hashed { out, digest: Sha256::new(), held: 0 };
        results(&mut hashed)?;
        let results = hex(hashed.digest);
        out.write_all(SUMS)?;
        out.write_all(Sums { front: hash_of(front.as_bytes()), results }.text()?.as_bytes())?;
        out.write_all(END)
    }
}

fn pretty(value: &impl Serialize) -> io::Result<String> {
    Ok(serde_json::to_string_pretty(value)?)
}

/// Hands on what is written, and hashes it, but for line breaks at its end.
struct Hashed<'a> {
    out: &'a mut dyn Write,
    digest: Sha256,
    /// Line breaks that may be the last ones.
    held: usize,
}

impl Write for Hashed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let body = bytes.iter().rposition(|byte| *byte != b'\n').map_or(0, |last| last + 1);
        if body > 0 {
            let breaks = vec![b'\n'; std::mem::take(&mut self.held)];
            for part in [&breaks[..], &bytes[..body]] {
                self.digest.update(part);
                self.out.write_all(part)?;
            }
        }
        self.held += bytes.len() - body;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The parts of a closing that was read.
pub struct Parts<'a> {
    front: &'a [u8],
    /// The document of the results, without the line break behind it.
    pub results: &'a [u8],
    sums: &'a [u8],
}

impl<'a> Parts<'a> {
    /// `None` where the bytes are no closing.
    pub fn of(bytes: &'a [u8]) -> Option<Parts<'a>> {
        let body = bytes.strip_suffix(END)?;
        let results = find(body, RESULTS)?;
        let sums = results + rfind(&body[results..], SUMS)?;
        Some(Parts {
            front: &body[..results],
            results: body.get(results + RESULTS.len()..sums)?,
            sums: &body[sums + SUMS.len()..],
        })
    }

    /// What stands in front of the results.
    pub fn front(&self) -> Option<Front> {
        let mut text = self.front.to_vec();
        text.extend_from_slice(b"\n}");
        serde_json::from_slice(&text).ok()
    }

    /// Which of its parts are not what they were when it was written, as far as it tells itself: a sentence goes on with
    /// them.
    pub fn altered(&self) -> Vec<String> {
        let sums = serde_json::from_slice::<Sums>(self.sums).ok();
        let as_written = |sums: &Sums| sums.text().is_ok_and(|text| text.as_bytes() == self.sums);
        let Some(sums) = sums.filter(as_written) else { return vec!["the SHA-256 of its parts".to_string()] };
        let mut altered = Vec::new();
        if hash_of(self.front) != sums.front {
            let front = self.front();
            let texts = front.iter().flat_map(|front| &front.specs).filter(|spec| {
                let now = SpecText::new(spec.path.clone(), spec.text.clone());
                now.sha256 != spec.sha256
            });
            altered.extend(texts.map(|spec| format!("the text of `{}`", spec.path)));
            if altered.is_empty() {
                altered.push("what stands in front of the results".to_string());
            }
        }
        if hash_of(self.results) != sums.results {
            altered.push("the results".to_string());
        }
        altered
    }
}

/// The head of a closing, of its first bytes; `None` where they do not reach so far.
pub fn head_of(bytes: &[u8]) -> Option<Head> {
    #[derive(Deserialize)]
    struct Start {
        closing: Head,
    }
    let end = find(bytes, b"\n  },\n")?;
    let mut text = bytes[..end].to_vec();
    text.extend_from_slice(b"\n  }\n}");
    serde_json::from_slice::<Start>(&text).ok().map(|start| start.closing)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, wanted)
}

fn rfind(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    memchr::memmem::rfind(bytes, wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn front() -> Front {
        let head = Head {
            period: "2026-Q3".into(),
            version: 1,
            previous: None,
            by: "Wáng \"Fang\"\n".into(),
            on: "2026-10-05".into(),
            reason: None,
        };
        let text = ",\n  \"results\": {\r\n}\n".to_string();
        Front::new(head, vec![SpecText::new("a.merit".into(), text)], Vec::new(), None)
    }

    #[test]
    fn what_is_written_is_read_and_each_part_tells_itself() {
        let mut bytes = Vec::new();
        front().write(&mut bytes, |out| out.write_all(b"{\n  \"schema\": \"x\"\n}\n")).unwrap();
        let parts = Parts::of(&bytes).unwrap();
        assert_eq!(parts.front().unwrap(), front());
        assert_eq!(parts.results, b"{\n  \"schema\": \"x\"\n}");
        assert_eq!(parts.altered(), Vec::<String>::new());
        assert_eq!(head_of(&bytes), Some(front().closing));
        assert!(serde_json::from_slice::<serde_json::Value>(&bytes).is_ok());
        let altered = |from: &str, to: &str| {
            let text = String::from_utf8(bytes.clone()).unwrap().replacen(from, to, 1);
            Parts::of(text.as_bytes()).unwrap().altered()
        };
        assert_eq!(altered("Fang", "Feng"), ["what stands in front of the results"]);
        assert_eq!(altered("results\\\": {", "results\\\": ["), ["the text of `a.merit`"]);
        assert_eq!(altered("\"x\"", "\"y\""), ["the results"]);
    }

    #[test]
    fn files_are_named_by_period_and_version() {
        let period = PeriodName::parse("2026-07").unwrap();
        assert_eq!(named("2026-07.12.json"), Some((period, 12)));
        for no in ["2026-07.json", "2026-07.0.json", "2026-07.01.json", "2026-07.1.json.sig", "2026-13.1.json"] {
            assert_eq!(named(no), None, "{no}");
        }
        assert_eq!(Day::parse("2026-10-05").map(|day| day.to_string()).as_deref(), Some("2026-10-05"));
        assert!(["2026-10-5", "2026-10", "2026-02-30", "2026-10-05-1"].iter().all(|text| Day::parse(text).is_none()));
    }
}
