//! Text with a column for each month: small enough to be read as a whole.

use std::borrow::Cow;
use std::io;

use super::detect::Survey;
use super::layout::detect;
use super::raw::{Grid, Raw};
use super::records::{Cell, Found, Records};
use super::{FileContent, FileTask, Wanted, compressed, decoder, ends, grid, kind, separated, server, swallowed};
use crate::data::errors;
use crate::data::errors::Tally;
use crate::data::options::Options;
use crate::diagnostic::Diagnostic;
use crate::encoding::Encoding;
use crate::model::data::DataSet;

/// Reads a file with all its errors.
pub fn read(task: &FileTask, wanted: &Wanted, options: &Options) -> FileContent {
    let failed = |error: Diagnostic| FileContent { errors: vec![error], incomplete: true, ..FileContent::default() };
    let text = match &task.relation {
        Some(_) => {
            let mut content = FileContent { incomplete: true, ..FileContent::default() };
            let Some(text) = server::whole(task, wanted, options, &mut content) else { return content };
            Ok(Ok((text, Encoding::Utf8)))
        }
        None => text_of(task, Some(wanted.data), options.whole()),
    };
    let (text, encoding) = match text {
        Ok(Ok(text)) => text,
        Ok(Err(error)) => return failed(*error),
        Err(error) => return failed(errors::not_read(&task.shown, &error)),
    };
    let layout = detect(&text, wanted.data);
    if let Some((line, sign)) = decoder::odd_end(&text, &layout) {
        return failed(errors::odd_end(&task.shown, u64::from(line) + 1, sign));
    }
    let mut rows = TextRows { text: &text, rows: Vec::new(), separator: layout.separator };
    let mut records = Records::new(text.as_bytes(), layout.separator);
    let mut cells = Vec::new();
    loop {
        match records.next(&mut cells) {
            Found::Record(line) => {
                let several = layout.headers.len() > 2;
                let columns = layout.headers.len();
                if swallowed::by_quotes(&text, &cells, columns, layout.separator, |_| several).is_some()
                    && task.relation.is_none()
                {
                    let mut tally = Tally::default();
                    tally.add(line + 1, "");
                    return failed(errors::swallowed(&task.shown, &tally));
                }
                rows.rows.push((line + 1, cells.clone()));
            }
            Found::End => break,
            Found::Unclosed(line) => return failed(errors::unclosed(&task.shown, u64::from(line) + 1)),
        }
    }
    let mut content = grid::read(task, wanted, options, &rows);
    content.encoding = Some(encoding).filter(|encoding| *encoding != Encoding::Utf8);
    content
}

/// The text of a file of at most so many bytes, and its encoding: what a byte order mark or the data set says, or else
/// what all of it tells.
pub fn text_of(
    task: &FileTask,
    data: Option<&DataSet>,
    most: u64,
) -> io::Result<Result<(String, Encoding), Box<Diagnostic>>> {
    let mut bytes = compressed::whole(&task.path, most)?;
    let mark = encoding_rs::Encoding::for_bom(&bytes);
    if let Some((_, length)) = mark {
        bytes.drain(..length);
    }
    let marked = mark.and_then(|(marked, _)| Encoding::of(marked));
    let declared = data.and_then(|data| data.encoding).filter(|_| marked.is_none());
    let wide = || {
        kind::utf16_without_mark(&bytes)
            .and_then(|little| Encoding::named(if little { "utf-16le" } else { "utf-16be" }))
    };
    let told = marked.or(declared).or_else(wide);
    if told.is_none_or(|encoding| encoding == Encoding::Utf8) && bytes.contains(&0) {
        return Ok(Err(Box::new(errors::binary(&task.shown))));
    }
    let survey = || Survey::of(bytes.as_slice());
    let encoding = match told {
        Some(encoding) if encoding != Encoding::Utf8 => encoding,
        said => match std::str::from_utf8(&bytes) {
            Ok(_) if said.is_some() || bytes.is_ascii() => Encoding::Utf8,
            Ok(_) => match survey()?.may_be_chinese() {
                Some(readings) => return Ok(Err(Box::new(errors::which_encoding(&task.shown, data, &readings)))),
                None => Encoding::Utf8,
            },
            Err(_) => match separated::of_survey(task, data.into_iter(), &survey()?, said.is_some()) {
                Ok(encoding) => encoding,
                Err(error) => return Ok(Err(error)),
            },
        },
    };
    if let (Some(data), Some(declared)) = (data, declared)
        && encoding != Encoding::Utf8
        && std::str::from_utf8(&bytes).is_ok()
        && survey()?.is_surely_utf8()
    {
        return Ok(Err(Box::new(errors::is_utf8(&task.shown, data, declared))));
    }
    let (mut text, mut bad) = (Vec::new(), Tally::default());
    encoding.decoding().decode(&bytes, &mut text, true, |text| bad.add_meaningless(text, 1));
    if bad.count > 0 {
        return Ok(Err(Box::new(errors::meaningless(&task.shown, encoding, declared.is_some(), &bad))));
    }
    Ok(Ok((ends::turned(String::from_utf8(text).unwrap_or_default()), encoding)))
}

struct TextRows<'a> {
    text: &'a str,
    rows: Vec<(u32, Vec<Cell>)>,
    separator: u8,
}

impl Grid for TextRows<'_> {
    fn height(&self) -> usize {
        self.rows.len()
    }

    fn width(&self, row: usize) -> usize {
        self.rows[row].1.len()
    }

    fn line(&self, row: usize) -> u32 {
        self.rows[row].0
    }

    fn cell(&self, row: usize, column: usize) -> Raw<'_> {
        let text = self.rows[row].1.get(column).map_or(Cow::Borrowed(""), |cell| cell.text(self.text));
        Raw { text, ..Raw::default() }
    }

    fn has_commas_between(&self) -> bool {
        self.separator == b','
    }
}
