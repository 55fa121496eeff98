//! Specs with their data folder, opened to be planned; and what is said when findings stand in the way.

use std::path::{Path, PathBuf};

use super::args::{ColorArgs, LinkArgs, SpecArgs};
use super::check::findings;
use super::exit::{Exit, Failure};
use super::provenance::of_specs;
use super::{machine, out, terminal};
use crate::data::options::Options;
use crate::data::own_months;
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

/// The model with the months of the company's own calendar, where it has one.
pub fn own_months_of(model: &Model, options: &Options) -> Result<Option<Model>, Vec<Diagnostic>> {
    Ok(own_months(model, options)?.map(|months| model.with_own_months(months)))
}

/// The folder given, or the folder `data` of the first of a project's folders that has one.
pub fn data_folder(given: Option<&Path>, paths: &[PathBuf]) -> Result<PathBuf, Failure> {
    if let Some(data) = given {
        return if data.is_dir() {
            Ok(data.to_path_buf())
        } else {
            let message = format_args!("there is no data folder `{}`", data.display());
            Err(match data.parent().filter(|_| data.is_file()) {
                Some(folder) => {
                    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
                    let help = format!("it is a file: name its folder, `--data {}`", folder.display());
                    Failure::with_help(message, help)
                }
                None => Failure::with_help(message, folder_with_tables(paths)),
            })
        };
    }
    let beside = |path: &PathBuf| if path.is_dir() { path.join("data") } else { path.with_file_name("data") };
    let found = paths.iter().map(beside).find(|data| data.is_dir());
    found.map(|data| data.strip_prefix(".").map(Path::to_path_buf).unwrap_or(data)).ok_or_else(|| {
        let places = paths.iter().map(|path| format!("`{}`", beside(path).display())).collect::<Vec<_>>();
        let message = format!("there is no data folder: looked for {}", places.join(", "));
        Failure::with_help(message, folder_with_tables(paths))
    })
}

/// The folder beside the specs that may be the one with the data.
fn folder_with_tables(paths: &[PathBuf]) -> String {
    let tables = |folder: &Path| {
        let mut files = std::fs::read_dir(folder).into_iter().flatten().flatten().take(200);
        files.any(|file| {
            let ending = file.path().extension().map(|ending| ending.to_string_lossy().to_lowercase());
            matches!(ending.as_deref(), Some("csv" | "xlsx" | "xls" | "ods" | "parquet" | "tsv"))
        })
    };
    let beside = |path: &PathBuf| if path.is_dir() { path.clone() } else { path.with_file_name("") };
    let inside = |path: &PathBuf| {
        let here = beside(path);
        let here = if here.as_os_str().is_empty() { PathBuf::from(".") } else { here };
        let mut found: Vec<PathBuf> =
            std::fs::read_dir(&here).into_iter().flatten().flatten().take(200).map(|entry| entry.path()).collect();
        found.sort();
        found.into_iter().filter(|folder| folder.is_dir()).chain([here]).find(|folder| tables(folder))
    };
    match paths.iter().find_map(inside) {
        Some(folder) => {
            let folder =
                folder.strip_prefix(".").ok().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(&folder);
            format!("name the folder of the data files: `--data {}`", folder.display())
        }
        None => "name the folder of the data files with `--data DIR`".to_string(),
    }
}
