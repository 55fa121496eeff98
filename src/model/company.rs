//! The company: its settings, how serious it takes findings, and the units of the project.

use super::Company;
use super::checker::{Checker, Symbol};
use super::names::uses::Use;
use super::types::unit::DisplayUnit;
use crate::diagnostic::{Code, Diagnostic, Help, Level, LevelError, Levels, Mend};
use crate::number::Rounding;
use crate::source::Span;
use crate::syntax::tree;
use crate::time::{Calendar, month_named};

/// Of a score that is rounded.
const MOST_DECIMALS: u32 = 20;

impl Checker<'_> {
    pub(super) fn company(&mut self) {
        for extra in self.declarations.companies.iter().skip(1).copied().collect::<Vec<_>>() {
            let first = self.declarations.companies[0].name.span;
            self.report(
                Diagnostic::new(Code::DeclaredTwice, "a project has one company")
                    .at(extra.name.span, "a second one")
                    .at(first, "the first one")
                    .help("keep one `company` block and remove the other"),
            );
        }
        let Some(declared) = self.declarations.companies.first().copied() else { return };
        let mut company = Company { name: declared.name.value.clone(), ..Company::default() };
        let mut sees_raw = None;
        for setting in &declared.settings {
            match setting {
                tree::Setting::Currency(name) => match iso_currency::Currency::from_code(&name.text) {
                    Some(currency) => company.currency = Some(currency.code().to_string()),
                    None => self.report(
                        Diagnostic::new(Code::UnknownUnit, format!("`{}` is not a currency", name.text))
                            .at(name.span, "unknown")
                            .help(match currency_code(&name.text) {
                                Some(code) => by_code(name.span, code),
                                None => "write a code of ISO 4217, such as `CNY`, `USD` or `EUR`".into(),
                            }),
                    ),
                },
                tree::Setting::Requires(_) => {}
                tree::Setting::Files(written) => {
                    company.files = self.written(written, std::mem::take(&mut company.files))
                }
                tree::Setting::FiscalYear { month, named_by_end } => match month_named(&month.text) {
                    Some(number) => {
                        company.calendar = Calendar { fiscal_start: number, named_by_end: *named_by_end, own: None };
                    }
                    None => self.report(
                        Diagnostic::new(Code::UnknownName, format!("`{}` is not a month", month.text))
                            .at(month.span, "unknown")
                            .help("write the month's English name: `fiscal year starts April`"),
                    ),
                },
                // Its data set is looked for when all are declared.
                tree::Setting::Calendar(_) => {}
                tree::Setting::ScoreDecimals(number) => {
                    let decimals = crate::number::Number::from(number.written).to_i64();
                    match decimals
                        .and_then(|decimals| u32::try_from(decimals).ok())
                        .filter(|decimals| *decimals <= MOST_DECIMALS)
                    {
                        Some(decimals) => company.score_decimals = Some(decimals),
                        None => self.report(
                            Diagnostic::new(Code::OutOfRange, format!("scores have 0 to {MOST_DECIMALS} decimals"))
                                .at(number.span, "out of range")
                                .mend(
                                    "write `scores to {} decimals`, or remove the line: then no score is rounded",
                                    Mend::replace(number.span, MOST_DECIMALS.to_string()),
                                ),
                        ),
                    }
                }
                tree::Setting::Rounding { half_even, .. } => {
                    company.rounding = if *half_even { Rounding::HalfEven } else { Rounding::HalfUp };
                }
                tree::Setting::RatingSeesRawScore(span) => {
                    company.rating_sees_raw_score = true;
                    sees_raw = Some(*span);
                }
                tree::Setting::Levels { level, codes } => self.levels(*level, codes, &mut company.levels),
                tree::Setting::Languages(names) => {
                    names.iter().for_each(|name| self.language_code(name));
                    company.languages = names.iter().map(|name| name.text.clone()).collect();
                }
            }
        }
        self.model.company = company;
        if let Some(span) = sees_raw {
            self.raw_is_rounded(span);
        }
    }

    /// A language is named by its code, as labels name it.
    fn language_code(&mut self, name: &tree::Name) {
        let code = name.text.split('_').next().unwrap_or_default();
        if (2..=3).contains(&code.len()) && code.bytes().all(|letter| letter.is_ascii_lowercase()) {
            return;
        }
        let meant = match name.text.to_lowercase().as_str() {
            "english" | "englisch" | "en" | "eng" => Some("en"),
            "german" | "deutsch" | "de" => Some("de"),
            "chinese" | "mandarin" | "中文" | "chinesisch" | "zh" | "cn" => Some("zh"),
            "french" | "français" | "francais" | "fr" => Some("fr"),
            "spanish" | "español" | "es" => Some("es"),
            "japanese" | "日本語" | "ja" => Some("ja"),
            "korean" | "ko" => Some("ko"),
            "italian" | "italiano" | "it" => Some("it"),
            "portuguese" | "português" | "pt" => Some("pt"),
            _ => None,
        };
        let finding = Diagnostic::new(Code::UnknownName, format!("`{}` is not the code of a language", name.text))
            .at(name.span, "not a code");
        self.report(match meant {
            Some(code) => finding.mend("write `{}`", Mend::replace(name.span, code)),
            None => finding.help("write the code that labels have before their quotes, such as `en`, `de` or `zh`"),
        });
    }

    /// `rating sees raw score` where no score is rounded.
    pub(super) fn raw_is_rounded(&mut self, span: Span) {
        if self.model.company.score_decimals.is_some() {
            return;
        }
        self.report(
            Diagnostic::new(Code::NoEffect, "`rating sees raw score` changes nothing: no score is rounded")
                .at(span, "no effect")
                .mend(
                    "remove it, or say in the company how they are rounded, `scores to … decimals`",
                    Mend::remove(span),
                ),
        );
    }

    /// How serious the company takes findings with these codes.
    fn levels(&mut self, level: Level, codes: &[tree::Name], levels: &mut Levels) {
        let word = match level {
            Level::Allow => "allow",
            Level::Warn => "warn",
            Level::Deny => "deny",
        };
        for name in codes {
            if level == Level::Deny && name.text == "warnings" {
                levels.deny_warnings();
                continue;
            }
            let Some(code) = Code::named(&name.text) else {
                let known = Code::ALL.iter().map(|code| code.as_str());
                let mend =
                    self.did_you_mean(&name.text, name.span, known, || "`merit explain` lists all codes".to_string());
                self.report(
                    Diagnostic::new(Code::UnknownName, format!("there is no finding with the code `{}`", name.text))
                        .at(name.span, "unknown")
                        .help(mend),
                );
                continue;
            };
            let finding = match levels.set(code, level) {
                Ok(()) => continue,
                Err(LevelError::AlwaysAnError(_)) => Diagnostic::new(
                    Code::FixedLevel,
                    format!("specs with the mistake `{code}` cannot be used, so it stays an error", code = name.text),
                )
                .at(name.span, format!("cannot be set to `{word}`"))
                .help(format!("remove `{0}` here, and mend what it finds; `merit explain {0}` tells how", name.text)),
                Err(LevelError::TwoLevels(_)) => {
                    Diagnostic::new(Code::FixedLevel, format!("`{}` is given two levels", name.text))
                        .at(name.span, "has another level already")
                        .help("give each code one level only")
                }
            };
            self.report(finding);
        }
    }

    pub(super) fn declare_units(&mut self) {
        let declared = self.declarations.units.clone();
        for unit in declared.iter().filter(|unit| unit.label.text.is_some() || !unit.label.translations.is_empty()) {
            for name in [Some(&unit.name), unit.plural.as_ref()].into_iter().flatten() {
                let label = self.label(&name.text, &unit.label);
                self.model.unit_labels.insert(name.text.clone(), label);
            }
            if let (Some(text), Some(_)) = (&unit.label.text, &unit.multiple) {
                // A multiple goes by its label in all languages that have none of their own.
                let label = self.label(&text.value, &unit.label);
                self.model.unit_labels.insert(text.value.clone(), label);
            }
        }
        // Multiples may be of units declared further down, so counted units come first.
        for unit in declared.iter().filter(|unit| unit.multiple.is_none()) {
            let plural = unit.plural.as_ref().map_or_else(|| unit.name.text.clone(), |plural| plural.text.clone());
            if self.units.add_counted(&unit.name.text, &plural).is_some() {
                self.unit_twice(&unit.name);
            }
        }
        for unit in &declared {
            let Some(multiple) = &unit.multiple else { continue };
            let Some(of) = multiple.unit.as_ref() else {
                self.report(
                    Diagnostic::new(Code::UnknownUnit, format!("`{}` is a multiple of nothing", unit.name.text))
                        .at(multiple.span, "a number without a unit")
                        .help("name the unit behind the number, as in `unit wan = 10_000 CNY`"),
                );
                continue;
            };
            let Some(of) = self.unit(of) else { continue };
            let plural = unit.plural.as_ref().map_or(&unit.name.text, |plural| &plural.text);
            let label = unit.label.text.as_ref().map(|text| text.value.as_str());
            if self.units.add_multiple([&unit.name.text, plural], label, multiple.written.into(), &of).is_some() {
                self.unit_twice(&unit.name);
            }
        }
        self.model.units = (*self.units).clone();
    }

    fn unit_twice(&mut self, name: &tree::Name) {
        self.report(
            Diagnostic::new(Code::DeclaredTwice, format!("the unit `{}` exists already", name.text))
                .at(name.span, "declared again here")
                .help("remove this line, or choose another name"),
        );
    }

    /// A unit of the project by its name or plural.
    pub(super) fn uses_unit(&mut self, written: &str) {
        let called = |name: Option<&tree::Name>| name.is_some_and(|name| name.text == written);
        let at =
            self.declarations.units.iter().position(|unit| called(Some(&unit.name)) || called(unit.plural.as_ref()));
        self.used.extend(at.map(Use::Unit));
    }

    /// The unit that is written; unknown names are reported.
    pub(super) fn unit(&mut self, written: &tree::UnitExpr) -> Option<DisplayUnit> {
        let mut result: Option<DisplayUnit> = None;
        for factor in &written.factors {
            let Some(unit) = self.units.get(&factor.name.text) else {
                let currency = self.other_word_for(&factor.name.text, factor.name.span);
                let near = || {
                    let name = &factor.name.text;
                    let help = self.did_you_mean(name, factor.name.span, self.units.names(), String::new);
                    if !help.mends.is_empty() {
                        return help;
                    }
                    let one = name.strip_suffix('s').filter(|one| !one.is_empty());
                    let unit = match one {
                        Some(one) => format!("unit {one}, {name}"),
                        None => format!("unit {name}"),
                    };
                    let start = Span { start: 0, end: 0, ..factor.name.span };
                    let mend = Mend::replace(start, format!("{unit}\n\n")).shown_as(unit);
                    Help::of("for something that is counted declare it, on a line of its own: `{}`", [mend])
                };
                let mend = currency.unwrap_or_else(near);
                self.report(
                    Diagnostic::new(Code::UnknownUnit, format!("there is no unit `{}`", factor.name.text))
                        .at(factor.name.span, "unknown")
                        .help(mend),
                );
                return None;
            };
            self.uses_unit(&factor.name.text);
            result = Some(match result {
                None => unit,
                Some(so_far) => so_far.combine(&unit, factor.per),
            });
        }
        result
    }

    /// The unit a type stands for, where only a number will do (KPIs, constants, scales, outputs).
    pub(super) fn number_type(&mut self, ty: &tree::Type, of: &str) -> Option<DisplayUnit> {
        const WORDS: &str = "words for ranges of a score are the grades of a rating, which a scorecard names, as in `rating grades`. \
                             Everything else is a number with a unit, as in `%`, `point`, `CNY` or `CNY/person`";
        let (span, mend) = match ty {
            tree::Type::Unit(unit) => {
                let rating = |name: &tree::Name| matches!(self.symbols.get(&*name.text), Some((Symbol::Rating(_), _)));
                if !matches!(unit.factors.as_slice(), [one] if rating(&one.name)) {
                    return self.unit(unit);
                }
                (unit.span, WORDS)
            }
            tree::Type::Text(span) | tree::Type::OneOf(_, span) => (*span, WORDS),
            tree::Type::Flag(span) => (
                *span,
                "write the unit `number` and `if … then 1 else 0`; the part of rows that meet a condition is `share(… of …)`, \
                 in `%`",
            ),
            tree::Type::Date(span)
            | tree::Type::Period(span)
            | tree::Type::Position(span)
            | tree::Type::LinkBy { span, .. } => (*span, "write a unit, as in `%`, `point`, `CNY` or `CNY/person`"),
        };
        self.report(
            Diagnostic::new(Code::WrongType, format!("{of} is a number, and this type is not"))
                .at(span, "not a unit")
                .help(mend),
        );
        None
    }

    /// The unit declared for a name; where it cannot be read, the name counts as untyped from here on.
    pub(super) fn declared_unit(&mut self, name: &tree::Name, ty: &tree::Type, of: &str) -> DisplayUnit {
        self.number_type(ty, of).unwrap_or_else(|| {
            self.untyped.insert(name.text.clone());
            DisplayUnit::number()
        })
    }
}

fn by_code(at: Span, code: &str) -> Help {
    Help::of("write `{}`, its code of ISO 4217", [Mend::replace(at, code)])
}

/// The code of a currency that goes by another name.
impl Checker<'_> {
    /// The unit that a word of everyday speech, or of other programs, stands for.
    pub(super) fn other_word_for(&self, word: &str, at: Span) -> Option<Help> {
        let write = |words: &str, text: &str| Some(Help::of(words, [Mend::replace(at, text)]));
        let upper = word.to_uppercase();
        if upper != word && self.units.get(&upper).is_some() {
            return write("write `{}`", &upper);
        }
        let own = || self.model.company.currency.clone().unwrap_or_else(|| "CNY".into());
        match word.to_lowercase().as_str() {
            "percent" | "pct" | "percentage" | "prozent" => {
                // `50 percent`: the sign stands at its number.
                let before = self.sources.get(at.file).text.get(..at.start as usize).unwrap_or_default();
                let number = before.trim_end_matches(' ');
                let blanks =
                    if number.ends_with(|c: char| c.is_ascii_digit()) { before.len() - number.len() } else { 0 };
                let at = Span { start: at.start - blanks as u32, ..at };
                Some(Help::of("write `{}`", [Mend::replace(at, "%")]))
            }
            "money" | "currency" | "cash" => write("write the code of the currency, such as `{}`", &own()),
            "string" | "varchar" => write("write `{}`", "text"),
            "int" | "integer" | "decimal" | "float" | "double" | "numeric" => write("write `{}`", "number"),
            "bool" | "boolean" | "yesno" => Some("write `flag`, in a column".into()),
            "datetime" | "timestamp" | "datum" | "日期" => write("write `{}`", "date"),
            "str" | "char" | "文本" | "zeichen" => write("write `{}`", "text"),
            "number" | "zahl" | "数字" | "数值" => write("write `{}`", "number"),
            "tag" | "tage" | "tagen" | "天" | "日" | "jours" => write("write `{}`", "days"),
            "woche" | "wochen" | "周" => write("write `{}`", "weeks"),
            "monat" | "monate" | "monaten" | "月" | "个月" | "mois" => write("write `{}`", "months"),
            "jahr" | "jahre" | "jahren" | "年" | "ans" => write("write `{}`", "years"),
            "stunde" | "stunden" | "小时" | "heures" | "hrs" => write("write `{}`", "hours"),
            "punkt" | "punkte" | "分" | "pts" => write("write `{}`", "points"),
            _ => Some(by_code(at, currency_code(word)?)),
        }
    }
}

fn currency_code(name: &str) -> Option<&'static str> {
    match name.to_lowercase().as_str() {
        "rmb" | "yuan" | "元" | "人民币" => Some("CNY"),
        "dollar" | "dollars" | "美元" => Some("USD"),
        "euro" | "euros" | "欧元" => Some("EUR"),
        "hk" | "港元" | "港币" => Some("HKD"),
        "ntd" | "nt" | "新台币" => Some("TWD"),
        _ => None,
    }
}
