//! Numbers that are more than can be gone on with. Where one comes up an evaluation stops.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::One;

use super::{MAX_BITS, Number, Value, ten_to};

/// How a number is more than can be gone on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Excess {
    /// Larger than some 79 · 10²⁷: no decimal of any precision holds it.
    Size,
    /// A fraction whose denominator has too many digits.
    Digits,
}

/// What is said of it.
#[derive(Debug)]
pub struct Words {
    pub message: &'static str,
    pub label: &'static str,
    pub help: &'static str,
}

impl Excess {
    pub fn words(self) -> Words {
        match self {
            Excess::Size => Words {
                message: "this gives a number too large to be held exactly",
                label: "beyond some 79 000 000 000 000 000 000 000 000 000",
                help: "look for a unit or a power that is out of place, or for a value in the data that cannot be",
            },
            Excess::Digits => Words {
                message: "this gives a fraction with too many digits to be held exactly",
                label: "over a denominator of more than 19 000 digits",
                help: "round what is divided, as in `sum(round(a / b to 0.000001) of rows)`, or add up before dividing, \
                       as in `sum(a of rows) / sum(b of rows)`",
            },
        }
    }
}

impl Number {
    /// How the number is more than can be gone on with, if it is.
    pub fn excess(&self) -> Option<Excess> {
        match &self.value {
            Value::Decimal(_) => None,
            Value::Fraction(ratio) if ratio.denom().bits() > MAX_BITS => Some(Excess::Digits),
            Value::Fraction(ratio) => (ratio.numer().bits() > ratio.denom().bits() + 95).then_some(Excess::Size),
        }
    }

    pub fn is_too_large(&self) -> bool {
        self.excess().is_some()
    }

    /// Stands for a result that is not worked out, as it would be too large.
    pub fn beyond(excess: Excess) -> Number {
        Number::fraction(match excess {
            Excess::Size => BigRational::from_integer(ten_to(60)),
            Excess::Digits => BigRational::new_raw(BigInt::one(), BigInt::one() << (MAX_BITS + 1)),
        })
    }
}
