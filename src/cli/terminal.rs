//! What the program may do with the terminal it writes to.

use std::io::IsTerminal;

use super::choices::Color;
use crate::report::Look;

/// Columns of an output that is no terminal.
const DEFAULT_WIDTH: usize = 80;

/// How to write to standard output.
pub fn stdout(color: Color) -> Look {
    look(color, std::io::stdout().is_terminal(), terminal_size::terminal_size_of(std::io::stdout()))
}

/// How to write to standard error.
pub fn stderr(color: Color) -> Look {
    look(color, std::io::stderr().is_terminal(), terminal_size::terminal_size_of(std::io::stderr()))
}

/// How to write to a file.
pub fn file(color: Color) -> Look {
    look(color, false, None)
}

fn look(color: Color, is_terminal: bool, size: Option<(terminal_size::Width, terminal_size::Height)>) -> Look {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let plain = set("NO_COLOR") || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let color = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => is_terminal && !plain,
    };
    let width = size.filter(|_| is_terminal).map_or(DEFAULT_WIDTH, |(width, _)| usize::from(width.0));
    Look { color, width }
}
