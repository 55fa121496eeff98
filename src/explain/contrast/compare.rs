//! Two scorings side by side: which entries are the same, and what of them differs.

use std::collections::BTreeMap;

use super::causes::{Cause, CauseKind};
use super::merged::{
    Merged, MergedAdjustment, MergedCard, MergedEntry, MergedGroup, MergedVeto, RuledScore, Two, cap_of, ruled_score,
};
use super::recipe::{OneCard, OneEntry, Side};
use crate::explain::in_full;
use crate::explain::why::shown;
use crate::model::types::unit::DisplayUnit;
use crate::model::{self, Head, ScoreCurve};
use crate::number::Number;
use crate::plan::program::{CurvePlan, EntryWhat, GroupPlan, KpiPlan, ScorePlan};
use crate::score::card::{EntryResult, EntryResultKind};
use crate::score::combine::{Presence, effective_combine, presence};
use crate::score::entry::{KpiScored, kpi_score, reached};
use crate::value::Value;

/// Lays the sides over each other.
pub(super) fn merged<'a>(before: &'a Side<'a>, after: &'a Side<'a>) -> Merged<'a> {
    let mut comparing = Comparing::of(before, after);
    let (cards, people) = comparing.cards();
    Merged { before, after, causes: comparing.causes, cards, people }
}

/// The comparison as it goes on.
struct Comparing<'a> {
    before: &'a Side<'a>,
    after: &'a Side<'a>,
    causes: Vec<Cause>,
    /// The cards of both sides that are compared now.
    of_sides: Two<usize>,
}

/// The entries of a level on one side.
#[derive(Clone, Copy)]
struct Level<'a> {
    side: &'a Side<'a>,
    plan: &'a GroupPlan,
    declared: &'a model::Group,
    results: &'a [EntryResult],
}

fn plain(number: &Number) -> String {
    in_full(number, &DisplayUnit::number())
}

fn percent(number: &Number) -> String {
    in_full(number, &DisplayUnit::percent())
}

/// `4 points more than by rule`
fn ruled_in_words(ruled: RuledScore) -> String {
    match ruled {
        RuledScore::Moved(by) if by.is_negative() => format!("{} less than by rule", plain(&by.abs())),
        RuledScore::Moved(by) => format!("{} more than by rule", plain(&by)),
        RuledScore::Set(score) => plain(&score),
    }
}

/// The points of a score, or why there is none.
fn score_in_words(score: &Value) -> String {
    match score {
        Value::Missing(reason) => format!("none ({reason})"),
        other => shown(other, &DisplayUnit::number()),
    }
}

/// Pairs by name: of several with one name the first with the first.
fn pairs<T>(before: &[T], after: &[T], name: impl Fn(&T, bool) -> String) -> Vec<Two<usize>> {
    let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, one) in after.iter().enumerate().rev() {
        places.entry(name(one, true)).or_default().push(at);
    }
    let mut found: Vec<Two<usize>> = before
        .iter()
        .enumerate()
        .map(|(at, one)| Two { before: Some(at), after: places.get_mut(&name(one, false)).and_then(Vec::pop) })
        .collect();
    let mut left: Vec<usize> = places.into_values().flatten().collect();
    left.sort_unstable();
    found.extend(left.into_iter().map(|at| Two { before: None, after: Some(at) }));
    found
}

impl<'a> Comparing<'a> {
    fn of(before: &'a Side<'a>, after: &'a Side<'a>) -> Comparing<'a> {
        Comparing { before, after, causes: Vec::new(), of_sides: Two { before: None, after: None } }
    }

    fn cause(&mut self, kind: CauseKind, (name, label): (String, String), before: String, after: String) -> usize {
        self.causes.push(Cause { kind, name, label, before, after });
        self.causes.len() - 1
    }

    /// The cards by their positions, and what makes them others or longer ones.
    fn cards(&mut self) -> (Vec<MergedCard<'a>>, Option<usize>) {
        let (before, after) = (self.before, self.after);
        let found = match (before.cards.len(), after.cards.len()) {
            // Another post is other rules.
            (1, 1) => vec![Two { before: Some(0), after: Some(0) }],
            _ => pairs(&before.cards, &after.cards, |card, _| card.position.to_string()),
        };
        let days = |side: &Side, total: i64, at: Option<usize>| {
            at.and_then(|at| side.cards.get(at)).map(|card| (card.days, total))
        };
        let [all_before, all_after] = [before, after].map(|side| side.cards.iter().map(|card| card.days).sum::<i64>());
        let same_parts = found.iter().all(|two| {
            let parts = days(before, all_before, two.before).zip(days(after, all_after, two.after));
            parts.is_some_and(|((days, of), (others, all))| days * all == others * of)
        });
        let people = (!same_parts).then(|| {
            let told = |side: &Side| {
                let card = |card: &OneCard| format!("{}: {} days", card.label, card.days);
                side.cards.iter().map(card).collect::<Vec<_>>().join(", ")
            };
            let label = ("posts".to_string(), "posts and days in them".to_string());
            self.cause(CauseKind::People, label, told(before), told(after))
        });
        let cards = found.into_iter().map(|cards| {
            self.of_sides = cards;
            self.merged_card(cards)
        });
        (cards.collect(), people)
    }

    fn merged_card(&mut self, cards: Two<usize>) -> MergedCard<'a> {
        let (before, after) = (self.before, self.after);
        let one = cards.before.map(|at| &before.cards[at]);
        let other = cards.after.map(|at| &after.cards[at]);
        let level = |side: &'a Side<'a>, card: &'a OneCard<'a>| Level {
            side,
            plan: &card.plan.root,
            declared: &card.declared.root,
            results: &card.result.entries,
        };
        let root = Two { before: one.map(|card| level(before, card)), after: other.map(|card| level(after, card)) };
        let label = other.or(one).map_or("", |card| card.label).to_string();
        let root = self.group(root, ("scorecard".into(), label.clone()));
        let both = one.zip(other);
        let rules = both.and_then(|(one, other)| {
            let told = |side: &Side, card: &OneCard| rules_in_words(side, card);
            let (was, is) = (told(before, one), told(after, other));
            (was != is).then(|| self.cause(CauseKind::Rule, ("scorecard".into(), label.clone()), was, is))
        });
        let ruling = both.and_then(|(one, other)| {
            let (was, is) = (ruled_score(one), ruled_score(other));
            let told = |ruled: Option<RuledScore>| ruled.map_or("as by rule".to_string(), ruled_in_words);
            (was != is).then(|| self.cause(CauseKind::Ruling, ("scorecard".into(), label), told(was), told(is)))
        });
        let (adjustments, vetoes) = match (one, other) {
            (Some(one), Some(other)) => (self.adjustments(one, other), self.vetoes(one, other)),
            (Some(card), None) => (alone(card.plan.adjustments.len(), false), vetoes_alone(card, false)),
            (None, Some(card)) => (alone(card.plan.adjustments.len(), true), vetoes_alone(card, true)),
            (None, None) => (Vec::new(), Vec::new()),
        };
        MergedCard { cards, root, adjustments, vetoes, rules, ruling }
    }

    fn group(&mut self, levels: Two<Level<'a>>, name: (String, String)) -> MergedGroup<'a> {
        let none: &'a [model::Entry] = &[];
        let entries = |level: Option<Level<'a>>| level.map_or(none, |level| &level.declared.entries);
        let (before, after) = (self.before, self.after);
        let found = pairs(entries(levels.before), entries(levels.after), |entry, is_after| match is_after {
            true => after.name(entry),
            false => before.name(entry),
        });
        let shape = levels.both().and_then(|(one, other)| self.shape(one, other, &found, name));
        let entries = found.into_iter().map(|two| self.entry(levels, two)).collect();
        let plan = |level: Option<Level<'a>>| level.map(|level| level.plan);
        MergedGroup { plans: Two { before: plan(levels.before), after: plan(levels.after) }, entries, shape }
    }

    /// Whether a level has other entries, other weights, or combines them otherwise.
    fn shape(
        &mut self,
        one: Level<'a>,
        other: Level<'a>,
        found: &[Two<usize>],
        name: (String, String),
    ) -> Option<usize> {
        let weight = |level: Level, at: usize| {
            let plan = &level.plan.entries[at];
            (plan.points.clone(), plan.weight.clone())
        };
        let told = |level: Level, at: usize| match weight(level, at) {
            (Some(points), _) => plain(&points),
            (None, weight) => percent(&weight),
        };
        let label = |level: Level, at: usize| level.side.show.entry_label(&level.declared.entries[at]);
        let (mut was, mut is, mut is_rule) = (Vec::new(), Vec::new(), false);
        for two in found {
            match (two.before, two.after) {
                (Some(at), Some(to)) if weight(one, at) != weight(other, to) => {
                    was.push(format!("{} {}", label(one, at), told(one, at)));
                    is.push(format!("{} {}", label(other, to), told(other, to)));
                }
                (Some(_), Some(_)) | (None, None) => {}
                (Some(at), None) => {
                    is_rule = true;
                    was.push(format!("{} {}", label(one, at), told(one, at)));
                }
                (None, Some(to)) => {
                    is_rule = true;
                    is.push(format!("{} {}", label(other, to), told(other, to)));
                }
            }
        }
        if effective_combine(one.plan) != effective_combine(other.plan) {
            is_rule = true;
            was.push(format!("{:?}", effective_combine(one.plan)));
            is.push(format!("{:?}", effective_combine(other.plan)));
        }
        if was.is_empty() && is.is_empty() {
            return None;
        }
        let kind = if is_rule { CauseKind::Rule } else { CauseKind::Weight };
        Some(self.cause(kind, name, was.join(", "), is.join(", ")))
    }

    fn entry(&mut self, levels: Two<Level<'a>>, two: Two<usize>) -> MergedEntry<'a> {
        let one = |level: Option<Level<'a>>, at: Option<usize>| {
            let (level, at) = level.zip(at)?;
            Some(OneEntry {
                plan: &level.plan.entries[at],
                declared: &level.declared.entries[at],
                result: &level.results[at],
            })
        };
        let sides = Two { before: one(levels.before, two.before), after: one(levels.after, two.after) };
        let mut merged =
            MergedEntry { sides, value: None, target: None, rule: None, presence: None, people: None, inner: None };
        let named =
            |side: &Side<'a>, entry: OneEntry<'a>| (side.name(entry.declared), side.show.entry_label(entry.declared));
        let name = match (sides.before, sides.after) {
            (_, Some(after)) => named(self.after, after),
            (Some(before), None) => named(self.before, before),
            (None, None) => return merged,
        };
        let level = |side: &'a Side<'a>, entry: Option<OneEntry<'a>>| {
            let entry = entry?;
            match (&entry.plan.what, &entry.declared.head, &entry.result.what) {
                (EntryWhat::Group(plan), Head::Group(declared), EntryResultKind::Group(results)) => {
                    Some(Level { side, plan, declared, results })
                }
                _ => None,
            }
        };
        let inner = Two { before: level(self.before, sides.before), after: level(self.after, sides.after) };
        if inner.before.is_some() || inner.after.is_some() {
            merged.inner = Some(self.group(inner, name));
            return merged;
        }
        if let Some((before, after)) = sides.both() {
            self.differences(&mut merged, (before, after), &name);
        }
        merged
    }

    fn differences(
        &mut self,
        merged: &mut MergedEntry<'a>,
        (before, after): (OneEntry<'a>, OneEntry<'a>),
        name: &(String, String),
    ) {
        let was_there = presence(&before.result.score) == Presence::Present;
        let is_there = presence(&after.result.score) == Presence::Present;
        if was_there != is_there {
            let told = |entry: OneEntry| score_in_words(&entry.result.score);
            merged.presence = Some(self.cause(CauseKind::Redistribution, name.clone(), told(before), told(after)));
        }
        match (&before.plan.what, &after.plan.what) {
            (EntryWhat::Kpi(one), EntryWhat::Kpi(other)) => {
                self.of_kpis(merged, [(before, one), (after, other)], name);
            }
            _ => {
                let (was, is) = (&before.result.score, &after.result.score);
                if was != is && was_there && is_there {
                    let told = (score_in_words(was), score_in_words(is));
                    merged.people = Some(self.cause(CauseKind::People, name.clone(), told.0, told.1));
                }
            }
        }
    }

    fn of_kpis(
        &mut self,
        merged: &mut MergedEntry<'a>,
        [(before, one), (after, other)]: [(OneEntry<'a>, &'a KpiPlan); 2],
        name: &(String, String),
    ) {
        let (EntryResultKind::Kpi { value: was, target: had, .. }, EntryResultKind::Kpi { value: is, target: has, .. }) =
            (&before.result.what, &after.result.what)
        else {
            return;
        };
        let unit = |side: &Side, plan: &KpiPlan| side.model.kpis[plan.kpi.0].unit.clone();
        let (old_unit, new_unit) = (unit(self.before, one), unit(self.after, other));
        let known = |value: &Value| !value.is_missing();
        if was != is && known(was) && known(is) {
            let told = (shown(was, &old_unit), shown(is, &new_unit));
            let by_rule = [self.value_by_rule(false, one, was), self.value_by_rule(true, other, is)];
            // What the rules give is the same.
            let kind = if by_rule[0] == by_rule[1] { CauseKind::Ruling } else { CauseKind::Value };
            merged.value = Some(self.cause(kind, name.clone(), told.0, told.1));
        }
        let told = |target: &Option<Value>, unit: &DisplayUnit| {
            target.as_ref().map_or("none".to_string(), |target| shown(target, unit))
        };
        if had != has && had.iter().chain(has).all(known) {
            let told = (told(had, &old_unit), told(has, &new_unit));
            merged.target = Some(self.cause(CauseKind::Target, name.clone(), told.0, told.1));
        }
        let (was, is) = (rule_in_words(self.before, before, one), rule_in_words(self.after, after, other));
        if was.whole != is.whole || self.formulas_differ([(before, one), (after, other)]) {
            merged.rule = Some(self.cause(CauseKind::Rule, name.clone(), was.told, is.told));
        }
    }

    /// A KPI's value, or what a ruling put it in the place of.
    fn value_by_rule<'v>(&self, is_after: bool, plan: &KpiPlan, value: &'v Value) -> &'v Value
    where
        'a: 'v,
    {
        let (side, at) = if is_after { (self.after, self.of_sides.after) } else { (self.before, self.of_sides.before) };
        let by_rule = at.and_then(|at| side.cards[at].result.by_rule.as_ref());
        let ruled = by_rule.and_then(|by_rule| by_rule.kpis.iter().find(|(node, _)| *node == plan.value));
        ruled.map_or(value, |(_, value)| value)
    }

    /// Whether curves that are formulas give other scores for what they read on either side: what stands in a formula may
    /// be the same, and what it reads another.
    fn formulas_differ(&self, both: [(OneEntry<'a>, &'a KpiPlan); 2]) -> bool {
        let is_formula = |plan: &KpiPlan| plan.curve.as_ref().and_then(ScorePlan::formula).is_some();
        if !both.iter().any(|(_, plan)| is_formula(plan)) {
            return false;
        }
        let read = both.map(|(entry, _)| match &entry.result.what {
            EntryResultKind::Kpi { value, target, .. } => (value, target.as_ref()),
            EntryResultKind::Group(_) | EntryResultKind::OtherScore(_) => (&entry.result.score, None),
        });
        let cards = [
            self.of_sides.before.map(|at| &self.before.cards[at]),
            self.of_sides.after.map(|at| &self.after.cards[at]),
        ];
        let score = |at: usize, value: &Value, target: Option<&Value>| {
            let ((entry, plan), card) = (both[at], cards[at]?);
            let reached = reached(plan, value, target);
            let scored = KpiScored { value, target, reached: reached.as_ref() };
            kpi_score((plan, entry.plan), scored, (card.eval, &card.values)).ok()
        };
        let pairs = read.iter().flat_map(|(value, _)| read.iter().map(move |(_, target)| (*value, *target)));
        pairs.into_iter().any(|(value, target)| score(0, value, target) != score(1, value, target))
    }

    fn adjustments(&mut self, one: &'a OneCard<'a>, other: &'a OneCard<'a>) -> Vec<MergedAdjustment> {
        let (before, after) = (self.before, self.after);
        let name = |of: &model::Adjustment, is_after: bool| {
            let model = if is_after { after.model } else { before.model };
            format!("{} {}", of.deduct, model.kpis[of.kpi.0].name)
        };
        let found = pairs(&one.declared.adjustments, &other.declared.adjustments, name);
        let named = |side: &Side, card: &OneCard, at: usize| {
            let declared = &card.declared.adjustments[at];
            let kpi = &side.model.kpis[declared.kpi.0];
            let own = side.show.label(&declared.label);
            (kpi.name.clone(), if own.is_empty() { side.show.label(&kpi.label) } else { own }.to_string())
        };
        let rule = |side: &Side, card: &OneCard, at: usize| side.text(card.declared.adjustments[at].span);
        let mut merged = Vec::new();
        for at in found {
            let (mut value, mut changed) = (None, None);
            match (at.before, at.after) {
                (Some(was), Some(is)) => {
                    let name = named(after, other, is);
                    let [old, new] = [(one, was), (other, is)].map(|(card, at)| &card.result.adjustments[at].value);
                    if old != new {
                        let told = |value: &Value, side: &Side, card: &OneCard, at: usize| {
                            shown(value, &side.model.kpis[card.declared.adjustments[at].kpi.0].unit)
                        };
                        let told = (told(old, before, one, was), told(new, after, other, is));
                        value = Some(self.cause(CauseKind::Value, name.clone(), told.0, told.1));
                    }
                    let (old, new) = (&one.plan.adjustments[was], &other.plan.adjustments[is]);
                    let same = (old.deduct, old.full_steps, &old.amount, &old.step, &old.limit)
                        == (new.deduct, new.full_steps, &new.amount, &new.step, &new.limit);
                    if !same {
                        let told = (rule(before, one, was), rule(after, other, is));
                        changed = Some(self.cause(CauseKind::Rule, name, told.0, told.1));
                    }
                }
                (Some(was), None) => {
                    let name = named(before, one, was);
                    changed = Some(self.cause(CauseKind::Rule, name, rule(before, one, was), "none".into()));
                }
                (None, Some(is)) => {
                    let name = named(after, other, is);
                    changed = Some(self.cause(CauseKind::Rule, name, "none".into(), rule(after, other, is)));
                }
                (None, None) => {}
            }
            merged.push(MergedAdjustment { at, value, rule: changed });
        }
        merged
    }

    fn vetoes(&mut self, one: &'a OneCard<'a>, other: &'a OneCard<'a>) -> Vec<MergedVeto> {
        let found = pairs(&one.declared.vetoes, &other.declared.vetoes, |veto, _| veto.reason.text.clone());
        let cap = |card: &OneCard, at: Option<usize>| at.and_then(|at| cap_of(card, at));
        let told =
            |cap: &Option<Number>| cap.as_ref().map_or("no limit".into(), |cap| format!("at most {}", plain(cap)));
        let mut merged = Vec::new();
        for at in found {
            let (was, is) = (cap(one, at.before), cap(other, at.after));
            let reason = at.after.map(|at| &other.declared.vetoes[at]).or(at.before.map(|at| &one.declared.vetoes[at]));
            let label = reason.map_or(String::new(), |veto| self.after.show.label(&veto.reason).to_string());
            let holds = (was != is).then(|| self.cause(CauseKind::Veto, ("veto".into(), label), told(&was), told(&is)));
            merged.push(MergedVeto { at, holds });
        }
        merged
    }
}

/// What stands on one side only comes and goes with its card.
fn alone(count: usize, after: bool) -> Vec<MergedAdjustment> {
    let at =
        |at: usize| if after { Two { before: None, after: Some(at) } } else { Two { before: Some(at), after: None } };
    (0..count).map(|place| MergedAdjustment { at: at(place), value: None, rule: None }).collect()
}

fn vetoes_alone(card: &OneCard, after: bool) -> Vec<MergedVeto> {
    let at =
        |at: usize| if after { Two { before: None, after: Some(at) } } else { Two { before: Some(at), after: None } };
    (0..card.plan.vetoes.len()).map(|place| MergedVeto { at: at(place), holds: None }).collect()
}

/// What becomes of a total, and of entries without a score.
fn rules_in_words(side: &Side, card: &OneCard) -> String {
    let range = match &card.plan.range {
        Some((low, high)) => format!("between {} and {}", plain(low), plain(high)),
        None => "no range".into(),
    };
    let rounded = match side.model.company.score_decimals {
        Some(places) => format!("rounded to {places} places, {:?}", side.model.company.rounding),
        None => "not rounded".into(),
    };
    format!("{range}, {rounded}, without a score: {:?}", card.plan.when_missing)
}

/// How an entry makes a score of a value: for people, and all of it.
struct RuleInWords {
    told: String,
    whole: String,
}

fn rule_in_words(side: &Side, entry: OneEntry, plan: &KpiPlan) -> RuleInWords {
    let Head::Kpi(declared) = &entry.declared.head else {
        return RuleInWords { told: String::new(), whole: String::new() };
    };
    let curve = declared.score.as_ref().map(|score| &score.curve);
    let formula = |curve: &CurvePlan, declared: &model::Curve| match (curve.formula(), declared.kind.formula()) {
        (Some(_), Some(formula)) => side.text(formula.span),
        // Numbers tell all of it.
        _ => format!("{curve:?}"),
    };
    let (told, numbers) = match (&plan.curve, curve) {
        (None, _) => ("the value is the score".to_string(), String::new()),
        (Some(ScorePlan::Attainment { up_to }), _) => {
            let limit = up_to.as_ref().map_or(String::new(), |limit| format!(", up to {}", plain(limit)));
            (format!("the attainment is the score{limit}"), limit)
        }
        (Some(ScorePlan::Curve(plan)), Some(ScoreCurve::Own(own))) => (side.text(own.span), formula(plan, own)),
        (Some(ScorePlan::Curve(plan)), Some(ScoreCurve::Scale(scale))) => {
            let day = side.show.last_day;
            let version = day.and_then(|day| side.model.scale_on(*scale, day)).unwrap_or(*scale);
            let scale = &side.model.scales[version.0];
            (format!("{}: {}", scale.name, side.text(scale.curve.span)), formula(plan, &scale.curve))
        }
        (Some(ScorePlan::Curve(_)), _) => (String::new(), String::new()),
    };
    let most = entry.declared.most.as_ref().map_or(String::new(), |most| format!(", at most {}", percent(most)));
    let whole = format!(
        "{numbers} {:?} {:?} {:?} {:?} {most}",
        plan.lower_is_better,
        plan.on_attainment,
        plan.made_for,
        plan.curve.as_ref().map(ScorePlan::is_attainment),
    );
    // A scale by another name is the same one.
    RuleInWords { told: format!("{told}{most}"), whole }
}
