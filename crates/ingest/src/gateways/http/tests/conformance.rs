use limpid_model::Channel;

use super::get;
use crate::gateways::http::router;
use crate::intake::Upload;
use crate::testing::{TWO, intake, pipeline};

const PATH: &str = "/api/v1/stations/S1/conformance";

#[tokio::test]
async fn only_the_stations_token_and_that_of_all_are_told() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let upload = Upload {
        channel: Channel::Hj212,
        sender: "test".into(),
        station: intake.pipeline().stations.get_str("S1").map(|station| station.id.clone()),
        media_type: "text/x-hj212",
        body: b"##0030PW=123456;MN=A;CP=&&&&ABCD".to_vec().into(),
        idempotency: None,
        entries: Vec::new(),
        events: Vec::new(),
    };
    let receipt = intake.submit_noting(upload, vec!["no_flag"]).await.unwrap();
    let router = router(intake);
    for secret in ["one", "all"] {
        let got = get(&router, secret, PATH).await;
        assert_eq!(got.status, 200, "{}", got.body);
        assert_eq!(got.header("cache-control"), "no-store");
        let found = &got.body["deviations"][0];
        assert_eq!(
            (&got.body["station"], &found["name"], &found["count"]),
            (&"S1".into(), &"no_flag".into(), &1.into())
        );
        assert_eq!(found["first"], "2026-11-25T09:30:00+08:00");
        assert_eq!(found["example"]["receipt"], receipt.id.to_string());
        assert_eq!(found["example"]["frame"], "##0030PW=***;MN=A;CP=&&&&ABCD");
        assert!(found["standard"].as_str().is_some_and(|text| text.contains("Flag")));
    }
    for (query, field) in [("events=0", "events"), ("events=1001", "events"), ("before=yesterday", "before")] {
        assert_eq!(get(&router, "one", &format!("{PATH}?{query}")).await.problem(400), field);
    }
    let older = get(&router, "one", &format!("{PATH}?events=1000&before=2026-11-25T08:00:00+08:00")).await;
    assert_eq!((older.status.as_u16(), &older.body["older_before"]), (200, &serde_json::Value::Null));
    assert_eq!(get(&router, "two", PATH).await.problem(403), "station");
    assert_eq!(get(&router, "two", "/api/v1/stations/S9/conformance").await.problem(403), "station");
    assert_eq!(get(&router, "none", PATH).await.problem(401), "Authorization");
    assert_eq!(get(&router, "all", "/api/v1/stations/S9/conformance").await.problem(404), "");
    let got = get(&router, "two", "/api/v1/stations/S2/conformance").await;
    assert_eq!((got.status.as_u16(), got.body["deviations"].as_array().map(Vec::len)), (200, Some(0)));
}
