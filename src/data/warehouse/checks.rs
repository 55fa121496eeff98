//! What is wrong with the rows of a table, and what time they are of.

use std::collections::BTreeMap;

use super::results::{Answer, Checked, day_of};
use super::rows::{Before, Known, read_name, rows_name};
use super::statements::{Statement, assembled, head, typed};
use crate::data::measure::Evaluation;
use crate::data::table::{Table, TableFile};
use crate::diagnostic::{Code, DataPlace, Diagnostic};
use crate::model::data::{Column, ColumnIx, ColumnType, DataId, DataSet, TimeShape};
use crate::plan::query::Rows;

/// Counts what is wrong with the rows of a table, with the first of each kind.
pub fn statement(known: &Known, data: DataId, columns: &[ColumnIx]) -> Statement {
    let d = known.dialect;
    let set = known.set(data);
    let has_cell = |column: &&ColumnIx| match &set.column(**column).ty {
        ColumnType::Link { by, .. } => by.is_empty(),
        _ => set.column(**column).derived.is_none(),
    };
    let columns: Vec<ColumnIx> = columns.iter().filter(has_cell).copied().collect();
    let table = d.table(&known.remote.tables[&data]);
    let name_of = |column: &Column| d.name_of(&column.name);
    let value_of = |column: &Column| d.name_of(&format!("{} value", column.name));
    let keys: Vec<String> = set.key.iter().map(|key| format!("COALESCE({}, '')", name_of(set.column(*key)))).collect();
    let row = if keys.is_empty() { String::new() } else { format!("{} || ': ' || ", keys.join(" || ' / ' || ")) };
    // A table may be read for its rows alone.
    let mut cells = if columns.is_empty() { vec!["1 AS one_row".to_string()] } else { Vec::new() };
    let mut tally = vec!["COUNT(*) AS n0".to_string()];
    let mut rows = vec![vec!["'rows'".to_string(), "''".to_string(), "n0".to_string(), "''".to_string()]];
    let mut check = |finding: &str, column: &Column, condition: String| {
        let number = rows.len();
        let first = format!("{row}COALESCE({}, 'blank')", name_of(column));
        tally.push(format!("COUNT(*) FILTER (WHERE {condition}) AS n{number}"));
        tally.push(format!("{} AS e{number}", d.first_three(&first, &condition)));
        rows.push(vec![
            d.text(finding),
            d.text(&column.name),
            format!("n{number}"),
            format!("COALESCE(e{number}, '')"),
        ]);
    };
    for column in &columns {
        let declared = set.column(*column);
        let (name, value) = (name_of(declared), value_of(declared));
        cells.push(format!("{} AS {name}", d.cell(&name)));
        if !declared.optional {
            check("blank", declared, format!("{name} IS NULL"));
        }
        match &declared.ty {
            ColumnType::Number { .. } => {
                let float = d.name_of(&format!("{} float", declared.name));
                cells.push(format!("{name} IS NOT NULL AND {} AS {float}", d.is_float(&name)));
                check("float", declared, float);
                check("bad", declared, format!("NOT {}", d.is_number(&name, known.remote.decimals)));
                if let Some((low, high)) = &declared.limits {
                    cells.push(format!("{} AS {value}", typed(known, declared, &name)));
                    check("limits", declared, format!("{value} < {low} OR {value} > {high}"));
                }
            }
            ColumnType::Date | ColumnType::Flag | ColumnType::Choice(_) => {
                cells.push(format!("{} AS {value}", typed(known, declared, &name)));
                check("bad", declared, format!("{name} IS NOT NULL AND {value} IS NULL"));
            }
            _ => {}
        }
    }
    let mut before = Before::default();
    let read = d.name_of(&read_name(&set.name));
    before.reads.entry(data).or_default().extend(&columns);
    let mut selects = vec![format!(
        "SELECT {}, finding, about, CAST(n AS BIGINT) AS n, first\nFROM tally {}",
        head(&format!("{} checks", set.name), d),
        d.rows_of(&rows, &["finding", "about", "n", "first"])
    )];
    let more = |finding: &str, about: &str, from: String, count: &str, first: &str| {
        format!(
            "SELECT {}, {} AS finding, {} AS about, CAST(COALESCE({count}, 0) AS BIGINT) AS n, {first} AS first\nFROM {from}",
            head(&format!("{} checks", set.name), d),
            d.text(finding),
            d.text(about)
        )
    };
    let first = |cell: &str| format!("COALESCE({}, '')", d.first_three(cell, &format!("{cell} IS NOT NULL")));
    if !set.key.is_empty() {
        let keys: Vec<String> = set.key.iter().map(|key| d.name_of(&set.column(*key).name)).collect();
        let shown: Vec<String> = keys.iter().map(|key| d.as_text(key)).collect();
        let filled: Vec<String> = keys.iter().map(|key| format!("{key} IS NOT NULL")).collect();
        selects.push(more(
            "duplicate",
            "",
            format!(
                "(SELECT {} AS cell FROM {read} WHERE {} GROUP BY {} HAVING COUNT(*) > 1) twice",
                shown.join(" || ' / ' || "),
                filled.join(" AND "),
                keys.join(", ")
            ),
            "COUNT(*)",
            &first("cell"),
        ));
    }
    for column in &columns {
        let declared = set.column(*column);
        if !matches!(declared.ty, ColumnType::Date) {
            continue;
        }
        let name = d.name_of(&declared.name);
        let dated = matches!(set.time, TimeShape::Dated(on) if on == *column)
            || known
                .query
                .tables
                .iter()
                .filter(|asked| asked.data == data)
                .flat_map(|asked| &asked.windows)
                .any(|window| matches!(&window.rows, Rows::Dated { column: by, .. } if by == column));
        if dated {
            selects.push(more("days", &declared.name, read.clone(), &format!("COUNT(DISTINCT {name})"), "''"));
            selects.push(more(
                "day",
                &declared.name,
                format!("{read}\nWHERE {name} IS NOT NULL\nGROUP BY {name}"),
                "COUNT(*)",
                &d.as_text(&name),
            ));
        }
    }
    for (at, declared) in set.columns.iter().enumerate() {
        let ColumnType::Link { data: target, by } = &declared.ty else { continue };
        let own = [ColumnIx(at)];
        let parts: &[ColumnIx] = if by.is_empty() { &own } else { by };
        if !parts.iter().all(|part| columns.contains(part)) {
            continue;
        }
        let there = known.set(*target);
        let table = if known.is_remote(*target) {
            before.reads.entry(*target).or_default().extend(&there.key);
            read_name(&there.name)
        } else {
            known.used.borrow_mut().rows.entry(*target).or_default();
            rows_name(&there.name)
        };
        let names: Vec<String> = parts.iter().map(|part| d.name_of(&set.column(*part).name)).collect();
        let shown: Vec<String> = names.iter().map(|name| d.as_text(&format!("r.{name}"))).collect();
        let filled: Vec<String> = names.iter().map(|name| format!("r.{name} IS NOT NULL")).collect();
        let on: Vec<String> = there
            .key
            .iter()
            .zip(&names)
            .map(|(key, name)| format!("k.{} = r.{name}", d.name_of(&there.column(*key).name)))
            .collect();
        let by: Vec<String> = names.iter().map(|name| format!("r.{name}")).collect();
        selects.push(more(
            "dangling",
            &declared.name,
            format!(
                "(SELECT {} AS cell, COUNT(*) AS n FROM {read} r WHERE {} AND NOT EXISTS (SELECT 1 FROM {} k WHERE {}) GROUP BY {}) lost",
                shown.join(" || ' / ' || "),
                filled.join(" AND "),
                d.name_of(&table),
                on.join(" AND "),
                by.join(", ")
            ),
            "SUM(n)",
            &first("cell"),
        ));
    }
    let cells = format!("cells AS (\n  SELECT\n    {}\n  FROM {table}\n)", cells.join(",\n    "));
    let tally = format!("tally AS (\n  SELECT\n    {}\n  FROM cells\n)", tally.join(",\n    "));
    let sql = assembled(known, &before, vec![cells, tally], &selects.join("\nUNION ALL\n"));
    Statement {
        name: format!("{} checks", set.name),
        data,
        about: vec![format!("what is wrong with the rows of {}, and the days they are of", set.name)],
        sql,
    }
}

pub fn take_in(
    evaluation: &Evaluation,
    data: DataId,
    columns: &[ColumnIx],
    answer: &Answer,
    errors: &mut Vec<Diagnostic>,
) -> Checked<Table> {
    let model = evaluation.world.model;
    let set = &model.data[data.0];
    let mut table = Table::empty(data, set);
    let (mut rows, mut days, mut announced) = (None, BTreeMap::new(), BTreeMap::new());
    for row in &answer.rows {
        let (finding, about) = (answer.cell(row, "finding")?, answer.cell(row, "about")?);
        let (count, first) = (answer.count(row, "n")?, answer.cell(row, "first")?);
        match finding {
            "rows" if rows.replace(count).is_some() => return Err(answer.broken("they are given twice")),
            "rows" => {}
            "days" => {
                announced.insert(about, count);
            }
            "day" => {
                let day = day_of(first).ok_or_else(|| answer.broken(&format!("`{first}` is no date")))?;
                let column = set.column_named(about).ok_or_else(|| answer.broken("it speaks of other columns"))?;
                days.entry(column).or_insert_with(hashbrown::HashSet::new).insert(day.0);
            }
            _ if count > 0 => errors.push(wrong(model, set, finding, about, count, first)),
            _ => {}
        }
    }
    let rows = rows.ok_or_else(|| answer.broken("the number of rows is missing"))?;
    for (about, count) in announced {
        let column = set.column_named(about).ok_or_else(|| answer.broken("it speaks of other columns"))?;
        if days.entry(column).or_default().len() as u64 != count {
            return Err(answer.broken("rows are missing"));
        }
    }
    // All checks are there, or something was cut off.
    let optional = |column: &&ColumnIx| !set.column(**column).optional && set.column(**column).derived.is_none();
    let plain = |column: &&ColumnIx| !matches!(&set.column(**column).ty, ColumnType::Link { by, .. } if !by.is_empty());
    for column in columns.iter().filter(optional).filter(plain) {
        let name = set.column(*column).name.as_str();
        let mut checked = answer.rows.iter();
        if !checked.any(|row| {
            answer.cell(row, "finding").ok() == Some("blank") && answer.cell(row, "about").ok() == Some(name)
        }) {
            return Err(answer.broken("checks are missing"));
        }
    }
    table.rows = usize::try_from(rows).unwrap_or(usize::MAX);
    table.files = vec![TableFile { shown: shown(set), rows: table.rows, ..TableFile::default() }];
    table.days_passed = days;
    Ok(table)
}

/// How a table of an engine is spoken of where a file would be.
pub fn shown(set: &DataSet) -> String {
    format!("the table of {}", set.name)
}

fn wrong(
    model: &crate::model::Model,
    set: &DataSet,
    finding: &str,
    about: &str,
    count: u64,
    first: &str,
) -> Diagnostic {
    let rows = if count == 1 { "1 row".to_string() } else { format!("{count} rows") };
    let has = if count == 1 { "has" } else { "have" };
    let column = set.column_named(about);
    let (code, message, mend) = match finding {
        "blank" => (
            Code::BlankCell,
            format!("{rows} of `{}` {has} no `{about}`", set.name),
            format!("fill the cells in, or write `optional` behind the type of `{about}`"),
        ),
        "float" => (
            Code::BadCell,
            format!("`{about}` of `{}` is a column of binary fractions, which are not exact", set.name),
            format!("make `{about}` a DECIMAL, in the table or in a view of it"),
        ),
        "limits" => (
            Code::OutOfLimits,
            format!("{rows} of `{}` {has} a `{about}` outside its limits", set.name),
            "mend the cells, or widen the limits".to_string(),
        ),
        "duplicate" => {
            let keys = if count == 1 { "1 key".to_string() } else { format!("{count} keys") };
            let names: Vec<String> = set.key.iter().map(|key| format!("`{}`", set.column(*key).name)).collect();
            (
                Code::DuplicateKey,
                format!("{keys} of `{}` ({}) {has} more than one row", set.name, names.join(" and ")),
                format!(
                    "each {} has one row: take the others out, or add to the `key` what tells them apart",
                    set.row.singular
                ),
            )
        }
        "dangling" => {
            let target = match column.map(|column| &set.column(column).ty) {
                Some(ColumnType::Link { data, .. }) => model.data[data.0].name.as_str(),
                _ => "another data set",
            };
            (
                Code::DanglingLink,
                format!("{rows} of `{}` {has} a `{about}` that no row of `{target}` has", set.name),
                format!("add the rows to `{target}`, or mend the cells"),
            )
        }
        _ => {
            let (code, what) = match column.map(|column| &set.column(column).ty) {
                Some(ColumnType::Choice(_)) => (Code::UnknownChoice, "none of its labels"),
                Some(ColumnType::Number { .. }) => {
                    (Code::BadCell, "no number, or one with more decimal places than are read")
                }
                Some(ColumnType::Date) => (Code::BadCell, "no date"),
                _ => (Code::BadCell, "no `yes` and no `no`"),
            };
            (code, format!("{rows} of `{}` {has} a `{about}` that is {what}", set.name), "mend the cells".to_string())
        }
    };
    let place = DataPlace {
        file: shown(set),
        column: column.map(|column| set.column(column).name.clone()),
        ..DataPlace::default()
    };
    let diagnostic = Diagnostic::new(code, message).in_data(place).help(mend);
    match first.is_empty() {
        true => diagnostic,
        false => diagnostic.note(format!("the first: {first}")),
    }
}
