//! Answers as bytes. Whatever is added to them does not compile until it says here how it is kept, or, for what answers
//! are made of, in [`crate::plan::kept`].

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::cache::bytes::{Bytes, Put, Take};
use crate::data::cells::content::Repair;
use crate::plan::query::{Answers, Branches, FileReport, RosterAnswer};

pub fn put(answers: &Answers, into: &mut Vec<u8>) {
    // Branches are told of the tables of tests alone; what is carried on is made of the others, and closings are put in by
    // whoever asks, each time.
    let Answers {
        rosters,
        teams,
        rulings,
        closed: _,
        measures,
        reads,
        out_of_order,
        branches: _,
        files,
        doubts,
        carried: _,
    } = answers;
    (rosters, teams, measures, reads).put(into);
    (out_of_order, doubts, rulings).put(into);
    files.len().put(into);
    for FileReport { path, data, rows, repairs, left_out } in files {
        (path, data, rows, repairs).put(into);
        left_out.put(into);
    }
}

pub fn take(from: &mut Bytes) -> Option<Answers> {
    let (mut rosters, teams, measures, reads) = <(Vec<RosterAnswer>, _, _, _)>::take(from)?;
    let (out_of_order, doubts, rulings) = Take::take(from)?;
    let files = Vec::<Report>::take(from)?.into_iter().map(|Report(report)| report).collect();
    share(&mut rosters);
    let (branches, carried, closed) = (Branches::default(), BTreeMap::new(), Default::default());
    Some(Answers { rosters, teams, rulings, closed, measures, reads, out_of_order, branches, files, doubts, carried })
}

/// Posts are many and positions few: they share their texts, as they do when a roster is read.
fn share(rosters: &mut [RosterAnswer]) {
    let mut positions: HashMap<Arc<str>, Arc<str>> = HashMap::new();
    for post in rosters.iter_mut().flat_map(|roster| &mut roster.posts) {
        let known = positions.entry(post.position.clone()).or_insert_with(|| post.position.clone());
        post.position = known.clone();
        if post.name == post.person {
            post.name = post.person.clone();
        }
    }
}

/// What is said of a file, whose repairs have words of this crate.
struct Report(FileReport);

impl Take for Report {
    fn take(from: &mut Bytes) -> Option<Report> {
        let (path, data, rows, repairs) = <(_, _, _, Vec<(String, String, u64)>)>::take(from)?;
        let words = |text: &str| Repair::ALL.iter().map(|repair| repair.words()).find(|words| *words == text);
        let repair = |(column, text, count): (String, String, u64)| Some((column, words(&text)?, count));
        let repairs = repairs.into_iter().map(repair).collect::<Option<_>>()?;
        Some(Report(FileReport { path, data, rows, repairs, left_out: Take::take(from)? }))
    }
}
