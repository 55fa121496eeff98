//! The command line: one file for each command.

mod args;
mod check;
mod data;
mod engine;
mod eval;
mod exit;
mod explain;
mod fmt;
mod open;
mod out;
mod output;
mod plan;
mod progress;
mod select;
mod sql;
mod terminal;
mod test;
mod whole;
mod wrong;

use clap::Parser;

use self::args::{Cli, Command};
pub use self::exit::Exit;
use self::exit::Failure;

/// Runs the command the program was started with.
pub fn run() -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(message) => {
            if let Some(failure) = wrong::refused(&message) {
                failure.print();
                return failure.exit();
            }
            let exit = if message.use_stderr() { Exit::CouldNotRun } else { Exit::Clean };
            let _ = message.print();
            return exit;
        }
    };
    let outcome = match &cli.command {
        Command::Check(args) => check::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Data(args) => data::run(args),
        Command::Eval(args) => eval::run(args),
        Command::Plan(args) => plan::run(args),
        Command::Sql(args) => sql::run(args),
        Command::Test(args) => test::run(args),
        Command::Fmt(args) => fmt::run(args),
    };
    outcome.unwrap_or_else(|failure: Failure| {
        failure.print();
        failure.exit()
    })
}
