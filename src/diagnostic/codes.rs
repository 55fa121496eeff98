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
    // --- files
    /// A spec that is not UTF-8 text.
    NotUtf8 = "not-utf8" Error;

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
}
