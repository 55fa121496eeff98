//! Suppositions on the command line: values of KPIs, and files that data sets are read from.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::exit::Failure;
use super::select::{absent, find_person};
use crate::alike::folded;
use crate::data::options::OtherFiles;
use crate::documents::Failure as Said;
use crate::eval::Supposed;
use crate::language::ScopeWord;
use crate::model::amount::Amount;
use crate::model::{KpiId, Label, Model, PositionId};
use crate::nearest::nearest;
use crate::plan::Plan;
use crate::plan::program::{Calc, CalcId};
use crate::plan::query::Answers;
use crate::plural::one_of;
use crate::report::show::Show;
use crate::report::supposed::{SupposedValue, Suppositions};
use crate::score::{Brief, Post, posts, supposable};
use crate::value::Value;

/// What is supposed.
#[derive(Clone, Debug, Default, Args)]
pub struct SupposeArgs {
    /// Suppose another value of somebody's KPI over the period: 'KPI of ID = 95%', or `= missing`; where it is read for
    /// several scopes or posts, 'own KPI of ID in POSITION = 95%'
    #[arg(long, value_name = "KPI of ID = VALUE", help_heading = "What is supposed")]
    pub set: Vec<String>,

    /// Suppose that a data set stands in this file, instead of its own
    #[arg(long, value_name = "DATA=FILE", help_heading = "What is supposed")]
    pub replace: Vec<String>,

    /// Suppose that a data set has the rows of this file as well
    #[arg(long, value_name = "DATA=FILE", help_heading = "What is supposed")]
    pub add: Vec<String>,
}

impl SupposeArgs {
    pub fn is_empty(&self) -> bool {
        self.set.is_empty() && self.replace.is_empty() && self.add.is_empty()
    }
}

/// Several mistakes as one failure: each with what helps.
fn all_of(mistakes: Vec<Failure>) -> Result<(), Failure> {
    let said = |failure: &Failure| match failure {
        Failure::Said(said) => (said.message.clone(), said.help.clone()),
        other => (format!("{other:?}"), None),
    };
    match mistakes.as_slice() {
        [] => Ok(()),
        [only] => Err(only.clone()),
        several => {
            let told = |failure: &Failure| match said(failure) {
                (message, Some(help)) => format!("{message} ({help})"),
                (message, None) => message,
            };
            Err(Failure::new(several.iter().map(told).collect::<Vec<_>>().join("; ")))
        }
    }
}

/// The files that are named, by data set.
pub fn other_files(args: &SupposeArgs, model: &Model) -> Result<OtherFiles, Failure> {
    let mut files = OtherFiles::default();
    let mut mistakes = Vec::new();
    for (option, given, into) in
        [("--replace", &args.replace, &mut files.replaced), ("--add", &args.add, &mut files.added)]
    {
        for text in given {
            match data_and_file(option, text, model) {
                Ok((data, path)) => into.entry(data).or_default().push(path),
                Err(mistake) => mistakes.push(mistake),
            }
        }
    }
    all_of(mistakes)?;
    Ok(files)
}

fn data_and_file(option: &str, text: &str, model: &Model) -> Result<(String, PathBuf), Failure> {
    let Some((data, file)) = text.split_once('=').map(|(data, file)| (data.trim(), file.trim())) else {
        let name = model.data.first().map_or("policies", |data| data.name.as_str());
        return Err(Failure::with_help(
            format_args!("`{option} {text}` does not say which data set is in which file"),
            format_args!("write both, as in `{option} {name}={}`", if text.contains('.') { text } else { "fixed.csv" }),
        ));
    };
    let by_label = || model.data.iter().find(|set| labelled(&set.label, data));
    let Some(set) = model.data.iter().find(|set| set.name == data).or_else(by_label) else {
        let message = format!("there is no data set `{data}` in the specs");
        return Err(match nearest(data, model.data.iter().map(|set| set.name.as_str())) {
            Some(near) => Failure::with_help(message, format_args!("did you mean `{option} {near}={file}`?")),
            None => {
                let names = model.data.iter().map(|set| format!("`{}`", set.name)).collect::<Vec<_>>();
                Failure::with_help(message, format_args!("the data sets are {}", names.join(", ")))
            }
        });
    };
    let path = Path::new(file);
    if !path.is_file() {
        let what = if path.exists() { "is no file" } else { "is not there" };
        return Err(Failure::with_help(
            format_args!("`{file}`, which `{option}` names for `{}`, {what}", set.name),
            "name a file with the columns of the data set",
        ));
    }
    Ok((set.name.clone(), path.to_path_buf()))
}

fn labelled(label: &Label, text: &str) -> bool {
    let wanted = folded(text);
    std::iter::once(&label.text).chain(label.translations.values()).any(|own| !own.is_empty() && folded(own) == wanted)
}

/// The values that are supposed, for the evaluation and for the report.
pub fn values(
    args: &SupposeArgs,
    model: &Model,
    plan: &Plan,
    answers: &Answers,
) -> Result<(Supposed, Vec<SupposedValue>), Failure> {
    let asked = Asked { model, plan, answers, posts: posts(model, plan, answers) };
    let (mut supposed, mut told) = (Supposed::default(), Vec::<SupposedValue>::new());
    let mut known = BTreeSet::new();
    let mut mistakes = Vec::new();
    for text in &args.set {
        match asked.read(text) {
            Ok(found) => {
                for (post, node, one) in found {
                    if !known.insert((post.roster, post.post, node)) {
                        mistakes.push(Failure::with_help(
                            format_args!("`--set '{text}'` says another value of what is set already"),
                            "leave one of them out",
                        ));
                        continue;
                    }
                    supposed.add(post.roster, post.post, (node, one.value.clone()));
                    told.push(one);
                }
            }
            Err(mistake) => mistakes.push(mistake),
        }
    }
    all_of(mistakes)?;
    Ok((supposed, told))
}

/// What suppositions are read by.
struct Asked<'a> {
    model: &'a Model,
    plan: &'a Plan,
    answers: &'a Answers,
    posts: Vec<Post>,
}

/// A KPI as it is called: its name, and the scope where it is said.
struct Called<'m> {
    name: &'m str,
    scope: Option<ScopeWord>,
}

type Found = Vec<(Post, CalcId, SupposedValue)>;

/// Rosters and keys of people, and a post that is said.
type Whom = (BTreeSet<(usize, Arc<str>)>, Option<PositionId>);

impl<'a> Asked<'a> {
    fn read(&self, text: &str) -> Result<Found, Failure> {
        let form = || {
            Failure::with_help(
                format_args!("`--set '{text}'` does not say what is supposed"),
                "write the KPI, the person and the value, as in `--set 'premium_growth of P1 = 12%'`",
            )
        };
        let (left, written) = text.rsplit_once('=').ok_or_else(form)?;
        let (left, written) = (left.trim(), written.trim());
        let splits = || left.match_indices(" of ").map(|(at, of)| (left[..at].trim(), left[at + of.len()..].trim()));
        let known: Vec<(Called, &str)> =
            splits().filter_map(|(kpi, who)| Some((self.called(unquoted(kpi))?, who))).collect();
        if known.is_empty() {
            let (kpi, who) = splits().next().ok_or_else(form)?;
            return Err(self.no_kpi(unquoted(kpi), &format!("of {who} = {written}")));
        }
        // `Level of service of P1`: what leaves somebody who is there.
        let mut found = known.iter().map(|(called, who)| self.set(text, called, who, written));
        let first = found.next().unwrap_or_else(|| Err(form()));
        first.or_else(|mistake| found.find_map(Result::ok).ok_or(mistake))
    }

    /// A KPI by its name or a label, with `own`, `team` or `company` before it.
    fn called(&self, text: &str) -> Option<Called<'a>> {
        let by_name = |text: &str| self.model.kpis.iter().find(|kpi| kpi.name == text);
        let by_label = |text: &str| self.model.kpis.iter().find(|kpi| labelled(&kpi.label, text));
        let named = |text: &str| by_name(text).or_else(|| by_label(text)).map(|kpi| kpi.name.as_str());
        if let Some(name) = named(text) {
            return Some(Called { name, scope: None });
        }
        let (word, rest) = text.split_once(' ')?;
        let scope = ScopeWord::ALL.into_iter().find(|scope| scope.word() == word)?;
        Some(Called { name: named(unquoted(rest.trim()))?, scope: Some(scope) })
    }

    fn no_kpi(&self, text: &str, behind: &str) -> Failure {
        let labels = |kpi: &'a crate::model::Kpi| {
            let labels = std::iter::once(&kpi.label.text).chain(kpi.label.translations.values());
            labels.map(String::as_str).filter(|label| !label.is_empty()).chain([kpi.name.as_str()])
        };
        let message = format!("there is no KPI `{text}` in the specs");
        match nearest(text, self.model.kpis.iter().flat_map(labels)) {
            Some(near) => Failure::with_help(message, format_args!("did you mean `--set '{near} {behind}'`?")),
            None => Failure::with_help(message, "`merit plan --kpi NAME` tells what KPIs read"),
        }
    }

    fn set(&self, text: &str, called: &Called, who: &str, written: &str) -> Result<Found, Failure> {
        let (person, position) = self.person(unquoted(who))?;
        let of_person: Vec<Post> = self.posts.iter().filter(|post| person.contains(&self.key(post))).copied().collect();
        let mut reading: Vec<(Post, Vec<CalcId>)> = Vec::new();
        let mut scopes: BTreeSet<&str> = BTreeSet::new();
        for post in of_person.iter().filter(|post| position.is_none_or(|wanted| self.position(post) == wanted)) {
            let nodes = self.nodes(post, called);
            scopes.extend(nodes.iter().map(|node| self.scope(*node).word()));
            if !nodes.is_empty() {
                reading.push((*post, nodes));
            }
        }
        let who = self.who(&of_person);
        match reading.as_slice() {
            [] => return Err(self.not_read(called, &of_person, &who)),
            [_] => {}
            several => {
                let places: BTreeSet<&str> = several.iter().map(|(post, _)| self.position_name(post)).collect();
                if places.len() > 1 {
                    let ways = places.iter().map(|position| {
                        format!("`--set '{} of {} in {position} = {written}'`", called.name, unquoted(who.0))
                    });
                    return Err(Failure::with_help(
                        format_args!("`--set '{text}'`: {} holds several posts that read `{}`", who.1, called.name),
                        format_args!("say in which: {}", one_of(ways)),
                    ));
                }
            }
        }
        if scopes.len() > 1 {
            let ways = scopes.iter().map(|scope| format!("`--set '{scope} {} of {} = {written}'`", called.name, who.0));
            return Err(Failure::with_help(
                format_args!("`--set '{text}'`: `{}` is read in several scopes for {}", called.name, who.1),
                format_args!("say which is meant: {}", one_of(ways)),
            ));
        }
        let mut found = Vec::new();
        for (post, nodes) in reading {
            for node in nodes {
                let (kpi, scope) = (self.kpi(node), self.scope(node));
                let value = self.value(kpi, written, &format!("{} of {}", called.name, who.0))?;
                let holder = &self.answers.rosters[post.roster].posts[post.post];
                let (person, name, position) = (holder.person.clone(), holder.name.clone(), self.position(&post));
                found.push((post, node, SupposedValue { kpi, scope, person, name, position, value }));
            }
        }
        Ok(found)
    }

    /// Key and name of somebody for a command, and for a sentence.
    fn who(&self, posts: &[Post]) -> (&'a str, String) {
        let Some(post) = posts.last() else { return ("", String::new()) };
        let holder = &self.answers.rosters[post.roster].posts[post.post];
        match &*holder.name {
            name if name.is_empty() || name == &*holder.person => (&holder.person, format!("`{}`", holder.person)),
            name => (&holder.person, format!("{name} (`{}`)", holder.person)),
        }
    }

    /// Those with a key or name, and the position behind ` in `, where one is said.
    fn person(&self, text: &str) -> Result<Whom, Failure> {
        let find = |wanted: &str| find_person(wanted, self.briefs().into_iter(), "in this period");
        let in_rosters = |keys: BTreeSet<(crate::model::data::DataId, Arc<str>)>| {
            let place = |data| self.plan.query.rosters.iter().position(|roster| *roster == data);
            keys.into_iter().filter_map(|(data, key)| Some((place(data)?, key))).collect()
        };
        let whole = find(text);
        if let Ok(keys) = whole {
            return Ok((in_rosters(keys), None));
        }
        if let Some((person, position)) = text.rsplit_once(" in ")
            && let Ok(keys) = find(unquoted(person.trim()))
        {
            let names = super::select::find_positions(unquoted(position.trim()), self.model)?;
            let keys: BTreeSet<(usize, Arc<str>)> = in_rosters(keys);
            let held = self.posts.iter().filter(|post| keys.contains(&self.key(post))).map(|post| self.position(post));
            let held: Vec<PositionId> = held.collect();
            let wanted = |at: &PositionId| names.contains(self.model.positions[at.0].name.as_str());
            return match held.iter().find(|at| wanted(at)) {
                Some(position) => Ok((keys, Some(*position))),
                None => {
                    let held = held.iter().map(|at| format!("`{}`", self.model.positions[at.0].name));
                    Err(Failure::with_help(
                        format_args!("`{person}` does not hold the post `{position}` in this period"),
                        format_args!("the posts held are {}", held.collect::<Vec<_>>().join(", ")),
                    ))
                }
            };
        }
        match absent(text, self.answers) {
            Some(absent) => Err(Failure::with_help(absent.0, "suppose something of somebody who is evaluated")),
            None => whole.map(|_| (BTreeSet::new(), None)).map_err(|unknown| match unknown {
                Failure::Said(Said { message, help }) => Failure::Said(Said {
                    message,
                    // Who else there is, or which key is meant; not which option to leave out.
                    help: help.filter(|help| !help.contains("--person")),
                })
                .or_help(|| "without suppositions `merit eval` shows who is evaluated".into()),
                other => other,
            }),
        }
    }

    /// All who are evaluated.
    fn briefs(&self) -> Vec<Brief> {
        let brief = |post: &Post| {
            let holder = &self.answers.rosters[post.roster].posts[post.post];
            let roster = self.plan.query.rosters[post.roster];
            let (person, name) = (holder.person.clone(), holder.name.clone());
            Brief { roster, person, name, overall: None, grade: None, rank: None, cards: Vec::new() }
        };
        self.posts.iter().map(brief).collect()
    }

    fn key(&self, post: &Post) -> (usize, Arc<str>) {
        (post.roster, self.answers.rosters[post.roster].posts[post.post].person.clone())
    }

    fn position(&self, post: &Post) -> PositionId {
        self.plan.program.cards[post.card].position
    }

    fn position_name(&self, post: &Post) -> &'a str {
        &self.model.positions[self.position(post).0].name
    }

    fn kpi(&self, node: CalcId) -> KpiId {
        match &self.plan.program.nodes[node.0] {
            Calc::Kpi { kpi, .. } => *kpi,
            _ => unreachable!("only KPIs can be supposed"),
        }
    }

    fn scope(&self, node: CalcId) -> ScopeWord {
        match &self.plan.program.nodes[node.0] {
            Calc::Kpi { scope, .. } => *scope,
            _ => unreachable!("only KPIs can be supposed"),
        }
    }

    /// Where the card of a post reads a KPI over the period. One that is scored is what is meant, where it stands behind
    /// other formulas in another scope, too.
    fn nodes(&self, post: &Post, called: &Called) -> Vec<CalcId> {
        let is_meant = |node: CalcId| {
            self.model.kpis[self.kpi(node).0].name == called.name
                && called.scope.is_none_or(|scope| self.scope(node) == scope)
        };
        let all: Vec<(CalcId, bool)> =
            supposable(self.plan, post.card).into_iter().filter(|(node, _)| is_meant(*node)).collect();
        let scored: Vec<CalcId> = all.iter().filter(|(_, scored)| *scored).map(|(node, _)| *node).collect();
        if scored.is_empty() { all.into_iter().map(|(node, _)| node).collect() } else { scored }
    }

    fn not_read(&self, called: &Called, posts: &[Post], who: &(&str, String)) -> Failure {
        let scope = called.scope.map_or(String::new(), |scope| format!("{} ", scope.word()));
        let all: BTreeSet<&str> = posts
            .iter()
            .flat_map(|post| supposable(self.plan, post.card))
            .map(|(node, _)| self.model.kpis[self.kpi(node).0].name.as_str())
            .collect();
        let message = format!("no formula for {} reads `{scope}{}` over the period", who.1, called.name);
        let near = nearest(called.name, all.iter().copied());
        match (near, all.len()) {
            (Some(near), _) => Failure::with_help(message, format_args!("`{near}` is read: is that meant?")),
            (None, 0) => Failure::new(message),
            (None, _) => {
                let all = all.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>();
                Failure::with_help(message, format_args!("what is read: {}", all.join(", ")))
            }
        }
    }

    /// The value in the unit of the KPI and within its limits.
    fn value(&self, kpi: KpiId, written: &str, left: &str) -> Result<Value, Failure> {
        let kpi = &self.model.kpis[kpi.0];
        let show = Show::new(self.model, None);
        match self.model.amount(written, &kpi.unit) {
            Ok(Amount::Missing(reason)) => Ok(Value::stated(if reason.is_empty() { "supposed" } else { &reason })),
            Ok(Amount::Number(number)) => match (&kpi.limits, kpi.can_be(&number)) {
                (Some((low, high)), false) => {
                    let [low, high] = [low, high].map(|end| show.number(end, &kpi.unit));
                    Err(Failure::with_help(
                        format_args!(
                            "`{}` is declared between {low} and {high}, and `{written}` is supposed",
                            kpi.name
                        ),
                        "suppose a value within these limits",
                    ))
                }
                _ => Ok(Value::Number(number)),
            },
            Err(no) => {
                let message = format!("`--set '{left} = {written}'`: {}", no.message);
                let ways = no.writes.iter().map(|text| format!("`--set '{left} = {text}'`"));
                match (no.writes.is_empty(), no.help.is_empty()) {
                    (false, _) => Err(Failure::with_help(message, format_args!("write {}", one_of(ways)))),
                    (true, false) => Err(Failure::with_help(message, no.help)),
                    (true, true) => Err(Failure::new(message)),
                }
            }
        }
    }
}

/// Without quotes of any kind around it.
fn unquoted(text: &str) -> &str {
    let pairs = [('`', '`'), ('"', '"'), ('\'', '\''), ('“', '”'), ('「', '」')];
    let inside = |(open, close)| text.strip_prefix(open)?.strip_suffix(close);
    pairs.into_iter().find_map(inside).unwrap_or(text)
}

/// For the report: files as they are called.
pub fn told(args: &SupposeArgs, files: &OtherFiles, values: Vec<SupposedValue>) -> Option<Suppositions> {
    let list = |files: &std::collections::BTreeMap<String, Vec<PathBuf>>| {
        let shown = |path: &PathBuf| path.display().to_string();
        files.iter().map(|(data, paths)| (data.clone(), paths.iter().map(shown).collect())).collect()
    };
    (!args.is_empty()).then(|| Suppositions { values, replaced: list(&files.replaced), added: list(&files.added) })
}
