//! Which files a data set is in.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::data::errors;
use crate::data::options::Options;
use crate::data::read::{FileTask, Form};
use crate::data::server::Relation;
use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::model::data::{DataSet, FilePattern};

/// The files that match the data set's patterns, in the order of the patterns and then of their names.
pub fn files_of(data: &DataSet, options: &Options, errors: &mut Vec<Diagnostic>) -> Vec<FileTask> {
    let folder = options.data.display().to_string();
    let inside = if options.follow_links { None } else { fs::canonicalize(&options.data).ok() };
    let mut known = BTreeSet::new();
    let mut tasks = Vec::new();
    let replaced = options.other_files.replaced.get(&data.name);
    let own = if replaced.is_some() { &[][..] } else { &data.files };
    for pattern in own {
        let found = match matching(&options.data, pattern) {
            Ok(found) => found,
            Err(error) => {
                errors.push(errors::bad_pattern(data, pattern, error.msg));
                continue;
            }
        };
        for (folder, reason) in found.closed {
            errors.push(errors::unreadable(&folder.display().to_string(), &reason));
        }
        if found.paths.is_empty() {
            errors.push(errors::no_file(data, pattern, &folder, &present(&options.data)));
        }
        for path in found.paths {
            // Whatever links lead to it, a file is read once.
            let real = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
            if !known.insert((real.clone(), pattern.sheet.clone())) {
                continue;
            }
            let shown = path.display().to_string().replace('\\', "/");
            if let Some(refusal) = refusal((&path, &real), &shown, data, pattern, inside.as_deref()) {
                errors.push(refusal);
                continue;
            }
            let form = Form::of(&path);
            if pattern.sheet.is_some() && form != Form::Spreadsheet {
                errors.push(errors::sheet_of_none(&shown, pattern));
                continue;
            }
            tasks.push(FileTask { path, shown, sheet: pattern.sheet.clone(), form, relation: None });
        }
    }
    let added = options.other_files.added.get(&data.name);
    for path in replaced.into_iter().chain(added).flatten() {
        other_file(data, path, &mut known, errors).into_iter().for_each(|task| tasks.push(task));
    }
    let relations = if replaced.is_some() { &[][..] } else { &data.relations };
    for (text, span) in relations {
        let relation = Relation(text.clone());
        let (path, shown, relation) = (PathBuf::new(), relation.shown(), Some((relation, *span)));
        tasks.push(FileTask { path, shown, sheet: None, form: Form::Server, relation });
    }
    tasks
}

/// A file that is supposed to be one of the data set; wherever it lies, somebody has named it. Of a spreadsheet the sheet
/// that the data set's own have.
fn other_file(
    data: &DataSet,
    path: &Path,
    known: &mut BTreeSet<(PathBuf, Option<String>)>,
    errors: &mut Vec<Diagnostic>,
) -> Vec<FileTask> {
    let shown = path.display().to_string().replace('\\', "/");
    match fs::metadata(path) {
        Ok(what) if what.is_file() => {}
        Ok(_) => {
            errors.push(errors::unreadable(&shown, "it is no file"));
            return Vec::new();
        }
        Err(error) => {
            errors.push(errors::unreadable(&shown, &error.to_string()));
            return Vec::new();
        }
    }
    let form = Form::of(path);
    let sheets: BTreeSet<Option<String>> = match form {
        Form::Spreadsheet => data.files.iter().map(|pattern| pattern.sheet.clone()).collect(),
        _ => BTreeSet::new(),
    };
    let sheets = if sheets.is_empty() { BTreeSet::from([None]) } else { sheets };
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let mut tasks = Vec::new();
    for sheet in sheets {
        match known.insert((real.clone(), sheet.clone())) {
            true => {
                tasks.push(FileTask { path: path.to_path_buf(), shown: shown.clone(), sheet, form, relation: None })
            }
            false => errors.push(errors::read_already(data, &shown)),
        }
    }
    tasks
}

/// How many files there are for each of the data set's patterns.
pub fn files_matching(data: &DataSet, folder: &Path) -> Vec<usize> {
    let count = |pattern: &FilePattern| {
        matching(folder, pattern).map_or(0, |found| found.paths.iter().filter(|path| path.is_file()).count())
    };
    data.files.iter().map(count).collect()
}

/// The data set that would read a file of that name.
pub fn reader_of<'m>(model: &'m Model, options: &Options, path: &Path) -> Option<&'m str> {
    let real = |path: &Path| fs::canonicalize(path).ok();
    // What is not there yet lies in a folder that is.
    let place = real(path).or_else(|| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(real(folder)?.join(path.file_name()?))
    })?;
    let folder = real(&options.data)?;
    let is_read = |pattern: &FilePattern| {
        let written = format!("{}/{}", glob::Pattern::escape(&folder.display().to_string()), pattern.pattern);
        let named = glob::Pattern::new(&written).is_ok_and(|written| written.matches_path_with(&place, BY_FOLDERS));
        let found = || matching(&options.data, pattern).map(|found| found.paths).unwrap_or_default();
        named || found().iter().any(|found| real(found).as_ref() == Some(&place))
    };
    model.data.iter().find(|data| data.files.iter().any(is_read)).map(|data| data.name.as_str())
}

const BY_FOLDERS: glob::MatchOptions =
    glob::MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: false };

/// What matches a pattern.
struct Found {
    paths: Vec<PathBuf>,
    /// Folders that could not be looked into, and why.
    closed: Vec<(PathBuf, String)>,
}

fn matching(folder: &Path, pattern: &FilePattern) -> Result<Found, glob::PatternError> {
    let whole = format!("{}/{}", glob::Pattern::escape(&folder.display().to_string()), pattern.pattern);
    let mut found = Found { paths: Vec::new(), closed: Vec::new() };
    for path in glob::glob(&whole)? {
        match path {
            Ok(path) if is_leftover(&path, pattern) => {}
            Ok(path) if path.is_dir() => {}
            Ok(path) => found.paths.push(path),
            Err(error) => found.closed.push((error.path().to_path_buf(), error.error().to_string())),
        }
    }
    found.paths.sort();
    Ok(found)
}

/// Whether programs have left a file beside the one that was meant: to lock it, or as it was before. One that a pattern
/// names by its letters is meant.
fn is_leftover(path: &Path, pattern: &FilePattern) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    // No workbook is called so by anybody.
    if name.starts_with("~$") {
        return true;
    }
    let asked = pattern.pattern.rsplit('/').next().unwrap_or_default();
    if !asked.contains(['*', '?', '[']) {
        return false;
    }
    let lower = name.to_lowercase();
    const BEGIN: [&str; 5] = [".~lock.", "._", ".#", "~wrl", ".goutputstream"];
    const ENDS: [&str; 11] =
        ["~", "#", ".bak", ".backup", ".old", ".orig", ".tmp", ".swp", ".part", ".crdownload", ".download"];
    BEGIN.iter().any(|begin| lower.starts_with(begin))
        || ENDS.iter().any(|end| lower.ends_with(end) && !asked.to_lowercase().ends_with(end))
        || matches!(lower.as_str(), ".ds_store" | "thumbs.db" | "desktop.ini")
}

/// The folder of closings, beside that of the data.
const CLOSINGS: &str = "closed";

/// Why a file is not read, if it is not.
fn refusal(
    (path, real): (&Path, &Path),
    shown: &str,
    data: &DataSet,
    pattern: &FilePattern,
    inside: Option<&Path>,
) -> Option<Diagnostic> {
    match fs::metadata(path) {
        Ok(what) if !what.is_file() => return Some(errors::unreadable(shown, "it is a pipe or a device, and no file")),
        // What cannot be looked at is told when it is opened.
        Err(_) | Ok(_) => {}
    }
    let inside = inside?;
    // What closings say of restatements lies beside the data, and is written by this program.
    let closings = inside.parent().is_some_and(|specs| real.starts_with(specs.join(CLOSINGS)));
    (!real.starts_with(inside) && !closings).then(|| errors::outside(shown, &real.display().to_string(), data, pattern))
}

/// What the folder holds, two levels deep.
fn present(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for pattern in ["*", "*/*"] {
        let whole = format!("{}/{pattern}", glob::Pattern::escape(&folder.display().to_string()));
        let hidden = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let paths = glob::glob(&whole).into_iter().flatten().flatten().filter(|path| path.is_file() && !hidden(path));
        names.extend(paths.filter_map(|path| path.strip_prefix(folder).ok().map(|path| path.display().to_string())));
    }
    names.sort();
    names
}
