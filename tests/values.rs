//! What the whole program makes of small projects: text and files in, values out. Most cases were found by the
//! reference evaluator (`tests/reference.rs`), and stand here in their smallest form.

use std::fs;

use merit::data::options::Options;
use merit::data::{BLOCK, answer, own_months};
use merit::diagnostic::{Code, DataPlace, Diagnostic};
use merit::plan::plan;
use merit::plan::query::{Change, Doubt, Uncounted};
use merit::score::card::Results;
use merit::score::score;
use merit::time::PeriodName;

/// People, teams and a position that gives the outputs.
fn project(data: &str, outputs: &str) -> String {
    format!(
        "company \"Small\" {{ currency CNY }}
         data teams {{
           organisation
           file \"teams.csv\"
           row team
           key code
           column code : text
           column parent : teams optional
           column size : number = 7
         }}
         data people {{
           roster
           file \"people.csv\"
           row person
           key code
           valid from since to until
           column code : text
           column post : position
           column team : teams
           column since : date
           column until : date optional
         }}
         {data}
         position clerk {{
           scope own
           {outputs}
         }}"
    )
    .replace(" { ", " {\n")
    .replace(" }", "\n}")
}

fn results(spec: &str, files: &[(&str, &str)], period: &str) -> Results {
    evaluated(spec, files, period).unwrap()
}

/// The results, or the messages of what is wrong with the data.
fn evaluated(spec: &str, files: &[(&str, &str)], period: &str) -> Result<Results, Vec<String>> {
    evaluated_with(spec, files, period, &|_| {})
}

/// The same where files are read in another way.
fn evaluated_with(
    spec: &str,
    files: &[(&str, &str)],
    period: &str,
    change: &dyn Fn(&mut Options),
) -> Result<Results, Vec<String>> {
    // With the cells where they are what a test is about.
    let place = |place: &DataPlace| {
        let file = place.file.rsplit('/').next().unwrap_or_default();
        let [column, text] = [&place.column, &place.text].map(|part| part.clone().unwrap_or_default());
        format!("{file} row {} {column} {text}", place.row.unwrap_or(0))
    };
    let message = |finding: Diagnostic| match finding.code {
        Code::PointsInData | Code::RowsOfNoPost => {
            let places: Vec<String> = finding.data.iter().map(place).collect();
            format!("{} [{}]", finding.message, places.join(", "))
        }
        _ => finding.message,
    };
    let messages = |found: Vec<Diagnostic>| found.into_iter().map(message).collect::<Vec<_>>();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("all.merit"), spec).unwrap();
    for (name, rows) in files {
        fs::write(folder.path().join(name), rows.replace(' ', "") + "\n").unwrap();
    }
    let loaded = merit::project::load(&[folder.path().to_path_buf()]).unwrap();
    let errors: Vec<_> = loaded.diagnostics.iter().filter(|finding| finding.is_error()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let data = folder.path().to_path_buf();
    let mut options = Options {
        data,
        threads: 1,
        strict: false,
        allow_empty: true,
        stream_above: u64::MAX,
        memory: None,
        block: BLOCK,
        progress: None,
        ..Options::of(std::path::PathBuf::new())
    };
    change(&mut options);
    let mut model = loaded.model;
    if let Some(months) = own_months(&model, &options).map_err(messages)? {
        model = model.with_own_months(months);
    }
    let plan = plan(&model, PeriodName::parse(period).unwrap()).map_err(messages)?;
    let answers = answer(&model, &plan.query, &options).map_err(messages)?;
    score(&model, &plan, &answers).map_err(messages)
}

/// The outputs of the first person, as text.
fn outputs(spec: &str, files: &[(&str, &str)], period: &str) -> Vec<String> {
    let results = results(spec, files, period);
    results.people[0].cards[0].outputs.iter().map(|value| format!("{value:?}")).collect()
}

const TEAMS: (&str, &str) = ("teams.csv", "code,parent\nT1,\nT2,T1");
const PEOPLE: (&str, &str) = ("people.csv", "code,post,team,since,until\nP1,clerk,T2,2024-01-01,");

#[test]
fn a_scale_is_read_in_formulas_over_rows() {
    let data = "
        scale pay : number -> % { linear < 2 -> 0%, 2 -> 40%, 10 -> 80% continue above }
        scale fee : number -> number { brackets 50% to 10, 100% above }
        scale mark : number -> number { steps > 3 -> 100, >= 1 -> 70, else -> 20 }
        scale doubled : number -> number { formula value * 2 }
        data notes {
          file \"notes.csv\"
          row note
          column of_person : people
          column n : number optional
        }";
    let notes = "of_person,n\nP1,1\nP1,2\nP1,6\nP1,18\nP1,";
    let lines = "
          output pays : number = sum(pay(n default 0) of notes)
          output fees : number = sum((fee(n) default 1000) of notes)
          output owed : number = sum(fee(0 - (n default 0)) of notes)
          output marks : number = average(mark(n) of notes)
          output doubles : number = max(doubled(n) of notes)";
    let files = [TEAMS, PEOPLE, ("notes.csv", notes)];
    // 0, 0.4, 0.6, 1.2; 0.5, 1, 3, 5 + 8 and the blank one; 70, 70, 100, 100
    assert_eq!(outputs(&project(data, lines), &files, "2026-Q1"), ["2.2", "1017.5", "-13.5", "85", "36"].map(number));
}

/// In a row as elsewhere: never another number, never taken for a value that is not there; harmless where it is not used.
#[test]
fn numbers_too_large_in_rows_are_told() {
    let data = "
        data slips {
          file \"slips.csv\"
          row slip
          column of_person : people
          column n : number
        }";
    let slips = "of_person,n\nP1,1000\nP1,9";
    let files = [TEAMS, PEOPLE, ("slips.csv", slips)];
    let told = |formula: &str| evaluated(&project(data, &format!("output x : number = {formula}")), &files, "2026-Q1");
    for formula in [
        "sum(n * n * n * n * n * n * n * n * n * n * n of slips)",
        // The two stand for numbers that nobody has worked out: they are not equal, and their quotient is not 1.
        "count(slips where (pow(n, 90) default 0) = (pow(n, 91) default 0)) / 1 slip",
        "sum((pow(n, 90) / pow(n, 89)) default 0 of slips)",
        "sum((1 / pow(n, 100000000)) default 0 of slips)",
        "sum(pow(n, 90) default 0 of slips)",
        "count(slips where pow(n, 90) is missing) / 1 slip",
        "average(if n > 9 then pow(n, 90) default 0 else 0 of slips)",
        "count distinct(pow(n, 90) of slips)",
        "median(pow(n, 90) of slips)",
        "min(exp(n) of slips)",
        "only(pow(n, 90) of slips where n > 9)",
        "average(pow(n, 17) of slips at least 2 rows) default 0",
        "sum((average(pow(n, 17) of slips at least 2 rows) default 0) of people) over company",
        "count(people where (max(pow(n, 90) of slips) default 0) > 0) / 1 person over company",
        "sum((max(pow(n, 90) of slips) default 0) of people) over company",
    ] {
        let message = told(formula).map(|results| format!("{:?}", results.people[0].cards[0].outputs)).unwrap_err();
        assert_eq!(message.len(), 1, "{formula}: {message:?}");
        assert!(message[0].starts_with("this gives a number too large to be held exactly"), "{formula}: {message:?}");
    }
    for (formula, value) in [
        ("sum(if n < 10 then (pow(n, 20) / 9) default 0 else 0 of slips)", "1350851717672992089"),
        ("sum((pow(n, 30) / pow(n, 29)) default 0 of slips where n < 10)", "9"),
        ("count(slips where n >= 9 or (pow(n, 90) default 0) > 0) / 1 slip", "2"),
        ("sum(pow(n / 1000, 100000) default 0 of slips where n > 9)", "1"),
        ("sum(n of slips where n < 10 and n < 20)", "9"),
    ] {
        let results = told(formula).unwrap();
        assert_eq!(format!("{:?}", results.people[0].cards[0].outputs[0]), number(value), "{formula}");
    }
}

/// Thirds of files, of which sums, comparisons and inner aggregates make whole numbers again.
#[test]
fn quotients_in_rows_lose_nothing() {
    let data = "
        data slips {
          file \"slips.csv\"
          row slip
          column of_person : people
          column n : number
          column m : number
          column part : number optional = n / m
        }";
    let lines = "
          output thirds : number = sum(n / 3 of slips)
          output parts : number = sum(part default 0 of slips)
          output equal : number = count(slips where (part default 0) = 1 / 3) / 1 slip
          output means : number = sum((average(part of slips) default 0) of people) over company
          output down : number = floor(sum((part default 0) * 3 of slips))";
    let slips = "of_person,n,m\nP1,1,3\nP1,2,6\nP1,0.1,0.3\nP1,5,0\nP1,0.9,7";
    let files = [TEAMS, PEOPLE, ("slips.csv", slips)];
    let values = outputs(&project(data, lines), &files, "2026-Q1");
    assert_eq!(values, ["3", "79/70", "3", "79/280", "3"].map(|text| format!("Number({text})")));
}

#[test]
fn a_matrix_is_read_in_formulas_and_over_rows() {
    let data = "
        constant wide : number = 10, from 2026-02-01 20
        matrix pool : number, number -> number {
          rows >= 5, > 2, >= 2, else
          columns < wide, else
          values 1, 2; 3, 4; 5, 6; 7, 8
        }
        data notes {
          file \"notes.csv\"
          row note
          column of_person : people
          column n : number optional
          column m : number optional
        }";
    let notes = "of_person,n,m\nP1,5,19\nP1,2.5,20\nP1,2,0\nP1,0,99\nP1,,1\nP1,1,";
    let lines = "
          output rows : number = sum((pool(n, m) default 100) of notes)
          output one : number = pool(max(n of notes), min(m of notes))
          output gap : number = pool(5, 1 / (count(notes where (m default 0) = 77) as %)) default -1
          output dated : number = pool(5, 15) * 10 + pool(5, 15) 1 quarter earlier";
    let files = [TEAMS, PEOPLE, ("notes.csv", notes)];
    // 1, 4, 5, 8 and two that are missing; the column's limit was 10 until January
    assert_eq!(outputs(&project(data, lines), &files, "2026-Q1"), ["218", "1", "-1", "12"].map(number));
}

#[test]
fn each_window_is_read_with_the_rule_of_its_last_day() {
    let data = "
        data notes {
          file \"notes.csv\"
          row note
          dated by day
          column of_person : people
          column day : date
          column n : number
        }
        kpi noted : number {
          effective from 2026-02-01
          value = sum(n of notes) * 10
        }
        kpi noted : number {
          value = sum(n of notes)
        }
        kpi only_now : number {
          effective from 2026-Q1
          value = sum(n of notes)
        }
        scale pay : number -> number { steps >= 3 -> 5, else -> 0 }
        scale pay : number -> number { effective from 2026-Q1 steps >= 3 -> 7, else -> 0 }
        matrix pool : number, number -> number { rows else columns else values 1 }
        matrix pool : number, number -> number { effective from 2026-03-31 rows else columns else values 2 }";
    let data = &data
        .replace(" steps", "\n steps")
        .replace(" columns", "\n columns")
        .replace(" values", "\n values")
        .replace(" rows", "\n rows");
    let notes = "of_person,day,n\nP1,2025-02-01,3\nP1,2026-01-31,4\nP1,2026-03-31,5";
    let lines = "
          output now : number = noted
          output before : number = noted 1 year earlier
          output first_month : number = noted last 1 month
          output new_one : number = only_now 1 year earlier default -1
          output paid : number = pay(3) * 100 + pay(3) 1 year earlier
          output rows : number = sum(pay(n) of notes) * 100 + sum(pay(n) of notes) 1 year earlier
          output cells : number = pool(1, 1) * 100 + pool(1, 1) previous period";
    let files = [TEAMS, PEOPLE, ("notes.csv", notes)];
    let expected = ["90", "3", "50", "-1", "705", "1405", "201"];
    assert_eq!(outputs(&project(data, lines), &files, "2026-Q1"), expected.map(number));
}

#[test]
fn nothing_stands_in_a_derived_column_behind_a_blank_link() {
    let notes = "
        data notes {
          file \"notes.csv\"
          row note
          column of_person : people
          column of_team : teams optional
        }";
    let lines = "
          output own : number = sum((of_team.size default 0) of notes)
          output above : number = sum((of_team.parent.size default 0) of notes)";
    let files = [TEAMS, PEOPLE, ("notes.csv", "of_person,of_team\nP1,T2\nP1,T1\nP1,")];
    assert_eq!(outputs(&project(notes, lines), &files, "2026-Q1"), ["14", "7"].map(number));
}

#[test]
fn own_rows_that_ended_before_a_window_do_not_hold_during_it() {
    let deals = "
        data deals {
          file \"deals.csv\"
          row deal
          key number
          valid from since to until
          column number : text
          column since : date
          column until : date optional
          column of_person : people
          column n : number
        }";
    let rows = "number,since,until,of_person,n
        D1,2024-02-01,2024-12-31,P1,100
        D2,2025-06-01,2026-01-01,P1,10
        D3,2026-03-31,,P1,1
        D4,2026-04-01,,P1,1000";
    let lines = "output held : number = sum(n of deals during)";
    let files = [TEAMS, PEOPLE, ("deals.csv", rows)];
    assert_eq!(outputs(&project(deals, lines), &files, "2026-Q1"), ["11"].map(number));
}

#[test]
fn rows_are_counted_though_no_column_of_them_is_read() {
    let notes = "
        data notes {
          file \"notes.csv\"
          row note
          column n : number
          column t : text optional
        }";
    let lines = "output counted : number = count(notes) over company as %";
    let files = [TEAMS, PEOPLE, ("notes.csv", "n,t\n1,\n2,x\n3,y")];
    assert_eq!(outputs(&project(notes, lines), &files, "2026-Q1"), ["3"].map(number));
}

/// A company whose January is 26 December to 25 January, and whose year starts in February.
fn with_own_months(data: &str, lines: &str) -> String {
    let months = "
        data work_months {
          file \"months.csv\"
          row work_month
          column month : period
          column first : date
          column last : date
        }";
    let settings = "currency CNY\n fiscal year starts February\n calendar work_months";
    project(&format!("{months}\n{data}"), lines).replacen("currency CNY", settings, 1)
}

const MONTHS: &str = "month,first,last
    2025-11,2025-10-26,2025-11-25
    2026-01,2025-12-26,2026-01-25
    2025-12,2025-11-26,2025-12-25
    2026-02,2026-01-26,2026-02-25
    2026-03,2026-02-26,2026-03-25
    2026-04,2026-03-26,2026-04-25";

#[test]
fn everything_goes_by_the_company_s_own_months() {
    let data = "
        constant rate : number = 1, from 2026-Q1 2
        kpi since : number {
          effective from 2026-02
          value = 7
        }
        kpi since : number {
          value = 5
        }
        data notes {
          file \"notes.csv\"
          row note
          dated by day
          column of_person : people
          column day : date
          column n : number
        }
        data plans {
          file \"plans.csv\"
          row item
          dated by month
          column of_person : people
          column month : period
          column n : number
        }";
    let lines = "
          output noted : number = sum(n of notes)
          output before : number = sum(n of notes) previous period
          output planned : number = sum(n of plans)
          output to_date : number = sum(n of notes) year to date
          output length : number = period.days / 1 day
          output first_day : number = day_of(period.start)
          output rated : number = rate * 10 + rate 1 month earlier
          output ruled : number = since * 10 + since 1 month earlier
          output waited : number = sum(months_between(day, 2026-02-26) / 1 month of notes)
          output spanned : number = months_between(2026-02-24, 2026-03-24) / 1 month";
    let notes = "of_person,day,n\nP1,2026-01-25,1\nP1,2026-01-26,10\nP1,2026-02-25,100\nP1,2026-02-26,1000";
    let plans = "of_person,month,n\nP1,2026-01,3\nP1,2026-02,4\nP1,2026-03,5";
    let files = [TEAMS, PEOPLE, ("months.csv", MONTHS), ("notes.csv", notes), ("plans.csv", plans)];
    let got = outputs(&with_own_months(data, lines), &files, "2026-02");
    // The fiscal year starts with this very month. 24 March is day 27 of its month, 24 February day 30.
    assert_eq!(got, ["110", "1", "4", "110", "31", "26", "21", "75", "1", "0"].map(number));
    let missing = evaluated(&with_own_months(data, lines), &files, "2026-04").err();
    assert_eq!(missing, None);
    let found = evaluated(&with_own_months(data, lines), &files, "2026-Q2").err().unwrap();
    assert_eq!(found, ["`work_months` does not cover 2026-05, 2026-06, 2026-07, which formulas read"]);
}

#[test]
fn mistakes_in_the_company_s_own_months_are_told() {
    let spec = with_own_months("", "output one : number = period.days / 1 day");
    let found = |months: &str| {
        let files = [TEAMS, PEOPLE, ("months.csv", months)];
        evaluated(&spec, &files, "2026-01").err().unwrap().join("; ")
    };
    let head = "month,first,last\n2026-01,2025-12-26,2026-01-25\n";
    assert_eq!(
        found(&format!("{head}2026-02,2026-01-27,2026-02-25")),
        "no month holds 2026-01-26: 2026-01 ends on 2026-01-25, and 2026-02 begins on 2026-01-27"
    );
    assert_eq!(
        found(&format!("{head}2026-02,2026-01-25,2026-02-25")),
        "the month 2026-02 begins on 2026-01-25, and 2026-01 ends on 2026-01-25: they overlap"
    );
    assert_eq!(
        found(&format!("{head}2026-03,2026-01-26,2026-02-25")),
        "`work_months` has no month 2026-02, and goes on with 2026-03"
    );
    assert_eq!(
        found(&format!("{head}2026-01,2026-01-26,2026-02-25")),
        "the month 2026-01 stands twice in `work_months`"
    );
    assert_eq!(
        found(&format!("{head}2026-02,2026-02-25,2026-01-26")),
        "the month 2026-02 ends on 2026-01-26, before it begins on 2026-02-25"
    );
    assert!(found(&format!("{head}2026-Q2,2026-01-26,2026-02-25")).contains("is no single month"));
    assert!(found("month,first,last").contains("has no rows"));
}

fn number(text: &str) -> String {
    let value = merit::value::Value::Number(text.parse().unwrap());
    format!("{value:?}")
}

/// A bare 10 beside a KPI in hours is 10 hours, wherever the language lets a number stand bare.
#[test]
fn a_bare_number_is_in_the_unit_of_its_kpi() {
    let data = "data courses { file \"courses.csv\" row course dated by day
        column who : people column day : date column length : hour between 1 and 8 }"
        .replace(" row course", "\n row course")
        .replace(" dated by", "\n dated by")
        .replace(" column", "\n column");
    let card = "scorecard {
            50% taught target 10 score attainment up to 120
            50% learned score linear 0 -> 0, 10 -> 100
            veto taught > 9 gives score at most 60 \"too much\"
          }";
    let kpis = "kpi taught : hour { value = sum(length of courses) higher is better }
         kpi learned : hour { value = sum(length of courses) higher is better }"
        .replace(" higher", "\n higher");
    let spec = project(&format!("{data}\n{kpis}"), card);
    let results = results(
        &spec,
        &[
            ("teams.csv", "code,parent\nT,"),
            ("people.csv", "code,post,team,since,until\nP,clerk,T,2020-01-01,"),
            ("courses.csv", "who,day,length\nP,2026-07-01,4\nP,2026-07-02,1"),
        ],
        "2026-Q3",
    );
    let card = results.people[0].cards[0].scorecard.as_ref().unwrap();
    let scores: Vec<String> = card.entries.iter().map(|entry| format!("{:?}", entry.score)).collect();
    assert_eq!(scores, ["Number(50)", "Number(50)"]);
    assert_eq!(results.people[0].overall.as_ref().map(|score| score.to_string()), Some("50".into()));
}

/// The points of a curve stand in data: between them a straight line, a jump at its lowest point; on past its end; a line whose
/// points do not rise gives no score, and says why.
#[test]
fn a_curve_goes_by_what_stands_in_data() {
    let agreed = "
        data agreements {
          file \"agreements.csv\"
          row agreement
          key code
          column code : text
          column low : number
          column high : number
        }
        data counts {
          file \"counts.csv\"
          row count_of
          column of_person : people
          column n : number
        }
        kpi counted : number {
          value = sum(n of counts)
          higher is better
        }
        scale stepwise : number { steps >= person.agreement.high -> 100, >= person.agreement.low -> 50, else -> 10 }";
    let card = "
          scorecard {
            100% counted score linear < person.agreement.low -> 0, person.agreement.low -> 20, person.agreement.high -> 100 continue above
          }
          output stepped : point = stepwise(counted)";
    let spec =
        project(agreed, card).replace("column team : teams\n", "column team : teams\n column agreement : agreements\n");
    let counts = ["P1,9", "P2,10", "P3,15", "P4,40", "P5,15"];
    let agreements = "code,low,high\nA,10,20\nB,20,20\nC,30,20";
    let evaluated = |agreed: &[&str]| {
        let people =
            agreed.iter().enumerate().map(|(at, agreement)| format!("P{},clerk,T1,{agreement},2024-01-01,", at + 1));
        let people: Vec<String> = people.collect();
        let people = format!("code,post,team,agreement,since,until\n{}", people.join("\n"));
        let counts = format!("of_person,n\n{}", counts[..agreed.len()].join("\n"));
        let files = [TEAMS, ("people.csv", &people), ("counts.csv", &counts), ("agreements.csv", agreements)];
        evaluated(&spec, &files, "2026-Q1")
    };
    let results = evaluated(&["A", "A", "A", "A"]).unwrap();
    let shown: Vec<String> = results
        .people
        .iter()
        .map(|person| {
            let card = &person.cards[0];
            format!("{:?} {:?}", card.scorecard.as_ref().unwrap().entries[0].score, card.outputs[0])
        })
        .collect();
    assert_eq!(
        shown,
        ["Number(0) Number(10)", "Number(20) Number(50)", "Number(60) Number(50)", "Number(260) Number(100)",]
    );
    // Points that do not rise are a mistake of the data, and so are steps that go the other way.
    let cells = "[agreements.csv row 3 low 20, agreements.csv row 3 high 20]";
    let message = format!("the points of the line do not rise: 20 comes after 20, for `P5` in 2026-Q1 {cells}");
    assert_eq!(evaluated(&["A", "A", "A", "A", "B"]).unwrap_err(), [message]);
    let cells = |first, second| format!("[agreements.csv row 4 {first}, agreements.csv row 4 {second}]");
    let wrong = evaluated(&["A", "C"]).unwrap_err();
    let line = "the points of the line do not rise: 20 comes after 30, for `P2` in 2026-Q1";
    assert_eq!(wrong, [format!("{line} {}", cells("low 30", "high 20"))]);
}

/// Points of many people, read directly, through KPIs and within formulas: all their cells are named, as far as they can be
/// taken in.
#[test]
fn points_that_do_not_rise_are_told_of_everybody() {
    let people: Vec<String> =
        (1..=9).map(|at| format!("P{at},clerk,T1,{},5,2024-01-01,", if at % 2 == 0 { 1 } else { at + 4 })).collect();
    let people = format!("code,post,team,low,high,since,until\n{}", people.join("\n"));
    for points in ["person.low -> 0, person.high -> 100", "from_low -> 0, from_high -> 100"] {
        let data = "
            kpi from_low : number {
              value = max(person.low, 0)
            }
            kpi from_high : number {
              value = person.high
            }
            kpi three : number {
              value = 3
              higher is better
            }";
        let card = format!(
            "scorecard {{\n 100% three score linear {points}\n }}\n output low : number = from_low + from_high"
        );
        let spec = project(data, &card)
            .replace("column team : teams\n", "column team : teams\ncolumn low : number\ncolumn high : number\n");
        let wrong = evaluated(&spec, &[TEAMS, ("people.csv", &people)], "2026-Q1").unwrap_err();
        let cells = |row: u32, low: u32| format!("people.csv row {row} low {low}, people.csv row {row} high 5");
        let all = [(2, 5), (4, 7), (6, 9), (8, 11), (10, 13)].map(|(row, low)| cells(row, low)).join(", ");
        assert_eq!(
            wrong,
            [format!("the points of the line do not rise: 5 comes after 5, for `P1` in 2026-Q1 [{all}]")]
        );
    }
}

/// A KPI that says what it can come to, and does not.
#[test]
fn a_kpi_keeps_to_its_limits() {
    let spec = |limits: &str| {
        let data = format!(
            "data counts {{
               file \"counts.csv\"
               row count_of
               column of_person : people
               column n : number
             }}
             kpi marks : point between {limits} {{
               value = sum(n of counts) * 2 as point
             }}"
        );
        project(&data, "output doubled : point = if marks > 20 points then 1 point else marks")
    };
    let files = [
        TEAMS,
        ("people.csv", "code,post,team,since,until\nP1,clerk,T1,2024-01-01,\nP2,clerk,T1,2024-01-01,"),
        ("counts.csv", "of_person,n\nP1,5\nP2,7.5"),
    ];
    let told = |first: &str| format!("`marks` is {first}, for `P2` in 2026-Q1");
    let beyond = evaluated(&spec("0 and 12"), &files, "2026-Q1").unwrap_err();
    assert_eq!(beyond, [told("15 points, and it is declared between 0 points and 12 points")]);
    let below = evaluated(&spec("12 and 20"), &files, "2026-Q1").unwrap_err();
    assert_eq!(
        below,
        ["`marks` is 10 points, and it is declared between 12 points and 20 points, for `P1` in 2026-Q1"]
    );
    let kept = results(&spec("10 and 15"), &files, "2026-Q1");
    let outputs: Vec<_> = kept.people.iter().map(|person| format!("{:?}", person.cards[0].outputs[0])).collect();
    assert_eq!(outputs, ["Number(10)", "Number(15)"]);
}

/// Cells in another unit than their column's are told, with file, row and column; what is merely large is not.
#[test]
fn cells_far_out_are_told() {
    let doubts = |column: &str, cells: &[&str]| -> Vec<String> {
        let data = format!(
            "data counts {{
               file \"counts.csv\"
               row count_of
               column of_person : people
               {column}
             }}"
        );
        let spec = project(&data, "output most : number = max(n of counts) over company / 1");
        let rows: String = cells.iter().map(|cell| format!("P1,{cell}\n")).collect();
        let counts = format!("of_person,n\n{rows}");
        let files =
            [TEAMS, ("people.csv", "code,post,team,since,until\nP1,clerk,T1,2024-01-01,"), ("counts.csv", &counts)];
        let results = results(&spec, &files, "2026-Q1");
        let place = |place: &DataPlace| {
            let file = place.file.rsplit('/').next().unwrap().to_string();
            format!("{file} row {} {}", place.row.unwrap(), place.column.as_deref().unwrap())
        };
        let told = |doubt: &Doubt| match doubt {
            Doubt::FarOut { place: at, cell, how, more, .. } => Some(format!("{}: {cell} {how:?} {more}", place(at))),
            _ => None,
        };
        results.doubts.iter().filter_map(told).collect()
    };
    let one = |text: &str| vec![text.to_string()];
    let number = "column n : number";
    let above = r#"Above { times: 100, others: ["80", "120"] }"#;
    assert_eq!(doubts(number, &["100", "9000", "80", "120"]), one(&format!("counts.csv row 3 n: 9000 {above} 0")));
    let below = r#"Below { times: 1000, others: ["80000", "120000"] }"#;
    assert_eq!(doubts(number, &["100000", "90", "80000", "120000"]), one(&format!("counts.csv row 3 n: 90 {below} 0")));
    // Large, but not a hundred times any of the others; spread wide; too few; as many of the one as of the other.
    assert!(doubts(number, &["100", "35000", "80", "120"]).is_empty());
    assert!(doubts(number, &["1", "9000", "80", "120", "95"]).is_empty());
    assert!(doubts(number, &["100", "9000", "80"]).is_empty());
    assert!(doubts(number, &["100", "9000", "8000", "80"]).is_empty());
    let fraction = "column n : % in fraction";
    let large = r#"Fraction { percent: "6000" } 1"#;
    assert_eq!(doubts(fraction, &["0.6", "0.75", "60", "75"]), one(&format!("counts.csv row 4 n: 60 {large}")));
    assert!(doubts(fraction, &["0.6", "1.75", "9.5"]).is_empty());
    let percent = "column n : % in percent";
    assert_eq!(doubts(percent, &["0", "0.6", "0.75", "1"]), one("counts.csv row 3 n: 0.6 Percent 2"));
    assert!(doubts(percent, &["0", "1", "1"]).is_empty());
}

/// Ranks count within a part of those in the position; those of whom the part is not known are a part of their own.
#[test]
fn ranks_count_within_a_part() {
    let data = "
        data counts {
          file \"counts.csv\"
          row count_of
          column of_person : people
          column n : number
        }
        kpi counted : number {
          value = sum(n of counts)
          higher is better
        }";
    let card = "
          rank within person.city
          scorecard {
            100% counted score linear 0 -> 0, 100 -> 100
          }";
    let spec =
        project(data, card).replace("column team : teams\n", "column team : teams\n column city : text optional\n");
    let people = "code,post,team,city,since,until
        P1,clerk,T1,Rome,2024-01-01,
        P2,clerk,T1,Oslo,2024-01-01,
        P3,clerk,T1,Rome,2024-01-01,
        P4,clerk,T1,,2024-01-01,
        P5,clerk,T1,Rome,2024-01-01,";
    let counts = "of_person,n\nP1,10\nP2,5\nP3,30\nP4,1\nP5,10";
    let files = [TEAMS, ("people.csv", people), ("counts.csv", counts)];
    let ranks: Vec<Option<u64>> = results(&spec, &files, "2026-Q1").people.iter().map(|person| person.rank).collect();
    assert_eq!(ranks, [Some(2), Some(1), Some(1), Some(1), Some(2)]);
}

/// The results of a project whose rows are dated, found and linked by what is computed: of the rows in memory, and of rows that
/// go by.
#[test]
fn what_is_computed_dates_finds_and_links_rows_of_files() {
    let data = "
        data prices {
          file \"prices.csv\"
          row price
          key grade
          column halves : number
          column grade : number = halves / 2
          column each : CNY
        }
        data parcels {
          file \"parcels.csv\"
          row parcel
          key label
          dated by left
          column shelf : text
          column place : text
          column label : text = if place = \"x\" then shelf else place
          column packed : date
          column sent : date optional
          column left : date = sent default packed
          column quarters : number
          column grade : number = quarters / 4
          column price : prices by (grade)
          column of_person : people
          belongs to of_person
          column helper : people = of_person
        }";
    let lines = "
          output sent : CNY = sum(price.each of parcels)
          output packed : CNY = sum(price.each of parcels dated by packed)
          output helped : number = (count(parcels where helper = \"P1\") as %)";
    let prices = "halves,each\n1,10\n2,100\n3,1000";
    let parcels = "shelf,place,packed,sent,quarters,of_person\nA,x,2026-01-30,2026-02-01,2,P1\nB,x,2026-02-03,,4,P1\n\
                   C,D,2026-02-04,2026-03-01,6,P1";
    let files = [TEAMS, PEOPLE, ("prices.csv", prices), ("parcels.csv", parcels)];
    assert_eq!(outputs(&project(data, lines), &files, "2026-02"), ["Number(110)", "Number(1100)", "Number(2)"]);
}

#[test]
fn mistakes_in_what_is_computed_name_the_row_and_what_it_is_computed_from() {
    let data = "
        data boxes {
          file \"boxes.csv\"
          row box
          key code
          column half : text
          column other : text optional
          column code : text = other default half
        }
        data visits {
          file \"visits.csv\"
          row visit
          key number
          valid from begun to ended
          column number : text
          column of_box : text
          column box : boxes = of_box
          column begun : date
          column days : number
          column ended : date = if days > 3 then 2026-01-31 else begun
        }";
    let spec = project(data, "output seen : visit = count(visits where box.half = \"A\") over company");
    let told = |boxes: &str, visits: &str| {
        let files = [TEAMS, PEOPLE, ("boxes.csv", boxes), ("visits.csv", visits)];
        evaluated(&spec, &files, "2026-02").unwrap_err()
    };
    let visit = "number,of_box,begun,days\nV,A,2026-01-01,5";
    assert_eq!(told("half,other\nA,\nB,A", visit), ["two rows of `boxes` have the same `code`: `A`"]);
    let late = "number,of_box,begun,days\nV,A,2026-02-01,5";
    assert_eq!(told("half,other\nA,", late), ["a row of `visits` ends on 2026-01-31, before it begins on 2026-02-01"]);
    let lost = "number,of_box,begun,days\nV,C,2026-01-01,5";
    assert_eq!(told("half,other\nA,", lost), ["`C` in `visits.box` is no box of `boxes`"]);
    // What is computed from a cell that cannot be read is not told as well.
    let bad = "number,of_box,begun,days\nV,A,soon,5";
    assert_eq!(told("half,other\nA,", bad), ["`soon` is not a date"]);
}

#[test]
fn links_of_what_is_computed_are_followed_as_of_the_row_s_own_day() {
    let data = "
        data calls {
          file \"calls.csv\"
          row call
          dated by made
          column of_person : people
          column made : date
          column paid : date
          column desk : teams = of_person.team
        }";
    let people = "code,post,team,since,until\nP1,clerk,T2,2024-01-01,2026-01-31\nP1,clerk,T1,2026-02-01,";
    let calls = "of_person,made,paid\nP1,2026-01-15,2026-02-15\nP1,2026-02-15,2026-02-15";
    let lines = "
          output made : call = count(calls where desk = \"T2\") over company
          output paid : call = count(calls dated by paid where desk = \"T2\") over company";
    let files = [TEAMS, ("people.csv", people), ("calls.csv", calls)];
    assert_eq!(outputs(&project(data, lines), &files, "2026-02"), ["Number(0)", "Number(1)"]);
}

// ---------------------------------------------------------------- stints and posts

const PLANS: &str = "data plans {
  file \"plans.csv\"
  row plan
  dated by month HOW
  may be empty
  column who : people
  column month : period
  column goal : CNY
}
kpi planned : CNY { value = sum(goal of plans) }
kpi mean_plan : CNY { value = average(goal of plans) }";

fn plans(how: &str, output: &str) -> String {
    project(&PLANS.replace("HOW", how), output)
}

fn moved() -> [(&'static str, &'static str); 3] {
    [
        ("teams.csv", "code,parent\nA,\nB,\n"),
        (
            "people.csv",
            "code,post,team,since,until\nP1,clerk,A,2026-02-15,\nP2,clerk,A,2020-01-01,\nP3,clerk,A,2020-01-01,2026-02-07\nP3,clerk,B,2026-02-08,\n",
        ),
        ("plans.csv", "who,month,goal\nP1,2026-02,28\nP2,2026-02,28\nP3,2026-02,28\n"),
    ]
}

#[test]
fn a_month_that_begins_before_its_person_is_told_unless_the_data_set_says_what_it_means() {
    let found = evaluated(&plans("", "output own : CNY = planned"), &moved(), "2026-02").unwrap_err();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("whose it is changes within it"), "{found:?}");
    let of = |how: &str, output: &str| -> Vec<String> {
        let results = results(&plans(how, output), &moved(), "2026-02");
        let paid = results.people.iter().map(|person| format!("{:?}", person.posts[0].outputs[0].value));
        paid.collect()
    };
    let numbers = |shown: &[&str]| shown.iter().map(|one| format!("Number({one})")).collect::<Vec<_>>();
    assert_eq!(of("shared by days", "output own : CNY = planned"), numbers(&["14", "28", "28"]));
    assert_eq!(of("held last", "output own : CNY = planned"), numbers(&["28", "28", "28"]));
    // 14 of P1, all of P2, a quarter of P3; and of P3 the mean of its stints in A and B by days.
    assert_eq!(of("shared by days", "output t : CNY = planned over team"), numbers(&["49", "49", "28"]));
    assert_eq!(of("held last", "output t : CNY = planned over team"), numbers(&["56", "56", "35"]));
}

#[test]
fn a_month_in_which_a_team_gets_another_one_above_it_is_told_too() {
    let spec = |whose: &str| {
        format!(
            "data teams {{\n organisation\n file \"teams.csv\"\n row team\n key code\n valid from since to until\n \
             column code : text\n column parent : teams optional\n column since : date\n column until : date optional\n}}\n\
             data people {{\n roster as clerk\n file \"people.csv\"\n row person\n key code\n column code : text\n \
             column team : teams\n}}\n\
             data plans {{\n file \"plans.csv\"\n row plan\n dated by month\n column who : {whose}\n \
             column month : period\n column goal : CNY\n}}\n\
             position clerk {{\n output goal_sum : CNY = sum(goal of plans) over team\n}}\n"
        )
    };
    let files = |who: &'static str, moved: &'static str| {
        [("teams.csv", moved), ("people.csv", "code,team\nP1,A\nP2,B\n"), ("plans.csv", who)]
    };
    let on_the_tenth = "code,parent,since,until\nA,B,2020-01-01,2026-02-09\nA,,2026-02-10,\nB,,2020-01-01,\n";
    let on_the_first = "code,parent,since,until\nA,B,2020-01-01,2026-01-31\nA,,2026-02-01,\nB,,2020-01-01,\n";
    for (whose, who) in [
        ("people", "who,month,goal\nP1,2026-02,28\nP2,2026-02,7\n"),
        ("teams", "who,month,goal\nA,2026-02,28\nB,2026-02,7\n"),
    ] {
        let found = evaluated(&spec(whose), &files(who, on_the_tenth), "2026-02").unwrap_err();
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("a team gets another one above it"), "{found:?}");
        let results = results(&spec(whose), &files(who, on_the_first), "2026-02");
        let paid = results.people.iter().map(|person| format!("{:?}", person.posts[0].outputs[0].value));
        assert_eq!(paid.collect::<Vec<_>>(), ["Number(28)", "Number(7)"]);
    }
}

#[test]
fn a_part_of_a_row_has_no_mean() {
    let found = evaluated(&plans("shared by days", "output own : CNY = mean_plan default 0 CNY"), &moved(), "2026-02");
    assert!(found.unwrap_err()[0].contains("what reads it is no sum of amounts"));
    // Of whole rows it has one.
    let whole = [
        moved()[0],
        ("people.csv", "code,post,team,since,until\nP2,clerk,A,2020-01-01,\n"),
        ("plans.csv", "who,month,goal\nP2,2026-02,28\n"),
    ];
    let results = results(&plans("shared by days", "output own : CNY = mean_plan default 0 CNY"), &whole, "2026-02");
    assert_eq!(format!("{:?}", results.people[0].posts[0].outputs[0].value), "Number(28)");
}

#[test]
fn a_window_takes_its_days_of_a_row_that_is_shared() {
    let files = [
        moved()[0],
        ("people.csv", "code,post,team,since,until\nP2,clerk,A,2020-01-01,\n"),
        ("plans.csv", "who,month,goal\nP2,2026-Q1,90\n"),
    ];
    let results = results(&plans("shared by days", "output own : CNY = planned"), &files, "2026-02");
    assert_eq!(format!("{:?}", results.people[0].posts[0].outputs[0].value), "Number(28)");
    let found = evaluated(&plans("held last", "output own : CNY = planned"), &files, "2026-02").unwrap_err();
    assert!(found[0].contains("lies partly inside 2026-02"), "{found:?}");
}

#[test]
fn a_post_near_to_a_position_is_a_slip_and_named_ones_are_meant() {
    let spec =
        |line: &str| project("", "output one : number = 1").replacen("roster\n", &format!("roster\n{line}\n"), 1);
    let files = |post: &str| format!("code,post,team,since,until\nP1,clerk,A,2020-01-01,\nP2,{post},A,2020-01-01,\n");
    let teams = ("teams.csv", "code,parent\nA,\n");
    let found = |line: &str, post: &str| evaluated(&spec(line), &[teams, ("people.csv", &files(post))], "2026-02");
    let slip = found("", "clerc").unwrap_err();
    assert!(slip[0].contains("no position is called `clerc`"), "{slip:?}");
    assert_eq!(found("", "driver").unwrap().without_position, [("driver".to_string(), 1)]);
    assert_eq!(found("not evaluated \"Driver\", \"clerc\"", "driver").unwrap().without_position.len(), 1);
    assert!(found("not evaluated \"Driver\", \"clerc\"", "clerc").is_ok());
    assert!(found("not evaluated \"Driver\"", "cook").unwrap_err()[0].contains("`cook`"));
}

// ---------------------------------------------------------------- rows on days without a post

const SALES: &str = "data sales {
  file \"sales.csv\"
  row sale
  dated by sold
  may be empty
  column who : people
  column sold : date
  column amount : CNY
  column tax : CNY
  column kind : text
  column third : CNY = amount / 3
}
kpi net : CNY { value = sum(amount - tax of sales) }
kpi sold : CNY { value = sum(amount of sales) }
kpi taxed : CNY { value = sum(tax of sales where kind = \"b\") }
kpi mean_sale : CNY { value = average(amount of sales) }";

/// P1 from 02-10 to 02-12 and from 02-20 on, P2 a driver until 02-14, P3 all the time.
const STINTS: &str = "code,post,team,since,until
P1,clerk,T1,2026-02-10,2026-02-12
P1,clerk,T1,2026-02-20,
P2,driver,T1,2026-01-01,2026-02-14
P3,clerk,T1,2020-01-01,2026-02-25
";

/// What is told of rows on days without a post, in words.
fn uncounted(output: &str, sales: &str, change: &dyn Fn(&mut Options)) -> Result<Vec<String>, Vec<String>> {
    let files = [TEAMS, ("people.csv", STINTS), ("sales.csv", &format!("who,sold,amount,tax,kind\n{sales}"))];
    let results = evaluated_with(&project(SALES, output), &files, "2026-02", change)?;
    let count = |count: &Uncounted| {
        let totals: Vec<String> = count.totals.iter().map(|total| format!("{} {}", total.column, total.sum)).collect();
        let rows: Vec<String> = count.places.iter().filter_map(|place| place.row).map(|row| row.to_string()).collect();
        format!("{} [{}] in {}", count.rows, totals.join(", "), rows.join(","))
    };
    let told = |doubt: &Doubt| match doubt {
        Doubt::Nowhere { data, all, people, .. } => {
            let people: Vec<String> = people.iter().map(|(person, of)| format!("{person} {}", count(of))).collect();
            Some(format!("{data} {}; {}", count(all), people.join("; ")))
        }
        _ => None,
    };
    Ok(results.doubts.iter().filter_map(told).collect())
}

const OWN: &str = "output own : CNY = sold";

#[test]
fn rows_on_days_without_a_post_are_told_with_their_total() {
    let told = |sales: &str| uncounted(OWN, sales, &|_| {}).unwrap();
    // Before the start, between two stints, after the end.
    assert_eq!(told("P1,2026-02-09,5,1,a"), ["sales 1 [amount 5] in 2; P1 1 [amount 5] in 2"]);
    assert_eq!(told("P1,2026-02-11,1,1,a\nP1,2026-02-15,7,1,a"), ["sales 1 [amount 7] in 3; P1 1 [amount 7] in 3"]);
    let several = "P3,2026-02-26,0.5,1,a\nP1,2026-02-13,2,1,a\nP3,2026-02-28,1,1,a";
    let expected = "sales 3 [amount 3.5] in 2,3,4; P1 1 [amount 2] in 3; P3 2 [amount 1.5] in 2,4";
    assert_eq!(told(several), [expected]);
    // On the first and the last day, outside the window, and of nobody.
    assert!(told("P1,2026-02-10,5,1,a\nP1,2026-02-12,5,1,a\nP3,2026-02-25,5,1,a\nP1,2026-01-31,5,1,a").is_empty());
    // A post that nobody evaluates is a post; after its end there is none.
    assert!(told("P2,2026-02-14,5,1,a").is_empty());
    assert_eq!(told("P2,2026-02-15,5,1,a").len(), 1);
}

/// The total is that of whatever is added up: a computed column, one with a `default`, or a formula by its KPI.
#[test]
fn rows_on_days_without_a_post_are_told_with_what_formulas_make_of_them() {
    let told = |output: &str| uncounted(output, "P1,2026-02-09,5,1,a\nP1,2026-02-13,1,1,a", &|_| {}).unwrap();
    let expected = |totals: &str| [format!("sales 2 [{totals}] in 2,3; P1 2 [{totals}] in 2,3")];
    assert_eq!(told("output own : CNY = sum(third of sales)"), expected("third 2"));
    assert_eq!(told("output own : CNY = sum((third) default 0 of sales) + net"), expected("third 2, net 4"));
    assert_eq!(told("output own : CNY = sold + sum(amount default 0 of sales)"), expected("amount 6"));
    assert_eq!(told("output own : CNY = sum(2 * amount of sales)"), expected(""));
}

#[test]
fn rows_on_days_without_a_post_are_those_that_formulas_of_ones_own_read() {
    let told = |output: &str, sales: &str| uncounted(output, sales, &|_| {}).unwrap();
    let sales = "P1,2026-02-09,5,1,a\nP1,2026-02-09,6,2,b";
    assert_eq!(told("output own : CNY = taxed", sales), ["sales 1 [tax 2] in 3; P1 1 [tax 2] in 3"]);
    assert_eq!(told("output own : CNY = mean_sale default 0 CNY", sales), ["sales 2 [] in 2,3; P1 2 [] in 2,3"]);
    assert!(told("output all : CNY = sold over company", sales).is_empty());
    // Each row once, each total of the rows that would have gone into it.
    let all = "output one : CNY = sold\noutput two : CNY = taxed\noutput three : CNY = sold * 2";
    assert_eq!(told(all, sales), ["sales 2 [amount 11, tax 2] in 2,3; P1 2 [amount 11, tax 2] in 2,3"]);
}

#[test]
fn rows_on_days_without_a_post_are_counted_as_they_go_by() {
    let sales: String = (0..20_000).map(|at| format!("P1,2026-02-{:02},{at},1,a\n", at % 28 + 1)).collect();
    let kept = uncounted(OWN, &sales, &|_| {}).unwrap();
    let passing = uncounted(OWN, &sales, &|options| {
        (options.stream_above, options.block, options.threads) = (0, 2000, 4);
    });
    let without_places =
        |told: &str| told.split("; ").map(|part| part.split(" in ").next().unwrap().to_string()).collect::<Vec<_>>();
    assert_eq!(without_places(&kept[0]), without_places(&passing.unwrap()[0]));
    assert!(kept[0].starts_with("sales 11432 "), "{kept:?}");
}

#[test]
fn rows_on_days_without_a_post_are_refused_where_nothing_may_be_in_doubt() {
    let sales = "P1,2026-02-09,5,1,a\nP3,2026-02-25,5,1,a";
    let message = "1 row of `sales` belongs to `P1` on a day without a post, and counts for nobody \
                   [sales.csv row 2 sold 2026-02-09]";
    for stream_above in [0, u64::MAX] {
        let strict = |options: &mut Options| (options.strict, options.stream_above) = (true, stream_above);
        assert_eq!(uncounted(OWN, sales, &strict).unwrap_err(), [message]);
        assert_eq!(uncounted(OWN, "P3,2026-02-25,5,1,a", &strict), Ok(Vec::new()));
    }
}

/// Whether a table is kept or goes by: links could lead to either of the two.
#[test]
fn keys_that_look_alike_are_told_however_large_their_table_is() {
    let spec = "
        data sales {
          file \"sales.csv\"
          row sale
          key sale_no
          column sale_no : text
          column who : people
          column sold : date
          column amount : CNY
          dated by sold
        }
        data receipts {
          file \"receipts.csv\"
          row receipt
          column of_sale : sales
          column paid : date
          column amount : CNY
          dated by paid
        }
        kpi sold : CNY { value = sum(amount of sales) }
        kpi paid : CNY { value = sum(amount of receipts) }";
    let spec = project(spec, "output own : CNY = sold\noutput got : CNY = paid");
    let rows: String = (1..3_000).map(|at| format!("S{at},P1,2026-02-{:02},1\n", at % 28 + 1)).collect();
    let receipts = ("receipts.csv", "of_sale,paid,amount\nS7,2026-02-03,5");
    for (odd, told) in
        [("\u{405}15", true), ("\u{ff33}15", true), ("S1\u{ff15}", true), ("T15", false), ("\u{416}15", false)]
    {
        let sales = format!("sale_no,who,sold,amount\n{rows}{odd},P1,2026-02-07,1");
        let files = [TEAMS, PEOPLE, ("sales.csv", &sales), receipts];
        for stream_above in [0, u64::MAX] {
            let change = |options: &mut Options| {
                (options.stream_above, options.block, options.threads) = (stream_above, 2_000, 2);
            };
            let found = evaluated_with(&spec, &files, "2026-02", &change).err().unwrap_or_default();
            let expected = format!("`{odd}` and `S15` are two keys of `sales` that look the same");
            assert_eq!(found, if told { vec![expected] } else { Vec::new() }, "{odd}, {stream_above}");
        }
    }
    // What nobody sees is no part of a key: the two are one.
    let sales = format!("sale_no,who,sold,amount\n{rows}S\u{200b}15,P1,2026-02-07,1");
    for stream_above in [0, u64::MAX] {
        let change = |options: &mut Options| options.stream_above = stream_above;
        let found =
            evaluated_with(&spec, &[TEAMS, PEOPLE, ("sales.csv", &sales), receipts], "2026-02", &change).err().unwrap();
        assert!(found.len() == 1 && found[0].contains("S15") && found[0].contains("the same"), "{found:?}");
    }
}

/// A row of a period belongs to somebody who held a post on one of its days.
#[test]
fn rows_of_periods_without_a_post_are_told() {
    let told = |how: &str, plans_csv: &str| -> Vec<u64> {
        let files = [
            ("teams.csv", "code,parent\nA,\n"),
            ("people.csv", "code,post,team,since,until\nP1,clerk,A,2026-02-15,\nP2,clerk,A,2020-01-01,2026-02-28\n"),
            ("plans.csv", plans_csv),
        ];
        let results = results(&plans(how, "output own : CNY = planned year to date"), &files, "2026-03");
        let rows = results.doubts.iter().filter_map(|doubt| match doubt {
            Doubt::Nowhere { all, .. } => Some(all.rows),
            _ => None,
        });
        rows.collect()
    };
    for how in ["shared by days", "held last"] {
        assert_eq!(told(how, "who,month,goal\nP1,2026-01,28\nP2,2026-03,28\nP1,2026-02,28"), [2], "{how}");
        assert!(told(how, "who,month,goal\nP1,2026-02,28\nP2,2026-01,28").is_empty(), "{how}");
    }
}

#[test]
fn a_cell_of_the_one_evaluated_that_changes_within_a_stint_is_told() {
    let spec = project(
        "",
        "output pay : CNY in full = person.base\n output bar : CNY = if person.level = b then 1 CNY else 0 CNY",
    );
    let spec =
        spec.replace("column since : date\n", "column since : date\n column base : CNY\n column level : one of a, b\n");
    let told = |people: &str| -> Vec<String> {
        let files = [("teams.csv", "code,parent\nA,\nB,\n"), ("people.csv", people)];
        let results = results(&spec, &files, "2026-02");
        let told = |doubt: &Doubt| match doubt {
            Doubt::Changes { column, people, .. } => {
                let of = |one: &Change| format!("{} on {}: {} to {}", one.person, one.day, one.cells[0], one.cells[1]);
                Some(format!("{column} of {}", people.iter().map(of).collect::<Vec<_>>().join(", ")))
            }
            other => panic!("{other:?}"),
        };
        results.doubts.iter().filter_map(told).collect()
    };
    let head = "code,post,team,since,until,base,level\n";
    // One stint, in which both change; of a second person the base pay.
    let rows = "P1,clerk,A,2020-01-01,2026-02-14,100,a\nP1,clerk,A,2026-02-15,,120,b\n\
                P2,clerk,A,2020-01-01,2026-02-09,7,a\nP2,clerk,A,2026-02-10,,8,a\n";
    assert_eq!(
        told(&format!("{head}{rows}")),
        [
            "base of P1 on 2026-02-15: 100 CNY to 120 CNY, P2 on 2026-02-10: 7 CNY to 8 CNY",
            "level of P1 on 2026-02-15: a to b"
        ]
    );
    // At its start, in another period, with another team, or to the same.
    let rows = "P1,clerk,A,2020-01-01,2026-01-31,100,a\nP1,clerk,A,2026-02-01,,120,a\n\
                P2,clerk,A,2020-01-01,2026-02-09,7,a\nP2,clerk,B,2026-02-10,,8,a\n\
                P3,clerk,A,2020-01-01,2026-02-09,7,a\nP3,clerk,A,2026-02-10,,7,a\n";
    assert_eq!(told(&format!("{head}{rows}")), Vec::<String>::new());
}
