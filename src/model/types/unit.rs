//! Units and their algebra.
//!
//! A dimension is a canonical list of base units with exponents; numbers are held in base units, and a
//! [`DisplayUnit`] says how they are written and shown.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

use crate::number::Number;

/// A base unit: a currency, something counted, `point`, or the smallest unit of a family of time.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BaseUnit {
    /// `CNY`, `person`, `point`, `second`, `day`, `month`.
    pub name: String,
    pub plural: String,
    pub kind: BaseKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BaseKind {
    Currency,
    Counted,
    Point,
    Time,
}

/// Base units with exponents, sorted by name; empty for a number or a ratio.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Dimension {
    /// Every literal has one: copies are shared.
    factors: Arc<[(BaseUnit, i32)]>,
}

impl Dimension {
    pub fn none() -> Dimension {
        Dimension::default()
    }

    pub fn of(base: BaseUnit) -> Dimension {
        Dimension { factors: Arc::new([(base, 1)]) }
    }

    /// The unit of scores.
    pub fn point() -> Dimension {
        static POINT: LazyLock<Dimension> = LazyLock::new(|| {
            Dimension::of(BaseUnit { name: "point".into(), plural: "points".into(), kind: BaseKind::Point })
        });
        POINT.clone()
    }

    pub fn is_none(&self) -> bool {
        self.factors.is_empty()
    }

    pub fn factors(&self) -> &[(BaseUnit, i32)] {
        &self.factors
    }

    /// `self × otherⁿ`
    #[must_use]
    pub fn times(&self, other: &Dimension, exponent: i32) -> Dimension {
        let mut factors = self.factors.to_vec();
        for (base, power) in other.factors.iter() {
            match factors.binary_search_by(|(mine, _)| mine.cmp(base)) {
                Ok(at) => factors[at].1 += power * exponent,
                Err(at) => factors.insert(at, (base.clone(), power * exponent)),
            }
        }
        factors.retain(|(_, power)| *power != 0);
        Dimension { factors: factors.into() }
    }

    /// For sentences without a number: lengths of time are counted in seconds, and people write hours.
    #[must_use]
    pub fn in_hours(&self) -> Dimension {
        let said = |base: &BaseUnit| match (base.kind, &*base.name) {
            (BaseKind::Time, "second") => BaseUnit { name: "hour".into(), plural: "hours".into(), kind: base.kind },
            _ => base.clone(),
        };
        Dimension { factors: self.factors.iter().map(|(base, power)| (said(base), *power)).collect() }
    }

    /// As spoken: `points`, `sales`, `CNY/person`.
    pub fn plural(&self) -> String {
        match &*self.factors {
            [(base, 1)] => base.plural.clone(),
            _ => self.to_string(),
        }
    }

    /// As written behind a number: `1 sale`, `2 sales`.
    pub fn beside(&self, number: &str) -> String {
        if number == "1" { self.to_string() } else { self.plural() }
    }

    pub fn is_point(&self) -> bool {
        matches!(&*self.factors, [(base, 1)] if base.kind == BaseKind::Point)
    }

    /// Nothing but counted things.
    pub fn is_counted(&self) -> bool {
        self.factors.iter().all(|(base, _)| base.kind == BaseKind::Counted)
    }

    pub fn has_money(&self) -> bool {
        self.factors.iter().any(|(base, _)| base.kind == BaseKind::Currency)
    }
}

/// `CNY/person/month`, or `a plain number`.
impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.factors.is_empty() {
            return f.write_str("a plain number");
        }
        let mut written = false;
        let mut list = |wanted: bool, f: &mut fmt::Formatter<'_>| -> fmt::Result {
            for (base, power) in self.factors.iter().filter(|(_, power)| (*power > 0) == wanted) {
                for _ in 0..power.abs() {
                    match (wanted, written) {
                        (true, false) => write!(f, "{}", base.name)?,
                        (true, true) => write!(f, "·{}", base.name)?,
                        (false, true) => write!(f, "/{}", base.name)?,
                        (false, false) => write!(f, "1/{}", base.name)?,
                    }
                    written = true;
                }
            }
            Ok(())
        };
        list(true, f)?;
        list(false, f)
    }
}

/// How a number is written and shown: `wan` is 10,000 CNY, `%` is a hundredth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayUnit {
    pub dimension: Dimension,
    /// Base value = shown value × factor.
    pub factor: Number,
    /// As shown behind a number: `%`, `万元`, `CNY/person`; empty for a plain number.
    pub singular: String,
    pub plural: String,
}

impl DisplayUnit {
    pub fn number() -> DisplayUnit {
        DisplayUnit {
            dimension: Dimension::none(),
            factor: Number::ONE,
            singular: String::new(),
            plural: String::new(),
        }
    }

    /// Whether it is one of money, and of nothing else.
    pub fn is_money(&self) -> bool {
        matches!(self.dimension.factors(), [(base, 1)] if base.kind == BaseKind::Currency)
    }

    pub fn point() -> DisplayUnit {
        DisplayUnit {
            dimension: Dimension::point(),
            factor: Number::ONE,
            singular: "point".into(),
            plural: "points".into(),
        }
    }

    pub fn percent() -> DisplayUnit {
        DisplayUnit {
            factor: Number::from_parts(1, 2),
            singular: "%".into(),
            plural: "%".into(),
            ..DisplayUnit::number()
        }
    }

    pub fn permille() -> DisplayUnit {
        DisplayUnit {
            factor: Number::from_parts(1, 3),
            singular: "‰".into(),
            plural: "‰".into(),
            ..DisplayUnit::number()
        }
    }

    /// How many of it are one: 100 of `%`.
    pub fn times(&self) -> Number {
        Number::ONE.div(&self.factor).unwrap_or(Number::ONE)
    }

    /// The unit that exact numbers are in, as documents have it: `CNY/person`. None of plain numbers and ratios.
    pub fn in_base_units(&self) -> Option<String> {
        (!self.dimension.is_none()).then(|| self.dimension.to_string())
    }

    /// `%` or `‰`: written straight behind the number.
    pub fn is_ratio_sign(&self) -> bool {
        self.singular == "%" || self.singular == "‰"
    }
}

/// The units of a project by name: built in, declared, and the nouns of rows.
#[derive(Clone, Debug)]
pub struct Units {
    by_name: BTreeMap<String, DisplayUnit>,
}

impl Default for Units {
    fn default() -> Self {
        let mut units = Units { by_name: BTreeMap::new() };
        units.by_name.insert("number".into(), DisplayUnit::number());
        units.by_name.insert("%".into(), DisplayUnit::percent());
        units.by_name.insert("‰".into(), DisplayUnit::permille());
        for name in ["point", "points"] {
            units.by_name.insert(name.into(), DisplayUnit::point());
        }
        for (base, family) in TIME {
            let dimension =
                Dimension::of(BaseUnit { name: (*base).into(), plural: format!("{base}s"), kind: BaseKind::Time });
            for (name, size) in *family {
                let plural = format!("{name}s");
                let unit = DisplayUnit {
                    dimension: dimension.clone(),
                    factor: Number::from(*size),
                    singular: (*name).into(),
                    plural: plural.clone(),
                };
                units.by_name.insert((*name).into(), unit.clone());
                units.by_name.insert(plural, unit);
            }
        }
        units
    }
}

/// Three families of time, each with its base unit: a month is not a number of days.
pub const TIME: &[(&str, &[(&str, u32)])] = &[
    ("second", &[("second", 1), ("minute", 60), ("hour", 3600)]),
    ("day", &[("day", 1), ("week", 7)]),
    ("month", &[("month", 1), ("quarter", 3), ("half", 6), ("year", 12)]),
];

impl Units {
    /// The unit of a name; ISO 4217 codes are units of themselves.
    pub fn get(&self, name: &str) -> Option<DisplayUnit> {
        if let Some(unit) = self.by_name.get(name) {
            return Some(unit.clone());
        }
        let currency = iso_currency::Currency::from_code(name)?;
        Some(base_unit(currency.code(), currency.code(), BaseKind::Currency))
    }

    /// Declares something that is counted. The unit that had the name or plural before, if any, is kept and returned.
    pub fn add_counted(&mut self, name: &str, plural: &str) -> Option<DisplayUnit> {
        if let Some(unit) = self.get(name).or_else(|| self.get(plural)) {
            return Some(unit);
        }
        let unit = base_unit(name, plural, BaseKind::Counted);
        self.by_name.insert(plural.into(), unit.clone());
        self.by_name.insert(name.into(), unit);
        None
    }

    /// Declares a multiple of another unit, by its name and plural; shown as `label`, or by its name.
    pub fn add_multiple(
        &mut self,
        [name, plural]: [&str; 2],
        label: Option<&str>,
        factor: Number,
        of: &DisplayUnit,
    ) -> Option<DisplayUnit> {
        if let Some(unit) = self.get(name).or_else(|| self.get(plural)) {
            return Some(unit);
        }
        let unit = DisplayUnit {
            dimension: of.dimension.clone(),
            factor: factor.mul(&of.factor),
            singular: label.unwrap_or(name).into(),
            plural: label.unwrap_or(plural).into(),
        };
        self.by_name.insert(plural.into(), unit.clone());
        self.by_name.insert(name.into(), unit);
        None
    }

    /// All names, for "did you mean".
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }
}

fn base_unit(name: &str, plural: &str, kind: BaseKind) -> DisplayUnit {
    DisplayUnit {
        dimension: Dimension::of(BaseUnit { name: name.into(), plural: plural.into(), kind }),
        factor: Number::ONE,
        singular: name.into(),
        plural: plural.into(),
    }
}

impl DisplayUnit {
    /// `self` times (or, with `per`, divided by) `other`, as written: `CNY` and `person` make `CNY/person`.
    #[must_use]
    pub fn combine(&self, other: &DisplayUnit, per: bool) -> DisplayUnit {
        let factor = if per { self.factor.div(&other.factor) } else { Some(self.factor.mul(&other.factor)) };
        let sign = if per { "/" } else { "·" };
        DisplayUnit {
            dimension: self.dimension.times(&other.dimension, if per { -1 } else { 1 }),
            factor: factor.unwrap_or(Number::ONE),
            singular: format!("{}{sign}{}", self.singular, other.singular),
            plural: format!("{}{sign}{}", self.plural, other.singular),
        }
    }
}
