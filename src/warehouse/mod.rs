//! Large tables that stay where they are: in a database, a warehouse or a cluster.
//!
//! Rosters, the organisation and whatever is small are read from files and checked here, as always. For the tables in
//! an engine a [`Script`] is written: small tables that go along ([`relations`]), and statements that check the
//! rows and add them up by group and run of months ([`statements`], [`rows`], [`formulas`]; [`dialect`] knows how engines
//! differ). What the engine finds ([`results`]) goes into the stores that the local engine fills, and the rest
//! is the same code.
//!
//! What holds: an engine only adds, counts and compares exact decimals; what else a formula needs is refused
//! ([`choose`]), never approximated. Rows that are wrong are found by the statements' own checks.

mod answer;
mod cells;
mod checks;
mod choose;
mod computed;
mod dialect;
mod findings;
mod formulas;
mod glance;
mod inner;
mod left_out;
mod lists;
mod months;
mod periods;
mod plain;
mod reading;
mod relations;
mod results;
mod rows;
mod session;
mod statement;
mod statements;
mod sums;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use sha2::{Digest, Sha256};

pub use self::answer::Found;
pub use self::choose::complete;
pub use self::computed::ReadTable;
pub use self::dialect::{Asked, Dialect, SmallTables, Target};
pub use self::glance::{Glance, Glanced};
pub use self::relations::{Kind, Relation};
use self::results::Answered;
pub use self::results::run_of;
use self::rows::{Known, Used};
pub use self::statement::Statement;
use self::statement::{Refused, Written};
use self::statements::write;
use crate::data::loaded::{Loaded, Told};
use crate::data::measures::job::Job;
use crate::data::measures::measure::Evaluation;
use crate::data::memory::Memory;
use crate::data::options::Options;
use crate::data::rows::table::Table;
use crate::data::tables::load::Source;
use crate::data::tables::needs;
use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::model::data::{ColumnIx, DataId};
use crate::plan::Stored;
use crate::plan::query::{Answers, Group, MeasureId, Query, RowNode, visit};

/// Places behind the point that a formula's values may have in an engine: of the 38 digits that all engines have, enough
/// are left in front of it.
pub const MOST_PLACES: u32 = 18;

/// Places behind the point that numbers of an engine's tables may have, where nothing else is said.
pub const DECIMALS: u32 = 6;

/// The data sets that are tables of an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    /// With the names of the tables.
    pub tables: BTreeMap<DataId, String>,
    pub dialect: Dialect,
    /// Places behind the point that their numbers may have.
    pub decimals: u32,
    /// What the engine says of its tables, where it has been asked.
    pub looked: BTreeMap<DataId, Looked>,
    /// Columns in which the engine itself lets no two rows of a table be alike.
    pub unique: BTreeMap<DataId, Vec<Vec<String>>>,
    /// Whether the session may have tables of its own, where it may also have none.
    pub own_tables: bool,
    /// What a glance at their rows has told, where the engine has been asked for it.
    pub glanced: BTreeMap<DataId, Glanced>,
}

/// What an engine has of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// The names of its columns, and their types as the engine calls them.
    Columns(Vec<(String, String)>),
    /// No such table; and what it says about it.
    Absent(String),
}

impl Remote {
    /// Tables called as in the specs, in an engine of which nothing is known.
    fn plain<'d>(model: &Model, tables: impl Iterator<Item = &'d DataId>) -> Remote {
        let tables = tables.map(|data| (*data, model.data[data.0].name.clone())).collect();
        Remote { tables, ..Remote::of(Dialect::OF_PLANS) }
    }

    /// No tables yet, in an engine of which nothing is known.
    pub fn of(dialect: Dialect) -> Remote {
        let (looked, unique, glanced) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Remote { tables: BTreeMap::new(), dialect, decimals: DECIMALS, looked, unique, own_tables: false, glanced }
    }

    /// Whether all cells of a column are known to be right as they stand.
    fn is_plain(&self, data: DataId, column: ColumnIx) -> bool {
        self.glanced.get(&data).is_some_and(|glanced| glanced.plain.contains(&column))
    }

    /// Whether the engine itself lets no two rows be alike in some columns.
    fn is_unique(&self, data: DataId, columns: &[&str]) -> bool {
        let same = |unique: &Vec<String>| {
            unique.len() == columns.len() && unique.iter().all(|column| columns.contains(&column.as_str()))
        };
        self.unique.get(&data).is_some_and(|known| known.iter().any(same))
    }

    /// Tables and what they are called in statements.
    pub fn called(&self) -> Vec<(DataId, String)> {
        self.tables.iter().map(|(data, name)| (*data, self.dialect.table(name))).collect()
    }

    /// The type of a column, where it is known.
    fn type_of(&self, data: DataId, column: &str) -> Option<&str> {
        match self.looked.get(&data)? {
            Looked::Columns(columns) => {
                columns.iter().find(|(name, _)| self.dialect.same_name(name, column)).map(|(_, ty)| ty.as_str())
            }
            Looked::Absent(_) => None,
        }
    }
}

/// All that an engine is asked for a project and its periods.
#[derive(Debug)]
pub struct Script {
    /// Of the specs, the periods and the small tables: results that bear another one belong to something else.
    pub plan: String,
    pub relations: Vec<Relation>,
    /// Tables of the engine that are read once, behind the small tables.
    pub reads: Vec<ReadTable>,
    pub statements: Vec<Statement>,
    pub dialect: Dialect,
    /// Notes how many rows all tables have, once the run has its mark.
    pub counting: Option<String>,
    /// Whether the session may have tables of its own.
    own_tables: bool,
}

impl Script {
    /// What comes before the small tables and the statements, one by one, where no session has been opened.
    pub fn opening(&self) -> Vec<String> {
        let opening =
            self.dialect.opening().iter().copied().chain(self.dialect.only_reading()).chain([self.dialect.marking()]);
        opening.map(ToString::to_string).chain(self.counting.clone()).collect()
    }

    /// Whether a small table is made and filled before the statements.
    pub fn is_filled(&self, relation: &Relation) -> bool {
        is_filled(self.dialect, self.own_tables, relation)
    }

    /// The SQL that makes a small table.
    pub fn making(&self, relation: &Relation) -> Vec<String> {
        relation.sql(self.dialect)
    }
}

fn is_filled(dialect: Dialect, own_tables: bool, relation: &Relation) -> bool {
    match dialect.small_tables() {
        SmallTables::Filled => true,
        SmallTables::Views => false,
        SmallTables::Within => own_tables && relation.is_large(),
    }
}

/// Why an engine cannot compute something exactly: goes on "it …".
#[derive(Clone, Debug)]
pub struct Cannot {
    why: String,
    /// What to write instead.
    instead: &'static str,
}

impl Cannot {
    fn new(why: impl Into<String>) -> Cannot {
        Cannot { why: why.into(), instead: "write the formula without it" }
    }

    /// Engines have no fractions.
    fn divides() -> Cannot {
        Cannot {
            instead: "divide after adding up, as in `sum(a of rows) / sum(b of rows)`, if that is what is meant",
            ..Cannot::new("divides in each row, and not every quotient is a decimal")
        }
    }

    fn shared_by_days() -> Cannot {
        Cannot::new("gives each day of a row's period an equal part")
    }
}

/// What an engine is asked.
pub enum Ask<'s> {
    /// First, where its catalogue is known: may look at its tables while files are read.
    Begin(&'s [Glance]),
    /// What came of that.
    Glances(&'s [Glance]),
    Script(&'s Script),
}

/// What to do with it.
pub enum Exchange<F> {
    /// Nothing: only the script is wanted.
    Stop,
    /// What the engine found.
    Found(Vec<Found>),
    /// The engine did not do it, and why.
    Failed(F),
}

/// What came of it.
pub enum Outcome<F> {
    Stopped,
    Answered(Box<Answers>),
    Failed(F),
}

/// The data sets that can stay in an engine, with all that is asked of them.
pub fn can_stay(model: &Model, query: &Query) -> BTreeSet<DataId> {
    let mut all_refused = BTreeSet::new();
    loop {
        let there = choose::declared_so(model, query, |data| !all_refused.contains(&data));
        let more = refused(model, query, &there);
        if more.is_empty() {
            return there;
        }
        all_refused.extend(more);
    }
}

/// The data sets of which something is asked that no engine can compute: their formulas tell, without a row of any file.
fn refused(model: &Model, query: &Query, there: &BTreeSet<DataId>) -> BTreeSet<DataId> {
    let remote = Remote::plain(model, there.iter());
    let needed = needs::columns(model, query);
    let options = Options { threads: 1, allow_empty: true, ..Options::of(PathBuf::new()) };
    let none = |_: &[Table], _: usize| None;
    let loaded = Loaded::new(model, query, &options, &Source::Given(&[]), &needed, there, &none);
    // What is wrong with the specs is told elsewhere.
    let Ok((loaded, other_days)) = loaded else { return BTreeSet::new() };
    let memory = Memory::new(None);
    let evaluation = loaded.evaluation(model, query, &options, &memory, other_days);
    let jobs = jobs(&evaluation, &Stages::of(query, there), there);
    script(&evaluation, &needed, &jobs, &remote).err().map(|refused| refused.data).unwrap_or_default()
}

/// Answers from files and from the tables of an engine: `exchange` is shown what the engine is asked, and gives what it found.
pub fn answer_with<F>(
    model: &Model,
    query: &Query,
    options: &Options,
    remote: &Remote,
    exchange: &mut dyn FnMut(Ask) -> Exchange<F>,
) -> Result<Outcome<F>, Vec<Diagnostic>> {
    let needed = needs::columns(model, query);
    let mut errors = choose::obstacles(model, query, &needed, remote);
    errors.extend(findings::lacking(model, &needed, remote));
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut remote = remote.clone();
    let glances = glance::glances(model, &needed, &remote);
    if !glances.is_empty()
        && let Exchange::Failed(why) = exchange(Ask::Begin(&glances))
    {
        return Ok(Outcome::Failed(why));
    }
    let there: BTreeSet<DataId> =
        needed.iter().map(|(data, _)| *data).filter(|data| remote.tables.contains_key(data)).collect();
    let none = |_: &[Table], _: usize| None;
    let source = Source::Files(options);
    let (loaded, other_days) = Loaded::new(model, query, options, &source, &needed, &there, &none)?;
    let memory = Memory::new(None);
    let mut evaluation = loaded.evaluation(model, query, options, &memory, other_days);
    let stages = Stages::of(query, &there);
    evaluation.run(|measure| stages.before.contains(&measure));
    let jobs = jobs(&evaluation, &stages, &there);
    if !glances.is_empty() {
        match exchange(Ask::Glances(&glances)) {
            Exchange::Stop => {}
            Exchange::Found(found) => glance::take_in(&glances, &found, &mut remote),
            Exchange::Failed(why) => return Ok(Outcome::Failed(why)),
        }
    }
    let (script, written) = script(&evaluation, &needed, &jobs, &remote).map_err(|refused| refused.findings)?;
    let found = match exchange(Ask::Script(&script)) {
        Exchange::Stop => return Ok(Outcome::Stopped),
        Exchange::Failed(why) => return Ok(Outcome::Failed(why)),
        Exchange::Found(found) => found,
    };
    let answered = Answered::new(&script, &written, &found)?;
    // What is known of the tables by now, for windows without rows and stock that was never taken.
    let passed = answered.tables(model, query, options.strict, &remote)?;
    if !options.allow_empty {
        let mut errors = Vec::new();
        let alone = passed.iter().enumerate().map(|(place, table)| (table.data, place)).collect();
        needs::check_windows(model, query, &passed, &alone, &mut errors);
        if !errors.is_empty() {
            return Err(errors);
        }
    }
    for table in &passed {
        evaluation.world.tables[loaded.place_of[&table.data]] = table;
    }
    let others = answered.take_in(&mut evaluation, &jobs)?;
    let tables = evaluation.world.tables.clone();
    evaluation.run(|measure| stages.after.contains(&measure));
    let about_people = evaluation.about_people(&there);
    let (measures, reads, other_days) = evaluation.end()?;
    let told = Told::of(model, query, options, &tables, &other_days, (&others, about_people))?;
    Ok(Outcome::Answered(Box::new(loaded.answers(measures, reads, told))))
}

/// What is asked of each table of the engine.
fn jobs<'a>(evaluation: &Evaluation<'a>, stages: &Stages, there: &BTreeSet<DataId>) -> Vec<(DataId, Vec<Job<'a>>)> {
    let of = |data: &DataId| {
        let is_asked = |id: &&MeasureId| evaluation.query.measures[id.0].data == *data;
        let asked: Vec<MeasureId> = stages.there.iter().filter(is_asked).copied().collect();
        (*data, evaluation.jobs_of_all_months(&asked))
    };
    there.iter().map(of).collect()
}

/// The statements, and what each of their answers is about.
fn script<'a>(
    evaluation: &Evaluation<'a>,
    needed: &[(DataId, Vec<ColumnIx>)],
    jobs: &[(DataId, Vec<Job<'a>>)],
    remote: &Remote,
) -> Result<(Script, Vec<Written>), Refused> {
    let model = evaluation.world.model;
    let stored = Stored::of(model, needed.iter().map(|(data, columns)| (*data, columns.as_slice())));
    type Parts = (Vec<Relation>, Vec<ReadTable>, Vec<Statement>, Vec<Written>, Option<String>);
    let of = |remote: &Remote| -> Result<Parts, Refused> {
        let known = Known {
            model,
            query: evaluation.query,
            world: &evaluation.world,
            stored: &stored,
            remote,
            dialect: remote.dialect,
            needed,
            used: Used::default().into(),
        };
        let (statements, written) = write(&known, needed, jobs)?;
        let (reads, relations) = (known.all_read_once(), relations::all(&known, evaluation));
        Ok((relations, reads, statements, written, session::counting(&known)))
    };
    // One plan for all engines, whatever their tables are called.
    let plain = Remote::plain(model, remote.tables.keys());
    let (relations, reads, statements, ..) = of(&plain)?;
    let tables = relations.iter().flat_map(|relation| relation.sql(plain.dialect));
    let tables = tables.chain(reads.iter().map(|read| read.sql(plain.dialect)));
    let mut digest = Sha256::new();
    for sql in tables.chain(statements.into_iter().map(|statement| statement.sql)) {
        digest.update(sql);
        digest.update([0]);
    }
    let plan: String = digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let (relations, reads, mut statements, written, counting) = of(remote)?;
    for statement in &mut statements {
        statement.sql = statement.sql.replace(session::PLAN, &plan);
        match remote.dialect.small_tables() {
            SmallTables::Within => {
                let within = relations.iter().filter(|one| !is_filled(remote.dialect, remote.own_tables, one));
                statement.sql =
                    within.fold(statement.sql.clone(), |sql, relation| relation.before(remote.dialect, &sql));
            }
            SmallTables::Filled | SmallTables::Views => {}
        }
    }
    Ok((
        Script { plan, relations, reads, statements, dialect: remote.dialect, counting, own_tables: remote.own_tables },
        written,
    ))
}

/// Where each measure is computed.
struct Stages {
    /// From files alone.
    before: BTreeSet<MeasureId>,
    /// By the engine, as an answer of its own.
    there: BTreeSet<MeasureId>,
    /// From files, with answers of the engine.
    after: BTreeSet<MeasureId>,
}

impl Stages {
    fn of(query: &Query, there: &BTreeSet<DataId>) -> Stages {
        let measure = |id: MeasureId| &query.measures[id.0];
        let all = || (0..query.measures.len()).map(MeasureId);
        // What formulas over files read of the engine's tables.
        let mut asked = BTreeSet::new();
        for table in query.tables.iter().filter(|table| !there.contains(&table.data)) {
            asked.extend(table.nodes.iter().filter_map(|node| match node {
                RowNode::Inner { measure: id, .. } => Some(*id).filter(|id| there.contains(&measure(*id).data)),
                _ => None,
            }));
        }
        let answered = |id: &MeasureId| {
            there.contains(&measure(*id).data)
                && (asked.contains(id) || !matches!(measure(*id).group, Group::Key { .. }))
        };
        let mut stages =
            Stages { before: BTreeSet::new(), there: all().filter(answered).collect(), after: BTreeSet::new() };
        let inner = |id: MeasureId| {
            let nodes =
                query.tables.iter().find(|table| table.data == measure(id).data).map_or(&[][..], |table| &table.nodes);
            let mut inner = Vec::new();
            for node in measure(id).value.iter().chain(&measure(id).condition) {
                visit(*node, nodes, &mut |node| {
                    if let RowNode::Inner { measure, .. } = node {
                        inner.push(*measure);
                    }
                });
            }
            inner
        };
        // Inner measures may come in any order.
        for _ in 0..=query.measures.len() {
            let late = all().filter(|id| !there.contains(&measure(*id).data)).filter(|id| {
                inner(*id).iter().any(|inner| there.contains(&measure(*inner).data) || stages.after.contains(inner))
            });
            let after: BTreeSet<MeasureId> = late.collect();
            if after == stages.after {
                break;
            }
            stages.after = after;
        }
        let before = all().filter(|id| !there.contains(&measure(*id).data) && !stages.after.contains(id));
        stages.before = before.collect();
        stages
    }
}
