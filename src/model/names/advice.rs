//! What is said where a name stands for no value: what it is instead, and the nearest thing that can be written.

use super::env::{Env, Place};
use crate::diagnostic::{Code, Diagnostic, Help, Mend};
use crate::model::checker::{Checker, Symbol};
use crate::model::data::{Column, ColumnIx, ColumnType, DataId, Route};
use crate::model::expr::{Base, Expr};
use crate::model::words::list;
use crate::source::Span;
use crate::syntax::tree;
use crate::syntax::tree::ExprKind;

/// What a name is that stands for no value of the one evaluated.
enum OfRows {
    Column(DataId, ColumnIx),
    /// A word of a `one of`.
    Word(DataId, ColumnIx),
}

impl Checker<'_> {
    /// The name stands for no value here; what it is instead.
    pub(super) fn no_meaning(&mut self, name: &tree::Name, env: &Env, expected: Option<&Base>) -> Expr {
        let span = name.span;
        let below = env.outputs.as_ref().and_then(|around| {
            around.written.iter().find(|one| one.name.text == name.text && one.name.text != around.name)
        });
        if let Some(output) = below {
            let declared = output.name.span;
            self.report(
                Diagnostic::new(Code::Misplaced, format!("the output `{}` stands below this one", name.text))
                    .at(span, "read before it is known")
                    .at(declared, "declared here")
                    .help(format!("put the line of `{}` above this one", name.text)),
            );
            return Expr::wrong(span);
        }
        let Some((symbol, declared)) = self.symbols.get(name.text.as_str()).copied() else {
            self.unknown_value(name, env, expected);
            return Expr::wrong(span);
        };
        let (what, mend) = match (symbol, env.place) {
            (Symbol::Kpi(_), Place::Row(_)) => (
                format!("the KPI `{}` cannot be read inside an aggregate", name.text),
                "name a column of the data set here; KPIs stand outside the aggregate".to_string(),
            ),
            (Symbol::Kpi(_), _) => {
                (format!("the KPI `{}` cannot stand here", name.text), "write a number or a constant".to_string())
            }
            (Symbol::Data(at), _) => {
                let set = &self.model.data[at];
                let column = set.columns.iter().find(|column| matches!(column.ty, ColumnType::Number { .. }));
                let sum = column.map_or_else(
                    || format!("sum(… of {})", set.name),
                    |column| format!("sum({} of {})", column.name, set.name),
                );
                (
                    format!("`{}` is a data set, not a value", name.text),
                    format!("count its rows or add up a column, as in `count({})`, `{sum}`", name.text),
                )
            }
            (Symbol::Function(_) | Symbol::Scale(_) | Symbol::Matrix(_), _) => (
                format!("`{}` is a {}, and needs a value in brackets", name.text, symbol.kind()),
                format!("write `{}(…)`", name.text),
            ),
            (Symbol::Constant(_) | Symbol::Rating(_) | Symbol::Position(_), _) => (
                format!("`{}` is a {}, not a value", name.text, symbol.kind()),
                "write a KPI, a constant or a number".to_string(),
            ),
        };
        self.report(
            Diagnostic::new(Code::WrongKind, what).at(span, "not a value").at(declared, "declared here").help(mend),
        );
        Expr::wrong(span)
    }

    pub(super) fn unknown_value(&mut self, name: &tree::Name, env: &Env, expected: Option<&Base>) {
        let roster = self.model.data.iter().find(|set| set.roster.is_some() && set.column_named(&name.text).is_some());
        if let (Some(roster), Place::Subject) = (roster, env.place) {
            let finding = Diagnostic::new(Code::UnknownName, format!("nothing is called `{}` here", name.text))
                .at(name.span, "unknown")
                .mend(
                    "did you mean `{}`, the column of the one evaluated?",
                    Mend::replace(name.span, format!("{}.{}", roster.row.singular, name.text)),
                );
            return self.report(finding);
        }
        if env.place == Place::Subject && expected.is_none_or(|base| base.is_number()) && self.of_rows(name) {
            return;
        }
        // `CNY24_000`
        if let Some((code, digits)) = name.text.split_at_checked(3)
            && iso_currency::Currency::from_code(code).is_some()
            && digits.starts_with(|digit: char| digit.is_ascii_digit())
            && digits.bytes().all(|letter| letter.is_ascii_digit() || letter == b'_')
        {
            let mend = Mend::replace(name.span, format!("{digits} {code}"));
            let finding = Diagnostic::new(Code::UnknownName, "the currency stands behind the number");
            return self.report(finding.at(name.span, "a currency and a number in one word").mend("write `{}`", mend));
        }
        let mut candidates: Vec<String> = env.parameters.iter().map(|parameter| parameter.name.clone()).collect();
        let mut message = format!("nothing is called `{}`", name.text);
        let mut otherwise = "write the name of a KPI, a constant, or an aggregate such as `sum(… of …)`".to_string();
        for (known, (symbol, _)) in self.symbols.iter() {
            match (symbol, env.place) {
                (Symbol::Kpi(_), Place::Subject) | (Symbol::Constant(_), _) => candidates.push(known.to_string()),
                _ => {}
            }
        }
        if let Place::Row(data) = env.place {
            let set = &self.model.data[data.0];
            message = format!("`{}` is not a column of `{}`", name.text, set.name);
            let columns: Vec<&str> = set.columns.iter().map(|column| column.name.as_str()).collect();
            let are = if columns.len() == 1 { "its only column is" } else { "its columns are" };
            otherwise = format!("{are} {}; text stands in quotes", list(&columns));
            candidates.extend(columns.iter().map(|column| column.to_string()));
            if set.roster.is_some() {
                let outputs = self.declarations.positions.iter().flat_map(|position| &position.outputs);
                candidates.extend(outputs.map(|output| output.name.text.clone()));
            }
        }
        if let Some(Base::Text) = expected {
            let near = self.did_you_mean(&name.text, name.span, candidates.iter().map(String::as_str), String::new);
            let help = match near.mends.is_empty() {
                true => {
                    Help::of("text stands in quotes: `{}`", [Mend::replace(name.span, format!("\"{}\"", name.text))])
                }
                false => near,
            };
            return self.report(Diagnostic::new(Code::UnknownName, message).at(name.span, "unknown").help(help));
        }
        if let Some(Base::Choice(data, column)) = expected {
            let column = &self.model.data[data.0].columns[column.0];
            if let ColumnType::Choice(choices) = &column.ty {
                let names: Vec<&str> = choices.iter().map(|choice| choice.name.as_str()).collect();
                message = format!("`{}` is not one of the values of `{}`", name.text, column.name);
                otherwise = format!("write one of {}", list(&names));
                candidates = names.iter().map(|name| name.to_string()).collect();
            }
        }
        if let Some(Base::Grade(rating)) = expected {
            let rating = &self.model.ratings[rating.0];
            let names: Vec<&str> = rating.grades.iter().map(|grade| grade.name.as_str()).collect();
            let all = format!("the grades, the best first, are {}", list(&names));
            // Grades of one letter are all alike.
            let long = name.text.chars().count() > 1;
            let near = crate::nearest::nearest(&name.text, names.iter().copied()).filter(|_| long);
            let meant = |near| Help::of(&format!("did you mean `{{}}`? {all}"), [Mend::replace(name.span, near)]);
            let mend = near.map_or_else(|| all.clone().into(), meant);
            message = format!("`{}` is no grade of `{}`", name.text, rating.name);
            return self.report(Diagnostic::new(Code::UnknownName, message).at(name.span, "unknown").help(mend));
        }
        let mend = self.did_you_mean(&name.text, name.span, candidates.iter().map(String::as_str), || otherwise);
        self.report(Diagnostic::new(Code::UnknownName, message).at(name.span, "unknown").help(mend));
    }

    /// A column or a word of some data set by its name.
    fn found_in_rows(&self, name: &str) -> Option<OfRows> {
        let sets = || self.model.data.iter().enumerate();
        let column = sets().find_map(|(at, set)| Some(OfRows::Column(DataId(at), set.column_named(name)?)));
        column.or_else(|| {
            sets().find_map(|(at, set)| {
                let has = |column: &Column| match &column.ty {
                    ColumnType::Choice(words) => words.iter().any(|word| word.name == name),
                    ColumnType::Text
                    | ColumnType::Number { .. }
                    | ColumnType::Date
                    | ColumnType::Period
                    | ColumnType::Flag
                    | ColumnType::Position
                    | ColumnType::Link { .. } => false,
                };
                let column = set.columns.iter().position(has)?;
                Some(OfRows::Word(DataId(at), ColumnIx(column)))
            })
        })
    }

    /// Columns and words stand where rows are read. True after a finding.
    fn of_rows(&mut self, name: &tree::Name) -> bool {
        let text = &name.text;
        let (message, mend): (String, Help) = match self.found_in_rows(text) {
            None => return false,
            Some(OfRows::Column(data, column)) => {
                let set = &self.model.data[data.0];
                let aggregate = match set.column(column).ty {
                    ColumnType::Number { .. } => format!("sum({text} of {})", set.name),
                    _ => format!("only({text} of {})", set.name),
                };
                (
                    format!("`{text}` is a column of `{}`, and is read inside an aggregate", set.name),
                    Help::of("write `{}`, or another aggregate", [Mend::replace(name.span, aggregate)]),
                )
            }
            Some(OfRows::Word(data, column)) => {
                let set = &self.model.data[data.0];
                let column = &set.column(column).name;
                (
                    format!("`{text}` is a word of the column `{column}` of `{}`, not a value", set.name),
                    format!("compare the column with it: `count({} where {column} = {text})`", set.name).into(),
                )
            }
        };
        self.report(Diagnostic::new(Code::UnknownName, message).at(name.span, "stands alone").help(mend));
        true
    }

    /// Words, columns and data sets given to a function, which takes values. True after a finding.
    pub(in crate::model) fn no_values(&mut self, function: &tree::Name, arguments: &[tree::Expr], env: &Env) -> bool {
        if env.place != Place::Subject {
            return false;
        }
        let before = self.diagnostics.len();
        for argument in arguments {
            let ExprKind::Name(name) = &*argument.kind else { continue };
            let text = &name.text;
            let known = env.parameter(text).is_some()
                || env.outputs.as_ref().is_some_and(|around| around.written.iter().any(|one| one.name.text == *text))
                || matches!(text.as_str(), "score" | "rating" | "value" | "target" | "weight");
            let symbol = self.symbols.get(text.as_str()).map(|(symbol, _)| *symbol);
            let (what, mend) = match symbol {
                _ if known => continue,
                Some(Symbol::Data(_)) => (
                    format!("`{text}` is a data set"),
                    format!(
                        "give it a value that reads the data set, as in `count({text})`, or write the formula of `{}` once for each data set",
                        function.text
                    ),
                ),
                Some(_) => continue,
                None => match self.found_in_rows(text) {
                    None => continue,
                    Some(OfRows::Column(data, column)) => {
                        let set = &self.model.data[data.0];
                        let read = match set.column(column).ty {
                            ColumnType::Number { .. } => format!("sum({text} of {})", set.name),
                            _ => format!("only({text} of {})", set.name),
                        };
                        (
                            format!("`{text}` is a column of `{}`", set.name),
                            format!(
                                "give it a value that reads the column, as in `{read}`, or write the formula of `{}` once for each column",
                                function.text
                            ),
                        )
                    }
                    Some(OfRows::Word(data, column)) => {
                        let set = &self.model.data[data.0];
                        let column = &set.column(column).name;
                        (
                            format!("`{text}` is a word of the column `{column}` of `{}`", set.name),
                            format!(
                                "write the formula of `{}` once for each word, as in `{column} = {text}`",
                                function.text
                            ),
                        )
                    }
                },
            };
            self.report(
                Diagnostic::new(Code::WrongKind, format!("{what}, and a function takes values only"))
                    .at(name.span, "not a value")
                    .help(mend),
            );
        }
        self.diagnostics.len() > before
    }

    /// `person.limit` where rows are read: they are the same for everyone.
    pub(super) fn evaluated_in_rows(&mut self, roster: DataId, noun: &tree::Name, field: &tree::Name, data: DataId) {
        let (noun_text, field_text) = (&noun.text, &field.text);
        let set = &self.model.data[data.0];
        let people = &self.model.data[roster.0];
        let route = set.belongs.own.iter().find(|(to, _)| *to == roster).map(|(_, route)| route);
        let mend: Help = match route {
            _ if data == roster => format!(
                "rows of others cannot be compared with the one evaluated. Those of the own team are read with `over \
                 team` behind the aggregate, where `{}` links to a tree of teams (`organisation`): a region or a branch \
                 may be such a team. The place among others stands in the report, and no formula can read it",
                set.name
            )
            .into(),
            Some(Route::Links(links)) => {
                let mut at = data;
                let mut path = Vec::new();
                for link in links {
                    let column = self.model.data[at.0].column(*link);
                    path.push(column.name.as_str());
                    if let ColumnType::Link { data, .. } = &column.ty {
                        at = *data;
                    }
                }
                let path = path.join(".");
                let mend = Mend::replace(noun.span.to(field.span), format!("{path}.{field_text}"));
                Help::of("write `{}`: the cell of the one to whom the row belongs", [mend])
            }
            _ => format!(
                "a value for each range of `{noun_text}.{field_text}` is written as a `scale`. A row that is found by \
                 its key is linked to: with `column {field_text} : {0}` in `{1}`, a formula reads \
                 `{noun_text}.{field_text}.` and a column of `{0}`",
                set.name, people.name
            )
            .into(),
        };
        self.misplaced(
            noun.span,
            &format!("`{noun_text}` is the one evaluated, and cannot be read for the rows of `{}`", set.name),
            mend,
        );
    }

    /// `person.limit` where only a number can stand.
    pub(super) fn evaluated_in_constants(&mut self, noun: &tree::Name, field: &tree::Name, span: Span) {
        let message = format!(
            "`{}.{}` is a cell of the one evaluated, and only a number or a constant can stand here",
            noun.text, field.text
        );
        self.misplaced(span, &message, "write a number or a constant");
    }
}
