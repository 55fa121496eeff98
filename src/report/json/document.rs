//! What the documents hold, field by field.

use std::borrow::Cow;

use serde::Serialize;

use crate::documents::Document as Kind;
use crate::number::Number;
use crate::provenance::Provenance;
use crate::report::Report;

/// What stands first in every document. What would stand in the way of results does not stand beside them.
#[derive(Serialize)]
pub struct Top<'a> {
    pub schema: &'static str,
    pub provenance: Cow<'a, Provenance>,
    pub failure: Option<()>,
    pub findings: [(); 0],
}

impl<'a> Top<'a> {
    pub fn of(kind: Kind, report: Option<&Report<'a>>) -> Top<'a> {
        let provenance = Provenance::or_program(report.and_then(|report| report.provenance));
        Top { schema: kind.schema(), provenance, failure: None, findings: [] }
    }
}

/// What stands before the people, or before the periods.
#[derive(Serialize)]
pub struct Head<'a> {
    #[serde(flatten)]
    pub top: Top<'a>,
    pub company: &'a str,
    /// Where there is only one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// Where something is supposed: then these are no results.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supposed: Option<SupposedJson<'a>>,
    /// Where the period is running: then these are none either.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate: Option<EstimateJson<'a>>,
}

/// What is known of a running period, and how its rest is estimated.
#[derive(Serialize)]
pub struct EstimateJson<'a> {
    /// The last day that is known, and the days that are left.
    pub as_of: String,
    pub days_left: i64,
    /// `pace` or `plan`; `null` where nothing is estimated, and the results are what stands on the day.
    pub project: Option<&'static str>,
    /// All of it in words.
    pub told: Vec<String>,
    /// From what the rest is carried on; the first is what is shown at pace.
    pub stretches: Vec<StretchJson>,
    /// Data sets dated by periods.
    pub by_period: Vec<ByPeriodJson<'a>>,
    /// What does not add up, and stays as it is on the day.
    pub staying: Vec<StayingJson<'a>>,
}

#[derive(Serialize)]
pub struct StretchJson {
    /// `so_far`, `month` or `week`.
    pub kind: &'static str,
    pub first_day: String,
    pub last_day: String,
}

#[derive(Serialize)]
pub struct ByPeriodJson<'a> {
    pub data: &'a str,
    pub column: &'a str,
    /// Whether its rows are plans, which count whole.
    pub plan: bool,
    /// Else the last day of the newest row that counts.
    pub last_day: Option<String>,
}

#[derive(Serialize)]
pub struct StayingJson<'a> {
    pub function: &'static str,
    pub data: &'a str,
    pub kpi: Option<&'a str>,
}

/// The least and the greatest over all ways in which the rest of the period may go, each by itself.
#[derive(Serialize)]
pub struct RangesJson<'a> {
    pub overall: Option<EndsJson>,
    pub rating: Option<GradesJson<'a>>,
    pub rank: Option<RanksJson>,
    /// In step with `posts`: of each its outputs.
    pub posts: Vec<Vec<Option<EndsJson>>>,
    /// In step with `cards`.
    pub cards: Vec<CardRangesJson<'a>>,
}

#[derive(Serialize)]
pub struct EndsJson {
    pub least: Number,
    pub most: Number,
}

#[derive(Serialize)]
pub struct GradesJson<'a> {
    pub best: &'a str,
    pub last: &'a str,
}

#[derive(Serialize)]
pub struct RanksJson {
    pub best: u64,
    pub last: u64,
}

#[derive(Serialize)]
pub struct CardRangesJson<'a> {
    pub score: Option<EndsJson>,
    pub rating: Option<GradesJson<'a>>,
    /// All entries in their order, groups before what is in them.
    pub entries: Vec<EntryRangesJson>,
    pub outputs: Vec<Option<EndsJson>>,
}

#[derive(Serialize)]
pub struct EntryRangesJson {
    pub value: Option<EndsJson>,
    pub score: Option<EndsJson>,
}

/// What is supposed, and what it changes.
#[derive(Serialize)]
pub struct SupposedJson<'a> {
    /// All of it in words.
    pub told: Vec<String>,
    pub values: Vec<SupposedValueJson<'a>>,
    /// Data sets with the files that take the place of their own.
    pub replaced: Vec<SupposedFiles<'a>>,
    /// The same beside their own.
    pub added: Vec<SupposedFiles<'a>>,
    pub changes: Vec<ChangeJson>,
    pub sums: Vec<SumJson>,
}

#[derive(Serialize)]
pub struct SupposedValueJson<'a> {
    pub kpi: &'a str,
    pub scope: &'static str,
    pub person: &'a str,
    pub position: &'a str,
    pub value: ValueJson,
}

#[derive(Serialize)]
pub struct SupposedFiles<'a> {
    pub data: &'a str,
    pub files: &'a [String],
}

/// What is another for somebody of those shown.
#[derive(Serialize)]
pub struct ChangeJson {
    pub roster: String,
    pub person: String,
    /// `score`, `rating`, `rank` or `output`.
    pub what: &'static str,
    /// The name of the output.
    pub output: Option<String>,
    pub before: Option<String>,
    pub after: Option<String>,
    /// after − before, where both are numbers of which that says something.
    pub change: Option<Number>,
}

/// What an output comes to over all who are shown, or those of a team.
#[derive(Serialize)]
pub struct SumJson {
    pub output: String,
    pub team: Option<String>,
    pub before: Option<String>,
    pub after: Option<String>,
    pub change: Option<Number>,
}

/// What stands behind them. All periods come of one pass over the files.
#[derive(Serialize)]
pub struct Tail<'a> {
    /// Roster rows that no position evaluates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub without_position: Option<Vec<WithoutPosition<'a>>>,
    pub files: Vec<File<'a>>,
    /// What is odd about the data, in words.
    pub doubts: Vec<String>,
}

/// What stands before the people of one of several periods.
#[derive(Serialize)]
pub struct OfPeriod {
    pub period: Period,
}

/// What stands behind them.
#[derive(Serialize)]
pub struct OfPosts<'a> {
    pub without_position: Vec<WithoutPosition<'a>>,
}

#[derive(Serialize)]
pub struct Period {
    pub name: String,
    pub first_day: String,
    pub last_day: String,
}

#[derive(Serialize)]
pub struct WithoutPosition<'a> {
    /// The post as the roster says it.
    pub post: &'a str,
    pub rows: u64,
}

#[derive(Serialize)]
pub struct File<'a> {
    pub path: &'a str,
    pub data: &'a str,
    pub rows: u64,
    pub left_out: u64,
    pub repairs: Vec<Repair<'a>>,
}

#[derive(Serialize)]
pub struct Repair<'a> {
    pub column: &'a str,
    pub repair: &'a str,
    pub count: u64,
}

#[derive(Serialize)]
pub struct PersonJson<'a> {
    /// The data set that is the roster.
    pub roster: &'a str,
    /// The key in the roster.
    pub person: &'a str,
    pub name: &'a str,
    /// The scores of the cards weighted by days.
    pub overall: Option<Exact>,
    pub rating: Option<Rating<'a>>,
    /// Among those with the same last position.
    pub rank: Option<u64>,
    /// What people decided, in the order in which it takes effect.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rulings: Vec<RulingJson<'a>>,
    /// The overall result by rule, where something was ruled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_rule: Option<ByRule<'a>>,
    /// What is paid: one for each post held, over all stints in it.
    pub posts: Vec<PostJson<'a>>,
    /// One for each stint.
    pub cards: Vec<CardJson<'a>>,
    /// Only where the rest of the period is estimated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ranges: Option<RangesJson<'a>>,
}

/// What was decided, and what it stands in the place of.
#[derive(Serialize)]
pub struct RulingJson<'a> {
    pub position: &'a str,
    /// `score`, `rating`, `kpi` or `output`.
    pub on: &'static str,
    /// The name of the KPI or of the output.
    pub name: Option<&'a str>,
    pub ruled: RuledJson<'a>,
    /// One for each scorecard in the post; of a rating or an output one.
    pub replaced: Vec<RuledJson<'a>>,
    pub reason: &'a str,
    pub by: &'a str,
    /// The day, where it is said.
    pub decided_on: Option<String>,
    pub file: &'a str,
    pub row: Option<u64>,
}

/// A value, or a grade.
#[derive(Serialize)]
#[serde(untagged)]
pub enum RuledJson<'a> {
    Value(ValueJson),
    Grade { grade: &'a str },
}

/// What comes out by rule.
#[derive(Serialize)]
pub struct ByRule<'a> {
    pub overall: Option<Exact>,
    pub rating: Option<Rating<'a>>,
}

/// The same of one scorecard.
#[derive(Serialize)]
pub struct CardByRuleJson<'a> {
    pub score: ValueJson,
    /// Before any forced distribution.
    pub rating: Option<Rating<'a>>,
    /// KPIs that were ruled.
    pub kpis: Vec<KpiByRule<'a>>,
}

#[derive(Serialize)]
pub struct KpiByRule<'a> {
    pub name: &'a str,
    pub value: ValueJson,
}

#[derive(Serialize)]
pub struct PostJson<'a> {
    pub position: &'a str,
    pub label: &'a str,
    /// Days in the post within the period.
    pub days: i64,
    pub outputs: Vec<AmountJson<'a>>,
}

/// An output over all stints of a post.
#[derive(Serialize)]
pub struct AmountJson<'a> {
    pub name: &'a str,
    pub label: &'a str,
    pub value: ValueJson,
    /// The mean of the stints' amounts by days, where it is not the value itself.
    pub mean: Option<ValueJson>,
    /// What it is by rule, where it was ruled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_rule: Option<ValueJson>,
    /// By which part of the period it was multiplied.
    pub prorated: Option<Prorated>,
}

#[derive(Serialize)]
pub struct Prorated {
    pub days: i64,
    pub of: i64,
}

#[derive(Serialize)]
pub struct CardJson<'a> {
    pub position: &'a str,
    pub label: &'a str,
    /// Results of a draft are unofficial.
    pub draft: bool,
    pub team: Option<Team<'a>>,
    pub from: String,
    pub to: String,
    pub days: u64,
    /// `null` where the position has no `eligible when`.
    pub eligible: Option<bool>,
    pub scorecard: Option<ScorecardJson<'a>>,
    /// The stint's own amounts; those of the post, where it is the only stint.
    pub outputs: Vec<Output<'a>>,
}

#[derive(Serialize)]
pub struct Team<'a> {
    pub key: &'a str,
    pub name: &'a str,
}

#[derive(Serialize)]
pub struct ScorecardJson<'a> {
    pub entries: Vec<EntryJson<'a>>,
    /// The entries together, before all that follows.
    pub combined: ValueJson,
    pub adjustments: Vec<Adjustment<'a>>,
    /// What was done to the combined score, in order.
    pub steps: Vec<Step>,
    pub score: ValueJson,
    /// Weight present of weight applicable, a part of 1.
    pub completeness: Exact,
    pub vetoes: Vec<Veto<'a>>,
    /// Before any forced distribution; the person's own `rating` is the last word.
    pub rating: Option<Rating<'a>>,
    /// What comes out by rule, where the score or a KPI was ruled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_rule: Option<CardByRuleJson<'a>>,
}

#[derive(Serialize)]
pub struct EntryJson<'a> {
    pub kind: &'static str,
    /// The name of the KPI or group; of the position for the score of a team.
    pub name: &'a str,
    pub label: String,
    /// Parts of 1: as stated at its level, after redistribution, and of the whole scorecard.
    pub weight: Exact,
    pub effective_weight: Exact,
    pub share_of_total: Exact,
    /// For KPIs.
    pub value: Option<ValueJson>,
    pub target: Option<ValueJson>,
    /// The target before it was scaled by the days served.
    pub full_target: Option<ValueJson>,
    pub attainment: Option<ValueJson>,
    pub score: ValueJson,
    /// What the score was before the entry's limit cut it; only where it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uncapped: Option<Exact>,
    /// Points added to the combined score.
    pub contribution: Option<Exact>,
    /// Why there is no score.
    pub missing: Option<Reason>,
    /// For groups.
    pub entries: Option<Vec<EntryJson<'a>>>,
    /// For the score of another position or of reports: whose scores, each out of 100.
    pub taken_in: Option<Vec<TakenJson<'a>>>,
}

#[derive(Serialize)]
pub struct TakenJson<'a> {
    pub person: &'a str,
    pub name: &'a str,
    pub score: ValueJson,
}

#[derive(Serialize)]
pub struct Adjustment<'a> {
    pub kind: &'static str,
    pub name: &'a str,
    pub label: &'a str,
    pub value: ValueJson,
    pub points: ValueJson,
}

#[derive(Serialize)]
pub struct Step {
    pub step: &'static str,
    pub score: Exact,
}

#[derive(Serialize)]
pub struct Veto<'a> {
    pub reason: &'a str,
    /// Of the two limits, the one that is set.
    pub rating_at_most: Option<&'a str>,
    pub score_at_most: Option<Exact>,
    /// `null` where the condition cannot be told.
    pub holds: Option<bool>,
    pub missing: Option<Reason>,
}

#[derive(Serialize)]
pub struct Rating<'a> {
    pub grade: &'a str,
    pub label: &'a str,
    /// The grade that the score alone gives.
    pub by_score: &'a str,
    /// `veto`, `distribution` or `null`.
    pub lowered_by: Option<&'static str>,
    /// What it looked at, where that is the score before it was rounded.
    pub unrounded: Option<Exact>,
}

#[derive(Serialize)]
pub struct Output<'a> {
    pub name: &'a str,
    pub label: &'a str,
    pub value: ValueJson,
}

/// A number without a unit, or in points.
#[derive(Serialize)]
pub struct Exact {
    pub number: Number,
    /// A root, a logarithm or a fractional power is in it: see the language reference, "Numbers".
    pub approximate: bool,
    pub shown: String,
}

#[derive(Serialize)]
pub struct Reason {
    /// A fixed word for programs.
    pub kind: &'static str,
    pub text: String,
}

/// A value of any kind; `kind` says which of the other fields there are.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ValueJson {
    Number { number: Number, unit: Option<String>, approximate: bool, shown: String },
    Text { text: String, shown: String },
    Date { date: String, shown: String },
    Period { first_month: String, last_month: String, shown: String },
    Flag { flag: bool, shown: String },
    Choice { index: u32, shown: String },
    Missing { reason: &'static str, text: String },
}
