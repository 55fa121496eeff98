//! What went wrong where the grammar stopped, in plain words.

mod clause;
mod formulas;
mod habits;
mod here;
mod lists;
mod repair;
mod sheets;
mod slips;

use self::here::Here;
use self::lists::{either, keyword, plain_words};
use self::slips::slip;
pub use super::forms::form;
use super::grammar::{BlockKind, Rule, Stop};
use super::scan::{Scan, Token, TokenKind};
use super::{forms, signs, words};
use crate::diagnostic::{Code, Diagnostic, Help, Mend};

/// The tokens around the place where reading stopped.
#[derive(Clone, Copy)]
struct Around<'s> {
    scan: &'s Scan,
    /// The tokens of the clause, and the place among them at which reading stopped.
    tokens: &'s [Token],
    here: usize,
    /// The first token of the clause, the one before the stop, the one at it, and the one behind.
    first: Option<&'s Token>,
    before: Option<&'s Token>,
    found: Option<&'s Token>,
    next: Option<&'s Token>,
    after_next: Option<&'s Token>,
    /// The clause holds an `if`.
    has_if: bool,
    end: usize,
}

impl<'s> Around<'s> {
    fn new(scan: &'s Scan, start: usize, end: usize, at: usize) -> Self {
        let tokens = &scan.tokens;
        let from = tokens.partition_point(|token| token.start < start);
        let to = tokens.partition_point(|token| token.start < end);
        let here = tokens[from..to].partition_point(|token| token.end <= at) + from;
        let get = |index: usize| (from..to).contains(&index).then(|| &tokens[index]);
        Around {
            scan,
            tokens: &tokens[from..to],
            here: here - from,
            first: get(from),
            before: here.checked_sub(1).and_then(get),
            found: get(here),
            next: get(here + 1),
            after_next: get(here + 2),
            has_if: tokens[from..to].iter().any(|token| scan.word(token) == "if"),
            end,
        }
    }

    fn text(&self, token: Option<&Token>) -> &'s str {
        token.map_or("", |token| self.scan.word(token))
    }

    fn kind(&self, token: Option<&Token>) -> Option<TokenKind> {
        token.map(|token| token.kind)
    }
}

/// The finding for a clause or head that could not be read.
pub fn explain(scan: &Scan, start: usize, end: usize, kind: BlockKind, stop: Stop) -> Diagnostic {
    let around = Around::new(scan, start, end, stop.at);
    let place = match around.found {
        Some(token) => scan.span(token.start, token.end),
        // Behind the last sign of the clause.
        None => scan.span(last_char(&scan.text, end), end),
    };
    let first = around.text(around.first);
    if around.found.map(|token| token.start) == Some(start) && around.kind(around.first) == Some(TokenKind::Word) {
        return unknown_clause(scan, &around, kind, &stop.expected);
    }
    let form = forms::form_in(kind.rule, first);
    if let Some(slip) = slip(&around, &stop.expected, kind, stop.at) {
        let help = slip.help.or_else(|| form.map(|form| format!("for example: {form}")));
        let place = slip.place.map_or(place, |(start, end)| scan.span(start, end));
        let help = help.unwrap_or_else(|| "look at how the lines around it are written".to_string());
        let finding = Diagnostic::new(Code::Unexpected, slip.message).at(place, slip.label).mends(&help, slip.mends);
        return Diagnostic { ask: slip.ask, ..finding };
    }
    if let Some(sign) = around.text(around.found).chars().next().filter(|sign| "!&~".contains(*sign)) {
        let (message, help) = signs::foreign_sign(sign);
        return Diagnostic::new(Code::Unexpected, message).at(place, "not understood").help(help);
    }
    let expected = plain_words(&stop.expected);
    let found = match around.found {
        Some(token) => format!("`{}`", shorten(scan.word(token))),
        None => "the end of the line".to_string(),
    };
    let message = match expected.is_empty() {
        true => format!("{found} is not expected here"),
        false => format!("expected {}, found {found}", either(&expected)),
    };
    let label = match around.found {
        Some(_) => "not expected here".to_string(),
        None => "something is missing behind this".to_string(),
    };
    let help = match (meant(&around, &stop.expected), form) {
        (Some(word), _) => Help::of("did you mean `{}`?", [Mend::replace(place, word)]),
        (None, Some(form)) => format!("for example: {form}").into(),
        (None, None) => format!("write {} here", open(&either(&expected))).into(),
    };
    Diagnostic::new(Code::Unexpected, message).at(place, label).help(help)
}

/// The expected word that a misspelt one resembles.
fn meant(around: &Around, expected: &[Rule]) -> Option<String> {
    let found = around.text(around.found.filter(|token| token.kind == TokenKind::Word));
    let words: Vec<String> = plain_words(expected)
        .iter()
        .flat_map(|text| text.split('`').skip(1).step_by(2).map(str::to_string).collect::<Vec<_>>())
        .filter_map(|text| text.split_whitespace().next().map(str::to_string))
        .filter(|word| word.chars().all(char::is_alphabetic))
        .collect();
    words::spelt_like(found, words.iter().map(String::as_str)).filter(|near| *near != found).map(str::to_string)
}

/// Words that begin something, with dots for the rest.
fn open(words: &str) -> String {
    let parts: Vec<&str> = words.split('`').collect();
    let shown = |(at, part): (usize, &&str)| if at % 2 == 1 { format!("`{part} …`") } else { part.to_string() };
    parts.iter().enumerate().map(shown).collect()
}

fn last_char(text: &str, end: usize) -> usize {
    text[..end].char_indices().next_back().map_or(0, |(at, _)| at)
}

fn shorten(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    match line.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line.to_string(),
    }
}

/// The first word of a clause starts none of those the block can hold.
fn unknown_clause(scan: &Scan, around: &Around, kind: BlockKind, expected: &[Rule]) -> Diagnostic {
    let word = around.text(around.first);
    let place = around.first.map_or(scan.span(0, 0), |token| scan.span(token.start, token.end));
    let starts: Vec<String> = plain_words(expected);
    let keywords: Vec<String> = expected.iter().filter_map(|rule| keyword(*rule)).collect();
    let near = words::spelt_like(word, keywords.iter().map(String::as_str));
    let block_follows =
        scan.tokens.get(around.tokens.len() + scan.tokens.partition_point(|token| token.start < place.start as usize));
    let opens = block_follows.is_some_and(|token| token.kind == TokenKind::OpenBrace);
    if !opens
        && let Some(slip) =
            meant_line(around, kind, &keywords).is_none().then(|| repair::first_word(around, kind, &keywords)).flatten()
        && (near.is_none() || matches!(word, "weight" | "entry"))
    {
        let place = slip.place.map_or(place, |(start, end)| scan.span(start, end));
        let message = format!("no line of {} begins with `{}`", kind.name, shorten(word));
        return Diagnostic::new(Code::UnknownClause, message)
            .at(place, slip.label)
            .mends(&slip.help.unwrap_or_default(), slip.mends);
    }
    let help = meant_line(around, kind, &keywords)
        .or_else(|| near.map(|near| Help::of("did you mean `{}`?", [Mend::replace(place, near)])))
        .or_else(|| forms::elsewhere(word, kind.rule).map(Help::from))
        .or_else(|| sentence(around, kind))
        .unwrap_or_else(|| format!("here a line begins with {}", open(&either(&starts))).into());
    Diagnostic::new(Code::UnknownClause, format!("no line of {} begins with `{}`", kind.name, shorten(word)))
        .at(place, "not known here")
        .help(help)
}

/// What a whole line was probably meant to be, where its first word begins none.
fn meant_line(around: &Around, kind: BlockKind, keywords: &[String]) -> Option<Help> {
    let here = Here { around: &Around { here: 0, ..*around }, expected: &[], kind };
    let (is, text) = (|at: isize, kind: TokenKind| here.is(at, kind), |at: isize| here.text(at));
    let word = text(0);
    let joined = format!("{word}{}", text(1));
    if is(1, TokenKind::Word) && keywords.contains(&joined) {
        return Some(Help::of("did you mean `{}`, in one word?", here.replace(0, 1, joined)));
    }
    if kind.rule == Rule::scorecard_clause && around.tokens.len() == 1 {
        let mend = here.replace(0, 0, format!("rating {word}"));
        return Some(Help::of(
            &format!("for the grades write `{{}}`; a KPI has its weight in front: `…% {word}`"),
            mend,
        ));
    }
    if kind.rule == Rule::house_clause {
        return house_rule(&here);
    }
    if kind.rule == Rule::index_clause && here.last() == 0 {
        let help = format!("a KPI has its weight in front, as in `50% {word}`; to share what is left write `{{}}`");
        let mend = here.span(0, 0).map(|span| Mend::before(span, "equal").shown_as(format!("equal {word}")));
        return Some(Help::of(&help, mend));
    }
    if kind.rule == Rule::kpi_clause
        && let Some(better) = direction(around)
    {
        return Some(Help::of("write `{}`", here.replace(0, here.last(), better)));
    }
    if kind.rule == Rule::kpi_clause && matches!(word, "return" | "result" | "formula") {
        let mend = here
            .replace(0, isize::from(text(1) == "="), "value =")
            .filter(|_| here.reads(0, isize::from(text(1) == "="), "value ="));
        return mend.map(|mend| Help::of("write `{}`", [here.whole(mend)]));
    }
    if let Some(meant) = words::meant(word).filter(|meant| keywords.iter().any(|known| known == meant)) {
        return Some(Help::of("did you mean `{}`?", here.replace(0, 0, meant)));
    }
    if word == "if" && keywords.iter().any(|known| known == "when") && here.reads(0, 0, "when") {
        return Some(Help::of("write `{}`", here.replace(0, 0, "when").map(|mend| here.whole(mend))));
    }
    if kind.rule == Rule::kpi_clause && matches!(word, "weight" | "weighting" | "gewicht" | "Gewicht") {
        let number = here.written(1, here.last());
        let help = format!(
            "a weight stands in the scorecard of a position, before the name of the KPI: {number} and the name"
        );
        return Some(help.into());
    }
    let limit = matches!(text(1), ">=" | ">")
        || here.last() == 1 && text(1) == "else"
        || is(1, TokenKind::Text) && matches!(text(2), ">=" | ">" | "else");
    if kind.rule == Rule::scorecard_clause && limit {
        return Some(
            "grades stand in a block of their own, rating grades { … }, and the scorecard names it".to_string().into(),
        );
    }
    let entries = matches!(kind.rule, Rule::scorecard_clause | Rule::group_clause | Rule::index_clause);
    let named = isize::from(matches!(word, "kpi" | "KPI") && is(1, TokenKind::Word));
    // `rate = 20%`
    let number = named + 1 + isize::from(matches!(text(named + 1), "=" | ":"));
    if entries && word != "weight" && is(number, TokenKind::Number) && text(number + 1) == "%" {
        let written = format!("{}% {}", text(number), text(named));
        return Some(Help::of("the weight stands in front: `{}`", here.replace(0, number + 1, written)));
    }
    if kind.rule == Rule::data_clause && matches!(word, "date" | "datum") && here.last() == 1 {
        return Some(Help::of("did you mean `{}`?", here.replace(0, 1, format!("dated by {}", text(1)))));
    }
    if kind.rule == Rule::data_clause && text(1) == ":" {
        let mend = here.span(0, 0).map(|span| Mend::before(span, "column"));
        return Some(Help::of(
            "a column begins with its word: `{}`",
            mend.map(|mend| mend.shown_as(format!("column {}", here.written(0, here.last())))),
        ));
    }
    None
}

/// `weights at least 5%`, `scorecards must have 3-5 KPIs`: a rule without its `every`.
fn house_rule(here: &Here) -> Option<Help> {
    let mut words = vec!["every".to_string()];
    for at in here.all() {
        let word = here.text(at).to_lowercase();
        let word = match word.as_str() {
            "every" | "each" | "all" | "any" | "a" | "an" | "the" | "must" | "should" | "shall" => continue,
            "have" | "having" | "need" | "needs" | "contain" | "contains" => "has",
            "-" | "–" | "bis" | "and" if here.is(at - 1, TokenKind::Number) => "to",
            "weights" | "scorecards" | "positions" | "responsibilities" if at == here.first() || words.len() == 1 => {
                if word == "responsibilities" {
                    "responsibility"
                } else {
                    word.trim_end_matches('s')
                }
            }
            "kpi" if here.is(at - 1, TokenKind::Number) => "kpis",
            "kpis" if words.len() == 1 => "kpi",
            "%" => {
                words.last_mut()?.push('%');
                continue;
            }
            word => word,
        };
        words.push(word.to_string());
    }
    let written = words.join(" ").replace(" ,", ",");
    let mend = here.reads(0, here.last(), &written).then(|| here.replace(0, here.last(), written)).flatten()?;
    Some(Help::of("write `{}`", [mend]))
}

/// `the higher the better`, `better is lower`.
fn direction(around: &Around) -> Option<&'static str> {
    let words: Vec<&str> = around.tokens.iter().map(|token| around.scan.word(token)).collect();
    let good = |word: &&&str| matches!(**word, "better" | "best" | "good" | "besser" | "gut");
    words.iter().find(good)?;
    let way = words.iter().find_map(|word| match words::synonym(word).unwrap_or(word) {
        "higher" => Some("higher is better"),
        "lower" => Some("lower is better"),
        _ => None,
    });
    way.filter(|_| words.len() <= 6)
}

/// A duty without its quotes.
fn sentence(around: &Around, kind: BlockKind) -> Option<Help> {
    let first = around.first.filter(|_| kind.rule == Rule::responsibility_clause && around.tokens.len() > 2)?;
    let text = &around.scan.text[first.start..around.end];
    let mend = Mend::replace(around.scan.span(first.start, around.end), format!("\"{text}\""));
    let shown = format!("\"{}\"", shorten(text));
    (!text.contains(['"', '\n'])).then(|| Help::of("a sentence stands in quotes: `{}`", [mend.shown_as(shown)]))
}
