//! The tree of one `.merit` file: what was written, with its places, before any name has a meaning.
//!
//! Trees are equal when they say the same thing: spans take no part in equality.

mod company;
mod datasets;
mod expressions;
mod kpis;
mod positions;
mod rules;
mod units;

pub use company::*;
pub use datasets::*;
pub use expressions::*;
pub use kpis::*;
pub use positions::*;
pub use rules::*;
pub use units::*;

use crate::source::Span;

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
