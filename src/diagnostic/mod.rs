//! What the program has to say about a project or its data, free of how it is shown.
//!
//! Every stage makes [`Diagnostic`]s; the renderers in this folder turn them into text for a terminal or
//! into a format for a machine, one file each. [`explanations`] tells what each code means. A diagnostic has a code, a plain sentence, a place and the mend.

mod ask;
mod checked;
mod codes;
pub mod explanations;
pub mod github;
pub mod human;
pub mod json;
pub mod junit;
mod levels;
mod mend;
pub mod sarif;
pub mod short;
mod snippet;
pub mod xml;

pub use ask::Ask;
pub use checked::Checked;
pub use codes::Code;
pub use levels::{Level, LevelError, Levels};
pub use mend::{Edit, Help, Mend};

use crate::limits::{SENTENCE_SHOWN, WORD_SHOWN};
use crate::source::{SourceSet, Span};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The project or its data cannot be used as they are.
    Error,
    /// Probably not what was meant.
    Warning,
}

/// A place in a spec with a few words on what is there.
#[derive(Clone, Debug)]
pub struct Label {
    pub span: Span,
    /// May be empty: then only the place is marked.
    pub text: String,
}

/// A place in a data file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataPlace {
    /// The path as it is shown to the user.
    pub file: String,
    /// The sheet of a spreadsheet.
    pub sheet: Option<String>,
    /// The row as the user's editor or spreadsheet counts it: the first line of the file is 1.
    pub row: Option<u64>,
    /// What tells the row from others, where rows have no numbers: `policy_no P1`.
    pub key: Option<String>,
    /// The header of the column as it stands in the file.
    pub column: Option<String>,
    /// The cell as a spreadsheet names it: `C5`.
    pub cell: Option<String>,
    /// The text found in the cell.
    pub text: Option<String>,
}

/// One finding.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    pub code: Code,
    pub severity: Severity,
    /// One sentence: what is wrong. Lower case, source in backticks, no full stop.
    pub message: String,
    /// Places in the specs; the first one is the place of the finding.
    pub labels: Vec<Label>,
    /// Places in data files; the first one is the place of the finding.
    pub data: Vec<DataPlace>,
    /// Facts that help to understand the finding, one sentence each.
    pub notes: Vec<String>,
    /// What to write instead, or what to do.
    pub help: Option<String>,
    /// The same as changes of the specs, where the help offers a text; of several the author chooses one.
    pub mends: Vec<Mend>,
    /// What only the whole project knows of the mend.
    pub ask: Option<Ask>,
}

impl Diagnostic {
    /// A finding with the severity its code has by default.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            severity: code.severity(),
            message: shortened(message.into()),
            labels: Vec::new(),
            data: Vec::new(),
            notes: Vec::new(),
            help: None,
            mends: Vec::new(),
            ask: None,
        }
    }

    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: shortened(text.into()) });
        self
    }

    pub fn in_data(mut self, place: DataPlace) -> Self {
        self.data.push(place);
        self
    }

    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(shortened(note.into()));
        self
    }

    pub fn help(mut self, help: impl Into<Help>) -> Self {
        let Help { text, mends } = help.into();
        self.help = Some(shortened(text));
        self.mends = mends;
        self
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// A sentence in which words of any length, out of specs and files, are cut to what can be looked at.
fn shortened(text: String) -> String {
    if text.len() <= WORD_SHOWN {
        return text;
    }
    let mut short = String::with_capacity(text.len().min(SENTENCE_SHOWN));
    for word in text.split_inclusive([' ', '\n']) {
        match word.char_indices().nth(WORD_SHOWN) {
            None => short.push_str(word),
            Some((cut, _)) => {
                // The quote behind it, and what ends the sentence, stay.
                let end = word.trim_end_matches([' ', '\n', '`', ':', ',', '?', ')']).len().max(cut);
                short.extend([&word[..cut], "…", &word[end..]]);
            }
        }
        if short.len() > SENTENCE_SHOWN {
            short.push('…');
            break;
        }
    }
    short
}

/// Puts findings in the order of their places: specs by file and offset, then data by file and row.
pub fn sort(diagnostics: &mut [Diagnostic], sources: &SourceSet) {
    diagnostics.sort_by_cached_key(|diagnostic| {
        let spec = diagnostic
            .labels
            .first()
            .map(|label| (sources.get(label.span.file).path.clone(), label.span.start, label.span.end));
        let data = diagnostic.data.first().map(|place| (place.file.clone(), place.row, place.column.clone()));
        (spec.is_none(), spec, data, diagnostic.code.as_str(), diagnostic.message.clone())
    });
}
