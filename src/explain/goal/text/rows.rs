//! What a goal takes in terms of rows, and what one more row does, in words.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::Teller;
use crate::explain::goal::answer::{Reached, Side};
use crate::explain::goal::everyone::OfPerson;
use crate::explain::goal::measures::{Amount, What};
use crate::explain::goal::outcome::Outcome;
use crate::explain::goal::pace::Pace;
use crate::explain::goal::rows::{Change, InRows, OneMore};
use crate::explain::goal::words::Called;
use crate::model::types::unit::DisplayUnit;
use crate::model::{KpiId, PositionId};
use crate::number::{Number, Rounding};
use crate::plan::query::Rows;
use crate::plural::{counted, either};
use crate::report::layout::{Cell, Column, Line, Style};
use crate::report::plan::rows_in_words;
use crate::report::show::MISSING;
use crate::value::Value;

impl Teller<'_, '_> {
    /// The same as for KPIs, in what their rows come to.
    pub(super) fn in_rows(&mut self, of: &OfPerson, position: PositionId) {
        let mut found: Vec<&InRows> = of.rows.iter().filter(|one| one.nearest().is_some()).collect();
        found.sort_by_key(|one| one.effort());
        // Of a KPI of which no value does, no rows do: that has been said.
        let answered: BTreeSet<KpiId> =
            of.answers.iter().filter(|answer| answer.nearest().is_some()).map(|answer| answer.kpi).collect();
        let none: Vec<&InRows> = of
            .rows
            .iter()
            .filter(|one| one.nearest().is_none() && one.amount.kpis.iter().any(|(kpi, _)| answered.contains(kpi)))
            .collect();
        if found.is_empty() && none.is_empty() {
            return;
        }
        if !found.is_empty() {
            let until = &self.about.until;
            let left = self.about.within.map_or(String::new(), |days| format!(" ({} left)", counted(days, "day")));
            self.text
                .head(format!("The same in rows by {until}{left}, each alone, others as they are, the nearest first:"));
            self.text.blank();
            for one in &found {
                let sides = [&one.up, &one.down].into_iter().filter_map(Side::reached);
                let mut sides: Vec<&Reached> = sides.collect();
                sides.sort_by_key(|reached| reached.value.sub(&one.amount.today).abs());
                for (at, reached) in sides.into_iter().enumerate() {
                    self.amount(one, reached, position, at == 0);
                }
            }
            self.halved(found.iter().filter_map(|one| one.nearest()));
        }
        if !none.is_empty() {
            self.text.head("No amount of these alone does it:");
            self.text.blank();
            none.into_iter().for_each(|one| self.no_amount(one, position));
        }
    }

    /// `3 more complaints: 5 → 8 (`count(complaints)`)`, and what comes of it
    fn amount(&mut self, one: &InRows, reached: &Reached, position: PositionId, first: bool) {
        let amount = &one.amount;
        let called = self.name_of(amount);
        let what = self.more(amount, &called, &reached.value.sub(&amount.today));
        let from = self.change_of(amount, &reached.value);
        let mark = if reached.by_halving { "¹" } else { "" };
        let or = if first { "" } else { "or " };
        // In a post that has ended before.
        let by = match amount.until == self.about.plan.last_day {
            true => String::new(),
            false => format!(" by {}", amount.until),
        };
        let text = format!("{or}{what}{by}{mark}: {from} (`{}`{})", called.formula, self.window(amount));
        self.text.line(2, "", &text, if first { Style::Strong } else { Style::Plain });
        let kpis: Vec<String> = amount.kpis.iter().map(|(kpi, _)| self.label(*kpi)).collect();
        let mut then = format!("in {}; then {}", kpis.join(", "), self.outcome(position, &reached.outcome));
        if let Some((less, outcome)) = &reached.less {
            let less = if amount.what.is_counted() { self.plain(less) } else { amount.shown(less, &self.about.show) };
            then.push_str(&format!(", with {less} {}", self.outcome(position, outcome)));
        }
        self.text.faint(6, then);
        if let (Some(pace), true) = (&one.pace, reached.value > amount.today) {
            let text = self.pace(amount, pace);
            self.text.line(6, "", &text, if pace.is_beyond() { Style::Poor } else { Style::Plain });
        }
    }

    /// `413.33 CNY a day for 30 days; so far 289.10 CNY a day`
    fn pace(&self, amount: &Amount, pace: &Pace) -> String {
        let each = |number: &Number| match amount.what.is_counted() {
            _ if number.is_zero() => "none".to_string(),
            // A part of a row a day says nothing.
            true if *number < Number::ONE => {
                let days = Number::ONE.div(number).unwrap_or(Number::ONE);
                format!("one every {} days", self.plain(&days.round_to(&Number::from_parts(1, 1), Rounding::HalfUp)))
            }
            true => format!("{} a day", self.plain(number)),
            false => format!("{} a day", amount.shown(number, &self.about.show)),
        };
        let mut text = format!("{} for {}", each(&pace.needed), counted(pace.days, "day"));
        if let Some((so_far, days)) = &pace.so_far {
            text.push_str(&format!("; so far {} over {}", each(so_far), counted(*days, "day")));
        }
        if let (Some((month, best)), true) = (&pace.best, pace.is_beyond()) {
            text.push_str("; no month has seen as much");
            if best.is_positive() {
                text.push_str(&format!(": most was {} in {month}", each(best)));
            }
        }
        text
    }

    /// The time whose rows count, where that is not the period.
    fn window(&self, amount: &Amount) -> String {
        let rows = &self.about.plan.query.measures[amount.measure.0].rows;
        match rows {
            Rows::Dated { months, .. } if *months == self.about.plan.months => String::new(),
            Rows::Dated { .. } => format!(" in {}", rows_in_words(&self.about.show, self.about.plan, rows)),
            Rows::All | Rows::HeldOn(_) | Rows::HeldDuring(..) | Rows::Newest(..) | Rows::TakenDuring(..) => {
                String::new()
            }
        }
    }

    fn no_amount(&mut self, one: &InRows, position: PositionId) {
        let (amount, called) = (&one.amount, self.name_of(&one.amount));
        let shown = |number: &Number| amount.shown(number, &self.about.show);
        let mut text = format!("`{}`{}, {} so far", called.formula, self.window(amount), shown(&amount.today));
        if let Some((value, outcome)) = self.most(&one.up, &one.down) {
            text.push_str(&format!(": at most {} with {}", self.outcome(position, outcome), shown(value)));
        }
        let mut reasons = self.reasons((&one.up, &one.down), &shown, position);
        for (end, least) in [(&amount.low, true), (&amount.high, false)] {
            if let Some((at, by)) = end.as_ref().and_then(|end| Some((&end.at, end.by?))) {
                let formula = self.formula(by);
                let words = if least { "no fewer than" } else { "no more than" };
                reasons.push(format!("{words} the {} of `{formula}`", self.plain(at)));
            }
        }
        if !reasons.is_empty() {
            text.push_str(&format!("; {}", reasons.join("; ")));
        }
        self.text.say(2, text);
    }

    fn name_of(&self, amount: &Amount) -> Called {
        amount.called(&self.about.show, self.about.plan, self.about.sources)
    }

    fn formula(&self, node: crate::plan::program::CalcId) -> String {
        crate::report::one_line(self.about.sources, self.about.plan.program.spans[node.0])
    }

    fn plain(&self, number: &Number) -> String {
        self.about.show.number(number, &DisplayUnit::number())
    }

    /// `3 more complaints`, `12,400 CNY more of Standard premium of Policies`
    fn more(&self, amount: &Amount, called: &Called, more: &Number) -> String {
        let (size, up) = (more.abs(), more.is_positive());
        let noun = |number: &Number| {
            let (one, several) = &called.noun;
            if *number == Number::ONE { one.clone() } else { several.clone() }
        };
        match amount.what {
            What::Rows | What::Keys | What::Different => {
                format!("{} {} {}", self.plain(&size), if up { "more" } else { "fewer" }, noun(&size))
            }
            What::Meeting => {
                let of = either(amount.rows, &called.noun.0, &called.noun.1);
                let more = if up { "more" } else { "fewer" };
                format!("{} {more} of the {} {of} that meet the condition", self.plain(&size), amount.rows)
            }
            What::Sum | What::Total => {
                let of =
                    called.column.as_ref().map_or(called.data.clone(), |column| format!("{column} of {}", called.data));
                let more = if up { "more" } else { "less" };
                format!("{} {more} of {of}", amount.shown(&size, &self.about.show))
            }
        }
    }

    /// `5 → 8`; of an average with what it is over.
    fn change_of(&self, amount: &Amount, value: &Number) -> String {
        let show = |number: &Number| match amount.what.is_counted() {
            true => self.plain(number),
            false => amount.shown(number, &self.about.show),
        };
        let told = arrow(&show(&amount.today), &show(value));
        match amount.what {
            What::Total => {
                let (one, several) = &self.row_noun(amount);
                format!("{told} over {} {}", amount.rows, either(amount.rows, one, several))
            }
            _ => told,
        }
    }

    fn row_noun(&self, amount: &Amount) -> (String, String) {
        let show = &self.about.show;
        let row = &show.model.data[self.about.plan.query.measures[amount.measure.0].data.0].row;
        (show.unit(&row.singular), show.unit(&row.plural))
    }

    /// What a row more does, in a table; what moves the score most comes first.
    pub(super) fn one_more(&mut self, of: &OfPerson, position: PositionId) {
        let (mut some, none): (Vec<&OneMore>, Vec<&OneMore>) = of.one_more.iter().partition(|one| one.matters());
        if of.one_more.is_empty() {
            return;
        }
        let gain = |one: &&OneMore| {
            let score = |outcome: &Outcome| outcome.score.clone().unwrap_or(Number::ZERO);
            Reverse((score(&one.after).sub(&score(&one.before)).abs(), one.before.grade != one.after.grade))
        };
        some.sort_by_key(gain);
        if !some.is_empty() {
            self.text.head("What one more row does, of the size of those so far:");
            self.text.blank();
            let columns = vec![
                Column::left("One more", 12),
                Column::left("KPI", 12),
                Column::right("Points", 6),
                Column::left("Total", 6),
                Column::left("Paid", 12),
            ];
            let is_paid = |one: &&OneMore| one.before.outputs.iter().any(|(_, outputs)| !outputs.is_empty());
            let is_paid = some.iter().any(is_paid);
            let lines = some.into_iter().flat_map(|one| self.lines(one, position)).collect();
            let mut table = super::table_of(columns, lines);
            if !is_paid {
                table.drop_column(4);
            }
            self.text.table(&table);
        }
        if !none.is_empty() {
            let rows: Vec<String> = none.into_iter().map(|one| self.a_row(one)).collect();
            self.text.faint(0, format!("Nothing changes with one more {}.", rows.join("; ")));
        }
    }

    /// `complaint`, with what is in the brackets where only some count; `policy of 1,200 CNY`.
    fn a_row(&self, one: &OneMore) -> String {
        let amount = &one.amount;
        let called = self.name_of(amount);
        let size = one.size.as_ref().map_or(String::new(), |size| {
            let rounded = size.round_to(&amount.step, self.about.show.model.company.rounding);
            format!(" of {}", amount.shown(&rounded, &self.about.show))
        });
        let row = self.row_noun(amount).0;
        let measure = &self.about.plan.query.measures[amount.measure.0];
        let inside = called.formula.split_once('(').and_then(|(_, inside)| inside.strip_suffix(')'));
        if let (What::Different, Some(inside)) = (amount.what, inside) {
            return format!("{row} with a new value: {inside}");
        }
        match (measure.condition.is_some() || amount.what == What::Meeting, inside) {
            (true, Some(inside)) => format!("{row}{size}: {inside}"),
            _ => format!("{row}{size}"),
        }
    }

    fn lines(&self, one: &OneMore, position: PositionId) -> Vec<Line> {
        let told: Vec<&Change> = one.kpis.iter().collect();
        let changes = told.iter().copied().map(Some).chain(told.is_empty().then_some(None));
        let line = |(at, change): (usize, Option<&Change>)| {
            let first = |text: String| if at == 0 { text } else { String::new() };
            Line::Row(vec![
                Cell::new(first(self.a_row(one))),
                Cell::new(change.map_or(String::new(), |change| self.change(change))),
                Cell::new(change.map_or(String::new(), |change| self.points(change))),
                Cell::styled(first(self.totals(one, position)), Style::Strong),
                Cell::new(first(self.paid(one))),
            ])
        };
        changes.enumerate().map(line).collect()
    }

    fn change(&self, change: &Change) -> String {
        let unit = &self.about.show.model.kpis[change.kpi.0].unit;
        let [before, after] = [&change.before, &change.after].map(|value| self.about.show.value(value, unit));
        format!("{} {}", self.label(change.kpi), arrow(&before, &after))
    }

    fn points(&self, change: &Change) -> String {
        let Some((before, after)) = &change.points else { return String::new() };
        let shown = |value: &Value| value.as_number().map_or(MISSING.into(), |number| self.about.show.plain(number));
        arrow(&shown(before), &shown(after))
    }

    /// `84.2 B → 80.1 C`
    fn totals(&self, one: &OneMore, position: PositionId) -> String {
        let shown = |outcome: &Outcome| self.score_and_grade(position, outcome);
        arrow(&shown(&one.before), &shown(&one.after))
    }

    /// The outputs of all posts that change, by name and post where there are several.
    fn paid(&self, one: &OneMore) -> String {
        let (show, posts) = (&self.about.show, &one.before.outputs);
        let each = posts.iter().flat_map(|(position, outputs)| (0..outputs.len()).map(|at| (*position, at)));
        let several = each.clone().count() > 1;
        let paid = each.filter_map(|(position, at)| {
            let output = &show.position(position).outputs[at];
            let shown = |outcome: &Outcome| {
                outcome.output(position, at).map_or(MISSING.into(), |value| show.value(value, &output.unit))
            };
            let (before, after) = (shown(&one.before), shown(&one.after));
            let post = if posts.len() > 1 { format!(" as {}", show.position_label(position)) } else { String::new() };
            let label = if several { format!("{}{post} ", show.output_label(output)) } else { String::new() };
            (before != after).then(|| format!("{label}{}", arrow(&before, &after)))
        });
        paid.collect::<Vec<_>>().join("; ")
    }
}

/// `90 → 80 CNY`, with a unit that both have once; or once alone where nothing changes.
fn arrow(before: &str, after: &str) -> String {
    if before == after {
        return before.to_string();
    }
    let unit = |text: &str| text.split_once(' ').map(|(_, unit)| unit.to_string());
    match (before.split_once(' '), unit(after)) {
        (Some((number, its)), Some(unit)) if its == unit => format!("{number} → {after}"),
        _ => format!("{before} → {after}"),
    }
}
