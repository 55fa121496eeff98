//! `merit goal`

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::Serialize;

use super::args::GoalArgs;
use super::choices::GoalForm;
use super::closings::Closings;
use super::evaluate::{Asked as Read, Evaluated, evaluate};
use super::exit::{Exit, Failure};
use super::open::{Telling, data_folder, refuse};
use super::progress::Reading;
use super::running::RunningArgs;
use super::select::{Wanted as People, select};
use super::{cache, machine, out, provenance, suppose, terminal};
use crate::alike::folded;
use crate::data::take_seed;
use crate::diagnostic::Diagnostic;
use crate::documents::{Document, digest};
use crate::explain::goal::document::{PersonJson, person};
use crate::explain::goal::text::{self, About};
use crate::explain::goal::{Asked, Wanted, everyone};
use crate::model::amount::Amount;
use crate::model::{KpiId, Model, Output, PositionId};
use crate::nearest::nearest;
use crate::number::Number;
use crate::plan::Plan;
use crate::plural::one_of;
use crate::project;
use crate::provenance::Provenance;
use crate::report::show::Show;
use crate::score::score_by_rule;
use crate::visible::Form;

/// The document for programs.
#[derive(Serialize)]
struct GoalDocument<'a> {
    schema: &'static str,
    provenance: &'a Provenance,
    failure: Option<()>,
    findings: [(); 0],
    company: &'a str,
    period: String,
    last_day: String,
    /// What is to be reached, as it was asked.
    goal: &'a str,
    /// The days of the period that are left, where that was said.
    within: Option<i64>,
    /// In words, where something is.
    supposed: Vec<String>,
    people: Vec<PersonJson>,
    /// Of all that stands before.
    digest: Option<String>,
}

pub fn run(args: &GoalArgs) -> Result<Exit, Failure> {
    let document = (args.format == GoalForm::Json).then_some(Document::Goal);
    let telling = Telling { color: args.color, undone: "nothing was solved", document };
    cache::of(&args.read.cache)?.iter().for_each(take_seed);
    let project = project::open_one(&args.specs.paths)?;
    if document.is_some() {
        machine::know(provenance::of_goal(args, &project, None));
    }
    let refused = |diagnostics: &[Diagnostic]| Ok(refuse((&project.sources, project.files), diagnostics, telling));
    if project.has_errors() {
        return refused(&project.diagnostics);
    }
    let wanted = wanted(&args.goal, &project.model)?;
    let kpis = kpis(&args.kpi, &project.model)?;
    let data = data_folder(args.read.data.as_deref(), &project.folders)?;
    let other_files = suppose::other_files(&args.suppose, &project.model)?;
    let (periods, other) = (vec![args.period], other_files.clone());
    let asked = Read {
        periods,
        person: args.person.as_deref(),
        read: &args.read,
        running: RunningArgs::default(),
        other_files: other,
        by_month: args.within.is_some(),
        closings: Closings::of(&project.folders),
    };
    let evaluated = evaluate(&asked, &project.model, data.clone(), &Reading::new(), &|_, _, _| Ok(None))?;
    let Evaluated { own_months, plans, answers, absent } = match evaluated {
        Ok(evaluated) => evaluated,
        Err(diagnostics) => return refused(&diagnostics),
    };
    let model = own_months.as_ref().unwrap_or(&project.model);
    let Some(plan) = plans.first() else { return Ok(Exit::Clean) };
    let within = args.within.map(|days| within(days, args, plan)).transpose()?;
    let (supposed, values) = suppose::values(&args.suppose, model, plan, &answers)?;
    // What people decided is no goal's way.
    let scored = match score_by_rule(model, plan, &answers, supposed) {
        Ok(scored) => vec![scored],
        Err(diagnostics) => return refused(&diagnostics),
    };
    let wish =
        People { person: args.person.as_deref(), position: args.position.as_deref(), team: args.team.as_deref() };
    let people = select(&wish, model, &answers.teams, &scored, absent)?;
    let (Some(scored), Some(people)) = (scored.first(), people.first()) else { return Ok(Exit::Clean) };
    let places: Vec<usize> = people.places().collect();
    let alone = args.person.is_some();
    let all =
        everyone(scored, &places, &Asked { wanted: &wanted, kpis: &kpis, all: false, mix: alone, rows: alone, within });
    let files: Vec<PathBuf> = answers.files.iter().map(|file| PathBuf::from(&file.path)).collect();
    let made = provenance::of_goal(args, &project, Some((&data, &files)));
    let show = Show { last_day: Some(plan.last_day), ..Show::new(model, args.lang.as_deref()) };
    let suppositions = suppose::told(&args.suppose, &other_files, values);
    let mut supposed = suppositions.map_or(Vec::new(), |suppositions| suppositions.told(&show));
    if answers.rulings.iter().any(|ruling| ruling.period == plan.months) {
        supposed.push("the rules alone, without what was ruled in the period".to_string());
    }
    let (text, form) = match args.format {
        GoalForm::Json => {
            let mut document = GoalDocument {
                schema: Document::Goal.schema(),
                provenance: &made,
                failure: None,
                findings: [],
                company: &model.company.name,
                period: plan.period.to_string(),
                last_day: plan.last_day.to_string(),
                goal: &args.goal,
                within,
                supposed,
                people: all.iter().map(|of| person(of, &show, plan, &project.sources)).collect(),
                digest: None,
            };
            document.digest = serde_json::to_value(&document).ok().map(|whole| digest(whole, "digest"));
            (serde_json::to_string_pretty(&document).unwrap_or_default() + "\n", Form::Json)
        }
        GoalForm::Text => {
            let look = terminal::stdout(args.color.color);
            let period = format!("{} ({})", plan.period, show.days(plan.first_day, plan.last_day));
            let company = model.company.name.as_str();
            let about = About {
                show,
                plan,
                sources: &project.sources,
                look,
                title: if company.is_empty() { period } else { format!("{company} · {period}") },
                wanted: &args.goal,
                is_output: matches!(wanted, Wanted::Output(_)),
                until: plan.last_day.to_string(),
                within,
                supposed,
                made: show.words.made(&made),
            };
            let text = match (all.as_slice(), &args.person) {
                ([only], Some(_)) => text::person(only, &about),
                (all, _) => text::table(all, &about),
            };
            (text, Form::Text { colored: look.color })
        }
    };
    out::print(&text, form, "the answers")?;
    Ok(Exit::Clean)
}

/// What is asked for: a grade that some rating has, a score, or an output: `A`, `90`, `grade:5`, `score=90`, `bonus = 500 CNY`.
fn wanted(text: &str, model: &Model) -> Result<Wanted, Failure> {
    let parts = text.split_once([':', '=', '≥']).map(|(name, rest)| (name.trim().trim_end_matches('>'), rest.trim()));
    let (kind, rest) = match parts {
        Some((kind @ ("grade" | "score"), rest)) => (Some(kind), rest),
        Some((name, amount)) => return output(text, (name.trim(), amount), model),
        None => (None, text.trim()),
    };
    let grade = Wanted::Grade(rest.to_string());
    let is_grade = model.ratings.iter().any(|rating| grade.grade_in(rating).is_some());
    let score = rest.replace('_', "").parse::<Number>().ok();
    match (kind, is_grade, score) {
        (None, true, Some(_)) => Err(Failure::with_help(
            format_args!("`{rest}` is a grade and a score"),
            format_args!("write `--for grade:{rest}` or `--for score:{rest}`"),
        )),
        (None | Some("grade"), true, _) => Ok(grade),
        (None | Some("score"), _, Some(score)) => Ok(Wanted::Score(score)),
        _ => Err(no_goal(rest, model)),
    }
}

fn no_goal(text: &str, model: &Model) -> Failure {
    let grades = || model.ratings.iter().flat_map(|rating| &rating.grades);
    if outputs(text, model).next().is_some() {
        return Failure::with_help(
            format_args!("`{text}` is an output, and it is not said what it is to be"),
            format_args!("write it with an amount, as in `--for '{text} = 1_000 CNY'`"),
        );
    }
    let message = format!("`{text}` is no grade of a rating, and no score");
    match nearest(text, grades().map(|grade| grade.name.as_str())) {
        Some(near) => Failure::with_help(message, format_args!("did you mean `--for {near}`?")),
        None => {
            let mut names: Vec<String> = grades().map(|grade| format!("`{}`", grade.name)).collect();
            names.dedup();
            match names.is_empty() {
                true => Failure::with_help(message, "name a score, as in `--for 90`"),
                false => Failure::with_help(message, format_args!("the grades are {}", names.join(", "))),
            }
        }
    }
}

/// The outputs that are called so, by name or label.
fn outputs<'m>(name: &str, model: &'m Model) -> impl Iterator<Item = (PositionId, usize, &'m Output)> {
    let (name, wanted) = (name.to_string(), folded(name));
    let called = move |output: &Output| {
        let mut labels = std::iter::once(&output.label.text).chain(output.label.translations.values());
        output.name == name || labels.any(|label| !label.is_empty() && folded(label) == wanted)
    };
    let all = model.positions.iter().enumerate().flat_map(|(at, position)| {
        position.outputs.iter().enumerate().map(move |(place, output)| (PositionId(at), place, output))
    });
    all.filter(move |(.., output)| called(output))
}

/// An output with the amount that it is to be at least, in the unit that it has in each position.
fn output(text: &str, (name, amount): (&str, &str), model: &Model) -> Result<Wanted, Failure> {
    let mut places = Vec::new();
    for (position, place, output) in outputs(name, model) {
        match model.amount(amount, &output.unit) {
            Ok(Amount::Number(number)) => places.push((position, place, number)),
            Ok(Amount::Missing(_)) => {
                return Err(Failure::with_help(
                    format_args!("`--for '{text}'`: an output is not to be missing"),
                    "write the amount that it is to be at least",
                ));
            }
            Err(no) => {
                let ways = no.writes.iter().map(|amount| format!("`--for '{name} = {amount}'`"));
                let help = if no.writes.is_empty() { no.help } else { format!("write {}", one_of(ways)) };
                let message = format!("`--for '{text}'`: {}", no.message);
                return Err(if help.is_empty() { Failure::new(message) } else { Failure::with_help(message, help) });
            }
        }
    }
    if !places.is_empty() {
        return Ok(Wanted::Output(places));
    }
    let all = || model.positions.iter().flat_map(|position| &position.outputs).map(|output| output.name.as_str());
    let message = format!("`{name}` is no output of a position");
    Err(match (nearest(name, all()), all().next()) {
        (Some(near), _) => Failure::with_help(message, format_args!("did you mean `--for '{near} = {amount}'`?")),
        (None, Some(_)) => {
            let names: BTreeSet<String> = all().map(|name| format!("`{name}`")).collect();
            let names = names.into_iter().collect::<Vec<_>>().join(", ");
            Failure::with_help(
                message,
                format_args!("the outputs are {names}; a score is `--for 90`, a grade its name"),
            )
        }
        (None, None) => Failure::with_help(message, "name a grade, or a score as in `--for 90`"),
    })
}

/// The days that are left of the period.
fn within(days: u32, args: &GoalArgs, plan: &Plan) -> Result<i64, Failure> {
    let of_period = i64::from(plan.last_day.0 - plan.first_day.0) + 1;
    let period = plan.period;
    if args.person.is_none() {
        let message = "`--within` tells paces in terms of the rows of one person, and nobody is named";
        return Err(Failure::with_help(message, "name somebody, as in `--person S1350`"));
    }
    match i64::from(days) {
        0 => Err(Failure::with_help(
            format_args!("`--within 0` leaves no day of {period} in which anything could change"),
            "leave it out to see what would have been needed",
        )),
        days if days > of_period => Err(Failure::with_help(
            format_args!("`--within {days}`: {period} has {of_period} days"),
            format_args!("write how many of them are left: up to {of_period}"),
        )),
        days => Ok(days),
    }
}

/// The KPIs that are named.
fn kpis(names: &[String], model: &Model) -> Result<Vec<KpiId>, Failure> {
    let find = |name: &String| {
        let wanted = folded(name);
        let called = |kpi: &crate::model::Kpi| {
            let labels = std::iter::once(&kpi.label.text).chain(kpi.label.translations.values());
            kpi.name == *name || labels.into_iter().any(|label| !label.is_empty() && folded(label) == wanted)
        };
        if let Some(at) = model.kpis.iter().position(called) {
            return Ok(KpiId(at));
        }
        let message = format!("there is no KPI `{name}` in the specs");
        Err(match nearest(name, model.kpis.iter().map(|kpi| kpi.name.as_str())) {
            Some(near) => Failure::with_help(message, format_args!("did you mean `--kpi {near}`?")),
            None => Failure::with_help(message, "leave `--kpi` out to see all that count"),
        })
    };
    names.iter().map(find).collect()
}
