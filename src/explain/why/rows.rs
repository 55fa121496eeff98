//! Aggregates as they are told: what they are about, and the rows that counted or did not.

use super::document::{self, LeftOut, Measure, Val, Window};
use super::formulas::{scope_word, shown};
use super::measures::{Asked, Of};
use super::row_formula::RowFormula;
use super::{Explained, Explainer};
use crate::data::lineage::{self, Lineage, RowsOf, Shown};
use crate::data::lineage::{GroupOf, LeftOut as Reason};
use crate::data::options::Options;
use crate::diagnostic::Diagnostic;
use crate::language::{Gives, ScopeWord};
use crate::model::DataId;
use crate::model::types::unit::DisplayUnit;
use crate::plan::query::{MeasureId, RowNode, Rows};
use crate::report::plan::rows_in_words;
use crate::value::{Missing, Value};

impl Explainer<'_> {
    /// What the aggregates are about, without their rows.
    pub(super) fn with_measures(&self, mut explained: Explained) -> Explained {
        explained.why.measures = explained.measures.0.keys().map(|asked| self.measure(*asked)).collect();
        explained
    }

    /// Asks the data for the rows behind those aggregates that are wanted.
    pub fn with_rows(
        &self,
        explained: &mut Explained,
        options: &Options,
        listed: Shown,
        wanted: impl Fn(usize) -> bool,
    ) -> Result<(), Vec<Diagnostic>> {
        // Somebody without a team has no rows of one.
        let group = |asked: &Asked| match asked.of {
            Of::Company => Some(GroupOf::Company),
            Of::Team(team) => team.map(GroupOf::Team),
            Of::Own(roster, post) => Some(GroupOf::Post { roster, post }),
        };
        let keys = explained.measures.0.keys().enumerate().filter(|(at, _)| wanted(*at));
        let asked: Vec<(usize, lineage::Asked)> = keys
            .filter_map(|(at, asked)| Some((at, lineage::Asked { measure: asked.measure, group: group(asked)? })))
            .collect();
        if asked.is_empty() {
            return Ok(());
        }
        let wanted: Vec<lineage::Asked> = asked.iter().map(|(_, asked)| asked.clone()).collect();
        let found = lineage::lineage(self.model, &self.plan.query, options, &wanted, listed)?;
        for ((at, asked), lineage) in asked.into_iter().zip(found) {
            self.fill(&mut explained.why.measures[at], asked.measure, &lineage);
        }
        Ok(())
    }

    fn fill(&self, told: &mut Measure, measure: MeasureId, lineage: &Lineage) {
        let planned = &self.plan.query.measures[measure.0];
        let row = &self.model.data[told.data_id.0].row;
        // A number of rows, or a part of them, has no unit in which its rows could be told.
        let is_of_values = planned.value.is_some() && planned.function.signature().gives == Gives::Values;
        let unit = is_of_values.then(|| told.unit.clone());
        told.rows = Some(lineage.rows);
        told.counted = Some(rows_of(&lineage.counted, unit.as_ref()));
        let left_out = lineage.left_out.iter().map(|(why, rows)| LeftOut {
            why: word(*why),
            words: words(*why, &row.plural).to_string(),
            rows: rows_of(rows, unit.as_ref()),
        });
        told.left_out = left_out.collect();
        let table = self.plan.query.tables.iter().find(|table| table.data == planned.data);
        let nodes = table.map_or(&[][..], |table| &table.nodes);
        let formula = RowFormula::of(nodes, planned, &lineage.leaves, |node| self.name_of_leaf(planned.data, node));
        told.row_value = planned.value.map(|node| formula.place(node));
        told.row_condition = planned.condition.map(|node| formula.place(node));
        told.formula = formula.steps;
    }

    fn name_of_leaf(&self, data: DataId, node: &RowNode) -> String {
        match node {
            RowNode::Column { via, column } => {
                self.column_behind(data, via, *column).map_or(String::new(), |(.., name)| name)
            }
            RowNode::Inner { measure, .. } => self.text(self.plan.query.spans[measure.0]),
            _ => String::new(),
        }
    }

    fn measure(&self, asked: Asked) -> Measure {
        let (query, model) = (&self.plan.query, self.model);
        let (measure, span) = (&query.measures[asked.measure.0], query.spans[asked.measure.0]);
        let set = &model.data[measure.data.0];
        let answered = &self.answers.measures[asked.measure.0];
        let group = match asked.of {
            Of::Company => Some(0),
            Of::Team(team) => team,
            Of::Own(_, post) => Some(post),
        };
        let value = match asked.of {
            Of::Team(None) => Value::stated("in no team"),
            Of::Company | Of::Team(Some(_)) | Of::Own(..) => {
                group.and_then(|group| answered.get(group)).map_or(Value::Missing(Missing::NoRows), |one| one.value)
            }
        };
        let unit = self.units.at(span);
        let (scope, of, whose) = match asked.of {
            Of::Company => (ScopeWord::Company, None, "of the whole company".to_string()),
            Of::Team(team) => {
                let team = team.and_then(|team| self.answers.teams.get(team));
                let name = team.map_or("no team".into(), |team| team.name_on(self.plan.last_day));
                let key = team.map(|team| team.key.to_string());
                (ScopeWord::Team, key, format!("of {name} with all teams below it"))
            }
            Of::Own(roster, post) => {
                let post = self.answers.rosters.get(roster).and_then(|roster| roster.posts.get(post));
                let key = post.map(|post| post.person.to_string());
                let name = post.map_or(String::new(), |post| match post.name.is_empty() {
                    true => post.person.to_string(),
                    false => post.name.to_string(),
                });
                (ScopeWord::Own, key, format!("of {name} in this post"))
            }
        };
        let label = self.show.label(&set.label);
        let data = if label.is_empty() { &set.name } else { label };
        let rows = rows_in_words(&self.show, self.plan, &measure.rows);
        let window = match &measure.rows {
            Rows::Dated { column, .. } => format!("dated by {}, in {rows}", set.column(*column).name),
            _ => rows,
        };
        let words = format!("{data}, {window}, {whose}");
        Measure {
            text: self.text(span),
            at: self.at(span),
            function: measure.function.signature().name,
            data: set.name.clone(),
            scope: scope_word(scope),
            of,
            window: self.window(&measure.rows, measure.data),
            fraction: measure.fraction.clone(),
            counts_keys: measure.counts_keys(),
            value: Val::from(&value),
            rows: None,
            counted: None,
            left_out: Vec::new(),
            formula: Vec::new(),
            row_value: None,
            row_condition: None,
            data_id: measure.data,
            unit,
            words,
        }
    }

    fn window(&self, rows: &Rows, data: crate::model::DataId) -> Window {
        let (kind, column, days) = match rows {
            Rows::All => ("all", None, None),
            Rows::Dated { column, months } => {
                let days = self.model.company.calendar.days(*months);
                ("dated", Some(self.model.data[data.0].column(*column).name.clone()), Some(days))
            }
            Rows::HeldOn(day) => ("held_on", None, Some((*day, *day))),
            Rows::HeldDuring(first, last) => ("held_during", None, Some((*first, *last))),
            Rows::Newest(first, last) => ("newest", None, Some((*first, *last))),
            Rows::TakenDuring(first, last) => ("taken_during", None, Some((*first, *last))),
        };
        Window {
            rows: kind,
            column,
            from: days.map(|(first, _)| first.to_string()),
            to: days.map(|(_, last)| last.to_string()),
        }
    }
}

fn rows_of(rows: &RowsOf, unit: Option<&DisplayUnit>) -> document::Rows {
    let row = |row: &lineage::Row| document::Row {
        file: row.place.file.clone(),
        sheet: row.place.sheet.clone(),
        row: row.place.row,
        key: row.key.as_ref().map(|key| key.to_string()).or_else(|| row.place.key.clone()),
        from: row.from.map(|day| day.to_string()),
        to: row.to.map(|day| day.to_string()),
        value: Val::from(&row.value),
        shown: unit.map_or(String::new(), |unit| shown(&row.value, unit)),
        share: row.share.clone(),
        cells: row.leaves.iter().map(Val::from).collect(),
    };
    let total = rows.total.as_ref().filter(|_| unit.is_some());
    document::Rows {
        rows: rows.rows,
        total: rows.total.clone(),
        total_shown: total.zip(unit).map(|(total, unit)| shown(&Value::Number(total.clone()), unit)),
        listed: rows.first.iter().map(row).collect(),
    }
}

/// What a reason is called in documents.
fn word(why: Reason) -> &'static str {
    match why {
        Reason::Nobody => "nobody",
        Reason::Others => "others",
        Reason::NoDate => "no_date",
        Reason::OtherTime => "other_time",
        Reason::OutsideStints => "outside_stints",
        Reason::Condition => "condition",
        Reason::ConditionMissing => "condition_missing",
        Reason::TooLarge => "too_large",
        Reason::Blank => "blank",
        Reason::NotPicked => "not_picked",
    }
}

/// The same for people, behind a number of rows.
fn words(why: Reason, _plural: &str) -> &'static str {
    match why {
        Reason::Nobody => "of nobody: a link is blank",
        Reason::Others => "of others",
        Reason::NoDate => "without a date",
        Reason::OtherTime => "of another time",
        Reason::OutsideStints => "of days outside this post",
        Reason::Condition => "for which the condition does not hold",
        Reason::ConditionMissing => "for which the condition cannot be told",
        Reason::TooLarge => "with a number that is too large",
        Reason::Blank => "without a value",
        Reason::NotPicked => "beside the one taken",
    }
}
