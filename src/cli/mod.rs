//! The command line: one file for each command.

mod address;
mod again;
mod args;
mod audit;
mod beside;
mod cache;
mod check;
mod choices;
mod close;
mod closings;
mod data;
mod diff;
mod engine;
mod eval;
mod evaluate;
mod exit;
mod explain;
mod fmt;
mod goal;
mod known;
mod load;
mod machine;
mod open;
mod out;
mod output;
mod periods;
mod plan;
mod progress;
mod provenance;
mod restate;
mod revision;
mod running;
mod scenarios;
mod select;
mod sign;
mod sql;
mod suppose;
mod terminal;
mod test;
mod verify;
mod whole;
mod why;
mod wrong;

use clap::Parser;

use self::args::{Cli, Command};
pub use self::exit::Exit;
use self::exit::Failure;
use self::machine::Machine;

/// Runs the command the program was started with.
pub fn run() -> Exit {
    if let Some(commit) = option_env!("MERIT_BUILT_FROM") {
        crate::provenance::is_built_from(commit);
    }
    let words: Vec<String> = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(message) => {
            let mistyped = message.use_stderr().then(|| wrong::mistyped(&words)).flatten();
            let failure = mistyped.or_else(|| wrong::refused(&message, &words));
            if message.use_stderr() {
                let said = failure.as_ref().map_or_else(|| wrong::first_line(&message), Failure::clone);
                Machine::of_words(&words).inspect(|machine| machine.tell(&said));
            }
            if let Some(failure) = failure {
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
        Command::Goal(args) => goal::run(args),
        Command::Audit(args) => audit::run(args),
        Command::Close(args) => close::run(args),
        Command::Verify(args) => verify::run(args),
        Command::Restate(args) => restate::run(args),
        Command::Why(args) => why::run(args),
        Command::Diff(args) => diff::run(args),
        Command::Plan(args) => plan::run(args),
        Command::Sql(args) => sql::run(args),
        Command::Test(args) => test::run(args),
        Command::Fmt(args) => fmt::run(args),
    };
    outcome.unwrap_or_else(|failure: Failure| {
        let failure = failure.of_words(&words);
        Machine::of(&cli.command).inspect(|machine| machine.tell(&failure));
        failure.print();
        failure.exit()
    })
}
