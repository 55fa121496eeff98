//! The company's own rules for specs, and what nobody uses.

use super::checker::Checker;
use super::data::stored::Role;
use super::data::{ColumnIx, DataId, Route, TimeShape};
use super::names::uses::{Use, Used, Uses};
use super::{Entry, Head, KpiId, Position};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::number::Number;
use crate::plural::counted;
use crate::source::Span;
use crate::syntax::tree;
use crate::syntax::tree::{HouseRule, HouseRuleKind, Name, Number as Literal, NumberStyle, WeightLimit};
use crate::value::percent;

const KPI_PARTS: [&str; 5] = ["note", "owner", "source", "label", "scope"];
const RESPONSIBILITY_PARTS: [&str; 3] = ["measured by", "outcome", "label"];
const POSITION_PARTS: [&str; 5] = ["purpose", "reports to", "responsibilities", "scorecard", "label"];

/// A rule, by its number, and how a position breaks it.
pub(super) type Broken = (usize, Diagnostic);

impl Checker<'_> {
    /// What is wrong with the rules themselves, and what breaks them: `broken` is what [`Checker::broken_rules`] has
    /// found in the positions.
    pub(super) fn house_rules<'f>(&mut self, broken: impl Iterator<Item = &'f Broken>) {
        let blocks = self.declarations.house_rules.clone();
        let rules: Vec<&HouseRule> = blocks.iter().flat_map(|block| &block.rules).collect();
        let sound = !self.diagnostics.iter().any(Diagnostic::is_error);
        let mut holds = Vec::new();
        for rule in &rules {
            let found = match &rule.kind {
                HouseRuleKind::ScorecardSize { least, most } if value(least) > value(most) => {
                    vec![backwards(rule.span)]
                }
                HouseRuleKind::WeightLimits {
                    least: Some(WeightLimit::Number(least)),
                    most: Some(WeightLimit::Number(most)),
                    ..
                } if value(least) > value(most) => vec![backwards(rule.span)],
                HouseRuleKind::ScorecardSize { .. } => Vec::new(),
                HouseRuleKind::WeightLimits { of, least, most } if sound => {
                    let limits = [least, most].into_iter().flatten().filter_map(|limit| match limit {
                        WeightLimit::Of(name) => Some(name),
                        WeightLimit::Number(_) => None,
                    });
                    self.unknown_entry(of.iter().chain(limits)).into_iter().collect()
                }
                HouseRuleKind::WeightLimits { .. } => Vec::new(),
                HouseRuleKind::Has { what, parts } => {
                    let known = |known: &'static [&'static str], words: &str| {
                        let unknown = parts.iter().filter(|part| !known.contains(&part.text.as_str()));
                        unknown.map(|part| unknown_part(&part.text, part.span, words)).collect()
                    };
                    match what.text.as_str() {
                        "kpi" => known(&KPI_PARTS, "`note`, `owner`, `source`, `label` or `scope`"),
                        "responsibility" => known(&RESPONSIBILITY_PARTS, "`measured by`, `outcome` or `label`"),
                        "position" => known(
                            &POSITION_PARTS,
                            "`purpose`, `reports to`, `responsibilities`, `scorecard` or `label`",
                        ),
                        "scorecard" => Vec::new(),
                        _ => vec![
                            Diagnostic::new(Code::UnknownName, format!("there is no rule about every `{}`", what.text))
                                .at(what.span, "unknown")
                                .help(
                                    "write what the rule is about: `every kpi has …`, `every responsibility has …` or `every position has …`",
                                ),
                        ],
                    }
                }
            };
            // An entry that could not be read is not in the model.
            let counts = matches!(rule.kind, HouseRuleKind::ScorecardSize { .. })
                || matches!(&rule.kind, HouseRuleKind::Has { what, .. } if what.text == "scorecard");
            let limits = matches!(rule.kind, HouseRuleKind::WeightLimits { .. });
            holds.push((sound || !counts) && (found.is_empty() || !limits));
            for finding in found {
                self.report(finding);
            }
            if let HouseRuleKind::Has { what, parts } = &rule.kind
                && what.text == "kpi"
            {
                for finding in self.kpi_parts(parts) {
                    self.report(told(rule, finding));
                }
            }
        }
        for (rule, finding) in broken {
            if holds[*rule] {
                self.report(finding.clone());
            }
        }
    }

    /// The rules that a position breaks, each by its number.
    pub(super) fn broken_rules(&self, written: &tree::Position, position: &Position) -> Vec<Broken> {
        let mut broken = Vec::new();
        let blocks = self.declarations.house_rules.iter();
        for (number, rule) in blocks.flat_map(|block| &block.rules).enumerate() {
            let mut found = Vec::new();
            match &rule.kind {
                HouseRuleKind::ScorecardSize { least, most } if value(least) > value(most) => {}
                HouseRuleKind::ScorecardSize { least, most } => found.extend(scorecard_size(position, least, most)),
                HouseRuleKind::WeightLimits { of, least, most } => {
                    self.weight_limits(position, of.as_ref(), least.as_ref(), most.as_ref(), &mut found);
                }
                HouseRuleKind::Has { what, parts } => {
                    for part in parts {
                        match what.text.as_str() {
                            "responsibility" => responsibility_parts(written, position, &part.text, &mut found),
                            "position" => found.extend(position_part(position, &part.text)),
                            "scorecard" => found.extend(self.scorecard_part(position, &part.text)),
                            _ => {}
                        }
                    }
                }
            }
            broken.extend(found.into_iter().map(|finding| (number, told(rule, finding))));
        }
        broken
    }

    /// The first of these names that no scorecard has.
    fn unknown_entry<'n>(&self, names: impl Iterator<Item = &'n Name>) -> Option<Diagnostic> {
        let mut names = names.peekable();
        names.peek()?;
        let cards = self.model.positions.iter().filter_map(|position| position.scorecard.as_ref());
        let known: Vec<&str> = cards
            .flat_map(|card| levels(&card.root.entries))
            .flatten()
            .filter_map(|entry| self.entry_name(entry))
            .collect();
        let names: Vec<&Name> = names.collect();
        if let Some(finding) = names.iter().find_map(|name| self.group_or_kpi(name)) {
            return Some(finding);
        }
        let name = names.into_iter().find(|name| !known.contains(&name.text.as_str()))?;
        let mend = self.did_you_mean(&name.text, name.span, known.iter().copied(), || {
            "name a KPI or a group of a scorecard".to_string()
        });
        Some(
            Diagnostic::new(Code::UnknownName, format!("no scorecard has an entry `{}`", name.text))
                .at(name.span, "unknown")
                .help(mend),
        )
    }

    /// A name that is a group of some scorecard, and a KPI of one: whose weight?
    fn group_or_kpi(&self, name: &Name) -> Option<Diagnostic> {
        let cards = self.model.positions.iter().filter_map(|position| position.scorecard.as_ref());
        let entries: Vec<&Entry> = cards.flat_map(|card| levels(&card.root.entries)).flatten().collect();
        let named = |entry: &&&Entry| self.entry_name(entry) == Some(&name.text);
        let group = entries.iter().filter(named).find(|entry| matches!(entry.head, Head::Group(_)))?;
        let kpi = entries.iter().filter(named).find(|entry| matches!(entry.head, Head::Kpi(_)))?;
        Some(
            Diagnostic::new(Code::AmbiguousName, format!("`{}` could be the group or the KPI of this name", name.text))
                .at(name.span, "the weight of which?")
                .at(group.span, "the group")
                .at(kpi.span, "the KPI")
                .help(format!("give the group another name, such as `{}_group`", name.text)),
        )
    }

    /// Weights are compared where they stand: within a scorecard, or within a group.
    fn weight_limits(
        &self,
        position: &Position,
        of: Option<&Name>,
        least: Option<&WeightLimit>,
        most: Option<&WeightLimit>,
        found: &mut Vec<Diagnostic>,
    ) {
        let Some(card) = &position.scorecard else { return };
        for level in levels(&card.root.entries) {
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

    /// An entry that every scorecard has, by name.
    fn scorecard_part(&self, position: &Position, part: &str) -> Option<Diagnostic> {
        let card = position.scorecard.as_ref()?;
        let mut entries = levels(&card.root.entries).into_iter().flatten();
        (!entries.any(|entry| self.entry_name(entry) == Some(part))).then(|| {
            let message = format!("the scorecard of `{}` has no `{part}`", position.name);
            Diagnostic::new(Code::HouseRule, message)
                .at(position.span, format!("without `{part}`"))
                .help(format!("give `{part}` a weight in the scorecard"))
        })
    }

    fn kpi_parts(&self, parts: &[Name]) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for part in parts {
            for kpi in self.model.kpis.iter().filter(|kpi| !kpi.is_index) {
                let has = match part.text.as_str() {
                    "note" => kpi.note.is_some(),
                    "owner" => kpi.owner.is_some(),
                    "source" => kpi.source.is_some(),
                    "label" => kpi.label.text != kpi.name,
                    "scope" => kpi.scope.is_some(),
                    _ => break,
                };
                if !has {
                    found.push(lacks("KPI", &kpi.name, &part.text, kpi.span));
                }
            }
        }
        found
    }

    /// Warns of KPIs, scales, constants, ratings and columns that nothing refers to.
    pub(super) fn unused(&mut self, by_positions: &Uses, by_tests: &Used) {
        // A project without positions is a library for others: nothing in it is used yet.
        if self.model.positions.is_empty() {
            return;
        }
        let uses = |what: Use| self.used.contains(&what) || by_positions.contains(what);
        let mut found: Vec<(&str, String, Span, bool)> = Vec::new();
        let mut add =
            |kind, name: &str, span, what| found.push((kind, name.to_string(), span, by_tests.contains(&what)));
        for (at, unit) in self.declarations.units.iter().enumerate() {
            if !uses(Use::Unit(at)) {
                add("unit", &unit.name.text, unit.name.span, Use::Unit(at));
            }
        }
        for (at, kpi) in self.model.kpis.iter().enumerate() {
            if !kpi.versions.is_other && !uses(Use::Kpi(KpiId(at))) {
                add("KPI", &kpi.name, kpi.span, Use::Kpi(KpiId(at)));
            }
        }
        for (at, constant) in self.model.constants.iter().enumerate() {
            if !uses(Use::Constant(at)) {
                add("constant", &constant.name, constant.span, Use::Constant(at));
            }
        }
        let own = self.declarations.functions.iter().take(self.own_functions);
        for (at, function) in own.enumerate() {
            if !uses(Use::Function(at)) {
                add("function", &function.name.text, function.name.span, Use::Function(at));
            }
        }
        for (at, scale) in self.model.scales.iter().enumerate() {
            if !scale.versions.is_other && !uses(Use::Scale(at)) {
                add("scale", &scale.name, scale.span, Use::Scale(at));
            }
        }
        for (at, matrix) in self.model.matrices.iter().enumerate() {
            if !matrix.versions.is_other && !uses(Use::Matrix(at)) {
                add("matrix", &matrix.name, matrix.span, Use::Matrix(at));
            }
        }
        for (at, rating) in self.model.ratings.iter().enumerate() {
            if !uses(Use::Rating(at)) {
                add("rating", &rating.name, rating.span, Use::Rating(at));
            }
        }
        for (at, set) in self.model.data.iter().enumerate() {
            let id = DataId(at);
            if !uses(Use::Data(id)) && set.roster.is_none() && set.organisation.is_none() && set.rulings.is_none() {
                add("data set", &set.name, set.span, Use::Data(id));
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
                let is_ruling = set.rulings.is_some_and(|rulings| rulings.all().any(|one| one == column));
                let in_role = is_post || is_ruling || set.organisation == Some(column);
                // Who stands in which team is shown, and makes stints.
                let placed =
                    set.roster.is_some() && matches!(&set.belongs.team, Route::Links(links) if links.contains(&column));
                // A link of several columns is made of them.
                let named = set.name_column() == Some(column) || placed || set.role(column) == Some(Role::Part);
                let read = uses(Use::Column(id, column));
                if !(in_shape || in_role || named || read || set.key.contains(&column)) {
                    add("column", &declared.name, declared.span, Use::Column(id, column));
                }
            }
        }
        for (what, name, span, tested) in found {
            let (message, label, help) = match tested {
                true => ("only tests use", "not used outside tests", "use it, or remove it with its tests"),
                false => ("nothing uses", "not used", "remove it, or use it"),
            };
            let finding = Diagnostic::new(Code::Unused, format!("{message} the {what} `{name}`"));
            self.report(finding.at(span, label).help(help));
        }
    }
}

/// A finding with the rule that asks for it, and as serious as the rule is.
fn told(rule: &HouseRule, finding: Diagnostic) -> Diagnostic {
    let mut finding = finding.at(rule.span, "the company's rule");
    if rule.warning.is_some() {
        finding.severity = Severity::Warning;
    }
    finding
}

fn scorecard_size(position: &Position, least: &Literal, most: &Literal) -> Option<Diagnostic> {
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
    let kpis = count(&position.scorecard.as_ref()?.root.entries);
    let number = Number::from(kpis as u64);
    (number < least || number > most).then(|| {
        let counted = counted(kpis, "KPI");
        let message = format!("the scorecard of `{}` has {counted}; {least} to {most} are allowed", position.name);
        let mend =
            if number > most { "remove the least important ones" } else { "add what the position is measured by" };
        Diagnostic::new(Code::HouseRule, message).at(position.span, counted).help(mend)
    })
}

fn responsibility_parts(written: &tree::Position, position: &Position, part: &str, found: &mut Vec<Diagnostic>) {
    let block = written.responsibilities.iter().flat_map(|block| &block.entries);
    for (responsibility, written) in position.responsibilities.iter().zip(block) {
        let has = match part {
            // As it is written: a KPI that nothing knows is reported itself.
            "measured by" => !written.measured_by.is_empty(),
            "outcome" => !responsibility.outcomes.is_empty(),
            "label" => responsibility.label.text != responsibility.name,
            _ => return,
        };
        if !has {
            found.push(lacks("responsibility", &responsibility.name, part, responsibility.span));
        }
    }
}

fn position_part(position: &Position, part: &str) -> Option<Diagnostic> {
    let has = match part {
        "purpose" => position.purpose.is_some(),
        "reports to" => position.reports_to.is_some(),
        "responsibilities" => !position.responsibilities.is_empty(),
        "scorecard" => position.scorecard.is_some(),
        "label" => position.label.text != position.name,
        _ => return None,
    };
    (!has).then(|| lacks("position", &position.name, part, position.span))
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
    percent(&weight.round_places(4, Default::default()))
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
        .help("write the smaller number first, as in `3 to 10`, or `at least 5%, at most 60%`")
}

fn lacks(what: &str, name: &str, part: &str, span: Span) -> Diagnostic {
    let (message, mend) = match part {
        "measured by" => (
            format!("the {what} `{name}` is measured by nothing"),
            "say by which KPIs, as in `measured by premium`".to_string(),
        ),
        "reports to" => (
            format!("the {what} `{name}` does not say to whom it reports"),
            "say to whom, as in `reports to branch_manager`".to_string(),
        ),
        "label" => (format!("the {what} `{name}` has no label"), format!("write one behind its name: `{name} \"…\"`")),
        _ => (format!("the {what} `{name}` has no {part}"), format!("add a line for it: `{part} …`")),
    };
    Diagnostic::new(Code::HouseRule, message).at(span, format!("no `{part}`")).help(mend)
}

fn unknown_part(part: &str, span: Span, known: &str) -> Diagnostic {
    Diagnostic::new(Code::UnknownName, format!("`{part}` is nothing it could have"))
        .at(span, "unknown")
        .help(format!("write a part of it, as in {known}"))
}
