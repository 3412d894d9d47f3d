//! Files that are dropped into a folder while limpid runs, up to the series and the report beside them.

use std::time::Duration;

use serde_json::Value;

use crate::support::Folder;

const LIMIT: Duration = Duration::from_secs(30);

/// The report beside a file in `done` or `failed`, once it is there.
async fn report(folder: &Folder, name: &str) -> Value {
    let path = folder.pipeline().join("in").join(format!("{name}.report.json"));
    let started = std::time::Instant::now();
    while !path.exists() {
        assert!(started.elapsed() < LIMIT, "{} never came", path.display());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_file_is_published_and_a_wrong_one_is_put_aside() {
    let (folder, _) = Folder::two_stations();
    folder.configure("[[ingest.drop]]\npath = \"in\"\nformat = \"long\"\nevery_seconds = 1");
    let drop = folder.pipeline().join("in");
    std::fs::create_dir(&drop).unwrap();
    let header = "station,parameter,start,period,value,unit\n";
    // A whole hour in Shanghai is 00:00 UTC; the second value comes in milligrams.
    let rows = "S1,pm25,2026-03-10T08:00:00+08:00,PT1H,35,ug/m3\nS2,so2,2026-03-10T08:00:00+08:00,PT1H,0.02,mg/m3\n";
    std::fs::write(drop.join("before.csv"), format!("{header}{rows}")).unwrap();

    let limpid = folder.run();
    let done = report(&folder, "done/before.csv").await;
    assert_eq!((&done["outcome"], &done["stored"], &done["rejected"]), (&"done".into(), &2.into(), &0.into()));
    assert!(!drop.join("before.csv").exists() && drop.join("done/before.csv").exists());
    let path = |station: &str, parameter: &str| {
        format!(
            "/api/v1/observations?station={station}&parameter={parameter}&period=PT1H&from=2026-03-10&to=2026-03-11"
        )
    };
    for (station, parameter, value) in [("S1", "pm25", 35.0), ("S2", "so2", 20.0)] {
        let there = |text: &str| {
            let answer: Value = serde_json::from_str(text).unwrap();
            answer["items"][0]["value"] == value && answer["items"][0]["start"] == "2026-03-10T08:00:00+08:00"
        };
        limpid.until(&path(station, parameter), LIMIT, there).await;
    }

    std::fs::write(drop.join("other.csv"), "this,is,another,table\n1,2,3,4\n").unwrap();
    let failed = report(&folder, "failed/other.csv").await;
    assert!(failed["reason"].as_str().unwrap().contains("unknown column"), "{failed}");

    // The same file again, after a restart: nothing is stored twice, and the file of before stays.
    let (status, _) = limpid.terminate();
    assert!(status.success());
    std::fs::write(drop.join("before.csv"), format!("{header}{rows}")).unwrap();
    let _limpid = folder.run();
    let again = report(&folder, "done/before-2.csv").await;
    assert_eq!((&again["stored"], &again["same"]), (&0.into(), &2.into()));
}
