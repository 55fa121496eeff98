//! Positions, their scorecards and outputs, laid out for comparison.

use std::collections::BTreeSet;

use super::declared::{scope_text, version_key};
use super::items::{Declared, Elsewhere, Facet, Item, Order, Pairing};
use super::reader::{At, Depth, Reader, texts_of};
use super::terms::{Symbol, TermId};
use crate::alike::folded;
use crate::explain::exact::exact;
use crate::language::{Combine, PartOfPeriod, WhenMissing};
use crate::model::types::unit::DisplayUnit;
use crate::model::{
    Adjustment, Allowance, Direction, Entry, Group, Head, KpiEntry, Output, Position, Responsibility, RuledOn, Score,
    ScoreCurve, Scorecard, Unfit, Veto, VetoEffect,
};
use crate::number::Number;
use crate::source::Span;
use crate::value::percent;

impl<'a> Reader<'a> {
    /// A position with all its versions, in the order in which they begin. `outputs` are the names that both models know
    /// its outputs by.
    pub fn position_declared(&self, name: &'a str) -> Declared<'a> {
        let versions: Vec<&'a Position> =
            self.versions_of_position(name).iter().map(|at| &self.model.positions[*at]).collect();
        let span = versions.first().map_or(Span::new(crate::source::FileId(0), 0, 0), |one| one.span);
        let items = versions.into_iter().map(|one| self.position_item(one)).collect();
        let item = Item::new("position", format!("position `{name}`"), span).with_parts(
            "versions",
            items,
            Pairing::Versions,
            Order::Counts,
        );
        let symbol = Symbol::Position(self.position_name(name).to_string());
        Declared { symbol, kind: "position", name: name.to_string(), item }
    }

    fn position_item(&self, position: &'a Position) -> Item<'a> {
        let Position {
            name,
            label,
            span,
            draft,
            effective,
            reports_to,
            scope,
            purpose,
            responsibilities,
            eligible,
            rank_within,
            scorecard,
            outputs,
            rosters,
            unfit,
        } = position;
        let place = *span;
        let rosters: Vec<TermId> = rosters.iter().map(|roster| self.data(*roster)).collect();
        let unfit: Vec<TermId> = unfit
            .iter()
            .map(|unfit| {
                let Unfit { roster, what: _, span: _ } = unfit;
                self.data(*roster)
            })
            .collect();
        let held = self.node("rosters", [self.node("fit", rosters), self.node("unfit", unfit)]);
        let names = self.names_in_data(position);
        let status = if *draft { "draft" } else { "approved" };
        let boss = reports_to.as_ref().map(|boss| {
            let canonical = self.position_name(boss).to_string();
            let facet = Facet::shown("boss", "whom it reports to", self.said(&canonical), format!("`{boss}`"), place);
            Facet { elsewhere: Elsewhere::Bosses(canonical), ..facet }
        });
        let output_names: Vec<String> = outputs.iter().map(|one| self.output_name(position, one)).collect();
        let outputs = outputs.iter().map(|one| self.output_item(position, one, &output_names)).collect();
        let card = scorecard.iter().map(|card| self.scorecard_item(card, position, place)).collect();
        let duties = responsibilities.iter().map(|one| self.responsibility_item(one)).collect();
        Item::new(version_key(*effective), format!("position `{name}`"), place)
            .from(*effective)
            .with(Facet { whole: Some(names), ..self.label_facet(label, name, place) })
            .with(self.seen("status", "status", status, place))
            .with_all(boss)
            .with(self.told("scope", "scope", self.said(scope), scope_text(*scope), place))
            .with_all(self.maybe_seen("purpose", "purpose", purpose.as_ref(), place))
            .with_all(self.maybe_formula_facet("eligible", "who is eligible", eligible.as_ref()))
            .with_all(self.maybe_formula_facet("rank", "among whom people are ranked", rank_within.as_ref()))
            .with(self.told("rosters", "rosters that can hold it", held, self.rosters_text(position), place))
            .with_parts("responsibilities", duties, Pairing::Key, Order::Shown)
            .with_parts("scorecard", card, Pairing::Key, Order::Nothing)
            .with_parts("outputs", outputs, Pairing::Key, Order::Shown)
    }

    fn rosters_text(&self, position: &Position) -> String {
        let names = position.rosters.iter().map(|roster| format!("`{}`", self.model.data[roster.0].name));
        names.collect::<Vec<_>>().join(", ")
    }

    /// The texts of rows that stand for the position; nothing where no cell names positions.
    fn names_in_data(&self, position: &Position) -> TermId {
        if !self.names_positions {
            return self.said("no row names it");
        }
        let versions = self.versions_of_position(&position.name).iter().map(|at| &self.model.positions[*at]);
        let texts = versions.flat_map(|one| texts_of(&one.label)).chain([&position.name]);
        let meant = texts.filter(|text| self.position_meant(text) == Some(position.name.as_str()));
        self.said(meant.map(|text| folded(text).into()).collect::<BTreeSet<String>>())
    }

    fn responsibility_item(&self, one: &'a Responsibility) -> Item<'a> {
        let Responsibility { name, label, span, share, duties, outcomes, measured_by } = one;
        let place = *span;
        let measured = measured_by.iter().map(|kpi| format!("`{}`", self.model.kpis[kpi.0].name)).collect::<Vec<_>>();
        let share_text = share.as_ref().map_or("open".to_string(), percent);
        let list = |texts: &[String]| texts.iter().map(|text| format!("\"{text}\"")).collect::<Vec<_>>().join(", ");
        Item::new(name.clone(), format!("responsibility `{name}`"), place)
            .saying(share_text.clone())
            .with(self.seen("share", format!("share of working time of `{name}`"), share_text, place))
            .with(self.label_facet_of(format!("label of responsibility `{name}`"), label, name, place))
            .with(self.seen("duties", format!("duties of `{name}`"), list(duties), place))
            .with(self.seen("outcomes", format!("outcomes of `{name}`"), list(outcomes), place))
            .with(self.seen("measured", format!("what measures `{name}`"), measured.join(", "), place))
    }

    fn scorecard_item(&self, card: &'a Scorecard, position: &'a Position, place: Span) -> Item<'a> {
        let Scorecard { root, when_missing, complete_at_least, range, vetoes, adjustments, rating, rulings } = card;
        let Group { name: _, label: _, combine, entries } = root;
        let missing = match when_missing {
            WhenMissing::Redistribute => "redistribute",
            WhenMissing::Zero => "zero",
            WhenMissing::NoRating => "no rating",
        };
        let range_text = range.as_ref().map_or("none".to_string(), |(low, high)| format!("{low} to {high}"));
        let complete = complete_at_least.as_ref().map_or("not asked".to_string(), percent);
        let rating = rating.map(|id| {
            let rating = &self.model.ratings[id.0];
            let whole = self.rating_item(rating).whole(&mut self.terms.borrow_mut());
            Facet::new(
                "rating",
                "rating",
                self.symbol(self.rating_symbol(id)),
                whole,
                format!("`{}`", rating.name),
                place,
            )
        });
        let entry_parts = self.entries(entries, *combine);
        let item = Item::new("scorecard", "scorecard", place)
            .with(self.told("combine", "how entries come together", self.said(combine), combine_text(*combine), place))
            .with(self.told("missing", "what becomes of missing entries", self.said(when_missing), missing, place))
            .with(self.told("complete", "share that must be there", self.said(complete_at_least), complete, place))
            .with(self.told("range", "range", self.said(range), range_text, place))
            .with_all(rating);
        entry_parts(item)
            .with_parts(
                "vetoes",
                vetoes.iter().map(|veto| self.veto_item(veto, card)).collect(),
                Pairing::Alike,
                Order::Shown,
            )
            .with_parts(
                "bonuses and deductions",
                adjustments.iter().map(|one| self.adjustment_item(one)).collect(),
                Pairing::Key,
                Order::Shown,
            )
            .with_parts(
                "rulings",
                rulings.iter().map(|one| self.allowance_item(one, position)).collect(),
                Pairing::Key,
                Order::Nothing,
            )
    }

    /// What rulings may change, and how far.
    fn allowance_item(&self, allowance: &'a Allowance, position: &'a Position) -> Item<'a> {
        let Allowance { on, most, span } = allowance;
        let unit = match on {
            RuledOn::Kpi(kpi) => Some(self.model.kpis[kpi.0].unit.clone()),
            RuledOn::Output(at) => Some(position.outputs[*at].unit.clone()),
            RuledOn::Score => Some(DisplayUnit::point()),
            RuledOn::Rating => None,
        };
        let (key, called) = match on {
            RuledOn::Kpi(kpi) => (format!("kpi {}", self.kpi_name(*kpi)), format!("`{}`", self.model.kpis[kpi.0].name)),
            RuledOn::Output(at) => {
                let output = &position.outputs[*at];
                (format!("output {}", self.output_name(position, output)), format!("`{}`", output.name))
            }
            RuledOn::Score => ("score".to_string(), "the score".to_string()),
            RuledOn::Rating => ("rating".to_string(), "the rating".to_string()),
        };
        let text = match (most, &unit) {
            (None, _) => "without a limit".to_string(),
            (Some(most), Some(unit)) => format!("at most {}", exact(most, unit)),
            (Some(most), None) if *most == Number::ONE => "at most one grade".to_string(),
            (Some(most), None) => format!("at most {most} grades"),
        };
        Item::new(key, format!("rulings on {called}"), *span).saying(text.clone()).with(self.told(
            "most",
            format!("how far rulings on {called} may go"),
            self.said(most),
            text,
            *span,
        ))
    }

    /// Sums are the same in any order; a product of roots, which are approximate, may not be.
    fn entries(&self, entries: &'a [Entry], combine: Combine) -> impl FnOnce(Item<'a>) -> Item<'a> {
        let order = match combine {
            Combine::WeightedMean | Combine::Sum => Order::Shown,
            Combine::Geometric => Order::Counts,
        };
        let items: Vec<Item<'a>> = entries.iter().map(|entry| self.entry_item(entry)).collect();
        move |item| item.with_parts("entries", items, Pairing::Key, order)
    }

    fn entry_item(&self, entry: &'a Entry) -> Item<'a> {
        let Entry { weight, points, stated, most, head, label, span, applies_when } = entry;
        let place = *span;
        let key = match head {
            Head::Group(group) => format!("group {}", group.name),
            Head::Kpi(kpi) => format!("KPI {}", self.kpi_name(kpi.kpi)),
            Head::ScoreOf(position) => format!("score of {}", self.position_name(position)),
            Head::ScoreOfReports => "score of reports".to_string(),
        };
        let called = match head {
            Head::Group(group) => format!("`{}`", group.name),
            Head::Kpi(kpi) => format!("`{}`", self.model.kpis[kpi.kpi.0].name),
            Head::ScoreOf(position) => format!("the score of `{position}`"),
            Head::ScoreOfReports => "the score of reports".to_string(),
        };
        let text = points.as_ref().map_or_else(|| percent(weight), |points| format!("{points} points"));
        // The share of all points follows from the points of all entries.
        let own = match points {
            Some(points) => self.said((points, stated)),
            None => self.said((weight, stated)),
        };
        let whole = self.said((weight, points, stated));
        // An entry without one has that of its KPI.
        let own_label = match head {
            Head::Kpi(kpi) => *label != self.model.kpis[kpi.kpi.0].label && !label.text.is_empty(),
            Head::Group(_) | Head::ScoreOf(_) | Head::ScoreOfReports => true,
        };
        let most_text = most.as_ref().map_or("none".to_string(), percent);
        let applies = applies_when
            .as_ref()
            .map(|when| self.formula_facet("applies", format!("when {called} applies"), when, &[]));
        let item = Item::new(key, format!("entry {called}"), place)
            .saying(text.clone())
            .with(Facet::new("weight", format!("weight of {called}"), own, whole, text, place))
            .with(self.told("most", format!("limit of {called}"), self.said(most), most_text, place))
            .with_all(own_label.then(|| self.label_facet_of(format!("label of the entry {called}"), label, "", place)))
            .with_all(applies);
        match head {
            Head::Group(group) => {
                let Group { name, label, combine, entries } = group;
                let combine_facet = self.told(
                    "combine",
                    format!("how the entries of {called} come together"),
                    self.said(combine),
                    combine_text(*combine),
                    place,
                );
                let item = item
                    .with(self.label_facet_of(format!("label of the group {called}"), label, name, place))
                    .with(combine_facet);
                self.entries(entries, *combine)(item)
            }
            Head::Kpi(kpi) => self.kpi_entry(kpi, &called, item, place),
            Head::ScoreOf(position) => {
                let term = self.symbol(Symbol::Position(self.position_name(position).to_string()));
                item.with(self.told("whose", format!("what {called} is"), term, called.clone(), place))
            }
            Head::ScoreOfReports => {
                item.with(self.told("whose", format!("what {called} is"), self.said("reports"), called.clone(), place))
            }
        }
    }

    fn kpi_entry(&self, entry: &'a KpiEntry, called: &str, item: Item<'a>, place: Span) -> Item<'a> {
        let KpiEntry { kpi, scope, target, prorated, score } = entry;
        let own = self.symbol(Symbol::Kpi(self.kpi_name(*kpi).to_string()));
        // Whether attainment is mirrored is asked of the first version.
        let lower = self.said(matches!(self.model.kpis[kpi.0].direction, Some(Direction::Lower)));
        let whole = self.node("kpi", [self.kpi(*kpi), lower]);
        let name = self.model.kpis[kpi.0].name.clone();
        let item = item
            .with(Facet::new("kpi", format!("KPI of {called}"), own, whole, format!("`{name}`"), place))
            .with(self.told("scope", format!("scope of {called}"), self.said(scope), scope_text(*scope), place))
            .with_all(self.dated_facets("target", &format!("target of {called}"), target))
            .with(self.told(
                "prorated",
                format!("whether the target of {called} is prorated"),
                self.said(prorated),
                if *prorated { "yes" } else { "no" },
                place,
            ));
        match score {
            Some(score) => item.with(self.score_facet(score, called, place)),
            None => item,
        }
    }

    fn score_facet(&self, score: &'a Score, called: &str, place: Span) -> Facet<'a> {
        let Score { on_attainment, curve, made_for } = score;
        let what = format!("score of {called}");
        let facet = match curve {
            ScoreCurve::Attainment { up_to } => {
                let text = up_to
                    .as_ref()
                    .map_or("attainment".to_string(), |up_to| format!("attainment up to {}", self.text(up_to.span)));
                let [own, whole] = [Depth::Own, Depth::Whole]
                    .map(|depth| self.node("attainment", [self.maybe_formula(up_to.as_ref(), At::of(depth))]));
                Facet::new("score", what, own, whole, text, place)
            }
            ScoreCurve::Own(curve) => self.curve_facet("score", what, curve),
            ScoreCurve::Scale(id) => {
                let [own, whole] = [Depth::Own, Depth::Whole].map(|depth| self.scale(*id, depth));
                Facet::new("score", what, own, whole, format!("`{}`", self.model.scales[id.0].name), place)
            }
        };
        let how = self.said((on_attainment, made_for));
        let [own, whole] = [facet.own, facet.whole.unwrap_or(facet.own)].map(|term| self.node("score", [term, how]));
        let made = made_for.as_ref().map_or(String::new(), |points| format!(" of {points}"));
        let of = if *on_attainment && !matches!(curve, ScoreCurve::Attainment { .. }) { "attainment " } else { "" };
        let text = format!("{of}{}{made}", facet.text);
        Facet { own, whole: Some(whole), text, ..facet }
    }

    fn veto_item(&self, veto: &'a Veto, card: &Scorecard) -> Item<'a> {
        let Veto { condition, effect, reason, span } = veto;
        let place = *span;
        let called = if reason.text.is_empty() { self.text(condition.span) } else { reason.text.clone() };
        let (own, whole, text) = match effect {
            VetoEffect::RatingAtMost(grade) => {
                let grades = card.rating.map(|id| &self.model.ratings[id.0].grades);
                let name = grades.and_then(|grades| grades.get(*grade)).map_or("", |grade| grade.name.as_str());
                (self.said(("rating", name)), self.said(("rating", grade)), format!("rating at most {name}"))
            }
            VetoEffect::ScoreAtMost(score) => {
                let term = self.said(("score", score));
                (term, term, format!("score at most {score}"))
            }
        };
        Item::new(called.clone(), format!("veto \"{called}\""), place)
            .saying(format!("{} gives {text}", self.text(condition.span)))
            .with(self.formula_facet("condition", format!("condition of the veto \"{called}\""), condition, &[]))
            .with(Facet::new("effect", format!("effect of the veto \"{called}\""), own, whole, text, place))
            .with(self.label_facet_of(format!("reason of the veto \"{called}\""), reason, "", place))
    }

    fn adjustment_item(&self, adjustment: &'a Adjustment) -> Item<'a> {
        let Adjustment { deduct, kpi, scope, amount, full_steps, step, limit, label, span } = adjustment;
        let place = *span;
        let (kind, name) = (if *deduct { "deduction" } else { "bonus" }, &self.model.kpis[kpi.0].name);
        let called = format!("{kind} `{name}`");
        let own = self.symbol(Symbol::Kpi(self.kpi_name(*kpi).to_string()));
        let steps = if *full_steps { "full steps" } else { "any part of a step" };
        let mut item = Item::new(format!("{kind} {}", self.kpi_name(*kpi)), called.clone(), place)
            .saying(format!("{} for each {}", self.text(amount.span), self.text(step.span)))
            .with(Facet::new("kpi", format!("KPI of the {called}"), own, self.kpi(*kpi), format!("`{name}`"), place))
            .with(self.told("kind", format!("kind of the {called}"), self.said(deduct), kind, place))
            .with(self.told("scope", format!("scope of the {called}"), self.said(scope), scope_text(*scope), place))
            .with(self.formula_facet("amount", format!("amount of the {called}"), amount, &[]))
            .with(self.formula_facet("step", format!("step of the {called}"), step, &[]))
            .with(self.told("steps", format!("what counts of the {called}"), self.said(full_steps), steps, place));
        if let Some(limit) = limit {
            item = item.with(self.formula_facet("limit", format!("limit of the {called}"), limit, &[]));
        }
        item.with(self.label_facet_of(format!("label of the {called}"), label, "", place))
    }

    fn output_item(&self, position: &Position, output: &'a Output, names: &[String]) -> Item<'a> {
        let Output { name, label, span, unit, part, value } = output;
        let place = *span;
        let part_text = match part {
            None => "not said",
            Some(PartOfPeriod::Prorated) => "prorated",
            Some(PartOfPeriod::InFull) => "in full",
        };
        // Sums ask for outputs by the name.
        let called = Facet::shown("name", "name of the output", self.said(name), format!("`{name}`"), place);
        Item::new(self.output_name(position, output), format!("output `{name}`"), place)
            .saying(self.text(value.span))
            .with(Facet { elsewhere: Elsewhere::Sums(name.clone()), ..called })
            .with(self.label_facet_of(format!("label of `{name}`"), label, name, place))
            .with(Facet::shown("unit", format!("unit of `{name}`"), self.unit(unit), unit.singular.clone(), place))
            .with(self.told(
                "part",
                format!("what is given of `{name}` for a part of the period"),
                self.said(part),
                part_text,
                place,
            ))
            .with(self.formula_facet("formula", format!("formula of `{name}`"), value, names))
    }

    /// An output's name, as both models have it.
    fn output_name(&self, position: &Position, output: &Output) -> String {
        let full = format!("{}.{}", position.name, output.name);
        match self.renamed.old("output", &full) {
            same if same == full => output.name.clone(),
            old => old.to_string(),
        }
    }
}

pub fn combine_text(combine: Combine) -> &'static str {
    match combine {
        Combine::WeightedMean => "weighted mean",
        Combine::Geometric => "geometric",
        Combine::Sum => "sum",
    }
}
