//! `merit check`

use std::collections::BTreeSet;
use std::io::Write;

use super::args::CheckArgs;
use super::exit::{Exit, Failure};
use super::terminal::{self, FINDINGS_SHOWN};
use crate::diagnostic::human::{HumanOptions, render};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::{self, Project};

pub fn run(args: &CheckArgs) -> Result<Exit, Failure> {
    let project = project::load(&args.specs.paths)?;
    let look = terminal::stdout(args.color.color);
    let options = HumanOptions { color: look.color, width: look.width, limit: FINDINGS_SHOWN };
    let mut text = render(&project.diagnostics, &project.sources, &options);
    if !text.is_empty() && !text.ends_with("\n\n") {
        text.push('\n');
    }
    text.push_str(&summary(&project));
    text.push('\n');
    std::io::stdout().write_all(text.as_bytes()).map_err(|error| Failure::writing("the findings", &error))?;
    Ok(if project.has_errors() { Exit::Findings } else { Exit::Clean })
}

/// `checked 12 files: 5 positions, 54 KPIs, no findings`
fn summary(project: &Project) -> String {
    let mut parts = Vec::new();
    let positions = project.model.positions.iter().map(|position| &position.name).collect::<BTreeSet<_>>();
    parts.push(counted(positions.len(), "position"));
    parts.push(counted(project.model.kpis.len(), "KPI"));
    parts.push(findings(&project.diagnostics));
    format!("checked {}: {}", counted(project.files, "file"), parts.join(", "))
}

/// `2 errors, 1 warning`, or `no findings`.
pub fn findings(diagnostics: &[Diagnostic]) -> String {
    let of = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let parts = [(of(Severity::Error), "error"), (of(Severity::Warning), "warning")];
    let parts = parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| counted(*count, what));
    match parts.collect::<Vec<_>>() {
        none if none.is_empty() => "no findings".into(),
        some => some.join(", "),
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
