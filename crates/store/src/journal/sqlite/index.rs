//! Bringing accepted readings into the order of their series.
//!
//! A reading is durable in its submission's row. To find it by series and start it is written a second time, into
//! `blocks`. That costs a page per series, so many submissions are brought over together: when the writer has
//! nothing else to do, or at the latest when [`AT_MOST`] readings wait. Readers take what waits from the submissions.
//!
//! A block holds readings of one series and one span of time: an hour for periods under an hour, two days for the
//! others, so that a full block is some sixty readings and stays within a page.

use limpid_model::Period;
use rusqlite::{Connection, params};

use super::failure::{damaged, during};
use super::pack::{Packed, Packer, Placed, Unpacker};
use super::state::State;
use crate::error::Result;

/// So many readings may wait. More would save little, and a reader of a window has to look through them: at this
/// number that takes some 10 ms.
pub(super) const AT_MOST: usize = 200_000;

const HOUR: i64 = 3_600_000_000;

/// Length of the spans of a series, in microseconds.
pub(super) fn span_of(period: Period) -> i64 {
    match period {
        Period::Moment | Period::Minutes(_) => HOUR,
        _ => 48 * HOUR,
    }
}

/// Writes what waits, within the writer's open transaction.
pub(super) fn write(state: &mut State, connection: &Connection) -> Result<()> {
    let failed = during("writing readings");
    let Some(newest) = state.pending.iter().map(|placed| placed.seq).max() else { return Ok(()) };
    // In the order of the table, so that each page is touched once.
    state.pending.sort_unstable_by_key(|Placed { reading, .. }| (reading.series, reading.start, reading.revision));
    let place = |placed: &Placed| {
        let Packed { series, start, .. } = placed.reading;
        (series, start.div_euclid(state.ids.span(series)))
    };
    let mut insert = connection.prepare_cached("INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?, ?)").map_err(&failed)?;
    for block in state.pending.chunk_by(|a, b| place(a) == place(b)) {
        let [earliest, ..] = block else { continue };
        let latest = block.last().unwrap_or(earliest);
        let (series, span) = place(earliest);
        let mut packer = Packer::with_capacity(block.len());
        block.iter().for_each(|placed| packer.place(placed));
        let newest = block.iter().map(|placed| placed.seq).max();
        let fresh = block.iter().filter(|placed| placed.reading.revision == 1).count();
        let fresh = i64::try_from(fresh).unwrap_or(i64::MAX);
        let (first, last) = (earliest.reading.start, latest.reading.start);
        insert.execute(params![series, span, newest, first, last, fresh, packer.finish()]).map_err(&failed)?;
    }
    connection
        .prepare_cached("UPDATE positions SET number = ? WHERE name = 'indexed'")
        .and_then(|mut statement| statement.execute([newest]))
        .map_err(&failed)?;
    state.pending.clear();
    state.spans.clear();
    Ok(())
}

/// Visits the readings of a series in the blocks of the spans `from..=to`, in no order within a span.
pub(super) fn visit(
    connection: &Connection,
    series: i64,
    (from, to): (i64, i64),
    mut visit: impl FnMut(Placed),
) -> Result<()> {
    let failed = during("looking up readings");
    let mut statement = connection
        .prepare_cached("SELECT readings FROM blocks WHERE series = ? AND span BETWEEN ? AND ?")
        .map_err(&failed)?;
    let mut rows = statement.query([series, from, to]).map_err(&failed)?;
    while let Some(row) = rows.next().map_err(&failed)? {
        let packed = row.get_ref(0).map_err(&failed)?;
        let packed = packed.as_blob().map_err(|error| damaged("blocks", error.to_string()))?;
        for placed in Unpacker::new(packed).placed(series) {
            visit(placed?);
        }
    }
    Ok(())
}

/// The reading of a series with the latest start, in its latest revision, of all that are in blocks.
pub(super) fn head(connection: &Connection, series: i64) -> Result<Option<Packed>> {
    let span: Option<i64> = connection
        .prepare_cached("SELECT max(span) FROM blocks WHERE series = ?")
        .and_then(|mut statement| statement.query_row([series], |row| row.get(0)))
        .map_err(during("looking up a series"))?;
    let Some(span) = span else { return Ok(None) };
    let mut head: Option<Packed> = None;
    visit(connection, series, (span, span), |Placed { reading, .. }| {
        if head.is_none_or(|head| (head.start, head.revision) < (reading.start, reading.revision)) {
            head = Some(reading);
        }
    })?;
    Ok(head)
}

/// The latest revisions of the readings of one span that are in blocks, ordered by start.
pub(super) fn span(connection: &Connection, series: i64, span: i64) -> Result<Vec<Packed>> {
    let mut readings: Vec<Packed> = Vec::new();
    visit(connection, series, (span, span), |Placed { reading, .. }| readings.push(reading))?;
    readings.sort_unstable_by_key(|reading| (reading.start, std::cmp::Reverse(reading.revision)));
    readings.dedup_by_key(|reading| reading.start);
    Ok(readings)
}
