//! Columns of data sets: their types, what a number in a cell stands for, and the formulas of those that are derived.

use hashbrown::HashSet;

use super::written::Written;
use super::{Choice, Column, ColumnIx, ColumnType, DataId};
use crate::diagnostic::{Code, Diagnostic, Help, Mend};
use crate::limits::COLUMN_CHAIN;
use crate::model::checker::{Checker, Progress, Symbol};
use crate::model::expr::Base;
use crate::model::names::env::{Bare, Env};
use crate::model::names::rings;
use crate::model::names::uses::Use;
use crate::model::types::unit::DisplayUnit;
use crate::number::Number;
use crate::plural::plural;
use crate::source::Span;
use crate::syntax::tree;
use crate::syntax::tree::DataClause;

impl Checker<'_> {
    /// `files` is what holds of the whole data set.
    pub(super) fn column(&mut self, column: &tree::Column, files: &Written) -> Column {
        self.formula_alone(column);
        let ty = self.column_type(column);
        let limits = column.limits.as_ref().and_then(|(low, high)| {
            let ColumnType::Number { unit, .. } = &ty else { return None };
            let bare = Bare::from(unit);
            self.limit_in(low, &bare).zip(self.limit_in(high, &bare))
        });
        let mut headers: Vec<String> = column.headers.iter().map(|text| text.value.clone()).collect();
        if headers.is_empty() {
            headers.push(column.name.text.clone());
        }
        let format = column.format.as_ref().and_then(|format| self.date_format(format));
        let numbers = column.numbers.as_ref().and_then(|example| self.number_signs(example));
        let blank = self.blanks_of(column, &ty, files);
        if let (Some(written), false) = (&column.format, matches!(ty, ColumnType::Date)) {
            self.report(
                Diagnostic::new(Code::Misplaced, format!("`{}` holds no dates", column.name.text))
                    .at(written.span, "has no effect")
                    .help("remove `format …`"),
            );
        }
        let is_number = matches!(ty, ColumnType::Number { .. });
        if let (Some(written), false) = (&column.numbers, is_number) {
            self.report(
                Diagnostic::new(Code::Misplaced, format!("`{}` holds no numbers", column.name.text))
                    .at(written.span, "has no effect")
                    .help("remove `numbers …`"),
            );
        }
        Column {
            name: column.name.text.clone(),
            label: self.label(&column.name.text, &column.label),
            span: column.name.span,
            ty,
            optional: column.optional.is_some(),
            headers,
            format: format.or_else(|| files.dates.clone()),
            numbers: numbers.or_else(|| files.numbers.clone()).filter(|_| is_number),
            blank,
            limits,
            derived: None,
        }
    }

    /// What tells how cells are read has no effect on a formula.
    fn formula_alone(&mut self, column: &tree::Column) {
        let Some(formula) = &column.derived else { return };
        let name = &column.name.text;
        let mut refuse = |span: Span, what: &str, mend: String| {
            self.report(
                Diagnostic::new(Code::Misplaced, format!("`{name}` is a formula, and {what} is about cells of a file"))
                    .at(span, "has no effect")
                    .at(formula.span, "the formula")
                    .help(mend),
            );
        };
        if let Some(header) = column.headers.first() {
            refuse(header.span, "`from`", "remove the header, `from …`, or the formula".into());
        }
        if let Some(unit) = &column.written_in {
            refuse(unit.span, "`in`", format!("remove `in {}`: formulas know their units", unit.text));
        }
        if let Some(numbers) = &column.numbers {
            refuse(numbers.span, "`numbers`", "remove `numbers …`: formulas need no signs".into());
        }
        if let Some(sign) = column.blank.first() {
            refuse(sign.span, "`blank`", "remove `blank …`".into());
        }
        if let Some(format) = &column.format {
            refuse(format.span, "`format`", "remove `format …`: formulas give dates as they are".into());
        }
        if let Some((low, high)) = &column.limits {
            let (least, most) = (self.text(low.span), self.text(high.span));
            let written = self.text(formula.span);
            // From the word `between` on.
            let text = &self.sources.get(low.span.file).text[..low.span.start as usize];
            let start = text.trim_end().strip_suffix("between").map_or(low.span.start as usize, str::len);
            let away = self.without(Span::new(low.span.file, start, high.span.end as usize));
            let clamp = Mend::replace(formula.span, format!("clamp({written}, {least}, {most})"));
            let mend = Help::of(
                &format!("remove `between {least} and {most}`, or keep the values within: `{{}}`"),
                [away.clone().and(clamp.clone()).shown_as(clamp.shown)],
            );
            self.report(
                Diagnostic::new(
                    Code::Misplaced,
                    format!("`{name}` is a formula, and `between` is about cells of a file"),
                )
                .at(low.span, "has no effect")
                .at(formula.span, "the formula")
                .help(mend),
            );
        }
        if let tree::Type::LinkBy { by, .. } = &column.ty
            && let Some(first) = by.first()
        {
            self.report(
                Diagnostic::new(Code::Misplaced, format!("`{name}` is a link by other columns, and a formula as well"))
                    .at(first.span, "these columns make the link")
                    .at(formula.span, "the formula")
                    .help("remove one of the two; the columns in brackets may have formulas of their own"),
            );
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
                let mut earlier = HashSet::new();
                for one in choices {
                    if !earlier.insert(one.name.text.as_str()) {
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
                    if let Some((Symbol::Data(to), declared)) = self.symbols.get(factor.name.text.as_str()).copied() {
                        self.link_or_number(&factor.name, declared);
                        return ColumnType::Link { data: DataId(to), by: Vec::new() };
                    }
                    if self.units.get(&factor.name.text).is_none() {
                        self.columns_without_type.insert(column.name.span.key());
                        return self.unknown_column_type(&factor.name);
                    }
                }
                let unit = self.unit(unit).unwrap_or_else(DisplayUnit::number);
                let cell_factor = self.cell_factor(column, &unit);
                ColumnType::Number { unit, cell_factor }
            }
        }
    }

    /// A type is written in the singular, so the plural of a unit is the data set. One word for both tells nothing.
    fn link_or_number(&mut self, name: &tree::Name, declared: Span) {
        let Some(unit) = self.declarations.units.iter().find(|unit| unit.name.text == name.text) else { return };
        let unit = unit.name.span;
        self.report(
            Diagnostic::new(
                Code::AmbiguousName,
                format!("`{}` could be a link to the data set or a number in the unit", name.text),
            )
            .at(name.span, "which of the two?")
            .at(declared, "the data set")
            .at(unit, "the unit")
            .help(format!("give one of the two another name, such as `{}` for the data set", plural(&name.text))),
        );
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
                .help("write what it holds, as in `text`, `date`, `CNY`, `%`; a link has the name of a data set"),
            );
            return ColumnType::Text;
        }
        let sets = self.symbols.iter().filter(|(_, (symbol, _))| matches!(symbol, Symbol::Data(_)));
        let words = ["text", "date", "period", "flag", "number", "position"];
        let known: Vec<&str> = sets.map(|(name, _)| *name).chain(self.units.names()).chain(words).collect();
        let mend = self.other_word_for(&name.text, name.span).unwrap_or_else(|| {
            self.did_you_mean(&name.text, name.span, known, || {
                "write a unit, the name of a data set, or a type, as in `text`, `number`, `%`, `date`, `period`, `flag`, `one of …`"
                    .into()
            })
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
        let part = match written.text.as_str() {
            "percent" => Some(Number::from_parts(1, 2)),
            "permille" => Some(Number::from_parts(1, 3)),
            "fraction" => Some(Number::ONE),
            _ => None,
        };
        if let Some(part) = part {
            if !unit.dimension.is_none() {
                let (is, word) = (&unit.plural, &written.text);
                self.report(
                    Diagnostic::new(
                        Code::UnitMismatch,
                        format!("the column is in {is}, and `in {word}` is about ratios"),
                    )
                    .at(written.span, "only for `%`, `‰` and plain numbers")
                    .help(format!("remove `in {word}`; or let its type be a percentage if the cells are ratios")),
                );
            }
            return Some(part);
        }
        self.uses_unit(&written.text);
        let Some(other) = self.units.get(&written.text) else {
            let mend = self.did_you_mean(&written.text, written.span, self.units.names(), || {
                "write a unit of the project, or how ratios stand in the file, as in `in percent`".into()
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

    /// Types the formulas of derived columns.
    pub(in crate::model) fn derive_columns(&mut self) {
        for data in 0..self.model.data.len() {
            for column in 0..self.model.data[data].columns.len() {
                self.derive_column(DataId(data), ColumnIx(column));
            }
        }
    }

    /// Types one derived column, and those it needs first. Other columns are left as they are.
    pub(in crate::model) fn derive_column(&mut self, data: DataId, column: ColumnIx) {
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
        if self.column_stack.len() >= COLUMN_CHAIN {
            return self.chain_too_long(Use::Column(data, column), formula.span);
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
                .help({
                    let equals = self.sources.get(formula.span.file).text[..formula.span.start as usize].trim_end();
                    let ends = equals.strip_suffix('=').map(str::trim_end).map(str::len);
                    let optional = ends.map(|at| Mend::behind(Span::new(formula.span.file, at, at), "optional"));
                    let zero = crate::model::types::mends::is_number(&typed).then(|| self.with_default(&typed, "0"));
                    let words = match zero {
                        Some(_) => "write `{}` behind its type, or give it a value: `{}`, with 0 or another one",
                        None => "write `{}` behind its type, or give a value, `… default …`",
                    };
                    Help::of(words, optional.into_iter().chain(zero))
                }),
            );
        }
        if let ColumnType::Number { unit, .. } = self.model.data[data.0].columns[column.0].ty.clone() {
            self.hundredfold(&typed, &unit, &what);
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
    /// Whether the type of a column could not be read: what it is used for is no second mistake.
    pub(super) fn is_untyped(&self, data: DataId, column: ColumnIx) -> bool {
        let set = &self.model.data[data.0];
        !self.untyped.is_empty() && self.untyped.contains(&untyped_column(&set.name, &set.column(column).name))
    }

    /// Whether any column of a data set is without a type that could be read: it may be the link that is looked for.
    pub(in crate::model) fn has_untyped(&self, data: DataId) -> bool {
        (0..self.model.data[data.0].columns.len()).any(|column| self.is_untyped(data, ColumnIx(column)))
    }

    pub(in crate::model) fn column_base(&self, data: DataId, column: ColumnIx) -> Base {
        if self.is_untyped(data, column) {
            return Base::Any;
        }
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

/// Under which name a column counts among the untyped ones: no other thing has a dot in its name.
pub(super) fn untyped_column(set: &str, column: &str) -> String {
    format!("{set}.{column}")
}
