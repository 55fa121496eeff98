//! Number formats of spreadsheets: what a number says as it is shown, and its text where that is certain.

use super::text::{hundredfold, shortest};

/// The formats that have a number and no code of their own; those of money differ from country to country.
const BUILT_IN: [(u32, &str); 26] = [
    (1, "0"),
    (2, "0.00"),
    (3, "#,##0"),
    (4, "#,##0.00"),
    (9, "0%"),
    (10, "0.00%"),
    (11, "0.00E+00"),
    (12, "# ?/?"),
    (13, "# ??/??"),
    (14, "yyyy-mm-dd"),
    (15, "d-mmm-yy"),
    (16, "d-mmm"),
    (17, "mmm-yy"),
    (18, "h:mm AM/PM"),
    (19, "h:mm:ss AM/PM"),
    (20, "h:mm"),
    (21, "h:mm:ss"),
    (22, "yyyy-mm-dd h:mm"),
    (37, "#,##0;(#,##0)"),
    (38, "#,##0;(#,##0)"),
    (39, "#,##0.00;(#,##0.00)"),
    (45, "mm:ss"),
    (46, "[h]:mm:ss"),
    (47, "mmss.0"),
    (48, "##0.0E+0"),
    (49, "@"),
];

/// The format of a number of a built-in one; East Asian programs have dates of their own.
pub fn built_in(number: u32) -> NumberFormat {
    let code = BUILT_IN.iter().find(|(known, _)| *known == number).map(|(_, code)| *code);
    match number {
        27..=36 | 50..=58 => NumberFormat::of("yyyy-mm-dd"),
        5..=8 | 40..=44 => NumberFormat::of("#,##0.00"),
        _ => code.map_or_else(NumberFormat::default, NumberFormat::of),
    }
}

/// A number format by its sections, one for each kind of number.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NumberFormat {
    sections: Vec<Section>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Section {
    condition: Option<(Comparison, f64)>,
    parts: Vec<FormatPart>,
    kind: Shows,
    /// Percent signs, each of which multiplies by 100.
    percent: usize,
    /// Something that cannot be told without knowing the computer: numerals of another script, a fraction.
    uncertain: bool,
    currency: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Shows {
    #[default]
    Number,
    /// A day, a time of day or both.
    Moment,
    /// A length of time: `[h]:mm`.
    Elapsed,
    /// That of texts: `@`.
    Text,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    Unequal,
}

#[derive(Clone, Debug, PartialEq)]
enum FormatPart {
    /// `0`, `#` or `?`.
    Digit(char),
    Point,
    Comma,
    Percent,
    General,
    Literal(String),
}

/// What a number says in its format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    Number,
    /// So many hundreds are multiplied to show it.
    Percent(usize),
    Moment,
    Elapsed,
}

impl NumberFormat {
    pub fn of(code: &str) -> NumberFormat {
        if code.trim().is_empty() {
            return NumberFormat::default();
        }
        let mut sections = vec![Section::default()];
        let mut letters = code.chars().peekable();
        let mut rest = code;
        while let Some(letter) = letters.next() {
            rest = &rest[letter.len_utf8()..];
            let section = sections.last_mut().expect("there is one from the start");
            let mut skip = |count: usize, rest: &mut &str| {
                for _ in 0..count {
                    if let Some(letter) = letters.next() {
                        *rest = &rest[letter.len_utf8()..];
                    }
                }
            };
            match letter {
                ';' => sections.push(Section::default()),
                '"' => {
                    let end = rest.find('"').unwrap_or(rest.len());
                    let text = rest[..end].to_string();
                    skip(text.chars().count() + 1, &mut rest);
                    section.literal(&text);
                }
                '\\' | '!' => {
                    let text: String = rest.chars().take(1).collect();
                    skip(1, &mut rest);
                    section.literal(&text);
                    // East Asian programs escape with it, others show it.
                    section.uncertain |= letter == '!';
                }
                // As wide as the next letter, or filled up with it.
                '_' => {
                    skip(1, &mut rest);
                    section.literal(" ");
                }
                '*' => skip(1, &mut rest),
                '[' => {
                    let end = rest.find(']').unwrap_or(rest.len());
                    let inside = rest[..end].to_string();
                    skip(inside.chars().count() + 1, &mut rest);
                    section.bracket(&inside);
                }
                '0' | '#' | '?' => section.parts.push(FormatPart::Digit(letter)),
                '.' => section.parts.push(FormatPart::Point),
                ',' => section.parts.push(FormatPart::Comma),
                '%' => {
                    section.percent += 1;
                    section.parts.push(FormatPart::Percent);
                }
                '@' => section.kind = Shows::Text,
                _ => {
                    let whole = format!("{letter}{rest}");
                    if let Some(name) = ["general", "standard", "g/通用格式"].iter().find(|name| begins(&whole, name))
                    {
                        skip(name.chars().count() - 1, &mut rest);
                        section.parts.push(FormatPart::General);
                    } else if ["e+", "e-"].iter().any(|name| begins(&whole, name)) {
                        section.uncertain = true;
                        skip(1, &mut rest);
                    } else if "ymdhsaegbYMDHSAEGB".contains(letter) {
                        section.kind = if section.kind == Shows::Elapsed { Shows::Elapsed } else { Shows::Moment };
                    } else {
                        section.uncertain |=
                            letter == '/' && section.parts.iter().any(|part| *part != FormatPart::Point);
                        section.literal(&letter.to_string());
                    }
                }
            }
        }
        NumberFormat { sections }
    }

    /// Whether it shows a number as it is.
    pub fn is_general(&self) -> bool {
        match self.sections.as_slice() {
            [] => true,
            [one] => {
                one.parts.iter().all(|part| *part == FormatPart::General) && one.kind != Shows::Moment && one.is_plain()
            }
            _ => false,
        }
    }

    /// The section that shows a number, and whether the sign of a negative one is shown beside it.
    fn section(&self, number: f64) -> Option<(&Section, bool)> {
        let mut numbers: Vec<&Section> = self.sections.iter().take(3).collect();
        // Behind others, the one with `@` is that of texts.
        if numbers.len() > 1 && numbers.last().is_some_and(|last| last.kind == Shows::Text) {
            numbers.pop();
        }
        if numbers.iter().any(|section| section.condition.is_some()) {
            let holds = |section: &&&Section| match section.condition {
                Some((comparison, than)) => comparison.holds(number, than),
                None => true,
            };
            return numbers.iter().find(holds).map(|section| (*section, number < 0.0));
        }
        match numbers.as_slice() {
            [] => None,
            [one] => Some((one, number < 0.0)),
            [_, second, ..] if number < 0.0 => Some((second, false)),
            [_, _, third] if number == 0.0 => Some((third, false)),
            [first, ..] => Some((first, false)),
        }
    }

    pub fn look(&self, number: f64) -> Look {
        match self.section(number) {
            Some((Section { kind: Shows::Moment, .. }, _)) => Look::Moment,
            Some((Section { kind: Shows::Elapsed, .. }, _)) => Look::Elapsed,
            Some((section, _)) if section.percent > 0 => Look::Percent(section.percent),
            _ => Look::Number,
        }
    }

    /// The money that a number is shown with.
    pub fn currency(&self, number: f64) -> Option<&str> {
        self.section(number)?.0.currency.as_deref()
    }

    /// Whether words beside a number say what it is to be multiplied by, and the format does not divide by it: `0"万"`.
    pub fn has_magnitude(&self, number: f64) -> bool {
        let section = self.section(number).map(|(section, _)| section);
        section.is_some_and(|section| !section.divides() && section.literals().any(|text| MAGNITUDES.contains(&text)))
    }

    /// A percent sign that is shown and does not multiply: `0"%"`.
    pub fn percent_beside(&self, number: f64) -> Option<char> {
        let (section, _) = self.section(number).filter(|(section, _)| section.percent == 0)?;
        section.literals().find_map(|text| text.chars().find(|letter| ['%', '‰', '％'].contains(letter)))
    }

    /// What is shown of a number that is no date, without signs between thousands; nothing where that is not certain.
    pub fn text(&self, number: f64) -> Option<String> {
        let Some((section, negative)) = self.section(number) else {
            return self.sections.is_empty().then(|| shortest(number));
        };
        let by_condition = self.sections.iter().any(|section| section.condition.is_some());
        if section.uncertain || by_condition && number < 0.0 {
            return None;
        }
        let mut digits = shortest(number.abs());
        for _ in 0..section.percent {
            digits = hundredfold(&digits);
        }
        let filled = section.filled(&digits)?;
        let shown = filled.trim();
        // Blanks between the sign and the first digit.
        if negative && filled.starts_with(' ') {
            return None;
        }
        match (shown.is_empty(), negative) {
            (true, _) => None,
            (_, true) => Some(format!("-{shown}")),
            (_, false) => Some(shown.to_string()),
        }
    }
}

/// What multiplies the number in front of it, where it is shown beside an amount.
const MAGNITUDES: [&str; 17] = [
    "万",
    "亿",
    "千",
    "百万",
    "千万",
    "萬",
    "億",
    "万元",
    "亿元",
    "千元",
    "万円",
    "百万円",
    "Mio",
    "Mio.",
    "Mrd",
    "Mrd.",
    "Tsd.",
];

/// Whether a text begins with a word, in large letters or small.
fn begins(text: &str, word: &str) -> bool {
    let mut letters = text.chars().flat_map(char::to_lowercase);
    word.chars().all(|letter| letters.next() == Some(letter))
}

impl Comparison {
    fn holds(self, number: f64, than: f64) -> bool {
        match self {
            Comparison::Less => number < than,
            Comparison::LessOrEqual => number <= than,
            Comparison::Greater => number > than,
            Comparison::GreaterOrEqual => number >= than,
            Comparison::Equal => number == than,
            Comparison::Unequal => number != than,
        }
    }
}

impl Section {
    fn is_plain(&self) -> bool {
        self.percent == 0 && !self.uncertain && self.currency.is_none() && self.condition.is_none()
    }

    fn literal(&mut self, text: &str) {
        if let Some(money) = money(text) {
            self.currency.get_or_insert(money);
        }
        match self.parts.last_mut() {
            Some(FormatPart::Literal(before)) => before.push_str(text),
            _ => self.parts.push(FormatPart::Literal(text.to_string())),
        }
    }

    /// What stands between `[` and `]`: a colour, a condition, a language, money, hours that go on beyond a day.
    fn bracket(&mut self, inside: &str) {
        if let Some(rest) = inside.strip_prefix('$') {
            let sign = rest.split('-').next().unwrap_or_default();
            if !sign.is_empty() {
                self.literal(sign);
            }
            return;
        }
        let lower = inside.to_lowercase();
        if ["h", "m", "s"].iter().any(|unit| !lower.is_empty() && lower.chars().all(|letter| unit.contains(letter))) {
            self.kind = Shows::Elapsed;
        } else if lower.starts_with("dbnum") || lower.starts_with("natnum") {
            self.uncertain = true;
        } else if let Some((comparison, than)) = condition(inside) {
            self.condition = Some((comparison, than));
        }
    }

    fn literals(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            FormatPart::Literal(text) => Some(text.trim()),
            _ => None,
        })
    }

    /// Whether it shows a part of the number only: a comma behind the last digit divides by 1000, and a point written as
    /// a text moves it.
    fn divides(&self) -> bool {
        self.scales() || self.literals().any(|text| text == ".")
    }

    fn scales(&self) -> bool {
        let digit = |part: &FormatPart| matches!(part, FormatPart::Digit(_));
        let last = self.parts.iter().position(|part| *part == FormatPart::Point).unwrap_or(self.parts.len());
        let last = self.parts[..last].iter().rposition(digit);
        last.is_some_and(|last| self.parts.get(last + 1) == Some(&FormatPart::Comma))
    }

    /// Digits, perhaps with a point, as the section shows them.
    fn filled(&self, digits: &str) -> Option<String> {
        let point = self.parts.iter().position(|part| *part == FormatPart::Point);
        let placed = self.parts.iter().any(|part| matches!(part, FormatPart::Digit(_)));
        if !placed {
            let shows = self.kind == Shows::Text || self.parts.contains(&FormatPart::General);
            let all = self.parts.iter().map(|part| match part {
                FormatPart::General => digits,
                FormatPart::Literal(text) => text,
                FormatPart::Percent => "%",
                FormatPart::Digit(_) | FormatPart::Point | FormatPart::Comma => "",
            });
            let lone = self.kind == Shows::Text && !self.parts.contains(&FormatPart::General);
            // `"No. "@` shows a number behind its text, too.
            return shows.then(|| all.chain(lone.then_some(digits)).collect());
        }
        if self.scales() || self.parts.contains(&FormatPart::General) {
            return None;
        }
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let (left, right) = self.parts.split_at(point.unwrap_or(self.parts.len()));
        let places = right.iter().filter(|part| matches!(part, FormatPart::Digit(_))).count();
        // Rounded, two numbers could look the same; an amount as a text could be written in many ways.
        if decimals.len() > places || places > 0 && left.contains(&FormatPart::Comma) {
            return None;
        }
        let whole: Vec<char> = whole.trim_start_matches('0').chars().collect();
        let mut shown = self.left(left, &whole)?;
        let mut decimals = decimals.chars();
        let mut point = ".";
        for part in right {
            match part {
                FormatPart::Point => {}
                FormatPart::Comma => return None,
                FormatPart::Digit(kind) => {
                    let digit = decimals.next().or((*kind == '0').then_some('0'));
                    if let Some(digit) = digit {
                        shown.push_str(std::mem::take(&mut point));
                        shown.push(digit);
                    }
                }
                FormatPart::Literal(text) => shown.push_str(text),
                FormatPart::Percent => shown.push('%'),
                FormatPart::General => return None,
            }
        }
        Some(shown)
    }

    /// What is shown before the point: digits take their places from the right, what is left over goes to the first.
    fn left(&self, parts: &[FormatPart], digits: &[char]) -> Option<String> {
        let mut rest = digits.to_vec();
        let first = parts.iter().position(|part| matches!(part, FormatPart::Digit(_)));
        let mut shown: Vec<String> = Vec::new();
        for (at, part) in parts.iter().enumerate().rev() {
            match part {
                FormatPart::Digit(kind) => {
                    let digit = rest.pop().or(match kind {
                        '0' => Some('0'),
                        '?' => Some(' '),
                        _ => None,
                    });
                    shown.push(digit.map(String::from).unwrap_or_default());
                    if Some(at) == first {
                        shown.push(std::mem::take(&mut rest).into_iter().collect());
                    }
                }
                FormatPart::Literal(text) => shown.push(text.clone()),
                FormatPart::Percent => shown.push("%".into()),
                FormatPart::Comma => {}
                FormatPart::Point | FormatPart::General => return None,
            }
        }
        rest.is_empty().then(|| shown.into_iter().rev().collect())
    }
}

fn condition(text: &str) -> Option<(Comparison, f64)> {
    let all = [
        ("<=", Comparison::LessOrEqual),
        (">=", Comparison::GreaterOrEqual),
        ("<>", Comparison::Unequal),
        ("<", Comparison::Less),
        (">", Comparison::Greater),
        ("=", Comparison::Equal),
    ];
    let (sign, comparison) = all.iter().find(|(sign, _)| text.starts_with(sign))?;
    Some((*comparison, text[sign.len()..].trim().parse().ok()?))
}

/// The sign or code of money, if a text is one.
fn money(text: &str) -> Option<String> {
    let text = text.trim();
    let sign = matches!(text, "¥" | "￥" | "€" | "£" | "$");
    let code = text.len() == 3 && text.bytes().all(|letter| letter.is_ascii_uppercase());
    (sign || code && iso_currency::Currency::from_code(text).is_some()).then(|| text.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(code: &str, number: f64) -> Option<String> {
        NumberFormat::of(code).text(number)
    }

    #[test]
    fn what_is_shown_of_a_number() {
        for (code, number, shown) in [
            ("General", 12.0, "12"),
            ("", 12.5, "12.5"),
            ("@", 12.0, "12"),
            ("00000", 12.0, "00012"),
            ("00000;@", 12.0, "00012"),
            ("0", 123.0, "123"),
            ("0.00", 1.1, "1.10"),
            ("0.0#", 1.0, "1.0"),
            ("\"S\"0000", 12.0, "S0012"),
            ("\\S0000", 12.0, "S0012"),
            ("00\\-000", 12345.0, "12-345"),
            ("000-000", 1234567.0, "1234-567"),
            ("(000) 000-0000", 5551234567.0, "(555) 123-4567"),
            ("#,##0", 12345.0, "12345"),
            ("[Red]0000", 7.0, "0007"),
            ("[$-409]0000", 7.0, "0007"),
            ("0000_ ", 7.0, "0007"),
            ("0;\"minus \"0", -7.0, "minus 7"),
            ("0", -7.0, "-7"),
            ("[>99]000;0000", 100.0, "100"),
            ("[>99]000;0000", 7.0, "0007"),
            ("General\"号\"", 7.0, "7号"),
            ("G/通用格式\"号\"", 7.0, "7号"),
            ("\"No. \"@", 7.0, "No. 7"),
            ("0%", 0.85, "85%"),
            ("0.0%", 0.85, "85.0%"),
        ] {
            assert_eq!(text(code, number).as_deref(), Some(shown), "{code} {number}");
        }
        for (code, number) in [
            ("0", 12.5),
            ("0.00", 1.234),
            ("#,##0.00", 1234.5),
            (";;;", 7.0),
            // Two numbers could look the same.
            ("0000;-0000;\"none\"", 0.0),
            ("# ?/?", 1.5),
            ("?0", -7.0),
            ("!S0000", 12.0),
            ("[=1]\"one\";[=2]\"two\";0", -7.0),
            ("0.00E+00", 12.0),
            ("[DBNum1]0", 7.0),
            ("0,", 12000.0),
            ("[<0]0", -7.0),
            ("\"hidden\"", 7.0),
        ] {
            assert_eq!(text(code, number), None, "{code} {number}");
        }
    }

    #[test]
    fn what_a_number_says() {
        for (code, number, look) in [
            ("0%", 0.5, Look::Percent(1)),
            ("[Red]0.0%", 0.5, Look::Percent(1)),
            ("0.0%;-0.0%", -0.5, Look::Percent(1)),
            ("0;0%", 0.5, Look::Number),
            ("0;0%", -0.5, Look::Percent(1)),
            ("[<1]0%;0", 0.5, Look::Percent(1)),
            ("[<1]0%;0", 5.0, Look::Number),
            ("0%%", 0.5, Look::Percent(2)),
            ("0\\%", 0.5, Look::Number),
            ("0\"%\"", 0.5, Look::Number),
            ("#,##0.00 [$€-407]", 0.5, Look::Number),
            ("yyyy-mm-dd", 46204.0, Look::Moment),
            ("[$-409]d\\-mmm\\-yy;@", 46204.0, Look::Moment),
            ("[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", 46204.0, Look::Moment),
            ("yyyy\"年\"m\"月\"d\"日\"", 46204.0, Look::Moment),
            ("[DBNum1][$-804]yyyy\"年\"m\"月\"", 46204.0, Look::Moment),
            ("[$-411]ggge\"年\"m\"月\"d\"日\"", 46204.0, Look::Moment),
            ("h:mm AM/PM", 0.5, Look::Moment),
            ("[h]:mm", 1.5, Look::Elapsed),
            ("[mm]:ss", 1.5, Look::Elapsed),
            ("0.00E+00", 1.5, Look::Number),
            ("General", 1.5, Look::Number),
            ("[Red]General", 1.5, Look::Number),
            ("0\"d\"", 1.5, Look::Number),
            ("_-* #,##0.00 _d_-", 1.5, Look::Number),
        ] {
            assert_eq!(NumberFormat::of(code).look(number), look, "{code} {number}");
        }
        assert_eq!(built_in(14).look(1.0), Look::Moment);
        assert_eq!(built_in(9).look(1.0), Look::Percent(1));
        assert!(built_in(0).is_general() && NumberFormat::of("General").is_general());
        assert!(!NumberFormat::of("0").is_general() && !NumberFormat::of("d").is_general());
    }

    #[test]
    fn what_else_is_said_of_an_amount() {
        for (code, currency) in [
            ("[$€-407] #,##0.00", Some("€")),
            ("#,##0.00 \"EUR\"", Some("EUR")),
            ("\"¥\"#,##0", Some("¥")),
            ("0\" Stk\"", None),
            ("#,##0", None),
        ] {
            assert_eq!(NumberFormat::of(code).currency(5.0), currency, "{code}");
        }
        for (code, multiplies) in [
            ("0\"万\"", true),
            ("0.0 \"Mio\"", true),
            ("0!.0,\"万\"", false),
            ("0!.0000\"万\"", false),
            ("0,\"千\"", false),
            ("0\"件\"", false),
        ] {
            assert_eq!(NumberFormat::of(code).has_magnitude(5.0), multiplies, "{code}");
        }
        assert_eq!(NumberFormat::of("0\\%").percent_beside(5.0), Some('%'));
        assert_eq!(NumberFormat::of("0%").percent_beside(0.5), None);
    }
}
