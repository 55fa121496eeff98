//! Runs the tests of a target some of which need what not every machine has: an engine, a server, tables of others. A
//! test that lacks it is ignored, never passed, and what brings it stands behind the last line of the target.
//!
//! The target has `harness = false` in `Cargo.toml`, this file as its first module, with `#[macro_use]`, and one table
//! of its tests, [`tests!`]; their functions bear no `#[test]`, which would take them out without a word. A function
//! that is not in the table is dead code, which is denied; `tests/house.rs` looks for the rest.

#![allow(dead_code, unused_macros)] // each test binary uses a part of it

use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::panic;
use std::process::{Command, ExitCode};
use std::sync::{Arc, LazyLock, Mutex};
use std::thread;

use libtest_mimic::{Arguments, Completion, Failed, FormatSetting, Trial};

/// What the machine lacks, and the line that brings it there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct NotHere {
    what: String,
    install: String,
}

/// Leaves the test, which is then counted as ignored. In the thread of the test only.
pub fn not_here(what: &str, install: &str) -> ! {
    panic::resume_unwind(Box::new(NotHere { what: what.into(), install: install.into() }))
}

/// Leaves the test where a program cannot be started, asked for its version as it wants to be asked.
pub fn need(program: &str, version: &str, install: &str) {
    static ASKED: LazyLock<Mutex<HashMap<String, bool>>> = LazyLock::new(Mutex::default);
    let there = *ASKED
        .lock()
        .unwrap()
        .entry(program.to_string())
        .or_insert_with(|| Command::new(program).arg(version).output().is_ok_and(|output| output.status.success()));
    if !there {
        not_here(&format!("`{program}`"), install);
    }
}

/// A Python of any kind.
pub fn need_python() {
    need("python3", "--version", "apt-get install python3");
}

/// The tests of the target, and its `main`: their functions, the slowest first, so that none is left alone at the end.
macro_rules! tests {
    ($($(#[$if:meta])* $($name:ident)::+,)*) => {
        #[allow(clippy::vec_init_then_push)] // some are there only under a condition
        fn main() -> std::process::ExitCode {
            let mut all: Vec<(&'static str, fn())> = Vec::new();
            $($(#[$if])* all.push((concat!($("::", stringify!($name)),+).trim_start_matches("::"), $($name)::+));)*
            $crate::harness::run(all)
        }
    };
}

thread_local! {
    /// What the test of this thread has said so far, where that is kept.
    static SAID: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Says a line: shown with the test if it fails, or at once.
pub fn say(line: std::fmt::Arguments) -> Option<String> {
    SAID.with_borrow_mut(|said| match said {
        Some(said) => {
            *said += &format!("{line}\n");
            None
        }
        None => Some(line.to_string()),
    })
}

macro_rules! println {
    ($($text:tt)*) => { if let Some(line) = $crate::harness::say(format_args!($($text)*)) { std::println!("{line}") } };
}

macro_rules! eprintln {
    ($($text:tt)*) => { if let Some(line) = $crate::harness::say(format_args!($($text)*)) { std::eprintln!("{line}") } };
}

/// Who lacks what.
type Missing = BTreeMap<NotHere, Vec<&'static str>>;

pub fn run(tests: Vec<(&'static str, fn())>) -> ExitCode {
    let mut arguments = Arguments::from_args();
    let of_environment = |name: &str| std::env::var(name).ok();
    let threads = of_environment("RUST_TEST_THREADS").and_then(|threads| threads.parse().ok());
    arguments.test_threads = arguments.test_threads.or(threads);
    let kept = !arguments.nocapture && of_environment("RUST_TEST_NOCAPTURE").is_none_or(|set| set == "0");
    let shown = arguments.show_output;
    keep_panics();
    let missing: Arc<Mutex<Missing>> = Arc::default();
    let trials = tests
        .into_iter()
        .map(|(name, test)| {
            let missing = Arc::clone(&missing);
            Trial::ignorable_test(name, move || {
                let (ended, said) = tried(name, test, kept);
                let Err(why) = ended else {
                    if shown && !said.is_empty() {
                        std::println!("\n---- {name} ----\n{said}");
                    }
                    return Ok(Completion::Completed);
                };
                match why.downcast::<NotHere>() {
                    Ok(lacks) => {
                        let reason = format!("{} is not here: {}", lacks.what, lacks.install);
                        missing.lock().unwrap().entry(*lacks).or_default().push(name);
                        Ok(Completion::ignored_with(reason))
                    }
                    Err(_) if said.is_empty() => Err(Failed::without_message()),
                    Err(_) => Err(said.into()),
                }
            })
        })
        .collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    let told = told(&missing.lock().unwrap());
    if matches!(arguments.format, Some(FormatSetting::Json)) {
        std::eprint!("{told}");
    } else {
        std::print!("{told}");
    }
    // Where a longer run gathers the same of all its targets.
    if let Some(path) = std::env::var_os("MERIT_NOT_RUN").filter(|_| !told.is_empty()) {
        use std::io::Write;
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
        file.and_then(|mut file| file.write_all(told.as_bytes())).unwrap();
    }
    conclusion.exit_code()
}

/// Runs a test in a thread of its name, as the harness of Rust does: how it ended, and what it said.
fn tried(name: &str, test: fn(), kept: bool) -> (thread::Result<()>, String) {
    let begun = thread::Builder::new().name(name.into()).spawn(move || {
        SAID.set(kept.then(String::new));
        let ended = panic::catch_unwind(test);
        (ended, SAID.take().unwrap_or_default())
    });
    begun.unwrap().join().unwrap()
}

/// A panic in the thread of a test is told with the test.
fn keep_panics() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |of| {
        let backtrace = Backtrace::capture();
        let backtrace = match backtrace.status() {
            BacktraceStatus::Captured => format!("\n{backtrace}"),
            _ => String::new(),
        };
        let thread = thread::current();
        let name = thread.name().unwrap_or("without a name");
        if say(format_args!("thread '{name}' {of}{backtrace}")).is_some() {
            before(of);
        }
    }));
}

/// The last lines: what could not run, and what it takes.
fn told(missing: &Missing) -> String {
    let mut told = String::new();
    for (NotHere { what, install }, tests) in missing {
        let count = if tests.len() == 1 { "1 test".into() } else { format!("{} tests", tests.len()) };
        told += &format!("could not run, as {what} is not here: {count}\n    {install}\n");
    }
    told
}
