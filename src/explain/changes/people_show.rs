//! What comes out for everyone, as tables.

use std::fmt::Write as _;

use super::clauses::Clause;
use super::people::{OutputName, PeopleChanges, PersonChange, Standing, Sums};
use super::show::{Document, code};
use crate::explain::cliffs::{CliffChange, Of, Sides};
use crate::number::Number;
use crate::plural::counted;
use crate::report::Look;
use crate::report::layout::{Cell, Column, Line, Style, Table, write_text};
use crate::report::show::MISSING;

/// How many people are shown; documents for programs have all.
const SHOWN: usize = 20;

/// A table as it is written in either form.
struct Rows {
    title: String,
    /// With whether it holds numbers.
    columns: Vec<(&'static str, bool)>,
    rows: Vec<Vec<String>>,
    left_out: usize,
}

impl Document<'_> {
    pub(super) fn people_text(&self, people: &PeopleChanges, period: &str, out: &mut String, look: Look) {
        let (width, painter) = (look.width(), look.painter());
        write_text(out, &Cell::styled(format!("In {period}: {}", summary(people)), Style::Strong), "", width, painter);
        if let Some(line) = grades(people) {
            write_text(out, &Cell::new(line).indented(2), "", width, painter);
        }
        for rows in self.tables(people) {
            out.push('\n');
            let column = |(title, is_number): &(&'static str, bool)| {
                if *is_number { Column::right(*title, 6) } else { Column::left(*title, 8) }
            };
            let row = |cells: &Vec<String>| Line::Row(cells.iter().map(|cell| Cell::new(cell.clone())).collect());
            let mut lines: Vec<Line> = rows.rows.iter().map(row).collect();
            if rows.left_out > 0 {
                lines.push(Line::Text(Cell::styled(left_out(rows.left_out), Style::Faint)));
            }
            write_text(out, &Cell::styled(rows.title, Style::Strong), "", width, painter);
            let table = Table { columns: rows.columns.iter().map(column).collect(), lines, stretch: None };
            table.write(out, width, painter);
        }
        for doubt in self.doubts {
            out.push('\n');
            write_text(out, &Cell::new(doubt.clone()), "", width, painter);
        }
    }

    pub(super) fn people_markdown(&self, people: &PeopleChanges, period: &str, out: &mut String) {
        let _ = write!(out, "\n### What comes out in {}\n\n{}.\n", code(period), code(&summary(people)));
        if let Some(line) = grades(people) {
            let _ = write!(out, "\n{}\n", code(&line));
        }
        for rows in self.tables(people) {
            let _ = write!(out, "\n**{}**\n\n", code(&rows.title));
            let titles: Vec<&str> = rows.columns.iter().map(|(title, _)| *title).collect();
            let sides: Vec<&str> =
                rows.columns.iter().map(|(_, is_number)| if *is_number { "---:" } else { "---" }).collect();
            let _ = writeln!(out, "| {} |\n| {} |", titles.join(" | "), sides.join(" | "));
            for row in &rows.rows {
                let cells: Vec<String> = row.iter().map(|cell| code(cell)).collect();
                let _ = writeln!(out, "| {} |", cells.join(" | "));
            }
            if rows.left_out > 0 {
                let _ = write!(out, "\n{}\n", left_out(rows.left_out));
            }
        }
        for doubt in self.doubts {
            let _ = write!(out, "\n{}\n", code(doubt));
        }
    }

    fn tables(&self, people: &PeopleChanges) -> Vec<Rows> {
        let mut tables = Vec::new();
        let columns = |who: &'static str| {
            vec![(who, false), ("Output", false), ("Before", true), ("After", true), ("Change", true)]
        };
        let sums = |who: String, name: &OutputName, sums: &Sums| {
            vec![
                who,
                name.name.clone(),
                self.amount(people, name, &sums.old),
                self.amount(people, name, &sums.new),
                self.difference(people, name, &sums.difference()),
            ]
        };
        let mut costs: Vec<Vec<String>> =
            people.totals.iter().map(|(name, total)| sums("All".into(), name, total)).collect();
        let changed = |(_, sums): &(&(String, OutputName), &Sums)| !sums.difference().is_zero();
        let by_position = people.by_position.iter().filter(changed);
        costs.extend(by_position.map(|((position, name), one)| sums(position.clone(), name, one)));
        if !costs.is_empty() {
            tables.push(Rows { title: "Cost".into(), columns: columns("Position"), rows: costs, left_out: 0 });
        }
        let mut by_team: Vec<_> = people.by_team.iter().filter(|(_, sums)| !sums.difference().is_zero()).collect();
        by_team.sort_by_key(|(key, sums)| (std::cmp::Reverse(sums.difference().abs()), *key));
        if !by_team.is_empty() {
            let named = |key: &std::sync::Arc<str>| {
                let name = people.teams.get(key).filter(|name| !name.is_empty()).unwrap_or(key);
                name.to_string()
            };
            let left_out = by_team.len().saturating_sub(SHOWN);
            let rows =
                by_team.into_iter().take(SHOWN).map(|((team, name), one)| sums(named(team), name, one)).collect();
            tables.push(Rows { title: "Cost by team".into(), columns: columns("Team"), rows, left_out });
        }
        if !self.clauses.clauses.is_empty() {
            tables.push(self.clauses_table());
        }
        if !people.cliffs.is_empty() {
            tables.push(cliffs_table(&people.cliffs));
        }
        if !people.changed.is_empty() {
            tables.push(self.people_table("Who changes most", people, &people.changed));
        }
        for (title, list) in [("Evaluated now", &people.come), ("No longer evaluated", &people.gone)] {
            if !list.is_empty() {
                tables.push(self.people_table(title, people, list));
            }
        }
        tables
    }

    /// What each cause makes of all scores; the lines total the whole.
    fn clauses_table(&self) -> Rows {
        let row = |clause: &Clause| {
            let what = match (&clause.before, &clause.after) {
                (Some(before), Some(after)) => format!("{} → {}", or_none(before), or_none(after)),
                _ => String::new(),
            };
            let points = |number: &Number| signed(number, &self.score(number));
            let about = if clause.label.is_empty() { &clause.name } else { &clause.label };
            vec![
                format!("{} {about}", clause.word()).trim_end().to_string(),
                clause.people.to_string(),
                points(&clause.amount),
                points(&clause.largest),
                what,
            ]
        };
        let mut rows: Vec<Vec<String>> = self.clauses.clauses.iter().take(SHOWN).map(row).collect();
        let amount = &self.clauses.amount;
        rows.push(vec![
            "together".into(),
            String::new(),
            signed(amount, &self.score(amount)),
            String::new(),
            String::new(),
        ]);
        let columns =
            vec![("Clause", false), ("People", true), ("Points", true), ("Most for one", true), ("Was and is", false)];
        let left_out = self.clauses.clauses.len().saturating_sub(SHOWN);
        Rows { title: "What makes the scores differ".into(), columns, rows, left_out }
    }

    fn people_table(&self, title: &str, people: &PeopleChanges, list: &[PersonChange]) -> Rows {
        let row = |change: &PersonChange| {
            let any = change.any();
            let score = |standing: &Option<Standing>| {
                let score = standing.as_ref().and_then(|standing| standing.score.as_ref());
                score.map_or(MISSING.to_string(), |score| self.score(score))
            };
            let (before, after) = (score(&change.old), score(&change.new));
            let difference =
                change.score().map_or(String::new(), |difference| signed(&difference, &self.score(&difference)));
            vec![
                change.person.to_string(),
                any.filter(|one| one.name != change.person).map_or(String::new(), |one| one.name.to_string()),
                any.map_or(String::new(), |standing| standing.position.clone()),
                before,
                after,
                difference,
                from_to(grade(&change.old), grade(&change.new)),
                self.paid(people, change),
            ]
        };
        let columns = vec![
            ("Person", false),
            ("Name", false),
            ("Position", false),
            ("Before", true),
            ("After", true),
            ("Change", true),
            ("Grade", false),
            ("Paid", false),
        ];
        let mut rows: Vec<Vec<String>> = list.iter().take(SHOWN).map(row).collect();
        // What nobody has takes no room.
        let empty: Vec<bool> = (0..columns.len()).map(|at| rows.iter().all(|row| row[at].is_empty())).collect();
        rows.iter_mut().for_each(|row| keep(row, &empty));
        let mut columns = columns;
        keep(&mut columns, &empty);
        Rows { title: title.into(), columns, rows, left_out: list.len().saturating_sub(SHOWN) }
    }

    /// By how much outputs differ.
    fn paid(&self, people: &PeopleChanges, change: &PersonChange) -> String {
        let names = change.new.iter().flat_map(|standing| standing.outputs.keys());
        let all: Vec<(&OutputName, Number)> =
            names.filter_map(|name| Some((name, change.output(name)?))).filter(|(_, one)| !one.is_zero()).collect();
        let named = all.len() > 1;
        let told = |(name, difference): &(&OutputName, Number)| {
            let amount = self.difference(people, name, difference);
            if named { format!("{} {amount}", name.name) } else { amount }
        };
        all.iter().map(told).collect::<Vec<_>>().join("; ")
    }

    fn score(&self, score: &Number) -> String {
        let places = self.show.model.company.score_decimals.unwrap_or(2);
        self.show.score_to(score, places)
    }

    fn amount(&self, people: &PeopleChanges, name: &OutputName, number: &Number) -> String {
        people.units.get(name).map_or_else(|| self.show.plain(number), |unit| self.show.number(number, unit))
    }

    fn difference(&self, people: &PeopleChanges, name: &OutputName, number: &Number) -> String {
        signed(number, &self.amount(people, name, number))
    }
}

/// Where a step of any smallness makes a jump, and how many have missed it by a hundredth at most.
fn cliffs_table(cliffs: &[CliffChange]) -> Rows {
    let side = |sides: &Option<Sides>| match sides {
        None => "no jump".to_string(),
        Some(Sides { below, above, .. }) => format!("{below} → {above}"),
    };
    let just_below = |sides: &Option<Sides>| sides.as_ref().map_or(0, |sides| sides.just_below);
    let row = |change: &CliffChange| {
        let CliffChange { cliff, old, new } = change;
        let what = match &cliff.of {
            Of::Kpi { name, of_attainment: false } => name.clone(),
            Of::Kpi { name, of_attainment: true } => format!("attainment of {name}"),
            Of::Grade => "grade".into(),
        };
        let at = new.as_ref().or(old.as_ref()).map_or(String::new(), |sides| sides.at.clone());
        let missed = match (just_below(old), just_below(new)) {
            (0, 0) => String::new(),
            (before, after) => format!("{before} → {after}"),
        };
        vec![cliff.position.clone(), what, at, side(old), side(new), missed]
    };
    let columns = vec![
        ("Position", false),
        ("Of", false),
        ("At", true),
        ("Before", false),
        ("After", false),
        ("Just below", true),
    ];
    let rows = cliffs.iter().take(SHOWN).map(row).collect();
    let title = "Cliffs, and how many stand within a hundredth below".to_string();
    Rows { title, columns, rows, left_out: cliffs.len().saturating_sub(SHOWN) }
}

/// Takes out what is empty.
fn keep<T>(all: &mut Vec<T>, empty: &[bool]) {
    let mut at = 0;
    all.retain(|_| {
        at += 1;
        !empty[at - 1]
    });
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "none" } else { text }
}

fn signed(number: &Number, text: &str) -> String {
    if number.is_positive() { format!("+{text}") } else { text.to_string() }
}

fn grade(standing: &Option<Standing>) -> Option<&str> {
    standing.as_ref()?.grade.as_ref().map(|grade| grade.name.as_str())
}

fn from_to(old: Option<&str>, new: Option<&str>) -> String {
    match (old, new) {
        (None, None) => String::new(),
        (old, new) if old == new => old.unwrap_or(MISSING).to_string(),
        (old, new) => format!("{} → {}", old.unwrap_or(MISSING), new.unwrap_or(MISSING)),
    }
}

/// `3 people gain, 1 loses, 20 have the same`
fn summary(people: &PeopleChanges) -> String {
    let PeopleChanges { gained, lost, same, changed, come, gone, .. } = people;
    let verb = |count: usize, one: &str, several: &str| {
        format!("{} {}", counted(count, "person"), if count == 1 { one } else { several })
    };
    let others = changed.len().saturating_sub(gained + lost);
    let mut parts = Vec::new();
    for (count, one, several) in [
        (*gained, "gains", "gain"),
        (*lost, "loses", "lose"),
        (others, "stands otherwise", "stand otherwise"),
        (*same, "has the same", "have the same"),
    ] {
        if count > 0 {
            parts.push(verb(count, one, several));
        }
    }
    if !come.is_empty() {
        parts.push(verb(come.len(), "is evaluated now", "are evaluated now"));
    }
    if !gone.is_empty() {
        parts.push(verb(gone.len(), "no longer is", "no longer are"));
    }
    if parts.is_empty() { "nobody is evaluated".to_string() } else { parts.join(", ") }
}

/// `Grades: 2 from C to B, 1 from B to A`
fn grades(people: &PeopleChanges) -> Option<String> {
    if people.grades.is_empty() {
        return None;
    }
    let told = |((old, new), count): (&(Option<String>, Option<String>), &usize)| {
        let name = |grade: &Option<String>| grade.clone().unwrap_or("none".into());
        format!("{count} from {} to {}", name(old), name(new))
    };
    Some(format!("Grades: {}", people.grades.iter().map(told).collect::<Vec<_>>().join(", ")))
}

fn left_out(more: usize) -> String {
    format!("… and {more} more; `--format json` has all")
}
