//! Which hours of which parameters there should be.

use std::collections::BTreeMap;

use chrono::Duration;
use limpid_model::{Instant, ParameterId, Station, StationKind, Zone};

/// Hours from one value of an automatic water station to the next: the national network's stations send about every
/// four hours (two public collectors of its page agree; no standard was read).
const WATER_HOURS: usize = 4;

/// A stretch of time in which a station owes one value of each of its parameters: an hour, for water four.
pub type Slot = (Instant, Instant);

/// The slots of a station that begin within `from..to`, which must be edges of slots. Those of several hours begin with
/// the calendar day; its last one is as long as the day leaves it.
pub fn slots(kind: StationKind, zone: Zone, from: Instant, to: Instant) -> Vec<Slot> {
    let hour = Duration::hours(1);
    let hours: Vec<Instant> = zone.hours(from, to).collect();
    if kind != StationKind::Water {
        return hours.into_iter().map(|start| (start, start + hour)).collect();
    }
    let days = hours.chunk_by(|a, b| zone.date_of(*a) == zone.date_of(*b));
    days.flat_map(|day| day.chunks(WATER_HOURS))
        .filter_map(|slot| Some((*slot.first()?, *slot.last()? + hour)))
        .collect()
}

/// The edge of slots at or before `at`.
pub fn floor(kind: StationKind, zone: Zone, at: Instant) -> Instant {
    let hour = zone.floor_hour(at);
    if kind != StationKind::Water {
        return hour;
    }
    let (start, end) = zone.day(zone.date_of(hour));
    let slots = slots(kind, zone, start, end);
    slots.iter().map(|slot| slot.0).rfind(|start| *start <= hour).unwrap_or(hour)
}

/// What a station owes.
#[derive(Debug)]
pub struct Expected<'a> {
    station: &'a Station,
    recent: Duration,
    /// The newest hour of each parameter that was sent so far.
    sent: BTreeMap<ParameterId, Instant>,
}

impl<'a> Expected<'a> {
    /// Of a station that names no parameters, those count as owed of which it sent an hour within `recent`.
    pub fn new(station: &'a Station, recent: Duration) -> Self {
        Self { station, recent, sent: BTreeMap::new() }
    }

    /// Takes note that an hour was sent. Hours are noted in their order.
    pub fn sent(&mut self, parameter: ParameterId, hour: Instant) {
        let newest = self.sent.entry(parameter).or_insert(hour);
        *newest = hour.max(*newest);
    }

    /// The parameters that are owed in a slot, of which all hours that were sent up to its end have been noted.
    ///
    /// Water and soil are also sampled by hand now and then, which owes no hours: what the registry names is owed there
    /// only as long as it is being sent.
    pub fn parameters(&self, slot: Slot) -> Vec<ParameterId> {
        let recent =
            |parameter: &ParameterId| self.sent.get(parameter).is_some_and(|newest| slot.0 - *newest < self.recent);
        let plan = &self.station.parameters;
        let automatic = !matches!(self.station.kind, StationKind::Water | StationKind::Soil);
        if plan.is_empty() {
            self.sent.keys().copied().filter(recent).collect()
        } else {
            plan.iter().copied().filter(|parameter| automatic || recent(parameter)).collect()
        }
    }
}
