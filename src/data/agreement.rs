//! The quick ways over many rows agree with the operators of [`crate::value`] over one.

use crate::model::types::unit::DisplayUnit;
use num_rational::BigRational;
use num_traits::Zero;
use proptest::prelude::*;

use super::cells::content::Content;
use super::cells::reader::CellKind;
use super::columns::column::{Builder, Column, NONE, join};
use super::measures::store;
use super::measures::store::Store;
use super::rows::nodes::{Batch, Days, OtherDays, World};
use super::rows::shape::Shape;
use super::rows::table::Table;
use super::rows::vector::Rows;
use crate::language::{BinaryOp, Keeps, Parts};
use crate::model::Model;
use crate::model::data::{ColumnIx, DataId};
use crate::number::Number;
use crate::plan::query::{NodeId, RowNode};
use crate::time::{Calendar, Day};
use crate::value::{self, Builtin, Missing, Value};

const ROWS: usize = 48;

/// Numbers, days, flags, choices, texts, each with blanks; the numbers of some columns leave fixed point.
fn table() -> Table {
    let mut dice = 1u64;
    let mut roll = |sides: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) % sides
    };
    let number_kind = || {
        CellKind::Number(Box::new(super::cells::numbers::NumberCell::new(
            &DisplayUnit::number(),
            Some(&Number::ONE),
            None,
        )))
    };
    let mut column = |kind: CellKind, cell: &mut dyn FnMut(u64) -> Content<'static>| {
        let mut builder = Builder::new(&kind);
        for _ in 0..ROWS {
            let sides = roll(1 << 30);
            builder.push(if sides % 6 == 0 { Content::Blank } else { cell(sides / 6) });
        }
        Some(join(vec![builder]))
    };
    let columns = vec![
        column(number_kind(), &mut |roll| Content::Fixed(roll as i64 % 9 - 4, roll as u32 % 3)),
        column(number_kind(), &mut |roll| Content::Fixed(roll as i64 % 5 - 2, 0)),
        column(number_kind(), &mut |roll| Content::Fixed(i64::MAX - roll as i64 % 7, 9)),
        column(number_kind(), &mut |roll| Content::Number(Number::from_parts(i128::from(roll) << 60, 25))),
        column(CellKind::Day(None), &mut |roll| Content::Day(Day(20_000 + roll as i32 % 90))),
        column(CellKind::Day(None), &mut |roll| Content::Day(Day(20_000 + roll as i32 % 5))),
        column(CellKind::Flag, &mut |roll| Content::Flag(roll % 2 == 0)),
        column(CellKind::Flag, &mut |roll| Content::Flag(roll % 3 == 0)),
        column(CellKind::Choice(Default::default()), &mut |roll| Content::Choice(roll as u32 % 3)),
        column(CellKind::Text, &mut |roll| Content::Text(["a", "b", "c"][roll as usize % 3].into())),
        column(CellKind::Period, &mut |roll| {
            Content::Period(crate::time::Months { first: crate::time::Month(24_000 + roll as i32 % 4), count: 1 })
        }),
    ];
    let links = vec![None; columns.len()];
    Table {
        data: DataId(0),
        columns,
        links,
        rows: ROWS,
        files: Vec::new(),
        lines: vec![0; ROWS],
        shape: Shape::Always,
        keys: None,
        complete: true,
        days_passed: Default::default(),
        bad: Default::default(),
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Of {
    Number,
    Day,
    Flag,
    Choice,
    Text,
}

/// A node of a kind, put behind those it needs; `dice` says which.
fn grow(of: Of, depth: u32, dice: &mut dyn Iterator<Item = u32>, nodes: &mut Vec<RowNode>) -> NodeId {
    let mut roll = |sides: u32| dice.next().unwrap_or(0) % sides;
    let column = |at: usize| RowNode::Column { via: Vec::new(), column: ColumnIx(at) };
    let constant = |value: Value| RowNode::Constant(value);
    let missing = |roll: u32| match roll {
        0 => Missing::Blank,
        _ => Missing::Stated("none".into()),
    };
    let choice = if depth == 0 { 0 } else { roll(9) };
    let compared = [Of::Number, Of::Number, Of::Day, Of::Flag, Of::Choice, Of::Text];
    let node = match (choice, of) {
        (0 | 1, Of::Number) => match roll(8) {
            at @ 0..4 => column(at as usize),
            4 => constant(Value::Missing(missing(roll(2)))),
            5 => constant(Value::Number(Number::ratio(1, 3).unwrap_or(Number::ONE))),
            6 => constant(Value::Number(Number::from(i64::MAX))),
            _ => constant(Value::Number(Number::from_parts(i128::from(roll(9)) - 4, roll(4)))),
        },
        (0 | 1, Of::Day) => match roll(3) {
            2 => constant(Value::Day(Day(20_002))),
            at => column(4 + at as usize),
        },
        (0, Of::Flag) => match roll(4) {
            2 => constant(Value::Flag(roll(2) == 0)),
            3 => constant(Value::Missing(missing(roll(2)))),
            at => column(6 + at as usize),
        },
        (0..=3, Of::Choice) => {
            if roll(3) == 0 {
                constant(Value::Choice(roll(4)))
            } else {
                column(8)
            }
        }
        (0..=3, Of::Text) => {
            if roll(3) == 0 {
                constant(Value::text(["b", "zz"][roll(2) as usize]))
            } else {
                column(9)
            }
        }
        (2..=4, Of::Number) => {
            let op = [BinaryOp::Add, BinaryOp::Subtract, BinaryOp::Multiply, BinaryOp::Divide][roll(4) as usize];
            let (left, right) = (grow(of, depth - 1, dice, nodes), grow(of, depth - 1, dice, nodes));
            RowNode::Binary(op, left, right)
        }
        (5, Of::Number) => RowNode::Negate(grow(of, depth - 1, dice, nodes)),
        (6, Of::Number) if roll(4) == 0 => {
            let (left, right) = (grow(Of::Day, depth - 1, dice, nodes), grow(Of::Day, depth - 1, dice, nodes));
            RowNode::Binary(BinaryOp::Subtract, left, right)
        }
        (6, Of::Number) => {
            let function = [Builtin::MonthsBetween, Builtin::DaysBetween, Builtin::YearOf][roll(3) as usize];
            let mut arguments = vec![grow(Of::Day, depth - 1, dice, nodes)];
            if function != Builtin::YearOf {
                arguments.push(grow(Of::Day, depth - 1, dice, nodes));
            }
            RowNode::Call(function, arguments)
        }
        (1..=3, Of::Flag) => {
            let op = [
                BinaryOp::Equal,
                BinaryOp::NotEqual,
                BinaryOp::Less,
                BinaryOp::LessOrEqual,
                BinaryOp::Greater,
                BinaryOp::GreaterOrEqual,
            ][roll(6) as usize];
            let side = compared[roll(6) as usize];
            let (left, right) = (grow(side, depth - 1, dice, nodes), grow(side, depth - 1, dice, nodes));
            RowNode::Binary(op, left, right)
        }
        (4, Of::Flag) => {
            let op = [BinaryOp::And, BinaryOp::Or][roll(2) as usize];
            let (left, right) = (grow(of, depth - 1, dice, nodes), grow(of, depth - 1, dice, nodes));
            RowNode::Binary(op, left, right)
        }
        (5, Of::Flag) => match roll(3) {
            0 => RowNode::Not(grow(of, depth - 1, dice, nodes)),
            1 => RowNode::IsMissing(grow(compared[roll(6) as usize], depth - 1, dice, nodes)),
            _ => {
                let date = match roll(2) {
                    0 => grow(Of::Day, depth - 1, dice, nodes),
                    _ => {
                        nodes.push(column(10));
                        NodeId(nodes.len() - 1)
                    }
                };
                RowNode::InDays { date, from: Day(20_001), to: Day(20_040) }
            }
        },
        (6, Of::Flag) => {
            let side = compared[roll(6) as usize];
            let value = grow(side, depth - 1, dice, nodes);
            RowNode::InSet(value, (0..2).map(|_| grow(side, depth - 1, dice, nodes)).collect())
        }
        (7, _) => {
            let (value, fallback) = (grow(of, depth - 1, dice, nodes), grow(of, depth - 1, dice, nodes));
            RowNode::Default { value, fallback }
        }
        _ => {
            let condition = grow(Of::Flag, depth - 1, dice, nodes);
            let (then, otherwise) = (grow(of, depth - 1, dice, nodes), grow(of, depth - 1, dice, nodes));
            RowNode::If { condition, then, otherwise }
        }
    };
    nodes.push(node);
    NodeId(nodes.len() - 1)
}

/// What a node is in one row, as plainly as possible.
fn plainly(table: &Table, nodes: &[RowNode], id: NodeId, row: u32) -> Value {
    let of = |id: &NodeId| plainly(table, nodes, *id, row);
    match &nodes[id.0] {
        RowNode::Constant(value) => value.clone(),
        RowNode::Column { column, .. } if row != NONE => {
            table.column(*column).map_or(Missing::Blank.into(), |column: &Column| column.value(row as usize))
        }
        RowNode::Column { .. } | RowNode::Inner { .. } => Missing::Blank.into(),
        RowNode::Not(node) => match of(node) {
            Value::Flag(flag) => Value::Flag(!flag),
            other => other,
        },
        RowNode::Negate(node) => match of(node) {
            Value::Number(number) => Value::Number(number.neg()),
            other => other,
        },
        RowNode::Binary(op, left, right) => value::binary(*op, &of(left), &of(right)),
        RowNode::If { condition, then, otherwise } => match of(condition) {
            Value::Flag(true) => of(then),
            Value::Flag(false) => of(otherwise),
            other => other,
        },
        RowNode::Default { value, fallback } => {
            let value = of(value);
            if value.is_missing() && value.excess().is_none() { of(fallback) } else { value }
        }
        RowNode::IsMissing(node) => match of(node) {
            value if value.excess().is_some() => value,
            value => Value::Flag(value.is_missing()),
        },
        RowNode::InSet(value, items) => items.iter().fold(Value::Flag(false), |found, item| {
            value::binary(BinaryOp::Or, &found, &value::binary(BinaryOp::Equal, &of(value), &of(item)))
        }),
        RowNode::InDays { date, from, to } => match of(date) {
            Value::Day(day) => Value::Flag(*from <= day && day <= *to),
            Value::Period(months) => {
                let (first, last) = Calendar::default().days(months);
                Value::Flag(*from <= first && last <= *to)
            }
            other => other,
        },
        RowNode::Call(function, arguments) => {
            function.call(&arguments.iter().map(of).collect::<Vec<_>>(), Default::default(), &Calendar::default())
        }
    }
}

/// What a node of arithmetic is in one row, by the fractions of the library: nothing where a blank or a division by 0 is
/// in it.
fn as_fraction(table: &Table, nodes: &[RowNode], id: NodeId, row: usize) -> Option<BigRational> {
    let of = |id: &NodeId| as_fraction(table, nodes, *id, row);
    let fraction = |value: &Value| value.as_number().map(|number| BigRational::from(number.parts()));
    match &nodes[id.0] {
        RowNode::Constant(value) => fraction(value),
        RowNode::Column { column, .. } => fraction(&table.column(*column)?.value(row)),
        RowNode::Negate(one) => Some(-of(one)?),
        RowNode::Binary(BinaryOp::Add, left, right) => Some(of(left)? + of(right)?),
        RowNode::Binary(BinaryOp::Subtract, left, right) => Some(of(left)? - of(right)?),
        RowNode::Binary(BinaryOp::Multiply, left, right) => Some(of(left)? * of(right)?),
        RowNode::Binary(BinaryOp::Divide, left, right) => {
            let (left, right) = (of(left)?, of(right)?);
            (!right.is_zero()).then(|| left / right)
        }
        other => unreachable!("{other:?}"),
    }
}

/// A node of sums, differences, products and quotients, put behind those it needs.
fn grow_arithmetic(depth: u32, dice: &mut dyn Iterator<Item = u32>, nodes: &mut Vec<RowNode>) -> NodeId {
    let mut roll = |sides: u32| dice.next().unwrap_or(0) % sides;
    let node = match if depth == 0 { roll(2) } else { roll(8) } {
        0 => RowNode::Column { via: Vec::new(), column: ColumnIx(roll(4) as usize) },
        1 => {
            let (up, down) = (i64::from(roll(19)) - 9, i64::from(roll(12)) + 1);
            RowNode::Constant(Value::Number(Number::ratio(up, down).unwrap_or(Number::ONE)))
        }
        2 => RowNode::Negate(grow_arithmetic(depth - 1, dice, nodes)),
        way => {
            let op = [BinaryOp::Add, BinaryOp::Subtract, BinaryOp::Multiply, BinaryOp::Divide, BinaryOp::Divide];
            let (left, right) = (grow_arithmetic(depth - 1, dice, nodes), grow_arithmetic(depth - 1, dice, nodes));
            RowNode::Binary(op[way as usize - 3], left, right)
        }
    };
    nodes.push(node);
    NodeId(nodes.len() - 1)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]
    /// Values, comparisons and sums of quotients in rows are those of exact fractions.
    #[test]
    fn rows_are_exact_fractions(dice in prop::collection::vec(any::<u32>(), 60)) {
        let (model, tables) = (Model::default(), [table()]);
        let (mut nodes, mut dice) = (Vec::new(), dice.into_iter());
        let (one, other) = (grow_arithmetic(3, &mut dice, &mut nodes), grow_arithmetic(3, &mut dice, &mut nodes));
        nodes.push(RowNode::Binary(BinaryOp::Less, one, other));
        let less = NodeId(nodes.len() - 1);
        let world = World {
            model: &model,
            tables: tables.iter().collect(),
            nodes: vec![&nodes],
            place_of: Default::default(),
            inner: Default::default(),
        };
        let mut other_days = OtherDays::default();
        let mut batch = Batch::new(&world, 0, Rows::Range(0, ROWS), Days::Any, &mut other_days);
        let (values, less) = (batch.node(one), batch.node(less));
        let mut sum = Some(BigRational::zero());
        for row in 0..ROWS {
            let expected = as_fraction(&tables[0], &nodes, one, row);
            match (values.value(row), &expected) {
                // Larger than any decimal: held back, never another number.
                (value, Some(expected)) if value.excess().is_some() => {
                    sum = None;
                    prop_assert!(expected.numer().bits() > expected.denom().bits() + 90);
                }
                (Value::Number(number), Some(expected)) => {
                    prop_assert!(!number.is_approximate());
                    prop_assert_eq!(&BigRational::from(number.parts()), expected);
                    sum = sum.map(|sum| sum + expected);
                }
                (value, None) => prop_assert!(value.is_missing() || value.excess().is_some(), "{value:?}"),
                (value, Some(expected)) => prop_assert!(false, "{value:?} and not {expected}"),
            }
            if let (Value::Flag(flag), Some(one), Some(other)) =
                (less.value(row), &expected, as_fraction(&tables[0], &nodes, other, row))
            {
                prop_assert_eq!(flag, *one < other);
            }
        }
        let mut store = Store::new(Keeps::Parts(Parts::Sum), 1);
        let (row, day) = (|_: usize| 0, |_: usize| 0);
        store.add(&store::Rows { cells: &[0; ROWS], value: Some(&values), row: &row, day: &day, keys: None });
        let found = store.finish(None, &|_| String::new())[0].value.clone();
        match (sum, found) {
            (Some(sum), Value::Number(found)) => prop_assert_eq!(BigRational::from(found.parts()), sum),
            (None, found) => prop_assert!(found.excess().is_some()),
            (Some(_), found) => prop_assert!(found.is_missing(), "{found:?}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]
    #[test]
    fn many_rows_at_once_are_rows_one_by_one(
        dice in prop::collection::vec(any::<u32>(), 80),
        list in prop::collection::vec(prop_oneof![9 => 0..ROWS as u32, 1 => Just(NONE)], 1..20),
        flag in any::<bool>(),
    ) {
        let (model, tables) = (Model::default(), [table()]);
        let mut nodes = Vec::new();
        let of = if flag { Of::Flag } else { Of::Number };
        let top = grow(of, 4, &mut dice.into_iter(), &mut nodes);
        let world = World {
            model: &model,
            tables: tables.iter().collect(),
            nodes: vec![&nodes],
            place_of: Default::default(),
            inner: Default::default(),
        };
        for rows in [Rows::Range(0, ROWS), Rows::Range(7, 20), Rows::List(&list)] {
            let mut other_days = OtherDays::default();
            let mut batch = Batch::new(&world, 0, rows, Days::Any, &mut other_days);
            let values = batch.node(top);
            for at in 0..rows.len() {
                let expected = plainly(&tables[0], &nodes, top, rows.row(at));
                prop_assert_eq!(values.value(at), expected.clone(), "{:?}", nodes);
                prop_assert_eq!(values.is_missing(at), expected.is_missing());
                prop_assert_eq!(values.is_yes(at), expected == Value::Flag(true));
            }
        }
    }
}
