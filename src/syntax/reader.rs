//! What all builders share: reading an item with the grammar, names, labels, texts, and clauses written twice.

use unicode_normalization::UnicodeNormalization;

use super::cache::ShapeCache;
use super::grammar::{BlockKind, Rule};
use super::nodes::{self, Node};
use super::outline::{Block, Item};
use super::scan::{Scan, TokenKind};
use super::tree::{Label, Name, Text};
use super::{expected, words};
use crate::diagnostic::{Code, Diagnostic};
use crate::language::ScopeWord;
use crate::source::Span;

/// Builds the tree; what it cannot build it reports and leaves out.
pub struct Reader<'s> {
    pub scan: &'s Scan,
    pub diagnostics: Vec<Diagnostic>,
    shapes: &'s mut ShapeCache,
}

impl<'s> Reader<'s> {
    pub fn new(scan: &'s Scan, shapes: &'s mut ShapeCache) -> Self {
        Reader { scan, diagnostics: Vec::new(), shapes }
    }

    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Reads one clause or head; `None` when it is wrong and reported.
    pub fn read(&mut self, item: &Item, kind: BlockKind) -> Option<Node<'s>> {
        if item.broken {
            return None;
        }
        match nodes::read(self.scan, self.shapes, kind.rule, item.start, item.end) {
            Ok(node) => Some(node),
            Err(stop) => {
                self.report(expected::explain(self.scan, item.start, item.end, kind, stop));
                None
            }
        }
    }

    /// Reads a clause that has no block. Where its words are wrong, its block is no second mistake.
    pub fn clause(&mut self, item: &Item, kind: BlockKind) -> Option<Node<'s>> {
        let node = self.read(item, kind)?;
        self.refuse_block(item, kind.name);
        Some(node)
    }

    /// Reads the whole inside of a block as one clause.
    pub fn read_block(&mut self, block: &Block, kind: BlockKind) -> Option<Vec<Node<'s>>> {
        if block.items.iter().any(|item| item.broken) || self.refuse_blocks(&block.items, kind.name) {
            return None;
        }
        let start = block.items.first().map_or(block.start, |item| item.start);
        let end = block.items.last().map_or(block.start, |item| item.end);
        match nodes::read_all(self.scan, kind.rule, start, end) {
            Ok(nodes) => Some(nodes),
            Err(stop) => {
                self.report(expected::explain(self.scan, start, end, kind, stop));
                None
            }
        }
    }

    /// Reports items that open a block where none belongs; whether there were any.
    pub fn refuse_blocks(&mut self, items: &[Item], inside: &str) -> bool {
        let found: Vec<&Item> = items.iter().filter(|item| item.block.is_some()).collect();
        for item in &found {
            self.refuse_block(item, inside);
        }
        !found.is_empty()
    }

    /// A block where none belongs.
    pub fn refuse_block(&mut self, item: &Item, inside: &str) {
        let Some(block) = &item.block else { return };
        let brace = self.scan.span(block.start.saturating_sub(1), block.start);
        let first = self.scan.word(&self.scan.tokens[item.first]).lines().next().unwrap_or("");
        let message = match inside {
            "the file" => format!("no block belongs to `{first}`"),
            inside => format!("in {inside}, no block belongs to `{first}`"),
        };
        self.report(
            Diagnostic::new(Code::Unexpected, message)
                .at(brace, "not expected here")
                .help("take the `{` away, and what closes it"),
        );
    }

    /// The block of an item that must have one.
    pub fn block<'i>(&mut self, item: &'i Item, what: &str) -> Option<&'i Block> {
        if item.block.is_none() && !item.broken {
            let end = item.end;
            let first = self.scan.text[item.start..].split_whitespace().next().unwrap_or("");
            self.report(
                Diagnostic::new(Code::Unexpected, format!("{what} has no block"))
                    .at(self.scan.span(item.start, end), "`{` is missing behind this")
                    .help(expected::form(first).map_or_else(
                        || "put `{` at the end of the line and `}` on a line of its own below the clauses".to_string(),
                        |form| format!("for example: {form}"),
                    )),
            );
        }
        item.block.as_ref()
    }

    // ---------------------------------------------------------------- names and texts

    pub fn name(&self, node: &Node) -> Name {
        let text = node.text();
        let text = if text.is_ascii() { text.to_string() } else { text.nfc().collect() };
        Name { text, span: node.span() }
    }

    /// The names directly inside, or inside a list of names.
    pub fn names(&self, node: &Node) -> Vec<Name> {
        node.all(Rule::name).map(|name| self.name(&name)).collect()
    }

    /// The name of a declaration: not a word of the language.
    pub fn declared(&mut self, node: &Node) -> Option<Name> {
        let name = self.name(&node.child(Rule::name)?);
        if words::is_word_of_the_language(&name.text) {
            self.report(
                Diagnostic::new(Code::ReservedName, format!("`{}` is a word of the language", name.text))
                    .at(name.span, "not free to be a name here")
                    .help(format!("add a word to the name, such as `{}_1` or `my_{}`", name.text, name.text)),
            );
        }
        Some(name)
    }

    pub fn label(&mut self, node: &Node) -> Label {
        let Some(label) = node.child(Rule::label) else { return Label::default() };
        let text = label.child(Rule::text).map(|text| self.text(&text));
        let mut translations: Vec<(Name, Text)> = Vec::new();
        for translation in label.all(Rule::translation) {
            let (Some(language), Some(text)) = (translation.child(Rule::language), translation.child(Rule::text))
            else {
                continue;
            };
            let (language, text) = (self.name(&language), self.text(&text));
            match translations.iter().find(|(known, _)| known.text == language.text) {
                Some((first, _)) => {
                    let first = first.span;
                    self.twice(&format!("the label in `{}`", language.text), language.span, first);
                }
                None => translations.push((language, text)),
            }
        }
        Label { text, translations }
    }

    /// Text without its quotes.
    pub fn text(&self, node: &Node) -> Text {
        let raw = node.text();
        let value = match raw.strip_prefix("\"\"\"").and_then(|raw| raw.strip_suffix("\"\"\"")) {
            Some(lines) => unindent(lines),
            None => unescape(raw),
        };
        let value = if value.is_ascii() { value } else { value.nfc().collect() };
        Text { value, span: node.span() }
    }

    pub fn text_of(&self, node: &Node) -> Option<Text> {
        node.child(Rule::text).map(|text| self.text(&text))
    }

    pub fn texts(&self, node: &Node) -> Vec<Text> {
        node.child(Rule::texts)
            .map_or_else(Vec::new, |texts| texts.all(Rule::text).map(|text| self.text(&text)).collect())
    }

    pub fn scope_word(&self, node: &Node) -> Option<(ScopeWord, Span)> {
        let word = node.child(Rule::scope_word)?;
        let scope = match word.text() {
            "own" => ScopeWord::Own,
            "team" => ScopeWord::Team,
            _ => ScopeWord::Company,
        };
        Some((scope, word.span()))
    }

    // ---------------------------------------------------------------- clauses

    pub fn twice(&mut self, what: &str, second: Span, first: Span) {
        self.report(
            Diagnostic::new(Code::RepeatedClause, format!("{what} is written twice"))
                .at(second, "a second time here")
                .at(first, "first written here")
                .help("keep one of the two"),
        );
    }

    /// Fills a place that one clause may fill once.
    pub fn once<T>(&mut self, slot: &mut Once<T>, what: &str, span: Span, value: Option<T>) {
        match slot.span {
            Some(first) => self.twice(what, span, first),
            None => {
                slot.span = Some(span);
                slot.value = value;
            }
        }
    }

    /// The place of an item's head.
    pub fn place(&self, item: &Item) -> Span {
        self.scan.span(item.start, item.end)
    }

    /// The place of an item with its block.
    pub fn extent(&self, item: &Item) -> Span {
        let end = item.block.as_ref().map_or(item.end, |block| {
            if self.scan.text[block.end..].starts_with('}') { block.end + 1 } else { block.end }
        });
        let end = self.scan.text[..end].trim_end().len().max(item.end);
        self.scan.span(item.start, end)
    }

    pub fn first_word(&self, item: &Item) -> &'s str {
        let token = &self.scan.tokens[item.first];
        if token.kind == TokenKind::Word { self.scan.word(token) } else { "" }
    }
}

/// A clause that may be written once: its value, and where it was written.
pub struct Once<T> {
    pub value: Option<T>,
    span: Option<Span>,
}

impl<T> Default for Once<T> {
    fn default() -> Self {
        Once { value: None, span: None }
    }
}

impl<T> Once<T> {
    /// Whether the clause was written, even if it could not be read.
    pub fn written(&self) -> bool {
        self.span.is_some()
    }
}

fn unescape(raw: &str) -> String {
    let inside = raw.strip_prefix('"').unwrap_or(raw);
    let inside = inside.strip_suffix('"').unwrap_or(inside);
    let mut value = String::with_capacity(inside.len());
    let mut chars = inside.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => value.push('\n'),
                Some(other) => value.push(other),
                None => value.push('\\'),
            },
            _ => value.push(c),
        }
    }
    value
}

/// Text over several lines: without the line breaks next to the quotes and the indentation that all lines share.
fn unindent(lines: &str) -> String {
    let lines = lines.replace("\r\n", "\n");
    let (first, rest) = lines.split_once('\n').unwrap_or((&lines, ""));
    let indent_of = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let common = rest.lines().filter(|line| !line.trim().is_empty()).map(indent_of).min().unwrap_or(0);
    let mut out: Vec<&str> = Vec::new();
    if !first.trim().is_empty() {
        out.push(first.trim());
    }
    out.extend(rest.lines().map(|line| line.get(common.min(indent_of(line))..).unwrap_or("").trim_end()));
    while out.last().is_some_and(|line| line.is_empty()) {
        out.pop();
    }
    out.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_over_lines_loses_its_indentation() {
        assert_eq!(unindent("\n    one\n      two\n\n    three\n  "), "one\n  two\n\nthree");
        assert_eq!(unindent("one\n  two"), "one\ntwo");
        assert_eq!(unindent(" "), "");
    }

    #[test]
    fn escapes() {
        assert_eq!(unescape(r#""a \"b\" \\ \n""#), "a \"b\" \\ \n");
    }
}
