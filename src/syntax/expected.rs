//! What went wrong where the grammar stopped, in plain words.

use super::forms;
use super::grammar::{Rule, Stop};
use super::reader::BlockKind;
use super::scan::{Kind, Scan, Token};
use super::words;
use crate::diagnostic::{Code, Diagnostic};

pub use super::forms::form;

/// The tokens around the place where reading stopped.
struct Around<'s> {
    scan: &'s Scan,
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

    fn kind(&self, token: Option<&Token>) -> Option<Kind> {
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
    if around.found.map(|token| token.start) == Some(start) && around.kind(around.first) == Some(Kind::Word) {
        return unknown_clause(scan, &around, kind, &stop.expected);
    }
    let form = forms::form_in(kind.rule, first);
    if let Some(slip) = slip(&around, &stop.expected, kind) {
        let help = slip.help.or_else(|| form.map(|form| format!("for example: {form}")));
        return Diagnostic::new(Code::Unexpected, slip.message)
            .at(place, slip.label)
            .help(help.unwrap_or_else(|| "look at how the lines around it are written".to_string()));
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
        (Some(word), _) => format!("did you mean `{word}`?"),
        (None, Some(form)) => format!("for example: {form}"),
        (None, None) => format!("write {} here", either(&expected)),
    };
    Diagnostic::new(Code::Unexpected, message).at(place, label).help(help)
}

/// The expected word that a misspelt one resembles.
fn meant(around: &Around, expected: &[Rule]) -> Option<String> {
    let found = around.text(around.found.filter(|token| token.kind == Kind::Word));
    let words: Vec<String> = plain_words(expected)
        .iter()
        .flat_map(|text| text.split('`').skip(1).step_by(2).map(str::to_string).collect::<Vec<_>>())
        .filter_map(|text| text.split_whitespace().next().map(str::to_string))
        .filter(|word| word.chars().all(char::is_alphabetic))
        .collect();
    words::nearest(found, words.iter().map(String::as_str)).filter(|near| *near != found).map(str::to_string)
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
    let help = match (words::nearest(word, keywords.iter().map(String::as_str)), forms::elsewhere(word, kind.rule)) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, Some(other)) => other,
        (None, None) => format!("here a line begins with {}", either(&starts)),
    };
    Diagnostic::new(Code::UnknownClause, format!("no line of {} begins with `{}`", kind.name, shorten(word)))
        .at(place, "not known here")
        .help(help)
}

// ---------------------------------------------------------------- typical slips

struct Slip {
    message: String,
    label: String,
    help: Option<String>,
}

fn slip_with(message: impl Into<String>, label: impl Into<String>, help: impl Into<String>) -> Option<Slip> {
    Some(Slip { message: message.into(), label: label.into(), help: Some(help.into()) })
}

fn slip(around: &Around, expected: &[Rule], kind: BlockKind) -> Option<Slip> {
    let found = around.text(around.found);
    let before = around.text(around.before);
    let next = around.text(around.next);
    let wants = |rule: Rule| expected.contains(&rule);
    let found_kind = around.kind(around.found);
    let is_word = found_kind == Some(Kind::Word);
    let before_number = around.kind(around.before) == Some(Kind::Number);

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
    let behind_name = kind.rule == Rule::declaration
        && around.kind(around.before) == Some(Kind::Word)
        && around.before.map(|token| token.start) != around.first.map(|token| token.start);
    if behind_name && is_word && (wants(Rule::colon) || wants(Rule::EOI)) && !wants(Rule::comma) {
        return slip_with(
            "a name is one word, and a label stands in quotes",
            "a second word",
            format!(
                "write `{before} \"{found} …\"` for a label; join the words of a name with `_`: `{before}_{found}`"
            ),
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
            });
        }
    }
    if wants(Rule::text) && is_word && expected.iter().all(|rule| matches!(rule, Rule::text | Rule::language)) {
        let start = around.found.map_or(around.end, |token| token.start);
        let text = shorten(&around.scan.text[start..around.end]);
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

// ---------------------------------------------------------------- expected lists

/// `value` for the rule of a keyword.
fn keyword(rule: Rule) -> Option<String> {
    format!("{rule:?}").strip_prefix("kw_").map(str::to_string)
}

/// Rules as a reader would name them, each once, the plainest first.
fn plain_words(rules: &[Rule]) -> Vec<String> {
    let mut signs = Vec::new();
    let mut things = Vec::new();
    let in_expression = rules.contains(&Rule::plus);
    let mut operators = false;
    for rule in rules {
        let (list, word) = match plain_word(*rule) {
            Word::Thing(_) if *rule == Rule::compare && in_expression => continue,
            Word::Thing(word) => (&mut things, word.to_string()),
            Word::Sign(word) => (&mut signs, word),
            Word::Operator => {
                operators = true;
                continue;
            }
            Word::Silent => continue,
        };
        if !list.contains(&word) {
            list.push(word);
        }
    }
    let value = "a value".to_string();
    if things.contains(&value) {
        // A value may be any of these.
        things.retain(|word| {
            !matches!(
                word.as_str(),
                "a name" | "a number" | "text in quotes" | "a whole number" | "a period such as `2026-Q3`"
            )
        });
        signs.retain(|word| !matches!(word.as_str(), "`(`" | "`missing`" | "`if`" | "`count`"));
    }
    things.extend(signs);
    if operators && (things.is_empty() || things.iter().all(|word| word == "the end of the line")) {
        things.insert(0, "an operator such as `+`".to_string());
    }
    things.sort_by_key(|word| word == "the end of the line");
    things
}

/// `a`, `a or b`, `a, b or c`; long lists are cut.
fn either(words: &[String]) -> String {
    const MOST: usize = 12;
    let shown = &words[..words.len().min(MOST)];
    match shown {
        [] => "something else".to_string(),
        [one] => one.clone(),
        _ if words.len() > MOST => format!("{} or another", shown.join(", ")),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

enum Word {
    Thing(&'static str),
    Sign(String),
    Operator,
    /// Not worth a word: it stands for something else in the list.
    Silent,
}

/// The one table from rules to words.
fn plain_word(rule: Rule) -> Word {
    use Rule as R;
    match rule {
        R::EOI => Word::Thing("the end of the line"),
        R::expr
        | R::test_expr
        | R::value
        | R::negative
        | R::if_expr
        | R::missing
        | R::flag
        | R::path
        | R::call
        | R::paren
        | R::count_distinct
        | R::dated
        | R::dated_item
        | R::date
        | R::call_inside
        | R::kw_not => Word::Thing("a value"),
        R::number | R::decimal | R::integer => Word::Thing("a number"),
        R::whole => Word::Thing("a whole number"),
        R::weight | R::weight_number => Word::Thing("a weight such as `40%`"),
        R::total => Word::Thing("points such as `210 points`"),
        R::text | R::short_text | R::long_text | R::texts | R::duty => Word::Thing("text in quotes"),
        R::name | R::names | R::factor | R::head | R::plural | R::within => Word::Thing("a name"),
        R::period | R::year => Word::Thing("a period such as `2026-Q3`"),
        R::moment => Word::Thing("a date or a period"),
        R::month => Word::Thing("a month such as `January`"),
        R::code | R::codes => Word::Thing("the code of a finding such as `unused`"),
        R::ty | R::unit_expr => Word::Thing("a type such as `%`, `CNY` or `text`"),
        R::one_of | R::link_by => Word::Silent,
        R::choice => Word::Thing("a name"),
        R::scope_word => Word::Thing("`own`, `team` or `company`"),
        R::own_or_team => Word::Thing("`own` or `team`"),
        R::length => Word::Thing("`months`, `quarters`, `halves` or `years`"),
        R::curve | R::linear | R::steps | R::deduct | R::add | R::brackets | R::formula => {
            Word::Thing("a curve such as `linear` or `steps`")
        }
        R::limit | R::compare | R::matrix_limit => Word::Thing("a limit such as `>= 80%`"),
        R::anchor => Word::Thing("a pair such as `80% -> 60`"),
        R::step => Word::Thing("a step such as `>= 90 -> 100`"),
        R::point_unit => Word::Thing("`points`"),
        R::window | R::window_word | R::this_period => Word::Thing("a window such as `previous period`"),
        R::unstated => Word::Sign("`?`".into()),
        R::plus
        | R::minus
        | R::times
        | R::divide
        | R::kw_and
        | R::kw_or
        | R::kw_default
        | R::comparison
        | R::is_missing
        | R::between
        | R::in_set
        | R::in_window
        | R::kw_is
        | R::kw_between
        | R::kw_in
        | R::kw_as
        | R::as_unit
        | R::over
        | R::kw_over
        | R::window_postfix
        | R::earlier
        | R::last
        | R::previous
        | R::year_to_date
        | R::whole_year
        | R::earlier_ahead
        | R::kw_last
        | R::kw_previous
        | R::kw_whole
        | R::dot => Word::Operator,
        R::percent
        | R::permille
        | R::literal_unit
        | R::label
        | R::translation
        | R::language
        | R::never_unit
        | R::word_reserved
        | R::year_ahead
        | R::blank => Word::Silent,
        R::open_paren => Word::Sign("`(`".into()),
        R::close_paren => Word::Sign("`)`".into()),
        R::comma => Word::Sign("`,`".into()),
        R::colon => Word::Sign("`:`".into()),
        R::semicolon => Word::Sign("`;`".into()),
        R::arrow => Word::Sign("`->`".into()),
        R::equals => Word::Sign("`=`".into()),
        _ => match keyword(rule).or_else(|| opening_word(rule).map(str::to_string)) {
            Some(word) => Word::Sign(format!("`{word}`")),
            None => Word::Silent,
        },
    }
}

/// The word a rule begins with, where pest names the rule and not the word.
fn opening_word(rule: Rule) -> Option<&'static str> {
    use Rule as R;
    Some(match rule {
        R::company => "company",
        R::unit => "unit",
        R::currency => "currency",
        R::fiscal_year => "fiscal year",
        R::calendar => "calendar",
        R::score_decimals => "scores to",
        R::rounding => "rounding",
        R::sees_raw => "rating sees raw score",
        R::languages => "language",
        R::allow_codes => "allow",
        R::warn_codes => "warn",
        R::deny_codes => "deny",
        R::roster => "roster",
        R::organisation => "organisation",
        R::file => "file",
        R::from_postgres => "from postgres",
        R::row => "row",
        R::key => "key",
        R::dated_by => "dated by",
        R::valid => "valid from",
        R::snapshot => "snapshot on",
        R::column => "column",
        R::ignore => "ignore rows starting",
        R::may_be_empty => "may be empty",
        R::across => "months across as",
        R::of_year => "of",
        R::belongs => "belongs to",
        R::limits => "between",
        R::optional => "optional",
        R::headers => "from",
        R::written_in => "in",
        R::format => "format",
        R::derived => "=",
        R::kpi_value => "value",
        R::higher => "higher",
        R::lower => "lower",
        R::closest => "closest",
        R::scope => "scope",
        R::note => "note",
        R::owner => "owner",
        R::source => "source",
        R::effective => "effective from",
        R::yields => "->",
        R::continue_above => "continue above",
        R::for_each => "for each",
        R::of_target => "of target",
        R::side => "above",
        R::full => "full",
        R::start => "full",
        R::at_least => "at least",
        R::up_to => "up to",
        R::or_more => "of",
        R::distribution => "at most",
        R::about => "about",
        R::status => "status",
        R::draft => "draft",
        R::reports_to => "reports to",
        R::purpose => "purpose",
        R::responsibilities => "responsibilities",
        R::eligible => "eligible when",
        R::ranked => "rank within",
        R::scorecard => "scorecard",
        R::output => "output",
        R::rest => "rest",
        R::outcome => "outcome",
        R::measured_by | R::measured => "measured by",
        R::combine => "combine",
        R::when_missing => "when missing",
        R::complete => "complete at least",
        R::range => "range",
        R::veto => "veto",
        R::bonus => "bonus",
        R::deduction => "deduction",
        R::rated_by => "rating",
        R::group => "group",
        R::score_of => "score of",
        R::target => "target",
        R::prorated => "prorated",
        R::score => "score",
        R::on_attainment => "on attainment",
        R::attainment => "attainment",
        R::applies => "applies when",
        R::house_rule => "every",
        R::least => "at least",
        R::most => "at most",
        R::warning => "(warning)",
        R::test_period => "period",
        R::given => "given",
        R::expect => "expect",
        R::of_data => "of",
        R::to_step => "to",
        R::by_link => "by",
        R::where_ => "where",
        R::during => "during",
        R::at_edge => "at end",
        R::at_least_rows => "at least … rows",
        R::argument => ",",
        R::in_each => "in",
        R::bracket_to => "to",
        R::valid_to => "to",
        R::named_by_end => "named by its end",
        R::geometric => "geometric mean",
        R::weighted => "weighted mean",
        R::combine_sum => "sum",
        R::rating_at_most => "rating at most",
        R::score_at_most => "score at most",
        R::below_jump => "<",
        _ => return None,
    })
}
