//! Rows behind an aggregate, in words.

use super::{Teller, plain};
use crate::explain::why::document::{Row, Why};
use crate::number::Number;
use crate::plural::either;
use crate::report::digits::grouped;

impl Teller<'_> {
    pub(super) fn measure(&mut self, at: usize, indent: usize) {
        let Some(measure) = self.why.measures.get(at) else { return };
        self.measures.insert(at);
        self.faint(indent, &measure.words);
        let Some(counted) = &measure.counted else { return };
        let count = |rows: u64| format!("{} {}", grouped(&rows.to_string()), either(rows, "row", "rows"));
        let total = match (&counted.total_shown, counted.rows) {
            (Some(total), 1..) => format!(", {total} together"),
            _ => String::new(),
        };
        let all = measure.rows.map_or(String::new(), |all| format!(" of {}", grouped(&all.to_string())));
        let counts = either(counted.rows, "counts", "count");
        self.say(indent, format!("{}{all} {counts}{total}", count(counted.rows)));
        for row in &counted.listed {
            self.row(row, indent + 2);
        }
        let more = counted.rows.saturating_sub(counted.listed.len() as u64);
        if more > 0 {
            self.faint(indent + 2, format!("and {} more; `--rows all` lists them", count(more)));
        }
        for left in &measure.left_out {
            let total = left.rows.total_shown.as_ref().map_or(String::new(), |total| format!(", {total}"));
            self.say(indent, format!("not counted: {} {}{total}", count(left.rows.rows), left.words));
            for row in &left.rows.listed {
                self.row(row, indent + 2);
            }
        }
    }

    fn row(&mut self, row: &Row, indent: usize) {
        let sheet = row.sheet.as_ref().map_or(String::new(), |sheet| format!(" sheet {sheet}"));
        self.has_rows = true;
        let file = row.file.strip_prefix(&self.folder).unwrap_or(&row.file);
        let place = match (row.row, &row.key) {
            (Some(line), _) => format!("{file}{sheet} row {line}"),
            (None, Some(key)) => format!("{file}{sheet}, {key}"),
            (None, None) => file.to_string(),
        };
        let days = match (&row.from, &row.to) {
            (Some(from), Some(to)) if from == to => format!(" · {from}"),
            (Some(from), Some(to)) => format!(" · {from} to {to}"),
            (Some(from), None) => format!(" · from {from}"),
            (None, Some(to)) => format!(" · to {to}"),
            (None, None) => String::new(),
        };
        let share = row.share.as_ref().filter(|share| **share != Number::ONE);
        let share = share.map_or(String::new(), |share| format!(" * {}", plain(share)));
        let value = if row.shown.is_empty() { String::new() } else { format!(" · {}{share}", row.shown) };
        self.faint(indent, format!("{place}{days}{value}"));
    }
}

/// The folder that all files lie in, with the separator at its end; none of a single file.
pub(super) fn folder(why: &Why) -> String {
    let counted = why.measures.iter().filter_map(|measure| measure.counted.as_ref());
    let left_out = why.measures.iter().flat_map(|measure| &measure.left_out).map(|left| &left.rows);
    let mut files = counted.chain(left_out).flat_map(|rows| &rows.listed).map(|row| row.file.as_str());
    let Some(first) = files.next() else { return String::new() };
    let common = files.fold(first, |common, file| {
        let same = common.bytes().zip(file.bytes()).take_while(|(one, other)| one == other).count();
        // A letter is never cut.
        let end = (0..=same).rev().find(|end| common.is_char_boundary(*end)).unwrap_or(0);
        &common[..end]
    });
    common.rfind(['/', '\\']).map_or(String::new(), |at| common[..=at].to_string())
}
