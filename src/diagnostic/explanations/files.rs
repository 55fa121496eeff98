//! Data files, and what comes of them.

use super::{Explanation, Setting};
use crate::diagnostic::Code;

pub(super) const ALL: &[Explanation] = &[
    Explanation {
        code: Code::NoFile,
        title: "no file has the name that is asked for",
        text: "The data set names its file by a pattern, and nothing in the data folder matches it. `--data` names \
               another folder.",
        wrong: r#"file "policies*.csv", and a data folder with `policy_2026.csv`"#,
        right: r#"file "polic*.csv""#,
        setting: Setting::Words,
    },
    Explanation {
        code: Code::NoSheet,
        title: "a spreadsheet without the sheet that is asked for",
        text: "Without `sheet` the one sheet is read that has the headers. Where several have them, or where a sheet \
               is named that is not there, the message lists the sheets. Several are read by a line for each.",
        wrong: r#"file "plans.xlsx" sheet "Monthly", and the sheets `2025` and `2026`"#,
        right: r#"file "plans.xlsx" sheet "2025"
file "plans.xlsx" sheet "2026""#,
        setting: Setting::Words,
    },
    Explanation {
        code: Code::UnreadableFile,
        title: "a file that cannot be read as a table",
        text: "The file cannot be opened, is damaged, comes to more than is taken on, or is something else than its name \
               says. Export it anew as CSV in UTF-8.",
        wrong: "a picture that is called `policies.csv`",
        right: "a table saved as CSV",
        setting: Setting::Words,
    },
    Explanation {
        code: Code::UnknownEncoding,
        title: "a text whose encoding is not certain",
        text: "The bytes of a file that is no UTF-8 mean other letters in each encoding. It is read where one reading \
               alone can be meant: by the headers that the spec names, by words that somebody could have written, or \
               by enough different cells. Else its data set says it, or the company for all files. A file that is UTF-8 \
               is not read as anything else.",
        wrong: "a file in which one name alone, `H\u{e9}l\u{e8}ne`, has letters outside ASCII, saved by an older program",
        right: "the same file, and `encoding \"windows-1252\"` in its data set",
        setting: Setting::Words,
    },
    Explanation {
        code: Code::OutsideFolder,
        title: "a file outside the data folder, where a link or a pattern leads",
        text: "What is read stands in the data folder, so that whoever keeps that folder knows what a score is made of. \
               A link that leads out of it, or a pattern such as `../plan.csv`, is followed only with \
               `--follow-links`. Links inside the folder are followed.",
        wrong: "`data/sales.csv`, a link to `/home/wang/sales.csv`",
        right: "the file itself in `data`, or `merit eval --follow-links`",
        setting: Setting::Words,
    },
    Explanation {
        code: Code::NoServer,
        title: "a server that cannot be reached",
        text: "A data set comes from PostgreSQL, and there is no connection to the server. A spec never says where it \
               is or who asks: the environment does, by `MERIT_POSTGRES_URL` or by `PGHOST`, `PGPORT`, `PGUSER`, \
               `PGPASSWORD` and `PGDATABASE`, as for other programs of PostgreSQL.",
        wrong: "merit eval specs --period 2026-Q3",
        right: "MERIT_POSTGRES_URL=postgres://hr@db.example.com/hr merit eval specs --period 2026-Q3",
        setting: Setting::Words,
    },
    Explanation {
        code: Code::RefusedQuery,
        title: "a table that the server does not give",
        text: "The server has no such table, or cannot understand the query, or whoever asks may not read it. The \
               message says it in the server's words.",
        wrong: r#"from postgres "polices""#,
        right: r#"from postgres "policies""#,
        setting: Setting::Words,
    },
    Explanation {
        code: Code::TooLittleMemory,
        title: "the data takes more memory than is allowed",
        text: "`--memory` bounds what is kept of the data. Large data sets are read without keeping their rows; keys, \
               and the values of medians and distinct counts, go to temporary files where they are too many. A data set is kept whole where a formula wants single \
               rows of it (`only`), counts its keys `during` a window, or takes it as stock; where it is the roster or \
               the organisation; and where mistakes in it must be told with their rows. Of everybody a few numbers \
               are kept, since ranks need them: some hundred bytes for each person and post, more with each aggregate over \
               rows of their own, and again for each period.",
        wrong: "merit eval specs --period 2026-Q3 --memory 100MB",
        right: "merit eval specs --period 2026-Q3 --memory 2GB",
        setting: Setting::Words,
    },
    Explanation {
        code: Code::MissingColumn,
        title: "a column that is not in the file",
        text: "The file has no column with any of the headers that the data set gives for it. The message lists the \
               headers found; add the right one with `from`.",
        wrong: r#"column premium : CNY from "Premium"

| Policy No | Standard premium |"#,
        right: r#"column premium : CNY from "Standard premium"

| Policy No | Standard premium |"#,
        setting: Setting::Words,
    },
    Explanation {
        code: Code::TwoColumns,
        title: "two columns of the file for one of the data set",
        text: "Two headers in the file both fit. Name the one that is meant with `from`.",
        wrong: r#"column premium : CNY from "Premium", "保费"

| Premium | 保费 |"#,
        right: r#"column premium : CNY from "Premium"

| Premium | 保费 |"#,
        setting: Setting::Words,
    },
    Explanation {
        code: Code::UnclearMonth,
        title: "months side by side that are not certain",
        text: "In a file with a column for each month, each header there is a month for certain, or it is left out on purpose.\n\
               A header that is no month, between the months or with numbers beside them, may be one with a slip of the pen: \
               its values would be missing without a word. If it is none, name it in `ignore columns`. Totals, quarters \
               and years are known.\n\
               Years stand in all headers or in none. Without them all months are of one year, which the clause, the sheet or \
               the file names, so none stands behind a later one. A name that is different months in different languages \
               needs others beside it that tell the language.",
        wrong: "| team | Jan | Febr | Mrach |",
        right: "| team | Jan | Febr | March |",
        setting: Setting::Words,
    },
    Explanation {
        code: Code::RowAboveHeader,
        title: "a row of the table above its header",
        text: "Above the header there may be titles. A row there that has a cell for each column, with numbers and days \
               where they belong, is no title: left out, it would be missing in every sum.",
        wrong: "P1,50\nPolicy No,Premium\nP2,70",
        right: "Policy No,Premium\nP1,50\nP2,70",
        setting: Setting::Words,
    },
    Explanation {
        code: Code::RaggedRow,
        title: "a row with more or fewer cells than the header",
        text: "Often a comma inside a text that has no quotes, or a line that was broken by hand.",
        wrong: r#"| name   | city     |
| Li, An | Shanghai | (as `Li, An,Shanghai`)"#,
        right: r#"| name   | city     |
| Li, An | Shanghai | (as `"Li, An",Shanghai`)"#,
        setting: Setting::Words,
    },
    Explanation {
        code: Code::BadCell,
        title: "a cell that is not what its column holds",
        text: "The message names file, row and column, the text found and what was expected.",
        wrong: r#"| premium |
| twelve  |"#,
        right: r#"| premium |
| 12      |"#,
        setting: Setting::Words,
    },
    Explanation {
        code: Code::BlankCell,
        title: "a blank cell in a column that is not optional",
        text: "Fill the cell, or write `optional` behind the type of the column; then formulas must say what a \
               blank means.",
        wrong: r#"column city : text

| name  | city |
| Li An |      |"#,
        right: "column city : text optional",
        setting: Setting::Words,
    },
    Explanation {
        code: Code::AmbiguousDate,
        title: "a date that can be read in two ways",
        text: "`03/04/2026` is the third of April or the fourth of March. Say which with `format \"DD/MM/YYYY\"` on \
               the column, or write dates as 2026-04-03.\n\
               `2026.1` is January, or October of which a program has taken the last digit away, as it does with the \
               zeros behind the point of a number. Write months as 2026-01 and 2026-10.",
        wrong: r#"| issued     |
| 03/04/2026 |"#,
        right: r#"| issued     |
| 2026-04-03 |"#,
        setting: Setting::Words,
    },
    Explanation {
        code: Code::AmbiguousNumber,
        title: "a number that can be read in two ways",
        text: "`1,234` is one thousand two hundred and thirty-four, or a little more than one, and so is `1.234` in a file \
               whose cells no comma separates, and in a text of a spreadsheet. Other cells of the column tell which, if one of them can be read in one \
               way only, such as `12,5` or `1.234,56`. Where none does, say how 1234.56 is written: `numbers \"1.234,56\"` \
               behind the type of the column, as a line of the data set, or for all files with `files numbers \
               \"1.234,56\"` in the company block.",
        wrong: r#"column amount : EUR

| amount |
| 1,234  |"#,
        right: r#"column amount : EUR numbers "1.234,56""#,
        setting: Setting::Words,
    },
    Explanation {
        code: Code::UnknownChoice,
        title: "a text that is none of a list",
        text: "The column is `one of` several words, and the cell holds another. Add the text to the word it means, \
               in brackets.",
        wrong: r#"column status : one of active, lapsed

| status |
| A      |"#,
        right: r#"column status : one of active ("A"), lapsed"#,
        setting: Setting::Words,
    },
    Explanation {
        code: Code::OutOfLimits,
        title: "a number outside the limits of its column or KPI",
        text: "The column says between which numbers its values lie, and so may a KPI (`kpi mark : point between 0 and \
               40`). Correct the cell or the limits.",
        wrong: r#"column mark : number between 1 and 10

| mark |
| 11   |"#,
        right: r#"| mark |
| 10   |"#,
        setting: Setting::Words,
    },
    Explanation {
        code: Code::RepairedCell,
        title: "a cell that would have to be repaired",
        text: "With `--strict`, whatever is not written plainly is refused: thousands commas, full-width digits, \
               odd dates. Without it, such cells are read and counted.",
        wrong: r#"| premium  |
| 1,234.50 |"#,
        right: r#"| premium |
| 1234.50 |"#,
        setting: Setting::Words,
    },
    Explanation {
        code: Code::DuplicateKey,
        title: "two rows with one key",
        text: "A key names one row; in data that is valid from one day to another, one row on each day. Both rows \
               are shown.",
        wrong: r#"| staff_no | name  |
| P1       | Li An |
| P1       | Wu Fei |"#,
        right: r#"| staff_no | name  |
| P1       | Li An |
| P2       | Wu Fei |"#,
        setting: Setting::Words,
    },
    Explanation {
        code: Code::DanglingLink,
        title: "a link to a key that no row has",
        text: "The cell names a person, team or policy that is not in its data set.",
        wrong: "a policy sold by `P9`, and a roster without `P9`",
        right: "a roster in which `P9` stands",
        setting: Setting::Words,
    },
    Explanation {
        code: Code::TreeCycle,
        title: "teams that lie below themselves",
        text: "Going from a team to its parent, and on, one comes back to the team. The highest team has no parent.",
        wrong: r#"| code | parent |
| T1   | T2     |
| T2   | T1     |"#,
        right: r#"| code | parent |
| T1   |        |
| T2   | T1     |"#,
        setting: Setting::Words,
    },
    Explanation {
        code: Code::ParentAbsent,
        title: "a team whose parent is not there",
        text: "In an organisation that changes with time every team has its parent on every day: as long as a row \
               holds, there is a row of the parent. When a team is closed, those below it go to another first.",
        wrong: r#"| code | parent | since      | until      |
| T1   |        | 2020-01-01 | 2025-12-31 |
| T2   | T1     | 2020-01-01 |            |"#,
        right: r#"| code | parent | since      | until      |
| T1   |        | 2020-01-01 | 2025-12-31 |
| T2   | T1     | 2020-01-01 | 2025-12-31 |
| T2   |        | 2026-01-01 |            |"#,
        setting: Setting::Words,
    },
    Explanation {
        code: Code::BackwardInterval,
        title: "a row that ends before it begins",
        text: "The last day of a row is not before its first one; both count.",
        wrong: r#"| joined     | left       |
| 2026-05-01 | 2025-04-30 |"#,
        right: r#"| joined     | left       |
| 2026-05-01 | 2026-10-31 |"#,
        setting: Setting::Words,
    },
    Explanation {
        code: Code::BadCalendar,
        title: "a calendar of the company's own with a mistake",
        text: "Each month stands once in the calendar, begins on the day after the one before it ends, and all months \
               that formulas read are there. A test has to give the months it needs.",
        wrong: "January ends on 2026-01-25, and February begins on 2026-01-27",
        right: "February begins on 2026-01-26",
        setting: Setting::Words,
    },
    Explanation {
        code: Code::EmptyWindow,
        title: "no row at all in a period that formulas read",
        text: "A KPI looks at the year before, and the files hold no row of it. Most often a file is missing. \
               `--allow-empty` takes it as it is.",
        wrong: "growth over 2025, and files that begin in 2026",
        right: "files of 2025 and 2026",
        setting: Setting::Words,
    },
    Explanation {
        code: Code::StraddlingPeriod,
        title: "a row for a period that lies partly in the window, or in two stints",
        text: "A plan for a whole year cannot be read for a quarter: how much of it falls into the quarter is not \
               known. Give the plan by month or quarter, or read it with `whole year`.\nNor is it known whose a \
               plan for a month is when somebody begins, changes post or team, or leaves in the middle of it, or a team gets another one above it. The data set \
               says it: `dated by month shared by days` gives each day an equal part, in windows as well; `dated by month held last` gives \
               the whole to the post held last in the month.",
        wrong: "a plan for 2026, read for 2026-Q3",
        right: "twelve plans, one for each month",
        setting: Setting::Words,
    },
    Explanation {
        code: Code::UnknownPost,
        title: "a post that no position describes",
        text: "A row of the roster has a post that is nearly the name or label of a position, so that somebody would not \
               be evaluated because of a slip. Where posts without a spec are meant, the roster names them: \
               `not evaluated \"Cashier\", \"Driver\"`. Then every other post must be a position.",
        wrong: "`Customer advisor` in the roster, and a position \"Customer adviser\"",
        right: "`Customer adviser` in the roster, or `not evaluated \"Customer advisor\"`",
        setting: Setting::Words,
    },
    Explanation {
        code: Code::RowsOfNoPost,
        title: "rows of somebody who held no post on their day",
        text: "A row that belongs to somebody, dated before they began, after they left or between two posts, counts for \
               nobody. Such rows are counted and told with the total of what formulas read; with `--strict` they \
               are an error. Mend the date of the row, or the days in the roster.",
        wrong: "a sale of 2026-06-30 by somebody who joined on 2026-07-01",
        right: "the sale dated 2026-07-01, or the roster with the day on which they joined",
        setting: Setting::Words,
    },
    Explanation {
        code: Code::NothingToEvaluate,
        title: "nobody is evaluated",
        text: "There is no position with a scorecard or an output, no roster, or no person holds such a position in \
               the period.",
        wrong: "a project of KPIs without a position",
        right: "a project with a position and a roster",
        setting: Setting::Words,
    },
    Explanation {
        code: Code::NoSuchClosing,
        title: "a closed result of months that are no period",
        text: "Months, quarters, halves and years are closed. `closed(bonus) 1 month earlier` in an evaluation of a quarter would be \
               read of three months that are no quarter, and so would `closed(bonus)` in a KPI that is read over another \
               window, `last 2 months`. Move it by whole periods.",
        wrong: "output bonus : CNY = closed(bonus) 1 month earlier\n\nmerit eval specs --period 2026-Q3",
        right: "output bonus : CNY = closed(bonus) previous period",
        setting: Setting::Words,
    },
    Explanation {
        code: Code::ChangingTarget,
        title: "a target that changes within the period",
        text: "A target that is stated for parts of the year, `5 in Q1, 6 in Q2`, says nothing of a half year: 6 may count \
               there, or 11, or something between. So a period that has several of these parts, or months without one, is \
               not evaluated. Where the KPI reads the same for the period as for its last part, `year to date`, the target \
               of the last part counts. A constant with such parts counts as it is on the last day of the period.",
        wrong: "`target 5 in Q1, 6 in Q2, 6 in Q3, 7 in Q4`, and `merit eval --period 2026-H1`",
        right: "`merit eval --periods 2026-Q1..2026-Q2`; or a target for each half, `target 11 in H1, 13 in H2`",
        setting: Setting::Words,
    },
    Explanation {
        code: Code::NumberTooLarge,
        title: "a number grows past what can be held exactly",
        text: "Numbers reach some 79 · 10²⁷. Behind the point there is no such bound, for fractions are kept as they \
               are; but where the rows of a sum are divided by thousands of different large numbers, their common \
               denominator can have more digits than can be held. Either is an error, never a wrong result. Most \
               often a column is in another unit than its file.",
        wrong: "premiums multiplied by each other again and again; `sum(paid / insured of policies)` over a hundred \
                thousand policies",
        right: "premiums added up; `sum(paid of policies) / sum(insured of policies)`, or \
                `sum(round(paid / insured to 0.000001) of policies)`",
        setting: Setting::Words,
    },
    Explanation {
        code: Code::SeveralValues,
        title: "several rows or values where one is taken",
        text: "`only` takes the value of the single row there is, and `latest` that of the newest day. Where there are two \
               rows, or two values on that day, nobody can say which one counts. The message names the rows or the day.",
        wrong: r#"value = only(amount of plans)

| seller | month   | amount |
| P1     | 2026-07 | 100    |
| P1     | 2026-08 | 120    |"#,
        right: "value = sum(amount of plans)",
        setting: Setting::Words,
    },
    Explanation {
        code: Code::PointsInData,
        title: "points of a scale that stand in data, out of order",
        text: "Where a line or steps take their points from columns, each point of a line lies above the one before, and \
               the limits of steps stand in the order in which they are written. A row in which they do not is a mistake \
               in the data, and nobody can say what it is worth. The message names the cells.",
        wrong: r#"score linear person.floor -> 0, person.goal -> 100

| staff_no | floor | goal |
| P1       | 50    | 50   |"#,
        right: r#"| staff_no | floor | goal |
| P1       | 50    | 80   |"#,
        setting: Setting::Words,
    },
    Explanation {
        code: Code::ClosedOtherwise,
        title: "a closed result that is another thing now",
        text: "`closed(bonus) previous period` reads what was closed as what it is now, so its unit must be the same; and of \
               somebody with several stints there must be one value. Give the result its old unit again or another name; \
               of several read an output, which is one amount for a post.",
        wrong: "output bonus : CNY = closed(bonus) previous period\n\n(in the closing of 2026-Q2 `bonus` is in EUR)",
        right: "output bonus_in_cny : CNY = …",
        setting: Setting::Words,
    },
    Explanation {
        code: Code::BadRuling,
        title: "a ruling that nobody can follow",
        text: "A row of rulings says on whom it is, for which period, on what (`score`, `rating`, the name or label of a KPI \
               of the scorecard or of an output), and to what. It is refused where the person holds no post that is \
               evaluated in that period, or several and the row names none; where nothing is called so, or two things are; \
               where the new value is none, has another unit, or is one that the specs could never give; and where one \
               thing is ruled twice.",
        wrong: "| person | period  | what  | to   | reason |\n| P1     | 2026-Q3 | scoer | 85   | appeal |",
        right: "| person | period  | what  | to   | reason |\n| P1     | 2026-Q3 | score | 85   | appeal |",
        setting: Setting::Words,
    },
    Explanation {
        code: Code::RulingNotAllowed,
        title: "a ruling that the scorecard does not allow",
        text: "A scorecard says what people may decide in the place of what the rules give, and how far from it: \
               `rulings on score at most 5 points, on rating at most one grade`. A ruling on anything else is refused, and so is \
               one that goes further. How far it goes is counted from the value that it stands in the place of; where there \
               is none, no limit can be kept, and only a scorecard that states none allows it.",
        wrong: "rulings on score at most 5 points\n\n| person | period  | what  | to | reason |\n| P1     | 2026-Q3 | score | 95 | appeal |   (78 by rule)",
        right: "rulings on score at most 5 points\n\n| person | period  | what  | to | reason |\n| P1     | 2026-Q3 | score | 83 | appeal |",
        setting: Setting::Words,
    },
    Explanation {
        code: Code::NegativeInGeometricMean,
        title: "a value below 0 in a geometric mean",
        text: "`combine geometric mean` multiplies scores and draws a root, which has no answer for values below 0. \
               Let the scales end at 0.",
        wrong: "a score of −5 in a group with `combine geometric mean`",
        right: "`score linear 0% -> 0, 100% -> 100`, which never falls below 0",
        setting: Setting::Words,
    },
    Explanation {
        code: Code::EngineCannot,
        title: "something that a database or cluster cannot compute exactly",
        text: "Engines add, count and compare exact decimals; divisions are done by Merit. What is left over (a \
               division by what changes from row to row, a root, a percentage of which nobody says how it is written) would come out \
               rounded or not at all, and is refused. Data sets that are left out of `--tables` are read from files, where all of \
               it can be computed.",
        wrong: "value = sum(premium / parts of policies)\n\nmerit eval … --engine duckdb:sales.duckdb --tables policies",
        right: "value = sum(premium * share_of_parts of policies)",
        setting: Setting::Words,
    },
    Explanation {
        code: Code::OtherMeasures,
        title: "results of an engine that belong to something else",
        text: "Each result names the plan that it was computed for: the specs, the periods and the small tables that \
               went to the engine. When one of them changes, the statements must be run once more; so they must where \
               a file is cut off, or where the results of a statement are not given.",
        wrong: "merit sql specs --period 2026-Q2 …\nmerit eval specs --period 2026-Q3 --measures *.csv",
        right: "merit sql specs --period 2026-Q3 …\nmerit eval specs --period 2026-Q3 --measures *.csv",
        setting: Setting::Words,
    },
];
