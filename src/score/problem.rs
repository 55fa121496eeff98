//! What stops an evaluation: one finding for each place, however many people it touches.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic};
use crate::number::{Excess, Words};
use crate::source::{FileId, Span};

/// A mistake that came up for one person.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub code: Code,
    pub span: Span,
    /// What is wrong, before `for PERSON`.
    pub message: String,
    pub label: String,
    pub help: &'static str,
}

impl Problem {
    pub(super) fn too_large(span: Span, excess: Excess) -> Problem {
        let Words { message, label, help } = excess.words();
        Problem { code: Code::NumberTooLarge, span, message: message.into(), label: label.into(), help }
    }

    pub(super) fn negative(span: Span, entry: &str) -> Problem {
        Problem {
            code: Code::NegativeInGeometricMean,
            span,
            message: format!("`{entry}` has a score below 0, of which a geometric mean cannot be taken"),
            label: "below 0".into(),
            help: "keep its scale at 0 or above (`at least 0`), or combine by the weighted mean",
        }
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
