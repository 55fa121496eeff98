//! The grammar, and what it finds in a text. The only place that knows pest.

use std::rc::Rc;

use pest::error::{ErrorVariant, InputLocation};
use pest::{Parser, Token};

#[derive(pest_derive::Parser)]
#[grammar = "../../../grammar/merit.pest"]
struct Grammar;

/// A rule and the text it took; its parts follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    pub rule: Rule,
    /// Within the text read.
    pub start: u32,
    pub end: u32,
    /// The place behind its last part.
    pub behind: u32,
}

/// Where reading stopped, and what could have stood there.
#[derive(Debug)]
pub struct Stop {
    /// In the whole text.
    pub at: usize,
    pub expected: Vec<Rule>,
}

/// What a block is called in messages, and with which rule its clauses are read.
#[derive(Clone, Copy)]
pub struct BlockKind {
    pub name: &'static str,
    pub rule: Rule,
}

/// What the grammar itself finds; nothing is remembered.
pub fn parse(text: &str, rule: Rule, start: usize) -> Result<Rc<[Piece]>, Stop> {
    let pairs = Grammar::parse(rule, text).map_err(|error| {
        let offset = match error.location {
            InputLocation::Pos(at) => at,
            InputLocation::Span((at, _)) => at,
        };
        let expected = match error.variant {
            ErrorVariant::ParsingError { positives, .. } => positives,
            ErrorVariant::CustomError { .. } => Vec::new(),
        };
        Stop { at: start + offset, expected }
    })?;
    let mut pieces: Vec<Piece> = Vec::new();
    let mut open = Vec::new();
    for token in pairs.tokens() {
        match token {
            Token::Start { rule, pos } => {
                open.push(pieces.len());
                pieces.push(Piece { rule, start: pos.pos() as u32, end: 0, behind: 0 });
            }
            Token::End { pos, .. } => {
                let behind = pieces.len() as u32;
                if let Some(piece) = open.pop().and_then(|at| pieces.get_mut(at)) {
                    (piece.end, piece.behind) = (pos.pos() as u32, behind);
                }
            }
        }
    }
    Ok(pieces.into())
}
