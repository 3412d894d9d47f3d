//! Which hours, windows and days have to be derived anew.

use std::collections::BTreeSet;

use chrono::{Days, Duration, NaiveDate};
use limpid_model::{Instant, Period, Reading, Zone};

use crate::engine::calendar::month_of;
use crate::validate::series;

/// An hour takes part in the moving windows that end with it and with the 23 hours after it.
const REACH_HOURS: i64 = 23;

/// An hour is judged beside so many hours before it, so that it is felt by as many after it …
const BEFORE_HOURS: i64 = series::BEFORE as i64;

/// … and beside so many after it, so that it is felt by as many before it.
const AFTER_HOURS: i64 = series::AFTER as i64;

/// Touched hours further apart than this are derived separately, so that two readings of different years do not make
/// the engine read the years between them.
const GAP: Duration = Duration::hours(48);

/// A night, and the last part of Lden, have ended by so long after midnight.
pub(super) const MORNING: Duration = Duration::hours(12);

/// At most so much of a station is read at once: a month of minutes of a dozen parameters is half a million readings.
const LONGEST: Duration = Duration::days(31);

/// What readings have touched at one station.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// Hours with readings of minutes or moments to be published.
    readings: BTreeSet<Instant>,
    /// Hours whose own value may have changed.
    hours: BTreeSet<Instant>,
    /// Days whose own value, as sent, may have changed.
    days: BTreeSet<NaiveDate>,
    /// Months that fell due, by their first day.
    months: BTreeSet<NaiveDate>,
    /// Dates whose days and nights of noise may have changed.
    nights: BTreeSet<NaiveDate>,
}

impl Touched {
    /// Takes note of one reading. Minutes of an hour that has not ended by `now` do not yet touch the hour: when it
    /// ends, [`Touched::hour`] does. Moving means, months and years as sent touch nothing: limpid makes its own.
    pub fn reading(&mut self, reading: &Reading, zone: Zone, now: Instant) {
        let hour = zone.floor_hour(reading.start);
        match reading.period {
            Period::Moment => _ = self.readings.insert(hour),
            Period::Minutes(_) if now < Period::Hour.end(hour, zone) => _ = self.readings.insert(hour),
            Period::Minutes(_) => {
                self.readings.insert(hour);
                self.hours.insert(hour);
            }
            Period::Hour => _ = self.hours.insert(hour),
            Period::Day => _ = self.days.insert(zone.date_of(reading.start)),
            Period::Hours8 | Period::Hours24 | Period::Month | Period::Quarter | Period::Months12 | Period::Year => {}
        }
    }

    /// Takes note of a moment that may make an hour: at a water station, once the hour has ended.
    pub fn sample(&mut self, reading: &Reading, zone: Zone, now: Instant) {
        let hour = zone.floor_hour(reading.start);
        if now >= Period::Hour.end(hour, zone) {
            self.hours.insert(hour);
        }
    }

    /// At a noise station, an hour and a day touch the day and night of their date, and the night of the date before, which
    /// reaches into it.
    pub fn with_nights(&mut self, zone: Zone) {
        let of_hours = self.hours.iter().flat_map(|hour| felt(*hour).map(|hour| zone.date_of(hour)));
        let dates: BTreeSet<NaiveDate> = of_hours.chain(self.days.iter().copied()).collect();
        self.nights.extend(dates.into_iter().flat_map(|date| [date - Days::new(1), date]));
    }

    /// The hour that starts at `hour` has to be derived, with its windows and its day.
    pub fn hour(&mut self, hour: Instant) {
        self.hours.insert(hour);
    }

    /// The hours that another has.
    pub fn hours_of(&mut self, other: &Self) {
        self.hours.extend(&other.hours);
    }

    /// A reviewer decided about the hours that start within `from..to`: all that is made of them has to be derived.
    pub fn stretch(&mut self, from: Instant, to: Instant, zone: Zone) {
        for hour in zone.hours(from, to) {
            self.readings.insert(hour);
            self.hours.insert(hour);
            self.days.insert(zone.date_of(hour));
        }
    }

    /// The day has to be derived.
    pub fn day(&mut self, date: NaiveDate) {
        self.days.insert(date);
    }

    /// The month has to be derived, and its year.
    pub fn month(&mut self, month: NaiveDate) {
        self.months.insert(month);
    }

    /// The months that have to be derived, by their first day: those that fell due, and those of every hour, day and
    /// night.
    pub fn months(&self, zone: Zone) -> BTreeSet<NaiveDate> {
        let of_hours = self.hours.iter().flat_map(|hour| felt(*hour).map(|hour| zone.date_of(hour)));
        let dates = of_hours.chain(self.days.iter().copied()).chain(self.nights.iter().copied());
        dates.map(month_of).chain(self.months.iter().copied()).collect()
    }

    /// Adds what another has.
    pub fn merge(&mut self, other: Self) {
        self.readings.extend(other.readings);
        self.hours.extend(other.hours);
        self.days.extend(other.days);
        self.months.extend(other.months);
        self.nights.extend(other.nights);
    }

    /// What has to be derived, in pieces that lie close together. Of readings of minutes and moments only those
    /// accepted after `fresh_after` will be published.
    pub fn wanted(&self, zone: Zone, fresh_after: u64) -> Vec<Wanted> {
        let mut places: Vec<(Instant, Place)> = Vec::new();
        places.extend(self.readings.iter().map(|hour| (*hour, Place::Readings)));
        places.extend(self.hours.iter().map(|hour| (*hour, Place::Hour)));
        places.extend(self.days.iter().map(|date| (zone.start_of(*date), Place::Day(*date))));
        places.extend(self.nights.iter().map(|date| (zone.start_of(*date), Place::Night(*date))));
        places.sort_by_key(|(start, _)| *start);
        let mut pieces: Vec<Wanted> = Vec::new();
        let (mut first, mut last) = (Instant::MIN_UTC, Instant::MIN_UTC);
        for (start, place) in places {
            if pieces.is_empty() || start - last > GAP || start - first > LONGEST {
                pieces.push(Wanted { fresh_after, ..Wanted::default() });
                first = start;
            }
            last = start;
            if let Some(piece) = pieces.last_mut() {
                piece.add(start, place, zone);
            }
        }
        pieces
    }
}

#[derive(Clone, Copy)]
enum Place {
    Readings,
    Hour,
    Day(NaiveDate),
    Night(NaiveDate),
}

/// What to derive from one stretch of a station's readings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Hours whose readings of minutes and moments are published.
    pub readings: BTreeSet<Instant>,
    /// Of those readings, only the ones accepted after this number.
    pub fresh_after: u64,
    /// Hours that are published, by their start.
    pub hours: BTreeSet<Instant>,
    /// Hours at whose end moving means end, with the index of these hours.
    pub windows: BTreeSet<Instant>,
    /// Days that are published, with their index, once they have ended.
    pub days: BTreeSet<NaiveDate>,
    /// Dates whose days and nights of noise are published, each once it has ended.
    pub nights: BTreeSet<NaiveDate>,
}

impl Wanted {
    /// Everything that starts within `from..to`, and the days that begin within it.
    pub fn within(from: Instant, to: Instant, zone: Zone, fresh_after: u64) -> Self {
        let all: BTreeSet<Instant> = zone.hours(from, to).collect();
        let days = all.iter().map(|hour| zone.date_of(*hour)).filter(|date| zone.start_of(*date) >= from);
        let days = days.collect();
        Self { days, readings: all.clone(), hours: all.clone(), windows: all, fresh_after, nights: BTreeSet::new() }
    }

    /// The same with the days and nights of noise that its days take part in.
    pub fn with_nights(mut self) -> Self {
        self.nights = self.days.iter().flat_map(|date| [*date - Days::new(1), *date]).collect();
        self
    }

    fn add(&mut self, start: Instant, place: Place, zone: Zone) {
        match place {
            Place::Readings => _ = self.readings.insert(start),
            Place::Hour => {
                self.hours.extend(felt(start));
                let windows = -AFTER_HOURS..=BEFORE_HOURS + REACH_HOURS;
                self.windows.extend(windows.map(|hours| start + Duration::hours(hours)));
                self.days.extend(felt(start).map(|hour| zone.date_of(hour)));
            }
            Place::Day(date) => _ = self.days.insert(date),
            Place::Night(date) => _ = self.nights.insert(date),
        }
    }

    /// From when on readings are needed by whoever knows the hours before: those of the hours that are wanted
    /// themselves, and of days that have ended, which the station may have sent.
    pub fn touched_from(&self, zone: Zone, now: Instant) -> Option<Instant> {
        let ended = self.days.iter().map(|date| zone.day(*date)).find(|(_, end)| *end <= now);
        let firsts = [
            self.readings.first().copied(),
            self.hours.first().copied(),
            ended.map(|(start, _)| zone.floor_hour(start)),
        ];
        firsts.into_iter().flatten().min()
    }

    /// The readings that are needed: those that start within `from..to`. `None` when nothing is wanted.
    pub fn span(&self, zone: Zone) -> Option<(Instant, Instant)> {
        let hour = Duration::hours(1);
        let firsts = [
            self.readings.first().copied(),
            self.hours.first().copied(),
            self.windows.first().map(|first| *first - Duration::hours(REACH_HOURS)),
            // Where summer time is half an hour a day begins within an hour, which then belongs to the day before.
            self.days.first().map(|date| zone.floor_hour(zone.start_of(*date))),
            self.nights.first().map(|date| zone.floor_hour(zone.start_of(*date))),
        ];
        let lasts = [
            self.readings.last().map(|last| *last + hour),
            self.hours.last().map(|last| *last + hour),
            self.windows.last().map(|last| *last + hour),
            self.days.last().map(|date| zone.floor_hour(zone.day(*date).1) + hour),
            self.nights.last().map(|date| zone.floor_hour(zone.day(*date).1) + MORNING),
        ];
        let (first, last) = (firsts.into_iter().flatten().min()?, lasts.into_iter().flatten().max()?);
        // What these hours are judged beside.
        Some((first - Duration::hours(BEFORE_HOURS), last + Duration::hours(AFTER_HOURS)))
    }
}

/// The hours whose verdict depends on the value of `hour`.
fn felt(hour: Instant) -> impl Iterator<Item = Instant> {
    (-AFTER_HOURS..=BEFORE_HOURS).map(move |hours| hour + Duration::hours(hours))
}

#[cfg(test)]
mod tests {
    use limpid_model::{ParameterId, StationId};

    use super::*;

    fn zone() -> Zone {
        Zone::parse("Asia/Shanghai").unwrap()
    }

    fn touch(period: Period, start: &str) -> Touched {
        let mut touched = Touched::default();
        let reading = Reading {
            station: StationId::parse("S1").unwrap(),
            parameter: ParameterId::known("pm25"),
            period,
            start: start.parse().unwrap(),
            value: Some(1.0),
            mark: None,
            conversion: None,
        };
        touched.reading(&reading, zone(), "2026-11-25T08:30:00Z".parse().unwrap());
        touched
    }

    #[test]
    fn an_hour_touches_its_windows_and_its_day() {
        let pieces = touch(Period::Hour, "2026-11-25T08:00:00Z").wanted(zone(), 7);
        assert_eq!(pieces.len(), 1);
        // The hour before it, for a spike, and 23 after it, for a flat line; each with 24 windows.
        assert_eq!((pieces[0].hours.len(), pieces[0].windows.len(), pieces[0].fresh_after), (25, 48, 7));
        assert_eq!(pieces[0].days.iter().map(ToString::to_string).collect::<Vec<_>>(), ["2026-11-25", "2026-11-26"]);
        // The first window ends with the hour before, begins 23 hours earlier, and its hours are judged by 23 more; the last
        // window ends 46 hours later, and its last hour is judged by one more.
        let span = |text: &str| text.parse::<Instant>().unwrap();
        assert_eq!(pieces[0].span(zone()), Some((span("2026-11-23T09:00:00Z"), span("2026-11-27T08:00:00Z"))));
    }

    #[test]
    fn minutes_touch_their_hour_when_it_has_ended() {
        let pieces = touch(Period::Minutes(1), "2026-11-25T08:29:00Z").wanted(zone(), 0);
        assert_eq!((pieces[0].readings.len(), pieces[0].hours.len(), pieces[0].windows.len()), (1, 0, 0));
        let pieces = touch(Period::Minutes(1), "2026-11-25T07:29:00Z").wanted(zone(), 0);
        assert_eq!((pieces[0].readings.len(), pieces[0].hours.len(), pieces[0].windows.len()), (1, 25, 48));
        assert!(touch(Period::Month, "2026-10-31T16:00:00Z").wanted(zone(), 0).is_empty());
    }

    #[test]
    fn far_readings_are_derived_apart() {
        let mut touched = touch(Period::Hour, "2026-11-25T08:00:00Z");
        touched.merge(touch(Period::Hour, "1995-01-01T00:00:00Z"));
        touched.merge(touch(Period::Day, "1995-01-01T16:00:00Z"));
        let pieces = touched.wanted(zone(), 0);
        assert_eq!(pieces.iter().map(|piece| piece.days.len()).collect::<Vec<_>>(), [2, 2]);
        let mut year = Touched::default();
        let start: Instant = "2025-01-01T00:00:00Z".parse().unwrap();
        for hour in 0..8760 {
            year.hour(start + Duration::hours(hour));
        }
        let pieces = year.wanted(zone(), 0);
        let all: BTreeSet<Instant> = pieces.iter().flat_map(|piece| piece.hours.iter().copied()).collect();
        assert_eq!((all.len(), pieces.len()), (1 + 8760 + 23, 12));
        assert!(pieces.iter().all(|piece| piece.hours.len() <= 1 + 31 * 24 + 1 + 23));
    }
}
