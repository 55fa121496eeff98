//! Rows dated by a period of which a stint or a window holds a part only.
//!
//! Whose such a row is may change within it: somebody begins, leaves, changes post or team, or a team gets another one
//! above it. What then becomes of it, the data set says: `shared by days` gives each day an equal part, `held last` the whole to the post held last in it.
//! Where nothing is said, it is a mistake.

use std::rc::Rc;

use super::roster::Roster;
use crate::data::columns::column::NONE;
use crate::data::rows::nodes::Batch;
use crate::data::tables::teams::Teams;
use crate::model::Model;
use crate::model::data::{ColumnIx, DataId, Route};
use crate::plan::query::Group;

/// How the rows of a batch follow their people, or their teams, from day to day.
pub struct Followed<'a> {
    whose: Whose<'a>,
    /// The person, or the team, of each row.
    keys: Rc<Vec<u32>>,
}

enum Whose<'a> {
    Posts(&'a Roster),
    /// The teams in which people are, in the tree of the day.
    TeamsOfPeople(&'a Roster, &'a Teams),
    /// Teams that the rows themselves name.
    Teams(&'a Teams),
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
        let is_roster = |data| rosters.iter().any(|roster| roster.data == data);
        let (whose, via) = match (way_to_stints(model, data, group, is_roster), group) {
            (Some((roster, via)), _) => {
                let roster = rosters.iter().find(|known| known.data == roster)?;
                match group {
                    Group::Team { .. } => (Whose::TeamsOfPeople(roster, teams), via),
                    Group::Own { .. } | Group::Key { .. } | Group::Company => (Whose::Posts(roster), via),
                }
            }
            (None, Group::Team { via }) if teams.change() => {
                // A team that is not there on the row's day is told of.
                let _ = batch.rows_at(via);
                (Whose::Teams(teams), via.as_slice())
            }
            (None, Group::Team { .. } | Group::Own { .. } | Group::Key { .. } | Group::Company) => return None,
        };
        let (_, keys) = batch.key_numbers(via)?;
        Some(Followed { whose, keys })
    }

    /// The runs of days of a row, in order, without those of no group.
    pub fn pieces(&self, at: usize, (first, last): (i32, i32)) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut add = |piece: Piece| match pieces.last_mut() {
            Some(before) if before.group == piece.group && before.to + 1 == piece.from => before.to = piece.to,
            _ => pieces.push(piece),
        };
        let mut add_places = |teams: &Teams, team: u32, (from, to): (i32, i32)| {
            let runs = teams.runs_of(team);
            for (place, (begins, group)) in runs.iter().enumerate() {
                let from = if place == 0 { from } else { from.max(*begins) };
                let to = runs.get(place + 1).map_or(to, |(next, _)| to.min(next - 1));
                if from <= to {
                    add(Piece { from, to, group: *group });
                }
            }
        };
        let key = self.keys[at];
        match &self.whose {
            Whose::Teams(teams) => add_places(teams, key, (first, last)),
            Whose::TeamsOfPeople(roster, teams) => {
                for served in roster.stretches(key, first, last) {
                    add_places(teams, served.team, (served.from.max(first), served.to.min(last)));
                }
            }
            Whose::Posts(roster) => {
                for served in roster.stretches(key, first, last).filter(|served| served.post != NONE) {
                    add(Piece { from: served.from.max(first), to: served.to.min(last), group: served.post });
                }
            }
        }
        pieces
    }

    /// Whether a row is somebody's who held no post in its days.
    pub fn held_none(&self, at: usize, (first, last): (i32, i32)) -> bool {
        match &self.whose {
            Whose::Posts(roster) | Whose::TeamsOfPeople(roster, _) => roster.held_none(self.keys[at], first, last),
            Whose::Teams(_) => false,
        }
    }

    /// Whether a row counts for some group, and not all of it for this one.
    pub fn is_in_parts(&self, at: usize, (first, last): (i32, i32)) -> bool {
        match self.pieces(at, (first, last)).as_slice() {
            [] => false,
            [only] => (only.from, only.to) != (first, last),
            _ => true,
        }
    }
}
