//! `merit explain`

use super::args::ExplainArgs;
use super::exit::{Exit, Failure};
use super::out;
use crate::diagnostic::Code;
use crate::diagnostic::explanations::{Explanation, STAGES, explanation};
use crate::nearest::nearest;
use crate::visible::Form;

/// Columns of a paragraph.
const WIDTH: usize = 78;

pub fn run(args: &ExplainArgs) -> Result<Exit, Failure> {
    let text = match &args.code {
        Some(name) => explained(explanation(code_named(name)?)),
        None => listed(),
    };
    out::print(&text, Form::Text { colored: false }, "the explanation")?;
    Ok(Exit::Clean)
}

/// The code a user means.
pub fn code_named(name: &str) -> Result<Code, Failure> {
    Code::named(name).ok_or_else(|| {
        let codes = || Code::ALL.iter().map(|code| code.as_str());
        // `unused_kpi` is `unused` with a word too many.
        let hyphened = name.to_lowercase().replace(['_', ' '], "-");
        let part = codes().find(|code| hyphened.strip_prefix(code).is_some_and(|rest| rest.starts_with('-')));
        let near = nearest(name, codes()).or_else(|| nearest(&hyphened, codes())).or(part);
        let mend = near.map_or("`merit explain` lists all codes".to_string(), |near| format!("did you mean `{near}`?"));
        Failure::with_help(format_args!("there is no code `{name}`"), mend)
    })
}

/// All codes by stage, one a line.
fn listed() -> String {
    let width = Code::ALL.iter().map(|code| code.as_str().len()).max().unwrap_or_default();
    let mut out = String::new();
    for (stage, explanations) in STAGES {
        out.push_str(&format!("{stage}\n"));
        for explanation in *explanations {
            out.push_str(&format!("  {:width$}  {}\n", explanation.code.as_str(), explanation.title));
        }
        out.push('\n');
    }
    out.push_str("`merit explain CODE` tells more, with examples.\n");
    out
}

fn explained(explanation: &Explanation) -> String {
    let mut out = format!("{}: {}\n", explanation.code.as_str(), explanation.title);
    for paragraph in explanation.text.lines() {
        out.push_str(&format!("\n{}\n", wrapped(paragraph)));
    }
    for (title, example) in [("Wrong:", explanation.wrong), ("Right:", explanation.right)] {
        out.push_str(&format!("\n{title}\n\n"));
        for line in example.lines() {
            let line = format!("    {line}");
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
    out
}

fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last().map_or(0, |line| line.chars().count());
        match lines.last_mut() {
            Some(last) if line == 0 || line + 1 + word.chars().count() <= WIDTH => {
                if line > 0 {
                    last.push(' ');
                }
                last.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    lines.join("\n")
}
