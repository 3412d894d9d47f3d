//! Quarters of an hour, of which the largest of a day enters the index of the United Kingdom (SO2).

use chrono::Duration;
use limpid_model::Instant;

use crate::aggregate::hour::{Minutes, most_of};
use crate::fixed::Mean;

/// Minutes of a quarter.
const WHOLE: u32 = 15;

/// The largest mean of a quarter of an hour from the full hours on within `start..end`, each valid with `percent` of its minutes, where
/// so many percent of the quarters are valid. `values` are in the order of their start.
pub fn largest_quarter(values: &[Minutes], (start, end): (Instant, Instant), percent: u32) -> Option<Mean> {
    let (mut at, mut all, mut valid, mut largest) = (start, 0, 0, None);
    while at < end {
        let next = at + Duration::minutes(WHOLE.into());
        let first = values.partition_point(|value| value.start < at);
        let last = values.partition_point(|value| value.start < next);
        let (of, n) = most_of(&values[first..last], at, WHOLE);
        all += 1;
        if n > 0 && 100 * n >= percent * WHOLE {
            valid += 1;
            let sum = of.iter().map(|value| value.value.millionths() * i64::from(value.length)).sum();
            largest = largest.max(Mean::new(sum, n));
        }
        at = next;
    }
    largest.filter(|_| 100 * valid >= percent * all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixed::Fixed;

    fn minutes(from: i64, count: i64, length: u8, value: f64) -> Vec<Minutes> {
        let start: Instant = "2026-11-25T00:00:00Z".parse().unwrap();
        let one = |k: i64| Minutes {
            start: start + Duration::minutes(from + k * i64::from(length)),
            length,
            value: Fixed::from_f64(value).unwrap(),
        };
        (0..count).map(one).collect()
    }

    fn largest(values: &[Minutes], hours: i64) -> Option<f64> {
        let start: Instant = "2026-11-25T00:00:00Z".parse().unwrap();
        largest_quarter(values, (start, start + Duration::hours(hours)), 75).map(Mean::to_f64)
    }

    #[test]
    fn the_largest_of_enough_quarters() {
        let mut values = minutes(0, 45, 1, 10.0);
        assert_eq!(largest(&values, 1), Some(10.0), "three of four quarters");
        values.truncate(41);
        assert_eq!(largest(&values, 1), None, "of the third quarter eleven minutes, and twelve are needed");
        values.extend(minutes(45, 3, 5, 90.0));
        assert_eq!(largest(&values, 1), Some(90.0));
        // 10 in ten minutes and 40 in five are 20.
        let mut mixed = minutes(0, 2, 5, 10.0);
        mixed.extend(minutes(10, 1, 5, 40.0));
        mixed.extend(minutes(15, 9, 5, 5.0));
        assert_eq!(largest(&mixed, 1), Some(20.0));
        assert_eq!(largest(&minutes(0, 6, 10, 5.0), 1), None, "ten minutes make no quarter");
    }
}
