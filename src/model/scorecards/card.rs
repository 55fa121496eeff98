//! Scorecards: entries and groups with their weights, targets and scores; vetoes and bonuses.

use crate::diagnostic::{Code, Diagnostic, Help, Mend};
use crate::language::{Combine, ScopeWord, WhenMissing};
use crate::model::Kpi;
use crate::model::Label;
use crate::model::checker::{Checker, KpiDeclaration, Symbol};
use crate::model::data::DataId;
use crate::model::expr::{Base, Expr, Kind, Type};
use crate::model::kpis::Total;
use crate::model::names::env::{Bare, Env};
use crate::model::names::uses::Use;
use crate::model::scales::curves::{Better, CurveUse};
use crate::model::types::formula::{scope_name, scope_words};
use crate::model::types::unit::{Dimension, DisplayUnit};
use crate::model::{
    Adjustment, Dated, Direction, Entry, Group, Head, KpiEntry, KpiId, RatingId, ScaleId, Score, ScoreCurve, Scorecard,
    Veto, VetoEffect,
};
use crate::number::Number;
use crate::source::Span;
use crate::syntax::tree;
use crate::time::Day;

/// The position a scorecard belongs to, and the scope its entries have unless they say otherwise.
pub(in crate::model) struct CardScope<'n> {
    pub(in crate::model) position: &'n str,
    pub(in crate::model) scope: ScopeWord,
    /// From when on the position is in force.
    pub(in crate::model) since: Option<Day>,
    /// The rosters whose rows may hold the position.
    pub(in crate::model) rosters: Vec<DataId>,
}

impl Checker<'_> {
    pub(in crate::model) fn scorecard(&mut self, written: &tree::Scorecard, card: &CardScope) -> Option<Scorecard> {
        let head = Span { end: written.span.start + "scorecard".len() as u32, ..written.span };
        let before = self.diagnostics.len();
        let combine = self.combine(&written.rules);
        let stated = written.total.as_ref().map(|total| Number::from(total.written));
        let total = self.level_total(&written.rules, stated);
        let (mut when_missing, mut complete_at_least, mut range, mut rating) =
            (WhenMissing::NoRating, None, None, None);
        let points = Dimension::point();
        for rule in &written.rules {
            match rule {
                tree::ScorecardRule::WhenMissing { what, .. } => when_missing = *what,
                tree::ScorecardRule::CompleteAtLeast(number) => {
                    let share = Number::from(number.written).mul(&Number::from_parts(1, 2));
                    if number.style != tree::NumberStyle::Percent || share > Number::ONE {
                        self.report(
                            Diagnostic::new(Code::OutOfRange, "how much must be there is a percentage up to 100%")
                                .at(number.span, "not a share of the weights")
                                .mend("write a share such as `{}`", Mend::replace(number.span, "100%")),
                        );
                    }
                    complete_at_least = Some(share);
                }
                tree::ScorecardRule::Range { low, high, span } => {
                    let ends = self.constant_number(low, &points).zip(self.constant_number(high, &points));
                    if let Some((least, most)) = &ends
                        && least >= most
                    {
                        self.report(
                            Diagnostic::new(Code::OutOfRange, "a range goes from a lower to a higher score")
                                .at(*span, format!("{least} is not below {most}"))
                                .help(match least > most {
                                    true => {
                                        let texts = [high, low].map(|end| self.sources.text(end.span));
                                        let swapped = format!("range {} to {}", texts[0], texts[1]);
                                        Help::of("write `{}`", [Mend::replace(*span, swapped)])
                                    }
                                    false => "write a higher score behind `to`".into(),
                                }),
                        );
                    }
                    range = ends;
                }
                tree::ScorecardRule::Rating(name) => {
                    let found = self.find(name, "rating", |symbol| matches!(symbol, Symbol::Rating(_)));
                    if let Some(Symbol::Rating(at)) = found {
                        self.used.insert(Use::Rating(at));
                        rating = Some((RatingId(at), name.span));
                    }
                }
                _ => {}
            }
        }
        let mut kpis = Vec::new();
        let entries = self.entries(&written.entries, &total, head, "the scorecard", card, &mut kpis);
        let names_rating = written.rules.iter().any(|rule| matches!(rule, tree::ScorecardRule::Rating(_)));
        let mut vetoes = Vec::new();
        let mut adjustments = Vec::new();
        for rule in &written.rules {
            match rule {
                tree::ScorecardRule::Veto(veto) => {
                    vetoes.extend(self.veto(veto, rating.map(|(rating, _)| rating), names_rating, card));
                }
                tree::ScorecardRule::Adjustment(adjustment) => {
                    adjustments.extend(self.adjustment(adjustment, card));
                }
                _ => {}
            }
        }
        let entries = entries?;
        let root = Group { name: String::new(), label: Default::default(), combine, entries };
        let scorecard = Scorecard {
            root,
            when_missing,
            complete_at_least,
            range,
            vetoes,
            adjustments,
            rating: rating.map(|(rating, _)| rating),
        };
        self.rated = rating.filter(|_| self.diagnostics.len() == before).map(|(_, at)| at);
        Some(scorecard)
    }

    fn combine(&self, rules: &[tree::ScorecardRule]) -> Combine {
        rules
            .iter()
            .find_map(|rule| match rule {
                tree::ScorecardRule::Combine { combine, .. } => Some(*combine),
                _ => None,
            })
            .unwrap_or(Combine::WeightedMean)
    }

    /// What the weights of a level come to: its points, or shares, of 100% or of what it states.
    fn level_total(&mut self, rules: &[tree::ScorecardRule], points: Option<Number>) -> Total {
        let stated = rules.iter().find_map(|rule| match rule {
            tree::ScorecardRule::WeightsTotal(number) => Some(number),
            _ => None,
        });
        if let Some(points) = points {
            self.sums_only(rules);
            if let Some(stated) = stated {
                self.misplaced(
                    stated.span,
                    "the entries here are in points, whose total is stated already",
                    "remove this line, or write the weights as shares",
                );
            }
            return Total::Points(points);
        }
        let Some(stated) = stated else { return Total::Shares(Number::ONE) };
        let total = Number::from(stated.written).mul(&Number::from_parts(1, 2));
        let percent = stated.style != tree::NumberStyle::Permille && stated.unit.is_none();
        if percent && total.is_positive() {
            return Total::Shares(total);
        }
        self.report(
            Diagnostic::new(Code::OutOfRange, "what weights come to is a percentage above 0%")
                .at(stated.span, "not such a total")
                .help("write a total above 0, as in `weights total 210`, or points for all, as in `scorecard total 210 points`"),
        );
        Total::Shares(Number::ONE)
    }

    /// Points are added up: a mean of them would be none of the points stated.
    fn sums_only(&mut self, rules: &[tree::ScorecardRule]) {
        for rule in rules {
            if let tree::ScorecardRule::Combine { combine: Combine::Geometric, span } = rule {
                self.misplaced(
                    *span,
                    "entries in points are added up, and a geometric mean takes shares",
                    "remove this line, or write the weights as shares",
                );
            }
        }
    }

    /// The entries of one level. `None` when their weights do not add up.
    fn entries(
        &mut self,
        written: &[tree::Entry],
        total: &Total,
        at: Span,
        what: &str,
        card: &CardScope,
        kpis: &mut Vec<(KpiId, ScopeWord, Span)>,
    ) -> Option<Vec<Entry>> {
        let heads: Vec<(&tree::Entry, &tree::EntryHead)> =
            written.iter().flat_map(|entry| entry.heads.iter().map(move |head| (entry, head))).collect();
        if heads.is_empty() {
            self.report(
                Diagnostic::new(Code::Incomplete, format!("{what} has no entries"))
                    .at(at, "empty")
                    .help("add a line, as in `100% premium_growth target 10% score attainment up to 120`"),
            );
            return None;
        }
        let weights: Vec<&tree::Weight> = heads.iter().map(|(entry, _)| &entry.weight).collect();
        let shares = self.shares(&weights, at, what, total);
        let mut groups: Vec<(&str, Span)> = Vec::new();
        let mut others: Vec<(&str, Span)> = Vec::new();
        let mut entries = Vec::new();
        for (index, (entry, head)) in heads.iter().enumerate() {
            let weight = shares.as_ref().map_or(Number::ONE, |shares| shares[index].clone());
            let points = match (total, &shares, &entry.weight) {
                (Total::Shares(_), ..) => None,
                // Of a level whose weights are wrong, what is written says more than what would be left.
                (Total::Points(_), None, tree::Weight::Points(number)) => Some(Number::from(number.written)),
                (Total::Points(total), ..) => Some(weight.mul(total)),
            };
            let stated = match total {
                Total::Shares(total) => weight.mul(total),
                Total::Points(_) => points.clone().unwrap_or(Number::ZERO),
            };
            let most = self.most_points(entry, points.as_ref());
            let head_span = match head {
                tree::EntryHead::Kpi(name) | tree::EntryHead::ScoreOf(name) | tree::EntryHead::Group { name, .. } => {
                    name.span
                }
                tree::EntryHead::ScoreOfReports(span) => *span,
            };
            let mut entry_label = entry.label.clone();
            let resolved = match head {
                tree::EntryHead::Group { name, entries: inner, rules } => {
                    if let Some((_, first)) = groups.iter().find(|(known, _)| *known == name.text) {
                        let first = *first;
                        self.report(
                            Diagnostic::new(Code::Repeated, format!("the group `{}` stands twice", name.text))
                                .at(name.span, "again")
                                .at(first, "first here")
                                .help("join the two, or give one another name"),
                        );
                    }
                    groups.push((&name.text, name.span));
                    self.nothing_but_applies_when(entry, "a group is scored by its entries");
                    let what = format!("the group `{}`", name.text);
                    let combine = self.combine(rules);
                    let known = shares.is_some() || matches!(entry.weight, tree::Weight::Points(_));
                    let inside = self.level_total(rules, group_total(inner, points.as_ref(), known));
                    let inner = self.entries(inner, &inside, name.span, &what, card, kpis);
                    let group = Group {
                        name: name.text.clone(),
                        label: self.label(&name.text, &entry_label),
                        combine,
                        entries: inner.unwrap_or_default(),
                    };
                    entry_label = tree::Label::default();
                    Some(Head::Group(group))
                }
                tree::EntryHead::Kpi(name) => self.kpi_entry(entry, name, points.as_ref(), card, kpis),
                tree::EntryHead::ScoreOf(_) | tree::EntryHead::ScoreOfReports(_) => {
                    self.nothing_but_applies_when(entry, "the score of another scorecard is in points already");
                    self.other_score(head, card, &mut others)
                }
            };
            let applies_when = entry.applies_when.as_ref().map(|condition| {
                let condition = self.typed(condition, &Env::subject().lenient(), Some(&Base::Flag));
                self.expect_condition(&condition, "`applies when`");
                self.answerable(&condition, card.scope, head_span, card);
                condition
            });
            let Some(resolved) = resolved else { continue };
            let default = match &resolved {
                Head::Kpi(entry) => self.model.kpis[entry.kpi.0].label.clone(),
                Head::Group(group) => group.label.clone(),
                // Reports have words of their own for these, in each language.
                Head::ScoreOf(_) | Head::ScoreOfReports => Default::default(),
            };
            let label =
                if entry_label == tree::Label::default() { default } else { self.label(&default.text, &entry_label) };
            let label = match &resolved {
                // That of the version in force, which the results tell.
                Head::Kpi(entry)
                    if entry_label == tree::Label::default()
                        && !self.model.kpis[entry.kpi.0].versions.others.is_empty() =>
                {
                    Label::default()
                }
                _ => label,
            };
            entries.push(Entry { weight, points, stated, most, head: resolved, label, span: head_span, applies_when });
        }
        shares.map(|_| entries)
    }

    fn kpi_entry(
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
        let scope = match (&entry.scope, kpi.scope) {
            (Some((_, span)), Some(fixed)) => {
                self.report(
                    Diagnostic::new(
                        Code::Misplaced,
                        format!("`{}` always reads {}; `over` cannot change that", kpi.name, scope_words(fixed)),
                    )
                    .at(*span, "no effect here")
                    .at(kpi.span, format!("declared with `scope {}`", scope_name(fixed)))
                    .help("remove `over`, or remove `scope` from the KPI"),
                );
                fixed
            }
            (Some((scope, _)), None) => *scope,
            (None, Some(fixed)) => fixed,
            (None, None) => card.scope,
        };
        if let Some((_, _, first)) = seen.iter().find(|(known, in_scope, _)| *known == id && *in_scope == scope) {
            let first = *first;
            self.report(
                Diagnostic::new(Code::Repeated, format!("`{}` stands twice in the scorecard", kpi.name))
                    .at(name.span, "again")
                    .at(first, "first here")
                    .help("give it one weight, or read it in another scope, `over …`"),
            );
        }
        seen.push((id, scope, name.span));
        self.kpi_answerable(id, scope, name.span, card);
        if self.untyped.contains(&kpi.name) {
            return None;
        }

        let unit = kpi.unit.dimension.clone();
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
            self.dated_gap(&target, &format!("the target of `{}`", kpi.name), name.span, card.since);
        }
        let target_span = entry.target.first().map(|dated| dated.value.span);
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
        match &rule {
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
                    .at(name.span, "no `score`")
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
                        .at(name.span, "no `target`")
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
        if let Some(span) = entry.prorated {
            let ratio =
                kpi.unit.is_ratio_sign() || unit.factors().iter().any(|(_, power)| *power < 0) || unit.is_point();
            if ratio || target_span.is_none() {
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
        }
        if let (Some(word), ScopeWord::Own) = (entry.prorated, scope) {
            for dated in &target {
                self.days_twice(&dated.value, &format!("the target of `{}`", kpi.name), word, Some(word));
            }
        }
        // A number alone is told above.
        for dated in target.iter().filter(|dated| !matches!(dated.value.kind, Kind::Value(_) | Kind::Negate(_))) {
            self.hundredfold(&dated.value, &kpi.unit, &format!("the target of `{}`", kpi.name));
        }
        let entry = KpiEntry { kpi: id, scope, target, prorated: entry.prorated.is_some(), score: rule };
        self.hundredfold_points(&entry);
        Some(Head::Kpi(Box::new(entry)))
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
    fn most_points(&mut self, entry: &tree::Entry, points: Option<&Number>) -> Option<Number> {
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
                    direction: Better::of(kpi.direction.as_ref()),
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
                        self.both_ways(&curve, kpi);
                    }
                }
                if let Some(better) = &fits.direction {
                    let before = self.diagnostics.len();
                    for version in self.model.scale_versions(ScaleId(scale)).collect::<Vec<_>>() {
                        let curve = self.model.scales[version.0].curve.clone();
                        self.curve_direction(&curve, better);
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

    fn veto(
        &mut self,
        written: &tree::Veto,
        rating: Option<RatingId>,
        names_rating: bool,
        card: &CardScope,
    ) -> Option<Veto> {
        let condition = self.typed(&written.condition, &Env::subject().lenient(), Some(&Base::Flag));
        self.expect_condition(&condition, "the condition of a veto");
        self.answerable(&condition, card.scope, written.condition.span, card);
        let effect = match &written.gives {
            tree::VetoEffect::ScoreAtMost(limit) => {
                VetoEffect::ScoreAtMost(self.constant_number(limit, &Dimension::point())?)
            }
            tree::VetoEffect::RatingAtMost(name) => {
                let Some(rating) = rating else {
                    // A rating that nothing knows is reported itself.
                    if names_rating {
                        return None;
                    }
                    self.report(
                        Diagnostic::new(Code::Incomplete, "this veto limits the rating, and the scorecard has none")
                            .at(name.span, "of which rating?")
                            .help("add a `rating …` to the scorecard, or let it limit the score, as in `gives score at most 60`"),
                    );
                    return None;
                };
                let model = self.model.clone();
                let grades = &model.ratings[rating.0].grades;
                match grades.iter().position(|grade| grade.name == name.text) {
                    Some(grade) => VetoEffect::RatingAtMost(grade),
                    None => {
                        self.unknown_grade(name, grades);
                        return None;
                    }
                }
            }
        };
        let reason = self.label(&self.text(written.condition.span), &written.reason);
        Some(Veto { condition, effect, reason, span: written.span })
    }

    fn adjustment(&mut self, written: &tree::Adjustment, card: &CardScope) -> Option<Adjustment> {
        let kpi = self.kpi_name(&written.kpi)?;
        let model = self.model.clone();
        let declared = &model.kpis[kpi.0];
        let scope = declared.scope.unwrap_or(card.scope);
        self.kpi_answerable(kpi, scope, written.kpi.span, card);
        let points = Dimension::point();
        let amount = self.constant_expr(&written.amount, &points)?;
        if self.bare_step(&written.step, &declared.unit, &format!("a step of `{}`", declared.name)) {
            return None;
        }
        let step = self.constant_in(&written.step, &Bare::from(&declared.unit))?;
        let limit = match &written.limit {
            Some(limit) => Some(self.constant_expr(limit, &points)?),
            None => None,
        };
        let word = if written.deduct { "deduct" } else { "add" };
        let mend = format!("write a number above 0, as in `{word} 2 for each 1 up to 10`");
        self.above_zero(&amount, "what a step is worth", &mend)?;
        self.above_zero(&step, "a step", &mend)?;
        if let Some(limit) = &limit {
            self.above_zero(limit, &format!("the most that this can {word}"), &mend)?;
        }
        let label = self.label(&declared.label.text, &written.label);
        Some(Adjustment {
            deduct: written.deduct,
            kpi,
            scope,
            amount,
            full_steps: written.full_steps,
            step,
            limit,
            label,
            span: written.span,
        })
    }
}

/// The points that the entries of a group total, where they are in points: a group in a scorecard in points whose
/// entries are written so, or share its points equally. Where those of the group are not `known`, whatever they come to.
fn group_total(inner: &[tree::Entry], points: Option<&Number>, known: bool) -> Option<Number> {
    let points = points.filter(|_| !inner.iter().any(|entry| matches!(entry.weight, tree::Weight::Share(_))))?;
    let own = inner.iter().filter_map(|entry| match &entry.weight {
        tree::Weight::Points(number) => Some(Number::from(number.written)),
        tree::Weight::Share(_) | tree::Weight::Equal(_) => None,
    });
    let own = own.fold(Number::ZERO, |sum, points| sum.add(&points));
    let equal = inner.iter().any(|entry| matches!(entry.weight, tree::Weight::Equal(_)));
    Some(match known {
        true => points.clone(),
        false if equal => own.add(points),
        false => own,
    })
}
