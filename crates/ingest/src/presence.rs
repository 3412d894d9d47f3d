//! Which links stand now, and the platform's sign of life. What the journal knows of links from here is what the gap
//! ledger blames a missing hour on.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::Duration;
use limpid_model::{Instant, Link, LinkEvent, StationId};
use limpid_store::Journal;
use tokio_util::sync::CancellationToken;

/// A link that came back within this time was never down: many devices connect anew for every frame.
const LINGER: Duration = Duration::minutes(5);

/// Changes that wait for a journal that does not take them: two for each of as many stations as one platform has.
/// The oldest are forgotten first.
const WAITING: usize = 20_000;

/// What is known of links. Cheap to clone; nothing is written but by [`Presence::run`], once a minute.
#[derive(Clone)]
pub struct Presence {
    journal: Arc<dyn Journal>,
    now: fn() -> Instant,
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
struct Known {
    links: BTreeMap<Link, Standing>,
    /// Noted, and not yet written.
    waiting: Vec<LinkEvent>,
}

/// A link that stands, or did a moment ago.
struct Standing {
    holders: usize,
    since: Instant,
    /// Whether it was noted that it stands.
    noted: bool,
    /// When the last holder let go.
    released: Option<Instant>,
}

impl Presence {
    /// Of nothing yet.
    pub fn new(journal: Arc<dyn Journal>, now: fn() -> Instant) -> Self {
        Self { journal, now, known: Arc::default() }
    }

    /// A connection, through which nobody has been heard yet.
    pub fn connection(&self) -> Connection {
        Connection { presence: self.clone(), stations: HashMap::new() }
    }

    /// Says that a link stands for as long as what comes back is kept. It may be held several times at once.
    pub fn hold(&self, link: Link) -> Held {
        let now = (self.now)();
        let mut known = self.known();
        let standing = known.links.entry(link.clone()).or_insert(Standing {
            holders: 0,
            since: now,
            noted: false,
            released: None,
        });
        standing.holders += 1;
        standing.released = None;
        Held { presence: self.clone(), link }
    }

    /// Writes the platform's sign of life every [`Link::BEAT`], and with it what links did since the last one, until
    /// `stop`. A journal that does not take it is the platform being down, and is tried again with the next.
    pub async fn run(self, stop: CancellationToken) {
        let mut sign = LinkEvent::started((self.now)());
        let mut beats = tokio::time::interval(Link::BEAT);
        beats.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                _ = beats.tick() => {}
            }
            sign.at = (self.now)();
            if self.write(sign.clone()).await {
                sign.cause = None;
            }
        }
        self.write(LinkEvent::down(Link::Platform, (self.now)(), "stopped")).await;
    }

    /// Writes what waits, and then the platform's own event; false when the journal did not take it.
    async fn write(&self, own: LinkEvent) -> bool {
        let (starts, waiting) = (own.up && own.cause.is_some(), self.changes());
        // A platform that starts ends whatever was noted before, so that it comes first then.
        let events = if starts { [vec![own], waiting.clone()] } else { [waiting.clone(), vec![own]] };
        let Err(error) = self.journal.note_links(events.concat()).await else { return true };
        tracing::warn!(error = &error as &dyn std::error::Error, "the state of links could not be written down");
        let mut known = self.known();
        known.waiting = waiting;
        let over = known.waiting.len().saturating_sub(WAITING);
        known.waiting.drain(..over);
        false
    }

    /// What links did, and was not written yet.
    fn changes(&self) -> Vec<LinkEvent> {
        let now = (self.now)();
        let mut known = self.known();
        let mut events = std::mem::take(&mut known.waiting);
        known.links.retain(|link, standing| {
            if !std::mem::replace(&mut standing.noted, true) {
                events.push(LinkEvent::up(link.clone(), standing.since));
            }
            let gone = standing.released.filter(|released| now - *released >= LINGER);
            if let Some(released) = gone {
                events.push(LinkEvent::down(link.clone(), released, "closed"));
            }
            gone.is_none()
        });
        events
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // Poisoned or not, each change is whole.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A link that stands for as long as this is kept.
pub struct Held {
    presence: Presence,
    link: Link,
}

impl Drop for Held {
    fn drop(&mut self) {
        let now = (self.presence.now)();
        if let Some(standing) = self.presence.known().links.get_mut(&self.link) {
            standing.holders = standing.holders.saturating_sub(1);
            if standing.holders == 0 {
                standing.released = Some(now);
            }
        }
    }
}

/// The stations that were heard through one connection, which a relay shares among many. Their links stand until it is
/// dropped.
pub struct Connection {
    presence: Presence,
    stations: HashMap<StationId, Held>,
}

impl Connection {
    /// A station was heard, and was who it says.
    pub fn heard(&mut self, station: &StationId) {
        if !self.stations.contains_key(station) {
            let held = self.presence.hold(Link::Station(station.clone()));
            self.stations.insert(station.clone(), held);
        }
    }
}
