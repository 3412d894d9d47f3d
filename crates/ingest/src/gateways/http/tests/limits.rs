//! Bodies that are too large, in each way in which one can be.

use std::convert::Infallible;
use std::io::Write;
use std::time::Duration;

use futures::{StreamExt, stream};

use super::*;
use crate::gateways::http::body::Budget;
use crate::gateways::http::{MOST_READINGS, Routes, router};
use crate::testing::{TWO, intake, kept, pipeline, pipeline_with};

fn routes(intake: crate::intake::Intake, budget: Budget) -> Router {
    Routes::within(intake, budget).merged()
}

fn small() -> std::sync::Arc<limpid_model::Pipeline> {
    pipeline_with("Asia/Shanghai", TWO, "max_body_bytes = 4096")
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

/// A good upload of exactly `size` bytes.
fn padded(size: usize) -> String {
    let body = one("S1", "1");
    let pad = " ".repeat(size - body.len());
    format!("{body}{pad}")
}

#[tokio::test]
async fn the_limit_is_exact_whether_a_body_is_plain_packed_or_of_unknown_length() {
    let (_folder, intake) = intake(small());
    let router = router(intake);
    for (size, status) in [(4096, 201), (4097, 413)] {
        let body = padded(size);
        assert_eq!(post(&router, "one", body.clone()).await.status, status, "plain {size}");
        let declared = [("content-length", size.to_string())];
        let declared: Vec<(&str, &str)> = declared.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(send(&router, upload("one", &declared, body.clone())).await.status, status, "declared {size}");
        let parts: Vec<_> = body.as_bytes().chunks(100).map(|part| Ok::<_, Infallible>(part.to_vec())).collect();
        let chunked = Body::from_stream(stream::iter(parts));
        assert_eq!(post(&router, "one", chunked).await.status, status, "chunked {size}");
        let packed = gzip(body.as_bytes());
        assert!(packed.len() < 4096);
        assert_eq!(
            send(&router, upload("one", &[("content-encoding", "gzip")], packed)).await.status,
            status,
            "gzip {size}"
        );
        let packed = zstd::encode_all(body.as_bytes(), 3).unwrap();
        assert_eq!(
            send(&router, upload("one", &[("content-encoding", "zstd")], packed)).await.status,
            status,
            "zstd {size}"
        );
    }
    post(&router, "one", padded(4097)).await.problem(413);
}

#[tokio::test]
async fn a_body_without_end_is_cut_off() {
    let (_folder, intake) = intake(small());
    let router = router(intake);
    let endless = Body::from_stream(stream::repeat_with(|| Ok::<_, Infallible>(vec![b' '; 1000])));
    post(&router, "one", endless).await.problem(413);
}

#[tokio::test]
async fn a_bomb_is_defused() {
    let (_folder, intake) = intake(small());
    let router = router(intake);
    // A thousand to one, and once more: members one after the other are one body (RFC 1952, 2.2).
    let bomb = gzip(&vec![b' '; 1 << 20]);
    assert!(bomb.len() < 2048, "{}", bomb.len());
    let bombs = [gzip(b"{"), bomb.clone()].concat();
    for bomb in [bomb, bombs] {
        send(&router, upload("one", &[("content-encoding", "gzip")], bomb)).await.problem(413);
    }
    let bomb = zstd::encode_all(vec![b' '; 64 << 20].as_slice(), 3).unwrap();
    assert!(bomb.len() < 8192, "{}", bomb.len());
    send(&router, upload("one", &[("content-encoding", "zstd")], bomb)).await.problem(413);
    // A frame that asks for a window of 2 GiB: magic number, no single segment, exponent 21 (RFC 8878, 3.1.1).
    let greedy = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 0x01, 0x00, 0x00];
    send(&router, upload("one", &[("content-encoding", "zstd")], greedy.to_vec())).await.problem(422);
}

#[tokio::test]
async fn a_packed_body_that_was_cut_off_is_refused() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake.clone());
    let plain = one("S1", "1");
    for (coding, packed) in [("gzip", gzip(plain.as_bytes())), ("zstd", zstd::encode_all(plain.as_bytes(), 3).unwrap())]
    {
        for end in 1..packed.len() {
            let got = send(&router, upload("one", &[("content-encoding", coding)], packed[..end].to_vec())).await;
            got.problem(422);
        }
    }
    assert!(kept(&intake, "S1").await.is_empty());
}

#[tokio::test]
async fn a_batch_has_fifty_thousand_readings_at_most() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake.clone());
    assert_eq!(MOST_READINGS, 50_000);
    let start = chrono::DateTime::from_timestamp(1_700_000_040, 0).unwrap();
    let rows = |count: usize| (0..count).map(move |at| (start + chrono::Duration::minutes(at as i64)).to_rfc3339());
    let csv = |count: usize| {
        let lines: String = rows(count).map(|at| format!("S1,pm10,{at},PT1M,1\n")).collect();
        format!("station,parameter,start,period,value\n{lines}")
    };
    let kind = [("content-type", "text/csv")];
    let got = send(&router, upload("one", &kind, csv(50_001))).await;
    assert_eq!(got.problem(413), "readings");
    assert!(kept(&intake, "S1").await.is_empty());
    assert_eq!(send(&router, upload("one", &kind, csv(50_000))).await.counts(), [50_000, 0, 0, 0, 0]);

    let json = |count: usize| {
        let items: Vec<String> = rows(count)
            .map(|at| format!(r#"{{"parameter":"pm10","start":"{at}","period":"PT1M","value":1}}"#))
            .collect();
        format!(r#"{{"station":"S1","readings":[{}]}}"#, items.join(","))
    };
    post(&router, "one", json(50_001)).await.problem(413);
    let got = post(&router, "one", json(50_000)).await;
    assert_eq!(got.counts(), [0, 50_000, 0, 0, 0]);
    assert_eq!(get(&router, "one", got.header("location")).await.body["verdicts"].as_array().unwrap().len(), 50_000);
}

#[tokio::test]
async fn what_a_body_repeats_is_not_repeated_whole() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake);
    let long = "x".repeat(8 << 20);
    let reading = r#""start":"2026-11-25T08:00:00+08:00","period":"PT1H","value":1"#;
    let bodies = [
        format!(r#"{{"{long}":1}}"#),
        format!(r#"{{"station":"S1","readings":[{{"{long}":1}}]}}"#),
        format!(r#"{{"station":"S1","readings":[{{"value":"{long}"}}]}}"#),
        format!(r#"{{"station":"S1","readings":[{{"parameter":"{long}",{reading}}}]}}"#),
        format!(r#"{{"station":"S1","readings":[{{"parameter":"pm25","unit":"{long}",{reading}}}]}}"#),
        format!(r#"{{"station":"S1","readings":[{{"parameter":"pm25","flag":"{long}",{reading}}}]}}"#),
    ];
    for body in bodies {
        let got = post(&router, "one", body).await;
        got.problem(422);
        assert!(got.body.to_string().len() < 8192, "{}", got.body.to_string().len());
    }
    post(&router, "one", one(&long, "1")).await.problem(403);
    let got = post(&router, "all", one(&long, "1")).await;
    assert_eq!(got.counts(), [0, 0, 0, 1, 0]);
    assert!(got.body.to_string().len() < 8192);
    for body in [long.clone(), ",".repeat(8 << 20), format!("station,parameter,start,period,value\n{long}")] {
        let got = send(&router, upload("one", &[("content-type", "text/csv")], body)).await;
        got.problem(422);
        assert!(got.body.to_string().len() < 8192);
    }
}

/// A body that never arrives.
fn stuck() -> Body {
    Body::from_stream(stream::pending::<Result<Vec<u8>, Infallible>>())
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_given_up() {
    let (_folder, intake) = intake(small());
    let router = routes(intake, Budget::new(4096).waiting(Duration::from_secs(60), Duration::from_millis(20)));
    post(&router, "one", stuck()).await.problem(408);
}

/// A body that brings this, and then nothing more.
fn halting(first: Vec<u8>) -> Body {
    Body::from_stream(stream::iter([Ok::<_, Infallible>(first)]).chain(stream::pending()))
}

#[tokio::test]
async fn a_body_that_drips_is_given_up_and_one_that_is_slow_is_not() {
    let (_folder, intake) = intake(small());
    let budget = || Budget::new(4096).waiting(Duration::from_secs(60), Duration::from_secs(600));
    let router = routes(intake, budget().hurrying(Duration::from_millis(100)));
    let drip = |bytes: usize, pause: u64| {
        let body = padded(3000).into_bytes();
        let parts: Vec<_> = body.chunks(bytes).map(<[u8]>::to_vec).collect();
        Body::from_stream(stream::iter(parts).then(move |part| async move {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            Ok::<_, Infallible>(part)
        }))
    };
    // 256 bytes a second are asked for after the grace: a byte in 50 ms is too little, and 300 in 50 ms are enough.
    post(&router, "one", drip(1, 50)).await.problem(408);
    assert_eq!(post(&router, "one", drip(300, 50)).await.status, 201);
}

#[tokio::test]
async fn who_announces_much_and_sends_little_holds_little() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    // The default: bodies of 16 MiB, 256 MiB in all. Each of three hundred could have 16 MiB, and has sent a byte.
    let budget = Budget::new(16 << 20).waiting(Duration::from_millis(20), Duration::from_secs(600));
    let router = routes(intake, budget);
    let declared = [("content-length", "16000000"), ("content-encoding", "zstd")];
    let slow = (0..300).map(|_| Box::pin(send(&router, upload("one", &declared, halting(vec![b'{'])))));
    let mut slow: Vec<_> = slow.collect();
    for one in &mut slow {
        assert!(futures::poll!(one).is_pending());
    }
    assert_eq!(post(&router, "one", one("S1", "1")).await.status, 201);
    assert_eq!(post(&router, "one", padded(1 << 20)).await.status, 201);
}

#[tokio::test]
async fn more_uploads_than_there_is_room_for_are_told_to_come_back() {
    let (_folder, intake) = intake(small());
    let budget = Budget::new(1 << 20).waiting(Duration::from_millis(20), Duration::from_secs(600)).with_room(1 << 20);
    let router = routes(intake, budget);
    {
        // It fills all the room there is.
        let first = post(&router, "one", halting(vec![b' '; 1 << 20]));
        tokio::pin!(first);
        assert!(futures::poll!(&mut first).is_pending());
        let second = post(&router, "one", one("S1", "1")).await;
        second.problem(503);
        assert_eq!(second.header("retry-after"), "10");
    }
    // The first hung up and gave its room back.
    assert_eq!(post(&router, "one", one("S1", "1")).await.status, 201);
}

#[tokio::test]
async fn readings_of_few_large_bodies_are_in_memory_at_once() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let budget =
        |reading| Budget::new(1 << 20).waiting(Duration::from_millis(20), Duration::from_secs(600)).reading(reading);
    // Seven are being read: there is a place for an eighth, and none for a ninth, however well it is packed.
    let large = padded(100_000);
    assert_eq!(post(&routes(intake.clone(), budget(7)), "one", large.clone()).await.status, 201);
    let full = routes(intake, budget(8));
    post(&full, "one", large.clone()).await.problem(503);
    send(&full, upload("one", &[("content-encoding", "gzip")], gzip(large.as_bytes()))).await.problem(503);
    // What a logger sends once a minute waits for nobody.
    assert_eq!(post(&full, "one", one("S1", "1")).await.status, 201);
}
