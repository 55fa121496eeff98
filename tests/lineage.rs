//! The rows behind answers: of random projects they give each answer once more, and all rows of the data have a fate.

#[path = "support/lineage.rs"]
mod again;
#[path = "lineage/by_hand.rs"]
mod by_hand;
#[path = "reference/projects.rs"]
mod projects;

use std::fs;

use again::{Looked, look};
use merit::data::lineage::{GroupOf, LeftOut, Shown, lineage};
use merit::data::options::Options;
use merit::data::{answer, own_months};
use merit::language::AddsUp;
use merit::plan::plan;
use merit::time::PeriodName;
use merit::value::Value;
use projects::spec::project;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number, not `{text}`")))
}

/// What was looked at in the project of a seed; nothing where there are no answers.
fn run(seed: u64) -> Option<Looked> {
    let made = project(seed, 1 + (seed % 6) as usize);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("all.merit"), made.spec()).unwrap();
    fs::create_dir(folder.path().join("data")).unwrap();
    for (name, text) in &made.files {
        fs::write(folder.path().join("data").join(name), text).unwrap();
    }
    let loaded = merit::project::load(&[folder.path().to_path_buf()]).unwrap();
    if loaded.diagnostics.iter().any(|finding| finding.is_error()) {
        return None;
    }
    let data = folder.path().join("data");
    let options = Options {
        allow_empty: true,
        threads: 1 + seed as usize % 4,
        // Blocks end anywhere.
        block: 40 + made.spec().len() % 400,
        stream_above: u64::MAX,
        ..Options::of(data)
    };
    let months = own_months(&loaded.model, &options).ok()?;
    let with_months = months.map(|months| loaded.model.with_own_months(months));
    let model = with_months.as_ref().unwrap_or(&loaded.model);
    let plan = plan(model, PeriodName::parse(made.period).unwrap()).ok()?;
    let answers = answer(model, &plan.query, &options).ok()?;
    let looked = look(model, &plan.query, &answers, &options).unwrap_or_else(|what| {
        let files: String = made.files.iter().map(|(name, text)| format!("--- {name}\n{text}")).collect();
        panic!("seed {seed}: {what}\n\n{}\n{files}", made.spec())
    });
    Some(looked)
}

#[test]
fn answers_follow_from_the_rows_behind_them() {
    let count = number("MERIT_LINEAGE_PROJECTS").unwrap_or(120);
    let first = number("MERIT_RANDOM_SEED").unwrap_or(0);
    let (mut projects, mut all) = (0, Looked::default());
    for looked in (first..first + count).filter_map(run) {
        projects += 1;
        all.answers += looked.answers;
        all.inner += looked.inner;
        looked.reasons.into_iter().for_each(|(why, times)| *all.reasons.entry(why).or_default() += times);
    }
    println!("{projects} projects: {all:?}");
    assert!(projects * 3 > count && all.answers as u64 > 10 * count, "nothing is tested by {projects} projects");
    let often = [LeftOut::Nobody, LeftOut::Others, LeftOut::OtherTime, LeftOut::OutsideStints, LeftOut::Condition];
    assert!(often.iter().all(|why| all.reasons.get(why).is_some_and(|times| *times > 20)), "{:?}", all.reasons);
}

/// The example: its sums and counts are what the rows add up to, whose tables go by or are kept.
#[test]
fn sums_of_the_example_are_those_of_the_rows_behind_them() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/insurance");
    let loaded = merit::project::load(std::slice::from_ref(&root)).unwrap();
    let plan = plan(&loaded.model, PeriodName::parse("2026-Q3").unwrap()).unwrap();
    let options = |stream_above| Options { stream_above, block: 1 << 14, ..Options::of(root.join("data")) };
    let answers = answer(&loaded.model, &plan.query, &options(u64::MAX)).unwrap();
    let asked = again::everything(&plan.query, &answers);
    let shown = Shown { counted: 3, left_out: 1 };
    let [kept, passing] =
        [u64::MAX, 0].map(|above| lineage(&loaded.model, &plan.query, &options(above), &asked, shown).unwrap());
    let (mut sums, mut rows) = (0, 0);
    for ((asked, kept), passing) in asked.iter().zip(kept).zip(passing) {
        assert_eq!(kept, passing, "{asked:?}");
        assert_eq!(kept.counted.rows + kept.left_out.iter().map(|(_, rows)| rows.rows).sum::<u64>(), kept.rows);
        let measure = &plan.query.measures[asked.measure.0];
        let group = match asked.group {
            GroupOf::Team(at) | GroupOf::Post { post: at, .. } => at,
            GroupOf::Company | GroupOf::Key(_) => 0,
        };
        let Value::Number(value) = answers.measures[asked.measure.0].get(group).unwrap().value else { continue };
        if measure.function.signature().adds_up() != AddsUp::Nothing {
            assert_eq!(kept.counted.total, Some(value), "{asked:?}: {measure:?}");
            sums += 1;
            rows += kept.counted.rows;
        }
    }
    println!("{sums} sums of {rows} rows");
    assert!(sums > 500 && rows > 10_000, "{sums} sums of {rows} rows");
}
