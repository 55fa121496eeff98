//! `merit fmt`

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use similar::TextDiff;

use super::args::FmtArgs;
use super::check::{findings, passed_over};
use super::choices::FmtForm;
use super::exit::{Exit, Failure};
use super::{out, terminal, whole};
use crate::diagnostic::human::{HumanOptions, render};
use crate::diagnostic::{Diagnostic, json};
use crate::documents::Document;
use crate::format::ends::{self, Ends};
use crate::format::{Refusal, format};
use crate::limits::{FINDINGS, SPEC, megabytes};
use crate::plural::counted;
use crate::project::{LoadError, PROJECT_FILE, not_utf8, read_spec, specs_to_format};
use crate::provenance::Provenance;
use crate::source::SourceSet;
use crate::visible::Form;

pub fn run(args: &FmtArgs) -> Result<Exit, Failure> {
    let work = Work {
        args,
        sources: SourceSet::default(),
        broken: Vec::new(),
        failures: Vec::new(),
        changed: Vec::new(),
        out: Vec::new(),
    };
    if args.paths.iter().any(|path| path.as_os_str() == "-") {
        if args.paths.len() > 1 {
            let message = "`-` is standard input, and stands alone";
            return Err(Failure::with_help(message, "give either `-` or paths of folders and files"));
        }
        if args.format == FmtForm::Json && !args.check && !args.diff {
            let message = "`--format json` has no place for the text that comes of standard input";
            return Err(Failure::with_help(message, "leave `--format` out, or add `--check` or `--diff`"));
        }
        return work.standard_input();
    }
    for path in args.paths.iter().filter(|path| path.file_name().is_some_and(|name| name == PROJECT_FILE)) {
        out::say(format_args!("merit: `{}` is left as it is; the specs of its projects are looked at", path.display()));
    }
    let (files, ignored) = match specs_to_format(&args.paths) {
        Ok(found) => found,
        Err(LoadError::Ignored(paths)) => (Vec::new(), paths),
        Err(error) => return Err(error.into()),
    };
    passed_over(&ignored);
    work.files(&files)
}

struct Work<'a> {
    args: &'a FmtArgs,
    sources: SourceSet,
    broken: Vec<Diagnostic>,
    /// Files that could not be written, or not be laid out.
    failures: Vec<Failure>,
    changed: Vec<Changed>,
    /// What goes to standard output where people read it.
    out: Vec<u8>,
}

/// A file that changes.
struct Changed {
    path: String,
    diff: Option<String>,
}

impl Work<'_> {
    fn standard_input(mut self) -> Result<Exit, Failure> {
        let mut bytes = Vec::new();
        io::stdin()
            .take(SPEC + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| Failure::new(format_args!("standard input cannot be read: {error}")))?;
        if bytes.len() as u64 > SPEC {
            return Err(Failure::new(format_args!("standard input is larger than a spec can be: {}", megabytes(SPEC))));
        }
        let name = Path::new("standard input");
        let Some(text) = self.formatted(name, &bytes) else { return self.finish(0) };
        let changed = text.as_bytes() != bytes;
        if changed {
            let diff = self.show_diff(name, &bytes, &text);
            self.changed.push(Changed { path: name.display().to_string(), diff });
        }
        if !self.looks() {
            self.out.extend(text.as_bytes());
        }
        self.deliver(1)?;
        Ok(if changed && self.looks() { Exit::Findings } else { Exit::Clean })
    }

    /// Whether nothing is written.
    fn looks(&self) -> bool {
        self.args.check || self.args.diff
    }

    fn files(mut self, paths: &[PathBuf]) -> Result<Exit, Failure> {
        for path in paths {
            let bytes = match read_spec(path) {
                Ok(bytes) => bytes,
                Err(error) => {
                    self.failures.push(error.into());
                    continue;
                }
            };
            let Some(text) = self.formatted(path, &bytes) else { continue };
            if text.as_bytes() == bytes {
                continue;
            }
            // The text can be read: it has been laid out.
            let mixed = std::str::from_utf8(&bytes).ok().and_then(|text| Ends::of(text).mixed());
            let mixed = mixed.map_or(String::new(), |most| format!(": its lines end in several ways, most in {most}"));
            let shown = path.display().to_string();
            let diff = self.show_diff(path, &bytes, &text);
            if self.args.check && !self.args.diff {
                self.out.extend(format!("would change {shown}{mixed}\n").into_bytes());
            } else if !self.looks() {
                if let Err(error) = replace(path, &text) {
                    self.failures.push(Failure::writing(format_args!("`{shown}`"), &error));
                    continue;
                }
                self.out.extend(format!("changed {shown}{mixed}\n").into_bytes());
            }
            self.changed.push(Changed { path: shown, diff });
        }
        self.finish(paths.len())
    }

    /// The text in the one style; `None` where the file stays as it is.
    fn formatted(&mut self, path: &Path, bytes: &[u8]) -> Option<String> {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(_) => {
                let (file, finding) = not_utf8(self.sources.next(), path, bytes);
                self.sources.push(file);
                self.broken.push(finding);
                return None;
            }
        };
        let ends = Ends::of(text);
        let file = self.sources.add(path, ends::plain(text));
        match format(file, &self.sources.get(file).text) {
            Ok(text) => Some(ends.put(&text)),
            Err(Refusal::Broken(diagnostics)) => {
                self.broken.extend(diagnostics);
                None
            }
            Err(Refusal::WouldChange(why)) => {
                self.failures.push(Failure::with_help(
                    format_args!("`{}` is left as it is: laid out anew, {why}", path.display()),
                    "this is a fault of `merit fmt`; please report it with the file",
                ));
                None
            }
        }
    }

    /// With `--diff`, what changes line by line.
    fn show_diff(&mut self, path: &Path, bytes: &[u8], text: &str) -> Option<String> {
        if !self.args.diff {
            return None;
        }
        let old = String::from_utf8_lossy(bytes);
        let name = path.display().to_string();
        let diff = TextDiff::from_lines(old.as_ref(), text);
        let shown = diff.unified_diff().context_radius(3).header(&name, &name).to_string();
        self.out.extend(shown.as_bytes());
        Some(shown)
    }

    fn deliver(&self, files: usize) -> Result<(), Failure> {
        match self.args.format {
            FmtForm::Human => out::print(&String::from_utf8_lossy(&self.out), Form::Exact, "to standard output"),
            FmtForm::Json => out::print(&self.document(files), Form::Json, "the document"),
        }
    }

    fn document(&self, files: usize) -> String {
        let made = Provenance::default().option("check", self.args.check).option("diff", self.args.diff);
        let said = |failure: &Failure| match failure {
            Failure::Said(said) => Some(said.clone()),
            Failure::NotFound { .. } | Failure::NobodyReads => None,
        };
        let changed =
            |one: &Changed| json!({ "file": one.path.replace(std::path::MAIN_SEPARATOR, "/"), "diff": one.diff });
        let document = json!({
            "schema": Document::Fmt.schema(),
            "provenance": made,
            "failure": self.failures.iter().find_map(said),
            "findings": json::findings(&self.sources, self.sources.iter().count(), &self.broken),
            "summary": { "files": files, "changed": self.changed.len(), "findings": self.broken.len() },
            "written": !self.looks(),
            "changed": self.changed.iter().map(changed).collect::<Vec<Value>>(),
        });
        format!("{document:#}\n")
    }

    /// What was found and done, in one line at the end.
    fn finish(self, files: usize) -> Result<Exit, Failure> {
        self.deliver(files)?;
        let changed = self.changed.len();
        let look = terminal::stderr(self.args.color.color);
        let options = HumanOptions { color: look.color, width: look.width, limit: FINDINGS };
        out::aloud(&render(&self.broken, &self.sources, &options), look.color);
        for failure in &self.failures {
            failure.print();
        }
        let looks = self.looks();
        let count = |count: usize| counted(count, "file");
        let mut said = match (changed, looks) {
            (0, _) => format!("{} looked at, nothing to change", count(files)),
            (_, true) => format!("{} looked at, {} would change", count(files), count(changed)),
            (_, false) => format!("{} looked at, {} changed", count(files), count(changed)),
        };
        if !self.broken.is_empty() {
            said = match files {
                0 => format!("nothing was written: {}", findings(&self.broken)),
                _ => format!("{said}; files with mistakes are left as they are: {}", findings(&self.broken)),
            };
        }
        if files > 0 || self.failures.is_empty() {
            out::say(format_args!("merit: {said}"));
        }
        if !self.failures.is_empty() {
            return Ok(Exit::CouldNotRun);
        }
        Ok(if !self.broken.is_empty() || (looks && changed > 0) { Exit::Findings } else { Exit::Clean })
    }
}

/// Puts a text in the place of a file, as a whole or not at all; a link goes on pointing to the same file.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    whole::replace(path, |out| out.write_all(text.as_bytes()))
}
