//! A slow, plain evaluator beside the program: both must agree on random projects, to the last digit.
//!
//! The reference reads formulas of the checked model for one person, one scope and one window at a time, over rows in
//! memory, as the language describes them. It shares nothing with the planner, the engine, the evaluator and the
//! scorer but the values and numbers of the language. Projects are random and small; how to run more of them, and how
//! to look at one, `tests/README.md` says.

mod reference {
    pub mod aggregates;
    pub mod closings;
    pub mod compare;
    pub mod formulas;
    pub mod hidden;
    pub mod random;
    pub mod rows;
    pub mod running;
    pub mod schema;
    pub mod score;
    pub mod shrink;
    pub mod spec;
    pub mod suppose;
}

use reference::compare::{Outcome, compare};
use reference::shrink::shrink;
use reference::spec::project;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number, not `{text}`")))
}

/// How large the project of a seed is: small ones first, so that what fails is small.
fn size(seed: u64) -> usize {
    1 + (seed % 6) as usize
}

/// A message without the names and numbers in it.
fn kind(message: &str) -> String {
    let parts = message.split('`').enumerate().map(|(at, part)| if at % 2 == 1 { "…" } else { part });
    parts.collect::<Vec<_>>().join("`").replace(|sign: char| sign.is_ascii_digit(), "")
}

#[test]
fn program_and_reference_agree() {
    let count = number("MERIT_RANDOM_PROJECTS").unwrap_or(500);
    let first = number("MERIT_RANDOM_SEED").unwrap_or(0);
    let (mut agreed, mut refused, mut mistaken, mut cards) = (0, 0, 0, 0);
    let mut different = Vec::new();
    let mut reasons = std::collections::BTreeMap::<String, u64>::new();
    for seed in first..first + count {
        let project = project(seed, size(seed));
        match compare(&project) {
            Outcome::Agree(evaluated) => {
                agreed += 1;
                cards += evaluated;
            }
            Outcome::Refused(reason) => {
                refused += 1;
                *reasons.entry(format!("refused: {}", kind(&reason))).or_default() += 1;
            }
            Outcome::MistakeInData(what) => {
                mistaken += 1;
                *reasons.entry(format!("mistake in the data: {}", kind(&what))).or_default() += 1;
            }
            Outcome::Differ(what) => different.push((seed, what)),
        }
    }
    println!(
        "{agreed} projects agreed, {cards} scorecards; {refused} refused by the checker, {mistaken} with mistakes in their data"
    );
    let [supposed, reached, not, untold, more] = reference::suppose::SEEN.with(std::cell::Cell::get);
    println!(
        "{supposed} suppositions agreed; goals: {reached} reached, {not} proved to be out of reach, {untold} not told; {more} rows more"
    );
    let [on_a_day, wrong, to_the_end] = reference::running::SEEN.with(std::cell::Cell::get);
    println!("on a day of the period {on_a_day} agreed, {wrong} with mistakes; on the last day {to_the_end}");
    let mut reasons: Vec<(String, u64)> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    for (reason, count) in reasons.iter().take(20) {
        println!("{count:5} {reason}");
    }
    for (seed, what) in &different {
        println!("seed {seed}: {what}");
    }
    if let Some((seed, what)) = different.first() {
        let (small, what) = shrink(&project(*seed, size(*seed)), what.clone());
        let files: String = small.files.iter().map(|(name, text)| format!("--- {name}\n{text}")).collect();
        panic!("seed {seed}, period {}: {what}\n\n{}\n{files}", small.period, small.spec());
    }
    assert!(refused * 2 < count, "too many of the random projects are refused: nothing is tested by them");
}
