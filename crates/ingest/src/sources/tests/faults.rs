//! Upstreams that fail, in every way that they do.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, ResponseTemplate};

use super::Bench;
use crate::sources::{FetchError, RoundError};

const STATION: &str = "S1,air,一,One,28.5,104.9,,\n";
const HOUR: &str = "/airnow/2026/20261125/HourlyAQObs_2026112500.dat";
const FILE: &str = "AQSID,ValidDate,ValidTime,PM25,PM25_Unit\nS1,11/25/2026,00:00,5,UG/M3\n";

async fn bench(lines: &str) -> Bench {
    Bench::new(STATION, "airnow-hourly", &format!("look_back = \"0s\"\n{lines}")).await
}

async fn first_then_good(bench: &Bench, first: ResponseTemplate, times: u64) {
    Mock::given(path(HOUR)).respond_with(first).up_to_n_times(times).with_priority(1).mount(&bench.server).await;
    let good = ResponseTemplate::new(200).set_body_raw(FILE, "text/plain");
    Mock::given(path(HOUR)).respond_with(good).mount(&bench.server).await;
}

#[tokio::test]
async fn what_passes_is_asked_again_within_the_round() {
    for status in [429, 500, 502, 503, 504] {
        let bench = bench("").await;
        first_then_good(&bench, ResponseTemplate::new(status), 2).await;
        let report = bench.pull().await;
        assert!(report.error.is_none() && report.counts.stored == 1, "{status}: {report:?}");
        assert_eq!(bench.asked().await.len(), 3);
    }
    let bench = bench("").await;
    first_then_good(&bench, ResponseTemplate::new(500), 3).await;
    let report = bench.pull().await;
    assert!(matches!(&report.error, Some(error) if error.cause() == "answered 500"), "{report:?}");
    assert_eq!(bench.asked().await.len(), 3, "patience ends");
}

#[tokio::test]
async fn what_does_not_pass_is_not_asked_again() {
    for status in [400, 401, 403, 404, 410] {
        let bench = Bench::new(STATION, "cnemc-air", "look_back = \"0s\"").await;
        Mock::given(method("POST")).respond_with(ResponseTemplate::new(status)).mount(&bench.server).await;
        let report = bench.pull().await;
        assert_eq!(report.error.unwrap().cause(), format!("answered {status}"));
        assert_eq!(bench.asked().await.len(), 1);
    }
}

#[tokio::test]
async fn retry_after_is_heeded_in_seconds_and_as_a_date() {
    let bench = bench("").await;
    first_then_good(&bench, ResponseTemplate::new(429).insert_header("retry-after", "0"), 1).await;
    assert!(bench.pull().await.error.is_none());
    for (text, at_least) in [("3600", 3600), ("Fri, 01 Jan 2100 00:00:00 GMT", 86_400)] {
        let bench = self::bench("").await;
        first_then_good(&bench, ResponseTemplate::new(503).insert_header("retry-after", text), 9).await;
        let error = bench.pull().await.error.unwrap();
        assert!(error.retry_after().unwrap() >= Duration::from_secs(at_least), "{error:?}");
        assert_eq!(bench.asked().await.len(), 1, "a source that wants to be left alone is");
    }
}

#[tokio::test]
async fn an_answer_has_a_largest_size_packed_or_not() {
    let bench = bench("max_body_bytes = 1024").await;
    let long = format!("{FILE}{}", "#".repeat(2000));
    first_then_good(&bench, ResponseTemplate::new(200).set_body_raw(long.clone(), "text/plain"), 1).await;
    let report = bench.pull().await;
    assert!(matches!(&report.error, Some(RoundError::Fetch { error: FetchError::TooLarge { limit: 1024 }, .. })));
    let bench = self::bench("max_body_bytes = 1024").await;
    let packed = gzip(long.as_bytes());
    assert!(packed.len() < 1024);
    let answer =
        ResponseTemplate::new(200).set_body_raw(packed, "text/plain").insert_header("content-encoding", "gzip");
    first_then_good(&bench, answer, 1).await;
    let report = bench.pull().await;
    assert!(matches!(&report.error, Some(RoundError::Fetch { error: FetchError::TooLarge { limit: 1024 }, .. })));
}

#[tokio::test]
async fn packed_answers_are_unpacked_and_broken_ones_asked_again() {
    let bench = bench("").await;
    let packed = gzip(FILE.as_bytes());
    let answer = |bytes: &[u8]| {
        ResponseTemplate::new(200).set_body_raw(bytes, "text/plain").insert_header("content-encoding", "gzip")
    };
    Mock::given(path(HOUR))
        .and(header("accept-encoding", "gzip"))
        .respond_with(answer(&packed[..packed.len() - 9]))
        .up_to_n_times(1)
        .mount(&bench.server)
        .await;
    Mock::given(path(HOUR)).respond_with(answer(&packed)).mount(&bench.server).await;
    let report = bench.pull().await;
    assert_eq!(report.counts.stored, 1, "{report:?}");
    let accepted = &bench.intake.journal().tail(0, 9).await.unwrap()[0];
    let kept = bench.intake.journal().submission(accepted.receipt).await.unwrap().unwrap();
    assert_eq!(kept.body, FILE.as_bytes());
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_page_for_people_is_not_data() {
    let bench = bench("").await;
    let page = ResponseTemplate::new(200).set_body_raw("<html>maintenance</html>", "text/html; charset=utf-8");
    first_then_good(&bench, page, 9).await;
    let report = bench.pull().await;
    let error = report.error.unwrap();
    assert!(error.cause().contains("text/html"), "{error:?}");
    assert_eq!(report.submissions, 0);
}

#[tokio::test]
async fn an_answer_that_is_not_what_it_should_be_is_kept_once() {
    let bench = bench("").await;
    let odd = ResponseTemplate::new(200).set_body_raw("Service temporarily moved", "text/plain");
    Mock::given(path(HOUR)).respond_with(odd).mount(&bench.server).await;
    for _ in 0..3 {
        let report = bench.pull().await;
        assert!(matches!(report.error, Some(RoundError::Content { .. })), "{report:?}");
    }
    assert_eq!(bench.intake.journal().counts().await.unwrap().rejected, 1);
    let refusals = bench.intake.journal().refusals().await.unwrap();
    assert_eq!((refusals.len(), refusals[0].reason.as_str()), (1, "damaged"));
}

#[tokio::test]
async fn redirects_stay_on_their_host() {
    let bench = bench("").await;
    let moved = ResponseTemplate::new(301).insert_header("location", "/elsewhere.dat");
    Mock::given(path(HOUR)).respond_with(moved).mount(&bench.server).await;
    let good = ResponseTemplate::new(200).set_body_raw(FILE, "text/plain");
    Mock::given(path("/elsewhere.dat")).respond_with(good).mount(&bench.server).await;
    assert_eq!(bench.pull().await.counts.stored, 1);
    for (place, words) in [
        ("http://localhost:9/x?apikey=hunter2", "http://localhost"),
        ("//169.254.169.254/latest", "169.254.169.254"),
        (HOUR, "one place after another"),
    ] {
        let bench = self::bench("").await;
        let away = ResponseTemplate::new(302).insert_header("location", place);
        Mock::given(path(HOUR)).respond_with(away).mount(&bench.server).await;
        let cause = bench.pull().await.error.unwrap().cause();
        assert!(cause.contains(words) && !cause.contains("hunter2"), "{cause}");
    }
}

#[tokio::test]
async fn a_source_that_hangs_or_breaks_off_is_left_in_time() {
    for (answer, cause) in [
        ("", "no whole answer within 1 s"),
        (
            "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 500\r\n\r\nAQSID,",
            "no whole answer within 1 s",
        ),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let holding = tokio::spawn(hold(listener, answer, true));
        let error = ask(&url).await;
        assert_eq!(error.cause(), cause);
        holding.abort();
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let half = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 500\r\n\r\nAQSID,ValidDate";
    let holding = tokio::spawn(hold(listener, half, false));
    assert_eq!(ask(&url).await.cause(), "answer is cut short");
    holding.abort();
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    assert_eq!(ask(&format!("http://{nobody}")).await.cause(), "no connection");
}

/// Answers every connection with these bytes, and then waits or leaves.
async fn hold(listener: TcpListener, answer: &'static str, wait: bool) {
    let mut open = Vec::new();
    while let Ok((mut socket, _)) = listener.accept().await {
        let _ = socket.read(&mut [0; 1024]).await;
        let _ = socket.write_all(answer.as_bytes()).await;
        if wait {
            open.push(socket);
        }
    }
}

async fn ask(url: &str) -> RoundError {
    let lines = format!("url = \"{url}\"\nlook_back = \"0s\"\ntimeout_seconds = 1");
    let pipeline = super::pipeline(STATION, "airnow-hourly", &lines);
    let sources = crate::sources::Sources::new(&pipeline, std::path::Path::new("/nowhere")).unwrap().hasty();
    let (_folder, intake) = crate::testing::intake(pipeline);
    sources.pull(&intake, "airnow-hourly", None, &|_, _| {}).await.unwrap().error.unwrap()
}
