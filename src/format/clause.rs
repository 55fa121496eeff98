//! One head or clause, as the grammar has read it, to a text that may be broken into lines.
//!
//! In: the pieces of a clause, down to its words and signs, and the comments between them. Out: a [`Clause`]: its
//! cells, where it is a line of a table such as a column or an entry of a scorecard. What holds: every word and sign
//! is taken from the source as it was written; only white space is new, and brackets that say nothing are left out.

use std::ops::Range;

use super::comments::{Gaps, tokens_in};
use super::doc::{Doc, Leaf};
use crate::syntax::grammar::Rule;
use crate::syntax::nodes::Node;
use crate::syntax::scan::Scan;

/// What builds a clause: the source, and the comments in it.
pub struct Clauses<'s> {
    pub scan: &'s Scan,
    pub gaps: &'s Gaps,
    /// Leave all brackets as they are.
    pub keep_brackets: bool,
    /// The tokens of the clause: comments before the first and behind the last one do not belong into it.
    pub tokens: Range<usize>,
}

/// Lines of one kind that follow each other are aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    Plain,
    Column,
    Entry,
    Weighted,
    Grade,
    Constant,
    Function,
    Unit,
    Matrix,
}

#[derive(Debug)]
pub struct Cell {
    /// In which column of the table it stands.
    pub column: usize,
    pub doc: Doc,
    /// Spaces before it, at least.
    pub gap: usize,
}

#[derive(Debug)]
pub struct Clause {
    pub kind: LineKind,
    pub cells: Vec<Cell>,
}

impl Clause {
    /// The width on one line, without alignment.
    pub fn width(&self) -> Option<usize> {
        self.cells
            .iter()
            .enumerate()
            .map(|(at, cell)| Some(cell.doc.width()? + if at > 0 { cell.gap } else { 0 }))
            .sum()
    }

    fn plain(doc: Doc) -> Clause {
        Clause { kind: LineKind::Plain, cells: vec![Cell { column: 0, doc, gap: 0 }] }
    }

    fn table(kind: LineKind, cells: impl IntoIterator<Item = (usize, usize, Doc)>) -> Clause {
        let cells = cells.into_iter().filter(|(_, _, doc)| !doc.is_empty());
        Clause { kind, cells: cells.map(|(column, gap, doc)| Cell { column, gap, doc }).collect() }
    }
}

/// Pieces between which no space stands.
fn tight(before: Rule, after: Rule) -> bool {
    // Two hyphens at the beginning of a line would be taken for a comment of SQL.
    let negated_twice = before == Rule::negative && after == Rule::negative;
    matches!(after, Rule::comma | Rule::semicolon | Rule::close_paren | Rule::dot | Rule::argument)
        || matches!(before, Rule::open_paren | Rule::dot | Rule::negative) && !negated_twice
}

impl<'s> Clauses<'s> {
    pub fn clause(&self, node: &Node<'s>) -> Clause {
        match node.rule() {
            Rule::column => self.column(node),
            Rule::entry => self.entry(node),
            Rule::index_entry | Rule::duty_head => self.weighted(node),
            Rule::grade => self.grade(node),
            Rule::constant => self.constant(node),
            Rule::function => self.function(node),
            Rule::unit => self.unit(node),
            Rule::matrix_rows | Rule::matrix_columns | Rule::matrix_values => self.matrix(node),
            _ => Clause::plain(self.doc(node)),
        }
    }

    // ---------------------------------------------------------------- lines of tables

    /// `column NAME "Label" | : TYPE optional | from "…" in wan`
    fn column(&self, node: &Node<'s>) -> Clause {
        let kids: Vec<Node> = node.kids().collect();
        let at = |rule| kids.iter().position(|kid: &Node| kid.rule() == rule);
        let colon = at(Rule::colon).unwrap_or(0);
        let headers = at(Rule::headers).unwrap_or(kids.len());
        Clause::table(
            LineKind::Column,
            [
                (0, 0, self.sequence(&kids[..colon])),
                (1, 1, self.sequence(&kids[colon..headers])),
                (2, 1, self.sequence(&kids[headers..])),
            ],
        )
    }

    /// `40% | NAME "Label" over own | target … prorated | score … | applies when …`
    fn entry(&self, node: &Node<'s>) -> Clause {
        let kids: Vec<Node> = node.kids().collect();
        let column = |kid: &Node| match kid.rule() {
            Rule::weight => 0,
            Rule::head | Rule::label | Rule::over => 1,
            Rule::target | Rule::prorated => 2,
            Rule::score | Rule::most_points => 3,
            _ => 4,
        };
        let cells = kids.chunk_by(|a, b| column(a) == column(b)).map(|cell| {
            let at = column(&cell[0]);
            (at, if at < 2 { 1 } else { 2 }, self.sequence(cell))
        });
        Clause::table(LineKind::Entry, cells)
    }

    /// `40% | NAME "Label"`
    fn weighted(&self, node: &Node<'s>) -> Clause {
        let kids: Vec<Node> = node.kids().collect();
        Clause::table(LineKind::Weighted, [(0, 0, self.sequence(&kids[..1])), (1, 1, self.sequence(&kids[1..]))])
    }

    /// `A | "Outstanding" | zh "优秀" | >= 90`
    fn grade(&self, node: &Node<'s>) -> Clause {
        let mut cells = Vec::new();
        let mut translations = 1;
        for kid in node.kids() {
            match kid.rule() {
                Rule::name => cells.push((0, 0, self.doc(&kid))),
                Rule::label => {
                    for part in kid.kids() {
                        translations += usize::from(part.rule() == Rule::translation);
                        let column = if part.rule() == Rule::text { 1 } else { translations };
                        cells.push((column, 1, self.doc(&part)));
                    }
                }
                _ => cells.push((usize::MAX, 1, self.doc(&kid))),
            }
        }
        Clause::table(LineKind::Grade, cells)
    }

    /// `constant NAME "Label" | : TYPE | = VALUES`
    fn constant(&self, node: &Node<'s>) -> Clause {
        let kids: Vec<Node> = node.kids().collect();
        let colon = kids.iter().position(|kid| kid.rule() == Rule::colon).unwrap_or(0);
        let equals = kids.iter().position(|kid| kid.rule() == Rule::equals).unwrap_or(colon);
        Clause::table(
            LineKind::Constant,
            [
                (0, 0, self.sequence(&kids[..colon])),
                (1, 1, self.sequence(&kids[colon..equals])),
                (2, 1, self.sequence(&kids[equals..])),
            ],
        )
    }

    /// `function NAME(PARAMETERS) | = FORMULA`
    fn function(&self, node: &Node<'s>) -> Clause {
        let kids: Vec<Node> = node.kids().collect();
        let equals = kids.iter().position(|kid| kid.rule() == Rule::equals).unwrap_or(kids.len());
        Clause::table(LineKind::Function, [(0, 0, self.head(&kids[..equals])), (1, 1, self.sequence(&kids[equals..]))])
    }

    /// `function f(a, b)`: no space before the bracket.
    fn head(&self, kids: &[Node<'s>]) -> Doc {
        let bracket = kids.iter().position(|kid| kid.rule() == Rule::open_paren).unwrap_or(kids.len());
        Doc::row([self.sequence(&kids[..bracket]), self.sequence(&kids[bracket..])])
    }

    /// `unit NAME, PLURAL "Label" | = MULTIPLE`
    fn unit(&self, node: &Node<'s>) -> Clause {
        let kids: Vec<Node> = node.kids().collect();
        let equals = kids.iter().position(|kid| kid.rule() == Rule::equals).unwrap_or(kids.len());
        let cells = [(0, 0, self.sequence(&kids[..equals])), (1, 1, self.sequence(&kids[equals..]))];
        Clause::table(LineKind::Unit, cells)
    }

    /// The word, then each limit; each line of values under it.
    fn matrix(&self, node: &Node<'s>) -> Clause {
        let kids: Vec<Node> = node.kids().collect();
        if node.rule() != Rule::matrix_values {
            return Clause::table(LineKind::Matrix, [(0, 0, self.doc(&kids[0])), (1, 1, self.list(&kids[1..]))]);
        }
        let lines: Vec<Node> = kids[1..].iter().filter(|kid| kid.rule() == Rule::matrix_line).cloned().collect();
        let value = |line: &Node<'s>| line.all(Rule::value).map(|value| self.doc(&value)).collect::<Vec<_>>();
        let values: Vec<Vec<Doc>> = lines.iter().map(value).collect();
        let columns = values.iter().map(Vec::len).max().unwrap_or(0);
        let widest = |at: usize| values.iter().filter_map(|line| line.get(at)?.width()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(widest).collect();
        let mut parts = Vec::new();
        for (index, kid) in kids[1..].iter().enumerate() {
            if kid.rule() != Rule::matrix_line {
                parts.push(self.doc(kid));
                continue;
            }
            if index > 0 {
                parts.push(Doc::Line(1));
            }
            let mut at = 0;
            for part in kid.kids() {
                let is_value = part.rule() == Rule::value;
                let doc = self.doc(&part);
                if is_value && at > 0 {
                    let before = values[index / 2][at - 1].width().unwrap_or(0);
                    parts.push(Doc::Pad(1 + widths[at - 1].saturating_sub(before)));
                }
                at += usize::from(is_value);
                parts.push(doc);
            }
        }
        // Every line of values stands on its own, as in a table.
        let one_line = lines.len() < 2;
        let doc = if one_line { Doc::Group(parts) } else { Doc::Row(parts) }.align();
        Clause::table(LineKind::Matrix, [(0, 0, self.doc(&kids[0])), (1, 1, doc)])
    }

    // ---------------------------------------------------------------- pieces

    /// The pieces with single spaces between them.
    pub fn sequence(&self, kids: &[Node<'s>]) -> Doc {
        let mut parts: Vec<Doc> = Vec::new();
        let mut before = None;
        let mut at = 0;
        while let Some(kid) = kids.get(at) {
            at += 1;
            let equals = kid.rule() == Rule::equals;
            let doc = match kids.get(at) {
                Some(formula) if equals && formula.rule() == Rule::expr => {
                    at += 1;
                    Doc::Assign(Box::new(self.doc(kid)), Box::new(self.top(formula)))
                }
                // Further lines of a long formula begin under its first word.
                _ if kid.rule() == Rule::expr => self.doc(kid).align(),
                _ => self.doc(kid),
            };
            if doc.is_empty() {
                continue;
            }
            if before.is_some_and(|before| !tight(before, kid.rule())) {
                parts.push(Doc::space());
            }
            before = Some(kid.rule());
            parts.push(doc);
        }
        Doc::Row(parts)
    }

    /// Pieces with commas between them: as many on a line as fit.
    pub fn list(&self, kids: &[Node<'s>]) -> Doc {
        self.separated(kids, Doc::Soft(1))
    }

    /// The same, but each on its own line where one line is not enough.
    fn lines(&self, kids: &[Node<'s>]) -> Doc {
        Doc::Group(vec![self.separated(kids, Doc::Line(1))])
    }

    fn separated(&self, kids: &[Node<'s>], after_comma: Doc) -> Doc {
        let mut parts: Vec<Doc> = Vec::new();
        for (at, kid) in kids.iter().enumerate() {
            match (at.checked_sub(1).map(|at| kids[at].rule()), kid.rule()) {
                (None, _) | (_, Rule::comma) => {}
                (Some(Rule::comma), _) => parts.push(after_comma.clone()),
                _ => parts.push(Doc::space()),
            }
            // A line rather ends behind a comma than inside what stands between two.
            parts.push(Doc::Group(vec![self.doc(kid)]));
        }
        Doc::Row(parts).align()
    }

    pub fn doc(&self, node: &Node<'s>) -> Doc {
        let kids: Vec<Node> = node.kids().collect();
        match node.rule() {
            Rule::number | Rule::weight_number | Rule::total | Rule::unit_expr | Rule::text => self.leaf(node),
            _ if kids.is_empty() => self.leaf(node),
            Rule::expr => self.expr(node),
            Rule::value => self.value(node),
            Rule::paren => self.paren(node),
            Rule::if_expr => self.if_expr(&kids),
            Rule::path => Doc::Row(kids.iter().map(|kid| self.doc(kid)).collect()),
            Rule::call | Rule::count_distinct => self.call(&kids),
            Rule::call_inside => self.call_inside(&kids),
            Rule::in_set => self.in_set(&kids),
            Rule::names | Rule::texts | Rule::codes => self.list(&kids),
            Rule::one_of => Doc::row([self.sequence(&kids[..2]), Doc::space(), self.list(&kids[2..])]),
            Rule::dated => self.lines(&kids),
            Rule::allowances => Doc::row([self.doc(&kids[0]), Doc::space(), self.lines(&kids[1..])]),
            Rule::linear | Rule::brackets => Doc::row([self.doc(&kids[0]), Doc::space(), self.list(&kids[1..])]),
            Rule::steps => Doc::row([self.doc(&kids[0]), Doc::space(), self.lines(&kids[1..])]),
            _ => self.sequence(&kids),
        }
    }

    /// A word, a sign, a number with its unit, a text: as written, but for the white space inside a number.
    pub fn leaf(&self, node: &Node<'s>) -> Doc {
        let text = node.text();
        if text.trim().is_empty() {
            return Doc::Row(Vec::new());
        }
        let text = match node.rule() == Rule::text {
            true => text.to_string(),
            false => text.split_whitespace().collect::<Vec<_>>().join(" "),
        };
        let start = node.span().start as usize;
        let tokens = tokens_in(self.scan, start, (node.span().end as usize).max(start + 1));
        let (mut before, mut after) = (Vec::new(), None);
        if tokens.start > self.tokens.start {
            let comments = &self.gaps.before(tokens.start).comments;
            before.extend(comments.iter().filter(|comment| comment.alone).map(|comment| comment.text.clone()));
        }
        if tokens.end < self.tokens.end {
            let comments = &self.gaps.before(tokens.end).comments;
            after = comments.iter().find(|comment| !comment.alone).map(|comment| comment.text.clone());
        }
        Doc::Leaf(Leaf { text, before, after })
    }
}
