//! What an evaluation needs of the data, as data: the narrow interface between the plan and the engine that answers.
//!
//! A [`Query`] names the data sets to read, the columns needed of each, and the [`Measure`]s (aggregates) to compute.
//! Everything about time is already resolved into days and months. Whoever answers it (the engine in
//! [`crate::data`], or one day a warehouse) gives [`Answers`].

use std::collections::BTreeMap;
use std::sync::Arc;

use smallvec::SmallVec;

pub use super::answered::{Answered, Measured, OfStints};
use crate::closed::ClosedValues;
use crate::diagnostic::DataPlace;
use crate::language::{AggregateFunction, BinaryOp};
use crate::model::KpiId;
use crate::model::data::{ColumnIx, DataId};
use crate::model::types::unit::DisplayUnit;
use crate::number::Number;
use crate::source::Span;
use crate::time::{Day, Months};
use crate::value::{Builtin, Value};

#[derive(Clone, Debug, Default)]
pub struct Query {
    /// The data sets to read, each once; those a link or an inner aggregate needs come before those that need them.
    pub tables: Vec<Table>,
    pub measures: Vec<Measure>,
    /// For each measure the KPIs in whose formulas it stands, for people to read; none for those of scorecards.
    pub serves: Vec<Vec<KpiId>>,
    /// For each measure where it stands in the specs; of several places the first.
    pub spans: Vec<Span>,
    /// The rosters whose rows are evaluated.
    pub rosters: Vec<DataId>,
    /// The data set that is the tree of teams.
    pub organisation: Option<DataId>,
    /// The data sets of rulings on those evaluated.
    pub rulings: Vec<DataId>,
    /// Columns of a roster's rows that formulas read for the person evaluated.
    pub reads: Vec<RosterRead>,
    /// Where an `if` stands in formulas about rows, for the coverage of tests.
    pub branches: Vec<RowBranch>,
    /// Reads that tell whether the points of a curve stand in order, with the columns they stand in.
    pub orders: BTreeMap<usize, Vec<NodeId>>,
    /// What sums are called where rows are told of that count for nobody, and in which unit.
    pub called: Vec<(String, DisplayUnit)>,
    /// The places in `called` of measures that have one there.
    pub calls: BTreeMap<MeasureId, usize>,
    /// The last day that is known, of a period that is running: who holds a post, and where teams are, is told by rows up
    /// to it. Measures are cut by themselves.
    pub as_of: Option<Day>,
}

/// An `if` in a formula about rows, by the node of its condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowBranch {
    pub data: DataId,
    pub condition: NodeId,
    pub span: Span,
}

/// Which branches the rows of a test took.
#[derive(Clone, Debug, Default)]
pub struct Branches {
    /// By the node of a condition: whether it did not hold, and whether it held, in some row of the table.
    pub rows: BTreeMap<(DataId, NodeId), [bool; 2]>,
    /// By read, post and stint: whether conditions held in the row that is read.
    pub reads: BTreeMap<(usize, usize, usize), BTreeMap<NodeId, bool>>,
}

/// One data set to be read.
#[derive(Clone, Debug)]
pub struct Table {
    pub data: DataId,
    /// The columns that are needed, in order; keys and time columns always. Of those with a formula only such as are
    /// computed when the table is read ([`crate::model::data::stored`]); the formulas of others stand in the nodes.
    pub columns: Vec<ColumnIx>,
    /// Expressions over a row; they refer to earlier nodes only.
    pub nodes: Vec<RowNode>,
    /// Windows that formulas read: each must hold at least one row.
    pub windows: Vec<NeededWindow>,
}

/// The place of a node in [`Table::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub usize);

/// The place of a measure in [`Query::measures`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MeasureId(pub usize);

/// An expression over a row of a table.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RowNode {
    Constant(Value),
    /// A column of the row (`via` empty), or of the row that the links in `via` lead to, one after the other,
    /// each found as of the measure's [`DateBasis`]. A link column as a value stands for the key it holds;
    /// compared with text, for the key's text.
    Column {
        via: Vec<ColumnIx>,
        column: ColumnIx,
    },
    /// The answer of a measure grouped by the key ([`Group::Key`]) that the links in `via` lead to
    /// (empty: this row's own key).
    Inner {
        via: Vec<ColumnIx>,
        measure: MeasureId,
    },
    Not(NodeId),
    Negate(NodeId),
    Binary(BinaryOp, NodeId, NodeId),
    If {
        condition: NodeId,
        then: NodeId,
        otherwise: NodeId,
    },
    Default {
        value: NodeId,
        fallback: NodeId,
    },
    IsMissing(NodeId),
    InSet(NodeId, Vec<NodeId>),
    /// Whether a date (or a whole period) lies within the days, both included.
    InDays {
        date: NodeId,
        from: Day,
        to: Day,
    },
    Call(Builtin, Vec<NodeId>),
}

/// An aggregate over the rows of a table.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Measure {
    pub data: DataId,
    pub function: AggregateFunction,
    /// Absent for `count(rows)`.
    pub value: Option<NodeId>,
    pub condition: Option<NodeId>,
    /// The fraction of a percentile, 0 to 1.
    pub fraction: Option<Number>,
    pub rows: Rows,
    pub group: Group,
    /// A row of a period gives each of its days an equal part of the value, where the rows are `shared by days`.
    pub shared: bool,
}

impl Measure {
    /// Whether keys are counted: a row that holds for a time may stand there several times.
    pub fn counts_keys(&self) -> bool {
        self.value.is_none() && matches!(self.rows, Rows::HeldDuring(..))
    }
}

/// Which rows are read, by time.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Rows {
    /// All of them: the data set has no time shape.
    All,
    /// Rows dated in the months by this column (a date, or a period that must lie wholly inside). Blank: none.
    Dated { column: ColumnIx, months: Months },
    /// Valid data: rows that hold on the day.
    HeldOn(Day),
    /// Valid data: rows that hold on any day between the two, both included.
    HeldDuring(Day, Day),
    /// Snapshot data: the rows of the newest date between the two days, both included.
    Newest(Day, Day),
    /// Snapshot data: all rows taken between the two days.
    TakenDuring(Day, Day),
}

/// As of which day links are followed: the row's own date for dated rows, the day read for others
/// (`HeldDuring`: the last day of the window on which the row holds).
pub use Rows as DateBasis;

/// By what the rows are grouped.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// All rows together.
    Company,
    /// By team, each with all teams below it on the row's day; `via` are the links to the organisation.
    Team { via: Vec<ColumnIx> },
    /// By person and post ([`RosterAnswer::posts`]), cut to the days served in it; `via` are the links to the roster.
    Own { roster: DataId, via: Vec<ColumnIx> },
    /// By the key of another data set, for an inner aggregate; `via` are the links to it.
    Key { data: DataId, via: Vec<ColumnIx> },
}

/// A column of a roster's rows, possibly behind links (followed on the day read).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RosterRead {
    pub roster: DataId,
    /// A node of the roster's table.
    pub node: NodeId,
    /// First and last day of the context's period. For each person the last day of the stint within it counts; one
    /// that lies wholly outside the stint gives missing, as rows of one's own do.
    pub from: Day,
    pub to: Day,
}

/// A window a formula reads, with words for the message when it is empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NeededWindow {
    pub rows: Rows,
    /// `the period 2026-Q3`, `2025-07 to 2025-09`
    pub words: String,
    /// Dated rows count up to this day only.
    pub until: Option<Day>,
    /// The KPIs whose own formulas read it, for messages.
    pub kpis: Vec<KpiId>,
}

// ---------------------------------------------------------------- answers

/// What the engine found.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// In the order of [`Query::rosters`].
    pub rosters: Vec<RosterAnswer>,
    /// The organisation's rows in the order of their keys; empty without one.
    pub teams: Vec<Team>,
    /// What people decided in the place of what the rules give, of whatever period, in the order of the rows.
    pub rulings: Vec<Arc<Ruling>>,
    /// Results of earlier periods as they were closed: of the ledger, or of a test. They are no part of the data.
    pub closed: Arc<ClosedValues>,
    /// In the order of [`Query::measures`]; within a measure by group: company has one, teams as in `teams`,
    /// own as in [`RosterAnswer::posts`], keys are not answered to the outside (empty).
    pub measures: Vec<Answered>,
    /// In the order of [`Query::reads`]; within a read by post ([`RosterAnswer::posts`] index, then stint index).
    pub reads: Vec<Vec<OfStints>>,
    /// Where points stand that are out of order: by read ([`Query::orders`]), post and stint.
    pub out_of_order: OutOfOrder,
    /// For the tables of a test only.
    pub branches: Branches,
    pub files: Vec<FileReport>,
    /// What is odd about the data, though no mistake.
    pub doubts: Vec<Doubt>,
    /// Of a running period: measures as they would be at its end, in the place of their own answers where a formula asks for
    /// that. Never kept, as it is made of the others.
    pub carried: BTreeMap<MeasureId, Answered>,
}

/// By read, post and stint: the cells in which the points of a curve are out of order.
pub type OutOfOrder = BTreeMap<(usize, usize, usize), Vec<DataPlace>>;

/// What somebody decided about somebody, as a row says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    pub roster: DataId,
    /// The key in the roster.
    pub person: Arc<str>,
    /// The name of the position, where the row says it.
    pub post: Option<Arc<str>>,
    pub period: Months,
    pub what: Arc<str>,
    pub ruled: Arc<str>,
    pub reason: Arc<str>,
    pub by: Arc<str>,
    /// Only the table of a test may lack it.
    pub on: Option<Day>,
    pub places: RulingPlaces,
}

/// Where the cells of a ruling stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RulingPlaces {
    pub person: DataPlace,
    pub post: DataPlace,
    pub period: DataPlace,
    pub what: DataPlace,
    pub ruled: DataPlace,
    pub reason: DataPlace,
}

impl RulingPlaces {
    pub fn all_mut(&mut self) -> [&mut DataPlace; 6] {
        let RulingPlaces { person, post, period, what, ruled, reason } = self;
        [person, post, period, what, ruled, reason]
    }
}

/// Who is on a roster.
#[derive(Clone, Debug, Default)]
pub struct RosterAnswer {
    /// Each person and post once, in the order of the key, then of the first day.
    pub posts: Vec<PersonPost>,
    /// Rows whose post is not the name or label of any position, by the post's text.
    pub without_position: Vec<(String, u64)>,
    /// Who holds such a post, as far as they are few enough to be kept: one who is asked for is told from one who is
    /// not there.
    pub unevaluated: Vec<Unevaluated>,
}

/// A person in a post that no position describes.
#[derive(Clone, Debug)]
pub struct Unevaluated {
    pub person: Arc<str>,
    pub name: Arc<str>,
    /// As it stands in the data.
    pub post: Arc<str>,
    pub from: Day,
    /// The last day; `None` is open.
    pub to: Option<Day>,
}

/// A person in a post, with all runs of days served in it.
#[derive(Clone, Debug)]
pub struct PersonPost {
    /// The key as text; the parts of a composite key joined by ` / `.
    pub person: Arc<str>,
    pub name: Arc<str>,
    /// The position's name (not its label).
    pub position: Arc<str>,
    /// Runs with the same team, in order.
    pub stints: Stints,
}

/// Nearly everybody has one, and people may be a million.
pub type Stints = SmallVec<[Stint; 1]>;

/// An unbroken run of days with the same post and team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stint {
    pub from: Day,
    /// The last day; `None` is open.
    pub to: Option<Day>,
    /// Index into [`Answers::teams`], where the roster has a team.
    pub team: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    pub key: Arc<str>,
    /// Each row of the team, in the order of time.
    pub states: Vec<TeamState>,
}

/// What a team is from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamState {
    /// That of the first also counts before this day.
    pub from: Day,
    pub name: Arc<str>,
    /// Index into [`Answers::teams`].
    pub parent: Option<usize>,
}

impl Team {
    fn on(&self, day: Day) -> Option<&TeamState> {
        let begun = self.states.partition_point(|state| state.from <= day);
        self.states.get(begun.saturating_sub(1))
    }

    /// What the team is called on a day.
    pub fn name_on(&self, day: Day) -> Arc<str> {
        self.on(day).map_or_else(|| self.key.clone(), |state| state.name.clone())
    }

    pub fn parent_on(&self, day: Day) -> Option<usize> {
        self.on(day)?.parent
    }
}

/// Something about the data that may be meant so, and deserves a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Two files of a data set without a key hold the same, so that every row counts twice.
    SameContent { data: String, files: [String; 2], rows: u64 },
    /// Rows left out by `ignore rows starting` that look like data; the first, and how many.
    LeftOut { data: String, place: DataPlace, rows: u64 },
    /// The last row of a file adds up those above it, and counts.
    TotalRow { data: String, place: DataPlace },
    /// Rows go on below a blank one.
    BelowBlank { data: String, place: DataPlace },
    /// The newest row lies well before the end of what formulas read.
    EndsEarly { data: String, newest: Day, end: Day },
    /// Cells that lie a hundred or a thousand times off what their column holds; the first, and how many more.
    FarOut { data: String, place: DataPlace, cell: String, how: FarOut, more: u64 },
    /// Rows of somebody on a roster, dated on a day without a post: they count for nobody. In all, and by person in the
    /// order of the keys.
    Nowhere { data: String, roster: DataId, all: Uncounted, people: Vec<(Arc<str>, Uncounted)> },
    /// Cells of a column that formulas read of the one evaluated, and that change within a stint: of each person the
    /// first, in the order of the keys.
    Changes { data: String, roster: DataId, column: String, people: Vec<Change> },
}

/// How a cell of somebody changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub person: Arc<str>,
    /// The first day of the new one.
    pub day: Day,
    /// Before and after, with their unit.
    pub cells: [String; 2],
}

/// Rows that count for nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncounted {
    pub rows: u64,
    /// Of the columns that formulas add up.
    pub totals: Vec<Total>,
    /// The first of them; none of rows that went by.
    pub places: Vec<DataPlace>,
}

/// What the cells of a column add up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Total {
    pub column: String,
    pub sum: Number,
    pub unit: DisplayUnit,
}

/// How cells are off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FarOut {
    /// So many times what the others are, which lie between two numbers.
    Above { times: u32, others: [String; 2] },
    /// A part of what the others are.
    Below { times: u32, others: [String; 2] },
    /// 60 in a column in fractions is 6000%.
    Fraction { percent: String },
    /// All cells of a column in percent lie between 0 and 1.
    Percent,
}

/// What was read of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileReport {
    pub path: String,
    pub data: String,
    pub rows: u64,
    /// Repairs by column and kind: `premium`, `thousands separator`, 12.
    pub repairs: Vec<(String, &'static str, u64)>,
    /// Rows left out by `ignore rows starting`.
    pub left_out: u64,
}

/// The last day of a stint within the period that a read is about.
pub fn read_on(read: &RosterRead, stint: &Stint) -> Option<Day> {
    let last = stint.to.map_or(read.to, |to| to.min(read.to));
    (stint.from.max(read.from) <= last).then_some(last)
}

/// Shows a node and all below it, each once.
pub fn visit(node: NodeId, nodes: &[RowNode], see: &mut dyn FnMut(&RowNode)) {
    visit_all(node, nodes, &mut |_, node| see(node));
}

/// The same, with the place of each.
pub fn visit_all(node: NodeId, nodes: &[RowNode], see: &mut dyn FnMut(NodeId, &RowNode)) {
    let mut seen = vec![false; nodes.len()];
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        if std::mem::replace(&mut seen[node.0], true) {
            continue;
        }
        see(node, &nodes[node.0]);
        match &nodes[node.0] {
            RowNode::Constant(_) | RowNode::Column { .. } | RowNode::Inner { .. } => {}
            RowNode::Not(one) | RowNode::Negate(one) | RowNode::IsMissing(one) => open.push(*one),
            RowNode::Binary(_, left, right) => open.extend([*left, *right]),
            RowNode::If { condition, then, otherwise } => open.extend([*condition, *then, *otherwise]),
            RowNode::Default { value, fallback } => open.extend([*value, *fallback]),
            RowNode::InSet(value, items) => {
                open.push(*value);
                open.extend(items);
            }
            RowNode::InDays { date, .. } => open.push(*date),
            RowNode::Call(_, arguments) => open.extend(arguments),
        }
    }
}
