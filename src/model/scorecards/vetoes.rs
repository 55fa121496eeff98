//! What comes behind the total: vetoes, bonuses and deductions.

use super::card::CardScope;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::checker::Checker;
use crate::model::expr::Base;
use crate::model::names::env::{Bare, Env};
use crate::model::types::unit::Dimension;
use crate::model::{Adjustment, RatingId, Veto, VetoEffect};
use crate::syntax::tree;

impl Checker<'_> {
    pub(super) fn veto(
        &mut self,
        written: &tree::Veto,
        rating: Option<RatingId>,
        names_rating: bool,
        card: &CardScope,
    ) -> Option<Veto> {
        let condition = self.typed(&written.condition, &Env::subject().lenient(), Some(&Base::Flag));
        self.expect_condition(&condition, "the condition of a veto");
        self.answerable(&condition, card.scope, written.condition.span, card);
        let effect = match &written.gives {
            tree::VetoEffect::ScoreAtMost(limit) => {
                VetoEffect::ScoreAtMost(self.constant_number(limit, &Dimension::point())?)
            }
            tree::VetoEffect::RatingAtMost(name) => {
                let Some(rating) = rating else {
                    // A rating that nothing knows is reported itself.
                    if names_rating {
                        return None;
                    }
                    self.report(
                        Diagnostic::new(Code::Incomplete, "this veto limits the rating, and the scorecard has none")
                            .at(name.span, "of which rating?")
                            .help("add a `rating …` to the scorecard, or let it limit the score, as in `gives score at most 60`"),
                    );
                    return None;
                };
                let model = self.model.clone();
                let grades = &model.ratings[rating.0].grades;
                match grades.iter().position(|grade| grade.name == name.text) {
                    Some(grade) => VetoEffect::RatingAtMost(grade),
                    None => {
                        self.unknown_grade(name, grades);
                        return None;
                    }
                }
            }
        };
        let reason = self.label(&self.text(written.condition.span), &written.reason);
        Some(Veto { condition, effect, reason, span: written.span })
    }

    pub(super) fn adjustment(&mut self, written: &tree::Adjustment, card: &CardScope) -> Option<Adjustment> {
        let kpi = self.kpi_name(&written.kpi)?;
        let model = self.model.clone();
        let declared = &model.kpis[kpi.0];
        let scope = declared.scope.unwrap_or(card.scope);
        self.kpi_answerable(kpi, scope, written.kpi.span, card);
        let points = Dimension::point();
        let amount = self.constant_expr(&written.amount, &points)?;
        if self.bare_step(&written.step, &declared.unit, &format!("a step of `{}`", declared.name)) {
            return None;
        }
        let step = self.constant_in(&written.step, &Bare::from(&declared.unit))?;
        let limit = match &written.limit {
            Some(limit) => Some(self.constant_expr(limit, &points)?),
            None => None,
        };
        let word = if written.deduct { "deduct" } else { "add" };
        let mend = format!("write a number above 0, as in `{word} 2 for each 1 up to 10`");
        self.above_zero(&amount, "what a step is worth", &mend)?;
        self.above_zero(&step, "a step", &mend)?;
        if let Some(limit) = &limit {
            self.above_zero(limit, &format!("the most that this can {word}"), &mend)?;
        }
        let label = self.label(&declared.label.text, &written.label);
        Some(Adjustment {
            deduct: written.deduct,
            kpi,
            scope,
            amount,
            full_steps: written.full_steps,
            step,
            limit,
            label,
            span: written.span,
        })
    }
}
