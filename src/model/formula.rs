//! Formulas: names resolved, functions expanded, units and missing values worked out.

use super::checker::{Checker, Progress, Symbol};
use super::data::{ColumnIx, ColumnType, DataId, Role, TimeShape};
use super::expr::{Base, Expr, Kind, Type};
use super::unit::{BaseKind, Dimension, DisplayUnit};
use super::{ConstantId, KpiId, MatrixId, ScaleId};
use crate::diagnostic::{Code, Diagnostic};
use crate::number::Number;
use crate::source::Span;
use crate::syntax::tree::{self, BinaryOp, ExprKind, NumberStyle, ScopeWord, WindowKind};
use crate::value::{Builtin, Missing, Value};

/// Where a formula stands: what its names can mean.
#[derive(Clone, Debug)]
pub(super) struct Env {
    pub(super) place: Place,
    /// Parameters of the function that is expanded, with the arguments as typed where they were written.
    parameters: Vec<(String, Expr)>,
    /// What an enclosing condition has shown not to be missing.
    present: Vec<String>,
    /// The unit that a bare number takes (targets, thresholds).
    bare: Option<Dimension>,
    /// In a comparison a bare number takes the other side's unit (vetoes).
    lenient: bool,
    /// In a curve's `formula`: the types of `value` and `target`.
    pub(super) entry: Option<(Base, Option<Type>)>,
    /// In an output: the earlier ones by name. `Some` also lets `score` be read.
    pub(super) outputs: Option<Vec<(String, Type)>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// About the one evaluated: KPIs, aggregates, the person.
    Subject,
    /// About a row of the data set.
    Row(DataId),
    /// Numbers that are known without data.
    Constant,
}

impl Env {
    fn at(place: Place) -> Env {
        Env { place, parameters: Vec::new(), present: Vec::new(), bare: None, lenient: false, entry: None, outputs: None }
    }
    pub(super) fn subject() -> Env {
        Env::at(Place::Subject)
    }
    pub(super) fn row(data: DataId) -> Env {
        Env::at(Place::Row(data))
    }
    pub(super) fn constant() -> Env {
        Env::at(Place::Constant)
    }
    /// A bare number takes this unit where it may: a plain number, points, something counted, or time.
    pub(super) fn bare(mut self, unit: &Dimension) -> Env {
        self.bare = Some(unit.clone());
        self
    }
    pub(super) fn lenient(mut self) -> Env {
        self.lenient = true;
        self
    }
    /// The rows of a data set, read by an aggregate in this formula.
    pub(super) fn inside(&self, data: DataId) -> Env {
        Env { place: Place::Row(data), parameters: self.parameters.clone(), ..Env::at(Place::Row(data)) }
    }
    fn with_present(&self, keys: Vec<String>) -> Env {
        let mut env = self.clone();
        env.present.extend(keys);
        env
    }
}

impl Type {
    pub(super) fn known(base: Base) -> Type {
        Type { base, optional: false }
    }
    pub(super) fn maybe(base: Base) -> Type {
        Type { base, optional: true }
    }
}

impl Base {
    pub(super) fn number() -> Base {
        Base::Number(Dimension::none())
    }

    pub(super) fn is_number(&self) -> bool {
        matches!(self, Base::Number(_) | Base::Zero | Base::Any)
    }

    /// As said to the user.
    pub(super) fn words(&self) -> String {
        match self {
            Base::Number(dimension) if dimension.is_none() => "a plain number".into(),
            Base::Number(dimension) => format!("in {dimension}"),
            Base::Zero => "0".into(),
            Base::Text => "text".into(),
            Base::Date => "a date".into(),
            Base::Period => "a period".into(),
            Base::Flag => "yes or no".into(),
            Base::Choice(..) => "one of a list of words".into(),
            Base::Link(_) => "a link to a row".into(),
            Base::Position => "a position".into(),
            Base::Any => "anything".into(),
        }
    }

    /// The type that holds both, if there is one.
    pub(super) fn join(&self, other: &Base) -> Option<Base> {
        match (self, other) {
            (Base::Any, any) | (any, Base::Any) => Some(any.clone()),
            (Base::Zero, Base::Zero) => Some(Base::Zero),
            (Base::Zero, Base::Number(unit)) | (Base::Number(unit), Base::Zero) => Some(Base::Number(unit.clone())),
            _ if self == other => Some(self.clone()),
            _ => None,
        }
    }
}

impl Expr {
    pub(super) fn new(kind: Kind, ty: Type, span: Span) -> Expr {
        Expr { kind: Box::new(kind), ty, span }
    }

    fn wrong(span: Span) -> Expr {
        Expr::new(Kind::Value(Value::Missing(Missing::NoAnswer)), Type::known(Base::Any), span)
    }

    pub(super) fn dimension(&self) -> Dimension {
        match &self.ty.base {
            Base::Number(dimension) => dimension.clone(),
            _ => Dimension::none(),
        }
    }
}

impl Checker<'_> {
    /// Types a formula. `expected` helps to read bare labels; it is not enforced here.
    pub(super) fn typed(&mut self, expr: &tree::Expr, env: &Env, expected: Option<&Base>) -> Expr {
        let span = expr.span;
        match &*expr.kind {
            ExprKind::Number(number) => self.literal(number, env),
            ExprKind::Text(text) => {
                Expr::new(Kind::Value(Value::text(&text.value)), Type::known(Base::Text), span)
            }
            ExprKind::Date(date) => Expr::new(Kind::Value(Value::Day(date.day)), Type::known(Base::Date), span),
            ExprKind::Period(period) => {
                let months = self.model.company.calendar.months(period.period);
                Expr::new(Kind::Value(Value::Period(months)), Type::known(Base::Period), span)
            }
            ExprKind::Flag(flag) => Expr::new(Kind::Value(Value::Flag(*flag)), Type::known(Base::Flag), span),
            ExprKind::Missing(reason) => {
                let reason = reason.as_ref().map_or("", |text| &text.value);
                let value = Value::Missing(Missing::Stated(reason.into()));
                Expr::new(Kind::Value(value), Type::maybe(Base::Any), span)
            }
            ExprKind::Name(name) => self.name(name, env, expected),
            ExprKind::Field { of, name } => self.field(of, name, env, span),
            ExprKind::Not(operand) => {
                let operand = self.typed(operand, env, Some(&Base::Flag));
                self.expect_flag(&operand, "`not`");
                let ty = Type { base: Base::Flag, optional: operand.ty.optional };
                Expr::new(Kind::Not(operand), ty, span)
            }
            ExprKind::Negate(operand) => {
                let operand = self.typed(operand, env, expected);
                self.expect_number(&operand, "`-`");
                let ty = operand.ty.clone();
                Expr::new(Kind::Negate(operand), ty, span)
            }
            ExprKind::Binary { op, left, right, .. } => self.binary(*op, left, right, env, expected, span),
            ExprKind::If { condition, then, otherwise } => {
                let condition = self.typed(condition, env, Some(&Base::Flag));
                self.expect_condition(&condition, "a condition");
                let then = self.typed(then, &env.with_present(present_when(&condition, true)), expected);
                let base = then.ty.base.clone();
                let otherwise_env = env.with_present(present_when(&condition, false));
                let otherwise = self.typed(otherwise, &otherwise_env, expected.or(Some(&base)));
                let base = self.same_kind(&then, &otherwise, "`then` and `else` give");
                let optional = then.ty.optional || otherwise.ty.optional;
                Expr::new(Kind::If { condition, then, otherwise }, Type { base, optional }, span)
            }
            ExprKind::Default { value, fallback } => {
                let value = self.typed(value, env, expected);
                let base = value.ty.base.clone();
                let fallback = self.typed(fallback, env, Some(&base));
                let base = self.same_kind(&value, &fallback, "`default` joins");
                let optional = fallback.ty.optional;
                Expr::new(Kind::Default { value, fallback }, Type { base, optional }, span)
            }
            ExprKind::IsMissing { value, negated } => {
                let value = self.typed(value, env, None);
                let test = Expr::new(Kind::IsMissing(value), Type::known(Base::Flag), span);
                match negated {
                    true => Expr::new(Kind::Not(test), Type::known(Base::Flag), span),
                    false => test,
                }
            }
            ExprKind::InSet { value, set, negated } => {
                let value = self.typed(value, env, None);
                let base = value.ty.base.clone();
                let mut optional = value.ty.optional;
                let set: Vec<Expr> = set
                    .iter()
                    .map(|member| {
                        let member = self.typed(member, env, Some(&base));
                        self.comparable(&value, &member);
                        optional |= member.ty.optional;
                        member
                    })
                    .collect();
                let ty = Type { base: Base::Flag, optional };
                let test = Expr::new(Kind::InSet(value, set), ty.clone(), span);
                if *negated { Expr::new(Kind::Not(test), ty, span) } else { test }
            }
            ExprKind::Between { value, low, high } => {
                let low = self.compare(BinaryOp::GreaterOrEqual, value, low, env, span);
                let high = self.compare(BinaryOp::LessOrEqual, value, high, env, span);
                let ty = Type { base: Base::Flag, optional: low.ty.optional || high.ty.optional };
                Expr::new(Kind::Binary(BinaryOp::And, low, high), ty, span)
            }
            ExprKind::InWindow { date, window } => {
                let date = self.typed(date, env, Some(&Base::Date));
                if !matches!(date.ty.base, Base::Date | Base::Period | Base::Any) {
                    self.wrong_type(&date, "a date", "`in` and a window ask when something was");
                }
                let words = window.words.iter().map(|word| word.kind).collect();
                let ty = Type { base: Base::Flag, optional: date.ty.optional };
                Expr::new(Kind::InWindow { date, window: words }, ty, span)
            }
            ExprKind::As { value, ty } => self.converted(value, ty, env, span),
            ExprKind::Call { name, arguments, to } => self.call(name, arguments, to.as_ref(), env, expected, span),
            ExprKind::Aggregate(aggregate) => self.aggregate(aggregate, env, span),
            ExprKind::Within { value, window } => {
                if matches!(env.place, Place::Row(_)) {
                    self.misplaced(
                        window.span,
                        "a window such as `1 year earlier` cannot stand inside an aggregate",
                        "write `during` and the window as the last clause of the aggregate, or test a date: `issued in 3 months earlier`",
                    );
                }
                let value = self.typed(value, env, expected);
                let ty = value.ty.clone();
                Expr::new(Kind::Within(value, window.kind), ty, span)
            }
            ExprKind::Over { value, scope, scope_span } => {
                if matches!(env.place, Place::Row(_)) {
                    self.misplaced(
                        *scope_span,
                        "`over` cannot stand inside an aggregate",
                        "write it behind the whole aggregate; an aggregate inside another one always reads the company",
                    );
                }
                let value = self.typed(value, env, expected);
                if let Kind::Kpi(kpi) = &*value.kind {
                    let kpi = &self.model.kpis[kpi.0];
                    if let Some(fixed) = kpi.scope {
                        let (name, at) = (kpi.name.clone(), kpi.span);
                        self.report(
                            Diagnostic::new(
                                Code::Misplaced,
                                format!("`{name}` always reads {}; `over` cannot change that", scope_words(fixed)),
                            )
                            .at(*scope_span, "no effect here")
                            .at(at, format!("declared with `scope {}`", scope_name(fixed)))
                            .help("remove `over`, or remove `scope` from the KPI"),
                        );
                    }
                }
                let ty = value.ty.clone();
                Expr::new(Kind::Over(value, *scope), ty, span)
            }
        }
    }

    fn literal(&mut self, number: &tree::Number, env: &Env) -> Expr {
        let span = number.span;
        let written = Number::from(number.written);
        let value = |number: Number| Kind::Value(Value::Number(number));
        match (number.style, &number.unit) {
            (NumberStyle::Percent, _) => {
                Expr::new(value(written.mul(&Number::from_parts(1, 2))), Type::known(Base::number()), span)
            }
            (NumberStyle::Permille, _) => {
                Expr::new(value(written.mul(&Number::from_parts(1, 3))), Type::known(Base::number()), span)
            }
            (NumberStyle::Plain, Some(unit)) => match self.unit(unit) {
                Some(unit) => {
                    Expr::new(value(written.mul(&unit.factor)), Type::known(Base::Number(unit.dimension)), span)
                }
                None => Expr::wrong(span),
            },
            (NumberStyle::Plain, None) if written.is_zero() => {
                Expr::new(value(written), Type::known(Base::Zero), span)
            }
            (NumberStyle::Plain, None) => {
                // Money is always written; what is left may be meant in the unit at hand.
                let unit = env.bare.clone().filter(|unit| !unit.has_money()).unwrap_or_default();
                Expr::new(value(written), Type::known(Base::Number(unit)), span)
            }
        }
    }

    fn name(&mut self, name: &tree::Name, env: &Env, expected: Option<&Base>) -> Expr {
        let span = name.span;
        if let Some((_, argument)) = env.parameters.iter().rev().find(|(parameter, _)| *parameter == name.text) {
            let mut argument = argument.clone();
            if narrow_key(&argument).is_some_and(|key| env.present.contains(&key)) {
                argument.ty.optional = false;
            }
            return argument;
        }
        match expected {
            Some(Base::Choice(data, column)) => {
                if let Some(choice) = self.choice(*data, *column, &name.text) {
                    let ty = Type::known(Base::Choice(*data, *column));
                    return Expr::new(Kind::Value(Value::Choice(choice)), ty, span);
                }
            }
            Some(Base::Position) => {
                if let Some((Symbol::Position(_), _)) = self.symbols.get(&name.text) {
                    return Expr::new(Kind::Value(Value::text(&name.text)), Type::known(Base::Position), span);
                }
            }
            _ => {}
        }
        if let Place::Row(data) = env.place {
            if let Some(column) = self.model.data[data.0].column_named(&name.text) {
                return self.column_expr(Vec::new(), data, column, env, span);
            }
        }
        if let (Some((value, target)), Place::Subject) = (&env.entry, env.place) {
            match name.text.as_str() {
                "value" => return Expr::new(Kind::EntryValue, Type::known(value.clone()), span),
                "weight" => return Expr::new(Kind::EntryWeight, Type::known(Base::number()), span),
                "target" => {
                    let ty = target.clone().unwrap_or_else(|| {
                        self.report(
                            Diagnostic::new(Code::Incomplete, "the formula reads `target`, and none is stated")
                                .at(span, "no target")
                                .help("write `target` and a value before `score`"),
                        );
                        Type::known(Base::Any)
                    });
                    // A missing target makes the whole entry missing before its curve is read.
                    return Expr::new(Kind::EntryTarget, Type::known(ty.base), span);
                }
                _ => {}
            }
        }
        if let (Some(outputs), Place::Subject) = (&env.outputs, env.place) {
            if name.text == "score" {
                return Expr::new(Kind::Score, Type::maybe(Base::Number(DisplayUnit::point().dimension)), span);
            }
            if let Some(at) = outputs.iter().position(|(output, _)| *output == name.text) {
                return Expr::new(Kind::Output(at), outputs[at].1.clone(), span);
            }
        }
        match self.symbols.get(&name.text).copied() {
            Some((Symbol::Constant(at), _)) => {
                self.used.constants.insert(at);
                let base = Base::Number(self.model.constants[at].unit.dimension.clone());
                Expr::new(Kind::Constant(ConstantId(at)), Type::known(base), span)
            }
            Some((Symbol::Kpi(at), _)) if env.place == Place::Subject => self.kpi_reference(at, env, span),
            Some((symbol, declared)) => {
                let (what, mend) = match (symbol, env.place) {
                    (Symbol::Kpi(_), Place::Row(_)) => (
                        format!("the KPI `{}` cannot be read inside an aggregate", name.text),
                        "name a column of the data set here; KPIs stand outside the aggregate".to_string(),
                    ),
                    (Symbol::Kpi(_), _) => (
                        format!("the KPI `{}` cannot stand here", name.text),
                        "write a number or a constant".to_string(),
                    ),
                    (Symbol::Data(_), _) => (
                        format!("`{}` is a data set, not a value", name.text),
                        format!("count its rows or add up a column: `count({0})`, `sum(… of {0})`", name.text),
                    ),
                    (Symbol::Function(_) | Symbol::Scale(_) | Symbol::Matrix(_), _) => (
                        format!("`{}` is a {}, and needs a value in brackets", name.text, symbol.kind()),
                        format!("write `{}(…)`", name.text),
                    ),
                    _ => (
                        format!("`{}` is a {}, not a value", name.text, symbol.kind()),
                        "write a KPI, a constant or a number".to_string(),
                    ),
                };
                self.report(
                    Diagnostic::new(Code::WrongKind, what).at(span, "not a value").at(declared, "declared here").help(mend),
                );
                Expr::wrong(span)
            }
            None => {
                self.unknown_value(name, env, expected);
                Expr::wrong(span)
            }
        }
    }

    fn unknown_value(&mut self, name: &tree::Name, env: &Env, expected: Option<&Base>) {
        let mut candidates: Vec<String> = env.parameters.iter().map(|(name, _)| name.clone()).collect();
        let mut message = format!("nothing is called `{}`", name.text);
        let mut otherwise = "write the name of a KPI, a constant, or an aggregate such as `sum(… of …)`".to_string();
        for (known, (symbol, _)) in &self.symbols {
            match (symbol, env.place) {
                (Symbol::Kpi(_), Place::Subject) | (Symbol::Constant(_), _) => candidates.push(known.clone()),
                _ => {}
            }
        }
        if let Place::Row(data) = env.place {
            let set = &self.model.data[data.0];
            message = format!("`{}` is not a column of `{}`", name.text, set.name);
            let columns: Vec<&str> = set.columns.iter().map(|column| column.name.as_str()).collect();
            otherwise = format!("its columns are {}; text stands in quotes", list(&columns));
            candidates.extend(columns.iter().map(|column| column.to_string()));
        }
        if let Some(Base::Choice(data, column)) = expected {
            let column = &self.model.data[data.0].columns[column.0];
            if let ColumnType::Choice(choices) = &column.ty {
                let names: Vec<&str> = choices.iter().map(|choice| choice.name.as_str()).collect();
                message = format!("`{}` is not one of the values of `{}`", name.text, column.name);
                otherwise = format!("write one of {}", list(&names));
                candidates = names.iter().map(|name| name.to_string()).collect();
            }
        }
        let mend = self.did_you_mean(&name.text, candidates.iter().map(String::as_str), || otherwise);
        self.report(Diagnostic::new(Code::UnknownName, message).at(name.span, "unknown").help(mend));
    }

    fn choice(&self, data: DataId, column: ColumnIx, label: &str) -> Option<u32> {
        let ColumnType::Choice(choices) = &self.model.data[data.0].columns[column.0].ty else { return None };
        choices.iter().position(|choice| choice.name == label).map(|at| at as u32)
    }

    fn kpi_reference(&mut self, at: usize, env: &Env, span: Span) -> Expr {
        self.used.kpis.insert(KpiId(at));
        if self.kpi_progress[at] == Progress::Working {
            let from = self.kpi_stack.iter().position(|kpi| *kpi == at).unwrap_or(0);
            let circle: Vec<String> = self.kpi_stack[from..]
                .iter()
                .chain([&at])
                .map(|kpi| format!("`{}`", self.model.kpis[*kpi].name))
                .collect();
            self.report(
                Diagnostic::new(Code::Circle, format!("`{}` needs itself", self.model.kpis[at].name))
                    .at(span, "here the circle closes")
                    .note(format!("the circle: {}", circle.join(" needs ")))
                    .help("write one of them without the other"),
            );
            return Expr::wrong(span);
        }
        self.type_kpi(at);
        let kpi = &self.model.kpis[at];
        let ty = Type { base: Base::Number(kpi.unit.dimension.clone()), optional: kpi.value.ty.optional };
        let mut expr = Expr::new(Kind::Kpi(KpiId(at)), ty, span);
        if narrow_key(&expr).is_some_and(|key| env.present.contains(&key)) {
            expr.ty.optional = false;
        }
        expr
    }

    /// A column of a row, `via` links.
    fn column_expr(&mut self, via: Vec<ColumnIx>, data: DataId, column: ColumnIx, env: &Env, span: Span) -> Expr {
        self.used.columns.insert((data, column));
        self.used.data.insert(data);
        self.derive_column(data, column);
        let base = self.column_base(data, column);
        let mut optional = self.model.data[data.0].columns[column.0].optional;
        let kind = Kind::Column { via, data, column };
        let mut expr = Expr::new(kind, Type::known(base), span);
        if let Kind::Column { via, .. } = &*expr.kind {
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
        if narrow_key(&expr).is_some_and(|key| env.present.contains(&key)) {
            optional = false;
        }
        expr.ty.optional = optional;
        expr
    }

    fn field(&mut self, of: &tree::Expr, name: &tree::Name, env: &Env, span: Span) -> Expr {
        if let ExprKind::Name(noun) = &*of.kind {
            let is_column = matches!(env.place, Place::Row(data) if self.model.data[data.0].columns.iter()
                .any(|column| column.name == noun.text && matches!(column.ty, ColumnType::Link { .. })));
            if noun.text == "period" && !is_column {
                return self.period_part(name, env, span);
            }
            let roster = self.model.data.iter().position(|set| {
                matches!(set.role, Some(Role::Roster { .. })) && set.row.singular == noun.text
            });
            if let (Some(roster), false) = (roster, is_column) {
                let roster = DataId(roster);
                if env.place != Place::Subject {
                    self.misplaced(
                        noun.span,
                        &format!("`{}` is the one evaluated, and cannot be read here", noun.text),
                        "compare with a column of the data set, or scope the aggregate with `over own`",
                    );
                    return Expr::wrong(span);
                }
                return self.person_column(roster, Vec::new(), roster, name, span);
            }
        }
        let of = self.typed(of, env, None);
        match (&of.ty.base, &*of.kind) {
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
                self.person_column(*roster, via, target, name, span)
            }
            _ => {
                let text = self.text(of.span);
                self.report(
                    Diagnostic::new(Code::WrongType, format!("`{text}` is no link, so nothing can follow the dot"))
                        .at(of.span, of.ty.base.words())
                        .help("a dot follows the name of a column that links to another data set, or `person`"),
                );
                Expr::wrong(span)
            }
        }
    }

    fn person_column(&mut self, roster: DataId, via: Vec<ColumnIx>, data: DataId, name: &tree::Name, span: Span) -> Expr {
        let set = self.model.data[data.0].clone();
        let Some(column) = set.column_named(&name.text) else {
            self.unknown_column(&set, name);
            return Expr::wrong(span);
        };
        self.used.columns.insert((data, column));
        self.used.columns.extend(via.iter().map(|column| (roster, *column)));
        self.derive_column(data, column);
        let optional = set.column(column).optional || !via.is_empty();
        let ty = Type { base: self.column_base(data, column), optional };
        Expr::new(Kind::Person { roster, via, column }, ty, span)
    }

    fn period_part(&mut self, name: &tree::Name, env: &Env, span: Span) -> Expr {
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
                        .help("write `period.start`, `period.end`, `period.months` or `period.days`"),
                );
                return Expr::wrong(span);
            }
        };
        Expr::new(kind, Type::known(base), span)
    }

    fn binary(
        &mut self,
        op: BinaryOp,
        left: &tree::Expr,
        right: &tree::Expr,
        env: &Env,
        expected: Option<&Base>,
        span: Span,
    ) -> Expr {
        match op {
            BinaryOp::And | BinaryOp::Or => {
                let left = self.typed(left, env, Some(&Base::Flag));
                let env = env.with_present(present_when(&left, op == BinaryOp::And));
                let right = self.typed(right, &env, Some(&Base::Flag));
                let word = if op == BinaryOp::And { "`and`" } else { "`or`" };
                self.expect_flag(&left, word);
                self.expect_flag(&right, word);
                let ty = Type { base: Base::Flag, optional: left.ty.optional || right.ty.optional };
                Expr::new(Kind::Binary(op, left, right), ty, span)
            }
            BinaryOp::Add | BinaryOp::Subtract => {
                let left = self.typed(left, env, expected);
                let right = self.typed(right, env, expected);
                let base = self.sum_type(op, &left, &right);
                let ty = Type { base, optional: left.ty.optional || right.ty.optional };
                Expr::new(Kind::Binary(op, left, right), ty, span)
            }
            BinaryOp::Multiply | BinaryOp::Divide => {
                // A factor is a factor: it does not take the unit that a bare number would take.
                let env = Env { bare: None, ..env.clone() };
                let left = self.typed(left, &env, None);
                let right = self.typed(right, &env, None);
                let word = if op == BinaryOp::Multiply { "`*`" } else { "`/`" };
                let sound = self.expect_number(&left, word) & self.expect_number(&right, word);
                let any = left.ty.base == Base::Any || right.ty.base == Base::Any;
                let base = if !sound || any {
                    Base::Any
                } else {
                    let exponent = if op == BinaryOp::Multiply { 1 } else { -1 };
                    Base::Number(left.dimension().times(&right.dimension(), exponent))
                };
                if op == BinaryOp::Divide && right.ty.base == Base::Zero {
                    self.report(
                        Diagnostic::new(Code::OutOfRange, "this divides by 0, which never has an answer")
                            .at(right.span, "0")
                            .help("write another divisor"),
                    );
                }
                let never_zero = matches!(&*right.kind, Kind::Value(Value::Number(number)) if !number.is_zero())
                    || matches!(&*right.kind, Kind::PeriodMonths | Kind::PeriodDays);
                let optional =
                    left.ty.optional || right.ty.optional || (op == BinaryOp::Divide && !never_zero && sound && !any);
                Expr::new(Kind::Binary(op, left, right), Type { base, optional }, span)
            }
            _ => self.compare(op, left, right, env, span),
        }
    }

    fn sum_type(&mut self, op: BinaryOp, left: &Expr, right: &Expr) -> Base {
        // Two days apart: a number of days.
        if op == BinaryOp::Subtract && left.ty.base == Base::Date && right.ty.base == Base::Date {
            return Base::Number(self.units.get("day").map(|unit| unit.dimension).unwrap_or_default());
        }
        let word = if op == BinaryOp::Add { "`+`" } else { "`-`" };
        if !(self.expect_number(left, word) & self.expect_number(right, word)) {
            return Base::Any;
        }
        match left.ty.base.join(&right.ty.base) {
            Some(base) => base,
            None => {
                let what = if op == BinaryOp::Add { "cannot be added" } else { "cannot be subtracted" };
                self.unit_mismatch(left, right, what);
                Base::Any
            }
        }
    }

    fn compare(&mut self, op: BinaryOp, left: &tree::Expr, right: &tree::Expr, env: &Env, span: Span) -> Expr {
        // A bare label takes its meaning from the other side, so the other side comes first.
        let is_name = |expr: &tree::Expr| matches!(&*expr.kind, ExprKind::Name(_));
        let column_first = |checker: &Self, expr: &tree::Expr| match (&*expr.kind, env.place) {
            (ExprKind::Name(name), Place::Row(data)) => {
                checker.model.data[data.0].column_named(&name.text).is_some()
                    || env.parameters.iter().any(|(parameter, _)| *parameter == name.text)
            }
            (ExprKind::Name(_), _) => true,
            _ => true,
        };
        let other = |env: &Env, typed: &Expr| match (&typed.ty.base, env.lenient) {
            (Base::Number(unit), true) => env.clone().bare(unit),
            _ => env.clone(),
        };
        let (left, right) = if is_name(left) && !column_first(self, left) {
            let right = self.typed(right, env, None);
            (self.typed(left, &other(env, &right), Some(&right.ty.base.clone())), right)
        } else {
            let left = self.typed(left, env, None);
            let right = self.typed(right, &other(env, &left), Some(&left.ty.base.clone()));
            (left, right)
        };
        self.comparable(&left, &right);
        if matches!(left.ty.base, Base::Flag | Base::Choice(..) | Base::Link(_) | Base::Position)
            && !matches!(op, BinaryOp::Equal | BinaryOp::NotEqual)
        {
            self.report(
                Diagnostic::new(Code::WrongType, "these values have no order")
                    .at(left.span, left.ty.base.words())
                    .help("compare them with `=` or `!=`, or write `in (…)`"),
            );
        }
        let ty = Type { base: Base::Flag, optional: left.ty.optional || right.ty.optional };
        Expr::new(Kind::Binary(op, left, right), ty, span)
    }

    fn comparable(&mut self, left: &Expr, right: &Expr) {
        let (a, b) = (&left.ty.base, &right.ty.base);
        let keys = |one: &Base, other: &Base| matches!((one, other), (Base::Link(_) | Base::Position, Base::Text));
        if a.join(b).is_some() || keys(a, b) || keys(b, a) {
            return;
        }
        if matches!((a, b), (Base::Number(_), Base::Number(_))) {
            self.unit_mismatch(left, right, "cannot be compared");
            return;
        }
        self.report(
            Diagnostic::new(Code::WrongType, format!("{} and {} cannot be compared", a.words(), b.words()))
                .at(left.span, a.words())
                .at(right.span, b.words())
                .help("compare values of one kind; text stands in quotes, labels do not"),
        );
    }

    fn unit_mismatch(&mut self, left: &Expr, right: &Expr, what: &str) {
        let (a, b) = (left.dimension(), right.dimension());
        let (ta, tb) = (self.text(left.span), self.text(right.span));
        let mut diagnostic = Diagnostic::new(Code::UnitMismatch, format!("`{ta}` and `{tb}` have different units and {what}"))
            .at(left.span, format!("this is {}", Base::Number(a.clone()).words()))
            .at(right.span, format!("this is {}", Base::Number(b.clone()).words()));
        let literal = |expr: &Expr| matches!(&*expr.kind, Kind::Value(Value::Number(_)));
        let mend = if b.is_none() && literal(right) {
            format!("write the unit behind the number: `{tb} {a}`")
        } else if a.is_none() && literal(left) {
            format!("write the unit behind the number: `{ta} {b}`")
        } else if a.has_money() && b.has_money() && !a.is_none() {
            let factors = a.times(&b, -1);
            if factors.factors().iter().all(|(base, _)| base.kind == super::unit::BaseKind::Currency) {
                format!("convert one of the two with an exchange rate: `constant rate : {factors} = …`, then `* rate`")
            } else {
                format!("bring both to one unit: they differ by {factors}")
            }
        } else if a.is_point() || b.is_point() {
            "a score is no ratio: write `(… * 100) as point` where points are meant".to_string()
        } else if a.is_counted() && b.is_counted() {
            "drop the counted unit with `as %`, or count the same things on both sides".to_string()
        } else {
            format!("bring both to one unit: they differ by {}", a.times(&b, -1))
        };
        diagnostic = diagnostic.help(mend);
        self.report(diagnostic);
    }

    fn converted(&mut self, value: &tree::Expr, ty: &tree::UnitExpr, env: &Env, span: Span) -> Expr {
        let value = self.typed(value, env, None);
        let Some(unit) = self.unit(ty) else { return Expr::wrong(span) };
        if !self.expect_number(&value, "`as`") {
            return Expr::wrong(span);
        }
        let from = value.dimension();
        let to = unit.dimension.clone();
        let allowed = from == to || (from.is_counted() && (to.is_none() || to.is_point()));
        if !allowed && value.ty.base != Base::Any && value.ty.base != Base::Zero {
            self.report(
                Diagnostic::new(Code::UnitMismatch, format!("`as` cannot turn this into {to}"))
                    .at(value.span, format!("this is {}", Base::Number(from).words()))
                    .at(ty.span, "asked for")
                    .help("`as %` drops counted units, and `as point` makes points of a plain or counted number; other units change by multiplying and dividing"),
            );
        }
        Expr { ty: Type { base: Base::Number(to), optional: value.ty.optional }, ..value }
    }

    fn call(
        &mut self,
        name: &tree::Name,
        arguments: &[tree::Expr],
        to: Option<&tree::Expr>,
        env: &Env,
        expected: Option<&Base>,
        span: Span,
    ) -> Expr {
        if let Some((_, builtin, least, most)) = Builtin::TABLE.iter().find(|entry| entry.0 == name.text) {
            return self.builtin(*builtin, (*least, *most), arguments, to, env, expected, span);
        }
        match self.symbols.get(&name.text).copied() {
            Some((Symbol::Function(at), declared)) => {
                let function = self.declarations.functions[at];
                if !self.count_arguments(name, arguments.len(), function.parameters.len(), declared) {
                    return Expr::wrong(span);
                }
                if self.function_stack.contains(&at) {
                    self.report(
                        Diagnostic::new(Code::Circle, format!("the function `{}` needs itself", name.text))
                            .at(span, "a circle")
                            .help("write it without calling itself"),
                    );
                    return Expr::wrong(span);
                }
                let arguments: Vec<(String, Expr)> = function
                    .parameters
                    .iter()
                    .zip(arguments)
                    .map(|(parameter, argument)| (parameter.text.clone(), self.typed(argument, env, None)))
                    .collect();
                if arguments.iter().any(|(_, argument)| argument.ty.base == Base::Any && !argument.ty.optional) {
                    return Expr::wrong(span);
                }
                let mut inner = Env { parameters: arguments, bare: None, ..env.clone() };
                inner.entry = None;
                inner.outputs = None;
                self.function_stack.push(at);
                let body = self.typed(&function.body, &inner, expected);
                self.function_stack.pop();
                body
            }
            Some((Symbol::Scale(at), declared)) => {
                self.used.scales.insert(at);
                if !self.count_arguments(name, arguments.len(), 1, declared) {
                    return Expr::wrong(span);
                }
                let input = self.model.scales[at].input.dimension.clone();
                let value = self.typed(&arguments[0], &env.clone().bare(&input), None);
                let optional = value.ty.optional;
                self.expect_base(&value, &Base::Number(input), &format!("the value of the scale `{}`", name.text), declared);
                let output = Base::Number(self.model.scales[at].output.dimension.clone());
                Expr::new(Kind::Scale(ScaleId(at), value), Type { base: output, optional }, span)
            }
            Some((Symbol::Matrix(at), declared)) => {
                self.used.matrices.insert(at);
                if !self.count_arguments(name, arguments.len(), 2, declared) {
                    return Expr::wrong(span);
                }
                let inputs = self.model.matrices[at].inputs.clone();
                let mut typed = Vec::new();
                for (argument, input) in arguments.iter().zip(&inputs) {
                    let value = self.typed(argument, &env.clone().bare(&input.dimension), None);
                    let base = Base::Number(input.dimension.clone());
                    self.expect_base(&value, &base, &format!("the value of the matrix `{}`", name.text), declared);
                    typed.push(value);
                }
                let optional = typed.iter().any(|value| value.ty.optional);
                let output = Base::Number(self.model.matrices[at].output.dimension.clone());
                let mut typed = typed.into_iter();
                let (Some(row), Some(column)) = (typed.next(), typed.next()) else { return Expr::wrong(span) };
                self.not_yet(span, "a matrix");
                Expr::new(Kind::Matrix(MatrixId(at), row, column), Type { base: output, optional }, span)
            }
            Some((symbol, declared)) => {
                self.report(
                    Diagnostic::new(Code::WrongKind, format!("`{}` is a {}, and takes nothing in brackets", name.text, symbol.kind()))
                        .at(name.span, "not a function")
                        .at(declared, "declared here")
                        .help("write its name alone; for another window or scope write `1 year earlier` or `over team` behind it"),
                );
                Expr::wrong(span)
            }
            None => {
                let aggregates =
                    ["sum", "count", "share", "average", "median", "percentile", "min", "max", "latest", "only"];
                let known: Vec<String> = self
                    .symbols
                    .iter()
                    .filter(|(_, (symbol, _))| matches!(symbol, Symbol::Function(_) | Symbol::Scale(_)))
                    .map(|(name, _)| name.clone())
                    .chain(Builtin::TABLE.iter().map(|entry| entry.0.to_string()))
                    .chain(aggregates.iter().map(|name| name.to_string()))
                    .collect();
                let mend = self.did_you_mean(&name.text, known.iter().map(String::as_str), || {
                    format!("declare it: `function {}(x) = …`", name.text)
                });
                self.report(
                    Diagnostic::new(Code::UnknownName, format!("there is no function `{}`", name.text))
                        .at(name.span, "unknown")
                        .help(mend),
                );
                Expr::wrong(span)
            }
        }
    }

    fn count_arguments(&mut self, name: &tree::Name, got: usize, needed: usize, declared: Span) -> bool {
        if got != needed {
            let values = |count: usize| if count == 1 { "1 value".to_string() } else { format!("{count} values") };
            self.report(
                Diagnostic::new(Code::WrongArguments, format!("`{}` takes {}, and gets {}", name.text, values(needed), values(got)))
                    .at(name.span, format!("{} in the brackets", values(got)))
                    .at(declared, "declared here")
                    .help(format!("write {} in the brackets, with commas between", values(needed))),
            );
        }
        got == needed
    }

    #[allow(clippy::too_many_arguments)]
    fn builtin(
        &mut self,
        builtin: Builtin,
        (least, most): (usize, usize),
        arguments: &[tree::Expr],
        to: Option<&tree::Expr>,
        env: &Env,
        expected: Option<&Base>,
        span: Span,
    ) -> Expr {
        let name = builtin.name();
        let rounds = matches!(builtin, Builtin::Round | Builtin::RoundUp | Builtin::RoundDown);
        let written: Vec<&tree::Expr> = arguments.iter().chain(to).collect();
        if written.len() < least || written.len() > most || (rounds != to.is_some()) {
            let mend = match builtin {
                Builtin::Round | Builtin::RoundUp | Builtin::RoundDown => format!("write `{name}(x to 0.01)`"),
                Builtin::Min | Builtin::Max => format!("write `{name}(a, b)`; of a column: `{name}(x of data)`"),
                Builtin::Clamp => "write `clamp(x, lowest, highest)`".to_string(),
                Builtin::Pow => "write `pow(x, exponent)`".to_string(),
                Builtin::MonthsBetween | Builtin::DaysBetween => format!("write `{name}(from, to)` with two dates"),
                _ => format!("write `{name}(x)`"),
            };
            self.report(
                Diagnostic::new(Code::WrongArguments, format!("`{name}` does not take these values"))
                    .at(span, "check the brackets")
                    .help(mend),
            );
            return Expr::wrong(span);
        }
        let mut typed: Vec<Expr> = Vec::new();
        for argument in written {
            let expected = typed.first().map(|first: &Expr| first.ty.base.clone()).or_else(|| expected.cloned());
            typed.push(self.typed(argument, env, expected.as_ref()));
        }
        let words = format!("`{name}`");
        let mut optional = typed.iter().any(|argument| argument.ty.optional);
        let time = |checker: &Self, unit: &str| {
            Base::Number(checker.units.get(unit).map(|unit| unit.dimension).unwrap_or_default())
        };
        let base = match builtin {
            Builtin::Abs | Builtin::Floor | Builtin::Ceil => {
                self.expect_number(&typed[0], &words);
                typed[0].ty.base.clone()
            }
            Builtin::Min | Builtin::Max | Builtin::Clamp | Builtin::Round | Builtin::RoundUp | Builtin::RoundDown => {
                let mut base = typed[0].ty.base.clone();
                let dates = matches!(builtin, Builtin::Min | Builtin::Max) && base == Base::Date;
                for argument in &typed {
                    if !dates && !self.expect_number(argument, &words) {
                        return Expr::wrong(span);
                    }
                    match base.join(&argument.ty.base) {
                        Some(joined) => base = joined,
                        None => {
                            self.unit_mismatch(&typed[0], argument, &format!("cannot stand together in {words}"));
                            return Expr::wrong(span);
                        }
                    }
                }
                if rounds {
                    if let Kind::Value(Value::Number(step)) = &*typed[1].kind {
                        if !step.is_positive() {
                            self.report(
                                Diagnostic::new(Code::OutOfRange, "a step to round to is above 0")
                                    .at(typed[1].span, "not above 0")
                                    .help("write `round(x to 0.01)`"),
                            );
                        }
                    } else {
                        optional = true;
                    }
                }
                base
            }
            Builtin::Sqrt | Builtin::Ln | Builtin::Exp | Builtin::Pow => {
                for argument in &typed {
                    self.expect_base(argument, &Base::number(), &format!("what {words} takes"), span);
                }
                optional |= builtin != Builtin::Exp;
                Base::number()
            }
            Builtin::MonthsBetween | Builtin::DaysBetween | Builtin::YearOf | Builtin::MonthOf | Builtin::DayOf => {
                for argument in &typed {
                    self.expect_base(argument, &Base::Date, &format!("what {words} takes"), span);
                }
                match builtin {
                    Builtin::MonthsBetween => time(self, "month"),
                    Builtin::DaysBetween => time(self, "day"),
                    _ => Base::number(),
                }
            }
        };
        Expr::new(Kind::Call(builtin, typed), Type { base, optional }, span)
    }

    // ------------------------------------------------------------ expectations

    pub(super) fn wrong_type(&mut self, expr: &Expr, wanted: &str, why: &str) {
        let text = self.text(expr.span);
        self.report(
            Diagnostic::new(Code::WrongType, format!("`{text}` is {}, and {wanted} is needed", expr.ty.base.words()))
                .at(expr.span, expr.ty.base.words())
                .help(why),
        );
    }

    fn expect_number(&mut self, expr: &Expr, operator: &str) -> bool {
        let number = expr.ty.base.is_number();
        if !number {
            self.wrong_type(expr, "a number", &format!("{operator} works on numbers; name a column or a KPI that is one"));
        }
        number
    }

    fn expect_flag(&mut self, expr: &Expr, operator: &str) {
        if !matches!(expr.ty.base, Base::Flag | Base::Any) {
            self.wrong_type(expr, "yes or no", &format!("{operator} joins conditions such as `status = active`"));
        }
    }

    /// A condition is yes or no, and never missing.
    pub(super) fn expect_condition(&mut self, expr: &Expr, what: &str) {
        if !matches!(expr.ty.base, Base::Flag | Base::Any) {
            self.wrong_type(expr, "yes or no", "write a comparison, such as `status = active` or `x > 0`");
            return;
        }
        if !expr.ty.optional {
            return;
        }
        let culprit = first_optional(expr);
        let text = self.text(culprit.span);
        self.report(
            Diagnostic::new(Code::MayBeMissing, format!("{what} must not be missing, and `{text}` can be"))
                .at(culprit.span, "may be missing")
                .help(format!(
                    "say what then: `{text} is not missing and …`, `{text} is missing or …`, or `{text} default …`"
                )),
        );
    }

    fn same_kind(&mut self, left: &Expr, right: &Expr, what: &str) -> Base {
        if let Some(base) = left.ty.base.join(&right.ty.base) {
            return base;
        }
        if matches!((&left.ty.base, &right.ty.base), (Base::Number(_), Base::Number(_))) {
            self.unit_mismatch(left, right, "cannot stand for one another");
        } else {
            self.report(
                Diagnostic::new(Code::WrongType, format!("{what} two kinds of values"))
                    .at(left.span, left.ty.base.words())
                    .at(right.span, right.ty.base.words())
                    .help("let both be of one kind"),
            );
        }
        Base::Any
    }

    /// Whether the formula has the type declared for it; a wrong unit is answered with the factor that is missing.
    pub(super) fn expect_base(&mut self, expr: &Expr, wanted: &Base, what: &str, declared: Span) {
        if expr.ty.base.join(wanted).is_some() || matches!((wanted, &expr.ty.base), (Base::Link(_), Base::Text)) {
            return;
        }
        let (Base::Number(got), Base::Number(wanted)) = (&expr.ty.base, wanted) else {
            self.report(
                Diagnostic::new(Code::WrongType, format!("{what} is {}, and this is {}", wanted.words(), expr.ty.base.words()))
                    .at(expr.span, expr.ty.base.words())
                    .at(declared, format!("{} is declared", wanted.words()))
                    .help("change the formula or the type"),
            );
            return;
        };
        let mend = self.unit_mend(got, wanted);
        self.report(
            Diagnostic::new(
                Code::WrongUnit,
                format!("{what} is {}, and its formula gives {}", unit_words(wanted), unit_words(got)),
            )
            .at(expr.span, format!("this gives {}", unit_words(got)))
            .at(declared, format!("declared as {}", unit_words(wanted)))
            .help(mend),
        );
    }

    fn unit_mend(&self, got: &Dimension, wanted: &Dimension) -> String {
        if wanted.is_none() && got.is_counted() {
            return "write `(…) as %` where the counted unit is to be dropped".into();
        }
        if wanted.is_point() && got.is_none() {
            return "a score is no ratio: write `(… * 100) as point`".into();
        }
        let quotient = wanted.times(got, -1);
        let money = |positive: bool| {
            let mut factors = quotient.factors().iter();
            factors.find(|(base, power)| base.kind == BaseKind::Currency && (*power > 0) == positive).map(|(base, _)| base.name.clone())
        };
        if let (Some(to), Some(from)) = (money(true), money(false)) {
            return format!(
                "convert it with an exchange rate: `constant rate : {to}/{from} = …`, then `* rate`. Otherwise declare the unit `{got}`"
            );
        }
        // Of several data sets with one row noun, the one of events comes to mind first.
        let counted = |name: &str| {
            let sets = || self.model.data.iter().filter(|set| set.row.singular == name);
            let set = sets().find(|set| matches!(set.time, TimeShape::Dated(_))).or_else(|| sets().next());
            set.map_or_else(|| format!("a number in {name}"), |set| format!("`count({})`", set.name))
        };
        let (mut divide, mut instead, mut multiply) = (Vec::new(), Vec::new(), Vec::new());
        for (base, power) in wanted.times(got, -1).factors() {
            let divided_by = got.factors().iter().any(|(known, exponent)| known == base && *exponent < 0);
            match (*power < 0, divided_by) {
                (true, _) => divide.push(counted(&base.name)),
                (false, true) => instead.push(counted(&base.name)),
                (false, false) => multiply.push(counted(&base.name)),
            }
        }
        let joined = |parts: &[String]| parts.join(" and by ");
        let question = match (divide.is_empty(), instead.is_empty(), multiply.is_empty()) {
            (false, true, _) => format!("did you mean to divide by {}?", joined(&divide)),
            (false, false, _) => {
                format!("did you mean to divide by {} instead of {}?", joined(&divide), joined(&instead))
            }
            (true, false, _) => format!("did you mean not to divide by {}?", joined(&instead)),
            _ => format!("did you mean to multiply by {}?", joined(&multiply)),
        };
        format!("{question} Otherwise declare the unit `{got}`")
    }

    pub(super) fn misplaced(&mut self, span: Span, message: &str, mend: &str) {
        self.report(Diagnostic::new(Code::Misplaced, message).at(span, "not here").help(mend));
    }

    /// A number that is known without data, in base units: a literal, a constant, or arithmetic with them.
    pub(super) fn constant_number(&mut self, expr: &tree::Expr, unit: &Dimension) -> Option<Number> {
        let typed = self.constant_expr(expr, unit)?;
        self.model.constant_value(&typed, None)
    }

    /// A bare number where a percentage is meant: whether 85 is 85% or 8500%, the sign tells. True after a finding.
    pub(super) fn bare_percent(&mut self, written: &tree::Expr, what: &str) -> bool {
        let number = match &*written.kind {
            tree::ExprKind::Number(number) => number,
            tree::ExprKind::Negate(inner) => return self.bare_percent(inner, what),
            _ => return false,
        };
        if number.style != NumberStyle::Plain || number.unit.is_some() || number.written.is_zero() {
            return false;
        }
        let text = self.text(number.span);
        let whole = super::kpis::percent(&Number::from(number.written));
        let mend = match whole == format!("{text}%") {
            true => format!("write `{text}%`"),
            false => format!("write `{text}%`, or `{whole}` if that is meant"),
        };
        self.report(
            Diagnostic::new(Code::WrongUnit, format!("{what} is a percentage, and `{text}` has no `%`"))
                .at(number.span, "without `%`")
                .help(mend),
        );
        true
    }

    /// The typed form of the above.
    pub(super) fn constant_expr(&mut self, expr: &tree::Expr, unit: &Dimension) -> Option<Expr> {
        let before = self.diagnostics.len();
        let typed = self.typed(expr, &Env::constant().bare(unit), None);
        if self.diagnostics.len() > before {
            return None;
        }
        self.expect_base(&typed, &Base::Number(unit.clone()), "the number here", expr.span);
        (self.diagnostics.len() == before).then_some(typed)
    }
}

fn unit_words(dimension: &Dimension) -> String {
    if dimension.is_none() { "a plain number or a ratio".into() } else { format!("{dimension}") }
}

pub(super) fn scope_name(scope: ScopeWord) -> &'static str {
    match scope {
        ScopeWord::Own => "own",
        ScopeWord::Team => "team",
        ScopeWord::Company => "company",
    }
}

pub(super) fn scope_words(scope: ScopeWord) -> &'static str {
    match scope {
        ScopeWord::Own => "the person's own rows",
        ScopeWord::Team => "the team",
        ScopeWord::Company => "the company",
    }
}

/// `` `a`, `b`, `c` ``
pub(super) fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn path_key(via: &[ColumnIx], column: ColumnIx) -> String {
    let mut key = String::from("column");
    for step in via.iter().chain([&column]) {
        key += &format!(".{}", step.0);
    }
    key
}

/// What tells a value again that was tested for being missing.
fn narrow_key(expr: &Expr) -> Option<String> {
    match &*expr.kind {
        Kind::Column { via, column, .. } => Some(path_key(via, *column)),
        Kind::Kpi(kpi) => Some(format!("kpi {}", kpi.0)),
        Kind::Person { roster, via, column } => Some(format!("person {} {}", roster.0, path_key(via, *column))),
        Kind::Within(value, window) => Some(format!("{} {}", narrow_key(value)?, window_key(*window))),
        Kind::Over(value, scope) => Some(format!("{} over {scope:?}", narrow_key(value)?)),
        _ => None,
    }
}

fn window_key(window: WindowKind) -> String {
    format!("{window:?}")
}

/// What is not missing when the condition is `outcome`.
fn present_when(condition: &Expr, outcome: bool) -> Vec<String> {
    match (&*condition.kind, outcome) {
        (Kind::IsMissing(value), false) => narrow_key(value).into_iter().collect(),
        (Kind::Not(operand), _) => present_when(operand, !outcome),
        (Kind::Binary(BinaryOp::And, left, right), true) | (Kind::Binary(BinaryOp::Or, left, right), false) => {
            let mut keys = present_when(left, outcome);
            keys.extend(present_when(right, outcome));
            keys
        }
        _ => Vec::new(),
    }
}

/// The innermost part that makes the formula's value uncertain.
pub(super) fn first_optional(expr: &Expr) -> &Expr {
    let parts: Vec<&Expr> = match &*expr.kind {
        Kind::Not(a) | Kind::Negate(a) | Kind::Within(a, _) | Kind::Over(a, _) | Kind::Scale(_, a) => vec![a],
        Kind::Binary(_, a, b) => vec![a, b],
        Kind::If { condition, then, otherwise } => vec![condition, then, otherwise],
        Kind::Default { fallback, .. } => vec![fallback],
        Kind::InSet(a, set) => std::iter::once(a).chain(set).collect(),
        Kind::InWindow { date, .. } => vec![date],
        Kind::Call(_, arguments) => arguments.iter().collect(),
        _ => Vec::new(),
    };
    parts.into_iter().find(|part| part.ty.optional).map_or(expr, first_optional)
}
