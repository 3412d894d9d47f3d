//! The largest 8-hour mean of a calendar day, for ozone.

use crate::aggregate::mean::mean;
use crate::aggregate::{Aggregate, Validity};
use crate::assess::gb3095::Class;
use crate::fixed::{Fixed, Mean};

/// The largest moving 8-hour mean of the day whose hours are `hours`, from windows that lie wholly within the day:
/// of 24 hours, the 17 that end at hours 8 to 24 (a day of 23 hours has 16, of 25 hours 18). Each needs 6 hours.
///
/// Valid with at least 14 windows; with fewer, only when the largest exceeds the limit of the area's class (HJ 663-2026
/// 6.1.2). `n` and `expected` count windows.
pub fn max8h(hours: &[Option<Fixed>], validity: &Validity, class: Class) -> Aggregate {
    let first = validity.max8h_first_end.max(8);
    let mut largest: Option<Mean> = None;
    let (mut n, mut expected) = (0, 0);
    for end in first..=hours.len() {
        expected += 1;
        if let Some(window) = mean(&hours[end - 8..end], validity.moving_8h_hours).mean {
            n += 1;
            largest = largest.max(Some(window));
        }
    }
    let counts = |largest: &Mean| n >= validity.max8h_windows || *largest > Mean::from(validity.max8h_limit_of(class));
    Aggregate { mean: largest.filter(counts), n, expected }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standards::Rules;

    fn judge(hours: &[Option<f64>]) -> (Option<f64>, u32, u32) {
        judge_in(Class::Two, hours)
    }

    fn judge_in(class: Class, hours: &[Option<f64>]) -> (Option<f64>, u32, u32) {
        let hours: Vec<_> = hours.iter().map(|hour| hour.and_then(Fixed::from_f64)).collect();
        let aggregate = max8h(&hours, &Rules::built_in().validity, class);
        (aggregate.mean.map(Mean::to_f64), aggregate.n, aggregate.expected)
    }

    fn flat(value: f64, valid: std::ops::Range<usize>, length: usize) -> Vec<Option<f64>> {
        (0..length).map(|hour| valid.contains(&hour).then_some(value)).collect()
    }

    #[test]
    fn seventeen_windows_of_which_fourteen_are_enough() {
        assert_eq!(judge(&flat(80.0, 0..24, 24)), (Some(80.0), 17, 17));
        // Hours 0 to 18 fill the windows that end at 8 to 19, and 20 and 21 still have 7 and 6 hours.
        assert_eq!(judge(&flat(80.0, 0..19, 24)), (Some(80.0), 14, 17));
        assert_eq!(judge(&flat(80.0, 0..18, 24)), (None, 13, 17));
    }

    #[test]
    fn above_the_limit_the_largest_counts_all_the_same() {
        assert_eq!(judge(&flat(160.0, 0..18, 24)), (None, 13, 17), "the limit itself is not exceeded");
        assert_eq!(judge(&flat(160.1, 0..18, 24)), (Some(160.1), 13, 17));
        assert_eq!(judge(&flat(500.0, 0..5, 24)), (None, 0, 17));
        // Where nature is protected the limit is 100 (GB 3095-2026 table 1).
        let reserve = |value| judge_in(Class::One, &flat(value, 0..18, 24)).0;
        assert_eq!([reserve(100.0), reserve(100.1)], [None, Some(100.1)]);
    }

    #[test]
    fn windows_do_not_reach_into_the_day_before() {
        // A night peak in the first four hours is diluted by the four that follow.
        let mut hours = flat(0.0, 0..24, 24);
        hours[..4].fill(Some(200.0));
        assert_eq!(judge(&hours).0, Some(100.0));
    }

    #[test]
    fn days_of_23_and_25_hours() {
        assert_eq!(judge(&flat(80.0, 0..23, 23)), (Some(80.0), 16, 16));
        assert_eq!(judge(&flat(80.0, 0..25, 25)), (Some(80.0), 18, 18));
        assert_eq!(judge(&[]), (None, 0, 0));
    }
}
