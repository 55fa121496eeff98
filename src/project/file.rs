//! `merit.project`: which folders of specs belong together. In: its text. Out: its clauses.
//!
//! ```text
//! project "companies/*" with "group", "law/units.merit"
//! ignore "archive"
//! ```

use crate::diagnostic::{Code, Diagnostic};
use crate::nearest::nearest_word;
use crate::source::{FileId, Span};
use crate::syntax::scan::{Scan, Token, TokenKind, scan};

/// The name of the file.
pub const NAME: &str = "merit.project";

/// A folder, a spec or a pattern, as written: divided by `/`, below the folder of the file.
#[derive(Clone, Debug)]
pub(super) struct Written {
    pub path: String,
    pub span: Span,
}

/// `project OWN, OWN with WITH, WITH`: each own path is a project, with which others are read.
#[derive(Debug)]
pub(super) struct Clause {
    pub own: Vec<Written>,
    pub with: Vec<Written>,
}

#[derive(Debug, Default)]
pub(super) struct Clauses {
    pub projects: Vec<Clause>,
    pub ignored: Vec<Written>,
    /// The last line, where something can be added.
    pub end: Option<Span>,
}

const WORDS: &[&str] = &["project", "ignore"];

pub(super) fn read(file: FileId, text: &str) -> (Clauses, Vec<Diagnostic>) {
    let scan = scan(file, text);
    // Signs behind `\` are looked at where paths are.
    let mut findings: Vec<Diagnostic> =
        scan.diagnostics.iter().filter(|finding| finding.code != Code::BadLiteral).cloned().collect();
    let mut clauses = Clauses::default();
    let mut rest = scan.tokens.as_slice();
    while let Some(first) = rest.first() {
        // A list goes on behind a comma.
        let goes_on = |at: usize| !rest[at].leads || scan.word(&rest[at - 1]) == ",";
        let length = (1..rest.len()).find(|at| !goes_on(*at)).unwrap_or(rest.len());
        let (tokens, others) = rest.split_at(length);
        rest = others;
        let span = scan.span(first.start, tokens[length - 1].end);
        clauses.end = Some(span);
        let inside = |finding: &Diagnostic| finding.labels.iter().any(|label| span.contains(label.span));
        if findings.iter().any(inside) {
            continue;
        }
        match clause(&scan, tokens, &mut findings) {
            Ok(Read::Project(clause)) => clauses.projects.push(clause),
            Ok(Read::Ignore(paths)) => clauses.ignored.extend(paths),
            Err(finding) => findings.push(*finding),
        }
    }
    (clauses, findings)
}

enum Read {
    Project(Clause),
    Ignore(Vec<Written>),
}

/// What a line says; of paths that cannot be the findings are told, and the rest is read.
fn clause(scan: &Scan, tokens: &[Token], findings: &mut Vec<Diagnostic>) -> Result<Read, Box<Diagnostic>> {
    let word = scan.word(&tokens[0]);
    let (own, rest) = match word {
        "project" | "ignore" => paths(scan, &tokens[0], &tokens[1..], findings)?,
        _ => {
            let help = match nearest_word(word, WORDS.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "a line begins with `project` or with `ignore`, as in `project \"companies/*\" with \"group\"`"
                    .into(),
            };
            return Err(Box::new(
                mistake(format!("`{word}` begins no line of `{NAME}`"), span(scan, &tokens[0])).help(help),
            ));
        }
    };
    match (word, rest) {
        ("ignore", []) => Ok(Read::Ignore(own)),
        (_, []) => Ok(Read::Project(Clause { own, with: Vec::new() })),
        ("project", [with, behind @ ..]) if scan.word(with) == "with" => match paths(scan, with, behind, findings)? {
            (with, []) => Ok(Read::Project(Clause { own, with })),
            (_, [other, ..]) => Err(unexpected(scan, other, "")),
        },
        (_, [other, ..]) => Err(unexpected(scan, other, if word == "project" { "`with`, " } else { "" })),
    }
}

fn unexpected(scan: &Scan, token: &Token, also: &str) -> Box<Diagnostic> {
    let message = format!("`{}` cannot stand here", scan.word(token));
    let help = format!("behind a path comes {also}a comma with another path, or the end of the line");
    Box::new(mistake(message, span(scan, token)).help(help))
}

/// The paths behind a word, and the tokens behind them.
fn paths<'t>(
    scan: &Scan,
    word: &'t Token,
    tokens: &'t [Token],
    findings: &mut Vec<Diagnostic>,
) -> Result<(Vec<Written>, &'t [Token]), Box<Diagnostic>> {
    let (mut found, mut rest, mut before) = (Vec::new(), tokens, word);
    loop {
        match rest {
            [text, behind @ ..] if text.kind == TokenKind::Text => {
                match written(scan, text) {
                    Ok(path) => found.push(path),
                    Err(finding) => findings.push(*finding),
                }
                rest = behind;
            }
            _ => {
                let at = rest.first().unwrap_or(before);
                let message = format!("a path in quotes is expected behind `{}`", scan.word(before));
                let help = format!("write it with `/`, as seen from the folder of `{NAME}`: `\"companies/north\"`");
                return Err(Box::new(mistake(message, span(scan, at)).help(help)));
            }
        }
        match rest {
            [comma, behind @ ..] if scan.word(comma) == "," => (before, rest) = (comma, behind),
            _ => return Ok((found, rest)),
        }
    }
}

/// A path that may stand in the file; whether it is there is another matter.
fn written(scan: &Scan, token: &Token) -> Result<Written, Box<Diagnostic>> {
    let place = span(scan, token);
    let path = scan.word(token).trim_matches('"');
    let refuse = |message: &str, help: String| Err(Box::new(mistake(message.to_string(), place).help(help)));
    if path.contains('\\') {
        let parts: Vec<&str> = path.split('\\').filter(|part| !part.is_empty()).collect();
        return refuse("folders are divided by `/`, on Windows too", format!("write `\"{}\"`", parts.join("/")));
    }
    if path.trim().is_empty() {
        return refuse(
            "this names nothing",
            "name a folder, or write `\".\"` for the one in which the file lies".into(),
        );
    }
    if path.contains(['\n', '\r']) {
        return refuse("a path stands on one line", "name each path in quotes of its own, with commas between".into());
    }
    let drive = path.as_bytes().get(1) == Some(&b':');
    if path.starts_with('/') || drive || path.split('/').any(|part| part == "..") {
        return refuse(
            &format!("a project lies below the folder of its `{NAME}`"),
            format!("write the path as seen from there; for folders beside it, put `{NAME}` into the folder above"),
        );
    }
    if path.contains("**") {
        return refuse(
            "`*` stands for the names in one folder",
            "write a `*` for each level: `\"companies/*/*\"`".into(),
        );
    }
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    Ok(Written { path: parts.join("/"), span: place })
}

fn span(scan: &Scan, token: &Token) -> Span {
    scan.span(token.start, token.end)
}

pub(super) fn mistake(message: String, span: Span) -> Diagnostic {
    Diagnostic::new(Code::ProjectFile, message).at(span, "")
}
