//! Comments and blank lines between the tokens of a file.
//!
//! In: the tokens. Out: for each gap between two of them what stands there. What holds: every comment of the file
//! stands in exactly one gap.

use std::collections::HashMap;

use crate::syntax::scan::Scan;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// From the `#`, without white space at its end.
    pub text: String,
    /// It stands on a line of its own, not behind something.
    pub alone: bool,
    pub blank_before: bool,
}

/// What stands before a token.
#[derive(Clone, Debug, Default)]
pub struct Gap {
    pub comments: Vec<Comment>,
    /// A blank line right before the token.
    pub blank: bool,
}

#[derive(Debug, Default)]
pub struct Gaps {
    /// By the index of the token behind the gap; the last one is the end of the file.
    gaps: HashMap<usize, Gap>,
}

static NONE: Gap = Gap { comments: Vec::new(), blank: false };

impl Gaps {
    /// `text`: the file as it was scanned.
    pub fn of(scan: &Scan, text: &str) -> Gaps {
        let mut gaps = HashMap::new();
        let mut from = 0;
        for at in 0..=scan.tokens.len() {
            let to = scan.tokens.get(at).map_or(text.len(), |token| token.start);
            let text = &text[from..to];
            if text.contains(['\n', '#']) {
                gaps.insert(at, gap(text, at == 0));
            }
            from = scan.tokens.get(at).map_or(to, |token| token.end);
        }
        Gaps { gaps }
    }

    pub fn before(&self, token: usize) -> &Gap {
        self.gaps.get(&token).unwrap_or(&NONE)
    }

    /// Whether a comment stands before any of these tokens.
    pub fn any(&self, tokens: std::ops::Range<usize>) -> bool {
        tokens.into_iter().any(|token| !self.before(token).comments.is_empty())
    }
}

/// The comments of a file, in order.
pub fn all(scan: &Scan, text: &str) -> Vec<String> {
    let gaps = Gaps::of(scan, text);
    (0..=scan.tokens.len()).flat_map(|at| gaps.before(at).comments.clone()).map(|comment| comment.text).collect()
}

fn gap(text: &str, begins_file: bool) -> Gap {
    let mut gap = Gap::default();
    let mut alone = begins_file;
    let mut breaks = 0;
    let mut rest = text;
    while let Some(at) = rest.find(['\n', '#']) {
        rest = &rest[at..];
        if rest.starts_with('\n') {
            breaks += 1;
            alone = true;
            rest = &rest[1..];
            continue;
        }
        let length = rest.find('\n').unwrap_or(rest.len());
        gap.comments.push(Comment { text: rest[..length].trim_end().to_string(), alone, blank_before: breaks > 1 });
        breaks = 0;
        rest = &rest[length..];
    }
    gap.blank = breaks > 1;
    gap
}

/// The tokens from one offset to another.
pub fn tokens_in(scan: &Scan, start: usize, end: usize) -> std::ops::Range<usize> {
    let first = scan.tokens.partition_point(|token| token.start < start);
    let last = scan.tokens.partition_point(|token| token.start < end);
    first..last
}
