//! `airnow-hourly` against lines and a real file.

use std::collections::BTreeMap;

use limpid_model::{Counts, Period};

use super::{header_fault, read};
use crate::formats::{Format, Progress, import};
use crate::testing::{intake, kept, pipeline, shared};

pub(super) const HEADER: &str = "\"AQSID\",\"SiteName\",\"GMTOffset\",\"ValidDate\",\"ValidTime\",\"PM25_AQI\",\
                                 \"PM25_Measured\",\"CO\",\"CO_Unit\",\"PM25\",\"PM25_Unit\",\"OZONE\",\"OZONE_Unit\"";

/// Two sites of the United States; the second labels hours of its own wire by their end.
const SITES: &str = "060290008,air,甲,Maricopa,35.1,-119.4,,\n000054401,air,乙,Saint-Anicet,45.1,-74.3,,end\n";

#[test]
fn the_time_is_utc_and_names_the_start_whatever_a_stations_own_labels_do() {
    let pipeline = pipeline("America/Los_Angeles", SITES);
    let text = format!(
        "{HEADER}\n\
         \"060290008\",\"Maricopa - Stanilaus Street\",\"-8\",\"01/31/2023\",\"23:00\",\"29\",\"1\",\"0.2\",\"PPM\",\"-4.3\",\"UG/M3\",\"24.0\",\"PPB\"\n\
         \"000054401\",\"Saint-Anicet\",\"-5\",\"01/31/2023\",\"23:00\",\"51\",\"1\",\"\",\"\",\"12.8\",\"UG/M3\",\"\",\"\"\n"
    );
    assert_eq!(
        read(Format::AirnowHourly, &pipeline, &text),
        [
            "060290008 co 01-31T23:00Z 0.2 ppm",
            "060290008 pm25 01-31T23:00Z -4.3 ug/m3",
            "060290008 o3 01-31T23:00Z 24 ppb",
            "000054401 pm25 01-31T23:00Z 12.8 ug/m3",
        ]
    );
}

#[test]
fn hostile_lines_are_refused_one_by_one() {
    let pipeline = pipeline("America/Los_Angeles", SITES);
    let line = |site: &str, date: &str, time: &str, rest: &str| format!("{site},x,-8,{date},{time},29,1,{rest}\n");
    let good = "0.2,PPM,8.0,UG/M3,24.0,PPB";
    let text = format!("{HEADER}\n")
        + &line("999999999", "01/01/2023", "00:00", good)
        + &line("060290008", "2023-01-01", "00:00", good)
        + &line("060290008", "1/1/2023", "00:00", good)
        + &line("060290008", "02/29/2023", "00:00", good)
        + &line("060290008", "01/01/2023", "24:00", good)
        + &line("060290008", "01/01/2023", "00:00:00", good)
        + &line("060290008", "01/01/2023", "00:00", "0.2,PPM,8.0,UG/M3,24.0")
        + &line("060290008", "01/01/2023", "00:00", "x,PPM,8.0,,24.0,FURLONG")
        + &line("060290008", "01/01/2023", "00:00", "-999,PPM,8.0,PPB,inf,PPB")
        + "\"060290008\",\"a \"\"site\"\", with commas\",-8,01/01/2023,01:00,,,,,\"1,5\",UG/M3,7,PPB\n";
    assert_eq!(
        read(Format::AirnowHourly, &pipeline, &text),
        [
            "quarantined unknown_station",
            "quarantined unknown_station",
            "quarantined unknown_station",
            "! bad_time",
            "! bad_time",
            "! bad_time",
            "! bad_time",
            "! bad_time",
            "! damaged",
            "rejected not_a_number",
            // A value without a unit is no value.
            "rejected unit_not_convertible",
            "rejected unit_not_convertible",
            // Particles are no mixing ratio.
            "rejected unit_not_convertible",
            "rejected not_a_number",
            "rejected not_a_number",
            "060290008 o3 01-01T01:00Z 7 ppb",
        ]
    );
}

#[test]
fn a_pollutant_that_limpid_does_not_know_stands_aside() {
    let pipeline = pipeline("America/Los_Angeles", SITES);
    let text = "AQSID,ValidDate,ValidTime,XENON,XENON_Unit,no2,no2_Unit\n\
                060290008,01/01/2023,05:00,1.5,PPB,3,PPB\n060290008,01/01/2023,06:00,,,3,PPB\n";
    assert_eq!(
        read(Format::AirnowHourly, &pipeline, text),
        ["quarantined unknown_parameter", "060290008 no2 01-01T05:00Z 3 ppb", "060290008 no2 01-01T06:00Z 3 ppb",]
    );
    for (header, words) in [
        ("ValidDate,ValidTime,CO,CO_Unit", "`AQSID` is missing"),
        ("AQSID,ValidDate,ValidTime,CO", "no pollutant has a column"),
        ("AQSID,ValidDate,ValidTime,CO_Unit", "needs one column `CO`"),
        ("AQSID,ValidDate,ValidTime,CO,CO,CO_Unit", "needs one column `CO`"),
        ("AQSID,ValidDate,ValidTime,CO,CO_Unit,CO_Unit", "`CO_Unit` stands twice"),
        ("AQSID,ValidDate,ValidTime,ValidTime,CO,CO_Unit", "`ValidTime` stands twice"),
    ] {
        let detail = header_fault(Format::AirnowHourly, header);
        assert!(detail.contains(words), "{detail}");
    }
}

#[tokio::test]
async fn an_hour_of_north_america_is_read_to_the_last_cell() {
    let Some(folder) = shared("air-airnow") else { return };
    let path = folder.join("HourlyAQObs_2023010100.dat");
    let text = std::fs::read_to_string(&path).unwrap();
    // Every cell is quoted and none has a quote in it: cut at quote, comma, quote.
    let rows: Vec<Vec<&str>> = text
        .lines()
        .map(|line| line.strip_prefix('"').unwrap().strip_suffix('"').unwrap().split("\",\"").collect())
        .collect();
    let place = |name: &str| rows[0].iter().position(|cell| *cell == name).unwrap();
    let columns = [("NO2", "no2"), ("CO", "co"), ("PM25", "pm25"), ("SO2", "so2"), ("OZONE", "o3"), ("PM10", "pm10")];
    // What stands there, by parameter, in the unit of the file.
    let mut sums: BTreeMap<&str, (u64, f64)> = BTreeMap::new();
    let (mut cells, mut negative, mut stations) = (0, 0, String::new());
    for row in &rows[1..] {
        assert_eq!(row.len(), rows[0].len());
        for (column, parameter) in columns {
            let Ok(value) = row[place(column)].parse::<f64>() else { continue };
            let sum = sums.entry(parameter).or_default();
            *sum = (sum.0 + 1, sum.1 + value);
            (cells, negative) = (cells + 1, negative + u64::from(value < 0.0));
        }
        stations += &format!("{},air,站,Site,0,0,,\n", row[0]);
    }
    // Counted by another program too, Python's csv module.
    assert_eq!((rows.len() - 1, cells, negative), (4_800, 3_459, 74));

    let (_folder, door) = intake(pipeline("America/New_York", &stations));
    let files = std::slice::from_ref(&path);
    let summary = import(&door, Format::AirnowHourly, files, &Progress::none()).await.unwrap();
    assert_eq!(summary.counts, Counts { stored: cells, ..Counts::default() });
    let mut found: BTreeMap<&str, (u64, f64)> = BTreeMap::new();
    for accepted in door.journal().tail(0, 10_000).await.unwrap() {
        let reading = accepted.reading;
        assert_eq!((reading.period, reading.start.to_rfc3339().as_str()), (Period::Hour, "2023-01-01T00:00:00+00:00"));
        let sum = found.entry(reading.parameter.as_str()).or_default();
        *sum = (sum.0 + 1, sum.1 + reading.value.unwrap());
    }
    for (parameter, (count, sum)) in sums {
        // At 25 degC and 1 atm a mole has 24.465 L. Grams per mole: O3 47.997, NO2 46.006, SO2 64.064, CO 28.010.
        let per_unit = match parameter {
            "o3" => 47.997 / 24.465,
            "no2" => 46.006 / 24.465,
            "so2" => 64.064 / 24.465,
            "co" => 28.010 / 24.465,
            _ => 1.0,
        };
        let (stored, total) = found[parameter];
        assert_eq!(stored, count, "{parameter}");
        assert!((total / (sum * per_unit) - 1.0).abs() < 5e-4, "{parameter}: {total} of {sum}");
    }
    // Beijing's embassy, 8.0 ug/m3, is in the file as it was in the city at 8 in the morning.
    assert_eq!(kept(&door, "BJ1010001").await, ["pm25 PT1H 2023-01-01T00:00:00Z 8"]);
}
