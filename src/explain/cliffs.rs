//! Cliffs: places at which the smallest step changes a score, or a grade, by more than a step; and who stands at them.

use std::collections::BTreeMap;

use crate::model::{KpiId, Model};
use crate::number::Number;
use crate::plan::Plan;
use crate::plan::program::{EntryWhat, GroupPlan, KpiPlan, ScorePlan};
use crate::report::show::Show;
use crate::score::card::{EntryResult, EntryResultKind, PersonResult};

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cliff {
    pub position: String,
    /// What reaches it: a KPI by its name, or the grades.
    pub of: Of,
    pub at: Number,
}

/// What can stand at a cliff.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Of {
    Kpi {
        name: String,
        /// The cliff is one of the attainment, not of the value.
        of_attainment: bool,
    },
    /// The score, where a better grade begins.
    Grade,
}

/// What is known of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sides {
    /// The score, or the name of the grade, on both sides.
    pub below: String,
    pub above: String,
    /// The place as it is shown.
    pub at: String,
    /// How many stand within a hundredth of it, on either side.
    pub just_below: usize,
    pub just_above: usize,
}

/// All cliffs of the positions that somebody holds in a period.
pub struct Cliffs(BTreeMap<Cliff, Sides>);

impl Cliffs {
    /// Those of a plan; `called` says how positions are called.
    pub fn of(model: &Model, plan: &Plan, called: &dyn Fn(&str) -> String) -> Cliffs {
        let (show, mut found) = (Show::new(model, None), Cliffs(BTreeMap::new()));
        let places = model.company.score_decimals.unwrap_or(2);
        for card in &plan.program.cards {
            let position = called(&model.positions[card.position.0].name);
            if let Some(scorecard) = &card.scorecard {
                each_kpi(&scorecard.root, &mut |kpi| found.add_kpi(&show, &position, kpi));
            }
            let Some(rating) = show.rating_of(card.position) else { continue };
            for pair in rating.grades.windows(2) {
                let Some((_, at)) = &pair[0].condition else { continue };
                let cliff = Cliff { position: position.clone(), of: Of::Grade, at: at.clone() };
                let names = (pair[1].name.clone(), pair[0].name.clone());
                found.add(cliff, names, show.score_to(at, places));
            }
        }
        found
    }

    /// All of them, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&Cliff, &Sides)> {
        self.0.iter()
    }

    fn add_kpi(&mut self, show: &Show, position: &str, plan: &KpiPlan) {
        let Some(ScorePlan::Curve(curve)) = &plan.curve else { return };
        let kpi = &show.model.kpis[plan.kpi.0];
        for jump in curve.jumps() {
            let of = Of::Kpi { name: kpi.name.clone(), of_attainment: plan.on_attainment };
            let at = if plan.on_attainment { show.share(jump.at) } else { show.number(jump.at, &kpi.unit) };
            let scores = (show.plain(jump.below), show.plain(jump.above));
            self.add(Cliff { position: position.to_string(), of, at: jump.at.clone() }, scores, at);
        }
    }

    fn add(&mut self, cliff: Cliff, (below, above): (String, String), at: String) {
        self.0.entry(cliff).or_insert(Sides { below, above, at, just_below: 0, just_above: 0 });
    }

    /// At which cliffs somebody stands, and whether above.
    pub fn near(&self, model: &Model, person: &PersonResult, called: &dyn Fn(&str) -> String) -> Vec<(Cliff, bool)> {
        let mut found = Vec::new();
        for card in &person.cards {
            let Some(scorecard) = &card.scorecard else { continue };
            let position = called(&model.positions[card.position.0].name);
            each_result(&scorecard.entries, &mut |kpi, value, of_attainment| {
                let of = Of::Kpi { name: model.kpis[kpi.0].name.clone(), of_attainment };
                found.extend(self.beside(&position, &of, value));
            });
        }
        let graded = person.rating.as_ref().zip(person.cards.iter().rev().find(|card| card.scorecard.is_some()));
        if let Some((rating, card)) = graded {
            let position = called(&model.positions[card.position.0].name);
            let seen = rating.unrounded.as_ref().or(person.overall.as_ref());
            found.extend(seen.into_iter().flat_map(|score| self.beside(&position, &Of::Grade, score)));
        }
        found
    }

    fn beside(&self, position: &str, of: &Of, value: &Number) -> Vec<(Cliff, bool)> {
        let all = self.0.keys().filter(|cliff| cliff.position == position && cliff.of == *of);
        let near = all.filter_map(|cliff| {
            let room = cliff.at.abs().div(&Number::from(100))?;
            let (low, high) = (cliff.at.sub(&room), cliff.at.add(&room));
            (low <= *value && *value <= high).then(|| (cliff.clone(), *value >= cliff.at))
        });
        near.collect()
    }

    /// Counts somebody who stands there.
    pub fn count(&mut self, near: &[(Cliff, bool)]) {
        for (cliff, above) in near {
            let Some(sides) = self.0.get_mut(cliff) else { continue };
            *(if *above { &mut sides.just_above } else { &mut sides.just_below }) += 1;
        }
    }

    /// What differs between two, in their order.
    pub fn between(old: &Cliffs, new: &Cliffs) -> Vec<CliffChange> {
        let all: BTreeMap<&Cliff, ()> = old.0.keys().chain(new.0.keys()).map(|cliff| (cliff, ())).collect();
        let change = |cliff: &Cliff| {
            let (old, new) = (old.0.get(cliff).cloned(), new.0.get(cliff).cloned());
            (old != new).then(|| CliffChange { cliff: cliff.clone(), old, new })
        };
        all.into_keys().filter_map(change).collect()
    }
}

/// A cliff that is there in one of two evaluations only, or is another one, or at which others stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CliffChange {
    pub cliff: Cliff,
    pub old: Option<Sides>,
    pub new: Option<Sides>,
}

fn each_kpi(group: &GroupPlan, see: &mut dyn FnMut(&KpiPlan)) {
    for entry in &group.entries {
        match &entry.what {
            EntryWhat::Group(group) => each_kpi(group, see),
            EntryWhat::Kpi(kpi) => see(kpi),
            EntryWhat::ScoreOf(_) | EntryWhat::ScoreOfReports => {}
        }
    }
}

/// What each KPI's score may go by: the value, and the attainment.
fn each_result(entries: &[EntryResult], see: &mut dyn FnMut(KpiId, &Number, bool)) {
    for entry in entries {
        match &entry.what {
            EntryResultKind::Group(entries) => each_result(entries, see),
            EntryResultKind::Kpi { kpi, value, attainment, .. } => {
                value.as_number().into_iter().for_each(|value| see(*kpi, value, false));
                let reached = attainment.as_ref().and_then(|reached| reached.as_number());
                reached.into_iter().for_each(|reached| see(*kpi, reached, true));
            }
            EntryResultKind::OtherScore(_) => {}
        }
    }
}
