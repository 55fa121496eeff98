//! Calls: functions are expanded where they are used; built-in functions, scales and matrices are typed.

use crate::diagnostic::{Code, Diagnostic, Help, Label, Mend};
use crate::language::AggregateFunction;
use crate::model::checker::{Checker, Symbol};
use crate::model::expr::{Base, Expr, Kind, Type};
use crate::model::names::env::{Bare, Env, Parameter, Place};
use crate::model::names::uses::Use;
use crate::model::{MatrixId, ScaleId};
use crate::plural::counted;
use crate::source::Span;
use crate::syntax::tree;
use crate::value::{Builtin, Signature};

/// How deep functions may use one another, and how often one formula may expand them.
const MOST_FUNCTIONS: usize = 32;
const MOST_EXPANSIONS: usize = 10_000;
/// Expansions are set to this when the limit has been told.
const SAID: usize = usize::MAX / 2;

impl Checker<'_> {
    pub(super) fn call(
        &mut self,
        name: &tree::Name,
        arguments: &[tree::Expr],
        to: Option<&tree::Expr>,
        env: &Env,
        expected: Option<&Base>,
        span: Span,
    ) -> Expr {
        if let Some(signature) = Builtin::named(&name.text) {
            let own = self.symbols.get(name.text.as_str()).map(|(symbol, _)| *symbol);
            if matches!(own, Some(Symbol::Function(_) | Symbol::Scale(_) | Symbol::Matrix(_))) {
                // Which of the two is meant was asked where it is declared.
                return Expr::wrong(span);
            }
            return self.builtin(signature, arguments, to, env, expected, span);
        }
        match self.symbols.get(name.text.as_str()).copied() {
            Some((Symbol::Function(at), declared)) => {
                let function = self.declarations.functions[at];
                if !self.count_arguments(name, arguments.len(), function.parameters.len(), declared) {
                    return Expr::wrong(span);
                }
                self.used.insert(Use::Function(at));
                if self.function_stack.contains(&at) {
                    // A circle; it is reported once, for the functions themselves.
                    return Expr::wrong(span);
                }
                self.expansions += 1;
                if self.function_stack.len() >= MOST_FUNCTIONS || self.expansions > MOST_EXPANSIONS {
                    // Once for each formula: what is expanded after that is passed over.
                    if self.expansions < SAID {
                        self.expansions = SAID;
                        self.report(
                            Diagnostic::new(Code::TooDeep, "functions that use functions make this formula too long")
                                .at(span, "expanded here")
                                .help("give the parts KPIs of their own, and write the formula with these"),
                        );
                    }
                    return Expr::wrong(span);
                }
                if self.no_values(name, arguments, env) {
                    return Expr::wrong(span);
                }
                let library = at >= self.own_functions;
                let parameters: Vec<Parameter> = function
                    .parameters
                    .iter()
                    .zip(arguments)
                    .map(|(parameter, argument)| Parameter {
                        name: parameter.text.clone(),
                        argument: self.typed(argument, env, None),
                        declared: parameter.span,
                        library,
                    })
                    .collect();
                if parameters.iter().any(|parameter| parameter.argument.is_wrong()) {
                    return Expr::wrong(span);
                }
                let mut inner = Env { parameters, rows_of_function: false, bare: None, ..env.clone() };
                inner.entry = None;
                inner.outputs = None;
                self.function_stack.push(at);
                let before = self.diagnostics.len();
                let body = self.typed(&function.body, &inner, expected);
                self.function_stack.pop();
                for finding in &mut self.diagnostics[before..] {
                    // What the formula is made of depends on the values that are put in.
                    if matches!(finding.code, Code::UnitMismatch | Code::WrongUnit | Code::WrongType)
                        && !function.parameters.is_empty()
                    {
                        finding.mends.clear();
                        finding.help = Some(format!(
                            "give `{}` values of the units that it is made for, or change its formula",
                            name.text
                        ));
                    }
                    // Nobody can mend the library, so it is the call that is shown.
                    if at >= self.own_functions {
                        finding.labels.retain(|label| label.span.file != declared.file);
                        finding.mends.retain(|mend| mend.edits.iter().all(|edit| edit.span.file != declared.file));
                        let formula = self.sources.text(function.body.span);
                        finding.notes.push(format!("the library has `{}` as `{formula}`", name.text));
                    }
                    if !finding.labels.iter().any(|label| label.span.key() == span.key()) {
                        let text = format!("in this use of `{}`", name.text);
                        finding.labels.push(Label { span, text });
                    }
                }
                body
            }
            Some((Symbol::Scale(_) | Symbol::Matrix(_), _)) if env.place == Place::Constant => {
                self.misplaced(
                    span,
                    &format!("`{}` cannot be looked up here: only numbers and constants can stand here", name.text),
                    "write the number itself, or a constant",
                );
                Expr::wrong(span)
            }
            Some((Symbol::Scale(at), declared)) => {
                self.used.insert(Use::Scale(at));
                if self.untyped.contains(&name.text) {
                    return Expr::wrong(span);
                }
                if !self.count_arguments(name, arguments.len(), 1, declared) {
                    return Expr::wrong(span);
                }
                self.type_scale(at, span);
                if !self.scale_can_be_called(ScaleId(at), name, env, declared) {
                    return Expr::wrong(span);
                }
                if let Some(open) = self.scale_stack.last().copied()
                    && self.is_too_deep(Use::Scale(open), Use::Scale(at), span)
                {
                    return Expr::wrong(span);
                }
                let input = self.model.scales[at].input.dimension.clone();
                let bare = Bare::from(&self.model.scales[at].input);
                let value = self.typed(&arguments[0], &env.clone().bare(&bare), None);
                let optional = value.ty.optional;
                self.expect_base(
                    &value,
                    &Base::Number(input),
                    &format!("the value of the scale `{}`", name.text),
                    declared,
                );
                let output = Base::Number(self.model.scales[at].output.dimension.clone());
                Expr::new(Kind::Scale(ScaleId(at), value), Type { base: output, optional }, span)
            }
            Some((Symbol::Matrix(at), declared)) => {
                self.used.insert(Use::Matrix(at));
                if self.untyped.contains(&name.text) {
                    return Expr::wrong(span);
                }
                if !self.count_arguments(name, arguments.len(), 2, declared) {
                    return Expr::wrong(span);
                }
                let inputs = self.model.matrices[at].inputs.clone();
                let mut typed = Vec::new();
                for (argument, input) in arguments.iter().zip(&inputs) {
                    let value = self.typed(argument, &env.clone().bare(&Bare::from(input)), None);
                    let base = Base::Number(input.dimension.clone());
                    self.expect_base(&value, &base, &format!("the value of the matrix `{}`", name.text), declared);
                    typed.push(value);
                }
                let optional = typed.iter().any(|value| value.ty.optional);
                let output = Base::Number(self.model.matrices[at].output.dimension.clone());
                let mut typed = typed.into_iter();
                let (Some(row), Some(column)) = (typed.next(), typed.next()) else { return Expr::wrong(span) };
                Expr::new(Kind::Matrix(MatrixId(at), row, column), Type { base: output, optional }, span)
            }
            Some((Symbol::Rating(_), declared)) => {
                let text = &name.text;
                self.report(
                    Diagnostic::new(
                        Code::WrongKind,
                        format!("`{text}` is a rating: it gives a grade to the score of a scorecard, and to nothing else"),
                    )
                    .at(name.span, "not a function")
                    .at(declared, "declared here")
                    .help(format!(
                        "name it in the scorecard, as in `rating {text}`; a value of its own for each range of a KPI is a scale, \
                         as in `scale levels : % {{ … }}`"
                    )),
                );
                Expr::wrong(span)
            }
            Some((symbol, declared)) => {
                self.report(
                    Diagnostic::new(Code::WrongKind, format!("`{}` is a {}, and takes nothing in brackets", name.text, symbol.kind()))
                        .at(name.span, "not a function")
                        .at(declared, "declared here")
                        .help("write its name alone; another window or scope stands behind it, as in `1 year earlier` or `over team`"),
                );
                Expr::wrong(span)
            }
            None => {
                let known: Vec<String> = self
                    .symbols
                    .iter()
                    .filter(|(_, (symbol, _))| {
                        matches!(symbol, Symbol::Function(_) | Symbol::Scale(_) | Symbol::Matrix(_))
                    })
                    .map(|(name, _)| name.to_string())
                    .chain(Builtin::TABLE.iter().map(|signature| signature.name.to_string()))
                    .chain(AggregateFunction::TABLE.iter().map(|signature| signature.name.to_string()))
                    .collect();
                let mend = self.other_function(name, arguments, span).unwrap_or_else(|| {
                    self.did_you_mean(&name.text, name.span, known.iter().map(String::as_str), || {
                        format!("declare it: `function {}(x) = …`", name.text)
                    })
                });
                self.report(
                    Diagnostic::new(Code::UnknownName, format!("there is no function `{}`", name.text))
                        .at(name.span, "unknown")
                        .help(mend),
                );
                Expr::wrong(span)
            }
        }
    }

    /// What a function of spreadsheets and databases is written as here.
    fn other_function(&self, name: &tree::Name, arguments: &[tree::Expr], span: Span) -> Option<Help> {
        let text = |expr: &tree::Expr| self.sources.text(expr.span).to_string();
        let write = |written: String| Some(Help::of("write `{}`", [Mend::replace(span, written)]));
        let word = name.text.to_lowercase();
        match (word.as_str(), arguments) {
            ("coalesce" | "ifnull" | "nvl" | "isnull" | "iferror" | "wennfehler", [value, otherwise]) => {
                let loose = !matches!(
                    &*value.kind,
                    tree::ExprKind::Name(_)
                        | tree::ExprKind::Call { .. }
                        | tree::ExprKind::Aggregate(_)
                        | tree::ExprKind::Number(_)
                );
                let value = if loose { format!("({})", text(value)) } else { text(value) };
                write(format!("({value} default {})", text(otherwise)))
            }
            ("isblank" | "isna" | "isnull" | "istleer", [value]) => write(format!("{} is missing", text(value))),
            ("if" | "wenn", [condition, then, otherwise]) => {
                write(format!("(if {} then {} else {})", text(condition), text(then), text(otherwise)))
            }
            ("and" | "und" | "or" | "oder", [_, _, ..]) => {
                let word = if word.starts_with(['a', 'u']) { " and " } else { " or " };
                write(format!("({})", arguments.iter().map(text).collect::<Vec<_>>().join(word)))
            }
            ("not" | "nicht", [one]) => write(format!("not ({})", text(one))),
            ("abs" | "betrag", _) => None,
            _ => {
                // `AVERAGE(amount)`
                let meant = crate::syntax::synonym(&word).unwrap_or(&word).to_string();
                let function = AggregateFunction::named(&meant)?;
                let [argument] = arguments else { return None };
                let tree::ExprKind::Name(column) = &*argument.kind else { return None };
                if self.symbols.get(column.text.as_str()).is_some_and(|(symbol, _)| matches!(symbol, Symbol::Data(_))) {
                    return write(format!("{}({})", function.name, column.text));
                }
                let mut sets = self.model.data.iter().filter(|set| set.column_named(&column.text).is_some());
                let set = sets.next().filter(|_| sets.next().is_none())?;
                write(function.written(&column.text, &set.name))
            }
        }
    }

    /// Whether what a scale reads is there where a formula calls it. Not so after a finding.
    fn scale_can_be_called(&mut self, scale: ScaleId, name: &tree::Name, env: &Env, declared: Span) -> bool {
        let curves = || self.model.scale_versions(scale).map(|version| &self.model.scales[version.0].curve);
        let of_entry = |kind: &Kind| matches!(kind, Kind::EntryTarget | Kind::EntryWeight);
        // In rows there is nobody whose figures could be read.
        let of_subject = |kind: &Kind| matches!(kind, Kind::Person { .. } | Kind::Kpi(_) | Kind::Aggregate(_));
        let in_rows = matches!(env.place, Place::Row(_));
        let (what, mend) = if curves().any(|curve| curve.reads_target()) {
            ("the target of an entry", "use it in an entry, `… score …`, where there is a target")
        } else if curves().any(|curve| curve.reads(&of_entry)) {
            ("the weight of an entry", "use it in an entry, `… score …`, where there is a weight")
        } else if in_rows && curves().any(|curve| curve.reads(&of_subject)) {
            ("figures of the one evaluated", "call it outside the aggregate, on a value of the one evaluated")
        } else {
            return true;
        };
        let here = if in_rows { "a row has none" } else { "there is none here" };
        self.report(
            Diagnostic::new(Code::Misplaced, format!("the scale `{}` goes by {what}, and {here}", name.text))
                .at(name.span, "called here")
                .at(declared, "declared here")
                .help(format!("{mend}, or write what is meant as a formula")),
        );
        false
    }

    pub(super) fn count_arguments(&mut self, name: &tree::Name, got: usize, needed: usize, declared: Span) -> bool {
        if got != needed {
            let values = |count: usize| counted(count, "value");
            self.report(
                Diagnostic::new(
                    Code::WrongArguments,
                    format!("`{}` takes {}, and gets {}", name.text, values(needed), values(got)),
                )
                .at(name.span, format!("{} in the brackets", values(got)))
                .at(declared, "declared here")
                .help(match needed {
                    0 | 1 => format!("write {} in the brackets", values(needed)),
                    _ => format!("write {} in the brackets, with commas between", values(needed)),
                }),
            );
        }
        got == needed
    }

    #[allow(clippy::too_many_arguments)]
    pub(super) fn builtin(
        &mut self,
        signature: &Signature,
        arguments: &[tree::Expr],
        to: Option<&tree::Expr>,
        env: &Env,
        expected: Option<&Base>,
        span: Span,
    ) -> Expr {
        let (name, builtin) = (signature.name, signature.function);
        let rounds = matches!(builtin, Builtin::Round | Builtin::RoundUp | Builtin::RoundDown);
        let written: Vec<&tree::Expr> = arguments.iter().chain(to).collect();
        if written.len() < signature.least || written.len() > signature.most || (rounds != to.is_some()) {
            let mend = match builtin {
                Builtin::Round | Builtin::RoundUp | Builtin::RoundDown => format!("write it as in `{name}(x to 0.01)`"),
                Builtin::Min | Builtin::Max => {
                    format!("write it as in `{name}(a, b)`; of a column as in `{name}(x of data)`")
                }
                Builtin::MonthsBetween | Builtin::DaysBetween => {
                    format!("write it with two dates, as in `{}`", signature.usage)
                }
                _ => format!("write it as in `{}`", signature.usage),
            };
            self.report(
                Diagnostic::new(Code::WrongArguments, format!("`{name}` does not take these values"))
                    .at(span, "")
                    .help(mend),
            );
            return Expr::wrong(span);
        }
        let mut typed: Vec<Expr> = Vec::new();
        for argument in written {
            let expected = typed.first().map(|first: &Expr| first.ty.base.clone()).or_else(|| expected.cloned());
            typed.push(self.typed(argument, env, expected.as_ref()));
        }
        let words = format!("`{name}`");
        let mut optional = typed.iter().any(|argument| argument.ty.optional);
        let time = |checker: &Self, unit: &str| {
            Base::Number(checker.units.get(unit).map(|unit| unit.dimension).unwrap_or_default())
        };
        let base = match builtin {
            Builtin::Abs | Builtin::Floor | Builtin::Ceil => {
                if self.expect_number(&typed[0], &words) && builtin != Builtin::Abs {
                    self.whole_of_what(builtin, name, &typed[0], env, span);
                }
                typed[0].ty.base.clone()
            }
            Builtin::Min | Builtin::Max | Builtin::Clamp | Builtin::Round | Builtin::RoundUp | Builtin::RoundDown => {
                let mut base = typed[0].ty.base.clone();
                let dates = matches!(builtin, Builtin::Min | Builtin::Max) && base == Base::Date;
                for argument in &typed {
                    if !dates && !self.expect_number(argument, &words) {
                        return Expr::wrong(span);
                    }
                    match base.join(&argument.ty.base) {
                        Some(joined) => base = joined,
                        None => {
                            self.unit_mismatch(&typed[0], argument, &format!("cannot stand together in {words}"));
                            return Expr::wrong(span);
                        }
                    }
                }
                if rounds && !self.bare_rounding(name, &typed[0], &typed[1], env) {
                    // What stands in data is known at evaluation only: below 0 there is no answer.
                    match self.model.constant_value(&typed[1], None).is_some() {
                        true => {
                            let mend = format!("write a step above 0, as in `{name}(x to 0.01)`");
                            self.above_zero(&typed[1], "a step to round to", &mend);
                        }
                        false => optional = true,
                    }
                }
                base
            }
            Builtin::Sqrt | Builtin::Ln | Builtin::Exp | Builtin::Pow => {
                let before = self.diagnostics.len();
                for argument in &typed {
                    let unit = argument.dimension();
                    if unit.is_none() {
                        self.expect_base(argument, &Base::number(), &format!("what {words} takes"), span);
                        continue;
                    }
                    let unit = unit.plural();
                    self.report(
                        Diagnostic::new(
                            Code::WrongUnit,
                            format!("{words} takes a plain number or a ratio, and this is in {unit}"),
                        )
                        .at(argument.span, format!("in {unit}"))
                        .help(format!("divide it by an amount in {unit} first")),
                    );
                }
                if self.diagnostics.len() > before {
                    return Expr::wrong(span);
                }
                optional |= builtin != Builtin::Exp;
                Base::number()
            }
            Builtin::MonthsBetween | Builtin::DaysBetween | Builtin::YearOf | Builtin::MonthOf | Builtin::DayOf => {
                for argument in &typed {
                    self.expect_base(argument, &Base::Date, &format!("what {words} takes"), span);
                }
                match builtin {
                    Builtin::MonthsBetween => time(self, "month"),
                    Builtin::DaysBetween => time(self, "day"),
                    _ => Base::number(),
                }
            }
        };
        Expr::new(Kind::Call(builtin, typed), Type { base, optional }, span)
    }
}
