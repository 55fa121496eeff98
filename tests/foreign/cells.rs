//! Cells as spreadsheets keep them: texts, or numbers, percentages and days with what is shown of them; also texts that
//! a program of another country took for its own numbers and days when it opened a file.

use crate::offices::{DateForm, Office};
use crate::random::Random;

pub type Ymd = (i32, u32, u32);

/// A cell: what is read of it in a file of text, and what a spreadsheet holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    pub shown: String,
    pub held: Held,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Held {
    Text,
    /// With a point, and the code of its format.
    Number(String, &'static str),
    Percent(String, &'static str),
    Day(Ymd, &'static str),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell { shown: text.to_string(), held: Held::Text }
    }
}

impl From<String> for Cell {
    fn from(shown: String) -> Cell {
        Cell { shown, held: Held::Text }
    }
}

/// How the cells of a column are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    Texts,
    Values,
    Mixed,
    /// A program of another country opened the file, and took for its own what it could.
    TakenOver,
}

impl Kept {
    pub fn random(random: &mut Random) -> Kept {
        random.one(&[Kept::Texts, Kept::Texts, Kept::Values, Kept::Values, Kept::Mixed, Kept::Mixed, Kept::TakenOver])
    }

    fn as_value(self, random: &mut Random) -> bool {
        match self {
            Kept::Texts | Kept::TakenOver => false,
            Kept::Values => true,
            Kept::Mixed => random.chance(50),
        }
    }

    /// A number, as it is and as it is written.
    pub fn number(self, random: &mut Random, office: &Office, plain: &str, written: &str) -> Cell {
        const FORMATS: &[&str] =
            &["General", "General", "0.00", "0.000", "#,##0.00", "#,##0.###", "# ##0.00", "#,##0.00;[Red](#,##0.00)"];
        let held = match self {
            Kept::TakenOver => taken_as_number(written, if office.decimal == ',' { '.' } else { ',' })
                .map_or(Held::Text, |value| Held::Number(value, "General")),
            _ if self.as_value(random) => Held::Number(plain.to_string(), random.one(FORMATS)),
            _ => Held::Text,
        };
        Cell { shown: written.to_string(), held }
    }

    /// A percentage; its value is a hundredth of what is written.
    pub fn percentage(self, random: &mut Random, value: &str, written: &str) -> Cell {
        let held = match self.as_value(random) {
            true => Held::Percent(value.to_string(), random.one(&["0%", "0.0%", "0.00%", "0.00 %"])),
            false => Held::Text,
        };
        Cell { shown: written.to_string(), held }
    }

    pub fn day(self, random: &mut Random, form: DateForm, day: Ymd) -> Cell {
        const FORMATS: &[&str] =
            &["yyyy-mm-dd", "dd.mm.yyyy", "m/d/yy", "d/m/yyyy", "d mmm yyyy", "yyyy\"年\"m\"月\"d\"日\"", "mmm-yy"];
        let held = match self {
            Kept::TakenOver => taken_as_day(form, day).map_or(Held::Text, |day| Held::Day(day, "dd/mm/yyyy")),
            _ if self.as_value(random) => Held::Day(day, random.one(FORMATS)),
            _ => Held::Text,
        };
        Cell { shown: form.write(day), held }
    }
}

/// What a program with this decimal sign takes a text for, if it takes it for a number at all.
fn taken_as_number(text: &str, decimal: char) -> Option<String> {
    let (negative, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let (whole, part) = digits.split_once(decimal).unwrap_or((digits, "0"));
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (are_digits(whole) && are_digits(part)).then(|| format!("{negative}{whole}.{part}"))
}

/// What a program with the other order of day and month takes a day for.
fn taken_as_day(form: DateForm, (year, month, day): Ymd) -> Option<Ymd> {
    let has_orders = form.format.starts_with("DD") && form.format.ends_with("YYYY");
    (has_orders && day <= 12).then_some((year, day, month))
}

/// Whether any was taken for what it was not, beside others that stayed as they were.
pub fn tell(kept: &[(Cell, Held)]) -> bool {
    let wrong = kept.iter().any(|(cell, meant)| cell.held != Held::Text && !same(&cell.held, meant));
    // Of a negative number such as `(128)` nobody learns in what country it was written.
    let tells = |cell: &Cell| cell.held == Held::Text && cell.shown.matches(['.', ',', '/', '-']).count() > 1;
    wrong && kept.iter().any(|(cell, _)| tells(cell))
}

/// Whether days that are kept as such, and others as texts, look as if another program had taken them.
pub fn seem_turned(kept: &[(Cell, Ymd)]) -> bool {
    let held = |wanted: bool| kept.iter().filter(move |(cell, _)| (cell.held != Held::Text) == wanted);
    let differ = |(_, (_, month, day)): &&(Cell, Ymd)| month != day;
    let (mut held, mut texts) = (held(true).filter(differ).peekable(), held(false).filter(differ).peekable());
    held.peek().is_some()
        && texts.peek().is_some()
        && held.all(|(_, day)| day.2 <= 12)
        && texts.all(|(_, day)| day.2 > 12)
}

fn same(one: &Held, other: &Held) -> bool {
    let value = |text: &String| text.parse::<f64>().unwrap();
    match (one, other) {
        (Held::Number(one, _), Held::Number(other, _)) => value(one) == value(other),
        (Held::Day(one, _), Held::Day(other, _)) => one == other,
        _ => one == other,
    }
}
