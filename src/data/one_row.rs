//! One row that is none of the table, told once: a total under it, a note, a line that was put in by hand.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::totals::is_total;
use crate::diagnostic::{Code, Diagnostic};

/// Findings about several cells of one row, and of no other, joined to one.
pub fn joined(findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let row = |finding: &Diagnostic| {
        let cells = matches!(finding.code, Code::BlankCell | Code::BadCell | Code::DanglingLink);
        match finding.data.as_slice() {
            [place] if cells && finding.notes.is_empty() => Some((place.file.clone(), place.sheet.clone(), place.row?)),
            _ => None,
        }
    };
    let mut rows: BTreeMap<_, usize> = BTreeMap::new();
    for key in findings.iter().filter_map(row) {
        *rows.entry(key).or_default() += 1;
    }
    let mut joined: Vec<Diagnostic> = Vec::new();
    let mut at: BTreeMap<_, usize> = BTreeMap::new();
    let mut with_other_help: BTreeSet<usize> = BTreeSet::new();
    for finding in findings {
        let Some(key) = row(&finding).filter(|key| rows[key] > 1) else {
            joined.push(finding);
            continue;
        };
        match at.get(&key) {
            Some(first) => {
                let known: &mut Diagnostic = &mut joined[*first];
                if known.help != finding.help {
                    with_other_help.insert(*first);
                }
                known.notes.push(finding.message);
                known.labels.extend(finding.labels);
                known.data.extend(finding.data);
            }
            None => {
                at.insert(key, joined.len());
                joined.push(Diagnostic { notes: vec![finding.message.clone()], ..finding });
            }
        }
    }
    for ((file, sheet, row), first) in at {
        let finding = &mut joined[first];
        let texts = finding.data.iter().filter_map(|place| place.text.as_deref()).map(str::trim);
        let total = texts.into_iter().find(|text| is_total(text)).map(str::to_string);
        let place = sheet.map_or_else(|| format!("`{file}`"), |sheet| format!("the sheet `{sheet}` of `{file}`"));
        let message = format!("several cells of row {row} of {place} cannot be read");
        let (message, help) = match &total {
            None if !with_other_help.contains(&first) => (message, finding.help.take()),
            Some(total) => (
                format!("row {row} of {place} is called `{total}`, and is no row like the others"),
                Some(format!("leave totals out with the line `ignore rows starting \"{total}\"` in the data set")),
            ),
            None => {
                let help = "fill them; a total or a note, which is no row of the table, is left out with a line in the data set that \
                 says how it begins, such as `ignore rows starting \"Total\"`";
                (message, Some(help.to_string()))
            }
        };
        (finding.message, finding.help) = (message, help);
        finding.mends.clear();
    }
    joined
}
