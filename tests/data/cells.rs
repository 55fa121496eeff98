//! Cells that cannot be read, and rows that do not fit together.

use merit::model::data::*;
use merit::model::types::unit::DisplayUnit;
use merit::number::Number;

use crate::build::*;

/// The errors of one column with these cells.
fn cells(declared: Column, cells: &[&str]) -> String {
    let name = declared.name.clone();
    let data = data("things", "thing", vec![declared, column("other", ColumnType::Text)]);
    let rows: String = cells.iter().map(|cell| format!("\"{cell}\",x\n")).collect();
    Project::new(vec![data]).file("things.csv", format!("{name},other\n{rows}")).errors()
}

#[test]
fn bad_cells() {
    let percent = |factor| ColumnType::Number { unit: DisplayUnit::percent(), cell_factor: factor };
    let status = choices(&[("active", &["A", "有效"]), ("surrendered", &["S"]), ("lapsed", &[])]);
    let ages = Column { limits: Some((Number::from(16), Number::from(80))), ..column("age", plain()) };
    let formatted = Column { format: Some("DD/MM/YYYY".into()), ..column("paid", ColumnType::Date) };
    let many: Vec<String> = (0..30).map(|at| format!("n{at}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let all = [
        cells(column("premium", money()), &["abc", "1,23", "12,3", "1.2E+05", "$5", "5%", ""]),
        cells(column("premium", money()), &many),
        cells(column("premium", money()), &["12345678901234567890123456789.5"]),
        cells(column("rate", percent(None)), &["85", "85%", "0"]),
        cells(ages, &["15", "16", "81"]),
        cells(
            column("issued", ColumnType::Date),
            &["03/04/2026", "13/04/2026", "04/13/2026", "2026-02-30", "soon", "-"],
        ),
        cells(formatted, &["03/04/2026", "03.04.2026"]),
        cells(column("month", ColumnType::Period), &["2026-07", "July"]),
        cells(column("full_time", ColumnType::Flag), &["是", "N", "maybe"]),
        cells(column("status", status), &["A", "ACTIVE", "有效", "Surrendred", "Surrendred", "废"]),
        cells(column("name", ColumnType::Text), &["", "-", "x"]),
    ];
    assert_snapshot!(all.join("---\n"));
}

#[test]
fn blanks_are_missing_in_optional_columns() {
    for blank in ["", "-", "—", "/", "N/A", " "] {
        assert_eq!(cells(optional(column("premium", money())), &[blank]), "no errors");
    }
    let status = choices(&[("active", &["A"])]);
    assert_eq!(cells(column("status", status), &["active", " A ", "ａ", "ACTIVE"]), "no errors");
}

fn organisation() -> DataSet {
    let columns = vec![column("code", ColumnType::Text), optional(column("parent", link(0)))];
    let mut data = data("teams", "team", columns);
    data.key = vec![ColumnIx(0)];
    data.organisation = Some(ColumnIx(1));
    data
}

#[test]
fn circles_and_unknown_parents() {
    let mut project = Project::new(vec![organisation()]).file("teams.csv", "code,parent\nA,\nB,C\nC,D\nD,B\nE,E\n");
    project.query.organisation = Some(DataId(0));
    let circles = project.errors();
    let project = project.file("teams.csv", "code,parent\nNorth,\nSouth,\nN1,north\nN2,Nroth\nN3,Nroth\n");
    assert_snapshot!(format!("{circles}---\n{}", project.errors()));
}

#[test]
fn a_tree_that_changes_is_whole_on_every_day() {
    let organisation = |until: bool| {
        let mut data = organisation();
        data.columns.push(column("since", ColumnType::Date));
        data.columns.push(optional(column("until", ColumnType::Date)));
        data.time = match until {
            true => TimeShape::Valid { from: ColumnIx(2), to: Some(ColumnIx(3)) },
            false => TimeShape::Snapshot(ColumnIx(2)),
        };
        data
    };
    let errors = |until: bool, rows: &str| {
        let file = format!("code,parent,since,until\n{}\n", rows.replace(' ', "\n"));
        let mut project = Project::new(vec![organisation(until)]).file("teams.csv", &file);
        project.query.organisation = Some(DataId(0));
        project.errors()
    };
    let all = [
        // A under B, then B under A: no circle on any day.
        errors(true, "A,B,2024-01-01,2024-12-31 B,,2024-01-01,2024-12-31 A,,2025-01-01, B,A,2025-01-01,"),
        // From 1 March on they lie below one another.
        errors(true, "A,B,2024-01-01, B,,2024-01-01,2025-02-28 B,C,2025-03-01, C,A,2024-06-01,"),
        // Ends before, begins after, has a gap, is not there at all on the days of the row.
        errors(true, "A,,2024-01-01,2025-12-31 B,A,2024-01-01,"),
        errors(true, "A,,2024-01-01, B,A,2023-01-01,"),
        errors(true, "A,,2024-01-01,2024-06-30 A,,2024-07-02, B,A,2024-01-01,"),
        errors(true, "A,,2024-01-01,2024-06-30 B,A,2025-01-01,"),
        errors(false, "A,,2024-01-01, B,A,2024-01-01, A,,2024-07-01, B,A,2024-07-01,"),
        errors(false, "A,,2024-01-01, B,A,2024-01-01, C,,2024-07-01, B,A,2024-07-01,"),
        errors(false, "A,B,2024-07-01, B,A,2024-07-01, A,,2024-01-01, B,A,2024-01-01,"),
    ];
    assert_snapshot!(all.join("---\n"));
}

#[test]
fn keys_are_unique_on_each_day() {
    let columns = |date: bool| {
        let mut columns = vec![column("staff_no", ColumnType::Text), column("name", ColumnType::Text)];
        if date {
            columns.push(column("joined", ColumnType::Date));
            columns.push(optional(column("left", ColumnType::Date)));
        }
        columns
    };
    let mut people = data("people", "person", columns(false));
    people.key = vec![ColumnIx(0)];
    let twice = Project::new(vec![people]).file("people.csv", "staff_no,name\n1,a\n2,b\n1,c\n1,d\n").errors();
    let mut people = data("people", "person", columns(true));
    people.key = vec![ColumnIx(0)];
    people.time = TimeShape::Valid { from: ColumnIx(2), to: Some(ColumnIx(3)) };
    let rows = "staff_no,name,joined,left\n\
                1,a,2024-01-01,2024-06-30\n1,a,2024-07-01,\n\
                2,b,2024-01-01,2024-07-01\n2,b,2024-07-01,2024-12-31\n\
                3,c,2024-01-01,\n3,c,2025-01-01,2025-02-01\n3,c,2026-01-01,\n\
                4,d,2024-05-01,2024-04-01\n";
    let project = Project::new(vec![people.clone()]).file("people.csv", rows);
    let backward = project.errors();
    let project = project.file("people.csv", rows.replace("4,d,2024-05-01,2024-04-01\n", ""));
    let mut stock = people;
    stock.time = TimeShape::Snapshot(ColumnIx(2));
    let rows = "staff_no,name,joined,left\n1,a,2024-01-31,\n1,a,2024-02-29,\n1,a,2024-02-29,\n";
    let stock = Project::new(vec![stock]).file("people.csv", rows).errors();
    assert_snapshot!([twice, backward, project.errors(), stock].join("---\n"));
}

#[test]
fn every_table_is_reported() {
    let things = data("things", "thing", vec![column("size", plain())]);
    let others = data("others", "other", vec![column("day", ColumnType::Date)]);
    let project = Project::new(vec![things, others, organisation()])
        .file("things.csv", "size\nbig\n")
        .file("others.csv", "day\nsoon\n");
    let errors = project.errors();
    for expected in ["`big` is not a number", "`soon` is not a date", "no file for `teams`"] {
        assert!(errors.contains(expected), "{errors}");
    }
}
