//! `position`: responsibilities, outputs, and the clauses around the scorecard.

use super::grammar::{BlockKind, Rule};
use super::nodes::Node;
use super::outline::Item;
use super::reader::{Once, Reader};
use super::tree::*;
use super::values::percent_meant;
use crate::diagnostic::{Code, Diagnostic, Mend};
use crate::language::PartOfPeriod;

const POSITION: BlockKind = BlockKind { name: "a position", rule: Rule::position_clause };
const RESPONSIBILITIES: BlockKind = BlockKind { name: "the responsibilities", rule: Rule::responsibility };
const RESPONSIBILITY: BlockKind = BlockKind { name: "a responsibility", rule: Rule::responsibility_clause };

impl<'s> Reader<'s> {
    pub fn position(&mut self, item: &Item, head: Option<Node<'s>>) -> Option<Position> {
        let block = self.block(item, "a position")?;
        let mut status = Once::default();
        let mut effective = Once::default();
        let mut reports_to = Once::default();
        let mut scope = Once::default();
        let mut purpose = Once::default();
        let mut responsibilities = Once::default();
        let mut eligible = Once::default();
        let mut rank_within = Once::default();
        let mut scorecard = Once::default();
        let mut outputs = Vec::new();
        for clause in &block.items {
            let word = self.first_word(clause);
            let node = match word {
                "responsibilities" | "scorecard" => self.read(clause, POSITION),
                _ => self.clause(clause, POSITION),
            };
            let place = self.place(clause);
            match word {
                "responsibilities" => {
                    let inside = self.responsibilities(clause);
                    self.once(&mut responsibilities, "`responsibilities`", place, inside);
                    continue;
                }
                "scorecard" => {
                    let inside = self.scorecard(clause, node);
                    self.once(&mut scorecard, "`scorecard`", place, inside);
                    continue;
                }
                _ => {}
            }
            let Some(node) = node else { continue };
            match node.rule() {
                Rule::status => self.once(&mut status, "`status`", place, Some(node.place(Rule::draft))),
                Rule::effective => {
                    let moment = self.moment(&node);
                    self.once(&mut effective, "`effective from`", place, moment);
                }
                Rule::reports_to => {
                    let name = node.child(Rule::name).map(|name| self.name(&name));
                    self.once(&mut reports_to, "`reports to`", place, name);
                }
                Rule::scope => {
                    let word = self.scope_word(&node);
                    self.once(&mut scope, "`scope`", place, word);
                }
                Rule::purpose => {
                    let text = self.text_of(&node);
                    self.once(&mut purpose, "`purpose`", place, text);
                }
                Rule::eligible => {
                    let condition = self.expr_of(&node);
                    self.once(&mut eligible, "`eligible when`", place, condition);
                }
                Rule::ranked => {
                    let part = self.expr_of(&node);
                    self.once(&mut rank_within, "`rank within`", place, part);
                }
                _ => outputs.extend(self.output(&node)),
            }
        }
        let head = head?;
        Some(Position {
            name: self.declared(&head)?,
            label: self.label(&head),
            draft: status.value.flatten(),
            effective: effective.value,
            reports_to: reports_to.value,
            scope: scope.value,
            purpose: purpose.value,
            responsibilities: responsibilities.value,
            eligible: eligible.value,
            rank_within: rank_within.value,
            scorecard: scorecard.value,
            outputs,
            span: self.extent(item),
        })
    }

    fn output(&mut self, node: &Node<'s>) -> Option<Output> {
        let prorated = node.place(Rule::prorated).map(|_| PartOfPeriod::Prorated);
        let in_full = node.place(Rule::in_full).map(|_| PartOfPeriod::InFull);
        Some(Output {
            name: self.name(&node.child(Rule::name)?),
            label: self.label(node),
            ty: self.ty(node)?,
            part: prorated.or(in_full),
            value: self.expr_of(node)?,
            span: node.span(),
        })
    }

    // ---------------------------------------------------------------- responsibilities

    fn responsibilities(&mut self, item: &Item) -> Option<Responsibilities> {
        let block = self.block(item, "`responsibilities`")?;
        let mut entries = Vec::new();
        let mut rest = None;
        for entry in &block.items {
            let Some(entry) = self.responsibility(entry) else { continue };
            if let WorkShare::Rest(span) = entry.share {
                match rest {
                    Some(first) => self.twice("`rest`", span, first),
                    None => rest = Some(span),
                }
            }
            entries.push(entry);
        }
        Some(Responsibilities { entries, span: self.extent(item) })
    }

    fn responsibility(&mut self, item: &Item) -> Option<Responsibility> {
        let head = self.read(item, RESPONSIBILITIES);
        let mut duties = Vec::new();
        let mut outcomes = Vec::new();
        let mut measured_by = Once::default();
        for clause in item.block.iter().flat_map(|block| &block.items) {
            let Some(node) = self.clause(clause, RESPONSIBILITY) else { continue };
            match node.rule() {
                Rule::duty => duties.extend(self.text_of(&node)),
                Rule::outcome => outcomes.extend(self.text_of(&node)),
                _ => {
                    let names = node.child(Rule::names).map(|names| self.names(&names));
                    self.once(&mut measured_by, "`measured by`", node.span(), names);
                }
            }
        }
        let head = head?;
        Some(Responsibility {
            share: self.work_share(&head)?,
            name: self.name(&head.child(Rule::name)?),
            label: self.label(&head),
            duties,
            outcomes,
            measured_by: measured_by.value.unwrap_or_default(),
            span: self.extent(item),
        })
    }

    fn work_share(&mut self, head: &Node<'s>) -> Option<WorkShare> {
        if let Some(span) = head.place(Rule::rest) {
            return Some(WorkShare::Rest(span));
        }
        if let Some(span) = head.place(Rule::unstated) {
            return Some(WorkShare::Unstated(span));
        }
        let share = self.number(&head.child(Rule::weight_number)?)?;
        if share.style != NumberStyle::Percent {
            let text = share.written;
            self.report(
                Diagnostic::new(Code::Unexpected, format!("`{text}` is not a share of the working time"))
                    .at(share.span, "`%` is missing")
                    .mend("write `{}`", Mend::replace(share.span, format!("{}%", percent_meant(text)))),
            );
            return None;
        }
        Some(WorkShare::Share(share))
    }
}
