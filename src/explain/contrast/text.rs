//! A difference in words.

use super::document::Contrast;
use super::grade::GradeGap;
use super::{Cause, CauseKind};
use crate::explain::in_full;
use crate::model::types::unit::DisplayUnit;
use crate::number::{Number, Rounding};
use crate::report::Look;
use crate::report::page::Page;
use crate::report::places::{Column, Sum};

/// A score and what made it another one; `with` is what it is held against.
pub fn render(contrast: &Contrast, with: &str, look: Look) -> String {
    let mut page = Page::new(look);
    let scores = |number: &Number| in_full(number, &DisplayUnit::number());
    let more = if contrast.difference.is_negative() { "less" } else { "more" };
    let by = match contrast.difference.is_zero() {
        true => "the same".to_string(),
        false => format!("{} {more}", scores(&contrast.difference.abs())),
    };
    page.head(format!("{} instead of {} {with}: {by}", scores(&contrast.after), scores(&contrast.before)));
    let amounts: Vec<Number> = contrast.parts.iter().map(|part| part.amount.clone()).collect();
    let sums = [Sum { parts: amounts, whole: contrast.difference.clone() }];
    let column = Column::of(&sums, 2, Rounding::HalfUp);
    let width = contrast.parts.iter().map(|part| signed(column, &part.amount).len()).max().unwrap_or(0);
    for part in &contrast.parts {
        let lead = format!("{:>width$}  ", signed(column, &part.amount));
        match part.causes.as_slice() {
            [only] => {
                page.lead(2, &lead, told(only));
                page.faint(
                    2 + lead.chars().count(),
                    format!("{} instead of {}", or_none(&only.after), or_none(&only.before)),
                );
            }
            several => {
                let names = several.iter().map(told).collect::<Vec<_>>().join("; ");
                page.lead(2, &lead, format!("{} causes that alone change least: {names}", several.len()));
            }
        }
    }
    if contrast.parts.is_empty() {
        page.lead(2, "", "nothing that the score goes by differs");
    }
    page.out
}

/// How far a grade is, and where points were lost.
pub fn render_gap(gap: &GradeGap, look: Look) -> String {
    let mut page = Page::new(look);
    let number = |number: &Number| in_full(number, &DisplayUnit::number());
    let limit = format!("{} {}", gap.limit.op, number(&gap.limit.at));
    page.head(&match &gap.missing {
        Some(missing) => {
            format!("{} is {limit}: {} is {} short of that", gap.grade, number(&gap.score), number(missing))
        }
        None => format!("{} is {limit}: {} reaches it by score", gap.grade, number(&gap.score)),
    });
    let amounts: Vec<Number> = gap.lost.iter().map(|lost| lost.amount.clone()).collect();
    let column = Column::of(&[Sum { parts: amounts, whole: gap.lost_in_all.clone() }], 2, Rounding::HalfUp);
    page.lead(2, "", format!("against all of their points the entries lost {}:", column.text(&gap.lost_in_all)));
    let width = gap.lost.iter().map(|lost| column.text(&lost.amount).len()).max().unwrap_or(0);
    for lost in &gap.lost {
        let lead = format!("{:>width$}  ", column.text(&lost.amount));
        page.lead(4, &lead, format!("{}: {} of {}", lost.label, number(&lost.score), number(&lost.full)));
    }
    page.faint(2, "`merit goal` tells what would reach it");
    page.out
}

/// `+3.20`
fn signed(column: Column, amount: &Number) -> String {
    let text = column.text(amount);
    if amount.is_positive() { format!("+{text}") } else { text }
}

fn told(cause: &Cause) -> String {
    let what = match cause.kind {
        CauseKind::Value => "value",
        CauseKind::Target => "target",
        CauseKind::Weight => "weights",
        CauseKind::Rule => "rule",
        CauseKind::Redistribution => "with or without a score",
        CauseKind::Veto => "veto",
        CauseKind::People => "people",
        CauseKind::Ruling => "ruling",
    };
    if cause.label.is_empty() { what.to_string() } else { format!("{what}: {}", cause.label) }
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "none" } else { text }
}
