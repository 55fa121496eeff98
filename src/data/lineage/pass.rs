//! The rows of one table for all answers that are asked about it, in any order of its blocks.

use std::sync::OnceLock;

use super::gather::{COUNTS, Gathered};
use super::rows::{Place, Telling};
use super::ways::{NOBODY, OTHERS, OfWay, Way};
use crate::data::measures::fates::{Fate, Seen, Target, Unclear, days_of_others};
use crate::data::measures::job::Job;
use crate::data::measures::scan::Prepared;
use crate::data::people::roster::Roster;
use crate::data::rows::nodes::World;
use crate::data::rows::vector::Rows;
use crate::data::tables::teams::Teams;
use crate::plan::query::NodeId;

/// Rows between those of one person that are gone through with them, rather than each by itself.
const NEAR: usize = 64;

/// One answer that is asked about.
pub struct Asking<'a> {
    /// Its place among all that are.
    pub at: usize,
    /// Of its measure alone.
    pub job: Job<'a>,
    pub target: Target,
    pub leaves: Vec<NodeId>,
    /// Where single people are looked for: the place of the way, the cell of the person, and the place of the sums.
    pub way: Option<(usize, u32, Option<usize>)>,
}

/// All that is asked about a table.
pub struct Passage<'a> {
    pub place: usize,
    pub asking: Vec<Asking<'a>>,
    pub ways: Vec<Way<'a>>,
    /// How many rows of each kind are told.
    pub most: usize,
}

/// A table with what is found out about it before its first row.
pub struct View<'v> {
    world: &'v World<'v>,
    teams: &'v Teams,
    rosters: &'v [Roster],
    /// In step with what is asked, as far as rows call for it.
    prepared: Vec<OnceLock<Prepared<'v>>>,
}

/// What a thread has gathered.
pub struct Part {
    pub rows: u64,
    /// In step with what is asked.
    pub gathered: Vec<Gathered>,
    pub ways: Vec<OfWay>,
    pub unclear: Unclear,
}

impl<'a> Passage<'a> {
    pub fn new(place: usize, most: usize) -> Passage<'a> {
        Passage { place, asking: Vec::new(), ways: Vec::new(), most }
    }

    pub fn ask(&mut self, world: &World, at: usize, job: Job<'a>, target: Target, leaves: Vec<NodeId>) {
        let way = Way::of(world, &job, &target).map(|(way, key)| {
            let place = self.ways.iter().position(|known| known.is_same(&way)).unwrap_or_else(|| {
                self.ways.push(way);
                self.ways.len() - 1
            });
            let value = job.families.first().and_then(|family| family.value);
            (place, self.ways[place].ask(key), value.map(|value| self.ways[place].add_up(value)))
        });
        self.asking.push(Asking { at, job, target, leaves, way });
    }

    /// Whether the rows must be gone through in their order.
    pub fn is_in_order(&self) -> bool {
        self.asking.iter().flat_map(|asking| &asking.job.families).any(|family| family.by_keys)
    }

    pub fn begin(&self) -> Part {
        let gathered = |asking: &Asking| {
            let family = asking.job.families.first();
            let (keeps, by_keys) = family.map_or((COUNTS, false), |one| (one.keeps, one.by_keys));
            Gathered::new(keeps, by_keys, self.most)
        };
        Part {
            rows: 0,
            gathered: self.asking.iter().map(gathered).collect(),
            ways: self.ways.iter().map(Way::begin).collect(),
            unclear: Unclear::default(),
        }
    }

    /// The table as it stands in a world.
    pub fn view<'v>(&'v self, world: &'v World<'v>, teams: &'v Teams, rosters: &'v [Roster]) -> View<'v> {
        View { world, teams, rosters, prepared: self.asking.iter().map(|_| OnceLock::new()).collect() }
    }

    /// Takes the rows between two places in.
    pub fn take<'v>(&'v self, view: &View<'v>, (from, to): (usize, usize), place: Place, part: &mut Part) {
        let world = view.world;
        part.rows += (to - from) as u64;
        let mut cells: Vec<Vec<u32>> = Vec::with_capacity(self.ways.len());
        for (way, (own, kept)) in self.ways.iter().zip(&mut part.ways).enumerate() {
            let of_way = |asking: &&Asking| asking.way.is_some_and(|(known, ..)| known == way);
            let job = self.asking.iter().find(of_way).map(|asking| &asking.job);
            cells.push(job.map_or_else(Vec::new, |job| own.take(world, job, (from, to), kept)));
        }
        for ((asking, prepared), gathered) in self.asking.iter().zip(&view.prepared).zip(&mut part.gathered) {
            let telling = Telling { world, job: &asking.job, leaves: &asking.leaves };
            let mut fates = |range, asked: &dyn Fn(usize) -> bool| {
                let prepared = prepared.get_or_init(|| Prepared::new(world, view.teams, view.rosters, &asking.job));
                prepared.fates(range, &asking.target, asked, &mut part.unclear, &mut |seen| {
                    let wanted = gathered.add(seen, place);
                    gathered.tell(telling.rows(seen, &wanted, place));
                });
            };
            let Some((way, cell, _)) = asking.way else {
                fates((from, to), &|_| true);
                continue;
            };
            let cells = &cells[way];
            let mine = cells.iter().enumerate().filter(|(_, known)| **known == cell).map(|(at, _)| from + at);
            let mut runs: Vec<(usize, usize)> = Vec::new();
            for row in mine {
                match runs.last_mut() {
                    Some(last) if row < last.1 + NEAR => last.1 = row + 1,
                    _ => runs.push((row, row + 1)),
                }
            }
            runs.into_iter().for_each(|run| fates(run, &|row| cells[row - from] == cell));
            for fate in [Fate::Nobody, Fate::Others] {
                if !gathered.is_open(fate, place) {
                    continue;
                }
                let is_of = |known: u32| (known == NOBODY) == (fate == Fate::Nobody) && known != cell;
                let all = cells.iter().enumerate().filter(|(_, known)| is_of(**known));
                let rows: Vec<u32> = all.take(self.most).map(|(at, _)| (from + at) as u32).collect();
                let days = days_of_others(world, &asking.job, Rows::List(&rows));
                let fates = vec![fate as u32; rows.len()];
                let seen = Seen {
                    rows: &rows,
                    fates: &fates,
                    days: &days,
                    value: None,
                    shares: None,
                    latest: &|_| 0,
                    keys: None,
                };
                let wanted: Vec<(usize, Fate)> = (0..rows.len()).map(|at| (at, fate)).collect();
                gathered.tell(telling.rows(&seen, &wanted, place));
            }
        }
    }

    /// What all threads have gathered of each answer.
    pub fn end(&self, part: Part) -> Vec<(&Asking<'a>, Gathered)> {
        let Part { gathered, ways, .. } = part;
        let mut ended = Vec::with_capacity(gathered.len());
        for (asking, mut gathered) in self.asking.iter().zip(gathered) {
            if let Some((way, cell, totals)) = asking.way {
                let (of_way, totals) = (&ways[way], totals.map(|at| &ways[way].totals[at]));
                let is_others = |known: u32| known >= OTHERS && known != cell;
                gathered.count(Fate::Nobody, of_way.rows(|known| known == NOBODY), totals, &|known| known == NOBODY);
                gathered.count(Fate::Others, of_way.rows(is_others), totals, &is_others);
            }
            ended.push((asking, gathered));
        }
        ended
    }
}

impl Part {
    pub fn take_in(&mut self, other: Part) {
        self.rows += other.rows;
        self.gathered.iter_mut().zip(other.gathered).for_each(|(mine, other)| mine.take_in(other));
        self.ways.iter_mut().zip(other.ways).for_each(|(mine, other)| mine.take_in(other));
        self.unclear.straddling.extend(other.unclear.straddling);
        self.unclear.in_parts.extend(other.unclear.in_parts);
    }
}
