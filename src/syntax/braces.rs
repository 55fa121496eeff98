//! Which brace closes which block, and which round bracket closes which, in texts where some are missing.

use hashbrown::{HashMap, HashSet};

use super::scan::{Scan, Token, TokenKind};
use super::words;
use crate::diagnostic::{Code, Diagnostic, Mend};
use crate::limits::NESTING;

/// What the outline needs to know about tokens, by their index.
#[derive(Debug, Default)]
pub struct Braces {
    /// Blocks that end at a token: a `}`, or the start of a declaration before which a `}` is missing.
    pub closes: HashMap<usize, usize>,
    /// Tokens before which a `{` is missing.
    pub opens: HashMap<usize, usize>,
    /// The partner of each round bracket that has one.
    pub parens: HashMap<usize, usize>,
    /// Tokens that stand in the place of a `{`, and are reported as such, or beside one.
    pub swapped: HashSet<usize>,
    /// Tokens that stand in the place of a `}`, likewise.
    pub ends: HashSet<usize>,
    pub diagnostics: Vec<Diagnostic>,
    /// Nested so deep that the file is not read at all.
    pub too_deep: bool,
}

pub fn match_braces(scan: &Scan) -> Braces {
    let mut braces = plain(scan).unwrap_or_else(|| by_indentation(scan));
    match_parens(scan, &mut braces);
    check_depth(scan, &mut braces);
    braces
}

/// Whether a declaration starts at this token.
fn starts_declaration(scan: &Scan, index: usize) -> bool {
    let token = &scan.tokens[index];
    let Some(next) = scan.tokens.get(index + 1) else { return false };
    if !token.leads || token.kind != TokenKind::Word || next.leads {
        return false;
    }
    match scan.word(token) {
        "house" => scan.word(next) == "rules",
        // `rating grades` is also a line of a scorecard.
        "rating" => next.kind == TokenKind::Word && has_brace(scan, index),
        "company" | "test" => next.kind == TokenKind::Text,
        word => words::DECLARATIONS.contains(&word) && next.kind == TokenKind::Word,
    }
}

/// Whether a `{` follows on the same line, or alone on the next.
fn has_brace(scan: &Scan, index: usize) -> bool {
    let mut rest =
        scan.tokens[index + 1..].iter().skip_while(|token| !token.leads && token.kind != TokenKind::OpenBrace);
    rest.next().is_some_and(|token| token.kind == TokenKind::OpenBrace)
}

/// Braces taken at their word; `None` when they do not add up.
fn plain(scan: &Scan) -> Option<Braces> {
    let mut braces = Braces::default();
    // The indentation of the line each open block begins on.
    let mut open: Vec<usize> = Vec::new();
    for (index, token) in scan.tokens.iter().enumerate() {
        match token.kind {
            TokenKind::OpenBrace => open.push(token.indent),
            TokenKind::CloseBrace => {
                open.pop()?;
                braces.closes.insert(index, 1);
            }
            TokenKind::OpenParen if stands_for_brace(scan, index) => return None,
            TokenKind::Word if token.leads => {
                // A declaration inside another, its braces in order: a block at a wrong place, and none that is not closed.
                let outermost = open.first().copied();
                let inside = outermost.is_some_and(|indent| token.indent <= indent) && starts_declaration(scan, index);
                if inside && !closes_deeper(scan, index) {
                    return None;
                }
            }
            _ => {}
        }
    }
    open.is_empty().then_some(braces)
}

/// Whether a `(` ends the line of a head, and clauses follow.
fn stands_for_brace(scan: &Scan, index: usize) -> bool {
    let (token, Some(next)) = (&scan.tokens[index], scan.tokens.get(index + 1)) else { return false };
    let Some(before) = index.checked_sub(1).map(|before| &scan.tokens[before]) else { return false };
    let named = before.leads && matches!(scan.word(before), "scorecard" | "responsibilities");
    next.leads && next.indent > token.indent && (named || before.kind == TokenKind::Text)
}

/// Whether the block of a head ends before a line that goes on deeper: it stands inside another block.
fn closes_deeper(scan: &Scan, head: usize) -> bool {
    let mut depth = 0usize;
    let mut tokens = scan.tokens[head..].iter();
    let closed = tokens.find(|token| {
        match token.kind {
            TokenKind::OpenBrace => depth += 1,
            TokenKind::CloseBrace => depth = depth.saturating_sub(1),
            _ => {}
        }
        token.kind == TokenKind::CloseBrace && depth == 0
    });
    closed.is_some() && tokens.next().is_some_and(|next| next.indent > scan.tokens[head].indent)
}

struct OpenBlock {
    /// The first token of the line, and the brace.
    line: usize,
    brace: Option<usize>,
    indent: usize,
    /// How far its first line is indented, where that is deeper than the line the block begins on.
    inside: Option<usize>,
}

impl OpenBlock {
    /// Whether a line with this indentation stands outside the block, by the look of it.
    fn ended_before(&self, indent: usize) -> bool {
        self.inside.is_some_and(|inside| inside > self.indent) && indent <= self.indent
    }
}

/// Braces that do not add up: the indentation says where blocks were meant to end.
fn by_indentation(scan: &Scan) -> Braces {
    let mut braces = Braces::default();
    let mut open: Vec<OpenBlock> = Vec::new();
    let mut line = 0;
    for (index, token) in scan.tokens.iter().enumerate() {
        if token.leads {
            line = index;
            if let Some(top) = open.last_mut() {
                top.inside = top.inside.or(Some(token.indent));
            }
        }
        // A clause that stands no deeper than the line its block begins on: the block was meant to have ended.
        let clause = token.leads
            && match token.kind {
                TokenKind::Word => !words::is_reserved(scan.word(token)),
                TokenKind::Number | TokenKind::Text => true,
                _ => false,
            };
        if braces.ends.contains(&index) && open.pop().is_some() {
            braces.closes.insert(index, 1);
            continue;
        }
        let outside = open.iter().rev().take_while(|block| block.ended_before(token.indent)).count();
        if clause && outside > 0 {
            braces.closes.insert(index, outside);
            for unclosed in open.drain(open.len() - outside..) {
                report_unclosed(scan, &mut braces, &unclosed, index);
            }
        }
        match token.kind {
            TokenKind::OpenBrace if opens_nothing(scan, line, index) => {
                let what = match index.checked_sub(1).map(|before| scan.tokens[before].kind) {
                    Some(TokenKind::OpenBrace) => "one `{` is enough".to_string(),
                    _ => format!("no block belongs to `{}`", opening(scan, line)),
                };
                braces.diagnostics.push(
                    Diagnostic::new(Code::Unexpected, what)
                        .at(scan.span(token.start, token.end), "take this away")
                        .mend("take the `{` away", Mend::remove(scan.span(scan.tokens[index - 1].end, token.end))),
                );
                braces.swapped.insert(index);
            }
            TokenKind::OpenBrace => {
                open.push(OpenBlock { line, brace: Some(index), indent: token.indent, inside: None });
                if open.len() > NESTING {
                    // Refused below.
                    return braces;
                }
            }
            TokenKind::CloseBrace => {
                if one_too_many(scan, &open, index) {
                    report_closing_nothing(scan, &mut braces, token);
                    braces.closes.insert(index, 0);
                    continue;
                }
                let aligned = open.iter().rposition(|block| block.indent == token.indent);
                let count = match (aligned, open.last()) {
                    (_, None) => 0,
                    (Some(at), Some(top)) if token.leads && top.indent > token.indent => open.len() - at,
                    _ => 1,
                };
                if count == 0 {
                    report_closing_nothing(scan, &mut braces, token);
                }
                for unclosed in open.drain(open.len() - count..).skip(1) {
                    report_unclosed(scan, &mut braces, &unclosed, index);
                }
                braces.closes.insert(index, count);
            }
            TokenKind::Word if token.leads => {
                let outermost = open.first().map_or(0, |block| block.indent);
                let declares = starts_declaration(scan, index) && token.indent <= outermost;
                if declares && !open.is_empty() {
                    *braces.closes.entry(index).or_insert(0) += open.len();
                    for unclosed in open.drain(..) {
                        report_unclosed(scan, &mut braces, &unclosed, index);
                    }
                }
                let word = scan.word(token);
                let needs_block = (declares && !words::WITHOUT_BLOCK.contains(&word))
                    || (!open.is_empty() && matches!(word, "responsibilities" | "scorecard" | "given"));
                if needs_block && !has_brace(scan, index) {
                    open_missing(scan, &mut braces, &mut open, index);
                }
            }
            // `30% complaints "Complaints"` with duties below.
            TokenKind::Number if token.leads && !open.is_empty() && is_head_of_duties(scan, index) => {
                open_missing(scan, &mut braces, &mut open, index);
            }
            _ => {}
        }
    }
    if !scan.swallowed {
        for unclosed in &open {
            report_unclosed(scan, &mut braces, unclosed, scan.tokens.len());
        }
    }
    braces
}

/// Whether a second `{` stands behind another, or one at the end of a line behind which no block follows.
fn opens_nothing(scan: &Scan, line: usize, index: usize) -> bool {
    let token = &scan.tokens[index];
    let Some(before) = index.checked_sub(1).map(|before| &scan.tokens[before]) else { return false };
    if before.kind == TokenKind::OpenBrace && !token.leads {
        return true;
    }
    let Some(next) = scan.tokens.get(index + 1) else { return false };
    let first = scan.word(&scan.tokens[line]);
    let heads = words::DECLARATIONS.contains(&first) || matches!(first, "responsibilities" | "scorecard" | "given");
    let clause = scan.tokens[line].kind == TokenKind::Word && !heads && token.indent > 0;
    // What follows is the next clause, or the end of the block around.
    let goes_on = match next.kind {
        TokenKind::CloseBrace => next.indent < token.indent,
        _ => next.indent <= token.indent,
    };
    clause && !token.leads && next.leads && goes_on
}

/// Whether a responsibility, by the lines below it, was to have a block.
fn is_head_of_duties(scan: &Scan, index: usize) -> bool {
    let rest = &scan.tokens[index + 1..];
    let Some(next) = rest.iter().position(|token| token.leads) else { return false };
    let no_brace = rest[..next].iter().all(|token| token.kind != TokenKind::OpenBrace);
    let behind = &rest[next];
    let duty = behind.kind == TokenKind::Text || matches!(scan.word(behind), "measured" | "outcome");
    no_brace && duty && behind.indent > scan.tokens[index].indent
}

/// Whether a `}` stands alone, deeper than the block it would close, and that block goes on or is closed behind it.
fn one_too_many(scan: &Scan, open: &[OpenBlock], index: usize) -> bool {
    let token = &scan.tokens[index];
    let (Some(top), Some(next)) = (open.last(), scan.tokens.get(index + 1)) else { return false };
    let goes_on = next.indent > top.indent && next.kind != TokenKind::CloseBrace;
    let is_closed = next.indent == top.indent && next.kind == TokenKind::CloseBrace;
    token.leads && next.leads && token.indent > top.indent && (goes_on || is_closed)
}

/// A brace with its line, where it stands alone on it.
fn whole_line(scan: &Scan, brace: &Token) -> crate::source::Span {
    let (before, behind) = (&scan.text[..brace.start], &scan.text[brace.end..]);
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = behind.find('\n').map_or(behind.len(), |at| at + 1);
    match before[start..].trim().is_empty() && behind[..line].trim().is_empty() {
        true => scan.span(start, brace.end + line),
        false => scan.span(brace.start, brace.end),
    }
}

fn report_closing_nothing(scan: &Scan, braces: &mut Braces, brace: &Token) {
    braces.diagnostics.push(
        Diagnostic::new(Code::Unexpected, "this `}` closes nothing")
            .at(scan.span(brace.start, brace.end), "no block is open here")
            .mend("take it away, or add the `{` it belongs to", Mend::remove(whole_line(scan, brace))),
    );
}

/// A head whose clauses follow without a `{`.
fn open_missing(scan: &Scan, braces: &mut Braces, open: &mut Vec<OpenBlock>, head: usize) {
    let Some(body) = (head + 1..scan.tokens.len()).find(|at| scan.tokens[*at].leads) else { return };
    let indent = scan.tokens[head].indent;
    if scan.tokens[body].indent <= indent {
        return;
    }
    let last = &scan.tokens[body - 1];
    let (sign, end) = (scan.word(last), last.end);
    if matches!(sign, "(" | ":") {
        braces.swapped.insert(body - 1);
        let closing = (body..scan.tokens.len()).find(|at| {
            let token = &scan.tokens[*at];
            sign == "(" && token.leads && token.kind == TokenKind::CloseParen && token.indent == indent
        });
        let mend = Mend::replace(scan.span(last.start, end), "{");
        let mend = match closing.map(|at| &scan.tokens[at]) {
            Some(token) => mend.and(Mend::replace(scan.span(token.start, token.end), "}")),
            None => mend,
        };
        braces.diagnostics.push(
            Diagnostic::new(Code::Unexpected, format!("a block is opened by `{{`, not by `{sign}`"))
                .at(scan.span(last.start, end), "write `{`")
                .mend("write `{}` at the end of the line, and `}` on a line of its own behind the block", mend),
        );
    } else {
        braces.diagnostics.push(
            Diagnostic::new(Code::Unexpected, format!("`{}` opens no block", opening(scan, head)))
                .at(scan.span(end.saturating_sub(1), end), "`{` is missing behind this")
                .mend("put `{` at the end of the line", Mend::behind(scan.span(end, end), "{")),
        );
    }
    // `(` that a `)` alone on its line closes.
    if sign == "(" {
        let end = (body..scan.tokens.len()).find(|at| {
            let token = &scan.tokens[*at];
            token.leads && token.kind == TokenKind::CloseParen && token.indent == indent
        });
        if let Some(end) = end {
            braces.ends.insert(end);
        }
    }
    braces.opens.insert(body, 1);
    open.push(OpenBlock { line: head, brace: None, indent, inside: None });
}

fn report_unclosed(scan: &Scan, braces: &mut Braces, block: &OpenBlock, before: usize) {
    let Some(brace) = block.brace else { return };
    let brace = &scan.tokens[brace];
    let name = opening(scan, block.line);
    let mut diagnostic = Diagnostic::new(Code::Unclosed, format!("the block of `{name}` is never closed"))
        .at(scan.span(brace.start, brace.end), "opened here");
    diagnostic = match scan.tokens.get(before) {
        Some(next) => diagnostic.at(scan.span(next.start, next.end), "`}` is missing before this"),
        None => diagnostic.at(scan.span(scan.text.len().saturating_sub(1), scan.text.len()), "the file ends here"),
    };
    let (at, text) = match scan.tokens.get(before) {
        Some(next) => (next.start, "}\n"),
        None => (scan.text.len(), "\n}\n"),
    };
    let mend = Mend::replace(scan.span(at, at), text);
    braces
        .diagnostics
        .push(diagnostic.mend(&format!("add a line with `}}` at the end of the block of `{name}`"), mend));
}

/// The first words of a line, to call its block by: `kpi growth`, `60% group results`.
fn opening(scan: &Scan, line: usize) -> String {
    let first = &scan.tokens[line];
    let mut end = first.end;
    for token in scan.tokens[line + 1..].iter().take(3) {
        let is_sign = scan.word(token) == "%" && token.start == end;
        if token.leads || !(token.kind == TokenKind::Word || is_sign) {
            break;
        }
        end = token.end;
    }
    scan.text[first.start..end].to_string()
}

fn match_parens(scan: &Scan, braces: &mut Braces) {
    let mut open: Vec<usize> = Vec::new();
    for (index, token) in scan.tokens.iter().enumerate() {
        match token.kind {
            TokenKind::OpenParen => open.push(index),
            TokenKind::CloseParen => {
                if let Some(partner) = open.pop() {
                    braces.parens.insert(partner, index);
                    braces.parens.insert(index, partner);
                }
            }
            // A round bracket never reaches over a brace.
            TokenKind::OpenBrace | TokenKind::CloseBrace => open.clear(),
            _ if braces.closes.contains_key(&index) => open.clear(),
            _ => {}
        }
    }
}

fn check_depth(scan: &Scan, braces: &mut Braces) {
    let mut depth = 0usize;
    for (index, token) in scan.tokens.iter().enumerate() {
        // Brackets that are never closed are reported as such, and what holds them is not read.
        match (token.kind, braces.parens.contains_key(&index)) {
            (TokenKind::OpenBrace, _) | (TokenKind::OpenParen, true) => depth += 1,
            (TokenKind::CloseParen, true) => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth = (depth + usize::from(braces.opens.contains_key(&index)))
            .saturating_sub(braces.closes.get(&index).copied().unwrap_or(0));
        if depth > NESTING {
            braces.too_deep = true;
            braces.diagnostics.push(
                Diagnostic::new(Code::TooDeep, format!("brackets and blocks are nested more than {NESTING} deep"))
                    .at(scan.span(token.start, token.end), "too deep here")
                    .help("give parts of it names of their own, such as a KPI or a function"),
            );
            return;
        }
    }
}
