//! Values and units.

use super::{Explanation, Setting};
use crate::diagnostic::Code;

pub(super) const ALL: &[Explanation] = &[
    Explanation {
        code: Code::Hundredfold,
        title: "a percentage that is multiplied by 100",
        text: "`%` means hundredths: a quarter is 0.25, and is shown as 25%. A formula that multiplies a ratio by 100 and is \
               declared in `%` gives 2500%. The same holds of a target or of points of a curve written with `%` for a KPI \
               that is a plain number times 100.",
        wrong: r#"kpi large "Large policies" : % {
  value = count(policies where premium > 1_000 CNY) / count(policies) * 100
}"#,
        right: r#"kpi large "Large policies" : % {
  value = count(policies where premium > 1_000 CNY) / count(policies)
}"#,
        setting: Setting::Rows,
    },
    Explanation {
        code: Code::UnitMismatch,
        title: "two units that cannot be added or compared",
        text: "Only like can be added to or compared with like: money with money of the same currency, policies \
               with policies, points with points. The labels tell the unit of each side.\n\
               A bare number has no unit; only `0` fits every unit.",
        wrong: r#"kpi large : policy {
  value = count(policies where premium > 10_000)
}"#,
        right: r#"kpi large : policy {
  value = count(policies where premium > 10_000 CNY)
}"#,
        setting: Setting::Rows,
    },
    Explanation {
        code: Code::WrongUnit,
        title: "the formula gives another unit than is declared",
        text: "Multiplying and dividing combine units: premium divided by policies is in `CNY/policy`. The unit \
               that comes out must be the one declared, or the one that the target, threshold or score needs. Beside a percentage \
               a bare number could mean two things: 80% or 8000%.",
        wrong: r#"kpi productivity : CNY/person {
  value = sum(premium of policies) / count(policies)
}"#,
        right: r#"kpi productivity : CNY/person {
  value = sum(premium of policies) / count(staff)
}"#,
        setting: Setting::Rows,
    },
    Explanation {
        code: Code::WrongType,
        title: "a kind of value that does not fit",
        text: "Text cannot be added up, words of a list have no order, and a condition is a comparison, not a \
               number.",
        wrong: r#"kpi sold : policy {
  value = count(policies where status = "active")
}"#,
        right: r#"kpi sold : policy {
  value = count(policies where status = active)
}"#,
        setting: Setting::Rows,
    },
    Explanation {
        code: Code::MayBeMissing,
        title: "a condition that may have no answer",
        text: "A blank cell, an average over no rows, a division by 0: each gives a missing value. Behind `if`, the whole \
               is then missing too; but `where`, `applies when`, `eligible when`, `share` and a veto must know. Say what \
               holds then: test the value first with `is not missing and …` or `is missing or …`, or give a value with \
               `default`.",
        wrong: r#"kpi in_force : policy {
  value = count(policies where ended > period.end)
}"#,
        right: r#"kpi in_force : policy {
  value = count(policies where ended is missing or ended > period.end)
}"#,
        setting: Setting::Rows,
    },
    Explanation {
        code: Code::BlanksInSum,
        title: "a sum over cells that may be blank",
        text: "A blank is not a zero unless the spec says so. Either give blanks a value with `default`, or leave \
               their rows out with `where … is not missing`.",
        wrong: r#"kpi fees : CNY {
  value = sum(fee of policies)
}"#,
        right: r#"kpi fees : CNY {
  value = sum(fee default 0 of policies)
}"#,
        setting: Setting::Rows,
    },
    Explanation {
        code: Code::WrongArguments,
        title: "too many or too few values in the brackets",
        text: "Each function takes a certain number of values. `round` also needs the step to round to.",
        wrong: r#"kpi premium_sum : CNY {
  value = round(sum(premium of policies))
}"#,
        right: r#"kpi premium_sum : CNY {
  value = round(sum(premium of policies) to 1 CNY)
}"#,
        setting: Setting::Rows,
    },
    Explanation {
        code: Code::Misplaced,
        title: "something that cannot stand here",
        text: "The words are right and the place is not: a window inside an aggregate, data in a constant, `over` \
               on a KPI that fixes its own scope.",
        wrong: r#"kpi before : CNY {
  value = sum(premium 1 year earlier of policies)
}"#,
        right: r#"kpi before : CNY {
  value = sum(premium of policies) 1 year earlier
}"#,
        setting: Setting::Rows,
    },
    Explanation {
        code: Code::OutOfRange,
        title: "a number that makes no sense here",
        text: "A weight is above 0, a percentile lies between 0% and 100%, a range goes from a lower to a higher \
               score.",
        wrong: r#"kpi large : CNY {
  value = percentile(premium of policies, 120%)
}"#,
        right: r#"kpi large : CNY {
  value = percentile(premium of policies, 90%)
}"#,
        setting: Setting::Rows,
    },
];
