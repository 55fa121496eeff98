//! Results of statements that were run elsewhere: files, patterns, and folders as a warehouse fills them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Failure, Found};
use crate::data::{is_parquet, texts};
use crate::documents::Failure as Said;

/// Reads all that is given.
pub fn results(given: &[PathBuf]) -> Result<Vec<Found>, Failure> {
    let mut found = Vec::new();
    for given in given {
        for path in matching(given)? {
            match path.is_dir() {
                true => found.extend(folder(&path)?),
                // Among all that a pattern of the shell matches.
                false if path.ends_with("_SUCCESS") => {}
                false => found.push(result(&path)?),
            }
        }
    }
    let filled: BTreeSet<String> = found.iter().filter(|part| has_rows(part)).map(|part| part.from.clone()).collect();
    found.retain(|part| has_rows(part) || !filled.contains(&part.from));
    Ok(found)
}

/// A path that is there is meant, whatever signs its name has.
fn matching(given: &Path) -> Result<Vec<PathBuf>, Failure> {
    let pattern = given.display().to_string();
    if given.exists() || !pattern.contains(['*', '?', '[']) {
        return Ok(vec![given.to_path_buf()]);
    }
    let found = glob::glob(&pattern)
        .map_err(|error| Failure::new(format_args!("`{pattern}` is no pattern for files: {}", error.msg)))?;
    let found: Vec<PathBuf> = found.flatten().collect();
    match found.is_empty() {
        true => Err(Failure::new(format_args!("there are no results: nothing matches `{pattern}`"))),
        false => Ok(found),
    }
}

/// The results in a folder and below it.
fn folder(path: &Path) -> Result<Vec<Found>, Failure> {
    let mut files = Vec::new();
    collect(path, &mut files)?;
    let mut found = files.iter().map(|file| result(file)).collect::<Result<Vec<_>, _>>()?;
    if found.is_empty() {
        return Err(Failure::with_help(
            format_args!("there are no results in the folder `{}`", path.display()),
            "results are files of CSV or Parquet, as the statements of `merit sql` leave them behind",
        ));
    }
    // Of many workers some have nothing to write.
    if found.iter().any(has_rows) {
        found.retain(has_rows);
    }
    Ok(found)
}

fn has_rows(found: &Found) -> bool {
    !found.rows.is_empty()
}

/// The files of results below a folder, in the order of their names.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::new(format_args!("cannot read `{}`: {error}", folder.display()));
    let entries = std::fs::read_dir(folder).map_err(failed)?;
    let mut entries = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, _>>().map_err(failed)?;
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        // `_SUCCESS`, `_temporary`, check sums such as `.part-0.csv.crc`.
        if name.starts_with(['_', '.']) {
            continue;
        }
        // A linked folder may lead round in a ring.
        if path.is_dir() && !path.is_symlink() {
            collect(&path, files)?;
        } else if [".csv", ".csv.gz", ".csv.zst"].iter().any(|ending| name.ends_with(ending)) || is_parquet(&path) {
            files.push(path);
        }
    }
    Ok(())
}

fn result(file: &Path) -> Result<Found, Failure> {
    let texts = texts(file).map_err(|why| Failure::Said(Said { message: why.message, help: why.help }))?;
    // The parts of a result are spoken of by the folder that holds them.
    let is_part = file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("part-"));
    let from = file.parent().filter(|_| is_part).unwrap_or(file).display().to_string();
    Ok(Found { from, columns: texts.headers, rows: texts.rows })
}
