//! What an upload that cannot be understood is answered: nothing of it is stored.

use axum::response::IntoResponse;
use limpid_store::StoreError;
use proptest::prelude::*;

use super::*;
use crate::gateways::http::failure::Failure;
use crate::gateways::http::router;
use crate::testing::{TWO, intake, kept, pipeline};

#[tokio::test]
async fn without_a_valid_token_nothing_is_read() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake.clone());
    let bare = |header: Option<&str>| {
        let mut request = Request::post(UPLOAD).header("content-type", "application/json");
        if let Some(value) = header {
            request = request.header("authorization", value);
        }
        request.body(Body::from(one("S1", "1"))).unwrap()
    };
    for header in [None, Some("Bearer"), Some("Bearer "), Some("Bearer wrong"), Some("Basic b25lOm9uZQ=="), Some("one")]
    {
        let got = send(&router, bare(header)).await;
        assert_eq!(got.problem(401), "Authorization", "{header:?}");
        assert!(got.header("www-authenticate").starts_with("Bearer"), "{header:?}");
    }
    assert!(kept(&intake, "S1").await.is_empty());
    // The scheme's case does not matter (RFC 9110, 11.1), the token's does.
    assert_eq!(send(&router, bare(Some("bearer one"))).await.status, 201);
    send(&router, bare(Some("Bearer ONE"))).await.problem(401);
}

#[tokio::test]
async fn a_token_is_for_its_own_station() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake.clone());
    for station in ["S2", "S9", "s1", "S1 ", "一号站"] {
        assert_eq!(post(&router, "one", one(station, "1")).await.problem(403), "station", "{station}");
    }
    let csv = "station,parameter,start,period,value\n\
               S1,pm25,2026-11-25T08:00:00+08:00,PT1H,1\n\
               S2,pm25,2026-11-25T08:00:00+08:00,PT1H,1\n";
    let got = send(&router, upload("one", &[("content-type", "text/csv")], csv)).await;
    assert_eq!((got.problem(403), &got.body["index"]), ("station", &Value::from(1)));
    assert!(kept(&intake, "S1").await.is_empty() && kept(&intake, "S2").await.is_empty());
}

#[tokio::test]
async fn a_fault_names_its_field_and_its_reading() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake.clone());
    let good = r#"{"parameter":"pm25","start":"2026-11-25T08:00:00+08:00","period":"PT1H","value":1}"#;
    let with = |from: &str, to: &str| {
        let bad = good.replace(from, to);
        assert_ne!(bad, good, "{from}");
        format!(r#"{{"station":"S1","readings":[{good},{bad}]}}"#)
    };
    let cases = [
        (with(r#""value":1"#, r#""value":"1""#), "readings[1].value", "a number, a limit such as \"<0.02\", or null"),
        (with(r#""value":1"#, r#""value":true"#), "readings[1].value", "a number, a limit such as \"<0.02\", or null"),
        (with(r#""value":1"#, r#""value":1e999"#), "readings[1].value", "number out of range"),
        (with(r#""value":1"#, r#""value":NaN"#), "readings[1].value", "line 1"),
        (with(r#","value":1"#, ""), "readings[1].value", "missing"),
        (with(r#""value":1"#, r#""value":1,"value":2"#), "readings[1].value", "twice"),
        (with(r#""value":1"#, r#""value":1,"valeu":2"#), "readings[1].valeu", "did you mean `value`?"),
        (with(r#""pm25""#, r#""pm26""#), "readings[1].parameter", "did you mean \"pm25\"?"),
        (with(r#""pm25""#, "25"), "readings[1].parameter", "expected a string"),
        (with("+08:00", ""), "readings[1].start", "offset"),
        (with("11-25", "02-30"), "readings[1].start", "offset"),
        (with("2026-11-25", "12026-11-25"), "readings[1].start", "offset"),
        (with("PT1H", "PT60S"), "readings[1].period", "PT1M to PT30M"),
        (with(r#","period":"PT1H""#, ""), "readings[1].period", "missing"),
        (with(r#""value":1"#, r#""value":1,"unit":"ppb""#), "readings[1].unit", "cannot be carried into ug/m3"),
        (with(r#""value":1"#, r#""value":1,"unit":7"#), "readings[1].unit", "expected a string"),
        (with(r#""value":1"#, r#""value":1,"flag":"valid""#), "readings[1].flag", "1 to 4"),
        (with(r#""value":1"#, r#""value":1,"flag":5"#), "readings[1].flag", "numbers 1 2 3 4 9"),
        (with(r#""value":1"#, r#""value":1,"flag":0"#), "readings[1].flag", "numbers 1 2 3 4 9"),
        (format!(r#"{{"station":"S1","readings":[{good},7]}}"#), "readings[1]", "an object with parameter"),
        (format!(r#"{{"station":"S1","readings":[{good}"#), "readings[1]", "EOF"),
        (format!(r#"{{"station":"S1","readings":{good}}}"#), "readings", "a list of readings"),
        (format!(r#"{{"station":1,"readings":[{good}]}}"#), "station", "expected a string"),
        (format!(r#"{{"station":"","readings":[{good}]}}"#), "station", "empty"),
        (format!(r#"{{"readings":[{good}]}}"#), "station", "missing"),
        (r#"{"station":"S1"}"#.to_owned(), "readings", "missing"),
        (r#"{"station":"S1","reading":[]}"#.to_owned(), "reading", "did you mean `readings`?"),
        (format!(r#"[{good}]"#), "", "an object with station and readings"),
        (String::new(), "", "EOF"),
        ("nonsense".to_owned(), "", "line 1 column"),
        (format!("{} x", one("S1", "1")), "", "trailing"),
    ];
    for (body, field, words) in cases {
        let got = post(&router, "one", body.clone()).await;
        assert_eq!(got.problem(422), field, "{body}");
        let index = if field.contains("[1]") { Value::from(1) } else { Value::Null };
        assert_eq!(got.body["index"], index, "{body}");
        assert!(got.body["detail"].as_str().unwrap().contains(words), "{words} in {}", got.body);
    }
    let got = post(&router, "one", with(r#""pm25""#, r#""pm26""#)).await;
    assert!(got.body["allowed"].as_array().unwrap().contains(&"pm25".into()), "{}", got.body);
    let got = post(&router, "one", with(r#""value":1"#, r#""value":1,"unit":"ppb""#)).await;
    assert_eq!(got.body["allowed"], serde_json::json!(["ug/m3", "mg/m3", "ng/m3"]));
    assert!(kept(&intake, "S1").await.is_empty(), "the good reading beside a fault is not stored");
}

#[tokio::test]
async fn a_fault_in_csv_names_its_column_line_and_reading() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake.clone());
    let header = "station,parameter,start,period,value,unit";
    let good = "S1,pm25,2026-11-25T08:00:00+08:00,PT1H,1,";
    let row = |bad: &str| format!("{header}\n{good}\n{bad}\n").into_bytes();
    let cases = [
        (row("S1,pm26,2026-11-25T08:00:00+08:00,PT1H,1,"), "parameter", 1, "line 3: unknown parameter"),
        (row("S1,pm25,2026-11-25T08:00:00+08:00,PT1H,one,"), "value", 1, "line 3: \"one\" is not a number"),
        (row("S1,pm25,2026-11-25T08:00:00+08:00,PT1H,1,ppb"), "unit", 1, "line 3: \"ppb\" cannot"),
        (row(",pm25,2026-11-25T08:00:00+08:00,PT1H,1,"), "station", 1, "line 3: empty"),
        (row("S1,pm25"), "", 1, "line 3: 2 fields where the header has 6"),
        (b"station,parameter\nS1,pm25\n".to_vec(), "start", -1, "line 1: column `start` is missing"),
        (Vec::new(), "station", -1, "line 1: column `station` is missing"),
        (b"\xd5\xbe\xb5\xe3,pm25\n".to_vec(), "", -1, "not UTF-8"),
    ];
    for (body, field, index, words) in cases {
        let got = send(&router, upload("one", &[("content-type", "text/csv")], body)).await;
        assert_eq!(got.problem(422), field, "{}", got.body);
        assert_eq!(got.body["index"].as_i64().unwrap_or(-1), index, "{}", got.body);
        assert!(got.body["detail"].as_str().unwrap().contains(words), "{words} in {}", got.body);
    }
    assert!(kept(&intake, "S1").await.is_empty());
}

#[tokio::test]
async fn other_types_codings_keys_methods_and_paths_are_problems_too() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake);
    for kind in ["text/plain", "", "application/x-www-form-urlencoded", "application/jsonx"] {
        let got = send(&router, upload("one", &[("content-type", kind)], one("S1", "1"))).await;
        assert_eq!(got.problem(415), "Content-Type", "{kind:?}");
        assert_eq!(got.body["allowed"], serde_json::json!(["application/json", "application/x-ndjson", "text/csv"]));
    }
    let twice = [("content-encoding", "gzip"), ("content-encoding", "gzip")];
    for codings in [&[("content-encoding", "br")][..], &[("content-encoding", "gzip, zstd")], &twice] {
        let got = send(&router, upload("one", codings, one("S1", "1"))).await;
        assert_eq!(got.problem(415), "Content-Encoding");
        assert_eq!(got.header("accept-encoding"), "gzip, zstd");
    }
    for coding in ["gzip", "zstd"] {
        let got = send(&router, upload("one", &[("content-encoding", coding)], one("S1", "1"))).await;
        got.problem(422);
    }
    let got = send(&router, upload("one", &[("idempotency-key", "")], one("S1", "1"))).await;
    assert_eq!(got.problem(422), "Idempotency-Key");

    let request = Request::put(UPLOAD).body(Body::empty()).unwrap();
    let got = send(&router, request).await;
    got.problem(405);
    assert_eq!((got.header("allow"), &got.body["allowed"]), ("POST", &serde_json::json!(["POST"])));
    let request = Request::delete("/api/v1/receipts/x").body(Body::empty()).unwrap();
    send(&router, request).await.problem(405);
    get(&router, "one", "/api/v1/receipts").await.problem(404);
    get(&router, "one", "/api/v1/submissions/x").await.problem(404);
}

#[tokio::test]
async fn a_journal_that_cannot_take_it_is_not_the_senders_fault() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake.clone());
    intake.journal().close().await.unwrap();
    let got = post(&router, "one", one("S1", "1")).await;
    got.problem(503);
    assert!(got.header("retry-after").parse::<u32>().unwrap() > 0);
    assert!(!got.body.to_string().contains("closed"), "what is inside stays inside: {}", got.body);
}

#[tokio::test]
async fn a_full_disk_is_told_apart_from_other_failures_and_neither_shows_its_inside() {
    let cases = [
        (StoreError::Full("/var/lib/x: no space".into()), 507, "/problems/storage-full"),
        (StoreError::io("writing /var/lib/x", "input/output error"), 503, "/problems/journal-unavailable"),
        (
            StoreError::Damaged { what: "/var/lib/x".into(), detail: "torn".into() },
            503,
            "/problems/journal-unavailable",
        ),
    ];
    for (error, status, kind) in cases {
        let got = read(Failure::from(error).into_response()).await;
        got.problem(status);
        assert_eq!(got.body["type"], kind);
        assert!(got.header("retry-after").parse::<u32>().unwrap() > 0);
        assert!(!got.body.to_string().contains("/var/lib"), "{}", got.body);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever arrives: an answer, and never one that blames the server.
    #[test]
    fn no_body_breaks_the_server(
        body in prop::collection::vec(any::<u8>(), 0..400),
        text in r#"[\[\]{}",:0-9a-zSstaionredgvlu.\-]{0,80}"#,
        cut in 0usize..170,
        csv in any::<bool>(),
        coding in prop::sample::select(vec!["identity", "gzip", "zstd"]),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
            let router = router(intake);
            let kind = if csv { "text/csv" } else { "application/json" };
            let good = one("S1", "1");
            let spliced = format!("{}{text}{}", &good[..cut.min(good.len())], &good[cut.min(good.len())..]);
            for bytes in [body, spliced.into_bytes()] {
                let headers = [("content-type", kind), ("content-encoding", coding)];
                let got = send(&router, upload("one", &headers, bytes)).await;
                assert!(!got.status.is_server_error(), "{} {}", got.status, got.body);
            }
        });
    }
}
