//! Links between data sets, and the ways from rows to people and teams.

use super::{Belongs, ColumnIx, ColumnType, DataId, Route};
use crate::diagnostic::{Code, Diagnostic};
use crate::language::ScopeWord;
use crate::model::checker::Checker;
use crate::model::names::uses::Use;
use crate::plural::{counted, either};
use crate::syntax::tree;
use crate::syntax::tree::DataClause;

impl Checker<'_> {
    /// Links need a key to point to, with as many parts.
    pub(super) fn link_keys(&mut self, declared: &[&tree::Data]) {
        let mut findings = Vec::new();
        for (set, written) in self.model.data.iter().zip(declared) {
            for column in &set.columns {
                let ColumnType::Link { data, by } = &column.ty else { continue };
                let Some(target) = self.model.data.get(data.0) else { continue };
                // A key of columns that nothing knows is reported itself.
                let has_key = declared[data.0].clauses.iter().any(|clause| matches!(clause, DataClause::Key { .. }));
                if target.key.is_empty() && has_key {
                    continue;
                }
                let parts = by.len().max(1);
                if target.key.len() == parts {
                    continue;
                }
                let key = target.key.iter().map(|key| format!("`{}`", target.columns[key.0].name)).collect::<Vec<_>>();
                let (message, mend) = if key.is_empty() {
                    (
                        format!("`{}` links to `{}`, which has no key", column.name, target.name),
                        format!("name the column of its key in `{}`: `key …`", target.name),
                    )
                } else {
                    (
                        format!(
                            "`{}` links by {}, and the key of `{}` is {}",
                            column.name,
                            either(parts, "one column", &counted(parts, "column")),
                            target.name,
                            key.join(" and ")
                        ),
                        format!("write `{} by (…)` with one column for each of {}", target.name, key.join(", ")),
                    )
                };
                findings.push(
                    Diagnostic::new(Code::BadDataSet, message)
                        .at(column.span, format!("a link of `{}`", written.name.text))
                        .at(target.span, "declared here")
                        .help(mend),
                );
            }
        }
        for finding in findings {
            self.report(finding);
        }
    }

    pub(super) fn routes(&mut self, declared: &[&tree::Data]) {
        let rosters: Vec<DataId> =
            (0..self.model.data.len()).map(DataId).filter(|id| self.model.data[id.0].roster.is_some()).collect();
        let organisation = self.organisation();
        let mut forced: [Vec<Option<ColumnIx>>; 2] = [vec![None; declared.len()], vec![None; declared.len()]];
        for (at, written) in declared.iter().enumerate() {
            let from = DataId(at);
            for clause in &written.clauses {
                let DataClause::BelongsTo { column, scope } = clause else { continue };
                let set = self.model.data[at].clone();
                let link = |ty: &ColumnType| matches!(ty, ColumnType::Link { .. });
                let Some(column) = self.clause_column(&set, column, link, "a link to another data set") else {
                    continue;
                };
                self.used.insert(Use::Column(from, column));
                if *scope != Some(ScopeWord::Team) {
                    forced[0][at] = Some(column);
                }
                if *scope != Some(ScopeWord::Own) {
                    forced[1][at] = Some(column);
                }
            }
        }
        for at in 0..declared.len() {
            let from = DataId(at);
            let [own, team] = &forced;
            let own = rosters.iter().map(|roster| (*roster, self.route(from, *roster, own[at], own))).collect();
            let team = organisation.map_or(Route::None, |to| self.route(from, to, team[at], team));
            self.model.data[at].belongs = Belongs { own, team };
        }
    }

    pub(in crate::model) fn organisation(&self) -> Option<DataId> {
        self.model.data.iter().position(|set| set.organisation.is_some()).map(DataId)
    }

    /// The shortest chain of links from one data set to another; `first` fixes its first link, if it leads there.
    /// `forced` are the links that data sets on the way are to be left by, where several lead on.
    pub(in crate::model) fn route(
        &self,
        from: DataId,
        to: DataId,
        first: Option<ColumnIx>,
        forced: &[Option<ColumnIx>],
    ) -> Route {
        if from == to {
            return Route::Links(Vec::new());
        }
        if let Some(first) = first {
            let ColumnType::Link { data, .. } = &self.model.data[from.0].columns[first.0].ty else {
                return Route::None;
            };
            match self.route(*data, to, forced.get(data.0).copied().flatten(), forced) {
                Route::Links(rest) => {
                    return Route::Links(std::iter::once(first).chain(rest).collect());
                }
                ambiguous @ Route::Ambiguous(..) => return ambiguous,
                // It leads elsewhere (to the person, say, when the team is asked for): as if it were not said.
                Route::None => {}
            }
        }
        let mut found: Vec<Vec<ColumnIx>> = Vec::new();
        let mut ends = vec![(from, Vec::new())];
        let mut seen = vec![from];
        while found.is_empty() && !ends.is_empty() {
            let mut next = Vec::new();
            for (data, path) in &ends {
                for (at, column) in self.model.data[data.0].columns.iter().enumerate() {
                    let ColumnType::Link { data: target, .. } = &column.ty else { continue };
                    let mut path = path.clone();
                    path.push(ColumnIx(at));
                    if *target == to {
                        found.push(path);
                    } else if !seen.contains(target) {
                        next.push((*target, path));
                    }
                }
            }
            seen.extend(next.iter().map(|(data, _)| *data));
            ends = next;
        }
        let leaves_by = |path: &[ColumnIx], at: usize| {
            let set = self.model.links_to(from, &path[..at]);
            forced.get(set.0).copied().flatten().is_none_or(|wanted| path[at] == wanted)
        };
        let settled: Vec<Vec<ColumnIx>> =
            found.iter().filter(|path| (1..path.len()).all(|at| leaves_by(path, at))).cloned().collect();
        if found.len() > 1 && !settled.is_empty() {
            found = settled;
        }
        match found.as_slice() {
            [] => Route::None,
            [path] => Route::Links(path.clone()),
            [one, other, ..] => {
                let same = one.iter().zip(other).take_while(|(one, other)| one == other).count();
                Route::Ambiguous(self.model.links_to(from, &one[..same]), one[same], other[same])
            }
        }
    }
}
