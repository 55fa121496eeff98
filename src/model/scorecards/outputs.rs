//! Outputs: what a position computes of its scores, and sums of outputs over a roster.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::card::CardScope;
use crate::diagnostic::{Code, Diagnostic, Mend};
use crate::language::{AggregateFunction, Blanks, OverNothing, Parts, ScopeWord};
use crate::model::checker::Checker;
use crate::model::data::{DataId, Roster};
use crate::model::expr::{Base, Expr, Kind, OutputSum, Type};
use crate::model::kpis::type_span;
use crate::model::names::env::{Env, InOutput, Place};
use crate::model::names::rings;
use crate::model::names::uses::SumUse;
use crate::model::types::aggregates::reading_span;
use crate::model::types::present::present_in;
use crate::model::types::unit::{Dimension, DisplayUnit};
use crate::model::{Output, Position, Scorecard};
use crate::source::Span;
use crate::syntax::tree;
use crate::syntax::tree::ExprKind;
use crate::time::Day;

/// A position and one of its outputs.
type OutputPlace = (usize, usize);

impl Checker<'_> {
    pub(in crate::model) fn outputs(
        &mut self,
        written: &[tree::Output],
        card: &CardScope,
        stated: Option<&tree::Scorecard>,
        scorecard: Option<&Scorecard>,
    ) -> Vec<Output> {
        let names_rating =
            |stated: &tree::Scorecard| stated.rules.iter().any(|rule| matches!(rule, tree::ScorecardRule::Rating(_)));
        let all: Arc<[tree::Output]> = written.into();
        let mut outputs: Vec<Output> = Vec::new();
        for output in written {
            let earlier = outputs
                .iter()
                .map(|output| {
                    let base = Base::Number(output.unit.dimension.clone());
                    (output.name.clone(), Type { base, optional: output.value.ty.optional }, output.unit.clone())
                })
                .collect();
            let mut env = Env::subject();
            env.outputs = Some(InOutput {
                position: card.position.to_string(),
                name: output.name.text.clone(),
                written: all.clone(),
                earlier,
                scored: stated.is_some(),
                rated: stated.is_some_and(names_rating),
                rating: scorecard.and_then(|scorecard| scorecard.rating),
            });
            if matches!(output.name.text.as_str(), "score" | "rating") {
                let word = &output.name.text;
                self.report(
                    Diagnostic::new(
                        Code::AmbiguousName,
                        format!("wherever `{word}` is read, it could be this output or the {word} of the scorecard"),
                    )
                    .at(output.name.span, "an output of this name")
                    .help(format!("give the output another name, such as `{word}_output`")),
                );
            }
            let unit = self.number_type(&output.ty, "an output");
            // What the output cannot be was told of its type.
            let value = match unit {
                Some(_) => self.typed(&output.value, &env, None),
                None => Expr::wrong(output.value.span),
            };
            let unit = unit.unwrap_or_else(DisplayUnit::number);
            let what = format!("the output `{}`", output.name.text);
            let wanted = Base::Number(unit.dimension.clone());
            self.expect_base(&value, &wanted, &what, type_span(&output.ty, output.name.span));
            self.hundredfold(&value, &unit, &what);
            self.answerable(&value, card.scope, output.name.span, card);
            self.unsaid_part(output, &unit, &value, card.position);
            self.shared_twice(output, &value, &outputs);
            if output.part == Some(crate::language::PartOfPeriod::Prorated) && card.scope == ScopeWord::Own {
                self.days_twice(&value, &format!("the output `{}`", output.name.text), output.name.span, None);
            }
            if let Some(first) = outputs.iter().find(|known| known.name == output.name.text) {
                let first = first.span;
                self.report(
                    Diagnostic::new(Code::DeclaredTwice, format!("{what} is declared twice"))
                        .at(output.name.span, "declared again here")
                        .at(first, "declared first here")
                        .help("give one of the two another name"),
                );
            }
            outputs.push(Output {
                name: output.name.text.clone(),
                label: self.label(&output.name.text, &output.label),
                span: output.name.span,
                unit,
                part: output.part,
                value,
            });
        }
        outputs
    }

    /// `score`, `rating` or an earlier output, by its name.
    pub(in crate::model) fn in_output(&mut self, name: &tree::Name, env: &Env) -> Expr {
        let span = name.span;
        let Some(around) = &env.outputs else { return Expr::wrong(span) };
        let earlier = around.earlier.iter().position(|(output, ..)| *output == name.text);
        let expr = match (name.text.as_str(), earlier) {
            ("score", _) if around.scored => {
                Expr::new(Kind::Score, Type::maybe(Base::Number(Dimension::point())), span)
            }
            ("rating", _) if around.rated => match around.rating {
                Some(rating) => Expr::new(Kind::Rating, Type::maybe(Base::Grade(rating)), span),
                // A rating that nothing knows is reported itself.
                None => return Expr::wrong(span),
            },
            (word @ ("score" | "rating"), _) => {
                let position = &around.position;
                let (message, mend) = match around.scored {
                    false => (
                        format!("`{position}` has no scorecard, so there is no {word}"),
                        format!("add a scorecard to `{position}`, or leave `{word}` out"),
                    ),
                    true => (
                        format!("the scorecard of `{position}` gives no grade"),
                        "add a `rating …` to the scorecard, or let the output go by the score".to_string(),
                    ),
                };
                // However often it is read, one thing is lacking.
                if !self.diagnostics.iter().any(|finding| finding.message == message) {
                    self.report(Diagnostic::new(Code::Incomplete, message).at(span, format!("no {word}")).help(mend));
                }
                return Expr::wrong(span);
            }
            (_, Some(at)) => Expr::new(Kind::Output(at), around.earlier[at].1.clone(), span),
            _ => return Expr::wrong(span),
        };
        if env.moved {
            self.misplaced(
                span,
                &format!("`{}` is that of the period evaluated, and no other period's is known", name.text),
                "leave the window out, or move the KPIs that it is made of",
            );
        }
        present_in(env, expr)
    }

    /// Whether an output of some position has this name.
    fn is_output(&self, name: &str) -> bool {
        self.declarations.positions.iter().any(|position| position.outputs.iter().any(|one| one.name.text == name))
    }

    /// `sum(bonus of people)`: an aggregate that names no column but an output.
    pub(in crate::model) fn output_sum(
        &mut self,
        written: &tree::Aggregate,
        roster: DataId,
        env: &Env,
        span: Span,
    ) -> Option<Expr> {
        let (name, fallback) = match &*written.value.as_ref()?.kind {
            ExprKind::Name(name) => (name, None),
            ExprKind::Default { value, fallback } => match &*value.kind {
                ExprKind::Name(name) => (name, Some(fallback)),
                _ => return None,
            },
            _ => return None,
        };
        let set = self.model.data[roster.0].clone();
        let of_roster = set.roster.as_ref()?;
        if set.column_named(&name.text).is_some()
            || self.symbols.contains_key(name.text.as_str())
            || !self.is_output(&name.text)
        {
            return None;
        }
        let wrong = Some(Expr::wrong(span));
        if env.outputs.is_none() || env.place != Place::Subject {
            self.misplaced(
                name.span,
                &format!("`{}` is an output, and only an output can take in outputs", name.text),
                "write this as an `output` of the position; KPIs are known before any output is",
            );
            return wrong;
        }
        let signature = written.function.signature();
        let Some(keeps) = signature.of_outputs() else {
            self.report(
                Diagnostic::new(
                    Code::WrongArguments,
                    format!("outputs are not taken in by `{}`", self.text(written.function_span)),
                )
                .at(written.function_span, "not of outputs")
                .help(format!(
                    "write a function that takes them, as in {}",
                    AggregateFunction::listed(|one| one.of_outputs().is_some())
                )),
            );
            return wrong;
        };
        let places = [written.by.as_ref().map(|name| name.span), written.dated_by.as_ref().map(|name| name.span)];
        let reading = written.reading.as_ref().map(reading_span);
        let least = written.at_least.as_ref().map(|number| number.span);
        for place in places.into_iter().chain([reading, least]).flatten() {
            self.misplaced(
                place,
                "outputs are those of the period evaluated",
                "remove this; only a condition chooses among people: `where …`",
            );
        }
        if env.moved {
            self.misplaced(
                span,
                "outputs are those of the period evaluated, and no other period's are known",
                "leave the window out",
            );
        }
        let scope = env.over.unwrap_or(ScopeWord::Company);
        if scope == ScopeWord::Own {
            self.misplaced(
                span,
                "the outputs of one person are no sum",
                "write `… over team`, or nothing for the whole roster",
            );
        }
        let unit = self.summed_unit(name, of_roster, &set.name, span)?;
        let fallback = match fallback {
            Some(fallback) => Some(self.constant_expr(fallback, &unit.dimension)?),
            None => None,
        };
        let condition = written.condition.as_ref().map(|condition| {
            let condition = self.typed(condition, &env.inside(roster), Some(&Base::Flag));
            self.expect_condition(&condition, "a `where`");
            condition
        });
        let open = match signature.blanks {
            Blanks::Refused => fallback.is_none(),
            Blanks::LeftOut | Blanks::Counted => false,
        };
        self.output_sums.push(SumUse { output: name.text.clone(), roster, open, span: name.span });
        let base = Base::Number(match keeps {
            // Of those evaluated.
            Parts::Count => set.row.dimension.clone(),
            Parts::Sum | Parts::Mean | Parts::Least | Parts::Greatest => unit.dimension.clone(),
        });
        let ty = match signature.over_nothing {
            OverNothing::Zero => Type::known(base),
            OverNothing::Missing => Type::maybe(base),
        };
        let output = name.text.clone();
        let sum = OutputSum { keeps, roster, output, unit, fallback, condition, scope };
        Some(Expr::new(Kind::OutputSum(Box::new(sum)), ty, span))
    }

    /// The unit of an output in all positions that rows of a roster can hold.
    fn summed_unit(&mut self, name: &tree::Name, roster: &Roster, set: &str, span: Span) -> Option<DisplayUnit> {
        let positions: Vec<&tree::Position> =
            self.declarations.positions.iter().copied().filter(|one| roster.may_hold(&one.name.text)).collect();
        let mut found: Option<(DisplayUnit, &tree::Position, Span)> = None;
        for position in positions {
            for output in position.outputs.iter().filter(|output| output.name.text == name.text) {
                let unit = self.number_type(&output.ty, "an output")?;
                match &found {
                    Some((first, other, at)) if first.dimension != unit.dimension => {
                        let (one, two) = (Base::Number(first.dimension.clone()), Base::Number(unit.dimension.clone()));
                        self.report(
                            Diagnostic::new(
                                Code::UnitMismatch,
                                format!("the output `{}` is not in one unit, and cannot be taken together", name.text),
                            )
                            .at(span, "taken together here")
                            .at(*at, format!("{} in `{}`", one.words(), other.name.text))
                            .at(output.name.span, format!("{} in `{}`", two.words(), position.name.text))
                            .help("give them one unit, or different names"),
                        );
                        return Some(first.clone());
                    }
                    Some(_) => {}
                    None => found = Some((unit, position, output.name.span)),
                }
            }
        }
        if found.is_none() {
            let message = format!("no position of `{set}` has an output `{}`", name.text);
            self.report(
                Diagnostic::new(Code::UnknownName, message)
                    .at(name.span, "an output of others")
                    .help("name the roster of those who have it"),
            );
        }
        found.map(|(unit, ..)| unit)
    }

    /// What can only be told of sums of outputs when all outputs are known: what is missing in them, and circles.
    pub(in crate::model) fn check_output_sums(&mut self) {
        let uses = std::mem::take(&mut self.output_sums);
        for one in uses.iter().filter(|one| one.open) {
            let lacking =
                self.model.positions.iter().filter(|position| position.rosters.contains(&one.roster)).find_map(
                    |position| {
                        let output = position.outputs.iter().find(|output| output.name == one.output)?;
                        let why = match (output.value.ty.optional, position.eligible.is_some()) {
                            (true, _) => "it can be missing",
                            (_, true) => "there is none for those who are not eligible",
                            _ => return None,
                        };
                        Some((position.name.clone(), output.span, why))
                    },
                );
            let Some((position, at, why)) = lacking else { continue };
            self.report(
                Diagnostic::new(
                    Code::BlanksInSum,
                    format!("`{}` of `{position}` is not always there, and a sum must say what that means", one.output),
                )
                .at(one.span, "may be missing")
                .at(at, why)
                .mend(
                    "write `{}`, or give the output itself a `default`",
                    Mend::replace(one.span, format!("{} default 0", one.output)),
                ),
            );
        }
        if uses.is_empty() {
            return;
        }
        let positions = self.model.positions.iter();
        let mut days: Vec<Option<Day>> = positions.map(|position| self.model.position_begins(position)).collect();
        days.sort();
        days.dedup();
        for day in days {
            let Some(circle) = self.output_circle(day) else { continue };
            let named = |(position, output): &OutputPlace| {
                let position = &self.model.positions[*position];
                (format!("`{}` of `{}`", position.outputs[*output].name, position.name), position.outputs[*output].span)
            };
            let names: Vec<(String, Span)> = circle.iter().map(named).collect();
            let ring: Vec<&String> = names.iter().map(|(name, _)| name).collect();
            let ring = rings::note(&ring, "needs");
            let mut finding = Diagnostic::new(Code::Circle, format!("the output {} needs itself", names[0].0));
            for (name, span) in &names {
                finding = finding
                    .at(*span, if names.len() == 1 { "adds itself up".into() } else { format!("needed as {name}") });
            }
            return self.report(finding.note(ring).help("add up an output that does not need the sum"));
        }
    }

    /// What somebody with several posts gets is the sum over them, of all outputs with one name: so they have one unit.
    pub(in crate::model) fn check_units_of_outputs(&mut self) {
        let mut by_name: BTreeMap<&str, Vec<OutputPlace>> = BTreeMap::new();
        for (at, position) in self.model.positions.iter().enumerate() {
            for (output, declared) in position.outputs.iter().enumerate() {
                by_name.entry(&declared.name).or_default().push((at, output));
            }
        }
        let output = |(at, output): OutputPlace| &self.model.positions[at].outputs[output];
        let mut findings = Vec::new();
        for places in by_name.values() {
            // Thousands of positions may have it, nearly always in one unit.
            let first = &output(places[0]).unit.dimension;
            if places.iter().all(|place| output(*place).unit.dimension == *first) {
                continue;
            }
            let mut pairs = places.iter().enumerate().flat_map(|(at, one)| {
                let others = places[at + 1..].iter();
                others.filter(|two| output(**two).unit.dimension != output(*one).unit.dimension).map(|two| (*one, *two))
            });
            let Some((one, two)) = pairs.find(|(one, two)| self.model.held_together(one.0, two.0)) else { continue };
            // A sum of such outputs has told it already.
            let places = [output(one).span.key(), output(two).span.key()];
            let told = |finding: &Diagnostic| {
                finding.code == Code::UnitMismatch
                    && finding.labels.iter().any(|label| places.contains(&label.span.key()))
            };
            if self.diagnostics.iter().any(told) {
                continue;
            }
            let words = |one| Base::Number(output(one).unit.dimension.clone()).words();
            let position = |one: OutputPlace| &self.model.positions[one.0].name;
            findings.push(
                Diagnostic::new(
                    Code::UnitMismatch,
                    format!(
                        "the output `{}` is not in one unit, and who has held both posts gets the sum",
                        output(one).name
                    ),
                )
                .at(output(two).span, format!("{} in `{}`", words(two), position(two)))
                .at(output(one).span, format!("{} in `{}`", words(one), position(one)))
                .help("give them one unit, or different names"),
            );
        }
        findings.into_iter().for_each(|finding| self.report(finding));
    }

    /// Outputs of positions in force on a day that need each other, by position and output.
    fn output_circle(&self, day: Option<Day>) -> Option<Vec<OutputPlace>> {
        let begins = |position: &Position| self.model.position_begins(position);
        let mut in_force: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, position) in self.model.positions.iter().enumerate().filter(|(_, one)| begins(one) <= day) {
            let latest = in_force.entry(&position.name).or_insert(at);
            if begins(&self.model.positions[*latest]) < begins(position) {
                *latest = at;
            }
        }
        let in_force: BTreeSet<usize> = in_force.into_values().collect();
        let needed = |(at, output): OutputPlace| {
            let position: &Position = &self.model.positions[at];
            let mut found = Vec::new();
            let mut open = vec![&position.outputs[output].value];
            while let Some(expr) = open.pop() {
                match &expr.kind {
                    Kind::Output(earlier) => found.push((at, *earlier)),
                    Kind::OutputSum(sum) => {
                        for other in &in_force {
                            let position = &self.model.positions[*other];
                            let named = position.outputs.iter().position(|output| output.name == sum.output);
                            if position.rosters.contains(&sum.roster) {
                                found.extend(named.map(|output| (*other, output)));
                            }
                        }
                    }
                    _ => open.extend(expr.parts()),
                }
            }
            found
        };
        let outputs = |at: &usize| {
            (0..self.model.positions[*at].outputs.len()).map({
                let at = *at;
                move |one| (at, one)
            })
        };
        rings::walk(in_force.iter().flat_map(outputs), needed).rings.into_iter().next()
    }
}
