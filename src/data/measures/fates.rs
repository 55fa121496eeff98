//! What becomes of each row for one group of a measure. Whether a row counts, and with what, the steps of [`scan`](super::scan)
//! say, the same that lead to the answer; of a row that does not count, it is asked here which of them left it out.

use super::scan::{InParts, Part, Prepared, Straddling, days_of, part_of};
use crate::data::columns::column::{NO_DAY, NONE};
use crate::data::measures::job::{Family, Job, RowsBy};
use crate::data::people::own;
use crate::data::people::pieces::Followed;
use crate::data::rows::nodes::{Batch, Days, OtherDays, World};
use crate::data::rows::shape::Shape;
use crate::data::rows::vector::{Rows, Vector};
use crate::language::{Keeps, Whole};
use crate::number::Number;
use crate::plan::query;
use crate::plan::query::Group;

/// What becomes of a row, in the order in which it is asked. The reason for the order stands in [`crate::data::lineage`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u32)]
pub enum Fate {
    Nobody,
    Others,
    NoDate,
    OtherTime,
    OutsideStints,
    Condition,
    ConditionMissing,
    TooLarge,
    Blank,
    NotPicked,
    Counted,
}

impl Fate {
    pub const ALL: [Fate; 11] = [
        Fate::Nobody,
        Fate::Others,
        Fate::NoDate,
        Fate::OtherTime,
        Fate::OutsideStints,
        Fate::Condition,
        Fate::ConditionMissing,
        Fate::TooLarge,
        Fate::Blank,
        Fate::NotPicked,
        Fate::Counted,
    ];
}

/// Stands for a key that no row leads to.
pub const NO_KEY: u32 = NONE - 1;

/// The group that is asked about, by what the cells of rows say.
#[derive(Clone, PartialEq, Eq)]
pub enum Target {
    /// There is no such group: all rows are others'.
    Nothing,
    Company,
    /// The number of a key, or [`NO_KEY`].
    Key(u32),
    /// A post of a roster, by place, and the number of the person's key.
    Post {
        roster: usize,
        post: u32,
        key: u32,
    },
    /// By the place of a team: whether it is the team or below it.
    Team(Vec<bool>),
}

impl Target {
    /// Whether what is added to a cell comes to the group.
    fn takes(&self, cell: u32) -> bool {
        match self {
            Target::Nothing => false,
            Target::Company => cell == 0,
            Target::Key(key) => cell == *key,
            Target::Post { post, .. } => cell == *post,
            Target::Team(places) => places.get(cell as usize).copied().unwrap_or(false),
        }
    }
}

/// Some rows with what becomes of them.
pub struct Seen<'s> {
    /// Their numbers in the table.
    pub rows: &'s [u32],
    /// The place of each one's [`Fate`]; [`NONE`] for rows that are told of elsewhere.
    pub fates: &'s [u32],
    pub days: &'s Days<'s>,
    /// What each adds; none where rows are counted.
    pub value: Option<&'s Vector<'s>>,
    /// Where rows are shared by days.
    pub shares: Option<&'s [Number]>,
    /// The day that `latest` compares.
    pub latest: &'s dyn Fn(usize) -> i32,
    /// The key of each row, where keys are counted.
    pub keys: Option<&'s [u32]>,
}

/// Rows of which it cannot be said what they mean.
#[derive(Default)]
pub struct Unclear {
    pub straddling: Straddling,
    pub in_parts: InParts,
}

impl Unclear {
    pub fn is_empty(&self) -> bool {
        self.straddling.is_empty() && self.in_parts.is_empty()
    }
}

/// Rows that were read, by their place behind the first.
struct Known {
    first: usize,
    /// Whether they are told of already.
    told: Vec<bool>,
    in_window: Vec<bool>,
}

impl<'a> Prepared<'a> {
    /// Shows the rows between two places, of a job of one measure, with what becomes of them for a group; of those that are
    /// not read for it, only such as are asked about, or all.
    pub fn fates(
        &self,
        range: (usize, usize),
        target: &Target,
        asked: Option<&[u32]>,
        unclear: &mut Unclear,
        see: &mut dyn FnMut(&Seen),
    ) {
        let Some(family) = self.job.families.first() else { return };
        let count = range.1 - range.0;
        let mut known = Known { first: range.0, told: vec![false; count], in_window: vec![false; count] };
        self.read_fates(range, family, target, &mut known, unclear, see);
        let is_left = |row: &u32| !known.told[*row as usize - range.0];
        let rest: Vec<u32> = match asked {
            Some(asked) => asked.iter().copied().filter(is_left).collect(),
            None => (range.0 as u32..range.1 as u32).filter(is_left).collect(),
        };
        if !rest.is_empty() {
            self.other_fates(&rest, family, target, &known, see);
        }
    }

    /// Those of rows that are read and the group's.
    fn read_fates(
        &self,
        range: (usize, usize),
        family: &Family,
        target: &Target,
        known: &mut Known,
        unclear: &mut Unclear,
        see: &mut dyn FnMut(&Seen),
    ) {
        // What is found on the way is no repair once more.
        let (mut ignored, mut also) = (OtherDays::default(), OtherDays::default());
        let mut read = self.read(range, &mut ignored);
        let days = std::mem::replace(&mut read.days, Days::Any);
        let rows = read.rows();
        (0..rows.len()).for_each(|at| known.in_window[rows.row(at) as usize - known.first] = true);
        if rows.len() == 0 {
            return;
        }
        let mut batch = Batch::new(self.world, self.job.table, rows, days, &mut also);
        if self.is_shared(family) {
            return self.shared_fates(family, target, &mut batch, known, see);
        }
        let groups = match &read.posts {
            Some(posts) => posts.to_vec(),
            None => self.groups(family.group, &mut batch, &mut false),
        };
        let before = self.cells(family, 0, &groups, &read.codes);
        let Unclear { straddling, in_parts } = unclear;
        let after = before.clone();
        let after = self.counted((family, 0), after, &read.codes, &mut batch, (straddling, in_parts), &mut |_, _| {});
        let value = family.value.map(|value| batch.node(value));
        let condition = family.condition.map(|condition| batch.node(condition));
        let keys = if family.by_keys { batch.key_numbers(&[]).map(|(_, keys)| keys) } else { None };
        let fate = |at: usize| match (target.takes(before[at]), after[at] != NONE) {
            (false, _) => NONE,
            (true, true) => valued(family, value.as_deref(), at) as u32,
            (true, false) => condition.as_ref().map_or(Fate::Condition, |condition| left_out(condition, at)) as u32,
        };
        let fates: Vec<u32> = (0..batch.len()).map(fate).collect();
        let list: Vec<u32> = (0..batch.len()).map(|at| batch.rows.row(at)).collect();
        tell(&list, &fates, known);
        see(&Seen {
            rows: &list,
            fates: &fates,
            days: &batch.days,
            value: value.as_deref(),
            shares: None,
            latest: &|at| self.day(&batch, at),
            keys: keys.as_ref().map(|keys| keys.as_slice()),
        });
    }

    /// The same of rows that give each day of their period its part.
    fn shared_fates(
        &self,
        family: &Family,
        target: &Target,
        batch: &mut Batch,
        known: &mut Known,
        see: &mut dyn FnMut(&Seen),
    ) {
        let Some(value) = family.value else { return };
        let parts = self.parts(family, batch, &mut false);
        let condition = family.condition.map(|condition| batch.node(condition));
        let value = batch.node(value);
        let (mut list, mut fates, mut spans) = (Vec::new(), Vec::new(), Vec::new());
        let (mut shares, mut values) = (Vec::new(), Vec::new());
        for parts in parts.chunk_by(|one, other| one.at == other.at) {
            let at = parts[0].at;
            let mine = parts.iter().filter(|part| target.takes(part.cell)).filter_map(Part::share);
            let Some(share) = mine.reduce(|one, other| one.add(&other)) else { continue };
            let holds = condition.as_ref().is_none_or(|condition| condition.is_yes(at));
            let fate = match (holds, &condition) {
                (false, Some(condition)) => left_out(condition, at),
                _ => valued(family, Some(&value), at),
            };
            list.push(batch.rows.row(at));
            fates.push(fate as u32);
            spans.push(batch.days.bounds(at));
            values.push(part_of(value.value(at), Some(share.clone())));
            shares.push(share);
        }
        tell(&list, &fates, known);
        let (days, values) = (Days::Spans(spans), Vector::any(values));
        see(&Seen {
            rows: &list,
            fates: &fates,
            days: &days,
            value: Some(&values),
            shares: Some(&shares),
            latest: &|at| days.last(at),
            keys: None,
        });
    }

    /// Those of rows that are not read, or not for the group.
    fn other_fates(&self, rest: &[u32], family: &Family, target: &Target, known: &Known, see: &mut dyn FnMut(&Seen)) {
        let mut ignored = OtherDays::default();
        let days = days_of_others(self.world, self.job, Rows::List(rest));
        let mut batch = Batch::new(self.world, self.job.table, Rows::List(rest), days, &mut ignored);
        let whose = self.whose(family, target, &mut batch);
        let fate = |(row, whose): (&u32, Fate)| match whose {
            Fate::Counted => self.why_not_read(*row as usize, target, known),
            other => other,
        };
        let fates: Vec<u32> = rest.iter().zip(whose).map(|row| fate(row) as u32).collect();
        let value = family.value.map(|value| batch.node(value));
        see(&Seen {
            rows: rest,
            fates: &fates,
            days: &batch.days,
            value: value.as_deref(),
            shares: None,
            latest: &|at| batch.days.last(at),
            keys: None,
        });
    }

    /// Whether rows are nobody's, others' or, for now, to be counted, of a job of one measure.
    pub fn whose_all(&self, rows: Rows, target: &Target, other_days: &mut OtherDays) -> Vec<Fate> {
        let Some(family) = self.job.families.first() else { return vec![Fate::Others; rows.len()] };
        let days = days_of_others(self.world, self.job, rows);
        self.whose(family, target, &mut Batch::new(self.world, self.job.table, rows, days, other_days))
    }

    fn whose(&self, family: &Family, target: &Target, batch: &mut Batch) -> Vec<Fate> {
        let all = batch.len();
        let of_key = |key: u32, mine: bool| match (key, mine) {
            (NONE, _) => Fate::Nobody,
            (_, true) => Fate::Counted,
            (_, false) => Fate::Others,
        };
        let (via, wanted) = match (target, family.group) {
            (Target::Company, _) => return vec![Fate::Counted; all],
            (Target::Key(key) | Target::Post { key, .. }, Group::Key { via, .. } | Group::Own { via, .. }) => {
                (via, *key)
            }
            (Target::Team(_), Group::Team { via }) => return self.whose_team(family, target, via, batch),
            _ => return vec![Fate::Others; all],
        };
        match batch.key_numbers(via) {
            Some((_, keys)) => keys.iter().map(|key| of_key(*key, *key == wanted)).collect(),
            None => vec![Fate::Nobody; all],
        }
    }

    fn whose_team(
        &self,
        family: &Family,
        target: &Target,
        via: &[crate::model::data::ColumnIx],
        batch: &mut Batch,
    ) -> Vec<Fate> {
        let followed = match self.is_shared(family) {
            true => {
                let data = self.table().data;
                Followed::of(batch, self.world.model, data, family.group, self.rosters, self.teams)
            }
            false => None,
        };
        let fate = |places: &mut dyn Iterator<Item = u32>| {
            let mut any = false;
            let mine = places.inspect(|_| any = true).any(|place| target.takes(place));
            match (mine, any) {
                (true, _) => Fate::Counted,
                (false, true) => Fate::Others,
                (false, false) => Fate::Nobody,
            }
        };
        if let Some(followed) = followed {
            let of_row = |at| {
                let pieces = followed.pieces(at, batch.days.bounds(at));
                fate(&mut pieces.iter().map(|piece| piece.group))
            };
            return (0..batch.len()).map(of_row).collect();
        }
        let Some((_, keys)) = batch.key_numbers(via) else { return vec![Fate::Nobody; batch.len()] };
        let place = |at: usize| Some(self.teams.place(keys[at], batch.days.last(at))).filter(|place| *place != NONE);
        (0..batch.len()).map(|at| fate(&mut place(at).into_iter())).collect()
    }

    /// Why a row of the group is not read for it.
    fn why_not_read(&self, row: usize, target: &Target, known: &Known) -> Fate {
        let table = self.table();
        let post = match target {
            Target::Post { roster, post, .. } => Some((&self.rosters[*roster], *post)),
            _ => None,
        };
        let rows = match &self.job.rows {
            RowsBy::Dated(column) => {
                let blank = table.column(*column).is_none_or(|column| column.value(row).is_missing());
                return match (blank, post, known.in_window[row - known.first]) {
                    (true, ..) => Fate::NoDate,
                    (false, Some(_), true) => Fate::OutsideStints,
                    (false, ..) => Fate::OtherTime,
                };
            }
            RowsBy::Other(rows) => rows,
        };
        let outside = match (rows, &table.shape, post) {
            (_, Shape::Snapshot(days), _) if days[row] == NO_DAY => return Fate::NoDate,
            (_, _, None) => false,
            // Of several stocks the newest of the days served counts.
            (query::Rows::Newest(first, last), Shape::Snapshot(days), Some((roster, post))) => {
                let day = days[row];
                (first.0..=last.0).contains(&day) && roster.last_served(post, day, day).is_none()
            }
            (_, _, Some(_)) => self.is_read(table, rows, row),
        };
        if outside { Fate::OutsideStints } else { Fate::OtherTime }
    }
}

/// The days as of which it is told whose rows are, whether they are read or not.
pub fn days_of_others<'a>(world: &World<'a>, job: &Job, rows: Rows) -> Days<'a> {
    match (job.own, &job.rows) {
        (Some(_), RowsBy::Other(by)) => {
            let day = |at| own::latest_day(world.tables[job.table], by, rows.row(at) as usize);
            Days::Each((0..rows.len()).map(day).collect::<Vec<i32>>().into())
        }
        _ => days_of(world, job, rows),
    }
}

/// Of a row that counts: whether its value does.
fn valued(family: &Family, value: Option<&Vector>, at: usize) -> Fate {
    let Some(value) = value.filter(|value| value.is_missing(at)) else { return Fate::Counted };
    match (value.excess(at), family.keeps) {
        (Some(_), _) => Fate::TooLarge,
        // The only row is taken whatever stands in it.
        (None, Keeps::Whole(Whole::Only)) => Fate::Counted,
        (None, Keeps::Parts(_) | Keeps::Whole(Whole::Different | Whole::List(_) | Whole::Latest)) => Fate::Blank,
    }
}

/// Why a condition leaves a row out.
fn left_out(condition: &Vector, at: usize) -> Fate {
    match (condition.excess(at), condition.is_missing(at)) {
        (Some(_), _) => Fate::TooLarge,
        (None, true) => Fate::ConditionMissing,
        (None, false) => Fate::Condition,
    }
}

fn tell(rows: &[u32], fates: &[u32], known: &mut Known) {
    for (row, _) in rows.iter().zip(fates).filter(|(_, fate)| **fate != NONE) {
        known.told[*row as usize - known.first] = true;
    }
}
