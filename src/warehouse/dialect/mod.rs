//! How the engines differ in what they call things. What differs is a method of [`EngineSql`], which each engine states in a file
//! of its own: one that is forgotten does not compile.

mod duckdb;
mod postgres;
mod spark;

use std::ops::Deref;

use regex::Regex;

use self::duckdb::DuckDb;
use self::postgres::Postgres;
use self::spark::Spark;
use crate::data::cells::reader::CellKind;
use crate::plural::one_of;
use crate::time::Day;

/// Makes the engines, the list of them, and the way from one to its file.
macro_rules! engines {
    ($($engine:ident),*) => {
        /// The SQL of an engine.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Dialect {
            $($engine,)*
        }

        impl Dialect {
            /// All engines, in the order in which they are named.
            pub const ALL: &'static [Dialect] = &[$(Dialect::$engine),*];
        }

        impl Deref for Dialect {
            type Target = dyn EngineSql;

            fn deref(&self) -> &Self::Target {
                match self {
                    $(Dialect::$engine => &$engine,)*
                }
            }
        }
    };
}

engines!(DuckDb, Postgres, Spark);

impl Dialect {
    /// In whose SQL a plan is told apart from others, whatever engine it is for.
    pub const OF_PLANS: Dialect = Dialect::DuckDb;

    /// The engine that an address leads to, with what stands there behind its name; or how addresses are written.
    pub fn at(address: &str) -> Result<(Dialect, &str), String> {
        let found = address.split_once(':').and_then(|(scheme, rest)| {
            Self::ALL.iter().find_map(|dialect| Some((*dialect, dialect.target(address, scheme, rest)?)))
        });
        found.ok_or_else(|| {
            let forms = Self::ALL.iter().flat_map(|dialect| dialect.addresses());
            format!("write {}", one_of(forms.map(|(form, _)| format!("`{form}`"))))
        })
    }

    /// How the addresses of all engines are written, with what must be known of them.
    pub fn addresses_of_all() -> String {
        let form = |(form, note): &(&str, &str)| match note.is_empty() {
            true => form.to_string(),
            false => format!("{form} ({note})"),
        };
        one_of(Self::ALL.iter().flat_map(|dialect| dialect.addresses()).map(form))
    }

    /// How engines are called on the command line: `duckdb, postgres or spark`.
    pub fn words() -> String {
        one_of(Self::ALL.iter().map(|dialect| dialect.word().to_string()))
    }
}

/// The digits that a number has at most.
const MOST_DIGITS: u32 = 38;

/// Who asks an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A client of our own, for PostgreSQL and what speaks its protocol.
    ByClient,
    /// A function of `cli/engine.py`, by its name there.
    ByPython(&'static str),
}

/// What stands behind an engine's name in an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The file of a database, or `:memory:`.
    File,
    /// The address of a server of PostgreSQL's protocol.
    Server,
    /// The address of a cluster's master.
    Cluster,
}

/// How small tables come to an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmallTables {
    /// As temporary tables, row by row.
    Filled,
    /// As temporary views.
    Views,
    /// Within the statements: a session that may only read has no tables of its own. Large ones as temporary tables, where
    /// the session may have such.
    Within,
}

/// All in which engines differ.
pub trait EngineSql {
    fn name(&self) -> &'static str;

    /// What it is called on the command line and in documents.
    fn word(&self) -> &'static str;

    /// How its addresses are written, each with what must be known of it.
    fn addresses(&self) -> &'static [(&'static str, &'static str)];

    /// What an address leads to, if it is one of this engine.
    fn target<'u>(&self, address: &'u str, scheme: &str, rest: &'u str) -> Option<&'u str>;

    /// What that is.
    fn target_is(&self) -> Target;

    fn asked(&self) -> Asked;

    /// The oldest version that is asked.
    fn least_version(&self) -> [u32; 2];

    /// The same, as the engine counts.
    fn least_shown(&self) -> String {
        let [major, minor] = self.least_version();
        format!("{major}.{minor}")
    }

    // ------------------------------------------------------------ sessions

    /// What comes before all statements, one by one. For the engine's own command line, or else for a connection of
    /// ours. Times are read in UTC, as they are of files.
    fn opening(&self) -> &'static [&'static str];

    /// What breaks a printed script off where its engine is too old: before a connection of ours has looked at that.
    fn refusing_older(&self) -> String;

    /// What makes the transaction one that only reads, once small tables are there.
    fn only_reading(&self) -> Option<&'static str>;

    /// What gives the run its mark: when it began, and something that no other run has.
    fn marking(&self) -> &'static str;

    /// The mark of the run.
    fn mark(&self) -> &'static str;

    /// Whether the rows of all tables are counted once, since all statements see the same ones.
    fn counts_once(&self) -> bool;

    /// What ends it.
    fn ending(&self) -> Option<&'static str>;

    // ------------------------------------------------------------ scripts for the engine's own command line

    /// How a script is run.
    fn command(&self) -> &'static str;

    /// As what a result is left behind.
    fn leaves(&self) -> &'static str;

    /// What stands before the first statement: what a file of the user's own could have set otherwise.
    fn pinned(&self) -> &'static str;

    /// A statement that is run for what it does: it shows nothing.
    fn silent(&self, sql: &str) -> String {
        format!("{sql};")
    }

    /// A statement that leaves its result behind in a file called so, with the ending that says how.
    fn to_file(&self, sql: &str, name: &str) -> String;

    // ------------------------------------------------------------ names and texts

    /// Whether two names of columns are one.
    fn same_name(&self, one: &str, other: &str) -> bool;

    /// A name as the engine takes it, whatever letters it has.
    fn name_of(&self, name: &str) -> String;

    /// A table, possibly behind its schema: `dw.policies`; or a file or folder: `/lake/policies`.
    fn table(&self, name: &str) -> String;

    fn text(&self, text: &str) -> String;

    /// A text in which letters may be none that can be seen.
    fn letters(&self, letters: &str) -> String;

    fn as_text(&self, value: &str) -> String;

    /// Whether a text has the form of a pattern.
    fn matches(&self, text: &str, pattern: &str) -> String;

    /// What becomes of a text that has the form of a pattern: `$1` is its first group.
    fn replaced(&self, text: &str, pattern: &str, to: &str) -> String;

    /// Every piece of a text that has the form of a pattern replaced.
    fn replaced_all(&self, text: &str, pattern: &str, to: &str) -> String;

    /// Without white space around it.
    fn trimmed(&self, text: &str) -> String;

    /// Texts by the numbers of their letters, whatever the server's language.
    fn ordered(&self, text: &str) -> String;

    // ------------------------------------------------------------ types

    /// The name of a column's type.
    fn type_name(&self, column: &str) -> String;

    /// The names of all types that are read.
    fn types_read(&self) -> &'static str;

    /// The names of the types whose values are numbers, dates or times.
    fn types_of_values(&self) -> &'static str;

    /// The names of the types whose values are times without a zone.
    fn types_of_times(&self) -> &'static str;

    /// The types of exact numbers with at most so many places.
    fn types_of_numbers(&self, places: u32) -> String;

    /// Whether a column's type holds such values, as a condition that the engine decides before it looks at any row;
    /// nothing where it would have to understand casts that the type has not.
    fn holds_where(&self, column: &str, kind: &CellKind, places: u32) -> Option<String>;

    fn type_of_text(&self) -> &'static str;

    fn decimal(&self, places: u32) -> String;

    // ------------------------------------------------------------ values

    /// Whether a number of the engine's own type is more than is read.
    fn beyond_numbers(&self, value: &str, places: u32) -> Option<String>;

    /// A column's value as the text that stands for it in a file: of a time at midnight its day, which of one with a
    /// zone is that of UTC.
    fn written(&self, column: &str) -> String;

    /// The same where the column's type is known.
    fn written_of(&self, column: &str, ty: &str) -> String;

    /// Whether a time is another one than midnight.
    fn has_clock(&self, column: &str) -> String;

    /// A text of digits, or a number of the engine, as an exact decimal.
    fn to_number(&self, text: &str, places: u32) -> String;

    /// A text such as `2026-7-1` as a date; `NULL` where there is no such day.
    fn to_day(&self, text: &str) -> String;

    /// A column of dates. One beyond all time is no date, and nothing can be reckoned with it.
    fn own_day(&self, column: &str) -> String;

    fn own_flag(&self, column: &str) -> String;

    /// A text of digits as a whole number.
    fn whole_number(&self, text: &str) -> String;

    /// A number that is no literal with so many places; an error where it would not fit.
    fn cast_wider(&self, value: &str, places: u32) -> String;

    /// The days from one date to another.
    fn days_between(&self, from: &str, to: &str) -> String;

    /// The day so many days later.
    fn later(&self, day: &str, days: i32) -> String;

    /// The whole part of the quotient of two whole numbers that are not negative.
    fn whole(&self, up: &str, down: &str) -> String;

    // ------------------------------------------------------------ rows

    /// Whether a column is read by itself, so that its values are told apart at little cost.
    fn reads_columns(&self) -> bool;

    fn small_tables(&self) -> SmallTables;

    /// What stands before the name of a small table that is made: never one of the engine's own, whatever its name.
    fn making_small(&self) -> &'static str;

    /// Rows written as they are, as what stands behind `FROM`.
    fn values(&self, lines: &str, columns: &str) -> String;

    /// Many rows as lists, one for each column with its type, as what stands behind `FROM`; nothing where rows written one
    /// by one are read as fast.
    fn lists_of(&self, columns: &[(String, Vec<Option<&str>>)], names: &str) -> Option<String>;

    /// What stands at the end of a query inside another one, so that the two are not written into one another.
    fn kept_apart(&self) -> &'static str;

    /// What makes a table in front of a statement be written out wherever it is read.
    fn written_out(&self) -> &'static str;

    /// One row more, behind those of a query with so many columns: Spark gives no total of no rows.
    fn with_one_row(&self, first: &str, columns: usize) -> String;

    /// One row as several: the clause behind `FROM tally`.
    fn rows_of(&self, rows: &[Vec<String>], columns: &[&str]) -> String;
}

/// What all engines have in common.
impl dyn EngineSql {
    pub fn day(&self, day: i32) -> String {
        format!("DATE '{}'", day_text(day))
    }

    /// Letters in the place of others, one for one.
    pub fn translated(&self, text: &str, from: &str, to: &str) -> String {
        format!("TRANSLATE({text}, {}, {})", self.letters(from), self.letters(to))
    }

    pub fn is_value(&self, ty: &str) -> bool {
        Regex::new(self.types_of_values()).is_ok_and(|types| types.is_match(&ty.to_lowercase()))
    }

    /// The same as a condition, where the type is not known yet.
    pub fn is_value_where(&self, column: &str) -> String {
        self.matches(&self.type_name(column), self.types_of_values())
    }

    /// Whether a type is that of texts themselves.
    pub fn is_text(&self, ty: &str) -> bool {
        ty.eq_ignore_ascii_case(self.type_of_text())
    }

    /// Whether columns of a type are read; of some only the engine itself tells.
    pub fn is_read(&self, ty: &str) -> bool {
        Regex::new(self.types_read()).is_ok_and(|types| types.is_match(&ty.to_lowercase()))
    }

    /// The places of a type of decimals, all of which fit into numbers with so many places.
    pub fn scale_of(&self, ty: &str, places: u32) -> Option<u32> {
        let (digits, scale) = ty.to_lowercase().strip_prefix("decimal(")?.strip_suffix(')')?.split_once(',').and_then(
            |(digits, scale)| Some((digits.trim().parse::<u32>().ok()?, scale.trim().parse::<u32>().ok()?)),
        )?;
        (scale <= places && digits + places <= MOST_DIGITS + scale).then_some(scale)
    }

    /// Whether values are times without a zone, of which each has its day.
    pub fn is_time(&self, ty: &str) -> bool {
        Regex::new(self.types_of_times()).is_ok_and(|types| types.is_match(&ty.to_lowercase()))
    }

    /// Types of binary fractions, which are no decimals.
    pub fn types_of_floats(&self) -> &'static str {
        "^(double|float|real|double precision)$"
    }

    /// The types whose values a kind of cells holds as they are: of numbers those of whole ones, and of decimals with
    /// at most so many places.
    fn types_of(&self, kind: &CellKind, places: u32) -> Option<String> {
        match kind {
            CellKind::Number(_) => Some(self.types_of_numbers(places)),
            CellKind::Day(_) => Some("^date$".into()),
            CellKind::Flag => Some("^boolean$".into()),
            CellKind::Period | CellKind::Choice(_) | CellKind::Text | CellKind::KeyOf(..) => None,
        }
    }

    /// Whether a type holds such values.
    pub fn holds(&self, ty: &str, kind: &CellKind, places: u32) -> bool {
        let types = self.types_of(kind, places).and_then(|types| Regex::new(&types).ok());
        types.is_some_and(|types| types.is_match(&ty.to_lowercase()))
    }

    /// A number with so many places; an error where it would not fit. A literal is written so.
    pub fn widened(&self, value: &str, places: u32) -> String {
        if value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            let (whole, rest) = value.split_once('.').unwrap_or((value, ""));
            let point = if places == 0 { "" } else { "." };
            return format!("{whole}{point}{rest:0<width$}", width = places as usize);
        }
        self.cast_wider(value, places)
    }

    /// A key of several columns as one text, in which the parts stand apart as they do in [`crate::data`].
    pub fn key(&self, parts: &[String]) -> String {
        parts.join(" || CHR(31) || ")
    }

    /// The first text, in their order, of the rows where something holds. (Three of them would have all texts gathered
    /// before they are put in order, however many there are.)
    pub fn first(&self, text: &str, condition: &str) -> String {
        format!("MIN(CASE WHEN {condition} THEN {} END)", self.ordered(text))
    }

    /// What an engine too old for the statements is told.
    fn needed(&self, version: &str) -> String {
        format!("the statements are made for {} {version} and newer, and this is ", self.name())
    }
}

/// Names and texts between quotes, with a quote within written twice.
fn quoted(text: &str, quote: char) -> String {
    format!("{quote}{}{quote}", text.replace(quote, &format!("{quote}{quote}")))
}

/// A name behind those of its schemas.
fn behind_schemas(name: &str, name_of: impl Fn(&str) -> String) -> String {
    name.split('.').map(name_of).collect::<Vec<_>>().join(".")
}

/// A text in which control characters are called by their numbers, behind one another.
fn letters_by_number(letters: &str) -> String {
    let plain: String = letters.chars().filter(|letter| !letter.is_control()).collect();
    let control = letters.chars().filter(|letter| letter.is_control());
    let control: String = control.map(|letter| format!(" || CHR({})", letter as u32)).collect();
    format!("{}{control}", quoted(&plain, '\''))
}

/// Rows behind a cross join, as the standard has it.
fn rows_of_values(rows: &[Vec<String>], columns: &[&str]) -> String {
    let lines: Vec<String> = rows.iter().map(|row| format!("({})", row.join(", "))).collect();
    format!("CROSS JOIN LATERAL (VALUES\n    {}) AS v({})", lines.join(",\n    "), columns.join(", "))
}

/// Rows behind `FROM`, as the standard has it.
fn values_in_brackets(lines: &str, columns: &str) -> String {
    format!("(VALUES\n{lines}\n  ) AS t({columns})")
}

/// A date plus or minus days, as the standard has it.
fn day_plus(day: &str, days: i32) -> String {
    if days < 0 { format!("({day} - {})", days.unsigned_abs()) } else { format!("({day} + {days})") }
}

/// The types of numbers of engines whose decimals have a number of places.
fn types_of_decimals(places: u32) -> String {
    let places = (0..=places).map(|places| places.to_string()).collect::<Vec<_>>().join("|");
    format!("^(u?(tinyint|smallint|int|integer|bigint)|decimal[(][0-9]+, ?({places})[)])$")
}

/// A day as SQL dates can have it.
pub fn day_text(day: i32) -> String {
    // The first and last day that all engines know.
    let first = Day::from_ymd(1, 1, 1).map_or(day, |day| day.0);
    let last = Day::from_ymd(9999, 12, 31).map_or(day, |day| day.0);
    Day(day.clamp(first, last)).to_string()
}
