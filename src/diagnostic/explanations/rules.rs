//! Weights, scales, ratings, and the company's own rules.

use super::{Explanation, Setting};
use crate::diagnostic::Code;

pub(super) const ALL: &[Explanation] = &[
    Explanation {
        code: Code::SharesTotal,
        title: "weights that do not total 100%",
        text: "The weights of a level, and the shares of working time, total exactly 100%; weights in points total \
               what the scorecard states. The note adds them up. `equal` shares what is left among several entries, \
               `rest` gives it to one responsibility.\n\
               In a draft, shares of working time that do not total are a warning.",
        wrong: r#"position adviser "Adviser" {
  scorecard {
    60% premium score linear 0 CNY -> 0, 50_000 CNY -> 100
    30% sold    score linear 0 -> 0, 10 -> 100
  }
}"#,
        right: r#"position adviser "Adviser" {
  scorecard {
    60% premium score linear 0 CNY -> 0, 50_000 CNY -> 100
    40% sold    score linear 0 -> 0, 10 -> 100
  }
}"#,
        setting: Setting::Position,
    },
    Explanation {
        code: Code::BeyondPoints,
        title: "an entry that can give more than its points",
        text: "In a scorecard that totals points, an entry gives at most the points it has, and so does a group. A scale \
               out of 100 is brought in by `of 100`; a KPI in points says what it can come to, as `between 0 and 40` \
               behind its unit. Where more is meant, the entry says how far it goes: `up to 120% of its points`. The \
               note shows what the entry can give.",
        wrong: r#"position adviser "Adviser" {
  scorecard total 50 points {
    20 points sold    score linear 0 -> 0, 10 -> 100
    30 points premium target 5_000 CNY score attainment
  }
}"#,
        right: r#"position adviser "Adviser" {
  scorecard total 50 points {
    20 points sold    score linear 0 -> 0, 10 -> 100 of 100
    30 points premium target 5_000 CNY score attainment up to 120% of its points
  }
}"#,
        setting: Setting::Position,
    },
    Explanation {
        code: Code::Incomplete,
        title: "a part that is needed and not there",
        text: "An entry without a score, a score that looks at a target which is not stated, a KPI without a \
               formula, a responsibility without its share.\n\
               In a draft, shares that are left open are a warning.",
        wrong: r#"position adviser "Adviser" {
  scorecard {
    100% sold score attainment up to 120
  }
}"#,
        right: r#"position adviser "Adviser" {
  scorecard {
    100% sold target 10 score attainment up to 120
  }
}"#,
        setting: Setting::Position,
    },
    Explanation {
        code: Code::Repeated,
        title: "the same thing twice where once is enough",
        text: "A KPI counts once in a scorecard in the same scope, and a responsibility or a group has a name of \
               its own.",
        wrong: r#"position adviser "Adviser" {
  scorecard {
    60% sold score linear 0 -> 0, 10 -> 100
    40% sold score linear 0 -> 0, 20 -> 100
  }
}"#,
        right: r#"position adviser "Adviser" {
  scorecard {
    60% sold score linear 0 -> 0, 10 -> 100
    40% sold over company score linear 0 -> 0, 20 -> 100
  }
}"#,
        setting: Setting::Position,
    },
    Explanation {
        code: Code::ScaleOrder,
        title: "anchors, steps or dates out of order",
        text: "The points of a line stand from low to high, steps all go one way, and dated values stand in the \
               order of their dates. Two scores at one value need a jump: `< 10 -> 50, 10 -> 100`.",
        wrong: r#"position adviser "Adviser" {
  scorecard {
    100% sold score linear 0 -> 0, 20 -> 100, 10 -> 50
  }
}"#,
        right: r#"position adviser "Adviser" {
  scorecard {
    100% sold score linear 0 -> 0, 10 -> 50, 20 -> 100
  }
}"#,
        setting: Setting::Position,
    },
    Explanation {
        code: Code::ScaleHole,
        title: "a value that gets no score or grade",
        text: "A scale answers every value, and a rating every score. The message shows a value that would get \
               nothing. `else` takes all that is left.",
        wrong: r#"position adviser "Adviser" {
  scorecard {
    100% sold score steps >= 10 -> 100, >= 5 -> 50
  }
}"#,
        right: r#"position adviser "Adviser" {
  scorecard {
    100% sold score steps >= 10 -> 100, >= 5 -> 50, else -> 0
  }
}"#,
        setting: Setting::Position,
    },
    Explanation {
        code: Code::MatrixShape,
        title: "a matrix with too many or too few values",
        text: "A matrix has one line of values for each row, and in each line one value for each column. Commas \
               stand between the values of a row, `;` between the rows.",
        wrong: r#"matrix pool : %, % -> % {
  rows >= 20%, else
  columns < 55%, else
  values 2%, 1%, 0%; 1%, 0%
}"#,
        right: r#"matrix pool : %, % -> % {
  rows >= 20%, else
  columns < 55%, else
  values 2%, 1%; 1%, 0%
}"#,
        setting: Setting::Rows,
    },
    Explanation {
        code: Code::ScaleDirection,
        title: "a scale that rewards the worse",
        text: "The KPI says whether higher or lower is better, and the scale gives more for what is worse. One of \
               the two is wrong.",
        wrong: r#"position adviser "Adviser" {
  scorecard {
    100% returned score linear 0 -> 0, 10 -> 100
  }
}"#,
        right: r#"position adviser "Adviser" {
  scorecard {
    100% returned score linear 0 -> 100, 10 -> 0
  }
}"#,
        setting: Setting::Position,
    },
    Explanation {
        code: Code::Unreachable,
        title: "a grade or step that is never reached",
        text: "A step that an earlier one covers, or a grade above all that the scorecard can give. The note shows \
               the arithmetic.",
        wrong: r#"position adviser "Adviser" {
  scorecard {
    100% sold score linear 0 -> 0, 10 -> 80
    rating grades
  }
}"#,
        right: r#"position adviser "Adviser" {
  scorecard {
    100% sold score linear 0 -> 0, 10 -> 100
    rating grades
  }
}"#,
        setting: Setting::Position,
    },
    Explanation {
        code: Code::NoEffect,
        title: "something that changes nothing",
        text: "A target that the score never looks at, or a limit on the last grade. Remove it, or let the score \
               look at it with `on attainment`.\n\
               This is a warning; `merit check --deny no-effect` makes it an error.",
        wrong: r#"position adviser "Adviser" {
  scorecard {
    100% sold target 10 score linear 0 -> 0, 10 -> 100
  }
}"#,
        right: r#"position adviser "Adviser" {
  scorecard {
    100% sold target 10 score on attainment linear 0% -> 0, 100% -> 100
  }
}"#,
        setting: Setting::Position,
    },
    Explanation {
        code: Code::UnmeasuredWork,
        title: "most of the working time measured by no KPI",
        text: "People spend more than half of their time on responsibilities of which nothing shows in the scorecard: they have no `measured by`, or what it \
               names is not in the scorecard. A part of an index measures by way of the index. `merit check --alignment` \
               shows the whole table.\n\
               This is a warning; `allow unmeasured-work` in the `company` block turns it off.",
        wrong: r#"position adviser "Adviser" {
  responsibilities {
    40% selling  "Selling" {
      "Advises customers."
      measured by sold
    }
    60% visiting "Visits" {
      "Visits customers."
    }
  }
  scorecard {
    100% sold score linear 0 -> 0, 10 -> 100
  }
}"#,
        right: r#"position adviser "Adviser" {
  responsibilities {
    40% selling  "Selling" {
      "Advises customers."
      measured by sold
    }
    60% visiting "Visits" {
      "Visits customers."
      measured by visited
    }
  }
  scorecard {
    70% sold score linear 0 -> 0, 10 -> 100
    30% visited over company score linear 0 -> 0, 10 -> 100
  }
}"#,
        setting: Setting::Position,
    },
    Explanation {
        code: Code::UnassignedWeight,
        title: "weight on KPIs that no responsibility leads to",
        text: "People are scored by something that is not their work, as far as the responsibilities tell: no `measured by` names \
               the KPI. `merit check --alignment` shows the whole table.\n\
               This is a warning; `allow unassigned-weight` in the `company` block turns it off.",
        wrong: r#"position adviser "Adviser" {
  responsibilities {
    70% selling  "Selling" {
      "Advises customers."
      measured by sold
    }
    30% visiting "Visits" {
      "Visits customers."
      measured by sold
    }
  }
  scorecard {
    70% sold score linear 0 -> 0, 10 -> 100
    30% visited over company score linear 0 -> 0, 10 -> 100
  }
}"#,
        right: r#"position adviser "Adviser" {
  responsibilities {
    70% selling  "Selling" {
      "Advises customers."
      measured by sold
    }
    30% visiting "Visits" {
      "Visits customers."
      measured by visited
    }
  }
  scorecard {
    70% sold score linear 0 -> 0, 10 -> 100
    30% visited over company score linear 0 -> 0, 10 -> 100
  }
}"#,
        setting: Setting::Position,
    },
    Explanation {
        code: Code::UnneededGrade,
        title: "a grade below every score",
        text: "The least that the scorecards with this rating can give lies above the grade. The note shows how that \
               least comes about. Mostly the worst value of a scale scores too much, or a limit is too low.\n\
               This is a warning; `allow unneeded-grade` in the `company` block turns it off.",
        wrong: r#"position adviser "Adviser" {
  scorecard {
    100% sold score linear 0 -> 60, 10 -> 100
    rating grades
  }
}"#,
        right: r#"position adviser "Adviser" {
  scorecard {
    100% sold score linear 0 -> 0, 10 -> 100
    rating grades
  }
}"#,
        setting: Setting::Position,
    },
    Explanation {
        code: Code::ConstantCondition,
        title: "a condition that is always or never true",
        text: "No data can change how the condition comes out: a count is never below 0, a share never above 1, a \
               column stays within its limits, and nothing is two things at once. The note says why. A constant \
               counts as free, as its value may be changed.\n\
               This is a warning; `deny constant-condition` in the `company` block makes it an error.",
        wrong: r#"kpi large "Large sales" : sale {
  value = count(sales where premium > 5_000 CNY and premium < 1_000 CNY)
  higher is better
}
position adviser "Adviser" {
  scorecard {
    100% large score linear 0 -> 0, 10 -> 100
  }
}"#,
        right: r#"kpi large "Large sales" : sale {
  value = count(sales where premium > 1_000 CNY and premium < 5_000 CNY)
  higher is better
}
position adviser "Adviser" {
  scorecard {
    100% large score linear 0 -> 0, 10 -> 100
  }
}"#,
        setting: Setting::Position,
    },
    Explanation {
        code: Code::DatedGap,
        title: "a time for which a dated value is not stated",
        text: "A constant or a target that changes with time leaves some time without a value: what is before its \
               first date, or a quarter that nothing is said of. Whatever reads it then is missing, and a missing \
               target leaves its entry without a score. A first value without `from` or `in` holds wherever no other \
               does.\n\
               This is a warning; `deny dated-gap` in the `company` block makes it an error.",
        wrong: r#"position adviser "Adviser" {
  scorecard {
    100% sold target 3 in Q1, 5 in Q2, 5 in Q3 score attainment up to 120
  }
}"#,
        right: r#"position adviser "Adviser" {
  scorecard {
    100% sold target 3 in Q1, 5 in Q2, 5 in Q3, 7 in Q4 score attainment up to 120
  }
}"#,
        setting: Setting::Position,
    },
    Explanation {
        code: Code::FixedLevel,
        title: "a level that a finding cannot have",
        text: "`allow`, `warn` and `deny` in the `company` block say how serious its findings are taken, by their \
               codes; the options of `merit check` with the same names go before them. Warnings and house rules may \
               have any level. Other errors leave nothing that could be evaluated, so they stay errors, and no code \
               has two levels.",
        wrong: r#"company "Example Life" {
  allow unit-mismatch
}"#,
        right: r#"company "Example Life" {
  allow unused
  warn  house-rule
  deny  no-effect
}"#,
        setting: Setting::Alone,
    },
    Explanation {
        code: Code::HouseRule,
        title: "against the company's own rules",
        text: "The company's `house rules` ask for something that this spec does not keep to. The second place \
               shown is the rule. With `(warning)` behind it, or with `merit check --warn house-rule`, it is a \
               warning.",
        wrong: r#"house rules {
  every kpi has owner
}
kpi sold : policy {
  value = count(policies)
}"#,
        right: r#"house rules {
  every kpi has owner
}
kpi sold : policy {
  value = count(policies)
  owner "Sales planning"
}"#,
        setting: Setting::Rows,
    },
    Explanation {
        code: Code::PartOfPeriod,
        title: "an output made of pay that does not say for how much of the period",
        text: "An output that reads money from the roster, as a base pay, gives it in full to whoever holds the post for a \
               week, and once more in the next post. `prorated` behind the type multiplies what the formula gives by the \
               days in the post over the days of the period; `in full` says that all of it is meant. A `prorated` output made \
               of another one that is `prorated`, or an output or a target made of a sum of the rows in the post, which \
               are those of its days already, would have the days in it twice.",
        wrong: r#"data staff {
  roster as adviser
  file "staff.csv"
  row person
  key staff_no
  valid from joined to left
  column staff_no : text
  column joined   : date
  column left     : date optional
  column base_pay : CNY
}
position adviser {
  output bonus "Bonus" : CNY = 10% * person.base_pay
}"#,
        right: r#"data staff {
  roster as adviser
  file "staff.csv"
  row person
  key staff_no
  valid from joined to left
  column staff_no : text
  column joined   : date
  column left     : date optional
  column base_pay : CNY
}
position adviser {
  output bonus "Bonus" : CNY prorated = 10% * person.base_pay
}"#,
        setting: Setting::Alone,
    },
    Explanation {
        code: Code::ScoreCircle,
        title: "scorecards that take in each other's scores",
        text: "With `score of`, a scorecard takes in the score of a position in the same team or the nearest one above \
               it, or the mean of those who report to the person. Two that take in each other, directly or through \
               others, have no score to begin with. The note tells the whole circle.",
        wrong: r#"position adviser "Adviser" {
  reports to manager
  scorecard {
    70% sold score linear 0 -> 0, 10 -> 100
    30% score of manager
  }
}
position manager "Manager" {
  scorecard {
    40% premium score linear 0 CNY -> 0, 50_000 CNY -> 100
    60% score of reports
  }
}"#,
        right: r#"position adviser "Adviser" {
  reports to manager
  scorecard {
    100% sold score linear 0 -> 0, 10 -> 100
  }
}
position manager "Manager" {
  scorecard {
    40% premium score linear 0 CNY -> 0, 50_000 CNY -> 100
    60% score of reports
  }
}"#,
        setting: Setting::Teams,
    },
];
