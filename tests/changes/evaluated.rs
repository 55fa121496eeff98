//! Two projects over the same data: what is said of the change, held against what comes out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use merit::data::options::Options;
use merit::data::{answer, own_months};
use merit::explain::changes::Changes;
use merit::plan::plans;
use merit::project::Project;
use merit::score::card::{EntryResult, EntryResultKind, PersonResult, Results};
use merit::time::PeriodName;
use merit::value::Value;

/// What comes out for everyone; `None` where the data are refused.
fn results(project: &Project, data: &Path, period: &str) -> Option<Results> {
    let options = Options { allow_empty: true, ..Options::of(data.to_path_buf()) };
    let model = match own_months(&project.model, &options).ok()? {
        Some(months) => project.model.with_own_months(months),
        None => project.model.clone(),
    };
    let period = PeriodName::parse(period).unwrap();
    let plans = plans(&model, &[period]).ok()?;
    let answers = answer(&model, &plans[0].query, &options).ok()?;
    Some(merit::score::score_all(&model, &plans, &answers).ok()?.remove(0))
}

/// All numbers of somebody, and the positions held.
fn numbers(project: &Project, person: &PersonResult) -> (String, BTreeSet<String>) {
    let model = &project.model;
    let mut shown = format!("{:?}", person.overall);
    let rating = person.rating.as_ref().map(|rating| rating.grade);
    shown += &format!(" grade {rating:?}");
    let mut positions = BTreeSet::new();
    for card in &person.cards {
        let position = &model.positions[card.position.0];
        positions.insert(position.name.clone());
        let score = card.scorecard.as_ref().map(|scorecard| scorecard.score.as_number());
        let grade = card.scorecard.as_ref().and_then(|scorecard| scorecard.rating.as_ref().map(|rating| rating.grade));
        shown += &format!("\n  {} to {}: {score:?} {grade:?}", card.from, card.to);
    }
    for card in person.cards.iter().filter_map(|card| card.scorecard.as_ref()) {
        let mut entries = Vec::new();
        of_entries(&card.entries, &mut entries);
        // In whatever order they stand.
        entries.sort();
        let added: Vec<_> =
            card.adjustments.iter().map(|one| (one.value.as_number(), one.points.as_number())).collect();
        shown += &format!("\n  {entries:?} {added:?}");
    }
    for post in &person.posts {
        let mut outputs: Vec<String> = post.outputs.iter().map(|one| format!("{:?}", one.value.as_number())).collect();
        outputs.sort();
        shown += &format!("\n  {outputs:?}");
    }
    (shown, positions)
}

/// Roster, as the old project calls it, and key.
type Key = (String, String);

/// What was compared.
#[derive(Debug, Default)]
pub struct Told {
    /// Edits that were called without effect, and by which nobody's numbers changed.
    pub without: usize,
    /// People whose numbers changed by one that was not.
    pub changed: usize,
    /// Edits that were said to have an effect.
    pub with: usize,
}

/// All that is computed for entries, as far as there is a number.
fn of_entries(entries: &[EntryResult], found: &mut Vec<String>) {
    for entry in entries {
        let what = match &entry.what {
            EntryResultKind::Group(inner) => {
                of_entries(inner, found);
                String::new()
            }
            EntryResultKind::Kpi { value, target, attainment, .. } => {
                let number = |value: &Option<Value>| value.as_ref().and_then(Value::as_number).cloned();
                format!("{:?} {:?} {:?}", value.as_number(), number(target), number(attainment))
            }
            EntryResultKind::OtherScore(_) => String::new(),
        };
        found.push(format!("{what} {:?} {:?}", entry.score.as_number(), entry.share_of_total));
    }
}

/// All numbers of everyone, and the positions they hold, by the roster's name and the key; `None` where the data are refused.
pub type Outcome = Option<BTreeMap<Key, (String, BTreeSet<String>)>>;

/// What comes out of a project.
pub fn outcome(project: &Project, data: &Path, period: &str) -> Outcome {
    let results = results(project, data, period)?;
    let key = |person: &PersonResult| (project.model.data[person.roster.0].name.clone(), person.person.to_string());
    Some(results.people.iter().map(|person| (key(person), numbers(project, person))).collect())
}

/// Says what is wrong with what was said of a change, by what comes out before and after it.
pub fn verify(before: &Outcome, after: Outcome, changes: &Changes, told: &mut Told) -> Result<(), String> {
    let without = changes.are_without_effect();
    let (Some(before), Some(after)) = (before, after) else { return Ok(()) };
    let old_name = |roster: String| changes.data_sets.get(&roster).cloned().unwrap_or(roster);
    let after: BTreeMap<Key, _> =
        after.into_iter().map(|((roster, key), all)| ((old_name(roster), key), all)).collect();
    let affected: BTreeSet<&str> = changes.affected();
    let keys: BTreeSet<&Key> = before.keys().chain(after.keys()).collect();
    let mut moved = 0;
    for key in keys {
        let (was, is) = (before.get(key), after.get(key));
        if was.map(|one| &one.0) == is.map(|one| &one.0) {
            continue;
        }
        moved += 1;
        let positions: BTreeSet<&String> = was.iter().chain(&is).flat_map(|one| &one.1).collect();
        let is_affected = |name: &&&String| {
            let renamed = |(new, old): (&String, &String)| old == **name && affected.contains(new.as_str());
            affected.contains(name.as_str()) || changes.positions.iter().any(renamed)
        };
        if !positions.iter().any(|name| is_affected(&name)) {
            let what = format!("{was:?}\nand then\n{is:?}");
            return Err(format!("{key:?} in {positions:?} has\n{what}\nand only {affected:?} are affected"));
        }
    }
    if without && moved > 0 {
        return Err(format!("{moved} people changed by what is called without effect"));
    }
    told.without += usize::from(without);
    told.with += usize::from(!without);
    told.changed += moved;
    Ok(())
}

/// What is computed for a period, as far as it is told by numbers and places; `None` where nothing is planned.
pub fn planned(project: &Project, period: &str) -> Option<String> {
    let plans = plans(&project.model, &[PeriodName::parse(period).unwrap()]).ok()?;
    let (program, query) = (&plans[0].program, &plans[0].query);
    let cards: Vec<String> = program.cards.iter().map(|card| format!("{card:?}")).collect();
    Some(format!(
        "{:?}\n{cards:?}\n{:?}\n{:?}\n{:?}\n{:?}",
        program.nodes, program.curves, program.matrices, query.measures, query.reads
    ))
}
