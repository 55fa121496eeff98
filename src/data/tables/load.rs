//! The rows of data sets from their files, or from the tables of a test.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Mutex;

use super::files::files_of;
use super::{added_up, given};
use crate::data::cells::reader::CellReader;
use crate::data::columns::column::{Builder, Column, NO_DAY, join, translate};
use crate::data::columns::dictionary::Dictionary;
use crate::data::options::Options;
use crate::data::read::{FileContent, FileTask, Wanted};
use crate::data::rows::shape::{ALWAYS_AFTER, ALWAYS_BEFORE, Shape};
use crate::data::rows::table::{Table, TableFile};
use crate::data::{errors, read};
use crate::diagnostic::{Code, Diagnostic};
use crate::encoding::Encoding;
use crate::model::Model;
use crate::model::cases::Given;
use crate::model::data::{ColumnIx, ColumnType, DataId, DataSet, TimeShape};
use crate::parallel;
use crate::time::Day;

/// Where the rows of data sets come from.
pub enum Source<'a> {
    Files(&'a Options<'a>),
    /// The tables of a test; a data set without one has no rows.
    Given(&'a [Given]),
}

/// The columns of a table whose parts are still to be joined.
struct Loading {
    table: Table,
    parts: Vec<(ColumnIx, Vec<Builder>)>,
}

/// Reads all rows of the data sets, each with the columns needed; all errors are gathered. Those `streamed` are left
/// empty: their rows go by later. What is computed from columns, [`super::stored`] adds.
pub fn load(
    model: &Model,
    needed: &[(DataId, Vec<ColumnIx>)],
    source: &Source,
    streamed: &BTreeSet<DataId>,
    threads: usize,
    errors: &mut Vec<Diagnostic>,
) -> Vec<Table> {
    let mut shared = read_shared(model, needed, source, streamed);
    let mut loading: Vec<Loading> = Vec::with_capacity(needed.len());
    for (id, columns) in needed {
        loading.push(match streamed.contains(id) {
            true => {
                let table = Table { complete: false, ..Table::empty(*id, &model.data[id.0]) };
                Loading { table, parts: Vec::new() }
            }
            false => load_table(model, *id, columns, source, &mut shared, errors),
        });
    }
    join_columns(&mut loading, threads);
    let mut tables: Vec<Table> = loading.into_iter().map(|loading| loading.table).collect();
    for table in &mut tables {
        let data = &model.data[table.data.0];
        added_up::check(data, table, errors);
        name_positions(model, data, table);
    }
    tables
}

/// What was read of files that several data sets are kept in, by data set and path.
type Shared = BTreeMap<(DataId, PathBuf), FileContent>;

fn wanted_of<'a>(model: &'a Model, id: DataId, columns: &[ColumnIx]) -> Wanted<'a> {
    let data = &model.data[id.0];
    let readers = columns.iter().filter_map(|column| Some((*column, CellReader::new(model, data, *column)?)));
    Wanted { data, columns: readers.collect(), takes: Vec::new() }
}

/// Reads files of text that hold several data sets once for all of them.
fn read_shared(
    model: &Model,
    needed: &[(DataId, Vec<ColumnIx>)],
    source: &Source,
    streamed: &BTreeSet<DataId>,
) -> Shared {
    let Source::Files(options) = source else { return Shared::new() };
    let mut tasks: BTreeMap<PathBuf, (FileTask, Vec<(DataId, Wanted)>)> = BTreeMap::new();
    for (id, columns) in needed.iter().filter(|(id, _)| !streamed.contains(id)) {
        // What is wrong with the files themselves is told when each data set is loaded.
        for task in files_of(&model.data[id.0], options, &mut Vec::new()) {
            let wanted = wanted_of(model, *id, columns);
            if read::is_shareable(&task, &wanted) {
                tasks.entry(task.path.clone()).or_insert_with(|| (task, Vec::new())).1.push((*id, wanted));
            }
        }
    }
    let mut shared = Shared::new();
    for (path, (task, all)) in tasks.into_iter().filter(|(_, (_, all))| all.len() > 1) {
        let wanted: Vec<&Wanted> = all.iter().map(|(_, wanted)| wanted).collect();
        let contents = read::read_text(&task, &wanted, options);
        shared.extend(all.iter().zip(contents).map(|((id, _), content)| ((*id, path.clone()), content)));
    }
    shared
}

fn load_table(
    model: &Model,
    id: DataId,
    columns: &[ColumnIx],
    source: &Source,
    shared: &mut Shared,
    errors: &mut Vec<Diagnostic>,
) -> Loading {
    let data = &model.data[id.0];
    let wanted = wanted_of(model, id, columns);
    let mut table = Table::empty(id, data);
    let mut parts: Vec<(ColumnIx, Vec<Builder>)> =
        wanted.columns.iter().map(|(column, reader)| (*column, vec![Builder::new(&reader.kind)])).collect();
    let options = match source {
        Source::Files(options) => options,
        Source::Given(given) => {
            let given = given.iter().find(|given| given.data == id);
            let read = given::read(model, data, given, &wanted.columns, &mut table, errors);
            parts.iter_mut().zip(read).for_each(|((_, parts), part)| parts.push(part));
            return Loading { table, parts };
        }
    };
    let before = errors.len();
    let tasks = files_of(data, options, errors);
    let files_found = errors.len() == before;
    for task in tasks {
        let known = shared.remove(&(id, task.path.clone()));
        let content = known.unwrap_or_else(|| read::read(&task, &wanted, options));
        let mut file = TableFile {
            shown: task.shown,
            path: task.path,
            first_row: table.rows,
            rows: content.lines.len(),
            encoding: content.encoding.map(Encoding::name),
            ..TableFile::default()
        };
        for ((column, _), header) in wanted.columns.iter().zip(&content.headers) {
            file.headers.insert(*column, header.clone());
        }
        if task.relation.is_some() {
            file.known_by = read::server::known_by(&wanted);
        }
        if content.sheet.is_some() {
            let columns = wanted.columns.iter().zip(content.columns_at);
            file.columns_at = columns.filter_map(|((column, _), at)| Some((*column, at?))).collect();
        }
        file.sheet = content.sheet;
        (file.left_out, file.like_rows) = (content.ignored.count, content.ignored_rows);
        (file.last, file.below_blank, file.like_totals) = (content.last, content.below_blank, content.like_totals);
        for ((index, repair), tally) in content.repairs {
            file.repairs.insert((wanted.columns[index].0, repair), tally.count);
        }
        table.complete &= !content.incomplete;
        table.bad.extend(content.bad.iter().map(|index| wanted.columns[*index].0));
        table.rows += file.rows;
        table.lines.extend_from_slice(&content.lines);
        table.files.push(file);
        // One server that cannot be reached is one mistake, however much is read there.
        let is_told = errors.iter().any(|error| error.code == Code::NoServer);
        errors.extend(content.errors.into_iter().filter(|error| !is_told || error.code != Code::NoServer));
        for block in content.blocks {
            for (part, (_, parts)) in block.into_iter().zip(&mut parts) {
                parts.push(part);
            }
        }
    }
    if table.rows >= u32::MAX as usize {
        errors.push(errors::too_many_rows(data));
    }
    table.complete &= !table.files.is_empty() && files_found;
    Loading { table, parts }
}

/// Joins the parts of all columns, several at a time.
fn join_columns(loading: &mut [Loading], threads: usize) {
    let mut tasks = Vec::new();
    for (place, loading) in loading.iter_mut().enumerate() {
        for (column, parts) in loading.parts.drain(..) {
            // The empty part only tells the type of a column without rows.
            let filled: Vec<Builder> = match parts.len() {
                1 => parts,
                _ => parts.into_iter().skip(1).collect(),
            };
            tasks.push((place, column, filled));
        }
    }
    let workers = threads.min(tasks.len());
    let tasks = Mutex::new(tasks);
    let done = Mutex::new(Vec::new());
    let work = || {
        loop {
            let Some((place, column, parts)) = lock(&tasks).pop() else { break };
            let joined = join(parts);
            lock(&done).push((place, column, joined));
        }
    };
    parallel::on_threads(workers, |_| work());
    for (place, column, joined) in done.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()) {
        loading[place].table.columns[column.0] = Some(joined);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Positions by their names, where the file has a label.
pub fn name_positions(model: &Model, data: &DataSet, table: &mut Table) {
    for (declared, column) in data.columns.iter().zip(&mut table.columns) {
        if !matches!(declared.ty, ColumnType::Position) {
            continue;
        }
        if let Some(Column::Text { codes, texts }) = column {
            let mut names = Dictionary::default();
            let new: Vec<u32> =
                texts.iter().map(|text| names.intern(model.position_named(text).unwrap_or(text))).collect();
            translate(codes, &new);
            *texts = names.into();
        }
    }
}

/// The table's shape in time, with the days of its rows.
pub fn shape(model: &Model, table: &mut Table, errors: &mut Vec<Diagnostic>) -> Shape {
    let (data, calendar) = (&model.data[table.data.0], &model.company.calendar);
    let rows = table.rows;
    let days = |column: ColumnIx, last: bool, blank: i32| -> Vec<i32> {
        let column = match table.column(column) {
            None => return vec![blank; rows],
            Some(Column::Day(days)) => {
                return days.iter().map(|day| if *day == NO_DAY { blank } else { *day }).collect();
            }
            Some(column) => column,
        };
        let day = |row| column.days(row, calendar).map_or(blank, |(from, to)| if last { to.0 } else { from.0 });
        (0..rows).map(day).collect()
    };
    match data.time {
        TimeShape::Always => Shape::Always,
        TimeShape::Dated(_) => Shape::Dated,
        TimeShape::Snapshot(column) => Shape::Snapshot(days(column, true, NO_DAY)),
        TimeShape::Valid { from, to } => {
            let begins = days(from, false, ALWAYS_BEFORE);
            let ends = match to {
                Some(to) => days(to, true, ALWAYS_AFTER),
                None => vec![ALWAYS_AFTER; rows],
            };
            let is_backward = |(begins, ends): (&i32, &i32)| begins > ends;
            let backward: Vec<usize> = match begins.iter().zip(&ends).fold(false, |any, row| any | is_backward(row)) {
                true => (0..rows).filter(|row| begins[*row] > ends[*row]).collect(),
                false => Vec::new(),
            };
            for row in backward.iter().take(errors::SHOWN) {
                let (first, last) = (Day(begins[*row]).to_string(), Day(ends[*row]).to_string());
                let finding = errors::backward(data, table.place(*row, to), &first, &last);
                errors.push(errors::tell_computed(finding, model, table.data, [Some(from), to].into_iter().flatten()));
            }
            // What such rows cover is anybody's guess.
            if !backward.is_empty() {
                table.bad.insert(from);
            }
            Shape::Valid { from: begins, to: ends }
        }
    }
}
