//! The routes without sockets, in front of a real journal.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::gateways::http::router;
use crate::gateways::http::tests::{Got, send};
use crate::testing::{TWO, intake, kept, pipeline};

/// The hour from 08:00 in Shanghai.
const HOUR: &str = "2026-11-25T08:00:00+08:00/2026-11-25T09:00:00+08:00";

fn request(secret: &str, path: &str, body: &Value) -> Request<Body> {
    Request::post(path)
        .header("authorization", format!("Bearer {secret}"))
        .header("content-type", "application/json")
        .header("host", "air.example")
        .body(Body::from(body.to_string()))
        .unwrap()
}

async fn post(router: &axum::Router, path: &str, body: &Value) -> Got {
    send(router, request("one", path, body)).await
}

fn observation(id: &str, time: &str, result: Value) -> Value {
    json!({ "phenomenonTime": time, "result": result, "Datastream": { "@iot.id": id } })
}

const OBSERVATIONS: &str = "/sta/v1.1/Observations";
const MANY: &str = "/sta/v1.1/CreateObservations";

#[tokio::test]
async fn an_observation_is_created_and_stands_where_its_location_says() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake.clone());
    let mut body = observation("S1.pm25", HOUR, json!(23.4));
    // What other servers take too is passed over.
    body["FeatureOfInterest"] = json!({"@iot.id": 3});
    body["resultTime"] = json!("2026-11-25T01:00:00Z");
    body["parameters"] = json!({"battery": 3.1});
    let got = post(&router, OBSERVATIONS, &body).await;
    assert_eq!(got.status, 201, "{}", got.body);
    let id = "S1.pm25.PT1H@2026-11-25T00:00:00Z";
    let address = format!("http://air.example/sta/v1.1/Observations('{id}')");
    assert_eq!(got.header("location"), address);
    assert_eq!(got.body, json!({"@iot.id": id, "@iot.selfLink": address}));
    assert_eq!(kept(&intake, "S1").await, ["pm25 PT1H 2026-11-25T00:00:00Z 23.4"]);

    let path = address.strip_prefix("http://air.example").unwrap();
    let get = |secret: &str, path: &str| {
        Request::get(path).header("authorization", format!("Bearer {secret}")).body(Body::empty()).unwrap()
    };
    let read = send(&router, get("one", path)).await;
    assert_eq!(read.status, StatusCode::OK);
    assert_eq!((&read.body["phenomenonTime"], &read.body["result"]), (&json!(HOUR), &json!(23.4)));
    assert_eq!(read.body["@iot.id"], id);
    for (secret, path) in [("two", path), ("one", &path.replace("pm25", "pm10")), ("one", "/sta/v1.1/Things('S1')")] {
        assert_eq!(send(&router, get(secret, path)).await.status, 404, "{path}");
    }
    assert_eq!(send(&router, get("wrong", path)).await.status, 401);

    // Sent again it is the same one; with another result it is corrected.
    assert_eq!(post(&router, OBSERVATIONS, &body).await.header("location"), address);
    body["result"] = json!(24);
    assert_eq!(post(&router, OBSERVATIONS, &body).await.status, 201);
    assert_eq!(send(&router, get("one", path)).await.body["result"], json!(24.0));
    assert_eq!(kept(&intake, "S1").await.len(), 1);
}

#[tokio::test]
async fn the_period_is_that_of_the_interval_or_of_the_datastream() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake.clone());
    for (id, time) in [
        ("S1.pm25", "2026-11-25T08:00:00+0800/2026-11-25T09:00:00+0800"),
        ("S1.PM2.5", "2026-11-25T00:01:00Z/2026-11-25T00:02:00.000Z"),
        ("S1.pm25.PT5M", "2026-11-25T00:05:00Z"),
        ("S1.pm25.PT5M", "2026-11-25T00:10:00Z/2026-11-25T00:15:00Z"),
        ("S1.pm25.PT0S", "2026-11-25T00:00:07.250Z"),
        ("S1.pm25", "2026-11-25T00:00:08Z/2026-11-25T00:00:08Z"),
        ("S1.pm25", "2026-11-23T16:00:00Z/2026-11-24T16:00:00Z"),
        ("S1.pm25", "2026-10-31T16:00:00Z"),
    ] {
        let got = post(&router, OBSERVATIONS, &observation(id, time, json!(5))).await;
        assert_eq!(got.status, 201, "{id} {time}: {}", got.body);
    }
    let expected = [
        "pm25 PT0S 2026-11-25T00:00:07Z 5",
        "pm25 PT0S 2026-11-25T00:00:08Z 5",
        "pm25 PT1M 2026-11-25T00:01:00Z 5",
        "pm25 PT5M 2026-11-25T00:05:00Z 5",
        "pm25 PT5M 2026-11-25T00:10:00Z 5",
        "pm25 PT1H 2026-10-31T16:00:00Z 5",
        "pm25 PT1H 2026-11-25T00:00:00Z 5",
        "pm25 P1D 2026-11-23T16:00:00Z 5",
    ];
    let mut found = kept(&intake, "S1").await;
    found.sort();
    let mut expected = expected.map(str::to_owned);
    expected.sort();
    assert_eq!(found, expected);

    // S2's hours end at their label, and its NO2 comes in ppb; an interval says itself where it begins.
    let at = |body: &Value| request("two", OBSERVATIONS, body);
    let by_label = send(&router, at(&observation("S2.no2", "2026-11-25T00:00:00Z", json!(10)))).await;
    assert!(by_label.header("location").ends_with("S2.no2.PT1H@2026-11-24T23:00:00Z')"), "{}", by_label.body);
    let by_interval = send(&router, at(&observation("S2.no2", HOUR, json!(10)))).await;
    assert!(by_interval.header("location").ends_with("S2.no2.PT1H@2026-11-25T00:00:00Z')"), "{}", by_interval.body);
    // 1 ppb NO2 = 1.88 ug/m3 at 25 degC and 1 atm (US EPA).
    let value: f64 = kept(&intake, "S2").await[0].rsplit(' ').next().unwrap().parse().unwrap();
    assert!((value - 18.8).abs() < 0.05, "{value}");
}

#[tokio::test]
async fn missing_results_and_quality_flags_are_taken_as_in_every_upload() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake.clone());
    let minute = |minute: u32| format!("2026-11-25T00:{minute:02}:00Z/2026-11-25T00:{:02}:00Z", minute + 1);
    let cases = [
        (json!(null), json!(null), "null"),
        (json!(-999), json!(null), "null"),
        (json!("12.5"), json!(null), "12.5"),
        (json!("--"), json!(null), "null"),
        (json!(7), json!(9), "null"),
        (json!(7), json!("D"), "7"),
        (json!(7), json!([{"nameOfMeasure": "x"}]), "7"),
    ];
    for (at, (result, quality, _)) in (0..).zip(&cases) {
        let mut body = observation("S1.pm10", &minute(at), result.clone());
        body["resultQuality"] = quality.clone();
        assert_eq!(post(&router, OBSERVATIONS, &body).await.status, 201, "{body}");
    }
    let expected: Vec<String> =
        (0..).zip(&cases).map(|(at, (.., value))| format!("pm10 PT1M 2026-11-25T00:{at:02}:00Z {value}")).collect();
    assert_eq!(kept(&intake, "S1").await, expected);
}

#[tokio::test]
async fn what_cannot_be_understood_is_a_400_that_names_its_field() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake.clone());
    let good = observation("S1.pm25", HOUR, json!(1));
    let with = |name: &str, value: Value| {
        let mut body = good.clone();
        body[name] = value;
        body
    };
    for (body, field) in [
        (json!([good]), ""),
        (json!({}), "Datastream"),
        (with("Datastream", json!({"@iot.id": 7})), "Datastream"),
        (with("Datastream", json!({"@iot.id": "S1.pm26"})), "Datastream"),
        (with("Datastream", json!({"name": "new"})), "Datastream"),
        (with("phenomenonTime", json!(null)), "phenomenonTime"),
        (with("phenomenonTime", json!("today")), "phenomenonTime"),
        (with("phenomenonTime", json!("2026-11-25T08:00:00+08:00/2026-11-25T15:00:00+08:00")), "phenomenonTime"),
        (with("phenomenonTime", json!("2026-11-25T08:00:00+08:00/")), "phenomenonTime"),
        (with("phenomenonTime", json!("2026-11-25T08:00:00")), "phenomenonTime"),
        (with("result", json!({"x": 1})), "result"),
        (with("result", json!(true)), "result"),
        (with("result", json!("many")), "result"),
        (with("resultQuality", json!("worthless")), "resultQuality"),
        (json!({"phenomenonTime": HOUR, "Datastream": {"@iot.id": "S1.pm25"}}), "result"),
    ] {
        let got = post(&router, OBSERVATIONS, &body).await;
        assert_eq!(got.problem(400), field, "{body}: {}", got.body);
    }
    post(&router, OBSERVATIONS, &observation("S2.pm25", HOUR, json!(1))).await.problem(403);
    send(&router, request("wrong", OBSERVATIONS, &good)).await.problem(401);
    let mut csv = request("one", OBSERVATIONS, &good);
    csv.headers_mut().insert("content-type", "text/csv".parse().unwrap());
    send(&router, csv).await.problem(415);
    assert!(kept(&intake, "S1").await.is_empty());
    assert_eq!(intake.journal().counts().await.unwrap().total(), 0, "nothing was kept");
}

#[tokio::test]
async fn what_is_understood_and_not_stored_is_kept_with_its_reason() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake.clone());
    let future = "2026-11-26T08:00:00+08:00/2026-11-26T09:00:00+08:00";
    for (secret, id, time, reason) in [
        ("one", "S1.pm25", future, "in_future"),
        ("one", "S1.pm25", "2026-11-25T00:30:00Z", "not_aligned"),
        ("all", "S9.pm25", HOUR, "unknown_station"),
    ] {
        let got = send(&router, request(secret, OBSERVATIONS, &observation(id, time, json!(1)))).await;
        got.problem(400);
        assert_eq!(got.body["type"], "/problems/not-created");
        let detail = got.body["detail"].as_str().unwrap();
        assert!(detail.starts_with(reason) && detail.contains("kept as receipt 0"), "{detail}");
    }
    let counts = intake.journal().counts().await.unwrap();
    assert_eq!((counts.quarantined, counts.rejected, counts.total()), (2, 1, 3));
}

#[tokio::test]
async fn a_datastream_may_stand_in_the_path() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake.clone());
    let body = json!({ "phenomenonTime": HOUR, "result": 5 });
    let got = post(&router, "/sta/v1.1/Datastreams('S1.pm25')/Observations", &body).await;
    assert_eq!(got.status, 201, "{}", got.body);
    assert_eq!(kept(&intake, "S1").await, ["pm25 PT1H 2026-11-25T00:00:00Z 5"]);
    for (path, status) in [
        ("/sta/v1.1/Datastreams('S2.pm25')/Observations", 403),
        ("/sta/v1.1/Datastreams('S1')/Observations", 400),
        ("/sta/v1.1/Datastreams(7)/Observations", 404),
        ("/sta/v1.1/Things('S1')/Observations", 404),
    ] {
        assert_eq!(post(&router, path, &body).await.status, status, "{path}");
    }
}

#[tokio::test]
async fn a_data_array_is_answered_line_by_line() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake.clone());
    let body = json!([
        {
            "Datastream": {"@iot.id": "S1.pm25"},
            "components": ["result", "phenomenonTime", "FeatureOfInterest/id"],
            "dataArray@iot.count": 5,
            "dataArray": [
                [23.4, HOUR, 1],
                ["many", HOUR, 1],
                [1, "2026-11-26T00:00:00Z", 1],
                [1, HOUR],
                [23.4, HOUR, 1],
            ]
        },
        {
            "Datastream": {"@iot.id": "S1.pm26"},
            "components": ["phenomenonTime", "result"],
            "dataArray": [[HOUR, 1]]
        },
        {
            "Datastream": {"@iot.id": "S1.pm10"},
            "components": ["phenomenonTime", "result"],
            "dataArray": [[HOUR, 80]]
        }
    ]);
    let got = post(&router, MANY, &body).await;
    assert_eq!(got.status, 201, "{}", got.body);
    let pm25 = "http://air.example/sta/v1.1/Observations('S1.pm25.PT1H@2026-11-25T00:00:00Z')";
    let pm10 = pm25.replace("pm25", "pm10");
    assert_eq!(got.body, json!([pm25, "error", "error", "error", pm25, "error", pm10]));
    // Why is told by the receipt.
    let receipt = got.header("link").split(['<', '>']).nth(1).unwrap().to_owned();
    let receipt = Request::get(receipt).header("authorization", "Bearer one").body(Body::empty()).unwrap();
    let receipt = send(&router, receipt).await;
    let reasons: Vec<&str> =
        receipt.body["verdicts"].as_array().unwrap().iter().map(|v| v["reason"].as_str().unwrap_or("")).collect();
    assert_eq!(reasons, ["", "not_a_number", "in_future", "damaged", "", "unknown_parameter", ""]);
    assert_eq!(kept(&intake, "S1").await, ["pm10 PT1H 2026-11-25T00:00:00Z 80", "pm25 PT1H 2026-11-25T00:00:00Z 23.4"]);
}

#[tokio::test]
async fn an_array_of_another_shape_or_station_is_refused_whole() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake.clone());
    let good = json!({
        "Datastream": {"@iot.id": "S1.pm25"}, "components": ["phenomenonTime", "result"], "dataArray": [[HOUR, 1]]
    });
    let mut other = good.clone();
    other["Datastream"]["@iot.id"] = json!("S2.pm25");
    post(&router, MANY, &json!([good, other])).await.problem(403);
    let mut headless = good.clone();
    headless["components"] = json!(["result"]);
    let got = post(&router, MANY, &json!([good, headless])).await;
    assert_eq!((got.problem(400), &got.body["index"]), ("components", &json!(1)));
    for body in [json!({}), json!([1]), json!([{"Datastream": {"@iot.id": "S1.pm25"}}])] {
        post(&router, MANY, &body).await.problem(400);
    }
    let mut long = good.clone();
    long["dataArray"] = vec![json!([HOUR, 1]); 50_001].into();
    post(&router, MANY, &json!([long])).await.problem(413);
    assert!(kept(&intake, "S1").await.is_empty());
    assert_eq!(post(&router, MANY, &json!([])).await.body, json!([]));
}
