//! The journal: what was received and what was published.
//!
//! Promises, which every engine keeps and `contract.rs` tests:
//!
//! 1. [`Journal::accept`] is atomic and durable: when it returns a receipt, the submission's bytes and readings
//!    survive `kill -9` and power loss; when it returns an error, nothing of the submission is kept.
//! 2. Nothing is overwritten. A different value (or mark) for a known station, parameter, period and start is
//!    revision n+1; the same value is `same` and changes nothing.
//! 3. [`Journal::publish`] writes only records that differ from the latest revision published, and moves the cursor
//!    in the same transaction, so that a reader of the tail who stops anywhere resumes without loss or repetition.
//! 4. Sequence numbers only grow. A tail read after `n` never misses a number above `n` that becomes visible later.
//! 5. Reads do not wait for writes.

mod alerts;
mod conformance;
#[cfg(test)]
mod contract;
mod dead_letters;
mod desk;
mod events;
mod fetches;
mod forecasts;
mod gaps;
mod hooked;
mod links;
mod outlooks;
mod registers;
mod reviews;
mod seal;
mod series;
mod sqlite;
mod station_events;
mod summaries;
mod tallies;

use async_trait::async_trait;
use limpid_model::{
    Assessment, Channel, Counts, Instant, Observation, ParameterId, Period, Published, Reading, Receipt, ReceiptId,
    Record, StationId, Statistic, VerdictKind,
};
use tokio::sync::watch;

use crate::error::Result;

pub use alerts::{Alerts, KeptAlert};
pub use conformance::{Conformance, DeviationCount};
pub use dead_letters::{DeadLetter, DeadLetters};
pub use desk::{Desk, DeskAccount, DeskChange, DeskNote, DeskSession, DeskToken};
pub use events::{Events, NoteQuery, Noted};
pub use fetches::{Fetch, Fetches};
pub use forecasts::{ForecastQuery, Forecasts, KeptModel};
pub use gaps::{GapQuery, GapWindow, Gaps, LedgerEntries, RefusedThen};
pub use hooked::{Hooked, Hooks};
pub use links::Links;
pub use outlooks::{OutlookQuery, Outlooks};
pub use registers::{
    Draft, Drafted, PublicEntry, PublicQuery, PublicRevision, RegisterCount, Registers, StandingQuery, Step, Withdrawal,
};
pub use reviews::{ReviewQuery, Reviews};
pub use seal::Seal;
pub use series::{PublishedSeries, SeriesReads};
pub use sqlite::SqliteJournal;
pub use station_events::{StationEventQuery, StationEvents};
pub use summaries::{KeptSummary, Summaries, SummaryQuery};
pub use tallies::Tallies;

/// Name of the cursor that says up to which reading everything is worked up and published.
pub const WORKED_UP: &str = "transform";

/// A reading in the journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    /// Place in the order of acceptance.
    pub seq: u64,
    /// 1 for the first value of its key.
    pub revision: u32,
    /// The submission that brought it.
    pub receipt: ReceiptId,
    /// When that arrived.
    pub received: Instant,
    /// The reading.
    pub reading: Reading,
}

/// A submission in the journal.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredSubmission {
    /// Its receipt, as it was given.
    pub receipt: Receipt,
    /// How it came.
    pub channel: Channel,
    /// Who sent it.
    pub sender: String,
    /// The station it is from, where known.
    pub station: Option<StationId>,
    /// What the bytes are.
    pub media_type: String,
    /// SHA-256 of the bytes.
    pub sha256: [u8; 32],
    /// The bytes, exactly as received.
    pub body: Vec<u8>,
}

/// How many entries of one sender or station were quarantined or rejected, by reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalCount {
    /// The station, where known.
    pub station: Option<StationId>,
    /// How they came.
    pub channel: Channel,
    /// `Quarantined` or `Rejected`.
    pub kind: VerdictKind,
    /// The stable word.
    pub reason: String,
    /// How many.
    pub count: u64,
}

/// The span of a station's readings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StationExtent {
    /// The station.
    pub station: StationId,
    /// Start of its earliest reading.
    pub first: Instant,
    /// Start of its latest reading.
    pub last: Instant,
    /// How many readings it has, counting each key once.
    pub readings: u64,
}

/// A place in a list ordered by station, parameter (by its canonical id as text), start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesPosition {
    /// Station of the last item taken.
    pub station: StationId,
    /// Its parameter; `None` in lists of assessments.
    pub parameter: Option<ParameterId>,
    /// Its start.
    pub start: Instant,
}

/// Which observations to read. They come ordered by station, parameter and start; of each only the latest revision,
/// or with `as_of` the one that was the latest then.
#[derive(Debug, Clone)]
pub struct ObservationQuery {
    /// Empty for all.
    pub stations: Vec<StationId>,
    /// Empty for all.
    pub parameters: Vec<ParameterId>,
    /// Which period.
    pub period: Period,
    /// Which figure of it.
    pub statistic: Statistic,
    /// First start, inclusive.
    pub from: Instant,
    /// Last start, exclusive.
    pub to: Instant,
    /// What was published by then.
    pub as_of: Option<Instant>,
    /// Only items behind this place.
    pub after: Option<SeriesPosition>,
    /// At most so many.
    pub limit: usize,
}

/// Which assessments to read, ordered by station and start.
#[derive(Debug, Clone)]
pub struct AssessmentQuery {
    /// Empty for all.
    pub stations: Vec<StationId>,
    /// Id of the edition, `hj633-2026`.
    pub scheme: String,
    /// `PT1H` or `P1D`.
    pub period: Period,
    /// First start, inclusive.
    pub from: Instant,
    /// Last start, exclusive.
    pub to: Instant,
    /// What was published by then.
    pub as_of: Option<Instant>,
    /// Only items behind this place.
    pub after: Option<SeriesPosition>,
    /// At most so many.
    pub limit: usize,
}

/// Where what was received and what was published is kept. See the module for the promises.
#[async_trait]
pub trait Journal:
    Alerts
    + Conformance
    + DeadLetters
    + Events
    + StationEvents
    + Fetches
    + Forecasts
    + Gaps
    + Links
    + Outlooks
    + Reviews
    + SeriesReads
    + Summaries
    + Tallies
    + Send
    + Sync
    + 'static
{
    /// Takes a submission in and answers when it is durable.
    ///
    /// A submission with an idempotency key that was used before with the same bytes gets the earlier receipt.
    ///
    /// # Errors
    /// [`StoreError::IdempotencyConflict`](crate::StoreError::IdempotencyConflict) for a used key with other bytes;
    /// [`StoreError::Full`](crate::StoreError::Full) when the disk is. Nothing is kept then.
    async fn accept(&self, submission: limpid_model::Submission) -> Result<Receipt>;

    /// A submission with its bytes and receipt.
    async fn submission(&self, id: ReceiptId) -> Result<Option<StoredSubmission>>;

    /// Readings accepted after `after`, stored or corrected, in order, at most `limit`.
    async fn tail(&self, after: u64, limit: usize) -> Result<Vec<Accepted>>;

    /// The number of the newest accepted reading; changes wake whoever waits.
    fn accepted(&self) -> watch::Receiver<u64>;

    /// The latest revisions of a station's readings, of every parameter and period, that start within `from..to`,
    /// ordered by parameter, period and start; with `as_of` the revisions that had been received by then.
    async fn window(
        &self,
        station: &StationId,
        from: Instant,
        to: Instant,
        as_of: Option<Instant>,
    ) -> Result<Vec<Accepted>>;

    /// Which stations have readings, and from when to when.
    async fn extents(&self) -> Result<Vec<StationExtent>>;

    /// Publishes what differs from the latest revision of each record, in order, and gives that back. With `cursor`
    /// its name is moved to its number in the same transaction.
    async fn publish(&self, records: Vec<Record>, cursor: Option<(&'static str, u64)>) -> Result<Vec<Published>>;

    /// Where the cursor stands; 0 when it was never moved.
    async fn cursor(&self, name: &str) -> Result<u64>;

    /// Records published after `after`, in order, at most `limit`.
    async fn published_tail(&self, after: u64, limit: usize) -> Result<Vec<Published>>;

    /// The number of the newest published record; changes wake whoever waits.
    fn published(&self) -> watch::Receiver<u64>;

    /// The newest published observation of every station, parameter, period and statistic, and the newest
    /// assessment of every station, scheme and period, that start at or after `since`: what the board starts from.
    async fn newest(&self, since: Instant) -> Result<Vec<Published>>;

    /// Observations of one period. See [`ObservationQuery`].
    async fn observations(&self, query: ObservationQuery) -> Result<Vec<Published<Observation>>>;

    /// Assessments of one scheme and period. See [`AssessmentQuery`].
    async fn assessments(&self, query: AssessmentQuery) -> Result<Vec<Published<Assessment>>>;

    /// All that was quarantined or rejected, counted.
    async fn refusals(&self) -> Result<Vec<RefusalCount>>;

    /// All verdicts ever given, counted.
    async fn counts(&self) -> Result<Counts>;

    /// The part that keeps what the operator's desk needs.
    fn desk(&self) -> &dyn Desk;

    /// The part that keeps registers.
    fn registers(&self) -> &dyn Registers;

    /// Whether a transaction can be written now.
    async fn writable(&self) -> Result<()>;

    /// Writes everything that waits, and closes. Later calls give [`StoreError::Closed`](crate::StoreError::Closed).
    async fn close(&self) -> Result<()>;
}
