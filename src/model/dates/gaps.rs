//! Values that change with time: whether they leave a time without a value.

use crate::diagnostic::{Code, Diagnostic};
use crate::model::checker::Checker;
use crate::model::{Dated, When};
use crate::source::Span;
use crate::time::{Day, MONTH_NAMES};

impl Checker<'_> {
    /// Warns of a time for which none of the values holds. `what` is what has them; `since` is the day from which on
    /// it is read at all, where that is known.
    pub(in crate::model) fn dated_gap(&mut self, values: &[Dated], what: &str, at: Span, since: Option<Day>) {
        let Some(first) = values.first() else { return };
        if values.iter().any(|dated| dated.when == When::Always) {
            return;
        }
        let from = values
            .iter()
            .filter_map(|dated| match dated.when {
                When::From(start) => Some((self.model.company.calendar.start(start), dated.value.span)),
                _ => None,
            })
            .min_by_key(|(day, _)| *day);
        // From its first date on, a dated value holds in every month.
        if from.is_some_and(|(day, _)| since.is_some_and(|since| day <= since)) {
            return;
        }
        let mut covered = [false; 12];
        for dated in values {
            if let When::Each { first, count } = dated.when {
                (first..first + count).for_each(|month| covered[month as usize % 12] = true);
            }
        }
        let holes = self.parts_of_the_year(&covered.map(|covered| !covered));
        let finding = match (holes.as_slice(), from) {
            ([], _) => return,
            (_, Some((day, span))) => {
                let mut when = format!("before {day}");
                if covered.contains(&true) {
                    when = format!("in {} {when}", and(&holes));
                }
                Diagnostic::new(Code::DatedGap, format!("{what} has no value {when}"))
                    .at(span, "the first date")
                    .help("write the value that holds before then first, without a date: `…, from …`")
            }
            (_, None) => Diagnostic::new(Code::DatedGap, format!("{what} has no value in {}", and(&holes)))
                .at(at, format!("nothing for {}", and(&holes)))
                .at(first.value.span, "the values it has")
                .help(format!(
                    "add a value for it, `… in {}`, or put one without a time first: it holds for the rest",
                    holes[0]
                )),
        };
        self.report(finding);
    }

    /// The fiscal months that are marked as people name them: whole quarters by number, others by name.
    fn parts_of_the_year(&self, marked: &[bool; 12]) -> Vec<String> {
        let start = self.model.company.calendar.fiscal_start as usize;
        let mut parts = Vec::new();
        for (quarter, months) in marked.chunks(3).enumerate() {
            if months.iter().all(|month| *month) {
                parts.push(format!("Q{}", quarter + 1));
                continue;
            }
            let named = months.iter().enumerate().filter(|(_, marked)| **marked);
            parts.extend(named.map(|(month, _)| MONTH_NAMES[(start - 1 + quarter * 3 + month) % 12].to_string()));
        }
        parts
    }
}

fn and(parts: &[String]) -> String {
    match parts.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}
