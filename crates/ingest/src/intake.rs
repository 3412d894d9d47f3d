//! The one door to the journal. Whatever way a reading came, here its unit is carried into the canonical one, its
//! time is checked against clock and horizon, and its submission is made durable.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{Duration, Utc};
use limpid_model::receipt::Refusal;
use limpid_model::submission::IdempotencyKey;
use limpid_model::{
    Channel, Entry, Instant, Mark, ParameterId, Period, Pipeline, Reading, Reason, Receipt, ReceiptId, Station,
    StationId, Submission, Unit, VerdictKind,
};
use limpid_store::{Journal, Result};

/// A reading may start this far in the future before it is quarantined: station clocks drift.
pub const FUTURE: Duration = Duration::minutes(10);

/// A value as a gateway or a file reader understood it.
#[derive(Debug, Clone, PartialEq)]
pub struct RawReading {
    /// What.
    pub parameter: ParameterId,
    /// For how long.
    pub period: Period,
    /// From when, with the source's label convention already resolved.
    pub start: Instant,
    /// The number on the wire, `None` for missing.
    pub value: Option<f64>,
    /// The unit on the wire where the message names one; else the station's configuration decides.
    pub unit: Option<Unit>,
    /// The instrument's mark.
    pub mark: Option<Mark>,
}

/// One upload, as a way in hands it over.
#[derive(Debug)]
pub struct Upload {
    /// How it came.
    pub channel: Channel,
    /// Who sent it; never a password or a token.
    pub sender: String,
    /// The station it is from, where that is one and known.
    pub station: Option<StationId>,
    /// What the bytes are.
    pub media_type: &'static str,
    /// The bytes, exactly as received.
    pub body: Vec<u8>,
    /// Set when the sender named the upload.
    pub idempotency: Option<IdempotencyKey>,
    /// What was read out of it.
    pub entries: Vec<Entry>,
}

/// The door. Cheap to clone.
#[derive(Clone)]
pub struct Intake {
    pipeline: Arc<Pipeline>,
    journal: Arc<dyn Journal>,
    now: fn() -> Instant,
}

impl Intake {
    /// A door to `journal` for the stations of `pipeline`, by the machine's clock.
    pub fn new(pipeline: Arc<Pipeline>, journal: Arc<dyn Journal>) -> Self {
        Self { pipeline, journal, now: Utc::now }
    }

    /// The same with another clock, for tests.
    #[must_use]
    pub fn with_clock(mut self, now: fn() -> Instant) -> Self {
        self.now = now;
        self
    }

    /// The configuration.
    pub fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// The journal behind the door.
    pub fn journal(&self) -> &Arc<dyn Journal> {
        &self.journal
    }

    /// The time by which readings are judged.
    pub fn now(&self) -> Instant {
        (self.now)()
    }

    /// Checks a reading's time, carries its value into the canonical unit, and makes it an entry: a reading, or the
    /// reason why it is not stored as one.
    pub fn entry(&self, station: &Station, raw: RawReading) -> Entry {
        let zone = self.pipeline.publisher.zone;
        let refuse = |kind, reason, detail: String| Entry::Refused(Refusal { kind, reason, detail });
        if !raw.period.aligned(raw.start, zone) {
            let detail = format!("{} does not start a {}", zone.format(raw.start), raw.period);
            return refuse(VerdictKind::Rejected, Reason::NotAligned, detail);
        }
        if raw.start > self.now() + FUTURE {
            let detail = format!("starts at {}, more than 10 minutes in the future", zone.format(raw.start));
            return refuse(VerdictKind::Quarantined, Reason::InFuture, detail);
        }
        if raw.start < self.pipeline.ingest.horizon {
            let horizon = zone.format(self.pipeline.ingest.horizon);
            let detail = format!("starts at {}, before the horizon {horizon}", zone.format(raw.start));
            return refuse(VerdictKind::Quarantined, Reason::BeforeHorizon, detail);
        }
        let unit = raw.unit.unwrap_or_else(|| station.wire_unit(raw.parameter));
        let (value, conversion) = match raw.value {
            None => (None, None),
            Some(value) => match unit.convert(value, raw.parameter.unit(), raw.parameter) {
                Some(converted) if converted.value.is_finite() => (Some(converted.value), converted.rule),
                _ => {
                    let detail = format!("{unit} cannot be carried into {} for {}", raw.parameter.unit(), raw.parameter);
                    return refuse(VerdictKind::Rejected, Reason::UnitNotConvertible, detail);
                }
            },
        };
        Entry::Reading(Reading {
            station: station.id.clone(),
            parameter: raw.parameter,
            period: raw.period,
            start: raw.start,
            value,
            mark: raw.mark,
            conversion,
        })
    }

    /// Makes an upload durable and says what became of each entry.
    ///
    /// # Errors
    /// As [`Journal::accept`]; nothing of the upload is kept then, and it must not be acknowledged.
    pub async fn submit(&self, upload: Upload) -> Result<Receipt> {
        let received = self.now();
        let mut entries = upload.entries;
        refuse_conflicts(&mut entries);
        let submission = Submission {
            id: ReceiptId::new(received, rand::random()),
            received,
            channel: upload.channel,
            sender: upload.sender,
            station: upload.station,
            media_type: upload.media_type,
            body: upload.body,
            idempotency: upload.idempotency,
            entries,
        };
        let channel = submission.channel.as_str();
        let receipt = self.journal.accept(submission).await?;
        metrics::counter!("limpid_submissions_total", "channel" => channel).increment(1);
        let counts = receipt.counts;
        for (verdict, count) in [
            ("stored", counts.stored),
            ("same", counts.same),
            ("corrected", counts.corrected),
            ("quarantined", counts.quarantined),
            ("rejected", counts.rejected),
        ] {
            if count > 0 {
                metrics::counter!("limpid_readings_total", "channel" => channel, "verdict" => verdict).increment(count);
            }
        }
        Ok(receipt)
    }
}

/// The same reading twice in one upload: the first is kept, a second with another value is refused (HJ212.md §12,
/// 13). An equal second stays and is answered `same`.
fn refuse_conflicts(entries: &mut [Entry]) {
    let mut seen = HashMap::new();
    for entry in entries.iter_mut() {
        let Entry::Reading(reading) = entry else { continue };
        let key = (reading.station.clone(), reading.parameter, reading.period, reading.start);
        let value = (reading.value.map(f64::to_bits), reading.mark);
        if *seen.entry(key).or_insert(value) != value {
            let detail = format!("{} at {} stands twice with different values", reading.parameter, reading.start);
            *entry = Entry::Refused(Refusal { kind: VerdictKind::Rejected, reason: Reason::Conflict, detail });
        }
    }
}
