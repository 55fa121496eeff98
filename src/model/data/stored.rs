//! Columns with a formula that more than formulas read: dates, keys, links, the posts of a roster. Each row has one value
//! in such a column, which is computed when the table is read.
//!
//! So its formula may not go by the period evaluated, nor by other rows; links are followed as of the row's own day. What must
//! be known of which table first is told here: to the checker, which refuses circles, and to whoever reads tables.

use std::collections::{BTreeMap, BTreeSet};

use super::{ColumnIx, ColumnType, DataId, DataSet, Origin, TimeShape};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::checker::Checker;
use crate::model::expr::{Expr, Kind};
use crate::model::names::rings;
use crate::model::{CurveKind, Model, When};
use crate::source::Span;
use crate::syntax::tree::WindowKind;

/// What reads a column row by row, as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// `dated by`
    Dates,
    /// `valid from`
    Begins,
    /// `to`
    Ends,
    /// `snapshot on`
    Taken,
    /// `key`
    Key,
    /// The column's type is a data set.
    Link,
    /// A part of the key that a link names: `by (…)`.
    Part,
    /// The post in a roster.
    Post,
    /// What people or teams are called.
    Name,
}

impl Role {
    /// As specs write it.
    pub fn words(self) -> &'static str {
        match self {
            Role::Dates => "`dated by`",
            Role::Begins => "`valid from`",
            Role::Ends => "`to`",
            Role::Taken => "`snapshot on`",
            Role::Key => "`key`",
            Role::Link => "a link",
            Role::Part => "`by (…)`",
            Role::Post => "the roster",
            Role::Name => "the list of those evaluated",
        }
    }
}

impl DataSet {
    /// What reads a column row by row, by the declarations of data.
    pub fn role(&self, column: ColumnIx) -> Option<Role> {
        match self.time {
            TimeShape::Dated(on) if on == column => return Some(Role::Dates),
            TimeShape::Snapshot(on) if on == column => return Some(Role::Taken),
            TimeShape::Valid { from, .. } if from == column => return Some(Role::Begins),
            TimeShape::Valid { to: Some(to), .. } if to == column => return Some(Role::Ends),
            TimeShape::Always | TimeShape::Dated(_) | TimeShape::Snapshot(_) | TimeShape::Valid { .. } => {}
        }
        let is_part = |other: &super::Column| matches!(&other.ty, ColumnType::Link { by, .. } if by.contains(&column));
        let is_told = self.roster.is_some() || self.organisation.is_some();
        if self.key.contains(&column) {
            Some(Role::Key)
        } else if matches!(self.column(column).ty, ColumnType::Link { .. }) {
            Some(Role::Link)
        } else if self.columns.iter().any(is_part) {
            Some(Role::Part)
        } else if self.roster.as_ref().is_some_and(|roster| roster.post == Some(column)) {
            Some(Role::Post)
        } else if is_told && self.name_column() == Some(column) {
            Some(Role::Name)
        } else {
            None
        }
    }

    /// Whether links find other rows of it from day to day.
    pub fn changes(&self) -> bool {
        match self.time {
            TimeShape::Always | TimeShape::Dated(_) => false,
            TimeShape::Valid { .. } | TimeShape::Snapshot(_) => true,
        }
    }

    /// Whether a row is of no one day, as of which its links could be followed.
    fn goes_by_no_day(&self) -> bool {
        match self.time {
            TimeShape::Always | TimeShape::Valid { .. } => true,
            TimeShape::Dated(_) | TimeShape::Snapshot(_) => false,
        }
    }

    /// The columns that tell when a row holds.
    pub fn time_columns(&self) -> impl Iterator<Item = ColumnIx> {
        let (first, second) = match self.time {
            TimeShape::Always => (None, None),
            TimeShape::Dated(on) | TimeShape::Snapshot(on) => (Some(on), None),
            TimeShape::Valid { from, to } => (Some(from), to),
        };
        first.into_iter().chain(second)
    }
}

/// Something to be found out about a table that others build on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The values of a column with a formula.
    Column(DataId, ColumnIx),
    /// When its rows hold.
    Shape(DataId),
    Keys(DataId),
    /// Which keys a link names.
    Link(DataId, ColumnIx),
}

impl Step {
    pub fn data(self) -> DataId {
        match self {
            Step::Column(data, _) | Step::Shape(data) | Step::Keys(data) | Step::Link(data, _) => data,
        }
    }
}

/// A column that a formula over rows reads: the links to follow, and the data set at their end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Read {
    pub via: Vec<ColumnIx>,
    pub data: DataId,
    pub column: ColumnIx,
}

/// Why a formula has no one value in each row.
pub struct Unsteady {
    pub span: Span,
    /// Goes on "it …".
    pub why: String,
}

impl Model {
    /// The formula of a column that has one.
    pub fn formula_of(&self, data: DataId, column: ColumnIx) -> Option<&Expr> {
        match self.data[data.0].column(column).origin() {
            Origin::Formula(formula) => Some(formula),
            Origin::Cells | Origin::Parts(_) => None,
        }
    }

    /// Whether formulas, too, read the one value that a row has in the column, instead of its formula: what follows
    /// links would else be of another day here and there.
    pub fn is_read_as_stored(&self, data: DataId, column: ColumnIx) -> bool {
        let set = &self.data[data.0];
        self.formula_of(data, column).is_some()
            && set.role(column).is_some()
            && (matches!(set.column(column).ty, ColumnType::Link { .. }) || self.follows_changing(data, column))
    }

    /// Whether the formula of a column, or one that it builds on, follows links to rows that change from day to day.
    fn follows_changing(&self, data: DataId, column: ColumnIx) -> bool {
        let mut found = false;
        self.each_in_formulas(data, column, &mut |from, expr| {
            if let Kind::Column { via, .. } = &expr.kind {
                found |= (1..=via.len()).any(|to| self.data[self.links_to(from, &via[..to]).0].changes());
            }
        });
        found
    }

    /// Goes through the formula of a column and those of all columns that it builds on, each once. `with` is told whose
    /// rows each part is about.
    fn each_in_formulas<'m>(&'m self, data: DataId, column: ColumnIx, with: &mut dyn FnMut(DataId, &'m Expr)) {
        let mut seen = BTreeSet::from([(data, column)]);
        let mut open = vec![(data, column)];
        while let Some((data, column)) = open.pop() {
            let mut parts: Vec<&Expr> = self.formula_of(data, column).into_iter().collect();
            while let Some(part) = parts.pop() {
                with(data, part);
                part.each_part(&mut |part| parts.push(part));
                if let Kind::Column { data, column, .. } = &part.kind
                    && seen.insert((*data, *column))
                {
                    open.push((*data, *column));
                }
            }
        }
    }

    /// The columns that the formula of a column reads. In the place of one with a formula of its own stands what that
    /// reads, unless each row has one value in it.
    pub fn reads_of(&self, data: DataId, column: ColumnIx) -> Vec<Read> {
        let mut reads = BTreeSet::new();
        let mut open: Vec<(Vec<ColumnIx>, &Expr)> =
            self.formula_of(data, column).map(|formula| (Vec::new(), formula)).into_iter().collect();
        while let Some((way, part)) = open.pop() {
            part.each_part(&mut |inner| open.push((way.clone(), inner)));
            let Kind::Column { via, data, column } = &part.kind else { continue };
            let via: Vec<ColumnIx> = way.iter().chain(via).copied().collect();
            let inside = self.formula_of(*data, *column).filter(|_| !self.is_read_as_stored(*data, *column));
            let read = Read { via: via.clone(), data: *data, column: *column };
            if reads.insert(read)
                && let Some(formula) = inside
            {
                open.push((via, formula));
            }
        }
        let is_inside = |read: &Read| {
            self.formula_of(read.data, read.column).is_some() && !self.is_read_as_stored(read.data, read.column)
        };
        reads.into_iter().filter(|read| !is_inside(read)).collect()
    }

    /// The names of what the formula of a column reads, for messages.
    pub fn reads_in_words(&self, data: DataId, column: ColumnIx) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for read in self.reads_of(data, column) {
            let step = |at: usize| self.data[self.links_to(data, &read.via[..at]).0].column(read.via[at]).name.as_str();
            let mut name: Vec<&str> = (0..read.via.len()).map(step).collect();
            name.push(&self.data[read.data.0].column(read.column).name);
            names.push(name.join("."));
        }
        names
    }

    /// Whether the column's value is that of the row's own day.
    pub fn goes_by_day(&self, data: DataId, column: ColumnIx) -> bool {
        let passes =
            |read: &Read| (1..=read.via.len()).any(|to| self.data[self.links_to(data, &read.via[..to]).0].changes());
        self.reads_of(data, column).iter().any(passes)
    }

    /// What must be found out before.
    pub fn needed_for(&self, step: Step) -> Vec<Step> {
        let computed = |data: DataId, columns: &[ColumnIx]| -> Vec<Step> {
            let columns = columns.iter().filter(|column| self.formula_of(data, **column).is_some());
            columns.map(|column| Step::Column(data, *column)).collect()
        };
        let set = |data: DataId| &self.data[data.0];
        match step {
            Step::Shape(data) => computed(data, &set(data).time_columns().collect::<Vec<_>>()),
            Step::Keys(data) => {
                let mut steps = computed(data, &set(data).key);
                steps.push(Step::Shape(data));
                steps
            }
            Step::Link(data, link) => {
                let mut steps = match &set(data).column(link).ty {
                    ColumnType::Link { by, .. } if !by.is_empty() => computed(data, by),
                    _ => computed(data, &[link]),
                };
                steps.push(Step::Keys(self.link_target(data, link)));
                steps
            }
            Step::Column(data, column) => {
                let mut steps = Vec::new();
                for read in self.reads_of(data, column) {
                    for at in 0..read.via.len() {
                        steps.push(Step::Link(self.links_to(data, &read.via[..at]), read.via[at]));
                    }
                    match set(read.data).column(read.column).origin() {
                        Origin::Cells => {}
                        Origin::Parts(_) => steps.push(Step::Link(read.data, read.column)),
                        Origin::Formula(_) => steps.push(Step::Column(read.data, read.column)),
                    }
                }
                if self.goes_by_day(data, column) {
                    steps.push(Step::Shape(data));
                }
                steps.sort_unstable();
                steps.dedup();
                steps
            }
        }
    }

    /// The steps in an order in which each comes behind those it needs.
    pub fn in_order(&self, steps: impl IntoIterator<Item = Step>) -> Vec<Step> {
        rings::walk(steps, |step| self.needed_for(step)).order
    }

    /// Adds to some columns of tables all that must be read for them: keys and times of each table, the parts of links,
    /// and what formulas read.
    pub fn with_inputs(&self, needed: &mut BTreeMap<DataId, BTreeSet<ColumnIx>>) {
        let mut done = BTreeSet::new();
        loop {
            for (data, columns) in needed.iter_mut() {
                let set = &self.data[data.0];
                columns.extend(set.key.iter().copied().chain(set.time_columns()));
            }
            let all = needed.iter().flat_map(|(data, columns)| columns.iter().map(|column| (*data, *column)));
            let open: Vec<(DataId, ColumnIx)> = all.filter(|one| !done.contains(one)).collect();
            if open.is_empty() {
                return;
            }
            for (data, column) in open {
                done.insert((data, column));
                if let ColumnType::Link { by, .. } = &self.data[data.0].column(column).ty {
                    needed.entry(data).or_default().extend(by);
                }
                for read in self.reads_of(data, column) {
                    for at in 0..read.via.len() {
                        needed.entry(self.links_to(data, &read.via[..at])).or_default().insert(read.via[at]);
                    }
                    needed.entry(read.data).or_default().insert(read.column);
                    // What a link by several columns says is known where it leads.
                    if let Origin::Parts(_) = self.data[read.data.0].column(read.column).origin() {
                        needed.entry(self.link_target(read.data, read.column)).or_default();
                    }
                }
            }
        }
    }

    /// Why the formula of a column, or one that it builds on, has no one value in each row.
    pub(super) fn unsteady(&self, data: DataId, column: ColumnIx) -> Option<Unsteady> {
        let mut found: Option<Unsteady> = None;
        self.each_in_formulas(data, column, &mut |_, expr| {
            if found.is_none() {
                found = self.unsteady_part(expr).map(|why| Unsteady { span: expr.span, why });
            }
        });
        found
    }

    fn unsteady_part(&self, expr: &Expr) -> Option<String> {
        match &expr.kind {
            Kind::PeriodStart | Kind::PeriodEnd | Kind::PeriodMonths | Kind::PeriodDays => {
                Some("goes by the period that is evaluated".into())
            }
            // A written period stays where it is, whatever stands around it.
            Kind::InWindow { window, .. } => {
                let fixed = window.iter().any(|word| matches!(word, WindowKind::Literal(_)));
                (!fixed).then(|| "goes by the period that is evaluated".into())
            }
            Kind::Constant(id) => {
                let constant = &self.constants[id.0];
                match constant.values.as_slice() {
                    [only] if only.when == When::Always => self.unsteady_in(&only.value),
                    _ => Some(format!("reads `{}`, which changes with the period", constant.name)),
                }
            }
            Kind::Scale(id, _) => {
                let scale = &self.scales[id.0];
                let changes = || Some(format!("reads `{}`, which changes with the period", scale.name));
                if scale.versions != Default::default() {
                    return changes();
                }
                curve_parts(&scale.curve.kind).into_iter().find_map(|part| self.unsteady_in(part))
            }
            Kind::Matrix(id, ..) => {
                let matrix = &self.matrices[id.0];
                if matrix.versions != Default::default() {
                    return Some(format!("reads `{}`, which changes with the period", matrix.name));
                }
                let limits = matrix.rows.iter().chain(&matrix.columns).flatten().map(|(_, at)| at);
                limits.chain(matrix.values.iter().flatten()).find_map(|part| self.unsteady_in(part))
            }
            Kind::Aggregate(_) => Some("reads other rows".into()),
            Kind::Kpi(_)
            | Kind::Person { .. }
            | Kind::Within(..)
            | Kind::Over(..)
            | Kind::EntryTarget
            | Kind::EntryWeight
            | Kind::Score
            | Kind::Rating
            | Kind::Output(_)
            | Kind::OutputSum(_)
            | Kind::Closed(_)
            | Kind::InOrder { .. } => Some("reads what is evaluated".into()),
            Kind::Value(_)
            | Kind::Column { .. }
            | Kind::EntryValue
            | Kind::Not(_)
            | Kind::Negate(_)
            | Kind::Binary(..)
            | Kind::If { .. }
            | Kind::Default { .. }
            | Kind::IsMissing(_)
            | Kind::InSet(..)
            | Kind::Call(..) => None,
        }
    }

    /// Likewise of a formula and all its parts.
    fn unsteady_in(&self, expr: &Expr) -> Option<String> {
        self.unsteady_part(expr).or_else(|| expr.parts().into_iter().find_map(|part| self.unsteady_in(part)))
    }

    /// The circles among what must be found out of tables.
    pub(super) fn circles_of_tables(&self) -> Vec<Vec<Step>> {
        let all = self.data.iter().enumerate().flat_map(|(at, set)| {
            let data = DataId(at);
            let stored = (0..set.columns.len()).map(ColumnIx).filter(move |column| {
                matches!(set.column(*column).origin(), Origin::Formula(_)) && set.role(*column).is_some()
            });
            stored.map(move |column| Step::Column(data, column))
        });
        rings::walk(all, |step| self.needed_for(step)).rings
    }
}

/// In the order in which they are written.
fn curve_parts(kind: &CurveKind) -> Vec<&Expr> {
    let mut numbers: Vec<&Expr> = kind.numbers().into_iter().map(|(_, number)| number).collect();
    numbers.sort_by_key(|number| number.span.start);
    numbers.into_iter().chain(kind.formula()).collect()
}

impl Checker<'_> {
    /// Refuses columns that data sets need in each row and that have no one value there, and circles among them.
    pub(in crate::model) fn stored_columns(&mut self) {
        // What is not understood has been told.
        if self.diagnostics.iter().any(Diagnostic::is_error) {
            return;
        }
        for data in (0..self.model.data.len()).map(DataId) {
            for column in (0..self.model.data[data.0].columns.len()).map(ColumnIx) {
                if self.model.formula_of(data, column).is_none() {
                    continue;
                }
                if let Some(role) = self.model.data[data.0].role(column) {
                    self.one_value(data, column, role.words(), None);
                }
            }
        }
        if self.diagnostics.iter().any(Diagnostic::is_error) {
            return;
        }
        for ring in self.model.circles_of_tables() {
            self.circle_of_tables(&ring);
        }
    }

    /// Refuses a column whose formula gives another value here and there, where something (`role`, as specs write it) needs one
    /// for each row. `at` is where it is named, if not in its data set.
    pub(in crate::model) fn one_value(&mut self, data: DataId, column: ColumnIx, role: &str, at: Option<Span>) {
        let model = &self.model;
        let set = &model.data[data.0];
        let declared = set.column(column);
        let (name, span) = (&declared.name, declared.span);
        let finding = match model.unsteady(data, column) {
            Some(Unsteady { span: part, why }) => Diagnostic::new(
                Code::BadDataSet,
                format!("`{name}` has no one value in each row, as {role} needs it: its formula {why}"),
            )
            .at(part, "not the same for a row at all times")
            .at(at.unwrap_or(span), format!("needed by {role}"))
            .help(format!("write the formula of `{name}` with columns of the row and fixed values alone")),
            None if set.goes_by_no_day() && model.follows_changing(data, column) => {
                let day = match set.time {
                    TimeShape::Valid { .. } => "holds over many days",
                    TimeShape::Always | TimeShape::Dated(_) | TimeShape::Snapshot(_) => "has no day of its own",
                };
                let row = &set.row.singular;
                Diagnostic::new(
                    Code::BadDataSet,
                    format!(
                        "`{name}` has no one value in each row, as {role} needs it: its formula follows a link to rows \
                         that change from day to day, and a {row} {day}"
                    ),
                )
                .at(span, "of which day?")
                .help(format!(
                    "let the file of `{}` hold `{name}`, or write its formula out where formulas read it",
                    set.name
                ))
            }
            None => match set.time {
                // Without its day the row is no row of any day.
                TimeShape::Dated(on)
                    if set.column(on).optional && !declared.optional && model.goes_by_day(data, column) =>
                {
                    let day = &set.column(on).name;
                    Diagnostic::new(
                        Code::MayBeMissing,
                        format!(
                            "the column `{name}` can be missing, and is not declared `optional`: it follows a link as of \
                             `{day}`, which may be blank"
                        ),
                    )
                    .at(span, "may be missing")
                    .at(set.column(on).span, "optional")
                    .help(format!("write `optional` behind the type of `{name}`, or remove it from `{day}`"))
                }
                _ => return,
            },
        };
        self.report(finding);
    }

    fn circle_of_tables(&mut self, ring: &[Step]) {
        let set = |data: DataId| &self.model.data[data.0];
        let (mut names, mut places) = (Vec::new(), Vec::<Span>::new());
        for step in ring {
            let name = &set(step.data()).name;
            names.push(match *step {
                Step::Column(data, column) => {
                    places.push(set(data).column(column).span);
                    format!("`{name}.{}`", set(data).column(column).name)
                }
                Step::Link(data, link) => {
                    places.push(set(data).column(link).span);
                    format!("the link `{name}.{}`", set(data).column(link).name)
                }
                Step::Shape(_) => format!("the days of `{name}`"),
                Step::Keys(_) => format!("the keys of `{name}`"),
            });
        }
        let first = names.iter().position(|name| name.starts_with('`')).unwrap_or(0);
        names.rotate_left(first);
        let mut finding = Diagnostic::new(Code::Circle, format!("{} cannot be computed: it needs itself", names[0]));
        places.sort_unstable_by_key(|place| place.key());
        places.dedup_by_key(|place| place.key());
        for place in places {
            finding = finding.at(place, "in the circle");
        }
        finding = finding.note(rings::note(&names, "needs"));
        if ring.iter().any(|step| matches!(step, Step::Shape(_))) {
            finding = finding.note("a link to rows that change from day to day is followed as of the row's own day");
        }
        self.report(finding.help("compute it from columns that the files hold"));
    }
}
