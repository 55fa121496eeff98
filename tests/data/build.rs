//! Small models by hand, and their files in a folder of their own.

use std::fs;
use std::path::Path;

use merit::data::options::{Options, Progress};
use merit::data::{BLOCK, answer};
use merit::diagnostic::Diagnostic;
use merit::language::{AggregateFunction, ScopeWord};
use merit::model::data::*;
use merit::model::types::unit::{BaseKind, BaseUnit, Dimension, DisplayUnit};
use merit::model::{Label, Model, Position};
use merit::number::Number;
use merit::plan::query::*;
use merit::source::{FileId, Span};
use merit::time::{Day, Month, Months};
use merit::value::Value;

pub struct Project {
    pub model: Model,
    pub query: Query,
    pub folder: tempfile::TempDir,
    pub threads: usize,
    pub strict: bool,
    pub memory: Option<u64>,
    pub allow_empty: bool,
}

pub fn span() -> Span {
    Span::new(FileId(0), 0, 0)
}

pub fn day(text: &str) -> Day {
    let mut parts = text.split('-').map(|part| part.parse::<u32>().unwrap());
    let mut next = || parts.next().unwrap();
    Day::from_ymd(next() as i32, next(), next()).unwrap()
}

pub fn months(first: &str, count: u32) -> Months {
    let (year, month) = first.split_once('-').unwrap();
    Months { first: Month::new(year.parse().unwrap(), month.parse().unwrap()), count }
}

pub fn number(text: &str) -> Value {
    Value::Number(text.parse().unwrap())
}

pub fn unit(name: &str) -> DisplayUnit {
    let kind = if name == "CNY" { BaseKind::Currency } else { BaseKind::Counted };
    let base = BaseUnit { name: name.into(), plural: format!("{name}s"), kind };
    let plural = if name == "CNY" { name.to_string() } else { format!("{name}s") };
    DisplayUnit { dimension: Dimension::of(base), factor: Number::ONE, singular: name.into(), plural }
}

pub fn money() -> ColumnType {
    ColumnType::Number { unit: unit("CNY"), cell_factor: Some(Number::ONE) }
}

pub fn plain() -> ColumnType {
    ColumnType::Number { unit: DisplayUnit::number(), cell_factor: Some(Number::ONE) }
}

pub fn link(data: usize) -> ColumnType {
    ColumnType::Link { data: DataId(data), by: Vec::new() }
}

pub fn choices(names: &[(&str, &[&str])]) -> ColumnType {
    let choice = |(name, texts): &(&str, &[&str])| Choice {
        name: name.to_string(),
        texts: texts.iter().map(|text| text.to_string()).collect(),
    };
    ColumnType::Choice(names.iter().map(choice).collect())
}

pub fn column(name: &str, ty: ColumnType) -> Column {
    Column {
        name: name.into(),
        label: Label::default(),
        span: span(),
        ty,
        optional: false,
        headers: vec![name.into()],
        format: None,
        numbers: None,
        blank: Vec::new(),
        limits: None,
        derived: None,
    }
}

pub fn optional(column: Column) -> Column {
    Column { optional: true, ..column }
}

pub fn headed(column: Column, headers: &[&str]) -> Column {
    Column { headers: headers.iter().map(|header| header.to_string()).collect(), ..column }
}

/// A data set in `NAME*.csv`.
pub fn data(name: &str, row: &str, columns: Vec<Column>) -> DataSet {
    DataSet {
        name: name.into(),
        label: Label::default(),
        span: span(),
        roster: None,
        organisation: None,
        rulings: None,
        files: vec![FilePattern { pattern: format!("{name}*.csv"), sheet: None, span: span() }],
        relations: Vec::new(),
        across: None,
        row: unit(row),
        key: Vec::new(),
        time: TimeShape::Always,
        across_stints: None,
        columns,
        ignore_rows_starting: Vec::new(),
        ignore_columns: Vec::new(),
        may_be_empty: false,
        encoding: None,
        belongs: Belongs::default(),
    }
}

pub fn position(name: &str, label: &str, zh: &str) -> Position {
    let translations = [("zh".to_string(), zh.to_string())].into_iter().collect();
    Position {
        name: name.into(),
        label: Label { text: label.into(), translations },
        span: span(),
        draft: false,
        effective: None,
        reports_to: None,
        scope: ScopeWord::Own,
        purpose: None,
        responsibilities: Vec::new(),
        rank_within: None,
        eligible: None,
        scorecard: None,
        outputs: Vec::new(),
        rosters: vec![DataId(0)],
        unfit: Vec::new(),
    }
}

impl Project {
    pub fn new(data: Vec<DataSet>) -> Project {
        let tables = (0..data.len())
            .map(|place| Table {
                data: DataId(place),
                columns: (0..data[place].columns.len()).map(ColumnIx).collect(),
                nodes: Vec::new(),
                windows: Vec::new(),
            })
            .collect();
        Project {
            model: Model { data, ..Model::default() },
            query: Query { tables, ..Query::default() },
            folder: tempfile::tempdir().unwrap(),
            threads: 2,
            strict: false,
            memory: None,
            allow_empty: false,
        }
    }

    pub fn file(self, name: &str, bytes: impl AsRef<[u8]>) -> Project {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
        self
    }

    pub fn ix(&self, data: usize, column: &str) -> ColumnIx {
        self.model.data[data].column_named(column).unwrap()
    }

    pub fn node(&mut self, data: usize, node: RowNode) -> NodeId {
        let nodes = &mut self.query.tables[data].nodes;
        nodes.push(node);
        NodeId(nodes.len() - 1)
    }

    /// A column, behind links: `agent.team.city`.
    pub fn path(&mut self, data: usize, path: &str) -> NodeId {
        let (mut at, mut via) = (data, Vec::new());
        let mut names: Vec<&str> = path.split('.').collect();
        let last = names.pop().unwrap();
        for name in names {
            let column = self.ix(at, name);
            let ColumnType::Link { data, .. } = &self.model.data[at].column(column).ty else { panic!("{name}") };
            at = data.0;
            via.push(column);
        }
        let column = self.ix(at, last);
        self.node(data, RowNode::Column { via, column })
    }

    pub fn constant(&mut self, data: usize, value: Value) -> NodeId {
        self.node(data, RowNode::Constant(value))
    }

    pub fn measure(
        &mut self,
        data: usize,
        function: AggregateFunction,
        value: Option<NodeId>,
        rows: Rows,
    ) -> MeasureId {
        self.query.measures.push(Measure {
            data: DataId(data),
            function,
            value,
            condition: None,
            fraction: None,
            rows,
            group: Group::Company,
            shared: false,
        });
        MeasureId(self.query.measures.len() - 1)
    }

    pub fn by(&mut self, measure: MeasureId, group: Group) -> MeasureId {
        self.query.measures[measure.0].group = group;
        measure
    }

    pub fn only(&mut self, measure: MeasureId, condition: NodeId) -> MeasureId {
        self.query.measures[measure.0].condition = Some(condition);
        measure
    }

    pub fn window(&mut self, data: usize, rows: Rows, words: &str) {
        self.query.tables[data].windows.push(NeededWindow { rows, words: words.into(), until: None, kpis: Vec::new() });
    }

    pub fn run(&self) -> Result<Answers, Vec<Diagnostic>> {
        let kept = self.answer(&self.query, u64::MAX, BLOCK, self.threads, None);
        // What needs all rows at once is left out, so that tables can go by.
        let mut query = self.query.clone();
        for measure in &mut query.measures {
            if matches!(measure.function, AggregateFunction::CountDistinct | AggregateFunction::Only) {
                (measure.function, measure.value) = (AggregateFunction::Count, None);
            }
        }
        // Tables that go by answer the same, and say the same of what is wrong, wherever their blocks end.
        let size = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().metadata().unwrap().len() as usize;
        let size: usize = fs::read_dir(self.folder.path()).unwrap().map(size).sum();
        let expected = self.answer(&query, u64::MAX, BLOCK, self.threads, None);
        let ways = [(size / 30, 3), (size / 100, 1), (BLOCK, 8)];
        let ways = if size > 1 << 20 { &ways[..1] } else { &ways };
        for &(block, threads) in ways {
            let passing = self.answer(&query, 0, block, threads, None);
            let (passing, expected) = (without_places(passing), without_places(expected.clone()));
            assert_eq!(format!("{passing:?}"), format!("{expected:?}"), "blocks of {block} bytes, {threads} threads");
        }
        if let (Ok(answers), true) = (&kept, size < 1 << 15) {
            // The answers follow from the rows that are said to be behind them.
            let options = self.options(u64::MAX, size / 30, 2, None);
            crate::again::look(&self.model, &self.query, answers, &options).unwrap_or_else(|what| panic!("{what}"));
        }
        kept
    }

    pub fn answer(
        &self,
        query: &Query,
        stream_above: u64,
        block: usize,
        threads: usize,
        progress: Option<&dyn Progress>,
    ) -> Result<Answers, Vec<Diagnostic>> {
        let options = self.options(stream_above, block, threads, progress);
        answer(&self.model, query, &options)
    }

    pub fn options<'p>(
        &self,
        stream_above: u64,
        block: usize,
        threads: usize,
        progress: Option<&'p dyn Progress>,
    ) -> Options<'p> {
        Options {
            data: self.folder.path().to_path_buf(),
            threads,
            strict: self.strict,
            allow_empty: self.allow_empty,
            stream_above,
            memory: self.memory,
            block,
            progress,
            ..Options::of(std::path::PathBuf::new())
        }
    }

    pub fn answers(&self) -> Answers {
        self.run().unwrap_or_else(|errors| panic!("{}", self.show(&errors)))
    }

    /// The errors, as plainly as possible.
    pub fn errors(&self) -> String {
        match self.run() {
            Ok(_) => "no errors".into(),
            Err(errors) => self.show(&errors),
        }
    }

    pub fn show(&self, errors: &[Diagnostic]) -> String {
        let mut text = String::new();
        for error in errors {
            text += &format!("{}: {}\n", error.code.as_str(), error.message);
            for place in &error.data {
                text += &format!("  at {}", place.file);
                text += &place.sheet.as_ref().map(|sheet| format!(" sheet {sheet}")).unwrap_or_default();
                text += &place.row.map(|row| format!(" row {row}")).unwrap_or_default();
                text += &place.column.as_ref().map(|column| format!(" column {column:?}")).unwrap_or_default();
                text += &place.cell.as_ref().map(|cell| format!(" ({cell})")).unwrap_or_default();
                text += &place.text.as_ref().map(|found| format!(": {found:?}")).unwrap_or_default();
                text += "\n";
            }
            for note in &error.notes {
                text += &format!("  note: {note}\n");
            }
            text += &error.help.as_ref().map(|help| format!("  help: {help}\n")).unwrap_or_default();
        }
        text.replace(&folder(self.folder.path()), "DATA")
    }

    pub fn value(&self, measure: MeasureId) -> Value {
        self.answers().measures[measure.0].get(0).unwrap().value
    }
}

fn folder(path: &Path) -> String {
    path.display().to_string()
}

/// Values as a line.
pub fn line(measured: &Answered) -> String {
    let shown = |measured: Measured| match &measured.value {
        Value::Number(number) => number.to_string(),
        Value::Missing(reason) => format!("({reason})"),
        other => format!("{other:?}"),
    };
    measured.iter().map(shown).collect::<Vec<_>>().join(" ")
}

/// Rows on days without a post have no places where they went by.
fn without_places(mut answers: Result<Answers, Vec<Diagnostic>>) -> Result<Answers, Vec<Diagnostic>> {
    for doubt in answers.iter_mut().flat_map(|answers| &mut answers.doubts) {
        if let Doubt::Nowhere { all, people, .. } = doubt {
            people.iter_mut().map(|(_, one)| one).chain([all]).for_each(|count| count.places.clear());
        }
    }
    answers
}
