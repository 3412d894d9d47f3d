//! A network that is gone for an hour while the program is killed twice: what was buffered meanwhile comes afterwards with
//! the times at which it was measured, and nothing acknowledged is lost or there twice. The hour is one of data: sixty
//! minutes that a station measured and could not send.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use chrono::{DateTime, Duration as Span, DurationRound, Utc};
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::Packet;
use rumqttc::v5::{AsyncClient, Event, EventLoop, MqttOptions};
use serde_json::json;

use crate::mosquitto::Mosquitto;
use crate::support::{Folder, Limpid, Station, frame};

/// Minutes before the cut, in it and after it.
const BEFORE: i64 = 30;
const CUT: i64 = 60;
const AFTER: i64 = 30;
const ALL: i64 = BEFORE + CUT + AFTER;

/// Long enough for a machine with much else to do.
const PATIENCE: Duration = Duration::from_secs(120);

/// A network between two ends, that can be cut: then its connections break and new ones are refused.
#[derive(Clone, Default)]
struct Net(Arc<Mutex<Cable>>);

#[derive(Default)]
struct Cable {
    to: Option<SocketAddr>,
    open: Vec<TcpStream>,
}

impl Net {
    /// A network to `to`, and the address of its near end.
    fn new(to: SocketAddr) -> (Self, SocketAddr) {
        let net = Self::default();
        net.mend(to);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let cable = net.clone();
        thread::spawn(move || listener.incoming().flatten().for_each(|near| cable.carry(near)));
        (net, address)
    }

    fn carry(&self, near: TcpStream) {
        let mut cable = self.0.lock().unwrap();
        let Some(far) = cable.to.and_then(|to| TcpStream::connect(to).ok()) else { return };
        for (from, to) in [(&near, &far), (&far, &near)] {
            let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
            thread::spawn(move || {
                let mut buffer = [0; 4096];
                while let Ok(count @ 1..) = from.read(&mut buffer) {
                    if to.write_all(&buffer[..count]).is_err() {
                        break;
                    }
                }
                let _ = from.shutdown(Shutdown::Both);
                let _ = to.shutdown(Shutdown::Both);
            });
        }
        cable.open.extend([near, far]);
    }

    fn cut(&self) {
        let mut cable = self.0.lock().unwrap();
        cable.to = None;
        cable.open.drain(..).for_each(|end| _ = end.shutdown(Shutdown::Both));
    }

    fn mend(&self, to: SocketAddr) {
        self.0.lock().unwrap().to = Some(to);
    }
}

/// Minute `n` of the test, the last of which is over.
fn minute(n: i64) -> DateTime<Utc> {
    let now = Utc::now().duration_trunc(Span::hours(1)).unwrap();
    now - Span::minutes(ALL - n)
}

/// Waits until every minute of the test is there, with its value.
async fn complete(limpid: &Limpid, first: DateTime<Utc>) {
    let began = Instant::now();
    let expected: BTreeMap<_, _> = (0..ALL).map(|n| (first + Span::minutes(n), n as f64)).collect();
    loop {
        let found = limpid.minutes(first, first + Span::minutes(ALL)).await;
        if found == expected {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "{} of {ALL} came: {found:?}", found.len());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// A logger: it measures on, sends what it has not been answered yet, oldest first, and keeps it until it is.
struct Logger {
    first: DateTime<Utc>,
    net: SocketAddr,
    line: Option<Station>,
    /// The next minute to send, and how many there are.
    next: i64,
    measured: i64,
}

impl Logger {
    /// Measures so many minutes more, and sends as long as it is answered.
    fn measure(&mut self, minutes: i64) {
        self.measured += minutes;
        self.send(self.measured);
    }

    /// Sends up to a minute; what is not answered stays.
    fn send(&mut self, until: i64) {
        while self.next < until.min(self.measured) {
            if self.line.is_none() {
                let Ok(line) = Station::connect(self.net) else { return };
                self.line = Some(line);
            }
            let n = self.next;
            let time = (self.first + Span::minutes(n) + Span::hours(8)).format("%Y%m%d%H%M%S");
            let data = format!(
                "QN={time}000;ST=22;CN=2051;PW=123456;MN=MN-S1;Flag=5;CP=&&DataTime={time};a34004-Avg={n},a34004-Flag=N&&"
            );
            let line = self.line.as_mut().unwrap();
            match line.send(&frame(&data)).and_then(|()| line.answer()) {
                Ok(answer) if answer.contains("CN=9014") && answer.contains(&format!("QN={time}000")) => self.next += 1,
                _ => {
                    self.line = None;
                    return;
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_without_network_is_sent_afterwards_by_hj212() {
    let (folder, _) = Folder::two_stations();
    let limpid = folder.run();
    let (net, address) = Net::new(limpid.hj212);
    let mut logger = Logger { first: minute(0), net: address, line: None, next: 0, measured: 0 };
    logger.measure(BEFORE);
    assert_eq!(logger.next, BEFORE, "all is answered while the network stands");

    net.cut();
    logger.measure(CUT / 2);
    limpid.kill();
    let limpid = folder.run();
    logger.measure(CUT / 2);
    assert_eq!(logger.next, BEFORE, "nothing is answered while it does not");

    // It comes back, and half of the backlog is answered when the program is killed once more.
    net.mend(limpid.hj212);
    logger.send(BEFORE + CUT / 2);
    assert_eq!(logger.next, BEFORE + CUT / 2);
    limpid.kill();
    let limpid = folder.run();
    net.mend(limpid.hj212);
    logger.next -= 5; // an answer may be lost with the line: the last ones are sent again
    logger.line = None;
    logger.measure(AFTER);
    assert_eq!(logger.next, ALL);
    complete(&limpid, logger.first).await;
}

/// A station that publishes with QoS 1 and waits for the broker's word.
async fn publish(client: &AsyncClient, events: &mut EventLoop, start: DateTime<Utc>, n: i64) {
    let reading = json!({"parameter": "pm25", "start": start.to_rfc3339(), "period": "PT1M", "value": n});
    let body = json!({"station": "S1", "readings": [reading]}).to_string();
    client.publish("limpid/S1/readings", QoS::AtLeastOnce, false, body).await.unwrap();
    while !matches!(events.poll().await.unwrap(), Event::Incoming(Packet::PubAck(_))) {}
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_without_network_is_fetched_afterwards_by_mqtt() {
    let broker = Mosquitto::start();
    let (net, address) = Net::new(SocketAddr::from(([127, 0, 0, 1], broker.port)));
    let (folder, _) = Folder::two_stations();
    folder.configure(&format!("[ingest.mqtt]\nenabled = true\nurl = \"mqtt://{address}\""));
    let limpid = folder.run();
    let began = Instant::now();
    while !broker.log().contains("SUBACK to limpid-test") {
        assert!(began.elapsed() < PATIENCE, "{}", broker.log());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let first = minute(0);
    let (client, mut events) = AsyncClient::new(MqttOptions::new("station", "127.0.0.1", broker.port), 4);
    for n in 0..BEFORE {
        publish(&client, &mut events, first + Span::minutes(n), n).await;
    }
    // The station reaches its broker, and limpid does not: the broker keeps the hour.
    net.cut();
    for n in BEFORE..BEFORE + CUT / 2 {
        publish(&client, &mut events, first + Span::minutes(n), n).await;
    }
    limpid.kill();
    let limpid = folder.run();
    for n in BEFORE + CUT / 2..BEFORE + CUT {
        publish(&client, &mut events, first + Span::minutes(n), n).await;
    }
    assert!(limpid.minutes(first, first + Span::minutes(ALL)).await.len() <= BEFORE as usize);
    net.mend(SocketAddr::from(([127, 0, 0, 1], broker.port)));
    for n in BEFORE + CUT..ALL {
        publish(&client, &mut events, first + Span::minutes(n), n).await;
    }
    // Killed while it fetches the hour.
    limpid.kill();
    complete(&folder.run(), first).await;
}
