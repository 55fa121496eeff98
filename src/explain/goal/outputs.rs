//! How what is paid to somebody moves: by the score, the grade, and whatever else its formulas read.

use super::cards::Moved;
use super::nodes::{Entry, Nodes};
use super::shape::{Moving, Shape, Stretch};
use crate::eval::behind;
use crate::model::{Model, RatingId};
use crate::number::Number;
use crate::plan::program::{Calc, CalcId, CardPlan, Input, OutputPlan, Program};
use crate::score::card::{Card, PostOutput};
use crate::score::sees_raw;
use crate::value::Value;

/// A card of a post, under a supposition.
pub struct Stint<'o, 'm> {
    pub card: &'o Moved<'o, 'm>,
    pub result: &'o Card,
    /// The score before rounding.
    pub total: &'o Moving<'m>,
    /// In step with the program's sums.
    pub sums: Vec<Value>,
}

/// The grade of a person as outputs see it.
pub struct Graded<'m> {
    pub rating: Option<RatingId>,
    pub grade: Moving<'m>,
}

/// The sums over people that an output reads, or an earlier one that it reads.
pub fn sums_behind(program: &Program, card: &CardPlan, output: usize) -> Vec<usize> {
    let (mut sums, mut open, mut seen) = (Vec::new(), vec![output], vec![output]);
    while let Some(output) = open.pop() {
        let Some(plan) = card.outputs.get(output) else { continue };
        for node in behind(program, plan.nodes()) {
            match &program.nodes[node.0] {
                Calc::Input(Input::Sum(sum)) => sums.push(*sum),
                Calc::Input(Input::Output(earlier)) if !seen.contains(earlier) => {
                    seen.push(*earlier);
                    open.push(*earlier);
                }
                _ => {}
            }
        }
    }
    sums
}

impl<'m> Stint<'_, 'm> {
    fn nodes(&self) -> &Nodes<'m> {
        self.card.nodes
    }

    fn days(&self) -> i64 {
        i64::from(self.result.to.0 - self.result.from.0) + 1
    }

    /// As outputs see it: rounded.
    pub fn score(&self) -> Moving<'m> {
        rounded(self.card.model, self.result.scorecard.as_ref().map(|card| &card.score), self.total)
    }

    fn rating(&self) -> Option<RatingId> {
        self.card.model.positions[self.result.position.0].scorecard.as_ref()?.rating
    }

    /// What the formulas of the outputs read besides.
    fn entry(&self, of_all: &Graded<'m>, stretch: &mut Stretch) -> Entry<'m> {
        let score = self.score();
        let own = self.result.scorecard.as_ref().and_then(|scorecard| scorecard.rating.as_ref());
        let grade = match (self.rating() == of_all.rating, self.rating(), own) {
            (true, ..) => of_all.grade.clone(),
            (false, Some(rating), Some(own)) => {
                let model = self.card.model;
                let seen = if sees_raw(model, &model.ratings[rating.0]) { self.total } else { &score };
                graded((model, rating), own.grade, seen, &|_| None, stretch)
            }
            (false, ..) => Moving::same(Value::stated("no rating")),
        };
        // Without a grade the rating is missing as the score is.
        let grade = match (grade.value.is_missing(), score.value.is_missing()) {
            (true, true) => score.clone(),
            _ => grade,
        };
        Entry { score: Some(score), rating: Some(grade), sums: self.sums.clone(), ..Entry::default() }
    }

    fn value(&self, formula: CalcId, entry: &Entry<'m>, stretch: &mut Stretch) -> Moving<'m> {
        if self.result.eligible == Some(false) {
            let known = self.card.plan.eligible.is_none_or(|node| self.nodes().get(node).shape == Shape::Same);
            let value = Value::stated("not eligible");
            return if known { Moving::same(value) } else { Moving::any(value) };
        }
        self.nodes().formula(formula, entry, stretch)
    }
}

/// A score as it is shown, where there is one.
pub fn rounded<'m>(model: &'m Model, shown: Option<&Value>, total: &Moving<'m>) -> Moving<'m> {
    let Some(shown) = shown else { return Moving { value: Value::stated("no scorecard"), ..total.clone() } };
    match (shown.as_number(), model.company.score_decimals) {
        (Some(_), Some(_)) => total.one_way(shown.clone(), true, |score| Some(model.company.rounded(&score))),
        (Some(_), None) => total.clone(),
        (None, _) => Moving { value: shown.clone(), ..total.clone() },
    }
}

/// The grade stays until the score comes to where there is another one; `least` is the score from which on somebody keeps a
/// grade that a distribution leaves to few.
pub fn graded<'m>(
    (model, rating): (&Model, RatingId),
    grade: usize,
    seen: &Moving<'m>,
    least: &dyn Fn(usize) -> Option<Number>,
    stretch: &mut Stretch,
) -> Moving<'m> {
    let rating = &model.ratings[rating.0];
    let value = Value::Choice(grade as u32);
    let stays = (0..rating.grades.len()).all(|grade| {
        let stated = rating.grades[grade].condition.iter().map(|(_, limit)| limit.clone());
        let least = if rating.distribution.is_empty() { None } else { least(grade) };
        stated.chain(least).all(|limit| stretch.keep_sign(&seen.minus(&Moving::same(Value::Number(limit)))))
    });
    if stays { Moving::same(value) } else { Moving::any(value) }
}

/// The amount of an output of a post; `results` is what its outputs are.
pub fn amount<'m>(
    stints: &[Stint<'_, 'm>],
    (output, results): (usize, &[PostOutput]),
    of_all: &Graded<'m>,
    stretch: &mut Stretch,
) -> Moving<'m> {
    let nothing = || Moving::any(Value::stated("no such output"));
    let Some(first) = stints.first() else { return nothing() };
    let mut entries: Vec<Entry<'m>> = stints.iter().map(|stint| stint.entry(of_all, stretch)).collect();
    let mut amounts: Vec<Moving<'m>> = Vec::new();
    let outputs: &'m [OutputPlan] = &first.card.plan.outputs;
    for (plan, result) in outputs.iter().zip(results).take(output + 1) {
        let amount = together(plan, stints, &entries, stretch);
        // What was computed has the last word.
        let missing = amount.value.is_missing() && result.value.is_missing();
        let amount = match amount.value == result.value || missing {
            true => Moving { value: result.value.clone(), ..amount },
            false => Moving::any(result.value.clone()),
        };
        entries.iter_mut().for_each(|entry| entry.outputs.push(amount.clone()));
        amounts.push(amount);
    }
    amounts.into_iter().nth(output).unwrap_or_else(nothing)
}

/// One output of all stints, as [`crate::score`] brings them together.
fn together<'m>(
    plan: &'m OutputPlan,
    stints: &[Stint<'_, 'm>],
    entries: &[Entry<'m>],
    stretch: &mut Stretch,
) -> Moving<'m> {
    let (served, period) = stints[0].card.served;
    let share = Number::ratio(served, period).filter(|_| plan.prorated && served < period);
    if let ([only], None, [entry]) = (stints, &share, entries) {
        return only.value(plan.value, entry, stretch);
    }
    let formula = plan.inside.as_ref().map_or(plan.value, |(inside, _)| *inside);
    let days: i64 = stints.iter().map(Stint::days).sum();
    let mut mean: Option<Moving<'m>> = None;
    for (stint, entry) in stints.iter().zip(entries) {
        let amount = stint.value(formula, entry, stretch);
        if amount.number().is_none() {
            return amount;
        }
        let part = amount.scaled(&Number::ratio(stint.days(), days).unwrap_or(Number::ONE));
        mean = Some(mean.map_or(part.clone(), |sum| sum.plus(&part)));
    }
    let whole = mean.map_or(Moving::any(Value::stated("no stint")), |mean| mean.scaled(&share.unwrap_or(Number::ONE)));
    match &plan.inside {
        Some((_, rounded)) => {
            let step = Moving::same(Value::Number(rounded.step.clone()));
            stints[0].nodes().call(rounded.function, &[whole, step], stretch)
        }
        None => whole,
    }
}
