//! Files to answers, through the interface that the planner uses.

mod blemishes;
mod build;
mod cells;
mod measures;
mod orders;
mod passing;
mod reading;
mod workbooks;
