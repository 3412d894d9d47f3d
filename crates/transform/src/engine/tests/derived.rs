use chrono::Duration;
use limpid_model::{Instant, Period, Reading, StationId};

use super::{accepted, at, pipeline, reading, words};
use crate::engine::{Touched, Wanted, derive};
use crate::review::Decided;
use crate::standards::Rules;

/// Everything that is published of readings that are all new, by the end of 2026, in words.
fn all(zone: &str, readings: Vec<Reading>) -> Vec<String> {
    by(zone, readings, at("2026-12-31T00:00:00Z"))
}

fn by(zone: &str, readings: Vec<Reading>, now: Instant) -> Vec<String> {
    let pipeline = pipeline(zone);
    let zone = pipeline.publisher.zone;
    let station = pipeline.stations.get(&StationId::parse("S1").unwrap()).unwrap();
    let mut touched = Touched::default();
    readings.iter().for_each(|reading| touched.reading(reading, zone, now));
    let readings = accepted(readings);
    let wanted = touched.wanted(zone, 0);
    let records =
        wanted.iter().flat_map(|one| derive(Rules::built_in(), station, zone, &readings, Decided::NONE, one, now));
    records.map(|record| words(&record)).collect()
}

fn only<'a>(words: &'a [String], start: &str) -> Vec<&'a str> {
    words.iter().filter_map(|word| word.strip_prefix(start)).map(str::trim).collect()
}

fn flat(parameter: &str, from: &str, count: i64, value: f64) -> Vec<Reading> {
    let start = |hour| at(from) + Duration::hours(hour);
    (0..count).map(|hour| reading(parameter, Period::Hour, start(hour), Some(value), "")).collect()
}

fn minutes(parameter: &str, from: &str, count: i64, value: f64) -> Vec<Reading> {
    let start = |minute| at(from) + Duration::minutes(minute);
    (0..count).map(|minute| reading(parameter, Period::Minutes(1), start(minute), Some(value), "N")).collect()
}

#[test]
fn an_hour_of_minutes_needs_45_and_its_end() {
    let hour = |count, now| {
        let words = by("Asia/Shanghai", minutes("no2", "2026-11-25T08:00:00Z", count, 31.5), at(now));
        only(&words, "PT1H mean no2").join(",")
    };
    assert_eq!(hour(44, "2026-11-25T09:00:00Z"), "2026-11-25T08:00 - 9 44/60");
    assert_eq!(hour(45, "2026-11-25T09:00:00Z"), "2026-11-25T08:00 31.5 1 45/60");
    assert_eq!(hour(45, "2026-11-25T08:59:59Z"), "");
}

#[test]
fn an_hour_as_sent_stands_above_its_minutes() {
    let mut readings = minutes("no2", "2026-11-25T08:00:00Z", 60, 10.0);
    readings.push(reading("no2", Period::Hour, at("2026-11-25T08:00:00Z"), Some(12.0), "N"));
    let words = all("Asia/Shanghai", readings);
    assert_eq!(only(&words, "PT1H mean"), ["no2 2026-11-25T08:00 12 1"]);
    assert_eq!(only(&words, "PT1M mean").len(), 60, "the minutes are published all the same");
}

#[test]
fn minutes_that_failed_do_not_count() {
    let mut readings = minutes("no2", "2026-11-25T08:00:00Z", 45, 10.0);
    readings[7].mark = limpid_model::Mark::parse("D");
    let words = all("Asia/Shanghai", readings);
    assert_eq!(only(&words, "PT1H mean"), ["no2 2026-11-25T08:00 - 9 44/60"]);
}

#[test]
fn moments_make_no_hours() {
    let start = at("2026-11-25T08:00:00Z");
    let moments = (0..120).map(|k| reading("no2", Period::Moment, start + Duration::seconds(30 * k), Some(5.0), "N"));
    let words = all("Asia/Shanghai", moments.collect());
    assert_eq!((only(&words, "PT0S").len(), words.len()), (120, 120));
}

#[test]
fn winds_are_added_as_vectors_and_rain_as_amounts() {
    // Half an hour of 2 m/s from 350 degrees, half an hour of 2 m/s from 50: the sum comes from 20.
    let mut readings = minutes("wind_direction", "2026-11-25T08:00:00Z", 30, 350.0);
    readings.extend(minutes("wind_direction", "2026-11-25T08:30:00Z", 30, 50.0));
    readings.extend(minutes("wind_speed", "2026-11-25T08:00:00Z", 60, 2.0));
    readings.extend(minutes("rain", "2026-11-25T08:00:00Z", 60, 0.1));
    let words = all("Asia/Shanghai", readings);
    assert_eq!(only(&words, "PT1H mean wind_direction"), ["2026-11-25T08:00 20 1 60/60"]);
    assert_eq!(only(&words, "PT1H mean rain"), ["2026-11-25T08:00 6 1 60/60"]);
    let mut readings = flat("wind_direction", "2026-11-24T16:00:00Z", 24, 350.0);
    readings[0].value = Some(170.0);
    readings.extend(flat("wind_speed", "2026-11-24T16:00:00Z", 24, 1.0));
    readings.extend(flat("rain", "2026-11-24T16:00:00Z", 20, 0.5));
    let words = all("Asia/Shanghai", readings);
    assert_eq!(only(&words, "P1D mean wind_direction"), ["2026-11-24T16:00 350 1 24/24"]);
    assert_eq!(only(&words, "P1D mean rain"), ["2026-11-24T16:00 10 1 20/24"]);
}

#[test]
fn a_days_discharge_is_weighted_by_its_water() {
    let pipeline = pipeline("Asia/Shanghai");
    let station = pipeline.stations.get(&StationId::parse("X1").unwrap()).unwrap();
    let zone = pipeline.publisher.zone;
    // 12 hours at 10 mg/L in 3 m3/s, 12 hours at 50 mg/L in 1 m3/s.
    let mut readings = flat("cod", "2026-11-24T16:00:00Z", 12, 10.0);
    readings.extend(flat("cod", "2026-11-25T04:00:00Z", 12, 50.0));
    readings.extend(flat("flow", "2026-11-24T16:00:00Z", 12, 3.0));
    readings.extend(flat("flow", "2026-11-25T04:00:00Z", 12, 1.0));
    let day = |readings: Vec<Reading>| {
        let wanted = Wanted::within(at("2026-11-24T16:00:00Z"), at("2026-11-25T16:00:00Z"), zone, 0);
        let now = at("2026-11-26T00:00:00Z");
        let records = derive(Rules::built_in(), station, zone, &accepted(readings), Decided::NONE, &wanted, now);
        let words: Vec<String> = records.iter().map(words).collect();
        only(&words, "P1D mean cod").join(",")
    };
    assert_eq!(day(readings.clone()), "2026-11-24T16:00 20 1 24/24");
    readings.retain(|one| one.parameter.as_str() == "cod");
    assert_eq!(day(readings), "2026-11-24T16:00 - 9 0/24", "without its flow there is no such mean");
}

#[test]
fn a_moving_mean_is_labelled_by_its_last_hour_and_needs_20() {
    let words = all("Asia/Shanghai", flat("pm10", "2026-11-24T16:00:00Z", 20, 80.0));
    let moving = only(&words, "PT24H mean pm10");
    // The window that ends with the first hour begins 23 hours before it.
    assert_eq!(moving[0], "2026-11-23T17:00 - 9 1/24");
    assert_eq!(moving[18..], ["2026-11-24T11:00 - 9 19/24", "2026-11-24T12:00 80 1 20/24"]);
    let words = all("Asia/Shanghai", flat("o3", "2026-11-24T16:00:00Z", 6, 100.0));
    assert_eq!(only(&words, "PT8H mean o3")[4..], ["2026-11-24T13:00 - 9 5/8", "2026-11-24T14:00 100 1 6/8"]);
}

#[test]
fn a_day_is_published_when_it_has_ended() {
    let day = || flat("pm10", "2026-11-24T16:00:00Z", 24, 80.0);
    let days = |now| only(&by("Asia/Shanghai", day(), at(now)), "P1D").join(",");
    assert_eq!(days("2026-11-25T15:59:59Z"), "");
    assert_eq!(
        days("2026-11-25T16:00:00Z"),
        "mean pm10 2026-11-24T16:00 80 1 24/24,hj633-2012 2026-11-24T16:00 -,hj633-2026 2026-11-24T16:00 -,\
         us-epa-2024 2026-11-24T16:00 63 pm10,uk-daqi-2013 2026-11-24T16:00 7 pm10,\
         in-naqi-2014 2026-11-24T16:00 -"
    );
}

#[test]
fn ozone_has_its_largest_8_hour_mean() {
    let mut readings = flat("o3", "2026-11-24T16:00:00Z", 24, 100.0);
    readings[12..20].iter_mut().for_each(|hour| hour.value = Some(170.0));
    let words = all("Asia/Shanghai", readings);
    assert_eq!(only(&words, "P1D max8h o3"), ["2026-11-24T16:00 170 1 17/17"]);
}

#[test]
fn a_day_as_sent_stands_where_there_is_no_hour() {
    let sent = || reading("pm10", Period::Day, at("2026-11-24T16:00:00Z"), Some(77.0), "N");
    let words = all("Asia/Shanghai", vec![sent()]);
    assert_eq!(only(&words, "P1D mean"), ["pm10 2026-11-24T16:00 77 1"]);
    assert_eq!(only(&words, "P1D hj633-2026").len(), 1);
    let mut readings = flat("pm10", "2026-11-24T16:00:00Z", 1, 80.0);
    readings.push(sent());
    assert_eq!(only(&all("Asia/Shanghai", readings), "P1D mean"), ["pm10 2026-11-24T16:00 - 9 1/24"]);
    // L90 is never made of L90s, so the station's own stands beside hours.
    let mut readings = flat("l90", "2026-11-24T16:00:00Z", 24, 55.0);
    readings.push(reading("l90", Period::Day, at("2026-11-24T16:00:00Z"), Some(58.1), ""));
    assert_eq!(only(&all("Asia/Shanghai", readings), "P1D mean"), ["l90 2026-11-24T16:00 58.1 1"]);
    // Of the equivalent level it makes a day, of its energy.
    let mut readings = flat("leq", "2026-11-24T16:00:00Z", 24, 55.0);
    readings[..12].iter_mut().for_each(|hour| hour.value = Some(65.0));
    let day = only(&all("Asia/Shanghai", readings), "P1D mean leq")[0].to_owned();
    assert!(day.starts_with("2026-11-24T16:00 62.4036") && day.ends_with("24/24"), "{day}");
}

#[test]
fn days_of_23_and_25_hours() {
    let of = |first: &str, count| {
        let words = all("Europe/Berlin", flat("o3", first, count, 90.0));
        only(&words, "P1D").into_iter().filter(|word| word.starts_with("m")).map(str::to_owned).collect::<Vec<_>>()
    };
    let spring = of("2026-03-28T23:00:00Z", 23);
    assert_eq!(spring, ["mean o3 2026-03-28T23:00 90 1 23/23", "max8h o3 2026-03-28T23:00 90 1 16/16"]);
    let autumn = of("2026-10-24T22:00:00Z", 25);
    assert_eq!(autumn, ["mean o3 2026-10-24T22:00 90 1 25/25", "max8h o3 2026-10-24T22:00 90 1 18/18"]);
}

#[test]
fn a_day_of_a_zone_with_half_hours_has_24_hours() {
    // India's day begins at 18:30 UTC, and so does its first hour; Nepal's at 18:15.
    let words = all("Asia/Kolkata", flat("o3", "2026-11-24T18:30:00Z", 24, 50.0));
    assert_eq!(only(&words, "P1D mean o3"), ["2026-11-24T18:30 50 1 24/24"]);
    assert_eq!(only(&words, "P1D max8h o3"), ["2026-11-24T18:30 50 1 17/17"]);
    assert_eq!(only(&words, "PT8H mean o3")[23], "2026-11-25T10:30 50 1 8/8");
    let words = all("Asia/Kathmandu", minutes("no2", "2026-11-24T18:15:00Z", 24 * 60, 10.0));
    assert_eq!(only(&words, "PT1H mean no2")[23], "2026-11-25T17:15 10 1 60/60");
    assert_eq!(only(&words, "P1D mean no2"), ["2026-11-24T18:15 10 1 24/24"]);
}

#[test]
fn particles_that_contradict_each_other_are_suspect_and_block_the_index() {
    let mut readings: Vec<Reading> = ["so2", "no2", "o3"]
        .iter()
        .flat_map(|parameter| flat(parameter, "2026-11-25T08:00:00Z", 1, 20.0))
        .chain(flat("co", "2026-11-25T08:00:00Z", 1, 0.5))
        .collect();
    readings.extend(flat("pm25", "2026-11-25T08:00:00Z", 1, 40.0));
    readings.extend(flat("pm10", "2026-11-25T08:00:00Z", 1, 60.0));
    let index = |readings: Vec<Reading>| only(&all("Asia/Shanghai", readings), "PT1H hj633-2026")[0].to_owned();
    assert_eq!(index(readings.clone()), "2026-11-25T08:00 60 pm25");
    readings.last_mut().unwrap().value = Some(30.0);
    let words = all("Asia/Shanghai", readings.clone());
    assert_eq!(only(&words, "PT1H mean pm"), ["25 2026-11-25T08:00 40 3", "10 2026-11-25T08:00 30 3"]);
    assert_eq!(index(readings), "2026-11-25T08:00 -");
}

#[test]
fn the_hour_of_2012_waits_for_24_hours_of_particles() {
    let mut readings = flat("pm25", "2026-11-24T16:00:00Z", 24, 75.0);
    readings.extend(flat("pm10", "2026-11-24T16:00:00Z", 24, 100.0));
    readings.extend(flat("no2", "2026-11-24T16:00:00Z", 24, 20.0));
    let words = all("Asia/Shanghai", readings);
    let hours: Vec<_> = only(&words, "PT1H hj633-2012");
    assert_eq!(hours[18..20], ["2026-11-25T10:00 -", "2026-11-25T11:00 100 pm25"]);
}

#[test]
fn a_gap_is_published_and_silence_is_not() {
    let start = at("2026-11-25T08:00:00Z");
    let words = all("Asia/Shanghai", vec![reading("no2", Period::Hour, start, None, "B")]);
    assert_eq!(only(&words, "PT1H mean"), ["no2 2026-11-25T08:00 - 9"]);
    assert_eq!(only(&words, "PT1H hj633-2026"), ["2026-11-25T08:00 -"]);
    assert_eq!(only(&words, "PT24H"), ["mean no2 2026-11-24T09:00 - 9 0/24"]);
    assert!(!words.iter().any(|word| word.contains("T09:00") && word.starts_with("PT1H")), "no reading, no record");
}

#[test]
fn other_indices_are_given_their_averages() {
    // By the tables of EPA-454/B-24-002: NowCast 40 is 112, 8.7 ppm of CO (10 mg/m3) over 8 hours 93, an hour of 38 ppb of
    // SO2 (100 ug/m3) 54, and 61 ppb of ozone (120 ug/m3) over 8 hours 71.
    let constant = [("pm25", 40.0), ("pm10", 45.0), ("so2", 100.0), ("no2", 100.0), ("co", 10.0), ("o3", 120.0)];
    let mut readings: Vec<Reading> = Vec::new();
    for (parameter, value) in constant {
        readings.extend(flat(parameter, "2026-11-24T16:00:00Z", 24, value));
    }
    // The largest hour of NO2 counts, and the day's mean does not: 200 ug/m3 are 106 ppb, 102.
    readings.iter_mut().filter(|one| one.parameter.as_str() == "no2").take(1).for_each(|one| one.value = Some(200.0));
    let words = all("Asia/Shanghai", readings.clone());
    assert_eq!(only(&words, "P1D us-epa-2024"), ["2026-11-24T16:00 112 pm25"]);
    let hours = only(&words, "PT1H us-epa-2024");
    // The first hour has neither two hours of particles nor six of ozone.
    assert_eq!(hours[..2], ["2026-11-24T16:00 -", "2026-11-24T17:00 112 pm25"]);
    assert_eq!(only(&words, "PT1H eaqi-2024")[..2], ["2026-11-24T16:00 6 no2", "2026-11-24T17:00 4 no2"]);
    assert!(only(&words, "P1D eaqi").is_empty(), "it knows hours only");

    let pipeline = pipeline("Asia/Shanghai");
    let zone = pipeline.publisher.zone;
    let station = pipeline.stations.get(&StationId::parse("S1").unwrap()).unwrap();
    let wanted = Wanted::within(at("2026-11-24T16:00:00Z"), at("2026-11-25T16:00:00Z"), zone, 0);
    let records = derive(
        Rules::built_in(),
        station,
        zone,
        &accepted(readings),
        Decided::NONE,
        &wanted,
        at("2026-12-01T00:00:00Z"),
    );
    let subs = |period| {
        let of = records.iter().rev().find_map(|record| match record {
            limpid_model::Record::Assessment(a) if a.scheme.id == "us-epa-2024" && a.period == period => Some(&a.sub),
            _ => None,
        });
        of.unwrap().iter().map(|(parameter, sub)| (parameter.as_str(), sub.unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(subs(Period::Day), [("pm25", 112), ("pm10", 42), ("so2", 54), ("no2", 102), ("co", 93), ("o3", 71)]);
    assert_eq!(subs(Period::Hour), [("pm25", 112), ("pm10", 42), ("o3", 71)]);
}

#[test]
fn a_stack_has_no_air_quality_index() {
    let pipeline = pipeline("Asia/Shanghai");
    let station = pipeline.stations.get(&StationId::parse("X1").unwrap()).unwrap();
    let zone = pipeline.publisher.zone;
    let readings = accepted(flat("so2", "2026-11-24T16:00:00Z", 24, 35_000.0));
    let wanted = Wanted::within(at("2026-11-24T16:00:00Z"), at("2026-11-25T16:00:00Z"), zone, 0);
    let records =
        derive(Rules::built_in(), station, zone, &readings, Decided::NONE, &wanted, at("2026-11-26T00:00:00Z"));
    let words: Vec<_> = records.iter().map(words).collect();
    assert_eq!(only(&words, "P1D"), ["mean so2 2026-11-24T16:00 35000 1 24/24"]);
    assert!(!words.iter().any(|word| word.contains("hj633")));
}

#[test]
fn readings_published_before_are_not_published_again() {
    let pipeline = pipeline("Asia/Shanghai");
    let zone = pipeline.publisher.zone;
    let station = pipeline.stations.get(&StationId::parse("S1").unwrap()).unwrap();
    let readings = accepted(minutes("no2", "2026-11-25T08:00:00Z", 60, 10.0));
    let mut touched = Touched::default();
    // The hour is not over: once it is, its minutes are judged anew, and the journal passes over those that are the same.
    let now = at("2026-11-25T08:59:59Z");
    readings.iter().for_each(|accepted| touched.reading(&accepted.reading, zone, now));
    let wanted = touched.wanted(zone, 58).remove(0);
    let records = derive(Rules::built_in(), station, zone, &readings, Decided::NONE, &wanted, now);
    let words: Vec<_> = records.iter().map(words).collect();
    assert_eq!(only(&words, "PT1M mean no2"), ["2026-11-25T08:58 10 1", "2026-11-25T08:59 10 1"]);
}

#[test]
fn a_day_of_tsp_needs_all_its_hours() {
    // GB 3095-2026 table 4: 24 hours; of the day of 23 hours in Berlin all of them.
    let day = |zone, from, hours| only(&all(zone, flat("tsp", from, hours, 80.0)), "P1D mean tsp").join(",");
    assert_eq!(day("Asia/Shanghai", "2026-03-09T16:00:00Z", 23), "2026-03-09T16:00 - 9 23/24");
    assert_eq!(day("Asia/Shanghai", "2026-03-09T16:00:00Z", 24), "2026-03-09T16:00 80 1 24/24");
    assert_eq!(day("Europe/Berlin", "2026-03-28T23:00:00Z", 22), "2026-03-28T23:00 - 9 22/23");
    assert_eq!(day("Europe/Berlin", "2026-03-28T23:00:00Z", 23), "2026-03-28T23:00 80 1 23/23");
}
