//! What the kinds must know of those who ask them: the model that checks, the plan that spells out rows.

use crate::diagnostic::{Diagnostic, Mend};
use crate::language::BinaryOp;
use crate::number::Number;
use crate::source::Span;
use crate::value::{Builtin, Interval, Missing};

/// What stands in the text of a spec.
pub trait Written {
    /// Where it stands.
    fn span(&self) -> Span;
}

/// Who knows the texts of specs, and takes what is found in them.
pub trait Findings {
    /// What is written there, on one line, cut where it is long.
    fn text(&self, span: Span) -> String;

    /// What is written there, as it is.
    fn source(&self, span: Span) -> &str;

    /// A line as the first of the block that opens behind `head`.
    fn line_in(&self, head: Span, line: String) -> Option<Mend>;

    /// A mistake.
    fn report(&mut self, finding: Diagnostic);

    /// How many there are.
    fn found(&self) -> usize;
}

/// Who checks a curve: knows what its numbers are.
pub trait Checks<N>: Findings {
    /// A number at the moment that is being proved, if it has a value then.
    fn known(&self, number: &N) -> Option<Number>;

    /// Whether constants stand in it, which may have another value tomorrow.
    fn may_change(&self, number: &N) -> bool;

    /// Whether two numbers are one, whatever they are.
    fn alike(&self, one: &N, other: &N) -> bool;

    /// Proves something for every time in which constants have other values; stops at the first mistake.
    fn at_all_times(&mut self, numbers: &[&N], prove: impl FnMut(&mut Self));

    /// That a number is above 0 at all times. `None` after a finding.
    fn above_zero(&mut self, number: &N, what: &str, mend: &str) -> Option<()>;

    /// A number that is known where something is proved.
    fn number(&self, number: &N) -> Number {
        self.known(number).unwrap_or(Number::ZERO)
    }

    /// A number that stays what it is.
    fn fixed(&self, number: &N) -> Option<Number> {
        if self.may_change(number) { None } else { self.known(number) }
    }
}

/// How what a curve reads is told of.
#[derive(Clone, Debug)]
pub struct Reads {
    /// Empty of a ratio.
    pub unit: String,
    /// Things, of which there is no half.
    pub counted: bool,
}

/// Who knows what the numbers of a curve can come to.
pub trait Reach<N> {
    /// All that a number can be.
    fn range(&self, number: &N) -> Interval;

    /// What is written there, on one line.
    fn text(&self, span: Span) -> String;
}

/// Something in a curve that never happens.
#[derive(Clone, Debug)]
pub struct Never {
    pub message: String,
    pub at: Span,
    pub label: String,
    /// The values that show it are told as percentages.
    pub percent: bool,
    /// The target shows it as well.
    pub by_target: bool,
    pub mend: String,
}

/// How numbers are written in a formula.
pub struct Spelling<'s, N> {
    pub text: &'s dyn Fn(&N) -> String,
    /// How far it is from one number to another, where both are plain.
    pub width: &'s dyn Fn(&N, &N) -> Option<String>,
    /// Behind scores without a unit.
    pub unit: &'s str,
}

/// What a part of a formula is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gives {
    /// In the unit of what the curve reads.
    Value,
    /// In the unit of what it gives.
    Score,
    Ratio,
    Flag,
}

/// Who builds formulas.
pub trait BuildsFormulas<N> {
    /// What the curve is read at.
    fn value(&self) -> N;

    fn binary(&self, op: BinaryOp, left: &N, right: &N, gives: Gives) -> N;

    fn choose(&self, condition: N, then: N, otherwise: N) -> N;

    /// The formula where two points stand in this order, which the data must keep.
    fn in_order(&self, op: BinaryOp, one: &N, other: &N, then: N) -> N;
}

/// Who builds what is computed of each row of a table.
pub trait BuildsRows {
    type Node: Copy;

    /// What the curve is read at.
    fn value(&self) -> Self::Node;

    fn number(&mut self, number: &Number) -> Self::Node;

    fn missing(&mut self, reason: Missing) -> Self::Node;

    fn binary(&mut self, op: BinaryOp, left: Self::Node, right: Self::Node) -> Self::Node;

    fn call(&mut self, builtin: Builtin, arguments: Vec<Self::Node>) -> Self::Node;

    fn choose(&mut self, condition: Self::Node, then: Self::Node, otherwise: Self::Node) -> Self::Node;

    fn is_missing(&mut self, node: Self::Node) -> Self::Node;

    /// A node where the value is known; else why it is not.
    fn if_known(&mut self, known: Self::Node) -> Self::Node {
        let value = self.value();
        let condition = self.is_missing(value);
        self.choose(condition, value, known)
    }

    /// Whether the value stands so to a number.
    fn test(&mut self, op: BinaryOp, at: &Number) -> Self::Node {
        let (value, at) = (self.value(), self.number(at));
        self.binary(op, value, at)
    }
}
