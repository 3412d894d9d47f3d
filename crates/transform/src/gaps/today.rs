//! How complete the day is that has not ended yet: the values that it has, those that it needs, and whether it can still
//! have them.

use chrono::{Days, Duration};
use limpid_model::pipeline::Noise;
use limpid_model::{
    DayValues, Instant, Observation, ParameterId, Part, Period, Prospect, Station, StationKind, Statistic, Zone,
};

use super::minimums::Minimum;
use crate::aggregate::noise;
use crate::standards::Rules;

/// By what a day is judged.
pub struct Today<'a> {
    /// The standards.
    pub rules: &'a Rules,
    /// When nights are, and how many hours they need.
    pub noise: &'a Noise,
    /// The authority's zone.
    pub zone: Zone,
    /// Hours that ended by then are counted.
    pub due: Instant,
}

/// What a valid figure of a day is made of.
struct Made {
    of: ParameterId,
    period: Period,
    /// When the day is, and from which start of a value to which.
    day: (Instant, Instant),
    starts: (Instant, Instant),
    needed: u32,
}

impl Today<'_> {
    /// From where on values are looked at: the night may have begun the day before.
    pub fn from(&self) -> Instant {
        self.zone.start_of(self.zone.date_of(self.due) - Days::new(1))
    }

    /// The day of a parameter that is counted by `minimum`, from the published values of its station that start at or after
    /// [`Self::from`].
    pub fn of(&self, station: &Station, parameter: ParameterId, minimum: Minimum, values: &[Observation]) -> DayValues {
        let made = self.made(station.kind, parameter, minimum);
        let hours = |from: Instant, to: Instant| u32::try_from((to - from).num_hours().max(0)).unwrap_or(0);
        let length = Duration::hours(if made.period == Period::Hours8 { 8 } else { 1 });
        let (first, last) = made.starts;
        let passed = hours(first, (self.due - length + Duration::hours(1)).clamp(first, last));
        let counts = |value: &&Observation| {
            let is_of = value.parameter == made.of && value.period == made.period && value.statistic == Statistic::Mean;
            let within = value.start >= first && value.start < last && value.start + length <= self.due;
            is_of && within && value.value.is_some() && value.flag.usable()
        };
        let valid = values.iter().filter(counts).count() as u32;
        let to_come = hours(first, last) - passed;
        let prospect = if valid >= made.needed {
            Prospect::Met
        } else if valid + to_come >= made.needed {
            Prospect::Possible
        } else {
            Prospect::Lost
        };
        let (start, end) = made.day;
        DayValues { start, end, period: made.period, valid, passed, needed: made.needed, prospect }
    }

    fn made(&self, kind: StationKind, parameter: ParameterId, minimum: Minimum) -> Made {
        let (zone, validity) = (self.zone, &self.rules.validity);
        let date = zone.date_of(self.due);
        let day = zone.day(date);
        let hourly = |of, day, needed| Made { of, period: Period::Hour, day, starts: day, needed };
        if kind == StationKind::Noise {
            let leq = ParameterId::known("leq");
            let of_day = noise::span(self.noise, Part::Day, date, zone);
            if parameter == ParameterId::known("ld") {
                return hourly(leq, of_day, self.noise.day_hours);
            }
            let before = noise::span(self.noise, Part::Night, date - Days::new(1), zone);
            let night = if self.due < before.1 { before } else { noise::span(self.noise, Part::Night, date, zone) };
            return hourly(leq, night, self.noise.night_hours);
        }
        if minimum.statistic == Statistic::Max8h {
            // The running means that lie within the day.
            let first = day.0 + Duration::hours(validity.max8h_first_end as i64 - 8);
            let starts = (first, day.1 - Duration::hours(7));
            return Made { of: parameter, period: Period::Hours8, day, starts, needed: validity.max8h_windows };
        }
        let hours = usize::try_from((day.1 - day.0).num_hours()).unwrap_or(24);
        // A day of water needs one sample (validity.csv).
        let needed = if kind == StationKind::Water { 1 } else { validity.day_hours_of(parameter, hours) };
        hourly(parameter, day, needed)
    }
}
