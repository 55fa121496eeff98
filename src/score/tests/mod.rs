pub(crate) mod build;

mod curves;
mod missing;
mod others;
mod people;
mod properties;
mod totals;
