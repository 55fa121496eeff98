//! `merit audit`

use std::path::PathBuf;

use super::args::AuditArgs;
use super::choices::AuditForm;
use super::closings::Closings;
use super::evaluate::{Asked, Evaluated, evaluate_beside};
use super::exit::{Exit, Failure};
use super::open::{Telling, data_folder, refuse};
use super::progress::Reading;
use super::running::RunningArgs;
use super::select::find_positions;
use super::{cache, machine, out, provenance, terminal};
use crate::alike::folded;
use crate::audit::{Audited, By, Finding, Lines, audit, json, text};
use crate::data::options::OtherFiles;
use crate::data::take_seed;
use crate::diagnostic::Diagnostic;
use crate::documents::Document;
use crate::model::Model;
use crate::model::data::{Column, ColumnIx, ColumnType, DataId};
use crate::nearest::nearest;
use crate::project;
use crate::report::show::Show;
use crate::score::score_people;
use crate::visible::Form;

pub fn run(args: &AuditArgs) -> Result<Exit, Failure> {
    let document = (args.format == AuditForm::Json).then_some(Document::Audit);
    let telling = Telling { color: args.color, undone: "nothing was looked at", document };
    cache::of(&args.read.cache)?.iter().for_each(take_seed);
    let project = project::open_one(&args.specs.paths)?;
    if document.is_some() {
        machine::know(provenance::of_audit(args, &project, None));
    }
    let refused = |diagnostics: &[Diagnostic]| Ok(refuse((&project.sources, project.files), diagnostics, telling));
    if project.has_errors() {
        return refused(&project.diagnostics);
    }
    if let Some(both) = args.allow.iter().find(|kind| args.deny.contains(kind)) {
        return Err(Failure::with_help(
            format_args!("`{}` is left out by `--allow`, and an error by `--deny`", both.name()),
            "leave one of the two out",
        ));
    }
    let positions = args.position.as_deref().map(|wanted| find_positions(wanted, &project.model)).transpose()?;
    let mut by = args.by.iter().map(|name| compared(name, &project.model)).collect::<Result<Vec<By>, Failure>>()?;
    let data = data_folder(args.read.data.as_deref(), &project.folders)?;
    let asked = Asked {
        periods: vec![args.period],
        person: None,
        read: &args.read,
        running: RunningArgs::default(),
        other_files: OtherFiles::default(),
        by_month: false,
        closings: Closings::of(&project.folders),
    };
    let columns: Vec<(DataId, ColumnIx)> =
        by.iter().flat_map(|by| &by.columns).map(|(data, column, _)| (*data, *column)).collect();
    let evaluated =
        evaluate_beside(&asked, &project.model, data.clone(), &Reading::new(), (&|_, _, _| Ok(None), &columns))?;
    let Evaluated { own_months, plans, answers, .. } = match evaluated {
        Ok(evaluated) => evaluated,
        Err(diagnostics) => return refused(&diagnostics),
    };
    let model = own_months.as_ref().unwrap_or(&project.model);
    let Some(plan) = plans.first() else { return Ok(Exit::Clean) };
    by.iter_mut().flat_map(|by| &mut by.columns).zip(&plan.beside).for_each(|((.., read), place)| *read = *place);
    let scored = match score_people(model, &plans, &answers) {
        Ok(scored) => scored,
        Err(diagnostics) => return refused(&diagnostics),
    };
    let Some(scored) = scored.first() else { return Ok(Exit::Clean) };
    let show = Show { last_day: Some(plan.last_day), ..Show::new(model, args.lang.as_deref()) };
    let lines = lines(args);
    let mut found = audit(Audited { model, plan, scored, sources: &project.sources, show, lines: &lines, by: &by });
    found.findings.retain(|finding| !args.allow.contains(&finding.kind));
    if let Some(positions) = &positions {
        found
            .findings
            .retain(|finding| finding.position.as_deref().is_some_and(|position| positions.contains(position)));
    }
    let denied = |finding: &Finding| args.deny.contains(&finding.kind);
    let files: Vec<PathBuf> = answers.files.iter().map(|file| PathBuf::from(&file.path)).collect();
    let made = provenance::of_audit(args, &project, Some((&data, &files)));
    let company = model.company.name.as_str();
    let (text, form) = match args.format {
        AuditForm::Json => {
            let about = json::About {
                sources: &project.sources,
                provenance: &made,
                company,
                period: plan.period.to_string(),
                lines: &lines,
                denied: &denied,
            };
            (json::write(&found, &about), Form::Json)
        }
        AuditForm::Text => {
            let look = terminal::stdout(args.color.color);
            let period = format!("{} ({})", plan.period, show.days(plan.first_day, plan.last_day));
            let about = text::About {
                sources: &project.sources,
                look,
                title: if company.is_empty() { period } else { format!("{company} · {period}") },
                made: show.words.made(&made),
                allowed: args.allow.iter().map(|kind| kind.name()).collect(),
            };
            (text::page(&found, &about), Form::Text { colored: look.color })
        }
    };
    out::print(&text, form, "the findings")?;
    Ok(if found.findings.iter().any(denied) { Exit::Findings } else { Exit::Clean })
}

fn lines(args: &AuditArgs) -> Lines {
    let usual = Lines::default();
    Lines {
        group: args.at_least.map_or(usual.group, usize::from),
        gap: args.gap.clone().unwrap_or(usual.gap),
        same: args.same.clone().unwrap_or(usual.same),
        correlation: args.correlation.clone().unwrap_or(usual.correlation),
        ..usual
    }
}

/// The column of that name, or with that label or header, in every roster that has it.
fn compared(name: &str, model: &Model) -> Result<By, Failure> {
    let rosters = || model.data.iter().enumerate().filter(|(_, set)| set.roster.is_some());
    let wanted = folded(name);
    let called = |column: &Column| {
        let labels = std::iter::once(&column.label.text).chain(column.label.translations.values());
        let texts = labels.chain(&column.headers);
        column.name == name || texts.filter(|text| !text.is_empty()).any(|text| folded(text) == wanted)
    };
    let mut columns = Vec::new();
    for (at, set) in rosters() {
        let Some(place) = set.columns.iter().position(called) else { continue };
        if matches!(set.columns[place].ty, ColumnType::Date) {
            return Err(Failure::with_help(
                format_args!("`--by {name}` names a column of dates, which makes no groups"),
                "give the roster a column of groups, as one with the formula `if joined < 2020-01-01 then \"long\" else \"new\"`",
            ));
        }
        columns.push((DataId(at), ColumnIx(place), None));
    }
    if columns.is_empty() {
        let message = format!("no roster has a column `{name}`");
        let names = || rosters().flat_map(|(_, set)| &set.columns).map(|column| column.name.as_str());
        return Err(match nearest(name, names()) {
            Some(near) => Failure::with_help(message, format_args!("did you mean `--by {near}`?")),
            None => {
                let rosters: Vec<String> = rosters().map(|(_, set)| format!("`{}`", set.name)).collect();
                Failure::with_help(message, format_args!("name a column of {}", rosters.join(" or ")))
            }
        });
    }
    Ok(By { name: name.to_string(), columns })
}
