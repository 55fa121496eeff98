//! Scales, curves and ratings: their numbers typed, and proved as what they are.

use super::checks::unit_of;
use crate::diagnostic::{Code, Diagnostic, Help, Mend};
use crate::language::BinaryOp;
use crate::limits::CHAIN;
use crate::model::checker::{Checker, Progress};
use crate::model::expr::{Base, Expr, Kind, Type};
use crate::model::names::env::{Bare, Env, InCurve};
use crate::model::names::rings;
use crate::model::names::uses::Use;
use crate::model::types::unit::{Dimension, DisplayUnit};
use crate::model::words::list;
use crate::model::{Curve, CurveKind, Distribution, Grade, Rating, Scale, ScaleId, Versions, Within};
use crate::nearest::nearest;
use crate::number::Number;
use crate::scales::thresholds::{self, Threshold, Thresholds};
use crate::scales::{self, Reads, Role, Steps};
use crate::source::Span;
use crate::syntax::tree;
use crate::syntax::tree::NumberStyle;

/// Where a curve is used: what it must fit.
#[derive(Clone, Debug)]
pub(in crate::model) struct CurveUse {
    pub(in crate::model) input: Bare,
    /// As the values read are declared: percentages are written with their sign.
    pub(in crate::model) reads: DisplayUnit,
    pub(in crate::model) output: Dimension,
    /// As the values given are declared, likewise.
    pub(in crate::model) gives: DisplayUnit,
    /// `None`: nothing is known about what is better (a named scale, before it is used).
    pub(in crate::model) direction: Option<Better>,
    /// In a `formula`: the type of the target, if one is stated.
    pub(in crate::model) target: Option<Type>,
    /// In a `formula`: what the weight is in, points or a share.
    pub(in crate::model) weight: Dimension,
    /// It scores a KPI that does not say which values are better, and stands there.
    pub(in crate::model) undirected: Option<Span>,
}

pub(in crate::model) type Better = scales::Better<Expr>;

impl Curve {
    /// Whether it counts from the target of an entry.
    pub(in crate::model) fn reads_target(&self) -> bool {
        self.kind.reads_target(|formula| holds(formula, &|kind| matches!(kind, Kind::EntryTarget)))
    }

    /// Whether its formula has such a part.
    pub(in crate::model) fn reads(&self, what: &dyn Fn(&Kind) -> bool) -> bool {
        self.kind.formula().is_some_and(|formula| holds(formula, what))
    }
}

fn holds(expr: &Expr, what: &dyn Fn(&Kind) -> bool) -> bool {
    what(&expr.kind) || expr.parts().into_iter().any(|part| holds(part, what))
}

impl Checker<'_> {
    /// Whether some version of a scale has a formula with such a part.
    pub(in crate::model) fn scale_reads(&self, scale: ScaleId, what: &dyn Fn(&Kind) -> bool) -> bool {
        self.model.scale_versions(scale).any(|version| self.model.scales[version.0].curve.reads(what))
    }

    /// Names and units first: the formula of a scale may call another one.
    pub(in crate::model) fn declare_scales(&mut self) {
        for scale in self.declarations.scales.clone() {
            let input = self.declared_unit(&scale.name, &scale.input, "what a scale reads");
            let output = match &scale.output {
                Some(ty) => self.declared_unit(&scale.name, ty, "what a scale yields"),
                None => DisplayUnit::point(),
            };
            let effective = scale.effective.as_ref().map(|effective| self.effective(effective));
            let label = self.label(&scale.name.text, &scale.label);
            self.model.scales.push(Scale {
                name: scale.name.text.clone(),
                label,
                span: scale.name.span,
                input,
                output,
                curve: Curve { kind: CurveKind::Steps(Steps(Vec::new())), span: scale.curve.span, scores: Vec::new() },
                versions: Versions::from(effective),
            });
            self.scale_progress.push(Progress::Open);
        }
    }

    pub(in crate::model) fn type_scales(&mut self) {
        for at in 0..self.declarations.scales.len() {
            let name = self.declarations.scales[at].name.span;
            self.type_scale(at, name);
        }
    }

    /// Types the curves of a scale's versions, once. `from` is where it is called: a circle of scales closes there.
    pub(in crate::model) fn type_scale(&mut self, at: usize, from: Span) {
        let at = self.first_version(&self.model.scales[at].name, at);
        match self.scale_progress[at] {
            Progress::Done => return,
            Progress::Working => {
                let from_here = self.scale_stack.iter().position(|scale| *scale == at).unwrap_or(0);
                let ring: Vec<&tree::Name> =
                    self.scale_stack[from_here..].iter().map(|scale| &self.declarations.scales[*scale].name).collect();
                let names: Vec<String> = ring.iter().map(|name| format!("`{}`", name.text)).collect();
                let mut finding = Diagnostic::new(Code::Circle, format!("the scale {} needs itself", names[0]))
                    .at(from, "here the circle closes");
                for name in ring {
                    finding = finding.at(name.span, "in the circle");
                }
                return self.report(
                    finding
                        .note(rings::note(&names, "needs"))
                        .help("write one of them so that its formula does not lead back to it"),
                );
            }
            Progress::Open => {}
        }
        if self.scale_stack.len() >= CHAIN {
            self.scale_progress[at] = Progress::Done;
            return self.chain_too_long(Use::Scale(at), self.declarations.scales[at].name.span);
        }
        self.scale_progress[at] = Progress::Working;
        self.scale_stack.push(at);
        for version in self.model.scale_versions(ScaleId(at)).collect::<Vec<_>>() {
            self.scale_curve(version.0);
        }
        self.scale_stack.pop();
        self.scale_progress[at] = Progress::Done;
    }

    fn scale_curve(&mut self, at: usize) {
        let written = self.declarations.scales[at];
        let Scale { input, output, .. } = &self.model.scales[at];
        let fits = CurveUse {
            input: Bare::from(input),
            reads: input.clone(),
            output: output.dimension.clone(),
            gives: output.clone(),
            direction: None,
            // Behind `score` there is one, in the unit of what the scale reads; where there is none, its use is refused.
            target: Some(Type::known(Base::Number(input.dimension.clone()))),
            weight: Dimension::none(),
            undirected: None,
        };
        if !self.untyped.contains(&written.name.text)
            && let Some(curve) = self.curve(&written.curve, &fits)
        {
            self.model.scales[at].curve = curve;
        }
    }

    /// A curve with its numbers typed and its shape proved. `None` after a finding.
    pub(in crate::model) fn curve(&mut self, written: &tree::Curve, fits: &CurveUse) -> Option<Curve> {
        if self.score_in_data(written, fits) {
            return None;
        }
        let (before, span) = (self.diagnostics.len(), written.span);
        let in_data = written.kind.points().into_iter().any(|point| self.reads_data(point));
        let mut number = |role, number| self.curve_number(role, number, fits, in_data).ok_or(());
        // A number that a mistake elsewhere leaves without a value is missing in what was read.
        let kind =
            written.kind.try_map(&mut number).ok()?.with_formula(|formula| self.score_formula(formula, fits, span));
        if self.diagnostics.len() > before {
            return None;
        }
        if in_data {
            return self.curve_in_data(&kind, span, fits);
        }
        let counted = fits.input.dimension.is_counted() && !fits.input.dimension.is_none();
        kind.shape(self, span, &Reads { unit: unit_of(&fits.input.dimension), counted });
        // Of a curve out of order nobody can say which way it goes.
        if let (Some(better), true) = (&fits.direction, self.diagnostics.len() == before) {
            kind.direction(self, better, span);
        }
        if self.diagnostics.len() == before {
            kind.idle(self, span);
            if let Some(kpi) = fits.undirected.filter(|_| fits.direction.is_none()) {
                kind.both_ways(self, kpi);
            }
            return Some(Curve { kind, span, scores: Vec::new() });
        }
        None
    }

    /// A number of a curve, typed as what it is. `None` after a finding.
    fn curve_number(&mut self, role: Role, written: &tree::Expr, fits: &CurveUse, in_data: bool) -> Option<Expr> {
        match role {
            Role::Point if in_data => self.threshold_in_data(written, fits),
            Role::Point if self.bare_ratio(written, &fits.reads, "what this curve reads") => None,
            Role::Point | Role::End => self.constant_in(written, &fits.input),
            Role::Step if self.bare_step(written, &fits.reads, "a step of this KPI") => None,
            Role::Step => self.constant_in(written, &fits.input),
            Role::PartOfTarget if self.bare_step(written, &DisplayUnit::percent(), "a part of the target") => None,
            Role::PartOfTarget => self.constant_in(written, &Bare::from(&Dimension::none())),
            Role::Rate => self.curve_rate(written, fits),
            Role::Score if self.bare_ratio(written, &fits.gives, "what this scale yields") => None,
            Role::Score => self.constant_expr(written, &fits.output),
        }
    }

    fn curve_rate(&mut self, written: &tree::Expr, fits: &CurveUse) -> Option<Expr> {
        let rate = fits.output.times(&fits.input.dimension, -1);
        // Of money in money, or people in people: a share.
        if rate.is_none() && self.bare_ratio(written, &DisplayUnit::percent(), "a rate of these brackets") {
            return None;
        }
        self.constant_expr(written, &rate)
    }

    /// The formula of a score. A weight in points may be taken for their number too: 40 points are 40 either way.
    fn score_formula(&mut self, formula: &tree::Expr, fits: &CurveUse, span: Span) -> Expr {
        let output = Base::Number(fits.output.clone());
        let mut env = Env::subject();
        env.entry = Some(InCurve {
            value: Base::Number(fits.input.dimension.clone()),
            reads: fits.reads.clone(),
            target: fits.target.clone(),
            weight: Base::Number(fits.weight.clone()),
        });
        let before = self.diagnostics.len();
        let mut typed = self.typed(formula, &env, None);
        self.expect_base(&typed, &output, "what the formula of a score gives", span);
        if self.diagnostics.len() > before && !fits.weight.is_none() {
            let first = self.diagnostics.split_off(before);
            if let Some(known) = &mut env.entry {
                known.weight = Base::number();
            }
            let plain = self.typed(formula, &env, None);
            self.expect_base(&plain, &output, "what the formula of a score gives", span);
            match self.diagnostics.len() > before {
                true => {
                    self.diagnostics.truncate(before);
                    self.diagnostics.extend(first);
                }
                false => typed = plain,
            }
        }
        typed
    }

    pub(in crate::model) fn declare_ratings(&mut self) {
        for rating in self.declarations.ratings.clone() {
            let points = Dimension::point();
            let mut grades: Vec<Grade> = Vec::new();
            let mut thresholds: Vec<Threshold> = Vec::new();
            for grade in &rating.grades {
                if let Some(first) = grades.iter().find(|known| known.name == grade.name.text) {
                    self.report(
                        Diagnostic::new(
                            Code::DeclaredTwice,
                            format!("the grade `{}` stands twice in the rating", grade.name.text),
                        )
                        .at(grade.name.span, "again")
                        .at(first.span, "first here")
                        .help("give each grade one line"),
                    );
                }
                let condition = match &grade.condition {
                    None => None,
                    Some((op, limit)) => match self.constant_number(limit, &points) {
                        Some(number) => Some((*op, number)),
                        None => continue,
                    },
                };
                let place = grade.condition.as_ref().map_or(grade.name.span, |(_, limit)| limit.span);
                if let Some((op, _)) = &condition
                    && !matches!(op, BinaryOp::Greater | BinaryOp::GreaterOrEqual)
                {
                    // `D < 60` at the end: what is left.
                    let last = rating.grades.last().is_some_and(|last| std::ptr::eq(last, grade));
                    let sign = grade.condition.as_ref().and_then(|(_, limit)| {
                        let text = &self.sources.get(limit.span.file).text[..limit.span.start as usize];
                        text.rfind('<').map(|at| Span::new(limit.span.file, at, limit.span.end as usize))
                    });
                    if let (true, Some(sign)) = (last && grades.len() > 1, sign) {
                        let message = "the last grade takes all that is left";
                        let finding = Diagnostic::new(Code::ScaleOrder, message).at(sign, "write `else`");
                        self.report(finding.mend("write `{}`", Mend::replace(sign, "else")));
                        thresholds.push(Threshold { condition: None, at: place });
                        continue;
                    }
                    self.report(
                        Diagnostic::new(Code::ScaleOrder, "grades start from a score, the best first")
                            .at(grade.span, "goes the other way")
                            .help("write the least score of the grade, as in `B >= 60`; the last one takes the rest, as in `D else`"),
                    );
                    continue;
                }
                thresholds.push(Threshold { condition: condition.clone(), at: place });
                grades.push(Grade {
                    name: grade.name.text.clone(),
                    label: self.label(&grade.name.text, &grade.label),
                    span: grade.name.span,
                    condition,
                });
            }
            let reads = Reads { unit: "points".into(), counted: false };
            let of = Thresholds { span: rating.name.span, what: "grade", gets: "grade", reads: &reads };
            thresholds::check(self, &thresholds, &of);
            let distribution = rating.distribution.iter().filter_map(|rule| self.distribution(rule, &grades)).collect();
            if let Some(span) = rating.sees_raw_score {
                self.raw_is_rounded(span);
            }
            let sees_raw_score = rating.sees_raw_score.is_some() || self.model.company.rating_sees_raw_score;
            let label = self.label(&rating.name.text, &rating.label);
            self.model.ratings.push(Rating {
                name: rating.name.text.clone(),
                label,
                span: rating.name.span,
                grades,
                distribution,
                sees_raw_score,
            });
        }
    }

    fn distribution(&mut self, rule: &tree::Distribution, grades: &[Grade]) -> Option<Distribution> {
        let Some(grade) = grades.iter().position(|grade| grade.name == rule.grade.text) else {
            self.unknown_grade(&rule.grade, grades);
            return None;
        };
        if grade + 1 == grades.len() {
            self.report(
                Diagnostic::new(
                    Code::NoEffect,
                    format!("`{}` is the last grade, and nobody can be moved below it", rule.grade.text),
                )
                .at(rule.grade.span, "the last grade")
                .help("limit a better grade"),
            );
        }
        let share = Number::from(rule.share.written).mul(&Number::from_parts(
            1,
            match rule.share.style {
                NumberStyle::Plain => 0,
                NumberStyle::Percent => 2,
                NumberStyle::Permille => 3,
            },
        ));
        if share.is_negative() || share > Number::ONE {
            self.report(
                Diagnostic::new(Code::OutOfRange, "a share of people lies between 0% and 100%")
                    .at(rule.share.span, "out of range")
                    .help("write a share between them, as in `at most 20%`"),
            );
            return None;
        }
        let within = match rule.within.text.as_str() {
            "company" => Within::Company,
            "position" => Within::Position,
            "team" => Within::Team,
            _ => {
                self.report(
                    Diagnostic::new(
                        Code::UnknownName,
                        format!("grades cannot be distributed within `{}`", rule.within.text),
                    )
                    .at(rule.within.span, "unknown")
                    .mends(
                        "write `within {}`, `within {}` or `within {}`",
                        ["position", "team", "company"].map(|whose| Mend::replace(rule.within.span, whose)),
                    ),
                );
                return None;
            }
        };
        let least = rule.of_or_more.as_ref().and_then(|number| Number::from(number.written).to_i64()).unwrap_or(0);
        Some(Distribution { about: rule.about, share, grade, within, least: least.max(0) as u64 })
    }

    pub(in crate::model) fn unknown_grade(&mut self, name: &tree::Name, grades: &[Grade]) {
        let names: Vec<&str> = grades.iter().map(|grade| grade.name.as_str()).collect();
        let all = format!("the grades are {}", list(&names));
        // Of single letters, each is as near as the other.
        let near = nearest(&name.text, names.iter().copied().filter(|_| name.text.chars().count() > 1));
        let meant = |near| Help::of(&format!("did you mean `{{}}`? {all}"), [Mend::replace(name.span, near)]);
        let mend = near.map_or_else(|| all.clone().into(), meant);
        self.report(
            Diagnostic::new(Code::UnknownName, format!("the rating has no grade `{}`", name.text))
                .at(name.span, "unknown")
                .help(mend),
        );
    }
}
