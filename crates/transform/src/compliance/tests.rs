use chrono::Duration;
use limpid_model::permit::Averaging;
use limpid_model::{Flag, Instant, Mark, Observation, ParameterId, Period, StationId, Statistic, Status};
use serde_json::{Map, Value, json};

use super::day::{Marked, Measured, judge};
use super::permit::{Outlet, outlets};
use super::quantity::{Mass, kilograms};
use super::reported::{Outcome, Qualifier, Reported};
use super::*;

/// A day of Asia/Shanghai.
const START: &str = "2026-06-01T16:00:00Z";

fn at(hour: i64) -> Instant {
    START.parse::<Instant>().unwrap() + Duration::hours(hour)
}

fn fields(limits: Value) -> Map<String, Value> {
    let outlets = json!([
        { "code": "DA001", "medium": "air", "station": "S1" },
        { "code": "DW001", "medium": "water", "station": "S2" },
        { "code": "DA002", "medium": "air" },
    ]);
    json!({ "outlets": outlets, "limits": limits }).as_object().unwrap().clone()
}

fn read(limits: Value) -> Vec<Outlet> {
    outlets(("91130200699229617X001P", 2), &fields(limits), ("2024-01-01".parse().unwrap(), None))
}

fn hour(parameter: &str, from: i64, value: Option<f64>, flag: Flag, mark: Option<&str>) -> Observation {
    Observation {
        station: StationId::parse("S1").unwrap(),
        parameter: ParameterId::known(parameter),
        period: Period::Hour,
        statistic: Statistic::Mean,
        start: at(from),
        end: at(from + 1),
        value,
        flag,
        mark: mark.and_then(Mark::parse),
        status: Status::Provisional,
        n: None,
        expected: None,
        revised: Vec::new(),
        rules: String::new(),
        from: None,
    }
}

fn hours(parameter: &str, values: &[(i64, f64)]) -> Measured {
    let mut measured = Measured::default();
    for (from, value) in values {
        let one = hour(parameter, *from, Some(*value), Flag::Pass, Some("N"));
        measured.hours.insert((one.parameter, one.start), one);
    }
    measured
}

#[test]
fn a_permit_is_read_as_limits_in_canonical_units() {
    let found = read(json!([
        { "outlet": "DA001", "pollutant": "二氧化硫", "kind": "concentration", "period": "hour", "value": 35, "unit": "mg/m3" },
        { "outlet": "DA001", "pollutant": "氮氧化物", "kind": "quantity", "value": 12.5, "unit": "t/a" },
        { "outlet": "DA001", "pollutant": "特征污染物甲", "value": 1, "unit": "级" },
        { "outlet": "DA001", "pollutant": "so2", "value": 35, "unit": "ppmv" },
        { "outlet": "DW001", "pollutant": "化学需氧量", "value": 50, "unit": "mg/L" },
        { "outlet": "DW001", "pollutant": "pH值", "lower": 6, "value": 9, "unit": "无量纲" },
        { "outlet": "DW001", "pollutant": "pH", "lower": 6, "value": 9 },
        { "pollutant": "nh3n", "unit": "mg/L" },
    ]));
    let codes: Vec<_> = found.iter().map(|outlet| (outlet.version.outlet.as_str(), outlet.station.as_str())).collect();
    assert_eq!(codes, [("DA001", "S1"), ("DW001", "S2")], "an outlet without a station cannot be judged");
    let stack = &found[0];
    assert_eq!(stack.concentrations.len(), 1);
    // 35 mg/m3 is 35000 in the parameter's ug/m3.
    assert_eq!((stack.concentrations[0].upper, stack.concentrations[0].averaging), (Some(35_000.0), Averaging::Hour));
    assert_eq!(stack.quantities[0].kg, 12_500.0);
    let why: Vec<_> = stack.unjudged.iter().map(|one| (one.pollutant.as_str(), one.why.as_str())).collect();
    assert_eq!(why, [("nh3n", "no_value"), ("so2", "unknown_unit"), ("特征污染物甲", "unknown_pollutant")]);
    let pipe = &found[1].concentrations;
    let usual: Vec<_> = pipe.iter().map(|limit| (limit.parameter.as_str(), limit.averaging)).collect();
    assert!(usual.contains(&("cod", Averaging::Day)) && usual.contains(&("ph", Averaging::Hour)), "{usual:?}");
}

#[test]
fn hours_above_the_limit_are_one_exceedance_while_they_last() {
    let stack = read(json!([{ "pollutant": "so2", "period": "hour", "value": 35, "unit": "mg/m3" }])).swap_remove(0);
    // The limit itself is kept; hour 5 is missing, hours 6 to 7 are above again.
    let mut measured = hours("so2", &[(0, 35_000.0), (1, 35_000.1), (2, 70_000.0), (3, 52_500.0), (4, 20_000.0)]);
    for one in [
        hour("so2", 5, None, Flag::Missing, None),
        hour("so2", 6, Some(40_000.0), Flag::Pass, Some("N")),
        hour("so2", 7, Some(38_500.0), Flag::Pass, None),
        // What the instrument marked as calibration is neither kept nor exceeded.
        hour("so2", 8, Some(90_000.0), Flag::Fail, Some("C")),
    ] {
        measured.hours.insert((one.parameter, one.start), one);
    }
    let day = judge(&stack, (at(0), at(24)), &measured, &[]);
    let limit = &day.limits[0];
    assert_eq!((limit.n, limit.expected, limit.over, limit.worst), (7, 24, 5, Some(70_000.0)));
    let found: Vec<_> =
        day.exceedances.iter().map(|one| (one.start, one.end, one.hours, one.worst, one.multiple)).collect();
    // 70 is once more than 35; 40 lies 0.14 of it above.
    assert_eq!(found, [(at(1), at(4), 3, 70_000.0, Some(1.0)), (at(6), at(8), 2, 40_000.0, Some(0.1))]);
    assert_eq!(day.exceedances[0].marks, ["N"]);
    assert!(!day.reviewed);
    assert_eq!((day.version.revision, day.version.outlet.as_str()), (2, "DA001"));
}

#[test]
fn a_marked_time_is_not_judged_and_a_gap_is_no_mark() {
    let stack = read(json!([{ "pollutant": "so2", "period": "hour", "value": 35, "unit": "mg/m3" }])).swap_remove(0);
    let measured = hours("so2", &[(0, 90_000.0), (1, 90_000.0), (2, 90_000.0), (3, 10_000.0)]);
    let start_up = Marked { from: at(0), to: at(1) + Duration::minutes(30), kind: "start_up".into() };
    let day = judge(&stack, (at(0), at(24)), &measured, &[start_up]);
    let limit = &day.limits[0];
    assert_eq!((limit.marked, limit.n, limit.over), (2, 2, 1));
    assert_eq!((day.exceedances[0].start, day.exceedances[0].hours), (at(2), 1));
}

#[test]
fn an_exceedance_that_goes_on_over_midnight_keeps_its_beginning() {
    let stack = read(json!([{ "pollutant": "so2", "period": "hour", "value": 35, "unit": "mg/m3" }])).swap_remove(0);
    let measured = hours("so2", &[(-3, 10_000.0), (-2, 40_000.0), (-1, 40_000.0), (0, 50_000.0), (1, 9_000.0)]);
    let day = judge(&stack, (at(0), at(24)), &measured, &[]);
    assert_eq!((day.exceedances[0].start, day.exceedances[0].hours), (at(-2), 3));
    assert_eq!(day.limits[0].over, 1, "the hours of the day before count there");
}

#[test]
fn water_is_judged_by_its_day_and_ph_on_both_sides() {
    let pipe = read(json!([
        { "outlet": "DW001", "pollutant": "cod", "value": 50, "unit": "mg/L" },
        { "outlet": "DW001", "pollutant": "ph", "lower": 6, "value": 9 },
    ]))
    .swap_remove(1);
    let mut measured = hours("ph", &[(0, 6.0), (1, 5.9), (2, 9.2)]);
    let cod = Observation { period: Period::Day, end: at(24), ..hour("cod", 0, Some(65.0), Flag::Pass, None) };
    measured.days.insert((cod.parameter, cod.start), cod);
    let day = judge(&pipe, (at(0), at(24)), &measured, &[]);
    let of = |name: &str| day.exceedances.iter().filter(|one| one.parameter.as_str() == name).collect::<Vec<_>>();
    assert_eq!((of("cod")[0].hours, of("cod")[0].multiple), (24, Some(0.3)));
    let ph = of("ph");
    assert_eq!((ph.len(), ph[0].hours, ph[0].multiple), (1, 2, None));
    assert_eq!((ph[0].limit, ph[0].worst), (9.0, 9.2), "0.2 above lies farther out than 0.1 below");
    let limits = &day.limits;
    assert_eq!(limits.iter().map(|limit| limit.expected).collect::<Vec<_>>(), [1, 24]);
}

#[test]
fn what_nobody_measures_is_said() {
    let stack = read(json!([{ "outlet": "DA001", "pollutant": "nox", "value": 50, "unit": "mg/m3" }])).swap_remove(0);
    let day = judge(&stack, (at(0), at(24)), &Measured::default(), &[]);
    assert_eq!((day.unjudged[0].pollutant.as_str(), day.unjudged[0].why.as_str()), ("nox", "not_monitored"));
    assert_eq!(day.standing.flag, Flag::Missing);
}

#[test]
fn quantities_are_those_of_twelve_months() {
    // 50 mg/L at 0.1 m3/s is 5 g/s, 18 kg in an hour; 100 mg/m3 at 10 m3/s is 1 g/s, 3.6 kg.
    assert_eq!(kilograms(ParameterId::known("cod"), 50.0, 0.1), Some(18.0));
    assert!((kilograms(ParameterId::known("so2"), 100_000.0, 10.0).unwrap() - 3.6).abs() < 1e-12);
    assert_eq!(kilograms(ParameterId::known("ph"), 7.0, 1.0), None);
    let permitted = permit::Permitted { parameter: ParameterId::known("cod"), kg: 1_200.0 };
    let months: Vec<Mass> = (0..14).map(|month| Mass { kg: f64::from(month) * 10.0, n: 700, expected: 720 }).collect();
    // Months 2 to 13: 20 + 30 + … + 130 = 900.
    let judged = quantity::judge(&permitted, &months).unwrap();
    assert_eq!((judged.months12_kg, judged.month_kg, judged.exceeded), (900.0, 130.0, false));
    assert_eq!((judged.months12_n, judged.months12_expected), (8_400, 8_640));
    let strict = permit::Permitted { kg: 899.999, ..permitted };
    assert!(quantity::judge(&strict, &months).unwrap().exceeded);
    assert_eq!(quantity::judge(&strict, &[]), None);
}

#[test]
fn reported_values_are_judged_by_their_qualifiers() {
    let judge = |value: &str, limit: &str| {
        let split = |text: &str| {
            let digits = text.find(|sign: char| sign.is_ascii_digit()).unwrap();
            (Qualifier::parse(&text[..digits]).unwrap(), text[digits..].parse::<f64>().ok())
        };
        let ((value_as, value), (limit_as, limit)) = (split(value), split(limit));
        reported::judge(&Reported { value, value_as, limit, limit_as })
    };
    let exceeded = |percent| Outcome::Exceeded { percent };
    for (value, limit, outcome) in [
        ("=3", "<=3", Outcome::Kept),
        ("=3.12", "<=3", exceeded(Some(4))),
        ("<1", "<=3", Outcome::Kept),
        ("<5", "<=3", Outcome::Open),
        (">2420", "<=126", exceeded(Some(1821))),
        (">100", "<=126", Outcome::Open),
        (">126", "<=126", exceeded(Some(0))),
        ("=5.9", ">=6", exceeded(None)),
        ("=6", ">=6", Outcome::Kept),
        ("<6", ">=6", exceeded(None)),
        (">5", ">=6", Outcome::Open),
    ] {
        assert_eq!(judge(value, limit), outcome, "{value} {limit}");
    }
    let none = Reported { value: None, value_as: Qualifier::Equal, limit: Some(1.0), limit_as: Qualifier::AtMost };
    assert_eq!(reported::judge(&none), Outcome::NoValue);
    assert_eq!(reported::judge(&Reported { limit: None, ..none }), Outcome::NoLimit);
}
