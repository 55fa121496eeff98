//! Tables as people keep them, through the program: what a declaration says of cells is obeyed, and nothing is guessed.

#[path = "support/xlsx.rs"]
mod xlsx;

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

/// What a spreadsheet holds as a number is a sign by its value, and no declared form is about it.
#[test]
fn declared_forms_and_numbers_of_a_spreadsheet() {
    let number = |place: &str, number: &str| format!("<c r=\"{place}\"><v>{number}</v></c>");
    let mut rows =
        format!("<row r=\"1\">{}{}{}</row>", xlsx::text("A1", "id"), xlsx::text("B1", "x"), xlsx::text("C1", "y"));
    for (at, (x, y)) in [("0", "1.234"), ("-1.5", "2.5"), ("7", "0")].into_iter().enumerate() {
        let row = at + 2;
        let id = xlsx::text(&format!("A{row}"), &format!("P{row}"));
        rows +=
            &format!("<row r=\"{row}\">{id}{}{}</row>", number(&format!("B{row}"), x), number(&format!("C{row}"), y));
    }
    let columns = "numbers \"1.234,56\"; column id : text; column x : number optional blank \"0\", \"-1,50\"; \
                   column y : number optional blank \"0,00\"";
    let told = told(columns, "t.xlsx", xlsx::Book::of(&rows).bytes(), &[]);
    sound(&told);
    assert!(line(&told, "x").contains("2  7 to 7"), "{told}");
    assert!(line(&told, "y").contains("1  1.23 to 2.5"), "{told}");
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

// ---------------------------------------------------------------- months side by side

const ACROSS: &str = "column team : text; column month : period; column amount : CNY optional";

/// Months of 2026 with amounts 1, 2, 3, … in one row.
fn across(headers: &str) -> String {
    across_as("months of 2026 across as month, amount", "t.csv", "", headers)
}

fn across_as(clause: &str, file: &str, titles: &str, headers: &str) -> String {
    let values: Vec<String> = (1..=headers.split(',').count()).map(|at| at.to_string()).collect();
    // The byte order mark says that it is UTF-8: these few words could be read in other encodings as well.
    let text = format!("\u{feff}{titles}team,{headers}\nA,{}\n", values.join(","));
    told(&format!("{clause}; {ACROSS}"), file, text, &[])
}

/// All on one line, as it was before it was broken for the terminal.
fn flat(told: &str) -> String {
    told.replace("\n  │ ", " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn months_are_read_in_the_languages_of_offices() {
    for headers in [
        "Jan,Feb,Mär,Apr,Mai,Jun,Jul,Aug,Sep,Okt,Nov,Dez",
        "JAN.,FEB.,MRZ.,APR.,MAI,JUN.,JUL.,AUG.,SEPT.,OKT.,NOV.,DEZ.",
        "Jänner,Februar,März,April,Mai,Juni,Juli,August,September,Oktober,November,Dezember",
        "janv,févr,mars,avr,mai,juin,juil,août,sept,oct,nov,déc",
        "JANVIER,FEVRIER,MARS,AVRIL,MAI,JUIN,JUILLET,AOUT,SEPTEMBRE,OCTOBRE,NOVEMBRE,DECEMBRE",
        "Ene,Feb,Mar,Abr,May,Jun,Jul,Ago,Sep,Oct,Nov,Dic",
        "gen,feb,mar,apr,mag,giu,lug,ago,set,ott,nov,dic",
        "jan,fev,mar,abr,mai,jun,jul,ago,set,out,nov,dez",
        "styczeń,luty,marzec,kwiecień,maj,czerwiec,lipiec,sierpień,wrzesień,październik,listopad,grudzień",
        "leden,únor,březen,duben,květen,červen,červenec,srpen,září,říjen,listopad,prosinec",
        "siječanj,veljača,ožujak,travanj,svibanj,lipanj,srpanj,kolovoz,rujan,listopad,studeni,prosinac",
        "январь,февраль,март,апрель,май,июнь,июль,август,сентябрь,октябрь,ноябрь,декабрь",
        "Ocak,Şubat,Mart,Nisan,Mayıs,Haziran,Temmuz,Ağustos,Eylül,Ekim,Kasım,Aralık",
        "OCAK,ŞUBAT,MART,NİSAN,MAYIS,HAZİRAN,TEMMUZ,AĞUSTOS,EYLÜL,EKİM,KASIM,ARALIK",
        "1월,2월,3월,4월,5월,6월,7월,8월,9월,10월,11월,12월",
        "一月,二月,三月,四月,五月,六月,七月,八月,九月,十月,十一月,十二月",
        "1 月,2月,03 月,4月,5月,6月,7月,8月,9月,10月,11月,12 月",
        "Tháng 1,Tháng 2,Tháng 3,Tháng 4,Tháng 5,Tháng 6,Tháng 7,Tháng 8,Tháng 9,Tháng 10,Tháng 11,Tháng 12",
        "ม.ค.,ก.พ.,มี.ค.,เม.ย.,พ.ค.,มิ.ย.,ก.ค.,ส.ค.,ก.ย.,ต.ค.,พ.ย.,ธ.ค.",
        "\"Jan\n2026\",Feb 2026,2026-03,04/2026,2026年5月,Jun-26,2026.07,2026.08,2026.09,2026.10,2026.11,2026.12",
    ] {
        let told = across(headers);
        sound(&told);
        assert!(line(&told, "month").ends_with("2026-01 … 2026-12"), "{headers}\n{told}");
        assert!(line(&told, "amount").ends_with("1 to 12, total 78"), "{headers}\n{told}");
    }
}

#[test]
fn nothing_beside_months_is_passed_over() {
    for (headers, words) in [
        ("Jan,Feb,Mar,Apr,May,Jun,July,Agust,Sep,Oct,Nov,Dec", "`Agust` may be `August`"),
        ("l月,2月,3月", "`l月` may be `1月`"),
        ("一月,二月,叁月", "`叁月` may be `3月`"),
        ("Jan,Feb,Mar,Out,Nov", "`Out` stands beside the months"),
        ("Jan,Plan,Feb", "`ignore columns \"Plan\"`"),
        ("Jan,Feb,Mar,Apri1,Ma1", "`Apri1` and `Ma1` stand beside"),
        ("Jan,,Mar", "column C (without a header) stands beside"),
        ("Jan,Feb,\"Head\ncount\"", "`ignore columns \"Head count\"`"),
        ("Quote,Jan,Feb", "`Quote` stands beside the months"),
    ] {
        let told = flat(&across(headers));
        assert!(told.contains("unclear-month") && told.contains(words), "{headers}\n{told}");
    }
    // Obeyed, the help leaves the column out; totals, quarters and texts are none anyway.
    let left_out = "ignore columns \"Plan\", \"Head count\"; months of 2026 across as month, amount";
    for headers in ["Jan,Plan,Feb", "Jan,Feb,\"Head\ncount\"", "Jan,Feb,Q1,Total,Gesamt 2026,合计,H1,2026"] {
        let told = across_as(left_out, "t.csv", "", headers);
        sound(&told);
        assert!(line(&told, "month").ends_with("2026-01 … 2026-02"), "{headers}\n{told}");
    }
    let told = csv(
        &format!("months of 2026 across as month, amount; {ACROSS}"),
        "name,team,Jan,Feb,note\nAnn,A,1,2,good\nBob,B,3,4,\n",
    );
    sound(&told);
}

#[test]
fn order_makes_no_years() {
    for (headers, words) in [
        ("3月,2月,1月", "`2月` stands behind `3月`"),
        ("Apr,Aug,Dec,Feb,Jan", "`Feb` stands behind `Dec`"),
        ("Nov,Dec,Jan,Feb", "`Jan` stands behind `Dec`"),
        ("2025年12月,1月,2月", "`1月` and `2月` name no year, and `2025年12月` does"),
        ("2026年1月,2月,3月", "`2月` and `3月` name no year"),
        ("2025-01,2025-02", "are declared to be of 2026"),
        ("2026.1,2026.11,2026.12", "`2026.1` could be January, or October"),
        ("listopad", "is October in Croatian, November in"),
        ("lis,pro", "October in Croatian"),
        ("Jan,Feb,Jan.", "two columns for one month"),
    ] {
        let told = flat(&across(headers));
        assert!(told.contains(words), "{headers}\n{told}");
        assert_eq!(told.matches('×').count(), 1, "{told}");
    }
    for headers in ["2027-01,2026-12,2026-11", "Dez 2026,Nov 2026", "12/2026,01/2027"] {
        sound(&across(headers));
    }
}

#[test]
fn the_year_stands_in_one_certain_place() {
    let clause = "months across as month, amount";
    for (file, titles) in [
        ("plan 2026.csv", ""),
        ("t.csv", "Budget 2026,,\n"),
        ("t_2026.csv", "Budget 2026年,,\n"),
        ("t.csv", "预算２０２６,,\n"),
    ] {
        let told = across_as(clause, file, titles, "Jan,Feb");
        sound(&told);
        assert!(line(&told, "month").ends_with("2026-01 … 2026-02"), "{file} {titles}\n{told}");
    }
    for (file, titles, words) in [
        ("t.csv", "", "does not say of which year"),
        ("t_2026.csv", "As of 2025-12-31,,\n", "names several years, 2025 and 2026"),
        ("t 2025-26.csv", "", "names several years, 2025 and 2026"),
    ] {
        let told = flat(&across_as(clause, file, titles, "Jan,Feb"));
        assert!(told.contains(words), "{file} {titles}\n{told}");
    }
    // The name of the sheet is the nearest.
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("Plan 2026").unwrap();
    for (row, cells) in [["As of 31.12.2025", "", ""], ["team", "Jan", "Feb"]].iter().enumerate() {
        for (at, cell) in cells.iter().enumerate() {
            sheet.write_string(row as u32, at as u16, *cell).unwrap();
        }
    }
    sheet.write_string(2, 0, "A").unwrap();
    sheet.write_number(2, 1, 5).unwrap();
    sheet.write_number(2, 2, 6).unwrap();
    let told = told(&format!("{clause}; {ACROSS}"), "plan_2025.xlsx", book.save_to_buffer().unwrap(), &[]);
    sound(&told);
    assert!(line(&told, "month").ends_with("2026-01 … 2026-02"), "{told}");
}

// ---------------------------------------------------------------- headers, totals, rows left out

const ITEMS: &str = "column id : text; column amount : CNY optional";

#[test]
fn all_rows_above_the_header_are_named() {
    for (columns, text, rows) in [
        (ITEMS, "P1,100\nP2,200\nid,amount\nP3,300\n", vec![1, 2]),
        (ITEMS, "Staff list,\nP1,100\nid,amount\nP2,200\n", vec![2]),
        (ITEMS, "id,Amount (old)\nP1,100\n\nid,amount\nP2,200\n", vec![2]),
        ("column id : text; column s : text optional; column n : CNY optional", "P1,x,\nid,s,n\nP2,y,\n", vec![1]),
        ("column id : text; column s : text optional", "P1,x\nP2,y\nid,s\nP3,z\n", vec![1, 2]),
    ] {
        let told = csv(columns, text);
        assert!(told.contains("row-above-header") && told.contains("put the header above them"), "{text}\n{told}");
        let named: Vec<u32> = (1..9).filter(|row| told.contains(&format!("t.csv, row {row}: "))).collect();
        assert_eq!(named, rows, "{text}\n{told}");
    }
    for titles in ["Staff list,,\n", "Staff list,,\nAs of 2026-07-01,,\n", "\nReport:,Staff,\n\n"] {
        let columns = "column id : text; column amount : CNY; column s : text optional";
        sound(&csv(columns, &format!("{titles}id,amount,s\nP1,1,a\nP2,2,b\n")));
    }
}

#[test]
fn a_header_over_several_lines_is_found_and_its_help_works() {
    let text = "\"Staff\nno\",\"Amount\r\nin CNY\"\nP1,5\n";
    sound(&csv("column id : text from \"Staff no\"; column amount : CNY from \"amount in cny\"", text));
    let told = flat(&csv("column id : text from \"Staff no\"; column amount : CNY from \"Amont in CNY\"", text));
    let header = told.split("`from \"").nth(1).and_then(|rest| rest.split("\"`").next()).expect(&told);
    sound(&csv(&format!("column id : text from \"Staff no\"; column amount : CNY from \"{header}\""), text));
}

#[test]
fn a_row_of_totals_is_refused_wherever_it_stands() {
    for total in [
        "Total",
        "TOTAL:",
        "Summe",
        "合计",
        "Grand total",
        "Subtotal",
        "Zwischensumme",
        "小计",
        "合 计",
        "Итого:",
        "Sous-total",
        "Ara Toplam",
        "소계",
        "المجموع",
        "कुल",
        "Total (2 rows)",
        "2026 Total",
        "Q1 total",
        "(Total)",
        "รวมทั้งหมด",
        "மொத்தம்",
        "**",
    ] {
        for text in [format!("P1,100\n{total},100\nP2,200\n"), format!("P1,100\nP2,200\n{total},300\n")] {
            let told = flat(&csv(ITEMS, &format!("\u{feff}id,amount\n{text}")));
            let clause = format!("ignore rows starting \"{total}\"");
            assert!(told.contains("is a total, and no row of `t`") && told.contains(&clause), "{told}");
            let obeyed = csv(&format!("{clause}; {ITEMS}"), &format!("\u{feff}id,amount\n{text}"));
            sound(&obeyed);
            assert!(obeyed.contains("1 row left out") && obeyed.contains("total 300"), "{obeyed}");
        }
    }
    for key in ["Total Care", "P3", "Summer", "2026"] {
        sound(&csv(ITEMS, &format!("id,amount\nP1,1\nP2,2\n{key},3\n")));
    }
    // What is declared is what it is called.
    let declared = "column region : one of north (\"North\"), all (\"Total\"); column amount : CNY";
    sound(&csv(declared, "region,amount\nNorth,100\nTotal,100\n"));
    // In a column that is not read, it is a total all the same.
    let told = csv("column amount : CNY", "region,amount\nNorth,100\nTotal,100\n");
    assert!(told.contains("is a total"), "{told}");
}

#[test]
fn totals_among_other_words_are_told_by_what_they_add_up() {
    let columns = "column region : text; column product : text optional; column amount : CNY";
    let header = "region,product,amount\n";
    let told = flat(&csv(
        columns,
        &format!("{header}North,A,100\nNorth,B,50\nNorth Total,,150\nSouth,A,200\nSouth Total,,200\n"),
    ));
    assert!(told.contains("2 rows of `t` add up the `amount`"), "{told}");
    assert!(told.contains("`ignore rows starting \"North Total\", \"South Total\"`"), "{told}");
    let told = flat(&csv(columns, &format!("{header}North,A,100\nNorth,B,50\nNorth,Total,150\n")));
    assert!(told.contains("a row of `t` adds up") && told.contains("remove such rows from the file"), "{told}");
    // A name is no total by itself.
    sound(&csv(columns, &format!("{header}North,A,100\nNorth,B,50\nTotal Care,A,151\n")));
    // Without a name it is told by its number, and counts.
    let told = flat(&csv(columns, &format!("{header}North,A,100\nNorth,B,50\nSouth,A,200\nAll,,350\n")));
    assert!(told.contains("the last row of t adds up those above it") && told.contains("row 5"), "{told}");
}

#[test]
fn remarks_and_other_tables_below_are_told() {
    let columns = "column region : text; column product : text optional; column amount : CNY";
    let table = "region,product,amount\nNorth,A,100\nNorth,B,50\n";
    for (below, words, clause) in [
        (",,\nSource: SAP,,\nStand: 30.09.2026,,\n", "2 rows have one filled cell alone", "\"Source:\", \"Stand:\""),
        ("\nSource: SAP\nStand: 30.09.2026\n", "2 rows have fewer cells", "\"Source:\", \"Stand:\""),
        ("Plan 2027,,\n", "a row has one filled cell alone", "\"Plan 2027\""),
        ("region,product,amount\nSouth,A,1\n", "a row is the header once more", "\"region\""),
        (" Region ,PRODUCT,Amount\nSouth,A,1\n", "a row is the header once more", "\"Region\""),
    ] {
        let told = flat(&csv(columns, &format!("{table}{below}")));
        assert!(told.contains(words) && told.matches('×').count() == 1, "{told}");
        let line = format!("ignore rows starting {clause}");
        assert!(told.contains(&line), "{line}\n{told}");
        if !below.starts_with('\n') {
            sound(&csv(&format!("{line}; {columns}"), &format!("{table}{below}")));
        }
    }
    let told = csv(columns, &format!("{table}\nregion,plan,amount\nNorth,X,1000\n"));
    assert!(told.contains("is the header of another table") && told.matches('×').count() == 1, "{told}");
    let told = csv("column id : text; column name : text optional", "id,name\nP1,Anna\n\nid,name\nT1,Ben\n");
    assert!(told.contains("the header once more"), "{told}");
    let told = csv("column id : text; column name : text optional", "id,name\nP1,Anna\nSource: SAP,\n");
    assert!(told.contains("one filled cell alone"), "{told}");
    // Rows that go on below a blank one are read, and it is said.
    let told = flat(&csv(columns, &format!("{table},,\nBudget approved,,5000\n")));
    sound(&told);
    assert!(told.contains("the rows of t go on below a blank one") && told.contains("row 5"), "{told}");
    sound(&csv(columns, &format!("\n{table}\n\n")));
}

#[test]
fn texts_saved_in_a_wrong_encoding_are_refused() {
    let columns = "column id : text; column name : text optional";
    for (wrong, meant) in
        [("MÃ¼ller", "Müller"), ("MartÃ\u{ad}nez", "Martínez"), ("JÃƒÂ¼rgen", "Jürgen"), ("РђРЅРЅР°", "Анна")]
    {
        let told = flat(&csv(columns, &format!("\u{feff}id,name\nP1,{wrong}\nP2,Anna\n")));
        assert!(told.contains("in another encoding than its own") && told.contains("row 2"), "{told}");
        assert!(told.contains(&format!("is most likely `{meant}`")), "{told}");
    }
    let told =
        flat(&csv("column id : text; column name : text from \"Verkäufer\"", "\u{feff}id,VerkÃ¤ufer\nP1,Anna\n"));
    assert!(told.contains("the header `VerkÃ¤ufer`") && told.contains("most likely `Verkäufer`"), "{told}");
    let told = csv(columns, "id,name\nP1,M+APw-ller\n");
    assert!(told.contains("most likely `Müller`"), "{told}");
}

#[test]
fn ids_that_a_spreadsheet_has_rounded_are_refused() {
    for id in ["1.23457E+11", "\"1,23457E+11\"", "1E+05", "-1.1E+10"] {
        let told = flat(&csv(ITEMS, &format!("id,amount\n{id},1\n")));
        assert!(told.contains("is a rounded number") && told.contains("Text before the digits are put in"), "{told}");
    }
    sound(&csv(ITEMS, "id,amount\n12E4,1\nA1E+05,1\n1E5,1\n"));
}

#[test]
fn headers_that_none_can_find_get_one_message() {
    for (header, words) in [
        ("“id”,“amount”", "stand in quotes that no program takes for such: `“…”`"),
        ("'id','amount'", "stand in quotes that no program takes for such: `'…'`"),
        ("id|amount", "seem to be separated by `|`"),
        ("id，amount", "seem to be separated by `，`"),
    ] {
        let told = flat(&csv(ITEMS, &format!("\u{feff}{header}\n")));
        assert!(told.contains(words) && told.matches('×').count() == 1, "{told}");
    }
    let told = told(&format!("encoding \"windows-1252\"; {ITEMS}"), "t.xlsx", "", &[]);
    assert!(told.contains("`encoding` is for files of text"), "{told}");
}

#[test]
fn rows_left_out_are_counted_and_those_like_data_told() {
    let told = flat(&csv(
        &format!("ignore rows starting \"Total\"; {ITEMS}"),
        "id,amount\nP1,100\nTotal Care,200\nTotal,300\n",
    ));
    assert!(told.contains("2 rows left out") && told.contains("1 row left out by `ignore rows starting`"), "{told}");
    assert!(told.contains("row 3, \"Total Care\""), "{told}");
    let told =
        flat(&csv(&format!("ignore rows starting \"2026\"; {ITEMS}"), "id,amount\nP1,1\n2026 total,x\n20260,5\n"));
    assert!(told.contains("2 rows left out") && told.contains("row 4, \"20260\""), "{told}");
    let told = csv(
        "ignore rows starting \"Total\"; column id : text; column on : date; column amount : CNY",
        "id,on,amount\nP1,2026-07-01,1\nTotal July,,1\n",
    );
    assert!(told.contains("1 row left out") && !told.contains("like data"), "{told}");
}
