//! What a scorecard pays: the outputs of each stint, of a post with several, and of all posts together.

use super::Page;
use crate::model::types::unit::DisplayUnit;
use crate::number::Number;
use crate::report::layout::Style;
use crate::report::show::{MISSING, Show, days_served};
use crate::score::card::{Card, PersonResult, PostOutput, PostResult};
use crate::value::Value;

impl Page<'_, '_> {
    /// What a card's outputs are; of one of several stints in a post, its own amounts.
    pub(super) fn outputs(&mut self, card: &Card, person: &PersonResult) {
        let (show, at) = (self.show, person.cards.iter().position(|one| std::ptr::eq(one, card)));
        let post = person.posts.iter().find(|post| at.is_some_and(|at| post.cards.contains(&at)));
        let several = post.is_some_and(|post| post.cards.len() > 1);
        let lead = if several { show.words.in_this_stint } else { show.words.outputs };
        let outputs = show.position(card.position).outputs.iter().zip(&card.outputs).collect::<Vec<_>>();
        for (index, (output, value)) in outputs.iter().enumerate() {
            let how = post.filter(|_| !several).and_then(|post| prorated(&show, &post.outputs[index], &output.unit));
            let mut text = amount(&show, show.label(&output.label), value, &output.unit, how.as_deref());
            let may_be = at.and_then(|at| self.ranges?.cards.get(at)?.outputs.get(index)?.as_ref());
            if let Some(range) = show.value_range(may_be, &output.unit) {
                text = format!("{text} · {}{}{range}", show.words.may_be, show.words.colon);
            }
            // Under the first one.
            let below = " ".repeat(unicode_width::UnicodeWidthStr::width(lead));
            self.labelled(if index == 0 { lead } else { &below }, &text, Style::Plain);
        }
    }

    /// What is paid to somebody with several stints: of each post the mean by days, and all posts together.
    pub(super) fn paid(&mut self, person: &PersonResult) {
        let (show, words) = (self.show, self.show.words);
        let mut lines = Vec::new();
        let mut names: Vec<&str> = Vec::new();
        for output in person.posts.iter().flat_map(|post| &show.position(post.position).outputs) {
            if !names.contains(&output.name.as_str()) {
                names.push(&output.name);
            }
        }
        for name in names {
            let at =
                |post: &PostResult| show.position(post.position).outputs.iter().position(|output| output.name == name);
            let posts: Vec<(&PostResult, usize)> =
                person.posts.iter().filter_map(|post| Some((post, at(post)?))).collect();
            // What one card shows is not shown twice.
            if let [(post, _)] = posts.as_slice()
                && post.cards.len() == 1
            {
                continue;
            }
            let mut sum = Number::ZERO;
            let mut all_there = true;
            for (post, at) in &posts {
                let (output, paid) = (&show.position(post.position).outputs[*at], &post.outputs[*at]);
                match &paid.value {
                    Value::Number(value) => sum = sum.add(value),
                    _ => all_there = false,
                }
                let label = match person.posts.len() {
                    1 => show.label(&output.label).to_string(),
                    _ => format!("{} · {}", show.label(&output.label), show.position_label(post.position)),
                };
                let stints = post.cards.iter().map(|card| &person.cards[*card]);
                let parts: Vec<String> = stints
                    .filter(|_| post.cards.len() > 1 && !paid.value.is_missing())
                    .map(|card| {
                        let own = card.outputs.get(*at).map_or(MISSING.into(), |own| show.value(own, &output.unit));
                        format!("{own} × {}", days_served(card.from, card.to))
                    })
                    .collect();
                let mean = (!parts.is_empty())
                    .then(|| format!("({}) / {}", parts.join(" + "), words.days(post.days.unsigned_abs())));
                let how = match (mean, paid.prorated) {
                    (Some(mean), Some((days, all))) => Some(words.prorated(&mean, days, all)),
                    (Some(mean), None) => Some(mean),
                    (None, _) => prorated(&show, paid, &output.unit),
                };
                let mut line = amount(&show, &label, &paid.value, &output.unit, how.as_deref());
                let place = person.posts.iter().position(|one| std::ptr::eq(one, *post));
                let may_be = place.and_then(|place| self.ranges?.posts.get(place)?.get(*at)?.as_ref());
                if let Some(range) = show.value_range(may_be, &output.unit) {
                    line = format!("{line} · {}{}{range}", words.may_be, words.colon);
                }
                lines.push(line);
            }
            if let ([(post, at), _, ..], true) = (posts.as_slice(), all_there) {
                let output = &show.position(post.position).outputs[*at];
                let label = format!("{} · {}", show.label(&output.label), words.of_all_posts());
                lines.push(amount(&show, &label, &Value::Number(sum), &output.unit, None));
            }
        }
        for (index, line) in lines.iter().enumerate() {
            self.labelled(if index == 0 { words.outputs } else { "" }, line, Style::Plain);
        }
    }
}

/// `Bonus: 50.00 CNY = 100.00 CNY × 14 of 28 days`
fn amount(show: &Show<'_>, label: &str, value: &Value, unit: &DisplayUnit, how: Option<&str>) -> String {
    let shown = format!("{label}{}{}", show.words.colon, show.value(value, unit));
    match (value, how) {
        (Value::Missing(missing), _) => format!("{shown} ({})", show.reason(missing)),
        (_, Some(how)) => format!("{shown} = {how}"),
        (_, None) => shown,
    }
}

/// How the amount of a single stint was cut to its part of the period.
fn prorated(show: &Show<'_>, paid: &PostOutput, unit: &DisplayUnit) -> Option<String> {
    let ((days, all), whole) = (paid.prorated?, paid.mean.as_ref()?);
    Some(show.words.prorated(&show.value(whole, unit), days, all))
}
