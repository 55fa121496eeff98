//! The formulas of a period, specialised: every KPI in every scope and window it is used in, once.
//!
//! Windows, dated constants and targets are resolved, functions and KPIs expanded; what is left depends only on who is
//! evaluated. The nodes form a graph without circles in which equal parts are shared, so that a person's values are
//! one pass over it, and an explanation is a walk down from any node.

use std::sync::Arc;

use super::query::MeasureId;
use super::rounding::Rounded;
use crate::language::{BinaryOp, Combine, Parts, ScopeWord, WhenMissing};
use crate::model::data::DataId;
use crate::model::{KpiId, MatrixId, PositionId, ScaleId};
use crate::number::Number;
use crate::scales::CurveKind;
use crate::scales::thresholds::first;
use crate::source::Span;
use crate::time::{Day, Months, PeriodName};
use crate::value::{Builtin, Value};

/// The place of a node in [`Program::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CalcId(pub usize);

#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Nodes refer to earlier ones only.
    pub nodes: Vec<Calc>,
    /// Where each node stands in the specs.
    pub spans: Vec<Span>,
    /// One for each position and roster that has rows to evaluate in the period.
    pub cards: Vec<CardPlan>,
    /// Named scales called in formulas.
    pub curves: Vec<CurvePlan>,
    /// Whose they are, in step with the curves.
    pub scales: Vec<ScaleId>,
    /// Sums of outputs over a roster.
    pub sums: Vec<OutputSum>,
    /// Matrices called in formulas.
    pub matrices: Vec<MatrixPlan>,
    /// Whose they are, in step with them.
    pub matrix_ids: Vec<MatrixId>,
}

/// A step of a calculation for one subject (a person in a post and team).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Calc {
    Value(Value),
    /// A measure's answer for the subject's group: the company, the stint's team, or the person in the post.
    /// `months` is the window read: in scope own, one that lies wholly outside the stints in the post is
    /// missing (`Missing::OutsideStints`), where `cut` says so (data without time shape is not cut). Of a running period
    /// `carried` asks for what it would be at the end ([`crate::plan::query::Answers::carried`]).
    Measure {
        measure: MeasureId,
        scope: ScopeWord,
        months: Months,
        cut: bool,
        at_least: Option<u64>,
        carried: bool,
    },
    /// A result of the one evaluated as it was closed in an earlier period.
    Closed {
        name: Arc<str>,
        period: PeriodName,
        /// The base unit that it has now.
        unit: Option<Arc<str>>,
        /// Over all posts, not in this one.
        over_all: bool,
    },
    /// A column of the roster row: index into `Query::reads`.
    Read(usize),
    Not(CalcId),
    Negate(CalcId),
    Binary(BinaryOp, CalcId, CalcId),
    If {
        condition: CalcId,
        then: CalcId,
        otherwise: CalcId,
    },
    Default {
        value: CalcId,
        fallback: CalcId,
    },
    /// Points of a curve that stand in data are out of order: a mistake, where it is asked for. `read`: whether they
    /// are in order, by the row (index into `Query::reads`), where the data can tell.
    OutOfOrder {
        op: BinaryOp,
        one: CalcId,
        other: CalcId,
        read: Option<usize>,
    },
    IsMissing(CalcId),
    InSet(CalcId, Vec<CalcId>),
    InDays {
        date: CalcId,
        from: Day,
        to: Day,
    },
    Call(Builtin, Vec<CalcId>),
    /// A named scale at a value: index into [`Program::curves`].
    Curve(usize, CalcId),
    /// The value of a matrix at a row and a column: index into [`Program::matrices`].
    Matrix(usize, CalcId, CalcId),
    /// Names its operand in explanations: this KPI, over these months, in this scope.
    Kpi {
        kpi: KpiId,
        months: Months,
        scope: ScopeWord,
        body: CalcId,
    },
    /// What only scoring knows; evaluated afresh for each entry or output.
    Input(Input),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Input {
    /// In a `formula` curve: the value (or attainment) scored, the target, the weight as it is written.
    EntryValue,
    EntryTarget,
    EntryWeight,
    /// In an output: the total after rounding and vetoes.
    Score,
    /// In an output: the index of the person's grade.
    Rating,
    /// In an output: an earlier output of the position.
    Output(usize),
    /// In an output: index into [`Program::sums`].
    Sum(usize),
}

/// One output of all who are on a roster, or in the team of who asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OutputSum {
    pub keeps: Parts,
    pub roster: DataId,
    pub output: String,
    /// In the place of a missing one.
    pub fallback: Option<Number>,
    /// A [`Calc::Read`] of those who may be counted.
    pub condition: Option<CalcId>,
    /// Whether only the asker's team and those below it count.
    pub in_team: bool,
}

/// Everything that is computed for a person in a position.
#[derive(Clone, Debug)]
pub struct CardPlan {
    pub position: PositionId,
    pub roster: DataId,
    pub eligible: Option<CalcId>,
    pub rank_within: Option<CalcId>,
    pub scorecard: Option<ScorecardPlan>,
    pub outputs: Vec<OutputPlan>,
}

/// An output: computed on each stint, and brought together for the post.
#[derive(Clone, Debug)]
pub struct OutputPlan {
    pub value: CalcId,
    /// The formula inside the rounding around it, and the rounding, which is applied to the post's amount.
    pub inside: Option<(CalcId, Rounded)>,
    /// The post's amount is multiplied by the share of the period in which it is held.
    pub prorated: bool,
}

impl OutputPlan {
    /// What is computed on each stint.
    pub fn nodes(&self) -> impl Iterator<Item = CalcId> {
        std::iter::once(self.value).chain(self.inside.as_ref().map(|(inside, _)| *inside))
    }
}

/// In step with [`crate::model::Scorecard`]: entries, vetoes and adjustments stand in the same order.
#[derive(Clone, Debug)]
pub struct ScorecardPlan {
    pub root: GroupPlan,
    pub when_missing: WhenMissing,
    pub complete_at_least: Option<Number>,
    pub range: Option<(Number, Number)>,
    pub vetoes: Vec<CalcId>,
    pub adjustments: Vec<AdjustmentPlan>,
}

#[derive(Clone, Debug)]
pub struct GroupPlan {
    pub combine: Combine,
    pub entries: Vec<EntryPlan>,
}

#[derive(Clone, Debug)]
pub struct EntryPlan {
    /// The share at its level, 0 to 1.
    pub weight: Number,
    /// For a scorecard in points: the entry's points.
    pub points: Option<Number>,
    /// What `weight` is in a formula: points, or the share as it is written.
    pub stated: Number,
    /// The most that the entry gives, in points.
    pub cap: Option<Number>,
    pub applies_when: Option<CalcId>,
    pub what: EntryWhat,
}

#[derive(Clone, Debug)]
pub enum EntryWhat {
    Group(GroupPlan),
    Kpi(Box<KpiPlan>),
    /// The scorecard of the subject's team in this post (a position's name).
    ScoreOf(Arc<str>),
    ScoreOfReports,
}

#[derive(Clone, Debug)]
pub struct KpiPlan {
    pub kpi: KpiId,
    pub value: CalcId,
    pub target: Option<CalcId>,
    /// The target is scaled by the days served in the period.
    pub prorated: bool,
    /// What the attainment is measured by: higher, lower is better, or neither known.
    pub lower_is_better: bool,
    pub on_attainment: bool,
    /// `None`: the value is the score.
    pub curve: Option<ScorePlan>,
    /// Out of how many points the curve counts, where that is not the entry's own.
    pub made_for: Option<Number>,
}

/// What makes points of the value of an entry.
#[derive(Clone, Debug)]
pub enum ScorePlan {
    /// The entry's full points × attainment, capped.
    Attainment {
        up_to: Option<Number>,
    },
    Curve(CurvePlan),
}

impl ScorePlan {
    /// Whether it goes by the attainment, whatever else the entry says.
    pub fn is_attainment(&self) -> bool {
        match self {
            ScorePlan::Attainment { .. } => true,
            ScorePlan::Curve(_) => false,
        }
    }

    /// The formula of a curve that is one.
    pub fn formula(&self) -> Option<CalcId> {
        match self {
            ScorePlan::Attainment { .. } => None,
            ScorePlan::Curve(curve) => curve.formula().copied(),
        }
    }
}

/// A curve with its numbers known.
pub type CurvePlan = CurveKind<Number, CalcId>;

/// The first row and the first column whose condition holds, and the value where they meet.
#[derive(Clone, Debug)]
pub struct MatrixPlan {
    pub rows: Vec<Option<(BinaryOp, Number)>>,
    pub columns: Vec<Option<(BinaryOp, Number)>>,
    pub values: Vec<Vec<Number>>,
}

impl MatrixPlan {
    /// The row and the column of two values.
    pub fn cell(&self, row: &Number, column: &Number) -> Option<(usize, usize)> {
        let place = |limits: &[Option<(BinaryOp, Number)>], value| first(limits.iter().map(Option::as_ref), value);
        place(&self.rows, row).zip(place(&self.columns, column))
    }
}

#[derive(Clone, Debug)]
pub struct AdjustmentPlan {
    pub kpi: KpiId,
    pub value: CalcId,
    pub deduct: bool,
    pub amount: Number,
    pub full_steps: bool,
    pub step: Number,
    pub limit: Option<Number>,
}
