//! Files as they are dropped: whole and in parts, twice, empty, wrong, unreadable.

use std::fs;
use std::path::{Path, PathBuf};

use limpid_model::pipeline::{Files, Pipeline};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::look::Look;
use super::{DropFolder, report, round};
use crate::Intake;
use crate::testing::{TWO, intake, kept, pipeline};

const HEADER: &str = "station,parameter,start,period,value\n";

fn configured(drop: &str, folder: &Path) -> Result<Vec<DropFolder>, String> {
    let toml = format!("[publisher]\nid = \"t\"\nname = \"T\"\nzone = \"Asia/Shanghai\"\n[[ingest.drop]]\n{drop}");
    let stations = format!("id,kind,name_zh,name_en,lat,lon,units,hour_label\n{TWO}");
    let pipeline = Pipeline::parse(&Files { pipeline: toml, stations }).unwrap();
    DropFolder::all(&pipeline, folder).map_err(|errors| errors.iter().map(|error| super::chain(error)).collect())
}

/// A drop folder of `long` files and a door to a fresh journal.
struct Place {
    _temporary: [tempfile::TempDir; 2],
    folder: DropFolder,
    intake: Intake,
    look: Look,
}

impl Place {
    fn new() -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let folder = configured("path = \"in\"\nformat = \"long\"\n", temporary.path()).unwrap().remove(0);
        let (journal, intake) = intake(pipeline("Asia/Shanghai", TWO));
        fs::create_dir_all(&folder.path).unwrap();
        Self { _temporary: [temporary, journal], folder, intake, look: Look::default() }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path.join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.at(name), text).unwrap();
    }

    async fn look(&mut self) {
        round(&self.folder, &self.intake, &mut self.look, &CancellationToken::new()).await.unwrap();
    }

    fn report(&self, name: &str) -> Value {
        serde_json::from_slice(&fs::read(report::path(&self.at(name))).unwrap()).unwrap()
    }
}

fn line(hour: u32, value: &str) -> String {
    format!("S1,pm25,2026-11-24T{hour:02}:00:00+08:00,PT1H,{value}\n")
}

#[tokio::test]
async fn a_file_is_taken_when_two_looks_find_it_unchanged() {
    let mut place = Place::new();
    place.write("a.csv", &format!("{HEADER}{}S1,pm2", line(8, "1")));
    place.look().await;
    // Half a line more arrives between the looks.
    place.write("a.csv", &format!("{HEADER}{}{}", line(8, "1"), line(9, "2")));
    place.look().await;
    assert!(place.at("a.csv").exists() && kept(&place.intake, "S1").await.is_empty());
    place.look().await;
    assert!(!place.at("a.csv").exists() && place.at("done/a.csv").exists());
    assert_eq!(kept(&place.intake, "S1").await.len(), 2);
    let report = place.report("done/a.csv");
    assert_eq!(
        (&report["outcome"], &report["file"], &report["format"]),
        (&"done".into(), &"a.csv".into(), &"long".into())
    );
    assert_eq!(
        (report["readings"].as_u64(), report["stored"].as_u64(), report.get("reason")),
        (Some(2), Some(2), None)
    );
    assert_eq!(report["started"], "2026-11-25T01:30:00.000Z");
}

#[tokio::test]
async fn the_same_name_again_overwrites_nothing() {
    let mut place = Place::new();
    for (value, stored, corrected) in [("1", 1, 0), ("1", 0, 0), ("3", 0, 1)] {
        place.write("a.csv", &format!("{HEADER}{}", line(8, value)));
        place.look().await;
        place.look().await;
        let name = ["done/a.csv", "done/a-2.csv", "done/a-3.csv"].into_iter().rfind(|name| place.at(name).exists());
        let report = place.report(name.unwrap());
        assert_eq!((report["stored"].as_u64(), report["corrected"].as_u64()), (Some(stored), Some(corrected)));
    }
    assert!(fs::read_to_string(place.at("done/a.csv")).unwrap().contains(",1\n"));
    assert!(fs::read_to_string(place.at("done/a-3.csv")).unwrap().contains(",3\n"));
}

#[tokio::test]
async fn what_cannot_be_imported_is_put_aside_with_the_reason_and_holds_nothing_up() {
    let mut place = Place::new();
    place.write("1-empty.csv", "");
    place.write("2-header.csv", "this,is,another,table\n1,2,3,4\n");
    place.write("3-rejected.csv", &format!("{HEADER}{}", line(8, "many")));
    place.write("4-nothing.csv", HEADER);
    place.write("5-stranger.csv", &format!("{HEADER}{}", line(8, "1").replace("S1", "S9")));
    place.write("6-partly.csv", &format!("{HEADER}{}{}", line(8, "1"), line(9, "many")));
    place.look().await;
    place.look().await;
    for (name, words) in [
        ("1-empty.csv", "no bytes"),
        ("2-header.csv", "unknown column"),
        ("3-rejected.csv", "every reading"),
        ("4-nothing.csv", "no readings"),
    ] {
        let report = place.report(&format!("failed/{name}"));
        assert!(place.at("failed").join(name).exists(), "{name}");
        assert!(report["reason"].as_str().unwrap().contains(words), "{name}: {report}");
    }
    // What the registry does not know is kept aside in the journal: nobody has to mend the file.
    assert_eq!(place.report("done/5-stranger.csv")["quarantined"], 1);
    let partly = place.report("done/6-partly.csv");
    assert_eq!((&partly["stored"], &partly["rejected"]), (&1.into(), &1.into()));
    let left = fs::read_dir(&place.folder.path).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_file());
    assert_eq!(left.count(), 0);
}

#[tokio::test]
async fn unfinished_names_folders_links_and_pipes_are_left_alone() {
    let mut place = Place::new();
    let text = format!("{HEADER}{}", line(8, "1"));
    for name in [".hidden.csv", "a.csv.part", "b.CSV.TMP", "c.csv.crdownload"] {
        place.write(name, &text);
    }
    fs::create_dir(place.at("folder.csv")).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", place.at("link.csv")).unwrap();
    let pipe = std::process::Command::new("mkfifo").arg(place.at("pipe.csv")).status().unwrap();
    assert!(pipe.success());
    for _ in 0..3 {
        place.look().await;
    }
    assert_eq!(fs::read_dir(place.at("done")).unwrap().count() + fs::read_dir(place.at("failed")).unwrap().count(), 0);
    fs::rename(place.at("a.csv.part"), place.at("a.csv")).unwrap();
    place.look().await;
    place.look().await;
    assert!(place.at("done/a.csv").exists());
}

#[tokio::test]
async fn a_stop_leaves_the_file_for_the_next_start() {
    let mut place = Place::new();
    place.write("a.csv", &format!("{HEADER}{}", line(8, "1")));
    place.look().await;
    let stop = CancellationToken::new();
    stop.cancel();
    // Whichever of the two is first: the file is where it was, or done.
    round(&place.folder, &place.intake, &mut place.look, &stop).await.unwrap();
    place.look().await;
    assert!(place.at("done/a.csv").exists());
    assert_eq!(kept(&place.intake, "S1").await.len(), 1);
}

#[test]
fn a_folder_that_is_configured_wrong_is_told_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("m.toml"), "period = \"PT1H\"\n").unwrap();
    for (drop, words) in [
        ("path = \"in\"\nformat = \"lnog\"\n", "pipeline.toml:5: unknown format \"lnog\"; known are"),
        ("path = \"in\"\nformat = \"mapped\"\n", "write mapping ="),
        ("path = \"in\"\nformat = \"long\"\nmapping = \"m.toml\"\n", "remove mapping or format"),
        ("path = \"in\"\nmapping = \"n.toml\"\n", "n.toml cannot be read: "),
        ("path = \"in\"\nmapping = \"m.toml\"\n", "m.toml:1: no column has values"),
        ("path = \"in\"\nformat = \"laeq1m\"\nstation = \"S9\"\n", "no station of stations.csv is \"S9\""),
    ] {
        let told = configured(drop, folder.path()).unwrap_err();
        assert!(told.contains(words), "{drop}: {told}");
    }
}

#[tokio::test]
async fn a_file_that_nobody_can_read_is_put_aside_and_one_without_end_is_imported_in_pieces() {
    let mut place = Place::new();
    // A picture that somebody dropped here, and three megabytes without a line end behind a good header.
    fs::write(place.at("1-picture.csv"), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xfe\0".repeat(1000)).unwrap();
    place.write("2-endless.csv", &format!("{HEADER}{}", "9".repeat(3 << 20)));
    // A year and a half of minutes: many submissions, of which none is the whole file.
    let start = chrono::DateTime::from_timestamp(1_700_000_040, 0).unwrap();
    let minute = |at: i64| (start + chrono::Duration::minutes(at)).to_rfc3339();
    let lines: String = (0..120_000).map(|at| format!("S1,pm10,{},PT1M,1\n", minute(at))).collect();
    place.write("3-huge.csv", &format!("{HEADER}{lines}"));
    place.write("4-good.csv", &format!("{HEADER}{}", line(8, "1")));
    place.look().await;
    place.look().await;
    for name in ["1-picture.csv", "2-endless.csv"] {
        let report = place.report(&format!("failed/{name}"));
        assert!(!report["reason"].as_str().unwrap().is_empty() && place.at("failed").join(name).exists(), "{report}");
        assert_eq!(report["stored"], 0, "{report}");
    }
    let huge = place.report("done/3-huge.csv");
    assert_eq!((&huge["stored"], &huge["rejected"]), (&120_000.into(), &0.into()));
    assert!(huge["submissions"].as_u64().unwrap() > 1, "{huge}");
    assert_eq!(place.report("done/4-good.csv")["stored"], 1);
}
