//! `merit eval --as-known`: a closed period as it was known on a day.

use std::fs;

use super::args::EvalArgs;
use super::choices::Form;
use super::closings::{chain, findings, folder, shown};
use super::exit::{Exit, Failure};
use super::open::{Telling, refuse};
use super::{out, terminal};
use crate::documents::Document;
use crate::ledger::chain::Fault;
use crate::ledger::closing::Parts;
use crate::ledger::known::text;
use crate::project;
use crate::provenance::hash_of;
use crate::time::{Day, PeriodName};
use crate::visible;

/// Shows what was closed of a period by a day, and evaluates nothing.
pub fn run(args: &EvalArgs, period: PeriodName, day: Day) -> Result<Exit, Failure> {
    if args.format == Some(Form::Csv) || args.csv.is_some() || args.rows.is_some() {
        return Err(Failure::with_help(
            "a closing is shown as a table or as JSON",
            "leave `--csv` and `--rows` out, or read the JSON: it is the document of the results as it was closed",
        ));
    }
    let project = project::open_one(&args.specs.paths)?;
    let folder = folder(&project.folders);
    let (chain, mut faults) = chain(&folder)?;
    let document = (args.format == Some(Form::Json)).then_some(Document::Results);
    let telling = Telling { color: args.color, undone: "nothing is shown", document };
    let refused = |faults: &[Fault]| Ok(refuse((&project.sources, 0), &findings(&folder, faults), telling));
    if !faults.is_empty() {
        return refused(&faults);
    }
    let Some(link) = chain.as_known(period, day) else {
        let first = chain.links.iter().find(|link| link.period == period).and_then(|link| chain.head_of(link));
        let help = match first {
            Some(head) => format!("it was closed on {}", head.on),
            None => "without `--as-known` it is evaluated; `merit close` closes it".to_string(),
        };
        return Err(Failure::with_help(format_args!("{period} was not closed by {day}"), help));
    };
    let bytes = fs::read(chain.place(link)).unwrap_or_default();
    let parts = Parts::of(&bytes).filter(|_| hash_of(&bytes) == link.sha256);
    let Some((parts, head)) = parts.zip(chain.head_of(link)) else {
        faults.push(Fault { file: link.file(), what: "it is not as it was closed".to_string() });
        return refused(&faults);
    };
    if document.is_some() && args.person.is_none() {
        let results = String::from_utf8_lossy(parts.results).into_owned() + "\n";
        out::print(&results, visible::Form::Json, "the results")?;
        return Ok(Exit::Clean);
    }
    if document.is_some() {
        return Err(Failure::with_help("the JSON of a closing is that of everybody", "leave `--person` out"));
    }
    let results: serde_json::Value = serde_json::from_slice(parts.results)
        .map_err(|error| Failure::new(format_args!("`{}`: {error}", shown(&folder, &link.file()))))?;
    let look = terminal::stdout(args.color.color);
    match text(&results, &head, args.person.as_deref(), look) {
        Some(text) => out::print(&text, visible::Form::Text { colored: look.color }, "the results")?,
        None => {
            let person = args.person.as_deref().unwrap_or_default();
            return Err(Failure::with_help(
                format_args!("nobody in `{}` has the key or name `{person}`", link.file()),
                "leave `--person` out to see everyone who was closed",
            ));
        }
    }
    Ok(Exit::Clean)
}
