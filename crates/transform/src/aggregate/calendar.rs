//! Months and years, from the means of their days (GB 3095-2026 clause 3 and table 4).

use crate::aggregate::energy::energy_mean;
use crate::aggregate::{Aggregate, Validity};
use crate::fixed::{Fixed, Mean};

/// Position of February among the months of a year.
const FEBRUARY: usize = 1;

/// The mean of the valid day means of a month. `days` has one cell a day, `month` counts from 0 (January).
///
/// Valid with at least 27 of them, in February 25. `n` and `expected` count days.
pub fn month_mean(days: &[Option<Fixed>], month: usize, validity: &Validity) -> Aggregate {
    let aggregate = mean(days.iter());
    Aggregate { mean: aggregate.mean.filter(|_| enough(aggregate.n, month, validity)), ..aggregate }
}

/// The mean of the valid day means of consecutive months, given by the place of each in its year and its days.
///
/// Valid where each month has as many as a mean of the month needs, and twelve months together 324. GB 3095 has no rule for
/// quarters of what automatic monitors measure, nor for twelve months across years: this is ours. `n` and `expected` count
/// days.
pub fn months_mean(months: &[(usize, &[Option<Fixed>])], validity: &Validity) -> Aggregate {
    let valid_days = |days: &[Option<Fixed>]| days.iter().flatten().count() as u32;
    let complete = months.iter().all(|(month, days)| enough(valid_days(days), *month, validity));
    let aggregate = mean(months.iter().flat_map(|(_, days)| days.iter()));
    let valid = complete && (months.len() < 12 || aggregate.n >= validity.year_days);
    Aggregate { mean: aggregate.mean.filter(|_| valid), ..aggregate }
}

/// The mean of the valid day means of a year. `months` has the days of each month from January on.
///
/// Valid with at least 324 of them, and in each month as many as a mean of the month needs. `n` and `expected` count days.
pub fn year_mean(months: &[Vec<Option<Fixed>>; 12], validity: &Validity) -> Aggregate {
    let valid_days = |days: &Vec<Option<Fixed>>| days.iter().flatten().count() as u32;
    let complete = months.iter().enumerate().all(|(month, days)| enough(valid_days(days), month, validity));
    let aggregate = mean(months.iter().flatten());
    let valid = complete && aggregate.n >= validity.year_days;
    Aggregate { mean: aggregate.mean.filter(|_| valid), ..aggregate }
}

/// The energetic mean of the levels of a month's days or nights; the same days are needed as for a mean.
pub fn month_level(days: &[Option<Fixed>], month: usize, validity: &Validity) -> Aggregate {
    let aggregate = energy_mean(days, 1);
    Aggregate { mean: aggregate.mean.filter(|_| enough(aggregate.n, month, validity)), ..aggregate }
}

/// The energetic mean of the levels of a year's days or nights; the same days are needed as for a mean.
pub fn year_level(months: &[Vec<Option<Fixed>>; 12], validity: &Validity) -> Aggregate {
    let days: Vec<Option<Fixed>> = months.iter().flatten().copied().collect();
    let valid = year_mean(months, validity).mean.is_some();
    let aggregate = energy_mean(&days, 1);
    Aggregate { mean: aggregate.mean.filter(|_| valid), ..aggregate }
}

/// The mean of a year's months, each the mean of its days, as water is assessed (HuanBan [2011] 22): of months with any
/// day, at least six. `n` and `expected` count months.
pub fn year_of_months(months: &[Vec<Option<Fixed>>; 12], validity: &Validity) -> Aggregate {
    let months: Vec<Option<Fixed>> =
        months.iter().map(|days| mean(days.iter()).mean.and_then(|mean| Fixed::from_f64(mean.to_f64()))).collect();
    let aggregate = mean(months.iter());
    Aggregate { mean: aggregate.mean.filter(|_| aggregate.n >= validity.water_year_months), ..aggregate }
}

fn enough(days: u32, month: usize, validity: &Validity) -> bool {
    days >= if month == FEBRUARY { validity.month_days_february } else { validity.month_days }
}

fn mean<'a>(days: impl Iterator<Item = &'a Option<Fixed>>) -> Aggregate {
    let (mut sum, mut n, mut expected) = (0_i128, 0, 0);
    for day in days {
        expected += 1;
        if let Some(value) = day {
            sum += i128::from(value.millionths());
            n += 1;
        }
    }
    // A year of the largest values that can be held is beyond 64 bits, and no mean of anything.
    let mean = i64::try_from(sum).ok().and_then(|sum| Mean::new(sum, n));
    Aggregate { mean, n, expected }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standards::Rules;

    const LENGTHS: [usize; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

    /// So many days with a value, the rest without.
    fn days(valid: usize, length: usize, value: f64) -> Vec<Option<Fixed>> {
        (0..length).map(|day| Fixed::from_f64(value).filter(|_| day < valid)).collect()
    }

    fn words(aggregate: Aggregate) -> (Option<f64>, u32, u32) {
        (aggregate.mean.map(Mean::to_f64), aggregate.n, aggregate.expected)
    }

    #[test]
    fn a_month_needs_27_days_and_february_25() {
        let month = |valid, month: usize| {
            words(month_mean(&days(valid, LENGTHS[month], 12.0), month, &Rules::built_in().validity))
        };
        assert_eq!([month(26, 0), month(27, 0)], [(None, 26, 31), (Some(12.0), 27, 31)]);
        assert_eq!([month(24, 1), month(25, 1)], [(None, 24, 28), (Some(12.0), 25, 28)]);
        assert_eq!([month(26, 3), month(27, 3)], [(None, 26, 30), (Some(12.0), 27, 30)]);
    }

    /// A year with so many days missing from each month.
    fn year(missing: [usize; 12]) -> (Option<f64>, u32, u32) {
        let month = |month: usize| days(LENGTHS[month] - missing[month], LENGTHS[month], 10.0);
        words(year_mean(&std::array::from_fn(month), &Rules::built_in().validity))
    }

    #[test]
    fn a_year_needs_324_days_and_every_month() {
        // 41 missing days leave 324. With 27 days in months of 30 and 31 and 25 in February, 47 could be missing.
        let missing = |december| [4, 3, 4, 3, 4, 3, 4, 4, 3, 4, 3, december];
        assert_eq!(year(missing(2)), (Some(10.0), 324, 365));
        assert_eq!(year(missing(3)), (None, 323, 365));
        let one_month = |december| {
            let mut missing = [0; 12];
            missing[11] = december;
            year(missing)
        };
        assert_eq!([one_month(4), one_month(5)], [(Some(10.0), 361, 365), (None, 360, 365)]);
        assert_eq!(year([0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), (Some(10.0), 362, 365));
        assert_eq!(year([0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), (None, 361, 365));
    }

    #[test]
    fn a_year_of_water_needs_six_months_and_weighs_them_alike() {
        let of = |months: usize| {
            // One sample in all months but January, which has two.
            let month = |month: usize| match month {
                0 => vec![Fixed::from_f64(1.0), None, Fixed::from_f64(3.0)],
                other => vec![Fixed::from_f64(8.0).filter(|_| other < months)],
            };
            words(year_of_months(&std::array::from_fn(month), &Rules::built_in().validity))
        };
        assert_eq!([of(5), of(6), of(12)], [(None, 5, 12), (Some(7.0), 6, 12), (Some(7.5), 12, 12)]);
    }

    #[test]
    fn levels_of_a_month_are_averaged_as_energy() {
        let mut nights = days(30, 31, 50.0);
        nights[0] = Fixed::from_f64(80.0);
        // 10 lg((29 10^5 + 10^8) / 30)
        let level = month_level(&nights, 0, &Rules::built_in().validity);
        assert!((level.mean.unwrap().to_f64() - 65.352_94).abs() < 1e-4, "{level:?}");
        assert_eq!(month_level(&nights[..26], 0, &Rules::built_in().validity).mean, None);
    }

    #[test]
    fn every_day_weighs_the_same_in_a_year() {
        let mut months: [Vec<Option<Fixed>>; 12] = std::array::from_fn(|month| days(31, LENGTHS[month], 0.0));
        months[1] = days(28, 28, 365.0);
        // A mean of the months' means would be 365 / 12.
        assert_eq!(words(year_mean(&months, &Rules::built_in().validity)).0, Some(28.0));
        assert_eq!(year_mean(&std::array::from_fn(|_| days(31, 31, 1e11)), &Rules::built_in().validity).mean, None);
    }

    #[test]
    fn a_quarter_needs_each_of_its_months_and_twelve_months_324_days() {
        let quarter = |missing: usize| {
            let (january, february, march) = (days(31, 31, 1.0), days(28 - missing, 28, 2.0), days(31, 31, 3.0));
            let months = [(0, january.as_slice()), (1, february.as_slice()), (2, march.as_slice())];
            words(months_mean(&months, &Rules::built_in().validity))
        };
        // (31 + 2 * 25 + 3 * 31) / 87
        assert_eq!([quarter(3), quarter(4)], [(Some(2.0), 87, 90), (None, 86, 90)]);
        let twelve = |missing: usize| {
            // From March on; 42 days are missing where each month still has enough.
            let lost = [4, 3, 4, 3, 4, 4, 3, 4, 3, 4, 4, missing];
            let of = |place: usize| {
                let month = (place + 2) % 12;
                (month, days(LENGTHS[month] - lost[place], LENGTHS[month], 5.0))
            };
            let months: Vec<_> = (0..12).map(of).collect();
            let months: Vec<_> = months.iter().map(|(month, days)| (*month, days.as_slice())).collect();
            words(months_mean(&months, &Rules::built_in().validity))
        };
        assert_eq!([twelve(1), twelve(2)], [(Some(5.0), 324, 365), (None, 323, 365)]);
    }
}
