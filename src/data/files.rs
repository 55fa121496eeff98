//! Which files a data set is in.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::read::{FileTask, Form};
use super::server::Relation;
use super::{Options, errors};
use crate::diagnostic::Diagnostic;
use crate::model::data::{DataSet, FilePattern};

/// The files that match the data set's patterns, in the order of the patterns and then of their names.
pub fn files_of(data: &DataSet, options: &Options, errors: &mut Vec<Diagnostic>) -> Vec<FileTask> {
    let folder = options.data.display().to_string();
    let mut known = BTreeSet::new();
    let mut tasks = Vec::new();
    for pattern in &data.files {
        let found = match matching(&options.data, pattern) {
            Ok(found) => found,
            Err(error) => {
                errors.push(errors::bad_pattern(data, pattern, error.msg));
                continue;
            }
        };
        if found.is_empty() {
            errors.push(errors::no_file(data, pattern, &folder, &present(&options.data)));
        }
        for path in found {
            if !known.insert((path.clone(), pattern.sheet.clone())) {
                continue;
            }
            let shown = path.display().to_string().replace('\\', "/");
            let form = Form::of(&path);
            if pattern.sheet.is_some() && form != Form::Spreadsheet {
                errors.push(errors::sheet_of_none(&shown, pattern));
                continue;
            }
            tasks.push(FileTask { path, shown, sheet: pattern.sheet.clone(), form, relation: None });
        }
    }
    for (text, span) in &data.relations {
        let relation = Relation(text.clone());
        let (path, shown, relation) = (PathBuf::new(), relation.shown(), Some((relation, *span)));
        tasks.push(FileTask { path, shown, sheet: None, form: Form::Server, relation });
    }
    tasks
}

/// How many files there are for each of the data set's patterns.
pub fn files_matching(data: &DataSet, folder: &Path) -> Vec<usize> {
    let count = |pattern: &FilePattern| matching(folder, pattern).map_or(0, |paths| paths.len());
    data.files.iter().map(count).collect()
}

fn matching(folder: &Path, pattern: &FilePattern) -> Result<Vec<PathBuf>, glob::PatternError> {
    let whole = format!("{}/{}", glob::Pattern::escape(&folder.display().to_string()), pattern.pattern);
    // A spreadsheet program leaves `~$policies.xlsx` beside the file that it has open.
    let mut found: Vec<_> = glob::glob(&whole)?
        .flatten()
        .filter(|path| path.is_file())
        .filter(|path| !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("~$")))
        .collect();
    found.sort();
    Ok(found)
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
