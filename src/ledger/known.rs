//! A closed period as it was known on a day: from the closing, as people read it. Nothing is evaluated; what is shown is what
//! the closing shows.

use serde_json::Value;

use super::closing::Head;
use crate::report::Look;
use crate::report::layout::{Cell, Column, Line, Style, Table};
use crate::report::page::Page;

/// Everybody a line, or one person in full; `None` where nobody has that key or name.
pub fn text(results: &Value, head: &Head, person: Option<&str>, look: Look) -> Option<String> {
    let people: Vec<&Value> = list(&results["people"]).iter().filter(|one| is_wanted(one, person)).collect();
    if person.is_some() && people.is_empty() {
        return None;
    }
    let mut page = Page::new(look);
    let company = word(&results["company"]);
    page.line(0, "", &format!("{company} · {}, as closed", head.period), Style::Strong);
    let why = head.reason.as_ref().map_or(String::new(), |reason| format!(": {reason}"));
    page.faint(0, format!("{}, by {} on {}{why}", head.file(), head.by, head.on));
    page.blank();
    match person {
        None => table(&people, look, &mut page.out),
        Some(_) => people.iter().for_each(|one| card(one, &mut page, look)),
    }
    Some(page.out)
}

fn is_wanted(one: &Value, person: Option<&str>) -> bool {
    person.is_none_or(|wanted| one["person"] == wanted || one["name"] == wanted)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_string()
}

/// A value as it was shown, or why there is none.
fn shown(value: &Value) -> String {
    match &value["shown"] {
        Value::String(shown) => shown.clone(),
        _ if value["kind"] == "missing" => format!("none ({})", word(&value["text"])),
        _ => String::new(),
    }
}

fn table(people: &[&Value], look: Look, out: &mut String) {
    let columns = vec![
        Column::left("Person", 6),
        Column::left("Name", 8),
        Column::left("Position", 10),
        Column::right("Score", 6),
        Column::left("Rating", 6),
        Column::left("Outputs", 12),
    ];
    let row = |one: &&Value| {
        let posts = list(&one["posts"]);
        let outputs = posts.iter().flat_map(|post| list(&post["outputs"]));
        let outputs = outputs.map(|output| format!("{} {}", word(&output["label"]), shown(&output["value"])));
        let positions = posts.iter().map(|post| word(&post["label"])).collect::<Vec<_>>().join(", ");
        let cells = [
            word(&one["person"]),
            word(&one["name"]),
            positions,
            shown(&one["overall"]),
            word(&one["rating"]["grade"]),
            outputs.collect::<Vec<_>>().join("; "),
        ];
        Line::Row(cells.map(Cell::new).into())
    };
    Table { columns, lines: people.iter().map(row).collect(), stretch: None }.write(out, look.width(), look.painter());
}

fn card(one: &Value, page: &mut Page, look: Look) {
    let (key, name) = (word(&one["person"]), word(&one["name"]));
    let called = if name.is_empty() || name == key { key } else { format!("{name} ({key})") };
    page.line(0, "", &called, Style::Strong);
    for card in list(&one["cards"]) {
        page.faint(0, format!("{}, {} to {}", word(&card["label"]), word(&card["from"]), word(&card["to"])));
        let mut lines = Vec::new();
        entries(&card["scorecard"]["entries"], 0, &mut lines);
        if !lines.is_empty() {
            let columns = vec![
                Column::left("KPI", 14),
                Column::right("Value", 6),
                Column::right("Target", 6),
                Column::right("Score", 6),
                Column::right("Weight", 6),
                Column::right("Adds", 6),
            ];
            Table { columns, lines, stretch: None }.write(&mut page.out, look.width(), look.painter());
        }
        if card["scorecard"].is_object() {
            page.lead(0, "Score  ", shown(&card["scorecard"]["score"]));
        }
    }
    if one["rating"].is_object() {
        page.lead(0, "Rating  ", word(&one["rating"]["grade"]));
    }
    for output in list(&one["posts"]).iter().flat_map(|post| list(&post["outputs"])) {
        page.lead(0, &format!("{}  ", word(&output["label"])), shown(&output["value"]));
    }
}

fn entries(of: &Value, depth: usize, lines: &mut Vec<Line>) {
    for entry in list(of) {
        let cells = ["value", "target", "score", "effective_weight", "contribution"].map(|name| shown(&entry[name]));
        let first = Cell::new(word(&entry["label"])).indented(2 * depth);
        lines.push(Line::Row(std::iter::once(first).chain(cells.map(Cell::new)).collect()));
        entries(&entry["entries"], depth + 1, lines);
    }
}
