//! What holds while statements run: settings that would change what they mean are pinned, one transaction is open
//! where the engine has such, and the run has a mark, which every result bears.

use super::dialect::Dialect;
use super::rows::Known;
use crate::model::data::DataId;

/// The oldest version of each engine that is asked.
pub fn least_version(dialect: Dialect) -> [u32; 2] {
    match dialect {
        Dialect::DuckDb => [1, 4],
        Dialect::Postgres => [14, 0],
        Dialect::Spark => [4, 0],
    }
}

impl Dialect {
    /// What comes before all statements, one by one. For the engine's own command line, or else for a connection of
    /// ours. Times are read in UTC, as they are of files.
    pub fn opening(self) -> Vec<String> {
        let lines: &[&str] = match self {
            Dialect::DuckDb => &[
                "SET TimeZone = 'UTC'",
                "SET default_collation = ''",
                "SET default_null_order = 'nulls_last'",
                "SET integer_division = false",
                "BEGIN TRANSACTION",
            ],
            // Nothing is written, so that a session may be one for reading only. What the path leads to is the user's
            // affair, but no function of ours is another one.
            Dialect::Postgres => &[
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
                "SET LOCAL client_min_messages = error",
                "SET LOCAL datestyle = 'ISO, YMD'",
                "SET LOCAL timezone = 'UTC'",
                "SET LOCAL standard_conforming_strings = on",
                "SET LOCAL transform_null_equals = off",
                "SET LOCAL extra_float_digits = 1",
            ],
            Dialect::Spark => &[
                // Too many digits are an error, and no digit is dropped.
                "SET spark.sql.ansi.enabled=true",
                "SET spark.sql.decimalOperations.allowPrecisionLoss=false",
                "SET spark.sql.session.timeZone=UTC",
                "SET spark.sql.parser.escapedStringLiterals=false",
                "SET spark.sql.groupByOrdinal=true",
                // A file that is damaged or gone is an error, not a table with fewer rows.
                "SET spark.sql.files.ignoreCorruptFiles=false",
                "SET spark.sql.files.ignoreMissingFiles=false",
                // Java never compiles longer methods, and Spark does better without them.
                "SET spark.sql.codegen.hugeMethodLimit=8000",
            ],
        };
        lines.iter().map(|line| line.to_string()).collect()
    }

    /// What breaks a printed script off where its engine is too old: before a connection of ours has looked at that.
    pub fn refusing_older(self) -> String {
        let [major, minor] = least_version(self);
        let needed =
            |version: String| format!("the statements are made for {} {version} and newer, and this is ", self.name());
        match self {
            Dialect::DuckDb => format!(
                "SET VARIABLE merit_version = (SELECT CASE WHEN \
                 CAST(string_split(ltrim(version(), 'v'), '.')[1:2] AS INTEGER[]) < [{major}, {minor}] \
                 THEN error('{}' || version()) ELSE version() END)",
                needed(format!("{major}.{minor}"))
            ),
            // There a text that is no number is the error.
            Dialect::Postgres => format!(
                "SELECT CASE WHEN CAST(current_setting('server_version_num') AS integer) < {} \
                 THEN CAST('{}' || current_setting('server_version') AS integer) END AS version",
                major * 10_000 + minor,
                needed(major.to_string())
            ),
            Dialect::Spark => format!(
                "DECLARE OR REPLACE VARIABLE merit_version STRING DEFAULT CASE WHEN \
                 CAST(substring_index(version(), '.', 1) AS INT) < {major} THEN raise_error('{}' || version()) ELSE version() END",
                needed(format!("{major}.{minor}"))
            ),
        }
    }

    /// What gives the run its mark: when it began, and something that no other run has.
    pub fn marking(self) -> &'static str {
        match self {
            Dialect::DuckDb => {
                "SET VARIABLE merit_run = (SELECT strftime(CAST(get_current_timestamp() AT TIME ZONE 'UTC' AS TIMESTAMP), \
                 '%Y-%m-%d %H:%M:%S') || ' UTC ' || CAST(uuid() AS VARCHAR))"
            }
            Dialect::Postgres => {
                "SELECT set_config('search_path', concat_ws(', ', 'pg_catalog', NULLIF(current_setting('search_path'), '')), true), \
                 set_config('merit.run', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC ' || \
                 CAST(gen_random_uuid() AS text), true)"
            }
            Dialect::Spark => {
                "DECLARE OR REPLACE VARIABLE merit_run STRING DEFAULT \
                 date_format(current_timestamp(), 'yyyy-MM-dd HH:mm:ss') || ' UTC ' || uuid()"
            }
        }
    }

    /// The mark of the run.
    fn mark(self) -> &'static str {
        match self {
            Dialect::DuckDb => "getvariable('merit_run')",
            Dialect::Postgres => "current_setting('merit.run')",
            Dialect::Spark => "system.session.merit_run",
        }
    }
}

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
    let count = |data: &DataId| match d {
        // All statements see the same rows: they are counted once.
        Dialect::Postgres => format!("current_setting('{}')", counted_as(*data)),
        Dialect::DuckDb | Dialect::Spark => {
            d.as_text(&format!("(SELECT COUNT(*) FROM {})", d.table(&known.remote.tables[data])))
        }
    };
    let counts: Vec<String> = tables.iter().map(count).collect();
    format!("{} AS {ROWS_COLUMN}", counts.join(" || ' ' || "))
}

fn counted_as(data: DataId) -> String {
    format!("merit.rows_{}", data.0)
}

/// What counts the rows of all tables once; `None` where each statement does it.
pub fn counting(known: &Known) -> Option<String> {
    if known.dialect != Dialect::Postgres {
        return None;
    }
    let count = |(data, table): (&DataId, &String)| {
        let table = known.dialect.table(table);
        format!("set_config('{}', CAST((SELECT COUNT(*) FROM {table}) AS text), true)", counted_as(*data))
    };
    let counts: Vec<String> = known.remote.tables.iter().map(count).collect();
    Some(format!("SELECT {}", counts.join(",\n  ")))
}
