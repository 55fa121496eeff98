//! Data sets: from their clauses to schemas. `columns` reads what a column is, `routes` the ways that links make.

use std::path::Path;

use super::columns::untyped_column;
use super::written::Written;
use super::{Belongs, Column, ColumnIx, ColumnType, DataId, DataSet, FileForm, FilePattern, Roster, TimeShape};
use crate::alike::folded;
use crate::diagnostic::{Code, Diagnostic, Help, Mend};
use crate::model::CalendarData;
use crate::model::checker::{Checker, Symbol};
use crate::model::names::uses::Use;
use crate::model::types::unit::DisplayUnit;
use crate::plural::plural;
use crate::source::Span;
use crate::syntax::tree;
use crate::syntax::tree::DataClause;

impl Checker<'_> {
    pub(in crate::model) fn declare_data(&mut self) {
        let declared = self.declarations.data.clone();
        for data in &declared {
            self.declare_row(data);
        }
        for (at, data) in declared.iter().enumerate() {
            let data = self.data_set(DataId(at), data);
            self.model.data.push(data);
        }
        self.one_organisation();
        self.link_keys(&declared);
        self.routes(&declared);
        self.rulings(&declared);
    }

    /// The data set of the company's own months: one column of periods, and the first and the last day.
    pub(in crate::model) fn own_calendar(&mut self) {
        let settings = self.declarations.companies.first().map(|company| &company.settings);
        let name = settings.into_iter().flatten().find_map(|setting| match setting {
            tree::Setting::Calendar(name) => Some(name.clone()),
            _ => None,
        });
        let Some(name) = name else { return };
        let found = self.find(&name, "data set", |symbol| matches!(symbol, Symbol::Data(_)));
        let Some(Symbol::Data(at)) = found else { return };
        let set = &self.model.data[at];
        let of = |wanted: fn(&ColumnType) -> bool| -> Vec<ColumnIx> {
            let columns = set.columns.iter().enumerate();
            // The months are read before anything can be computed.
            let fits = |column: &Column| wanted(&column.ty) && !column.optional && !self.has_formula(set, &column.name);
            columns.filter(|(_, column)| fits(column)).map(|(at, _)| ColumnIx(at)).collect()
        };
        let (periods, days) = (of(|ty| matches!(ty, ColumnType::Period)), of(|ty| matches!(ty, ColumnType::Date)));
        let ([month], [first, last]) = (periods.as_slice(), days.as_slice()) else {
            let (span, text) = (set.span, set.name.clone());
            return self.report(
                Diagnostic::new(Code::BadDataSet, format!("`{text}` does not tell the months of the calendar"))
                    .at(span, "its columns")
                    .at(name.span, "the company's calendar")
                    .help(
                        "give it three columns, none of them optional or a formula, for the month, its first day and its last \
                         day, in that order, as in `column month : period`, `column begins : date`, `column ends : date`",
                    ),
            );
        };
        let own = CalendarData { data: DataId(at), month: *month, first: *first, last: *last };
        self.used.insert(Use::Data(own.data));
        self.used.extend([own.month, own.first, own.last].map(|column| Use::Column(own.data, column)));
        self.model.company.calendar_data = Some(own);
    }

    fn declare_row(&mut self, data: &tree::Data) {
        for clause in &data.clauses {
            let DataClause::Row(noun) = clause else { continue };
            if self.units.get(&noun.text).is_none() {
                let english = self.model.company.languages.first().is_none_or(|language| language == "en");
                let plural = if english { plural(&noun.text) } else { noun.text.clone() };
                // Where the plural is the name of another unit, the word serves for both.
                if self.units.add_counted(&noun.text, &plural).is_some() {
                    self.units.add_counted(&noun.text, &noun.text);
                }
            }
        }
    }

    fn data_set(&mut self, id: DataId, data: &tree::Data) -> DataSet {
        let mut set = DataSet {
            name: data.name.text.clone(),
            label: self.label(&data.name.text, &data.label),
            span: data.name.span,
            roster: None,
            organisation: None,
            rulings: None,
            files: Vec::new(),
            relations: Vec::new(),
            across: None,
            row: DisplayUnit::number(),
            key: Vec::new(),
            time: TimeShape::Always,
            across_stints: None,
            columns: Vec::new(),
            ignore_rows_starting: Vec::new(),
            ignore_columns: Vec::new(),
            may_be_empty: false,
            encoding: None,
            belongs: Belongs::default(),
        };
        let mut files = self.model.company.files.clone();
        for clause in &data.clauses {
            if let DataClause::Written(written) = clause {
                files = self.written(written, files);
            }
        }
        set.encoding = files.encoding;
        for clause in &data.clauses {
            if let DataClause::Column(column) = clause {
                self.own_column(&mut set, column, &files);
            }
        }
        let mut shape: Option<Span> = None;
        for clause in &data.clauses {
            self.data_clause(id, &mut set, data, clause, &mut shape);
        }
        self.encoding_of_texts(data, &set);
        self.not_evaluated(&mut set, data);
        self.rows_called_period(data, &set);
        self.shape_columns_present(&set);
        self.dates_of_a_server(&set);
        self.what_it_lacks(data, &set);
        set
    }

    /// Takes a column in that is not there yet.
    fn own_column(&mut self, set: &mut DataSet, written: &tree::Column, files: &Written) {
        if let Some(first) = set.columns.iter().find(|known| known.name == written.name.text) {
            self.report(
                Diagnostic::new(Code::DeclaredTwice, format!("the column `{}` is declared twice", written.name.text))
                    .at(written.name.span, "declared again here")
                    .at(first.span, "declared first here")
                    .help("remove one of the two, or give it another name"),
            );
            return;
        }
        let before = self.diagnostics.len();
        let column = self.column(written, files);
        let typed = !matches!(written.ty, tree::Type::Unit(_) | tree::Type::LinkBy { .. });
        if !typed && !matches!(column.ty, ColumnType::Link { .. }) && self.diagnostics.len() > before {
            self.untyped.insert(untyped_column(&set.name, &column.name));
        }
        set.columns.push(column);
    }

    /// Takes in what a clause other than a column's says; `shape` is where the time of rows is said.
    fn data_clause(
        &mut self,
        id: DataId,
        set: &mut DataSet,
        data: &tree::Data,
        clause: &DataClause,
        shape: &mut Option<Span>,
    ) {
        match clause {
            DataClause::Column(_) | DataClause::BelongsTo { .. } | DataClause::Written(_) => {}
            DataClause::Roster { position, span } => {
                let post = self.one_post(set, position.as_ref(), *span);
                let every = position.as_ref().map(|name| {
                    self.find(name, "position", |symbol| matches!(symbol, Symbol::Position(_)));
                    name.text.clone()
                });
                set.roster = Some(Roster { post, every, not_evaluated: None });
            }
            DataClause::Organisation(span) => self.parents(id, set, *span),
            // When all links are known.
            DataClause::Rulings(_) => {}
            DataClause::File { pattern, sheet } => {
                set.files.push(FilePattern {
                    pattern: pattern.value.clone(),
                    sheet: sheet.as_ref().map(|sheet| sheet.value.clone()),
                    span: pattern.span,
                });
            }
            DataClause::FromPostgres(relation) => {
                if relation.value.trim().is_empty() {
                    self.report(
                        Diagnostic::new(Code::BadDataSet, format!("`{}` does not say what is read", set.name))
                            .at(relation.span, "no table")
                            .help(format!("name a table, as in `from postgres \"{}\"`, or write a query", set.name)),
                    );
                }
                set.relations.push((relation.value.clone(), relation.span));
            }
            DataClause::Row(noun) => {
                self.uses_unit(&noun.text);
                if let Some(unit) = self.units.get(&noun.text) {
                    set.row = unit;
                }
            }
            DataClause::Key { columns, .. } => columns.iter().for_each(|name| self.key_column(set, name)),
            DataClause::DatedBy { column: name, across_stints } => {
                self.one_shape(shape, name.span);
                let dated = |ty: &ColumnType| matches!(ty, ColumnType::Date | ColumnType::Period);
                if let Some(column) = self.clause_column(set, name, dated, "a date or a period") {
                    set.time = TimeShape::Dated(column);
                    set.across_stints = self.across_stints(set, column, *across_stints);
                }
            }
            DataClause::Valid { from, to, span } => {
                self.one_shape(shape, *span);
                let date = |ty: &ColumnType| matches!(ty, ColumnType::Date);
                let start = self.clause_column(set, from, date, "a date");
                let end = to.as_ref().and_then(|to| self.clause_column(set, to, date, "a date"));
                if let Some(from) = start {
                    set.time = TimeShape::Valid { from, to: end };
                }
            }
            DataClause::SnapshotOn(name) => {
                self.one_shape(shape, name.span);
                let date = |ty: &ColumnType| matches!(ty, ColumnType::Date);
                if let Some(column) = self.clause_column(set, name, date, "a date") {
                    set.time = TimeShape::Snapshot(column);
                }
            }
            DataClause::MonthsAcross { .. } => set.across = self.across(set, clause),
            DataClause::MayBeEmpty(_) => set.may_be_empty = true,
            // When all clauses are read: `roster` may stand behind it.
            DataClause::NotEvaluated(..) => {}
            DataClause::IgnoreRowsStarting(texts) => {
                let starts = self.row_starts(texts);
                set.ignore_rows_starting.extend(starts);
            }
            DataClause::IgnoreColumns(texts, span) => {
                let across = data.clauses.iter().any(|one| matches!(one, DataClause::MonthsAcross { .. }));
                let headers = self.ignored_columns(set, texts, *span, across);
                set.ignore_columns.extend(headers);
            }
        }
    }

    /// The rows are a tree, by the column that names the parent.
    fn parents(&mut self, id: DataId, set: &mut DataSet, span: Span) {
        let parent =
            set.columns.iter().position(|column| matches!(column.ty, ColumnType::Link { data, .. } if data == id));
        match parent {
            Some(parent) => set.organisation = Some(ColumnIx(parent)),
            None => self.report(
                Diagnostic::new(
                    Code::BadDataSet,
                    format!("the organisation `{}` has no column for the parent", set.name),
                )
                .at(span, "a tree needs parents")
                .help(Help::of(
                    "add the line of such a column: `{}`",
                    self.line_in(set.span, format!("column parent : {} optional", set.name)),
                )),
            ),
        }
    }

    /// Takes in a part of the key.
    fn key_column(&mut self, set: &mut DataSet, name: &tree::Name) {
        if let Some(column) = self.clause_column(set, name, |_| true, "") {
            if set.columns[column.0].optional {
                self.report(
                    Diagnostic::new(Code::BadDataSet, format!("the key column `{}` may be blank", name.text))
                        .at(name.span, "a key must always be there")
                        .help(Help::of(
                            &format!("remove `optional` from `{}`, or choose another key", name.text),
                            self.word_behind(set.columns[column.0].span, "optional").map(|at| self.without(at)),
                        )),
                );
            }
            set.key.push(column);
        }
    }

    /// `period.…` would be two things.
    fn rows_called_period(&mut self, data: &tree::Data, set: &DataSet) {
        let noun = data.clauses.iter().find_map(|clause| match clause {
            DataClause::Row(noun) if noun.text == "period" => Some(noun.span),
            _ => None,
        });
        if let (Some(noun), true) = (noun, set.roster.is_some()) {
            self.report(
                Diagnostic::new(
                    Code::AmbiguousName,
                    "`period.…` could be the one evaluated, a row of this roster, or the period evaluated",
                )
                .at(noun, "the word for the one evaluated")
                .help("give the rows another word, such as `row entry`"),
            );
        }
    }

    /// A server has its own way to write dates.
    fn dates_of_a_server(&mut self, set: &DataSet) {
        if let (Some(column), false) =
            (set.columns.iter().find(|one| one.is_day_before_month()), set.relations.is_empty())
        {
            self.report(
                Diagnostic::new(
                    Code::BadDataSet,
                    format!("a server writes dates as `2026-07-01`, and `{}` has the day before the month", column.name),
                )
                .at(column.span, format!("`{}`", column.format.as_deref().unwrap_or_default()))
                .help("take the format away; where the server holds texts, make dates of them in the query: `from postgres \"select …\"`"),
            );
        }
    }

    /// A data set says where it is, what a row of it is, and how rows are told apart where they must be.
    fn what_it_lacks(&mut self, data: &tree::Data, set: &DataSet) {
        if set.files.is_empty() && set.relations.is_empty() {
            self.report(
                Diagnostic::new(
                    Code::Incomplete,
                    format!("the data set `{}` does not say which file it is in", set.name),
                )
                .at(set.span, "no `file`")
                .help(format!("add the line that names its files, as in `file \"{}*.csv\"`", set.name)),
            );
        }
        if !data.clauses.iter().any(|clause| matches!(clause, DataClause::Row(_))) {
            self.report(
                Diagnostic::new(Code::Incomplete, format!("the data set `{}` does not say what a row is", set.name))
                    .at(set.span, "no `row`")
                    .help("say what a row is, which names what is counted, as in `row policy`"),
            );
        }
        let written = data.clauses.iter().any(|clause| matches!(clause, DataClause::Key { .. }));
        let is_role = set.roster.is_some() || set.organisation.is_some();
        if !written && set.key.is_empty() && (is_role || matches!(set.time, TimeShape::Valid { .. })) {
            let why = if is_role { "a roster or an organisation" } else { "a data set whose rows hold from a day on" };
            self.report(
                Diagnostic::new(Code::Incomplete, format!("the data set `{}` has no key", set.name))
                    .at(set.span, "no `key`")
                    .help(format!("{why} needs one: name its column, as in `key code`")),
            );
        }
    }

    /// The column that says who holds which post: one of it, or none where the roster says it for all rows.
    fn one_post(&mut self, set: &DataSet, every: Option<&tree::Name>, span: Span) -> Option<ColumnIx> {
        let is_post = |at: &usize| matches!(set.columns[*at].ty, ColumnType::Position);
        let posts: Vec<usize> = (0..set.columns.len()).filter(is_post).collect();
        match (posts.as_slice(), every) {
            ([], None) => self.report(
                Diagnostic::new(
                    Code::BadDataSet,
                    format!("the roster `{}` does not say who holds which post", set.name),
                )
                .at(span, "whose post?")
                .help("add a column of that type, as in `column post : position`, or say which post everyone has, `roster as …`"),
            ),
            ([post, ..], Some(every)) => self.report(
                Diagnostic::new(Code::BadDataSet, format!("the roster `{}` says twice who holds which post", set.name))
                    .at(span, format!("everyone is `{}`", every.text))
                    .at(set.columns[*post].span, "each row says its own post")
                    .help(format!("write `roster` alone to go by the column, or give `{}` another type", set.columns[*post].name)),
            ),
            ([one, other, ..], None) => self.report(
                Diagnostic::new(Code::BadDataSet, format!("the roster `{}` has two columns for the post", set.name))
                    .at(set.columns[*other].span, "the second")
                    .at(set.columns[*one].span, "the first")
                    .help(format!(
                        "keep the type for the post that is evaluated, and give the other one another, as in `column {} : text`",
                        set.columns[*other].name
                    )),
            ),
            ([_], None) | ([], Some(_)) => {}
        }
        posts.first().copied().map(ColumnIx)
    }

    fn one_shape(&mut self, shape: &mut Option<Span>, span: Span) {
        if let Some(first) = shape {
            self.report(
                Diagnostic::new(Code::BadDataSet, "a data set has one shape in time")
                    .at(span, "a second one")
                    .at(*first, "the first one")
                    .help("keep one of the two; two data sets may read the same file"),
            );
        } else {
            *shape = Some(span);
        }
    }

    /// Rows that hold from a day on need that day; snapshots theirs.
    fn shape_columns_present(&mut self, set: &DataSet) {
        let needed = match set.time {
            TimeShape::Valid { from, .. } => from,
            TimeShape::Snapshot(on) => on,
            TimeShape::Always | TimeShape::Dated(_) => return,
        };
        let column = &set.columns[needed.0];
        if column.optional {
            self.report(
                Diagnostic::new(
                    Code::BadDataSet,
                    format!("the column `{}` may be blank, but says when a row begins to hold", column.name),
                )
                .at(column.span, "must always be there")
                .help(Help::of(
                    "remove `optional`",
                    self.word_behind(column.span, "optional").map(|at| self.without(at)),
                )),
            );
        }
    }

    /// An `encoding` of files that are no texts says nothing.
    fn encoding_of_texts(&mut self, data: &tree::Data, set: &DataSet) {
        let is_text = |file: &FilePattern| FileForm::of(Path::new(&file.pattern)) == FileForm::Text;
        if set.files.iter().any(is_text) || set.files.is_empty() && set.relations.is_empty() {
            return;
        }
        let written = data.clauses.iter().find_map(|clause| match clause {
            DataClause::Written(written) => written.encoding.as_ref(),
            _ => None,
        });
        if let Some(name) = written {
            let what = if set.files.is_empty() { "tables of a server" } else { "spreadsheets and Parquet files" };
            self.report(
                Diagnostic::new(
                    Code::Misplaced,
                    format!("`encoding` is for files of text, and `{}` has {what}", set.name),
                )
                .at(name.span, "has no effect")
                .help("remove the line: these files say themselves how they are written"),
            );
        }
    }

    /// How rows begin that are no data. Every row begins with nothing.
    fn row_starts(&mut self, texts: &[tree::Text]) -> Vec<String> {
        let mut starts = Vec::new();
        for text in texts {
            match text.value.trim() {
                "" => self.report(
                    Diagnostic::new(Code::BadDataSet, "`ignore rows starting \"\"` would leave every row out")
                        .at(text.span, "every row starts so")
                        .help("write how such rows start, as in `ignore rows starting \"Total\"`; blank rows are no rows anyway"),
                ),
                start => starts.push(start.to_string()),
            }
        }
        starts
    }

    /// Headers that are no months, on purpose. `across` says whether the files have months side by side at all.
    fn ignored_columns(&mut self, set: &DataSet, texts: &[tree::Text], span: Span, across: bool) -> Vec<String> {
        if !across {
            self.report(
                Diagnostic::new(Code::Misplaced, "`ignore columns` is for files that have a column for each month")
                    .at(span, "has no effect")
                    .help("remove the line: columns that the data set does not declare are passed over"),
            );
        }
        for text in texts {
            let is = |own: &String| folded(own) == folded(&text.value);
            let declared = set.columns.iter().find(|column| column.headers.iter().any(is));
            if let Some(column) = declared {
                self.report(
                    Diagnostic::new(
                        Code::BadDataSet,
                        format!("`{}` is the header of the column `{}`", text.value, column.name),
                    )
                    .at(text.span, "left out here")
                    .at(column.span, "read here")
                    .help("remove one of the two"),
                );
            }
        }
        texts.iter().map(|text| text.value.clone()).collect()
    }

    pub(super) fn clause_column(
        &mut self,
        set: &DataSet,
        name: &tree::Name,
        fits: impl Fn(&ColumnType) -> bool,
        wanted: &str,
    ) -> Option<ColumnIx> {
        let Some(column) = set.column_named(&name.text) else {
            self.unknown_column(set, name);
            return None;
        };
        if self.columns_without_type.contains(&set.columns[column.0].span.key()) {
            return None;
        }
        if !fits(&set.columns[column.0].ty) {
            self.report(
                Diagnostic::new(Code::WrongType, format!("the column `{}` is not {wanted}", name.text))
                    .at(name.span, format!("{wanted} is needed here"))
                    .at(set.columns[column.0].span, "declared here")
                    .help(format!("name a column that holds {wanted}")),
            );
            return None;
        }
        Some(column)
    }

    pub(in crate::model) fn unknown_column(&mut self, set: &DataSet, name: &tree::Name) {
        let names = set.columns.iter().map(|column| column.name.as_str());
        let header = |column: &&super::Column| {
            column.headers.iter().any(|header| header.to_lowercase() == name.text.to_lowercase())
        };
        if let Some(column) = set.columns.iter().find(header).filter(|column| column.name != name.text) {
            let message = format!("the data set `{}` has no column `{}`", set.name, name.text);
            let words = format!("`{}` is the header in the file; the column is called `{{}}`", name.text);
            let finding = Diagnostic::new(Code::UnknownName, message).at(name.span, "unknown column");
            return self.report(finding.mend(&words, Mend::replace(name.span, column.name.as_str())));
        }
        let mend = self.did_you_mean(&name.text, name.span, names.clone(), || {
            let names = names.map(|name| format!("`{name}`")).collect::<Vec<_>>();
            format!("its {} {}", if names.len() == 1 { "only column is" } else { "columns are" }, names.join(", "))
        });
        self.report(
            Diagnostic::new(Code::UnknownName, format!("the data set `{}` has no column `{}`", set.name, name.text))
                .at(name.span, "unknown column")
                .help(mend),
        );
    }

    fn one_organisation(&mut self) {
        let sets: Vec<(String, Span)> = self
            .model
            .data
            .iter()
            .filter(|set| set.organisation.is_some())
            .map(|set| (set.name.clone(), set.span))
            .collect();
        for (name, span) in sets.iter().skip(1) {
            self.report(
                Diagnostic::new(Code::BadDataSet, format!("`{name}` is a second organisation"))
                    .at(*span, "the second")
                    .at(sets[0].1, "the first")
                    .help("a project has one tree of teams; remove `organisation` from one of the two"),
            );
        }
        if let Some(set) = self.model.data.iter().find(|set| set.organisation.is_some())
            && let TimeShape::Dated(column) = set.time
        {
            let finding = Diagnostic::new(
                Code::BadDataSet,
                format!("the organisation `{}` is a list of events: its rows are `dated by` a day", set.name),
            )
            .at(set.columns[column.0].span, "on this day alone?")
            .help("say how long a row holds: `valid from … to …`, `snapshot on …`, or neither for a tree that stays");
            self.report(finding);
        }
    }
}
