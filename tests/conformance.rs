//! What an operator is told of a logger, by the command line and by the API: how its frames depart from the standard, and
//! what it told of itself.

use std::time::Duration;

use serde_json::Value;

use crate::support::{Folder, Station, frame};

fn data(cn: &str, qn: u32, area: &str) -> String {
    format!("QN=2026112509300000{qn};ST=22;CN={cn};PW=123456;MN=MN-S1;Flag=5;CP=&&{area}&&")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logger_that_departs_from_the_standard_is_told_how() {
    let (folder, all) = Folder::two_stations();
    let other = folder.token("S2");
    let limpid = folder.run();
    let mut station = Station::connect(limpid.hj212).unwrap();
    // No data flag, twice; a lower-case check; states, a log and running hours, which are no readings.
    let time = "DataTime=20240101080000";
    let lower = |data: &str| {
        let mut bytes = frame(data);
        let check = bytes.len() - 6..bytes.len() - 2;
        bytes[check].make_ascii_lowercase();
        bytes
    };
    let mut answered = 0;
    for bytes in [
        frame(&data("2061", 1, &format!("{time};a34004-Avg=12"))),
        lower(&data("2061", 2, &format!("{time};a34002-Avg=20"))),
        frame(&data("2021", 3, &format!("{time};SB1-RS=1"))),
        frame(&data("2021", 4, "DataTime=20240101081000;SB1-RS=4")),
        frame(&data("3020", 5, &format!("{time};PolId=a34004;i11001-Info=//清洗管路//"))),
        frame(&data("2041", 6, "DataTime=20240101000000;SB1-RT=23.5")),
    ] {
        station.send(&bytes).unwrap();
        answered += usize::from(station.answer().unwrap().contains("CN=9014"));
    }
    assert_eq!(answered, 6, "events are acknowledged like data");

    // Beside the program that runs.
    let output = folder.command("conformance").args(["--station", "S1", "--json"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let by_api = |secret: String, station: &'static str| {
        let url = limpid.url(&format!("/api/v1/stations/{station}/conformance"));
        async move { reqwest::Client::new().get(url).bearer_auth(secret).send().await.unwrap() }
    };
    let same: Value = by_api(all.clone(), "S1").await.json().await.unwrap();
    assert_eq!(report, same);
    assert_eq!(by_api(other, "S1").await.status(), 403);

    let deviations = report["deviations"].as_array().unwrap();
    let of =
        |name: &str| deviations.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("{name}: {report}"));
    assert_eq!(of("no_data_flag")["count"], 2);
    if let Some(check) = deviations.iter().find(|one| one["name"] == "crc_case") {
        let example = check["example"]["frame"].as_str().unwrap();
        assert!(example.contains("PW=***;MN=MN-S1") && !example.contains("123456"), "{example}");
    }
    let events: Vec<String> = report["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| {
            let text = |name: &str| event[name].as_str().unwrap_or("-").to_owned();
            format!("{} {} {} {} {}", text("at"), text("kind"), text("subject"), text("text"), text("meaning"))
        })
        .collect();
    assert_eq!(
        events,
        [
            "2024-01-01T08:10:00+08:00 facility_state SB1 4 in alarm",
            "2024-01-01T08:00:00+08:00 facility_state SB1 1 running",
            "2024-01-01T08:00:00+08:00 log i11001 清洗管路 -",
            "2024-01-01T00:00:00+08:00 running_time SB1 23.5 -",
        ]
    );
    // Two readings, and nothing rejected.
    limpid
        .until("/metrics", Duration::from_secs(20), |text| {
            text.lines().any(|line| {
                line.starts_with("limpid_readings_total{") && line.contains("stored") && line.ends_with(" 2")
            })
        })
        .await;
    let rejected = |line: &&str| line.starts_with("limpid_readings_total{") && line.contains("rejected");
    assert!(limpid.text("/metrics").await.lines().filter(rejected).all(|line| line.ends_with(" 0")));

    let words = folder.command("conformance").args(["--station", "S1"]).output().unwrap();
    let words = String::from_utf8(words.stdout).unwrap();
    assert!(words.contains("no_data_flag  2 times") && words.contains("facility_state SB1 4 (in alarm)"), "{words}");
    let unknown = folder.command("conformance").args(["--station", "S9"]).output().unwrap();
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("S9"));
}
