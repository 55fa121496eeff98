//! Typical slips, each with the mend.

use super::habits::habit;
use super::here::Slip;
use super::repair::repair;
use super::{Around, shorten};
use crate::diagnostic::Mend;
use crate::language::AggregateFunction;
use crate::source::Span;
use crate::syntax::grammar::{BlockKind, Rule};
use crate::syntax::scan::{Token, TokenKind};
use crate::syntax::{forms, words};
use crate::value::Builtin;

fn slip_with(message: impl Into<String>, label: impl Into<String>, help: impl Into<String>) -> Option<Slip> {
    let (message, label, help) = (message.into(), label.into(), Some(help.into()));
    Some(Slip { message, label, help, place: None, mends: Vec::new(), ask: None })
}

/// With the mends that the help speaks of.
fn mended(slip: Option<Slip>, mends: impl IntoIterator<Item = Mend>) -> Option<Slip> {
    slip.map(|slip| Slip { mends: mends.into_iter().collect(), ..slip })
}

pub fn slip(around: &Around, expected: &[Rule], kind: BlockKind, at: usize) -> Option<Slip> {
    let found = around.text(around.found);
    let before = around.text(around.before);
    let next = around.text(around.next);
    let wants = |rule: Rule| expected.contains(&rule);
    let found_kind = around.kind(around.found);
    let is_word = found_kind == Some(TokenKind::Word);
    let before_number = around.kind(around.before) == Some(TokenKind::Number);

    if let Some(habit) = habit(around, expected, kind) {
        return Some(habit);
    }
    // From one token to another.
    let span =
        |from: Option<&Token>, to: Option<&Token>| from.zip(to).map(|(from, to)| around.scan.span(from.start, to.end));
    let here = span(around.found, around.found);
    let replace = |place: Option<Span>, text: String| place.map(|place| Mend::replace(place, text));

    if found == "if" && wants(Rule::kw_where) {
        let slip = slip_with(
            "rows are chosen with `where`, not with `if`",
            "write `where`",
            "write `{}`, as in `count(policies where status = active)`",
        );
        return mended(slip, replace(here, "where".into()));
    }
    if found == ";" {
        let slip = slip_with("a line needs no `;`", "take this away", "end a clause by ending its line");
        return mended(slip, here.map(Mend::remove));
    }
    if matches!(before, "%" | "‰") && is_word && !words::is_reserved(found) && !follows_number(found) {
        let slip = slip_with(
            format!("`{before}` takes no unit"),
            "a unit behind a share",
            format!("write `{before}` alone, or a plain number with its unit: `{{}}`"),
        );
        let number = around.before.map_or("", |sign| {
            let text = &around.scan.text[..sign.start];
            text.rfind(|letter: char| !(letter.is_ascii_digit() || "._".contains(letter)))
                .map_or(text, |at| &text[at + 1..])
        });
        let from = around.before.map_or(0, |sign| sign.start - number.len());
        let whole = around.found.map(|found| around.scan.span(from, found.end));
        let alone = here.map(Mend::remove).map(|mend| mend.shown_as(String::new()));
        let plain = replace(whole, format!("{number} {found}"));
        // The first is told in words, and the text is that of the second.
        return mended(slip, plain.into_iter().chain(alone));
    }
    if matches!(found, "%" | "‰") && before_number {
        let slip = slip_with(
            format!("a space stands between the number and `{found}`"),
            "move this to the number",
            "write `{}`",
        );
        // All of them in the clause.
        let apart = around.tokens.windows(2).filter(|pair| {
            let sign = matches!(around.scan.word(&pair[1]), "%" | "‰");
            sign && pair[0].kind == TokenKind::Number && pair[0].end < pair[1].start
        });
        let closed = apart.map(|pair| Mend::remove(around.scan.span(pair[0].end, pair[1].start)));
        let whole = closed.reduce(Mend::and).map(|mend| mend.shown_as(format!("{before}{found}")));
        return mended(slip, whole);
    }
    let after_next = around.text(around.after_next);
    let short = short_window(found, next, before_number)
        .or_else(|| short_window(next, after_next, true).filter(|_| after_next == "earlier"));
    if let Some((length, example)) = short {
        return slip_with(
            format!("a window is a run of whole months, not of {length}"),
            "not a length of a window",
            format!("write months, quarters, halves or years, as in `{example}`"),
        );
    }
    if found == "-" && around.before.is_none() && around.kind(around.next) == Some(TokenKind::Text) {
        let slip = slip_with(
            "a list needs no bullets",
            "take this away",
            "put each sentence in quotes on a line of its own, without `-`",
        );
        return mended(slip, here.map(Mend::remove));
    }
    if matches!(found, "elif" | "elseif" | "elsif") {
        let slip = slip_with(format!("`{found}` is not a word of the language"), "two words", "write `{}`");
        return mended(slip, replace(here, "else if".into()));
    }
    if found == "." && matches!(around.next.map(|t| t.kind), Some(TokenKind::Number)) {
        let slip = slip_with("a number begins with a digit", "a digit is missing before this", "write `{}`");
        return mended(slip, replace(span(around.found, around.next), format!("0.{next}")));
    }
    if let Some(repaired) = repair(around, expected, kind, at) {
        return Some(repaired);
    }
    if around.has_if && wants(Rule::kw_else) && !wants(Rule::name) {
        return slip_with(
            "this `if` has no `else`",
            match around.found {
                Some(_) => "`else` is expected here",
                None => "`else` is missing behind this",
            },
            "say what holds otherwise, as in `if a then b else c`; where nothing does, `else missing …`",
        );
    }
    if around.has_if && wants(Rule::kw_then) && !wants(Rule::name) {
        return slip_with("this `if` has no `then`", "`then` is missing", "write it as in `if a then b else c`");
    }
    if wants(Rule::name) && is_word && words::is_reserved(found) {
        return slip_with(
            format!("`{found}` is a word of the language and cannot be a name"),
            "a name is expected here",
            "choose another name, or check whether something is missing before it",
        );
    }
    if found == "-"
        && around.kind(around.before) == Some(TokenKind::Word)
        && around.next.is_some()
        && is_head(around, kind)
    {
        let from = around.before.map_or(0, |token| token.start);
        let text = &around.scan.text[from..around.end];
        let length = text.find(|letter: char| letter != '-' && !pest::unicode::XID_CONTINUE(letter));
        let name = &text[..length.unwrap_or(text.len())];
        let slip = slip_with("a name holds no hyphen", "not part of a name", "join words with `_`: `{}`");
        let place = around.scan.span(from, from + name.len());
        return mended(slip, [Mend::replace(place, name.trim_end_matches('-').replace('-', "_"))]);
    }
    if kind.rule == Rule::declaration && found_kind == Some(TokenKind::Text) && wants(Rule::name) {
        let slip = slip_with(
            "the name is missing before the label",
            "a name is expected before this",
            "formulas use the name, reports the label: `{}`",
        );
        let name = words::name_for(found.trim_matches('"'));
        return mended(slip, replace(span(around.before, around.found), format!("{before} {name} {found}")));
    }
    if found == "/"
        && matches!(kind.rule, Rule::declaration | Rule::data_clause | Rule::position_clause)
        && !wants(Rule::divide)
    {
        let slip = slip_with("a unit is written without spaces", "a space stands before this", "write `{}`");
        return mended(slip, replace(span(around.before, around.next), format!("{before}/{next}")));
    }
    // `min` and `max` may be of plain numbers.
    let aggregate = AggregateFunction::named(before).filter(|_| is_word && Builtin::named(before).is_none());
    if let Some(aggregate) = aggregate {
        return slip_with(
            format!("what `{before}` reads stands in brackets"),
            "`(` is missing before this",
            format!("put it in brackets, as in `{}`", aggregate.written("premium", "policies")),
        );
    }
    for (rule, sign) in [(Rule::equals, "="), (Rule::arrow, "->"), (Rule::colon, ":")] {
        if wants(rule) && !wants(Rule::expr) && !wants(Rule::EOI) {
            let behind = if before.is_empty() { String::new() } else { format!(" behind `{}`", shorten(before)) };
            return Some(Slip {
                message: format!("`{sign}` is missing{behind}"),
                label: match around.found {
                    Some(_) => format!("`{sign}` is expected here"),
                    None => format!("`{sign}` is missing behind this"),
                },
                help: None,
                place: None,
                ask: None,
                mends: match (here, around.before) {
                    // Of a `:` alone nobody knows the type behind it.
                    (Some(here), _) if sign != ":" || is_word || found == "%" => vec![Mend::before(here, sign)],
                    _ => Vec::new(),
                },
            });
        }
    }
    if wants(Rule::text) && is_word && expected.iter().all(|rule| matches!(rule, Rule::text | Rule::language)) {
        let start = around.found.map_or(around.end, |token| token.start);
        // `expect rating of P1 = D`: the text ends before what is compared.
        let behind = around.tokens[around.here..].iter().find(|token| around.scan.word(token) == "=");
        let end = behind.map_or(around.end, |token| token.start);
        let text = around.scan.text[start..end].trim_end();
        let slip = slip_with("text stands in quotes", "`\"` is missing", "put the text between quotes: `{}`");
        let place = around.scan.span(start, start + text.len());
        let shown = format!("\"{}\"", shorten(text));
        return mended(slip, [Mend::replace(place, format!("\"{text}\"")).shown_as(shown)]);
    }
    if found == "{" || found_kind == Some(TokenKind::OpenBrace) {
        return slip_with("no block belongs here", "not expected here", "take the `{` away, and what closes it");
    }
    if let Some(clause) = second_clause(around, kind) {
        let slip = slip_with(
            "two clauses stand on one line",
            "a second clause begins here",
            format!("start a new line before `{clause}`"),
        );
        let indent = " ".repeat(around.first.map_or(0, |first| first.indent));
        return mended(slip, here.map(|here| Mend::replace(here, format!("\n{indent}{clause}"))));
    }
    None
}

/// `30 days earlier`, `last 4 weeks`: the length, and what may stand there.
fn short_window<'s>(found: &'s str, next: &str, before_number: bool) -> Option<(&'s str, &'static str)> {
    let short = matches!(
        found,
        "day" | "days" | "week" | "weeks" | "hour" | "hours" | "minute" | "minutes" | "second" | "seconds"
    );
    match (short && before_number, next) {
        (true, "earlier") => Some((found, "3 months earlier")),
        (true, _) => Some((found, "last 12 months")),
        _ => None,
    }
}

/// Words of clauses that may stand behind a number or a share.
fn follows_number(word: &str) -> bool {
    matches!(word, "above" | "below" | "score" | "prorated" | "applies" | "as" | "up" | "within" | "gives" | "target")
}

/// Whether the stop lies in a head or another place where a name was just read.
fn is_head(around: &Around, kind: BlockKind) -> bool {
    kind.rule == Rule::declaration && !matches!(around.text(around.first), "constant" | "function")
}

/// A word that begins another clause of the same block.
fn second_clause<'s>(around: &Around<'s>, kind: BlockKind) -> Option<&'s str> {
    let found = around.found.filter(|token| token.kind == TokenKind::Word && !token.leads)?;
    let word = around.scan.word(found);
    forms::begins(kind.rule, word).then_some(word)
}
