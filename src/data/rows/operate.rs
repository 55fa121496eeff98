//! Operators over many rows: quick for the common types, else row by row through [`crate::value`]; both agree.

use std::borrow::Cow;

use super::vector::{Data, Mask, Vector};
use crate::data::cells::content::MOST_PLACES;
use crate::language::BinaryOp;
use crate::number::Rounding;
use crate::time::{Calendar, Day};
use crate::value;
use crate::value::{Builtin, Missing, Value};

/// One operand: a value for each row, or one for all.
#[derive(Clone, Copy)]
enum Side<'a, T> {
    Each(&'a [T]),
    One(T),
}

fn zip<T: Copy, U>(left: Side<T>, right: Side<T>, len: usize, mut with: impl FnMut(T, T) -> U) -> Vec<U> {
    match (left, right) {
        (Side::Each(left), Side::Each(right)) => left.iter().zip(right).map(|(a, b)| with(*a, *b)).collect(),
        (Side::Each(left), Side::One(right)) => left.iter().map(|a| with(*a, right)).collect(),
        (Side::One(left), Side::Each(right)) => right.iter().map(|b| with(left, *b)).collect(),
        (Side::One(left), Side::One(right)) => (0..len).map(|_| with(left, right)).collect(),
    }
}

/// `left OP right` in every row.
pub fn binary(op: BinaryOp, left: &Vector, right: &Vector, len: usize) -> Vector<'static> {
    if let (Data::Constant(left), Data::Constant(right)) = (&left.data, &right.data) {
        return Vector::constant(value::binary(op, left, right));
    }
    let quick = match op {
        BinaryOp::And | BinaryOp::Or => logic(op == BinaryOp::Or, left, right, len),
        BinaryOp::Subtract => arithmetic(op, left, right, len)
            .or_else(|| between(right, left, len, |from, to| i64::from(to) - i64::from(from))),
        BinaryOp::Add | BinaryOp::Multiply => arithmetic(op, left, right, len),
        BinaryOp::Divide => None,
        _ => compare(op, left, right, len),
    };
    quick.unwrap_or_else(|| binary_slow(op, left, right, len))
}

/// The same, row by row.
pub fn binary_slow(op: BinaryOp, left: &Vector, right: &Vector, len: usize) -> Vector<'static> {
    Vector::any((0..len).map(|row| value::binary(op, &left.value(row), &right.value(row))).collect())
}

fn fixed<'a>(vector: &'a Vector) -> Option<(u32, Side<'a, i64>)> {
    match &vector.data {
        Data::Fixed { scale, values } => Some((*scale, Side::Each(values))),
        Data::Constant(Value::Number(number)) if !number.is_approximate() => {
            let decimal = number.as_decimal().filter(|decimal| decimal.scale() <= MOST_PLACES)?;
            Some((decimal.scale(), Side::One(i64::try_from(decimal.mantissa()).ok()?)))
        }
        _ => None,
    }
}

fn arithmetic(op: BinaryOp, left: &Vector, right: &Vector, len: usize) -> Option<Vector<'static>> {
    let ((left_scale, a), (right_scale, b)) = (fixed(left)?, fixed(right)?);
    let mut overflow = false;
    let mut checked = |result: Option<i64>| {
        overflow |= result.is_none();
        result.unwrap_or(0)
    };
    let (scale, values) = if op == BinaryOp::Multiply {
        let scale = left_scale + right_scale;
        if scale > MOST_PLACES {
            return None;
        }
        (scale, zip(a, b, len, |a, b| checked(a.checked_mul(b))))
    } else {
        let scale = left_scale.max(right_scale);
        let (up, down) = (10i64.pow(scale - left_scale), 10i64.pow(scale - right_scale));
        let values = match op {
            BinaryOp::Add => zip(a, b, len, |a, b| {
                checked(a.checked_mul(up).zip(b.checked_mul(down)).and_then(|(a, b)| a.checked_add(b)))
            }),
            _ => zip(a, b, len, |a, b| {
                checked(a.checked_mul(up).zip(b.checked_mul(down)).and_then(|(a, b)| a.checked_sub(b)))
            }),
        };
        (scale, values)
    };
    let missing = Mask::either(left.missing.as_ref(), right.missing.as_ref());
    (!overflow).then_some(Vector { data: Data::Fixed { scale, values: Cow::Owned(values) }, missing })
}

fn compare(op: BinaryOp, left: &Vector, right: &Vector, len: usize) -> Option<Vector<'static>> {
    let flags = compare_numbers(op, left, right, len)
        .or_else(|| compare_days(op, left, right, len))
        .or_else(|| compare_codes(op, left, right, len))?;
    Some(Vector::flags(flags, Mask::either(left.missing.as_ref(), right.missing.as_ref())))
}

fn ordered<T: Copy + Ord>(op: BinaryOp, left: Side<T>, right: Side<T>, len: usize) -> Vec<u8> {
    match op {
        BinaryOp::Equal => zip(left, right, len, |a, b| u8::from(a == b)),
        BinaryOp::NotEqual => zip(left, right, len, |a, b| u8::from(a != b)),
        BinaryOp::Less => zip(left, right, len, |a, b| u8::from(a < b)),
        BinaryOp::LessOrEqual => zip(left, right, len, |a, b| u8::from(a <= b)),
        BinaryOp::Greater => zip(left, right, len, |a, b| u8::from(a > b)),
        _ => zip(left, right, len, |a, b| u8::from(a >= b)),
    }
}

fn compare_numbers(op: BinaryOp, left: &Vector, right: &Vector, len: usize) -> Option<Vec<u8>> {
    let ((left_scale, a), (right_scale, b)) = (fixed(left)?, fixed(right)?);
    if left_scale == right_scale {
        return Some(ordered(op, a, b, len));
    }
    // 63 bits times ten to the 18 fit into 127 bits.
    let scale = left_scale.max(right_scale);
    let (up, down) = (10i128.pow(scale - left_scale), 10i128.pow(scale - right_scale));
    let raise = |side: Side<i64>, by: i128| -> Vec<i128> {
        match side {
            Side::Each(values) => values.iter().map(|value| i128::from(*value) * by).collect(),
            Side::One(value) => vec![i128::from(value) * by; len],
        }
    };
    Some(ordered(op, Side::Each(&raise(a, up)), Side::Each(&raise(b, down)), len))
}

fn days<'a>(vector: &'a Vector) -> Option<Side<'a, i32>> {
    match &vector.data {
        Data::Day(days) => Some(Side::Each(days)),
        Data::Constant(Value::Day(day)) => Some(Side::One(day.0)),
        _ => None,
    }
}

fn compare_days(op: BinaryOp, left: &Vector, right: &Vector, len: usize) -> Option<Vec<u8>> {
    Some(ordered(op, days(left)?, days(right)?, len))
}

fn compare_codes(op: BinaryOp, left: &Vector, right: &Vector, len: usize) -> Option<Vec<u8>> {
    fn choices<'a>(vector: &'a Vector) -> Option<Side<'a, u32>> {
        match &vector.data {
            Data::Choice(codes) => Some(Side::Each(codes)),
            Data::Constant(Value::Choice(choice)) => Some(Side::One(*choice)),
            _ => None,
        }
    }
    if let (Some(left), Some(right)) = (choices(left), choices(right)) {
        return Some(ordered(op, left, right, len));
    }
    if !matches!(op, BinaryOp::Equal | BinaryOp::NotEqual) {
        return None;
    }
    match (&left.data, &right.data) {
        (Data::Text { codes, texts }, Data::Constant(Value::Text(text)))
        | (Data::Constant(Value::Text(text)), Data::Text { codes, texts })
            if texts.is_distinct() =>
        {
            let wanted = texts.find(text);
            let equal = op == BinaryOp::Equal;
            Some(codes.iter().map(|code| u8::from((Some(*code) == wanted) == equal)).collect())
        }
        (Data::Text { codes: a, texts: x }, Data::Text { codes: b, texts: y })
            if std::sync::Arc::ptr_eq(x, y) && x.is_distinct() =>
        {
            Some(ordered(op, Side::Each(a), Side::Each(b), len))
        }
        _ => None,
    }
}

/// `and` and `or`, as [`value::binary`] has them.
fn logic(deciding: bool, left: &Vector, right: &Vector, len: usize) -> Option<Vector<'static>> {
    fn flags<'a>(vector: &'a Vector) -> Option<Side<'a, u8>> {
        match &vector.data {
            Data::Flag(flags) => Some(Side::Each(flags)),
            Data::Constant(Value::Flag(flag)) => Some(Side::One(u8::from(*flag))),
            _ => None,
        }
    }
    let (a, b) = (flags(left)?, flags(right)?);
    let decides = u8::from(deciding);
    if left.missing.is_none() && right.missing.is_none() {
        let values = match deciding {
            true => zip(a, b, len, |a, b| a | b),
            false => zip(a, b, len, |a, b| a & b),
        };
        return Some(Vector::flags(values, None));
    }
    // Where a side alone decides: it is known, and says so.
    let alone = |side: Side<u8>, mask: Option<&Mask>| -> Vec<bool> {
        let mut decides = zip(side, Side::One(decides), len, |value, decides| value == decides);
        if let Some(mask) = mask {
            decides.iter_mut().zip(mask.codes()).for_each(|(decides, code)| *decides &= *code == 0);
        }
        decides
    };
    let (mut decided, mut by_right) = (alone(a, left.missing.as_ref()), alone(b, right.missing.as_ref()));
    if let Some(mask) = &left.missing {
        by_right.iter_mut().zip(mask.codes()).for_each(|(decides, code)| *decides &= *code == 0);
    }
    decided.iter_mut().zip(&by_right).for_each(|(decided, by_right)| *decided |= by_right);
    let missing = Mask::either(left.missing.as_ref(), right.missing.as_ref()).map(|mask| mask.without(&decided));
    let values = decided.iter().map(|decided| if *decided { decides } else { 1 - decides }).collect();
    Some(Vector::flags(values, missing))
}

/// `not` in every row.
pub fn not(vector: &Vector, len: usize) -> Vector<'static> {
    match &vector.data {
        Data::Flag(flags) => {
            Vector::flags(flags.iter().map(|flag| u8::from(*flag == 0)).collect(), vector.missing.clone())
        }
        Data::Constant(value) => Vector::constant(not_value(value.clone())),
        _ => Vector::any((0..len).map(|row| not_value(vector.value(row))).collect()),
    }
}

fn not_value(value: Value) -> Value {
    value.as_flag().map_or(value, |flag| Value::Flag(!flag))
}

/// `-x` in every row.
pub fn negate(vector: &Vector, len: usize) -> Vector<'static> {
    match &vector.data {
        // The smallest mantissa has no opposite of its width; it stands in blank cells, too.
        Data::Fixed { scale, values } if !values.contains(&i64::MIN) => {
            let values = values.iter().map(|value| -value).collect();
            Vector { data: Data::Fixed { scale: *scale, values: Cow::Owned(values) }, missing: vector.missing.clone() }
        }
        Data::Constant(value) => Vector::constant(negated(value.clone())),
        _ => Vector::any((0..len).map(|row| negated(vector.value(row))).collect()),
    }
}

fn negated(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::Number(number.neg()),
        other => other,
    }
}

/// `x is missing` in every row. A number too large to be held is neither there nor missing.
pub fn is_missing(vector: &Vector, len: usize) -> Vector<'static> {
    let is_missing = |value: &Value| match value.excess() {
        Some(_) => value.clone(),
        None => Value::Flag(value.is_missing()),
    };
    match &vector.data {
        Data::Constant(value) => Vector::constant(is_missing(value)),
        Data::Any(values) if vector.may_exceed() => Vector::any(values.iter().map(is_missing).collect()),
        Data::Any(values) => Vector::flags(values.iter().map(|value| u8::from(value.is_missing())).collect(), None),
        _ => Vector::flags(
            match &vector.missing {
                Some(mask) => mask.codes().iter().map(|code| u8::from(*code != 0)).collect(),
                None => vec![0; len],
            },
            None,
        ),
    }
}

/// `value default fallback` in every row.
pub fn default<'a>(value: &Vector<'a>, fallback: &Vector, len: usize) -> Vector<'a> {
    let is_plain = value.missing.is_none() && !matches!(value.data, Data::Constant(_) | Data::Any(_));
    if is_plain || (0..len).all(|row| !value.is_missing(row)) {
        return value.clone();
    }
    if let (Data::Fixed { scale, values }, Some((other, side))) = (&value.data, fixed(fallback))
        && other <= *scale
        && fallback.missing.is_none()
    {
        let by = 10i64.pow(scale - other);
        let filled: Option<Vec<i64>> = (0..len)
            .map(|row| match (value.is_missing(row), side) {
                (false, _) => Some(values[row]),
                (true, Side::One(value)) => value.checked_mul(by),
                (true, Side::Each(values)) => values[row].checked_mul(by),
            })
            .collect();
        if let Some(filled) = filled {
            return Vector { data: Data::Fixed { scale: *scale, values: Cow::Owned(filled) }, missing: None };
        }
    }
    let lacks = |row| value.is_missing(row) && value.excess(row).is_none();
    let pick = |row| if lacks(row) { fallback.value(row) } else { value.value(row) };
    Vector::any((0..len).map(pick).collect())
}

/// `if condition then … else …` in every row; a missing condition gives missing.
pub fn choose(condition: &Vector, then: &Vector, otherwise: &Vector, len: usize) -> Vector<'static> {
    if let (Some((x, a)), Some((y, b))) = (fixed(then), fixed(otherwise))
        && then.missing.is_none()
        && otherwise.missing.is_none()
        && condition.missing.is_none()
        && matches!(condition.data, Data::Flag(_))
    {
        let scale = x.max(y);
        let (up, down) = (10i64.pow(scale - x), 10i64.pow(scale - y));
        let mut overflow = false;
        let mut row = 0;
        let values = zip(a, b, len, |a, b| {
            let chosen = if condition.is_yes(row) { a.checked_mul(up) } else { b.checked_mul(down) };
            row += 1;
            overflow |= chosen.is_none();
            chosen.unwrap_or(0)
        });
        if !overflow {
            return Vector { data: Data::Fixed { scale, values: Cow::Owned(values) }, missing: None };
        }
    }
    if let Some(chosen) = choose_or_missing(condition, then, otherwise) {
        return chosen;
    }
    let pick = |row| match condition.value(row) {
        Value::Flag(true) => then.value(row),
        Value::Flag(false) => otherwise.value(row),
        other => other,
    };
    Vector::any((0..len).map(pick).collect())
}

/// The same where one of the two is a missing value: the other one, missing in more rows.
fn choose_or_missing(condition: &Vector, then: &Vector, otherwise: &Vector) -> Option<Vector<'static>> {
    let (wanted, kept, reason) = match (&then.data, &otherwise.data) {
        (Data::Constant(value), _) | (_, Data::Constant(value)) if value.excess().is_some() => return None,
        (_, Data::Constant(Value::Missing(reason))) => (1, then, reason),
        (Data::Constant(Value::Missing(reason)), _) => (0, otherwise, reason),
        _ => return None,
    };
    let (Data::Flag(flags), None) = (&condition.data, &condition.missing) else { return None };
    let data = match &kept.data {
        Data::Day(days) => Data::Day(Cow::Owned(days.to_vec())),
        Data::Fixed { scale, values } => Data::Fixed { scale: *scale, values: Cow::Owned(values.to_vec()) },
        _ => return None,
    };
    let left_out = Mask::of(flags.len(), reason.clone(), |row| flags[row] != wanted);
    // A row that is left out is missing for that reason, whatever the value was.
    Some(Vector { data, missing: Mask::either(left_out.as_ref(), kept.missing.as_ref()) })
}

/// `x in (a, b)`: whether one of them is equal.
pub fn in_set(value: &Vector, items: &[&Vector], len: usize) -> Vector<'static> {
    let mut found = Vector::constant(Value::Flag(false));
    for item in items {
        let equal = binary(BinaryOp::Equal, value, item, len);
        found = binary(BinaryOp::Or, &found, &equal, len);
    }
    found
}

/// Whether a date, or the whole of a period, lies within two days.
pub fn in_days(date: &Vector, from: Day, to: Day, calendar: &Calendar, len: usize) -> Vector<'static> {
    let inside = |value: Value| match value {
        Value::Day(day) => Value::Flag(from <= day && day <= to),
        Value::Period(months) => {
            let (first, last) = calendar.days(months);
            Value::Flag(from <= first && last <= to)
        }
        other => other,
    };
    match &date.data {
        Data::Day(days) => {
            let flags = days.iter().map(|day| u8::from(from.0 <= *day && *day <= to.0)).collect();
            Vector::flags(flags, date.missing.clone())
        }
        Data::Constant(value) => Vector::constant(inside(value.clone())),
        _ => Vector::any((0..len).map(|row| inside(date.value(row))).collect()),
    }
}

/// A built-in function in every row.
pub fn call(
    function: Builtin,
    arguments: &[&Vector],
    rounding: Rounding,
    calendar: &Calendar,
    len: usize,
) -> Vector<'static> {
    if arguments.iter().all(|argument| matches!(argument.data, Data::Constant(_))) {
        let values: Vec<Value> = arguments.iter().map(|argument| argument.value(0)).collect();
        return Vector::constant(function.call(&values, rounding, calendar));
    }
    let quick = match (function, arguments) {
        (Builtin::MonthsBetween, [from, to]) => {
            between(from, to, len, |a, b| calendar.months_between(Day(a), Day(b)).into())
        }
        (Builtin::DaysBetween, [from, to]) => between(from, to, len, |a, b| i64::from(b) - i64::from(a)),
        (Builtin::YearOf, [date]) => between(date, date, len, |day, _| Day(day).ymd().0.into()),
        (Builtin::MonthOf, [date]) => between(date, date, len, |day, _| Day(day).ymd().1.into()),
        (Builtin::DayOf, [date]) => between(date, date, len, |day, _| Day(day).ymd().2.into()),
        _ => None,
    };
    quick.unwrap_or_else(|| call_slow(function, arguments, rounding, calendar, len))
}

/// The same, row by row.
pub fn call_slow(
    function: Builtin,
    arguments: &[&Vector],
    rounding: Rounding,
    calendar: &Calendar,
    len: usize,
) -> Vector<'static> {
    let mut values: Vec<Value> = Vec::with_capacity(arguments.len());
    let mut row_value = |row| {
        values.clear();
        values.extend(arguments.iter().map(|argument| argument.value(row)));
        function.call(&values, rounding, calendar)
    };
    Vector::any((0..len).map(&mut row_value).collect())
}

fn between(from: &Vector, to: &Vector, len: usize, with: impl Fn(i32, i32) -> i64) -> Option<Vector<'static>> {
    let (a, b) = (days(from)?, days(to)?);
    let missing = Mask::either(from.missing.as_ref(), to.missing.as_ref());
    let mut row = 0;
    let values = zip(a, b, len, |a, b| {
        // What stands in the place of a missing day is no day.
        let skipped = missing.as_ref().is_some_and(|mask| mask.is_missing(row));
        row += 1;
        if skipped { 0 } else { with(a, b) }
    });
    Some(Vector { data: Data::Fixed { scale: 0, values: Cow::Owned(values) }, missing })
}

/// A missing value of a reason.
pub fn missing(reason: Missing) -> Vector<'static> {
    Vector::constant(Value::Missing(reason))
}
