//! Real files of the formats that are mappings, where they are there, against figures of a script that shares no code
//! with limpid: Python's csv module, one count and one sum for each column, cells that are not numbers left out.

use std::collections::BTreeMap;
use std::path::PathBuf;

use limpid_model::{Counts, Pipeline};

use crate::formats::{Format, Layout, Progress, import, readings};
use crate::testing::{intake, kept, pipeline, shared};

/// How many readings of each parameter there are, their sum, and the first start.
fn sums(layout: &Layout, file: PathBuf, pipeline: &Pipeline) -> BTreeMap<&'static str, (usize, f64)> {
    let mut sums = BTreeMap::new();
    for item in readings(layout, &[file], pipeline) {
        let (_, reading) = item.unwrap();
        let (count, sum) = sums.entry(reading.parameter.as_str()).or_insert((0, 0.0));
        *count += 1;
        *sum += reading.value.unwrap();
    }
    sums
}

fn assert_sums(found: &BTreeMap<&'static str, (usize, f64)>, expected: &[(&str, usize, f64)]) {
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (parameter, count, sum) in expected {
        let (found_count, found_sum) = found[parameter];
        assert_eq!(found_count, *count, "{parameter}");
        assert!((found_sum - sum).abs() < 1e-2, "{parameter}: {found_sum} is not {sum}");
    }
}

/// Rows of the registry for these ids or names.
fn registry(kind: &str, names: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let row = |(at, name): (usize, _)| format!("X{at},{kind},{},Site {at},39.9,116.4,,\n", AsRef::as_ref(&name));
    names.into_iter().enumerate().map(row).collect()
}

/// Every different text of a column, found by splitting at commas.
fn column(file: &PathBuf, at: usize, skip: usize) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap();
    let cells = text.lines().skip(skip).map(|line| line.split(',').nth(at).unwrap().to_owned());
    cells.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
}

#[test]
fn beijing_of_the_kdd_cup_has_no_header_and_is_read_to_the_last_cell() {
    let Some(folder) = shared("air-kddcup2018") else { return };
    let file = folder.join("beijing_aq_20180101-20180323.csv");
    let sites = column(&file, 0, 0);
    assert_eq!(sites.len(), 35);
    let pipeline = pipeline("Asia/Shanghai", &registry("air", sites));
    let expected = [
        ("pm25", 64_487, 3_813_403.0),
        ("pm10", 53_697, 4_346_802.0),
        ("no2", 64_489, 2_849_721.0),
        ("co", 64_189, 63_669.3),
        ("o3", 64_097, 2_851_801.0),
        ("so2", 64_451, 635_298.0),
    ];
    assert_sums(&sums(&Format::Kdd2018.into(), file, &pipeline), &expected);
}

#[tokio::test]
async fn london_of_the_kdd_cup_keeps_its_negatives_and_its_repeated_lines_say_the_same() {
    let Some(folder) = shared("air-kddcup2018") else { return };
    let file = folder.join("london_latest_20180331-20180417.csv");
    let (_folder, door) = intake(pipeline("Europe/London", &registry("air", column(&file, 0, 1))));
    let summary = import(&door, Format::Kdd2018, std::slice::from_ref(&file), &Progress::none()).await.unwrap();
    // 17,789 cells, 301 of them on lines that repeat an earlier one.
    assert_eq!(summary.counts, Counts { stored: 17_488, same: 301, ..Counts::default() });
    let mut negative = 0;
    for at in 0..19 {
        negative += kept(&door, &format!("X{at}")).await.iter().filter(|line| line.contains(" -")).count();
    }
    // Of the negative cells each is kept once, however often its line is repeated.
    let text = std::fs::read_to_string(&file).unwrap();
    let lines: std::collections::BTreeSet<&str> = text.lines().collect();
    let expected: usize = lines.iter().map(|line| line.split(',').filter(|cell| cell.starts_with('-')).count()).sum();
    assert_eq!(negative, expected);
    assert!(expected > 40, "{expected}");
}

#[test]
fn openaq_measurements_are_read_by_location_and_in_utc() {
    let Some(folder) = shared("air-openaq") else { return };
    let file = folder.join("air_quality_long.csv");
    let pipeline = pipeline("UTC", &registry("air", ["BETR801", "FR04014", "London Westminster"]));
    let of = |station: &str| {
        let all = readings(&Format::OpenaqCsv.into(), std::slice::from_ref(&file), &pipeline);
        let mine = all.map(Result::unwrap).filter(|(id, _)| id.as_str() == station);
        let mut sums = BTreeMap::<&str, (usize, f64)>::new();
        for (_, reading) in mine {
            let entry = sums.entry(reading.parameter.as_str()).or_default();
            *entry = (entry.0 + 1, entry.1 + reading.value.unwrap());
        }
        sums
    };
    assert_sums(&of("X0"), &[("pm25", 177, 4_101.0), ("no2", 163, 4_393.0)]);
    assert_sums(&of("X1"), &[("no2", 1_676, 49_231.3)]);
    assert_sums(&of("X2"), &[("pm25", 1_648, 22_155.0), ("no2", 1_608, 47_822.0)]);
    let starts = readings(&Format::OpenaqCsv.into(), &[file], &pipeline).map(|item| item.unwrap().1.start);
    let (first, last) = starts.fold((None, None), |(first, last): (Option<_>, Option<_>), start| {
        (Some(first.map_or(start, |first: limpid_model::Instant| first.min(start))), last.max(Some(start)))
    });
    assert_eq!(first.unwrap().to_rfc3339(), "2019-04-09T01:00:00+00:00");
    assert_eq!(last.unwrap().to_rfc3339(), "2019-06-21T00:00:00+00:00");
}

#[test]
fn nine_years_of_a_national_station_are_read_by_the_code_in_the_files_name() {
    let Some(folder) = shared("air-cnemc-site") else { return };
    let pipeline = pipeline("Asia/Shanghai", "1410A,air,站,Site,30,120,,end\n");
    let file = folder.join("PM2.5NO2SO2O3CO_1410A.csv");
    let expected = [
        ("pm25", 73_517, 1_295_878.0),
        ("o3", 72_623, 4_725_199.0),
        ("no2", 73_880, 844_992.0),
        ("co", 73_638, 42_048.931),
        ("so2", 72_982, 359_525.0),
    ];
    assert_sums(&sums(&Format::CnemcSite.into(), file.clone(), &pipeline), &expected);
    let first = readings(&Format::CnemcSite.into(), &[file], &pipeline).next().unwrap().unwrap().1;
    // Midnight of 13 May in Beijing, which this station labels the hour before with.
    assert_eq!(first.start.to_rfc3339(), "2014-05-12T15:00:00+00:00");
}

#[test]
fn days_of_cities_and_of_the_german_weather_are_days() {
    let Some(folder) = shared("air-cn-city-daily") else { return };
    let beijing = pipeline("Asia/Shanghai", "SH,air,上海,Shanghai,31,121,,end\n");
    let file = folder.join("上海_daily.csv");
    let found = sums(&Format::CnemcCity.into(), file.clone(), &beijing);
    assert_eq!(found.values().map(|(count, _)| count).sum::<usize>(), 8_154);
    assert!((found["pm25"].1 - 36_641.361_8).abs() < 1e-3, "{found:?}");
    let first = readings(&Format::CnemcCity.into(), &[file], &beijing).next().unwrap().unwrap().1;
    assert_eq!(first.start.to_rfc3339(), "2021-12-31T16:00:00+00:00");
    // Indices under the names of pollutants are another layout.
    let mut traps = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let trap = traps.find(|path| path.to_string_lossy().contains("china_aqi")).unwrap();
    assert!(readings(&Format::CnemcCity.into(), &[trap], &beijing).next().unwrap().is_err());

    let Some(folder) = shared("air-germany-uba") else { return };
    let germany = pipeline("Europe/Berlin", "2667,air,科隆,Köln/Bonn,50.9,7.2,,\n");
    let found = sums(&Format::DwdDaily.into(), folder.join("weather-dwd-2667_daily.csv"), &germany);
    let counts: Vec<_> = found.iter().map(|(parameter, (count, _))| (*parameter, *count)).collect();
    // 55 days have -999 for the wind.
    let expected =
        [("humidity", 21_126), ("pressure", 21_126), ("rain", 21_126), ("temperature", 21_126), ("wind_speed", 21_071)];
    assert_eq!(counts, expected);
}

#[test]
fn minutes_of_a_noise_monitor_are_read_for_the_station_that_is_named() {
    let Some(folder) = shared("noise-laeq1m") else { return };
    let pipeline = pipeline("America/Toronto", "N1,noise,声,Noise,45.5,-73.6,,\n");
    let layout = Layout { station: Some("N1".into()), ..Format::Laeq1m.into() };
    let file = folder.join("test_data_laeq1m.csv");
    assert_sums(&sums(&layout, file.clone(), &pipeline), &[("leq", 16_470, 807_084.786_4)]);
    let first = readings(&layout, &[file], &pipeline).next().unwrap().unwrap().1;
    assert_eq!(
        (first.start.to_rfc3339(), first.period.to_string()),
        ("2025-03-21T04:00:30+00:00".into(), "PT1M".into())
    );
}

#[test]
fn a_snapshot_of_the_national_water_stations_is_read_to_the_last_cell() {
    let Some(folder) = shared("water-cn-auto") else { return };
    let file = folder.join("szzdjc_snapshot_20251107T165439.csv");
    let text = std::fs::read_to_string(&file).unwrap();
    let names = text.lines().skip(1).map(|line| {
        let mut cells = line.split(',');
        format!("{}/{}", cells.next().unwrap(), cells.nth(1).unwrap())
    });
    let pipeline = pipeline("Asia/Shanghai", &registry("water", names));
    let expected = [
        ("water_temperature", 1_627, 28_407.898_9),
        ("ph", 1_622, 12_709.558_5),
        ("do", 1_626, 14_127.346_6),
        ("conductivity", 1_614, 1_297_375.836),
        ("turbidity", 1_622, 65_803.243_4),
        ("codmn", 1_585, 4_322.335_5),
        ("nh3n", 1_598, 160.242_9),
        ("tp", 1_593, 107.898_9),
        ("tn", 1_587, 4_754.193_6),
    ];
    let mut found = sums(&Format::WaterCnAuto.into(), file.clone(), &pipeline);
    assert_eq!((found.remove("chla").unwrap().0, found.remove("algae").unwrap().0), (139, 126));
    assert_sums(&found, &expected);
    let first = readings(&Format::WaterCnAuto.into(), &[file], &pipeline).next().unwrap().unwrap().1;
    assert_eq!(first.start.to_rfc3339(), "2025-11-07T08:00:00+00:00");
}
