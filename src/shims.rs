//! STAND-INS for stages that are built elsewhere; each says what replaces it. Delete this file when they are there:
//! only `project.rs` and `cli/` name it.

/// Replaced by `crate::syntax::parse`.
pub mod syntax {
    use crate::diagnostic::Diagnostic;
    use crate::source::FileId;
    use crate::syntax::tree;

    pub struct Parsed {
        pub tree: tree::File,
        pub diagnostics: Vec<Diagnostic>,
    }

    pub fn parse(_: FileId, _: &str) -> Parsed {
        Parsed { tree: tree::File::default(), diagnostics: Vec::new() }
    }
}

/// Replaced by `crate::model::check`.
pub mod model {
    use crate::diagnostic::Diagnostic;
    use crate::model::Model;
    use crate::source::SourceSet;
    use crate::syntax::tree;

    pub fn check(_: &[tree::File], _: &SourceSet) -> (Model, Vec<Diagnostic>) {
        (Model::default(), Vec::new())
    }
}

/// Replaced by `crate::plan::plan`.
pub mod plan {
    use crate::diagnostic::Diagnostic;
    use crate::model::Model;
    use crate::plan::{Plan, program::Program, query::Query};
    use crate::time::PeriodName;

    pub fn plan(model: &Model, period: PeriodName) -> Result<Plan, Vec<Diagnostic>> {
        let months = model.company.calendar.months(period);
        let (first_day, last_day) = model.company.calendar.days(months);
        let (query, program) = (Query::default(), Program::default());
        Ok(Plan { period, months, first_day, last_day, query, program })
    }
}

/// Replaced by `crate::data`.
pub mod data {
    use std::path::PathBuf;

    use crate::diagnostic::Diagnostic;
    use crate::model::Model;
    use crate::plan::query::{Answers, Query};

    /// Told while files are read.
    pub trait Progress: Sync {
        fn started(&self, file: &str, bytes: u64);
        /// So many bytes of the file have been read by now.
        fn advanced(&self, file: &str, bytes: u64);
        fn finished(&self, file: &str);
    }

    pub struct Options<'a> {
        pub data: PathBuf,
        pub threads: usize,
        pub strict: bool,
        pub allow_empty: bool,
        pub progress: Option<&'a dyn Progress>,
    }

    pub fn answer(_: &Model, _: &Query, _: &Options<'_>) -> Result<Answers, Vec<Diagnostic>> {
        Ok(Answers::default())
    }
}

/// Replaced by `crate::score::score`.
pub mod score {
    use crate::diagnostic::Diagnostic;
    use crate::model::Model;
    use crate::plan::{Plan, query::Answers};
    use crate::score::card::Results;

    pub fn score(_: &Model, plan: &Plan, answers: &Answers) -> Result<Results, Vec<Diagnostic>> {
        Ok(Results {
            period: plan.period,
            months: plan.months,
            first_day: plan.first_day,
            last_day: plan.last_day,
            people: Vec::new(),
            without_position: Vec::new(),
            files: answers.files.clone(),
        })
    }
}

/// Replaced by `crate::diagnostic::human`.
pub mod human {
    use crate::diagnostic::{Diagnostic, Severity};
    use crate::source::SourceSet;

    pub struct HumanOptions {
        pub color: bool,
        pub width: usize,
        pub limit: usize,
    }

    pub fn render(diagnostics: &[Diagnostic], sources: &SourceSet, options: &HumanOptions) -> String {
        let mut out = String::new();
        for diagnostic in diagnostics.iter().take(options.limit) {
            let kind = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
            out.push_str(&format!("{kind}[{}]: {}\n", diagnostic.code.as_str(), diagnostic.message));
            if let Some(label) = diagnostic.labels.first() {
                let file = sources.get(label.span.file);
                let (line, column) = file.line_column(label.span.start);
                out.push_str(&format!("  at {}:{line}:{column}\n", file.path.display()));
            }
            if let Some(help) = &diagnostic.help {
                out.push_str(&format!("  help: {help}\n"));
            }
        }
        out
    }
}
