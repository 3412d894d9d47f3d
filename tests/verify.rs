//! A release is verified: what was tampered with is found, cell by cell, and nothing else.

use std::process::Output;

use serde_json::Value;

use crate::support::Folder;

/// Two days of hours of PM2.5 at one station, with a negative one and a corrected one, imported and released.
fn imported() -> Folder {
    let folder =
        Folder::new("id,kind,name_zh,name_en,lat,lon\nS1,air,一,One,28.5,104.9\nN1,noise,声,Square,28.5,104.9\n");
    let mut rows = String::from("station,parameter,start,period,value,unit\n");
    for hour in 0..48 {
        let value = if hour == 30 { -300 } else { 20 + hour };
        let start = format!("2026-03-{:02}T{:02}:00:00+08:00", 1 + hour / 24, hour % 24);
        rows.push_str(&format!("S1,pm25,{start},PT1H,{value},ug/m3\n"));
    }
    let file = folder.path("hours.csv");
    std::fs::write(&file, rows).unwrap();
    folder.import("long", std::slice::from_ref(&file));
    let correction = "station,parameter,start,period,value,unit\nS1,pm25,2026-03-01T05:00:00+08:00,PT1H,80,ug/m3\n";
    std::fs::write(&file, correction).unwrap();
    folder.import("long", &[file]);
    folder
}

fn verify(folder: &Folder, dataset: &str) -> (Option<i32>, Vec<Value>) {
    let Output { status, stdout, .. } = folder.command("verify").args(["--dataset", dataset]).output().unwrap();
    let lines = String::from_utf8(stdout).unwrap();
    (status.code(), lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn counts(line: &Value) -> [u64; 6] {
    ["rows", "equal", "different", "missing", "extra", "damaged"].map(|name| line[name].as_u64().unwrap())
}

#[test]
fn every_released_figure_comes_out_again() {
    let folder = imported();
    for (dataset, rows) in [("air-hourly", 48), ("air-daily", 2), ("air-index", 50)] {
        let (code, lines) = verify(&folder, dataset);
        assert_eq!((code, counts(&lines[0])), (Some(0), [rows, rows, 0, 0, 0, 0]), "{dataset}: {lines:?}");
    }
    let (code, lines) = verify(&folder, "stations");
    assert_eq!((code, lines[0]["unchecked"].as_u64()), (Some(0), Some(2)), "{lines:?}");
    let (code, lines) = verify(&folder, "nothing");
    assert_eq!((code, lines.len()), (Some(2), 0));
}

#[test]
fn a_figure_that_was_changed_and_a_row_that_was_lost_are_told() {
    let folder = imported();
    let journal = rusqlite::Connection::open(folder.state().join("journal.sqlite")).unwrap();
    let hour = |hour: i64| (1_772_294_400 + hour * 3600) * 1_000_000;
    let changed = "UPDATE observations SET value = 22.5 WHERE start = ? AND value = 22";
    assert_eq!(journal.execute(changed, [hour(2)]).unwrap(), 1);
    let of_hours = "series = (SELECT id FROM series WHERE parameter = 'pm25' AND period = 'PT1H')";
    let lost = format!("DELETE FROM observations WHERE start = ? AND {of_hours}");
    assert_eq!(journal.execute(&lost, [hour(3)]).unwrap(), 1);
    drop(journal);
    // A release of these, as if they had always been so.
    std::fs::remove_dir_all(folder.state().join("lake")).unwrap();
    let out = folder.path("out");
    let export = folder.command("export").args(["--dataset", "air-hourly", "--out"]).arg(&out).output().unwrap();
    assert!(export.status.success(), "{export:?}");

    let (code, lines) = verify(&folder, "air-hourly");
    assert_eq!((code, counts(lines.last().unwrap())), (Some(1), [47, 46, 1, 1, 0, 0]), "{lines:?}");
    let told: Vec<[&str; 4]> = lines[..lines.len() - 1]
        .iter()
        .map(|line| ["row", "column", "published", "derived"].map(|name| line[name].as_str().unwrap_or("-")))
        .collect();
    let row = |hour| format!("S1 PT1H mean 2026-03-01T0{hour}:00:00+08:00 pm25");
    assert_eq!(told, [[row(3).as_str(), "row", "-", "there"], [row(2).as_str(), "value", "22.5", "22.0"]]);
    // The day was released as it comes out.
    assert_eq!(verify(&folder, "air-daily").0, Some(0));
}

#[test]
fn a_file_whose_bytes_changed_is_damaged() {
    let folder = imported();
    let files = std::fs::read_dir(folder.state().join("lake/air-hourly/year=2026/month=03")).unwrap();
    // The import of the correction left the file of the release before.
    for file in files {
        let file = file.unwrap().path();
        let mut bytes = std::fs::read(&file).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&file, bytes).unwrap();
    }
    let (code, lines) = verify(&folder, "air-hourly");
    // The rows as Parquet and as CSV.
    assert_eq!((code, counts(&lines[2])), (Some(1), [0, 0, 0, 0, 0, 2]), "{lines:?}");
    assert!(lines[0]["damaged"].as_str().unwrap().contains("SHA-256"), "{lines:?}");
}

#[test]
fn other_rules_give_other_figures() {
    let folder = imported();
    folder.configure(
        "[[validation.limit]]\nstation = \"S1\"\nparameter = \"pm25\"\ncheck = \"range\"\nsuspect_above = 60\n",
    );
    let (code, lines) = verify(&folder, "air-hourly");
    let last = lines.last().unwrap();
    // 61 to 67 ug/m3 of hours 41 to 47, and the corrected 80, become suspect; -300, by bounds that have no lower one, sound.
    assert_eq!((code, counts(last)), (Some(1), [48, 39, 9, 0, 0, 0]), "{lines:?}");
    assert_eq!(lines.iter().filter(|line| line["column"] == "flag").count(), 9);
}
