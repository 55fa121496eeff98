//! Periods in which people decided: they come out again, wherever they were closed.

use merit::documents::Document;
use serde_json::Value;

use super::*;

const RULINGS: &str = "\
person,period,what,to,reason,by,on
P1,2026-Q1,sold,9500 CNY,booked late,Board,2026-04-03
P2,2026-Q1,score,62,late return,Board,2026-04-03
P3,2026-Q2,rating,B,appeal,Board,2026-07-03
P1,2026-Q2,bonus,2500 CNY,hardship,Board,2026-07-03
";

/// The shop, where the board may rule on everything.
fn spec() -> String {
    let data = r#"
data rulings "Rulings" {
  rulings
  file "rulings*.csv"
  row ruling
  may be empty
  column person : people
  column period : period
  column what   : text
  column ruled  : text from "to"
  column reason : text
  column by     : text
  column on     : date
}
"#;
    let allowed = "    rating grades\n    rulings on score, on rating, on kpi sold, on output bonus\n";
    SPEC.replacen("    rating grades\n", allowed, 1) + data
}

fn ruled() -> tempfile::TempDir {
    let folder = shop();
    fs::write(folder.path().join("shop/shop.merit"), spec()).unwrap();
    fs::write(folder.path().join("shop/data/rulings.csv"), RULINGS).unwrap();
    folder
}

/// What verifying says of each closing.
fn verified(folder: &Path, specs: &str) -> Vec<String> {
    let verified = document(folder, &["verify", specs], 0, Document::Verify);
    let closings = verified["closings"].as_array().unwrap();
    closings.iter().map(|one| one["again"].as_str().unwrap().to_string()).collect()
}

#[test]
fn a_period_with_rulings_comes_out_again() {
    let folder = ruled();
    close(folder.path(), "2026-Q1", "2026-04-07");
    close(folder.path(), "2026-Q2", "2026-07-07");
    let text = fs::read_to_string(folder.path().join("shop/closed/2026-Q2.1.json")).unwrap();
    let closing: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(closing["results"]["people"][0]["rulings"][0]["file"], "rulings.csv");
    assert!(!text.contains("shop/data"), "no folder of the machine is in it");
    assert_eq!(verified(folder.path(), "shop"), ["identical", "identical"]);
    // A late row: what is restated with a ruling comes out again, too.
    let late = format!("{SALES}P3,2026-05-30,1000\n");
    fs::write(folder.path().join("shop/data/sales.csv"), late).unwrap();
    let restate = ["restate", "shop", "--periods", "2026-Q1..2026-Q2", "--write", "--by", "Li Na", "--reason", "late"];
    told(folder.path(), &[&restate[..], &["--on", "2026-08-03"]].concat(), 0);
    assert_eq!(verified(folder.path(), "shop"), ["identical"; 3]);
    // Elsewhere the same bytes come out.
    let other = ruled();
    let elsewhere = other.path().join("shop");
    let elsewhere = elsewhere.to_str().unwrap();
    let by = ["--period", "2026-Q1", "--by", "Wang Fang", "--on", "2026-04-07"];
    told(folder.path(), &[&["close", elsewhere][..], &by].concat(), 0);
    let of = |folder: &Path| fs::read(folder.join("shop/closed/2026-Q1.1.json")).unwrap();
    assert!(of(folder.path()) == of(other.path()));
}

/// What stands in the way of evaluating a period again is told with its cell.
#[test]
fn a_ruling_that_fits_no_rule_any_more_is_told_with_its_row() {
    let folder = ruled();
    close(folder.path(), "2026-Q1", "2026-04-07");
    let renamed =
        spec().replace("kpi sold \"Sales\"", "kpi turnover \"Turnover\"").replace("kpi sold,", "kpi turnover,");
    fs::write(folder.path().join("shop/shop.merit"), renamed.replace("100% sold", "100% turnover")).unwrap();
    let now = ["restate", "shop", "--periods", "2026-Q1", "--rules", "now"];
    let told = document(folder.path(), &now, 1, Document::Restate);
    let why = told["periods"][0]["not_evaluated"].as_str().unwrap();
    assert!(why.contains("rulings.csv, row 2") && why.contains("; "), "{why}");
    assert!(!why.contains("/tmp") && !why.contains("a/b/c"), "{why}");
}

/// Half of it as it was and half as it is may break a limit: what changed is one then, and it is said why.
#[test]
fn causes_that_cannot_be_told_apart_are_explained() {
    let folder = ruled();
    let bounded = spec().replace("rulings on score,", "rulings on score at most 5 points,");
    fs::write(folder.path().join("shop/shop.merit"), bounded).unwrap();
    let rulings = |row: &str| {
        let text = format!("person,period,what,to,reason,by,on\n{row}\n");
        fs::write(folder.path().join("shop/data/rulings.csv"), text).unwrap();
    };
    rulings("P2,2026-Q1,score,62,late return,Board,2026-04-03");
    close(folder.path(), "2026-Q1", "2026-04-07");
    // 6,000.50 of 10,000 become 8,000.50, and the ruling follows.
    rulings("P2,2026-Q1,score,82,late return,Board,2026-04-03");
    fs::write(folder.path().join("shop/data/sales.csv"), format!("{SALES}P2,2026-03-30,2000\n")).unwrap();
    let q1 = ["restate", "shop", "--periods", "2026-Q1"];
    let told = document(folder.path(), &q1, 0, Document::Restate);
    let one = &told["periods"][0];
    assert_eq!(one["by_cause"][0]["of"], serde_json::json!(["rows", "rulings"]), "{one}");
    let why = one["not_told_apart"].as_str().unwrap();
    assert!(why.contains("rulings.csv, row 2") && why.contains("5 points"), "{why}");
    let text = super::told(folder.path(), &q1, 0);
    assert!(text.contains("not told apart"), "{text}");
}
