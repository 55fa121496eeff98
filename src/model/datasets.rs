//! Data sets: from their clauses to schemas, with the links that tie rows to people and teams.

use super::CalendarData;
use super::checker::{Checker, Progress, Symbol, label};
use super::data::{
    Belongs, Choice, Column, ColumnIx, ColumnType, DataId, DataSet, FilePattern, Roster, Route, TimeShape,
};
use super::env::{Bare, Env};
use super::expr::Base;
use super::rings;
use super::unit::DisplayUnit;
use super::uses::Use;
use crate::diagnostic::{Code, Diagnostic};
use crate::number::Number;
use crate::source::Span;
use crate::syntax::tree::{self, DataClause, ScopeWord};

/// How many derived columns may build on one another, each on the next.
const MOST_COLUMNS_DEEP: usize = 32;

impl Checker<'_> {
    pub(super) fn declare_data(&mut self) {
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
    }

    /// The data set of the company's own months: one column of periods, and the first and the last day.
    pub(super) fn own_calendar(&mut self) {
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
            let fits = |column: &Column| wanted(&column.ty) && !column.optional && column.derived.is_none();
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
                        "give it one column of type `period` and two of type `date`, none of them optional: the month, \
                         its first day and its last day, in that order",
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
                self.units.add_counted(&noun.text, &format!("{}s", noun.text));
            }
        }
    }

    fn data_set(&mut self, id: DataId, data: &tree::Data) -> DataSet {
        let mut set = DataSet {
            name: data.name.text.clone(),
            label: label(&data.name.text, &data.label),
            span: data.name.span,
            roster: None,
            organisation: None,
            files: Vec::new(),
            relations: Vec::new(),
            across: None,
            row: DisplayUnit::number(),
            key: Vec::new(),
            time: TimeShape::Always,
            columns: Vec::new(),
            ignore_rows_starting: Vec::new(),
            may_be_empty: false,
            belongs: Belongs::default(),
        };
        for clause in &data.clauses {
            if let DataClause::Column(column) = clause {
                if let Some(first) = set.columns.iter().find(|known| known.name == column.name.text) {
                    self.report(
                        Diagnostic::new(
                            Code::DeclaredTwice,
                            format!("the column `{}` is declared twice", column.name.text),
                        )
                        .at(column.name.span, "declared again here")
                        .at(first.span, "declared first here")
                        .help("remove one of the two, or give it another name"),
                    );
                    continue;
                }
                let column = self.column(column);
                set.columns.push(column);
            }
        }
        let mut has_row = false;
        let mut shape: Option<Span> = None;
        for clause in &data.clauses {
            match clause {
                DataClause::Column(_) | DataClause::BelongsTo { .. } => {}
                DataClause::Roster { position, span } => {
                    let post = self.one_post(&set, position.as_ref(), *span);
                    let every = position.as_ref().map(|name| {
                        self.find(name, "position", |symbol| matches!(symbol, Symbol::Position(_)));
                        name.text.clone()
                    });
                    set.roster = Some(Roster { post, every });
                }
                DataClause::Organisation(span) => {
                    let parent = set
                        .columns
                        .iter()
                        .position(|column| matches!(column.ty, ColumnType::Link { data, .. } if data == id));
                    match parent {
                        Some(parent) => set.organisation = Some(ColumnIx(parent)),
                        None => self.report(
                            Diagnostic::new(
                                Code::BadDataSet,
                                format!("the organisation `{}` has no column for the parent", set.name),
                            )
                            .at(*span, "a tree needs parents")
                            .help(format!("add a column such as `column parent : {} optional`", set.name)),
                        ),
                    }
                }
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
                                .help(format!("name a table, `from postgres \"{}\"`, or write a query", set.name)),
                        );
                    }
                    set.relations.push((relation.value.clone(), relation.span));
                }
                DataClause::Row(noun) => {
                    has_row = true;
                    self.uses_unit(&noun.text);
                    if let Some(unit) = self.units.get(&noun.text) {
                        set.row = unit;
                    }
                }
                DataClause::Key { columns, .. } => {
                    for name in columns {
                        if let Some(column) = self.clause_column(&set, name, |_| true, "") {
                            if set.columns[column.0].optional {
                                self.report(
                                    Diagnostic::new(
                                        Code::BadDataSet,
                                        format!("the key column `{}` may be blank", name.text),
                                    )
                                    .at(name.span, "a key must always be there")
                                    .help(format!("remove `optional` from `{}`, or choose another key", name.text)),
                                );
                            }
                            set.key.push(column);
                        }
                    }
                }
                DataClause::DatedBy(name) => {
                    self.one_shape(&mut shape, name.span);
                    let dated = |ty: &ColumnType| matches!(ty, ColumnType::Date | ColumnType::Period);
                    if let Some(column) = self.clause_column(&set, name, dated, "a date or a period") {
                        set.time = TimeShape::Dated(column);
                    }
                }
                DataClause::Valid { from, to, span } => {
                    self.one_shape(&mut shape, *span);
                    let date = |ty: &ColumnType| matches!(ty, ColumnType::Date);
                    let start = self.clause_column(&set, from, date, "a date");
                    let end = to.as_ref().and_then(|to| self.clause_column(&set, to, date, "a date"));
                    if let Some(from) = start {
                        set.time = TimeShape::Valid { from, to: end };
                    }
                }
                DataClause::SnapshotOn(name) => {
                    self.one_shape(&mut shape, name.span);
                    let date = |ty: &ColumnType| matches!(ty, ColumnType::Date);
                    if let Some(column) = self.clause_column(&set, name, date, "a date") {
                        set.time = TimeShape::Snapshot(column);
                    }
                }
                DataClause::MonthsAcross { .. } => set.across = self.across(&set, clause),
                DataClause::MayBeEmpty(_) => set.may_be_empty = true,
                DataClause::IgnoreRowsStarting(texts) => {
                    set.ignore_rows_starting.extend(texts.iter().map(|text| text.value.clone()));
                }
            }
        }
        self.shape_columns_present(&set);
        if set.files.is_empty() && set.relations.is_empty() {
            self.report(
                Diagnostic::new(
                    Code::Incomplete,
                    format!("the data set `{}` does not say which file it is in", set.name),
                )
                .at(set.span, "no `file`")
                .help(format!("add a line such as `file \"{}*.csv\"`", set.name)),
            );
        }
        if !has_row {
            self.report(
                Diagnostic::new(Code::Incomplete, format!("the data set `{}` does not say what a row is", set.name))
                    .at(set.span, "no `row`")
                    .help("add a line such as `row policy`: it names what is counted"),
            );
        }
        let written = data.clauses.iter().any(|clause| matches!(clause, DataClause::Key { .. }));
        let is_role = set.roster.is_some() || set.organisation.is_some();
        if !written && set.key.is_empty() && (is_role || matches!(set.time, TimeShape::Valid { .. })) {
            let why = if is_role { "a roster or an organisation" } else { "a data set with `valid from`" };
            self.report(
                Diagnostic::new(Code::Incomplete, format!("the data set `{}` has no key", set.name))
                    .at(set.span, "no `key`")
                    .help(format!("{why} needs one: add a line such as `key code`")),
            );
        }
        set
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
                .help("add a column of the type `position`, or write `roster as` and a position's name"),
            ),
            ([post, ..], Some(every)) => self.report(
                Diagnostic::new(Code::BadDataSet, format!("the roster `{}` says twice who holds which post", set.name))
                    .at(span, format!("everyone is `{}`", every.text))
                    .at(set.columns[*post].span, "each row says its own post")
                    .help(format!(
                        "write `roster` alone to go by the column, or give `{}` the type `text`",
                        set.columns[*post].name
                    )),
            ),
            ([one, other, ..], None) => self.report(
                Diagnostic::new(Code::BadDataSet, format!("the roster `{}` has two columns for the post", set.name))
                    .at(set.columns[*other].span, "the second")
                    .at(set.columns[*one].span, "the first")
                    .help(format!(
                        "keep the type `position` for the post that is evaluated; give the other one the type \
                         `text`, such as `column {} : text`",
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
                    .help("keep one of `dated by`, `valid from … to …` and `snapshot on`; two data sets may read the same file"),
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
                .help("remove `optional`"),
            );
        }
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

    pub(super) fn unknown_column(&mut self, set: &DataSet, name: &tree::Name) {
        let names = set.columns.iter().map(|column| column.name.as_str());
        let mend = self.did_you_mean(&name.text, names.clone(), || {
            let names = names.map(|name| format!("`{name}`")).collect::<Vec<_>>();
            format!("its {} {}", if names.len() == 1 { "only column is" } else { "columns are" }, names.join(", "))
        });
        self.report(
            Diagnostic::new(Code::UnknownName, format!("the data set `{}` has no column `{}`", set.name, name.text))
                .at(name.span, "unknown column")
                .help(mend),
        );
    }

    fn column(&mut self, column: &tree::Column) -> Column {
        let ty = self.column_type(column);
        let limits = column.limits.as_ref().and_then(|(low, high)| {
            let ColumnType::Number { unit, .. } = &ty else { return None };
            let bare = Bare::from(unit);
            let mut end =
                |side| self.constant_in(side, &bare).and_then(|typed| self.model.constant_value(&typed, None));
            end(low).zip(end(high))
        });
        let mut headers: Vec<String> = column.headers.iter().map(|text| text.value.clone()).collect();
        if headers.is_empty() {
            headers.push(column.name.text.clone());
        }
        Column {
            name: column.name.text.clone(),
            label: label(&column.name.text, &column.label),
            span: column.name.span,
            ty,
            optional: column.optional.is_some(),
            headers,
            format: column.format.as_ref().map(|format| format.value.clone()),
            limits,
            derived: None,
        }
    }

    fn column_type(&mut self, column: &tree::Column) -> ColumnType {
        match &column.ty {
            tree::Type::Text(_) => ColumnType::Text,
            tree::Type::Date(_) => ColumnType::Date,
            tree::Type::Period(_) => ColumnType::Period,
            tree::Type::Flag(_) => ColumnType::Flag,
            tree::Type::Position(_) => ColumnType::Position,
            tree::Type::OneOf(choices, _) => {
                let choice = |choice: &tree::Choice| Choice {
                    name: choice.name.text.clone(),
                    texts: choice.texts.iter().map(|text| text.value.clone()).collect(),
                };
                for (at, one) in choices.iter().enumerate() {
                    if choices[..at].iter().any(|earlier| earlier.name.text == one.name.text) {
                        self.report(
                            Diagnostic::new(
                                Code::DeclaredTwice,
                                format!("`{}` stands twice in the list", one.name.text),
                            )
                            .at(one.name.span, "again")
                            .help("remove one of the two"),
                        );
                    }
                }
                ColumnType::Choice(choices.iter().map(choice).collect())
            }
            tree::Type::LinkBy { data, by, .. } => {
                let Some(Symbol::Data(to)) = self.find(data, "data set", |symbol| matches!(symbol, Symbol::Data(_)))
                else {
                    return ColumnType::Text;
                };
                let own = self.declarations.data.iter().find_map(|set| {
                    let columns: Vec<&tree::Column> = set
                        .clauses
                        .iter()
                        .filter_map(|clause| match clause {
                            DataClause::Column(column) => Some(&**column),
                            _ => None,
                        })
                        .collect();
                    columns.iter().any(|one| std::ptr::eq(*one, column)).then_some(columns)
                });
                let columns = own.unwrap_or_default();
                let by = by
                    .iter()
                    .map(|name| {
                        let at = columns.iter().position(|column| column.name.text == name.text);
                        if at.is_none() {
                            self.report(
                                Diagnostic::new(Code::UnknownName, format!("there is no column `{}` here", name.text))
                                    .at(name.span, "unknown column")
                                    .help("name columns of this data set, one for each key column of the other"),
                            );
                        }
                        ColumnIx(at.unwrap_or(0))
                    })
                    .collect();
                ColumnType::Link { data: DataId(to), by }
            }
            tree::Type::Unit(unit) => {
                if let [factor] = unit.factors.as_slice() {
                    // A data set goes before a unit of the same name: `column agent : people` is a link.
                    if let Some((Symbol::Data(to), _)) = self.symbols.get(factor.name.text.as_str()) {
                        return ColumnType::Link { data: DataId(*to), by: Vec::new() };
                    }
                    if self.units.get(&factor.name.text).is_none() {
                        return self.unknown_column_type(&factor.name);
                    }
                }
                let unit = self.unit(unit).unwrap_or_else(DisplayUnit::number);
                let cell_factor = self.cell_factor(column, &unit);
                ColumnType::Number { unit, cell_factor }
            }
        }
    }

    fn unknown_column_type(&mut self, name: &tree::Name) -> ColumnType {
        if let Some((symbol, declared)) = self.symbols.get(name.text.as_str()).copied() {
            self.report(
                Diagnostic::new(
                    Code::WrongKind,
                    format!("`{}` is a {}, and a column needs a type", name.text, symbol.kind()),
                )
                .at(name.span, "not a type")
                .at(declared, "declared here")
                .help("write `text`, `date`, a unit such as `CNY` or `%`, or the name of a data set for a link"),
            );
            return ColumnType::Text;
        }
        let sets = self.symbols.iter().filter(|(_, (symbol, _))| matches!(symbol, Symbol::Data(_)));
        let words = ["text", "date", "period", "flag", "number", "position"];
        let known: Vec<&str> = sets.map(|(name, _)| *name).chain(self.units.names()).chain(words).collect();
        let mend = self.did_you_mean(&name.text, known, || {
            "write `text`, `number`, `%`, `date`, `period`, `flag`, `one of …`, a unit or the name of a data set".into()
        });
        self.report(
            Diagnostic::new(Code::UnknownName, format!("there is no unit and no data set `{}`", name.text))
                .at(name.span, "unknown")
                .help(mend),
        );
        ColumnType::Text
    }

    /// What a number in a cell is multiplied by to be in base units.
    fn cell_factor(&mut self, column: &tree::Column, unit: &DisplayUnit) -> Option<Number> {
        let Some(written) = &column.written_in else {
            return if unit.is_ratio_sign() && column.derived.is_none() { None } else { Some(unit.factor.clone()) };
        };
        match written.text.as_str() {
            "percent" => return Some(Number::from_parts(1, 2)),
            "permille" => return Some(Number::from_parts(1, 3)),
            "fraction" => return Some(Number::ONE),
            _ => {}
        }
        self.uses_unit(&written.text);
        let Some(other) = self.units.get(&written.text) else {
            let mend = self.did_you_mean(&written.text, self.units.names(), || {
                "write a unit of the project, `percent` or `fraction`".into()
            });
            self.report(
                Diagnostic::new(Code::UnknownUnit, format!("there is no unit `{}`", written.text))
                    .at(written.span, "unknown")
                    .help(mend),
            );
            return Some(Number::ONE);
        };
        if other.dimension != unit.dimension {
            self.report(
                Diagnostic::new(
                    Code::UnitMismatch,
                    format!("the column is in {}, and `{}` is not a multiple of that", unit.plural, written.text),
                )
                .at(written.span, format!("this is {}", other.dimension))
                .help("name a multiple of the column's own unit, or change the column's type"),
            );
        }
        Some(other.factor)
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

    /// Links need a key to point to, with as many parts.
    fn link_keys(&mut self, declared: &[&tree::Data]) {
        let mut findings = Vec::new();
        for (set, written) in self.model.data.iter().zip(declared) {
            for column in &set.columns {
                let ColumnType::Link { data, by } = &column.ty else { continue };
                let Some(target) = self.model.data.get(data.0) else { continue };
                // A key of columns that nothing knows is reported itself.
                let has_key = declared[data.0].clauses.iter().any(|clause| matches!(clause, DataClause::Key { .. }));
                if target.key.is_empty() && has_key {
                    continue;
                }
                let parts = by.len().max(1);
                if target.key.len() == parts {
                    continue;
                }
                let key = target.key.iter().map(|key| format!("`{}`", target.columns[key.0].name)).collect::<Vec<_>>();
                let (message, mend) = if key.is_empty() {
                    (
                        format!("`{}` links to `{}`, which has no key", column.name, target.name),
                        format!("add a `key` to `{}`", target.name),
                    )
                } else {
                    (
                        format!(
                            "`{}` links by {}, and the key of `{}` is {}",
                            column.name,
                            if parts == 1 { "one column".into() } else { format!("{parts} columns") },
                            target.name,
                            key.join(" and ")
                        ),
                        format!("write `{} by (…)` with one column for each of {}", target.name, key.join(", ")),
                    )
                };
                findings.push(
                    Diagnostic::new(Code::BadDataSet, message)
                        .at(column.span, format!("a link of `{}`", written.name.text))
                        .at(target.span, "declared here")
                        .help(mend),
                );
            }
        }
        for finding in findings {
            self.report(finding);
        }
    }

    fn routes(&mut self, declared: &[&tree::Data]) {
        let rosters: Vec<DataId> =
            (0..self.model.data.len()).map(DataId).filter(|id| self.model.data[id.0].roster.is_some()).collect();
        let organisation = self.organisation();
        let mut forced: [Vec<Option<ColumnIx>>; 2] = [vec![None; declared.len()], vec![None; declared.len()]];
        for (at, written) in declared.iter().enumerate() {
            let from = DataId(at);
            for clause in &written.clauses {
                let DataClause::BelongsTo { column, scope } = clause else { continue };
                let set = self.model.data[at].clone();
                let link = |ty: &ColumnType| matches!(ty, ColumnType::Link { .. });
                let Some(column) = self.clause_column(&set, column, link, "a link to another data set") else {
                    continue;
                };
                self.used.insert(Use::Column(from, column));
                if *scope != Some(ScopeWord::Team) {
                    forced[0][at] = Some(column);
                }
                if *scope != Some(ScopeWord::Own) {
                    forced[1][at] = Some(column);
                }
            }
        }
        for at in 0..declared.len() {
            let from = DataId(at);
            let [own, team] = &forced;
            let own = rosters.iter().map(|roster| (*roster, self.route(from, *roster, own[at], own))).collect();
            let team = organisation.map_or(Route::None, |to| self.route(from, to, team[at], team));
            self.model.data[at].belongs = Belongs { own, team };
        }
    }

    pub(super) fn organisation(&self) -> Option<DataId> {
        self.model.data.iter().position(|set| set.organisation.is_some()).map(DataId)
    }

    /// The shortest chain of links from one data set to another; `first` fixes its first link, if it leads there.
    /// `forced` are the links that data sets on the way are to be left by, where several lead on.
    pub(super) fn route(
        &self,
        from: DataId,
        to: DataId,
        first: Option<ColumnIx>,
        forced: &[Option<ColumnIx>],
    ) -> Route {
        if from == to {
            return Route::Links(Vec::new());
        }
        if let Some(first) = first {
            let ColumnType::Link { data, .. } = &self.model.data[from.0].columns[first.0].ty else {
                return Route::None;
            };
            match self.route(*data, to, forced.get(data.0).copied().flatten(), forced) {
                Route::Links(rest) => {
                    return Route::Links(std::iter::once(first).chain(rest).collect());
                }
                ambiguous @ Route::Ambiguous(..) => return ambiguous,
                // It leads elsewhere (to the person, say, when the team is asked for): as if it were not said.
                Route::None => {}
            }
        }
        let mut found: Vec<Vec<ColumnIx>> = Vec::new();
        let mut ends = vec![(from, Vec::new())];
        let mut seen = vec![from];
        while found.is_empty() && !ends.is_empty() {
            let mut next = Vec::new();
            for (data, path) in &ends {
                for (at, column) in self.model.data[data.0].columns.iter().enumerate() {
                    let ColumnType::Link { data: target, .. } = &column.ty else { continue };
                    let mut path = path.clone();
                    path.push(ColumnIx(at));
                    if *target == to {
                        found.push(path);
                    } else if !seen.contains(target) {
                        next.push((*target, path));
                    }
                }
            }
            seen.extend(next.iter().map(|(data, _)| *data));
            ends = next;
        }
        let leaves_by = |path: &[ColumnIx], at: usize| {
            let set = self.model.links_to(from, &path[..at]);
            forced.get(set.0).copied().flatten().is_none_or(|wanted| path[at] == wanted)
        };
        let settled: Vec<Vec<ColumnIx>> =
            found.iter().filter(|path| (1..path.len()).all(|at| leaves_by(path, at))).cloned().collect();
        if found.len() > 1 && !settled.is_empty() {
            found = settled;
        }
        match found.as_slice() {
            [] => Route::None,
            [path] => Route::Links(path.clone()),
            [one, other, ..] => {
                let same = one.iter().zip(other).take_while(|(one, other)| one == other).count();
                Route::Ambiguous(self.model.links_to(from, &one[..same]), one[same], other[same])
            }
        }
    }

    /// Types the formulas of derived columns.
    pub(super) fn derive_columns(&mut self) {
        for data in 0..self.model.data.len() {
            for column in 0..self.model.data[data].columns.len() {
                self.derive_column(DataId(data), ColumnIx(column));
            }
        }
    }

    /// Types one derived column, and those it needs first. Other columns are left as they are.
    pub(super) fn derive_column(&mut self, data: DataId, column: ColumnIx) {
        let declared = self.declarations.data[data.0];
        let name = self.model.data[data.0].columns[column.0].name.clone();
        let written = declared.clauses.iter().find_map(|clause| match clause {
            DataClause::Column(column) if column.name.text == name => Some(&**column),
            _ => None,
        });
        let Some((written, formula)) = written.and_then(|written| Some((written, written.derived.as_ref()?))) else {
            return;
        };
        let key = (data.0, column.0);
        match self.column_progress.get(&key).copied().unwrap_or(Progress::Open) {
            Progress::Done => return,
            Progress::Working => {
                let from = self.column_stack.iter().position(|open| *open == (data, column)).unwrap_or(0);
                let ring = self.column_stack[from..].to_vec();
                return self.column_circle(&ring);
            }
            Progress::Open => {}
        }
        if self.column_stack.len() >= MOST_COLUMNS_DEEP {
            self.report(
                Diagnostic::new(
                    Code::TooDeep,
                    format!("more than {MOST_COLUMNS_DEEP} columns build on one another, `{name}` at the end"),
                )
                .at(formula.span, "one too many")
                .help("join some of the steps in one formula"),
            );
            return;
        }
        self.column_progress.insert(key, Progress::Working);
        self.column_stack.push((data, column));
        self.expansions = 0;
        let base = self.column_base(data, column);
        let typed = self.typed(formula, &Env::row(data), Some(&base));
        self.column_stack.pop();
        self.column_progress.insert(key, Progress::Done);
        let what = format!("the column `{name}`");
        self.expect_base(&typed, &base, &what, written.name.span);
        if typed.ty.optional && written.optional.is_none() {
            self.report(
                Diagnostic::new(
                    Code::MayBeMissing,
                    format!("the column `{name}` can be missing, and is not declared `optional`"),
                )
                .at(formula.span, "may be missing")
                .help("write `optional` behind its type, or give a value with `default`"),
            );
        }
        self.model.data[data.0].columns[column.0].derived = Some(typed);
    }

    /// Columns of one or several data sets that need each other.
    fn column_circle(&mut self, ring: &[(DataId, ColumnIx)]) {
        let one_set = ring.iter().all(|(data, _)| *data == ring[0].0);
        let named = |(data, column): &(DataId, ColumnIx)| {
            let set = &self.model.data[data.0];
            let column = &set.columns[column.0];
            let name =
                if one_set { format!("`{}`", column.name) } else { format!("`{}` of `{}`", column.name, set.name) };
            (name, column.span)
        };
        let (names, spans): (Vec<String>, Vec<Span>) = ring.iter().map(named).unzip();
        let mut finding = Diagnostic::new(Code::Circle, format!("the column {} needs itself", names[0]));
        for span in spans {
            finding = finding.at(span, if ring.len() == 1 { "reads itself" } else { "in the circle" });
        }
        self.report(
            finding.note(rings::note(&names, "needs")).help("write one of them with columns that the file holds"),
        );
    }

    /// The type of a column's values, apart from whether they can be missing.
    pub(super) fn column_base(&self, data: DataId, column: ColumnIx) -> Base {
        match &self.model.data[data.0].columns[column.0].ty {
            ColumnType::Text => Base::Text,
            ColumnType::Number { unit, .. } => Base::Number(unit.dimension.clone()),
            ColumnType::Date => Base::Date,
            ColumnType::Period => Base::Period,
            ColumnType::Flag => Base::Flag,
            ColumnType::Choice(_) => Base::Choice(data, column),
            ColumnType::Position => Base::Position,
            ColumnType::Link { data, .. } => Base::Link(*data),
        }
    }
}
