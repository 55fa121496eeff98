//! In which unit each part of a formula is.

use std::collections::BTreeMap;

use crate::model::expr::{Base, Expr, Kind};
use crate::model::types::unit::{Dimension, DisplayUnit};
use crate::model::{Group, Head, Model, ScoreCurve};
use crate::source::{FileId, Span};

/// What parts of formulas are measured in, by their places.
pub struct Units(BTreeMap<(FileId, u32, u32), Dimension>);

impl Units {
    /// Those of all formulas about the ones evaluated.
    pub fn of(model: &Model) -> Units {
        let mut units = Units(BTreeMap::new());
        model.kpis.iter().for_each(|kpi| units.visit(&kpi.value));
        for position in &model.positions {
            position.outputs.iter().for_each(|output| units.visit(&output.value));
            position.eligible.iter().chain(&position.rank_within).for_each(|condition| units.visit(condition));
            let Some(card) = &position.scorecard else { continue };
            units.group(&card.root);
            card.vetoes.iter().for_each(|veto| units.visit(&veto.condition));
        }
        units
    }

    fn group(&mut self, group: &Group) {
        for entry in &group.entries {
            entry.applies_when.iter().for_each(|condition| self.visit(condition));
            match &entry.head {
                Head::Group(group) => self.group(group),
                Head::Kpi(kpi) => {
                    kpi.target.iter().for_each(|target| self.visit(&target.value));
                    if let Some(ScoreCurve::Own(curve)) = kpi.score.as_ref().map(|score| &score.curve)
                        && let Some(formula) = curve.kind.formula()
                    {
                        self.visit(formula);
                    }
                }
                Head::ScoreOf(_) | Head::ScoreOfReports => {}
            }
        }
    }

    fn visit(&mut self, expr: &Expr) {
        if let Base::Number(dimension) = &expr.ty.base {
            self.0.entry(expr.span.key()).or_insert_with(|| dimension.clone());
        }
        // What is inside is about rows.
        if let Kind::Aggregate(_) = &expr.kind {
            return;
        }
        expr.parts().into_iter().for_each(|part| self.visit(part));
    }

    /// The unit of the part of a formula that stands at a place, as it is shown: a ratio is a plain number.
    pub fn at(&self, span: Span) -> DisplayUnit {
        let Some(dimension) = self.0.get(&span.key()).filter(|dimension| !dimension.is_none()) else {
            return DisplayUnit::number();
        };
        let (mut singular, mut plural) = (dimension.to_string(), dimension.to_string());
        if let [(base, 1)] = dimension.factors() {
            (singular, plural) = (base.name.clone(), base.plural.clone());
        }
        DisplayUnit { dimension: dimension.clone(), singular, plural, ..DisplayUnit::number() }
    }
}
