//! How slips are written down, and the projects that they make.

use std::fs;
use std::path::{Path, PathBuf};

#[allow(dead_code, reason = "tests read some of the lists, or all")]
pub const NAMES: [&str; 4] = ["specs", "files", "commands", "brothers"];

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mistakes")
}

/// A slip: what changes in the project, and what is asked of the program then.
#[derive(Default)]
pub struct Slip {
    pub name: String,
    pub steps: Vec<Step>,
    /// Without `merit`.
    pub commands: Vec<String>,
    /// How many messages it may bring.
    pub messages: usize,
}

pub enum Step {
    /// In a file, a piece is replaced by another.
    Change { file: String, before: String, after: String },
    /// What is done with a whole file; see [`act`].
    Act(String),
    /// A file of these lines.
    File { path: String, lines: String },
}

/// The slips of a file. `== ` begins one, `@ ` names the file in which lines with `-` are replaced by those with `+`,
/// `> ` a file that the lines with `+` make, `! ` does something with a file, `$ merit ` is what is asked (`merit check`
/// where nothing else is), `* ` says how many messages there may be, and why.
pub fn read(name: &str) -> Vec<Slip> {
    let text = fs::read_to_string(folder().join(format!("{name}.slips"))).unwrap();
    let mut slips: Vec<Slip> = Vec::new();
    let mut file = String::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("== ") {
            slips.push(Slip { name: name.into(), messages: 1, ..Slip::default() });
            continue;
        }
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let slip = slips.last_mut().unwrap_or_else(|| panic!("{line}"));
        if let Some(name) = line.strip_prefix("@ ") {
            file = name.into();
        } else if let Some(path) = line.strip_prefix("> ") {
            slip.steps.push(Step::File { path: path.into(), lines: String::new() });
        } else if let Some(act) = line.strip_prefix("! ") {
            slip.steps.push(Step::Act(act.into()));
        } else if let Some(command) = line.strip_prefix("$ merit") {
            slip.commands.push(command.trim().into());
        } else if let Some(reason) = line.strip_prefix("* ") {
            slip.messages = reason.split(' ').next().and_then(|count| count.parse().ok()).unwrap();
        } else if let Some(old) = line.strip_prefix('-') {
            match slip.steps.last_mut() {
                Some(Step::Change { before, after, .. }) if after.is_empty() => *before = format!("{before}\n{old}"),
                _ => slip.steps.push(Step::Change { file: file.clone(), before: old.into(), after: String::new() }),
            }
        } else if let Some(new) = line.strip_prefix('+') {
            match slip.steps.last_mut() {
                Some(Step::Change { after: lines, .. } | Step::File { lines, .. }) => {
                    *lines += &format!("{new}\n");
                }
                _ => panic!("{}: `{line}` replaces nothing", slip.name),
            }
        } else {
            panic!("{line}");
        }
    }
    for slip in &mut slips {
        if slip.commands.is_empty() {
            slip.commands.push("check".into());
        }
    }
    slips
}

impl Slip {
    /// The project of the tutorial with the slip in it.
    pub fn make(&self, project: &Path) {
        copy(&folder().join("project"), project);
        for step in &self.steps {
            match step {
                Step::Change { file, before, after } => {
                    let path = project.join(file);
                    let text = fs::read_to_string(&path).unwrap();
                    assert!(text.contains(before.as_str()), "{}: `{before}` is not in {file}", self.name);
                    fs::write(&path, text.replacen(before.as_str(), after.trim_end_matches('\n'), 1)).unwrap();
                }
                Step::File { path, lines } => {
                    let path = project.join(path);
                    fs::create_dir_all(path.parent().unwrap()).unwrap();
                    fs::write(path, lines).unwrap();
                }
                Step::Act(act) => self::act(project, act),
            }
        }
    }

    /// What is changed, as it is written down.
    #[allow(dead_code, reason = "tests that obey helps show nothing of it")]
    pub fn shown(&self) -> String {
        let lines = |mark: char, text: &str| -> String { text.lines().map(|line| format!("{mark}{line}\n")).collect() };
        let shown = |step: &Step| match step {
            Step::Change { before, after, .. } => lines('-', before) + &lines('+', after),
            Step::File { path, lines: text } => format!("> {path}\n{}", lines('+', text)),
            Step::Act(act) => format!("! {act}\n"),
        };
        self.steps.iter().map(shown).collect()
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap().map(|file| file.unwrap().path()) {
        let target = to.join(file.file_name().unwrap());
        if file.is_dir() { copy(&file, &target) } else { fs::copy(&file, target).map(|_| ()).unwrap() }
    }
}

/// `move A to B`, `copy A to B`, `remove A`, `empty A`, `encode A as utf-16`, `pack A as docx`.
fn act(project: &Path, act: &str) {
    let (verb, rest) = act.split_once(' ').unwrap();
    let (file, how) = rest.split_once(" to ").or_else(|| rest.split_once(" as ")).unwrap_or((rest, ""));
    let path = project.join(file);
    let write = |bytes: Vec<u8>| fs::write(&path, bytes).unwrap();
    match (verb, how) {
        ("move", to) => fs::rename(&path, project.join(to)).unwrap(),
        ("copy", to) => fs::copy(&path, project.join(to)).map(|_| ()).unwrap(),
        ("remove", _) if path.is_dir() => fs::remove_dir_all(&path).unwrap(),
        ("remove", _) => fs::remove_file(&path).unwrap(),
        ("empty", _) => write(Vec::new()),
        ("encode", "utf-16") => {
            let text = format!("\u{feff}{}", fs::read_to_string(&path).unwrap());
            write(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
        }
        ("encode", "utf-8 with a mark") => {
            write(format!("\u{feff}{}", fs::read_to_string(&path).unwrap()).into_bytes())
        }
        ("encode", "windows-1252") => {
            let text = fs::read_to_string(&path).unwrap();
            write(text.chars().map(|letter| u8::try_from(letter as u32).unwrap()).collect());
        }
        ("encode", "gb18030") => {
            write(encoding_rs::GB18030.encode(&fs::read_to_string(&path).unwrap()).0.into_owned());
        }
        ("encode", "lines of Windows") => write(fs::read_to_string(&path).unwrap().replace('\n', "\r\n").into_bytes()),
        // The packed files that word processors write begin so, with the names of their parts.
        ("pack", "docx" | "odt" | "pages") => {
            let part = match how {
                "docx" => "[Content_Types].xml",
                "odt" => "mimetypeapplication/vnd.oasis.opendocument.text",
                _ => "Index/Document.iwa",
            };
            let inside: &[u8] = if how == "docx" { b"\x00\x01word/document.xml\xb4\xf3" } else { b"\x00\x01\xb4\xf3" };
            write([b"PK\x03\x04\x14\0\x06\0\x08\0\xe1\xfe", part.as_bytes(), inside].concat());
        }
        ("pack", "doc") => write([&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..], &[0; 600]].concat()),
        ("pack", "pdf") => write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n".to_vec()),
        ("pack", "xlsx") => {
            let mut book = rust_xlsxwriter::Workbook::new();
            let sheet = book.add_worksheet();
            for (row, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
                for (column, cell) in line.split(',').enumerate() {
                    sheet.write(row as u32, column as u16, cell).unwrap();
                }
            }
            write(book.save_to_buffer().unwrap());
        }
        _ => panic!("{act}"),
    }
}
