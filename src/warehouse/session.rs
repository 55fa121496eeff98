//! What holds while statements run: settings that would change what they mean are pinned, one transaction is open
//! where the engine has such, and the run has a mark, which every result bears.

use super::dialect::Dialect;
use super::rows::Known;
use crate::model::data::DataId;

/// The columns that every result begins with.
pub const PLAN_COLUMN: &str = "merit_plan";
pub const STATEMENT_COLUMN: &str = "merit_statement";
pub const RUN_COLUMN: &str = "merit_run";
/// How many rows the tables had that a statement reads, in their order: of all but those that check.
pub const ROWS_COLUMN: &str = "merit_rows";

/// Stands for the plan's fingerprint until that is known.
pub const PLAN: &str = "{the plan}";

pub fn head(name: &str, d: Dialect) -> String {
    format!("{} AS {PLAN_COLUMN}, {} AS {STATEMENT_COLUMN}, {} AS {RUN_COLUMN}", d.text(PLAN), d.text(name), d.mark())
}

/// The rows of the tables that a statement reads.
pub fn rows_read(known: &Known, tables: &[DataId]) -> String {
    let d = known.dialect;
    let count = |data: &DataId| match d.counts_once() {
        true => format!("current_setting('{}')", counted_as(*data)),
        false => d.as_text(&format!("(SELECT COUNT(*) FROM {})", d.table(&known.remote.tables[data]))),
    };
    let counts: Vec<String> = tables.iter().map(count).collect();
    format!("{} AS {ROWS_COLUMN}", counts.join(" || ' ' || "))
}

/// The number of a table's rows, where they were counted once.
pub fn counted(known: &Known, data: DataId) -> Option<String> {
    known.dialect.counts_once().then(|| format!("CAST(current_setting('{}') AS BIGINT)", counted_as(data)))
}

fn counted_as(data: DataId) -> String {
    format!("merit.rows_{}", data.0)
}

/// What counts the rows of all tables once, if a glance has not; `None` where each statement does it.
pub fn counting(known: &Known) -> Option<String> {
    if !known.dialect.counts_once() {
        return None;
    }
    let count = |(data, table): (&DataId, &String)| {
        let rows = match known.remote.glanced.get(data) {
            Some(glanced) => format!("'{}'", glanced.rows),
            None => format!("CAST((SELECT COUNT(*) FROM {}) AS text)", known.dialect.table(table)),
        };
        format!("set_config('{}', {rows}, true)", counted_as(*data))
    };
    let counts: Vec<String> = known.remote.tables.iter().map(count).collect();
    Some(format!("SELECT {}", counts.join(",\n  ")))
}
