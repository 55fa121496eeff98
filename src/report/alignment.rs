//! The table of `merit check --alignment`: what people spend their time on against what they are scored by.

use serde_json::{Value, json};

use super::Look;
use super::layout::{Cell, Column, Line, Style, Table};
use crate::documents::Document;
use crate::model::alignment::{Alignment, Weighted, share};
use crate::model::{Model, Position};
use crate::number::Number;
use crate::provenance::Provenance;

/// One table a position.
pub fn text(model: &Model, positions: &[&Position], look: Look) -> String {
    let mut out = String::new();
    for (index, position) in positions.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        out.push_str(&heading(model, position));
        out.push_str("\n\n");
        match model.alignment(position) {
            None => out.push_str(lacking(position)),
            Some(alignment) => table(model, position, &alignment).write(&mut out, look.width(), look.painter()),
        }
    }
    out
}

fn heading(model: &Model, position: &Position) -> String {
    let name = match position.label.text == position.name {
        true => format!("`{}`", position.name),
        false => format!("{} (`{}`)", position.label.text, position.name),
    };
    match model.position_begins(position) {
        Some(day) => format!("{name}, from {day}"),
        None => name,
    }
}

fn lacking(position: &Position) -> &'static str {
    if position.scorecard.is_some() { "It states no responsibilities.\n" } else { "It has no scorecard.\n" }
}

fn table(model: &Model, position: &Position, alignment: &Alignment) -> Table {
    let columns = vec![
        Column::left("Responsibility", 16),
        Column::right("Time", 4),
        Column::left("KPI", 16),
        Column::right("Weight", 6),
    ];
    let label = |weighted: &Weighted| model.kpis[weighted.kpi.0].label.text.clone();
    let weight = |weighted: &Weighted| weighted.weight.as_ref().map_or("–".to_string(), share);
    let row = |name: &str, time: &str, kpi: Cell, weight: &str| {
        Line::Row(vec![Cell::new(name), Cell::new(time), kpi, Cell::new(weight)])
    };
    let mut lines = Vec::new();
    for (responsibility, kpis) in position.responsibilities.iter().zip(&alignment.measured) {
        let (name, time) = (&responsibility.label.text, responsibility.share.as_ref().map_or("?".into(), share));
        if kpis.is_empty() {
            lines.push(row(name, &time, Cell::styled("measured by no KPI", Style::Poor), ""));
        }
        for (at, weighted) in kpis.iter().enumerate() {
            let (name, time) = if at == 0 { (name.as_str(), time.as_str()) } else { ("", "") };
            lines.push(row(name, time, Cell::new(label(weighted)), &weight(weighted)));
        }
    }
    for (at, weighted) in alignment.unassigned.iter().enumerate() {
        let first = Cell::styled(if at == 0 { "no responsibility" } else { "" }, Style::Poor);
        lines.push(Line::Row(vec![first, Cell::new(""), Cell::new(label(weighted)), Cell::new(weight(weighted))]));
    }
    lines.push(Line::Rule);
    let left = format!(
        "{} of the working time is measured by no KPI; {} of the weight belongs to no responsibility.",
        share(&alignment.unmeasured),
        share(&total(&alignment.unassigned))
    );
    lines.push(Line::Text(Cell::new(left)));
    Table { columns, lines, stretch: None }
}

fn total(weighted: &[Weighted]) -> Number {
    weighted.iter().filter_map(|weighted| weighted.weight.as_ref()).fold(Number::ZERO, |sum, weight| sum.add(weight))
}

/// The same for programs; shares from 0 to 1, exact.
pub fn json(model: &Model, positions: &[&Position], provenance: &Provenance) -> String {
    let kpi = |weighted: &Weighted| json!({ "kpi": model.kpis[weighted.kpi.0].name, "weight": weighted.weight.as_ref().map(Number::to_string) });
    let tables: Vec<Value> = positions
        .iter()
        .map(|position| {
            let alignment = model.alignment(position);
            let measured = alignment.iter().flat_map(|alignment| &alignment.measured);
            let responsibilities: Vec<Value> = position
                .responsibilities
                .iter()
                .zip(measured)
                .map(|(responsibility, kpis)| {
                    json!({
                        "name": responsibility.name,
                        "share": responsibility.share.as_ref().map(Number::to_string),
                        "kpis": kpis.iter().map(kpi).collect::<Vec<_>>(),
                    })
                })
                .collect();
            json!({
                "position": position.name,
                "effective": model.position_begins(position).map(|day| day.to_string()),
                "responsibilities": responsibilities,
                "unmeasured": alignment.as_ref().map(|alignment| alignment.unmeasured.to_string()),
                "unassigned": alignment.iter().flat_map(|alignment| &alignment.unassigned).map(kpi).collect::<Vec<_>>(),
            })
        })
        .collect();
    let document = json!({
        "schema": Document::Alignment.schema(),
        "provenance": provenance,
        "failure": null,
        "findings": [],
        "positions": tables,
    });
    format!("{document:#}\n")
}
