//! Formulas to texts that may be broken before their operators, the loosest first.
//!
//! In: an expression as the grammar has read it. Out: its text. What holds: brackets are left out only where they stand
//! around a whole formula, around a single word or around other brackets, and where no comment stands in them.

use super::clause::Clauses;
use super::comments::tokens_in;
use super::doc::Doc;
use crate::syntax::grammar::Rule;
use crate::syntax::nodes::Node;

/// From loose to tight.
const LOGIC: &[&[Rule]] = &[&[Rule::kw_or], &[Rule::kw_and]];
const ARITHMETIC: &[&[Rule]] = &[&[Rule::kw_default], &[Rule::plus, Rule::minus], &[Rule::times, Rule::divide]];

impl<'s> Clauses<'s> {
    /// A formula that stands behind a `=`: its operators stand under it.
    pub fn top(&self, node: &Node<'s>) -> Doc {
        Doc::Group(self.expr_parts(node))
    }

    pub fn expr(&self, node: &Node<'s>) -> Doc {
        Doc::Group(self.expr_parts(node))
    }

    /// The parts of a formula, with a place to break before each of its loosest operators.
    fn expr_parts(&self, node: &Node<'s>) -> Vec<Doc> {
        match self.lone_primary(node).filter(|inside| inside.rule() == Rule::paren && self.may_go(inside)) {
            Some(paren) => paren.child(Rule::expr).map_or_else(Vec::new, |inside| self.expr_parts(&inside)),
            None => self.chain(&node.kids().collect::<Vec<_>>(), LOGIC),
        }
    }

    pub fn value(&self, node: &Node<'s>) -> Doc {
        Doc::Group(self.chain(&node.kids().collect::<Vec<_>>(), ARITHMETIC))
    }

    fn chain(&self, kids: &[Node<'s>], levels: &[&[Rule]]) -> Vec<Doc> {
        let Some((operators, tighter)) = levels.split_first() else { return self.operand(kids) };
        let is_operator = |kid: &Node| operators.contains(&kid.rule());
        if !kids.iter().any(is_operator) {
            return self.chain(kids, tighter);
        }
        let mut parts = Vec::new();
        let mut rest = kids;
        loop {
            let end = rest.iter().position(is_operator).unwrap_or(rest.len());
            parts.push(Doc::Nest(2, Box::new(Doc::Group(self.chain(&rest[..end], tighter)))));
            let Some(operator) = rest.get(end) else { return parts };
            parts.extend([Doc::Line(1), self.doc(operator), Doc::space()]);
            rest = &rest[end + 1..];
        }
    }

    /// Signs, a word or a bracket, and what is said about its window; or one comparison.
    fn operand(&self, kids: &[Node<'s>]) -> Vec<Doc> {
        match kids {
            [one] => vec![self.doc(one)],
            _ => vec![self.sequence(kids)],
        }
    }

    // ---------------------------------------------------------------- brackets

    /// The word, call or bracket that is the whole of an expression.
    fn lone_primary(&self, expr: &Node<'s>) -> Option<Node<'s>> {
        let mut inside = expr.clone();
        for rule in [Rule::test_expr, Rule::value] {
            inside = only(&inside)?;
            if inside.rule() != rule {
                return None;
            }
        }
        only(&inside)
    }

    /// Whether a bracket may be left out as far as comments are concerned.
    fn may_go(&self, paren: &Node<'s>) -> bool {
        let span = paren.span();
        let tokens = tokens_in(self.scan, span.start as usize, span.end as usize);
        let first = tokens.start.max(self.tokens.start + 1);
        let behind = (tokens.end + 1).min(self.tokens.end);
        !self.keep_brackets && !self.gaps.any(first..behind)
    }

    pub fn paren(&self, node: &Node<'s>) -> Doc {
        let kids: Vec<Node> = node.kids().collect();
        let [open, inside, close] = kids.as_slice() else { return self.sequence(&kids) };
        let says_nothing = self.lone_primary(inside).filter(|lone| {
            matches!(
                lone.rule(),
                Rule::path | Rule::call | Rule::count_distinct | Rule::text | Rule::date | Rule::flag | Rule::paren
            )
        });
        match says_nothing {
            Some(lone) if self.may_go(node) => self.doc(&lone),
            _ => Doc::row([self.doc(open), self.expr(inside).align(), self.doc(close)]),
        }
    }

    // ---------------------------------------------------------------- forms

    /// `if a then b`, and each `else` on a line of its own where one line is not enough.
    pub fn if_expr(&self, kids: &[Node<'s>]) -> Doc {
        let mut parts = Vec::new();
        let mut kids = kids.to_vec();
        while let [word_if, condition, word_then, then, word_else, otherwise] = kids.as_slice() {
            parts.extend([self.doc(word_if), Doc::space(), self.expr(condition).align()]);
            let then = Doc::row([Doc::Soft(1), self.doc(word_then), Doc::space(), self.expr(then).align()]);
            parts.push(Doc::Nest(2, Box::new(then)));
            parts.extend([Doc::Line(1), self.doc(word_else), Doc::space()]);
            // Brackets that are left out hide no further `if`.
            let mut lone = self.lone_primary(otherwise);
            while let Some(paren) = lone.clone().filter(|lone| lone.rule() == Rule::paren && self.may_go(lone)) {
                lone = paren.child(Rule::expr).and_then(|inside| self.lone_primary(&inside));
            }
            match lone.filter(|lone| lone.rule() == Rule::if_expr) {
                Some(next) => kids = next.kids().collect(),
                None => {
                    parts.push(self.expr(otherwise).align());
                    break;
                }
            }
        }
        Doc::Group(parts).align()
    }

    pub fn call(&self, kids: &[Node<'s>]) -> Doc {
        let bracket = kids.iter().position(|kid| kid.rule() == Rule::open_paren).unwrap_or(0);
        Doc::row([self.sequence(&kids[..bracket]), self.sequence(&kids[bracket..])])
    }

    /// Arguments, or what an aggregate reads: `premium of policies where … during …`.
    pub fn call_inside(&self, kids: &[Node<'s>]) -> Doc {
        let mut parts = Vec::new();
        for kid in kids {
            match kid.rule() {
                Rule::expr => parts.push(self.expr(kid).align()),
                Rule::of_data => parts.extend([Doc::space(), self.doc(kid)]),
                Rule::by_link | Rule::dated_by => parts.extend([Doc::Soft(1), self.doc(kid)]),
                Rule::where_ => {
                    let inside: Vec<Node> = kid.kids().collect();
                    parts.extend([Doc::Soft(1), self.doc(&inside[0]), Doc::space()]);
                    parts.extend(self.expr_parts(&inside[1]));
                }
                Rule::argument => {
                    let inside: Vec<Node> = kid.kids().collect();
                    parts.extend([self.doc(&inside[0]), Doc::Line(1), self.expr(&inside[1]).align()]);
                }
                _ => parts.extend([Doc::Line(1), self.doc(kid)]),
            }
        }
        Doc::Group(parts).align()
    }

    /// `in (a, b)`
    pub fn in_set(&self, kids: &[Node<'s>]) -> Doc {
        let bracket = kids.iter().position(|kid| kid.rule() == Rule::open_paren).unwrap_or(0);
        let (words, rest) = kids.split_at(bracket);
        let [open, members @ .., close] = rest else { return self.sequence(kids) };
        Doc::row([self.sequence(words), Doc::space(), self.doc(open), self.list(members), self.doc(close)])
    }
}

fn only<'s>(node: &Node<'s>) -> Option<Node<'s>> {
    let mut kids = node.kids();
    let first = kids.next()?;
    kids.next().is_none().then_some(first)
}
