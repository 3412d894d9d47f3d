use std::cell::Cell;

use super::*;
use crate::gateways::hj212::frame::{Found, Framer};
use crate::gateways::hj212::message::{Message, decode};
use crate::gateways::hj212::testing::{MN, Spy, pipeline};

thread_local! {
    /// By how much limpid's clocks are ahead of where they began; each test has its thread.
    static AHEAD: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    static BEGAN: Instant = Instant::now();
}

/// 09:30 in Shanghai, and what has passed since.
fn wall() -> limpid_model::Instant {
    "2026-11-25T01:30:00Z".parse::<limpid_model::Instant>().unwrap() + AHEAD.get()
}

fn steady() -> Instant {
    BEGAN.with(|began| *began) + AHEAD.get()
}

/// Both clocks go on at once.
fn pass(seconds: u64) {
    AHEAD.set(AHEAD.get() + Duration::from_secs(seconds));
}

/// A down-link without sockets, whose clocks stand still.
struct House {
    downlink: Arc<Downlink>,
    stop: CancellationToken,
    running: tokio::task::JoinHandle<()>,
}

fn house(hj212: &str) -> House {
    let intake = Arc::new(Spy::default()).intake(pipeline(hj212)).with_clock(wall);
    let (mut downlink, wishes) = Downlink::new(intake);
    downlink.now = steady;
    let downlink = Arc::new(downlink);
    let stop = CancellationToken::new();
    let running = tokio::spawn(Arc::clone(&downlink).run(wishes, stop.clone()));
    House { downlink, stop, running }
}

impl House {
    /// A station's end of a connection from 10.0.0.`last`.
    fn call(&self, last: u8) -> Caller {
        let (line, outgoing) = self.downlink.line(IpAddr::from([10, 0, 0, last]));
        Caller { line, outgoing, pipeline: Arc::new(self.downlink.intake.pipeline().clone()) }
    }

    async fn stop(self) {
        self.stop.cancel();
        self.running.await.unwrap();
    }
}

struct Caller {
    line: Line,
    outgoing: mpsc::Receiver<Vec<u8>>,
    pipeline: Arc<limpid_model::Pipeline>,
}

impl Caller {
    fn say(&self, data: &str) -> line::Noticed {
        let message = Message::parse(data).unwrap();
        let station = self.pipeline.stations.by_mn(message.mn.unwrap()).unwrap();
        self.line.heard(station, &message)
    }

    /// Real-time data numbered by a clock that is ahead of limpid's by so many seconds.
    fn data(&self, mn: &str, ahead: i64) -> line::Noticed {
        let qn = (wall() + chrono::Duration::hours(8) + chrono::Duration::seconds(ahead)).format("%Y%m%d%H%M%S%3f");
        self.say(&format!("QN={qn};ST=22;CN=2011;PW=123456;MN={mn};Flag=5;CP=&&DataTime=20261125093000;a34004-Rtd=1&&"))
    }

    /// The next request, which may take its time.
    async fn asked_soon(&mut self) -> String {
        let frame = self.outgoing.recv().await.expect("a request");
        data(&frame)
    }

    /// The next request, when there is one by now.
    async fn asked(&mut self) -> Option<String> {
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        let frame = self.outgoing.try_recv().ok()?;
        Some(data(&frame))
    }
}

/// The data segment of a frame.
fn data(frame: &[u8]) -> String {
    let mut framer = Framer::default();
    framer.push(frame);
    match framer.find() {
        Some(Found::Frame(frame)) => decode(frame.data).0.into_owned(),
        other => panic!("{other:?} for a request"),
    }
}

/// The number of a message.
fn qn(data: &str) -> String {
    Message::parse(data).unwrap().qn.unwrap().to_owned()
}

#[tokio::test]
async fn a_clock_that_is_off_is_set_and_set_again_after_ten_minutes_only() {
    let house = house("resends = 0");
    let mut caller = house.call(1);
    let mut sets = Vec::new();
    // Two hours ahead, a message each 30 s for 25 minutes; the station does not mind what it is told.
    for tick in 0..50 {
        caller.data(MN, 7200);
        if let Some(request) = caller.asked().await {
            let expected = "ST=22;CN=1012;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&SystemTime=202611250931";
            assert!(request.contains(expected) || !sets.is_empty(), "{request}");
            caller.say(&format!("QN={};ST=91;CN=9011;PW=123456;MN={MN};Flag=4;CP=&&QnRtn=1&&", qn(&request)));
            caller.say(&format!("QN={};ST=91;CN=9012;PW=123456;MN={MN};Flag=4;CP=&&ExeRtn=1&&", qn(&request)));
            sets.push(tick);
        }
        pass(30);
    }
    assert_eq!(sets.len(), 3, "{sets:?}");
    assert!(sets.windows(2).all(|pair| pair[1] - pair[0] >= 20), "{sets:?}");
    house.stop().await;
}

#[tokio::test]
async fn clocks_that_are_right_or_let_be_are_not_set() {
    for (settings, ahead) in [
        ("", 20),
        ("", -59),
        ("clock_drift_seconds = 7300", 7200),
        ("clock_drift_seconds = 0", 7200),
        ("down_link = false", 7200),
        ("[[ingest.hj212.station]]\nstation = \"A1\"\ndown_link = false", 7200),
    ] {
        let house = house(settings);
        let mut caller = house.call(1);
        for _ in 0..10 {
            caller.data(MN, ahead);
            pass(30);
            assert_eq!(caller.asked().await, None, "{settings}");
        }
        house.stop().await;
    }
}

#[tokio::test]
async fn a_station_that_asks_for_the_time_is_told_it_in_the_words_of_its_edition() {
    let house = house("");
    let mut caller = house.call(1);
    caller.say(&format!("QN=20160801085857223;ST=32;CN=1013;PW=123456;MN={MN};Flag=9;CP=&&&&"));
    let request = caller.asked_soon().await;
    let expected =
        format!("QN=20261125093000000;ST=32;CN=1012;PW=123456;MN={MN};Flag=9;CP=&&SystemTime=20261125093000&&");
    assert_eq!(request, expected);
    // The password of stations.csv, not the one that was sent, where there is one.
    caller.say("QN=1;ST=22;CN=1013;PW=secret;MN=A2MN;Flag=5;CP=&&&&");
    assert!(caller.asked_soon().await.contains("CN=1012;PW=secret;MN=A2MN;Flag=5;"));
    // Asked once more at once: it was told.
    caller.say(&format!("QN=20160801085857224;ST=32;CN=1013;PW=123456;MN={MN};Flag=9;CP=&&&&"));
    assert_eq!(caller.asked().await, None);
    house.stop().await;
}

/// Begins a conversation with A1 about some hours.
fn ask(house: &House) -> tokio::task::JoinHandle<Outcome> {
    let (downlink, at) = (Arc::clone(&house.downlink), house.downlink.by_mn[MN]);
    let (begin, end) = ("2026-11-25T01:00:00".parse().unwrap(), "2026-11-25T03:00:00".parse().unwrap());
    let request = Request::History { cn: "2061", begin, end };
    tokio::spawn(async move { downlink.ask(&downlink.seats[at], &request).await })
}

#[tokio::test]
async fn a_request_is_sent_again_with_its_number_and_then_given_up() {
    let house = house("answer_seconds = 1\nresends = 2");
    let mut caller = house.call(1);
    caller.data(MN, 0);
    assert_eq!(ask(&house).await.unwrap(), Outcome::Silent);
    let mut sent = Vec::new();
    while let Some(request) = caller.asked().await {
        sent.push(request);
    }
    assert_eq!(sent.len(), 3, "{sent:?}");
    assert!(sent.iter().all(|request| *request == sent[0]), "{sent:?}");
    house.stop().await;
}

#[tokio::test]
async fn answers_are_understood() {
    let house = house("answer_seconds = 1\nresends = 0");
    let mut caller = house.call(1);
    caller.data(MN, 0);
    let ready = ("9011", "QnRtn=1");
    for (answers, expected) in [
        (vec![ready, ("9012", "ExeRtn=1")], Outcome::Done),
        (vec![("9012", "ExeRtn=1")], Outcome::Done),
        (vec![ready, ("2061", "DataTime=20261125010000"), ("9012", "ExeRtn=1")], Outcome::Done),
        (vec![ready, ("9012", "ExeRtn=100")], Outcome::NoData),
        (vec![ready, ("9012", "ExeRtn=5")], Outcome::Refused(5)),
        (vec![("9011", "QnRtn=2")], Outcome::Refused(2)),
        (vec![("9011", "")], Outcome::Refused(0)),
        (vec![ready], Outcome::Silent),
        (vec![("2061", "DataTime=20261125010000")], Outcome::Silent),
    ] {
        let asking = ask(&house);
        let number = qn(&caller.asked().await.unwrap());
        for (cn, area) in &answers {
            caller.say(&format!("QN={number};ST=91;CN={cn};PW=123456;MN={MN};Flag=4;CP=&&{area}&&"));
        }
        assert_eq!(asking.await.unwrap(), expected, "{answers:?}");
    }
    // In 2005 the number stands in the data area, and answers to other requests may come late.
    let asking = ask(&house);
    let number = qn(&caller.asked().await.unwrap());
    caller.say(&format!("ST=91;CN=9011;PW=123456;MN={MN};CP=&&QN=20000101000000000;QnRtn=2&&"));
    caller.say(&format!("ST=91;CN=9011;PW=123456;MN={MN};CP=&&QN={number};QnRtn=1&&"));
    caller.say(&format!("ST=91;CN=9012;PW=123456;MN={MN};CP=&&QN={number};ExeRtn=1&&"));
    assert_eq!(asking.await.unwrap(), Outcome::Done);
    house.stop().await;
}

#[tokio::test]
async fn data_hold_a_conversation_open() {
    let house = house("answer_seconds = 3\nresends = 0");
    let mut caller = house.call(1);
    caller.data(MN, 0);
    let asking = ask(&house);
    let number = qn(&caller.asked().await.unwrap());
    caller.say(&format!("QN={number};ST=91;CN=9011;PW=123456;MN={MN};Flag=4;CP=&&QnRtn=1&&"));
    for second in 1..=4 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        caller.say(&format!("QN={second};ST=22;CN=2061;PW=123456;MN={MN};Flag=5;CP=&&DataTime=20261125010000&&"));
    }
    caller.say(&format!("QN={number};ST=91;CN=9012;PW=123456;MN={MN};Flag=4;CP=&&ExeRtn=1&&"));
    assert_eq!(asking.await.unwrap(), Outcome::Done);
    house.stop().await;
}

#[tokio::test]
async fn requests_go_through_the_connection_that_spoke_last() {
    let house = house("answer_seconds = 1\nresends = 0");
    let (mut first, mut second) = (house.call(1), house.call(1));
    assert_eq!(ask(&house).await.unwrap(), Outcome::Unreachable, "nobody has called");
    first.data(MN, 0);
    second.data(MN, 1);
    let asking = ask(&house);
    assert_eq!((first.asked().await, second.asked().await.is_some()), (None, true));
    assert_eq!(ask(&house).await.unwrap(), Outcome::Unreachable, "one conversation at a time");
    assert_eq!(asking.await.unwrap(), Outcome::Silent);
    first.data(MN, 2);
    let asking = ask(&house);
    assert_eq!((first.asked().await.is_some(), second.asked().await), (true, None));
    asking.await.unwrap();
    drop(first);
    let asking = ask(&house);
    assert!(second.asked().await.is_some());
    asking.await.unwrap();
    drop(second);
    assert_eq!(ask(&house).await.unwrap(), Outcome::Unreachable, "all are gone");
    house.stop().await;
}

#[tokio::test]
async fn one_mn_from_two_addresses_is_noticed() {
    let house = house("");
    let (one, two) = (house.call(1), house.call(2));
    let noticed = |caller: &Caller| caller.data(MN, 0).two_addresses;
    assert_eq!([&one, &one, &two, &two].map(noticed), [false; 4], "a modem with a new address");
    assert_eq!([&one, &two, &two].map(noticed), [true, true, false]);
    house.stop().await;
}
