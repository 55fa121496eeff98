//! How serious findings are: what the company's `allow`, `warn` and `deny` ask for, and those of the command line.

use super::{Code, Diagnostic, Severity};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Not shown.
    Allow,
    /// Shown; the project counts as sound all the same.
    Warn,
    /// An error.
    Deny,
}

/// The levels that differ from the usual ones.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    codes: Vec<(Code, Level)>,
    deny_warnings: bool,
}

/// Why a level cannot be set.
#[derive(Debug, PartialEq, Eq)]
pub enum LevelError {
    /// The finding leaves nothing that could be evaluated.
    AlwaysAnError(Code),
    /// One code, two levels.
    TwoLevels(Code),
}

impl Code {
    /// Whether a model is usable in spite of a finding with this code.
    pub fn is_lint(self) -> bool {
        self.severity() == Severity::Warning || self == Code::HouseRule
    }

    /// Whether the findings of a draft have this code as a warning.
    pub fn is_lenient_in_drafts(self) -> bool {
        matches!(self, Code::SharesTotal | Code::Incomplete)
    }
}

impl Levels {
    pub fn deny_warnings(&mut self) {
        self.deny_warnings = true;
    }

    pub fn set(&mut self, code: Code, level: Level) -> Result<(), LevelError> {
        if level != Level::Deny && !code.is_lint() && !code.is_lenient_in_drafts() {
            return Err(LevelError::AlwaysAnError(code));
        }
        match self.codes.iter().find(|(known, _)| *known == code) {
            Some((_, known)) if *known != level => Err(LevelError::TwoLevels(code)),
            Some(_) => Ok(()),
            None => {
                self.codes.push((code, level));
                Ok(())
            }
        }
    }

    /// These levels, and those of `others` for what these leave open: the command line goes before the company.
    #[must_use]
    pub fn before(&self, others: &Levels) -> Levels {
        let mut joined = self.clone();
        let open = others.codes.iter().filter(|(code, _)| !self.codes.iter().any(|(known, _)| known == code));
        joined.codes.extend(open);
        joined.deny_warnings |= others.deny_warnings;
        joined
    }

    /// The findings as this run sees them. A level for one code goes before `deny warnings`.
    pub fn apply(&self, diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
        diagnostics
            .into_iter()
            .filter_map(|mut diagnostic| {
                let level = self.codes.iter().find(|(code, _)| *code == diagnostic.code).map(|(_, level)| *level);
                // An approved position whose shares do not total 100 % stays an error, whatever is asked for.
                let fixed = diagnostic.is_error() && !diagnostic.code.is_lint();
                match level {
                    Some(Level::Allow) if !fixed => return None,
                    Some(Level::Warn) if !fixed => diagnostic.severity = Severity::Warning,
                    Some(Level::Deny) => diagnostic.severity = Severity::Error,
                    None if self.deny_warnings => diagnostic.severity = Severity::Error,
                    _ => {}
                }
                Some(diagnostic)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(code: Code, severity: Severity) -> Diagnostic {
        Diagnostic { severity, ..Diagnostic::new(code, "found") }
    }

    fn after(levels: &Levels, code: Code, severity: Severity) -> Option<Severity> {
        levels.apply(vec![found(code, severity)]).first().map(|diagnostic| diagnostic.severity)
    }

    #[test]
    fn lints_take_any_level_and_errors_stay() {
        use Severity::{Error, Warning};
        let mut levels = Levels::default();
        levels.set(Code::Unused, Level::Allow).unwrap();
        levels.set(Code::HouseRule, Level::Warn).unwrap();
        levels.set(Code::Incomplete, Level::Allow).unwrap();
        levels.deny_warnings();
        assert_eq!(after(&levels, Code::Unused, Warning), None);
        assert_eq!(after(&levels, Code::HouseRule, Error), Some(Warning));
        assert_eq!(after(&levels, Code::Incomplete, Warning), None);
        assert_eq!(after(&levels, Code::Incomplete, Error), Some(Error));
        assert_eq!(after(&levels, Code::NoEffect, Warning), Some(Error));
        assert_eq!(after(&levels, Code::UnknownName, Error), Some(Error));
    }

    #[test]
    fn the_command_line_goes_before_the_company() {
        use Severity::{Error, Warning};
        let (mut company, mut line) = (Levels::default(), Levels::default());
        company.set(Code::Unused, Level::Allow).unwrap();
        company.set(Code::NoEffect, Level::Deny).unwrap();
        line.set(Code::NoEffect, Level::Warn).unwrap();
        line.deny_warnings();
        let levels = line.before(&company);
        assert_eq!(after(&levels, Code::Unused, Warning), None);
        assert_eq!(after(&levels, Code::NoEffect, Warning), Some(Warning));
        assert_eq!(after(&levels, Code::DatedGap, Warning), Some(Error));
    }

    #[test]
    fn what_leaves_no_model_cannot_be_allowed() {
        let mut levels = Levels::default();
        for code in Code::ALL {
            let refused = levels.set(*code, Level::Allow) == Err(LevelError::AlwaysAnError(*code));
            assert_eq!(
                refused,
                code.severity() == Severity::Error
                    && !matches!(code.as_str(), "house-rule" | "shares-total" | "incomplete")
            );
        }
        assert_eq!(levels.set(Code::Unused, Level::Deny), Err(LevelError::TwoLevels(Code::Unused)));
        assert_eq!(levels.set(Code::UnknownName, Level::Deny), Ok(()));
    }
}
