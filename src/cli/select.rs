//! Who is shown: by person, position or team.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::exit::Failure;
use crate::model::Model;
use crate::model::data::DataId;
use crate::nearest::{alike, another_writing};
use crate::plan::query::{Answers, Team};
use crate::report::people::People;
use crate::score::{Brief, BriefCard, Scored};
use crate::time::Day;

/// The wishes of the command line.
pub struct Wanted<'a> {
    pub person: Option<&'a str>,
    pub position: Option<&'a str>,
    pub team: Option<&'a str>,
}

/// Why somebody who is on a roster is not among the evaluated.
pub struct Absent(pub(super) String);

/// The same for the person asked for, if that is so.
pub fn absent(wanted: &str, answers: &Answers) -> Option<Absent> {
    let shown = |person: &str, name: &str| match name.is_empty() || name == person {
        true => format!("`{person}`"),
        false => format!("`{person}` ({name})"),
    };
    // The latest row is the one that people know.
    let mut without = answers.rosters.iter().flat_map(|roster| &roster.unevaluated);
    if let Some(one) = without.rfind(|one| &*one.person == wanted || &*one.name == wanted) {
        let (who, post) = (shown(&one.person, &one.name), &one.post);
        return Some(Absent(match post.is_empty() {
            true => format!("{who} is on the list, and is not evaluated: no post is said"),
            false => format!("{who} is on the list, and is not evaluated: no position describes the post `{post}`"),
        }));
    }
    let mut posts = answers.rosters.iter().flat_map(|roster| &roster.posts);
    let post = posts.rfind(|post| &*post.person == wanted || &*post.name == wanted)?;
    let days = post.stints.last().map_or(String::new(), |stint| match stint.to {
        Some(to) => format!("from {} to {to}", stint.from),
        None => format!("from {} on", stint.from),
    });
    let who = shown(&post.person, &post.name);
    Some(Absent(format!("{who} held no post in this time: `{}` {days}", post.position)))
}

/// The people that all wishes leave, for each period in the order of its results.
pub fn select<'r>(
    wanted: &Wanted<'_>,
    model: &Model,
    teams: &[Team],
    periods: &'r [Scored<'r>],
    absent: Option<Absent>,
) -> Result<Vec<People<'r>>, Failure> {
    let these = if periods.len() == 1 { "in this period" } else { "in these periods" };
    let mut people: Vec<People> = periods.iter().map(People::scored).collect();
    if let Some(person) = wanted.person {
        let keys = find_person(person, people.iter().flat_map(People::briefs), these);
        let keys = keys.map_err(|unknown| match absent {
            Some(Absent(why)) => {
                Failure::with_help(why, "name somebody who is evaluated, or leave `--person` out to see everyone")
            }
            None => unknown,
        })?;
        let is_one = |person: &Brief| keys.contains(&(person.roster, person.person.clone()));
        people.iter_mut().for_each(|people| people.retain(is_one));
    }
    if let Some(position) = wanted.position {
        let names = find_positions(position, model)?;
        let holds = |card: &BriefCard| names.contains(model.positions[card.position.0].name.as_str());
        people.iter_mut().for_each(|people| people.retain(|person| person.cards.iter().any(holds)));
    }
    if let Some(wish) = wanted.team {
        let found: Vec<Result<usize, Failure>> =
            periods.iter().map(|scored| find_team(wish, teams, scored.results.last_day)).collect();
        // A team may get its name only later.
        let known = found.iter().any(Result::is_ok);
        for (people, found) in people.iter_mut().zip(found) {
            let wanted = match found {
                Ok(wanted) => wanted,
                Err(_) if known => {
                    people.clear();
                    continue;
                }
                Err(unknown) => return Err(unknown),
            };
            let places: HashMap<&str, usize> = teams.iter().enumerate().map(|(at, team)| (&*team.key, at)).collect();
            let inside = |card: &BriefCard| {
                let own = card.team.as_ref().and_then(|team| places.get(&**team));
                own.is_some_and(|own| is_below(*own, wanted, teams, card.to))
            };
            people.retain(|person| person.cards.iter().any(inside));
        }
    }
    let nobody = people.iter().all(People::is_empty);
    if nobody && (wanted.person.is_some() || wanted.position.is_some() || wanted.team.is_some()) {
        let wishes = [("person", wanted.person), ("position", wanted.position), ("team", wanted.team)];
        let wishes: Vec<String> =
            wishes.iter().filter_map(|(what, wish)| wish.map(|wish| format!("{what} `{wish}`"))).collect();
        let message = format!("nobody evaluated {these} fits {}", wishes.join(" and "));
        return Err(Failure::with_help(message, "leave one of the wishes out to see who there is"));
    }
    Ok(people)
}

/// Roster and key of those with the key, else of the one with the name; a name that several people have does not do.
pub(super) fn find_person(
    wanted: &str,
    people: impl Iterator<Item = Brief> + Clone,
    these: &str,
) -> Result<BTreeSet<(DataId, Arc<str>)>, Failure> {
    let with = |matches: &dyn Fn(&Brief) -> bool| -> BTreeSet<(DataId, Arc<str>)> {
        people.clone().filter(matches).map(|person| (person.roster, person.person)).collect()
    };
    let by_key = with(&|person| &*person.person == wanted);
    if !by_key.is_empty() {
        return Ok(by_key);
    }
    let by_name = with(&|person| &*person.name == wanted);
    match by_name.len() {
        1 => Ok(by_name),
        0 => {
            let message = format!("nobody evaluated {these} has the key or name `{wanted}`");
            let people: Vec<Brief> = people.collect();
            let people = people.iter();
            if let Some(same) = another_writing(wanted, people.clone().map(|person| &*person.person)) {
                return Err(Failure::with_help(message, format_args!("did you mean `{same}`?")));
            }
            if let Some(same) = without_letters(wanted, people.clone().map(|person| &*person.person)) {
                return Err(Failure::with_help(message, format_args!("did you mean `{same}`?")));
            }
            // Another key is somebody else's; a name may be misspelt.
            let shown = |person: &Brief| match person.name.is_empty() || person.name == person.person {
                true => format!("`{}`", person.person),
                false => format!("`{}` ({})", person.person, person.name),
            };
            let named = people.clone().filter(|person| !person.name.is_empty() && person.name != person.person);
            let known = named.map(|person| (&*person.name, shown(person)));
            let there: BTreeSet<(&str, String)> = people.map(|person| (&*person.person, shown(person))).collect();
            let there: Vec<String> = there.into_iter().map(|(_, shown)| shown).collect();
            Err(unknown(message, wanted, known)
                .or_help(|| all_or_how(&there, "evaluated are", "leave `--person` out to see everyone")))
        }
        several => {
            let keys = by_name.iter().map(|(_, person)| format!("`{person}`")).collect::<Vec<_>>();
            let message = format!("{several} people have the name `{wanted}`");
            Err(Failure::with_help(message, format!("give the key instead: {}", keys.join(", "))))
        }
    }
}

/// The one key that ends in this number behind its letters: `P3` of `3`.
fn without_letters<'k>(wanted: &str, keys: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    if wanted.is_empty() || !wanted.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |key: &str| {
        let digits = key.trim_start_matches(|letter: char| !letter.is_ascii_digit());
        digits.trim_start_matches('0') == wanted.trim_start_matches('0')
    };
    let found: BTreeSet<&str> = keys.filter(|key| number(key)).collect();
    found.first().copied().filter(|_| found.len() == 1)
}

/// The names of positions that have this name or label.
pub(super) fn find_positions<'m>(wanted: &str, model: &'m Model) -> Result<BTreeSet<&'m str>, Failure> {
    let matches = |position: &&crate::model::Position| {
        position.name == wanted
            || position.label.text == wanted
            || position.label.translations.values().any(|label| label == wanted)
    };
    let names = model.positions.iter().filter(matches).map(|position| position.name.as_str()).collect::<BTreeSet<_>>();
    if names.is_empty() {
        let known = model.positions.iter().flat_map(|position| {
            let labels = std::iter::once(&position.label.text).chain(position.label.translations.values());
            let name = || format!("`{}`", position.name);
            std::iter::once(&position.name).chain(labels).map(move |text| (text.as_str(), name()))
        });
        let names: BTreeSet<String> = model.positions.iter().map(|position| format!("`{}`", position.name)).collect();
        let names: Vec<String> = names.into_iter().collect();
        return Err(unknown(format!("there is no position `{wanted}`"), wanted, known)
            .or_help(|| all_or_how(&names, "the positions are", "leave the option out to see all positions")));
    }
    Ok(names)
}

/// The team with a key, or with a name on a day.
fn find_team(wanted: &str, teams: &[Team], day: Day) -> Result<usize, Failure> {
    let by_key = teams.iter().position(|team| &*team.key == wanted);
    let names: Vec<Arc<str>> = teams.iter().map(|team| team.name_on(day)).collect();
    let by_name = (0..teams.len()).filter(|at| &*names[*at] == wanted).collect::<Vec<_>>();
    match (by_key, by_name.as_slice()) {
        (Some(team), _) => Ok(team),
        (None, [team]) => Ok(*team),
        (None, []) => {
            let known = teams.iter().zip(&names).flat_map(|(team, name)| {
                let shown = if name.is_empty() || *name == team.key {
                    format!("`{}`", team.key)
                } else {
                    format!("`{}` ({name})", team.key)
                };
                [(&*team.key, shown.clone()), (&**name, shown)]
            });
            let message = format!("there is no team `{wanted}`");
            let all: Vec<String> = teams.iter().map(|team| format!("`{}`", team.key)).collect();
            let without = "the project has no tree of teams: leave `--team` out";
            Err(unknown(message, wanted, known).or_help(|| match all.is_empty() {
                true => without.to_string(),
                false => all_or_how(&all, "the teams are", "leave `--team` out to see everyone"),
            }))
        }
        (None, several) => {
            let keys = several.iter().map(|at| format!("`{}`", teams[*at].key)).collect::<Vec<_>>();
            let message = format!("{} teams have the name `{wanted}`", several.len());
            Err(Failure::with_help(message, format!("give the key instead: {}", keys.join(", "))))
        }
    }
}

/// Whether a team is another, or lies below it on a day.
fn is_below(team: usize, top: usize, teams: &[Team], day: Day) -> bool {
    // No tree is deeper than it has teams.
    std::iter::successors(Some(team), |at| teams[*at].parent_on(day)).take(teams.len()).any(|at| at == top)
}

/// All there are, where they are few, or how to see them.
fn all_or_how(all: &[String], are: &str, how: &str) -> String {
    const FEW: usize = 8;
    match all.len() {
        1..=FEW if all.len() == 1 => format!("there is only {}", all[0]),
        2..=FEW => format!("{are} {}", all.join(", ")),
        _ => how.to_string(),
    }
}

/// The failure for a text that nothing has, with the nearest ones there are.
fn unknown<'k>(message: String, wanted: &str, known: impl Iterator<Item = (&'k str, String)>) -> Failure {
    let mut shown = Vec::<String>::new();
    for text in alike(wanted, known) {
        if !shown.contains(&text) {
            shown.push(text);
        }
    }
    shown.truncate(3);
    match shown.split_last() {
        None => Failure::new(message),
        Some((only, [])) => Failure::with_help(message, format_args!("did you mean {only}?")),
        Some((last, others)) => {
            Failure::with_help(message, format_args!("did you mean {} or {last}?", others.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::query::TeamState;

    fn person(key: &str, name: &str) -> Brief {
        let (person, name) = (Arc::from(key), Arc::from(name));
        Brief { roster: DataId(0), person, name, cards: Vec::new(), overall: None, grade: None, rank: None }
    }

    fn said(failure: Failure) -> String {
        match failure {
            Failure::Said(said) => format!("{}; {}", said.message, said.help.unwrap_or_default()),
            Failure::NotFound { .. } | Failure::NobodyReads => String::new(),
        }
    }

    #[test]
    fn people_are_found_by_key_or_name_or_the_nearest_are_named() {
        let (a, b, c) = (person("P01", "Wang Fang"), person("P02", "Li Lei"), person("P03", "Li Lei"));
        // Each in two periods.
        let find = |wanted| find_person(wanted, [&a, &b, &c, &a, &b, &c].into_iter().cloned(), "in this period");
        assert_eq!(find("P02").unwrap(), BTreeSet::from([(DataId(0), "P02".into())]));
        assert_eq!(find("Wang Fang").unwrap(), BTreeSet::from([(DataId(0), "P01".into())]));
        assert_eq!(
            said(find("Li Lei").unwrap_err()),
            "2 people have the name `Li Lei`; give the key instead: `P02`, `P03`"
        );
        assert_eq!(
            said(find("Wang Fan").unwrap_err()),
            "nobody evaluated in this period has the key or name `Wang Fan`; did you mean `P01` (Wang Fang)?"
        );
    }

    #[test]
    fn a_team_brings_all_teams_below_it() {
        let state = |from, parent| TeamState { from: Day(from), name: Arc::from(""), parent };
        let team = |key: &str, states| Team { key: Arc::from(key), states };
        let teams = [
            team("BJ", vec![state(0, None)]),
            team("SH", vec![state(0, None)]),
            team("SH1", vec![state(0, Some(1)), state(100, Some(0))]),
            team("SH11", vec![state(0, Some(2))]),
        ];
        let below = |top: &str, day: i32| {
            let top = find_team(top, &teams, Day(day)).unwrap();
            (0..teams.len()).filter(|at| is_below(*at, top, &teams, Day(day))).map(|at| &*teams[at].key).collect()
        };
        let all: Vec<&str> = below("SH", 99);
        assert_eq!(all, ["SH", "SH1", "SH11"]);
        assert_eq!(below("SH", 100), ["SH"]);
        assert_eq!(below("SH11", 100), ["SH11"]);
        assert!(said(find_team("SH2", &teams, Day(0)).unwrap_err()).contains("did you mean"));
    }
}
