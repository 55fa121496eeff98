//! How the engines differ in what they call things.

use regex::Regex;

use crate::data::cells::forms::WHITE_SPACE;
use crate::data::cells::reader::Kind;
use crate::time::Day;

/// Dates that there are: for engines in which a cast of any other is an error.
const DAYS_OF_THE_CALENDAR: &str = "^(?:[0-9]{4}-(?:(?:0?[13578]|1[02])-(?:0?[1-9]|[12][0-9]|3[01])\
     |(?:0?[469]|11)-(?:0?[1-9]|[12][0-9]|30)|0?2-(?:0?[1-9]|1[0-9]|2[0-8]))\
     |(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-0?2-29)$";

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

    /// Whether two names of columns are one.
    pub fn same_name(self, one: &str, other: &str) -> bool {
        match self {
            Dialect::Postgres => one == other,
            // Capital and small letters are the same.
            Dialect::DuckDb | Dialect::Spark => one.to_lowercase() == other.to_lowercase(),
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
            Dialect::DuckDb if name.contains(['*', '?']) || name.ends_with(".parquet") => return self.text(name),
            // Of a folder all files of Parquet, but for what is not finished or hidden, as Spark has it.
            Dialect::DuckDb if name.contains('/') => {
                let folder = name.trim_end_matches('/');
                return format!(
                    "(SELECT * EXCLUDE (merit_file) FROM read_parquet({}, filename = 'merit_file') \
                     WHERE NOT regexp_matches(SUBSTR(merit_file, {}), '/[_.]'))",
                    self.text(&format!("{folder}/**/*.parquet")),
                    folder.chars().count() + 1
                );
            }
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

    /// Whether a text has the form of a pattern.
    pub fn matches(self, text: &str, pattern: &str) -> String {
        let pattern = self.text(pattern);
        match self {
            Dialect::DuckDb => format!("regexp_matches({text}, {pattern})"),
            Dialect::Postgres => format!("{text} ~ {pattern}"),
            Dialect::Spark => format!("{text} RLIKE {pattern}"),
        }
    }

    /// What becomes of a text that has the form of a pattern: `$1` is its first group.
    pub fn replaced(self, text: &str, pattern: &str, to: &str) -> String {
        let to = to.replace(['{', '}'], "");
        let to = match self {
            Dialect::DuckDb | Dialect::Postgres => to.replace('$', "\\"),
            Dialect::Spark => to,
        };
        format!("REGEXP_REPLACE({text}, {}, {})", self.text(pattern), self.text(&to))
    }

    /// Every piece of a text that has the form of a pattern replaced.
    pub fn replaced_all(self, text: &str, pattern: &str, to: &str) -> String {
        let (pattern, to) = (self.text(pattern), self.text(to));
        match self {
            Dialect::DuckDb | Dialect::Postgres => format!("REGEXP_REPLACE({text}, {pattern}, {to}, 'g')"),
            Dialect::Spark => format!("REGEXP_REPLACE({text}, {pattern}, {to})"),
        }
    }

    /// Letters in the place of others, one for one.
    pub fn translated(self, text: &str, from: &str, to: &str) -> String {
        format!("TRANSLATE({text}, {}, {})", self.letters(from), self.letters(to))
    }

    /// Without white space around it.
    pub fn trimmed(self, text: &str) -> String {
        let letters = self.letters(WHITE_SPACE);
        match self {
            Dialect::DuckDb => format!("TRIM({text}, {letters})"),
            Dialect::Postgres => format!("BTRIM({text}, {letters})"),
            Dialect::Spark => format!("TRIM(BOTH {letters} FROM {text})"),
        }
    }

    /// A text in which letters may be none that can be seen.
    fn letters(self, letters: &str) -> String {
        let plain: String = letters.chars().filter(|letter| !letter.is_control()).collect();
        let control = letters.chars().filter(|letter| letter.is_control());
        match self {
            Dialect::Spark => {
                let text = self.text(&plain);
                let control: String = control.map(|letter| format!("\\u{:04x}", letter as u32)).collect();
                format!("{}{control}'", &text[..text.len() - 1])
            }
            Dialect::DuckDb | Dialect::Postgres => {
                let control: String = control.map(|letter| format!(" || CHR({})", letter as u32)).collect();
                format!("{}{control}", self.text(&plain))
            }
        }
    }

    /// The name of a column's type.
    pub fn type_name(self, column: &str) -> String {
        match self {
            Dialect::DuckDb | Dialect::Spark => format!("LOWER(typeof({column}))"),
            // Of a type made from another one, or of labels, what it is made of.
            Dialect::Postgres => format!(
                "(SELECT CASE WHEN t.typtype = 'e' THEN 'enum' \
                 ELSE format_type(CASE WHEN t.typbasetype = 0 THEN t.oid ELSE t.typbasetype END, NULL) END \
                 FROM pg_catalog.pg_type t WHERE t.oid = pg_typeof({column}))"
            ),
        }
    }

    /// The names of all types that are read.
    pub fn types_read(self) -> &'static str {
        match self {
            Dialect::DuckDb => {
                "^(varchar|json|enum[(].*|\"null\"|u?(tinyint|smallint|integer|bigint|hugeint)|decimal[(].*|boolean|uuid\
                 |date|timestamp(_s|_ms|_ns)?|timestamp with time zone)$"
            }
            Dialect::Postgres => {
                "^(text|character varying|character|\"char\"|name|citext|enum|smallint|integer|bigint|numeric|boolean|uuid\
                 |date|timestamp without time zone|timestamp with time zone)$"
            }
            Dialect::Spark => {
                "^((string|char|varchar).*|void|tinyint|smallint|int|bigint|decimal[(].*|boolean|date|timestamp|timestamp_ntz)$"
            }
        }
    }

    /// The names of the types whose values are numbers, dates or times.
    fn types_of_values(self) -> &'static str {
        match self {
            Dialect::DuckDb => {
                "^(u?(tinyint|smallint|integer|bigint|hugeint)|decimal[(].*|date|timestamp(_s|_ms|_ns)?|timestamp with time zone)$"
            }
            Dialect::Postgres => {
                "^(smallint|integer|bigint|numeric|date|timestamp|timestamptz|timestamp without time zone|timestamp with time zone)$"
            }
            Dialect::Spark => "^(tinyint|smallint|int|bigint|decimal[(].*|date|timestamp|timestamp_ntz)$",
        }
    }

    pub fn is_value(self, ty: &str) -> bool {
        Regex::new(self.types_of_values()).is_ok_and(|types| types.is_match(&ty.to_lowercase()))
    }

    /// The same as a condition, where the type is not known yet.
    pub fn is_value_where(self, column: &str) -> String {
        self.matches(&self.type_name(column), self.types_of_values())
    }

    /// Those of binary fractions, which are no decimals.
    pub fn types_of_floats(self) -> &'static str {
        "^(double|float|real|double precision)$"
    }

    /// The types whose values a kind of cells holds as they are: of numbers those of whole ones, and of decimals with
    /// at most so many places.
    fn types_of(self, kind: &Kind, places: u32) -> Option<String> {
        let places = (0..=places).map(|places| places.to_string()).collect::<Vec<_>>().join("|");
        match (kind, self) {
            (Kind::Number(_), Dialect::Postgres) => Some("^(smallint|integer|bigint|numeric)$".into()),
            (Kind::Number(_), Dialect::DuckDb | Dialect::Spark) => {
                Some(format!("^(u?(tinyint|smallint|int|integer|bigint)|decimal[(][0-9]+, ?({places})[)])$"))
            }
            (Kind::Day(_), _) => Some("^date$".into()),
            (Kind::Flag, _) => Some("^boolean$".into()),
            (Kind::Period | Kind::Choice(_) | Kind::Text | Kind::KeyOf(..), _) => None,
        }
    }

    /// Whether a type holds such values.
    pub fn holds(self, ty: &str, kind: &Kind, places: u32) -> bool {
        let types = self.types_of(kind, places).and_then(|types| Regex::new(&types).ok());
        types.is_some_and(|types| types.is_match(&ty.to_lowercase()))
    }

    /// Whether a column's type holds such values, as a condition that the engine decides before it looks at any row;
    /// nothing where it would have to understand casts that the type has not.
    pub fn holds_where(self, column: &str, kind: &Kind, places: u32) -> Option<String> {
        match self {
            Dialect::DuckDb => Some(self.matches(&self.type_name(column), &self.types_of(kind, places)?)),
            Dialect::Postgres | Dialect::Spark => None,
        }
    }

    /// Whether a number of the engine's own type is more than is read.
    pub fn beyond_numbers(self, value: &str, places: u32) -> Option<String> {
        (self == Dialect::Postgres).then(|| {
            format!(
                "{value} IS NOT NULL AND NOT COALESCE(SCALE(TRIM_SCALE({value})) <= {places} AND ABS({value}) < 1{}, FALSE)",
                "0".repeat(20)
            )
        })
    }

    /// A column's value as the text that stands for it in a file: of a time at midnight its day, which of one with a
    /// zone is that of UTC.
    pub fn written(self, column: &str) -> String {
        let text = match self {
            // Whatever the column's own way to compare texts is.
            Dialect::DuckDb => format!("CAST({column} AS VARCHAR) COLLATE \"binary\""),
            Dialect::Postgres => format!("CAST({column} AS text) COLLATE \"C\""),
            Dialect::Spark => format!("CAST({column} AS STRING) COLLATE UTF8_BINARY"),
        };
        let without = |ending: &str| self.replaced(&format!("({text})"), &format!("{ending}$"), "");
        match self {
            Dialect::DuckDb => format!(
                "CASE WHEN typeof({column}) = 'TIMESTAMP WITH TIME ZONE' THEN {} WHEN typeof({column}) LIKE 'TIMESTAMP%' THEN {} \
                 ELSE {text} END",
                without(" 00:00:00[+]00"),
                without(" 00:00:00")
            ),
            Dialect::Postgres => format!(
                "CASE WHEN pg_typeof({column}) = 'timestamptz'::regtype THEN {} \
                 WHEN pg_typeof({column}) = 'timestamp'::regtype THEN {} ELSE {text} END",
                without(" 00:00:00[+]00"),
                without(" 00:00:00")
            ),
            Dialect::Spark => format!(
                "CASE WHEN typeof({column}) = 'timestamp' THEN {} WHEN typeof({column}) = 'timestamp_ntz' THEN {} \
                 ELSE {text} END",
                self.replaced(&format!("({text} || ' UTC')"), " 00:00:00 UTC$", ""),
                without(" 00:00:00")
            ),
        }
    }

    /// A text of digits, or a number of the engine, as an exact decimal.
    pub fn to_number(self, text: &str, places: u32) -> String {
        match self {
            // A numeric of PostgreSQL has as many places as it needs.
            Dialect::Postgres => format!("CAST({text} AS numeric)"),
            Dialect::DuckDb | Dialect::Spark => format!("TRY_CAST({text} AS DECIMAL(38, {places}))"),
        }
    }

    /// A text such as `2026-7-1` as a date; `NULL` where there is no such day.
    pub fn to_day(self, text: &str) -> String {
        match self {
            Dialect::Postgres => {
                format!("CASE WHEN {} THEN CAST({text} AS date) END", self.matches(text, DAYS_OF_THE_CALENDAR))
            }
            Dialect::DuckDb | Dialect::Spark => format!("TRY_CAST({text} AS DATE)"),
        }
    }

    /// A column of dates. One beyond all time is no date, and nothing can be reckoned with it.
    pub fn own_day(self, column: &str) -> String {
        match self {
            Dialect::Postgres => format!("CASE WHEN ISFINITE({column}) THEN {column} END"),
            Dialect::DuckDb => {
                let day = format!("TRY_CAST({column} AS DATE)");
                format!("CASE WHEN ISFINITE({day}) THEN {day} END")
            }
            Dialect::Spark => format!("TRY_CAST({column} AS DATE)"),
        }
    }

    pub fn own_flag(self, column: &str) -> String {
        match self {
            Dialect::Postgres => column.to_string(),
            Dialect::DuckDb | Dialect::Spark => format!("TRY_CAST({column} AS BOOLEAN)"),
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
