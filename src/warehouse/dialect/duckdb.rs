//! DuckDB.

use super::{
    Asked, EngineSql, SmallTables, Target, behind_schemas, day_plus, letters_by_number, quoted, rows_of_values,
    types_of_decimals, values_in_brackets,
};
use crate::data::cells::forms::WHITE_SPACE;
use crate::data::cells::reader::CellKind;

pub struct DuckDb;

impl EngineSql for DuckDb {
    fn name(&self) -> &'static str {
        "DuckDB"
    }

    fn word(&self) -> &'static str {
        "duckdb"
    }

    fn addresses(&self) -> &'static [(&'static str, &'static str)] {
        &[("duckdb:FILE", "")]
    }

    fn target<'u>(&self, _: &'u str, scheme: &str, rest: &'u str) -> Option<&'u str> {
        (scheme == "duckdb" && !rest.is_empty()).then_some(rest)
    }

    fn target_is(&self) -> Target {
        Target::File
    }

    fn asked(&self) -> Asked {
        Asked::ByPython("duckdb")
    }

    fn least_version(&self) -> [u32; 2] {
        [1, 4]
    }

    fn opening(&self) -> &'static [&'static str] {
        &[
            "SET TimeZone = 'UTC'",
            "SET default_collation = ''",
            "SET default_null_order = 'nulls_last'",
            "SET integer_division = false",
            "BEGIN TRANSACTION",
        ]
    }

    fn only_reading(&self) -> Option<&'static str> {
        None
    }

    fn refusing_older(&self) -> String {
        let [major, minor] = self.least_version();
        format!(
            "SET VARIABLE merit_version = (SELECT CASE WHEN \
             CAST(string_split(ltrim(version(), 'v'), '.')[1:2] AS INTEGER[]) < [{major}, {minor}] \
             THEN error('{}' || version()) ELSE version() END)",
            (self as &dyn EngineSql).needed(&format!("{major}.{minor}"))
        )
    }

    fn marking(&self) -> &'static str {
        "SET VARIABLE merit_run = (SELECT strftime(CAST(get_current_timestamp() AT TIME ZONE 'UTC' AS TIMESTAMP), \
         '%Y-%m-%d %H:%M:%S') || ' UTC ' || CAST(uuid() AS VARCHAR))"
    }

    fn mark(&self) -> &'static str {
        "getvariable('merit_run')"
    }

    fn counts_once(&self) -> bool {
        false
    }

    fn ending(&self) -> Option<&'static str> {
        Some("COMMIT")
    }

    fn command(&self) -> &'static str {
        "duckdb FILE < this"
    }

    fn leaves(&self) -> &'static str {
        "CSV"
    }

    fn pinned(&self) -> &'static str {
        ""
    }

    fn to_file(&self, sql: &str, name: &str) -> String {
        format!("COPY (\n{sql}\n) TO {} (HEADER, DELIMITER ',');", self.text(&format!("{name}.csv")))
    }

    fn same_name(&self, one: &str, other: &str) -> bool {
        // Capital and small letters are the same.
        one.to_lowercase() == other.to_lowercase()
    }

    fn name_of(&self, name: &str) -> String {
        quoted(name, '"')
    }

    fn table(&self, name: &str) -> String {
        if name.contains(['*', '?']) || name.ends_with(".parquet") {
            return self.text(name);
        }
        // Of a folder all files of Parquet, but for what is not finished or hidden, as Spark has it.
        if name.contains('/') {
            let folder = name.trim_end_matches('/');
            return format!(
                "(SELECT * EXCLUDE (merit_file) FROM read_parquet({}, filename = 'merit_file') \
                 WHERE NOT regexp_matches(SUBSTR(merit_file, {}), '/[_.]'))",
                self.text(&format!("{folder}/**/*.parquet")),
                folder.chars().count() + 1
            );
        }
        behind_schemas(name, |part| self.name_of(part))
    }

    fn text(&self, text: &str) -> String {
        quoted(text, '\'')
    }

    fn letters(&self, letters: &str) -> String {
        letters_by_number(letters)
    }

    fn as_text(&self, value: &str) -> String {
        format!("CAST({value} AS VARCHAR)")
    }

    fn matches(&self, text: &str, pattern: &str) -> String {
        format!("regexp_matches({text}, {})", self.text(pattern))
    }

    fn replaced(&self, text: &str, pattern: &str, to: &str) -> String {
        let to = to.replace(['{', '}'], "").replace('$', "\\");
        format!("REGEXP_REPLACE({text}, {}, {})", self.text(pattern), self.text(&to))
    }

    fn replaced_all(&self, text: &str, pattern: &str, to: &str) -> String {
        format!("REGEXP_REPLACE({text}, {}, {}, 'g')", self.text(pattern), self.text(to))
    }

    fn trimmed(&self, text: &str) -> String {
        format!("TRIM({text}, {})", self.letters(WHITE_SPACE))
    }

    fn ordered(&self, text: &str) -> String {
        text.to_string()
    }

    fn type_name(&self, column: &str) -> String {
        format!("LOWER(typeof({column}))")
    }

    fn types_read(&self) -> &'static str {
        "^(varchar|json|enum[(].*|\"null\"|u?(tinyint|smallint|integer|bigint|hugeint)|decimal[(].*|boolean|uuid\
         |date|timestamp(_s|_ms|_ns)?|timestamp with time zone)$"
    }

    fn types_of_values(&self) -> &'static str {
        "^(u?(tinyint|smallint|integer|bigint|hugeint)|decimal[(].*|date|timestamp(_s|_ms|_ns)?|timestamp with time zone)$"
    }

    fn types_of_times(&self) -> &'static str {
        "^timestamp(_s|_ms|_ns)?$"
    }

    fn types_of_numbers(&self, places: u32) -> String {
        types_of_decimals(places)
    }

    fn holds_where(&self, column: &str, kind: &CellKind, places: u32) -> Option<String> {
        let types = (self as &dyn EngineSql).types_of(kind, places)?;
        Some(self.matches(&self.type_name(column), &types))
    }

    fn type_of_text(&self) -> &'static str {
        "VARCHAR"
    }

    fn decimal(&self, places: u32) -> String {
        format!("DECIMAL(38, {places})")
    }

    fn beyond_numbers(&self, _: &str, _: u32) -> Option<String> {
        None
    }

    fn written(&self, column: &str) -> String {
        // Whatever the column's own way to compare texts is.
        let text = format!("CAST({column} AS VARCHAR) COLLATE \"binary\"");
        let without = |ending: &str| self.replaced(&format!("({text})"), &format!("{ending}$"), "");
        format!(
            "CASE WHEN typeof({column}) = 'TIMESTAMP WITH TIME ZONE' THEN {} WHEN typeof({column}) LIKE 'TIMESTAMP%' THEN {} \
             ELSE {text} END",
            without(" 00:00:00[+]00"),
            without(" 00:00:00")
        )
    }

    fn written_of(&self, column: &str, ty: &str) -> String {
        match ty.to_lowercase() {
            ty if ty.starts_with("timestamp") => self.written(column),
            _ => format!("CAST({column} AS VARCHAR) COLLATE \"binary\""),
        }
    }

    fn has_clock(&self, column: &str) -> String {
        format!("{column} <> DATE_TRUNC('day', {column})")
    }

    fn to_number(&self, text: &str, places: u32) -> String {
        format!("TRY_CAST({text} AS DECIMAL(38, {places}))")
    }

    fn to_day(&self, text: &str) -> String {
        format!("TRY_CAST({text} AS DATE)")
    }

    fn own_day(&self, column: &str) -> String {
        let day = format!("TRY_CAST({column} AS DATE)");
        format!("CASE WHEN ISFINITE({day}) THEN {day} END")
    }

    fn own_flag(&self, column: &str) -> String {
        format!("TRY_CAST({column} AS BOOLEAN)")
    }

    fn whole_number(&self, text: &str) -> String {
        // It may look at texts that other cases are for.
        format!("TRY_CAST({text} AS INTEGER)")
    }

    fn cast_wider(&self, value: &str, places: u32) -> String {
        format!("CAST({value} AS DECIMAL(38, {places}))")
    }

    fn days_between(&self, from: &str, to: &str) -> String {
        format!("({to} - {from})")
    }

    fn later(&self, day: &str, days: i32) -> String {
        day_plus(day, days)
    }

    fn whole(&self, up: &str, down: &str) -> String {
        format!("({up} // {down})")
    }

    fn reads_columns(&self) -> bool {
        true
    }

    fn small_tables(&self) -> SmallTables {
        SmallTables::Filled
    }

    fn making_small(&self) -> &'static str {
        "CREATE OR REPLACE TEMPORARY TABLE"
    }

    fn values(&self, lines: &str, columns: &str) -> String {
        values_in_brackets(lines, columns)
    }

    fn lists_of(&self, _: &[(String, Vec<Option<&str>>)], _: &str) -> Option<String> {
        None
    }

    fn kept_apart(&self) -> &'static str {
        ""
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
