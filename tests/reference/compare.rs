//! One project through the program and through the reference.

use std::fs;

use merit::data::{BLOCK, Options, answer};
use merit::diagnostic::Diagnostic;
use merit::number::Number;
use merit::plan::plan;
use merit::plan::query::Answers;
use merit::score::card::{Card, EntryResult, EntryResultKind, RatingResult, Results};
use merit::score::score;
use merit::time::PeriodName;
use merit::value::{Missing, Value};

use super::formulas::MISTAKES;
use super::rows::World;
use super::score::{CardR, EntryR, PersonR};
use super::spec::Project;

pub enum Outcome {
    /// With the number of scorecards.
    Agree(usize),
    /// The checker finds a mistake in the specs.
    Refused(String),
    /// Both find a mistake in the data.
    MistakeInData,
    Differ(String),
}

pub fn compare(project: &Project) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("all.merit"), project.spec()).unwrap();
    fs::create_dir(folder.path().join("data")).unwrap();
    for (name, text) in &project.files {
        fs::write(folder.path().join("data").join(name), text).unwrap();
    }
    let loaded = merit::project::load(&[folder.path().to_path_buf()]).unwrap();
    if let Some(error) = loaded.diagnostics.iter().find(|finding| finding.is_error()) {
        let place = error.labels.first().map_or("", |label| loaded.sources.text(label.span));
        return Outcome::Refused(format!("{} [{place}]", error.message));
    }
    let model = &loaded.model;
    let period = PeriodName::parse(project.period).unwrap();
    let plan = match plan(model, period) {
        Ok(plan) => plan,
        Err(errors) => return Outcome::Refused(messages(&errors)),
    };
    let options = |stream_above, block| Options {
        data: folder.path().join("data"),
        threads: 2,
        strict: false,
        allow_empty: true,
        stream_above,
        block,
        progress: None,
    };
    let answers = answer(model, &plan.query, &options(u64::MAX, BLOCK));
    // Tables that go by in blocks of a few rows answer the same, and say the same of what is wrong.
    let passing = answer(model, &plan.query, &options(0, 200));
    if shown(&answers) != shown(&passing) {
        return Outcome::Differ(format!("as they go by: {passing:?}, kept: {answers:?}"));
    }
    let results = answers.and_then(|answers| score(model, &plan, &answers));

    MISTAKES.with(|mistakes| mistakes.borrow_mut().clear());
    let world = World::new(model, &project.files, model.company.calendar.months(period));
    let people = world.evaluate();
    let mistakes = MISTAKES.with(|mistakes| mistakes.borrow().clone());
    match results {
        Err(errors) if mistakes.is_empty() => Outcome::Differ(format!("the program refuses: {}", messages(&errors))),
        Err(_) => Outcome::MistakeInData,
        Ok(_) if !mistakes.is_empty() => Outcome::Differ(format!("the program overlooks: {mistakes:?}")),
        Ok(results) => match differences(&results, &people) {
            Ok(()) => Outcome::Agree(results.people.iter().map(|person| person.cards.len()).sum()),
            Err(what) => Outcome::Differ(what),
        },
    }
}

/// All but how many links were followed to the row of another day: rows that are read for one measure are counted when
/// another one of the same pass, which leaves them out, follows its links; and which measures share a pass differs.
fn shown(answers: &Result<Answers, Vec<Diagnostic>>) -> String {
    let mut answers = answers.clone();
    for file in answers.iter_mut().flat_map(|answers| &mut answers.files) {
        file.repairs.retain(|(_, repair, _)| !repair.starts_with("no row on the day"));
    }
    format!("{answers:?}")
}

fn messages(errors: &[Diagnostic]) -> String {
    errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; ")
}

type Same = Result<(), String>;

fn differences(results: &Results, people: &[PersonR]) -> Same {
    same("how many people", &results.people.len(), &people.len())?;
    for mine in &results.people {
        let name = &*mine.person;
        let key = vec![Value::text(name)];
        let theirs = people.iter().find(|person| person.key == key).ok_or(format!("{name} is not evaluated"))?;
        same(&format!("cards of {name}"), &mine.cards.len(), &theirs.cards.len())?;
        for (card, other) in mine.cards.iter().zip(&theirs.cards) {
            same_card(&format!("{name} from {}", card.from), card, other)?;
        }
        same_option(&format!("overall of {name}"), &mine.overall, &theirs.overall)?;
        same(&format!("overall rating of {name}"), &grades(&mine.rating), &theirs.rating)?;
        same(&format!("rank of {name}"), &mine.rank, &theirs.rank)?;
    }
    Ok(())
}

fn same_card(name: &str, mine: &Card, theirs: &CardR) -> Same {
    same(&format!("{name}: position"), &mine.position, &theirs.seat.position)?;
    same(&format!("{name}: days"), &(mine.from, mine.to), &(theirs.seat.from, theirs.seat.to))?;
    let team = theirs.seat.stint.team.as_ref().map(|team| team[0].clone());
    same(&format!("{name}: team"), &mine.team.as_ref().map(|team| Value::text(&team.key)), &team)?;
    same(&format!("{name}: eligible"), &mine.eligible, &theirs.eligible)?;
    match (&mine.scorecard, &theirs.score) {
        (None, None) => {}
        (Some(mine), Some(theirs)) => {
            same_entries(name, &mine.entries, &theirs.entries)?;
            for (at, (mine, theirs)) in mine.adjustments.iter().zip(&theirs.adjustments).enumerate() {
                same_value(&format!("{name}: value of adjustment {at}"), &mine.value, &theirs.0)?;
                same_value(&format!("{name}: points of adjustment {at}"), &mine.points, &theirs.1)?;
            }
            let holds: Vec<Option<bool>> = mine.vetoes.iter().map(|veto| veto.holds).collect();
            same(&format!("{name}: vetoes"), &holds, &theirs.vetoes)?;
            same_number(&format!("{name}: completeness"), &mine.completeness, &theirs.completeness)?;
            same_known(&format!("{name}: combined"), &mine.combined, &theirs.combined)?;
            same_known(&format!("{name}: score"), &mine.score, &theirs.score)?;
            same(&format!("{name}: rating"), &grades(&mine.rating), &theirs.rating)?;
        }
        _ => return Err(format!("{name}: only one has a scorecard")),
    }
    for (at, (mine, theirs)) in mine.outputs.iter().zip(&theirs.outputs).enumerate() {
        same_value(&format!("{name}: output {at}"), mine, theirs)?;
    }
    Ok(())
}

fn same_entries(name: &str, mine: &[EntryResult], theirs: &[EntryR]) -> Same {
    same(&format!("{name}: how many entries"), &mine.len(), &theirs.len())?;
    for (at, (mine, theirs)) in mine.iter().zip(theirs).enumerate() {
        let name = format!("{name}, entry {at}");
        match &mine.what {
            EntryResultKind::Group(entries) => same_entries(&name, entries, &theirs.inside)?,
            EntryResultKind::Kpi { value, target, attainment, .. } => {
                same_value(&format!("{name}: value"), value, theirs.value.as_ref().unwrap())?;
                match (target, &theirs.target) {
                    (Some(mine), Some(theirs)) => same_value(&format!("{name}: target"), mine, theirs)?,
                    (mine, theirs) => same(&format!("{name}: target"), mine, theirs)?,
                }
                match (attainment, &theirs.attainment) {
                    (Some(mine), Some(theirs)) => same_value(&format!("{name}: attainment"), mine, theirs)?,
                    (mine, theirs) => same(&format!("{name}: attainment"), mine, theirs)?,
                }
            }
            EntryResultKind::OtherScore(_) => {}
        }
        same_value(&format!("{name}: score"), &mine.score, theirs.score.as_ref().unwrap())?;
        same_number(&format!("{name}: weight"), &mine.weight, &theirs.weight.0)?;
        same_number(&format!("{name}: effective weight"), &mine.effective_weight, &theirs.effective.0)?;
        same_number(&format!("{name}: share of total"), &mine.share_of_total, &theirs.share.0)?;
        same_option(&format!("{name}: contribution"), &mine.contribution, &theirs.contribution)?;
    }
    Ok(())
}

fn grades(rating: &Option<RatingResult>) -> Option<(usize, usize)> {
    rating.as_ref().map(|rating| (rating.grade, rating.by_score))
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, mine: &T, theirs: &T) -> Same {
    if mine == theirs { Ok(()) } else { Err(format!("{what}: the program has {mine:?}, the reference {theirs:?}")) }
}

fn same_option(what: &str, mine: &Option<Number>, theirs: &Option<Number>) -> Same {
    match (mine, theirs) {
        (Some(mine), Some(theirs)) => same_number(what, mine, theirs),
        _ => same(what, mine, theirs),
    }
}

/// Exactly; where roots had a part in it, to 20 places.
fn same_number(what: &str, mine: &Number, theirs: &Number) -> Same {
    let close = Number::from_parts(1, 20);
    if mine.is_approximate() && mine.sub(theirs).abs() <= close {
        return Ok(());
    }
    same(what, mine, theirs)
}

fn same_value(what: &str, mine: &Value, theirs: &Value) -> Same {
    match (mine, theirs) {
        (Value::Missing(mine), Value::Missing(theirs)) => same(&format!("{what}: reason"), &kind(mine), &kind(theirs)),
        (Value::Number(mine), Value::Number(theirs)) => same_number(what, mine, theirs),
        _ => same(what, mine, theirs),
    }
}

/// A total: why there is none is said in words of its own.
fn same_known(what: &str, mine: &Value, theirs: &Value) -> Same {
    match (mine, theirs) {
        (Value::Missing(_), Value::Missing(_)) => Ok(()),
        _ => same_value(what, mine, theirs),
    }
}

fn kind(reason: &Missing) -> String {
    match reason {
        Missing::Ambiguous(_) => "ambiguous".into(),
        Missing::Stated(_) => "stated".into(),
        other => format!("{other:?}"),
    }
}
