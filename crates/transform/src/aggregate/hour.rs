//! An hour from minutes.

use std::collections::BTreeMap;

use limpid_model::Instant;

use chrono::Duration;

use crate::aggregate::Aggregate;
use crate::aggregate::energy::energy_mean;
use crate::aggregate::vector::{Wind, vector_mean};
use crate::fixed::{Fixed, Mean};

/// Minutes in an hour.
const WHOLE: u32 = 60;

/// A value over some minutes that may be used.
#[derive(Debug, Clone, Copy)]
pub struct Minutes {
    /// Inclusive.
    pub start: Instant,
    /// How many, 1 to 30.
    pub length: u8,
    /// The value.
    pub value: Fixed,
}

/// The mean of the hour that starts at `hour`, each value weighted by its minutes, valid with at least `minimum`
/// minutes (GB 3095-2026 table 4: 45). `n` counts minutes. See [`most_of`] for which values count.
pub fn hour_mean(values: &[Minutes], hour: Instant, minimum: u32) -> Aggregate {
    let (values, n) = most_of(values, hour, WHOLE);
    let sum = values.iter().map(|value| value.value.millionths() * i64::from(value.length)).sum();
    Aggregate { mean: Mean::new(sum, n).filter(|_| n >= minimum), n, expected: WHOLE }
}

/// The equivalent level of the hour that starts at `hour`: the energetic mean of its minutes, otherwise like [`hour_mean`].
pub fn hour_level(values: &[Minutes], hour: Instant, minimum: u32) -> Aggregate {
    let (values, n) = most_of(values, hour, WHOLE);
    let levels: Vec<Option<Fixed>> = values.iter().map(|value| Some(value.value)).collect();
    Aggregate { mean: energy_mean(&levels, 1).mean.filter(|_| n >= minimum), n, expected: WHOLE }
}

/// The sum of amounts in the hour that starts at `hour`, otherwise like [`hour_mean`].
pub fn hour_sum(values: &[Minutes], hour: Instant, minimum: u32) -> Aggregate {
    let (values, n) = most_of(values, hour, WHOLE);
    let sum = values.iter().map(|value| value.value.millionths()).sum();
    Aggregate { mean: Mean::new(sum, 1).filter(|_| n >= minimum.max(1)), n, expected: WHOLE }
}

/// The direction of the wind in the hour that starts at `hour`, each with the speed of the same minutes, otherwise like
/// [`hour_mean`].
pub fn hour_vector(directions: &[Minutes], speeds: &[Minutes], hour: Instant, minimum: u32) -> Aggregate {
    let wind = |direction: &&Minutes| {
        let same = |speed: &&Minutes| (speed.start, speed.length) == (direction.start, direction.length);
        let speed = speeds.iter().find(same).map(|speed| speed.value);
        Wind { direction: direction.value, speed, weight: direction.length.into() }
    };
    let winds: Vec<Wind> = most_of(directions, hour, WHOLE).0.iter().map(wind).collect();
    vector_mean(&winds, WHOLE, minimum)
}

/// The values that make the stretch of so many minutes from `start` on, in order, and the minutes that they cover.
///
/// Only values wholly within it count, and none that overlaps an earlier one. Where a station sends several
/// lengths (minutes and five minutes), the one that covers most of it is used, of equals the shortest: mixing
/// them would count the same air twice.
pub(crate) fn most_of(values: &[Minutes], start: Instant, whole: u32) -> (Vec<&Minutes>, u32) {
    let mut lengths: BTreeMap<u8, Vec<&Minutes>> = BTreeMap::new();
    for value in values {
        let end = value.start + Duration::minutes(value.length.into());
        if value.start >= start && end <= start + Duration::minutes(whole.into()) {
            lengths.entry(value.length).or_default().push(value);
        }
    }
    let (mut most, mut n) = (Vec::new(), 0);
    for (length, mut values) in lengths {
        values.sort_by_key(|value| value.start);
        let mut free_from = start;
        values.retain(|value| {
            let free = value.start >= free_from;
            if free {
                free_from = value.start + Duration::minutes(length.into());
            }
            free
        });
        let covered = values.len() as u32 * u32::from(length);
        if covered > n {
            (most, n) = (values, covered);
        }
    }
    (most, n)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour() -> Instant {
        "2026-11-25T08:00:00Z".parse().unwrap()
    }

    fn at(minute: i64, length: u8, value: f64) -> Minutes {
        Minutes { start: hour() + Duration::minutes(minute), length, value: Fixed::from_f64(value).unwrap() }
    }

    fn judge(values: &[Minutes]) -> (Option<f64>, u32) {
        let aggregate = hour_mean(values, hour(), 45);
        (aggregate.mean.map(Mean::to_f64), aggregate.n)
    }

    #[test]
    fn forty_five_minutes_are_enough_and_forty_four_are_not() {
        let minutes = |n| (0..n).map(|minute| at(minute, 1, 30.0)).collect::<Vec<_>>();
        assert_eq!(judge(&minutes(44)), (None, 44));
        assert_eq!(judge(&minutes(45)), (Some(30.0), 45));
        assert_eq!(judge(&[]), (None, 0));
    }

    #[test]
    fn levels_are_averaged_as_energy() {
        let half = |minute| at(minute, 1, if minute < 30 { 60.0 } else { 70.0 });
        let minutes: Vec<Minutes> = (0..60).map(half).collect();
        // 10 lg((10^6 + 10^7) / 2), as in the vector of two equal parts.
        let level = hour_level(&minutes, hour(), 45);
        assert!((level.mean.unwrap().to_f64() - 67.4036).abs() < 5e-5);
        assert_eq!((level.n, hour_level(&minutes[..44], hour(), 45).mean), (60, None));
    }

    #[test]
    fn five_minutes_count_five() {
        let fives = |n| (0..n).map(|k| at(5 * k, 5, if k == 0 { 9.0 } else { 0.0 })).collect::<Vec<_>>();
        assert_eq!(judge(&fives(8)), (None, 40));
        assert_eq!(judge(&fives(9)), (Some(1.0), 45));
    }

    #[test]
    fn the_same_air_is_not_counted_twice() {
        let ones: Vec<_> = (0..60).map(|minute| at(minute, 1, 10.0)).collect();
        let fives: Vec<_> = (0..12).map(|k| at(5 * k, 5, 99.0)).collect();
        assert_eq!(judge(&[ones.clone(), fives.clone()].concat()), (Some(10.0), 60));
        assert_eq!(judge(&[fives, ones[..59].to_vec()].concat()), (Some(99.0), 60));
        let halves = (0..120).map(|k| Minutes { start: hour() + Duration::seconds(30 * k), ..at(0, 1, k as f64) });
        assert_eq!(judge(&halves.collect::<Vec<_>>()), (Some(59.0), 60));
    }

    #[test]
    fn minutes_of_other_hours_do_not_count() {
        assert_eq!(judge(&[at(-1, 1, 1.0), at(60, 1, 1.0), at(45, 30, 1.0), at(59, 1, 1.0)]), (None, 1));
    }
}
