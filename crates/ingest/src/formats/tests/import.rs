//! Files into a real journal.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use limpid_model::{Counts, StationId};

use super::file;
use crate::Intake;
use crate::formats::{Format, ImportError, Progress, Summary, import, readings};
use crate::testing::{TWO, intake, kept, pipeline};

async fn run(intake: &Intake, format: Format, path: &Path) -> Summary {
    import(intake, format, &[path.to_owned()], &Progress::none()).await.unwrap()
}

const LONG: &str = "station,parameter,start,period,value\n";

/// `rows` minutes of pm25 at S1 in the long format.
fn minutes(rows: usize) -> String {
    let start = chrono::DateTime::from_timestamp(1_700_000_000 / 60 * 60, 0).unwrap();
    let mut text = LONG.to_owned();
    for row in 0..rows {
        let at = start + chrono::Duration::minutes(row as i64);
        text += &format!("S1,pm25,{},PT1M,{}\n", at.to_rfc3339(), row % 300);
    }
    text
}

#[tokio::test]
async fn the_same_file_twice_changes_nothing_but_same() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let (_file, path) = file("m.csv", minutes(12_345).as_bytes());
    let first = run(&intake, Format::Long, &path).await;
    // 5,000 readings each, and the rest.
    assert_eq!((first.submissions, first.readings), (3, 12_345));
    assert_eq!(first.counts, Counts { stored: 12_345, ..Counts::default() });
    let before = kept(&intake, "S1").await;
    assert_eq!(before.len(), 12_345);
    let second = run(&intake, Format::Long, &path).await;
    assert_eq!(second.counts, Counts { same: 12_345, ..Counts::default() });
    assert_eq!(kept(&intake, "S1").await, before);
}

/// Which submissions there are shows only through readings; these are the ids behind a station's.
async fn bodies(intake: &Intake, station: &str) -> Vec<(String, Vec<u8>)> {
    let mut bodies = Vec::new();
    let mut last = None;
    for accepted in intake.journal().tail(0, 100_000).await.unwrap() {
        if accepted.reading.station.as_str() == station && last != Some(accepted.receipt) {
            last = Some(accepted.receipt);
            let stored = intake.journal().submission(accepted.receipt).await.unwrap().unwrap();
            bodies.push((stored.sender, stored.body));
        }
    }
    bodies
}

#[tokio::test]
async fn every_byte_is_kept_and_each_body_is_a_file_of_the_format() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    // Windows line ends, a blank line, a damaged one, and no line end at the end.
    let text = "\u{feff}".to_owned() + &minutes(5_001).replace('\n', "\r\n");
    let text = text + "\r\n???\r\nS1,pm25,2026-11-25T00:00:00Z,PT1H,7";
    let (_file, path) = file("kept.csv", text.as_bytes());
    let summary = run(&intake, Format::Long, &path).await;
    assert_eq!((summary.submissions, summary.counts.stored, summary.counts.rejected), (2, 5_002, 1));
    let mut bodies = bodies(&intake, "S1").await;
    bodies.sort_by_key(|(_, body)| std::cmp::Reverse(body.len()));
    let header = "\u{feff}station,parameter,start,period,value\r\n".as_bytes();
    let mut together = header.to_vec();
    for (sender, body) in &bodies {
        assert_eq!(sender, "kept.csv", "the name, not the path");
        together.extend_from_slice(body.strip_prefix(header).expect("each body has the header"));
    }
    assert!(together == text.as_bytes(), "the bodies together are the file");
}

#[tokio::test]
async fn damaged_lines_are_told_with_their_place_and_the_rest_is_taken() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let mut bytes = LONG.as_bytes().to_vec();
    bytes.extend_from_slice(b"S1,pm25,2026-11-25T00:00:00Z,PT1H,1\n");
    bytes.extend_from_slice(b"S1,pm25,2026-11-25T00:00\n");
    bytes.extend_from_slice(b"\xff\xfe,pm25\n");
    bytes.extend_from_slice(&[b'x'; 3 << 20]);
    bytes.extend_from_slice(b"\nS1,pm25,2026-11-25T00:30:00Z,PT1H,1\n");
    bytes.extend_from_slice(b"S1,pm25,2026-11-26T00:00:00Z,PT1H,1\n");
    bytes.extend_from_slice(b"S1,pm25,1989-11-26T00:00:00Z,PT1H,1\n");
    bytes.extend_from_slice(b"S1,pm10,2026-11-25T00:00:00Z,PT1H,2\n");
    let (_file, path) = file("d.csv", &bytes);
    let summary = run(&intake, Format::Long, &path).await;
    assert_eq!(summary.counts, Counts { stored: 2, quarantined: 2, rejected: 4, ..Counts::default() });
    let accepted = intake.journal().tail(0, 1).await.unwrap();
    let stored = intake.journal().submission(accepted[0].receipt).await.unwrap().unwrap();
    assert!(stored.body == bytes, "what is damaged is kept too");
    let told: Vec<(&str, String)> = stored
        .receipt
        .verdicts
        .iter()
        .filter_map(|verdict| {
            let place = verdict.detail.as_ref()?.split(": ").next()?.to_owned();
            Some((verdict.reason?.as_str(), place))
        })
        .collect();
    let expected = [
        ("damaged", "d.csv:3"),
        ("damaged", "d.csv:4"),
        ("damaged", "d.csv:5"),
        ("not_aligned", "d.csv:6"),
        ("in_future", "d.csv:7"),
        ("before_horizon", "d.csv:8"),
    ];
    assert_eq!(told, expected.map(|(reason, place)| (reason, place.to_owned())));
}

#[tokio::test]
async fn a_correction_is_a_revision_and_a_contradiction_within_one_upload_is_refused() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let row = |value: u8| format!("S1,pm25,2026-11-25T00:00:00Z,PT1H,{value}\n");
    let (_one, one) = file("one.csv", format!("{LONG}{}{}{}", row(1), row(1), row(2)).as_bytes());
    let first = run(&intake, Format::Long, &one).await;
    assert_eq!(first.counts, Counts { stored: 1, same: 1, rejected: 1, ..Counts::default() });
    let (_two, two) = file("two.csv", format!("{LONG}{}", row(2)).as_bytes());
    assert_eq!(run(&intake, Format::Long, &two).await.counts, Counts { corrected: 1, ..Counts::default() });
    assert_eq!(kept(&intake, "S1").await, ["pm25 PT1H 2026-11-25T00:00:00Z 2"]);
}

#[tokio::test]
async fn of_two_files_the_later_one_is_the_correction() {
    // The first takes the journal long to pack, for its three megabytes of blanks, and the second no time at all:
    // at the journal together they would change places.
    let rows = minutes(5);
    let blanks: String = (0..200_000_u32)
        .flat_map(|at| {
            let bits = at.wrapping_mul(2_654_435_761);
            (0..15).map(move |bit| if bits >> bit & 1 == 0 { ' ' } else { '\t' }).chain(['\n'])
        })
        .collect();
    let (_first, first) = file("first.csv", format!("{rows}{blanks}").as_bytes());
    let (_second, second) = file("second.csv", rows.replace('\n', "0\n").replacen("value0", "value", 1).as_bytes());
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let summary = import(&intake, Format::Long, &[first, second], &Progress::none()).await.unwrap();
    // 0, 1, 2 … of the first became 00, 10, 20 … in the second.
    assert_eq!(summary.counts, Counts { stored: 5, corrected: 4, same: 1, ..Counts::default() });
    let kept = kept(&intake, "S1").await;
    let ends: Vec<&str> = kept.iter().map(|line| line.rsplit(' ').next().unwrap()).collect();
    assert_eq!(ends, ["0", "10", "20", "30", "40"]);
}

#[tokio::test]
async fn the_hour_that_berlin_has_twice_is_imported_as_two_hours() {
    let (_folder, intake) = intake(pipeline("Europe/Berlin", "S1,air,一号站,One,52.5,13.4,,\n"));
    let day = |date: &str, hours: &[u8]| {
        let lines: String = hours.iter().enumerate().map(|(at, hour)| format!("{date},{hour},PM10,{at}\n")).collect();
        format!("date,hour,type,S1\n{lines}")
    };
    // 25 hours, with 2 o'clock twice; 23 hours, without it; and a file that has it although there was none.
    let long: Vec<u8> = (0..=2).chain(2..24).collect();
    let short: Vec<u8> = (0..2).chain(3..24).collect();
    let (_long, long) = file("long.csv", day("20251026", &long).as_bytes());
    let (_short, short) = file("short.csv", day("20250330", &short).as_bytes());
    let (_wrong, wrong) = file("wrong.csv", day("20240331", &[1, 2, 3]).as_bytes());
    let twice = [long.clone(), short.clone(), wrong, long, short];
    let summary = import(&intake, Format::Quotsoft, &twice, &Progress::none()).await.unwrap();
    assert_eq!(summary.counts, Counts { stored: 25 + 23 + 2, same: 25 + 23, rejected: 1, ..Counts::default() });
    let kept = kept(&intake, "S1").await;
    for line in ["2025-10-26T00:00:00Z 2", "2025-10-26T01:00:00Z 3", "2025-10-26T02:00:00Z 4"] {
        assert!(kept.contains(&format!("pm10 PT1H {line}")), "{line} in {kept:?}");
    }
}

#[tokio::test]
async fn files_without_bytes_are_reported_and_the_others_imported() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let (_empty, empty) = file("empty.csv", b"");
    let (_header, header) = file("header.csv", b"date,hour,type,S1");
    let (_good, good) = file("good.csv", b"date,hour,type,S1\n20260301,8,PM10,5\n");
    let files = [empty.clone(), header, good];
    let summary = import(&intake, Format::Quotsoft, &files, &Progress::none()).await.unwrap();
    assert_eq!((summary.submissions, summary.counts.stored), (1, 1));
    assert_eq!(summary.empty_files, [empty]);
}

#[tokio::test]
async fn a_missing_or_foreign_file_stops_the_import_before_it_begins() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let (_good, good) = file("good.csv", minutes(3).as_bytes());
    let (_foreign, foreign) = file("foreign.csv", b"date,hour,type,S1\n20260301,8,PM10,5\n");
    let (_binary, binary) = file("binary.csv", b"\x89PNG\xff\xff");
    let missing = good.with_file_name("missing.csv");
    let cases: [(PathBuf, &str); 3] = [
        (missing, "missing.csv cannot be read"),
        (foreign, "foreign.csv:1: not a long file: unknown column `date`"),
        (binary, "binary.csv:1: not a long file: the first line is not UTF-8"),
    ];
    for (path, words) in cases {
        let error = import(&intake, Format::Long, &[good.clone(), path], &Progress::none()).await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(error.done(), Summary::default());
    }
    assert_eq!(kept(&intake, "S1").await.len(), 0);
}

#[tokio::test]
async fn a_journal_that_refuses_ends_the_import_and_is_told() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let (_file, path) = file("m.csv", minutes(200_000).as_bytes());
    intake.journal().close().await.unwrap();
    let error = import(&intake, Format::Long, &[path], &Progress::none()).await.unwrap_err();
    assert!(matches!(&error, ImportError::Store { file, .. } if file == "m.csv"), "{error:?}");
    assert_eq!(error.done().counts.total(), 0);
}

#[tokio::test]
async fn the_summary_is_the_line_of_the_contract() {
    let counts = Counts { stored: 3, same: 4, corrected: 5, quarantined: 6, rejected: 7 };
    let summary = Summary { submissions: 1, readings: 2, counts, empty_files: Vec::new() };
    let expected = r#"{"submissions":1,"readings":2,"stored":3,"same":4,"corrected":5,"quarantined":6,"rejected":7}"#;
    assert_eq!(serde_json::to_string(&summary).unwrap(), expected);
}

#[tokio::test]
async fn a_simulator_plays_back_what_an_import_would_store() {
    let pipeline = pipeline("Asia/Shanghai", TWO);
    let (_folder, intake) = intake(Arc::clone(&pipeline));
    let text = b"date,hour,type,S1,X,S2\n20260301,8,PM10,5,6,7\nbroken\n20260301,9,PM10,x,6,8\n";
    let (_one, one) = file("one.csv", text);
    let missing = one.with_file_name("missing.csv");
    let played: Vec<_> = readings(&Format::Quotsoft.into(), &[missing, one.clone()], &pipeline).collect();
    assert!(matches!(&played[0], Err(ImportError::Open { .. })));
    let station = |id: &str| StationId::parse(id).unwrap();
    let ids: Vec<_> = played[1..].iter().map(|item| item.as_ref().unwrap().0.clone()).collect();
    assert_eq!(ids, [station("S1"), station("S2"), station("S2")]);
    assert_eq!(run(&intake, Format::Quotsoft, &one).await.counts.stored, 3);
}
