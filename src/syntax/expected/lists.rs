//! What might stand at a place, as a reader would name it.

use crate::syntax::grammar::Rule;

/// `value` for the rule of a keyword.
pub fn keyword(rule: Rule) -> Option<String> {
    format!("{rule:?}").strip_prefix("kw_").map(str::to_string)
}

/// Rules as a reader would name them, each once, the plainest first.
pub fn plain_words(rules: &[Rule]) -> Vec<String> {
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
pub fn either(words: &[String]) -> String {
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
        R::grades_apart => Word::Thing("grades such as `one grade`"),
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
        | R::signs_ahead
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
        R::files_say => "files",
        R::number_signs => "numbers",
        R::dates_say => "dates",
        R::encoding_say => "encoding",
        R::blank_signs => "blank",
        R::requires => "requires merit",
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
        R::rulings | R::allowances => "rulings",
        R::allowance => "on",
        R::of_kpi => "kpi",
        R::of_output => "output",
        R::file => "file",
        R::from_postgres => "from postgres",
        R::row => "row",
        R::key => "key",
        R::dated_by | R::dated_rows => "dated by",
        R::shared => "shared by days",
        R::held_last => "held last",
        R::not_evaluated => "not evaluated",
        R::in_full => "in full",
        R::valid => "valid from",
        R::snapshot => "snapshot on",
        R::column => "column",
        R::ignore => "ignore rows starting",
        R::ignore_columns => "ignore columns",
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
        R::up_to | R::most_points => "up to",
        R::made_for => "of",
        R::weights_total => "weights total",
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
