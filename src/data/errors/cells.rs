//! What is wrong with cells.

use super::{Tally, counted, in_file, listed, nearest, with_places};
use crate::alike::narrow;
use crate::data::cells::content::{Problem, Repair, Repairs};
use crate::data::cells::garbled::garbled;
use crate::data::cells::times::DateFormat;
use crate::data::cells::{tidy, times};
use crate::diagnostic::{Code, DataPlace, Diagnostic};
use crate::model::data::{Column, ColumnIx, ColumnType, DataSet};
use crate::model::types::unit::DisplayUnit;
use crate::number::Number;

/// Where the cells stand that a message speaks of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    InFile,
    /// In the table of a test.
    InSpec,
}

/// Cells of one column that cannot be read, all for one reason.
pub struct BadCells<'a> {
    pub file: &'a str,
    pub header: &'a str,
    pub stands: Stands,
    pub problem: Problem,
    /// Where each text is reported by itself.
    pub text: &'a str,
    pub tally: &'a Tally,
}

pub fn bad_cells(data: &DataSet, column: ColumnIx, found: &BadCells) -> Diagnostic {
    let declared = data.column(column);
    let one = found.tally.count == 1;
    let count = found.tally.count;
    let first = found.tally.first.first().map_or("", |spot| spot.text.as_str());
    let is = |one_is: &str, many_are: &str| match one {
        true => format!("`{first}` {one_is}"),
        false => format!("{count} cells of `{}` {many_are}", found.header),
    };
    let (here, mend) = match found.stands {
        Stands::InFile => ("in the file", "mend the file"),
        Stands::InSpec => ("here", "mend the cell"),
    };
    let (code, message, help) = match found.problem {
        Problem::Blank if found.stands == Stands::InSpec => (
            Code::BlankCell,
            format!("this cell is blank, but `{}.{}` is not optional", data.name, declared.name),
            "fill it, or leave the whole column out if no formula of the test reads it".into(),
        ),
        Problem::Blank => {
            let name = &declared.name;
            let message = match one {
                true => format!("a cell of `{}` is blank, but `{}.{name}` is not optional", found.header, data.name),
                false => is("", &format!("are blank, but `{}.{name}` is not optional", data.name)),
            };
            (
                Code::BlankCell,
                message,
                format!("fill {}, or declare `{name} : … optional`", if one { "it" } else { "them" }),
            )
        }
        Problem::NotANumber if found.stands == Stands::InSpec => (
            Code::BadCell,
            is("is not a number", "are not numbers"),
            "write numbers as in formulas, without signs for thousands: `8_000` or `8000`, `12.5`".into(),
        ),
        Problem::NotANumber => {
            let example = declared.numbers.as_ref().map_or("1,234.50", |signs| &signs.example);
            (
                Code::BadCell,
                is("is not a number", "are not numbers"),
                format!("write it with digits, as in `{example}`"),
            )
        }
        Problem::Exponent => (
            Code::BadCell,
            is("is a rounded number", "are rounded numbers"),
            match &declared.ty {
                ColumnType::Number { .. } => {
                    "a spreadsheet has cut its digits off: give the cells a number format and export the file again"
                }
                _ => {
                    "a spreadsheet has cut its digits off: give the column the format `0`, or Text before the digits are put in, \
                     and export the file again"
                }
            }
            .into(),
        ),
        Problem::Separators => (
            Code::BadCell,
            is(
                "has a sign between its digits where no thousands end",
                "have signs between their digits where no thousands end",
            ),
            match &declared.numbers {
                _ if first.starts_with('0') => {
                    let name = &declared.name;
                    format!(
                        "no thousands begin with 0: write the number alone; what is no number, such as a telephone's, is `{name} : text`"
                    )
                }
                Some(signs) => format!("write it like `{}`, as is declared", signs.example),
                None => {
                    "write it like `1,234.50` or `1234.50`; where decimals stand behind a comma, like `1.234,50`".into()
                }
            },
        ),
        Problem::TooManyDigits => {
            (Code::BadCell, is("has more than 28 digits", "have more than 28 digits"), format!("round it {here}"))
        }
        Problem::BareRatio => {
            let name = &declared.name;
            let message = is(
                "has no percent sign, so it could be a fraction or percent",
                "have no percent sign, so they could be fractions or percent",
            );
            let help = format!(
                "write `{name} : % in percent` where 85 means 85%, or `{name} : % in fraction` where 0.85 does"
            );
            (Code::BadCell, message, help)
        }
        Problem::PercentOfUnit => {
            let unit = unit_name(&declared.ty);
            let message = is(&format!("is a percentage, not {unit}"), &format!("are percentages, not {unit}"));
            (Code::BadCell, message, "take the percent sign out, or declare the column as `%`".into())
        }
        Problem::OtherCurrency => {
            let unit = unit_name(&declared.ty);
            let message = is(&format!("is not in {unit}"), &format!("are not in {unit}"));
            (Code::BadCell, message, "convert it, or declare the column's currency".into())
        }
        Problem::OutOfLimits => {
            let limits = limits(declared.limits.as_ref(), &declared.ty);
            (
                Code::OutOfLimits,
                is(&format!("is not {limits}"), &format!("are not {limits}")),
                format!("{mend}, or the limits of the column"),
            )
        }
        Problem::NotADate if is_serial(first) => (
            Code::BadCell,
            is("is a day as spreadsheets count them, and no date", "are days as spreadsheets count them, and no dates"),
            "give the column a date format in the spreadsheet, such as `2026-07-01`, and export the file again".into(),
        ),
        Problem::NotADate => (Code::BadCell, is("is not a date", "are not dates"), "write it as `2026-07-01`".into()),
        Problem::NoSuchDay => (
            Code::BadCell,
            is("is a day that does not exist", "are days that do not exist"),
            "write a day of the calendar".into(),
        ),
        Problem::AmbiguousDate => (
            Code::AmbiguousDate,
            is("could be two days", "could be two days each"),
            format!("say which is first behind the type: {} or {}", format_of(first, "DM"), format_of(first, "MD")),
        ),
        Problem::DayFirst => (
            Code::BadCell,
            is("is a date with the day first", "are dates with the day first"),
            format!("say so behind the type: {}", format_of(first, "DM")),
        ),
        Problem::MonthFirst => (
            Code::BadCell,
            is("is a date with the month first", "are dates with the month first"),
            format!("say so behind the type: {}", format_of(first, "MD")),
        ),
        Problem::NotInFormat => {
            let format = declared.format.as_deref().unwrap_or_default();
            let message = is(&format!("is not a date as `{format}`"), &format!("are not dates as `{format}`"));
            (Code::BadCell, message, not_in_format(declared, first, mend))
        }
        Problem::AmbiguousMonth => {
            let year: String = first.chars().map(narrow).take(4).collect();
            (
                Code::AmbiguousDate,
                is("could be January, or October kept as a number", "could be January, or October kept as a number"),
                format!("write months as `{year}-01` and `{year}-10`"),
            )
        }
        Problem::NotAPeriod => (
            Code::BadCell,
            is("is not a period", "are not periods"),
            "write a month as `2026-07`, a quarter as `2026-Q3`, a half as `2026-H2`, a year as `2026`".into(),
        ),
        Problem::NotAFlag => {
            (Code::BadCell, is("is neither yes nor no", "are neither yes nor no"), "write `yes` or `no`".into())
        }
        Problem::UnknownChoice => unknown_choice(&declared.ty, &declared.name, found),
        Problem::NotAYear => {
            (Code::BadCell, is("is not a year", "are not years"), "write it with four digits: `2026`".into())
        }
        Problem::FormulaError => (
            Code::BadCell,
            is("is the error of a formula", "are errors of formulas"),
            "mend the formula in the spreadsheet".into(),
        ),
        Problem::Uncomputed => (
            Code::BadCell,
            is("is a formula without its value", "are formulas without their values"),
            "open the file in a spreadsheet program and save it: that writes the values, too".into(),
        ),
        Problem::Stale => (
            Code::BadCell,
            is(
                "is a formula whose value may be an old one: the workbook asks to be computed anew, or is computed by hand",
                "are formulas whose values may be old ones: the workbook asks to be computed anew, or is computed by hand",
            ),
            "open the file in a spreadsheet program, let it compute automatically, and save it".into(),
        ),
        Problem::MergedNumber => (
            Code::BadCell,
            is(
                "stands in a cell merged over several rows, so it could be the number of each or of all together",
                "belong to cells merged over several rows, so they could be numbers of each row or of all together",
            ),
            "unmerge the cells and write each row's number".into(),
        ),
        Problem::CoveredCell => {
            let message = match one {
                true => format!("a cell of `{}` lies under a cell merged over several columns", found.header),
                false => is("", "lie under cells merged over several columns"),
            };
            let help =
                "unmerge the cells; a line that is no row of the table can be left out with `ignore rows starting`";
            (Code::BadCell, message, help.into())
        }
        Problem::CutDigits => (
            Code::BadCell,
            is(
                "has more than the 15 digits that a spreadsheet keeps of a number, so the last ones are lost",
                "have more than the 15 digits that a spreadsheet keeps of a number, so the last ones are lost",
            ),
            "export the column anew as text: give it the format Text before the digits are put in, as they cannot be \
             had back from this file"
                .into(),
        ),
        Problem::UncertainText => (
            Code::BadCell,
            is(
                "is a number, and what its format shows as text is not certain",
                "are numbers, and what their format shows as text is not certain",
            ),
            "write what is to be read as text: give the column the format Text and put the values in anew; or give it the \
             format General if the plain number is meant"
                .into(),
        ),
        Problem::MoreThanNumber => (
            Code::BadCell,
            is(
                "has a number format that shows something else than the number",
                "have a number format that shows something else than the number",
            ),
            "give the cells a plain number format, for percentages `0%`; or declare by what they are to be multiplied, as \
             in `CNY in wan`"
                .into(),
        ),
        Problem::ZonedTime => (
            Code::BadCell,
            is(
                "is a time with a time zone, so its day depends on the place",
                "are times with a time zone, so their days depend on the place",
            ),
            "export the column as dates, or as times without a time zone".into(),
        ),
        Problem::NotText => {
            let message = match one {
                true => format!("a cell of `{}` holds bytes that are no text", found.header),
                false => is("", "hold bytes that are no text"),
            };
            (Code::BadCell, message, "export the column as text (UTF-8)".into())
        }
        Problem::Lost => (
            Code::BadCell,
            is("has lost letters", "have lost letters"),
            "the file was written so: export the table again from where it comes from, as CSV (UTF-8)".into(),
        ),
        Problem::Garbled => (
            Code::BadCell,
            is(
                "was read in another encoding than its own before it was saved",
                "were read in another encoding than their own before they were saved",
            ),
            match data.encoding {
                Some(encoding) => format!(
                    "export the table again from where it comes from, as CSV (UTF-8); or mend `encoding \"{}\"`, if that is wrong",
                    encoding.name()
                ),
                None => "export the table again from where it comes from, as CSV (UTF-8)".into(),
            },
        ),
        Problem::BareSerial => (
            Code::BadCell,
            is("is a number, not a date", "are numbers, not dates"),
            "give the cells a date format in the spreadsheet".into(),
        ),
    };
    let diagnostic = Diagnostic::new(code, message).help(help);
    let diagnostic = with_places(diagnostic, found.file, Some(found.header), found.tally);
    let diagnostic = match found.problem {
        Problem::Garbled => with_meanings(diagnostic, found.tally),
        _ => diagnostic,
    };
    with_signs(diagnostic, found.tally).at(declared.span, "")
}

/// What letters that were read in another encoding most likely are.
fn with_meanings(diagnostic: Diagnostic, tally: &Tally) -> Diagnostic {
    let texts = tally.first.iter().filter_map(|spot| Some((spot.text.as_str(), garbled(&spot.text)?.meant?)));
    let mut told: Vec<String> = Vec::new();
    for (text, meant) in texts {
        let one = format!("`{text}` is most likely `{meant}`");
        if told.len() < 3 && !told.contains(&one) {
            told.push(one);
        }
    }
    if told.is_empty() { diagnostic } else { diagnostic.note(told.join(", ")) }
}

/// The form that a date in a cell has, with day and month in this order.
fn format_of(cell: &str, order: &str) -> String {
    let date = cell.split_once(['T', ' ']).filter(|(_, clock)| clock.contains(':'));
    let (mut format, mut parts, mut digits) = (String::new(), order.chars(), 0);
    for letter in date.map_or(cell, |(date, _)| date).chars().map(narrow).chain(['\0']) {
        match (letter.is_ascii_digit(), digits) {
            (true, _) => digits += 1,
            (false, 0) => format.push(letter),
            (false, count) => {
                let part =
                    parts.next().map_or("Y".repeat(if count == 2 { 2 } else { 4 }), |part| part.to_string().repeat(2));
                format = format + &part + &letter.to_string();
                digits = 0;
            }
        }
    }
    format!("`format \"{}\"`", format.trim_end_matches('\0'))
}

/// What may help where a date has another form than is declared.
fn not_in_format(declared: &Column, cell: &str, mend: &str) -> String {
    let format = declared.format.as_deref().unwrap_or_default().to_ascii_uppercase();
    let short = format.replace("YYYY", "YY");
    let reads = |format: &str| times::day(cell, Some(&DateFormat::new(format)), &mut Repairs::default()).is_ok();
    if short != format && reads(&short) {
        return format!("where all years have two digits, write `format \"{short}\"`: they lie between 1950 and 2049");
    }
    match declared.is_day_before_month() {
        true => format!("{mend}, or the column's `format`"),
        false => format!("{mend}, or the column's `format`; `2026-07-01` is always read"),
    }
}

/// A file and a header.
type Place<'a> = (&'a str, &'a str);

const SAY_SIGNS: &str = "say how the file writes 1234.56: `numbers \"1,234.56\"` or `numbers \"1.234,56\"`, behind the type of the \
                         column or as a line of its data set; for all files `files numbers \"…\"` in the company block";

/// Numbers whose sign could stand between thousands or before decimals.
pub fn ambiguous_number((file, header): Place, data: &DataSet, column: ColumnIx, tally: &Tally) -> Diagnostic {
    let first = tally.first.first().map_or("", |spot| spot.text.as_str());
    let (whole, part) = first.split_once([',', '.']).unwrap_or((first, ""));
    let message = match tally.count {
        1 => format!("`{first}` could be {whole}{part} or {whole}.{part}"),
        count => {
            format!("{count} cells of `{header}` could be two numbers: `{first}` is {whole}{part} or {whole}.{part}")
        }
    };
    let diagnostic = Diagnostic::new(Code::AmbiguousNumber, message).help(SAY_SIGNS);
    with_places(diagnostic, file, Some(header), tally).at(data.column(column).span, "")
}

/// Days that may have day and month in each other's place.
pub fn turned_days((file, header): Place, data: &DataSet, column: ColumnIx, held: &Tally, texts: &Tally) -> Diagnostic {
    let message = format!(
        "day and month of `{header}` may have changed places where dates are kept (`{}`): only such days are texts (`{}`) \
         as have no month in the place of their day",
        first_of(held),
        first_of(texts)
    );
    turned(Code::AmbiguousDate, message, "dates", (file, header), held, texts).at(data.column(column).span, "")
}

/// Numbers that may be a thousand times as large.
pub fn turned_numbers(
    (file, header): Place,
    data: &DataSet,
    column: ColumnIx,
    held: &Tally,
    texts: &Tally,
) -> Diagnostic {
    let number = first_of(held);
    let message = format!(
        "`{number}` of `{header}` may have been `{}` before a program of another country opened the file: with more thousands, \
         numbers are texts there (`{}`)",
        number.replace('.', ""),
        first_of(texts)
    );
    turned(Code::AmbiguousNumber, message, "numbers", (file, header), held, texts).at(data.column(column).span, "")
}

fn turned(code: Code, message: String, what: &str, (file, header): Place, held: &Tally, texts: &Tally) -> Diagnostic {
    let diagnostic = Diagnostic::new(code, message).help(format!(
        "import the column as text from the file that the spreadsheet was made of; if the {what} are right, make {what} of the \
         texts as well"
    ));
    let diagnostic = with_places(diagnostic, file, Some(header), held);
    with_places(diagnostic, file, Some(header), &one_of(texts))
}

fn first_of(tally: &Tally) -> String {
    tally.first.first().map_or(String::new(), |spot| spot.text.clone())
}

fn one_of(tally: &Tally) -> Tally {
    Tally { count: 1, first: tally.first.iter().take(1).cloned().collect() }
}

/// One column with decimals behind commas and behind points.
pub fn two_number_forms(
    (file, header): Place,
    data: &DataSet,
    column: ColumnIx,
    commas: &Tally,
    points: &Tally,
) -> Diagnostic {
    let message = format!(
        "`{header}` has decimals behind a comma (`{}`) and behind a point (`{}`)",
        first_of(commas),
        first_of(points)
    );
    let diagnostic = Diagnostic::new(Code::AmbiguousNumber, message)
        .help("write all numbers of the column in one way; `numbers \"1.234,56\"` behind its type says which");
    let diagnostic = with_places(diagnostic, file, Some(header), &one_of(commas));
    with_places(diagnostic, file, Some(header), &one_of(points)).at(data.column(column).span, "")
}

fn unknown_choice(ty: &ColumnType, name: &str, found: &BadCells) -> (Code, String, String) {
    let choices: &[_] = if let ColumnType::Choice(choices) = ty { choices } else { &[] };
    let all: Vec<String> = choices
        .iter()
        .map(|choice| match choice.texts.as_slice() {
            [] => format!("`{}`", choice.name),
            texts => format!("`{}` ({})", choice.name, listed(texts, 5)),
        })
        .collect();
    let known = choices.iter().flat_map(|choice| choice.texts.iter().chain([&choice.name])).map(String::as_str);
    let text = found.text;
    let message = format!("`{text}` is none of the values of `{name}`");
    let allowed = all.join(", ");
    let help = match nearest(text, known) {
        Some(near) => format!("did you mean `{near}`? allowed: {allowed}"),
        None => format!("allowed: {allowed}; another way to write one of them goes behind it: `active (\"{text}\")`"),
    };
    (Code::UnknownChoice, message, help)
}

fn unit_name(ty: &ColumnType) -> String {
    match ty {
        ColumnType::Number { unit: DisplayUnit { plural, .. }, .. } if !plural.is_empty() => plural.clone(),
        _ => "a number".into(),
    }
}

fn limits(limits: Option<&(Number, Number)>, ty: &ColumnType) -> String {
    let Some((least, most)) = limits else { return String::new() };
    let ColumnType::Number { unit, .. } = ty else { return format!("between {least} and {most}") };
    let shown = |number: &Number| {
        let number = number.div(&unit.factor).unwrap_or_else(|| number.clone());
        match unit.is_ratio_sign() {
            true => format!("{number}{}", unit.singular),
            false => format!("{number} {}", unit.plural).trim_end().to_string(),
        }
    };
    format!("between {} and {}", shown(least), shown(most))
}

pub fn more_kinds(file: &str, header: &str, more: usize) -> Diagnostic {
    let others = counted(more, "other text");
    Diagnostic::new(Code::UnknownChoice, format!("{others} in `{header}` cannot be read either"))
        .in_data(DataPlace { column: Some(header.to_string()), ..in_file(file) })
}

pub fn repaired(file: &str, name: &str, header: &str, repair: Repair, tally: &Tally) -> Diagnostic {
    let message = format!("{} of `{name}` would have to be repaired: {}", counted(tally.count, "cell"), repair.words());
    let diagnostic = with_places(Diagnostic::new(Code::RepairedCell, message), file, Some(header), tally);
    with_signs(diagnostic, tally).help("mend the file, or run without `--strict`")
}

/// Names the signs in cells that cannot be seen, or are taken for others.
fn with_signs(diagnostic: Diagnostic, tally: &Tally) -> Diagnostic {
    match tidy::odd_signs(tally.first.iter().map(|spot| spot.text.as_str())).as_slice() {
        [] => diagnostic,
        signs => diagnostic.note(format!("in {}: {}", if tally.count == 1 { "it" } else { "them" }, signs.join(", "))),
    }
}

/// A number of days since 1900 that lies between 1982 and 2064: which day it is depends on the program (some count from
/// 1904), so it is not read as one.
fn is_serial(text: &str) -> bool {
    let whole = text.split(['.', ',']).next().unwrap_or(text);
    whole.len() == 5 && whole.parse::<u32>().is_ok_and(|days| (30_000..60_000).contains(&days))
}
