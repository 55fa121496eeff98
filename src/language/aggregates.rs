//! The aggregates of the language: all that is said of each stands here, and every pass goes by it.

use crate::plural::one_of;

/// All there is to know of an aggregate: the parser, the checker, the proofs, the planner, what keeps values while rows go
/// by, the statements for engines and the reference read it here.
#[derive(Debug)]
pub struct AggregateSignature {
    /// `count distinct` is two words.
    pub name: &'static str,
    pub function: AggregateFunction,
    /// How it is written.
    pub usage: &'static str,
    pub about: &'static str,
    /// Formulas and what they give; a test runs them.
    pub examples: &'static [(&'static str, &'static str)],
    pub takes: Takes,
    pub second: Second,
    pub blanks: Blanks,
    pub gives: Gives,
    pub over_nothing: OverNothing,
    pub range: Range,
    pub keeps: Keeps,
}

/// What is read of each row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Nothing: the rows themselves are counted.
    Rows,
    Condition,
    /// Numbers; anything else "cannot be …".
    Numbers(&'static str),
    /// What comes in an order: numbers, dates and periods. Anything else "cannot be …".
    Ordered(&'static str),
    Anything,
}

/// What stands behind a comma.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Second {
    Nothing,
    /// A share from 0% to 100%.
    Fraction,
}

/// What becomes of rows without a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blanks {
    /// The formula must say what they mean.
    Refused,
    LeftOut,
    /// Rows are counted, whether they have a value or not.
    Counted,
}

/// What kind of value comes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gives {
    /// A number of rows, in their unit.
    Rows,
    /// How many values there are: of links in the unit of the rows that they lead to, else in none.
    Different,
    /// A part of all rows, in no unit.
    Ratio,
    /// What the values are, in their unit.
    Values,
}

/// What it is over no rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverNothing {
    Zero,
    Missing,
}

/// Between what limits it lies, by those of the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    NotNegative,
    /// From 0 to 1.
    PartOfOne,
    /// On the side of 0 on which all values lie; it may be beyond them.
    SideOfValues,
    /// Between the least and the greatest of the values.
    AmongValues,
}

/// What is kept while rows go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Keeps {
    /// Little, which can be put together of parts: of threads, of the months of a window, of what an engine has counted by
    /// group and run of months.
    Parts(Parts),
    /// What only all rows of a window tell: an engine is asked for each window.
    Whole(Whole),
}

/// What can be put together of parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Parts {
    Count,
    Sum,
    /// A sum and a count; conditions count as 1 and 0.
    Mean,
    Least,
    Greatest,
}

/// What must see all rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Whole {
    /// All different values, to count them.
    Different,
    /// All values, in their order.
    List(Finish),
    /// The value of the newest day, and whether there are several.
    Latest,
    /// The value of the first row, and whether there are more.
    Only,
}

/// What is told of values in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Finish {
    /// What lies a fraction of the way from the first to the last; half of it where none is written.
    AtFraction,
}

/// What grows with the rows, so that the answers of two halves are added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddsUp {
    Rows,
    Values,
    Nothing,
}

/// What is asked of a row besides its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    Nothing,
    /// Its day: which is newer.
    Day,
    /// Its number: whether it is the only one, and where the others stand.
    Number,
}

impl AggregateFunction {
    /// The aggregate of that name.
    pub fn named(name: &str) -> Option<&'static AggregateSignature> {
        Self::TABLE.iter().find(|signature| signature.name == name)
    }

    /// Some of their names as a help has them: `sum`, `count` or `only`.
    pub fn listed(which: impl Fn(&AggregateSignature) -> bool) -> String {
        one_of(Self::TABLE.iter().filter(|one| which(one)).map(|one| format!("`{}`", one.name)))
    }
}

impl AggregateSignature {
    /// How it is written of a column: `percentile(premium of policies, 90%)`.
    pub fn written(&self, column: &str, data: &str) -> String {
        let second = match self.second {
            Second::Nothing => "",
            Second::Fraction => ", 90%",
        };
        let name = self.name;
        match self.takes {
            Takes::Rows => format!("{name}({data})"),
            Takes::Condition | Takes::Numbers(_) | Takes::Ordered(_) | Takes::Anything => {
                format!("{name}({column} of {data}{second})")
            }
        }
    }

    /// How outputs of people are taken together; nothing where they are not.
    pub fn of_outputs(&self) -> Option<Parts> {
        match (self.takes, self.keeps) {
            (Takes::Rows | Takes::Numbers(_) | Takes::Ordered(_) | Takes::Anything, Keeps::Parts(parts)) => Some(parts),
            (Takes::Condition, Keeps::Parts(_)) | (_, Keeps::Whole(_)) => None,
        }
    }

    /// What of its answer grows with the rows.
    pub fn adds_up(&self) -> AddsUp {
        match self.keeps {
            Keeps::Parts(Parts::Count) => AddsUp::Rows,
            Keeps::Parts(Parts::Sum) => AddsUp::Values,
            Keeps::Parts(Parts::Mean | Parts::Least | Parts::Greatest) | Keeps::Whole(_) => AddsUp::Nothing,
        }
    }
}

impl Keeps {
    /// Whether what is kept grows with the rows.
    pub fn grows(self) -> bool {
        match self {
            Keeps::Parts(_) | Keeps::Whole(Whole::Latest | Whole::Only) => false,
            Keeps::Whole(Whole::Different | Whole::List(_)) => true,
        }
    }

    /// What must be known of a row besides its value.
    pub fn beside(self) -> Beside {
        match self {
            Keeps::Parts(_) | Keeps::Whole(Whole::Different | Whole::List(_)) => Beside::Nothing,
            Keeps::Whole(Whole::Latest) => Beside::Day,
            Keeps::Whole(Whole::Only) => Beside::Number,
        }
    }
}

/// Makes the functions, the table of them, and the way from one to its line: none can be left out of one of these.
macro_rules! aggregates {
    ($($function:ident { $($property:tt)* })*) => {
        /// The aggregates of the language.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum AggregateFunction {
            $($function,)*
        }

        impl AggregateFunction {
            /// All aggregates, in their order.
            pub const TABLE: &'static [AggregateSignature] = &[
                $(AggregateSignature { function: AggregateFunction::$function, $($property)* },)*
            ];

            /// What is said of it.
            pub fn signature(self) -> &'static AggregateSignature {
                // The table has the order of the functions.
                &Self::TABLE[self as usize]
            }
        }
    };
}

aggregates! {
    Sum {
        name: "sum",
        usage: "sum(x of DATA)",
        about: "Adds the values up; 0 over no rows. A column that may be blank needs `default`, or a `where` that leaves its blanks out.",
        examples: &[
            ("sum(amount of sales)", "1_000 CNY"),
            ("sum(amount of sales where product = cocoa)", "0 CNY"),
            ("sum(fee default 0 of sales)", "15 CNY"),
        ],
        takes: Takes::Numbers("added up"),
        second: Second::Nothing,
        blanks: Blanks::Refused,
        gives: Gives::Values,
        over_nothing: OverNothing::Zero,
        range: Range::SideOfValues,
        keeps: Keeps::Parts(Parts::Sum),
    }
    Count {
        name: "count",
        usage: "count(DATA)",
        about: "How many rows; of rows that hold for a time, how many keys.",
        examples: &[("count(sales)", "4 sales"), ("count(sales where amount >= 300 CNY)", "2 sales")],
        takes: Takes::Rows,
        second: Second::Nothing,
        blanks: Blanks::Counted,
        gives: Gives::Rows,
        over_nothing: OverNothing::Zero,
        range: Range::NotNegative,
        keeps: Keeps::Parts(Parts::Count),
    }
    CountDistinct {
        name: "count distinct",
        usage: "count distinct(x of DATA)",
        about: "How many different values; blanks do not count.",
        examples: &[("count distinct(customer of sales)", "3")],
        takes: Takes::Anything,
        second: Second::Nothing,
        blanks: Blanks::LeftOut,
        gives: Gives::Different,
        over_nothing: OverNothing::Zero,
        range: Range::NotNegative,
        keeps: Keeps::Whole(Whole::Different),
    }
    Share {
        name: "share",
        usage: "share(CONDITION of DATA)",
        about: "The part of the rows that meet a condition; missing over no rows.",
        examples: &[
            ("share(product = tea of sales)", "75%"),
            ("share(product = tea of sales where amount > 900 CNY)", "missing \"no rows\""),
        ],
        takes: Takes::Condition,
        second: Second::Nothing,
        blanks: Blanks::LeftOut,
        gives: Gives::Ratio,
        over_nothing: OverNothing::Missing,
        range: Range::PartOfOne,
        keeps: Keeps::Parts(Parts::Mean),
    }
    Average {
        name: "average",
        usage: "average(x of DATA)",
        about: "The mean of the values; missing over no rows. Rows without a value are left out: a blank, a division by 0.",
        examples: &[("average(amount of sales)", "250 CNY"), ("average(fee of sales)", "7.50 CNY")],
        takes: Takes::Numbers("averaged"),
        second: Second::Nothing,
        blanks: Blanks::LeftOut,
        gives: Gives::Values,
        over_nothing: OverNothing::Missing,
        range: Range::AmongValues,
        keeps: Keeps::Parts(Parts::Mean),
    }
    Median {
        name: "median",
        usage: "median(x of DATA)",
        about: "The value in the middle; of an even number of rows, the mean of the two in the middle.",
        examples: &[("median(amount of sales)", "250 CNY")],
        takes: Takes::Numbers("averaged"),
        second: Second::Nothing,
        blanks: Blanks::LeftOut,
        gives: Gives::Values,
        over_nothing: OverNothing::Missing,
        range: Range::AmongValues,
        keeps: Keeps::Whole(Whole::List(Finish::AtFraction)),
    }
    Percentile {
        name: "percentile",
        usage: "percentile(x of DATA, SHARE)",
        about: "The value below which a share of the rows lies, interpolated as spreadsheets do (`PERCENTILE.INC`).",
        examples: &[("percentile(amount of sales, 90%)", "370 CNY")],
        takes: Takes::Numbers("averaged"),
        second: Second::Fraction,
        blanks: Blanks::LeftOut,
        gives: Gives::Values,
        over_nothing: OverNothing::Missing,
        range: Range::AmongValues,
        keeps: Keeps::Whole(Whole::List(Finish::AtFraction)),
    }
    Min {
        name: "min",
        usage: "min(x of DATA)",
        about: "The smallest value or the earliest date; missing over no rows.",
        examples: &[("min(amount of sales)", "100 CNY")],
        takes: Takes::Ordered("put in order"),
        second: Second::Nothing,
        blanks: Blanks::LeftOut,
        gives: Gives::Values,
        over_nothing: OverNothing::Missing,
        range: Range::AmongValues,
        keeps: Keeps::Parts(Parts::Least),
    }
    Max {
        name: "max",
        usage: "max(x of DATA)",
        about: "The largest value or the latest date; missing over no rows.",
        examples: &[("max(sold_on of sales)", "2026-09-20")],
        takes: Takes::Ordered("put in order"),
        second: Second::Nothing,
        blanks: Blanks::LeftOut,
        gives: Gives::Values,
        over_nothing: OverNothing::Missing,
        range: Range::AmongValues,
        keeps: Keeps::Parts(Parts::Greatest),
    }
    Latest {
        name: "latest",
        usage: "latest(x of DATA)",
        about: "The value of the row with the newest date; two values on that day are an error.",
        examples: &[("latest(amount of sales)", "400 CNY")],
        takes: Takes::Anything,
        second: Second::Nothing,
        blanks: Blanks::LeftOut,
        gives: Gives::Values,
        over_nothing: OverNothing::Missing,
        range: Range::AmongValues,
        keeps: Keeps::Whole(Whole::Latest),
    }
    Only {
        name: "only",
        usage: "only(x of DATA)",
        about: "The value of the single row; missing where there is none, an error where there are two.",
        examples: &[("only(amount of sales where product = coffee)", "300 CNY")],
        takes: Takes::Anything,
        second: Second::Nothing,
        blanks: Blanks::Counted,
        gives: Gives::Values,
        over_nothing: OverNothing::Missing,
        range: Range::AmongValues,
        keeps: Keeps::Whole(Whole::Only),
    }
}
