//! What is learnt later: told apart by what makes it, added to the chain, and readable as data.

use serde_json::Value;

use super::*;

const RESTATE: [&str; 4] = ["restate", "shop", "--periods", "2026-Q1..2026-Q2"];

/// The parts of a result's difference, by cause.
fn causes(document: &Value, period: usize, person: &str, what: &str) -> Vec<(String, String)> {
    let restated = document["periods"][period]["restated"].as_array().unwrap();
    let one = restated.iter().find(|one| one["person"] == person && one["what"] == what);
    let Some(one) = one else { return Vec::new() };
    let part = |part: &Value| {
        let of: Vec<&str> = part["of"].as_array().unwrap().iter().map(|of| of.as_str().unwrap()).collect();
        (of.join("+"), part["amount"].as_str().unwrap().to_string())
    };
    one["causes"].as_array().unwrap().iter().map(part).collect()
}

fn part(of: &str, amount: &str) -> (String, String) {
    (of.to_string(), amount.to_string())
}

fn write(folder: &Path, file: &str, text: &str) {
    fs::write(folder.join("shop").join(file), text).unwrap();
}

#[test]
fn nothing_differs_where_nothing_has_changed() {
    let folder = closed();
    expect("restate_nothing", &told(folder.path(), &RESTATE, 0));
    // What came later than a period is no matter to it.
    write(folder.path(), "data/sales.csv", &format!("{SALES}P1,2026-09-30,500\n"));
    let told = document(folder.path(), &RESTATE, 0, Document::Restate);
    assert_eq!(told["periods"][0]["people"], 0);
    assert_eq!(told["periods"][0]["changed_files"][0]["path"], "sales.csv");
    told_not_closed(folder.path());
}

fn told_not_closed(folder: &Path) {
    let said = told(folder, &["restate", "shop", "--periods", "2026-Q3"], 2);
    assert!(said.contains("2026-Q3 is not closed") && said.contains("closed are 2026-Q1, 2026-Q2"), "{said}");
}

#[test]
fn late_rows_other_staff_and_other_rules_are_told_apart() {
    let folder = closed();
    // A row that came late: 1,000 more of 10,000 are 10 points, and a tenth of the pay.
    write(folder.path(), "data/sales.csv", &format!("{SALES}P1,2026-05-30,1000\n"));
    let rows = document(folder.path(), &RESTATE, 0, Document::Restate);
    assert_eq!(rows["periods"][0]["people"], 0);
    assert_eq!(causes(&rows, 1, "P1", "bonus"), [part("rows", "300")]);
    assert_eq!(causes(&rows, 1, "P1", "score"), [part("rows", "10")]);
    assert_eq!(causes(&rows, 1, "P1", "rating"), [part("rows", "1")]);
    // The pay was another one: 70 points of it.
    write(folder.path(), "data/sales.csv", SALES);
    write(folder.path(), "data/staff.csv", &STAFF.replace("3000", "3100"));
    let staff = document(folder.path(), &RESTATE, 0, Document::Restate);
    assert_eq!(causes(&staff, 1, "P1", "bonus"), [part("roster", "70")]);
    assert_eq!(causes(&staff, 1, "P1", "score"), []);
    // Both: what they make together is shared, whoever comes first.
    write(folder.path(), "data/sales.csv", &format!("{SALES}P1,2026-05-30,1000\n"));
    let both = document(folder.path(), &RESTATE, 0, Document::Restate);
    assert_eq!(causes(&both, 1, "P1", "bonus"), [part("rows", "305"), part("roster", "75")]);
    expect("restate_both", &told(folder.path(), &RESTATE, 0));
    // A rule is another one only where it is asked for.
    write(folder.path(), "shop.merit", &SPEC.replace("10_000 CNY", "8_000 CNY"));
    let own = document(folder.path(), &RESTATE, 0, Document::Restate);
    assert_eq!(own["periods"], both["periods"]);
    let rules = document(folder.path(), &[&RESTATE[..], &["--rules", "now"]].concat(), 0, Document::Restate);
    assert_eq!(rules["periods"][1]["rules_changed"][0], "shop.merit");
    let parts = causes(&rules, 1, "P1", "bonus");
    assert_eq!(parts.iter().map(|(of, _)| of.as_str()).collect::<Vec<_>>(), ["rows", "roster", "rules"]);
    // 2,100 were paid; 100 points of 3,100 it would be now. The parts are by hand: of all six orders, each counting the same.
    let sum: f64 = parts.iter().map(|(_, amount)| fraction(amount)).sum();
    assert!((sum - 1000.0).abs() < 1e-9, "{parts:?}");
    let by_hand = [rows_part(), staff_part(), rules_part()];
    for ((of, amount), wanted) in parts.iter().zip(by_hand) {
        assert!((fraction(amount) - wanted).abs() < 1e-6, "{of}: {amount}, {wanted}");
    }
}

fn fraction(text: &str) -> f64 {
    let (up, down) = text.split_once('/').unwrap_or((text, "1"));
    up.parse::<f64>().unwrap() / down.parse::<f64>().unwrap()
}

/// The bonus with sales, pay and target of then or now.
fn bonus(rows: bool, staff: bool, rules: bool) -> f64 {
    let (sold, pay, target) =
        (if rows { 8000.0 } else { 7000.0 }, if staff { 3100.0 } else { 3000.0 }, if rules { 8000.0 } else { 10000.0 });
    (sold / target * pay * 100.0_f64).round() / 100.0
}

fn shapley(change: &dyn Fn(bool, bool) -> f64) -> f64 {
    change(false, false) / 3.0 + (change(true, false) + change(false, true)) / 6.0 + change(true, true) / 3.0
}

fn rows_part() -> f64 {
    shapley(&|staff, rules| bonus(true, staff, rules) - bonus(false, staff, rules))
}

fn staff_part() -> f64 {
    shapley(&|rows, rules| bonus(rows, true, rules) - bonus(rows, false, rules))
}

fn rules_part() -> f64 {
    shapley(&|rows, staff| bonus(rows, staff, true) - bonus(rows, staff, false))
}

/// Where what was read is not kept, causes that changed at once are one.
#[test]
fn what_cannot_be_told_apart_is_not() {
    let folder = shop();
    let by = ["--by", "Wang Fang", "--on", "2026-07-07", "--keep", "none"];
    told(folder.path(), &[&["close", "shop", "--period", "2026-Q2"][..], &by].concat(), 0);
    write(folder.path(), "data/sales.csv", &format!("{SALES}P1,2026-05-30,1000\n"));
    let q2 = ["restate", "shop", "--periods", "2026-Q2"];
    let rows = document(folder.path(), &q2, 0, Document::Restate);
    assert_eq!(causes(&rows, 0, "P1", "bonus"), [part("rows", "300")]);
    write(folder.path(), "data/staff.csv", &STAFF.replace("3000", "3100"));
    let both = document(folder.path(), &q2, 0, Document::Restate);
    assert_eq!(causes(&both, 0, "P1", "bonus"), [part("rows+roster", "380")]);
    assert_eq!(rows["periods"][0]["not_told_apart"], Value::Null);
    let why = both["periods"][0]["not_told_apart"].as_str().unwrap();
    assert!(why.contains("neither there nor kept"), "{why}");
}

/// Who was not on the list then was paid nothing, and who should not have been gets nothing now.
#[test]
fn people_who_come_and_go_are_told() {
    let folder = closed();
    let staff = STAFF.replace("P3,Cy,adviser,2026-04-01,,2700\n", "P4,Di,adviser,2026-04-01,,1000\n");
    write(folder.path(), "data/staff.csv", &staff);
    let sales = SALES.replace("P3", "P4");
    write(folder.path(), "data/sales.csv", &sales);
    let told = document(folder.path(), &RESTATE, 0, Document::Restate);
    let restated = told["periods"][1]["restated"].as_array().unwrap();
    let of = |person: &str, what: &str| {
        restated.iter().find(|one| one["person"] == person && one["what"] == what).unwrap().clone()
    };
    let gone = of("P3", "bonus");
    assert_eq!(
        (&gone["paid"], &gone["restated"], &gone["difference"]),
        (&"2160".into(), &Value::Null, &"-2160".into())
    );
    let come = of("P4", "bonus");
    assert_eq!((&come["paid"], &come["difference"]), (&Value::Null, &"800".into()));
    assert_eq!(of("P4", "score")["difference"], Value::Null);
}

#[test]
fn what_comes_out_now_is_added_and_what_was_paid_stays() {
    let folder = closed();
    let place = folder.path().join("shop/closed");
    let before = fs::read(place.join("2026-Q2.1.json")).unwrap();
    write(folder.path(), "data/sales.csv", &format!("{SALES}P1,2026-05-30,1000\n"));
    let by = ["--write", "--reason", "late rows, again", "--by", "Li Na", "--on", "2026-08-03"];
    let said = told(folder.path(), &[&RESTATE[..], &by].concat(), 0);
    expect("restate_written", &said);
    assert_eq!(fs::read(place.join("2026-Q2.1.json")).unwrap(), before);
    assert!(!place.join("2026-Q1.2.json").exists(), "nobody differs there");
    let closing: Value = serde_json::from_slice(&fs::read(place.join("2026-Q2.2.json")).unwrap()).unwrap();
    assert_eq!(schema::faults(&schema_of(Document::Closing), &closing), Vec::<String>::new());
    assert_eq!(
        (&closing["closing"]["version"], &closing["closing"]["reason"]),
        (&2.into(), &"late rows, again".into())
    );
    // The next one is held against it.
    let again = document(folder.path(), &RESTATE, 0, Document::Restate);
    assert_eq!((&again["periods"][1]["people"], &again["periods"][1]["version"]), (&0.into(), &3.into()));
    let verified = document(folder.path(), &["verify", "shop"], 0, Document::Verify);
    assert!(verified["closings"].as_array().unwrap().iter().all(|one| one["again"] == "identical"), "{verified}");
    expect("restatements", &fs::read_to_string(place.join("restatements.csv")).unwrap());
    // A table that somebody has changed is found.
    let table = fs::read_to_string(place.join("restatements.csv")).unwrap();
    fs::write(place.join("restatements.csv"), table.replace("300", "3000")).unwrap();
    let said = told(folder.path(), &["verify", "shop", "--chain-only"], 1);
    assert!(said.contains("restatements.csv: it is not what the closings say"), "{said}");
    fs::write(place.join("restatements.csv"), table).unwrap();
    told(folder.path(), &[&RESTATE[..], &["--write", "--by", "x"]].concat(), 2);
    let early = ["--write", "--reason", "x", "--by", "x", "--on", "2026-08-02"];
    told(folder.path(), &[&RESTATE[..], &early].concat(), 1);
}

/// A later quarter pays what an earlier one lacked.
#[test]
fn a_spec_reads_the_table_of_restatements() {
    let folder = closed();
    write(folder.path(), "data/sales.csv", &format!("{SALES}P1,2026-05-30,1000\n"));
    let by = ["--write", "--reason", "late rows", "--by", "Li Na", "--on", "2026-08-03"];
    told(folder.path(), &[&RESTATE[..], &by].concat(), 0);
    let table = r#"
data restated "Restatements" {
  file "../closed/restatements.csv"
  row restatement
  dated by on
  may be empty
  column person     : people
  column what       : text
  column difference : CNY optional
  column on         : date
}

kpi owed "Owed from before" : CNY {
  value = sum(difference of restated where what = "bonus" and difference is not missing)
  higher is better
}
"#;
    let output = "  output owed_from_before \"From before\" : CNY in full = owed default 0 CNY\n}\n";
    let spec = format!("{}{output}{table}", SPEC.trim_end().trim_end_matches('}'));
    write(folder.path(), "shop.merit", &spec);
    let results = document(folder.path(), &["eval", "shop", "--period", "2026-Q3"], 0, Document::Results);
    let outputs = results["people"][0]["posts"][0]["outputs"].as_array().unwrap();
    assert_eq!(outputs[1]["value"]["number"], "300");
    // It is closed and comes out again, although the table grows.
    close(folder.path(), "2026-Q3", "2026-10-07");
    write(folder.path(), "data/sales.csv", &format!("{SALES}P1,2026-05-30,1000\nP2,2026-02-05,100\n"));
    let by = ["--write", "--reason", "more late rows", "--by", "Li Na", "--on", "2026-11-03"];
    told(folder.path(), &[&RESTATE[..], &by].concat(), 0);
    let verified = document(folder.path(), &["verify", "shop"], 0, Document::Verify);
    assert!(verified["closings"].as_array().unwrap().iter().all(|one| one["again"] == "identical"), "{verified}");
}

/// What was closed is read by later formulas as it was then; what was restated, from then on.
#[test]
fn formulas_read_closings_as_they_stood() {
    let output =
        "  output so_far \"So far\" : CNY in full = bonus + (closed(so_far) previous period default 0 CNY)\n}\n";
    let spec = format!("{}{output}", SPEC.trim_end().trim_end_matches('}'));
    let folder = shop();
    write(folder.path(), "shop.merit", &spec);
    close(folder.path(), "2026-Q1", "2026-04-07");
    close(folder.path(), "2026-Q2", "2026-07-07");
    let so_far = |folder: &Path, period: &str| {
        let results = document(folder, &["eval", "shop", "--period", period], 0, Document::Results);
        results["people"][0]["posts"][0]["outputs"][1]["value"]["number"].as_str().unwrap().to_string()
    };
    assert_eq!(so_far(folder.path(), "2026-Q2"), "4800");
    write(folder.path(), "data/sales.csv", &format!("{SALES}P1,2026-03-30,1000\n"));
    let by = ["--write", "--reason", "late rows", "--by", "Li Na", "--on", "2026-08-03"];
    told(folder.path(), &[&["restate", "shop", "--periods", "2026-Q1"][..], &by].concat(), 0);
    assert_eq!(so_far(folder.path(), "2026-Q2"), "5100");
    // The second quarter has no other row than it had.
    let second = ["restate", "shop", "--periods", "2026-Q2"];
    let restated = document(folder.path(), &second, 0, Document::Restate);
    assert_eq!(causes(&restated, 0, "P1", "so_far"), [part("closings", "300")]);
    assert_eq!(causes(&restated, 0, "P1", "bonus"), []);
    let by = ["--write", "--reason", "the quarter before", "--by", "Li Na", "--on", "2026-08-04"];
    told(folder.path(), &[&second[..], &by].concat(), 0);
    let verified = document(folder.path(), &["verify", "shop"], 0, Document::Verify);
    let again: Vec<&Value> = verified["closings"].as_array().unwrap().iter().map(|one| &one["again"]).collect();
    assert_eq!(again, ["identical"; 4]);
    // What somebody has changed in it is not read.
    let place = folder.path().join("shop/closed/2026-Q2.2.json");
    fs::write(&place, fs::read_to_string(&place).unwrap().replace("5100", "9100")).unwrap();
    let said = told(folder.path(), &["eval", "shop", "--period", "2026-Q3"], 1);
    assert!(said.contains("broken-chain") && said.contains("2026-Q2.2.json"), "{said}");
}

/// What was known of a quarter on a day: not closed, as it was paid, as it was restated.
#[test]
fn a_period_is_shown_as_it_was_known() {
    let folder = closed();
    write(folder.path(), "data/sales.csv", &format!("{SALES}P1,2026-05-30,1000\n"));
    let by = ["--write", "--reason", "late rows", "--by", "Li Na", "--on", "2026-08-03"];
    told(folder.path(), &[&RESTATE[..], &by].concat(), 0);
    let known = |day: &str, more: &[&str], exit: i32| {
        let words = [&["eval", "shop", "--period", "2026-Q2", "--as-known", day][..], more].concat();
        told(folder.path(), &words, exit)
    };
    let mut said = known("2026-07-06", &[], 2) + &known("2026-07-07", &[], 0) + &known("2026-08-03", &[], 0);
    said += &known("2026-08-03", &["--person", "Ann"], 0);
    said += &known("2026-08-03", &["--person", "nobody"], 2);
    said += &known("2026-08-03", &["--format", "csv"], 2);
    expect("as_known", &said);
    // The document of the results, letter for letter.
    let closing = fs::read_to_string(folder.path().join("shop/closed/2026-Q2.1.json")).unwrap();
    let document = known("2026-08-02", &["--format", "json"], 0);
    assert!(closing.contains(document.trim_end()));
    let results: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(schema::faults(&schema_of(Document::Results), &results), Vec::<String>::new());
    // What somebody has changed is not shown.
    fs::write(folder.path().join("shop/closed/2026-Q2.1.json"), closing.replace("Ann", "Amy")).unwrap();
    assert!(known("2026-08-02", &[], 1).contains("broken-chain"));
}

/// The shop, with an output that carries on what the quarter before had.
fn carried_on() -> tempfile::TempDir {
    let output =
        "  output so_far \"So far\" : CNY in full = bonus + (closed(so_far) previous period default 0 CNY)\n}\n";
    let folder = shop();
    write(folder.path(), "shop.merit", &format!("{}{output}", SPEC.trim_end().trim_end_matches('}')));
    for (period, on) in [("2026-Q1", "2026-04-07"), ("2026-Q2", "2026-07-07"), ("2026-Q3", "2026-10-07")] {
        close(folder.path(), period, on);
    }
    folder
}

/// In a range each quarter carries on what was restated of the one before, whether or not it is written.
#[test]
fn a_range_reads_what_it_has_restated() {
    let range = ["restate", "shop", "--periods", "2026-Q1..2026-Q3"];
    let folder = carried_on();
    // The first quarter alone has another row; the second has one of its own, too.
    write(folder.path(), "data/sales.csv", &format!("{SALES}P1,2026-03-30,1000\nP3,2026-05-30,500\n"));
    let would_be = document(folder.path(), &range, 0, Document::Restate);
    assert_eq!(causes(&would_be, 0, "P1", "so_far"), [part("rows", "300")]);
    assert_eq!(causes(&would_be, 1, "P1", "so_far"), [part("closings", "300")]);
    assert_eq!(causes(&would_be, 1, "P1", "bonus"), []);
    assert_eq!(causes(&would_be, 1, "P3", "so_far"), [part("rows", "135")]);
    assert_eq!(causes(&would_be, 2, "P1", "so_far"), [part("closings", "300")]);
    assert_eq!(causes(&would_be, 2, "P3", "so_far"), [part("closings", "135")]);
    // Written, it is the same, and comes out again.
    let by = ["--write", "--reason", "late rows", "--by", "Li Na", "--on", "2026-11-03"];
    let written = document(folder.path(), &[&range[..], &by].concat(), 0, Document::Restate);
    for at in 0..3 {
        assert_eq!(written["periods"][at]["restated"], would_be["periods"][at]["restated"]);
    }
    let verified = document(folder.path(), &["verify", "shop"], 0, Document::Verify);
    let again: Vec<&Value> = verified["closings"].as_array().unwrap().iter().map(|one| &one["again"]).collect();
    assert_eq!(again, ["identical"; 6]);
    let once_more = document(folder.path(), &range, 0, Document::Restate);
    assert!((0..3).all(|at| once_more["periods"][at]["people"] == 0), "{once_more}");
    // One quarter after the other gives the same.
    let other = carried_on();
    write(other.path(), "data/sales.csv", &format!("{SALES}P1,2026-03-30,1000\nP3,2026-05-30,500\n"));
    for period in ["2026-Q1", "2026-Q2", "2026-Q3"] {
        told(other.path(), &[&["restate", "shop", "--periods", period][..], &by].concat(), 0);
    }
    for file in ["2026-Q1.2.json", "2026-Q2.2.json", "2026-Q3.2.json", "restatements.csv"] {
        let of = |folder: &Path| fs::read_to_string(folder.join("shop/closed").join(file)).unwrap();
        assert_eq!(of(folder.path()), of(other.path()), "{file}");
    }
}

/// The table of restatements grows while a range is written; the specs of later quarters may read it.
#[test]
fn a_range_may_read_the_table_that_it_writes() {
    let table = r#"
data restated "Restatements" {
  file "../closed/restatements.csv"
  row restatement
  dated by on
  may be empty
  column person     : people
  column what       : text
  column difference : CNY optional
  column on         : date
}

kpi owed "Owed from before" : CNY {
  value = sum(difference of restated where what = "bonus" and difference is not missing)
  higher is better
}
"#;
    let output = "  output owed_from_before \"From before\" : CNY in full = owed default 0 CNY\n}\n";
    let folder = shop();
    close(folder.path(), "2026-Q1", "2026-04-07");
    let spec = format!("{}{output}{table}", SPEC.trim_end().trim_end_matches('}'));
    write(folder.path(), "shop.merit", &spec);
    close(folder.path(), "2026-Q2", "2026-07-07");
    let late = format!("{SALES}P1,2026-03-30,1000\nP3,2026-05-30,500\n");
    write(folder.path(), "data/sales.csv", &late);
    let by = ["--write", "--reason", "late rows", "--by", "Li Na", "--on", "2026-08-03"];
    told(folder.path(), &[&RESTATE[..], &by].concat(), 0);
    let verified = document(folder.path(), &["verify", "shop"], 0, Document::Verify);
    let again: Vec<&Value> = verified["closings"].as_array().unwrap().iter().map(|one| &one["again"]).collect();
    assert_eq!(again, ["identical"; 4]);
}

/// An output that is new and comes to nothing has a cause as any other; so it stands in the table.
#[test]
fn an_output_that_is_new_and_nothing_comes_from_the_rules() {
    let folder = closed();
    let output = "  output extra \"Extra\" : CNY in full = round(0 * person.pay to 0.01 CNY)\n}\n";
    write(folder.path(), "shop.merit", &format!("{}{output}", SPEC.trim_end().trim_end_matches('}')));
    let now = ["restate", "shop", "--periods", "2026-Q2", "--rules", "now"];
    let said = document(folder.path(), &now, 0, Document::Restate);
    assert_eq!(causes(&said, 0, "P1", "extra"), [part("rules", "1")]);
    assert_eq!(said["periods"][0]["restated"][0]["difference"], Value::Null);
    let text = told(folder.path(), &now, 0);
    assert!(text.contains("0 CNY instead of none\n    rules\n"), "{text}");
    let by = ["--write", "--reason", "new", "--by", "Li Na", "--on", "2026-08-03"];
    told(folder.path(), &[&now[..], &by].concat(), 0);
    let table = fs::read_to_string(folder.path().join("shop/closed/restatements.csv")).unwrap();
    assert!(table.contains(",extra,CNY,,0,,,,rules,new,"), "{table}");
}

/// Two currencies have no difference, even where the numbers are the same.
#[test]
fn another_currency_is_no_restatement() {
    let folder = closed();
    for spec in [SPEC.to_string(), SPEC.replace("10_000 CNY", "8_000 CNY")] {
        write(folder.path(), "shop.merit", &spec.replace("CNY", "EUR"));
        let now = [&RESTATE[..], &["--rules", "now"]].concat();
        let said = document(folder.path(), &now, 1, Document::Restate);
        for at in 0..2 {
            let why = said["periods"][at]["not_evaluated"].as_str().unwrap();
            assert!(why.contains("CNY") && why.contains("EUR") && why.contains("bonus of P1"), "{why}");
        }
    }
    // By their own rules all is as it was.
    let own = document(folder.path(), &RESTATE, 0, Document::Restate);
    assert_eq!(own["periods"][0]["people"], 0);
}
