//! What is read of one of the two models: its names, as both are compared by, and the text of its places.

use std::cell::RefCell;
use std::collections::HashMap;

use super::terms::{Renamed, Symbol, TermId, Terms};
use crate::alike::folded;
use crate::model::data::{ColumnIx, ColumnType, DataId};
use crate::model::types::unit::DisplayUnit;
use crate::model::{ConstantId, KpiId, Label, MatrixId, Model, RatingId, ScaleId};
use crate::source::{SourceSet, Span};
use crate::time::Start;

/// How far a term goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// What is declared elsewhere stands there by its name.
    Own,
    /// Constants, KPIs, scales and ratings stand there with what they are; data sets, which lead to each other in
    /// circles, by their names.
    Whole,
}

/// Where a formula stands.
#[derive(Clone, Copy)]
pub struct At<'p> {
    pub depth: Depth,
    /// The data set of the row that it is about.
    pub row: Option<DataId>,
    /// The outputs of the position, as both models call them.
    pub outputs: &'p [String],
}

impl At<'_> {
    pub fn of(depth: Depth) -> At<'static> {
        At { depth, row: None, outputs: &[] }
    }

    pub fn about(self, row: DataId) -> Self {
        At { row: Some(row), ..self }
    }
}

/// One of the two models.
pub struct Reader<'a> {
    pub model: &'a Model,
    pub sources: &'a SourceSet,
    pub renamed: Renamed,
    pub terms: &'a RefCell<Terms>,
    /// Versions by the name that they share, in the order in which they begin.
    kpis: HashMap<&'a str, Vec<usize>>,
    scales: HashMap<&'a str, Vec<usize>>,
    matrices: HashMap<&'a str, Vec<usize>>,
    positions: HashMap<&'a str, Vec<usize>>,
    /// Which position rows mean by a text, in the letters that count.
    named: HashMap<String, &'a str>,
    /// Whether cells name positions at all.
    pub names_positions: bool,
    /// What was read to the end.
    pub(super) known: RefCell<HashMap<Known, TermId>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Known {
    Constant(usize),
    Kpi(usize),
    Scale(usize),
    Matrix(usize),
}

impl<'a> Reader<'a> {
    pub fn new(model: &'a Model, sources: &'a SourceSet, terms: &'a RefCell<Terms>) -> Reader<'a> {
        let day = |start: &Option<Start>| start.map(|start| model.company.calendar.start(start));
        let kpis = by_name(model.kpis.iter().map(|one| (one.name.as_str(), day(&one.versions.effective))));
        let scales = by_name(model.scales.iter().map(|one| (one.name.as_str(), day(&one.versions.effective))));
        let matrices = by_name(model.matrices.iter().map(|one| (one.name.as_str(), day(&one.versions.effective))));
        let positions = by_name(model.positions.iter().map(|one| (one.name.as_str(), day(&one.effective))));
        // As `Model::position_named` has it: names before labels, of labels the first.
        let mut named: HashMap<String, &str> = HashMap::new();
        for position in &model.positions {
            named.entry(folded(&position.name).into()).or_insert(&position.name);
        }
        for position in &model.positions {
            for label in texts_of(&position.label) {
                named.entry(folded(label).into()).or_insert(&position.name);
            }
        }
        let mut columns = model.data.iter().flat_map(|set| &set.columns);
        let names_positions = columns.any(|column| matches!(column.ty, ColumnType::Position));
        let (renamed, known) = (Renamed::default(), RefCell::default());
        Reader { model, sources, renamed, terms, kpis, scales, matrices, positions, named, names_positions, known }
    }

    pub fn versions_of_kpi(&self, name: &str) -> &[usize] {
        self.kpis.get(name).map_or(&[], Vec::as_slice)
    }

    pub fn versions_of_position(&self, name: &str) -> &[usize] {
        self.positions.get(name).map_or(&[], Vec::as_slice)
    }

    /// The position that rows mean by a text.
    pub fn position_meant(&self, text: &str) -> Option<&'a str> {
        self.named.get(&*folded(text)).copied()
    }

    pub fn versions_of_scale(&self, name: &str) -> &[usize] {
        self.scales.get(name).map_or(&[], Vec::as_slice)
    }

    pub fn versions_of_matrix(&self, name: &str) -> &[usize] {
        self.matrices.get(name).map_or(&[], Vec::as_slice)
    }

    pub fn said(&self, what: impl std::fmt::Debug) -> TermId {
        self.terms.borrow_mut().said(what)
    }

    pub fn node(&self, what: &'static str, parts: impl Into<Vec<TermId>>) -> TermId {
        self.terms.borrow_mut().node(what, parts)
    }

    pub fn maybe(&self, part: Option<TermId>) -> TermId {
        self.terms.borrow_mut().maybe(part)
    }

    pub fn symbol(&self, symbol: Symbol) -> TermId {
        self.terms.borrow_mut().symbol(symbol)
    }

    pub fn data_name(&self, data: DataId) -> &str {
        self.renamed.old("data", &self.model.data[data.0].name)
    }

    pub fn data(&self, data: DataId) -> TermId {
        self.symbol(Symbol::Data(self.data_name(data).to_string()))
    }

    /// A column's name, as both models have it.
    pub fn column_name(&self, data: DataId, column: ColumnIx) -> String {
        let set = &self.model.data[data.0];
        let name = &set.column(column).name;
        let full = format!("{}.{name}", set.name);
        match self.renamed.old("column", &full) {
            same if same == full => name.clone(),
            old => old.to_string(),
        }
    }

    pub fn column(&self, data: DataId, column: ColumnIx) -> TermId {
        self.symbol(Symbol::Column(self.data_name(data).to_string(), self.column_name(data, column)))
    }

    /// Links to follow from a row, and where they lead to.
    pub fn links(&self, start: DataId, via: &[ColumnIx]) -> TermId {
        let mut data = start;
        let mut found = vec![self.data(start)];
        for link in via {
            found.push(self.column(data, *link));
            if let ColumnType::Link { data: target, .. } = &self.model.data[data.0].column(*link).ty {
                data = *target;
            }
        }
        self.node("links", found)
    }

    pub fn constant_symbol(&self, id: ConstantId) -> Symbol {
        Symbol::Constant(self.renamed.old("constant", &self.model.constants[id.0].name).to_string())
    }

    pub fn kpi_name(&self, id: KpiId) -> &str {
        self.renamed.old("kpi", &self.model.kpis[id.0].name)
    }

    pub fn scale_symbol(&self, id: ScaleId) -> Symbol {
        Symbol::Scale(self.renamed.old("scale", &self.model.scales[id.0].name).to_string())
    }

    pub fn matrix_symbol(&self, id: MatrixId) -> Symbol {
        Symbol::Matrix(self.renamed.old("matrix", &self.model.matrices[id.0].name).to_string())
    }

    pub fn rating_symbol(&self, id: RatingId) -> Symbol {
        Symbol::Rating(self.renamed.old("rating", &self.model.ratings[id.0].name).to_string())
    }

    pub fn position_name<'n>(&'n self, name: &'n str) -> &'n str {
        self.renamed.old("position", name)
    }

    /// What a place says, without comments and however it is broken into lines.
    pub fn text(&self, span: Span) -> String {
        plain(self.sources.text(span))
    }

    /// The function in whose formula a place lies, if it is one.
    pub fn function_around(&self, span: Span) -> Option<String> {
        let before = self.sources.get(span.file).text.get(..span.start as usize)?;
        let at = before.rfind("function ").filter(|at| *at == 0 || before[..*at].ends_with('\n'))?;
        let between = &before[at + "function ".len()..];
        // Another declaration begins with a letter at the start of a line.
        let is_inside = !between.lines().skip(1).any(|line| line.starts_with(|sign: char| sign.is_alphabetic()));
        let name = between.split('(').next().unwrap_or_default().trim();
        (is_inside && between.contains('=') && !name.is_empty()).then(|| name.to_string())
    }

    /// How a unit is written and counted.
    pub fn unit(&self, unit: &DisplayUnit) -> TermId {
        let DisplayUnit { dimension, factor, singular, plural } = unit;
        self.said((dimension.to_string(), factor, singular, plural))
    }

    pub fn label(&self, label: &Label) -> TermId {
        let Label { text, translations } = label;
        self.said((text, translations))
    }
}

/// A label in all its languages.
pub fn texts_of(label: &Label) -> impl Iterator<Item = &String> {
    std::iter::once(&label.text).chain(label.translations.values())
}

/// `"Lecturer" zh "讲师"`
pub fn label_text(label: &Label) -> String {
    let translated = label.translations.iter().map(|(language, text)| format!(" {language} \"{text}\""));
    format!("\"{}\"{}", label.text, translated.collect::<String>())
}

fn by_name<'n, K: Ord>(all: impl Iterator<Item = (&'n str, K)>) -> HashMap<&'n str, Vec<usize>> {
    let mut found: HashMap<&str, Vec<(K, usize)>> = HashMap::new();
    for (at, (name, begins)) in all.enumerate() {
        found.entry(name).or_default().push((begins, at));
    }
    let in_order = |(name, mut versions): (&'n str, Vec<(K, usize)>)| {
        versions.sort();
        (name, versions.into_iter().map(|(_, at)| at).collect())
    };
    found.into_iter().map(in_order).collect()
}

/// A text without comments, with one space for each gap: two that are alike were written alike.
fn plain(text: &str) -> String {
    let (mut out, mut quoted, mut gap) = (String::new(), false, false);
    let mut signs = text.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '#' if !quoted => {
                signs.by_ref().find(|sign| *sign == '\n');
                gap = true;
            }
            sign if sign.is_whitespace() && !quoted => gap = true,
            sign => {
                if std::mem::take(&mut gap) && !out.is_empty() {
                    out.push(' ');
                }
                quoted ^= sign == '"';
                out.push(sign);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn gaps_and_comments_are_no_text() {
        assert_eq!(plain("sum(premium)  # all of it\n   / 2"), "sum(premium) / 2");
        assert_eq!(plain("\"a  # b\""), "\"a  # b\"");
    }
}
