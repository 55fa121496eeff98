//! How much of everything is taken on: what is larger is refused in words, before time or memory is spent on it.
//!
//! The reference shows [`TABLE`], so that a limit is known before it is met.

/// Letters of a name up to which another is looked for that may have been meant.
pub const NAME_COMPARED: usize = 64;
/// Known names among which that one is looked for.
pub const NAMES_COMPARED: usize = 10_000;
/// Brackets and blocks in one another.
pub const NESTING: usize = 128;
/// How many KPIs, scales or constants may build on one another, each on the next.
pub const CHAIN: usize = 100;
/// The same of derived columns, which are computed for every row.
pub const COLUMN_CHAIN: usize = 32;
/// Bytes of one spec.
pub const SPEC: u64 = 64 << 20;
/// Bytes of one row of a file of text, and of all rows up to the header.
pub const ROW: usize = 16 << 20;
/// Bytes of a file that has to be unpacked or read as a whole: a `.zip`, a spreadsheet, months side by side.
pub const WHOLE: u64 = 1 << 30;
/// Cells between the first and the last filled one of a sheet that are held whatever is between them.
pub const SHEET: u64 = 1 << 22;
/// Of larger sheets, so many cells to each one that is filled.
pub const SHEET_SPARSE: u64 = 64;
/// As many as there can be where all are filled.
pub const SHEET_MOST: u64 = 44 << 20;
/// Rows of a Parquet file that are believed whatever its size, and of larger ones so many to each byte; so many bytes it
/// may also come to, where that is more than what is read as a whole.
pub const PARQUET: u64 = 1 << 22;
pub const PARQUET_SPARSE: u64 = 64;
/// Periods evaluated at once.
pub const PERIODS: usize = 240;
/// Letters of one word that a finding shows, and bytes of one of its sentences.
pub const WORD_SHOWN: usize = 200;
pub const SENTENCE_SHOWN: usize = 10_000;
/// Findings shown to people; all are counted.
pub const FINDINGS: usize = 100;
/// Places of one finding that are marked; the others are counted.
pub const PLACES_SHOWN: usize = 6;

/// What is limited, how far, and what happens beyond: the rows of the reference.
pub fn table() -> Vec<[String; 3]> {
    let row = |what: &str, limit: String, beyond: &str| [what.to_string(), limit, beyond.to_string()];
    vec![
        row("a spec", megabytes(SPEC), "refused"),
        row("brackets and blocks in one another", NESTING.to_string(), "`too-deep`"),
        row("KPIs, scales, constants that build on one another", CHAIN.to_string(), "`too-deep`"),
        row("derived columns that build on one another", COLUMN_CHAIN.to_string(), "`too-deep`"),
        row("digits of a number that is written", "28".to_string(), "`bad-literal`"),
        row("numbers that are computed", "below 79 · 10²⁷".to_string(), "`number-too-large`"),
        row("a row of a file of text, and all rows down to the header", megabytes(ROW as u64), "`unreadable-file`"),
        row(
            "a `.zip`, a spreadsheet, or months side by side, unpacked",
            format!("{}, or what `--memory` allows", megabytes(WHOLE)),
            "`unreadable-file`",
        ),
        row(
            "cells between the first and the last filled one of a sheet",
            format!(
                "{} million, or {SHEET_SPARSE} to each filled one and no more than {} million",
                SHEET / 1_000_000,
                SHEET_MOST / 1_000_000
            ),
            "`unreadable-file`",
        ),
        row(
            "rows of a Parquet file",
            format!("{} million, or {PARQUET_SPARSE} to each byte", PARQUET / 1_000_000),
            "`unreadable-file`",
        ),
        row(
            "a Parquet file, unpacked",
            format!("{}, or {PARQUET_SPARSE} bytes to each byte", megabytes(WHOLE)),
            "`unreadable-file`",
        ),
        row("rows of a data set", "4,294,967,294".to_string(), "`unreadable-file`"),
        row("periods in one run", PERIODS.to_string(), "refused"),
        row("findings shown to people", FINDINGS.to_string(), "the rest is counted; `--format short` shows all"),
        row(
            "names for which, and among which, “did you mean” is looked for",
            format!("{NAME_COMPARED} letters, {NAMES_COMPARED} names"),
            "nothing is proposed",
        ),
    ]
}

/// `16 MB`, of 1,048,576 bytes each.
pub fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes >> 20)
}
