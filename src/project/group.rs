//! The projects of a `merit.project`: its clauses, held against the folders that are there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::file::{Clauses, NAME, Written, mistake};
use super::{Found, Inner, LoadError, is_spec};
use crate::diagnostic::Diagnostic;
use crate::nearest::nearest;
use crate::plural::either;
use crate::source::{FileId, Span};

/// Paths in here are as seen from the folder of the file; the empty one is that folder.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub members: Vec<Member>,
    pub ignored: Vec<PathBuf>,
    pub findings: Vec<Diagnostic>,
}

#[derive(Debug)]
pub(super) struct Member {
    pub own: PathBuf,
    /// What is read with it, also for what it is read with.
    pub with: Vec<PathBuf>,
}

impl Member {
    /// Its folders and specs, its own first.
    pub fn parts(&self) -> impl Iterator<Item = &PathBuf> {
        std::iter::once(&self.own).chain(&self.with)
    }
}

/// A path of the file, where it is.
pub(super) fn below(root: &Path, path: &Path) -> PathBuf {
    if path.as_os_str().is_empty() { root.to_path_buf() } else { root.join(path) }
}

/// All specs under some paths of a group, each once.
pub(super) fn specs_of<'p>(
    root: &Path,
    group: &Group,
    paths: impl IntoIterator<Item = &'p PathBuf>,
) -> Result<Vec<PathBuf>, LoadError> {
    let left_out = group.ignored.iter().map(|path| below(root, path)).collect();
    let mut found = Found { left_out, inner: Inner::LeftOut(Vec::new()), ..Found::default() };
    for path in paths {
        let path = below(root, path);
        match path.is_dir() {
            true => found.walk(&path)?,
            false => found.file(path.clone(), &path)?,
        }
    }
    found.files.sort();
    Ok(found.files)
}

struct Reader<'r> {
    root: &'r Path,
    group: Group,
}

/// A path that a clause names, or that a pattern of it matches.
struct Named {
    path: PathBuf,
    span: Span,
    by_pattern: bool,
}

pub(super) fn group(root: &Path, clauses: &Clauses) -> Result<Group, LoadError> {
    let mut reader = Reader { root, group: Group::default() };
    for written in &clauses.ignored {
        let named = reader.named(written, Purpose::Ignored)?;
        reader.group.ignored.extend(named.into_iter().map(|named| named.path));
    }
    let mut claimed: Vec<(Named, Vec<PathBuf>)> = Vec::new();
    for clause in &clauses.projects {
        let mut with = Vec::new();
        for written in &clause.with {
            with.extend(reader.named(written, Purpose::With)?.into_iter().map(|named| named.path));
        }
        for written in &clause.own {
            for named in reader.named(written, Purpose::Own)? {
                // `project "*" with "group"`: what is read with others is no project for that alone.
                if !(named.by_pattern && with.contains(&named.path)) {
                    claimed.push((named, with.clone()));
                }
            }
        }
    }
    if clauses.projects.is_empty() {
        reader.group.members.push(Member { own: PathBuf::new(), with: Vec::new() });
    }
    reader.members(claimed);
    Ok(reader.group)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Own,
    With,
    Ignored,
}

impl Reader<'_> {
    fn wrong(&mut self, span: Span, message: String, help: String) {
        self.group.findings.push(mistake(message, span).help(help));
    }

    /// What a path or pattern stands for. That nothing is there is a mistake.
    fn named(&mut self, written: &Written, purpose: Purpose) -> Result<Vec<Named>, LoadError> {
        let span = written.span;
        if written.path.contains(['*', '?']) {
            let paths = self.matching(&written.path, purpose)?;
            if paths.is_empty() && purpose != Purpose::Ignored {
                self.wrong(
                    span,
                    format!("no folder with specs is called `{}`", written.path),
                    "mend the pattern, or take it out; `*` stands for any name in its folder".into(),
                );
            }
            return Ok(paths.into_iter().map(|path| Named { path, span, by_pattern: true }).collect());
        }
        let path = PathBuf::from(&written.path);
        let real = below(self.root, &path);
        if !real.exists() {
            let help = match self.nearest(&path) {
                Some(near) => format!("did you mean `\"{near}\"`?"),
                None => format!("paths are as seen from the folder of `{NAME}`; take out what is no longer there"),
            };
            self.wrong(span, format!("there is no folder or spec `{}`", written.path), help);
            return Ok(Vec::new());
        }
        if real.is_file() && !is_spec(&real) {
            self.wrong(
                span,
                format!("`{}` is not a spec", written.path),
                "name a folder, or a file whose name ends in `.merit`".into(),
            );
            return Ok(Vec::new());
        }
        if purpose != Purpose::Ignored && specs_of(self.root, &self.group, [&path])?.is_empty() {
            let all = if self.group.ignored.is_empty() { "" } else { ", apart from what is ignored" };
            self.wrong(
                span,
                format!("there is no spec under `{}`{all}", shown(&path)),
                "put specs there, or take the folder out of the line".into(),
            );
            return Ok(Vec::new());
        }
        Ok(vec![Named { path, span, by_pattern: false }])
    }

    /// The folders with specs, or the specs, that fit a pattern.
    fn matching(&self, pattern: &str, purpose: Purpose) -> Result<Vec<PathBuf>, LoadError> {
        let mut found = vec![PathBuf::new()];
        let parts: Vec<&str> = pattern.split('/').collect();
        for (at, part) in parts.iter().enumerate() {
            let last = at + 1 == parts.len();
            let specs = last && part.ends_with(".merit");
            let mut next = Vec::new();
            for folder in &found {
                for name in self.names(folder, part)? {
                    let path = folder.join(name);
                    let real = below(self.root, &path);
                    if (if specs { real.is_file() } else { real.is_dir() }) && !self.group.ignored.contains(&path) {
                        next.push(path);
                    }
                }
            }
            found = next;
        }
        if purpose != Purpose::Ignored {
            let mut kept = Vec::new();
            for path in found {
                if !specs_of(self.root, &self.group, [&path])?.is_empty() {
                    kept.push(path);
                }
            }
            found = kept;
        }
        Ok(found)
    }

    /// The names in a folder that fit one part of a pattern.
    fn names(&self, folder: &Path, part: &str) -> Result<Vec<String>, LoadError> {
        if !part.contains(['*', '?']) {
            return Ok(vec![part.to_string()]);
        }
        let pattern = glob::Pattern::new(&part.replace('[', "[[]")).ok();
        let fits = |name: &String| pattern.as_ref().is_some_and(|pattern| pattern.matches(name));
        let mut names: Vec<String> = names_in(&below(self.root, folder))?;
        names.retain(|name| !name.starts_with('.') && name != "target" && fits(name));
        Ok(names)
    }

    /// The path with its first wrong part mended, if something like it is there.
    fn nearest(&self, path: &Path) -> Option<String> {
        let mut there = PathBuf::new();
        for part in path.iter() {
            let next = there.join(part);
            if !below(self.root, &next).exists() {
                let names = names_in(&below(self.root, &there)).ok()?;
                let near = nearest(&part.to_string_lossy(), names.iter().map(String::as_str))?;
                let rest = path.strip_prefix(&next).ok()?;
                let mended = there.join(near).join(rest);
                return below(self.root, &mended).exists().then(|| slashes(&mended));
            }
            there = next;
        }
        None
    }

    /// The projects: each folder one, none in another, and none built on itself.
    fn members(&mut self, claimed: Vec<(Named, Vec<PathBuf>)>) {
        let literal: BTreeSet<PathBuf> =
            claimed.iter().filter(|(named, _)| !named.by_pattern).map(|(named, _)| named.path.clone()).collect();
        let mut direct: BTreeMap<PathBuf, (Vec<PathBuf>, Span)> = BTreeMap::new();
        for (named, with) in claimed {
            // A line that names a folder goes before a pattern.
            if named.by_pattern && literal.contains(&named.path) {
                continue;
            }
            if direct.contains_key(&named.path) {
                let shown = shown(&named.path);
                self.wrong(
                    named.span,
                    format!("`{shown}` is a project already"),
                    "let one line decide what is read with it".into(),
                );
                continue;
            }
            direct.insert(named.path, (with, named.span));
        }
        // One pattern may fit many folders; it is one mistake.
        let (mut inside, mut within) = (Overlaps::new(), Overlaps::new());
        for (own, (with, span)) in &direct {
            if let Some(outer) = own.ancestors().skip(1).find(|above| direct.contains_key(*above)) {
                inside.entry((span.key(), outer.to_path_buf())).or_insert((*span, Vec::new())).1.push(own);
            }
            if let Some(outer) = with.iter().find(|with| own.starts_with(with)) {
                within.entry((span.key(), outer.clone())).or_insert((*span, Vec::new())).1.push(own);
            }
        }
        for ((_, outer), (span, inner)) in inside {
            let lie = either(inner.len(), "lies", "lie");
            self.wrong(
                span,
                format!("{} {lie} in the project `{}`, which reads the same specs", all_of(&inner), shown(&outer)),
                "a spec belongs to one project: take one of the two out, or put the folders side by side".into(),
            );
        }
        for ((_, outer), (span, inner)) in within {
            let (lie, are) = (either(inner.len(), "lies", "lie"), either(inner.len(), "it is", "they are"));
            self.wrong(
                span,
                format!("{} {lie} in `{}`, with which {are} read", all_of(&inner), shown(&outer)),
                "what projects share lies in a folder beside them: move it, or name only the folders that are shared"
                    .into(),
            );
        }
        let mut rings = BTreeSet::new();
        for (own, (_, span)) in &direct {
            let mut with = Vec::new();
            match gather(own, &direct, &mut vec![own], &mut with) {
                Ok(()) => self.group.members.push(Member { own: own.clone(), with }),
                Err(ring) => {
                    let mut members = ring.clone();
                    members.sort();
                    members.dedup();
                    if rings.insert(members) {
                        let names: Vec<String> = ring.iter().map(|path| format!("`{}`", shown(path))).collect();
                        self.wrong(
                            *span,
                            format!("projects are read with each other: {}", names.join(" → ")),
                            "put what they share into a folder of its own, and read both with that".into(),
                        );
                    }
                }
            }
        }
    }
}

/// What a project is read with, in the order of the file, and what that is read with; or the ring that it leads into.
fn gather<'d>(
    own: &'d PathBuf,
    direct: &'d BTreeMap<PathBuf, (Vec<PathBuf>, Span)>,
    way: &mut Vec<&'d PathBuf>,
    found: &mut Vec<PathBuf>,
) -> Result<(), Vec<PathBuf>> {
    for with in direct.get(own).map(|(with, _)| with.as_slice()).unwrap_or_default() {
        if let Some(at) = way.iter().position(|step| *step == with) {
            return Err(way[at..].iter().chain([&with]).map(|step| step.to_path_buf()).collect());
        }
        if found.contains(with) {
            continue;
        }
        found.push(with.clone());
        way.push(with);
        gather(with, direct, way, found)?;
        way.pop();
    }
    Ok(())
}

/// Specs below the root, or below the paths in it, that no line names.
pub(super) fn left_over(
    root: &Path,
    group: &Group,
    end: Span,
    wanted: &[PathBuf],
) -> Result<Vec<Diagnostic>, LoadError> {
    let parts: Vec<PathBuf> = group.members.iter().flat_map(Member::parts).map(|path| below(root, path)).collect();
    if parts.iter().any(|part| part == root) {
        return Ok(Vec::new());
    }
    let mut tops: BTreeSet<PathBuf> = BTreeSet::new();
    for spec in specs_of(root, group, [&PathBuf::new()])? {
        let taken = parts.iter().any(|part| spec.starts_with(part));
        if taken || !wanted.iter().any(|wanted| spec.starts_with(wanted)) {
            continue;
        }
        // The highest folder in which no project lies; a spec itself where there is none.
        let free = |folder: &&Path| *folder != root && !parts.iter().any(|part| part.starts_with(folder));
        let top = spec.ancestors().skip(1).take_while(free).last().unwrap_or(&spec);
        tops.insert(top.strip_prefix(root).unwrap_or(top).to_path_buf());
    }
    let Some(first) = tops.first() else { return Ok(Vec::new()) };
    let all: Vec<&PathBuf> = tops.iter().collect();
    let (belong, name) = (either(all.len(), "belongs", "belong"), slashes(first));
    let for_each = either(all.len(), "a line", "a line for each");
    let finding = mistake(format!("{} {belong} to no project", all_of(&all)), end).help(format!(
        "add {for_each}: `project \"{name}\"`, with what it is read with, or `ignore \"{name}\"`; what projects share is named behind `with`"
    ));
    Ok(vec![finding])
}

/// Folders that lie in others, by the place that names them and the other.
type Overlaps<'p> = BTreeMap<((FileId, u32, u32), PathBuf), (Span, Vec<&'p PathBuf>)>;

/// Paths in a sentence; of many, the first.
fn all_of(paths: &[&PathBuf]) -> String {
    const SHOWN: usize = 3;
    let mut names: Vec<String> = paths.iter().take(SHOWN).map(|path| format!("`{}`", shown(path))).collect();
    if paths.len() > SHOWN {
        names.push(format!("{} more", paths.len() - SHOWN));
    }
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => names.concat(),
    }
}

fn names_in(folder: &Path) -> Result<Vec<String>, LoadError> {
    let unreadable = |error| LoadError::Unreadable(folder.to_path_buf(), error);
    let mut names = Vec::new();
    if folder.is_dir() {
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            names.push(entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// As it is written in the file.
fn slashes(path: &Path) -> String {
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

fn shown(path: &Path) -> String {
    let text = slashes(path);
    if text.is_empty() { ".".into() } else { text }
}
