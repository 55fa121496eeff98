//! Two scorings laid over each other: what differs, and the score with any part of that taken from either side.

use super::causes::Cause;
use super::recipe::{OneCard, OneEntry, Side};
use crate::language::WhenMissing;
use crate::model;
use crate::number::Number;
use crate::plan::program::{EntryPlan, EntryWhat, GroupPlan};
use crate::score::card::{EntryResult, EntryResultKind};
use crate::score::combine::{Presence, Rules, combine, effective_combine, in_points, presence};
use crate::score::entry::{KpiScored, kpi_score, reached};
use crate::score::total::{behind_total, points};
use crate::value::{Missing, Value};

pub(super) struct Merged<'a> {
    pub before: &'a Side<'a>,
    pub after: &'a Side<'a>,
    pub causes: Vec<Cause>,
    pub cards: Vec<MergedCard<'a>>,
    /// Which cards there are, and for how many days.
    pub people: Option<usize>,
}

/// Two of something, of which one may not be there.
#[derive(Clone, Copy)]
pub(super) struct Two<T> {
    pub before: Option<T>,
    pub after: Option<T>,
}

impl<T: Copy> Two<T> {
    /// That of the side that a cause is taken from; the only one, where there is one.
    pub fn of(self, after: bool) -> Option<T> {
        if after { self.after.or(self.before) } else { self.before.or(self.after) }
    }

    /// Whether a side has it.
    fn has(self, after: bool) -> bool {
        if after { self.after.is_some() } else { self.before.is_some() }
    }

    pub fn both(self) -> Option<(T, T)> {
        self.before.zip(self.after)
    }
}

pub(super) struct MergedCard<'a> {
    pub cards: Two<usize>,
    pub root: MergedGroup<'a>,
    pub adjustments: Vec<MergedAdjustment>,
    pub vetoes: Vec<MergedVeto>,
    /// What stands behind the total, and what becomes of entries without a score.
    pub rules: Option<usize>,
    /// What was ruled on the score.
    pub ruling: Option<usize>,
}

/// What a ruling makes of a score.
#[derive(Clone, PartialEq)]
pub(super) enum RuledScore {
    Moved(Number),
    /// There was no score that it could move.
    Set(Number),
}

/// The entries of a level.
pub(super) struct MergedGroup<'a> {
    pub plans: Two<&'a GroupPlan>,
    pub entries: Vec<MergedEntry<'a>>,
    /// Which entries there are, with their weights, and how they are combined.
    pub shape: Option<usize>,
}

pub(super) struct MergedEntry<'a> {
    pub sides: Two<OneEntry<'a>>,
    pub value: Option<usize>,
    pub target: Option<usize>,
    pub rule: Option<usize>,
    pub presence: Option<usize>,
    pub people: Option<usize>,
    pub inner: Option<MergedGroup<'a>>,
}

/// By its places among those of both sides.
pub(super) struct MergedAdjustment {
    pub at: Two<usize>,
    pub value: Option<usize>,
    pub rule: Option<usize>,
}

/// A veto that leaves a score at most something, by its places on both sides.
pub(super) struct MergedVeto {
    pub at: Two<usize>,
    pub holds: Option<usize>,
}

impl<'a> Merged<'a> {
    fn side(&self, after: bool) -> &'a Side<'a> {
        if after { self.after } else { self.before }
    }

    /// The overall score with the causes that are taken from the side after.
    pub fn score(&self, taken: &[bool]) -> Number {
        let after = is_taken(self.people, taken);
        let side = self.side(after);
        let at = |card: &MergedCard| if after { card.cards.after } else { card.cards.before };
        let cards: Vec<(&MergedCard, i64)> =
            self.cards.iter().filter_map(|card| Some((card, side.cards[at(card)?].days))).collect();
        let score = |card: &MergedCard| self.card_score(card, taken).unwrap_or(Number::ZERO);
        match cards.as_slice() {
            [(only, _)] => score(only),
            several => {
                let days = Number::from(several.iter().map(|(_, days)| *days).sum::<i64>());
                let sum = several
                    .iter()
                    .fold(Number::ZERO, |sum, (card, days)| sum.add(&score(card).mul(&Number::from(*days))));
                side.model.company.rounded(&sum.div(&days).unwrap_or(Number::ZERO))
            }
        }
    }

    fn card<'c>(&'c self, merged: &MergedCard, after: bool) -> Option<(&'a Side<'a>, &'c OneCard<'a>)>
    where
        'a: 'c,
    {
        let (after, at) = match (after, merged.cards.after, merged.cards.before) {
            (true, Some(at), _) | (false, Some(at), None) => (true, at),
            (_, _, Some(at)) => (false, at),
            (_, None, None) => return None,
        };
        Some((self.side(after), &self.side(after).cards[at]))
    }

    fn card_score(&self, merged: &MergedCard, taken: &[bool]) -> Option<Number> {
        let by_rule = self.score_by_rule(merged, taken);
        let ruled = self.card(merged, is_taken(merged.ruling, taken)).and_then(|(_, card)| ruled_score(card));
        match (ruled, by_rule) {
            (Some(RuledScore::Set(score)), _) => Some(score),
            (Some(RuledScore::Moved(by)), Some(score)) => Some(score.add(&by)),
            (_, by_rule) => by_rule,
        }
    }

    fn score_by_rule(&self, merged: &MergedCard, taken: &[bool]) -> Option<Number> {
        let (side, card) = self.card(merged, is_taken(merged.rules, taken))?;
        let combined = self.group(merged, &merged.root, card.plan.when_missing, taken);
        let mut total = combined.1.as_number()?.clone();
        for adjustment in &merged.adjustments {
            let rule = self
                .card(merged, is_taken(adjustment.rule, taken))
                .zip(adjustment.at.of(is_taken(adjustment.rule, taken)));
            let value = self
                .card(merged, is_taken(adjustment.value, taken))
                .zip(adjustment.at.of(is_taken(adjustment.value, taken)));
            // One that is on one side only comes and goes with its rule.
            let is_there = adjustment.at.both().is_some() || adjustment.at.has(is_taken(adjustment.rule, taken));
            if let (Some(((_, rule), at)), Some(((_, value), of)), true) = (rule, value, is_there)
                && let (Some(plan), Some(result)) = (rule.plan.adjustments.get(at), value.result.adjustments.get(of))
                && let Value::Number(number) = &result.value
                && let Value::Number(points) = points(plan, number)
            {
                total = total.add(&points);
            }
        }
        let caps = merged.vetoes.iter().filter_map(|veto| {
            let after = is_taken(veto.holds, taken);
            let at = if after { veto.at.after } else { veto.at.before }?;
            let (_, card) = self.card(merged, after)?;
            cap_of(card, at).map(|cap| (cap, at))
        });
        Some(behind_total(side.model, card.plan, total, caps).score)
    }

    fn group(
        &self,
        card: &MergedCard,
        merged: &MergedGroup<'a>,
        when_missing: WhenMissing,
        taken: &[bool],
    ) -> (Vec<EntryResult>, Value) {
        // A level of one side has the entries of that side.
        let after = match merged.plans.both() {
            Some(_) => is_taken(merged.shape, taken),
            None => merged.plans.after.is_some(),
        };
        let there = merged.entries.iter().filter(|entry| entry.sides.has(after));
        let mut entries: Vec<EntryResult> =
            there.filter_map(|entry| self.entry(card, entry, after, when_missing, taken)).collect();
        let Some(plan) = merged.plans.of(after) else { return (entries, Missing::NoAnswer.into()) };
        let rules = Rules { combine: effective_combine(plan), when_missing };
        let score = combine(&mut entries, rules, &|_| String::new());
        (entries, score.unwrap_or(Missing::NoAnswer.into()))
    }

    /// An entry with the weight of the side that its level is taken from.
    fn entry(
        &self,
        card: &MergedCard,
        merged: &MergedEntry<'a>,
        shape: bool,
        when_missing: WhenMissing,
        taken: &[bool],
    ) -> Option<EntryResult> {
        let weighed = merged.sides.of(shape)?;
        let rule_side = is_taken(merged.rule, taken);
        let rule = merged.sides.of(rule_side)?;
        let plan = self.entry_plan(weighed.plan, rule.plan);
        let seen = merged.sides.of(is_taken(merged.presence, taken))?;
        let score = match (&merged.inner, presence(&seen.result.score)) {
            (Some(inner), _) => {
                let (_, score) = self.group(card, inner, when_missing, taken);
                in_points(&plan, score, &mut None)
            }
            (None, Presence::Present) => self.leaf(card, merged, &plan, rule_side, taken),
            (None, _) => seen.result.score.clone(),
        };
        Some(EntryResult {
            weight: plan.weight.clone(),
            effective_weight: Number::ZERO,
            share_of_total: Number::ZERO,
            // Only groups are told apart, for reasons that nobody reads.
            what: EntryResultKind::OtherScore(Vec::new()),
            score,
            uncapped: None,
            contribution: None,
        })
    }

    /// The plan of an entry with the weight of another.
    fn entry_plan(&self, weighed: &EntryPlan, rule: &EntryPlan) -> EntryPlan {
        let most = rule.cap.as_ref().zip(rule.points.as_ref()).and_then(|(cap, points)| cap.div(points));
        EntryPlan {
            weight: weighed.weight.clone(),
            points: weighed.points.clone(),
            stated: weighed.stated.clone(),
            cap: most.zip(weighed.points.as_ref()).map(|(most, points)| most.mul(points)),
            applies_when: None,
            what: rule.what.clone(),
        }
    }

    fn leaf(
        &self,
        card: &MergedCard,
        merged: &MergedEntry<'a>,
        plan: &EntryPlan,
        rule_side: bool,
        taken: &[bool],
    ) -> Value {
        let EntryWhat::Kpi(kpi) = &plan.what else {
            let seen = merged.sides.of(is_taken(merged.people, taken));
            // It stands in points already, unless these are others.
            return seen.map_or(Missing::NoAnswer.into(), |seen| seen.result.score.clone());
        };
        let number = |after: bool, of: &dyn Fn(&EntryResultKind) -> Option<Value>| {
            let own = merged.sides.of(after).and_then(|one| of(&one.result.what));
            // A value that one side does not have is the other's: what it lacks is its presence.
            own.filter(|value| !value.is_missing())
                .or_else(|| merged.sides.of(!after).and_then(|one| of(&one.result.what)))
        };
        let value = number(is_taken(merged.value, taken), &value_of);
        let target = number(is_taken(merged.target, taken), &target_of);
        let Some(value) = value else { return Missing::NoAnswer.into() };
        let Some((_, side)) = self.card(card, rule_side) else { return Missing::NoAnswer.into() };
        let at = reached(kpi, &value, target.as_ref());
        let scored = KpiScored { value: &value, target: target.as_ref(), reached: at.as_ref() };
        let score = kpi_score((kpi, plan), scored, (side.eval, &side.values));
        in_points(plan, score.unwrap_or(Missing::NoAnswer.into()), &mut None)
    }
}

fn is_taken(cause: Option<usize>, taken: &[bool]) -> bool {
    cause.is_some_and(|cause| taken[cause])
}

fn value_of(what: &EntryResultKind) -> Option<Value> {
    match what {
        EntryResultKind::Kpi { value, .. } => Some(value.clone()),
        EntryResultKind::Group(_) | EntryResultKind::OtherScore(_) => None,
    }
}

fn target_of(what: &EntryResultKind) -> Option<Value> {
    match what {
        EntryResultKind::Kpi { target, .. } => target.clone(),
        EntryResultKind::Group(_) | EntryResultKind::OtherScore(_) => None,
    }
}

pub(super) fn ruled_score(card: &OneCard) -> Option<RuledScore> {
    let replaced = card.result.by_rule.as_ref()?.replaced.as_ref()?;
    let ruled = card.result.score.as_number()?;
    Some(match replaced.as_number() {
        Some(replaced) => RuledScore::Moved(ruled.sub(replaced)),
        None => RuledScore::Set(ruled.clone()),
    })
}

/// What a veto leaves of the score, where it holds.
pub(super) fn cap_of(card: &OneCard, at: usize) -> Option<Number> {
    let holds = card.result.vetoes.get(at)?.holds == Some(true);
    match &card.declared.vetoes.get(at)?.effect {
        model::VetoEffect::ScoreAtMost(cap) if holds => Some(cap.clone()),
        model::VetoEffect::ScoreAtMost(_) | model::VetoEffect::RatingAtMost(_) => None,
    }
}
