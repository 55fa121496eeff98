//! The values of the language and what its operators do with them.
//!
//! The checker has made sure of types and units before anything is evaluated, so the operators here only meet
//! what fits them; units do not appear, as every number is held in base units (a `wan` as CNY, an hour in minutes).

mod builtin;
mod intervals;

pub use builtin::{Builtin, Signature};
pub use intervals::{Interval, settled};

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use crate::language::BinaryOp;
use crate::number::{Excess, Number};
use crate::time::{Day, Months};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    Number(Number),
    Text(Arc<str>),
    Day(Day),
    Period(Months),
    Flag(bool),
    /// The place of a label in its column's `one of`.
    Choice(u32),
    Missing(Missing),
}

/// How many rows there are, and how many there should be.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TooFew {
    pub got: u64,
    pub needed: u64,
    /// What the rows are: `answer` where there is one, `answers` otherwise.
    pub noun: String,
}

/// Why a value is missing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Missing {
    /// No row to take a value from.
    NoRows,
    /// The cell is blank.
    Blank,
    DivisionByZero,
    /// Fewer rows than `at least N rows` asks for.
    TooFew(Arc<TooFew>),
    /// An entry's `applies when` is not met.
    NotApplicable,
    /// The window lies wholly outside the stints in the post.
    OutsideStints,
    /// The period has no closing.
    NotClosed,
    /// The closing of the period has no such result of the person.
    NotEvaluatedThen,
    /// `sqrt(-1)`, `ln(0)`: no number answers.
    NoAnswer,
    /// The differing values or several rows that `latest` or `only` found, as said to the user.
    Ambiguous(Arc<str>),
    /// Written in the spec.
    Stated(Arc<str>),
    /// A number that cannot be held exactly. Nothing takes it for a value that is not there: who needs it stops.
    TooLarge(Excess),
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Missing::NoRows => f.write_str("no rows"),
            Missing::Blank => f.write_str("blank cell"),
            Missing::DivisionByZero => f.write_str("division by zero"),
            Missing::TooFew(few) => {
                let only = if few.got == 0 { "no".to_string() } else { format!("only {}", few.got) };
                write!(f, "{only} {}, {} needed", few.noun, few.needed)
            }
            Missing::NotApplicable => f.write_str("not applicable"),
            Missing::OutsideStints => f.write_str("before the start in this post"),
            Missing::NotClosed => f.write_str("not closed"),
            Missing::NotEvaluatedThen => f.write_str("not evaluated then"),
            Missing::NoAnswer => f.write_str("no such number"),
            Missing::Ambiguous(what) => f.write_str(what),
            Missing::Stated(reason) if reason.is_empty() => f.write_str("missing"),
            Missing::Stated(reason) => f.write_str(reason),
            Missing::TooLarge(_) => f.write_str("too large a number"),
        }
    }
}

impl Missing {
    /// For a reason of a few words.
    pub fn stated(reason: impl Into<Arc<str>>) -> Missing {
        Missing::Stated(reason.into())
    }
}

impl Value {
    pub fn text(text: &str) -> Value {
        Value::Text(Arc::from(text))
    }

    /// Missing for a reason of a few words.
    pub fn stated(reason: impl Into<Arc<str>>) -> Value {
        Value::Missing(Missing::stated(reason))
    }

    pub fn is_missing(&self) -> bool {
        matches!(self, Value::Missing(_))
    }

    /// How a number was too large to be held, where the value is one of these.
    pub fn excess(&self) -> Option<Excess> {
        match self {
            Value::Missing(Missing::TooLarge(excess)) => Some(*excess),
            _ => None,
        }
    }

    /// The value, of a number only if it can be held.
    #[must_use]
    pub fn held(self) -> Value {
        match self.as_number().and_then(Number::excess) {
            Some(excess) => Value::Missing(Missing::TooLarge(excess)),
            None => self,
        }
    }

    pub fn as_number(&self) -> Option<&Number> {
        match self {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    pub fn as_flag(&self) -> Option<bool> {
        match self {
            Value::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    pub fn as_day(&self) -> Option<Day> {
        match self {
            Value::Day(day) => Some(*day),
            _ => None,
        }
    }

    /// The order of two values of one kind; `None` for different kinds or where one is missing.
    pub fn compare(&self, other: &Value) -> Option<Ordering> {
        match (self, other) {
            (Value::Number(a), Value::Number(b)) => Some(a.cmp(b)),
            (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
            (Value::Day(a), Value::Day(b)) => Some(a.cmp(b)),
            (Value::Period(a), Value::Period(b)) => Some(a.cmp(b)),
            (Value::Flag(a), Value::Flag(b)) => Some(a.cmp(b)),
            (Value::Choice(a), Value::Choice(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        Value::Number(number)
    }
}
impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Value::Flag(flag)
    }
}
impl From<Missing> for Value {
    fn from(missing: Missing) -> Self {
        Value::Missing(missing)
    }
}

/// `left OP right`. A number too large to be held is told as such. Missing on either side gives missing, the left reason first; `and` and `or` stop early where
/// the known side decides.
pub fn binary(op: BinaryOp, left: &Value, right: &Value) -> Value {
    use BinaryOp::*;
    let deciding = match op {
        And => Some(false),
        Or => Some(true),
        _ => None,
    };
    if let Some(deciding) = deciding {
        if left.as_flag() == Some(deciding) || (right.as_flag() == Some(deciding) && !left.is_missing()) {
            return Value::Flag(deciding);
        }
        return match (left, right) {
            (Value::Missing(_), _) => left.clone(),
            (_, Value::Missing(_)) => right.clone(),
            _ => Value::Flag(!deciding),
        };
    }
    match (left, right) {
        (Value::Missing(_), _) => left.clone(),
        (_, Value::Missing(_)) => right.clone(),
        (Value::Number(a), Value::Number(b)) if matches!(op, Add | Subtract | Multiply | Divide) => match op {
            Add => Value::Number(a.add(b)).held(),
            Subtract => Value::Number(a.sub(b)).held(),
            Multiply => Value::Number(a.mul(b)).held(),
            _ => a.div(b).map_or(Value::Missing(Missing::DivisionByZero), Value::Number).held(),
        },
        (Value::Day(a), Value::Day(b)) if op == Subtract => Value::Number((a.0 - b.0).into()),
        _ => {
            let order = left.compare(right);
            Value::Flag(match op {
                Equal => order == Some(Ordering::Equal),
                NotEqual => order != Some(Ordering::Equal),
                Less => order == Some(Ordering::Less),
                LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
                Greater => order == Some(Ordering::Greater),
                _ => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
            })
        }
    }
}

/// `95%`, `33.33…%`: a ratio as people write it.
pub fn percent(number: &Number) -> String {
    format!("{}%", number.mul(&Number::from(100)))
}
