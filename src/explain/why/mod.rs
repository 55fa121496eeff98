//! `merit why`: a person's results, from the grade down to the rows.
//!
//! [`Explainer`] makes a [`Why`] of somebody's cards: [`scorecard`] what became of the entries, [`formulas`] the steps behind
//! their values, [`rows`] what the data says to each aggregate. The same data is written as JSON, so complete that another
//! program can check it, and told as text.

mod csv;
mod curves;
pub mod document;
mod formulas;
mod measures;
mod only;
mod row_formula;
mod rows;
mod scorecard;
pub mod text;

pub use self::csv::rows_as_csv;
pub use self::formulas::shown;
pub use self::only::Only;

use self::document::{Card, Named, Output, Period, Post, PostOutput, Rounded, Ruling, Val, Why};
use self::formulas::Steps;
use self::measures::Measures;
use self::scorecard::Beside;
use super::Units;
use super::contrast::Side;
use crate::eval::{Evaluator, Subject, Supposed};
use crate::model::data::{ColumnIx, ColumnType, DataId};
use crate::model::{Allowance, Model, PositionId, RuledOn};
use crate::number::Rounding;
use crate::plan::Plan;
use crate::plan::program::CardPlan;
use crate::plan::query::{Answers, PersonPost};
use crate::report::one_line;
use crate::report::show::Show;
use crate::score::DistributionLine;
use crate::score::card::{self, PersonResult};
use crate::source::{SourceSet, Span};

/// Explains the results of a period.
pub struct Explainer<'a> {
    model: &'a Model,
    sources: &'a SourceSet,
    plan: &'a Plan,
    answers: &'a Answers,
    eval: Evaluator<'a>,
    units: Units,
    show: Show<'a>,
}

impl<'a> Explainer<'a> {
    pub fn new(
        model: &'a Model,
        sources: &'a SourceSet,
        (plan, answers): (&'a Plan, &'a Answers),
        supposed: Supposed,
        language: Option<&'a str>,
    ) -> Explainer<'a> {
        let show = Show { last_day: Some(plan.last_day), ..Show::new(model, language) };
        let (eval, units) = (Evaluator::new(model, plan, answers).supposing(supposed), Units::of(model));
        Explainer { model, sources, plan, answers, eval, units, show }
    }

    /// Everything about somebody's results but the rows. The cards must keep the values behind them.
    pub fn person(&self, person: &PersonResult, line: Option<&DistributionLine>) -> Explained {
        let (model, mut measures) = (self.model, Measures::default());
        let cards: Vec<Card> = person.cards.iter().map(|card| self.card(person, card, &mut measures)).collect();
        let posts = person.posts.iter().map(|post| self.post(person, post)).collect();
        let last = person.cards.iter().rfind(|card| card.scorecard.is_some());
        let rating = last.and_then(|card| model.positions[card.position.0].scorecard.as_ref()?.rating);
        let rating = rating.zip(person.rating.as_ref()).and_then(|(id, rating)| {
            let seen = rating.unrounded.clone().or_else(|| person.overall.clone())?;
            let mut rating = self.rating(id, rating, seen);
            rating.distribution = line.filter(|line| line.rating == id).map(|line| self.distribution(line));
            Some(rating)
        });
        let (first_day, last_day) = (self.plan.first_day, self.plan.last_day);
        let why = Why {
            company: model.company.name.clone(),
            period: Period {
                name: self.plan.period.to_string(),
                first_day: first_day.to_string(),
                last_day: last_day.to_string(),
                days: self.days_of_period(),
            },
            rounding: match model.company.rounding {
                Rounding::HalfEven => "half_even",
                _ => "half_up",
            },
            score_decimals: model.company.score_decimals,
            own_months: model.company.calendar.own.is_some(),
            roster: model.data[person.roster.0].name.clone(),
            person: person.person.to_string(),
            name: person.name.to_string(),
            cards,
            posts,
            overall: person.overall.clone(),
            rating,
            rank: person.rank,
            measures: Vec::new(),
            supposed: Vec::new(),
            running: Vec::new(),
            rulings: person.rulings.iter().map(|ruling| self.ruling(ruling)).collect(),
        };
        self.with_measures(Explained { why, measures })
    }

    /// The same person as a side of a contrast.
    pub fn side<'s>(&'s self, person: &'s PersonResult) -> Side<'s> {
        Side::of(self.model, self.sources, (self.plan, &self.eval), person, self.show.language)
    }

    fn days_of_period(&self) -> i64 {
        i64::from(self.plan.last_day.0 - self.plan.first_day.0) + 1
    }

    fn card(&self, person: &PersonResult, card: &card::Card, measures: &mut Measures) -> Card {
        let position = &self.model.positions[card.position.0];
        let plan = self.card_plan(person.roster, card.position);
        let subject = self.subject(person, card);
        let served = person.posts.iter().find(|post| post.position == card.position).map_or(0, |post| post.days);
        let days = i64::from(card.to.0 - card.from.0) + 1;
        let mut steps = Steps::new(self, &self.eval, (card, subject), &person.rulings, measures);
        let eligible = plan.and_then(|plan| plan.eligible).map(|condition| steps.step(condition));
        let beside = plan.and_then(|plan| Some((plan.scorecard.as_ref()?, position.scorecard.as_ref()?)));
        let scorecard = beside.zip(card.scorecard.as_ref()).map(|((plan, declared), result)| {
            self.scorecard(&mut steps, &Beside { plan, declared, result }, (served, self.days_of_period()))
        });
        let is_barred = card.eligible == Some(false);
        let outputs = position.outputs.iter().zip(&card.outputs).enumerate().map(|(at, (output, value))| {
            let plan = plan.and_then(|plan| plan.outputs.get(at)).filter(|_| !is_barred);
            let inside = plan.and_then(|plan| plan.inside.as_ref()).map(|(inside, _)| *inside);
            Output {
                name: output.name.clone(),
                label: self.show.label(&output.label).to_string(),
                at: self.at(output.span),
                text: self.text(output.value.span),
                node: plan.map(|plan| steps.step(plan.value)),
                inside: inside.map(|inside| steps.step(inside)),
                value: Val::from(value),
                shown: shown(value, &output.unit),
            }
        });
        let outputs = outputs.collect();
        Card {
            position: position.name.clone(),
            label: self.show.label(&position.label).to_string(),
            at: self.at(position.span),
            team: card.team.as_ref().map(|team| Named { key: team.key.to_string(), name: team.name.to_string() }),
            from: card.from.to_string(),
            to: card.to.to_string(),
            days,
            served,
            nodes: steps.nodes,
            eligible,
            scorecard,
            outputs,
        }
    }

    fn ruling(&self, result: &card::RulingResult) -> Ruling {
        let (on, name) = match result.on {
            RuledOn::Score => ("score", None),
            RuledOn::Rating => ("rating", None),
            RuledOn::Kpi(_) => ("kpi", Some(self.show.ruled_on(result).to_string())),
            RuledOn::Output(_) => ("output", Some(self.show.ruled_on(result).to_string())),
        };
        let position = &self.model.positions[result.position.0];
        let named = |kpi: crate::model::KpiId| &self.model.kpis[kpi.0].name;
        let same = |one: &&Allowance| match (one.on, result.on) {
            (RuledOn::Kpi(one), RuledOn::Kpi(other)) => named(one) == named(other),
            (one, other) => one == other,
        };
        let allowance = position.scorecard.iter().flat_map(|card| &card.rulings).find(same);
        let (row, place) = (&result.ruling, &result.ruling.places.ruled);
        let stands = place.row.map_or_else(|| place.file.clone(), |row| format!("{} row {row}", place.file));
        Ruling {
            position: position.name.clone(),
            on,
            name,
            ruled: Val::from(&result.ruled),
            replaced: result.replaced.iter().map(Val::from).collect(),
            most: allowance.and_then(|one| one.most.clone()),
            at: allowance.map_or_else(String::new, |one| self.at(one.span)),
            reason: row.reason.to_string(),
            by: row.by.to_string(),
            decided_on: row.on.map(|day| day.to_string()),
            file: place.file.clone(),
            row: place.row,
            told: format!("{}; {stands}", self.show.ruling(result)),
        }
    }

    fn post(&self, person: &PersonResult, post: &card::PostResult) -> Post {
        let position = &self.model.positions[post.position.0];
        let plan = self.card_plan(person.roster, post.position);
        let outputs = position.outputs.iter().zip(&post.outputs).enumerate().map(|(at, (output, result))| {
            let rounded = plan.and_then(|plan| plan.outputs.get(at)?.inside.as_ref()).map(|(_, rounded)| rounded);
            PostOutput {
                name: output.name.clone(),
                label: self.show.label(&output.label).to_string(),
                value: Val::from(&result.value),
                shown: shown(&result.value, &output.unit),
                mean: result.mean.as_ref().map(Val::from),
                mean_shown: result.mean.as_ref().map(|mean| shown(mean, &output.unit)),
                prorated: result.prorated.map(|(days, of)| [days, of]),
                by_rule: result.by_rule.as_ref().map(Val::from),
                rounding: rounded
                    .map(|rounded| Rounded { function: rounded.function.name(), step: rounded.step.clone() }),
            }
        });
        Post { position: position.name.clone(), cards: post.cards.clone(), days: post.days, outputs: outputs.collect() }
    }

    fn card_plan(&self, roster: DataId, position: PositionId) -> Option<&'a CardPlan> {
        self.plan.program.cards.iter().find(|card| card.roster == roster && card.position == position)
    }

    /// The stint that a card is about.
    fn subject(&self, person: &PersonResult, card: &card::Card) -> Subject {
        let name = self.model.positions[card.position.0].name.as_str();
        let roster = self.plan.query.rosters.iter().position(|roster| *roster == person.roster).unwrap_or(0);
        let posts = self.answers.rosters.get(roster).map_or(&[][..], |roster| &roster.posts);
        let is_it = |post: &PersonPost| post.person == person.person && *post.position == *name;
        let post = posts.iter().position(is_it).unwrap_or(0);
        let stint = posts.get(post).and_then(|post| {
            post.stints.iter().position(|run| run.from <= card.from && run.to.is_none_or(|to| to >= card.to))
        });
        Subject { roster, post, stint: stint.unwrap_or(0) }
    }

    /// The data set, the column and its way, behind links of a data set.
    fn column_behind(&self, data: DataId, via: &[ColumnIx], column: ColumnIx) -> Option<(DataId, ColumnIx, String)> {
        let (mut at, mut name) = (data, String::new());
        for link in via {
            let link = self.model.data[at.0].column(*link);
            name.push_str(&link.name);
            name.push('.');
            let ColumnType::Link { data: target, .. } = &link.ty else { return None };
            at = *target;
        }
        name.push_str(&self.model.data[at.0].column(column).name);
        Some((at, column, name))
    }

    /// `positions/lecturer.merit:12`
    fn at(&self, span: Span) -> String {
        let file = self.sources.get(span.file);
        format!("{}:{}", file.path.display(), file.line_column(span.start).0)
    }

    fn text(&self, span: Span) -> String {
        one_line(self.sources, span)
    }
}

/// An explanation whose rows are still to be asked for.
pub struct Explained {
    pub why: Why,
    measures: Measures,
}

/// Whether a value is there.
fn is_there(value: &Val) -> bool {
    !matches!(value, Val::Missing { .. })
}

/// The number of a value.
fn number_of(value: &Val) -> Option<&crate::number::Number> {
    match value {
        Val::Number { number, .. } => Some(number),
        _ => None,
    }
}
