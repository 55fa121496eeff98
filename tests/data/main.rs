//! Files to answers, through the interface that the planner uses.

mod binary_workbooks;
mod blemishes;
mod build;
mod cells;
mod measures;
mod orders;
mod parquet;
mod passing;
mod reading;
#[path = "../support/parquet.rs"]
mod support;
mod workbooks;
