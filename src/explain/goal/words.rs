//! Words for answers, as people and programs are told them.

use super::answer::Unknown;
use super::measures::{Amount, What};
use super::mix::NoMix;
use crate::model::data::Column;
use crate::number::Number;
use crate::plan::Plan;
use crate::plan::query::{Query, RowNode};
use crate::report::one_line;
use crate::report::show::Show;
use crate::source::SourceSet;

impl Unknown {
    /// What goes by what, so that nothing can be told.
    pub fn in_words(&self, show: &Show<'_>, plan: &Plan, sources: &SourceSet) -> String {
        match self {
            Unknown::Formula(Some(node)) => {
                let formula = one_line(sources, plan.program.spans[node.0]);
                format!("how `{formula}` moves with it cannot be told")
            }
            Unknown::Formula(None) => "how the score moves with it cannot be told of the formulas".into(),
            Unknown::OwnScore(position) => {
                let post = show.position_label(*position);
                format!("the score goes by itself: the scorecard of {post} takes in scores that this one goes into")
            }
            Unknown::Distribution(rating) => {
                let name = &show.model.ratings[*rating].name;
                format!(
                    "the grade goes by the scores of others: the distribution of `{name}` by all of them, and some of \
                     them by this one"
                )
            }
            Unknown::OwnSum(sum) => {
                let sum = &plan.program.sums[*sum];
                let set = &show.model.data[sum.roster.0];
                let whose = match show.label(&set.label) {
                    "" => set.name.as_str(),
                    label => label,
                };
                format!(
                    "it goes by itself: it adds up `{}` of all in {whose}, which goes by this result, too",
                    sum.output
                )
            }
        }
    }
}

impl NoMix {
    pub fn in_words(self) -> &'static str {
        match self {
            NoMix::SeveralCards => "the score is that of several posts or teams, each rounded by itself",
            NoMix::Paid => "what is paid is no sum of what KPIs give",
            NoMix::NoSum => "the score is no sum of what each KPI gives by itself",
            NoMix::TooMany => "there are more choices than are looked at",
        }
    }
}

/// How an amount is called.
pub struct Called {
    /// The formula as it is written.
    pub formula: String,
    /// By its label, where it has one: that of the data set.
    pub data: String,
    /// The same of the column whose values are added up, where it is one.
    pub column: Option<String>,
    /// One of what is counted, and several.
    pub noun: (String, String),
}

impl Amount {
    pub fn called(&self, show: &Show<'_>, plan: &Plan, sources: &SourceSet) -> Called {
        let measure = &plan.query.measures[self.measure.0];
        let set = &show.model.data[measure.data.0];
        let labelled = |label: &str, name: &str| if label.is_empty() { name.to_string() } else { label.to_string() };
        let column = column_of(show, &plan.query, self);
        let noun = match self.what {
            What::Different if self.unit.dimension.is_none() => ("different value".into(), "different values".into()),
            _ => (show.unit(&self.unit.singular), show.unit(&self.unit.plural)),
        };
        Called {
            formula: one_line(sources, plan.program.spans[self.node.0]),
            data: labelled(show.label(&set.label), &set.name),
            column: column.map(|column| labelled(show.label(&column.label), &column.name)),
            noun,
        }
    }

    /// A number of what it counts, or an amount in its unit.
    pub fn shown(&self, number: &Number, show: &Show<'_>) -> String {
        show.number(number, &self.unit)
    }
}

/// The column of the rows themselves that is added up.
fn column_of<'m>(show: &Show<'m>, query: &Query, amount: &Amount) -> Option<&'m Column> {
    let measure = &query.measures[amount.measure.0];
    let table = query.tables.iter().find(|table| table.data == measure.data)?;
    match table.nodes.get(measure.value?.0)? {
        RowNode::Column { via, column } if via.is_empty() => Some(show.model.data[measure.data.0].column(*column)),
        _ => None,
    }
}
