//! What is shown on standard error while large files are read, or an engine works.

use std::collections::{BTreeSet, HashMap};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::data::options::Progress;

/// Work that is done sooner needs no bar.
const PATIENCE: Duration = Duration::from_millis(700);

pub struct Bar {
    started: Instant,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Bytes of each file: all, and read by now.
    files: HashMap<String, (u64, u64)>,
    expected: u64,
    done: u64,
    /// Made when patience has run out.
    bar: Option<ProgressBar>,
}

impl Bar {
    /// `None` where standard error is no terminal.
    pub fn new() -> Option<Bar> {
        let bar = || Bar { started: Instant::now(), state: Mutex::default() };
        std::io::stderr().is_terminal().then(bar)
    }

    pub fn finish(&self) {
        self.with(|state| {
            if let Some(bar) = state.bar.take() {
                bar.finish_and_clear();
            }
        });
    }

    fn with(&self, change: impl FnOnce(&mut State)) {
        // A bar is never worth a panic: what another thread left is good enough to show.
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Notes how much of a file has been read; `None` is all of it.
    fn read(&self, file: &str, by_now: Option<u64>) {
        self.with(|state| {
            let Some((bytes, done)) = state.files.get_mut(file) else { return };
            let by_now = by_now.unwrap_or(*bytes).min(*bytes);
            state.done += by_now.saturating_sub(*done);
            *done = by_now.max(*done);
            if self.started.elapsed() >= PATIENCE {
                state.draw();
            }
        });
    }
}

impl State {
    fn draw(&mut self) {
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(Some(self.expected), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("reading {bar:30} {bytes} of {total_bytes}, {eta} left");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        bar.set_length(self.expected);
        bar.set_position(self.done);
    }
}

impl Progress for Bar {
    fn started(&self, file: &str, bytes: u64) {
        self.with(|state| {
            state.expected += bytes;
            state.files.insert(file.to_string(), (bytes, 0));
        });
    }

    fn advanced(&self, file: &str, bytes: u64) {
        self.read(file, Some(bytes));
    }

    fn finished(&self, file: &str) {
        self.read(file, None);
    }
}

/// Which files have been read so far; on a terminal with a bar.
pub struct Reading {
    bar: Option<Bar>,
    begun: Mutex<BTreeSet<String>>,
}

impl Reading {
    pub fn new() -> Reading {
        Reading { bar: Bar::new(), begun: Mutex::default() }
    }

    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish();
        }
    }

    pub fn files(&self) -> Vec<PathBuf> {
        let begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        begun.iter().map(PathBuf::from).collect()
    }
}

impl Progress for Reading {
    fn started(&self, file: &str, bytes: u64) {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner).insert(file.to_string());
        if let Some(bar) = &self.bar {
            bar.started(file, bytes);
        }
    }

    fn advanced(&self, file: &str, bytes: u64) {
        if let Some(bar) = &self.bar {
            bar.advanced(file, bytes);
        }
    }

    fn finished(&self, file: &str) {
        if let Some(bar) = &self.bar {
            bar.finished(file);
        }
    }
}

/// How often it is said, where standard error is no terminal, how far an engine has come.
const EVERY: Duration = Duration::from_secs(30);

/// What an engine is at: a line that changes, or on what is no terminal a line now and then, said beside the work: a
/// statement may take long.
pub struct Steps {
    engine: &'static str,
    bar: Option<ProgressBar>,
    text: Arc<Mutex<String>>,
    /// While it is there, lines are said.
    _saying: Option<Sender<()>>,
}

impl Steps {
    pub fn new(engine: &'static str) -> Steps {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner().with_message(engine);
            bar.set_style(
                ProgressStyle::with_template("{msg} {spinner} {elapsed}")
                    .unwrap_or_else(|_| ProgressStyle::default_spinner()),
            );
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        let text = Arc::new(Mutex::new(format!("{engine}: starting")));
        let saying = bar.is_none().then(|| say_now_and_then(text.clone()));
        Steps { engine, bar, text, _saying: saying }
    }

    /// `tasks`: how many of those that a cluster has begun are done.
    pub fn told(&self, phase: &str, done: usize, of: usize, tasks: Option<(u64, u64)>) {
        let engine = self.engine;
        let mut text = match phase {
            "connect" => format!("{engine}: connecting"),
            "look" => format!("{engine}: looking at the tables"),
            _ => format!("{engine}: {done} of {of} statements answered"),
        };
        if let Some((done, all)) = tasks {
            text.push_str(&format!(", {done} of {all} tasks"));
        }
        match &self.bar {
            Some(bar) => bar.set_message(text),
            None => *self.text.lock().unwrap_or_else(PoisonError::into_inner) = text,
        }
    }
}

fn say_now_and_then(text: Arc<Mutex<String>>) -> Sender<()> {
    let (saying, over) = channel::<()>();
    let started = Instant::now();
    std::thread::spawn(move || {
        while over.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
            let text = text.lock().unwrap_or_else(PoisonError::into_inner).clone();
            super::out::say(format_args!("merit: {text}, {} s", started.elapsed().as_secs()));
        }
    });
    saying
}

impl Drop for Steps {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_add_up_whatever_their_order() {
        let bar = Bar { started: Instant::now(), state: Mutex::default() };
        bar.started("a", 100);
        bar.started("b", 50);
        bar.advanced("b", 20);
        bar.advanced("a", 60);
        bar.advanced("a", 40);
        bar.finished("b");
        bar.with(|state| assert_eq!((state.expected, state.done), (150, 110)));
    }
}
