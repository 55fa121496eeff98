//! `merit plan`

use super::args::PlanArgs;
use super::choices::PlanForm;
use super::exit::{Exit, Failure};
use super::open::{Telling, open, refuse};
use super::provenance::of_specs;
use super::{out, terminal};
use crate::data::files_matching;
use crate::documents::Document;
use crate::nearest::nearest;
use crate::plan::plan;
use crate::report;
use crate::visible::Form;

pub fn run(args: &PlanArgs) -> Result<Exit, Failure> {
    const UNDONE: &str = "nothing was planned";
    let document = (args.format == PlanForm::Json).then_some(Document::Plan);
    let telling = Telling { color: args.color, undone: UNDONE, document };
    let opened = match open(&args.specs, (args.data.as_deref(), args.links), telling)? {
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
        Err(diagnostics) => return Ok(refuse((&project.sources, project.files), &diagnostics, telling)),
    };
    let files = |data: &_| files_matching(data, &opened.options.data);
    let made = document.map(|_| {
        of_specs(&project.sources, project.files)
            .option("period", args.period.to_string())
            .option("kpi", args.kpi.clone())
            .option("follow-links", args.links.follow_links)
    });
    let told = report::plan::of(model, &project.sources, &plan, args.kpi.as_deref(), &files, made.as_ref());
    let look = terminal::stdout(args.color.color);
    let (text, form) = match args.format {
        PlanForm::Text => (report::plan::render(&told, look), Form::Text { colored: look.color }),
        PlanForm::Json => (serde_json::to_string_pretty(&told).unwrap_or_default() + "\n", Form::Json),
    };
    out::print(&text, form, "the plan")?;
    Ok(Exit::Clean)
}
