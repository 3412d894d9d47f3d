use serde_json::{Value, json};
use wiremock::matchers::{header, path, query_param};
use wiremock::{Mock, ResponseTemplate};

use crate::sources::tests::{Bench, read};

const STATIONS: &str = "S1,air,一,One,28.5,104.9,,end\n";
const LINES: &str = "key_file = \"/dev/null\"\nstations = { \"2178\" = \"S1\" }";

fn hour(from: &str, to: &str, value: Value, name: &str, units: &str) -> Value {
    json!({
        "value": value,
        "flagInfo": { "hasFlags": false },
        "parameter": { "id": 2, "name": name, "units": units, "displayName": null },
        "period": {
            "label": "1hour", "interval": "01:00:00",
            "datetimeFrom": { "utc": from, "local": "2026-11-24T17:00:00-07:00" },
            "datetimeTo": { "utc": to, "local": "2026-11-24T18:00:00-07:00" },
        },
        "coordinates": null,
        "coverage": { "expectedCount": 1, "observedCount": 1, "percentComplete": 100.0 },
    })
}

fn page(results: &[Value]) -> Value {
    json!({ "meta": { "name": "openaq-api", "website": "/", "page": 1, "limit": 1000, "found": ">1000" }, "results": results })
}

fn rows(results: &[Value]) -> Vec<String> {
    read("openaq", STATIONS, LINES, "2178/sensors/5/hours/1", page(results).to_string().as_bytes()).unwrap()
}

#[test]
fn hours_have_both_ends_a_unit_of_their_own_and_may_be_null_or_flagged() {
    let (one, two) = ("2026-11-25T00:00:00Z", "2026-11-25T01:00:00Z");
    let mut flagged = hour(one, two, json!(7), "pm10", "µg/m³");
    flagged["flagInfo"]["hasFlags"] = json!(true);
    let mut moment = hour(one, two, json!(8), "pm10", "µg/m³");
    moment["period"] = Value::Null;
    assert_eq!(
        rows(&[
            hour(one, two, json!(12.5), "pm25", "µg/m³"),
            hour(one, two, Value::Null, "pm1", "µg/m³"),
            hour(one, two, json!(-999.0), "no", "µg/m³"),
            flagged,
            hour(one, "2026-11-25T02:00:00Z", json!(5), "pm25", "µg/m³"),
            moment,
            hour(one, two, json!(3), "pm25", "particles/cm³"),
            hour(one, two, json!(3), "um003", "particles/cm³"),
        ]),
        [
            "S1 pm25 PT1H 2026-11-25T00:00Z 12.5",
            "S1 pm1 PT1H 2026-11-25T00:00Z null",
            "S1 no PT1H 2026-11-25T00:00Z null",
            "S1 pm10 PT1H 2026-11-25T00:00Z 7 Q3",
            "rejected not_aligned: a result of sensor 5 is not of one hour",
            "rejected not_aligned: a result of sensor 5 is not of one hour",
            "rejected unit_not_convertible: \"particles/cm³\" cannot be carried into ug/m3 for pm25",
        ]
    );
    // 0.03 ppm of ozone are 58.87 µg/m³ at 25 °C: 0.03 * 48.00 / 24.4654 * 1000, worked out by hand.
    let ppm = rows(&[hour(one, two, json!(0.03), "o3", "ppm")]);
    let value: f64 = ppm[0].rsplit(' ').next().unwrap().parse().unwrap();
    assert!((value - 58.86).abs() < 0.01, "{ppm:?}");
}

#[test]
fn an_answer_of_another_shape_is_a_fault() {
    for body in
        ["", "null", "{\"detail\":\"Not authenticated\"}", "{\"results\":[{\"value\":1}]}", "[1]", "{\"results\":["]
    {
        assert!(read("openaq", STATIONS, LINES, "2178/sensors/5/hours/1", body.as_bytes()).is_err(), "{body}");
    }
}

#[tokio::test]
async fn a_location_leads_to_its_sensors_and_full_pages_to_the_next() {
    let bench =
        Bench::new(STATIONS, "openaq", "key_env = \"PATH\"\nstations = { \"2178\" = \"S1\" }\nparameters = [\"pm25\"]")
            .await;
    let sensor = |id: u32, name: &str| json!({ "id": id, "name": name, "parameter": { "id": 1, "name": name, "units": "µg/m³" } });
    let location =
        json!({ "results": [{ "id": 2178, "sensors": [sensor(5, "pm25"), sensor(6, "o3"), sensor(7, "um003")] }] });
    let key = std::env::var("PATH").unwrap();
    let location = Mock::given(path("/v3/locations/2178"))
        .and(header("x-api-key", key.as_str()))
        .respond_with(ResponseTemplate::new(200).set_body_json(location));
    location.expect(1).mount(&bench.server).await;
    let start = |hour: i64| {
        let start = bench.intake.now() - chrono::TimeDelta::hours(1100 - hour) - chrono::TimeDelta::minutes(30);
        (start.to_rfc3339(), (start + chrono::TimeDelta::hours(1)).to_rfc3339())
    };
    let result = |number: i64| hour(&start(number).0, &start(number).1, json!(number), "pm25", "µg/m³");
    let full: Vec<Value> = (0..1000).map(result).collect();
    for (number, results) in [("1", &full[..]), ("2", &[result(1000)][..])] {
        let hours = Mock::given(path("/v3/sensors/5/hours"))
            .and(query_param("page", number))
            .and(query_param("limit", "1000"))
            .and(query_param("datetime_from", "2026-11-22T01:00:00Z"))
            .and(query_param("datetime_to", "2026-11-25T02:00:00Z"));
        hours
            .respond_with(ResponseTemplate::new(200).set_body_json(page(results)))
            .expect(1)
            .mount(&bench.server)
            .await;
    }
    let report = bench.pull().await;
    assert!(report.error.is_none(), "{report:?}");
    assert_eq!((report.requests, report.submissions, report.counts.stored), (3, 2, 1001));
}
