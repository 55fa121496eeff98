//! Reading the text of a spec.

use super::{Explanation, Setting};
use crate::diagnostic::Code;

pub(super) const ALL: &[Explanation] = &[
    Explanation {
        code: Code::Unexpected,
        title: "something else is expected here",
        text: "A line begins like a clause of the language and then goes on in a way that cannot be read. The \
               message says what may stand at that place.\n\
               Every clause has one line; a formula goes on over several lines when the next one begins with an \
               operator or stands in open brackets.",
        wrong: r#"kpi paid : policy {
  value == count(policies)
}"#,
        right: r#"kpi paid : policy {
  value = count(policies)
}"#,
        setting: Setting::Rows,
    },
    Explanation {
        code: Code::NotUtf8,
        title: "the file is not UTF-8 text",
        text: "A spec is saved in an encoding such as GB18030 or as a document of a word processor, so that some of \
               its characters cannot be read.\n\
               Save the file as UTF-8: editors offer it under `Save as`, by the name of `Encoding`. Data files may \
               be in other encodings; specs may not.",
        wrong: "a spec that was saved as GB18030",
        right: "the same spec, saved as UTF-8",
        setting: Setting::Words,
    },
    Explanation {
        code: Code::NoSpec,
        title: "a file that is a spec by its name alone, or all but its name",
        text: "The names of specs end in `.merit`, in small letters, and specs are plain text. A file called \
               `adviser.merit.txt` or `adviser.MERIT` is not read; one called `adviser.merit` that is empty, or holds a \
               document of a word processor, cannot be. What other specs say of it is held back until it can.\n\
               Rename the file, or save its text as plain text. Lock files and backups of editors (`~$adviser.merit`, \
               `#adviser.merit#`) are passed over.",
        wrong: "a spec that an editor saved as `adviser.merit.txt`",
        right: "the same spec, with the name `adviser.merit`",
        setting: Setting::Words,
    },
    Explanation {
        code: Code::NewerProgram,
        title: "specs for a newer program",
        text: "`requires merit 0.2` in the `company` block says which version of the program the specs are written for. \
               An older one does not try to read them: what a word means may have changed since. Install the newer \
               program, or take the line out if the specs need nothing new.",
        wrong: r#"company "Example Shop" {
  requires merit 999.0
}"#,
        right: r#"company "Example Shop" {
  requires merit 0.2
}"#,
        setting: Setting::Words,
    },
    Explanation {
        code: Code::ProjectFile,
        title: "a mistake in `merit.project`",
        text: "`merit.project` says which folders of specs are projects, and what they are read with. A line begins with \
               `project` or `ignore`; paths stand in quotes, are divided by `/` and lie below the folder of the file.\n\
               Each spec below that folder belongs to a project, is read with some, or is ignored; so what nobody \
               checks is not there by a slip. No project lies in another, none is built on itself, and there is one such \
               file for all of them.",
        wrong: r#"project "companys/*" with "group""#,
        right: r#"project "companies/*" with "group""#,
        setting: Setting::Words,
    },
    Explanation {
        code: Code::Unclosed,
        title: "a bracket, brace or quote is never closed",
        text: "What is opened must be closed: `(` with `)`, `{` with `}`, a text with a second `\"`. The message \
               shows where it was opened.",
        wrong: r#"kpi paid : policy {
  value = count(policies
}"#,
        right: r#"kpi paid : policy {
  value = count(policies)
}"#,
        setting: Setting::Rows,
    },
    Explanation {
        code: Code::FullWidthSign,
        title: "a full-width sign outside text",
        text: "A Chinese keyboard types signs such as `，` `（` `％` that look like those of the language and are not. \
               Inside quotes they may stand; outside, write the plain sign.",
        wrong: r#"kpi share_of_fees : % {
  value = 20％
}"#,
        right: r#"kpi share_of_fees : % {
  value = 20%
}"#,
        setting: Setting::Rows,
    },
    Explanation {
        code: Code::TooDeep,
        title: "brackets or groups are nested too deep",
        text: "Formulas and groups may be nested about a hundred levels deep. Nobody can read so many: give a part \
               a name of its own, as a KPI or a function.",
        wrong: "a formula in 200 pairs of brackets",
        right: "two KPIs, one of which uses the other",
        setting: Setting::Words,
    },
    Explanation {
        code: Code::BadLiteral,
        title: "a number, date or period that is not written properly",
        text: "Numbers have no thousands commas and no leading zeros: `1_250_000`, `0.85`, `20%`. Dates are \
               `2026-07-01`; periods are `2026-H1`, `2026-Q3`, `2026-07`.",
        wrong: "constant plan : CNY = 1,250,000 CNY",
        right: "constant plan : CNY = 1_250_000 CNY",
        setting: Setting::Alone,
    },
    Explanation {
        code: Code::ChainedComparison,
        title: "two comparisons in a row",
        text: "`a < b < c` is not read as people mean it. Write `between`, which includes both ends, or join two \
               comparisons with `and`.",
        wrong: r#"kpi middling : policy {
  value = count(policies where 1_000 CNY < premium < 5_000 CNY)
}"#,
        right: r#"kpi middling : policy {
  value = count(policies where premium > 1_000 CNY and premium < 5_000 CNY)
}"#,
        setting: Setting::Rows,
    },
    Explanation {
        code: Code::TwoReadings,
        title: "a formula that can be read in two ways",
        text: "`a + b default 0` may mean that a missing sum counts as 0, or that only a missing `b` does. Brackets \
               say which: `(a + b) default 0`, or `a + (b default 0)`.",
        wrong: r#"kpi paid : CNY {
  value = sum(premium - fee default 0 of policies)
}"#,
        right: r#"kpi paid : CNY {
  value = sum(premium - (fee default 0) of policies)
}"#,
        setting: Setting::Rows,
    },
    Explanation {
        code: Code::UnknownClause,
        title: "a line that begins with no word of the language",
        text: "The first word of the line starts nothing that may stand in this block. Often it is misspelt, or the \
               clause belongs to another block.",
        wrong: r#"kpi paid : policy {
  value = count(policies)
  hihger is better
}"#,
        right: r#"kpi paid : policy {
  value = count(policies)
  higher is better
}"#,
        setting: Setting::Rows,
    },
    Explanation {
        code: Code::RepeatedClause,
        title: "written twice where once is enough",
        text: "Some clauses say what there can be only one of: a KPI has one formula, a scorecard one range.",
        wrong: r#"kpi paid : policy {
  value = count(policies)
  note "All policies."
  note "Policies of the period."
}"#,
        right: r#"kpi paid : policy {
  value = count(policies)
  note "All policies of the period."
}"#,
        setting: Setting::Rows,
    },
    Explanation {
        code: Code::ReservedName,
        title: "a word of the language as a name",
        text: "Words such as `score`, `value` or `and` have a meaning in the language, so nothing that is declared \
               can have them as its name. A label may be any text.",
        wrong: r#"kpi score : policy {
  value = count(policies)
}"#,
        right: r#"kpi policies_sold "Score" : policy {
  value = count(policies)
}"#,
        setting: Setting::Rows,
    },
];
