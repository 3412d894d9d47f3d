//! What the writer knows without asking the database. All of it can be read again from there, and is after a
//! transaction that failed.

use foldhash::HashMap;
use limpid_model::{Channel, Counts, Reason, Submission, VerdictKind};
use rusqlite::{Connection, params};

use super::conformance::Deviations;
use super::failure::during;
use super::group::{Group, Member, Open};
use super::index;
use super::names::Ids;
use super::pack::{Packed, Placed, Unpacker};
use super::pending::Pending;
use super::time::micros;
use crate::error::Result;

/// What a batch adds to the totals.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub counts: Counts,
    refusals: HashMap<(String, &'static str, &'static str, &'static str), i64>,
    pub deviations: Deviations,
    /// The same of known stations by the quarter of an hour in which they came.
    refused: HashMap<(String, i64, &'static str, &'static str), i64>,
}

/// Microseconds of a quarter of an hour: every zone's hours begin on one.
const QUARTER: i64 = 15 * 60 * 1_000_000;

impl Tally {
    /// Counts a refused entry.
    pub fn refuse(&mut self, submission: &Submission, kind: VerdictKind, reason: Reason) {
        let station = submission.station.as_ref().map_or("", |station| station.as_str()).to_owned();
        *self.refusals.entry((station, submission.channel.as_str(), kind.as_str(), reason.as_str())).or_default() += 1;
        if let Some(station) = submission.station.as_ref().filter(|_| submission.channel != Channel::Import) {
            let received = micros(submission.received);
            let quarter = received - received.rem_euclid(QUARTER);
            let key = (station.as_str().to_owned(), quarter, kind.as_str(), reason.as_str());
            *self.refused.entry(key).or_default() += 1;
        }
    }

    /// Adds all of it to the database's totals, save the deviations, which are left.
    pub fn write(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let Self { counts, refusals, refused, deviations } = std::mem::take(self);
        self.deviations = deviations;
        if counts.total() > 0 {
            let [stored, same, corrected, quarantined, rejected] =
                [counts.stored, counts.same, counts.corrected, counts.quarantined, counts.rejected]
                    .map(|count| i64::try_from(count).unwrap_or(i64::MAX));
            connection
                .prepare_cached(
                    "UPDATE totals SET stored = stored + ?, same = same + ?, corrected = corrected + ?,
                     quarantined = quarantined + ?, rejected = rejected + ?",
                )?
                .execute([stored, same, corrected, quarantined, rejected])?;
        }
        for ((station, channel, kind, reason), count) in refusals {
            connection
                .prepare_cached(
                    "INSERT INTO refusals VALUES (?, ?, ?, ?, ?)
                     ON CONFLICT DO UPDATE SET count = count + excluded.count",
                )?
                .execute(params![station, channel, kind, reason, count])?;
        }
        for ((station, quarter, kind, reason), count) in refused {
            connection
                .prepare_cached(
                    "INSERT INTO refused VALUES (?, ?, ?, ?, ?)
                     ON CONFLICT DO UPDATE SET count = count + excluded.count",
                )?
                .execute(params![station, quarter, kind, reason, count])?;
        }
        Ok(())
    }
}

/// The reading of a series with the latest start; `None` while it has none.
type Head = Option<Packed>;

/// The writer's memory.
#[derive(Debug, Default)]
pub(super) struct State {
    pub ids: Ids,
    pub tally: Tally,
    /// The submissions of the open transaction that are not written yet.
    pub group: Open,
    /// Number of the next submission.
    pub next_number: i64,
    /// Number of the newest reading.
    pub newest_reading: i64,
    /// Number of the newest published record.
    pub newest_published: i64,
    /// Number of the next published record or other entry of the log.
    pub next_seq: i64,
    /// When the newest entry of the log was made, in microseconds.
    pub last_at: i64,
    /// Readings that are durable in their submissions and not yet in the order of their series.
    pub pending: Pending,
    /// Of each series that was touched, its reading with the latest start: nearly every reading that comes is later
    /// than it, or it once more, and then no look into the database is needed. By id less one.
    heads: Vec<Option<Head>>,
    /// Of series that were looked into, the span last asked for: a file that is sent again asks for each of its
    /// readings. Forgotten when blocks are written.
    pub spans: HashMap<i64, (i64, Vec<Packed>)>,
    /// Latest published start of each series and of what is assessed.
    pub observed: HashMap<i64, i64>,
    pub assessed: HashMap<i64, i64>,
}

impl State {
    /// Reads it from the database.
    pub fn load(connection: &Connection) -> Result<Self> {
        let failed = during("opening the journal");
        let mut state = Self { ids: Ids::load(connection)?, ..Self::default() };
        let number = |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(&failed);
        state.newest_reading = number(NEWEST_READING)?;
        state.next_number = 1 + number("SELECT ifnull((SELECT last FROM groups ORDER BY number DESC LIMIT 1), 0)")?;
        state.newest_published = number(NEWEST_PUBLISHED)?;
        state.next_seq = 1 + number(NEWEST_LOGGED)?;
        state.last_at = number(
            "SELECT max(
            ifnull((SELECT at FROM observations ORDER BY seq DESC LIMIT 1), 0),
            ifnull((SELECT at FROM assessments ORDER BY seq DESC LIMIT 1), 0),
            ifnull((SELECT at FROM events ORDER BY seq DESC LIMIT 1), 0))",
        )?;
        let indexed = number(INDEXED)?;
        let mut statement = connection.prepare_cached(BEHIND).map_err(&failed)?;
        let mut rows = statement.query([indexed]).map_err(&failed)?;
        while let Some(row) = rows.next().map_err(&failed)? {
            for submission in Group::of(row)?.submissions() {
                let (Member { number, .. }, kept) = submission?;
                for (seq, reading) in (number + 1..).zip(Unpacker::new(kept.readings).readings()) {
                    let reading = reading?;
                    if seq <= indexed {
                        continue;
                    }
                    state.head(connection, reading.series)?;
                    state.note(seq, number, reading);
                }
            }
        }
        Ok(state)
    }

    /// The latest revision of the reading of a series that starts at `start`.
    pub fn latest(&mut self, connection: &Connection, series: i64, start: i64) -> Result<Option<Packed>> {
        match self.head(connection, series)? {
            Some(head) if head.start == start => return Ok(Some(head)),
            Some(head) if head.start > start => {}
            _ => return Ok(None),
        }
        // It may still be pending.
        index::write(self, connection)?;
        let span = start.div_euclid(self.ids.span(series));
        if self.spans.get(&series).is_none_or(|(known, _)| *known != span) {
            let readings = index::span(connection, series, self.ids.span(series), span)?;
            let kept: usize = self.spans.values().map(|(_, readings)| readings.len()).sum();
            if kept + readings.len() > index::AT_MOST {
                self.spans.clear();
            }
            self.spans.insert(series, (span, readings));
        }
        let readings = self.spans.get(&series).map_or(&[][..], |(_, readings)| readings);
        Ok(readings.binary_search_by_key(&start, |reading| reading.start).ok().map(|place| readings[place]))
    }

    /// Remembers a reading that was accepted.
    pub fn note(&mut self, seq: i64, submission: i64, reading: Packed) {
        let span = reading.start.div_euclid(self.ids.span(reading.series));
        self.pending.push(span, &Placed { seq, submission, reading });
        self.newest_reading = seq;
        let head = self.slot(reading.series).get_or_insert(None);
        if head.is_none_or(|head| head.start <= reading.start) {
            *head = Some(reading);
        }
    }

    fn head(&mut self, connection: &Connection, series: i64) -> Result<Head> {
        if let Some(head) = self.slot(series) {
            return Ok(*head);
        }
        let head = index::head(connection, series, self.ids.span(series))?;
        *self.slot(series) = Some(head);
        Ok(head)
    }

    fn slot(&mut self, series: i64) -> &mut Option<Head> {
        let index = usize::try_from(series - 1).unwrap_or(0);
        if index >= self.heads.len() {
            self.heads.resize(index + 1, None);
        }
        &mut self.heads[index]
    }
}

/// Number of the newest reading, 0 before the first.
pub(super) const NEWEST_READING: &str =
    "SELECT ifnull((SELECT newest_reading FROM groups WHERE newest_reading > 0 ORDER BY number DESC LIMIT 1), 0)";

/// Number of the newest published record, 0 before the first.
pub(super) const NEWEST_PUBLISHED: &str =
    "SELECT max(ifnull((SELECT max(seq) FROM observations), 0), ifnull((SELECT max(seq) FROM assessments), 0))";

/// Number of the newest entry of the log, published or noted, 0 before the first.
pub(super) const NEWEST_LOGGED: &str = "SELECT max(ifnull((SELECT max(seq) FROM observations), 0),
    ifnull((SELECT max(seq) FROM assessments), 0), ifnull((SELECT max(seq) FROM events), 0))";

/// Number of the newest reading that is in the order of its series.
pub(super) const INDEXED: &str = "SELECT number FROM positions WHERE name = 'indexed'";

/// Groups with readings behind a number, the first of which may also have readings up to it.
pub(super) const BEHIND: &str = "SELECT members, length, content FROM groups
    WHERE number >= ifnull((SELECT max(number) FROM groups WHERE number <= ?1), 0) AND newest_reading > 0
    ORDER BY number";
