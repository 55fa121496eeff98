//! Cliffs at which people stand.

use super::facts::{Facts, Leaf, OfPosition, Person};
use super::teams::seldom;
use super::{Audited, Figure, Finding, Kind};
use crate::explain::cliffs::{Of, Sides};
use crate::number::Number;
use crate::number::chance::of_coins;
use crate::score::card::PersonResult;
use crate::score::trying::{GivenIn, Rivals, Seated};
use crate::source::Span;
use crate::value::Value;

pub fn find(of: Audited<'_>, facts: &Facts, position: &OfPosition, findings: &mut Vec<Finding>) {
    let name = of.name(position.position);
    for (at, (cliff, sides)) in facts.cliffs.iter().enumerate() {
        // A hundredth of nothing is nothing: who stands there stands on it.
        if cliff.position != name || cliff.at.is_zero() {
            continue;
        }
        let stand = |above: bool| -> Vec<&Person> {
            position.people.iter().filter(|one| one.near.contains(&(at, above))).collect()
        };
        let (below, above) = (stand(false), stand(true));
        let near = below.len() + above.len();
        if near < of.lines.near || position.people.len() < of.lines.people {
            continue;
        }
        findings.push(finding(of, position, (&cliff.of, &cliff.at, sides), (&below, &above)));
    }
}

fn finding(
    of: Audited<'_>,
    position: &OfPosition,
    (what, at, sides): (&Of, &Number, &Sides),
    (below, above): (&[&Person], &[&Person]),
) -> Finding {
    let (show, post) = (&of.show, of.show.position_label(position.position));
    let near = below.len() + above.len();
    let stand = format!(
        "{near} of {} in {post} stand within a hundredth of it, {} below and {} from it on",
        position.people.len(),
        below.len(),
        above.len()
    );
    let (sentence, places) = match what {
        Of::Kpi { name, of_attainment } => {
            let leaf =
                position.leaves.iter().find(|leaf| leaf.kpi.is_some_and(|kpi| of.model.kpis[kpi.kpi.0].name == *name));
            let label = leaf.map_or(name.clone(), |leaf| show.entry_label(leaf.entry));
            let reached = if *of_attainment { " of the target" } else { "" };
            let jump =
                format!("At {}{reached} the points for {label} jump from {} to {}", sides.at, sides.below, sides.above);
            (format!("{jump}: {stand}"), leaf.map(|leaf| leaf.entry.span).into_iter().collect::<Vec<Span>>())
        }
        Of::Grade => {
            let rating = show.rating_of(position.position);
            let grade = rating.and_then(|rating| rating.grades.iter().find(|grade| grade.name == sides.above));
            let jump = format!("At a score of {} the grade goes from {} to {}", sides.at, sides.below, sides.above);
            (format!("{jump}: {stand}"), grade.map(|grade| grade.span).into_iter().collect())
        }
    };
    let mut figures = vec![
        Figure::new("at", at.clone()),
        Figure::of("people", "below", below.len() as i64),
        Figure::of("people", "above", above.len() as i64),
        Figure::of("people", "position", position.people.len() as i64),
    ];
    let mut details = Vec::new();
    let more = above.len().max(below.len());
    let chance = of_coins(near as u64, more as u64);
    // Either side could be the larger one.
    let chance = if 2 * more == near { Number::ONE } else { chance.add(&chance) };
    if chance <= of.lines.chance {
        let side = if above.len() > below.len() { "from it on, where it pays to arrive" } else { "just below it" };
        details.push(format!("Far more stand {side}: if both sides were as likely, {}.", seldom(&chance, of)));
    }
    figures.push(Figure::new("chance", chance));
    details.extend(match what {
        Of::Grade => with_grade(of, position, &sides.above, below, &mut figures),
        Of::Kpi { of_attainment: true, .. } => None,
        Of::Kpi { name, .. } => with_value(of, position, (name, at), below, &mut figures),
    });
    let mut who: Vec<&Person> = below.iter().chain(above).copied().collect();
    who.sort_by_key(|one| one.at);
    Finding {
        kind: Kind::Cliff,
        position: Some(of.name(position.position)),
        places,
        sentence,
        details,
        figures,
        who: who.iter().map(|one| one.who(of.model)).collect(),
        look: "see how their values came about, and whether a scale that rises evenly would do as well".into(),
        weight: Number::ratio(near as i64, position.people.len() as i64).unwrap_or(Number::ONE),
    }
}

/// What the better grade would be worth to who is nearest below: the outputs with it, all else as it is.
fn with_grade(
    of: Audited<'_>,
    position: &OfPosition,
    grade: &str,
    below: &[&Person],
    figures: &mut Vec<Figure>,
) -> Option<String> {
    let nearest = below.iter().max_by(|one, other| one.score.cmp(&other.score).then(other.at.cmp(&one.at)))?;
    let rating = of.show.rating_of(position.position)?;
    let place = rating.grades.iter().position(|known| known.name == grade)?;
    let with = of.scored.person_graded(nearest.at, place)?;
    let told = more(of, position, (nearest, &with), figures);
    (!told.is_empty()).then(|| format!("The grade would be worth {told} to {}, who is nearest below.", nearest.key))
}

/// What it would be worth to who is nearest to a cliff of a KPI to be at it, by supposing just that.
fn with_value(
    of: Audited<'_>,
    position: &OfPosition,
    (name, at): (&str, &Number),
    below: &[&Person],
    figures: &mut Vec<Figure>,
) -> Option<String> {
    let is_it = |leaf: &Leaf| leaf.kpi.is_some_and(|kpi| of.model.kpis[kpi.kpi.0].name == name);
    let leaf = position.leaves.iter().position(is_it)?;
    let value = |one: &Person| one.entries[leaf].value.clone();
    let nearest = below.iter().max_by(|one, other| value(one).cmp(&value(other)).then(other.at.cmp(&one.at)))?;
    let rivals = Rivals::default();
    let trying = of.scored.trying_paid(&rivals, nearest.at);
    if trying.entangled().is_some() || !nearest.rulings.is_empty() {
        return None;
    }
    let node = position.leaves[leaf].plan?.value;
    let is_post = |seat: &&Seated| of.plan.program.cards[seat.card].position == position.position;
    let mut posts: Vec<usize> = trying.seats().iter().filter(is_post).map(|seat| seat.subject.post).collect();
    posts.dedup();
    let given: Vec<GivenIn> = posts.into_iter().map(|post| (post, (node, Value::Number(at.clone())))).collect();
    let with = trying.with(&given)?.result;
    let score = with.overall.as_ref()?.sub(nearest.score.as_ref()?);
    let told = more(of, position, (nearest, &with), figures);
    figures.push(Figure::of("worth", "score", score.clone()));
    let told = if told.is_empty() { told } else { format!(", {told}") };
    let points = signed(&score, of.show.plain(&score.abs()));
    Some(format!(
        "To be at it would be worth {points} of the whole score{told} to {}, who is nearest below.",
        nearest.key
    ))
}

/// What is paid more, or less.
fn more(
    of: Audited<'_>,
    position: &OfPosition,
    (now, then): (&Person, &PersonResult),
    figures: &mut Vec<Figure>,
) -> String {
    let declared = &of.model.positions[position.position.0].outputs;
    let mut told = Vec::new();
    let Some(post) = then.posts.iter().rev().find(|post| post.position == position.position) else {
        return String::new();
    };
    for (at, output) in declared.iter().enumerate() {
        let (Some(now), Some(then)) = (now.outputs[at].as_ref(), post.outputs[at].value.as_number()) else { continue };
        let more = then.sub(now);
        if !more.is_zero() {
            let shown = signed(&more, of.show.number(&more.abs(), &output.unit));
            told.push(format!("{shown} of {}", of.show.output_label(output)));
            figures.push(Figure::of("worth", output.name.clone(), more));
        }
    }
    told.join(", ")
}

fn signed(number: &Number, shown: String) -> String {
    format!("{}{shown}", if number.is_negative() { "−" } else { "+" })
}
