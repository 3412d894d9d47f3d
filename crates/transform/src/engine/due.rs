//! What falls due by the clock: hours made of minutes, days, months and years.

use std::collections::BTreeMap;

use chrono::{Duration, NaiveDate};
use limpid_model::{Instant, Period, Reading, StationId, Zone};

use crate::engine::calendar::{end_of_month, end_of_quarter, end_of_year, month_of};
use crate::engine::wanted::{MORNING, Touched};

/// An hour, a day, a month or a year is derived by the clock so long after its end, when its last minutes have arrived; without this
/// every one of them would make a further revision of everything that depends on the hour.
const GRACE: Duration = Duration::seconds(60);

/// What falls due by the clock, by the moment at which it does.
#[derive(Debug, Default)]
pub(super) struct Due(BTreeMap<Instant, BTreeMap<StationId, Touched>>);

impl Due {
    /// Takes note of the hour, the day, the month and the year of a reading, where they have not ended.
    pub fn reading(&mut self, reading: &Reading, zone: Zone, now: Instant) {
        let hour = zone.floor_hour(reading.start);
        if matches!(reading.period, Period::Minutes(_)) && hour + Duration::hours(1) > now {
            self.hour(&reading.station, hour, now);
        }
        if matches!(reading.period, Period::Minutes(_) | Period::Hour | Period::Day) {
            let date = zone.date_of(reading.start);
            if zone.day(date).1 > now {
                self.day(&reading.station, date, zone, now);
            }
            let month = month_of(date);
            for end in ends(month, zone).into_iter().filter(|end| *end > now) {
                self.at(end, now, &reading.station).month(month);
            }
        }
    }

    /// An hour of a station, made of minutes.
    pub fn hour(&mut self, station: &StationId, hour: Instant, now: Instant) {
        self.at(hour + Duration::hours(1), now, station).hour(hour);
    }

    /// A day of a station.
    pub fn day(&mut self, station: &StationId, date: NaiveDate, zone: Zone, now: Instant) {
        self.at(zone.day(date).1, now, station).day(date);
    }

    /// The hour, the day, the month and the year of a moment that makes an hour: of water.
    pub fn sample(&mut self, reading: &Reading, zone: Zone, now: Instant) {
        let as_hour = Reading { period: Period::Minutes(1), ..reading.clone() };
        self.reading(&as_hour, zone, now);
    }

    /// The night that starts on a date, at a noise station: in the morning after it.
    pub fn night(&mut self, station: &StationId, date: NaiveDate, zone: Zone, now: Instant) {
        self.at(zone.day(date).1 + MORNING, now, station).day(date);
    }

    /// A month of a station, and its year.
    pub fn month(&mut self, station: &StationId, month: NaiveDate, zone: Zone, now: Instant) {
        for end in ends(month, zone) {
            self.at(end, now, station).month(month);
        }
    }

    fn at(&mut self, end: Instant, now: Instant, station: &StationId) -> &mut Touched {
        // What has ended already is due at once, and all of it together.
        let due = if end > now { end + GRACE } else { now };
        self.0.entry(due).or_default().entry(station.clone()).or_default()
    }

    /// How many moments there are at which something falls due.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The first of them.
    pub fn next(&self) -> Option<Instant> {
        self.0.keys().next().copied()
    }

    /// Takes out what is due by `now`, of at most so many stations.
    pub fn take(&mut self, now: Instant, stations: usize) -> BTreeMap<StationId, Touched> {
        let mut taken = BTreeMap::new();
        while let Some(mut entry) = self.0.first_entry().filter(|entry| *entry.key() <= now) {
            while let Some((station, touched)) = entry.get_mut().pop_first() {
                taken.entry(station).or_insert_with(Touched::default).merge(touched);
                if taken.len() >= stations {
                    break;
                }
            }
            if entry.get().is_empty() {
                entry.remove();
            }
            if taken.len() >= stations {
                break;
            }
        }
        taken
    }

    /// Gives back what was taken and not published.
    pub fn put_back(&mut self, taken: BTreeMap<StationId, Touched>, now: Instant) {
        let due = self.0.entry(now).or_default();
        for (station, touched) in taken {
            due.entry(station).or_default().merge(touched);
        }
    }
}

/// When a month, its quarter and its year end.
fn ends(month: NaiveDate, zone: Zone) -> [Instant; 3] {
    [end_of_month(month, zone), end_of_quarter(month, zone), end_of_year(month, zone)]
}
