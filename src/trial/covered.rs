//! The coverage of tests as a table for people and as a part of the JSON.

use serde::Serialize;

use super::coverage::{Item, Part};
use super::place::place;
use crate::report::layout::wrap;
use crate::source::SourceSet;

const PARTS: [Part; 6] = [Part::Kpi, Part::Piece, Part::Branch, Part::Grade, Part::Veto, Part::Adjustment];

impl Part {
    /// For people, in the plural.
    fn words(self) -> &'static str {
        match self {
            Part::Kpi => "KPIs",
            Part::Piece => "pieces of scales",
            Part::Branch => "branches of `if`",
            Part::Grade => "grades",
            Part::Veto => "vetoes",
            Part::Adjustment => "bonuses and deductions",
        }
    }

    /// For programs.
    fn name(self) -> &'static str {
        match self {
            Part::Kpi => "kpi",
            Part::Piece => "scale-piece",
            Part::Branch => "branch",
            Part::Grade => "grade",
            Part::Veto => "veto",
            Part::Adjustment => "adjustment",
        }
    }
}

fn count(items: &[Item], wanted: impl Fn(&Item) -> bool) -> (usize, usize) {
    let of_kind = items.iter().filter(|item| wanted(item));
    of_kind.fold((0, 0), |(reached, all), item| (reached + usize::from(item.reached), all + 1))
}

/// Totals, then what no test reaches, by owner.
pub fn human(items: &[Item], sources: &SourceSet, width: usize) -> String {
    let mut out = String::from("reached by the tests\n");
    let total = count(items, |_| true);
    let rows = PARTS.iter().map(|part| (part.words(), count(items, |item| item.part == *part)));
    for (words, (reached, all)) in rows.filter(|row| row.1.1 > 0).chain([("together", total)]) {
        let share = (reached * 100).checked_div(all).unwrap_or(100);
        out.push_str(&format!("  {words:24}{reached:>6} of {all:<6}{share:>4}%\n"));
    }
    for part in PARTS {
        let missed: Vec<&Item> = items.iter().filter(|item| item.part == part && !item.reached).collect();
        if missed.is_empty() {
            continue;
        }
        out.push_str(&format!("\n{} that no test reaches\n", part.words()));
        let mut at = 0;
        while at < missed.len() {
            let same = missed[at..].iter().take_while(|item| item.of == missed[at].of).count();
            let (path, line, _) = place(sources, missed[at].span);
            let list: Vec<&str> = missed[at..at + same].iter().map(|item| item.what.as_str()).collect();
            let head = format!("  {}  {path}:{line}", missed[at].of);
            match head.chars().count() <= width {
                true => out.push_str(&format!("{head}\n")),
                false => out.push_str(&format!("  {}\n      {path}:{line}\n", missed[at].of)),
            }
            for line in wrap(&list.join("; "), width.saturating_sub(6)).iter().filter(|line| !line.is_empty()) {
                out.push_str(&format!("      {line}\n"));
            }
            at += same;
        }
    }
    out
}

#[derive(Serialize)]
pub struct CoverageJson<'a> {
    summary: Vec<CountJson>,
    items: Vec<ItemJson<'a>>,
}

#[derive(Serialize)]
struct CountJson {
    kind: &'static str,
    reached: usize,
    total: usize,
}

#[derive(Serialize)]
struct ItemJson<'a> {
    kind: &'static str,
    of: &'a str,
    what: &'a str,
    file: String,
    line: usize,
    reached: bool,
}

/// Every kind and every part, reached or not.
pub fn json<'a>(items: &'a [Item], sources: &SourceSet) -> CoverageJson<'a> {
    let summary = PARTS
        .iter()
        .map(|part| {
            let (reached, total) = count(items, |item| item.part == *part);
            CountJson { kind: part.name(), reached, total }
        })
        .collect();
    let items = items
        .iter()
        .map(|item| {
            let (file, line, _) = place(sources, item.span);
            ItemJson { kind: item.part.name(), of: &item.of, what: &item.what, file, line, reached: item.reached }
        })
        .collect();
    CoverageJson { summary, items }
}
