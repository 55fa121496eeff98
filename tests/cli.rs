//! The program as its users start it: arguments, exit codes, help.

#[macro_use]
#[path = "support/snapshots.rs"]
mod snapshots;
#[path = "cli/arguments.rs"]
mod arguments;
#[path = "cli/data.rs"]
mod data;
#[path = "cli/documents.rs"]
mod documents;
#[path = "cli/fmt.rs"]
mod fmt;
#[path = "cli/formats.rs"]
mod formats;
#[path = "cli/goal.rs"]
mod goal;
#[path = "cli/levels.rs"]
mod levels;
#[path = "cli/outcome.rs"]
mod outcome;
#[path = "cli/output.rs"]
mod output;
#[path = "cli/plan.rs"]
mod plan;
#[path = "cli/projects.rs"]
mod projects;
#[path = "cli/rosters.rs"]
mod rosters;
#[path = "cli/running.rs"]
mod running;
#[path = "cli/safety.rs"]
mod safety;
#[path = "report/schema.rs"]
mod schema;
#[path = "cli/shown.rs"]
mod shown;
#[path = "cli/suppose.rs"]
mod suppose;
#[path = "cli/tests.rs"]
mod tests;

use std::path::Path;
use std::process::{Command, Output};

/// A folder of files to run the program in.
fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    folder
}

fn merit(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_merit"));
    command.current_dir(folder).args(arguments).env_remove("NO_COLOR").output().unwrap()
}

/// Exit code and both outputs, for a snapshot.
fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        // A new version is no new answer.
        let version = env!("CARGO_PKG_VERSION");
        text.replace(&format!("merit {version}"), "merit {VERSION}")
            .replace(&format!("\": \"{version}\""), "\": \"{VERSION}\"")
    };
    let mut said = format!("exit code: {}\n", output.status.code().unwrap());
    for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        if !bytes.is_empty() {
            said.push_str(&format!("--- {name}\n{}", text(bytes)));
        }
    }
    said
}

/// Compares what the program said with the snapshot of that name in `tests/cli/snapshots`.
fn expect(name: &str, output: &Output) {
    insta::with_settings!({
        snapshot_path => "cli/snapshots", prepend_module_to_snapshot => false, omit_expression => true
    }, {
        assert_snapshot!(name, said(output));
    });
}
