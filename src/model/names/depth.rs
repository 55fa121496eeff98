//! How far declarations build on one another: a chain without an end would be followed to the end by every proof.

use super::uses::Use;
use crate::diagnostic::{Code, Diagnostic};
use crate::limits::{CHAIN, COLUMN_CHAIN};
use crate::model::checker::Checker;
use crate::source::Span;

/// How many of a kind may build on one another, and what they are called.
fn most(what: Use) -> (usize, &'static str) {
    match what {
        Use::Kpi(_) => (CHAIN, "KPIs"),
        Use::Scale(_) => (CHAIN, "scales"),
        Use::Constant(_) => (CHAIN, "constants"),
        Use::Column(..) => (COLUMN_CHAIN, "columns"),
        Use::Function(_) => (CHAIN, "functions"),
        Use::Matrix(_) | Use::Rating(_) | Use::Unit(_) | Use::Data(_) => (CHAIN, "declarations"),
    }
}

impl Checker<'_> {
    /// Notes that something builds on another of its kind, at a place in its formula; whether the chain is too long
    /// then, which is reported. The formula must not go on with the other.
    pub(in crate::model) fn is_too_deep(&mut self, one: Use, other: Use, at: Span) -> bool {
        let depth = self.depths.below(other) + 1;
        if depth >= most(one).0 {
            self.chain_too_long(one, at);
            return true;
        }
        self.depths.note(one, depth);
        false
    }

    /// Says that a chain is too long. The next link begins a new one, so that it is said once for so many.
    pub(in crate::model) fn chain_too_long(&mut self, what: Use, at: Span) {
        let (most, kind) = most(what);
        self.report(
            Diagnostic::new(Code::TooDeep, format!("more than {most} {kind} build on one another, each on the next"))
                .at(at, "one too many")
                .help("join some of the steps in one formula"),
        );
    }
}
