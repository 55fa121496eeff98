//! `merit data`

use super::args::DataArgs;
use super::check::findings;
use super::choices::DataForm;
use super::exit::{Exit, Failure};
use super::open::{Telling, data_folder, refuse};
use super::progress::Bar;
use super::{out, provenance, terminal};
use crate::data::options::{Options, Progress};
use crate::data::profile::profile;
use crate::diagnostic::human::{HumanOptions, render};
use crate::diagnostic::json;
use crate::documents::Document;
use crate::limits::FINDINGS;
use crate::visible::Form;
use crate::{project, report};

pub fn run(args: &DataArgs) -> Result<Exit, Failure> {
    let project = project::open_one(&args.specs.paths)?;
    if project.has_errors() {
        let document = (args.format == DataForm::Json).then_some(Document::Data);
        let telling = Telling { color: args.color, undone: "no file was read", document };
        return Ok(refuse((&project.sources, project.files), &project.diagnostics, telling));
    }
    let model = &project.model;
    let bar = Bar::new();
    let usual = Options::of(data_folder(args.data.as_deref(), &project.folders)?);
    let reading = Options {
        threads: args.threads.map_or(usual.threads, usize::from),
        strict: args.strict,
        follow_links: args.links.follow_links,
        allow_empty: true,
        stream_above: u64::MAX,
        progress: bar.as_ref().map(|bar| bar as &dyn Progress),
        ..usual
    };
    let (profiles, errors) = profile(model, &reading);
    if let Some(bar) = &bar {
        bar.finish();
    }
    let look = terminal::stdout(args.color.color);
    let (text, form) = match args.format {
        DataForm::Table => (report::profile::text(model, &profiles, look), Form::Text { colored: look.color }),
        DataForm::Json => {
            let made = provenance::of_profiles(args, &project, &reading.data, &profiles);
            let findings = json::findings(&project.sources, project.files, &errors);
            (report::profile::json(model, &profiles, &made, findings), Form::Json)
        }
    };
    out::print(&text, form, "the profile")?;
    if errors.is_empty() {
        return Ok(Exit::Clean);
    }
    let look = terminal::stderr(args.color.color);
    let options = HumanOptions { color: look.color, width: look.width, limit: FINDINGS };
    out::aloud(&render(&errors, &project.sources, &options), look.color);
    out::say(format_args!("merit: {} in the data", findings(&errors)));
    Ok(Exit::Findings)
}
