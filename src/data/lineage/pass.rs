//! The rows of one table for all answers that are asked about it, in any order of its blocks.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::Shown;
use super::gather::{COUNTS, Gathered};
use super::rows::{At, Place, Telling, Told};
use super::ways::{OfWay, Way, rows_of};
use crate::data::measures::fates::{Fate, Seen, Target, Unclear, days_of_others};
use crate::data::measures::job::Job;
use crate::data::measures::scan::Prepared;
use crate::data::people::roster::Roster;
use crate::data::rows::nodes::World;
use crate::data::rows::vector::Rows;
use crate::data::tables::teams::Teams;
use crate::plan::query::{NodeId, RowNode};

/// Rows between those of one person that are gone through with them, rather than each by itself.
const NEAR: u32 = 64;

/// One answer that is asked about.
pub struct Asking<'a> {
    /// Its place among all that are.
    pub at: usize,
    /// Of its measure alone.
    pub job: Job<'a>,
    pub target: Target,
    pub leaves: Vec<NodeId>,
    /// Where one among many is looked for: the place of the way, and of the sums.
    pub way: Option<(usize, Option<usize>)>,
}

/// All that is asked about a table.
pub struct Passage<'a> {
    pub place: usize,
    pub asking: Vec<Asking<'a>>,
    pub ways: Vec<Shared<'a>>,
    pub shown: Shown,
}

/// A way of several answers, with the first of them.
pub struct Shared<'a> {
    way: Way<'a>,
    by: usize,
}

/// Whose the rows of a block are.
struct Whose {
    all: Vec<Fate>,
    /// The rows of the one asked about.
    asked: Vec<u32>,
    /// Those of them that are near each other, by their places.
    runs: Vec<(usize, usize)>,
}

impl Whose {
    fn of(all: Vec<Fate>, from: usize) -> Whose {
        let asked: Vec<u32> = rows_of(&all, Fate::Counted, from).collect();
        let mut runs = Vec::new();
        let mut first = 0;
        for run in asked.chunk_by(|one, next| next - one <= NEAR) {
            runs.push((first, first + run.len()));
            first += run.len();
        }
        Whose { all, asked, runs }
    }
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
    pub fn new(place: usize, shown: Shown) -> Passage<'a> {
        Passage { place, asking: Vec::new(), ways: Vec::new(), shown }
    }

    pub fn ask(&mut self, world: &World, at: usize, job: Job<'a>, target: Target, leaves: Vec<NodeId>) {
        let way = Way::of(world, &job, &target).map(|way| {
            let place = self.ways.iter().position(|known| known.way.is_same(&way)).unwrap_or_else(|| {
                self.ways.push(Shared { way, by: self.asking.len() });
                self.ways.len() - 1
            });
            let value = job.families.first().and_then(|family| family.value);
            (place, value.map(|value| self.ways[place].way.add_up(value)))
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
            Gathered::new(keeps, by_keys, self.shown)
        };
        Part {
            rows: 0,
            gathered: self.asking.iter().map(gathered).collect(),
            ways: self.ways.iter().map(|shared| shared.way.begin()).collect(),
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
        let prepared: Vec<&Prepared> = self
            .asking
            .iter()
            .zip(&view.prepared)
            .map(|(asking, known)| known.get_or_init(|| Prepared::new(world, view.teams, view.rosters, &asking.job)))
            .collect();
        let ways = self.ways.iter().zip(&mut part.ways);
        let whose: Vec<Whose> = ways
            .map(|(shared, kept)| Whose::of(shared.way.take(prepared[shared.by], (from, to), kept), from))
            .collect();
        for ((asking, prepared), gathered) in self.asking.iter().zip(prepared).zip(&mut part.gathered) {
            let telling = Telling { world, job: &asking.job, leaves: &asking.leaves };
            let mut fates = |range, asked: Option<&[u32]>| {
                prepared.fates(range, &asking.target, asked, &mut part.unclear, &mut |seen| {
                    let wanted = gathered.add(seen, place);
                    gathered.tell(telling.rows(seen, &wanted, place));
                });
            };
            let Some((way, _)) = asking.way else {
                fates((from, to), None);
                continue;
            };
            let Whose { all, asked, runs } = &whose[way];
            for (first, behind) in runs {
                let asked = &asked[*first..*behind];
                if let (Some(first), Some(last)) = (asked.first(), asked.last()) {
                    fates((*first as usize, *last as usize + 1), Some(asked));
                }
            }
            for fate in [Fate::Nobody, Fate::Others] {
                if !gathered.is_open(fate, place) {
                    continue;
                }
                let rows: Vec<u32> = rows_of(all, fate, from).take(gathered.most(fate)).collect();
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

    /// Puts in the keys of the rows that are told; tells whether all of those rows were found.
    pub fn name(&self, nodes: &[RowNode], keys: &HashMap<At, Option<Arc<str>>>, part: &mut Part) -> bool {
        let told = self.asking.iter().zip(&mut part.gathered);
        let mut told = told.flat_map(|(asking, gathered)| gathered.told_mut().map(move |told| (asking, told)));
        told.all(|(asking, told)| {
            keys.get(&told.at()).is_some_and(|key| {
                told.name(key.as_ref(), &asking.leaves, nodes);
                true
            })
        })
    }

    /// What all threads have gathered of each answer.
    pub fn end(&self, part: Part) -> Vec<(&Asking<'a>, Gathered)> {
        let Part { gathered, ways, .. } = part;
        let mut ended = Vec::with_capacity(gathered.len());
        for (asking, mut gathered) in self.asking.iter().zip(gathered) {
            if let Some((way, total)) = asking.way {
                let of_way = &ways[way];
                gathered.count(Fate::Nobody, of_way.nobodys, total.map(|at| &of_way.totals[at]));
                gathered.count(Fate::Others, of_way.others, None);
            }
            ended.push((asking, gathered));
        }
        ended
    }
}

impl Part {
    /// Rows that are told so far.
    pub fn told(&self) -> impl Iterator<Item = &Told> {
        self.gathered.iter().flat_map(Gathered::told)
    }

    pub fn take_in(&mut self, other: Part) {
        self.rows += other.rows;
        self.gathered.iter_mut().zip(other.gathered).for_each(|(mine, other)| mine.take_in(other));
        self.ways.iter_mut().zip(other.ways).for_each(|(mine, other)| mine.take_in(other));
        self.unclear.straddling.extend(other.unclear.straddling);
        self.unclear.in_parts.extend(other.unclear.in_parts);
    }
}
