//! Every code is explained, and the examples do what they say.

use std::collections::BTreeSet;

use merit::diagnostic::explanations::{Explanation, STAGES, Setting, explanation};
use merit::diagnostic::human::{self, HumanOptions};
use merit::diagnostic::{Code, Diagnostic};
use merit::model;
use merit::source::SourceSet;
use merit::syntax;

fn all() -> impl Iterator<Item = &'static Explanation> {
    STAGES.iter().flat_map(|(_, explanations)| explanations.iter())
}

/// The findings of an example in its setting; that the setting has more than the example uses does not count.
fn check(example: &str, setting: Setting) -> (SourceSet, Vec<Diagnostic>) {
    let mut sources = SourceSet::default();
    let shown = sources.add("example.merit", example);
    let around = sources.add("setting.merit", setting.declarations());
    let library = sources.add("the standard library", model::STANDARD_LIBRARY);
    let mut parsed = [shown, around, library].map(|file| syntax::parse(file, &sources.get(file).text));
    let mut diagnostics: Vec<Diagnostic> = parsed.iter_mut().flat_map(|parsed| parsed.diagnostics.drain(..)).collect();
    let [shown_tree, around_tree, library_tree] = parsed.map(|parsed| parsed.tree);
    let read = diagnostics.is_empty();
    let (_, found) = model::check(&[shown_tree, around_tree], &library_tree, &sources);
    diagnostics.extend(found.into_iter().filter(|finding| read || !finding.code.may_follow_from_a_gap()));
    diagnostics.retain(|finding| {
        finding.code != Code::Unused || finding.labels.first().is_some_and(|label| label.span.file == shown)
    });
    (sources, diagnostics)
}

#[test]
fn every_code_is_explained_once() {
    let codes: Vec<Code> = all().map(|explanation| explanation.code).collect();
    let unique: BTreeSet<Code> = codes.iter().copied().collect();
    assert_eq!(codes.len(), unique.len(), "a code is explained twice");
    let lacking: Vec<&str> = Code::ALL.iter().filter(|code| !unique.contains(code)).map(|code| code.as_str()).collect();
    assert!(lacking.is_empty(), "not explained in src/diagnostic/explanations: {lacking:?}");
    for code in Code::ALL {
        assert_eq!(explanation(*code).code, *code);
    }
}

#[test]
fn settings_have_no_mistakes() {
    for setting in [Setting::Rows, Setting::Position, Setting::Teams] {
        let position = "position adviser {\n}\n";
        let (sources, found) = check(if setting == Setting::Position { position } else { "" }, setting);
        assert!(found.is_empty(), "{}", human::render(&found, &sources, &HumanOptions::default()));
    }
}

#[test]
fn wrong_examples_give_their_code_and_right_ones_nothing() {
    let mut faults = Vec::new();
    for explanation in all().filter(|explanation| explanation.setting != Setting::Words) {
        let name = explanation.code.as_str();
        let (sources, found) = check(explanation.wrong, explanation.setting);
        let codes: BTreeSet<&str> = found.iter().map(|finding| finding.code.as_str()).collect();
        if codes != BTreeSet::from([name]) {
            let text = human::render(&found, &sources, &HumanOptions::default());
            faults.push(format!("the wrong example of `{name}` gives {codes:?}\n{text}"));
        }
        let (sources, found) = check(explanation.right, explanation.setting);
        if !found.is_empty() {
            let text = human::render(&found, &sources, &HumanOptions::default());
            faults.push(format!("the right example of `{name}` has findings\n{text}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn texts_read_well() {
    for explanation in all() {
        let name = explanation.code.as_str();
        assert!(!explanation.title.is_empty() && !explanation.title.ends_with('.'), "{name}: {}", explanation.title);
        for paragraph in explanation.text.lines() {
            assert!(paragraph.ends_with('.'), "{name}: {paragraph}");
        }
        assert!(!explanation.wrong.is_empty() && !explanation.right.is_empty(), "{name} has no example");
        assert_ne!(explanation.wrong, explanation.right, "{name}");
    }
}
