//! Files as offices of the world write them, by the thousand: each is read right or refused, never wrong.
//!
//! Every file has people with a name, an amount and a day; what the program reads is compared with what was meant. Where
//! the spec declares how the file is written, it may not be refused either.

mod cells;
mod months;
mod offices;
#[path = "../reference/random.rs"]
mod random;
#[path = "../support"]
mod support {
    pub mod biff;
    pub mod ods;
}
mod taken_over;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use cells::{Cell, Held, Kept};
use merit::data::answer;
use merit::data::options::Options;
use merit::diagnostic::Diagnostic;
use merit::number::Number;
use merit::plan::plan;
use merit::plan::query::Doubt;
use merit::score::card::Results;
use merit::score::score;
use merit::time::PeriodName;
use merit::value::Value;
use offices::{DateForm, OFFICES, Office, Writing};
use random::Random;
use write::{Container, Encoding};

/// A file with the spec that reads it, and what was meant.
pub struct Case {
    pub spec: String,
    pub file: String,
    pub bytes: Vec<u8>,
    /// Of each person, in the order of keys: the name and the outputs, as the program shows them.
    pub meant: Vec<(String, Vec<String>)>,
    /// Nothing is left to be guessed.
    pub declared: bool,
    /// Of what kind it is, for the count.
    pub kind: String,
}

/// What became of a file.
enum Outcome {
    Right,
    Refused(String),
    Wrong(String),
}

fn count(name: &str, usual: u64) -> u64 {
    std::env::var(name)
        .map_or(usual, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number, not `{text}`")))
}

#[test]
fn files_of_the_world_are_read_right_or_refused() {
    prove(people);
}

#[test]
fn months_across_of_the_world_are_read_right_or_refused() {
    prove(months::across);
}

/// Tries many files, and shows those that went wrong.
fn prove(make: fn(&mut Random) -> Option<Case>) {
    let first = count("MERIT_FOREIGN_SEED", 1);
    let (mut right, mut refused, mut wrong) = (BTreeMap::new(), BTreeMap::<String, Vec<u64>>::new(), Vec::new());
    for seed in first..first + count("MERIT_FOREIGN_FILES", 400) {
        let Some(case) = make(&mut Random::new(seed)) else { continue };
        match outcome(&case) {
            Outcome::Right => *right.entry(case.kind.clone()).or_insert(0) += 1,
            Outcome::Refused(why) if case.declared => {
                wrong.push((seed, format!("refused, though all is declared: {why}"), case));
            }
            Outcome::Refused(why) => refused.entry(why).or_default().push(seed),
            Outcome::Wrong(what) => wrong.push((seed, what, case)),
        }
    }
    println!("read right: {} files {right:?}", right.values().sum::<u64>());
    let mut refused: Vec<_> = refused.into_iter().collect();
    refused.sort_by_key(|(_, seeds)| std::cmp::Reverse(seeds.len()));
    println!("refused: {} files", refused.iter().map(|(_, seeds)| seeds.len()).sum::<usize>());
    for (why, seeds) in refused.iter().take(40) {
        println!("{:6} {why} (as seed {})", seeds.len(), seeds[0]);
    }
    for (seed, what, case) in wrong.iter().take(8) {
        let text = if case.file.contains(".csv") { String::from_utf8_lossy(&case.bytes) } else { Default::default() };
        println!("seed {seed} ({}): {what}\n{}\n{text}\n", case.kind, case.spec);
    }
    let seeds: Vec<_> = wrong.iter().map(|(seed, ..)| seed).collect();
    assert!(wrong.is_empty(), "{} files were read wrong: {seeds:?}", wrong.len());
    assert!(right.values().sum::<u64>() > 0, "no file was read at all");
}

/// The value of a month has no column of its own in the sheet.
#[test]
fn an_amount_far_out_in_a_month_across_is_told() {
    let months = (1..=12).map(|month| format!("2026-{month:02}"));
    let amounts =
        |far: &str| (1..=12).map(|month| if month == 7 { far.into() } else { (100 + month).to_string() }).collect();
    let row = |first: &str, rest: Vec<String>| {
        std::iter::once(first.to_string()).chain(rest).map(Cell::from).collect::<Vec<_>>()
    };
    let rows = [row("id", months.collect()), row("P1", amounts("107")), row("P2", amounts("10800"))];
    let case = Case {
        spec:
            "data people {\n  roster as seller\n  file \"plan.xlsx\"\n  row person\n  key id\n  column id : text\n}\n\n\
               data plans {\n  file \"plan.xlsx\"\n  months across as month, amount\n  row plan\n  dated by month\n  \
               column id : people\n  column month : period\n  column amount : number\n}\n\nposition seller {\n  \
               output plan : number = sum(amount of plans) over own\n}\n"
                .into(),
        file: "plan.xlsx".into(),
        bytes: write::bytes(&rows, Container::Xlsx { titles: 0 }, Encoding::Utf8 { mark: false }).unwrap(),
        meant: Vec::new(),
        declared: false,
        kind: String::new(),
    };
    let results = evaluated(&case).unwrap();
    let [Doubt::FarOut { place, cell, .. }] = results.doubts.as_slice() else { panic!("{:?}", results.doubts) };
    assert_eq!((place.row, cell.as_str()), (Some(3), "10800"));
}

fn outcome(case: &Case) -> Outcome {
    match evaluated(case) {
        Err(codes) => Outcome::Refused(codes.into_iter().collect::<Vec<_>>().join(", ")),
        Ok(results) => match read(&results) {
            read if read == case.meant => Outcome::Right,
            read => Outcome::Wrong(format!("read {read:?}, meant {:?}", case.meant)),
        },
    }
}

/// What the program makes of a file, or the codes of its findings.
fn evaluated(case: &Case) -> Result<Results, BTreeSet<String>> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("all.merit"), &case.spec).unwrap();
    fs::write(folder.path().join(&case.file), &case.bytes).unwrap();
    let loaded = merit::project::load(&[folder.path().to_path_buf()]).unwrap();
    let errors: Vec<_> = loaded.diagnostics.iter().filter(|finding| finding.is_error()).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{}", case.spec);
    let options = Options { threads: 1, allow_empty: true, ..Options::of(folder.path().to_path_buf()) };
    let results = plan(&loaded.model, PeriodName::parse("2026").unwrap())
        .and_then(|plan| answer(&loaded.model, &plan.query, &options).map(|answers| (plan, answers)))
        .and_then(|(plan, answers)| score(&loaded.model, &plan, &answers));
    results.map_err(|findings| findings.iter().map(|finding| told(finding, case.declared)).collect())
}

/// The code of a finding; what it says where there should be none.
fn told(finding: &Diagnostic, in_words: bool) -> String {
    let cells = finding.data.iter().take(2).map(|place| format!(" {:?}", place.text));
    match in_words {
        true => format!("{} ({}{})", finding.code.as_str(), finding.message, cells.collect::<String>()),
        false => finding.code.as_str().to_string(),
    }
}

fn read(results: &Results) -> Vec<(String, Vec<String>)> {
    let shown = |value: &Value| match value {
        Value::Number(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    let person = |person: &merit::score::card::PersonResult| {
        let outputs = person.cards.iter().flat_map(|card| &card.outputs).map(shown).collect();
        (person.name.to_string(), outputs)
    };
    results.people.iter().map(person).collect()
}

/// A number as the program shows it.
pub fn shown(text: &str) -> String {
    text.parse::<Number>().unwrap().to_string()
}

/// An encoding that this office might use, and its name where it is declared.
pub fn encoding(random: &mut Random, office: &Office, container: Container) -> Encoding {
    if !matches!(container, Container::Text { .. }) || office.encodings.is_empty() || random.chance(40) {
        return match random.below(4) {
            0 | 1 => Encoding::Utf8 { mark: false },
            2 => Encoding::Utf8 { mark: true },
            _ => Encoding::Utf16 { little: random.chance(70) },
        };
    }
    Encoding::Other(random.one(office.encodings))
}

/// Days of 2020 to 2026; none that could not be written in another order, more often than not.
fn day(random: &mut Random, clear: bool) -> (i32, u32, u32) {
    let day = if clear { random.between(13, 28) } else { random.between(1, 28) };
    (random.between(2020, 2025) as i32, random.between(1, 12) as u32, day as u32)
}

/// A list of people with an amount and a day.
fn people(random: &mut Random) -> Option<Case> {
    let office = &OFFICES[random.below(OFFICES.len())];
    let container = Container::random(random, office);
    let encoding = encoding(random, office, container);
    let mut writing = Writing::random(random, office);
    let dates: DateForm = random.one(office.dates);
    let (declared, clear) = (random.chance(40), random.chance(50));
    if declared && !writing.money.0.is_empty() | !writing.money.1.is_empty() {
        // Other signs of money may be unknown.
        writing.money = (office.currency, "");
    }
    let count = random.one(&[1, 2, 3, 5, 8, 40]);
    let mut kept = || if container.is_sheet() { Kept::random(random) } else { Kept::Texts };
    let (amounts, rates, days) = (kept(), kept(), kept());
    let bare_rates = !declared && container.is_sheet() && random.chance(5);
    let percent = if office.groups.contains(&'\u{a0}') { "\u{a0}%" } else { random.one(&["%", " %"]) };
    let [key, name, amount, since] = office.headers;
    let mut rows = vec![[key, name, amount, since, "R"].map(Cell::from).to_vec()];
    let (mut meant, mut numbers_held, mut days_held, mut days_kept) = (vec![], vec![], vec![], vec![]);
    for at in 0..count {
        let name = random.pick(office.names);
        let of_amount = writing.amount(random, office);
        let of_day = day(random, clear);
        let (whole, tenth) = (random.below(130), random.below(10));
        let rate = format!("{whole}{}{tenth}{percent}", office.decimal);
        let value = format!("{}.{:02}{tenth}", whole / 100, whole % 100);
        let number = amounts.number(random, office, &of_amount.plain, &of_amount.written);
        let mut rate = rates.percentage(random, &value, &rate);
        if let (true, Held::Percent(value, _)) = (bare_rates, &rate.held) {
            rate.held = Held::Number(value.clone(), "General");
        }
        let of = days.day(random, dates, of_day);
        numbers_held.push((number.clone(), Held::Number(of_amount.plain.clone(), "")));
        days_held.push((of.clone(), Held::Day(of_day, "")));
        days_kept.push((of.clone(), of_day));
        rows.push(vec![format!("P{at:03}").into(), Cell::from(name), number, of, rate]);
        let since = write::days_since((2000, 1, 1), of_day).to_string();
        meant.push((name.to_string(), vec![shown(&of_amount.plain), since, shown(&value)]));
    }
    // Where all were taken for something else, nothing tells.
    let (numbers_told, days_told) = (cells::tell(&numbers_held), cells::tell(&days_held));
    if amounts == Kept::TakenOver && !numbers_told || days == Kept::TakenOver && !days_told {
        return None;
    }
    let taken_over = numbers_told || days_told || cells::seem_turned(&days_kept);
    let bytes = write::bytes(&rows, container, encoding)?;
    let file = format!("staff.{}", container.ending());
    let clause = match (declared, encoding, container) {
        (true, Encoding::Other(label), Container::Text { .. }) => format!("  encoding \"{label}\"\n"),
        _ => String::new(),
    };
    let (numbers, format) = match declared {
        true => (format!(" numbers \"{}\"", writing.example(office)), format!(" format \"{}\"", dates.format)),
        false => Default::default(),
    };
    let currency = office.currency;
    let spec = format!(
        "company \"C\" {{\n  currency {currency}\n}}\n\ndata people {{\n  roster as seller\n  file \"{file}\"\n{clause}  row person\n  key id\n  column id : text from \"{key}\"\n  \
         column name : text from \"{name}\"\n  column amount : {currency} from \"{amount}\"{numbers}\n  \
         column since : date from \"{since}\"{format}\n  column rate : % from \"R\"{numbers}\n}}\n\nposition seller {{\n  \
         output amount \"Amount\" : {currency} = person.amount\n  \
         output since_day \"Since\" : days = days_between(2000-01-01, person.since)\n  \
         output rate \"Rate\" : % = person.rate\n}}\n"
    );
    let packed = container.ending();
    let kind = match container {
        Container::Text { .. } => format!("{} {packed} {encoding:?}", office.country),
        _ => format!("{packed} {amounts:?} {rates:?} {days:?}"),
    };
    // A program that took texts for something else may have spoilt them, or seem to have done so.
    Some(Case { spec, file, bytes, meant, declared: declared && !taken_over, kind })
}
