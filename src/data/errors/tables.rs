//! What is wrong with the rows of tables beside one another: keys, links, trees, days.

use super::{counted, in_file, listed, start_of};
use crate::data::cells::content::Repair;
use crate::data::cells::totals;
use crate::diagnostic::{Code, DataPlace, Diagnostic};
use crate::model::Model;
use crate::model::data::{ColumnIx, DataId, DataSet, Origin, TimeShape};
use crate::nearest::difference;
use crate::number::Excess;
use crate::plan::query::{Doubt, Total};
use crate::time::Day;
use crate::visible::shortened;

/// What is wrong with a row that counts in part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum InPart {
    /// It lies in several posts or teams, or partly in none.
    Stints,
    /// It is to be shared by days, and what reads it is no sum of amounts.
    NotShared,
}

/// `days` are those on which both rows hold, with whether both begin on the same one.
pub fn duplicate_key(data: &DataSet, key: &str, rows: [DataPlace; 2], days: Option<(String, bool)>) -> Diagnostic {
    let [first, second] = rows;
    let (row, columns) = (&data.row.singular, key_columns(data));
    let message = match &days {
        Some((days, _)) => format!("two rows of `{}` with {columns} `{key}` hold {days}", data.name),
        None => format!("two rows of `{}` have the same {columns}: `{key}`", data.name),
    };
    let help = match days {
        Some(_) if matches!(data.time, TimeShape::Snapshot(_)) => "take one of the two rows out".to_string(),
        Some((_, true)) => format!("take one of the two rows out, or give one {row} another {}", key_words(data)),
        Some((_, false)) => format!(
            "let the earlier row end the day before the later one begins; if they are two, give one {row} another {}",
            key_words(data)
        ),
        None => format!("each {row} has one row: take one out, or add to the `key` what tells them apart"),
    };
    Diagnostic::new(Code::DuplicateKey, message).in_data(second).in_data(first).help(help)
}

/// What the parts of the key are called.
fn key_words(data: &DataSet) -> String {
    if data.key.len() == 1 { key_columns(data) } else { "key".to_string() }
}

/// Two keys that nobody can tell apart: the plain one first.
pub fn alike_keys(data: &DataSet, keys: [&str; 2], places: [DataPlace; 2]) -> Diagnostic {
    let [plain, odd] = keys;
    let [first, second] = places;
    let message = format!("`{odd}` and `{plain}` are two keys of `{}` that look the same", data.name);
    let sign = odd.chars().find(|sign| !sign.is_ascii()).map(crate::visible::named).unwrap_or_default();
    Diagnostic::new(Code::DuplicateKey, message)
        .in_data(second)
        .in_data(first)
        .note(format!("one of them is written with other signs, such as {sign}"))
        .help(format!("write `{plain}` in both rows if they are one; else give one of them another key"))
}

/// Of columns that are computed, what they are computed from: nobody finds them in a file.
pub fn tell_computed(
    mut diagnostic: Diagnostic,
    model: &Model,
    data: DataId,
    columns: impl IntoIterator<Item = ColumnIx>,
) -> Diagnostic {
    for column in columns {
        let declared = model.data[data.0].column(column);
        if model.formula_of(data, column).is_none() {
            continue;
        }
        let from = model.reads_in_words(data, column);
        let from = if from.is_empty() { String::new() } else { format!(" from {}", listed(&from, 6)) };
        diagnostic = diagnostic.note(format!("`{}` is computed{from}", declared.name));
        if !diagnostic.labels.iter().any(|label| label.span.key() == declared.span.key()) {
            diagnostic = diagnostic.at(declared.span, "");
        }
    }
    diagnostic
}

/// A column that is computed and always there comes out blank in some rows.
pub fn not_computed(model: &Model, data: DataId, column: ColumnIx, places: Vec<DataPlace>, count: u64) -> Diagnostic {
    let (set, name) = (&model.data[data.0], &model.data[data.0].column(column).name);
    let rows = if count == 1 { "a row".to_string() } else { counted(count, "row") };
    let message = format!("`{name}` cannot be computed in {rows} of `{}`, and is not optional", set.name);
    let more = count.saturating_sub(places.len() as u64);
    let mut diagnostic = places.into_iter().fold(Diagnostic::new(Code::BlankCell, message), Diagnostic::in_data);
    if more > 0 {
        diagnostic = diagnostic.note(format!("and {} like it", counted(more, "more row")));
    }
    tell_computed(diagnostic, model, data, [column])
        .help(format!("fill what it is computed from, or declare `{name} : … optional`"))
}

/// A column that is computed comes to a number that cannot be held.
pub fn computed_too_large(
    model: &Model,
    data: DataId,
    column: ColumnIx,
    excess: Excess,
    place: DataPlace,
) -> Diagnostic {
    let words = excess.words();
    let diagnostic = Diagnostic::new(Code::NumberTooLarge, words.message);
    let diagnostic = match model.formula_of(data, column) {
        Some(formula) => diagnostic.at(formula.span, words.label),
        None => diagnostic,
    };
    tell_computed(diagnostic.in_data(place), model, data, [column]).help(words.help)
}

fn key_columns(data: &DataSet) -> String {
    let names: Vec<String> = data.key.iter().map(|column| format!("`{}`", data.column(*column).name)).collect();
    names.join(" and ")
}

pub fn more_duplicates(data: &DataSet, more: u64) -> Diagnostic {
    Diagnostic::new(Code::DuplicateKey, format!("{} of `{}` twice", counted(more, "more key"), data.name))
}

/// A key that some rows link to and no row has.
pub struct Dangling<'a> {
    pub column: ColumnIx,
    pub target: &'a DataSet,
    pub key: &'a str,
    pub near: Option<&'a str>,
    pub places: Vec<DataPlace>,
    pub count: u64,
}

pub fn dangling(data: &DataSet, found: Dangling) -> Diagnostic {
    let column = data.column(found.column);
    let (key, target) = (found.key, &found.target.name);
    let message =
        format!("`{key}` in `{}.{}` is no {} of `{target}`", data.name, column.name, found.target.row.singular);
    let mut diagnostic = Diagnostic::new(Code::DanglingLink, message).at(column.span, "");
    let more = found.count - found.places.len() as u64;
    for place in found.places {
        diagnostic = diagnostic.in_data(place);
    }
    if more > 0 {
        diagnostic = diagnostic.note(format!("and {} like it", counted(more, "more row")));
    }
    let has_formula = |column: &ColumnIx| matches!(data.column(*column).origin(), Origin::Formula(_));
    let is_computed = match column.origin() {
        Origin::Cells => false,
        Origin::Parts(by) => by.iter().any(has_formula),
        Origin::Formula(_) => true,
    };
    if totals::is_total(key) && !is_computed {
        return diagnostic.help(format!(
            "a row of totals is left out by a line of `{}`: `ignore rows starting {}`",
            data.name,
            start_of(key)
        ));
    }
    diagnostic.help(match (found.near, is_computed) {
        (Some(near), false) => {
            format!(
                "the key is written `{near}` in `{target}`; they differ in {}: write it alike in both files, or add the row there",
                difference(key, near)
            )
        }
        (Some(near), true) => {
            format!("the nearest key of `{target}` is `{near}`: mend what this is computed from, or add the row there")
        }
        (None, false) => format!("add the row to `{target}`, or mend the cell"),
        (None, true) => format!("add the row to `{target}`, or mend what this is computed from"),
    })
}

pub fn more_dangling(data: &DataSet, column: ColumnIx, target: &DataSet, more: u64) -> Diagnostic {
    let keys = counted(more, "more key");
    let message =
        format!("{keys} in `{}.{}` that no row of `{}` has", data.name, data.column(column).name, target.name);
    Diagnostic::new(Code::DanglingLink, message)
}

pub fn cycle(data: &DataSet, keys: &[&str], day: Option<Day>, places: Vec<DataPlace>) -> Diagnostic {
    let mut round: Vec<String> = keys.iter().chain(keys.first()).map(|key| format!("`{}`", shortened(key))).collect();
    if round.len() > 10 {
        let between = format!("{} more", round.len() - 6);
        round.splice(5..round.len() - 1, [between]);
    }
    let from = day.map(|day| format!(" from {day} on")).unwrap_or_default();
    let round = round.join(", which is below ");
    let message = format!("{} of `{}` lie below themselves{from}: {round}", data.row.plural, data.name);
    let mut diagnostic = Diagnostic::new(Code::TreeCycle, message);
    for place in places.into_iter().take(10) {
        diagnostic = diagnostic.in_data(place);
    }
    diagnostic.help("mend the parent of one of them; the one on top has none")
}

/// `team` and `parent` are keys; without a day the parent is not there however early.
pub fn parent_absent(
    data: &DataSet,
    [team, parent]: [&str; 2],
    day: Option<Day>,
    places: Vec<DataPlace>,
) -> Diagnostic {
    let (team, parent) = (shortened(team), shortened(parent));
    let when = day.map_or_else(|| "from the beginning".to_string(), |day| format!("on {day}"));
    let row = &data.row.singular;
    let message = format!("the {row} `{team}` lies below `{parent}` {when}, and there is no {row} `{parent}` then");
    let diagnostic = places.into_iter().fold(Diagnostic::new(Code::ParentAbsent, message), Diagnostic::in_data);
    diagnostic.help(match data.time {
        TimeShape::Snapshot(_) => format!("add `{parent}` to that day's rows, or name another parent there"),
        _ => format!("let the row of `{team}` end with `{parent}` and add one with its next parent, or mend the days of `{parent}`"),
    })
}

pub fn more_parents_absent(data: &DataSet, more: u64) -> Diagnostic {
    let rows = counted(more, "more row");
    Diagnostic::new(Code::ParentAbsent, format!("{rows} of `{}` whose parent is not there on some day", data.name))
}

pub fn backward(data: &DataSet, place: DataPlace, from: &str, to: &str) -> Diagnostic {
    Diagnostic::new(
        Code::BackwardInterval,
        format!("a row of `{}` ends on {to}, before it begins on {from}", data.name),
    )
    .in_data(place)
    .help("mend one of the two dates")
}

pub fn empty_window(
    data: &DataSet,
    windows: &[&str],
    kpis: &[&str],
    files: &[String],
    held: Option<String>,
) -> Diagnostic {
    let (named, more) = kpis.split_at(kpis.len().min(5));
    let mut readers: Vec<String> = named.iter().map(|kpi| format!("`{kpi}`")).collect();
    readers.extend((!more.is_empty()).then(|| format!("{} more", more.len())));
    let readers = match readers.as_slice() {
        [] => String::new(),
        [one] => format!(", which {one} reads"),
        [first @ .., last] => format!(", which {} and {last} read", first.join(", ")),
    };
    let message = format!("`{}` has no row in {}{readers}", data.name, all_windows(windows));
    let mut diagnostic = Diagnostic::new(Code::EmptyWindow, message).at(data.span, "");
    for file in files.iter().take(10) {
        diagnostic = diagnostic.in_data(in_file(file));
    }
    if let Some(held) = held {
        diagnostic = diagnostic.note(held);
    }
    diagnostic.help("add the files of that time; where nothing may have happened, write `may be empty` in the data set, or run once with `--allow-empty`")
}

/// `the period 2026-Q3`, `the periods 2026-Q1 and 2026-Q2`, `2025-07 and the period 2026-07`
fn all_windows(windows: &[&str]) -> String {
    const PERIOD: &str = "the period ";
    let (shown, more) = windows.split_at(windows.len().min(12));
    let mut words: Vec<String> = Vec::new();
    match shown.iter().map(|window| window.strip_prefix(PERIOD)).collect::<Option<Vec<_>>>() {
        Some(periods) if periods.len() > 1 => {
            words.extend(periods.iter().map(|period| period.to_string()));
            words[0].insert_str(0, "the periods ");
        }
        _ => words.extend(shown.iter().map(|window| window.to_string())),
    }
    words.extend((!more.is_empty()).then(|| format!("{} more", more.len())));
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} and {last}", first.join(", ")),
        None => String::new(),
    }
}

pub fn straddling(data: &DataSet, place: DataPlace, row: &str, window: &str, count: u64) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        Code::StraddlingPeriod,
        format!("a row of `{}` for {row} lies partly inside {window}, which a formula reads", data.name),
    )
    .in_data(place);
    let diagnostic = match count {
        1 => diagnostic,
        more => diagnostic.note(format!("and {} like it", counted(more - 1, "more row"))),
    };
    diagnostic.help(match data.time {
        // `shared by days` serves sums, and those read it already.
        TimeShape::Dated(column) if data.across_stints.is_none() => format!(
            "split the row into shorter periods, or evaluate a period that holds it wholly; or write `dated by {} shared by days` in \
             `{}`, so that each day has an equal part",
            data.column(column).name,
            data.name
        ),
        _ => "split the row into shorter periods, or evaluate a period that holds it wholly".into(),
    })
}

/// A row dated by a period of which a stint holds a part only.
pub fn in_part(data: &DataSet, column: ColumnIx, place: DataPlace, row: &str, why: InPart, count: u64) -> Diagnostic {
    let (name, column) = (&data.name, &data.column(column).name);
    let message = match why {
        InPart::Stints => {
            format!(
                "a row of `{name}` is for {row}, and whose it is changes within it: somebody begins, leaves, or changes post or team, or a team gets another one above it"
            )
        }
        InPart::NotShared => {
            format!("a part of a row of `{name}` for {row} counts, and what reads it is no sum of amounts with a unit")
        }
    };
    let diagnostic = Diagnostic::new(Code::StraddlingPeriod, message).in_data(place);
    let diagnostic = match count {
        1 => diagnostic,
        more => diagnostic.note(format!("and {} like it", counted(more - 1, "more row"))),
    };
    diagnostic.help(match why {
        InPart::Stints => format!(
            "write in `{name}` what becomes of it: `dated by {column} shared by days` gives each day an equal part, \
             `dated by {column} held last` gives the whole to the post and team held last in it"
        ),
        InPart::NotShared => {
            "split the row into shorter periods, or add up amounts that have a unit: only these are shared by days"
                .into()
        }
    })
}

pub fn other_day(name: &str, count: u64, places: Vec<DataPlace>) -> Diagnostic {
    let cells = counted(count, "cell");
    let message = format!("{cells} of `{name}` would have to be repaired: {}", Repair::OtherDay.words());
    let mut diagnostic = Diagnostic::new(Code::RepairedCell, message);
    for place in places {
        diagnostic = diagnostic.in_data(place);
    }
    diagnostic.help("mend the dates of the rows linked to, or run without `--strict`")
}

/// Rows of somebody on days without a post, where nothing may be in doubt.
pub fn rows_of_no_post(doubt: &Doubt) -> Option<Diagnostic> {
    let Doubt::Nowhere { data, all, people, .. } = doubt else { return None };
    let people: Vec<&str> = people.iter().map(|(person, _)| &**person).collect();
    let whose = listed(&people, NAMED);
    let message = match all.rows {
        1 => format!("1 row of `{data}` belongs to {whose} on a day without a post, and counts for nobody"),
        rows => format!("{rows} rows of `{data}` belong to {whose} on days without a post, and count for nobody"),
    };
    let mut diagnostic = Diagnostic::new(Code::RowsOfNoPost, message);
    for place in &all.places {
        diagnostic = diagnostic.in_data(place.clone());
    }
    for Total { column, sum, unit } in &all.totals {
        let sum = sum.div(&unit.factor).unwrap_or_else(|| sum.clone());
        let sum = format!("{sum} {}", unit.plural);
        diagnostic = diagnostic.note(format!("in `{column}` this leaves out {}", sum.trim_end()));
    }
    Some(diagnostic.help(format!(
        "mend the dates of the rows of `{data}`, or the days in the roster; without `--strict` they are only told"
    )))
}

/// People that a message names.
const NAMED: usize = 3;

/// A post that no position describes; `listed` where the roster names those that are meant.
pub fn unknown_post(
    data: &DataSet,
    post: &str,
    near: Option<&str>,
    count: u64,
    places: Vec<DataPlace>,
    listed: bool,
) -> Diagnostic {
    let post = shortened(post);
    let noun = if count == 1 { &data.row.singular } else { &data.row.plural };
    let message =
        format!("no position is called `{post}`, and {count} {noun} of `{}` would not be evaluated", data.name);
    let more = count - places.len() as u64;
    let diagnostic = places.into_iter().fold(Diagnostic::new(Code::UnknownPost, message), Diagnostic::in_data);
    let diagnostic = match more {
        0 => diagnostic,
        more => diagnostic.note(format!("and {} like it", counted(more, "more row"))),
    };
    let line = match listed {
        true => format!("add `\"{post}\"` to `not evaluated` in `{}`", data.name),
        false => format!("write `not evaluated \"{post}\"` in `{}`", data.name),
    };
    diagnostic.help(match near {
        Some(near) => format!("did you mean `{near}`? Mend the cell; where the post has no spec on purpose, {line}"),
        None => format!("describe it as a position; where it has no spec on purpose, {line}"),
    })
}
