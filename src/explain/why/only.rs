//! The part of an explanation that somebody asks for.

use super::document::{Detail, Entry, Why};
use crate::alike::folded;
use crate::nearest::alike;

/// What is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Only {
    All,
    Score,
    Rating,
    /// An entry, a group, a KPI, a bonus or an output, by its name or label.
    Named(String),
}

impl Only {
    /// What a word asks for; the nearest names where nothing has it.
    pub fn of(wanted: &str, why: &Why) -> Result<Only, Vec<String>> {
        match wanted {
            "score" => return Ok(Only::Score),
            "rating" => return Ok(Only::Rating),
            _ => {}
        }
        let known = names(why);
        if known.iter().any(|name| folded(name) == folded(wanted)) {
            return Ok(Only::Named(wanted.to_string()));
        }
        Err(alike(wanted, known.iter().map(|name| (name.as_str(), name.clone()))).into_iter().take(3).collect())
    }

    pub fn wants_score(&self) -> bool {
        matches!(self, Only::All | Only::Score)
    }

    pub fn wants_rating(&self) -> bool {
        matches!(self, Only::All | Only::Rating)
    }

    pub fn wants(&self, name: &str, label: &str) -> bool {
        match self {
            Only::All => true,
            Only::Score | Only::Rating => false,
            Only::Named(wanted) => [name, label].into_iter().any(|known| folded(known) == folded(wanted)),
        }
    }

    /// Whether a KPI stands behind a step of a card.
    pub fn wants_kpi(&self, why: &Why, card: usize, step: usize) -> bool {
        let Only::Named(_) = self else { return *self == Only::All };
        let nodes = &why.cards[card].nodes;
        let (mut open, mut seen) = (vec![step], vec![false; nodes.len()]);
        while let Some(at) = open.pop() {
            if std::mem::replace(&mut seen[at], true) {
                continue;
            }
            if let Some(Detail::Kpi { kpi, label, .. }) = &nodes[at].detail
                && self.wants(kpi, label)
            {
                return true;
            }
            open.extend(nodes[at].of.iter().copied().flatten());
        }
        false
    }
}

/// All that can be asked for.
fn names(why: &Why) -> Vec<String> {
    fn of_entries(entries: &[Entry], found: &mut Vec<String>) {
        for entry in entries {
            found.extend([entry.name.clone(), entry.label.clone()]);
            entry.group.iter().for_each(|group| of_entries(&group.entries, found));
        }
    }
    let mut found = vec!["score".to_string(), "rating".to_string()];
    for card in &why.cards {
        if let Some(scorecard) = &card.scorecard {
            of_entries(&scorecard.entries, &mut found);
            found.extend(scorecard.adjustments.iter().flat_map(|one| [one.kpi.clone(), one.label.clone()]));
        }
        for node in &card.nodes {
            if let Some(Detail::Kpi { kpi, label, .. }) = &node.detail {
                found.extend([kpi.clone(), label.clone()]);
            }
        }
        found.extend(card.outputs.iter().flat_map(|output| [output.name.clone(), output.label.clone()]));
    }
    found.retain(|name| !name.is_empty());
    found.sort();
    found.dedup();
    found
}
