//! Days and nights of noise: which hours make them, on days whose clocks change too.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use chrono::{Duration, NaiveDate};
use limpid_model::{Instant, Period, Reading, Record, StationId, Zone};

use super::{accepted, at, pipeline, reading, words};
use crate::engine::Touched;
use crate::engine::hours::Hours;
use crate::engine::noise::{nights, rates};
use crate::review::Decided;
use crate::standards::Rules;

/// What is published of the nights that hours of a level touch, by `now`, in words.
fn of(zone: &str, levels: Vec<(Instant, f64)>, now: &str) -> Vec<Record> {
    let pipeline = pipeline(zone);
    let (zone, now) = (pipeline.publisher.zone, at(now));
    let station = pipeline.stations.get(&StationId::parse("N1").unwrap()).unwrap();
    let one = |(start, level): (Instant, f64)| reading("leq", Period::Hour, start, Some(level), "");
    let readings: Vec<Reading> = levels.into_iter().map(one).collect();
    let mut touched = Touched::default();
    readings.iter().for_each(|reading| touched.reading(reading, zone, now));
    touched.with_nights(zone);
    let readings = accepted(readings);
    let wanted = touched.wanted(zone, 0);
    let derived = wanted.iter().flat_map(|wanted| {
        let hours =
            Hours::of(Rules::built_in(), station, zone, &readings, Decided::NONE, wanted.span(zone).unwrap(), now)
                .in_time(Rules::built_in(), station);
        nights(Rules::built_in(), &pipeline, station, &hours, wanted, now)
    });
    derived.collect()
}

fn hours(first: &str, count: i64, level: impl Fn(i64) -> f64) -> Vec<(Instant, f64)> {
    (0..count).map(|hour| (at(first) + Duration::hours(hour), level(hour))).collect()
}

fn levels(records: &[Record], name: &str) -> Vec<String> {
    let start = format!("P1D mean {name} ");
    records.iter().map(words).filter_map(|word| word.strip_prefix(&start).map(str::to_owned)).collect()
}

/// `day 2 60 met`: part, zone, limit, verdict.
fn verdicts(records: &[Record]) -> Vec<String> {
    let one = |record: &Record| match record {
        Record::Assessment(a) => {
            let compliance = a.compliance.as_ref()?;
            let verdict = match compliance.reached {
                Some(true) => "met",
                Some(false) => "exceeded",
                None => "missing",
            };
            let limit = compliance.compared.first().map_or(0.0, |compared| compared.limit);
            Some(format!("{} {} {limit} {verdict}", compliance.part?.as_str(), compliance.target.as_deref()?))
        }
        Record::Observation(_) => None,
    };
    records.iter().filter_map(one).collect()
}

#[test]
fn a_night_is_filed_under_the_date_on_which_it_starts() {
    // From 06:00 of 24 November in Shanghai: 16 hours at 60, 8 at 50.
    let all = hours("2026-11-23T22:00:00Z", 24, |hour| if hour < 16 { 60.0 } else { 50.0 });
    let records = of("Asia/Shanghai", all.clone(), "2026-11-25T00:00:00Z");
    assert_eq!(levels(&records, "ld"), ["2026-11-23T22:00 60 1 16/16"]);
    assert_eq!(levels(&records, "ln"), ["2026-11-24T14:00 50 1 8/8"]);
    // 10 lg((16 x 10^6 + 8 x 10^6) / 24)
    assert_eq!(levels(&records, "ldn"), ["2026-11-23T22:00 60 1 24/24"]);
    assert_eq!(verdicts(&records), ["day 2 60 met", "night 2 50 met"]);
    // Before six in the morning there is a day and no night.
    let early = of("Asia/Shanghai", all, "2026-11-24T21:59:59Z");
    assert_eq!((levels(&early, "ld").len(), levels(&early, "ln").len(), levels(&early, "ldn").len()), (1, 0, 0));
}

#[test]
fn nights_of_seven_and_nine_hours() {
    // Berlin: clocks go forward in the night from 28 to 29 March 2026, back in that from 24 to 25 October.
    let spring = of("Europe/Berlin", hours("2026-03-28T05:00:00Z", 48, |_| 50.1), "2026-04-01T00:00:00Z");
    assert_eq!(levels(&spring, "ln")[0], "2026-03-28T21:00 50.1 1 7/7");
    assert_eq!(levels(&spring, "ld")[..2], ["2026-03-28T05:00 50.1 1 16/16", "2026-03-29T04:00 50.1 1 16/16"]);
    assert_eq!(verdicts(&spring)[..2], ["day 2 60 met", "night 2 50 exceeded"]);
    let autumn = of("Europe/Berlin", hours("2026-10-24T04:00:00Z", 48, |_| 50.0), "2026-11-01T00:00:00Z");
    assert_eq!(levels(&autumn, "ln")[0], "2026-10-24T20:00 50 1 9/9");
    assert_eq!(levels(&autumn, "ldn")[0].split(' ').nth(1), levels(&autumn, "ldn")[1].split(' ').nth(1));
}

#[test]
fn too_few_hours_give_no_level() {
    let night = |count| {
        let records = of("Asia/Shanghai", hours("2026-11-24T14:00:00Z", count, |_| 45.0), "2026-11-26T00:00:00Z");
        (levels(&records, "ln").join(","), verdicts(&records).join(","))
    };
    assert_eq!(night(6), ("2026-11-24T14:00 45 1 6/8".into(), "night 2 50 met".into()));
    assert_eq!(night(5), ("2026-11-24T14:00 - 9 5/8".into(), "night 2 0 missing".into()));
}

#[test]
fn lden_has_an_evening() {
    // From 07:00 of 24 November: 12 hours at 65, 4 at 62, 8 at 57; the reference has 66.1141.
    let level = |hour| match hour {
        0..12 => 65.0,
        12..16 => 62.0,
        _ => 57.0,
    };
    let records = of("Asia/Shanghai", hours("2026-11-23T23:00:00Z", 24, level), "2026-11-26T00:00:00Z");
    let lden = levels(&records, "lden");
    assert!(lden.iter().any(|word| word.starts_with("2026-11-23T23:00 66.1141")), "{lden:?}");
}

#[test]
fn rates_of_a_month_count_valid_days_and_nights() {
    let pipeline = pipeline("Asia/Shanghai");
    let zone = Zone::parse("Asia/Shanghai").unwrap();
    let station = pipeline.stations.get(&StationId::parse("N1").unwrap()).unwrap();
    // Three days of which the second night is loud; the last night is silent.
    let all = hours("2026-11-23T22:00:00Z", 64, |hour| if (40..48).contains(&hour) { 58.0 } else { 48.0 });
    let days: Vec<_> = of("Asia/Shanghai", all, "2026-11-30T00:00:00Z")
        .into_iter()
        .filter_map(|record| match record {
            Record::Observation(observation) => Some(observation),
            Record::Assessment(_) => None,
        })
        .collect();
    let november: NaiveDate = "2026-11-01".parse().unwrap();
    let records = rates(Rules::built_in(), station, zone, &days, &[(Period::Month, november)].into());
    let [Record::Assessment(month)] = &records[..] else { panic!("{records:?}") };
    let met: Vec<_> = month.compliance.as_ref().unwrap().met.iter().map(|met| (met.met, met.judged)).collect();
    assert_eq!((month.period, month.level, met), (Period::Month, Some(2), vec![(3, 3), (1, 2)]));
}

/// Half a year of Barcelona's monitors against a program of another make, in a zone whose clocks never change and in one
/// whose clocks do: the labels are taken as UTC, since the city does not say what they are.
#[test]
fn barcelona_is_as_an_independent_program_has_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let file = root.join("../shared/data/noise-barcelona/2015_1S_XarxaSoroll_EqMonitor_Dades_1Hora.csv");
    if !file.exists() {
        println!("skipped: ../shared/data/noise-barcelona is not here");
        return;
    }
    let mut monitors: BTreeMap<String, BTreeMap<Instant, f64>> = BTreeMap::new();
    for row in csv::Reader::from_path(file).unwrap().into_records() {
        let row = row.unwrap();
        let hour = format!("{}-{}-{}T{:0>5}:00Z", &row[0], &row[1], &row[2], &row[3]);
        if let Ok(level) = row[5].parse() {
            monitors.entry(row[4].to_owned()).or_default().insert(at(&hour), level);
        }
    }
    assert!(monitors.len() > 5, "{} monitors", monitors.len());
    let folder = tempfile::tempdir().unwrap();
    let hours = folder.path().join("hours.csv");
    let line = |(monitor, levels): (&String, &BTreeMap<Instant, f64>)| {
        levels.iter().map(|(start, level)| format!("{monitor},{},{level}\n", start.timestamp())).collect::<String>()
    };
    std::fs::write(&hours, monitors.iter().map(line).collect::<String>()).unwrap();
    for zone in ["Asia/Shanghai", "Europe/Madrid"] {
        let script = root.join("tests/peers/noise_levels.py");
        let output = Command::new("python3").arg(script).arg(zone).arg(&hours).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let peer: BTreeMap<String, Option<f64>> = serde_json::from_slice(&output.stdout).unwrap();
        let mut ours: BTreeMap<String, Option<f64>> = BTreeMap::new();
        let clock = Zone::parse(zone).unwrap();
        for (monitor, levels) in &monitors {
            let levels: Vec<_> = levels.iter().map(|(start, level)| (*start, *level)).collect();
            for record in of(zone, levels, "2016-01-01T00:00:00Z") {
                if let Record::Observation(one) = record {
                    let key = format!("{monitor} {} {}", clock.date_of(one.start), one.parameter);
                    ours.insert(key, one.value);
                }
            }
        }
        let lden = ours.iter().filter(|(key, value)| key.ends_with("lden") && value.is_some()).count();
        println!("{zone}: {} levels of {} monitors, {lden} of them Lden", ours.len(), monitors.len());
        assert!(lden > 500, "{lden}");
        assert_eq!(ours.keys().collect::<Vec<_>>(), peer.keys().collect::<Vec<_>>(), "{zone}");
        for (key, value) in &ours {
            match (value, peer[key]) {
                (Some(ours), Some(peer)) => assert!((ours - peer).abs() < 2e-6, "{zone} {key}: {ours}, and {peer}"),
                (ours, peer) => assert_eq!((*ours, peer), (None, None), "{zone} {key}"),
            }
        }
    }
}

#[test]
fn hours_of_strong_wind_and_rain_do_not_count_where_the_pipeline_says_so() {
    let limits = concat!(
        "[[validation.limit]]\nstation = \"N1\"\nparameter = \"leq\"\ncheck = \"weather\"\nwind_above = 5\nrain_above = 0\n",
        "[[validation.limit]]\nstation = \"N1\"\nparameter = \"leq\"\ncheck = \"minutes\"\nminimum = 20\n",
    );
    let pipeline = super::pipeline_with("Asia/Shanghai", limits);
    let station = pipeline.stations.get_str("N1").unwrap();
    let start = at("2026-11-24T22:00:00Z");
    let mut readings = Vec::new();
    let mut add = |parameter: &str, period, minutes, value| {
        let one = reading(parameter, period, start + Duration::minutes(minutes), Some(value), "");
        readings.push(Reading { station: station.id.clone(), ..one });
    };
    for (hour, (wind, rain, level)) in
        [(1.0, 0.0, 50.0), (5.1, 0.0, 80.0), (5.0, 0.2, 80.0), (5.0, 0.0, 50.0)].into_iter().enumerate()
    {
        let minute = 60 * hour as i64;
        add("wind_speed", Period::Hour, minute, wind);
        add("rain", Period::Hour, minute, rain);
        // Twenty minutes of each hour.
        (0..4).for_each(|five| add("leq", Period::Minutes(5), minute + 5 * five, level));
    }
    let wanted = crate::engine::Wanted::within(start, start + Duration::hours(4), pipeline.publisher.zone, 0);
    let accepted = accepted(readings);
    let records = crate::engine::derive(
        Rules::built_in(),
        station,
        pipeline.publisher.zone,
        &accepted,
        crate::review::Decided::NONE,
        &wanted,
        at("2026-11-30T00:00:00Z"),
    );
    let hours: Vec<_> = records
        .iter()
        .filter_map(|record| match record {
            Record::Observation(one) if one.parameter.as_str() == "leq" && one.period == Period::Hour => {
                Some((one.flag.code(), one.rules.as_str()))
            }
            _ => None,
        })
        .collect();
    let doubted = |rule| (3, rule);
    assert_eq!(
        hours,
        [
            (1, "hour-energy-mean"),
            doubted("hour-energy-mean weather-wind"),
            doubted("hour-energy-mean weather-rain"),
            (1, "hour-energy-mean")
        ]
    );
}
