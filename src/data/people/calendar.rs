//! The months of the company's own calendar, read from its data set: each month once, without gap or overlap.

use crate::data::options::Options;
use crate::data::rows::table::Table;
use crate::data::tables::given::placed;
use crate::data::tables::load;
use crate::data::tables::load::Source;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::cases::Given;
use crate::model::{CalendarData, Model};
use crate::time::{Day, Month, OwnMonths};
use crate::value::Value;

/// The months from the files, where the company has a calendar of its own.
pub fn own_months(model: &Model, options: &Options) -> Result<Option<OwnMonths>, Vec<Diagnostic>> {
    read(model, &Source::Files(options), options.threads)
}

/// Likewise from the tables of a test.
pub fn own_months_given(model: &Model, given: &[Given]) -> Result<Option<OwnMonths>, Vec<Diagnostic>> {
    // Without a table nothing is known of the months; the plan says so.
    if !model.company.calendar_data.is_some_and(|own| given.iter().any(|table| table.data == own.data)) {
        return Ok(None);
    }
    read(model, &Source::Given(given), 1).map_err(|errors| placed(errors, model, given))
}

fn read(model: &Model, source: &Source, threads: usize) -> Result<Option<OwnMonths>, Vec<Diagnostic>> {
    let Some(own) = model.company.calendar_data else { return Ok(None) };
    let mut errors = Vec::new();
    let tables = load::load(
        model,
        &[(own.data, vec![own.month, own.first, own.last])],
        source,
        &Default::default(),
        threads,
        &mut errors,
    );
    let months = match tables.first() {
        Some(table) if errors.is_empty() => months(model, own, table, &mut errors),
        _ => None,
    };
    if errors.is_empty() { Ok(months) } else { Err(errors) }
}

fn months(model: &Model, own: CalendarData, table: &Table, errors: &mut Vec<Diagnostic>) -> Option<OwnMonths> {
    let name = &model.data[own.data.0].name;
    let mut found: Vec<(Month, Day, Day, usize)> = Vec::new();
    for row in 0..table.rows {
        let value = |column| table.column(column).map(|column| column.value(row));
        let (Some(Value::Period(months)), Some(Value::Day(first)), Some(Value::Day(last))) =
            (value(own.month), value(own.first), value(own.last))
        else {
            continue;
        };
        if months.count != 1 {
            let message = format!("{months} is no single month, and each row of `{name}` is one");
            errors.push(bad(message, "write the month, such as `2026-01`").in_data(table.place(row, Some(own.month))));
        } else if last < first {
            let message = format!("the month {} ends on {last}, before it begins on {first}", months.first);
            errors.push(bad(message, "mend one of the two dates").in_data(table.place(row, Some(own.last))));
        } else {
            found.push((months.first, first, last, row));
        }
    }
    if !errors.is_empty() {
        return None;
    }
    found.sort();
    for pair in found.windows(2) {
        let ((one, _, ends, before), (other, begins, _, after)) = (pair[0], pair[1]);
        let (message, mend, column) = if one == other {
            (format!("the month {one} stands twice in `{name}`"), "remove one of the two rows", own.month)
        } else if other.0 != one.0 + 1 {
            let lacking = Month(one.0 + 1);
            (format!("`{name}` has no month {lacking}, and goes on with {other}"), "add the months between", own.month)
        } else if begins <= ends {
            let message = format!("the month {other} begins on {begins}, and {one} ends on {ends}: they overlap");
            (message, "let each month begin on the day after the one before", own.first)
        } else if begins != ends.next() {
            let message =
                format!("no month holds {}: {one} ends on {ends}, and {other} begins on {begins}", ends.next());
            (message, "let each month begin on the day after the one before", own.first)
        } else {
            continue;
        };
        errors.push(bad(message, mend).in_data(table.place(after, Some(column))).in_data(table.place(before, None)));
    }
    let (Some(first), Some(last)) = (found.first(), found.last()) else {
        let message = format!("`{name}` has no rows, and the company's calendar needs its months");
        errors.push(bad(message, "give a row for each month: the month, its first and its last day"));
        return None;
    };
    let days = found.iter().map(|month| month.1).chain([last.2.next()]).collect();
    errors.is_empty().then(|| OwnMonths::new(first.0, days))
}

fn bad(message: String, mend: &str) -> Diagnostic {
    Diagnostic::new(Code::BadCalendar, message).help(mend)
}
