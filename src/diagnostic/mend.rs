//! Mends: what to write instead, for people and for programs from one source, so that a help cannot say one thing and
//! do another.
//!
//! A mend is made of edits; the help shows what they write. Of several mends of one finding each does alone.

use std::collections::BTreeMap;

use super::Diagnostic;
use crate::source::{FileId, SourceSet, Span};

/// A text for a place; a place without width is where it is put in.
#[derive(Clone, Debug)]
pub struct Edit {
    pub span: Span,
    pub text: String,
}

/// Changes of the specs that mend a finding together.
#[derive(Clone, Debug)]
pub struct Mend {
    pub edits: Vec<Edit>,
    /// What is to be written, as the help shows it.
    pub shown: String,
}

impl Mend {
    /// Writes a text in the place of what stands there.
    pub fn replace(span: Span, text: impl Into<String>) -> Mend {
        let text = text.into();
        // On one line, as helps are.
        let shown =
            if text.contains('\n') { text.split_whitespace().collect::<Vec<_>>().join(" ") } else { text.clone() };
        Mend { shown, edits: vec![Edit { span, text }] }
    }

    /// Takes away what stands there.
    pub fn remove(span: Span) -> Mend {
        Mend::replace(span, "")
    }

    /// Puts a text behind what stands there, with a space between.
    pub fn behind(span: Span, text: impl Into<String>) -> Mend {
        let text = text.into();
        let at = Span { start: span.end, ..span };
        Mend { edits: vec![Edit { span: at, text: format!(" {text}") }], shown: text }
    }

    /// Puts a text before what stands there, with a space between.
    pub fn before(span: Span, text: impl Into<String>) -> Mend {
        let text = text.into();
        let at = Span { end: span.start, ..span };
        Mend { edits: vec![Edit { span: at, text: format!("{text} ") }], shown: text }
    }

    /// The help names the mend in other words than those that are written.
    #[must_use]
    pub fn shown_as(self, shown: impl Into<String>) -> Mend {
        Mend { shown: shown.into(), ..self }
    }

    /// With the edits of another mend as well.
    #[must_use]
    pub fn and(mut self, other: Mend) -> Mend {
        self.edits.extend(other.edits);
        self
    }

    /// The texts of the files that change.
    pub fn apply(&self, sources: &SourceSet) -> BTreeMap<FileId, String> {
        let mut edits: Vec<&Edit> = self.edits.iter().collect();
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.key()));
        let mut texts = BTreeMap::new();
        for Edit { span, text } in edits {
            let file: &mut String = texts.entry(span.file).or_insert_with(|| sources.get(span.file).text.clone());
            file.replace_range(span.start as usize..span.end as usize, text);
        }
        texts
    }
}

/// What to do, in words, and the mends that it offers.
#[derive(Clone, Debug)]
pub struct Help {
    pub text: String,
    pub mends: Vec<Mend>,
}

impl Help {
    /// Words around what mends write: each `{}` stands for the next one; one without `{}` is told by the words alone.
    pub fn of(words: &str, mends: impl IntoIterator<Item = Mend>) -> Help {
        let mut words = words.split("{}");
        let mut help = Help { text: words.next().unwrap_or_default().to_string(), mends: Vec::new() };
        for mend in mends {
            if let Some(behind) = words.next() {
                help.text += &mend.shown;
                help.text += behind;
            }
            help.mends.push(mend);
        }
        help
    }
}

impl From<String> for Help {
    fn from(text: String) -> Help {
        Help { text, mends: Vec::new() }
    }
}

impl From<&str> for Help {
    fn from(text: &str) -> Help {
        text.to_string().into()
    }
}

impl Diagnostic {
    /// A help that offers one mend; see [`Help::of`].
    #[must_use]
    pub fn mend(self, words: &str, mend: Mend) -> Self {
        self.help(Help::of(words, [mend]))
    }

    /// A help that offers several mends, of which the author chooses one.
    #[must_use]
    pub fn mends(self, words: &str, mends: impl IntoIterator<Item = Mend>) -> Self {
        self.help(Help::of(words, mends))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;

    #[test]
    fn the_help_shows_what_the_edits_write() {
        let mut sources = SourceSet::default();
        let file = sources.add("a.merit", "a + b default 0");
        let at = |start, end| Span::new(file, start, end);
        let brackets = Mend::replace(at(0, 5), "(a + b)");
        let inside = Mend::replace(at(4, 15), "(b default 0)");
        let finding = Diagnostic::new(Code::Unexpected, "two readings").mends("write `{}` or `{}`", [brackets, inside]);
        assert_eq!(finding.help.as_deref(), Some("write `(a + b)` or `(b default 0)`"));
        let written = |mend: &Mend| mend.apply(&sources)[&file].clone();
        let all: Vec<String> = finding.mends.iter().map(written).collect();
        assert_eq!(all, ["(a + b) default 0", "a + (b default 0)"]);
        assert_eq!(written(&Mend::behind(at(0, 1), "as %").and(Mend::remove(at(2, 15)))), "a as % ");
    }
}
