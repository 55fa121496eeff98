//! What somebody's results may come to: the least and the greatest over all ways in which the rest of a period may go.

use crate::number::Number;
use crate::score::card::{Card, EntryResult, EntryResultKind, PersonResult};
use crate::value::Value;

/// The least and the greatest of a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    pub least: Number,
    pub most: Number,
}

impl Range {
    /// Of what is known; nothing where it is missing in all ways.
    fn of<'n>(numbers: impl Iterator<Item = Option<&'n Number>>) -> Option<Range> {
        let mut numbers = numbers.flatten();
        let first = numbers.next()?;
        let mut range = Range { least: first.clone(), most: first.clone() };
        for number in numbers {
            if *number < range.least {
                range.least = number.clone();
            }
            if *number > range.most {
                range.most = number.clone();
            }
        }
        Some(range)
    }

    /// Whether it is more than one number.
    pub fn is_wide(&self) -> bool {
        self.least != self.most
    }
}

/// The best and the last of grades or ranks, which are counted from the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Places {
    pub best: u64,
    pub last: u64,
}

impl Places {
    fn of(places: impl Iterator<Item = Option<u64>> + Clone) -> Option<Places> {
        Some(Places { best: places.clone().flatten().min()?, last: places.flatten().max()? })
    }

    pub fn is_wide(&self) -> bool {
        self.best != self.last
    }
}

/// All ranges of somebody, in step with the results that are shown.
#[derive(Clone, Debug, Default)]
pub struct Ranges {
    pub overall: Option<Range>,
    /// Places among the grades.
    pub grade: Option<Places>,
    pub rank: Option<Places>,
    pub cards: Vec<OfCard>,
    /// Of each post its outputs.
    pub posts: Vec<Vec<Option<Range>>>,
}

#[derive(Clone, Debug, Default)]
pub struct OfCard {
    pub score: Option<Range>,
    pub grade: Option<Places>,
    /// Groups before what is in them.
    pub entries: Vec<OfEntry>,
    pub outputs: Vec<Option<Range>>,
}

#[derive(Clone, Debug, Default)]
pub struct OfEntry {
    pub value: Option<Range>,
    pub score: Option<Range>,
}

impl Ranges {
    /// Of one person in all ways, the one that is shown first.
    pub fn of(ways: &[PersonResult]) -> Ranges {
        let Some(shown) = ways.first() else { return Ranges::default() };
        let output = |post: usize, at: usize| {
            Range::of(ways.iter().map(|way| way.posts.get(post)?.outputs.get(at)?.value.as_number()))
        };
        let outputs = |(post, of_post): (usize, &crate::score::card::PostResult)| {
            (0..of_post.outputs.len()).map(|at| output(post, at)).collect()
        };
        Ranges {
            overall: Range::of(ways.iter().map(|way| way.overall.as_ref())),
            grade: Places::of(ways.iter().map(|way| way.rating.as_ref().map(|rating| rating.grade as u64))),
            rank: Places::of(ways.iter().map(|way| way.rank)),
            cards: (0..shown.cards.len())
                .map(|at| OfCard::of(ways.iter().filter_map(|way| way.cards.get(at))))
                .collect(),
            posts: shown.posts.iter().enumerate().map(outputs).collect(),
        }
    }
}

impl OfCard {
    fn of<'c>(ways: impl Iterator<Item = &'c Card> + Clone) -> OfCard {
        let Some(shown) = ways.clone().next() else { return OfCard::default() };
        let scorecards = || ways.clone().filter_map(|card| card.scorecard.as_ref());
        let entries: Vec<Vec<&EntryResult>> = scorecards().map(|card| flat(&card.entries)).collect();
        let rated = scorecards().map(|card| card.rating.as_ref().map(|rating| rating.grade as u64));
        OfCard {
            score: Range::of(scorecards().map(|card| card.score.as_number())),
            grade: Places::of(rated.collect::<Vec<_>>().into_iter()),
            entries: (0..entries.first().map_or(0, Vec::len))
                .map(|at| OfEntry {
                    value: Range::of(entries.iter().map(|all| value_of(all.get(at)?)?.as_number())),
                    score: Range::of(entries.iter().map(|all| all.get(at)?.score.as_number())),
                })
                .collect(),
            outputs: (0..shown.outputs.len())
                .map(|at| Range::of(ways.clone().map(|card| card.outputs.get(at)?.as_number())))
                .collect(),
        }
    }
}

fn value_of(entry: &EntryResult) -> Option<&Value> {
    match &entry.what {
        EntryResultKind::Kpi { value, .. } => Some(value),
        EntryResultKind::Group(_) | EntryResultKind::OtherScore(_) => None,
    }
}

/// All entries, groups before what is in them.
pub fn flat(entries: &[EntryResult]) -> Vec<&EntryResult> {
    fn add<'e>(entries: &'e [EntryResult], all: &mut Vec<&'e EntryResult>) {
        for entry in entries {
            all.push(entry);
            if let EntryResultKind::Group(inner) = &entry.what {
                add(inner, all);
            }
        }
    }
    let mut all = Vec::new();
    add(entries, &mut all);
    all
}
