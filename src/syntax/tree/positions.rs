//! Positions: responsibilities, scorecards, outputs.

use super::company::Dated;
use super::datasets::Type;
use super::expressions::{Expr, Number};
use super::kpis::{Curve, Effective, Weight};
use super::{Label, Name, Text};
use crate::language::{Combine, PartOfPeriod, ScopeWord, WhenMissing};
use crate::source::Span;

#[derive(Clone, Debug, PartialEq)]
pub struct Position {
    pub name: Name,
    pub label: Label,
    pub draft: Option<Span>,
    pub effective: Option<Effective>,
    pub reports_to: Option<Name>,
    pub scope: Option<(ScopeWord, Span)>,
    pub purpose: Option<Text>,
    pub responsibilities: Option<Responsibilities>,
    pub eligible: Option<Expr>,
    /// `rank within athlete.competition`
    pub rank_within: Option<Expr>,
    pub scorecard: Option<Scorecard>,
    pub outputs: Vec<Output>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Responsibilities {
    pub entries: Vec<Responsibility>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Responsibility {
    pub share: WorkShare,
    pub name: Name,
    pub label: Label,
    /// Bare sentences in the block, in order.
    pub duties: Vec<Text>,
    pub outcomes: Vec<Text>,
    pub measured_by: Vec<Name>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum WorkShare {
    Share(Number),
    Rest(Span),
    /// `?`
    Unstated(Span),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Scorecard {
    /// `scorecard total 210 points { … }`
    pub total: Option<Number>,
    pub entries: Vec<Entry>,
    pub rules: Vec<ScorecardRule>,
    pub span: Span,
}

/// A rule inside a scorecard or a group. A group takes only `Combine` and `WeightsTotal`.
#[derive(Clone, Debug, PartialEq)]
pub enum ScorecardRule {
    Combine {
        combine: Combine,
        span: Span,
    },
    /// `weights total 210`
    WeightsTotal(Number),
    WhenMissing {
        what: WhenMissing,
        span: Span,
    },
    /// `complete at least 70%`
    CompleteAtLeast(Number),
    /// `range 0 to 120`
    Range {
        low: Expr,
        high: Expr,
        span: Span,
    },
    Veto(Veto),
    /// `bonus KPI add … ["Label"]` or `deduction KPI deduct … ["Label"]`
    Adjustment(Adjustment),
    Rating(Name),
    /// `rulings on score at most 5 points, on rating at most one grade`
    Rulings {
        allowances: Vec<Allowance>,
        span: Span,
    },
}

/// `on score at most 5 points`: what rulings may change, and how far.
#[derive(Clone, Debug, PartialEq)]
pub struct Allowance {
    pub on: RuledOn,
    pub most: Option<RulingLimit>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum RuledOn {
    Score(Span),
    Rating(Span),
    Kpi(Name),
    Output(Name),
}

#[derive(Clone, Debug, PartialEq)]
pub enum RulingLimit {
    /// `at most one grade`
    Grades(u32, Span),
    Amount(Expr),
}

/// `veto CONDITION gives rating at most D "reason"` or `gives score at most 60 "reason"`
#[derive(Clone, Debug, PartialEq)]
pub struct Veto {
    pub condition: Expr,
    pub gives: VetoEffect,
    pub reason: Label,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum VetoEffect {
    RatingAtMost(Name),
    ScoreAtMost(Expr),
}

/// `bonus awards add 2 for each 1 up to 10 "Awards"`: `bonus`, or `deduction` where `deduct` is written.
/// Here a step is counted from 0 unless `above target from` says otherwise, so most of it may be left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Adjustment {
    pub deduct: bool,
    pub kpi: Name,
    pub amount: Expr,
    pub full_steps: bool,
    pub step: Expr,
    /// `up to 10`
    pub limit: Option<Expr>,
    pub label: Label,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub weight: Weight,
    /// More than one only behind `equal a, b, c`; the clauses then hold for each.
    pub heads: Vec<EntryHead>,
    pub label: Label,
    pub scope: Option<(ScopeWord, Span)>,
    /// Empty when no target is stated.
    pub target: Vec<Dated>,
    pub prorated: Option<Span>,
    pub score: Option<Box<ScoreRule>>,
    /// `score … of 100`: the curve was made for so many points.
    pub made_for: Option<Number>,
    /// `up to 120% of its points`
    pub most: Option<Number>,
    pub applies_when: Option<Expr>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum EntryHead {
    Kpi(Name),
    Group {
        name: Name,
        entries: Vec<Entry>,
        rules: Vec<ScorecardRule>,
    },
    /// `score of branch_office`
    ScoreOf(Name),
    /// `score of reports`
    ScoreOfReports(Span),
}

#[derive(Clone, Debug, PartialEq)]
pub enum ScoreRule {
    Curve(Curve),
    /// `score NAME`
    Named(Name),
    /// `score attainment [up to 120]`
    Attainment {
        up_to: Option<Expr>,
        span: Span,
    },
    /// `score on attainment CURVE|NAME`
    OnAttainment(Box<ScoreRule>, Span),
}

impl ScoreRule {
    pub fn span(&self) -> Span {
        match self {
            ScoreRule::Curve(curve) => curve.span,
            ScoreRule::Named(name) => name.span,
            ScoreRule::Attainment { span, .. } | ScoreRule::OnAttainment(_, span) => *span,
        }
    }
}

/// `output NAME "Label" : TYPE = EXPR`, with `prorated` or `in full` behind the type
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    pub name: Name,
    pub label: Label,
    pub ty: Type,
    pub part: Option<PartOfPeriod>,
    pub value: Expr,
    pub span: Span,
}
