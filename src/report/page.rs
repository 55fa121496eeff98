//! Text in paragraphs, as of explanations and plans: set in, wrapped, and in styles.

use super::Look;
use super::layout::{Cell, Style, Table, write_text};

/// Lines are no wider, so that they can be read on paper, too.
const WIDEST: usize = 80;

/// A text as it grows.
pub struct Page {
    pub out: String,
    look: Look,
}

impl Page {
    pub fn new(look: Look) -> Page {
        Page { out: String::new(), look }
    }

    /// A paragraph; lines after the first stand under the text behind `lead`.
    pub fn line(&mut self, indent: usize, lead: &str, text: &str, style: Style) {
        let cell = Cell::styled(text, style).indented(indent);
        write_text(&mut self.out, &cell, lead, self.look.width().min(WIDEST), self.look.painter());
    }

    /// A heading, with a blank line before it.
    pub fn head(&mut self, text: impl AsRef<str>) {
        self.blank();
        self.line(0, "", text.as_ref(), Style::Strong);
    }

    pub fn say(&mut self, indent: usize, text: impl AsRef<str>) {
        self.line(indent, "", text.as_ref(), Style::Plain);
    }

    /// A line behind its first word.
    pub fn lead(&mut self, indent: usize, lead: &str, text: impl AsRef<str>) {
        self.line(indent, lead, text.as_ref(), Style::Plain);
    }

    pub fn faint(&mut self, indent: usize, text: impl AsRef<str>) {
        self.line(indent, "", text.as_ref(), Style::Faint);
    }

    /// As wide as the terminal.
    pub fn table(&mut self, table: &Table) {
        table.write(&mut self.out, self.look.width(), self.look.painter());
    }

    pub fn blank(&mut self) {
        self.out.push('\n');
    }
}
