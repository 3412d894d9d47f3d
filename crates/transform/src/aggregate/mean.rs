//! The mean of a window of hours: 8 or 24 consecutive ones, or those of a calendar day.

use crate::aggregate::Aggregate;
use crate::fixed::{Fixed, Mean};

/// The arithmetic mean of the usable hours of `window`, valid with at least `minimum` of them
/// (GB 3095-2026 clauses 3 and 6.4: every valid value enters).
///
/// `window` has one cell an hour: 8, 24, or 23 to 25 for a day. `minimum` is the same for days of every length.
pub fn mean(window: &[Option<Fixed>], minimum: u32) -> Aggregate {
    let (mut sum, mut n) = (0, 0);
    for value in window.iter().flatten() {
        sum += value.millionths();
        n += 1;
    }
    let mean = Mean::new(sum, n).filter(|_| n >= minimum);
    Aggregate { mean, n, expected: window.len() as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(values: &[f64], length: usize) -> Vec<Option<Fixed>> {
        let mut hours: Vec<_> = values.iter().map(|value| Fixed::from_f64(*value)).collect();
        hours.resize(length, None);
        hours
    }

    #[test]
    fn the_threshold_is_the_last_valid_count() {
        let valid = |n: usize, length, minimum| mean(&hours(&vec![7.5; n], length), minimum).mean.map(Mean::to_f64);
        assert_eq!([valid(19, 24, 20), valid(20, 24, 20), valid(24, 24, 20)], [None, Some(7.5), Some(7.5)]);
        assert_eq!([valid(19, 23, 20), valid(20, 23, 20), valid(20, 25, 20)], [None, Some(7.5), Some(7.5)]);
        assert_eq!([valid(5, 8, 6), valid(6, 8, 6)], [None, Some(7.5)]);
        assert_eq!(mean(&hours(&[], 8), 0).mean, None);
    }

    #[test]
    fn a_mean_keeps_what_its_terms_say() {
        let aggregate = mean(&hours(&[150.1, 146.3, 40.2], 24), 3);
        assert_eq!((aggregate.n, aggregate.expected), (3, 24));
        assert_eq!(aggregate.mean.unwrap().to_f64(), 112.2);
        assert_eq!(mean(&hours(&[1.0, 1.0, 2.0], 8), 3).mean.unwrap().to_f64(), 1.333_333_333_333_333_3);
    }
}
