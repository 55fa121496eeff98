//! Results to what people and programs read: tables for a terminal, JSON, CSV.
//!
//! In come a [`Model`] and the [`Results`] of a period; out goes text. Nothing is computed here but what is shown.

pub mod alignment;
pub mod csv;
pub mod digits;
mod doubts;
pub mod estimate;
pub mod json;
pub mod layout;
mod nowhere;
pub mod own;
pub mod page;
pub mod people;
pub mod periods;
pub mod places;
pub mod plan;
pub mod profile;
mod ruled;
pub mod scorecard;
pub mod show;
pub mod summary;
pub mod supposed;
pub mod words;

use std::io::{self, Write};

use self::estimate::Estimate;
use self::layout::Painter;
use self::people::People;
use self::show::Show;
use self::supposed::Supposing;
use crate::model::{Entry, Head, Model};
use crate::provenance::Provenance;
use crate::score::card::{Card, EntryResult, EntryResultKind, Results};
use crate::source::{SourceSet, Span};
use crate::value::{Missing, Value};

/// What is reported: the results of all people, or of some of them.
pub struct Report<'a> {
    pub model: &'a Model,
    pub results: &'a Results,
    pub people: People<'a>,
    /// The language of labels; `None` is the project's first.
    pub language: Option<&'a str>,
    /// What made the results, where the report shall tell it.
    pub provenance: Option<&'a Provenance>,
    /// What is supposed, where that is so: then these are no results.
    pub supposing: Option<Supposing<'a>>,
    /// Where the period is running: then these are none either.
    pub estimate: Option<Estimate<'a>>,
}

impl<'a> Report<'a> {
    pub fn of_all(model: &'a Model, results: &'a Results, language: Option<&'a str>) -> Report<'a> {
        Report {
            model,
            results,
            people: People::of(results),
            language,
            provenance: None,
            supposing: None,
            estimate: None,
        }
    }

    /// What the results of one who is reported may come to, where that is estimated.
    pub fn ranges(&self, at: usize) -> Option<estimate::Ranges> {
        self.estimate.as_ref()?.ranges(self.people.place(at))
    }

    pub fn show(&self) -> Show<'a> {
        Show { last_day: Some(self.results.last_day), ..Show::new(self.model, self.language) }
    }
}

/// How a terminal report looks.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    pub color: bool,
    pub width: usize,
}

/// Narrower terminals get lines that wrap.
const LEAST_WIDTH: usize = 60;
impl Look {
    /// Columns to write in.
    pub fn width(self) -> usize {
        self.width.max(LEAST_WIDTH)
    }

    pub fn painter(self) -> Painter {
        Painter { color: self.color }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One line for each person.
    Summary,
    /// The full scorecards, one after the other.
    Scorecards,
    Json,
    Csv(csv::Form),
}

/// Writes a report.
pub fn write(format: Format, report: &Report<'_>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Summary => match &report.supposing {
            Some(supposing) => supposed::write(report, supposing, look, out),
            None => summary::write(report, look, out),
        },
        Format::Json => json::write(report, out),
        Format::Scorecards | Format::Csv(_) => write_periods(format, std::slice::from_ref(report), look, out),
    }
}

/// Writes the reports of several periods as one.
pub fn write_periods(format: Format, reports: &[Report<'_>], look: Look, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Summary => periods::write(reports, look, out),
        Format::Scorecards => {
            let mut before = 0;
            for report in reports {
                report.people.write(out, |some, out| {
                    for at in some {
                        let apart = if before + at > 0 { "\n\n" } else { "" };
                        let (person, ranges) = (report.people.person(at), report.ranges(at));
                        write!(out, "{apart}{}", scorecard::render(report, &person, ranges.as_ref(), look))?;
                    }
                    Ok(())
                })?;
                before += report.people.len();
            }
            if let Some(report) = reports.last() {
                let mut foot = String::from("\n");
                summary::made_by(report, &report.show(), &mut foot, look.width(), look.painter());
                out.write_all(if foot.len() > 1 { foot.as_bytes() } else { b"" })?;
            }
            Ok(())
        }
        Format::Json => json::write_periods(reports, out),
        Format::Csv(form) => csv::write(form, reports, out),
    }
}

/// A KPI or other score of a card with the groups it stands in.
struct Leaf<'a> {
    groups: Vec<&'a Entry>,
    entry: &'a Entry,
    result: &'a EntryResult,
}

/// The entries of a card that are no groups, in order.
fn leaves<'a>(model: &'a Model, card: &'a Card) -> Vec<Leaf<'a>> {
    fn walk<'a>(
        entries: &'a [Entry],
        results: &'a [EntryResult],
        groups: &mut Vec<&'a Entry>,
        leaves: &mut Vec<Leaf<'a>>,
    ) {
        for (entry, result) in entries.iter().zip(results) {
            match (&entry.head, &result.what) {
                (Head::Group(group), EntryResultKind::Group(inner)) => {
                    groups.push(entry);
                    walk(&group.entries, inner, groups, leaves);
                    groups.pop();
                }
                _ => leaves.push(Leaf { groups: groups.clone(), entry, result }),
            }
        }
    }
    let mut found = Vec::new();
    let model = model.positions[card.position.0].scorecard.as_ref();
    if let (Some(model), Some(result)) = (model, &card.scorecard) {
        walk(&model.root.entries, &result.entries, &mut Vec::new(), &mut found);
    }
    found
}

/// Why an entry has no score: its value's reason, else its target's, else its own.
fn why_missing(entry: &EntryResult) -> Option<&Missing> {
    fn reason(value: &Value) -> Option<&Missing> {
        match value {
            Value::Missing(missing) => Some(missing),
            _ => None,
        }
    }
    match &entry.what {
        EntryResultKind::Kpi { not_applicable: true, .. } => Some(&Missing::NotApplicable),
        EntryResultKind::Kpi { value, target, .. } => {
            reason(value).or_else(|| target.as_ref().and_then(reason)).or_else(|| reason(&entry.score))
        }
        _ => reason(&entry.score),
    }
}

/// The text of a formula on one line, without the comments in it.
pub fn one_line(sources: &SourceSet, span: Span) -> String {
    let lines = sources.text(span).lines().map(|line| match line.find('#') {
        // A sign inside quotes is none of a comment.
        Some(at) if line[..at].matches('"').count().is_multiple_of(2) => &line[..at],
        _ => line,
    });
    let line = lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ");
    line.replace("( ", "(").replace(" )", ")")
}
