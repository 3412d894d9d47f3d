//! What an upload that can be understood is answered.

use std::collections::HashSet;

use limpid_model::Reason;

use super::*;
use crate::gateways::http::router;
use crate::testing::{TWO, intake, kept, pipeline};

#[tokio::test]
async fn the_example_of_the_contract_is_answered_as_it_says() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake.clone());
    let got = post(&router, "one", one("S1", "23.4")).await;
    assert_eq!(got.counts(), [1, 0, 0, 0, 0]);
    let id = got.body["receipt"].as_str().unwrap();
    assert_eq!(id.len(), 26);
    assert_eq!(got.header("location"), format!("/api/v1/receipts/{id}"));
    assert_eq!(got.header("content-type"), "application/json");
    let rest = r#""received":"2026-11-25T01:30:00.000Z","verdicts":[{"index":0,"verdict":"stored"}],"counts":{"stored":1,"same":0,"corrected":0,"quarantined":0,"rejected":0}}"#;
    assert_eq!(got.body.to_string(), format!(r#"{{"receipt":"{id}",{rest}"#));
    assert_eq!(kept(&intake, "S1").await, ["pm25 PT1H 2026-11-25T00:00:00Z 23.4"]);

    let read = get(&router, "one", got.header("location")).await;
    assert_eq!((read.status, &read.body), (StatusCode::OK, &got.body));
}

#[tokio::test]
async fn a_partly_good_batch_has_a_verdict_for_each_reading() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake.clone());
    post(&router, "one", one("S1", "1")).await;
    let reading = |start: &str, period: &str, value: &str| {
        format!(r#"{{"parameter":"PM2.5","start":"{start}","period":"{period}","value":{value}}}"#)
    };
    let readings = [
        reading("2026-11-25T01:00:00Z", "PT1H", "5"),
        reading("2026-11-25T01:40:00Z", "PT1M", "5"),
        reading("2026-11-25T01:41:00Z", "PT1M", "5"),
        reading("1989-12-31T23:00:00+08:00", "PT1H", "5"),
        reading("2026-11-25T00:30:00Z", "PT1H", "5"),
        reading("2026-11-25T01:00:00Z", "PT1H", "6"),
        reading("2026-11-25T00:00:00Z", "PT1H", "2"),
        reading("2026-11-25T01:01:00Z", "PT1M", "null"),
        reading("2026-11-25T01:02:00Z", "PT1M", "-999"),
        reading("2026-11-25T01:03:00Z", "PT1M", "-3"),
    ];
    let body = format!(r#"{{"readings":[{}],"station":"S1"}}"#, readings.join(","));
    let got = post(&router, "one", body).await;
    assert_eq!(got.counts(), [5, 0, 1, 2, 2]);
    let told: Vec<(&str, &str)> = got.body["verdicts"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
        .map(|(at, verdict)| {
            assert_eq!(verdict["index"], at);
            let (word, reason) = (verdict["verdict"].as_str().unwrap(), verdict["reason"].as_str().unwrap_or(""));
            assert_eq!(verdict["detail"].is_string(), !reason.is_empty(), "{verdict}");
            (word, reason)
        })
        .collect();
    assert_eq!(
        told,
        [
            ("stored", ""),
            // Ten minutes ahead of the clock is drift, eleven are not.
            ("stored", ""),
            ("quarantined", "in_future"),
            ("quarantined", "before_horizon"),
            ("rejected", "not_aligned"),
            ("rejected", "conflict"),
            ("corrected", "value_changed"),
            ("stored", ""),
            ("stored", ""),
            ("stored", ""),
        ]
    );
    let kept = kept(&intake, "S1").await;
    assert!(kept.contains(&"pm25 PT1M 2026-11-25T01:01:00Z null".to_owned()), "{kept:?}");
    assert!(kept.contains(&"pm25 PT1M 2026-11-25T01:02:00Z null".to_owned()), "{kept:?}");
    assert!(kept.contains(&"pm25 PT1M 2026-11-25T01:03:00Z -3".to_owned()), "{kept:?}");
}

#[tokio::test]
async fn a_flag_is_a_mark_or_a_number_of_qartod() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake.clone());
    let flags = [r#""D""#, "null", r#""1""#, "2", "3", r#""4""#, "9"];
    let reading = |(minute, flag): (usize, &&str)| {
        let start = format!("2026-11-25T01:{minute:02}:00Z");
        format!(r#"{{"parameter":"pm25","start":"{start}","period":"PT1M","value":5,"flag":{flag}}}"#)
    };
    let readings: Vec<String> = flags.iter().enumerate().map(reading).collect();
    let got = post(&router, "one", format!(r#"{{"station":"S1","readings":[{}]}}"#, readings.join(","))).await;
    assert_eq!(got.counts(), [7, 0, 0, 0, 0]);
    let (from, to) = ("2026-11-25T01:00:00Z".parse().unwrap(), "2026-11-25T02:00:00Z".parse().unwrap());
    let station = limpid_model::StationId::parse("S1").unwrap();
    let stored = intake.journal().window(&station, from, to, None).await.unwrap();
    let marks: Vec<_> = stored.iter().map(|a| a.reading.mark.map_or(String::new(), |m| m.as_str().into())).collect();
    assert_eq!(marks, ["D", "", "", "", "Q3", "Q4", ""]);
    let values: Vec<_> = stored.iter().map(|accepted| accepted.reading.value).collect();
    assert_eq!(values, [Some(5.0), Some(5.0), Some(5.0), Some(5.0), Some(5.0), Some(5.0), None]);
}

#[tokio::test]
async fn a_limit_of_detection_is_kept_in_the_canonical_unit_with_its_mark() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake.clone());
    let reading = |minute: usize, value: &str, flag: &str| {
        let start = format!("2026-11-25T01:{minute:02}:00Z");
        format!(r#"{{"parameter":"co","start":"{start}","period":"PT1M","value":{value},"unit":"ug/m3"{flag}}}"#)
    };
    let readings = [
        reading(0, r#""<200""#, ""),
        reading(1, r#""< 200""#, r#","flag":"N""#),
        reading(2, r#""200L""#, ""),
        reading(3, "200", r#","flag":"<""#),
        reading(4, "200", ""),
    ];
    let got = post(&router, "one", format!(r#"{{"station":"S1","readings":[{}]}}"#, readings.join(","))).await;
    assert_eq!(got.counts(), [5, 0, 0, 0, 0]);
    let csv = "parameter,start,period,value,unit,station\nco,2026-11-25T01:05:00Z,PT1M,<200,ug/m3,S1\n";
    let answer = send(&router, upload("one", &[("content-type", "text/csv")], csv.to_owned())).await;
    assert_eq!(answer.counts(), [1, 0, 0, 0, 0]);
    let (from, to) = ("2026-11-25T01:00:00Z".parse().unwrap(), "2026-11-25T02:00:00Z".parse().unwrap());
    let station = limpid_model::StationId::parse("S1").unwrap();
    let stored = intake.journal().window(&station, from, to, None).await.unwrap();
    let kept: Vec<_> = stored
        .iter()
        .map(|one| (one.reading.value, one.reading.mark.map_or(String::new(), |mark| mark.as_str().into())))
        .collect();
    let expected = ["<", "<N", "<", "<", "", "<"].map(|mark: &str| (Some(0.2), mark.to_owned()));
    assert_eq!(kept, expected);
}

#[tokio::test]
async fn units_come_from_the_message_or_the_station() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake.clone());
    let body = |unit: &str| {
        format!(
            r#"{{"station":"S2","readings":[{{"parameter":"no2","start":"2026-11-25T0{unit},"period":"PT1H","value":10}}]}}"#
        )
    };
    // S2 sends ppb; 1 ppb NO2 = 1.88 ug/m3 at 25 degC and 1 atm (US EPA).
    post(&router, "two", body("0:00:00Z\"")).await.counts();
    post(&router, "two", body("1:00:00Z\",\"unit\":\"ug/m3\"")).await.counts();
    let kept = kept(&intake, "S2").await;
    let value = |line: &str| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap();
    assert!((value(&kept[0]) - 18.8).abs() < 0.05, "{kept:?}");
    assert_eq!(value(&kept[1]), 10.0);
}

const CSV: &str = "period,station,parameter,start,value\r\n\
                   PT1H,S1,pm25,2026-11-25T08:00:00+08:00,23.4\r\n\
                   PT1H,S2,pm25,2026-11-25T08:00:00+08:00,-\r\n\
                   \r\n\
                   PT1H,S9,pm25,2026-11-25T08:00:00+08:00,1\r\n";

#[tokio::test]
async fn csv_may_carry_several_stations_and_an_unknown_one_is_kept_aside() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake.clone());
    let csv = [("content-type", "text/csv; charset=utf-8")];
    let got = send(&router, upload("all", &csv, format!("\u{feff}{CSV}"))).await;
    assert_eq!(got.counts(), [2, 0, 0, 1, 0]);
    assert_eq!(got.body["verdicts"][2]["reason"], Reason::UnknownStation.as_str());
    assert_eq!(kept(&intake, "S1").await, ["pm25 PT1H 2026-11-25T00:00:00Z 23.4"]);
    assert_eq!(kept(&intake, "S2").await, ["pm25 PT1H 2026-11-25T00:00:00Z null"]);
    let id = got.body["receipt"].as_str().unwrap().parse().unwrap();
    let stored = intake.journal().submission(id).await.unwrap().unwrap();
    assert_eq!(stored.body, format!("\u{feff}{CSV}").into_bytes(), "kept byte for byte");
    assert!(stored.sender.starts_with("token:") && !stored.sender.contains("all"), "{}", stored.sender);

    let got = post(&router, "all", one("nowhere", "1")).await;
    assert_eq!(got.counts(), [0, 0, 0, 1, 0]);
}

#[tokio::test]
async fn packed_bodies_are_the_same_as_plain_ones() {
    use std::io::Write;
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake.clone());
    let plain = one("S1", "23.4");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(plain.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let zstd = zstd::encode_all(plain.as_bytes(), 3).unwrap();
    assert_eq!(send(&router, upload("one", &[("content-encoding", "gzip")], gzip)).await.counts(), [1, 0, 0, 0, 0]);
    let got = send(&router, upload("one", &[("content-encoding", "zstd")], zstd)).await;
    assert_eq!(got.counts(), [0, 1, 0, 0, 0]);
    let id = got.body["receipt"].as_str().unwrap().parse().unwrap();
    assert_eq!(intake.journal().submission(id).await.unwrap().unwrap().body, plain.into_bytes());
}

#[tokio::test]
async fn a_key_makes_a_repetition_harmless() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake.clone());
    let key = [("idempotency-key", "k-1")];
    let first = send(&router, upload("one", &key, one("S1", "1"))).await;
    assert_eq!(first.counts(), [1, 0, 0, 0, 0]);
    let again = send(&router, upload("one", &key, one("S1", "1"))).await;
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    let other = send(&router, upload("one", &key, one("S1", "2"))).await;
    assert_eq!(other.problem(409), "Idempotency-Key");
    // The same key of another token is another key.
    let got = send(&router, upload("all", &key, one("S1", "2"))).await;
    assert_eq!(got.counts(), [0, 0, 1, 0, 0]);
    assert_eq!(kept(&intake, "S1").await, ["pm25 PT1H 2026-11-25T00:00:00Z 2"]);
}

#[tokio::test]
async fn the_same_key_many_times_at_once_is_one_upload() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake.clone());
    let key = [("idempotency-key", "at-once")];
    let sent = (0..32).map(|_| send(&router, upload("one", &key, one("S1", "1"))));
    let answers = futures::future::join_all(sent).await;
    let receipts: HashSet<String> =
        answers.iter().map(|got| got.body["receipt"].as_str().unwrap().to_owned()).collect();
    assert_eq!(receipts.len(), 1);
    assert!(answers.iter().all(|got| got.counts() == [1, 0, 0, 0, 0]));
    assert_eq!(intake.journal().counts().await.unwrap().total(), 1);

    // And with two bodies: one wins, the others hear so.
    let key = [("idempotency-key", "two-bodies")];
    let sent = (0..32).map(|at| send(&router, upload("one", &key, one("S1", if at % 2 == 0 { "7" } else { "8" }))));
    let answers = futures::future::join_all(sent).await;
    let taken = answers.iter().filter(|got| got.status == 201).count();
    assert_eq!((taken, answers.iter().filter(|got| got.status == 409).count()), (16, 16));
}

#[tokio::test]
async fn a_receipt_is_shown_to_its_uploader_and_to_who_may_see_all() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake.clone());
    let place = post(&router, "one", one("S1", "1")).await.header("location").to_owned();
    assert_eq!(get(&router, "one", &place).await.status, StatusCode::OK);
    assert_eq!(get(&router, "all", &place).await.status, StatusCode::OK);
    get(&router, "two", &place).await.problem(404);
    get(&router, "wrong", &place).await.problem(401);
    get(&router, "one", "/api/v1/receipts/01ARZ3NDEKTSV4RRFFQ69G5FAV").await.problem(404);
    get(&router, "one", "/api/v1/receipts/%00%ff").await.problem(404);
}

#[tokio::test]
async fn an_upload_without_readings_is_taken() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake);
    let got = post(&router, "one", r#"{"station":"S1","readings":[]}"#).await;
    assert_eq!(got.counts(), [0; 5]);
    post(&router, "one", r#"{"station":"S2","readings":[]}"#).await.problem(403);
}
