//! Merit: job specs as plain text, checked like a program, evaluated exactly, traceable to the last row.
//!
//! The passes, in the order data flows; imports go up this list only. [`project`], which runs the first two, and [`cli`],
//! which runs them all, stand on top of it:
//!
//! 1. [`syntax`]: the text of a file -> its tree
//! 2. [`model`]: all trees -> one model in which every name, unit and type is known and every sum is proved
//! 3. [`plan`]: model and period -> what is asked of the data (a query) and how values follow from the answers (a
//!    program)
//! 4. [`data`]: files and query -> checked tables -> answers; [`warehouse`]: the same from tables that stay in a database
//!    or on a cluster
//! 5. [`eval`]: program and answers -> the values of everyone's formulas
//! 6. [`score`]: values -> entries, totals, ratings, outputs
//! 7. [`report`]: scorecards -> text, JSON, CSV
//!
//! [`ledger`] keeps results of closed periods in a chain of files. [`explain`] tells why a number is what it is, [`audit`] what is odd about the rules as they work out. [`project`] finds the `.merit` files under a folder, and checks them again after an edit.
//! [`trial`] runs the tests that stand in specs, through all passes from the plan on. [`format`] writes the text of a
//! file in the one style. [`cli`] runs them all. [`diagnostic`] is what every pass says about mistakes, [`source`] the
//! texts they point into. [`language`] has the words whose meaning all passes share, so that the tree of a text is known
//! to `syntax`, `format` and `model` alone, and [`scales`] all that the kinds of scales mean; [`number`], [`value`] and [`time`] are what the language counts with, [`closed`] what stands in closings of earlier periods; [`parallel`]
//! puts all cores to work, [`encoding`] knows how bytes are text, and [`limits`] says how much of everything is taken
//! on, [`visible`] what of it may be shown as it is. [`provenance`] is what results say of what made them, [`documents`] what
//! stands at the head of all that programs read. [`cache`] keeps what was worked out for the next run.

pub use merit_data::{data, warehouse};
pub use merit_ground::{
    alike, cache, closed, diagnostic, documents, encoding, language, limits, nearest, number, parallel, plural,
    provenance, scales, source, time, value, visible,
};
pub use merit_model::{format, model, plan, syntax};

pub mod audit;
pub mod cli;
pub mod eval;
pub mod explain;
pub mod ledger;
pub mod project;
pub mod report;
pub mod score;
pub mod trial;
