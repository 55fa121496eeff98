//! The functions built into the language.

use std::cmp::Ordering;

use super::{Missing, Value};
use crate::number::{Number, Rounding};
use crate::time::{Calendar, Day};

/// All there is to know of a built-in function: the checker, the evaluator's messages and the reference read it here.
#[derive(Debug)]
pub struct Signature {
    pub name: &'static str,
    pub function: Builtin,
    pub least: usize,
    /// `usize::MAX`: any number.
    pub most: usize,
    /// How it is written.
    pub usage: &'static str,
    pub about: &'static str,
    /// Formulas and what they give; a test runs them.
    pub examples: &'static [(&'static str, &'static str)],
}

/// Makes the functions, the table of them, and the way from one to its line: none can be left out of one of these.
macro_rules! builtins {
    ($($(#[$about:meta])* $function:ident { $($property:tt)* })*) => {
        /// The functions built into the language; how each is typed, the model says.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Builtin {
            $($(#[$about])* $function,)*
        }

        impl Builtin {
            /// All functions, in their order.
            pub const TABLE: &'static [Signature] = &[
                $(Signature { function: Builtin::$function, $($property)* },)*
            ];

            /// What is known of it.
            pub fn signature(self) -> &'static Signature {
                // The table has the order of the functions.
                &Self::TABLE[self as usize]
            }
        }
    };
}

builtins! {
    Abs {
        name: "abs",
        least: 1,
        most: 1,
        usage: "abs(x)",
        about: "The distance from 0.",
        examples: &[("abs(-3)", "3"), ("abs(80% - 100%)", "20%")],
    }
    Min {
        name: "min",
        least: 2,
        most: usize::MAX,
        usage: "min(a, b, …)",
        about: "The smallest of several values; of dates the earliest.",
        examples: &[("min(3, 5, 2)", "2"), ("min(2026-07-01, period.end)", "2026-07-01")],
    }
    Max {
        name: "max",
        least: 2,
        most: usize::MAX,
        usage: "max(a, b, …)",
        about: "The largest of several values; of dates the latest.",
        examples: &[("max(20%, 25%)", "25%")],
    }
    Clamp {
        name: "clamp",
        least: 3,
        most: 3,
        usage: "clamp(x, lowest, highest)",
        about: "The value itself, but not below the lowest nor above the highest; where these are the wrong way round in the data, the highest.",
        examples: &[("clamp(130, 0, 120)", "120"), ("clamp(-5, 0, 120)", "0")],
    }
    Floor {
        name: "floor",
        least: 1,
        most: 1,
        usage: "floor(x)",
        about: "The next whole number below; of lengths of time and percentages `round_down` says in which unit.",
        examples: &[("floor(2.7)", "2"), ("floor(-2.1)", "-3")],
    }
    Ceil {
        name: "ceil",
        least: 1,
        most: 1,
        usage: "ceil(x)",
        about: "The next whole number above; of lengths of time and percentages `round_up` says in which unit.",
        examples: &[("ceil(2.1)", "3")],
    }
    Sqrt {
        name: "sqrt",
        least: 1,
        most: 1,
        usage: "sqrt(x)",
        about: "The square root; missing below 0. Approximate: 28 digits.",
        examples: &[("sqrt(2)", "≈ 1.414213562373"), ("sqrt(-1)", "missing \"no such number\"")],
    }
    Ln {
        name: "ln",
        least: 1,
        most: 1,
        usage: "ln(x)",
        about: "The natural logarithm; missing at 0 and below. Approximate.",
        examples: &[("ln(10)", "≈ 2.302585092994")],
    }
    Exp {
        name: "exp",
        least: 1,
        most: 1,
        usage: "exp(x)",
        about: "The number e to a power. Approximate.",
        examples: &[("exp(1)", "≈ 2.718281828459")],
    }
    Pow {
        name: "pow",
        least: 2,
        most: 2,
        usage: "pow(x, exponent)",
        about: "A power; exact where the exponent is a whole number.",
        examples: &[("pow(1.1, 3)", "1.331"), ("pow(2, 0.5)", "≈ 1.414213562373")],
    }
    /// Ties as the company says.
    Round {
        name: "round",
        least: 2,
        most: 2,
        usage: "round(x to step)",
        about: "To the nearest multiple of the step, which has its sign where `x` is a percentage (`to 1%`); ties as the \
                company says, away from 0 where it says nothing.",
        examples: &[
            ("round(2.345 to 0.01)", "2.35"),
            ("round(-2.5 to 1)", "-3"),
            ("round(1_249 CNY to 50 CNY)", "1_250 CNY"),
        ],
    }
    RoundUp {
        name: "round_up",
        least: 2,
        most: 2,
        usage: "round_up(x to step)",
        about: "To the next multiple of the step that is not smaller.",
        examples: &[("round_up(2.341 to 0.01)", "2.35"), ("round_up(-2.341 to 0.01)", "-2.34")],
    }
    RoundDown {
        name: "round_down",
        least: 2,
        most: 2,
        usage: "round_down(x to step)",
        about: "To the next multiple of the step that is not greater.",
        examples: &[("round_down(2.349 to 0.01)", "2.34"), ("round_down(-2.341 to 0.01)", "-2.35")],
    }
    MonthsBetween {
        name: "months_between",
        least: 2,
        most: 2,
        usage: "months_between(from, to)",
        about: "Full months from one date to another, as `DATEDIF` of spreadsheets counts them: another one is full \
                when the day of the month is reached again. A month that is too short for it reaches it on the \
                first day of the next. Backwards it counts below 0.",
        examples: &[
            ("months_between(2026-01-15, 2026-04-14)", "2 months"),
            ("months_between(2026-01-15, 2026-04-15)", "3 months"),
            ("months_between(2026-01-31, 2026-02-28)", "0 months"),
        ],
    }
    DaysBetween {
        name: "days_between",
        least: 2,
        most: 2,
        usage: "days_between(from, to)",
        about: "Days from one date to another.",
        examples: &[("days_between(2026-06-30, 2026-07-02)", "2 days")],
    }
    YearOf {
        name: "year_of",
        least: 1,
        most: 1,
        usage: "year_of(date)",
        about: "The year of a date, as a number.",
        examples: &[("year_of(2026-07-02)", "2026")],
    }
    MonthOf {
        name: "month_of",
        least: 1,
        most: 1,
        usage: "month_of(date)",
        about: "The month of a date, from 1 to 12.",
        examples: &[("month_of(2026-07-02)", "7")],
    }
    DayOf {
        name: "day_of",
        least: 1,
        most: 1,
        usage: "day_of(date)",
        about: "The day of the month of a date.",
        examples: &[("day_of(2026-07-02)", "2")],
    }
}

impl Builtin {
    /// What is known of the function of that name.
    pub fn named(name: &str) -> Option<&'static Signature> {
        Self::TABLE.iter().find(|signature| signature.name == name)
    }

    pub fn name(self) -> &'static str {
        self.signature().name
    }

    /// Applies the function; `rounding` is how `round` breaks ties. Missing in gives missing out.
    pub fn call(self, arguments: &[Value], rounding: Rounding, calendar: &Calendar) -> Value {
        if let Some(missing) = arguments.iter().find(|argument| argument.is_missing()) {
            return missing.clone();
        }
        let best = |wanted: Ordering| {
            let mut best = &arguments[0];
            for argument in &arguments[1..] {
                if argument.compare(best) == Some(wanted) {
                    best = argument;
                }
            }
            best.clone()
        };
        let number = |at: usize| arguments.get(at).and_then(Value::as_number).cloned().unwrap_or(Number::ZERO);
        let day = |at: usize| arguments.get(at).and_then(Value::as_day).unwrap_or(Day(0));
        let answer = |number: Option<Number>| number.map_or(Value::Missing(Missing::NoAnswer), Value::Number).held();
        let round = |rounding: Rounding| {
            let step = number(1);
            answer(step.is_positive().then(|| number(0).round_to(&step, rounding)))
        };
        match self {
            Builtin::Abs => Value::Number(number(0).abs()),
            Builtin::Min => best(Ordering::Less),
            Builtin::Max => best(Ordering::Greater),
            Builtin::Clamp => Value::Number(number(0).max(number(1)).min(number(2))),
            Builtin::Floor => Value::Number(number(0).floor()),
            Builtin::Ceil => Value::Number(number(0).ceil()),
            Builtin::Sqrt => answer(number(0).sqrt()),
            Builtin::Ln => answer(number(0).ln()),
            Builtin::Exp => answer(number(0).exp()),
            Builtin::Pow => answer(number(0).pow(&number(1))),
            Builtin::Round => round(rounding),
            Builtin::RoundUp => round(Rounding::Up),
            Builtin::RoundDown => round(Rounding::Down),
            Builtin::MonthsBetween => Value::Number(calendar.months_between(day(0), day(1)).into()),
            Builtin::DaysBetween => Value::Number((day(1).0 - day(0).0).into()),
            Builtin::YearOf => Value::Number(day(0).ymd().0.into()),
            Builtin::MonthOf => Value::Number(day(0).ymd().1.into()),
            Builtin::DayOf => Value::Number(day(0).ymd().2.into()),
        }
    }
}
