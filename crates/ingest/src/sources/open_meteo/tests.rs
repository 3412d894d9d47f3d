use limpid_store::OutlookQuery;
use serde_json::{Value, json};
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, ResponseTemplate};

use crate::sources::tests::{Bench, read};

const STATIONS: &str = "S1,air,一,One,28.5,104.9,,\nW1,water,河,River,28.6,104.9,,\n";

fn answer() -> Value {
    json!({
        "latitude": 28.5, "longitude": 104.875, "generationtime_ms": 0.08, "utc_offset_seconds": 0,
        "timezone": "GMT", "timezone_abbreviation": "GMT", "elevation": 300.0,
        "hourly_units": { "time": "iso8601", "temperature_2m": "°C", "wind_speed_10m": "m/s", "precipitation": "mm" },
        "hourly": {
            "time": ["2026-11-25T00:00", "2026-11-25T01:00", "2026-11-25T02:00"],
            "temperature_2m": [8.1, null, -999.5], "wind_speed_10m": [1, 2.5, 3], "precipitation": [0.0, 0.2, 0.0],
        },
    })
}

fn outlooks(kind: &str, answer: &Value) -> Result<Vec<String>, String> {
    read(kind, STATIONS, "", "S1", answer.to_string().as_bytes()).map_err(|fault| fault.detail)
}

#[test]
fn a_moment_counts_for_the_hour_that_begins_and_a_sum_for_the_hour_that_ends() {
    assert_eq!(
        outlooks("open-meteo-weather", &answer()).unwrap(),
        [
            "temperature 25T00Z [Some(8.1), None, Some(-999.5)]",
            "wind_speed 25T00Z [Some(1.0), Some(2.5), Some(3.0)]",
            "rain 24T23Z [Some(0.0), Some(0.2), Some(0.0)]",
        ]
    );
}

#[test]
fn units_are_those_of_the_answer_and_times_are_shifted_back() {
    let mut other = answer();
    other["hourly_units"]["wind_speed_10m"] = json!("km/h");
    other["hourly"]["wind_speed_10m"] = json!([36, 0, 18]);
    other["utc_offset_seconds"] = json!(28_800);
    let rows = outlooks("open-meteo-weather", &other).unwrap();
    assert_eq!(rows[1], "wind_speed 24T16Z [Some(10.0), Some(0.0), Some(5.0)]");
    let air = json!({
        "utc_offset_seconds": 0, "hourly_units": { "time": "iso8601", "carbon_monoxide": "μg/m³", "ozone": "μg/m³" },
        "hourly": { "time": ["2026-11-25T00:00"], "carbon_monoxide": [250.0], "ozone": [null] },
    });
    assert_eq!(outlooks("open-meteo-air", &air).unwrap(), ["co 25T00Z [Some(0.25)]"]);
}

#[test]
fn an_answer_that_is_not_whole_is_a_fault() {
    let wrong = |change: fn(&mut Value)| {
        let mut answer = answer();
        change(&mut answer);
        outlooks("open-meteo-weather", &answer).unwrap_err()
    };
    assert!(wrong(|a| a["hourly"]["temperature_2m"] = json!([1.0])).contains("1 values for 3 hours"));
    assert!(wrong(|a| a["hourly"]["time"][1] = json!("2026-11-25T02:00")).contains("does not follow"));
    assert!(wrong(|a| a["hourly"]["time"] = json!([])).contains("no hours"));
    assert!(wrong(|a| a["hourly"]["temperature_2m"][0] = json!("warm")).contains("no number"));
    assert!(wrong(|a| a["hourly_units"]["temperature_2m"] = json!("furlong")).contains("furlong"));
    assert!(wrong(|a| *a = json!({ "error": true, "reason": "limit" })).contains("JSON"));
    assert!(wrong(|a| a["hourly"] = json!({ "time": ["2026-11-25T00:00"] })).contains("none of the variables"));
}

#[tokio::test]
async fn an_issue_is_kept_with_its_time_and_only_when_it_says_something_new() {
    let bench = Bench::new(STATIONS, "open-meteo-weather", "key_env = \"PATH\"").await;
    let key = std::env::var("PATH").unwrap();
    for (ms, warm) in [(0.1, 8.1), (0.2, 8.1), (0.3, 9.0)] {
        let mut answer = answer();
        answer["generationtime_ms"] = json!(ms);
        answer["hourly"]["temperature_2m"][0] = json!(warm);
        Mock::given(method("GET"))
            .and(path("/v1/forecast"))
            .and(query_param("latitude", "28.5"))
            .and(query_param("apikey", key.as_str()))
            .respond_with(ResponseTemplate::new(200).set_body_json(answer))
            .up_to_n_times(1)
            .mount(&bench.server)
            .await;
    }
    let counts = async || {
        let report = bench.pull().await;
        assert!(report.error.is_none(), "{report:?}");
        (report.requests, report.outlooks, report.submissions, report.counts.total())
    };
    assert_eq!(counts().await, (1, 3, 1, 0), "one air station, three variables, no readings");
    assert_eq!(counts().await, (1, 0, 0, 0), "another generation time is nothing new");
    // The clock of the test stands still, and what was issued is never changed.
    assert_eq!(counts().await, (1, 0, 0, 0));
    let at = |text: &str| text.parse().unwrap();
    let query = OutlookQuery {
        stations: Vec::new(),
        parameters: vec![limpid_model::ParameterId::known("temperature")],
        from: at("2000-01-01T00:00:00Z"),
        to: at("2100-01-01T00:00:00Z"),
        newest: true,
    };
    let kept = bench.intake.journal().outlooks(query).await.unwrap();
    assert_eq!((kept.len(), kept[0].issued, kept[0].model.as_str()), (1, bench.intake.now(), "open-meteo/best_match"));
    assert_eq!(kept[0].at(at("2026-11-25T00:00:00Z")), Some(8.1));
    assert!(bench.kept("S1").await.is_empty(), "a model's figure is no reading");
}
