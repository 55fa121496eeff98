//! What a formula or a curve can come to: its interval, from the limits of columns, counts, shares and literals up.
//!
//! An interval speaks of the value where there is one; whether it can be missing is another question.

use std::cell::RefCell;
use std::sync::OnceLock;

use hashbrown::HashMap;

use super::facts::{Atom, Facts, mirrored};
use crate::language::{AddsUp, BinaryOp, Range, is_mirrored};
use crate::model::data::{ColumnIx, ColumnType, DataId};
use crate::model::expr::{Aggregate, Base, Expr, Kind, Reading};
use crate::model::{Curve, Dated, Direction, Entry, KpiEntry, KpiId, Model, ScaleId, ScoreCurve, When};
use crate::number::{Number, Rounding};
use crate::value::{Builtin, Interval, Value};

/// What was worked out of the KPIs of a model, and of what they are made of; all positions share it.
pub(in crate::model) struct KpiRanges {
    /// A constant may be changed tomorrow: for conditions it can have any value.
    free_constants: bool,
    ranges: Vec<OnceLock<Interval>>,
    missing: Vec<OnceLock<bool>>,
    constants: Vec<OnceLock<Interval>>,
    /// By data set and column.
    columns: Vec<Vec<OnceLock<Interval>>>,
}

impl KpiRanges {
    /// For the KPIs that the model has now.
    pub(in crate::model) fn new(model: &Model, free_constants: bool) -> KpiRanges {
        let count = model.kpis.len();
        KpiRanges {
            free_constants,
            ranges: unknown(count),
            missing: unknown(count),
            constants: unknown(model.constants.len()),
            columns: model.data.iter().map(|set| unknown(set.columns.len())).collect(),
        }
    }
}

impl Model {
    /// Between which ends the value of each KPI lies, whatever the data are; rather too wide than too narrow.
    pub fn kpi_intervals(&self) -> Vec<Interval> {
        let known = KpiRanges::new(self, false);
        let ranges = Ranges::new(self, &known);
        (0..self.kpis.len()).map(|at| ranges.kpi(KpiId(at))).collect()
    }
}

fn unknown<T>(count: usize) -> Vec<OnceLock<T>> {
    std::iter::repeat_with(OnceLock::new).take(count).collect()
}

/// Works out intervals, once of each thing that has a name.
pub(in crate::model) struct Ranges<'m> {
    pub(in crate::model) model: &'m Model,
    /// Whether how the ends come about is wanted in words.
    pub(in crate::model) in_words: bool,
    kpis: &'m KpiRanges,
    /// What scales make of intervals. A scale may look another one up many times.
    scales: RefCell<HashMap<ScaleInput, Interval>>,
}

/// A scale, what its curve reads, and the full points where they are known.
type ScaleInput = (ScaleId, [Interval; 3], Option<Number>);

/// Beyond so many, a scale is taken to give anything.
const MOST_SCALE_INPUTS: usize = 10_000;

/// What is known where a formula stands.
#[derive(Clone, Default)]
pub(in crate::model) struct Known<'e> {
    /// What the conditions around it have shown.
    pub(in crate::model) facts: Facts<'e>,
    /// In a curve's formula: value, target and weight.
    pub(in crate::model) entry: Option<[Interval; 3]>,
    /// In an output: the score.
    pub(in crate::model) score: Option<Interval>,
}

impl<'m> Ranges<'m> {
    pub(in crate::model) fn new(model: &'m Model, kpis: &'m KpiRanges) -> Ranges<'m> {
        Ranges { model, in_words: false, kpis, scales: RefCell::default() }
    }

    pub(in crate::model) fn kpi(&self, kpi: KpiId) -> Interval {
        let range = || {
            let versions = self.model.kpi_versions(kpi);
            let each = versions.map(|version| {
                let kpi = &self.model.kpis[version.0];
                let range = self.of(&kpi.value, &Known::default());
                match &kpi.limits {
                    Some((low, high)) => range.within(&Interval::from_to(low.clone(), high.clone())),
                    None => range,
                }
            });
            each.reduce(|one, other| one.hull(&other)).unwrap_or(Interval::ALL)
        };
        self.kpis.ranges[kpi.0].get_or_init(range).clone()
    }

    /// The interval of a formula.
    pub(in crate::model) fn of(&self, expr: &Expr, known: &Known<'_>) -> Interval {
        let range = self.plain(expr, known);
        self.narrowed(&known.facts, expr, range)
    }

    /// The interval of a formula, as far as comparisons bound it further.
    fn narrowed(&self, facts: &Facts<'_>, expr: &Expr, mut range: Interval) -> Interval {
        if facts.0.is_empty() {
            return range;
        }
        let key = expr.key();
        for atom in &facts.0 {
            let Some((op, left, right)) = atom.comparison() else { continue };
            for (op, one, other) in [(op, left, right), (mirrored(op), right, left)] {
                if matches!(one.ty.base, Base::Number(_) | Base::Zero) && one.key() == key {
                    let other = self.of(other, &Known::default());
                    range = match op {
                        BinaryOp::Less | BinaryOp::LessOrEqual => {
                            range.within(&Interval { low: None, high: other.high })
                        }
                        BinaryOp::Greater | BinaryOp::GreaterOrEqual => {
                            range.within(&Interval { low: other.low, high: None })
                        }
                        BinaryOp::Equal => range.within(&other),
                        _ => range,
                    };
                }
            }
        }
        range
    }

    fn plain(&self, expr: &Expr, known: &Known<'_>) -> Interval {
        // Another period or scope: what was shown here says nothing there.
        let elsewhere = || Known { facts: Facts::default(), ..known.clone() };
        match &expr.kind {
            Kind::Value(Value::Number(number)) => Interval::point(number.clone()),
            Kind::Constant(constant) if !self.kpis.free_constants => {
                let range = || self.dated(&self.model.constants[constant.0].values);
                self.kpis.constants[constant.0].get_or_init(range).clone()
            }
            Kind::Kpi(kpi) => self.kpi(*kpi),
            Kind::Person { roster, via, column } => {
                let data = via.iter().fold(*roster, |at, link| self.link_target(at, *link).unwrap_or(at));
                self.column(data, *column)
            }
            Kind::Column { data, column, .. } => self.column(*data, *column),
            Kind::PeriodMonths | Kind::PeriodDays => Interval::at_least(1),
            Kind::Negate(operand) => self.of(operand, known).neg(),
            Kind::Binary(op, left, right) => {
                let (a, b) = (self.of(left, known), self.of(right, known));
                match op {
                    BinaryOp::Subtract if left.key() == right.key() => Interval::point(Number::ZERO),
                    BinaryOp::Add => a.add(&b),
                    BinaryOp::Subtract => a.sub(&b),
                    BinaryOp::Multiply => a.mul(&b),
                    BinaryOp::Divide if self.is_part_of(left, right) => Interval::from_to(0, 1),
                    BinaryOp::Divide => a.div(&b),
                    _ => Interval::ALL,
                }
            }
            Kind::If { condition, then, otherwise } => {
                let branch = |branch: &Expr, outcome: bool| {
                    let stated = matches!(&branch.kind, Kind::Value(Value::Missing(_)));
                    let facts = known.facts.with(condition, outcome);
                    (!stated).then(|| self.of(branch, &Known { facts, ..known.clone() }))
                };
                match (branch(then, true), branch(otherwise, false)) {
                    (Some(then), Some(otherwise)) => then.hull(&otherwise),
                    (Some(only), None) | (None, Some(only)) => only,
                    (None, None) => Interval::ALL,
                }
            }
            Kind::Default { value, fallback } => {
                let value = self.of(value, known);
                match &fallback.kind {
                    Kind::Value(Value::Missing(_)) => value,
                    _ => value.hull(&self.of(fallback, known)),
                }
            }
            Kind::InOrder { then, .. } => self.of(then, known),
            Kind::Call(builtin, arguments) => {
                let arguments: Vec<Interval> = arguments.iter().map(|argument| self.of(argument, known)).collect();
                call(*builtin, &arguments, self.model.company.rounding)
            }
            Kind::Scale(scale, value) => {
                let entry = [self.of(value, known), Interval::ALL, Interval::ALL];
                self.scale(*scale, &entry, None)
            }
            Kind::Matrix(matrix, ..) => {
                let versions = &self.model.matrices[matrix.0].versions.others;
                let all = std::iter::once(matrix.0).chain(versions.iter().copied());
                self.hull(all.flat_map(|matrix| self.model.matrices[matrix].values.iter().flatten()))
            }
            Kind::Aggregate(aggregate) => self.aggregate(aggregate),
            Kind::Within(value, _) | Kind::Over(value, _) => self.of(value, &elsewhere()),
            Kind::EntryValue => known.entry.as_ref().map_or(Interval::ALL, |[value, ..]| value.clone()),
            Kind::EntryTarget => known.entry.as_ref().map_or(Interval::ALL, |[_, target, _]| target.clone()),
            Kind::EntryWeight => known.entry.as_ref().map_or(Interval::ALL, |[.., weight]| weight.clone()),
            Kind::Score => known.score.clone().unwrap_or(Interval::ALL),
            _ => Interval::ALL,
        }
    }

    fn hull<'e>(&self, exprs: impl IntoIterator<Item = &'e Expr>) -> Interval {
        let ranges = exprs.into_iter().map(|expr| self.of(expr, &Known::default()));
        ranges.reduce(|one, other| one.hull(&other)).unwrap_or(Interval::ALL)
    }

    pub(super) fn dated(&self, values: &[Dated]) -> Interval {
        self.hull(values.iter().map(|dated| &dated.value))
    }

    fn link_target(&self, data: DataId, link: ColumnIx) -> Option<DataId> {
        match &self.model.data[data.0].column(link).ty {
            ColumnType::Link { data, .. } => Some(*data),
            _ => None,
        }
    }

    fn column(&self, data: DataId, column: ColumnIx) -> Interval {
        let known = &self.kpis.columns[data.0][column.0];
        let column = self.model.data[data.0].column(column);
        match (&column.derived, &column.limits) {
            (Some(formula), _) => known.get_or_init(|| self.of(formula, &Known::default())).clone(),
            (None, Some((low, high))) => Interval { low: Some(low.clone()), high: Some(high.clone()) },
            (None, None) => Interval::ALL,
        }
    }

    fn aggregate(&self, aggregate: &Aggregate) -> Interval {
        let value = || {
            let facts = aggregate.condition.as_ref().map(|condition| Facts::default().with(condition, true));
            let known = Known { facts: facts.unwrap_or_default(), ..Known::default() };
            aggregate.value.as_ref().map_or(Interval::ALL, |value| self.of(value, &known))
        };
        match aggregate.function.signature().range {
            Range::NotNegative => Interval::at_least(0),
            Range::PartOfOne => Interval::from_to(0, 1),
            Range::SideOfValues => {
                let value = value();
                Interval {
                    low: value.low.filter(|low| !low.is_negative()).map(|_| Number::ZERO),
                    high: value.high.filter(|high| !high.is_positive()).map(|_| Number::ZERO),
                }
            }
            Range::AmongValues => value(),
        }
    }

    /// Whether one aggregate counts or adds up some of what the other does: their ratio is a share.
    fn is_part_of(&self, part: &Expr, whole: &Expr) -> bool {
        let (Kind::Aggregate(part), Kind::Aggregate(whole)) = (&part.kind, &whole.kind) else { return false };
        let conditions = |aggregate: &Aggregate| {
            let mut atoms = Vec::new();
            if let Some(condition) = &aggregate.condition {
                Atom::of(condition, true, &mut atoms);
            }
            atoms.iter().map(|atom| (atom.expr.key(), atom.holds)).collect::<Vec<_>>()
        };
        let same = part.function == whole.function
            && part.data == whole.data
            && part.dated_by == whole.dated_by
            && part.reading == whole.reading
            && part.inner == whole.inner
            && part.value.as_ref().map(Expr::key) == whole.value.as_ref().map(Expr::key);
        let positive = |value: &Expr| self.of(value, &Known::default()).low.is_some_and(|low| !low.is_negative());
        let adds_up = match part.function.signature().adds_up() {
            AddsUp::Rows => true,
            AddsUp::Values => whole.value.as_ref().is_some_and(positive),
            AddsUp::Nothing => false,
        };
        let of_part = if same && adds_up { conditions(part) } else { return false };
        conditions(whole).iter().all(|condition| of_part.contains(condition))
    }

    // ------------------------------------------------------------ curves

    /// What a curve can give; `entry` is what it reads: value, target, weight. `full` are the entry's full points.
    pub(in crate::model) fn curve(&self, curve: &Curve, entry: &[Interval; 3], full: Option<&Number>) -> Interval {
        let [value, target, _] = entry;
        // Of points in data the scores are known.
        if !curve.scores.is_empty() {
            return self.hull(&curve.scores);
        }
        let kind = curve.kind.map(|_, number| self.of(number, &Known::default()));
        let known = || Known { entry: Some(entry.clone()), ..Known::default() };
        kind.range(value, target, full, |formula| self.of(formula, &known()))
    }

    /// All versions of a scale.
    fn scale(&self, scale: ScaleId, entry: &[Interval; 3], full: Option<&Number>) -> Interval {
        let input = (scale, entry.clone(), full.cloned());
        match self.scales.borrow() {
            known if known.contains_key(&input) => return known[&input].clone(),
            known if known.len() >= MOST_SCALE_INPUTS => return Interval::ALL,
            _ => {}
        }
        let curves = self.model.scale_versions(scale).map(|version| &self.model.scales[version.0].curve);
        let ranges = curves.map(|curve| self.curve(curve, entry, full));
        let range = ranges.reduce(|one, other| one.hull(&other)).unwrap_or(Interval::ALL);
        self.scales.borrow_mut().insert(input, range.clone());
        range
    }

    // ------------------------------------------------------------ entries

    /// What an entry's curve reads: the value (or the attainment), the target, and the weight.
    pub(in crate::model) fn read(&self, entry: &KpiEntry, weight: &Number) -> [Interval; 3] {
        let value = self.kpi(entry.kpi);
        let mut target = match entry.target.is_empty() {
            true => Interval::ALL,
            false => self.dated(&entry.target),
        };
        if entry.prorated {
            target = target.hull(&Interval::point(Number::ZERO));
        }
        let weight = Interval::point(weight.clone());
        if !is_attainment(entry) {
            return [value, target, weight];
        }
        let lower = matches!(self.model.kpis[entry.kpi.0].direction, Some(Direction::Lower));
        let attainment = attainment(&value, &target, lower);
        // The target is met at an attainment of 1.
        [attainment, Interval::point(Number::ONE), weight]
    }

    /// What an entry's scale makes of its KPI, out of the entry's own points; before its limit (`Entry::cap`).
    pub(in crate::model) fn scored(&self, kpi: &KpiEntry, entry: &Entry) -> Interval {
        let own = entry.full();
        match kpi.score.as_ref().and_then(|score| score.made_for.as_ref()) {
            Some(made_for) => {
                let scale = own.div(made_for).unwrap_or(Number::ONE);
                self.out_of(kpi, &entry.stated, made_for).mul(&Interval::point(scale))
            }
            None => self.out_of(kpi, &entry.stated, &own),
        }
    }

    /// The score of an entry whose curve counts out of `full` points.
    fn out_of(&self, entry: &KpiEntry, weight: &Number, full: &Number) -> Interval {
        let read = self.read(entry, weight);
        match entry.score.as_ref().map(|score| &score.curve) {
            None => read[0].clone(),
            Some(ScoreCurve::Own(curve)) => self.curve(curve, &read, Some(full)),
            Some(ScoreCurve::Scale(scale)) => self.scale(*scale, &read, Some(full)),
            Some(ScoreCurve::Attainment { up_to }) => {
                let score = read[0].mul(&Interval::point(full.clone()));
                match up_to {
                    Some(limit) => score.min(&self.of(limit, &Known::default())),
                    None => score,
                }
            }
        }
    }

    // ------------------------------------------------------------ what may be missing

    /// Whether an entry may have no score, in spite of data that is sound.
    pub(in crate::model) fn may_be_missing(&self, entry: &KpiEntry) -> bool {
        if self.kpi_may_be_missing(entry.kpi) {
            return true;
        }
        let target = |dated: &Dated| self.missing(&dated.value) || dated.when != When::Always;
        if entry.target.iter().any(target) {
            return true;
        }
        let curve = match entry.score.as_ref().map(|score| &score.curve) {
            Some(ScoreCurve::Own(curve)) => Some(curve),
            Some(ScoreCurve::Scale(scale)) if !self.model.scales[scale.0].versions.others.is_empty() => return true,
            Some(ScoreCurve::Scale(scale)) => Some(&self.model.scales[scale.0].curve),
            _ => None,
        };
        let kind = curve.map(|curve| &curve.kind);
        if kind.and_then(|kind| kind.formula()).is_some_and(|formula| formula.ty.optional) {
            return true;
        }
        // A target of 0 has no attainment, and a share of it makes no step.
        let divides = kind.is_some_and(|kind| kind.divides_by_target());
        (divides || is_attainment(entry)) && self.dated(&entry.target).contains(&Number::ZERO)
    }

    fn kpi_may_be_missing(&self, kpi: KpiId) -> bool {
        let missing = || {
            let versions: Vec<KpiId> = self.model.kpi_versions(kpi).collect();
            // Before its first version a KPI has no value.
            versions.iter().any(|version| self.model.kpis[version.0].versions.effective.is_some())
                || versions.iter().any(|version| self.missing(&self.model.kpis[version.0].value))
        };
        *self.kpis.missing[kpi.0].get_or_init(missing)
    }

    /// A window that lies before the person's start in the post gives nothing, whatever the formula's type says.
    fn missing(&self, expr: &Expr) -> bool {
        let shifted = match &expr.kind {
            Kind::Within(..) | Kind::Score | Kind::Output(_) | Kind::Constant(_) | Kind::Person { .. } => true,
            Kind::Aggregate(aggregate) => {
                !matches!(&aggregate.reading, Reading::Always | Reading::During(_))
                    || matches!(&aggregate.reading, Reading::During(words) if !words.is_empty())
            }
            Kind::Kpi(kpi) => self.kpi_may_be_missing(*kpi),
            _ => false,
        };
        expr.ty.optional || shifted || expr.parts().into_iter().any(|part| self.missing(part))
    }
}

/// [`crate::eval::curve::attainment`] of intervals.
fn attainment(value: &Interval, target: &Interval, lower_is_better: bool) -> Interval {
    let ratio = value.div(target);
    let negative = target.high.as_ref().is_some_and(|high| !high.is_positive());
    let positive = target.low.as_ref().is_some_and(|low| !low.is_negative());
    match negative || positive {
        true if is_mirrored(negative, lower_is_better) => Interval::point(Number::from(2)).sub(&ratio),
        true => ratio,
        false => Interval::ALL,
    }
}

/// Whether an entry is scored by its attainment.
pub(in crate::model) fn is_attainment(entry: &KpiEntry) -> bool {
    matches!(&entry.score, Some(score) if score.on_attainment || matches!(score.curve, ScoreCurve::Attainment { .. }))
}

fn call(builtin: Builtin, arguments: &[Interval], rounding: Rounding) -> Interval {
    let all = |fold: fn(&Interval, &Interval) -> Interval| {
        arguments.iter().cloned().reduce(|one, other| fold(&one, &other)).unwrap_or(Interval::ALL)
    };
    match (builtin, arguments) {
        (Builtin::Abs, [x]) => x.abs(),
        (Builtin::Min, _) => all(Interval::min),
        (Builtin::Max, _) => all(Interval::max),
        (Builtin::Clamp, [x, low, high]) => x.max(low).min(high),
        (Builtin::Floor, [x]) => x.map(Number::floor),
        (Builtin::Ceil, [x]) => x.map(Number::ceil),
        (Builtin::Sqrt, [x]) => {
            let root = x.nearly(&Number::ZERO, Number::sqrt);
            Interval { low: Some(root.low.unwrap_or(Number::ZERO)), ..root }
        }
        (Builtin::Ln, [x]) => x.nearly(&Number::ZERO, Number::ln),
        (Builtin::Exp, _) => Interval::at_least(0),
        (Builtin::Pow, [x, exponent]) => x.pow(exponent),
        (Builtin::Round, [x, step]) => x.round_to(step, rounding),
        (Builtin::RoundUp, [x, step]) => x.round_to(step, Rounding::Up),
        (Builtin::RoundDown, [x, step]) => x.round_to(step, Rounding::Down),
        (Builtin::MonthOf, _) => Interval::from_to(1, 12),
        (Builtin::DayOf, _) => Interval::from_to(1, 31),
        _ => Interval::ALL,
    }
}
