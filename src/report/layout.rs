//! Text laid out in columns on a terminal: widths, wrapping, alignment, colour.
//!
//! All widths are those on the screen, where a Chinese character takes two places.

use std::borrow::Cow;
use std::io;
use std::ops::Range;

use owo_colors::{OwoColorize, Style as Ansi};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::parallel;
use crate::visible::visible;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    Strong,
    Faint,
    Good,
    Fair,
    Poor,
    Bad,
}

impl Style {
    const ALL: [Style; 7] =
        [Style::Plain, Style::Strong, Style::Faint, Style::Good, Style::Fair, Style::Poor, Style::Bad];
}

/// Colours text, or leaves it as it is.
#[derive(Clone, Copy, Debug)]
pub struct Painter {
    pub color: bool,
}

impl Painter {
    pub fn paint(self, text: &str, style: Style) -> String {
        let text = visible(text);
        if !self.color || style == Style::Plain || text.is_empty() {
            return text.into_owned();
        }
        let ansi = Ansi::new();
        let ansi = match style {
            Style::Plain => ansi,
            Style::Strong => ansi.bold(),
            Style::Faint => ansi.dimmed(),
            Style::Good => ansi.green().bold(),
            Style::Fair => ansi.cyan(),
            Style::Poor => ansi.yellow(),
            Style::Bad => ansi.red().bold(),
        };
        text.style(ansi).to_string()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

#[derive(Clone, Debug)]
pub struct Cell {
    pub text: String,
    pub style: Style,
    /// Places to leave in front of every line.
    pub indent: usize,
}

impl Cell {
    pub fn new(text: impl Into<String>) -> Cell {
        Cell::styled(text, Style::Plain)
    }

    pub fn styled(text: impl Into<String>, style: Style) -> Cell {
        Cell { text: visible(&text.into()).into_owned(), style, indent: 0 }
    }

    pub fn indented(mut self, indent: usize) -> Cell {
        self.indent = indent;
        self
    }
}

#[derive(Clone, Debug)]
pub enum Line {
    Row(Vec<Cell>),
    /// Rows of a table that may have very many.
    Packed(Packed),
    /// Over all columns, wrapped.
    Text(Cell),
    Rule,
    Blank,
}

/// Some rows in one text, which takes little room.
#[derive(Clone, Debug)]
pub struct Packed(Box<str>);

/// Behind a cell, and behind a row: signs that no text for people holds.
const END_OF_CELL: char = '\u{1f}';
const END_OF_ROW: char = '\u{1e}';

impl Packed {
    pub fn of(rows: &[Vec<Cell>]) -> Packed {
        let mut text = String::new();
        for row in rows {
            for cell in row {
                let style = Style::ALL.iter().position(|style| *style == cell.style).unwrap_or(0) as u8;
                text.push(char::from(b'0' + style));
                text.push(char::from(b'0' + cell.indent.min(9) as u8));
                text.push_str(&cell.text);
                text.push(END_OF_CELL);
            }
            text.push(END_OF_ROW);
        }
        Packed(text.into())
    }

    /// The cells of each row: style, indent and text.
    fn rows(&self) -> impl Iterator<Item = impl Iterator<Item = (Style, usize, &str)>> {
        self.0.split_terminator(END_OF_ROW).map(|row| row.split_terminator(END_OF_CELL).map(unpacked))
    }
}

fn unpacked(cell: &str) -> (Style, usize, &str) {
    let (signs, text) = cell.split_at(2);
    let number = |at: usize| usize::from(signs.as_bytes()[at].saturating_sub(b'0'));
    (Style::ALL.get(number(0)).copied().unwrap_or(Style::Plain), number(1), text)
}

/// A column: its title, and how narrow it may become before others have to give way.
#[derive(Clone, Debug)]
pub struct Column {
    pub title: Cow<'static, str>,
    pub align: Align,
    pub least: usize,
}

impl Column {
    pub fn left(title: impl Into<Cow<'static, str>>, least: usize) -> Column {
        Column { title: title.into(), align: Align::Left, least }
    }

    pub fn right(title: impl Into<Cow<'static, str>>, least: usize) -> Column {
        Column { title: title.into(), align: Align::Right, least }
    }
}

/// Between two columns.
pub(super) const GAP: usize = 2;

/// Lines that a thread writes one after the other.
const TOGETHER: usize = 512;

/// A column takes no more of the room that is left: it would tear the rows apart.
const STRETCHED: usize = 110;

/// A table no wider than `width`, as wide as its rows need.
pub struct Table {
    pub columns: Vec<Column>,
    pub lines: Vec<Line>,
    /// A column that takes what room is left, if any.
    pub stretch: Option<usize>,
}

impl Table {
    /// Leaves out a column that would stay empty.
    pub fn drop_column(&mut self, at: usize) {
        self.columns.remove(at);
        for line in &mut self.lines {
            if let Line::Row(cells) = line {
                cells.remove(at);
            }
        }
        self.stretch = self.stretch.map(|stretch| if stretch > at { stretch - 1 } else { stretch });
    }

    pub fn write(&self, out: &mut String, width: usize, painter: Painter) {
        let widths = self.widths(width);
        self.write_head(out, &widths, painter);
        self.write_lines(&self.lines, out, width, &widths, painter);
    }

    /// The same piece by piece, for a table that may be long.
    pub fn write_long(&self, out: &mut dyn io::Write, width: usize, painter: Painter) -> io::Result<()> {
        let widths = self.widths(width);
        let mut head = String::new();
        self.write_head(&mut head, &widths, painter);
        out.write_all(head.as_bytes())?;
        let of_some = |some: Range<usize>| {
            let mut text = String::new();
            self.write_lines(&self.lines[some], &mut text, width, &widths, painter);
            text
        };
        parallel::pieces_in_order(self.lines.len(), TOGETHER, of_some, |text| out.write_all(text.as_bytes()))
    }

    fn write_head(&self, out: &mut String, widths: &[usize], painter: Painter) {
        let titles = self.columns.iter().map(|column| Cell::styled(&*column.title, Style::Faint)).collect::<Vec<_>>();
        self.write_row(out, &titles, widths, painter);
        write_rule(out, widths, painter);
    }

    fn write_lines(&self, lines: &[Line], out: &mut String, width: usize, widths: &[usize], painter: Painter) {
        for line in lines {
            match line {
                Line::Row(cells) => self.write_row(out, cells, widths, painter),
                Line::Packed(packed) => {
                    for row in packed.rows() {
                        let cell =
                            |(style, indent, text): (Style, usize, &str)| Cell { text: text.into(), style, indent };
                        self.write_row(out, &row.map(cell).collect::<Vec<_>>(), widths, painter);
                    }
                }
                Line::Text(cell) => write_text(out, cell, "", width, painter),
                Line::Rule => write_rule(out, widths, painter),
                Line::Blank => out.push('\n'),
            }
        }
    }

    /// Every column as wide as its widest cell; then the widest ones shrink until all fit.
    fn widths(&self, width: usize) -> Vec<usize> {
        let mut widths = self.columns.iter().map(|column| column.title.width()).collect::<Vec<_>>();
        let mut see = |at: usize, indent: usize, text: &str| {
            if let Some(widest) = widths.get_mut(at) {
                *widest = (*widest).max(indent + text.width());
            }
        };
        for line in &self.lines {
            match line {
                Line::Row(cells) => cells.iter().enumerate().for_each(|(at, cell)| see(at, cell.indent, &cell.text)),
                Line::Packed(packed) => packed.rows().for_each(|row| {
                    row.enumerate().for_each(|(at, (_, indent, text))| see(at, indent, text));
                }),
                Line::Text(_) | Line::Rule | Line::Blank => {}
            }
        }
        let room = width.saturating_sub(GAP * (widths.len().saturating_sub(1)));
        let least = self.columns.iter().map(|column| column.least).collect::<Vec<_>>();
        let floor = vec![4; widths.len()];
        for bound in [&least, &floor] {
            while widths.iter().sum::<usize>() > room {
                let widest =
                    (0..widths.len()).filter(|at| widths[*at] > bound[*at]).max_by_key(|at| (widths[*at], *at));
                let Some(widest) = widest else { break };
                widths[widest] -= 1;
            }
        }
        if let Some(stretch) = self.stretch {
            widths[stretch] += room.min(STRETCHED).saturating_sub(widths.iter().sum());
        }
        widths
    }

    fn write_row(&self, out: &mut String, cells: &[Cell], widths: &[usize], painter: Painter) {
        let wrapped = cells
            .iter()
            .zip(widths)
            .map(|(cell, width)| wrap(&cell.text, width.saturating_sub(cell.indent)))
            .collect::<Vec<_>>();
        let height = wrapped.iter().map(Vec::len).max().unwrap_or(0);
        for at in 0..height {
            let mut line = String::new();
            // Padding waits until something follows it, so that no line ends in spaces.
            let mut waiting = 0;
            for (index, (cell, lines)) in cells.iter().zip(&wrapped).enumerate() {
                let text = lines.get(at).map_or("", String::as_str);
                let room = widths[index].saturating_sub(text.width());
                if !text.is_empty() {
                    let before = if self.columns[index].align == Align::Right { room } else { cell.indent };
                    line.push_str(&" ".repeat(waiting + before));
                    line.push_str(&painter.paint(text, cell.style));
                    waiting = room - before + GAP;
                } else {
                    waiting += widths[index] + GAP;
                }
            }
            out.push_str(&line);
            out.push('\n');
        }
    }
}

fn write_rule(out: &mut String, widths: &[usize], painter: Painter) {
    let total = widths.iter().sum::<usize>() + GAP * (widths.len() - 1);
    out.push_str(&painter.paint(&"─".repeat(total), Style::Faint));
    out.push('\n');
}

/// A paragraph over the whole width; lines after the first stand under the text behind `lead`.
pub fn write_text(out: &mut String, cell: &Cell, lead: &str, width: usize, painter: Painter) {
    let hang = cell.indent + lead.width();
    for (index, line) in wrap(&cell.text, width.saturating_sub(hang)).iter().enumerate() {
        if index == 0 {
            out.push_str(&" ".repeat(cell.indent));
            out.push_str(&painter.paint(lead, Style::Faint));
        } else {
            out.push_str(&" ".repeat(hang));
        }
        out.push_str(&painter.paint(line, cell.style));
        out.push('\n');
    }
}

/// Breaks text into lines no wider than `width`: at spaces, beside Chinese characters, else wherever it must.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(2);
    if text.len() <= width && is_plain(text) {
        return vec![text.to_string()];
    }
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for (piece, spaced) in pieces(text) {
        let mut piece = piece;
        let size = piece.width();
        let gap = usize::from(spaced && !line.is_empty());
        if used + gap + size <= width {
            if gap == 1 {
                line.push(' ');
            }
            line.push_str(piece);
            used += gap + size;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        while piece.width() > width {
            let cut = cut_at(piece, width);
            lines.push(piece[..cut].to_string());
            piece = &piece[cut..];
        }
        line.push_str(piece);
        used = piece.width();
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Whether a text is of letters as wide as they are long, with single blanks between words.
fn is_plain(text: &str) -> bool {
    let blank_before = std::iter::once(b' ').chain(text.bytes());
    let plain = |(before, byte): (u8, u8)| (0x21..0x7f).contains(&byte) || byte == b' ' && before != b' ';
    blank_before.zip(text.bytes()).all(plain) && !text.ends_with(' ')
}

/// The parts between which a line may break, each with whether a space stood before it.
fn pieces(text: &str) -> Vec<(&str, bool)> {
    let mut pieces = Vec::new();
    for word in text.split_whitespace() {
        let mut start = 0;
        let mut first = true;
        let mut previous = None;
        for (at, c) in word.char_indices() {
            let hyphen = c.is_alphabetic() && word[start..at].ends_with('-') && word[start..at].len() > 1;
            let breaks = hyphen || previous.is_some_and(|previous| is_wide(c) || is_wide(previous));
            if breaks && !is_closing(c) && !previous.is_some_and(is_opening) && at > start {
                pieces.push((&word[start..at], first));
                (start, first) = (at, false);
            }
            previous = Some(c);
        }
        pieces.push((&word[start..], first));
    }
    pieces
}

fn is_wide(c: char) -> bool {
    c.width() == Some(2)
}

/// Signs that never begin a line.
fn is_closing(c: char) -> bool {
    "，。、；：！？）】》”’,.;:!?)%‰⁰¹²³⁴⁵⁶⁷⁸⁹".contains(c)
}

/// Signs that never end a line.
fn is_opening(c: char) -> bool {
    "（【《“‘(".contains(c)
}

/// Where a prefix no wider than `width` ends; at least one character.
fn cut_at(text: &str, width: usize) -> usize {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > width && at > 0 {
            return at;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_words_and_chinese_characters() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("营销业务室主任", 6), ["营销业", "务室主", "任"]);
        assert_eq!(wrap("按计划，完成", 6), ["按计", "划，完", "成"]);
        assert_eq!(wrap("incomprehensibilities", 8), ["incompre", "hensibil", "ities"]);
        assert_eq!(wrap("", 8), [""]);
    }

    #[test]
    fn a_table_keeps_to_the_width_it_is_given() {
        let row = |name: &str, value: &str| Line::Row(vec![Cell::new(name), Cell::new(value)]);
        let table = Table {
            columns: vec![Column::left("Name", 8), Column::right("Value", 6)],
            lines: vec![row("标准保费达成率（含续期）", "98.4%"), row("Premium growth", "1,234,567.00 CNY")],
            stretch: None,
        };
        for width in [20, 24, 40] {
            let mut out = String::new();
            table.write(&mut out, width, Painter { color: false });
            assert!(out.lines().all(|line| line.width() <= width && !line.ends_with(' ')), "{out}");
        }
    }
}
