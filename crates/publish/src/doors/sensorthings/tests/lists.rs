//! Beside the standard's own words.

use serde_json::json;

use super::{all, ask, ids, refused, service};
use crate::testing::{Service, hour};

#[tokio::test]
async fn an_hour_is_found_under_the_id_that_it_was_sent_with() {
    let service = service().await;
    for id in ["S1.pm25", "S1.pm25.PT1H"] {
        let stream = ask(&service, &format!("/Datastreams('{id}')"), &[]).await;
        assert_eq!(stream["@iot.id"], "S1.pm25.PT1H");
        assert_eq!(stream["phenomenonTime"], "2026-11-24T00:00:00+08:00/2026-11-25T06:00:00+08:00");
        assert_eq!(stream["unitOfMeasurement"]["symbol"], "ug/m3");
    }
    let sent = ask(&service, "/Observations('S1.pm25.PT1H@2026-11-24T00:00:00Z')", &[]).await;
    assert_eq!((&sent["result"], &sent["resultQuality"]), (&json!(28.0), &json!(1)));
    assert_eq!(sent["phenomenonTime"], "2026-11-24T08:00:00+08:00/2026-11-24T09:00:00+08:00");
    let (status, _) = refused(&service, "/Datastreams('S1.pm25.P1D')", &[]).await;
    assert_eq!(status, 404, "no day was published");
}

#[tokio::test]
async fn a_correction_is_the_same_observation_with_another_result() {
    let service = service().await;
    let corrected = hour("S1", "pm25", "2026-11-24T01:00:00Z", 5.5);
    service.journal.publish(vec![corrected.into()], None).await.unwrap();
    let one = ask(&service, "/Observations('S1.pm25.PT1H@2026-11-24T00:00:00Z')", &[]).await;
    assert_eq!((&one["result"], &one["parameters"]["revision"]), (&json!(5.5), &json!(2)));
    assert_eq!(all(&service, "/Datastreams('S1.pm25')/Observations", &[]).await.len(), 30);
}

#[tokio::test]
async fn a_station_without_data_is_a_thing_without_datastreams() {
    let service = Service::with(Vec::new()).await;
    assert_eq!(ids(&ask(&service, "/Things", &[]).await), ["S1", "S2", "S3", "W1", "S9"]);
    assert_eq!(ask(&service, "/Things('S1')/Datastreams", &[]).await, json!({ "value": [] }));
    assert_eq!(ask(&service, "/Observations", &[("$count", "true")]).await, json!({ "@iot.count": 0, "value": [] }));
    let came = ask(&service, "/Things('S1')/HistoricalLocations", &[("$expand", "Locations")]).await;
    assert_eq!(came["value"][0]["time"], "2020-01-01T00:00:00+08:00");
    assert_eq!(came["value"][0]["Locations"][0]["@iot.id"], "S1@28.5,104.9");
    assert_eq!(ask(&service, "/Things('S2')/HistoricalLocations", &[]).await, json!({ "value": [] }));
}

#[tokio::test]
async fn what_is_asked_for_again_is_not_sent_again() {
    let service = service().await;
    for path in ["/sta/v1.1", "/sta/v1.1/", "/sta/v1.1/Things", "/sta/v1.1/Things('S1')/name/$value"] {
        let answer = service.get(path).await;
        let again = service.get_with(path, &[("if-none-match", answer.header("etag"))]).await;
        assert_eq!((answer.status.as_u16(), again.status.as_u16()), (200, 304), "{path}");
    }
    let absolute = service.get_with("/sta/v1.1/Things", &[("host", "air.example")]).await.json();
    assert_eq!(absolute["value"][0]["@iot.selfLink"], "http://air.example/sta/v1.1/Things('S1')");
}

#[tokio::test]
async fn an_answer_that_would_hold_too_much_is_refused_and_not_built() {
    let service = service().await;
    let deep = "Datastreams/Thing/Datastreams/Thing/Datastreams/Thing/Datastreams";
    let (status, problem) = refused(&service, "/Things", &[("$expand", deep)]).await;
    assert_eq!((status, &problem["field"]), (400, &json!("$expand")));
    let many = vec!["Datastreams/Sensor"; 16].join(",");
    assert_eq!(refused(&service, "/Things", &[("$expand", &many)]).await.0, 400);
}
