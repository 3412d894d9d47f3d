//! Four stations of Beijing, hour by hour (UCI data set 501), as a panel: for tests and for a bench.

use std::path::Path;

use chrono::{Duration, NaiveDate};
use limpid_model::{Instant, ParameterId, Zone};
use limpid_transform::assess::six;
use limpid_transform::forecast::panel::{Blank, Panel};

/// Columns of the files, with what one unit is in canonical ones.
const COLUMNS: [(usize, &str, f64); 11] = [
    (5, "pm25", 1.0),
    (6, "pm10", 1.0),
    (7, "so2", 1.0),
    (8, "no2", 1.0),
    (9, "co", 0.001),
    (10, "o3", 1.0),
    (11, "temperature", 1.0),
    (12, "pressure", 1.0),
    (13, "dew_point", 1.0),
    (14, "rain", 1.0),
    (16, "wind_speed", 1.0),
];
const COMPASS: [&str; 16] =
    ["N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"];

fn zone() -> Zone {
    Zone::parse("Asia/Shanghai").unwrap()
}

/// The first moment of a date there.
pub fn local(date: &str) -> Instant {
    zone().start_of(date.parse::<NaiveDate>().unwrap())
}

/// The four stations, or nothing where the shared folder is absent.
pub fn beijing() -> Option<Panel> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/air-beijing-uci");
    if !folder.exists() {
        println!("skipped: ../shared/data/air-beijing-uci is absent");
        return None;
    }
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "csv"));
    files.sort();
    let start = local("2013-03-01");
    let stations = files.iter().map(|path| {
        let mut blank = Blank::new(start, 35_064, &six());
        let mut rows = csv::Reader::from_path(path).unwrap();
        for (hour, row) in rows.records().map(Result::unwrap).enumerate() {
            let at = start + Duration::hours(hour as i64);
            for (column, name, unit) in COLUMNS {
                if let Ok(value) = row[column].parse::<f64>() {
                    blank.set(ParameterId::known(name), at, value * unit);
                }
            }
            if let Some(point) = COMPASS.iter().position(|point| *point == &row[15]) {
                blank.set(ParameterId::known("wind_direction"), at, point as f64 * 22.5);
            }
        }
        blank
    });
    Some(Panel::new(stations.collect(), zone()))
}
