//! Very many people: little is kept of each of them, whatever is written, and what is written is what all of them at once
//! give.

use std::alloc::{GlobalAlloc, Layout, System};
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use merit::data::answer;
use merit::data::options::Options;
use merit::model::Model;
use merit::plan::query::Answers;
use merit::plan::{Plan, plans};
use merit::report::csv::{Form, Style};
use merit::report::people::People;
use merit::report::{Format, Look, Report, write_periods};
use merit::score::{score_all, score_people};
use merit::time::PeriodName;

/// Counts the bytes that are taken, and the most that were at once.
struct Counting;

static TAKEN: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static COUNTING: Counting = Counting;

// Hands everything on to the system, and counts beside it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let taken = TAKEN.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(taken, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        TAKEN.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(place, layout) }
    }
}

/// What is counted is counted of one test at a time.
static ALONE: Mutex<()> = Mutex::new(());

/// Two teams and their people, of whom every fifth changes the team; five KPIs, a limited grade, a share of a pool.
fn project(people: usize) -> (Model, Vec<Plan>, Answers) {
    let kpis = ["a", "b", "c", "d", "e"].map(|kpi| {
        format!("kpi {kpi}_rate \"{kpi}\" : % {{\n  value = sum({kpi} of results) / 100\n  higher is better\n}}\n")
    });
    let columns = ["a", "b", "c", "d", "e"].map(|kpi| format!("  column {kpi} : number\n"));
    let entries = ["a", "b", "c", "d", "e"]
        .map(|kpi| format!("    20% {kpi}_rate  score linear 0% -> 0, 30% -> 50, 100% -> 110\n"));
    let spec = format!(
        "company \"Many\" {{\n  currency EUR\n}}
{}data people {{\n  roster\n  file \"people.csv\"\n  row person\n  key code\n  valid from since to until
  column code : text\n  column name : text\n  column post : position\n  column team : text\n  column since : date
  column until : date optional\n}}
data results {{\n  file \"results.csv\"\n  row result\n  dated by day\n  column code : people\n  column day : date\n{}}}
rating grades {{\n  A >= 60\n  B >= 30\n  C else\n  at most 20% A within company\n}}
position seller \"Seller\" {{\n  scope own\n  rank within person.team\n  scorecard {{\n{}    rating grades\n  }}
  output bonus \"Bonus\" : EUR prorated = score * 10 EUR/point
  output part \"Part\" : EUR = 1_000 EUR * bonus / sum(bonus default 0 EUR of people)\n}}\n",
        kpis.concat(),
        columns.concat(),
        entries.concat(),
    );
    let mut roster = String::from("code,name,post,team,since,until\n");
    let mut results = String::from("code,day,a,b,c,d,e\n");
    for at in 0..people {
        let until = if at % 5 == 0 { "2026-08-15" } else { "" };
        writeln!(roster, "P{at:06},Name {at},seller,T{},2020-01-01,{until}", at % 2).unwrap();
        if at % 5 == 0 {
            writeln!(roster, "P{at:06},Name {at},seller,T{},2026-08-16,", (at + 1) % 2).unwrap();
        }
        // Of some there are no results.
        if at % 11 != 0 {
            let [a, b, c, d, e] = [7, 11, 13, 17, 19].map(|by| at * by % 97);
            writeln!(results, "P{at:06},2026-07-{:02},{a},{b},{c},{d},{e}", at % 28 + 1).unwrap();
        }
    }
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("all.merit", &spec), ("people.csv", &roster), ("results.csv", &results)] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let loaded = merit::project::load(&[folder.path().to_path_buf()]).unwrap();
    let errors: Vec<_> = loaded.diagnostics.iter().filter(|finding| finding.is_error()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let periods = ["2026-Q3", "2026-Q4"].map(|period| PeriodName::parse(period).unwrap());
    let plans = plans(&loaded.model, &periods).unwrap();
    let options = Options { allow_empty: true, ..Options::of(folder.path().to_path_buf()) };
    let answers = answer(&loaded.model, &plans[0].query, &options).unwrap();
    (loaded.model, plans, answers)
}

const FORMATS: [Format; 5] = [
    Format::Summary,
    Format::Scorecards,
    Format::Json,
    Format::Csv(Form { style: Style::Plain, people: false }),
    Format::Csv(Form { style: Style::Plain, people: true }),
];

const LOOK: Look = Look { color: false, width: 100 };

#[test]
fn people_made_one_by_one_are_those_of_all_at_once() {
    let _alone = ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let (model, plans, answers) = project(700);
    let there = score_all(&model, &plans, &answers).unwrap();
    let made = score_people(&model, &plans, &answers).unwrap();
    assert_eq!(there[0].people.len(), 700);
    for format in FORMATS {
        for periods in [0..1, 0..2] {
            let one = |at: usize, made_now: bool| Report {
                model: &model,
                results: if made_now { &made[at].results } else { &there[at] },
                people: if made_now { People::scored(&made[at]) } else { People::of(&there[at]) },
                language: None,
                supposing: None,
                estimate: None,
                provenance: None,
            };
            let text = |made_now: bool| {
                let reports: Vec<Report> = periods.clone().map(|at| one(at, made_now)).collect();
                let mut text = Vec::new();
                match reports.as_slice() {
                    [only] => merit::report::write(format, only, LOOK, &mut text).unwrap(),
                    several => write_periods(format, several, LOOK, &mut text).unwrap(),
                }
                String::from_utf8(text).unwrap()
            };
            let (made_now, there_before) = (text(true), text(false));
            assert!(made_now.len() > 10_000 && made_now == there_before, "{format:?}");
        }
    }
}

#[test]
fn little_is_kept_of_each_of_very_many() {
    /// Bytes for each person; what is written of one is more, but for the tables.
    const ENOUGH: usize = 600;
    let _alone = ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let most = |people: usize| {
        let (model, plans, answers) = project(people);
        let before = TAKEN.load(Ordering::Relaxed);
        MOST.store(before, Ordering::Relaxed);
        let scored = score_people(&model, &plans[..1], &answers).unwrap();
        let of_scores = MOST.load(Ordering::Relaxed) - before;
        let of_formats = FORMATS.map(|format| {
            MOST.store(TAKEN.load(Ordering::Relaxed), Ordering::Relaxed);
            let people = People::scored(&scored[0]);
            let (results, language, provenance) = (&scored[0].results, None, None);
            let report =
                Report { model: &model, results, people, language, provenance, supposing: None, estimate: None };
            merit::report::write(format, &report, LOOK, &mut io::sink()).unwrap();
            MOST.load(Ordering::Relaxed) - before
        });
        (of_scores, of_formats)
    };
    let (few, many) = (most(1 << 10), most(1 << 12));
    let each = |few: usize, many: usize| many.saturating_sub(few) / (3 << 10);
    assert!(each(few.0, many.0) < ENOUGH, "{} bytes for each", each(few.0, many.0));
    for (at, format) in FORMATS.iter().enumerate() {
        let each = each(few.1[at], many.1[at]);
        println!("{format:?}: {each} bytes for each person");
        assert!(each < ENOUGH, "{format:?}: {each} bytes for each person");
    }
}
