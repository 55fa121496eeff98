//! Rows of rulings, understood: on whom, on what, to what.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Decided, Rulings};
use crate::alike::folded;
use crate::diagnostic::{Code, DataPlace, Diagnostic};
use crate::model::amount::Amount;
use crate::model::types::unit::DisplayUnit;
use crate::model::{Allowance, Label, Model, Position, PositionId, RuledOn};
use crate::nearest::nearest;
use crate::number::Number;
use crate::plan::Plan;
use crate::plan::program::{CalcId, CardPlan, EntryWhat, GroupPlan};
use crate::plan::query::{Answers, Ruling};
use crate::plural::one_of;
use crate::score::Seat;
use crate::value::{Interval, Value};

/// How what is ruled on is called, and shown.
pub(in crate::score) struct Words<'m> {
    /// `the score`, `` `growth` ``
    pub what: String,
    unit: Option<DisplayUnit>,
    grades: &'m [crate::model::Grade],
}

impl<'m> Words<'m> {
    pub(super) fn of(model: &'m Model, position: PositionId, on: RuledOn) -> Words<'m> {
        let position = &model.positions[position.0];
        let rating = position.scorecard.as_ref().and_then(|card| card.rating);
        let grades = rating.map_or(&[][..], |id| model.ratings[id.0].grades.as_slice());
        let (what, unit) = match on {
            RuledOn::Kpi(kpi) => (format!("`{}`", model.kpis[kpi.0].name), Some(model.kpis[kpi.0].unit.clone())),
            RuledOn::Score => ("the score".to_string(), Some(DisplayUnit::point())),
            RuledOn::Rating => ("the rating".to_string(), None),
            RuledOn::Output(at) => {
                let output = &position.outputs[at];
                (format!("`{}`", output.name), Some(output.unit.clone()))
            }
        };
        Words { what, unit, grades }
    }

    pub(super) fn value(&self, value: &Value) -> String {
        match (value, &self.unit) {
            (Value::Number(number), Some(unit)) => amount(number, unit),
            (Value::Choice(grade), _) => {
                self.grades.get(*grade as usize).map_or_else(String::new, |grade| grade.name.clone())
            }
            (Value::Missing(reason), _) => reason.to_string(),
            _ => String::new(),
        }
    }

    pub(super) fn distance(&self, apart: &Number) -> String {
        match &self.unit {
            Some(unit) => amount(apart, unit),
            None if *apart == Number::ONE => "one grade".into(),
            None => format!("{apart} grades"),
        }
    }
}

/// A number in the unit that people write.
fn amount(number: &Number, unit: &DisplayUnit) -> String {
    let digits = number.div(&unit.factor).unwrap_or_else(|| number.clone()).to_string();
    let name = if digits == "1" { &unit.singular } else { &unit.plural };
    match (unit.is_ratio_sign(), name.is_empty()) {
        (true, _) => format!("{digits}{name}"),
        (_, true) => digits,
        _ => format!("{digits} {name}"),
    }
}

/// Somebody's posts: their places on the roster, and the cards that they get.
type Posts<'a> = BTreeMap<(usize, &'a str), Vec<(usize, usize)>>;

struct Reader<'a> {
    model: &'a Model,
    plan: &'a Plan,
    posts: Posts<'a>,
    /// What can be at all, of each thing that was ruled on.
    ranges: RefCell<BTreeMap<(PositionId, RuledOn), Interval>>,
}

/// The rulings of the period, and what is wrong with them, in the order of the rows.
pub(in crate::score) fn read(
    model: &Model,
    plan: &Plan,
    answers: &Answers,
    seats: &[Seat],
) -> (Rulings, Vec<Diagnostic>) {
    let (mut rulings, mut wrong) = (Rulings::default(), Vec::new());
    if answers.rulings.is_empty() {
        return (rulings, wrong);
    }
    let mut posts = Posts::new();
    for seat in seats {
        let (roster, post) = seat.post();
        let of_person = posts.entry((roster, &answers.rosters[roster].posts[post].person)).or_default();
        if of_person.last().is_none_or(|(last, _)| *last != post) {
            of_person.push((post, seat.card()));
        }
    }
    let reader = Reader { model, plan, posts, ranges: RefCell::default() };
    // On a day of a running period nobody knows what is decided later.
    let is_known = |ruling: &&Arc<Ruling>| match (plan.query.as_of, ruling.on) {
        (Some(day), Some(on)) => on <= day,
        (None, _) | (_, None) => true,
    };
    for ruling in answers.rulings.iter().filter(is_known) {
        if ruling.period != plan.months {
            wrong.extend(reader.before_all(ruling));
            continue;
        }
        match reader.decided(ruling) {
            Ok((post, decided)) => {
                let of_post = rulings.posts.entry(post).or_default();
                match of_post.iter().find(|known: &&Decided| known.allowance.on == decided.allowance.on) {
                    Some(first) => wrong.push(twice(plan, ruling, &first.ruling)),
                    None => of_post.push(decided),
                }
            }
            Err(finding) => wrong.push(*finding),
        }
    }
    for all in rulings.posts.values_mut() {
        all.sort_by_key(|one| one.allowance.on);
    }
    (rulings, wrong)
}

fn twice(plan: &Plan, ruling: &Ruling, first: &Ruling) -> Diagnostic {
    let message = format!("`{}` of `{}` is ruled twice in {}", ruling.what, ruling.person, plan.period);
    Diagnostic::new(Code::BadRuling, message)
        .in_data(ruling.places.what.clone())
        .in_data(first.places.what.clone())
        .help("keep the row that holds, and take the other one out")
}

fn bad(message: String, place: &DataPlace) -> Diagnostic {
    Diagnostic::new(Code::BadRuling, message).in_data(place.clone())
}

type Found<T> = Result<T, Box<Diagnostic>>;

impl<'a> Reader<'a> {
    /// A ruling on a period before there is any position.
    fn before_all(&self, ruling: &Ruling) -> Option<Diagnostic> {
        let calendar = &self.model.company.calendar;
        if calendar.uncovered(ruling.period).is_some() {
            return None;
        }
        let last = calendar.days(ruling.period).1;
        let begins = |position: &Position| self.model.position_begins(position);
        let first = self.model.positions.iter().map(begins).min().flatten()?;
        (first > last).then(|| {
            bad(
                format!("nobody is scored in {}: the first position is in force from {first}", ruling.period),
                &ruling.places.period,
            )
            .help("write the period that the ruling is for")
        })
    }

    fn decided(&self, ruling: &Arc<Ruling>) -> Found<((usize, usize), Decided)> {
        let (roster, post, card) = self.post(ruling)?;
        let card_plan = &self.plan.program.cards[card];
        let position = &self.model.positions[card_plan.position.0];
        let allowance = self.allowance(ruling, position, card_plan)?;
        let to = self.to(ruling, &allowance, card_plan.position)?;
        let node = match allowance.on {
            RuledOn::Kpi(kpi) => {
                let name = &self.model.kpis[kpi.0].name;
                let nodes = kpi_nodes(card_plan);
                nodes.into_iter().find(|(kpi, _)| self.model.kpis[kpi.0].name == *name).map(|(_, node)| node)
            }
            RuledOn::Score | RuledOn::Rating | RuledOn::Output(_) => None,
        };
        Ok(((roster, post), Decided { allowance, to, node, ruling: ruling.clone() }))
    }

    /// The post that somebody is ruled on in: index of the roster, of the post in it, and of the card.
    fn post(&self, ruling: &Ruling) -> Found<(usize, usize, usize)> {
        let (person, period) = (&ruling.person, self.plan.period);
        let roster = self.plan.query.rosters.iter().position(|data| *data == ruling.roster);
        let posts = roster.and_then(|at| Some((at, self.posts.get(&(at, &**person))?)));
        let Some((roster, posts)) = posts else {
            let set = &self.model.data[ruling.roster.0].name;
            let message = format!("`{person}` of `{set}` holds no post that is evaluated in {period}");
            return Err(bad(message, &ruling.places.person)
                .help("rule on the period in which the person held a post, or take the row out")
                .into());
        };
        let name = |card: usize| self.model.positions[self.plan.program.cards[card].position.0].name.as_str();
        let held = || posts.iter().map(|(_, card)| format!("`{}`", name(*card)));
        match (&ruling.post, posts.as_slice()) {
            (None, [(post, card)]) => Ok((roster, *post, *card)),
            (None, _) => {
                let set = self.model.data.iter().find(|set| {
                    set.rulings.is_some_and(|rulings| self.model.link_target_of(set, rulings.person) == ruling.roster)
                });
                let has_column = set.and_then(|set| set.rulings).is_some_and(|rulings| rulings.post.is_some());
                let message = format!("`{person}` holds several posts in {period}: on which of them is this ruling?");
                let help = match has_column {
                    true => format!("name the post: {}", one_of(held())),
                    false => format!(
                        "let a column say the post, declared as `column post : position optional`, and name one of {}",
                        held().collect::<Vec<_>>().join(", ")
                    ),
                };
                Err(bad(message, &ruling.places.person).help(help).into())
            }
            (Some(wanted), _) => {
                let found = posts.iter().find(|(_, card)| name(*card) == &**wanted);
                found.map(|(post, card)| (roster, *post, *card)).ok_or_else(|| {
                    let message = format!("`{person}` does not hold the post `{wanted}` in {period}");
                    bad(message, &ruling.places.post).help(format!("name the post held: {}", one_of(held()))).into()
                })
            }
        }
    }

    /// What the row is on, which the scorecard must allow.
    fn allowance(&self, ruling: &Ruling, position: &Position, card: &CardPlan) -> Found<Allowance> {
        let wanted = folded(&ruling.what);
        let named = |name: &str, label: &Label| {
            let labels = std::iter::once(&label.text).chain(label.translations.values());
            folded(name) == wanted || labels.into_iter().any(|label| !label.is_empty() && folded(label) == wanted)
        };
        let mut found: Vec<(RuledOn, String)> = Vec::new();
        if wanted == "score" {
            found.push((RuledOn::Score, "the score".into()));
        }
        if wanted == "rating" {
            found.push((RuledOn::Rating, "the rating".into()));
        }
        let kpis = kpi_nodes(card);
        for (kpi, _) in &kpis {
            let declared = &self.model.kpis[kpi.0];
            let called = format!("the KPI `{}`", declared.name);
            if named(&declared.name, &declared.label) && !found.iter().any(|(_, known)| *known == called) {
                found.push((RuledOn::Kpi(*kpi), called));
            }
        }
        for (at, output) in position.outputs.iter().enumerate() {
            if named(&output.name, &output.label) {
                found.push((RuledOn::Output(at), format!("the output `{}`", output.name)));
            }
        }
        let (on, called) = match found.as_slice() {
            [only] => only.clone(),
            [] => return Err(self.unknown(ruling, position, &kpis).into()),
            several => {
                let all = several.iter().map(|(_, called)| called.clone());
                let message = format!("`{}` could be {}", ruling.what, one_of(all));
                return Err(bad(message, &ruling.places.what)
                    .help("write the name of the one that is meant, which only it has")
                    .into());
            }
        };
        // An allowance speaks of all versions of a KPI.
        let same = |one: &&Allowance| match (one.on, on) {
            (RuledOn::Kpi(one), RuledOn::Kpi(other)) => self.model.kpis[one.0].name == self.model.kpis[other.0].name,
            (one, other) => one == other,
        };
        let allowed = position.scorecard.iter().flat_map(|card| &card.rulings);
        if let Some(allowance) = allowed.clone().find(same) {
            return Ok(Allowance { on, ..allowance.clone() });
        }
        let message = format!("the scorecard of `{}` allows no rulings on {called}", position.name);
        let word = match on {
            RuledOn::Score => "on score at most 5 points".to_string(),
            RuledOn::Rating => "on rating at most one grade".to_string(),
            RuledOn::Kpi(kpi) => format!("on kpi {} at most …", self.model.kpis[kpi.0].name),
            RuledOn::Output(at) => format!("on output {} at most …", position.outputs[at].name),
        };
        let finding = Diagnostic::new(Code::RulingNotAllowed, message).in_data(ruling.places.what.clone());
        let finding = match allowed.clone().next() {
            Some(first) => finding.at(first.span, "what it allows"),
            None => finding.at(position.span, "allows none"),
        };
        Err(finding.help(format!("take the row out, or let the scorecard allow it: `rulings {word}`")).into())
    }

    fn unknown(&self, ruling: &Ruling, position: &Position, kpis: &[(crate::model::KpiId, CalcId)]) -> Diagnostic {
        let mut known: Vec<&str> = vec!["score", "rating"];
        known.extend(kpis.iter().map(|(kpi, _)| self.model.kpis[kpi.0].name.as_str()));
        known.extend(position.outputs.iter().map(|output| output.name.as_str()));
        let message = format!("nothing of `{}` that is scored or paid is called `{}`", position.name, ruling.what);
        let help = match nearest(&ruling.what, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "write `score`, `rating`, or the name of a KPI of the scorecard or of an output".to_string(),
        };
        bad(message, &ruling.places.what).help(help)
    }

    /// What holds from then on: within what the rules could give, as formulas rely on that.
    fn to(&self, ruling: &Ruling, allowance: &Allowance, position: PositionId) -> Found<Value> {
        let text = &*ruling.ruled;
        let place = &ruling.places.ruled;
        let words = Words::of(self.model, position, allowance.on);
        let Some(unit) = &words.unit else { return self.grade(text, place, words.grades) };
        let number = match self.model.amount(text.trim(), unit) {
            Ok(Amount::Number(number)) => number,
            Ok(Amount::Missing(_)) => {
                let message = format!("a ruling on {} gives a value, and this one says that there is none", words.what);
                return Err(bad(message, place).help("write what holds from then on").into());
            }
            Err(no) => {
                let message = format!("{}, and {} is ruled on", no.message, words.what);
                let help = match (no.writes.is_empty(), no.help.is_empty()) {
                    (false, _) => format!("write {}", one_of(no.writes.iter().map(|text| format!("`{text}`")))),
                    (true, false) => no.help,
                    (true, true) => "write an amount in the unit of what is ruled on".to_string(),
                };
                return Err(bad(message, place).help(help).into());
            }
        };
        if let Some(decimals) = self.model.company.score_decimals
            && allowance.on == RuledOn::Score
            && self.model.company.rounded(&number) != number
        {
            let message = format!("`{text}` has more decimals than scores, which are rounded to {decimals}");
            return Err(bad(message, place).help("write the score as it is to be shown").into());
        }
        let range = || match allowance.on {
            RuledOn::Kpi(kpi) => self.model.kpi_intervals().swap_remove(kpi.0),
            RuledOn::Score => self.model.score_interval(position),
            RuledOn::Rating => Interval::ALL,
            RuledOn::Output(at) => self.model.output_interval(position, at),
        };
        let range = self.ranges.borrow_mut().entry((position, allowance.on)).or_insert_with(range).clone();
        if !range.contains(&number) {
            let end = |end: &Option<Number>| end.as_ref().map(|end| amount(end, unit));
            let between = match (end(&range.low), end(&range.high)) {
                (Some(low), Some(high)) => format!("lies between {low} and {high}"),
                (Some(low), None) => format!("is at least {low}"),
                (_, high) => format!("is at most {}", high.unwrap_or_default()),
            };
            let message = format!("`{text}` cannot be: {} {between}, whatever the data are", words.what);
            return Err(bad(message, place).help("rule within what the specs can give").into());
        }
        Ok(Value::Number(number))
    }

    fn grade(&self, text: &str, place: &DataPlace, grades: &[crate::model::Grade]) -> Found<Value> {
        let wanted = folded(text);
        let is = |grade: &crate::model::Grade| {
            let labels = std::iter::once(&grade.label.text).chain(grade.label.translations.values());
            folded(&grade.name) == wanted || labels.into_iter().any(|label| folded(label) == wanted)
        };
        if let Some(at) = grades.iter().position(is) {
            return Ok(Value::Choice(at as u32));
        }
        let names = grades.iter().map(|grade| format!("`{}`", grade.name));
        let message = format!("the rating has no grade `{text}`");
        Err(bad(message, place).help(format!("write one of its grades: {}", one_of(names))).into())
    }
}

/// The KPIs of the entries, bonuses and deductions of a card, with the nodes of their values.
fn kpi_nodes(card: &CardPlan) -> Vec<(crate::model::KpiId, CalcId)> {
    fn of_group(group: &GroupPlan, found: &mut Vec<(crate::model::KpiId, CalcId)>) {
        for entry in &group.entries {
            match &entry.what {
                EntryWhat::Group(group) => of_group(group, found),
                EntryWhat::Kpi(kpi) => found.push((kpi.kpi, kpi.value)),
                EntryWhat::ScoreOf(_) | EntryWhat::ScoreOfReports => {}
            }
        }
    }
    let mut found = Vec::new();
    if let Some(scorecard) = &card.scorecard {
        of_group(&scorecard.root, &mut found);
        found.extend(scorecard.adjustments.iter().map(|adjustment| (adjustment.kpi, adjustment.value)));
    }
    found
}
