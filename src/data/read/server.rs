//! Rows of a PostgreSQL server: they come as text, cell by cell as a file would hold it, and go the way of text.

use std::io::{self, Read};

use super::blocks::Blocks;
use super::layout::Layout;
use super::separated::Reading;
use super::{Decoder, FileContent, FileTask, Wanted, match_headers};
use crate::data::cells::reader::CellReader;
use crate::data::errors;
use crate::data::options::Options;
use crate::data::server::{Column, Refusal, Relation};
use crate::model::data::ColumnIx;

/// What a row that has no key is known by: so many of its cells.
const TELLING: usize = 4;

/// The columns that tell a row from others, in messages.
pub fn known_by(wanted: &Wanted) -> Vec<ColumnIx> {
    let is_read = |column: &ColumnIx| wanted.columns.iter().any(|(read, _)| read == column);
    let key: Vec<ColumnIx> = wanted.data.key.iter().copied().filter(is_read).collect();
    match key.is_empty() {
        true => wanted.columns.iter().map(|(column, _)| *column).take(TELLING).collect(),
        false => key,
    }
}

/// Reads all rows with all their errors, in the order of their keys.
pub fn read(task: &FileTask, wanted: &Wanted, options: &Options) -> io::Result<FileContent> {
    let mut content = FileContent::default();
    match open(task, wanted, options, true, &mut content) {
        Some((blocks, decoder, layout)) => {
            // The server sends nothing but UTF-8.
            let read = Reading { task, options, blocks, decoders: vec![Some(decoder)], layouts: vec![layout] };
            let _ = read.decode(&[wanted], std::slice::from_mut(&mut content))?;
        }
        None => content.incomplete = true,
    }
    Ok(content)
}

/// The rows, and how they are to be read; `None` after errors.
pub fn open<'a>(
    task: &FileTask,
    wanted: &'a Wanted<'a>,
    options: &Options,
    ordered: bool,
    content: &mut FileContent,
) -> Option<(Blocks, Decoder<'a>, Layout)> {
    let (relation, _) = task.relation.as_ref()?;
    let columns = asked(task, wanted, content, options.server.columns(relation))?;
    let names = columns.iter().map(|column| column.name.clone()).collect();
    let places = match_headers(task, wanted, &Layout { headers: names, ..Layout::default() }, content)?;
    let data = wanted.data;
    let mut readers: Vec<CellReader> = wanted.columns.iter().map(|(_, reader)| reader.clone()).collect();
    // What is declared of texts is not about numbers and dates.
    for (_, index) in places.iter().filter(|(at, _)| columns[*at].of_values) {
        readers[*index] = readers[*index].of_values();
    }
    let mut cells: Vec<String> = places.iter().map(|(at, _)| columns[*at].text.clone()).collect();
    let mut headers: Vec<String> = places.iter().map(|(at, _)| columns[*at].name.clone()).collect();
    let mut places: Vec<(usize, usize)> =
        places.iter().enumerate().map(|(place, (_, index))| (place, *index)).collect();
    let place_of = |column: ColumnIx| {
        let at = places.iter().find(|(_, index)| wanted.columns[*index].0 == column)?.0;
        Some((headers[at].clone(), at))
    };
    let mut key: Vec<(String, usize)> = known_by(wanted).into_iter().filter_map(place_of).collect();
    let mut by: Vec<usize> = match (ordered, data.key.is_empty()) {
        (false, _) => Vec::new(),
        (true, true) => (0..cells.len()).collect(),
        (true, false) => key.iter().map(|(_, at)| *at).collect(),
    };
    // Something stands in every row, so that a row whose other cells are blank counts as it does in a file.
    let filled = "'1'".to_string();
    if data.ignore_rows_starting.is_empty() {
        cells.push(filled);
        headers.push(String::new());
    } else {
        // The first filled cell of all says whether the row counts.
        let texts = columns.iter().map(|column| format!("NULLIF(btrim({}), '')", column.text));
        cells.insert(0, format!("COALESCE({}, {filled})", texts.collect::<Vec<_>>().join(", ")));
        headers.insert(0, String::new());
        places.iter_mut().for_each(|(place, _)| *place += 1);
        key.iter_mut().for_each(|(_, place)| *place += 1);
        by.iter_mut().for_each(|place| *place += 1);
    }
    let rows = asked(task, wanted, content, options.server.rows(relation, &cells, &by))?;
    let layout = Layout { separator: b',', headers, ..Layout::default() };
    let decoder = Decoder { key: Some(key), readers: Some(readers), ..Decoder::new(wanted, places, layout.clone()) };
    Some((Blocks::of(rows, options.block), decoder, layout))
}

/// All rows with their header as one text; `None` after errors.
pub fn whole(task: &FileTask, wanted: &Wanted, options: &Options, content: &mut FileContent) -> Option<String> {
    let (relation, _) = task.relation.as_ref()?;
    let columns = asked(task, wanted, content, options.server.columns(relation))?;
    let cells: Vec<String> = columns.iter().map(|column: &Column| column.text.clone()).collect();
    let by: Vec<usize> = (0..cells.len()).collect();
    let mut rows = asked(task, wanted, content, options.server.rows(relation, &cells, &by))?;
    let names = columns.iter().map(|column| format!("\"{}\"", column.name.replace('"', "\"\"")));
    let mut text = names.collect::<Vec<_>>().join(",") + "\n";
    match rows.read_to_string(&mut text) {
        Ok(_) => Some(text),
        Err(error) => {
            content.errors.push(errors::not_read(&task.shown, &error));
            None
        }
    }
}

fn asked<T>(task: &FileTask, wanted: &Wanted, content: &mut FileContent, answer: Result<T, Refusal>) -> Option<T> {
    let span = task.relation.as_ref().map_or(wanted.data.span, |(_, span): &(Relation, _)| *span);
    answer.map_err(|refusal| content.errors.push(errors::not_from_server(wanted.data, &task.shown, span, refusal))).ok()
}
