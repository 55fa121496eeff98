//! Data sets and their columns, laid out for comparison.

use super::declared::in_unit;
use super::items::{Declared, Facet, Item};
use super::reader::{At, Depth, Reader};
use super::terms::{Symbol, TermId};
use crate::model::data::{
    Across, Belongs, Choice, Column, ColumnIx, ColumnType, DataId, DataSet, FilePattern, Roster, Route, RulingColumns,
    TimeShape, YearOf,
};
use crate::source::Span;

impl<'a> Reader<'a> {
    /// A data set without its columns, of which each is declared for itself.
    pub fn data_declared(&self, at: usize) -> Declared<'a> {
        let id = DataId(at);
        let DataSet {
            name,
            label,
            span,
            roster,
            organisation,
            rulings,
            files,
            relations,
            row,
            across,
            key,
            time,
            across_stints,
            columns: _,
            ignore_rows_starting,
            ignore_columns,
            may_be_empty,
            encoding,
            belongs,
        } = &self.model.data[at];
        let place = *span;
        let column = |column: &ColumnIx| self.column(id, *column);
        let named = |columns: &[ColumnIx]| {
            columns
                .iter()
                .map(|one| format!("`{}`", self.model.data[at].column(*one).name))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let quoted = |texts: &[String]| texts.iter().map(|text| format!("\"{text}\"")).collect::<Vec<_>>().join(", ");
        let told = |key: &str, what: &str, term: TermId, text: String| self.told(key, what, term, text, place);
        let (roster_term, roster_text) = self.roster(id, roster.as_ref());
        let file = |file: &FilePattern| {
            let FilePattern { pattern, sheet, span: _ } = file;
            self.said((pattern, sheet))
        };
        let file_text = |file: &FilePattern| match &file.sheet {
            Some(sheet) => format!("\"{}\" sheet \"{sheet}\"", file.pattern),
            None => format!("\"{}\"", file.pattern),
        };
        let mut reads: Vec<TermId> = files.iter().map(file).collect();
        reads.extend(relations.iter().map(|(relation, _)| self.said(relation)));
        let mut from: Vec<String> = files.iter().map(file_text).collect();
        from.extend(relations.iter().map(|(relation, _)| format!("postgres \"{relation}\"")));
        let (time_term, time_text) = self.time(id, time);
        let (belongs_term, belongs_text) = self.belongs(id, belongs);
        let across_term = self.maybe(across.as_ref().map(|across| self.across(id, across)));
        let across_text = across.as_ref().map_or("no", |_| "months across").to_string();
        let keys: Vec<TermId> = key.iter().map(column).collect();
        let ruling_columns: Vec<ColumnIx> = rulings.iter().flat_map(RulingColumns::all).collect();
        let rulings_term = self
            .maybe(rulings.map(|_| self.node("rulings", ruling_columns.iter().map(column).collect::<Vec<TermId>>())));
        let rulings_text = named(&ruling_columns);
        let item = Item::new("data", format!("data set `{name}`"), place)
            .saying(from.join(", "))
            .with(self.label_facet(label, name, place))
            .with(told("roster", "who is evaluated", roster_term, roster_text))
            .with(told(
                "organisation",
                "the column of the parent",
                self.maybe(organisation.as_ref().map(column)),
                named(organisation.as_slice()),
            ))
            .with(told("rulings", "columns of rulings", rulings_term, rulings_text))
            .with(told("files", "files", self.node("files", reads), from.join(", ")))
            // Rosters with the same word for a row are read alike.
            .with(told("row", "word for a row", self.said(&row.singular), row.singular.clone()))
            .with(self.seen("rows", "word for rows", row.plural.clone(), place))
            .with(told("across", "months side by side", across_term, across_text))
            .with(told("key", "key", self.node("key", keys), named(key)))
            .with(told("time", "time", time_term, time_text))
            .with(told("stints", "rows across stints", self.said(across_stints), stints_text(across_stints.as_ref())))
            .with(told(
                "ignored rows",
                "rows that are no data",
                self.said(ignore_rows_starting),
                quoted(ignore_rows_starting),
            ))
            .with(told(
                "ignored columns",
                "columns that are no months",
                self.said(ignore_columns),
                quoted(ignore_columns),
            ))
            .with(told("empty", "whether it may be empty", self.said(may_be_empty), may_be_empty.to_string()))
            .with(told(
                "encoding",
                "encoding",
                self.said(encoding.map(|one| one.name())),
                encoding.map_or("", |one| one.name()).to_string(),
            ))
            .with(told("belongs", "whose rows they are", belongs_term, belongs_text));
        Declared { symbol: Symbol::Data(self.data_name(id).to_string()), kind: "data set", name: name.clone(), item }
    }

    fn roster(&self, id: DataId, roster: Option<&Roster>) -> (TermId, String) {
        let Some(Roster { post, every, not_evaluated }) = roster else {
            return (self.maybe(None), "nobody".to_string());
        };
        let every_term = every.as_ref().map(|name| self.position_name(name));
        let post_term = self.maybe(post.map(|post| self.column(id, post)));
        let term = self.node("roster", [post_term, self.said(every_term), self.said(not_evaluated)]);
        let whom = match (post, every) {
            (_, Some(every)) => format!("every row as `{every}`"),
            (Some(post), _) => format!("by `{}`", self.model.data[id.0].column(*post).name),
            (None, None) => "its rows".to_string(),
        };
        let but = not_evaluated.as_ref().map(|posts| format!(", not {}", posts.join(", ")));
        (term, format!("{whom}{}", but.unwrap_or_default()))
    }

    fn time(&self, id: DataId, time: &TimeShape) -> (TermId, String) {
        let name = |column: &ColumnIx| format!("`{}`", self.model.data[id.0].column(*column).name);
        match time {
            TimeShape::Always => (self.said("always"), "none".into()),
            TimeShape::Dated(column) => {
                (self.node("dated", [self.column(id, *column)]), format!("dated by {}", name(column)))
            }
            TimeShape::Valid { from, to } => {
                let end = self.maybe(to.map(|to| self.column(id, to)));
                let text = format!(
                    "valid from {}{}",
                    name(from),
                    to.as_ref().map_or(String::new(), |to| format!(" to {}", name(to)))
                );
                (self.node("valid", [self.column(id, *from), end]), text)
            }
            TimeShape::Snapshot(column) => {
                (self.node("snapshot", [self.column(id, *column)]), format!("snapshot at {}", name(column)))
            }
        }
    }

    fn across(&self, id: DataId, across: &Across) -> TermId {
        let Across { month, value, year, span: _ } = across;
        let year = match year {
            None => self.said("no year"),
            Some(YearOf::Year(year)) => self.said(year),
            Some(YearOf::Column(column)) => self.column(id, *column),
        };
        self.node("across", [self.column(id, *month), self.column(id, *value), year])
    }

    /// The ways from a row to people and teams. Where there is none, it is as if nothing were said.
    fn belongs(&self, id: DataId, belongs: &Belongs) -> (TermId, String) {
        let Belongs { own, team } = belongs;
        let route = |to: &str, route: &Route| match route {
            Route::None => None,
            Route::Links(links) => {
                let mut data = id;
                let mut names = Vec::new();
                for link in links {
                    let column = self.model.data[data.0].column(*link);
                    names.push(column.name.clone());
                    if let ColumnType::Link { data: target, .. } = &column.ty {
                        data = *target;
                    }
                }
                let by = if names.is_empty() { "itself".to_string() } else { format!("`{}`", names.join(".")) };
                Some((self.links(id, links), format!("{to} by {by}")))
            }
            Route::Ambiguous(data, one, other) => {
                let term = self.node("two ways", [self.column(*data, *one), self.column(*data, *other)]);
                Some((term, format!("{to} by one of two ways")))
            }
        };
        let mut ways: Vec<(TermId, String)> = Vec::new();
        for (roster, way) in own {
            let to = format!("`{}`", self.model.data[roster.0].name);
            ways.extend(route(&to, way).map(|(way, text)| (self.node("own", [self.data(*roster), way]), text)));
        }
        ways.sort();
        ways.extend(route("teams", team).map(|(way, text)| (self.node("team", [way]), text)));
        let (terms, texts): (Vec<TermId>, Vec<String>) = ways.into_iter().unzip();
        (self.node("belongs", terms), texts.join(", "))
    }

    pub fn column_declared(&self, data: usize, at: usize) -> Declared<'a> {
        let (id, column) = (DataId(data), ColumnIx(at));
        let set = &self.model.data[data];
        let Column { name, label, span, ty, optional, headers, format, numbers, blank, limits, derived } =
            &set.columns[at];
        let place = *span;
        let told = |key: &str, what: &str, term: TermId, text: String| self.told(key, what, term, text, place);
        let formula = derived.as_ref().map(|formula| {
            let [own, whole] = [Depth::Own, Depth::Whole].map(|depth| self.formula(formula, At::of(depth).about(id)));
            let facet = Facet::new("formula", "formula", own, whole, self.text(formula.span), formula.span);
            Facet { formula: Some(formula), ..facet }
        });
        let limits = limits.as_ref().map(|(low, high)| {
            let shown = |number| match ty {
                ColumnType::Number { unit, .. } => in_unit(number, unit),
                _ => number.to_string(),
            };
            told("limits", "limits", self.said((low, high)), format!("between {} and {}", shown(low), shown(high)))
        });
        let mut item = Item::new("column", format!("column `{name}`"), place)
            .with(self.label_facet(label, name, place))
            .with(told(
                "optional",
                "whether it may be blank",
                self.said(optional),
                if *optional { "yes" } else { "no" }.into(),
            ))
            .with_all(self.type_facets(id, ty, place));
        // A column that no file holds has neither headers nor cells.
        if derived.is_none() {
            let signs = numbers.as_ref().map_or(String::new(), |signs| format!("\"{}\"", signs.example));
            let quoted =
                |texts: &[String]| texts.iter().map(|text| format!("\"{text}\"")).collect::<Vec<_>>().join(", ");
            item = item
                .with(told("headers", "header in the files", self.said(headers), quoted(headers)))
                .with(told("format", "form of dates", self.said(format), format.clone().unwrap_or_default()))
                .with(told("numbers", "form of numbers", self.said(numbers), signs))
                .with(told("blank", "what stands for blank", self.said(blank), quoted(blank)));
        }
        let item = item.with_all(limits).with_all(formula);
        let symbol = Symbol::Column(self.data_name(id).to_string(), self.column_name(id, column));
        Declared { symbol, kind: "column", name: format!("{}.{name}", set.name), item }
    }

    fn type_facets(&self, id: DataId, ty: &ColumnType, place: Span) -> Vec<Facet<'a>> {
        let plain = |text: &str| vec![self.told("type", "type", self.said(text), text, place)];
        match ty {
            ColumnType::Text => plain("text"),
            ColumnType::Date => plain("date"),
            ColumnType::Period => plain("period"),
            ColumnType::Flag => plain("flag"),
            ColumnType::Position => plain("position"),
            ColumnType::Number { unit, cell_factor } => {
                let term = self.said((unit.dimension.to_string(), cell_factor));
                let text = match cell_factor {
                    Some(factor) if !unit.singular.is_empty() => format!("{} (cells × {factor})", unit.singular),
                    _ if unit.singular.is_empty() => "number".to_string(),
                    _ => unit.singular.clone(),
                };
                vec![
                    self.told("type", "type", term, text, place),
                    Facet::shown("unit", "unit", self.unit(unit), unit.singular.clone(), place),
                ]
            }
            ColumnType::Choice(choices) => {
                let text = |choice: &Choice| {
                    let Choice { name, texts } = choice;
                    if texts.is_empty() { name.clone() } else { format!("{name} \"{}\"", texts.join("\" \"")) }
                };
                let pieces: Vec<String> = choices.iter().map(text).collect();
                let facet =
                    self.told("type", "labels", self.said(choices), format!("one of {}", pieces.join(", ")), place);
                vec![Facet { pieces, ..facet }]
            }
            ColumnType::Link { data, by } => {
                let by_term: Vec<TermId> = by.iter().map(|column| self.column(id, *column)).collect();
                let term = self.node("link", [self.data(*data), self.node("by", by_term)]);
                vec![self.told("type", "type", term, format!("link to `{}`", self.model.data[data.0].name), place)]
            }
        }
    }

    /// All columns of a data set.
    pub fn columns_declared(&self, data: usize) -> Vec<Declared<'a>> {
        (0..self.model.data[data].columns.len()).map(|at| self.column_declared(data, at)).collect()
    }
}

fn stints_text(stints: Option<&crate::language::AcrossStints>) -> String {
    match stints {
        None => "not said".into(),
        Some(crate::language::AcrossStints::SharedByDays) => "shared by days".into(),
        Some(crate::language::AcrossStints::HeldLast) => "held last".into(),
    }
}
