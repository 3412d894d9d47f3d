//! Bodies that are too large, in each way in which one can be.

use std::convert::Infallible;
use std::io::Write;
use std::time::Duration;

use futures::{StreamExt, stream};

use super::*;
use crate::gateways::http::body::Patience;
use crate::gateways::http::rooms::Rooms;
use crate::gateways::http::{MOST_READINGS, Routes, router};
use crate::testing::{TWO, intake, kept, pipeline, pipeline_with};
use crate::token::Tokens;

fn routes(intake: crate::intake::Intake, rooms: Rooms, patience: Patience) -> Router {
    Routes::within(intake.clone(), Tokens::new(&intake.pipeline().ingest.http.tokens), rooms, patience).merged()
}

/// Rooms for bodies of so many bytes, for which nobody waits long.
fn rooms(limit: usize) -> Rooms {
    Rooms::new(limit).turn(Duration::from_millis(20))
}

const PATIENT: Patience = Patience { arrival: Duration::from_secs(600), grace: Duration::from_secs(600) };

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
    post(&router, "one", one(&long, "1")).await.problem(422);
    let long_name = &long[..60_000];
    post(&router, "one", one(long_name, "1")).await.problem(403);
    let got = post(&router, "all", one(long_name, "1")).await;
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
    let router = routes(intake, Rooms::new(4096), Patience { arrival: Duration::from_millis(20), ..PATIENT });
    post(&router, "one", stuck()).await.problem(408);
}

/// A body that brings this, and then nothing more.
fn halting(first: Vec<u8>) -> Body {
    Body::from_stream(stream::iter([Ok::<_, Infallible>(first)]).chain(stream::pending()))
}

#[tokio::test]
async fn a_body_that_drips_is_given_up_and_one_that_is_slow_is_not() {
    let (_folder, intake) = intake(small());
    let router = routes(intake, Rooms::new(4096), Patience { grace: Duration::from_millis(100), ..PATIENT });
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
    // The default: bodies of 16 MiB. Each of three hundred could have so many, and has sent a byte.
    let router = routes(intake, rooms(16 << 20), PATIENT);
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
    let router = routes(intake, rooms(1 << 20).arriving(64 << 10), PATIENT);
    {
        // It says nothing of its length, and so it has all the room that one begin may need.
        let first = post(&router, "one", halting(vec![b' '; 1 << 10]));
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
async fn few_long_bodies_are_in_work_at_once() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = routes(intake, rooms(1 << 20).long_bodies(1), PATIENT);
    let large = padded(100_000);
    let packed = || upload("one", &[("content-encoding", "gzip")], gzip(large.as_bytes()));
    {
        let first = post(&router, "one", halting(vec![b' '; 100_000]));
        tokio::pin!(first);
        assert!(futures::poll!(&mut first).is_pending());
        // One is in work, and there is no place for another, however well it is packed.
        post(&router, "one", large.clone()).await.problem(503);
        send(&router, packed()).await.problem(503);
        // What a logger sends once a minute waits for nobody.
        assert_eq!(post(&router, "one", one("S1", "1")).await.status, 201);
    }
    assert_eq!(post(&router, "one", large).await.status, 201);
}

#[tokio::test]
async fn long_bodies_wait_for_each_other_in_turn_and_none_starves() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    // Room for one. Each of twenty has sent its begin before any of them gets on.
    let rooms = Rooms::new(1 << 20).turn(Duration::from_secs(60)).long_bodies(1);
    let router = routes(intake.clone(), rooms, PATIENT);
    let body = |n: usize| {
        let body = format!("{}{}", one("S1", &n.to_string()), " ".repeat(900_000));
        let parts: Vec<_> = body.into_bytes().chunks(60_000).map(<[u8]>::to_vec).collect();
        Body::from_stream(stream::iter(parts).then(|part| async move {
            tokio::task::yield_now().await;
            Ok::<_, Infallible>(part)
        }))
    };
    let all = futures::future::join_all((0..20).map(|n| {
        let router = &router;
        async move { post(router, "one", body(n)).await }
    }));
    for got in all.await {
        assert_eq!(got.status, 201, "{}", got.body);
    }
    assert_eq!(kept(&intake, "S1").await.len(), 1);
}

#[tokio::test]
async fn a_long_body_is_kept_byte_for_byte_and_says_what_a_short_one_says() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let router = router(intake.clone());
    let start = chrono::DateTime::from_timestamp(1_700_000_040, 0).unwrap();
    let line = |n: i64| {
        let at = (start + chrono::Duration::minutes(n)).to_rfc3339();
        format!(r#"{{"station":"S1","parameter":"pm10","start":"{at}","period":"PT1M","value":{n}}}"#)
    };
    let ndjson: String = (0..2000).map(|n| line(n) + "\n").collect();
    let items: Vec<String> = (0..2000).map(|n| line(n).replace(r#""station":"S1","#, "")).collect();
    let json = format!(r#"{{"readings":[{}],"station":"S1"}}"#, items.join(",\n"));
    let csv: String = (0..2000)
        .map(|n| format!("S1,pm10,{},PT1M,{n}\r\n", (start + chrono::Duration::minutes(n)).to_rfc3339()))
        .collect();
    let csv = format!("station,parameter,start,period,value\r\n{csv}");
    let mut stored = 2000;
    for (kind, body) in [("application/x-ndjson", ndjson), ("application/json", json), ("text/csv", csv)] {
        assert!(body.len() > 64 << 10, "{kind}");
        let packed = [gzip(body.as_bytes()), zstd::encode_all(body.as_bytes(), 3).unwrap(), body.clone().into_bytes()];
        for (coding, packed) in ["gzip", "zstd", "identity"].into_iter().zip(packed) {
            let headers = [("content-type", kind), ("content-encoding", coding)];
            let parts: Vec<_> = packed.chunks(3001).map(|part| Ok::<_, Infallible>(part.to_vec())).collect();
            let got = send(&router, upload("one", &headers, Body::from_stream(stream::iter(parts)))).await;
            assert_eq!(got.counts(), [stored, 2000 - stored, 0, 0, 0], "{kind} {coding}");
            stored = 0;
            let id = got.body["receipt"].as_str().unwrap().parse().unwrap();
            let kept = intake.journal().submission(id).await.unwrap().unwrap();
            assert!(kept.body == body.as_bytes(), "{kind} {coding}");
        }
        // The same key with the same long body is the same upload, and with another one it is not.
        let keyed = |body: String| upload("one", &[("content-type", kind), ("idempotency-key", kind)], body);
        let first = send(&router, keyed(body.clone())).await;
        assert_eq!(send(&router, keyed(body.clone())).await.body["receipt"], first.body["receipt"]);
        send(&router, keyed(body.replace("PT1M", "PT2M"))).await.problem(409);
        // A fault far behind is told as in a short body, and nothing is stored.
        let late = body.rfind("1999").unwrap();
        let bad = format!("{}x{}", &body[..late], &body[late..]);
        let got = send(&router, upload("one", &[("content-type", kind)], bad)).await;
        got.problem(422);
        assert_eq!(got.body["index"], 1999, "{}", got.body);
        // Cut off, and behind whole frames.
        for (coding, packed) in
            [("gzip", gzip(body.as_bytes())), ("zstd", zstd::encode_all(body.as_bytes(), 3).unwrap())]
        {
            let twice = [packed.clone(), packed.clone()].concat();
            for end in (packed.len() - 30..packed.len()).chain([packed.len() + 1, packed.len() + 5, twice.len() - 1]) {
                let headers = [("content-type", kind), ("content-encoding", coding)];
                let got = send(&router, upload("one", &headers, twice[..end].to_vec())).await;
                got.problem(422);
                assert!(got.body["detail"].as_str().unwrap().contains("unpacked"), "{coding} {end}: {}", got.body);
            }
        }
    }
}
