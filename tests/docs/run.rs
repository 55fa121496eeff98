//! Runs what stands in fences. The first word of a kind stands behind the fence, the others in a comment above it.
//!
//! | kind | what holds |
//! | --- | --- |
//! | `merit` | a whole project: it has no findings, and its tests pass |
//! | `merit part of NAME` | the same, put into `docs/reference/settings/NAME.merit` |
//! | `merit fails CODE`, `merit fails CODE part of NAME` | it has errors, and all findings have this code; a line below it says so to readers |
//! | `merit warns CODE`, `merit warns CODE part of NAME` | the same with warnings |
//! | `formulas of NAME` | a formula a line, and behind `#` what it gives to `P1` in the first test of the setting |
//! | `formulas with this part of NAME` | the same, with what was shown last as `merit part of NAME` |
//! | `merit in FILE`, `csv in FILE`, `text in FILE` | written into the page's folder; the text above names the file |
//! | `text` | words to look at |
//! | `console` | commands run in the page's folder, and what they print: no finding is among it |
//! | `console shows CODE, CODE` | the same, and findings with these codes are |
//! | `console not run: WHY` | commands that need what is not there; their options are known |
//! | `yaml from FILE` | lines of that file of the project |
//!
//! Declarations that are put into a setting or a file take the place of those of the same kind and name.
//! Sound specs stand in the style of `merit fmt`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use merit::diagnostic::human::{self, HumanOptions};
use merit::diagnostic::{Code, Diagnostic};
use merit::project::{self, Project};
use merit::source::FileId;
use merit::trial;
use merit::trial::show::Report;

use super::page::{Fence, Page, Piece};
use super::{commands, root};

/// The page as it should be, and what is wrong in it.
pub fn page(page: &Page) -> (String, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let mut page = page.clone();
    let mut faults = Vec::new();
    let (mut above, mut said) = (String::new(), String::new());
    let mut refused = None;
    for piece in &mut page.pieces {
        if let Piece::Text(text) = piece {
            *text = with_verdict(text, refused.take());
            said.clone_from(text);
        }
        if let Piece::Fence(fence) = piece {
            if let Some((_, file)) = fence.info.split_once(" in ")
                && !std::mem::take(&mut said).contains(&format!("`{file}`"))
            {
                faults.push(format!("{}:{}: the text above does not name `{file}`", page.path.display(), fence.line));
            }
            match run(fence, folder.path(), &above) {
                Ok(Shown { body, verdict }) => (fence.body, refused) = (body, verdict),
                Err(fault) => faults.push(format!("{}:{}: {fault}", page.path.display(), fence.line)),
            }
            if fence.info.starts_with("merit part of ") {
                above.clone_from(&fence.body);
            }
        }
    }
    page.pieces.extend(refused.map(|verdict| Piece::Text(with_verdict("", Some(verdict)))));
    (page.text(), faults)
}

/// What should stand in a fence, and below it.
struct Shown {
    body: String,
    /// What the program says of an example that is wrong, for readers: they do not see the comment above it.
    verdict: Option<String>,
}

/// Lines that say what the program says of the example above begin so.
const VERDICTS: [&str; 2] = ["Refused: ", "Warned of: "];

/// The text below an example, which begins with what the program says of it, or with nothing of the kind.
fn with_verdict(text: &str, verdict: Option<String>) -> String {
    let rest = text.strip_prefix('\n').filter(|rest| VERDICTS.iter().any(|verdict| rest.starts_with(verdict)));
    let rest = rest.map_or(text, |rest| rest.split_once('\n').map_or("", |(_, rest)| rest));
    verdict.map_or(String::new(), |verdict| format!("\n{verdict}\n")) + rest
}

fn run(fence: &Fence, folder: &Path, above: &str) -> Result<Shown, String> {
    let words: Vec<&str> = fence.info.split(' ').collect();
    let project = match words.as_slice() {
        ["merit", "fails" | "warns", _] => fence.body.clone(),
        ["merit", "fails" | "warns", _, "part", "of", name] => put_into(&setting(name)?, &fence.body),
        _ => return plain(fence, folder, above, &words).map(|body| Shown { body, verdict: None }),
    };
    let verdict = found(&project, words[2], words[1] == "fails", words.len() == 3)?;
    Ok(Shown { body: fence.body.clone(), verdict: Some(verdict) })
}

/// What should stand in a fence that is not wrong; `above` is the part of a setting that was shown last.
fn plain(fence: &Fence, folder: &Path, above: &str, words: &[&str]) -> Result<String, String> {
    match words {
        ["merit"] => sound(&fence.body, &fence.body, true),
        ["merit", "part", "of", name] => sound(&put_into(&setting(name)?, &fence.body), &fence.body, false),
        ["formulas", "of", name] => formulas(&fence.body, &setting(name)?),
        ["formulas", "with", "this", "part", "of", name] => formulas(&fence.body, &put_into(&setting(name)?, above)),
        ["merit", "in", file] => {
            let path = folder.join(file);
            let old = fs::read_to_string(&path).unwrap_or_default();
            write(&path, &put_into(&old, &fence.body));
            Ok(fence.body.clone())
        }
        ["csv" | "text", "in", file] => {
            write(&folder.join(file), &fence.body);
            Ok(fence.body.clone())
        }
        ["console"] => shows(console(&fence.body, folder), &[]),
        ["console", "shows", codes @ ..] => shows(console(&fence.body, folder), codes),
        ["text"] => Ok(fence.body.clone()),
        ["console", "not", "run:", _, ..] => {
            let lines = fence.body.lines().filter_map(|line| line.strip_prefix("$ "));
            let unknown: Vec<String> = lines.flat_map(commands::unknown).collect();
            if unknown.is_empty() { Ok(fence.body.clone()) } else { Err(unknown.join("; ")) }
        }
        ["yaml", "from", file] => {
            let lines = |text: &str| text.lines().map(|line| line.trim().to_string()).collect::<Vec<_>>();
            let (all, shown) = (lines(&fs::read_to_string(root().join(file)).unwrap()), lines(&fence.body));
            match all.windows(shown.len()).any(|window| window == shown) {
                true => Ok(fence.body.clone()),
                false => Err(format!("these lines do not stand in {file}")),
            }
        }
        _ => Err(format!("`{}` is no kind of example", fence.info)),
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

pub fn setting(name: &str) -> Result<String, String> {
    let path = root().join(format!("docs/reference/settings/{name}.merit"));
    fs::read_to_string(path).map_err(|_| format!("there is no setting `{name}`"))
}

fn load(text: &str) -> Project {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("example.merit");
    fs::write(&path, text).unwrap();
    project::load(&[path]).unwrap_or_else(|error| panic!("{error}"))
}

fn shown(project: &Project, found: &[Diagnostic]) -> String {
    human::render(found, &project.sources, &HumanOptions::default())
}

/// The example, formatted, if its project has no findings and its tests pass.
fn sound(project: &str, example: &str, whole: bool) -> Result<String, String> {
    let project = load(project);
    // Part of a project leaves some of it unused, and what formulas give is asked in conditions on plain numbers.
    let counts = |finding: &&Diagnostic| whole || !matches!(finding.code, Code::Unused | Code::ConstantCondition);
    let found: Vec<Diagnostic> = project.diagnostics.iter().filter(counts).cloned().collect();
    if !found.is_empty() {
        return Err(format!("this has findings\n{}", shown(&project, &found)));
    }
    let run = |test| trial::run(&project.model, &project.sources, test);
    let outcomes: Vec<trial::Outcome> = project.model.tests.iter().map(run).collect();
    if !outcomes.iter().all(trial::Outcome::passed) {
        let report = Report::of(&project.sources, project.files, &outcomes);
        return Err(trial::show::human(&report, &HumanOptions::default()));
    }
    merit::format::format(FileId(0), example).map_err(|refusal| format!("{refusal:?}"))
}

/// What commands print, if the findings in it are those that are meant to be there: `MERIT_UPDATE` writes down whatever
/// is printed, and an example that has become wrong would tell readers so for ever.
fn shows(printed: String, meant: &[&str]) -> Result<String, String> {
    let meant: BTreeSet<&str> = meant.iter().map(|code| code.trim_end_matches(',')).collect();
    let there: BTreeSet<&str> =
        printed.lines().filter(|line| Code::ALL.iter().any(|code| code.as_str() == *line)).collect();
    match there == meant {
        true => Ok(printed),
        false => Err(format!("the findings in it are {there:?}, and its comment says {meant:?}\n{printed}")),
    }
}

/// The first finding of a project for readers, if all findings are of this code, and all errors or all warnings.
fn found(project: &str, code: &str, errors: bool, whole: bool) -> Result<String, String> {
    let project = load(project);
    let counts = |finding: &&Diagnostic| whole || finding.code != Code::Unused;
    let all: Vec<&Diagnostic> = project.diagnostics.iter().filter(counts).collect();
    let found: BTreeSet<(&str, bool)> = all.iter().map(|found| (found.code.as_str(), found.is_error())).collect();
    match all.first() {
        Some(first) if found == BTreeSet::from([(code, errors)]) => {
            let said = VERDICTS[usize::from(!errors)];
            Ok(format!("{said}{} ([{code}](codes.md#{code})).", first.message))
        }
        _ => Err(format!("this gives {found:?}\n{}", shown(&project, &project.diagnostics))),
    }
}

/// Lines such as `sum(amount of sales)  # 1_200 CNY`, the results aligned.
fn formulas(body: &str, around: &str) -> Result<String, String> {
    let mut lines = Vec::new();
    for line in body.lines() {
        let (formula, result) = line.rsplit_once('#').ok_or(format!("`{line}` does not say what it gives"))?;
        lines.push((formula.trim(), result.trim()));
    }
    all_formulas(around, &lines)?;
    let width = lines.iter().map(|(formula, _)| formula.chars().count()).max().unwrap_or_default();
    Ok(lines.iter().map(|(formula, result)| format!("{formula:width$}  # {result}\n")).collect())
}

/// Whether formulas give their results for the person `P1` in the first test of a project.
pub fn all_formulas(around: &str, lines: &[(&str, &str)]) -> Result<(), String> {
    let forms: Vec<Form> = lines.iter().map(|(formula, result)| Form::of(formula, result)).collect();
    let likely: Vec<(&str, &str, &str)> = forms.iter().map(|form| form.attempt(0)).collect();
    if sound(&asked(around, &likely), "", false).is_ok() {
        return Ok(());
    }
    for (form, (formula, result)) in forms.iter().zip(lines) {
        let tried: Vec<Result<String, String>> =
            (0..form.attempts.len()).map(|at| sound(&asked(around, &[form.attempt(at)]), "", false)).collect();
        if !tried.iter().any(Result::is_ok) {
            return Err(format!("`{formula}` does not give {result}\n{}", tried[0].clone().unwrap_err()));
        }
    }
    Ok(())
}

/// How a formula is asked about. A result is written as a value of the language; `≈ 1.41` holds to the last digit
/// written.
struct Form {
    /// Types of a KPI and formulas; one of them has to do.
    attempts: Vec<(String, String)>,
    wanted: String,
}

impl Form {
    fn of(formula: &str, result: &str) -> Form {
        let compared = |formula: &str| format!("if ({formula}) = {result} then 1 else 0");
        let number = |formula: String| ("number".to_string(), formula);
        let (attempts, wanted) = match result {
            "yes" | "no" => {
                (vec![number(format!("if {formula} then 1 else 0"))], if result == "yes" { "1" } else { "0" })
            }
            _ if result.starts_with("missing") => {
                let types = ["number", "CNY", "point", "day"];
                (types.map(|ty| (ty.to_string(), formula.to_string())).to_vec(), result)
            }
            _ if result.matches('-').count() == 2 => {
                let filled = format!("{formula} default 0001-01-01");
                (vec![number(compared(formula)), number(compared(&filled))], "1")
            }
            _ => {
                let digits = |c: char| c.is_ascii_digit() || matches!(c, '_' | '.' | ' ' | '/');
                let unit = result.trim_start_matches("≈ ").trim_start_matches('-').trim_start_matches(digits);
                let unit = if unit.is_empty() { "number" } else { unit };
                (vec![(unit.to_string(), formula.to_string())], result)
            }
        };
        let wanted = match wanted.strip_prefix("≈ ") {
            Some(digits) => {
                let places = digits.split_once('.').map_or(0, |(_, places)| places.len());
                format!("{digits} within 0.{}1", "0".repeat(places.saturating_sub(1)))
            }
            None => wanted.to_string(),
        };
        Form { attempts, wanted }
    }

    fn attempt(&self, at: usize) -> (&str, &str, &str) {
        let (ty, formula) = &self.attempts[at];
        (ty, formula, &self.wanted)
    }
}

/// A project in whose first test the formulas are asked about.
fn asked(around: &str, formulas: &[(&str, &str, &str)]) -> String {
    let mut all = declarations(around);
    let test = all.iter_mut().find(|declaration| head(declaration).is_some_and(|head| head.starts_with("test ")));
    let test = test.expect("a setting of formulas has a test");
    let end = test.rfind('}').unwrap();
    let expected =
        (1..).zip(formulas).map(|(at, (_, _, wanted))| format!("  expect formula_{at} of \"P1\" = {wanted}\n"));
    test.insert_str(end, &expected.collect::<String>());
    let kpis = (1..).zip(formulas);
    all.extend(kpis.map(|(at, (ty, formula, _))| format!("kpi formula_{at} : {ty} {{\n  value = {formula}\n}}\n")));
    all.concat()
}

/// The output of a command in a folder, with both streams in one, and whether it ended well.
pub fn shell(command: &str, folder: &Path) -> (String, Option<i32>) {
    let program = Path::new(env!("CARGO_BIN_EXE_merit"));
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("sh");
    shell.current_dir(folder).args(["-c", &format!("exec 2>&1; {command}")]);
    let output = shell.env("PATH", &path).env_remove("NO_COLOR").env_remove("COLUMNS").output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.code())
}

/// Each `$ command` with what it prints.
pub fn console(body: &str, folder: &Path) -> String {
    let mut out = String::new();
    for command in body.lines().filter_map(|line| line.strip_prefix("$ ")) {
        out.push_str(&format!("$ {command}\n{}", shell(command, folder).0));
        if !out.ends_with('\n') {
            out.push('\n');
        }
    }
    out
}

/// A text of specs with declarations added, each in the place of the one of the same kind and name, if there is one.
fn put_into(text: &str, added: &str) -> String {
    let mut all: Vec<(String, bool)> = declarations(text).into_iter().map(|old| (old, true)).collect();
    for declaration in declarations(added) {
        let key = head(&declaration);
        // What is added does not replace what is added: a position may have several versions.
        match all.iter_mut().find(|(text, old)| *old && key.is_some() && head(text) == key) {
            Some(place) => *place = (declaration, false),
            None => all.push((declaration, false)),
        }
    }
    let all: Vec<&str> = all.iter().map(|(text, _)| text.trim_matches('\n')).filter(|text| !text.is_empty()).collect();
    all.join("\n\n") + "\n"
}

/// Kind and name: `kpi premium`, `test "half the plan"`; `None` for a comment.
fn head(declaration: &str) -> Option<String> {
    let line = declaration.lines().find(|line| !line.is_empty() && !line.starts_with('#'))?;
    if let Some(name) = line.strip_prefix("test ") {
        return Some(format!("test {}", name.trim_end_matches('{').trim()));
    }
    let mut words = line.split([' ', '(', ':', ',']);
    Some(match words.next()? {
        kind @ ("company" | "house") => kind.to_string(),
        kind => format!("{kind} {}", words.next()?),
    })
}

/// The declarations of a text; comments before one belong to it. They begin, and end, in the first column.
fn declarations(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let begins = line.starts_with(|c: char| c.is_alphabetic() || c == '#');
        let goes_on = found.last().is_some_and(|last| last.lines().last().is_some_and(|last| last.starts_with('#')));
        if begins && !open && !goes_on || found.is_empty() {
            found.push(String::new());
        }
        let last = found.last_mut().unwrap();
        last.push_str(line);
        last.push('\n');
        open = if open { !line.starts_with('}') } else { begins && !line.starts_with('#') && line.ends_with('{') };
    }
    found
}
