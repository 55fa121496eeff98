//! Scorecards: what an evaluation gives.
//!
//! Everything a report shows or an explanation starts from stands here; texts (labels, units) are looked up in the
//! model by the ids.

use std::sync::Arc;

use crate::model::data::DataId;
use crate::model::{KpiId, PositionId, RuledOn};
use crate::number::Number;
use crate::plan::program::CalcId;
use crate::plan::query::{Doubt, FileReport, Ruling};
use crate::time::{Day, Months, PeriodName};
use crate::value::{Missing, Value};

/// The scorecards of one period.
#[derive(Clone, Debug)]
pub struct Results {
    pub period: PeriodName,
    pub months: Months,
    pub first_day: Day,
    pub last_day: Day,
    /// In the order of the person's key, then of the first day.
    pub people: Vec<PersonResult>,
    /// Roster rows that no position evaluates, by the post's text.
    pub without_position: Vec<(String, u64)>,
    pub files: Vec<FileReport>,
    pub doubts: Vec<Doubt>,
}

/// A person's result in the period: one scorecard for each stint, and overall.
#[derive(Clone, Debug)]
pub struct PersonResult {
    /// The same key in another roster is another person, or no person at all.
    pub roster: DataId,
    /// The key in the roster.
    pub person: Arc<str>,
    pub name: Arc<str>,
    pub cards: Vec<Card>,
    /// What the cards give together, one for each post held, in the order of their first days.
    pub posts: Vec<PostResult>,
    /// The cards' scores weighted by days (the card's own, where there is one). `None` where a card has none.
    pub overall: Option<Number>,
    /// By the last post's grades.
    pub rating: Option<RatingResult>,
    /// What people decided about the person, in the order in which it takes effect.
    pub rulings: Vec<RulingResult>,
    /// What the overall result is by rule; only where something was ruled.
    pub by_rule: Option<Box<PersonByRule>>,
    /// Among those with the same last position (or the same part of it, where it says `rank within`); equal scores share the best rank.
    pub rank: Option<u64>,
}

/// What somebody's overall result is by rule, whatever was ruled.
#[derive(Clone, Debug, PartialEq)]
pub struct PersonByRule {
    pub overall: Option<Number>,
    pub rating: Option<RatingResult>,
}

/// A ruling in force, and what it stands in the place of.
#[derive(Clone, Debug, PartialEq)]
pub struct RulingResult {
    pub position: PositionId,
    pub on: RuledOn,
    /// What would be without it: of each card of the post, or once, of its rating or output. Grades are choices.
    pub replaced: Vec<Value>,
    pub ruled: Value,
    pub ruling: Arc<Ruling>,
}

impl RulingResult {
    /// The values that it stands in the place of, each once.
    pub fn replaced_once(&self) -> Vec<&Value> {
        let mut once: Vec<&Value> = Vec::new();
        for value in &self.replaced {
            if !once.contains(&value) {
                once.push(value);
            }
        }
        once
    }
}

/// What somebody gets in one post, over all stints in it.
#[derive(Clone, Debug)]
pub struct PostResult {
    pub position: PositionId,
    /// Indexes into [`PersonResult::cards`].
    pub cards: Vec<usize>,
    /// Days in the post within the period.
    pub days: i64,
    /// In the order of the position's outputs.
    pub outputs: Vec<PostOutput>,
}

/// The amount of an output in a post.
#[derive(Clone, Debug)]
pub struct PostOutput {
    pub value: Value,
    /// The mean of the stints' amounts, where there are several or only a part of it is given.
    pub mean: Option<Value>,
    /// By which share of the period the mean was multiplied: days in the post, days of the period.
    pub prorated: Option<(i64, i64)>,
    /// What it is by rule, where it was ruled.
    pub by_rule: Option<Value>,
}

/// One person in one post and team, in a part of the period or all of it.
#[derive(Clone, Debug)]
pub struct Card {
    pub position: PositionId,
    pub team: Option<TeamRef>,
    /// The days served, within the period; both included.
    pub from: Day,
    pub to: Day,
    /// `Some(false)`: `eligible when` is not met, and nothing is scored.
    pub eligible: Option<bool>,
    pub scorecard: Option<ScorecardResult>,
    /// In the order of the position's outputs: the stint's own amounts, before they are weighted and what is around
    /// them is rounded; those of the post, where this is the only stint in it.
    pub outputs: Vec<Value>,
    /// The values of all nodes of the program for this subject, for explanations.
    pub values: Arc<Vec<Option<Value>>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamRef {
    pub key: Arc<str>,
    pub name: Arc<str>,
}

#[derive(Clone, Debug)]
pub struct ScorecardResult {
    /// In the order of the scorecard's entries.
    pub entries: Vec<EntryResult>,
    /// The entries combined, before bonuses, range, rounding and vetoes.
    pub combined: Value,
    pub adjustments: Vec<AdjustmentResult>,
    /// Steps behind the combined score, in order, each with the score it left: `range`, `rounded`, `veto`.
    pub steps: Vec<ScoreStep>,
    /// The score: rounded, vetoes applied; or why there is none.
    pub score: Value,
    /// Weight present of weight applicable, 0 to 1.
    pub completeness: Number,
    pub vetoes: Vec<VetoResult>,
    pub rating: Option<RatingResult>,
    /// What comes out by rule, where the score or what it is made of was ruled.
    pub by_rule: Option<Box<CardByRule>>,
}

/// What a scorecard gives by rule.
#[derive(Clone, Debug, PartialEq)]
pub struct CardByRule {
    pub score: Value,
    /// Before the distribution.
    pub rating: Option<RatingResult>,
    /// What the ruling on the score stands in the place of: the score with the KPIs that were ruled.
    pub replaced: Option<Value>,
    /// The values of the KPIs that were ruled.
    pub kpis: Vec<(CalcId, Value)>,
}

#[derive(Clone, Debug)]
pub struct ScoreStep {
    pub what: StepKind,
    pub score: Number,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    Adjusted,
    Range,
    Rounded,
    /// Index into the scorecard's vetoes.
    Veto(usize),
    /// What people decided.
    Ruled,
}

#[derive(Clone, Debug)]
pub struct EntryResult {
    /// The share at its level as stated, 0 to 1.
    pub weight: Number,
    /// After redistribution; 0 where the entry is left out.
    pub effective_weight: Number,
    /// The entry's share of the whole scorecard after redistribution, 0 to 1.
    pub share_of_total: Number,
    pub what: EntryResultKind,
    /// A number of points, or why there is none.
    pub score: Value,
    /// What the score was before the limit of its entry (`up to 120% of its points`) cut it.
    pub uncapped: Option<Number>,
    /// What it adds to the total in points: score × share of total. Only where everything above is a weighted
    /// mean or a sum.
    pub contribution: Option<Number>,
}

#[derive(Clone, Debug)]
pub enum EntryResultKind {
    /// Entries in the order of the model's group.
    Group(Vec<EntryResult>),
    Kpi {
        kpi: KpiId,
        node: CalcId,
        value: Value,
        target: Option<Value>,
        /// The target before proration, where it was prorated.
        full_target: Option<Value>,
        /// See [`crate::eval::curve::attainment`]; only where the score reads it.
        attainment: Option<Value>,
        /// `applies when` is not met, here or on a group above: the entry's weight goes to the others.
        not_applicable: bool,
    },
    /// The score of another scorecard, or the mean of several: those of these people. Their scores are out of 100,
    /// whatever the entry's points.
    OtherScore(Vec<Taken>),
}

/// Someone whose score is taken in.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The key in the roster.
    pub person: Arc<str>,
    pub name: Arc<str>,
    /// Over all their scorecards that are taken in, weighted by days.
    pub score: Value,
}

#[derive(Clone, Debug)]
pub struct AdjustmentResult {
    pub kpi: KpiId,
    pub value: Value,
    /// Points added; negative for a deduction. Missing where the KPI is.
    pub points: Value,
}

#[derive(Clone, Debug)]
pub struct VetoResult {
    /// Index into the scorecard's vetoes.
    pub veto: usize,
    /// `Some(true)`: it holds. `None`: its condition is missing, for this reason.
    pub holds: Option<bool>,
    pub missing: Option<Missing>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RatingResult {
    /// Index into the grades of the scorecard's rating.
    pub grade: usize,
    /// By the score alone.
    pub by_score: usize,
    /// What lowered it, if anything.
    pub lowered_by: Option<LoweredBy>,
    /// What it looked at, where that is not the score but the score before it was rounded.
    pub unrounded: Option<Number>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoweredBy {
    /// Index into the scorecard's vetoes.
    Veto(usize),
    /// In an overall rating: a veto of an earlier card of the person with the same grades; indexes into
    /// [`PersonResult::cards`] and into the vetoes of that card's scorecard.
    EarlierVeto { card: usize, veto: usize },
    /// Index into the rating's distribution rules.
    Distribution(usize),
    /// People decided it, whatever it was before.
    Ruling,
}
