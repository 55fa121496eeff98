//! Text that may be broken into lines, and the writer that decides where.
//!
//! In: a [`Doc`], which says where lines may end and what stands under what. Out: lines no wider than [`WIDTH`] where
//! that can be done. What holds: nothing is left out, and a line ends behind every comment.

use unicode_width::UnicodeWidthStr;

/// Columns of a line; a Chinese character takes two.
pub const WIDTH: usize = 120;

/// Where a formula would begin further to the right than this, it moves to a line of its own.
const FAR_RIGHT: usize = 44;

#[derive(Clone, Debug)]
pub enum Doc {
    Text(String),
    Leaf(Leaf),
    /// Spaces that never break.
    Pad(usize),
    /// So many spaces, or the end of the line where the group around it is broken.
    Line(usize),
    /// So many spaces, or the end of the line where what follows does not fit.
    Soft(usize),
    /// On one line if that fits; otherwise broken at all its `Line`s.
    Group(Vec<Doc>),
    Row(Vec<Doc>),
    /// Further lines begin in the column where this begins.
    Align(Box<Doc>),
    /// Further lines are indented by so much more.
    Nest(usize, Box<Doc>),
    /// `= formula`: the lines of the formula begin under the `=`, or on a line of their own where that is far right.
    Assign(Box<Doc>, Box<Doc>),
}

/// A word or sign as written, and the comments inside the clause that belong to it.
#[derive(Clone, Debug)]
pub struct Leaf {
    pub text: String,
    /// On lines of their own above.
    pub before: Vec<String>,
    /// Behind it on the same line.
    pub after: Option<String>,
}

impl Doc {
    pub fn space() -> Doc {
        Doc::Pad(1)
    }

    pub fn row(parts: impl IntoIterator<Item = Doc>) -> Doc {
        Doc::Row(parts.into_iter().collect())
    }

    pub fn align(self) -> Doc {
        Doc::Align(Box::new(self))
    }

    pub fn is_empty(&self) -> bool {
        matches!(self, Doc::Row(parts) if parts.iter().all(Doc::is_empty))
    }

    fn children(&self) -> Vec<&Doc> {
        match self {
            Doc::Group(parts) | Doc::Row(parts) => parts.iter().collect(),
            Doc::Align(inside) | Doc::Nest(_, inside) => vec![inside],
            Doc::Assign(equals, formula) => vec![equals, formula],
            _ => Vec::new(),
        }
    }

    /// The width on one line; `None` when it needs more than one.
    pub fn width(&self) -> Option<usize> {
        match self {
            Doc::Text(text) => Some(text.width()),
            Doc::Leaf(leaf) => {
                let single = leaf.before.is_empty() && leaf.after.is_none() && !leaf.text.contains('\n');
                single.then(|| leaf.text.width())
            }
            Doc::Pad(count) | Doc::Line(count) | Doc::Soft(count) => Some(*count),
            Doc::Assign(equals, formula) => Some(equals.width()? + 1 + formula.width()?),
            _ => self.children().into_iter().map(Doc::width).sum(),
        }
    }
}

/// Writes a clause whose lines are indented by `base`; without a line break at its end.
pub fn write(doc: &Doc, base: usize) -> String {
    let mut writer = Writer { out: " ".repeat(base), column: base, base, blank: true, ends: false };
    writer.run(doc);
    let length = writer.out.trim_end_matches(' ').len();
    writer.out.truncate(length);
    writer.out
}

#[derive(Clone, Copy)]
struct Frame<'d> {
    indent: usize,
    flat: bool,
    doc: &'d Doc,
}

struct Writer {
    out: String,
    column: usize,
    base: usize,
    /// Nothing stands on this line yet.
    blank: bool,
    /// A comment ended the line: whatever follows begins a new one.
    ends: bool,
}

impl Writer {
    fn run(&mut self, doc: &Doc) {
        let space = Doc::Pad(1);
        let mut stack = vec![Frame { indent: self.base + 4, flat: false, doc }];
        while let Some(Frame { indent, flat, doc }) = stack.pop() {
            match doc {
                Doc::Text(text) => self.text(text, indent),
                Doc::Leaf(leaf) => self.leaf(leaf, indent),
                Doc::Pad(count) => self.pad(*count),
                Doc::Line(count) if flat => self.pad(*count),
                Doc::Line(_) => self.line(indent),
                Doc::Soft(count) => {
                    let fits = self.fits(*count, flat, &stack);
                    if flat || fits { self.pad(*count) } else { self.line(indent) }
                }
                Doc::Group(parts) => {
                    let flat = flat || (doc.width().is_some() && self.fits_flat(doc, &stack));
                    stack.extend(parts.iter().rev().map(|doc| Frame { indent, flat, doc }));
                }
                Doc::Row(parts) => stack.extend(parts.iter().rev().map(|doc| Frame { indent, flat, doc })),
                Doc::Align(inside) => {
                    let indent = if self.ends { indent } else { self.column.max(self.base + 1) };
                    stack.push(Frame { indent, flat, doc: inside });
                }
                Doc::Nest(more, inside) => stack.push(Frame { indent: indent + more, flat, doc: inside }),
                Doc::Assign(equals, formula) => {
                    let here = self.column;
                    let flat = flat || (doc.width().is_some() && self.fits_flat(doc, &stack));
                    if flat || here <= FAR_RIGHT {
                        let indent = if self.blank { indent } else { here.max(self.base + 1) };
                        stack.push(Frame { indent, flat, doc: formula });
                        stack.push(Frame { indent, flat, doc: &space });
                        stack.push(Frame { indent, flat, doc: equals });
                    } else {
                        let indent = self.base + 4;
                        stack.push(Frame { indent, flat, doc: formula });
                        stack.push(Frame { indent, flat, doc: &Doc::Line(1) });
                        stack.push(Frame { indent, flat, doc: equals });
                    }
                }
            }
        }
    }

    fn pad(&mut self, count: usize) {
        if !self.blank && !self.ends {
            self.out.push_str(&" ".repeat(count));
            self.column += count;
        }
    }

    fn line(&mut self, indent: usize) {
        if self.blank && !self.ends {
            return;
        }
        let length = self.out.trim_end_matches(' ').len();
        self.out.truncate(length);
        self.out.push('\n');
        self.out.push_str(&" ".repeat(indent));
        self.column = indent;
        self.blank = true;
        self.ends = false;
    }

    fn text(&mut self, text: &str, indent: usize) {
        if self.ends {
            self.line(indent);
        }
        self.blank = false;
        if text.contains('\n') {
            let moved = reindent(text, self.base + 2);
            let last = moved.rsplit('\n').next().unwrap_or_default();
            self.column = last.width();
            self.out.push_str(&moved);
        } else {
            self.out.push_str(text);
            self.column += text.width();
        }
    }

    fn leaf(&mut self, leaf: &Leaf, indent: usize) {
        for comment in &leaf.before {
            self.line(indent);
            self.out.push_str(comment);
            self.ends = true;
        }
        self.text(&leaf.text, indent);
        if let Some(comment) = &leaf.after {
            self.out.push_str("  ");
            self.out.push_str(comment);
            self.ends = true;
        }
    }

    /// Whether a group and what is bound to its end fit on the line.
    fn fits_flat(&self, doc: &Doc, stack: &[Frame]) -> bool {
        let here = Frame { indent: 0, flat: true, doc };
        self.fits_frames(0, std::iter::once(here).chain(stack.iter().rev().copied()))
    }

    /// Whether what follows fits behind so many spaces, up to where the line may end next.
    fn fits(&self, spaces: usize, flat: bool, stack: &[Frame]) -> bool {
        flat || self.fits_frames(spaces, stack.iter().rev().copied())
    }

    fn fits_frames<'d>(&self, spaces: usize, frames: impl Iterator<Item = Frame<'d>>) -> bool {
        let mut room = (WIDTH as isize) - (self.column + spaces) as isize;
        for frame in frames {
            let mut open = vec![(frame.flat, frame.doc)];
            while let Some((flat, doc)) = open.pop() {
                match doc {
                    Doc::Text(text) => room -= text.width() as isize,
                    Doc::Leaf(leaf) => {
                        if !leaf.before.is_empty() {
                            return room >= 0;
                        }
                        room -= leaf.text.split('\n').next().unwrap_or_default().width() as isize;
                        if leaf.after.is_some() || leaf.text.contains('\n') {
                            return room >= 0;
                        }
                    }
                    Doc::Line(_) | Doc::Soft(_) if !flat => return room >= 0,
                    Doc::Pad(count) | Doc::Line(count) | Doc::Soft(count) => room -= *count as isize,
                    Doc::Group(parts) => open.extend(parts.iter().rev().map(|part| (true, part))),
                    Doc::Row(parts) => open.extend(parts.iter().rev().map(|part| (flat, part))),
                    Doc::Align(inside) | Doc::Nest(_, inside) => open.push((flat, inside)),
                    // A long formula finds places to break of its own.
                    Doc::Assign(..) if !flat => return room >= 2,
                    Doc::Assign(equals, formula) => {
                        open.push((flat, formula));
                        room -= 1;
                        open.push((flat, equals));
                    }
                }
                if room < 0 {
                    return false;
                }
            }
        }
        true
    }
}

/// Text over several lines, moved as a whole: the indentation that its lines share is no part of it.
fn reindent(text: &str, indent: usize) -> String {
    let indent_of = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let text = text.replace("\r\n", "\n");
    let Some((first, rest)) = text.split_once('\n') else { return text };
    let lines: Vec<&str> = rest.split('\n').collect();
    let (last, inner) = lines.split_last().unwrap_or((&"", &[]));
    let closes_alone = last.trim() == "\"\"\"";
    let counted = inner.iter().chain((!closes_alone).then_some(last)).filter(|line| !line.trim().is_empty());
    let common = counted.map(|line| indent_of(line)).min().unwrap_or(0);
    let mut out = first.trim_end().to_string();
    for line in inner {
        out.push('\n');
        if !line.trim().is_empty() {
            out.push_str(&" ".repeat(indent));
            out.push_str(line[common..].trim_end());
        }
    }
    out.push('\n');
    out.push_str(&" ".repeat(indent));
    out.push_str(if closes_alone { "\"\"\"" } else { last[common.min(indent_of(last))..].trim_end() });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Doc {
        Doc::Text(text.to_string())
    }

    #[test]
    fn a_group_breaks_as_a_whole_and_a_list_as_needed() {
        let long = "x".repeat(50);
        let group = Doc::Group(vec![words(&long), Doc::Line(1), words(&long), Doc::Line(1), words(&long)]);
        assert_eq!(write(&group.align(), 2).lines().count(), 3);
        let list = Doc::row([words(&long), Doc::Soft(1), words(&long), Doc::Soft(1), words(&long)]);
        assert_eq!(write(&list.align(), 2).lines().count(), 2);
    }

    #[test]
    fn a_text_over_several_lines_moves_as_a_whole() {
        assert_eq!(reindent("\"\"\"\n one\n\n\t\ttwo  \n   \"\"\"", 4), "\"\"\"\n    one\n\n    \ttwo\n    \"\"\"");
        assert_eq!(reindent("\"\"\" one\n  two\"\"\"", 4), "\"\"\" one\n    two\"\"\"");
    }
}
