//! What findings about single files leave to the project: the name for a label, the data set of a column.

use crate::diagnostic::{Ask, Diagnostic, Help, Mend};
use crate::model::Model;
use crate::model::data::{Column, DataSet};
use crate::source::{SourceSet, Span};

impl Model {
    /// The finding with what it asks for, where the project knows it and knows it for certain.
    pub fn answered(&self, finding: Diagnostic, sources: &SourceSet) -> Diagnostic {
        match finding.ask.and_then(|ask| self.answer(ask, sources)) {
            Some(help) => finding.help(help),
            None => finding,
        }
    }

    fn answer(&self, ask: Ask, sources: &SourceSet) -> Option<Help> {
        let named = |at: Span, name: &str| Some(Help::of("write `{}`", [Mend::replace(at, name)]));
        match ask {
            Ask::DataSetOf(at) => {
                let column = sources.text(at);
                let mut sets = self.data.iter().filter(|set| set.column_named(column).is_some());
                let set = sets.next().filter(|_| sets.next().is_none())?;
                let mend = Mend::behind(at, format!("of {}", set.name)).shown_as(format!("{column} of {}", set.name));
                Some(Help::of("write `{}`", [mend]))
            }
            Ask::KpiOf(at) => {
                let label = quoted(sources.text(at));
                let mut kpis = self.kpis.iter().filter(|kpi| same(&kpi.label.text, label) || same(&kpi.name, label));
                let kpi = kpis.next()?;
                kpis.all(|other| other.name == kpi.name).then(|| named(at, &kpi.name)).flatten()
            }
            Ask::PositionOf(at) => {
                let label = quoted(sources.text(at));
                let is = |label_of: &str, name: &str| same(label_of, label) || same(name, label);
                let mut found = self.positions.iter().filter(|one| is(&one.label.text, &one.name));
                let position = found.next()?;
                found.all(|other| other.name == position.name).then(|| named(at, &position.name)).flatten()
            }
            Ask::ColumnOf(at) => {
                let header = quoted(sources.text(at));
                let within = |set: &&DataSet| set.span.file == at.file && set.span.start <= at.start;
                // The block around it is the last one that begins before it.
                let set = self.data.iter().filter(within).max_by_key(|set| set.span.start)?;
                let has =
                    |column: &&Column| same(&column.name, header) || column.headers.iter().any(|one| same(one, header));
                let mut columns = set.columns.iter().filter(has);
                let column = columns.next().filter(|_| columns.next().is_none())?;
                named(at, &column.name)
            }
        }
    }
}

fn quoted(text: &str) -> &str {
    text.trim_matches('"').trim()
}

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}
