//! The tree of one `.merit` file: what was written, with its places, before any name has a meaning.
//!
//! Trees are equal when they say the same thing: spans take no part in equality.

use rust_decimal::Decimal;

use crate::diagnostic::Level;
use crate::source::Span;
use crate::time::{Day, PeriodName};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct File {
    pub declarations: Vec<Declaration>,
}

/// A name, in Unicode normalisation form C.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    pub text: String,
    pub span: Span,
}

/// Text in quotes, without them, escapes resolved and common indentation removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub value: String,
    pub span: Span,
}

/// `"Label" zh "标签"`: how reports name a thing, by language. All parts may be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Label {
    pub text: Option<Text>,
    pub translations: Vec<(Name, Text)>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Declaration {
    Company(Company),
    Unit(Unit),
    Data(Data),
    Constant(Constant),
    Function(Function),
    Kpi(Kpi),
    Index(Index),
    Scale(Scale),
    Matrix(Matrix),
    Rating(Rating),
    Position(Box<Position>),
    HouseRules(HouseRules),
    Test(Test),
}

// ---------------------------------------------------------------- company, unit, constant, function

/// `company "Name" { … }`. Every setting is written at most once; the parser refuses a second one.
#[derive(Clone, Debug, PartialEq)]
pub struct Company {
    pub name: Text,
    pub settings: Vec<Setting>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    /// `currency CNY`
    Currency(Name),
    /// `fiscal year starts January [named by its end]`
    FiscalYear { month: Name, named_by_end: bool },
    /// `calendar work_months`
    Calendar(Name),
    /// `scores to 2 decimals`
    ScoreDecimals(Number),
    /// `rounding half up` or `rounding half even`
    Rounding { half_even: bool, span: Span },
    /// `rating sees raw score`
    RatingSeesRawScore(Span),
    /// `language en, zh`
    Languages(Vec<Name>),
    /// `allow unused`, `warn house-rule`, `deny warnings`: codes as they stand above findings
    Levels { level: Level, codes: Vec<Name> },
}

/// `unit person, people` or `unit wan "万元" = 10_000 CNY`.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    pub name: Name,
    pub plural: Option<Name>,
    pub label: Label,
    pub multiple: Option<Number>,
    pub span: Span,
}

/// A value that changes with time: `3_000 CNY, from 2026-Q1 3_600 CNY` or `25% in Q1, 50% in Q2`.
#[derive(Clone, Debug, PartialEq)]
pub struct Dated {
    pub value: Expr,
    pub when: When,
}

#[derive(Clone, Debug, PartialEq)]
pub enum When {
    Always,
    /// `from 2026-Q1 X`, `from 2026-07-01 X`, `from 2026 X`
    FromPeriod(PeriodLiteral),
    FromDate(DateLiteral),
    /// `X in Q1`: `Q1`…`Q4`, `H1`, `H2`, or a month name
    Each(Name),
}

/// `constant NAME : TYPE = DATED, …`
#[derive(Clone, Debug, PartialEq)]
pub struct Constant {
    pub name: Name,
    pub label: Label,
    pub ty: Type,
    pub values: Vec<Dated>,
    pub span: Span,
}

/// `function NAME(PARAMETERS) = EXPR`
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    pub name: Name,
    pub parameters: Vec<Name>,
    pub body: Expr,
    pub span: Span,
}

// ---------------------------------------------------------------- types

#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    Text(Span),
    Date(Span),
    Period(Span),
    Flag(Span),
    /// `position`: a position's name or label.
    Position(Span),
    OneOf(Vec<Choice>, Span),
    /// A unit, or a lone name that may turn out to be a data set (a link).
    Unit(UnitExpr),
    /// `people by (a, b)`: a link by a composite key.
    LinkBy {
        data: Name,
        by: Vec<Name>,
        span: Span,
    },
}

/// One of the set of a `one of` column: `active ("A", "有效")`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub name: Name,
    pub texts: Vec<Text>,
}

/// `CNY/person/month`. `number` and `%`, `‰` stand alone as a single factor of that name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitExpr {
    /// The first factor is the one before any `/`.
    pub factors: Vec<UnitFactor>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitFactor {
    pub name: Name,
    /// Behind a `/`.
    pub per: bool,
}

// ---------------------------------------------------------------- data

#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    pub name: Name,
    pub label: Label,
    pub clauses: Vec<DataClause>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum DataClause {
    Roster {
        position: Option<Name>,
        span: Span,
    },
    Organisation(Span),
    /// `file "policies*.csv"`, `file "plans.xlsx" sheet "monthly"`
    File {
        pattern: Text,
        sheet: Option<Text>,
    },
    /// `from postgres "hr.policies"`, `from postgres "select …"`
    FromPostgres(Text),
    /// `row policy`
    Row(Name),
    Key {
        columns: Vec<Name>,
        span: Span,
    },
    DatedBy(Name),
    /// `valid from A to B`
    Valid {
        from: Name,
        to: Option<Name>,
        span: Span,
    },
    SnapshotOn(Name),
    Column(Box<Column>),
    IgnoreRowsStarting(Vec<Text>),
    /// `months [of 2026] across as MONTH, VALUE`: the files have a column for each month
    MonthsAcross {
        year: Option<AcrossYear>,
        month: Name,
        value: Name,
        span: Span,
    },
    /// `may be empty`: a register in which nothing may have happened
    MayBeEmpty(Span),
    /// `belongs to COLUMN [for own|team]`
    BelongsTo {
        column: Name,
        scope: Option<ScopeWord>,
    },
}

/// Of which year the months of a file are.
#[derive(Clone, Debug, PartialEq)]
pub enum AcrossYear {
    Year(i32),
    /// The column that says it.
    Column(Name),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub name: Name,
    pub label: Label,
    pub ty: Type,
    /// `number between 1 and 10`
    pub limits: Option<(Expr, Expr)>,
    pub optional: Option<Span>,
    pub headers: Vec<Text>,
    /// `in wan`, `in percent`, `in fraction`
    pub written_in: Option<Name>,
    pub format: Option<Text>,
    pub derived: Option<Expr>,
    pub span: Span,
}

// ---------------------------------------------------------------- expressions

#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    pub kind: Box<ExprKind>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    Number(Number),
    Text(Text),
    Date(DateLiteral),
    Period(PeriodLiteral),
    Flag(bool),
    /// `missing "reason"`; the reason may be absent.
    Missing(Option<Text>),
    Name(Name),
    /// `agent.team.city`, `person.base_pay`, `period.end`
    Field {
        of: Expr,
        name: Name,
    },
    Not(Expr),
    Negate(Expr),
    Binary {
        op: BinaryOp,
        left: Expr,
        right: Expr,
        op_span: Span,
    },
    If {
        condition: Expr,
        then: Expr,
        otherwise: Expr,
    },
    Default {
        value: Expr,
        fallback: Expr,
    },
    IsMissing {
        value: Expr,
        negated: bool,
    },
    /// `x in (a, b)`; `negated`: `x not in (a, b)`
    InSet {
        value: Expr,
        set: Vec<Expr>,
        negated: bool,
    },
    /// `x between a and b`, both included
    Between {
        value: Expr,
        low: Expr,
        high: Expr,
    },
    /// `issued in previous period`
    InWindow {
        date: Expr,
        window: Window,
    },
    /// `x as TYPE`
    As {
        value: Expr,
        ty: UnitExpr,
    },
    /// A function, a scale or a matrix: `abs(x)`, `growth(x)`, `pay_rate(x)`, `round(x to 0.01)`
    Call {
        name: Name,
        arguments: Vec<Expr>,
        to: Option<Expr>,
    },
    Aggregate(Box<Aggregate>),
    /// `x 1 year earlier`: the operand in another window
    Within {
        value: Expr,
        window: WindowWord,
    },
    /// `x over company`
    Over {
        value: Expr,
        scope: ScopeWord,
        scope_span: Span,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    And,
    Or,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// The number as written, before `%` or `‰` divides it.
    pub written: Decimal,
    pub style: NumberStyle,
    /// Only with a plain number.
    pub unit: Option<UnitExpr>,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberStyle {
    Plain,
    Percent,
    Permille,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateLiteral {
    pub day: Day,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeriodLiteral {
    pub period: PeriodName,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    pub function: AggregateFunction,
    /// The word as written, for messages.
    pub function_span: Span,
    /// Absent for `count(policies)`.
    pub value: Option<Expr>,
    /// `percentile(x of d, 90%)`
    pub fraction: Option<Expr>,
    pub data: Name,
    /// `by COLUMN`: which link an inner aggregate follows
    pub by: Option<Name>,
    pub dated_by: Option<Name>,
    pub condition: Option<Expr>,
    pub reading: Option<Reading>,
    /// `at least 5 rows`
    pub at_least: Option<Number>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AggregateFunction {
    Sum,
    Count,
    CountDistinct,
    Share,
    Average,
    Median,
    Percentile,
    Min,
    Max,
    Latest,
    Only,
}

/// `during W`, `at start`, `at end`
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// An empty window is a lone `during`: the context's period.
    During(Window),
    AtStart(Span),
    AtEnd(Span),
}

/// Window words as written, outermost last: `year to date 1 year earlier`. The rightmost applies first.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    pub words: Vec<WindowWord>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct WindowWord {
    pub kind: WindowKind,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WindowKind {
    /// `period`
    Period,
    /// `previous period`
    PreviousPeriod,
    /// `3 months earlier`, `1 year earlier`
    Earlier { months: u32 },
    /// `last 12 months`, ending with the period
    Last { months: u32 },
    /// `year to date`
    YearToDate,
    /// `whole year`: the fiscal year that holds the period
    WholeYear,
    /// `2026-Q3`
    Literal(PeriodName),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ScopeWord {
    Own,
    Team,
    Company,
}

// ---------------------------------------------------------------- kpi, index, scale, matrix, rating

#[derive(Clone, Debug, PartialEq)]
pub struct Kpi {
    pub name: Name,
    pub label: Label,
    pub ty: Type,
    pub value: Option<Expr>,
    pub direction: Option<Direction>,
    pub scope: Option<(ScopeWord, Span)>,
    pub about: About,
    /// `effective from DATE|PERIOD`
    pub effective: Option<Effective>,
    pub span: Span,
}

/// `note "…"`, `owner "…"`, `source "…"`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    pub note: Option<Text>,
    pub owner: Option<Text>,
    pub source: Option<Text>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Direction {
    Higher(Span),
    Lower(Span),
    /// `closest to X is best`
    Closest(Expr, Span),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Effective {
    Date(DateLiteral),
    Period(PeriodLiteral),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Index {
    pub name: Name,
    pub label: Label,
    pub ty: Type,
    pub entries: Vec<IndexEntry>,
    pub about: About,
    pub effective: Option<Effective>,
    pub span: Span,
}

/// `40% timeliness` or `equal accuracy, courtesy`
#[derive(Clone, Debug, PartialEq)]
pub struct IndexEntry {
    pub weight: Weight,
    pub kpis: Vec<Name>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Weight {
    /// `40%`
    Share(Number),
    /// `25 points`
    Points(Number),
    /// `equal`
    Equal(Span),
}

/// `scale NAME : IN [-> OUT] { CURVE }`; points when OUT is not said
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    pub name: Name,
    pub label: Label,
    pub input: Type,
    pub output: Option<Type>,
    pub curve: Curve,
    pub effective: Option<Effective>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    pub kind: CurveKind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum CurveKind {
    /// `linear 60% -> 0, 100% -> 100 [continue above]`
    Linear {
        anchors: Vec<Anchor>,
        continue_above: Option<Span>,
    },
    /// `steps >= 90 -> 100, else -> 50`
    Steps(Vec<Step>),
    Deduct(PerStep),
    Add(PerStep),
    /// `brackets 5% to 100_000 USD, 7% above`
    Brackets(Vec<Bracket>),
    /// `formula EXPR`, with `value`, `target`, `weight`
    Formula(Expr),
}

/// `80% -> 40%`, or `< 80% -> 0%`: the value just below a jump
#[derive(Clone, Debug, PartialEq)]
pub struct Anchor {
    pub below: Option<Span>,
    pub at: Expr,
    pub score: Expr,
    pub span: Span,
}

/// `>= 90 -> 100`; without a condition it is `else -> 50`
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub condition: Option<(BinaryOp, Expr)>,
    pub score: Expr,
    pub span: Span,
}

/// `deduct N for each [full] STEP [of target] below|above target from N|full [at least N]`, or `add … [up to N]`
#[derive(Clone, Debug, PartialEq)]
pub struct PerStep {
    pub amount: Expr,
    pub full_steps: bool,
    pub step: Expr,
    pub of_target: bool,
    pub above: bool,
    /// `from N`; `None` is `from full`
    pub start: Option<Expr>,
    /// `at least N` of a deduction, `up to N` of an addition
    pub limit: Option<Expr>,
}

/// `5% to 100_000 USD`; without an upper end it is `7% above`
#[derive(Clone, Debug, PartialEq)]
pub struct Bracket {
    pub rate: Expr,
    pub to: Option<Expr>,
    pub span: Span,
}

/// `matrix pool : %, % -> % { rows >= 20%, else  columns < 55%, else  values 2%, 1%; 1%, 0% }`
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    pub name: Name,
    pub label: Label,
    pub inputs: [Type; 2],
    pub output: Option<Type>,
    pub rows: Vec<MatrixLimit>,
    pub columns: Vec<MatrixLimit>,
    pub values: Vec<MatrixLine>,
    pub effective: Option<Effective>,
    pub span: Span,
}

/// `>= 20%`; without a condition it is `else`
#[derive(Clone, Debug, PartialEq)]
pub struct MatrixLimit {
    pub condition: Option<(BinaryOp, Expr)>,
    pub span: Span,
}

/// `2%, 1%`: the values of one row
#[derive(Clone, Debug, PartialEq)]
pub struct MatrixLine {
    pub values: Vec<Expr>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Rating {
    pub name: Name,
    pub label: Label,
    pub grades: Vec<Grade>,
    pub distribution: Vec<Distribution>,
    pub sees_raw_score: Option<Span>,
    pub span: Span,
}

/// `A "Outstanding" >= 90`; without a condition it is `D "Below" else`
#[derive(Clone, Debug, PartialEq)]
pub struct Grade {
    pub name: Name,
    pub label: Label,
    pub condition: Option<(BinaryOp, Expr)>,
    pub span: Span,
}

/// `at most 20% A within position of 5 or more`
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    /// `about` instead of `at most`
    pub about: bool,
    pub share: Number,
    pub grade: Name,
    /// `position`, `company`, or a column of the roster
    pub within: Name,
    pub of_or_more: Option<Number>,
    pub span: Span,
}

// ---------------------------------------------------------------- position

#[derive(Clone, Debug, PartialEq)]
pub struct Position {
    pub name: Name,
    pub label: Label,
    pub draft: Option<Span>,
    pub effective: Option<Effective>,
    pub reports_to: Option<Name>,
    pub scope: Option<(ScopeWord, Span)>,
    pub purpose: Option<Text>,
    pub responsibilities: Option<Responsibilities>,
    pub eligible: Option<Expr>,
    /// `rank within athlete.competition`
    pub rank_within: Option<Expr>,
    pub scorecard: Option<Scorecard>,
    pub outputs: Vec<Output>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Responsibilities {
    pub entries: Vec<Responsibility>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Responsibility {
    pub share: WorkShare,
    pub name: Name,
    pub label: Label,
    /// Bare sentences in the block, in order.
    pub duties: Vec<Text>,
    pub outcomes: Vec<Text>,
    pub measured_by: Vec<Name>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum WorkShare {
    Share(Number),
    Rest(Span),
    /// `?`
    Unstated(Span),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Scorecard {
    /// `scorecard total 210 points { … }`
    pub total: Option<Number>,
    pub entries: Vec<Entry>,
    pub rules: Vec<ScorecardRule>,
    pub span: Span,
}

/// A rule inside a scorecard or a group. A group takes only `Combine`.
#[derive(Clone, Debug, PartialEq)]
pub enum ScorecardRule {
    Combine {
        combine: Combine,
        span: Span,
    },
    WhenMissing {
        what: WhenMissing,
        span: Span,
    },
    /// `complete at least 70%`
    CompleteAtLeast(Number),
    /// `range 0 to 120`
    Range {
        low: Expr,
        high: Expr,
        span: Span,
    },
    Veto(Veto),
    /// `bonus KPI add … ["Label"]` or `deduction KPI deduct … ["Label"]`
    Adjustment(Adjustment),
    Rating(Name),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combine {
    WeightedMean,
    Geometric,
    Sum,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenMissing {
    Redistribute,
    Zero,
    NoRating,
}

/// `veto CONDITION gives rating at most D "reason"` or `gives score at most 60 "reason"`
#[derive(Clone, Debug, PartialEq)]
pub struct Veto {
    pub condition: Expr,
    pub gives: VetoEffect,
    pub reason: Label,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum VetoEffect {
    RatingAtMost(Name),
    ScoreAtMost(Expr),
}

/// `bonus awards add 2 for each 1 up to 10 "Awards"`: `bonus`, or `deduction` where `deduct` is written.
/// Here a step is counted from 0 unless `above target from` says otherwise, so most of it may be left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Adjustment {
    pub deduct: bool,
    pub kpi: Name,
    pub amount: Expr,
    pub full_steps: bool,
    pub step: Expr,
    /// `up to 10`
    pub limit: Option<Expr>,
    pub label: Label,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub weight: Weight,
    /// More than one only behind `equal a, b, c`; the clauses then hold for each.
    pub heads: Vec<EntryHead>,
    pub label: Label,
    pub scope: Option<(ScopeWord, Span)>,
    /// Empty when no target is stated.
    pub target: Vec<Dated>,
    pub prorated: Option<Span>,
    pub score: Option<Box<ScoreRule>>,
    pub applies_when: Option<Expr>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum EntryHead {
    Kpi(Name),
    Group {
        name: Name,
        entries: Vec<Entry>,
        rules: Vec<ScorecardRule>,
    },
    /// `score of branch_office`
    ScoreOf(Name),
    /// `score of reports`
    ScoreOfReports(Span),
}

#[derive(Clone, Debug, PartialEq)]
pub enum ScoreRule {
    Curve(Curve),
    /// `score NAME`
    Named(Name),
    /// `score attainment [up to 120]`
    Attainment {
        up_to: Option<Expr>,
        span: Span,
    },
    /// `score on attainment CURVE|NAME`
    OnAttainment(Box<ScoreRule>, Span),
}

impl ScoreRule {
    pub fn span(&self) -> Span {
        match self {
            ScoreRule::Curve(curve) => curve.span,
            ScoreRule::Named(name) => name.span,
            ScoreRule::Attainment { span, .. } | ScoreRule::OnAttainment(_, span) => *span,
        }
    }
}

/// `output NAME "Label" : TYPE = EXPR`
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    pub name: Name,
    pub label: Label,
    pub ty: Type,
    pub value: Expr,
    pub span: Span,
}

// ---------------------------------------------------------------- house rules, test

#[derive(Clone, Debug, PartialEq)]
pub struct HouseRules {
    pub rules: Vec<HouseRule>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct HouseRule {
    pub kind: HouseRuleKind,
    /// `(warning)`
    pub warning: Option<Span>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum HouseRuleKind {
    /// `every scorecard has 3 to 10 kpis`
    ScorecardSize { least: Number, most: Number },
    /// `every weight at least 5%, at most 60%`; `of`: `weight of results at least 20%`
    WeightLimits { of: Option<Name>, least: Option<WeightLimit>, most: Option<WeightLimit> },
    /// `every kpi has owner, note`, `every responsibility has measured by`: what, and the words, `measured by` as one
    Has { what: Name, parts: Vec<Name> },
}

#[derive(Clone, Debug, PartialEq)]
pub enum WeightLimit {
    Number(Number),
    /// `weight of results`: the weight of that entry, where it stands beside the one looked at
    Of(Name),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    pub name: Text,
    pub period: Option<PeriodLiteral>,
    pub given: Vec<Given>,
    pub expectations: Vec<Expectation>,
    pub span: Span,
}

/// An inline table: `given teams { | code | … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    pub data: Name,
    pub header: Vec<Name>,
    pub rows: Vec<GivenRow>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct GivenRow {
    /// The text between two bars, trimmed.
    pub cells: Vec<Text>,
    pub span: Span,
}

/// `expect [score of] NAME of "P1" = X [within T]`
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    pub what: Expected,
    /// The key of the row of the roster, one text for each key column.
    pub of: Text,
    pub value: Expr,
    pub within: Option<Expr>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Expected {
    /// `expect NAME of "P1"`: a KPI, an index or an output
    Value(Name),
    /// `expect score of NAME of "P1"`: an entry or a group
    ScoreOf(Name),
    /// `expect score of "P1"`
    Score(Span),
    /// `expect rating of "P1"`
    Rating(Span),
}
