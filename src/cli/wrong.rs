//! What is wrong with the command line, in plain words.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Error};

use super::args::Cli;
use super::exit::Failure;
use crate::documents::Failure as Said;
use crate::nearest::nearest;
use crate::time::PeriodName;
use crate::warehouse::Dialect;

/// What is wrong with the words of a command line as they were typed: dashes of a word processor, options without their
/// hyphens, files in the place of a command. Asked where something is wrong with them.
pub fn mistyped(words: &[String]) -> Option<Failure> {
    let program = Cli::command();
    let command = words.first().and_then(|name| program.find_subcommand(name));
    let Some(command) = command else { return words.first().and_then(|word| no_command(word)) };
    let options: Vec<&str> = command.get_arguments().filter_map(clap::Arg::get_long).collect();
    let known = |text: &str| {
        let name = text.split('=').next().unwrap_or(text).to_lowercase();
        options.iter().copied().find(|option| *option == name)
    };
    let mut before = "";
    for word in &words[1..] {
        let name = word.trim_start_matches(['-', '\u{2010}', '\u{2011}', '–', '—', '―', '−', '/']);
        let lead = &word[..word.len() - name.len()];
        let value = before.starts_with("--");
        before = word;
        let Some(option) = known(name).filter(|_| lead != "--") else { continue };
        // `check`, the name of a folder, is no option without its hyphens; `period 2026-Q3` is one.
        let bare = lead.is_empty();
        if bare
            && (value || !matches!(option, "period" | "periods" | "person" | "position" | "team" | "format" | "output"))
        {
            continue;
        }
        let message = match lead {
            "" => format!("`{word}` has no hyphens before it, and is no option"),
            "-" => format!("`{word}` has one hyphen, and options have two"),
            "/" => format!("`{word}` begins with `/`, and options begin with two hyphens"),
            _ => format!("`{word}` begins with a dash, and options begin with two hyphens"),
        };
        let rest = name.split_once('=').map_or(String::new(), |(_, value)| format!("={value}"));
        return Some(Failure::with_help(message, format!("write `--{option}{rest}`")));
    }
    // `-p`
    words[1..].iter().find_map(|word| {
        let letter =
            word.strip_prefix('-').filter(|letter| letter.chars().count() == 1 && *letter != "-" && *letter != "h")?;
        let near: Vec<&str> = options.iter().copied().filter(|option| option.starts_with(letter)).collect();
        let near = near.first()?;
        Some(Failure::with_help(format!("there is no option `{word}`"), format!("options are written out: `--{near}`")))
    })
}

/// What other programs call a command, or a file in its place.
fn no_command(word: &str) -> Option<Failure> {
    let unknown = |help: &str| Some(Failure::with_help(format!("there is no command `{word}`"), help));
    match word.trim_start_matches('-').to_lowercase().as_str() {
        "run" | "calc" | "calculate" | "compute" | "evaluate" | "score" | "report" | "results" => {
            unknown("scorecards are computed by `merit eval --period 2026-Q3`")
        }
        "validate" | "lint" | "compile" | "build" => unknown("specs are checked by `merit check`"),
        "format" | "fmt" | "pretty" => unknown("specs are written in the one style by `merit fmt`"),
        "tests" => unknown("tests are run by `merit test`"),
        "init" | "new" | "create" | "start" => {
            unknown("a project is a folder of text files whose names end in `.merit`: write the first one in an editor")
        }
        "lock" | "freeze" | "finalize" | "finalise" | "archive" | "payout" => {
            unknown("results of a period that is over are kept by `merit close --period 2026-Q3 --by NAME`")
        }
        "reopen" | "unclose" | "unlock" | "amend" | "correct" | "recalculate" => unknown(
            "what was closed stays as it is; what today's data makes of it is told, and added to it, by `merit restate --periods 2026-Q3`",
        ),
        "version" => unknown("the version is told by `merit --version`"),
        "merit" => unknown("the program is named once, and its command behind it: `merit check`"),
        _ if word.starts_with('-') => None,
        _ if std::path::Path::new(word).exists() => {
            let shown = if word.contains(' ') { format!("\"{word}\"") } else { word.to_string() };
            unknown(&format!("the command stands in front of the file or folder: `merit check {shown}`"))
        }
        _ => None,
    }
}

impl Failure {
    /// With what the words of the command line say of it.
    pub fn of_words(self, words: &[String]) -> Failure {
        let Failure::NotFound { path, help } = self else { return self };
        let message = format!("there is no file or folder `{path}`");
        Failure::Said(Said { message, help: in_two_words(words, &path).or(help) })
    }
}

/// What is wrong with the paths of a command line that could be read: words of a value without its quotes.
fn in_two_words(words: &[String], path: &str) -> Option<String> {
    let at = words.iter().position(|word| word == path)?;
    let option = words[..at].iter().rposition(|word| word.starts_with("--"))?;
    let name = words[option].as_str();
    let split = matches!(name, "--person" | "--position" | "--team" | "--filter" | "--kpi") && at > option + 1;
    if split {
        let value = words[option + 1..=at].join(" ");
        return Some(format!("a value of several words stands in quotes: `{name} \"{value}\"`"));
    }
    let two = name == "--period" && PeriodName::parse(path).is_some();
    let mut both = [words.get(option + 1)?.as_str(), path];
    both.sort_unstable();
    two.then(|| format!("several periods are evaluated with `--periods {}..{}`", both[0], both[1]))
}

/// What other programs call an option, and how it is said to a command here.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    ("eval plan sql close", "--quarter --month --year --time", "--period 2026-Q3"),
    ("eval plan sql", "--date", "--period 2026-Q3"),
    ("close restate", "--date --day --at", "--on 2026-10-05"),
    ("close restate", "--name --user --who --author", "--by"),
    ("restate", "--period", "--periods 2026-Q3"),
    ("restate", "--why --comment --message --text", "--reason"),
    ("close restate", "--key --signature", "--sign"),
    ("verify", "--hash --sha256", "--head"),
    ("verify", "--keys --allowed-signers --sign", "--signers"),
    ("check data eval plan test fmt sql", "--json", "--format json"),
    ("eval", "--excel --xlsx", "--csv excel"),
    ("eval", "--name --employee --staff --who --id", "--person"),
    ("eval", "--post --role --job", "--position"),
    ("eval", "--language --locale", "--lang"),
    ("eval", "--out --file", "--output"),
    ("eval", "--overwrite --replace", "--force"),
    ("fmt", "--dry-run --list --test --verify", "--check"),
    ("check data eval plan test fmt sql", "--no-color --no-colour --colour", "--color never"),
    ("check", "--strict --werror --fail-on-warnings", "--deny warnings"),
    ("check", "--ignore --disable --skip", "--allow"),
    ("test", "--name --only --match --grep", "--filter"),
];

/// What an option that a command does not have is called here, or which commands have it.
fn option_elsewhere(command: &str, option: &str) -> Option<String> {
    let has = |names: &str, name: &str| names.split(' ').any(|one| one == name);
    let called = ELSEWHERE.iter().find(|(commands, names, _)| has(commands, command) && has(names, option));
    if let Some((_, _, here)) = called {
        return Some(format!("write `{here}`"));
    }
    let bare = option.strip_prefix("--")?;
    let program = Cli::command();
    let others: Vec<String> = program
        .get_subcommands()
        .filter(|other| other.get_arguments().any(|arg| arg.get_long() == Some(bare)))
        .map(|other| format!("`merit {}`", other.get_name()))
        .collect();
    let (last, rest) = others.split_last()?;
    let others = if rest.is_empty() { last.clone() } else { format!("{} and {last}", rest.join(", ")) };
    Some(format!("leave it out: it belongs to {others}"))
}

/// A command line that was refused; `None` for what is no mistake, such as a question for help.
pub fn refused(error: &Error, words: &[String]) -> Option<Failure> {
    let arg = || texts(error, ContextKind::InvalidArg).first().map(|arg| plain(arg)).unwrap_or_default();
    let value = || texts(error, ContextKind::InvalidValue).into_iter().next().unwrap_or_default();
    // The nearest comes last.
    let near = |kind, otherwise: &str| match texts(error, kind).last() {
        Some(near) => format!("did you mean `{near}`?"),
        None => otherwise.to_string(),
    };
    let called = words.first().map_or("", String::as_str);
    let help = match Cli::command().find_subcommand(called) {
        Some(_) => format!("`merit help {called}` lists what it can be told"),
        None => "`merit help COMMAND` lists what a command can be told".to_string(),
    };
    let help = help.as_str();
    Some(match error.kind() {
        ErrorKind::UnknownArgument => {
            let arg = arg();
            let command = words.first().map_or("", String::as_str);
            let message = match arg.starts_with("--") {
                true => format!("`merit {command}` has no option `{arg}`"),
                false if arg.starts_with('-') => format!("there is no option `{arg}`"),
                false => format!("there is no place for `{arg}`"),
            };
            let elsewhere = option_elsewhere(command, &arg);
            Failure::with_help(message, elsewhere.unwrap_or_else(|| near(ContextKind::SuggestedArg, help)))
        }
        ErrorKind::InvalidSubcommand => {
            let name = texts(error, ContextKind::InvalidSubcommand).into_iter().next().unwrap_or_default();
            let program = Cli::command();
            let names: Vec<&str> = program.get_subcommands().map(clap::Command::get_name).collect();
            let commands = match nearest(&name, names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => near(ContextKind::SuggestedSubcommand, "`merit help` lists the commands"),
            };
            Failure::with_help(format!("there is no command `{name}`"), commands)
        }
        ErrorKind::InvalidValue => {
            let known = texts(error, ContextKind::ValidValue).join(", ");
            let help = match value().to_lowercase().as_str() {
                "excel" | "xlsx" | "xls" | "spreadsheet" if known.contains("csv") => {
                    format!("spreadsheet programs open `csv`: `{} csv`", arg())
                }
                "" if known.is_empty() => match arg_value(error) {
                    Some(value) => format!("write it behind the option: `{} {value}`", arg()),
                    None => help.to_string(),
                },
                _ if known.is_empty() => help.to_string(),
                _ => format!("write one of {known}"),
            };
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
            let help: String = match (is("--dialect"), is("--period"), is("--output")) {
                _ if is("--by") && words.first().is_some_and(|command| command == "audit") => {
                    "write the column of the roster by which people are compared, as in `--by sex`".into()
                }
                (_, true, _) if is("--by") => {
                    "write the period, and who closes it: `--period 2026-Q3 --by \"Wang Fang\"`".into()
                }
                _ if is("--as-of") => {
                    "where a period is heading is told from a day of it on: `--as-of 2026-08-15 --project pace`".into()
                }
                _ if is("--write") => {
                    "what is signed is what is added to the chain: `--write --reason \"late rows\" --by \"Wang Fang\"`"
                        .into()
                }
                _ if is("--reason") => {
                    "what is added to the chain says why, and who adds it: `--reason \"late rows\" --by \"Wang Fang\"`"
                        .into()
                }
                _ if is("--by") => "write who closes the period: `--by \"Wang Fang\"`".into(),
                (true, true, _) => "write the engine and the period: `--dialect duckdb --period 2026-Q3`".into(),
                (true, ..) => format!("write the engine, which is {}: `--dialect duckdb`", Dialect::words()),
                (_, true, _) => "write the period: `--period 2026-Q3`".into(),
                (.., true) => {
                    "`--force` is about the file that the report is written to: name it with `--output q3.csv`".into()
                }
                _ => help.into(),
            };
            let are = if missing.len() == 1 { "is" } else { "are" };
            Failure::with_help(format!("`{}` {are} missing", missing.join("` and `")), help)
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

/// `PERIOD` of `--period <PERIOD>`
fn arg_value(error: &Error) -> Option<String> {
    let arg = texts(error, ContextKind::InvalidArg).into_iter().next()?;
    let (_, value) = arg.split_once(" <")?;
    Some(value.trim_end_matches('.').trim_end_matches('>').to_string())
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
