//! Findings for a reader at a terminal: the sentence, the lines of the spec with their labels, notes and the mend.
//!
//! miette draws the lines. What it cannot do is done here: a finding with places in several files, places in data
//! files, labels at the end of a file, columns counted in characters, and control characters kept off the terminal.

use std::fmt;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};
use owo_colors::OwoColorize;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::snippet::Snippet;
use super::{DataPlace, Diagnostic, Severity};
use crate::plural::counted;
use crate::source::{FileId, SourceSet};
use crate::visible::visible;

#[derive(Clone, Copy, Debug)]
pub struct HumanOptions {
    pub color: bool,
    /// How many columns the terminal has.
    pub width: usize,
    /// How many findings are shown; how many more there are is said.
    pub limit: usize,
}

impl Default for HumanOptions {
    fn default() -> Self {
        HumanOptions { color: false, width: 80, limit: 50 }
    }
}

/// All findings, in the order given, with a blank line between them.
pub fn render(diagnostics: &[Diagnostic], sources: &SourceSet, options: &HumanOptions) -> String {
    let mut shown = Shown { sources, options, out: String::new() };
    for diagnostic in diagnostics.iter().take(options.limit) {
        shown.diagnostic(diagnostic);
    }
    let more = diagnostics.get(options.limit..).unwrap_or_default();
    if !more.is_empty() {
        shown.out.push_str(&format!("… and {} more: {}\n", more.len(), summary(more)));
    }
    shown.out
}

/// `2 errors, 1 warning`; `no errors` when there is nothing.
pub fn summary(diagnostics: &[Diagnostic]) -> String {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
    match (errors, diagnostics.len() - errors) {
        (0, 0) => "no errors".to_string(),
        (errors, 0) => counted(errors, "error"),
        (0, warnings) => counted(warnings, "warning"),
        (errors, warnings) => format!("{}, {}", counted(errors, "error"), counted(warnings, "warning")),
    }
}

struct Shown<'a> {
    sources: &'a SourceSet,
    options: &'a HumanOptions,
    out: String,
}

impl Shown<'_> {
    fn diagnostic(&mut self, diagnostic: &Diagnostic) {
        let mut files: Vec<FileId> = Vec::new();
        for label in &diagnostic.labels {
            if !files.contains(&label.span.file) {
                files.push(label.span.file);
            }
        }
        let first = files.first().copied();
        self.report(diagnostic, first, false);
        for file in files.into_iter().skip(1) {
            self.report(diagnostic, Some(file), true);
        }
        for place in &diagnostic.data {
            let line = data_place(place);
            self.footer("", &line);
        }
        for note in &diagnostic.notes {
            self.footer("note", note);
        }
        if let Some(help) = &diagnostic.help {
            self.footer("help", help);
        }
        self.out.push('\n');
    }

    /// The sentence and the lines of one file; of a further file only the lines.
    fn report(&mut self, diagnostic: &Diagnostic, file: Option<FileId>, lines_only: bool) {
        let width = self.options.width.max(40);
        let snippet = file.map(|file| {
            let labels = diagnostic.labels.iter().filter(|label| label.span.file == file);
            Snippet::new(self.sources.get(file), labels, width)
        });
        // Wrapped here: miette would break dates at their hyphens, and formulas anywhere.
        let message = wrap(&visible(&diagnostic.message), width.saturating_sub(MESSAGE_LEAD)).join("\n");
        let report = Report { diagnostic, message, snippet };
        let theme = if self.options.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(width)
            .with_context_lines(1)
            .tab_width(4)
            .with_links(false)
            .without_cause_chain();
        let mut text = String::new();
        if handler.render_report(&mut text, &report).is_err() {
            text = format!("{}\n\n  {}\n", diagnostic.code.as_str(), report.message);
        }
        let text = text.trim_matches('\n');
        let text = match lines_only {
            true => {
                text.find('╭').and_then(|at| text.get(text[..at].rfind('\n').map_or(0, |at| at + 1)..)).unwrap_or("")
            }
            false => text,
        };
        for line in text.lines() {
            self.out.push_str(line.trim_end());
            self.out.push('\n');
        }
    }

    /// `  help: …`, wrapped.
    fn footer(&mut self, title: &str, text: &str) {
        let lead = if title.is_empty() { "  ".to_string() } else { format!("  {title}: ") };
        let width = self.options.width.max(40).saturating_sub(lead.len() + 1);
        let text = visible(text);
        let mut first = true;
        for line in text.lines().flat_map(|line| wrap(line, width)) {
            match (first, self.options.color && !title.is_empty()) {
                (true, true) => self.out.push_str(&format!("  {}: ", title.cyan())),
                (true, false) => self.out.push_str(&lead),
                (false, _) => self.out.push_str(&" ".repeat(lead.len())),
            }
            self.out.push_str(line.trim_end());
            self.out.push('\n');
            first = false;
        }
    }
}

/// `policies_2026.csv, row 1204, column 保单号: "12a4"`
pub fn data_place(place: &DataPlace) -> String {
    let mut line = place.file.clone();
    if let Some(sheet) = &place.sheet {
        line.push_str(&format!(", sheet {sheet}"));
    }
    if let Some(row) = place.row {
        line.push_str(&format!(", row {row}"));
    }
    if let Some(key) = &place.key {
        line.push_str(&format!(", the row with {key}"));
    }
    if let Some(column) = &place.column {
        line.push_str(&format!(", column {column}"));
    }
    if let Some(cell) = &place.cell {
        line.push_str(&format!(" ({cell})"));
    }
    if let Some(text) = &place.text {
        line.push_str(&format!(": \"{text}\""));
    }
    line
}

/// Breaks a line at spaces, never inside backticks that fit on a line of their own; wide characters count twice.
fn wrap(line: &str, width: usize) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    for word in line.split(' ') {
        let ticks = word.matches('`').count();
        match words.last_mut().filter(|last| open && last.width() + 1 + word.width() <= width) {
            Some(last) => {
                last.push(' ');
                last.push_str(word);
            }
            None => words.push(word.to_string()),
        }
        open ^= ticks % 2 == 1;
    }
    let mut lines: Vec<String> = Vec::new();
    let mut current = String::new();
    for word in words {
        if !current.is_empty() && current.width() + 1 + word.width() > width {
            lines.push(std::mem::take(&mut current));
        }
        if !current.is_empty() {
            current.push(' ');
        }
        // A word wider than the line, such as a sentence in Chinese, breaks anywhere.
        for c in word.chars() {
            if current.width() + c.width().unwrap_or(0) > width {
                lines.push(std::mem::take(&mut current));
            }
            current.push(c);
        }
    }
    lines.push(current);
    lines
}

/// Columns of `  × ` before a message, and those that miette leaves free at the end of a line.
const MESSAGE_LEAD: usize = 8;

struct Report<'a> {
    diagnostic: &'a Diagnostic,
    message: String,
    snippet: Option<Snippet<'a>>,
}

impl fmt::Debug for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.diagnostic.code.as_str()))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.diagnostic.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.snippet.as_ref().map(|snippet| Box::new(snippet.labels.iter().cloned()) as Box<dyn Iterator<Item = _>>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.snippet.as_ref().map(|snippet| snippet as &dyn SourceCode)
    }
}
