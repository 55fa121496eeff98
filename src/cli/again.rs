//! A closed period, evaluated once more.

use std::path::{Path, PathBuf};

use super::args::ReadArgs;
use super::closings::Closings;
use super::evaluate::{Asked, Evaluated, evaluate};
use super::exit::Failure;
use super::progress::Reading;
use super::running::RunningArgs;
use crate::data::options::OtherFiles;
use crate::diagnostic::human::data_place;
use crate::diagnostic::{DataPlace, Diagnostic};
use crate::ledger::canonical::without_folder;
use crate::ledger::closing::SpecText;
use crate::ledger::standing::Made;
use crate::plural::either;
use crate::project::{self, Project};
use crate::provenance::Provenance;
use crate::report::people::People;
use crate::report::{Format, Look, Report, write};
use crate::score::score_people;
use crate::time::PeriodName;

/// The specs of a closing, checked.
pub fn specs_of(specs: &[SpecText]) -> Project {
    project::of_texts(specs.iter().map(|spec| (PathBuf::from(&spec.path), spec.text.clone())).collect())
}

/// How a closing was read, with the threads and the memory of this run.
pub fn read_as(made: &Made, here: &ReadArgs) -> ReadArgs {
    let mut read = here.clone();
    read.strict = made.has("strict");
    read.allow_empty = made.has("allow-empty");
    // What is laid out for it are links.
    read.links.follow_links = true;
    read
}

/// The documents of results of some periods, in one pass over the files of a data folder; or why there are none. `made` tells
/// what made them, of the files that were read.
pub fn documents(
    project: &Project,
    periods: &[PeriodName],
    data: PathBuf,
    (read, closings): (&ReadArgs, Closings),
    made: &dyn Fn(&[PathBuf]) -> Option<Provenance>,
) -> Result<Result<Vec<Vec<u8>>, String>, Failure> {
    let first = |findings: &[Diagnostic], what: &str| first_error(findings, &data).map(|why| format!("{what}: {why}"));
    if let Some(why) = first(&project.diagnostics, "its specs are refused by this program") {
        return Ok(Err(why));
    }
    let asked = Asked {
        periods: periods.to_vec(),
        person: None,
        read,
        running: RunningArgs::default(),
        other_files: OtherFiles::default(),
        by_month: false,
        closings,
    };
    let evaluated = evaluate(&asked, &project.model, data.clone(), &Reading::new(), &|_, _, _| Ok(None))?;
    let Evaluated { own_months, plans, answers, .. } = match evaluated {
        Ok(evaluated) => evaluated,
        Err(found) => return Ok(Err(first(&found, "its data is refused").unwrap_or_default())),
    };
    let model = own_months.as_ref().unwrap_or(&project.model);
    let mut scored = match score_people(model, &plans, &answers) {
        Ok(scored) => scored,
        Err(found) => return Ok(Err(first(&found, "it cannot be scored").unwrap_or_default())),
    };
    let mut documents = Vec::new();
    for scored in &mut scored {
        let files: Vec<PathBuf> = scored.results.files.iter().map(|file| PathBuf::from(&file.path)).collect();
        let made = made(&files);
        without_folder(scored, &data);
        let report = Report {
            model: &project.model,
            results: &scored.results,
            people: People::scored(scored),
            language: None,
            provenance: made.as_ref(),
            supposing: None,
            estimate: None,
        };
        let mut document = Vec::new();
        let look = Look { color: false, width: usize::MAX };
        write(Format::Json, &report, look, &mut document)
            .map_err(|error| Failure::new(format_args!("the results cannot be written: {error}")))?;
        documents.push(document);
    }
    Ok(Ok(documents))
}

/// The first mistake in words, with its place in the data folder and what to do.
fn first_error(findings: &[Diagnostic], folder: &Path) -> Option<String> {
    let first = findings.iter().find(|finding| finding.is_error())?;
    let lead = format!("{}/", folder.display().to_string().replace('\\', "/"));
    let place = first.data.first().map_or(String::new(), |place| {
        let file = place.file.strip_prefix(&lead).unwrap_or(&place.file).to_string();
        format!(", in {}", data_place(&DataPlace { file, ..place.clone() }))
    });
    let help = first.help.as_ref().map_or(String::new(), |help| format!("; {help}"));
    Some(format!("{}{place}{help}", first.message))
}

/// Why a closing cannot be evaluated from files alone.
pub fn beside_files(made: &Made) -> Option<String> {
    if made.data.engine.is_some() || !made.data.measures.is_empty() {
        return Some("tables of an engine were read".to_string());
    }
    made.data.server.as_ref().map(|server| format!("tables of the server {server} were read"))
}

/// Files that are nowhere as they were.
pub fn gone(count: usize) -> String {
    let are = either(count, "data file that was read is", "data files that were read are");
    format!("{count} {are} neither there nor kept")
}
