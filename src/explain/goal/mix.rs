//! The least that several KPIs together have to change.
//!
//! Where each KPI adds to the total by itself, along pieces of straight lines, the least sum of distances is a small linear
//! programme with one condition: of the pieces that are chosen, one a KPI, those with the most points for their distance are
//! gone along first. All choices of pieces are tried, but for those that cannot be better than what is known. The result is
//! brought to the smallest steps, taken back as far as the goal is still reached, and evaluated; so is one step less of each.

use std::collections::HashSet;

use super::outcome::{Goal, Lever, Outcome};
use super::step::distance;
use crate::language::Combine;
use crate::number::Number;
use crate::plan::program::{CalcId, EntryWhat, GroupPlan, ScorecardPlan};
use crate::score::card::{EntryResult, EntryResultKind, PersonResult};
use crate::score::effective_combine;
use crate::value::Value;

/// Changes of several KPIs that together reach the goal.
#[derive(Clone, Debug)]
pub struct Mix {
    pub parts: Vec<Part>,
    /// With all of them, evaluated.
    pub outcome: Outcome,
    /// Σ of the distances.
    pub distance: Number,
}

/// Why no mix was looked for, where KPIs alone are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoMix {
    /// The overall score is that of several posts or teams.
    SeveralCards,
    /// What is paid is no sum of what KPIs give.
    Paid,
    /// Neither is the score: a geometric mean, a limit of a group, a scale that is a formula.
    NoSum,
    /// There are more choices than are looked at.
    TooMany,
}

/// What one of them has to be.
#[derive(Clone, Debug)]
pub struct Part {
    pub lever: Lever,
    pub today: Number,
    pub value: Number,
    /// One smallest step less of this one, and what comes out then.
    pub less: (Number, Outcome),
}

/// A run of steps of one KPI along which the total rises or stays.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Where it begins, and how far that is from what it is.
    pub start: Number,
    pub cost: Number,
    /// What the total has gained there.
    pub gain: Number,
    /// The change and the gain of a step, and how many there are; `None` is no end.
    pub way: Number,
    pub rise: Number,
    pub steps: Option<Number>,
}

impl Piece {
    /// What the total has gained at its end.
    fn most(&self) -> Option<Number> {
        match (&self.steps, self.rise.is_positive()) {
            (Some(steps), _) => Some(self.gain.add(&self.rise.mul(steps))),
            (None, true) => None,
            (None, false) => Some(self.gain.clone()),
        }
    }
}

/// Pieces in one direction, in their order, without the points between two of them that lie on the first.
pub fn joined(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut joined: Vec<Piece> = Vec::new();
    for piece in pieces {
        if let Some(last) = joined.last_mut()
            && let Some(steps) = &last.steps
            && piece.steps.as_ref().is_some_and(Number::is_zero)
            && last.rise.is_positive()
        {
            let next = steps.add(&Number::ONE);
            let follows = last.start.add(&last.way.mul(&next)) == piece.start;
            if follows && last.gain.add(&last.rise.mul(&next)) == piece.gain {
                last.steps = Some(next);
                continue;
            }
        }
        joined.push(piece);
    }
    joined
}

/// A KPI with its pieces.
pub struct Movable {
    pub lever: Lever,
    pub today: Number,
    pub target: Option<Number>,
    pub step: Number,
    pub pieces: Vec<Piece>,
}

/// What comes out with values of some KPIs.
type Evaluate<'e> = &'e dyn Fn(&[(Lever, Value)]) -> Option<Outcome>;

/// So many choices of pieces are looked at; beyond that there is no answer.
const CHOICES: usize = 50_000;

/// The KPIs of entries and adjustments that add to the total each by itself; none where it is not such a sum.
pub fn separate(person: &PersonResult, plan: &ScorecardPlan) -> Vec<CalcId> {
    let Some(card) = person.cards.first() else { return Vec::new() };
    let Some(result) = &card.scorecard else { return Vec::new() };
    let mut found = Vec::new();
    if !sums(&plan.root, &result.entries, &mut found) {
        return Vec::new();
    }
    found.extend(plan.adjustments.iter().map(|adjustment| adjustment.value));
    found.dedup();
    found
}

/// Whether a group is a sum of its entries, whose KPIs are put into `found`.
fn sums(group: &GroupPlan, results: &[EntryResult], found: &mut Vec<CalcId>) -> bool {
    effective_combine(group) != Combine::Geometric
        && group.entries.iter().zip(results).all(|(entry, result)| match (&entry.what, &result.what) {
            (EntryWhat::Group(inner), EntryResultKind::Group(results)) => {
                // A limit of a group is none of its parts'.
                entry.cap.is_none() && sums(inner, results, found)
            }
            (EntryWhat::Kpi(kpi), _) => {
                let is_formula = kpi.curve.as_ref().is_some_and(|curve| curve.formula().is_some());
                if !result.score.is_missing() {
                    found.push(kpi.value);
                }
                !is_formula
            }
            _ => true,
        })
}

/// The least mix; `need` is what the total lacks.
pub fn least(evaluate: Evaluate<'_>, goal: &Goal, movable: &[Movable], need: &Number) -> Result<Option<Mix>, NoMix> {
    let mut rated: Vec<Rated> = movable.iter().enumerate().map(|(at, one)| Rated::of(at, one)).collect();
    // What gives most for its distance is chosen first, so that much can be left out.
    rated.retain(|one| one.rate.is_positive());
    rated.sort_by(|one, other| other.rate.cmp(&one.rate).then(one.at.cmp(&other.at)));
    let mut search = Search { need, best: None, looked: 0 };
    search.choose(&rated, (Number::ZERO, Number::ZERO), &mut Vec::new());
    if search.looked > CHOICES {
        return Err(NoMix::TooMany);
    }
    Ok(search.best.and_then(|(_, values)| on_the_grid(evaluate, goal, movable, values)))
}

/// A KPI with the most points for its distance that it can give anywhere.
struct Rated<'s> {
    at: usize,
    rate: Number,
    /// The most that it can give; `None` is no limit.
    most: Option<Number>,
    pieces: Vec<RatedPiece<'s>>,
}

/// A piece with the distance of a step, and what it gives for that.
struct RatedPiece<'s> {
    piece: &'s Piece,
    cost: Number,
    rate: Number,
}

impl<'s> Rated<'s> {
    fn of(at: usize, movable: &'s Movable) -> Rated<'s> {
        let mut best = Number::ZERO;
        let mut pieces = Vec::new();
        for piece in &movable.pieces {
            let moved = movable.today.add(&piece.way);
            let cost = distance(&moved, Some(&movable.today), movable.target.as_ref());
            let rate = piece.rise.div(&cost).unwrap_or(Number::ZERO);
            // Along a line the rate lies between those of its ends; without an end it comes near to its own.
            let begin = piece.gain.div(&piece.cost).unwrap_or(Number::ZERO);
            let end = piece
                .steps
                .as_ref()
                .and_then(|steps| piece.gain.add(&piece.rise.mul(steps)).div(&piece.cost.add(&cost.mul(steps))));
            best = best.max(begin).max(end.unwrap_or(rate.clone()));
            pieces.push(RatedPiece { piece, cost, rate });
        }
        let most = movable.pieces.iter().map(Piece::most).try_fold(Number::ZERO, |best, most| Some(best.max(most?)));
        Rated { at, rate: best, most, pieces }
    }
}

struct Search<'s> {
    need: &'s Number,
    /// The cost, and for each KPI that moves its value.
    best: Option<(Number, Vec<(usize, Number)>)>,
    looked: usize,
}

impl Search<'_> {
    /// Chooses a piece, or none, of each KPI that is left.
    fn choose<'r>(
        &mut self,
        left: &'r [Rated<'r>],
        (cost, gain): (Number, Number),
        chosen: &mut Vec<(usize, &'r RatedPiece<'r>)>,
    ) {
        self.looked += 1;
        if self.looked > CHOICES {
            return;
        }
        let missing = self.need.sub(&gain);
        // It can be no cheaper than if each KPI that is left gave its best rate from the first step on, as far as it goes.
        let mut rates: Vec<(&Number, Option<Number>)> = chosen
            .iter()
            .map(|(_, rated)| (&rated.rate, rated.piece.most().map(|most| most.sub(&rated.piece.gain))))
            .chain(left.iter().map(|one| (&one.rate, one.most.clone())))
            .filter(|(rate, _)| rate.is_positive())
            .collect();
        rates.sort_by(|one, other| other.0.cmp(one.0));
        let (mut least, mut lacking) = (cost.clone(), missing.clone());
        for (rate, most) in rates {
            if !lacking.is_positive() {
                break;
            }
            let given = most.map_or(lacking.clone(), |most| lacking.clone().min(most));
            least = least.add(&given.div(rate).unwrap_or(Number::ZERO));
            lacking = lacking.sub(&given);
        }
        if lacking.is_positive() || self.best.as_ref().is_some_and(|(best, _)| least >= *best) {
            return;
        }
        let Some((next, rest)) = left.split_first() else { return self.fill(cost, missing, chosen) };
        for rated in &next.pieces {
            chosen.push((next.at, rated));
            let so_far = (cost.add(&rated.piece.cost), gain.add(&rated.piece.gain));
            self.choose(rest, so_far, chosen);
            chosen.pop();
        }
        self.choose(rest, (cost, gain), chosen);
    }

    /// Goes along the chosen pieces, those that give most for their distance first.
    fn fill(&mut self, mut cost: Number, mut missing: Number, chosen: &[(usize, &RatedPiece<'_>)]) {
        let mut open: Vec<&(usize, &RatedPiece)> = chosen.iter().collect();
        open.sort_by(|one, other| other.1.rate.cmp(&one.1.rate).then(one.0.cmp(&other.0)));
        let mut values: Vec<(usize, Number)> = Vec::new();
        for (at, RatedPiece { piece, cost: of_step, .. }) in open {
            let mut steps = Number::ZERO;
            if missing.is_positive() && piece.rise.is_positive() {
                let wanted = missing.div(&piece.rise).unwrap_or(Number::ZERO);
                steps = piece.steps.as_ref().map_or(wanted.clone(), |most| wanted.min(most.clone()));
                missing = missing.sub(&piece.rise.mul(&steps));
                cost = cost.add(&of_step.mul(&steps));
            }
            // The last one ends between two steps.
            values.push((*at, piece.start.add(&piece.way.mul(&steps.ceil()))));
        }
        if !missing.is_positive() && self.best.as_ref().is_none_or(|(best, _)| cost < *best) {
            self.best = Some((cost, values));
        }
    }
}

/// The values on their grids, taken back as far as the goal is reached, and evaluated.
fn on_the_grid(
    evaluate: Evaluate<'_>,
    goal: &Goal,
    movable: &[Movable],
    mut values: Vec<(usize, Number)>,
) -> Option<Mix> {
    let with = |values: &[(usize, Number)]| {
        let given: Vec<(Lever, Value)> =
            values.iter().map(|(at, value)| (movable[*at].lever, Value::Number(value.clone()))).collect();
        evaluate(&given)
    };
    let nearer = |at: usize, value: &Number| {
        let Movable { today, step, .. } = &movable[at];
        let less = if value > today { value.sub(step) } else { value.add(step) };
        // Off the grid it is what it is.
        if (less > *today) == (value > today) { less } else { today.clone() }
    };
    // What was rounded in the total may lack a step.
    for _ in 0..2 {
        if with(&values)?.reaches(goal) {
            break;
        }
        let (at, value) = values.last_mut()?;
        let Movable { today, step, .. } = &movable[*at];
        *value = if *value > *today { value.add(step) } else { value.sub(step) };
    }
    with(&values).filter(|outcome| outcome.reaches(goal))?;
    let mut at = 0;
    while at < values.len() {
        let mut less = values.clone();
        less[at].1 = nearer(values[at].0, &values[at].1);
        if less[at].1 != values[at].1 && with(&less)?.reaches(goal) {
            values = less;
        } else {
            at += 1;
        }
    }
    values.retain(|(at, value)| *value != movable[*at].today);
    if values.len() < 2 {
        return None;
    }
    let outcome = with(&values)?;
    let mut parts = Vec::new();
    let mut sum = Number::ZERO;
    for (place, (at, value)) in values.iter().enumerate() {
        let one = &movable[*at];
        let mut less = values.clone();
        less[place].1 = nearer(*at, value);
        let its = with(&less)?;
        sum = sum.add(&distance(value, Some(&one.today), one.target.as_ref()));
        let less = (less[place].1.clone(), its);
        parts.push(Part { lever: one.lever, today: one.today.clone(), value: value.clone(), less });
    }
    parts.sort_by_key(|part| part.lever.node);
    Some(Mix { parts, outcome, distance: sum })
}

/// Those of which no two have a node in common, nor any with the conditions of the card: only these add up by themselves.
pub fn disjoint(follow: &[HashSet<CalcId>], conditions: &HashSet<CalcId>) -> Vec<bool> {
    (0..follow.len())
        .map(|at| {
            follow[at].is_disjoint(conditions)
                && follow.iter().enumerate().all(|(other, set)| other == at || set.is_disjoint(&follow[at]))
        })
        .collect()
}
