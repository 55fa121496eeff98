//! `merit fmt`

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use similar::TextDiff;

use super::args::FmtArgs;
use super::check::{findings, passed_over};
use super::exit::{Exit, Failure};
use super::out;
use super::terminal;
use super::whole;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::human::{HumanOptions, render};
use crate::format::ends::{self, Ends};
use crate::format::{Refusal, format};
use crate::limits::{FINDINGS, SPEC, megabytes};
use crate::plural::counted;
use crate::project::{LoadError, not_utf8, read_spec, specs_to_format};
use crate::source::SourceSet;
use crate::visible::Form;

pub fn run(args: &FmtArgs) -> Result<Exit, Failure> {
    let work = Work { args, sources: SourceSet::default(), broken: Vec::new(), failures: Vec::new(), out: Vec::new() };
    if args.paths.iter().any(|path| path.as_os_str() == "-") {
        if args.paths.len() > 1 {
            let message = "`-` is standard input, and stands alone";
            return Err(Failure::with_help(message, "give either `-` or paths of folders and files"));
        }
        return work.standard_input();
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
    /// What goes to standard output.
    out: Vec<u8>,
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
        let Some(text) = self.formatted(name, &bytes) else { return self.finish(0, 0) };
        let changed = text.as_bytes() != bytes;
        if self.args.diff {
            self.show_diff(name, &bytes, &text);
        } else if !self.args.check {
            self.out.extend(text.as_bytes());
        }
        self.deliver()?;
        let looks = self.args.check || self.args.diff;
        Ok(if changed && looks { Exit::Findings } else { Exit::Clean })
    }

    fn files(mut self, paths: &[PathBuf]) -> Result<Exit, Failure> {
        let mut changed = 0;
        for path in paths {
            let bytes = read_spec(path)?;
            let Some(text) = self.formatted(path, &bytes) else { continue };
            if text.as_bytes() == bytes {
                continue;
            }
            changed += 1;
            // The text can be read: it has been laid out.
            let mixed = std::str::from_utf8(&bytes).ok().and_then(|text| Ends::of(text).mixed());
            let mixed = mixed.map_or(String::new(), |most| format!(": its lines end in several ways, most in {most}"));
            if self.args.diff {
                self.show_diff(path, &bytes, &text);
            } else if self.args.check {
                self.out.extend(format!("would change {}{mixed}\n", path.display()).into_bytes());
            } else {
                match replace(path, &text) {
                    Ok(()) => self.out.extend(format!("changed {}{mixed}\n", path.display()).into_bytes()),
                    Err(error) => {
                        changed -= 1;
                        self.failures.push(Failure::writing(format_args!("`{}`", path.display()), &error));
                    }
                }
            }
        }
        self.finish(paths.len(), changed)
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

    fn show_diff(&mut self, path: &Path, bytes: &[u8], text: &str) {
        let old = String::from_utf8_lossy(bytes);
        let name = path.display().to_string();
        let diff = TextDiff::from_lines(old.as_ref(), text);
        let shown = diff.unified_diff().context_radius(3).header(&name, &name).to_string();
        self.out.extend(shown.into_bytes());
    }

    fn deliver(&self) -> Result<(), Failure> {
        out::print(&String::from_utf8_lossy(&self.out), Form::Exact, "to standard output")
    }

    /// What was found and done, in one line at the end.
    fn finish(self, files: usize, changed: usize) -> Result<Exit, Failure> {
        self.deliver()?;
        let look = terminal::stderr(self.args.color.color);
        let options = HumanOptions { color: look.color, width: look.width, limit: FINDINGS };
        out::aloud(&render(&self.broken, &self.sources, &options), look.color);
        for failure in &self.failures {
            failure.print();
        }
        let looks = self.args.check || self.args.diff;
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
