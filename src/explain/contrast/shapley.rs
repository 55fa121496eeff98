//! Shapley values: what each cause adds, over all orders in which causes can come.

use crate::number::Number;

/// So many causes are told apart.
pub const MOST: usize = 12;

/// What each cause, or group of causes, adds to a value; `value` gives it where some causes are in force. All together
/// they add what all causes do.
pub fn split(causes: usize, value: &dyn Fn(&[bool]) -> Number) -> Vec<(Vec<usize>, Number)> {
    let none = value(&vec![false; causes]);
    let mut groups: Vec<Vec<usize>> = (0..causes).map(|cause| vec![cause]).collect();
    if causes > MOST {
        // Taken first and taken last, so that it is the same from both sides.
        let all = value(&vec![true; causes]);
        let alone = |cause: usize| {
            let [first, others]: [Vec<bool>; 2] =
                [true, false].map(|taken| (0..causes).map(|at| (at == cause) == taken).collect());
            value(&first).sub(&none).abs().add(&all.sub(&value(&others)).abs())
        };
        let mut by_size: Vec<(usize, Number)> = (0..causes).map(|cause| (cause, alone(cause))).collect();
        by_size.sort_by(|(one, size), (other, than)| than.cmp(size).then(one.cmp(other)));
        let rest = by_size.split_off(MOST - 1);
        groups = by_size.into_iter().map(|(cause, _)| vec![cause]).collect();
        groups.push(rest.into_iter().map(|(cause, _)| cause).collect());
    }
    let count = groups.len();
    let values: Vec<Number> = (0..1usize << count)
        .map(|set| {
            let mut taken = vec![false; causes];
            for (at, group) in groups.iter().enumerate() {
                group.iter().for_each(|cause| taken[*cause] = set >> at & 1 == 1);
            }
            value(&taken)
        })
        .collect();
    let weights = weights(count);
    let amount = |at: usize| {
        let without = (0..1usize << count).filter(|set| set >> at & 1 == 0);
        without.fold(Number::ZERO, |sum, set| {
            let change = values[set | 1 << at].sub(&values[set]);
            if change.is_zero() { sum } else { sum.add(&change.mul(&weights[set.count_ones() as usize])) }
        })
    };
    (0..count).map(|at| (groups[at].clone(), amount(at))).collect()
}

/// By the size of a set: s! (n - s - 1)! / n!
fn weights(count: usize) -> Vec<Number> {
    let factorial = |n: usize| (1..=n as i64).product::<i64>();
    (0..count)
        .map(|size| {
            Number::ratio(factorial(size) * factorial(count - size - 1), factorial(count)).unwrap_or(Number::ZERO)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_total_the_whole_and_no_order_is_preferred() {
        // A product of two, which neither changes alone.
        let value = |taken: &[bool]| if taken[0] && taken[1] { Number::from(10) } else { Number::ZERO };
        let half = Number::from(5);
        assert_eq!(split(2, &value), [(vec![0], half.clone()), (vec![1], half)]);
        // A sum: each its own.
        let value = |taken: &[bool]| {
            taken
                .iter()
                .enumerate()
                .filter(|(_, taken)| **taken)
                .fold(Number::ZERO, |sum, (at, _)| sum.add(&Number::from(at as i64)))
        };
        let parts = split(3, &value);
        assert_eq!(parts.iter().map(|(_, part)| part.clone()).collect::<Vec<_>>(), [0, 1, 2].map(Number::from));
        // More than are told apart: the largest stay by themselves, and nothing is lost.
        let parts = split(20, &value);
        assert_eq!(parts.len(), MOST);
        assert_eq!(parts[0], (vec![19], Number::from(19)));
        assert_eq!(parts.iter().fold(Number::ZERO, |sum, (_, part)| sum.add(part)), Number::from(190));
    }
}
