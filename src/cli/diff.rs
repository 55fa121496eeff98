//! `merit diff`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::args::DiffArgs;
use super::check::findings;
use super::choices::DiffForm;
use super::closings::Closings;
use super::evaluate::{Asked, Evaluated, evaluate};
use super::exit::{Exit, Failure};
use super::open::{Telling, data_folder, refuse};
use super::progress::Reading;
use super::provenance::of_specs;
use super::revision::{NoRepository, Repository, Revision};
use super::running::RunningArgs;
use super::{cache, machine, out, terminal};
use crate::data::take_seed;
use crate::diagnostic::Diagnostic;
use crate::documents::{self, Document};
use crate::explain::changes::clauses::{Clauses, Evaluation};
use crate::explain::changes::people::{Names, PeopleChanges, Standings};
use crate::explain::changes::{Changes, json, show};
use crate::project::{self, Project};
use crate::provenance::Provenance;
use crate::report::Report;
use crate::report::people::People;
use crate::report::show::Show;
use crate::score::{Scored, score_people};
use crate::source::{SourceFile, SourceSet};
use crate::visible::Form;

pub fn run(args: &DiffArgs) -> Result<Exit, Failure> {
    if args.period.is_none() && args.read.data.is_some() {
        return Err(Failure::with_help(
            "`--data` names a folder of data, and no period is to be evaluated",
            "name the period, too, as in `--period 2026-Q3`, or leave `--data` out",
        ));
    }
    cache::of(&args.read.cache)?.iter().for_each(take_seed);
    let [old, new] = sides(args)?;
    let [old, new] = [open(old)?, open(new)?];
    machine::know(made(args, &[&old, &new]));
    let mut refused = false;
    for (side, which) in [(&old, "old"), (&new, "new")] {
        if side.project.has_errors() {
            refused = true;
            out::say(format_args!("merit: the {which} specs, {}:", side.name));
            let undone = if which == "old" { "nothing can be compared to them" } else { "they cannot be compared" };
            // Of two documents a program could read neither: it gets the findings of the first.
            let document = (args.format == DiffForm::Json && (which == "old" || !old.project.has_errors()))
                .then_some(Document::Diff);
            let telling = Telling { color: args.color, undone, document };
            refuse((&side.project.sources, side.project.files), &side.project.diagnostics, telling);
        }
    }
    if refused {
        return Ok(Exit::Findings);
    }
    let changes =
        Changes::between((&old.project.model, &old.project.sources), (&new.project.model, &new.project.sources));
    let people = match args.period {
        Some(_) => match people(args, [&old, &new], &changes)? {
            Ok(found) => Some(found),
            Err(exit) => return Ok(exit),
        },
        None => None,
    };
    let (people, clauses, doubts) = match people {
        Some((people, clauses, doubts)) => (Some(people), clauses, doubts),
        None => Default::default(),
    };
    let period = args.period.map(|period| period.to_string()).unwrap_or_default();
    let people = people.as_ref().map(|people| (people, period));
    let show = Show::new(&new.project.model, None);
    let document = show::Document {
        old: &old.name,
        new: &new.name,
        changes: &changes,
        people: people.clone(),
        clauses: &clauses,
        doubts: &doubts,
        show,
    };
    let look = terminal::stdout(args.color.color);
    let (text, form) = match args.format {
        DiffForm::Text => (document.text(look), Form::Text { colored: look.color }),
        DiffForm::Markdown => (document.markdown(), Form::Text { colored: false }),
        DiffForm::Json => {
            let made = made(args, &[&old, &new]);
            let specs = [&old, &new].map(|side| of_specs(&side.project.sources, side.project.files).specs);
            let project = |side: &'_ Side| (side.name.clone(), side.commit());
            let ((old_name, old_commit), (new_name, new_commit)) = (project(&old), project(&new));
            let projects = [
                json::Project { name: &old_name, commit: old_commit.as_deref(), specs: &specs[0] },
                json::Project { name: &new_name, commit: new_commit.as_deref(), specs: &specs[1] },
            ];
            (json::document(projects, &changes, people, &clauses, &doubts, &made), Form::Json)
        }
    };
    out::print(&text, form, "the changes")?;
    Ok(Exit::Clean)
}

fn made(args: &DiffArgs, [old, new]: &[&Side; 2]) -> Provenance {
    let specs: Vec<String> = args.specs.iter().map(|path| path.display().to_string()).collect();
    of_specs(&new.project.sources, new.project.files)
        .option("old", old.name.clone())
        .option("new", new.name.clone())
        .option("specs", specs)
        .option("period", args.period.map(|period| period.to_string()))
        .option("strict", args.read.strict)
        .option("allow-empty", args.read.allow_empty)
        .option("follow-links", args.read.links.follow_links)
}

/// What one of the two is, before it is read.
enum Source {
    Files(Vec<PathBuf>),
    Revision(Box<Revision>, Vec<PathBuf>),
}

/// One of the two, read.
struct Side {
    /// As a sentence calls it.
    name: String,
    project: Project,
    revision: Option<Box<Revision>>,
}

impl Side {
    fn commit(&self) -> Option<String> {
        self.revision.as_ref().map(|revision| revision.commit.clone())
    }

    /// The folders of the specs in the working tree.
    fn folders(&self) -> Vec<PathBuf> {
        let here = |folder: &PathBuf| match &self.revision {
            Some(revision) => shortened(&revision.in_working_tree(folder)),
            None => folder.clone(),
        };
        self.project.folders.iter().map(here).collect()
    }
}

/// A path from here, where it lies below.
fn shortened(path: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    let real = here.canonicalize().unwrap_or(here);
    match path.strip_prefix(real) {
        Ok(inside) if inside.as_os_str().is_empty() => PathBuf::from("."),
        Ok(inside) => inside.to_path_buf(),
        Err(_) => path.to_path_buf(),
    }
}

/// What the two are that are named.
fn sides(args: &DiffArgs) -> Result<[Source; 2], Failure> {
    let is_there = |name: &str| Path::new(name).exists();
    let specs = || if args.specs.is_empty() { vec![PathBuf::from(".")] } else { args.specs.clone() };
    let near = args.specs.first().cloned().or_else(|| {
        let folders = [Some(&args.old), args.new.as_ref()].into_iter().flatten();
        folders.map(PathBuf::from).find(|path| path.exists())
    });
    let repository = Repository::around(near.as_deref().unwrap_or(Path::new(".")));
    let commit = |name: &str| repository.as_ref().ok().and_then(|repository| repository.commit(name));
    let named = |name: &str| -> Result<Option<String>, Failure> {
        match (is_there(name), commit(name)) {
            (true, Some(_)) => Err(Failure::with_help(
                format_args!("`{name}` is a folder or file, and a revision as well"),
                format_args!("write `./{name}` for what lies here, or `refs/heads/{name}` for the branch"),
            )),
            (true, None) => Ok(None),
            (false, Some(commit)) => Ok(Some(commit)),
            (false, None) => Err(unknown(name, repository.as_ref().err())),
        }
    };
    let old = named(&args.old)?;
    let new = args.new.as_deref().map(named).transpose()?;
    // A revision holds many folders: the one on the other side is meant, unless it is said.
    let beside = |other: Option<&String>, is_revision: bool| match other {
        Some(path) if !is_revision && args.specs.is_empty() => vec![PathBuf::from(path)],
        _ => specs(),
    };
    let source = |name: &String, commit: Option<&String>, other: Vec<PathBuf>| -> Result<Source, Failure> {
        match (commit, &repository) {
            (Some(commit), Ok(repository)) => Ok(Source::Revision(Box::new(repository.read(name, commit)?), other)),
            _ => Ok(Source::Files(vec![PathBuf::from(name)])),
        }
    };
    match (&args.new, &new) {
        (Some(name), Some(commit)) => Ok([
            source(&args.old, old.as_ref(), beside(Some(name), commit.is_some()))?,
            source(name, commit.as_ref(), beside(Some(&args.old), old.is_some()))?,
        ]),
        _ if old.is_none() => Err(Failure::with_help(
            format_args!("`{}` is a folder or file, and nothing is named that it is to be compared to", args.old),
            format_args!("name the new specs, too: `merit diff {} NEW`", args.old),
        )),
        _ => Ok([source(&args.old, old.as_ref(), specs())?, Source::Files(specs())]),
    }
}

fn unknown(name: &str, none: Option<&NoRepository>) -> Failure {
    match none {
        Some(NoRepository::NoGit) => Failure::with_help(
            format_args!("there is no file or folder `{name}`, and without the program `git` no revision can be read"),
            "name two folders of specs, or install git",
        ),
        Some(NoRepository::NoneHere) => Failure::with_help(
            format_args!(
                "there is no file or folder `{name}`, and no git repository here in which it could be a revision"
            ),
            "name two folders of specs, or start in the repository",
        ),
        None => Failure::with_help(
            format_args!("`{name}` is neither a file or folder nor a revision of the repository"),
            "name a folder, a branch, a tag or a commit; `git log --oneline` lists commits",
        ),
    }
}

/// Reads one of the two. What is said of a revision names it, and not the folder in which it lies for the moment.
fn open(source: Source) -> Result<Side, Failure> {
    let listed = |paths: &[PathBuf]| {
        let names = paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
        if names == "." { "the files here".to_string() } else { names }
    };
    match source {
        Source::Files(paths) => {
            let project = project::open_one(&paths)?;
            Ok(Side { name: listed(&paths), project, revision: None })
        }
        Source::Revision(revision, paths) => {
            let places: Vec<PathBuf> = paths.iter().map(|path| revision.place_of(path)).collect();
            let told = |failure: Failure| match failure {
                Failure::Said(said) => Failure::Said(documents::Failure {
                    message: revision.told(&said.message),
                    help: said.help.map(|help| revision.in_repository(&help)),
                }),
                Failure::NotFound { path, help: _ } => {
                    let what = revision.told(&path);
                    Failure::with_help(
                        format_args!("there is no file or folder `{what}`"),
                        format_args!("name what was there in `{}` with `--specs`", revision.name),
                    )
                }
                Failure::NobodyReads => Failure::NobodyReads,
            };
            let mut project = project::open_one(&places).map_err(Failure::from).map_err(told)?;
            project.sources = renamed(&project.sources, &revision);
            project.diagnostics.iter_mut().for_each(|finding| rename(finding, &revision));
            let name = match listed(&paths).as_str() {
                "the files here" => revision.name.clone(),
                paths => format!("{} ({paths})", revision.name),
            };
            Ok(Side { name, project, revision: Some(revision) })
        }
    }
}

fn renamed(sources: &SourceSet, revision: &Revision) -> SourceSet {
    let mut found = SourceSet::default();
    for (_, source) in sources.iter() {
        let path = PathBuf::from(revision.told(&source.path.display().to_string()));
        found.push(SourceFile::new(path, source.text.clone()));
    }
    found
}

fn rename(finding: &mut Diagnostic, revision: &Revision) {
    let told = |text: &mut String| *text = revision.told(text);
    told(&mut finding.message);
    finding.notes.iter_mut().for_each(told);
    finding.help.iter_mut().for_each(told);
    finding.labels.iter_mut().for_each(|label| told(&mut label.text));
    finding.data.iter_mut().for_each(|place| told(&mut place.file));
}

/// What comes out for people, which clauses make it, and what is odd about the data.
type Found = (PeopleChanges, Clauses, Vec<String>);

/// Evaluates both over the same data.
fn people(args: &DiffArgs, sides: [&Side; 2], changes: &Changes) -> Result<Result<Found, Exit>, Failure> {
    let [old, new] = sides;
    let folders = if new.revision.is_none() || old.revision.is_some() { new.folders() } else { old.folders() };
    let data = data_folder(args.read.data.as_deref(), &folders)?;
    let asked = Asked {
        running: RunningArgs::default(),
        periods: args.period.into_iter().collect(),
        person: None,
        read: &args.read,
        other_files: Default::default(),
        by_month: false,
        closings: Closings::of(&folders),
    };
    let both = [(old, "old"), (new, "new")];
    let mut evaluated = Vec::new();
    let refused = |side: &Side, which: &str, diagnostics: &[Diagnostic]| {
        out::say(format_args!("merit: evaluated by the {which} specs, {}:", side.name));
        let document = (args.format == DiffForm::Json).then_some(Document::Diff);
        let telling = Telling { color: args.color, undone: "nobody's results could be compared", document };
        Ok(Err(refuse((&side.project.sources, side.project.files), diagnostics, telling)))
    };
    for (side, which) in both {
        let reading = Reading::new();
        match evaluate(&asked, &side.project.model, data.clone(), &reading, &|_, _, _| Ok(None))? {
            Ok(found) => evaluated.push(found),
            Err(diagnostics) => return refused(side, which, &diagnostics),
        }
    }
    let mut scored: Vec<Scored> = Vec::new();
    for ((side, which), Evaluated { own_months, plans, answers, .. }) in both.into_iter().zip(&evaluated) {
        match score_people(own_months.as_ref().unwrap_or(&side.project.model), plans, answers) {
            Ok(found) => scored.extend(found.into_iter().map(Scored::keeping_values)),
            Err(diagnostics) => return refused(side, which, &diagnostics),
        }
    }
    let mut units = BTreeMap::new();
    let (mut standings, mut evaluations, mut doubts) = (Vec::new(), Vec::new(), Vec::new());
    let names = [Names::Old(changes), Names::New(changes)];
    for ((((side, which), evaluated), scored), names) in both.into_iter().zip(&evaluated).zip(&scored).zip(names) {
        let Evaluated { own_months, plans, answers, .. } = evaluated;
        let Some(plan) = plans.first() else { return Ok(Err(Exit::CouldNotRun)) };
        let (model, sources) = (own_months.as_ref().unwrap_or(&side.project.model), &side.project.sources);
        let report = Report {
            estimate: None,
            model,
            results: &scored.results,
            people: People::scored(scored),
            language: None,
            provenance: None,
            supposing: None,
        };
        for doubt in report.results.doubts.iter().map(|doubt| report.show().doubt(doubt)) {
            if !doubts.contains(&doubt) {
                doubts.push(doubt);
            }
        }
        standings.push(Standings::of((model, plan), &report.people, &names, &mut units));
        evaluations.push(Evaluation { model, sources, plan, answers, scored });
        if !side.project.diagnostics.is_empty() {
            let count = findings(&side.project.diagnostics);
            out::say(format_args!("merit: {count} in the {which} specs; `merit check` shows them"));
        }
    }
    let (Some(after), Some(before)) = (standings.pop(), standings.pop()) else { return Ok(Err(Exit::CouldNotRun)) };
    let clauses = Clauses::between(evaluations[0], evaluations[1], changes);
    Ok(Ok((PeopleChanges::between(before, after, units), clauses, doubts)))
}
