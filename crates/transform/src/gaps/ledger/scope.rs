//! From when to when a station owes hours.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use chrono::Duration;
use limpid_model::{Instant, Link, Pipeline, Station, StationId};
use limpid_store::{Journal, Result};

use crate::gaps::expected::floor;

/// Changed when the causes are found in another way, so that what was kept is worked out anew.
const VERSION: u64 = 1;

/// The last edge of slots that is due by `now`.
pub(super) fn due(pipeline: &Pipeline, now: Instant) -> Instant {
    let grace = Duration::minutes(pipeline.gaps.grace_minutes.cast_signed());
    pipeline.publisher.zone.floor_hour(now - grace)
}

/// A number that changes when the registry or the rules do. Only of this program: another build may give another
/// number, which costs one round over everything.
pub(super) fn fingerprint(pipeline: &Pipeline) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    (VERSION, pipeline.gaps.recent_days, pipeline.publisher.zone.name()).hash(&mut hasher);
    for Station { id, kind, parameters, from, to, .. } in pipeline.stations.iter() {
        (id, kind, from, to).hash(&mut hasher);
        parameters.iter().for_each(|parameter| parameter.as_str().hash(&mut hasher));
    }
    // Cursors are numbers up to 2^63.
    hasher.finish() >> 1
}

/// Since when each station owes hours.
#[derive(Debug)]
pub(super) struct Scope {
    /// The platform's first sign of life.
    first_beat: Option<Instant>,
    first_hours: BTreeMap<StationId, Instant>,
}

impl Scope {
    /// Reads what stations and platform began with.
    ///
    /// # Errors
    /// Those of the journal.
    pub async fn read(pipeline: &Arc<Pipeline>, journal: &Arc<dyn Journal>) -> Result<Self> {
        let spans = journal.links(Instant::UNIX_EPOCH, Instant::MAX_UTC).await?;
        let first_beat = spans.iter().find(|span| span.link == Link::Platform).map(|span| span.start);
        let mut first_hours = BTreeMap::new();
        for extent in journal.extents().await? {
            first_hours.insert(extent.station, pipeline.publisher.zone.floor_hour(extent.first));
        }
        Ok(Self { first_beat, first_hours })
    }

    /// Takes note that there is an hour of a station. Where it is the earliest, what lies between it and the one that was
    /// the earliest before, or `due`, is owed from now on: gives the end of that.
    pub fn hour(&mut self, station: &StationId, hour: Instant, due: Instant) -> Option<Instant> {
        match self.first_hours.get_mut(station) {
            Some(first) if *first <= hour => None,
            Some(first) => Some(std::mem::replace(first, hour)),
            None => {
                self.first_hours.insert(station.clone(), hour);
                Some(due)
            }
        }
    }

    /// The slots that a station owes, up to `due`: from its first reading on; a station that says when it opened
    /// owes from then on, but nothing of the time before both its first reading and this platform.
    pub fn owed(&self, pipeline: &Pipeline, station: &Station, due: Instant) -> Option<(Instant, Instant)> {
        let first = self.first_hours.get(&station.id).copied();
        let begin = match station.from {
            Some(from) => from.max([first, self.first_beat].into_iter().flatten().min()?),
            None => first?,
        };
        let end = station.to.map_or(due, |to| to.min(due));
        let edge = |at| floor(station.kind, pipeline.publisher.zone, at);
        // The hour, or the slot, within which it opened is not owed.
        let mut from = edge(begin);
        if from < begin {
            from = edge(begin + Duration::hours(1));
        }
        let to = edge(end);
        (from < to).then_some((from, to))
    }
}
