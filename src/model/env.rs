//! Where a formula stands: what its names can mean, and the types of what it reads.

use std::sync::Arc;

use super::RatingId;
use super::data::DataId;
use super::expr::{Base, Expr, Kind, Type};
use super::unit::{Dimension, DisplayUnit};
use crate::language::ScopeWord;
use crate::number::Number;
use crate::source::Span;
use crate::syntax::tree::{self};
use crate::value::{Missing, Value};

/// Where a formula stands: what its names can mean.
#[derive(Clone, Debug)]
pub(super) struct Env {
    pub(super) place: Place,
    /// Parameters of the function that is expanded.
    pub(super) parameters: Vec<Parameter>,
    /// The rows were entered in the function's own text: their columns and its parameters are written side by side.
    pub(super) rows_of_function: bool,
    /// What an enclosing condition has shown not to be missing.
    pub(super) present: Vec<String>,
    /// The unit that a bare number takes (targets, thresholds).
    pub(super) bare: Option<Bare>,
    /// In a comparison a bare number takes the other side's unit (vetoes).
    pub(super) lenient: bool,
    pub(super) entry: Option<InCurve>,
    /// In an output: the earlier ones by name, `score` and `rating`.
    pub(super) outputs: Option<InOutput>,
    /// The part of a row's formula that is being read goes by several of its columns.
    pub(super) mixed: bool,
    /// In the formula of a column: KPIs and outputs are never meant.
    pub(super) column: bool,
    /// Behind it stands a window that is not the period's.
    pub(super) moved: bool,
    /// The nearest `over` behind it.
    pub(super) over: Option<ScopeWord>,
}

/// What the `formula` of a curve can read besides.
#[derive(Clone, Debug)]
pub(super) struct InCurve {
    pub(super) value: Base,
    /// The value and the target as they are declared.
    pub(super) reads: DisplayUnit,
    /// `None` where none is stated.
    pub(super) target: Option<Type>,
    /// Points, or a plain number for a share.
    pub(super) weight: Base,
}

/// A parameter of a function that is expanded.
#[derive(Clone, Debug)]
pub(super) struct Parameter {
    pub(super) name: String,
    /// As typed where it was written.
    pub(super) argument: Expr,
    pub(super) declared: Span,
    /// Of a function that ships with Merit: nobody can give it another name.
    pub(super) library: bool,
}

/// What an output can read besides KPIs and data.
#[derive(Clone, Debug)]
pub(super) struct InOutput {
    pub(super) position: String,
    /// The output itself.
    pub(super) name: String,
    /// All outputs of the position, as written.
    pub(super) written: Arc<[tree::Output]>,
    /// The outputs before it, as they are and as they are written.
    pub(super) earlier: Vec<(String, Type, DisplayUnit)>,
    /// Whether the position has a scorecard, and that a rating; `None` where nothing knows its name.
    pub(super) scored: bool,
    pub(super) rated: bool,
    pub(super) rating: Option<RatingId>,
}

/// The unit that a bare number takes: 10 in hours is 36,000 seconds.
#[derive(Clone, Debug)]
pub(super) struct Bare {
    pub(super) dimension: Dimension,
    /// Base value = bare number × factor.
    pub(super) factor: Number,
}

impl From<&Dimension> for Bare {
    fn from(dimension: &Dimension) -> Bare {
        Bare { dimension: dimension.clone(), factor: Number::ONE }
    }
}

impl From<&DisplayUnit> for Bare {
    fn from(unit: &DisplayUnit) -> Bare {
        // 85 is 85%, or 8500%? A ratio is written with its sign, so a bare number is the ratio itself.
        let factor = if unit.dimension.is_none() { Number::ONE } else { unit.factor.clone() };
        Bare { dimension: unit.dimension.clone(), factor }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// About the one evaluated: KPIs, aggregates, the person.
    Subject,
    /// About a row of the data set.
    Row(DataId),
    /// Numbers that are known without data.
    Constant,
}

impl Env {
    pub(super) fn at(place: Place) -> Env {
        Env {
            place,
            parameters: Vec::new(),
            rows_of_function: false,
            present: Vec::new(),
            bare: None,
            lenient: false,
            entry: None,
            outputs: None,
            mixed: false,
            column: false,
            moved: false,
            over: None,
        }
    }
    pub(super) fn subject() -> Env {
        Env::at(Place::Subject)
    }
    /// The formula of a column, in which nothing about people can be read.
    pub(super) fn row(data: DataId) -> Env {
        Env { column: true, ..Env::at(Place::Row(data)) }
    }
    pub(super) fn constant() -> Env {
        Env::at(Place::Constant)
    }
    /// A bare number takes this unit where it may: a plain number, points, something counted, or time.
    pub(super) fn bare(mut self, unit: &Bare) -> Env {
        self.bare = Some(unit.clone());
        self
    }
    pub(super) fn lenient(mut self) -> Env {
        self.lenient = true;
        self
    }
    /// The rows of a data set, read by an aggregate in this formula.
    pub(super) fn inside(&self, data: DataId) -> Env {
        Env {
            parameters: self.parameters.clone(),
            rows_of_function: !self.parameters.is_empty(),
            ..Env::at(Place::Row(data))
        }
    }
    /// In another window or scope: what was shown here says nothing there.
    pub(super) fn elsewhere(&self) -> Env {
        Env { present: Vec::new(), ..self.clone() }
    }
    pub(super) fn with_present(&self, keys: Vec<String>) -> Env {
        let mut env = self.clone();
        env.present.extend(keys);
        env
    }
}

impl Env {
    /// The parameter of that name; of functions in functions, the innermost.
    pub(super) fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().rev().find(|parameter| parameter.name == name)
    }
}

impl Type {
    pub(super) fn known(base: Base) -> Type {
        Type { base, optional: false }
    }
    pub(super) fn maybe(base: Base) -> Type {
        Type { base, optional: true }
    }
}

impl Base {
    pub(super) fn number() -> Base {
        Base::Number(Dimension::none())
    }

    pub(super) fn is_number(&self) -> bool {
        matches!(self, Base::Number(_) | Base::Zero | Base::Any)
    }

    /// As said to the user.
    pub(super) fn words(&self) -> String {
        match self {
            Base::Number(dimension) if dimension.is_none() => "a plain number".into(),
            Base::Number(dimension) => format!("in {}", dimension.in_hours().plural()),
            Base::Zero => "0".into(),
            Base::Text => "text".into(),
            Base::Date => "a date".into(),
            Base::Period => "a period".into(),
            Base::Flag => "yes or no".into(),
            Base::Choice(..) => "one of a list of words".into(),
            Base::Grade(_) => "a grade".into(),
            Base::Link(_) => "a link to a row".into(),
            Base::Position => "a position".into(),
            Base::Any => "anything".into(),
        }
    }

    /// The type that holds both, if there is one.
    pub(super) fn join(&self, other: &Base) -> Option<Base> {
        match (self, other) {
            (Base::Any, any) | (any, Base::Any) => Some(any.clone()),
            (Base::Zero, Base::Zero) => Some(Base::Zero),
            (Base::Zero, Base::Number(unit)) | (Base::Number(unit), Base::Zero) => Some(Base::Number(unit.clone())),
            _ if self == other => Some(self.clone()),
            _ => None,
        }
    }
}

impl Expr {
    pub(super) fn wrong(span: Span) -> Expr {
        Expr::new(Kind::Value(Value::Missing(Missing::NoAnswer)), Type::known(Base::Any), span)
    }

    /// Whether a finding was reported for this formula already: nothing more can be said of it.
    pub(super) fn is_wrong(&self) -> bool {
        self.ty.base == Base::Any && !self.ty.optional
    }

    pub(super) fn dimension(&self) -> Dimension {
        match &self.ty.base {
            Base::Number(dimension) => dimension.clone(),
            _ => Dimension::none(),
        }
    }
}
