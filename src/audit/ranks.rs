//! Rank correlation, exact: Spearman's coefficient with mean ranks for equals, as its sign and its square.

use crate::number::Number;

/// How two rows of numbers go along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correlation {
    /// One rises as the other falls.
    pub is_negative: bool,
    /// Of the coefficient.
    pub square: Number,
}

impl Correlation {
    /// `None` where all of one are equal.
    pub fn of(pairs: &[(&Number, &Number)]) -> Option<Correlation> {
        let ones = doubled_ranks(&pairs.iter().map(|(one, _)| *one).collect::<Vec<_>>());
        let others = doubled_ranks(&pairs.iter().map(|(_, other)| *other).collect::<Vec<_>>());
        // Their mean is that of 2, 4, 6 …, whatever is equal.
        let mean = pairs.len() as i128 + 1;
        let products = |one: &[i128], other: &[i128]| -> i128 {
            one.iter().zip(other).map(|(one, other)| (one - mean) * (other - mean)).sum()
        };
        let (both, one, other) = (products(&ones, &others), products(&ones, &ones), products(&others, &others));
        let number = |whole: i128| Number::from_parts(whole, 0);
        let square = number(both).mul(&number(both)).div(&number(one).mul(&number(other)))?;
        Some(Correlation { is_negative: both < 0, square })
    }

    /// Whether it is so far from 0, on whichever side.
    pub fn is_at_least(&self, line: &Number) -> bool {
        self.square >= line.mul(line)
    }

    /// To the nearest hundredth, without a root: the one whose neighbours halfway lie on both sides.
    pub fn hundredths(&self) -> Number {
        let half = |step: i64| Number::ratio(2 * step + 1, 200).unwrap_or(Number::ONE);
        let step = (0..100).find(|step| self.square < half(*step).mul(&half(*step))).unwrap_or(100);
        let shown = Number::from_parts(step.into(), 2);
        if self.is_negative { shown.neg() } else { shown }
    }
}

/// Twice the rank of each, from 2 on; equals share the mean of theirs, which is whole when it is doubled.
fn doubled_ranks(numbers: &[&Number]) -> Vec<i128> {
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    order.sort_by(|one, other| numbers[*one].cmp(numbers[*other]));
    let mut ranks = vec![0; numbers.len()];
    let mut from = 0;
    for run in order.chunk_by(|one, other| numbers[*one] == numbers[*other]) {
        let to = from + run.len();
        run.iter().for_each(|at| ranks[*at] = (from + 1 + to) as i128);
        from = to;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(i64, i64)]) -> Option<(bool, String, String)> {
        let numbers: Vec<(Number, Number)> =
            pairs.iter().map(|(one, other)| ((*one).into(), (*other).into())).collect();
        let pairs: Vec<(&Number, &Number)> = numbers.iter().map(|(one, other)| (one, other)).collect();
        let found = Correlation::of(&pairs)?;
        Some((found.is_negative, found.square.to_string(), found.hundredths().to_string()))
    }

    #[test]
    fn ranks_correlate_as_books_say() {
        assert_eq!(of(&[(1, 10), (2, 20), (3, 300)]), Some((false, "1".into(), "1".into())));
        assert_eq!(of(&[(1, 9), (2, 8), (3, 1)]), Some((true, "1".into(), "-1".into())));
        // 1 − 6 · 2 / (5 · 24) = 0.9
        assert_eq!(of(&[(1, 1), (2, 3), (3, 2), (4, 4), (5, 5)]), Some((false, "0.81".into(), "0.9".into())));
        // Ranks 1.5, 1.5, 3 against 1, 2, 3: 0.75
        assert_eq!(of(&[(1, 1), (1, 2), (3, 3)]), Some((false, "0.75".into(), "0.87".into())));
        assert_eq!(of(&[(1, 1), (1, 2)]), None);
        assert_eq!(of(&[]), None);
    }
}
