//! How a file ends its lines, and whether a mark of the byte order begins it: kept as they are found.

const MARK: char = '\u{feff}';

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Line,
    ReturnAndLine,
    /// As old Macs wrote it.
    Return,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    mark: bool,
    end: End,
    mixed: bool,
}

impl Ends {
    /// The ends of a text; of several kinds that which most lines have.
    pub fn of(text: &str) -> Ends {
        let both = text.matches("\r\n").count();
        let lines = text.matches('\n').count() - both;
        let returns = text.matches('\r').count() - both;
        let end = match (lines, both, returns) {
            _ if lines >= both && lines >= returns => End::Line,
            _ if both >= returns => End::ReturnAndLine,
            _ => End::Return,
        };
        let kinds = [lines, both, returns].iter().filter(|count| **count > 0).count();
        Ends { mark: text.starts_with(MARK), end, mixed: kinds > 1 }
    }

    /// What the lines end with, where they end in several ways: the name of the most frequent.
    pub fn mixed(self) -> Option<&'static str> {
        self.mixed.then_some(match self.end {
            End::Line => "LF",
            End::ReturnAndLine => "CRLF",
            End::Return => "CR",
        })
    }

    /// A text of lines that end with `\n`, with these ends.
    pub fn put(self, text: &str) -> String {
        let text = match self.end {
            End::Line => text.to_string(),
            End::ReturnAndLine => text.replace('\n', "\r\n"),
            End::Return => text.replace('\n', "\r"),
        };
        if self.mark { format!("{MARK}{text}") } else { text }
    }
}

/// The text with `\n` at the end of each line, and without a mark.
pub fn plain(text: &str) -> String {
    text.trim_start_matches(MARK).replace("\r\n", "\n").replace('\r', "\n")
}

#[cfg(test)]
mod tests {
    use super::{Ends, plain};

    #[test]
    fn ends_are_those_of_most_lines() {
        for text in ["", "a", "a\n", "a\r\nb\r\n", "\u{feff}a\rb\r", "\u{feff}a\r\n"] {
            let ends = Ends::of(text);
            assert_eq!((ends.put(&plain(text)).as_str(), ends.mixed()), (text, None));
        }
        for (text, name) in [("a\nb\r\n", "LF"), ("a\nb\r\nc\r\n", "CRLF"), ("a\rb\rc\n", "CR")] {
            assert_eq!(Ends::of(text).mixed(), Some(name));
        }
    }
}
