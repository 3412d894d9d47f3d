//! Series: paging, editions, formats, revisions.

use limpid_model::{Period, Record};
use serde_json::{Value, json};

use crate::testing::{Answer, Service, at, county, hour, index, value_of};

#[tokio::test]
async fn pages_of_a_series_follow_each_other_without_gap_or_repetition() {
    let mut records: Vec<Record> = Vec::new();
    for station in ["S1", "S2"] {
        for parameter in ["o3", "pm10", "pm25"] {
            for n in 0..7 {
                let end = format!("2026-11-24T{n:02}:00:00Z");
                records.push(hour(station, parameter, &end, f64::from(n)).into());
            }
        }
    }
    let service = Service::with(records).await;
    let everything = "/api/v1/observations?from=2026-11-23&to=2026-11-25";
    let all = service.get(everything).await.json();
    assert_eq!((all["items"].as_array().unwrap().len(), &all["next"]), (42, &Value::Null));
    for limit in [1, 5, 41, 42, 43] {
        let mut found = Vec::new();
        let mut uri = format!("{everything}&limit={limit}");
        loop {
            let answer = service.get_with(&uri, &[("host", "data.example:8080")]).await;
            let page = answer.json();
            found.extend(page["items"].as_array().unwrap().clone());
            let Some(next) = page["next"].as_str() else { break };
            assert_eq!(answer.header("link"), format!("<{next}>; rel=\"next\""));
            uri = next.strip_prefix("http://data.example:8080").unwrap().to_owned();
        }
        assert_eq!(&json!(found), &all["items"], "limit {limit}");
    }
}

#[tokio::test]
async fn a_family_goes_through_its_editions_page_by_page() {
    let zone_change = "2026-02-28T16:00:00Z";
    let mut records: Vec<Record> = Vec::new();
    for n in -3..3i64 {
        let end = (crate::testing::at(zone_change) + chrono::Duration::hours(n)).to_rfc3339();
        for edition in ["hj633-2012", "hj633-2026"] {
            let mut assessment = index("S1", &end, Some(50), &[]);
            assessment.scheme = limpid_model::Scheme::parse(edition).unwrap();
            records.push(assessment.into());
        }
    }
    let service = Service::with(records).await;
    let mut uri = "/api/v1/assessments?scheme=hj633&from=2026-02-28&to=2026-03-02&limit=2".to_owned();
    let mut found = Vec::new();
    loop {
        let page = service.get(&uri).await.json();
        found.extend(page["items"].as_array().unwrap().iter().map(|item| {
            (item["start"].as_str().unwrap()[..13].to_owned(), item["scheme"].as_str().unwrap().to_owned())
        }));
        match page["next"].as_str() {
            Some(next) => uri = next.to_owned(),
            None => break,
        }
    }
    let wanted = [
        ("2026-02-28T20", "hj633-2012"),
        ("2026-02-28T21", "hj633-2012"),
        ("2026-02-28T22", "hj633-2012"),
        ("2026-02-28T23", "hj633-2012"),
        ("2026-03-01T00", "hj633-2026"),
        ("2026-03-01T01", "hj633-2026"),
    ];
    assert_eq!(found, wanted.map(|(start, scheme)| (start.to_owned(), scheme.to_owned())));
    let by_name = service.get("/api/v1/assessments?scheme=hj633-2012&from=2026-02-28&to=2026-03-02").await.json();
    assert_eq!(by_name["items"].as_array().unwrap().len(), 6, "an edition can be asked for at any time");
    let nowhere = service.get("/api/v1/assessments?area=nowhere&from=2026-02-28&to=2026-03-02").await.json();
    assert_eq!((&nowhere["field"], &nowhere["allowed"]), (&json!("area"), &json!(["江口", "清江"])));
}

#[tokio::test]
async fn a_page_is_the_same_in_json_csv_and_parquet() {
    use arrow_array::cast::AsArray;
    let service = Service::with(county()).await;
    let uri = "/api/v1/observations?station=S1&from=2026-11-25&to=2026-11-26";
    let items = service.get(uri).await.json()["items"].as_array().unwrap().clone();
    let csv = service.get(&format!("{uri}&format=csv")).await;
    assert!(csv.header("content-type").starts_with("text/csv"));
    let mut reader = csv::Reader::from_reader(&csv.body[..]);
    let header = reader.headers().unwrap().clone();
    assert_eq!(
        header.iter().take(10).collect::<Vec<_>>(),
        ["station", "parameter", "period", "start", "end", "value", "unit", "flag", "status", "revision"]
    );
    assert_eq!(header.iter().next_back(), Some("simulated"));
    let lines: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let parquet = service.get(&format!("{uri}&format=parquet")).await;
    let batches =
        parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(parquet.body))
            .unwrap()
            .build()
            .unwrap();
    let batches: Vec<_> = batches.map(Result::unwrap).collect();
    assert_eq!((items.len(), lines.len(), batches[0].num_rows()), (6, 6, 6));
    let values = batches[0].column_by_name("value").unwrap();
    let values = values.as_primitive::<arrow_array::types::Float64Type>();
    for (row, (item, line)) in items.iter().zip(&lines).enumerate() {
        assert_eq!(item["parameter"], line[1]);
        assert_eq!(item["start"], line[3]);
        assert_eq!(item["value"], line[5].parse::<f64>().unwrap());
        assert_eq!(item["value"], values.value(row));
    }
}

#[tokio::test]
async fn what_was_published_by_then_can_be_asked_for() {
    let service = Service::with(vec![hour("S1", "pm25", "2026-11-25T01:00:00Z", 60.0).into()]).await;
    let uri = "/api/v1/observations?station=S1&from=2026-11-25&to=2026-11-26";
    let before = service.get(uri).await.json()["items"][0]["published"].as_str().unwrap().to_owned();
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    service.journal.publish(vec![hour("S1", "pm25", "2026-11-25T01:00:00Z", 50.0).into()], None).await.unwrap();
    let now = service.get(uri).await.json()["items"][0].clone();
    assert_eq!((&now["value"], &now["revision"]), (&json!(50.0), &json!(2)));
    let then = service.get(&format!("{uri}&as_of={before}")).await.json()["items"][0].clone();
    assert_eq!((&then["value"], &then["revision"]), (&json!(60.0), &json!(1)));
}

#[tokio::test]
async fn daily_figures_are_told_apart_by_statistic() {
    let day = value_of("S1", "o3", Period::Day, "2026-11-24T16:00:00Z", 50.0);
    let mut max8h = day.clone();
    (max8h.statistic, max8h.value) = (limpid_model::Statistic::Max8h, Some(90.0));
    let service = Service::with(vec![day.into(), max8h.into()]).await;
    let uri = "/api/v1/observations?station=S1&parameter=o3&period=P1D";
    let value = |answer: Answer| answer.json()["items"][0]["value"].clone();
    assert_eq!(value(service.get(uri).await), 50.0);
    assert_eq!(value(service.get(&format!("{uri}&statistic=max8h")).await), 90.0);
}

#[tokio::test]
async fn publications_are_held_against_their_deadlines() {
    let service = Service::with(county()).await;
    let page = service.get("/api/v1/status").await.json();
    // 09:12; the hour to 09:00 of S1 is there. Water was last at 08:00, of days there is nothing yet.
    assert_eq!(
        page["publications"],
        json!([
            { "id": "air-hourly", "deadline": "2026-11-25T11:00:00+08:00", "last": "2026-11-25T09:00:00+08:00", "state": "met" },
            { "id": "air-daily", "deadline": "2026-11-25T12:00:00+08:00", "last": null, "state": "none" },
            { "id": "water-hourly", "deadline": "2026-11-25T10:00:00+08:00", "last": "2026-11-25T08:00:00+08:00", "state": "due" },
            { "id": "forecast", "deadline": "2026-11-25T20:00:00+08:00", "last": null, "state": "none" },
            { "id": "forecast-issue", "deadline": "2026-11-25T18:00:00+08:00", "last": null, "state": "none" },
        ])
    );
    service.set_now(at("2026-11-25T02:00:00Z"));
    let late = service.get("/api/v1/status").await.json();
    assert_eq!((&late["publications"][2]["state"], &late["publications"][0]["state"]), (&json!("late"), &json!("due")));
    let status = service.get("/status?lang=en").await;
    assert!(status.text().contains("Publications and their deadlines") && status.text().contains(">late<"));
}
