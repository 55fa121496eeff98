//! Everything the program says: the one way to standard output and standard error.

use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal, Write};

use super::exit::Failure;
use crate::documents::Failure as Said;
use crate::visible::{Form, Shown};

/// Writes a text to standard output as a whole; `what` it is, for the case that it cannot be written. Where the reader
/// has gone, as `head` does, the rest is for nobody, and the program ends as it would have.
pub fn print(text: &str, form: Form, what: &str) -> Result<(), Failure> {
    match stdout(form, |out| out.write_all(text.as_bytes())) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::writing(what, &error)),
        _ => Ok(()),
    }
}

/// Bytes that are written at once.
pub(super) const PIECE: usize = 1 << 16;

/// Writes to standard output piece by piece.
pub fn stdout(form: Form, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let out = io::stdout();
    let on_terminal = out.is_terminal();
    // In large pieces: each is looked through for signs that steer.
    let mut out = BufWriter::with_capacity(PIECE, Shown::new(out.lock(), form, on_terminal));
    write(&mut out)?;
    out.flush()
}

/// Says a line on standard error. Where nobody hears it there is nobody to tell.
pub fn say(line: impl Display) {
    aloud(&format!("{line}\n"), false);
}

/// Shows a text on standard error.
pub fn aloud(text: &str, colored: bool) {
    let text = Form::Text { colored }.of(text, true);
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

impl Failure {
    /// Says it, with what to do instead.
    pub fn print(&self) {
        if let Failure::Said(Said { message, help }) = self {
            say(format_args!("merit: {message}"));
            if let Some(help) = help {
                say(format_args!("  help: {help}"));
            }
        }
    }
}
