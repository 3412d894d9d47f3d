//! The part of the journal that keeps the gap ledger: what is missing and why, as it was last worked out.

use async_trait::async_trait;
use limpid_model::{Completeness, Gap, GapCause, Instant, ParameterId, StationId, VerdictKind};

use super::SeriesPosition;
use crate::error::Result;

/// All that is missing of one station within a stretch of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GapWindow {
    /// The station.
    pub station: StationId,
    /// Inclusive.
    pub from: Instant,
    /// Exclusive.
    pub to: Instant,
    /// Its gaps, each within the stretch.
    pub gaps: Vec<Gap>,
}

/// What a run of the ledger found. It is kept all or not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerEntries {
    /// Each replaces what was kept of its station and stretch. Gaps of one cause and reason that touch are one gap,
    /// also across the edges of windows.
    pub windows: Vec<GapWindow>,
    /// Each replaces what was kept of its station, parameter and year.
    pub completeness: Vec<Completeness>,
    /// Cursors that are moved with it.
    pub cursors: Vec<(&'static str, u64)>,
}

/// Which gaps to read. They come ordered by station, parameter and start.
#[derive(Debug, Clone)]
pub struct GapQuery {
    /// Of which stations; none for an empty list.
    pub stations: Vec<StationId>,
    /// Empty for all.
    pub parameters: Vec<ParameterId>,
    /// Empty for all.
    pub causes: Vec<GapCause>,
    /// Only gaps that end after.
    pub from: Instant,
    /// Only gaps that start before.
    pub to: Instant,
    /// Only items behind this place.
    pub after: Option<SeriesPosition>,
    /// At most so many.
    pub limit: usize,
}

/// Entries of a station that were refused within a quarter of an hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedThen {
    /// Start of the quarter in which they were received.
    pub quarter: Instant,
    /// `Quarantined` or `Rejected`.
    pub kind: VerdictKind,
    /// The stable word.
    pub reason: String,
    /// How many.
    pub count: u64,
}

/// The gap ledger.
#[async_trait]
pub trait Gaps {
    /// Keeps what a run found.
    async fn keep_ledger(&self, entries: LedgerEntries) -> Result<()>;

    /// Gaps. See [`GapQuery`].
    async fn gaps(&self, query: GapQuery) -> Result<Vec<Gap>>;

    /// Hands over all gaps, however many, `limit` at a time.
    async fn each_gap(&self, mut query: GapQuery, take: &mut (dyn FnMut(Vec<Gap>) + Send)) -> Result<()> {
        loop {
            let page = self.gaps(query.clone()).await?;
            let Some(last) = page.last().filter(|_| page.len() == query.limit) else {
                take(page);
                return Ok(());
            };
            let (station, parameter) = (last.station.clone(), Some(last.parameter));
            query.after = Some(SeriesPosition { station, parameter, start: last.start });
            take(page);
        }
    }

    /// How complete a year is, of every station and parameter, ordered by these.
    async fn completeness(&self, year: i32) -> Result<Vec<Completeness>>;

    /// What a station sent and was refused, received within `from..to`, ordered by time; imported files apart, whose
    /// time of receipt says nothing of the hours in them.
    async fn refused(&self, station: &StationId, from: Instant, to: Instant) -> Result<Vec<RefusedThen>>;
}
