//! What a message means. No socket here: topic and payload go in, an upload for the journal comes out.

#[cfg(test)]
mod tests;

use limpid_model::pipeline::TopicFilter;
use limpid_model::receipt::Refusal;
use limpid_model::{Channel, Entry, Reason, VerdictKind};

use super::senml;
use crate::formats::{long, unknown_station};
use crate::gateways::json;
use crate::{Intake, RawReading, Upload};

/// The JSON of CONTRACT §3.
const JSON: &str = "application/json";
/// Sensor Measurement Lists (RFC 8428).
const SENML: &str = "application/senml+json";
/// Neither.
const BYTES: &str = "application/octet-stream";

/// Characters of a topic that are kept as the sender.
const LONGEST_SENDER: usize = 200;

/// What messages mean to one pipeline.
#[derive(Clone)]
pub struct Session {
    intake: Intake,
    filter: TopicFilter,
}

/// One reading of a message.
#[derive(Debug)]
pub(super) struct Record {
    /// The station that the payload names, if it does.
    pub(super) station: Option<String>,
    /// The reading, or why it is none.
    pub(super) reading: Result<RawReading, Refusal>,
}

impl Session {
    /// For messages of `filter`'s topics.
    pub fn new(intake: Intake, filter: TopicFilter) -> Self {
        Self { intake, filter }
    }

    /// The door that uploads go to.
    pub fn intake(&self) -> &Intake {
        &self.intake
    }

    /// Makes a message an upload. Whatever it is, its bytes are in it; what cannot be understood is refused there,
    /// since the broker would send it for ever if it were not taken.
    pub fn take(&self, topic: &[u8], payload: Vec<u8>) -> Upload {
        let topic = String::from_utf8_lossy(topic);
        let name = self.filter.station(&topic);
        let (media_type, records) = match payload.trim_ascii_start().first() {
            Some(b'{') => (JSON, self::json(&payload)),
            Some(b'[') => (SENML, senml::parse(&payload)),
            _ => (BYTES, Err(damaged("neither a JSON object nor a SenML array"))),
        };
        let entries = match (name, records) {
            (_, Err(refusal)) => vec![Entry::Refused(refusal)],
            (None, Ok(_)) => vec![Entry::Refused(unknown_station(&topic))],
            (Some(_), Ok(records)) if records.is_empty() => {
                vec![Entry::Refused(refuse(Reason::NotAReading, "there are no readings in the message"))]
            }
            (Some(name), Ok(records)) => {
                let labelled = media_type == SENML;
                records.into_iter().map(|record| self.entry(name, record, labelled)).collect()
            }
        };
        let station = name.and_then(|name| self.intake.pipeline().stations.get_str(name));
        Upload {
            channel: Channel::Mqtt,
            sender: topic.chars().filter(|c| !c.is_control()).take(LONGEST_SENDER).collect(),
            station: station.map(|station| station.id.clone()),
            media_type,
            body: payload.into(),
            idempotency: None,
            entries,
            events: Vec::new(),
        }
    }

    /// What a record of a message on the topic of `name` becomes. With `labelled` its time is what the station calls
    /// the period, not surely its start.
    fn entry(&self, name: &str, record: Record, labelled: bool) -> Entry {
        if let Some(other) = record.station.filter(|other| other != name) {
            let detail = format!("names station {:?} on the topic of {:?}", long::short(&other), long::short(name));
            return Entry::Refused(Refusal { kind: VerdictKind::Quarantined, reason: Reason::WrongTopic, detail });
        }
        let pipeline = self.intake.pipeline();
        let Some(station) = pipeline.stations.get_str(name) else {
            return Entry::Refused(unknown_station(name));
        };
        match record.reading {
            Err(refusal) => Entry::Refused(refusal),
            Ok(mut reading) => {
                if labelled {
                    reading.start = station.period_start(reading.period, reading.start, pipeline.publisher.zone);
                }
                self.intake.entry(station, reading)
            }
        }
    }
}

/// The readings of a JSON batch. No sender hears of a fault here, so that one costs only the reading that it is in.
fn json(body: &[u8]) -> Result<Vec<Record>, Refusal> {
    let (station, readings) = json::each(body)?;
    let record = |reading: Result<RawReading, Refusal>| Record { station: station.clone(), reading };
    Ok(readings.into_iter().map(record).collect())
}

/// A rejection of something whose shape cannot be read.
pub(super) fn damaged(detail: impl Into<String>) -> Refusal {
    refuse(Reason::Damaged, detail)
}

/// A rejection.
pub(super) fn refuse(reason: Reason, detail: impl Into<String>) -> Refusal {
    Refusal { kind: VerdictKind::Rejected, reason, detail: detail.into() }
}
