//! An explanation as data: complete, so that whoever has it can compute every number of it again.
//!
//! The schema is `docs/why.schema.json`. Numbers are exact texts in base units, as in the results; `shown` is the same for
//! people. Nodes refer to earlier ones of their card.

use serde::Serialize;

use crate::language::BinaryOp;
use crate::model::DataId;
use crate::model::types::unit::DisplayUnit;
use crate::number::Number;
use crate::report::json::reason_kind;
use crate::value::Value;

/// All of it.
#[derive(Serialize)]
pub struct Why {
    pub company: String,
    pub period: Period,
    /// How numbers are rounded: `half_up` or `half_even`; and to how many decimals scores are, where they are.
    pub rounding: &'static str,
    pub score_decimals: Option<u32>,
    /// Whether months are those of the company's own calendar, which is no part of this document.
    pub own_months: bool,
    pub roster: String,
    pub person: String,
    pub name: String,
    pub cards: Vec<Card>,
    pub posts: Vec<Post>,
    /// Over all cards that are scored.
    pub overall: Option<Number>,
    pub rating: Option<Rating>,
    pub rank: Option<u64>,
    /// What is asked of the data.
    pub measures: Vec<Measure>,
    /// What is supposed, and not so.
    pub supposed: Vec<String>,
    /// Of a period that is running: that these are no results, and what is known; left out of one that has ended.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub running: Vec<String>,
    /// What people decided in the place of what the rules give; left out where nothing was.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rulings: Vec<Ruling>,
}

/// What was decided, what it stands in the place of, and how far it may go.
#[derive(Serialize)]
pub struct Ruling {
    pub position: String,
    /// `kpi`, `score`, `rating`, `output`
    pub on: &'static str,
    /// Of the KPI or the output.
    pub name: Option<String>,
    /// Grades are choices.
    pub ruled: Val,
    /// What would be without it: of each card of the post, or once.
    pub replaced: Vec<Val>,
    /// How far it may go from that, in base units or grades.
    pub most: Option<Number>,
    /// Where the scorecard allows it.
    pub at: String,
    pub reason: String,
    pub by: String,
    pub decided_on: Option<String>,
    pub file: String,
    pub row: Option<u64>,
    /// All of it in words.
    #[serde(skip)]
    pub told: String,
}

#[derive(Serialize)]
pub struct Period {
    pub name: String,
    pub first_day: String,
    pub last_day: String,
    pub days: i64,
}

/// A value of any kind; `kind` says which of the other fields there are.
#[derive(Clone, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Val {
    Number { number: Number, approximate: bool },
    Text { text: String },
    Date { date: String },
    Period { first_month: String, last_month: String },
    Flag { flag: bool },
    Choice { index: u32 },
    Missing { reason: &'static str, text: String },
}

impl From<&Value> for Val {
    fn from(value: &Value) -> Val {
        match value {
            Value::Number(number) => Val::Number { number: number.clone(), approximate: number.is_approximate() },
            Value::Text(text) => Val::Text { text: text.to_string() },
            Value::Day(day) => Val::Date { date: day.to_string() },
            Value::Period(months) => {
                Val::Period { first_month: months.first.to_string(), last_month: months.last().to_string() }
            }
            Value::Flag(flag) => Val::Flag { flag: *flag },
            Value::Choice(index) => Val::Choice { index: *index },
            Value::Missing(missing) => Val::Missing { reason: reason_kind(missing), text: missing.to_string() },
        }
    }
}

/// A scorecard with all that it follows from.
#[derive(Serialize)]
pub struct Card {
    pub position: String,
    pub label: String,
    pub at: String,
    pub team: Option<Named>,
    pub from: String,
    pub to: String,
    pub days: i64,
    /// In the post within the period, in whatever team.
    pub served: i64,
    /// Steps of formulas, each behind those it goes by.
    pub nodes: Vec<Node>,
    /// The node of `eligible when`.
    pub eligible: Option<usize>,
    pub scorecard: Option<Scorecard>,
    pub outputs: Vec<Output>,
}

#[derive(Clone, Serialize)]
pub struct Named {
    pub key: String,
    pub name: String,
}

/// A step of a formula.
#[derive(Serialize)]
pub struct Node {
    pub op: &'static str,
    /// Nodes that it goes by, in their order; `null` for those that do not count, as the branch that is not taken.
    pub of: Vec<Option<usize>>,
    pub value: Val,
    pub shown: String,
    /// As the spec has it.
    pub text: String,
    /// File and line.
    pub at: String,
    pub detail: Option<Detail>,
    /// With values in the places of names.
    #[serde(skip)]
    pub inline: String,
    /// How closely that binds.
    #[serde(skip)]
    pub level: u8,
}

/// What is more to be known of a step.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Detail {
    Kpi {
        kpi: String,
        label: String,
        scope: &'static str,
        /// The window, where it is not the period.
        window: Option<String>,
        /// The formula as it is written, and where.
        formula: String,
        at: String,
        unit: String,
        limits: Option<[Number; 2]>,
        /// An index: the mean of its parts.
        index: bool,
    },
    Measure {
        /// In the list of measures.
        measure: usize,
        at_least: Option<u64>,
    },
    /// A result of an earlier period, and the closing that it stands in: `null` where the period is not closed.
    Closed {
        name: String,
        period: String,
        /// Over all posts, not in this one.
        over_all: bool,
        closing: Option<String>,
        sha256: Option<String>,
    },
    /// A column of the row of the one evaluated.
    Read {
        column: String,
    },
    Days {
        from: String,
        to: String,
    },
    Function {
        name: &'static str,
    },
    Scale {
        scale: String,
        at: String,
        curve: Curve,
        /// In which it is read, and what it gives.
        #[serde(skip)]
        units: [DisplayUnit; 2],
    },
    Matrix {
        matrix: String,
        at: String,
        rows: Vec<Option<Limit>>,
        columns: Vec<Option<Limit>>,
        values: Vec<Vec<Number>>,
        row: Option<usize>,
        column: Option<usize>,
    },
    /// The ruling that the value is, in the list of rulings; the step before is the value by rule.
    Ruled {
        ruling: usize,
    },
    /// What scoring gives: `value`, `target`, `weight` of an entry; `score`, `rating`, `output`, `sum`.
    Input {
        input: &'static str,
        output: Option<usize>,
    },
}

#[derive(Clone, Debug, Serialize)]
pub struct Limit {
    pub op: &'static str,
    pub at: Number,
}

impl Limit {
    /// The comparison behind the sign.
    pub fn comparison(&self) -> Option<BinaryOp> {
        use BinaryOp::*;
        [Less, LessOrEqual, Greater, GreaterOrEqual, Equal].into_iter().find(|op| op.sign() == self.op)
    }
}

/// How a value becomes a score.
#[derive(Clone, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Curve {
    Attainment {
        up_to: Option<Number>,
    },
    Linear {
        points: Vec<[Number; 2]>,
        continue_above: bool,
    },
    Steps {
        steps: Vec<Step>,
    },
    PerStep {
        deduct: bool,
        amount: Number,
        full_steps: bool,
        step: Number,
        of_target: bool,
        above: bool,
        start: Option<Number>,
        limit: Option<Number>,
    },
    Brackets {
        brackets: Vec<Bracket>,
    },
    /// The node of the formula.
    Formula {
        node: usize,
    },
}

#[derive(Clone, Serialize)]
pub struct Step {
    pub limit: Option<Limit>,
    pub score: Number,
}

#[derive(Clone, Serialize)]
pub struct Bracket {
    pub rate: Number,
    pub to: Option<Number>,
}

#[derive(Serialize)]
pub struct Scorecard {
    pub combine: &'static str,
    pub when_missing: &'static str,
    pub complete_at_least: Option<Number>,
    pub completeness: Number,
    pub entries: Vec<Entry>,
    pub combined: Val,
    pub adjustments: Vec<Adjustment>,
    pub range: Option<[Number; 2]>,
    pub steps: Vec<ScoreStep>,
    pub vetoes: Vec<Veto>,
    pub score: Val,
    pub rating: Option<Rating>,
}

#[derive(Serialize)]
pub struct Entry {
    pub name: String,
    pub label: String,
    pub at: String,
    /// The share at its level, 0 to 1, as it is written; and with that of entries left out.
    pub weight: Number,
    pub effective_weight: Number,
    /// Of the whole scorecard.
    pub share_of_total: Number,
    /// In a scorecard in points: its own.
    pub points: Option<Number>,
    /// The most that it gives.
    pub most: Option<Number>,
    /// What `weight` is in a formula.
    pub stated: Number,
    /// What brings the score of its curve, group or other scorecard to its own points.
    pub scale: Option<Number>,
    /// The node of `applies when`.
    pub applies_when: Option<usize>,
    pub score: Val,
    /// The score before the most that it gives has cut it.
    pub uncapped: Option<Number>,
    /// What it adds to the total.
    pub contribution: Option<Number>,
    pub group: Option<Group>,
    pub kpi: Option<KpiEntry>,
    /// Whose scores are taken in.
    pub taken: Option<Vec<Taken>>,
}

#[derive(Serialize)]
pub struct Group {
    pub combine: &'static str,
    pub entries: Vec<Entry>,
}

#[derive(Serialize)]
pub struct KpiEntry {
    pub kpi: String,
    /// The node of the value.
    pub value: usize,
    pub target: Option<Target>,
    pub attainment: Option<Val>,
    pub lower_is_better: bool,
    pub on_attainment: bool,
    /// None: the value is the score.
    pub curve: Option<Curve>,
    /// The named scale, as it is written, and where.
    pub curve_text: String,
    pub curve_at: String,
    /// Out of how many points the curve counts.
    pub full: Number,
    /// The unit in which a curve reads the value, for people.
    #[serde(skip)]
    pub reads_unit: DisplayUnit,
    #[serde(skip)]
    pub unit: DisplayUnit,
}

#[derive(Serialize)]
pub struct Target {
    /// The node of the target as it is written.
    pub node: usize,
    pub value: Val,
    pub shown: String,
    /// By which days it was prorated: served, of all.
    pub prorated: Option<[i64; 2]>,
}

#[derive(Serialize)]
pub struct Taken {
    pub person: String,
    pub name: String,
    pub score: Val,
}

#[derive(Serialize)]
pub struct Adjustment {
    pub kpi: String,
    pub label: String,
    pub at: String,
    /// The node of the value.
    pub value: usize,
    pub deduct: bool,
    pub amount: Number,
    pub full_steps: bool,
    pub step: Number,
    pub limit: Option<Number>,
    pub points: Val,
    pub text: String,
}

/// A step behind the combined score.
#[derive(Serialize)]
pub struct ScoreStep {
    /// `adjusted`, `range`, `rounded`, `veto`, `ruled`
    pub what: &'static str,
    pub veto: Option<usize>,
    pub score: Number,
}

#[derive(Serialize)]
pub struct Veto {
    pub reason: String,
    pub at: String,
    pub text: String,
    /// The node of the condition.
    pub condition: usize,
    pub holds: Option<bool>,
    pub score_at_most: Option<Number>,
    pub rating_at_most: Option<usize>,
}

#[derive(Clone, Serialize)]
pub struct Rating {
    pub rating: String,
    pub at: String,
    /// The best first.
    pub grades: Vec<Grade>,
    /// What it looked at.
    pub seen: Number,
    /// By the score alone, and in the end.
    pub by_score: usize,
    pub grade: usize,
    pub sees_unrounded: bool,
    /// `veto`, `earlier_veto`, `distribution`, `ruling`
    pub lowered_by: Option<&'static str>,
    /// Index into the vetoes of the card, or of the earlier one; or into the rating's rules of distribution.
    pub lowered_at: Option<usize>,
    pub distribution: Option<Distribution>,
}

#[derive(Clone, Serialize)]
pub struct Grade {
    pub name: String,
    pub label: String,
    pub limit: Option<Limit>,
}

/// Why a distribution left somebody where he is, or moved him.
#[derive(Clone, Serialize)]
pub struct Distribution {
    pub about: bool,
    pub share: Number,
    pub grade: usize,
    /// `company`, `position`, `team`
    pub within: &'static str,
    /// How many there are, and how many of them may have the grade.
    pub members: u64,
    pub limit: u64,
    /// Who would have the grade by score and vetoes, the best first.
    pub holders: Vec<Holder>,
}

#[derive(Clone, Serialize)]
pub struct Holder {
    pub person: String,
    pub name: String,
    pub score: Number,
    pub keeps: bool,
}

/// What an output gives on a card.
#[derive(Serialize)]
pub struct Output {
    pub name: String,
    pub label: String,
    pub at: String,
    pub text: String,
    /// The node of the formula; none where the post is held without being eligible.
    pub node: Option<usize>,
    /// The node inside the rounding around it.
    pub inside: Option<usize>,
    pub value: Val,
    pub shown: String,
}

/// A post held, over all stints in it.
#[derive(Serialize)]
pub struct Post {
    pub position: String,
    pub cards: Vec<usize>,
    pub days: i64,
    pub outputs: Vec<PostOutput>,
}

#[derive(Serialize)]
pub struct PostOutput {
    pub name: String,
    pub label: String,
    pub value: Val,
    pub shown: String,
    pub mean: Option<Val>,
    pub mean_shown: Option<String>,
    pub prorated: Option<[i64; 2]>,
    /// What it is by rule; left out where it was not ruled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_rule: Option<Val>,
    /// The rounding around the formula, applied to the whole.
    pub rounding: Option<Rounded>,
}

#[derive(Clone, Serialize)]
pub struct Rounded {
    pub function: &'static str,
    pub step: Number,
}

/// An aggregate over the rows of a data set, with these rows.
#[derive(Serialize)]
pub struct Measure {
    pub text: String,
    pub at: String,
    pub function: &'static str,
    pub data: String,
    /// `own`, `team`, `company`
    pub scope: &'static str,
    /// The key of the person or team.
    pub of: Option<String>,
    pub window: Window,
    pub fraction: Option<Number>,
    /// Keys are counted, not rows.
    pub counts_keys: bool,
    pub value: Val,
    /// All rows of the data set; `null` where they were not asked for.
    pub rows: Option<u64>,
    pub counted: Option<Rows>,
    pub left_out: Vec<LeftOut>,
    /// The steps of the formula over a row: `leaf` nodes are the cells of [`Row::cells`].
    pub formula: Vec<RowStep>,
    /// The steps of its value and condition.
    pub row_value: Option<usize>,
    pub row_condition: Option<usize>,
    #[serde(skip)]
    pub data_id: DataId,
    #[serde(skip)]
    pub unit: DisplayUnit,
    #[serde(skip)]
    pub words: String,
}

/// Which rows are read, by time.
#[derive(Clone, Serialize)]
pub struct Window {
    /// `all`, `dated`, `held_on`, `held_during`, `newest`, `taken_during`
    pub rows: &'static str,
    pub column: Option<String>,
    pub from: Option<String>,
    pub to: Option<String>,
}

#[derive(Serialize)]
pub struct Rows {
    pub rows: u64,
    pub total: Option<Number>,
    pub total_shown: Option<String>,
    /// All of them, or the first.
    pub listed: Vec<Row>,
}

#[derive(Serialize)]
pub struct LeftOut {
    pub why: &'static str,
    pub words: String,
    #[serde(flatten)]
    pub rows: Rows,
}

#[derive(Serialize)]
pub struct Row {
    pub file: String,
    pub sheet: Option<String>,
    pub row: Option<u64>,
    pub key: Option<String>,
    /// The day, days or period that it is dated by or holds.
    pub from: Option<String>,
    pub to: Option<String>,
    pub value: Val,
    pub shown: String,
    /// The part of it that the days in the window give.
    pub share: Option<Number>,
    pub cells: Vec<Val>,
}

#[derive(Serialize)]
pub struct RowStep {
    pub op: &'static str,
    pub of: Vec<usize>,
    /// Of a constant.
    pub value: Option<Val>,
    /// Of a cell: its place in [`Row::cells`], and what it is called.
    pub cell: Option<usize>,
    pub name: Option<String>,
    pub function: Option<&'static str>,
    pub from: Option<String>,
    pub to: Option<String>,
}
