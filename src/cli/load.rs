//! What to do where the specs that were named are not there.

use std::path::{Path, PathBuf};

use crate::nearest::likest;
use crate::time::PeriodName;

/// No spec lies in the folders.
pub fn no_specs(paths: &[PathBuf], almost: &[PathBuf]) -> String {
    if let Some(first) = almost.first() {
        let more = if almost.len() > 1 { " and the like" } else { "" };
        return format!("the names of specs end in `.merit`, and in nothing else: rename `{}`{more}", first.display());
    }
    // `merit check data`, where the specs lie beside the data.
    let above = paths.iter().find_map(|path| {
        let real = path.canonicalize().ok()?;
        let above = real.parent()?.to_path_buf();
        let holds = names_in(&above).iter().any(|name| name.ends_with(".merit"));
        holds.then(|| match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.display().to_string(),
            _ if path.as_os_str() == "." => "..".to_string(),
            _ => ".".to_string(),
        })
    });
    match above {
        Some(folder) => {
            format!("specs are text files whose names end in `.merit`; they lie in `{folder}`: name that folder")
        }
        None => "specs are text files whose names end in `.merit`; name the folder that holds them".to_string(),
    }
}

/// Nothing has this name.
pub fn not_found(path: &Path) -> Option<String> {
    let text = path.to_str()?;
    if PeriodName::parse(text).is_some() {
        return Some("one period is evaluated with `--period`, several with `--periods 2026-Q2..2026-Q3`".to_string());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let wanted = path.file_name()?.to_str()?;
    let names = names_in(folder.unwrap_or(Path::new(".")));
    let known = names.iter().map(String::as_str).filter(|name| name.ends_with(".merit") || !name.contains('.'));
    let near = likest(wanted, known, |text| text.to_lowercase().trim_end_matches(".merit").to_string().into());
    let Some(near) = near else {
        // `merit check specs` in the folder of the specs.
        let here = folder.is_none() && names.iter().any(|name| name.ends_with(".merit"));
        return here.then(|| format!("the specs lie in the folder in which you are: leave `{wanted}` out"));
    };
    let near = folder.map_or_else(|| PathBuf::from(near), |folder| folder.join(near));
    Some(format!("did you mean `{}`?", near.display()))
}

/// A file of data, or of something else.
pub fn not_a_spec(path: &Path) -> String {
    let table = path.extension().and_then(|ending| ending.to_str()).map(str::to_lowercase);
    match table.as_deref() {
        Some("csv" | "tsv" | "xlsx" | "xls" | "ods" | "parquet" | "xlsb") => {
            "data files are named in the specs, and read by `merit eval`; `merit data` tells what they hold. Name the \
             folder that holds the specs"
                .to_string()
        }
        _ => "name a folder that holds specs, or a file whose name ends in `.merit`".to_string(),
    }
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().take(1000);
    entries.filter_map(|entry| entry.file_name().into_string().ok()).filter(|name| !name.starts_with('.')).collect()
}
