//! Changes for programs: every number exact.

use serde_json::{Map, Value, json};

use super::clauses::{Clause, Clauses};
use super::declared::start_text;
use super::people::{OutputName, PeopleChanges, PersonChange, Standing, Sums};
use super::{Change, Changes, Effect, Side, Told, Why};
use crate::documents::Document;
use crate::explain::cliffs::{Cliff, CliffChange, Of, Sides};
use crate::provenance::{Provenance, Specs};

/// One of the two projects: what it is called, the commit where it is a revision, and its specs.
pub struct Project<'a> {
    pub name: &'a str,
    pub commit: Option<&'a str>,
    pub specs: &'a Specs,
}

/// The document.
pub fn document(
    [old, new]: [Project; 2],
    changes: &Changes,
    people: Option<(&PeopleChanges, String)>,
    clauses: &Clauses,
    doubts: &[String],
    made: &Provenance,
) -> String {
    let project = |project: Project| {
        let Project { name, commit, specs } = project;
        json!({ "name": name, "commit": commit, "specs": specs })
    };
    let document = json!({
        "schema": Document::Diff.schema(),
        "provenance": made,
        "failure": null,
        "findings": [],
        "old": project(old),
        "new": project(new),
        "without_effect": changes.are_without_effect(),
        "affected": changes.affected(),
        "changes": changes.changes.iter().map(change).collect::<Vec<_>>(),
        "clauses": clauses.clauses.iter().map(clause).collect::<Vec<_>>(),
        "people": people.map(|(people, period)| of_people(people, &period)),
        "doubts": doubts,
    });
    format!("{document:#}\n")
}

fn change(change: &Change) -> Value {
    let Change { kind, name, what, old, new, from, effect, users } = change;
    let (label, why, positions, through) = match effect {
        Effect::None(why) => ("none", Some(why), &[][..], &[][..]),
        Effect::Affects { positions, through } => ("affects", None, positions.as_slice(), through.as_slice()),
    };
    let why = why.map(|why| match why {
        Why::Shown => "shown",
        Why::Same => "same",
        Why::Unused => "unused",
    });
    json!({
        "kind": kind,
        "name": name,
        "what": what,
        "old": old.as_ref().map(told),
        "new": new.as_ref().map(told),
        "from": from.map(start_text),
        "effect": label,
        "why": why,
        "positions": positions,
        "through": through,
        "users": users,
    })
}

fn clause(clause: &Clause) -> Value {
    let Clause { kind: _, name, label, before, after, people, amount, largest } = clause;
    json!({
        "kind": clause.word(),
        "name": name,
        "label": label,
        "before": before,
        "after": after,
        "people": people,
        "amount": amount,
        "largest": largest,
    })
}

fn told(told: &Told) -> Value {
    let Told { text, side, file, line } = told;
    let file = file.display().to_string().replace(std::path::MAIN_SEPARATOR, "/");
    let side = match side {
        Side::Old => "old",
        Side::New => "new",
    };
    json!({ "text": text, "side": side, "file": file, "line": line })
}

fn of_people(people: &PeopleChanges, period: &str) -> Value {
    let PeopleChanges {
        changed,
        same,
        gained,
        lost,
        grades,
        come,
        gone,
        totals,
        by_position,
        teams,
        by_team,
        cliffs,
        units: _,
    } = people;
    let grades = grades.iter().map(|((old, new), count)| json!({ "old": old, "new": new, "people": count }));
    let position =
        |((position, name), sum): (&(String, OutputName), &Sums)| sums(Some(("position", position)), name, sum);
    let team = |((team, name), sum): (&(std::sync::Arc<str>, OutputName), &Sums)| {
        let mut of_team = sums(Some(("team", team)), name, sum);
        of_team["team_name"] = teams.get(team).map(|name| name.to_string()).into();
        of_team
    };
    json!({
        "period": period,
        "gained": gained,
        "lost": lost,
        "same": same,
        "grades": grades.collect::<Vec<_>>(),
        "changed": changed.iter().map(person).collect::<Vec<_>>(),
        "come": come.iter().map(person).collect::<Vec<_>>(),
        "gone": gone.iter().map(person).collect::<Vec<_>>(),
        "totals": totals.iter().map(|(name, sum)| sums(None, name, sum)).collect::<Vec<_>>(),
        "by_position": by_position.iter().map(position).collect::<Vec<_>>(),
        "by_team": by_team.iter().map(team).collect::<Vec<_>>(),
        "cliffs": cliffs.iter().map(cliff).collect::<Vec<_>>(),
    })
}

fn cliff(change: &CliffChange) -> Value {
    let CliffChange { cliff: Cliff { position, of, at }, old, new } = change;
    let (kpi, of) = match of {
        Of::Kpi { name, of_attainment } => (Some(name), if *of_attainment { "attainment" } else { "value" }),
        Of::Grade => (None, "grade"),
    };
    let sides = |sides: &Option<Sides>| {
        sides.as_ref().map(|Sides { below, above, at: _, just_below, just_above }| {
            json!({ "below": below, "above": above, "just_below": just_below, "just_above": just_above })
        })
    };
    json!({ "position": position, "of": of, "kpi": kpi, "at": at, "old": sides(old), "new": sides(new) })
}

fn sums(of: Option<(&str, &str)>, name: &OutputName, sums: &Sums) -> Value {
    let mut found = Map::new();
    if let Some((what, name)) = of {
        found.insert(what.into(), name.into());
    }
    found.insert("output".into(), name.name.clone().into());
    found.insert("unit".into(), name.unit.clone().into());
    found.insert("old".into(), json!(sums.old));
    found.insert("new".into(), json!(sums.new));
    found.insert("difference".into(), json!(sums.difference()));
    found.into()
}

fn person(change: &PersonChange) -> Value {
    json!({
        "roster": change.roster,
        "person": &*change.person,
        "name": change.any().map(|standing| standing.name.to_string()),
        "old": change.old.as_ref().map(standing),
        "new": change.new.as_ref().map(standing),
        "difference": change.score(),
    })
}

fn standing(standing: &Standing) -> Value {
    let Standing { name: _, position, team, score, grade, outputs } = standing;
    let output = |(name, number): (&OutputName, &Option<crate::number::Number>)| json!({ "output": name.name, "unit": name.unit, "amount": number });
    json!({
        "position": position,
        "team": team.as_ref().map(|team| team.key.to_string()),
        "score": score,
        "grade": grade.as_ref().map(|grade| grade.name.clone()),
        "outputs": outputs.iter().map(output).collect::<Vec<_>>(),
    })
}
