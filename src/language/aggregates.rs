//! The aggregates of the language.

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AggregateFunction {
    Sum,
    Count,
    CountDistinct,
    Share,
    Average,
    Median,
    Percentile,
    Min,
    Max,
    Latest,
    Only,
}

/// All there is to know of an aggregate: the parser, the checker's proposals and the reference read it here.
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
}

impl AggregateFunction {
    pub const TABLE: &'static [AggregateSignature] = &[
        AggregateSignature {
            name: "sum",
            function: AggregateFunction::Sum,
            usage: "sum(x of DATA)",
            about: "Adds the values up; 0 over no rows. A column that may be blank needs `default`, or a `where` that leaves its blanks out.",
            examples: &[
                ("sum(amount of sales)", "1_000 CNY"),
                ("sum(amount of sales where product = cocoa)", "0 CNY"),
                ("sum(fee default 0 of sales)", "15 CNY"),
            ],
        },
        AggregateSignature {
            name: "count",
            function: AggregateFunction::Count,
            usage: "count(DATA)",
            about: "How many rows; of rows that hold for a time, how many keys.",
            examples: &[("count(sales)", "4 sales"), ("count(sales where amount >= 300 CNY)", "2 sales")],
        },
        AggregateSignature {
            name: "count distinct",
            function: AggregateFunction::CountDistinct,
            usage: "count distinct(x of DATA)",
            about: "How many different values; blanks do not count.",
            examples: &[("count distinct(customer of sales)", "3")],
        },
        AggregateSignature {
            name: "share",
            function: AggregateFunction::Share,
            usage: "share(CONDITION of DATA)",
            about: "The part of the rows that meet a condition; missing over no rows.",
            examples: &[
                ("share(product = tea of sales)", "75%"),
                ("share(product = tea of sales where amount > 900 CNY)", "missing \"no rows\""),
            ],
        },
        AggregateSignature {
            name: "average",
            function: AggregateFunction::Average,
            usage: "average(x of DATA)",
            about: "The mean of the values; missing over no rows. Rows without a value are left out: a blank, a division by 0.",
            examples: &[("average(amount of sales)", "250 CNY"), ("average(fee of sales)", "7.50 CNY")],
        },
        AggregateSignature {
            name: "median",
            function: AggregateFunction::Median,
            usage: "median(x of DATA)",
            about: "The value in the middle; of an even number of rows, the mean of the two in the middle.",
            examples: &[("median(amount of sales)", "250 CNY")],
        },
        AggregateSignature {
            name: "percentile",
            function: AggregateFunction::Percentile,
            usage: "percentile(x of DATA, SHARE)",
            about: "The value below which a share of the rows lies, interpolated as spreadsheets do (`PERCENTILE.INC`).",
            examples: &[("percentile(amount of sales, 90%)", "370 CNY")],
        },
        AggregateSignature {
            name: "min",
            function: AggregateFunction::Min,
            usage: "min(x of DATA)",
            about: "The smallest value or the earliest date; missing over no rows.",
            examples: &[("min(amount of sales)", "100 CNY")],
        },
        AggregateSignature {
            name: "max",
            function: AggregateFunction::Max,
            usage: "max(x of DATA)",
            about: "The largest value or the latest date; missing over no rows.",
            examples: &[("max(sold_on of sales)", "2026-09-20")],
        },
        AggregateSignature {
            name: "latest",
            function: AggregateFunction::Latest,
            usage: "latest(x of DATA)",
            about: "The value of the row with the newest date; two values on that day are an error.",
            examples: &[("latest(amount of sales)", "400 CNY")],
        },
        AggregateSignature {
            name: "only",
            function: AggregateFunction::Only,
            usage: "only(x of DATA)",
            about: "The value of the single row; missing where there is none, an error where there are two.",
            examples: &[("only(amount of sales where product = coffee)", "300 CNY")],
        },
    ];
}
