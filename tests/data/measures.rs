//! Aggregates, groups, links and windows.

use merit::language::AggregateFunction::{self, *};
use merit::language::BinaryOp;
use merit::model::data::*;
use merit::plan::query::*;
use merit::time::Months;
use merit::value::{Missing, Value};

use crate::build::*;

pub const TEAMS: usize = 0;
pub const PEOPLE: usize = 1;
pub const POLICIES: usize = 2;

/// Teams, people with a history, policies.
pub fn company() -> Project {
    let mut teams = data(
        "teams",
        "team",
        vec![
            column("code", ColumnType::Text),
            column("name", ColumnType::Text),
            optional(column("parent", link(TEAMS))),
        ],
    );
    teams.key = vec![ColumnIx(0)];
    teams.organisation = Some(ColumnIx(2));
    let mut people = data(
        "people",
        "person",
        vec![
            column("staff_no", ColumnType::Text),
            column("name", ColumnType::Text),
            column("post", ColumnType::Position),
            column("team", link(TEAMS)),
            column("joined", ColumnType::Date),
            optional(column("left", ColumnType::Date)),
            column("pay", money()),
        ],
    );
    people.key = vec![ColumnIx(0)];
    people.time = TimeShape::Valid { from: ColumnIx(4), to: Some(ColumnIx(5)) };
    people.roster = Some(Roster { post: Some(ColumnIx(2)), every: None, not_evaluated: None });
    people.belongs =
        Belongs { own: vec![(DataId(PEOPLE), Route::Links(Vec::new()))], team: Route::Links(vec![ColumnIx(3)]) };
    let mut policies = data(
        "policies",
        "policy",
        vec![
            column("policy_no", ColumnType::Text),
            column("agent", link(PEOPLE)),
            column("issued", ColumnType::Date),
            optional(column("premium", money())),
            column("status", choices(&[("active", &["A"]), ("cancelled", &["C"])])),
            column("customer", ColumnType::Text),
        ],
    );
    policies.key = vec![ColumnIx(0)];
    policies.time = TimeShape::Dated(ColumnIx(2));
    let mut project = Project::new(vec![teams, people, policies])
        .file("teams.csv", "code,name,parent\nHQ,Head office,\nN,North,HQ\nS,South,HQ\nN1,North one,N\n")
        .file(
            "people.csv",
            "staff_no,name,post,team,joined,left,pay\n\
             p1,Ann,agent,N1,2024-01-01,2026-07-31,100\n\
             p1,Ann,agent,S,2026-08-01,2026-08-31,110\n\
             p1,Ann B,Team leader,S,2026-09-01,,150\n\
             p2,Bob,保险代理,N,2026-01-01,2026-08-15,90\n\
             p3,Cid,director,HQ,2020-01-01,,900\n",
        )
        .file(
            "policies.csv",
            "policy_no,agent,issued,premium,status,customer\n\
             1,p1,2026-07-02,1000.50,A,x\n\
             2,p1,2026-08-03,2000,A,y\n\
             3,p1,2026-09-04,4000,C,x\n\
             4,p2,2026-07-05,100,A,z\n\
             5,p2,2026-08-20,200,A,z\n\
             6,p3,2026-07-06,-,A,w\n\
             7,p1,2025-07-02,50,A,x\n",
        );
    project.model.positions = vec![position("agent", "Agent", "保险代理"), position("leader", "Team leader", "主管")];
    project.query.organisation = Some(DataId(TEAMS));
    project.query.rosters = vec![DataId(PEOPLE)];
    project
}

pub fn issued(first: &str, count: u32) -> Rows {
    Rows::Dated { column: ColumnIx(2), months: months(first, count) }
}

pub fn own(via: &[usize]) -> Group {
    Group::Own { roster: DataId(PEOPLE), via: via.iter().map(|column| ColumnIx(*column)).collect() }
}

#[test]
fn every_function() {
    let mut project = company();
    let premium = project.path(POLICIES, "premium");
    let customer = project.path(POLICIES, "customer");
    let limit = project.constant(POLICIES, number("500"));
    let large = project.node(POLICIES, RowNode::Binary(BinaryOp::Greater, premium, limit));
    let quarter = || issued("2026-07", 3);
    let none = || issued("2020-01", 1);
    let mut line_of = |function: AggregateFunction, value: Option<NodeId>, rows: Rows, fraction: Option<&str>| {
        let id = project.measure(POLICIES, function, value, rows);
        project.query.measures[id.0].fraction = fraction.map(|fraction| fraction.parse().unwrap());
        let measured = project.answers().measures[id.0].get(0).unwrap();
        format!(
            "{} from {} rows, {} blank",
            line(&[measured.clone()].into_iter().collect()),
            measured.rows,
            measured.blanks
        )
    };
    assert_eq!(line_of(Sum, Some(premium), quarter(), None), "7300.5 from 5 rows, 1 blank");
    assert_eq!(line_of(Count, None, quarter(), None), "6 from 6 rows, 0 blank");
    assert_eq!(line_of(CountDistinct, Some(customer), quarter(), None), "4 from 6 rows, 0 blank");
    assert_eq!(line_of(Share, Some(large), quarter(), None), "0.6 from 5 rows, 1 blank");
    assert_eq!(line_of(Average, Some(premium), quarter(), None), "1460.1 from 5 rows, 1 blank");
    assert_eq!(line_of(Median, Some(premium), quarter(), None), "1000.5 from 5 rows, 1 blank");
    assert_eq!(line_of(Median, Some(premium), issued("2026-07", 1), None), "550.25 from 2 rows, 1 blank");
    assert_eq!(line_of(Percentile, Some(premium), quarter(), Some("0.9")), "3200 from 5 rows, 1 blank");
    assert_eq!(line_of(Percentile, Some(premium), quarter(), Some("0")), "100 from 5 rows, 1 blank");
    assert_eq!(line_of(Percentile, Some(premium), quarter(), Some("1")), "4000 from 5 rows, 1 blank");
    assert_eq!(line_of(Min, Some(premium), quarter(), None), "100 from 5 rows, 1 blank");
    assert_eq!(line_of(Max, Some(premium), quarter(), None), "4000 from 5 rows, 1 blank");
    assert_eq!(line_of(Latest, Some(premium), quarter(), None), "4000 from 5 rows, 1 blank");
    assert_eq!(line_of(Only, Some(premium), issued("2025-07", 1), None), "50 from 1 rows, 0 blank");
    assert_eq!(line_of(Sum, Some(premium), none(), None), "0 from 0 rows, 0 blank");
    assert_eq!(line_of(Count, None, none(), None), "0 from 0 rows, 0 blank");
    assert_eq!(line_of(CountDistinct, Some(customer), none(), None), "0 from 0 rows, 0 blank");
    for function in [Share, Average, Median, Min, Max, Latest, Only] {
        let value = if function == Share { large } else { premium };
        assert_eq!(line_of(function, Some(value), none(), None), "(no rows) from 0 rows, 0 blank");
    }
}

#[test]
fn what_latest_and_only_cannot_decide() {
    let mut project = company().file(
        "policies.csv",
        "policy_no,agent,issued,premium,status,customer\n\
         1,p1,2026-07-02,1,A,x\n2,p1,2026-07-03,2,A,y\n3,p1,2026-07-03,3,C,x\n",
    );
    let premium = project.path(POLICIES, "premium");
    let latest = project.measure(POLICIES, Latest, Some(premium), issued("2026-07", 1));
    let only = project.measure(POLICIES, Only, Some(premium), issued("2026-07", 1));
    let answers = project.answers();
    assert_eq!(line(&answers.measures[latest.0]), "(differing values on 2026-07-03)");
    let shown = line(&answers.measures[only.0]).replace(&project.folder.path().display().to_string(), "DATA");
    assert_eq!(shown, "(more than one row: DATA/policies.csv row 2 and DATA/policies.csv row 3)");
}

#[test]
fn the_roster() {
    let answers = company().answers();
    let team = |team: Option<usize>| team.map_or("", |team| &*answers.teams[team].key).to_string();
    let mut shown = Vec::new();
    for post in &answers.rosters[0].posts {
        let stint = |stint: &Stint| {
            format!("{} to {} in {}", stint.from, stint.to.map_or("now".into(), |to| to.to_string()), team(stint.team))
        };
        let stints: Vec<String> = post.stints.iter().map(stint).collect();
        shown.push(format!("{} {} {}: {}", post.person, post.name, post.position, stints.join(", ")));
    }
    assert_eq!(
        shown,
        [
            "p1 Ann agent: 2024-01-01 to 2026-07-31 in N1, 2026-08-01 to 2026-08-31 in S",
            "p1 Ann B leader: 2026-09-01 to now in S",
            "p2 Bob agent: 2026-01-01 to 2026-08-15 in N",
        ]
    );
    assert_eq!(answers.rosters[0].without_position, [("director".to_string(), 1)]);
    let teams: Vec<String> = answers
        .teams
        .iter()
        .map(|t| format!("{} {} under {}", t.key, t.states[0].name, team(t.states[0].parent)))
        .collect();
    assert_eq!(teams, ["HQ Head office under ", "N North under HQ", "N1 North one under N", "S South under HQ"]);
}

#[test]
fn groups() {
    let mut project = company();
    let premium = project.path(POLICIES, "premium");
    let sum = |project: &mut Project, group: Group| {
        let id = project.measure(POLICIES, Sum, Some(premium), issued("2026-07", 3));
        project.by(id, group)
    };
    let team = sum(&mut project, Group::Team { via: vec![ColumnIx(1), ColumnIx(3)] });
    let own_sum = sum(&mut project, own(&[1]));
    let average = project.measure(POLICIES, Average, Some(premium), issued("2026-07", 1));
    project.by(average, own(&[1]));
    let earlier = project.measure(POLICIES, Sum, Some(premium), issued("2025-07", 3));
    project.by(earlier, own(&[1]));
    let answers = project.answers();
    // HQ with all below, N with N1, N1, S. Bob's policy after his last day counts for his last team.
    assert_eq!(line(&answers.measures[team.0]), "7300.5 1300.5 1000.5 6000");
    // Ann as agent, Ann as leader, Bob until he left.
    assert_eq!(line(&answers.measures[own_sum.0]), "3000.5 4000 100");
    assert_eq!(line(&answers.measures[average.0]), "1000.5 (before the start in this post) 100");
    assert_eq!(
        line(&answers.measures[earlier.0]),
        "50 (before the start in this post) (before the start in this post)"
    );
    let repairs: Vec<_> = answers.files.iter().flat_map(|file| &file.repairs).collect();
    let other = "no row on the day: the row of another day taken";
    assert!(repairs.contains(&&("agent".to_string(), other, 1)), "{repairs:?}");
}

#[test]
fn valid_rows_by_day() {
    let mut project = company();
    let pay = project.path(PEOPLE, "pay");
    let at = |project: &mut Project, function, value, rows| project.measure(PEOPLE, function, value, rows);
    let count = at(&mut project, Count, None, Rows::HeldOn(day("2026-07-31")));
    let after = at(&mut project, Count, None, Rows::HeldOn(day("2026-09-30")));
    let during = at(&mut project, Count, None, Rows::HeldDuring(day("2026-07-01"), day("2026-09-30")));
    let teams = at(&mut project, Count, None, Rows::HeldDuring(day("2026-07-01"), day("2026-09-30")));
    project.by(teams, Group::Team { via: vec![ColumnIx(3)] });
    let own_pay = at(&mut project, Sum, Some(pay), Rows::HeldOn(day("2026-09-30")));
    project.by(own_pay, own(&[]));
    let own_max = at(&mut project, Max, Some(pay), Rows::HeldDuring(day("2026-07-01"), day("2026-08-31")));
    project.by(own_max, own(&[]));
    let answers = project.answers();
    assert_eq!(line(&answers.measures[count.0]), "3");
    assert_eq!(line(&answers.measures[after.0]), "2");
    // Ann has three rows and counts once; so she does in HQ.
    assert_eq!(line(&answers.measures[during.0]), "3");
    assert_eq!(line(&answers.measures[teams.0]), "3 2 1 1");
    // Each on the last day in the post.
    assert_eq!(line(&answers.measures[own_pay.0]), "110 150 90");
    assert_eq!(line(&answers.measures[own_max.0]), "110 (before the start in this post) 90");
}

#[test]
fn stock_is_read_on_its_newest_day() {
    let mut stock = data(
        "stock",
        "item",
        vec![column("agent", link(PEOPLE)), column("taken", ColumnType::Date), column("amount", plain())],
    );
    stock.time = TimeShape::Snapshot(ColumnIx(1));
    let company = company();
    let mut sets = company.model.data.clone();
    sets.push(stock);
    let mut project = Project::new(sets);
    for name in ["teams.csv", "people.csv", "policies.csv"] {
        project = project.file(name, std::fs::read(company.folder.path().join(name)).unwrap());
    }
    project.model.positions = company.model.positions.clone();
    project.query.rosters = vec![DataId(PEOPLE)];
    project.query.organisation = Some(DataId(TEAMS));
    let mut project = project.file(
        "stock.csv",
        "agent,taken,amount\np1,2026-07-31,5\np2,2026-07-31,7\np1,2026-08-31,6\np2,2026-08-31,8\np1,2026-09-30,9\n",
    );
    let amount = project.path(3, "amount");
    let window = |from: &str, to: &str| Rows::Newest(day(from), day(to));
    let newest = project.measure(3, Sum, Some(amount), window("2026-07-01", "2026-09-15"));
    let none = project.measure(3, Sum, Some(amount), window("2026-09-01", "2026-09-15"));
    let taken = project.measure(3, Sum, Some(amount), Rows::TakenDuring(day("2026-07-01"), day("2026-08-31")));
    let own_newest = project.measure(3, Sum, Some(amount), window("2026-07-01", "2026-09-30"));
    project.by(own_newest, own(&[0]));
    let answers = project.answers();
    assert_eq!(line(&answers.measures[newest.0]), "14");
    assert_eq!(line(&answers.measures[none.0]), "(no rows)");
    assert_eq!(line(&answers.measures[taken.0]), "26");
    assert_eq!(line(&answers.measures[own_newest.0]), "6 9 7");
}

#[test]
fn aggregates_inside_aggregates() {
    let mut project = company();
    let premium = project.path(POLICIES, "premium");
    let inner = project.measure(POLICIES, Sum, Some(premium), issued("2026-07", 3));
    project.by(inner, Group::Key { data: DataId(PEOPLE), via: vec![ColumnIx(1)] });
    let average = project.measure(POLICIES, Average, Some(premium), issued("2025-07", 1));
    project.by(average, Group::Key { data: DataId(PEOPLE), via: vec![ColumnIx(1)] });
    let of_person = project.node(PEOPLE, RowNode::Inner { via: Vec::new(), measure: inner });
    let limit = project.constant(PEOPLE, number("1000"));
    let active = project.node(PEOPLE, RowNode::Binary(BinaryOp::GreaterOrEqual, of_person, limit));
    let count = project.measure(PEOPLE, Count, None, Rows::HeldOn(day("2026-09-30")));
    project.only(count, active);
    let mean = project.node(PEOPLE, RowNode::Inner { via: Vec::new(), measure: average });
    let means = project.measure(PEOPLE, Max, Some(mean), Rows::HeldOn(day("2026-07-30")));
    // Of a policy: what its agent sold in all.
    let of_agent = project.node(POLICIES, RowNode::Inner { via: vec![ColumnIx(1)], measure: inner });
    let most = project.measure(POLICIES, Min, Some(of_agent), issued("2026-07", 1));
    let answers = project.answers();
    assert_eq!(line(&answers.measures[count.0]), "1");
    let means = answers.measures[means.0].get(0).unwrap();
    assert_eq!((line(&[means.clone()].into_iter().collect()), means.rows, means.blanks), ("50".to_string(), 1, 2));
    assert_eq!(line(&answers.measures[most.0]), "0");
    assert!(answers.measures[inner.0].is_empty());
}

#[test]
fn links_are_followed_on_the_day_of_the_row() {
    let mut project = company();
    let city = project.path(POLICIES, "agent.team.name");
    let agent = project.path(POLICIES, "agent");
    let south = project.constant(POLICIES, Value::text("South"));
    let ann = project.constant(POLICIES, Value::text("p1"));
    let in_south = project.node(POLICIES, RowNode::Binary(BinaryOp::Equal, city, south));
    let by_ann = project.node(POLICIES, RowNode::Binary(BinaryOp::NotEqual, agent, ann));
    let quarter = || issued("2026-07", 3);
    let south = project.measure(POLICIES, Count, None, quarter());
    project.only(south, in_south);
    let others = project.measure(POLICIES, Count, None, quarter());
    project.only(others, by_ann);
    let answers = project.answers();
    assert_eq!(line(&answers.measures[south.0]), "2");
    assert_eq!(line(&answers.measures[others.0]), "3");
}

#[test]
fn columns_of_the_person() {
    let mut project = company();
    let pay = project.path(PEOPLE, "pay");
    let team = project.path(PEOPLE, "team.name");
    for (node, from) in [(pay, "2026-07-01"), (team, "2026-07-01"), (pay, "2026-08-01")] {
        let (from, to) = (day(from), day("2026-08-31"));
        project.query.reads.push(RosterRead { roster: DataId(PEOPLE), node, from, to });
    }
    let answers = project.answers();
    let outside = Value::Missing(Missing::OutsideStints);
    let read = |at: usize| answers.reads[at].iter().map(|one| one.all().to_vec()).collect::<Vec<_>>();
    assert_eq!(read(0), [vec![number("100"), number("110")], vec![outside.clone()], vec![number("90")]]);
    let text = Value::text;
    assert_eq!(read(1), [vec![text("North one"), text("South")], vec![outside.clone()], vec![text("North")]]);
    // The first stint ended on 31 July.
    assert_eq!(read(2)[0], [outside, number("110")]);
}

fn plans(rows: &str) -> Project {
    let mut plans = data(
        "plans",
        "plan",
        vec![column("kind", ColumnType::Text), column("month", ColumnType::Period), column("premium", money())],
    );
    plans.time = TimeShape::Dated(ColumnIx(1));
    Project::new(vec![plans]).file("plans.csv", format!("kind,month,premium\n{rows}"))
}

fn planned(months: Months) -> Rows {
    Rows::Dated { column: ColumnIx(1), months }
}

#[test]
fn rows_of_a_period() {
    let mut project = plans("m,2026-07,1\nm,2026年8月,2\nq,2026-Q3,10\nq,2026-Q2,20\ny,2025,100\n");
    let premium = project.path(0, "premium");
    let kind = project.path(0, "kind");
    let quarterly = project.constant(0, Value::text("q"));
    let half = project.measure(0, Sum, Some(premium), planned(months("2026-04", 6)));
    let quarter = project.measure(0, Sum, Some(premium), planned(months("2026-07", 3)));
    let year = project.measure(0, Sum, Some(premium), planned(months("2025-01", 24)));
    assert_eq!(project.value(half), number("33"));
    assert_eq!(project.value(quarter), number("13"));
    assert_eq!(project.value(year), number("133"));
    // A month of a quarter's plan is not known; where the quarter's plan is left out, it is not asked for.
    let month = project.measure(0, Sum, Some(premium), planned(months("2026-07", 1)));
    assert_snapshot!(project.errors());
    let other = project.node(0, RowNode::Binary(BinaryOp::NotEqual, kind, quarterly));
    project.only(month, other);
    assert_eq!(project.value(month), number("1"));
}

#[test]
fn composite_keys() {
    let mut rates = data(
        "rates",
        "rate",
        vec![column("product", ColumnType::Text), column("year", plain()), column("rate", plain())],
    );
    rates.key = vec![ColumnIx(0), ColumnIx(1)];
    let mut sales = data(
        "sales",
        "sale",
        vec![
            column("product", ColumnType::Text),
            column("years", plain()),
            column("amount", plain()),
            column("rate", ColumnType::Link { data: DataId(0), by: vec![ColumnIx(0), ColumnIx(1)] }),
        ],
    );
    sales.columns[3].headers = vec![String::new()];
    let mut project = Project::new(vec![rates, sales])
        .file("rates.csv", "product,year,rate\nlife,10,0.1\nlife,20,0.25\n")
        .file("sales.csv", "product,years,amount\nlife,10,100\nlife,20.0,10\n");
    let (amount, rate) = (project.path(1, "amount"), project.path(1, "rate.rate"));
    let product = project.node(1, RowNode::Binary(BinaryOp::Multiply, amount, rate));
    let sum = project.measure(1, Sum, Some(product), Rows::All);
    let key = project.path(1, "rate");
    let keys = project.measure(1, CountDistinct, Some(key), Rows::All);
    assert_eq!(project.value(sum), number("12.5"));
    assert_eq!(project.value(keys), number("2"));
    let project = project.file("sales.csv", "product,years,amount\nlife,11,100\n");
    assert_snapshot!(project.errors());
}

#[test]
fn fractions_are_added_exactly() {
    let mut project = plans("a,2026-07,1\nb,2026-07,4\nc,2026-07,4\n");
    let premium = project.path(0, "premium");
    let three = project.constant(0, number("3"));
    let third = project.node(0, RowNode::Binary(BinaryOp::Divide, premium, three));
    let sum = project.measure(0, Sum, Some(third), Rows::All);
    let average = project.measure(0, Average, Some(third), Rows::All);
    assert_eq!(line(&project.answers().measures[sum.0]), "3");
    assert_eq!(line(&project.answers().measures[average.0]), "1");
    let zero = project.constant(0, number("0"));
    let nothing = project.node(0, RowNode::Binary(BinaryOp::Divide, premium, zero));
    let sum = project.measure(0, Sum, Some(nothing), Rows::All);
    let measured = project.answers().measures[sum.0].get(0).unwrap();
    assert_eq!((measured.value, measured.rows, measured.blanks), (number("0"), 0, 3));
}

#[test]
fn numbers_beyond_fixed_point() {
    let mut project = plans(
        "a,2026-07,9999999999999999999999999.5\nb,2026-07,0.0000000000000000000000000001\nc,2026-07,9000000000000000000\n",
    );
    let premium = project.path(0, "premium");
    let sum = project.measure(0, Sum, Some(premium), Rows::All);
    let small = project.measure(0, Min, Some(premium), Rows::All);
    let answers = project.answers();
    let Value::Number(total) = &answers.measures[sum.0].get(0).unwrap().value else { panic!() };
    assert_eq!(
        format!("{total:?}"),
        "100000089999999999999999995000000000000000000000000001/10000000000000000000000000000"
    );
    assert_eq!(line(&answers.measures[small.0]), "0.0000000000000000000000000001");
}
