//! Findings for people.

use super::{Audit, Finding, Kind, Who};
use crate::plural::counted;
use crate::report::Look;
use crate::report::layout::Style;
use crate::report::page::Page;
use crate::source::{SourceSet, Span};

/// What is told beside the findings.
pub struct About<'a> {
    pub sources: &'a SourceSet,
    pub look: Look,
    /// The company and the period.
    pub title: String,
    /// What made it.
    pub made: String,
    /// What was left out, and by whom.
    pub allowed: Vec<&'a str>,
}

/// So many people, and so many places, are named.
const NAMED: usize = 6;
const PLACES: usize = 4;

pub fn page(audit: &Audit, about: &About<'_>) -> String {
    let mut page = Page::new(about.look);
    page.line(0, "", &about.title, Style::Faint);
    page.say(
        0,
        format!(
            "{} of {} in {}",
            match audit.findings.len() {
                0 => "Nothing odd about the rules in the results".to_string(),
                count => format!("{} about the rules in the results", counted(count as u64, "finding")),
            },
            counted(audit.people as u64, "person"),
            counted(audit.positions as u64, "position"),
        ),
    );
    for kind in Kind::ALL {
        let found: Vec<&Finding> = audit.findings.iter().filter(|finding| finding.kind == kind).collect();
        if found.is_empty() {
            continue;
        }
        page.head(format!("{} ({}, {})", kind.heading(), kind.name(), found.len()));
        for finding in found {
            page.blank();
            one(&mut page, finding, about);
        }
    }
    if !audit.left.is_empty() {
        page.head("Not shown");
        audit.left.iter().for_each(|left| page.lead(2, "- ", format!("{left}.")));
    }
    if !about.allowed.is_empty() {
        page.blank();
        page.faint(0, format!("Left out: {}", about.allowed.join(", ")));
    }
    page.blank();
    page.lead(0, "Made by  ", &about.made);
    page.out
}

fn one(page: &mut Page, finding: &Finding, about: &About<'_>) {
    page.say(2, format!("{}.", finding.sentence));
    finding.details.iter().for_each(|detail| page.say(4, detail));
    if !finding.places.is_empty() {
        page.line(4, "Where  ", &places(about.sources, &finding.places), Style::Faint);
    }
    if !finding.who.is_empty() {
        page.line(4, "Who    ", &who(&finding.who), Style::Faint);
    }
    page.lead(4, "Look   ", format!("{}.", capital(&finding.look)));
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// `positions/lecturer.merit:12`
pub fn place(sources: &SourceSet, span: Span) -> (String, usize) {
    let file = sources.get(span.file);
    (file.path.display().to_string(), file.line_column(span.start).0)
}

fn places(sources: &SourceSet, spans: &[Span]) -> String {
    let mut told: Vec<String> = Vec::new();
    for span in spans {
        let (file, line) = place(sources, *span);
        let text = format!("{file}:{line}");
        if !told.contains(&text) {
            told.push(text);
        }
    }
    shortened(told, PLACES)
}

fn who(all: &[Who]) -> String {
    shortened(all.iter().map(|one| one.person.to_string()).collect(), NAMED)
}

fn shortened(all: Vec<String>, most: usize) -> String {
    match all.len().checked_sub(most) {
        None | Some(0) => all.join(", "),
        Some(more) => format!("{} and {more} more", all[..most].join(", ")),
    }
}
