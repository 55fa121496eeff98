//! What a closing holds, when there may be one, and that it comes out again.

use merit::documents::Document;
use serde_json::Value;

use super::*;

#[test]
fn a_period_is_closed_and_verified() {
    let folder = shop();
    let said = close(folder.path(), "2026-Q1", "2026-04-07") + &close(folder.path(), "2026-Q2", "2026-07-07");
    expect("closed", &said);
    expect("verified", &told(folder.path(), &["verify", "shop"], 0));
    let verified = document(folder.path(), &["verify", "shop"], 0, Document::Verify);
    assert_eq!(verified["closings"][1]["again"], "identical");
    let list = fs::read_to_string(folder.path().join("shop/closed/chain")).unwrap();
    let head = list.lines().last().unwrap().split(' ').next().unwrap();
    assert_eq!(verified["head"], head);
    told(folder.path(), &["verify", "shop", "--chain-only", "--head", head], 0);
    // Who has the closings alone can look at them, too.
    told(folder.path(), &["verify", "shop/closed"], 0);
}

#[test]
fn a_closing_fits_its_schema_and_holds_the_document_of_the_results() {
    let folder = closed();
    let bytes = fs::read(folder.path().join("shop/closed/2026-Q2.1.json")).unwrap();
    let closing: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(schema::faults(&schema_of(Document::Closing), &closing), Vec::<String>::new());
    let results = document(folder.path(), &["eval", "shop", "--period", "2026-Q2"], 0, Document::Results);
    for field in ["company", "period", "people", "without_position"] {
        assert_eq!(closing["results"][field], results[field], "{field}");
    }
    assert_eq!(closing["specs"][0]["text"], SPEC);
    // Of the lines that `sha256sum` writes.
    let list = fs::read_to_string(folder.path().join("shop/closed/chain")).unwrap();
    assert_eq!(list.lines().nth(1).unwrap(), format!("{}  2026-Q2.1.json", merit::provenance::hash_of(&bytes)));
    let first = list.split(' ').next().unwrap();
    assert_eq!(closing["closing"]["previous"], first);
}

/// Nothing of the machine is in it: no folder, no time, no number of threads.
#[test]
fn the_same_inputs_give_the_same_bytes() {
    let one = closed();
    let other = tempfile::tempdir().unwrap();
    let place = other.path().join("deep/er");
    fs::create_dir_all(place.join("shop")).unwrap();
    for file in ["shop.merit", "data/staff.csv", "data/sales.csv"] {
        fs::create_dir_all(place.join("shop/data")).unwrap();
        fs::copy(one.path().join("shop").join(file), place.join("shop").join(file)).unwrap();
    }
    let whole = place.join("shop");
    let whole = whole.to_str().unwrap();
    for (period, on) in [("2026-Q1", "2026-04-07"), ("2026-Q2", "2026-07-07")] {
        let by = ["--by", "Wang Fang", "--on", on, "--threads", "1", "--keep", "none"];
        told(other.path(), &[&["close", whole, "--period", period][..], &by].concat(), 0);
    }
    for file in ["2026-Q1.1.json", "2026-Q2.1.json", "chain"] {
        let of = |folder: &Path| fs::read(folder.join("shop/closed").join(file)).unwrap();
        assert!(of(one.path()) == of(&place), "{file}");
    }
    assert!(!place.join("shop/closed/files").exists());
}

#[test]
fn what_cannot_be_closed_is_refused() {
    let folder = closed();
    let refused = |more: &[&str], exit: i32| {
        let said = told(folder.path(), &[&["close", "shop", "--by", "Wang Fang"][..], more].concat(), exit);
        format!("$ merit close shop --by \"Wang Fang\" {}\n{said}\n", more.join(" "))
    };
    let mut said = refused(&["--period", "2026-Q2"], 1);
    said += &refused(&["--period", "2026-Q3", "--on", "2026-09-30"], 1);
    said += &refused(&["--period", "2026-04", "--on", "2026-05-02"], 1);
    said += &refused(&["--period", "2026-Q3", "--on", "9999-10-01"], 1);
    said += &refused(&["--period", "2026-Q3", "--on", "2026-10-01", "--sign", "nowhere"], 2);
    said += &refused(&["--period", "2026-Q3", "--set", "sold of P1 = 1"], 2);
    said += &refused(&["--period", "2026-Q3", "--on", "1.10.2026"], 2);
    said += &told(folder.path(), &["close", "shop", "--period", "2026-Q3"], 2);
    // What stood there before stands there still.
    let before = fs::read_dir(folder.path().join("shop/closed")).unwrap().count();
    assert_eq!(before, 6, "two closings, the list, the table, the lock and the folder of files");
    let draft = SPEC.replace("position adviser \"Adviser\" {", "position adviser \"Adviser\" {\n  status draft");
    fs::write(folder.path().join("shop/shop.merit"), draft).unwrap();
    said += &refused(&["--period", "2026-Q3", "--on", "2026-10-01"], 1);
    fs::write(folder.path().join("shop/shop.merit"), SPEC.replace("amount of sales", "amount of sale")).unwrap();
    said += &refused(&["--period", "2026-Q3", "--on", "2026-10-01"], 1);
    fs::write(folder.path().join("shop/shop.merit"), SPEC).unwrap();
    fs::write(folder.path().join("shop/data/sales.csv"), SALES.replace("5000", "5o00")).unwrap();
    said += &refused(&["--period", "2026-Q3", "--on", "2026-10-01"], 1);
    expect("refused", &said);
}

/// Windows ends lines otherwise, and editors put a mark before a text.
#[test]
fn specs_come_back_letter_for_letter() {
    let spec = format!("\u{feff}{}", SPEC.replace('\n', "\r\n"));
    let folder = folder(&[
        ("shop/läden/Geschäft 商店.merit", spec.as_bytes()),
        ("shop/company.merit", b"unit point_of_sale, points_of_sale\n"),
        ("shop/data/staff.csv", STAFF.replace('\n', "\r\n").as_bytes()),
        ("shop/data/sales Öl 商.csv", SALES.as_bytes()),
    ]);
    close(folder.path(), "2026-Q1", "2026-04-07");
    let bytes = fs::read(folder.path().join("shop/closed/2026-Q1.1.json")).unwrap();
    let closing: Value = serde_json::from_slice(&bytes).unwrap();
    let specs = closing["specs"].as_array().unwrap();
    let one = specs.iter().find(|one| one["path"] == "läden/Geschäft 商店.merit").unwrap();
    assert_eq!(one["text"], spec);
    assert_eq!(one["sha256"], merit::provenance::hash_of(spec.as_bytes()));
    let files = closing["results"]["provenance"]["data"]["files"].as_array().unwrap();
    assert!(files.iter().any(|file| file["path"] == "sales Öl 商.csv"), "{files:?}");
    let verified = document(folder.path(), &["verify", "shop"], 0, Document::Verify);
    assert_eq!(verified["closings"][0]["again"], "identical");
}

/// The company of a group closes for itself, with what the group shares.
#[test]
fn a_project_of_several_folders_has_its_closings_in_its_own() {
    let (shared, own) = SPEC.split_once("position adviser").unwrap();
    let own = format!("position adviser{own}");
    let folder = folder(&[
        ("merit.project", b"project \"companies/*\" with \"group\"\n"),
        ("group/shared.merit", shared.as_bytes()),
        ("companies/north/own.merit", own.as_bytes()),
        ("companies/north/data/staff.csv", STAFF.as_bytes()),
        ("companies/north/data/sales.csv", SALES.as_bytes()),
    ]);
    let by = ["--period", "2026-Q1", "--by", "Wang Fang", "--on", "2026-04-07"];
    told(folder.path(), &[&["close", "companies/north"][..], &by].concat(), 0);
    let verified = document(folder.path(), &["verify", "companies/north"], 0, Document::Verify);
    assert_eq!(verified["folder"], "companies/north/closed");
    assert_eq!(verified["closings"][0]["again"], "identical");
    told(folder.path(), &[&["close", "companies/north"][..], &by].concat(), 1);
}

/// A file that is another one now does not make the closing another one: what was read is kept, or it is said.
#[test]
fn data_that_has_changed_since_is_told_and_no_fault() {
    let folder = closed();
    fs::write(folder.path().join("shop/data/sales.csv"), SALES.replace("9000", "9500")).unwrap();
    let verified = document(folder.path(), &["verify", "shop"], 0, Document::Verify);
    assert_eq!(verified["closings"][0]["again"], "identical");
    assert_eq!(verified["closings"][0]["changed_files"][0]["path"], "sales.csv");
    assert_eq!(verified["closings"][0]["changed_files"][0]["kept"], true);
    let said = told(folder.path(), &["verify", "shop"], 0);
    fs::remove_dir_all(folder.path().join("shop/closed/files")).unwrap();
    expect("changed_data", &(said + &told(folder.path(), &["verify", "shop"], 0)));
}

/// The results themselves were exchanged, with all hashes: evaluating them again finds it.
#[test]
fn a_chain_that_was_forged_as_a_whole_does_not_come_out_again() {
    let folder = shop();
    close(folder.path(), "2026-Q1", "2026-04-07");
    let place = folder.path().join("shop/closed/2026-Q1.1.json");
    let text = fs::read_to_string(&place).unwrap();
    let (front, behind) = text.split_once(",\n  \"results\": ").unwrap();
    let (results, _) = behind.rsplit_once(",\n  \"sha256\": ").unwrap();
    let forged = results.replace("\"number\": \"2700\"", "\"number\": \"3700\"").replace("2,700.00", "3,700.00");
    assert!(forged != results);
    let sums = [front, &forged].map(|part| merit::provenance::hash_of(part.as_bytes()));
    let [front_sum, results_sum] = sums;
    let whole = format!(
        "{front},\n  \"results\": {forged},\n  \"sha256\": {{\n    \"front\": \"{front_sum}\",\n    \"results\": \"{results_sum}\"\n  }}\n}}\n"
    );
    fs::write(&place, &whole).unwrap();
    let list = format!("{}  2026-Q1.1.json\n", merit::provenance::hash_of(whole.as_bytes()));
    let kept = fs::read_to_string(folder.path().join("shop/closed/chain")).unwrap();
    fs::write(folder.path().join("shop/closed/chain"), list).unwrap();
    told(folder.path(), &["verify", "shop", "--chain-only"], 0);
    let head = kept.split(' ').next().unwrap();
    told(folder.path(), &["verify", "shop", "--chain-only", "--head", head], 1);
    expect("forged", &told(folder.path(), &["verify", "shop"], 1));
}
