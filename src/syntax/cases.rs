//! `test`: given tables and expectations.

use super::grammar::{BlockKind, Rule};
use super::nodes::Node;
use super::outline::{Block, Item};
use super::reader::{Once, Reader};
use super::scan::TokenKind;
use super::tree::*;
use super::words;
use crate::diagnostic::{Code, Diagnostic, Help, Mend};
use crate::plural::counted;
use crate::source::Span;

const TEST: BlockKind = BlockKind { name: "a test", rule: Rule::test_clause };

impl<'s> Reader<'s> {
    pub fn test_case(&mut self, item: &Item, head: Option<Node<'s>>) -> Option<Test> {
        let block = self.block(item, "a test")?;
        let mut period = Once::default();
        let mut given = Vec::new();
        let mut expectations = Vec::new();
        for clause in &block.items {
            let node = match self.first_word(clause) {
                "given" => self.read(clause, TEST),
                _ => self.clause(clause, TEST),
            };
            let Some(node) = node else { continue };
            match node.rule() {
                Rule::test_period => {
                    let literal = node.child(Rule::period).or_else(|| node.child(Rule::year));
                    let literal = literal.and_then(|literal| self.period(&literal));
                    self.once(&mut period, "`period`", node.span(), literal);
                }
                Rule::given => {
                    if let Some(block) = self.block(clause, "`given`") {
                        given.extend(self.given(clause, &node, block));
                    }
                }
                _ => expectations.extend(self.expectation(&node)),
            }
        }
        Some(Test { name: self.text_of(&head?)?, period: period.value, given, expectations, span: self.extent(item) })
    }

    fn expectation(&mut self, node: &Node<'s>) -> Option<Expectation> {
        let what = node.child(Rule::expected)?.kids().next()?;
        let what = match what.rule() {
            Rule::expected_score_of => Expected::ScoreOf(self.name(&what.child(Rule::name)?)),
            Rule::kw_score => Expected::Score(what.span()),
            Rule::kw_rating => Expected::Rating(what.span()),
            _ => Expected::Value(self.name(&what)),
        };
        let mut values = self.values(node)?.into_iter();
        let (value, within) = (values.next()?, values.next());
        Some(Expectation { what, of: self.text_of(node)?, value, within, span: node.span() })
    }

    // ---------------------------------------------------------------- tables

    fn given(&mut self, item: &Item, node: &Node<'s>, block: &Block) -> Option<Given> {
        let mut rows = Vec::new();
        for row in &block.items {
            let token = &self.scan.tokens[row.first];
            if token.kind != TokenKind::Row || row.block.is_some() {
                let span = self.place(row);
                let text = self.scan.text[span.start as usize..span.end as usize].trim();
                let bars = row.block.is_none() && text.contains('|') && !text.contains('\n');
                let help = if bars {
                    let line = format!("| {} |", text.trim_matches('|').trim());
                    Help::of("write `{}`", [Mend::replace(span, line)])
                } else {
                    "write the names of columns, then one line for each row, as in `| P1 | 2026-07-01 |`".into()
                };
                self.report(
                    Diagnostic::new(Code::Unexpected, "this is not a row of a table")
                        .at(span, "a row begins and ends with `|`")
                        .help(help),
                );
                return None;
            }
            let row = self.row(row)?;
            // As Markdown has it under the header.
            let ruled = |cell: &Text| cell.value.len() > 1 && cell.value.chars().all(|sign| "-:=".contains(sign));
            if rows.len() == 1 && row.cells.iter().all(ruled) {
                let line = self.scan.text[row.span.end as usize..].find('\n').map_or(0, |at| at as u32 + 1);
                let start = self.scan.text[..row.span.start as usize].rfind('\n').map_or(0, |at| at as u32 + 1);
                let mend = Mend::remove(Span { start, end: row.span.end + line, ..row.span });
                self.report(
                    Diagnostic::new(Code::Unexpected, "no line stands under the header of a table")
                        .at(row.span, "take this away")
                        .mend("take the line away: the first row is the header", mend),
                );
                return None;
            }
            rows.push(row);
        }
        let mut rows = rows.into_iter();
        let Some(header) = rows.next() else {
            self.report(
                Diagnostic::new(Code::Unexpected, "this table has no columns")
                    .at(self.place(item), "empty")
                    .help("begin with the names of the columns: `{ | staff_no | joined |`"),
            );
            return None;
        };
        let names: Vec<Name> = header
            .cells
            .into_iter()
            .map(|cell| self.header_cell(cell))
            .collect::<Vec<_>>()
            .into_iter()
            .collect::<Option<_>>()?;
        let rows: Vec<GivenRow> = rows.collect();
        for row in &rows {
            if row.cells.len() != names.len() {
                self.report(
                    Diagnostic::new(
                        Code::Unexpected,
                        format!(
                            "this row has {} for {}",
                            counted(row.cells.len(), "cell"),
                            counted(names.len(), "column")
                        ),
                    )
                    .at(row.span, counted(row.cells.len(), "cell"))
                    .at(header.span, "the columns")
                    .help("give every column a cell; a blank one stays empty between its bars, as in `| P1 |    |`"),
                );
                return None;
            }
        }
        let data = self.name(&node.child(Rule::name)?);
        Some(Given { data, header: names, rows, span: self.extent(item) })
    }

    fn header_cell(&mut self, cell: Text) -> Option<Name> {
        use unicode_normalization::UnicodeNormalization;
        let mut chars = cell.value.chars();
        let is_name = chars.next().is_some_and(pest::unicode::XID_START)
            && chars.all(pest::unicode::XID_CONTINUE)
            && !words::is_reserved(&cell.value);
        if !is_name {
            self.report(
                Diagnostic::new(Code::Unexpected, format!("`{}` is not the name of a column", cell.value))
                    .at(cell.span, "a name is expected here")
                    .help("the first row of a table holds the names that the columns have in the data set"),
            );
            return None;
        }
        Some(Name { text: cell.value.nfc().collect(), span: cell.span })
    }

    /// The cells between the bars.
    fn row(&mut self, item: &Item) -> Option<GivenRow> {
        let span = self.place(item);
        let text = &self.scan.text[item.start..item.end];
        let bars = bars(text);
        if bars.len() < 2 {
            self.report(
                Diagnostic::new(Code::Unexpected, "this row does not end with a bar")
                    .at(span, "a row begins and ends with `|`")
                    .mend("write `{}` at its end", Mend::behind(span, "|")),
            );
            return None;
        }
        let cells = bars
            .windows(2)
            .map(|pair| {
                let inside = &text[pair[0] + 1..pair[1]];
                let value = inside.trim();
                let start = item.start + pair[0] + 1 + (inside.len() - inside.trim_start().len());
                let span = self.scan.span(start, start + value.len());
                let quoted = value.len() >= 2 && value.starts_with('"') && value.ends_with('"');
                let value = if quoted { &value[1..value.len() - 1] } else { value };
                Text { value: value.to_string(), span }
            })
            .collect();
        Some(GivenRow { cells, span })
    }
}

/// Offsets of the bars outside quoted cells.
pub fn bars(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut blank = true;
    let mut chars = text.char_indices();
    while let Some((offset, c)) = chars.next() {
        match c {
            '|' => {
                found.push(offset);
                blank = true;
            }
            '"' if blank => {
                blank = false;
                if text[offset + 1..].contains('"') {
                    chars.by_ref().find(|(_, c)| *c == '"');
                }
            }
            _ => blank &= c.is_whitespace(),
        }
    }
    found
}
