//! What stands between a score and a grade: what each entry lost against all of its points.

use serde::Serialize;

use crate::explain::why::document::{Card, Entry, Limit, Rating, Val};
use crate::number::Number;

/// How far a grade is, and where points were lost.
#[derive(Clone, Debug, Serialize)]
pub struct GradeGap {
    pub grade: String,
    /// From which score on.
    pub limit: Limit,
    pub score: Number,
    /// What is missing to the limit; none where the score reaches it.
    pub missing: Option<Number>,
    /// By entry, most first; they total what the entries together lost.
    pub lost: Vec<Lost>,
    pub lost_in_all: Number,
}

#[derive(Clone, Debug, Serialize)]
pub struct Lost {
    pub name: String,
    pub label: String,
    pub score: Number,
    pub full: Number,
    /// Of the total; below 0 where an entry gave more than all of its points.
    pub amount: Number,
}

impl GradeGap {
    /// Of the last card that was scored; `None` without a score, or for a grade that is no more than the rest.
    pub fn of(card: &Card, rating: &Rating, grade: usize) -> Option<GradeGap> {
        let scorecard = card.scorecard.as_ref()?;
        let limit = rating.grades.get(grade)?.limit.clone()?;
        let mut lost = Vec::new();
        gather(&scorecard.entries, &mut lost);
        let lost_in_all = lost.iter().fold(Number::ZERO, |sum, one: &Lost| sum.add(&one.amount));
        lost.sort_by(|one, other| other.amount.cmp(&one.amount));
        let reaches = crate::scales::thresholds::holds(limit.comparison()?, &rating.seen, &limit.at);
        let missing = (!reaches).then(|| limit.at.sub(&rating.seen));
        let score = rating.seen.clone();
        Some(GradeGap { grade: rating.grades[grade].name.clone(), limit, score, missing, lost, lost_in_all })
    }
}

/// The entries whose points are a part of the total, without groups.
fn gather(entries: &[Entry], lost: &mut Vec<Lost>) {
    for entry in entries {
        if let Some(group) = &entry.group {
            gather(&group.entries, lost);
            continue;
        }
        let (Val::Number { number: score, .. }, Some(contribution)) = (&entry.score, &entry.contribution) else {
            continue;
        };
        let full = entry.points.clone().unwrap_or_else(|| Number::from(100));
        // What a point of it is worth in the total.
        let worth = match contribution.div(score) {
            Some(worth) => worth,
            None if entry.points.is_some() => Number::ONE,
            None => entry.share_of_total.clone(),
        };
        let amount = full.sub(score).mul(&worth);
        lost.push(Lost { name: entry.name.clone(), label: entry.label.clone(), score: score.clone(), full, amount });
    }
}
