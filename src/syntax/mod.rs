//! Text of `.merit` files to trees.
//!
//! In: the text of one file. Out: its tree and what is wrong with it. A mistake costs the clause it stands in, not the
//! file: [`scan`] finds tokens and mends single signs, `outline` finds declarations and clauses by lines, brackets and
//! braces, and the grammar (`grammar/merit.pest`) reads each of them alone. What holds of the result: every
//! declaration and clause of the tree was written without a mistake, and where anything is left out there is an error.

mod braces;
pub(crate) mod cache;
mod cases;
mod characters;
mod datasets;
mod declarations;
mod expected;
mod expressions;
mod forms;
pub(crate) mod grammar;
mod literals;
pub(crate) mod nodes;
pub(crate) mod outline;
mod position;
mod reader;
mod readings;
mod requires;
mod scales;
pub mod scan;
mod scorecard;
mod signs;
pub mod tree;
mod values;
mod words;

pub(crate) use cases::bars;
pub use values::percent_meant;
pub(crate) use words::synonym;
pub use words::{DECLARATIONS, RESERVED, is_word_of_the_language, words};

use std::collections::HashSet;

use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};
pub use cache::ShapeCache;
use reader::Reader;

/// The tree of a file and the findings, in the order of their places.
#[derive(Debug, Default)]
pub struct Parsed {
    pub tree: tree::File,
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads one file. Never fails: what cannot be read is reported and left out of the tree.
pub fn parse(file: FileId, text: &str) -> Parsed {
    parse_with(&mut ShapeCache::default(), file, text)
}

/// The same for one of many files, with what was learnt of the shapes of clauses in others.
pub fn parse_with(shapes: &mut ShapeCache, file: FileId, text: &str) -> Parsed {
    let scan = scan::scan(file, text);
    if let Some(newer) = requires::newer_program(&scan) {
        return Parsed { diagnostics: vec![newer], ..Parsed::default() };
    }
    let outline = outline::outline(&scan);
    let mut reader = Reader::new(&scan, shapes);
    let declarations = reader.declarations(&outline.items);
    // A sign that was mended may still be one too many: its place is reported already.
    let known: HashSet<_> =
        scan.diagnostics.iter().flat_map(|found| &found.labels).map(|label| label.span.start).collect();
    let again = |found: &Diagnostic| found.labels.first().is_some_and(|label| known.contains(&label.span.start));
    let mut diagnostics: Vec<Diagnostic> = reader.diagnostics.into_iter().filter(|found| !again(found)).collect();
    diagnostics.extend(outline.diagnostics);
    diagnostics.extend(scan.diagnostics.iter().cloned());
    diagnostics.sort_by_key(|diagnostic| diagnostic.labels.first().map(|label| label.span.key()));
    Parsed { tree: tree::File { declarations }, diagnostics }
}

/// What a number or a date in another writing is here, with whatever stands behind it; of a date that could be two, both.
pub fn written_otherwise(text: &str) -> Vec<String> {
    let Some((found, length)) = literals::number(text).1.map(|found| {
        let length = found.length;
        (found, length)
    }) else {
        return Vec::new();
    };
    let behind = text.get(length..).unwrap_or_default();
    found.writes.into_iter().map(|written| format!("{written}{behind}")).collect()
}

/// Reads one expression, as it would stand behind `value =`.
pub fn parse_expression(file: FileId, text: &str) -> Result<tree::Expr, Vec<Diagnostic>> {
    let scan = scan::scan(file, text);
    let outline = outline::outline(&scan);
    let mut shapes = ShapeCache::default();
    let mut reader = Reader::new(&scan, &mut shapes);
    let kind = grammar::BlockKind { name: "an expression", rule: grammar::Rule::expression };
    let expr = match outline.items.as_slice() {
        [item] if item.block.is_none() => reader.read(item, kind).and_then(|node| reader.expr(&node)),
        items => {
            let span = items.get(1).map_or(Span::new(file, 0, text.len()), |item| reader.place(item));
            reader.report(
                Diagnostic::new(crate::diagnostic::Code::Unexpected, "one expression is expected here")
                    .at(span, "")
                    .help("a line goes on where the next one begins with an operator"),
            );
            None
        }
    };
    let mut diagnostics = scan.diagnostics.clone();
    diagnostics.extend(outline.diagnostics);
    diagnostics.extend(reader.diagnostics);
    match expr {
        Some(expr) if diagnostics.is_empty() => Ok(expr),
        _ => Err(diagnostics),
    }
}
