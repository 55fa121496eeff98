//! What stops an evaluation: one finding for each place, however many people it touches.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, DataPlace, Diagnostic};
use crate::model::{Model, Unfit};
use crate::number::{Excess, Words};
use crate::source::{FileId, Span};
use crate::syntax::tree::BinaryOp;

/// A mistake that came up for one person.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub code: Code,
    pub span: Span,
    /// What is wrong, before `for PERSON`.
    pub message: String,
    pub label: String,
    pub help: &'static str,
    /// Where the data are wrong, as far as that is known.
    pub places: Vec<DataPlace>,
}

impl Problem {
    pub(super) fn too_large(span: Span, excess: Excess) -> Problem {
        let Words { message, label, help } = excess.words();
        Problem {
            code: Code::NumberTooLarge,
            span,
            message: message.into(),
            label: label.into(),
            help,
            places: Vec::new(),
        }
    }

    pub(super) fn unfit(model: &Model, unfit: &Unfit, position: &str) -> Problem {
        let set = &model.data[unfit.roster.0].name;
        Problem {
            code: Code::NoScope,
            span: unfit.span,
            message: format!("`{}` cannot be told of a row of `{set}` that holds `{position}`", unfit.what),
            label: format!("not in the rows of `{set}`"),
            help: "correct the post in the row; or let what the formula reads lead to that roster, too",
            places: Vec::new(),
        }
    }

    pub(super) fn negative(span: Span, entry: &str) -> Problem {
        Problem {
            code: Code::NegativeInGeometricMean,
            span,
            message: format!("`{entry}` has a score below 0, of which a geometric mean cannot be taken"),
            label: "below 0".into(),
            help: "keep its scale at 0 or above (`at least 0`), or combine by the weighted mean",
            places: Vec::new(),
        }
    }

    /// Two points of a curve, of which the data have not `one op other`.
    pub(super) fn out_of_order(span: Span, op: BinaryOp, one: &str, other: &str, places: Vec<DataPlace>) -> Problem {
        let (message, help) = match op {
            BinaryOp::Equal => (
                format!("the line jumps at one point, and the data have two, {one} and {other}"),
                "mend the data: both columns hold the same value",
            ),
            BinaryOp::Less => (
                format!("the points of the line do not rise: {other} comes after {one}"),
                "mend the data: each point lies above the one before",
            ),
            BinaryOp::GreaterOrEqual => (
                format!("the limits of the steps are out of order: {other} comes after {one}"),
                "mend the data: the limits stand from high to low",
            ),
            _ => (
                format!("the limits of the steps are out of order: {other} comes after {one}"),
                "mend the data: the limits stand from low to high",
            ),
        };
        Problem { code: Code::PointsInData, span, message, label: "out of order".into(), help, places }
    }
}

/// Problems by code and place, each with the first person it came up for and the number of others.
#[derive(Debug, Default)]
pub(super) struct Problems(BTreeMap<Place, (Problem, String, u64)>);

/// A code, and file, start and end of its place.
type Place = (Code, (FileId, u32, u32));

impl Problems {
    pub(super) fn add(&mut self, problem: Problem, person: &str) {
        self.0
            .entry((problem.code, problem.span.key()))
            .and_modify(|(_, _, others)| *others += 1)
            .or_insert_with(|| (problem, person.to_string(), 0));
    }

    pub(super) fn take_in(&mut self, others: Problems) {
        for (place, (problem, person, count)) in others.0 {
            self.0
                .entry(place)
                .and_modify(|(_, _, others)| *others += count + 1)
                .or_insert_with(|| (problem, person, count));
        }
    }

    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        let finding = |(problem, person, others): (Problem, String, u64)| {
            let diagnostic = Diagnostic::new(problem.code, format!("{}, for {person}", problem.message))
                .at(problem.span, problem.label)
                .help(problem.help);
            let diagnostic = problem.places.into_iter().fold(diagnostic, Diagnostic::in_data);
            match others {
                0 => diagnostic,
                1 => diagnostic.note("the same happens for one other scorecard"),
                _ => diagnostic.note(format!("the same happens for {others} other scorecards")),
            }
        };
        self.0.into_values().map(finding).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
