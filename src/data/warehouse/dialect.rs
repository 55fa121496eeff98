//! How the engines differ in what they call things.

use crate::time::Day;

/// The SQL of an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    DuckDb,
    Postgres,
    Spark,
}

impl Dialect {
    pub fn name(self) -> &'static str {
        match self {
            Dialect::DuckDb => "DuckDB",
            Dialect::Postgres => "PostgreSQL",
            Dialect::Spark => "Spark",
        }
    }

    /// What must be set before the statements are run.
    pub fn settings(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Dialect::DuckDb | Dialect::Postgres => &[],
            Dialect::Spark => &[
                // Too many digits are an error, and no digit is dropped.
                ("spark.sql.ansi.enabled", "true"),
                ("spark.sql.decimalOperations.allowPrecisionLoss", "false"),
                // Java never compiles longer methods, and Spark does better without them.
                ("spark.sql.codegen.hugeMethodLimit", "8000"),
            ],
        }
    }

    /// A name as the engine takes it, whatever letters it has.
    pub fn name_of(self, name: &str) -> String {
        match self {
            Dialect::Spark => format!("`{}`", name.replace('`', "``")),
            _ => format!("\"{}\"", name.replace('"', "\"\"")),
        }
    }

    /// A table, possibly behind its schema: `dw.policies`; or a file or folder: `/lake/policies`.
    pub fn table(self, name: &str) -> String {
        match self {
            Dialect::Spark if name.contains('/') => return format!("parquet.{}", self.name_of(name)),
            Dialect::DuckDb if name.contains('/') => return self.text(name),
            _ => {}
        }
        name.split('.').map(|part| self.name_of(part)).collect::<Vec<_>>().join(".")
    }

    pub fn text(self, text: &str) -> String {
        match self {
            // Spark reads backslashes, and takes two quotes for the end of one text and the beginning of the next.
            Dialect::Spark => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
            _ => format!("'{}'", text.replace('\'', "''")),
        }
    }

    pub fn day(self, day: i32) -> String {
        format!("DATE '{}'", day_text(day))
    }

    pub fn as_text(self, value: &str) -> String {
        match self {
            Dialect::DuckDb => format!("CAST({value} AS VARCHAR)"),
            Dialect::Postgres => format!("CAST({value} AS text)"),
            Dialect::Spark => format!("CAST({value} AS STRING)"),
        }
    }

    /// A cell as text, blank ones as `NULL`.
    pub fn cell(self, column: &str) -> String {
        format!("NULLIF(TRIM({}), '')", self.as_text(column))
    }

    /// Whether a cell is blank. What is no text is not made one to find out.
    pub fn is_blank(self, column: &str) -> String {
        let cell = self.cell(column);
        match self {
            Dialect::Postgres => format!("{cell} IS NULL"),
            Dialect::DuckDb | Dialect::Spark => {
                let no_text = "(?i)^(tinyint|smallint|int|integer|bigint|decimal|date|timestamp|boolean)";
                let is_none = self.matches(&format!("typeof({column})"), no_text);
                format!("CASE WHEN {is_none} THEN {column} IS NULL ELSE {cell} IS NULL END")
            }
        }
    }

    /// A cell as an exact decimal; `NULL` where it is none.
    pub fn number(self, column: &str, places: u32) -> String {
        match self {
            // A numeric of PostgreSQL has as many places as it needs.
            Dialect::Postgres => {
                let cell = self.cell(column);
                format!("CASE WHEN {} THEN CAST({cell} AS numeric) END", self.is_number(&cell, places))
            }
            _ => format!("TRY_CAST({column} AS DECIMAL(38, {places}))"),
        }
    }

    /// Whether a cell's text is a number with at most so many places.
    pub fn is_number(self, cell: &str, places: u32) -> String {
        // A pattern cannot repeat something up to no times.
        let rest = if places == 0 { "0*".to_string() } else { format!("[0-9]{{1,{places}}}0*") };
        let pattern = format!("^[+-]?[0-9]{{1,20}}([.]{rest})?$");
        self.matches(cell, &pattern)
    }

    /// Whether a text has the form of a pattern.
    pub fn matches(self, cell: &str, pattern: &str) -> String {
        match self {
            Dialect::DuckDb => format!("regexp_matches({cell}, '{pattern}')"),
            Dialect::Postgres => format!("{cell} ~ '{pattern}'"),
            Dialect::Spark => format!("{cell} RLIKE '{pattern}'"),
        }
    }

    /// A cell as a date; `NULL` where it is none.
    pub fn date(self, column: &str) -> String {
        match self {
            Dialect::Postgres => {
                let cell = self.cell(column);
                let looks = self.matches(&cell, "^[0-9]{4}-[0-9]{2}-[0-9]{2}( 00:00:00)?$");
                format!("CASE WHEN {looks} THEN CAST({cell} AS date) END")
            }
            _ => format!("TRY_CAST({column} AS DATE)"),
        }
    }

    /// A text of digits as a whole number.
    pub fn whole_number(self, text: &str) -> String {
        match self {
            Dialect::Postgres => format!("CAST({text} AS INTEGER)"),
            // These may look at texts that other cases are for.
            _ => format!("TRY_CAST({text} AS INTEGER)"),
        }
    }

    /// Whether a column holds binary fractions, which are no decimals.
    pub fn is_float(self, column: &str) -> String {
        match self {
            Dialect::DuckDb => format!("typeof({column}) IN ('DOUBLE', 'FLOAT')"),
            Dialect::Postgres => format!("CAST(pg_typeof({column}) AS text) IN ('double precision', 'real')"),
            Dialect::Spark => format!("typeof({column}) IN ('double', 'float')"),
        }
    }

    /// A number with so many places; an error where it would not fit.
    pub fn widened(self, value: &str, places: u32) -> String {
        match self {
            // A literal is written so.
            _ if value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') => {
                let (whole, rest) = value.split_once('.').unwrap_or((value, ""));
                let point = if places == 0 { "" } else { "." };
                format!("{whole}{point}{rest:0<width$}", width = places as usize)
            }
            Dialect::Postgres => value.to_string(),
            _ => format!("CAST({value} AS DECIMAL(38, {places}))"),
        }
    }

    pub fn decimal(self, places: u32) -> String {
        match self {
            Dialect::Postgres => "numeric".to_string(),
            _ => format!("DECIMAL(38, {places})"),
        }
    }

    /// A key of several columns as one text, in which the parts stand apart as they do in [`crate::data`].
    pub fn key(self, parts: &[String]) -> String {
        parts.join(" || CHR(31) || ")
    }

    pub fn type_of_text(self) -> &'static str {
        match self {
            Dialect::DuckDb => "VARCHAR",
            Dialect::Postgres => "text",
            Dialect::Spark => "STRING",
        }
    }

    /// The days from one date to another.
    pub fn days_between(self, from: &str, to: &str) -> String {
        match self {
            Dialect::Spark => format!("datediff({to}, {from})"),
            _ => format!("({to} - {from})"),
        }
    }

    /// The day so many days later.
    pub fn later(self, day: &str, days: i32) -> String {
        match self {
            Dialect::Spark => format!("date_add({day}, {days})"),
            _ if days < 0 => format!("({day} - {})", days.unsigned_abs()),
            _ => format!("({day} + {days})"),
        }
    }

    /// The whole part of the quotient of two whole numbers that are not negative.
    pub fn whole(self, up: &str, down: &str) -> String {
        match self {
            Dialect::DuckDb => format!("({up} // {down})"),
            Dialect::Postgres => format!("({up} / {down})"),
            Dialect::Spark => format!("({up} div {down})"),
        }
    }

    /// Texts by the numbers of their letters, whatever the server's language.
    pub fn ordered(self, text: &str) -> String {
        match self {
            Dialect::Postgres => format!("{text} COLLATE \"C\""),
            _ => text.to_string(),
        }
    }

    /// The first text, in their order, of the rows where something holds. (Three of them would have all texts gathered
    /// before they are put in order, however many there are.)
    pub fn first(self, text: &str, condition: &str) -> String {
        format!("MIN(CASE WHEN {condition} THEN {} END)", self.ordered(text))
    }

    /// Whether a column is of whole numbers, or of decimals with at most so many places; never so where every number
    /// is looked at as text.
    pub fn is_decimal(self, column: &str, places: u32) -> Option<String> {
        let places = (0..=places).map(|places| places.to_string()).collect::<Vec<_>>().join("|");
        let pattern = format!("(?i)^(tinyint|smallint|int|integer|bigint|decimal[(][0-9]+, ?({places})[)])$");
        match self {
            Dialect::DuckDb | Dialect::Spark => Some(self.matches(&format!("typeof({column})"), &pattern)),
            Dialect::Postgres => None,
        }
    }

    /// One row more, behind those of a query with so many columns: Spark gives no total of no rows.
    pub fn with_one_row(self, first: &str, columns: usize) -> String {
        match self {
            Dialect::Spark => format!("\n  UNION ALL SELECT {first}{}", ", NULL".repeat(columns.saturating_sub(1))),
            _ => String::new(),
        }
    }

    /// One row as several: the clause behind `FROM tally`.
    pub fn rows_of(self, rows: &[Vec<String>], columns: &[&str]) -> String {
        let line = |row: &Vec<String>| row.join(", ");
        match self {
            Dialect::Spark => {
                let lines: Vec<String> = rows.iter().map(line).collect();
                format!("LATERAL VIEW stack({},\n    {}) AS {}", rows.len(), lines.join(",\n    "), columns.join(", "))
            }
            _ => {
                let lines: Vec<String> = rows.iter().map(|row| format!("({})", line(row))).collect();
                format!("CROSS JOIN LATERAL (VALUES\n    {}) AS v({})", lines.join(",\n    "), columns.join(", "))
            }
        }
    }
}

/// A day as SQL dates can have it.
pub fn day_text(day: i32) -> String {
    // The first and last day that all engines know.
    let first = Day::from_ymd(1, 1, 1).map_or(day, |day| day.0);
    let last = Day::from_ymd(9999, 12, 31).map_or(day, |day| day.0);
    Day(day.clamp(first, last)).to_string()
}
