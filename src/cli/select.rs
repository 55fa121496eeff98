//! Who is shown: by person, position or team.

use std::collections::BTreeSet;

use super::exit::Failure;
use crate::model::Model;
use crate::plan::query::Team;
use crate::score::card::{PersonResult, Results};

/// The wishes of the command line.
pub struct Wanted<'a> {
    pub person: Option<&'a str>,
    pub position: Option<&'a str>,
    pub team: Option<&'a str>,
}

/// The people that all wishes leave, in the order of the results.
pub fn select<'r>(
    wanted: &Wanted<'_>,
    model: &Model,
    teams: &[Team],
    results: &'r Results,
) -> Result<Vec<&'r PersonResult>, Failure> {
    let mut people = results.people.iter().collect::<Vec<_>>();
    if let Some(person) = wanted.person {
        people = find_person(person, &people)?;
    }
    if let Some(position) = wanted.position {
        let names = find_positions(position, model)?;
        people.retain(|person| {
            person.cards.iter().any(|card| names.contains(model.positions[card.position.0].name.as_str()))
        });
    }
    if let Some(team) = wanted.team {
        let keys = find_teams(team, teams)?;
        let inside = |person: &&PersonResult| {
            person.cards.iter().any(|card| card.team.as_ref().is_some_and(|team| keys.contains(&*team.key)))
        };
        people.retain(inside);
    }
    if people.is_empty() && (wanted.person.is_some() || wanted.position.is_some() || wanted.team.is_some()) {
        let wishes = [("person", wanted.person), ("position", wanted.position), ("team", wanted.team)];
        let wishes: Vec<String> =
            wishes.iter().filter_map(|(what, wish)| wish.map(|wish| format!("{what} `{wish}`"))).collect();
        let message = format!("nobody evaluated in this period fits {}", wishes.join(" and "));
        return Err(Failure::with_help(message, "leave one of the wishes out to see who there is"));
    }
    Ok(people)
}

/// By key, else by name; a name that several people have does not do.
fn find_person<'r>(wanted: &str, people: &[&'r PersonResult]) -> Result<Vec<&'r PersonResult>, Failure> {
    let with = |matches: &dyn Fn(&PersonResult) -> bool| {
        people.iter().copied().filter(|person| matches(person)).collect::<Vec<_>>()
    };
    let by_key = with(&|person| &*person.person == wanted);
    if !by_key.is_empty() {
        return Ok(by_key);
    }
    let by_name = with(&|person| &*person.name == wanted);
    match by_name.as_slice() {
        [_] => Ok(by_name),
        [] => {
            let known = people.iter().flat_map(|person| {
                let shown = if person.name.is_empty() || person.name == person.person {
                    format!("`{}`", person.person)
                } else {
                    format!("`{}` ({})", person.person, person.name)
                };
                [(&*person.person, shown.clone()), (&*person.name, shown)]
            });
            Err(unknown(format!("nobody evaluated in this period has the key or name `{wanted}`"), wanted, known))
        }
        several => {
            let keys = several.iter().map(|person| format!("`{}`", person.person)).collect::<Vec<_>>();
            let message = format!("{} people have the name `{wanted}`", several.len());
            Err(Failure::with_help(message, format!("give the key instead: {}", keys.join(", "))))
        }
    }
}

/// The names of positions that have this name or label.
fn find_positions<'m>(wanted: &str, model: &'m Model) -> Result<BTreeSet<&'m str>, Failure> {
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
        return Err(unknown(format!("there is no position `{wanted}`"), wanted, known));
    }
    Ok(names)
}

/// The keys of a team and of all teams below it.
fn find_teams<'t>(wanted: &str, teams: &'t [Team]) -> Result<BTreeSet<&'t str>, Failure> {
    let by_key = teams.iter().position(|team| &*team.key == wanted);
    let by_name = (0..teams.len()).filter(|at| &*teams[*at].name == wanted).collect::<Vec<_>>();
    let root = match (by_key, by_name.as_slice()) {
        (Some(root), _) => root,
        (None, [root]) => *root,
        (None, []) => {
            let known = teams.iter().flat_map(|team| {
                let shown = if team.name.is_empty() || team.name == team.key {
                    format!("`{}`", team.key)
                } else {
                    format!("`{}` ({})", team.key, team.name)
                };
                [(&*team.key, shown.clone()), (&*team.name, shown)]
            });
            return Err(unknown(format!("there is no team `{wanted}`"), wanted, known));
        }
        (None, several) => {
            let keys = several.iter().map(|at| format!("`{}`", teams[*at].key)).collect::<Vec<_>>();
            let message = format!("{} teams have the name `{wanted}`", several.len());
            return Err(Failure::with_help(message, format!("give the key instead: {}", keys.join(", "))));
        }
    };
    let below = |mut at: usize| {
        // No tree is deeper than it has teams.
        for _ in 0..=teams.len() {
            if at == root {
                return true;
            }
            match teams[at].parent {
                Some(parent) => at = parent,
                None => return false,
            }
        }
        false
    };
    Ok((0..teams.len()).filter(|at| below(*at)).map(|at| &*teams[at].key).collect())
}

/// The failure for a text that nothing has, with the nearest ones there are.
fn unknown<'k>(message: String, wanted: &str, known: impl Iterator<Item = (&'k str, String)>) -> Failure {
    let wanted = wanted.to_lowercase();
    let mut near = known
        .map(|(text, shown)| (strsim::jaro_winkler(&wanted, &text.to_lowercase()), shown))
        .filter(|(likeness, _)| *likeness > 0.75)
        .collect::<Vec<_>>();
    near.sort_by(|(one, a), (other, b)| other.total_cmp(one).then_with(|| a.cmp(b)));
    let mut shown = Vec::<String>::new();
    for (_, text) in near {
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
    use std::sync::Arc;

    fn person(key: &str, name: &str) -> PersonResult {
        let (person, name) = (Arc::from(key), Arc::from(name));
        PersonResult { person, name, cards: Vec::new(), overall: None, rating: None, rank: None }
    }

    fn said(failure: Failure) -> String {
        match failure {
            Failure::Said { message, help } => format!("{message}; {}", help.unwrap_or_default()),
            Failure::NobodyReads => String::new(),
        }
    }

    #[test]
    fn people_are_found_by_key_or_name_or_the_nearest_are_named() {
        let (a, b, c) = (person("P01", "Wang Fang"), person("P02", "Li Lei"), person("P03", "Li Lei"));
        let people = [&a, &b, &c];
        assert_eq!(&*find_person("P02", &people).unwrap()[0].person, "P02");
        assert_eq!(&*find_person("Wang Fang", &people).unwrap()[0].person, "P01");
        assert_eq!(
            said(find_person("Li Lei", &people).unwrap_err()),
            "2 people have the name `Li Lei`; give the key instead: `P02`, `P03`"
        );
        assert_eq!(
            said(find_person("Wang Fan", &people).unwrap_err()),
            "nobody evaluated in this period has the key or name `Wang Fan`; did you mean `P01` (Wang Fang)?"
        );
    }

    #[test]
    fn a_team_brings_all_teams_below_it() {
        let team = |key: &str, parent| Team { key: Arc::from(key), name: Arc::from(""), parent };
        let teams = [team("BJ", None), team("SH", None), team("SH1", Some(1)), team("SH11", Some(2))];
        assert_eq!(find_teams("SH", &teams).unwrap().into_iter().collect::<Vec<_>>(), ["SH", "SH1", "SH11"]);
        assert_eq!(find_teams("SH11", &teams).unwrap().len(), 1);
        assert!(said(find_teams("SH2", &teams).unwrap_err()).contains("did you mean"));
    }
}
