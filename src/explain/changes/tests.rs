//! The specs' own tests, laid out for comparison: no number follows from them.

use super::items::{Declared, Item};
use super::reader::Reader;
use super::terms::Symbol;
use crate::model::cases::{Expectation, Expected, Given, GivenCell, GivenRow, Test};

impl<'a> Reader<'a> {
    pub fn test_declared(&self, test: &'a Test) -> Declared<'a> {
        let Test { name, span, period, given, closed, expectations } = test;
        let table = |table: &Given| {
            let Given { data, columns, rows, span: _ } = table;
            let set = &self.model.data[data.0];
            let columns: Vec<&str> = columns.iter().map(|column| set.column(*column).name.as_str()).collect();
            let row = |row: &GivenRow| {
                let GivenRow { cells, span: _ } = row;
                let cell = |cell: &GivenCell| {
                    let GivenCell { text, number: _, span: _ } = cell;
                    text.clone()
                };
                cells.iter().map(cell).collect::<Vec<_>>().join(" | ")
            };
            let rows: Vec<String> = rows.iter().map(row).collect();
            format!("{} {{ {}: {} }}", set.name, columns.join(" | "), rows.join("; "))
        };
        let expectation = |one: &Expectation| {
            let Expectation { what, person, positions, value, within, span: _ } = one;
            let what = match what {
                Expected::Kpi(kpi) => self.model.kpis[kpi.0].name.clone(),
                Expected::Output(name) => name.clone(),
                Expected::ScoreOf(name) => format!("score of {name}"),
                Expected::Score => "score".to_string(),
                Expected::Rating => "rating".to_string(),
            };
            format!("{what} of {person:?} {positions:?} = {value:?} {within:?}")
        };
        let tables = given.iter().map(table).collect::<Vec<_>>().join(" ");
        let expected = expectations.iter().map(expectation).collect::<Vec<_>>().join("; ");
        let count = |count: usize, what| crate::plural::counted(count, what);
        let mut item = Item::new("test", format!("test \"{name}\""), *span).saying(period.to_string()).with(self.seen(
            "period",
            "period",
            period.to_string(),
            *span,
        ));
        let closings = closed.iter().count();
        for (key, what, all, text) in [
            ("closed", "closed results", format!("{closed:?}"), count(closings, "period")),
            ("given", "given tables", tables, count(given.iter().map(|table| table.rows.len()).sum(), "row")),
            ("expected", "what is expected", expected, count(expectations.len(), "expectation")),
        ] {
            let facet = self.seen(key, what, text, *span);
            item = item.with(super::items::Facet { own: self.said(all), ..facet });
        }
        Declared { symbol: Symbol::Test(name.clone()), kind: "test", name: name.clone(), item }
    }
}
