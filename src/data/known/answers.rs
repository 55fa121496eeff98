//! Answers as bytes. Whatever is added to them does not compile until it says here how it is kept.

use std::collections::HashMap;
use std::sync::Arc;

use crate::cache::bytes::{Bytes, Put, Take, kept_enum, kept_struct, put_struct};
use crate::data::cells::content::Repair;
use crate::diagnostic::DataPlace;
use crate::model::data::DataId;
use crate::model::types::unit::{BaseKind, BaseUnit, Dimension, DisplayUnit};
use crate::plan::query::{
    Answers, Branches, Change, Doubt, FarOut, FileReport, Measured, PersonPost, RosterAnswer, Stint, Team, TeamState,
    Total, Uncounted, Unevaluated,
};
use crate::value::{Missing, TooFew, Value};

impl Put for Answers {
    fn put(&self, into: &mut Vec<u8>) {
        // Branches are told of the tables of tests alone.
        let Answers { rosters, teams, measures, reads, out_of_order, branches: _, files, doubts } = self;
        (rosters, teams, measures, reads).put(into);
        (out_of_order, files, doubts).put(into);
    }
}

impl Take for Answers {
    fn take(from: &mut Bytes) -> Option<Answers> {
        let (mut rosters, teams, measures, reads) = <(Vec<RosterAnswer>, _, _, _)>::take(from)?;
        let (out_of_order, files, doubts) = Take::take(from)?;
        share(&mut rosters);
        Some(Answers { rosters, teams, measures, reads, out_of_order, branches: Branches::default(), files, doubts })
    }
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

kept_struct! { RosterAnswer { posts, without_position, unevaluated } }
kept_struct! { Unevaluated { person, name, post, from, to } }
kept_struct! { PersonPost { person, name, position, stints } }
kept_struct! { Stint { from, to, team } }
kept_struct! { Team { key, states } }
kept_struct! { TeamState { from, name, parent } }
kept_struct! { Measured { value, rows, blanks } }
kept_struct! { TooFew { got, needed, noun } }
kept_struct! { DataPlace { file, sheet, row, key, column, cell, text } }
kept_struct! { Change { person, day, cells } }
kept_struct! { Uncounted { rows, totals, places } }
kept_struct! { Total { column, sum, unit } }
kept_struct! { BaseUnit { name, plural, kind } }
kept_enum! { BaseKind { 0 = Currency, 1 = Counted, 2 = Point, 3 = Time } }
kept_struct! { DisplayUnit { dimension, factor, singular, plural } }

kept_enum! {
    Value {
        0 = Number(number),
        1 = Text(text),
        2 = Day(day),
        3 = Period(months),
        4 = Flag(flag),
        5 = Choice(choice),
        6 = Missing(missing),
    }
}

kept_enum! {
    Missing {
        0 = NoRows,
        1 = Blank,
        2 = DivisionByZero,
        3 = TooFew(few),
        4 = NotApplicable,
        5 = OutsideStints,
        6 = NoAnswer,
        7 = Ambiguous(what),
        8 = Stated(reason),
        9 = TooLarge(excess),
    }
}

kept_enum! {
    Doubt {
        0 = SameContent { data, files, rows },
        1 = LeftOut { data, place, rows },
        2 = TotalRow { data, place },
        3 = BelowBlank { data, place },
        4 = EndsEarly { data, newest, end },
        5 = FarOut { data, place, cell, how, more },
        6 = Nowhere { data, roster, all, people },
        7 = Changes { data, roster, column, people },
    }
}

kept_enum! {
    FarOut {
        0 = Above { times, others },
        1 = Below { times, others },
        2 = Fraction { percent },
        3 = Percent,
    }
}

impl Put for DataId {
    fn put(&self, into: &mut Vec<u8>) {
        self.0.put(into);
    }
}

impl Take for DataId {
    fn take(from: &mut Bytes) -> Option<DataId> {
        usize::take(from).map(DataId)
    }
}

impl Put for Dimension {
    fn put(&self, into: &mut Vec<u8>) {
        self.factors().put(into);
    }
}

impl Take for Dimension {
    fn take(from: &mut Bytes) -> Option<Dimension> {
        let factors = Vec::<(BaseUnit, i32)>::take(from)?.into_iter();
        Some(factors.fold(Dimension::none(), |all, (base, power)| all.times(&Dimension::of(base), power)))
    }
}

put_struct! { FileReport { path, data, rows, repairs, left_out } }

impl Take for FileReport {
    fn take(from: &mut Bytes) -> Option<FileReport> {
        let (path, data, rows, repairs) = <(_, _, _, Vec<(String, String, u64)>)>::take(from)?;
        let words = |text: &str| Repair::ALL.iter().map(|repair| repair.words()).find(|words| *words == text);
        let repair = |(column, text, count): (String, String, u64)| Some((column, words(&text)?, count));
        let repairs = repairs.into_iter().map(repair).collect::<Option<_>>()?;
        Some(FileReport { path, data, rows, repairs, left_out: Take::take(from)? })
    }
}
