//! How the program ends.

use std::process::ExitCode;
use std::{fmt, io};

use super::load;
use crate::documents::Failure as Said;
use crate::project::LoadError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Nothing to object to, or warnings only.
    Clean,
    /// The specs or the data have errors.
    Findings,
    /// The program could not do its work: bad arguments, a folder that is not there.
    CouldNotRun,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        match exit {
            Exit::Clean => ExitCode::SUCCESS,
            Exit::Findings => ExitCode::from(1),
            Exit::CouldNotRun => ExitCode::from(2),
        }
    }
}

/// Why a command stopped before it had anything to say about the project.
#[derive(Clone, Debug)]
pub enum Failure {
    /// What is wrong, and what to do instead.
    Said(Said),
    /// Nothing has the name of this path.
    NotFound { path: String, help: Option<String> },
    /// The reader of the output has gone, as `head` does: nothing to say.
    NobodyReads,
}

impl Failure {
    pub fn new(message: impl fmt::Display) -> Failure {
        Failure::Said(Said { message: message.to_string(), help: None })
    }

    pub fn with_help(message: impl fmt::Display, help: impl fmt::Display) -> Failure {
        Failure::Said(Said { message: message.to_string(), help: Some(help.to_string()) })
    }

    /// With a help, where it has none.
    pub fn or_help(self, help: impl FnOnce() -> String) -> Failure {
        match self {
            Failure::Said(Said { message, help: None }) => Failure::with_help(message, help()),
            other => other,
        }
    }

    /// A failed write to the named place.
    pub fn writing(to: impl fmt::Display, error: &io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::NobodyReads,
            io::ErrorKind::NotFound => Failure::with_help(
                format_args!("cannot write {to}: its folder is not there"),
                "make the folder first, or name another",
            ),
            _ => Failure::new(format_args!("cannot write {to}: {error}")),
        }
    }

    pub fn exit(&self) -> Exit {
        match self {
            Failure::Said(_) | Failure::NotFound { .. } => Exit::CouldNotRun,
            Failure::NobodyReads => Exit::Clean,
        }
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Failure {
        match error {
            LoadError::NoSpecs(ref paths, ref almost) => {
                let help = load::no_specs(paths, almost);
                Failure::with_help(error, help)
            }
            LoadError::NotFound(path) => {
                Failure::NotFound { help: load::not_found(&path), path: path.display().to_string() }
            }
            LoadError::NotASpec(ref path) => {
                let help = load::not_a_spec(path);
                Failure::with_help(error, help)
            }
            LoadError::Several(names) => {
                let help = names.first().map(|name| format!("name the folder of one, such as `{}`", name.display()));
                Failure::Said(Said { message: LoadError::Several(names).to_string(), help })
            }
            LoadError::Ignored(_) => {
                Failure::with_help(error, "take it out of the line that begins with `ignore`, or name something else")
            }
            LoadError::NoProject(..) => Failure::with_help(
                error,
                "add a line there, as in `project \"companies/*\" with \"group\"`, or `ignore` with its folder",
            ),
            _ => Failure::new(error),
        }
    }
}
