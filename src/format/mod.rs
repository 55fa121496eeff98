//! One way to write a spec: `merit fmt`.
//!
//! In: the text of a file without mistakes. Out: the same in the one style. What holds: it says the same, which is
//! proved by reading it again; it holds every comment, in order; and laying it out again changes nothing. [`ends`] are
//! the caller's: they are kept as the file has them.
//!
//! [`comments`] finds what stands between the tokens, `clause` and `expression` turn what the grammar has read into
//! texts that may be broken, `table` aligns lines of one kind, [`doc`] breaks lines, and `layout` puts it together.

mod clause;
mod comments;
mod doc;
pub mod ends;
mod expression;
mod layout;
mod table;

use crate::diagnostic::Diagnostic;
use crate::source::FileId;
use crate::syntax::{self, outline, scan};

/// Why a file is left as it is.
#[derive(Debug)]
pub enum Refusal {
    /// It holds mistakes.
    Broken(Vec<Diagnostic>),
    /// The result would not say the same: a fault of the formatter.
    WouldChange(&'static str),
}

/// The text of a file in the one style.
pub fn format(file: FileId, text: &str) -> Result<String, Refusal> {
    let parsed = syntax::parse(file, text);
    if parsed.diagnostics.iter().any(Diagnostic::is_error) {
        return Err(Refusal::Broken(parsed.diagnostics));
    }
    let scan = scan::scan(file, text);
    let outline = outline::outline(&scan);
    let gaps = comments::Gaps::of(&scan, text);
    let attempt = |keep_brackets| {
        let layout = layout::Layout { scan: &scan, gaps: &gaps, keep_brackets };
        let out = layout.file(&outline.items).map_err(|_| "a clause cannot be read again")?;
        let again = syntax::parse(file, &out);
        if again.diagnostics.iter().any(Diagnostic::is_error) {
            return Err("it would no longer be read without a mistake");
        }
        if again.tree != parsed.tree {
            return Err("it would no longer say the same");
        }
        if comments::all(&scan::scan(file, &out), &out) != comments::all(&scan, text) {
            return Err("comments would be lost");
        }
        Ok(out)
    };
    // A bracket that looked needless and is not: all of them stay.
    attempt(false).or_else(|_| attempt(true)).map_err(Refusal::WouldChange)
}

/// The comments of a text, in order.
pub fn comments(text: &str) -> Vec<String> {
    comments::all(&scan::scan(FileId(0), text), text)
}
