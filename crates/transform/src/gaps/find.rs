//! What is missing of one station.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use limpid_model::{Gap, Instant, Mark, Observation, ParameterId, Period, Station, Zone};
use limpid_store::{Accepted, RefusedThen};

use super::cause::{self, Links, Why};
use super::expected::{Expected, Slot, slots};
use crate::standards::Rules;

/// Everything that the causes of one station's gaps over a stretch of time are found by.
#[derive(Debug)]
pub struct Case<'a> {
    /// The tables.
    pub rules: &'a Rules,
    /// The authority's.
    pub zone: Zone,
    /// The station.
    pub station: &'a Station,
    /// Edges of slots (`expected::floor`); hours that have not been due are not within.
    pub window: (Instant, Instant),
    /// Nothing is known of the links after this.
    pub now: Instant,
    /// How long a parameter is expected after it was last sent, where the registry names none.
    pub recent: Duration,
    /// Its published hours in the window, and in the time `recent` before it.
    pub hours: &'a [Observation],
    /// Its readings of minutes within those hours that were made of too few ([`incomplete`]).
    pub minutes: &'a [Accepted],
    /// What it sent and was refused, from the window's begin until an hour after its end.
    pub refused: &'a [RefusedThen],
    /// What is known of its links.
    pub links: &'a Links,
}

/// The hours of a window that were made of minutes, and of too few.
pub fn incomplete(hours: &[Observation], from: Instant) -> BTreeSet<Instant> {
    let made = |hour: &&Observation| hour.start >= from && hour.n.is_some() && hour.value.is_none();
    hours.iter().filter(made).map(|hour| hour.start).collect()
}

/// What is missing, consecutive hours of one cause and reason as one gap, ordered by parameter and start.
pub fn find(case: &Case<'_>) -> Vec<Gap> {
    let (from, to) = case.window;
    let mut expected = Expected::new(case.station, case.recent);
    let mut hours: Vec<&Observation> = case.hours.iter().filter(|hour| hour.start < to).collect();
    hours.sort_by_key(|hour| hour.start);
    let mut hours = hours.into_iter().peekable();
    while let Some(hour) = hours.next_if(|hour| hour.start < from) {
        expected.sent(hour.parameter, hour.start);
    }
    let minutes = marked(case);
    let mut gaps: BTreeMap<ParameterId, Vec<Gap>> = BTreeMap::new();
    for slot in slots(case.station.kind, case.zone, from, to) {
        let mut there: BTreeMap<ParameterId, Vec<&Observation>> = BTreeMap::new();
        while let Some(hour) = hours.next_if(|hour| hour.start < slot.1) {
            expected.sent(hour.parameter, hour.start);
            there.entry(hour.parameter).or_default().push(hour);
        }
        for parameter in expected.parameters(slot) {
            let Some((cause, reason)) = why(case, slot, parameter, &there, &minutes) else { continue };
            let gaps = gaps.entry(parameter).or_default();
            let (start, end) = slot;
            match gaps.last_mut().filter(|last| last.end == start && (last.cause, &last.reason) == (cause, &reason)) {
                Some(last) => last.end = end,
                None => {
                    gaps.push(Gap { station: case.station.id.clone(), parameter, start, end, cause, reason });
                }
            }
        }
    }
    gaps.into_values().flatten().collect()
}

type Marked = BTreeMap<(ParameterId, Instant), BTreeMap<Mark, u32>>;

/// Why a parameter has no usable value in a slot; `None` where it has one.
fn why(
    case: &Case<'_>,
    slot: Slot,
    parameter: ParameterId,
    there: &BTreeMap<ParameterId, Vec<&Observation>>,
    minutes: &Marked,
) -> Option<Why> {
    let own = there.get(&parameter).map_or(&[][..], Vec::as_slice);
    if own.iter().any(|hour| hour.value.is_some() && hour.flag.usable()) {
        return None;
    }
    let kind = case.station.kind;
    let told = own.iter().rev().find_map(|hour| {
        let marked = minutes.get(&(parameter, hour.start)).zip(hour.n);
        let needed = case.rules.validity.hour_minutes;
        cause::of_observation(case.rules, kind, hour)
            .or_else(|| marked.and_then(|(marked, n)| cause::of_minutes(n, marked, needed)))
    });
    Some(told.unwrap_or_else(|| {
        cause::of_absence(slot, case.now, case.links, case.refused, !there.is_empty(), !own.is_empty())
    }))
}

/// Minutes that the instrument marked as no measurement, by parameter, hour and mark.
fn marked(case: &Case<'_>) -> Marked {
    let mut marked: Marked = BTreeMap::new();
    for Accepted { reading, .. } in case.minutes {
        let (Period::Minutes(length), Some(mark)) = (reading.period, reading.mark) else { continue };
        if !case.rules.marks.judge(case.station.kind, mark).0.usable() {
            let hour = (reading.parameter, case.zone.floor_hour(reading.start));
            *marked.entry(hour).or_default().entry(mark).or_default() += u32::from(length);
        }
    }
    marked
}
