//! What cards come to together, and what is paid, in words.

use super::{Teller, plain};
use crate::explain::why::document::Card;
use crate::explain::why::{Only, number_of};
use crate::number::Number;

impl Teller<'_> {
    pub(super) fn together(&mut self, only: &Only) {
        let why = self.why;
        let scored: Vec<&Card> = why.cards.iter().filter(|card| card.scorecard.is_some()).collect();
        if !only.wants_score() && !only.wants_rating() {
            return;
        }
        if scored.len() > 1 {
            self.head("Over all stints");
            if let Some(overall) = &why.overall {
                let scores: Vec<(&Number, i64)> = scored
                    .iter()
                    .filter_map(|card| Some((number_of(&card.scorecard.as_ref()?.score)?, card.days)))
                    .collect();
                let days = scores.iter().map(|(_, days)| *days).sum::<i64>();
                let sum =
                    scores.iter().fold(Number::ZERO, |sum, (score, days)| sum.add(&score.mul(&Number::from(*days))));
                let mean = sum.div(&Number::from(days)).unwrap_or_else(|| overall.clone());
                let parts = scores.iter().map(|(score, days)| format!("{} * {days}", plain(score)));
                let parts = parts.collect::<Vec<_>>().join(" + ");
                self.say(2, format!("({parts}) / {days} days = {}", plain(&mean)));
                if mean != *overall {
                    self.say(2, self.rounded(overall));
                }
            }
            if let Some(rating) = &why.rating {
                self.rating(rating, None, 2);
            }
        } else if only.wants_rating()
            && let Some(rating) = &why.rating
            && let Some(rule) = &rating.distribution
        {
            self.head("Among all people");
            self.distribution(rule, rating, 2);
        }
    }

    pub(super) fn outputs(&mut self, only: &Only) {
        let why = self.why;
        for post in &why.posts {
            for (place, output) in post.outputs.iter().enumerate() {
                if !only.wants(&output.name, &output.label) {
                    continue;
                }
                self.head(format!("{}: {}", output.label, output.shown));
                let cards: Vec<usize> = post.cards.clone();
                for at in &cards {
                    let Some(own) = why.cards[*at].outputs.get(place) else { continue };
                    if cards.len() > 1 {
                        let card = &why.cards[*at];
                        self.say(2, format!("{} to {}, {} days: {}", card.from, card.to, card.days, own.shown));
                    }
                    self.faint(2, format!("by {}", own.at));
                    self.lead(2, "= ", &own.text);
                    if let Some(node) = own.node {
                        let inline = why.cards[*at].nodes[node].inline.clone();
                        if inline != own.text {
                            self.lead(2, "= ", inline);
                        }
                        self.node(*at, node, 2);
                    }
                }
                if let Some(mean) = &output.mean_shown {
                    self.say(2, format!("mean by days: {mean}"));
                }
                if let Some([days, of]) = output.prorated {
                    self.say(2, format!("of it {days} of {of} days"));
                }
                if output.by_rule.is_some() {
                    let told = self.ruled(&post.position, "output", Some(&output.name));
                    self.say(2, told);
                }
                if let (Some(rounding), true) = (&output.rounding, output.mean.is_some()) {
                    let how = rounding.function.replace('_', " ");
                    self.say(2, format!("{how} to {}: {}", plain(&rounding.step), output.shown));
                }
            }
        }
    }
}
