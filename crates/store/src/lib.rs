//! What limpid keeps: the *journal* (what was received and what was published, durable and revisioned) and the
//! *lake* (Parquet files and immutable releases on an object store).
//!
//! - [`state`]: the state folder, its lock and its version
//! - [`journal`]: the trait and its promises, and one engine a file
//! - [`lake`]: layout, Parquet files, releases
//!
//! This crate knows no protocol, no standard and no HTTP.

pub mod error;
pub mod journal;
pub mod lake;
pub mod state;

pub use error::{Result, StoreError};
pub use journal::{
    Accepted, Alerts, AssessmentQuery, Conformance, DeadLetter, DeadLetters, Desk, DeskAccount, DeskChange, DeskNote,
    DeskSession, DeskToken, DeviationCount, Draft, Drafted, Events, Fetch, Fetches, ForecastQuery, Forecasts, GapQuery,
    GapWindow, Gaps, Hooked, Hooks, Journal, KeptAlert, KeptModel, KeptSummary, LedgerEntries, Links, NoteQuery, Noted,
    ObservationQuery, OutlookQuery, Outlooks, PublicEntry, PublicQuery, PublicRevision, PublishedSeries, RefusalCount,
    RefusedThen, RegisterCount, Registers, ReviewQuery, Reviews, Seal, SeriesPosition, SeriesReads, SqliteJournal,
    StandingQuery, StationEventQuery, StationEvents, StationExtent, Step, StoredSubmission, Summaries, SummaryQuery,
    Tallies, WORKED_UP, Withdrawal,
};
pub use lake::Lake;
pub use state::StateDir;
