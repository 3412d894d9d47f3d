//! Real files, where they are there, against counts made by other means: splitting lines at commas and nothing else.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use limpid_model::Counts;

use super::file;
use crate::formats::{Format, Progress, import};
use crate::testing::{intake, kept, pipeline, shared};

fn csv_files(folder: &Path, keep: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| {
        path.extension().is_some_and(|end| end == "csv") && keep(path.file_name().unwrap().to_str().unwrap())
    });
    files.sort();
    files
}

#[tokio::test]
async fn a_month_of_the_wide_beijing_files_is_read_to_the_last_cell() {
    let Some(folder) = shared("air-beijing-quotsoft") else { return };
    let files = csv_files(&folder, |name| name.contains("_201503"));
    assert_eq!(files.len(), 62);

    let base = ["PM2.5", "PM10", "SO2", "NO2", "O3", "CO"];
    let (mut cells, mut names, mut sum) = (0u64, BTreeSet::new(), 0.0);
    for path in &files {
        let text = std::fs::read_to_string(path).unwrap();
        let mut lines = text.lines();
        names.extend(lines.next().unwrap().split(',').skip(3).map(str::to_owned));
        for line in lines {
            let parts: Vec<&str> = line.split(',').collect();
            if base.contains(&parts[2]) {
                let values = parts[3..].iter().filter_map(|cell| cell.parse::<f64>().ok());
                (cells, sum) = values.fold((cells, sum), |(cells, sum), value| (cells + 1, sum + value));
            }
        }
    }
    assert_eq!(names.len(), 35);
    assert!(cells > 100_000, "{cells}");

    let rows = |names: &mut dyn Iterator<Item = (usize, &String)>| -> String {
        names.map(|(at, name)| format!("B{at},air,{name},Site {at},39.9,116.4,,end\n")).collect()
    };
    let (_folder, door) = intake(pipeline("Asia/Shanghai", &rows(&mut names.iter().enumerate())));
    let summary = import(&door, Format::Quotsoft, &files, &Progress::none()).await.unwrap();
    assert_eq!(summary.counts, Counts { stored: cells, ..Counts::default() });
    assert!(summary.empty_files.is_empty());
    let mut kept_sum = 0.0;
    for at in 0..names.len() {
        for line in kept(&door, &format!("B{at}")).await {
            kept_sum += line.rsplit(' ').next().unwrap().parse::<f64>().unwrap();
        }
    }
    assert!((kept_sum - sum).abs() < 1e-3, "{kept_sum} is not {sum}");

    // With one station fewer nothing is dropped: its cells stand aside.
    let (_folder, fewer) = intake(pipeline("Asia/Shanghai", &rows(&mut names.iter().enumerate().skip(1))));
    let summary = import(&fewer, Format::Quotsoft, &files[..4], &Progress::none()).await.unwrap();
    assert!(summary.counts.quarantined > 0);
    let all = import(&door, Format::Quotsoft, &files[..4], &Progress::none()).await.unwrap();
    assert_eq!(all.counts.same, summary.counts.stored + summary.counts.quarantined);
}

#[tokio::test]
async fn four_years_of_a_uci_station_are_read_to_the_last_cell() {
    let Some(folder) = shared("air-beijing-uci") else { return };
    let files = csv_files(&folder, |name| name.contains("Changping"));
    let text = std::fs::read_to_string(&files[0]).unwrap();
    let (mut cells, mut co) = (0u64, 0.0);
    for line in text.lines().skip(1) {
        let parts: Vec<&str> = line.split(',').collect();
        cells += parts[5..17].iter().filter(|cell| **cell != "NA").count() as u64;
        co += parts[9].parse::<f64>().unwrap_or(0.0);
    }
    let (_folder, door) = intake(pipeline("Asia/Shanghai", "1010A,air,昌平,Changping,40.2,116.2,,\n"));
    let summary = import(&door, Format::Prsa, &files, &Progress::none()).await.unwrap();
    assert_eq!(summary.counts, Counts { stored: cells, ..Counts::default() });
    // 35,064 hours: 1 March 2013 to 28 February 2017. Its first hour begins at midnight in Beijing.
    let kept = kept(&door, "1010A").await;
    let series =
        |name: &str| kept.iter().filter(|line| line.split(' ').next() == Some(name)).cloned().collect::<Vec<_>>();
    assert!(series("temperature")[0].starts_with("temperature PT1H 2013-02-28T16:00:00Z "));
    // CO arrives in ug/m3 and is kept in mg/m3.
    let milligrams: f64 =
        series("co").iter().map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()).sum();
    assert!((milligrams * 1000.0 - co).abs() < 1e-3, "{milligrams} mg/m3, {co} ug/m3");
}

#[tokio::test]
async fn the_short_days_of_the_feed_are_read_as_they_are() {
    let Some(folder) = shared("air-beijing-hourly") else { return };
    let mut files = csv_files(&folder, |name| name == "beijing_all_20170101.csv");
    // As the archive has for the last days of 2016: a file without a byte.
    let (_empty, empty) = file("beijing_all_20161231.csv", b"");
    files.push(empty.clone());
    let (_folder, door) = intake(pipeline("Asia/Shanghai", "D4,air,东四,Dongsi,39.9,116.4,,end\n"));
    let summary = import(&door, Format::Quotsoft, &files, &Progress::none()).await.unwrap();
    assert_eq!(summary.empty_files, [empty]);
    // The file has the hours 22 and 23 only; labelled by their ends they begin at 21 and 22, 13 and 14 UTC.
    let hours: BTreeSet<String> =
        kept(&door, "D4").await.iter().map(|line| line.split(' ').nth(2).unwrap().to_owned()).collect();
    assert_eq!(hours.into_iter().collect::<Vec<_>>(), ["2017-01-01T13:00:00Z", "2017-01-01T14:00:00Z"]);
}
