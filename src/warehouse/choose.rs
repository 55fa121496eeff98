//! What can stay in an engine, and why the rest cannot.

use std::collections::BTreeSet;

use super::rows::Known;
use super::statement::Refused;
use super::{Cannot, Remote};
use crate::data::measures::job::Family;
use crate::data::tables::needs;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Model;
use crate::model::data::{ColumnIx, ColumnType, DataId, Route};
use crate::plan::query::Query;

type Needed<'a> = &'a [(DataId, Vec<ColumnIx>)];

/// The data sets that an engine can hold as far as their declarations go. Of `these` only.
pub fn declared_so(model: &Model, query: &Query, these: impl Fn(DataId) -> bool) -> BTreeSet<DataId> {
    let needed = needs::columns(model, query);
    let choice = Choice { model, query, needed: &needed };
    let mut there: BTreeSet<DataId> = needed.iter().map(|(data, _)| *data).filter(|data| these(*data)).collect();
    there.retain(|data| choice.why_not(*data).is_none());
    loop {
        let all = there.clone();
        there.retain(|data| choice.linking(&BTreeSet::from([*data])).is_subset(&all));
        if there == all {
            return there;
        }
    }
}

/// Some data sets with all that must be in the engine where they are.
pub fn complete(model: &Model, query: &Query, some: BTreeSet<DataId>) -> BTreeSet<DataId> {
    let needed = needs::columns(model, query);
    Choice { model, query, needed: &needed }.linking(&some)
}

/// All that stands in the way of leaving the data sets where they are.
pub fn obstacles(model: &Model, query: &Query, needed: Needed, remote: &Remote) -> Vec<Diagnostic> {
    let choice = Choice { model, query, needed };
    let asked = |data: &&DataId| needed.iter().any(|(known, _)| known == *data);
    remote
        .tables
        .keys()
        .filter(asked)
        .filter_map(|data| {
            let set = &model.data[data.0];
            let (why, mend) = choice.why_not(*data).or_else(|| choice.not_alone(*data, remote))?;
            let message = format!("`{}` cannot be read in an engine: {why}", set.name);
            Some(Diagnostic::new(Code::EngineCannot, message).at(set.span, "").help(mend))
        })
        .collect()
}

struct Choice<'a> {
    model: &'a Model,
    query: &'a Query,
    needed: Needed<'a>,
}

impl Choice<'_> {
    /// Why a data set cannot stay whatever else does, and what to do about it.
    fn why_not(&self, id: DataId) -> Option<(String, String)> {
        let (model, query) = (self.model, self.query);
        let set = &model.data[id.0];
        let no = |why: String| Some((why, self.leave_out(id)));
        if query.rosters.contains(&id) || set.roster.is_some() {
            return no("it is a roster, and who is evaluated is read from files".into());
        }
        if query.organisation == Some(id) || set.organisation.is_some() {
            return no("it is the organisation, which is read from files".into());
        }
        if set.rulings.is_some() {
            return no("it holds rulings, which are read from files".into());
        }
        if model.company.calendar_data.is_some_and(|calendar| calendar.data == id) {
            return no("it is the company's calendar, which is read from files".into());
        }
        let passes = |roster: &DataId| match &model.data[roster.0].belongs.team {
            Route::Links(via) => (1..=via.len()).any(|to| model.links_to(*roster, &via[..to]) == id),
            _ => false,
        };
        if query.rosters.iter().any(passes) {
            return no("it tells the teams of those evaluated".into());
        }
        if set.across.is_some() {
            return no("it has a column for each month".into());
        }
        let columns = self.needed.iter().find(|(data, _)| *data == id).map_or(&[][..], |(_, columns)| columns);
        for column in columns {
            let declared = set.column(*column);
            let name = &declared.name;
            let why = match &declared.ty {
                ColumnType::Position => Some(format!("`{name}` holds positions")),
                // What the engine has as dates would look the other way round.
                ColumnType::Date if declared.is_day_before_month() => Some(format!(
                    "`{name}` has the day before the month, and behind the year: `{}`",
                    declared.format.as_deref().unwrap_or_default()
                )),
                ColumnType::Number { cell_factor: None, .. } if declared.has_cells() => {
                    return Some((
                        format!("`{name}` does not say how its percentages are written"),
                        format!("write `in percent` or `in fraction` behind the type of `{name}`"),
                    ));
                }
                ColumnType::Link { data, by } => {
                    let target = &model.data[data.0];
                    let is_text = |key: &ColumnIx| match &target.column(*key).ty {
                        ColumnType::Text | ColumnType::Choice(_) => true,
                        ColumnType::Link { by, .. } => by.is_empty(),
                        _ => false,
                    };
                    let own = |part: &ColumnIx| {
                        matches!(
                            &set.column(*part).ty,
                            ColumnType::Text | ColumnType::Choice(_) | ColumnType::Link { .. }
                        )
                    };
                    let plain = target.key.iter().all(is_text) && by.iter().all(own);
                    let one = |key: &ColumnIx| !matches!(target.column(*key).ty, ColumnType::Choice(_));
                    let plain = plain && (!by.is_empty() || target.key.iter().all(one));
                    (!plain).then(|| format!("`{name}` links to rows of `{}` by a key that is no text", target.name))
                }
                _ => None,
            };
            if let Some(why) = why {
                return no(why);
            }
        }
        None
    }

    fn leave_out(&self, id: DataId) -> String {
        format!("put its files into the data folder, and leave `{}` out of `--tables`", self.model.data[id.0].name)
    }

    /// The data sets that link to some, or to those that do.
    fn linking(&self, to: &BTreeSet<DataId>) -> BTreeSet<DataId> {
        let mut all = to.clone();
        loop {
            let links = |(from, columns): &&(DataId, Vec<ColumnIx>)| {
                columns.iter().any(|column| match &self.model.data[from.0].column(*column).ty {
                    ColumnType::Link { data, .. } => all.contains(data),
                    _ => false,
                })
            };
            let more: Vec<DataId> =
                self.needed.iter().filter(links).map(|(from, _)| *from).filter(|from| !all.contains(from)).collect();
            if more.is_empty() {
                return all;
            }
            all.extend(more);
        }
    }

    /// Why a data set cannot stay without others that link to it, and which must stay with all that are to.
    fn not_alone(&self, id: DataId, remote: &Remote) -> Option<(String, String)> {
        let named = |data: &DataId| format!("`{}`", self.model.data[data.0].name);
        let linking = self.linking(&BTreeSet::from([id]));
        let others: Vec<&DataId> = linking.iter().filter(|data| !remote.tables.contains_key(*data)).collect();
        let all = listed(others.iter().map(|data| named(data)).collect());
        let why = match others.as_slice() {
            [] => return None,
            [_] => format!("{all} links to it, and is read from files"),
            _ => format!("{all} link to it or to one another, and are read from files"),
        };
        if let Some((other, (reason, _))) = others.iter().find_map(|other| Some((other, self.why_not(**other)?))) {
            return Some((format!("{why}; of {}, {reason}", named(other)), self.leave_out(id)));
        }
        let called = |data: &DataId| match (remote.tables.get(data), &self.model.data[data.0].name) {
            (Some(table), name) if table != name => format!("{name}={table}"),
            (_, name) => name.clone(),
        };
        let tables: BTreeSet<DataId> = remote.tables.keys().copied().collect();
        let tables: Vec<String> = self.linking(&tables).iter().map(called).collect();
        Some((
            why,
            format!("leave them where they are, too: `--tables {}`; or read all of them from files", tables.join(",")),
        ))
    }
}

/// `a`, `b` and `c`
fn listed(mut words: Vec<String>) -> String {
    match words.pop() {
        Some(last) if words.is_empty() => last,
        Some(last) => format!("{} and {last}", words.join(", ")),
        None => String::new(),
    }
}

/// Tells of a column that the table is read by and that an engine cannot compute.
pub fn refused_column(known: &Known, data: DataId, column: ColumnIx, why: &Cannot, errors: &mut Refused) {
    let set = known.set(data);
    errors.data.insert(data);
    let name = &set.column(column).name;
    errors.findings.push(
        Diagnostic::new(
            Code::EngineCannot,
            format!("`{}` cannot be read in an engine: `{name}` cannot be computed there, as it {}", set.name, why.why),
        )
        .at(set.column(column).span, "")
        .help(format!(
            "leave `{0}` out of `--tables`, so that it is read from files, or give it the column `{name}`",
            set.name
        )),
    );
}

/// Tells of a formula that an engine cannot compute exactly; once for each KPI.
pub fn refused(known: &Known, family: &Family, why: &Cannot, errors: &mut Refused) {
    let data = family.measures.first().map(|(id, _)| known.query.measures[id.0].data);
    let Some(set) = data.map(|data| known.set(data)) else { return };
    errors.data.extend(data);
    let kpis: BTreeSet<_> =
        family.measures.iter().flat_map(|(id, _)| known.query.serves.get(id.0).into_iter().flatten()).collect();
    let mend = format!("leave `{}` out of `--tables`, so that it is read from files, or {}", set.name, why.instead);
    let finding = |what: String| {
        Diagnostic::new(Code::EngineCannot, format!("{what} cannot be computed exactly in an engine: it {}", why.why))
            .help(mend.clone())
    };
    let mut found: Vec<Diagnostic> = kpis
        .iter()
        .map(|kpi| {
            let kpi = &known.model.kpis[kpi.0];
            finding(format!("`{}`", kpi.name)).at(kpi.span, "")
        })
        .collect();
    if found.is_empty() {
        found.push(finding(format!("what is read of `{}`", set.name)).at(set.span, ""));
    }
    for finding in found {
        if !errors.findings.iter().any(|known| known.message == finding.message) {
            errors.findings.push(finding);
        }
    }
}
