//! Workbooks in which a program of another country took some texts for its own days and numbers.

use crate::cells::{Cell, Held};
use crate::write::{self, Container, Encoding};
use crate::{Case, evaluated};

/// The codes of what is found in a workbook with these cells in one column; none where it is read.
fn found(ty: &str, cells: Vec<Cell>) -> Vec<String> {
    let mut rows = vec![vec![Cell::from("id"), Cell::from("x")]];
    rows.extend(cells.into_iter().enumerate().map(|(at, cell)| vec![format!("P{at}").into(), cell]));
    let case = Case {
        spec: format!(
            "data people {{\n  roster as seller\n  file \"a.xlsx\"\n  row person\n  key id\n  column id : text\n  \
             column x : {ty}\n}}\n\nposition seller {{\n  output n : number = {}\n}}\n",
            if ty.starts_with("date") { "days_between(2000-01-01, person.x) / 1 day" } else { "person.x" }
        ),
        file: "a.xlsx".into(),
        bytes: write::bytes(&rows, Container::Xlsx { titles: 0 }, Encoding::Utf8 { mark: false }).unwrap(),
        meant: Vec::new(),
        declared: false,
        kind: String::new(),
    };
    evaluated(&case).map_or_else(|codes| codes.into_iter().collect(), |_| Vec::new())
}

#[test]
fn days_of_which_only_those_are_texts_that_have_one_order() {
    let held = |month, day| Cell { shown: String::new(), held: Held::Day((2026, month, day), "dd/mm/yyyy") };
    let text = |text: &str| Cell::from(text);
    let ty = "date format \"DD/MM/YYYY\"";
    assert_eq!(found(ty, vec![held(3, 4), text("13/04/2026")]), ["ambiguous-date"]);
    for sound in [
        vec![held(3, 4), held(4, 13)],
        vec![held(3, 4), held(5, 14), text("13/04/2026")],
        vec![held(3, 4), text("03/04/2026"), text("13/04/2026")],
        vec![held(4, 4), text("13/04/2026")],
        vec![held(3, 4), text("2026-04-13")],
    ] {
        assert_eq!(found(ty, sound.clone()), [""; 0], "{sound:?}");
    }
}

#[test]
fn numbers_of_which_only_those_are_texts_that_have_more_thousands() {
    let held = |number: &str| Cell { shown: String::new(), held: Held::Number(number.into(), "General") };
    let text = |text: &str| Cell::from(text);
    for (signs, large) in [("1.234,56", "4.729.755"), ("1.234,56", "1.234,5"), ("1,234.56", "4,729,755")] {
        let ty = format!("number numbers \"{signs}\"");
        assert_eq!(found(&ty, vec![held("447.589"), held("7"), text(large)]), ["ambiguous-number"], "{large}");
        for sound in [
            vec![held("447.58"), text(large)],
            vec![held("447.589"), held("1447.589"), text(large)],
            vec![held("447.589"), text(&large[..5]), text(large)],
        ] {
            assert_eq!(found(&ty, sound.clone()), [""; 0], "{sound:?}");
        }
    }
}

/// A header that is no month, over numbers that are held as such, whatever is declared of texts.
#[test]
fn numbers_beside_months_are_missed() {
    let held = |number: &str| Cell { shown: String::new(), held: Held::Number(number.into(), "General") };
    let headers = ["id", "Janary 2026", "February 2026", "March 2026"].map(Cell::from).to_vec();
    let rows = [headers, vec!["P1".into(), held("76.172"), held("1.5"), held("2.5")]];
    let case = Case {
        spec: "data people {\n  roster as seller\n  file \"a.xlsx\"\n  row person\n  key id\n  column id : text\n}\n\n\
               data plans {\n  file \"a.xlsx\"\n  months across as month, amount\n  row plan\n  dated by month\n  \
               column id : people\n  column month : period\n  column amount : number numbers \"1.234,56\"\n}\n\n\
               position seller {\n  output n : number = sum(amount of plans) over own\n}\n"
            .into(),
        file: "a.xlsx".into(),
        bytes: write::bytes(&rows, Container::Xlsx { titles: 0 }, Encoding::Utf8 { mark: false }).unwrap(),
        meant: Vec::new(),
        declared: false,
        kind: String::new(),
    };
    assert_eq!(evaluated(&case).unwrap_err().into_iter().collect::<Vec<_>>(), ["unclear-month"]);
}
