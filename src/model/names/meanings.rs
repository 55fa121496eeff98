//! All that a name could stand for at its place. Where that is more than one thing nobody guesses: the name is refused,
//! with both meanings and another name for one of them.

use std::collections::BTreeSet;

use super::env::{Env, Parameter, Place};
use super::uses::Use;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::checker::{Checker, KpiDeclaration, Symbol};
use crate::model::data::{ColumnIx, ColumnType, DataId};
use crate::model::expr::Base;
use crate::model::{KpiId, RatingId};
use crate::source::Span;
use crate::syntax::tree;
use crate::syntax::tree::ExprKind;
use crate::value::Builtin;

/// One thing that a name could stand for.
#[derive(Clone, Debug)]
pub(super) enum Meaning {
    Parameter(Parameter),
    /// A word of a `one of`.
    Word(DataId, ColumnIx, u32),
    Grade(RatingId, usize),
    Position(Span),
    Column(DataId, ColumnIx),
    /// In the formula of a curve.
    EntryValue,
    EntryTarget,
    EntryWeight,
    /// In an output: the score or the rating of the scorecard.
    Result,
    /// An output above.
    Output(Span),
    Constant(usize),
    Kpi(usize),
    /// An output below, which cannot be read yet.
    LaterOutput(Span),
    /// An output of those on the roster whose rows are read: `sum(bonus of people)` alone takes one in.
    OutputOfOthers(String, Span),
}

/// Two things could be meant, and it was told.
pub(in crate::model) struct InDoubt;

impl Meaning {
    /// Whether this is what the name is read as, where it can be nothing else.
    fn can_stand(&self, env: &Env) -> bool {
        match self {
            Meaning::LaterOutput(_) | Meaning::OutputOfOthers(..) => false,
            Meaning::Kpi(_) => env.place == Place::Subject,
            Meaning::Parameter(_)
            | Meaning::Word(..)
            | Meaning::Grade(..)
            | Meaning::Position(_)
            | Meaning::Column(..)
            | Meaning::EntryValue
            | Meaning::EntryTarget
            | Meaning::EntryWeight
            | Meaning::Result
            | Meaning::Output(_)
            | Meaning::Constant(_) => true,
        }
    }
}

impl Checker<'_> {
    /// The one thing that the name stands for; `None` where that is nothing. In doubt it is an error, which is told.
    pub(super) fn meaning(
        &mut self,
        name: &tree::Name,
        env: &Env,
        expected: Option<&Base>,
    ) -> Result<Option<Meaning>, InDoubt> {
        let found = self.meanings(name, env, expected);
        if let [one, other, ..] = found.as_slice() {
            self.two_meanings(name, one, other);
            return Err(InDoubt);
        }
        Ok(found.into_iter().find(|meaning| meaning.can_stand(env)))
    }

    /// All that could be meant. What is the same whichever is meant is there once.
    fn meanings(&mut self, name: &tree::Name, env: &Env, expected: Option<&Base>) -> Vec<Meaning> {
        let text = name.text.as_str();
        let parameter = env.parameter(text).cloned();
        let word = self.word(text, expected);
        let column = match env.place {
            Place::Row(data) => self.model.data[data.0].column_named(text).map(|column| (data, column)),
            Place::Subject | Place::Constant => None,
        };
        if let Some(parameter) = parameter {
            let library = parameter.library;
            let mut found = vec![Meaning::Parameter(parameter)];
            // KPIs, constants and data sets of its name are told where the function is declared. What stands around
            // the call is none of the function's: only the rows that it reads itself are.
            if !library {
                found.extend(word);
                found.extend(column.filter(|_| env.rows_of_function).map(|(data, at)| Meaning::Column(data, at)));
            }
            return found;
        }
        if let Some(word) = word {
            // A column that could not stand there is not meant.
            let doubt = column.filter(|(data, at)| self.column_fits(&word, *data, *at));
            return std::iter::once(word).chain(doubt.map(|(data, at)| Meaning::Column(data, at))).collect();
        }
        let symbol = self.symbols.get(text).copied();
        if let Some((data, at)) = column {
            let mut found = vec![Meaning::Column(data, at)];
            match symbol {
                Some((Symbol::Constant(constant), _)) => found.push(Meaning::Constant(constant)),
                Some((Symbol::Kpi(kpi), _))
                    if !env.column
                        && (env.mixed || self.model.data[data.0].roster.is_some())
                        && self.is_another(kpi, data, at) =>
                {
                    found.push(Meaning::Kpi(kpi));
                }
                _ => {}
            }
            found.extend(self.output_of_others(text, data).filter(|_| !env.column));
            return found;
        }
        let mut found = Vec::new();
        match (env.place, text) {
            (Place::Subject, "value") if env.entry.is_some() => return vec![Meaning::EntryValue],
            (Place::Subject, "target") if env.entry.is_some() => return vec![Meaning::EntryTarget],
            (Place::Subject, "weight") if env.entry.is_some() => return vec![Meaning::EntryWeight],
            (Place::Subject, "score" | "rating") if env.outputs.is_some() => return vec![Meaning::Result],
            (Place::Row(data), _) => found.extend(self.output_of_others(text, data)),
            _ => {}
        }
        if let (Some(around), Place::Subject) = (&env.outputs, env.place) {
            let declared = around.written.iter().find(|one| one.name.text == text);
            let above = around.earlier.iter().any(|(output, ..)| output == text);
            found.extend(match (declared, above) {
                (Some(output), true) => Some(Meaning::Output(output.name.span)),
                (Some(output), false) if output.name.text != around.name => {
                    Some(Meaning::LaterOutput(output.name.span))
                }
                _ => None,
            });
            // An output that is the KPI of its name is no second thing.
            if declared.is_some_and(|output| matches!(&*output.value.kind, ExprKind::Name(same) if same.text == text))
                && matches!(symbol, Some((Symbol::Kpi(_), _)))
            {
                found.clear();
            }
        }
        match symbol {
            Some((Symbol::Constant(constant), _)) => found.push(Meaning::Constant(constant)),
            Some((Symbol::Kpi(kpi), _)) if env.place == Place::Subject || !found.is_empty() => {
                found.push(Meaning::Kpi(kpi));
            }
            _ => {}
        }
        found
    }

    /// The surroundings of a part of a row's formula. `premium of policies` alone, or compared with a number, can only be
    /// the column; beside another column, `amount > quota`, a KPI might be meant.
    pub(in crate::model) fn of_part(&self, env: &Env, part: &tree::Expr) -> Env {
        fn heads<'t>(expr: &'t tree::Expr, found: &mut BTreeSet<&'t str>) {
            if let ExprKind::Name(name) = &*expr.kind {
                found.insert(&name.text);
            }
            expr.parts().into_iter().for_each(|part| heads(part, found));
        }
        let Place::Row(data) = env.place else { return env.clone() };
        let mut names = BTreeSet::new();
        heads(part, &mut names);
        let set = &self.model.data[data.0];
        let mixed = names.into_iter().filter(|name| set.column_named(name).is_some()).count() > 1;
        Env { mixed, ..env.clone() }
    }

    /// A bare word that takes its meaning from what it is compared with.
    fn word(&self, text: &str, expected: Option<&Base>) -> Option<Meaning> {
        match expected? {
            Base::Choice(data, column) => {
                self.choice(*data, *column, text).map(|choice| Meaning::Word(*data, *column, choice))
            }
            Base::Grade(rating) => {
                let grades = &self.model.ratings[rating.0].grades;
                grades.iter().position(|grade| grade.name == text).map(|grade| Meaning::Grade(*rating, grade))
            }
            Base::Position => match self.symbols.get(text) {
                Some((Symbol::Position(_), declared)) => Some(Meaning::Position(*declared)),
                _ => None,
            },
            Base::Number(_)
            | Base::Zero
            | Base::Text
            | Base::Date
            | Base::Period
            | Base::Flag
            | Base::Link(_)
            | Base::Any => None,
        }
    }

    /// Whether a column could be compared with what the word is compared with.
    fn column_fits(&self, word: &Meaning, data: DataId, column: ColumnIx) -> bool {
        match (word, &self.model.data[data.0].column(column).ty) {
            (Meaning::Word(of, at, _), ColumnType::Choice(_)) => (*of, *at) == (data, column),
            (Meaning::Position(_), ty) => matches!(ty, ColumnType::Position | ColumnType::Text),
            _ => false,
        }
    }

    /// An output of those who may be on a roster; `None` where it is the column of its name.
    fn output_of_others(&self, text: &str, data: DataId) -> Option<Meaning> {
        let set = &self.model.data[data.0];
        let roster = set.roster.as_ref()?;
        let positions = self.declarations.positions.iter().filter(|position| roster.may_hold(&position.name.text));
        let mut outputs = positions.flat_map(|position| position.outputs.iter().map(move |output| (position, output)));
        let (position, output) = outputs
            .find(|(_, output)| output.name.text == text && !is_field(&output.value, &set.row.singular, text))?;
        Some(Meaning::OutputOfOthers(position.name.text.clone(), output.name.span))
    }

    /// Whether a KPI is another thing than the column of its name: it is no cell of the one evaluated, and is not made
    /// of the column.
    fn is_another(&mut self, kpi: usize, data: DataId, column: ColumnIx) -> bool {
        // No formula can mean the KPI that it is of.
        if self.kpi_stack.contains(&kpi) {
            return false;
        }
        // Whoever reads this formula again when the KPI has changed finds it here.
        self.used.insert(Use::Kpi(KpiId(kpi)));
        let (set, name) = (&self.model.data[data.0], &self.model.data[data.0].column(column).name);
        let mut open = vec![kpi];
        let mut seen = BTreeSet::new();
        while let Some(kpi) = open.pop() {
            if !seen.insert(kpi) {
                continue;
            }
            let formula = match self.declarations.kpis[kpi] {
                KpiDeclaration::Kpi(kpi) => kpi.value.as_ref(),
                KpiDeclaration::Index(index) => {
                    let parts = index.entries.iter().flat_map(|entry| &entry.kpis);
                    open.extend(parts.filter_map(|part| self.kpi_called(part)));
                    None
                }
            };
            let mut parts: Vec<&tree::Expr> = formula.into_iter().collect();
            while let Some(part) = parts.pop() {
                match &*part.kind {
                    ExprKind::Aggregate(aggregate)
                        if aggregate.data.text == set.name
                            && part.parts().into_iter().any(|part| names(part, name)) =>
                    {
                        return false;
                    }
                    ExprKind::Name(part) => open.extend(self.kpi_called(part)),
                    _ if set.roster.is_some() && is_field(part, &set.row.singular, name) => return false,
                    _ => {}
                }
                parts.extend(part.parts());
            }
        }
        true
    }

    fn kpi_called(&self, name: &tree::Name) -> Option<usize> {
        match self.symbols.get(name.text.as_str()) {
            Some((Symbol::Kpi(at), _)) => Some(*at),
            _ => None,
        }
    }

    /// What a meaning is called, and where it is declared.
    fn described(&self, meaning: &Meaning) -> (String, Option<Span>) {
        match meaning {
            Meaning::Parameter(parameter) => ("the parameter of the function".into(), Some(parameter.declared)),
            Meaning::Word(data, column, _) => {
                let column = self.model.data[data.0].column(*column);
                (format!("the word of the list `{}`", column.name), Some(column.span))
            }
            Meaning::Grade(rating, grade) => {
                let rating = &self.model.ratings[rating.0];
                (format!("the grade of `{}`", rating.name), Some(rating.grades[*grade].span))
            }
            Meaning::Position(declared) => ("the position".into(), Some(*declared)),
            Meaning::Column(data, column) => {
                let set = &self.model.data[data.0];
                (format!("the column of `{}`", set.name), Some(set.column(*column).span))
            }
            Meaning::EntryValue | Meaning::EntryTarget | Meaning::EntryWeight => ("that of the entry".into(), None),
            Meaning::Result => ("that of the scorecard".into(), None),
            Meaning::Output(declared) => ("the output above".into(), Some(*declared)),
            Meaning::LaterOutput(declared) => ("the output below".into(), Some(*declared)),
            Meaning::OutputOfOthers(position, declared) => (format!("the output of `{position}`"), Some(*declared)),
            Meaning::Constant(at) => ("the constant".into(), Some(self.model.constants[*at].span)),
            Meaning::Kpi(at) => ("the KPI".into(), Some(self.model.kpis[*at].span)),
        }
    }

    fn two_meanings(&mut self, name: &tree::Name, one: &Meaning, other: &Meaning) {
        let ((first, first_at), (second, second_at)) = (self.described(one), self.described(other));
        let mend = self.another_name(&name.text, [one, other], "one of the two");
        let finding = Diagnostic::new(Code::AmbiguousName, format!("`{}` could be {first} or {second}", name.text));
        // One name is to be changed, however often it is read: the places of the two come first, and tell it again.
        let mut finding = finding;
        for (at, text) in [(first_at, first), (second_at, second)] {
            if let Some(at) = at {
                finding = finding.at(at, text);
            }
        }
        self.report(finding.at(name.span, "which of the two?").help(mend));
    }

    /// A name that is free, for one of two things that have the same.
    fn another_name(&self, name: &str, meanings: [&Meaning; 2], whose: &str) -> String {
        let renamed = |what: &str, wanted: String| {
            let free = self.free_name(&wanted);
            match whose == what {
                true => format!("give {whose} another name, such as `{free}`"),
                false => format!("give {whose} another name, such as `{free}` for {what}"),
            }
        };
        for meaning in meanings {
            match meaning {
                Meaning::Parameter(_) => return renamed("the parameter", format!("this_{name}")),
                Meaning::Column(data, column) => {
                    let set = &self.model.data[data.0];
                    let column = set.column(*column);
                    let new = format!("{name}_in_{}", set.name);
                    let mend = renamed("the column", new);
                    return match (column.derived.is_some(), column.headers.as_slice()) {
                        (false, [header]) if *header == name => {
                            format!(
                                "{mend}; with its header behind the type, as in `from \"{name}\"`, the file stays as it is"
                            )
                        }
                        _ => mend,
                    };
                }
                Meaning::Output(_) | Meaning::LaterOutput(_) => {
                    return renamed("the output", format!("{name}_output"));
                }
                Meaning::OutputOfOthers(position, _) => {
                    return renamed("the output", format!("{name}_of_{position}"));
                }
                Meaning::Word(..)
                | Meaning::Grade(..)
                | Meaning::Position(_)
                | Meaning::EntryValue
                | Meaning::EntryTarget
                | Meaning::EntryWeight
                | Meaning::Result
                | Meaning::Constant(_)
                | Meaning::Kpi(_) => {}
            }
        }
        format!("give {whose} another name")
    }

    /// The name itself, or with a number behind it, where nothing has it yet.
    fn free_name(&self, wanted: &str) -> String {
        let taken = |name: &str| {
            self.symbols.contains_key(name) || self.model.data.iter().any(|set| set.column_named(name).is_some())
        };
        let numbered = (2..).map(|number| format!("{wanted}_{number}"));
        std::iter::once(wanted.to_string()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
    }

    /// What stands before a dot, where it could be two things. True after a finding.
    pub(in crate::model) fn two_before_the_dot(&mut self, noun: &tree::Name, field: &tree::Name, env: &Env) -> bool {
        let text = noun.text.as_str();
        let roster = self.model.data.iter().find(|set| set.roster.is_some() && set.row.singular == text);
        let period = text == "period" && matches!(field.text.as_str(), "start" | "end" | "months" | "days");
        let evaluated = match (period, roster) {
            (true, _) => ("the period evaluated".to_string(), None),
            (false, Some(roster)) => (format!("the one evaluated, a row of `{}`", roster.name), Some(roster.span)),
            (false, None) => return false,
        };
        let parameter = env.parameter(text).filter(|parameter| !parameter.library).cloned();
        let column = match env.place {
            // A link leads to the row of its own name; whether another one could be meant depends on the scope.
            Place::Row(data) if period => {
                self.model.data[data.0].column_named(text).map(|at| Meaning::Column(data, at))
            }
            _ => None,
        };
        let Some(other) = parameter.map(Meaning::Parameter).or(column) else { return false };
        let (what, at) = self.described(&other);
        let whose = if matches!(other, Meaning::Column(..)) { "the column" } else { "the parameter" };
        let mend = self.another_name(text, [&other, &other], whose);
        let mut finding = Diagnostic::new(Code::AmbiguousName, format!("`{text}` could be {what} or {}", evaluated.0))
            .at(noun.span, "which of the two?");
        for (at, text) in [(at, what), (evaluated.1, evaluated.0)] {
            if let Some(at) = at {
                finding = finding.at(at, text);
            }
        }
        self.report(finding.help(mend));
        true
    }

    /// Names that are in doubt wherever they stand are told where they are declared.
    pub(in crate::model) fn doubtful_declarations(&mut self) {
        let builtin = |name: &str| Builtin::named(name).is_some();
        let all = &self.declarations;
        let functions = all.functions[..self.own_functions].iter().map(|one| ("function", one.name.clone()));
        let scales = all.scales.iter().map(|one| ("scale", one.name.clone()));
        let matrices = all.matrices.iter().map(|one| ("matrix", one.name.clone()));
        let called: Vec<(&str, tree::Name)> = functions.chain(scales).chain(matrices).collect();
        for (kind, name) in called.iter().filter(|(_, name)| builtin(&name.text)) {
            let text = &name.text;
            let finding = Diagnostic::new(
                Code::AmbiguousName,
                format!("`{text}(…)` could be this {kind} or the one that the language has"),
            );
            self.report(
                finding
                    .at(name.span, "the name of a function of the language")
                    .help(format!("give the {kind} another name, such as `{}`", self.free_name(&format!("{text}_1")))),
            );
        }
        for at in 0..self.own_functions {
            let function = self.declarations.functions[at];
            for parameter in &function.parameters {
                let Some((symbol, declared)) = self.symbols.get(parameter.text.as_str()).copied() else { continue };
                if !matches!(symbol, Symbol::Kpi(_) | Symbol::Constant(_) | Symbol::Data(_)) {
                    continue;
                }
                let kind = symbol.kind();
                let text = &parameter.text;
                self.report(
                    Diagnostic::new(
                        Code::AmbiguousName,
                        format!("in `{}`, `{text}` could be its parameter or the {kind}", function.name.text),
                    )
                    .at(parameter.span, "the parameter")
                    .at(declared, format!("the {kind}"))
                    .help(format!(
                        "give the parameter another name, such as `{}`",
                        self.free_name(&format!("this_{text}"))
                    )),
                );
            }
        }
    }
}

/// `NOUN.name`
fn is_field(expr: &tree::Expr, noun: &str, name: &str) -> bool {
    matches!(&*expr.kind, ExprKind::Field { of, name: field }
        if field.text == name && matches!(&*of.kind, ExprKind::Name(of) if of.text == noun))
}

/// Whether the formula has the name anywhere.
fn names(expr: &tree::Expr, name: &str) -> bool {
    matches!(&*expr.kind, ExprKind::Name(one) if one.text == name)
        || expr.parts().into_iter().any(|part| names(part, name))
}
