//! A batch of readings, whatever shape it came in.

use std::collections::HashMap;

use limpid_model::{Entry, StationId};

use super::failure::Failure;
use super::{MOST_READINGS, station};
use crate::formats::unknown_station;
use crate::intake::{Intake, RawReading};
use crate::token::Grant;

/// Readings, each with the station it is said to be from.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Each station once, with the index of the first reading that names it, if one does.
    stations: Vec<(String, Option<usize>)>,
    by_name: HashMap<String, usize>,
    readings: Vec<(usize, RawReading)>,
}

/// A batch as the journal takes it.
pub(super) struct Understood {
    /// The station of all readings, where it is one and known.
    pub(super) station: Option<StationId>,
    /// One per reading.
    pub(super) entries: Vec<Entry>,
}

impl Batch {
    /// Adds a reading of the one station that the batch itself names.
    pub(super) fn add_unnamed(&mut self, reading: RawReading) {
        self.readings.push((0, reading));
    }

    /// A batch of readings without names, which are all from `station`.
    pub(super) fn of(self, station: String) -> Self {
        Self { stations: vec![(station, None)], ..self }
    }

    /// Adds a reading that names its own station.
    pub(super) fn add(&mut self, station: &str, reading: RawReading) -> Result<(), Failure> {
        if self.readings.len() >= MOST_READINGS {
            return Err(Failure::TooMany);
        }
        let at = match self.by_name.get(station) {
            Some(at) => *at,
            None => {
                let at = self.stations.len();
                self.stations.push((station.to_owned(), Some(self.readings.len())));
                self.by_name.insert(station.to_owned(), at);
                at
            }
        };
        self.readings.push((at, reading));
        Ok(())
    }

    /// How many readings there are.
    pub(super) fn len(&self) -> usize {
        self.readings.len()
    }

    /// Checks every station against the grant, and makes each reading an entry. A station that the registry does not
    /// have is kept aside, not dropped.
    pub(super) fn understand(self, intake: &Intake, grant: &Grant) -> Result<Understood, Failure> {
        if let Some((name, index)) = self.stations.iter().find(|(name, _)| !grant.covers(name)) {
            return Err(Failure::OtherStation { name: name.clone(), index: *index });
        }
        let stations: Vec<_> = self.stations.iter().map(|(name, _)| (name, station(intake, name))).collect();
        let one = match stations.as_slice() {
            [(_, Some(station))] => Some(station.id.clone()),
            _ => None,
        };
        let now = intake.now();
        let entries = self.readings.into_iter().map(|(at, reading)| match stations[at] {
            (_, Some(station)) => intake.entry_at(now, station, reading),
            (name, None) => Entry::Refused(unknown_station(name)),
        });
        Ok(Understood { station: one, entries: entries.collect() })
    }
}
