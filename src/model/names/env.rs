//! Where a formula stands: what its names can mean, and the types of what it reads.

use std::sync::Arc;

use crate::language::ScopeWord;
use crate::model::RatingId;
use crate::model::data::DataId;
use crate::model::expr::{Base, Expr, Kind, Type};
use crate::model::types::unit::{Dimension, DisplayUnit};
use crate::number::Number;
use crate::source::Span;
use crate::syntax::tree;
use crate::value::{Missing, Value};

/// Where a formula stands: what its names can mean.
#[derive(Clone, Debug)]
pub(in crate::model) struct Env {
    pub(in crate::model) place: Place,
    /// Parameters of the function that is expanded.
    pub(in crate::model) parameters: Vec<Parameter>,
    /// The rows were entered in the function's own text: their columns and its parameters are written side by side.
    pub(in crate::model) rows_of_function: bool,
    /// What an enclosing condition has shown not to be missing.
    pub(in crate::model) present: Vec<String>,
    /// The unit that a bare number takes (targets, thresholds).
    pub(in crate::model) bare: Option<Bare>,
    /// In a comparison a bare number takes the other side's unit (vetoes).
    pub(in crate::model) lenient: bool,
    pub(in crate::model) entry: Option<InCurve>,
    /// In an output: the earlier ones by name, `score` and `rating`.
    pub(in crate::model) outputs: Option<InOutput>,
    /// The part of a row's formula that is being read goes by several of its columns.
    pub(in crate::model) mixed: bool,
    /// In the formula of a column: KPIs and outputs are never meant.
    pub(in crate::model) column: bool,
    /// Behind it stands a window that is not the period's.
    pub(in crate::model) moved: bool,
    /// The nearest `over` behind it.
    pub(in crate::model) over: Option<ScopeWord>,
}

/// What the `formula` of a curve can read besides.
#[derive(Clone, Debug)]
pub(in crate::model) struct InCurve {
    pub(in crate::model) value: Base,
    /// The value and the target as they are declared.
    pub(in crate::model) reads: DisplayUnit,
    /// `None` where none is stated.
    pub(in crate::model) target: Option<Type>,
    /// Points, or a plain number for a share.
    pub(in crate::model) weight: Base,
}

/// A parameter of a function that is expanded.
#[derive(Clone, Debug)]
pub(in crate::model) struct Parameter {
    pub(in crate::model) name: String,
    /// As typed where it was written.
    pub(in crate::model) argument: Expr,
    pub(in crate::model) declared: Span,
    /// Of a function that ships with Merit: nobody can give it another name.
    pub(in crate::model) library: bool,
}

/// What an output can read besides KPIs and data.
#[derive(Clone, Debug)]
pub(in crate::model) struct InOutput {
    pub(in crate::model) position: String,
    /// The output itself.
    pub(in crate::model) name: String,
    /// All outputs of the position, as written.
    pub(in crate::model) written: Arc<[tree::Output]>,
    /// The outputs before it, as they are and as they are written.
    pub(in crate::model) earlier: Vec<(String, Type, DisplayUnit)>,
    /// Whether the position has a scorecard, and that a rating; `None` where nothing knows its name.
    pub(in crate::model) scored: bool,
    pub(in crate::model) rated: bool,
    pub(in crate::model) rating: Option<RatingId>,
}

/// The unit that a bare number takes: 10 in hours is 36,000 seconds.
#[derive(Clone, Debug)]
pub(in crate::model) struct Bare {
    pub(in crate::model) dimension: Dimension,
    /// Base value = bare number × factor.
    pub(in crate::model) factor: Number,
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
pub(in crate::model) enum Place {
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
    pub(in crate::model) fn subject() -> Env {
        Env::at(Place::Subject)
    }
    /// The formula of a column, in which nothing about people can be read.
    pub(in crate::model) fn row(data: DataId) -> Env {
        Env { column: true, ..Env::at(Place::Row(data)) }
    }
    pub(in crate::model) fn constant() -> Env {
        Env::at(Place::Constant)
    }
    /// A bare number takes this unit where it may: a plain number, points, something counted, or time.
    pub(in crate::model) fn bare(mut self, unit: &Bare) -> Env {
        self.bare = Some(unit.clone());
        self
    }
    pub(in crate::model) fn lenient(mut self) -> Env {
        self.lenient = true;
        self
    }
    /// The rows of a data set, read by an aggregate in this formula.
    pub(in crate::model) fn inside(&self, data: DataId) -> Env {
        Env {
            parameters: self.parameters.clone(),
            rows_of_function: !self.parameters.is_empty(),
            ..Env::at(Place::Row(data))
        }
    }
    /// In another window or scope: what was shown here says nothing there.
    pub(in crate::model) fn elsewhere(&self) -> Env {
        Env { present: Vec::new(), ..self.clone() }
    }
    pub(in crate::model) fn with_present(&self, keys: Vec<String>) -> Env {
        let mut env = self.clone();
        env.present.extend(keys);
        env
    }
}

impl Env {
    /// The parameter of that name; of functions in functions, the innermost.
    pub(in crate::model) fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().rev().find(|parameter| parameter.name == name)
    }
}

impl Type {
    pub(in crate::model) fn known(base: Base) -> Type {
        Type { base, optional: false }
    }
    pub(in crate::model) fn maybe(base: Base) -> Type {
        Type { base, optional: true }
    }
}

impl Base {
    pub(in crate::model) fn number() -> Base {
        Base::Number(Dimension::none())
    }

    pub(in crate::model) fn is_number(&self) -> bool {
        matches!(self, Base::Number(_) | Base::Zero | Base::Any)
    }

    /// As said to the user.
    pub(in crate::model) fn words(&self) -> String {
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
    pub(in crate::model) fn join(&self, other: &Base) -> Option<Base> {
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
    pub(in crate::model) fn wrong(span: Span) -> Expr {
        Expr::new(Kind::Value(Value::Missing(Missing::NoAnswer)), Type::known(Base::Any), span)
    }

    /// Whether a finding was reported for this formula already: nothing more can be said of it.
    pub(in crate::model) fn is_wrong(&self) -> bool {
        self.ty.base == Base::Any && !self.ty.optional
    }

    pub(in crate::model) fn dimension(&self) -> Dimension {
        match &self.ty.base {
            Base::Number(dimension) => dimension.clone(),
            _ => Dimension::none(),
        }
    }
}
