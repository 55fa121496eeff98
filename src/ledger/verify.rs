//! What became of closings: whether they are as they were, and whether they come out again; as data, and in words.

use serde::Serialize;
use serde_json::{Value, json};

use super::chain::Fault;
use super::closing::Head;
use super::inputs::Changed;
use super::signature::Signed;
use super::standing::Difference;
use crate::documents::Document;
use crate::plural::{counted, either};
use crate::provenance::Provenance;
use crate::report::Look;
use crate::report::layout::Style;
use crate::report::page::Page;

/// A chain that was looked at.
pub struct Verified {
    /// The folder, as messages name it.
    pub folder: String,
    pub bytes: u64,
    pub head: Option<String>,
    /// The closing whose hash somebody has kept elsewhere.
    pub kept_head: Option<KeptHead>,
    pub closings: Vec<OfClosing>,
    pub faults: Vec<Fault>,
    /// A closing that a program which was stopped has not put into the list.
    pub unlisted: bool,
}

/// What became of a hash that somebody has kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeptHead {
    pub sha256: String,
    /// The closing with that hash, and how many are behind it.
    pub closing: Option<String>,
    pub behind: usize,
}

/// One closing of it.
pub struct OfClosing {
    pub file: String,
    pub sha256: String,
    /// None of those that are not as they were.
    pub head: Option<Head>,
    pub people: Option<usize>,
    /// The program that closed it.
    pub program: Option<String>,
    pub signed: Option<Signed>,
    /// None where only the chain was looked at.
    pub again: Option<Again>,
    /// Data files that are others now.
    pub changed: Vec<Changed>,
}

/// What came of evaluating a closing once more, with its own specs and the data as it was.
pub enum Again {
    /// The same, byte for byte.
    Identical,
    /// The same results, of which this program says more.
    SaysMore,
    Differs(Vec<Difference>),
    /// Nothing that somebody is told or paid differs, but what stands behind it.
    DiffersBehind,
    /// Why it could not be.
    Not(String),
}

impl Again {
    fn word(&self) -> &'static str {
        match self {
            Again::Identical => "identical",
            Again::SaysMore => "same_results",
            Again::Differs(_) | Again::DiffersBehind => "differs",
            Again::Not(_) => "not_evaluated",
        }
    }
}

impl Verified {
    /// Whether there is something to object to.
    pub fn is_sound(&self) -> bool {
        let differs = |one: &OfClosing| matches!(one.again, Some(Again::Differs(_) | Again::DiffersBehind));
        let signed = |one: &OfClosing| one.signed.as_ref().is_none_or(Signed::is_good);
        self.faults.is_empty()
            && self.kept_head.as_ref().is_none_or(|kept| kept.closing.is_some())
            && self.closings.iter().all(|one| !differs(one) && signed(one))
    }

    pub fn json(&self, made: &Provenance) -> String {
        let document = json!({
            "schema": Document::Verify.schema(),
            "provenance": made,
            "failure": null,
            "findings": [],
            "folder": self.folder,
            "head": self.head,
            "bytes": self.bytes,
            "kept_head": self.kept_head,
            "unlisted": self.unlisted,
            "sound": self.is_sound(),
            "faults": self.faults,
            "closings": self.closings.iter().map(OfClosing::json).collect::<Vec<_>>(),
        });
        format!("{document:#}\n")
    }

    pub fn text(&self, look: Look, version: &str) -> String {
        let mut page = Page::new(look);
        let many = counted(self.closings.len(), "closing");
        page.line(0, "", &format!("{many} in {}", self.folder), Style::Strong);
        for one in &self.closings {
            one.text(&mut page, version);
        }
        for fault in &self.faults {
            page.line(2, "", &format!("{}: {}", fault.file, fault.what), Style::Poor);
        }
        page.blank();
        if let Some(kept) = &self.kept_head {
            match &kept.closing {
                Some(closing) if kept.behind == 0 => {
                    page.say(0, format!("The head that you kept is {closing}, the last one."))
                }
                Some(closing) => page.say(
                    0,
                    format!(
                        "The head that you kept is {closing}; {} behind it since.",
                        match kept.behind {
                            1 => "1 closing came".to_string(),
                            many => format!("{many} closings came"),
                        }
                    ),
                ),
                None => page.line(
                    0,
                    "",
                    "No closing has the head that you kept: the chain was cut off behind it, or written anew.",
                    Style::Poor,
                ),
            }
        }
        if self.unlisted {
            page.say(
                0,
                "The last closing is not in the list yet: the program was stopped before. The next closing adds it.",
            );
        }
        let faults = self.faults.len();
        match (self.is_sound(), faults) {
            (true, _) => page.line(0, "", "Nothing in the chain has changed.", Style::Good),
            (false, 0) => {}
            (false, _) => {
                let are = either(faults, "is", "are");
                page.line(0, "", &format!("{} {are} not as closed.", counted(faults, "file")), Style::Poor);
            }
        }
        if let Some(head) = &self.head {
            page.lead(0, "Head  ", head);
        }
        page.out
    }
}

impl OfClosing {
    fn json(&self) -> Value {
        let differences = match &self.again {
            Some(Again::Differs(differences)) => differences.iter().map(difference).collect(),
            _ => Vec::new(),
        };
        let why = match &self.again {
            Some(Again::Not(why)) => Some(why),
            _ => None,
        };
        json!({
            "file": self.file,
            "sha256": self.sha256,
            "closing": self.head,
            "people": self.people,
            "program": self.program,
            "signed": self.signed,
            "again": self.again.as_ref().map(Again::word),
            "why_not": why,
            "differences": differences,
            "changed_files": self.changed,
        })
    }

    fn text(&self, page: &mut Page, version: &str) {
        let Some(head) = &self.head else {
            page.line(2, "", &format!("{}  not as closed", self.file), Style::Poor);
            return;
        };
        let restated = head.reason.as_ref().map_or(String::new(), |reason| format!(": restated, {reason}"));
        let people = self.people.map_or(String::new(), |people| format!(", {}", counted(people, "person")));
        page.say(2, format!("{}  by {} on {}{people}{restated}", self.file, head.by, head.on));
        if let Some(signed) = &self.signed {
            let style = if signed.is_good() { Style::Good } else { Style::Poor };
            page.line(4, "", &signed.told(), style);
        }
        let other_program = self.program.as_ref().filter(|program| *program != version);
        let by = other_program.map_or(String::new(), |program| format!("; it was closed by merit {program}"));
        match &self.again {
            None => {}
            Some(Again::Identical) => page.line(4, "", "evaluated again: identical", Style::Good),
            Some(Again::SaysMore) => page.line(4, "", &format!("evaluated again: the same results{by}"), Style::Good),
            Some(Again::DiffersBehind) => {
                let what =
                    "evaluated again: all scores, grades and outputs are the same, and not what stands behind them";
                page.line(4, "", &format!("{what}{by}"), Style::Poor);
            }
            Some(Again::Differs(differences)) => {
                let people = super::people_of(differences);
                let differ = either(people, "differs", "differ");
                let what = format!("evaluated again: {} {differ}{by}", counted(people, "person"));
                page.line(4, "", &what, Style::Poor);
                super::told_differences(page, 6, differences);
            }
            Some(Again::Not(why)) => page.faint(4, format!("not evaluated again: {why}")),
        }
        if !self.changed.is_empty() {
            let kept = self.changed.iter().all(|changed| changed.kept);
            let as_it_was = if kept { "; those that were read are kept" } else { "" };
            let are = either(self.changed.len(), "is another one", "are others");
            page.faint(4, format!("{} {are} now{as_it_was}:", counted(self.changed.len(), "data file")));
            const SHOWN: usize = 5;
            for changed in self.changed.iter().take(SHOWN) {
                let gone = if changed.is.is_none() { ", which is gone" } else { "" };
                page.faint(6, format!("{}{gone}", changed.path));
            }
            if self.changed.len() > SHOWN {
                page.faint(6, format!("and {} more", self.changed.len() - SHOWN));
            }
        }
    }
}

/// A difference for programs.
pub fn difference(one: &Difference) -> Value {
    let exact = |side: &Option<super::standing::Result>| side.as_ref().and_then(super::standing::Result::exact);
    json!({
        "roster": one.key.roster,
        "person": one.key.person,
        "name": one.name(),
        "position": one.key.position,
        "what": one.key.what.word(),
        "before": exact(&one.before),
        "after": exact(&one.after),
    })
}
