//! How a value was got: the formula as it is written, and the values of its parts, in the units people write.

use std::collections::HashSet;

use super::{Ran, Step, missing};
use crate::explain::{Units, exact};
use crate::language::BinaryOp;
use crate::model::Entry;
use crate::model::cases::{Expectation, Expected};
use crate::model::types::unit::DisplayUnit;
use crate::plan::program::{Calc, CalcId, Input};
use crate::score::card::{
    Card, EntryResult, EntryResultKind, LoweredBy, PersonResult, PostResult, ScorecardResult, StepKind,
};
use crate::source::Span;
use crate::time::Months;
use crate::value::Value;

/// Longer traces are cut: what is nearest to the value comes first.
const LINES: usize = 16;
/// How far down parts are taken apart.
const DEPTH: usize = 4;
/// Longer formulas are cut.
const WIDTH: usize = 72;

impl Ran<'_> {
    pub(super) fn trace(&self, expectation: &Expectation, person: &PersonResult) -> Vec<Step> {
        let mut trace = Trace::of(self);
        match &expectation.what {
            Expected::Kpi(kpi) => {
                let card = self.card(person, |card| self.node(person, card.position, *kpi).is_some());
                if let Some((card, node)) = card.and_then(|card| Some((card, self.node(person, card.position, *kpi)?)))
                {
                    trace.value(card, node, 0);
                }
            }
            Expected::Output(name) => {
                let posts: Vec<(&PostResult, usize)> = self.posts_with(person, name).collect();
                for (post, at) in &posts {
                    trace.post(person, post, *at, posts.len() > 1);
                }
            }
            Expected::ScoreOf(name) => {
                if let Some((card, entry, result)) = self.entry(person, name) {
                    trace.entry(card, entry, result, 0);
                }
            }
            Expected::Score | Expected::Rating => {
                for card in &person.cards {
                    if let (Some(scorecard), Some(result)) = (&self.position(card).scorecard, &card.scorecard) {
                        trace.scorecard(card, &scorecard.root.entries, result);
                    }
                }
                if matches!(expectation.what, Expected::Rating) {
                    trace.rating(person);
                }
            }
        }
        trace.finish()
    }
}

struct Trace<'a> {
    ran: &'a Ran<'a>,
    steps: Vec<Step>,
    seen: HashSet<CalcId>,
    units: Units,
}

impl<'a> Trace<'a> {
    fn of(ran: &'a Ran<'a>) -> Trace<'a> {
        Trace { ran, steps: Vec::new(), seen: HashSet::new(), units: Units::of(ran.model) }
    }

    fn finish(mut self) -> Vec<Step> {
        let more = self.steps.len().saturating_sub(LINES);
        if more > 1 {
            self.steps.truncate(LINES);
            self.steps.push(Step { depth: 0, text: format!("… and {} more", more) });
        }
        self.steps
    }

    fn say(&mut self, depth: usize, text: String) {
        self.steps.push(Step { depth, text });
    }

    // ---------------------------------------------------------------- formulas

    /// An output of a post: its stints, each with what the formula gives on it, and how they come together.
    fn post(&mut self, person: &PersonResult, post: &PostResult, at: usize, several: bool) {
        let (model, output) = (self.ran.model, &post.outputs[at]);
        let position = &model.positions[post.position.0];
        let declared = &position.outputs[at];
        let node = self.ran.card_plan(person.roster, post.position).and_then(|plan| plan.outputs.get(at));
        let Some(node) = node.map(|plan| plan.value) else { return };
        let mut depth = 0;
        if several {
            let amount = self.shown(Some(&output.value), &declared.unit);
            self.say(0, format!("as {}: {amount}", position.name));
            depth = 1;
        }
        let stints = post.cards.len() > 1;
        for card in post.cards.iter().map(|card| &person.cards[*card]) {
            // The same formula has other values on another stint.
            self.seen.clear();
            let mut inner = depth;
            if stints {
                let amount = self.shown(card.outputs.get(at), &declared.unit);
                self.say(depth, format!("from {} to {}: {amount}", card.from, card.to));
                inner += 1;
            }
            self.formula(card, &declared.name, declared.value.span, node, inner);
        }
        if stints && let Some(mean) = &output.mean {
            let mean = self.shown(Some(mean), &declared.unit);
            self.say(depth, format!("mean by days = {mean}"));
        }
        if let Some((days, all)) = output.prorated {
            self.say(depth, format!("prorated: {days} of {all} days"));
        }
    }

    /// A node that names itself (a KPI), or its parts.
    fn value(&mut self, card: &Card, node: CalcId, depth: usize) {
        match &self.ran.plan.program.nodes[node.0] {
            Calc::Kpi { kpi, months, body, .. } => {
                let kpi = &self.ran.model.kpis[kpi.0];
                let name = self.in_window(&kpi.name, *months);
                match kpi.is_index {
                    true => {
                        self.say(depth, format!("{name} = the weighted mean of its parts"));
                        self.parts(card, *body, depth + 1);
                    }
                    false => self.formula(card, &name, kpi.value.span, *body, depth),
                }
            }
            _ => self.parts(card, node, depth),
        }
    }

    fn formula(&mut self, card: &Card, name: &str, span: Span, body: CalcId, depth: usize) {
        self.say(depth, format!("{name} = {}", self.text(span)));
        self.parts(card, body, depth + 1);
    }

    /// The parts of a formula that have a value of their own, each once.
    fn parts(&mut self, card: &Card, node: CalcId, depth: usize) {
        let value = card.values.get(node.0).cloned().flatten();
        let flag = |node: &CalcId| card.values.get(node.0).cloned().flatten().and_then(|value| value.as_flag());
        let calc = &self.ran.plan.program.nodes[node.0];
        match calc {
            Calc::Not(a) | Calc::Negate(a) | Calc::IsMissing(a) | Calc::InDays { date: a, .. } => {
                self.parts(card, *a, depth)
            }
            Calc::Binary(BinaryOp::And | BinaryOp::Or, a, b) | Calc::Default { value: a, fallback: b } => {
                self.parts(card, *a, depth);
                if value.is_some() {
                    self.parts(card, *b, depth);
                }
            }
            Calc::Binary(_, a, b) => {
                self.parts(card, *a, depth);
                self.parts(card, *b, depth);
            }
            Calc::If { condition, then, otherwise } => {
                self.parts(card, *condition, depth);
                match flag(condition) {
                    Some(true) => self.parts(card, *then, depth),
                    Some(false) => self.parts(card, *otherwise, depth),
                    None => {}
                }
            }
            Calc::InSet(a, list) => {
                self.parts(card, *a, depth);
                list.iter().for_each(|a| self.parts(card, *a, depth));
            }
            Calc::Call(_, list) => list.iter().for_each(|a| self.parts(card, *a, depth)),
            Calc::Curve(_, a) => {
                self.line(card, node, depth, None);
                self.parts(card, *a, depth + 1);
            }
            Calc::Matrix(_, a, b) => {
                self.line(card, node, depth, None);
                self.parts(card, *a, depth + 1);
                self.parts(card, *b, depth + 1);
            }
            Calc::Value(Value::Missing(_)) | Calc::Input(_) | Calc::Read(_) => self.line(card, node, depth, None),
            Calc::Closed { period, .. } => {
                self.line(card, node, depth, Some(self.ran.model.company.calendar.months(*period)));
            }
            Calc::Measure { months, .. } => self.line(card, node, depth, Some(*months)),
            // A person with such points has no values at all.
            Calc::OutOfOrder { .. } => {}
            Calc::Value(_) => self.constant(card, node, depth),
            Calc::Kpi { kpi, months, body, .. } => {
                if !self.seen.insert(node) {
                    return;
                }
                let declared = &self.ran.model.kpis[kpi.0];
                let name = self.in_window(&declared.name, *months);
                let shown = self.shown(value.as_ref(), &declared.unit);
                self.say(depth, format!("{name} = {shown}"));
                if depth < DEPTH {
                    self.parts(card, *body, depth + 1);
                }
            }
        }
    }

    /// A constant says its value; a number that stands in the formula itself does not.
    fn constant(&mut self, card: &Card, node: CalcId, depth: usize) {
        let text = self.text(self.ran.plan.program.spans[node.0]);
        if self.ran.model.constants.iter().any(|constant| constant.name == text) {
            self.line(card, node, depth, None);
        }
    }

    fn line(&mut self, card: &Card, node: CalcId, depth: usize, months: Option<Months>) {
        if !self.seen.insert(node) {
            return;
        }
        let program = &self.ran.plan.program;
        let span = program.spans[node.0];
        let value = match (&program.nodes[node.0], card.values.get(node.0)) {
            (Calc::Value(value), _) => Some(value.clone()),
            (_, value) => value.cloned().flatten(),
        };
        let Some(value) = value else { return };
        let text = self.text(span);
        // `missing "no base"` tells its value itself.
        if matches!(value, Value::Missing(_)) && text.starts_with("missing") {
            return self.say(depth, text);
        }
        let text = months.map_or(text.clone(), |months| self.in_window(&text, months));
        let shown = match (&program.nodes[node.0], &value) {
            (Calc::Input(Input::Rating), Value::Choice(grade)) => {
                let position = self.ran.position(card);
                let rating = position.scorecard.as_ref().and_then(|scorecard| scorecard.rating);
                let grade = rating.and_then(|id| self.ran.model.ratings[id.0].grades.get(*grade as usize));
                grade.map_or_else(String::new, |grade| grade.name.clone())
            }
            _ => self.shown(Some(&value), &self.units.at(span)),
        };
        self.say(depth, format!("{text} = {shown}"));
    }

    /// With the window, where it is not the period of the test.
    fn in_window(&self, text: &str, months: Months) -> String {
        match months == self.ran.plan.months {
            true => text.to_string(),
            false => format!("{text} [{months}]"),
        }
    }

    fn text(&self, span: Span) -> String {
        let text = self.ran.sources.text(span);
        let lines = text.lines().map(|line| line.split(" #").next().unwrap_or_default());
        let text = lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ");
        if text.chars().count() <= WIDTH {
            return text;
        }
        text.chars().take(WIDTH - 1).collect::<String>() + "…"
    }

    fn shown(&self, value: Option<&Value>, unit: &DisplayUnit) -> String {
        match value {
            Some(Value::Number(number)) => exact(number, unit),
            Some(Value::Missing(reason)) => missing(reason),
            Some(Value::Text(text)) => text.to_string(),
            Some(Value::Day(day)) => day.to_string(),
            Some(Value::Period(months)) => months.to_string(),
            Some(Value::Flag(flag)) => if *flag { "yes" } else { "no" }.to_string(),
            Some(Value::Choice(_)) | None => "?".into(),
        }
    }

    // ---------------------------------------------------------------- scores

    fn points(&self, value: &Value) -> String {
        self.shown(Some(value), &DisplayUnit::number())
    }

    fn entry(&mut self, card: &Card, entry: &Entry, result: &EntryResult, depth: usize) {
        match (&entry.head, &result.what) {
            (crate::model::Head::Group(group), EntryResultKind::Group(results)) => {
                self.entries(&group.entries, results, depth);
            }
            (_, EntryResultKind::Kpi { kpi, node, value, target, full_target, attainment, not_applicable }) => {
                let unit = self.ran.model.kpis[kpi.0].unit.clone();
                if *not_applicable {
                    self.say(depth, "the entry does not apply".into());
                    return;
                }
                let value = self.shown(Some(value), &unit);
                self.say(depth, format!("value = {value}"));
                if let Some(target) = target {
                    let whole = full_target.as_ref().map(|full| self.shown(Some(full), &unit));
                    let whole = whole.map_or(String::new(), |whole| format!(", by the days served of {whole}"));
                    let target = self.shown(Some(target), &unit);
                    self.say(depth, format!("target = {target}{whole}"));
                }
                if let Some(attainment) = attainment {
                    let attainment = self.shown(Some(attainment), &DisplayUnit::percent());
                    self.say(depth, format!("attainment = {attainment}"));
                }
                self.value(card, *node, depth);
                if let crate::model::Head::Kpi(kpi) = &entry.head
                    && let Some(made_for) = kpi.score.as_ref().and_then(|score| score.made_for.as_ref())
                {
                    let [made_for, full] =
                        [made_for, &entry.full()].map(|points| exact(points, &DisplayUnit::number()));
                    self.say(depth, format!("out of {made_for}, for {full} points"));
                }
            }
            (_, EntryResultKind::OtherScore(taken)) => {
                for one in taken {
                    let score = self.points(&one.score);
                    self.say(depth, format!("score of \"{}\" = {score}", one.person));
                }
                if let Some(points) = &entry.points {
                    self.say(depth, format!("out of 100, for {} points", exact(points, &DisplayUnit::number())));
                }
            }
            _ => {}
        }
        self.limit(entry, result, depth);
    }

    /// What an entry would have given but for its limit.
    fn limit(&mut self, entry: &Entry, result: &EntryResult, depth: usize) {
        if let (Some(uncapped), Some(most)) = (&result.uncapped, &entry.most) {
            let uncapped = exact(uncapped, &DisplayUnit::number());
            let most = exact(most, &DisplayUnit::percent());
            self.say(depth, format!("{uncapped}, at most {most} of its points"));
        }
    }

    fn entries(&mut self, entries: &[Entry], results: &[EntryResult], depth: usize) {
        for (entry, result) in entries.iter().zip(results) {
            let name = match &entry.head {
                crate::model::Head::Group(group) => group.name.clone(),
                crate::model::Head::Kpi(kpi) => self.ran.model.kpis[kpi.kpi.0].name.clone(),
                crate::model::Head::ScoreOf(position) => position.clone(),
                crate::model::Head::ScoreOfReports => "reports".into(),
            };
            let weight = exact(&result.effective_weight, &DisplayUnit::percent());
            let stated = match result.weight == result.effective_weight {
                true => String::new(),
                false => format!(", stated {}", exact(&result.weight, &DisplayUnit::percent())),
            };
            let score = self.points(&result.score);
            self.say(depth, format!("score of {name} = {score}, weight {weight}{stated}"));
        }
    }

    fn scorecard(&mut self, card: &Card, entries: &[Entry], result: &ScorecardResult) {
        self.entries(entries, &result.entries, 0);
        let combined = self.points(&result.combined);
        self.say(0, format!("together = {combined}"));
        let model = self.ran.model;
        for adjustment in &result.adjustments {
            let name = &model.kpis[adjustment.kpi.0].name;
            let points = self.points(&adjustment.points);
            self.say(0, format!("{name} adds {points}"));
        }
        let vetoes = model.positions[card.position.0].scorecard.as_ref().map(|scorecard| &scorecard.vetoes);
        let reason = |at: usize| vetoes.and_then(|vetoes| vetoes.get(at)).map_or("", |veto| &veto.reason.text);
        for step in &result.steps {
            let what = match step.what {
                StepKind::Adjusted => "with what is added".to_string(),
                StepKind::Range => "kept within the range".to_string(),
                StepKind::Rounded => "rounded".to_string(),
                StepKind::Veto(at) => format!("veto \"{}\"", reason(at)),
                StepKind::Ruled => "ruled".to_string(),
            };
            let score = exact(&step.score, &DisplayUnit::number());
            self.say(0, format!("{what} = {score}"));
        }
        for veto in result.vetoes.iter().filter(|veto| veto.holds != Some(false)) {
            let holds = veto.missing.as_ref().map_or("holds".to_string(), |reason| format!("cannot be told: {reason}"));
            let text = format!("veto \"{}\" {holds}", reason(veto.veto));
            self.say(0, text);
        }
    }

    fn rating(&mut self, person: &PersonResult) {
        let Some(rating) = &person.rating else { return };
        let name = |grade| self.ran.grade(person, grade).unwrap_or_default();
        let (by_score, last) = (name(rating.by_score), name(rating.grade));
        let lowered = match rating.lowered_by {
            None => String::new(),
            Some(LoweredBy::Veto(_) | LoweredBy::EarlierVeto { .. }) => format!(", lowered to {last} by a veto"),
            Some(LoweredBy::Distribution(_)) => format!(", lowered to {last} by the distribution"),
            Some(LoweredBy::Ruling) => format!(", ruled {last}"),
        };
        self.say(0, format!("rating by the score = {by_score}{lowered}"));
    }
}
