//! Whether what a curve gives goes the way that its KPI calls better: what lines and steps have in common of it.

use super::Piece;
use super::asked::{Checks, Written};
use crate::diagnostic::{Code, Diagnostic, Edit, Help, Mend, Severity};
use crate::number::Number;
use crate::source::Span;

/// Which values are better.
#[derive(Clone, Debug)]
pub enum Better<N> {
    Higher,
    Lower,
    /// A higher attainment, whichever way the KPI goes.
    Attainment,
    Nearest(N),
}

impl<N> Better<N> {
    /// The best value, where neither the highest nor the lowest is.
    pub fn nearest(&self) -> Option<&N> {
        match self {
            Better::Nearest(best) => Some(best),
            Better::Higher | Better::Lower | Better::Attainment => None,
        }
    }
}

impl<N: Written> Better<N> {
    /// As the KPI says it.
    pub fn words<C: Checks<N>>(&self, checks: &C) -> String {
        match self {
            Better::Higher => "higher is better".into(),
            Better::Lower => "lower is better".into(),
            Better::Attainment => "a higher attainment is better".into(),
            Better::Nearest(best) => format!("closest to {} is best", checks.text(best.span())),
        }
    }

    /// The number that is nearest to what is best, if there is one; `None` where it has no value now.
    pub(super) fn best<C: Checks<N>>(&self, checks: &C) -> Option<Option<Number>> {
        match self.nearest() {
            Some(best) => checks.known(best).map(Some),
            None => Some(None),
        }
    }
}

/// Two neighbouring pieces of a curve, from the lower to the higher values.
pub(super) struct Pair<'k, N> {
    pub low: &'k N,
    pub high: &'k N,
    /// The best value lies at the border or above it.
    pub best_above: bool,
    /// It lies at the border or below it.
    pub best_below: bool,
    /// As told: the value and its score, first what is written first, and whether it is what holds just below the value.
    pub told: [(Option<&'k N>, &'k N, bool); 2],
}

/// Judges the first pair that goes the wrong way. `numbers` are all that tell whether the whole curve does.
pub(super) fn agrees<N: Written, C: Checks<N>>(
    checks: &mut C,
    better: &Better<N>,
    pairs: &[Pair<'_, N>],
    numbers: &[&N],
    pieces: &[Piece<'_, N>],
) {
    let agrees = |pair: &&Pair<'_, N>| {
        let (low, high) = (checks.number(pair.low), checks.number(pair.high));
        match better {
            Better::Higher | Better::Attainment => high >= low,
            Better::Lower => high <= low,
            Better::Nearest(_) if pair.best_above => high >= low,
            Better::Nearest(_) if pair.best_below => high <= low,
            // The best value lies between the two.
            Better::Nearest(_) => high == low,
        }
    };
    let Some(culprit) = pairs.iter().find(|pair| !agrees(pair)) else { return };
    let told = |(at, score, below): &(Option<&N>, &N, bool)| {
        let at = at.map_or("what is left".into(), |at| checks.text(at.span()));
        format!("{}{at} scores {}", if *below { "just below " } else { "" }, checks.text(score.span()))
    };
    let (first, second) = (&culprit.told[0], &culprit.told[1]);
    let what = format!("{} and {}", told(first), told(second));
    // Turned round as a whole, or nobody can tell how it is meant.
    let turned = numbers.iter().all(|number| !checks.may_change(number))
        && pairs.iter().all(|pair| !agrees(&pair) || checks.number(pair.low) == checks.number(pair.high));
    let words = better.words(checks);
    let mend = mend(checks, better, &words, turned.then(|| turn_round(checks, pieces)));
    let finding = Diagnostic::new(Code::ScaleDirection, format!("{words}, but {what}"))
        .at(second.1.span(), "against the direction")
        .at(first.1.span(), "compared with this")
        .help(mend);
    checks.report(finding);
}

fn mend<N: Written, C: Checks<N>>(checks: &C, better: &Better<N>, words: &str, turned: Option<Mend>) -> Help {
    match (better, turned) {
        (Better::Higher | Better::Lower, Some(turned)) => {
            Help::of(&format!("turn the scores round, or change the KPI's `{words}`"), [turned])
        }
        (Better::Attainment, Some(turned)) => {
            Help::of("turn the scores round: an attainment above 100% is better, whichever way the KPI goes", [turned])
        }
        (Better::Higher | Better::Lower, None) => {
            format!("correct the scores that go the wrong way, or change the KPI's `{words}`").into()
        }
        (Better::Attainment, None) => {
            "correct the scores that go the wrong way: an attainment above 100% is better, whichever way the KPI goes"
                .into()
        }
        (Better::Nearest(best), _) => {
            format!("let the scores rise up to {0} and fall behind it, with a point at {0}", checks.text(best.span()))
                .into()
        }
    }
}

/// The pieces with their scores in the opposite order.
fn turn_round<N: Written, C: Checks<N>>(checks: &C, pieces: &[Piece<'_, N>]) -> Mend {
    let scores: Vec<Span> = pieces.iter().map(|piece| piece.score.span()).collect();
    let texts = scores.iter().rev().map(|span| checks.source(*span).to_string());
    let edits = scores.iter().zip(texts).map(|(span, text)| Edit { span: *span, text });
    Mend { edits: edits.collect(), shown: String::new() }
}

/// Pieces that rise and fall, for a KPI that does not say what is better.
pub(super) fn both_ways<N: Written, C: Checks<N>>(checks: &mut C, pieces: &[Piece<'_, N>], kpi: Span) {
    let scores: Vec<Number> = pieces.iter().map(|piece| checks.number(piece.score)).collect();
    let rises = scores.windows(2).any(|pair| pair[1] > pair[0]);
    let falls = scores.windows(2).any(|pair| pair[1] < pair[0]);
    let Some(most) = scores.iter().max().filter(|_| rises && falls) else { return };
    let Some(peak) = scores.iter().position(|score| score == most) else { return };
    let at = pieces[peak].at.map_or(String::new(), |at| checks.text(at.span()));
    let closest = checks.line_in(kpi, format!("closest to {at} is best")).filter(|_| !at.is_empty());
    let mend = match closest {
        None => "say in the KPI which values are best, `closest to … is best`, or correct the scores".into(),
        Some(line) => Help::of("add `{}` to the KPI, or correct the scores", [line]),
    };
    let mut finding = Diagnostic::new(
        Code::ScaleDirection,
        "the score rises and falls, and the KPI does not say which values are better",
    )
    .at(pieces[peak].score.span(), "the most of all")
    .help(mend);
    // It may be meant so.
    finding.severity = Severity::Warning;
    checks.report(finding);
}
