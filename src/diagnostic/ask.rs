//! What a finding about one file leaves to be told by the whole project: names that stand in other files.

use super::Diagnostic;
use crate::source::Span;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// In which data set a column stands, whose name is written there.
    DataSetOf(Span),
    /// The KPI that has the label written there, in quotes.
    KpiOf(Span),
    /// The position that has the label.
    PositionOf(Span),
    /// The column that has the header.
    ColumnOf(Span),
}

impl Diagnostic {
    /// With what the project is asked.
    #[must_use]
    pub fn asking(self, ask: Ask) -> Self {
        Diagnostic { ask: Some(ask), ..self }
    }
}
