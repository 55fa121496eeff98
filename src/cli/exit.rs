//! How the program ends.

use std::fmt;
use std::io;
use std::process::ExitCode;

use super::out;
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

    /// A failed write to the named place.
    pub fn writing(to: impl fmt::Display, error: &io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::NobodyReads,
            _ => Failure::new(format_args!("cannot write {to}: {error}")),
        }
    }

    pub fn print(&self) {
        if let Failure::Said(Said { message, help }) = self {
            out::say(format_args!("merit: {message}"));
            if let Some(help) = help {
                out::say(format_args!("  help: {help}"));
            }
        }
    }

    pub fn exit(&self) -> Exit {
        match self {
            Failure::Said(_) => Exit::CouldNotRun,
            Failure::NobodyReads => Exit::Clean,
        }
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Failure {
        match error {
            LoadError::NoSpecs(_) => Failure::with_help(
                error,
                "specs are text files whose names end in `.merit`; name the folder that holds them",
            ),
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
