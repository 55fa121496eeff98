//! `merit restate`

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use super::again::{beside_files, documents, read_as, specs_of};
use super::args::RestateArgs;
use super::choices::{ClosingForm, Rules};
use super::closings::{Closings, Unwritten, add, chain, findings, folder, kept, shown};
use super::exit::{Exit, Failure};
use super::open::{Telling, data_folder, refuse};
use super::provenance::{of_again, of_restatement};
use super::{cache, machine, out, terminal};
use crate::data::{files_of_sets, take_seed};
use crate::diagnostic::{Code, Diagnostic};
use crate::documents::Document as Kind;
use crate::ledger::chain::{Chain, Link};
use crate::ledger::closing::{Front, Head, Parts, SpecText};
use crate::ledger::inputs::Places;
use crate::ledger::restate::{OfPeriod, Outcome, attributed, json, text};
use crate::ledger::restated::Of;
use crate::ledger::standing::{self, Document, File, Results};
use crate::ledger::table::TABLE;
use crate::model::Model;
use crate::plan::plans;
use crate::project::{self, Project};
use crate::provenance;
use crate::time::{Day, PeriodName};
use crate::visible::Form;

pub fn run(args: &RestateArgs) -> Result<Exit, Failure> {
    let document = (args.format == ClosingForm::Json).then_some(Kind::Restate);
    if document.is_some() {
        machine::know(of_restatement(args));
    }
    cache::of(&args.read.cache)?.iter().for_each(take_seed);
    let project = project::open_one(&args.specs.paths)?;
    let telling = Telling { color: args.color, undone: "nothing was restated", document };
    let refused = |found: &[Diagnostic]| Ok(refuse((&project.sources, project.files), found, telling));
    if args.rules == Rules::Now && project.has_errors() {
        return refused(&project.diagnostics);
    }
    let folder = folder(&project.folders);
    let (mut chain, mut faults) = chain(&folder)?;
    faults.extend(chain.check().faults);
    if !faults.is_empty() {
        return refused(&findings(&folder, &faults));
    }
    let on = args.on.unwrap_or_else(Day::today);
    if let Some(refusal) = cannot_be_on(args, on, &chain) {
        return refused(&[refusal]);
    }
    let data = data_folder(args.read.data.as_deref(), &project.folders)?;
    let places = Places::new(Some(data.clone()), &folder);
    let (mut told, mut not_closed) = (Vec::new(), Vec::new());
    let mut today = Today {
        args,
        project: &project,
        data: &data,
        places: &places,
        folder: &folder,
        restated: 0,
        unwritten: Arc::default(),
    };
    let mut cases = Vec::new();
    for period in &args.periods.0 {
        match chain.newest(*period) {
            None => not_closed.push(period.to_string()),
            Some(link) => cases.push(today.case(&chain, link)?),
        }
    }
    if cases.is_empty() {
        let closed: BTreeSet<PeriodName> = chain.links.iter().map(|link| link.period).collect();
        let closed: Vec<String> = closed.iter().map(PeriodName::to_string).collect();
        return Err(Failure::with_help(
            format_args!("{} is not closed, and there is nothing to restate", not_closed.join(", ")),
            match closed.is_empty() {
                true => "`merit close` closes a period".to_string(),
                false => format!("closed are {}", closed.join(", ")),
            },
        ));
    }
    let runs = Runs::default();
    today.run_all(&cases, &runs)?;
    for mut case in cases {
        // What was restated of the periods before it holds, and stands in the table of restatements.
        if today.restated > 0 {
            let link = case.link.clone();
            case = today.case(&chain, &link)?;
            today.run_all(std::slice::from_ref(&case), &runs)?;
        }
        let mut one = today.told(&case, &runs);
        if !args.write && !one.restated().is_empty() {
            today.take_unwritten(&case, &runs);
        }
        if args.write && !one.restated().is_empty() {
            match today.write(&case, &mut one, on, &chain, &runs)? {
                Some(longer) => {
                    chain = longer;
                    places.forget(TABLE);
                    today.restated += 1;
                }
                None => {
                    let finding = Diagnostic::new(Code::ChangedFiles, "files of data changed while they were read")
                        .help("wait until whatever writes them has ended, and restate the period then");
                    return refused(&[finding]);
                }
            }
        }
        told.push(one);
    }
    let look = terminal::stdout(args.color.color);
    let (text, form) = match args.format {
        ClosingForm::Text => (text(&told, &not_closed, look), Form::Text { colored: look.color }),
        ClosingForm::Json => (json(&shown(&folder, ""), &told, &of_restatement(args)), Form::Json),
    };
    out::print(&text, form, "what was restated")?;
    let refused = told.iter().any(|one| matches!(one.outcome, Outcome::Not(_)));
    Ok(if refused { Exit::Findings } else { Exit::Clean })
}

/// A day on which nothing can be added to the chain.
fn cannot_be_on(args: &RestateArgs, on: Day, chain: &Chain) -> Option<Diagnostic> {
    let last = chain.last_day().filter(|last| args.write && (on < *last || on > Day::today().next()))?;
    let finding = match on < last {
        true => Diagnostic::new(Code::PeriodNotOver, format!("{on} is before {last}, the day of the last closing")),
        false => Diagnostic::new(Code::PeriodNotOver, format!("{on} is still to come")),
    };
    Some(finding.help("leave `--on` out, or write the day on which it was restated"))
}

/// What a period is evaluated with now.
struct Today<'a> {
    args: &'a RestateArgs,
    project: &'a Project,
    data: &'a PathBuf,
    places: &'a Places,
    folder: &'a PathBuf,
    /// So many periods were restated in this run, and are read as they are now by those behind them.
    restated: usize,
    unwritten: Arc<Unwritten>,
}

/// A closed period, with all that can be taken from it and from today.
struct Case {
    link: Link,
    front: Front,
    document: Document,
    closed: Results,
    own: Project,
    /// By path: what it was, what it is, and for which of the causes it counts.
    files: BTreeMap<String, OfFile>,
    rules_changed: Vec<String>,
    /// What is taken from today, each by itself.
    players: Vec<Vec<Of>>,
    /// Files that were read are nowhere, and what changed with them is one.
    gone: bool,
    /// How many closings were there before it.
    before: usize,
    /// Whether formulas read something else of closings now.
    closings_changed: bool,
    /// Whether the program may make a difference, too.
    other_program: bool,
    why_not: Option<String>,
}

/// Why causes cannot be told apart where files are missing.
const GONE: &str = "data files as they were are neither there nor kept";

/// A file on both sides: its hash, and where it lies.
#[derive(Default)]
struct OfFile {
    was: Option<(String, Option<PathBuf>)>,
    is: Option<(String, PathBuf)>,
    of: BTreeSet<Of>,
}

impl Case {
    /// Whether a file that was read and is another one now is neither there nor kept.
    fn is_gone(&self) -> bool {
        let mut changed = self.files.values().filter(|file| file.has_changed());
        changed.any(|file| file.was.as_ref().is_some_and(|(_, place)| place.is_none()))
    }
}

impl OfFile {
    fn has_changed(&self) -> bool {
        self.was.as_ref().map(|(hash, _)| hash) != self.is.as_ref().map(|(hash, _)| hash)
    }
}

/// What came of evaluations: each is done once.
#[derive(Default)]
struct Runs(RefCell<BTreeMap<Run, Result<Vec<u8>, String>>>);

/// One evaluation: of a period, by which specs, with which files.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Run {
    batch: Batch,
    period: PeriodName,
}

/// What several periods can be evaluated by in one pass.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Batch {
    /// Of the specs.
    specs: Vec<String>,
    strict: bool,
    allow_empty: bool,
    /// Paths and hashes.
    files: Vec<(String, String)>,
    /// So many closings of the chain; of all, with so many that were restated in this run.
    closings: (usize, usize),
}

impl Today<'_> {
    fn case(&self, chain: &Chain, link: &Link) -> Result<Case, Failure> {
        let unreadable = || {
            let file = shown(&chain.folder, &link.file());
            Failure::new(format_args!("`{file}` is in a form that this program does not know"))
        };
        let bytes = fs::read(chain.place(link)).map_err(|_| unreadable())?;
        let parts = Parts::of(&bytes).ok_or_else(unreadable)?;
        let (front, document) = parts.front().zip(Document::read(parts.results)).ok_or_else(unreadable)?;
        let own = specs_of(&front.specs);
        let made = &document.provenance;
        let other_program = made.version != provenance::VERSION || made.commit.as_deref() != provenance::commit();
        let mut case = Case {
            link: link.clone(),
            closed: standing::results(&document),
            why_not: beside_files(made),
            files: BTreeMap::new(),
            rules_changed: Vec::new(),
            players: Vec::new(),
            gone: false,
            other_program,
            before: chain.links.iter().position(|one| one == link).unwrap_or(0),
            closings_changed: false,
            own,
            front,
            document,
        };
        self.take_files(&mut case);
        self.take_rules(&mut case);
        case.closings_changed = self.closings_changed(chain, &case)?;
        case.players = players(&case);
        case.gone = case.players.len() == 1 && case.is_gone() && case.players[0].len() > 1;
        Ok(case)
    }

    /// The files of both sides.
    fn take_files(&self, case: &mut Case) {
        let rules_now = self.args.rules == Rules::Now;
        let models: Vec<&Model> =
            std::iter::once(&case.own.model).chain(rules_now.then_some(&self.project.model)).collect();
        let set_of: BTreeMap<&str, &str> =
            case.document.files.iter().map(|file| (file.path.as_str(), file.data.as_str())).collect();
        for file in &case.document.provenance.data.files {
            let sets = case.document.files.iter().filter(|of| of.path == file.path);
            let entry = case.files.entry(file.path.clone()).or_default();
            entry.was = file.sha256.clone().map(|sha256| (sha256, self.places.place(file)));
            entry.of.extend(sets.map(|of| kind(&models, &of.data)));
        }
        let read: BTreeSet<&str> = set_of.values().copied().collect();
        let options = read_as(&case.document.provenance, &self.args.read).options(self.data.clone());
        let now: Vec<(&str, PathBuf)> = models.iter().flat_map(|model| files_of_sets(model, &options)).collect();
        // What no formula reads is no input, unless other rules may read it.
        let now: Vec<_> = now.into_iter().filter(|(set, _)| rules_now || read.contains(set)).collect();
        self.places.hash_all(now.iter().map(|(_, path)| path.clone()).collect());
        for (set, place) in now {
            let Some(sha256) = self.places.hash(&place) else { continue };
            let path = place.strip_prefix(self.data).unwrap_or(&place).display().to_string().replace('\\', "/");
            let entry = case.files.entry(path).or_default();
            entry.of.insert(kind(&models, set));
            entry.is = Some((sha256, place));
        }
    }

    /// Which specs are others.
    fn take_rules(&self, case: &mut Case) {
        if self.args.rules == Rules::Own {
            return;
        }
        let texts = super::close::texts(self.project);
        let of = |texts: &[SpecText]| -> BTreeMap<String, String> {
            texts.iter().map(|spec| (spec.path.clone(), spec.sha256.clone())).collect()
        };
        let (was, is) = (of(&case.front.specs), of(&texts));
        let all: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
        case.rules_changed = all.into_iter().filter(|path| was.get(*path) != is.get(*path)).cloned().collect();
    }

    /// Whether what formulas read of earlier closings was restated since.
    fn closings_changed(&self, chain: &Chain, case: &Case) -> Result<bool, Failure> {
        let is_last = chain.links.len() == case.before + 1 && self.restated == 0;
        if is_last || case.own.has_errors() {
            return Ok(false);
        }
        let rules_now = (self.args.rules == Rules::Now).then_some(&self.project.model);
        for model in std::iter::once(&case.own.model).chain(rules_now) {
            // What stands in the way of a plan is told when it is evaluated.
            let Ok(plans) = plans(model, &[case.link.period]) else { continue };
            let read = |first: usize| self.closings(first).read(&plans);
            if let (Ok(then), Ok(now)) = (read(case.before)?, read(usize::MAX)?)
                && then != now
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The first so many closings; all of them, as they would be with what was restated in this run.
    fn closings(&self, first: usize) -> Closings {
        let closings = Closings::first(self.folder.clone(), first);
        match first {
            usize::MAX => Closings { unwritten: self.unwritten.clone(), ..closings },
            _ => closings,
        }
    }

    /// What holds of a period from now on in this run, though it is not written.
    fn take_unwritten(&mut self, case: &Case, runs: &Runs) {
        let all: BTreeSet<Of> = case.players.iter().flatten().copied().collect();
        if let Some(Ok(results)) = runs.0.borrow().get(&self.run_of(case, &all)) {
            let version = case.front.closing.version + 1;
            Arc::make_mut(&mut self.unwritten).insert(case.link.period, (version, results.clone()));
            self.restated += 1;
        }
    }

    /// The evaluation that takes some players from today.
    fn run_of(&self, case: &Case, taken: &BTreeSet<Of>) -> Run {
        let files = case.files.iter().filter_map(|(path, file)| {
            let from_today = !file.has_changed() || file.of.iter().any(|of| taken.contains(of));
            let hash = match from_today {
                true => file.is.as_ref().map(|(hash, _)| hash),
                false => file.was.as_ref().map(|(hash, _)| hash),
            };
            Some((path.clone(), hash?.clone()))
        });
        let files = files.collect();
        let specs = match taken.contains(&Of::Rules) {
            true => super::close::texts(self.project).into_iter().map(|spec| spec.path + &spec.sha256).collect(),
            false => case.front.specs.iter().map(|spec| format!("{}{}", spec.path, spec.sha256)).collect(),
        };
        let made = &case.document.provenance;
        let (strict, allow_empty) = (made.has("strict"), made.has("allow-empty"));
        let closings = if taken.contains(&Of::Closings) { (usize::MAX, self.restated) } else { (case.before, 0) };
        Run { batch: Batch { specs, strict, allow_empty, files, closings }, period: case.link.period }
    }

    /// Everything that is asked of the evaluations, in as few passes as there are different specs and files.
    fn run_all(&self, cases: &[Case], runs: &Runs) -> Result<(), Failure> {
        let mut batches: BTreeMap<Batch, (usize, bool, BTreeSet<PeriodName>)> = BTreeMap::new();
        for (at, case) in cases.iter().enumerate().filter(|(_, case)| case.why_not.is_none()) {
            for set in sets(case) {
                let taken = taken(case, &set);
                let run = self.run_of(case, &taken);
                if runs.0.borrow().contains_key(&run) {
                    continue;
                }
                let entry = batches.entry(run.batch).or_insert((at, taken.contains(&Of::Rules), BTreeSet::new()));
                entry.2.insert(run.period);
            }
        }
        for (batch, (at, rules_now, periods)) in batches {
            let case = &cases[at];
            let project = if rules_now { self.project } else { &case.own };
            let periods: Vec<PeriodName> = periods.into_iter().collect();
            let files = batch.files.iter().map(|(path, hash)| {
                let file = &case.files.get(path);
                let is = file.and_then(|file| file.is.as_ref()).filter(|(is, _)| is == hash);
                let wanted = File { path: path.clone(), bytes: 0, sha256: Some(hash.clone()) };
                Some((path.clone(), is.map(|(_, place)| place.clone()).or_else(|| self.places.place(&wanted))?))
            });
            let failed = |error| Failure::new(format_args!("the data files cannot be laid out: {error}"));
            let laid = self.places.laid(files.collect()).map_err(failed)?;
            let Some(laid) = laid else { continue };
            let made = &case.document.provenance;
            let provenance =
                |read: &[PathBuf]| self.args.write.then(|| of_again(&made.options, project, &laid.data, read));
            let read = read_as(made, &self.args.read);
            let closings = || self.closings(batch.closings.0);
            // What is wrong in one period is told of that one.
            let mut together = documents(project, &periods, laid.data.clone(), (&read, closings()), &provenance)?;
            if together.is_err() && periods.len() > 1 {
                together = Ok(Vec::new());
            }
            for (place, period) in periods.iter().enumerate() {
                let one = match &mut together {
                    Ok(all) if all.len() == periods.len() => Ok(std::mem::take(&mut all[place])),
                    Err(why) => Err(why.clone()),
                    Ok(_) => documents(project, &[*period], laid.data.clone(), (&read, closings()), &provenance)?
                        .and_then(|mut all| all.pop().ok_or_else(|| "nobody is evaluated".to_string())),
                };
                runs.0.borrow_mut().insert(Run { batch: batch.clone(), period: *period }, one);
            }
        }
        Ok(())
    }

    /// What differs in a period.
    fn told(&self, case: &Case, runs: &Runs) -> OfPeriod {
        let head = &case.front.closing;
        OfPeriod {
            period: head.period.clone(),
            closing: head.file(),
            by: head.by.clone(),
            on: head.on.clone(),
            version: head.version + 1,
            rules_now: self.args.rules == Rules::Now,
            changed: self.places.changed(&case.document.provenance.data.files),
            rules_changed: case.rules_changed.clone(),
            outcome: self.outcome(case, runs).unwrap_or_else(Outcome::Not),
            written: None,
        }
    }

    fn outcome(&self, case: &Case, runs: &Runs) -> Result<Outcome, String> {
        if let Some(why) = &case.why_not {
            return Err(why.clone());
        }
        let runs = runs.0.borrow();
        let results = |taken: &BTreeSet<Of>| -> Result<Results, String> {
            let known = runs.get(&self.run_of(case, taken)).ok_or("its data files are nowhere as they were")?;
            let document = known.as_ref().map_err(String::clone)?;
            Document::read(document).map(|document| standing::results(&document)).ok_or("not read".to_string())
        };
        let all: BTreeSet<Of> = case.players.iter().flatten().copied().collect();
        // What is asked for is there; what only serves to divide it need not be.
        let today = results(&all)?;
        if let Some((key, [before, after])) = standing::other_unit(&case.closed, &today) {
            let (what, person) = (key.what.word(), &key.person);
            return Err(format!(
                "{what} of {person} was closed as {}, and is {} now: two units have no difference; {}",
                before.shown,
                after.shown,
                "leave `--rules now` out, or call the output in its new unit by another name"
            ));
        }
        let same = match case.other_program || case.players.is_empty() {
            true => results(&BTreeSet::new()).ok(),
            false => None,
        };
        let mixed: BTreeMap<Vec<bool>, Results> =
            sets(case).into_iter().filter_map(|set| Some((set.clone(), results(&taken(case, &set)).ok()?))).collect();
        let whole = mixed.len() == sets(case).len();
        let one = [all.iter().copied().collect::<Vec<Of>>()];
        // Where a mixture cannot be evaluated, nobody can tell its parts.
        let players = if whole || case.players.is_empty() { &case.players[..] } else { &one[..] };
        let value = |set: &[bool]| match set.iter().all(|taken| *taken) {
            true => today.clone(),
            false => mixed.get(set).cloned().unwrap_or_default(),
        };
        let restated = attributed(&case.closed, same.as_ref(), players, &value);
        let broken = || {
            let some = sets(case).into_iter().find_map(|set| results(&taken(case, &set)).err());
            some.map(|why| format!("with some of it as closed and some as today, {why}"))
        };
        let together = if whole { case.gone.then(|| GONE.to_string()) } else { broken() };
        Ok(Outcome::Restated { restated, together })
    }

    /// Adds what comes out now to the chain.
    fn write(
        &self,
        case: &Case,
        told: &mut OfPeriod,
        on: Day,
        chain: &Chain,
        runs: &Runs,
    ) -> Result<Option<Chain>, Failure> {
        let all: BTreeSet<Of> = case.players.iter().flatten().copied().collect();
        let known = runs.0.borrow();
        let Some(Ok(results)) = known.get(&self.run_of(case, &all)) else { return Ok(Some(chain.clone())) };
        let head = Head {
            period: told.period.clone(),
            version: told.version,
            previous: chain.head().map(str::to_string),
            by: self.args.by.clone().unwrap_or_default(),
            on: on.to_string(),
            reason: self.args.reason.clone(),
        };
        let specs = match self.args.rules {
            Rules::Own => case.front.specs.clone(),
            Rules::Now => super::close::texts(self.project),
        };
        let front = Front::new(head, specs, Vec::new(), Some(told.restated().to_vec()));
        let files = case.files.values().filter_map(|file| file.is.as_ref());
        let files: Vec<(PathBuf, String)> = files.map(|(hash, place)| (place.clone(), hash.clone())).collect();
        let small = kept(self.args.keep, files);
        let write = |out: &mut dyn Write| out.write_all(results);
        let longer = add(self.args.sign.as_deref(), &front, &write, chain, &small)?;
        told.written = longer.as_ref().map(|_| front.closing.file());
        Ok(longer)
    }
}

/// For which cause the files of a data set count.
fn kind(models: &[&Model], set: &str) -> Of {
    let declared = models.iter().find_map(|model| model.data.iter().find(|data| data.name == set));
    match declared {
        Some(data) if data.roster.is_some() || data.organisation.is_some() => Of::Roster,
        Some(data) if data.rulings.is_some() => Of::Rulings,
        _ => Of::Rows,
    }
}

/// What has changed, each by itself; together where one cannot be taken without the other.
fn players(case: &Case) -> Vec<Vec<Of>> {
    let changed: Vec<&OfFile> = case.files.values().filter(|file| file.has_changed()).collect();
    let mut all: BTreeSet<Of> = changed.iter().flat_map(|file| file.of.iter().copied()).collect();
    if !case.rules_changed.is_empty() {
        all.insert(Of::Rules);
    }
    if case.closings_changed {
        all.insert(Of::Closings);
    }
    // What was read then and is nowhere now cannot stand beside what is new.
    if case.is_gone() && all.len() > 1 {
        return vec![all.into_iter().collect()];
    }
    let mut players: Vec<BTreeSet<Of>> = all.into_iter().map(|of| BTreeSet::from([of])).collect();
    for file in changed.iter().filter(|file| file.of.len() > 1) {
        let (one, others): (Vec<_>, Vec<_>) =
            players.into_iter().partition(|player| player.iter().any(|of| file.of.contains(of)));
        players = others;
        players.push(one.into_iter().flatten().collect());
    }
    players.sort();
    players.into_iter().map(|player| player.into_iter().collect()).collect()
}

/// All that is evaluated: each player taken from today or not. Nobody taken is what was closed, unless the program is
/// another one.
fn sets(case: &Case) -> Vec<Vec<bool>> {
    let count = case.players.len();
    let all = (0..1usize << count).map(|set| (0..count).map(|at| set >> at & 1 == 1).collect::<Vec<bool>>());
    let is_wanted = |set: &Vec<bool>| set.contains(&true) || case.other_program || count == 0;
    all.filter(is_wanted).collect()
}

fn taken(case: &Case, set: &[bool]) -> BTreeSet<Of> {
    case.players.iter().zip(set).filter(|(_, taken)| **taken).flat_map(|(player, _)| player.iter().copied()).collect()
}
