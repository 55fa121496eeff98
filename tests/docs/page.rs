//! A page as its pieces: text, fenced examples, parts that are generated.

use std::path::{Path, PathBuf};

#[derive(Clone, Debug)]
pub struct Page {
    pub path: PathBuf,
    pub pieces: Vec<Piece>,
}

#[derive(Clone, Debug)]
pub enum Piece {
    Text(String),
    Fence(Fence),
    Generated(Generated),
}

#[derive(Clone, Debug)]
pub struct Fence {
    /// The word behind the opening fence, and what the comment above it says: `merit fails unit-mismatch`. Readers of
    /// Markdown differ in what they take behind the first word.
    pub info: String,
    pub body: String,
    /// Of the opening fence, from 1.
    pub line: usize,
}

/// Between `<!-- generated: NAME -->` and `<!-- end -->`.
#[derive(Clone, Debug)]
pub struct Generated {
    pub name: String,
    pub body: String,
}

const END: &str = "<!-- end -->\n";

/// Comments above a frame, and what stands for them in what is known of it.
const MARKS: &[(&str, &str)] = &[("<!-- not run: ", "not run: "), ("<!-- example: ", "")];

impl Page {
    pub fn read(path: &Path, text: &str) -> Result<Page, String> {
        let mut pieces = vec![Piece::Text(String::new())];
        let mut lines = (1..).zip(text.split_inclusive('\n'));
        let fault = |line: usize, what: &str| format!("{}:{line}: {what}", path.display());
        while let Some((at, line)) = lines.next() {
            let until = |end: &str, lines: &mut dyn Iterator<Item = (usize, &str)>| {
                let mut body = String::new();
                for (_, line) in lines {
                    if line == end {
                        return Ok(body);
                    }
                    body.push_str(line);
                }
                Err(fault(at, "this is never closed"))
            };
            let comment = MARKS.iter().find_map(|(mark, before)| Some((line.strip_prefix(mark)?, before)));
            if let Some((mark, before)) = comment {
                let mark = mark.trim_end().strip_suffix("-->").ok_or(fault(at, "this comment is never closed"))?.trim();
                let (at, word) = lines.next().unwrap_or((at, ""));
                let word = word.strip_prefix("```").ok_or(fault(at, "a frame should stand below this comment"))?.trim();
                let body = until("```\n", &mut lines)?;
                pieces.push(Piece::Fence(Fence { info: format!("{word} {before}{mark}"), body, line: at }));
            } else if let Some(info) = line.strip_prefix("```") {
                let body = until("```\n", &mut lines)?;
                if info.trim().contains(' ') {
                    return Err(fault(
                        at,
                        "all but the first word belongs into a comment above: `<!-- example: … -->`",
                    ));
                }
                pieces.push(Piece::Fence(Fence { info: info.trim().to_string(), body, line: at }));
            } else if let Some(name) = line.strip_prefix("<!-- generated: ") {
                let name = name.trim_end().trim_end_matches("-->").trim_end().to_string();
                pieces.push(Piece::Generated(Generated { name, body: until(END, &mut lines)? }));
            } else {
                match pieces.last_mut() {
                    Some(Piece::Text(text)) => text.push_str(line),
                    _ => pieces.push(Piece::Text(line.to_string())),
                }
            }
        }
        Ok(Page { path: path.to_path_buf(), pieces })
    }

    pub fn text(&self) -> String {
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Fence(fence) => {
                    let (word, mark) = fence.info.split_once(' ').unwrap_or((&fence.info, ""));
                    if let Some((open, before)) = MARKS.iter().find(|(_, before)| mark.starts_with(before))
                        && !mark.is_empty()
                    {
                        out.push_str(&format!("{open}{} -->\n", &mark[before.len()..]));
                    }
                    out.push_str(&format!("```{word}\n{}```\n", fence.body));
                }
                Piece::Generated(part) => {
                    out.push_str(&format!("<!-- generated: {} -->\n{}{END}", part.name, part.body));
                }
            }
        }
        out
    }
}

/// The targets of the links of a page that lead to other files of the project.
pub fn links(text: &str) -> Vec<String> {
    let behind = text.split("](").skip(1);
    let targets = behind.filter_map(|rest| rest.split_once(')')).map(|(target, _)| target.to_string());
    targets.filter(|target| !target.contains("://") && !target.contains(['`', '\n'])).collect()
}

/// The headings of a page, as links name them.
pub fn headings(text: &str) -> Vec<String> {
    let mut fenced = false;
    let mut found = Vec::new();
    for line in text.lines() {
        fenced ^= line.starts_with("```");
        if let (false, Some((marks, title))) = (fenced, line.split_once(' '))
            && !marks.is_empty()
            && marks.chars().all(|c| c == '#')
        {
            let kept = title.to_lowercase().replace(' ', "-");
            found.push(kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect());
        }
    }
    found
}
