//! Data sets: what the files hold.

use super::{Explanation, Setting};
use crate::diagnostic::Code;

pub(super) const ALL: &[Explanation] = &[
    Explanation {
        code: Code::BadDataSet,
        title: "clauses of a data set that do not fit together",
        text: "A roster says once who holds which post, an organisation has a column for the parent, a key is never \
               blank, and a link leads to a data set with a key.",
        wrong: r#"data people {
  roster
  file "people.csv"
  row person
  key staff_no
  column staff_no : text
}"#,
        right: r#"data people {
  roster
  file "people.csv"
  row person
  key staff_no
  column staff_no : text
  column post     : position
}"#,
        setting: Setting::Alone,
    },
    Explanation {
        code: Code::NoScope,
        title: "rows that cannot be told apart by person or team",
        text: "A position reads its own rows, or its team's. The rows of the data set have no link that leads to \
               the person or the team, so whose they are cannot be known. Add a column with the link, or read them \
               over the company.",
        wrong: r#"position adviser "Adviser" {
  scorecard {
    100% visited score linear 0 -> 0, 10 -> 100
  }
}"#,
        right: r#"position adviser "Adviser" {
  scorecard {
    100% visited over company score linear 0 -> 0, 10 -> 100
  }
}"#,
        setting: Setting::Position,
    },
    Explanation {
        code: Code::AmbiguousLink,
        title: "two links that lead to the same place",
        text: "A row names two people, or two teams: the one who sold and the one who keeps. Whose row it is must \
               be said: with `belongs to` in the data set, or with `by` in an aggregate inside another one.",
        wrong: r#"data cases {
  file "cases.csv"
  row case_file
  dated by opened
  column opened : date
  column clerk  : staff
  column head   : staff
}
kpi busy : person {
  value = count(staff where count(cases) > 0)
}"#,
        right: r#"data cases {
  file "cases.csv"
  row case_file
  dated by opened
  column opened : date
  column clerk  : staff
  column head   : staff
}
kpi busy : person {
  value = count(staff where count(cases by clerk) > 0)
}"#,
        setting: Setting::Rows,
    },
];
