//! A token that uploads too often.

use super::*;
use crate::gateways::http::router;
use crate::testing::{TWO, intake, kept, pipeline_with};

#[tokio::test]
async fn a_token_that_uploads_too_often_is_told_when_to_come_again_and_others_are_not_held_back() {
    let (_folder, intake) = intake(pipeline_with("Asia/Shanghai", TWO, "rate_per_minute = 1\nburst = 2"));
    let router = router(intake.clone());
    let first = post(&router, "one", one("S1", "1")).await;
    assert_eq!(first.status, 201);
    // What is refused for another reason counts too: it was work.
    post(&router, "one", "nonsense").await.problem(422);
    let got = post(&router, "one", one("S1", "2")).await;
    got.problem(429);
    assert_eq!(got.body["type"], "/problems/too-many-uploads");
    assert_eq!(got.body["limit"], serde_json::json!({"name": "ingest.http.rate_per_minute", "value": 1}));
    let wait: u64 = got.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(kept(&intake, "S1").await, ["pm25 PT1H 2026-11-25T00:00:00Z 1"]);

    assert_eq!(post(&router, "two", one("S2", "1")).await.status, 201);
    // No token has no rate, and a receipt may be asked for.
    post(&router, "wrong", one("S1", "1")).await.problem(401);
    assert_eq!(get(&router, "one", first.header("location")).await.status, StatusCode::OK);
}
