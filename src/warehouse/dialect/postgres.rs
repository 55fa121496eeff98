//! PostgreSQL.

use super::{
    Asked, EngineSql, SmallTables, Target, behind_schemas, day_plus, letters_by_number, quoted, rows_of_values,
    values_in_brackets,
};
use crate::data::cells::forms::WHITE_SPACE;
use crate::data::cells::reader::CellKind;

/// Dates that there are: a cast of any other is an error.
const DAYS_OF_THE_CALENDAR: &str = "^(?:[0-9]{4}-(?:(?:0?[13578]|1[02])-(?:0?[1-9]|[12][0-9]|3[01])\
     |(?:0?[469]|11)-(?:0?[1-9]|[12][0-9]|30)|0?2-(?:0?[1-9]|1[0-9]|2[0-8]))\
     |(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-0?2-29)$";

pub struct Postgres;

impl EngineSql for Postgres {
    fn name(&self) -> &'static str {
        "PostgreSQL"
    }

    fn word(&self) -> &'static str {
        "postgres"
    }

    fn addresses(&self) -> &'static [(&'static str, &'static str)] {
        &[("postgres://NAME@HOST/DATABASE", "the password in PGPASSWORD")]
    }

    fn target<'u>(&self, address: &'u str, scheme: &str, rest: &'u str) -> Option<&'u str> {
        (matches!(scheme, "postgres" | "postgresql") && rest.starts_with("//")).then_some(address)
    }

    fn target_is(&self) -> Target {
        Target::Server
    }

    fn asked(&self) -> Asked {
        Asked::ByClient
    }

    fn least_version(&self) -> [u32; 2] {
        [14, 0]
    }

    fn least_shown(&self) -> String {
        let [major, _] = self.least_version();
        major.to_string()
    }

    fn opening(&self) -> &'static [&'static str] {
        // Nothing is written, so that a session may be one for reading only. What the path leads to is the user's
        // affair, but no function of ours is another one.
        &[
            "BEGIN ISOLATION LEVEL REPEATABLE READ",
            "SET LOCAL client_min_messages = error",
            "SET LOCAL datestyle = 'ISO, YMD'",
            "SET LOCAL timezone = 'UTC'",
            "SET LOCAL standard_conforming_strings = on",
            "SET LOCAL transform_null_equals = off",
            "SET LOCAL extra_float_digits = 1",
            // To compile what has many cases takes longer than to do it.
            "SET LOCAL jit = off",
        ]
    }

    fn only_reading(&self) -> Option<&'static str> {
        Some("SET TRANSACTION READ ONLY")
    }

    fn refusing_older(&self) -> String {
        let [major, _] = self.least_version();
        // There a text that is no number is the error.
        format!(
            "SELECT CASE WHEN CAST(current_setting('server_version_num') AS integer) < {} \
             THEN CAST('{}' || current_setting('server_version') AS integer) END AS version",
            major * 10_000,
            (self as &dyn EngineSql).needed(&major.to_string())
        )
    }

    fn marking(&self) -> &'static str {
        "SELECT set_config('search_path', concat_ws(', ', 'pg_catalog', NULLIF(current_setting('search_path'), '')), true), \
         set_config('merit.run', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC ' || \
         CAST(gen_random_uuid() AS text), true)"
    }

    fn mark(&self) -> &'static str {
        "current_setting('merit.run')"
    }

    fn counts_once(&self) -> bool {
        true
    }

    fn ending(&self) -> Option<&'static str> {
        Some("COMMIT")
    }

    fn command(&self) -> &'static str {
        "psql -X DATABASE < this"
    }

    fn leaves(&self) -> &'static str {
        "CSV"
    }

    fn pinned(&self) -> &'static str {
        "\\set ON_ERROR_STOP on\n\\encoding UTF8\n\\timing off\n\\pset format csv\n\\pset csv_fieldsep ','\n\\pset null ''\n\
         \\pset tuples_only off\n\\pset expanded off\n\\pset numericlocale off\n"
    }

    fn silent(&self, sql: &str) -> String {
        format!("{sql}{}", if sql.starts_with("SELECT") { " \\gset merit_" } else { ";" })
    }

    fn to_file(&self, sql: &str, name: &str) -> String {
        format!("\\o {}\n{sql};\n\\o", self.text(&format!("{name}.csv")))
    }

    fn same_name(&self, one: &str, other: &str) -> bool {
        one == other
    }

    fn name_of(&self, name: &str) -> String {
        quoted(name, '"')
    }

    fn table(&self, name: &str) -> String {
        behind_schemas(name, |part| self.name_of(part))
    }

    fn text(&self, text: &str) -> String {
        quoted(text, '\'')
    }

    fn letters(&self, letters: &str) -> String {
        letters_by_number(letters)
    }

    fn as_text(&self, value: &str) -> String {
        format!("CAST({value} AS text)")
    }

    fn matches(&self, text: &str, pattern: &str) -> String {
        format!("{text} ~ {}", self.text(pattern))
    }

    fn replaced(&self, text: &str, pattern: &str, to: &str) -> String {
        let to = to.replace(['{', '}'], "").replace('$', "\\");
        format!("REGEXP_REPLACE({text}, {}, {})", self.text(pattern), self.text(&to))
    }

    fn replaced_all(&self, text: &str, pattern: &str, to: &str) -> String {
        format!("REGEXP_REPLACE({text}, {}, {}, 'g')", self.text(pattern), self.text(to))
    }

    fn trimmed(&self, text: &str) -> String {
        format!("BTRIM({text}, {})", self.letters(WHITE_SPACE))
    }

    fn ordered(&self, text: &str) -> String {
        format!("{text} COLLATE \"C\"")
    }

    fn type_name(&self, column: &str) -> String {
        // Of a type made from another one, or of labels, what it is made of.
        format!(
            "(SELECT CASE WHEN t.typtype = 'e' THEN 'enum' \
             ELSE format_type(CASE WHEN t.typbasetype = 0 THEN t.oid ELSE t.typbasetype END, NULL) END \
             FROM pg_catalog.pg_type t WHERE t.oid = pg_typeof({column}))"
        )
    }

    fn types_read(&self) -> &'static str {
        "^(text|character varying|character|\"char\"|name|citext|enum|smallint|integer|bigint|numeric|boolean|uuid\
         |date|timestamp without time zone|timestamp with time zone)$"
    }

    fn types_of_values(&self) -> &'static str {
        "^(smallint|integer|bigint|numeric|date|timestamp|timestamptz|timestamp without time zone|timestamp with time zone)$"
    }

    fn types_of_times(&self) -> &'static str {
        "^timestamp( without time zone)?$"
    }

    fn types_of_numbers(&self, _: u32) -> String {
        // A numeric has as many places as it needs.
        "^(smallint|integer|bigint|numeric)$".into()
    }

    fn holds_where(&self, _: &str, _: &CellKind, _: u32) -> Option<String> {
        None
    }

    fn type_of_text(&self) -> &'static str {
        "text"
    }

    fn decimal(&self, _: u32) -> String {
        "numeric".to_string()
    }

    fn beyond_numbers(&self, value: &str, places: u32) -> Option<String> {
        Some(format!(
            "{value} IS NOT NULL AND NOT COALESCE(SCALE(TRIM_SCALE({value})) <= {places} AND ABS({value}) < 1{}, FALSE)",
            "0".repeat(20)
        ))
    }

    fn written(&self, column: &str) -> String {
        // Whatever the column's own way to compare texts is.
        let text = format!("CAST({column} AS text) COLLATE \"C\"");
        let without = |ending: &str| self.replaced(&format!("({text})"), &format!("{ending}$"), "");
        format!(
            "CASE WHEN pg_typeof({column}) = 'timestamptz'::regtype THEN {} \
             WHEN pg_typeof({column}) = 'timestamp'::regtype THEN {} ELSE {text} END",
            without(" 00:00:00[+]00"),
            without(" 00:00:00")
        )
    }

    fn written_of(&self, column: &str, ty: &str) -> String {
        match ty {
            // Whatever the column's own way to compare texts is.
            "text" => format!("{column} COLLATE \"C\""),
            ty if ty.starts_with("timestamp") => self.written(column),
            _ => format!("CAST({column} AS text) COLLATE \"C\""),
        }
    }

    fn has_clock(&self, column: &str) -> String {
        format!("{column} <> DATE_TRUNC('day', {column})")
    }

    fn to_number(&self, text: &str, _: u32) -> String {
        // A numeric has as many places as it needs.
        format!("CAST({text} AS numeric)")
    }

    fn to_day(&self, text: &str) -> String {
        format!("CASE WHEN {} THEN CAST({text} AS date) END", self.matches(text, DAYS_OF_THE_CALENDAR))
    }

    fn own_day(&self, column: &str) -> String {
        format!("CASE WHEN ISFINITE({column}) THEN CAST({column} AS date) END")
    }

    fn own_flag(&self, column: &str) -> String {
        column.to_string()
    }

    fn whole_number(&self, text: &str) -> String {
        format!("CAST({text} AS INTEGER)")
    }

    fn cast_wider(&self, value: &str, _: u32) -> String {
        value.to_string()
    }

    fn days_between(&self, from: &str, to: &str) -> String {
        format!("({to} - {from})")
    }

    fn later(&self, day: &str, days: i32) -> String {
        day_plus(day, days)
    }

    fn whole(&self, up: &str, down: &str) -> String {
        format!("({up} / {down})")
    }

    fn reads_columns(&self) -> bool {
        false
    }

    fn small_tables(&self) -> SmallTables {
        SmallTables::Within
    }

    fn making_small(&self) -> &'static str {
        "CREATE TEMPORARY TABLE"
    }

    fn values(&self, lines: &str, columns: &str) -> String {
        values_in_brackets(lines, columns)
    }

    fn lists_of(&self, columns: &[(String, Vec<Option<&str>>)], names: &str) -> Option<String> {
        let cell = |cell: &Option<&str>| match cell {
            Some(cell) => format!("\"{}\"", cell.replace('\\', "\\\\").replace('"', "\\\"")),
            None => "NULL".to_string(),
        };
        let list = |(ty, cells): &(String, Vec<Option<&str>>)| {
            let cells: Vec<String> = cells.iter().map(cell).collect();
            format!("CAST({} AS {ty}[])", self.text(&format!("{{{}}}", cells.join(","))))
        };
        let lists: Vec<String> = columns.iter().map(list).collect();
        Some(format!("unnest({}) AS t({names})", lists.join(",\n  ")))
    }

    fn kept_apart(&self) -> &'static str {
        // Or it would write steps into one another, until they are longer than anybody has time for.
        " OFFSET 0"
    }

    fn written_out(&self) -> &'static str {
        "NOT MATERIALIZED "
    }

    fn with_one_row(&self, _: &str, _: usize) -> String {
        String::new()
    }

    fn rows_of(&self, rows: &[Vec<String>], columns: &[&str]) -> String {
        rows_of_values(rows, columns)
    }
}
