//! Spark.

use super::{Asked, EngineSql, SmallTables, Target, behind_schemas, quoted, types_of_decimals};
use crate::data::cells::forms::WHITE_SPACE;
use crate::data::cells::reader::CellKind;

pub struct Spark;

impl EngineSql for Spark {
    fn name(&self) -> &'static str {
        "Spark"
    }

    fn word(&self) -> &'static str {
        "spark"
    }

    fn addresses(&self) -> &'static [(&'static str, &'static str)] {
        &[("spark://HOST:PORT", ""), ("sc://HOST:PORT", ""), ("spark:local[2]", "")]
    }

    fn target<'u>(&self, address: &'u str, scheme: &str, rest: &'u str) -> Option<&'u str> {
        match scheme {
            "sc" | "spark" if rest.starts_with("//") => Some(address),
            "spark" if !rest.is_empty() => Some(rest),
            _ => None,
        }
    }

    fn target_is(&self) -> Target {
        Target::Cluster
    }

    fn asked(&self) -> Asked {
        Asked::ByPython("spark")
    }

    fn least_version(&self) -> [u32; 2] {
        [4, 0]
    }

    fn opening(&self) -> &'static [&'static str] {
        &[
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
        ]
    }

    fn only_reading(&self) -> Option<&'static str> {
        None
    }

    fn refusing_older(&self) -> String {
        let [major, minor] = self.least_version();
        format!(
            "DECLARE OR REPLACE VARIABLE merit_version STRING DEFAULT CASE WHEN \
             CAST(substring_index(version(), '.', 1) AS INT) < {major} THEN raise_error('{}' || version()) ELSE version() END",
            (self as &dyn EngineSql).needed(&format!("{major}.{minor}"))
        )
    }

    fn marking(&self) -> &'static str {
        "DECLARE OR REPLACE VARIABLE merit_run STRING DEFAULT \
         date_format(current_timestamp(), 'yyyy-MM-dd HH:mm:ss') || ' UTC ' || uuid()"
    }

    fn mark(&self) -> &'static str {
        "system.session.merit_run"
    }

    fn counts_once(&self) -> bool {
        false
    }

    fn ending(&self) -> Option<&'static str> {
        None
    }

    fn command(&self) -> &'static str {
        "spark-sql -f this"
    }

    fn leaves(&self) -> &'static str {
        "a folder of Parquet"
    }

    fn pinned(&self) -> &'static str {
        ""
    }

    fn to_file(&self, sql: &str, name: &str) -> String {
        // Its CSV has small numbers with exponents, and backslashes before quotes.
        let folder = self.text(&format!("{name}.parquet"));
        format!("INSERT OVERWRITE DIRECTORY {folder} USING parquet\n{sql};")
    }

    fn same_name(&self, one: &str, other: &str) -> bool {
        // Capital and small letters are the same.
        one.to_lowercase() == other.to_lowercase()
    }

    fn name_of(&self, name: &str) -> String {
        quoted(name, '`')
    }

    fn table(&self, name: &str) -> String {
        if name.contains('/') {
            return format!("parquet.{}", self.name_of(name));
        }
        behind_schemas(name, |part| self.name_of(part))
    }

    fn text(&self, text: &str) -> String {
        // Spark reads backslashes, and takes two quotes for the end of one text and the beginning of the next.
        format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
    }

    fn letters(&self, letters: &str) -> String {
        let plain: String = letters.chars().filter(|letter| !letter.is_control()).collect();
        let control = letters.chars().filter(|letter| letter.is_control());
        let text = self.text(&plain);
        let control: String = control.map(|letter| format!("\\u{:04x}", letter as u32)).collect();
        format!("{}{control}'", &text[..text.len() - 1])
    }

    fn as_text(&self, value: &str) -> String {
        format!("CAST({value} AS STRING)")
    }

    fn matches(&self, text: &str, pattern: &str) -> String {
        format!("{text} RLIKE {}", self.text(pattern))
    }

    fn replaced(&self, text: &str, pattern: &str, to: &str) -> String {
        let to = to.replace(['{', '}'], "");
        format!("REGEXP_REPLACE({text}, {}, {})", self.text(pattern), self.text(&to))
    }

    fn replaced_all(&self, text: &str, pattern: &str, to: &str) -> String {
        format!("REGEXP_REPLACE({text}, {}, {})", self.text(pattern), self.text(to))
    }

    fn trimmed(&self, text: &str) -> String {
        format!("TRIM(BOTH {} FROM {text})", self.letters(WHITE_SPACE))
    }

    fn ordered(&self, text: &str) -> String {
        text.to_string()
    }

    fn type_name(&self, column: &str) -> String {
        format!("LOWER(typeof({column}))")
    }

    fn types_read(&self) -> &'static str {
        "^((string|char|varchar).*|void|tinyint|smallint|int|bigint|decimal[(].*|boolean|date|timestamp|timestamp_ntz)$"
    }

    fn types_of_values(&self) -> &'static str {
        "^(tinyint|smallint|int|bigint|decimal[(].*|date|timestamp|timestamp_ntz)$"
    }

    fn types_of_times(&self) -> &'static str {
        "^timestamp_ntz$"
    }

    fn types_of_numbers(&self, places: u32) -> String {
        types_of_decimals(places)
    }

    fn holds_where(&self, _: &str, _: &CellKind, _: u32) -> Option<String> {
        None
    }

    fn type_of_text(&self) -> &'static str {
        "STRING"
    }

    fn decimal(&self, places: u32) -> String {
        format!("DECIMAL(38, {places})")
    }

    fn beyond_numbers(&self, _: &str, _: u32) -> Option<String> {
        None
    }

    fn written(&self, column: &str) -> String {
        // Whatever the column's own way to compare texts is.
        let text = format!("CAST({column} AS STRING) COLLATE UTF8_BINARY");
        format!(
            "CASE WHEN typeof({column}) = 'timestamp' THEN {} WHEN typeof({column}) = 'timestamp_ntz' THEN {} \
             ELSE {text} END",
            self.replaced(&format!("({text} || ' UTC')"), " 00:00:00 UTC$", ""),
            self.replaced(&format!("({text})"), " 00:00:00$", "")
        )
    }

    fn written_of(&self, column: &str, ty: &str) -> String {
        match ty {
            ty if ty.starts_with("timestamp") => self.written(column),
            _ => format!("CAST({column} AS STRING) COLLATE UTF8_BINARY"),
        }
    }

    fn has_clock(&self, column: &str) -> String {
        format!("{column} <> CAST(CAST({column} AS DATE) AS TIMESTAMP_NTZ)")
    }

    fn to_number(&self, text: &str, places: u32) -> String {
        format!("TRY_CAST({text} AS DECIMAL(38, {places}))")
    }

    fn to_day(&self, text: &str) -> String {
        format!("TRY_CAST({text} AS DATE)")
    }

    fn own_day(&self, column: &str) -> String {
        format!("TRY_CAST({column} AS DATE)")
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
        format!("datediff({to}, {from})")
    }

    fn later(&self, day: &str, days: i32) -> String {
        format!("date_add({day}, {days})")
    }

    fn whole(&self, up: &str, down: &str) -> String {
        format!("({up} div {down})")
    }

    fn reads_columns(&self) -> bool {
        // It does, but each of them would be a job of its own.
        false
    }

    fn small_tables(&self) -> SmallTables {
        SmallTables::Views
    }

    fn making_small(&self) -> &'static str {
        "CREATE OR REPLACE TEMPORARY VIEW"
    }

    fn values(&self, lines: &str, columns: &str) -> String {
        format!("VALUES\n{lines}\n  AS t({columns})")
    }

    fn lists_of(&self, _: &[(String, Vec<Option<&str>>)], _: &str) -> Option<String> {
        None
    }

    fn kept_apart(&self) -> &'static str {
        ""
    }

    fn written_out(&self) -> &'static str {
        ""
    }

    fn with_one_row(&self, first: &str, columns: usize) -> String {
        format!("\n  UNION ALL SELECT {first}{}", ", NULL".repeat(columns.saturating_sub(1)))
    }

    fn rows_of(&self, rows: &[Vec<String>], columns: &[&str]) -> String {
        let lines: Vec<String> = rows.iter().map(|row| row.join(", ")).collect();
        format!("LATERAL VIEW stack({},\n    {}) AS {}", rows.len(), lines.join(",\n    "), columns.join(", "))
    }
}
