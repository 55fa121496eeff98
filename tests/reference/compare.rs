//! One project through the program and through the reference.

use std::fs;
use std::sync::Arc;

use merit::closed::ClosedValues;
use merit::data::options::Options;
use merit::data::{BLOCK, answer, own_months};
use merit::diagnostic::{Code, Diagnostic};
use merit::model::data::DataId;
use merit::model::{Model, PositionId};
use merit::number::Number;
use merit::plan::query::{Answers, Doubt};
use merit::plan::{plan, plans};
use merit::report::{self, Format, Look, Report};
use merit::score::card::{Card, EntryResult, EntryResultKind, RatingResult, Results};
use merit::score::{score, score_all};
use merit::time::PeriodName;
use merit::value::{Missing, Value};

use super::closings::at_random;
use super::formulas::{MISTAKES, UNREAD};
use super::rows::{World, written};
use super::running::running;
use super::score::{CardR, EntryR, PersonR};
use super::spec::Project;
use super::suppose::supposing;

pub enum Outcome {
    /// With the number of scorecards.
    Agree(usize),
    /// The checker finds a mistake in the specs.
    Refused(String),
    /// Both find a mistake in the data.
    MistakeInData(String),
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
        return Outcome::Refused(format!("{:?}: {} [{place}]", error.code, error.message));
    }
    let period = PeriodName::parse(project.period).unwrap();
    // Blocks end anywhere.
    let (block, threads) = (40 + project.spec().len() % 400, 1 + project.spec().len() % 8);
    let options = |stream_above, block| Options {
        data: folder.path().join("data"),
        threads,
        strict: false,
        allow_empty: true,
        stream_above,
        memory: None,
        block,
        progress: None,
        ..Options::of(std::path::PathBuf::new())
    };
    let with_months;
    let model = match own_months(&loaded.model, &options(u64::MAX, BLOCK)) {
        Ok(None) => &loaded.model,
        Ok(Some(months)) => {
            with_months = loaded.model.with_own_months(months);
            &with_months
        }
        Err(errors) => return Outcome::Differ(format!("the calendar is refused: {}", messages(&errors))),
    };
    let plan = match plan(model, period) {
        Ok(plan) => plan,
        Err(errors) => return Outcome::Refused(messages(&errors)),
    };
    let mut world = World::new(model, &loaded.sources, &project.files, model.company.calendar.months(period));
    world.closings = at_random(&world, period, project.spec().len() as u64);
    let closed = Arc::new(world.closings.values(model));
    let with_closings = |mut answers: Answers| {
        answers.closed = closed.clone();
        answers
    };
    let answers = answer(model, &plan.query, &options(u64::MAX, BLOCK)).map(with_closings);
    // Tables that go by in blocks of a few rows answer the same, and say the same of what is wrong.
    let passing = answer(model, &plan.query, &options(0, block)).map(with_closings);
    if shown(&answers) != shown(&passing) {
        return Outcome::Differ(format!("as they go by: {passing:?}, kept: {answers:?}"));
    }
    let results = answers.as_ref().map_err(Clone::clone).and_then(|answers| score(model, &plan, answers));

    MISTAKES.with(|mistakes| mistakes.borrow_mut().clear());
    UNREAD.with(|unread| unread.borrow_mut().clear());
    let people = world.evaluate();
    let mistakes = MISTAKES.with(|mistakes| mistakes.borrow().clone());
    match results {
        // What only a post that nobody holds would read, the reference has not looked at; what is not taken it has.
        Err(errors)
            if mistakes.is_empty()
                && in_parts(&errors)
                && (somewhere_nobody(model, &people) || UNREAD.with(|unread| !unread.borrow().is_empty())) =>
        {
            Outcome::Refused("rows of a period that count in part, perhaps for what nobody comes to read".into())
        }
        Err(errors) if mistakes.is_empty() => Outcome::Differ(format!("the program refuses: {}", messages(&errors))),
        Err(errors) => Outcome::MistakeInData(messages(&errors[..1])),
        Ok(_) if !mistakes.is_empty() => Outcome::Differ(format!("the program overlooks: {mistakes:?}")),
        Ok(results) => {
            let supposed = |world: &mut World| match &answers {
                Ok(answers) => supposing((model, &plan, answers), world, project.spec().len() as u64),
                Err(_) => Ok(()),
            };
            match differences(&results, &people)
                .and_then(|()| alone_and_together(model, period, &options(0, 200), &closed))
                .and_then(|()| supposed(&mut world))
                .and_then(|()| {
                    world.supposed.clear();
                    let seed = project.spec().len() as u64;
                    running((model, period), &options(u64::MAX, BLOCK), &options(0, block), world, &results, seed)
                }) {
                Ok(()) => Outcome::Agree(results.people.iter().map(|person| person.cards.len()).sum()),
                Err(what) => Outcome::Differ(what),
            }
        }
    }
}

fn in_parts(errors: &[Diagnostic]) -> bool {
    errors.iter().all(|error| error.code == Code::StraddlingPeriod)
}

/// Whether there is a position that nobody holds of all in one of the rosters that can hold it.
fn somewhere_nobody(model: &Model, people: &[PersonR]) -> bool {
    let held = |position: PositionId, roster: DataId| {
        let mut seats = people.iter().flat_map(|person| &person.cards).map(|card| &card.seat);
        seats.any(|seat| seat.position == position && seat.roster == roster)
    };
    let places = || model.positions.iter().enumerate().map(|(at, position)| (PositionId(at), position));
    places().any(|(at, position)| position.rosters.iter().any(|roster| !held(at, *roster)))
}

/// Evaluates the period and the two before it one by one, and in one pass: the same results, or mistakes in both.
fn alone_and_together(model: &Model, period: PeriodName, options: &Options, closed: &Arc<ClosedValues>) -> Same {
    let with_closings = |mut answers: Answers| {
        answers.closed = closed.clone();
        answers
    };
    let year_before = PeriodName { year: period.year - 1, ..period };
    let mut periods: Vec<PeriodName> = year_before.up_to(period).unwrap().collect();
    periods.drain(..periods.len().saturating_sub(3));
    let written = |results: &Results| {
        let mut results = results.clone();
        // What was read, repaired and doubted is of the whole pass.
        results.files.clear();
        results.doubts.clear();
        let mut json = Vec::new();
        report::write(Format::Json, &Report::of_all(model, &results, None), LOOK, &mut json).unwrap();
        String::from_utf8(json).unwrap()
    };
    let alone: Result<Vec<String>, Vec<Diagnostic>> = periods
        .iter()
        .map(|period| {
            let plan = plan(model, *period)?;
            let answers = with_closings(answer(model, &plan.query, options)?);
            score(model, &plan, &answers).map(|results| written(&results))
        })
        .collect();
    let together = plans(model, &periods).and_then(|plans| {
        let answers = with_closings(answer(model, &plans[0].query, options)?);
        Ok(score_all(model, &plans, &answers)?.iter().map(written).collect::<Vec<_>>())
    });
    match (alone, together) {
        (Ok(alone), Ok(together)) => {
            let differs = alone.iter().zip(&together).find_map(|(alone, together)| {
                let lines = alone.lines().zip(together.lines()).find(|(alone, together)| alone != together);
                let lines = lines.map(|(alone, together)| format!("alone {alone}, together {together}"));
                lines.or_else(|| (alone != together).then(|| "one has more people".into()))
            });
            differs.map_or(Ok(()), |what| Err(format!("several periods: {what}")))
        }
        (Err(_), Err(_)) => Ok(()),
        (Ok(_), Err(errors)) => Err(format!("several periods are refused: {}", messages(&errors))),
        (Err(errors), Ok(_)) => Err(format!("several periods overlook: {}", messages(&errors))),
    }
}

const LOOK: Look = Look { color: false, width: 80 };

/// All but how many links were followed to the row of another day: rows that are read for one measure are counted when
/// another one of the same pass, which leaves them out, follows its links; and which measures share a pass differs. Nor cells
/// that are far off, which are looked for in tables that are kept.
fn shown(answers: &Result<Answers, Vec<Diagnostic>>) -> String {
    let mut answers = answers.clone();
    if let Ok(answers) = &mut answers {
        answers.doubts.retain(|doubt| !matches!(doubt, Doubt::FarOut { .. }));
        for doubt in &mut answers.doubts {
            if let Doubt::Nowhere { all, people, .. } = doubt {
                // Rows that went by have no places.
                people.iter_mut().map(|(_, one)| one).chain([all]).for_each(|count| count.places.clear());
            }
        }
    }
    for file in answers.iter_mut().flat_map(|answers| &mut answers.files) {
        file.repairs.retain(|(_, repair, _)| !repair.starts_with("no row on the day"));
    }
    format!("{answers:?}")
}

fn messages(errors: &[Diagnostic]) -> String {
    errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; ")
}

pub type Same = Result<(), String>;

pub fn differences(results: &Results, people: &[PersonR]) -> Same {
    same("how many people", &results.people.len(), &people.len())?;
    for mine in &results.people {
        let name = &*mine.person;
        let is_it = |person: &&PersonR| person.roster == mine.roster && written(&person.key) == name;
        let theirs = people.iter().find(is_it).ok_or(format!("{name} is not evaluated"))?;
        same(&format!("cards of {name}"), &mine.cards.len(), &theirs.cards.len())?;
        for (card, other) in mine.cards.iter().zip(&theirs.cards) {
            same_card(&format!("{name} from {}", card.from), card, other)?;
        }
        let paid: Vec<_> = mine.posts.iter().map(|post| (post.position, &post.outputs)).collect();
        same(&format!("posts of {name}"), &paid.len(), &theirs.posts.len())?;
        for ((position, mine), (post, theirs)) in paid.iter().zip(&theirs.posts) {
            same(&format!("post of {name}"), position, post)?;
            for (at, (mine, theirs)) in mine.iter().zip(theirs).enumerate() {
                same_value(&format!("{name}: paid for output {at}"), &mine.value, theirs)?;
            }
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
