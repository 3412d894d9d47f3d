//! Completeness of a year against GB 3095-2026 table 4: 324 days, and 27 in each month, 25 in February.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use limpid_model::Prospect;

use super::*;
use crate::gaps::complete::completeness;
use crate::gaps::today::Today;

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
}

/// The first day of each of so many months of 2026, as published of a station.
fn firsts(pipeline: &Pipeline, station: &str, parameter: &str, months: u32) -> Vec<Observation> {
    let zone = pipeline.publisher.zone;
    let first = |month| {
        let (start, end) = zone.day(NaiveDate::from_ymd_opt(2026, month, 1).unwrap());
        Observation { period: Period::Day, end, ..sent(station, parameter, start) }
    };
    (1..=months).map(first).collect()
}

#[test]
fn a_year_of_water_needs_a_sample_in_six_months_and_one_of_tsp_few_days() {
    let pipeline = pipeline("Asia/Shanghai", "", "");
    let zone = pipeline.publisher.zone;
    let judge = |station: &str, parameter: &str, months: u32, until: &str| {
        let days = firsts(&pipeline, station, parameter, months);
        let station = pipeline.stations.get_str(station).unwrap();
        let (begin, until) = (hour(-99_999), zone.start_of(until.parse().unwrap()));
        let found = completeness(Rules::built_in(), zone, station, &days, begin, until);
        let [year] = &found[..] else { panic!("{found:?}") };
        (year.valid, year.needed, year.valid_months, year.needed_months, year.prospect)
    };
    // HuanBan [2011] 22: at least six months where winter and drought prevent more.
    assert_eq!(judge("W1", "codmn", 5, "2026-06-01"), (5, None, Some(5), Some(6), Prospect::Possible));
    assert_eq!(judge("W1", "codmn", 6, "2026-07-01"), (6, None, Some(6), Some(6), Prospect::Met));
    assert_eq!(judge("W1", "codmn", 5, "2026-12-01").4, Prospect::Possible);
    assert_eq!(judge("W1", "codmn", 5, "2027-01-01").4, Prospect::Lost);
    // GB 3095-2026 table 4: of TSP 5 days in each month, 60 in the year, evenly spread: one in each fifth of a month
    // (validity.csv). The second fifth of January ends with the 13th.
    assert_eq!(judge("S1", "tsp", 1, "2026-01-13"), (1, Some(60), Some(0), Some(12), Prospect::Possible));
    assert_eq!(judge("S1", "tsp", 1, "2026-01-14").4, Prospect::Lost);
}

#[test]
fn the_days_and_nights_of_noise_are_counted_without_a_minimum() {
    let stations = "id,kind,name_zh,name_en,lat,lon,parameters\nN1,noise,一,One,40,116,leq\n";
    let toml = "[publisher]\nid = \"t\"\nname = { zh = \"试\", en = \"T\" }\nzone = \"Asia/Shanghai\"\n";
    let pipeline = Pipeline::parse(&Files { pipeline: toml.into(), stations: stations.into() }).unwrap();
    let zone = pipeline.publisher.zone;
    let mut days = firsts(&pipeline, "N1", "ld", 3);
    days.extend(firsts(&pipeline, "N1", "leq", 3));
    let station = pipeline.stations.get_str("N1").unwrap();
    let found = completeness(
        Rules::built_in(),
        zone,
        station,
        &days,
        hour(-99_999),
        zone.start_of("2026-04-01".parse().unwrap()),
    );
    let words: Vec<_> = found
        .iter()
        .map(|year| (year.parameter.as_str(), year.valid, year.passed, year.needed, year.prospect))
        .collect();
    assert_eq!(words, [("ld", 3, 90, None, Prospect::NoMinimum)]);

    // 2026-11-25 is a day from 06:00 to 22:00 and a night from then on; a day needs 12 hours of its 16, a night 6 of 8.
    let leq = |from: i64, to: i64| (from..to).map(|n| sent("N1", "leq", hour(n - 8))).collect::<Vec<_>>();
    let today = |parameter: &str, due: i64, hours: &[Observation]| {
        let parameter = ParameterId::known(parameter);
        let minimum = Rules::built_in().minimums.of(station.kind, parameter).unwrap();
        let today = Today { rules: Rules::built_in(), noise: &pipeline.noise, zone, due: hour(due - 8) };
        let day = today.of(station, parameter, minimum, hours);
        (zone.format(day.start)[8..13].to_owned(), day.valid, day.passed, day.needed, day.prospect)
    };
    assert_eq!(today("ld", 10, &leq(0, 10)), ("25T06".into(), 4, 4, 12, Prospect::Possible));
    assert_eq!(today("ld", 18, &leq(0, 18)), ("25T06".into(), 12, 12, 12, Prospect::Met));
    assert_eq!(today("ld", 11, &[]), ("25T06".into(), 0, 5, 12, Prospect::Lost));
    assert_eq!(today("ln", 2, &leq(-2, 2)), ("24T22".into(), 4, 4, 6, Prospect::Possible));
    assert_eq!(today("ln", 12, &leq(-2, 12)), ("25T22".into(), 0, 0, 6, Prospect::Possible));
}

#[test]
fn the_day_that_has_not_ended_has_so_many_of_its_hours() {
    let pipeline = pipeline("Asia/Shanghai", "", "");
    let zone = pipeline.publisher.zone;
    // Hour n of 2026-11-25 in Shanghai.
    let at = |n: i64| hour(n - 8);
    let hours =
        |id: &str, parameter: &str, from, to| (from..to).map(|n| sent(id, parameter, at(n))).collect::<Vec<_>>();
    let today = |id: &str, parameter: &str, due: i64, values: &[Observation]| {
        let (parameter, station) = (ParameterId::known(parameter), pipeline.stations.get_str(id).unwrap());
        let minimum = Rules::built_in().minimums.of(station.kind, parameter).unwrap();
        let today = Today { rules: Rules::built_in(), noise: &pipeline.noise, zone, due: at(due) };
        assert_eq!(today.from(), at(-24));
        let day = today.of(station, parameter, minimum, values);
        assert_eq!((day.start, day.end), (at(0), at(24)));
        (day.period, day.valid, day.passed, day.needed, day.prospect)
    };
    use Period::{Hour, Hours8};
    // 20 of 24 hours (GB 3095-2026 table 4), of which four may be lost.
    assert_eq!(today("S1", "pm25", 9, &hours("S1", "pm25", -3, 9)), (Hour, 9, 9, 20, Prospect::Possible));
    assert_eq!(today("S1", "pm25", 9, &hours("S1", "pm25", 4, 9)), (Hour, 5, 9, 20, Prospect::Possible));
    assert_eq!(today("S1", "pm25", 9, &hours("S1", "pm25", 5, 9)), (Hour, 4, 9, 20, Prospect::Lost));
    assert_eq!(today("S1", "pm25", 20, &hours("S1", "pm25", 0, 20)), (Hour, 20, 20, 20, Prospect::Met));
    let doubtful = Observation { flag: Flag::Suspect, ..sent("S1", "pm25", at(1)) };
    assert_eq!(today("S1", "pm25", 2, &[doubtful, sent("S1", "pm10", at(0))]).1, 0, "what is doubtful, or another's");
    // All 24 of TSP.
    assert_eq!(today("S1", "tsp", 2, &hours("S1", "tsp", 1, 2)).4, Prospect::Lost);
    // Of ozone the 17 running means that end at 8 to 24 o'clock, of which 14 are needed (HJ 663 6.1.2).
    let moving = |from: i64, to: i64| {
        let mean = |n| Observation { period: Hours8, end: at(n + 8), ..sent("S1", "o3", at(n)) };
        (from..to).map(mean).collect::<Vec<_>>()
    };
    assert_eq!(today("S1", "o3", 7, &moving(-9, 0)), (Hours8, 0, 0, 14, Prospect::Possible));
    assert_eq!(today("S1", "o3", 10, &moving(-9, 3)), (Hours8, 3, 3, 14, Prospect::Possible));
    assert_eq!(today("S1", "o3", 11, &[]), (Hours8, 0, 4, 14, Prospect::Lost));
    assert_eq!(today("S1", "o3", 21, &moving(0, 14)), (Hours8, 14, 14, 14, Prospect::Met));
    // A day of water has its sample or waits for it.
    assert_eq!(today("W1", "codmn", 8, &hours("W1", "codmn", 4, 5)), (Hour, 1, 8, 1, Prospect::Met));
    assert_eq!(today("W1", "codmn", 8, &[]), (Hour, 0, 8, 1, Prospect::Possible));
}
