//! What the results of this run were made of.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::Value;

use super::address::Engine;
use super::args::{AuditArgs, CloseArgs, DataArgs, EvalArgs, GoalArgs, RestateArgs, SqlArgs, VerifyArgs, WhyArgs};
use super::periods::Periods;
use crate::audit::Kind;
use crate::data::profile::SetProfile;
use crate::data::server;
use crate::model::Model;
use crate::number::Number;
use crate::project::Project;
use crate::provenance::{self, Data, DataFile, Provenance, Specs};
use crate::score::card::Results;
use crate::source::SourceSet;
use crate::time::PeriodName;
use crate::warehouse::Target;

/// Program and specs, which are the first of the sources.
pub fn of_specs(sources: &SourceSet, files: usize) -> Provenance {
    let specs = Specs::of(sources.iter().take(files).map(|(_, source)| source));
    let mut made = Provenance::default();
    made.specs = specs;
    made
}

/// Program, specs and options of an evaluation. What changes nothing about the results, as threads and colours, is not
/// in it.
pub fn of_asked(args: &EvalArgs, project: &Project) -> Provenance {
    let text = |text: &Option<String>| text.clone();
    let period = args.period.map(|period| period.to_string());
    of_specs(&project.sources, project.files)
        .option("period", period)
        .option("periods", args.periods.as_ref().map(from_to))
        .option("as-of", args.running.as_of.map(|day| day.to_string()))
        .option("project", args.running.project.map(super::running::word))
        .option("person", text(&args.person))
        .option("position", text(&args.position))
        .option("team", text(&args.team))
        .option("lang", text(&args.lang))
        .option("set", args.suppose.set.clone())
        .option("replace", without_folders(&args.suppose.replace))
        .option("add", without_folders(&args.suppose.add))
        .option("strict", args.read.strict)
        .option("allow-empty", args.read.allow_empty)
        .option("follow-links", args.read.links.follow_links)
        .option("memory", args.read.memory.map(|bytes| format!("{}MB", bytes / 1_000_000)))
        .option("tables", args.beside.tables.tables.clone())
        .option("decimals", args.beside.tables.decimals)
}

/// `policies=fixed.csv` of `policies=/home/somebody/fixed.csv`
fn without_folders(files: &[String]) -> Vec<String> {
    let named = |text: &String| {
        let (data, file) = text.split_once('=')?;
        Some(format!("{data}={}", Path::new(file).file_name()?.to_string_lossy()))
    };
    files.iter().map(|text| named(text).unwrap_or_else(|| text.clone())).collect()
}

/// With what the results were made of.
pub fn of_evaluation(args: &EvalArgs, project: &Project, folder: &Path, results: &[&Results]) -> Provenance {
    let read = results.iter().flat_map(|results| &results.files).map(|file| PathBuf::from(&file.path));
    of_files(args, project, folder, &read.collect::<Vec<_>>())
}

/// What a closing is made of, with the hashes of all files, and without what may differ though they are the same.
pub fn of_closing(args: &CloseArgs, project: &Project, folder: &Path, read: &[PathBuf]) -> Provenance {
    let mut made = of_specs(&project.sources, project.files)
        .option("period", args.period.to_string())
        .option("strict", args.read.strict)
        .option("allow-empty", args.read.allow_empty)
        .option("follow-links", args.read.links.follow_links)
        .option("tables", args.beside.tables.tables.clone())
        .option("decimals", args.beside.tables.decimals);
    let read = read.iter().map(PathBuf::as_path);
    let mut data = Data { files: DataFile::all(read, folder), ..of_servers(&project.model) };
    data.measures = DataFile::all(args.beside.measures.iter().map(AsRef::as_ref), Path::new(""));
    data.engine = args.beside.engine.as_ref().map(of_engine);
    data.hash();
    data.without_moments();
    made.data = data;
    made
}

/// The program, and what it was asked to verify: the closings say what made them.
pub fn of_verified(args: &VerifyArgs) -> Provenance {
    Provenance::default().option("head", args.head.clone()).option("chain-only", args.chain_only)
}

/// The same of what it was asked to restate.
pub fn of_restatement(args: &RestateArgs) -> Provenance {
    Provenance::default()
        .option("periods", from_to(&args.periods))
        .option("rules", args.rules.to_possible_value().map(|value| value.get_name().to_string()))
        .option("write", args.write)
}

/// What a closed period that is evaluated once more is made of: its options are those that it was closed with.
pub fn of_again(
    options: &serde_json::Map<String, Value>,
    project: &Project,
    folder: &Path,
    read: &[PathBuf],
) -> Provenance {
    let mut made = of_specs(&project.sources, project.files);
    made.options = options.clone();
    let mut data = Data { files: DataFile::all(read.iter().map(PathBuf::as_path), folder), ..Data::default() };
    data.hash();
    data.without_moments();
    made.data = data;
    made
}

/// With the files that an evaluation has read, whether or not there are results.
pub fn of_files(args: &EvalArgs, project: &Project, folder: &Path, read: &[PathBuf]) -> Provenance {
    let mut made = of_asked(args, project);
    let read = read.iter().map(PathBuf::as_path);
    let mut data = Data { files: DataFile::all(read, folder), ..of_servers(&project.model) };
    data.measures = DataFile::all(args.beside.measures.iter().map(AsRef::as_ref), Path::new(""));
    data.engine = args.beside.engine.as_ref().map(of_engine);
    if args.hash_data {
        data.hash();
    }
    made.data = data;
    made
}

/// Program, specs and options of an explanation, with the data folder and the files that were read, once they are known.
pub fn of_explanation(args: &WhyArgs, project: &Project, read: Option<(&Path, &[PathBuf])>) -> Provenance {
    let mut made = of_specs(&project.sources, project.files)
        .option("period", args.period.to_string())
        .option("as-of", args.as_of.map(|day| day.to_string()))
        .option("person", args.person.clone())
        .option("against", args.against.clone())
        .option("lang", args.lang.clone())
        .option("set", args.suppose.set.clone())
        .option("replace", without_folders(&args.suppose.replace))
        .option("add", without_folders(&args.suppose.add))
        .option("strict", args.read.strict)
        .option("allow-empty", args.read.allow_empty)
        .option("follow-links", args.read.links.follow_links);
    if let Some((folder, read)) = read {
        made.data =
            Data { files: DataFile::all(read.iter().map(PathBuf::as_path), folder), ..of_servers(&project.model) };
    }
    made
}

/// Program, specs, options and files of an answer to a goal.
pub fn of_goal(args: &GoalArgs, project: &Project, read: Option<(&Path, &[PathBuf])>) -> Provenance {
    let mut made = of_specs(&project.sources, project.files)
        .option("period", args.period.to_string())
        .option("for", args.goal.clone())
        .option("within", args.within.map(|days| days.to_string()))
        .option("kpi", args.kpi.clone())
        .option("person", args.person.clone())
        .option("position", args.position.clone())
        .option("team", args.team.clone())
        .option("lang", args.lang.clone())
        .option("set", args.suppose.set.clone())
        .option("replace", without_folders(&args.suppose.replace))
        .option("add", without_folders(&args.suppose.add))
        .option("strict", args.read.strict)
        .option("allow-empty", args.read.allow_empty)
        .option("follow-links", args.read.links.follow_links);
    if let Some((folder, read)) = read {
        made.data =
            Data { files: DataFile::all(read.iter().map(PathBuf::as_path), folder), ..of_servers(&project.model) };
    }
    made
}

/// Program, specs, options and files of an audit.
pub fn of_audit(args: &AuditArgs, project: &Project, read: Option<(&Path, &[PathBuf])>) -> Provenance {
    let kinds = |kinds: &[Kind]| kinds.iter().map(|kind| kind.name().to_string()).collect::<Vec<String>>();
    let number = |number: &Option<Number>| number.as_ref().map(Number::to_string);
    let mut made = of_specs(&project.sources, project.files)
        .option("period", args.period.to_string())
        .option("by", args.by.clone())
        .option("at-least", args.at_least.map(|least| least.to_string()))
        .option("gap", number(&args.gap))
        .option("same", number(&args.same))
        .option("correlation", number(&args.correlation))
        .option("position", args.position.clone())
        .option("allow", kinds(&args.allow))
        .option("lang", args.lang.clone())
        .option("strict", args.read.strict)
        .option("allow-empty", args.read.allow_empty)
        .option("follow-links", args.read.links.follow_links);
    if let Some((folder, read)) = read {
        made.data =
            Data { files: DataFile::all(read.iter().map(PathBuf::as_path), folder), ..of_servers(&project.model) };
    }
    made
}

/// Program, specs and options of the statements for an engine.
pub fn of_statements(args: &SqlArgs, project: &Project) -> Provenance {
    of_specs(&project.sources, project.files)
        .option("period", args.period.map(|period| period.to_string()))
        .option("periods", args.periods.as_ref().map(from_to))
        .option("follow-links", args.links.follow_links)
        .option("tables", args.tables.tables.clone())
        .option("decimals", args.tables.decimals)
}

/// `2025-Q1..2026-Q3`
fn from_to(periods: &Periods) -> String {
    let shown = |period: Option<&PeriodName>| period.map(PeriodName::to_string).unwrap_or_default();
    format!("{}..{}", shown(periods.0.first()), shown(periods.0.last()))
}

/// What `merit data` looked at.
pub fn of_profiles(args: &DataArgs, project: &Project, folder: &Path, profiles: &[SetProfile]) -> Provenance {
    let mut made = of_specs(&project.sources, project.files)
        .option("strict", args.strict)
        .option("follow-links", args.links.follow_links);
    let read = profiles.iter().flat_map(|profile| &profile.files).map(|file| Path::new(&file.path));
    made.data = Data { files: DataFile::all(read, folder), ..of_servers(&project.model) };
    made
}

/// The server, where data sets are read from one.
pub fn of_servers(model: &Model) -> Data {
    let asked = model.data.iter().any(|data| !data.relations.is_empty());
    Data { server: asked.then(|| server::identity(None)).flatten(), ..Data::default() }
}

fn of_engine(engine: &Engine) -> provenance::Engine {
    let address = match engine.dialect.target_is() {
        Target::File => None,
        Target::Server => server::identity(Some(engine.target())),
        // What stands behind the place may be a secret.
        Target::Cluster => Some(without_secrets(engine.target())),
    };
    let kind = engine.dialect.word();
    let file = engine.file().and_then(|file| DataFile::of(file, Path::new("")));
    provenance::Engine { kind, address, file }
}

/// `sc://host:15002` of `sc://somebody:secret@host:15002/;token=secret`
fn without_secrets(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_string() };
    let place = rest.split(['/', ';', '?']).next().unwrap_or_default();
    format!("{scheme}://{}", place.rsplit('@').next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::without_secrets;

    #[test]
    fn secrets_stay_where_they_are() {
        assert_eq!(without_secrets("sc://a:b@host:15002/;token=c;user_id=d"), "sc://host:15002");
        assert_eq!(without_secrets("spark://one:7077,two:7077"), "spark://one:7077,two:7077");
        assert_eq!(without_secrets("local[2]"), "local[2]");
    }
}
