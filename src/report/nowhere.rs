//! Rows that count for nobody, in words: on the summary for all, on a scorecard for one person.

use std::sync::Arc;

use super::Report;
use super::show::Show;
use super::words::told_place;
use crate::diagnostic::DataPlace;
use crate::model::data::DataId;
use crate::plan::query::{Doubt, Total, Uncounted};
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

    /// The same for one person.
    pub fn nowhere_of(&self, report: &Report<'_>, person: &PersonResult) -> Vec<String> {
        let is_on =
            |roster: &DataId| person.cards.iter().any(|card| self.position(card.position).rosters.contains(roster));
        let of_person = |doubt: &Doubt| match doubt {
            Doubt::Nowhere { data, roster, people, .. } if is_on(roster) => {
                let found = people.iter().find(|(key, _)| *key == person.person)?;
                Some(self.nowhere(data, &found.1, std::slice::from_ref(found)))
            }
            Doubt::Nowhere { .. }
            | Doubt::SameContent { .. }
            | Doubt::LeftOut { .. }
            | Doubt::TotalRow { .. }
            | Doubt::EndsEarly { .. }
            | Doubt::FarOut { .. } => None,
        };
        report.results.doubts.iter().filter_map(of_person).collect()
    }
}
