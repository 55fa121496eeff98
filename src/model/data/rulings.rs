//! Data sets of rulings: which of their columns say who, when, what, what for and why.

use super::{ColumnIx, ColumnType, DataSet, RulingColumns};
use crate::diagnostic::{Code, Diagnostic, Help};
use crate::model::checker::Checker;
use crate::source::Span;
use crate::syntax::tree;
use crate::syntax::tree::DataClause;

/// A column that says a part of a ruling.
struct Part {
    /// What it says, for messages.
    says: &'static str,
    /// Its name, where that tells it from others of its type.
    name: Option<&'static str>,
    /// How it is declared.
    line: &'static str,
    fits: fn(&Checker, &ColumnType) -> bool,
}

const TEXT: fn(&Checker, &ColumnType) -> bool = |_, ty| matches!(ty, ColumnType::Text);
const PERSON: Part = Part {
    says: "whom it is about",
    name: None,
    line: "column person : people",
    fits: |checker, ty| match ty {
        ColumnType::Link { data, .. } => checker.model.data[data.0].roster.is_some(),
        _ => false,
    },
};
const POST: Part = Part {
    says: "in which post",
    name: None,
    line: "column post : position",
    fits: |_, ty| matches!(ty, ColumnType::Position),
};
const PERIOD: Part = Part {
    says: "for which period it is",
    name: None,
    line: "column period : period",
    fits: |_, ty| matches!(ty, ColumnType::Period),
};
const WHAT: Part = Part { says: "what it is on", name: Some("what"), line: "column what : text", fits: TEXT };
const RULED: Part =
    Part { says: "what holds from then on", name: Some("ruled"), line: "column ruled : text from \"to\"", fits: TEXT };
const REASON: Part = Part { says: "why", name: Some("reason"), line: "column reason : text", fits: TEXT };
const BY: Part = Part { says: "who decided it", name: Some("by"), line: "column by : text", fits: TEXT };
const ON: Part = Part {
    says: "when it was decided",
    name: None,
    line: "column on : date",
    fits: |_, ty| matches!(ty, ColumnType::Date),
};

impl Checker<'_> {
    /// Finds the columns of the data set of rulings; a project has one for each roster at most.
    pub(super) fn rulings(&mut self, declared: &[&tree::Data]) {
        let mut known: Vec<(super::DataId, Span, String)> = Vec::new();
        for (at, data) in declared.iter().enumerate() {
            let clause = data.clauses.iter().find_map(|clause| match clause {
                DataClause::Rulings(span) => Some(*span),
                _ => None,
            });
            let (Some(span), set) = (clause, self.model.data[at].clone()) else { continue };
            if set.roster.is_some() || set.organisation.is_some() {
                let what = if set.roster.is_some() { "a roster" } else { "the organisation" };
                self.report(
                    Diagnostic::new(Code::BadDataSet, format!("`{}` is {what}, and holds no rulings", set.name))
                        .at(span, "rulings")
                        .help("write rulings in a data set of their own"),
                );
                continue;
            }
            let Some(columns) = self.ruling_columns(&set, span) else { continue };
            let ColumnType::Link { data: roster, .. } = set.column(columns.person).ty else { continue };
            if let Some((_, first, name)) = known.iter().find(|(other, ..)| *other == roster) {
                let finding = Diagnostic::new(
                    Code::BadDataSet,
                    format!("`{}` and `{name}` both hold rulings on `{}`", set.name, self.model.data[roster.0].name),
                );
                let finding = finding.at(span, "the second").at(*first, "the first");
                self.report(finding.help("write them in one data set, which may have several files"));
                continue;
            }
            known.push((roster, span, set.name));
            self.model.data[at].rulings = Some(columns);
        }
    }

    fn ruling_columns(&mut self, set: &DataSet, span: Span) -> Option<RulingColumns> {
        // A column whose type nobody knows may be any of them.
        let untyped = set.columns.iter().any(|column| self.columns_without_type.contains(&column.span.key()));
        let mut lacking: Vec<&Part> = Vec::new();
        let mut found: Vec<Option<ColumnIx>> = Vec::new();
        for part in [&PERSON, &POST, &PERIOD, &WHAT, &RULED, &REASON, &BY, &ON] {
            let column = self.ruling_column(set, part, span)?;
            if column.is_none() && part.says != POST.says {
                lacking.push(part);
            }
            found.push(column);
        }
        if lacking.is_empty() {
            let [person, post, period, what, ruled, reason, by, on] = <[Option<ColumnIx>; 8]>::try_from(found).ok()?;
            return Some(RulingColumns {
                person: person?,
                post,
                period: period?,
                what: what?,
                ruled: ruled?,
                reason: reason?,
                by: by?,
                on: on?,
            });
        }
        if !untyped {
            let says: Vec<&str> = lacking.iter().map(|part| part.says).collect();
            let roster = self.model.data.iter().find(|set| set.roster.is_some()).map(|set| set.name.clone());
            let line = |part: &Part| match (part.says == PERSON.says, &roster) {
                (true, Some(roster)) => format!("column person : {roster}"),
                _ => part.line.to_string(),
            };
            // One of that name, and of another type.
            let named = |part: &Part| {
                let name = part.line.split(' ').nth(1)?;
                set.column_named(name).map(|column| set.column(column).span)
            };
            let help = match lacking.as_slice() {
                [only] if named(only).is_none() => {
                    Help::of("add the line of such a column: `{}`", self.line_in(set.span, line(only)))
                }
                _ => "give each of these a column: the reference has an example of all of them".into(),
            };
            let at = lacking.iter().find_map(|part| named(part));
            self.report(
                Diagnostic::new(
                    Code::BadDataSet,
                    format!("no column of the rulings `{}` says {}", set.name, says.join(", ")),
                )
                .at(at.unwrap_or(span), if at.is_some() { "of another type" } else { "rulings" })
                .help(help),
            );
        }
        None
    }

    /// `None` where a mistake was told.
    fn ruling_column(&mut self, set: &DataSet, part: &Part, span: Span) -> Option<Option<ColumnIx>> {
        let fits = |column: &&ColumnIx| {
            let column = set.column(**column);
            (part.fits)(self, &column.ty) && part.name.is_none_or(|name| column.name == name)
        };
        let all: Vec<ColumnIx> = (0..set.columns.len()).map(ColumnIx).collect();
        let fitting: Vec<ColumnIx> = all.iter().filter(fits).copied().collect();
        if let [first, second, ..] = fitting.as_slice() {
            self.report(
                Diagnostic::new(
                    Code::BadDataSet,
                    format!("two columns of the rulings `{}` say {}", set.name, part.says),
                )
                .at(set.column(*second).span, "the second")
                .at(set.column(*first).span, "the first")
                .at(span, "rulings")
                .help(format!(
                    "keep that type for the one that says {}, and give the other one another, as in `column {} : text`",
                    part.says,
                    set.column(*second).name
                )),
            );
            return None;
        }
        let Some(column) = fitting.first() else { return Some(None) };
        let declared = set.column(*column);
        if declared.optional && part.says != POST.says {
            self.report(
                Diagnostic::new(
                    Code::BadDataSet,
                    format!("the column `{}` may be blank, and says {} of each ruling", declared.name, part.says),
                )
                .at(declared.span, "must always be there")
                .help(Help::of(
                    "remove `optional`",
                    self.word_behind(declared.span, "optional").map(|at| self.without(at)),
                )),
            );
            return None;
        }
        if self.has_formula(set, &declared.name) {
            self.report(
                Diagnostic::new(Code::BadDataSet, format!("the column `{}` of rulings is computed", declared.name))
                    .at(declared.span, "a formula")
                    .help("what was decided stands in the file as it was decided: read the column from it"),
            );
            return None;
        }
        Some(Some(*column))
    }
}
