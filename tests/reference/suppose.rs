//! Suppositions and goals on a random project: what is supposed must give what the reference gives of it, and what is said to
//! reach a goal must do so, where nothing nearer does.

use std::cell::Cell;

use merit::eval::Supposed as Given;
use merit::explain::goal::{Goal, Move, Side, Solver, Why};
use merit::model::{Model, PositionId};
use merit::number::Number;
use merit::plan::Plan;
use merit::plan::program::{Calc, CalcId};
use merit::plan::query::Answers;
use merit::score::card::PersonResult;
use merit::score::trying::GivenIn;
use merit::score::{Post, posts, score_people, score_supposing, supposable};
use merit::value::Value;

use super::compare::{Same, differences};
use super::formulas::MISTAKES;
use super::random::Random;
use super::rows::{Supposed, World};

thread_local! {
    /// How many suppositions were compared, and of how many goals an answer, a proof that there is none, or neither came out;
    /// and of how many rows it was compared what one more does.
    pub static SEEN: Cell<[u64; 5]> = const { Cell::new([0; 5]) };
}

fn seen(what: usize) {
    SEEN.with(|seen| {
        let mut counts = seen.get();
        counts[what] += 1;
        seen.set(counts);
    });
}

type Project<'m> = (&'m Model, &'m Plan, &'m Answers);

/// So many suppositions of a project are compared.
const TRIED: usize = 3;

pub fn supposing(project: Project<'_>, world: &mut World, seed: u64) -> Same {
    let (model, plan, answers) = project;
    let mut random = Random::new(seed);
    let posts = posts(model, plan, answers);
    if posts.is_empty() {
        return Ok(());
    }
    for _ in 0..TRIED {
        let post = posts[random.below(posts.len())];
        let nodes = supposable(plan, post.card);
        if nodes.is_empty() {
            continue;
        }
        let (node, _) = nodes[random.below(nodes.len())];
        let value = any_value(model, plan, node, &mut random);
        compare(project, world, (post, node, value))?;
    }
    goals(project, &mut random)
}

/// Some value that the KPI can have.
fn any_value(model: &Model, plan: &Plan, node: CalcId, random: &mut Random) -> Value {
    let kpi = &model.kpis[kpi_of(plan, node).0];
    if random.below(8) == 0 {
        return Value::stated("supposed");
    }
    let number =
        Number::from(random.below(40) as u64).mul(&kpi.unit.factor).sub(&kpi.unit.factor.mul(&Number::from(5)));
    Value::Number(match &kpi.limits {
        Some((low, high)) => number.max(low.clone()).min(high.clone()),
        None => number,
    })
}

fn kpi_of(plan: &Plan, node: CalcId) -> merit::model::KpiId {
    match &plan.program.nodes[node.0] {
        Calc::Kpi { kpi, .. } => *kpi,
        other => panic!("{other:?} is no KPI"),
    }
}

fn compare((model, plan, answers): Project<'_>, world: &mut World, (post, node, value): (Post, CalcId, Value)) -> Same {
    let holder = &answers.rosters[post.roster].posts[post.post];
    let Calc::Kpi { kpi, scope, .. } = &plan.program.nodes[node.0] else { return Ok(()) };
    let position = plan.program.cards[post.card].position;
    let supposed = Supposed {
        roster: plan.query.rosters[post.roster],
        person: holder.person.to_string(),
        position: model.positions[position.0].name.clone(),
        kpi: model.kpis[kpi.0].name.clone(),
        scope: *scope,
        value: value.clone(),
    };
    let mut given = Given::default();
    given.add(post.roster, post.post, (node, value));
    let told = format!("supposing {supposed:?}: ");
    world.supposed = vec![supposed];
    MISTAKES.with(|mistakes| mistakes.borrow_mut().clear());
    let people = world.evaluate();
    world.supposed.clear();
    let mistaken = MISTAKES.with(|mistakes| !mistakes.borrow().is_empty());
    match score_supposing(model, plan, answers, given) {
        Ok(scored) if !mistaken => {
            seen(0);
            let mut results = scored.results.clone();
            results.people = (0..scored.len()).map(|at| scored.person(at)).collect();
            differences(&results, &people).map_err(|what| told + &what)
        }
        Ok(_) => Err(told + "the program overlooks a mistake"),
        Err(_) if mistaken => Ok(()),
        Err(errors) => Err(format!("{told}the program refuses: {}", errors[0].message)),
    }
}

/// A goal of somebody, by every KPI.
fn goals(project: Project<'_>, random: &mut Random) -> Same {
    let (model, plan, answers) = project;
    let scored = score_people(model, std::slice::from_ref(plan), answers).map_err(|_| "refused".to_string())?.remove(0);
    if scored.is_empty() {
        return Ok(());
    }
    let at = random.below(scored.len());
    let solver = Solver::new(&scored);
    let person = solver.person_paid(at);
    let Some(today) = person.today() else { return Ok(()) };
    let goal = match (scored.rating_of(at), &today.score) {
        (Some(rating), _) if random.below(2) == 0 => Goal::Grade(random.below(model.ratings[rating.0].grades.len())),
        (_, Some(score)) => Goal::Score(score.add(&Number::from(random.below(30) as u64 + 1))),
        (_, None) => Goal::Score(Number::from(random.below(100) as u64)),
    };
    // What is paid, as often.
    let paid = today.outputs.iter().flat_map(|(position, outputs)| {
        outputs.iter().enumerate().filter_map(|(output, value)| Some((*position, output, value.as_number()?.clone())))
    });
    let paid: Vec<_> = paid.collect();
    let goal = match paid.len() {
        0 => goal,
        _ if random.below(2) == 0 => goal,
        some => {
            let called = |(position, output): (PositionId, usize)| &model.positions[position.0].outputs[output].name;
            let (position, output, _) = paid[random.below(some)].clone();
            let same =
                |(of, place, _): &&(PositionId, usize, Number)| called((*of, *place)) == called((position, output));
            let all: Vec<_> = paid.iter().filter(same).collect();
            let amount = all.iter().fold(Number::ZERO, |sum, (.., amount)| sum.add(amount));
            let more = Number::ratio(random.below(50) as i64 + 1, 100).unwrap();
            let amount = amount.add(&amount.abs().max(Number::ONE).mul(&more));
            Goal::Output { of: all.iter().map(|(position, output, _)| (*position, *output)).collect(), amount }
        }
    };
    let brief = scored.brief(at);
    let roster = plan.query.rosters.iter().position(|one| *one == brief.roster).unwrap();
    // Everything evaluated anew, for all people.
    let whole = |given: &[GivenIn]| -> Option<PersonResult> {
        let mut supposed = Given::default();
        given.iter().for_each(|(post, one)| supposed.add(roster, *post, one.clone()));
        Some(score_supposing(model, plan, answers, supposed).ok()?.person(at))
    };
    let levers = person.levers(true);
    for amount in person.amounts(&levers) {
        let Some(one) = person.one_more(&amount, &levers) else { continue };
        seen(4);
        let Some(result) = whole(&one.given) else { return Err(format!("refused: {one:?}")) };
        let outputs = result
            .posts
            .iter()
            .map(|post| (post.position, post.outputs.iter().map(|output| output.value.clone()).collect::<Vec<_>>()));
        let grade = result.rating.as_ref().map(|rating| rating.grade);
        if (&result.overall, grade) != (&one.after.score, one.after.grade)
            || outputs.collect::<Vec<_>>() != one.after.outputs
        {
            return Err(format!("{result:?} comes of {one:?}"));
        }
    }
    if today.reaches(&goal) {
        return Ok(());
    }
    let intervals = model.kpi_intervals();
    for lever in &levers {
        let answer = person.solve(*lever, &goal);
        let name = &model.kpis[answer.kpi.0].name;
        let moved = Move::of(*lever);
        let reached = |value: &Number| whole(&moved.given(value)).map(|result| reaches(&result, &goal));
        let today = answer.today.as_number().cloned();
        let told = format!("{goal:?} of {} by {name} from {today:?}", brief.person);
        // No data could give other values.
        let possible = |value: &Number| intervals[answer.kpi.0].contains(value);
        let asked = Sides { told, start: today.unwrap_or(Number::ZERO), step: &answer.step, reached: &reached };
        asked.check((&answer.up, &answer.down), &possible, random)?;
    }
    for amount in person.amounts(&levers) {
        let one = person.solve_rows(amount, &goal);
        let moved = &one.amount.moved;
        let reached = |value: &Number| whole(&moved.given(value)).map(|result| reaches(&result, &goal));
        let told = format!("{goal:?} of {} by {:?}", brief.person, one.amount);
        let possible = |value: &Number| {
            one.amount.low.as_ref().is_none_or(|end| *value >= end.at)
                && one.amount.high.as_ref().is_none_or(|end| *value <= end.at)
        };
        let asked = Sides { told, start: one.amount.today.clone(), step: &one.amount.step, reached: &reached };
        asked.check((&one.up, &one.down), &possible, random)?;
    }
    Ok(())
}

/// Something that is moved both ways from what it is.
struct Sides<'s> {
    told: String,
    start: Number,
    step: &'s Number,
    reached: &'s dyn Fn(&Number) -> Option<bool>,
}

impl Sides<'_> {
    /// What is said to reach the goal does so, and nothing nearer does.
    fn check(
        &self,
        (up, down): (&Side, &Side),
        possible: &dyn Fn(&Number) -> bool,
        random: &mut Random,
    ) -> Result<(), String> {
        let (start, reached) = (&self.start, self.reached);
        let told = |what: &str| format!("{}: {what}", self.told);
        for (up, side) in [(true, up), (false, down)] {
            let way = if up { self.step.clone() } else { self.step.neg() };
            // So far nothing may reach it.
            let free = match side {
                Side::Reached(found) => {
                    seen(1);
                    if reached(&found.value) != Some(true) {
                        return Err(told(&format!("{:?} does not reach it", found.value)));
                    }
                    if let Some((less, _)) = &found.less
                        && less != start
                        && reached(less) == Some(true)
                    {
                        return Err(told(&format!("{less:?} reaches it, too")));
                    }
                    found.value.sub(&way)
                }
                Side::Not(not) => match &not.why {
                    Why::NotTold(_) => {
                        seen(3);
                        continue;
                    }
                    Why::Most | Why::End => {
                        seen(2);
                        start.add(&way.mul(&Number::from(100_000)))
                    }
                    Why::NotUpTo(value) => {
                        seen(3);
                        value.clone()
                    }
                },
            };
            let steps = free.sub(start).div(&way).unwrap().floor();
            for _ in 0..6 {
                let part = Number::ratio(random.below(1000) as i64, 1000).unwrap();
                // Near what it is, where the shapes are, more often than far away.
                let part = if random.below(2) == 0 { part.mul(&part).mul(&part) } else { part };
                let step = steps.mul(&part).floor();
                let first = start.div(self.step).unwrap();
                let first = if up { first.floor() } else { first.ceil() };
                let value = first.mul(self.step).add(&way.mul(&step));
                let nearer = if up { value > *start && value <= free } else { value < *start && value >= free };
                if nearer && possible(&value) && reached(&value) == Some(true) {
                    return Err(told(&format!("{value:?} reaches it, and {side:?} is the answer")));
                }
            }
        }
        Ok(())
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
