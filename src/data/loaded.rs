//! Before the first measure and after the last one: checked tables with rosters and teams, and the answers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::cells::content::Repair;
use super::errors;
use super::measures::measure::{Evaluation, Reads};
use super::memory::Memory;
use super::options::Options;
use super::people::roster;
use super::people::roster::Roster;
use super::people::rulings;
use super::rows::keys::Keys;
use super::rows::nodes::marked;
use super::rows::nodes::{OtherDays, World};
use super::rows::table::Table;
use super::tables::load;
use super::tables::load::Source;
use super::tables::stored::Task;
use super::tables::teams;
use super::tables::teams::Teams;
use super::tables::{doubts, needs};
use crate::diagnostic::{DataPlace, Diagnostic};
use crate::model::Model;
use crate::model::data::{ColumnIx, DataId};
use crate::plan::query::{Answered, Answers, Branches, Doubt, FileReport, Query, Ruling};

/// The tables of a query, checked and linked, and who is evaluated.
pub struct Loaded {
    pub tables: Vec<Table>,
    pub place_of: Arc<BTreeMap<DataId, usize>>,
    pub teams: Teams,
    pub rosters: Vec<Roster>,
    pub rulings: Vec<Arc<Ruling>>,
}

impl Loaded {
    /// Reads all tables but those left out, of which `keys_left_out` tells the keys as far as they are known.
    pub fn new(
        model: &Model,
        query: &Query,
        options: &Options,
        source: &Source,
        needed: &[(DataId, Vec<ColumnIx>)],
        left_out: &BTreeSet<DataId>,
        keys_left_out: &dyn Fn(&[Table], usize) -> Option<Keys>,
    ) -> Result<(Loaded, OtherDays), Vec<Diagnostic>> {
        let mut errors = Vec::new();
        let mut tables = load::load(model, needed, source, left_out, options.threads, &mut errors);
        let given = matches!(source, Source::Given(_));
        let mut other_days = Task { model, needed, left_out, keys_left_out, given }.complete(&mut tables, &mut errors);
        let place_of: BTreeMap<_, _> = tables.iter().enumerate().map(|(place, table)| (table.data, place)).collect();
        let organisation = query.organisation.and_then(|data| place_of.get(&data)).map(|place| &tables[*place]);
        let mut teams = organisation.map(|table| teams::build(model, table, &mut errors)).unwrap_or_default();
        if let Some(day) = query.as_of {
            teams.known_on(day);
        }
        let of_rulings = |data: &DataId| place_of.get(data).map(|place| &tables[*place]);
        let rulings =
            query.rulings.iter().filter_map(of_rulings).flat_map(|table| rulings::read(model, table)).collect();
        if !options.allow_empty {
            needs::check_windows(model, query, &tables, &place_of, &mut errors);
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let mut loaded = Loaded { tables, place_of: Arc::new(place_of), teams, rosters: Vec::new(), rulings };
        let world = loaded.world(model, query);
        let places = query.organisation.map(|_| loaded.teams.of_key.as_slice());
        let known = query.as_of;
        let rosters = query.rosters.iter().map(|roster| roster::build(&world, *roster, places, known, &mut other_days));
        loaded.rosters = rosters.collect();
        let unknown = |roster: &Roster| match loaded.place_of.get(&roster.data) {
            Some(place) => roster.unknown_posts(model, &loaded.tables[*place]),
            None => Vec::new(),
        };
        let errors: Vec<Diagnostic> = loaded.rosters.iter().flat_map(unknown).collect();
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok((loaded, other_days))
    }

    fn world<'a>(&'a self, model: &'a Model, query: &'a Query) -> World<'a> {
        let nodes = |table: &Table| {
            let asked = query.tables.iter().find(|asked| asked.data == table.data);
            asked.map_or(&[][..], |asked| asked.nodes.as_slice())
        };
        World {
            model,
            tables: self.tables.iter().collect(),
            nodes: self.tables.iter().map(nodes).collect(),
            place_of: self.place_of.clone(),
            inner: Default::default(),
        }
    }

    /// What the measures are computed with.
    pub fn evaluation<'a>(
        &'a self,
        model: &'a Model,
        query: &'a Query,
        options: &'a Options<'a>,
        memory: &'a Memory,
        other_days: OtherDays,
    ) -> Evaluation<'a> {
        Evaluation {
            query,
            options,
            memory,
            teams: &self.teams,
            rosters: &self.rosters,
            world: self.world(model, query),
            other_days,
            answers: vec![Answered::default(); query.measures.len()],
            straddling: Default::default(),
            in_parts: Default::default(),
            passed_nowhere: BTreeMap::new(),
            with_nowhere: BTreeSet::new(),
        }
    }

    /// All that was found.
    pub fn answers(self, measures: Vec<Answered>, reads: Reads, told: Told) -> Answers {
        let Reads { values: reads, out_of_order } = reads;
        let Told { files, doubts } = told;
        let rosters = self.rosters.into_iter().map(|roster| roster.answer).collect();
        Answers {
            rosters,
            teams: self.teams.teams,
            rulings: self.rulings,
            closed: Default::default(),
            measures,
            reads,
            out_of_order,
            branches: Branches::default(),
            files,
            doubts,
            carried: BTreeMap::new(),
        }
    }
}

/// What is told of the tables themselves.
pub struct Told {
    files: Vec<FileReport>,
    doubts: Vec<Doubt>,
}

impl Told {
    /// Refuses links to rows of other days, and rows that count for nobody, where nothing may be repaired. `others` are
    /// links that an engine has followed, with the rows that did.
    pub fn of(
        model: &Model,
        query: &Query,
        options: &Options,
        tables: &[&Table],
        other_days: &OtherDays,
        (others, about_people): (&BTreeMap<(DataId, ColumnIx), u64>, Vec<Doubt>),
    ) -> Result<Told, Vec<Diagnostic>> {
        if options.strict {
            let mut errors = other_day_errors(model, tables, other_days);
            errors.extend(others.iter().map(|((data, column), rows)| {
                let set = &model.data[data.0];
                let column = &set.column(*column).name;
                let file = tables.iter().find(|table| table.data == *data).and_then(|table| table.files.first());
                let file = file.map_or_else(String::new, |file| file.shown.clone());
                let place = DataPlace { file, column: Some(column.clone()), ..DataPlace::default() };
                errors::other_day(column, *rows, vec![place])
            }));
            errors.extend(about_people.iter().filter_map(errors::rows_of_no_post));
            if !errors.is_empty() {
                return Err(errors);
            }
        }
        let mut doubts = doubts::find(model, query, tables);
        doubts.extend(about_people);
        Ok(Told { files: reports(model, tables, other_days, others), doubts })
    }
}

/// What was read and repaired, file by file.
fn reports(
    model: &Model,
    tables: &[&Table],
    other_days: &OtherDays,
    others: &BTreeMap<(DataId, ColumnIx), u64>,
) -> Vec<FileReport> {
    let mut reports = Vec::new();
    for (place, table) in tables.iter().enumerate() {
        let data = &model.data[table.data.0];
        let mut repaired: Vec<_> = table.files.iter().map(|file| file.repairs.clone()).collect();
        for ((_, column), rows) in other_days.0.iter().filter(|((other, _), _)| *other == place) {
            for row in marked(rows) {
                if let Some(repairs) = repaired.get_mut(table.file_of(row)) {
                    *repairs.entry((*column, Repair::OtherDay)).or_default() += 1;
                }
            }
        }
        // An engine's table is one file.
        if let Some(repairs) = repaired.first_mut() {
            let of_table = others.iter().filter(|((other, _), _)| *other == table.data);
            repairs.extend(of_table.map(|((_, column), rows)| ((*column, Repair::OtherDay), *rows)));
        }
        for (file, repairs) in table.files.iter().zip(repaired) {
            let name = |column: ColumnIx| data.column(column).name.clone();
            reports.push(FileReport {
                path: file.shown.clone(),
                data: data.name.clone(),
                rows: file.rows as u64,
                left_out: file.left_out,
                repairs: repairs
                    .iter()
                    .map(|((column, repair), count)| (name(*column), repair.words(), *count))
                    .collect(),
            });
        }
    }
    reports
}

fn other_day_errors(model: &Model, tables: &[&Table], other_days: &OtherDays) -> Vec<Diagnostic> {
    let error = |((place, column), rows): (&(usize, ColumnIx), &Vec<u64>)| {
        let (table, rows): (&Table, Vec<usize>) = (tables[*place], marked(rows).collect());
        let name = &model.data[table.data.0].column(*column).name;
        let places = rows.iter().take(crate::data::errors::SHOWN).map(|row| table.place(*row, Some(*column))).collect();
        errors::other_day(name, rows.len() as u64, places)
    };
    other_days.0.iter().map(error).collect()
}
