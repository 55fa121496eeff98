//! Who is evaluated: posts held, with the days served in them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::data::columns::column::{Column, NONE};
use crate::data::errors;
use crate::data::errors::SHOWN;
use crate::data::rows::nodes::{Batch, Days, OtherDays, World};
use crate::data::rows::shape::{ALWAYS_AFTER, ALWAYS_BEFORE};
use crate::data::rows::table::Table;
use crate::data::rows::vector::Rows;
use crate::diagnostic::Diagnostic;
use crate::model::data::{DataId, Route};
use crate::model::{Model, data};
use crate::nearest::nearest;
use crate::plan::query::{PersonPost, RosterAnswer, Stint, Stints, Unevaluated};
use crate::time::Day;

/// So many people without a spec are kept by name.
const UNEVALUATED: usize = 10_000;

/// A roster with what is needed to find the post a person held on a day.
pub struct Roster {
    pub data: DataId,
    pub answer: RosterAnswer,
    /// For each key the days served with the post, in the order of time, and the posts held.
    of_key: Vec<OfKey>,
    served_by_keys: Vec<Served>,
    /// The days served in all posts; where those of each begin, and where the last one's end.
    served: Vec<(i32, i32)>,
    served_from: Vec<u32>,
    /// The number of the key of each post.
    pub key_of: Vec<u32>,
    /// Posts that no position describes, with the first rows of each.
    without: BTreeMap<String, Vec<usize>>,
}

/// Where the days that a person served stand, and the posts.
#[derive(Clone, Copy, Default)]
struct OfKey {
    served: (u32, u32),
    posts: (u32, u32),
}

#[derive(Clone, Copy)]
struct Served {
    from: i32,
    to: i32,
    post: u32,
    /// The number of the team's key.
    team: u32,
}

/// Days in which somebody held a post, described or not, in a team.
pub struct Stretch {
    pub from: i32,
    pub to: i32,
    /// [`NONE`] for a post without a spec.
    pub post: u32,
    pub team: u32,
}

/// A run of days in a post.
pub struct DaysServed {
    pub from: i32,
    pub to: i32,
    pub post: u32,
    /// The day before the person's next post, described or not.
    pub before_next: i32,
    /// The day before the person holds this post once more.
    pub before_again: i32,
}

impl Roster {
    /// The post a person held: on the latest day of the span on which one was held. [`NONE`] where that is a post
    /// without a spec, so that describing it changes nobody's results in other posts.
    pub fn post_between(&self, key: u32, first: i32, last: i32) -> u32 {
        let served = self.served_by(key);
        let begun = served.partition_point(|served| served.from <= last);
        match begun.checked_sub(1).map(|at| served[at]) {
            Some(served) if served.to >= first => served.post,
            _ => NONE,
        }
    }

    /// The days that a person served in posts with a spec, in the order of time.
    pub fn days_served(&self, key: u32) -> impl Iterator<Item = DaysServed> {
        let all = self.served_by(key);
        let before = |next: Option<&Served>| next.map_or(ALWAYS_AFTER, |next| next.from - 1);
        all.iter().enumerate().filter(|(_, served)| served.post != NONE).map(move |(at, served)| {
            let later = &all[at + 1..];
            DaysServed {
                from: served.from,
                to: served.to,
                post: served.post,
                before_next: before(later.first()),
                before_again: before(later.iter().find(|next| next.post == served.post)),
            }
        })
    }

    /// The days in which somebody held posts, in the order of time, as far as they lie between two days.
    pub fn stretches(&self, key: u32, first: i32, last: i32) -> impl Iterator<Item = Stretch> {
        let all = self.served_by(key);
        let begun = &all[..all.partition_point(|served| served.from <= last)];
        let from = begun.iter().rposition(|served| served.to < first).map_or(0, |before| before + 1);
        begun[from..].iter().map(|Served { from, to, post, team }| Stretch {
            from: *from,
            to: *to,
            post: *post,
            team: *team,
        })
    }

    /// Whether somebody on the roster held no post, described or not, on any day between two.
    pub fn held_none(&self, key: u32, first: i32, last: i32) -> bool {
        !self.served_by(key).is_empty() && self.stretches(key, first, last).next().is_none()
    }

    fn served_by(&self, key: u32) -> &[Served] {
        let served = self.of_key.get(key as usize).map(|of| of.served.0 as usize..of.served.1 as usize);
        served.and_then(|served| self.served_by_keys.get(served)).unwrap_or_default()
    }

    pub fn posts(&self, key: u32) -> Range<u32> {
        self.of_key.get(key as usize).map_or(0..0, |of| of.posts.0..of.posts.1)
    }

    /// The days served in a post, in the order of time; unbroken runs are one.
    fn served_in(&self, post: u32) -> &[(i32, i32)] {
        &self.served[self.served_from[post as usize] as usize..self.served_from[post as usize + 1] as usize]
    }

    /// The days served in all posts.
    pub fn all_served(&self) -> &[(i32, i32)] {
        &self.served
    }

    /// The last day between two days on which the post was held; none where the second lies before the first.
    pub fn last_served(&self, post: u32, first: i32, last: i32) -> Option<i32> {
        if first > last {
            return None;
        }
        let runs = self.served_in(post);
        let begun = runs.partition_point(|(from, _)| *from <= last);
        let (_, to) = runs[begun.checked_sub(1)?];
        (to >= first).then_some(to.min(last))
    }
}

impl Roster {
    /// Posts without a spec of which nobody said that this is meant: near to one with a spec, or all others are named.
    pub fn unknown_posts(&self, model: &Model, table: &Table) -> Vec<Diagnostic> {
        let set = &model.data[self.data.0];
        let Some(role) = &set.roster else { return Vec::new() };
        let named = role.not_evaluated.as_deref();
        let is_named = |post: &str| {
            named.is_some_and(|named| {
                named.iter().any(|known| crate::alike::folded(known) == crate::alike::folded(post))
            })
        };
        let described = || {
            model.positions.iter().flat_map(|position| {
                let labels = std::iter::once(&position.label.text).chain(position.label.translations.values());
                std::iter::once(&position.name).chain(labels).map(String::as_str)
            })
        };
        let count = |post: &str| {
            self.answer.without_position.iter().find(|(known, _)| known == post).map_or(0, |(_, count)| *count)
        };
        let unknown = self.without.iter().filter(|(post, _)| !post.is_empty() && !is_named(post));
        unknown
            .filter_map(|(post, rows)| {
                // Of very short words one letter makes another word.
                let near = nearest(post, described()).filter(|_| post.chars().count() >= NEAR_FROM);
                (near.is_some() || named.is_some()).then(|| {
                    let places = rows.iter().map(|row| table.place(*row, role.post)).collect();
                    errors::unknown_post(set, post, near, count(post), places, named.is_some())
                })
            })
            .collect()
    }
}

/// Letters of a post that may be a slip of another.
const NEAR_FROM: usize = 4;

/// Reads a roster's posts. `teams` has the place of each team among the answers, by the number of its key. Of what is dated
/// behind `as_of` nothing is known: rows that begin later are not there, and those that end later go on.
pub fn build(
    world: &World,
    data: DataId,
    teams: Option<&[u32]>,
    as_of: Option<Day>,
    other_days: &mut OtherDays,
) -> Roster {
    let mut roster = Roster {
        data,
        answer: RosterAnswer::default(),
        of_key: Vec::new(),
        served_by_keys: Vec::new(),
        served: Vec::new(),
        served_from: vec![0],
        key_of: Vec::new(),
        without: BTreeMap::new(),
    };
    let Some(place) = world.place_of.get(&data).copied() else { return roster };
    let table = world.tables[place];
    let declared = &world.model.data[data.0];
    let Some(keys) = &table.keys else { return roster };
    let days = table.days_held();
    let team_keys = teams_of_rows(world, place, teams.is_some(), &days, other_days);
    let team_at = |key: u32| teams.and_then(|teams| teams.get(key as usize)).map(|team| *team as usize);
    let names = declared.name_column().and_then(|column| table.column(column));
    // All who hold a post share its name.
    let known: BTreeMap<&str, Arc<str>> =
        world.model.positions.iter().map(|position| (position.name.as_str(), position.name.as_str().into())).collect();
    let mut without = BTreeMap::<String, u64>::new();
    roster.of_key = vec![OfKey::default(); keys.len()];
    roster.answer.posts.reserve_exact(keys.len());
    roster.served_by_keys.reserve_exact(table.rows);
    let mut served: Vec<Vec<(i32, i32)>> = Vec::new();
    for key in keys.texts.sorted() {
        let mut posts: Vec<PersonPost> = Vec::new();
        let first_post = roster.answer.posts.len();
        let first_served = roster.served_by_keys.len() as u32;
        served.clear();
        for row in keys.rows(key).iter().filter(|row| **row != NONE).map(|row| *row as usize) {
            let Some(post) = declared.roster.as_ref().and_then(|role| post_of(role, table, row)) else { continue };
            let (from, to) = match (days[row], as_of) {
                ((from, _), Some(day)) if from > day.0 => continue,
                ((from, to), Some(day)) if to > day.0 => (from, ALWAYS_AFTER),
                (days, _) => days,
            };
            let Some(position) = known.get(post.as_str()) else {
                // A post nobody describes is a post: what is done in it is not done in another one.
                roster.served_by_keys.push(Served { from, to, post: NONE, team: team_keys[row] });
                let rows = roster.without.entry(post.clone()).or_default();
                if rows.len() < SHOWN {
                    rows.push(row);
                }
                if roster.answer.unevaluated.len() < UNEVALUATED {
                    let name = match names {
                        Some(Column::Text { codes, texts }) if codes[row] != NONE => texts.shared(codes[row]),
                        _ => keys.texts.shared(key),
                    };
                    roster.answer.unevaluated.push(Unevaluated {
                        person: keys.texts.shared(key),
                        name,
                        post: post.as_str().into(),
                        from: Day(from),
                        to: (to != ALWAYS_AFTER).then_some(Day(to)),
                    });
                }
                *without.entry(post).or_default() += 1;
                continue;
            };
            let at = posts.iter().position(|known| *known.position == *post).unwrap_or_else(|| {
                posts.push(PersonPost {
                    person: keys.texts.shared(key),
                    name: keys.texts.shared(key),
                    position: position.clone(),
                    stints: Stints::new(),
                });
                served.push(Vec::new());
                roster.key_of.push(key);
                posts.len() - 1
            });
            // The latest row tells the name.
            if let Some(Column::Text { codes, texts }) = names
                && codes[row] != NONE
            {
                posts[at].name = texts.shared(codes[row]);
            }
            let post = (first_post + at) as u32;
            roster.served_by_keys.push(Served { from, to, post, team: team_keys[row] });
            match served[at].last_mut() {
                Some(last) if last.1 != ALWAYS_AFTER && last.1 + 1 == from => last.1 = to,
                _ => served[at].push((from, to)),
            }
            add_stint(&mut posts[at].stints, from, to, team_at(team_keys[row]));
        }
        for runs in &served {
            roster.served.extend(runs);
            roster.served_from.push(roster.served.len() as u32);
        }
        roster.answer.posts.extend(posts);
        roster.of_key[key as usize] = OfKey {
            served: (first_served, roster.served_by_keys.len() as u32),
            posts: (first_post as u32, roster.answer.posts.len() as u32),
        };
    }
    roster.answer.without_position = without.into_iter().collect();
    roster
}

fn post_of(role: &data::Roster, table: &Table, row: usize) -> Option<String> {
    match (&role.every, role.post) {
        (Some(every), _) => Some(every.clone()),
        (None, Some(column)) => match table.column(column) {
            Some(Column::Text { codes, texts }) if codes[row] != NONE => Some(texts.get(codes[row]).to_string()),
            _ => Some(String::new()),
        },
        (None, None) => None,
    }
}

/// The key of the team of each row by the roster's own links, as of its first day.
fn teams_of_rows(
    world: &World,
    place: usize,
    has_teams: bool,
    days: &[(i32, i32)],
    other_days: &mut OtherDays,
) -> Vec<u32> {
    let rows = world.tables[place].rows;
    let route = &world.model.data[world.tables[place].data.0].belongs.team;
    let (true, Route::Links(via)) = (has_teams, route) else { return vec![NONE; rows] };
    let firsts = days.iter().map(|(from, _)| *from).collect();
    let mut batch = Batch::new(world, place, Rows::Range(0, rows), Days::Each(firsts), other_days);
    let Some((_, keys)) = batch.key_numbers(via) else { return vec![NONE; rows] };
    keys.to_vec()
}

fn add_stint(stints: &mut Stints, from: i32, to: i32, team: Option<usize>) {
    let begin = if from == ALWAYS_BEFORE { Day::from_ymd(1, 1, 1).unwrap_or(Day(from)) } else { Day(from) };
    let end = (to != ALWAYS_AFTER).then_some(Day(to));
    if let Some(last) = stints.last_mut()
        && last.team == team
        && last.to.is_some_and(|last| last.next() == begin)
    {
        last.to = end;
        return;
    }
    stints.push(Stint { from: begin, to: end, team });
}
