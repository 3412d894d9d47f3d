use std::collections::HashSet;
use std::future::IntoFuture;
use std::time::Duration as Wait;

use limpid_model::pipeline::Files;
use limpid_model::{Instant, ParameterId, Period, Zone};
use limpid_store::{Journal, SqliteJournal};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::Intake;
use crate::gateways::hj212::frame::{Found, Framer, encode};
use crate::gateways::hj212::message::{Message, answer};
use crate::simulate::hj212::{Link, Patience};
use crate::simulate::schedule::Dispatch;

const STATIONS: &str = "id,kind,name_zh,name_en,lat,lon,mn,password,hour_label,units,simulated\n\
    A1,air,一,One,28.5,104.9,MNA1,,start,,true\n\
    A2,air,二,Two,28.5,104.9,MNA2,secret,end,co=ppm pm25=mg/m3,true\n\
    W1,water,三,River,28.5,104.9,MNW1,,start,,true\n\
    N1,noise,四,Square,28.5,104.9,MNN1,,start,,false\n\
    O1,outlet,五,Works,28.5,104.9,MNO1,,start,,false\n\
    X1,air,六,No MN,28.5,104.9,,,start,,false\n";

fn pipeline() -> Arc<Pipeline> {
    let pipeline = format!(
        "[publisher]\nid = \"t\"\nname = {{ zh = \"试\", en = \"T\" }}\nzone = \"Asia/Shanghai\"\n\
         [[ingest.http.token]]\nstation = \"*\"\nhash = \"{}\"\n",
        crate::token::hash("all")
    );
    Arc::new(Pipeline::parse(&Files { pipeline, stations: STATIONS.into() }).unwrap())
}

fn shanghai() -> Zone {
    Zone::parse("Asia/Shanghai").unwrap()
}

fn utc(text: &str) -> Instant {
    text.parse().unwrap()
}

/// A gateway of this crate with a journal on disk.
struct Gateway {
    _folder: tempfile::TempDir,
    journal: Arc<dyn Journal>,
    address: String,
    stop: CancellationToken,
}

async fn gateway(pipeline: Arc<Pipeline>) -> Gateway {
    let folder = tempfile::tempdir().unwrap();
    let journal: Arc<dyn Journal> = SqliteJournal::open(&folder.path().join("journal.db")).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let stop = CancellationToken::new();
    let intake = Intake::new(pipeline, Arc::clone(&journal));
    tokio::spawn(crate::gateways::hj212::serve(listener, intake, None, stop.clone()));
    Gateway { _folder: folder, journal, address, stop }
}

/// Hours of 2024 for station and parameter, with a value that names its hour.
fn hours(station: &str, parameter: &str, count: i64, offset: f64) -> Vec<Result<(StationId, RawReading), String>> {
    let reading = |hour: i64| RawReading {
        parameter: ParameterId::known(parameter),
        period: Period::Hour,
        start: utc("2024-01-01T00:00:00Z") + Duration::hours(hour),
        value: (hour != 3).then_some(offset + hour as f64),
        unit: Some(ParameterId::known(parameter).unit()),
        mark: None,
    };
    (0..count).map(|hour| Ok((StationId::parse(station).unwrap(), reading(hour)))).collect()
}

async fn series(journal: &Arc<dyn Journal>, station: &str) -> Vec<(String, String, Option<f64>)> {
    let station = StationId::parse(station).unwrap();
    let (from, to) = (utc("2000-01-01T00:00:00Z"), utc("2100-01-01T00:00:00Z"));
    let readings = journal.window(&station, from, to, None).await.unwrap();
    let line = |accepted: &limpid_store::Accepted| {
        let reading = &accepted.reading;
        (reading.parameter.to_string(), shanghai().format(reading.start), reading.value)
    };
    readings.iter().map(line).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_played_back_through_the_gateway_to_the_last_reading() {
    let gateway = gateway(pipeline()).await;
    // Out of order, with a station that is not in the registry's first two.
    let mut readings = hours("A2", "co", 100, 0.0);
    readings.extend(hours("A1", "pm25", 100, 10.0));
    readings.extend(hours("A1", "o3", 100, 20.0));
    readings.extend(hours("W1", "ph", 5, 0.0));
    readings.reverse();
    let options = Options {
        source: Source::Readings(Box::new(readings.into_iter())),
        speed: 0.0,
        stations: Some(2),
        ..Options::new(format!("hj212://{}", gateway.address).parse().unwrap())
    };
    let report = run(pipeline(), options, CancellationToken::new()).await.unwrap();
    let expected = Report { stations: 2, messages: 200, readings: 300, acknowledged: 200, ..Report::default() };
    assert_eq!(report, expected);
    let counts = gateway.journal.counts().await.unwrap();
    assert_eq!((counts.stored, counts.total()), (300, 300));
    let one = series(&gateway.journal, "A1").await;
    assert_eq!(one.len(), 200);
    assert!(one.contains(&("pm25".into(), "2024-01-01T08:00:00+08:00".into(), Some(10.0))), "{:?}", &one[..4]);
    assert!(one.contains(&("o3".into(), "2024-01-01T11:00:00+08:00".into(), None)), "missing stays missing");
    // A2's labels name the end and its CO goes over the wire in ppm: the gateway undoes both.
    let two = series(&gateway.journal, "A2").await;
    let (_, start, value) = &two[99];
    assert_eq!(start, "2024-01-05T11:00:00+08:00");
    assert!((value.unwrap() - 99.0).abs() < 1e-9, "{value:?}");
    gateway.stop.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_sends_two_days_of_hours_at_once() {
    let gateway = gateway(pipeline()).await;
    let stop = CancellationToken::new();
    let options = Options::demo(gateway.address.parse().unwrap());
    let simulated = tokio::spawn(run(pipeline(), options, stop.clone()));
    let enough = async {
        loop {
            let extents = gateway.journal.extents().await.unwrap();
            // Twelve air parameters or nine of water, 47 or 48 hours of each.
            if extents.len() == 3 && extents.iter().all(|extent| extent.readings > 9 * 47) {
                return;
            }
            tokio::time::sleep(Wait::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Wait::from_secs(30), enough).await.expect("two days of three stations in half a minute");
    stop.cancel();
    let report = simulated.await.unwrap().unwrap();
    assert_eq!((report.stations, report.resent, report.reconnects), (3, 0, 0));
    let counts = gateway.journal.counts().await.unwrap();
    assert_eq!((counts.quarantined, counts.rejected, counts.corrected), (0, 0, 0), "{counts:?}");
    let names: HashSet<String> = series(&gateway.journal, "A1").await.into_iter().map(|line| line.0).collect();
    for parameter in ["pm25", "pm10", "so2", "no2", "co", "o3", "temperature", "pressure", "wind_direction"] {
        assert!(names.contains(parameter), "{parameter} in {names:?}");
    }
    gateway.stop.cancel();
}

/// The HTTP gateway, with a journal on disk.
async fn http_gateway() -> Gateway {
    let folder = tempfile::tempdir().unwrap();
    let journal: Arc<dyn Journal> = SqliteJournal::open(&folder.path().join("journal.db")).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let stop = CancellationToken::new();
    let intake = Intake::new(pipeline(), Arc::clone(&journal));
    let router = crate::gateways::http::router(intake);
    let app = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(axum::serve(listener, app).with_graceful_shutdown(stop.clone().cancelled_owned()).into_future());
    Gateway { _folder: folder, journal, address, stop }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_uploaded_over_http() {
    let gateway = http_gateway().await;
    let options = |token: Option<&str>| {
        let readings = hours("A1", "pm25", 1500, 10.0).into_iter().chain(hours("A2", "co", 10, 0.0));
        Options {
            source: Source::Readings(Box::new(readings)),
            speed: 0.0,
            token: token.map(str::to_owned),
            ..Options::new(format!("http://{}/", gateway.address).parse().unwrap())
        }
    };
    let report = run(pipeline(), options(Some("all")), CancellationToken::new()).await.unwrap();
    assert_eq!((report.messages, report.acknowledged, report.readings, report.resent), (3, 3, 1510, 0));
    assert_eq!(gateway.journal.counts().await.unwrap().stored, 1510);
    let two = series(&gateway.journal, "A2").await;
    assert_eq!(two[9], ("co".into(), "2024-01-01T17:00:00+08:00".into(), Some(9.0)));
    for token in [None, Some("wrong")] {
        let error = run(pipeline(), options(token), CancellationToken::new()).await.unwrap_err();
        assert!(matches!(error, SimulateError::Refused { status: 401, .. }), "{error}");
    }
    gateway.stop.cancel();
}

fn patience() -> Patience {
    let moment = Wait::from_millis(50);
    Patience { answer: moment, resends: 3, backoff: moment, backoff_most: moment }
}

fn link(address: String) -> Link {
    let station = pipeline().stations.get_str("A1").unwrap().clone();
    let clock = Arc::new(Clock::free(utc("2024-01-01T00:00:00Z"), 0.0));
    Link::new(pipeline(), station, address, clock, CancellationToken::new()).with_patience(patience())
}

fn schedule(count: i64) -> Schedule {
    let dispatch = |hour| {
        let start = utc("2024-01-01T00:00:00Z") + Duration::hours(hour);
        let value = schedule::Value { parameter: ParameterId::known("pm25"), value: Some(hour as f64), mark: None };
        Dispatch { due: start + Duration::hours(1), period: Period::Hour, start, values: vec![value] }
    };
    Box::new((0..count).map(dispatch))
}

/// Reads frames until `stop_at` of them came; gives QN and frame of each.
async fn listen(stream: &mut TcpStream, framer: &mut Framer, stop_at: usize) -> Vec<(String, Vec<u8>)> {
    let mut got = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        while let Some(found) = framer.find() {
            let Found::Frame(frame) = found else { panic!("{found:?}") };
            let text = std::str::from_utf8(frame.data).unwrap();
            got.push((Message::parse(text).unwrap().qn.unwrap().to_owned(), frame.data.to_vec()));
            if got.len() == stop_at {
                return got;
            }
        }
        match stream.read(&mut buffer).await.unwrap() {
            0 => return got,
            count => framer.push(&buffer[..count]),
        }
    }
}

async fn acknowledge(stream: &mut TcpStream, data: &[u8]) {
    let text = answer(&Message::parse(std::str::from_utf8(data).unwrap()).unwrap(), "9014");
    stream.write_all(&encode(text.as_bytes())).await.unwrap();
}

#[tokio::test]
async fn what_is_not_answered_is_sent_again_with_the_same_qn() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let sending = tokio::spawn(link(address).run(schedule(2)));
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut framer = Framer::default();
    let first = listen(&mut stream, &mut framer, 2).await;
    assert!(first[0].0 < first[1].0, "numbers grow");
    acknowledge(&mut stream, &first[1].1).await;
    // An answer to something else, and one that was given before, acknowledge nothing.
    acknowledge(&mut stream, &first[1].1).await;
    let other = String::from_utf8(first[0].1.clone()).unwrap().replace(&first[0].0, "20000101000000000");
    acknowledge(&mut stream, other.as_bytes()).await;
    let again = listen(&mut stream, &mut framer, 1).await;
    assert_eq!(again[0], first[0]);
    acknowledge(&mut stream, &again[0].1).await;
    let report = sending.await.unwrap();
    assert_eq!((report.messages, report.acknowledged, report.reconnects), (2, 2, 0));
    assert!(report.resent >= 1, "{report:?}");
}

#[tokio::test]
async fn a_lost_connection_loses_no_message() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let sending = tokio::spawn(link(address).run(schedule(100)));
    // The first connection takes some frames and breaks, the second stays silent, the third works.
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut framer = Framer::default();
    let mut taken = listen(&mut stream, &mut framer, 3).await;
    acknowledge(&mut stream, &taken[0].1).await;
    taken.truncate(1);
    drop(stream);
    let (mut silent, _) = listener.accept().await.unwrap();
    let ignored = listen(&mut silent, &mut Framer::default(), 10_000).await;
    assert!(ignored.len() > 4, "sent three times more before it gave up: {}", ignored.len());
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut framer = Framer::default();
    let mut seen: HashSet<String> = taken.iter().map(|(qn, _)| qn.clone()).collect();
    while seen.len() < 100 {
        let got = listen(&mut stream, &mut framer, 1).await;
        assert!(!got.is_empty(), "closed after {} messages", seen.len());
        for (qn, data) in got {
            acknowledge(&mut stream, &data).await;
            seen.insert(qn);
        }
    }
    let report = sending.await.unwrap();
    // The first acknowledgement may have been lost with its connection; then that message was sent twice.
    assert_eq!((report.messages, report.acknowledged), (100, 100));
    assert!(report.reconnects >= 2, "{report:?}");
}

#[tokio::test]
async fn a_gateway_that_is_not_there_yet_is_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let sending = tokio::spawn(link(address.to_string()).run(schedule(1)));
    tokio::time::sleep(Wait::from_millis(120)).await;
    let listener = TcpListener::bind(address).await.unwrap();
    let (mut stream, _) = listener.accept().await.unwrap();
    let got = listen(&mut stream, &mut Framer::default(), 1).await;
    acknowledge(&mut stream, &got[0].1).await;
    let report = sending.await.unwrap();
    assert_eq!((report.messages, report.acknowledged), (1, 1));
    assert!(report.reconnects >= 1);
}

#[tokio::test]
async fn a_gateway_that_never_answers_is_stopped_waiting_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let stop = CancellationToken::new();
    let options = Options { speed: 0.0, ..Options::new(Target::Hj212(address)) };
    let running = tokio::spawn(run(pipeline(), options, stop.clone()));
    let _connection = listener.accept().await.unwrap();
    stop.cancel();
    let report = running.await.unwrap().unwrap();
    assert_eq!(report.acknowledged, 0);
    assert!(report.messages <= 5 * 32, "no more than the window of each station: {report:?}");
}

#[tokio::test]
async fn what_cannot_be_simulated_is_said() {
    let refused = async |options| run(pipeline(), options, CancellationToken::new()).await.unwrap_err().to_string();
    let to = || Target::Hj212("127.0.0.1:1".into());
    assert!(refused(Options { speed: -1.0, ..Options::new(to()) }).await.contains("speed -1"));
    assert!(refused(Options { stations: Some(0), ..Options::new(to()) }).await.contains("no station"));
    let broken: Readings = Box::new(std::iter::once(Err("x.csv:7: not a number".to_owned())));
    assert!(refused(Options { source: Source::Readings(broken), ..Options::new(to()) }).await.contains("x.csv:7"));
    let none: Readings = Box::new(std::iter::empty());
    assert!(refused(Options { source: Source::Readings(none), ..Options::new(to()) }).await.contains("none"));
}

#[test]
fn made_up_air_behaves_like_air() {
    let pipeline = pipeline();
    let station = pipeline.stations.get_str("A1").unwrap();
    let value = |id: &str, start: Instant| {
        synthetic::value(station, ParameterId::known(id), Period::Hour, start, shanghai()).unwrap()
    };
    // Means over a year by local hour of the day.
    let by_hour = |id: &str, local: i64| {
        let hours = (0..365).map(|day| utc("2025-12-31T16:00:00Z") + Duration::hours(day * 24 + local));
        hours.map(|hour| value(id, hour)).sum::<f64>() / 365.0
    };
    assert!(by_hour("o3", 15) > 2.0 * by_hour("o3", 4), "ozone is made by the sun");
    assert!(by_hour("no2", 8) > 1.3 * by_hour("no2", 3), "traffic in the morning");
    assert!(by_hour("pm25", 1) > by_hour("pm25", 14), "particles gather at night");
    assert!(by_hour("temperature", 15) > by_hour("temperature", 5));
    for day in 0..365 {
        let at = utc("2026-01-01T00:00:00Z") + Duration::hours(day * 24 + day % 24);
        assert!(value("pm10", at) > value("pm25", at), "at {at}");
        assert!(value("nox", at) > value("no2", at), "at {at}");
        for (id, low, high) in [
            ("pm25", 2.0, 250.0),
            ("o3", 1.0, 300.0),
            ("no2", 1.0, 150.0),
            ("so2", 1.0, 50.0),
            ("co", 0.1, 3.0),
            ("temperature", -10.0, 42.0),
            ("humidity", 10.0, 100.0),
            ("pressure", 950.0, 1010.0),
            ("wind_speed", 0.0, 12.0),
            ("wind_direction", 0.0, 360.0),
        ] {
            assert!((low..=high).contains(&value(id, at)), "{id} is {} at {at}", value(id, at));
        }
    }
    let winter = (0..31 * 24).map(|hour| value("pm25", utc("2026-01-01T00:00:00Z") + Duration::hours(hour)));
    let summer = (0..31 * 24).map(|hour| value("pm25", utc("2026-07-01T00:00:00Z") + Duration::hours(hour)));
    assert!(winter.sum::<f64>() > summer.sum::<f64>());
}

#[test]
fn made_up_values_are_the_same_each_time_and_differ_between_stations() {
    let pipeline = pipeline();
    let at = utc("2026-11-25T00:00:00Z");
    let series = |station: &str| {
        let station = pipeline.stations.get_str(station).unwrap();
        let value = |k| {
            synthetic::value(station, ParameterId::known("pm25"), Period::Moment, at + Duration::seconds(k), shanghai())
        };
        (0..600).step_by(10).map(|k| value(k).unwrap()).collect::<Vec<f64>>()
    };
    assert_eq!(series("A1"), series("A1"));
    assert_ne!(series("A1"), series("A2"));
    // From one ten seconds to the next nothing jumps.
    assert!(series("A1").windows(2).all(|pair| (pair[1] - pair[0]).abs() < 0.05 * pair[0]));
}

#[test]
fn every_planned_parameter_is_made_up_and_can_be_sent() {
    let pipeline = pipeline();
    for station in pipeline.stations.iter() {
        for parameter in synthetic::plan(station) {
            let value = synthetic::value(station, parameter, Period::Hour, utc("2026-11-25T00:00:00Z"), shanghai());
            assert!(value.is_some_and(f64::is_finite), "{parameter} at {}", station.id);
            let code = crate::gateways::hj212::codes::code(parameter, station.kind);
            assert!(code.is_some(), "{parameter} at {}", station.id);
        }
    }
}

#[test]
fn a_made_up_schedule_is_the_past_in_hours_and_then_the_present() {
    let pipeline = pipeline();
    let station = pipeline.stations.get_str("A1").unwrap().clone();
    let (from, live) = (utc("2026-11-25T00:20:00Z"), utc("2026-11-25T02:59:45Z"));
    let first: Vec<(Period, Instant)> = schedule::synthetic(Arc::clone(&pipeline), station, from, live)
        .take(7)
        .map(|dispatch| (dispatch.period, dispatch.start))
        .collect();
    let expected = [
        (Period::Hour, "2026-11-25T00:00:00Z"),
        (Period::Hour, "2026-11-25T01:00:00Z"),
        (Period::Moment, "2026-11-25T02:59:50Z"),
        (Period::Hour, "2026-11-25T02:00:00Z"),
        (Period::Minutes(1), "2026-11-25T02:59:00Z"),
        (Period::Moment, "2026-11-25T03:00:00Z"),
        (Period::Moment, "2026-11-25T03:00:10Z"),
    ];
    assert_eq!(first, expected.map(|(period, start)| (period, utc(start))));
}
