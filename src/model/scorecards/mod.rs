//! What a scorecard is made of and what it can come to.
//!
//! `card` reads entries and groups with their weights, `scored` the targets and scores of entries, `vetoes` what comes
//! behind the total, `allowances` what rulings may change, `others` the scores of other people, `outputs` what is computed
//! of the scores. `reach` proves that
//! the data answer in the scope asked for, `entries` that each piece of a curve can be reached, `points` that an entry
//! stays within its points, `grades` that each grade can be given.

mod allowances;
pub(super) mod card;
pub(super) mod entries;
pub(super) mod grades;
pub(super) mod others;
pub(super) mod outputs;
pub(super) mod points;
pub(super) mod reach;
pub(super) mod scored;
pub(super) mod vetoes;
