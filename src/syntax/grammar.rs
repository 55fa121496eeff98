//! The grammar, and pieces of what it has read. The only place that knows pest.

use hashbrown::HashMap;
use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};
use pest::iterators::{Pair, Pairs};

use super::scan::Scan;
use crate::source::Span;

#[derive(pest_derive::Parser)]
#[grammar = "../grammar/merit.pest"]
struct Grammar;

/// A piece that the grammar has recognised.
#[derive(Clone, Debug)]
pub struct Node<'s> {
    pair: Pair<'s, Rule>,
    base: usize,
    scan: &'s Scan,
}

/// Where reading stopped, and what could have stood there.
#[derive(Debug)]
pub struct Stop {
    /// In the whole text.
    pub at: usize,
    pub expected: Vec<Rule>,
}

/// Short clauses read before: `status approved` stands in every position, and is read once.
pub type Known<'s> = HashMap<(Rule, &'s str), Pairs<'s, Rule>>;

/// Reads the text from `start` to `end` with a rule that reaches to its end.
pub fn read<'s>(scan: &'s Scan, known: &mut Known<'s>, rule: Rule, start: usize, end: usize) -> Result<Node<'s>, Stop> {
    let text = &scan.text[start..end];
    let pairs = match known.get(&(rule, text)) {
        Some(pairs) => pairs.clone(),
        None => {
            let pairs = parse(text, rule, start)?;
            if text.len() <= 40 {
                known.insert((rule, text), pairs.clone());
            }
            pairs
        }
    };
    let pair = pairs.into_iter().find(|pair| pair.as_rule() != Rule::EOI);
    pair.map(|pair| Node { pair, base: start, scan }).ok_or(Stop { at: start, expected: Vec::new() })
}

/// The same for a rule of several parts, such as the rows, columns and values of a matrix.
pub fn read_all(scan: &Scan, rule: Rule, start: usize, end: usize) -> Result<Vec<Node<'_>>, Stop> {
    let pairs = parse(&scan.text[start..end], rule, start)?;
    Ok(pairs.filter(|pair| pair.as_rule() != Rule::EOI).map(|pair| Node { pair, base: start, scan }).collect())
}

fn parse(text: &str, rule: Rule, start: usize) -> Result<Pairs<'_, Rule>, Stop> {
    Grammar::parse(rule, text).map_err(|error| {
        let offset = match error.location {
            InputLocation::Pos(at) => at,
            InputLocation::Span((at, _)) => at,
        };
        let expected = match error.variant {
            ErrorVariant::ParsingError { positives, .. } => positives,
            ErrorVariant::CustomError { .. } => Vec::new(),
        };
        Stop { at: start + offset, expected }
    })
}

impl<'s> Node<'s> {
    pub fn rule(&self) -> Rule {
        self.pair.as_rule()
    }

    pub fn pair(&self) -> &Pair<'s, Rule> {
        &self.pair
    }

    pub fn with(&self, pair: Pair<'s, Rule>) -> Node<'s> {
        Node { pair, base: self.base, scan: self.scan }
    }

    pub fn kids(&self) -> impl Iterator<Item = Node<'s>> {
        let (base, scan) = (self.base, self.scan);
        self.pair.clone().into_inner().map(move |pair| Node { pair, base, scan })
    }

    /// The first part with this rule.
    pub fn child(&self, rule: Rule) -> Option<Node<'s>> {
        self.kids().find(|node| node.rule() == rule)
    }

    pub fn all(&self, rule: Rule) -> impl Iterator<Item = Node<'s>> {
        self.kids().filter(move |node| node.rule() == rule)
    }

    pub fn has(&self, rule: Rule) -> bool {
        self.child(rule).is_some()
    }

    /// The part with this rule as a place.
    pub fn place(&self, rule: Rule) -> Option<Span> {
        self.child(rule).map(|node| node.span())
    }

    /// The place without the white space that a rule reads behind its last token.
    pub fn span(&self) -> Span {
        let (start, end) = self.range();
        self.scan.span(start, end)
    }

    pub fn text(&self) -> &'s str {
        let (start, end) = self.range();
        &self.scan.text[start..end]
    }

    fn range(&self) -> (usize, usize) {
        let span = self.pair.as_span();
        let (start, end) = (self.base + span.start(), self.base + span.end());
        let inside = self.scan.text[start..end].trim_ascii_end().len();
        (start, if inside == 0 { end } else { start + inside })
    }
}
