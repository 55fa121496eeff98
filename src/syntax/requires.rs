//! `requires merit 0.2` in the company block, looked at before anything else is read: the rest may be written in words that
//! only a newer program knows.

use super::scan::{Scan, Token, TokenKind};
use crate::diagnostic::{Code, Diagnostic};

/// Major and minor version of this program.
fn this_program() -> (u32, u32) {
    let part = |text: &str| text.parse().unwrap_or(0);
    (part(env!("CARGO_PKG_VERSION_MAJOR")), part(env!("CARGO_PKG_VERSION_MINOR")))
}

/// The finding, where a line of the file requires a newer program.
pub fn newer_program(scan: &Scan) -> Option<Diagnostic> {
    let (place, wanted) = scan.tokens.windows(3).find_map(|tokens| required(scan, tokens))?;
    let version = |text: &str| {
        let (major, minor) = text.split_once('.')?;
        Some((major.parse::<u32>().ok()?, minor.parse::<u32>().ok()?))
    };
    if version(wanted)? <= this_program() {
        return None;
    }
    let here = env!("CARGO_PKG_VERSION");
    Some(
        Diagnostic::new(Code::NewerProgram, format!("these specs are for a newer program: this is merit {here}"))
            .at(scan.span(place.start, place.end), format!("merit {wanted} is required"))
            .help(format!("install merit {wanted} or later, and run it again")),
    )
}

/// The number of a line `requires merit 0.2`, and its text.
fn required<'s>(scan: &'s Scan, tokens: &[Token]) -> Option<(Token, &'s str)> {
    let [requires, merit, number] = tokens else { return None };
    let line = requires.leads && requires.kind == TokenKind::Word && scan.word(requires) == "requires";
    (line && scan.word(merit) == "merit" && number.kind == TokenKind::Number).then(|| (*number, scan.word(number)))
}
