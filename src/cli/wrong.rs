//! What is wrong with the command line, in plain words.

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::exit::Failure;

/// A command line that was refused; `None` for what is no mistake, such as a question for help.
pub fn refused(error: &Error) -> Option<Failure> {
    let arg = || texts(error, ContextKind::InvalidArg).first().map(|arg| plain(arg)).unwrap_or_default();
    let value = || texts(error, ContextKind::InvalidValue).into_iter().next().unwrap_or_default();
    // The nearest comes last.
    let near = |kind, otherwise: &str| match texts(error, kind).last() {
        Some(near) => format!("did you mean `{near}`?"),
        None => otherwise.to_string(),
    };
    let help = "`merit help COMMAND` lists what a command can be told";
    Some(match error.kind() {
        ErrorKind::UnknownArgument => {
            let arg = arg();
            let what = if arg.starts_with('-') { "option" } else { "place for" };
            Failure::with_help(format!("there is no {what} `{arg}`"), near(ContextKind::SuggestedArg, help))
        }
        ErrorKind::InvalidSubcommand => {
            let name = texts(error, ContextKind::InvalidSubcommand).into_iter().next().unwrap_or_default();
            let commands = near(ContextKind::SuggestedSubcommand, "`merit help` lists the commands");
            Failure::with_help(format!("there is no command `{name}`"), commands)
        }
        ErrorKind::InvalidValue => {
            let known = texts(error, ContextKind::ValidValue).join(", ");
            let help = if known.is_empty() { help.to_string() } else { format!("write one of {known}") };
            let message = match value().as_str() {
                "" => format!("`{}` needs a value", arg()),
                value => format!("`{value}` does not fit `{}`", arg()),
            };
            Failure::with_help(message, near(ContextKind::SuggestedValue, &help))
        }
        ErrorKind::ValueValidation => {
            let reason = std::error::Error::source(error).map(ToString::to_string).unwrap_or_else(|| help.into());
            Failure::with_help(format!("`{}` does not fit `{}`", value(), arg()), reason)
        }
        ErrorKind::MissingRequiredArgument => {
            let missing: Vec<String> = texts(error, ContextKind::InvalidArg).iter().map(|arg| plain(arg)).collect();
            let is = |name: &str| missing.iter().any(|arg| arg == name);
            let help = match (is("--period"), is("--output")) {
                (true, _) => "write the period: `--period 2026-Q3`",
                (_, true) => {
                    "`--force` is about the file that the report is written to: name it with `--output q3.csv`"
                }
                _ => help,
            };
            Failure::with_help(format!("`{}` is missing", missing.join("`, `")), help)
        }
        ErrorKind::ArgumentConflict => {
            let other =
                texts(error, ContextKind::PriorArg).iter().map(|arg| plain(arg)).collect::<Vec<_>>().join("`, `");
            let message = match other.as_str() {
                other if other.is_empty() || other == arg() => format!("`{}` is given twice", arg()),
                other => format!("`{}` and `{other}` do not go together", arg()),
            };
            Failure::with_help(message, "leave one of the two out")
        }
        _ => return None,
    })
}

/// What the library says, in one line.
pub fn first_line(error: &Error) -> Failure {
    let text = error.to_string();
    Failure::new(text.lines().next().unwrap_or_default().trim_start_matches("error: "))
}

/// `--period` of `--period <PERIOD>`
fn plain(arg: &str) -> String {
    arg.split(" <").next().unwrap_or(arg).trim_matches(['<', '>']).to_string()
}

fn texts(error: &Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    }
}
