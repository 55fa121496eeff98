//! Any byte that is changed is found, and the file is named.

use merit::ledger::chain::{Chain, Fault, LIST};

use super::random::Random;
use super::*;

fn faults(folder: &Path) -> Vec<Fault> {
    let (chain, mut faults) = Chain::read(folder).unwrap();
    faults.extend(chain.check().faults);
    faults
}

/// The files of the chain itself.
fn files() -> [&'static str; 3] {
    ["2026-Q1.1.json", "2026-Q2.1.json", LIST]
}

/// `MERIT_LEDGER_BYTES` says how many bytes are changed, one after the other.
#[test]
fn a_changed_byte_is_found_wherever_it_is() {
    let folder = closed();
    let place = folder.path().join("shop/closed");
    assert_eq!(faults(&place), Vec::new());
    let mut random = Random::new(7);
    for _ in 0..times("MERIT_LEDGER_BYTES", 300) {
        let file = files()[random.below(3)];
        let whole = fs::read(place.join(file)).unwrap();
        let mut bytes = whole.clone();
        let at = random.below(bytes.len());
        let kind = random.below(4);
        match kind {
            0 => bytes[at] = bytes[at].wrapping_add(1 + random.below(255) as u8),
            1 => bytes[at] ^= 1 << random.below(8),
            2 => drop(bytes.remove(at)),
            _ => bytes.insert(at, random.below(256) as u8),
        }
        if bytes == whole {
            continue;
        }
        fs::write(place.join(file), &bytes).unwrap();
        let found = faults(&place);
        assert!(found.iter().any(|fault| fault.file == file), "{file}, byte {at}, kind {kind}: {found:?}");
        // What is whole is not accused.
        let others = found.iter().filter(|fault| fault.file != file && fault.file != LIST);
        assert_eq!(others.count(), 0, "{file}, byte {at}, kind {kind}: {found:?}");
        fs::write(place.join(file), &whole).unwrap();
    }
    assert_eq!(faults(&place), Vec::new());
}

#[test]
fn what_was_changed_is_named() {
    let folder = closed();
    close(folder.path(), "2026-Q3", "2026-10-07");
    let place = folder.path().join("shop/closed");
    let mut said = String::new();
    let mut with = |what: &str, file: &str, change: &dyn Fn(&str) -> String| {
        let whole = fs::read_to_string(place.join(file)).unwrap();
        let changed = change(&whole);
        assert!(changed != whole, "{what}");
        fs::write(place.join(file), changed).unwrap();
        said += &format!("== {what}\n{}", told(folder.path(), &["verify", "shop", "--chain-only"], 1));
        fs::write(place.join(file), whole).unwrap();
    };
    with("somebody else's name", "2026-Q1.1.json", &|text| text.replace("Wang Fang", "Li Na"));
    with("a rule", "2026-Q2.1.json", &|text| text.replace("target 10_000", "target 20_000"));
    with("a bonus", "2026-Q2.1.json", &|text| text.replacen("\"3960\"", "\"9960\"", 1));
    with("a blank at the end", "2026-Q3.1.json", &|text| format!("{text} "));
    with("the end", "2026-Q2.1.json", &|text| text[..text.len() / 2].to_string());
    with("a hash of the list", LIST, &|text| text.replacen(['1', '2', '3'], "0", 1));
    with("a line of the list", LIST, &|text| text.lines().skip(1).map(|line| format!("{line}\n")).collect());
    with("the last line of the list and one more", LIST, &|text| format!("{text}nonsense\n"));
    with("two lines that have changed places", LIST, &|text| {
        let lines: Vec<&str> = text.lines().collect();
        format!("{}\n{}\n{}\n", lines[1], lines[0], lines[2])
    });
    // The file of another period in its place.
    let second = fs::read(place.join("2026-Q2.1.json")).unwrap();
    with("another closing in its place", "2026-Q1.1.json", &|_| String::from_utf8(second.clone()).unwrap());
    fs::remove_file(place.join("2026-Q2.1.json")).unwrap();
    said += &format!("== a closing that is gone\n{}", told(folder.path(), &["verify", "shop", "--chain-only"], 1));
    fs::write(place.join("2026-Q2.1.json"), second).unwrap();
    fs::write(place.join("2025-Q4.1.json"), "{}").unwrap();
    said += &format!("== a file among them\n{}", told(folder.path(), &["verify", "shop", "--chain-only"], 1));
    fs::remove_file(place.join("2025-Q4.1.json")).unwrap();
    let kept = fs::read_dir(place.join("files")).unwrap().next().unwrap().unwrap().path();
    let whole = fs::read(&kept).unwrap();
    fs::write(&kept, "x").unwrap();
    let of_kept = told(folder.path(), &["verify", "shop"], 1);
    assert!(of_kept.contains("is not the file by whose SHA-256 it is called"), "{of_kept}");
    fs::write(&kept, whole).unwrap();
    told(folder.path(), &["verify", "shop"], 0);
    expect("altered", &said);
}

/// Nothing is added to a chain that is broken.
#[test]
fn a_broken_chain_is_not_gone_on_with() {
    let folder = closed();
    let place = folder.path().join("shop/closed/2026-Q1.1.json");
    fs::write(&place, fs::read_to_string(&place).unwrap().replace("Ann", "Amy")).unwrap();
    let by = ["--by", "Wang Fang", "--on", "2026-10-07"];
    let said = told(folder.path(), &[&["close", "shop", "--period", "2026-Q3"][..], &by].concat(), 1);
    assert!(said.contains("broken-chain") && said.contains("2026-Q1.1.json"), "{said}");
    assert!(!folder.path().join("shop/closed/2026-Q3.1.json").exists());
}

/// Who has cut off the end has cut it off for everybody but those who know the head.
#[test]
fn a_chain_that_was_cut_off_is_found_by_its_head() {
    let folder = closed();
    let place = folder.path().join("shop/closed");
    let list = fs::read_to_string(place.join(LIST)).unwrap();
    let head = list.lines().last().unwrap().split(' ').next().unwrap();
    // Only the list: the closing that is there tells it.
    let first = list.lines().next().unwrap();
    fs::write(place.join(LIST), format!("{first}\n")).unwrap();
    let said = told(folder.path(), &["verify", "shop", "--chain-only", "--head", head], 0);
    assert!(said.contains("not in the list yet"), "{said}");
    fs::remove_file(place.join("2026-Q2.1.json")).unwrap();
    told(folder.path(), &["verify", "shop", "--chain-only"], 0);
    expect("cut_off", &told(folder.path(), &["verify", "shop", "--chain-only", "--head", head], 1));
}
