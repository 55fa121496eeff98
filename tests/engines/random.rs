//! Random projects with all that can be there in an engine.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Output;

use merit::data::options::Options;
use merit::data::own_months;
use merit::model::data::ColumnType;
use merit::plan::plan;
use merit::plan::query::{Group, Rows};
use merit::time::PeriodName;
use merit::warehouse::can_stay;

use super::reference::random::Random;
use super::reference::spec::Project;
use super::support::{findings, utf8};
use super::{difference, merit, reference, results, said};

/// How many random projects must have tables that can be in an engine, and agree.
pub fn projects(usual: u64) -> u64 {
    number("MERIT_ENGINE_PROJECTS", usual)
}

/// A number that a variable of the environment may tell.
pub fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap())
}

/// A random project in a folder, with its period; none where the checker refuses it.
pub fn random_project(seed: u64) -> Option<(tempfile::TempDir, String)> {
    let mut project = reference::spec::project(seed, 1 + (seed % 6) as usize);
    let mut random = Random::new(seed);
    if seed % 4 == 1 {
        lengthen(&mut project, &mut random);
    }
    if seed % 4 == 3 {
        damage(&mut project, &mut random);
    }
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("data")).unwrap();
    fs::write(folder.path().join("all.merit"), project.spec()).unwrap();
    for (name, text) in &project.files {
        fs::write(folder.path().join("data").join(name), text).unwrap();
    }
    let refused = merit::project::load(&[folder.path().to_path_buf()]).unwrap().has_errors();
    (!refused).then(|| (folder, project.period.to_string()))
}

/// Some rows are dated by quarters, halves or years in the place of months: they may straddle windows.
fn lengthen(project: &mut Project, random: &mut Random) {
    for block in &project.blocks {
        let Some(name) = block.strip_prefix("data ").and_then(|rest| rest.split_whitespace().next()) else { continue };
        if !block.contains("column on_day : period") {
            continue;
        }
        let text = project.files.get_mut(&format!("{name}.csv")).unwrap();
        // Where it is computed, the file has what it is computed from.
        for at in ["on_day", "on_day_1", "on_day_2"].iter().filter_map(|name| column(text, name)).collect::<Vec<_>>() {
            for row in (1..text.lines().count()).filter(|_| random.chance(30)).collect::<Vec<_>>() {
                change(text, row, at, |month| {
                    let Some((year, part)) = month.split_once('-') else { return month.to_string() };
                    // A quarter already.
                    let Ok(month) = part.parse::<usize>() else { return month.to_string() };
                    match random.below(3) {
                        0 => format!("{year}-Q{}", month.div_ceil(3)),
                        1 => format!("{year}-H{}", month.div_ceil(6)),
                        _ => year.to_string(),
                    }
                });
            }
        }
    }
}

/// A cell is blank or no value, a row comes twice, or two cells are exchanged.
fn damage(project: &mut Project, random: &mut Random) {
    let names: Vec<String> = project.files.keys().cloned().collect();
    let text = project.files.get_mut(&random.one(&names)).unwrap();
    let rows = text.lines().count();
    if rows < 2 {
        return;
    }
    let row = random.between(1, rows - 1);
    let columns = text.lines().next().unwrap().split(',').count();
    let at = random.below(columns);
    match random.below(4) {
        0 => change(text, row, at, |_| String::new()),
        1 => change(text, row, at, |_| "oops".to_string()),
        2 => {
            let again = text.lines().nth(row).unwrap().to_string();
            *text += &(again + "\n");
        }
        _ => {
            let cells: Vec<String> = text.lines().nth(row).unwrap().split(',').map(str::to_string).collect();
            let other = (at + 1) % columns;
            change(text, row, at, |_| cells[other].clone());
            change(text, row, other, |_| cells[at].clone());
        }
    }
}

fn column(text: &str, name: &str) -> Option<usize> {
    text.lines().next().unwrap().split(',').position(|header| header == name)
}

/// Puts another text into a cell.
fn change(text: &mut String, row: usize, at: usize, mut into: impl FnMut(&str) -> String) {
    let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
    let mut cells: Vec<String> = lines[row].split(',').map(str::to_string).collect();
    cells[at] = into(&cells[at]);
    lines[row] = cells.join(",");
    *text = lines.join("\n") + "\n";
}

/// What came of a project in an engine.
pub enum Came {
    /// The results of files.
    Same,
    /// Both find a mistake of these kinds.
    Refused(BTreeSet<String>),
    /// Nothing can be in the engine.
    Nothing,
}

/// An engine gives what files give; where files have a mistake, the engine finds it, too.
pub fn agrees(python: &Path, seed: u64, specs: &Path, period: &str, engine: &str, tables: &str) -> Came {
    let at = specs.display().to_string();
    let eval = ["eval", &at, "--period", period, "--format", "json", "--allow-empty"];
    let local = merit(python, &eval);
    let there = merit(python, &[&eval[..], &["--engine", engine, "--tables", tables]].concat());
    let spec = || fs::read_to_string(specs.join("all.merit")).unwrap();
    let codes = |output: &Output| -> BTreeSet<String> {
        findings(&utf8(&output.stderr)).into_iter().map(|finding| finding.code).collect()
    };
    match (local.status.code(), there.status.code()) {
        (Some(0 | 1), Some(2)) if said(&there).contains("no data set is in the engine") => Came::Nothing,
        (Some(0), Some(0)) => {
            if let Some(what) = difference(&results(&local), &results(&there)) {
                panic!("seed {seed}, {period}: {what}\n{}", spec());
            }
            Came::Same
        }
        (Some(1), Some(1)) => {
            let (local_codes, codes) = (codes(&local), codes(&there));
            if local_codes.is_disjoint(&codes) {
                panic!("seed {seed}: files: {}\nthe engine: {}\n{}", said(&local), said(&there), spec());
            }
            Came::Refused(codes)
        }
        _ => panic!("seed {seed}: files: {}\nthe engine: {}\n{}", said(&local), said(&there), spec()),
    }
}

/// How often the engine was asked for each kind of rows, by each kind of group.
#[derive(Default)]
pub struct Asked(BTreeMap<String, u64>);

impl Asked {
    pub fn note(&mut self, folder: &Path, period: &str) {
        let project = merit::project::load(&[folder.to_path_buf()]).unwrap();
        let options = Options::of(folder.join("data"));
        let own = own_months(&project.model, &options).unwrap();
        let model = own.map(|own| project.model.with_own_months(own));
        let model = model.as_ref().unwrap_or(&project.model);
        let plan = plan(model, PeriodName::parse(period).unwrap()).unwrap();
        let there = can_stay(model, &plan.query);
        for measure in plan.query.measures.iter().filter(|measure| there.contains(&measure.data)) {
            let rows = match &measure.rows {
                Rows::All => "without time",
                Rows::Dated { column, .. } => match model.data[measure.data.0].column(*column).ty {
                    ColumnType::Period => "dated by periods",
                    _ => "dated by days",
                },
                Rows::HeldOn(_) => "held on a day",
                Rows::HeldDuring(..) => "held during",
                Rows::Newest(..) => "newest stock",
                Rows::TakenDuring(..) => "stock taken during",
            };
            let group = match &measure.group {
                Group::Company => "all",
                Group::Team { .. } => "by team",
                Group::Own { .. } => "own",
                Group::Key { .. } => "by key",
            };
            *self.0.entry(format!("{rows}, {group}")).or_default() += 1;
        }
        if model.company.calendar.own.is_some() && !there.is_empty() {
            *self.0.entry("months of the company's own".into()).or_default() += 1;
        }
    }

    /// Notes the kinds of mistakes that were found in the engine.
    pub fn refused(&mut self, codes: &BTreeSet<String>) {
        codes.iter().for_each(|code| *self.0.entry(format!("refused: {code}")).or_default() += 1);
    }

    pub fn show(&self) {
        self.0.iter().for_each(|(what, count)| println!("{count:6} {what}"));
    }
}
