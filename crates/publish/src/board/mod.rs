//! The board: the current state of every station, in memory, kept up by following the journal.
//!
//! - [`content`]: what is newest of every station; only the follower touches it
//! - [`snapshot`]: the same as it stands at one moment, judged for age; immutable, shared with every reader
//! - [`hot`]: the bodies that most readers ask for, written once for a snapshot when first asked for
//! - [`follow`]: the task that keeps the board up and hands events to the live streams

pub mod content;
pub mod follow;
pub mod hot;
pub mod snapshot;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use arc_swap::ArcSwap;

pub use snapshot::{AssessmentNow, Snapshot, StationNow, Trend, ValueNow};

/// The current snapshot. Readers take it without waiting; the follower replaces it.
pub struct Board(ArcSwap<Snapshot>);

impl Board {
    /// A board that shows this snapshot.
    pub fn new(snapshot: Snapshot) -> Self {
        Self(ArcSwap::from_pointee(snapshot))
    }

    /// What it shows now.
    pub fn now(&self) -> Arc<Snapshot> {
        self.0.load_full()
    }

    fn show(&self, snapshot: Snapshot) {
        self.0.store(Arc::new(snapshot));
    }
}
