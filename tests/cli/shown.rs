//! What is shown is true to the eye: parts add up to what stands under them, and nothing seems to be in a grade, or
//! level with somebody, where it is not.

use super::{expect, folder, merit};

/// Marks of three kinds, each a third of the score.
fn marks(company: &str, rows: &str) -> tempfile::TempDir {
    let spec = format!(
        r#"company "Example School" {{
{company}}}
data people "Pupils" {{
  roster as pupil
  file "people.csv"
  row person
  key id
  column id    : text
  column word  : number
  column sum   : number
  column craft : number
}}
kpi words "Words" : point {{
  value = person.word as point
}}
kpi sums "Sums" : point {{
  value = person.sum as point
}}
kpi crafts "Crafts" : point {{
  value = person.craft as point
}}
rating grades "Grades" {{
  P "Passed" >= 75
  F "Failed" else
}}
position pupil "Pupil" {{
  scorecard {{
    equal words, sums, crafts
    rating grades
  }}
}}
"#
    );
    let rows = format!("id,word,sum,craft\n{rows}");
    folder(&[("spec.merit", spec.as_bytes()), ("data/people.csv", rows.as_bytes())])
}

#[test]
fn parts_add_up_to_a_rounded_score() {
    let project = marks("  scores to 0 decimals\n", "A,74.4,74.4,74.4\nB,80,80,80\nC,74,74,75.5\n");
    for person in ["A", "B", "C"] {
        let card = merit(project.path(), &["eval", "--period", "2026", "--person", person]);
        expect(&format!("shown_rounded_{person}"), &card);
    }
}

#[test]
fn an_exact_score_stays_on_its_side_of_a_grade_and_apart_from_others() {
    let project =
        marks("", "A,74.997,74.997,74.997\nB,75,75,75\nC,75.0001,75.0001,75.0001\nD,100,100,0\nE,0.001,0,0\n");
    expect("shown_exact", &merit(project.path(), &["eval", "--period", "2026"]));
    expect("shown_exact_D", &merit(project.path(), &["eval", "--period", "2026", "--person", "D"]));
}

#[test]
fn a_rating_of_the_score_before_rounding_says_so() {
    let company = "  scores to 1 decimal\n  rating sees raw score\n";
    let project = marks(company, "A,74.97,74.97,74.97\nB,75,75,75\nC,70,70,70\n");
    expect("shown_raw", &merit(project.path(), &["eval", "--period", "2026"]));
    expect("shown_raw_A", &merit(project.path(), &["eval", "--period", "2026", "--person", "A"]));
}

#[test]
fn outputs_without_a_scorecard_have_their_names() {
    let spec = r#"company "Example Sales" {
  currency CNY
}
data people "Sellers" {
  roster as seller
  file "people.csv"
  row person
  key id
  column id   : text
  column sold : CNY
}
position seller "Seller" {
  output commission "Commission" : CNY = 5% * person.sold
  output bonus "Bonus" : CNY = if person.sold > 1_000 CNY then 50 CNY else 0 CNY
}
"#;
    let rows = "id,sold\nA,900\nB,2000\n";
    let project = folder(&[("spec.merit", spec.as_bytes()), ("data/people.csv", rows.as_bytes())]);
    expect("shown_outputs", &merit(project.path(), &["eval", "--period", "2026"]));
    expect("shown_outputs_periods", &merit(project.path(), &["eval", "--periods", "2025..2026"]));
}

#[test]
fn a_score_does_not_seem_more_than_its_points() {
    let spec = r#"company "Example Sales" {
  currency CNY
  scores to 0 decimals
}
data teams "Teams" {
  organisation
  file "teams.csv"
  row team
  key code
  column code   : text
  column parent : teams optional
}
data people "Sellers" {
  roster
  file "people.csv"
  row person
  key id
  valid from joined to left
  column id     : text
  column post   : position
  column team   : teams
  column joined : date
  column left   : date optional
  column rate   : %
  column other  : %
}
kpi rate "Rate" : % {
  value = person.rate
  higher is better
}
kpi other "Other" : % {
  value = person.other
  higher is better
}
position seller "Seller" {
  scorecard total 4 points {
    2.5 points rate   score linear 0% -> 0, 100% -> 2.5
    1.5 points other  score linear 0% -> 0, 100% -> 1.5
  }
  output pay "Pay" : CNY = 100 CNY * score / 1 point
  output more "More" : CNY = 50 CNY
}
"#;
    let people = "id,post,team,joined,left,rate,other\n\
                  A,seller,T,2020-01-01,2026-06-30,100%,20%\n\
                  A,seller,U,2026-07-01,,100%,99.99%\n";
    let files: [(&str, &[u8]); 3] = [
        ("spec.merit", spec.as_bytes()),
        ("data/people.csv", people.as_bytes()),
        ("data/teams.csv", b"code,parent\nT,\nU,\n"),
    ];
    let project = folder(&files);
    expect("shown_points", &merit(project.path(), &["eval", "--period", "2026", "--person", "A"]));
}

#[test]
fn what_two_posts_pay_is_shown_together() {
    let spec = r#"company "Example Sales" {
  currency CNY
}
data people "Sellers" {
  roster
  file "people.csv"
  row person
  key id
  valid from joined to left
  column id     : text
  column post   : position
  column joined : date
  column left   : date optional
}
position seller "Seller" {
  output bonus "Bonus" : CNY = 10 CNY
  output meals "Meals" : CNY = 2 CNY
}
position chief "Chief" {
  output bonus "Bonus" : CNY = 30 CNY
}
"#;
    let people = "id,post,joined,left\nA,seller,2020-01-01,2026-06-30\nA,chief,2026-07-01,\n";
    let project = folder(&[("spec.merit", spec.as_bytes()), ("data/people.csv", people.as_bytes())]);
    expect("shown_two_posts", &merit(project.path(), &["eval", "--period", "2026"]));
}
