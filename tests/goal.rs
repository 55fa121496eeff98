//! What it would take, over the example: every answer is evaluated for all people, one step less is, too, and where a KPI has
//! few values all of them are tried.

use std::path::Path;

use merit::data::answer;
use merit::data::options::Options;
use merit::eval::Supposed;
use merit::explain::goal::{Asked, End, Goal, Mix, OfPerson, Part, Side, Wanted, Why, everyone};
use merit::model::{Model, PositionId};
use merit::number::Number;
use merit::plan::query::Answers;
use merit::plan::{Plan, plan};
use merit::project;
use merit::score::card::PersonResult;
use merit::score::trying::GivenIn;
use merit::score::{Scored, score_people, score_supposing};
use merit::time::PeriodName;
use merit::value::Value;

/// Of so many answers one is evaluated with everybody else.
const EACH: usize = 20;

/// In terms of rows: every answer holds for somebody under it, one step less does not, and of some everybody is evaluated anew;
/// what one more row does is what a whole evaluation gives.
#[test]
fn answers_in_rows_over_the_example_are_confirmed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/insurance");
    let project = project::load(std::slice::from_ref(&folder)).unwrap();
    let options = Options { allow_empty: true, ..Options::of(folder.join("data")) };
    let model = &project.model;
    let plan = plan(model, PeriodName::parse("2026-Q3").unwrap()).unwrap();
    let answers = answer(model, &plan.query, &options).unwrap();
    let scored = score_people(model, std::slice::from_ref(&plan), &answers).unwrap().remove(0);
    let places: Vec<usize> = (0..scored.len()).filter(|at| at % 2 == 0).collect();
    let bonus = |(at, position): (usize, &merit::model::Position)| {
        let output = position.outputs.iter().position(|output| output.name == "quarterly_bonus")?;
        Some((PositionId(at), output, Number::from(13_000)))
    };
    let bonus = Wanted::Output(model.positions.iter().enumerate().filter_map(bonus).collect());
    let (mut reached, mut proved, mut whole, mut more, mut shared) = (0, 0, 0, 0, 0);
    for wanted in [Wanted::Grade("A".into()), Wanted::Score(Number::from(95)), bonus] {
        let asked = Asked { wanted: &wanted, kpis: &[], all: false, mix: false, rows: true, within: None };
        for (at, of) in everyone(&scored, &places, &asked).iter().enumerate() {
            let (at, rivals) = (places[at], Default::default());
            let trying = scored.trying_paid(&rivals, at);
            let Some(goal) = &of.goal else { continue };
            let roster = plan.query.rosters.iter().position(|one| *one == of.brief.roster).unwrap();
            let wholly = |given: &[GivenIn]| {
                let mut supposed = Supposed::default();
                given.iter().for_each(|(post, one)| supposed.add(roster, *post, one.clone()));
                score_supposing(model, &plan, &answers, supposed).unwrap().person(at)
            };
            for one in &of.rows {
                let told = format!("{goal:?} of {}: {one:?}", of.brief.person);
                let quick = |value: &Number| {
                    trying.with(&one.amount.moved.given(value)).is_some_and(|tried| reaches(&tried.result, goal))
                };
                shared += usize::from(one.amount.kpis.len() > 1);
                for (up, side) in [(true, &one.up), (false, &one.down)] {
                    let free = side.reached().map(|reached| reached.value.clone());
                    if let Some(found) = side.reached() {
                        let (less, _) = found.less.as_ref().unwrap();
                        assert!(quick(&found.value) && !quick(less), "{told}");
                        reached += 1;
                        if reached % 12 == 0 {
                            whole += 1;
                            let moved = &one.amount.moved;
                            assert!(reaches(&wholly(&moved.given(&found.value)), goal), "{told}");
                            assert!(!reaches(&wholly(&moved.given(less)), goal), "{told}");
                        }
                    } else {
                        assert!(!matches!(side.not().unwrap().why, Why::NotTold(_)), "{told}");
                        proved += 1;
                    }
                    for steps in [1, 2, 3, 5, 8, 100, 1_000] {
                        let steps = one.amount.step.mul(&Number::from(steps));
                        let value = if up { one.amount.today.add(&steps) } else { one.amount.today.sub(&steps) };
                        let beyond = |end: &Option<End>, up: bool| {
                            end.as_ref().is_some_and(|end| if up { value > end.at } else { value < end.at })
                        };
                        let stop = free.as_ref().is_some_and(|free| if up { value >= *free } else { value <= *free });
                        if stop || beyond(&one.amount.high, true) || beyond(&one.amount.low, false) {
                            break;
                        }
                        assert!(!quick(&value), "{value:?} reaches it: {told}");
                    }
                }
            }
            for one in &of.one_more {
                more += 1;
                if more % 60 == 0 {
                    let result = wholly(&one.given);
                    let grade = result.rating.as_ref().map(|rating| rating.grade);
                    assert_eq!((&result.overall, grade), (&one.after.score, one.after.grade), "{one:?}");
                    let paid = |post: &merit::score::card::PostResult| {
                        post.outputs.iter().map(|output| output.value.clone()).collect::<Vec<_>>()
                    };
                    let outputs: Vec<_> = result.posts.iter().map(|post| (post.position, paid(post))).collect();
                    assert_eq!(outputs, one.after.outputs, "{one:?}");
                }
            }
        }
    }
    println!("{reached} reached, {proved} proved, {whole} whole, {more} more, {shared} shared");
    assert!(
        reached > 60 && proved > 1000 && whole > 4 && more > 500 && shared > 20,
        "{reached} {proved} {whole} {more}"
    );
}

#[derive(Default, Debug)]
struct Seen {
    reached: usize,
    proved: usize,
    untold: usize,
    whole: usize,
    tried: usize,
    mixed: usize,
}

#[test]
fn every_answer_over_the_example_is_confirmed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/insurance");
    let project = project::load(std::slice::from_ref(&folder)).unwrap();
    let options = Options { allow_empty: true, ..Options::of(folder.join("data")) };
    let mut seen = Seen::default();
    for period in ["2026-Q2", "2026-Q3"] {
        let model = &project.model;
        let plan = plan(model, PeriodName::parse(period).unwrap()).unwrap();
        let answers = answer(model, &plan.query, &options).unwrap();
        let scored = score_people(model, std::slice::from_ref(&plan), &answers).unwrap().remove(0);
        let places: Vec<usize> = (0..scored.len()).collect();
        for wanted in [Wanted::Grade("A".into()), Wanted::Score(Number::from(95))] {
            let all = everyone(
                &scored,
                &places,
                &Asked { wanted: &wanted, kpis: &[], all: false, mix: false, rows: false, within: None },
            );
            for (at, of) in all.iter().enumerate() {
                confirm((model, &plan, &answers), &scored, (places[at], of), &mut seen);
            }
            // Several KPIs together, of some people.
            let some: Vec<usize> = places.iter().copied().filter(|at| at % 4 == 0).collect();
            let asked = Asked { wanted: &wanted, kpis: &[], all: false, mix: true, rows: false, within: None };
            let mixed = if period == "2026-Q3" { everyone(&scored, &some, &asked) } else { Vec::new() };
            for mix in mixed.iter().filter_map(|of| Some((of.goal.as_ref()?, of.mix.as_ref()?))) {
                seen.mixed += 1;
                confirm_mix(&scored, &some, mix, &mixed);
            }
        }
    }
    println!("{seen:?}");
    assert!(
        seen.reached > 100 && seen.proved > 1000 && seen.whole > 4 && seen.tried > 1000 && seen.mixed > 3,
        "{seen:?}"
    );
    assert_eq!(seen.untold, 0, "{seen:?}");
}

fn confirm(
    (model, plan, answers): (&Model, &Plan, &Answers),
    scored: &Scored,
    (at, of): (usize, &OfPerson),
    seen: &mut Seen,
) {
    let Some(goal) = &of.goal else { return };
    let truly = scored.person(at);
    assert_eq!(reaches(&truly, goal), of.reached, "{}", of.brief.person);
    let roster = plan.query.rosters.iter().position(|one| *one == of.brief.roster).unwrap();
    let rivals = Default::default();
    let trying = scored.trying(&rivals, at);
    for answer in &of.answers {
        let name = &model.kpis[answer.kpi.0].name;
        let quick = |value: &Number| {
            let tried = trying.with(&[(answer.post, (answer.node, Value::Number(value.clone())))]);
            tried.is_some_and(|tried| reaches(&tried.result, goal))
        };
        let whole = |value: &Number| {
            let mut supposed = Supposed::default();
            supposed.add(roster, answer.post, (answer.node, Value::Number(value.clone())));
            let scored = score_supposing(model, plan, answers, supposed).unwrap();
            reaches(&scored.person(at), goal)
        };
        for (up, side) in [(true, &answer.up), (false, &answer.down)] {
            let told = format!("{goal:?} of {} by {name}, up: {up}: {side:?}", of.brief.person);
            let free = match side {
                Side::Reached(reached) => {
                    seen.reached += 1;
                    assert!(reached.outcome.reaches(goal) && quick(&reached.value), "{told}");
                    if let Some((less, outcome)) = &reached.less {
                        assert!(!outcome.reaches(goal) && !quick(less), "{told}");
                    }
                    if seen.reached.is_multiple_of(EACH) {
                        seen.whole += 1;
                        assert!(whole(&reached.value), "{told}");
                        let less = reached.less.as_ref().map(|(less, _)| less);
                        assert!(less.is_none_or(|less| !whole(less)), "{told}");
                    }
                    Some(reached.value.clone())
                }
                Side::Not(not) if matches!(not.why, Why::NotTold(_)) => {
                    seen.untold += 1;
                    continue;
                }
                Side::Not(_) => {
                    seen.proved += 1;
                    None
                }
            };
            // Of what is counted the next values are few.
            let Some(today) = answer.today.as_number().filter(|_| answer.step == Number::ONE) else { continue };
            for more in 1..=12 {
                let value = if up { today.add(&Number::from(more)) } else { today.sub(&Number::from(more)) };
                let stop = free.as_ref().is_some_and(|free| if up { value >= *free } else { value <= *free });
                if stop || value.is_negative() {
                    break;
                }
                seen.tried += 1;
                assert!(!quick(&value), "{value:?} reaches it: {told}");
            }
        }
    }
}

/// Together they reach the goal, and with one step less of any they do not; and none of the KPIs alone takes less.
fn confirm_mix(scored: &Scored, places: &[usize], (goal, mix): (&Goal, &Mix), mixed: &[OfPerson]) {
    let at = mixed.iter().position(|of| of.mix.as_ref().is_some_and(|one| std::ptr::eq(one, mix))).unwrap();
    let rivals = Default::default();
    let trying = scored.trying(&rivals, places[at]);
    let values = |less: Option<usize>| {
        let value = |(place, part): (usize, &Part)| {
            let value = if less == Some(place) { part.less.0.clone() } else { part.value.clone() };
            (part.lever.post, (part.lever.node, Value::Number(value)))
        };
        trying.with(&mix.parts.iter().enumerate().map(value).collect::<Vec<_>>()).unwrap()
    };
    assert!(reaches(&values(None).result, goal), "{mix:?}");
    assert!((0..mix.parts.len()).all(|part| !reaches(&values(Some(part)).result, goal)), "{mix:?}");
    // To a step of each: these have been rounded.
    let slack: Number = Number::from_parts(5, 2);
    for alone in mixed[at].answers.iter().filter_map(|answer| answer.effort()) {
        assert!(mix.distance <= alone.add(&slack), "{alone:?} is less than {mix:?}");
    }
}

fn reaches(result: &PersonResult, goal: &Goal) -> bool {
    match goal {
        Goal::Grade(grade) => result.rating.as_ref().is_some_and(|rating| rating.grade <= *grade),
        Goal::Score(score) => result.overall.as_ref().is_some_and(|own| own >= score),
        Goal::Output { of, amount } => {
            let paid = |(position, output): &(PositionId, usize)| {
                let post = result.posts.iter().find(|post| post.position == *position)?;
                post.outputs[*output].value.as_number().cloned()
            };
            let all: Option<Vec<Number>> = of.iter().map(paid).collect();
            all.is_some_and(|all| all.iter().fold(Number::ZERO, |sum, one| sum.add(one)) >= *amount)
        }
    }
}
