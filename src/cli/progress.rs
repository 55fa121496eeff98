//! A bar on standard error while large files are read.

use std::io::IsTerminal;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::shims::data::Progress;

/// Work that is done sooner needs no bar.
const PATIENCE: Duration = Duration::from_millis(700);

pub struct Bar {
    started: Instant,
    expected: AtomicU64,
    done: AtomicU64,
    /// Made when patience has run out.
    bar: OnceLock<ProgressBar>,
}

impl Bar {
    /// `None` where standard error is no terminal.
    pub fn new() -> Option<Bar> {
        std::io::stderr().is_terminal().then(|| Bar {
            started: Instant::now(),
            expected: AtomicU64::new(0),
            done: AtomicU64::new(0),
            bar: OnceLock::new(),
        })
    }

    pub fn finish(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Bar {
    fn expect(&self, bytes: u64) {
        let expected = self.expected.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if let Some(bar) = self.bar.get() {
            bar.set_length(expected);
        }
    }

    fn advance(&self, bytes: u64) {
        let done = self.done.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if self.started.elapsed() < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_init(|| {
            let expected = self.expected.load(Ordering::Relaxed);
            let bar = ProgressBar::with_draw_target(Some(expected), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("reading {bar:30} {bytes} of {total_bytes}, {eta} left");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        bar.set_position(done);
    }
}
