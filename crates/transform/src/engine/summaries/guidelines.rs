//! The guidelines of the WHO (2021) beside a year: reference lines, no limits.

use chrono::Datelike;

use crate::assess::gb3095::Average;
use crate::assess::hj663::{Day, Item, percentile};
use crate::fixed::{Fixed, Mean};
use crate::standards::Rules;

/// Lines of days are lines of this percentile: three to four days a year may lie above.
const DAYS: u32 = 99;

/// Months of a peak season.
const SEASON: usize = 6;

/// The strictest lines that a year keeps, `none` where it keeps none.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Guidelines {
    /// Of the mean of the year, of ozone that of its peak season.
    pub(super) long: Option<String>,
    /// Of the 99th percentile of its days.
    pub(super) days: Option<String>,
    /// The mean of ozone in its peak season, ug/m3.
    pub(super) peak_season: Option<f64>,
}

/// Those of one parameter in the year whose days are `days`.
pub(super) fn guidelines(rules: &Rules, days: &[Day], item: &Item) -> Guidelines {
    let of_day = |day: &Day| day.values.iter().find(|(one, _)| *one == item.parameter).map(|(_, value)| *value);
    let values: Vec<Fixed> = days.iter().filter_map(of_day).collect();
    let line = |average, value: Option<f64>| rules.who2021.kept(item.parameter, average, value?).map(str::to_owned);
    let worst = percentile(&values, DAYS).map(Mean::to_f64);
    if item.day != Average::Max8h {
        return Guidelines { long: line("year", item.mean), days: line("day", worst), peak_season: None };
    }
    let mut months: [Vec<Fixed>; 12] = Default::default();
    for day in days {
        months[day.date.month0() as usize].extend(of_day(day));
    }
    let digits = item.parameter.decimals() as u32 + 1;
    let peak = peak_season(rules, &months).map(|mean| mean.round(digits).to_f64());
    Guidelines { long: line("peak_season", peak), days: line("max8h", worst), peak_season: peak }
}

/// The largest mean of the largest 8-hour means of six consecutive months, each with as many days as a mean of a month needs;
/// `None` unless all months of the year have them, as the season may lie in one that has not. Seasons across years are
/// not looked at.
fn peak_season(rules: &Rules, months: &[Vec<Fixed>; 12]) -> Option<Mean> {
    let validity = &rules.validity;
    let needed = |month| if month == 1 { validity.month_days_february } else { validity.month_days };
    if months.iter().enumerate().any(|(month, days)| (days.len() as u32) < needed(month)) {
        return None;
    }
    let season = |months: &[Vec<Fixed>]| {
        let days = months.iter().flatten();
        let sum: i128 = days.clone().map(|day| i128::from(day.millionths())).sum();
        Mean::new(i64::try_from(sum).ok()?, days.count() as u32)
    };
    months.windows(SEASON).filter_map(season).max()
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use limpid_model::ParameterId;
    use limpid_model::pipeline::CompositeRule;

    use super::*;
    use crate::assess::gb3095::Class;
    use crate::assess::hj663::assess;

    /// The lines that 2015 keeps with one parameter, whose day of the year has this value.
    fn of(parameter: &str, value: impl Fn(NaiveDate) -> Option<i64>) -> Guidelines {
        let parameter = ParameterId::known(parameter);
        let dates = NaiveDate::from_ymd_opt(2015, 1, 1).unwrap().iter_days().take(365);
        let day = |date: NaiveDate| {
            let values = value(date).map(|value| (parameter, Fixed::whole(value))).into_iter().collect();
            Day { date, values, index: None, status: None, event: false }
        };
        let days: Vec<Day> = dates.map(day).collect();
        let rules = Rules::built_in();
        let found = assess(rules, &CompositeRule::default(), Class::Two, &days, (365, Some(Average::Year)), |_| true);
        guidelines(rules, &days, &found.items[0])
    }

    #[test]
    fn three_or_four_days_may_lie_above_the_line_of_days() {
        // The guideline of a day of PM2.5 is 15, of a year 5; the first interim target of a day 75.
        let days = |above| of("pm25", move |date| Some(if date.ordinal() <= above { 500 } else { 4 }));
        assert_eq!((days(3).days.as_deref(), days(3).long.as_deref()), (Some("aqg"), Some("it4")));
        assert_eq!(days(5).days.as_deref(), Some("none"));
        assert_eq!(of("so2", |_| Some(40)), Guidelines { days: Some("aqg".into()), ..Guidelines::default() });
    }

    #[test]
    fn ozone_has_a_peak_season() {
        // April to September at 90, else 40: below the first interim target, 100, and above the second, 70.
        let summer = |date: NaiveDate| Some(if (4..=9).contains(&date.month()) { 90 } else { 40 });
        let found = of("o3", summer);
        assert_eq!(
            (found.peak_season, found.long.as_deref(), found.days.as_deref()),
            (Some(90.0), Some("it1"), Some("aqg"))
        );
        let gap = |date: NaiveDate| summer(date).filter(|_| date.month() != 7 || date.day() > 5);
        assert_eq!(of("o3", gap).peak_season, None, "a July of 5 days");
    }
}
