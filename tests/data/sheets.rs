//! Sheets as offices really have them, in each of the forms of workbooks: what a cell shows is read, or it is refused
//! with its place.

use crate::biff::{self, Given};
use crate::build::*;
use crate::ods;
use crate::workbooks::{premiums, read};

/// What is read of a file with three columns.
fn of(name: &str, bytes: Vec<u8>) -> String {
    let mut set = premiums(name);
    set.columns.truncate(3);
    read(Project::new(vec![set]).file(name, bytes))
}

/// Their headers.
fn head<Cell: for<'a> From<&'a str>>() -> Vec<Cell> {
    ["Policy No", "Premium", "Issued"].iter().map(|header| Cell::from(*header)).collect()
}

/// An old workbook with these cells for the premiums of P1, P2, ….
fn xls(premiums: &[biff::Cell]) -> Vec<u8> {
    let row = |(at, premium): (usize, &biff::Cell)| {
        vec![format!("P{}", at + 1).as_str().into(), premium.clone(), biff::Cell::Number(46204.0, "yyyy/m/d")]
    };
    let rows = [head()].into_iter().chain(premiums.iter().enumerate().map(row)).collect();
    biff::Book::of(rows).bytes()
}

/// The same in OpenDocument.
fn open_document(premiums: &[ods::Cell]) -> Vec<u8> {
    let row = |(at, premium): (usize, &ods::Cell)| {
        vec![format!("P{}", at + 1).as_str().into(), premium.clone(), ods::Cell::date("2026-07-01", "01.07.26")]
    };
    let rows = [head()].into_iter().chain(premiums.iter().enumerate().map(row)).collect();
    ods::book(&[ods::Sheet::new("data", rows)])
}

const SOUND: &str = "rows 2, premium 12.5, distinct 2 2 1\n";

#[test]
fn sound_sheets() {
    let old = [biff::Cell::from(12.0), biff::Cell::Formula(Given::Number(0.5), "0.00")];
    assert_eq!(of("policies.xls", xls(&old)), SOUND);
    let half = ods::Cell::Formula("of:=1/2".into(), Box::new(ods::Cell::number("0.5", "0,5")));
    assert_eq!(of("policies.ods", open_document(&[ods::Cell::number("12", "12"), half])), SOUND);
}
