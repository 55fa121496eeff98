//! What has been read, as pieces with their parts, texts and places.

use std::rc::Rc;

use super::cache::ShapeCache;
use super::grammar::{Piece, Rule, Stop, parse};
use super::scan::Scan;
use crate::source::Span;

/// A piece that the grammar has recognised.
#[derive(Clone, Debug)]
pub struct Node<'s> {
    pieces: Rc<[Piece]>,
    at: usize,
    base: usize,
    scan: &'s Scan,
}

/// Reads the text from `start` to `end` with a rule that reaches to its end.
pub fn read<'s>(
    scan: &'s Scan,
    shapes: &mut ShapeCache,
    rule: Rule,
    start: usize,
    end: usize,
) -> Result<Node<'s>, Stop> {
    let pieces = shapes.read(scan, rule, (start, end), || parse(&scan.text[start..end], rule, start))?;
    match pieces.first() {
        Some(piece) if piece.rule != Rule::EOI => Ok(Node { pieces, at: 0, base: start, scan }),
        _ => Err(Stop { at: start, expected: Vec::new() }),
    }
}

/// The same for a rule of several parts, such as the rows, columns and values of a matrix.
pub fn read_all(scan: &Scan, rule: Rule, start: usize, end: usize) -> Result<Vec<Node<'_>>, Stop> {
    let pieces = parse(&scan.text[start..end], rule, start)?;
    let all = Parts { at: 0, behind: pieces.len(), pieces, base: start, scan };
    Ok(all.filter(|node| node.rule() != Rule::EOI).collect())
}

/// The parts of a piece, one after the other.
pub struct Parts<'s> {
    pieces: Rc<[Piece]>,
    at: usize,
    behind: usize,
    base: usize,
    scan: &'s Scan,
}

impl<'s> Iterator for Parts<'s> {
    type Item = Node<'s>;

    fn next(&mut self) -> Option<Node<'s>> {
        let at = self.at;
        if at >= self.behind {
            return None;
        }
        self.at = self.pieces[at].behind as usize;
        Some(Node { pieces: Rc::clone(&self.pieces), at, base: self.base, scan: self.scan })
    }
}

impl<'s> Node<'s> {
    pub fn rule(&self) -> Rule {
        self.piece().rule
    }

    fn piece(&self) -> &Piece {
        &self.pieces[self.at]
    }

    pub fn kids(&self) -> Parts<'s> {
        let behind = self.piece().behind as usize;
        Parts { pieces: Rc::clone(&self.pieces), at: self.at + 1, behind, base: self.base, scan: self.scan }
    }

    /// The first part with this rule.
    pub fn child(&self, rule: Rule) -> Option<Node<'s>> {
        let behind = self.piece().behind as usize;
        let mut at = self.at + 1;
        while at < behind {
            let piece = &self.pieces[at];
            if piece.rule == rule {
                return Some(Node { at, ..self.clone() });
            }
            at = piece.behind as usize;
        }
        None
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
        let piece = self.piece();
        let (start, end) = (self.base + piece.start as usize, self.base + piece.end as usize);
        let inside = self.scan.text[start..end].trim_ascii_end().len();
        (start, if inside == 0 { end } else { start + inside })
    }
}
