//! The ways in which the rest of a running period may go, as what everyone is scored by.

use crate::eval::Supposed;
use crate::eval::carried::carried;
use crate::model::Model;
use crate::plan::Plan;
use crate::plan::query::Answers;
use crate::plan::running::How;
use crate::score::planned::as_planned;

/// Answers and suppositions with which a period is scored.
pub type Scenario = (Answers, Supposed);

/// All ways in which the rest of a period may go; the first is shown, the others are its range. None where a period has
/// ended, or is only looked at as it stands.
pub fn scenarios(model: &Model, plan: &Plan, answers: &Answers, supposed: &Supposed) -> Vec<Scenario> {
    let Some(of_running) = plan.running.as_deref() else { return Vec::new() };
    let scenario = |stretch: usize| {
        let carried = carried(&plan.query, answers, &of_running.carried, stretch);
        (Answers { carried, ..answers.clone() }, supposed.clone())
    };
    match of_running.running.how {
        None => Vec::new(),
        Some(How::Pace) => (0..of_running.running.stretches.len()).map(scenario).collect(),
        Some(How::Planned) => {
            let mean = scenario(0);
            let planned = as_planned(model, plan, answers, &mean.0, supposed.clone());
            vec![(mean.0.clone(), planned), mean]
        }
    }
}
