//! Findings as a reader at a terminal sees them.

#[macro_use]
#[path = "support/snapshots.rs"]
mod snapshots;

use merit::diagnostic::human::{HumanOptions, render, summary};
use merit::diagnostic::{Code, DataPlace, Diagnostic};
use merit::source::{SourceSet, Span};

fn plain(diagnostics: &[Diagnostic], sources: &SourceSet) -> String {
    render(diagnostics, sources, &HumanOptions::default())
}

#[test]
fn places_in_several_files_and_in_data() {
    let mut sources = SourceSet::default();
    let a = sources.add("specs/a.merit", "kpi 标准保费 : CNY {\n}\n");
    let b = sources.add("specs/b.merit", "# copy\nkpi 标准保费 : CNY {\n}\n");
    let diagnostic = Diagnostic::new(Code::RepeatedClause, "`标准保费` is declared twice")
        .at(Span::new(b, 11, 23), "a second time here")
        .at(Span::new(a, 4, 16), "first declared here")
        .in_data(DataPlace {
            file: "policies_2026.csv".into(),
            row: Some(1204),
            column: Some("保单号".into()),
            text: Some("12a4".into()),
            ..DataPlace::default()
        })
        .note("names are shared by all files of a project")
        .help("rename one of the two");
    assert_snapshot!(plain(&[diagnostic], &sources));
}

#[test]
fn labels_outside_the_text_are_moved_into_it() {
    let mut sources = SourceSet::default();
    let file = sources.add("a.merit", "kpi 保费\n\n");
    let at_end = Diagnostic::new(Code::Unexpected, "the file ends").at(Span::new(file, 12, 12), "here").help("go on");
    let past = Diagnostic::new(Code::Unexpected, "past the end").at(Span::new(file, 90, 99), "here");
    let inside = Diagnostic::new(Code::Unexpected, "inside a character").at(Span::new(file, 5, 6), "here");
    let empty = sources.add("empty.merit", "");
    let nothing = Diagnostic::new(Code::Unexpected, "nothing there").at(Span::new(empty, 0, 0), "here");
    assert_snapshot!(plain(&[at_end, past, inside, nothing], &sources));
}

#[test]
fn the_rest_is_counted() {
    let findings = vec![Diagnostic::new(Code::Unexpected, "a"); 4];
    let options = HumanOptions { limit: 1, ..HumanOptions::default() };
    assert_snapshot!(render(&findings, &SourceSet::default(), &options));
    assert_eq!(summary(&findings[..1]), "1 error");
}

#[test]
fn long_help_is_wrapped_and_escapes_stay_off_the_terminal() {
    let finding = Diagnostic::new(Code::Unexpected, "a \u{1b}[31m sign")
        .help("这是一个很长的句子这是一个很长的句子这是一个很长的句子这是一个很长的句子 write it like `this piece of code that should stay together` and nothing else");
    assert_snapshot!(plain(&[finding], &SourceSet::default()));
}

#[test]
fn long_lines_are_cut_around_their_label() {
    let mut sources = SourceSet::default();
    let text =
        format!("# a\nkpi x {}标准保费 {}\n\t# b{}", "word ".repeat(30), "more ".repeat(30), " and so on".repeat(20));
    let at = text.find("标准").unwrap();
    let file = sources.add("a.merit", text);
    let middle = Diagnostic::new(Code::Unexpected, "in the middle").at(Span::new(file, at, at + 12), "here");
    let start = Diagnostic::new(Code::Unexpected, "at the start")
        .at(Span::new(file, 4, 7), "here")
        .at(Span::new(file, at, at + 12), "and far to the right");
    let all = Diagnostic::new(Code::Unexpected, "the whole line").at(Span::new(file, 4, at + 160), "all of this");
    let out = render(&[middle, start, all], &sources, &HumanOptions::default());
    use unicode_width::UnicodeWidthStr;
    // Only the words of a label may reach further.
    assert!(out.lines().all(|line| line.width() <= 80 || line.contains('╰')), "{out}");
    assert_snapshot!(out);
}
