//! A random project on a day of its period: what the program says must be what the reference gives of what is known by then,
//! and on the last day at pace what the period itself gives.

use std::cell::Cell;
use std::sync::Arc;

use merit::closed::ClosedValues;
use merit::data::answer;
use merit::data::options::Options;
use merit::diagnostic::{Code, Diagnostic};
use merit::eval::Supposed;
use merit::eval::carried::carried;
use merit::model::Model;
use merit::plan::query::{Answers, Measure, Rows};
use merit::plan::running::{How, Running, look};
use merit::plan::{Plan, plan, plan_running};
use merit::score::card::Results;
use merit::score::{score, score_supposing};
use merit::time::{Day, PeriodName};

use super::compare::{Same, differences};
use super::formulas::{MISTAKES, UNREAD};
use super::random::Random;
use super::rows::World;

thread_local! {
    /// How many projects were compared on a day, how many of them had a mistake, and how many were carried on to the last day.
    pub static SEEN: Cell<[u64; 3]> = const { Cell::new([0; 3]) };
}

fn seen(what: usize) {
    SEEN.with(|seen| {
        let mut counts = seen.get();
        counts[what] += 1;
        seen.set(counts);
    });
}

type Found = Result<(Plan, Answers), Vec<Diagnostic>>;

/// What the program plans and reads, in two steps as on the command line.
fn found(
    (model, closed): (&Model, &Arc<ClosedValues>),
    period: PeriodName,
    (day, how): (Day, Option<How>),
    options: &Options,
) -> Found {
    let mut running = Running::of(model, period, day, how).expect("a day of the period");
    if let Some(look) = look(model, &running)? {
        look.learn(model, &answer(model, &look.query, options)?, &mut running);
    }
    let plan = plan_running(model, running)?;
    let mut answers = answer(model, &plan.query, options)?;
    answers.closed = closed.clone();
    Ok((plan, answers))
}

pub fn running(
    (model, period): (&Model, PeriodName),
    kept: &Options,
    passing: &Options,
    mut world: World,
    results: &Results,
    seed: u64,
) -> Same {
    let mut random = Random::new(seed);
    let day = Day(results.first_day.0 + random.below((results.last_day.0 - results.first_day.0 + 1) as usize) as i32);
    world.as_of = Some(day);
    MISTAKES.with(|mistakes| mistakes.borrow_mut().clear());
    UNREAD.with(|unread| unread.borrow_mut().clear());
    let people = world.evaluate();
    let mistakes = MISTAKES.with(|mistakes| mistakes.borrow().clone());
    let closed = Arc::new(world.closings.values(model));
    let on_day = |options: &Options| found((model, &closed), period, (day, None), options);
    let (one, other) = (on_day(kept), on_day(passing));
    let told = |found: &Found| match found {
        Ok((_, answers)) => format!("{:?} {:?} {:?}", answers.rosters, answers.measures, answers.reads),
        Err(errors) => format!("{errors:?}"),
    };
    if told(&one) != told(&other) {
        return Err(format!("as of {day}, as rows go by: {}, kept: {}", told(&other), told(&one)));
    }
    let scored = one.and_then(|(plan, answers)| score(model, &plan, &answers));
    match scored {
        Ok(results) if mistakes.is_empty() => {
            differences(&results, &people).map_err(|what| format!("as of {day}: {what}"))?;
            seen(0);
        }
        Ok(_) => return Err(format!("as of {day} the program overlooks: {mistakes:?}")),
        Err(errors) if mistakes.is_empty() && errors.iter().any(|error| error.code != Code::StraddlingPeriod) => {
            return Err(format!("as of {day} the program refuses: {errors:?}"));
        }
        Err(_) => seen(1),
    }
    on_the_last_day((model, &closed, period), kept, results)
}

/// Nothing is left to be carried on.
fn on_the_last_day(
    (model, closed, period): (&Model, &Arc<ClosedValues>, PeriodName),
    options: &Options,
    results: &Results,
) -> Same {
    let Ok((plan, answers)) = found((model, closed), period, (results.last_day, Some(How::Pace)), options) else {
        return Ok(());
    };
    let of_running = plan.running.as_deref().expect("a running period");
    for stretch in 0..of_running.running.stretches.len() {
        let carried = carried(&plan.query, &answers, &of_running.carried, stretch);
        let answers = Answers { carried, ..answers.clone() };
        if answers.carried.values().ne(of_running.carried.iter().map(|one| &answers.measures[one.measure.0])) {
            return Err(format!("on the last day something is carried on: {:?}", of_running.carried));
        }
        let Ok(scored) = score_supposing(model, &plan, &answers, Supposed::default()) else { return Ok(()) };
        let again: Vec<_> = (0..scored.len()).map(|at| scored.person(at)).collect();
        // What a window beyond the period reads is not known then.
        let whole = |results: &[merit::score::card::PersonResult]| {
            let text = |one: &merit::score::card::PersonResult| {
                format!("{} {:?} {:?} {:?}", one.person, one.overall, one.rating, one.rank)
            };
            results.iter().map(text).collect::<Vec<_>>()
        };
        if whole(&again) != whole(&results.people) && !reads_beyond(model, period, results.last_day) {
            return Err(format!("on the last day: {:?}, as it has ended: {:?}", whole(&again), whole(&results.people)));
        }
    }
    seen(2);
    Ok(())
}

/// Whether something is read of a time behind the period.
fn reads_beyond(model: &Model, period: PeriodName, last: Day) -> bool {
    let Ok(plan) = plan(model, period) else { return false };
    let beyond = |measure: &Measure| match &measure.rows {
        Rows::All => false,
        Rows::Dated { months, .. } => model.company.calendar.days(*months).1 > last,
        Rows::HeldOn(day) | Rows::HeldDuring(_, day) | Rows::Newest(_, day) | Rows::TakenDuring(_, day) => *day > last,
    };
    plan.query.measures.iter().any(beyond) || plan.query.reads.iter().any(|read| read.to > last)
}
