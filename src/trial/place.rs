//! Where a test, an expectation or an untested part stands, as reports write it.

use crate::source::{SourceSet, Span};

/// Path, line and column of a place.
pub fn place(sources: &SourceSet, span: Span) -> (String, usize, usize) {
    let file = sources.get(span.file);
    let (line, column) = file.line_column(span.start);
    (file.path.display().to_string().replace('\\', "/"), line, column)
}
