//! What an engine's checks of a table have found: errors, and the times that its rows are of.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::{Answer, Checked, Straddling, day_of};
use super::checks::{REPAIRED, windows, with_cells};
use super::periods;
use super::statement::Expected;
use super::{Looked, Remote};
use crate::data::cells::content::Repair;
use crate::data::columns::column;
use crate::data::columns::column::{NO_DAY, NONE};
use crate::data::errors::tell_computed;
use crate::data::rows::shape::{ALWAYS_AFTER, Shape};
use crate::data::rows::table::{Table, TableFile};
use crate::diagnostic::{Code, DataPlace, Diagnostic};
use crate::model::Model;
use crate::model::data::{ColumnIx, ColumnType, DataId, DataSet, TimeShape};
use crate::nearest::nearest;
use crate::plan::query::Query;
use crate::plural::{counted, either};
use crate::time::{Day, Months};

/// What stands for a table whose rows stayed away: it has a row for each time that they are of.
pub fn take_in(
    (model, query): (&Model, &Query),
    data: DataId,
    expected: &[Expected],
    answer: &Answer,
    strict: bool,
    straddling: &mut Straddling,
    errors: &mut Vec<Diagnostic>,
) -> Checked<Table> {
    let set = &model.data[data.0];
    let mut rows = None;
    // The days of each column, among them one for blank cells; and how many there should be.
    let mut times: BTreeMap<ColumnIx, (Vec<&str>, u64)> = BTreeMap::new();
    let mut held = Vec::new();
    let mut repairs = BTreeMap::new();
    let column_of = |about: &str| set.column_named(about).ok_or_else(|| answer.broken("it speaks of other columns"));
    let day = |text: &str| day_of(text).ok_or_else(|| answer.broken(&format!("`{text}` is no date")));
    let mut told = BTreeSet::new();
    for row in &answer.rows {
        let (finding, about) = (answer.cell(row, "finding")?, answer.cell(row, "about")?);
        told.insert((finding, about));
        let (count, first) = (answer.count(row, "n")?, answer.cell(row, "first")?);
        match finding {
            "rows" if rows.replace(count).is_some() => return Err(answer.broken("they are given twice")),
            "rows" => {}
            "day" => {
                let (days, announced) = times.entry(column_of(about)?).or_default();
                days.push(first);
                *announced = count;
            }
            "held" => held.push(first),
            _ if count == 0 => {}
            finding if finding.starts_with(REPAIRED) => {
                let repair = Repair::ALL.into_iter().find(|repair| finding[REPAIRED.len()..] == *repair.words());
                let repair = repair.ok_or_else(|| answer.broken("it speaks of other repairs"))?;
                let column = column_of(about)?;
                repairs.insert((column, repair), count);
                if strict {
                    errors.push(repaired(set, column, repair, count, first));
                }
            }
            _ => match finding.strip_prefix("straddling ").and_then(periods::read) {
                Some(window) => straddling.add((data, column_of(about)?, window), first.to_string(), None, count),
                None => {
                    let about_keys = matches!(finding, "duplicate" | "overlap");
                    let keys = set.key.iter().copied().filter(|_| about_keys);
                    let columns = keys.chain(set.column_named(about));
                    let wrong = wrong(model, set, finding, about, count, first);
                    errors.push(tell_computed(wrong, model, data, columns));
                }
            },
        }
    }
    let rows = rows.ok_or_else(|| answer.broken("the number of rows is missing"))?;
    // All that was asked is there, or something was cut off.
    let mut wanted = expected.iter().filter(|line| rows > 0 || !line.of_rows);
    let all = wanted.all(|line| told.contains(&(line.finding.as_str(), line.about.as_str())));
    if !all || times.values().any(|(days, announced)| days.len() as u64 != *announced) {
        return Err(answer.broken("rows are missing"));
    }
    let times: BTreeMap<ColumnIx, Vec<&str>> = times
        .into_iter()
        .map(|(column, (days, _))| (column, days.into_iter().filter(|day| !day.is_empty()).collect()))
        .collect();
    if matches!(set.time, TimeShape::Valid { .. }) && held.len() != windows(query, data).len() + 2 {
        return Err(answer.broken("rows are missing"));
    }
    let file = TableFile {
        shown: shown(set),
        rows: usize::try_from(rows).unwrap_or(usize::MAX),
        repairs,
        ..TableFile::default()
    };
    let mut table = Table { files: vec![file], ..Table::empty(data, set) };
    table.rows = times.values().map(Vec::len).max().unwrap_or(0).max(usize::from(rows > 0));
    for (column, times) in &times {
        table.columns[column.0] = Some(match set.column(*column).ty {
            ColumnType::Period => {
                let list: Option<Vec<Months>> = times.iter().map(|text| periods::read(text)).collect();
                let list = list.ok_or_else(|| answer.broken("periods cannot be read"))?;
                let mut codes: Vec<u32> = (0..list.len() as u32).collect();
                codes.resize(table.rows, NONE);
                column::Column::Period { codes, list: list.into() }
            }
            _ => {
                let mut days = times.iter().map(|text| Ok(day(text)?.0)).collect::<Checked<Vec<i32>>>()?;
                days.resize(table.rows, NO_DAY);
                column::Column::Day(days)
            }
        });
    }
    table.shape = match set.time {
        TimeShape::Always => Shape::Always,
        TimeShape::Dated(_) => Shape::Dated,
        TimeShape::Snapshot(taken) => match table.column(taken) {
            Some(column::Column::Day(days)) => Shape::Snapshot(days.clone()),
            _ => Shape::Snapshot(Vec::new()),
        },
        TimeShape::Valid { .. } => {
            let days = held.into_iter().filter(|text| !text.is_empty()).map(day).collect::<Checked<Vec<Day>>>()?;
            let forever = Day::from_ymd(9999, 12, 31);
            let to = days.iter().map(|day| if Some(*day) == forever { ALWAYS_AFTER } else { day.0 }).collect();
            table.rows = days.len();
            Shape::Valid { from: days.iter().map(|day| day.0).collect(), to }
        }
    };
    Ok(table)
}

/// How a table of an engine is spoken of where a file would be.
pub fn shown(set: &DataSet) -> String {
    format!("the table of {}", set.name)
}

fn in_table(diagnostic: Diagnostic, set: &DataSet, column: Option<ColumnIx>, first: &str) -> Diagnostic {
    let place = DataPlace {
        file: shown(set),
        column: column.map(|column| set.column(column).name.clone()),
        ..DataPlace::default()
    };
    let diagnostic = diagnostic.in_data(place);
    match first.is_empty() {
        true => diagnostic,
        false => diagnostic.note(format!("the first: {first}")),
    }
}

/// Rows whose period lies partly in a window.
pub fn straddling(set: &DataSet, column: ColumnIx, window: Months, rows: u64, first: &str) -> Diagnostic {
    let (rows, lies) = (counted(rows, "row"), either(rows, "lies", "lie"));
    let message = format!("{rows} of `{}` {lies} partly inside {window}, which a formula reads", set.name);
    let diagnostic = Diagnostic::new(Code::StraddlingPeriod, message);
    in_table(diagnostic, set, Some(column), first)
        .help("split the rows into shorter periods, or evaluate a period that holds them wholly")
}

fn wrong(model: &Model, set: &DataSet, finding: &str, about: &str, count: u64, first: &str) -> Diagnostic {
    let rows = counted(count, "row");
    let has = either(count, "has", "have");
    let a = if about.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    let column = set.column_named(about);
    let (code, message, mend) = match finding {
        "blank" => (
            Code::BlankCell,
            format!("{rows} of `{}` {has} no `{about}`", set.name),
            format!("fill the cells in, or write `optional` behind the type of `{about}`"),
        ),
        "type" if matches!(first, "double" | "float" | "real" | "double precision") => (
            Code::BadCell,
            format!("`{about}` of `{}` is a column of binary fractions, which are not exact", set.name),
            format!("make `{about}` a DECIMAL, in the table or in a view of it"),
        ),
        "type" => {
            let wanted = match column.map(|column| &set.column(column).ty) {
                Some(ColumnType::Number { .. }) => "a DECIMAL or a whole number",
                Some(ColumnType::Date) => "a DATE",
                Some(ColumnType::Flag) => "a BOOLEAN",
                _ => "a text",
            };
            (
                Code::BadCell,
                format!("`{about}` of `{}` is a column of a type that is not read", set.name),
                format!("make `{about}` {wanted}, in the table or in a view of it"),
            )
        }
        "odd" => (
            Code::BadCell,
            format!(
                "{rows} of `{}` {has} {a} `{about}` with signs that cannot be seen, marks beside their letters, or special or \
                 double spaces",
                set.name
            ),
            format!("make `{about}` plain text, in the table or in a view of it: letters in NFC, single spaces"),
        ),
        "lost" => (
            Code::BadCell,
            format!(
                "{rows} of `{}` {has} {a} `{about}` in which letters were lost: `\u{fffd}` stands for those that a program could \
                 not read",
                set.name
            ),
            "fill the table once more from where the letters are still there, in the right encoding".to_string(),
        ),
        "left out" => {
            let begin = either(count, "begins as one that is", "begin as those that are");
            let starts: Vec<String> = set.ignore_rows_starting.iter().map(|start| format!("\"{start}\"")).collect();
            (
                Code::BadCell,
                format!(
                    "{rows} of `{}` {begin} left out of files: `ignore rows starting {}`",
                    set.name,
                    starts.join(", ")
                ),
                "leave such rows out of the table, or out of a view of it that `--tables` names".to_string(),
            )
        }
        "zoned" => (
            Code::BadCell,
            format!(
                "{rows} of `{}` {has} {a} `{about}` that is a time with a time zone, so its day depends on the place",
                set.name
            ),
            format!("make `{about}` a DATE, in the table or in a view of it, that says in which zone a day begins"),
        ),
        "limits" => (
            Code::OutOfLimits,
            format!("{rows} of `{}` {has} {a} `{about}` outside its limits", set.name),
            "mend the cells, or widen the limits".to_string(),
        ),
        "duplicate" => {
            let keys = counted(count, "key");
            let on = if matches!(set.time, TimeShape::Snapshot(_)) { " on a day" } else { "" };
            (
                Code::DuplicateKey,
                format!("{keys} of `{}` ({}) {has} more than one row{on}", set.name, key_columns(set)),
                format!(
                    "each {} has one row{on}: take the others out, or add to the `key` what tells them apart",
                    set.row.singular
                ),
            )
        }
        "overlap" => {
            let begin = either(count, "begins", "begin");
            (
                Code::DuplicateKey,
                format!(
                    "{rows} of `{}` {begin} while an earlier row with the same {} still holds",
                    set.name,
                    key_columns(set)
                ),
                "let the earlier row end the day before the later one begins".to_string(),
            )
        }
        "backward" => {
            let (end, begin) = (either(count, "ends", "end"), either(count, "it begins", "they begin"));
            (
                Code::BackwardInterval,
                format!("{rows} of `{}` {end} before {begin}", set.name),
                "mend one of the two dates".to_string(),
            )
        }
        "dangling" => {
            let target = match column.map(|column| &set.column(column).ty) {
                Some(ColumnType::Link { data, .. }) => model.data[data.0].name.as_str(),
                _ => "another data set",
            };
            (
                Code::DanglingLink,
                format!("{rows} of `{}` {has} {a} `{about}` that no row of `{target}` has", set.name),
                format!("add the rows to `{target}`, or mend the cells"),
            )
        }
        _ => {
            let (code, what, mend) = match column.map(|column| &set.column(column).ty) {
                Some(ColumnType::Choice(_)) => (Code::UnknownChoice, "none of its labels", "mend the cells"),
                Some(ColumnType::Number { .. }) => (
                    Code::BadCell,
                    "no number, or one with more digits or decimal places than are read",
                    "mend the cells",
                ),
                Some(ColumnType::Date) => (Code::BadCell, "no date", "mend the cells"),
                Some(ColumnType::Period) => (Code::BadCell, "no period", PERIODS),
                Some(ColumnType::Text | ColumnType::Position | ColumnType::Link { .. }) => {
                    (Code::BadCell, "the error of a formula", "mend the formula in the spreadsheet it came from")
                }
                _ => (Code::BadCell, "no `yes` and no `no`", "mend the cells"),
            };
            (code, format!("{rows} of `{}` {has} {a} `{about}` that is {what}", set.name), mend.to_string())
        }
    };
    in_table(Diagnostic::new(code, message).help(mend), set, column, first)
}

/// Tables and columns that the engine has not, all of them.
pub fn lacking(model: &Model, needed: &[(DataId, Vec<ColumnIx>)], remote: &Remote) -> Vec<Diagnostic> {
    let engine = remote.dialect.name();
    let mut findings = Vec::new();
    for (data, columns) in needed {
        let (Some(called), Some(looked)) = (remote.tables.get(data), remote.looked.get(data)) else { continue };
        let set = &model.data[data.0];
        let there = match looked {
            Looked::Columns(there) => there,
            Looked::Absent(says) => {
                let message = format!("there is no table `{called}` in {engine} for `{}`", set.name);
                let help = format!(
                    "give its name there with `--tables {}=NAME`, or put its files into the data folder",
                    set.name
                );
                let finding = Diagnostic::new(Code::NoFile, message).at(set.span, "").help(help);
                findings.push(finding.note(format!("{engine} says: {says}")));
                continue;
            }
        };
        let names: Vec<&str> = there.iter().map(|(name, _)| name.as_str()).collect();
        for column in with_cells(set, columns).into_iter().map(|column| set.column(column)) {
            let name = &column.name;
            if names.iter().any(|there| remote.dialect.same_name(there, name)) {
                continue;
            }
            let message =
                format!("the table `{called}` in {engine} has no column `{name}`, which `{}` declares", set.name);
            let help = match nearest(name, names.iter().copied()) {
                Some(near) => format!("make a view of it in which `{near}` is called `{name}`, if that is meant"),
                None => format!("make a view of it that has `{name}`, and name that with `--tables {}=VIEW`", set.name),
            };
            let place = DataPlace { file: shown(set), ..DataPlace::default() };
            let finding = Diagnostic::new(Code::MissingColumn, message).at(column.span, "").in_data(place).help(help);
            findings.push(finding.note(format!("its columns: {}", names.join(", "))));
        }
    }
    findings
}

/// How a period is best written.
const PERIODS: &str = "write a month as `2026-07`, a quarter as `2026-Q3`, a half as `2026-H2`, a year as `2026`";

/// Cells that had to be repaired, where nothing may be.
fn repaired(set: &DataSet, column: ColumnIx, repair: Repair, count: u64, first: &str) -> Diagnostic {
    let (name, cells) = (&set.column(column).name, counted(count, "cell"));
    let message = format!("{cells} of `{name}` would have to be repaired: {}", repair.words());
    in_table(Diagnostic::new(Code::RepairedCell, message), set, Some(column), first)
        .help("mend the cells, or run without `--strict`")
}

fn key_columns(set: &DataSet) -> String {
    let names: Vec<String> = set.key.iter().map(|key| format!("`{}`", set.column(*key).name)).collect();
    names.join(" and ")
}
