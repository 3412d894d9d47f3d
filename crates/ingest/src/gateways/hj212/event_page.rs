//! What a station told of itself, page by page.

use limpid_model::{Instant, KeptStationEvent, StationId};
use limpid_store::{Journal, Result, StationEventQuery};

/// Which of the events a report has.
#[derive(Debug, Clone, Copy)]
pub struct EventPage {
    /// At most so many, up to [`EventPage::MOST`].
    pub limit: usize,
    /// Only events before.
    pub before: Option<Instant>,
}

impl Default for EventPage {
    fn default() -> Self {
        Self { limit: Self::USUAL, before: None }
    }
}

impl EventPage {
    /// Events in a report where nothing else is asked for.
    pub const USUAL: usize = 100;

    /// Events in a report at most.
    pub const MOST: usize = 1000;

    /// The newest events of a station on this page, and where the next begins. Events of one time are not torn apart, so
    /// that none is passed over; of more than a page of them those above [`EventPage::MOST`] are.
    pub(super) async fn read(
        self,
        journal: &dyn Journal,
        station: &StationId,
    ) -> Result<(Vec<KeptStationEvent>, Option<Instant>)> {
        let Self { limit, before } = self;
        let mut ask = StationEventQuery { station: station.clone(), kinds: Vec::new(), from: None, to: before, limit };
        ask.limit += 1;
        let mut events = journal.station_events(ask.clone()).await?;
        if events.len() <= limit {
            return Ok((events, None));
        }
        let last = events[limit].event.at;
        events.retain(|kept| kept.event.at > last);
        if events.is_empty() {
            // All of the page is of one time.
            ask.limit = Self::MOST;
            events = journal.station_events(ask).await?;
            events.retain(|kept| kept.event.at == last);
        }
        let next = events.last().map(|kept| kept.event.at);
        Ok((events, next))
    }
}
