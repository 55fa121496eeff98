//! `merit eval`

use std::collections::BTreeSet;

use super::args::EvalArgs;
use super::beside::beside;
use super::check::findings;
use super::choices::Form;
use super::closings::Closings;
use super::evaluate::{Asked, Evaluated, evaluate};
use super::exit::{Exit, Failure};
use super::open::{Telling, data_folder, refuse};
use super::progress::Reading;
use super::scenarios::{Scenario, scenarios as ways_of};
use super::select::{Wanted, select};
use super::{cache, known, machine, out, output, provenance, suppose};
use crate::data::options::{Options, OtherFiles};
use crate::data::take_seed;
use crate::diagnostic::Diagnostic;
use crate::eval::Supposed;
use crate::model::Model;
use crate::nearest::nearest;
use crate::plan::Plan;
use crate::plan::query::{Answers, Doubt, Query};
use crate::project;
use crate::report::estimate::Estimate;
use crate::report::people::People;
use crate::report::supposed::Supposing;
use crate::report::words::LANGUAGES;
use crate::report::{Format, Report};
use crate::score::card::Results;
use crate::score::{Scored, score_people, score_supposing};

pub fn run(args: &EvalArgs) -> Result<Exit, Failure> {
    if let Some((day, period)) = args.as_known.zip(args.period) {
        return known::run(args, period, day);
    }
    let format = output::format(args)?;
    // The tables of tests in specs are hashed as well.
    cache::of(&args.read.cache)?.iter().for_each(take_seed);
    let project = project::open_one(&args.specs.paths)?;
    let for_programs = telling(args).document.is_some();
    if for_programs {
        machine::know(provenance::of_asked(args, &project));
    }
    if project.has_errors() {
        return Ok(refuse((&project.sources, project.files), &project.diagnostics, telling(args)));
    }
    let model = &project.model;
    check_language(args, model)?;
    let data = data_folder(args.read.data.as_deref(), &project.folders)?;
    let other_files = suppose::other_files(&args.suppose, model)?;
    let options = Options { other_files: other_files.clone(), ..args.read.options(data.clone()) };
    output::refuse_inputs(args, &project, model, &options)?;
    let reading = Reading::new();
    let asked = |other_files| {
        let (person, read, running) = (args.person.as_deref(), &args.read, args.running);
        let closings = Closings::of(&project.folders);
        Asked { periods: args.periods(), person, read, running, other_files, by_month: false, closings }
    };
    let elsewhere =
        |model: &Model, query: &Query, options: &Options| beside(&args.beside, model, query, options, &|_| {});
    let evaluated = evaluate(&asked(other_files.clone()), model, data.clone(), &reading, &elsewhere);
    if for_programs {
        machine::know(provenance::of_files(args, &project, &data, &reading.files()));
    }
    let refused = |diagnostics: &[Diagnostic]| refuse((&project.sources, project.files), diagnostics, telling(args));
    let Evaluated { own_months, plans, answers, absent } = match evaluated? {
        Ok(found) => found,
        Err(diagnostics) => return Ok(refused(&diagnostics)),
    };
    let with_months = own_months.as_ref().unwrap_or(model);
    let supposed = match plans.as_slice() {
        [plan] if !args.suppose.is_empty() => {
            Some((plan, suppose::values(&args.suppose, with_months, plan, &answers)?))
        }
        _ => None,
    };
    let (supposed, values) = supposed.map_or_else(Default::default, |(_, supposed)| supposed);
    let scored = match score_plans(with_months, &plans, &answers, &supposed) {
        Ok(scored) => scored,
        Err(diagnostics) => return Ok(refused(&diagnostics)),
    };
    // Of a running period all ways in which its rest may go, where that is asked for; the first is shown.
    let scenarios = plans.first().map_or_else(Vec::new, |plan| ways_of(with_months, plan, &answers, &supposed));
    let ways = match score_scenarios(with_months, &plans, &scenarios) {
        Ok(ways) => ways,
        Err(diagnostics) => return Ok(refused(&diagnostics)),
    };
    let shown = if ways.is_empty() { &scored[..] } else { &ways[..1] };
    let wanted =
        Wanted { person: args.person.as_deref(), position: args.position.as_deref(), team: args.team.as_deref() };
    let people = select(&wanted, model, &answers.teams, shown, absent)?;
    let suppositions = suppose::told(&args.suppose, &other_files, values);
    // What is true, to be compared with: from its own files, where others are supposed.
    let mut truly = None;
    if suppositions.is_some() && other_files != OtherFiles::default() {
        let asked = Asked { person: None, ..asked(OtherFiles::default()) };
        truly = match evaluate(&asked, model, data.clone(), &Reading::new(), &elsewhere)? {
            Ok(found) => Some(found),
            Err(diagnostics) => return Ok(refused(&diagnostics)),
        };
    }
    let true_model = truly.as_ref().and_then(|found| found.own_months.as_ref()).unwrap_or(with_months);
    let (true_plans, true_answers) = truly.as_ref().map_or((&plans, &answers), |found| (&found.plans, &found.answers));
    let true_scenarios = match (&suppositions, true_plans.first()) {
        (Some(_), Some(plan)) => ways_of(true_model, plan, true_answers, &Supposed::default()),
        _ => Vec::new(),
    };
    let before = match (&suppositions, true_scenarios.first()) {
        (None, _) => Ok(Vec::new()),
        (Some(_), Some(_)) => score_scenarios(true_model, true_plans, &true_scenarios[..1]),
        (Some(_), None) => score_people(true_model, true_plans, true_answers),
    };
    let before = match before {
        Ok(before) => before,
        Err(diagnostics) => return Ok(refused(&diagnostics)),
    };
    let results: Vec<&Results> = shown.iter().map(|scored| &scored.results).collect();
    let made = provenance::of_evaluation(args, &project, &data, &results);
    let language = args.lang.as_deref();
    let before: Vec<Report> = before
        .iter()
        .map(|scored| Report {
            model,
            results: &scored.results,
            people: People::scored(scored),
            language,
            provenance: None,
            supposing: None,
            estimate: None,
        })
        .collect();
    let everyone = args.person.is_none() && args.position.is_none() && args.team.is_none();
    let report = |(results, people)| Report {
        model,
        results,
        people,
        language,
        provenance: Some(&made),
        supposing: suppositions.as_ref().zip(before.first()).map(|(suppositions, before)| Supposing {
            suppositions,
            before,
            everyone,
        }),
        estimate: plans
            .first()
            .and_then(|plan| plan.running.as_deref())
            .map(|of_running| Estimate { of_running, ways: ways.iter().map(People::scored).collect() }),
    };
    let reports: Vec<Report> = results.into_iter().zip(people).map(report).collect();
    output::deliver(args, format, &reports)?;
    // Pages say it themselves.
    if let (Some(day), true) = (args.running.as_of, matches!(format, Format::Json | Format::Csv(_))) {
        let what = if args.running.project.is_some() { "an estimate" } else { "an interim state" };
        out::say(format_args!("merit: this is {what} as of {day}, and no result"));
    }
    // Cards tell it of those whom it concerns.
    let on_cards = |doubt: &Doubt| format == Format::Scorecards && matches!(doubt, Doubt::Changes { .. });
    // The summary says it itself.
    if format != Format::Summary {
        // Several periods have the same files.
        for report in reports.iter().take(1) {
            let show = report.show();
            for doubt in report.results.doubts.iter().filter(|doubt| !on_cards(doubt)) {
                out::say(format_args!("merit: {}", show.doubt(doubt)));
            }
        }
    }
    if !project.diagnostics.is_empty() {
        out::say(format_args!("merit: {} in the specs; `merit check` shows them", findings(&project.diagnostics)));
    }
    Ok(Exit::Clean)
}

/// Everyone in all periods, with what is supposed of the only one.
fn score_plans<'a>(
    model: &'a Model,
    plans: &'a [Plan],
    answers: &'a Answers,
    supposed: &Supposed,
) -> Result<Vec<Scored<'a>>, Vec<Diagnostic>> {
    match plans {
        [plan] if !supposed.is_empty() => {
            score_supposing(model, plan, answers, supposed.clone()).map(|scored| vec![scored])
        }
        _ => score_people(model, plans, answers),
    }
}

/// Everyone in all ways in which the rest of the only period may go.
fn score_scenarios<'a>(
    model: &'a Model,
    plans: &'a [Plan],
    scenarios: &'a [Scenario],
) -> Result<Vec<Scored<'a>>, Vec<Diagnostic>> {
    let Some(plan) = plans.first() else { return Ok(Vec::new()) };
    let score = |(answers, supposed): &'a Scenario| score_supposing(model, plan, answers, supposed.clone());
    scenarios.iter().map(score).collect()
}

fn telling(args: &EvalArgs) -> Telling {
    let kind = machine::results(args);
    let document = (args.format == Some(Form::Json)).then_some(kind);
    Telling { color: args.color, undone: "no scorecard was written", document }
}

/// Labels in a language that no spec has are a slip of the pen. The words of the reports themselves are in some.
fn check_language(args: &EvalArgs, model: &Model) -> Result<(), Failure> {
    let Some(wanted) = &args.lang else { return Ok(()) };
    let mut known: BTreeSet<&str> = model.company.languages.iter().map(String::as_str).collect();
    if known.is_empty() {
        known = model.languages();
        known.extend(LANGUAGES);
    }
    // `zh_CN`
    let base = wanted.split('_').next().unwrap_or(wanted);
    if known.contains(wanted.as_str()) || model.company.languages.is_empty() && known.contains(base) {
        return Ok(());
    }
    let message = format!("the specs have no labels in the language `{wanted}`");
    let help = match nearest(wanted, known.iter().copied()).filter(|near| near.eq_ignore_ascii_case(wanted)) {
        Some(near) => format!("did you mean `{near}`?"),
        None if model.company.languages.is_empty() => {
            let known: Vec<String> = known.iter().map(|code| format!("`{code}`")).collect();
            format!("there is {}; without `--lang` labels are shown as they are written", known.join(" and "))
        }
        None => format!("the company's languages are {}", model.company.languages.join(", ")),
    };
    Err(Failure::with_help(message, help))
}
