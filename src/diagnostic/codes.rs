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

            /// The code of that name.
            pub fn named(name: &str) -> Option<Code> {
                Self::ALL.iter().copied().find(|code| code.as_str() == name)
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
    /// A file that is a spec by its name or by its content, and not by both.
    NoSpec = "no-spec" Error;
    /// Specs that are written for a newer program than this one.
    NewerProgram = "newer-program" Error;
    /// A `merit.project` that cannot be read, or does not fit the folders that are there.
    ProjectFile = "project-file" Error;

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
    /// `a + b default 0`
    TwoReadings = "two-readings" Error;

    // --- model: names
    /// A name that nothing in the project has.
    UnknownName = "unknown-name" Error;
    /// A name of another kind of thing than is needed.
    WrongKind = "wrong-kind" Error;
    /// One name for two things.
    DeclaredTwice = "declared-twice" Error;
    /// A name that could mean two things at its place.
    AmbiguousName = "ambiguous-name" Error;
    /// A unit or currency nobody declared.
    UnknownUnit = "unknown-unit" Error;
    /// Versions of one name that differ in what they must have in common.
    VersionsDiffer = "versions-differ" Error;
    /// KPIs, functions or columns that need each other.
    Circle = "circle" Error;
    /// Declared, and nothing refers to it.
    Unused = "unused" Warning;

    // --- model: types and units
    /// Two units that cannot be added or compared.
    UnitMismatch = "unit-mismatch" Error;
    /// A formula whose unit is not the one declared.
    WrongUnit = "wrong-unit" Error;
    /// A kind of value that does not fit, such as text in a sum.
    WrongType = "wrong-type" Error;
    /// A condition whose outcome may be missing.
    MayBeMissing = "may-be-missing" Error;
    /// `sum` over a column that may be blank.
    BlanksInSum = "blanks-in-sum" Error;
    /// A function with too many or too few arguments.
    WrongArguments = "wrong-arguments" Error;
    /// A word that cannot stand in this kind of formula.
    Misplaced = "misplaced" Error;
    /// A ratio times 100 where `%` is meant, or points in `%` for one.
    Hundredfold = "hundredfold" Warning;
    /// A number that is too small or too large to make sense here.
    OutOfRange = "out-of-range" Error;

    // --- model: data sets
    /// A data set whose clauses do not fit together.
    BadDataSet = "bad-data-set" Error;
    /// A scope the rows of a data set cannot be told apart by.
    NoScope = "no-scope" Error;
    /// Two chains of links that are equally good.
    AmbiguousLink = "ambiguous-link" Error;

    // --- model: shares, scales, ratings
    /// Shares that do not total 100 %.
    SharesTotal = "shares-total" Error;
    /// A part of a declaration that is needed.
    Incomplete = "incomplete" Error;
    /// The same KPI or responsibility twice where once is enough.
    Repeated = "repeated" Error;
    /// Anchors or steps out of order, or two for the same value.
    ScaleOrder = "scale-order" Error;
    /// A value the scale or rating has no answer for.
    ScaleHole = "scale-hole" Error;
    /// A scale that rewards what the KPI calls worse.
    ScaleDirection = "scale-direction" Error;
    /// A matrix with more or fewer values than its rows and columns have places.
    MatrixShape = "matrix-shape" Error;
    /// An entry or group in points that can give more than its points.
    BeyondPoints = "beyond-points" Error;
    /// Values that are never reached.
    Unreachable = "unreachable" Error;
    /// A target nothing looks at.
    NoEffect = "no-effect" Warning;
    /// More than half of the working time is measured by no KPI of the scorecard.
    UnmeasuredWork = "unmeasured-work" Warning;
    /// Weight on KPIs that no responsibility leads to.
    UnassignedWeight = "unassigned-weight" Warning;
    /// Grades below every score that a scorecard can give.
    UnneededGrade = "unneeded-grade" Warning;
    /// A condition that is always or never true.
    ConstantCondition = "constant-condition" Warning;
    /// A value that changes with time, and a time for which it has none.
    DatedGap = "dated-gap" Warning;
    /// An output made of pay that does not say what those get who hold the post for a part of the period.
    PartOfPeriod = "part-of-period" Warning;
    /// A level that findings with this code cannot have.
    FixedLevel = "fixed-level" Error;
    /// Against the company's own rules for specs.
    HouseRule = "house-rule" Error;
    /// A line whose first word starts nothing that may stand there.
    UnknownClause = "unknown-clause" Error;
    /// Something that may be written once is written twice.
    RepeatedClause = "repeated-clause" Error;
    /// A declaration takes a word of the language as its name.
    ReservedName = "reserved-name" Error;

    // --- plan
    /// A project or period in which nobody is evaluated.
    NothingToEvaluate = "nothing-to-evaluate" Error;
    /// A target stated by parts of the year, for a period that has several of them.
    ChangingTarget = "changing-target" Error;
    /// A closed result of months that are no period.
    NoSuchClosing = "no-such-closing" Error;
    // --- evaluation: values and scores of a period
    /// A number grows past what can be held exactly.
    NumberTooLarge = "number-too-large" Error;
    /// A value below 0 in a geometric mean.
    NegativeInGeometricMean = "negative-in-geometric-mean" Error;
    /// Several rows or values where `only` or `latest` takes one.
    SeveralValues = "several-values" Error;
    /// Points of a line or steps that stand in data, and not in order.
    PointsInData = "points-in-data" Error;
    /// A closed result in another unit than it has now, or of which there are several.
    ClosedOtherwise = "closed-otherwise" Error;
    /// A ruling that nobody can follow: on whom, on what, or to what, is not clear.
    BadRuling = "bad-ruling" Error;
    /// A ruling that the scorecard does not allow, or that goes too far.
    RulingNotAllowed = "ruling-not-allowed" Error;
    /// Scorecards that take in each other's scores.
    ScoreCircle = "score-circle" Error;

    // --- data
    /// No file matches a pattern.
    NoFile = "no-file" Error;
    /// A spreadsheet without the sheet that is asked for, or with several that fit.
    NoSheet = "no-sheet" Error;
    /// A file that cannot be opened, or not be read as a table.
    UnreadableFile = "unreadable-file" Error;
    /// A text whose encoding is not certain, or not the one that is said.
    UnknownEncoding = "unknown-encoding" Error;
    /// A file outside the data folder, where a link or a pattern leads.
    OutsideFolder = "outside-folder" Error;
    /// No connection to a server of rows.
    NoServer = "no-server" Error;
    /// A table or query that the server does not give.
    RefusedQuery = "refused-query" Error;
    /// What must be kept of the data takes more memory than is allowed.
    TooLittleMemory = "too-little-memory" Error;
    /// A column of the data set is not in the file.
    MissingColumn = "missing-column" Error;
    /// Two columns of the file could be the same column of the data set.
    TwoColumns = "two-columns" Error;
    /// A row of the table above its header.
    RowAboveHeader = "row-above-header" Error;
    /// A row with more or fewer cells than the header.
    RaggedRow = "ragged-row" Error;
    /// A cell that is not what its column holds.
    BadCell = "bad-cell" Error;
    /// A blank cell in a column that is not optional.
    BlankCell = "blank-cell" Error;
    /// A header beside months that is not certainly one.
    UnclearMonth = "unclear-month" Error;
    /// `03/04/2026`, `2026.1`: two days or months could be meant.
    AmbiguousDate = "ambiguous-date" Error;
    /// A number whose sign could stand between thousands or before decimals.
    AmbiguousNumber = "ambiguous-number" Error;
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
    /// A team below one that is not there on some day.
    ParentAbsent = "parent-absent" Error;
    /// A row that ends before it begins.
    BackwardInterval = "backward-interval" Error;
    /// Months of the company's calendar that overlap, leave a gap, or do not reach as far as formulas read.
    BadCalendar = "bad-calendar" Error;
    /// No row at all in a window that formulas read.
    EmptyWindow = "empty-window" Error;
    /// A post of a roster that no position describes, though it is near to one, or all others are named.
    UnknownPost = "unknown-post" Error;
    /// Rows of somebody who held no post on their day, where nothing may be doubtful.
    RowsOfNoPost = "rows-of-no-post" Error;
    /// A row dated by a period that lies partly inside a window, or in which somebody changes post or team.
    StraddlingPeriod = "straddling-period" Error;

    // --- engines
    /// Something that a database or cluster cannot compute exactly.
    EngineCannot = "engine-cannot" Error;
    /// Results of an engine that belong to something else, or are not whole.
    OtherMeasures = "other-measures" Error;

    // --- closings
    /// A period that is closed is to be closed once more.
    PeriodClosed = "period-closed" Error;
    /// A period is to be closed that is not over yet, or on a day that cannot be.
    PeriodNotOver = "period-not-over" Error;
    /// A period is to be closed in which a draft evaluates somebody.
    DraftResults = "draft-results" Error;
    /// Data files changed while a period was closed.
    ChangedFiles = "changed-files" Error;
    /// Closings that are not as they were, or not in the chain.
    BrokenChain = "broken-chain" Error;
}

impl Code {
    /// Whether a finding with this code may be there only because a line elsewhere could not be read.
    pub fn may_follow_from_a_gap(self) -> bool {
        use Code::*;
        matches!(
            self,
            UnknownName
                | UnknownUnit
                | WrongKind
                | Unused
                | Incomplete
                | SharesTotal
                | BadDataSet
                | NoScope
                | ScaleHole
                | MatrixShape
                | Unreachable
                | HouseRule
                | UnmeasuredWork
                | UnassignedWeight
        )
    }
}
