//! Answers depend neither on the order of rows and files nor on threads; windows composed of months are those read
//! one by one.

use merit::language::AggregateFunction::{self, *};
use merit::language::BinaryOp;
use merit::model::data::*;
use merit::plan::query::*;
use merit::time::{Month, Months};

use crate::build::*;
use crate::measures::{POLICIES, company, own};

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.roll(at as u64 + 1) as usize);
        }
    }
}

const PEOPLE_COUNT: u64 = 40;

fn files(dice: &mut Dice, policies: u64) -> (Vec<String>, Vec<String>) {
    let mut people = Vec::new();
    for person in 0..PEOPLE_COUNT {
        let team = |dice: &mut Dice| ["HQ", "N", "S", "N1"][dice.roll(4) as usize];
        let post = |dice: &mut Dice| ["agent", "Team leader", "director"][dice.roll(3) as usize];
        people.push(format!(
            "q{person},Q{person},{},{},2024-01-01,2025-03-1{},10.5",
            post(dice),
            team(dice),
            dice.roll(9)
        ));
        people.push(format!(
            "q{person},Q{person},{},{},2025-04-0{},,1{person}",
            post(dice),
            team(dice),
            dice.roll(9) + 1
        ));
    }
    let policy = |number: u64, dice: &mut Dice| {
        let (year, month, day) = (2024 + dice.roll(2), dice.roll(12) + 1, dice.roll(28) + 1);
        let cents = if dice.roll(3) == 0 { format!(".{}", dice.roll(1000)) } else { String::new() };
        let premium = if dice.roll(20) == 0 { "-".into() } else { format!("{}{cents}", dice.roll(100_000)) };
        let (agent, status, customer) = (dice.roll(PEOPLE_COUNT), ["A", "C"][dice.roll(2) as usize], dice.roll(500));
        format!("{number},q{agent},{year}-{month:02}-{day:02},{premium},{status},c{customer}")
    };
    let policies = (0..policies).map(|number| policy(number, dice)).collect();
    (people, policies)
}

fn project(people: &[String], policies: &[String], parts: usize, threads: usize) -> Project {
    let mut project =
        company().file("people.csv", format!("staff_no,name,post,team,joined,left,pay\n{}\n", people.join("\n")));
    std::fs::remove_file(project.folder.path().join("policies.csv")).unwrap();
    for (part, rows) in policies.chunks(policies.len().div_ceil(parts)).enumerate() {
        let header = "policy_no,agent,issued,premium,status,customer";
        project = project.file(&format!("policies_{part}.csv"), format!("{header}\n{}\n", rows.join("\n")));
    }
    project.threads = threads;
    project
}

const FUNCTIONS: [AggregateFunction; 10] =
    [Sum, Count, CountDistinct, Share, Average, Median, Percentile, Min, Max, Latest];

fn ask(project: &mut Project) {
    let premium = project.path(POLICIES, "premium");
    let customer = project.path(POLICIES, "customer");
    let city = project.path(POLICIES, "agent.team.name");
    let north = project.constant(POLICIES, merit::value::Value::text("North"));
    let in_north = project.node(POLICIES, RowNode::Binary(BinaryOp::Equal, city, north));
    let seven = project.constant(POLICIES, number("7"));
    let odd = project.node(POLICIES, RowNode::Binary(BinaryOp::Divide, premium, seven));
    let quarters = [("2024-01", 3), ("2024-04", 3), ("2024-01", 12), ("2025-01", 6), ("2024-10", 6), ("2026-01", 1)];
    for function in FUNCTIONS {
        for group in [Group::Company, Group::Team { via: vec![ColumnIx(1), ColumnIx(3)] }, own(&[1])] {
            for (first, count) in quarters {
                let value = match function {
                    Count => None,
                    Share => Some(in_north),
                    CountDistinct => Some(customer),
                    Average => Some(odd),
                    _ => Some(premium),
                };
                let rows = Rows::Dated { column: ColumnIx(2), months: months(first, count) };
                let id = project.measure(POLICIES, function, value, rows);
                project.by(id, group.clone());
                project.query.measures[id.0].fraction = (function == Percentile).then(|| "0.35".parse().unwrap());
                if count == 6 {
                    project.only(id, in_north);
                }
            }
        }
    }
    let days = Rows::HeldDuring(day("2025-01-01"), day("2025-06-30"));
    for group in [Group::Company, own(&[])] {
        let id = project.measure(1, Count, None, days.clone());
        project.by(id, group);
    }
}

fn shown(answers: &Answers) -> String {
    let people: Vec<_> = answers.rosters.iter().map(|roster| (&roster.posts, &roster.without_position)).collect();
    format!("{people:?}\n{:?}\n{:?}\n{:?}", answers.teams, answers.measures, answers.reads)
}

#[test]
fn order_and_threads_do_not_matter() {
    let mut dice = Dice(7);
    let (mut people, mut policies) = files(&mut dice, 3_000);
    let mut one = project(&people, &policies, 1, 1);
    ask(&mut one);
    let expected = shown(&one.answers());
    for (parts, threads) in [(1, 2), (3, 1), (4, 2)] {
        dice.shuffle(&mut people);
        dice.shuffle(&mut policies);
        let mut other = project(&people, &policies, parts, threads);
        ask(&mut other);
        assert_eq!(shown(&other.answers()), expected, "{parts} files, {threads} threads");
    }
}

#[test]
fn many_rows_are_shared_by_threads() {
    let mut dice = Dice(11);
    let (people, mut policies) = files(&mut dice, 100_000);
    let mut one = project(&people, &policies, 1, 1);
    ask(&mut one);
    let expected = shown(&one.answers());
    dice.shuffle(&mut policies);
    let mut other = project(&people, &policies, 1, 2);
    ask(&mut other);
    assert!(shown(&other.answers()) == expected);
}

#[test]
fn windows_composed_of_months_are_those_read_alone() {
    let mut dice = Dice(3);
    let (people, policies) = files(&mut dice, 2_000);
    let mut together = project(&people, &policies, 1, 1);
    ask(&mut together);
    let all = together.answers();
    for (place, measure) in together.query.measures.iter().enumerate().step_by(5) {
        let mut alone = project(&people, &policies, 1, 1);
        alone.query.tables = together.query.tables.clone();
        alone.query.measures = vec![measure.clone()];
        assert_eq!(alone.answers().measures[0], all.measures[place], "{measure:?}");
    }
    // And a slow way: the year is the sum of its months.
    let mut months_only = project(&people, &policies, 1, 1);
    let premium = months_only.path(POLICIES, "premium");
    let window = |first: i32, count: u32| Rows::Dated {
        column: ColumnIx(2),
        months: Months { first: Month(Month::new(2024, 1).0 + first), count },
    };
    for month in 0..12 {
        months_only.measure(POLICIES, Sum, Some(premium), window(month, 1));
    }
    let year = months_only.measure(POLICIES, Sum, Some(premium), window(0, 12));
    let answers = months_only.answers();
    let total = answers.measures[..12]
        .iter()
        .fold(merit::number::Number::ZERO, |sum, month| sum.add(month.get(0).unwrap().value.as_number().unwrap()));
    assert_eq!(answers.measures[year.0].get(0).unwrap().value.as_number(), Some(&total));
}
