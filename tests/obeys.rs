//! Helps obeyed to the letter: what a help offers to write is written at its place, and the project is checked again. The
//! finding is gone, no other has come, and test blocks get the values that were meant.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use merit::diagnostic::explanations::{STAGES, Setting};
use merit::diagnostic::human::{self, HumanOptions};
use merit::diagnostic::{Code, Diagnostic, Mend};
use merit::model::{self, Model};
use merit::source::{FileId, SourceSet, Span};
use merit::syntax;
use merit::trial::run;

#[path = "mistakes/slips.rs"]
mod slips;

/// Texts that are checked together.
struct Project {
    name: String,
    /// Path and text of each file; those behind the first are its setting.
    files: Vec<(String, String)>,
    /// Pieces of the language that are no project: only how they are read counts.
    only_syntax: bool,
    /// All files are its own, and none is a setting.
    whole: bool,
}

struct Checked {
    sources: SourceSet,
    findings: Vec<Diagnostic>,
    model: Option<Model>,
}

impl Project {
    fn check(&self) -> Checked {
        let mut sources = SourceSet::default();
        let files: Vec<FileId> = self.files.iter().map(|(path, text)| sources.add(path, text)).collect();
        let library = sources.add("the standard library", model::STANDARD_LIBRARY);
        let mut findings = Vec::new();
        let mut trees = Vec::new();
        for file in files {
            let parsed = syntax::parse(file, &sources.get(file).text);
            findings.extend(parsed.diagnostics);
            trees.push(parsed.tree);
        }
        if self.only_syntax {
            return Checked { sources, findings, model: None };
        }
        let readable = findings.is_empty();
        let standard = syntax::parse(library, model::STANDARD_LIBRARY).tree;
        let (model, found) = model::check(&trees, &standard, &sources);
        findings.extend(found.into_iter().filter(|finding| readable || !finding.code.may_follow_from_a_gap()));
        if findings.iter().all(|finding| !finding.is_error()) {
            findings.extend(model.tests.iter().flat_map(|test| merit::data::check_given(&model, &test.given)));
        }
        let findings: Vec<Diagnostic> = findings.into_iter().map(|finding| model.answered(finding, &sources)).collect();
        let mut findings = findings;
        // That a setting has more than an example uses is no mistake of the example.
        let own = |finding: &Diagnostic| finding.labels.first().is_none_or(|label| label.span.file.0 == 0);
        findings.retain(|finding| finding.code != Code::Unused || own(finding) || self.whole);
        Checked { sources, findings, model: Some(model) }
    }

    /// The line on which something stands in one of the files.
    fn line(&self, span: Span) -> Option<&str> {
        let (_, text) = self.files.get(span.file.0 as usize)?;
        let start = text[..span.start as usize].rfind('\n').map_or(0, |at| at + 1);
        text[start..].lines().next()
    }

    /// Whether a text is a name that stands in the files, and no word of the language.
    fn names(&self, text: &str) -> bool {
        let letter = |letter: char| letter.is_alphanumeric() || letter == '_';
        let mut words = self.files.iter().flat_map(|(_, file)| file.split(|one| !letter(one)));
        text.chars().all(letter) && !syntax::is_word_of_the_language(text) && words.any(|word| word == text)
    }

    /// The project as a mend leaves it.
    fn mended(&self, mend: &Mend, sources: &SourceSet) -> Project {
        let mut files = self.files.clone();
        for (file, text) in mend.apply(sources) {
            files[file.0 as usize].1 = text;
        }
        Project { name: self.name.clone(), files, only_syntax: self.only_syntax, whole: self.whole }
    }
}

fn corpus(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|kind| kind == "merit"));
    files.sort();
    files
}

/// Every bad spec of the corpus, and every wrong example of the explanations.
fn projects() -> Vec<Project> {
    let mut all = Vec::new();
    for stage in ["syntax", "names", "types", "data", "rules"] {
        for path in corpus(&format!("{stage}/bad")) {
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let name = format!("{stage}/{}", path.file_stem().unwrap().to_string_lossy());
            let files = vec![("spec.merit".into(), text)];
            all.push(Project { name, files, only_syntax: stage == "syntax", whole: false });
        }
    }
    for explanation in STAGES.iter().flat_map(|(_, all)| all.iter()) {
        if explanation.setting == Setting::Words {
            continue;
        }
        let files = [("spec.merit", explanation.wrong), ("setting.merit", explanation.setting.declarations())];
        let files = files.map(|(path, text)| (path.to_string(), text.to_string())).to_vec();
        let name = format!("explain {}", explanation.code.as_str());
        all.push(Project { name, files, only_syntax: false, whole: false });
    }
    all.extend(slipped());
    all
}

/// The project of the tutorial with each slip of a first day in its specs.
fn slipped() -> Vec<Project> {
    let mut all = Vec::new();
    for (list, slip) in
        ["specs", "brothers"].into_iter().flat_map(|list| slips::read(list).into_iter().map(move |one| (list, one)))
    {
        let folder = tempfile::tempdir().unwrap();
        slip.make(folder.path());
        let mut paths: Vec<PathBuf> =
            std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|kind| kind == "merit"));
        paths.sort();
        let file = |path: &PathBuf| {
            let name = path.file_name().unwrap().to_string_lossy().to_string();
            Some((name, std::fs::read_to_string(path).ok()?))
        };
        let files = paths.iter().filter_map(file).collect();
        all.push(Project { name: format!("{list}: {}", slip.name), files, only_syntax: false, whole: true });
    }
    all
}

/// What tells a finding from others, wherever it stands.
fn key(finding: &Diagnostic) -> (&'static str, &str) {
    (finding.code.as_str(), &finding.message)
}

fn counted(findings: &[Diagnostic]) -> BTreeMap<(&'static str, &str), usize> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        *counts.entry(key(finding)).or_default() += 1;
    }
    counts
}

/// Projects in which another mistake hides behind the first.
const REVEALS: &[&str] = &[
    "names/unknown-type-of-column",
    "names/unknown-unit-in-formula",
    // The tests of the project name the position.
    "specs: a label without quotes",
    "specs: a name of two words",
    "specs: a name with a hyphen",
    "specs: a name that begins with a digit",
    "specs: a name with an umlaut and a space",
    // Another currency than the KPI's, other weights, a unit that the formula does not have.
    "specs: a euro sign behind",
    "specs: a currency sign as a unit",
    "specs: a weight with a decimal comma",
    "specs: the label of a KPI in a formula",
    "brothers: a share with a decimal comma",
    "brothers: a unit of Euro in words",
    "brothers: pieces as Stück",
    "brothers: average in Excel",
    "brothers: count distinct in one bracket",
    "brothers: a double slash",
    "brothers: a column as money",
    "brothers: a column as integer",
    "brothers: points without a total",
    "brothers: oder for or",
    // What a KPI in points scores, the unit of a part, a sum of what may be blank.
    "types/share-in-a-scorecard-of-points",
    "types/count-of-values",
    "types/derived-column-may-be-missing",
    "brothers: an index without weights",
    // A KPI that no responsibility leads to, and days that count twice.
    "brothers: a name between two others",
    "brothers: prorated behind the formula",
    "syntax/comparison-chinese",
    "syntax/dash-as-bullet",
    "syntax/more-mistakes-in-braces",
];

/// What is wrong with a mend; nothing where it does what it says.
fn faults(project: &Project, before: &Checked, finding: &Diagnostic, mend: &Mend) -> Option<String> {
    let mended = project.mended(mend, &before.sources);
    let after = mended.check();
    let (had, has) = (counted(&before.findings), counted(&after.findings));
    let gone = has.get(&key(finding)).copied().unwrap_or(0) < had[&key(finding)];
    // What nothing uses is told only of projects without mistakes.
    let is_new = |finding: &&Diagnostic| !had.contains_key(&key(finding)) && finding.code != Code::Unused;
    let new: Vec<Diagnostic> = after.findings.iter().filter(is_new).cloned().collect();
    if gone && (new.is_empty() || REVEALS.contains(&&*project.name)) {
        return None;
    }
    let shown = HumanOptions::default();
    let help = finding.help.as_deref().unwrap_or_default();
    Some(format!(
        "---- {}: `{}`\nhelp: {help}\nwritten: `{}`\n{}{}\n",
        project.name,
        finding.message,
        mend.shown,
        if gone { "" } else { "the finding is still there\n" },
        human::render(&new, &after.sources, &shown)
    ))
}

#[test]
fn what_a_help_offers_mends_the_finding_and_nothing_else_breaks() {
    let mut wrong = String::new();
    let mut obeyed = 0;
    for project in projects() {
        let before = project.check();
        for finding in &before.findings {
            for mend in &finding.mends {
                obeyed += 1;
                wrong.extend(faults(&project, &before, finding, mend));
            }
        }
    }
    println!("{obeyed} helps obeyed");
    assert!(wrong.is_empty(), "{wrong}");
}

/// The texts that a help offers to write: those between backquotes that neither stand there already, in the message or on
/// a marked line, nor show a form with names of others (`as in`), nor leave open what only the author knows (`…`).
fn offered(project: &Project, finding: &Diagnostic) -> Vec<String> {
    let help = finding.help.as_deref().unwrap_or_default();
    let parts: Vec<&str> = help.split('`').collect();
    let lines: Vec<&str> = finding.labels.iter().filter_map(|label| project.line(label.span)).collect();
    let stands = |text: &str| {
        finding.message.contains(text)
            || lines.iter().any(|line| line.contains(text))
            || finding.labels.iter().any(|label| label.text.contains(text))
            || project.names(text)
    };
    let mut shows_a_form = false;
    let mut offered = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        if at % 2 == 0 {
            // A list of forms goes on behind commas.
            let goes_on = matches!(part.trim(), "," | "or" | ", or" | "and" | "to" | "instead of");
            shows_a_form = (shows_a_form && goes_on)
                || [
                    "as in ",
                    "for example: ",
                    "another name, such as ",
                    "another word, such as ",
                    "to the name, such as ",
                    // Asked, and not offered: where it belongs in the formula, the author knows.
                    "did you mean to divide by ",
                ]
                .iter()
                .any(|words| part.ends_with(words));
        } else if !shows_a_form && !part.contains('…') && !part.starts_with("merit ") && !stands(part) {
            offered.push(part.to_string());
        }
    }
    offered
}

/// Whether a text beside a mend is a word of the language or a sign that the help speaks of, and none to write.
fn names_a_word(text: &str) -> bool {
    syntax::is_word_of_the_language(text) || text.chars().all(|sign| sign.is_ascii_punctuation() || sign == ' ')
}

#[test]
fn texts_that_helps_offer_are_mends() {
    let mut in_words: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for project in projects() {
        for finding in project.check().findings {
            let is_mend = |text: &String| {
                finding.mends.iter().any(|mend| {
                    text.ends_with(&mend.shown) && !mend.shown.is_empty() || text.contains(&format!(" {} ", mend.shown))
                }) || names_a_word(text)
            };
            let texts = offered(&project, &finding);
            if !texts.is_empty() && (finding.mends.is_empty() || !texts.iter().all(is_mend)) {
                let help = finding.help.unwrap_or_default();
                in_words.entry(finding.code.as_str()).or_default().push(format!("{}: {help}", project.name));
            }
        }
    }
    let shown: Vec<String> =
        in_words.iter().map(|(code, helps)| format!("{code}\n  {}\n", helps.join("\n  "))).collect();
    assert!(in_words.is_empty(), "these helps offer a text, and have no mend:\n{}", shown.concat());
}

/// Specs with a mistake and with the values that were meant: `# obeys: 2` tells which of the mends gives them.
#[test]
fn what_was_meant_comes_out() {
    let mut wrong = String::new();
    for path in corpus("obeys") {
        let text = std::fs::read_to_string(&path).unwrap();
        let meant = text.lines().find_map(|line| line.strip_prefix("# obeys: ")).expect("which mend is meant");
        let meant: usize = meant.trim().parse().unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().to_string();
        let files = vec![("spec.merit".into(), text)];
        let project = Project { name: name.clone(), files, only_syntax: false, whole: false };
        let before = project.check();
        let [finding] = before.findings.as_slice() else {
            wrong += &format!("{name}: {}", human::render(&before.findings, &before.sources, &HumanOptions::default()));
            continue;
        };
        let after = project.mended(&finding.mends[meant - 1], &before.sources).check();
        let model = after.model.as_ref().unwrap();
        if !after.findings.is_empty() {
            wrong += &format!("{name}: {}", human::render(&after.findings, &after.sources, &HumanOptions::default()));
        }
        assert!(!model.tests.is_empty(), "{name} has no test");
        for test in &model.tests {
            for check in run(model, &after.sources, test).checks.into_iter().filter(|check| !check.passed) {
                wrong += &format!("{name}: {}: {} and not {}\n", check.what, check.got.text, check.expected.text);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
