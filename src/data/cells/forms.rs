//! What a cell may look like that holds a date, a number, a period or a flag: the one rule, which the reader of files
//! ([`super::reader`]) goes by and from which the SQL of every engine is made ([`crate::warehouse`]).
//!
//! A form is a pattern of the whole text, once white space around it is gone. Patterns keep to what the regular
//! expressions of Rust, DuckDB, PostgreSQL and Java read alike: classes of letters, counts, groups, no backslash.

use super::content::Repair;
use crate::model::data::NumberSigns;

/// What is no part of a cell at its beginning and its end.
pub const WHITE_SPACE: &str = " \t\n\u{b}\u{c}\r\u{85}\u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\
                               \u{2006}\u{2007}\u{2008}\u{2009}\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}";

/// What stands for nothing in a cell of any type; in one of texts that may not be blank it is a text.
pub const BLANK_SIGNS: [&str; 11] = ["-", "—", "–", "－", "——", "--", "/", "／", "N/A", "n/a", "#N/A"];

/// What stands for nothing where no text is wanted.
pub const BLANK_WORDS: [&str; 8] = ["NA", "NULL", "null", "Null", "None", "none", "无", "nil"];

/// What a spreadsheet shows where a formula has no value, Excel and LibreOffice; `#N/A` is a blank.
pub const FORMULA_ERRORS: [&str; 37] = [
    "#REF!",
    "#DIV/0!",
    "#VALUE!",
    "#NAME?",
    "#NUM!",
    "#NULL!",
    "#DATA!",
    "#SPILL!",
    "#CALC!",
    "#FIELD!",
    "#BLOCKED!",
    "#BUSY!",
    "#CONNECT!",
    "#PYTHON!",
    "#UNKNOWN!",
    "#EXTERNAL!",
    "#TIMEOUT!",
    "#GETTING_DATA",
    "#ERROR!",
    "Err:501",
    "Err:502",
    "Err:503",
    "Err:504",
    "Err:507",
    "Err:508",
    "Err:509",
    "Err:510",
    "Err:511",
    "Err:512",
    "Err:513",
    "Err:514",
    "Err:516",
    "Err:520",
    "Err:522",
    "Err:523",
    "Err:532",
    "Err:540",
];

/// What makes a text worth a closer look: all but visible ASCII and Chinese characters with single spaces between them, the signs
/// of errors of formulas, and those around lost letters. Of any other text there is nothing to say.
pub const NOT_PLAIN: &str = "[^ !\"$-9;-}\u{4e00}-\u{951e}\u{9520}-\u{9fff}]|^ | $|  |^$";

/// The same of texts without spaces and Chinese characters, as most keys are.
pub const NOT_OF_KEYS: &str = "[^!\"$-9;-}]";

/// What is no sign of a number, a date or a period in its plain form.
pub const NOT_VISIBLE: &str = "[^!-~]";

/// Flags, folded.
pub const YES: [&str; 6] = ["yes", "y", "true", "t", "1", "是"];
pub const NO: [&str; 6] = ["no", "n", "false", "f", "0", "否"];

/// The full-width forms of ASCII characters.
pub const WIDE: &str = "[\u{ff01}-\u{ff5e}\u{3000}\u{a0}]";

/// One way to write a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    pub pattern: String,
    /// The value in the one way it is held, `2026-7-1` or `2026-Q3`, of the groups of the pattern.
    pub to: String,
    pub repair: Option<Repair>,
}

fn form(pattern: impl Into<String>, to: &str, repair: Option<Repair>) -> Form {
    Form { pattern: pattern.into(), to: to.into(), repair }
}

/// The time of day behind a date.
pub const CLOCK: &str = "(?: +| *T *)(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{1,9})?)?";
/// Midnight, which says no more than the date.
pub const MIDNIGHT: &str = "[ T]0?0:00(?::00(?:[.]0+)?)?$";
/// A time of day, in the text of a date.
pub const HAS_CLOCK: &str = "[0-9]:[0-9]";

/// A year of the calendar, which has no year 0.
pub const YEAR: &str = "(?:000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})";

/// The plain form of a date: `2026-07-01`.
pub fn plain_date() -> String {
    format!("^{YEAR}-[0-9]{{2}}-[0-9]{{2}}$")
}

/// How a declared format writes dates.
pub struct DeclaredDate {
    /// The patterns of its texts, and the date by the groups of each.
    pub patterns: Vec<(String, String)>,
    /// The day stands between the year and the month, where nobody expects it.
    pub day_before_month: bool,
}

/// What else is a date, in narrow letters: the first that fits tells it.
pub fn dates(format: Option<&DeclaredDate>) -> Vec<Form> {
    let behind = format!("(?:{CLOCK})?$");
    let declared = format.into_iter().flat_map(|format| format.patterns.clone());
    let declared = declared.map(|(pattern, to)| form(format!("^{pattern}{behind}"), &to, None));
    // Where the day stands between year and month, nothing else that begins with a year is certain.
    if format.is_some_and(|format| format.day_before_month) {
        return declared.collect();
    }
    let mut forms = vec![form(format!("^({YEAR})-([0-9]{{2}})-([0-9]{{2}}){behind}"), "$1-$2-$3", None)];
    forms.extend(declared);
    let mended = Some(Repair::DateForm);
    for sign in ["-", "/", "."] {
        let pattern = format!("^({YEAR}) *[{sign}] *([0-9]{{1,2}}) *[{sign}] *([0-9]{{1,2}}){behind}");
        forms.push(form(pattern, "$1-$2-$3", mended));
    }
    forms.push(form(format!("^({YEAR})([0-9]{{2}})([0-9]{{2}}){behind}"), "$1-$2-$3", mended));
    let chinese = format!("^({YEAR}) *年 *([0-9]{{1,2}}) *月 *([0-9]{{1,2}}) *[日号]?{behind}");
    forms.push(form(chinese, "$1-$2-$3", mended));
    forms
}

/// The plain form of a period: `2026`, `2026-H2`, `2026-Q3`, `2026-07`.
pub fn plain_period() -> String {
    format!("^{YEAR}(?:-(?:0[1-9]|1[0-2]|Q[1-4]|H[12]))?$")
}

/// What else is a period, in narrow letters.
pub fn periods() -> Vec<Form> {
    const MONTH: &str = "(0?[1-9]|1[0-2])";
    let mended = Some(Repair::PeriodForm);
    // In full-width letters.
    let mut forms = vec![form(format!("^({YEAR}(?:-(?:0[1-9]|1[0-2]|Q[1-4]|H[12]))?)$"), "$1", mended)];
    forms.push(form(format!("^({YEAR})(0[1-9]|1[0-2])$"), "$1-$2", mended));
    forms.push(form(format!("^({YEAR}) *[-/] *{MONTH}$"), "$1-$2", mended));
    // `2026.1` may be October kept as a number: see [`open_month`].
    forms.push(form(format!("^({YEAR}) *[.] *(0[1-9]|1[0-2]|[2-9])$"), "$1-$2", mended));
    forms.push(form(format!("^({YEAR}) *年 *{MONTH} *月?$"), "$1-$2", mended));
    // Spreadsheets and databases keep a month as its first day.
    for sign in ["-", "/", "."] {
        let pattern = format!("^({YEAR}) *[{sign}] *{MONTH} *[{sign}] *0?1(?:{CLOCK})?$");
        forms.push(form(pattern, "$1-$2", mended));
    }
    forms.push(form(format!("^({YEAR}) *年 *{MONTH} *月 *0?1 *[日号]?(?:{CLOCK})?$"), "$1-$2", mended));
    forms.push(form(format!("^({YEAR})(?: *[-/年])? *[Qq] *([1-4])$"), "$1-Q$2", mended));
    for (number, chinese) in [(1, '一'), (2, '二'), (3, '三'), (4, '四')] {
        let pattern = format!("^({YEAR})(?: *[-/年])? *第? *[{number}{chinese}] *(?:季度|季)$");
        forms.push(form(pattern, &format!("$1-Q{number}"), mended));
    }
    forms.push(form(format!("^({YEAR})(?: *[-/年])? *[Hh] *([12])$"), "$1-H$2", mended));
    forms.push(form(format!("^({YEAR}) *年 *上半年$"), "$1-H1", mended));
    forms.push(form(format!("^({YEAR}) *年 *下半年$"), "$1-H2", mended));
    forms.push(form(format!("^({YEAR}) *年 *度?$"), "$1", mended));
    forms
}

/// January, or October whose last digit a program has taken away with the zeros of a number.
pub fn open_month() -> String {
    format!("^({YEAR}) *[.] *1$")
}

/// The characters that the forms of a date or a period hold beside those of all languages.
pub const TIME_LETTERS: &str = "0123456789-/.: THQhq";
/// Those of numbers.
pub const NUMBER_LETTERS: &str = "0123456789.,'-+()% $";

/// What stands between groups of digits, whatever stands before decimals.
pub const GROUPS: [char; 5] = ['\'', '’', ' ', '\u{a0}', '\u{202f}'];

/// The signs that may stand between groups of digits where one is declared, or none is.
pub fn group_signs(declared: Option<char>) -> Vec<char> {
    match declared {
        Some(sign @ (',' | '.')) => vec![sign],
        Some(sign) => GROUPS.into_iter().filter(|other| alike(*other) == alike(sign)).collect(),
        None => GROUPS.to_vec(),
    }
}

/// Blanks of whatever width mean the same between groups, and so do apostrophes.
pub fn alike(sign: char) -> char {
    match sign {
        '\u{a0}' | '\u{202f}' => ' ',
        '’' => '\'',
        other => other,
    }
}

/// How numbers of a column may be written beside plain digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberForm {
    /// Currency signs that fit.
    pub currency: String,
    /// Whether `%` and `‰` may stand behind it.
    pub per: bool,
    /// What stands before decimals and between groups of digits, where that is declared.
    pub signs: Option<NumberSigns>,
}

pub const THOUSANDS: &str = "[0-9][, '’\u{202f}][0-9]";
pub const CURRENCY: &str = "[¥￥$€£]";
/// What makes a number negative.
pub const NEGATIVE: &str = "[-−(]";
pub const PARENTHESES: &str = "^[(]";

/// The places behind the point, at most so many.
fn places(most: Option<u32>) -> String {
    match most {
        // A pattern cannot repeat something up to no times.
        Some(0) => "[.]0+".into(),
        Some(most) => format!("[.][0-9]{{1,{most}}}0*"),
        None => "[.][0-9]+".into(),
    }
}

/// Digits alone.
pub fn whole_number() -> String {
    format!("^[+-]?0*[0-9]{{1,{MOST_WHOLE}}}$")
}

/// Digits in front of the point that all engines have room for.
const MOST_WHOLE: u32 = 20;

/// The plain form of a number; with so many places at most.
pub fn plain_number(most: Option<u32>) -> String {
    match most {
        None => format!("^[+-]?[0-9]+(?:{})?$", places(most)),
        Some(_) => format!("^[+-]?0*[0-9]{{1,{MOST_WHOLE}}}(?:{})?$", places(most)),
    }
}

impl NumberForm {
    /// Whether a sign between groups of digits is a repair: it is none where it is declared.
    pub fn mends_groups(&self) -> bool {
        self.signs.as_ref().is_none_or(|signs| signs.group.is_none())
    }

    /// What else is a number, in narrow letters: with so many places at most, and `per` behind it.
    pub fn pattern(&self, most: Option<u32>, per: &str) -> String {
        let repeat = if most.is_some() { "{1,6}" } else { "+" };
        let plain = if most.is_some() { format!("0*[0-9]{{1,{MOST_WHOLE}}}") } else { "[0-9]+".into() };
        let apart = |signs: Option<char>| {
            let groups = group_signs(signs).into_iter().map(|sign| format!("(?:{sign}[0-9]{{3}}){repeat}"));
            groups.collect::<Vec<_>>().join("|")
        };
        // Nobody writes a zero in front of thousands: `010 888 888` is no number but a telephone.
        let first = "[1-9][0-9]{0,2}";
        // `1,234` alone could be 1.234.
        let more = if most.is_some() { "{2,6}" } else { "{2,}" };
        let decimals = places(most);
        let by_commas = format!("{first}(?:(?:,[0-9]{{3}}){more}(?:{decimals})?|,[0-9]{{3}}{decimals})");
        let number = match &self.signs {
            None => format!("(?:(?:{plain}|{first}(?:{}))(?:{decimals})?|{by_commas})", apart(None)),
            // A point before three digits might be the engine's own, before decimals: only files can tell.
            Some(signs) if signs.decimal == ',' => plain,
            Some(NumberSigns { indian: true, group: Some(sign), .. }) => {
                format!("(?:{plain}|[1-9][0-9]?(?:{sign}[0-9]{{2}}){{0,9}}{sign}[0-9]{{3}})(?:{decimals})?")
            }
            Some(signs) => format!("(?:{plain}|{first}(?:{}))(?:{decimals})?", apart(signs.group)),
        };
        let behind = if per.is_empty() { String::new() } else { format!(" *{per}") };
        let (sign, money) = ("(?:[-+−] *)?", format!("(?:[{}] *)?", self.currency));
        let money = if self.currency.is_empty() { String::new() } else { money };
        let front = match money.is_empty() {
            true => sign.to_string(),
            false => format!("(?:{sign}{money}|{money}{sign})"),
        };
        format!("^(?:{front}{number}{behind}|[(] *{money}{number}{behind} *[)])$")
    }
}

/// Letters as they stand in full width, and the same letters: of the narrow ones that are looked for.
pub fn wide_and_narrow(letters: &str) -> (String, String) {
    let wide = |letter: char| match letter {
        ' ' => '\u{3000}',
        _ => char::from_u32(letter as u32 + 0xfee0).unwrap_or(letter),
    };
    let mut pair = (String::new(), String::new());
    for letter in letters.chars().filter(|letter| (' '..='~').contains(letter)) {
        pair.0.push(wide(letter));
        pair.1.push(letter);
    }
    if letters.contains(' ') {
        pair.0.push('\u{a0}');
        pair.1.push(' ');
    }
    pair
}

/// The same for letters that are compared folded: large ones and all white space as well.
pub fn unfolded_and_folded(letters: &str) -> (String, String) {
    let (mut unfolded, mut folded) = wide_and_narrow(letters);
    for letter in letters.chars().filter(char::is_ascii_lowercase) {
        let large = letter.to_ascii_uppercase();
        for other in [large, char::from_u32(large as u32 + 0xfee0).unwrap_or(large)] {
            unfolded.push(other);
            folded.push(letter);
        }
    }
    if letters.contains(' ') {
        for space in WHITE_SPACE.chars().filter(|space| ![' ', '\u{a0}', '\u{3000}'].contains(space)) {
            unfolded.push(space);
            folded.push(' ');
        }
    }
    (unfolded, folded)
}
