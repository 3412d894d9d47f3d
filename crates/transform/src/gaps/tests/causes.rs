//! One cause for each missing hour, and which one where several would do.

use chrono::Duration;
use limpid_model::{Flag, Mark, Period, Reading, ReceiptId, VerdictKind};
use limpid_store::{Accepted, RefusedThen};

use super::*;

/// What an hour of pm25 is said to lack, with `change` made to a good one.
fn cause_of(change: impl FnOnce(&mut Observation)) -> Vec<String> {
    let pipeline = pipeline("Asia/Shanghai", "pm25", "");
    let mut observation = sent("S1", "pm25", hour(0));
    change(&mut observation);
    gaps_of(&pipeline, &[observation], &standing(), (0, 1))
}

#[test]
fn what_arrived_speaks_for_itself() {
    assert!(cause_of(|_| ()).is_empty());
    assert!(cause_of(|hour| (hour.flag, hour.mark) = (Flag::NotEvaluated, None)).is_empty());
    let mark = |mark: &str, flag, value: Option<f64>| {
        cause_of(|hour| (hour.mark, hour.flag, hour.value) = (Mark::parse(mark), flag, value))
    };
    assert_eq!(mark("C", Flag::Fail, Some(3.0)), ["pm25 0-1 instrument_mark C"]);
    assert_eq!(mark("D", Flag::Missing, None), ["pm25 0-1 instrument_mark D"]);
    // Above the range, and a mark that no table has: doubtful, so not a value that counts.
    assert_eq!(mark("T", Flag::Suspect, Some(3.0)), ["pm25 0-1 instrument_mark T"]);
    assert_eq!(mark("zz", Flag::Suspect, Some(3.0)), ["pm25 0-1 instrument_mark zz"]);
    // "Normal" and yet no value.
    assert_eq!(mark("N", Flag::Missing, None), ["pm25 0-1 sent_missing"]);
    let rule = |rules: &str, flag| cause_of(|hour| (hour.flag, hour.rules) = (flag, rules.into()));
    assert_eq!(rule("mark range-fail", Flag::Fail), ["pm25 0-1 failed_check range-fail"]);
    assert_eq!(rule("mark range-suspect", Flag::Suspect), ["pm25 0-1 failed_check range-suspect"]);
    assert_eq!(rule("mark range pm25-above-pm10", Flag::Suspect), ["pm25 0-1 failed_check pm25-above-pm10"]);
}

/// Links with the platform, the connection and a source each down in the hours given.
fn links(platform: Option<(i64, i64)>, source: Option<(i64, i64)>, connection: Option<(i64, i64)>) -> Links {
    let around = |hours: Option<(i64, i64)>| match hours {
        None => vec![up(hour(-100), Some(hour(100)))],
        Some((from, to)) => {
            vec![up(hour(-100), Some(hour(from))), down(hour(from), Some(hour(to))), up(hour(to), Some(hour(100)))]
        }
    };
    Links {
        platform: Stood::of(&around(platform)),
        sources: source.into_iter().map(|hours| Stood::of(&around(Some(hours)))).collect(),
        connection: Stood::of(&around(connection)),
    }
}

#[test]
fn the_nearest_thing_that_was_down_is_the_cause() {
    let pipeline = pipeline("Asia/Shanghai", "pm25", "");
    let absent = |links: &Links| gaps_of(&pipeline, &[], links, (0, 4));
    assert_eq!(absent(&links(None, None, None)), ["pm25 0-4 station_silent"]);
    // An hour before a break is not delivered in it: 15 minutes after its end.
    assert_eq!(absent(&links(None, None, Some((1, 3)))), ["pm25 0-3 link_down", "pm25 3-4 station_silent"]);
    assert_eq!(absent(&links(None, Some((0, 9)), Some((0, 9)))), ["pm25 0-4 source_down"]);
    assert_eq!(
        absent(&links(Some((2, 9)), Some((0, 9)), Some((0, 9)))),
        ["pm25 0-1 source_down", "pm25 1-4 platform_down"]
    );
}

#[test]
fn a_link_must_be_down_for_a_quarter_of_an_hour() {
    let pipeline = pipeline("Asia/Shanghai", "pm25", "");
    let cause = |minutes: i64| {
        let (from, to) = (hour(0) + Duration::minutes(20), hour(0) + Duration::minutes(20 + minutes));
        let spans = [up(hour(-100), Some(from)), up(to, Some(hour(100)))];
        let links = Links { platform: Stood::of(&spans), ..Links::default() };
        gaps_of(&pipeline, &[], &links, (0, 1))
    };
    assert_eq!([cause(14), cause(15)], [["pm25 0-1 station_silent"], ["pm25 0-1 platform_down"]]);
}

#[test]
fn what_nobody_watched_is_blamed_on_nobody() {
    let pipeline = pipeline("Asia/Shanghai", "pm25", "");
    // Before the platform's first sign of life, and a station that last connected a month before.
    let links = Links {
        platform: Stood::of(&[up(hour(2), Some(hour(100)))]),
        connection: Stood::of(&[up(hour(-900), Some(hour(-800)))]),
        ..Links::default()
    };
    assert_eq!(gaps_of(&pipeline, &[], &links, (0, 4)), ["pm25 0-4 station_silent"]);
    // A station whose connection was not made again since the platform started: no span, and surely not connected.
    let links = Links { connection: Stood::of(&[up(hour(-9), Some(hour(-1)))]), ..standing() };
    assert_eq!(gaps_of(&pipeline, &[], &links, (0, 4)), ["pm25 0-4 link_down"]);
    // The time that has not come is not a time in which nothing stood.
    let links = Links { platform: Stood::of(&[up(hour(-9), Some(hour(1)))]), ..Links::default() };
    let now = Case { now: hour(1), ..case(&pipeline, "S1", &[], &links, (hour(0), hour(1))) };
    assert_eq!(words(&now), ["pm25 0-1 station_silent"]);
}

#[test]
fn a_mark_outweighs_a_link() {
    let pipeline = pipeline("Asia/Shanghai", "pm25", "");
    let marked = Observation { mark: Mark::parse("M"), flag: Flag::Fail, ..sent("S1", "pm25", hour(1)) };
    let all_down = links(Some((-1, 9)), None, Some((-1, 9)));
    assert_eq!(
        gaps_of(&pipeline, &[marked], &all_down, (0, 3)),
        ["pm25 0-1 platform_down", "pm25 1-2 instrument_mark M", "pm25 2-3 platform_down"]
    );
}

fn refused(quarter: Instant, kind: VerdictKind, reason: &str, count: u64) -> RefusedThen {
    RefusedThen { quarter, kind, reason: reason.into(), count }
}

#[test]
fn refused_uploads_explain_the_hour_that_they_would_have_been() {
    use VerdictKind::{Quarantined, Rejected};
    let pipeline = pipeline("Asia/Shanghai", "pm25 co", "");
    let co = [sent("S1", "co", hour(0)), sent("S1", "co", hour(1)), sent("S1", "co", hour(2))];
    let cause = |hours: &[Observation], refused: &[RefusedThen]| {
        let links = standing();
        words(&Case { refused, ..case(&pipeline, "S1", hours, &links, (hour(0), hour(3))) })
    };
    // Received at 01:15 and 01:30: during hour 1, and within an hour after hour 0.
    let quarters = [
        refused(hour(1) + Duration::minutes(15), Quarantined, "in_future", 9),
        refused(hour(1) + Duration::minutes(30), Rejected, "not_a_number", 1),
        refused(hour(1) + Duration::minutes(30), Rejected, "not_a_reading", 60),
    ];
    assert_eq!(cause(&co, &quarters), ["pm25 0-2 rejected not_a_number", "pm25 2-3 station_silent"]);
    assert_eq!(cause(&co, &quarters[..1]), ["pm25 0-2 quarantined in_future", "pm25 2-3 station_silent"]);
    assert_eq!(cause(&co, &quarters[2..]), ["pm25 0-3 station_silent"], "heartbeats are not lost values");
    // One code too many is no reason, all codes unknown is.
    let unknown = [refused(hour(0), Quarantined, "unknown_parameter", 5)];
    assert_eq!(cause(&co, &unknown), ["pm25 0-3 station_silent"]);
    assert_eq!(
        cause(&co[1..], &unknown),
        ["co 0-1 quarantined unknown_parameter", "pm25 0-1 quarantined unknown_parameter", "pm25 1-3 station_silent"]
    );
}

/// An hour made of `good` minutes, after which come `bad` ones with this mark.
fn from_minutes(good: u32, bad: u32, mark: &str) -> (Vec<Observation>, Vec<Accepted>) {
    let observation = Observation {
        value: None,
        flag: Flag::Missing,
        mark: None,
        n: Some(good),
        expected: Some(60),
        revised: Vec::new(),
        rules: "hour-mean".into(),
        ..sent("S1", "pm25", hour(0))
    };
    let one = |minute: u32| Accepted {
        seq: 1,
        revision: 1,
        receipt: ReceiptId::new(hour(0), 1),
        received: hour(0),
        reading: Reading {
            station: StationId::parse("S1").unwrap(),
            parameter: ParameterId::known("pm25"),
            period: Period::Minutes(1),
            start: hour(0) + Duration::minutes(minute.into()),
            value: Some(20.0),
            mark: Mark::parse(if minute < good { "N" } else { mark }),
            conversion: None,
        },
    };
    (vec![observation], (0..good + bad).map(one).collect())
}

#[test]
fn an_hour_of_too_few_minutes_is_incomplete_unless_marks_or_links_took_them() {
    let pipeline = pipeline("Asia/Shanghai", "pm25", "");
    let cause = |(hours, minutes): (Vec<Observation>, Vec<Accepted>), links: &Links| {
        words(&Case { minutes: &minutes, ..case(&pipeline, "S1", &hours, links, (hour(0), hour(1))) })
    };
    assert_eq!(cause(from_minutes(44, 0, "C"), &standing()), ["pm25 0-1 incomplete"]);
    // With the calibrated minutes there were 45 and 44.
    assert_eq!(cause(from_minutes(30, 15, "C"), &standing()), ["pm25 0-1 instrument_mark C"]);
    assert_eq!(cause(from_minutes(30, 14, "C"), &standing()), ["pm25 0-1 incomplete"]);
    assert_eq!(cause(from_minutes(30, 0, "C"), &links(None, None, Some((0, 9)))), ["pm25 0-1 link_down"]);
    assert_eq!(cause(from_minutes(30, 0, "C"), &links(Some((0, 9)), None, None)), ["pm25 0-1 platform_down"]);
}
