//! Days and percentiles of hours of which 40 % are missing, against pandas and DuckDB.

use std::fmt::Write as _;

use limpid_model::{Scheme, Zone};
use limpid_transform::assess::hj663::percentile;
use limpid_transform::engine::bulk::{self, StationHours};
use limpid_transform::fixed::{Fixed, Mean};
use limpid_transform::standards::Rules;
use serde_json::{Value, json};

use crate::peers;

const ZONE_HOURS: i64 = 8;

/// Two years of two stations: 40 % of the hours are null or have no row, in long gaps and short ones; some days run over the
/// limit with few hours.
fn hours() -> String {
    let mut text = "station,parameter,start,value\n".to_owned();
    let mut state = 7_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for (station, parameter) in [("A", "o3"), ("A", "pm25"), ("B", "o3"), ("B", "pm25")] {
        // 2024-01-01 00:00 at UTC+8; 2024 has a 29 February.
        let first = 1_704_038_400_i64;
        let mut gap = 0;
        for hour in 0..17_544_i64 {
            if gap == 0 && next().is_multiple_of(200) {
                gap = next() % 60;
            }
            gap = gap.saturating_sub(1);
            let daily = (hour % 24 - 4).abs() as f64 * 9.0;
            let value = (daily + (next() % 1_000) as f64 / 10.0 * (1.0 + (hour / 700 % 3) as f64)).round() / 1.0;
            let start = first + hour * 3_600;
            match next() % 10 {
                _ if gap > 0 => {}
                0 => {}
                1 | 2 => _ = writeln!(text, "{station},{parameter},{start},"),
                _ => _ = writeln!(text, "{station},{parameter},{start},{value}"),
            }
        }
    }
    text
}

fn near(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(1.0),
        _ => a == b,
    }
}

#[test]
fn a_series_with_forty_percent_missing_has_the_days_of_pandas_and_duckdb() {
    let folder = tempfile::tempdir().unwrap();
    let (source, target) = (folder.path().join("hours.csv"), folder.path().join("hours.parquet"));
    std::fs::write(&source, hours()).unwrap();
    let theirs = peers::ask("air_days.py", &[&source, ZONE_HOURS.to_string().as_ref(), &target]);

    let zone = Zone::parse("Asia/Shanghai").unwrap();
    let mut stations: Vec<StationHours> = Vec::new();
    let scheme = Scheme::parse("hj633-2026").unwrap();
    bulk::stations(Rules::built_in(), &target, scheme, zone, |station| stations.push(station)).unwrap();
    stations.sort_by(|a, b| a.station.cmp(&b.station));
    let mut ours: Vec<Value> = Vec::new();
    for station in &mut stations {
        station.series.sort_by_key(|series| series.parameter.as_str());
        for series in &station.series {
            let name = series.parameter.as_str();
            for day in &series.days {
                let value = |mean: Option<Mean>| mean.map(Mean::to_f64);
                let date = day.date.to_string();
                ours.push(json!([station.station, name, date, value(day.mean.mean), value(day.max8h.mean)]));
            }
        }
    }
    let nulls = ours.iter().filter(|row| row[3].is_null()).count();
    assert!(nulls > 500 && ours.len() - nulls > 200, "both kinds of days are many: {nulls} of {}", ours.len());
    for peer in ["pandas", "duckdb"] {
        let theirs = theirs[peer].as_array().unwrap();
        assert_eq!(theirs.len(), ours.len(), "{peer}");
        for (theirs, ours) in theirs.iter().zip(&ours) {
            let same = (0..5).all(|cell| near(&theirs[cell], &ours[cell]));
            assert!(same, "{peer}: {theirs}, here {ours}");
        }
    }
    for row in theirs["percentiles"].as_array().unwrap() {
        let station = stations.iter().find(|station| station.station == row[0].as_str().unwrap()).unwrap();
        let series = station.series.iter().find(|series| series.parameter.as_str() == "pm25").unwrap();
        // Day means to the millionth, as they are published.
        let means = series.days.iter().filter_map(|day| Fixed::from_f64(day.mean.mean?.to_f64())).collect::<Vec<_>>();
        let found = percentile(&means, row[1].as_u64().unwrap() as u32).unwrap().to_f64();
        assert!((found - row[2].as_f64().unwrap()).abs() < 1e-5, "{row}, here {found}");
    }
}
