//! Formulas as terms.

use super::reader::{At, Depth, Known, Reader};
use super::terms::{Symbol, TermId};
use crate::language::{AggregateFunction, BinaryOp};
use crate::model::data::{ColumnType, DataId};
use crate::model::expr::{Aggregate, Base, ClosedRead, Expr, Kind, OutputSum};
use crate::model::{Constant, ConstantId, Curve, Dated, KpiId, MatrixId, ScaleId};
use crate::number::Number;
use crate::scales::{Anchor, Bracket, Brackets, CurveKind, Line, PerStep, Step, Steps};
use crate::time::Start;
use crate::value::{Value, binary};

impl Reader<'_> {
    /// What a formula means. Types say nothing that its parts do not, but for literals and for whether an aggregate adds up
    /// amounts.
    pub fn formula(&self, expr: &Expr, at: At) -> TermId {
        let of = |part: &Expr| self.formula(part, at);
        match &expr.kind {
            Kind::Value(value) => self.literal(value, expr, at.depth),
            Kind::Constant(id) => match at.depth {
                Depth::Own => self.symbol(self.constant_symbol(*id)),
                Depth::Whole => self.constant(*id),
            },
            Kind::Kpi(id) => match at.depth {
                Depth::Own => self.symbol(Symbol::Kpi(self.kpi_name(*id).to_string())),
                Depth::Whole => self.kpi(*id),
            },
            Kind::Person { roster, via, column } => self.person(*roster, via, *column),
            Kind::PeriodStart => self.said("period start"),
            Kind::PeriodEnd => self.said("period end"),
            Kind::PeriodMonths => self.said("period months"),
            Kind::PeriodDays => self.said("period days"),
            Kind::Column { via, data, column } => {
                let links = self.links(at.row.unwrap_or(*data), via);
                self.node("column", [links, self.column(*data, *column)])
            }
            Kind::Not(inside) => self.node("not", [of(inside)]),
            Kind::Negate(inside) => {
                let inside = of(inside);
                let number = self.terms.borrow().as_number(inside).map(Number::neg);
                match number {
                    Some(number) => self.number_of(&number, expr),
                    None => self.node("negate", [inside]),
                }
            }
            Kind::Binary(op, left, right) => {
                let mut parts = [of(left), of(right)];
                // Of two that are missing the first is told, and not each reason gives way to a `default`.
                if matches!(op, BinaryOp::Add | BinaryOp::Multiply) && (is_there(left) || is_there(right)) {
                    parts.sort();
                }
                self.binary(*op, parts, expr)
            }
            Kind::If { condition, then, otherwise } => self.node("if", [of(condition), of(then), of(otherwise)]),
            Kind::Default { value, fallback } => self.node("default", [of(value), of(fallback)]),
            Kind::InOrder { op, one, other, then } => {
                self.node("in order", [self.said(op), of(one), of(other), of(then)])
            }
            Kind::IsMissing(inside) => self.node("is missing", [of(inside)]),
            Kind::InSet(inside, set) => {
                let set: Vec<TermId> = set.iter().map(of).collect();
                self.node("in set", [of(inside), self.node("set", set)])
            }
            Kind::InWindow { date, window } => self.node("in window", [of(date), self.said(window)]),
            Kind::Call(function, arguments) => {
                let arguments: Vec<TermId> = arguments.iter().map(of).collect();
                self.node("call", [self.said(function), self.node("arguments", arguments)])
            }
            Kind::Scale(id, value) => self.node("scale of", [self.scale(*id, at.depth), of(value)]),
            Kind::Matrix(id, row, column) => self.node("matrix of", [self.matrix(*id, at.depth), of(row), of(column)]),
            Kind::Aggregate(aggregate) => self.aggregate(aggregate, at),
            Kind::Within(inside, window) => self.node("within", [of(inside), self.said(window)]),
            Kind::Over(inside, scope) => self.node("over", [of(inside), self.said(scope)]),
            Kind::EntryValue => self.said("entry value"),
            Kind::EntryTarget => self.said("entry target"),
            Kind::EntryWeight => self.said("entry weight"),
            Kind::Score => self.said("score"),
            Kind::Rating => self.said("rating"),
            Kind::Output(place) => self.said(("output", at.outputs.get(*place))),
            Kind::OutputSum(sum) => self.output_sum(sum, at),
            Kind::Closed(ClosedRead { name, unit, over_all }) => {
                self.said(("closed", name, unit.dimension.to_string(), over_all))
            }
        }
    }

    pub fn maybe_formula(&self, expr: Option<&Expr>, at: At) -> TermId {
        self.maybe(expr.map(|expr| self.formula(expr, at)))
    }

    fn literal(&self, value: &Value, expr: &Expr, depth: Depth) -> TermId {
        match (value, &expr.ty.base) {
            (Value::Number(number), _) => self.number_of(number, expr),
            // By its name: where the labels of a column stand otherwise, the column is another.
            (Value::Choice(place), Base::Choice(data, column)) => {
                let name = match &self.model.data[data.0].column(*column).ty {
                    ColumnType::Choice(choices) => choices.get(*place as usize).map(|choice| choice.name.as_str()),
                    _ => None,
                };
                self.node("choice", [self.column(*data, *column), self.said(name)])
            }
            // Results name grades by their places, of which others may have come or gone.
            (Value::Choice(place), Base::Grade(rating)) if depth == Depth::Own => {
                let grade = self.model.ratings[rating.0].grades.get(*place as usize);
                self.said(("grade", grade.map(|grade| &grade.name)))
            }
            _ => self.terms.borrow_mut().value(value),
        }
    }

    fn number_of(&self, number: &Number, expr: &Expr) -> TermId {
        let unit = match &expr.ty.base {
            Base::Number(unit) => unit.to_string(),
            _ => String::new(),
        };
        self.terms.borrow_mut().number(number, unit)
    }

    /// Of two numbers that are known the result, where it is exact: evaluation comes to the same.
    fn binary(&self, op: BinaryOp, parts: [TermId; 2], expr: &Expr) -> TermId {
        let known = {
            let terms = self.terms.borrow();
            match parts.map(|part| terms.as_number(part)) {
                [Some(left), Some(right)] => {
                    Some(binary(op, &Value::Number(left.clone()), &Value::Number(right.clone())))
                }
                _ => None,
            }
        };
        match known {
            Some(Value::Number(number)) if !number.is_approximate() => self.number_of(&number, expr),
            _ => self.node("binary", [self.said(op), parts[0], parts[1]]),
        }
    }

    /// `person.base_pay`: in each roster the column of that name, as planning finds it.
    fn person(&self, roster: DataId, via: &[crate::model::ColumnIx], column: crate::model::ColumnIx) -> TermId {
        let seen = |at: usize| {
            let (links, found) = self.model.column_of_twin(roster, DataId(at), via, column)?;
            let target = self.behind(DataId(at), &links);
            Some(self.node("seen", [self.links(DataId(at), &links), self.column(target, found)]))
        };
        let mut found: Vec<TermId> = (0..self.model.data.len()).filter_map(seen).collect();
        found.sort();
        self.node("person", found)
    }

    /// The data set that links lead to.
    fn behind(&self, start: DataId, via: &[crate::model::ColumnIx]) -> DataId {
        via.iter().fold(start, |data, link| match &self.model.data[data.0].column(*link).ty {
            ColumnType::Link { data: target, .. } => *target,
            _ => data,
        })
    }

    fn aggregate(&self, aggregate: &Aggregate, at: At) -> TermId {
        let Aggregate { function, data, value, condition, fraction, dated_by, reading, at_least, inner, span: _ } =
            aggregate;
        let row = at.about(*data);
        let is_amount = value.as_ref().is_some_and(|value| match &value.ty.base {
            Base::Number(unit) => !unit.is_none(),
            _ => false,
        });
        let inner =
            inner.as_ref().map(|(outer, links)| self.node("inner", [self.data(*outer), self.links(*data, links)]));
        self.node(
            "aggregate",
            [
                self.said(function),
                self.data(*data),
                self.maybe_formula(value.as_ref(), row),
                self.maybe_formula(condition.as_ref(), row),
                self.said(fraction),
                self.maybe(dated_by.map(|column| self.column(*data, column))),
                self.said(reading),
                self.said(at_least),
                self.maybe(inner),
                self.said(is_amount),
            ],
        )
    }

    fn output_sum(&self, sum: &OutputSum, at: At) -> TermId {
        let OutputSum { keeps, roster, output, unit, fallback, condition, scope } = sum;
        self.node(
            "sum of outputs",
            [
                self.said(keeps),
                self.data(*roster),
                self.symbol(Symbol::Outputs(output.clone())),
                self.said(unit.dimension.to_string()),
                self.maybe_formula(fallback.as_ref(), at),
                self.maybe_formula(condition.as_ref(), at.about(*roster)),
                self.said(scope),
            ],
        )
    }

    /// Values that change with time, in their order.
    pub fn dated(&self, values: &[Dated], at: At) -> TermId {
        let each = |dated: &Dated| {
            let Dated { value, when } = dated;
            self.node("from", [self.said(when), self.formula(value, at)])
        };
        let values: Vec<TermId> = values.iter().map(each).collect();
        self.node("dated", values)
    }

    /// One that never changes is its value.
    pub fn constant(&self, id: ConstantId) -> TermId {
        self.once(Known::Constant(id.0), || {
            let Constant { name: _, span: _, unit: _, values } = &self.model.constants[id.0];
            match values.as_slice() {
                [Dated { value, when: crate::model::When::Always }] => self.formula(value, At::of(Depth::Whole)),
                values => self.dated(values, At::of(Depth::Whole)),
            }
        })
    }

    pub fn kpi(&self, id: KpiId) -> TermId {
        let versions = self.versions_of_kpi(&self.model.kpis[id.0].name);
        self.once(Known::Kpi(versions.first().copied().unwrap_or(id.0)), || {
            let versions = versions.iter().map(|at| (self.model.kpis[*at].versions.effective, self.kpi_version(*at)));
            self.versions(versions.collect())
        })
    }

    fn kpi_version(&self, at: usize) -> TermId {
        let item = self.kpi_item(at);
        item.whole(&mut self.terms.borrow_mut())
    }

    pub fn scale(&self, id: ScaleId, depth: Depth) -> TermId {
        if depth == Depth::Own {
            return self.symbol(self.scale_symbol(id));
        }
        let versions = self.versions_of_scale(&self.model.scales[id.0].name);
        self.once(Known::Scale(versions.first().copied().unwrap_or(id.0)), || {
            let of = |at: &usize| {
                let scale = &self.model.scales[*at];
                (scale.versions.effective, self.curve(&scale.curve, At::of(Depth::Whole)))
            };
            self.versions(versions.iter().map(of).collect())
        })
    }

    pub fn matrix(&self, id: MatrixId, depth: Depth) -> TermId {
        if depth == Depth::Own {
            return self.symbol(self.matrix_symbol(id));
        }
        let versions = self.versions_of_matrix(&self.model.matrices[id.0].name);
        self.once(Known::Matrix(versions.first().copied().unwrap_or(id.0)), || {
            let of = |at: &usize| {
                (self.model.matrices[*at].versions.effective, self.matrix_table(*at, At::of(Depth::Whole)))
            };
            self.versions(versions.iter().map(of).collect())
        })
    }

    pub fn matrix_table(&self, at: usize, place: At) -> TermId {
        let matrix = &self.model.matrices[at];
        let limit = |limit: &Option<(BinaryOp, Expr)>| self.limit(limit.as_ref(), place);
        let rows: Vec<TermId> = matrix.rows.iter().map(limit).collect();
        let columns: Vec<TermId> = matrix.columns.iter().map(limit).collect();
        let values: Vec<TermId> = matrix.values.iter().flatten().map(|value| self.formula(value, place)).collect();
        self.node("matrix", [self.node("rows", rows), self.node("columns", columns), self.node("values", values)])
    }

    fn limit(&self, limit: Option<&(BinaryOp, Expr)>, at: At) -> TermId {
        self.maybe(limit.map(|(op, number)| self.node("limit", [self.said(op), self.formula(number, at)])))
    }

    /// Versions in the order in which they begin: the latest that has begun holds. One that never ends, from the
    /// beginning, is what it says; one that says what the one before it says is none.
    pub fn versions(&self, mut versions: Vec<(Option<Start>, TermId)>) -> TermId {
        versions.dedup_by(|later, before| later.1 == before.1);
        match versions.as_slice() {
            [(None, only)] => *only,
            several => {
                let each = |(start, term): &(Option<Start>, TermId)| self.node("from", [self.said(start), *term]);
                let all: Vec<TermId> = several.iter().map(each).collect();
                self.node("versions", all)
            }
        }
    }

    pub fn curve(&self, curve: &Curve, at: At) -> TermId {
        // Between which scores it stays serves proofs alone.
        let Curve { kind, span: _, scores: _ } = curve;
        let of = |number: &Expr| self.formula(number, at);
        let maybe = |number: &Option<Expr>| self.maybe_formula(number.as_ref(), at);
        match kind {
            CurveKind::Linear(Line { anchors, continue_above }) => {
                let anchor = |anchor: &Anchor<Expr>| {
                    let Anchor { below, at, score } = anchor;
                    self.node("anchor", [self.said(below), of(at), of(score)])
                };
                let anchors: Vec<TermId> = anchors.iter().map(anchor).collect();
                self.node("linear", [self.node("anchors", anchors), self.said(continue_above)])
            }
            CurveKind::Steps(Steps(steps)) => {
                let step = |step: &Step<Expr>| {
                    let Step { condition, score } = step;
                    self.node("step", [self.limit(condition.as_ref(), at), of(score)])
                };
                let steps: Vec<TermId> = steps.iter().map(step).collect();
                self.node("steps", steps)
            }
            CurveKind::PerStep(per_step) => {
                let PerStep { deduct, amount, full_steps, step, of_target, above, start, limit } = &**per_step;
                let flags = self.said((deduct, full_steps, of_target, above));
                self.node("per step", [flags, of(amount), of(step), maybe(start), maybe(limit)])
            }
            CurveKind::Brackets(Brackets(brackets)) => {
                let bracket = |bracket: &Bracket<Expr>| {
                    let Bracket { rate, to } = bracket;
                    self.node("bracket", [of(rate), maybe(to)])
                };
                let brackets: Vec<TermId> = brackets.iter().map(bracket).collect();
                self.node("brackets", brackets)
            }
            CurveKind::Formula(formula) => self.node("formula", [of(formula)]),
        }
    }

    /// Reads what is read in many places once.
    pub(super) fn once(&self, what: Known, read: impl FnOnce() -> TermId) -> TermId {
        if let Some(known) = self.known.borrow().get(&what) {
            return *known;
        }
        let term = read();
        self.known.borrow_mut().insert(what, term);
        term
    }
}

/// Whether a formula has a number whatever the data.
fn is_there(expr: &Expr) -> bool {
    match &expr.kind {
        Kind::Value(value) => value.as_number().is_some(),
        Kind::PeriodDays | Kind::PeriodMonths => true,
        Kind::Aggregate(aggregate) => {
            aggregate.function == AggregateFunction::Count
                && aggregate.condition.is_none()
                && aggregate.at_least.is_none()
                && aggregate.inner.is_none()
        }
        _ => false,
    }
}
