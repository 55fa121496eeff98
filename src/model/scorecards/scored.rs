//! Entries that score a KPI: its target, and the curve that makes points of it.

use super::card::CardScope;
use crate::diagnostic::{Code, Diagnostic, Help, Mend};
use crate::language::ScopeWord;
use crate::model::checker::{Checker, KpiDeclaration, Symbol};
use crate::model::expr::{Base, Expr, Kind, Type};
use crate::model::names::env::{Bare, Env};
use crate::model::names::uses::Use;
use crate::model::scales::curves::{Better, CurveUse};
use crate::model::types::unit::{Dimension, DisplayUnit};
use crate::model::words::scope_words;
use crate::model::{Dated, Direction, Head, Kpi, KpiEntry, KpiId, ScaleId, Score, ScoreCurve};
use crate::number::Number;
use crate::source::Span;
use crate::syntax::tree;

/// The KPI that an entry reads, in which scope, and where it says so.
struct Reads<'e> {
    entry: &'e tree::Entry,
    id: KpiId,
    kpi: &'e Kpi,
    scope: ScopeWord,
    span: Span,
    card: &'e CardScope<'e>,
}

impl Checker<'_> {
    pub(super) fn kpi_entry(
        &mut self,
        entry: &tree::Entry,
        name: &tree::Name,
        points: Option<&Number>,
        card: &CardScope,
        seen: &mut Vec<(KpiId, ScopeWord, Span)>,
    ) -> Option<Head> {
        let id = self.kpi_name(name)?;
        let model = self.model.clone();
        let kpi = &model.kpis[id.0];
        let scope = self.entry_scope(entry, kpi, card);
        let read = Reads { entry, id, kpi, scope, span: name.span, card };
        self.once_in_scope(&read, seen);
        self.kpi_answerable(id, scope, name.span, card);
        if self.untyped.contains(&kpi.name) {
            return None;
        }
        let target = self.entry_target(&read);
        let rule = match &entry.score {
            Some(rule) => {
                let made_for = self.made_for(entry, points);
                let rule = self.score_rule(rule, kpi, &target, name.span, points)?;
                Some(Score { made_for, ..rule })
            }
            None => None,
        };
        match rule.as_ref().map(|rule| &rule.curve) {
            Some(ScoreCurve::Own(curve)) => self.curve_answerable(&curve.clone(), scope, curve.span, card),
            Some(ScoreCurve::Scale(scale)) => self.scale_answerable(*scale, scope, name.span, card),
            _ => {}
        }
        self.target_is_looked_at(&read, rule.as_ref());
        self.prorated_target(&read, &target);
        // A number alone is told above.
        for dated in target.iter().filter(|dated| !matches!(dated.value.kind, Kind::Value(_) | Kind::Negate(_))) {
            self.hundredfold(&dated.value, &kpi.unit, &format!("the target of `{}`", kpi.name));
        }
        let entry = KpiEntry { kpi: id, scope, target, prorated: entry.prorated.is_some(), score: rule };
        self.hundredfold_points(&entry);
        Some(Head::Kpi(Box::new(entry)))
    }

    /// In which scope the entry reads its KPI.
    fn entry_scope(&mut self, entry: &tree::Entry, kpi: &Kpi, card: &CardScope) -> ScopeWord {
        match (&entry.scope, kpi.scope) {
            (Some((_, span)), Some(fixed)) => {
                self.report(
                    Diagnostic::new(
                        Code::Misplaced,
                        format!("`{}` always reads {}; `over` cannot change that", kpi.name, scope_words(fixed)),
                    )
                    .at(*span, "no effect here")
                    .at(kpi.span, format!("declared with `scope {}`", fixed.word()))
                    .help("remove `over`, or remove `scope` from the KPI"),
                );
                fixed
            }
            (Some((scope, _)), None) => *scope,
            (None, Some(fixed)) => fixed,
            (None, None) => card.scope,
        }
    }

    /// A KPI stands once in a scorecard in each scope.
    fn once_in_scope(&mut self, read: &Reads, seen: &mut Vec<(KpiId, ScopeWord, Span)>) {
        let Reads { id, kpi, scope, span, .. } = *read;
        if let Some((_, _, first)) = seen.iter().find(|(known, in_scope, _)| *known == id && *in_scope == scope) {
            let first = *first;
            self.report(
                Diagnostic::new(Code::Repeated, format!("`{}` stands twice in the scorecard", kpi.name))
                    .at(span, "again")
                    .at(first, "first here")
                    .help("give it one weight, or read it in another scope, `over …`"),
            );
        }
        seen.push((id, scope, span));
    }

    /// The targets of an entry, in the unit of the KPI and without a gap.
    fn entry_target(&mut self, read: &Reads) -> Vec<Dated> {
        let Reads { entry, id, kpi, scope, span, card } = *read;
        let mut target = Vec::with_capacity(entry.target.len());
        for dated in &entry.target {
            let Some(when) = self.dated(&dated.when) else { continue };
            let value = self.typed(&dated.value, &Env::subject().bare(&Bare::from(&kpi.unit)), None);
            // Where the KPI's own unit is in doubt, nobody can say which of the two is wrong.
            if !self.doubtful_units.contains(&id.0) {
                self.target_unit(&value, &dated.value, kpi);
            }
            self.answerable(&value, scope, dated.value.span, card);
            target.push(Dated { value, when });
        }
        let before = self.diagnostics.len();
        self.dated_order(&target);
        if self.diagnostics.len() == before {
            self.dated_gap(&target, &format!("the target of `{}`", kpi.name), span, card.since);
        }
        target
    }

    /// The score of a KPI looks at its target, if it has one; what is in no points says how it scores.
    fn target_is_looked_at(&mut self, read: &Reads, rule: Option<&Score>) {
        let Reads { entry, kpi, span, .. } = *read;
        let unit = &kpi.unit.dimension;
        let target_span = entry.target.first().map(|dated| dated.value.span);
        match rule {
            None if !unit.is_point() && kpi.value.ty.base != Base::Any => {
                self.report(
                    Diagnostic::new(
                        Code::Incomplete,
                        format!(
                            "`{}` is {}, and the entry does not say how that scores",
                            kpi.name,
                            Base::Number(unit.clone()).words()
                        ),
                    )
                    .at(span, "no `score`")
                    .at(kpi.span, "declared here")
                    .help("add a curve, as in `score linear 60% -> 0, 100% -> 100`; only a KPI in points needs none"),
                );
            }
            Some(rule) if self.reads_target(rule) => {
                if target_span.is_none() {
                    self.report(
                        Diagnostic::new(
                            Code::Incomplete,
                            format!("the score of `{}` looks at a target, and none is stated", kpi.name),
                        )
                        .at(span, "no `target`")
                        .help("write what is to be reached before the score: `target …`"),
                    );
                }
            }
            _ => {
                if let Some(span) = target_span {
                    self.report(
                        Diagnostic::new(Code::NoEffect, "the target has no effect: the score never looks at it")
                            .at(span, "not looked at")
                            .help("remove the target, or let the score look at it, as in `score attainment`"),
                    );
                }
            }
        }
    }

    /// A target by the days served is a number that grows with them, and is so once.
    fn prorated_target(&mut self, read: &Reads, target: &[Dated]) {
        let Reads { entry, kpi, scope, .. } = *read;
        let Some(span) = entry.prorated else { return };
        let unit = &kpi.unit.dimension;
        let ratio = kpi.unit.is_ratio_sign() || unit.factors().iter().any(|(_, power)| *power < 0) || unit.is_point();
        if ratio || entry.target.is_empty() {
            self.report(
                Diagnostic::new(
                    Code::Misplaced,
                    match ratio {
                        true => format!("`{}` is a ratio, which does not grow with the days served", kpi.name),
                        false => "there is no target to scale by the days served".to_string(),
                    },
                )
                .at(span, "has no place here")
                .mend("remove `prorated`", Mend::remove(span)),
            );
        }
        if scope == ScopeWord::Own {
            for dated in target {
                self.days_twice(&dated.value, &format!("the target of `{}`", kpi.name), span, Some(span));
            }
        }
    }

    /// A target is in the unit of its KPI.
    fn target_unit(&mut self, value: &Expr, written: &tree::Expr, kpi: &Kpi) {
        if self.bare_ratio(written, &kpi.unit, &format!("the target of `{}`", kpi.name)) {
            return;
        }
        let wanted_unit = &kpi.unit.dimension;
        let wanted = Base::Number(wanted_unit.clone());
        if value.ty.base.join(&wanted).is_some() {
            return;
        }
        let (needed, found) = (wanted.words(), value.ty.base.words());
        self.report(
            Diagnostic::new(
                Code::WrongUnit,
                format!("the target of `{}` must be {needed}, and this is {found}", kpi.name),
            )
            .at(value.span, format!("this is {found}"))
            .at(kpi.span, format!("the KPI is {needed}"))
            .help(self.without_quotes(value.span).unwrap_or_else(|| match &*written.kind {
                tree::ExprKind::Number(number) if number.style == tree::NumberStyle::Plain && number.unit.is_none() => {
                    let text = self.text(written.span);
                    let written = format!("{text} {}", wanted_unit.beside(&text));
                    Help::of("write the target in the unit of its KPI: `{}`", [Mend::replace(value.span, written)])
                }
                _ => format!("write the target in the unit of its KPI, `{}`", kpi.unit.singular).into(),
            })),
        );
    }

    /// A number in quotes.
    fn without_quotes(&self, at: Span) -> Option<Help> {
        let inside = self.sources.text(at).strip_prefix('"')?.strip_suffix('"')?;
        let number = inside.starts_with(|letter: char| letter.is_ascii_digit());
        number.then(|| Help::of("a number stands without quotes: `{}`", [Mend::replace(at, inside)]))
    }

    /// `up to 120% of its points`: how far the entry may go, as a part of its points.
    pub(super) fn most_points(&mut self, entry: &tree::Entry, points: Option<&Number>) -> Option<Number> {
        let written = entry.most.as_ref()?;
        let share = Number::from(written.written).mul(&Number::from_parts(1, 2));
        if points.is_none() {
            self.misplaced(
                written.span,
                "the weight of this entry is a share, so it has no points to go beyond",
                "remove `up to … of its points`, and let its scale say how far the score goes",
            );
            return None;
        }
        if share < Number::ONE {
            let text = self.text(written.span);
            self.report(
                Diagnostic::new(
                    Code::OutOfRange,
                    format!("with at most {text} of its points nobody ever gets all of them"),
                )
                .at(written.span, "below 100%")
                .help("give the entry fewer points, or write 100% or more"),
            );
            return None;
        }
        Some(share)
    }

    /// `of 100`: out of how many points the curve counts.
    fn made_for(&mut self, entry: &tree::Entry, points: Option<&Number>) -> Option<Number> {
        let written = entry.made_for.as_ref()?;
        let made_for = Number::from(written.written);
        let points_word = |factor: &tree::UnitFactor| matches!(factor.name.text.as_str(), "point" | "points");
        let in_points = written.unit.as_ref().is_none_or(|unit| unit.factors.iter().all(points_word));
        if written.style != tree::NumberStyle::Plain || !in_points || !made_for.is_positive() {
            self.report(
                Diagnostic::new(Code::OutOfRange, "a curve counts out of a number of points above 0")
                    .at(written.span, "not such a number")
                    .help("write all points of the curve, as in `of 100`"),
            );
            return None;
        }
        let hundred = Number::from(100);
        let full = points.unwrap_or(&hundred);
        if *full == made_for {
            self.report(
                Diagnostic::new(Code::NoEffect, format!("the entry counts out of {full} points anyway"))
                    .at(written.span, "no effect")
                    .mend(&format!("remove `of {full}`"), self.of_points(written.span)),
            );
        }
        Some(made_for)
    }

    /// Takes `of 100` away with its word, which stands before the number.
    fn of_points(&self, number: Span) -> Mend {
        let text = &self.sources.get(number.file).text[..number.start as usize];
        let start = text.trim_end().strip_suffix("of").map_or(number.start as usize, str::len);
        self.without(Span { start: start as u32, ..number })
    }

    fn score_rule(
        &mut self,
        rule: &tree::ScoreRule,
        kpi: &Kpi,
        target: &[Dated],
        at: Span,
        entry_points: Option<&Number>,
    ) -> Option<Score> {
        let points = Dimension::point();
        // One that is written wrongly is told where it stands.
        let directed = self.declarations.kpis.iter().any(|declared| match declared {
            KpiDeclaration::Kpi(written) => written.name.span.key() == kpi.span.key() && written.direction.is_some(),
            KpiDeclaration::Index(_) => false,
        });
        let weight = if entry_points.is_some() { Dimension::point() } else { Dimension::none() };
        let target_type = target.first().map(|dated| Type {
            base: dated.value.ty.base.clone(),
            optional: target.iter().any(|dated| dated.value.ty.optional),
        });
        match rule {
            tree::ScoreRule::Attainment { up_to, span } => {
                self.attainment_direction(kpi, *span);
                let up_to = match up_to {
                    Some(limit) => {
                        let limit = self.constant_expr(limit, &points)?;
                        self.above_zero(
                            &limit,
                            "the most that an attainment scores",
                            "write the points above 0, as in `attainment up to 120`",
                        )?;
                        Some(limit)
                    }
                    None => None,
                };
                Some(Score { on_attainment: false, curve: ScoreCurve::Attainment { up_to }, made_for: None })
            }
            tree::ScoreRule::OnAttainment(inner, span) => {
                self.attainment_direction(kpi, *span);
                let fits = CurveUse {
                    input: Bare::from(&Dimension::none()),
                    reads: DisplayUnit::percent(),
                    output: points,
                    gives: DisplayUnit::point(),
                    direction: Some(Better::Attainment),
                    // The target is met at 100%.
                    target: Some(Type::known(Base::number())),
                    weight,
                    undirected: Some(kpi.span).filter(|_| !directed),
                };
                let curve = self.score_curve(inner, &fits, at)?;
                Some(Score { on_attainment: true, curve, made_for: None })
            }
            other => {
                let fits = CurveUse {
                    input: Bare::from(&kpi.unit),
                    reads: kpi.unit.clone(),
                    output: points,
                    gives: DisplayUnit::point(),
                    direction: kpi.direction.as_ref().map(Direction::better),
                    target: target_type,
                    weight,
                    undirected: Some(kpi.span).filter(|_| !directed),
                };
                let curve = self.score_curve(other, &fits, at)?;
                Some(Score { on_attainment: false, curve, made_for: None })
            }
        }
    }

    fn score_curve(&mut self, rule: &tree::ScoreRule, fits: &CurveUse, at: Span) -> Option<ScoreCurve> {
        match rule {
            tree::ScoreRule::Curve(curve) => self.curve(curve, fits).map(ScoreCurve::Own),
            tree::ScoreRule::Named(name) => {
                let found = self.find(name, "scale", |symbol| matches!(symbol, Symbol::Scale(_)))?;
                let Symbol::Scale(scale) = found else { return None };
                self.used.insert(Use::Scale(scale));
                if self.untyped.contains(&name.text) {
                    return None;
                }
                let model = self.model.clone();
                let declared = &model.scales[scale];
                for (what, has, needs) in [
                    ("reads", &declared.input.dimension, &fits.input.dimension),
                    ("yields", &declared.output.dimension, &fits.output),
                ] {
                    if has != needs {
                        self.report(
                            Diagnostic::new(
                                Code::UnitMismatch,
                                format!(
                                    "the scale `{}` {what} what is {}, and here that is {}",
                                    name.text,
                                    Base::Number(has.clone()).words(),
                                    Base::Number(needs.clone()).words()
                                ),
                            )
                            .at(name.span, "does not fit")
                            .at(declared.span, "declared here")
                            .help("take another scale, or write the curve here"),
                        );
                        return None;
                    }
                }
                if !fits.weight.is_none() && self.scale_reads(ScaleId(scale), &|kind| matches!(kind, Kind::EntryWeight))
                {
                    self.report(
                        Diagnostic::new(
                            Code::UnitMismatch,
                            format!(
                                "the scale `{}` takes `weight` for a share, and here the weight is points",
                                name.text
                            ),
                        )
                        .at(name.span, "does not fit")
                        .at(declared.span, "declared here")
                        .help("write the formula here: behind `score`, `weight` is the entry's points"),
                    );
                    return None;
                }
                if let Some(kpi) = fits.undirected.filter(|_| fits.direction.is_none()) {
                    for version in self.model.scale_versions(ScaleId(scale)).collect::<Vec<_>>() {
                        let curve = self.model.scales[version.0].curve.clone();
                        curve.kind.both_ways(self, kpi);
                    }
                }
                if let Some(better) = &fits.direction {
                    let before = self.diagnostics.len();
                    for version in self.model.scale_versions(ScaleId(scale)).collect::<Vec<_>>() {
                        let curve = self.model.scales[version.0].curve.clone();
                        curve.kind.direction(self, better, curve.span);
                    }
                    for finding in &mut self.diagnostics[before..] {
                        finding.labels.push(crate::diagnostic::Label { span: at, text: "used for this KPI".into() });
                    }
                }
                Some(ScoreCurve::Scale(ScaleId(scale)))
            }
            tree::ScoreRule::Attainment { span, .. } | tree::ScoreRule::OnAttainment(_, span) => {
                self.misplaced(
                    *span,
                    "attainment of an attainment is nothing",
                    "write `score attainment` or `score on attainment` and a curve",
                );
                None
            }
        }
    }

    fn attainment_direction(&mut self, kpi: &Kpi, at: Span) {
        if matches!(kpi.direction, Some(Direction::Higher | Direction::Lower)) {
            return;
        }
        self.report(
            Diagnostic::new(
                Code::Incomplete,
                format!("attainment of `{}` means nothing unless higher or lower is better", kpi.name),
            )
            .at(at, "attainment of what?")
            .at(kpi.span, "declared here")
            .help(match kpi.direction {
                None => Help::of(
                    "add `{}` or `{}` to the KPI, or write a curve on its value",
                    ["higher is better", "lower is better"].into_iter().filter_map(|line| self.line_in(kpi.span, line)),
                ),
                Some(_) => "write a curve on its value, which may rise and fall".into(),
            }),
        );
    }

    fn reads_target(&self, score: &Score) -> bool {
        if score.on_attainment {
            return true;
        }
        match &score.curve {
            ScoreCurve::Attainment { .. } => true,
            ScoreCurve::Own(curve) => curve.reads_target(),
            ScoreCurve::Scale(scale) => {
                self.model.scale_versions(*scale).any(|scale| self.model.scales[scale.0].curve.reads_target())
            }
        }
    }
}
