//! The chain of closings beside the specs, as the commands see it.

use std::path::{Path, PathBuf};

use super::exit::Failure;
use crate::diagnostic::{Code, DataPlace, Diagnostic};
use crate::ledger::chain::{Chain, FOLDER, Fault};

/// The folder of closings of a project.
pub fn folder(folders: &[PathBuf]) -> PathBuf {
    let own = folders.first().map_or(Path::new("."), PathBuf::as_path);
    let own = if own.is_dir() { own } else { own.parent().unwrap_or(Path::new(".")) };
    let folder = own.join(FOLDER);
    folder.strip_prefix(".").map(Path::to_path_buf).unwrap_or(folder)
}

/// The chain, and what is wrong with its list.
pub fn chain(folder: &Path) -> Result<(Chain, Vec<Fault>), Failure> {
    Chain::read(folder)
        .map_err(|error| Failure::new(format_args!("the closings in `{}` cannot be read: {error}", folder.display())))
}

/// A file of the folder, as messages name it.
pub fn shown(folder: &Path, file: &str) -> String {
    folder.join(file).display().to_string().replace('\\', "/")
}

/// What is not as it was, as findings.
pub fn findings(folder: &Path, faults: &[Fault]) -> Vec<Diagnostic> {
    let finding = |fault: &Fault| {
        let file = shown(folder, &fault.file);
        let place = DataPlace { file: file.clone(), ..DataPlace::default() };
        Diagnostic::new(Code::BrokenChain, format!("`{file}`: {}", fault.what))
            .in_data(place)
            .help("bring the file back as it was, from a backup or a repository; see `merit explain broken-chain`")
    };
    faults.iter().map(finding).collect()
}
