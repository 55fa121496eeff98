//! One mistake, one message: what one mistake lets others say at many places is told once, with all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::diagnostic::{Code, Diagnostic, Edit, Label, Mend};
use crate::limits::PLACES_SHOWN;
use crate::plural::counted;
use crate::project::PROJECT_FILE;
use crate::source::{FileId, SourceSet};

/// From how many names on a second declaration of each is one mistake: a copy.
const A_COPY: usize = 3;

/// Findings of one mistake joined to one; the others as they are.
pub fn merged(findings: Vec<Diagnostic>, sources: &SourceSet) -> Vec<Diagnostic> {
    copies(on_one_line(same(without_consequences(findings)), sources), sources)
}

/// A value that is wrong is not told to have no effect as well.
fn without_consequences(findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let place = |finding: &Diagnostic| finding.labels.first().map(|label| label.span.key());
    let is_wrong = |one: &&Diagnostic| one.is_error() && one.code != Code::NoEffect;
    let wrong: Vec<_> = findings.iter().filter(is_wrong).filter_map(place).collect();
    let stays = |one: &Diagnostic| one.code != Code::NoEffect || place(one).is_none_or(|at| !wrong.contains(&at));
    findings.into_iter().filter(stays).collect()
}

/// Numbers of one curve that all lack the same sign, or have the same wrong one.
fn on_one_line(findings: Vec<Diagnostic>, sources: &SourceSet) -> Vec<Diagnostic> {
    let mut all: Vec<Diagnostic> = Vec::new();
    for finding in findings {
        let line = |one: &Diagnostic| {
            let span = one.labels.first()?.span;
            Some((span.file, sources.get(span.file).line_column(span.start).0))
        };
        // The same sentence but for the number in it.
        let plain = |one: &Diagnostic| {
            let mut parts: Vec<&str> = one.message.split('`').collect();
            parts.retain(|part| !part.starts_with(|letter: char| letter.is_ascii_digit() || letter == '-'));
            parts.concat()
        };
        let joins = |known: &&mut Diagnostic| {
            matches!(known.code, Code::WrongUnit | Code::UnitMismatch)
                && finding.code == known.code
                && line(known) == line(&finding)
                && plain(known) == plain(&finding)
                && !known.mends.is_empty()
                && !finding.mends.is_empty()
        };
        let Some(known) = all.last_mut().filter(joins) else {
            all.push(finding);
            continue;
        };
        let shared = shared_readings(&known.mends, &finding.mends, sources);
        if shared.is_empty() {
            all.push(finding);
            continue;
        }
        known.help = Some(match shared.as_slice() {
            [one, other] => format!("write `{}`, or `{}` if that is meant", one.shown, other.shown),
            others => others.iter().map(|mend| format!("write `{}`", mend.shown)).collect::<Vec<_>>().join(", or "),
        });
        known.mends = shared;
        // The number itself, beside what it is compared with.
        let at = |label: &Label| finding.mends.iter().flat_map(|mend| &mend.edits).any(|edit| edit.span == label.span);
        let place = finding.labels.iter().find(|label| at(label)).or(finding.labels.first());
        known.labels.extend(place.cloned());
    }
    all
}

/// What is to be written at both places, read in the same way: 0.5 and 1 as 50% and 100%, or as 0.5% and 1%.
fn shared_readings(known: &[Mend], others: &[Mend], sources: &SourceSet) -> Vec<Mend> {
    // A mend that keeps the number as it is written, and one that writes another: `1%` and `100%` for 1.
    let kept = |edit: &Edit| {
        let behind = edit.text.strip_prefix(sources.text(edit.span));
        behind.is_some_and(|rest| !rest.starts_with(|letter: char| letter.is_ascii_digit() || letter == '.'))
    };
    let keeps = |mend: &Mend| mend.edits.iter().all(kept);
    let mut shared = Vec::new();
    for (at, mend) in known.iter().enumerate() {
        let alike = known[..at].iter().filter(|earlier| keeps(earlier) == keeps(mend)).count();
        let Some(other) = others.iter().filter(|other| keeps(other) == keeps(mend)).nth(alike) else { continue };
        let shown = format!("{}`, `{}", mend.shown, other.shown);
        shared.push(mend.clone().and(other.clone()).shown_as(shown));
    }
    shared
}

/// The same name that is nowhere, read at several places.
fn same(findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut first: BTreeMap<(Code, String), usize> = BTreeMap::new();
    let mut all: Vec<Diagnostic> = Vec::new();
    let mut more: BTreeMap<usize, usize> = BTreeMap::new();
    for finding in findings {
        let Some(what) = cause(&finding) else {
            all.push(finding);
            continue;
        };
        let key = (finding.code, what);
        let Some(&at) = first.get(&key) else {
            first.insert(key, all.len());
            all.push(finding);
            continue;
        };
        let known = &mut all[at];
        if known.mends.len() == finding.mends.len() {
            for (mend, other) in known.mends.iter_mut().zip(finding.mends) {
                let new = |edit: &Edit| !mend.edits.iter().any(|known| known.span == edit.span);
                let edits: Vec<Edit> = other.edits.into_iter().filter(new).collect();
                mend.edits.extend(edits);
            }
        } else {
            known.mends.clear();
        }
        let Some(label) = finding.labels.into_iter().next() else { continue };
        if known.labels.iter().any(|other| other.span == label.span) {
            continue;
        }
        match known.labels.len() < PLACES_SHOWN {
            true => known.labels.push(Label { text: "here, too".into(), ..label }),
            false => *more.entry(at).or_default() += 1,
        }
    }
    for (at, count) in more {
        let places = counted(count, "more place");
        all[at].notes.push(format!("{places} of the specs {} it, too", if count == 1 { "has" } else { "have" }));
    }
    all
}

/// What findings of one mistake share; nothing where each is a mistake of its own.
fn cause(finding: &Diagnostic) -> Option<String> {
    let message = &finding.message;
    match finding.code {
        Code::UnknownName | Code::UnknownUnit => Some(format!("{message}\n{}", finding.help.as_deref().unwrap_or(""))),
        // "`sum(…)` cannot be read over own: the rows of `sales` have no link to `people`"
        Code::NoScope => {
            let (what, why) = message.split_once(": ")?;
            let over = what.rsplit(' ').next().unwrap_or_default();
            Some(format!("{over}\n{why}"))
        }
        _ => None,
    }
}

/// Files that declare again what others declare.
fn copies(findings: Vec<Diagnostic>, sources: &SourceSet) -> Vec<Diagnostic> {
    let twice = |finding: &&Diagnostic| finding.code == Code::DeclaredTwice && finding.labels.len() > 1;
    if findings.iter().filter(twice).count() < A_COPY {
        return findings;
    }
    let (twice, mut others): (Vec<Diagnostic>, Vec<Diagnostic>) =
        findings.into_iter().partition(|finding| twice(&finding));
    let mut pairs: BTreeMap<(FileId, FileId), usize> = BTreeMap::new();
    for finding in &twice {
        let (again, first) = (finding.labels[0].span.file, finding.labels[1].span.file);
        *pairs.entry((first, again)).or_default() += 1;
    }
    let path = |file: FileId| sources.get(file).path.display().to_string().replace(std::path::MAIN_SEPARATOR, "/");
    let within = pairs.iter().all(|((first, again), _)| first == again);
    let message = match within {
        true => format!("{} are declared twice in one file", counted(twice.len(), "name")),
        false => format!("{} are declared by two files each", counted(twice.len(), "name")),
    };
    let mut one = Diagnostic::new(Code::DeclaredTwice, message);
    for label in &twice[0].labels {
        one = one.at(label.span, label.text.clone());
    }
    for ((first, again), count) in pairs.iter().take(PLACES_SHOWN) {
        let what = counted(*count, "name");
        one = match first == again {
            true => one.note(format!("`{}` declares {what} twice", path(*first))),
            false => one.note(format!("`{}` and `{}` both declare {what}", path(*first), path(*again))),
        };
    }
    if pairs.len() > PLACES_SHOWN {
        one = one.note(format!("and {}", counted(pairs.len() - PLACES_SHOWN, "more pair")));
    }
    let folders = |(first, again): &(FileId, FileId)| {
        let parent = |file: &FileId| sources.get(*file).path.parent().map(std::path::Path::to_path_buf);
        parent(first) != parent(again)
    };
    let help = match (within, pairs.keys().any(folders)) {
        (true, _) => "keep one of the two parts".to_string(),
        (_, true) => {
            let twice: BTreeSet<FileId> = pairs.keys().flat_map(|(first, again)| [*first, *again]).collect();
            let (file, line) = project_of_each(&twice, sources);
            format!(
                "where each folder is a company of its own, say so in a file `{file}`, with the line `{line}`; where one is a \
                 copy, move it away"
            )
        }
        _ => "one of the two files is a copy: remove it, or move it out of the folder".to_string(),
    };
    others.push(one.help(help));
    others
}

/// The `merit.project` that makes a project of each folder in which one of these files lies, and its line.
fn project_of_each(twice: &BTreeSet<FileId>, sources: &SourceSet) -> (String, String) {
    let folders = |path: &Path| -> Vec<String> {
        let path = path.strip_prefix(".").unwrap_or(path);
        let parts = path.parent().into_iter().flat_map(Path::components);
        parts.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect()
    };
    let all: Vec<Vec<String>> = twice.iter().map(|file| folders(&sources.get(*file).path)).collect();
    let first = all.first().cloned().unwrap_or_default();
    let common = (0..first.len()).take_while(|at| all.iter().all(|one| one.get(*at) == first.get(*at))).count();
    // One that lies above the others has no folder of its own.
    let common = common.min(all.iter().map(Vec::len).min().unwrap_or_default().saturating_sub(1));
    let top = common.saturating_sub(1);
    let pattern = first[top..common].iter().map(String::as_str).chain(["*"]).collect::<Vec<_>>().join("/");
    // What lies beside them is read by all.
    let mut shared: BTreeSet<String> = BTreeSet::new();
    for (_, source) in sources.iter() {
        let own = folders(&source.path);
        let beside = own.len() > top && own[..top] == first[..top] && own.get(top) != first.get(top);
        if beside && common > top && source.path.exists() {
            shared.insert(format!("\"{}\"", own[top]));
        }
    }
    let with = match shared.is_empty() {
        true => String::new(),
        false => format!(" with {}", shared.into_iter().collect::<Vec<_>>().join(", ")),
    };
    let file = first[..top].iter().map(String::as_str).chain([PROJECT_FILE]).collect::<Vec<_>>().join("/");
    (file, format!("project \"{pattern}\"{with}"))
}
