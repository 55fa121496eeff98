//! Scores of other scorecards.

use super::build::*;
use crate::language::{Combine, WhenMissing};

/// Branch B over teams T1 and T2; an office in B, a lead in each team, agents below them.
fn tree() -> Setup {
    let mut setup = Setup::new(&[]);
    let branch = setup.team("B", None);
    let (one, two) = (setup.team("T1", Some(branch)), setup.team("T2", Some(branch)));
    setup.position("lead");
    setup.position("office");
    let always = |team| [("2020-01-01", None, Some(team))];
    setup.holder("A1", "agent", &always(one));
    setup.holder("A2", "agent", &always(one));
    setup.holder("A3", "agent", &always(two));
    setup.holder("L1", "lead", &always(one));
    setup.holder("L2", "lead", &always(two));
    setup.holder("O", "office", &always(branch));
    setup.model.positions[0].reports_to = Some("lead".into());
    setup
}

#[test]
fn scores_of_the_team_and_of_reports_are_taken_in() {
    let mut setup = tree();
    let own = setup.own(&["60", "90", "?", "0", "0", "50"]);
    // Agents are declared first, but need the office; leads need the agents.
    setup.scorecard(vec![entry("0.5", own), score_of("0.5", "office")]);
    setup.scorecard_of(1, Combine::WeightedMean, vec![score_of_reports("1")]);
    setup.scorecard_of(2, Combine::WeightedMean, vec![entry("1", own)]);
    let results = setup.run();
    let scores: Vec<String> =
        results.people.iter().map(|person| text(&person.cards[0].scorecard.as_ref().unwrap().score)).collect();
    assert_eq!(scores, ["55", "70", "The KPI: unknown", "62.5", "score of reports: no report has a score", "50"]);
}

#[test]
fn who_is_not_there_is_missing() {
    let mut setup = tree();
    let own = setup.own(&["60", "90", "?", "0", "0", "50"]);
    setup.scorecard(vec![entry("1", own)]);
    setup.scorecard_of(1, Combine::WeightedMean, vec![entry("0.5", own), score_of("0.5", "cashier")]);
    setup.plan.program.cards[1].scorecard.as_mut().unwrap().when_missing = WhenMissing::Redistribute;
    setup.scorecard_of(2, Combine::WeightedMean, vec![score_of_reports("1")]);
    let results = setup.run();
    let lead = results.people[3].cards[0].scorecard.as_ref().unwrap();
    assert_eq!(text(&lead.entries[1].score), "no `cashier` in the team or above it");
    assert_eq!(lead.score, v("0"));
    assert_eq!(text(&results.people[5].cards[0].scorecard.as_ref().unwrap().score), "score of reports: no reports");
}
