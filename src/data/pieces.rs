//! Rows dated by a period of which a stint or a window holds a part only.
//!
//! Whose such a row is may change within it: somebody begins, leaves, changes post or team. What then becomes of it, the
//! data set says: `shared by days` gives each day an equal part, `held last` the whole to the post held last in it.
//! Where nothing is said, it is a mistake.

use std::rc::Rc;

use super::column::NONE;
use super::nodes::Batch;
use super::roster::Roster;
use super::teams::Teams;
use crate::model::Model;
use crate::model::data::{ColumnIx, DataId, Route};
use crate::plan::query::Group;

/// What is wrong with a row that counts in part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum InPart {
    /// It lies in several posts or teams, or partly in none.
    Stints,
    /// It is to be shared by days, and what reads it is no sum of amounts.
    NotShared,
}

/// How the rows of a batch follow their people from day to day.
pub struct Followed<'a> {
    roster: &'a Roster,
    /// The person of each row.
    keys: Rc<Vec<u32>>,
    by_team: Option<&'a Teams>,
}

/// A run of days in which a row is of one group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    pub from: i32,
    pub to: i32,
    pub group: u32,
}

/// The links to the roster that a group goes through, where its rows change with the stints of people.
pub fn way_to_stints<'g>(
    model: &Model,
    data: DataId,
    group: &'g Group,
    is_roster: impl Fn(DataId) -> bool,
) -> Option<(DataId, &'g [ColumnIx])> {
    match group {
        Group::Company | Group::Key { .. } => None,
        Group::Own { roster, via } => Some((*roster, via)),
        Group::Team { via } => (0..=via.len()).find_map(|to| {
            let at = model.links_to(data, &via[..to]);
            let set = &model.data[at.0];
            // The rest of the way is the one that tells the teams of stints.
            let tells = matches!(&set.belongs.team, Route::Links(rest) if rest.as_slice() == &via[to..]);
            (is_roster(at) && set.organisation.is_none() && tells).then_some((at, &via[..to]))
        }),
    }
}

impl<'a> Followed<'a> {
    pub fn of(
        batch: &mut Batch,
        model: &Model,
        data: DataId,
        group: &Group,
        rosters: &'a [Roster],
        teams: &'a Teams,
    ) -> Option<Followed<'a>> {
        let (roster, via) = way_to_stints(model, data, group, |data| rosters.iter().any(|roster| roster.data == data))?;
        let roster = rosters.iter().find(|known| known.data == roster)?;
        let (_, keys) = batch.key_numbers(via)?;
        let by_team = matches!(group, Group::Team { .. }).then_some(teams);
        Some(Followed { roster, keys, by_team })
    }

    /// The runs of days of a row, in order, without those of no group.
    pub fn pieces(&self, at: usize, (first, last): (i32, i32)) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut add = |piece: Piece| match pieces.last_mut() {
            Some(before) if before.group == piece.group && before.to + 1 == piece.from => before.to = piece.to,
            _ => pieces.push(piece),
        };
        for served in self.roster.stretches(self.keys[at], first, last) {
            let (from, to) = (served.from.max(first), served.to.min(last));
            let Some(teams) = self.by_team else {
                if served.post != NONE {
                    add(Piece { from, to, group: served.post });
                }
                continue;
            };
            let runs = teams.runs_of(served.team);
            for (place, (begins, group)) in runs.iter().enumerate() {
                let from = if place == 0 { from } else { from.max(*begins) };
                let to = runs.get(place + 1).map_or(to, |(next, _)| to.min(next - 1));
                if from <= to {
                    add(Piece { from, to, group: *group });
                }
            }
        }
        pieces
    }

    /// Whether a row is somebody's who held no post in its days.
    pub fn held_none(&self, at: usize, (first, last): (i32, i32)) -> bool {
        self.roster.held_none(self.keys[at], first, last)
    }

    /// Whether a row counts for some group, and not all of it for this one.
    pub fn is_in_parts(&self, at: usize, (first, last): (i32, i32)) -> bool {
        let mut whose = self.roster.stretches(self.keys[at], first, last).map(|served| {
            let whose = if self.by_team.is_some() { served.team } else { served.post };
            (served.from.max(first), served.to.min(last), whose)
        });
        let Some((from, to, first_of)) = whose.next() else { return false };
        let (mut covered, mut same, mut any) = (to - from + 1, true, first_of != NONE);
        for (from, to, other) in whose {
            covered += to - from + 1;
            same &= other == first_of;
            any |= other != NONE;
        }
        any && !(same && covered == last - first + 1)
    }
}
