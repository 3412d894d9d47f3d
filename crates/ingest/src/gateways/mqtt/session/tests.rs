use limpid_model::Entry;
use limpid_model::pipeline::{Files, Pipeline};

use super::*;
use crate::testing::{TWO, intake, pipeline};

/// What the entries of a message become: readings as `station parameter period start value mark`, the rest as its
/// verdict and reason.
async fn entries(topic: &str, payload: &str) -> Vec<String> {
    upload(topic, payload).entries.iter().map(words).collect()
}

fn upload(topic: &str, payload: &str) -> Upload {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let filter = TopicFilter::parse("limpid/+/readings").unwrap();
    Session::new(intake, filter).take(topic.as_bytes(), payload.as_bytes().to_vec())
}

fn words(entry: &Entry) -> String {
    match entry {
        Entry::Refused(refusal) => format!("{} {}", refusal.kind.as_str(), refusal.reason.as_str()),
        Entry::Reading(reading) => {
            let value = reading.value.map_or_else(|| "missing".to_owned(), |value| value.to_string());
            let start = reading.start.format("%m-%dT%H:%M:%S");
            let mark = reading.mark.map_or_else(String::new, |mark| format!(" {}", mark.as_str()));
            format!("{} {} {} {start} {value}{mark}", reading.station, reading.parameter, reading.period)
        }
    }
}

const S1: &str = "limpid/S1/readings";

#[tokio::test]
async fn a_batch_is_read_reading_by_reading() {
    let payload = r#"{"station":"S1","readings":[
        {"parameter":"pm25","start":"2026-11-25T08:00:00+08:00","period":"PT1H","value":23.4,"unit":"ug/m3","flag":"N"},
        {"parameter":"unobtainium","start":"2026-11-25T08:00:00+08:00","period":"PT1H","value":1},
        {"parameter":"co","start":"2026-11-25T08:00:00+08:00","period":"PT1H","value":700,"unit":"ug/m3"},
        {"parameter":"co","start":"yesterday","period":"PT1H","value":1},
        {"parameter":"co","start":"2026-11-25T08:00:00+08:00","period":"PT1H","value":1,"unit":"dB"},
        {"parameter":"so2","start":"2026-11-25T08:00:00+08:00","period":"PT1H","value":"4"},
        {"parameter":"so2","start":"2026-11-25T08:00:00+08:00","period":"PT1H"},
        {"parameter":"so2","start":"2026-11-25T08:00:00+08:00","period":"PT1H","value":4,"vlaue":4},
        7,
        {"parameter":"no2","start":"2026-11-25T08:00:00+08:00","period":"PT1H","value":null},
        {"parameter":"o3","start":"2026-11-25T10:00:00+08:00","period":"PT1H","value":1}
    ]}"#;
    let expected = [
        "S1 pm25 PT1H 11-25T00:00:00 23.4 N",
        "rejected unknown_parameter",
        "S1 co PT1H 11-25T00:00:00 0.7",
        "rejected bad_time",
        "rejected unit_not_convertible",
        "rejected damaged",
        "rejected damaged",
        "rejected damaged",
        "rejected damaged",
        "S1 no2 PT1H 11-25T00:00:00 missing",
        "quarantined in_future",
    ];
    assert_eq!(entries(S1, payload).await, expected);
}

#[tokio::test]
async fn a_fault_says_where_it_is() {
    let payload = r#"{"readings":[{"parameter":"pm25","start":"2026-11-25T00:00:00Z","period":"PT1H","value":1},
        {"parameter":"pm2.6","start":"2026-11-25T00:00:00Z","period":"PT1H","value":1}]}"#;
    let Entry::Refused(refusal) = &upload(S1, payload).entries[1] else { panic!("taken") };
    assert!(refusal.detail.starts_with("readings[1].parameter: "), "{}", refusal.detail);
    assert!(refusal.detail.contains("did you mean"), "{}", refusal.detail);
    let long = format!(r#"{{"station":"S1","readings":"{}"}}"#, "x".repeat(10_000));
    let Entry::Refused(refusal) = &upload(S1, &long).entries[0] else { panic!("taken") };
    assert!(refusal.detail.len() < 400, "{}", refusal.detail.len());
}

#[tokio::test]
async fn topic_and_payload_must_agree_on_the_station() {
    let reading = |station: &str| {
        format!(
            r#"{{{station}"readings":[{{"parameter":"pm25","start":"2026-11-25T00:00:00Z","period":"PT1H","value":1}}]}}"#
        )
    };
    let senml = |name: &str| format!(r#"[{{"bn":"{name}","bt":1795564800,"v":1}}]"#);
    for (topic, payload, expected) in [
        (S1, reading(r#""station":"S1","#), "S1 pm25 PT1H 11-25T00:00:00 1"),
        (S1, reading(""), "S1 pm25 PT1H 11-25T00:00:00 1"),
        (S1, reading(r#""station":"S2","#), "quarantined wrong_topic"),
        (S1, reading(r#""station":"","#), "quarantined wrong_topic"),
        ("limpid/S9/readings", reading(""), "quarantined unknown_station"),
        ("limpid/S9/readings", reading(r#""station":"S9","#), "quarantined unknown_station"),
        ("limpid/S9/readings", reading(r#""station":"S1","#), "quarantined wrong_topic"),
        ("limpid//readings", reading(""), "quarantined unknown_station"),
        ("elsewhere", reading(""), "quarantined unknown_station"),
        (S1, senml("pm25"), "S1 pm25 PT0S 11-25T00:00:00 1"),
        (S1, senml("S1/pm25"), "S1 pm25 PT0S 11-25T00:00:00 1"),
        (S1, senml("S2/pm25"), "quarantined wrong_topic"),
        (S1, senml("urn:dev:ow:1/pm25"), "quarantined wrong_topic"),
    ] {
        assert_eq!(entries(topic, &payload).await, [expected], "{topic} {payload}");
    }
}

#[tokio::test]
async fn an_hour_is_labelled_as_the_registry_says() {
    // 1795564800 is 2026-11-25T00:00:00Z; hours of S2 end at their label, and a moment is not shifted.
    let payload = r#"[{"bt":1795564800,"n":"PT1H/pm25","v":1},{"n":"PT1H/pm10","t":60,"v":1},{"n":"so2","v":1}]"#;
    let expected = ["S1 pm25 PT1H 11-25T00:00:00 1", "rejected not_aligned", "S1 so2 PT0S 11-25T00:00:00 1"];
    assert_eq!(entries(S1, payload).await, expected);
    let expected = ["S2 pm25 PT1H 11-24T23:00:00 1", "rejected not_aligned", "S2 so2 PT0S 11-25T00:00:00 1"];
    assert_eq!(entries("limpid/S2/readings", payload).await, expected);
}

#[tokio::test]
async fn whatever_comes_is_kept_whole() {
    for (payload, media_type, expected) in [
        ("hello", "application/octet-stream", "rejected damaged"),
        ("  \n{\"readings\":[]}", "application/json", "rejected not_a_reading"),
        ("[]", "application/senml+json", "rejected not_a_reading"),
        ("[{\"bn\":\"S1/\"}]", "application/senml+json", "rejected not_a_reading"),
        ("{\"station\":7,\"readings\":[]}", "application/json", "rejected damaged"),
        ("{\"readings\":[]}{", "application/json", "rejected damaged"),
    ] {
        let upload = upload(S1, payload);
        assert_eq!(upload.body, payload.as_bytes());
        assert_eq!(upload.media_type, media_type, "{payload}");
        assert_eq!(upload.station.as_ref().map(limpid_model::StationId::as_str), Some("S1"));
        assert_eq!(upload.entries.iter().map(words).collect::<Vec<_>>(), [expected], "{payload}");
    }
}

#[tokio::test]
async fn a_topic_is_a_sender_of_printable_text_and_bounded() {
    let topic = format!("limpid/S1\u{7}\n{}/readings", "x".repeat(1000));
    let sender = upload(&topic, "x").sender;
    assert!(sender.starts_with("limpid/S1xx") && sender.chars().count() == 200, "{sender}");
}

#[test]
fn units_that_the_message_does_not_name_are_the_registrys() {
    let stations = "id,kind,name_zh,name_en,lat,lon,units\nS1,air,一,One,28,104,no2=ppb\n".to_owned();
    let text = "[publisher]\nid = \"t\"\nname = \"T\"\nzone = \"UTC\"\n".to_owned();
    let pipeline = Pipeline::parse(&Files { pipeline: text, stations }).unwrap();
    let (_folder, intake) = intake(std::sync::Arc::new(pipeline));
    let session = Session::new(intake, TopicFilter::parse("+").unwrap());
    let value = |unit: &str| {
        let payload = format!(r#"[{{"bt":1795564800,{unit}"n":"no2","v":10}}]"#);
        match session.take(b"S1", payload.into_bytes()).entries.remove(0) {
            Entry::Reading(reading) => reading.value.unwrap(),
            Entry::Refused(refusal) => panic!("{refusal:?}"),
        }
    };
    // US EPA and EEA give 1 ppb NO2 = 1.88 ug/m3.
    assert!((value("") - 18.8).abs() < 0.05, "{}", value(""));
    assert_eq!(value("\"u\":\"ug/m3\","), 10.0);
}

#[tokio::test]
async fn the_examples_of_the_document_are_taken() {
    let document = include_str!("../../../../../../docs/mqtt.md");
    let blocks = |language: &str| -> Vec<&str> {
        let open = format!("```{language}\n");
        document.split(&open).skip(1).map(|rest| rest.split("```").next().unwrap().trim()).collect()
    };
    let stations = "id,kind,name_zh,name_en,lat,lon\n".to_owned();
    let publisher = "[publisher]\nid = \"t\"\nname = \"T\"\nzone = \"UTC\"\n";
    for block in blocks("toml") {
        let files = Files { pipeline: format!("{publisher}{block}"), stations: stations.clone() };
        assert!(Pipeline::parse(&files).unwrap().ingest.mqtt.enabled);
    }
    let hour = "S1 pm25 PT1H 11-25T00:00:00 23.4";
    let (json, senml) = (format!("{hour} N"), "S1 temperature PT1H 11-25T00:00:00 9.5");
    let expected = [vec![json], vec![hour.to_owned(), senml.to_owned()]];
    for (block, expected) in blocks("json").into_iter().zip(&expected) {
        assert_eq!(&entries(S1, block).await, expected, "{block}");
    }
    assert_eq!(blocks("json").len(), expected.len());
}
