//! Who is reported: results that are there, or that are made as they are shown.

use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::Range;

use crate::parallel;
use crate::score::card::{Card, PersonResult, Results};
use crate::score::{Brief, BriefCard, Scored};

/// The results of all people of a period, or of some of them, in the order of the results.
#[derive(Clone)]
pub struct People<'a> {
    source: Source<'a>,
    /// Places among all of them; `None` is everyone.
    chosen: Option<Vec<u32>>,
}

#[derive(Clone, Copy)]
enum Source<'a> {
    There(&'a [PersonResult]),
    Scored(&'a Scored<'a>),
}

/// People that a thread shows one after the other.
const TOGETHER: usize = 64;

impl<'a> People<'a> {
    pub fn of(results: &'a Results) -> People<'a> {
        People { source: Source::There(&results.people), chosen: None }
    }

    pub fn scored(scored: &'a Scored<'a>) -> People<'a> {
        People { source: Source::Scored(scored), chosen: None }
    }

    pub fn len(&self) -> usize {
        match (&self.chosen, self.source) {
            (Some(chosen), _) => chosen.len(),
            (None, Source::There(people)) => people.len(),
            (None, Source::Scored(scored)) => scored.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The place among all people.
    pub fn place(&self, at: usize) -> usize {
        self.chosen.as_ref().map_or(at, |chosen| chosen[at] as usize)
    }

    /// Where each stands among all of the results.
    pub fn places(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.len()).map(|at| self.place(at))
    }

    /// Keeps those that fit.
    pub fn retain(&mut self, fits: impl Fn(&Brief) -> bool) {
        let fitting = (0..self.len()).filter(|at| fits(&self.brief(*at))).map(|at| self.place(at) as u32);
        self.chosen = Some(fitting.collect());
    }

    pub fn clear(&mut self) {
        self.chosen = Some(Vec::new());
    }

    /// The result with all cards.
    pub fn person(&self, at: usize) -> Cow<'a, PersonResult> {
        match self.source {
            Source::There(people) => Cow::Borrowed(&people[self.place(at)]),
            Source::Scored(scored) => Cow::Owned(scored.person(self.place(at))),
        }
    }

    /// What is known without cards.
    pub fn brief(&self, at: usize) -> Brief {
        match self.source {
            Source::There(people) => brief(&people[self.place(at)]),
            Source::Scored(scored) => scored.brief(self.place(at)),
        }
    }

    pub fn briefs(&self) -> impl Iterator<Item = Brief> + Clone {
        (0..self.len()).map(|at| self.brief(at))
    }

    /// What is made of each person, in order: the results of a few of them are there at once.
    pub fn map<R: Send>(&self, make: impl Fn(usize, &PersonResult) -> R + Sync) -> Vec<R> {
        let mut all = Vec::with_capacity(self.len());
        let of_some = |some: Range<usize>| some.map(|at| make(at, &self.person(at))).collect::<Vec<R>>();
        let Ok(()) = parallel::pieces_in_order(self.len(), TOGETHER, of_some, |some| {
            all.extend(some);
            Ok::<(), std::convert::Infallible>(())
        });
        all
    }

    /// Writes what is made of each person, in order and as it comes; `write` is told their places.
    pub fn write(
        &self,
        out: &mut dyn Write,
        write: impl Fn(Range<usize>, &mut Vec<u8>) -> io::Result<()> + Sync,
    ) -> io::Result<()> {
        let of_some = |some: Range<usize>| {
            let mut bytes = Vec::new();
            write(some, &mut bytes).map(|()| bytes)
        };
        parallel::pieces_in_order(self.len(), TOGETHER, of_some, |bytes| out.write_all(&bytes?))
    }
}

fn brief(person: &PersonResult) -> Brief {
    let card = |card: &Card| BriefCard {
        position: card.position,
        team: card.team.as_ref().map(|team| team.key.clone()),
        from: card.from,
        to: card.to,
    };
    Brief {
        roster: person.roster,
        person: person.person.clone(),
        name: person.name.clone(),
        overall: person.overall.clone(),
        grade: person.rating.as_ref().map(|rating| rating.grade),
        rank: person.rank,
        cards: person.cards.iter().map(card).collect(),
    }
}
