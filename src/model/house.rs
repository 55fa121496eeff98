//! The company's own rules for specs, and what nobody uses.

use std::collections::HashSet;

use super::checker::Checker;
use super::data::{ColumnIx, DataId, Route, TimeShape};
use super::{ConstantId, Entry, Head, KpiId, Position};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::number::Number;
use crate::source::Span;
use crate::syntax::tree::{HouseRule, HouseRuleKind, Name, Number as Literal, NumberStyle, WeightLimit};

impl Checker<'_> {
    pub(super) fn house_rules(&mut self) {
        let rules: Vec<HouseRule> =
            self.declarations.house_rules.iter().flat_map(|block| block.rules.iter().cloned()).collect();
        let sound = !self.diagnostics.iter().any(Diagnostic::is_error);
        for rule in rules {
            let found: Vec<Diagnostic> = match &rule.kind {
                HouseRuleKind::ScorecardSize { least, most } if value(least) > value(most) => {
                    vec![backwards(rule.span)]
                }
                HouseRuleKind::WeightLimits {
                    least: Some(WeightLimit::Number(least)),
                    most: Some(WeightLimit::Number(most)),
                    ..
                } if value(least) > value(most) => vec![backwards(rule.span)],
                // An entry that could not be read is not in the model.
                HouseRuleKind::ScorecardSize { .. } if !sound => Vec::new(),
                HouseRuleKind::ScorecardSize { least, most } => self.scorecard_sizes(least, most),
                HouseRuleKind::WeightLimits { of, least, most } => {
                    self.weight_limits(of.as_ref(), least.as_ref(), most.as_ref(), sound)
                }
                HouseRuleKind::Has { what, parts } => match what.text.as_str() {
                    "kpi" => self.kpi_parts(parts.iter().map(|part| (part.text.as_str(), part.span))),
                    "responsibility" => {
                        self.responsibility_parts(parts.iter().map(|part| (part.text.as_str(), part.span)))
                    }
                    "position" => self.position_parts(parts.iter().map(|part| (part.text.as_str(), part.span))),
                    "scorecard" if !sound => Vec::new(),
                    "scorecard" => self.scorecard_parts(parts.iter().map(|part| (part.text.as_str(), part.span))),
                    _ => vec![
                        Diagnostic::new(Code::UnknownName, format!("there is no rule about every `{}`", what.text))
                            .at(what.span, "unknown")
                            .help("write `every kpi has …`, `every responsibility has …` or `every position has …`"),
                    ],
                },
            };
            for mut finding in found {
                if finding.code == Code::HouseRule {
                    finding = finding.at(rule.span, "the company's rule");
                    if rule.warning.is_some() {
                        finding.severity = Severity::Warning;
                    }
                }
                self.report(finding);
            }
        }
    }

    fn scorecard_sizes(&self, least: &Literal, most: &Literal) -> Vec<Diagnostic> {
        fn count(entries: &[Entry]) -> usize {
            entries
                .iter()
                .map(|entry| match &entry.head {
                    Head::Group(group) => count(&group.entries),
                    _ => 1,
                })
                .sum()
        }
        let (least, most) = (value(least), value(most));
        let mut found = Vec::new();
        for position in &self.model.positions {
            let Some(scorecard) = &position.scorecard else { continue };
            let kpis = count(&scorecard.root.entries);
            let number = Number::from(kpis as u64);
            if number < least || number > most {
                let counted = if kpis == 1 { "1 KPI".to_string() } else { format!("{kpis} KPIs") };
                found.push(
                    Diagnostic::new(
                        Code::HouseRule,
                        format!("the scorecard of `{}` has {}; {least} to {most} are allowed", position.name, counted),
                    )
                    .at(position.span, counted.clone())
                    .help(if number > most {
                        "remove the least important ones"
                    } else {
                        "add what the position is measured by"
                    }),
                );
            }
        }
        found
    }

    /// Weights are compared where they stand: within a scorecard, or within a group.
    fn weight_limits(
        &self,
        of: Option<&Name>,
        least: Option<&WeightLimit>,
        most: Option<&WeightLimit>,
        sound: bool,
    ) -> Vec<Diagnostic> {
        let levels: Vec<(&Position, Vec<&[Entry]>)> = self
            .model
            .positions
            .iter()
            .filter_map(|position| Some((position, levels(&position.scorecard.as_ref()?.root.entries))))
            .collect();
        let limits = [least, most].map(|limit| match limit {
            Some(WeightLimit::Of(name)) => Some(name),
            _ => None,
        });
        let known: Vec<&str> = levels
            .iter()
            .flat_map(|(_, levels)| levels.iter().copied().flatten())
            .filter_map(|entry| self.entry_name(entry))
            .collect();
        let unknown = |name: &&Name| sound && !known.contains(&name.text.as_str());
        if let Some(name) = of.into_iter().chain(limits.into_iter().flatten()).find(unknown) {
            let mend = self
                .did_you_mean(&name.text, known.iter().copied(), || "name a KPI or a group of a scorecard".to_string());
            return vec![
                Diagnostic::new(Code::UnknownName, format!("no scorecard has an entry `{}`", name.text))
                    .at(name.span, "unknown")
                    .help(mend),
            ];
        }
        let mut found = Vec::new();
        for (position, level) in levels.iter().flat_map(|(position, levels)| levels.iter().map(move |l| (position, *l)))
        {
            let named = |name: &Name| level.iter().find(|entry| self.entry_name(entry) == Some(&name.text));
            for entry in level.iter().filter(|entry| of.is_none_or(|of| self.entry_name(entry) == Some(&of.text))) {
                for (at_least, limit) in [(true, least), (false, most)] {
                    let (bound, stands) = match limit {
                        Some(WeightLimit::Number(number)) => (value(number), None),
                        Some(WeightLimit::Of(name)) => match named(name) {
                            Some(other) => (other.weight.clone(), Some((name, other))),
                            None => continue,
                        },
                        None => continue,
                    };
                    let broken = if at_least { entry.weight < bound } else { entry.weight > bound };
                    if !broken {
                        continue;
                    }
                    let shown = share(&entry.weight);
                    let (side, mend) = match at_least {
                        true => ("at least", "raise it, or join it with another entry"),
                        false => ("at most", "lower it, or split it"),
                    };
                    let whose = of.map_or("every weight".into(), |of| format!("the weight of `{}`", of.text));
                    let bound = match stands {
                        Some((name, _)) => format!("that of `{}`, {}", name.text, share(&bound)),
                        None => share(&bound),
                    };
                    let message =
                        format!("a weight of {shown} stands in `{}`; {whose} is {side} {bound}", position.name);
                    let mut finding =
                        Diagnostic::new(Code::HouseRule, message).at(entry.span, format!("weighs {shown}")).help(mend);
                    if let Some((_, other)) = stands {
                        finding = finding.at(other.span, format!("weighs {}", share(&other.weight)));
                    }
                    found.push(finding);
                    break;
                }
            }
        }
        found
    }

    /// The name by which a rule speaks of an entry.
    fn entry_name<'e>(&'e self, entry: &'e Entry) -> Option<&'e str> {
        match &entry.head {
            Head::Kpi(kpi) => Some(&self.model.kpis[kpi.kpi.0].name),
            Head::Group(group) => Some(&group.name),
            Head::ScoreOf(position) => Some(position),
            Head::ScoreOfReports => None,
        }
    }

    /// Entries that every scorecard has, by name.
    fn scorecard_parts<'p>(&self, parts: impl Iterator<Item = (&'p str, Span)>) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for (part, _) in parts {
            for position in &self.model.positions {
                let Some(scorecard) = &position.scorecard else { continue };
                let entries = levels(&scorecard.root.entries);
                if !entries.into_iter().flatten().any(|entry| self.entry_name(entry) == Some(part)) {
                    let message = format!("the scorecard of `{}` has no `{part}`", position.name);
                    found.push(
                        Diagnostic::new(Code::HouseRule, message)
                            .at(position.span, format!("without `{part}`"))
                            .help(format!("give `{part}` a weight in the scorecard")),
                    );
                }
            }
        }
        found
    }

    fn kpi_parts<'p>(&self, parts: impl Iterator<Item = (&'p str, Span)>) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for (part, span) in parts {
            for kpi in self.model.kpis.iter().filter(|kpi| !kpi.is_index) {
                let has = match part {
                    "note" => kpi.note.is_some(),
                    "owner" => kpi.owner.is_some(),
                    "source" => kpi.source.is_some(),
                    "label" => kpi.label.text != kpi.name,
                    "scope" => kpi.scope.is_some(),
                    _ => {
                        found.push(unknown_part(part, span, "`note`, `owner`, `source`, `label` or `scope`"));
                        break;
                    }
                };
                if !has {
                    found.push(lacks("KPI", &kpi.name, part, kpi.span));
                }
            }
        }
        found
    }

    fn responsibility_parts<'p>(&self, parts: impl Iterator<Item = (&'p str, Span)>) -> Vec<Diagnostic> {
        // As it is written: a KPI that nothing knows is reported itself.
        let written = self.declarations.positions.iter().filter_map(|position| position.responsibilities.as_ref());
        let measured: HashSet<_> = written
            .flat_map(|block| &block.entries)
            .filter(|entry| !entry.measured_by.is_empty())
            .map(|entry| entry.name.span.key())
            .collect();
        let mut found = Vec::new();
        for (part, span) in parts {
            for responsibility in self.model.positions.iter().flat_map(|position| &position.responsibilities) {
                let has = match part {
                    "measured by" => measured.contains(&responsibility.span.key()),
                    "outcome" => !responsibility.outcomes.is_empty(),
                    "label" => responsibility.label.text != responsibility.name,
                    _ => {
                        found.push(unknown_part(part, span, "`measured by`, `outcome` or `label`"));
                        break;
                    }
                };
                if !has {
                    found.push(lacks("responsibility", &responsibility.name, part, responsibility.span));
                }
            }
        }
        found
    }

    fn position_parts<'p>(&self, parts: impl Iterator<Item = (&'p str, Span)>) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for (part, span) in parts {
            for position in &self.model.positions {
                let has = match part {
                    "purpose" => position.purpose.is_some(),
                    "reports to" => position.reports_to.is_some(),
                    "responsibilities" => !position.responsibilities.is_empty(),
                    "scorecard" => position.scorecard.is_some(),
                    "label" => position.label.text != position.name,
                    _ => {
                        let known = "`purpose`, `reports to`, `responsibilities`, `scorecard` or `label`";
                        found.push(unknown_part(part, span, known));
                        break;
                    }
                };
                if !has {
                    found.push(lacks("position", &position.name, part, position.span));
                }
            }
        }
        found
    }

    /// Warns of KPIs, scales, constants, ratings and columns that nothing refers to.
    pub(super) fn unused(&mut self) {
        // A project without positions is a library for others: nothing in it is used yet.
        if self.model.positions.is_empty() {
            return;
        }
        // What a mistake left out of the model may be what uses the rest.
        if self.diagnostics.iter().any(|finding| finding.is_error() && finding.code != Code::HouseRule) {
            return;
        }
        let mut found: Vec<(&str, String, Span)> = Vec::new();
        for (at, kpi) in self.model.kpis.iter().enumerate() {
            if !kpi.versions.is_other && !self.used.kpis.contains(&KpiId(at)) {
                found.push(("KPI", kpi.name.clone(), kpi.span));
            }
        }
        for (at, constant) in self.model.constants.iter().enumerate() {
            if !self.used.constants.contains(&ConstantId(at).0) {
                found.push(("constant", constant.name.clone(), constant.span));
            }
        }
        let own = self.declarations.functions.iter().take(self.own_functions);
        for (at, function) in own.enumerate() {
            if !self.used.functions.contains(&at) {
                found.push(("function", function.name.text.clone(), function.name.span));
            }
        }
        for (at, scale) in self.model.scales.iter().enumerate() {
            if !scale.versions.is_other && !self.used.scales.contains(&at) {
                found.push(("scale", scale.name.clone(), scale.span));
            }
        }
        for (at, matrix) in self.model.matrices.iter().enumerate() {
            if !matrix.versions.is_other && !self.used.matrices.contains(&at) {
                found.push(("matrix", matrix.name.clone(), matrix.span));
            }
        }
        for (at, rating) in self.model.ratings.iter().enumerate() {
            if !self.used.ratings.contains(&at) {
                found.push(("rating", rating.name.clone(), rating.span));
            }
        }
        for (at, set) in self.model.data.iter().enumerate() {
            let id = DataId(at);
            if !self.used.data.contains(&id) && set.roster.is_none() && set.organisation.is_none() {
                found.push(("data set", set.name.clone(), set.span));
                continue;
            }
            for (column, declared) in set.columns.iter().enumerate() {
                let column = ColumnIx(column);
                let in_shape = match set.time {
                    TimeShape::Always => false,
                    TimeShape::Dated(on) | TimeShape::Snapshot(on) => on == column,
                    TimeShape::Valid { from, to } => from == column || to == Some(column),
                };
                let is_post = set.roster.as_ref().is_some_and(|roster| roster.post == Some(column));
                let in_role = is_post || set.organisation == Some(column);
                // Who stands in which team is shown, and makes stints.
                let placed =
                    set.roster.is_some() && matches!(&set.belongs.team, Route::Links(links) if links.contains(&column));
                let named = set.name_column() == Some(column) || placed;
                let read = self.used.columns.contains(&(id, column));
                if !(in_shape || in_role || named || read || set.key.contains(&column)) {
                    found.push(("column", declared.name.clone(), declared.span));
                }
            }
        }
        for (what, name, span) in found {
            self.report(
                Diagnostic::new(Code::Unused, format!("nothing uses the {what} `{name}`"))
                    .at(span, "not used")
                    .help("remove it, or use it"),
            );
        }
    }
}

/// The entries of a scorecard, and those of each of its groups.
fn levels(entries: &[Entry]) -> Vec<&[Entry]> {
    let groups = entries.iter().filter_map(|entry| match &entry.head {
        Head::Group(group) => Some(levels(&group.entries)),
        _ => None,
    });
    std::iter::once(entries).chain(groups.flatten()).collect()
}

fn share(weight: &Number) -> String {
    super::kpis::percent(&weight.round_places(4, Default::default()))
}

fn value(number: &Literal) -> Number {
    let places = match number.style {
        NumberStyle::Plain => 0,
        NumberStyle::Percent => 2,
        NumberStyle::Permille => 3,
    };
    Number::from(number.written).mul(&Number::from_parts(1, places))
}

fn backwards(span: Span) -> Diagnostic {
    Diagnostic::new(Code::OutOfRange, "no scorecard can keep to this rule: its least is above its most")
        .at(span, "the least comes first")
        .help("write the smaller number first: `3 to 10`, or `at least 5%, at most 60%`")
}

fn lacks(what: &str, name: &str, part: &str, span: Span) -> Diagnostic {
    let (message, mend) = match part {
        "measured by" => (
            format!("the {what} `{name}` is measured by nothing"),
            "add a line such as `measured by premium`".to_string(),
        ),
        "reports to" => (
            format!("the {what} `{name}` does not say to whom it reports"),
            "add a line such as `reports to branch_manager`".to_string(),
        ),
        "label" => (format!("the {what} `{name}` has no label"), format!("write one behind its name: `{name} \"…\"`")),
        _ => (format!("the {what} `{name}` has no {part}"), format!("add a line with `{part}`")),
    };
    Diagnostic::new(Code::HouseRule, message).at(span, format!("no `{part}`")).help(mend)
}

fn unknown_part(part: &str, span: Span, known: &str) -> Diagnostic {
    Diagnostic::new(Code::UnknownName, format!("`{part}` is nothing it could have"))
        .at(span, "unknown")
        .help(format!("write {known}"))
}
