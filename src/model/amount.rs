//! Amounts that are written outside of specs, as on a command line: read as the specs' own are.

use super::Model;
use super::types::unit::DisplayUnit;
use crate::nearest::nearest;
use crate::number::Number;
use crate::source::FileId;
use crate::syntax::tree::{Expr, ExprKind, NumberStyle, UnitExpr};
use crate::syntax::{self, percent_meant};

/// What is written in the place of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Amount {
    /// In base units.
    Number(Number),
    /// `missing`, with the reason as far as it is said.
    Missing(String),
}

/// Why an amount cannot be taken as one in the unit that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoAmount {
    pub message: String,
    /// What may be written in its place, each of them right.
    pub writes: Vec<String>,
    /// What else helps.
    pub help: String,
}

impl NoAmount {
    fn new(message: String, writes: impl IntoIterator<Item = String>) -> NoAmount {
        NoAmount { message, writes: writes.into_iter().collect(), help: String::new() }
    }
}

impl Model {
    /// Reads an amount in a unit: `95%`, `12_000 CNY`, `-3`, `missing`. A bare number is one of what is counted, and nothing
    /// else: a percentage and money say what they are.
    pub fn amount(&self, text: &str, unit: &DisplayUnit) -> Result<Amount, NoAmount> {
        let written = syntax::parse_expression(FileId(0), text).map_err(|_| {
            let otherwise = syntax::written_otherwise(text).into_iter();
            let right = otherwise.filter(|other| self.amount(other, unit).is_ok());
            NoAmount { help: self.like(unit), ..NoAmount::new(format!("`{text}` is no amount"), right) }
        })?;
        let (negative, literal) = match &*written.kind {
            ExprKind::Negate(inner) => (true, inner),
            _ => (false, &written),
        };
        match &*literal.kind {
            ExprKind::Missing(reason) if !negative => {
                Ok(Amount::Missing(reason.as_ref().map(|reason| reason.value.clone()).unwrap_or_default()))
            }
            ExprKind::Number(_) => {
                self.literal(text, literal, unit).map(|one| Amount::Number(if negative { one.neg() } else { one }))
            }
            _ => Err(NoAmount { help: self.like(unit), ..NoAmount::new(format!("`{text}` is no amount"), []) }),
        }
    }

    fn literal(&self, text: &str, literal: &Expr, unit: &DisplayUnit) -> Result<Number, NoAmount> {
        let ExprKind::Number(number) = &*literal.kind else { return Ok(Number::ZERO) };
        let written = Number::from(number.written);
        let its = match (&number.style, &number.unit) {
            (NumberStyle::Percent, _) => DisplayUnit::percent(),
            (NumberStyle::Permille, _) => DisplayUnit::permille(),
            (NumberStyle::Plain, Some(its)) => self.unit_written(its)?,
            (NumberStyle::Plain, None) => {
                let readings: Vec<String> = match (unit.is_ratio_sign(), unit.dimension.has_money()) {
                    (true, _) => {
                        let meant = percent_meant(number.written).normalize();
                        let mut readings = vec![format!("{text}{}", unit.singular)];
                        if unit.singular == "%" && meant != number.written.normalize() {
                            let sign = if text.starts_with('-') { "-" } else { "" };
                            readings.insert(0, format!("{sign}{meant}%"));
                        }
                        readings
                    }
                    (false, true) => vec![format!("{text} {}", self.in_letters(unit))],
                    (false, false) => return Ok(written.mul(&unit.factor)),
                };
                return Err(NoAmount::new(format!("`{text}` has no unit"), readings));
            }
        };
        if its.dimension != unit.dimension || its.is_ratio_sign() != unit.is_ratio_sign() {
            let is = if its.is_ratio_sign() { "a percentage".into() } else { format!("in {}", its.dimension.plural()) };
            let asked = match unit.is_ratio_sign() {
                true => "a percentage".into(),
                false => match unit.dimension.is_none() {
                    true => "a plain number".into(),
                    false => format!("in {}", unit.dimension.plural()),
                },
            };
            let message = format!("`{text}` is {is}, and it is {asked} that is asked for");
            return Err(NoAmount { help: self.like(unit), ..NoAmount::new(message, []) });
        }
        Ok(written.mul(&its.factor))
    }

    fn unit_written(&self, written: &UnitExpr) -> Result<DisplayUnit, NoAmount> {
        let mut whole: Option<DisplayUnit> = None;
        for factor in &written.factors {
            let name = &factor.name.text;
            let unit = self.units.get(name).ok_or_else(|| {
                let near = nearest(name, self.units.names());
                let help = near.map_or(String::new(), |near| format!("did you mean `{near}`?"));
                NoAmount { help, ..NoAmount::new(format!("there is no unit `{name}`"), []) }
            })?;
            whole = Some(whole.map_or(unit.clone(), |so_far| so_far.combine(&unit, factor.per)));
        }
        Ok(whole.unwrap_or_else(DisplayUnit::number))
    }

    /// The name that a unit has in specs, as it may be shown by its label.
    fn in_letters(&self, unit: &DisplayUnit) -> String {
        let same = |name: &&str| self.units.get(name).is_some_and(|known| known == *unit);
        self.units.names().find(same).map_or_else(|| unit.dimension.to_string(), str::to_string)
    }

    /// What an amount in the unit looks like.
    fn like(&self, unit: &DisplayUnit) -> String {
        let example = match (unit.is_ratio_sign(), unit.dimension.is_none()) {
            (true, _) => format!("95{}", unit.singular),
            (false, true) => "95".into(),
            (false, false) => format!("95 {}", self.in_letters(unit)),
        };
        format!("write a number as specs do, as in `{example}`, or `missing`")
    }
}
