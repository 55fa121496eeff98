//! `closed(bonus) previous period`: a result as it was closed, in an earlier period.

use crate::diagnostic::{Code, Diagnostic, Help, Mend};
use crate::model::KpiId;
use crate::model::checker::{Checker, Symbol};
use crate::model::expr::{Base, ClosedRead, Expr, Kind, Type};
use crate::model::names::env::{Env, Place};
use crate::model::names::uses::Use;
use crate::model::types::unit::DisplayUnit;
use crate::source::Span;
use crate::syntax::tree;
use crate::syntax::tree::{ExprKind, WindowKind, WindowWord};

impl Checker<'_> {
    /// One that no window stands behind.
    pub(super) fn closed_when(&mut self, span: Span) -> Expr {
        self.report(
            Diagnostic::new(Code::Incomplete, format!("`{}` does not say of which period it is", self.text(span)))
                .at(span, "which closing?")
                .help(Help::of(
                    "write `{}`, or another earlier period, as in `1 year earlier`",
                    [Mend::replace(span, format!("{} previous period", self.text(span)))],
                )),
        );
        Expr::wrong(span)
    }

    /// Closings are of earlier periods, and of whole ones. True after a finding.
    pub(super) fn not_closed_yet(&mut self, window: &WindowWord) -> bool {
        let why = match window.kind {
            WindowKind::PreviousPeriod | WindowKind::Earlier { .. } => return false,
            WindowKind::Last { .. } | WindowKind::YearToDate | WindowKind::WholeYear => {
                "these months end with the period evaluated, which is not closed yet"
            }
            WindowKind::Period => "the period evaluated is not closed yet",
            WindowKind::Literal(_) => "a closing is read of a period so far before the one evaluated",
        };
        self.misplaced(window.span, why, "name an earlier period, such as the previous one");
        true
    }

    /// A result with the window behind it.
    pub(super) fn closed(&mut self, name: &tree::Name, of: Option<&tree::Name>, env: &Env, span: Span) -> Expr {
        match env.place {
            Place::Subject => {}
            Place::Row(_) => {
                self.misplaced(
                    span,
                    "a closed result is that of the one evaluated, and cannot stand inside an aggregate",
                    "write it outside, or read rows of a data set",
                );
                return Expr::wrong(span);
            }
            Place::Constant => {
                self.misplaced(span, "a closed result is only known of somebody", "write a number or a constant");
                return Expr::wrong(span);
            }
        }
        if env.over.is_some() {
            self.misplaced(
                span,
                "closings hold results of people, of which `over` makes no others",
                "leave `over` out",
            );
            return Expr::wrong(span);
        }
        let over_all = match of {
            None => false,
            Some(noun) if self.is_noun(&noun.text) => true,
            Some(noun) => {
                let nouns: Vec<String> = self.nouns();
                let mend = self.did_you_mean(&noun.text, noun.span, nouns.iter().map(String::as_str), || {
                    format!("over all posts of somebody is `of {}`", nouns.first().map_or("person", String::as_str))
                });
                self.report(
                    Diagnostic::new(Code::UnknownName, format!("`{}` is not the one evaluated", noun.text))
                        .at(noun.span, "of whom?")
                        .help(mend),
                );
                return Expr::wrong(span);
            }
        };
        let Some(unit) = self.closed_unit(name, env) else { return Expr::wrong(span) };
        let ty = Type::maybe(Base::Number(unit.dimension.clone()));
        Expr::new(Kind::Closed(ClosedRead { name: name.text.clone(), unit, over_all }), ty, span)
    }

    fn nouns(&self) -> Vec<String> {
        let rosters = self.model.data.iter().filter(|set| set.roster.is_some());
        rosters.map(|set| set.row.singular.clone()).collect()
    }

    fn is_noun(&self, word: &str) -> bool {
        self.nouns().iter().any(|noun| noun == word)
    }

    /// The unit that a result has now, by its name: a KPI, the score, an output of this position or of any.
    pub(in crate::model) fn closed_unit(&mut self, name: &tree::Name, env: &Env) -> Option<DisplayUnit> {
        let text = name.text.as_str();
        if text == "score" {
            return Some(DisplayUnit::point());
        }
        if text == "rating" {
            self.report(
                Diagnostic::new(Code::WrongKind, "a grade is no number, and formulas read numbers of closings")
                    .at(name.span, "a grade")
                    .mend("read `{}`", Mend::replace(name.span, "score")),
            );
            return None;
        }
        let own = env.outputs.as_ref().map(|around| around.position.clone());
        let outputs = self.outputs_named(text, own.as_deref());
        let kpi = match self.symbols.get(text).copied() {
            Some((Symbol::Kpi(at), declared)) => Some((at, declared)),
            _ => None,
        };
        match (kpi, outputs.first()) {
            (Some((_, declared)), Some(output)) if !self.is_kpi_itself(output, text) => {
                self.report(
                    Diagnostic::new(Code::AmbiguousName, format!("`{text}` could be the output or the KPI"))
                        .at(name.span, "which of the two?")
                        .at(output.name.span, "the output")
                        .at(declared, "the KPI")
                        .help(format!("give one of the two another name, such as `{text}_output` for the output")),
                );
                None
            }
            (Some((at, _)), _) => {
                self.used.insert(Use::Kpi(KpiId(at)));
                Some(self.model.kpis[at].unit.clone())
            }
            (None, Some(_)) => self.unit_of_outputs(name, &outputs),
            (None, None) => {
                let kpis = self.model.kpis.iter().map(|kpi| kpi.name.clone());
                let positions = self.declarations.positions.iter();
                let outputs = positions.flat_map(|position| position.outputs.iter().map(|one| one.name.text.clone()));
                let known: Vec<String> = kpis.chain(outputs).chain(["score".to_string()]).collect();
                let mend = self.did_you_mean(text, name.span, known.iter().map(String::as_str), || {
                    "name a KPI, an output or the score".to_string()
                });
                self.report(
                    Diagnostic::new(Code::UnknownName, format!("no KPI and no output is called `{text}`"))
                        .at(name.span, "unknown")
                        .help(mend),
                );
                None
            }
        }
    }

    /// Outputs of that name: those of the position at hand, where it has one, else of all.
    fn outputs_named(&self, name: &str, own: Option<&str>) -> Vec<tree::Output> {
        let all = |position: Option<&str>| {
            let positions = self.declarations.positions.iter();
            let positions = positions.filter(move |one| position.is_none_or(|wanted| one.name.text == wanted));
            positions.flat_map(|one| one.outputs.iter().filter(|output| output.name.text == name)).cloned().collect()
        };
        let of_own: Vec<tree::Output> = own.map_or_else(Vec::new, |own| all(Some(own)));
        if of_own.is_empty() { all(None) } else { of_own }
    }

    /// An output that is the KPI of its name has one value with it.
    fn is_kpi_itself(&self, output: &tree::Output, name: &str) -> bool {
        matches!(&*output.value.kind, ExprKind::Name(value) if value.text == name)
    }

    fn unit_of_outputs(&mut self, name: &tree::Name, outputs: &[tree::Output]) -> Option<DisplayUnit> {
        let mut found: Option<(DisplayUnit, Span)> = None;
        for output in outputs {
            let unit = self.number_type(&output.ty, "an output")?;
            match &found {
                Some((first, at)) if first.dimension != unit.dimension => {
                    let words = |unit: &DisplayUnit| Base::Number(unit.dimension.clone()).words();
                    self.report(
                        Diagnostic::new(
                            Code::UnitMismatch,
                            format!(
                                "the output `{}` is not in one unit, and nobody can tell which is meant",
                                name.text
                            ),
                        )
                        .at(name.span, "which of them?")
                        .at(*at, words(first))
                        .at(output.name.span, words(&unit))
                        .help("give them one unit, or different names"),
                    );
                    return None;
                }
                Some(_) => {}
                None => found = Some((unit, output.name.span)),
            }
        }
        found.map(|(unit, _)| unit)
    }
}
