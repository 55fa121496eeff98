//! Queries and data sets as bytes for a key, answers as bytes that are kept.
//!
//! Each type that a query or the declaration of a data set is made of is written whole; what is left out is named, and
//! why. A new field does not compile until it says which of both it is.

use crate::cache::bytes::{Bytes, Put, Take, kept_enum, kept_struct, put_enum, put_struct};
use crate::model::Label;
use crate::model::data::{
    Across, Belongs, Choice, Column, ColumnIx, ColumnType, DataId, DataSet, FilePattern, NumberSigns, Roster, Route,
    RulingColumns, TimeShape, YearOf,
};
use crate::model::types::unit::{BaseKind, BaseUnit, Dimension, DisplayUnit};
use crate::plan::query::{
    Change, Doubt, FarOut, Group, Measure, MeasureId, Measured, NeededWindow, NodeId, PersonPost, Query, RosterAnswer,
    RosterRead, RowNode, Rows, Ruling, RulingPlaces, Stint, Table, Team, TeamState, Total, Uncounted, Unevaluated,
};

impl Put for Query {
    fn put(&self, into: &mut Vec<u8>) {
        let Query {
            tables,
            measures,
            // Names and places in the specs are for messages about mistakes, and answers with mistakes are not kept.
            serves: _,
            spans: _,
            rosters,
            organisation,
            rulings,
            reads,
            // For the coverage of tests.
            branches: _,
            orders,
            called,
            calls,
            as_of,
        } = self;
        (tables, measures, rosters, organisation).put(into);
        rulings.put(into);
        (reads, orders, called, calls).put(into);
        as_of.put(into);
    }
}

put_struct! { Table { data, columns, nodes, windows } }
put_struct! { Measure { data, function, value, condition, fraction, rows, group, shared } }
put_struct! { RosterRead { roster, node, from, to } }

impl Put for NeededWindow {
    fn put(&self, into: &mut Vec<u8>) {
        // Words for the message that it is empty.
        let NeededWindow { rows, words: _, until, kpis: _ } = self;
        (rows, until).put(into);
    }
}

put_enum! {
    Rows {
        0 = All,
        1 = Dated { column, months },
        2 = HeldOn(day),
        3 = HeldDuring(first, last),
        4 = Newest(first, last),
        5 = TakenDuring(first, last),
    }
}

put_enum! {
    Group {
        0 = Company,
        1 = Team { via },
        2 = Own { roster, via },
        3 = Key { data, via },
    }
}

put_enum! {
    RowNode {
        0 = Constant(value),
        1 = Column { via, column },
        2 = Inner { via, measure },
        3 = Not(node),
        4 = Negate(node),
        5 = Binary(operator, left, right),
        6 = If { condition, then, otherwise },
        7 = Default { value, fallback },
        8 = IsMissing(node),
        9 = InSet(node, items),
        10 = InDays { date, from, to },
        11 = Call(function, arguments),
    }
}

impl Put for DataSet {
    fn put(&self, into: &mut Vec<u8>) {
        let DataSet {
            name,
            // Only messages about mistakes show these.
            label: _,
            span: _,
            roster,
            organisation,
            rulings,
            files,
            relations,
            row,
            across,
            key,
            time,
            across_stints,
            columns,
            ignore_rows_starting,
            ignore_columns,
            may_be_empty,
            encoding,
            belongs,
        } = self;
        (name, roster, organisation, files).put(into);
        rulings.put(into);
        relations.iter().map(|(relation, _)| relation).collect::<Vec<_>>().put(into);
        (row, across, key, time).put(into);
        (across_stints, columns, ignore_rows_starting, ignore_columns).put(into);
        (may_be_empty, encoding, belongs).put(into);
    }
}

impl Put for Column {
    fn put(&self, into: &mut Vec<u8>) {
        let Column {
            name,
            label: _,
            span: _,
            ty,
            optional,
            headers,
            format,
            numbers,
            blank,
            limits,
            // With all constants in it, as nodes beside the query.
            derived,
        } = self;
        (name, ty, optional, headers).put(into);
        (format, numbers, blank, limits).put(into);
        derived.is_some().put(into);
    }
}

impl Put for FilePattern {
    fn put(&self, into: &mut Vec<u8>) {
        let FilePattern { pattern, sheet, span: _ } = self;
        (pattern, sheet).put(into);
    }
}

impl Put for Across {
    fn put(&self, into: &mut Vec<u8>) {
        let Across { month, value, year, span: _ } = self;
        (month, value, year).put(into);
    }
}

put_struct! { RulingColumns { person, post, period, what, ruled, reason, by, on } }
put_struct! { Roster { post, every, not_evaluated } }
put_struct! { NumberSigns { decimal, group, indian, example } }
put_struct! { Choice { name, texts } }
put_struct! { Belongs { own, team } }
put_struct! { Label { text, translations } }
put_enum! { YearOf { 0 = Year(year), 1 = Column(column) } }
put_enum! { TimeShape { 0 = Always, 1 = Dated(column), 2 = Valid { from, to }, 3 = Snapshot(column) } }
put_enum! { Route { 0 = Links(links), 1 = None, 2 = Ambiguous(data, one, other) } }

put_enum! {
    ColumnType {
        0 = Text,
        1 = Number { unit, cell_factor },
        2 = Date,
        3 = Period,
        4 = Flag,
        5 = Choice(choices),
        6 = Position,
        7 = Link { data, by },
    }
}

/// Places in lists.
macro_rules! places {
    ($($name:ident),*) => {$(
        impl Put for $name {
            fn put(&self, into: &mut Vec<u8>) {
                self.0.put(into);
            }
        }
    )*};
}

places! { ColumnIx, NodeId, MeasureId }

kept_struct! { RosterAnswer { posts, without_position, unevaluated } }
kept_struct! { Unevaluated { person, name, post, from, to } }
kept_struct! { Stint { from, to, team } }
kept_struct! { Team { key, states } }
kept_struct! { TeamState { from, name, parent } }
kept_struct! { Ruling { roster, person, post, period, what, ruled, reason, by, on, places } }
kept_struct! { RulingPlaces { person, post, period, what, ruled, reason } }
kept_struct! { Measured { value, rows, blanks } }
kept_struct! { Change { person, day, cells } }
kept_struct! { Uncounted { rows, totals, places } }
kept_struct! { Total { column, sum, unit } }
kept_struct! { BaseUnit { name, plural, kind } }
kept_enum! { BaseKind { 0 = Currency, 1 = Counted, 2 = Point, 3 = Time } }
kept_struct! { DisplayUnit { dimension, factor, singular, plural } }

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

impl Put for PersonPost {
    fn put(&self, into: &mut Vec<u8>) {
        let PersonPost { person, name, position, stints } = self;
        (person, name, position, stints.as_slice()).put(into);
    }
}

impl Take for PersonPost {
    fn take(from: &mut Bytes) -> Option<PersonPost> {
        let (person, name, position, stints) = <(_, _, _, Vec<Stint>)>::take(from)?;
        Some(PersonPost { person, name, position, stints: stints.into_iter().collect() })
    }
}
