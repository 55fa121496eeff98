//! Aggregates that steps go by, for whom they are asked, and the rows behind them.

use indexmap::IndexMap;

use crate::eval::Subject;
use crate::language::ScopeWord;
use crate::plan::query::MeasureId;
use crate::value::Value;

/// Whose rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Of {
    Company,
    /// Index into the answers' teams; nobody's, of somebody without a team.
    Team(Option<usize>),
    /// Roster and post of the answers.
    Own(usize, usize),
}

/// An aggregate of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Asked {
    pub measure: MeasureId,
    pub of: Of,
}

impl Asked {
    pub fn of(measure: MeasureId, scope: ScopeWord, subject: Subject, team: Option<usize>) -> Asked {
        let of = match scope {
            ScopeWord::Company => Of::Company,
            ScopeWord::Team => Of::Team(team),
            ScopeWord::Own => Of::Own(subject.roster, subject.post),
        };
        Asked { measure, of }
    }
}

/// All that were asked for, each once, with the value that the evaluation has gone by.
#[derive(Default)]
pub(super) struct Measures(pub IndexMap<Asked, Value>);

impl Measures {
    pub fn place(&mut self, asked: Asked, value: Value) -> usize {
        let entry = self.0.entry(asked);
        let place = entry.index();
        entry.or_insert(value);
        place
    }
}
