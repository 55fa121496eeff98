//! Random projects that are edited at random, evaluated after each edit with a cache that lives through all of them, and
//! without one.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use merit::cache::Cache;
use merit::data::options::{Options, Progress};
use merit::data::{answer, own_months};
use merit::plan::plans;
use merit::time::PeriodName;

use super::number;
use super::projects::random::Random;
use super::projects::spec::project;

/// Edits of one project.
const EDITS: usize = 14;

/// A project as it is edited: the spec, and the files by their paths below the data folder.
#[derive(Clone)]
struct State {
    spec: String,
    files: BTreeMap<String, String>,
    periods: Vec<&'static str>,
    strict: bool,
    allow_empty: bool,
    stream_above: u64,
    memory: Option<u64>,
}

/// Counts the bytes of files that are read.
#[derive(Default)]
struct Read(AtomicU64);

impl Progress for Read {
    fn started(&self, _: &str, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }

    fn advanced(&self, _: &str, _: u64) {}

    fn finished(&self, _: &str) {}
}

#[test]
fn random_edits_give_the_results_of_a_run_without_a_cache() {
    let count = number("MERIT_CACHE_PROJECTS").unwrap_or(25);
    let first = number("MERIT_RANDOM_SEED").unwrap_or(0);
    let mut told = Told::default();
    for seed in first..first + count {
        run(seed, &mut told);
    }
    let Told { same, known, rows, refused, mistakes } = told;
    println!("{same} evaluations alike, {known} of them from the cache, {rows} with rows of it");
    println!("{refused} specs refused, {mistakes} mistakes in data");
    assert!(known * 8 > same && same > count, "{known} of {same} came from the cache: nothing is tested");
    assert!(rows * 20 > same || cfg!(not(unix)), "{rows} of {same} had rows of the cache: nothing is tested");
}

#[derive(Default)]
struct Told {
    same: u64,
    known: u64,
    /// Of how many some files were not decoded again.
    rows: u64,
    refused: u64,
    mistakes: u64,
}

fn run(seed: u64, told: &mut Told) {
    let made = project(seed, 1 + (seed % 5) as usize);
    let mut random = Random::new(seed ^ 0xcac4e);
    let mut spec = made.spec();
    let mut files = BTreeMap::new();
    for (name, text) in &made.files {
        // Files may come and go.
        let stem = name.trim_end_matches(".csv");
        spec = spec.replace(&format!("file \"{name}\""), &format!("file \"{stem}/*.csv\""));
        files.insert(format!("{stem}/1.csv"), text.clone());
    }
    let periods = vec![made.period];
    let stream_above = if random.chance(60) { 0 } else { u64::MAX };
    let state = State { spec, files, periods, strict: false, allow_empty: true, stream_above, memory: None };
    let folder = tempfile::tempdir().unwrap();
    let mut states = vec![state];
    write(folder.path(), &State { files: BTreeMap::new(), ..states[0].clone() }, &states[0]);
    for edit in 0..EDITS {
        let before = states.last().unwrap().clone();
        let after = match random.below(5) {
            // As it was once.
            0 => states[random.below(states.len())].clone(),
            1 => before.clone(),
            _ => edited(&before, &mut random),
        };
        write(folder.path(), &before, &after);
        let before_rows = rows(folder.path());
        let [with, without] = [true, false].map(|cached| evaluated(folder.path(), &after, cached));
        let used =
            rows(folder.path()).into_iter().any(|(entry, time)| before_rows.get(&entry).is_some_and(|old| *old < time));
        assert_eq!(with.0, without.0, "seed {seed}, edit {edit}:\n{}\n{:?}", after.spec, after.files);
        match &without.0 {
            Err(None) => told.refused += 1,
            Err(Some(_)) => told.mistakes += 1,
            Ok(_) => {
                told.same += 1;
                told.known += u64::from(with.1 == 0 && without.1 > 0);
                told.rows += u64::from(used);
            }
        }
        states.push(after);
    }
}

/// When the entries with rows of files were used, each by its place on the disk: one that is written anew has another.
fn rows(folder: &Path) -> BTreeMap<u64, std::time::SystemTime> {
    #[cfg(unix)]
    fn place(file: &fs::Metadata) -> u64 {
        std::os::unix::fs::MetadataExt::ino(file)
    }
    #[cfg(not(unix))]
    fn place(_: &fs::Metadata) -> u64 {
        0
    }
    let entries =
        fs::read_dir(folder.join("cache")).map(|files| files.flatten().collect::<Vec<_>>()).unwrap_or_default();
    let is_rows = |path: &Path| fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"merit rows"));
    let entries = entries.iter().map(|entry| entry.path()).filter(|path| is_rows(path));
    let used = |path: std::path::PathBuf| {
        let file = fs::metadata(path).ok()?;
        Some((place(&file), file.modified().ok()?))
    };
    entries.filter_map(used).collect()
}

/// Writes what differs.
fn write(folder: &Path, before: &State, after: &State) {
    fs::write(folder.join("all.merit"), &after.spec).unwrap();
    for gone in before.files.keys().filter(|name| !after.files.contains_key(*name)) {
        fs::remove_file(folder.join("data").join(gone)).unwrap();
    }
    for (name, text) in after.files.iter().filter(|(name, text)| before.files.get(*name) != Some(text)) {
        let path = folder.join("data").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

type Shown = Result<String, Option<String>>;

/// All that comes out, and how many bytes were read. No answers: the specs are refused, or, with messages, the data.
fn evaluated(folder: &Path, state: &State, cached: bool) -> (Shown, u64) {
    let loaded = merit::project::load(&[folder.to_path_buf()]).unwrap();
    if loaded.diagnostics.iter().any(|finding| finding.is_error()) {
        return (Err(None), 0);
    }
    let read = Read::default();
    let options = Options {
        strict: state.strict,
        allow_empty: state.allow_empty,
        stream_above: state.stream_above,
        memory: state.memory,
        threads: 2,
        block: 300,
        progress: Some(&read),
        cache: cached.then(|| Cache::in_folder(folder.join("cache"))),
        ..Options::of(folder.join("data"))
    };
    let refused = |found: Vec<merit::diagnostic::Diagnostic>| {
        let told: Vec<String> =
            found.iter().map(|one| format!("{} {:?} {:?}", one.message, one.data, one.notes)).collect();
        Err(Some(told.join("\n")))
    };
    let plain = Options { cache: None, progress: None, ..Options::of(folder.join("data")) };
    let model = match own_months(&loaded.model, &plain) {
        Ok(None) => loaded.model,
        Ok(Some(months)) => loaded.model.with_own_months(months),
        Err(found) => return (refused(found), 0),
    };
    let periods: Vec<PeriodName> = state.periods.iter().filter_map(|period| PeriodName::parse(period)).collect();
    let plans = match plans(&model, &periods) {
        Ok(plans) => plans,
        Err(found) => return (refused(found), 0),
    };
    let answers = match answer(&model, &plans[0].query, &options) {
        Ok(answers) => answers,
        Err(found) => return (refused(found), read.0.into_inner()),
    };
    let mut shown = format!("{answers:?}");
    let approximate = |answers: &merit::plan::query::Answers| -> Vec<bool> {
        let all = answers.measures.iter().flat_map(|answered| answered.iter().collect::<Vec<_>>());
        all.filter_map(|one| one.value.as_number().map(|number| number.is_approximate())).collect()
    };
    shown += &format!("{:?}", approximate(&answers));
    let scored = merit::score::score_all(&model, &plans, &answers);
    shown += &match scored {
        Ok(scored) => format!("{scored:?}"),
        Err(found) => found.into_iter().map(|one| format!("{} {:?}", one.message, one.data)).collect(),
    };
    (Ok(shown), read.0.into_inner())
}

/// One edit of a spec, a file, or of what is asked for.
fn edited(state: &State, random: &mut Random) -> State {
    let mut after = state.clone();
    match random.below(12) {
        0..=3 => after.spec = other_number(&state.spec, random),
        // All places move.
        4 => after.spec = format!("# {}\n\n{}", random.below(1000), state.spec),
        5 => after.spec = other_label(&state.spec, random),
        6 | 7 => {
            let name = some_file(state, random);
            after.files.insert(name.clone(), other_cell(&state.files[&name], random));
        }
        8 => {
            // The same rows in two files, or those of a file left out.
            let name = some_file(state, random);
            let text = &state.files[&name];
            let lines: Vec<&str> = text.lines().collect();
            if lines.len() > 2 {
                let cut = 1 + random.below(lines.len() - 1);
                let of = |rows: &[&str]| [&[lines[0]], rows].concat().join("\n") + "\n";
                let (first, second) = (of(&lines[1..cut]), of(&lines[cut..]));
                after.files.insert(name.clone(), first);
                let other = format!("{}{}.csv", name.trim_end_matches(".csv"), random.below(10));
                if random.chance(70) && !after.files.contains_key(&other) {
                    after.files.insert(other, second);
                }
            }
        }
        9 => {
            let folder = |name: &str| name.split('/').next().unwrap_or_default().to_string();
            let name = some_file(state, random);
            if state.files.keys().filter(|other| folder(other) == folder(&name)).count() > 1 {
                after.files.remove(&name);
            }
        }
        10 => {
            let all = ["2026-Q1", "2026-Q2", "2026-Q3", "2026-H1", "2026", "2026-07"];
            after.periods = vec![random.one(&all)];
            if random.chance(30) {
                after.periods = vec!["2026-Q1", "2026-Q2"];
            }
        }
        _ => match random.below(4) {
            0 => after.strict = !state.strict,
            1 => after.allow_empty = !state.allow_empty,
            2 => after.stream_above = if state.stream_above == 0 { u64::MAX } else { 0 },
            _ => after.memory = random.one(&[None, Some(1_000), Some(50_000), Some(1 << 30)]),
        },
    }
    after
}

fn some_file(state: &State, random: &mut Random) -> String {
    let names: Vec<&String> = state.files.keys().collect();
    names[random.below(names.len())].clone()
}

/// A number of a spec is another: a target, a weight, a point of a scale, a constant, a day.
fn other_number(spec: &str, random: &mut Random) -> String {
    let is_digit = |at: usize| spec.as_bytes()[at].is_ascii_digit();
    let digits: Vec<usize> = (0..spec.len()).filter(|at| is_digit(*at)).collect();
    // No name but a number: nothing stands in front that could be a part of one.
    let is_number = |at: &usize| {
        let before = spec[..*at].trim_end_matches(|sign: char| sign.is_ascii_digit() || sign == '.' || sign == '-');
        !before.ends_with(|sign: char| sign.is_alphanumeric() || sign == '_' || sign == '"')
    };
    let numbers: Vec<usize> = digits.into_iter().filter(is_number).collect();
    if numbers.is_empty() {
        return spec.to_string();
    }
    let at = numbers[random.below(numbers.len())];
    format!("{}{}{}", &spec[..at], 1 + random.below(9), &spec[at + 1..])
}

/// A text in quotes is another.
fn other_label(spec: &str, random: &mut Random) -> String {
    let quotes: Vec<usize> = spec.match_indices('"').map(|(at, _)| at).collect();
    if quotes.len() < 2 {
        return spec.to_string();
    }
    let open = quotes[2 * random.below(quotes.len() / 2)] + 1;
    format!("{}{}{}", &spec[..open], random.one(&["x", "Ä", "new "]), &spec[open..])
}

/// A digit of a cell is another, or a row is told twice or not at all.
fn other_cell(text: &str, random: &mut Random) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
    if lines.len() < 2 {
        return text.to_string();
    }
    let row = 1 + random.below(lines.len() - 1);
    let digits: Vec<usize> = lines[row].match_indices(|sign: char| sign.is_ascii_digit()).map(|(at, _)| at).collect();
    match random.below(8) {
        0 => drop(lines.remove(row)),
        1 => lines.push(lines[row].clone()),
        2 => lines[row] = lines[row].replace(',', ", "),
        _ if digits.is_empty() => {}
        _ => {
            let at = digits[random.below(digits.len())];
            lines[row].replace_range(at..at + 1, &random.below(10).to_string());
        }
    }
    lines.join("\n") + "\n"
}
