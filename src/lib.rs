//! Merit: job specs as plain text, checked like a program, evaluated exactly, traceable to the last row.
//!
//! The passes, in the order data flows:
//!
//! 1. [`source`], [`syntax`]: text of `.merit` files -> tree
//!
//! [`trial`] runs the tests that stand in specs, through all passes from the plan on.
//!
//! [`project`] runs the passes up to the model over folders of files; [`report`] shows the results; [`cli`] is the
//! program's command line.
//!
//! [`diagnostic`] is what every stage says about mistakes.

pub mod cli;
pub mod data;
pub mod diagnostic;
pub mod eval;
pub mod model;
pub mod nearest;
pub mod number;
pub mod plan;
pub mod project;
pub mod report;
pub mod score;
pub mod source;
pub mod syntax;
pub mod time;
pub mod trial;
pub mod value;
