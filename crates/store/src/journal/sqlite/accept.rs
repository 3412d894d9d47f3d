//! Taking a submission in: what is prepared beside the writer, and what the writer does in its transaction.

use limpid_model::{Counts, Entry, Reading, Reason, Receipt, StationId, Statistic, Submission, Verdict, VerdictKind};
use rusqlite::{Connection, OptionalExtension, params};
use serde_bytes::Bytes;

use super::body::Body;
use super::failure::{damaged, during};
use super::group::{self, Kept, Member};
use super::pack::{Packed, Packer};
use super::receipt::{self, kinds_of};
use super::state::State;
use super::station_events;
use super::time::{instant, micros};
use crate::error::{Result, StoreError};

/// A submission with everything done that needs no transaction.
pub(super) struct Prepared {
    submission: Submission,
    body: Body,
    /// Room for the verdicts. It is made, and all of this let go, where the submission comes from: memory that one
    /// thread takes and the writer gives back would make each wait for the other's allocator.
    verdicts: Vec<Verdict>,
}

impl Prepared {
    /// Digests the body, and compresses a long one.
    pub fn new(mut submission: Submission) -> Result<Self> {
        // What is kept is what is answered: microseconds.
        submission.received = instant(micros(submission.received))?;
        let body = Body::new(std::mem::take(&mut submission.body))?;
        let verdicts = Vec::with_capacity(submission.entries.len());
        Ok(Self { submission, body, verdicts })
    }

    /// Roughly what it occupies in memory.
    pub fn weight(&self) -> usize {
        self.body.size() + self.submission.entries.len() * size_of::<Entry>()
    }
}

/// Writes a submission within the writer's open transaction.
pub(super) fn accept(state: &mut State, connection: &Connection, prepared: &mut Prepared) -> Result<Receipt> {
    if let Some(earlier) = earlier(state, connection, prepared)? {
        return Ok(earlier);
    }
    let Prepared { submission, body, verdicts } = prepared;
    // A job whose transaction failed comes a second time.
    verdicts.clear();
    let number = state.next_number;
    let mut counts = Counts::default();
    let mut packer = Packer::with_capacity(submission.entries.len());
    let mut seq = number;
    for (index, entry) in submission.entries.iter().enumerate() {
        let (verdict, reason, detail) = match entry {
            Entry::Refused(refusal) => (refusal.kind, Some(refusal.reason), Some(refusal.detail.clone())),
            Entry::Reading(reading) => {
                let (packed, before) = place(state, connection, reading)?;
                match before {
                    Some(before) if before.same(reading.value, reading.mark) => (VerdictKind::Same, None, None),
                    before => {
                        seq += 1;
                        packer.push(&packed);
                        state.note(seq, number, packed);
                        match before {
                            None => (VerdictKind::Stored, None, None),
                            Some(before) => {
                                let detail = Some(correction(&before, &packed));
                                (VerdictKind::Corrected, Some(Reason::ValueChanged), detail)
                            }
                        }
                    }
                }
            }
        };
        counts.add(verdict);
        if let (VerdictKind::Quarantined | VerdictKind::Rejected, Some(reason)) = (verdict, reason) {
            state.tally.refuse(submission, verdict, reason);
        }
        verdicts.push(Verdict { index, verdict, reason, detail });
    }
    state.tally.counts.merge(counts);
    state.tally.deviations.add(submission);
    station_events::keep(connection, submission)?;
    if let Some(idempotency) = &submission.idempotency {
        connection
            .prepare_cached("INSERT INTO keys VALUES (?, ?, ?)")
            .and_then(|mut statement| statement.execute(params![idempotency.scope, idempotency.key, number]))
            .map_err(during("writing an idempotency key"))?;
    }
    body.write(connection, number)?;
    let member = Member { number, id: submission.id, received: submission.received };
    let (kinds, exceptions) = (kinds_of(verdicts), receipt::exceptions_of(verdicts));
    let kept = Kept {
        counts,
        kinds: kinds.as_deref(),
        exceptions: exceptions.as_deref(),
        channel: submission.channel.as_str(),
        sender: &submission.sender,
        station: submission.station.as_ref().map(StationId::as_str),
        media_type: submission.media_type,
        sha256: Bytes::new(&body.sha256),
        readings: Bytes::new(packer.bytes()),
        body: body.short(),
    };
    state.group.add(connection, &member, seq, &kept)?;
    state.next_number = seq + 1;
    Ok(Receipt { id: submission.id, received: submission.received, verdicts: std::mem::take(verdicts), counts })
}

/// The receipt given before under the same idempotency key.
fn earlier(state: &mut State, connection: &Connection, prepared: &Prepared) -> Result<Option<Receipt>> {
    let Some(idempotency) = &prepared.submission.idempotency else { return Ok(None) };
    let number: Option<i64> = connection
        .prepare_cached("SELECT submission FROM keys WHERE scope = ? AND key = ?")
        .and_then(|mut statement| {
            statement.query_row([&idempotency.scope, &idempotency.key], |row| row.get(0)).optional()
        })
        .map_err(during("looking up an idempotency key"))?;
    let Some(number) = number else { return Ok(None) };
    if state.group.holds(number) {
        state.group.write(connection)?;
    }
    let receipt = group::by_number(connection, number, |member, kept| {
        if kept.sha256[..] != prepared.body.sha256[..] {
            return Err(StoreError::IdempotencyConflict { key: idempotency.key.clone() });
        }
        receipt::read(&member, &kept)
    })?;
    receipt.map(Some).ok_or_else(|| damaged("keys", format!("submission {number} is missing")))
}

/// The reading with ids for names and the revision it would be, and the latest revision that there is.
fn place(state: &mut State, connection: &Connection, reading: &Reading) -> Result<(Packed, Option<Packed>)> {
    let failed = during("writing a reading");
    let kind = (reading.parameter, reading.period, Statistic::Mean);
    let series = state.ids.series(connection, &reading.station, kind).map_err(&failed)?;
    let conversion = match reading.conversion {
        None => 0,
        Some(rule) => state.ids.word(connection, rule).map_err(&failed)?,
    };
    let start = micros(reading.start);
    let before = state.latest(connection, series, start)?;
    let revision = before.map_or(1, |before| before.revision + 1);
    Ok((Packed { series, start, revision, value: reading.value, mark: reading.mark, conversion }, before))
}

fn correction(before: &Packed, now: &Packed) -> String {
    let text = |packed: &Packed| {
        let value = packed.value.map_or_else(|| "missing".to_owned(), |value| value.to_string());
        packed.mark.map_or(value.clone(), |mark| format!("{value} with mark {}", mark.as_str()))
    };
    format!("{} was stored before, {} is kept as revision {}", text(before), text(now), now.revision)
}
