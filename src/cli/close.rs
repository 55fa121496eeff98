//! `merit close`

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

use super::args::CloseArgs;
use super::beside::beside;
use super::closings::{Closings, add, chain, findings, folder, hashed, kept, shown};
use super::evaluate::{Asked, Evaluated, evaluate};
use super::exit::{Exit, Failure};
use super::open::{Telling, data_folder, own_months_of, refuse};
use super::progress::Reading;
use super::running::RunningArgs;
use super::{cache, out, provenance, terminal};
use crate::data::options::{Options, OtherFiles};
use crate::data::{Watched, take_seed};
use crate::diagnostic::{Code, Diagnostic};
use crate::ledger::canonical::without_folder;
use crate::ledger::chain::{Chain, Link};
use crate::ledger::closing::{Found, Front, Head, SpecText};
use crate::ledger::put::KEPT;
use crate::model::Model;
use crate::plan::plans;
use crate::plural::counted;
use crate::project::{self, Project};
use crate::provenance::{Provenance, paths_within};
use crate::report::people::People;
use crate::report::{Format, Look, Report, page, write};
use crate::score::{Scored, score_people};
use crate::time::Day;
use crate::visible::Form;

pub fn run(args: &CloseArgs) -> Result<Exit, Failure> {
    cache::of(&args.read.cache)?.iter().for_each(take_seed);
    let project = project::open_one(&args.specs.paths)?;
    let telling = Telling { color: args.color, undone: "nothing was closed", document: None };
    let refused = |found: &[Diagnostic]| Ok(refuse((&project.sources, project.files), found, telling));
    if project.has_errors() {
        return refused(&project.diagnostics);
    }
    let model = &project.model;
    let data = data_folder(args.read.data.as_deref(), &project.folders)?;
    let options = Options { cache: cache::of(&args.read.cache)?, ..args.read.options(data.clone()) };
    let folder = folder(&project.folders);
    let (chain, mut faults) = chain(&folder)?;
    faults.extend(chain.check().faults);
    if !faults.is_empty() {
        return refused(&findings(&folder, &faults));
    }
    let on = args.on.unwrap_or_else(Day::today);
    if let Some(refusal) = refusal(args, on, &chain).or(not_over(args, on, model, &options)) {
        return refused(&[refusal]);
    }
    let watched = Watched::of(model, &options);
    let found = RefCell::new(Vec::new());
    let asked = Asked {
        periods: vec![args.period],
        person: None,
        read: &args.read,
        running: RunningArgs::default(),
        other_files: OtherFiles::default(),
        by_month: false,
        closings: Closings::of(&project.folders),
    };
    let evaluated = evaluate(&asked, model, data.clone(), &Reading::new(), &|model, query, options| {
        beside(&args.beside, model, query, options, &|statements| {
            found.borrow_mut().extend(statements.iter().map(|one| Found::of(&one.columns, &one.rows)));
        })
    })?;
    let Evaluated { own_months, plans, answers, .. } = match evaluated {
        Ok(evaluated) => evaluated,
        Err(diagnostics) => return refused(&diagnostics),
    };
    let with_months = own_months.as_ref().unwrap_or(model);
    let mut scored = match score_people(with_months, &plans, &answers) {
        Ok(scored) => scored,
        Err(diagnostics) => return refused(&diagnostics),
    };
    let Some(scored) = scored.first_mut() else { return Ok(Exit::CouldNotRun) };
    if let Some(draft) = draft(model, scored) {
        return refused(&[draft]);
    }
    let read: Vec<PathBuf> = scored.results.files.iter().map(|file| PathBuf::from(&file.path)).collect();
    let made = provenance::of_closing(args, &project, &data, &read);
    without_folder(scored, &data);
    if !watched.is_some_and(|watched| watched.have_stayed(model, &options)) {
        return refused(&[changed()]);
    }
    let head = Head {
        period: args.period.to_string(),
        version: 1,
        previous: chain.head().map(str::to_string),
        by: args.by.clone(),
        on: on.to_string(),
        reason: None,
    };
    let front = Front::new(head, texts(&project), found.into_inner(), None);
    let report = Report {
        model,
        results: &scored.results,
        people: People::scored(scored),
        language: None,
        provenance: Some(&made),
        supposing: None,
        estimate: None,
    };
    let kept = kept(args.keep, hashed(&made.data));
    let results = |out: &mut dyn Write| write(Format::Json, &report, Look { color: false, width: usize::MAX }, out);
    let added = match add(args.sign.as_deref(), &front, &results, &chain, &kept)? {
        Some(chain) => chain,
        None => return refused(&[changed()]),
    };
    for doubt in report.results.doubts.iter().map(|doubt| report.show().doubt(doubt)) {
        out::say(format_args!("merit: {doubt}"));
    }
    let look = terminal::stdout(args.color.color);
    let text = told(args, &front, &report, (&chain, &added), kept.len(), look);
    out::print(&text, Form::Text { colored: look.color }, "what was closed")?;
    Ok(Exit::Clean)
}

/// Why a period cannot be closed now, as far as the chain tells.
fn refusal(args: &CloseArgs, on: Day, chain: &Chain) -> Option<Diagnostic> {
    let period = args.period;
    if let Some(newest) = chain.newest(period) {
        let head = chain.head_of(newest);
        let by = head.map_or(String::new(), |head| format!(", by {} on {}", head.by, head.on));
        let file = shown(&chain.folder, &newest.file());
        let help = format!("`merit restate --periods {period}` tells what has changed since, and adds it to the chain");
        return Some(Diagnostic::new(Code::PeriodClosed, format!("{period} is closed: `{file}`{by}")).help(help));
    }
    let not_on = |message: String, help: String| Some(Diagnostic::new(Code::PeriodNotOver, message).help(help));
    // Where the sun rises first it is tomorrow already.
    if on > Day::today().next() {
        return not_on(
            format!("{on} is still to come, and nothing can have been closed on it"),
            "leave `--on` out, or write the day on which it was closed".to_string(),
        );
    }
    let last = chain.last_day().filter(|last| on < *last)?;
    let before = chain.links.last().map(Link::file).unwrap_or_default();
    not_on(
        format!("{on} is before {last}, on which `{}` was closed", shown(&chain.folder, &before)),
        format!("closings follow each other in time: write `--on {last}`, or a later day"),
    )
}

/// A period with days behind the one on which it is closed.
fn not_over(args: &CloseArgs, on: Day, model: &Model, options: &Options) -> Option<Diagnostic> {
    // What stands in the way of a plan is told when it is evaluated.
    let own_months = own_months_of(model, options).ok()?;
    let plans = plans(own_months.as_ref().unwrap_or(model), &[args.period]).ok()?;
    let last = plans.first()?.last_day;
    (on <= last).then(|| {
        Diagnostic::new(Code::PeriodNotOver, format!("{} is not over on {on}: its last day is {last}", args.period))
            .help(format!("close it from {} on; `merit eval` shows how it stands until then", last.next()))
    })
}

/// A draft that somebody is evaluated by.
fn draft(model: &Model, scored: &Scored) -> Option<Diagnostic> {
    let cards = (0..scored.len()).flat_map(|at| scored.brief(at).cards);
    let drafts: BTreeSet<&str> = cards
        .map(|card| &model.positions[card.position.0])
        .filter(|position| position.draft)
        .map(|position| position.name.as_str())
        .collect();
    let named = drafts.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    (!drafts.is_empty()).then(|| {
        let are = if drafts.len() == 1 { "is a draft, and its" } else { "are drafts, and their" };
        Diagnostic::new(Code::DraftResults, format!("{named} {are} results are unofficial"))
            .help("write `status approved` when its rules are decided, and close the period then")
    })
}

fn changed() -> Diagnostic {
    Diagnostic::new(Code::ChangedFiles, "files of data changed while they were read")
        .help("wait until whatever writes them has ended, and close the period then")
}

/// The specs as they were read.
pub(super) fn texts(project: &Project) -> Vec<SpecText> {
    let sources: Vec<_> = project.sources.iter().take(project.files).map(|(_, source)| source).collect();
    let paths = paths_within(&sources.iter().map(|source| source.path.as_path()).collect::<Vec<_>>());
    let text = |at: usize| format!("{}{}", if sources[at].has_mark { "\u{feff}" } else { "" }, sources[at].text);
    paths.into_iter().enumerate().map(|(at, path)| SpecText::new(path, text(at))).collect()
}

/// What was closed, in words.
fn told(
    args: &CloseArgs,
    front: &Front,
    report: &Report,
    (before, after): (&Chain, &Chain),
    kept: usize,
    look: Look,
) -> String {
    let mut page = page::Page::new(look);
    let head = &front.closing;
    let file = shown(&after.folder, &head.file());
    page.line(0, "", &format!("{} is closed: {file}", head.period), crate::report::layout::Style::Strong);
    let made = report.provenance.map_or(0, |made: &Provenance| made.data.files.len());
    let files = match kept {
        0 => counted(made, "file"),
        _ => format!("{}; {kept} of them kept in {}", counted(made, "file"), shown(&after.folder, KEPT)),
    };
    let previous = before.links.last().map_or("none: this is the first closing".to_string(), Link::file);
    let mut lines = vec![
        ("People", counted(report.people.len(), "person")),
        ("Specs", counted(front.specs.len(), "file")),
        ("Data", files),
        ("By", format!("{}, on {}", head.by, head.on)),
        ("Before it", previous),
    ];
    if args.sign.is_some() {
        lines.push(("Signed", format!("{file}.sig")));
    }
    for (name, text) in lines {
        page.lead(2, &format!("{name:<9}  "), text);
    }
    let hash = after.head().unwrap_or_default();
    page.lead(2, "Head       ", hash);
    let specs = args.specs.paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(" ");
    page.faint(
        0,
        format!("Keep the head where nobody can change it: `merit verify {specs} --head …` tells later that nothing in the chain has changed."),
    );
    page.out
}
