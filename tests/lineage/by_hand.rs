//! Each fate by hand, in small files, with file and row.

use std::fs;

use merit::data::answer;
use merit::data::lineage::{Asked, GroupOf, LeftOut, Lineage, Row, Shown, lineage};
use merit::data::options::Options;
use merit::diagnostic::Diagnostic;
use merit::model::Model;
use merit::plan::Plan;
use merit::plan::plan;
use merit::plan::query::{Answers, Group, MeasureId, RowNode};
use merit::time::PeriodName;
use merit::value::Value;

use super::again::look;

const HEAD: &str = "company \"Example\" {\n  currency CNY\n}\n\
    unit team, teams\nunit person, people\nunit sale, sales\nunit item, items\n\
    data teams {\n  organisation\n  file \"teams.csv\"\n  row team\n  key code\n  valid from since to until\n  column code : text\n  \
    column parent : teams optional\n  column since : date\n  column until : date optional\n}\n\
    data people {\n  roster\n  not evaluated \"driver\"\n  file \"people.csv\"\n  row person\n  key staff_no\n  \
    valid from since to until\n  column staff_no : text\n  column post : position\n  column team : teams\n  \
    column since : date\n  column until : date optional\n  column pay : CNY optional\n}\n";

/// P1 is a seller, a driver, and a helper, in two teams, and T2 moves; P2 sells in T2.
const FILES: [(&str, &str); 2] = [
    (
        "teams.csv",
        "code,parent,since,until\nHQ,,2020-01-01,\nT1,HQ,2020-01-01,\nT2,HQ,2020-01-01,2026-07-31\nT2,T1,2026-08-01,\n",
    ),
    (
        "people.csv",
        "staff_no,post,team,since,until,pay\nP1,seller,T1,2020-01-01,2026-07-31,1\nP1,driver,T1,2026-08-01,2026-08-15,2\n\
         P1,helper,T2,2026-08-20,,3\nP2,seller,T2,2026-01-01,,4\n",
    ),
];

/// A project with its folder.
struct Made {
    folder: tempfile::TempDir,
    model: Model,
    plan: Plan,
    answers: Answers,
}

/// Of 2026-Q3; `outputs` are those of sellers and helpers alike.
fn made(data: &str, outputs: &[&str], files: &[(&str, &str)]) -> Made {
    made_with(data, outputs, files, |_| {})
}

fn made_with(data: &str, outputs: &[&str], files: &[(&str, &str)], patch: impl Fn(&mut Plan)) -> Made {
    let folder = tempfile::tempdir().unwrap();
    let outputs: String = outputs.iter().enumerate().map(|(at, of)| format!("  output o{at} : {of}\n")).collect();
    let positions = format!("position seller {{\n{outputs}}}\nposition helper {{\n{outputs}}}\n");
    fs::write(folder.path().join("all.merit"), format!("{HEAD}{data}{positions}")).unwrap();
    for (name, text) in FILES.iter().chain(files) {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let loaded = merit::project::load(&[folder.path().to_path_buf()]).unwrap();
    let mistakes: Vec<&Diagnostic> = loaded.diagnostics.iter().filter(|finding| finding.is_error()).collect();
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let mut plan = plan(&loaded.model, PeriodName::parse("2026-Q3").unwrap()).unwrap();
    patch(&mut plan);
    let options = Options { allow_empty: true, ..Options::of(folder.path().to_path_buf()) };
    let answers = answer(&loaded.model, &plan.query, &options).unwrap();
    let made = Made { folder, model: loaded.model, plan, answers };
    look(&made.model, &made.plan.query, &made.answers, &made.options(u64::MAX, 60))
        .unwrap_or_else(|what| panic!("{what}"));
    made
}

impl Made {
    fn options(&self, stream_above: u64, block: usize) -> Options<'static> {
        let options = Options::of(self.folder.path().to_path_buf());
        Options { allow_empty: true, threads: 3, stream_above, block, ..options }
    }

    fn lineage(&self, asked: &Asked) -> Lineage {
        let shown = Shown { counted: 9, left_out: 9 };
        let of = |stream_above, threads, block| {
            let options = Options { threads, ..self.options(stream_above, block) };
            lineage(&self.model, &self.plan.query, &options, std::slice::from_ref(asked), shown).unwrap().pop().unwrap()
        };
        let kept = of(u64::MAX, 2, 50);
        for (threads, block) in [(3, 50), (1, 50), (8, 1), (1, 1 << 18)] {
            assert_eq!(kept, of(0, threads, block), "{threads} threads, blocks of {block} bytes");
        }
        kept
    }

    /// The measure at a place, for a post of somebody, a team, or all.
    fn asked(&self, measure: usize, whose: &str) -> Asked {
        let group = match &self.plan.query.measures[measure].group {
            Group::Company => GroupOf::Company,
            Group::Team { .. } => {
                GroupOf::Team(self.answers.teams.iter().position(|team| *team.key == *whose).unwrap())
            }
            Group::Own { .. } => {
                let named =
                    |post: &merit::plan::query::PersonPost| format!("{} {}", post.person, post.position) == whose;
                GroupOf::Post { roster: 0, post: self.answers.rosters[0].posts.iter().position(named).unwrap() }
            }
            Group::Key { .. } => GroupOf::Key(whose.into()),
        };
        Asked { measure: MeasureId(measure), group }
    }

    /// What became of all rows: by fate their number, what they add up to, and file and row of each.
    fn told(&self, measure: usize, whose: &str) -> String {
        let lineage = self.lineage(&self.asked(measure, whose));
        let counted = std::iter::once(("counted".to_string(), &lineage.counted));
        let left_out = lineage.left_out.iter().map(|(why, rows)| (format!("{why:?}"), rows));
        let folder = format!("{}/", self.folder.path().display());
        let line = |(fate, rows): (String, &merit::data::lineage::RowsOf)| {
            let places: Vec<String> = rows.first.iter().map(|row| told(row).replace(&folder, "")).collect();
            let total = rows.total.as_ref().map_or("-".to_string(), |total| total.to_string());
            format!("{fate} {} = {total}: {}", rows.rows, places.join("; "))
        };
        counted.chain(left_out).map(line).collect::<Vec<_>>().join("\n")
    }
}

fn told(row: &Row) -> String {
    let value = |value: &Value| match value {
        Value::Number(number) => number.to_string(),
        Value::Missing(reason) => format!("({reason})"),
        other => format!("{other:?}"),
    };
    let share = row.share.as_ref().map_or(String::new(), |share| format!(" x {share:?}"));
    let day = |day: &Option<merit::time::Day>| day.map_or(String::new(), |day| day.to_string());
    let days = match (&row.from, &row.to) {
        (None, None) => String::new(),
        (from, to) if from == to => format!(" on {}", day(from)),
        (from, to) => format!(" {}..{}", day(from), day(to)),
    };
    let key = row.key.as_ref().map_or(String::new(), |key| format!(" {key}"));
    format!("{}:{}{key}{days} {}{share}", row.place.file, row.place.row.unwrap_or(0), value(&row.value))
}

const SALES: &str = "data sales {\n  file \"sales*.csv\"\n  row sale\n  key number\n  dated by sold\n  \
    column number : text\n  column seller : people optional\n  column sold : date optional\n  \
    column amount : CNY optional\n  column note : text optional\n  column parts : number optional\n}\n";

/// Each fate of rows that are dated; a note takes two lines, and the rows stand in two files.
const SOLD: [(&str, &str); 2] = [
    (
        "sales_1.csv",
        "number,seller,sold,amount,note,parts\n\
         S1,P1,2026-07-01,10,\"two\nlines\",1\n\
         S2,,2026-07-02,11,,1\n\
         S3,P2,2026-07-03,12,,1\n\
         S4,P1,,13,,1\n\
         S5,P1,2026-06-30,14,,1\n",
    ),
    (
        "sales_2.csv",
        "number,seller,sold,amount,note,parts\n\
         S6,P1,2026-08-01,15,,1\n\
         S7,P1,2026-08-17,16,,1\n\
         S8,P1,2026-08-20,17,,1\n\
         S9,P1,2026-07-04,18,,2\n\
         SA,P1,2026-07-05,19,,0\n\
         SB,P1,2026-07-06,,,1\n\
         SC,P1,2026-07-31,20,,1\n",
    ),
];

#[test]
fn a_row_that_is_dated_counts_or_is_left_out_for_the_first_reason() {
    let output = "CNY = average(amount of sales where ((1 / (parts default 1)) default 0) > 1 / 2) default 0 CNY";
    // The checker lets no condition be missing: what it asks to say of a division by 0 is taken out again.
    let patch = |plan: &mut Plan| {
        for nodes in std::sync::Arc::make_mut(&mut plan.query).tables.iter_mut().map(|table| &mut table.nodes) {
            for at in 0..nodes.len() {
                if let RowNode::Default { value, .. } = &nodes[at]
                    && let RowNode::Binary(..) = &nodes[value.0]
                {
                    nodes[at] = nodes[value.0].clone();
                }
            }
        }
    };
    let made = made_with(SALES, &[output], &SOLD, patch);
    assert_eq!(
        made.told(0, "P1 seller"),
        "counted 2 = 30: sales_1.csv:2 S1 on 2026-07-01 10; sales_2.csv:8 SC on 2026-07-31 20\n\
         Nobody 1 = 11: sales_1.csv:4 S2 on 2026-07-02 11\n\
         Others 1 = -: sales_1.csv:5 S3 on 2026-07-03 12\n\
         NoDate 1 = 13: sales_1.csv:6 S4 13\n\
         OtherTime 1 = 14: sales_1.csv:7 S5 on 2026-06-30 14\n\
         OutsideStints 3 = 48: sales_2.csv:2 S6 on 2026-08-01 15; sales_2.csv:3 S7 on 2026-08-17 16; \
         sales_2.csv:4 S8 on 2026-08-20 17\n\
         Condition 1 = 18: sales_2.csv:5 S9 on 2026-07-04 18\n\
         ConditionMissing 1 = 19: sales_2.csv:6 SA on 2026-07-05 19\n\
         Blank 1 = 0: sales_2.csv:7 SB on 2026-07-06 (blank cell)"
    );
    assert!(made.told(0, "P1 helper").starts_with("counted 1 = 17: sales_2.csv:4 S8"));
    let lineage = made.lineage(&made.asked(0, "P1 seller"));
    assert_eq!(lineage.rows, 12);
    // The columns of value and condition, with what stands in them.
    let leaves: Vec<String> = lineage.counted.first[0].leaves.iter().map(|value| format!("{value:?}")).collect();
    assert_eq!(leaves, ["Number(10)", "Number(1)"]);
}

#[test]
fn few_rows_are_told_and_all_are_counted() {
    let made = made(SALES, &["CNY = sum(amount default 0 CNY of sales) over company"], &SOLD);
    let asked = [made.asked(0, "")];
    for (threads, block, stream_above) in [(1, 1 << 18, u64::MAX), (1, 1 << 18, 0), (4, 40, 0), (2, 90, 0)] {
        let options = Options { threads, ..made.options(stream_above, block) };
        let shown = Shown { counted: 2, left_out: 1 };
        let found = lineage(&made.model, &made.plan.query, &options, &asked, shown).unwrap().pop().unwrap();
        let places = |rows: &[Row]| rows.iter().map(|row| row.key.clone().unwrap().to_string()).collect::<Vec<_>>();
        assert_eq!((found.counted.rows, found.counted.total.unwrap().to_string()), (10, "138".into()));
        assert_eq!(places(&found.counted.first), ["S1", "S2"]);
        let left_out: Vec<_> =
            found.left_out.iter().map(|(why, rows)| (*why, rows.rows, places(&rows.first))).collect();
        assert_eq!(
            left_out,
            [(LeftOut::NoDate, 1, vec!["S4".to_string()]), (LeftOut::OtherTime, 1, vec!["S5".to_string()])]
        );
    }
}

#[test]
fn what_an_aggregate_does_not_take_was_read() {
    let amounts = |function: &str| format!("CNY = {function}(amount default 0 CNY of sales) default 0 CNY");
    let outputs = ["max", "min", "latest"].map(amounts);
    let outputs: Vec<&str> = outputs.iter().map(String::as_str).collect();
    let sold = "number,seller,sold,amount,note,parts\n\
                S1,P1,2026-07-02,10,,\nS2,P1,2026-07-01,30,,\nS3,P1,2026-07-03,10,,\nS4,P1,2026-07-03,30,,\n\
                S5,P1,2026-07-01,20,,\n";
    let made = made(SALES, &outputs, &[("sales.csv", sold)]);
    let [one, two, three, four, five] = [
        "sales.csv:2 S1 on 2026-07-02 10",
        "sales.csv:3 S2 on 2026-07-01 30",
        "sales.csv:4 S3 on 2026-07-03 10",
        "sales.csv:5 S4 on 2026-07-03 30",
        "sales.csv:6 S5 on 2026-07-01 20",
    ];
    assert_eq!(
        made.told(0, "P1 seller"),
        format!("counted 2 = 60: {two}; {four}\nNotPicked 3 = 40: {one}; {three}; {five}")
    );
    assert_eq!(
        made.told(1, "P1 seller"),
        format!("counted 2 = 20: {one}; {three}\nNotPicked 3 = 80: {two}; {four}; {five}")
    );
    assert_eq!(
        made.told(2, "P1 seller"),
        format!("counted 2 = 40: {three}; {four}\nNotPicked 3 = 60: {one}; {two}; {five}")
    );
}

#[test]
fn of_several_rows_all_stand_behind_the_answer_that_there_is_no_only_one() {
    let sold = "number,seller,sold,amount,note,parts\nS1,P1,2026-07-02,10,,\nS2,P1,2026-07-01,,,\n";
    let made = made(SALES, &["CNY = only(amount of sales) default 0 CNY"], &[("sales.csv", sold)]);
    assert_eq!(
        made.told(0, "P1 seller"),
        "counted 2 = 10: sales.csv:2 S1 on 2026-07-02 10; sales.csv:3 S2 on 2026-07-01 (blank cell)"
    );
}

const ITEMS: &str = "  column number : text\n  column holder : people optional\n  column since : date\n  \
    column until : date optional\n  column worth : CNY\n}\n";

#[test]
fn rows_that_hold_are_read_on_the_last_day_served() {
    let data =
        format!("data items {{\n  file \"items.csv\"\n  row item\n  key number\n  valid from since to until\n{ITEMS}");
    let items = "number,holder,since,until,worth\n\
                 I1,P1,2026-01-01,,1\nI2,P1,2026-08-05,,2\nI3,P1,2026-01-01,2026-06-30,3\n\
                 I4,P1,2026-01-01,2026-07-31,4\nI4,P1,2026-09-01,,5\nI5,P2,2026-01-01,,6\nI6,,2026-01-01,,7\n";
    let outputs = ["CNY = sum(worth of items at end)", "item = count(items during last 3 months) over company"];
    let made = made(&data, &outputs, &[("items.csv", items)]);
    // The seller left on 2026-07-31: what holds on 2026-09-30 alone is of no day served.
    assert_eq!(
        made.told(0, "P1 seller"),
        "counted 2 = 5: items.csv:2 I1 2026-01-01.. 1; items.csv:5 I4 2026-01-01..2026-07-31 4\n\
         Nobody 1 = 7: items.csv:8 I6 2026-01-01.. 7\n\
         Others 1 = -: items.csv:7 I5 2026-01-01.. 6\n\
         OtherTime 1 = 3: items.csv:4 I3 2026-01-01..2026-06-30 3\n\
         OutsideStints 2 = 7: items.csv:3 I2 2026-08-05.. 2; items.csv:6 I4 2026-09-01.. 5"
    );
    // Keys are counted, each once.
    assert_eq!(
        made.told(1, ""),
        "counted 5 = 5: items.csv:2 I1 2026-01-01.. 1; items.csv:3 I2 2026-08-05.. 1; \
         items.csv:5 I4 2026-01-01..2026-07-31 1; items.csv:7 I5 2026-01-01.. 1; items.csv:8 I6 2026-01-01.. 1\n\
         OtherTime 1 = 1: items.csv:4 I3 2026-01-01..2026-06-30 1\n\
         NotPicked 1 = 1: items.csv:6 I4 2026-09-01.. 1"
    );
}

#[test]
fn of_stocks_the_newest_of_the_days_served_counts() {
    let data = "data stock {\n  file \"stock.csv\"\n  row item\n  snapshot on taken\n  column holder : people\n  \
                column taken : date\n  column worth : CNY\n}\n";
    let stock = "holder,taken,worth\nP1,2026-06-30,1\nP1,2026-07-10,2\nP1,2026-07-20,3\nP1,2026-08-10,4\n\
                 P1,2026-09-30,5\nP2,2026-09-30,6\nP2,2026-07-20,7\n";
    let outputs = ["CNY = sum(worth of stock)", "CNY = sum(worth of stock) over company"];
    let made = made(data, &outputs, &[("stock.csv", stock)]);
    assert_eq!(
        made.told(0, "P1 seller"),
        "counted 1 = 3: stock.csv:4 on 2026-07-20 3\n\
         Others 2 = -: stock.csv:7 on 2026-09-30 6; stock.csv:8 on 2026-07-20 7\n\
         OtherTime 2 = 3: stock.csv:2 on 2026-06-30 1; stock.csv:3 on 2026-07-10 2\n\
         OutsideStints 2 = 9: stock.csv:5 on 2026-08-10 4; stock.csv:6 on 2026-09-30 5"
    );
    assert_eq!(
        made.told(1, ""),
        "counted 2 = 11: stock.csv:6 on 2026-09-30 5; stock.csv:7 on 2026-09-30 6\n\
         OtherTime 5 = 17: stock.csv:2 on 2026-06-30 1; stock.csv:3 on 2026-07-10 2; stock.csv:4 on 2026-07-20 3; \
         stock.csv:5 on 2026-08-10 4; stock.csv:8 on 2026-07-20 7"
    );
}

#[test]
fn months_are_shared_by_days_among_posts_and_teams() {
    let data = "data quotas {\n  file \"quotas.csv\"\n  row item\n  dated by term shared by days\n  \
                column whom : people optional\n  column term : period\n  column goal : CNY\n}\n";
    let quotas =
        "whom,term,goal\nP1,2026-08,310\nP1,2026-07,31\nP2,2026-08,62\n,2026-08,1\nP1,2026-05,2\nP2,2026-H2,184\n";
    let outputs = ["CNY = sum(goal of quotas)", "CNY = sum(goal of quotas) over team"];
    let made = made(data, &outputs, &[("quotas.csv", quotas)]);
    let days = |month: &str, days: u32| format!("2026-{month}-01..2026-{month}-{days}");
    let [may, july, august] = [days("05", 31), days("07", 31), days("08", 31)];
    let rest = format!(
        "Nobody 1 = 1: quotas.csv:5 {august} 1\n\
         Others 2 = -: quotas.csv:4 {august} 62; quotas.csv:7 2026-07-01..2026-12-31 184\n\
         OtherTime 1 = 2: quotas.csv:6 {may} 2\n"
    );
    assert_eq!(
        made.told(0, "P1 seller"),
        format!("counted 1 = 31: quotas.csv:3 {july} 31 x 1\n{rest}OutsideStints 1 = 310: quotas.csv:2 {august} 310")
    );
    assert_eq!(
        made.told(0, "P1 helper"),
        format!(
            "counted 1 = 120: quotas.csv:2 {august} 310 x 12/31\n{rest}OutsideStints 1 = 31: quotas.csv:3 {july} 31"
        )
    );
    // T2 is below T1 from August on; of the half year 92 days lie in the quarter, 61 of them in T1.
    assert_eq!(
        made.told(1, "T1"),
        format!(
            "counted 4 = 424: quotas.csv:2 {august} 310 x 27/31; quotas.csv:3 {july} 31 x 1; quotas.csv:4 {august} 62 x 1; \
             quotas.csv:7 2026-07-01..2026-12-31 184 x 61/184\n\
             Nobody 1 = 1: quotas.csv:5 {august} 1\n\
             OtherTime 1 = 2: quotas.csv:6 {may} 2"
        )
    );
}

#[test]
fn teams_are_those_of_the_day() {
    let sold = "number,seller,sold,amount,note,parts\n\
                S1,P2,2026-07-31,1,,\nS2,P2,2026-08-01,2,,\nS3,P1,2026-08-25,3,,\nS4,P1,2026-07-01,4,,\nS5,,2026-07-01,5,,\n";
    let made = made(SALES, &["CNY = sum(amount default 0 CNY of sales) over team"], &[("sales.csv", sold)]);
    assert_eq!(
        made.told(0, "T1"),
        "counted 3 = 9: sales.csv:3 S2 on 2026-08-01 2; sales.csv:4 S3 on 2026-08-25 3; sales.csv:5 S4 on 2026-07-01 4\n\
         Nobody 1 = 5: sales.csv:6 S5 on 2026-07-01 5\n\
         Others 1 = -: sales.csv:2 S1 on 2026-07-31 1"
    );
    assert!(made.told(0, "T2").starts_with("counted 3 = 6: sales.csv:2 S1"));
    assert!(made.told(0, "HQ").starts_with("counted 4 = 10:"));
}

#[test]
fn behind_an_answer_stand_the_answers_it_looks_at() {
    let data = format!(
        "{SALES}data parts {{\n  file \"parts.csv\"\n  row item\n  dated by paid\n  column sale : sales\n  \
         column paid : date\n  column sum : CNY\n}}\n"
    );
    let sold =
        "number,seller,sold,amount,note,parts\nS1,P1,2026-07-01,10,,\nS2,P1,2026-07-02,20,,\nS3,P1,2026-07-03,5,,\n";
    let parts = "sale,paid,sum\nS1,2026-07-05,4\nS2,2026-07-06,20\nS1,2026-07-07,6\nS1,2026-12-01,1\n";
    let outputs = ["sale = count(sales where sum(sum of parts) >= (amount default 0 CNY))"];
    let made = made(&data, &outputs, &[("sales.csv", sold), ("parts.csv", parts)]);
    let outer = (0..2).find(|at| matches!(made.plan.query.measures[*at].group, Group::Own { .. })).unwrap();
    assert_eq!(
        made.told(outer, "P1 seller"),
        "counted 2 = 2: sales.csv:2 S1 on 2026-07-01 1; sales.csv:3 S2 on 2026-07-02 1\n\
         Condition 1 = 1: sales.csv:4 S3 on 2026-07-03 1"
    );
    let lineage = made.lineage(&made.asked(outer, "P1 seller"));
    let row = &lineage.counted.first[0];
    let inner = row.inner.iter().position(Option::is_some).unwrap();
    assert_eq!((row.inner[inner].as_deref(), format!("{:?}", row.leaves[inner])), (Some("S1"), "Number(10)".into()));
    assert_eq!(
        made.told(1 - outer, "S1"),
        "counted 2 = 10: parts.csv:2 on 2026-07-05 4; parts.csv:4 on 2026-07-07 6\n\
         Others 1 = -: parts.csv:3 on 2026-07-06 20\n\
         OtherTime 1 = 1: parts.csv:5 on 2026-12-01 1"
    );
    assert!(made.told(1 - outer, "nobody's").starts_with("counted 0 = 0: \nOthers 4 = -:"));
}

/// No row is named by a link, so none of the table that goes by stays.
#[test]
fn links_that_are_all_blank_lead_to_blanks() {
    let data = format!(
        "{SALES}data parts {{\n  file \"parts.csv\"\n  row item\n  dated by paid\n  column sale : sales optional\n  \
         column paid : date\n  column sum : CNY\n}}\n"
    );
    let sold: String = (0..40).map(|at| format!("S{at},P1,2026-07-01,10,,1\n")).collect();
    let sold = format!("number,seller,sold,amount,note,parts\n{sold}");
    let outputs = [
        "CNY = sum(sum of parts where sale.parts is missing) over company",
        "CNY = sum(amount default 0 CNY of sales)",
    ];
    let made = made(&data, &outputs, &[("sales.csv", &sold), ("parts.csv", "sale,paid,sum\n,2026-07-05,4\n")]);
    let company = (0..2).find(|at| made.plan.query.measures[*at].group == Group::Company).unwrap();
    let lineage = made.lineage(&made.asked(company, ""));
    assert_eq!(format!("{:?}", lineage.counted.first[0].leaves), "[Number(4), Missing(Blank)]");
}

#[test]
fn a_row_with_a_number_too_large_leaves_no_answer() {
    let data = "data facts {\n  file \"facts.csv\"\n  row item\n  dated by on_day\n  column whom : people\n  \
                column on_day : date\n  column x : number\n}\n";
    let large = "9".repeat(27);
    let facts =
        format!("whom,on_day,x\nP1,2026-07-01,2\nP1,2026-07-02,{large}\nP1,2026-07-03,3\nP2,2026-07-02,{large}\n");
    let outputs = ["number = sum(x * x * x of facts)", "item = count(facts where x * x * x > 10)"];
    let made = made(data, &outputs, &[("facts.csv", &facts)]);
    for (measure, counted) in [
        (0, "counted 2 = 35: facts.csv:2 on 2026-07-01 8; facts.csv:4 on 2026-07-03 27"),
        (1, "counted 1 = 1: facts.csv:4 on 2026-07-03 1"),
    ] {
        let told = made.told(measure, "P1 seller");
        assert!(told.starts_with(counted), "{told}");
        let lineage = made.lineage(&made.asked(measure, "P1 seller"));
        let why = |(why, rows): &(LeftOut, merit::data::lineage::RowsOf)| (*why, rows.rows, rows.first[0].place.row);
        let expected =
            [(LeftOut::Others, 1, Some(5)), (LeftOut::Condition, 1, Some(2)), (LeftOut::TooLarge, 1, Some(3))];
        let expected: Vec<_> =
            expected.into_iter().filter(|(why, ..)| measure == 1 || *why != LeftOut::Condition).collect();
        assert_eq!(lineage.left_out.iter().map(why).collect::<Vec<_>>(), expected);
    }
}
