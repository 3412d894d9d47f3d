use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use limpid_model::{Channel, StationId};
use limpid_store::{Journal, SqliteJournal};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::gateways::hj212::frame::{Found, Framer, encode};
use crate::gateways::hj212::testing::{MN, Spy, now, pipeline};

struct Gateway {
    address: SocketAddr,
    stop: CancellationToken,
    served: JoinHandle<()>,
}

async fn start(intake: Intake) -> Gateway {
    start_with(intake, Duration::from_secs(3600)).await
}

async fn start_with(intake: Intake, idle: Duration) -> Gateway {
    start_dressed(intake, Patience { idle, frame: idle }, None).await
}

async fn start_dressed(intake: Intake, patience: Patience, tls: Option<Tls>) -> Gateway {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let served = tokio::spawn(serve_while(listener, intake, tls, patience, stop.clone()));
    Gateway { address, stop, served }
}

impl Gateway {
    async fn connect(&self) -> Client {
        Client { stream: TcpStream::connect(self.address).await.unwrap(), framer: Framer::default() }
    }

    async fn stop(self) {
        self.stop.cancel();
        self.served.await.unwrap();
    }
}

struct Client {
    stream: TcpStream,
    framer: Framer,
}

impl Client {
    async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    /// The data segment of the next answer; `None` when the gateway closed the connection.
    async fn answer(&mut self) -> Option<String> {
        loop {
            match self.framer.find() {
                Some(Found::Frame(frame)) => return Some(String::from_utf8(frame.data.to_vec()).unwrap()),
                Some(Found::Garbage(garbage)) => panic!("{garbage:?} for an answer"),
                None => {}
            }
            let mut buffer = [0; 4096];
            match self.stream.read(&mut buffer).await {
                Ok(0) | Err(_) => return None,
                Ok(count) => self.framer.push(&buffer[..count]),
            }
        }
    }

    /// All answers until the gateway closes, after this side has said that it sends no more.
    async fn rest(mut self) -> Vec<String> {
        self.stream.shutdown().await.unwrap();
        let mut answers = Vec::new();
        while let Some(answer) = self.answer().await {
            answers.push(answer);
        }
        answers
    }
}

fn frame(qn: &str, mn: &str, area: &str) -> Vec<u8> {
    encode(format!("QN={qn};ST=22;CN=2011;PW=123456;MN={mn};Flag=5;CP=&&{area}&&").as_bytes())
}

fn reading(qn: u64) -> Vec<u8> {
    frame(&qn.to_string(), MN, "DataTime=20261125080000;a34004-Rtd=33,a34004-Flag=N")
}

fn acknowledged(qn: u64) -> String {
    format!("QN={qn};ST=91;CN=9014;PW=123456;MN={MN};Flag=4;CP=&&&&")
}

#[tokio::test]
async fn a_frame_is_answered_in_the_standards_words() {
    let spy = Arc::new(Spy::default());
    let gateway = start(spy.intake(pipeline(""))).await;
    let mut client = gateway.connect().await;
    client.send(&frame("20160801085857223", MN, "DataTime=20261125080000;a34004-Rtd=33")).await;
    let mut answer = vec![0; 99];
    client.stream.read_exact(&mut answer).await.unwrap();
    // Vector 11, whole.
    let expected = format!("##0087QN=20160801085857223;ST=91;CN=9014;PW=123456;MN={MN};Flag=4;CP=&&&&3240\r\n");
    assert_eq!(String::from_utf8(answer).unwrap(), expected);
    assert_eq!(spy.taken.lock().unwrap()[0].channel, Channel::Hj212);
    gateway.stop().await;
}

#[tokio::test]
async fn two_frames_in_one_write_and_one_frame_in_many() {
    let spy = Arc::new(Spy::default());
    let gateway = start(spy.intake(pipeline(""))).await;
    let mut client = gateway.connect().await;
    client.send(&[reading(1), reading(2)].concat()).await;
    for byte in reading(3) {
        client.send(&[byte]).await;
        tokio::task::yield_now().await;
    }
    assert_eq!(client.rest().await, [1, 2, 3].map(acknowledged));
    gateway.stop().await;
}

#[tokio::test]
async fn answers_leave_in_the_order_of_the_frames() {
    let spy = Arc::new(Spy::default());
    // The journal finishes the first frame last.
    spy.dawdle.store(true, Ordering::SeqCst);
    let gateway = start(spy.intake(pipeline(""))).await;
    let mut client = gateway.connect().await;
    client.send(&(1..=9).flat_map(reading).collect::<Vec<u8>>()).await;
    assert_eq!(client.rest().await, (1..=9).map(acknowledged).collect::<Vec<_>>());
    gateway.stop().await;
}

#[tokio::test]
async fn a_station_that_reads_no_answers_for_a_while_loses_none() {
    let spy = Arc::new(Spy::default());
    let gateway = start(spy.intake(pipeline(""))).await;
    let client = gateway.connect().await;
    let (mut reader, mut writer) = client.stream.into_split();
    let sent = tokio::spawn(async move {
        for qn in 1..=20_000 {
            writer.write_all(&reading(qn)).await.unwrap();
        }
    });
    // Only a part goes through before the answers block the gateway.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let mut framer = Framer::default();
    let mut next = 1;
    let mut buffer = [0; 65536];
    loop {
        let count = reader.read(&mut buffer).await.unwrap();
        if count == 0 {
            break;
        }
        framer.push(&buffer[..count]);
        while let Some(Found::Frame(frame)) = framer.find() {
            assert_eq!(String::from_utf8_lossy(frame.data), acknowledged(next));
            next += 1;
        }
    }
    sent.await.unwrap();
    assert_eq!(next, 20_001);
    gateway.stop().await;
}

#[tokio::test]
async fn an_unknown_identity_is_kept_and_answered_as_configured() {
    for (hj212, answered) in [("", false), ("unknown = \"ack\"", true)] {
        let spy = Arc::new(Spy::default());
        let gateway = start(spy.intake(pipeline(hj212))).await;
        let mut client = gateway.connect().await;
        client.send(&frame("1", "NOBODY", "DataTime=20261125080000;a34004-Rtd=33")).await;
        client.send(&reading(2)).await;
        let answers = client.rest().await;
        assert_eq!(answers.len(), 1 + usize::from(answered), "{answers:?}");
        assert_eq!(answers.last(), Some(&acknowledged(2)), "the connection goes on");
        assert_eq!(spy.entries()[0], "quarantined unknown_station");
        gateway.stop().await;
    }
}

#[tokio::test]
async fn what_the_journal_does_not_take_is_not_answered() {
    let spy = Arc::new(Spy::default());
    spy.full.store(true, Ordering::SeqCst);
    let gateway = start(spy.intake(pipeline(""))).await;
    let mut client = gateway.connect().await;
    client.send(&reading(1)).await;
    let silence = tokio::time::timeout(Duration::from_millis(100), client.answer()).await;
    assert!(silence.is_err(), "neither answered nor closed: {silence:?}");
    // There is room again, and the station sends once more.
    spy.full.store(false, Ordering::SeqCst);
    client.send(&reading(1)).await;
    assert_eq!(client.answer().await, Some(acknowledged(1)));
    gateway.stop().await;
}

#[tokio::test]
async fn damaged_bytes_are_kept_and_cost_no_good_frame() {
    let spy = Arc::new(Spy::default());
    let gateway = start(spy.intake(pipeline(""))).await;
    let mut client = gateway.connect().await;
    let mut broken = reading(2);
    broken[40] ^= 1;
    client.send(&[b"junk".to_vec(), reading(1), broken.clone(), reading(3), b"##0999QN=".to_vec()].concat()).await;
    assert_eq!(client.rest().await, [1, 3].map(acknowledged));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    let expected = ["junk".into(), text(&reading(1)), text(&broken), text(&reading(3)), "##0999QN=".into()];
    assert_eq!(spy.bodies(), expected);
    assert_eq!(spy.entries().iter().filter(|entry| *entry == "rejected damaged").count(), 3);
    gateway.stop().await;
}

#[tokio::test]
async fn fault_25_whoever_speaks_something_else_is_closed() {
    let spy = Arc::new(Spy::default());
    let gateway = start(spy.intake(pipeline(""))).await;
    let mut client = gateway.connect().await;
    let line = b"GET /index.html HTTP/1.1\r\nHost: somewhere\r\n\r\n";
    let mut closed = false;
    for _ in 0..100_000 {
        if client.stream.write_all(line).await.is_err() {
            closed = true;
            break;
        }
    }
    assert!(closed, "4.5 MB of junk were read");
    let kept: usize = spy.bodies().iter().map(String::len).sum();
    assert!((1..128 * 1024).contains(&kept), "{kept}");
    gateway.stop().await;
}

#[tokio::test]
async fn bytes_that_trickle_in_hold_no_connection() {
    let spy = Arc::new(Spy::default());
    let gateway = start_with(spy.intake(pipeline("")), Duration::from_millis(300)).await;
    let mut client = gateway.connect().await;
    client.send(b"##0999QN=").await;
    for _ in 0..1000 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        if client.stream.write_all(b"1").await.is_err() {
            return gateway.stop().await;
        }
    }
    panic!("still open after twenty seconds");
}

#[tokio::test]
async fn a_station_that_sends_within_the_idle_time_stays() {
    let spy = Arc::new(Spy::default());
    let gateway = start_with(spy.intake(pipeline("")), Duration::from_secs(2)).await;
    let mut client = gateway.connect().await;
    for qn in 1..=5 {
        client.send(&reading(qn)).await;
        assert_eq!(client.answer().await, Some(acknowledged(qn)));
        tokio::time::sleep(Duration::from_millis(600)).await;
    }
    gateway.stop().await;
}

#[tokio::test]
async fn one_connection_more_than_configured_is_closed_and_the_place_is_given_again() {
    let spy = Arc::new(Spy::default());
    let gateway = start(spy.intake(pipeline("connections = 1"))).await;
    let mut first = gateway.connect().await;
    first.send(&reading(1)).await;
    assert_eq!(first.answer().await, Some(acknowledged(1)));
    assert_eq!(gateway.connect().await.answer().await, None);
    assert_eq!(first.rest().await, [""; 0]);
    // The place is free when the gateway has seen the end, which may take it a moment.
    for _ in 0..1000 {
        let mut third = gateway.connect().await;
        if third.stream.write_all(&reading(3)).await.is_ok() && third.answer().await == Some(acknowledged(3)) {
            return gateway.stop().await;
        }
        tokio::task::yield_now().await;
    }
    panic!("no place became free");
}

#[tokio::test]
async fn a_stop_waits_for_what_is_in_flight() {
    let spy = Arc::new(Spy::default());
    spy.dawdle.store(true, Ordering::SeqCst);
    let gateway = start(spy.intake(pipeline(""))).await;
    let mut client = gateway.connect().await;
    client.send(&reading(1)).await;
    while spy.come.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    // The frame is in flight now.
    let (answer, ()) = tokio::join!(client.answer(), gateway.stop());
    assert_eq!(answer, Some(acknowledged(1)));
    assert_eq!(client.answer().await, None, "closed");
}

#[tokio::test]
async fn faults_19_and_27_what_comes_again_is_answered_again_and_stored_once() {
    let folder = tempfile::tempdir().unwrap();
    let journal: Arc<dyn Journal> = SqliteJournal::open(&folder.path().join("journal.db")).unwrap();
    let intake = Intake::new(pipeline(""), Arc::clone(&journal)).with_clock(now);
    let gateway = start(intake).await;
    // Fault 27: an answer was lost and the frame comes again; fault 19: it comes 299 times.
    let mut client = gateway.connect().await;
    for _ in 0..300 {
        client.send(&reading(1)).await;
    }
    client.send(&frame("2", MN, "DataTime=20261125080000;a34004-Rtd=34,a34004-Flag=N;a99999-Rtd=1")).await;
    client.send(b"junk##").await;
    let answers = client.rest().await;
    assert_eq!(answers.len(), 301);
    assert!(answers[..300].iter().all(|answer| *answer == acknowledged(1)));
    let counts = journal.counts().await.unwrap();
    assert_eq!((counts.stored, counts.same, counts.corrected, counts.quarantined, counts.rejected), (1, 299, 1, 1, 1));
    let station = StationId::parse("A1").unwrap();
    let (from, to) = ("2026-11-25T00:00:00Z".parse().unwrap(), "2026-11-25T00:00:01Z".parse().unwrap());
    let window = journal.window(&station, from, to, None).await.unwrap();
    assert_eq!(window.len(), 1);
    assert_eq!((window[0].revision, window[0].reading.value), (2, Some(34.0)));
    let kept = journal.submission(window[0].receipt).await.unwrap().unwrap();
    let sent = frame("2", MN, "DataTime=20261125080000;a34004-Rtd=34,a34004-Flag=N;a99999-Rtd=1");
    assert_eq!(kept.body, sent[..sent.len() - 2], "as received, but for the line end");
    assert_eq!(kept.sender, format!("{MN} at 127.0.0.1"));
    gateway.stop().await;
}

#[tokio::test]
async fn a_frame_that_does_not_end_closes_its_connection_and_blanks_do_not() {
    let spy = Arc::new(Spy::default());
    let patience = Patience { idle: Duration::from_secs(3600), frame: Duration::from_millis(300) };
    let gateway = start_dressed(spy.intake(pipeline("")), patience, None).await;
    let (mut slow, mut good) = (gateway.connect().await, gateway.connect().await);
    good.send(&reading(1)).await;
    assert_eq!(good.answer().await, Some(acknowledged(1)));
    good.send(b"\r\n \0").await;
    // A byte now and then, as a slow loris sends them.
    let mut closed = false;
    for byte in reading(2).iter().cycle().take(80) {
        tokio::time::sleep(Duration::from_millis(20)).await;
        closed |= slow.stream.write_all(&[*byte]).await.is_err();
    }
    assert!(closed, "still open after 1.6 s");
    good.send(&reading(3)).await;
    assert_eq!(good.answer().await, Some(acknowledged(3)), "between frames there is no hurry");
    gateway.stop().await;
}

#[tokio::test]
async fn only_allowed_addresses_connect_and_only_so_many_of_one() {
    for (hj212, answered) in [
        ("allow = [\"10.0.0.0/8\"]", [false, false]),
        ("allow = [\"10.0.0.0/8\", \"127.0.0.0/8\"]", [true, true]),
        ("connections_per_address = 1", [true, false]),
    ] {
        let spy = Arc::new(Spy::default());
        let gateway = start(spy.intake(pipeline(hj212))).await;
        let mut clients = [gateway.connect().await, gateway.connect().await];
        for (client, answered) in clients.iter_mut().zip(answered) {
            // A closed connection may or may not take the bytes.
            let _ = client.stream.write_all(&reading(1)).await;
            assert_eq!(client.answer().await.is_some(), answered, "{hj212}");
        }
        gateway.stop().await;
    }
}

#[tokio::test]
async fn a_station_is_believed_from_its_own_addresses_only() {
    let spy = Arc::new(Spy::default());
    let own = "[[ingest.hj212.station]]\nstation = \"A1\"\nallow = [\"10.1.0.0/16\"]";
    let gateway = start(spy.intake(pipeline(own))).await;
    let mut client = gateway.connect().await;
    client.send(&reading(1)).await;
    client.send(&frame("2", "W1MN", "DataTime=20261125080000;w01001-Rtd=7.1")).await;
    let answers = client.rest().await;
    assert!(answers.len() == 1 && answers[0].contains("MN=W1MN"), "{answers:?}");
    assert_eq!(spy.entries()[0], "quarantined wrong_address");
    gateway.stop().await;
}

#[tokio::test]
async fn the_port_speaks_tls_where_it_has_a_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(folder.path().join("c.pem"), made.cert.pem()).unwrap();
    std::fs::write(folder.path().join("k.pem"), made.signing_key.serialize_pem()).unwrap();
    let pipeline = pipeline("[ingest.hj212.tls]\ncert = \"c.pem\"\nkey = \"k.pem\"");
    let files = pipeline.ingest.hj212.tls.as_ref().unwrap();
    let tls = Tls::new(files, folder.path(), "ingest.hj212.tls", &[]).unwrap();
    let spy = Arc::new(Spy::default());
    let patience = Patience { idle: Duration::from_secs(3600), frame: Duration::from_secs(60) };
    let gateway = start_dressed(spy.intake(Arc::clone(&pipeline)), patience, Some(tls)).await;

    let mut plain = gateway.connect().await;
    plain.send(&reading(1)).await;
    let mut buffer = Vec::new();
    let _ = plain.stream.read_to_end(&mut buffer).await;
    assert!(!buffer.windows(2).any(|pair| pair == b"##"), "no answer in plain text");

    let mut roots = rustls::RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let stream = TcpStream::connect(gateway.address).await.unwrap();
    let mut stream = connector.connect("localhost".try_into().unwrap(), stream).await.unwrap();
    stream.write_all(&reading(2)).await.unwrap();
    let expected = encode(acknowledged(2).as_bytes());
    let mut answer = vec![0; expected.len()];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, expected);
    assert_eq!(spy.bodies().len(), 1);
    gateway.stop().await;

    // What is not there, or does not fit, is said with the setting that names it.
    for (file, text, words) in [
        ("c.pem", "", "ingest.hj212.tls.cert"),
        ("k.pem", "no key", "ingest.hj212.tls.key"),
        ("k.pem", &rcgen::KeyPair::generate().unwrap().serialize_pem(), "cannot be used together"),
    ] {
        let whole = std::fs::read(folder.path().join(file)).unwrap();
        std::fs::write(folder.path().join(file), text).unwrap();
        let files = pipeline.ingest.hj212.tls.as_ref().unwrap();
        let error = Tls::new(files, folder.path(), "ingest.hj212.tls", &[]).err().unwrap().to_string();
        assert!(error.contains(words), "{error}");
        std::fs::write(folder.path().join(file), whole).unwrap();
    }
}

/// Hours by which the gateway's clock is off in the next test; no other uses it.
static STEPPED: std::sync::atomic::AtomicI64 = std::sync::atomic::AtomicI64::new(0);

fn stepped() -> limpid_model::Instant {
    now() + chrono::Duration::hours(STEPPED.load(Ordering::SeqCst))
}

#[tokio::test]
async fn a_clock_that_is_stepped_by_a_day_loses_and_doubles_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal: Arc<dyn Journal> = SqliteJournal::open(&path).unwrap();
    let gateway = start(Intake::new(pipeline(""), Arc::clone(&journal)).with_clock(stepped)).await;
    let mut client = gateway.connect().await;
    let minute = |n: u64| {
        let data = format!("DataTime=202611250{}{:02}00;a34004-Rtd={n},a34004-Flag=N", 8 + n / 60, n % 60);
        frame(&n.to_string(), MN, &data)
    };
    // Right, a day ahead, a day behind, right again.
    for (hours, minutes) in [(0, 1..=10), (24, 11..=20), (-24, 21..=30), (0, 31..=40)] {
        STEPPED.store(hours, Ordering::SeqCst);
        for n in minutes {
            client.send(&minute(n)).await;
            assert_eq!(client.answer().await, Some(acknowledged(n)));
        }
    }
    // What lay in the future by a clock that was behind is kept, and said to be so.
    let counts = journal.counts().await.unwrap();
    assert_eq!((counts.stored, counts.quarantined, counts.total()), (30, 10, 40));
    drop(client);
    gateway.stop().await;
    journal.close().await.unwrap();

    // A station that never heard the answers sends all of it again, to a gateway that has started anew.
    let journal: Arc<dyn Journal> = SqliteJournal::open(&path).unwrap();
    let gateway = start(Intake::new(pipeline(""), Arc::clone(&journal)).with_clock(now)).await;
    let mut client = gateway.connect().await;
    for n in 1..=40 {
        client.send(&minute(n)).await;
        assert_eq!(client.answer().await, Some(acknowledged(n)));
    }
    let counts = journal.counts().await.unwrap();
    assert_eq!((counts.stored, counts.same, counts.corrected), (40, 30, 0));
    let station = StationId::parse("A1").unwrap();
    let (from, to) = ("2026-11-24T00:00:00Z".parse().unwrap(), "2026-11-27T00:00:00Z".parse().unwrap());
    let window = journal.window(&station, from, to, None).await.unwrap();
    let values: Vec<f64> = window.iter().filter_map(|accepted| accepted.reading.value).collect();
    assert_eq!(values, (1..=40).map(f64::from).collect::<Vec<_>>());
    assert!(window.iter().all(|accepted| accepted.revision == 1));
    gateway.stop().await;
}
