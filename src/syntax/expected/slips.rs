//! Typical slips, each with the mend.

use super::habits::habit;
use super::{Around, shorten};
use crate::syntax::forms;
use crate::syntax::grammar::Rule;
use crate::syntax::reader::BlockKind;
use crate::syntax::scan::{Kind, Token};
use crate::syntax::words;

pub struct Slip {
    pub message: String,
    pub label: String,
    pub help: Option<String>,
    /// From where to where it is marked, where that is not the token at which reading stopped.
    pub place: Option<(usize, usize)>,
}

fn slip_with(message: impl Into<String>, label: impl Into<String>, help: impl Into<String>) -> Option<Slip> {
    Some(Slip { message: message.into(), label: label.into(), help: Some(help.into()), place: None })
}

pub fn slip(around: &Around, expected: &[Rule], kind: BlockKind) -> Option<Slip> {
    let found = around.text(around.found);
    let before = around.text(around.before);
    let next = around.text(around.next);
    let wants = |rule: Rule| expected.contains(&rule);
    let found_kind = around.kind(around.found);
    let is_word = found_kind == Some(Kind::Word);
    let before_number = around.kind(around.before) == Some(Kind::Number);

    if let Some(habit) = habit(around, expected, kind) {
        return Some(habit);
    }
    if found == "if" && wants(Rule::kw_where) {
        return slip_with(
            "rows are chosen with `where`, not with `if`",
            "write `where`",
            "for example: `count(policies where status = active)`",
        );
    }
    let touching = |left: Option<&Token>, right: Option<&Token>| {
        left.zip(right).is_some_and(|(left, right)| left.end == right.start)
    };
    if found == ","
        && before_number
        && around.kind(around.next) == Some(Kind::Number)
        && touching(around.before, around.found)
        && touching(around.found, around.next)
    {
        return slip_with(
            format!("a comma stands inside `{before},{next}`"),
            "not a decimal point",
            format!("write `{before}.{next}`"),
        );
    }
    if found == ";" {
        return slip_with("a line needs no `;`", "take this away", "end a clause by ending its line");
    }
    if matches!(before, "%" | "‰") && is_word && !words::is_reserved(found) && !follows_number(found) {
        return slip_with(
            format!("`{before}` takes no unit"),
            "a unit behind a share",
            format!("write `{before}` alone, or a plain number with its unit: `20 {found}`"),
        );
    }
    if matches!(found, "%" | "‰") && before_number {
        return slip_with(
            format!("a space stands between the number and `{found}`"),
            "move this to the number",
            format!("write `{before}{found}`"),
        );
    }
    let after_next = around.text(around.after_next);
    let short = short_window(found, next, before_number)
        .or_else(|| short_window(next, after_next, true).filter(|_| after_next == "earlier"));
    if let Some((length, example)) = short {
        return slip_with(
            format!("a window is a run of whole months, not of {length}"),
            "not a length of a window",
            format!("write months, quarters, halves or years: `{example}`"),
        );
    }
    if found == "-" && around.before.is_none() && around.kind(around.next) == Some(Kind::Text) {
        return slip_with(
            "a list needs no bullets",
            "take this away",
            "put each sentence in quotes on a line of its own, without `-`",
        );
    }
    if matches!(found, "elif" | "elseif" | "elsif") {
        return slip_with(format!("`{found}` is not a word of the language"), "two words", "write `else if`");
    }
    if found == "." && matches!(around.next.map(|t| t.kind), Some(Kind::Number)) {
        return slip_with(
            "a number begins with a digit",
            "a digit is missing before this",
            format!("write `0.{next}`"),
        );
    }
    if around.has_if && wants(Rule::kw_else) && !wants(Rule::name) {
        return slip_with(
            "this `if` has no `else`",
            match around.found {
                Some(_) => "`else` is expected here",
                None => "`else` is missing behind this",
            },
            "say what holds otherwise: `if a then b else c`; `else missing \"why\"` where nothing does",
        );
    }
    if around.has_if && wants(Rule::kw_then) && !wants(Rule::name) {
        return slip_with("this `if` has no `then`", "`then` is missing", "write `if a then b else c`");
    }
    if wants(Rule::name) && is_word && words::is_reserved(found) {
        return slip_with(
            format!("`{found}` is a word of the language and cannot be a name"),
            "a name is expected here",
            "choose another name, or check whether something is missing before it",
        );
    }
    if found == "-" && around.kind(around.before) == Some(Kind::Word) && around.next.is_some() && is_head(around, kind)
    {
        return slip_with(
            "a name holds no hyphen",
            "not part of a name",
            format!("join words with `_`: `{before}_{next}`"),
        );
    }
    if kind.rule == Rule::declaration && found_kind == Some(Kind::Text) && wants(Rule::name) {
        return slip_with(
            "the name is missing before the label",
            "a name is expected before this",
            format!("formulas use the name, reports the label: `{before} short_name {}`", shorten(found)),
        );
    }
    if found == "/"
        && matches!(kind.rule, Rule::declaration | Rule::data_clause | Rule::position_clause)
        && !wants(Rule::divide)
    {
        return slip_with(
            "a unit is written without spaces",
            "a space stands before this",
            format!("write `{before}/{next}`"),
        );
    }
    if is_word && matches!(before, "sum" | "average" | "share" | "median" | "latest" | "only" | "count") {
        return slip_with(
            format!("what `{before}` reads stands in brackets"),
            "`(` is missing before this",
            format!("write `{before}(premium of policies)`").replace("count(premium of ", "count("),
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
            });
        }
    }
    if wants(Rule::text) && is_word && expected.iter().all(|rule| matches!(rule, Rule::text | Rule::language)) {
        let start = around.found.map_or(around.end, |token| token.start);
        // `expect rating of P1 = D`: the text ends before what is compared.
        let behind = around.tokens[around.here..].iter().find(|token| around.scan.word(token) == "=");
        let end = behind.map_or(around.end, |token| token.start);
        let text = shorten(around.scan.text[start..end].trim_end());
        return slip_with(
            "text stands in quotes",
            "`\"` is missing",
            format!("put the text between quotes: `\"{text}\"`"),
        );
    }
    if found == "{" || found_kind == Some(Kind::OpenBrace) {
        return slip_with("no block belongs here", "not expected here", "take the `{` and its `}` away");
    }
    if let Some(clause) = second_clause(around, kind) {
        return slip_with(
            "two clauses stand on one line",
            "a second clause begins here",
            format!("start a new line before `{clause}`"),
        );
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
    let found = around.found.filter(|token| token.kind == Kind::Word && !token.leads)?;
    let word = around.scan.word(found);
    forms::begins(kind.rule, word).then_some(word)
}
