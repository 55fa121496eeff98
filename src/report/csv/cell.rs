//! Cells, and how they are written for the program that opens the file.

use std::io::{self, Write};
use std::sync::LazyLock;

use regex::Regex;
use rust_decimal::Decimal;

use crate::model::types::unit::DisplayUnit;
use crate::number::Number;
use crate::time::Day;
use crate::value::Value;

/// The byte order mark: without it Excel reads a file of text in the encoding of its country.
pub const MARK: &str = "\u{feff}";

/// What a CSV report holds, and for which program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Form {
    pub style: Style,
    /// One row for each person, not one for each thing that counts.
    pub people: bool,
}

/// The program that is to open the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Any: `,` between cells, `.` before decimals.
    #[default]
    Plain,
    /// Excel where decimals stand behind a point: with a byte order mark.
    Excel,
    /// Excel where decimals stand behind a comma: with a byte order mark and `;` between cells.
    ExcelComma,
}

/// What stands in a cell.
pub enum Cell {
    Text(String),
    /// A decimal.
    Number(String),
    Day(Day),
}

impl Cell {
    pub fn text(text: impl ToString) -> Cell {
        Cell::Text(text.to_string())
    }

    pub fn none() -> Cell {
        Cell::Text(String::new())
    }
}

/// A table that is written row by row.
pub struct Sheet<'o> {
    style: Style,
    out: csv::Writer<&'o mut dyn Write>,
}

impl<'o> Sheet<'o> {
    pub fn new(style: Style, out: &'o mut dyn Write) -> Sheet<'o> {
        let separator = if style == Style::ExcelComma { b';' } else { b',' };
        Sheet { style, out: csv::WriterBuilder::new().delimiter(separator).from_writer(out) }
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) -> io::Result<()> {
        let style = self.style;
        self.out.write_record(cells.into_iter().map(|cell| style.written(cell)))?;
        Ok(())
    }

    pub fn end(mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Style {
    /// What stands before the first cell. It is no sign of the report, so whoever makes these visible writes it first.
    pub fn mark(self) -> &'static str {
        if self == Style::Plain { "" } else { MARK }
    }

    fn written(self, cell: Cell) -> String {
        match cell {
            Cell::Number(number) if self == Style::ExcelComma => number.replace('.', ","),
            Cell::Number(number) => number,
            Cell::Day(day) => day.to_string(),
            Cell::Text(text) if self != Style::Plain && is_taken_for_another(&text) => format!("'{text}"),
            Cell::Text(text) => no_formula(text),
        }
    }
}

/// A value in the KPI's own unit; empty where it is missing.
pub fn in_unit(value: &Value, unit: &DisplayUnit) -> Cell {
    match value {
        Value::Number(number) => number.div(&unit.factor).as_ref().map_or_else(Cell::none, decimal),
        other => plain(other),
    }
}

pub fn plain(value: &Value) -> Cell {
    match value {
        Value::Number(number) => decimal(number),
        Value::Text(text) => Cell::text(text),
        Value::Day(day) => Cell::Day(*day),
        Value::Period(months) => Cell::text(months),
        Value::Flag(flag) => Cell::text(if *flag { "yes" } else { "no" }),
        Value::Choice(index) => Cell::Number(index.to_string()),
        Value::Missing(_) => Cell::none(),
    }
}

/// The exact decimal, or the nearest with 28 significant digits.
pub fn decimal(number: &Number) -> Cell {
    Cell::Number(match number.as_decimal() {
        Some(decimal) => decimal.to_string(),
        None => number.to_string().trim_start_matches('≈').trim_end_matches('…').to_string(),
    })
}

/// What a spreadsheet takes for a formula where a cell begins with it.
fn begins_formula(sign: char) -> bool {
    matches!(sign, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')
}

/// A text that a spreadsheet would take for a formula gets a `'` in front, which makes it a text there. Numbers stay.
///
/// Read with another separator than it was written with, a text falls into several cells: so the same holds behind what
/// could be one, and behind quotes, which then stand for nothing.
fn no_formula(text: String) -> String {
    const SEPARATORS: [char; 5] = [',', ';', '\t', '\n', '\r'];
    let computes = |part: &str, first: bool| {
        let bare = if first { part } else { part.trim_start_matches('"') };
        let hidden = bare.trim_start();
        let runs = bare.starts_with(begins_formula) || hidden.starts_with(['=', '@', '＝', '＠']);
        runs && !is_number(part.trim())
    };
    if !text.contains(begins_formula) {
        return text;
    }
    if text.starts_with(['\t', '\r', '\n']) {
        return format!("'{text}");
    }
    let mut out = String::with_capacity(text.len() + 1);
    for (at, part) in text.split_inclusive(SEPARATORS).enumerate() {
        if computes(part.trim_end_matches(SEPARATORS), at == 0) {
            out.push('\'');
        }
        out.push_str(part);
    }
    out
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit()) && digits.parse::<Decimal>().is_ok()
}

/// Texts of which Excel makes something else when it opens a file: a key `007` becomes 7, one of more than 15 digits ends
/// in zeros, `1E5` is 100000, and `3-4`, `2026-07` or `MAR1` a date.
fn is_taken_for_another(text: &str) -> bool {
    static FORMS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let month = "(?:jan(?:uary|uar)?|feb(?:ruary|ruar)?|mar(?:ch)?|märz?|apr(?:il)?|may|mai|june?|juni|july?|juli|\
                     aug(?:ust)?|sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?)";
        let forms = [
            r"[+-]?0[0-9]+(?:[.,][0-9]*)?",
            r"[+-]?[0-9][0-9., ]{15,}",
            r"[+-]?[0-9]+(?:[.,][0-9]*)?e[+-]?[0-9]+",
            r"[0-9]{1,4}[-/.][0-9]{1,2}(?:[-/.][0-9]{1,4})?",
            r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?",
            &format!(r"[0-9]{{1,4}}[-/. ]?{month}(?:[-/. ]?[0-9]{{1,4}})?"),
            &format!(r"{month}[-/. ]?[0-9]{{1,4}}"),
            r"true|false|wahr|falsch|vrai|faux",
        ];
        Regex::new(&format!("^(?i:{})$", forms.join("|"))).ok()
    });
    FORMS.as_ref().is_some_and(|forms| forms.is_match(text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spreadsheet_computes_nothing() {
        let made = |text: &str| no_formula(text.to_string());
        for text in
            ["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "-", "-1+1", "=", "+1.5e3x", " =1", " @A1"]
        {
            assert_eq!(made(text), format!("'{text}"));
        }
        for text in ["-12", "-0.5", "+7", "12", "a=1", "", "Ann - Lee", "a, -b", "1;-2", "x;-3,5", "A; + B"] {
            assert_eq!(made(text), text);
        }
        // As cells of their own, where a program takes another sign for the separator.
        assert_eq!(made("x;=cmd|A1"), "x;'=cmd|A1");
        assert_eq!(made("x\";=1"), "x\";'=1");
        assert_eq!(made("x;\"=1"), "x;'\"=1");
        assert_eq!(made("x\n@A1,+A1"), "x\n'@A1,'+A1");
    }

    #[test]
    fn excel_makes_nothing_else_of_a_text() {
        for text in [
            "007",
            "0012.5",
            "110101199003074477",
            "1E5",
            "3-4",
            "2026-07",
            "1.5",
            "12/24",
            "MAR1",
            "1 Sep",
            "true",
            "9:30",
        ] {
            assert_eq!(Style::Excel.written(Cell::text(text)), format!("'{text}"));
            assert_eq!(Style::Plain.written(Cell::text(text)), text);
        }
        for text in ["7", "S1056", "1001", "2026-Q3", "Marc 1", "March", "0", "Ann", "北苑营业部", ""] {
            assert_eq!(Style::ExcelComma.written(Cell::text(text)), text);
        }
        assert_eq!(Style::ExcelComma.written(Cell::Number("-1.5".into())), "-1,5");
        assert_eq!(Style::Excel.written(Cell::Day(Day::from_ymd(2026, 7, 1).unwrap())), "2026-07-01");
    }
}
