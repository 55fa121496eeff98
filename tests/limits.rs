//! Projects that are large or twisted on purpose: an answer in good time, and never a crash.

#[path = "limits/files.rs"]
mod files;

use std::fmt::Write;
use std::process::Command;
use std::time::{Duration, Instant};

/// What `merit check` says of one file, and how long it takes to say it.
fn check(spec: &str) -> (String, Duration) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.merit"), spec).unwrap();
    let begun = Instant::now();
    let run = Command::new(env!("CARGO_BIN_EXE_merit")).args(["check", "a.merit"]).current_dir(folder.path()).output();
    let run = run.unwrap();
    assert!(run.status.code().is_some_and(|code| code < 2), "{}", String::from_utf8_lossy(&run.stderr));
    (String::from_utf8(run.stdout).unwrap(), begun.elapsed())
}

/// Far more than any of these takes; an exponential one would take for ever.
const PATIENCE: Duration = Duration::from_secs(60);

/// Checks a spec, and that it takes no time to speak of.
fn soon(spec: &str) -> String {
    let (text, took) = check(spec);
    assert!(took < PATIENCE, "{took:?}\n{text}");
    text
}

/// Declarations of which each is made of the one before.
fn chain(
    count: usize,
    declare: impl Fn(usize, String) -> String,
    first: &str,
    next: impl Fn(usize) -> String,
) -> String {
    (0..count).map(|at| declare(at, if at == 0 { first.to_string() } else { next(at - 1) })).collect()
}

/// People, their sales, and a position whose scorecard is made of the KPI `last`.
fn company(columns: &str, last: &str) -> String {
    format!(
        "company \"X\" {{\n currency CNY\n}}\nunit person, people\nunit sale, sales_made\n\
         data people {{\n roster as seller\n file \"people.csv\"\n row person\n key id\n column id : text\n}}\n\
         data sales {{\n file \"sales.csv\"\n row sale\n dated by day\n column seller : people\n column day : date\n \
         column amount : CNY\n{columns}}}\n\
         position seller \"Seller\" {{\n scorecard {{\n 100% {last} score linear 0 -> 0, 1_000 -> 100\n }}\n}}\n"
    )
}

#[test]
fn what_builds_on_one_another_ends_somewhere_in_any_order() {
    let kpi = |at: usize, value: String| format!("kpi k{at} : number {{\n  value = {value}\n}}\n");
    let rising = chain(3_000, kpi, "1", |at| format!("k{at} + 1")) + &company("", "k2999");
    let falling = (0..3_000).rev().map(|at| kpi(at, if at == 0 { "1".into() } else { format!("k{} + 1", at - 1) }));
    let falling = falling.collect::<String>() + &company("", "k2999");
    let constant = |at: usize, value: String| format!("constant c{at} : number = {value}\n");
    let constants = chain(3_000, constant, "1", |at| format!("c{at} + 1"));
    let scale = |at: usize, value: String| format!("scale s{at} : number -> number {{\n  formula {value}\n}}\n");
    let scales = chain(3_000, scale, "value", |at| format!("s{at}(value) + 1"));
    let column = |at: usize, value: String| format!(" column x{at} : CNY = {value}\n");
    let columns = company(&chain(300, column, "amount", |at| format!("x{at} + x{at}")), "k");
    for spec in [rising, falling, constants, scales, columns] {
        let text = soon(&spec);
        assert!(text.contains("too-deep"), "{text}");
    }
}

/// Each is twice the one before: whoever follows both sides of each sum never ends.
#[test]
fn what_is_read_twice_is_worked_out_once() {
    let kpi = |at: usize, value: String| format!("kpi k{at} : number {{\n  value = {value}\n}}\n");
    let constant = |at: usize, value: String| format!("constant c{at} : number = {value}\n");
    let scale = |at: usize, value: String| format!("scale s{at} : number -> number {{\n  formula {value}\n}}\n");
    let column = |at: usize, value: String| format!(" column x{at} : number = {value}\n");
    let sums = chain(90, kpi, "3", |at| format!("k{at} + k{at}")) + &company("", "k89");
    let products = chain(90, kpi, "3", |at| format!("k{at} * k{at}")) + &company("", "k89");
    let constants = chain(90, constant, "3", |at| format!("c{at} + c{at}")) + "kpi k : number {\n value = 1 / c89\n}\n";
    let scales = chain(90, scale, "value", |at| format!("s{at}(value) + s{at}(value)"));
    let scales = scales + "kpi k : number {\n value = s89(3)\n}\n" + &company("", "k");
    let columns = company(&chain(30, column, "amount / 1 CNY", |at| format!("x{at} + x{at}")), "k")
        + "kpi k : number {\n value = sum(x29 of sales)\n}\n";
    for spec in [sums, products, constants, scales, columns] {
        let text = soon(&spec);
        assert!(text.contains("no findings") || text.contains(" warning"), "{text}");
    }
}

#[test]
fn a_constant_that_explodes_is_told_where_it_begins() {
    let constant = |at: usize, value: String| format!("constant c{at} : number = {value}\n");
    let text = soon(&(chain(90, constant, "3", |at| format!("c{at} * c{at}")) + "kpi k : number {\n value = c89\n}\n"));
    assert!(text.contains("c6 : number = c5 * c5"), "{text}");
    assert_eq!(text.matches("number-too-large").count(), 1, "{text}");
}

#[test]
fn names_of_any_length_are_told_shortened_and_soon() {
    let (long, other) = ("m".repeat(100_000), "m".repeat(99_990));
    let kpis: String = (0..2_000).map(|at| format!("kpi z{at} : number {{\n value = 1\n}}\n")).collect();
    for spec in [
        format!("kpi a : number {{\n value = {long}\n}}\nkpi {other} : number {{\n value = 1\n}}\n"),
        format!("{kpis}kpi a : number {{\n value = {long}\n}}\n"),
        format!("{long}\n"),
        format!("kpi a : {long} {{\n value = 1\n}}\n"),
        format!("data d {{\n file \"{long}.csv\"\n column a : one of {long}, {long}\n}}\n"),
    ] {
        let text = soon(&spec);
        assert!(text.contains("error") && text.len() < 20_000, "{} bytes", text.len());
    }
}

#[test]
fn twenty_thousand_of_anything_take_no_square_of_time() {
    let words: Vec<String> = (0..20_000).map(|at| format!("w{at}")).collect();
    soon(&company(&format!(" column kind : one of {}\n", words.join(", ")), "k"));
    let kpis: String = words.iter().map(|word| format!("kpi {word} : number {{\n value = 1\n}}\n")).collect();
    let kpis = kpis + &company("", "w7");
    assert!(soon(&kpis).contains("20000 warnings"));
    assert!(soon(&kpis.replace("kpi w1", "kpi w")).contains("error"));
    assert!(soon(&"“".repeat(50_000)).contains("error"));
    assert!(soon(&"\"\n".repeat(50_000)).contains("error"));
}

#[test]
fn what_is_too_long_to_be_read_is_said_at_once() {
    let value = |value: String| format!("kpi a : number {{\n value = {value}\n}}\n");
    for spec in [
        value("9".repeat(1_000_000)),
        value(format!("0.{}", "9".repeat(1_000_000))),
        value("1e999999999".into()),
        value("(".repeat(50_000) + "1" + &")".repeat(50_000)),
        value("-".repeat(50_000) + "1"),
        value("1 + ".repeat(50_000) + "1"),
        value("if yes then 1 else ".repeat(5_000) + "1"),
        "kpi a : number ".to_string() + &"{".repeat(50_000),
    ] {
        assert!(soon(&spec).contains("error"));
    }
}

#[test]
fn functions_that_double_one_another_end_somewhere() {
    let mut spec = String::from("function f0(x) = x + 1\n");
    for at in 1..60 {
        writeln!(spec, "function f{at}(x) = f{0}(x) + f{0}(x)", at - 1).unwrap();
    }
    spec.push_str("kpi k : number {\n  value = f59(1)\n}\n");
    let (text, took) = check(&spec);
    assert!(text.contains("too-deep") && took < PATIENCE, "{took:?}\n{text}");
    assert_eq!(text.matches("too-deep").count(), 1, "{text}");
}

#[test]
fn thousands_of_unknown_names_are_told_in_good_time() {
    let mut spec = String::new();
    for at in 0..5_000 {
        writeln!(spec, "kpi k{at} : number {{\n  value = missing_{at} + 1\n}}").unwrap();
    }
    let (text, took) = check(&spec);
    assert!(text.contains("5000 errors") && took < PATIENCE, "{took:?}");
}
