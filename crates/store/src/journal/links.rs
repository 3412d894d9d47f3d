//! The part of the journal that remembers when platform, connections, sources and broker stood.

use async_trait::async_trait;
use limpid_model::{Instant, LinkEvent, LinkSpan};

use crate::error::Result;

/// When links stood and when not, as spans: an event that says what its link's running span says changes nothing, so
/// that years of events are few rows.
///
/// The platform's running span is extended by each of its events instead, and a new one begins when it was silent for
/// longer than [`Link::SILENCE`](limpid_model::Link::SILENCE), was down, or says that it started. Then the running
/// spans of all other links end where the platform's ended: nobody watched them since.
#[async_trait]
pub trait Links: Send + Sync {
    /// Takes events in their order, all or none. An event that is older than its link's running span counts as at the
    /// start of that.
    async fn note_links(&self, events: Vec<LinkEvent>) -> Result<()>;

    /// Spans of all links that touch `from..to`, ordered by start and link.
    async fn links(&self, from: Instant, to: Instant) -> Result<Vec<LinkSpan>>;

    /// Takes one event.
    async fn note_link(&self, event: LinkEvent) -> Result<()> {
        self.note_links(vec![event]).await
    }
}
