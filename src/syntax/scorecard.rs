//! Scorecards: entries, groups and the rules that turn scores into a result.

use super::grammar::{BlockKind, Rule};
use super::nodes::Node;
use super::outline::{Block, Item};
use super::reader::{Once, Reader};
use super::tree::*;
use super::values::percent_meant;
use crate::diagnostic::{Code, Diagnostic, Mend};
use crate::language::{Combine, WhenMissing};

const SCORECARD: BlockKind = BlockKind { name: "a scorecard", rule: Rule::scorecard_clause };
const GROUP: BlockKind = BlockKind { name: "a group", rule: Rule::group_clause };

const ENTRY_ORDER: &[(Rule, &str)] = &[
    (Rule::over, "over"),
    (Rule::target, "target"),
    (Rule::prorated, "prorated"),
    (Rule::score, "score"),
    (Rule::most_points, "up to … of its points"),
    (Rule::applies, "applies when"),
];

impl<'s> Reader<'s> {
    pub fn scorecard(&mut self, item: &Item, head: Option<Node<'s>>) -> Option<Scorecard> {
        let block = self.block(item, "`scorecard`")?;
        let (entries, rules) = self.entries(block, SCORECARD);
        let total = match head?.child(Rule::total) {
            Some(total) => Some(self.number(&total)?),
            None => None,
        };
        Some(Scorecard { total, entries, rules, span: self.extent(item) })
    }

    /// The inside of a scorecard or a group.
    fn entries(&mut self, block: &Block, kind: BlockKind) -> (Vec<Entry>, Vec<ScorecardRule>) {
        let mut entries = Vec::new();
        let mut rules = Vec::new();
        let mut seen = Vec::new();
        for clause in &block.items {
            let node = self.read(clause, kind);
            match &node {
                Some(node) if node.rule() != Rule::entry => {
                    self.refuse_block(clause, kind.name);
                    let span = node.span();
                    let again = !matches!(node.rule(), Rule::veto | Rule::bonus | Rule::deduction);
                    match seen.iter().find(|(rule, _)| *rule == node.rule() && again) {
                        Some((_, first)) => {
                            let first = *first;
                            self.twice(&format!("`{}`", self.first_word(clause)), span, first);
                        }
                        None => {
                            seen.push((node.rule(), span));
                            rules.extend(self.rule(node));
                        }
                    }
                }
                _ => entries.extend(self.entry(clause, node.as_ref(), kind)),
            }
        }
        (entries, rules)
    }

    /// An entry; where its head is wrong, the entries of its block are still checked.
    fn entry(&mut self, item: &Item, node: Option<&Node<'s>>, kind: BlockKind) -> Option<Entry> {
        let group = node.and_then(|node| node.child(Rule::head)).and_then(|head| head.child(Rule::group));
        let inside = match (&item.block, &group, node) {
            (Some(block), Some(_), _) | (Some(block), None, None) => Some(self.entries(block, GROUP)),
            (Some(_), None, Some(_)) => {
                self.refuse_block(item, kind.name);
                None
            }
            (None, Some(_), _) => {
                self.block(item, "a group");
                Some(Default::default())
            }
            (None, None, _) => None,
        };
        let node = node?;
        let weight = self.weight(&node.child(Rule::weight)?)?;
        let head = node.child(Rule::head)?;
        let heads = match (group, head.child(Rule::score_of), head.child(Rule::names)) {
            (Some(group), ..) => {
                let (entries, rules) = inside.unwrap_or_default();
                vec![EntryHead::Group { name: self.name(&group.child(Rule::name)?), entries, rules }]
            }
            (_, Some(score_of), _) => {
                let name = self.name(&score_of.child(Rule::name)?);
                match name.text.as_str() {
                    "reports" => vec![EntryHead::ScoreOfReports(score_of.span())],
                    _ => vec![EntryHead::ScoreOf(name)],
                }
            }
            (_, _, names) => {
                let names = self.names(&names?);
                self.one_unless_equal(&weight, &names);
                names.into_iter().map(EntryHead::Kpi).collect()
            }
        };
        let mut scope = Once::default();
        let mut target = Once::default();
        let mut prorated = Once::default();
        let mut score = Once::default();
        let mut made_for = None;
        let mut most = Once::default();
        let mut applies_when = Once::default();
        let mut last = None;
        for part in node.kids() {
            let Some((rule, word)) = ENTRY_ORDER.iter().find(|(rule, _)| *rule == part.rule()) else { continue };
            let place = part.span();
            self.ordered(&mut last, (*rule, word), ENTRY_ORDER, place);
            match rule {
                Rule::over => {
                    let word = self.scope_word(&part);
                    self.once(&mut scope, "`over`", place, word);
                }
                Rule::target => {
                    let values = self.dated(&part);
                    self.once(&mut target, "`target`", place, values);
                }
                Rule::prorated => self.once(&mut prorated, "`prorated`", place, Some(place)),
                Rule::score => {
                    let rule = self.score_rule(&part).map(Box::new);
                    if let Some(points) = part.child(Rule::made_for) {
                        made_for = self.number_of(&points);
                    }
                    self.once(&mut score, "`score`", place, rule);
                }
                Rule::most_points => {
                    let share = self.share_of_points(&part);
                    self.once(&mut most, "`up to`", place, share);
                }
                _ => {
                    let condition = self.expr_of(&part);
                    self.once(&mut applies_when, "`applies when`", place, condition);
                }
            }
        }
        Some(Entry {
            weight,
            heads,
            label: self.label(node),
            scope: scope.value,
            target: target.value.unwrap_or_default(),
            prorated: prorated.value,
            score: score.value,
            made_for,
            most: most.value,
            applies_when: applies_when.value,
            span: self.extent(item),
        })
    }

    /// The share in `up to 120% of its points`.
    fn share_of_points(&mut self, node: &Node<'s>) -> Option<Number> {
        let share = self.number_of(node)?;
        if share.style == NumberStyle::Percent {
            return Some(share);
        }
        let text = share.written;
        self.report(
            Diagnostic::new(Code::Unexpected, "how far an entry may go beyond its points is a percentage of them")
                .at(share.span, "`%` is missing")
                .mend(
                    "write `{}`",
                    Mend::replace(share.span, format!("{text}%")).shown_as(format!("up to {text}% of its points")),
                ),
        );
        // Read as it is meant, so that nothing is told twice.
        Some(Number { style: NumberStyle::Percent, ..share })
    }

    fn score_rule(&mut self, node: &Node<'s>) -> Option<ScoreRule> {
        let span = node.span();
        let inside = node.kids().find(|part| {
            part.rule() != Rule::kw_score && part.rule() != Rule::kw_on && part.rule() != Rule::kw_attainment
        })?;
        Some(match inside.rule() {
            Rule::on_attainment => ScoreRule::OnAttainment(Box::new(self.score_rule(&inside)?), span),
            Rule::attainment => {
                let up_to = match inside.child(Rule::up_to) {
                    Some(up_to) => Some(self.value_of(&up_to)?),
                    None => None,
                };
                ScoreRule::Attainment { up_to, span }
            }
            Rule::curve => ScoreRule::Curve(self.curve(&inside)?),
            _ => ScoreRule::Named(self.name(&inside)),
        })
    }

    // ---------------------------------------------------------------- rules

    fn rule(&mut self, node: &Node<'s>) -> Option<ScorecardRule> {
        let span = node.span();
        Some(match node.rule() {
            Rule::combine => {
                let combine = match (node.has(Rule::geometric), node.has(Rule::combine_sum)) {
                    (true, _) => Combine::Geometric,
                    (_, true) => Combine::Sum,
                    _ => Combine::WeightedMean,
                };
                ScorecardRule::Combine { combine, span }
            }
            Rule::weights_total => ScorecardRule::WeightsTotal(self.number_of(node)?),
            Rule::when_missing => {
                let what = match (node.has(Rule::kw_redistribute), node.has(Rule::kw_zero)) {
                    (true, _) => WhenMissing::Redistribute,
                    (_, true) => WhenMissing::Zero,
                    _ => WhenMissing::NoRating,
                };
                ScorecardRule::WhenMissing { what, span }
            }
            Rule::complete => {
                let least = self.number_of(node)?;
                if least.style != NumberStyle::Percent {
                    let percent = percent_meant(least.written);
                    self.report(
                        Diagnostic::new(Code::Unexpected, "how much of the weight must be present is a share")
                            .at(least.span, "`%` is missing")
                            .mend("write `{}`", Mend::replace(least.span, format!("{percent}%"))),
                    );
                    return None;
                }
                ScorecardRule::CompleteAtLeast(least)
            }
            Rule::range => {
                let [low, high] = <[Expr; 2]>::try_from(self.values(node)?).ok()?;
                ScorecardRule::Range { low, high, span }
            }
            Rule::veto => ScorecardRule::Veto(self.veto(node)?),
            Rule::bonus => ScorecardRule::Adjustment(self.adjustment(node, false)?),
            Rule::deduction => ScorecardRule::Adjustment(self.adjustment(node, true)?),
            Rule::allowances => {
                let allowances: Option<Vec<Allowance>> =
                    node.all(Rule::allowance).map(|allowance| self.allowance(&allowance)).collect();
                ScorecardRule::Rulings { allowances: allowances?, span }
            }
            _ => ScorecardRule::Rating(self.name(&node.child(Rule::name)?)),
        })
    }

    fn allowance(&mut self, node: &Node<'s>) -> Option<Allowance> {
        let name = |reader: &Self, of: &Node<'s>| of.child(Rule::name).map(|name| reader.name(&name));
        let on = match (node.place(Rule::kw_score), node.child(Rule::of_kpi), node.child(Rule::of_output)) {
            (Some(place), ..) => RuledOn::Score(place),
            (_, Some(kpi), _) => RuledOn::Kpi(name(self, &kpi)?),
            (_, _, Some(output)) => RuledOn::Output(name(self, &output)?),
            _ => RuledOn::Rating(node.place(Rule::kw_rating)?),
        };
        let most = match node.child(Rule::grades_apart) {
            Some(grades) => {
                let count = match grades.child(Rule::whole) {
                    Some(whole) => self.whole(&whole)?.written.to_string().parse().unwrap_or(u32::MAX),
                    None => 1,
                };
                Some(RulingLimit::Grades(count, grades.span()))
            }
            None if node.has(Rule::kw_most) => Some(RulingLimit::Amount(self.value_of(node)?)),
            None => None,
        };
        Some(Allowance { on, most, span: node.span() })
    }

    fn veto(&mut self, node: &Node<'s>) -> Option<Veto> {
        let gives = match (node.child(Rule::rating_at_most), node.child(Rule::score_at_most)) {
            (Some(rating), _) => VetoEffect::RatingAtMost(self.name(&rating.child(Rule::name)?)),
            (_, score) => VetoEffect::ScoreAtMost(self.value_of(&score?)?),
        };
        Some(Veto { condition: self.expr_of(node)?, gives, reason: self.label(node), span: node.span() })
    }

    fn adjustment(&mut self, node: &Node<'s>, deduct: bool) -> Option<Adjustment> {
        let steps = node.child(Rule::per_step)?;
        let each = steps.child(Rule::for_each)?;
        let limit = match steps.child(Rule::up_to) {
            Some(limit) => Some(self.value_of(&limit)?),
            None => None,
        };
        Some(Adjustment {
            deduct,
            kpi: self.name(&node.child(Rule::name)?),
            amount: self.value_of(&steps)?,
            full_steps: each.has(Rule::full),
            step: self.value_of(&each)?,
            limit,
            label: self.label(node),
            span: node.span(),
        })
    }
}
