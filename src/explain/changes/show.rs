//! Changes as text for a terminal, and as Markdown for a pull request.

use std::fmt::Write as _;

use super::clauses::Clauses;
use super::declared::start_text;
use super::people::PeopleChanges;
use super::{Change, Changes, Effect, Side, Told, Why};
use crate::plural::{counted, either};
use crate::report::Look;
use crate::report::layout::{Cell, Painter, Style, write_text};
use crate::report::show::Show;

/// What is told, and of what.
pub struct Document<'a> {
    /// As the projects are called on the command line.
    pub old: &'a str,
    pub new: &'a str,
    pub changes: &'a Changes,
    /// What comes out for everyone, and in which period.
    pub people: Option<(&'a PeopleChanges, String)>,
    pub clauses: &'a Clauses,
    /// What is odd in the data, told once.
    pub doubts: &'a [String],
    /// How numbers of the new project are shown.
    pub show: Show<'a>,
}

/// Longer texts stand one below the other.
const BESIDE: usize = 60;
/// Longer ones are cut; documents for programs have all of it.
const LONGEST: usize = 400;

impl Document<'_> {
    /// For a terminal.
    pub fn text(&self, look: Look) -> String {
        let mut out = String::new();
        let (width, painter) = (look.width(), look.painter());
        write_text(&mut out, &Cell::styled(self.head(), Style::Strong), "", width, painter);
        for group in groups(&self.changes.changes) {
            out.push('\n');
            let Some(first) = group.first() else { continue };
            write_text(&mut out, &Cell::styled(subject(first), Style::Strong), "", width, painter);
            for change in group {
                self.change(change, &mut out, width, painter);
            }
            let style = if matches!(first.effect, Effect::None(_)) { Style::Faint } else { Style::Plain };
            write_text(&mut out, &Cell::styled(effect(first, &str::to_string), style).indented(2), "", width, painter);
        }
        if let Some((people, period)) = &self.people {
            out.push('\n');
            self.people_text(people, period, &mut out, look);
        }
        out
    }

    fn change(&self, change: &Change, out: &mut String, width: usize, painter: Painter) {
        let mut line = |text: String, indent: usize, style: Style| {
            write_text(out, &Cell::styled(text, style).indented(indent), "", width, painter);
        };
        match in_one_line(change, &str::to_string) {
            Some(text) => line(text, 2, Style::Plain),
            None => {
                line(format!("{}:", what(change)), 2, Style::Plain);
                for (sign, told) in [("- ", &change.old), ("+ ", &change.new)] {
                    if let Some(told) = told {
                        line(format!("{sign}{}", cut(&told.text)), 4, Style::Plain);
                    }
                }
            }
        }
        if let Some(place) = place(change) {
            line(place, 4, Style::Faint);
        }
    }

    /// `2 changes: 1 can change numbers of 1 position, 1 cannot`
    fn head(&self) -> String {
        let changes = &self.changes.changes;
        let from = format!("from {} to {}", self.old, self.new);
        if changes.is_empty() {
            return format!("no change of meaning {from}");
        }
        let without = changes.iter().filter(|change| matches!(change.effect, Effect::None(_))).count();
        let with = changes.len() - without;
        let positions = counted(self.changes.affected().len(), "position");
        let can = match (with, without) {
            (0, 1) => "no number can change by it".to_string(),
            (0, _) => "no number can change by them".to_string(),
            (_, 0) => format!("numbers of {positions} can change"),
            _ => format!("{with} can change numbers of {positions}, {without} cannot"),
        };
        format!("{} {from}: {can}", counted(changes.len(), "change"))
    }

    /// For a pull request or the summary of a job.
    pub fn markdown(&self) -> String {
        let mut out = format!("### What this change means\n\n{}.\n", code(&capital(&self.head())));
        let (with, without): (Vec<_>, Vec<_>) =
            groups(&self.changes.changes).into_iter().partition(|group| !is_without(group));
        for group in &with {
            self.group_in_markdown(group, &mut out);
        }
        if !without.is_empty() {
            let count = without.iter().map(|group| group.len()).sum::<usize>();
            let _ = write!(
                out,
                "\n<details><summary>{} without effect on any number</summary>\n",
                counted(count, "change")
            );
            for group in &without {
                self.group_in_markdown(group, &mut out);
            }
            out.push_str("\n</details>\n");
        }
        if let Some((people, period)) = &self.people {
            self.people_markdown(people, period, &mut out);
        }
        out
    }

    fn group_in_markdown(&self, group: &[Change], out: &mut String) {
        let Some(first) = group.first() else { return };
        let name = if first.name.is_empty() { String::new() } else { format!(" {}", in_code(&first.name)) };
        let _ = write!(out, "\n**{}{name}**, {}\n\n", first.kind, effect(first, &in_code));
        for change in group {
            let at = place(change).map_or(String::new(), |place| format!(" ({})", in_code(&place)));
            match in_one_line(change, &in_code) {
                Some(text) => drop(writeln!(out, "- {text}{at}")),
                None => {
                    let _ = writeln!(out, "- {}:{at}\n", code(&what(change)));
                    out.push_str("  ```diff\n");
                    for (sign, told) in [("-", &change.old), ("+", &change.new)] {
                        if let Some(told) = told {
                            let _ = writeln!(out, "  {sign} {}", cut(&told.text).replace("```", "'''"));
                        }
                    }
                    out.push_str("  ```\n");
                }
            }
        }
    }
}

/// Changes of one declaration that come to the same, which are told together: of weights that were shifted, all.
fn groups(changes: &[Change]) -> Vec<&[Change]> {
    changes.chunk_by(|one, next| (one.kind, &one.name, &one.effect) == (next.kind, &next.name, &next.effect)).collect()
}

fn is_without(group: &[Change]) -> bool {
    group.first().is_some_and(|change| matches!(change.effect, Effect::None(_)))
}

/// `position lecturer`
fn subject(change: &Change) -> String {
    if change.name.is_empty() { change.kind.to_string() } else { format!("{} {}", change.kind, change.name) }
}

/// `from 2027-01-01: weight of …`, where it does not say so already.
fn what(change: &Change) -> String {
    match change.from.map(start_text) {
        Some(from) if !change.what.contains(&from) => format!("from {from}: {}", change.what),
        _ => change.what.clone(),
    }
}

/// `quoted` is how names are written.
fn effect(change: &Change, quoted: &dyn Fn(&str) -> String) -> String {
    match &change.effect {
        Effect::None(why) => why.told().to_string(),
        Effect::Affects { positions, through } => {
            let more = match through.as_slice() {
                [] => String::new(),
                through => format!("; through {} {}", either(positions.len(), "it", "them"), listed(through, quoted)),
            };
            format!("affects {}{more}", listed(positions, quoted))
        }
    }
}

impl Why {
    /// In a sentence.
    pub fn told(self) -> &'static str {
        match self {
            Why::Shown => "proved without effect: no number follows from it",
            Why::Same => "proved without effect: it comes to the same",
            Why::Unused => "proved without effect: no position uses it",
        }
    }
}

/// `a, b and 12 others`
fn listed(names: &[String], quoted: &dyn Fn(&str) -> String) -> String {
    const SHOWN: usize = 8;
    let shown = names.iter().take(SHOWN).map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} {}", either(more, "other", "others")),
    }
}

/// `` weight of `premium`: 40% → 30% ``, where it is short enough; `quoted` is how texts of specs are written.
fn in_one_line(change: &Change, quoted: &dyn Fn(&str) -> String) -> Option<String> {
    let text = |told: &Option<Told>| told.as_ref().map(|told| told.text.clone());
    let (old, new) = (text(&change.old), text(&change.new));
    if [&old, &new].into_iter().flatten().map(|text| text.chars().count()).sum::<usize>() > BESIDE {
        return None;
    }
    let or_nothing = |text: &str| if text.is_empty() { "nothing".to_string() } else { quoted(text) };
    let what = what(change);
    Some(match (old, new) {
        (Some(old), Some(new)) => format!("{what}: {} → {}", or_nothing(&old), or_nothing(&new)),
        (None, None) => what,
        (Some(text), None) | (None, Some(text)) if text.is_empty() => what,
        (None, Some(text)) | (Some(text), None) if is_whole(change) => format!("{what}: {}", quoted(&text)),
        (None, Some(new)) => format!("{what}: added, {}", quoted(&new)),
        (Some(old), None) => format!("{what}: removed, {}", quoted(&old)),
    })
}

/// Whether the words say already that it was added or removed.
fn is_whole(change: &Change) -> bool {
    change.what.ends_with(" added") || change.what.ends_with(" removed")
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_string(),
    }
}

/// Where it stands now; of what is gone, where it stood.
fn place(change: &Change) -> Option<String> {
    let told = change.new.as_ref().or(change.old.as_ref())?;
    let file = told.file.display().to_string().replace(std::path::MAIN_SEPARATOR, "/");
    let was = if told.side == Side::Old { "was in " } else { "" };
    (!file.is_empty()).then(|| format!("{was}{file}:{}", told.line))
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// Text within Markdown that is no text of it; what stands in backticks stays as it is.
pub fn code(text: &str) -> String {
    let mut out = String::new();
    for (at, part) in text.split('`').enumerate() {
        if at % 2 == 1 && !part.is_empty() {
            out.push_str(&in_code(part));
            continue;
        }
        let mut before = ' ';
        let mut signs = part.chars().peekable();
        while let Some(sign) = signs.next() {
            let within = before.is_alphanumeric() && signs.peek().is_some_and(|next| next.is_alphanumeric());
            if matches!(sign, '\\' | '*' | '<' | '[' | ']' | '|' | '#' | '~' | '&') || sign == '_' && !within {
                out.push('\\');
            }
            out.push(sign);
            before = sign;
        }
    }
    out
}

/// Text of specs within Markdown. In cells of tables a bar would end the cell.
fn in_code(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}
