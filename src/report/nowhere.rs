//! Rows that count for nobody, and cells that change within a stint, in words: on the summary for all, on a scorecard for
//! one person.

use std::sync::Arc;

use super::Report;
use super::doubts::told_place;
use super::show::Show;
use crate::diagnostic::DataPlace;
use crate::model::data::DataId;
use crate::plan::query::{Change, Doubt, Total, Uncounted};
use crate::score::card::PersonResult;

/// People and places that are named.
const NAMED: usize = 3;

impl Show<'_> {
    /// `1 row of sales (amount 6,500 CNY) belongs to P3 on a day without a post, and counts for nobody: sales.csv, row 5`
    pub fn nowhere(&self, data: &str, all: &Uncounted, people: &[(Arc<str>, Uncounted)]) -> String {
        let names: Vec<&str> = people.iter().take(NAMED).map(|(person, _)| &**person).collect();
        let (chinese, more) = (self.words.chinese, people.len().saturating_sub(NAMED));
        let names = names.join(if chinese { "、" } else { ", " });
        let whose = match (more, chinese) {
            (0, _) => names,
            (_, true) => format!("{names} 等 {} 人", people.len()),
            (_, false) => format!("{names} and {more} more"),
        };
        let total = |total: &Total| format!("{} {}", total.column, self.number(&total.sum, &total.unit));
        let totals: Vec<String> = all.totals.iter().map(total).collect();
        let totals = match (totals.is_empty(), chinese) {
            (true, _) => String::new(),
            (false, true) => format!("（{}）", totals.join("，")),
            (false, false) => format!(" ({})", totals.join(", ")),
        };
        let place = |place: &DataPlace| {
            let place = DataPlace { column: None, ..place.clone() };
            if chinese { told_place(&place, "行", "列", "，") } else { told_place(&place, "row", "column", ", ") }
        };
        let mut places: Vec<String> = all.places.iter().take(NAMED).map(place).collect();
        if !places.is_empty() && all.rows > places.len() as u64 {
            places.push("…".into());
        }
        let places = match places.is_empty() {
            true => String::new(),
            false => format!("{}{}", self.words.colon, places.join(self.words.semicolon)),
        };
        let rows = self.words.rows(all.rows);
        match (chinese, all.rows) {
            (true, _) => format!("{data} 有 {rows}{totals}属于 {whose}，但当日未任任何岗位，不计入任何人{places}"),
            (false, 1) => {
                format!(
                    "{rows} of {data}{totals} belongs to {whose} on a day without a post, and counts for nobody{places}"
                )
            }
            (false, _) => {
                format!(
                    "{rows} of {data}{totals} belong to {whose} on days without a post, and count for nobody{places}"
                )
            }
        }
    }

    /// `base_pay of P1 in people changes on 2026-08-01 within a stint, from 100 CNY to 120 CNY; formulas read what holds on its
    /// last day`
    pub fn changes(&self, data: &str, column: &str, people: &[Change]) -> String {
        let Some(Change { person, day, cells: [before, after] }) = people.first() else { return String::new() };
        let more = match (people.len() - 1, self.words.chinese) {
            (0, _) => String::new(),
            (more, true) => format!("（另有 {more} 人）"),
            (1, false) => " (and of one other)".into(),
            (more, false) => format!(" (and of {more} others)"),
        };
        match self.words.chinese {
            true => format!(
                "{data} 中 {person} 的 {column} 于 {day} 在任职期内由 {before} 变为 {after}{more}；公式按任职期最后一天的值计算"
            ),
            false => format!(
                "{column} of {person} in {data} changes on {day} within a stint, from {before} to {after}{more}; formulas read what \
                 holds on its last day"
            ),
        }
    }

    /// Both for one person.
    pub fn nowhere_of(&self, report: &Report<'_>, person: &PersonResult) -> Vec<String> {
        let is_on =
            |roster: &DataId| person.cards.iter().any(|card| self.position(card.position).rosters.contains(roster));
        let of_person = |doubt: &Doubt| match doubt {
            Doubt::Nowhere { data, roster, people, .. } if is_on(roster) => {
                let found = &people[people.binary_search_by(|(key, _)| key.cmp(&person.person)).ok()?];
                Some(self.nowhere(data, &found.1, std::slice::from_ref(found)))
            }
            Doubt::Changes { data, roster, column, people } if is_on(roster) => {
                let found = &people[people.binary_search_by(|one| one.person.cmp(&person.person)).ok()?];
                Some(self.changes(data, column, std::slice::from_ref(found)))
            }
            Doubt::Nowhere { .. }
            | Doubt::SameContent { .. }
            | Doubt::LeftOut { .. }
            | Doubt::TotalRow { .. }
            | Doubt::BelowBlank { .. }
            | Doubt::EndsEarly { .. }
            | Doubt::FarOut { .. }
            | Doubt::Changes { .. } => None,
        };
        report.results.doubts.iter().filter_map(of_person).collect()
    }
}
