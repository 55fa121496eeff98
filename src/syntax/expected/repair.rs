//! Small edits after which a clause can be read: a sign or a short word put in, taken away, or in the place of another.
//!
//! Nothing is offered that was not tried: the edited clause is read by the grammar. Edits that would change what is
//! computed (signs of arithmetic, words with a meaning of their own) are not among them.

use super::clause::Clause;
use super::here::Slip;
use super::lists::keyword;
use super::{Around, words};
use crate::diagnostic::{Edit, Mend};
use crate::syntax::grammar::{BlockKind, Rule};
use crate::syntax::scan::{Token, TokenKind};

/// How many places of one clause may have the same mistake.
const MOST_PLACES: usize = 16;

/// Short words that hold a clause together.
const CONNECTING: &[&str] =
    &["is", "of", "by", "to", "from", "on", "at", "then", "when", "linear", "starts", "for", "each", "be", "decimals"];

/// Words of which something else could have been meant where they are missing.
const NEVER_MEANT: &[&str] =
    &["half", "no", "missing", "not", "or", "and", "as", "default", "else", "between", "in", "over"];

/// Words that people put in, and that mean nothing here.
const FILLING: &[&str] = &[
    "of", "the", "a", "an", "is", "are", "be", "to", "for", "with", "by", "at", "as", "on", "in", "my", "our", "only",
    "must", "should", "equals", "has", "from", "than", "let", "set", "var", "and", "then",
];

/// Words that people write for a sign.
const FOR_A_SIGN: &[&str] = &["to", "is", "gives", "equals", "then", "means", "be"];

/// One way to go on.
#[derive(Clone)]
struct Try {
    edits: Vec<Edit>,
    what: What,
}

#[derive(Clone, PartialEq)]
enum What {
    Missing(String),
    TooMuch(String),
    Other { found: String, meant: String },
    Unquoted,
    Quoted,
    Unbracketed,
    Swapped { first: String, then: String },
}

/// The edit after which the clause can be read.
pub fn repair(around: &Around, expected: &[Rule], kind: BlockKind, at: usize) -> Option<Slip> {
    let clause = Clause::of(around, kind)?;
    let place = around.here;
    let first = clause.tries(place, expected);
    if let Some(found) = first.iter().find_map(|tried| clause.holds(tried, place)) {
        return Some(clause.slip(&found, place));
    }
    // Two small mistakes in one clause.
    for one in &first {
        let Err(stop) = clause.read(&one.edits) else { continue };
        let Some(behind) = clause.token_at(&one.edits, stop.at).filter(|behind| *behind > place || stop.at > at) else {
            continue;
        };
        for other in clause.tries(behind, &stop.expected) {
            if one.edits.iter().any(|edit| other.edits.iter().any(|other| touch(edit, other))) {
                continue;
            }
            let both = Try { edits: [one.edits.clone(), other.edits].concat(), what: one.what.clone() };
            if clause.read(&both.edits).is_ok() {
                return Some(clause.slip(&both, place));
            }
        }
    }
    None
}

/// The edit of the first word after which the clause can be read, where no other edit of it would do.
pub fn first_word(around: &Around, kind: BlockKind, starts: &[String]) -> Option<Slip> {
    let clause = Clause::of(around, kind)?;
    let first = clause.tokens.first()?;
    let behind = clause.tokens.get(1)?;
    let (word, file) = (around.scan.word(first), around.scan.file);
    let edit = |start, end, text: &str| Edit { span: crate::source::Span::new(file, start, end), text: text.into() };
    let only = |tries: Vec<Try>| {
        let mut read = tries.into_iter().filter(|tried| clause.read(&tried.edits).is_ok());
        let one = read.next()?;
        read.next().is_none().then_some(one)
    };
    if FILLING.contains(&word) || matches!(word, "weight" | "kpi" | "entry" | "clause" | "line") {
        let away = Try { edits: vec![edit(first.start, behind.start, "")], what: What::TooMuch(word.to_string()) };
        if clause.read(&away.edits).is_ok() {
            return Some(clause.slip(&away, 0));
        }
    }
    let insert = |start: &String| Try {
        edits: vec![edit(first.start, first.start, &format!("{start} "))],
        what: What::Missing(start.clone()),
    };
    // What else such a line says tells its word: an `=`, an `of` behind.
    let telling = clause.tokens[1..].iter().any(|token| matches!(around.scan.word(token), "=" | "of" | ":" | "has"));
    let instead = |start: &String| Try {
        edits: vec![edit(first.start, first.end, start)],
        what: What::Other { found: word.to_string(), meant: start.clone() },
    };
    only(starts.iter().map(insert).collect())
        .or_else(|| only(starts.iter().filter(|_| telling).map(instead).collect()))
        .map(|found| clause.slip(&found, 0))
}

fn touch(one: &Edit, other: &Edit) -> bool {
    one.span.start < other.span.end && other.span.start < one.span.end || one.span.start == other.span.start
}

impl Clause<'_, '_> {
    /// The token at which reading stopped.
    fn token_at(&self, _edits: &[Edit], at: usize) -> Option<usize> {
        Some(self.tokens.partition_point(|token| token.end <= at)).filter(|at| *at <= self.tokens.len())
    }

    /// The same edit wherever the same mistake stands, until the clause can be read.
    fn holds(&self, tried: &Try, place: usize) -> Option<Try> {
        let mut all = tried.clone();
        let mut last = place;
        for _ in 0..MOST_PLACES {
            let Err(stop) = self.read(&all.edits) else { return Some(all) };
            let at = self.token_at(&all.edits, stop.at)?;
            if at <= last {
                return None;
            }
            last = at;
            let again = self.tries(at, &stop.expected).into_iter().find(|other| other.what == tried.what)?;
            all.edits.extend(again.edits);
        }
        None
    }

    /// The edits that may help at a token, the plainest first.
    fn tries(&self, at: usize, expected: &[Rule]) -> Vec<Try> {
        let found = self.tokens.get(at);
        let before = at.checked_sub(1).and_then(|at| self.tokens.get(at));
        let mut tries = Vec::new();
        let signs: Vec<&str> = [(Rule::equals, "="), (Rule::colon, ":"), (Rule::arrow, "->"), (Rule::comma, ",")]
            .into_iter()
            .filter_map(|(rule, sign)| expected.contains(&rule).then_some(sign))
            // A column is computed where a formula was meant, and no header.
            .filter(|sign| self.rule != Rule::data_clause || *sign != "=")
            .collect();
        let keywords: Vec<String> = expected.iter().filter_map(|rule| keyword(*rule)).collect();
        // One word alone can stand here.
        let others = expected.iter().any(|rule| {
            keyword(*rule).is_none() && !matches!(rule, Rule::EOI | Rule::label | Rule::language | Rule::text)
        });
        let single = keywords.len() == 1 && !others;
        // `50% - 0`, `50% - > 0`: what was read as arithmetic was to be an arrow.
        tries.extend(self.broken_arrow(at, &signs));
        if let Some(found) = found {
            let text = self.around.scan.word(found);
            self.at_token(at, found, text, &signs, &keywords, single, expected, &mut tries);
        }
        // Something is missing before what was found, or at the end.
        let behind = before.map_or(self.start, |before| before.end);
        let mut missing = |text: &str| {
            let spaced = match found {
                // A comma stands at the word before it.
                Some(_) if text == "," => self.edit(behind, behind, ","),
                Some(found) => self.edit(found.start, found.start, format!("{text} ")),
                None => self.edit(behind, behind, format!(" {text}")),
            };
            tries.push(Try { edits: vec![spaced], what: What::Missing(text.to_string()) });
        };
        signs.iter().filter(|_| found.is_some()).for_each(|sign| missing(sign));
        if self.rule == Rule::rating_clause && expected.contains(&Rule::limit) && found.is_some() {
            missing(">=");
        }
        if expected.contains(&Rule::curve) && found.is_some_and(|found| matches!(found.kind, TokenKind::Number)) {
            missing("linear");
        }
        let between = self.tokens[..at].iter().any(|token| self.around.scan.word(token) == "between");
        let may_miss = |word: &&String| {
            let word = word.as_str();
            !NEVER_MEANT.contains(&word) && (single || CONNECTING.contains(&word)) || word == "and" && between
        };
        for word in keywords.iter().filter(may_miss) {
            missing(word);
        }
        tries
    }

    #[expect(clippy::too_many_arguments, reason = "what is known of one place")]
    fn at_token(
        &self,
        at: usize,
        found: &Token,
        text: &str,
        signs: &[&str],
        keywords: &[String],
        single: bool,
        expected: &[Rule],
        tries: &mut Vec<Try>,
    ) {
        let (start, end) = (found.start, found.end);
        let is_sign = found.kind == TokenKind::Sign;
        let arithmetic = matches!(text, "-" | "+" | "*" | "/" | "%" | "‰");
        // Apart from words that touch it; a comma touches the word before it.
        let behind = at.checked_sub(1).map_or(start, |at| self.tokens[at].end);
        let touched = self.tokens.get(at + 1).is_some_and(|next| next.start == end);
        let other = |meant: &str| {
            let left = if behind == start && at > 0 { " " } else { "" };
            let right = if touched { " " } else { "" };
            let edit = match meant {
                "," => self.edit(behind, end, format!(",{right}")),
                _ => self.edit(start, end, format!("{left}{meant}{right}")),
            };
            let what = What::Other { found: text.to_string(), meant: meant.to_string() };
            Try { edits: vec![edit], what }
        };
        if found.kind == TokenKind::Text {
            let inside = text.trim_matches('"');
            let plain = inside.chars().all(|c| c.is_alphanumeric() || "_ %/.-".contains(c)) && !inside.is_empty();
            let is_name = inside.chars().all(|c| c.is_alphanumeric() || c == '_');
            if plain && (is_name || !expected.contains(&Rule::name)) {
                tries.push(Try { edits: vec![self.edit(start, end, inside)], what: What::Unquoted });
            }
        }
        if is_sign && !arithmetic {
            let meant = |sign: &&&str| **sign != text && (text != "," || **sign == ":");
            tries.extend(signs.iter().filter(meant).map(|sign| other(sign)));
            let meant = |word: &&String| {
                let (word, sign) = (word.as_str(), text);
                matches!((sign, word), (":", "then") | ("~", "to")) || single && !NEVER_MEANT.contains(&word)
            };
            tries.extend(keywords.iter().filter(meant).map(|word| other(word)));
        }
        if found.kind == TokenKind::Word {
            // `to be`
            let two = self
                .tokens
                .get(at + 1)
                .filter(|next| next.kind == TokenKind::Word && FILLING.contains(&self.word(at + 1)));
            for sign in signs.iter().filter(|_| FOR_A_SIGN.contains(&text)) {
                tries.push(other(sign));
                if let Some(next) = two {
                    let found = format!("{text} {}", self.word(at + 1));
                    let what = What::Other { found, meant: sign.to_string() };
                    tries.push(Try { edits: vec![self.edit(start, next.end, *sign)], what });
                }
            }
            let near = |word: &&String| {
                let certain = words::meant(text).is_some_and(|meant| meant == word.as_str())
                    || words::spelt_like(text, [word.as_str()]).is_some();
                if !certain && NEVER_MEANT.contains(&word.as_str()) {
                    return false;
                }
                certain
                    || (CONNECTING.contains(&word.as_str()) && FILLING.contains(&text))
                    || (single && (CONNECTING.contains(&word.as_str()) || FILLING.contains(&text)))
                    || (single && is_last(self.tokens, at))
            };
            tries.extend(keywords.iter().filter(near).map(|word| other(word)));
        }
        if (is_sign && !arithmetic) || (found.kind == TokenKind::Word && FILLING.contains(&text)) {
            let until = self.tokens.get(at + 1).map_or(end, |next| next.start);
            let from = match self.tokens.get(at + 1) {
                Some(_) => start,
                None => at.checked_sub(1).map_or(start, |before| self.tokens[before].end),
            };
            tries.push(Try {
                edits: vec![self.edit(from, until.max(end), if from < start || until == end { "" } else { " " })],
                what: What::TooMuch(text.to_string()),
            });
        }
        // The sign before it may be the one too many: `…, ` at the end of a list.
        if let Some(before) = at.checked_sub(1).and_then(|at| self.tokens.get(at))
            && before.kind == TokenKind::Sign
            && matches!(self.word(at - 1), "," | ":" | ";" | "." | "=")
        {
            let what = What::TooMuch(self.word(at - 1).to_string());
            tries.push(Try { edits: vec![self.edit(before.start, before.end, "")], what });
        }
        if found.kind == TokenKind::OpenParen {
            let close =
                (at + 1..self.tokens.len().min(at + 7)).find(|at| self.tokens[*at].kind == TokenKind::CloseParen);
            if let Some(close) = close.map(|close| self.tokens[close]) {
                for sign in ["", ": "].into_iter().filter(|sign| sign.is_empty() || signs.contains(&":")) {
                    let edits = vec![self.edit(start, end, sign), self.edit(close.start, close.end, "")];
                    tries.push(Try { edits, what: What::Unbracketed });
                }
            }
        }
        if let Some(before) = at.checked_sub(1).and_then(|at| self.tokens.get(at))
            && found.kind == TokenKind::Word
            && before.kind == TokenKind::Word
            && at > 1
        {
            let (first, then) = (text.to_string(), self.word(at - 1).to_string());
            let edits = vec![self.edit(before.start, before.end, first.clone()), self.edit(start, end, then.clone())];
            tries.push(Try { edits, what: What::Swapped { first, then } });
        }
        if found.kind == TokenKind::Word && expected.contains(&Rule::text) {
            let behind = self.tokens[at..]
                .iter()
                .take_while(|token| token.kind == TokenKind::Word && self.around.scan.word(token) != "else");
            if let Some(last) = behind.last() {
                let label = &self.around.scan.text[start..last.end];
                tries.push(Try { edits: vec![self.edit(start, last.end, format!("\"{label}\""))], what: What::Quoted });
            }
        }
    }

    fn broken_arrow(&self, at: usize, signs: &[&str]) -> Option<Try> {
        let dash = |at: usize| matches!(self.word(at), "-" | "/");
        if self.word(at) == ">" && at > 0 && self.word(at - 1) == "-" {
            let edit = self.edit(self.tokens[at - 1].start, self.tokens[at].end, "->");
            let what = What::Other { found: "- >".into(), meant: "->".into() };
            return Some(Try { edits: vec![edit], what });
        }
        if !signs.contains(&"->") {
            return None;
        }
        let last =
            (0..at).rev().take_while(|at| !matches!(self.word(*at), "," | "linear" | "steps")).find(|at| dash(*at))?;
        let edit = self.edit(self.tokens[last].start, self.tokens[last].end, "->");
        let what = What::Other { found: self.word(last).to_string(), meant: "->".into() };
        Some(Try { edits: vec![edit], what })
    }

    // ---------------------------------------------------------------- what is said

    fn slip(&self, tried: &Try, place: usize) -> Slip {
        let token = |at: usize| self.tokens.get(at).map(|token| (token.start, token.end));
        let found = self.word(place);
        let named = |text: &str| super::shorten(text);
        let edit = tried.edits.first().map(|edit| (edit.span.start as usize, edit.span.end as usize));
        let replaced = edit.filter(|(start, end)| start < end).map(|(start, end)| {
            let text = &self.around.scan.text[start..end];
            (start + text.len() - text.trim_start().len(), start + text.trim_end().len())
        });
        let (message, label, marked) = match &tried.what {
            What::Missing(text) if found.is_empty() => {
                let before = place.checked_sub(1).map_or("", |at| self.word(at));
                let behind = place.checked_sub(1).and_then(token);
                (
                    format!("`{text}` is missing behind `{}`", named(before)),
                    format!("`{text}` is missing behind this"),
                    behind,
                )
            }
            What::Missing(text) => (
                format!("`{text}` is missing before `{}`", named(found)),
                format!("`{text}` is missing before this"),
                token(place),
            ),
            What::TooMuch(text) => (format!("`{text}` does not belong here"), "take this away".to_string(), replaced),
            What::Other { found, meant } => {
                (format!("`{meant}` stands here, not `{}`", named(found)), format!("write `{meant}`"), replaced)
            }
            What::Unquoted => ("no quotes stand here".to_string(), "without quotes".to_string(), replaced),
            What::Quoted => ("text stands in quotes".to_string(), "`\"` is missing".to_string(), replaced),
            What::Unbracketed => ("no brackets stand here".to_string(), "without brackets".to_string(), token(place)),
            What::Swapped { first, then } => {
                (format!("`{first}` stands before `{then}`"), format!("move this before `{then}`"), token(place))
            }
        };
        let shown = self.shown(&tried.edits);
        let mend = Mend { edits: tried.edits.clone(), shown };
        Slip { message, label, help: Some("write `{}`".into()), place: marked, mends: vec![mend], ask: None }
    }
}

fn is_last(tokens: &[Token], at: usize) -> bool {
    at + 1 == tokens.len()
}
