//! The parts of the pages that are made from the sources they describe.

use std::collections::BTreeMap;

use merit::diagnostic::Severity;
use merit::diagnostic::explanations::{STAGES, Setting};
use merit::language::AggregateFunction;
use merit::model::STANDARD_LIBRARY;
use merit::model::types::unit::TIME;
use merit::syntax::RESERVED;
use merit::value::Builtin;

use super::page::{Page, Piece};

const GRAMMAR: &str = include_str!("../../grammar/merit.pest");

pub const NAMES: &[&str] =
    &["aggregates", "codes", "functions", "grammar", "library", "limits", "reserved words", "units of time", "words"];

/// The page with its generated parts made anew.
pub fn renew(page: &Page) -> (Page, Vec<String>) {
    let mut page = page.clone();
    let mut faults = Vec::new();
    for piece in &mut page.pieces {
        if let Piece::Generated(part) = piece {
            part.body = match part.name.as_str() {
                "aggregates" => functions(
                    AggregateFunction::TABLE
                        .iter()
                        .map(|signature| (signature.usage, signature.about, signature.examples)),
                ),
                "functions" => functions(
                    Builtin::TABLE.iter().map(|signature| (signature.usage, signature.about, signature.examples)),
                ),
                "codes" => codes(),
                "grammar" => grammar(),
                "library" => library(),
                "limits" => limits(),
                "reserved words" => words(RESERVED),
                "words" => words(&merit::syntax::words()),
                "units of time" => times(),
                name => {
                    faults.push(format!("{}: nothing is known of `{name}`", page.path.display()));
                    continue;
                }
            }
        }
    }
    (page, faults)
}

/// The examples of all functions: formula, result.
pub fn function_examples() -> impl Iterator<Item = (&'static str, &'static str)> {
    let builtins = Builtin::TABLE.iter().map(|signature| (signature.name, signature.examples));
    let aggregates = AggregateFunction::TABLE.iter().map(|signature| (signature.name, signature.examples));
    builtins.chain(aggregates).flat_map(|(name, examples)| {
        assert!(!examples.is_empty(), "`{name}` has no example");
        examples.iter().copied()
    })
}

type Row = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

fn functions(rows: impl Iterator<Item = Row>) -> String {
    let mut out = String::from("| written | gives | for example |\n| --- | --- | --- |\n");
    for (usage, about, examples) in rows {
        let examples: Vec<String> =
            examples.iter().map(|(formula, result)| format!("`{formula}` gives `{result}`")).collect();
        out.push_str(&format!("| `{usage}` | {about} | {} |\n", examples.join("<br>")));
    }
    out
}

fn words(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    let mut lines = vec![String::new()];
    for word in words {
        let last = lines.last_mut().unwrap();
        if !last.is_empty() && last.len() + word.len() > 110 {
            lines.push(word);
        } else {
            last.push_str(if last.is_empty() { "" } else { " " });
            last.push_str(&word);
        }
    }
    lines.join("\n") + "\n"
}

fn times() -> String {
    let mut out = String::from("| family | units |\n| --- | --- |\n");
    for (base, family) in TIME {
        let units = family.iter().map(|(name, size)| match size {
            1 => format!("`{name}`"),
            size => format!("`{name}` ({size} {base}s)"),
        });
        out.push_str(&format!("| {base}s | {} |\n", units.collect::<Vec<_>>().join(", ")));
    }
    out
}

fn limits() -> String {
    let rows = merit::limits::table().into_iter().map(|row| format!("| {} |\n", row.join(" | ")));
    "| what | at most | beyond |\n| --- | --- | --- |\n".to_string() + &rows.collect::<String>()
}

/// The functions of the standard library with the comments above them.
fn library() -> String {
    let mut out = String::from("| function | what it is |\n| --- | --- |\n");
    let mut about = Vec::new();
    for line in STANDARD_LIBRARY.lines() {
        if let Some(comment) = line.strip_prefix('#') {
            about.push(comment.trim());
        } else if line.is_empty() {
            about.clear();
        } else {
            let formula = line.strip_prefix("function ").unwrap().replace('|', "\\|");
            out.push_str(&format!("| `{formula}` | {} |\n", about.join(" ")));
        }
    }
    out
}

/// What `merit explain` tells of all codes, in the order of the stages.
fn codes() -> String {
    let mut out = String::new();
    for (stage, explanations) in STAGES {
        out.push_str(&format!("\n## {stage}\n"));
        for explanation in *explanations {
            let severity = match explanation.code.severity() {
                Severity::Error => "",
                _ => " (warning)",
            };
            let text = explanation.text.replace('\n', "\n\n");
            out.push_str(&format!("\n### {}\n\n", explanation.code.as_str()));
            out.push_str(&format!("**{}**{severity}. {text}\n", capitalized(explanation.title)));
            let language = if explanation.setting == Setting::Words { "text" } else { "merit" };
            for (title, example) in [("Wrong", explanation.wrong), ("Right", explanation.right)] {
                out.push_str(&format!("\n{title}:\n\n```{language}\n{example}\n```\n"));
            }
        }
    }
    out
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// The grammar as people read it: words and signs as they are typed, the parser's own marks left out.
fn grammar() -> String {
    let blocks = rules();
    let literal: BTreeMap<&str, &str> = blocks
        .iter()
        .filter_map(|(_, rule)| rule.split_once('='))
        .map(|(name, body)| (name.trim(), body.trim().trim_start_matches(['_', '@', '$']).trim()))
        .filter(|(_, body)| body.starts_with("{ \"") && body.matches('"').count() == 2 && body.ends_with('}'))
        .map(|(name, body)| (name, body[1..].trim_start().split_inclusive('"').take(2).last().unwrap_or(body)))
        .map(|(name, text)| (name, text.trim_end_matches('"')))
        .collect();
    let mut out = String::new();
    for (section, rule) in &blocks {
        let (name, body) = rule.split_once('=').unwrap();
        let name = name.trim();
        if matches!(section.as_str(), "words" | "signs") && name != "compare" || HIDDEN.contains(&name) {
            continue;
        }
        if !section.is_empty() && !out.contains(&format!("# {section}\n")) {
            out.push_str(&format!("\n# {section}\n\n"));
        }
        let body = body.trim().trim_start_matches(['_', '@', '$']).trim();
        let body = body.strip_prefix('{').and_then(|body| body.strip_suffix('}')).unwrap_or(body);
        let parts = tokens(body);
        let parts = parts.iter().filter(|part| !matches!(part.as_str(), "~" | "SOI" | "EOI" | "!XID_CONTINUE"));
        let readable: Vec<String> = parts
            .map(|part| {
                let bare = part.trim_end_matches(['?', '*', '+']);
                let repeat = &part[bare.len()..];
                match (bare.strip_prefix("kw_"), literal.get(bare)) {
                    (Some(word), _) => format!("\"{word}\"{repeat}"),
                    (None, Some(sign)) => format!("\"{sign}\"{repeat}"),
                    (None, None) => part.clone(),
                }
            })
            .collect();
        let mut line = format!("{name} =");
        for part in readable {
            if line.chars().count() + part.chars().count() > 110 {
                out.push_str(&line);
                out.push('\n');
                line = "   ".to_string();
            }
            line.push(' ');
            line.push_str(&part);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    format!("```text\n{out}```\n")
}

/// Rules that help the parser and say nothing to a reader.
const HIDDEN: &[&str] = &["WHITESPACE", "blank", "never_unit", "year_ahead", "earlier_ahead", "word_reserved"];

/// The rules of the grammar file with their sections, each on one line.
fn rules() -> Vec<(String, String)> {
    let (mut section, mut found) = (String::new(), Vec::new());
    let mut open = String::new();
    for line in GRAMMAR.lines() {
        if let Some(comment) = line.strip_prefix("// ---") {
            section = comment.trim_start_matches('-').trim().to_string();
        }
        if line.trim_start().starts_with("//") || line.trim().is_empty() {
            continue;
        }
        open.push_str(if open.is_empty() { "" } else { " " });
        open.push_str(line.split(" //").next().unwrap().trim());
        let plain = open.replace("\"{\"", "").replace("\"}\"", "");
        if plain.matches('{').count() == plain.matches('}').count() && plain.contains('{') {
            found.push((section.clone(), std::mem::take(&mut open)));
        }
    }
    assert!(open.is_empty() && found.len() > 100, "the grammar cannot be read: {open}");
    found
}

/// The words of a rule; what stands in quotes is one.
fn tokens(body: &str) -> Vec<String> {
    let (mut found, mut word) = (Vec::new(), String::new());
    let (mut quoted, mut escaped) = (false, false);
    for c in body.chars() {
        match c {
            ' ' if !quoted => found.push(std::mem::take(&mut word)),
            '(' if !quoted => {
                word.push(c);
                found.push(std::mem::take(&mut word));
            }
            ')' if !quoted => {
                found.push(std::mem::take(&mut word));
                word.push(c);
            }
            _ => word.push(c),
        }
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
    }
    found.push(word);
    found.retain(|word| !word.is_empty());
    found
}
