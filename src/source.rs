//! The texts a project is made of: files, places in them, and lines.
//!
//! Places are byte offsets, so that a parse never has to count lines; one line index a file turns them into
//! line and column when something is shown.

use std::path::{Path, PathBuf};

/// One file of a [`SourceSet`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A run of bytes in one file.
///
/// All spans compare equal, so that two trees are equal when they say the same thing, wherever they say it.
/// Use [`Span::key`] where the place itself matters.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub file: FileId,
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        Span { file, start: start as u32, end: end as u32 }
    }

    /// From the start of `self` to the end of `other`, which lies in the same file.
    pub fn to(self, other: Span) -> Span {
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether the other lies within this one.
    pub fn contains(self, other: Span) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }

    /// File, start and end: for sorting and for telling places apart.
    pub fn key(self) -> (FileId, u32, u32) {
        (self.file, self.start, self.end)
    }
}

impl PartialEq for Span {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
impl Eq for Span {}

/// The text of one file with its line index.
#[derive(Debug)]
pub struct SourceFile {
    /// The path as it is shown to the user.
    pub path: PathBuf,
    /// The text without its byte order mark.
    pub text: String,
    /// Whether the file begins with one.
    pub has_mark: bool,
    line_starts: Vec<u32>,
}

impl SourceFile {
    /// A byte order mark at the start of the text is dropped; lines that end as old Macs ended them are lines.
    pub fn new(path: PathBuf, mut text: String) -> Self {
        let has_mark = text.starts_with('\u{feff}');
        if has_mark {
            text.drain(..'\u{feff}'.len_utf8());
        }
        let lone: Vec<usize> =
            text.match_indices('\r').map(|(at, _)| at).filter(|at| !text[at + 1..].starts_with('\n')).collect();
        // Each stays one byte, so that places in the text hold.
        lone.into_iter().for_each(|at| text.replace_range(at..=at, "\n"));
        let line_starts = std::iter::once(0)
            .chain(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at as u32 + 1))
            .collect();
        SourceFile { path, text, has_mark, line_starts }
    }

    /// Line and column of a byte offset, both counted from 1; the column counts characters.
    pub fn line_column(&self, offset: u32) -> (usize, usize) {
        let offset = (offset as usize).min(self.text.len());
        let line = self.line_starts.partition_point(|start| *start as usize <= offset) - 1;
        let start = self.line_starts[line] as usize;
        let column = self.text.get(start..offset).map_or(offset - start, |part| part.chars().count());
        (line + 1, column + 1)
    }
}

/// All files of a project, in the order in which they were added.
#[derive(Debug, Default)]
pub struct SourceSet {
    files: Vec<SourceFile>,
}

impl SourceSet {
    /// Adds a text; a byte order mark at its start is dropped.
    pub fn add(&mut self, path: impl AsRef<Path>, text: impl Into<String>) -> FileId {
        self.push(SourceFile::new(path.as_ref().to_path_buf(), text.into()))
    }

    pub fn push(&mut self, file: SourceFile) -> FileId {
        let id = self.next();
        self.files.push(file);
        id
    }

    /// The file has changed; what it was before.
    pub fn replace(&mut self, id: FileId, file: SourceFile) -> SourceFile {
        std::mem::replace(&mut self.files[id.0 as usize], file)
    }

    /// The id that the next file gets.
    pub fn next(&self) -> FileId {
        FileId(self.files.len() as u32)
    }

    pub fn get(&self, file: FileId) -> &SourceFile {
        &self.files[file.0 as usize]
    }

    /// The text under a span.
    pub fn text(&self, span: Span) -> &str {
        let text = &self.get(span.file).text;
        text.get(span.start as usize..(span.end as usize).min(text.len())).unwrap_or("")
    }

    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(index, file)| (FileId(index as u32), file))
    }
}
