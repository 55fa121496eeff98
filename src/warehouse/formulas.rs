//! Formulas over a row as SQL that gives the same: exact decimals, and missing where Merit has missing.

use num_integer::Integer;
use num_traits::{ToPrimitive, Zero};

use super::months::InMonth;
use super::rows::{Before, Known, Scope, Sql, Type, places};
use super::{Cannot, MOST_PLACES, periods};
use crate::language::BinaryOp;
use crate::model::data::Choice;
use crate::number::{Number, Rounding};
use crate::plan::query::{NodeId, RowNode};
use crate::time::{Day, Months};
use crate::value::{Builtin, Value};

/// So many times too large a number may become: of the digits of an engine, enough are left.
const MOST_OVER: u64 = 1_000_000;

type Answer<'a> = Result<Sql<'a>, Cannot>;

/// Where a formula stands.
struct At<'s, 'a> {
    scope: &'s mut Scope,
    before: &'s mut Before,
    nodes: &'a [RowNode],
}

impl<'a> Known<'a> {
    pub(super) fn formula(
        &self,
        scope: &mut Scope,
        before: &mut Before,
        nodes: &'a [RowNode],
        id: NodeId,
        choices: Option<&'a [Choice]>,
    ) -> Answer<'a> {
        self.at(&mut At { scope, before, nodes }, id, choices)?.whole()
    }

    /// The same for a number that may be a fraction.
    pub(super) fn fraction(
        &self,
        scope: &mut Scope,
        before: &mut Before,
        nodes: &'a [RowNode],
        id: NodeId,
    ) -> Answer<'a> {
        self.at(&mut At { scope, before, nodes }, id, None)
    }

    fn at(&self, at: &mut At<'_, 'a>, id: NodeId, choices: Option<&'a [Choice]>) -> Answer<'a> {
        Ok(match &at.nodes[id.0] {
            RowNode::Constant(value) => self.constant(value, choices)?,
            RowNode::Column { via, column } => self.column(at.scope, at.before, via, *column)?,
            RowNode::Inner { via, measure } => self.inner(at.scope, at.before, via, *measure)?,
            RowNode::Not(one) => {
                let one = self.at(at, *one, None)?;
                Sql::new(format!("(NOT {})", one.text), Type::Flag, one.missing)
            }
            RowNode::Negate(one) => {
                let one = self.at(at, *one, None)?;
                Sql { text: format!("(-{})", one.text), ..one }
            }
            RowNode::Binary(op, left, right) => {
                let (left, right) = self.pair(at, *left, *right, choices)?;
                self.binary(*op, left, right)?
            }
            RowNode::If { condition, then, otherwise } => {
                let condition = self.at(at, *condition, None)?;
                let (then, otherwise) = self.pair(at, *then, *otherwise, choices)?;
                let (then, otherwise, ty) = self.alike(then, otherwise)?;
                let over = then.over;
                let missing = condition.missing || then.missing || otherwise.missing;
                let text = match condition.missing {
                    false => format!("CASE WHEN {} THEN {} ELSE {} END", condition.text, then.text, otherwise.text),
                    true => format!(
                        "CASE WHEN {0} THEN {1} WHEN NOT {0} THEN {2} END",
                        condition.text, then.text, otherwise.text
                    ),
                };
                Sql { over, ..Sql::new(text, ty, missing) }
            }
            RowNode::Default { value, fallback } => {
                let (value, fallback) = self.pair(at, *value, *fallback, choices)?;
                let (value, fallback, ty) = self.alike(value, fallback)?;
                let text = format!("COALESCE({}, {})", value.text, fallback.text);
                Sql { over: value.over, ..Sql::new(text, ty, fallback.missing) }
            }
            RowNode::IsMissing(one) => {
                let one = self.at(at, *one, None)?;
                Sql::new(format!("({} IS NULL)", one.text), Type::Flag, false)
            }
            RowNode::InSet(one, items) => {
                let mut found: Option<Sql> = None;
                for item in items {
                    let (one, item) = self.pair(at, *one, *item, choices)?;
                    let equal = self.binary(BinaryOp::Equal, one, item)?;
                    found = Some(match found {
                        None => equal,
                        Some(found) => self.binary(BinaryOp::Or, found, equal)?,
                    });
                }
                found.unwrap_or_else(|| Sql::new("FALSE", Type::Flag, false))
            }
            RowNode::InDays { date, from, to } => {
                let date = self.at(at, *date, None)?;
                if date.ty == Type::Nothing {
                    return Ok(date);
                }
                let text = match date.ty {
                    Type::Period => periods::inside(&date.text, self.months_between(*from, *to)?),
                    _ => format!("({} BETWEEN {} AND {})", date.text, self.dialect.day(from.0), self.dialect.day(to.0)),
                };
                Sql::new(text, Type::Flag, date.missing)
            }
            RowNode::Call(function, arguments) => {
                let mut values = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    values.push(self.at(at, *argument, None)?);
                }
                let constants: Vec<Option<&Value>> = arguments
                    .iter()
                    .map(|argument| match &at.nodes[argument.0] {
                        RowNode::Constant(value) => Some(value),
                        _ => None,
                    })
                    .collect();
                self.call(at.scope, *function, values, &constants)?
            }
        })
    }

    /// Two operands, of which one may tell what a bare label of the other is one of.
    fn pair(
        &self,
        at: &mut At<'_, 'a>,
        left: NodeId,
        right: NodeId,
        choices: Option<&'a [Choice]>,
    ) -> Result<(Sql<'a>, Sql<'a>), Cannot> {
        fn of<'a>(sql: &Answer<'a>) -> Option<&'a [Choice]> {
            match sql.as_ref().map(|sql| sql.ty) {
                Ok(Type::Choice(choices)) => Some(choices),
                _ => None,
            }
        }
        let first = self.at(at, left, choices);
        let second = self.at(at, right, of(&first).or(choices));
        let first = match first {
            Err(_) if of(&second).is_some() => self.at(at, left, of(&second)),
            other => other,
        };
        Ok((first?, second?))
    }

    fn constant(&self, value: &Value, choices: Option<&'a [Choice]>) -> Answer<'a> {
        Ok(match value {
            Value::Number(number) => self.number(number)?,
            Value::Text(text) => Sql::new(self.dialect.text(text), Type::Text, false),
            Value::Day(day) => Sql::new(self.dialect.day(day.0), Type::Day, false),
            Value::Flag(flag) => Sql::new(if *flag { "TRUE" } else { "FALSE" }, Type::Flag, false),
            Value::Choice(choice) => match choices.and_then(|choices| choices.get(*choice as usize)) {
                Some(named) => {
                    Sql::new(self.dialect.text(&named.name), Type::Choice(choices.unwrap_or_default()), false)
                }
                None => return Err(Cannot::new("names a label of no column")),
            },
            Value::Missing(_) => Sql::new("NULL", Type::Nothing, true),
            Value::Period(months) => Sql::new(self.dialect.text(&periods::written(*months)), Type::Period, false),
        })
    }

    /// The months that begin and end with two days.
    fn months_between(&self, from: Day, to: Day) -> Result<Months, Cannot> {
        let calendar = &self.model.company.calendar;
        let (first, last) = (calendar.month_of(from), calendar.month_of(to));
        let months = Months { first, count: (last.0 - first.0 + 1).max(0) as u32 };
        match calendar.days(months) == (from, to) {
            true => Ok(months),
            false => Err(Cannot::new("looks whether a period lies between days within months")),
        }
    }

    fn number(&self, number: &Number) -> Answer<'a> {
        // What the denominator has beside twos and fives.
        let mut over = number.parts().1;
        for factor in [2u32, 5] {
            while (&over % factor).is_zero() {
                over /= factor;
            }
        }
        let over = over.to_u64().filter(|over| *over <= MOST_OVER);
        let decimal = over.and_then(|over| number.mul(&over.into()).as_decimal());
        match decimal.zip(over).filter(|(decimal, _)| decimal.scale() <= MOST_PLACES && !number.is_approximate()) {
            Some((decimal, over)) => {
                let text = if number.is_negative() { format!("({decimal})") } else { decimal.to_string() };
                Ok(Sql { over, ..Sql::new(text, Type::Number(decimal.scale()), false) })
            }
            None => Err(Cannot::new("has a number that no decimal holds")),
        }
    }

    /// Two values of one type; numbers with the same places, and as many times too large.
    fn alike(&self, left: Sql<'a>, right: Sql<'a>) -> Result<(Sql<'a>, Sql<'a>, Type<'a>), Cannot> {
        let ty = match (left.ty, right.ty) {
            (Type::Nothing, other) | (other, Type::Nothing) => other,
            (Type::Number(a), Type::Number(b)) => Type::Number(a.max(b)),
            (one, other) if std::mem::discriminant(&one) == std::mem::discriminant(&other) => one,
            // A link stands for the text of its key.
            _ => return Err(Cannot::new("compares values of two kinds")),
        };
        let over = left.over.lcm(&right.over);
        if over > MOST_OVER {
            return Err(Cannot::divides());
        }
        let at = |sql: Sql<'a>| match (sql.ty, ty) {
            (Type::Number(own), Type::Number(places)) => {
                let text = if own == places { sql.text } else { self.dialect.widened(&sql.text, places) };
                let text = if sql.over == over { text } else { format!("({text} * {})", over / sql.over) };
                Sql { text, ty, missing: sql.missing, over }
            }
            _ => Sql { over, ..sql },
        };
        Ok((at(left), at(right), ty))
    }

    fn binary(&self, op: BinaryOp, left: Sql<'a>, right: Sql<'a>) -> Answer<'a> {
        let missing = left.missing || right.missing;
        let number = |places: u32, text: String| match places {
            0..=MOST_PLACES => Ok(Sql::new(text, Type::Number(places), missing)),
            _ => Err(Cannot::new(format!("multiplies until there are more than {MOST_PLACES} decimal places"))),
        };
        match op {
            // A missing left side is missing whatever the right one is; SQL would look at that as well.
            BinaryOp::And if left.missing => Ok(Sql::new(
                format!("CASE WHEN {0} THEN {1} WHEN NOT {0} THEN FALSE END", left.text, right.text),
                Type::Flag,
                true,
            )),
            BinaryOp::Or if left.missing => Ok(Sql::new(
                format!("CASE WHEN {0} THEN TRUE WHEN NOT {0} THEN {1} END", left.text, right.text),
                Type::Flag,
                true,
            )),
            BinaryOp::And => Ok(Sql::new(format!("({} AND {})", left.text, right.text), Type::Flag, missing)),
            BinaryOp::Or => Ok(Sql::new(format!("({} OR {})", left.text, right.text), Type::Flag, missing)),
            BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide
                if left.ty == Type::Nothing || right.ty == Type::Nothing =>
            {
                Ok(Sql::new("NULL", Type::Nothing, true))
            }
            BinaryOp::Subtract if left.ty == Type::Day => number(0, self.dialect.days_between(&right.text, &left.text)),
            BinaryOp::Add | BinaryOp::Subtract => {
                let sign = if op == BinaryOp::Add { '+' } else { '-' };
                let (left, right, ty) = self.alike(left, right)?;
                let Type::Number(places) = ty else { return Err(Cannot::new("adds what is no number")) };
                let sum = number(places, format!("({} {sign} {})", left.text, right.text))?;
                Ok(Sql { over: left.over, ..sum })
            }
            BinaryOp::Multiply => {
                let (Type::Number(a), Type::Number(b)) = (left.ty, right.ty) else {
                    return Err(Cannot::new("multiplies what is no number"));
                };
                let over = left.over.checked_mul(right.over).filter(|over| *over <= MOST_OVER);
                let product = number(a + b, format!("({} * {})", left.text, right.text))?;
                Ok(Sql { over: over.ok_or_else(Cannot::divides)?, ..product })
            }
            BinaryOp::Divide => {
                // By a number that is written there: a product.
                let divisor = right.text.trim_matches(['(', ')']).parse::<Number>().ok();
                let inverse = divisor.and_then(|divisor| Number::from(right.over).div(&divisor));
                let inverse = inverse.and_then(|inverse| self.number(&inverse).ok());
                match inverse.filter(|inverse| matches!(inverse.ty, Type::Number(0..=12))) {
                    Some(inverse) => self.binary(BinaryOp::Multiply, left, inverse),
                    None => Err(Cannot::divides()),
                }
            }
            BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Less
            | BinaryOp::LessOrEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterOrEqual => {
                let sign = match op {
                    BinaryOp::Equal => "=",
                    BinaryOp::NotEqual => "<>",
                    BinaryOp::Less => "<",
                    BinaryOp::LessOrEqual => "<=",
                    BinaryOp::Greater => ">",
                    _ => ">=",
                };
                let ordered = !matches!(op, BinaryOp::Equal | BinaryOp::NotEqual);
                let (left, right, ty) = self.alike(left, right)?;
                let side = |sql: &Sql<'a>| match ty {
                    Type::Choice(choices) if ordered => self.place(sql, choices),
                    Type::Text | Type::Period if ordered => self.dialect.ordered(&sql.text),
                    _ => sql.text.clone(),
                };
                Ok(Sql::new(format!("({} {sign} {})", side(&left), side(&right)), Type::Flag, missing))
            }
        }
    }

    /// Labels by their places among the labels of their column.
    fn place(&self, sql: &Sql, choices: &[Choice]) -> String {
        let cases: Vec<String> = choices
            .iter()
            .enumerate()
            .map(|(place, choice)| format!("WHEN {} THEN {place}", self.dialect.text(&choice.name)))
            .collect();
        format!("CASE {} {} END", sql.text, cases.join(" "))
    }

    fn call(
        &self,
        scope: &mut Scope,
        function: Builtin,
        mut values: Vec<Sql<'a>>,
        constants: &[Option<&Value>],
    ) -> Answer<'a> {
        let missing = values.iter().any(|value| value.missing);
        if !matches!(function, Builtin::Abs | Builtin::Min | Builtin::Max | Builtin::Clamp) {
            values = values.into_iter().map(Sql::whole).collect::<Result<_, _>>()?;
        }
        if values.iter().any(|value| value.ty == Type::Nothing) {
            return Ok(Sql::new("NULL", Type::Nothing, true));
        }
        let d = self.dialect;
        let part = |part: &str, day: &Sql| {
            Ok(Sql::new(format!("EXTRACT({part} FROM {})", day.text), Type::Number(0), day.missing))
        };
        match function {
            Builtin::Abs => {
                let one = values.remove(0);
                Ok(Sql { text: format!("ABS({})", one.text), ..one })
            }
            Builtin::Min | Builtin::Max => self.best(function == Builtin::Min, values),
            Builtin::Clamp => {
                let (highest, lowest) = (values.pop(), values.pop());
                let (Some(highest), Some(lowest), Some(one)) = (highest, lowest, values.pop()) else {
                    return Err(Cannot::new("clamps without limits"));
                };
                let above = self.best(false, vec![one, lowest])?;
                self.best(true, vec![above, highest])
            }
            Builtin::Floor | Builtin::Ceil => {
                let one = values.remove(0);
                let name = if function == Builtin::Floor { "FLOOR" } else { "CEIL" };
                let whole = format!("{name}({})", one.text);
                Ok(Sql::new(d.widened(&whole, 0), Type::Number(0), one.missing))
            }
            Builtin::Round | Builtin::RoundUp | Builtin::RoundDown => {
                let step = match constants.get(1) {
                    Some(Some(Value::Number(step))) if step.is_positive() => step,
                    _ => return Err(Cannot::new("rounds to a step that changes from row to row")),
                };
                let half_even = self.model.company.rounding != Rounding::HalfUp;
                if function == Builtin::Round && half_even {
                    return Err(Cannot::new("rounds half even"));
                }
                let inverse = Number::ONE.div(step).filter(|one| one.as_decimal().is_some() && places(one) <= 12);
                let Some(inverse) = inverse else {
                    return Err(Cannot::new("rounds to a step whose reciprocal is no decimal"));
                };
                let steps = self.binary(BinaryOp::Multiply, values.remove(0), self.number(&inverse)?)?;
                let x = &steps.text;
                let whole = match function {
                    Builtin::Round => format!("ROUND({x}, 0)"),
                    Builtin::RoundUp => format!("CEIL({x})"),
                    _ => format!("FLOOR({x})"),
                };
                let whole = Sql::new(d.widened(&whole, 0), Type::Number(0), steps.missing);
                self.binary(BinaryOp::Multiply, whole, self.number(step)?)
            }
            Builtin::DaysBetween => {
                let text = d.days_between(&values[0].text, &values[1].text);
                Ok(Sql::new(text, Type::Number(0), missing))
            }
            Builtin::MonthsBetween => {
                let (from, to) = (&values[0].text, &values[1].text);
                let (one, other) = (self.in_month(scope, from), self.in_month(scope, to));
                let months = |from: &InMonth, to: &InMonth| {
                    format!("{} - {} - CASE WHEN {} < {} THEN 1 ELSE 0 END", to.month, from.month, to.place, from.place)
                };
                let (there, back) = (months(&one, &other), months(&other, &one));
                let text = format!("CASE WHEN {to} < {from} THEN -({back}) ELSE {there} END");
                Ok(Sql::new(text, Type::Number(0), missing))
            }
            Builtin::YearOf => part("YEAR", &values[0]),
            Builtin::MonthOf => part("MONTH", &values[0]),
            Builtin::DayOf => part("DAY", &values[0]),
            Builtin::Sqrt | Builtin::Ln | Builtin::Exp | Builtin::Pow => {
                Err(Cannot::new(format!("uses `{}`", function.name())))
            }
        }
    }

    /// The least or greatest of some values; missing where one is, which SQL would pass over.
    fn best(&self, least: bool, values: Vec<Sql<'a>>) -> Answer<'a> {
        let mut values = values.into_iter();
        let mut best = values.next().ok_or_else(|| Cannot::new("takes the least of nothing"))?;
        for value in values {
            let (one, other, ty) = self.alike(best, value)?;
            if !matches!(ty, Type::Number(_) | Type::Day) {
                return Err(Cannot::new("takes the least of what is no number"));
            }
            let name = if least { "LEAST" } else { "GREATEST" };
            let missing: Vec<String> = [&one, &other]
                .iter()
                .filter(|side| side.missing)
                .map(|side| format!("{} IS NOT NULL", side.text))
                .collect();
            let text = format!("{name}({}, {})", one.text, other.text);
            let text = match missing.is_empty() {
                true => text,
                false => format!("CASE WHEN {} THEN {text} END", missing.join(" AND ")),
            };
            best = Sql { over: one.over, ..Sql::new(text, ty, !missing.is_empty()) };
        }
        Ok(best)
    }
}
