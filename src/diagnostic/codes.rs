//! The table of codes. A code is never given a second meaning.

use super::Severity;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal $severity:ident;)*) => {
        /// The code of a finding: a short word a reader can look up.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// The code as it is shown.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text,)* }
            }

            /// How serious a finding with this code is unless a project says otherwise.
            pub fn severity(self) -> Severity {
                match self { $(Code::$name => Severity::$severity,)* }
            }
        }
    };
}

codes! {
    // --- syntax: the text itself
    /// Something else was expected at this place.
    Unexpected = "unexpected" Error;
    /// A bracket, brace or quote is never closed.
    Unclosed = "unclosed" Error;
    /// A full-width sign of a Chinese keyboard outside text.
    FullWidthSign = "full-width-sign" Error;
    /// Brackets or groups nested too deep.
    TooDeep = "too-deep" Error;
    /// A number, date or period that is not written properly.
    BadLiteral = "bad-literal" Error;
    /// `a < b < c`
    ChainedComparison = "chained-comparison" Error;

    // --- data
    /// No file matches a pattern.
    NoFile = "no-file" Error;
    /// A file that cannot be opened or is no table of text.
    UnreadableFile = "unreadable-file" Error;
    /// A column of the data set is not in the file.
    MissingColumn = "missing-column" Error;
    /// Two columns of the file could be the same column of the data set.
    TwoColumns = "two-columns" Error;
    /// A row with more or fewer cells than the header.
    RaggedRow = "ragged-row" Error;
    /// A cell that is not what its column holds.
    BadCell = "bad-cell" Error;
    /// A blank cell in a column that is not optional.
    BlankCell = "blank-cell" Error;
    /// `03/04/2026`: two days could be meant.
    AmbiguousDate = "ambiguous-date" Error;
    /// A text that is none of a column's `one of`.
    UnknownChoice = "unknown-choice" Error;
    /// A number outside the limits of its column.
    OutOfLimits = "out-of-limits" Error;
    /// A cell that had to be repaired to be read, where nothing may be repaired.
    RepairedCell = "repaired-cell" Error;
    /// Two rows with one key (on one day).
    DuplicateKey = "duplicate-key" Error;
    /// A link to a key that no row has.
    DanglingLink = "dangling-link" Error;
    /// Teams that lie below themselves.
    TreeCycle = "tree-cycle" Error;
    /// A row that ends before it begins.
    BackwardInterval = "backward-interval" Error;
    /// No row at all in a window that formulas read.
    EmptyWindow = "empty-window" Error;
    /// A row dated by a period that lies partly inside a window.
    StraddlingPeriod = "straddling-period" Error;
}
