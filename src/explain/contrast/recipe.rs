//! One side of a contrast: cards as they were scored, with the plans and the rules behind them.

use crate::eval::{Evaluator, Values};
use crate::model::{self, Model};
use crate::number::Number;
use crate::plan::Plan;
use crate::plan::program::{EntryPlan, ScorecardPlan};
use crate::report::one_line;
use crate::report::show::Show;
use crate::score::card::{Card, EntryResult, PersonResult, ScorecardResult};
use crate::source::{SourceSet, Span};

/// What somebody was scored by.
pub struct Side<'a> {
    pub(super) model: &'a Model,
    pub(super) sources: &'a SourceSet,
    pub(super) show: Show<'a>,
    pub(super) cards: Vec<OneCard<'a>>,
    pub(super) overall: Option<Number>,
}

/// A card that was scored.
pub(super) struct OneCard<'a> {
    pub eval: &'a Evaluator<'a>,
    pub values: Values,
    pub position: &'a str,
    pub label: &'a str,
    pub days: i64,
    pub plan: &'a ScorecardPlan,
    pub declared: &'a model::Scorecard,
    pub result: &'a ScorecardResult,
}

/// An entry of one side.
#[derive(Clone, Copy)]
pub(super) struct OneEntry<'a> {
    pub plan: &'a EntryPlan,
    pub declared: &'a model::Entry,
    pub result: &'a EntryResult,
}

impl<'a> Side<'a> {
    /// The cards must keep the values behind them.
    pub fn of(
        model: &'a Model,
        sources: &'a SourceSet,
        (plan, eval): (&'a Plan, &'a Evaluator<'a>),
        person: &'a PersonResult,
        language: Option<&'a str>,
    ) -> Side<'a> {
        let show = Show { last_day: Some(plan.last_day), ..Show::new(model, language) };
        let card = |card: &'a Card| {
            let position = &model.positions[card.position.0];
            let is_it =
                |of: &&crate::plan::program::CardPlan| of.roster == person.roster && of.position == card.position;
            Some(OneCard {
                eval,
                values: Values::known(card.values.clone()),
                position: &position.name,
                label: show.label(&position.label),
                days: i64::from(card.to.0 - card.from.0) + 1,
                plan: plan.program.cards.iter().find(is_it)?.scorecard.as_ref()?,
                declared: position.scorecard.as_ref()?,
                result: card.scorecard.as_ref()?,
            })
        };
        let cards = person.cards.iter().filter_map(card).collect();
        Side { model, sources, show, cards, overall: person.overall.clone() }
    }

    /// A part of a spec on one line.
    pub(super) fn text(&self, span: Span) -> String {
        one_line(self.sources, span)
    }

    /// An entry's name: of its KPI, group or position.
    pub(super) fn name(&self, entry: &model::Entry) -> String {
        match &entry.head {
            model::Head::Group(group) => group.name.clone(),
            model::Head::Kpi(kpi) => self.model.kpis[kpi.kpi.0].name.clone(),
            model::Head::ScoreOf(position) => position.clone(),
            model::Head::ScoreOfReports => "reports".into(),
        }
    }
}
