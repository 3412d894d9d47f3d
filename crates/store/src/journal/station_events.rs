//! The part of the journal that keeps what stations tell of themselves.

use async_trait::async_trait;
use limpid_model::{Instant, KeptStationEvent, StationEventKind, StationId};

use crate::error::Result;

/// Which events to read. They come newest first.
#[derive(Debug, Clone)]
pub struct StationEventQuery {
    /// Of which station.
    pub station: StationId,
    /// Empty for all.
    pub kinds: Vec<StationEventKind>,
    /// Only events at or after.
    pub from: Option<Instant>,
    /// Only events before.
    pub to: Option<Instant>,
    /// At most so many.
    pub limit: usize,
}

/// What [`Submission::events`](limpid_model::Submission::events) says, durable with its submission. An event that was
/// told before (same kind, subject, time and text) is one event, and what [lasts](StationEventKind::lasts) is kept when it
/// changes, in the order in which it arrives.
#[async_trait]
pub trait StationEvents {
    /// StationEvents. See [`StationEventQuery`].
    async fn station_events(&self, query: StationEventQuery) -> Result<Vec<KeptStationEvent>>;
}
