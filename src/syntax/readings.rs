//! `default` beside arithmetic, which can be read in two ways: `a + b default 0` may give the sum a value, or only `b`.
//!
//! The grammar reads `default` as the loosest; people mean now one, now the other. So brackets must say it.

use super::grammar::Rule;
use super::nodes::Node;
use super::reader::Reader;
use crate::diagnostic::{Code, Diagnostic, Mend};
use crate::source::Span;

/// An operand of a value with the sign before it and the words behind it, and the operator that follows.
struct Operand {
    /// Where its minus signs start; `start` where it has none.
    signed: usize,
    start: usize,
    end: usize,
    behind: Option<Rule>,
}

impl Operand {
    fn is_signed(&self) -> bool {
        self.signed < self.start
    }

    fn has_default(&self) -> bool {
        self.behind == Some(Rule::kw_default)
    }

    fn has_arithmetic(&self) -> bool {
        self.behind.is_some() && !self.has_default()
    }
}

impl<'s> Reader<'s> {
    /// Reports `default` beside an operator or a minus sign that nothing tells apart from it; whether it did.
    pub fn mixes_default(&mut self, node: &Node<'s>) -> bool {
        if !node.has(Rule::kw_default) {
            return false;
        }
        let operands = operands(node);
        let before = |at: usize| at > 0 && operands[at - 1].has_arithmetic();
        let mixed = (0..operands.len()).find(|at| {
            let (one, next) = (&operands[*at], operands.get(at + 1));
            one.has_default() && (one.is_signed() || before(*at) || next.is_some_and(Operand::has_arithmetic))
        });
        let Some(mixed) = mixed else { return false };
        let span = node.span();
        let whole = written(node, &loosest(&operands));
        let part = written(node, &tightest(&operands));
        let at = |from: usize, to: usize| Span { start: from as u32, end: to as u32, ..span };
        let fallback = operands.get(mixed + 1).map_or(operands[mixed].end, |next| next.end);
        self.report(
            Diagnostic::new(Code::TwoReadings, "`default` beside arithmetic can be read in two ways")
                .at(at(operands[mixed].start, fallback), "for this part, or for more of the formula?")
                .mends("write brackets: `{}`, or `{}`", [whole, part].map(|text| Mend::replace(span, text))),
        );
        true
    }
}

fn operands(node: &Node) -> Vec<Operand> {
    let mut all: Vec<Operand> = Vec::new();
    let mut signed = None;
    for part in node.kids() {
        let span = part.span();
        let (start, end) = (span.start as usize, span.end as usize);
        match part.rule() {
            Rule::negative => signed = signed.or(Some(start)),
            rule @ (Rule::plus | Rule::minus | Rule::times | Rule::divide | Rule::kw_default) => {
                if let Some(last) = all.last_mut() {
                    last.behind = Some(rule);
                }
            }
            _ => match all.last_mut().filter(|last| last.behind.is_none()) {
                // `as %`, `over team`, a window.
                Some(last) => last.end = end,
                None => all.push(Operand { signed: signed.take().unwrap_or(start), start, end, behind: None }),
            },
        }
    }
    all
}

/// Places of brackets and the bracket.
type Brackets = Vec<(usize, char)>;

/// Brackets round all arithmetic between two `default`.
fn loosest(operands: &[Operand]) -> Brackets {
    let mut brackets = Brackets::new();
    for run in operands.split_inclusive(|operand| operand.has_default()) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        if run.len() > 1 || (first.is_signed() && last.has_default()) {
            brackets.extend([(first.signed, '('), (last.end, ')')]);
        }
    }
    brackets
}

/// Brackets round what stands between two operators; a sign stays before them.
fn tightest(operands: &[Operand]) -> Brackets {
    let mut brackets = Brackets::new();
    for run in operands.split_inclusive(|operand| !operand.has_default()) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        if run.len() > 1 {
            brackets.extend([(first.start, '('), (last.end, ')')]);
            let signed = run.iter().skip(1).filter(|operand| operand.is_signed() && operand.has_default());
            brackets.extend(signed.flat_map(|operand| [(operand.start, '('), (last.end, ')')]));
        }
    }
    brackets
}

/// The text of a node with brackets.
fn written(node: &Node, brackets: &Brackets) -> String {
    let start = node.span().start as usize;
    let mut text = node.text().to_string();
    let mut brackets = brackets.clone();
    // From behind, so that the places before stay what they are.
    brackets.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    for (at, bracket) in brackets {
        text.insert(at - start, bracket);
    }
    text
}
