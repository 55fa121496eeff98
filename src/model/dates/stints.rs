//! What specs say of stints: rows of periods in which somebody changes post, posts that nobody evaluates, and what is
//! paid to those who hold a post in a part of the period.

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Diagnostic, Mend};
use crate::language::{AcrossStints, AddsUp, BinaryOp};
use crate::model::checker::Checker;
use crate::model::data::{ColumnIx, ColumnType, DataId, DataSet, Route, TimeShape};
use crate::model::expr::{Base, Expr, Kind, Reading};
use crate::model::kpis::type_span;
use crate::model::types::unit::DisplayUnit;
use crate::model::{KpiId, Model, Output};
use crate::source::Span;
use crate::syntax::tree;
use crate::syntax::tree::DataClause;
use crate::value::Builtin;

impl Checker<'_> {
    /// `shared by days`, `held last`: of rows that are of a period.
    pub(in crate::model) fn across_stints(
        &mut self,
        set: &DataSet,
        dated_by: ColumnIx,
        written: Option<(AcrossStints, Span)>,
    ) -> Option<AcrossStints> {
        let (across, span) = written?;
        let column = set.column(dated_by);
        if !matches!(column.ty, ColumnType::Period) {
            let words = self.text(span);
            self.report(
                Diagnostic::new(
                    Code::BadDataSet,
                    format!(
                        "rows dated by the day `{}` are of one post each, and `{words}` has nothing to say",
                        column.name
                    ),
                )
                .at(span, "only for rows of periods")
                .at(column.span, "a date")
                .help("remove it, or let the column hold periods where its rows are of months"),
            );
            return None;
        }
        Some(across)
    }

    /// `not evaluated "Cashier", "Driver"`
    pub(in crate::model) fn not_evaluated(&mut self, set: &mut DataSet, data: &tree::Data) {
        let written = data.clauses.iter().find_map(|clause| match clause {
            DataClause::NotEvaluated(posts, span) => Some((posts, *span)),
            _ => None,
        });
        let Some((posts, span)) = written else { return };
        let posted = set.roster.as_ref().is_some_and(|roster| roster.post.is_some());
        if !posted {
            let (message, mend) = match set.roster {
                None => (
                    format!("`{}` is no roster, so it has no posts that might be evaluated", set.name),
                    "remove the line, or write it in a roster",
                ),
                Some(_) => (format!("everyone in `{}` has one post, which is evaluated", set.name), "remove the line"),
            };
            return self.report(Diagnostic::new(Code::BadDataSet, message).at(span, "of no effect").help(mend));
        }
        let mut known: Vec<&tree::Text> = Vec::new();
        for post in posts {
            let described = self.declarations.positions.iter().find(|position| {
                std::iter::once(position.name.text.as_str()).chain(labels(position)).any(|name| same(name, &post.value))
            });
            if let Some(position) = described {
                let name = &position.name;
                self.report(
                    Diagnostic::new(
                        Code::BadDataSet,
                        format!("`{}` is evaluated: it is the position `{}`", post.value, name.text),
                    )
                    .at(post.span, "said not to be evaluated")
                    .at(name.span, "described here")
                    .help("take it out of `not evaluated`, or remove the position"),
                );
            } else if known.iter().any(|other| same(&other.value, &post.value)) {
                self.report(
                    Diagnostic::new(Code::Repeated, format!("the post `{}` stands twice", post.value))
                        .at(post.span, "again")
                        .help("remove one of the two"),
                );
            } else {
                known.push(post);
            }
        }
        let known = known.into_iter().map(|post| post.value.clone()).collect();
        if let Some(roster) = &mut set.roster {
            roster.not_evaluated = Some(known);
        }
    }
}

impl Checker<'_> {
    /// An output made of pay that does not say what those get who hold the post for a part of the period.
    pub(in crate::model) fn unsaid_part(
        &mut self,
        output: &tree::Output,
        unit: &DisplayUnit,
        value: &Expr,
        position: &str,
    ) {
        if output.part.is_some() || !unit.dimension.has_money() {
            return;
        }
        // Rosters whose rows are spoken of by one noun are read alike.
        let in_parts = |named: DataId| {
            self.model.data.iter().any(|set| {
                let holds = set.roster.as_ref().is_some_and(|roster| roster.may_hold(position));
                let lasts = matches!(set.time, TimeShape::Always | TimeShape::Dated(_));
                holds && !lasts && set.row.singular == self.model.data[named.0].row.singular
            })
        };
        let Some(read) = pay_read(&self.model, value, &in_parts) else { return };
        let (name, text) = (&output.name.text, self.text(read));
        let ty = self.text(type_span(&output.ty, output.name.span));
        self.report(
            Diagnostic::new(
                Code::PartOfPeriod,
                format!("`{name}` is paid in full to whoever holds the post for a day: it reads `{text}` and does not say otherwise"),
            )
            .at(output.name.span, "for how much of the period?")
            .at(read, "pay from the roster")
            .mends(
                "write `{}` for a share by the days in the post, or `{}`",
                ["prorated", "in full"].map(|part| {
                    let at = type_span(&output.ty, output.name.span);
                    Mend::behind(at, part).shown_as(format!(": {ty} {part} ="))
                }),
            ),
        );
    }
}

impl Checker<'_> {
    /// A prorated output made of one that is prorated already, itself or through others: the days would count twice.
    pub(in crate::model) fn shared_twice(&mut self, output: &tree::Output, value: &Expr, earlier: &[Output]) {
        if output.part != Some(crate::language::PartOfPeriod::Prorated) {
            return;
        }
        let Some((place, shared)) = prorated_in(value, earlier) else { return };
        let (name, shared) = (&output.name, &earlier[shared]);
        self.report(
            Diagnostic::new(
                Code::PartOfPeriod,
                format!(
                    "the days in the post count twice in `{}`: it is prorated, and made of `{}`, which is so already",
                    name.text, shared.name
                ),
            )
            .at(name.span, "prorated")
            .at(place, "shared by days")
            .at(shared.span, "prorated as well")
            .help(format!("leave `prorated` out here; or make `{}` of what `{}` is made of", name.text, shared.name)),
        );
    }
}

impl Checker<'_> {
    /// A sum of the rows in the post holds the days of the post already; `prorated` would take their part once more.
    pub(in crate::model) fn days_twice(&mut self, amount: &Expr, what: &str, at: Span, word: Option<Span>) {
        let Some(rows) = self.rows_in_the_post(amount) else { return };
        let text = self.text(rows);
        let finding = Diagnostic::new(
            Code::PartOfPeriod,
            format!("the days in the post count twice in {what}: `{text}` reads the rows of these days alone, and is prorated"),
        )
        .at(rows, "only rows of days in the post")
        .at(at, "prorated");
        self.report(match word {
            Some(word) => finding.mend("remove `prorated`", self.without(word)),
            None => finding.help("leave `prorated` out, or make it of what does not grow with the days"),
        });
    }

    /// Where an amount adds up dated rows of the one evaluated, so that it grows with the days in the post.
    fn rows_in_the_post(&self, amount: &Expr) -> Option<Span> {
        match &amount.kind {
            Kind::Aggregate(aggregate) => {
                let set = &self.model.data[aggregate.data.0];
                let adds = match aggregate.function.signature().adds_up() {
                    AddsUp::Rows | AddsUp::Values => true,
                    AddsUp::Nothing => false,
                };
                let dated = matches!(set.time, TimeShape::Dated(_)) && set.roster.is_none();
                let own = set.belongs.own.iter().any(|(_, route)| matches!(route, Route::Links(_)));
                (adds && dated && own && matches!(&aggregate.reading, Reading::During(words) if words.is_empty()))
                    .then_some(amount.span)
            }
            Kind::Kpi(kpi) => self.rows_in_the_post(&self.model.kpis[kpi.0].value).map(|_| amount.span),
            Kind::Binary(BinaryOp::Add | BinaryOp::Subtract, one, other) => {
                // One part alone may be for the whole period.
                self.rows_in_the_post(one).filter(|_| self.rows_in_the_post(other).is_some())
            }
            Kind::Binary(BinaryOp::Multiply, one, other) => {
                self.rows_in_the_post(one).or_else(|| self.rows_in_the_post(other))
            }
            Kind::Binary(BinaryOp::Divide, one, other) => {
                self.rows_in_the_post(one).filter(|_| self.rows_in_the_post(other).is_none())
            }
            Kind::Negate(inner) | Kind::Default { value: inner, .. } => self.rows_in_the_post(inner),
            Kind::Call(
                Builtin::Round | Builtin::RoundUp | Builtin::RoundDown | Builtin::Floor | Builtin::Ceil,
                parts,
            ) => self.rows_in_the_post(parts.first()?),
            _ => None,
        }
    }
}

/// Where an amount is made of a prorated output, and which; what conditions ask about is no part of the amount, and a
/// part of what was shared alike is whole again.
fn prorated_in(amount: &Expr, earlier: &[Output]) -> Option<(Span, usize)> {
    match &amount.kind {
        Kind::Output(at) => match earlier.get(*at)? {
            output if output.part == Some(crate::language::PartOfPeriod::Prorated) => Some((amount.span, *at)),
            output => prorated_in(&output.value, earlier).map(|(_, shared)| (amount.span, shared)),
        },
        Kind::Binary(BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply, one, other) => {
            prorated_in(one, earlier).or_else(|| prorated_in(other, earlier))
        }
        Kind::Binary(BinaryOp::Divide, one, other) => {
            prorated_in(one, earlier).filter(|_| prorated_in(other, earlier).is_none())
        }
        Kind::If { then, otherwise, .. } => prorated_in(then, earlier).or_else(|| prorated_in(otherwise, earlier)),
        Kind::Negate(inner) | Kind::Default { value: inner, .. } | Kind::Scale(_, inner) => prorated_in(inner, earlier),
        Kind::Call(_, parts) => parts.iter().find_map(|part| prorated_in(part, earlier)),
        _ => None,
    }
}

/// Where a formula reads money from the rows of those evaluated, itself or through KPIs.
fn pay_read(model: &Model, formula: &Expr, in_parts: &dyn Fn(DataId) -> bool) -> Option<Span> {
    let mut seen: BTreeSet<KpiId> = BTreeSet::new();
    // With the place in the formula itself.
    let mut open: Vec<(&Expr, Option<Span>)> = vec![(formula, None)];
    while let Some((expr, place)) = open.pop() {
        match &expr.kind {
            Kind::Person { roster, .. } => {
                if matches!(&expr.ty.base, Base::Number(unit) if unit.has_money()) && in_parts(*roster) {
                    return Some(place.unwrap_or(expr.span));
                }
            }
            Kind::Kpi(kpi) => {
                let name = &model.kpis[kpi.0].name;
                let versions = model.kpis.iter().enumerate().filter(|(_, one)| one.name == *name);
                let unseen = versions.filter(|(at, _)| seen.insert(KpiId(*at))).map(|(_, version)| &version.value);
                open.extend(unseen.map(|value| (value, place.or(Some(expr.span)))));
            }
            _ => open.extend(expr.parts().into_iter().map(|part| (part, place))),
        }
    }
    None
}

/// What a position is called besides its name, in any language.
pub(in crate::model) fn labels(position: &tree::Position) -> impl Iterator<Item = &str> {
    let label = &position.label;
    let translations = label.translations.iter().map(|(_, text)| text);
    label.text.iter().chain(translations).map(|text| text.value.as_str())
}

/// As a file's cells are compared, but for signs of other widths.
fn same(one: &str, other: &str) -> bool {
    one.trim().eq_ignore_ascii_case(other.trim())
}
