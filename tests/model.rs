//! The checker against its corpus: every file is a small project, and each bad one has one mistake.

#[macro_use]
#[path = "support/snapshots.rs"]
mod snapshots;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use merit::diagnostic::human::{self, HumanOptions};
use merit::diagnostic::{self, Code, Diagnostic};
use merit::model;
use merit::source::SourceSet;
use merit::syntax;

const STAGES: [&str; 4] = ["names", "types", "data", "rules"];

/// Bad files that rightly have more than one finding.
const SEVERAL: &[&str] = &[];

fn check(path: &Path) -> (SourceSet, Vec<Diagnostic>) {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut sources = SourceSet::default();
    let file = sources.add(path.file_name().unwrap_or_default(), text);
    let parsed = syntax::parse(file, &sources.get(file).text);
    let library = sources.add("the standard library", model::STANDARD_LIBRARY);
    let standard = syntax::parse(library, model::STANDARD_LIBRARY).tree;
    let (_, found) = model::check(&[parsed.tree], &standard, &sources);
    let mut diagnostics = parsed.diagnostics;
    let readable = diagnostics.is_empty();
    diagnostics.extend(found.into_iter().filter(|finding| readable || !finding.code.may_follow_from_a_gap()));
    diagnostic::sort(&mut diagnostics, &sources);
    (sources, diagnostics)
}

fn rendered(path: &Path) -> (Vec<Diagnostic>, String) {
    let (sources, diagnostics) = check(path);
    let text = human::render(&diagnostics, &sources, &HumanOptions::default());
    (diagnostics, text)
}

fn bad_file(path: &Path) {
    let (diagnostics, text) = rendered(path);
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let several = SEVERAL.contains(&&*name);
    assert!(!diagnostics.is_empty(), "{} has no finding", path.display());
    assert!(several || diagnostics.len() == 1, "{} has more than one finding:\n{text}", path.display());
    for diagnostic in &diagnostics {
        assert!(diagnostic.help.is_some(), "{}: `{}` has no help", path.display(), diagnostic.message);
        assert!(!diagnostic.labels.is_empty(), "{}: `{}` has no place", path.display(), diagnostic.message);
    }
    assert_snapshot!(text);
}

fn good_file(path: &Path) {
    let (diagnostics, text) = rendered(path);
    assert!(diagnostics.is_empty(), "{}:\n{text}", path.display());
}

/// Snapshots of a stage lie in a folder of their own.
macro_rules! corpus {
    ($($test:ident $good:ident $stage:literal)*) => {$(
        #[test]
        fn $test() {
            insta::with_settings!({
                snapshot_path => concat!("corpus/", $stage, "/snapshots"),
                prepend_module_to_snapshot => false,
                omit_expression => true,
            }, {
                snapshots_of!(concat!("corpus/", $stage, "/bad/*.merit"), bad_file);
            });
        }

        #[test]
        fn $good() {
            snapshots_of!(concat!("corpus/", $stage, "/good/*.merit"), good_file);
        }
    )*};
}

corpus! {
    mistakes_in_names_are_answered names_are_resolved "names"
    mistakes_in_types_are_answered types_are_understood "types"
    mistakes_in_data_sets_are_answered data_sets_are_understood "data"
    mistakes_in_rules_are_answered rules_are_kept "rules"
}

fn files(stage: &str, kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(stage).join(kind);
    std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// Codes that are proved elsewhere: of files that are read, of periods that are evaluated, of data.
fn proved_elsewhere(code: Code) -> bool {
    use Code::*;
    matches!(
        code,
        // tests/cli/outcome.rs
        NotUtf8 | NoSpec
        // tests/explain.rs: what is newer is another with each version
        | NewerProgram
        // tests/cli/projects.rs
        | ProjectFile
        // the planner and the scorer have tests of their own
        | NothingToEvaluate | ChangingTarget | NoSuchClosing | ClosedOtherwise | NumberTooLarge | NegativeInGeometricMean | PointsInData | SeveralValues
        | BadRuling | RulingNotAllowed
        // src/data
        | NoFile | NoSheet | UnreadableFile | UnknownEncoding | TooLittleMemory | MissingColumn | TwoColumns | RaggedRow | BadCell | BlankCell | AmbiguousDate | AmbiguousNumber
        | UnknownChoice | OutOfLimits | RepairedCell | DuplicateKey | DanglingLink | TreeCycle | ParentAbsent | BackwardInterval
        | EmptyWindow | StraddlingPeriod | BadCalendar | UnknownPost | RowsOfNoPost
        // tests/limits, tests/cli/safety
        | RowAboveHeader | OutsideFolder
        // tests/tables
        | UnclearMonth
        // tests/ledger
        | PeriodClosed | PeriodNotOver | DraftResults | ChangedFiles | BrokenChain
        // tests/warehouse, tests/engines
        | NoServer | RefusedQuery | EngineCannot | OtherMeasures
    )
}

#[test]
fn every_code_has_a_bad_file() {
    let mut found: BTreeSet<Code> = BTreeSet::new();
    for stage in STAGES.iter().chain(&["syntax"]) {
        for file in files(stage, "bad") {
            found.extend(check(&file).1.iter().map(|diagnostic| diagnostic.code));
        }
    }
    let lacking: Vec<&str> = Code::ALL
        .iter()
        .filter(|code| !found.contains(code) && !proved_elsewhere(**code))
        .map(|code| code.as_str())
        .collect();
    assert!(lacking.is_empty(), "no bad file for {lacking:?}");
    let both: Vec<&str> = found.iter().filter(|code| proved_elsewhere(**code)).map(|code| code.as_str()).collect();
    assert!(both.is_empty(), "the list of codes proved elsewhere is too long: {both:?}");
}
