//! What people decided, as reports show it beside what comes out by rule.

use super::show::{MISSING, Show};
use crate::model::types::unit::DisplayUnit;
use crate::model::{Model, RuledOn};
use crate::number::Number;
use crate::score::card::{Card, PersonResult, RulingResult};
use crate::value::Value;

/// Whether a project has rulings at all, so that its tables have columns for them.
pub fn has_rulings(model: &Model) -> bool {
    model.data.iter().any(|set| set.rulings.is_some())
}

impl<'a> Show<'a> {
    /// `score`, `rating`, or the name of a KPI or an output.
    pub fn ruled_on(&self, ruling: &RulingResult) -> &'a str {
        match ruling.on {
            RuledOn::Score => "score",
            RuledOn::Rating => "rating",
            RuledOn::Kpi(kpi) => &self.model.kpis[kpi.0].name,
            RuledOn::Output(at) => &self.position(ruling.position).outputs[at].name,
        }
    }

    /// The same for people.
    pub fn ruled_label(&self, ruling: &RulingResult) -> String {
        match ruling.on {
            RuledOn::Score => self.words.score.to_string(),
            RuledOn::Rating => self.words.rating.to_string(),
            RuledOn::Kpi(kpi) => self.label(&self.model.kpis[kpi.0].label).to_string(),
            RuledOn::Output(at) => self.label(&self.position(ruling.position).outputs[at].label).to_string(),
        }
    }

    /// The unit of what was ruled on; points of a score, none of a rating.
    pub fn ruled_unit(&self, ruling: &RulingResult) -> DisplayUnit {
        match ruling.on {
            RuledOn::Score => DisplayUnit::point(),
            RuledOn::Rating => DisplayUnit::number(),
            RuledOn::Kpi(kpi) => self.model.kpis[kpi.0].unit.clone(),
            RuledOn::Output(at) => self.position(ruling.position).outputs[at].unit.clone(),
        }
    }

    /// A value that was ruled, or stood there before.
    pub fn ruled_value(&self, ruling: &RulingResult, value: &Value) -> String {
        match (ruling.on, value) {
            (RuledOn::Rating, Value::Choice(grade)) => self.grade_word(ruling.position, *grade as usize).to_string(),
            (RuledOn::Score, Value::Number(score)) => self.score_in(score, ruling.position),
            _ => self.value(value, &self.ruled_unit(ruling)),
        }
    }

    /// `Score 83.00 instead of 78.00: the appeal was granted (appeals board, 2026-10-20)`
    pub fn ruling(&self, ruling: &RulingResult) -> String {
        let mut replaced: Vec<String> =
            ruling.replaced_once().into_iter().map(|value| self.ruled_value(ruling, value)).collect();
        if replaced.is_empty() {
            replaced.push(MISSING.into());
        }
        let row = &ruling.ruling;
        let by = [row.by.to_string(), row.on.map_or_else(String::new, |day| day.to_string())];
        let by: Vec<String> = by.into_iter().filter(|text| !text.is_empty()).collect();
        self.words.ruling(
            &self.ruled_label(ruling),
            &self.ruled_value(ruling, &ruling.ruled),
            &replaced.join(", "),
            &row.reason,
            &by.join(", "),
        )
    }

    /// What comes out by rule where something was ruled: `ruled; by rule 78.00, B`.
    pub fn ruled_remark(&self, person: &PersonResult) -> Option<String> {
        if person.rulings.is_empty() {
            return None;
        }
        let position = person.cards.last()?.position;
        let mut plain = Vec::new();
        if let Some(by_rule) = &person.by_rule {
            if by_rule.overall != person.overall {
                let shown = |score: &Number| self.score_in(score, position);
                plain.push(by_rule.overall.as_ref().map_or_else(|| MISSING.to_string(), shown));
            }
            let grade = |rating: &Option<crate::score::card::RatingResult>| rating.as_ref().map(|one| one.grade);
            if grade(&by_rule.rating) != grade(&person.rating) {
                let word = |grade| self.grade_word(position, grade).to_string();
                plain.push(grade(&by_rule.rating).map_or_else(|| MISSING.to_string(), word));
            }
        }
        Some(self.words.ruled_remark(&plain.join(", ")))
    }

    /// The score of one of several cards by rule.
    pub fn ruled_card(&self, card: &Card) -> Option<String> {
        let scorecard = card.scorecard.as_ref()?;
        let by_rule = scorecard.by_rule.as_ref()?;
        let plain = match &by_rule.score {
            score if *score == scorecard.score => String::new(),
            Value::Number(score) => self.score_in(score, card.position),
            _ => MISSING.to_string(),
        };
        Some(self.words.ruled_remark(&plain))
    }
}
