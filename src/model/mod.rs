//! A project with every name resolved and every type known.
//!
//! In come the trees of all files; out comes a [`Model`] in which formulas are [`expr::Expr`]s, and everything the
//! checker found. A model with errors is never planned or evaluated.
//!
//! This file has what a model is made of, `expr` its formulas; `checker` the order of the checks, `memory` what of them
//! is done again after an edit. What is declared is read in files of its own, `company`, `constants`, `kpis`,
//! `positions`, and in folders, by what they decide:
//!
//! 1. `names`: what names stand for, and what builds on what
//! 2. `types`: the type and the unit of a formula
//! 3. `data`: what files hold, and which rows belong to whom
//! 4. `dates`: what holds on which days
//! 5. `scales`: how a value becomes a score or a grade
//! 6. `scorecards`: entries, weights and outputs, and what they can come to
//! 7. `proofs`: what is certain of formulas before any data is seen
//! 8. `cases`: the specs' own tests
//!
//! Behind them `house` holds the specs against the company's own rules, and `alignment` working time against weights;
//! `words` has what findings call things.

pub mod alignment;
pub mod amount;
pub mod cases;
mod checker;
mod company;
mod constants;
pub mod data;
mod dates;
pub mod expr;
mod house;
mod incremental;
mod kpis;
mod names;
mod positions;
pub mod proofs;
mod scales;
mod scorecards;
mod shared;
pub mod types;
mod words;

pub use dates::versions::Versions;
pub use incremental::{Edit, ModelCache, check};

/// The library of functions that ships with Merit, in the language itself.
pub const STANDARD_LIBRARY: &str = include_str!("standard.merit");

use std::collections::{BTreeMap, BTreeSet};

use self::data::DataSet;
use self::expr::Expr;
use self::types::unit::{DisplayUnit, Units};
use crate::alike::folded;
use crate::diagnostic::Levels;
use crate::language::{BinaryOp, Combine, PartOfPeriod, ScopeWord, WhenMissing};
use crate::number::{Number, Rounding};
use crate::scales::Better;
use crate::source::Span;
use crate::time::{Calendar, Start};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub usize);
    )*};
}
ids! {
    /// The place of a data set in [`Model::data`].
    DataId
    /// The place of a column in its data set.
    ColumnIx
    /// The place of a constant in [`Model::constants`].
    ConstantId
    /// The place of a KPI or an index in [`Model::kpis`].
    KpiId
    /// The place of a scale in [`Model::scales`].
    ScaleId
    /// The place of a matrix in [`Model::matrices`].
    MatrixId
    /// The place of a rating in [`Model::ratings`].
    RatingId
    /// The place of a position (one version of it) in [`Model::positions`].
    PositionId
}

/// A checked project.
#[derive(Clone, Debug, Default)]
pub struct Model {
    pub company: Company,
    pub data: Vec<DataSet>,
    pub constants: Vec<Constant>,
    pub kpis: Vec<Kpi>,
    pub scales: Vec<Scale>,
    pub matrices: Vec<Matrix>,
    pub ratings: Vec<Rating>,
    pub units: Units,
    /// How reports call the units of the project: by name and by plural, where they have labels.
    pub unit_labels: BTreeMap<String, Label>,
    pub positions: Vec<Position>,
    pub tests: Vec<cases::Test>,
}

impl Entry {
    /// All that the entry is worth: its points, or 100.
    pub fn full(&self) -> Number {
        self.points.clone().unwrap_or_else(|| Number::from(100))
    }

    /// The most it gives in points, where it says how far it may go beyond its own.
    pub fn cap(&self) -> Option<Number> {
        Some(self.points.as_ref()?.mul(self.most.as_ref()?))
    }
}

impl Model {
    /// A position's name, from its name or label in any language.
    pub fn position_named(&self, text: &str) -> Option<&str> {
        let wanted = folded(text);
        let same = |candidate: &str| folded(candidate) == wanted;
        let labelled = |label: &Label| same(&label.text) || label.translations.values().any(|text| same(text));
        let by_name = self.positions.iter().find(|position| same(&position.name));
        let found = by_name.or_else(|| self.positions.iter().find(|position| labelled(&position.label)));
        found.map(|position| position.name.as_str())
    }

    /// The unit of what a result is called: of a KPI, the score, or an output of some position.
    pub fn unit_of_result(&self, name: &str) -> Option<DisplayUnit> {
        if name == crate::closed::SCORE {
            return Some(DisplayUnit::point());
        }
        let kpi = self.kpis.iter().find(|kpi| kpi.name == name).map(|kpi| &kpi.unit);
        let output = || self.positions.iter().flat_map(|position| &position.outputs).find(|output| output.name == name);
        kpi.or_else(|| output().map(|output| &output.unit)).cloned()
    }

    /// The languages that labels say they are in.
    pub fn languages(&self) -> BTreeSet<&str> {
        fn of_group<'m>(group: &'m Group, labels: &mut Vec<&'m Label>) {
            labels.push(&group.label);
            for entry in &group.entries {
                labels.push(&entry.label);
                if let Head::Group(group) = &entry.head {
                    of_group(group, labels);
                }
            }
        }
        let mut labels: Vec<&Label> = self.unit_labels.values().collect();
        labels.extend(self.kpis.iter().map(|kpi| &kpi.label));
        labels.extend(self.scales.iter().map(|scale| &scale.label));
        labels.extend(self.matrices.iter().map(|matrix| &matrix.label));
        labels.extend(self.data.iter().map(|data| &data.label));
        for rating in &self.ratings {
            labels.push(&rating.label);
            labels.extend(rating.grades.iter().map(|grade| &grade.label));
        }
        for position in &self.positions {
            labels.push(&position.label);
            labels.extend(position.responsibilities.iter().map(|one| &one.label));
            labels.extend(position.outputs.iter().map(|output| &output.label));
            if let Some(card) = &position.scorecard {
                of_group(&card.root, &mut labels);
                labels.extend(card.adjustments.iter().map(|one| &one.label));
                labels.extend(card.vetoes.iter().map(|one| &one.reason));
            }
        }
        labels.iter().flat_map(|label| label.translations.keys().map(String::as_str)).collect()
    }
}

/// How reports name a thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Label {
    /// In the project's first language; the name itself where no label is given.
    pub text: String,
    /// By language.
    pub translations: BTreeMap<String, String>,
}

impl Label {
    /// The label in a language, or the first one.
    pub fn in_language(&self, language: Option<&str>) -> &str {
        language.and_then(|language| self.translations.get(language)).unwrap_or(&self.text)
    }
}

/// Where the months of the company's own calendar stand: each a row with its first and its last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CalendarData {
    pub data: data::DataId,
    pub month: data::ColumnIx,
    pub first: data::ColumnIx,
    pub last: data::ColumnIx,
}

#[derive(Clone, Debug)]
pub struct Company {
    pub name: String,
    pub currency: Option<String>,
    pub calendar: Calendar,
    /// The data set that holds the months of the company's own calendar.
    pub calendar_data: Option<CalendarData>,
    /// How numbers and dates are written in files, where nothing nearer says it.
    pub files: data::written::Written,
    /// How scores are rounded; `None`: not at all.
    pub score_decimals: Option<u32>,
    pub rounding: Rounding,
    pub rating_sees_raw_score: bool,
    pub languages: Vec<String>,
    /// How serious the company takes findings.
    pub levels: Levels,
}

impl Default for Company {
    fn default() -> Self {
        Company {
            name: String::new(),
            currency: None,
            calendar: Calendar::default(),
            calendar_data: None,
            files: data::written::Written::default(),
            score_decimals: None,
            rounding: Rounding::HalfUp,
            rating_sees_raw_score: false,
            languages: Vec::new(),
            levels: Levels::default(),
        }
    }
}

impl Company {
    /// A score as the company rounds it: exact, unless it says `scores to N decimals`.
    pub fn rounded(&self, score: &Number) -> Number {
        match self.score_decimals {
            Some(places) => score.round_places(places, self.rounding),
            None => score.clone(),
        }
    }
}

/// A value that changes with time.
#[derive(Clone, Debug)]
pub struct Dated {
    pub value: Expr,
    pub when: When,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Always,
    /// From then on, until a later one takes over.
    From(Start),
    /// In these fiscal months of every year, counted from 0: first and number.
    Each {
        first: u32,
        count: u32,
    },
}

#[derive(Clone, Debug)]
pub struct Constant {
    pub name: String,
    pub span: Span,
    pub unit: DisplayUnit,
    pub values: Vec<Dated>,
}

/// A KPI, or an index (whose formula is the weighted mean of its parts).
#[derive(Clone, Debug)]
pub struct Kpi {
    pub name: String,
    pub label: Label,
    pub span: Span,
    pub unit: DisplayUnit,
    /// `between 0 and 40`: what it cannot leave; a value beyond is a mistake.
    pub limits: Option<(Number, Number)>,
    pub value: Expr,
    pub direction: Option<Direction>,
    pub scope: Option<ScopeWord>,
    pub note: Option<String>,
    pub owner: Option<String>,
    pub source: Option<String>,
    pub is_index: bool,
    pub versions: Versions,
}

impl Kpi {
    /// Whether the KPI can have this value, by its own limits.
    pub fn can_be(&self, value: &Number) -> bool {
        self.limits.as_ref().is_none_or(|(low, high)| low <= value && value <= high)
    }

    /// The value, or the limit beyond which it lies.
    pub fn nearest_within(&self, value: &Number) -> Number {
        match &self.limits {
            Some((low, _)) if value < low => low.clone(),
            Some((_, high)) if high < value => high.clone(),
            _ => value.clone(),
        }
    }
}

#[derive(Clone, Debug)]
pub enum Direction {
    Higher,
    Lower,
    Closest(Expr),
}

impl Direction {
    /// What the curves that score such a KPI are held against.
    pub(in crate::model) fn better(&self) -> Better<Expr> {
        match self {
            Direction::Higher => Better::Higher,
            Direction::Lower => Better::Lower,
            Direction::Closest(best) => Better::Nearest(best.clone()),
        }
    }
}

#[derive(Clone, Debug)]
pub struct Scale {
    pub name: String,
    pub label: Label,
    pub span: Span,
    pub input: DisplayUnit,
    pub output: DisplayUnit,
    pub curve: Curve,
    pub versions: Versions,
}

/// A curve from a value (and a target and a weight, for a formula) to a score.
#[derive(Clone, Debug)]
pub struct Curve {
    pub kind: CurveKind,
    pub span: Span,
    /// Of a formula that stands for a line or steps with points in data: the scores between which it stays.
    pub scores: Vec<Expr>,
}

/// All numbers are expressions without data: literals and constants.
pub type CurveKind = crate::scales::CurveKind<Expr>;

#[derive(Clone, Debug)]
pub struct Matrix {
    pub name: String,
    pub label: Label,
    pub span: Span,
    pub inputs: [DisplayUnit; 2],
    pub output: DisplayUnit,
    /// The first row whose condition holds; without one it takes all that is left. Likewise the columns.
    pub rows: Vec<Option<(BinaryOp, Expr)>>,
    pub columns: Vec<Option<(BinaryOp, Expr)>>,
    /// For each row, in step with the columns.
    pub values: Vec<Vec<Expr>>,
    pub versions: Versions,
}

#[derive(Clone, Debug)]
pub struct Rating {
    pub name: String,
    pub label: Label,
    pub span: Span,
    /// The best first.
    pub grades: Vec<Grade>,
    pub distribution: Vec<Distribution>,
    pub sees_raw_score: bool,
}

#[derive(Clone, Debug)]
pub struct Grade {
    pub name: String,
    pub label: Label,
    pub span: Span,
    /// From which score on; `None` for the last.
    pub condition: Option<(BinaryOp, Number)>,
}

#[derive(Clone, Debug)]
pub struct Distribution {
    /// `about`: the largest remainder; else `at most`: the floor.
    pub about: bool,
    pub share: Number,
    /// Index into the rating's grades.
    pub grade: usize,
    pub within: Within,
    /// Smaller groups are left alone.
    pub least: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    Company,
    Position,
    Team,
}

#[derive(Clone, Debug)]
pub struct Position {
    pub name: String,
    pub label: Label,
    pub span: Span,
    pub draft: bool,
    pub effective: Option<Start>,
    pub reports_to: Option<String>,
    pub scope: ScopeWord,
    pub purpose: Option<String>,
    pub responsibilities: Vec<Responsibility>,
    pub eligible: Option<Expr>,
    /// People are ranked among those of the position for whom this is the same.
    pub rank_within: Option<Expr>,
    pub scorecard: Option<Scorecard>,
    pub outputs: Vec<Output>,
    /// The rosters whose rows can hold the position: all that it reads can be told of them.
    pub rosters: Vec<data::DataId>,
    /// Those that could by their declaration, and what cannot be told of their rows.
    pub unfit: Vec<Unfit>,
}

/// A roster of which a position asks what its rows cannot answer.
#[derive(Clone, Debug)]
pub struct Unfit {
    pub roster: data::DataId,
    /// The part of a formula, as written.
    pub what: String,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Responsibility {
    pub name: String,
    pub label: Label,
    pub span: Span,
    /// Share of working time; `None` in drafts.
    pub share: Option<Number>,
    pub duties: Vec<String>,
    pub outcomes: Vec<String>,
    pub measured_by: Vec<KpiId>,
}

#[derive(Clone, Debug)]
pub struct Scorecard {
    pub root: Group,
    pub when_missing: WhenMissing,
    /// 0 to 1
    pub complete_at_least: Option<Number>,
    pub range: Option<(Number, Number)>,
    pub vetoes: Vec<Veto>,
    pub adjustments: Vec<Adjustment>,
    pub rating: Option<RatingId>,
    /// What rulings may change, each once.
    pub rulings: Vec<Allowance>,
}

/// What people may decide in the place of what the rules give.
#[derive(Clone, Debug)]
pub struct Allowance {
    pub on: RuledOn,
    /// How far from the value that is replaced, in base units or grades; `None`: as far as they like.
    pub most: Option<Number>,
    pub span: Span,
}

/// What a ruling is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuledOn {
    /// A KPI, of whatever version.
    Kpi(KpiId),
    Score,
    Rating,
    /// Index into the position's outputs.
    Output(usize),
}

#[derive(Clone, Debug)]
pub struct Group {
    pub name: String,
    pub label: Label,
    pub combine: Combine,
    pub entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
pub struct Entry {
    /// The share at its level, 0 to 1.
    pub weight: Number,
    /// For a scorecard in points: the points.
    pub points: Option<Number>,
    /// What `weight` is in a formula: the weight as it is written, points or a share.
    pub stated: Number,
    /// The most it may give, as a part of its points: 1.2 for `up to 120% of its points`.
    pub most: Option<Number>,
    pub head: Head,
    pub label: Label,
    pub span: Span,
    pub applies_when: Option<Expr>,
}

#[derive(Clone, Debug)]
pub enum Head {
    Group(Group),
    Kpi(Box<KpiEntry>),
    /// The scorecard of the person's team in the post of that name.
    ScoreOf(String),
    ScoreOfReports,
}

#[derive(Clone, Debug)]
pub struct KpiEntry {
    pub kpi: KpiId,
    /// Where the KPI is read: the entry's `over`, the KPI's own scope, or the position's.
    pub scope: ScopeWord,
    pub target: Vec<Dated>,
    pub prorated: bool,
    /// `None`: the KPI is in points already.
    pub score: Option<Score>,
}

#[derive(Clone, Debug)]
pub struct Score {
    /// The curve reads the attainment (see [`crate::eval::curve::attainment`]), not the value.
    pub on_attainment: bool,
    pub curve: ScoreCurve,
    /// `of 100`: out of how many points the curve counts, where that is not the entry's own points.
    pub made_for: Option<Number>,
}

#[derive(Clone, Debug)]
pub enum ScoreCurve {
    /// 100 × attainment, capped.
    Attainment {
        up_to: Option<Expr>,
    },
    Own(Curve),
    Scale(ScaleId),
}

#[derive(Clone, Debug)]
pub struct Veto {
    pub condition: Expr,
    pub effect: VetoEffect,
    pub reason: Label,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum VetoEffect {
    /// Index into the rating's grades.
    RatingAtMost(usize),
    ScoreAtMost(Number),
}

/// A bonus (added) or a deduction behind the total.
#[derive(Clone, Debug)]
pub struct Adjustment {
    pub deduct: bool,
    pub kpi: KpiId,
    pub scope: ScopeWord,
    pub amount: Expr,
    pub full_steps: bool,
    pub step: Expr,
    pub limit: Option<Expr>,
    pub label: Label,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Output {
    pub name: String,
    pub label: Label,
    pub span: Span,
    pub unit: DisplayUnit,
    /// What those get who hold the post in a part of the period, where it is said.
    pub part: Option<PartOfPeriod>,
    pub value: Expr,
}
