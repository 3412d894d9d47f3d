//! Real files of USGS and the Water Quality Portal, against what cutting them by hand says.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Read;
use std::path::Path;

use limpid_model::{Counts, Reason};

use super::CREEK;
use crate::Intake;
use crate::formats::tests::file;
use crate::formats::{Format, Progress, import};
use crate::testing::{intake, kept, pipeline, shared};

/// A CSV text cut by hand: a comma within quotes is text.
struct Sheet {
    header: HashMap<String, usize>,
    rows: Vec<Vec<String>>,
}

impl Sheet {
    fn cut(text: &str) -> Self {
        let cut = |line: &str| {
            let mut cells = Vec::new();
            let mut from = 0;
            for (at, _) in line.match_indices(',').chain([(line.len(), "")]) {
                if line[from..at].matches('"').count().is_multiple_of(2) {
                    cells.push(line[from..at].replace('"', ""));
                    from = at + 1;
                }
            }
            cells
        };
        let mut lines = text.lines();
        let header = cut(lines.next().unwrap()).into_iter().enumerate().map(|(at, name)| (name, at)).collect();
        Self { header, rows: lines.map(cut).collect() }
    }

    fn cell<'s>(&'s self, row: &'s [String], column: &str) -> &'s str {
        &row[self.header[column]]
    }
}

/// What the verdicts of all submissions say, by reason; and the details of one reason.
async fn reasons(door: &Intake, of: Reason) -> (BTreeMap<&'static str, u64>, Vec<String>) {
    let (mut counts, mut details) = (BTreeMap::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for accepted in door.journal().tail(0, 1_000_000).await.unwrap() {
        if !seen.insert(accepted.receipt) {
            continue;
        }
        let stored = door.journal().submission(accepted.receipt).await.unwrap().unwrap();
        for verdict in stored.receipt.verdicts {
            let Some(reason) = verdict.reason else { continue };
            *counts.entry(reason.as_str()).or_default() += 1;
            if reason == of {
                details.extend(verdict.detail);
            }
        }
    }
    (counts, details)
}

async fn run(door: &Intake, path: &Path) -> Counts {
    import(door, Format::Wqx, &[path.to_owned()], &Progress::none()).await.unwrap().counts
}

#[tokio::test]
async fn a_creek_in_wqx_3_is_read_to_the_last_line() {
    let Some(folder) = shared("water-us-wqp") else { return };
    let path = folder.join("samples_results.txt");
    let text = std::fs::read_to_string(&path).unwrap();
    // What each line is, by USGS parameter code, which the reader does not look at.
    let code = |code: &str| match code {
        "665" => Some("tp"),
        "62855" => Some("tn"),
        "608" => Some("nh3n"),
        "300" => Some("do"),
        "400" => Some("ph"),
        "10" => Some("water_temperature"),
        "20" => Some("temperature"),
        "25" => Some("pressure"),
        "95" => Some("conductivity"),
        "61" => Some("flow"),
        _ => None,
    };
    let mut expected = BTreeMap::new();
    let sheet = Sheet::cut(&text);
    for row in &sheet.rows {
        let cell = |column| sheet.cell(row, column);
        let Some(parameter) = code(cell("USGSpcode")) else { continue };
        let below = cell("Result_ResultDetectionCondition") == "Not Detected";
        let written = if below { cell("DetectionLimit_MeasureA") } else { cell("Result_Measure") };
        let Ok(value) = written.parse::<f64>() else { continue };
        // 760 mmHg are 1013.25 hPa; a cubic foot is 28.316846592 L.
        let value = match parameter {
            "pressure" => value * 1013.25 / 760.0,
            "flow" => value * 0.028_316_846_592,
            _ => value,
        };
        // All three days are in summer time, UTC minus 5: 09:00 is 14:00, 08:50 13:50, 09:25 14:25.
        let (hour, rest) = cell("Activity_StartTime").split_once(':').unwrap();
        let hour = hour.parse::<u8>().unwrap() + 5;
        let start = format!("{}T{hour}:{rest}Z", cell("Activity_StartDate"));
        expected.insert((parameter.to_owned(), start), value);
    }
    assert_eq!(expected.len(), 30, "two of them limits of ammonia that was not detected");

    let (_folder, door) = intake(pipeline("America/Chicago", CREEK));
    let counts = run(&door, &path).await;
    assert_eq!(counts, Counts { stored: 30, quarantined: 37, ..Counts::default() });
    for line in kept(&door, "USGS-05406500").await {
        let parts: Vec<&str> = line.split(' ').collect();
        assert_eq!(parts[1], "PT0S");
        let (value, found) = (expected[&(parts[0].to_owned(), parts[2].to_owned())], parts[3].parse::<f64>().unwrap());
        // The two definitions of mmHg differ in the seventh digit.
        assert!((found - value).abs() <= value.abs() * 2e-7, "{line} is not {value}");
    }
    let (reasons, _) = reasons(&door, Reason::BelowDetection).await;
    // Three flows in m3/s were computed from those in ft3/s, and ammonia as NH4 from that as N.
    let expected = [("not_a_reading", 4), ("unknown_parameter", 33)];
    assert_eq!(reasons, BTreeMap::from(expected));
}

#[tokio::test]
async fn a_lake_in_wqx_2_is_read() {
    let Some(folder) = shared("water-usgs-wqp") else { return };
    let (_folder, door) = intake(pipeline("America/Chicago", "WIDNR_WQX-10032762,water,湖,Lake,43,-89,,\n"));
    let counts = run(&door, &folder.join("wqp_results.txt")).await;
    assert_eq!(counts, Counts { stored: 5, ..Counts::default() });
    // As the file has them, all in summer time of Chicago, UTC minus 5.
    let mut expected = [
        "2011-05-09T17:20:00Z 1000",
        "2011-06-05T19:45:00Z 800",
        "2011-07-06T13:35:00Z 860",
        "2011-08-08T18:55:00Z 471",
        "2011-09-11T21:10:00Z 750",
    ]
    .map(|line| format!("conductivity PT0S {line}"))
    .to_vec();
    expected.sort();
    let mut kept = kept(&door, "WIDNR_WQX-10032762").await;
    kept.sort();
    assert_eq!(kept, expected);
}

#[tokio::test]
async fn fifty_years_of_phosphorus_keep_to_what_was_measured() {
    let Some(folder) = shared("water-usgs-wqp") else { return };
    let packed = std::fs::File::open(folder.join("phosData.csv.gz")).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed).read_to_string(&mut text).unwrap();
    let sheet = Sheet::cut(&text);
    assert_eq!(sheet.rows.len(), 84_835);

    let mut sites = BTreeSet::new();
    let (mut expected, mut first): (BTreeMap<&str, u64>, BTreeMap<_, f64>) = (BTreeMap::new(), BTreeMap::new());
    let (mut stored, mut same, mut sum) = (0, 0, 0.0);
    for row in &sheet.rows {
        let cell = |column| sheet.cell(row, column);
        sites.insert(cell("MonitoringLocationIdentifier"));
        let feet = if cell("ActivityDepthHeightMeasure.MeasureUnitCode") == "feet" { 3.280_84 } else { 1.0 };
        let depth = cell("ActivityDepthHeightMeasure.MeasureValue").parse::<f64>().unwrap_or(0.0);
        let activity = cell("ActivityTypeCode");
        let below = ["Not Detected", "Below Method Detection Limit"].contains(&cell("ResultDetectionConditionText"));
        let (unit, value) = if below {
            let limit =
                ["DetectionQuantitationLimitMeasure.MeasureUnitCode", "DetectionQuantitationLimitMeasure.MeasureValue"];
            (cell(limit[0]), cell(limit[1]))
        } else {
            (cell("ResultMeasure.MeasureUnitCode"), cell("ResultMeasureValue"))
        };
        let reason = if cell("ActivityMediaName") != "Water" || cell("ResultSampleFractionText") != "Total" {
            "unknown_parameter"
        } else if value.is_empty() || activity.starts_with("Quality") || activity.contains("Composite") || depth > feet
        {
            "not_a_reading"
        } else if value.starts_with("INVALID") {
            "not_a_number"
        } else if !["mg/l as P", "mg/l", "ug/l"].contains(&unit) {
            "unit_not_convertible"
        } else if cell("ActivityStartTime.Time").is_empty() {
            "bad_time"
        } else {
            // R wrote the instant in UTC too: a column that the reader does not look at.
            let at = (cell("MonitoringLocationIdentifier"), cell("ActivityStartDateTime"));
            let value = value.parse::<f64>().unwrap() / if unit == "ug/l" { 1000.0 } else { 1.0 };
            let known = first.contains_key(&at);
            let before = *first.entry(at).or_insert(value);
            if (before - value).abs() > 1e-12 {
                "conflict"
            } else if at.1 < "1990-01-01 06:00:00" {
                "before_horizon"
            } else {
                (stored, same) = (stored + u64::from(!known), same + u64::from(known));
                sum += if known { 0.0 } else { value };
                continue;
            }
        };
        *expected.entry(reason).or_default() += 1;
    }
    assert!(stored > 40_000 && expected.len() == 6, "{stored} {expected:?}");

    let stations: String = sites.iter().map(|site| format!("{site},water,站,Site {site},43,-89,,\n")).collect();
    let (_file, path) = file("phosData.csv", text.as_bytes());
    let (_folder, door) = intake(pipeline("America/Chicago", &stations));
    let counts = run(&door, &path).await;
    assert_eq!((counts.stored, counts.same, counts.corrected), (stored, same, 0));
    assert_eq!(counts.total(), sheet.rows.len() as u64);
    let (found, _) = reasons(&door, Reason::BelowDetection).await;
    assert_eq!(found, expected);
    let mut total = 0.0;
    for site in &sites {
        for line in kept(&door, site).await {
            total += line.rsplit(' ').next().unwrap().parse::<f64>().unwrap();
        }
    }
    assert!((total - sum).abs() < 1e-6, "{total} is not {sum}");
}
