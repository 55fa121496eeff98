//! Scales, curves and ratings, and what is proved about them: order, holes, direction, range.

use super::checker::{Checker, Progress, label};
use super::env::{Bare, Env};
use super::expr::{Base, Expr, Type};
use super::unit::{Dimension, DisplayUnit};
use super::{
    Anchor, Curve, CurveKind, Direction, Distribution, Grade, PerStep, Rating, Scale, ScaleId, Step, Versions, Within,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::nearest::nearest;
use crate::number::Number;
use crate::source::Span;
use crate::syntax::tree::{self, BinaryOp, NumberStyle};

/// Where a curve is used: what it must fit.
#[derive(Clone, Debug)]
pub(super) struct CurveUse {
    pub(super) input: Bare,
    /// The values read are percentages, which are written with their sign.
    pub(super) percent: bool,
    pub(super) output: Dimension,
    /// `None`: nothing is known about what is better (a named scale, before it is used).
    pub(super) direction: Option<Better>,
    /// In a `formula`: the type of the target, if one is stated.
    pub(super) target: Option<Type>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Better {
    Higher,
    Lower,
}

impl Better {
    pub(super) fn of(direction: Option<&Direction>) -> Option<Better> {
        match direction {
            Some(Direction::Higher) => Some(Better::Higher),
            Some(Direction::Lower) => Some(Better::Lower),
            Some(Direction::Closest(_)) | None => None,
        }
    }
    fn word(self) -> &'static str {
        match self {
            Better::Higher => "higher",
            Better::Lower => "lower",
        }
    }
}

impl Checker<'_> {
    /// Names and units first: the formula of a scale may call another one.
    pub(super) fn declare_scales(&mut self) {
        for scale in self.declarations.scales.clone() {
            let input = self.declared_unit(&scale.name, &scale.input, "what a scale reads");
            let output = match &scale.output {
                Some(ty) => self.declared_unit(&scale.name, ty, "what a scale yields"),
                None => DisplayUnit::point(),
            };
            let effective = scale.effective.as_ref().map(|effective| self.effective(effective));
            self.model.scales.push(Scale {
                name: scale.name.text.clone(),
                label: label(&scale.name.text, &scale.label),
                span: scale.name.span,
                input,
                output,
                curve: Curve { kind: CurveKind::Steps(Vec::new()), span: scale.curve.span },
                versions: Versions::from(effective),
            });
            self.scale_progress.push(Progress::Open);
        }
    }

    pub(super) fn type_scales(&mut self) {
        for at in 0..self.declarations.scales.len() {
            let name = self.declarations.scales[at].name.span;
            self.type_scale(at, name);
        }
    }

    /// Types the curves of a scale's versions, once. `from` is where it is called: a circle of scales closes there.
    pub(super) fn type_scale(&mut self, at: usize, from: Span) {
        let at = self.first_version(&self.model.scales[at].name, at);
        let written = self.declarations.scales[at];
        match self.scale_progress[at] {
            Progress::Done => return,
            Progress::Working => {
                return self.report(
                    Diagnostic::new(Code::Circle, format!("the scale `{}` needs itself", written.name.text))
                        .at(from, "here the circle closes")
                        .at(written.name.span, "its formula leads back to it")
                        .help("write its formula without it"),
                );
            }
            Progress::Open => {}
        }
        self.scale_progress[at] = Progress::Working;
        for version in self.model.scale_versions(ScaleId(at)).collect::<Vec<_>>() {
            self.scale_curve(version.0);
        }
        self.scale_progress[at] = Progress::Done;
    }

    fn scale_curve(&mut self, at: usize) {
        let written = self.declarations.scales[at];
        let Scale { input, output, .. } = &self.model.scales[at];
        let fits = CurveUse {
            input: Bare::from(input),
            percent: input.is_ratio_sign(),
            output: output.dimension.clone(),
            direction: None,
            target: None,
        };
        if !self.untyped.contains(&written.name.text)
            && let Some(curve) = self.curve(&written.curve, &fits)
        {
            self.model.scales[at].curve = curve;
        }
    }

    /// A curve with its numbers typed and its shape proved. `None` after a finding.
    pub(super) fn curve(&mut self, written: &tree::Curve, fits: &CurveUse) -> Option<Curve> {
        let before = self.diagnostics.len();
        let kind = match &written.kind {
            tree::CurveKind::Linear { anchors, continue_above } => {
                let constant = |anchor: &tree::Anchor| !self.reads_data(&anchor.at);
                let all_constant = anchors.iter().all(constant);
                let anchors: Vec<Anchor> = anchors
                    .iter()
                    .filter_map(|anchor| {
                        let at = if all_constant {
                            self.threshold(&anchor.at, fits)
                        } else {
                            self.threshold_in_data(&anchor.at, fits)
                        };
                        let score = self.constant_expr(&anchor.score, &fits.output);
                        Some(Anchor { below: anchor.below.is_some(), at: at?, score: score? })
                    })
                    .collect();
                if !all_constant && self.diagnostics.len() == before {
                    return self.line_in_data(anchors, continue_above.is_some(), written, fits);
                }
                CurveKind::Linear { anchors, continue_above: continue_above.is_some() }
            }
            tree::CurveKind::Steps(written_steps) => {
                let limits = written_steps.iter().filter_map(|step| step.condition.as_ref());
                let all_constant = !limits.clone().any(|(_, at)| self.reads_data(at));
                let steps: Vec<Step> = written_steps
                    .iter()
                    .filter_map(|step| {
                        let condition = match &step.condition {
                            Some((op, at)) if all_constant => Some((*op, self.threshold(at, fits)?)),
                            Some((op, at)) => Some((*op, self.threshold_in_data(at, fits)?)),
                            None => None,
                        };
                        Some(Step { condition, score: self.constant_expr(&step.score, &fits.output)? })
                    })
                    .collect();
                if !all_constant && self.diagnostics.len() == before {
                    return self.steps_in_data(steps, written, fits);
                }
                CurveKind::Steps(steps)
            }
            tree::CurveKind::Deduct(step) | tree::CurveKind::Add(step) => {
                let deduct = matches!(written.kind, tree::CurveKind::Deduct(_));
                CurveKind::PerStep(Box::new(self.per_step(step, deduct, fits)?))
            }
            tree::CurveKind::Brackets(brackets) => {
                let rate = fits.output.times(&fits.input.dimension, -1);
                let brackets = brackets
                    .iter()
                    .filter_map(|bracket| {
                        let to = match &bracket.to {
                            Some(to) => Some(self.constant_in(to, &fits.input)?),
                            None => None,
                        };
                        Some((self.constant_expr(&bracket.rate, &rate)?, to))
                    })
                    .collect();
                CurveKind::Brackets(brackets)
            }
            tree::CurveKind::Formula(formula) => {
                let mut env = Env::subject();
                env.entry = Some((Base::Number(fits.input.dimension.clone()), fits.target.clone()));
                let typed = self.typed(formula, &env, None);
                let output = Base::Number(fits.output.clone());
                self.expect_base(&typed, &output, "what the formula of a score gives", written.span);
                CurveKind::Formula(typed)
            }
        };
        if self.diagnostics.len() > before {
            return None;
        }
        let curve = Curve { kind, span: written.span };
        self.curve_shape(&curve, written, fits);
        (self.diagnostics.len() == before).then_some(curve)
    }

    /// A value that the curve is read at.
    fn threshold(&mut self, written: &tree::Expr, fits: &CurveUse) -> Option<Expr> {
        if fits.percent && self.bare_percent(written, "what this curve reads") {
            return None;
        }
        self.constant_in(written, &fits.input)
    }

    fn per_step(&mut self, step: &tree::PerStep, deduct: bool, fits: &CurveUse) -> Option<PerStep> {
        let word = if deduct { "deduct" } else { "add" };
        let step_unit = if step.of_target { Bare::from(&Dimension::none()) } else { fits.input.clone() };
        let amount = self.constant_expr(&step.amount, &fits.output)?;
        if fits.percent && self.bare_percent(&step.step, "a step of this KPI") {
            return None;
        }
        let size = self.constant_in(&step.step, &step_unit)?;
        let start = match &step.start {
            Some(start) => Some(self.constant_expr(start, &fits.output)?),
            None => None,
        };
        let limit = match &step.limit {
            Some(limit) => Some(self.constant_expr(limit, &fits.output)?),
            None => None,
        };
        for (expr, what) in [(&amount, "what a step is worth"), (&size, "a step")] {
            if !self.model.constant_value(expr, None).is_some_and(|number| number.is_positive()) {
                self.report(
                    Diagnostic::new(Code::OutOfRange, format!("{what} is above 0"))
                        .at(expr.span, "not above 0")
                        .help(format!("write `{word} 10 for each 1 …`")),
                );
                return None;
            }
        }
        Some(PerStep {
            deduct,
            amount,
            full_steps: step.full_steps,
            step: size,
            of_target: step.of_target,
            above: step.above,
            start,
            limit,
        })
    }

    pub(super) fn number(&self, expr: &Expr) -> Number {
        self.model.constant_value(expr, None).unwrap_or(Number::ZERO)
    }

    fn curve_shape(&mut self, curve: &Curve, written: &tree::Curve, fits: &CurveUse) {
        let before = self.diagnostics.len();
        match &curve.kind {
            CurveKind::Linear { anchors, .. } => self.linear_shape(anchors, curve.span),
            CurveKind::Steps(steps) => self.steps_shape(steps, written, fits),
            CurveKind::Brackets(brackets) => self.brackets_shape(brackets),
            CurveKind::PerStep(_) | CurveKind::Formula(_) => {}
        }
        // Of a curve out of order nobody can say which way it goes.
        if let (Some(better), true) = (fits.direction, self.diagnostics.len() == before) {
            self.curve_direction(curve, better);
        }
    }

    fn linear_shape(&mut self, anchors: &[Anchor], span: Span) {
        let before = self.diagnostics.len();
        if anchors.len() < 2 {
            self.line_too_short(span);
        }
        for pair in anchors.windows(2) {
            let (one, other) = (self.number(&pair[0].at), self.number(&pair[1].at));
            let jump = one == other && pair[0].below && !pair[1].below;
            if one < other || jump {
                continue;
            }
            let (first, second) = (self.text(pair[0].at.span), self.text(pair[1].at.span));
            let (message, mend) = if one == other {
                (
                    format!("the line has two scores at {second}"),
                    format!("for a jump write `< {second} -> …, {second} -> …`; else remove one of the two"),
                )
            } else {
                (
                    format!("the points of a line stand from low to high, and {second} comes after {first}"),
                    "put the lower one first".to_string(),
                )
            };
            self.report(
                Diagnostic::new(Code::ScaleOrder, message)
                    .at(pair[1].at.span, "out of order")
                    .at(pair[0].at.span, "before it")
                    .help(mend),
            );
        }
        let ordered = self.diagnostics.len() == before;
        if let Some(last) = anchors.last().filter(|last| last.below && ordered) {
            self.line_without_end(last.at.span);
        }
    }

    pub(super) fn line_too_short(&mut self, span: Span) {
        self.report(
            Diagnostic::new(Code::Incomplete, "a line needs two points or more")
                .at(span, "only one")
                .help("write `linear 60% -> 0, 100% -> 100`"),
        );
    }

    pub(super) fn line_without_end(&mut self, last: Span) {
        let at = self.text(last);
        self.report(
            Diagnostic::new(Code::ScaleHole, format!("the line ends just below {at}"))
                .at(last, format!("{at} itself gets no score"))
                .help(format!("add the score from {at} on: `{at} -> …`")),
        );
    }

    fn steps_shape(&mut self, steps: &[Step], written: &tree::Curve, fits: &CurveUse) {
        let conditions: Vec<(Option<(BinaryOp, Number)>, Span)> = steps
            .iter()
            .map(|step| match &step.condition {
                Some((op, at)) => (Some((*op, self.number(at))), at.span),
                None => (None, step.score.span),
            })
            .collect();
        let counted = fits.input.dimension.is_counted() && !fits.input.dimension.is_none();
        self.thresholds(&conditions, written.span, "step", "score", &unit_of(&fits.input.dimension), counted);
    }

    /// Steps, grades, the rows and columns of a matrix: one direction, strictly in order, all covered.
    pub(super) fn thresholds(
        &mut self,
        conditions: &[(Option<(BinaryOp, Number)>, Span)],
        span: Span,
        what: &str,
        gets: &str,
        unit: &str,
        counted: bool,
    ) {
        let falling = |op: BinaryOp| matches!(op, BinaryOp::Greater | BinaryOp::GreaterOrEqual);
        let rising = |op: BinaryOp| matches!(op, BinaryOp::Less | BinaryOp::LessOrEqual);
        let first = conditions.iter().find_map(|(condition, _)| condition.as_ref().map(|(op, _)| *op));
        for (at, (condition, place)) in conditions.iter().enumerate() {
            let Some((op, _)) = condition else {
                if at + 1 < conditions.len() {
                    self.report(
                        Diagnostic::new(
                            Code::Unreachable,
                            format!("`else` takes all that is left, so no {what} can follow it"),
                        )
                        .at(conditions[at + 1].1, "never reached")
                        .at(*place, "`else`")
                        .help("put `else` last"),
                    );
                }
                continue;
            };
            let fits = first.is_some_and(|first| (falling(first) && falling(*op)) || (rising(first) && rising(*op)));
            if !fits {
                self.report(
                    Diagnostic::new(Code::ScaleOrder, format!("the {what}s do not all go one way"))
                        .at(*place, "this one goes the other way")
                        .help("write all of them with `>=` (or `>`) from high to low, or with `<=` (or `<`) from low to high"),
                );
                return;
            }
        }
        let known: Vec<(BinaryOp, &Number, Span)> = conditions
            .iter()
            .filter_map(|(condition, span)| condition.as_ref().map(|(op, number)| (*op, number, *span)))
            .collect();
        for pair in known.windows(2) {
            let ((op, one, first), (next, other, second)) = (&pair[0], &pair[1]);
            // `> 90` then `>= 90` differ in 90 itself; every other equal pair repeats.
            let edge = one == other
                && matches!(
                    (op, next),
                    (BinaryOp::Greater, BinaryOp::GreaterOrEqual) | (BinaryOp::Less, BinaryOp::LessOrEqual)
                );
            let ordered = if falling(*op) { other < one } else { other > one };
            if !ordered && !edge {
                let (one, other) = (self.text(*first), self.text(*second));
                self.report(
                    Diagnostic::new(
                        Code::Unreachable,
                        format!("nothing ever reaches this {what}: {other} is covered by {one} before it"),
                    )
                    .at(*second, "never reached")
                    .at(*first, "covers it")
                    .help(if falling(*op) {
                        "order them from high to low"
                    } else {
                        "order them from low to high"
                    }),
                );
            }
        }
        let ends = conditions.iter().any(|(condition, _)| condition.is_none());
        if let (false, Some((op, number, place))) = (ends, known.last()) {
            let example = hole_example(*op, number, unit, counted);
            let mut finding =
                Diagnostic::new(Code::ScaleHole, format!("{example} gets no {gets}")).at(*place, "nothing follows");
            if !span.contains(*place) {
                finding = finding.at(span, format!("the {what}s"));
            }
            self.report(finding.help("end with `else`, which takes all that is left"));
        }
    }

    fn brackets_shape(&mut self, brackets: &[(Expr, Option<Expr>)]) {
        for pair in brackets.windows(2) {
            match (&pair[0].1, &pair[1].1) {
                (None, _) => self.report(
                    Diagnostic::new(Code::Unreachable, "`above` takes all that is left, so no bracket can follow it")
                        .at(pair[1].0.span, "never reached")
                        .help("put `above` last"),
                ),
                (Some(one), Some(other)) if self.number(other) <= self.number(one) => self.report(
                    Diagnostic::new(Code::ScaleOrder, "brackets stand from low to high")
                        .at(other.span, "not above the one before")
                        .at(one.span, "before it")
                        .help("order them by their ends"),
                ),
                _ => {}
            }
        }
        if let Some((_, Some(end))) = brackets.last() {
            let at = self.text(end.span);
            self.report(
                Diagnostic::new(Code::ScaleHole, format!("what lies above {at} has no rate"))
                    .at(end.span, "nothing follows")
                    .help("end with a rate `above`: `7% above`"),
            );
        }
    }

    /// A curve agrees with what the KPI calls better.
    pub(super) fn curve_direction(&mut self, curve: &Curve, better: Better) {
        let rises = |one: &Number, other: &Number| match better {
            Better::Higher => other >= one,
            Better::Lower => other <= one,
        };
        let culprit = match &curve.kind {
            CurveKind::Linear { anchors, .. } => anchors.windows(2).find_map(|pair| {
                let (one, other) = (self.number(&pair[0].score), self.number(&pair[1].score));
                (!rises(&one, &other))
                    .then(|| (pair[0].at.span, pair[0].score.span, pair[1].at.span, pair[1].score.span))
            }),
            CurveKind::Steps(steps) => steps.windows(2).find_map(|pair| {
                let (op, at) = pair[0].condition.as_ref()?;
                let falling = matches!(op, BinaryOp::Greater | BinaryOp::GreaterOrEqual);
                let (one, other) = (self.number(&pair[0].score), self.number(&pair[1].score));
                let agrees = if falling { rises(&other, &one) } else { rises(&one, &other) };
                let next = pair[1].condition.as_ref().map_or(pair[1].score.span, |(_, at)| at.span);
                (!agrees).then(|| (at.span, pair[0].score.span, next, pair[1].score.span))
            }),
            CurveKind::PerStep(step) => {
                let agrees = (better == Better::Higher) == (step.above != step.deduct);
                if !agrees {
                    let (word, side) =
                        (if step.deduct { "deducts" } else { "adds" }, if step.above { "above" } else { "below" });
                    let other = if step.above { "below" } else { "above" };
                    self.report(
                        Diagnostic::new(
                            Code::ScaleDirection,
                            format!("{} is better, and this {word} points {side} the target", better.word()),
                        )
                        .at(curve.span, "rewards the worse")
                        .help(format!("write `{other} target`, or change the KPI's `{} is better`", better.word())),
                    );
                }
                return;
            }
            CurveKind::Brackets(_) | CurveKind::Formula(_) => return,
        };
        let Some((x1, y1, x2, y2)) = culprit else { return };
        let (x1_text, y1_text, x2_text, y2_text) = (self.text(x1), self.text(y1), self.text(x2), self.text(y2));
        let what = match y2.key() == x2.key() {
            true => format!("{x1_text} scores {y1_text} and what is left scores {y2_text}"),
            false => format!("{x1_text} scores {y1_text} and {x2_text} scores {y2_text}"),
        };
        self.report(
            Diagnostic::new(Code::ScaleDirection, format!("{} is better, but {what}", better.word()))
                .at(y2, "against the direction")
                .at(y1, "compared with this")
                .help(format!("swap the scores, or change the KPI's `{} is better`", better.word())),
        );
    }

    // ------------------------------------------------------------ ratings

    pub(super) fn declare_ratings(&mut self) {
        for rating in self.declarations.ratings.clone() {
            let points = Dimension::point();
            let mut grades: Vec<Grade> = Vec::new();
            let mut conditions = Vec::new();
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
                    self.report(
                        Diagnostic::new(Code::ScaleOrder, "grades start from a score, the best first")
                            .at(grade.span, "goes the other way")
                            .help("write `>=` (or `>`) and the least score of the grade; the last one is `else`"),
                    );
                    continue;
                }
                conditions.push((condition.clone(), place));
                grades.push(Grade {
                    name: grade.name.text.clone(),
                    label: label(&grade.name.text, &grade.label),
                    span: grade.name.span,
                    condition,
                });
            }
            self.thresholds(&conditions, rating.name.span, "grade", "grade", "points", false);
            let distribution = rating.distribution.iter().filter_map(|rule| self.distribution(rule, &grades)).collect();
            let sees_raw_score = rating.sees_raw_score.is_some() || self.model.company.rating_sees_raw_score;
            self.model.ratings.push(Rating {
                name: rating.name.text.clone(),
                label: label(&rating.name.text, &rating.label),
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
                    .help("write `at most 20%`"),
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
                    .help("write `within position`, `within team` or `within company`"),
                );
                return None;
            }
        };
        let least = rule.of_or_more.as_ref().and_then(|number| Number::from(number.written).to_i64()).unwrap_or(0);
        Some(Distribution { about: rule.about, share, grade, within, least: least.max(0) as u64 })
    }

    pub(super) fn unknown_grade(&mut self, name: &tree::Name, grades: &[Grade]) {
        let names: Vec<&str> = grades.iter().map(|grade| grade.name.as_str()).collect();
        let all = format!("the grades are {}", super::formula::list(&names));
        // Of single letters, each is as near as the other.
        let near = nearest(&name.text, names.iter().copied().filter(|_| name.text.chars().count() > 1));
        let mend = near.map_or(all.clone(), |near| format!("did you mean `{near}`? {all}"));
        self.report(
            Diagnostic::new(Code::UnknownName, format!("the rating has no grade `{}`", name.text))
                .at(name.span, "unknown")
                .help(mend),
        );
    }
}

pub(super) fn unit_of(dimension: &Dimension) -> String {
    if dimension.is_none() { String::new() } else { dimension.plural() }
}

/// A value just beyond the last threshold.
fn hole_example(op: BinaryOp, edge: &Number, unit: &str, counted: bool) -> String {
    let whole = counted && *edge >= Number::ONE;
    let step = if whole {
        Number::ONE
    } else if edge.abs() <= Number::from(5) {
        Number::from_parts(1, 3)
    } else {
        Number::from_parts(1, 2)
    };
    let value = match op {
        BinaryOp::GreaterOrEqual => edge.sub(&step),
        BinaryOp::LessOrEqual => edge.add(&step),
        _ => edge.clone(),
    };
    // A ratio is told as people write it.
    if unit.is_empty() {
        return super::kpis::percent(&value);
    }
    format!("a value of {value} {unit}")
}
