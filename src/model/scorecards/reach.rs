//! Whether the data of a scorecard answer in the scope asked for.

use super::card::CardScope;
use crate::diagnostic::{Code, Diagnostic, Help, Mend};
use crate::language::ScopeWord;
use crate::model::checker::Checker;
use crate::model::data::{ColumnIx, ColumnType, DataId, DataSet, Route};
use crate::model::expr::{Aggregate, Expr, Kind};
use crate::model::names::uses::Use;
use crate::model::words::list;
use crate::model::{Curve, KpiId, ScaleId, Unfit};
use crate::source::Span;
use crate::syntax::tree;

impl Checker<'_> {
    /// Whether every aggregate of a formula can be read in its scope, for each roster that uses the position.
    pub(in crate::model) fn answerable(&mut self, expr: &Expr, scope: ScopeWord, at: Span, card: &CardScope) {
        match &expr.kind {
            Kind::Kpi(kpi) => {
                self.kpi_answerable(*kpi, scope, at, card);
            }
            Kind::Over(value, scope) => self.answerable(value, *scope, at, card),
            Kind::Person { roster, via, column } => self.cell_of_whom(*roster, via, *column, expr.span, card),
            Kind::Aggregate(aggregate) => self.aggregate_scope(aggregate, scope, at, card),
            Kind::Scale(scale, value) => {
                self.scale_answerable(*scale, scope, at, card);
                self.answerable(value, scope, at, card);
            }
            _ => {
                expr.each_part(&mut |part| self.answerable(part, scope, at, card));
            }
        }
    }

    /// Likewise for all versions of a KPI.
    pub(in crate::model) fn kpi_answerable(&mut self, kpi: KpiId, scope: ScopeWord, at: Span, card: &CardScope) {
        let model = self.model.clone();
        if self.was_asked(Use::Kpi(kpi), scope, at, card) {
            return;
        }
        for version in model.kpi_versions(kpi) {
            let kpi = &model.kpis[version.0];
            // A scope that the KPI has of itself is wrong there, whoever uses it.
            let at = if kpi.scope.is_some() { kpi.span } else { at };
            self.answerable(&kpi.value, kpi.scope.unwrap_or(scope), at, card);
        }
    }

    /// Many formulas may build on one: whatever is wrong is told once, so once is enough to look.
    fn was_asked(&mut self, what: Use, scope: ScopeWord, at: Span, card: &CardScope) -> bool {
        !self.answered.insert((card.position.to_string(), what, scope, at.key()))
    }

    /// Likewise for what the formulas of a scale read.
    pub(super) fn scale_answerable(&mut self, scale: ScaleId, scope: ScopeWord, at: Span, card: &CardScope) {
        let model = self.model.clone();
        if self.was_asked(Use::Scale(scale.0), scope, at, card) {
            return;
        }
        for version in model.scale_versions(scale) {
            self.curve_answerable(&model.scales[version.0].curve, scope, at, card);
        }
    }

    pub(super) fn curve_answerable(&mut self, curve: &Curve, scope: ScopeWord, at: Span, card: &CardScope) {
        if let Some(formula) = curve.kind.formula() {
            self.answerable(formula, scope, at, card);
        }
    }

    pub(super) fn aggregate_scope(&mut self, aggregate: &Aggregate, scope: ScopeWord, at: Span, card: &CardScope) {
        let model = self.model.clone();
        let set = &model.data[aggregate.data.0];
        self.whose_cells(aggregate, scope, card);
        let mut routes: Vec<(&Route, &str)> = Vec::new();
        match scope {
            ScopeWord::Company => return,
            ScopeWord::Team => {
                let Some(teams) = self.organisation() else { return self.no_organisation(aggregate, at) };
                routes.push((&set.belongs.team, &model.data[teams.0].name));
            }
            ScopeWord::Own => {
                if card.rosters.is_empty() {
                    return self.nobody_holds(aggregate, at, card);
                }
                let of_card = set.belongs.own.iter().filter(|(roster, _)| card.rosters.contains(roster));
                // A roster to which nothing leads does not hold the position, where something leads to another.
                let leads = |route: &Route| !matches!(route, Route::None);
                let one_leads = of_card.clone().any(|(_, route)| leads(route));
                for (roster, route) in of_card {
                    if one_leads && !leads(route) {
                        self.does_not_fit(*roster, aggregate.span);
                        continue;
                    }
                    routes.push((route, &model.data[roster.0].name));
                }
            }
        }
        for (route, to) in routes {
            // One formula may read the data set several times: one mistake.
            let told = (at.key(), aggregate.data, scope.word());
            if !matches!(route, Route::Links(_)) && !self.scopes_told.insert(told) {
                continue;
            }
            let place = |diagnostic: Diagnostic| {
                let same = aggregate.span.key() == at.key();
                let fixed = self.model.kpis.iter().any(|kpi| kpi.span.key() == at.key());
                let words = match fixed {
                    true => format!("has `scope {}`", scope.word()),
                    false => format!("read over {} here", scope.word()),
                };
                let diagnostic = diagnostic.at(at, words);
                if same { diagnostic } else { diagnostic.at(aggregate.span, format!("reads `{}`", set.name)) }
            };
            match route {
                Route::Links(links) => self.use_links(aggregate.data, links),
                Route::None if self.has_untyped(aggregate.data) => {}
                Route::None => {
                    let text = self.text(aggregate.span);
                    let other = match scope {
                        ScopeWord::Own => "… over team` or `… over company",
                        _ => "… over company",
                    };
                    let finding = Diagnostic::new(
                        Code::NoScope,
                        format!(
                            "`{text}` cannot be read over {}: the rows of `{}` have no link to `{to}`",
                            scope.word(),
                            set.name
                        ),
                    );
                    // `column adviser : person` counts persons: the unit of the rows was taken for the data set.
                    let row = model.data.iter().find(|linked| linked.name == to).map(|linked| &linked.row.dimension);
                    let counts = set.columns.iter().find(|column| match &column.ty {
                        ColumnType::Number { unit, .. } => Some(&unit.dimension) == row,
                        _ => false,
                    });
                    let link = |name: &str| {
                        let mend = Mend::replace(self.type_of_column(&set.name, name)?, to.to_string());
                        Some(mend.shown_as(format!("column {name} : {to}")))
                    };
                    // The one column of text that is no key may hold them.
                    let keys = set.key.iter().map(|column| column.0).collect::<Vec<_>>();
                    let texts = set.columns.iter().enumerate().filter(|(at, column)| {
                        matches!(column.ty, ColumnType::Text) && column.derived.is_none() && !keys.contains(at)
                    });
                    let texts: Vec<&str> = texts.map(|(_, column)| column.name.as_str()).collect();
                    let mend = match (counts, texts.as_slice()) {
                        (Some(column), _) => Help::of("a link names the data set: `{}`", link(&column.name)),
                        (None, [one]) => {
                            let words =
                                format!("if `{one}` holds the keys of `{to}`, write `{{}}`; else read it `{other}`");
                            Help::of(&words, link(one))
                        }
                        _ => {
                            format!("add a column to `{}` that links to `{to}`, or read it `{other}`", set.name).into()
                        }
                    };
                    self.report(place(finding).help(mend));
                }
                Route::Ambiguous(parting, one, other) => {
                    let parting = &model.data[parting.0];
                    let name = |column: &ColumnIx| parting.columns[column.0].name.clone();
                    let finding = Diagnostic::new(
                        Code::AmbiguousLink,
                        format!(
                            "the rows of `{}` lead to `{to}` in two ways: by `{}` and by `{}`",
                            parting.name,
                            name(one),
                            name(other)
                        ),
                    );
                    let lines =
                        [name(one), name(other)].map(|to| self.line_in(parting.span, format!("belongs to {to}")));
                    let words = format!("add to `{}` the line `{{}}` or the line `{{}}`", parting.name);
                    self.report(place(finding).help(Help::of(&words, lines.into_iter().flatten())));
                }
            }
        }
    }

    /// The rosters whose rows may hold a position, by their declarations.
    pub(in crate::model) fn rosters_of(&self, position: &str) -> Vec<DataId> {
        let holds = |at: &usize| self.model.data[*at].roster.as_ref().is_some_and(|roster| roster.may_hold(position));
        (0..self.model.data.len()).filter(holds).map(DataId).collect()
    }

    /// `person.region` in rows of others: a link of the rows, called like the one evaluated, could be either of the two.
    fn whose_cells(&mut self, aggregate: &Aggregate, scope: ScopeWord, card: &CardScope) {
        if scope == ScopeWord::Own {
            return;
        }
        let nouns: Vec<&str> = card.rosters.iter().map(|roster| &*self.model.data[roster.0].row.singular).collect();
        let parts = [&aggregate.value, &aggregate.condition].into_iter().flatten();
        let mut open: Vec<(DataId, &Expr)> = parts.map(|part| (aggregate.data, part)).collect();
        let mut found = Vec::new();
        while let Some((data, expr)) = open.pop() {
            match &expr.kind {
                Kind::Column { via, .. } => {
                    let link = via.first().map(|link| self.model.data[data.0].column(*link));
                    if let Some(link) = link.filter(|link| nouns.contains(&&*link.name)) {
                        found.push((expr.span, link.name.clone(), link.span, self.model.data[data.0].name.clone()));
                    }
                }
                Kind::Aggregate(inner) => {
                    let parts = [&inner.value, &inner.condition].into_iter().flatten();
                    open.extend(parts.map(|part| (inner.data, part)));
                }
                _ => expr.each_part(&mut |part| open.push((data, part))),
            }
        }
        for (span, name, declared, set) in found {
            let text = self.text(span);
            self.report(
                Diagnostic::new(
                    Code::AmbiguousName,
                    format!("`{text}` could be of the one evaluated or of the `{name}` in each row of `{set}`"),
                )
                .at(span, "whose?")
                .at(declared, format!("the column of `{set}`"))
                .help(format!(
                    "give the column another name, such as `{name}_in_{set}`; with its header behind the type, as in \
                     `from \"{name}\"`, the file stays as it is"
                )),
            );
        }
    }

    fn does_not_fit(&mut self, roster: DataId, span: Span) {
        if !self.unfit.iter().any(|one| one.roster == roster) {
            let what = self.text(span);
            self.unfit.push(Unfit { roster, what, span });
        }
    }

    /// `person.pay`: a cell of those rosters that have such a column.
    fn cell_of_whom(&mut self, named: DataId, via: &[ColumnIx], column: ColumnIx, span: Span, card: &CardScope) {
        let has = |roster: &DataId| self.model.column_of_twin(named, *roster, via, column).is_some();
        let (fit, unfit): (Vec<DataId>, Vec<DataId>) = card.rosters.iter().copied().partition(has);
        if !fit.is_empty() {
            unfit.into_iter().for_each(|roster| self.does_not_fit(roster, span));
            return;
        }
        let Some(first) = card.rosters.first() else { return };
        let (text, whose) = (self.text(span), &self.model.data[named.0].name);
        let set = &self.model.data[first.0];
        let message =
            format!("`{text}` is a cell of `{whose}`, and who is `{}` stands in `{}`", card.position, set.name);
        let names: Vec<&str> = set.columns.iter().map(|column| column.name.as_str()).collect();
        let mend = format!(
            "read a cell of `{}`: `{}.…` with one of its columns, {}",
            set.name,
            set.row.singular,
            list(&names)
        );
        self.report(Diagnostic::new(Code::NoScope, message).at(span, "of another roster").help(mend));
    }

    /// The rosters that can answer all that a position asks.
    pub(in crate::model) fn fit_rosters(&mut self, card: &CardScope, at: Span) -> Vec<DataId> {
        let unfit = |roster: &DataId| self.unfit.iter().find(|one| one.roster == *roster);
        let fit: Vec<DataId> = card.rosters.iter().copied().filter(|roster| unfit(roster).is_none()).collect();
        if !fit.is_empty() || card.rosters.is_empty() {
            return fit;
        }
        let message = format!("no roster can answer all that `{}` reads", card.position);
        let mut finding = Diagnostic::new(Code::NoScope, message).at(at, "whose?");
        for one in &self.unfit {
            let set = &self.model.data[one.roster.0].name;
            finding = finding.at(one.span, format!("not to be told of a row of `{set}`"));
        }
        let mend = "let all of it be of one roster: link the data sets to it, or make two positions of this one";
        self.report(finding.help(mend));
        card.rosters.clone()
    }

    fn nobody_holds(&mut self, aggregate: &Aggregate, at: Span, card: &CardScope) {
        let rosters = self.model.data.iter().filter_map(|set| set.roster.as_ref());
        let mut named = rosters.filter_map(|roster| roster.every.as_ref());
        let unknown = named.any(|every| !self.symbols.contains_key(every.as_str()));
        // A roster of a position that nobody knows may be the one that is meant.
        if unknown {
            return;
        }
        let text = self.text(aggregate.span);
        let message = format!("`{text}` cannot be read over own: no roster says who is `{}`", card.position);
        // A data set that says who holds which post, and not that it is the list of them.
        let with_posts = |set: &&DataSet| {
            set.roster.is_none() && set.columns.iter().any(|column| matches!(column.ty, ColumnType::Position))
        };
        let mut sets = self.model.data.iter().filter(with_posts);
        let one = sets.next().filter(|_| sets.next().is_none());
        let line = one.and_then(|set| Some((set.name.clone(), self.first_clause(&set.name)?)));
        let help = match line {
            Some((name, (at, indent))) => {
                let mend = Mend::replace(at, format!("roster\n{indent}")).shown_as("roster");
                Help::of(&format!("`{name}` has a column for the post: write `{{}}` in it"), [mend])
            }
            None => {
                format!("say it in the data set of those who hold the position, as in `roster as {}`", card.position)
                    .into()
            }
        };
        self.report(Diagnostic::new(Code::NoScope, message).at(at, "read over own here").help(help));
    }

    /// Where the type of a column is written.
    fn type_of_column(&self, data: &str, column: &str) -> Option<Span> {
        let set = self.declarations.data.iter().find(|set| set.name.text == data)?;
        set.clauses.iter().find_map(|clause| match clause {
            tree::DataClause::Column(one) if one.name.text == column => match &one.ty {
                tree::Type::Unit(unit) => Some(unit.span),
                tree::Type::Text(span) => Some(*span),
                _ => None,
            },
            _ => None,
        })
    }

    /// Where the first clause of a data set begins, and what stands before it on its line.
    fn first_clause(&self, data: &str) -> Option<(Span, String)> {
        let set = self.declarations.data.iter().find(|set| set.name.text == data)?;
        let text = &self.sources.get(set.span.file).text;
        let inside = &text[set.span.start as usize..set.span.end as usize];
        let open = inside.find('{')? + 1;
        let start = open + inside[open..].find(|letter: char| !letter.is_whitespace())?;
        let at = set.span.start as usize + start;
        let line = text[..at].rfind('\n').map_or(0, |line| line + 1);
        let indent: String = text[line..at].chars().take_while(|letter| letter.is_whitespace()).collect();
        Some((Span::new(set.span.file, at, at), indent))
    }

    fn no_organisation(&mut self, aggregate: &Aggregate, at: Span) {
        let text = self.text(aggregate.span);
        self.report(
            Diagnostic::new(
                Code::NoScope,
                format!("`{text}` cannot be read over team: the project has no tree of teams"),
            )
            .at(at, "read over team here")
            .help("say which data set holds the teams, as in `organisation`, or read it `… over company`"),
        );
    }
}

impl Expr {
    /// The direct parts of a formula about its subject; an aggregate's row formulas are not among them.
    pub fn parts(&self) -> Vec<&Expr> {
        let mut parts = Vec::new();
        self.each_part(&mut |part| parts.push(part));
        parts
    }

    pub(in crate::model) fn each_part<'e>(&'e self, with: &mut impl FnMut(&'e Expr)) {
        match &self.kind {
            Kind::Not(a)
            | Kind::Negate(a)
            | Kind::IsMissing(a)
            | Kind::Within(a, _)
            | Kind::Over(a, _)
            | Kind::Scale(_, a) => with(a),
            Kind::Binary(_, a, b) | Kind::Matrix(_, a, b) => [a, b].into_iter().for_each(with),
            Kind::If { condition, then, otherwise } => [condition, then, otherwise].into_iter().for_each(with),
            Kind::InOrder { one, other, then, .. } => [one, other, then].into_iter().for_each(with),
            Kind::Default { value, fallback } => [value, fallback].into_iter().for_each(with),
            Kind::InSet(a, set) => std::iter::once(a).chain(set).for_each(with),
            Kind::InWindow { date, .. } => with(date),
            Kind::Call(_, arguments) => arguments.iter().for_each(with),
            _ => {}
        }
    }
}
