//! How numbers, dates and blank cells are written in files: what a column, its data set or the company says.

use super::{Choice, ColumnType, NumberSigns};
use crate::diagnostic::{Code, Diagnostic, Mend};
use crate::encoding::Encoding;
use crate::model::checker::Checker;
use crate::nearest::nearest;
use crate::syntax::tree;

impl NumberSigns {
    /// Of an example: `1.234,56`, `1 234,56`, `1234,56`, `12,34,567.89`.
    pub fn of(example: &str) -> Option<NumberSigns> {
        let sign = |c: char| !c.is_ascii_digit();
        let signs: Vec<char> = example.chars().filter(|c| sign(*c)).collect();
        let parts: Vec<&str> = example.split(sign).collect();
        let (decimal, groups) = signs.split_last()?;
        let (decimals, whole) = parts.split_last()?;
        let group = groups.first().copied();
        let one_group_sign = groups.iter().all(|c| Some(*c) == group) && group != Some(*decimal);
        let lengths: Vec<usize> = whole.iter().map(|part| part.len()).collect();
        let (first, last) = (*lengths.first()?, *lengths.last()?);
        let inner = lengths.get(1..lengths.len().saturating_sub(1)).unwrap_or_default();
        let indian = !inner.is_empty() && inner.iter().all(|length| *length == 2);
        let fits = match group {
            None => first > 0,
            Some(_) => (1..=3).contains(&first) && last == 3 && (indian || inner.iter().all(|length| *length == 3)),
        };
        let known = matches!(decimal, '.' | ',') && group.is_none_or(|c| ".,' ’\u{a0}\u{202f}".contains(c));
        // Three decimals could be thousands.
        let decimals = (1..=2).contains(&decimals.len());
        (known && one_group_sign && fits && decimals).then(|| NumberSigns {
            decimal: *decimal,
            group,
            indian,
            example: example.to_string(),
        })
    }
}

/// What holds where nothing nearer is said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Written {
    pub numbers: Option<NumberSigns>,
    pub dates: Option<String>,
    /// What a column, its data set and the company say adds up.
    pub blank: Vec<String>,
    pub encoding: Option<Encoding>,
}

impl Checker<'_> {
    pub(super) fn number_signs(&mut self, example: &tree::Text) -> Option<NumberSigns> {
        let signs = NumberSigns::of(&example.value);
        if signs.is_none() {
            self.report(
                Diagnostic::new(Code::BadDataSet, format!("`{}` does not show how numbers are written", example.value))
                    .at(example.span, "not an example of a number")
                    .help("write 1234.56 as the file does, as in `numbers \"1.234,56\"`, `numbers \"1,234.56\"`, `numbers \"1234,56\"` or `numbers \"1 234,56\"`"),
            );
        }
        signs
    }

    pub(super) fn date_format(&mut self, format: &tree::Text) -> Option<String> {
        let mut letters: Vec<(char, usize)> = Vec::new();
        for letter in format.value.chars() {
            match letters.last_mut() {
                Some((last, count)) if *last == letter.to_ascii_uppercase() => *count += 1,
                _ => letters.push((letter.to_ascii_uppercase(), 1)),
            }
        }
        let of =
            |wanted: char| letters.iter().filter(|(letter, _)| *letter == wanted).map(|(_, count)| *count).collect();
        let (years, months, days): (Vec<usize>, Vec<usize>, Vec<usize>) = (of('Y'), of('M'), of('D'));
        let other = letters.iter().any(|(letter, _)| letter.is_alphanumeric() && !"YMD年月日号".contains(*letter));
        let fits = matches!(years.as_slice(), [2 | 4])
            && matches!(months.as_slice(), [1 | 2])
            && matches!(days.as_slice(), [1 | 2]);
        if !fits || other {
            self.report(
                Diagnostic::new(Code::BadDataSet, format!("`{}` does not say how a date is written", format.value))
                    .at(format.span, "not the form of a date")
                    .help("write the signs of year, month and day as the file has them, as in `DD.MM.YYYY` or `MM/DD/YYYY`"),
            );
            return None;
        }
        Some(format.value.clone())
    }

    /// Signs for a blank cell, as they stand in cells.
    pub(super) fn blank_signs(&mut self, texts: &[tree::Text]) -> Vec<String> {
        let mut signs = Vec::new();
        for text in texts {
            match text.value.trim() {
                "" => self.report(
                    Diagnostic::new(Code::BadDataSet, "`blank \"\"` says nothing: a cell without text is blank")
                        .at(text.span, "no sign")
                        .help("write what stands in such cells, as in `blank \"-\"`, or remove it"),
                ),
                sign => signs.push(sign.to_string()),
            }
        }
        signs
    }

    /// The signs for a blank cell in a column. A value of its set is nearer than what holds of the whole data set; where
    /// the column itself says both, one of the two is meant.
    pub(super) fn blanks_of(&mut self, column: &tree::Column, ty: &ColumnType, files: &Written) -> Vec<String> {
        let own = self.blank_signs(&column.blank);
        let choices: &[Choice] = if let ColumnType::Choice(choices) = ty { choices } else { &[] };
        let named = |sign: &str| choices.iter().find(|choice| choice.is_written(sign));
        for (sign, text) in own.iter().zip(&column.blank) {
            if let Some(choice) = named(sign) {
                self.report(
                    Diagnostic::new(
                        Code::BadDataSet,
                        format!("`{sign}` is a value of `{}` and a sign for a blank cell", column.name.text),
                    )
                    .at(text.span, format!("`{}` is written so, too", choice.name))
                    .help(format!("take `{sign}` out of one of the two")),
                );
            }
        }
        let general = files.blank.iter().filter(|sign| named(sign).is_none() && !own.contains(sign)).cloned();
        let general: Vec<String> = general.collect();
        own.into_iter().chain(general).collect()
    }

    fn encoding(&mut self, name: &tree::Text) -> Option<Encoding> {
        let encoding = Encoding::named(&name.value);
        if encoding.is_none() {
            let diagnostic = Diagnostic::new(Code::BadDataSet, format!("`{}` is no encoding", name.value))
                .at(name.span, "not known");
            self.report(match nearest(&name.value, Encoding::names()) {
                Some(near) => {
                    let mend = Mend::replace(name.span, format!("\"{near}\"")).shown_as(format!("encoding \"{near}\""));
                    diagnostic.mend("write `{}`", mend)
                }
                None => diagnostic.help(
                    "write its name as others do, as in `UTF-8`, `UTF-16LE`, `GB18030`, `Big5`, `Shift_JIS`, `EUC-KR`, `windows-1250` to \
                     `windows-1258`, `macintosh`, `cp437`, `cp850`",
                ),
            });
        }
        encoding
    }

    pub(in crate::model) fn written(&mut self, written: &tree::Written, so_far: Written) -> Written {
        let numbers = written.numbers.as_ref().and_then(|example| self.number_signs(example));
        let dates = written.dates.as_ref().and_then(|format| self.date_format(format));
        let mut blank = so_far.blank;
        blank.extend(self.blank_signs(&written.blank));
        let encoding = written.encoding.as_ref().and_then(|name| self.encoding(name));
        Written {
            numbers: numbers.or(so_far.numbers),
            dates: dates.or(so_far.dates),
            blank,
            encoding: encoding.or(so_far.encoding),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_show_the_signs() {
        for (example, decimal, group, indian) in [
            ("1.234,56", ',', Some('.'), false),
            ("1,234.56", '.', Some(','), false),
            ("1234,56", ',', None, false),
            ("1 234,5", ',', Some(' '), false),
            ("1'234.56", '.', Some('\''), false),
            ("12,34,567.89", '.', Some(','), true),
            ("1.234.567,8", ',', Some('.'), false),
        ] {
            let signs = NumberSigns::of(example).unwrap_or_else(|| panic!("{example}"));
            assert_eq!((signs.decimal, signs.group, signs.indian), (decimal, group, indian), "{example}");
        }
        for example in ["1234", "1.234", "1,234", "1.234.56", "1,23,456", "12345.678,9", "a", "1.234,567", ""] {
            assert_eq!(NumberSigns::of(example), None, "{example}");
        }
    }
}
