//! Tables that are read without being kept: they really go by, what links lead to is still there, and what is wrong
//! is told as ever.

use std::collections::BTreeMap;
use std::sync::Mutex;

use merit::data::options::Progress;
use merit::language::AggregateFunction::*;
use merit::language::BinaryOp;
use merit::model::data::*;
use merit::plan::query::*;

use crate::build::*;
use crate::measures::{PEOPLE, POLICIES, company};

const RECEIPTS: usize = 3;
const IN_FORCE: usize = 4;

/// Policies with receipts, and once more as a stock.
fn project(receipts: &str, policies: &str) -> Project {
    let Project { mut model, folder, .. } = company();
    let mut receipts_data = data(
        "receipts",
        "item",
        vec![column("policy", link(POLICIES)), column("paid", ColumnType::Date), column("amount", money())],
    );
    receipts_data.time = TimeShape::Dated(ColumnIx(1));
    let mut in_force = data(
        "policies",
        "policy",
        vec![
            column("policy_no", ColumnType::Text),
            column("agent", link(PEOPLE)),
            column("issued", ColumnType::Date),
            optional(column("ended", ColumnType::Date)),
        ],
    );
    in_force.name = "in_force".into();
    in_force.key = vec![ColumnIx(0)];
    in_force.time = TimeShape::Valid { from: ColumnIx(2), to: Some(ColumnIx(3)) };
    model.data.extend([receipts_data, in_force]);
    let rosters = vec![DataId(PEOPLE)];
    let mut project = Project::new(model.data);
    (project.query.rosters, project.query.organisation) = (rosters, Some(DataId(0)));
    project.model.positions = model.positions;
    for name in ["teams.csv", "people.csv"] {
        project = project.file(name, std::fs::read(folder.path().join(name)).unwrap());
    }
    let header = "policy_no,agent,issued,premium,status,customer,ended";
    project
        .file("policies.csv", format!("{header}\n{policies}"))
        .file("receipts.csv", format!("policy,paid,amount\n{receipts}"))
}

const SOLD: &str = "1,p1,2026-07-01,100,A,c1,\n2,p2,2026-07-02,200,C,c1,2026-08-01\n\
                    3,p1,2026-08-03,300.5,A,c2,\n4,p2,2026-09-04,400,A,c3,\n";
const PAID: &str = "2,2026-07-10,20\n3,2026-08-10,30\n3,2026-09-10,31\n";

fn quarter(column: usize) -> Rows {
    Rows::Dated { column: ColumnIx(column), months: months("2026-07", 3) }
}

/// What was paid for policies of a status; what was paid for each policy; how many are in force.
fn ask(project: &mut Project) -> [MeasureId; 4] {
    let amount = project.path(RECEIPTS, "amount");
    let premium = project.path(POLICIES, "premium");
    let status = project.path(RECEIPTS, "policy.status");
    let active = project.constant(RECEIPTS, merit::value::Value::Choice(0));
    let active = project.node(RECEIPTS, RowNode::Binary(BinaryOp::Equal, status, active));
    let paid_active = project.measure(RECEIPTS, Sum, Some(amount), quarter(1));
    project.only(paid_active, active);
    let paid = project.measure(RECEIPTS, Sum, Some(amount), quarter(1));
    project.by(paid, Group::Key { data: DataId(POLICIES), via: vec![ColumnIx(0)] });
    let of_policy = project.node(POLICIES, RowNode::Inner { via: Vec::new(), measure: paid });
    let smallest = project.measure(POLICIES, Min, Some(of_policy), quarter(2));
    let sold = project.measure(POLICIES, Sum, Some(premium), quarter(2));
    let held = project.measure(IN_FORCE, Count, None, Rows::HeldOn(day("2026-09-30")));
    [paid_active, smallest, sold, held]
}

/// How often reading each file began.
#[derive(Default)]
struct Begun(Mutex<BTreeMap<String, usize>>);

impl Progress for Begun {
    fn started(&self, file: &str, _: u64) {
        let name = file.rsplit('/').next().unwrap_or(file).to_string();
        *self.0.lock().unwrap().entry(name).or_default() += 1;
    }
    fn advanced(&self, _: &str, _: u64) {}
    fn finished(&self, _: &str) {}
}

#[test]
fn each_file_is_read_once() {
    let mut project = project(PAID, SOLD);
    let asked = ask(&mut project);
    let answers = project.answers();
    let shown: Vec<String> =
        asked.iter().map(|id| format!("{:?}", answers.measures[id.0].get(0).unwrap().value)).collect();
    let expected = ["61", "0", "1000.5", "3"].map(|text| format!("{:?}", number(text)));
    assert_eq!(shown, expected);
    // Two data sets are in the policies, whether their rows go by or are kept.
    for stream_above in [0, u64::MAX] {
        let begun = Begun::default();
        project.answer(&project.query, stream_above, 64, 2, Some(&begun)).unwrap();
        let begun: Vec<(String, usize)> = begun.0.into_inner().unwrap().into_iter().collect();
        let once = |name: &str| (name.to_string(), 1);
        assert_eq!(begun, [once("people.csv"), once("policies.csv"), once("receipts.csv"), once("teams.csv")]);
    }
}

/// Wherever a block ends: inside a cell in quotes, between its lines, between the two signs of a line end.
#[test]
fn no_row_is_lost_where_blocks_end() {
    for (end, quote) in [("\n", ""), ("\r\n", ""), ("\n", "\""), ("\r\n", "\"")] {
        let mut policies = String::new();
        for number in 0..60 {
            let customer = match (number % 4, quote) {
                (_, "") => format!("c{number}"),
                (0, _) => format!("\"c\n\n,{number}\""),
                (1, _) => format!("\"c \"\"of{end}x\"\" {number}\""),
                _ => format!("\"c{number}\""),
            };
            let agent = if number % 3 == 0 { "p1" } else { "p2" };
            policies +=
                &format!("{number},{quote}{agent}{quote},2026-07-{:02},{number}.5,A,{customer},{end}", number % 30 + 1);
        }
        let mut project = project(PAID, &policies);
        let premium = project.path(POLICIES, "premium");
        let own = Group::Own { roster: DataId(PEOPLE), via: vec![ColumnIx(1)] };
        let sold = project.measure(POLICIES, Sum, Some(premium), quarter(2));
        let count = project.measure(POLICIES, Count, None, quarter(2));
        let held = project.measure(IN_FORCE, Count, None, Rows::HeldOn(day("2026-09-30")));
        let of_agents = project.measure(POLICIES, Sum, Some(premium), quarter(2));
        project.by(of_agents, own);
        for block in (1..200).chain([1 << 12]) {
            let answers = project.answer(&project.query, 0, block, 1 + block % 8, None).unwrap();
            let value = |id: MeasureId, at: usize| format!("{:?}", answers.measures[id.0].get(at).unwrap().value);
            let shown = [value(sold, 0), value(count, 0), value(held, 0), value(of_agents, 0)];
            let expected = ["1800", "60", "60", "580"].map(|text| format!("{:?}", number(text)));
            assert_eq!(shown, expected, "blocks of {block} bytes, line ends {end:?}, quotes {quote:?}");
        }
    }
}

/// That rows go on below a blank one is told of tables that go by as of those that are kept.
#[test]
fn rows_below_blank_ones_are_told_wherever_blocks_end() {
    for (blanks, expected) in [
        (&[0, 60][..], None),
        (&[10], Some(13)),
        (&[0, 30, 50], Some(34)),
        (&[30, 30, 30], Some(35)),
        (&[59, 60], Some(62)),
    ] {
        let blank = |before: usize| blanks.iter().filter(|at| **at == before).count();
        for blank_row in ["\n", ",,,,,,\n"] {
            let row = |at: usize| match at {
                60 => String::new(),
                _ => format!("{at},p1,2026-07-01,1,A,c{at},\n"),
            };
            let policies: String = (0..=60).map(|at| blank_row.repeat(blank(at)) + &row(at)).collect();
            let mut project = project(PAID, &policies);
            ask(&mut project);
            let told = |stream_above: u64, block: usize| -> Vec<(String, Option<u64>)> {
                let answers = project.answer(&project.query, stream_above, block, 1 + block % 3, None).unwrap();
                let below = |doubt: &Doubt| match doubt {
                    Doubt::BelowBlank { data, place } => Some((data.clone(), place.row)),
                    _ => None,
                };
                answers.doubts.iter().filter_map(below).collect()
            };
            let all = ["policies", "in_force"].map(|data| (data.to_string(), expected));
            let all = if expected.is_some() { all.to_vec() } else { Vec::new() };
            assert_eq!(told(u64::MAX, 1 << 12), all, "{blanks:?}");
            for block in (1..400).step_by(7).chain([1 << 12]) {
                assert_eq!(told(0, block), all, "{blanks:?}, blocks of {block} bytes");
            }
        }
    }
}

#[test]
fn what_is_wrong_is_told_with_its_rows() {
    for (receipts, policies, expected) in [
        (PAID.to_string(), format!("{SOLD}2,p1,2026-10-05,1,A,c9,\n"), "row 6"),
        (format!("{PAID}77,2026-09-11,1\n"), SOLD.to_string(), "77"),
        (PAID.to_string(), format!("{SOLD}5,nobody,2026-07-05,1,A,c9,\n"), "nobody"),
        (PAID.to_string(), format!("{SOLD}5,p1,2026-07-05,one,A,c9,\n"), "one"),
        (PAID.to_string(), format!("{SOLD}5,p1,2026-07-05,1,A\n"), "row 6"),
        (PAID.to_string(), format!("{SOLD}5,p1,2026-07-05,1,A,c9,2026-07-04\n"), "row 6"),
        (PAID.to_string(), format!("{SOLD}5,\"p1,2026-07-05,1,A,c9,\n"), "row 6"),
    ] {
        let mut project = project(&receipts, &policies);
        ask(&mut project);
        let errors = project.errors();
        assert!(errors.contains(expected), "{expected}: {errors}");
    }
}

/// Many policies, each with a customer of its own.
fn many(double: Option<usize>) -> Project {
    let row = |number: usize| format!("{number},p1,2026-07-{:02},{number},A,c{number},\n", number % 30 + 1);
    let policies: String = (0..20_000).chain(double).map(row).collect();
    let mut project = project("2,2026-07-10,20\n", &policies);
    project.memory = Some(400_000);
    project
}

#[test]
fn little_memory_gives_the_same_answers() {
    let mut project = many(None);
    let [premium, customer] = ["premium", "customer"].map(|column| project.path(POLICIES, column));
    let sold = project.measure(POLICIES, Sum, Some(premium), quarter(2));
    let held = project.measure(IN_FORCE, Count, None, Rows::HeldOn(day("2026-09-30")));
    let of_agents = project.measure(POLICIES, CountDistinct, Some(premium), quarter(2));
    project.by(of_agents, Group::Own { roster: DataId(PEOPLE), via: vec![ColumnIx(1)] });
    let customers = project.measure(POLICIES, CountDistinct, Some(customer), quarter(2));
    let expected = ["199990000", "20000"].map(|text| format!("{:?}", number(text)));
    for memory in [None, Some(12_000_000)] {
        project.memory = memory;
        let answers = project.answer(&project.query, 0, 5_000, 3, None).unwrap();
        let value = |id: MeasureId| format!("{:?}", answers.measures[id.0].get(0).unwrap().value);
        assert_eq!([value(sold), value(held)], expected);
        assert_eq!([value(of_agents), value(customers)], [expected[1].clone(), expected[1].clone()]);
    }
    // Keys alone go to files.
    let mut project = many(None);
    let premium = project.path(POLICIES, "premium");
    let sold = project.measure(POLICIES, Sum, Some(premium), quarter(2));
    let held = project.measure(IN_FORCE, Count, None, Rows::HeldOn(day("2026-09-30")));
    for threads in [1, 4] {
        let answers = project.answer(&project.query, 0, 5_000, threads, None).unwrap();
        let value = |id: MeasureId| format!("{:?}", answers.measures[id.0].get(0).unwrap().value);
        assert_eq!([value(sold), value(held)], expected);
    }
}

/// Medians and distinct counts by groups and windows that overlap: from files as from memory.
#[test]
fn lists_that_do_not_fit_go_to_files() {
    let mut project = many(None);
    let [premium, customer] = ["premium", "customer"].map(|column| project.path(POLICIES, column));
    // Most of these are no decimals.
    let thirteen = project.constant(POLICIES, number("13"));
    let part = project.node(POLICIES, RowNode::Binary(BinaryOp::Divide, premium, thirteen));
    let mut ids = Vec::new();
    for months_back in 0..3 {
        let rows = Rows::Dated { column: ColumnIx(2), months: months("2026-06", 1 + months_back) };
        for (function, value) in [
            (Median, premium),
            (Percentile, premium),
            (CountDistinct, customer),
            (Median, part),
            (Percentile, part),
            (CountDistinct, part),
        ] {
            for group in [
                Group::Company,
                Group::Team { via: vec![ColumnIx(1), ColumnIx(2)] },
                Group::Own { roster: DataId(PEOPLE), via: vec![ColumnIx(1)] },
            ] {
                let id = project.measure(POLICIES, function, Some(value), rows.clone());
                project.query.measures[id.0].fraction = (function == Percentile).then(|| "0.9".parse().unwrap());
                ids.push(project.by(id, group));
            }
        }
    }
    let mut answered = |memory, threads| {
        project.memory = memory;
        let answers = project.answer(&project.query, 0, 5_000, threads, None).unwrap();
        ids.iter().map(|id| format!("{:?}", answers.measures[id.0])).collect::<Vec<_>>()
    };
    let expected = answered(None, 2);
    for known in ["Number(9999.5)", "Number(19999/26)", "Number(20000)"] {
        assert!(expected.iter().any(|answer| answer.contains(known)), "{known}: {expected:?}");
    }
    for threads in [1, 3] {
        assert_eq!(answered(Some(4_000_000), threads), expected);
    }
}

#[test]
fn what_does_not_fit_is_refused_with_what_helps() {
    let mut told = String::new();
    for (double, function) in [(None, Median), (None, Only), (Some(77), Sum)] {
        let mut project = many(double);
        let mut premium = project.path(POLICIES, "premium");
        if function == Median {
            // Fractions so long that they have no place in a file.
            let long = project.constant(POLICIES, number("1000000000000000000000000003"));
            for _ in 0..2 {
                premium = project.node(POLICIES, RowNode::Binary(BinaryOp::Divide, premium, long));
            }
        }
        project.measure(POLICIES, function, Some(premium), quarter(2));
        let errors = project.answer(&project.query, 0, 5_000, 2, None).unwrap_err();
        told += &format!("{function:?}\n{}", project.show(&errors));
    }
    assert_snapshot!(told);
}
