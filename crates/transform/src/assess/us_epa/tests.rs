use std::collections::BTreeMap;
use std::path::Path;

use limpid_model::{ParameterId, Unit};

use super::*;
use crate::fixed::Fixed;

/// From `vectors.csv`: id, inputs of a day, index, primary pollutant. The first four and us31, us32 are examples of the
/// document (which prints 148 for us04, where its own equation gives 147.487).
const DAYS: [(&str, &str, u16, &str); 26] = [
    ("us01", "O3_8h=0.07853333", 126, "O3"),
    ("us02", "PM25=35.9", 102, "PM25"),
    ("us03", "CO_8h=8.4", 90, "CO"),
    ("us04", "O3_1h=0.162", 147, "O3"),
    ("us05", "PM25=9.0", 50, "PM25"),
    ("us06", "PM25=9.08", 50, "PM25"),
    ("us07", "PM25=9.1", 51, "PM25"),
    ("us08", "PM25=12.0", 56, "PM25"),
    ("us09", "PM25=35.49", 100, "PM25"),
    ("us10", "PM25=40.0", 112, "PM25"),
    ("us11", "PM25=80.0", 168, "PM25"),
    ("us12", "PM25=125.4", 200, "PM25"),
    ("us13", "PM25=225.5", 301, "PM25"),
    ("us14", "PM25=325.4", 500, "PM25"),
    ("us15", "PM25=400", 649, "PM25"),
    ("us16", "PM25=1000", 1844, "PM25"),
    ("us17", "PM10=54.9", 50, "PM10"),
    ("us18", "PM10=604", 500, "PM10"),
    ("us19", "SO2_1h=75", 100, "SO2"),
    ("us20", "SO2_1h=304", 200, "SO2"),
    ("us21", "SO2_24h=305", 201, "SO2"),
    ("us22", "NO2_1h=1249", 300, "NO2"),
    ("us23", "O3_8h=0.200", 300, "O3"),
    ("us30", "SO2_1h=400 SO2_24h=120", 200, "SO2"),
    ("us31", "O3_8h=0.078 O3_1h=0.104", 126, "O3"),
    ("us32", "O3_8h=0.078 PM25=35.9 CO_8h=8.4", 126, "O3"),
];

/// From `vectors.csv`: id, PM2.5 of twelve hours, the oldest first, NowCast and its index.
const NOWCASTS: [(&str, &str, &str, Option<u16>); 8] = [
    ("nc1", "34.9 43 50 64.9 69.2 66.2 53.7 48.6 49.2 35 - 21", "28.40980", Some(87)),
    ("nc2", "10 10 10 10 10 10 10 10 10 10 10 10", "10.00000", Some(53)),
    ("nc3", "10 10 10 10 10 10 10 10 10 10 10 100", "55.01099", Some(149)),
    ("nc4", "100 100 100 100 100 100 100 100 100 100 100 10", "54.98901", Some(149)),
    ("nc5", "0 0 0 0 0 0 0 0 0 0 0 0", "0.00000", Some(0)),
    ("nc6", "20 20 20 20 20 20 20 20 20 - - 30", "", None),
    ("nc7", "20 20 20 20 20 20 20 20 20 25 - 30", "25.29052", Some(81)),
    ("nc8", "20 22 24 26 28 30 32 34 36 38 40 -", "38.01075", Some(107)),
];

/// A concentration in EPA's unit, as it is kept: to the millionth of the canonical unit.
fn kept(parameter: &str, unit: &str, value: f64) -> Option<Mean> {
    let parameter = ParameterId::known(parameter);
    let unit = Unit::parse(unit).unwrap();
    Fixed::from_f64(unit.convert(value, parameter.unit(), parameter).unwrap().value).map(Mean::from)
}

fn day(inputs: &str) -> Daily {
    let mut day = Daily::default();
    for pair in inputs.split(' ') {
        let (name, number) = pair.split_once('=').unwrap();
        let number: f64 = number.parse().unwrap();
        match name {
            "PM25" => day.mean[PM25] = kept("pm25", "ug/m3", number),
            "PM10" => day.mean[PM10] = kept("pm10", "ug/m3", number),
            "O3_8h" => day.o3_max8h = kept("o3", "ppm", number),
            "O3_1h" => day.o3_hour = kept("o3", "ppm", number),
            "CO_8h" => day.co_max8h = kept("co", "ppm", number),
            "SO2_1h" => day.so2_hour = kept("so2", "ppb", number),
            "SO2_24h" => day.mean[SO2] = kept("so2", "ppb", number),
            "NO2_1h" => day.no2_hour = kept("no2", "ppb", number),
            other => panic!("unknown input {other}"),
        }
    }
    day
}

fn check_day(id: &str, inputs: &str, index: u16, primary: &str) {
    let verdict = daily(Rules::built_in(), &day(inputs));
    assert_eq!(verdict.index, Some(index), "{id}");
    assert_eq!(verdict.primary, [ParameterId::known(primary)], "{id}");
}

fn twelve(hours: &str) -> [Option<Fixed>; nowcast::HOURS] {
    let hours: Vec<Option<Fixed>> = hours.split(' ').map(|hour| hour.parse().ok().and_then(Fixed::from_f64)).collect();
    hours.try_into().unwrap()
}

fn check_nowcast(id: &str, hours: &str, value: &str, index: Option<u16>) {
    let found = nowcast(&twelve(hours)).map(|mean| format!("{:.5}", mean.to_f64()));
    assert_eq!(found.unwrap_or_default(), value, "{id}");
    let mut input = Realtime::default();
    input.last12[0] = twelve(hours);
    assert_eq!(realtime(Rules::built_in(), &input).index, index, "{id}");
}

#[test]
fn worked_days_and_nowcasts() {
    DAYS.into_iter().for_each(|(id, inputs, index, primary)| check_day(id, inputs, index, primary));
    NOWCASTS.into_iter().for_each(|(id, hours, value, index)| check_nowcast(id, hours, value, index));
}

#[test]
fn vectors_as_published() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/air/vectors.csv");
    if !path.exists() {
        eprintln!("skipped: {} is not there", path.display());
        return;
    }
    let mut seen = [0, 0];
    for row in csv::ReaderBuilder::new().comment(Some(b'#')).from_path(path).unwrap().deserialize() {
        let row: BTreeMap<String, String> = row.unwrap();
        if row["mode"] == "daily" && row["standard"] == "us-epa-2024" {
            check_day(&row["id"], &row["inputs"], row["index"].parse().unwrap(), &row["primary"]);
            seen[0] += 1;
        } else if row["mode"] == "nowcast-pm25" {
            let hours = row["inputs"].strip_prefix("oldest..newest ").unwrap();
            // The sub-index column has the NowCast.
            check_nowcast(&row["id"], hours, &row["sub_indices"], row["index"].parse().ok());
            seen[1] += 1;
        }
    }
    assert_eq!(seen, [DAYS.len(), NOWCASTS.len()]);
}

#[test]
fn every_whole_ppb_survives_the_way_into_micrograms_and_back() {
    let table = &Rules::built_in().us_epa;
    for ppb in 1..=200_u16 {
        // Just below the next ppb is still this one.
        for part in [0.0, 0.9999] {
            let value = kept("o3", "ppb", f64::from(ppb) + part).unwrap();
            let whole = kept("o3", "ppb", f64::from(ppb) + 0.5).unwrap();
            let of = |value| table.sub_index(six()[O3], Average::Hours8, value);
            assert_eq!(of(value), of(whole), "{ppb} and {part}");
        }
    }
    assert_eq!(table.sub_index(six()[O3], Average::Hours8, kept("o3", "ppm", 0.070).unwrap()), Some(100));
    assert_eq!(table.sub_index(six()[CO], Average::Hours8, kept("co", "ppm", 9.4).unwrap()), Some(100));
}

#[test]
fn ozone_of_a_day_by_both_averages() {
    let index = |inputs| daily(Rules::built_in(), &day(inputs)).index;
    assert_eq!(index("O3_1h=0.124"), None, "an hour below 0.125 ppm is disregarded");
    assert_eq!(index("O3_8h=0.050 O3_1h=0.125"), Some(101));
    assert_eq!(index("O3_8h=0.201"), None, "8 hours above 0.200 ppm define nothing");
    assert_eq!(index("O3_8h=0.201 O3_1h=0.405"), Some(301));
    assert_eq!(index("SO2_1h=400"), Some(200));
    assert_eq!(index("SO2_1h=400 SO2_24h=305"), Some(201));
}

#[test]
fn nothing_measured_is_no_index() {
    let verdict = daily(Rules::built_in(), &Daily::default());
    assert_eq!((verdict.index, verdict.reason, verdict.primary.len()), (None, Some("missing"), 0));
    // Below zero is nothing in the air.
    assert_eq!(daily(Rules::built_in(), &day("PM25=-2")).index, Some(0));
    let verdict = realtime(Rules::built_in(), &Realtime::default());
    assert_eq!((verdict.of, verdict.index), ([true, true, false, false, false, true], None));
}
