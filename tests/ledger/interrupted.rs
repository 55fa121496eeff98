//! Whatever ends the program, and whoever closes at the same time: the chain is the old one or the new one.

use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use merit::ledger::chain::Chain;

use super::random::Random;
use super::*;

const THIRD: [&str; 8] = ["close", "shop", "--period", "2026-Q3", "--by", "Wang Fang", "--on", "2026-10-07"];

fn links(folder: &Path) -> usize {
    let (chain, faults) = Chain::read(&folder.join("shop/closed")).unwrap();
    assert_eq!(faults, Vec::new());
    assert_eq!(chain.check().faults, Vec::new());
    chain.links.len()
}

/// `MERIT_LEDGER_KILLS` says how often.
#[test]
fn a_closing_that_is_killed_was_never_begun_or_is_done() {
    let folder = closed();
    let place = folder.path().join("shop/closed");
    let begun = Instant::now();
    assert!(command(folder.path(), &THIRD).stdout(Stdio::null()).status().unwrap().success());
    let long = begun.elapsed();
    let list = fs::read(place.join("chain")).unwrap();
    let again = || {
        fs::remove_file(place.join("2026-Q3.1.json")).unwrap();
        let two: Vec<&str> = std::str::from_utf8(&list).unwrap().lines().take(2).collect();
        fs::write(place.join("chain"), two.join("\n") + "\n").unwrap();
    };
    again();
    let mut random = Random::new(11);
    let mut done = 0;
    for _ in 0..times("MERIT_LEDGER_KILLS", 12) {
        let mut child = command(folder.path(), &THIRD).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // Most moments are in the last part of the run, in which it writes.
        let part = if random.below(4) == 0 { random.below(100) } else { 60 + random.below(45) };
        sleep(long * part as u32 / 100);
        child.kill().unwrap();
        child.wait().unwrap();
        match links(folder.path()) {
            2 => assert!(!place.join("2026-Q3.1.json").exists()),
            3 => {
                done += 1;
                told(folder.path(), &["verify", "shop", "--chain-only"], 0);
                again();
            }
            other => panic!("{other} closings"),
        }
    }
    // What was left behind is in nobody's way.
    told(folder.path(), &THIRD, 0);
    assert_eq!(links(folder.path()), 3);
    assert_eq!(fs::read(place.join("chain")).unwrap(), list);
    told(folder.path(), &["verify", "shop"], 0);
    println!("{done} were done before they were killed");
}

/// Between the closing and the list: the closing counts, and the next one writes it down.
#[test]
fn a_closing_that_is_not_in_the_list_yet_is_one_all_the_same() {
    let folder = closed();
    let place = folder.path().join("shop/closed");
    let list = fs::read_to_string(place.join("chain")).unwrap();
    fs::write(place.join("chain"), list.lines().next().unwrap().to_string() + "\n").unwrap();
    let said = told(folder.path(), &["verify", "shop"], 0);
    assert!(said.contains("not in the list yet"), "{said}");
    // It is closed.
    let said = told(folder.path(), &["close", "shop", "--period", "2026-Q2", "--by", "x", "--on", "2026-07-08"], 1);
    assert!(said.contains("period-closed"), "{said}");
    told(folder.path(), &THIRD, 0);
    let after = fs::read_to_string(place.join("chain")).unwrap();
    assert!(after.starts_with(&list) && after.lines().count() == 3, "{after}");
    // The first closing of all is found without a list as well.
    let folder = shop();
    close(folder.path(), "2026-Q1", "2026-04-07");
    fs::remove_file(folder.path().join("shop/closed/chain")).unwrap();
    told(folder.path(), &["verify", "shop/closed/.."], 0);
}

#[test]
fn of_two_who_close_at_once_one_does() {
    for others in [THIRD, ["close", "shop", "--period", "2026-09", "--by", "Li Na", "--on", "2026-10-07"]] {
        let folder = closed();
        let run = |arguments: &[&str]| {
            command(folder.path(), arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let both = [run(&THIRD), run(&others)].map(|child| child.wait_with_output().unwrap());
        let codes = both.each_ref().map(|run| run.status.code().unwrap());
        let said = both.each_ref().map(|run| text(&run.stderr)).concat();
        let done = codes.iter().filter(|code| **code == 0).count();
        // One behind the other is right as well, where they do not close the same.
        assert!(done == 1 || done == 2 && others != THIRD, "{codes:?}: {said}");
        if done == 1 {
            let told = ["somebody else has closed a period meanwhile", "somebody else is closing", "period-closed"];
            assert!(told.iter().any(|told| said.contains(told)), "{said}");
        }
        assert_eq!(links(folder.path()), 2 + done);
    }
}

/// While somebody else has the folder, nobody waits for ever.
#[test]
fn who_comes_second_is_told() {
    let folder = closed();
    let _lock = merit::ledger::put::Lock::of(&folder.path().join("shop/closed")).unwrap().unwrap();
    let begun = Instant::now();
    let said = told(folder.path(), &THIRD, 2);
    assert!(said.contains("somebody else is closing a period at this moment"), "{said}");
    assert!(begun.elapsed() < Duration::from_secs(60));
}
