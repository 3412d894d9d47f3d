//! Bringing accepted readings into the order of their series.
//!
//! A reading is durable in its group of submissions. To find it by series and start it is written a second time, into
//! `blocks`, many submissions together: when the writer has nothing else to do, or at the latest when [`AT_MOST`]
//! readings wait. Readers take what waits from the groups.
//!
//! A block holds readings of one series and one span of time: an hour for periods under an hour, two days for the
//! others, so that a full block is some sixty readings and stays within a page.

use foldhash::HashMap;
use limpid_model::Period;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::failure::{damaged, during};
use super::pack::{Packed, Placed, Unpacker};
use super::pending::Block;
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
    let blocks = state.pending.take();
    let Some(newest) = blocks.iter().map(|block| block.newest).max() else { return Ok(()) };
    let mut extents: HashMap<i64, Extent> = HashMap::default();
    let mut insert = connection.prepare_cached("INSERT INTO blocks VALUES (?, ?, ?, ?)").map_err(&failed)?;
    for block in blocks {
        let Block { span, series, newest, first, last, fresh, .. } = block;
        insert.execute(params![span, series, newest, block.bytes()]).map_err(&failed)?;
        let extent = extents.entry(series).or_insert(Extent { first, last, fresh: 0 });
        (extent.first, extent.last) = (extent.first.min(first), extent.last.max(last));
        extent.fresh += fresh;
    }
    let mut widen = connection
        .prepare_cached(
            "INSERT INTO extents VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET first = min(first, excluded.first),
             last = max(last, excluded.last), fresh = fresh + excluded.fresh",
        )
        .map_err(&failed)?;
    for (series, Extent { first, last, fresh }) in extents {
        widen.execute([series, first, last, fresh]).map_err(&failed)?;
    }
    connection
        .prepare_cached("UPDATE positions SET number = ? WHERE name = 'indexed'")
        .and_then(|mut statement| statement.execute([newest]))
        .map_err(&failed)?;
    state.spans.clear();
    Ok(())
}

/// What a series has in blocks.
pub(super) struct Extent {
    /// Earliest start.
    pub first: i64,
    /// Latest start.
    pub last: i64,
    /// How many readings, each key counted once.
    pub fresh: i64,
}

/// What a series has in blocks; `None` before its first.
pub(super) fn extent(connection: &Connection, series: i64) -> Result<Option<Extent>> {
    connection
        .prepare_cached("SELECT first, last, fresh FROM extents WHERE series = ?")
        .and_then(|mut statement| {
            let read = |row: &Row<'_>| Ok(Extent { first: row.get(0)?, last: row.get(1)?, fresh: row.get(2)? });
            statement.query_row([series], read).optional()
        })
        .map_err(during("looking up a series"))
}

/// Visits the readings of a series that start within `from..to` and are in blocks, in no order within a span of
/// `length`.
pub(super) fn visit(
    connection: &Connection,
    series: i64,
    length: i64,
    (from, to): (i64, i64),
    mut visit: impl FnMut(Placed),
) -> Result<()> {
    let failed = during("looking up readings");
    let Some(extent) = extent(connection, series)? else { return Ok(()) };
    let (from, to) = (from.max(extent.first), to.min(extent.last + 1));
    if from >= to {
        return Ok(());
    }
    let mut statement =
        connection.prepare_cached("SELECT readings FROM blocks WHERE span = ? AND series = ?").map_err(&failed)?;
    for span in from.div_euclid(length)..=(to - 1).div_euclid(length) {
        let mut rows = statement.query([span, series]).map_err(&failed)?;
        while let Some(row) = rows.next().map_err(&failed)? {
            let packed = row.get_ref(0).map_err(&failed)?;
            let packed = packed.as_blob().map_err(|error| damaged("blocks", error.to_string()))?;
            for placed in Unpacker::new(packed).placed(series) {
                let placed = placed?;
                if (from..to).contains(&placed.reading.start) {
                    visit(placed);
                }
            }
        }
    }
    Ok(())
}

/// The reading of a series with the latest start, in its latest revision, of all that are in blocks; its spans have
/// this `length`.
pub(super) fn head(connection: &Connection, series: i64, length: i64) -> Result<Option<Packed>> {
    let Some(Extent { last, .. }) = extent(connection, series)? else { return Ok(None) };
    let mut head: Option<Packed> = None;
    visit(connection, series, length, (last, last + 1), |Placed { reading, .. }| {
        if head.is_none_or(|head| head.revision < reading.revision) {
            head = Some(reading);
        }
    })?;
    Ok(head)
}

/// The latest revisions of the readings of one span, of this `length`, that are in blocks, ordered by start.
pub(super) fn span(connection: &Connection, series: i64, length: i64, span: i64) -> Result<Vec<Packed>> {
    let mut readings: Vec<Packed> = Vec::new();
    let within = (span.saturating_mul(length), (span + 1).saturating_mul(length));
    visit(connection, series, length, within, |Placed { reading, .. }| readings.push(reading))?;
    readings.sort_unstable_by_key(|reading| (reading.start, std::cmp::Reverse(reading.revision)));
    readings.dedup_by_key(|reading| reading.start);
    Ok(readings)
}
