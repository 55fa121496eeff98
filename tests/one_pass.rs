//! One pass: however many KPIs, positions and periods, each file is read once, and only the columns that are needed.
//!
//! Alone in its binary: what the process reads is counted by the system.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::sync::Mutex;

use merit::data::{Options, Progress, answer};
use merit::plan::plans;
use merit::project;
use merit::time::PeriodName;
use support::insurance;

#[derive(Default)]
struct Counting(Mutex<BTreeMap<String, (u64, u64)>>);

impl Progress for Counting {
    fn started(&self, file: &str, bytes: u64) {
        let mut files = self.0.lock().unwrap();
        let (times, _) = files.entry(file.to_string()).or_default();
        *times += 1;
        files.get_mut(file).unwrap().1 = bytes;
    }
    fn advanced(&self, _: &str, _: u64) {}
    fn finished(&self, _: &str) {}
}

/// Bytes that this process has asked the system for so far; nothing where no system tells.
fn bytes_read() -> Option<u64> {
    let io = fs::read_to_string("/proc/self/io").ok()?;
    io.lines().find_map(|line| line.strip_prefix("rchar: ")?.parse().ok())
}

#[test]
fn each_file_is_read_once() {
    let project = project::load(&[insurance()]).unwrap();
    let period = |text| PeriodName::parse(text).unwrap();
    let periods: Vec<PeriodName> = period("2025-Q4").up_to(period("2026-Q3")).unwrap().collect();
    let plans = plans(&project.model, &periods).unwrap();
    let counting = Counting::default();
    let options = Options {
        data: insurance().join("data"),
        threads: 2,
        strict: false,
        allow_empty: false,
        progress: Some(&counting),
    };
    let before = bytes_read();
    let answers = answer(&project.model, &plans[0].query, &options).unwrap();
    let read = before.zip(bytes_read()).map(|(before, after)| after - before);

    let files = counting.0.into_inner().unwrap();
    assert_eq!(files.len(), answers.files.len());
    assert!(files.len() > 40 && plans[0].query.measures.len() > 200);
    let more_than_once: Vec<&String> = files.iter().filter(|(_, (times, _))| *times != 1).map(|(file, _)| file).collect();
    assert!(more_than_once.is_empty(), "read more than once: {more_than_once:?}");
    let all: u64 = files.values().map(|(_, bytes)| bytes).sum();
    match read {
        Some(read) => assert!(read < all + all / 20, "{read} bytes were read of files with {all}"),
        None => eprintln!("SKIPPED: this system does not tell what a process reads"),
    }
    columns_that_nothing_needs_are_not_parsed();
}

/// Cells that would be mistakes in a column that is read.
fn columns_that_nothing_needs_are_not_parsed() {
    let spec = |kpi: &str| {
        format!(
            "company \"One\" {{ currency CNY }}\nunit person, people\nunit sale, sales\n\
             data people {{ roster as seller\n file \"people.csv\"\n row person\n key id\n column id : text }}\n\
             data sales {{ file \"sales.csv\"\n row sale\n dated by day\n column seller : people\n column day : date\n\
             column amount : CNY\n column cost : CNY }}\n\
             kpi sold : CNY {{ value = sum({kpi} of sales)\n higher is better }}\n\
             position seller {{ scope own\n scorecard {{ 100% sold score linear 0 CNY -> 0, 100 CNY -> 100 }} }}\n"
        )
    };
    let errors = |kpi: &str| -> usize {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("all.merit"), spec(kpi)).unwrap();
        fs::write(folder.path().join("people.csv"), "id\nP1\n").unwrap();
        fs::write(folder.path().join("sales.csv"), "seller,day,amount,cost\nP1,2026-07-01,5,no cost\n").unwrap();
        let project = project::load(&[folder.path().to_path_buf()]).unwrap();
        assert!(!project.has_errors(), "{:?}", project.diagnostics);
        let plans = plans(&project.model, &[PeriodName::parse("2026-Q3").unwrap()]).unwrap();
        let data = folder.path().to_path_buf();
        let options = Options { data, threads: 1, strict: false, allow_empty: false, progress: None };
        answer(&project.model, &plans[0].query, &options).err().map_or(0, |errors| errors.len())
    };
    assert_eq!(errors("amount"), 0);
    assert_eq!(errors("cost"), 1);
}
