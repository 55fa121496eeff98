//! What people spend their time on against what they are scored by, as [`crate::model::alignment`] has it.

use super::facts::OfPosition;
use super::{Audited, Figure, Finding, Kind};
use crate::model::alignment::{Weighted, share};
use crate::number::Number;

pub fn find(of: Audited<'_>, position: &OfPosition, findings: &mut Vec<Finding>) {
    let declared = &of.model.positions[position.position.0];
    // Where nothing at all is said of what measures what, there is nothing to hold against each other.
    if declared.responsibilities.iter().all(|one| one.measured_by.is_empty()) {
        return;
    }
    let Some(alignment) = of.model.alignment(declared) else { return };
    let post = of.show.position_label(position.position);
    let more = format!("`merit check --alignment={}` shows the table", declared.name);
    let finding = |sentence: String, places, figures, look: String, weight: Number| Finding {
        kind: Kind::WorkingTime,
        position: Some(declared.name.clone()),
        places,
        sentence,
        details: Vec::new(),
        figures,
        who: Vec::new(),
        look,
        weight,
    };
    let total = |weighted: &[Weighted]| {
        weighted.iter().filter_map(|one| one.weight.as_ref()).fold(Number::ZERO, |sum, one| sum.add(one))
    };
    let pairs = || declared.responsibilities.iter().zip(&alignment.measured);
    if alignment.unmeasured > of.lines.unmeasured {
        let places = pairs().filter(|(_, kpis)| kpis.is_empty()).map(|(one, _)| one.span).collect();
        findings.push(finding(
            format!(
                "{} of the working time in {post} is measured by no KPI of the scorecard",
                share(&alignment.unmeasured)
            ),
            places,
            vec![Figure::new("unmeasured", alignment.unmeasured.clone())],
            format!("say what measures it, or that it is not to count; {more}"),
            alignment.unmeasured.clone(),
        ));
    }
    let unassigned = total(&alignment.unassigned);
    if unassigned > of.lines.unassigned {
        findings.push(finding(
            format!("{} of the weight in {post} lies on KPIs that no responsibility leads to", share(&unassigned)),
            alignment.unassigned.iter().map(|one| one.span).collect(),
            vec![Figure::new("unassigned", unassigned.clone())],
            format!("say which work they measure, or ask why they count; {more}"),
            unassigned,
        ));
    }
    for (responsibility, kpis) in pairs().filter(|(_, kpis)| !kpis.is_empty()) {
        let (Some(time), weight) = (&responsibility.share, total(kpis)) else { continue };
        let apart = time.sub(&weight);
        if apart < of.lines.apart {
            continue;
        }
        let mut places = vec![responsibility.span];
        places.extend(kpis.iter().map(|one| one.span));
        findings.push(finding(
            format!(
                "{} takes {} of the working time in {post}, and all that measures it weighs {}",
                of.show.label(&responsibility.label),
                share(time),
                share(&weight)
            ),
            places,
            vec![Figure::new("time", time.clone()), Figure::new("weight", weight)],
            format!("whoever goes by the score leaves this work undone: give it more weight; {more}"),
            apart,
        ));
    }
}
