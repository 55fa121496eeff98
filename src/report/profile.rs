//! What the data files hold, for `merit data`.

use serde_json::{Value, json};

use super::Look;
use super::layout::{Cell, Column, Line, Style, Table};
use super::show::Show;
use crate::data::profile::{ColumnProfile, Holds, SetProfile};
use crate::documents::Document;
use crate::model::Model;
use crate::model::data::{ColumnType, DataSet};
use crate::model::types::unit::DisplayUnit;
use crate::number::Number;
use crate::plural::either;
use crate::provenance::Provenance;

/// One table a data set.
pub fn text(model: &Model, profiles: &[SetProfile], look: Look) -> String {
    let mut out = String::new();
    for (index, profile) in profiles.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        table(model, profile).write(&mut out, look.width(), look.painter());
    }
    out
}

fn table(model: &Model, profile: &SetProfile) -> Table {
    let show = Show::new(model, None);
    let data = &model.data[profile.data.0];
    let count = |count: u64| show.plain(&Number::from_parts(count.into(), 0));
    let mut lines = Vec::new();
    for column in &profile.columns {
        let declared = data.column(column.column);
        let blank = if column.blank == 0 { String::new() } else { count(column.blank) };
        let cells = vec![
            Cell::new(&declared.name),
            Cell::new(type_words(model, data, column)),
            Cell::new(blank),
            Cell::new(holds_words(&show, data, column, &count)),
        ];
        lines.push(Line::Row(cells));
        let mut notes: Vec<(String, Style)> =
            column.repairs.iter().map(|(words, times)| (format!("{words}: {}", count(*times)), Style::Faint)).collect();
        if column.unreadable {
            notes.push(("some cells cannot be read".into(), Style::Bad));
        }
        for (note, style) in notes {
            lines.push(Line::Row(vec![Cell::new(""), Cell::new(""), Cell::new(""), Cell::styled(note, style)]));
        }
    }
    lines.push(Line::Rule);
    let (files, rows) = (profile.files.len() as u64, profile.rows);
    let mut facts =
        format!("{} {} in {} {}", count(rows), row_noun(data, rows), count(files), either(files, "file", "files"));
    if let Some((first, last)) = profile.days {
        facts.push_str(&format!(", {first} to {last}"));
    }
    lines.push(Line::Text(Cell::new(facts)));
    let several = profile.files.len() > 1;
    for file in &profile.files {
        let sheet = file.sheet.as_ref().map(|sheet| format!(", sheet {sheet}")).unwrap_or_default();
        let encoding = file.encoding.map(|encoding| format!(", {encoding}")).unwrap_or_default();
        let rows = if several { format!(": {}", count(file.rows)) } else { String::new() };
        lines.push(Line::Text(Cell::styled(format!("{}{sheet}{encoding}{rows}", file.path), Style::Faint).indented(2)));
    }
    let left_out: u64 = profile.files.iter().map(|file| file.left_out).sum();
    if left_out > 0 {
        let text =
            format!("{} {} left out by `ignore rows starting`", count(left_out), either(left_out, "row", "rows"));
        lines.push(Line::Text(Cell::new(text)));
    }
    for doubt in &profile.doubts {
        lines.push(Line::Text(Cell::styled(show.doubt(doubt), Style::Poor)));
    }
    if !profile.empty_months.is_empty() {
        let shown: Vec<String> = profile.empty_months.iter().take(12).map(ToString::to_string).collect();
        let more = profile.empty_months.len() - shown.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let text = format!("no row in {}{more}", shown.join(", "));
        lines.push(Line::Text(Cell::styled(text, Style::Poor)));
    }
    if profile.repeated > 0 {
        let (rows, are) = (either(profile.repeated, "row", "rows"), either(profile.repeated, "is", "are"));
        let text = format!("{} {rows} {are} the same as an earlier one in every column", count(profile.repeated));
        lines.push(Line::Text(Cell::styled(text, Style::Poor)));
    }
    let columns = vec![
        Column::left(data.name.clone(), 12),
        Column::left("type", 6),
        Column::right("blank", 5),
        Column::left("holds", 30),
    ];
    Table { columns, lines, stretch: None }
}

fn row_noun(data: &DataSet, rows: u64) -> &str {
    either(rows, &data.row.singular, &data.row.plural)
}

fn type_words(model: &Model, data: &DataSet, column: &ColumnProfile) -> String {
    match &data.column(column.column).ty {
        ColumnType::Text => "text".into(),
        ColumnType::Number { unit, .. } if unit.plural.is_empty() => "number".into(),
        ColumnType::Number { unit, .. } => unit.plural.clone(),
        ColumnType::Date => "date".into(),
        ColumnType::Period => "period".into(),
        ColumnType::Flag => "flag".into(),
        ColumnType::Choice(_) => "one of".into(),
        ColumnType::Position => "position".into(),
        ColumnType::Link { data, .. } => model.data[data.0].name.clone(),
    }
}

fn holds_words(show: &Show, data: &DataSet, column: &ColumnProfile, count: &dyn Fn(u64) -> String) -> String {
    let declared = data.column(column.column);
    match &column.holds {
        Holds::Nothing => "nothing".into(),
        Holds::Numbers { least, most, sum } => {
            let number = DisplayUnit::number();
            let unit = if let ColumnType::Number { unit, .. } = &declared.ty { unit } else { &number };
            // Percentages have no total that would mean something.
            let total =
                if unit.is_ratio_sign() { String::new() } else { format!(", total {}", in_unit(show, sum, unit)) };
            format!("{} to {}{total}", in_unit(show, least, unit), in_unit(show, most, unit))
        }
        Holds::Days(first, last) => format!("{first} to {last}"),
        Holds::Periods(first, last) if first == last => first.to_string(),
        Holds::Periods(first, last) => format!("{first} … {last}"),
        Holds::Flags { yes, no } => format!("yes {}, no {}", count(*yes), count(*no)),
        Holds::Choices(counts) => {
            let named = choice_names(data, column).zip(counts).filter(|(_, times)| **times > 0);
            named.map(|(name, times)| format!("{name} {}", count(*times))).collect::<Vec<_>>().join(", ")
        }
        Holds::Texts { distinct } => format!("{} different", count(*distinct)),
    }
}

/// All digits: these are totals to be compared with those of other systems.
fn in_unit(show: &Show, number: &Number, unit: &DisplayUnit) -> String {
    let number = number.div(&unit.factor).unwrap_or_else(|| number.clone());
    let sign = if unit.is_ratio_sign() { &*unit.singular } else { "" };
    format!("{}{sign}", show.plain(&number))
}

fn choice_names<'m>(data: &'m DataSet, column: &ColumnProfile) -> impl Iterator<Item = &'m str> {
    let choices: &[_] = match &data.column(column.column).ty {
        ColumnType::Choice(choices) => choices,
        _ => &[],
    };
    choices.iter().map(|choice| choice.name.as_str())
}

/// The same for programs; numbers in base units, exact.
pub fn json(model: &Model, profiles: &[SetProfile], provenance: &Provenance, findings: Vec<Value>) -> String {
    let sets: Vec<Value> = profiles.iter().map(|profile| set_json(model, profile)).collect();
    let document = json!({
        "schema": Document::Data.schema(),
        "provenance": provenance,
        "failure": null,
        "findings": &findings,
        "errors": findings.len(),
        "data": sets,
    });
    format!("{document:#}\n")
}

fn set_json(model: &Model, profile: &SetProfile) -> Value {
    let data = &model.data[profile.data.0];
    let columns = profile.columns.iter().map(|column| {
        let repairs: Vec<Value> =
            column.repairs.iter().map(|(kind, count)| json!({ "kind": kind, "count": count })).collect();
        let (least, most, total, distinct, counts) = match &column.holds {
            Holds::Nothing => Default::default(),
            Holds::Numbers { least, most, sum } => {
                (Some(least.to_string()), Some(most.to_string()), Some(sum.to_string()), None, None)
            }
            Holds::Days(first, last) => (Some(first.to_string()), Some(last.to_string()), None, None, None),
            Holds::Periods(first, last) => (Some(first.to_string()), Some(last.to_string()), None, None, None),
            Holds::Flags { yes, no } => (None, None, None, None, Some(json!({ "yes": yes, "no": no }))),
            Holds::Choices(counts) => {
                let named =
                    choice_names(data, column).zip(counts).map(|(name, count)| (name.to_string(), json!(count)));
                (None, None, None, None, Some(Value::Object(named.collect())))
            }
            Holds::Texts { distinct } => (None, None, None, Some(*distinct), None),
        };
        json!({
            "name": data.column(column.column).name,
            "type": type_words(model, data, column),
            "blank": column.blank,
            "unreadable": column.unreadable,
            "least": least,
            "most": most,
            "total": total,
            "distinct": distinct,
            "counts": counts,
            "repairs": repairs,
        })
    });
    let files = profile.files.iter().map(|file| {
        let mut told = json!({ "path": file.path, "sheet": file.sheet, "rows": file.rows, "left_out": file.left_out });
        if let Some(encoding) = file.encoding {
            told["encoding"] = json!(encoding);
        }
        told
    });
    json!({
        "name": data.name,
        "rows": profile.rows,
        "files": files.collect::<Vec<_>>(),
        "first_day": profile.days.map(|(first, _)| first.to_string()),
        "last_day": profile.days.map(|(_, last)| last.to_string()),
        "empty_months": profile.empty_months.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "repeated_rows": profile.repeated,
        "columns": columns.collect::<Vec<_>>(),
    })
}
