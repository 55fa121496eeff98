//! `data`: what the files hold.

use super::grammar::{BlockKind, Rule};
use super::nodes::Node;
use super::outline::Item;
use super::reader::{Once, Reader};
use super::tree::*;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::{AcrossStints, ScopeWord};
use crate::source::Span;

const DATA: BlockKind = BlockKind { name: "a data set", rule: Rule::data_clause };

impl<'s> Reader<'s> {
    pub fn data(&mut self, item: &Item, head: Option<Node<'s>>) -> Option<Data> {
        let block = self.block(item, "a data set")?;
        let mut clauses = Vec::new();
        // Clauses that may be written once, by what they settle.
        let mut seen: Vec<(&'static str, Span)> = Vec::new();
        for clause in &block.items {
            let Some(node) = self.clause(clause, DATA) else { continue };
            let what = match node.rule() {
                Rule::roster => "`roster`",
                Rule::organisation => "`organisation`",
                Rule::rulings => "`rulings`",
                Rule::row => "`row`",
                Rule::key => "`key`",
                Rule::dated_rows | Rule::valid | Rule::snapshot => "how its rows lie in time",
                Rule::may_be_empty => "`may be empty`",
                Rule::written_so if node.has(Rule::number_signs) => "`numbers`",
                Rule::written_so if node.has(Rule::dates_say) => "`dates`",
                Rule::written_so if node.has(Rule::encoding_say) => "`encoding`",
                Rule::written_so => "`blank`",
                Rule::across => "`months across`",
                Rule::belongs => self.belongs_to_whom(&node),
                _ => "",
            };
            let span = node.span();
            match seen.iter().find(|(known, _)| *known == what && !what.is_empty()) {
                Some((_, first)) => {
                    let first = *first;
                    self.twice(what, span, first);
                }
                None => {
                    seen.push((what, span));
                    clauses.extend(self.data_clause(&node));
                }
            }
        }
        let head = head?;
        Some(Data { name: self.declared(&head)?, label: self.label(&head), clauses, span: self.extent(item) })
    }

    fn belongs_to_whom(&self, node: &Node<'s>) -> &'static str {
        match node.child(Rule::own_or_team).map(|word| word.text()) {
            Some("own") => "`belongs to … for own`",
            Some(_) => "`belongs to … for team`",
            None => "`belongs to`",
        }
    }

    fn data_clause(&mut self, node: &Node<'s>) -> Option<DataClause> {
        let span = node.span();
        let name = |reader: &Self| node.child(Rule::name).map(|name| reader.name(&name));
        Some(match node.rule() {
            Rule::roster => DataClause::Roster { position: name(self), span },
            Rule::organisation => DataClause::Organisation(span),
            Rule::rulings => DataClause::Rulings(span),
            Rule::file => {
                let mut texts = node.all(Rule::text).map(|text| self.text(&text));
                DataClause::File { pattern: texts.next()?, sheet: texts.next() }
            }
            Rule::from_postgres => DataClause::FromPostgres(self.text(&node.child(Rule::text)?)),
            Rule::row => DataClause::Row(name(self)?),
            Rule::key => DataClause::Key { columns: self.names(&node.child(Rule::names)?), span },
            Rule::dated_rows => {
                let shared = node.place(Rule::shared).map(|place| (AcrossStints::SharedByDays, place));
                let last = || node.place(Rule::held_last).map(|place| (AcrossStints::HeldLast, place));
                DataClause::DatedBy { column: name(self)?, across_stints: shared.or_else(last) }
            }
            Rule::valid => DataClause::Valid {
                from: name(self)?,
                to: node.child(Rule::valid_to).and_then(|to| to.child(Rule::name)).map(|to| self.name(&to)),
                span,
            },
            Rule::snapshot => DataClause::SnapshotOn(name(self)?),
            Rule::column => DataClause::Column(Box::new(self.column(node)?)),
            Rule::ignore => DataClause::IgnoreRowsStarting(self.texts(node)),
            Rule::ignore_columns => DataClause::IgnoreColumns(self.texts(node), span),
            Rule::not_evaluated => DataClause::NotEvaluated(self.texts(node), span),
            Rule::may_be_empty => DataClause::MayBeEmpty(span),
            Rule::written_so => DataClause::Written(self.written_in_files(node)),
            Rule::across => {
                let mut names = node.all(Rule::name).map(|name| self.name(&name));
                let of_year = node.child(Rule::of_year);
                let year = of_year.and_then(|year| match year.child(Rule::name) {
                    Some(name) => Some(AcrossYear::Column(self.name(&name))),
                    None => year.child(Rule::year)?.text().parse().ok().map(AcrossYear::Year),
                });
                DataClause::MonthsAcross { year, month: names.next()?, value: names.next()?, span }
            }
            _ => {
                let scope = node.child(Rule::own_or_team).map(|word| match word.text() {
                    "own" => ScopeWord::Own,
                    _ => ScopeWord::Team,
                });
                DataClause::BelongsTo { column: name(self)?, scope }
            }
        })
    }

    /// `between 1 and 10`; the outer `None` is a mistake.
    pub fn limits_of(&mut self, node: &Node<'s>) -> Option<Option<(Expr, Expr)>> {
        let Some(limits) = node.child(Rule::limits) else { return Some(None) };
        let [low, high] = <[Expr; 2]>::try_from(self.values(&limits)?).ok()?;
        Some(Some((low, high)))
    }

    fn column(&mut self, node: &Node<'s>) -> Option<Column> {
        let ty = self.ty(node)?;
        let limits = self.limits_of(node)?;
        let mut optional = Once::default();
        let mut headers = Once::default();
        let mut written_in = Once::default();
        let mut format = Once::default();
        let mut numbers = Once::default();
        let mut blank = Once::default();
        let mut derived = Once::default();
        let mut last: Option<(Rule, &'static str)> = None;
        for part in node.kids() {
            let word = match part.rule() {
                Rule::optional => "optional",
                Rule::headers => "from",
                Rule::written_in => "in",
                Rule::format => "format",
                Rule::number_signs => "numbers",
                Rule::blank_signs => "blank",
                Rule::derived => "=",
                _ => continue,
            };
            let place = part.span();
            self.ordered(&mut last, (part.rule(), word), COLUMN_ORDER, place);
            match part.rule() {
                Rule::optional => self.once(&mut optional, "`optional`", place, Some(place)),
                Rule::headers => {
                    let texts = self.texts(&part);
                    self.once(&mut headers, "`from`", place, Some(texts));
                }
                Rule::written_in => {
                    let name = part.child(Rule::name).map(|name| self.name(&name));
                    self.once(&mut written_in, "`in`", place, name);
                }
                Rule::format => {
                    let text = self.text_of(&part);
                    self.once(&mut format, "`format`", place, text);
                }
                Rule::number_signs => {
                    let text = self.text_of(&part);
                    self.once(&mut numbers, "`numbers`", place, text);
                }
                Rule::blank_signs => {
                    let texts = self.texts(&part);
                    self.once(&mut blank, "`blank`", place, Some(texts));
                }
                _ => {
                    let formula = self.expr_of(&part)?;
                    self.once(&mut derived, "the formula", place, Some(formula));
                }
            }
        }
        Some(Column {
            name: self.name(&node.child(Rule::name)?),
            label: self.label(node),
            ty,
            limits,
            optional: optional.value,
            headers: headers.value.unwrap_or_default(),
            written_in: written_in.value,
            format: format.value,
            numbers: numbers.value,
            blank: blank.value.unwrap_or_default(),
            derived: derived.value,
            span: node.span(),
        })
    }

    /// Reports a part that stands behind one it should stand before. `order` lists rules with their words.
    pub fn ordered(
        &mut self,
        last: &mut Option<(Rule, &'static str)>,
        this: (Rule, &'static str),
        order: &[(Rule, &'static str)],
        place: Span,
    ) {
        let position = |rule: Rule| order.iter().position(|(known, _)| *known == rule).unwrap_or(0);
        match *last {
            Some((before, word)) if position(before) > position(this.0) => {
                let words: Vec<String> = order.iter().map(|(_, word)| format!("`{word}`")).collect();
                self.report(
                    Diagnostic::new(Code::Unexpected, format!("`{}` stands behind `{word}`", this.1))
                        .at(place, format!("move this before `{word}`"))
                        .help(format!("they stand in order, as in {}", words.join(", "))),
                );
            }
            _ => *last = Some(this),
        }
    }
}

const COLUMN_ORDER: &[(Rule, &str)] = &[
    (Rule::optional, "optional"),
    (Rule::headers, "from"),
    (Rule::written_in, "in"),
    (Rule::format, "format"),
    (Rule::number_signs, "numbers"),
    (Rule::blank_signs, "blank"),
    (Rule::derived, "="),
];
