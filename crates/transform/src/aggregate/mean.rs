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

/// The means of the `length` hours that end with each hour of `hours`; hours before the first are missing. What
/// [`mean`] gives for each window, but each is made of the one before it.
pub fn moving(hours: &[Option<Fixed>], length: usize, minimum: u32) -> impl Iterator<Item = Aggregate> {
    let (mut sum, mut n) = (0, 0);
    hours.iter().enumerate().map(move |(place, hour)| {
        if let Some(value) = hour {
            sum += value.millionths();
            n += 1;
        }
        if let Some(gone) = place.checked_sub(length).and_then(|gone| hours[gone]) {
            sum -= gone.millionths();
            n -= 1;
        }
        Aggregate { mean: Mean::new(sum, n).filter(|_| n >= minimum), n, expected: length as u32 }
    })
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

    #[test]
    fn a_moving_mean_is_the_mean_of_each_window() {
        let values: Vec<Option<Fixed>> = (0..200_i64)
            .map(|hour| {
                Fixed::from_f64(((hour * 7919) % 1000) as f64 / 10.0)
                    .filter(|_| hour % 5 != 2 && !(90..120).contains(&hour))
            })
            .collect();
        for (length, minimum) in [(8, 6), (24, 20), (24, 19)] {
            let found: Vec<Aggregate> = moving(&values, length, minimum).collect();
            for (place, found) in found.into_iter().enumerate() {
                let mut window = vec![None; length.saturating_sub(place + 1)];
                window.extend(&values[(place + 1).saturating_sub(length)..=place]);
                assert_eq!(found, mean(&window, minimum), "hour {place} of {length}");
            }
        }
    }
}
