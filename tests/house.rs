//! How the house is kept: files of `src` that import each other in a circle or against the order of their folders, or have
//! grown too long, and tests that would be taken out without a word.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

/// Circles of imports that stay, and why.
const KEPT: [(&[&str], &str); 0] = [];

/// Circles of imports still to be opened. One that is opened leaves the list.
const TO_BE_OPENED: &[&[&str]] = &[];

/// What stands in `src`, from the ground up: each imports what is named before it, never what comes behind.
const ORDER: &[&str] = &[
    "number",
    "time",
    "source",
    "alike",
    "visible",
    "limits",
    "plural",
    "nearest",
    "parallel",
    "encoding",
    "provenance",
    "documents",
    "language",
    "value",
    "closed",
    "diagnostic",
    "scales",
    "cache",
    "syntax",
    "format",
    "model",
    "plan",
    "data",
    "warehouse",
    "eval",
    "score",
    "report",
    "explain",
    "audit",
    "ledger",
    "trial",
    "project",
    "cli",
];

/// The files in `src` that are the roots of crates, from the ground up.
const CRATES: &[&str] = &["lib_ground", "lib_model", "lib_data", "lib"];

/// The same within `src/data`.
const ORDER_OF_DATA: &[&str] = &[
    "memory", "cells", "columns", "server", "options", "errors", "read", "rows", "tables", "people", "measures",
    "known", "stream", "loaded", "one_row", "answer", "lineage", "of_tests", "profile",
];

/// The most lines of a file in `src`.
const MOST: usize = 600;

/// Files that may be longer, and why.
const LONG: [(&str, &str); 1] = [("data/read/month_names/table.rs", "written by `make.py` beside it")];

/// Files that are longer still, with their lines. They may shrink only; one that has lost 20 lines says so here.
const TO_BE_DIVIDED: &[(&str, usize)] = &[];

#[test]
fn files_import_each_other_in_no_circle() {
    let imports = Imports::of(&files_of("src"));
    let found = imports.circles();
    let known: Vec<BTreeSet<&str>> = KEPT
        .iter()
        .map(|(circle, _)| *circle)
        .chain(TO_BE_OPENED.iter().copied())
        .map(|circle| circle.iter().copied().collect())
        .collect();
    let mut wrong = Vec::new();
    for circle in &found {
        if !known.contains(circle) {
            wrong.push(format!("a circle of imports:\n{}", imports.told(circle)));
        }
    }
    for circle in known.iter().filter(|circle| !found.contains(circle)) {
        wrong.push(format!("no circle any more, or another one; its line goes: {circle:?}"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the scanner must see, in small files.
#[test]
fn circles_are_found() {
    let circles = |files: &[(&str, &str)]| {
        let files = files.iter().map(|(name, text)| (PathBuf::from(name), text.to_string())).collect();
        let imports = Imports::of(&files);
        imports.circles().into_iter().map(|circle| circle.into_iter().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
    };
    let back = "pub struct B; use crate::a::A;";
    for to_b in [
        "use crate::b::B;",
        "use super::b::{self, B};",
        "use crate::{b::B as C};",
        "use crate::b; fn f() { b::g() }",
        "fn f() -> crate::b::B { todo!() }",
        "fn f() { vec![super::b::B] ; }",
        "use crate::b::*;",
        "use crate::shop::B;",
        "use crate::all::B;",
        "mod inner { use super::super::b::B; }",
        "fn f() { use crate::b::B; }",
    ] {
        let a = format!("pub struct A; {to_b}");
        let shop = ("shop/mod.rs", "pub use crate::b::B;");
        let files = [("lib.rs", ""), ("a.rs", &a), ("b.rs", back), shop, ("all.rs", "pub use crate::b::*;")];
        assert_eq!(circles(&files), ["a b"], "{to_b}");
    }
    // Tests, comments and texts do not count; nor do parents, nor what is only named like a file.
    for none in [
        "#[cfg(test)] mod tests { use crate::b::B; }",
        "#[cfg(test)] use crate::b::{B};",
        "// use crate::b::B;",
        "/// [`crate::b::B`]\nfn f() { \"crate::b::B\"; }",
        "use crate::b;",
        "use other::b::B;",
    ] {
        let a = format!("pub struct A; {none}");
        assert_eq!(circles(&[("lib.rs", ""), ("a.rs", &a), ("b.rs", back)]), [""; 0], "{none}");
    }
    let parent = "mod a; pub struct P; use a::A;";
    assert_eq!(circles(&[("lib.rs", ""), ("p/mod.rs", parent), ("p/a.rs", "use super::P; pub struct A;")]), [""; 0]);
    let three = [
        ("a.rs", "use crate::b::f;"),
        ("b.rs", "use crate::c::f; pub fn f() {}"),
        ("c.rs", "use crate::a::X; fn f() {}"),
    ];
    assert_eq!(circles(&three), ["a b c"]);
}

#[test]
fn imports_go_one_way() {
    let imports = Imports::of(&files_of("src"));
    let wrong = [imports.against("", ORDER), imports.against("data", ORDER_OF_DATA)].concat();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the check of directions must see, in small files.
#[test]
fn imports_against_the_order_are_found() {
    let against = |within: &str, files: &[(&str, &str)]| {
        let files = files.iter().map(|(name, text)| (PathBuf::from(name), text.to_string())).collect();
        Imports::of(&files).against(within, &["low", "high"])
    };
    let (low, high) = ("pub struct L; use crate::high::H;", "pub struct H;");
    let found = "low -> high: H: `high` comes behind `low`";
    assert_eq!(against("", &[("lib.rs", ""), ("low.rs", low), ("high/mod.rs", high)]), [found]);
    assert_eq!(
        against("", &[("lib.rs", ""), ("low/in.rs", "use crate::shop::H;"), ("high/x.rs", high), ("low/mod.rs", "")]),
        [""; 0]
    );
    let shop = ("high/mod.rs", "mod x; pub use x::H;");
    assert_eq!(
        against("", &[("lib.rs", ""), ("low/in.rs", low), ("high/x.rs", high), shop]),
        ["low::in -> high::x: H: `high` comes behind `low`"]
    );
    let inner = [("lib.rs", ""), ("d/low/in.rs", "use super::super::high::H;"), ("d/high.rs", high), ("d/mod.rs", "")];
    assert_eq!(against("d", &inner), ["d::low::in -> d::high: H: `high` comes behind `low`"]);
    // The other way is right, and what is not in the list must be put into it.
    let low = "pub struct L;";
    assert_eq!(against("", &[("lib.rs", ""), ("low.rs", low), ("high.rs", "use crate::low::L;")]), [""; 0]);
    assert_eq!(
        against("", &[("lib.rs", ""), ("low.rs", low), ("new.rs", "use crate::low::L;")]),
        ["new -> low: L: `new` has no place in the order yet"]
    );
}

/// Crates take up the order where the one below ends, so that none is built twice.
#[test]
fn each_folder_is_of_one_crate() {
    let declared = |root: &&str| {
        let text = fs::read_to_string(format!("{}/src/{root}.rs", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let of_line = |line: &str| Some(line.strip_prefix("pub mod ")?.strip_suffix(';')?.to_string());
        text.lines().filter_map(of_line).collect::<Vec<_>>()
    };
    let mut order = ORDER.iter();
    for root in CRATES {
        let declared = declared(root);
        let next: BTreeSet<&str> = order.by_ref().take(declared.len()).copied().collect();
        assert_eq!(
            declared.iter().map(String::as_str).collect::<BTreeSet<_>>(),
            next,
            "of {root}.rs, and in the order"
        );
    }
    assert_eq!(order.next(), None);
}

/// The table of folders in `ARCHITECTURE.md` says the same order, and both lists name what is there.
#[test]
fn the_order_is_the_one_of_the_table() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
    let (_, behind) = text.split_once("\n| folder |").unwrap();
    let table = behind.split("\n\n").next().unwrap();
    let quoted = |text: &str| -> Vec<String> {
        text.split('`').skip(1).step_by(2).map(|name| name.trim_end_matches(['/']).replace(".rs", "")).collect()
    };
    let rows: Vec<(&str, &str)> =
        table.lines().skip(2).map(|row| row.strip_prefix("| ").unwrap().split_once(" | ").unwrap()).collect();
    let named: Vec<String> = rows.iter().flat_map(|(folders, _)| quoted(folders)).collect();
    let said = |order: &[&'static str], named: &[String], folder: &Path| {
        let folders = order.iter().filter(|name| folder.join(name).is_dir() || named.iter().any(|one| one == *name));
        assert_eq!(named, folders.map(ToString::to_string).collect::<Vec<_>>(), "in ARCHITECTURE.md, and in the order");
        let there = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let there: BTreeSet<String> =
            there.map(|path| path.file_stem().unwrap().to_str().unwrap().to_string()).collect();
        let gone: Vec<&&str> = order.iter().filter(|name| !there.contains(**name)).collect();
        assert!(gone.is_empty(), "not there any more: {gone:?}");
    };
    said(ORDER, &named, &root.join("src"));
    let (_, of_data) = rows.iter().find(|(folder, _)| *folder == "`data/`").unwrap();
    said(ORDER_OF_DATA, &quoted(of_data), &root.join("src/data"));
}

#[test]
fn files_stay_short() {
    let mut wrong = Vec::new();
    for (path, text) in &files_of("src") {
        let (name, lines) = (path.display().to_string(), text.lines().count());
        let listed = TO_BE_DIVIDED.iter().find(|(listed, _)| *listed == name);
        let long = LONG.iter().any(|(long, _)| *long == name);
        match listed {
            _ if long && lines <= MOST => wrong.push(format!("{name} is no longer long: its line goes from `LONG`")),
            _ if long => {}
            None if lines > MOST => wrong.push(format!("{name} has {lines} lines: {MOST} are the most")),
            None => {}
            Some((_, most)) if lines > *most => wrong.push(format!("{name} has grown from {most} to {lines} lines")),
            Some(_) if lines <= MOST => wrong.push(format!("{name} has {lines} lines: it goes from `TO_BE_DIVIDED`")),
            Some((_, most)) if lines + 20 <= *most => {
                wrong.push(format!("{name} has shrunk to {lines} lines: `TO_BE_DIVIDED` says {most}"));
            }
            Some(_) => {}
        }
    }
    let there = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(name).exists();
    let names = LONG.iter().map(|(name, _)| *name).chain(TO_BE_DIVIDED.iter().map(|(name, _)| *name));
    wrong.extend(names.filter(|name| !there(name)).map(|name| format!("{name} is not there: its line goes")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `#[test]` takes a function out of a target without Rust's own harness; a test of another target that starts a program
/// which may not be there would have to pass without it.
#[test]
fn no_test_is_taken_out_without_a_word() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let targets: Vec<&str> = manifest
        .split("[[test]]")
        .skip(1)
        .filter(|of| of.split("[[").next().unwrap().contains("harness = false"))
        .map(|of| of.split('"').nth(1).unwrap())
        .collect();
    assert!(targets.contains(&"engines"), "{targets:?}");
    // What every Unix has.
    let there = ["id", "kill", "mkfifo", "sh"];
    let (attribute, program, deny) = ("#[test]", concat!("Command::new", "(\""), "#![deny(dead_code)]");
    let mut wrong = Vec::new();
    for (path, text) in &files_of("tests") {
        let name = path.display().to_string();
        let of = path.components().next().unwrap().as_os_str().to_str().unwrap();
        let own = targets.contains(&of.trim_end_matches(".rs"));
        if own && text.lines().any(|line| line.trim() == attribute) {
            wrong.push(format!("{name}: `#[test]` takes a test out: it stands in the table of `tests!` instead"));
        }
        if own && path.components().count() == 1 && !(text.contains(deny) && text.contains("\ntests! {")) {
            wrong.push(format!(
                "{name}: `{deny}` is missing, which finds tests that are not in the table, or the table"
            ));
        }
        let started = text.split(program).skip(1).filter_map(|rest| rest.split('"').next());
        for program in started.filter(|program| !own && !there.contains(program)) {
            wrong.push(format!("{name}: `{program}` is started, without `support/harness.rs`"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// All that tests expect is written anew by one variable.
#[test]
fn one_variable_writes_what_is_expected() {
    let asked = ["insta::assert", "insta::glob", "\"MERIT_UPDATE\"", "MERIT_BLESS"];
    let mut wrong = Vec::new();
    for (path, text) in &files_of("tests") {
        let home = ["support/snapshots.rs", "house.rs"].iter().any(|home| path == Path::new(home));
        for word in asked.iter().filter(|word| !home && text.contains(**word)) {
            wrong.push(format!("tests/{}: `{word}` stands in `tests/support/snapshots.rs` alone", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `tests/README.md` says of each folder and file of `src` which tests cover it, and of each test what it proves.
#[test]
fn the_map_of_the_tests_is_whole() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("tests/README.md")).unwrap();
    let (_, map) = readme.split_once("\n## What covers what\n").unwrap();
    let map = map.split("\n## ").next().unwrap();
    let rows: Vec<&str> = map.lines().filter_map(|line| line.strip_prefix("| ")?.split('|').next()).collect();
    let mapped: BTreeSet<&str> = rows.iter().flat_map(|row| row.split('`').skip(1).step_by(2)).collect();
    let names = |folder: &str| -> BTreeSet<String> {
        let names = fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap());
        names.map(|entry| entry.file_name().to_str().unwrap().trim_end_matches(".rs").to_string()).collect()
    };
    let mut there = names("src");
    for root in CRATES.iter().chain(&["main", "crates"]) {
        assert!(there.remove(*root));
    }
    // A file and the folder of its modules are one.
    assert_eq!(mapped, there.iter().map(String::as_str).collect());
    let tests = fs::read_dir(root.join("tests")).unwrap().map(|entry| entry.unwrap().path());
    for path in tests.filter(|path| path.extension().is_some_and(|ext| ext == "rs") || path.join("main.rs").exists()) {
        let name = format!("`{}`", path.file_stem().unwrap().to_str().unwrap());
        assert!(readme.contains(&name), "tests/README.md does not speak of {name}");
    }
}

/// All files of Rust below a folder, by their paths in it.
fn files_of(folder: &str) -> BTreeMap<PathBuf, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let paths = glob::glob(&format!("{}/**/*.rs", root.display())).unwrap().flatten();
    paths.map(|path| (path.strip_prefix(&root).unwrap().into(), fs::read_to_string(&path).unwrap())).collect()
}

/// What a file has of its own, and what it takes from elsewhere; all modules by their whole paths.
#[derive(Default)]
struct File {
    defines: BTreeSet<String>,
    /// What its names stand for: of `use`, at any depth.
    names: BTreeMap<String, Vec<String>>,
    /// Modules in files of their own that are there for tests.
    tests: BTreeSet<String>,
    /// Of `use …::*` at the outermost depth.
    all_of: Vec<Vec<String>>,
    /// Paths as they are written, with the module in which.
    paths: Vec<(Vec<String>, Vec<String>)>,
}

struct Imports {
    /// Who imports from whom, and which names.
    by: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
}

impl Imports {
    fn of(texts: &BTreeMap<PathBuf, String>) -> Imports {
        let mut files: BTreeMap<String, File> = BTreeMap::new();
        for (path, text) in texts.iter().filter(|(path, _)| !path.ends_with("main.rs")) {
            let mut module: Vec<String> =
                path.with_extension("").iter().map(|part| part.to_str().unwrap().to_string()).collect();
            if module.last().is_some_and(|last| ["mod", "lib"].contains(&last.as_str())) {
                module.pop();
            }
            let tokens = TokenStream::from_str(text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let mut file = File::default();
            scan(&mut file, tokens, &module, 0);
            files.insert(module.join("::"), file);
        }
        let tests: Vec<String> = files
            .iter()
            .flat_map(|(module, file)| file.tests.iter().map(move |name| format!("{module}::{name}")))
            .collect();
        files.retain(|module, _| !tests.contains(module));
        let mut by: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
        for (module, file) in &files {
            let imports = by.entry(module.clone()).or_default();
            for (here, path) in &file.paths {
                let Some(path) = whole(&files, module, here, path, 0) else { continue };
                // A module by itself is nothing that is imported.
                let Some((of, name)) = home(&files, path, 0) else { continue };
                let within = |one: &str, other: &str| other.is_empty() || one.starts_with(&format!("{other}::"));
                if of != *module && !within(&of, module) && !within(module, &of) {
                    imports.entry(of).or_default().insert(name);
                }
            }
        }
        Imports { by }
    }

    /// Files each of which is reached from all others of them.
    fn circles(&self) -> BTreeSet<BTreeSet<&str>> {
        let reached = |from: &str| {
            let mut reached: BTreeSet<&str> = BTreeSet::new();
            let mut next: Vec<&str> = self.by[from].keys().map(String::as_str).collect();
            while let Some(at) = next.pop() {
                if reached.insert(at) {
                    next.extend(self.by[at].keys().map(String::as_str));
                }
            }
            reached
        };
        let all: BTreeMap<&str, BTreeSet<&str>> = self.by.keys().map(|at| (at.as_str(), reached(at))).collect();
        let around = |at: &str| all[at].iter().copied().filter(|other| all[other].contains(at)).collect();
        all.keys().map(|at| around(at)).filter(|circle: &BTreeSet<&str>| !circle.is_empty()).collect()
    }

    /// Imports among what stands in a module that go against an order of it.
    fn against(&self, within: &str, order: &[&str]) -> Vec<String> {
        let part = |module: &str| -> Option<String> {
            let rest = if within.is_empty() { module } else { module.strip_prefix(within)?.strip_prefix("::")? };
            rest.split("::").next().filter(|part| !part.is_empty()).map(str::to_string)
        };
        let place = |part: &String| order.iter().position(|known| known == part);
        let mut wrong = Vec::new();
        for (from, to, names) in self.by.iter().flat_map(|(from, all)| all.iter().map(move |(to, of)| (from, to, of))) {
            let (Some(mine), Some(other)) = (part(from), part(to)) else { continue };
            let why = match (place(&mine), place(&other)) {
                _ if mine == other => continue,
                (None, _) => format!("`{mine}` has no place in the order yet"),
                (_, None) => format!("`{other}` has no place in the order yet"),
                (Some(here), Some(there)) if here < there => format!("`{other}` comes behind `{mine}`"),
                _ => continue,
            };
            let names = names.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            wrong.push(format!("{from} -> {to}: {names}: {why}"));
        }
        wrong
    }

    fn told(&self, circle: &BTreeSet<&str>) -> String {
        let mut told = format!("    &{:?},\n", circle.iter().collect::<Vec<_>>());
        for from in circle {
            for (to, names) in self.by[*from].iter().filter(|(to, _)| circle.contains(to.as_str())) {
                let names = names.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
                told += &format!("    {from} -> {to}: {names}\n");
            }
        }
        told
    }
}

/// A written path from the root of the crate, if it is one of the crate.
fn whole(
    files: &BTreeMap<String, File>,
    module: &str,
    here: &[String],
    path: &[String],
    depth: usize,
) -> Option<Vec<String>> {
    let joined = |before: &[String], rest: &[String]| Some([before, rest].concat());
    match path[0].as_str() {
        "crate" => Some(path[1..].to_vec()),
        "self" => joined(here, &path[1..]),
        "super" => {
            let up = path.iter().take_while(|part| *part == "super").count();
            joined(&here[..here.len().checked_sub(up)?], &path[up..])
        }
        first => {
            let child = [here, &path[..1]].concat();
            match files[module].names.get(first) {
                Some(named) if named[0] != path[0] && depth < 8 => {
                    joined(&whole(files, module, here, named, depth + 1)?, &path[1..])
                }
                _ if files.contains_key(&child.join("::")) => joined(here, path),
                _ => None,
            }
        }
    }
}

/// The file in which the thing of a whole path is defined, and its name.
fn home(files: &BTreeMap<String, File>, mut path: Vec<String>, depth: usize) -> Option<(String, String)> {
    if path.last().is_some_and(|last| last == "self") {
        path.pop();
    }
    let cut = (0..=path.len()).rev().find(|cut| files.contains_key(&path[..*cut].join("::")))?;
    let (module, name) = (path[..cut].join("::"), path.get(cut)?);
    let file = &files[&module];
    if depth < 8 && name != "*" && !file.defines.contains(name) {
        let from = |named: &[String]| {
            let from = whole(files, &module, &path[..cut], named, 0)?;
            home(files, from, depth + 1)
        };
        if let Some(named) = file.names.get(name) {
            return from(named).or(Some((module.clone(), name.clone())));
        }
        for all in &file.all_of {
            let named = [&all[..], std::slice::from_ref(name)].concat();
            let found = from(&named).filter(|(of, name)| files[of].defines.contains(name));
            if found.is_some() {
                return found;
            }
        }
    }
    Some((module, name.clone()))
}

/// What begins an item.
const KEYWORDS: [&str; 11] =
    ["use", "mod", "fn", "struct", "enum", "trait", "type", "const", "static", "union", "macro_rules"];

/// Reads the tokens of a file, or of a group in it.
fn scan(file: &mut File, tokens: TokenStream, here: &[String], depth: usize) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let word = |at: usize| match tokens.get(at) {
        Some(TokenTree::Ident(word)) => Some(word.to_string()),
        _ => None,
    };
    let sign =
        |at: usize, wanted: char| matches!(tokens.get(at), Some(TokenTree::Punct(sign)) if sign.as_char() == wanted);
    let colons = |at: usize| sign(at, ':') && sign(at + 1, ':');
    let ends = |at: usize| matches!(&tokens[at], TokenTree::Group(of) if of.delimiter() == Delimiter::Brace);
    let mut at = 0;
    while at < tokens.len() {
        if sign(at, '#') && tokens.get(at + 1).is_some_and(is_of_tests) {
            // With all that belongs to it.
            let mut end = at + 2;
            let mut used = false;
            let starts = (at + 2..tokens.len()).find(|at| word(*at).is_some_and(|word| word != "pub")).unwrap_or(at);
            if word(starts).is_some_and(|word| word == "mod") && sign(starts + 2, ';') {
                file.tests.extend(word(starts + 1));
            }
            while end < tokens.len() && !sign(end, ';') && (used || !ends(end)) {
                used |= word(end).is_some_and(|word| word == "use");
                end += 1;
            }
            at = end + 1;
            continue;
        }
        // Words matter that are keywords or begin a path; to turn all into texts takes long.
        let keyword = |word: &Ident| KEYWORDS.iter().find(|keyword| word == **keyword).copied();
        let at_word = match &tokens[at] {
            TokenTree::Ident(word) if colons(at + 1) => Some(word.to_string()),
            TokenTree::Ident(word) => keyword(word).map(str::to_string),
            _ => None,
        };
        match (&tokens[at], at_word.as_deref()) {
            (_, Some("use")) => {
                let end = (at..tokens.len()).find(|end| sign(*end, ';')).unwrap_or(tokens.len());
                used(file, &tokens[at + 1..end], &[], here, depth);
                at = end;
            }
            (_, Some("mod")) if matches!(tokens.get(at + 2), Some(TokenTree::Group(_))) => {
                let TokenTree::Group(group) = &tokens[at + 2] else { unreachable!() };
                let inner = [here, &[word(at + 1).unwrap_or_default()]].concat();
                scan(file, group.stream(), &inner, depth + 1);
                at += 2;
            }
            (_, Some("fn" | "struct" | "enum" | "trait" | "type" | "const" | "static" | "union")) if depth == 0 => {
                file.defines.extend(word(at + 1));
            }
            (_, Some("macro_rules")) => file.defines.extend(word(at + 2)),
            (TokenTree::Group(group), _) => scan(file, group.stream(), here, depth + 1),
            (_, Some(first)) if colons(at + 1) && !(at > 1 && colons(at - 2)) => {
                let mut path = vec![first.to_string()];
                while let Some(next) = word(at + 3).filter(|_| colons(at + 1)) {
                    path.push(next);
                    at += 3;
                }
                file.paths.push((here.to_vec(), path));
            }
            _ => {}
        }
        at += 1;
    }
}

/// Whether an attribute, without its `#`, is `[cfg(test)]`.
fn is_of_tests(attribute: &TokenTree) -> bool {
    let TokenTree::Group(attribute) = attribute else { return false };
    let mut tokens = attribute.stream().into_iter();
    let is_cfg = matches!(tokens.next(), Some(TokenTree::Ident(word)) if word == "cfg");
    is_cfg && matches!(tokens.next(), Some(TokenTree::Group(of)) if of.stream().to_string() == "test")
}

/// Reads the tree of a `use`.
fn used(file: &mut File, tokens: &[TokenTree], before: &[String], here: &[String], depth: usize) {
    let mut path = before.to_vec();
    let mut alias = None;
    let mut tokens = tokens.iter();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) if word == "as" => alias = tokens.next().map(TokenTree::to_string),
            TokenTree::Ident(word) => path.push(word.to_string()),
            TokenTree::Punct(sign) if sign.as_char() == '*' => path.push("*".into()),
            TokenTree::Group(group) => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(sign) if sign.as_char() == ',');
                inner.split(is_comma).filter(|of| !of.is_empty()).for_each(|of| used(file, of, &path, here, depth));
                return;
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    if path.last().is_some_and(|last| last == "self") && path.len() > 1 {
        path.pop();
    }
    if path.last().is_some_and(|last| last == "*") {
        if depth == 0 {
            file.all_of.push(path[..path.len() - 1].to_vec());
        }
    } else {
        let name = alias.unwrap_or_else(|| path[path.len() - 1].clone());
        file.names.entry(name).or_insert_with(|| path.clone());
    }
    file.paths.push((here.to_vec(), path));
}
