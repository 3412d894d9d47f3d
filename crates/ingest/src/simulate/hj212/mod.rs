//! A station that dials a gateway, speaks HJ 212-2017, and answers when it is asked.

mod answers;
mod memory;

use std::collections::{HashSet, VecDeque};
use std::io;
use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDateTime;
use limpid_model::pipeline::Edition;
use limpid_model::station::HourLabel;
use limpid_model::{Instant as Moment, Period, Pipeline, Station, StationKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::clock::Clock;
use super::schedule::{Dispatch, Schedule, Value};
use super::{Faults, Report};
use crate::gateways::hj212::frame::{Found, Framer, encode};
use crate::gateways::hj212::message::{Message, Upload, decode};
use crate::gateways::hj212::{codes, codes::DATA_ANSWER};
use memory::Memory;

/// Messages that may wait for their answers at once. A logger that sends its backlog does not wait for each answer
/// before the next message; what is behind these has not been made yet, so that nothing has to be dropped.
const WINDOW: usize = 32;

/// Factors in one message: with up to 40 bytes each they stay below the 1024 bytes of HJ 212-2017 §6.3.1.
const FACTORS: usize = 20;

/// The password that stations of the trade are delivered with.
const PASSWORD: &str = "123456";

/// How long a station waits, and for what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// For an answer (HJ 212-2017 §6.2: 10 s).
    pub(super) answer: Duration,
    /// So often a message is sent again before the connection is given up (§6.2: 3).
    pub(super) resends: u32,
    /// Before the first new connection; doubled each time.
    pub(super) backoff: Duration,
    /// Never longer than this.
    pub(super) backoff_most: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let (answer, backoff) = (Duration::from_secs(10), Duration::from_secs(1));
        Self { answer, resends: 3, backoff, backoff_most: Duration::from_secs(30) }
    }
}

/// One station's end of the line.
pub(super) struct Link {
    pipeline: Arc<Pipeline>,
    station: Station,
    address: String,
    clock: Arc<Clock>,
    stop: CancellationToken,
    patience: Patience,
    window: VecDeque<Waiting>,
    memory: Memory,
    faults: Faults,
    /// Starts of the hours that got lost and were not asked for again yet.
    lost: HashSet<Moment>,
    /// By how much the station's clock is ahead.
    off: chrono::Duration,
    last_qn: i64,
    report: Report,
}

/// A message that is not acknowledged yet.
struct Waiting {
    qn: String,
    frame: Vec<u8>,
    /// When its answer is overdue.
    overdue: Instant,
    resent: u32,
}

/// Why a conversation ended.
enum End {
    /// All is acknowledged.
    Done,
    Stopped,
    /// The connection is gone, or no answers come through it.
    Lost,
}

impl Link {
    pub(super) fn new(
        pipeline: Arc<Pipeline>,
        station: Station,
        address: String,
        clock: Arc<Clock>,
        stop: CancellationToken,
    ) -> Self {
        let report = Report { stations: 1, ..Report::default() };
        let (patience, window) = (Patience::default(), VecDeque::new());
        let (memory, lost, off) = (Memory::default(), HashSet::new(), chrono::Duration::zero());
        let faults = Faults::default();
        Self {
            pipeline,
            station,
            address,
            clock,
            stop,
            patience,
            window,
            memory,
            faults,
            lost,
            off,
            last_qn: 0,
            report,
        }
    }

    /// The same with faults of its own.
    pub(super) fn with_faults(self, faults: Faults) -> Self {
        Self { faults, off: chrono::Duration::seconds(faults.clock_off_seconds), ..self }
    }

    /// The same with other waits, for tests.
    #[cfg(test)]
    pub(super) fn with_patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// Sends everything of `schedule`, through as many connections as it takes.
    pub(super) async fn run(mut self, schedule: Schedule) -> Report {
        let mut schedule = schedule.peekable();
        let mut backoff = self.patience.backoff;
        let stop = self.stop.clone();
        loop {
            let connected = tokio::select! {
                () = stop.cancelled() => break,
                connected = timeout(self.patience.answer, TcpStream::connect(&self.address)) => connected,
            };
            let acknowledged = self.report.acknowledged;
            if let Ok(Ok(stream)) = connected {
                match self.converse(stream, &mut schedule).await {
                    Ok(End::Done | End::Stopped) => break,
                    Ok(End::Lost) => {}
                    Err(error) => tracing::debug!(%error, station.id = %self.station.id, "connection lost"),
                }
            }
            if self.report.acknowledged > acknowledged {
                backoff = self.patience.backoff;
            }
            self.report.reconnects += 1;
            tracing::info!(station.id = %self.station.id, gateway = %self.address, wait = ?backoff, "connecting again");
            tokio::select! {
                () = stop.cancelled() => break,
                () = sleep(backoff) => {}
            }
            backoff = (backoff * 2).min(self.patience.backoff_most);
        }
        self.report
    }

    async fn converse(
        &mut self,
        mut stream: TcpStream,
        schedule: &mut std::iter::Peekable<Schedule>,
    ) -> io::Result<End> {
        let (mut reader, mut writer) = stream.split();
        let mut framer = Framer::default();
        let mut buffer = [0; 4096];
        let patience = self.patience;
        for index in 0..self.window.len() {
            self.window[index].resent = 0;
            self.send_again(index, &mut writer).await?;
        }
        loop {
            let due = schedule.peek().map(|next| self.clock.when(next.due));
            let room = self.window.len() < WINDOW;
            let overdue = self.window.front().map(|waiting| waiting.overdue);
            // Who lost something stays, to be asked for it.
            if due.is_none() && overdue.is_none() && self.lost.is_empty() {
                return Ok(End::Done);
            }
            tokio::select! {
                () = self.stop.cancelled() => return Ok(End::Stopped),
                read = reader.read(&mut buffer) => match read? {
                    0 => return Ok(End::Lost),
                    count => {
                        framer.push(&buffer[..count]);
                        let answers = self.hear(&mut framer);
                        timeout(patience.answer, writer.write_all(&answers)).await??;
                    }
                },
                () = until(overdue) => {
                    if self.window[0].resent >= patience.resends {
                        return Ok(End::Lost);
                    }
                    self.window[0].resent += 1;
                    self.send_again(0, &mut writer).await?;
                    // Behind those that were sent later, so that these have their turn too.
                    self.window.rotate_left(1);
                }
                () = until(due), if room => {
                    let Some(dispatch) = schedule.next() else { continue };
                    self.memory.keep(&dispatch);
                    if self.faults.loses(&self.station.id, &dispatch) {
                        self.lost.insert(dispatch.start);
                        self.report.lost += 1;
                        continue;
                    }
                    let first = self.window.len();
                    for values in dispatch.values.chunks(FACTORS) {
                        let message = self.message(&dispatch, values);
                        self.window.extend(message);
                    }
                    // All of them wait before the first is written: one that a broken connection did not take is sent
                    // through the next.
                    for waiting in self.window.range(first..) {
                        timeout(patience.answer, writer.write_all(&waiting.frame)).await??;
                    }
                }
            }
        }
    }

    async fn send_again(&mut self, index: usize, writer: &mut (impl AsyncWriteExt + Unpin)) -> io::Result<()> {
        let waiting = &mut self.window[index];
        waiting.overdue = Instant::now() + self.patience.answer;
        self.report.resent += 1;
        timeout(self.patience.answer, writer.write_all(&waiting.frame)).await?
    }

    /// Takes acknowledgements, and answers requests: what is to be written.
    fn hear(&mut self, framer: &mut Framer) -> Vec<u8> {
        let mut answers = Vec::new();
        while let Some(found) = framer.find() {
            let Found::Frame(frame) = found else { continue };
            let (text, _) = decode(frame.data);
            let Some(message) = Message::parse(&text) else { continue };
            if message.cn != Some(DATA_ANSWER) {
                answers.extend(self.answer(&message));
                continue;
            }
            let place = self.window.iter().position(|waiting| Some(waiting.qn.as_str()) == message.qn);
            if let Some(place) = place {
                self.window.remove(place);
                self.report.acknowledged += 1;
            }
        }
        answers
    }

    /// A message with some values of a dispatch; `None` where no code of the protocol fits any of them.
    fn message(&mut self, dispatch: &Dispatch, values: &[Value]) -> Option<Waiting> {
        let kind = self.station.kind;
        let values: Vec<(&str, Option<f64>, String)> = values
            .iter()
            .filter_map(|value| {
                let code = codes::code(value.parameter, kind)?;
                let usual = if value.value.is_some() { "N" } else { "D" };
                let mark = value.mark.map_or(usual.to_owned(), |mark| mark.as_str().to_owned());
                Some((code, value.value.and_then(|number| self.on_the_wire(code, value, number)), mark))
            })
            .collect();
        if values.is_empty() {
            return None;
        }
        let values: Vec<_> = values.iter().map(|(code, value, mark)| (*code, *value, mark.as_str())).collect();
        let qn = self.next_qn();
        let upload = Upload {
            qn: &qn,
            st: system(kind),
            cn: command(dispatch.period)?,
            pw: self.password(),
            mn: self.station.mn.first()?,
            time: self.label(dispatch),
            suffix: match (kind, dispatch.period) {
                (_, Period::Moment) => "Rtd",
                (StationKind::Noise, _) => "Data",
                _ => "Avg",
            },
            values: &values,
        };
        let frame = encode(upload.data().as_bytes());
        self.report.messages += 1;
        self.report.readings += values.len() as u64;
        Some(Waiting { qn, frame, overdue: Instant::now() + self.patience.answer, resent: 0 })
    }

    /// DataTime of a dispatch, by the station's labels. Moments are those of its own clock.
    fn label(&self, dispatch: &Dispatch) -> NaiveDateTime {
        let labelled = match self.station.hour_label {
            HourLabel::Start => dispatch.start,
            HourLabel::End => dispatch.period.end(dispatch.start, self.pipeline.publisher.zone),
        };
        let label = labelled.with_timezone(&self.pipeline.ingest.hj212.zone.0).naive_local();
        if dispatch.period == Period::Moment { label + self.off } else { label }
    }

    /// A canonical value in the unit that the gateway takes this station's numbers to be in.
    fn on_the_wire(&self, code: &str, value: &Value, number: f64) -> Option<f64> {
        let parameter = value.parameter;
        let configured = self.station.units.contains_key(&parameter);
        let table = codes::factor(code, self.station.kind, Edition::E2017)
            .filter(|_| !configured)
            .and_then(|row| row.unit(number));
        let unit = table.unwrap_or_else(|| self.station.wire_unit(parameter));
        parameter.unit().convert(number, unit, parameter).map(|converted| converted.value)
    }

    /// Numbers of interactions are times to the millisecond, and no two of a station are the same.
    fn next_qn(&mut self) -> String {
        self.last_qn = self.wall().and_utc().timestamp_millis().max(self.last_qn + 1);
        let at = chrono::DateTime::from_timestamp_millis(self.last_qn).unwrap_or_default();
        at.format("%Y%m%d%H%M%S%3f").to_string()
    }
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// ST of a station (HJ 212-2017 table 5).
fn system(kind: StationKind) -> &'static str {
    match kind {
        StationKind::Water => "21",
        StationKind::Air => "22",
        StationKind::Noise => "23",
        StationKind::Soil => "25",
        StationKind::Outlet => "32",
        StationKind::Radiation => "38",
    }
}

/// CN of a period's readings; `None` where the protocol has none.
fn command(period: Period) -> Option<&'static str> {
    match period {
        Period::Moment => Some("2011"),
        Period::Minutes(_) => Some("2051"),
        Period::Hour => Some("2061"),
        Period::Day => Some("2031"),
        Period::Hours8 | Period::Hours24 | Period::Month | Period::Quarter | Period::Months12 | Period::Year => None,
    }
}
