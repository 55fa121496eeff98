//! One file into columns, whatever it is kept as. All forms end in the same [`FileContent`]: separated text
//! ([`separated`], the quick way [`quick`]), spreadsheets and months side by side ([`grid`]), Parquet ([`parquet`]), rows of
//! a server ([`server`]). What an engine found is read as it stands ([`texts`]).

mod across;
mod block;
pub mod blocks;
mod compressed;
mod content;
mod decoder;
pub mod detect;
mod ends;
mod frames;
mod grid;
mod guarded;
mod index;
pub mod kept;
pub mod kind;
pub mod layout;
pub mod marks;
mod memo;
mod month_names;
pub mod parquet;
mod plain;
mod quick;
mod raw;
pub mod records;
mod separated;
pub mod server;
mod signs;
mod spreadsheet;
mod swallowed;
pub mod texts;
mod turned;
mod wide;

use std::path::PathBuf;
use std::sync::Arc;

pub use self::block::{Block, Gaps, LikeTotal, below_blank};
pub use self::compressed::is_packed;
pub use self::content::FileContent;
use self::content::{collect, refuse_repairs};
pub use self::decoder::Decoder;
use self::layout::{Layout, Match, find_column};
pub use self::plain::is_plain_text;
pub use self::quick::Quick;
pub use self::separated::{NotUtf8, doubted, read_text, surely_utf8, told};
use super::cells::reader::{CellKind, CellReader};
use super::columns::column::{Builder, Target};
use super::columns::dictionary::Dictionary;
use super::errors;
use super::options::Options;
use super::server::Relation;
use crate::diagnostic::Code;
use crate::limits::WHOLE;
pub use crate::model::data::FileForm as Form;
use crate::model::data::{ColumnIx, DataSet};
use crate::source::Span;

/// A file to be read.
pub struct FileTask {
    pub path: PathBuf,
    /// The path as it is shown.
    pub shown: String,
    /// The sheet of a spreadsheet that is asked for.
    pub sheet: Option<String>,
    pub form: Form,
    /// What is read of a server, and where a spec says so.
    pub relation: Option<(Relation, Span)>,
}

impl FileTask {
    /// Whether two of them are read in one pass.
    pub fn is(&self, other: &FileTask) -> bool {
        self.path == other.path && self.relation.is_none() && other.relation.is_none()
    }

    /// How many bytes there are to be read of some columns, as far as can be told: as a text has them, or nearly so.
    pub fn size(&self, data: &DataSet, columns: &[ColumnIx], options: &Options) -> u64 {
        match &self.relation {
            Some((relation, _)) => options.server.size(relation),
            None if self.form == Form::Parquet => parquet::size(self, data, columns),
            None if self.form == Form::Text && is_packed(&self.path) => options.unpacked.of(&self.path, || {
                compressed::size(
                    &self.path,
                    options.memory.unwrap_or(options.stream_above.min(WHOLE)).saturating_add(1),
                )
            }),
            None => self.bytes(),
        }
    }

    /// How many bytes the file has; none where it is no file. A server is not asked, as it may be sending rows.
    pub fn bytes(&self) -> u64 {
        std::fs::metadata(&self.path).map_or(0, |meta| meta.len())
    }
}

/// What is needed of every file of a data set.
pub struct Wanted<'a> {
    pub data: &'a DataSet,
    pub columns: Vec<(ColumnIx, CellReader)>,
    /// By wanted column, where rows go by; else all are columns.
    pub takes: Vec<Take>,
}

/// Whether a row with one filled cell among so many is none of the table: it lacks what a row must have, or is a remark.
fn is_note(only: &str, columns: usize, lacks: impl Fn() -> bool) -> bool {
    columns > 2 && lacks() || columns > 1 && only.contains(": ")
}

/// As what a column is taken in.
pub enum Take {
    Column,
    Link(Target),
    /// The data set's own key; with the keys that links name.
    Key(Arc<Dictionary>),
}

impl Wanted<'_> {
    /// Whether a row lacks a cell that every row must have; `places` are those of the wanted columns.
    fn lacks(&self, places: &[(usize, usize)], is_blank: impl Fn(usize) -> bool) -> bool {
        places.iter().any(|(at, index)| !self.columns[*index].1.optional && is_blank(*at))
    }

    /// Whether a row is the header of a table, where cells say the same as the headers above them: what is read as a number
    /// or a day says what it is called.
    fn is_header(&self, places: &[(usize, usize)], same: impl Fn(usize) -> bool) -> bool {
        let named = places.iter().filter(|(at, _)| same(*at)).count();
        let typed = |(at, index): &(usize, usize)| self.columns[*index].1.kind != CellKind::Text && same(*at);
        named > 0 && places.iter().any(typed) || named > 1 && named == places.len()
    }

    fn builder(&self, index: usize) -> Builder {
        match self.takes.get(index) {
            Some(Take::Link(target)) => Builder::Link { codes: Vec::new(), target: target.clone(), unknown: false },
            Some(Take::Key(named)) => {
                Builder::Key { codes: Vec::new(), hashes: Vec::new(), twins: Vec::new(), named: named.clone() }
            }
            Some(Take::Column) | None => Builder::new(&self.columns[index].1.kind),
        }
    }
}

/// Reads a file with all its errors.
pub fn read(task: &FileTask, wanted: &Wanted, options: &Options) -> FileContent {
    match task.form {
        Form::Spreadsheet => return spreadsheet::read(task, wanted, options),
        Form::Parquet => return parquet::read(task, wanted, options),
        Form::Text | Form::Server => {}
    }
    if wanted.data.across.is_some() {
        return wide::read(task, wanted, options);
    }
    let mut contents = match task.form {
        Form::Server => {
            let read = server::read(task, wanted, options).map(|content| vec![content]);
            separated::finished(task, &[wanted], options, read)
        }
        Form::Text | Form::Spreadsheet | Form::Parquet => read_text(task, &[wanted], options),
    };
    contents.pop().unwrap_or_default()
}

/// Whether several data sets can read the rows of a file in one pass.
pub fn is_shareable(task: &FileTask, wanted: &Wanted) -> bool {
    task.form == Form::Text && wanted.data.across.is_none()
}

/// Where each wanted column stands, or `None` after errors.
fn match_headers(
    task: &FileTask,
    wanted: &Wanted,
    layout: &Layout,
    content: &mut FileContent,
) -> Option<Vec<(usize, usize)>> {
    if layout.headers.is_empty() {
        content.errors.push(errors::empty_file(&task.shown, wanted.data));
        return None;
    }
    let header = layout.header(task);
    if let Some(odd) = layout.oddity()
        && wanted
            .columns
            .iter()
            .any(|(column, _)| matches!(find_column(&layout.headers, wanted.data, *column), Match::Missing))
    {
        content.errors.push(errors::odd_headers(header, odd));
        return None;
    }
    let mut places = Vec::new();
    for (index, (column, _)) in wanted.columns.iter().enumerate() {
        match find_column(&layout.headers, wanted.data, *column) {
            Match::At(at) => places.push((at, index)),
            Match::Missing => {
                content.errors.push(errors::missing_column(header, wanted.data, *column));
            }
            Match::Several(found) => {
                content.errors.push(errors::two_columns(header, wanted.data, *column, &found));
            }
        }
    }
    let missing = content.errors.iter().filter(|error| error.code == Code::MissingColumn).count();
    if layout.headers.len() == 1 && missing > 1 && missing == wanted.columns.len() {
        // One mistake: the cells are not told apart.
        content.errors = vec![errors::one_column(header, wanted.data)];
    }
    if !content.errors.is_empty() {
        return None;
    }
    let above = layout.rows_above(wanted, &places);
    if !above.is_empty() {
        content.errors.push(errors::above_header(header, wanted.data, &above));
        return None;
    }
    content.headers = places.iter().map(|(at, _)| layout.headers[*at].clone()).collect();
    places.sort_unstable();
    Some(places)
}
