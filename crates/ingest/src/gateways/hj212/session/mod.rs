//! What a message means and what its sender is told. No socket here: a frame goes in, an upload for the journal and
//! the answer that may leave once it is durable come out.

#[cfg(test)]
mod tests;

use std::net::IpAddr;

use limpid_model::pipeline::UnknownMn;
use limpid_model::reading::parse_value;
use limpid_model::receipt::Refusal;
use limpid_model::{Channel, Entry, Instant, Mark, Period, Reason, Station, StationId, VerdictKind};
use subtle::ConstantTimeEq;

use super::codes::{self, Command, Direction};
use super::deviation::{Deviation, Deviations};
use super::downlink::Line;
use super::frame::{self, Frame, Garbage};
use super::message::{self, Factor, Message};
use crate::{Intake, RawReading, Upload};

/// Media type of a frame in the journal.
const FRAME: &str = "text/x-hj212";

/// Media type of bytes that are no frame.
const BYTES: &str = "application/octet-stream";

/// Longest identity: EPC-96 in hex has 24 characters, the wild ones stay below this (HJ212.md §3).
const LONGEST_MN: usize = 64;

/// One connection's dealings. Relays send for several stations through one connection, so each frame is judged by
/// the identity that it carries.
pub struct Session {
    intake: Intake,
    peer: IpAddr,
    line: Option<Line>,
}

/// What is to be done about a frame.
#[derive(Debug)]
pub struct Work {
    /// To be made durable.
    pub upload: Upload,
    /// To be sent then, and only then.
    pub answer: Option<Vec<u8>>,
    /// The station that it is from, where it proved to be it.
    pub from: Option<StationId>,
}

impl Session {
    /// A session with whoever connects from `peer`.
    pub fn new(intake: Intake, peer: IpAddr) -> Self {
        Self { intake, peer, line: None }
    }

    /// The same, with the stations told to the down-link.
    #[must_use]
    pub fn with_line(self, line: Line) -> Self {
        Self { line: Some(line), ..self }
    }

    /// The door that its uploads go through.
    pub fn intake(&self) -> &Intake {
        &self.intake
    }

    /// Judges a frame.
    pub fn take(&self, frame: &Frame<'_>) -> Work {
        let (text, encoding) = message::decode(frame.data);
        let Some(message) = Message::parse(&text) else {
            let refusal = refuse(VerdictKind::Rejected, Reason::Damaged, frame::Damage::Shape.detail());
            return Work { upload: self.upload(frame.raw, FRAME, None, None, vec![refusal]), answer: None, from: None };
        };
        let mut deviations = frame.deviations;
        deviations.merge(encoding);
        deviations.merge(message.deviations);
        let command = message.cn.and_then(codes::command);
        let identity = self.identify(&message);
        if let (Some(line), Ok(station)) = (&self.line, &identity) {
            line.heard(station, &message);
        }
        let from = identity.as_ref().ok().map(|station| station.id.clone());
        let (station, entries) = match identity {
            Ok(station) => (Some(station), self.entries(station, command, &message, &mut deviations)),
            Err((station, refusal)) => (station, vec![refusal]),
        };
        count(command, station, deviations);
        let answer = self.may_answer(&message, &entries).then(|| answer(command, &message)).flatten();
        Work { upload: self.upload(frame.raw, FRAME, message.mn, station, entries), answer, from }
    }

    /// Bytes that are no frame, to be kept aside.
    pub fn keep(&self, garbage: &Garbage<'_>) -> Upload {
        let refusal = refuse(VerdictKind::Rejected, Reason::Damaged, garbage.damage.detail());
        self.upload(garbage.bytes, BYTES, None, None, vec![refusal])
    }

    fn upload(
        &self,
        body: &[u8],
        media_type: &'static str,
        mn: Option<&str>,
        station: Option<&Station>,
        entries: Vec<Entry>,
    ) -> Upload {
        let printable = |mn: &&str| mn.len() <= LONGEST_MN && mn.bytes().all(|b| b.is_ascii_graphic());
        let mn = mn.filter(printable).unwrap_or("unknown");
        Upload {
            channel: Channel::Hj212,
            sender: format!("{mn} at {}", self.peer),
            station: station.map(|station| station.id.clone()),
            media_type,
            body: body.to_vec(),
            idempotency: None,
            entries,
        }
    }

    /// The station that sent the message, or why it is not believed.
    fn identify(&self, message: &Message<'_>) -> Result<&Station, (Option<&Station>, Entry)> {
        let quarantine = |reason, detail: &str| refuse(VerdictKind::Quarantined, reason, detail);
        let Some(mn) = message.mn.filter(|mn| !mn.is_empty()) else {
            return Err((None, quarantine(Reason::UnknownStation, "the message names no MN")));
        };
        let Some(station) = self.intake.pipeline().stations.by_mn(mn) else {
            let detail = format!("no station of stations.csv has MN {:?}", excerpt(mn));
            return Err((None, quarantine(Reason::UnknownStation, &detail)));
        };
        let allow = &self.intake.pipeline().ingest.hj212.stations.get(&station.id).allow;
        if !allow.is_empty() && !allow.iter().any(|network| network.holds(self.peer)) {
            let detail = "the station's settings allow it no upload from this address";
            return Err((Some(station), quarantine(Reason::WrongAddress, detail)));
        }
        let password = station.password.as_bytes();
        let matches = message.pw.unwrap_or("").as_bytes().ct_eq(password);
        if !password.is_empty() && !bool::from(matches) {
            let detail = "PW is not the password that stations.csv has for this MN";
            return Err((Some(station), quarantine(Reason::WrongPassword, detail)));
        }
        Ok(station)
    }

    /// Whether the sender may be told that its data are safe. A sender with a wrong password or address is told nothing, one
    /// that is not in the registry what the pipeline says.
    fn may_answer(&self, message: &Message<'_>, entries: &[Entry]) -> bool {
        let refused = |reason| matches!(entries, [Entry::Refused(refusal)] if refusal.reason == reason);
        let silent = self.intake.pipeline().ingest.hj212.unknown == UnknownMn::Silent;
        let pretends = refused(Reason::WrongPassword) || refused(Reason::WrongAddress);
        let unheard = silent && refused(Reason::UnknownStation);
        message.wants_answer() && !pretends && !unheard
    }

    fn entries(
        &self,
        station: &Station,
        command: Option<&Command>,
        message: &Message<'_>,
        deviations: &mut Deviations,
    ) -> Vec<Entry> {
        let reject = |reason, detail: &str| vec![refuse(VerdictKind::Rejected, reason, detail)];
        let minute = self.intake.pipeline().ingest.hj212.minute;
        let Some(period) = command.and_then(|command| command.period(minute)) else {
            let cn = excerpt(message.cn.unwrap_or(""));
            let meaning = command.map_or("unknown to every edition", |command| command.meaning.as_str());
            return reject(
                Reason::NotAReading,
                &format!("CN {cn:?} ({meaning}) brings no readings that limpid stores"),
            );
        };
        let text = message.field("DataTime").unwrap_or("");
        let Some(time) = message::time(text) else {
            let detail = format!("DataTime is {:?}; write YYYYMMDDhhmmss", excerpt(text));
            return reject(Reason::BadTime, &detail);
        };
        deviations.add_if(text.len() > 14, Deviation::Milliseconds);
        let pipeline = self.intake.pipeline();
        // A label that is no boundary stays as it is, for the intake to refuse.
        let start = station.period_start(period, pipeline.ingest.hj212.zone.at(time), pipeline.publisher.zone);
        let (factors, found) = message.factors();
        deviations.merge(found);
        let mut entries = Vec::with_capacity(factors.len());
        for factor in &factors {
            if let Some(entry) = self.entry(station, period, start, factor) {
                entries.push(entry);
            }
            if factor.conflict {
                let detail =
                    format!("{} stands twice with different values; the first was taken", excerpt(factor.code));
                entries.push(refuse(VerdictKind::Rejected, Reason::Conflict, &detail));
            }
        }
        if entries.is_empty() {
            return reject(Reason::NotAReading, "the message has a time and no values");
        }
        entries
    }

    /// What a factor becomes; `None` where it has a mark of being fine and no value that could be read.
    fn entry(&self, station: &Station, period: Period, start: Instant, factor: &Factor<'_>) -> Option<Entry> {
        let Some(row) = codes::factor(factor.code, station.kind) else {
            let code = excerpt(factor.code);
            let detail =
                format!("limpid knows no parameter for code {code:?} at a station of kind {}", station.kind.as_str());
            return Some(refuse(VerdictKind::Quarantined, Reason::UnknownParameter, &detail));
        };
        let text = match period {
            Period::Moment => factor.rtd.or(factor.data).or(factor.avg),
            _ => factor.avg.or(factor.data).or(factor.rtd),
        };
        let mark = factor.mark.and_then(Mark::parse);
        let value = match text {
            // An instrument that says it is out of order, and rightly sends no number, says that the value is missing.
            None if mark.is_some_and(|mark| mark.as_str() != "N") => None,
            None => return None,
            Some(text) => match parse_value(text) {
                Ok(value) => value,
                Err(error) => {
                    let detail = format!("{}: {error}", row.parameter);
                    return Some(refuse(VerdictKind::Rejected, Reason::NotANumber, &detail));
                }
            },
        };
        let configured = station.units.contains_key(&row.parameter);
        let unit = value.filter(|_| !configured).and_then(|value| row.unit(value));
        let raw = RawReading { parameter: row.parameter, period, start, value, unit, mark };
        Some(self.intake.entry(station, raw))
    }
}

/// The answer in the sender's style. Requests and answers are not ours to answer.
fn answer(command: Option<&Command>, message: &Message<'_>) -> Option<Vec<u8>> {
    let cn = match command {
        Some(command) => command.answer.as_deref()?,
        None => codes::DATA_ANSWER,
    };
    let data = message::answer(message, cn);
    // A sender that names itself in ten thousand letters can hardly be answered.
    (data.len() <= frame::MAX_DATA).then(|| frame::encode(data.as_bytes()))
}

fn refuse(kind: VerdictKind, reason: Reason, detail: &str) -> Entry {
    Entry::Refused(Refusal { kind, reason, detail: detail.to_owned() })
}

/// Text from outside, short enough for a sentence.
fn excerpt(text: &str) -> String {
    text.chars().take(40).collect()
}

fn count(command: Option<&Command>, station: Option<&Station>, deviations: Deviations) {
    // Labels are of our own tables and registry only: a sender cannot make new ones.
    let cn = command.map_or("other", |command| command.cn.as_str());
    metrics::counter!("limpid_hj212_frames_total", "cn" => cn.to_owned()).increment(1);
    if command.is_some_and(|command| command.direction == Direction::Request) {
        metrics::counter!("limpid_hj212_misdirected_total").increment(1);
    }
    let station = station.map_or("unknown", |station| station.id.as_str());
    for deviation in deviations.iter() {
        metrics::counter!(
            "limpid_hj212_deviations_total", "deviation" => deviation.name(), "station" => station.to_owned()
        )
        .increment(1);
    }
}
