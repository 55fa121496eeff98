//! The lines of a file that a finding shows, cut to the width of the terminal.
//!
//! miette's own reader walks from the start of a text, counts columns in bytes and never cuts a line. This one copies
//! the few lines that are shown: those with labels, and one before and after.

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use unicode_width::UnicodeWidthChar;

use super::Label;
use crate::source::SourceFile;
use crate::visible::{visible, visible_in_place};

pub struct Snippet<'a> {
    source: &'a SourceFile,
    /// The lines shown.
    text: String,
    regions: Vec<Region>,
    lines: Vec<Line>,
    pub labels: Vec<LabeledSpan>,
    /// Where each label begins: in `text`, and in the file.
    places: Vec<(usize, usize)>,
}

/// Columns of `╰── `, and one to spare.
const HOOK: usize = 5;

/// Lines that follow each other.
struct Region {
    start: usize,
    end: usize,
    /// Its first line in the file, counted from 0.
    line: usize,
}

/// The part of a line that is shown.
struct Line {
    /// Where the line begins in the file, and the part shown of it.
    start: usize,
    from: usize,
    to: usize,
    /// Where that part begins in the copy.
    at: usize,
}

impl<'a> Snippet<'a> {
    pub fn new<'l>(source: &'a SourceFile, labels: impl Iterator<Item = &'l Label>, width: usize) -> Self {
        let mut snippet = Snippet {
            source,
            text: String::new(),
            regions: Vec::new(),
            lines: Vec::new(),
            labels: Vec::new(),
            places: Vec::new(),
        };
        let labels: Vec<(&Label, usize, usize)> = labels
            .map(|label| {
                let (start, end) = in_view(&source.text, label);
                (label, start, end)
            })
            .collect();
        for (first, last) in runs(&source.text, &labels) {
            snippet.copy(first, last, &labels, width);
        }
        for (index, (label, start, end)) in labels.iter().enumerate() {
            let (from, to) = (snippet.place(*start), snippet.place(*end));
            let text = (!label.text.is_empty()).then(|| visible(&label.text).into_owned());
            let span = SourceSpan::from((from, to - from));
            snippet.places.push((from, *start));
            snippet.labels.push(match index {
                0 => LabeledSpan::new_primary_with_span(text, span),
                _ => LabeledSpan::new_with_span(text, span),
            });
        }
        snippet
    }

    /// Copies the lines from the one that begins at `first` to the one that ends at `last`.
    fn copy(&mut self, first: usize, last: usize, labels: &[(&Label, usize, usize)], width: usize) {
        let text = &self.source.text;
        let (line, _) = self.source.line_column(first as u32);
        let (last_line, _) = self.source.line_column(last as u32);
        let start = self.text.len();
        // The number of the line and the frame take some columns.
        let room = width.saturating_sub(last_line.to_string().len() + 5).max(20);
        let mut at = first;
        loop {
            let end = line_end(text, at);
            let on_line = labels.iter().filter(|(_, start, _)| (at..=end).contains(start));
            let on_line: Vec<(&Label, usize, usize)> =
                on_line.map(|(label, start, stop)| (*label, *start, (*stop).min(end))).collect();
            self.copy_line(at, end, &on_line, room);
            if end >= last {
                break;
            }
            self.text.push('\n');
            at = end + 1;
        }
        self.regions.push(Region { start, end: self.text.len(), line: line - 1 });
    }

    /// Copies a line, or the part around its first label where all of it, or the words under a label, are too wide.
    fn copy_line(&mut self, start: usize, end: usize, labels: &[(&Label, usize, usize)], room: usize) {
        let line = self.source.text[start..end].trim_end_matches('\r');
        let at = |offset: usize| (offset - start).min(line.len());
        let (from, to) = labels.iter().map(|(_, from, to)| (at(*from), at(*to))).min().unwrap_or((0, 0));
        let mut skip = 0;
        if width_of(line) > room && width_of(&line[..to]) + 1 > room {
            // Begin so that the label stands some way in, or so that the end of the line is seen.
            let lead = from - fitting(line[..from].chars().rev(), room / 3);
            skip = lead.min(line.len() - fitting(line.chars().rev(), room - 1));
        }
        // Words stand behind a hook under the middle of their label.
        let words_end = |(label, from, to): &(&Label, usize, usize)| {
            (width_of(&line[..at(*from)]) + width_of(&line[..at(*to)])) / 2 + HOOK + width_of(&label.text)
        };
        let beyond = labels.iter().map(words_end).max().unwrap_or(0).saturating_sub(room);
        if beyond > width_of(&line[..skip]) {
            skip = from.min(skip.max(fitting(line.chars(), beyond + 2)));
        }
        let used = usize::from(skip > 0);
        let mut stop = line.len();
        if width_of(&line[skip..]) + used > room {
            stop = skip + fitting(line[skip..].chars(), room - used - 1);
        }
        if skip > 0 {
            self.text.push('…');
        }
        self.lines.push(Line { start, from: start + skip, to: start + stop, at: self.text.len() });
        self.text.push_str(&visible_in_place(&line[skip..stop]));
        if stop < line.len() {
            self.text.push('…');
        }
    }

    /// Where a place of the file lies in the copy; places that are cut away move to the edge.
    fn place(&self, offset: usize) -> usize {
        let index = self.lines.partition_point(|line| line.start <= offset).saturating_sub(1);
        self.lines.get(index).map_or(0, |line| line.at + offset.clamp(line.from, line.to) - line.from)
    }
}

/// Runs of lines to show: where the first begins and the last ends.
fn runs(text: &str, labels: &[(&Label, usize, usize)]) -> Vec<(usize, usize)> {
    let next_end = |end: usize| if end < text.len() { line_end(text, end + 1) } else { end };
    let mut found: Vec<(usize, usize)> = labels
        .iter()
        .map(|(_, start, end)| {
            let first = line_start(text, *start);
            (line_start(text, first.saturating_sub(1)), next_end(line_end(text, *end)))
        })
        .collect();
    found.sort_unstable();
    let mut merged: Vec<(usize, usize)> = Vec::new();
    for (first, last) in found {
        match merged.last_mut() {
            // A gap of one line is not worth a break.
            Some(run) if first <= next_end(run.1) + 1 => run.1 = run.1.max(last),
            _ => merged.push((first, last)),
        }
    }
    merged
}

/// A label's place, moved inside the text, onto whole characters, and not behind the last visible one.
fn in_view(text: &str, label: &Label) -> (usize, usize) {
    let end_of_text = text.trim_end().len();
    let last = text[..end_of_text].char_indices().next_back().map_or(0, |(at, _)| at);
    let mut start = (label.span.start as usize).min(last);
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = (label.span.end as usize).min(end_of_text).max(start);
    while !text.is_char_boundary(end) {
        end += 1;
    }
    (start, end)
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |at| at + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |length| at + length)
}

/// Columns on the terminal; a tab counts as miette draws it.
fn width_of(text: &str) -> usize {
    text.chars().map(columns).sum()
}

fn columns(c: char) -> usize {
    if c == '\t' { 4 } else { c.width().unwrap_or(1) }
}

/// How many bytes of the characters fit into so many columns.
fn fitting(chars: impl Iterator<Item = char>, room: usize) -> usize {
    let mut used = 0;
    chars
        .take_while(|c| {
            used += columns(*c);
            used <= room
        })
        .map(char::len_utf8)
        .sum()
}

impl SourceCode for Snippet<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (from, to) = (span.offset(), span.offset() + span.len());
        let region = self.regions.iter().find(|region| region.start <= from && to <= region.end);
        let region = region.ok_or(MietteError::OutOfBounds)?;
        let text = &self.text[..region.end];
        let mut start = line_start(text, from).max(region.start);
        for _ in 0..before {
            start = line_start(text, start.saturating_sub(1)).max(region.start);
        }
        let mut end = line_end(text, to);
        for _ in 0..after {
            end = line_end(text, (end + 1).min(text.len()));
        }
        let line = region.line + text[region.start..start].matches('\n').count();
        // Asked for no lines around it, the place itself is wanted for the heading.
        let place = self.places.iter().find(|(at, _)| before == 0 && *at == from);
        let column = place.map_or(0, |(_, offset)| self.source.line_column(*offset as u32).1 - 1);
        Ok(Box::new(MietteSpanContents::new_named(
            visible(&self.source.path.display().to_string()).into_owned(),
            &text.as_bytes()[start..end],
            SourceSpan::from((start, end - start)),
            line,
            column,
            text[start..end].matches('\n').count() + 1,
        )))
    }
}
