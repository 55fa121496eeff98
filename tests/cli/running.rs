//! Periods that are running: what stands on a day, where they are heading, and that this is told as what it is.

use serde_json::Value;

use super::{expect, folder, merit};

const SPEC: &str = r#"company "Example Stores" {
  currency CNY
  scores to 1 decimals
  language en, zh
}

unit sale, sales
unit complaint, complaints

data people {
  roster
  file "people.csv"
  row person
  key staff_no
  valid from joined to left
  column staff_no : text
  column name     : text
  column post     : position
  column joined   : date
  column left     : date optional
}

data sales {
  file "sales*.csv"
  row sale
  dated by sold_on
  column seller  : people
  column sold_on : date
  column amount  : CNY
}

data plans {
  file "plans.csv"
  row plan
  dated by month
  column seller : people
  column month  : period
  column amount : CNY
}

data costs {
  may be empty
  file "costs.csv"
  row cost
  dated by month
  column seller : people
  column month  : period
  column amount : CNY
}

data complaints {
  may be empty
  file "complaints.csv"
  row complaint
  dated by made_on
  column about   : people
  column made_on : date
}

kpi sold "Amount sold" zh "销售额" : CNY {
  value = sum(amount of sales)
  higher is better
}

kpi ticket "Average ticket" : CNY/sale {
  value = average(amount of sales) / 1 sale
  higher is better
}

kpi part_of_plan "Part of the plan" : % {
  value = sum(amount of sales) / sum(amount of plans)
  higher is better
}

kpi spent "Spent" : CNY {
  value = sum(amount of costs)
  lower is better
}

kpi middle "Median" : CNY {
  value = median(amount of sales)
  higher is better
}

kpi moderate "Complaints" : complaint {
  value = count(complaints)
  lower is better
}

rating grades {
  A "Good" >= 80
  B "Fair" >= 50
  C "Poor" else
}

position clerk "Clerk" zh "店员" {
  scope own
  scorecard {
    40% sold          target 1_840 CNY  score attainment up to 120
    20% ticket        target 300 CNY/sale  score attainment up to 120
    20% part_of_plan  score linear 0% -> 0, 100% -> 100
    10% spent         score linear 0 CNY -> 100, 1_000 CNY -> 0
    10% middle        score linear 0 CNY -> 0, 1_000 CNY -> 100
    deduction moderate deduct 1 for each 1 up to 10
    veto moderate > 1 gives rating at most C "Many complaints"
    when missing redistribute
    rating grades
  }
  output bonus "Bonus" zh "奖金" : CNY = round(score * 10 CNY / 1 point to 1 CNY)
}
"#;

const PEOPLE: &str = "staff_no,name,post,joined,left\n\
    P1,Wang Fang,clerk,2025-01-01,\n\
    P2,Li Lei,clerk,2026-08-01,2026-09-15\n\
    P3,Li Na,clerk,2025-01-01,2026-08-10\n\
    P4,Zhao Min,clerk,2026-09-05,\n";

const SALES: &str = "seller,sold_on,amount\n\
    P1,2026-07-02,155\n\
    P1,2026-07-31,155\n\
    P1,2026-08-03,200\n\
    P1,2026-08-30,420\n\
    P1,2026-09-01,5000\n\
    P2,2026-08-05,310\n\
    P2,2026-09-05,310\n\
    P3,2026-07-07,100\n\
    P4,2026-09-07,100\n";

const PLANS: &str = "seller,month,amount\n\
    P1,2026-07,1000\nP1,2026-08,1000\nP1,2026-09,1000\nP2,2026-08,500\nP3,2026-07,200\n";

const COSTS: &str = "seller,month,amount\nP1,2026-07,31\nP1,2026-08,62\n";

fn project() -> tempfile::TempDir {
    folder(&[
        ("shop.merit", SPEC.as_bytes()),
        ("data/people.csv", PEOPLE.as_bytes()),
        ("data/sales.csv", SALES.as_bytes()),
        ("data/plans.csv", PLANS.as_bytes()),
        ("data/costs.csv", COSTS.as_bytes()),
        ("data/complaints.csv", b"about,made_on\nP1,2026-07-20\nP1,2026-09-20\n"),
        ("more.csv", b"seller,sold_on,amount\nP1,2026-08-31,62\nP1,2026-09-30,9000\n"),
    ])
}

fn eval(folder: &tempfile::TempDir, more: &[&str]) -> std::process::Output {
    merit(folder.path(), &[&["eval", "--period", "2026-Q3"], more].concat())
}

fn json(folder: &tempfile::TempDir, more: &[&str]) -> Value {
    let run = eval(folder, &[more, &["--format", "json"]].concat());
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    serde_json::from_slice(&run.stdout).unwrap()
}

/// Somebody of a document.
fn person<'d>(document: &'d Value, key: &str) -> &'d Value {
    document["people"].as_array().unwrap().iter().find(|person| person["person"] == key).unwrap()
}

/// What is shown of an entry of somebody's only card, its least and its most.
fn entry(document: &Value, key: &str, at: usize) -> [String; 3] {
    let person = person(document, key);
    let value = &person["cards"][0]["scorecard"]["entries"][at]["value"];
    let range = &person["ranges"]["cards"][0]["entries"][at]["value"];
    let text = |value: &Value| value.as_str().unwrap_or("none").to_string();
    [text(&value["number"]), text(&range["least"]), text(&range["most"])]
}

const PACE: [&str; 4] = ["--as-of", "2026-08-31", "--project", "pace"];
const PLAN: [&str; 4] = ["--as-of", "2026-08-31", "--project", "plan"];

/// July has 31 days, August as many, September 30.
#[test]
fn what_adds_up_is_carried_on_by_days() {
    let folder = project();
    let document = json(&folder, &PACE);
    // 930 in 62 days, 310 in July, 620 in August.
    assert_eq!(entry(&document, "P1", 0), ["1380", "1230", "1530"]);
    // The same over 4 sales, 2 in each month: 4 + 60/31 in the end.
    assert_eq!(entry(&document, "P1", 1), ["232.5", "19065/92", "23715/92"]);
    // Plans count whole.
    assert_eq!(entry(&document, "P1", 2), ["0.46", "0.41", "0.51"]);
    // Rows of months that have ended.
    assert_eq!(entry(&document, "P1", 3), ["138", "123", "153"]);
    // The median stays.
    assert_eq!(entry(&document, "P1", 4), ["177.5", "177.5", "177.5"]);
    // In the post since August, and to the end of the period, whatever is known by now: July is no pace of his.
    assert_eq!(entry(&document, "P2", 0), ["610", "610", "610"]);
    assert_eq!(person(&document, "P2")["cards"][0]["to"], "2026-09-30");
    // Gone, and not there yet.
    assert_eq!(entry(&document, "P3", 0), ["100", "100", "100"]);
    assert_eq!(document["people"].as_array().unwrap().len(), 3);
    // One complaint stays one for the veto, and is one and a half for the deduction.
    let card = &person(&document, "P1")["cards"][0]["scorecard"];
    assert_eq!(card["vetoes"][0]["holds"], false);
    assert_eq!(card["adjustments"][0]["points"]["number"], "-46/31");
}

/// In a stretch numbers belong together: whatever is least and most comes of the same one.
#[test]
fn a_stretch_holds_for_everything_at_once() {
    let folder = project();
    let document = json(&folder, &PACE);
    let p1 = person(&document, "P1");
    let of = |number: &Value| number["number"].as_str().unwrap().parse::<f64>().unwrap();
    let [least, most] =
        ["least", "most"].map(|end| p1["ranges"]["overall"][end].as_str().unwrap().parse::<f64>().unwrap());
    let overall = of(&p1["overall"]);
    assert!(least < overall && overall < most, "{least} {overall} {most}");
    // The bonus is ten times the score, so its ends are those of the score.
    let bonus = &p1["ranges"]["posts"][0][0];
    assert_eq!(bonus["least"].as_str().unwrap().parse::<f64>().unwrap(), least * 10.0);
    assert_eq!(bonus["most"].as_str().unwrap().parse::<f64>().unwrap(), most * 10.0);
}

#[test]
fn the_rest_goes_as_planned() {
    let folder = project();
    let document = json(&folder, &PLAN);
    // 930 + 1,840 × 30/92; at pace 1,380.
    assert_eq!(entry(&document, "P1", 0), ["1530", "1380", "1530"]);
    // (232.5 × 62 + 300 × 30) / 92
    assert_eq!(entry(&document, "P1", 1), ["23415/92", "232.5", "23415/92"]);
    // Without a target as on the mean.
    assert_eq!(entry(&document, "P1", 2), ["0.46", "0.46", "0.46"]);
    assert_eq!(entry(&document, "P3", 0), ["100", "100", "100"]);
}

/// With one month that has ended, whole weeks back from the day; rows of months go on as the month that has ended.
#[test]
fn weeks_are_stretches_while_months_are_few() {
    let folder = project();
    let document = json(&folder, &["--as-of", "2026-08-20", "--project", "pace"]);
    let stretches = document["estimate"]["stretches"].as_array().unwrap();
    assert_eq!(stretches.len(), 8);
    assert_eq!((&stretches[1]["first_day"], &stretches[7]["last_day"]), (&"2026-07-03".into(), &"2026-08-20".into()));
    // 510 in 51 days, 41 left; a week with 355, or with nothing.
    assert_eq!(entry(&document, "P1", 0), ["920", "510", "18125/7"]);
    assert_eq!(entry(&document, "P1", 3), ["92", "92", "92"]);
    let sets = document["estimate"]["by_period"].as_array().unwrap();
    let of = |name: &str| sets.iter().find(|set| set["data"] == name).unwrap();
    assert_eq!((&of("plans")["plan"], &of("costs")["last_day"]), (&true.into(), &"2026-07-31".into()));
}

/// Nothing of what is dated later makes a difference.
#[test]
fn what_comes_later_is_not_known() {
    let folder = project();
    let without = |text: &str, unknown: &[&str]| {
        text.lines().filter(|line| !unknown.iter().any(|one| line.contains(one))).collect::<Vec<_>>().join("\n") + "\n"
    };
    let known = project();
    let write = |name: &str, text: String| std::fs::write(known.path().join("data").join(name), text).unwrap();
    write("people.csv", without(PEOPLE, &["P4"]).replace("2026-09-15", ""));
    write("sales.csv", without(SALES, &["2026-09"]));
    write("complaints.csv", "about,made_on\nP1,2026-07-20\n".into());
    let plain = json(&known, &[]);
    let running = json(&folder, &["--as-of", "2026-08-31"]);
    assert_eq!(running["people"], plain["people"]);
    assert_eq!((&running["schema"], &plain["schema"]), (&"urn:merit:estimate:1".into(), &"urn:merit:results:2".into()));
}

#[test]
fn on_the_last_day_it_is_the_plain_evaluation() {
    let folder = project();
    let plain = json(&folder, &[]);
    for more in [&["--as-of", "2026-09-30"][..], &["--as-of", "2026-09-30", "--project", "pace"]] {
        let mut running = json(&folder, more);
        for person in running["people"].as_array_mut().unwrap() {
            if let Some(ranges) = person.as_object_mut().unwrap().remove("ranges") {
                assert_eq!(ranges["overall"]["least"], ranges["overall"]["most"]);
                assert_eq!(ranges["overall"]["most"], person["overall"]["number"]);
            }
        }
        assert_eq!(running["people"], plain["people"], "{more:?}");
    }
}

#[test]
fn every_form_says_that_it_is_no_result() {
    let folder = project();
    expect("running_interim", &eval(&folder, &["--as-of", "2026-08-31"]));
    expect("running_pace", &eval(&folder, &PACE));
    expect("running_pace_card", &eval(&folder, &[&PACE[..], &["--person", "P1"]].concat()));
    expect("running_pace_card_zh", &eval(&folder, &[&PACE[..], &["--person", "P1", "--lang", "zh"]].concat()));
    expect("running_plan_card", &eval(&folder, &[&PLAN[..], &["--person", "P1"]].concat()));
    expect("running_csv", &eval(&folder, &[&PACE[..], &["--person", "P1", "--format", "csv"]].concat()));
    expect("running_csv_people", &eval(&folder, &[&PACE[..], &["--rows", "people"]].concat()));
    expect("running_interim_csv", &eval(&folder, &["--as-of", "2026-08-31", "--rows", "people"]));
    let schema = serde_json::from_str(include_str!("../../docs/estimate.schema.json")).unwrap();
    for more in [&PACE[..], &PLAN, &["--as-of", "2026-08-31"]] {
        assert_eq!(crate::schema::faults(&schema, &json(&folder, more)), Vec::<String>::new(), "{more:?}");
    }
}

/// What stands on the day, down to the rows that are known.
#[test]
fn what_stands_on_a_day_is_explained() {
    let folder = project();
    let why = |more: &[&str]| {
        let command = ["why", "--period", "2026-Q3", "--person", "P1", "--as-of", "2026-08-31"];
        merit(folder.path(), &[&command, more].concat())
    };
    expect("running_why", &why(&["--data", "data", ".", "sold"]));
    expect("running_why_csv", &why(&[".", "sold", "--format", "csv", "--rows", "all"]));
    expect("running_why_against", &why(&["--against", "previous"]));
    let document: Value = serde_json::from_slice(&why(&["--format", "json"]).stdout).unwrap();
    let schema = serde_json::from_str(include_str!("../../docs/why.schema.json")).unwrap();
    assert_eq!(crate::schema::faults(&schema, &document), Vec::<String>::new());
    assert_eq!(document["running"][0], "Interim state on 2026-08-31, no result");
}

#[test]
fn something_is_supposed_of_an_estimate() {
    let folder = project();
    let supposed = ["--set", "sold of P1 = 2_000 CNY"];
    expect("running_supposed", &eval(&folder, &[&PACE[..], &supposed].concat()));
    // Of a file that is added what is dated later is not known either: 992 in 62 days.
    let document = json(&folder, &[&PACE[..], &["--add", "sales=more.csv"]].concat());
    assert_eq!(entry(&document, "P1", 0)[0], "1472");
}

#[test]
fn what_cannot_be_estimated_is_refused() {
    let folder = project();
    expect("running_outside", &eval(&folder, &["--as-of", "2026-10-01"]));
    expect("running_no_week", &eval(&folder, &["--as-of", "2026-07-06", "--project", "pace"]));
    expect("running_no_day", &eval(&folder, &["--as-of", "2026-08"]));
    expect("running_other_day", &eval(&folder, &["--as-of", "31.08.2026"]));
    expect("running_without_a_day", &eval(&folder, &["--project", "pace"]));
    expect("running_no_such_way", &eval(&folder, &["--as-of", "2026-08-31", "--project", "luck"]));
    let several = ["eval", "--periods", "2026-Q2..2026-Q3", "--as-of", "2026-08-31"];
    expect("running_periods", &merit(folder.path(), &several));
}

/// What people decide and what is closed behind the day is not known on it, as rows are not.
#[test]
fn decisions_and_closings_that_come_later_are_not_known() {
    let spec = SPEC
        .replace("kpi sold ", "data rulings {\n  rulings\n  may be empty\n  file \"rulings.csv\"\n  row ruling\n  column person : people\n  column period : period\n  column what : text\n  column ruled : text\n  column reason : text\n  column by : text\n  column on : date\n}\n\nkpi sold ")
        .replace("    rating grades\n  }\n", "    rating grades\n    rulings on score at most 5 points\n  }\n")
        .replace("to 1 CNY)\n", "to 1 CNY)\n  output before \"Before\" : CNY = closed(bonus) previous period default 0 CNY\n");
    let folder = project();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("shop.merit", &spec);
    write("data/sales.csv", &(SALES.to_string() + "P1,2026-05-04,155\n"));
    write("data/plans.csv", &(PLANS.to_string() + "P1,2026-05,1000\n"));
    let head = "person,period,what,ruled,reason,by,on\n";
    write("data/rulings.csv", head);
    let day = |day: &str| json(&folder, &["--as-of", day]);
    let (early, late) = (day("2026-08-10"), day("2026-08-31"));
    // One that is far beyond what is allowed would be refused if it were known.
    write("data/rulings.csv", &(head.to_string() + "P1,2026-Q3,score,1,appeal,board,2026-09-01\n"));
    assert_eq!(day("2026-08-31")["people"], late["people"]);
    let refused = eval(&folder, &["--as-of", "2026-09-01"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("ruling-not-allowed"));
    let closed = merit(folder.path(), &["close", "--period", "2026-Q2", "--by", "W", "--on", "2026-08-20"]);
    assert!(closed.status.success(), "{}", String::from_utf8_lossy(&closed.stderr));
    let before = |document: &Value| person(document, "P1")["posts"][0]["outputs"][1]["value"]["number"].clone();
    assert_eq!(day("2026-08-10")["people"], early["people"]);
    assert_eq!(before(&early), "0");
    assert_ne!(before(&day("2026-08-31")), "0");
}
