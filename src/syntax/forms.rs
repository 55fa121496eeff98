//! How each head and clause is written: the examples that help texts give.

use super::grammar::Rule;

/// By the rule of the block a clause stands in, its first word, and an example.
const FORMS: &[(Rule, &str, &str)] = &[
    (Rule::declaration, "company", "`company \"Example Life\" {`"),
    (Rule::declaration, "unit", "`unit person, people` or `unit wan \"万元\" = 10_000 CNY`"),
    (Rule::declaration, "data", "`data policies \"Policies issued\" {`"),
    (Rule::declaration, "constant", "`constant activity_floor : CNY = 3_000 CNY, from 2026-Q1 3_600 CNY`"),
    (Rule::declaration, "function", "`function share_of(part, total) = part / total`"),
    (Rule::declaration, "kpi", "`kpi surrender_rate \"Surrender rate\" : % {`"),
    (Rule::declaration, "index", "`index satisfaction \"Satisfaction\" : point {`"),
    (Rule::declaration, "scale", "`scale growth_scale : % { linear 0% -> 60, 15% -> 100 }`"),
    (Rule::declaration, "matrix", "`matrix pool : %, % -> % {`"),
    (Rule::declaration, "rating", "`rating grades \"Annual grades\" {`"),
    (Rule::declaration, "position", "`position marketing_director \"Director of marketing\" {`"),
    (Rule::declaration, "house", "`house rules {`"),
    (Rule::declaration, "test", "`test \"half the plan scores zero\" {`"),
    (Rule::company_clause, "requires", "`requires merit 0.2`"),
    (Rule::company_clause, "files", "`files numbers \"1.234,56\" dates \"DD.MM.YYYY\" encoding \"windows-1252\"`"),
    (Rule::company_clause, "currency", "`currency CNY`"),
    (Rule::company_clause, "fiscal", "`fiscal year starts January`"),
    (Rule::company_clause, "calendar", "`calendar work_months`"),
    (Rule::company_clause, "scores", "`scores to 2 decimals`"),
    (Rule::company_clause, "rounding", "`rounding half up` or `rounding half even`"),
    (Rule::company_clause, "rating", "`rating sees raw score`"),
    (Rule::company_clause, "language", "`language en, zh`"),
    (Rule::company_clause, "allow", "`allow unused`"),
    (Rule::company_clause, "warn", "`warn house-rule`"),
    (Rule::company_clause, "deny", "`deny unused, no-effect` or `deny warnings`"),
    (Rule::data_clause, "roster", "`roster` or `roster as sales_agent`"),
    (Rule::data_clause, "not", "`not evaluated \"Cashier\", \"Driver\"`"),
    (Rule::data_clause, "organisation", "`organisation`"),
    (Rule::data_clause, "rulings", "`rulings`"),
    (Rule::data_clause, "file", "`file \"policies*.csv\"` or `file \"plans.xlsx\" sheet \"monthly\"`"),
    (Rule::data_clause, "from", "`from postgres \"hr.policies\"`, a table or a query"),
    (Rule::data_clause, "row", "`row policy`"),
    (Rule::data_clause, "key", "`key policy_no` or `key team, month`"),
    (Rule::data_clause, "dated", "`dated by issued`, or `dated by month shared by days` for periods"),
    (Rule::data_clause, "valid", "`valid from joined to left`"),
    (Rule::data_clause, "snapshot", "`snapshot on taken`"),
    (Rule::data_clause, "column", "`column premium : CNY optional from \"Premium\", \"保费\" in wan`"),
    (Rule::data_clause, "ignore", "`ignore rows starting \"Total\", \"合计\"` or `ignore columns \"Total\"`"),
    (Rule::data_clause, "may", "`may be empty`"),
    (Rule::data_clause, "months", "`months across as month, premium` or `months of 2026 across as month, premium`"),
    (Rule::data_clause, "numbers", "`numbers \"1.234,56\"`"),
    (Rule::data_clause, "dates", "`dates \"DD.MM.YYYY\"`"),
    (Rule::data_clause, "blank", "`blank \"-\", \"n.a.\"`"),
    (Rule::data_clause, "encoding", "`encoding \"windows-1252\"`"),
    (Rule::data_clause, "belongs", "`belongs to agent` or `belongs to agent for own`"),
    (Rule::kpi_clause, "value", "`value = sum(premium of policies) / count(policies)`"),
    (Rule::kpi_clause, "higher", "`higher is better`"),
    (Rule::kpi_clause, "lower", "`lower is better`"),
    (Rule::kpi_clause, "closest", "`closest to 100% is best`"),
    (Rule::kpi_clause, "scope", "`scope own`, `scope team` or `scope company`"),
    (Rule::kpi_clause, "note", "`note \"how this is counted\"`"),
    (Rule::kpi_clause, "owner", "`owner \"Sales planning\"`"),
    (Rule::kpi_clause, "source", "`source \"Core system\"`"),
    (Rule::kpi_clause, "effective", "`effective from 2026-Q1`"),
    (Rule::index_clause, "equal", "`equal accuracy, courtesy`"),
    (Rule::index_clause, "note", "`note \"how this is made\"`"),
    (Rule::index_clause, "owner", "`owner \"Sales planning\"`"),
    (Rule::index_clause, "source", "`source \"Survey\"`"),
    (Rule::index_clause, "effective", "`effective from 2026-Q1`"),
    (Rule::index_clause, "", "`40% timeliness`"),
    (Rule::scale_block, "linear", "`linear 60% -> 0, 100% -> 100, 120% -> 120`"),
    (Rule::scale_block, "steps", "`steps >= 100% -> 100, >= 90% -> 80, else -> 0`"),
    (Rule::scale_block, "deduct", "`deduct 10 for each 1 above target from 100 at least 0`"),
    (Rule::scale_block, "add", "`add 5 for each 1 above target from 0 up to 20`"),
    (Rule::scale_block, "brackets", "`brackets 5% to 100_000 USD, 7% above`"),
    (Rule::scale_block, "formula", "`formula value / target * 100`"),
    (Rule::scale_block, "", "`linear 60% -> 0, 100% -> 100`"),
    (Rule::matrix_block, "", "`rows >= 20%, else  columns < 55%, else  values 2%, 1%; 1%, 0%`"),
    (Rule::rating_clause, "at", "`at most 20% A within position of 5 or more`"),
    (Rule::rating_clause, "about", "`about 20% A within position`"),
    (Rule::rating_clause, "rating", "`rating sees raw score`"),
    (Rule::rating_clause, "", "`A \"Outstanding\" >= 90`, and for the last one `D \"Below expectations\" else`"),
    (Rule::position_clause, "status", "`status approved` or `status draft`"),
    (Rule::position_clause, "effective", "`effective from 2026-01-01`"),
    (Rule::position_clause, "reports", "`reports to business_area_manager`"),
    (Rule::position_clause, "scope", "`scope own`, `scope team` or `scope company`"),
    (Rule::position_clause, "purpose", "`purpose \"what the post is for\"`"),
    (Rule::position_clause, "responsibilities", "`responsibilities {`"),
    (Rule::position_clause, "rank", "`rank within person.team`"),
    (Rule::position_clause, "eligible", "`eligible when person.months_served >= 6`"),
    (Rule::position_clause, "scorecard", "`scorecard {` or `scorecard total 210 points {`"),
    (Rule::position_clause, "output", "`output bonus \"Bonus\" : CNY prorated = person.base_pay * score / 100 points`"),
    (Rule::responsibility, "", "`20% planning \"Business planning\" {` or `rest training \"Training\"`"),
    (Rule::responsibility_clause, "outcome", "`outcome \"business objectives are met\"`"),
    (Rule::responsibility_clause, "measured", "`measured by premium_growth, surrender_rate`"),
    (Rule::responsibility_clause, "", "`\"Draw up the monthly plan.\"`"),
    (Rule::scorecard_clause, "combine", "`combine geometric mean`, `combine weighted mean` or `combine sum`"),
    (Rule::scorecard_clause, "weights", "`weights total 210`"),
    (Rule::scorecard_clause, "when", "`when missing redistribute`, `when missing zero` or `when missing no rating`"),
    (Rule::scorecard_clause, "complete", "`complete at least 70%`"),
    (Rule::scorecard_clause, "range", "`range 0 to 120`"),
    (
        Rule::scorecard_clause,
        "veto",
        "`veto misconduct_cases > 0 gives rating at most D \"A confirmed case of misconduct\"`",
    ),
    (Rule::scorecard_clause, "bonus", "`bonus awards add 2 for each 1 up to 10 \"Awards\"`"),
    (Rule::scorecard_clause, "deduction", "`deduction late_reports deduct 1 for each 1 up to 5 \"Late reports\"`"),
    (Rule::scorecard_clause, "rating", "`rating grades`"),
    (Rule::scorecard_clause, "rulings", "`rulings on score at most 5 points, on rating at most one grade`"),
    (Rule::scorecard_clause, "", "`30% premium_growth target 15% score linear 0% -> 0, 15% -> 100`"),
    (Rule::group_clause, "combine", "`combine geometric mean`"),
    (Rule::group_clause, "weights", "`weights total 210`"),
    (Rule::group_clause, "", "`30% premium_growth target 15% score linear 0% -> 0, 15% -> 100`"),
    (Rule::house_clause, "every", "`every weight at least 5%, at most 60%` or `every kpi has owner, note`"),
    (Rule::house_clause, "weight", "`weight of results at least 20%`"),
    (Rule::test_clause, "period", "`period 2026-Q3`"),
    (Rule::test_clause, "given", "`given people { | staff_no | joined |`"),
    (Rule::test_clause, "expect", "`expect premium_growth of \"P1\" = 12%`"),
];

/// An example for a clause of a block, by its first word; for lines that begin with no word of their own, too.
pub fn form_in(block: Rule, word: &str) -> Option<&'static str> {
    let find = |word: &str| FORMS.iter().find(|(rule, known, _)| *rule == block && *known == word);
    find(word).or_else(|| find("")).map(|(_, _, form)| *form)
}

/// An example for a head with a block.
pub fn form(word: &str) -> Option<&'static str> {
    let block = match word {
        "responsibilities" | "scorecard" => Rule::position_clause,
        "given" => Rule::test_clause,
        _ => Rule::declaration,
    };
    FORMS.iter().find(|(rule, known, _)| *rule == block && *known == word).map(|(_, _, form)| *form)
}

/// Whether a word begins a clause of a block.
pub fn begins(block: Rule, word: &str) -> bool {
    FORMS.iter().any(|(rule, known, _)| *rule == block && *known == word && !known.is_empty())
}

/// Where a clause that does not belong here would belong.
pub fn elsewhere(word: &str, block: Rule) -> Option<String> {
    let place = |rule: Rule| {
        Some(match rule {
            Rule::declaration => "at the top of a file, outside all blocks",
            Rule::company_clause => "in `company`",
            Rule::data_clause => "in a data set",
            Rule::kpi_clause => "in a KPI",
            Rule::index_clause => "in an index",
            Rule::scale_block => "in a scale, or behind `score …` in an entry",
            Rule::rating_clause => "in a rating",
            Rule::position_clause => "in a position",
            Rule::responsibility_clause => "in a responsibility",
            Rule::scorecard_clause => "in a scorecard",
            Rule::house_clause => "in house rules",
            Rule::test_clause => "in a test",
            _ => return None,
        })
    };
    if word.is_empty() {
        return None;
    }
    let entry = matches!(word, "target" | "score" | "prorated" | "applies").then(|| {
        let form = form_in(Rule::scorecard_clause, "").unwrap_or_default();
        format!("it stands in an entry of a scorecard, as in {form}")
    });
    // Declarations last: `rating grades` is more often a line of a scorecard.
    let found = FORMS.iter().rev().filter(|(rule, known, _)| *rule != block && *known == word);
    entry.or_else(|| {
        found.filter_map(|(rule, _, form)| place(*rule).map(|place| format!("it stands {place}, as in {form}"))).next()
    })
}
