//! Completeness of a year against GB 3095-2026 table 4: 324 days, and 27 in each month, 25 in February.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use limpid_model::Prospect;

use super::*;
use crate::gaps::complete::completeness;

/// Valid days of pm25 of 2026 up to `until` (exclusive), but for those that `lost` tells.
fn judge(until: &str, begin: &str, lost: impl Fn(NaiveDate) -> bool) -> (u32, u32, Prospect) {
    let pipeline = pipeline("Asia/Shanghai", "", "");
    let zone = pipeline.publisher.zone;
    let date = |text: &str| text.parse::<NaiveDate>().unwrap();
    let mut days = Vec::new();
    for date in date("2026-01-01").iter_days().take_while(|day| *day < date(until)).filter(|day| *day >= date(begin)) {
        let (start, end) = zone.day(date);
        let good = !lost(date);
        days.push(Observation {
            period: Period::Day,
            end,
            value: good.then_some(20.0),
            flag: if good { Flag::Pass } else { Flag::Missing },
            ..sent("S1", "pm25", start)
        });
    }
    let station = pipeline.stations.get_str("S1").unwrap();
    let (begin, until) = (zone.start_of(date(begin)), zone.start_of(date(until)));
    let found = completeness(Rules::built_in(), zone, station, &days, begin, until);
    assert_eq!((found.len(), found[0].year, found[0].needed), (1, 2026, Some(324)));
    (found[0].valid, found[0].passed, found[0].prospect)
}

fn none(_: NaiveDate) -> bool {
    false
}

#[test]
fn a_year_is_met_when_it_has_the_days_and_every_month_has_its_own() {
    // 2026-01-01 to 2026-11-20 are 324 days, but November needs 27 of its own and December has not come.
    assert_eq!(judge("2026-11-21", "2026-01-01", none), (324, 324, Prospect::Possible));
    assert_eq!(judge("2026-12-27", "2026-01-01", none), (360, 360, Prospect::Possible));
    assert_eq!(judge("2026-12-28", "2026-01-01", none), (361, 361, Prospect::Met));
    assert_eq!(judge("2027-01-01", "2026-01-01", none), (365, 365, Prospect::Met));
}

#[test]
fn a_year_is_lost_when_a_month_is() {
    use chrono::Datelike;
    let first_days = |month: u32, lost: u32| move |date: NaiveDate| date.month() == month && date.day() <= lost;
    // January may lose 4 of 31 days, February 3 of 28.
    assert_eq!(judge("2026-01-05", "2026-01-01", first_days(1, 4)).2, Prospect::Possible);
    assert_eq!(judge("2026-01-06", "2026-01-01", first_days(1, 5)).2, Prospect::Lost);
    assert_eq!(judge("2026-03-01", "2026-01-01", first_days(2, 3)).2, Prospect::Possible);
    assert_eq!(judge("2026-03-01", "2026-01-01", first_days(2, 4)).2, Prospect::Lost);
    // A station that opened in the year has lost the months before.
    assert_eq!(judge("2026-07-01", "2026-06-01", none), (30, 30, Prospect::Lost));
}

#[test]
fn a_year_is_lost_when_too_many_days_are_though_no_month_is() {
    use chrono::Datelike;
    // Four days of each long month, three of each short one and of February: 47 of 365 leave 318.
    let a_few = |until: u32| {
        move |date: NaiveDate| {
            let few = if matches!(date.month(), 2 | 4 | 6 | 9 | 11) { 3 } else { 4 };
            date.month() <= until && date.day() <= few
        }
    };
    // 39 days are lost by the end of November, and two more leave 324.
    assert_eq!(judge("2026-12-03", "2026-01-01", a_few(12)), (295, 336, Prospect::Possible));
    assert_eq!(judge("2026-12-04", "2026-01-01", a_few(12)).2, Prospect::Lost);
}

#[test]
fn months_are_told_as_far_as_they_have_come() {
    let pipeline = pipeline("Asia/Shanghai", "pm25 o3 temperature", "");
    let zone = pipeline.publisher.zone;
    let (start, end) = zone.day("2026-02-01".parse().unwrap());
    let day =
        |parameter, statistic| Observation { period: Period::Day, statistic, end, ..sent("S1", parameter, start) };
    let days = [day("o3", Statistic::Mean), day("pm25", Statistic::Mean), day("pm25", Statistic::Max8h)];
    let station = pipeline.stations.get_str("S1").unwrap();
    let found = completeness(Rules::built_in(), zone, station, &days, hour(-99_999), end);
    let words = |one: &limpid_model::Completeness| {
        let months: Vec<_> =
            one.months.iter().map(|month| format!("{}/{}/{:?}", month.valid, month.passed, month.needed)).collect();
        format!("{} {} {} {:?}", one.parameter, one.prospect.as_str(), months.join(" "), one.needed)
    };
    // The mean of an ozone day is not what its year is made of, and the weather's year is nobody's law.
    assert_eq!(
        found.iter().map(words).collect::<BTreeSet<_>>(),
        BTreeSet::from(
            ["o3 no_minimum 0/31/None 0/1/None None", "pm25 lost 0/31/Some(27) 1/1/Some(25) Some(324)"]
                .map(str::to_owned)
        )
    );
    let river = pipeline.stations.get_str("W1").unwrap();
    assert!(completeness(Rules::built_in(), zone, river, &days, hour(-99_999), end).is_empty());
}
