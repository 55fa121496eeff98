//! Expressions: precedence, aggregates, windows, numbers.

use std::iter::Peekable;

use super::grammar::Rule;
use super::nodes::Node;
use super::reader::{Once, Reader};
use super::tree::*;
use crate::diagnostic::{Ask, Code, Diagnostic, Help, Mend};
use crate::language::{AggregateFunction, AggregateSignature, BinaryOp, Second, Takes};
use crate::source::Span;
use crate::value::Builtin;

/// How tightly an operator of a `value` binds, from loose to tight; comparisons, `not`, `and` and `or` are looser than
/// all of these.
fn tightness(operator: Rule) -> u8 {
    match operator {
        Rule::kw_default => 1,
        Rule::as_unit => 2,
        Rule::plus | Rule::minus => 3,
        Rule::times | Rule::divide => 4,
        Rule::negative => 5,
        // Windows and scopes.
        _ => 6,
    }
}

/// The word before a result of an earlier period.
const CLOSED: &str = "closed";

fn expr(kind: ExprKind, span: Span) -> Expr {
    Expr { kind: Box::new(kind), span }
}

fn binary(op: BinaryOp, left: Expr, right: Expr, op_span: Span) -> Expr {
    let span = left.span.to(right.span);
    expr(ExprKind::Binary { op, left, right, op_span }, span)
}

/// `a < b < c` as `a < b and b < c`; `None` where the checks are no comparisons. In brackets behind `not`.
fn joined(node: &Node) -> Option<String> {
    let operands: Vec<Node> = node.kids().filter(|part| part.rule() != Rule::kw_not).collect();
    let (first, checks) = operands.split_first()?;
    let mut left = first.text();
    let mut parts = Vec::new();
    for check in checks {
        if check.rule() != Rule::comparison {
            return None;
        }
        parts.push(format!("{left} {}", check.text()));
        left = check.child(Rule::value)?.text();
    }
    let text = parts.join(" and ");
    Some(if node.has(Rule::kw_not) { format!("({text})") } else { text })
}

impl<'s> Reader<'s> {
    /// The first expression directly inside.
    pub fn expr_of(&mut self, node: &Node<'s>) -> Option<Expr> {
        let inside = node.child(Rule::expr)?;
        self.expr(&inside)
    }

    /// The first value directly inside.
    pub fn value_of(&mut self, node: &Node<'s>) -> Option<Expr> {
        let inside = node.child(Rule::value)?;
        self.value(&inside)
    }

    /// `a and b or c`
    pub fn expr(&mut self, node: &Node<'s>) -> Option<Expr> {
        // `or` of runs of `and`.
        let mut any: Option<(Expr, Span)> = None;
        let mut all: Option<Expr> = None;
        let mut and_span = None;
        for part in node.kids() {
            match part.rule() {
                Rule::kw_and => and_span = Some(part.span()),
                Rule::kw_or => {
                    let done = all.take()?;
                    let left = match any.take() {
                        Some((left, op)) => binary(BinaryOp::Or, left, done, op),
                        None => done,
                    };
                    any = Some((left, part.span()));
                }
                _ => {
                    let test = self.test(&part)?;
                    all = Some(match (all.take(), and_span.take()) {
                        (Some(left), Some(op)) => binary(BinaryOp::And, left, test, op),
                        _ => test,
                    });
                }
            }
        }
        let done = all?;
        Some(match any {
            Some((left, op)) => binary(BinaryOp::Or, left, done, op),
            None => done,
        })
    }

    /// `not a = b`
    fn test(&mut self, node: &Node<'s>) -> Option<Expr> {
        let value = self.value_of(node)?;
        let mut checks = node.kids().skip_while(|part| part.rule() != Rule::value).skip(1);
        let mut result = match checks.next() {
            Some(check) => self.check(value, &check)?,
            None => value,
        };
        if let Some(second) = checks.next() {
            self.second_comparison(node, result.span, &second);
            return None;
        }
        let nots: Vec<Node> = node.kids().take_while(|part| part.rule() == Rule::kw_not).collect();
        for not in nots.iter().rev() {
            let span = not.span().to(result.span);
            result = expr(ExprKind::Not(result), span);
        }
        Some(result)
    }

    #[inline(never)]
    fn second_comparison(&mut self, node: &Node<'s>, first: Span, second: &Node<'s>) {
        let span = second.span();
        let truth = second.text().trim_start_matches(['=', ' ']).to_lowercase();
        let help = match joined(node) {
            // `a is missing = TRUE`
            _ if second.text().starts_with('=') && matches!(truth.as_str(), "true" | "yes" | "wahr" | "1") => {
                let before = Span { start: first.end, ..span };
                let text = &self.scan.text[first.start as usize..first.end as usize];
                Help::of("a condition needs no comparison: `{}`", [Mend::remove(before).shown_as(text)])
            }
            Some(text) => {
                let value = node.child(Rule::value).map_or(span, |value| value.span());
                let place = value.to(Span { start: node.span().end, ..node.span() });
                Help::of("join two comparisons with `and`: `{}`", [Mend::replace(place, text)])
            }
            None => "join two comparisons with `and`".into(),
        };
        self.report(
            Diagnostic::new(Code::ChainedComparison, "two comparisons in a row")
                .at(span, "a second comparison")
                .help(help),
        );
    }

    fn check(&mut self, value: Expr, node: &Node<'s>) -> Option<Expr> {
        let span = value.span.to(node.span());
        let kind = match node.rule() {
            Rule::comparison => {
                let (op, op_span) = compare(node)?;
                return Some(binary(op, value, self.value_of(node)?, op_span));
            }
            Rule::is_missing => ExprKind::IsMissing { value, negated: node.has(Rule::kw_not) },
            Rule::between => {
                let limits = self.values(node)?;
                let [low, high] = <[Expr; 2]>::try_from(limits).ok()?;
                ExprKind::Between { value, low, high }
            }
            Rule::in_set => {
                let set = node.all(Rule::expr).map(|member| self.expr(&member)).collect::<Option<_>>()?;
                ExprKind::InSet { value, set, negated: node.has(Rule::kw_not) }
            }
            _ => ExprKind::InWindow { date: value, window: self.window(&node.child(Rule::window)?)? },
        };
        Some(expr(kind, span))
    }

    /// All values directly inside.
    pub fn values(&mut self, node: &Node<'s>) -> Option<Vec<Expr>> {
        node.all(Rule::value).map(|value| self.value(&value)).collect()
    }

    /// Arithmetic, `as`, `default`, windows and scopes.
    pub fn value(&mut self, node: &Node<'s>) -> Option<Expr> {
        if self.mixes_default(node) {
            return None;
        }
        self.operation(&mut node.kids().peekable(), 0)
    }

    /// What follows as far as its operators bind tighter than `above`. Where a part of it is wrong, the others are
    /// still read.
    fn operation(&mut self, parts: &mut Peekable<impl Iterator<Item = Node<'s>>>, above: u8) -> Option<Expr> {
        let first = parts.next()?;
        let mut value = match first.rule() {
            Rule::negative => self.operation(parts, tightness(Rule::negative) - 1).map(|operand| {
                let span = first.span().to(operand.span);
                expr(ExprKind::Negate(operand), span)
            }),
            _ => self.primary(&first),
        };
        while let Some(op) = parts.next_if(|op| tightness(op.rule()) > above) {
            let infix = match op.rule() {
                Rule::plus => BinaryOp::Add,
                Rule::minus => BinaryOp::Subtract,
                Rule::times => BinaryOp::Multiply,
                Rule::divide => BinaryOp::Divide,
                // The rightmost first.
                Rule::kw_default => {
                    let fallback = self.operation(parts, tightness(Rule::kw_default) - 1);
                    value = value.zip(fallback).map(|(value, fallback)| {
                        let span = value.span.to(fallback.span);
                        expr(ExprKind::Default { value, fallback }, span)
                    });
                    continue;
                }
                _ => {
                    value = value.and_then(|value| self.postfix(value, &op));
                    continue;
                }
            };
            let right = self.operation(parts, tightness(op.rule()));
            value = value.zip(right).map(|(left, right)| binary(infix, left, right, op.span()));
        }
        value
    }

    fn postfix(&mut self, value: Expr, op: &Node<'s>) -> Option<Expr> {
        let span = value.span.to(op.span());
        let kind = match op.rule() {
            Rule::as_unit => ExprKind::As { value, ty: self.unit_expr(&op.child(Rule::unit_expr)?) },
            Rule::over => {
                let (scope, scope_span) = self.scope_word(op)?;
                ExprKind::Over { value, scope, scope_span }
            }
            _ => ExprKind::Within { value, window: self.window_word(op)? },
        };
        Some(expr(kind, span))
    }

    fn primary(&mut self, node: &Node<'s>) -> Option<Expr> {
        let span = node.span();
        let kind = match node.rule() {
            Rule::number => ExprKind::Number(self.number(node)?),
            Rule::text => ExprKind::Text(self.text(node)),
            Rule::date => ExprKind::Date(self.date(node)?),
            Rule::period => ExprKind::Period(self.period(node)?),
            Rule::flag => ExprKind::Flag(node.text() == "yes"),
            Rule::missing => ExprKind::Missing(self.text_of(node)),
            Rule::paren => {
                // Brackets leave no trace but the place: they say how to read, not what.
                let mut inside = self.expr_of(node)?;
                inside.span = span;
                return Some(inside);
            }
            Rule::if_expr => {
                let parts: Vec<Expr> = node.all(Rule::expr).map(|part| self.expr(&part)).collect::<Option<_>>()?;
                let [condition, then, otherwise] = <[Expr; 3]>::try_from(parts).ok()?;
                ExprKind::If { condition, then, otherwise }
            }
            Rule::path => return self.path(node),
            Rule::call | Rule::count_distinct => return self.call(node),
            _ => return None,
        };
        Some(expr(kind, span))
    }

    fn path(&mut self, node: &Node<'s>) -> Option<Expr> {
        let mut names = self.names(node).into_iter();
        let first = names.next()?;
        let span = first.span;
        let mut whole = expr(ExprKind::Name(first), span);
        for name in names {
            let span = whole.span.to(name.span);
            whole = expr(ExprKind::Field { of: whole, name }, span);
        }
        Some(whole)
    }

    // ---------------------------------------------------------------- calls and aggregates

    /// `closed(bonus)`: the name of a result, and of the one evaluated where it is meant over all posts.
    fn closed(&mut self, called: &Name, inside: &Node<'s>, span: Span) -> Option<Expr> {
        let value = inside.child(Rule::expr)?;
        let other = |part: &Node<'s>| !matches!(part.rule(), Rule::expr | Rule::of_data);
        let plain = match inside.kids().find(other) {
            Some(part) => Err(part.span()),
            None => self.lone_name(&value).ok_or(value.span()),
        };
        let of = inside.child(Rule::of_data).and_then(|of| of.child(Rule::name)).map(|name| self.name(&name));
        match plain {
            Ok(name) => Some(expr(ExprKind::Closed { name, of }, span)),
            Err(place) => {
                self.report(
                    Diagnostic::new(
                        Code::Unexpected,
                        format!("`{}` takes the name of a result, and nothing else", called.text),
                    )
                    .at(place, "no name")
                    .help("name a KPI, an output or the score, as in `closed(bonus) previous period`"),
                );
                None
            }
        }
    }

    /// The name that a formula is.
    fn lone_name(&self, formula: &Node<'s>) -> Option<Name> {
        let mut node = formula.clone();
        while node.rule() != Rule::path {
            let mut kids = node.kids();
            let (only, None) = (kids.next()?, kids.next()) else { return None };
            node = only;
        }
        let mut names = node.kids();
        let (name, None) = (names.next()?, names.next()) else { return None };
        (name.rule() == Rule::name).then(|| self.name(&name))
    }

    fn call(&mut self, node: &Node<'s>) -> Option<Expr> {
        let span = node.span();
        let name = match node.child(Rule::name) {
            Some(name) => self.name(&name),
            None => Name {
                text: "count distinct".into(),
                span: node.place(Rule::kw_count)?.to(node.place(Rule::kw_distinct)?),
            },
        };
        let function = AggregateFunction::named(&name.text);
        let Some(inside) = node.child(Rule::call_inside) else {
            if let Some(function) = function {
                self.no_data(&name, function, name.span, None);
                return None;
            }
            return Some(expr(ExprKind::Call { name, arguments: Vec::new(), to: None }, span));
        };
        let reads = inside.kids().find(|part| {
            matches!(
                part.rule(),
                Rule::of_data
                    | Rule::by_link
                    | Rule::dated_by
                    | Rule::where_
                    | Rule::during
                    | Rule::at_edge
                    | Rule::at_least_rows
            )
        });
        if name.text == CLOSED {
            return self.closed(&name, &inside, span);
        }
        let reads_rows = |function: &AggregateSignature| match function.takes {
            Takes::Rows => true,
            Takes::Condition | Takes::Numbers(_) | Takes::Ordered(_) | Takes::Anything => inside.has(Rule::of_data),
        };
        match function {
            Some(function) if reads_rows(function) => self.aggregate(name, function, &inside, span),
            // `min` and `max` of plain numbers.
            _ if reads.is_none() && (function.is_none() || Builtin::named(&name.text).is_some()) => {
                let mut arguments = vec![self.expr_of(&inside)?];
                for argument in inside.all(Rule::argument) {
                    arguments.push(self.expr_of(&argument)?);
                }
                let to = match inside.child(Rule::to_step) {
                    Some(step) => Some(self.value_of(&step)?),
                    None => None,
                };
                Some(expr(ExprKind::Call { name, arguments, to }, span))
            }
            Some(function) => {
                self.not_of_data(&name, function, &inside);
                None
            }
            None => {
                let place = reads.map_or(span, |part| part.span());
                let near = super::words::spelt_like(
                    &name.text,
                    AggregateFunction::TABLE.iter().map(|signature| signature.name),
                )
                .or_else(|| super::words::synonym(&name.text));
                self.report(
                    Diagnostic::new(Code::Unexpected, format!("`{}` does not read a data set", name.text))
                        .at(place, "only `sum`, `count`, `average` and their like take this")
                        .help(near.map_or_else(
                            || {
                                format!(
                                    "write a function that reads one, as in {}",
                                    AggregateFunction::listed(|_| true)
                                )
                                .into()
                            },
                            |near| Help::of("did you mean `{}`?", [Mend::replace(name.span, near)]),
                        )),
                );
                None
            }
        }
    }

    /// `sum(policies.premium)` tells what is meant.
    fn not_of_data(&mut self, name: &Name, function: &AggregateSignature, inside: &Node<'s>) {
        let written = inside.text().split(',').next().unwrap_or_default().trim();
        let part = |text: &str| text.chars().all(|c| c == '_' || pest::unicode::XID_CONTINUE(c));
        match written.split_once('.') {
            Some((data, column)) if part(data) && part(column) && !data.is_empty() => {
                let span = inside.span();
                let place = Span { end: span.start + written.len() as u32, ..span };
                let mend = Mend::replace(place, format!("{column} of {data}"));
                let rest = inside.text().get(written.len()..).unwrap_or_default();
                let mend = mend.shown_as(format!("{}({column} of {data}{rest})", name.text));
                self.report(
                    Diagnostic::new(Code::Unexpected, format!("`{}` does not say which data set it reads", name.text))
                        .at(inside.span(), "the column first, then `of` and the data set")
                        .mend("write `{}`", mend),
                );
            }
            _ => self.no_data(name, function, name.span, Some(inside.span()).filter(|_| part(written))),
        }
    }

    /// `column` is what is to be read, where it is the name of a column.
    fn no_data(&mut self, name: &Name, function: &AggregateSignature, place: Span, column: Option<Span>) {
        let example = function.written("premium", "policies");
        let finding =
            Diagnostic::new(Code::Unexpected, format!("`{}` does not say which data set it reads", name.text))
                .at(place, "of which data set?")
                .help(format!("name its data set, as in `{example}`"));
        self.report(match column {
            Some(column) => finding.asking(Ask::DataSetOf(column)),
            None => finding,
        });
    }

    fn aggregate(&mut self, name: Name, signature: &AggregateSignature, inside: &Node<'s>, span: Span) -> Option<Expr> {
        let value = self.expr_of(inside)?;
        let (value, data) = match inside.child(Rule::of_data) {
            Some(of) => (Some(value), self.name(&of.child(Rule::name)?)),
            None => match *value.kind {
                ExprKind::Name(data) => (None, data),
                _ => {
                    self.report(
                        Diagnostic::new(Code::Unexpected, format!("`{}` counts the rows of a data set", name.text))
                            .at(value.span, "not the name of a data set")
                            .help("name the data set, and put conditions behind `where`, as in `count(policies where status = active)`"),
                    );
                    return None;
                }
            },
        };
        let mut by = Once::default();
        let mut dated_by = Once::default();
        let mut condition = Once::default();
        let mut reading = Once::default();
        let mut at_least = Once::default();
        let mut last: Option<(usize, &'static str)> = None;
        for part in inside.kids() {
            let place = part.span();
            let (order, word) = match part.rule() {
                Rule::by_link => (0, "by"),
                Rule::dated_by => (1, "dated by"),
                Rule::where_ => (2, "where"),
                Rule::during => (3, "during"),
                Rule::at_edge => (3, "at"),
                Rule::at_least_rows => (4, "at least"),
                _ => continue,
            };
            if let Some((_, before)) = last.filter(|(before, _)| *before > order) {
                self.report(
                    Diagnostic::new(Code::Unexpected, format!("`{word}` stands behind `{before}`"))
                        .at(place, format!("move this before `{before}`"))
                        .help("the order is `of …`, `by …`, `dated by …`, `where …`, `during …` or `at …`, `at least … rows`"),
                );
                return None;
            }
            last = Some((order, word));
            match part.rule() {
                Rule::by_link => {
                    let name = part.child(Rule::name).map(|name| self.name(&name));
                    self.once(&mut by, "`by`", place, name);
                }
                Rule::dated_by => {
                    let name = part.child(Rule::name).map(|name| self.name(&name));
                    self.once(&mut dated_by, "`dated by`", place, name);
                }
                Rule::where_ => {
                    let test = self.expr_of(&part)?;
                    if condition.written() {
                        self.report(
                            Diagnostic::new(Code::RepeatedClause, "`where` is written twice")
                                .at(place, "a second time here")
                                .help("join conditions with `and`"),
                        );
                        return None;
                    }
                    self.once(&mut condition, "`where`", place, Some(test));
                }
                Rule::during => {
                    let window = match part.child(Rule::window) {
                        Some(window) => self.window(&window)?,
                        None => Window { words: Vec::new(), span: place },
                    };
                    self.once(&mut reading, "the window", place, Some(Reading::During(window)));
                }
                Rule::at_edge => {
                    let edge = if part.has(Rule::kw_start) { Reading::AtStart(place) } else { Reading::AtEnd(place) };
                    self.once(&mut reading, "the window", place, Some(edge));
                }
                _ => {
                    let rows = self.whole_number(&part)?;
                    self.once(&mut at_least, "`at least`", place, Some(rows));
                }
            }
        }
        let takes_second = match signature.second {
            Second::Fraction => true,
            Second::Nothing => false,
        };
        let mut arguments = inside.all(Rule::argument).chain(inside.all(Rule::to_step));
        let mut fraction = None;
        if let Some(argument) = arguments.next() {
            if !takes_second || argument.rule() != Rule::argument {
                self.report(
                    Diagnostic::new(Code::Unexpected, format!("`{}` takes one value of one data set", name.text))
                        .at(argument.span(), "nothing more belongs here")
                        .mend(&only_some_take_two(), Mend::remove(argument.span())),
                );
                return None;
            }
            fraction = Some(self.expr_of(&argument)?);
        }
        if let Some(third) = arguments.next() {
            self.report(
                Diagnostic::new(Code::Unexpected, format!("`{}` takes one value and one share", name.text))
                    .at(third.span(), "nothing more belongs here")
                    .mend("take it away", Mend::remove(third.span())),
            );
            return None;
        }
        if takes_second && fraction.is_none() {
            let example = signature.written("premium", "policies");
            self.report(
                Diagnostic::new(Code::Unexpected, format!("`{0}` does not say which {0}", name.text))
                    .at(span, "no share given")
                    .help(format!("add the share behind a comma, as in `{example}`")),
            );
            return None;
        }
        let aggregate = Aggregate {
            function: signature.function,
            function_span: name.span,
            value,
            fraction,
            data,
            by: by.value,
            dated_by: dated_by.value,
            condition: condition.value,
            reading: reading.value,
            at_least: at_least.value,
        };
        Some(expr(ExprKind::Aggregate(Box::new(aggregate)), span))
    }
}

/// What is said of a second value where none belongs.
fn only_some_take_two() -> String {
    let takes_two = |one: &&AggregateSignature| match one.second {
        Second::Fraction => true,
        Second::Nothing => false,
    };
    let (names, examples): (Vec<String>, Vec<String>) = AggregateFunction::TABLE
        .iter()
        .filter(takes_two)
        .map(|one| (format!("a {}", one.name), format!("`{}`", one.written("premium", "policies"))))
        .unzip();
    format!("take it away; only {} takes a second value, as in {}", names.join(" or "), examples.join(" or "))
}

/// The comparison sign directly inside.
pub fn compare(node: &Node) -> Option<(BinaryOp, Span)> {
    let sign = node.child(Rule::compare)?;
    let op = match sign.text() {
        "=" => BinaryOp::Equal,
        "!=" => BinaryOp::NotEqual,
        "<" => BinaryOp::Less,
        "<=" => BinaryOp::LessOrEqual,
        ">" => BinaryOp::Greater,
        _ => BinaryOp::GreaterOrEqual,
    };
    Some((op, sign.span()))
}
