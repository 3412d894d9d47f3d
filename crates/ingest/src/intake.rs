//! The one door to the journal. Whatever way a reading came, here its unit is carried into the canonical one, its
//! time is checked against clock and horizon, and its submission is made durable.

use std::collections::{HashMap, hash_map};
use std::sync::Arc;

use chrono::{Duration, Utc};
use limpid_model::receipt::Refusal;
use limpid_model::submission::IdempotencyKey;
use limpid_model::{
    Body, Channel, Counts, Entry, Instant, Mark, ParameterId, Period, Pipeline, Reading, Reason, Receipt, ReceiptId,
    Station, StationEvent, StationId, Submission, Unit, VerdictKind, Zone,
};
use limpid_store::{Journal, Result};

use crate::presence::Presence;

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
    pub body: Body,
    /// Set when the sender named the upload.
    pub idempotency: Option<IdempotencyKey>,
    /// What was read out of it.
    pub entries: Vec<Entry>,
    /// What its station tells of itself in it.
    pub events: Vec<StationEvent>,
}

/// The door. Cheap to clone.
#[derive(Clone)]
pub struct Intake {
    pipeline: Arc<Pipeline>,
    journal: Arc<dyn Journal>,
    now: fn() -> Instant,
    meters: Arc<Meters>,
    presence: Presence,
}

/// Counters of what came in, looked up once: by channel, submissions and then verdicts.
struct Meters(HashMap<&'static str, [metrics::Counter; 6]>);

impl Meters {
    fn new() -> Self {
        let of = |channel: Channel| {
            let channel = channel.as_str();
            let readings = |verdict: VerdictKind| metrics::counter!("limpid_readings_total", "channel" => channel, "verdict" => verdict.as_str());
            let counters = [
                metrics::counter!("limpid_submissions_total", "channel" => channel),
                readings(VerdictKind::Stored),
                readings(VerdictKind::Same),
                readings(VerdictKind::Corrected),
                readings(VerdictKind::Quarantined),
                readings(VerdictKind::Rejected),
            ];
            (channel, counters)
        };
        Self(Channel::ALL.into_iter().map(of).collect())
    }

    fn count(&self, channel: Channel, counts: &Counts) {
        let Some([submissions, readings @ ..]) = self.0.get(channel.as_str()) else { return };
        submissions.increment(1);
        let counts = [counts.stored, counts.same, counts.corrected, counts.quarantined, counts.rejected];
        for (counter, count) in readings.iter().zip(counts) {
            counter.increment(count);
        }
    }
}

impl Intake {
    /// A door to `journal` for the stations of `pipeline`, by the machine's clock.
    pub fn new(pipeline: Arc<Pipeline>, journal: Arc<dyn Journal>) -> Self {
        let presence = Presence::new(journal.clone(), Utc::now);
        Self { pipeline, journal, now: Utc::now, meters: Arc::new(Meters::new()), presence }
    }

    /// The same with another clock, for tests.
    #[must_use]
    pub fn with_clock(mut self, now: fn() -> Instant) -> Self {
        self.now = now;
        self.presence = Presence::new(self.journal.clone(), now);
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

    /// Which connections stand.
    pub fn presence(&self) -> &Presence {
        &self.presence
    }

    /// The time by which readings are judged.
    pub fn now(&self) -> Instant {
        (self.now)()
    }

    /// Checks a reading's time, carries its value into the canonical unit, and makes it an entry: a reading, or the
    /// reason why it is not stored as one.
    pub fn entry(&self, station: &Station, raw: RawReading) -> Entry {
        self.entry_at(self.now(), station, raw)
    }

    /// The same for one of many readings that came at once.
    pub fn entry_at(&self, now: Instant, station: &Station, raw: RawReading) -> Entry {
        let zone = self.pipeline.publisher.zone;
        let refuse = |kind, reason, detail: String| Entry::Refused(Refusal { kind, reason, detail });
        // Readings are told apart by their start, which is kept to the millisecond.
        if !raw.start.timestamp_subsec_nanos().is_multiple_of(1_000_000) {
            let detail = format!("{} is finer than a millisecond", raw.start.to_rfc3339());
            return refuse(VerdictKind::Rejected, Reason::NotAligned, detail);
        }
        if !raw.period.aligned(raw.start, zone) {
            let detail = format!("{} does not start a {}", zone.format(raw.start), raw.period);
            return refuse(VerdictKind::Rejected, Reason::NotAligned, detail);
        }
        if raw.start > now + FUTURE {
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
                    let detail =
                        format!("{unit} cannot be carried into {} for {}", raw.parameter.unit(), raw.parameter);
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
        self.submit_noting(upload, Vec::new()).await
    }

    /// The same for an upload whose form departs from the standard of its protocol in ways that are to be counted.
    ///
    /// # Errors
    /// As [`Self::submit`].
    pub async fn submit_noting(&self, upload: Upload, deviations: Vec<&'static str>) -> Result<Receipt> {
        let received = self.now();
        let mut entries = upload.entries;
        refuse_conflicts(&mut entries, self.pipeline.publisher.zone);
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
            deviations,
            events: upload.events,
        };
        let channel = submission.channel;
        let receipt = self.journal.accept(submission).await?;
        self.meters.count(channel, &receipt.counts);
        Ok(receipt)
    }
}

/// A frame has a dozen readings: up to so many are compared one with another, which is faster than a table of them.
const FEW: usize = 32;

/// The same reading twice in one upload: the first is kept, a second with another value or mark is refused, since one
/// message that contradicts itself is no correction. An equal second stays and is answered `same`.
fn refuse_conflicts(entries: &mut [Entry], zone: Zone) {
    let mut firsts = HashMap::new();
    for place in 0..entries.len() {
        let (before, rest) = entries.split_at(place);
        let Entry::Reading(reading) = &rest[0] else { continue };
        let first = if entries.len() <= FEW {
            before.iter().find_map(|entry| match entry {
                Entry::Reading(first) if key(first) == key(reading) => Some(said(first)),
                _ => None,
            })
        } else {
            let (station, parameter, period, start) = key(reading);
            match firsts.entry((station.clone(), parameter, period, start)) {
                hash_map::Entry::Occupied(first) => Some(*first.get()),
                hash_map::Entry::Vacant(slot) => {
                    slot.insert(said(reading));
                    None
                }
            }
        };
        if first.is_some_and(|first| first != said(reading)) {
            let start = zone.format(reading.start);
            let detail =
                format!("{} at {start} stands twice in one upload, with another value or flag", reading.parameter);
            entries[place] = Entry::Refused(Refusal { kind: VerdictKind::Rejected, reason: Reason::Conflict, detail });
        }
    }
}

/// What a reading is of.
fn key(reading: &Reading) -> (&StationId, ParameterId, Period, Instant) {
    (&reading.station, reading.parameter, reading.period, reading.start)
}

/// What it says of that.
fn said(reading: &Reading) -> (Option<u64>, Option<Mark>) {
    (reading.value.map(f64::to_bits), reading.mark)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{TWO, intake, kept, pipeline};

    fn raw(parameter: &str, period: Period, start: &str, value: Option<f64>) -> RawReading {
        let start = start.parse().unwrap();
        RawReading { parameter: ParameterId::known(parameter), period, start, value, unit: None, mark: None }
    }

    fn outcome(intake: &Intake, station: &str, raw: RawReading) -> Result<Option<f64>, (&'static str, &'static str)> {
        let station = intake.pipeline().stations.get_str(station).unwrap();
        match intake.entry(station, raw) {
            Entry::Reading(reading) => Ok(reading.value),
            Entry::Refused(refusal) => Err((refusal.kind.as_str(), refusal.reason.as_str())),
        }
    }

    #[tokio::test]
    async fn times_are_judged_by_clock_horizon_and_calendar() {
        // It is 2026-11-25T01:30:00Z.
        let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
        let future = Err(("quarantined", "in_future"));
        let early = Err(("quarantined", "before_horizon"));
        let aslant = Err(("rejected", "not_aligned"));
        for (period, start, expected) in [
            (Period::Moment, "2026-11-25T01:40:00Z", Ok(Some(1.0))),
            (Period::Moment, "2026-11-25T01:40:00.001Z", future),
            // 1990-01-01 begins in Beijing at 16:00 UTC of the day before.
            (Period::Hour, "1989-12-31T16:00:00Z", Ok(Some(1.0))),
            (Period::Hour, "1989-12-31T15:00:00Z", early),
            (Period::Hour, "2026-11-25T00:30:00Z", aslant),
            (Period::Day, "2026-11-23T16:00:00Z", Ok(Some(1.0))),
            (Period::Day, "2026-11-24T00:00:00Z", aslant),
            (Period::Month, "2026-10-31T16:00:00Z", Ok(Some(1.0))),
            (Period::Month, "2026-11-01T16:00:00Z", aslant),
            (Period::Minutes(1), "2026-11-25T01:00:07.250Z", Ok(Some(1.0))),
            (Period::Minutes(1), "2026-11-25T01:00:07.2501Z", aslant),
            (Period::Day, "0001-01-01T00:00:00Z", aslant),
            (Period::Hour, "9999-12-31T23:00:00Z", future),
        ] {
            assert_eq!(outcome(&intake, "S1", raw("pm25", period, start, Some(1.0))), expected, "{period} {start}");
        }
    }

    #[tokio::test]
    async fn values_are_kept_in_the_canonical_unit_and_the_rule_is_named() {
        let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
        let at = "2026-11-25T00:00:00Z";
        let in_unit = |parameter, value, unit: &str| RawReading {
            unit: Unit::parse(unit),
            ..raw(parameter, Period::Hour, at, Some(value))
        };
        let station = intake.pipeline().stations.get_str("S1").unwrap();
        let Entry::Reading(reading) = intake.entry(station, in_unit("co", 700.0, "ug/m3")) else { panic!("refused") };
        assert_eq!((reading.value, reading.conversion), (Some(0.7), Some("unit-factor")));
        let refused = Err(("rejected", "unit_not_convertible"));
        assert_eq!(outcome(&intake, "S1", in_unit("pm25", 1.0, "ppb")), refused);
        assert_eq!(outcome(&intake, "S1", in_unit("pm25", 1e308, "mg/m3")), refused, "no infinity is stored");
        assert_eq!(outcome(&intake, "S1", raw("pm25", Period::Hour, at, None)), Ok(None));
    }

    #[tokio::test]
    async fn an_upload_that_contradicts_itself_keeps_its_first_word() {
        let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
        let station = intake.pipeline().stations.get_str("S1").unwrap();
        let at = "2026-11-25T00:00:00Z";
        let marked = |value, mark: &str| {
            let raw = RawReading { mark: Mark::parse(mark), ..raw("pm25", Period::Hour, at, value) };
            intake.entry(station, raw)
        };
        let entries = vec![
            marked(Some(1.0), "N"),
            marked(Some(1.0), "N"),
            marked(Some(2.0), "N"),
            marked(Some(1.0), "D"),
            marked(None, "N"),
            marked(Some(1.0), "N"),
        ];
        let upload = Upload {
            channel: Channel::Import,
            sender: "test".into(),
            station: None,
            media_type: "text/plain",
            body: Body::default(),
            idempotency: None,
            entries,
            events: Vec::new(),
        };
        let receipt = intake.submit(upload).await.unwrap();
        let words: Vec<&str> = receipt.verdicts.iter().map(|verdict| verdict.verdict.as_str()).collect();
        assert_eq!(words, ["stored", "same", "rejected", "rejected", "rejected", "same"]);
        assert_eq!(receipt.verdicts[2].reason, Some(Reason::Conflict));
        let detail = receipt.verdicts[2].detail.as_deref().unwrap();
        assert!(detail.contains("2026-11-25T08:00:00+08:00"), "{detail}");
        assert_eq!(kept(&intake, "S1").await, ["pm25 PT1H 2026-11-25T00:00:00Z 1"]);
    }
}
