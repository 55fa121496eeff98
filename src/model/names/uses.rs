//! What something refers to; the rest is reported as unused.

use std::collections::BTreeSet;

use hashbrown::HashMap;

use crate::model::KpiId;
use crate::model::data::{ColumnIx, DataId};
use crate::model::types::unit::DisplayUnit;
use crate::source::Span;

/// A thing that is referred to; those without an id of their own by their place among the declarations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::model) enum Use {
    Kpi(KpiId),
    Constant(usize),
    Function(usize),
    Scale(usize),
    Matrix(usize),
    Rating(usize),
    Unit(usize),
    Data(DataId),
    Column(DataId, ColumnIx),
}

/// By one thing, such as a position.
pub(in crate::model) type Used = BTreeSet<Use>;

/// Where a plain constant is read, and as what.
#[derive(Clone, Debug)]
pub(in crate::model) struct ConstantRead {
    pub(in crate::model) constant: usize,
    pub(in crate::model) at: Span,
    pub(in crate::model) read: Read,
}

#[derive(Clone, Debug)]
pub(in crate::model) enum Read {
    /// By its name; what becomes of it is not known there.
    Named,
    /// As a plain number: compared with one, or given as one.
    Plain,
    /// In the place of `what`, which is a ratio and stands at `beside`, if anywhere.
    Ratio { what: String, unit: DisplayUnit, beside: Option<Span> },
}

/// How many refer to each.
#[derive(Default)]
pub(in crate::model) struct Uses(HashMap<Use, u32>);

impl Uses {
    pub(in crate::model) fn contains(&self, what: Use) -> bool {
        self.0.contains_key(&what)
    }

    pub(in crate::model) fn add(&mut self, used: &[Use]) {
        for what in used {
            *self.0.entry(*what).or_insert(0) += 1;
        }
    }

    pub(in crate::model) fn remove(&mut self, used: &[Use]) {
        for what in used {
            if let Some(count) = self.0.get_mut(what) {
                *count -= 1;
                if *count == 0 {
                    self.0.remove(what);
                }
            }
        }
    }
}

/// Under each thing, the longest chain of others that it builds on.
#[derive(Clone, Default)]
pub(in crate::model) struct Depths(HashMap<Use, usize>);

impl Depths {
    pub(super) fn below(&self, what: Use) -> usize {
        self.0.get(&what).copied().unwrap_or(0)
    }
    pub(super) fn note(&mut self, what: Use, depth: usize) {
        let known = self.0.entry(what).or_default();
        *known = depth.max(*known);
    }
}

/// A use of `sum(OUTPUT of ROSTER)`, looked at again when all outputs are known.
#[derive(Clone)]
pub(in crate::model) struct SumUse {
    pub(in crate::model) output: String,
    pub(in crate::model) roster: DataId,
    /// Nothing says what a missing one means.
    pub(in crate::model) open: bool,
    pub(in crate::model) span: Span,
}
