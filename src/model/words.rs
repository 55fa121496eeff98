//! Words that findings share: what scopes are called, names in a row.

use crate::language::ScopeWord;

pub(super) fn scope_words(scope: ScopeWord) -> &'static str {
    match scope {
        ScopeWord::Own => "the person's own rows",
        ScopeWord::Team => "the team",
        ScopeWord::Company => "the company",
    }
}

/// `` `a`, `b`, `c` ``
pub(super) fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
