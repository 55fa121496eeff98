//! The work behind a keystroke in an editor: one file of a large project has a new text, and all findings are wanted.
//!
//! `benches/check/run` makes the project and names its folder in `MERIT_BENCH_PROJECT`.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use merit::project::Workspace;
use merit::source::FileId;

const EDITS: usize = 50;

fn main() {
    let Some(folder) = std::env::var_os("MERIT_BENCH_PROJECT") else {
        println!("SKIPPED: set MERIT_BENCH_PROJECT to a folder that `benches/check/generate.py` made");
        return;
    };
    let begun = Instant::now();
    let mut workspace = match Workspace::open(&[PathBuf::from(folder)]) {
        Ok(workspace) => workspace,
        Err(error) => return println!("{error}"),
    };
    println!("opened in {:.0?}, {} findings", begun.elapsed(), workspace.findings().len());
    for (kind, from, to) in [("positions", "60%", "61%"), ("kpis", "note \"", "note \"So: ")] {
        let inside = |path: &PathBuf| path.components().any(|part| part.as_os_str() == kind);
        let files: Vec<FileId> =
            workspace.sources().iter().filter(|(_, file)| inside(&file.path)).map(|(id, _)| id).collect();
        let mut times: Vec<Duration> = Vec::new();
        for edit in 0..EDITS {
            let file = files[edit * 37 % files.len()];
            let text = workspace.sources().get(file).text.clone();
            for text in [text.replacen(from, to, 1), text] {
                let begun = Instant::now();
                workspace.edit(file, text);
                times.push(begun.elapsed());
            }
        }
        times.sort();
        let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
        println!("an edit under {kind}/: median {median:.1?}, worst of {} {worst:.1?}", times.len());
    }
}
