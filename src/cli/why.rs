//! `merit why`

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::args::WhyArgs;
use super::choices::{CsvStyle, WhyForm};
use super::evaluate::{Asked, Evaluated, evaluate};
use super::exit::{Exit, Failure};
use super::open::{Telling, data_folder, refuse};
use super::progress::Reading;
use super::select::{Wanted, select};
use super::{cache, machine, out, provenance, terminal};
use crate::data::lineage::Shown;
use crate::data::take_seed;
use crate::diagnostic::Diagnostic;
use crate::documents::{Document, digest};
use crate::explain::why::document::Why;
use crate::explain::why::{Explainer, Only, rows_as_csv, text};
use crate::project;
use crate::provenance::Provenance;
use crate::report::csv::cell::Style;
use crate::score::score_people;
use crate::visible::Form;

/// The document for programs.
#[derive(Serialize)]
struct WhyDocument<'a> {
    schema: &'static str,
    provenance: &'a Provenance,
    failure: Option<()>,
    findings: [(); 0],
    #[serde(flatten)]
    why: &'a Why,
    /// Of all that stands before.
    digest: Option<String>,
}

pub fn run(args: &WhyArgs) -> Result<Exit, Failure> {
    let document = (args.format == WhyForm::Json).then_some(Document::Why);
    let telling = Telling { color: args.color, undone: "nothing was explained", document };
    let (path, what) = places(args)?;
    let read_cache = cache::of(&args.read.cache)?;
    read_cache.iter().for_each(take_seed);
    let project = project::open_one(&[path])?;
    if document.is_some() {
        machine::know(provenance::of_explanation(args, &project, None));
    }
    let refused = |diagnostics: &[Diagnostic]| Ok(refuse((&project.sources, project.files), diagnostics, telling));
    if project.has_errors() {
        return refused(&project.diagnostics);
    }
    let data = data_folder(args.read.data.as_deref(), &project.folders)?;
    let reading = Reading::new();
    let asked = Asked { periods: vec![args.period], person: Some(&args.person), read: &args.read };
    let evaluated = match evaluate(&asked, &project.model, data.clone(), &reading, &|_, _, _| Ok(None))? {
        Ok(evaluated) => evaluated,
        Err(diagnostics) => return refused(&diagnostics),
    };
    let Evaluated { own_months, plans, answers, absent } = evaluated;
    let model = own_months.as_ref().unwrap_or(&project.model);
    let (scored, plan) = match (score_people(model, &plans, &answers), plans.first()) {
        (Ok(scored), Some(plan)) => (scored, plan),
        (Err(diagnostics), _) => return refused(&diagnostics),
        (Ok(_), None) => return Ok(Exit::Clean),
    };
    let wanted = Wanted { person: Some(&args.person), position: None, team: None };
    let people = select(&wanted, model, &answers.teams, &scored, absent)?;
    let Some(person) = people.first().filter(|people| people.len() == 1).map(|people| people.person(0)) else {
        return Err(Failure::with_help(
            format!("several people have the key `{}`, each in a roster of their own", args.person),
            "name the person by a name that only one of them has",
        ));
    };
    let explainer = Explainer::new(model, &project.sources, (plan, &answers), args.lang.as_deref());
    let mut explained = explainer.person(&person);
    let only = match &what {
        None => Only::All,
        Some(what) => Only::of(what, &explained.why).map_err(|near| nothing_of_that_name(what, &near))?,
    };
    let mut options = args.read.options(data.clone());
    options.cache = read_cache;
    if let Err(diagnostics) = explainer.with_rows(&mut explained, &options, shown(args)) {
        return refused(&diagnostics);
    }
    let look = terminal::stdout(args.color.color);
    let (text, form) = match args.format {
        WhyForm::Text => (text::render(&explained.why, &only, look), Form::Text { colored: look.color }),
        WhyForm::Json => {
            let files: Vec<PathBuf> = answers.files.iter().map(|file| PathBuf::from(&file.path)).collect();
            let made = provenance::of_explanation(args, &project, Some((&data, &files)));
            let mut document = WhyDocument {
                schema: Document::Why.schema(),
                provenance: &made,
                failure: None,
                findings: [],
                why: &explained.why,
                digest: None,
            };
            document.digest = serde_json::to_value(&document).ok().map(|whole| digest(whole, "digest"));
            (serde_json::to_string_pretty(&document).unwrap_or_default() + "\n", Form::Json)
        }
        WhyForm::Csv => {
            let style = args.csv.map_or(Style::Plain, CsvStyle::style);
            let rows = rows_as_csv(&explained.why, style).map_err(|error| Failure::new(error.to_string()))?;
            (style.mark().to_string() + &rows, Form::Exact)
        }
    };
    out::print(&text, form, "the explanation")?;
    Ok(Exit::Clean)
}

/// How many rows of each kind are listed: of those that count all where a program reads them.
fn shown(args: &WhyArgs) -> Shown {
    const FEW: usize = 5;
    let all = args.format != WhyForm::Text;
    match args.rows {
        Some(rows) => Shown { counted: rows.0, left_out: rows.0 },
        None if all => Shown { counted: usize::MAX, left_out: 0 },
        None => Shown { counted: FEW, left_out: 0 },
    }
}

/// The specs, and what is asked about. One word alone is the specs where such a file or folder is there.
fn places(args: &WhyArgs) -> Result<(PathBuf, Option<String>), Failure> {
    match (&args.path, &args.what) {
        (Some(path), Some(what)) => Ok((path.clone(), Some(what.clone()))),
        (Some(path), None) if path.exists() || is_path(path) => Ok((path.clone(), None)),
        (Some(what), None) => Ok((PathBuf::from("."), Some(what.to_string_lossy().into_owned()))),
        (None, _) => Ok((PathBuf::from("."), None)),
    }
}

/// What has a separator or an ending can only be meant as a path.
fn is_path(path: &Path) -> bool {
    path.components().count() > 1 || path.extension().is_some()
}

fn nothing_of_that_name(what: &str, near: &[String]) -> Failure {
    let message = format!("no entry, KPI, group or output of this person is called `{what}`");
    match near.split_last() {
        None => Failure::with_help(message, "leave it out to see everything"),
        Some((only, [])) => Failure::with_help(message, format!("did you mean `{only}`?")),
        Some((last, others)) => {
            let others: Vec<String> = others.iter().map(|one| format!("`{one}`")).collect();
            Failure::with_help(message, format!("did you mean {} or `{last}`?", others.join(", ")))
        }
    }
}
