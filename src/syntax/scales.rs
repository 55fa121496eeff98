//! Scales, matrices, ratings.

use super::grammar::{BlockKind, Rule};
use super::nodes::Node;
use super::outline::Item;
use super::reader::{Once, Reader};
use super::tree::*;
use crate::scales::{Anchor, Bracket, Brackets, Line, PerStep, Step, Steps};

const SCALE: BlockKind = BlockKind { name: "a scale", rule: Rule::scale_block };
const MATRIX: BlockKind = BlockKind { name: "a matrix", rule: Rule::matrix_block };
const RATING: BlockKind = BlockKind { name: "a rating", rule: Rule::rating_clause };

impl<'s> Reader<'s> {
    pub fn scale(&mut self, item: &Item, head: Option<Node<'s>>) -> Option<Scale> {
        let block = self.block(item, "a scale")?;
        // Below a head that is none, the lines may be those of something else.
        let head = head?;
        let parts = self.read_block(block, SCALE)?;
        let mut effective = Once::default();
        let mut curve = None;
        for part in &parts {
            match part.rule() {
                Rule::effective => {
                    let moment = self.moment(part);
                    self.once(&mut effective, "`effective from`", part.span(), moment);
                }
                _ => curve = self.curve(part),
            }
        }
        Some(Scale {
            name: self.declared(&head)?,
            label: self.label(&head),
            input: self.ty(&head)?,
            output: self.yields(&head)?,
            curve: curve?,
            effective: effective.value,
            span: self.extent(item),
        })
    }

    /// `-> %`; the outer `None` is a mistake.
    fn yields(&mut self, head: &Node<'s>) -> Option<Option<Type>> {
        match head.child(Rule::yields) {
            Some(yields) => self.ty(&yields).map(Some),
            None => Some(None),
        }
    }

    pub fn curve(&mut self, node: &Node<'s>) -> Option<Curve> {
        let inside = node.kids().next()?;
        let kind = match inside.rule() {
            Rule::linear => {
                let anchors = inside.all(Rule::anchor).map(|anchor| self.anchor(&anchor)).collect::<Option<_>>()?;
                CurveKind::Linear(Line { anchors, continue_above: inside.has(Rule::continue_above) })
            }
            Rule::steps => {
                let steps = inside.all(Rule::step).map(|step| self.step(&step)).collect::<Option<_>>()?;
                CurveKind::Steps(Steps(steps))
            }
            Rule::deduct | Rule::add => CurveKind::PerStep(Box::new(self.per_step(&inside)?)),
            Rule::brackets => {
                let brackets =
                    inside.all(Rule::bracket).map(|bracket| self.bracket(&bracket)).collect::<Option<_>>()?;
                CurveKind::Brackets(Brackets(brackets))
            }
            _ => CurveKind::Formula(self.expr_of(&inside)?),
        };
        Some(Curve { kind, span: node.span() })
    }

    fn anchor(&mut self, node: &Node<'s>) -> Option<Anchor<Expr>> {
        let [at, score] = <[Expr; 2]>::try_from(self.values(node)?).ok()?;
        Some(Anchor { below: node.has(Rule::below_jump), at, score })
    }

    fn step(&mut self, node: &Node<'s>) -> Option<Step<Expr>> {
        Some(Step { condition: self.limit(node)?, score: self.value_of(node)? })
    }

    fn per_step(&mut self, node: &Node<'s>) -> Option<PerStep<Expr>> {
        let each = node.child(Rule::for_each)?;
        let start = node.child(Rule::start)?;
        let start = if start.has(Rule::full) { None } else { Some(self.value_of(&start)?) };
        let limit = match node.child(Rule::at_least).or_else(|| node.child(Rule::up_to)) {
            Some(limit) => Some(self.value_of(&limit)?),
            None => None,
        };
        Some(PerStep {
            deduct: node.rule() == Rule::deduct,
            amount: self.value_of(node)?,
            full_steps: each.has(Rule::full),
            step: self.value_of(&each)?,
            of_target: node.has(Rule::of_target),
            above: node.child(Rule::side)?.has(Rule::kw_above),
            start,
            limit,
        })
    }

    fn bracket(&mut self, node: &Node<'s>) -> Option<Bracket<Expr>> {
        let to = match node.child(Rule::bracket_to) {
            Some(to) => Some(self.value_of(&to)?),
            None => None,
        };
        Some(Bracket { rate: self.value_of(node)?, to })
    }

    // ---------------------------------------------------------------- matrix

    pub fn matrix(&mut self, item: &Item, head: Option<Node<'s>>) -> Option<Matrix> {
        let block = self.block(item, "a matrix")?;
        let parts = self.read_block(block, MATRIX)?;
        let mut effective = Once::default();
        for part in parts.iter().filter(|part| part.rule() == Rule::effective) {
            let moment = self.moment(part);
            self.once(&mut effective, "`effective from`", part.span(), moment);
        }
        let head = head?;
        let part = |rule| parts.iter().find(|part| part.rule() == rule);
        let rows = self.limits(part(Rule::matrix_rows)?)?;
        let columns = self.limits(part(Rule::matrix_columns)?)?;
        let lines = part(Rule::matrix_values)?.all(Rule::matrix_line);
        let values = lines
            .map(|line| Some(MatrixLine { values: self.values(&line)?, span: line.span() }))
            .collect::<Option<_>>()?;
        let inputs: Vec<Type> = head.all(Rule::ty).map(|ty| self.this_type(&ty)).collect::<Option<_>>()?;
        Some(Matrix {
            name: self.declared(&head)?,
            label: self.label(&head),
            inputs: <[Type; 2]>::try_from(inputs).ok()?,
            output: self.yields(&head)?,
            rows,
            columns,
            values,
            effective: effective.value,
            span: self.extent(item),
        })
    }

    fn limits(&mut self, node: &Node<'s>) -> Option<Vec<MatrixLimit>> {
        let limit = |limit: Node<'s>| Some(MatrixLimit { condition: self.limit(&limit)?, span: limit.span() });
        node.all(Rule::matrix_limit).map(limit).collect()
    }

    // ---------------------------------------------------------------- rating

    pub fn rating(&mut self, item: &Item, head: Option<Node<'s>>) -> Option<Rating> {
        let block = self.block(item, "a rating")?;
        let mut grades = Vec::new();
        let mut distribution = Vec::new();
        let mut sees_raw_score = Once::default();
        for clause in &block.items {
            let Some(node) = self.clause(clause, RATING) else { continue };
            match node.rule() {
                Rule::grade => grades.extend(self.grade(&node)),
                Rule::distribution => distribution.extend(self.distribution(&node)),
                _ => {
                    let span = node.span();
                    self.once(&mut sees_raw_score, "`rating sees raw score`", span, Some(span));
                }
            }
        }
        let head = head?;
        Some(Rating {
            name: self.declared(&head)?,
            label: self.label(&head),
            grades,
            distribution,
            sees_raw_score: sees_raw_score.value,
            span: self.extent(item),
        })
    }

    fn grade(&mut self, node: &Node<'s>) -> Option<Grade> {
        Some(Grade {
            name: self.name(&node.child(Rule::name)?),
            label: self.label(node),
            condition: self.limit(node)?,
            span: node.span(),
        })
    }

    fn distribution(&mut self, node: &Node<'s>) -> Option<Distribution> {
        let of_or_more = match node.child(Rule::or_more) {
            Some(more) => Some(self.whole_number(&more)?),
            None => None,
        };
        Some(Distribution {
            about: node.has(Rule::about),
            share: self.number_of(node)?,
            grade: self.name(&node.child(Rule::name)?),
            within: self.name(&node.child(Rule::within)?.child(Rule::name)?),
            of_or_more,
            span: node.span(),
        })
    }
}
