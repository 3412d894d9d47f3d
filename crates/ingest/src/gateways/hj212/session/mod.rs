//! What a message means and what its sender is told. No socket here: a frame goes in, an upload for the journal and
//! the answer that may leave once it is durable come out.

mod entries;
mod events;
mod judge;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

use limpid_model::pipeline::{Crc, Encoding, Hj212Station, UnknownMn};
use limpid_model::receipt::Refusal;
use limpid_model::{Channel, Entry, Reason, Station, StationEvent, StationId, VerdictKind};
use subtle::ConstantTimeEq;

use super::codes::{self, Command, Direction};
use super::deviation::{Deviation, Deviations, Weight};
use super::downlink::Line;
use super::frame::{self, Frame, Garbage};
use super::message::{self, Message};
use crate::{Intake, Upload};
use entries::Reader;

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
    /// The same, as it stands behind every sender.
    at: String,
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
    /// How that station departs from the standard here.
    pub deviations: Deviations,
}

impl Session {
    /// A session with whoever connects from `peer`.
    pub fn new(intake: Intake, peer: IpAddr) -> Self {
        Self { intake, peer, at: format!(" at {peer}"), line: None }
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

    /// Which check beside the standard's the sender of a data segment may use.
    pub fn trust(&self, data: &[u8]) -> Crc {
        self.claimed(data).map_or(Crc::Hj, |own| own.crc)
    }

    /// The settings of the station that a data segment says it is from.
    fn claimed(&self, data: &[u8]) -> Option<&Hj212Station> {
        let pipeline = self.intake.pipeline();
        let station = pipeline.stations.by_mn(message::mn(data)?)?;
        Some(pipeline.ingest.hj212.stations.get(&station.id))
    }

    /// Judges a frame.
    pub fn take(&self, frame: &Frame<'_>) -> Work {
        // Asked for only where it makes a difference, which it does for hardly any frame.
        let plain = frame.data.is_ascii();
        let own = if plain { None } else { self.claimed(frame.data) };
        let encoding = own.map_or(Encoding::Auto, |own| own.encoding);
        let (text, encoding) = message::decode_as(frame.data, encoding);
        let Some(message) = Message::parse(&text) else {
            return self.keep(&Garbage { bytes: frame.raw, damage: frame::Damage::Shape });
        };
        let mut deviations = frame.deviations;
        deviations.merge(encoding);
        deviations.merge(message.deviations);
        let command = message.cn.and_then(codes::command);
        let identity = self.identify(&message);
        if let (Some(line), Ok(station)) = (&self.line, &identity) {
            deviations.add_if(line.heard(station, &message).two_addresses, Deviation::TwoAddresses);
        }
        let from = identity.as_ref().ok().map(|station| station.id.clone());
        let (station, entries, events) = match identity {
            Ok(station) => {
                let (entries, events) = self.read(station, command, &message, &mut deviations);
                (Some(station), entries, events)
            }
            Err((station, refusal)) => (station, vec![refusal], Vec::new()),
        };
        count(command, deviations);
        if message.again {
            metrics::counter!("limpid_hj212_retransmitted_total").increment(1);
        }
        let answer = self.may_answer(&message, &entries).then(|| answer(command, &message)).flatten();
        // Who has not proved to be the station adds nothing to what is said of it.
        let deviations = if from.is_some() { deviations } else { Deviations::default() };
        let upload = Upload { events, ..self.upload(frame.raw, FRAME, message.mn, station, entries) };
        Work { upload, answer, from, deviations }
    }

    /// The entries and events of a station's message, or of a station that is held to the standard its rejection.
    fn read(
        &self,
        station: &Station,
        command: Option<&Command>,
        message: &Message<'_>,
        deviations: &mut Deviations,
    ) -> (Vec<Entry>, Vec<StationEvent>) {
        let own = self.intake.pipeline().ingest.hj212.stations.get(&station.id);
        let edition = judge::edition(own, message);
        judge::header(message, command, own, edition, deviations);
        let sure = own.edition.is_some() || message.flag.is_some();
        let read = Reader { intake: &self.intake, now: self.intake.now(), station, own, edition, sure, deviations }
            .read(command, message);
        let broken: Vec<&str> =
            deviations.iter().filter(|one| one.rule().strict != Weight::No).map(Deviation::name).collect();
        if !own.strict || broken.is_empty() {
            return read;
        }
        let detail =
            format!("the station is held to the standard, and this frame departs from it: {}", broken.join(", "));
        (vec![refuse(VerdictKind::Rejected, Reason::NotConforming, &detail)], Vec::new())
    }

    /// Bytes that are no frame, to be kept aside. Where they name a station, with its password, they are that
    /// station's.
    pub fn keep(&self, garbage: &Garbage<'_>) -> Work {
        let refusal = refuse(VerdictKind::Rejected, Reason::Damaged, garbage.damage.detail());
        let text = String::from_utf8_lossy(garbage.bytes);
        let deviation = garbage.damage.deviation();
        let message = deviation.map(|_| Message::header(&text)).unwrap_or_default();
        let station = self.identify(&message).ok();
        let deviations: Deviations = station.and(deviation).into_iter().collect();
        deviations.count();
        let mn = station.and(message.mn);
        let upload = self.upload(garbage.bytes, BYTES, mn, station, vec![refusal]);
        Work { upload, answer: None, from: None, deviations }
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
            sender: format!("{mn}{}", self.at),
            station: station.map(|station| station.id.clone()),
            media_type,
            body: body.to_vec().into(),
            idempotency: None,
            entries,
            events: Vec::new(),
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
        message.wants_answer() && !pretends && !unheard && !refused(Reason::NotConforming)
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

fn count(command: Option<&Command>, deviations: Deviations) {
    // Labels are of our own tables only: a sender cannot make new ones.
    match command {
        Some(command) => command.frames.get_or_init(|| frames(&command.cn)).increment(1),
        None => frames("other").increment(1),
    }
    if command.is_some_and(|command| command.direction == Direction::Request) {
        metrics::counter!("limpid_hj212_misdirected_total").increment(1);
    }
    deviations.count();
}

fn frames(cn: &str) -> metrics::Counter {
    metrics::counter!("limpid_hj212_frames_total", "cn" => cn.to_owned())
}
