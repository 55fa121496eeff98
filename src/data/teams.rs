//! The tree of teams.

use super::column::{Column, NONE};
use super::errors;
use super::table::Table;
use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::model::data::Role;
use crate::plan::query::Team;

/// The teams in the order of their keys.
#[derive(Default)]
pub struct Teams {
    pub teams: Vec<Team>,
    /// The place of a team by the number of its key.
    pub of_key: Vec<u32>,
}

impl Teams {
    /// The team itself and all above it.
    pub fn upwards(&self, team: u32, into: &mut Vec<u32>) {
        let mut next = Some(team as usize);
        while let Some(team) = next {
            into.push(team as u32);
            next = self.teams[team].parent;
        }
    }
}

/// Reads the tree; refuses teams that lie below themselves.
pub fn build(model: &Model, table: &Table, errors: &mut Vec<Diagnostic>) -> Teams {
    let data = &model.data[table.data.0];
    let (Some(keys), Some(Role::Organisation { parent })) = (&table.keys, &data.role) else { return Teams::default() };
    let order = keys.texts.sorted();
    let mut of_key = vec![NONE; keys.len()];
    for (place, key) in order.iter().enumerate() {
        of_key[*key as usize] = place as u32;
    }
    let code = |column: Option<&Column>, row: u32| match column {
        Some(Column::Text { codes, .. }) => Some(codes[row as usize]).filter(|code| *code != NONE),
        _ => None,
    };
    let linked = table.links[parent.0].is_some();
    let names = data.name_column().and_then(|column| table.column(column));
    // Where a team has several rows over time, the latest counts.
    let last_row = |key: u32| keys.rows(key).last().copied().filter(|row| *row != NONE);
    let mut teams: Vec<Team> = Vec::with_capacity(order.len());
    for key in &order {
        let row = last_row(*key);
        let parent_key = row.filter(|_| linked).and_then(|row| code(table.column(*parent), row));
        let name = row.and_then(|row| code(names, row)).and_then(|code| match names {
            Some(Column::Text { texts, .. }) => Some(texts.shared(code)),
            _ => None,
        });
        teams.push(Team {
            key: keys.texts.shared(*key),
            name: name.unwrap_or_else(|| keys.texts.shared(*key)),
            parent: parent_key.map(|key| of_key[key as usize] as usize),
        });
    }
    for round in circles(&teams) {
        let names: Vec<&str> = round.iter().map(|team| &*teams[*team].key).collect();
        let place = |team: &usize| last_row(order[*team]).map(|row| table.place(row as usize, Some(*parent)));
        errors.push(errors::cycle(data, &names, round.iter().filter_map(place).collect()));
        // Cut, so that nothing runs in circles.
        teams[round[0]].parent = None;
    }
    Teams { teams, of_key }
}

/// Each circle once, beginning with its first team.
fn circles(teams: &[Team]) -> Vec<Vec<usize>> {
    let mut seen = vec![0usize; teams.len()];
    let mut circles = Vec::new();
    for start in 0..teams.len() {
        let mut next = Some(start);
        while let Some(team) = next.filter(|team| seen[*team] == 0) {
            seen[team] = start + 1;
            next = teams[team].parent;
        }
        if let Some(team) = next.filter(|team| seen[*team] == start + 1) {
            let mut round = vec![team];
            let mut next = teams[team].parent;
            while let Some(other) = next.filter(|other| *other != team) {
                round.push(other);
                next = teams[other].parent;
            }
            let first = round.iter().enumerate().min_by_key(|(_, team)| **team).map_or(0, |(at, _)| at);
            round.rotate_left(first);
            circles.push(round);
        }
    }
    circles
}
