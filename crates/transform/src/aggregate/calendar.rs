//! Months, quarters, twelve months and years, from the figures of their days (GB 3095-2026 clause 3 and table 4).
//!
//! A period is given as its months. GB 3095 has no rule for quarters of what automatic monitors measure, nor for twelve months
//! across years: that they need of each month and of twelve months what a year needs is ours.

use crate::aggregate::energy::energy_mean;
use crate::aggregate::flow::flow_weighted;
use crate::aggregate::{Aggregate, Validity};
use crate::fixed::{Fixed, Mean};

/// Position of February among the months of a year.
const FEBRUARY: usize = 1;

/// A month of a period.
#[derive(Debug, Clone, Copy)]
pub struct Month<'a> {
    /// Its place in its year, from 0 (January).
    pub place: usize,
    /// One cell a day.
    pub days: &'a [Option<Fixed>],
}

/// The mean of the valid day means of a period.
///
/// Valid with at least 27 of them in each month, in February 25, and in twelve months 324. `n` and `expected` count days.
pub fn mean_of(months: &[Month<'_>], validity: &Validity) -> Aggregate {
    let aggregate = mean(days(months));
    Aggregate { mean: aggregate.mean.filter(|_| complete(months, validity)), ..aggregate }
}

/// The energetic mean of the levels of the days or nights of a period; the same days are needed as for a mean.
pub fn level_of(months: &[Month<'_>], validity: &Validity) -> Aggregate {
    let levels: Vec<Option<Fixed>> = days(months).copied().collect();
    let aggregate = energy_mean(&levels, 1);
    Aggregate { mean: aggregate.mean.filter(|_| complete(months, validity)), ..aggregate }
}

/// The sum of the amounts of the days of a period, valid where none is missing: an amount that is not known is not nothing.
pub fn sum_of(months: &[Month<'_>]) -> Aggregate {
    let (mut sum, mut n, mut expected) = (0_i128, 0, 0);
    for day in days(months) {
        expected += 1;
        if let Some(amount) = day {
            sum += i128::from(amount.millionths());
            n += 1;
        }
    }
    let sum = i64::try_from(sum).ok().and_then(|sum| Mean::new(sum, 1));
    Aggregate { mean: sum.filter(|_| n > 0 && n == expected), n, expected }
}

/// The mean of the concentrations of the days of a period, each weighted by the flow of its day. The same days are needed as
/// for a mean, with their flow. `flows` are the months of the flow beside.
pub fn weighted_of(months: &[Month<'_>], flows: &[Month<'_>], validity: &Validity) -> Aggregate {
    let with_flow: Vec<Vec<Option<Fixed>>> = months
        .iter()
        .zip(flows)
        .map(|(month, flows)| {
            month.days.iter().zip(flows.days).map(|(day, flow)| day.filter(|_| flow.is_some())).collect()
        })
        .collect();
    let counted: Vec<Month<'_>> =
        months.iter().zip(&with_flow).map(|(month, days)| Month { place: month.place, days }).collect();
    let concentrations: Vec<Option<Fixed>> = days(&counted).copied().collect();
    let flows: Vec<Option<Fixed>> = days(flows).copied().collect();
    let aggregate = flow_weighted(&concentrations, &flows, 1);
    Aggregate { mean: aggregate.mean.filter(|_| complete(&counted, validity)), ..aggregate }
}

/// The mean of a period of samples of water (HuanBan [2011] 22): of a month that of its days, with any; of a quarter and of twelve
/// months that of their months, with at least two days with samples in a quarter and six months in twelve. `n` and
/// `expected` count days of a month, else months.
pub fn samples_of(months: &[Month<'_>], validity: &Validity) -> Aggregate {
    if let [month] = months {
        return mean(month.days.iter());
    }
    let of_months = months.iter().map(|month| mean(month.days.iter()).mean);
    let means: Vec<Option<Fixed>> =
        of_months.map(|mean| mean.and_then(|mean| Fixed::from_f64(mean.to_f64()))).collect();
    let aggregate = mean(means.iter());
    let sampled = days(months).flatten().count() as u32;
    let enough = if months.len() < 12 {
        sampled >= validity.water_quarter_samples
    } else {
        aggregate.n >= validity.water_year_months
    };
    Aggregate { mean: aggregate.mean.filter(|_| enough), ..aggregate }
}

fn days<'a>(months: &[Month<'a>]) -> impl Iterator<Item = &'a Option<Fixed>> {
    months.iter().flat_map(|month| month.days)
}

/// Whether enough days are valid.
fn complete(months: &[Month<'_>], validity: &Validity) -> bool {
    let valid = |month: &Month<'_>| month.days.iter().flatten().count() as u32;
    let needed = |place| if place == FEBRUARY { validity.month_days_february } else { validity.month_days };
    let each = months.iter().all(|month| valid(month) >= needed(month.place));
    each && (months.len() < 12 || months.iter().map(valid).sum::<u32>() >= validity.year_days)
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

    fn validity() -> &'static Validity {
        &Rules::built_in().validity
    }

    /// The months of a calendar year.
    fn of(months: &[Vec<Option<Fixed>>; 12]) -> Vec<Month<'_>> {
        months.iter().enumerate().map(|(place, days)| Month { place, days }).collect()
    }

    fn words(aggregate: Aggregate) -> (Option<f64>, u32, u32) {
        (aggregate.mean.map(Mean::to_f64), aggregate.n, aggregate.expected)
    }

    #[test]
    fn a_month_needs_27_days_and_february_25() {
        let month = |valid, month: usize| {
            words(mean_of(&[Month { place: month, days: &days(valid, LENGTHS[month], 12.0) }], validity()))
        };
        assert_eq!([month(26, 0), month(27, 0)], [(None, 26, 31), (Some(12.0), 27, 31)]);
        assert_eq!([month(24, 1), month(25, 1)], [(None, 24, 28), (Some(12.0), 25, 28)]);
        assert_eq!([month(26, 3), month(27, 3)], [(None, 26, 30), (Some(12.0), 27, 30)]);
    }

    /// A year with so many days missing from each month.
    fn year(missing: [usize; 12]) -> (Option<f64>, u32, u32) {
        let month = |month: usize| days(LENGTHS[month] - missing[month], LENGTHS[month], 10.0);
        words(mean_of(&of(&std::array::from_fn(month)), validity()))
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
        let sampled = |months: usize| {
            // One sample in all months but January, which has two.
            let month = |month: usize| match month {
                0 => vec![Fixed::from_f64(1.0), None, Fixed::from_f64(3.0)],
                other => vec![Fixed::from_f64(8.0).filter(|_| other < months)],
            };
            words(samples_of(&of(&std::array::from_fn(month)), validity()))
        };
        assert_eq!([sampled(5), sampled(6), sampled(12)], [(None, 5, 12), (Some(7.0), 6, 12), (Some(7.5), 12, 12)]);
    }

    #[test]
    fn levels_of_a_month_are_averaged_as_energy() {
        let mut nights = days(30, 31, 50.0);
        nights[0] = Fixed::from_f64(80.0);
        // 10 lg((29 10^5 + 10^8) / 30)
        let level = |nights: &[Option<Fixed>]| level_of(&[Month { place: 0, days: nights }], validity());
        let few = level(&nights[..26]);
        let level = level(&nights);
        assert!((level.mean.unwrap().to_f64() - 65.352_94).abs() < 1e-4, "{level:?}");
        assert_eq!(few.mean, None);
    }

    #[test]
    fn every_day_weighs_the_same_in_a_year() {
        let mut months: [Vec<Option<Fixed>>; 12] = std::array::from_fn(|month| days(31, LENGTHS[month], 0.0));
        months[1] = days(28, 28, 365.0);
        // A mean of the months' means would be 365 / 12.
        assert_eq!(words(mean_of(&of(&months), validity())).0, Some(28.0));
        assert_eq!(mean_of(&of(&std::array::from_fn(|_| days(31, 31, 1e11))), validity()).mean, None);
    }

    #[test]
    fn a_quarter_needs_each_of_its_months_and_twelve_months_324_days() {
        let quarter = |missing: usize| {
            let (january, february, march) = (days(31, 31, 1.0), days(28 - missing, 28, 2.0), days(31, 31, 3.0));
            let days = [&january, &february, &march];
            let months: Vec<_> = days.iter().enumerate().map(|(place, days)| Month { place, days }).collect();
            words(mean_of(&months, validity()))
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
            let months: Vec<_> = months.iter().map(|(place, days)| Month { place: *place, days }).collect();
            words(mean_of(&months, validity()))
        };
        assert_eq!([twelve(1), twelve(2)], [(Some(5.0), 324, 365), (None, 323, 365)]);
    }

    #[test]
    fn a_quarter_of_water_needs_two_samples_and_weighs_months_alike() {
        let fixed = |values: &[f64]| values.iter().map(|value| Fixed::from_f64(*value)).collect::<Vec<_>>();
        let quarter = |days: [&[f64]; 3]| {
            let days = days.map(fixed);
            let months: Vec<_> = days.iter().enumerate().map(|(place, days)| Month { place, days }).collect();
            words(samples_of(&months, validity()))
        };
        assert_eq!(quarter([&[4.0], &[], &[]]), (None, 1, 3), "one sample");
        assert_eq!(quarter([&[4.0, 6.0], &[], &[]]), (Some(5.0), 1, 3));
        // 5, 2 and 2, and not the mean of four samples.
        assert_eq!(quarter([&[4.0, 6.0], &[2.0], &[2.0]]), (Some(3.0), 3, 3));
    }

    #[test]
    fn amounts_need_every_day() {
        let whole = days(28, 28, 0.7);
        let sum = |days: &[Option<Fixed>]| words(sum_of(&[Month { place: 1, days }]));
        assert_eq!(sum(&whole), (Some(19.6), 28, 28));
        assert_eq!(sum(&days(27, 28, 0.7)), (None, 27, 28));
        assert_eq!(sum(&[]), (None, 0, 0));
    }

    #[test]
    fn a_month_of_a_discharge_counts_by_its_water() {
        // Fifteen days of 10 mg/L in 3 m3/s and fifteen of 50 in 1: 20 of the water, 30 of the days.
        let of = |first: f64, second: f64| {
            let half = |value| std::iter::repeat_n(Fixed::from_f64(value), 15);
            half(first).chain(half(second)).collect::<Vec<_>>()
        };
        let (concentrations, mut flows) = (of(10.0, 50.0), of(3.0, 1.0));
        let month = |flows: &[Option<Fixed>]| {
            words(weighted_of(
                &[Month { place: 3, days: &concentrations }],
                &[Month { place: 3, days: flows }],
                validity(),
            ))
        };
        assert_eq!(month(&flows), (Some(20.0), 30, 30));
        flows[..4].fill(None);
        assert_eq!(month(&flows), (None, 26, 30), "a day without its flow does not count, and 27 are needed");
    }
}
