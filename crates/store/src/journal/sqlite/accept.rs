//! Taking a submission in: what is prepared beside the writer, and what the writer does in its transaction.

use limpid_model::{Counts, Entry, Reading, Reason, Receipt, Statistic, Submission, Verdict, VerdictKind};
use rusqlite::{Connection, OptionalExtension, params};

use super::body::Body;
use super::failure::during;
use super::pack::{Packed, Packer};
use super::receipt::{self, kinds_of};
use super::state::State;
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
    /// Digests and compresses the body.
    pub fn new(mut submission: Submission) -> Result<Self> {
        // What is kept is what is answered: microseconds.
        submission.received = instant(micros(submission.received))?;
        let body = Body::new(std::mem::take(&mut submission.body))?;
        let verdicts = Vec::with_capacity(submission.entries.len());
        Ok(Self { submission, body, verdicts })
    }

    /// Roughly what it occupies in memory.
    pub fn weight(&self) -> usize {
        self.body.stored.len() + self.submission.entries.len() * size_of::<Entry>()
    }
}

/// Writes a submission within the writer's open transaction.
pub(super) fn accept(state: &mut State, connection: &Connection, prepared: &mut Prepared) -> Result<Receipt> {
    let failed = during("writing a submission");
    if let Some(earlier) = earlier(connection, prepared)? {
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
    let media_type = state.ids.word(connection, submission.media_type).map_err(&failed)?;
    let counted = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    connection
        .prepare_cached(
            "INSERT INTO submissions (number, id, received, readings, stored, same, corrected, quarantined, rejected,
             kinds, exceptions, channel, sender, station, media_type, sha256, scope, key, length, body)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .and_then(|mut statement| {
            statement.execute(params![
                number,
                submission.id.0.to_bytes(),
                micros(submission.received),
                packer.finish(),
                counted(counts.stored),
                counted(counts.same),
                counted(counts.corrected),
                counted(counts.quarantined),
                counted(counts.rejected),
                kinds_of(verdicts),
                receipt::exceptions_of(verdicts),
                submission.channel.as_str(),
                submission.sender,
                submission.station.as_ref().map(|station| station.as_str()),
                media_type,
                body.sha256,
                submission.idempotency.as_ref().map(|key| &key.scope),
                submission.idempotency.as_ref().map(|key| &key.key),
                body.length,
                body.stored,
            ])
        })
        .map_err(&failed)?;
    state.next_number = seq + 1;
    Ok(Receipt { id: submission.id, received: submission.received, verdicts: std::mem::take(verdicts), counts })
}

/// The receipt given before under the same idempotency key.
fn earlier(connection: &Connection, prepared: &Prepared) -> Result<Option<Receipt>> {
    let Some(idempotency) = &prepared.submission.idempotency else { return Ok(None) };
    let failed = during("looking up an idempotency key");
    let mut statement = connection.prepare_cached(receipt::select!("WHERE scope = ? AND key = ?")).map_err(&failed)?;
    let found = statement
        .query_row([&idempotency.scope, &idempotency.key], |row| {
            Ok((row.get::<_, [u8; 32]>("sha256")?, receipt::read(row)))
        })
        .optional()
        .map_err(&failed)?;
    match found {
        None => Ok(None),
        Some((sha256, receipt)) if sha256 == prepared.body.sha256 => receipt.map(Some),
        Some(_) => Err(StoreError::IdempotencyConflict { key: idempotency.key.clone() }),
    }
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
