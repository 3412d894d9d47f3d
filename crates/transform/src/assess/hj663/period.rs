//! What a period was like: of each parameter the mean, the percentile and the days above the limit; of all the composite index
//! and the share of good days.

use chrono::NaiveDate;
use limpid_model::pipeline::CompositeRule;
use limpid_model::{ParameterId, Status};

use crate::assess::gb3095::{Average, Class};
use crate::assess::hj663::{Composite, Looked, Single, composite, percentile};
use crate::fixed::{Fixed, Mean};
use crate::standards::Rules;

/// Days with an index of at most this are good ones (优良天数).
const GOOD: u16 = 100;

/// One day.
#[derive(Debug, Clone, PartialEq)]
pub struct Day {
    /// Which.
    pub date: NaiveDate,
    /// What each parameter of `hj663.csv` had: its mean or its largest 8-hour mean, where valid.
    pub values: Vec<(ParameterId, Fixed)>,
    /// The day's index under the edition of HJ 633 in force on its date, where there is one.
    pub index: Option<u16>,
    /// The least status of these figures; `None` of none.
    pub status: Option<Status>,
    /// Whether reviewers marked an exceptional event in any of them.
    pub event: bool,
}

/// What came of a period.
#[derive(Debug, Clone, PartialEq)]
pub struct Period {
    /// One for each parameter that had a valid day.
    pub items: Vec<Item>,
    /// The composite index, where all six have what it is made of.
    pub composite: Option<Composite>,
    /// Days with an index of at most 100.
    pub good: u32,
    /// Days with an index.
    pub judged: u32,
    /// Those of them with an exceptional event, which are counted.
    pub events: u32,
    /// Days of the period.
    pub expected: u32,
}

impl Period {
    /// Good days in percent of judged ones (达标率), to one digit as reports give it; `None` without any.
    pub fn good_percent(&self) -> Option<f64> {
        // Tenths of a percent; half to even.
        let share = Mean::new(i64::from(self.good) * 100 * 1_000_000, self.judged)?;
        Some(share.round(1).to_f64())
    }
}

/// One parameter of a period.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The parameter.
    pub parameter: ParameterId,
    /// The value of a day.
    pub day: Average,
    /// Valid days.
    pub n: u32,
    /// The mean of these days, to one digit more than is reported.
    pub mean: Option<f64>,
    /// Which percentile is looked at, in percent.
    pub percent: Option<u32>,
    /// It, to one digit more than is reported.
    pub percentile: Option<f64>,
    /// The limit of a year, where there is one and the period is one.
    pub year_limit: Option<f64>,
    /// The limit of a quarter, where there is one and the period is one.
    pub quarter_limit: Option<f64>,
    /// The limit of a day at the end of the period.
    pub day_limit: Option<f64>,
    /// Valid days above the limit of their date, rounded to reporting precision.
    pub over: u32,
    /// By how many times the limit the worst of them lay above it.
    pub worst: Option<f64>,
    /// Whether mean and percentile keep their limits; `None` where there is neither limit nor value, and in parts of
    /// a year without a limit of their own.
    pub kept: Option<bool>,
}

/// Assesses the period whose days are `days` of `expected`, in a class of area. `whole` says that it is a whole year or
/// quarter, to which alone limits of such apply; `complete` that of a parameter it has as many valid days as GB 3095 asks for.
pub fn assess(
    rules: &Rules,
    rule: &CompositeRule,
    class: Class,
    days: &[Day],
    (expected, whole): (u32, Option<Average>),
    complete: impl Fn(ParameterId) -> bool,
) -> Period {
    let last = days.iter().map(|day| day.date).max();
    let of = |looked: &Looked| item(rules, class, days, last?, looked, whole, &complete);
    let items: Vec<Item> = rules.hj663.iter().filter_map(of).collect();
    let single = |looked: &Looked| {
        let date = last?;
        // The ranking rule divides by class 2, wherever a place lies.
        let limit =
            |average| Some(Mean::from(rules.gb3095.at(looked.parameter, average, Class::Two, date)?.value).to_f64());
        let item = items.iter().find(|item| item.parameter == looked.parameter);
        let (value, limit) = match looked.composite {
            Single::Mean => (item.and_then(|item| item.mean), limit(Average::Year)?),
            Single::Percentile => (item.and_then(|item| item.percentile), limit(looked.day)?),
            Single::None => return None,
        };
        Some((looked.parameter, value, limit))
    };
    let singles: Option<Vec<_>> =
        rules.hj663.iter().filter(|looked| looked.composite != Single::None).map(single).collect();
    Period {
        composite: singles.and_then(|singles| composite(rule, &singles)),
        good: days.iter().filter(|day| day.index.is_some_and(|index| index <= GOOD)).count() as u32,
        judged: days.iter().filter(|day| day.index.is_some()).count() as u32,
        events: days.iter().filter(|day| day.index.is_some() && day.event).count() as u32,
        expected,
        items,
    }
}

fn item(
    rules: &Rules,
    class: Class,
    days: &[Day],
    last: NaiveDate,
    looked: &Looked,
    whole: Option<Average>,
    complete: impl Fn(ParameterId) -> bool,
) -> Option<Item> {
    let parameter = looked.parameter;
    let value = |day: &Day| day.values.iter().find(|(one, _)| *one == parameter).map(|(_, value)| (day.date, *value));
    let values: Vec<(NaiveDate, Fixed)> = days.iter().filter_map(value).collect();
    let fixed: Vec<Fixed> = values.iter().map(|(_, value)| *value).collect();
    let n = fixed.len() as u32;
    let sum: i128 = fixed.iter().map(|value| i128::from(value.millionths())).sum();
    let mean = Mean::new(i64::try_from(sum).ok()?, n)?;
    let reported = parameter.decimals() as u32;
    let one_more = reported + 1;
    let percentile =
        looked.percentile.and_then(|percent| percentile(&fixed, percent)).map(|value| value.round(one_more));
    let limit = |average, date| rules.gb3095.at(parameter, average, class, date);
    let multiple = |(date, value): &(NaiveDate, Fixed)| {
        limit(looked.day, *date).and_then(|limit| limit.multiple(Mean::from(*value).round(reported)))
    };
    let above: Vec<f64> = values.iter().filter_map(multiple).collect();
    let (long_limit, day_limit) = (whole.and_then(|whole| limit(whole, last)), limit(looked.day, last));
    // Means and percentiles are put against limits at reporting precision.
    let keeps_mean = long_limit.map(|limit| limit.kept(mean.round(reported)));
    let keeps_percentile = day_limit.zip(percentile).map(|(limit, value)| limit.kept(value.round(reported)));
    let kept = match (keeps_mean, keeps_percentile) {
        _ if !complete(parameter) => None,
        (mean, _) if whole != Some(Average::Year) => mean,
        (None, percentile) => percentile,
        (Some(mean), percentile) => Some(mean && percentile.unwrap_or(true)),
    };
    let number = |value: Mean| value.to_f64();
    Some(Item {
        parameter,
        day: looked.day,
        n,
        mean: Some(number(mean.round(one_more))),
        percent: looked.percentile,
        percentile: percentile.map(number),
        year_limit: long_limit.filter(|_| whole == Some(Average::Year)).map(|limit| number(limit.value.into())),
        quarter_limit: long_limit.filter(|_| whole == Some(Average::Quarter)).map(|limit| number(limit.value.into())),
        day_limit: day_limit.map(|limit| number(limit.value.into())),
        over: above.len() as u32,
        worst: above.into_iter().reduce(f64::max),
        kept,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nitrogen_oxides_and_dust_are_judged_by_their_years() {
        let [nox, tsp] = ["nox", "tsp"].map(ParameterId::known);
        let first = NaiveDate::from_ymd_opt(2027, 1, 1).unwrap();
        let day = |date| {
            let values = vec![(nox, Fixed::whole(55)), (tsp, Fixed::whole(90))];
            Day { date, values, index: None, status: None, event: false }
        };
        let days: Vec<Day> = first.iter_days().take(365).map(day).collect();
        let found = |class| {
            let rule = CompositeRule::default();
            let found = assess(Rules::built_in(), &rule, class, &days, (365, Some(Average::Year)), |_| true);
            assert_eq!(found.composite, None);
            found.items.into_iter().map(|item| (item.year_limit, item.percentile, item.kept)).collect::<Vec<_>>()
        };
        // GB 3095-2026 table 2: of NOx 50 in both classes until 2030, of TSP 80 and 200.
        assert_eq!(found(Class::Two), [(Some(50.0), None, Some(false)), (Some(200.0), None, Some(true))]);
        assert_eq!(found(Class::One), [(Some(50.0), None, Some(false)), (Some(80.0), None, Some(false))]);
    }

    #[test]
    fn lead_has_a_limit_of_the_quarter_and_benzopyrene_of_the_day() {
        let [pb, bap] = ["pb_tsp", "bap_pm10"].map(ParameterId::known);
        let first = NaiveDate::from_ymd_opt(2026, 4, 1).unwrap();
        let day = |date| {
            let values = vec![(pb, Fixed::from_f64(0.8).unwrap()), (bap, Fixed::from_f64(0.0026).unwrap())];
            Day { date, values, index: None, status: None, event: false }
        };
        let days: Vec<Day> = first.iter_days().take(91).map(day).collect();
        let found = |whole| {
            let found = assess(Rules::built_in(), &CompositeRule::default(), Class::Two, &days, (91, whole), |_| true);
            found
                .items
                .into_iter()
                .map(|item| (item.quarter_limit, item.year_limit, item.over, item.kept))
                .collect::<Vec<_>>()
        };
        // GB 3095-2026 table 2: of lead 1.0 a quarter and 0.5 a year, of benzo[a]pyrene 0.0025 a day and 0.001 a year.
        let quarter = [(Some(1.0), None, 0, Some(true)), (None, None, 91, None)];
        assert_eq!(found(Some(Average::Quarter)), quarter);
        let year = [(None, Some(0.5), 0, Some(false)), (None, Some(0.001), 91, Some(false))];
        assert_eq!(found(Some(Average::Year)), year);
    }
}
