//! `merit why`

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::args::WhyArgs;
use super::choices::{CsvStyle, WhyForm};
use super::closings::Closings;
use super::evaluate::{Asked, Evaluated, evaluate};
use super::exit::{Exit, Failure};
use super::open::{Telling, data_folder, refuse};
use super::progress::Reading;
use super::running::RunningArgs;
use super::select::{Absent, Wanted, find_person, select};
use super::{cache, machine, out, provenance, suppose, terminal};
use crate::data::lineage::Shown;
use crate::data::options::Options;
use crate::data::take_seed;
use crate::diagnostic::Diagnostic;
use crate::documents::Document;
use crate::eval::Evaluator;
use crate::explain::contrast::document::Contrast;
use crate::explain::contrast::{self, GradeGap, Side};
use crate::explain::document::json;
use crate::explain::why::document::Why;
use crate::explain::why::{Explainer, Only, rows_as_csv, text};
use crate::model::Model;
use crate::plan::Plan;
use crate::plan::query::Answers;
use crate::project::{self, Project};
use crate::report::Look;
use crate::report::csv::cell::Style;
use crate::report::estimate::Estimate;
use crate::report::show::Show;
use crate::score::card::PersonResult;
use crate::score::{Brief, Scored, score_people, score_supposing};
use crate::time::PeriodName;
use crate::visible::Form;

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
    let other_files = suppose::other_files(&args.suppose, &project.model)?;
    let against = args.against.as_deref().map(|against| Against::of(against, args.period));
    let other_period = against.as_ref().and_then(Against::period).filter(|other| *other != args.period);
    if other_period.is_some() && !args.suppose.is_empty() {
        return Err(Failure::with_help(
            "what is supposed is supposed of one period, and `--against` names another",
            "leave one of the two out",
        ));
    }
    if let (Some(day), Some(other)) = (args.as_of, other_period) {
        return Err(Failure::with_help(
            format_args!("`--as-of {day}` is a day of one period, and `--against` names another, {other}"),
            "leave one of the two out",
        ));
    }
    let periods = std::iter::once(args.period).chain(other_period).collect();
    let (person, read) = (Some(args.person.as_str()), &args.read);
    let running = RunningArgs { as_of: args.as_of, project: None };
    let closings = Closings::of(&project.folders);
    let asked = Asked { periods, person, read, running, other_files: other_files.clone(), by_month: false, closings };
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
        false => score_supposing(model, plan, &answers, supposed.clone()).map(|scored| vec![scored]),
    };
    let scored: Vec<Scored> = match scored {
        Ok(scored) => scored.into_iter().map(Scored::keeping_values).collect(),
        Err(diagnostics) => return refused(&diagnostics),
    };
    let (at, person) = the_one(&args.person, model, &answers, &scored[..1], absent)?;
    let language = args.lang.as_deref();
    let explainer = Explainer::new(model, &project.sources, (plan, &answers), supposed, language);
    let mut explained = explainer.person(&person, scored[0].line(at).as_ref());
    let only = match &what {
        None => Only::All,
        Some(what) => Only::of(what, &explained.why).map_err(|near| nothing_of_that_name(what, &near))?,
    };
    let suppositions = suppose::told(&args.suppose, &other_files, values);
    explained.why.supposed =
        suppositions.map_or(Vec::new(), |suppositions| suppositions.told(&Show::new(model, language)));
    if let Some(of_running) = plan.running.as_deref() {
        explained.why.running = Estimate { of_running, ways: Vec::new() }.sentences(&Show::new(model, language));
    }
    let compared = match &against {
        None => Compared::default(),
        Some(against) => {
            let comparing =
                Comparing { args, model, project: &project, plans: &plans, answers: &answers, scored: &scored };
            comparing.with(against, (&explainer, &person), &explained.why)?
        }
    };
    let options = Options { other_files, cache: read_cache, ..args.read.options(data.clone()) };
    let told = match (args.format, &against, &what) {
        // What makes the difference is told without rows.
        (WhyForm::Text, Some(_), None) => Some(BTreeSet::new()),
        (WhyForm::Text, ..) => Some(text::measures(&explained.why, &only)),
        (WhyForm::Json | WhyForm::Csv, ..) => None,
    };
    let wanted = |at: usize| told.as_ref().is_none_or(|told| told.contains(&at));
    if let Err(diagnostics) = explainer.with_rows(&mut explained, &options, shown(args), wanted) {
        return refused(&diagnostics);
    }
    let look = terminal::stdout(args.color.color);
    let (text, form) = match args.format {
        WhyForm::Text => {
            // What makes the difference is all that was asked for, unless a part is named.
            let text = match (compared.text(look), &what) {
                (Some(difference), None) => text::title(&explained.why, look) + &difference,
                (Some(difference), Some(_)) => text::render(&explained.why, &only, look) + &difference,
                (None, _) => text::render(&explained.why, &only, look),
            };
            (text, Form::Text { colored: look.color })
        }
        WhyForm::Json => {
            let files: Vec<PathBuf> = answers.files.iter().map(|file| PathBuf::from(&file.path)).collect();
            let made = provenance::of_explanation(args, &project, Some((&data, &files)));
            let contrast = compared.contrast.as_ref().map(|(contrast, _)| contrast);
            (json(&explained.why, &made, contrast, compared.gap.as_ref()), Form::Json)
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

/// The person with a key or name, of the first of some periods.
fn the_one(
    wanted: &str,
    model: &Model,
    answers: &Answers,
    scored: &[Scored],
    absent: Option<Absent>,
) -> Result<(usize, PersonResult), Failure> {
    let wish = Wanted { person: Some(wanted), position: None, team: None };
    let people = select(&wish, model, &answers.teams, scored, absent)?;
    match people.first().filter(|people| people.len() == 1) {
        Some(people) => Ok((people.place(0), people.person(0).into_owned())),
        None => Err(Failure::with_help(
            format!("several people have the key `{wanted}`, each in a roster of their own"),
            "name the person by a name that only one of them has",
        )),
    }
}

/// What a result is held against.
enum Against {
    Period(PeriodName),
    Person(String),
    Grade(String),
    /// A person or a grade.
    Named(String),
}

impl Against {
    fn of(text: &str, period: PeriodName) -> Against {
        match (text, text.split_once(':')) {
            ("previous", _) => Against::Period(period.previous()),
            (_, Some(("person", person))) => Against::Person(person.to_string()),
            (_, Some(("grade", grade))) => Against::Grade(grade.to_string()),
            _ => match PeriodName::parse(text) {
                Some(period) => Against::Period(period),
                None => Against::Named(text.to_string()),
            },
        }
    }

    fn period(&self) -> Option<PeriodName> {
        match self {
            Against::Period(period) => Some(*period),
            Against::Person(_) | Against::Grade(_) | Against::Named(_) => None,
        }
    }
}

/// What came of a comparison.
#[derive(Default)]
struct Compared {
    contrast: Option<(Contrast, String)>,
    gap: Option<GradeGap>,
}

impl Compared {
    fn text(&self, look: Look) -> Option<String> {
        let contrast = self.contrast.as_ref().map(|(contrast, with)| contrast::text::render(contrast, with, look));
        contrast.or_else(|| self.gap.as_ref().map(|gap| contrast::text::render_gap(gap, look)))
    }
}

/// What comparisons go by.
struct Comparing<'a> {
    args: &'a WhyArgs,
    model: &'a Model,
    project: &'a Project,
    plans: &'a [Plan],
    answers: &'a Answers,
    scored: &'a [Scored<'a>],
}

impl Comparing<'_> {
    fn with(
        &self,
        against: &Against,
        (explainer, person): (&Explainer, &PersonResult),
        why: &Why,
    ) -> Result<Compared, Failure> {
        let grade_of = |name: &str| why.rating.as_ref()?.grades.iter().position(|grade| grade.name == name);
        match against {
            Against::Period(_) => {
                let Some((other, plan)) = self.scored.get(1..2).zip(self.plans.get(1)) else {
                    return Err(Failure::with_help(
                        format!("{} is the period that is explained", self.args.period),
                        "name another one",
                    ));
                };
                let (_, before) = the_one(&self.args.person, self.model, self.answers, other, None)?;
                self.contrast((explainer, person), (plan, &before), &format!("in {}", plan.period))
            }
            Against::Person(other) => self.person(other, (explainer, person)),
            Against::Grade(name) => match grade_of(name) {
                Some(grade) => self.gap(why, grade),
                None => Err(self.no_grade(name, why)),
            },
            Against::Named(name) => {
                let is_person = find_person(name, self.people(), "in this period").is_ok();
                match (grade_of(name), is_person) {
                    (Some(_), true) => Err(Failure::with_help(
                        format!("`{name}` is a grade and a person"),
                        format!("write `--against grade:{name}` or `--against person:{name}`"),
                    )),
                    (Some(grade), false) => self.gap(why, grade),
                    (None, true) => self.person(name, (explainer, person)),
                    (None, false) => Err(self.no_grade(name, why)),
                }
            }
        }
    }

    fn people(&self) -> impl Iterator<Item = Brief> + Clone {
        let scored = &self.scored[0];
        (0..scored.len()).map(move |at| scored.brief(at))
    }

    fn person(&self, name: &str, this: (&Explainer, &PersonResult)) -> Result<Compared, Failure> {
        let (_, other) = the_one(name, self.model, self.answers, &self.scored[..1], None)?;
        if (other.roster, &other.person) == (this.1.roster, &this.1.person) {
            return Err(Failure::with_help(
                format!("`{name}` is the one whose result is explained"),
                "name somebody else, or another period",
            ));
        }
        let called = if other.name.is_empty() { other.person.clone() } else { other.name.clone() };
        self.contrast(this, (&self.plans[0], &other), &format!("of {called}"))
    }

    fn contrast(
        &self,
        (explainer, person): (&Explainer, &PersonResult),
        (plan, other): (&Plan, &PersonResult),
        with: &str,
    ) -> Result<Compared, Failure> {
        let (model, sources, language) = (self.model, &self.project.sources, self.args.lang.as_deref());
        let eval = Evaluator::new(model, plan, self.answers);
        let before = Side::of(model, sources, (plan, &eval), other, language);
        let after = explainer.side(person);
        let without = |person: &PersonResult, period: PeriodName| {
            Failure::with_help(
                format!("`{}` has no score in {period}, so there is no difference to tell", person.person),
                format!("`merit why --period {period} --person {}` tells why", person.person),
            )
        };
        if other.overall.is_none() {
            return Err(without(other, plan.period));
        }
        if person.overall.is_none() {
            return Err(without(person, self.args.period));
        }
        let contrast = contrast::contrast(&before, &after).map(|contrast| (contrast, with.to_string()));
        Ok(Compared { contrast, gap: None })
    }

    fn gap(&self, why: &Why, grade: usize) -> Result<Compared, Failure> {
        let card = why.cards.iter().rfind(|card| card.scorecard.is_some());
        let gap = card.zip(why.rating.as_ref()).and_then(|(card, rating)| GradeGap::of(card, rating, grade));
        match gap {
            Some(gap) => Ok(Compared { contrast: None, gap: Some(gap) }),
            None => {
                Err(Failure::with_help("that is the last grade, which has no limit to be reached", "name a better one"))
            }
        }
    }

    fn no_grade(&self, name: &str, why: &Why) -> Failure {
        let message = format!("`{name}` is no period, no grade of this person, and nobody evaluated in this period");
        let grades = why.rating.iter().flat_map(|rating| &rating.grades).map(|grade| format!("`{}`", grade.name));
        let grades = grades.collect::<Vec<_>>();
        Failure::with_help(
            message,
            match grades.is_empty() {
                true => "write `previous`, a period, or somebody's key".to_string(),
                false => format!("write `previous`, a period, somebody's key, or a grade: {}", grades.join(", ")),
            },
        )
    }
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
