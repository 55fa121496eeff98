//! Files to answers, through the interface that the planner uses.

#[macro_use]
#[path = "../support/snapshots.rs"]
mod snapshots;
#[path = "../support/lineage.rs"]
mod again;
#[path = "../support/biff.rs"]
mod biff;
mod binary_workbooks;
mod blemishes;
mod build;
mod cells;
mod encodings;
mod kinds;
mod measures;
#[path = "../support/ods.rs"]
mod ods;
mod orders;
mod parquet;
mod passing;
mod reading;
mod sheets;
#[path = "../support/parquet.rs"]
mod support;
mod workbooks;
#[path = "../support/xlsx.rs"]
mod xlsx;
