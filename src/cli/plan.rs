//! `merit plan`

use std::io::Write;

use super::args::{PlanArgs, PlanForm};
use super::check::findings;
use super::eval::{data_folder, own_months_of};
use super::exit::{Exit, Failure};
use super::terminal::{self, FINDINGS_SHOWN};
use crate::data::{Options, files_matching};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::human::{HumanOptions, render};
use crate::nearest::nearest;
use crate::plan::plan;
use crate::project;
use crate::report;

pub fn run(args: &PlanArgs) -> Result<Exit, Failure> {
    let project = project::load(&args.specs.paths)?;
    let refuse = |diagnostics: &[Diagnostic]| {
        let look = terminal::stderr(args.color.color);
        let options = HumanOptions { color: look.color, width: look.width, limit: FINDINGS_SHOWN };
        eprint!("{}", render(diagnostics, &project.sources, &options));
        eprintln!("merit: {}; nothing was planned", findings(diagnostics));
        Ok(Exit::Findings)
    };
    if project.has_errors() {
        return refuse(&project.diagnostics);
    }
    let names = || project.model.kpis.iter().map(|kpi| kpi.name.as_str());
    if let Some(kpi) = args.kpi.as_deref().filter(|kpi| !names().any(|name| name == *kpi)) {
        let help = match nearest(kpi, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "name a KPI of the specs, or leave `--kpi` out".to_string(),
        };
        return Err(Failure::with_help(format!("there is no KPI `{kpi}`"), help));
    }
    let data = data_folder(args.data.as_deref(), &args.specs.paths)?;
    let options = Options { allow_empty: true, ..Options::of(data) };
    let with_months;
    let model = match own_months_of(&project.model, &options) {
        Ok(Some(own)) => {
            with_months = own;
            &with_months
        }
        Ok(None) => &project.model,
        Err(diagnostics) => return refuse(&diagnostics),
    };
    let plan = match plan(model, args.period) {
        Ok(plan) => plan,
        Err(diagnostics) => return refuse(&diagnostics),
    };
    let files = |data: &_| files_matching(data, &options.data);
    let told = report::plan::of(model, &project.sources, &plan, args.kpi.as_deref(), &files);
    let text = match args.format {
        PlanForm::Text => report::plan::render(&told, terminal::stdout(args.color.color)),
        PlanForm::Json => serde_json::to_string_pretty(&told).unwrap_or_default() + "\n",
    };
    std::io::stdout().write_all(text.as_bytes()).map_err(|error| Failure::writing("the plan", &error))?;
    Ok(Exit::Clean)
}
