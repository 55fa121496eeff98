//! Numbers with all their digits.

use crate::model::types::unit::DisplayUnit;
use crate::number::{Number, Rounding};
use crate::report::digits::grouped;

/// Places behind the point of a fraction that no decimal holds; a `…` says that there are more.
const PLACES: u32 = 6;

/// Decimals with more places are shown as fractions are.
const MOST: u32 = 12;

/// A fraction with more signs says nothing to anybody.
const LONGEST: usize = 30;

/// A number in the unit that people write, with all its digits: `50%`, `1,234.56 CNY`, `33.333333…%`.
pub fn exact(number: &Number, unit: &DisplayUnit) -> String {
    let shown = number.div(&unit.factor).unwrap_or_else(|| number.clone());
    with_unit(&digits(&shown), unit)
}

/// The same; of a number that is approximate itself the digits stand behind `≈`.
pub fn in_full(number: &Number, unit: &DisplayUnit) -> String {
    let text = exact(number, unit);
    if number.is_approximate() { format!("≈ {text}") } else { text }
}

/// What the digits of [`in_full`] do not tell: the fraction, where no decimal holds it and people could type it.
pub fn fraction(number: &Number, unit: &DisplayUnit) -> Option<String> {
    let shown = number.div(&unit.factor).unwrap_or_else(|| number.clone());
    if number.is_approximate() || shown.as_decimal().is_some_and(|decimal| decimal.scale() <= MOST) {
        return None;
    }
    let (above, below) = shown.parts();
    let fraction = format!("{above}/{below}");
    let sign = if unit.is_ratio_sign() { unit.singular.as_str() } else { "" };
    (fraction.len() <= LONGEST).then(|| format!("{fraction}{sign}"))
}

fn digits(shown: &Number) -> String {
    match shown.as_decimal().filter(|decimal| decimal.scale() <= MOST) {
        Some(decimal) => grouped(&decimal.normalize().to_string()),
        None => format!("{}…", grouped(&shown.to_fixed(PLACES, Rounding::Down))),
    }
}

fn with_unit(digits: &str, unit: &DisplayUnit) -> String {
    let name = if digits == "1" { &unit.singular } else { &unit.plural };
    match (unit.is_ratio_sign(), name.is_empty()) {
        (true, _) => format!("{digits}{}", unit.singular),
        (_, true) => digits.to_string(),
        _ => format!("{digits} {name}"),
    }
}
