//! The checker: what it knows while it works, and the order of its passes.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::{HashMap, HashSet};

use super::data::{ColumnIx, DataId};
use super::names::uses::{ConstantRead, Depths, SumUse, Use, Used};
use super::shared::Shared;
use super::types::unit::Units;
use super::words::list;
use super::{Label, Model, Unfit, When};
use crate::diagnostic::{Code, Diagnostic, Help, Mend};
use crate::language::ScopeWord;
use crate::limits::FINDINGS;
use crate::nearest::nearest_ones;
use crate::source::{FileId, SourceSet, Span};
use crate::syntax::tree;
use crate::time::{Day, PeriodPart, Start, month_named};

/// What a name of the project stands for: the kind, and its place among the declarations of that kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Symbol {
    Data(usize),
    Constant(usize),
    Function(usize),
    Kpi(usize),
    Scale(usize),
    Matrix(usize),
    Rating(usize),
    Position(usize),
}

impl Symbol {
    pub(super) fn kind(self) -> &'static str {
        match self {
            Symbol::Data(_) => "data set",
            Symbol::Constant(_) => "constant",
            Symbol::Function(_) => "function",
            Symbol::Kpi(_) => "KPI",
            Symbol::Scale(_) => "scale",
            Symbol::Matrix(_) => "matrix",
            Symbol::Rating(_) => "rating",
            Symbol::Position(_) => "position",
        }
    }
}

#[derive(Clone, Copy)]
pub(super) enum KpiDeclaration<'t> {
    Kpi(&'t tree::Kpi),
    Index(&'t tree::Index),
}

/// All declarations of a project by kind, in the order of files and lines.
#[derive(Clone, Default)]
pub(super) struct Declarations<'t> {
    pub(super) companies: Vec<&'t tree::Company>,
    pub(super) units: Vec<&'t tree::Unit>,
    pub(super) data: Vec<&'t tree::Data>,
    pub(super) constants: Vec<&'t tree::Constant>,
    pub(super) functions: Vec<&'t tree::Function>,
    pub(super) kpis: Vec<KpiDeclaration<'t>>,
    pub(super) scales: Vec<&'t tree::Scale>,
    pub(super) matrices: Vec<&'t tree::Matrix>,
    pub(super) ratings: Vec<&'t tree::Rating>,
    pub(super) positions: Vec<&'t tree::Position>,
    pub(super) house_rules: Vec<&'t tree::HouseRules>,
    pub(super) tests: Vec<&'t tree::Test>,
}

/// How far the type of a KPI is known.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    Open,
    Working,
    Done,
}

/// What is asked for whose scorecard: a thing in a scope, at a place.
type Asked = (String, Use, ScopeWord, (FileId, u32, u32));

pub(super) struct Checker<'t> {
    pub(super) sources: &'t SourceSet,
    pub(super) declarations: Shared<Declarations<'t>>,
    pub(super) symbols: Shared<HashMap<&'t str, (Symbol, Span)>>,
    pub(super) units: Shared<Units>,
    pub(super) model: Shared<Model>,
    /// Whether each KPI's formula is typed yet, and which are being typed (for circles).
    pub(super) kpi_progress: Shared<Vec<Progress>>,
    pub(super) kpi_stack: Vec<usize>,
    /// Whether each scale's curve is typed yet.
    pub(super) scale_progress: Shared<Vec<Progress>>,
    pub(super) scale_stack: Vec<usize>,
    /// KPIs whose declared unit nothing knows, or is not what the formula gives.
    pub(super) doubtful_units: Shared<BTreeSet<usize>>,
    /// Where the scorecard at hand names its rating, if it is without a mistake.
    pub(super) rated: Option<Span>,
    /// Columns whose type nobody knows: what they cannot be used for is no second mistake.
    pub(super) columns_without_type: BTreeSet<(FileId, u32, u32)>,
    /// Where which data set was refused in which scope.
    pub(super) scopes_told: BTreeSet<((FileId, u32, u32), DataId, &'static str)>,
    /// Rosters that cannot answer what the position at hand asks.
    pub(super) unfit: Vec<Unfit>,
    pub(super) column_progress: Shared<BTreeMap<(usize, usize), Progress>>,
    pub(super) column_stack: Vec<(DataId, ColumnIx)>,
    pub(super) function_stack: Vec<usize>,
    /// How far what was typed so far builds on others.
    pub(super) depths: Depths,
    /// Which KPIs and scales were asked whether they have an answer, in which scope, for which place of whose scorecard.
    pub(super) answered: HashSet<Asked>,
    /// How often functions were expanded in the formula at hand.
    pub(super) expansions: usize,
    /// How many functions are the project's; those of the library come after them.
    pub(super) own_functions: usize,
    /// Names of KPIs, constants and scales whose declared type could not be read: nothing is said of their units.
    pub(super) untyped: Shared<BTreeSet<String>>,
    /// Where outputs are added up over a roster.
    pub(in crate::model) output_sums: Vec<SumUse>,
    /// Where plain constants are read, and beside what.
    pub(in crate::model) constant_reads: Vec<ConstantRead>,
    pub(super) used: Used,
    /// The day for which shapes are being proved; `None`: constants have their last values.
    pub(super) moment: Option<Day>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) reported: BTreeSet<Reported>,
}

/// What tells a finding again: code, sentence, and its first place.
pub(super) type Reported = (Code, String, Option<(FileId, u32, u32)>);

impl<'t> Checker<'t> {
    /// The same knowledge, with nothing found yet: for a part that is checked by itself.
    pub(super) fn fork(&self) -> Self {
        Checker {
            sources: self.sources,
            declarations: self.declarations.clone(),
            symbols: self.symbols.clone(),
            units: self.units.clone(),
            model: self.model.clone(),
            kpi_progress: self.kpi_progress.clone(),
            kpi_stack: Vec::new(),
            scale_progress: self.scale_progress.clone(),
            scale_stack: Vec::new(),
            doubtful_units: self.doubtful_units.clone(),
            rated: None,
            columns_without_type: BTreeSet::new(),
            scopes_told: BTreeSet::new(),
            unfit: Vec::new(),
            column_progress: self.column_progress.clone(),
            column_stack: Vec::new(),
            function_stack: Vec::new(),
            depths: Depths::default(),
            answered: HashSet::new(),
            expansions: 0,
            own_functions: self.own_functions,
            untyped: self.untyped.clone(),
            output_sums: Vec::new(),
            constant_reads: Vec::new(),
            used: Used::default(),
            moment: None,
            diagnostics: Vec::new(),
            reported: BTreeSet::new(),
        }
    }

    /// All declarations known by name, and nothing checked yet.
    pub(super) fn new(files: &'t [tree::File], standard: &'t tree::File, sources: &'t SourceSet) -> Self {
        let mut checker = Checker {
            sources,
            declarations: Shared::default(),
            symbols: Shared::default(),
            units: Shared::default(),
            model: Shared::default(),
            kpi_progress: Shared::default(),
            kpi_stack: Vec::new(),
            scale_progress: Shared::default(),
            scale_stack: Vec::new(),
            doubtful_units: Shared::default(),
            rated: None,
            columns_without_type: BTreeSet::new(),
            scopes_told: BTreeSet::new(),
            unfit: Vec::new(),
            column_progress: Shared::default(),
            column_stack: Vec::new(),
            function_stack: Vec::new(),
            depths: Depths::default(),
            answered: HashSet::new(),
            expansions: 0,
            own_functions: 0,
            untyped: Shared::default(),
            output_sums: Vec::new(),
            constant_reads: Vec::new(),
            used: Used::default(),
            moment: None,
            diagnostics: Vec::new(),
            reported: BTreeSet::new(),
        };
        checker.collect(files, standard);
        checker
    }

    /// Checks all that positions build on.
    pub(super) fn shared_declarations(&mut self) {
        self.company();
        self.declare_units();
        self.declare_data();
        self.own_calendar();
        self.declare_constants();
        self.declare_kpis();
        self.declare_scales();
        self.declare_matrices();
        self.join_versions();
        self.type_scales();
        self.type_matrices();
        self.derive_columns();
        self.stored_columns();
        self.type_kpis();
        self.function_circles();
        self.doubtful_declarations();
        self.declare_ratings();
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        // The same mistake is met again wherever an expression is expanded; once is enough.
        let place = diagnostic.labels.first().map(|label| label.span.key());
        if self.reported.insert((diagnostic.code, diagnostic.message.clone(), place)) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// The text of a formula as written, on one line.
    pub(super) fn text(&self, span: Span) -> String {
        let text = self.sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ");
        if text.chars().count() > 60 { text.chars().take(57).collect::<String>() + "…" } else { text }
    }

    fn collect(&mut self, files: &'t [tree::File], standard: &'t tree::File) {
        // Names of which a declaration says from when it holds.
        let mut dated = HashSet::new();
        for declaration in files.iter().flat_map(|file| &file.declarations) {
            self.collect_one(declaration, false, &mut dated);
        }
        self.own_functions = self.declarations.functions.len();
        for declaration in &standard.declarations {
            self.collect_one(declaration, true, &mut dated);
        }
    }

    /// `yields`: a name that is taken already is passed over in silence, as a project may redeclare the library's.
    fn collect_one(&mut self, declaration: &'t tree::Declaration, yields: bool, dated: &mut HashSet<&'t str>) {
        use tree::Declaration as D;
        let all = &mut self.declarations;
        let (name, symbol, effective) = match declaration {
            D::Company(company) => return all.companies.push(company),
            D::Unit(unit) => return all.units.push(unit),
            D::HouseRules(rules) => return all.house_rules.push(rules),
            D::Test(test) => return all.tests.push(test),
            D::Data(data) => (&data.name, Symbol::Data(all.data.len()), false),
            D::Constant(constant) => (&constant.name, Symbol::Constant(all.constants.len()), false),
            D::Function(function) => (&function.name, Symbol::Function(all.functions.len()), false),
            D::Kpi(kpi) => (&kpi.name, Symbol::Kpi(all.kpis.len()), kpi.effective.is_some()),
            D::Index(index) => (&index.name, Symbol::Kpi(all.kpis.len()), index.effective.is_some()),
            D::Scale(scale) => (&scale.name, Symbol::Scale(all.scales.len()), scale.effective.is_some()),
            D::Matrix(matrix) => (&matrix.name, Symbol::Matrix(all.matrices.len()), matrix.effective.is_some()),
            D::Rating(rating) => (&rating.name, Symbol::Rating(all.ratings.len()), false),
            D::Position(position) => (&position.name, Symbol::Position(all.positions.len()), false),
        };
        if effective {
            dated.insert(&name.text);
        }
        let known = self.symbols.get(name.text.as_str()).copied();
        if let Some((first, span)) = known {
            let version = match (first, symbol) {
                (Symbol::Position(_), Symbol::Position(_)) => true,
                (Symbol::Kpi(_), Symbol::Kpi(_))
                | (Symbol::Scale(_), Symbol::Scale(_))
                | (Symbol::Matrix(_), Symbol::Matrix(_)) => dated.contains(name.text.as_str()),
                _ => false,
            };
            if yields {
                return;
            }
            if !version {
                let (one, other) = (first.kind(), symbol.kind());
                let diagnostic = Diagnostic::new(
                    Code::DeclaredTwice,
                    match one == other {
                        true => format!("the {one} `{}` is declared twice", name.text),
                        false => format!("the name `{}` is given to a {one} and to a {other}", name.text),
                    },
                )
                .at(name.span, "declared again here")
                .at(span, "declared first here")
                .help("give one of the two another name, or remove it; all files of a project share one list of names");
                self.report(diagnostic);
                return;
            }
        } else {
            self.symbols.insert(&name.text, (symbol, name.span));
        }
        let all = &mut self.declarations;
        match declaration {
            D::Data(data) => all.data.push(data),
            D::Constant(constant) => all.constants.push(constant),
            D::Function(function) => all.functions.push(function),
            D::Kpi(kpi) => all.kpis.push(KpiDeclaration::Kpi(kpi)),
            D::Index(index) => all.kpis.push(KpiDeclaration::Index(index)),
            D::Scale(scale) => all.scales.push(scale),
            D::Matrix(matrix) => all.matrices.push(matrix),
            D::Rating(rating) => all.ratings.push(rating),
            D::Position(position) => all.positions.push(position),
            D::Company(_) | D::Unit(_) | D::HouseRules(_) | D::Test(_) => {}
        }
    }

    /// A name that should stand for a `wanted`; reports what it is instead, or the nearest one.
    pub(super) fn find(&mut self, name: &tree::Name, wanted: &str, is: fn(Symbol) -> bool) -> Option<Symbol> {
        match self.symbols.get(name.text.as_str()).copied() {
            Some((symbol, _)) if is(symbol) => Some(symbol),
            Some((symbol, span)) => {
                self.report(
                    Diagnostic::new(
                        Code::WrongKind,
                        format!("`{}` is a {}, and a {wanted} is needed here", name.text, symbol.kind()),
                    )
                    .at(name.span, format!("not a {wanted}"))
                    .at(span, "declared here")
                    .help(format!("write the name of a {wanted}")),
                );
                None
            }
            None => {
                let mut candidates: Vec<&str> =
                    self.symbols.iter().filter(|(_, (symbol, _))| is(*symbol)).map(|(name, _)| *name).collect();
                candidates.sort_unstable();
                let mend = self.did_you_mean(&name.text, name.span, candidates.iter().copied(), || {
                    match candidates.as_slice() {
                        [] => format!("declare a {wanted} `{}`", name.text),
                        [one] => format!("declare a {wanted} `{}`; the only {wanted} is `{one}`", name.text),
                        some if some.len() <= 6 => {
                            let known = list(some);
                            format!("declare a {wanted} `{}`; those there are: {known}", name.text)
                        }
                        _ => format!("declare a {wanted} `{}`", name.text),
                    }
                });
                self.report(
                    Diagnostic::new(Code::UnknownName, format!("there is no {wanted} `{}`", name.text))
                        .at(name.span, "unknown")
                        .help(mend),
                );
                None
            }
        }
    }

    /// The known name that is nearest to the one that is written, or what to do otherwise.
    pub(super) fn did_you_mean<'n>(
        &self,
        name: &str,
        at: Span,
        candidates: impl IntoIterator<Item = &'n str>,
        otherwise: impl FnOnce() -> String,
    ) -> Help {
        // Where more names are wrong already than are shown, the nearest of thousands is not looked for each time.
        let near = if self.diagnostics.len() < FINDINGS { nearest_ones(name, candidates) } else { Vec::new() };
        let words = match near.as_slice() {
            [] => return otherwise().into(),
            [_] => "did you mean `{}`?",
            [_, _] => "did you mean `{}` or `{}`?",
            [_, _, _, ..] => "did you mean `{}`, `{}` or `{}`?",
        };
        Help::of(words, near.into_iter().take(3).map(|near| Mend::replace(at, near)))
    }

    pub(super) fn dated(&mut self, when: &tree::When) -> Option<When> {
        let calendar = self.model.company.calendar.clone();
        match when {
            tree::When::Always => Some(When::Always),
            tree::When::FromDate(date) => Some(When::From(Start::Day(date.day))),
            tree::When::FromPeriod(period) => Some(When::From(Start::Month(calendar.months(period.period).first))),
            tree::When::Each(name) => {
                let part = crate::time::PeriodName::parse(&format!("2000-{}", name.text)).map(|period| period.part);
                let each = match part {
                    Some(PeriodPart::Quarter(quarter)) => Some((u32::from(quarter - 1) * 3, 3)),
                    Some(PeriodPart::Half(half)) => Some((u32::from(half - 1) * 6, 6)),
                    _ => month_named(&name.text).map(|month| ((month + 12 - calendar.fiscal_start) % 12, 1)),
                };
                if each.is_none() {
                    self.report(
                        Diagnostic::new(Code::UnknownName, format!("`{}` is not a part of the year", name.text))
                            .at(name.span, "unknown")
                            .help("write a quarter, a half or a month's English name, as in `Q1`, `H2`, `January`"),
                    );
                }
                each.map(|(first, count)| When::Each { first, count })
            }
        }
    }

    pub(super) fn effective_day(&self, effective: &tree::Effective) -> Day {
        self.model.company.calendar.start(self.effective(effective))
    }

    pub(super) fn effective(&self, effective: &tree::Effective) -> Start {
        let calendar = &self.model.company.calendar;
        match effective {
            tree::Effective::Date(date) => Start::Day(date.day),
            tree::Effective::Period(period) => Start::Month(calendar.months(period.period).first),
        }
    }
}

impl Checker<'_> {
    /// A label without a language is in the company's first one, and so is one that names it.
    pub(super) fn label(&self, name: &str, label: &tree::Label) -> Label {
        let translations: BTreeMap<String, String> =
            label.translations.iter().map(|(language, text)| (language.text.clone(), text.value.clone())).collect();
        let first = self.model.company.languages.first().and_then(|language| translations.get(language));
        let text = label.text.as_ref().map(|text| &text.value).or(first).map_or(name, String::as_str).to_string();
        Label { text, translations }
    }
}
