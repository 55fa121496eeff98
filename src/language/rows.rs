//! Whose rows are read, and what becomes of those of several posts.

/// Whose rows are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ScopeWord {
    Own,
    Team,
    Company,
}

impl ScopeWord {
    pub const ALL: [ScopeWord; 3] = [ScopeWord::Own, ScopeWord::Team, ScopeWord::Company];

    /// As specs write it.
    pub const fn word(self) -> &'static str {
        match self {
            ScopeWord::Own => "own",
            ScopeWord::Team => "team",
            ScopeWord::Company => "company",
        }
    }
}

/// What becomes of a row dated by a period in which somebody changes post or team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AcrossStints {
    /// `shared by days`: each day has an equal part of it.
    SharedByDays,
    /// `held last`: the post held last in it takes the whole.
    HeldLast,
}
