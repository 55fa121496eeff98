//! What is found.

use std::sync::Arc;

use crate::number::Number;
use crate::source::Span;

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    SameScore,
    MovesTogether,
    Cliff,
    Target,
    WorkingTime,
    Teams,
    SmallGroup,
    Rulings,
    Gap,
}

impl Kind {
    pub const ALL: [Kind; 9] = [
        Kind::SameScore,
        Kind::MovesTogether,
        Kind::Cliff,
        Kind::Target,
        Kind::WorkingTime,
        Kind::Teams,
        Kind::SmallGroup,
        Kind::Rulings,
        Kind::Gap,
    ];

    /// As the command line and documents have it.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::SameScore => "same-score",
            Kind::MovesTogether => "moves-together",
            Kind::Cliff => "cliff",
            Kind::Target => "target",
            Kind::WorkingTime => "working-time",
            Kind::Teams => "teams",
            Kind::SmallGroup => "small-group",
            Kind::Rulings => "rulings",
            Kind::Gap => "gap",
        }
    }

    /// The heading above findings of the kind.
    pub const fn heading(self) -> &'static str {
        match self {
            Kind::SameScore => "Entries that do not tell people apart",
            Kind::MovesTogether => "KPIs that move together",
            Kind::Cliff => "Cliffs: a small step makes a large difference",
            Kind::Target => "Targets that everybody reaches, or nobody",
            Kind::WorkingTime => "Weights against working time",
            Kind::Teams => "Teams that come out otherwise than chance would have it",
            Kind::SmallGroup => "Groups too small to compare",
            Kind::Rulings => "Rules that people often rule against",
            Kind::Gap => "Gaps between groups within a position",
        }
    }
}

/// Something that is odd.
#[derive(Clone, Debug)]
pub struct Finding {
    pub kind: Kind,
    /// The name of the position that it is about, where it is one.
    pub position: Option<String>,
    /// The clauses that make it, the first of them first to look at.
    pub places: Vec<Span>,
    pub sentence: String,
    /// More about it, a sentence each.
    pub details: Vec<String>,
    pub figures: Vec<Figure>,
    /// Whose results they are; nobody of groups, which would tell who is in them.
    pub who: Vec<Who>,
    /// What to look at.
    pub look: String,
    /// Of those of its kind the largest is the worst.
    pub weight: Number,
}

/// A number that the sentence goes by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    pub name: String,
    /// Of whom or what, where there are several.
    pub of: Option<String>,
    pub value: Number,
}

impl Figure {
    pub fn new(name: &str, value: impl Into<Number>) -> Figure {
        Figure { name: name.into(), of: None, value: value.into() }
    }

    pub fn of(name: &str, of: impl Into<String>, value: impl Into<Number>) -> Figure {
        Figure { of: Some(of.into()), ..Figure::new(name, value) }
    }
}

/// Somebody by the key in a roster.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Who {
    pub roster: String,
    pub person: Arc<str>,
    pub name: Arc<str>,
}
