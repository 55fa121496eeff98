//! Explanations made in the test's own process: everyone's of a period, as documents in a folder.

use std::fs;
use std::path::{Path, PathBuf};

use merit::data::lineage::Shown;
use merit::data::options::Options;
use merit::data::{answer, own_months};
use merit::eval::{Evaluator, Supposed};
use merit::explain::contrast::document::Contrast;
use merit::explain::contrast::{Side, contrast};
use merit::explain::document::json;
use merit::explain::why::Explainer;
use merit::plan::plans;
use merit::project::{Project, load};
use merit::provenance::Provenance;
use merit::score::card::PersonResult;
use merit::score::{Scored, score_people};
use merit::time::PeriodName;

use super::projects::spec::project;

/// A difference, and the same from the other side.
pub struct Explained {
    pub who: String,
    pub contrast: Contrast,
    pub back: Contrast,
}

fn options(specs: &Path) -> Options<'static> {
    Options { allow_empty: true, ..Options::of(specs.join("data")) }
}

/// Writes a document for each person, or each of so many; how many there are.
pub fn documents(specs: &Path, period: &str, each: usize, into: &Path) -> usize {
    let loaded = load(&[specs.to_path_buf()]).unwrap();
    assert!(!loaded.diagnostics.iter().any(|finding| finding.is_error()), "{}", specs.display());
    explain_all(&loaded, (specs, period), each, into).unwrap()
}

/// The same for a random project; none for one that is refused, or whose data is wrong.
pub fn of_random(seed: u64, into: &Path) -> usize {
    let random = project(seed, 1 + (seed % 6) as usize);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("all.merit"), random.spec()).unwrap();
    fs::create_dir(folder.path().join("data")).unwrap();
    for (name, text) in &random.files {
        fs::write(folder.path().join("data").join(name), text).unwrap();
    }
    let loaded = load(&[folder.path().to_path_buf()]).unwrap();
    if loaded.diagnostics.iter().any(|finding| finding.is_error()) {
        return 0;
    }
    explain_all(&loaded, (folder.path(), random.period), 1, &into.join(format!("random-{seed}"))).unwrap_or(0)
}

/// `None` where the data is wrong.
fn explain_all(loaded: &Project, (specs, period): (&Path, &str), each: usize, into: &Path) -> Option<usize> {
    let options = options(specs);
    let months = own_months(&loaded.model, &options).ok()?;
    let with_months = months.map(|months| loaded.model.with_own_months(months));
    let model = with_months.as_ref().unwrap_or(&loaded.model);
    let plans = plans(model, &[PeriodName::parse(period).unwrap()]).ok()?;
    let answers = answer(model, &plans[0].query, &options).ok()?;
    let scored = score_people(model, &plans, &answers).ok()?.remove(0);
    let explainer = Explainer::new(model, &loaded.sources, (&plans[0], &answers), Supposed::default(), None);
    let name = specs.file_name().unwrap().to_string_lossy().into_owned();
    for at in (0..scored.len()).step_by(each) {
        let person = scored.person(at);
        let mut explained = explainer.person(&person, scored.line(at).as_ref());
        let listed = Shown { counted: usize::MAX, left_out: 0 };
        explainer.with_rows(&mut explained, &options, listed, |_| true).expect("what was evaluated can be explained");
        let file = match into.is_dir() {
            true => into.join(format!("{name}-{period}-{at}.json")),
            // The start of a name.
            false => PathBuf::from(format!("{}-{at}.json", into.display())),
        };
        fs::write(file, json(&explained.why, &Provenance::default(), None, None)).unwrap();
    }
    Some(scored.len().div_ceil(each))
}

/// Everybody against the period before, and against the next person with a score.
pub fn contrasts(specs: &Path, before: &str, after: &str) -> Vec<Explained> {
    let loaded = load(&[specs.to_path_buf()]).unwrap();
    let model = &loaded.model;
    let periods = [before, after].map(|period| PeriodName::parse(period).unwrap());
    let plans = plans(model, &periods).unwrap();
    let answers = answer(model, &plans[0].query, &options(specs)).unwrap();
    let scored = score_people(model, &plans, &answers).unwrap();
    let scored: Vec<Scored> = scored.into_iter().map(Scored::keeping_values).collect();
    let evals: Vec<Evaluator> = plans.iter().map(|plan| Evaluator::new(model, plan, &answers)).collect();
    let people = |at: usize| (0..scored[at].len()).map(|person| scored[at].person(person)).collect::<Vec<_>>();
    let (earlier, later) = (people(0), people(1));
    // Each of a period, with the place of the period.
    let mut pairs: Vec<[(usize, &PersonResult); 2]> = Vec::new();
    for (place, person) in later.iter().enumerate() {
        let same = earlier.iter().find(|other| other.person == person.person && other.roster == person.roster);
        pairs.extend(same.map(|other| [(0, other), (1, person)]));
        pairs.extend(later.get(place + 1).map(|other| [(1, other), (1, person)]));
    }
    pairs.retain(|pair| pair.iter().all(|(_, person)| person.overall.is_some()));
    let explained = |pair: &[(usize, &PersonResult); 2]| {
        let [before, after] =
            pair.map(|(at, person)| Side::of(model, &loaded.sources, (&plans[at], &evals[at]), person, None));
        Some(Explained {
            who: format!("{} and {}", pair[0].1.person, pair[1].1.person),
            contrast: contrast(&before, &after)?,
            back: contrast(&after, &before)?,
        })
    };
    pairs.iter().filter_map(explained).collect()
}

/// A copy of specs with their data.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to),
            false => {
                fs::copy(entry.path(), to).unwrap();
            }
        }
    }
}
