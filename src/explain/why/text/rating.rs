//! Grades, and what lowered them, in words.

use super::{Teller, percent, plain};
use crate::explain::why::document::{Distribution, Rating, Scorecard};
use crate::report::digits::grouped;

impl Teller<'_> {
    pub(super) fn rating(&mut self, rating: &Rating, scorecard: Option<&Scorecard>, indent: usize) {
        let name = |at: usize| rating.grades.get(at).map_or("", |grade| grade.name.as_str());
        let limit = |at: usize| rating.grades.get(at).and_then(|grade| grade.limit.as_ref());
        let seen = plain(&rating.seen);
        let what = if rating.sees_unrounded { "before rounding" } else { "" };
        let by_score = match rating.grade == rating.by_score {
            true => String::new(),
            false => format!(" by score {},", name(rating.by_score)),
        };
        let mut text = format!("Rating {}:{by_score} {seen}", name(rating.grade));
        if !what.is_empty() {
            text.push_str(&format!(" ({what})"));
        }
        match limit(rating.by_score) {
            Some(limit) => text.push_str(&format!(" {} {}", limit.op, plain(&limit.at))),
            None => text.push_str(" reaches no other grade"),
        }
        if let Some(better) = rating.by_score.checked_sub(1)
            && let Some(limit) = limit(better)
        {
            text.push_str(&format!(", not {} {} ({})", limit.op, plain(&limit.at), name(better)));
        }
        self.text.blank();
        self.say(indent, text);
        self.faint(indent, format!("by {}", rating.at));
        let veto = rating.lowered_at.and_then(|at| scorecard?.vetoes.get(at));
        match rating.lowered_by {
            Some("veto") => {
                let why = veto.map_or(String::new(), |veto| format!(" \"{}\"", veto.reason));
                self.say(indent, format!("lowered to {} by the veto{why}", name(rating.grade)));
            }
            Some("earlier_veto") => {
                self.say(indent, format!("lowered to {} by a veto of an earlier scorecard", name(rating.grade)));
            }
            Some("ruling") => {
                let told = self.why.rulings.iter().find(|one| one.on == "rating").map(|one| one.told.clone());
                self.say(indent, format!("ruled: {}", told.unwrap_or_default()));
            }
            Some(_) => self.say(indent, format!("lowered to {} by the distribution", name(rating.grade))),
            None => {}
        }
        if let Some(rule) = &rating.distribution {
            self.distribution(rule, rating, indent);
        }
    }

    pub(super) fn distribution(&mut self, rule: &Distribution, rating: &Rating, indent: usize) {
        let name = rating.grades.get(rule.grade).map_or("", |grade| grade.name.as_str());
        let how = if rule.about { "about" } else { "at most" };
        let within = match rule.within {
            "position" => "the position",
            "team" => "the team",
            _ => "the company",
        };
        self.say(
            indent,
            format!(
                "{how} {} of the {} in {within} may have {name}: {}",
                percent(&rule.share),
                grouped(&rule.members.to_string()),
                rule.limit
            ),
        );
        for holder in &rule.holders {
            let who = if holder.name.is_empty() { &holder.person } else { &holder.name };
            let sign = if holder.keeps { "keeps it" } else { "below the line" };
            self.say(indent + 2, format!("{who} {}: {sign}", plain(&holder.score)));
        }
    }
}
