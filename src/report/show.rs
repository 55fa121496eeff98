//! How values are shown to people: the one place where numbers, units, dates and shares become text.
//!
//! Shown numbers are rounded as the company rounds; the exact ones are in the JSON and CSV reports.

use super::digits::{PLACES, grouped, places_of, without_trailing_zeros};
use super::words::Words;
use crate::model::data::{ColumnIx, ColumnType, DataId, DataSet, TimeShape};
use crate::model::types::unit::DisplayUnit;
use crate::model::{Entry, Grade, Head, Label, Model, Output, Position, PositionId, Rating, VetoEffect};
use crate::number::Number;
use crate::plural::either;
use crate::score::card::{Card, LoweredBy, PersonResult, RatingResult};
use crate::time::Day;
use crate::value::{Missing, Value};

/// What stands in the place of a missing value.
pub const MISSING: &str = "—";

#[derive(Clone, Copy)]
pub struct Show<'a> {
    pub model: &'a Model,
    /// The language of labels; `None` is the project's first.
    pub language: Option<&'a str>,
    pub words: &'static Words,
    /// The last day of the period: of several versions of a KPI, the one in force then gives the label.
    pub last_day: Option<Day>,
}

impl<'a> Show<'a> {
    pub fn new(model: &'a Model, language: Option<&'a str>) -> Show<'a> {
        let spoken = language.or_else(|| model.company.languages.first().map(String::as_str));
        Show { model, language, words: Words::of(spoken), last_day: None }
    }

    pub fn label(&self, label: &'a Label) -> &'a str {
        label.in_language(self.language)
    }

    pub fn position(&self, position: PositionId) -> &'a Position {
        &self.model.positions[position.0]
    }

    pub fn position_label(&self, position: PositionId) -> &'a str {
        self.label(&self.position(position).label)
    }

    /// An entry's own label, or what it is about.
    pub fn entry_label(&self, entry: &'a Entry) -> String {
        let own = self.label(&entry.label);
        if !own.is_empty() {
            return own.to_string();
        }
        match &entry.head {
            Head::Group(group) => self.label(&group.label).to_string(),
            Head::Kpi(kpi) => {
                let version = self.last_day.and_then(|day| self.model.kpi_on(kpi.kpi, day));
                self.label(&self.model.kpis[version.unwrap_or(kpi.kpi).0].label).to_string()
            }
            Head::ScoreOf(name) => {
                let position = self.model.positions.iter().find(|known| known.name == *name);
                self.words.score_of(position.map_or(name, |position| self.label(&position.label)))
            }
            Head::ScoreOfReports => self.words.score_of_reports.into(),
        }
    }

    /// The data set whose rows hold a position, by the declarations: its own roster before one of several posts.
    fn roster_of(&self, position: PositionId) -> Option<&'a DataSet> {
        let name = &self.position(position).name;
        let own = |set: &&DataSet| set.roster.as_ref().is_some_and(|roster| roster.every.as_ref() == Some(name));
        let any = self.position(position).rosters.first().and_then(|roster| self.model.data.get(roster.0));
        self.model.data.iter().find(own).or(any)
    }

    /// The word for who holds a position, where these are no people: `country`.
    pub fn noun(&self, position: PositionId) -> Option<String> {
        let noun = &self.roster_of(position)?.row.singular;
        (noun != "person").then(|| self.unit(noun))
    }

    /// `12 people`, `24 countries`
    pub fn holders(&self, position: PositionId, count: u64) -> String {
        match (self.noun(position), self.roster_of(position)) {
            (Some(one), Some(set)) => {
                let many = self.unit(&set.row.plural);
                format!("{} {}", grouped(&count.to_string()), either(count, &one, &many))
            }
            _ => self.words.people(count),
        }
    }

    /// Whether the key of who holds a position says the name already.
    pub fn named_by_key(&self, position: PositionId) -> bool {
        self.roster_of(position).is_some_and(|set| set.name_column().is_some_and(|name| set.key.contains(&name)))
    }

    /// Whether those who hold a position do so at all times, so that the days need no telling.
    pub fn always_held(&self, position: PositionId) -> bool {
        self.roster_of(position).is_some_and(|set| set.time == TimeShape::Always)
    }

    /// The rating a position's scorecard uses.
    pub fn rating_of(&self, position: PositionId) -> Option<&'a Rating> {
        let rating = self.position(position).scorecard.as_ref()?.rating?;
        self.model.ratings.get(rating.0)
    }

    pub fn grade(&self, position: PositionId, grade: usize) -> Option<&'a Grade> {
        self.rating_of(position)?.grades.get(grade)
    }

    /// A grade's name, or nothing where the position has no such grade.
    pub fn grade_name(&self, position: PositionId, grade: usize) -> &'a str {
        self.grade(position, grade).map_or("", |grade| &grade.name)
    }

    /// The name for people: the label where it only spells the name out.
    pub fn grade_word(&self, position: PositionId, grade: usize) -> &'a str {
        match self.grade(position, grade).map(|grade| self.label(&grade.label)) {
            Some(label) if spells(label, self.grade_name(position, grade)) => label,
            _ => self.grade_name(position, grade),
        }
    }

    /// `A Outstanding`, or only the name where there is no other label.
    pub fn grade_in_full(&self, grade: &'a Grade) -> String {
        match self.label(&grade.label) {
            label if label.is_empty() || label == grade.name => grade.name.clone(),
            label if spells(label, &grade.name) => label.to_string(),
            label => format!("{} {label}", grade.name),
        }
    }

    /// What lowered a rating, and from which grade.
    pub fn lowered(&self, position: PositionId, rating: &RatingResult) -> Option<String> {
        let from = self.grade_word(position, rating.by_score);
        match rating.lowered_by? {
            LoweredBy::Veto(_) | LoweredBy::EarlierVeto { .. } => Some(self.words.lowered_by_veto(from)),
            LoweredBy::Distribution(_) => Some(self.words.lowered_by_distribution(from)),
            // It is told with its reason.
            LoweredBy::Ruling => None,
        }
    }

    pub fn veto_effect(&self, position: PositionId, effect: &VetoEffect) -> String {
        match effect {
            VetoEffect::RatingAtMost(grade) => self.words.rating_at_most(self.grade_word(position, *grade)),
            VetoEffect::ScoreAtMost(score) => self.words.score_at_most(&self.plain(score)),
        }
    }

    /// A number in its unit: `98.4%`, `1,234.56 万元`, `1 policy`, `2 policies`.
    pub fn number(&self, number: &Number, unit: &DisplayUnit) -> String {
        self.number_to(number, unit, 0)
    }

    /// The same with at least so many places behind the point, for numbers that stand in one column.
    fn number_to(&self, number: &Number, unit: &DisplayUnit, places: u32) -> String {
        let shown = number.div(&unit.factor).unwrap_or_else(|| number.clone());
        let mut amount = self.plain_to(&shown, places.max(PLACES));
        let missing = places.max(self.least_places(&amount, unit)).saturating_sub(places_of(&amount));
        if missing > 0 {
            let point = if amount.contains('.') { "" } else { "." };
            amount = format!("{amount}{point}{}", "0".repeat(missing as usize));
        }
        if unit.is_ratio_sign() {
            return format!("{amount}{}", unit.singular);
        }
        let name = self.unit(if amount == "1" { &unit.singular } else { &unit.plural });
        if name.is_empty() { amount } else { format!("{amount} {name}") }
    }

    /// A unit by the labels of what it is made of: `visit/person`, `次/人`.
    pub fn unit(&self, written: &str) -> String {
        let built_in =
            |name: &str| self.words.units.iter().find(|(known, _)| *known == name).map(|(_, called)| *called);
        let labels = &self.model.unit_labels;
        let parts = written.split_inclusive(['/', '·']).map(|part| {
            let name = part.trim_end_matches(['/', '·']);
            let label = labels.get(name).map(|label| self.label(label)).or_else(|| built_in(name)).unwrap_or(name);
            format!("{label}{}", &part[name.len()..])
        });
        parts.collect()
    }

    /// Money with cents has two of them.
    fn least_places(&self, amount: &str, unit: &DisplayUnit) -> u32 {
        let money = unit.factor == Number::ONE && unit.is_money();
        if money && places_of(amount) == 1 { 2 } else { 0 }
    }

    /// How many places a value takes behind the point, of those that all values show.
    pub fn places(&self, value: &Value, unit: &DisplayUnit) -> u32 {
        let Value::Number(number) = value else { return 0 };
        let shown = number.div(&unit.factor).unwrap_or_else(|| number.clone());
        let amount = self.plain(&shown);
        let places = places_of(&amount).max(self.least_places(&amount, unit));
        if places > PLACES { 0 } else { places }
    }

    /// A number without unit: separators, two places at most; more only where it would look like 0.
    pub fn plain(&self, number: &Number) -> String {
        self.plain_to(number, PLACES)
    }

    fn plain_to(&self, number: &Number, most: u32) -> String {
        let rounding = self.model.company.rounding;
        let mut text = number.to_fixed(most, rounding);
        if !number.is_zero() && number.round_places(most, rounding).is_zero() {
            for places in most + 1..=28 {
                if !number.round_places(places, rounding).is_zero() {
                    text = number.to_fixed(places + 1, rounding);
                    break;
                }
            }
        }
        grouped(without_trailing_zeros(&text))
    }

    /// A value in its unit; `—` where it is missing.
    pub fn value(&self, value: &Value, unit: &DisplayUnit) -> String {
        self.value_to(value, unit, 0)
    }

    /// The same, a number with at least so many places behind the point.
    pub fn value_to(&self, value: &Value, unit: &DisplayUnit, places: u32) -> String {
        match value {
            Value::Number(number) => self.number_to(number, unit, places),
            Value::Text(text) => text.to_string(),
            Value::Day(day) => day.to_string(),
            Value::Period(months) => self.words_for_months(months),
            Value::Flag(true) => self.words.yes.into(),
            Value::Flag(false) => self.words.no.into(),
            Value::Choice(index) => format!("#{}", index + 1),
            Value::Missing(_) => MISSING.into(),
        }
    }

    /// What an output is called.
    pub fn output_label(&self, output: &'a Output) -> &'a str {
        match self.label(&output.label) {
            "" => &output.name,
            label => label,
        }
    }

    /// An output with its name: `Bonus: 1,200 CNY`.
    pub fn output(&self, output: &'a Output, value: &Value) -> String {
        format!("{}{}{}", self.label(&output.label), self.words.colon, self.value(value, &output.unit))
    }

    fn words_for_months(&self, months: &crate::time::Months) -> String {
        match months.count {
            1 => months.first.to_string(),
            _ => self.words.span(months.first, months.last()),
        }
    }

    /// A label of a column's `one of`.
    pub fn choice(&self, data: DataId, column: ColumnIx, index: u32) -> &'a str {
        match &self.model.data[data.0].column(column).ty {
            ColumnType::Choice(choices) => choices.get(index as usize).map_or("", |choice| &choice.name),
            _ => "",
        }
    }

    /// A score with so many places: `92.50`.
    pub fn score_to(&self, score: &Number, places: u32) -> String {
        grouped(&score.to_fixed(places, self.model.company.rounding))
    }

    /// A part of 1: `12.5%`.
    pub fn share(&self, share: &Number) -> String {
        self.number(share, &DisplayUnit::percent())
    }

    pub fn reason(&self, missing: &Missing) -> String {
        self.words.reason(missing)
    }

    /// Why a card has no score.
    pub fn why_unscored(&self, card: &Card) -> Option<String> {
        match &card.scorecard {
            None if card.eligible == Some(false) => Some(self.words.not_eligible.into()),
            None => Some(self.words.no_scorecard.into()),
            Some(scorecard) => match &scorecard.score {
                Value::Missing(missing) => Some(self.reason(missing)),
                _ => None,
            },
        }
    }

    /// Why a person has no overall score: which of several stints has none.
    pub fn why_no_overall(&self, person: &PersonResult) -> Option<String> {
        if person.overall.is_some() {
            return None;
        }
        // A stint without scorecard does not count, unless there is no other.
        let scored = person.cards.iter().any(|card| card.scorecard.is_some());
        let counts = |card: &&Card| card.scorecard.is_some() || !scored;
        let reasons = person.cards.iter().filter(counts).filter_map(|card| {
            let reason = self.why_unscored(card)?;
            if person.cards.len() == 1 {
                return Some(reason);
            }
            let post = self.position_label(card.position);
            Some(format!("{post}, {}{}{reason}", self.days(card.from, card.to), self.words.colon))
        });
        Some(reasons.collect::<Vec<_>>().join(self.words.semicolon))
    }

    pub fn days(&self, from: Day, to: Day) -> String {
        self.words.span(from, to)
    }
}

/// `Very high` is how people write `very_high`.
fn spells(label: &str, name: &str) -> bool {
    label.to_lowercase() == name.replace('_', " ").to_lowercase()
}

/// How many days there are from one to the other, both included.
pub fn days_served(from: Day, to: Day) -> u64 {
    u64::try_from(i64::from(to.0) - i64::from(from.0) + 1).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::types::unit::{BaseKind, BaseUnit, Dimension};
    use crate::value::TooFew;

    fn unit(name: &str, plural: &str, kind: BaseKind) -> DisplayUnit {
        let base = BaseUnit { name: name.into(), plural: plural.into(), kind };
        DisplayUnit {
            dimension: Dimension::of(base),
            factor: Number::ONE,
            singular: name.into(),
            plural: plural.into(),
        }
    }

    #[test]
    fn numbers_read_as_people_write_them() {
        let model = Model::default();
        let show = Show::new(&model, None);
        let shown = |text: &str, unit: &DisplayUnit| show.number(&text.parse().unwrap(), unit);
        assert_eq!(shown("0.984", &DisplayUnit::percent()), "98.4%");
        assert_eq!(shown("-0.12346", &DisplayUnit::percent()), "-12.35%");
        assert_eq!(shown("1", &DisplayUnit::percent()), "100%");
        assert_eq!(shown("0.0205", &DisplayUnit::permille()), "20.5‰");

        let cny = unit("CNY", "CNY", BaseKind::Currency);
        assert_eq!(shown("1234567.5", &cny), "1,234,567.50 CNY");
        assert_eq!(shown("1000", &cny), "1,000 CNY");
        let wan =
            DisplayUnit {
                factor: Number::from(10_000), singular: "万元".into(), plural: "万元".into(), ..cny.clone()
            };
        assert_eq!(shown("12345600", &wan), "1,234.56 万元");
        let policy = unit("policy", "policies", BaseKind::Counted);
        assert_eq!(shown("1", &policy), "1 policy");
        assert_eq!(shown("0", &policy), "0 policies");
        assert_eq!(shown("0.00012345", &DisplayUnit::number()), "0.00012");
        assert_eq!(shown("-0.004", &DisplayUnit::number()), "-0.004");

        let third = Number::ratio(1, 3).unwrap();
        assert_eq!(show.number(&third, &DisplayUnit::percent()), "33.33%");
        assert_eq!(show.score_to(&Number::from(92), 2), "92.00");
    }

    #[test]
    fn missing_values_say_so_in_both_languages() {
        let model = Model::default();
        let missing = Missing::TooFew(TooFew { got: 3, needed: 5, noun: "answers".into() }.into());
        assert_eq!(Show::new(&model, None).reason(&missing), "only 3 answers, 5 needed");
        assert_eq!(Show::new(&model, Some("zh")).reason(&missing), "仅有 3 行，需要 5 行");
        assert_eq!(Show::new(&model, None).value(&missing.into(), &DisplayUnit::percent()), "—");
    }
}
