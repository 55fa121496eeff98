//! A first glance at the tables of an engine: in which columns all cells stand in their plain form. What is asked afterwards
//! takes those as they are.

use std::collections::BTreeSet;

use super::answer::Found;
use super::cells::Cells;
use super::checks::with_cells;
use super::left_out::LeftOut;
use super::{Looked, Remote};
use crate::model::Model;
use crate::model::data::{ColumnIx, ColumnType, DataId, DataSet, TimeShape};

/// What is asked of a table at a glance. Tables of which the engine's catalogue is known.
#[derive(Clone, Debug)]
pub struct Glance {
    pub data: DataId,
    /// Gives one row: how many rows there are, then how many of them are right in some columns, one by one.
    pub sql: String,
    columns: Vec<ColumnIx>,
}

/// What a glance has told of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Glanced {
    /// How many rows there are.
    pub rows: u64,
    /// Columns whose cells are all right as they stand.
    pub plain: BTreeSet<ColumnIx>,
    /// No row begins as those that are left out of files.
    pub none_left_out: bool,
}

/// What is asked of all tables.
pub fn glances(model: &Model, needed: &[(DataId, Vec<ColumnIx>)], remote: &Remote) -> Vec<Glance> {
    let there = |data: &DataId| matches!(remote.looked.get(data), Some(Looked::Columns(_)));
    let asked = needed.iter().filter(|(data, _)| remote.tables.contains_key(data) && there(data));
    asked.flat_map(|(data, columns)| of_table(model, remote, *data, columns)).collect()
}

fn of_table(model: &Model, remote: &Remote, data: DataId, columns: &[ColumnIx]) -> Vec<Glance> {
    let (d, set) = (remote.dialect, &model.data[data.0]);
    let table = d.table(&remote.tables[&data]);
    let columns = with_cells(set, columns);
    let cells: Vec<Cells> = columns.iter().map(|column| Cells::new(model, remote, data, *column)).collect();
    let right = |condition: String| format!("COUNT(*) FILTER (WHERE {condition})");
    let (mut counts, mut counted) = (vec!["COUNT(*)".to_string()], Vec::new());
    let mut glances = Vec::new();
    for (column, one) in columns.iter().zip(&cells) {
        let conditions = all_right(set, (&columns, &cells), *column, one);
        match (conditions.as_slice(), one.told_by_values()) {
            // Columns of labels, days and links have few values, which are told apart sooner than rows are looked at.
            ([plain], Some(value)) if has_few_values(remote, &set.column(*column).ty) => {
                let values = format!("SELECT {value} AS {}, COUNT(*) AS merit_n FROM {table} GROUP BY 1", one.raw);
                let sql = format!(
                    "SELECT COALESCE(SUM(merit_n), 0), COALESCE(SUM(merit_n) FILTER (WHERE {plain}), 0)\nFROM ({values}) one"
                );
                glances.push(Glance { data, sql, columns: vec![*column] });
            }
            _ => {
                counts.push(right(conditions.join(" AND ")));
                counted.push(*column);
            }
        }
    }
    if let Some(left_out) = LeftOut::of(model, remote, data, &columns) {
        counts.push(right(format!("NOT ({})", left_out.begins(&left_out.as_written()))));
    }
    // Behind the others: it tells as well whether rows are left out.
    let sql = format!("SELECT {}\nFROM {table}", counts.join(",\n  "));
    glances.push(Glance { data, sql, columns: counted });
    glances
}

/// Whether a column has few values by its kind, and the engine reads it by itself.
fn has_few_values(remote: &Remote, ty: &ColumnType) -> bool {
    remote.dialect.reads_columns()
        && match ty {
            ColumnType::Choice(_) | ColumnType::Flag | ColumnType::Date | ColumnType::Period => true,
            ColumnType::Link { data, .. } => !remote.tables.contains_key(data),
            ColumnType::Number { .. } | ColumnType::Text | ColumnType::Position => false,
        }
}

/// The conditions under which nothing can be said of a cell.
fn all_right(set: &DataSet, (columns, cells): (&[ColumnIx], &[Cells]), column: ColumnIx, one: &Cells) -> Vec<String> {
    let mut conditions = vec![one.is_plain()];
    if let Some((low, high)) = &set.column(column).limits {
        conditions.push(format!("COALESCE({} BETWEEN {low} AND {high}, TRUE)", one.plain_value()));
    }
    // A row that ends before it begins is told of by its end.
    if let TimeShape::Valid { from, to: Some(to) } = set.time
        && (column == from || column == to)
    {
        let of = |column: ColumnIx| columns.iter().position(|one| *one == column).map(|at| cells[at].plain_value());
        if let (Some(begin), Some(end)) = (of(from), of(to)) {
            conditions.push(format!("COALESCE({begin} <= {end}, TRUE)"));
        }
    }
    conditions
}

/// Notes what came of it. An answer that is not understood tells nothing.
pub fn take_in(glances: &[Glance], found: &[Found], remote: &mut Remote) {
    for (glance, found) in glances.iter().zip(found) {
        let Some((rows, counts)) = found.rows.first().and_then(|row| row.split_first()) else { continue };
        let (columns, left_out) = counts.split_at(glance.columns.len().min(counts.len()));
        let Ok(number) = rows.parse() else { continue };
        let all = |count: &String| count == rows;
        let glanced = remote.glanced.entry(glance.data).or_default();
        glanced.rows = number;
        glanced
            .plain
            .extend(glance.columns.iter().zip(columns).filter(|(_, count)| all(count)).map(|(column, _)| *column));
        if !left_out.is_empty() {
            glanced.none_left_out = left_out.iter().all(all);
        }
    }
}
