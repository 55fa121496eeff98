//! What stops an evaluation: one finding for each place, however many people it touches.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::diagnostic::{Code, DataPlace, Diagnostic};
use crate::language::BinaryOp;
use crate::model::{Model, Unfit};
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

/// So many others are named, with their cells, beside the first one.
const NAMED: usize = 5;

/// Problems by code and place.
#[derive(Debug, Default)]
pub(super) struct Problems {
    of_numbers: BTreeMap<Place, Found>,
    /// What is wrong with rows themselves, as it is told.
    of_rows: Vec<Diagnostic>,
}

/// A code, and file, start and end of its place.
type Place = (Code, (FileId, u32, u32));

/// What came up at one place, and for whom.
#[derive(Debug)]
struct Found {
    /// With the cells of all who are named.
    problem: Problem,
    person: String,
    /// Others, as far as they are named.
    others: Vec<String>,
    /// How many others there are besides.
    more: u64,
    last: String,
}

impl Found {
    fn add(&mut self, places: Vec<DataPlace>, person: String) {
        // Several scorecards of one person in one period.
        if self.last == person {
            return;
        }
        if self.others.len() < NAMED {
            self.others.push(person.clone());
            self.problem.places.extend(places);
        } else {
            self.more += 1;
        }
        self.last = person;
    }

    fn note(&self) -> Option<String> {
        let named = self.others.join(", ");
        match (self.others.len(), self.more) {
            (0, _) => None,
            (_, 0) => Some(format!("the same happens for {named}")),
            (_, more) => Some(format!("the same happens for {named}, and {more} more")),
        }
    }
}

impl Problems {
    pub(super) fn add(&mut self, problem: Problem, person: &str) {
        match self.of_numbers.entry((problem.code, problem.span.key())) {
            Entry::Occupied(mut found) => found.get_mut().add(problem.places, person.to_string()),
            Entry::Vacant(free) => {
                let person = person.to_string();
                free.insert(Found { problem, last: person.clone(), person, others: Vec::new(), more: 0 });
            }
        }
    }

    /// Takes in findings as they are, each once.
    pub(super) fn tell(&mut self, findings: Vec<Diagnostic>) {
        for finding in findings {
            let same = |known: &Diagnostic| known.message == finding.message && known.data == finding.data;
            if !self.of_rows.iter().any(same) {
                self.of_rows.push(finding);
            }
        }
    }

    pub(super) fn take_in(&mut self, others: Problems) {
        self.tell(others.of_rows);
        for (place, found) in others.of_numbers {
            match self.of_numbers.entry(place) {
                Entry::Occupied(mut known) => {
                    let known = known.get_mut();
                    known.add(found.problem.places, found.person);
                    found.others.into_iter().for_each(|person| known.add(Vec::new(), person));
                    known.more += found.more;
                }
                Entry::Vacant(free) => {
                    free.insert(found);
                }
            }
        }
    }

    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        let finding = |found: Found| {
            let note = found.note();
            let Found { problem, person, .. } = found;
            let diagnostic = Diagnostic::new(problem.code, format!("{}, for {person}", problem.message))
                .at(problem.span, problem.label)
                .help(problem.help);
            let diagnostic = problem.places.into_iter().fold(diagnostic, Diagnostic::in_data);
            match note {
                Some(note) => diagnostic.note(note),
                None => diagnostic,
            }
        };
        self.of_rows.into_iter().chain(self.of_numbers.into_values().map(finding)).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.of_numbers.is_empty() && self.of_rows.is_empty()
    }
}
