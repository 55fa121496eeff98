//! How likely something is that came about by chance, as exact fractions.

use num_bigint::BigInt;
use num_traits::{One, Zero};

use super::Number;

/// How many ways there are to take some of all.
fn ways(all: u64, taken: u64) -> BigInt {
    if taken > all {
        return BigInt::zero();
    }
    let taken = taken.min(all - taken);
    // Each step is a whole number: the ways to take one more.
    (0..taken).fold(BigInt::one(), |ways, at| ways * (all - at) / (at + 1))
}

/// Of `all`, `marked` have something; `drawn` are taken blindly. The chance that at least `least` of these have it: the upper
/// tail of the hypergeometric distribution, which is Fisher's exact test on one side.
pub fn at_least(all: u64, marked: u64, drawn: u64, least: u64) -> Number {
    let (marked, drawn) = (marked.min(all), drawn.min(all));
    let (lowest, most) = ((marked + drawn).saturating_sub(all), marked.min(drawn));
    if least <= lowest {
        return Number::ONE;
    }
    if least > most {
        return Number::ZERO;
    }
    let unmarked = all - marked;
    let mut term = ways(marked, least) * ways(unmarked, drawn - least);
    let mut sum = term.clone();
    for found in least..most {
        // What the next one is to the one before it.
        term = term * (marked - found) * (drawn - found) / ((found + 1) * (unmarked + found + 1 - drawn));
        sum += &term;
    }
    Number::ratio(sum, ways(all, drawn)).unwrap_or(Number::ONE)
}

/// The chance that at least `least` of `all` fair coins fall on one side.
pub fn of_coins(all: u64, least: u64) -> Number {
    let sum = (least..=all).fold(BigInt::zero(), |sum, heads| sum + ways(all, heads));
    Number::ratio(sum, BigInt::one() << all).unwrap_or(Number::ONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(up: i64, down: i64) -> Number {
        Number::ratio(up, down).unwrap()
    }

    #[test]
    fn tails_are_those_that_counting_gives() {
        // All ways to draw, one by one, as bits.
        for all in 1..=9u64 {
            for marked in 0..=all {
                for drawn in 0..=all {
                    for least in 0..=all + 1 {
                        let draws = (0..1u64 << all).filter(|draw| u64::from(draw.count_ones()) == drawn);
                        let (mut count, mut fits) = (0, 0);
                        for draw in draws {
                            count += 1;
                            let found = (draw & ((1 << marked) - 1)).count_ones();
                            fits += i64::from(u64::from(found) >= least);
                        }
                        assert_eq!(
                            at_least(all, marked, drawn, least),
                            ratio(fits, count),
                            "{all} {marked} {drawn} {least}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn fisher_and_his_tea() {
        assert_eq!(at_least(8, 4, 4, 4), ratio(1, 70));
        assert_eq!(at_least(8, 4, 4, 3), ratio(17, 70));
        assert_eq!(of_coins(3, 3), ratio(1, 8));
        assert_eq!(of_coins(4, 3), ratio(5, 16));
        assert_eq!(of_coins(0, 0), Number::ONE);
    }
}
