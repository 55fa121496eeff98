//! What the ground has, as bytes.

use super::bytes::{Put, kept_enum, kept_struct, put_enum};
use crate::diagnostic::DataPlace;
use crate::encoding::Encoding;
use crate::language::{AcrossStints, AggregateFunction, BinaryOp};
use crate::number::Rounding;
use crate::value::{Builtin, Missing, TooFew, Value};

kept_struct! { TooFew { got, needed, noun } }
kept_struct! { DataPlace { file, sheet, row, key, column, cell, text } }

kept_enum! {
    Value {
        0 = Number(number),
        1 = Text(text),
        2 = Day(day),
        3 = Period(months),
        4 = Flag(flag),
        5 = Choice(choice),
        6 = Missing(missing),
    }
}

kept_enum! {
    Missing {
        0 = NoRows,
        1 = Blank,
        2 = DivisionByZero,
        3 = TooFew(few),
        4 = NotApplicable,
        5 = OutsideStints,
        6 = NoAnswer,
        7 = Ambiguous(what),
        8 = Stated(reason),
        9 = TooLarge(excess),
        10 = NotClosed,
        11 = NotEvaluatedThen,
    }
}

put_enum! { Rounding { 0 = HalfUp, 1 = HalfEven, 2 = Up, 3 = Down } }

/// Words of the language, of which each program has its own numbers; the program is part of every key.
macro_rules! words {
    ($($name:ident),*) => {$(
        impl Put for $name {
            fn put(&self, into: &mut Vec<u8>) {
                (*self as u32).put(into);
            }
        }
    )*};
}

words! { AcrossStints, AggregateFunction, BinaryOp, Builtin }

impl Put for Encoding {
    fn put(&self, into: &mut Vec<u8>) {
        self.name().put(into);
    }
}
