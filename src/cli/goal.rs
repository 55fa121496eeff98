//! `merit goal`

use std::path::PathBuf;

use serde::Serialize;

use super::args::GoalArgs;
use super::choices::GoalForm;
use super::evaluate::{Asked as Read, Evaluated, evaluate};
use super::exit::{Exit, Failure};
use super::open::{Telling, data_folder, refuse};
use super::progress::Reading;
use super::select::{Wanted as People, select};
use super::{cache, machine, out, provenance, suppose, terminal};
use crate::alike::folded;
use crate::data::take_seed;
use crate::diagnostic::Diagnostic;
use crate::documents::{Document, digest};
use crate::explain::goal::document::{PersonJson, person};
use crate::explain::goal::text::{self, About};
use crate::explain::goal::{Asked, Wanted, everyone};
use crate::model::{KpiId, Model};
use crate::nearest::nearest;
use crate::number::Number;
use crate::project;
use crate::provenance::Provenance;
use crate::report::show::Show;
use crate::score::{score_people, score_supposing};
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
    let asked = Read { periods, person: args.person.as_deref(), read: &args.read, other_files: other };
    let evaluated = evaluate(&asked, &project.model, data.clone(), &Reading::new(), &|_, _, _| Ok(None))?;
    let Evaluated { own_months, plans, answers, absent } = match evaluated {
        Ok(evaluated) => evaluated,
        Err(diagnostics) => return refused(&diagnostics),
    };
    let model = own_months.as_ref().unwrap_or(&project.model);
    let Some(plan) = plans.first() else { return Ok(Exit::Clean) };
    let (supposed, values) = suppose::values(&args.suppose, model, plan, &answers)?;
    let scored = match supposed.is_empty() {
        true => score_people(model, &plans, &answers),
        false => score_supposing(model, plan, &answers, supposed).map(|scored| vec![scored]),
    };
    let scored = match scored {
        Ok(scored) => scored,
        Err(diagnostics) => return refused(&diagnostics),
    };
    let wish =
        People { person: args.person.as_deref(), position: args.position.as_deref(), team: args.team.as_deref() };
    let people = select(&wish, model, &answers.teams, &scored, absent)?;
    let (Some(scored), Some(people)) = (scored.first(), people.first()) else { return Ok(Exit::Clean) };
    let places: Vec<usize> = people.places().collect();
    let all =
        everyone(scored, &places, &Asked { wanted: &wanted, kpis: &kpis, all: false, mix: args.person.is_some() });
    let files: Vec<PathBuf> = answers.files.iter().map(|file| PathBuf::from(&file.path)).collect();
    let made = provenance::of_goal(args, &project, Some((&data, &files)));
    let show = Show { last_day: Some(plan.last_day), ..Show::new(model, args.lang.as_deref()) };
    let suppositions = suppose::told(&args.suppose, &other_files, values);
    let supposed = suppositions.map_or(Vec::new(), |suppositions| suppositions.told(&show));
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
                supposed,
                people: all.iter().map(|of| person(of, &show)).collect(),
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
                look,
                title: if company.is_empty() { period } else { format!("{company} · {period}") },
                wanted: &args.goal,
                until: plan.last_day.to_string(),
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

/// What is asked for: a grade that some rating has, or a score.
fn wanted(text: &str, model: &Model) -> Result<Wanted, Failure> {
    let (kind, rest) = match text.split_once(':') {
        Some(("grade", rest)) => (Some("grade"), rest.trim()),
        Some(("score", rest)) => (Some("score"), rest.trim()),
        _ => (None, text.trim()),
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
        _ => {
            let grades = || model.ratings.iter().flat_map(|rating| &rating.grades);
            let message = format!("`{rest}` is no grade of a rating, and no score");
            Err(match nearest(rest, grades().map(|grade| grade.name.as_str())) {
                Some(near) => Failure::with_help(message, format_args!("did you mean `--for {near}`?")),
                None => {
                    let mut names: Vec<String> = grades().map(|grade| format!("`{}`", grade.name)).collect();
                    names.dedup();
                    match names.is_empty() {
                        true => Failure::with_help(message, "name a score, as in `--for 90`"),
                        false => Failure::with_help(message, format_args!("the grades are {}", names.join(", "))),
                    }
                }
            })
        }
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
