//! Names: what is called, and whether it is there.

use super::{Explanation, Setting};
use crate::diagnostic::Code;

pub(super) const ALL: &[Explanation] = &[
    Explanation {
        code: Code::UnknownName,
        title: "a name that nothing has",
        text: "Nothing in the project has this name: it may be misspelt, or its declaration is in a folder that was \
               not given. Where a name is near to it, the message proposes it.\n\
               In an aggregate such as `sum(… of policies)`, names are columns of the data set; text stands in \
               quotes.",
        wrong: r#"kpi premium_sum : CNY {
  value = sum(premum of policies)
}"#,
        right: r#"kpi premium_sum : CNY {
  value = sum(premium of policies)
}"#,
        setting: Setting::Rows,
    },
    Explanation {
        code: Code::WrongKind,
        title: "a name of another kind of thing",
        text: "The name is known and stands for something that cannot be used here: a data set where a KPI is \
               needed, a scale where a rating is.\n\
               KPIs cannot be read inside an aggregate, which looks at one row at a time.",
        wrong: r#"kpi policies_sold : policy {
  value = policies
}"#,
        right: r#"kpi policies_sold : policy {
  value = count(policies)
}"#,
        setting: Setting::Rows,
    },
    Explanation {
        code: Code::DeclaredTwice,
        title: "one name for two things",
        text: "All files of a project share one list of names, and each name stands for one thing. Only versions \
               share a name (of a position, a KPI, an index, a scale or a matrix); they differ in `effective from`.",
        wrong: r#"kpi sold : policy {
  value = count(policies)
}
kpi sold : CNY {
  value = sum(premium of policies)
}"#,
        right: r#"kpi sold : policy {
  value = count(policies)
}
kpi premium_sold : CNY {
  value = sum(premium of policies)
}"#,
        setting: Setting::Rows,
    },
    Explanation {
        code: Code::AmbiguousName,
        title: "a name that could mean two things",
        text: "Where a name could stand for two things, one of them has to be called something else: a column of the \
               rows that are read and a constant or another KPI, an output and a KPI, a parameter and a KPI, a word of \
               a list and a column. Columns keep their header in the file with `from \"…\"`. A KPI may have the name of \
               the column that it is made of.",
        wrong: r#"constant premium : CNY = 5_000 CNY
kpi sold : policy {
  value = count(policies where premium > 5_000 CNY)
}"#,
        right: r#"constant high_premium : CNY = 5_000 CNY
kpi sold : policy {
  value = count(policies where premium > high_premium)
}"#,
        setting: Setting::Rows,
    },
    Explanation {
        code: Code::VersionsDiffer,
        title: "versions of one name that differ too much",
        text: "Versions of a KPI have the same unit, the same `is better` and the same `scope`, and versions of a scale \
               or a matrix read and yield the same units: scorecards and formulas refer to the name, whatever version \
               is in force. What is something else now needs a name of its own.",
        wrong: r#"kpi sold : policy {
  value = count(policies)
}
kpi sold : CNY {
  effective from 2026-01-01
  value = sum(premium of policies)
}"#,
        right: r#"kpi sold : policy {
  value = count(policies)
}
kpi sold : policy {
  effective from 2026-01-01
  value = count(policies where premium > 0)
}"#,
        setting: Setting::Rows,
    },
    Explanation {
        code: Code::UnknownUnit,
        title: "a unit or currency that is not declared",
        text: "Currencies go by their three-letter codes of ISO 4217 (`CNY`, `USD`). What is counted becomes a unit \
               by the `row` of its data set or by a line such as `unit person, people`.",
        wrong: r#"kpi premium_sum : RMB {
  value = sum(premium of policies)
}"#,
        right: r#"kpi premium_sum : CNY {
  value = sum(premium of policies)
}"#,
        setting: Setting::Rows,
    },
    Explanation {
        code: Code::Circle,
        title: "something that needs itself",
        text: "To compute the one, the other is needed, and the other needs the first: KPIs, functions, columns \
               with a formula, or positions that report to each other. The note shows the whole circle.",
        wrong: r#"kpi gross : CNY {
  value = net + sum(premium of policies)
}
kpi net : CNY {
  value = gross * 80%
}"#,
        right: r#"kpi gross : CNY {
  value = sum(premium of policies)
}
kpi net : CNY {
  value = gross * 80%
}"#,
        setting: Setting::Rows,
    },
    Explanation {
        code: Code::Unused,
        title: "declared, and nothing uses it",
        text: "Nothing refers to it. It may be left over, or whatever should use it names something else. In a \
               project without positions, a library for others, nothing is reported.\n\
               This is a warning; `merit check --allow unused` leaves it out.",
        wrong: r#"constant floor : CNY = 3_000 CNY
position adviser "Adviser" {
  scorecard {
    100% premium score linear 0 CNY -> 0, 50_000 CNY -> 100
  }
}"#,
        right: r#"constant floor : CNY = 3_000 CNY
position adviser "Adviser" {
  scorecard {
    100% premium score linear floor -> 0, 50_000 CNY -> 100
  }
}"#,
        setting: Setting::Position,
    },
];
