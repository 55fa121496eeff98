//! Tables as people keep them, through the program: what a declaration says of cells is obeyed, and nothing is guessed.

use std::fs;
use std::process::Command;

/// What `merit data` says of one data set, whose clauses and columns these are.
fn told(clauses: &str, file: &str, bytes: impl AsRef<[u8]>, more: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("data")).unwrap();
    let spec = format!(
        "company \"C\" {{\n  currency CNY\n}}\n\ndata t \"T\" {{\n  file \"{file}\"\n  row item\n  may be empty\n  {}\n}}\n",
        clauses.replace("; ", "\n  ")
    );
    fs::write(folder.path().join("a.merit"), spec).unwrap();
    fs::write(folder.path().join("data").join(file), bytes).unwrap();
    let mut merit = Command::new(env!("CARGO_BIN_EXE_merit"));
    let output = merit.arg("data").args(more).current_dir(folder.path()).env("COLUMNS", "80").output().unwrap();
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}

fn csv(clauses: &str, text: &str) -> String {
    told(clauses, "t.csv", text, &[])
}

/// The line about a column.
fn line<'t>(told: &'t str, column: &str) -> &'t str {
    let line = told.lines().find(|line| line.split(' ').next() == Some(column));
    line.unwrap_or_else(|| panic!("no `{column}` in\n{told}"))
}

fn sound(told: &str) {
    assert!(!told.contains('×'), "{told}");
}

#[test]
fn a_declared_value_is_no_blank() {
    for (choices, cells, holds) in [
        ("none, gold", ["none", "gold", "none"], "none 2, gold 1"),
        ("na (\"NA\"), eu (\"EU\")", ["NA", "EU", ""], "na 1, eu 1"),
        ("not_applicable (\"N/A\"), gold", ["N/A", "gold", "n/a"], "not_applicable 2, gold 1"),
        ("minus (\"-\"), plus (\"+\")", ["-", "+", "-"], "minus 2, plus 1"),
        ("zero (\"null\"), one (\"1\")", ["null", "1", "NULL"], "zero 2, one 1"),
        ("half (\"/\"), full (\"x\")", ["/", "x", "／"], "half 2, full 1"),
        ("nothing (\"无\"), some (\"有\")", ["无", "有", ""], "nothing 1, some 1"),
        ("none, nil, gold", ["NONE", "None", "nil"], "none 2, nil 1"),
    ] {
        let rows: String = cells.iter().map(|cell| format!("P,{cell}\n")).collect();
        let told = csv(&format!("column id : text; column a : one of {choices} optional"), &format!("id,a\n{rows}"));
        sound(&told);
        assert!(line(&told, "a").ends_with(holds), "{choices}\n{told}");
    }
    let told = csv("column id : text; column a : one of none, gold", "id,a\nP1,none\nP2,-\n");
    assert!(told.contains("a cell of `a` is blank") && told.contains("row 3"), "{told}");
}

#[test]
fn declared_signs_for_blank_cells_are_no_repair() {
    let columns = "blank \"-\", \"n.a.\"; column id : text; column x : number optional blank \"0\"; column d : date optional blank \"9999-12-31\"; \
                   column s : text optional";
    let file = "id,x,d,s\nP1,-,9999-12-31,-\nP2,0,2026-07-01,n.a.\nP3,n.a.,-,0\nP4,5,,\n";
    let told = told_strictly(columns, file);
    sound(&told);
    assert!(line(&told, "x").contains("3  5 to 5"), "{told}");
    assert!(line(&told, "d").contains("3  2026-07-01 to 2026-07-01"), "{told}");
    assert!(line(&told, "s").contains("3  1 different"), "{told}");
    // What is not declared is told as before, and refused where nothing may be repaired.
    let other = "id,x,d,s\nP1,/,,\n";
    assert!(csv(columns, other).contains("sign for a blank cell: 1"));
    assert!(told_strictly(columns, other).contains("would have to be repaired"));
    // A text that may not be blank is blank by a declared sign.
    let text = csv("column id : text; column s : text blank \"-\"", "id,s\nP1,-\n");
    assert!(text.contains("a cell of `s` is blank"), "{text}");
}

fn told_strictly(clauses: &str, file: &str) -> String {
    told(clauses, "t.csv", file, &["--strict"])
}

#[test]
fn a_declared_form_of_dates_is_obeyed() {
    for (format, cell, day) in [
        ("YYYY-DD-MM", "2026-03-04", "2026-04-03"),
        ("YYYY-DD-MM", "2026-25-03", "2026-03-25"),
        ("YYYYDDMM", "20260304", "2026-04-03"),
        ("YYYY/DD/MM", "2026/3/4", "2026-04-03"),
        ("DD/MM/YY", "15/03/69", "1969-03-15"),
        ("DD/MM/YY", "15/03/98", "1998-03-15"),
        ("DD/MM/YY", "29/02/00", "2000-02-29"),
        ("DD.MM.YY", "01.01.49", "2049-01-01"),
        ("DD.MM.YY", "31.12.50", "1950-12-31"),
        ("YYMMDD", "500101", "1950-01-01"),
        ("DD. MM. YYYY", "3. 4. 2026", "2026-04-03"),
        ("DD.MM.YYYY", "2026-03-04", "2026-03-04"),
    ] {
        let told =
            csv(&format!("column id : text; column d : date format \"{format}\""), &format!("id,d\nP1,{cell}\n"));
        sound(&told);
        assert!(line(&told, "d").ends_with(&format!("{day} to {day}")), "{format} {cell}\n{told}");
    }
    for (format, cell, words) in [
        ("YYYY-DD-MM", "2026.02.03", "is not a date as `YYYY-DD-MM`"),
        ("YYYY-DD-MM", "20260203", "is not a date as `YYYY-DD-MM`"),
        ("YYYY-DD-MM", "2026/02/03", "is not a date as `YYYY-DD-MM`"),
        ("YYYY-DD-MM", "2026-03-25", "is a day that does not exist"),
        ("DD.MM.YYYY", "31.08.26", "write `format \"DD.MM.YY\"`"),
    ] {
        let told =
            csv(&format!("column id : text; column d : date format \"{format}\""), &format!("id,d\nP1,{cell}\n"));
        assert!(told.replace("\n        ", " ").contains(words), "{format} {cell}\n{told}");
    }
}

/// The help about the order of day and month is right when it is obeyed.
#[test]
fn a_help_about_dates_names_the_form_that_the_cell_has() {
    for cell in ["03/04/2026", "3.4.2026", "13.04.2026", "03-04-26", "3. 4. 2026", "04/13/26", "13/04/2026 10:30"] {
        let file = format!("id,d\nP1,{cell}\n");
        let text = csv("column id : text; column d : date", &file).replace("\n        ", " ");
        let format = text.split("`format \"").nth(1).and_then(|rest| rest.split('"').next());
        let format = format.unwrap_or_else(|| panic!("{cell}\n{text}"));
        sound(&csv(&format!("column id : text; column d : date format \"{format}\""), &file));
    }
}

#[test]
fn a_month_that_may_have_lost_a_zero_is_not_guessed() {
    for cell in ["2026.1", "２０２６．１", " 2026.1 ", "2026 . 1"] {
        let told = csv("column id : text; column m : period", &format!("id,m\na,2026.01\nb,{cell}\nc,2026.11\n"));
        assert!(told.contains("ambiguous-date") && told.contains("could be January, or October"), "{told}");
    }
    let told = csv("column id : text; column m : period", "id,m\na,2026.01\nb,2026.10\nc,2026.2\nd,2026/1\n");
    sound(&told);
    assert!(line(&told, "m").ends_with("2026-01 … 2026-10"), "{told}");
}

#[test]
fn no_thousands_begin_with_zero() {
    for cell in ["0 850", "00 850", "0'850", "010 888 888", "0,850,000", "0.850.000"] {
        let told = csv("column id : text; column n : number", &format!("id;n\nP1;{cell}\n"));
        assert!(told.contains("no thousands begin with 0"), "{cell}\n{told}");
    }
}
