//! What people decide in the place of what the rules give, and what was closed: what follows, and what is refused, with its cells.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use merit::closed::{ClosedPeriod, ClosedValue, ClosedValues};
use merit::data::answer;
use merit::data::options::Options;
use merit::diagnostic::{DataPlace, Diagnostic};
use merit::plan::plans;
use merit::score::card::{PersonResult, Results};
use merit::score::score_all;
use merit::time::PeriodName;
use merit::value::Value;

/// Agents who sell; `card` are further lines of their scorecard, `more` further declarations.
fn spec(card: &str, more: &str) -> String {
    format!(
        r#"
company "Acme" {{
  currency CNY
  scores to 2 decimals
}}
unit person, people
unit sale, sales

data people "People" {{
  roster
  file "people.csv"
  row person
  key id
  valid from since to until
  column id    : text
  column post  : position
  column since : date
  column until : date optional
}}

data sales "Sales" {{
  file "sales.csv"
  row sale
  dated by day
  may be empty
  column day    : date
  column person : people
  column amount : number
  column kept   : % in percent
}}

data rulings "Rulings" {{
  rulings
  file "rulings*.csv"
  row ruling
  may be empty
  column person : people
  column post   : position optional
  column period : period
  column what   : text
  column ruled  : text from "to"
  column reason : text
  column by     : text
  column on     : date
}}

kpi sold "Sold" : number between 0 and 1000 {{
  value = sum(amount of sales)
  higher is better
}}
kpi kept "Kept" zh "留存" : % between 0% and 100% {{
  value = average(kept of sales)
  higher is better
}}

rating grades {{
  A "Outstanding" >= 90
  B >= 70
  C >= 50
  D else
  at most 50% A within company
}}

position agent "Agent" {{
  effective from 2020-01-01
  scorecard {{
    60% sold score linear 0 -> 0, 100 -> 100
    40% kept score linear 0% -> 0, 100% -> 100
    when missing zero
    rating grades
    {card}
  }}
  output bonus "Bonus" : CNY = score / 1 points * 10 CNY
  output pool "Pool" : CNY = sum(bonus default 0 of people)
}}
{more}
"#
    )
}

const ALL: &str = "rulings on score at most 5 points, on rating at most one grade, on kpi sold at most 20, on kpi kept at most 10%, on output bonus";
const PEOPLE: &str =
    "id,post,since,until\nP1,agent,2024-01-01,\nP2,agent,2024-01-01,\nP3,agent,2024-01-01,\nP4,agent,2024-01-01,";
const SALES: &str =
    "day,person,amount,kept\n2026-07-01,P1,90,80%\n2026-07-01,P2,95,90%\n2026-07-01,P3,97,92%\n2026-07-02,P4,10,20%";
const HEADER: &str = "person,post,period,what,to,reason,by,on";

/// What comes of it in some periods, or what is wrong, with the cells.
fn scored(spec: &str, files: &[(&str, &str)], periods: &[&str]) -> Result<Vec<Results>, Vec<String>> {
    scored_after(ClosedValues::default(), spec, files, periods)
}

/// The same after earlier periods were closed.
fn scored_after(
    closed: ClosedValues,
    spec: &str,
    files: &[(&str, &str)],
    periods: &[&str],
) -> Result<Vec<Results>, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("all.merit"), spec).unwrap();
    for (name, rows) in files {
        fs::write(folder.path().join(name), format!("{rows}\n")).unwrap();
    }
    let loaded = merit::project::load(&[folder.path().to_path_buf()]).unwrap();
    let errors: Vec<_> = loaded.diagnostics.iter().filter(|finding| finding.is_error()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let place = |place: &DataPlace| {
        let file = place.file.rsplit('/').next().unwrap_or_default();
        let [column, text] = [&place.column, &place.text].map(|part| part.clone().unwrap_or_default());
        format!("{file}:{} {column} {text}", place.row.unwrap_or(0))
    };
    let messages = |found: Vec<Diagnostic>| {
        let told = |finding: &Diagnostic| {
            let places: Vec<String> = finding.data.iter().map(place).collect();
            format!("{}: {} [{}]", finding.code.as_str(), finding.message, places.join(", "))
        };
        found.iter().map(told).collect::<Vec<_>>()
    };
    let options = Options { allow_empty: true, ..Options::of(PathBuf::from(folder.path())) };
    let periods: Vec<PeriodName> = periods.iter().map(|period| PeriodName::parse(period).unwrap()).collect();
    let plans = plans(&loaded.model, &periods).map_err(messages)?;
    let mut answers = answer(&loaded.model, &plans[0].query, &options).map_err(messages)?;
    answers.closed = Arc::new(closed);
    score_all(&loaded.model, &plans, &answers).map_err(messages)
}

/// The people of 2026-Q3 with rulings on them.
fn ruled(rows: &str) -> Vec<PersonResult> {
    let rulings = format!("{HEADER}\n{rows}");
    let files = [("people.csv", PEOPLE), ("sales.csv", SALES), ("rulings.csv", &rulings)];
    scored(&spec(ALL, ""), &files, &["2026-Q3"]).unwrap().remove(0).people
}

/// What is wrong with rulings in 2026-Q3.
fn wrong(card: &str, rows: &str) -> Vec<String> {
    let rulings = format!("{HEADER}\n{rows}");
    let files = [("people.csv", PEOPLE), ("sales.csv", SALES), ("rulings.csv", &rulings)];
    scored(&spec(card, ""), &files, &["2026-Q3"]).map(|_| ()).unwrap_err()
}

/// Score, grade, rank and outputs.
fn shown(person: &PersonResult) -> String {
    let outputs = person.posts.iter().flat_map(|post| &post.outputs).map(|output| match &output.value {
        Value::Number(number) => number.to_string(),
        other => format!("{other:?}"),
    });
    format!(
        "{} {} {} {} {}",
        person.person,
        person.overall.as_ref().map_or("-".into(), ToString::to_string),
        person.rating.as_ref().map_or("-", |rating| ["A", "B", "C", "D"][rating.grade]),
        person.rank.unwrap_or(0),
        outputs.collect::<Vec<_>>().join(" ")
    )
}

fn by_rule(person: &PersonResult) -> String {
    let Some(by_rule) = &person.by_rule else { return "-".into() };
    format!(
        "{} {}",
        by_rule.overall.as_ref().map_or("-".into(), ToString::to_string),
        by_rule.rating.as_ref().map_or("-", |rating| ["A", "B", "C", "D"][rating.grade])
    )
}

fn all(people: &[PersonResult]) -> Vec<String> {
    people.iter().map(|person| format!("{} | {}", shown(person), by_rule(person))).collect()
}

/// 86, 93, 95, 14: two may have an A.
#[test]
fn without_rulings_the_rules_hold() {
    assert_eq!(
        all(&ruled("")),
        ["P1 86 B 3 860 2880 | -", "P2 93 A 2 930 2880 | -", "P3 95 A 1 950 2880 | -", "P4 14 D 4 140 2880 | -"]
    );
}

/// The total, the grade, the rank and outputs follow; nobody else's grade is another one.
#[test]
fn a_ruling_on_a_kpi_moves_the_total() {
    let people = ruled("P1,,2026-Q3,sold,100,late booking,Board,2026-10-20");
    assert_eq!(
        all(&people),
        ["P1 92 B 3 920 2940 | 86 B", "P2 93 A 2 930 2940 | -", "P3 95 A 1 950 2940 | -", "P4 14 D 4 140 2940 | -"]
    );
    let ruling = &people[0].rulings[0];
    assert_eq!(format!("{:?}", ruling.replaced_once()), "[Number(90)]");
    assert_eq!((&*ruling.ruling.reason, &*ruling.ruling.by), ("late booking", "Board"));
    assert_eq!(ruling.ruling.on.unwrap().to_string(), "2026-10-20");
}

/// By the name of a KPI in another language, and with a percentage.
#[test]
fn what_is_ruled_on_may_be_named_by_its_label() {
    let people = ruled("P4,,2026-Q3,留存,27.5%,sick leave,Board,2026-10-20");
    assert_eq!(all(&people)[3], "P4 17 D 4 170 2910 | 14 D");
}

/// With 96 the first has an A, as the distribution would leave one; the second keeps what the rules give.
#[test]
fn a_ruling_on_the_score_has_its_place_in_the_distribution() {
    let card = "rulings on score at most 10 points";
    let rulings = format!("{HEADER}\nP1,,2026-Q3,score,96,appeal granted,Board,2026-10-20");
    let files = [("people.csv", PEOPLE), ("sales.csv", SALES), ("rulings.csv", &*rulings)];
    let people = scored(&spec(card, ""), &files, &["2026-Q3"]).unwrap().remove(0).people;
    assert_eq!(
        all(&people),
        ["P1 96 A 1 960 2980 | 86 B", "P2 93 A 3 930 2980 | -", "P3 95 A 2 950 2980 | -", "P4 14 D 4 140 2980 | -"]
    );
    // With 92 the first would be the third A, and is none.
    let rulings = format!("{HEADER}\nP1,,2026-Q3,score,92,appeal granted,Board,2026-10-20");
    let files = [("people.csv", PEOPLE), ("sales.csv", SALES), ("rulings.csv", &*rulings)];
    let people = scored(&spec(card, ""), &files, &["2026-Q3"]).unwrap().remove(0).people;
    assert_eq!(all(&people)[0], "P1 92 B 3 920 2940 | 86 B");
}

#[test]
fn a_ruling_on_the_rating_comes_behind_the_distribution() {
    let people = ruled(
        "P1,,2026-Q3,score,91,appeal granted,Board,2026-10-20
P1,,2026-Q3,rating,Outstanding,a great year,Board,2026-10-20
P3,,2026-Q3,Rating,b,misconduct,Board,2026-10-20",
    );
    assert_eq!(
        all(&people),
        ["P1 91 A 3 910 2930 | 86 B", "P2 93 A 2 930 2930 | -", "P3 95 B 1 950 2930 | 95 A", "P4 14 D 4 140 2930 | -"]
    );
    let grade = |person: &PersonResult| format!("{:?}", person.rulings.last().unwrap().replaced_once());
    assert_eq!(grade(&people[0]), "[Choice(1)]");
    assert_eq!(grade(&people[2]), "[Choice(0)]");
}

/// What is paid to all follows from it.
#[test]
fn a_ruling_on_an_output_is_last() {
    let people = ruled("P4,,2026-Q3,Bonus,500 CNY,hardship,Board,2026-10-20");
    assert_eq!(all(&people)[3], "P4 14 D 4 500 3240 | -");
    assert_eq!(format!("{:?}", people[3].posts[0].outputs[0].by_rule), "Some(Number(140))");
    assert_eq!(format!("{:?}", people[3].rulings[0].replaced_once()), "[Number(140)]");
}

/// A ruling holds for all stints in a post, and for none in another.
#[test]
fn a_post_of_several_is_named() {
    let more = "position clerk \"Clerk\" {\n effective from 2020-01-01\n scorecard {\n 100% sold score linear 0 -> 0, 100 -> 100\n rating grades\n rulings on score at most 5 points\n}\n}";
    let people = "id,post,since,until\nP1,clerk,2024-01-01,2026-08-15\nP1,agent,2026-08-16,";
    let sales = "day,person,amount,kept\n2026-07-01,P1,80,80%\n2026-09-01,P1,90,90%";
    let ruled = |row: &str| {
        let rulings = format!("{HEADER}\n{row}");
        let files = [("people.csv", people), ("sales.csv", sales), ("rulings.csv", &*rulings)];
        scored(&spec(ALL, more), &files, &["2026-Q3"]).map(|mut all| all.remove(0).people)
    };
    let people = ruled("P1,Agent,2026-Q3,score,88,appeal,Board,2026-10-20").unwrap();
    let scores: Vec<String> =
        people[0].cards.iter().map(|card| format!("{:?}", card.scorecard.as_ref().unwrap().score)).collect();
    assert_eq!(scores, ["Number(80)", "Number(88)"]);
    // 80 × 46 days and 88 × 46 days, beside 80 and 90.
    assert_eq!(all(&people), ["P1 84 B 1 880 880 | 85 B"]);
    assert_eq!(
        ruled("P1,,2026-Q3,score,88,appeal,Board,2026-10-20").unwrap_err(),
        ["bad-ruling: `P1` holds several posts in 2026-Q3: on which of them is this ruling? [rulings.csv:2 person P1]"]
    );
    assert_eq!(
        ruled("P1,Clerk,2026-Q3,rating,A,appeal,Board,2026-10-20").unwrap_err(),
        ["ruling-not-allowed: the scorecard of `clerk` allows no rulings on the rating [rulings.csv:2 what rating]"]
    );
}

#[test]
fn a_ruling_holds_in_its_own_period_alone() {
    let rulings = format!("{HEADER}\nP1,,2026-Q3,sold,100,late booking,Board,2026-10-20");
    let files = [("people.csv", PEOPLE), ("sales.csv", SALES), ("rulings.csv", &*rulings)];
    let results = scored(&spec(ALL, ""), &files, &["2026-07", "2026-Q3", "2026-H2"]).unwrap();
    let first: Vec<String> = results.iter().map(|one| shown(&one.people[0])).collect();
    assert_eq!(first, ["P1 86 B 3 860 2880", "P1 92 B 3 920 2940", "P1 86 B 3 860 2880"]);
}

#[test]
fn what_the_scorecard_does_not_allow_is_refused() {
    let row = "P1,,2026-Q3,score,90,appeal,Board,2026-10-20";
    assert_eq!(
        wrong("", row),
        ["ruling-not-allowed: the scorecard of `agent` allows no rulings on the score [rulings.csv:2 what score]"]
    );
    assert_eq!(
        wrong("rulings on rating", row),
        ["ruling-not-allowed: the scorecard of `agent` allows no rulings on the score [rulings.csv:2 what score]"]
    );
    assert_eq!(
        wrong("rulings on score at most 3 points", row),
        [
            "ruling-not-allowed: the ruling sets the score to 90 points, which is 4 points from 86 points, and rulings may change \
          it by at most 3 points, for `P1` in 2026-Q3 [rulings.csv:2 to 90]"
        ]
    );
    assert_eq!(
        wrong("rulings on kpi kept at most 5%", "P1,,2026-Q3,kept,90%,appeal,Board,2026-10-20"),
        [
            "ruling-not-allowed: the ruling sets `kept` to 90%, which is 10% from 80%, and rulings may change it by at most 5%, \
          for `P1` in 2026-Q3 [rulings.csv:2 to 90%]"
        ]
    );
    assert_eq!(
        wrong(ALL, "P4,,2026-Q3,rating,B,appeal,Board,2026-10-20"),
        [
            "ruling-not-allowed: the ruling sets the rating to B, which is 2 grades from D, and rulings may change it by at most \
          one grade, for `P4` in 2026-Q3 [rulings.csv:2 to B]"
        ]
    );
    assert_eq!(
        wrong("rulings on output bonus at most 100 CNY", "P4,,2026-Q3,bonus,300 CNY,appeal,Board,2026-10-20"),
        [
            "ruling-not-allowed: the ruling sets `bonus` to 300 CNY, which is 160 CNY from 140 CNY, and rulings may change it by \
          at most 100 CNY, for `P4` in 2026-Q3 [rulings.csv:2 to 300 CNY]"
        ]
    );
}

#[test]
fn what_a_ruling_says_must_be_clear() {
    let row = |what: &str, to: &str| format!("P1,,2026-Q3,{what},{to},appeal,Board,2026-10-20");
    for (what, to, message) in [
        ("sald", "100", "nothing of `agent` that is scored or paid is called `sald` [rulings.csv:2 what sald]"),
        ("rating", "E", "the rating has no grade `E` [rulings.csv:2 to E]"),
        ("kept", "0.9", "`0.9` has no unit, and `kept` is ruled on [rulings.csv:2 to 0.9]"),
        ("kept", "many", "`many` is no amount, and `kept` is ruled on [rulings.csv:2 to many]"),
        ("bonus", "500", "`500` has no unit, and `bonus` is ruled on [rulings.csv:2 to 500]"),
        (
            "score",
            "missing",
            "a ruling on the score gives a value, and this one says that there is none [rulings.csv:2 to missing]",
        ),
        ("score", "88.125", "`88.125` has more decimals than scores, which are rounded to 2 [rulings.csv:2 to 88.125]"),
        (
            "score",
            "101",
            "`101` cannot be: the score lies between 0 points and 100 points, whatever the data are [rulings.csv:2 to 101]",
        ),
        (
            "sold",
            "1001",
            "`1001` cannot be: `sold` lies between 0 and 1000, whatever the data are [rulings.csv:2 to 1001]",
        ),
    ] {
        assert_eq!(wrong(ALL, &row(what, to)), [format!("bad-ruling: {message}")]);
    }
}

#[test]
fn whom_and_when_it_is_about_must_be_there() {
    assert_eq!(
        wrong(ALL, "P9,,2026-Q3,score,90,appeal,Board,2026-10-20"),
        ["dangling-link: `P9` in `rulings.person` is no person of `people` [rulings.csv:2 person P9]"]
    );
    let blank = wrong(ALL, "P1,,2026-Q3,score,90,,Board,2026-10-20");
    assert_eq!(blank.len(), 1);
    assert!(blank[0].starts_with("blank-cell: ") && blank[0].contains("rulings.csv:2 reason"), "{}", blank[0]);
    assert_eq!(
        wrong(ALL, "P1,Clerk,2026-Q3,score,90,appeal,Board,2026-10-20"),
        ["bad-ruling: `P1` does not hold the post `Clerk` in 2026-Q3 [rulings.csv:2 post Clerk]"]
    );
    assert_eq!(
        wrong(ALL, "P1,,2019-Q3,score,90,appeal,Board,2026-10-20"),
        ["bad-ruling: nobody is scored in 2019-07 to 2019-09: the first position is in force from 2020-01-01 \
          [rulings.csv:2 period 2019-07 to 2019-09]"]
    );
    let people = "id,post,since,until\nP1,agent,2024-01-01,2025-12-31\nP2,agent,2024-01-01,";
    let rulings = format!("{HEADER}\nP1,,2026-Q3,score,90,appeal,Board,2026-10-20");
    let sales = "day,person,amount,kept\n2026-07-01,P2,95,90%";
    let files = [("people.csv", people), ("sales.csv", sales), ("rulings.csv", &*rulings)];
    assert_eq!(
        scored(&spec(ALL, ""), &files, &["2026-Q3"]).map(|_| ()).unwrap_err(),
        ["bad-ruling: `P1` of `people` holds no post that is evaluated in 2026-Q3 [rulings.csv:2 person P1]"]
    );
}

/// In one file or in two, by the name or by the label.
#[test]
fn one_thing_is_ruled_once() {
    let first = format!("{HEADER}\nP1,,2026-Q3,sold,100,appeal,Board,2026-10-20");
    let second = format!("{HEADER}\nP1,Agent,2026-Q3,Sold,95,appeal,Board,2026-10-20");
    let files = [("people.csv", PEOPLE), ("sales.csv", SALES), ("rulings1.csv", &*first), ("rulings2.csv", &*second)];
    assert_eq!(
        scored(&spec(ALL, ""), &files, &["2026-Q3"]).map(|_| ()).unwrap_err(),
        ["bad-ruling: `Sold` of `P1` is ruled twice in 2026-Q3 [rulings2.csv:2 what Sold, rulings1.csv:2 what sold]"]
    );
}

/// How far it is from what is missing, nobody can tell; without a limit it stands in its place.
#[test]
fn what_is_missing_by_rule_has_no_distance() {
    let more = "";
    let sales = "day,person,amount,kept\n2026-07-01,P1,90,80%";
    let rulings = format!("{HEADER}\nP2,,2026-Q3,kept,50%,data lost,Board,2026-10-20");
    let files = [
        ("people.csv", "id,post,since,until\nP1,agent,2024-01-01,\nP2,agent,2024-01-01,"),
        ("sales.csv", sales),
        ("rulings.csv", &*rulings),
    ];
    assert_eq!(
        scored(&spec(ALL, more), &files, &["2026-Q3"]).map(|_| ()).unwrap_err(),
        [
            "ruling-not-allowed: `kept` has no value by rule (no rows), so nobody can tell how far the ruling goes, for `P2` in \
          2026-Q3 [rulings.csv:2 to 50%]"
        ]
    );
    let people = scored(&spec("rulings on kpi kept", more), &files, &["2026-Q3"]).unwrap().remove(0).people;
    assert_eq!(all(&people)[1], "P2 20 D 2 200 1060 | 0 D");
}

/// P1's bonus in closings: over all posts, and as an agent; `None` is several values.
fn bonus_closed(overall: Option<(i64, &str)>, as_agent: Option<(i64, &str)>) -> ClosedValues {
    let value = |(number, unit): (i64, &str)| ClosedValue {
        value: Value::Number(number.into()),
        unit: Some(unit.into()),
        shown: number.to_string().into(),
    };
    let mut closing = ClosedPeriod::new("2026-Q2.1", "ab");
    let person = closing.person_mut(&"people".into(), &"P1".into());
    person.overall.insert("bonus".into(), overall.map(value));
    person.posts.entry("agent".into()).or_default().insert("bonus".into(), as_agent.map(value));
    let mut closed = ClosedValues::default();
    closed.insert(PeriodName::parse("2026-Q2").unwrap(), closing);
    closed
}

fn carried(closed: ClosedValues, read: &str, period: &str) -> Result<Vec<String>, Vec<String>> {
    let spec = spec(ALL, "").replace(
        "output pool \"Pool\" : CNY = sum(bonus default 0 of people)",
        &format!("output carried : CNY = {read}"),
    );
    assert!(spec.contains(read));
    let files = [("people.csv", PEOPLE), ("sales.csv", SALES), ("rulings.csv", HEADER)];
    let people = scored_after(closed, &spec, &files, &[period])?.remove(0).people;
    Ok(people.iter().take(2).map(|person| format!("{:?}", person.posts[0].outputs[1].value)).collect())
}

/// In the post, or over all posts; the reason tells whether there is a closing.
#[test]
fn results_of_an_earlier_period_are_those_that_were_closed() {
    let closed = || bonus_closed(Some((700, "CNY")), Some((300, "CNY")));
    let in_post = carried(closed(), "closed(bonus) previous period", "2026-Q3").unwrap();
    assert_eq!(in_post, ["Number(300)", "Missing(NotEvaluatedThen)"]);
    let over_all = carried(closed(), "closed(bonus of person) previous period", "2026-Q3").unwrap();
    assert_eq!(over_all, ["Number(700)", "Missing(NotEvaluatedThen)"]);
    let year_before = carried(closed(), "closed(bonus) 1 year earlier", "2026-Q3").unwrap();
    assert_eq!(year_before, ["Missing(NotClosed)", "Missing(NotClosed)"]);
    let month = carried(closed(), "closed(bonus) previous period", "2026-07").unwrap();
    assert_eq!(month, ["Missing(NotClosed)", "Missing(NotClosed)"]);
}

#[test]
fn what_was_closed_as_something_else_is_refused() {
    let in_euro = bonus_closed(Some((700, "EUR")), Some((300, "EUR")));
    let wrong = carried(in_euro, "closed(bonus) previous period default 0 CNY", "2026-Q3").unwrap_err();
    assert_eq!(
        wrong,
        ["closed-otherwise: `bonus` of 2026-Q2 was closed in EUR, and is in CNY now, for `P1` in 2026-Q3 []"]
    );
    let several = bonus_closed(Some((700, "CNY")), None);
    let wrong = carried(several, "closed(bonus) previous period default 0 CNY", "2026-Q3").unwrap_err();
    assert_eq!(
        wrong,
        [
            "closed-otherwise: the closing of 2026-Q2 has several values of `bonus`, which differ, for `P1` in 2026-Q3 []"
        ]
    );
    let wrong = carried(ClosedValues::default(), "closed(bonus) 1 month earlier", "2026-Q3").unwrap_err();
    assert_eq!(
        wrong,
        ["no-such-closing: `closed(bonus)` is read of 2026-06 to 2026-08, which is no month, quarter, half or year []"]
    );
}
