//! Specs with their data folder, opened to be planned; and what is said when findings stand in the way.

use std::path::Path;

use super::args::{ColorArgs, LinkArgs, SpecArgs};
use super::check::findings;
use super::eval::{data_folder, own_months_of};
use super::exit::{Exit, Failure};
use super::machine;
use super::out;
use super::provenance::of_specs;
use super::terminal;
use crate::data::options::Options;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::human::{HumanOptions, render};
use crate::documents::Document;
use crate::limits::FINDINGS;
use crate::model::Model;
use crate::project::{self, Project};
use crate::source::SourceSet;

/// A project without errors.
pub struct Opened {
    pub project: Project,
    /// What the files hold is looked at later.
    pub options: Options<'static>,
    with_months: Option<Model>,
}

impl Opened {
    /// With the months of the company's own calendar, where it has one.
    pub fn model(&self) -> &Model {
        self.with_months.as_ref().unwrap_or(&self.project.model)
    }
}

/// How findings that stand in the way are told.
#[derive(Clone, Copy)]
pub struct Telling {
    pub color: ColorArgs,
    /// What is not done.
    pub undone: &'static str,
    /// What a program waits for.
    pub document: Option<Document>,
}

/// Opens a project.
pub fn open(
    specs: &SpecArgs,
    (data, links): (Option<&Path>, LinkArgs),
    telling: Telling,
) -> Result<Result<Opened, Exit>, Failure> {
    let project = project::open_one(&specs.paths)?;
    if telling.document.is_some() {
        machine::know(of_specs(&project.sources, project.files));
    }
    if project.has_errors() {
        return Ok(Err(refuse((&project.sources, project.files), &project.diagnostics, telling)));
    }
    let follow_links = links.follow_links;
    let options = Options { allow_empty: true, follow_links, ..Options::of(data_folder(data, &project.folders)?) };
    Ok(match own_months_of(&project.model, &options) {
        Ok(with_months) => Ok(Opened { project, options, with_months }),
        Err(diagnostics) => Err(refuse((&project.sources, project.files), &diagnostics, telling)),
    })
}

/// Shows the findings that stand in the way.
pub fn refuse((sources, files): (&SourceSet, usize), diagnostics: &[Diagnostic], telling: Telling) -> Exit {
    let Telling { color, undone, document } = telling;
    machine::refused(document, sources, files, diagnostics);
    let look = terminal::stderr(color.color);
    let options = HumanOptions { color: look.color, width: look.width, limit: FINDINGS };
    out::aloud(&render(diagnostics, sources, &options), look.color);
    out::say(format_args!("merit: {}; {undone}", findings(diagnostics)));
    Exit::Findings
}
