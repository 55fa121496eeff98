//! What a name in a formula stands for: parameters, labels, columns, KPIs, constants, the person, the period.

use super::env::{Env, InCurve, Place};
use super::meanings::Meaning;
use super::rings;
use super::uses::Use;
use crate::diagnostic::{Code, Diagnostic, Mend};
use crate::model::checker::{Checker, Progress, Symbol};
use crate::model::data::{ColumnIx, ColumnType, DataId, DataSet};
use crate::model::expr::{Base, Expr, Kind, Type};
use crate::model::types::present::{path_key, present_in};
use crate::model::{ConstantId, KpiId, Model};
use crate::source::Span;
use crate::syntax::tree;
use crate::syntax::tree::ExprKind;
use crate::value::Value;

impl Checker<'_> {
    pub(in crate::model) fn name(&mut self, name: &tree::Name, env: &Env, expected: Option<&Base>) -> Expr {
        let span = name.span;
        let Ok(meaning) = self.meaning(name, env, expected) else { return Expr::wrong(span) };
        let Some(meaning) = meaning else { return self.no_meaning(name, env, expected) };
        match meaning {
            Meaning::Parameter(parameter) => present_in(env, parameter.argument),
            Meaning::Word(data, column, choice) => {
                Expr::new(Kind::Value(Value::Choice(choice)), Type::known(Base::Choice(data, column)), span)
            }
            Meaning::Grade(rating, grade) => {
                Expr::new(Kind::Value(Value::Choice(grade as u32)), Type::known(Base::Grade(rating)), span)
            }
            Meaning::Position(_) => Expr::new(Kind::Value(Value::text(&name.text)), Type::known(Base::Position), span),
            Meaning::Column(data, column) => self.column_expr(Vec::new(), data, column, env, span),
            Meaning::EntryValue | Meaning::EntryTarget | Meaning::EntryWeight => self.of_entry(&meaning, env, span),
            Meaning::Result | Meaning::Output(_) => self.in_output(name, env),
            Meaning::Constant(at) => {
                self.used.insert(Use::Constant(at));
                if self.untyped.contains(&name.text) {
                    return Expr::wrong(span);
                }
                self.constant_named(at, span);
                let base = Base::Number(self.model.constants[at].unit.dimension.clone());
                Expr::new(Kind::Constant(ConstantId(at)), Type::known(base), span)
            }
            Meaning::Kpi(at) => self.kpi_reference(at, env, span),
            // They never stand for the name; that they are there is told.
            Meaning::LaterOutput(_) | Meaning::OutputOfOthers(..) => self.no_meaning(name, env, expected),
        }
    }

    /// What a curve's formula reads of its entry.
    fn of_entry(&mut self, meaning: &Meaning, env: &Env, span: Span) -> Expr {
        let Some(InCurve { value, target, weight, reads: _ }) = &env.entry else { return Expr::wrong(span) };
        match meaning {
            Meaning::EntryValue => Expr::new(Kind::EntryValue, Type::known(value.clone()), span),
            Meaning::EntryWeight => Expr::new(Kind::EntryWeight, Type::known(weight.clone()), span),
            _ => {
                let ty = target.clone().unwrap_or_else(|| {
                    self.report(
                        Diagnostic::new(Code::Incomplete, "the formula reads `target`, and none is stated")
                            .at(span, "no target")
                            .help("write what is to be reached before the score: `target …`"),
                    );
                    Type::known(Base::Any)
                });
                // A missing target makes the whole entry missing before its curve is read.
                Expr::new(Kind::EntryTarget, Type::known(ty.base), span)
            }
        }
    }

    pub(super) fn choice(&self, data: DataId, column: ColumnIx, label: &str) -> Option<u32> {
        let ColumnType::Choice(choices) = &self.model.data[data.0].columns[column.0].ty else { return None };
        choices.iter().position(|choice| choice.name == label).map(|at| at as u32)
    }

    pub(super) fn kpi_reference(&mut self, at: usize, env: &Env, span: Span) -> Expr {
        self.used.insert(Use::Kpi(KpiId(at)));
        if self.kpi_progress[at] == Progress::Working {
            let from = self.kpi_stack.iter().position(|kpi| *kpi == at).unwrap_or(0);
            let ring = self.kpi_stack[from..].iter().map(|kpi| format!("`{}`", self.model.kpis[*kpi].name));
            let ring: Vec<String> = ring.collect();
            self.report(
                Diagnostic::new(Code::Circle, format!("`{}` needs itself", self.model.kpis[at].name))
                    .at(span, "here the circle closes")
                    .note(rings::note(&ring, "needs"))
                    .help("write one of them without the other"),
            );
            return Expr::wrong(span);
        }
        self.type_kpi(at);
        if let Some(open) = self.kpi_stack.last().copied()
            && self.is_too_deep(Use::Kpi(KpiId(open)), Use::Kpi(KpiId(at)), span)
        {
            return Expr::wrong(span);
        }
        let kpi = &self.model.kpis[at];
        if self.untyped.contains(&kpi.name) {
            return Expr::wrong(span);
        }
        let optional = self.model.kpi_versions(KpiId(at)).any(|version| self.model.kpis[version.0].value.ty.optional);
        let ty = Type { base: Base::Number(kpi.unit.dimension.clone()), optional };
        present_in(env, Expr::new(Kind::Kpi(KpiId(at)), ty, span))
    }

    /// A column of a row, `via` links.
    pub(super) fn column_expr(
        &mut self,
        via: Vec<ColumnIx>,
        data: DataId,
        column: ColumnIx,
        env: &Env,
        span: Span,
    ) -> Expr {
        self.used.insert(Use::Column(data, column));
        self.used.insert(Use::Data(data));
        self.derive_column(data, column);
        if let Some((open_data, open)) = self.column_stack.last().copied()
            && self.model.data[data.0].columns[column.0].derived.is_some()
            && self.is_too_deep(Use::Column(open_data, open), Use::Column(data, column), span)
        {
            return Expr::wrong(span);
        }
        let base = self.column_base(data, column);
        let mut optional = self.model.data[data.0].columns[column.0].optional;
        let kind = Kind::Column { via, data, column };
        let mut expr = Expr::new(kind, Type::known(base), span);
        if let Kind::Column { via, .. } = &expr.kind {
            // A blank link on the way leaves nothing to read.
            if let Place::Row(start) = env.place {
                let mut at = start;
                for (index, link) in via.iter().enumerate() {
                    let step = &self.model.data[at.0].columns[link.0];
                    let key = path_key(&via[..index], *link);
                    optional |= step.optional && !env.present.contains(&key);
                    if let ColumnType::Link { data, .. } = &step.ty {
                        at = *data;
                    }
                }
            }
        }
        expr.ty.optional = optional;
        present_in(env, expr)
    }

    pub(in crate::model) fn field(&mut self, of: &tree::Expr, name: &tree::Name, env: &Env, span: Span) -> Expr {
        if let ExprKind::Name(noun) = &*of.kind {
            if self.two_before_the_dot(noun, name, env) {
                return Expr::wrong(span);
            }
            let is_column = matches!(env.place, Place::Row(data) if self.model.data[data.0].columns.iter()
                .any(|column| column.name == noun.text && matches!(column.ty, ColumnType::Link { .. })));
            if noun.text == "period" && !is_column {
                return self.period_part(name, env, span);
            }
            let is_meant = |set: &&DataSet| set.roster.is_some() && set.row.singular == noun.text;
            let first = self.model.data.iter().position(|set| is_meant(&set));
            let with_it =
                self.model.data.iter().position(|set| is_meant(&set) && set.column_named(&name.text).is_some());
            let roster = with_it.or(first);
            if let (Some(roster), false) = (roster, is_column) {
                let roster = DataId(roster);
                match env.place {
                    Place::Subject => {}
                    Place::Row(data) => {
                        self.evaluated_in_rows(roster, noun, name, data);
                        return Expr::wrong(span);
                    }
                    Place::Constant => {
                        self.evaluated_in_constants(noun, name, span);
                        return Expr::wrong(span);
                    }
                }
                return present_in(env, self.person_column(roster, Vec::new(), roster, name, span));
            }
        }
        if let ExprKind::Name(noun) = &*of.kind
            && env.place == Place::Subject
            && self.column_of_data(noun, name, span)
        {
            return Expr::wrong(span);
        }
        let of = self.typed(of, env, None);
        match (&of.ty.base, &of.kind) {
            (Base::Any, _) => Expr::wrong(span),
            (Base::Link(target), Kind::Column { via, column, .. }) => {
                let (target, via) = (*target, via.iter().copied().chain([*column]).collect());
                let set = self.model.data[target.0].clone();
                match set.column_named(&name.text) {
                    Some(column) => self.column_expr(via, target, column, env, span),
                    None => {
                        self.unknown_column(&set, name);
                        Expr::wrong(span)
                    }
                }
            }
            (Base::Link(target), Kind::Person { roster, via, column }) => {
                let (target, via) = (*target, via.iter().copied().chain([*column]).collect());
                present_in(env, self.person_column(*roster, via, target, name, span))
            }
            _ => {
                let text = self.text(of.span);
                self.report(
                    Diagnostic::new(Code::WrongType, format!("`{text}` is no link, so nothing can follow the dot"))
                        .at(of.span, of.ty.base.words())
                        .help("a dot follows the name of a column that links to another data set, or of the one evaluated, as in `person.team`"),
                );
                Expr::wrong(span)
            }
        }
    }

    /// `sales.amount`: a column of a data set, which only an aggregate can read. True after a finding.
    fn column_of_data(&mut self, noun: &tree::Name, name: &tree::Name, span: Span) -> bool {
        let Some((Symbol::Data(at), declared)) = self.symbols.get(noun.text.as_str()).copied() else { return false };
        let set = &self.model.data[at];
        let Some(column) = set.column_named(&name.text) else { return false };
        let function = if matches!(set.column(column).ty, ColumnType::Number { .. }) { "sum" } else { "only" };
        let written = format!("{function}({} of {})", name.text, noun.text);
        let finding = Diagnostic::new(Code::WrongKind, format!("`{}` is a data set, not a value", noun.text))
            .at(noun.span, "not a value")
            .at(declared, "declared here");
        self.report(finding.mend("its columns are read by an aggregate: `{}`", Mend::replace(span, written)));
        true
    }

    pub(super) fn person_column(
        &mut self,
        roster: DataId,
        via: Vec<ColumnIx>,
        data: DataId,
        name: &tree::Name,
        span: Span,
    ) -> Expr {
        let set = self.model.data[data.0].clone();
        let Some(column) = set.column_named(&name.text) else {
            self.unknown_column(&set, name);
            return Expr::wrong(span);
        };
        self.used.insert(Use::Data(data));
        self.used.insert(Use::Column(data, column));
        self.used.extend(via.iter().map(|column| Use::Column(roster, *column)));
        self.derive_column(data, column);
        let mut optional = set.column(column).optional || !via.is_empty();
        for other in (0..self.model.data.len()).map(DataId) {
            let Some((path, twin)) = self.model.column_of_twin(roster, other, &via, column) else { continue };
            if let Some(link) = path.first() {
                self.used.insert(Use::Column(other, *link));
            } else {
                self.used.insert(Use::Column(other, twin));
                self.derive_column(other, twin);
                optional |= self.model.data[other.0].column(twin).optional;
            }
        }
        let ty = Type { base: self.column_base(data, column), optional };
        Expr::new(Kind::Person { roster, via, column }, ty, span)
    }

    pub(super) fn period_part(&mut self, name: &tree::Name, env: &Env, span: Span) -> Expr {
        if env.place == Place::Constant {
            self.misplaced(span, "the period cannot be read here", "write a number or a constant");
            return Expr::wrong(span);
        }
        let unit = |checker: &Self, name: &str| {
            Base::Number(checker.units.get(name).map(|unit| unit.dimension).unwrap_or_default())
        };
        let (kind, base) = match name.text.as_str() {
            "start" => (Kind::PeriodStart, Base::Date),
            "end" => (Kind::PeriodEnd, Base::Date),
            "months" => (Kind::PeriodMonths, unit(self, "month")),
            "days" => (Kind::PeriodDays, unit(self, "day")),
            _ => {
                self.report(
                    Diagnostic::new(Code::UnknownName, format!("a period has no `{}`", name.text))
                        .at(name.span, "unknown")
                            .help(
                                "a period has two days and its length, as in `period.start`, `period.end`, `period.months` or \
                                 `period.days`",
                            ),
                );
                return Expr::wrong(span);
            }
        };
        Expr::new(kind, Type::known(base), span)
    }
}

impl Model {
    /// A column of a roster's rows, in another roster whose rows have the same noun: `person.pay` is the pay of the one
    /// evaluated, on whatever list. `None` where the other list has no such column.
    pub fn column_of_twin(
        &self,
        roster: DataId,
        other: DataId,
        via: &[ColumnIx],
        column: ColumnIx,
    ) -> Option<(Vec<ColumnIx>, ColumnIx)> {
        let (named, set) = (&self.data[roster.0], &self.data[other.0]);
        if set.roster.is_none() || set.row.singular != named.row.singular {
            return None;
        }
        let wanted = named.column(via.first().copied().unwrap_or(column));
        let found = set.column_named(&wanted.name)?;
        let same = match (&wanted.ty, &set.column(found).ty) {
            (ColumnType::Number { unit: one, .. }, ColumnType::Number { unit: other, .. }) => {
                one.dimension == other.dimension
            }
            (ColumnType::Link { data: one, .. }, ColumnType::Link { data: other, .. }) => one == other,
            (ColumnType::Choice(one), ColumnType::Choice(other)) => one == other,
            (one, other) => std::mem::discriminant(one) == std::mem::discriminant(other),
        };
        match (same, via.split_first()) {
            (false, _) => None,
            (true, None) => Some((Vec::new(), found)),
            (true, Some((_, rest))) => Some((std::iter::once(found).chain(rest.iter().copied()).collect(), column)),
        }
    }
}
