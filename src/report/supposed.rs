//! What is supposed, and what it changes: results that are none, and say so in every form.

mod changes;

use std::io::{self, Write};
use std::sync::Arc;

pub use self::changes::{Change, Changes, SumChange, Told, What, changes};
use super::layout::{Cell, Column, Line, Painter, Style, Table, write_text};
use super::show::Show;
use super::summary::{files_read, labelled, lead_width, title};
use super::{Look, Report};
use crate::language::ScopeWord;
use crate::model::{KpiId, PositionId};
use crate::value::Value;

/// All that a report supposes.
#[derive(Clone, Debug, Default)]
pub struct Suppositions {
    pub values: Vec<SupposedValue>,
    /// Data sets with the files they are read from instead of their own.
    pub replaced: Vec<(String, Vec<String>)>,
    /// The same beside their own.
    pub added: Vec<(String, Vec<String>)>,
}

/// The value that is supposed of somebody's KPI.
#[derive(Clone, Debug)]
pub struct SupposedValue {
    pub kpi: KpiId,
    pub scope: ScopeWord,
    /// The key in the roster.
    pub person: Arc<str>,
    pub name: Arc<str>,
    pub position: PositionId,
    pub value: Value,
}

/// Suppositions, and what came out without them.
pub struct Supposing<'a> {
    pub suppositions: &'a Suppositions,
    /// Of all people.
    pub before: &'a Report<'a>,
    /// Nobody is left out of the report.
    pub everyone: bool,
}

impl Suppositions {
    /// `Premium growth of Wang Fang (P1) = 12%`, `policies read from fixed.csv`
    pub fn told(&self, show: &Show<'_>) -> Vec<String> {
        let value = |one: &SupposedValue| {
            let kpi = &show.model.kpis[one.kpi.0];
            let value = match &one.value {
                Value::Missing(reason) => show.words.supposed_missing(&show.reason(reason)),
                value => show.value(value, &kpi.unit),
            };
            let label = show.label(&kpi.label);
            let label = if label.is_empty() { &kpi.name } else { label };
            show.words.supposed_value(label, &who(&one.name, &one.person), &value)
        };
        let mut told: Vec<String> = self.values.iter().map(value).collect();
        // Somebody may hold several posts.
        told.dedup();
        told.extend(self.replaced.iter().map(|(data, files)| show.words.read_from(data, &files.join(", "))));
        told.extend(self.added.iter().map(|(data, files)| show.words.read_beside(data, &files.join(", "))));
        told
    }
}

/// `Wang Fang (P1)`
fn who(name: &str, key: &str) -> String {
    if name.is_empty() || name == key { key.to_string() } else { format!("{name} ({key})") }
}

/// What is supposed, in lines above whatever follows from it.
pub(super) fn write_head(report: &Report<'_>, out: &mut String, width: usize, painter: Painter) {
    let Some(supposing) = &report.supposing else { return };
    let show = report.show();
    let lead = format!("{}  ", show.words.supposed);
    for (at, told) in supposing.suppositions.told(&show).into_iter().enumerate() {
        let lead = if at == 0 { lead.clone() } else { " ".repeat(unicode_width::UnicodeWidthStr::width(&*lead)) };
        write_text(out, &Cell::styled(told, Style::Poor), &lead, width, painter);
    }
}

/// The table of all that changes: a line for each person and each thing that is another.
pub fn write(report: &Report<'_>, supposing: &Supposing<'_>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let (show, painter, width) = (report.show(), look.painter(), look.width());
    let words = show.words;
    let found = changes(supposing, report);
    let mut text = String::new();
    write_text(&mut text, &Cell::styled(title(report), Style::Strong), "", width, painter);
    super::estimate::write_head(report, &mut text, width, painter);
    write_head(report, &mut text, width, painter);
    text.push('\n');
    let columns = |first: &'static str| {
        vec![
            Column::left(first, 6),
            Column::left(words.name, 8),
            Column::left(words.what_changes, 8),
            Column::right(words.before, 6),
            Column::right(words.after, 6),
            Column::right(words.change, 6),
        ]
    };
    let more = |more: &Option<(crate::number::Number, String)>| {
        Cell::new(more.as_ref().map_or(String::new(), |(_, shown)| shown.clone()))
    };
    let mut lines: Vec<Line> = Vec::new();
    let mut last = None;
    for change in &found.people {
        let is_same = last == Some((&change.roster, &change.person));
        last = Some((&change.roster, &change.person));
        let name = if change.name == change.person { "" } else { &*change.name };
        let [person, name] = if is_same { ["", ""] } else { [&*change.person, name] };
        let what = match &change.what {
            What::Score => words.score.to_string(),
            What::Rating => words.rating.to_string(),
            What::Rank => words.rank.to_string(),
            What::Output(_, label) => label.clone(),
        };
        lines.push(Line::Row(vec![
            Cell::new(person),
            Cell::new(name),
            Cell::new(what),
            Cell::new(&*change.before.shown),
            Cell::styled(&*change.after.shown, Style::Strong),
            more(&change.more),
        ]));
    }
    let mut table = Table { columns: columns(words.person), lines, stretch: None };
    if found.people.iter().all(|change| change.name.is_empty() || change.name == change.person) {
        table.drop_column(1);
    }
    if !found.people.is_empty() {
        table.write(&mut text, width, painter);
        text.push('\n');
    }
    if !found.sums.is_empty() {
        let row = |sum: &SumChange| {
            let (team, name) = match &sum.team {
                Some((key, name)) => (&**key, if name == key { "" } else { &**name }),
                None => (words.of_all, ""),
            };
            let cells = [team, name, &sum.label, &sum.before.shown].map(Cell::new).into_iter();
            Line::Row(cells.chain([Cell::styled(&*sum.after.shown, Style::Strong), more(&sum.more)]).collect())
        };
        let lines = found.sums.iter().map(row).collect();
        Table { columns: columns(words.team), lines, stretch: None }.write(&mut text, width, painter);
        text.push('\n');
    }
    labelled(
        &mut text,
        words.change,
        lead_width(&show),
        &words.so_many_change(found.changed, found.shown),
        width,
        painter,
    );
    files_read(report, &show, &mut text, width, painter);
    out.write_all(text.as_bytes())
}
