//! `merit plan`

use std::io::Write;

use super::args::{PlanArgs, PlanForm};
use super::exit::{Exit, Failure};
use super::open::{open, refuse};
use super::terminal;
use crate::data::files_matching;
use crate::nearest::nearest;
use crate::plan::plan;
use crate::report;

pub fn run(args: &PlanArgs) -> Result<Exit, Failure> {
    const UNDONE: &str = "nothing was planned";
    let opened = match open(&args.specs, args.data.as_deref(), args.color, UNDONE)? {
        Ok(opened) => opened,
        Err(exit) => return Ok(exit),
    };
    let (project, model) = (&opened.project, opened.model());
    let names = || model.kpis.iter().map(|kpi| kpi.name.as_str());
    if let Some(kpi) = args.kpi.as_deref().filter(|kpi| !names().any(|name| name == *kpi)) {
        let help = match nearest(kpi, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "name a KPI of the specs, or leave `--kpi` out".to_string(),
        };
        return Err(Failure::with_help(format!("there is no KPI `{kpi}`"), help));
    }
    let plan = match plan(model, args.period) {
        Ok(plan) => plan,
        Err(diagnostics) => return Ok(refuse(project, &diagnostics, args.color, UNDONE)),
    };
    let files = |data: &_| files_matching(data, &opened.options.data);
    let told = report::plan::of(model, &project.sources, &plan, args.kpi.as_deref(), &files);
    let text = match args.format {
        PlanForm::Text => report::plan::render(&told, terminal::stdout(args.color.color)),
        PlanForm::Json => serde_json::to_string_pretty(&told).unwrap_or_default() + "\n",
    };
    std::io::stdout().write_all(text.as_bytes()).map_err(|error| Failure::writing("the plan", &error))?;
    Ok(Exit::Clean)
}
