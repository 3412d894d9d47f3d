//! Pull sources through the whole program: asked by `limpid pull` and by `limpid run`, read back from the API.

use std::process::Output;
use std::time::Duration;

use wiremock::matchers::{body_string_contains, method, path, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{Folder, summary};

const STATIONS: &str = "id,kind,name_zh,name_en,lat,lon\nS1,air,一号站,Station One,28.5,104.9\n";

/// A feed of two hours by label, both long past: what was read in them does not change with the clock.
const FEED: &str = "timepoint,stationcode,pm2_5,o3,o3_24h,co\n\
                    2026-01-05T08:00:00,1001A,35,80,64,0.7\n\
                    2026-01-05T09:00:00,1001A,—,80,70,0.8\n\
                    2026-01-05T09:00:00,1002A,12,30,30,0.5\n";

fn folder(server: &MockServer, more: &str) -> Folder {
    let folder = Folder::new(STATIONS);
    let source = format!(
        "[[source]]\nkind = \"cnemc-air\"\nurl = \"{}/feed.csv\"\nstations = {{ \"1001A\" = \"S1\" }}\n{more}",
        server.uri()
    );
    folder.configure(&source);
    folder
}

async fn pull(folder: &Folder, arguments: &'static [&'static str]) -> Output {
    let mut command = folder.command("pull");
    tokio::task::spawn_blocking(move || command.args(arguments).output().unwrap()).await.unwrap()
}

fn told(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_upstream_has_is_published_and_nothing_is_taken_twice() {
    let server = MockServer::start().await;
    let feed = ResponseTemplate::new(200).set_body_raw(FEED, "text/csv");
    Mock::given(path("/feed.csv")).respond_with(feed).mount(&server).await;
    let folder = folder(&server, "");
    let first = summary(&pull(&folder, &[]).await);
    assert_eq!(
        (&first["stored"], &first["submissions"], &first["failed"]),
        (&5.into(), &1.into(), &serde_json::json!([]))
    );
    let again = summary(&pull(&folder, &[]).await);
    assert_eq!((&again["readings"], &again["submissions"], &again["unchanged"]), (&0.into(), &0.into(), &1.into()));
    let afresh = summary(&pull(&folder, &["--source", "cnemc-air", "--from", "2026-01-05"]).await);
    assert_eq!((&afresh["same"], &afresh["stored"]), (&5.into(), &0.into()));

    let limpid = folder.run();
    let query = "station=S1&period=PT1H&from=2026-01-05T00:00:00%2B08:00&to=2026-01-06T00:00:00%2B08:00";
    let items = limpid.all(&format!("/api/v1/observations?{query}")).await;
    let text = |item: &serde_json::Value| {
        format!("{} {} {}", item["parameter"].as_str().unwrap(), item["start"].as_str().unwrap(), item["value"])
    };
    let mut found: Vec<String> = items.iter().map(text).collect();
    found.sort();
    // 08:00 is the hour from 07:00 to 08:00, and the smaller of the two ozones is the hour.
    let expected = [
        "co 2026-01-05T07:00:00+08:00 0.7",
        "co 2026-01-05T08:00:00+08:00 0.8",
        "o3 2026-01-05T07:00:00+08:00 64.0",
        "o3 2026-01-05T08:00:00+08:00 70.0",
        "pm25 2026-01-05T07:00:00+08:00 35.0",
    ];
    assert_eq!(found, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_limpid_asks_by_itself_and_says_when_a_source_is_down() {
    let server = MockServer::start().await;
    let feed = ResponseTemplate::new(200).set_body_raw(FEED, "text/csv");
    Mock::given(path("/feed.csv")).respond_with(feed).mount(&server).await;
    Mock::given(method("POST"))
        .and(path_regex("Publish.ashx$"))
        .and(body_string_contains("getRealDatas"))
        .respond_with(ResponseTemplate::new(200).set_body_raw("-1", "text/plain"))
        .mount(&server)
        .await;
    Mock::given(path_regex("/GJZ/")).respond_with(ResponseTemplate::new(200)).with_priority(9).mount(&server).await;
    let water = format!("[[source]]\nkind = \"cn-surface-water\"\nid = \"river\"\nurl = \"{}\"\n", server.uri());
    let folder = folder(&server, &water);
    let limpid = folder.run();
    let limit = Duration::from_secs(30);
    limpid.until("/metrics", limit, |text| text.contains("limpid_source_up{source=\"cnemc-air\"} 1")).await;
    limpid.until("/metrics", limit, |text| text.contains("limpid_source_up{source=\"river\"} 0")).await;
    let path = "/api/v1/observations?station=S1&parameter=o3&period=PT1H&from=2026-01-05T00:00:00%2B08:00&to=2026-01-06T00:00:00%2B08:00";
    limpid.until(path, limit, |text| text.contains("\"value\":64.0")).await;
    let (status, took) = limpid.terminate();
    assert!(status.success() && took < Duration::from_secs(5), "{status} after {took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_fails_is_told_and_the_others_are_read() {
    let server = MockServer::start().await;
    let feed = ResponseTemplate::new(200).set_body_raw(FEED, "text/csv");
    Mock::given(path("/feed.csv")).respond_with(feed).mount(&server).await;
    let other = format!(
        "[[source]]\nkind = \"hubeau\"\nid = \"first\"\nurl = \"{}/none\"\nstations = [\"S1\"]\n",
        server.uri()
    );
    let output = pull(&folder(&server, &other), &[]).await;
    let (code, errors) = told(&output);
    assert_eq!(code, Some(1), "{errors}");
    assert!(errors.contains("first") && errors.contains("answered 404"), "{errors}");
    let line = String::from_utf8(output.stdout).unwrap();
    assert!(line.contains("\"stored\":5") && line.contains("\"failed\":[\"first\"]"), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_usage_says_what_to_write() {
    let server = MockServer::start().await;
    let needs_key = "[[source]]\nkind = \"openaq\"\nkey_env = \"LIMPID_TEST_NO_SUCH_KEY\"\nstations = [\"S1\"]\n";
    for (more, arguments, words) in [
        ("", &["--source", "openaq"][..], "the pipeline has cnemc-air"),
        ("", &["--from", "yesterday"], "write 2026-11-25"),
        ("", &["--from", "2026-11-25", "--to", "2026-11-24"], "--from must be before --to"),
        (needs_key, &[], "environment variable LIMPID_TEST_NO_SUCH_KEY is not set"),
    ] {
        let output = pull(&folder(&server, more), arguments).await;
        let (code, errors) = told(&output);
        assert!(code == Some(2) && errors.contains(words), "{arguments:?}: {code:?} {errors}");
    }
    let (code, errors) = told(&pull(&Folder::new(STATIONS), &[]).await);
    assert!(code == Some(2) && errors.contains("no [[source]]"), "{code:?} {errors}");
}
