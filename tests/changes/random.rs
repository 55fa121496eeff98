//! Edits of random projects: those that are called without effect change nobody's numbers, and whoever's numbers change
//! holds a position that is named.

use std::fs;
use std::path::Path;

use merit::explain::changes::Changes;
use merit::model::data::DataSet;
use merit::project::{Project, load};

use super::evaluated::{Told, outcome, planned, verify};
use super::number;
use super::projects::random::Random;
use super::projects::spec::project;

/// Edits of one project, each of what it was at first.
const EDITS: usize = 10;

#[test]
fn edits_of_random_projects_do_what_is_said_of_them() {
    let count = number("MERIT_CHANGED_PROJECTS").unwrap_or(40);
    let first = number("MERIT_RANDOM_SEED").unwrap_or(0);
    let (mut told, mut refused, mut unexplained) = (Told::default(), 0, 0);
    for seed in first..first + count {
        run(seed, &mut told, &mut refused, &mut unexplained);
    }
    println!("{told:?}, {refused} edits refused, {unexplained} affected by what is not told");
    assert_eq!(unexplained, 0, "what affects positions should be told");
    let edits = told.without + told.with;
    assert!(edits as u64 > count, "{told:?}: little is tested");
    assert!(told.without * 10 > edits && told.with * 10 > edits && told.changed > 0, "{told:?}");
}

fn run(seed: u64, told: &mut Told, refused: &mut usize, unexplained: &mut usize) {
    let made = project(seed, 1 + (seed % 5) as usize);
    let mut random = Random::new(seed ^ 0xd1ff);
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir_all(&data).unwrap();
    for (name, text) in &made.files {
        fs::write(data.join(name), text).unwrap();
    }
    let spec = made.spec();
    let Some(old) = read(&folder.path().join("old"), &spec) else { return };
    let before = outcome(&old, &data, made.period);
    if before.is_none() {
        return;
    }
    for edit in 0..EDITS {
        let text = edited(&spec, &mut random);
        let Some(new) = read(&folder.path().join("new"), &text) else {
            *refused += 1;
            continue;
        };
        let changes = Changes::between((&old.model, &old.sources), (&new.model, &new.sources));
        // Another way to the same: where all stands in its place, nothing else is computed.
        let names = |project: &Project| -> String {
            let model = &project.model;
            let kpis: Vec<_> = model.kpis.iter().map(|one| (&one.name, one.versions.effective)).collect();
            let positions: Vec<_> = model.positions.iter().map(|one| (&one.name, one.effective)).collect();
            let ratings: Vec<_> = model.ratings.iter().map(|one| &one.name).collect();
            let columns = |set: &DataSet| set.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>();
            let data: Vec<_> = model.data.iter().map(|set| (&set.name, columns(set))).collect();
            format!("{kpis:?} {positions:?} {ratings:?} {data:?}")
        };
        if changes.are_without_effect() && changes.changes.iter().all(|change| !change.what.starts_with("order of")) {
            let (was, is) = (planned(&old, made.period), planned(&new, made.period));
            let stays = names(&old) == names(&new);
            assert!(!stays || was == is, "seed {seed}, edit {edit}: {:#?}\n{was:?}\n{is:?}", changes.changes);
        }
        *unexplained += changes.changes.iter().filter(|change| change.what == "what it is computed from").count();
        if let Err(wrong) = verify(&before, outcome(&new, &data, made.period), &changes, told) {
            let lines = similar::TextDiff::from_lines(&spec, &text).unified_diff().context_radius(2).to_string();
            panic!("seed {seed}, edit {edit}: {wrong}\n{lines}\n{:#?}", changes.changes);
        }
    }
}

/// A project without errors.
fn read(folder: &Path, text: &str) -> Option<Project> {
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("all.merit"), text).unwrap();
    let project = load(&[folder.to_path_buf()]).unwrap();
    (!project.diagnostics.iter().any(|finding| finding.is_error())).then_some(project)
}

fn edited(spec: &str, random: &mut Random) -> String {
    match random.below(14) {
        0..=3 => other_number(spec, random, false),
        4 => format!("# {}\n\n{spec}", random.below(1000)),
        5 => other_label(spec, random),
        6 => in_another_order(spec, random),
        7 => called_otherwise(spec, random),
        8 => without_a_line(spec, random),
        9 => merit::format::format(merit::source::FileId(0), spec).unwrap_or_else(|_| spec.to_string()),
        10 | 11 => other_number(spec, random, true),
        12 => lines_in_another_order(spec, random),
        _ => spec.replacen("scope own", "scope team", 1),
    }
}

/// A number is another, or, the same, has more places.
fn other_number(spec: &str, random: &mut Random, same: bool) -> String {
    let bytes = spec.as_bytes();
    let starts_number = |at: &usize| {
        let before = spec[..*at].chars().next_back().unwrap_or(' ');
        bytes[*at].is_ascii_digit() && !before.is_alphanumeric() && !"_.-\"/".contains(before)
    };
    let numbers: Vec<usize> = (0..spec.len()).filter(|at| spec.is_char_boundary(*at)).filter(starts_number).collect();
    if numbers.is_empty() {
        return spec.to_string();
    }
    // Where a number is most likely one that scores and outputs follow from.
    let line = |at: usize| {
        let start = spec[..at].rfind('\n').map_or(0, |at| at + 1);
        spec[start..].lines().next().unwrap_or_default()
    };
    let counts = |at: &&usize| ["->", "target", "output", "up to"].iter().any(|word| line(**at).contains(word));
    let likely: Vec<usize> = numbers.iter().filter(counts).copied().collect();
    let numbers = if random.chance(70) && !likely.is_empty() { likely } else { numbers };
    let at = numbers[random.below(numbers.len())];
    if !same {
        return format!("{}{}{}", &spec[..at], 1 + random.below(9), &spec[at + 1..]);
    }
    let end = at + spec[at..].find(|sign: char| !sign.is_ascii_digit() && sign != '_').unwrap_or(0);
    match spec[end..].starts_with(['.', '-']) {
        true => spec.to_string(),
        false => format!("{}.0{}", &spec[..end], &spec[end..]),
    }
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

/// Declarations stand elsewhere.
fn in_another_order(spec: &str, random: &mut Random) -> String {
    let mut parts: Vec<&str> = spec.split("\n\n").collect();
    let (one, other) = (random.below(parts.len()), random.below(parts.len()));
    parts.swap(one, other);
    parts.join("\n\n")
}

/// Two neighbouring lines change places: entries, columns, grades.
fn lines_in_another_order(spec: &str, random: &mut Random) -> String {
    let mut lines: Vec<&str> = spec.lines().collect();
    let at = random.below(lines.len().saturating_sub(1));
    lines.swap(at, at + 1);
    lines.join("\n") + "\n"
}

/// Something that is declared has another name, wherever it is named.
fn called_otherwise(spec: &str, random: &mut Random) -> String {
    let kinds = ["kpi ", "constant ", "scale ", "index ", "data ", "rating ", "  column ", "  output ", "position "];
    let name = |line: &str| {
        let rest = kinds.iter().find_map(|kind| line.strip_prefix(kind))?;
        let name = rest.split(|sign: char| !sign.is_alphanumeric() && sign != '_').next()?;
        (!name.is_empty()).then(|| name.to_string())
    };
    let names: Vec<String> = spec.lines().filter_map(name).collect();
    if names.is_empty() {
        return spec.to_string();
    }
    let name = &names[random.below(names.len())];
    let is_word = |sign: Option<char>| sign.is_some_and(|sign| sign.is_alphanumeric() || sign == '_' || sign == '"');
    let (mut out, mut rest) = (String::new(), spec);
    while let Some(at) = rest.find(name.as_str()) {
        let (before, behind) = (&rest[..at], &rest[at + name.len()..]);
        out.push_str(before);
        let whole = !is_word(out.chars().next_back()) && !is_word(behind.chars().next());
        out.push_str(name);
        out.push_str(if whole { "_other" } else { "" });
        rest = behind;
    }
    out + rest
}

fn without_a_line(spec: &str, random: &mut Random) -> String {
    let mut lines: Vec<&str> = spec.lines().collect();
    lines.remove(random.below(lines.len()));
    lines.join("\n") + "\n"
}
