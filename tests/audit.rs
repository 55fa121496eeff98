//! What `merit audit` finds: a small company whose rules are fair, in which nothing is found, and the same made unfair in one way
//! after the other: each is found and named by its clause, and nothing else is.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

#[path = "support/snapshots.rs"]
#[macro_use]
mod snapshots;

const SPEC: &str = r#"company "Fair" {
  currency CNY
}

data people "People" {
  roster
  file "people.csv"
  row person
  key id
  column id   : text
  column post : position
  column team : teams
  column sex  : text optional
  column part : text
  column rate : CNY
}

data teams "Teams" {
  organisation
  file "teams.csv"
  row team
  key code
  column code   : text
  column name   : text
  column parent : teams optional
}

data points "Points" {
  file "points.csv"
  row mark
  dated by day
  column day    : date
  column person : people
  column kind   : one of a, b, c
  column amount : number
}

data rulings "Rulings" {
  rulings
  file "rulings*.csv"
  row ruling
  may be empty
  column person : people
  column period : period
  column what   : text
  column ruled  : text from "to"
  column reason : text
  column by     : text
  column on     : date
}

kpi first "First" : number {
  value = sum(amount of points where kind = a)
  higher is better
}

kpi second "Second" : number {
  value = sum(amount of points where kind = b)
  higher is better
}

kpi third "Third" : number {
  value = sum(amount of points where kind = c)
  higher is better
}

rating grades {
  A >= 60
  B >= 35
  C else
}

position clerk "Clerk" {
  responsibilities {
    40% desk "Desk work" { measured by first }
    30% mail "Mail"      { measured by second }
    30% phone "Phone"    { measured by third }
  }
  scorecard {
    40% first   target 50  score on attainment linear 0% -> 0, 200% -> 100
    30% second  score linear 0 -> 0, 100 -> 100
    30% third   score linear 0 -> 0, 100 -> 100
    rating grades
    rulings on score at most 10 points
  }
  output bonus "Bonus" : CNY = (score / 1 points * 1 CNY) + person.rate
}
"#;

/// Somebody as the files have it.
#[derive(Clone)]
struct One {
    id: String,
    post: &'static str,
    team: &'static str,
    sex: &'static str,
    part: &'static str,
    rate: i64,
    /// None: no row.
    marks: [Option<i64>; 3],
}

fn people() -> Vec<One> {
    let one = |at: usize| {
        let mark = |by: usize| Some(10 + 3 * ((at * by + by) % 24) as i64);
        One {
            id: format!("P{:02}", at + 1),
            post: "clerk",
            team: "",
            sex: "",
            part: "",
            rate: 1_000,
            marks: [mark(7), mark(11), mark(17)],
        }
    };
    let mut all: Vec<One> = (0..24).map(one).collect();
    // In the order of their scores they fall into each group by turns, there and back.
    let mut order: Vec<usize> = (0..24).collect();
    order.sort_by_key(|at| tenths(&all[*at]));
    for (rank, at) in order.into_iter().enumerate() {
        let by_turns =
            |turn: usize, of: [&'static str; 2]| of[usize::from((rank / turn) % 4 == 1 || (rank / turn) % 4 == 2)];
        let one = &mut all[at];
        (one.sex, one.part, one.team) =
            (by_turns(1, ["F", "M"]), by_turns(2, ["half", "full"]), by_turns(3, ["T1", "T2"]));
    }
    all
}

/// The score times ten.
fn tenths(one: &One) -> i64 {
    let [a, b, c] = one.marks.map(Option::unwrap_or_default);
    4 * a + 3 * b + 3 * c
}

struct Company {
    spec: String,
    people: Vec<One>,
    rulings: String,
}

impl Company {
    fn fair() -> Company {
        Company { spec: SPEC.into(), people: people(), rulings: String::new() }
    }

    fn with(mut self, from: &str, to: &str) -> Company {
        assert!(self.spec.contains(from), "{from}");
        self.spec = self.spec.replace(from, to);
        self
    }

    fn each(mut self, change: impl Fn(usize, &mut One)) -> Company {
        self.people.iter_mut().enumerate().for_each(|(at, one)| change(at, one));
        self
    }

    fn folder(&self) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("data")).unwrap();
        let write = |name: &str, text: String| fs::write(folder.path().join(name), text).unwrap();
        write("all.merit", self.spec.clone());
        write("data/teams.csv", "code,name,parent\nT0,All,\nT1,North,T0\nT2,South,T0\n".into());
        let (mut rows, mut marks) =
            ("id,post,team,sex,part,rate\n".to_string(), "day,person,kind,amount\n".to_string());
        for one in &self.people {
            let One { id, post, team, sex, part, rate, .. } = one;
            rows += &format!("{id},{post},{team},{sex},{part},{rate}\n");
            for (kind, mark) in ["a", "b", "c"].iter().zip(one.marks) {
                marks += &mark.map_or(String::new(), |mark| format!("2026-07-01,{id},{kind},{mark}\n"));
            }
        }
        write("data/people.csv", rows);
        write("data/points.csv", marks);
        write("data/rulings.csv", format!("person,period,what,to,reason,by,on\n{}", self.rulings));
        folder
    }

    fn audit(&self, more: &[&str]) -> Output {
        merit(self.folder().path(), more)
    }

    fn found(&self, more: &[&str]) -> Value {
        let output = self.audit(&[more, &["--format", "json"]].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Kinds with the lines of the first clause.
    fn kinds(&self, more: &[&str]) -> Vec<(String, String)> {
        let lines: Vec<&str> = self.spec.lines().collect();
        let of = |finding: &Value| {
            let line = finding["places"][0]["line"].as_u64().unwrap() as usize;
            (finding["kind"].as_str().unwrap().to_string(), lines[line - 1].trim().to_string())
        };
        self.found(more)["odd"].as_array().unwrap().iter().map(of).collect()
    }
}

fn merit(folder: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_merit"));
    command.current_dir(folder).args(["audit", "--period", "2026-Q3"]).args(more).output().unwrap()
}

const BY: &[&str] = &["--by", "sex,part"];
const FIRST: &str = "40% first   target 50  score on attainment linear 0% -> 0, 200% -> 100";
const SECOND: &str = "30% second  score linear 0 -> 0, 100 -> 100";

#[test]
fn nothing_is_found_where_the_rules_are_fair() {
    let found = Company::fair().found(BY);
    assert_eq!(found["odd"], Value::Array(Vec::new()), "{found:#}");
    assert_eq!(found["not_shown"], Value::Array(Vec::new()), "{found:#}");
}

/// The sole finding, by its kind and clause.
fn only(company: &Company, kind: &str, clause: &str) -> Value {
    only_of(company, BY, kind, clause)
}

fn only_of(company: &Company, more: &[&str], kind: &str, clause: &str) -> Value {
    let found = company.found(more);
    assert_eq!(company.kinds(more), [(kind.to_string(), clause.to_string())], "{found:#}");
    found["odd"][0].clone()
}

#[test]
fn an_entry_that_tells_nobody_apart() {
    let third = "30% third   score linear 0 -> 0, 100 -> 100";
    let flat = Company::fair().each(|_, one| one.marks[2] = Some(40));
    let found = only(&flat, "same-score", third);
    assert_eq!(
        found["message"],
        "All 24 in Clerk get 40 of 100 points for Third: its 30% of the weight tells nobody apart"
    );
    assert_eq!(found["who"].as_array().unwrap().len(), 24);
    // Values that differ beyond the end of the scale.
    let capped = Company::fair().with(third, "30% third   score linear 0 -> 0, 5 -> 100");
    let found = only(&capped, "same-score", "30% third   score linear 0 -> 0, 5 -> 100");
    assert!(found["look"].as_str().unwrap().contains("move its ends"), "{found}");
    // Two others are not enough, five are.
    let few = |others: usize| {
        Company::fair().each(|at, one| one.marks[2] = Some(if at < others { 50 + at as i64 } else { 40 }))
    };
    assert_eq!(few(2).kinds(&[]).len(), 1);
    assert_eq!(few(5).kinds(&[]).len(), 0);
    assert_eq!(few(5).kinds(&["--same", "70%"]).len(), 1);
}

#[test]
fn two_kpis_that_move_together() {
    let twins = Company::fair().each(|_, one| one.marks[1] = one.marks[0].map(|mark| mark + 1));
    let found = only(&twins, "moves-together", FIRST);
    assert_eq!(
        found["message"],
        "First and Second move together: the rank correlation of their scores is 1 over 24 in Clerk; together they weigh 70%"
    );
    let against = Company::fair().each(|_, one| one.marks[1] = one.marks[0].map(|mark| 95 - mark));
    let found = only_of(&against, &[], "moves-together", FIRST);
    assert!(
        found["message"]
            .as_str()
            .unwrap()
            .contains("pull against each other: the rank correlation of their scores is -1")
    );
    // Nine people are too few to say so.
    let mut nine = twins;
    nine.people.truncate(9);
    assert_eq!(nine.kinds(&["--allow", "cliff,teams,target"]), []);
}

#[test]
fn a_jump_at_which_people_stand() {
    let steps = "40% first   target 50  score on attainment linear 0% -> 0, < 100% -> 50, 100% -> 60, 200% -> 100";
    let company = || {
        Company::fair().each(|at, one| {
            if at % 6 == 0 {
                one.marks[0] = Some(50)
            }
        })
    };
    assert_eq!(company().kinds(&[]), []);
    let cliff = company().with(FIRST, steps);
    let found = only_of(&cliff, &[], "cliff", steps);
    assert!(
        found["message"]
            .as_str()
            .unwrap()
            .starts_with("At 100% of the target the points for First jump from 50 to 60: 4 of 24 in Clerk"),
        "{found}"
    );
}

#[test]
fn an_edge_of_grades_with_money_behind_it() {
    let edge = |with: &str| {
        Company::fair()
            .each(|at, one| {
                if at < 4 {
                    one.marks = [Some(60), Some(60), Some(if at < 3 { 59 } else { 60 })];
                }
            })
            .with("+ person.rate", with)
    };
    let found = only_of(&edge("+ person.rate"), &[], "cliff", "A >= 60");
    assert!(found["details"].as_array().unwrap().is_empty(), "{found}");
    let found = only_of(&edge("+ (if rating = A then 2_000 CNY else 1_000 CNY)"), &[], "cliff", "A >= 60");
    assert_eq!(found["details"][0], "The grade would be worth +1,000 CNY of Bonus to P01, who is nearest below.");
}

#[test]
fn targets_that_nobody_reaches_or_everybody() {
    for (target, end, message) in [
        ("target 500", "20%", "None of the 24 in Clerk has reached the target of First, 500"),
        ("target 5", "2000%", "All 24 in Clerk have reached the target of First, 5"),
    ] {
        let clause = FIRST.replace("target 50", target).replace("200%", end);
        let found = only(&Company::fair().with(FIRST, &clause), "target", &clause);
        assert_eq!(found["message"], message);
        assert_eq!(found["details"][0], "Their values lie between 10 and 79.");
    }
}

#[test]
fn weights_against_working_time() {
    let unmeasured = Company::fair()
        .with("40% desk \"Desk work\" { measured by first }", "10% desk \"Desk work\" { measured by first }")
        .with("30% mail \"Mail\"      { measured by second }", "60% mail \"Mail\"");
    let kinds = unmeasured.kinds(BY);
    let clauses: Vec<&str> = kinds.iter().map(|(_, clause)| clause.as_str()).collect();
    assert_eq!(clauses, ["60% mail \"Mail\"", SECOND], "{kinds:?}");
    let heavy =
        Company::fair().with("40% desk", "70% desk").with("30% mail", "20% mail").with("30% phone", "10% phone");
    let found = only(&heavy, "working-time", "70% desk \"Desk work\" { measured by first }");
    assert_eq!(
        found["message"],
        "Desk work takes 70% of the working time in Clerk, and all that measures it weighs 40%"
    );
}

#[test]
fn a_team_that_comes_out_far_better() {
    let company = Company::fair().each(|_, one| {
        if one.team == "T1" {
            one.marks = one.marks.map(|mark| mark.map(|mark| mark + 30));
        }
    });
    let kinds = company.kinds(&["--allow", "cliff"]);
    assert!(
        !kinds.is_empty() && kinds.iter().all(|(kind, clause)| kind == "teams" && clause == "rating grades {"),
        "{kinds:?}"
    );
    let found = company.found(&[]);
    assert!(found["odd"].to_string().contains("In team North"), "{found}");
}

#[test]
fn groups_that_are_too_small() {
    let mut company = Company::fair();
    let second = company.spec[company.spec.find("position clerk").unwrap()..]
        .replace("position clerk \"Clerk\"", "position head \"Head\"");
    company.spec += &format!("\n{second}");
    let mut heads = people();
    heads.truncate(2);
    heads.iter_mut().for_each(|one| {
        one.post = "head";
        one.id = format!("H{}", one.id);
    });
    company.people.extend(heads);
    let kinds = company.kinds(&[]);
    assert_eq!(kinds, [("small-group".to_string(), "position head \"Head\" {".to_string())]);
    // At most 5 % of 12 is nobody.
    let limited = Company::fair().with("  C else\n}", "  C else\n  at most 5% A within team\n}");
    let found = only(&limited, "small-group", "A >= 60");
    assert!(
        found["message"].as_str().unwrap().starts_with("In 2 teams with 24 people nobody can have grade A"),
        "{found}"
    );
    assert!(found["look"].as_str().unwrap().contains("`of 20 or more`"), "{found}");
}

#[test]
fn a_rule_that_people_rule_against() {
    let mut company = Company::fair();
    assert_eq!(company.kinds(BY), []);
    for at in 1..4 {
        company.rulings += &format!(
            "P{:02},2026-Q3,score,{},appeal granted,Board,2026-10-12\n",
            at + 1,
            (tenths(&company.people[at]) + 50) as f64 / 10.0
        );
    }
    let found = only(&company, "rulings", "rulings on score at most 10 points");
    assert_eq!(found["message"], "The score was ruled for 3 of 24 in Clerk, 12.5% of them");
    assert_eq!(found["details"][0], "3 up and 0 down; +5 points in the mean.");
    assert_eq!(found["details"][1], "By whom: Board (3).");
}

#[test]
fn a_gap_in_what_is_paid_and_in_the_score() {
    let unfair = Company::fair().each(|_, one| one.rate = if one.sex == "M" { 1_100 } else { 1_000 });
    let found = only(&unfair, "gap", "output bonus \"Bonus\" : CNY = (score / 1 points * 1 CNY) + person.rate");
    assert!(found["details"].to_string().contains("Directive (EU) 2023/970, article 10"), "{found}");
    assert_eq!(found["who"], Value::Array(Vec::new()));
    assert_eq!(unfair.kinds(&[]), []);
    assert_eq!(unfair.kinds(&["--by", "sex", "--gap", "20%"]), []);
    // Of the score, split by entries: the parts total the difference.
    let company = Company::fair().each(|_, one| {
        if one.sex == "F" {
            one.marks[1] = one.marks[1].map(|mark| mark + 15);
        }
    });
    let found = company.found(&["--by", "sex", "--allow", "cliff,teams"]);
    let gap = &found["odd"][0];
    assert_eq!(gap["kind"], "gap", "{found:#}");
    let figures = gap["figures"].as_array().unwrap();
    let number = |value: &Value| merit::number::Number::of_document(value.as_str().unwrap()).unwrap();
    let parts = figures.iter().filter(|figure| figure["name"] == "part");
    let sum = parts.fold(merit::number::Number::ZERO, |sum, part| sum.add(&number(&part["value"])));
    let difference = figures.iter().find(|figure| figure["name"] == "difference").unwrap();
    assert_eq!(sum, number(&difference["value"]));
    let line = gap["places"][0]["line"].as_u64().unwrap() as usize;
    assert_eq!(company.spec.lines().nth(line - 1).unwrap().trim(), SECOND);
}

/// Blanks are a group; one that is too small is not shown, nor is what would tell of it.
#[test]
fn small_groups_and_blanks() {
    let blank = Company::fair().each(|at, one| {
        if at % 4 == 0 {
            one.sex = "";
            one.rate = 2_000;
        }
    });
    let found = blank.found(&["--by", "sex"]);
    assert!(found["odd"].to_string().contains("6 with a blank sex"), "{found:#}");
    let two = Company::fair().each(|at, one| {
        one.sex = if at < 4 { "F" } else { "M" };
        one.rate = if at < 4 { 1 } else { 1_000 };
    });
    let found = two.found(&["--by", "sex"]);
    assert_eq!(found["odd"], Value::Array(Vec::new()), "{found:#}");
    assert_eq!(
        found["not_shown"][0],
        "`sex` in Clerk: groups of fewer than 5 people, and what would tell of them, are not shown"
    );
    assert!(!two.found(&["--by", "sex", "--at-least", "3"])["odd"].as_array().unwrap().is_empty());
}

#[test]
fn few_people_or_none_with_a_score() {
    let mut one = Company::fair();
    one.people.truncate(1);
    assert_eq!(one.kinds(BY), [("small-group".to_string(), "position clerk \"Clerk\" {".to_string())]);
    let mut two = Company::fair();
    two.people.truncate(2);
    assert_eq!(two.kinds(BY), [("small-group".to_string(), "position clerk \"Clerk\" {".to_string())]);
    // Some values are missing, of some people or of all but one.
    let some = Company::fair().each(|at, one| {
        if at % 5 == 0 {
            one.marks[0] = None
        }
    });
    assert_eq!(some.kinds(&["--allow", "cliff"]), []);
    let nobody = Company::fair().each(|at, one| {
        if at > 0 {
            one.marks = [None; 3]
        }
    });
    nobody.kinds(BY);
}

/// Whatever the number of threads, the same bytes.
#[test]
fn threads_change_nothing() {
    let company = Company::fair().with("target 50", "target 500").each(|at, one| {
        one.rate = if at % 2 == 0 { 1_000 } else { 2_000 };
        one.marks[1] = one.marks[0];
    });
    let folder = company.folder();
    let told =
        |threads: &str| merit(folder.path(), &["--by", "sex,part", "--format", "json", "--threads", threads]).stdout;
    let one = told("1");
    assert!(one.len() > 2_000);
    assert_eq!(one, told("7"));
}

#[test]
fn findings_can_be_errors_or_left_out() {
    let company = Company::fair().with("target 50", "target 500");
    assert_eq!(company.audit(&["--deny", "target"]).status.code(), Some(1));
    assert_eq!(company.audit(&["--deny", "cliff"]).status.code(), Some(0));
    assert_eq!(company.audit(&["--allow", "target", "--deny", "cliff,teams"]).status.code(), Some(0));
    assert_eq!(company.audit(&["--allow", "target", "--deny", "target"]).status.code(), Some(2));
}

/// As it is shown, on 80 columns.
#[test]
fn what_people_read() {
    let company = Company::fair()
        .with("target 50", "target 500")
        .with("+ person.rate", "+ (if rating = A then 2_000 CNY else 1_000 CNY)")
        .each(|at, one| {
            one.marks[1] = one.marks[0];
            if at < 5 {
                one.marks = [Some(60), Some(60), Some(59)];
            }
            if at % 2 == 1 {
                one.marks[2] = Some(20);
            }
        });
    let output = company.audit(&["--by", "sex"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let text = text.replace(env!("CARGO_PKG_VERSION"), "{VERSION}");
    assert_snapshot!("audit", text);
}
