//! Hours of many stations, dense, as the models need them.

use chrono::{Datelike, Duration, Timelike};
use limpid_model::{Flag, Instant, Observation, ParameterId, Zone};

use super::rolling::Rolling;

/// Longest age in hours at which the last value still stands for the present one.
pub const CARRY: usize = 6;

/// The parameters of weather that the models look at. Wind becomes its components and its speed.
const WEATHER: [&str; 4] = ["temperature", "pressure", "dew_point", "rain"];
/// An hour's rain counts up to so many mm: one cloudburst is not ten times the news that steady rain is.
const RAIN_CAP: f32 = 5.0;

/// The series of weather: those of [`WEATHER`], then wind to the east and to the north in m/s, then its speed.
pub const WEATHER_SERIES: usize = WEATHER.len() + 3;
/// Place of the wind's speed among the series of weather; the components stand before it.
pub(super) const SPEED: usize = WEATHER_SERIES - 1;
/// Place of rain among the series of weather.
pub(super) const RAIN: usize = 3;

/// A series of hours with what is often asked of it. Within models a missing value is NaN, which no sum survives.
#[derive(Debug, Clone)]
pub struct Series {
    /// One value an hour.
    pub values: Vec<f32>,
    /// Its moving means.
    pub rolling: Rolling,
}

impl Series {
    /// A series of these values.
    pub fn new(values: Vec<f32>) -> Self {
        let rolling = Rolling::new(&values);
        Self { values, rolling }
    }

    /// The value `back` hours before `hour`.
    pub fn before(&self, hour: usize, back: usize) -> f32 {
        hour.checked_sub(back).and_then(|at| self.values.get(at)).copied().unwrap_or(f32::NAN)
    }

    /// The newest value that is at most [`CARRY`] hours old at `hour`.
    pub fn now(&self, hour: usize) -> f32 {
        (0..=CARRY).map(|back| self.before(hour, back)).find(|value| !value.is_nan()).unwrap_or(f32::NAN)
    }

    /// The mean over all series of each hour.
    pub fn mean_of<'s>(series: impl Iterator<Item = &'s Series> + Clone, hours: usize) -> Self {
        let mean = |hour: usize| {
            let present = series.clone().map(|one| one.values[hour]).filter(|value| !value.is_nan());
            let (sum, n) = present.fold((0.0, 0.0), |(sum, n), value| (sum + value, n + 1.0));
            if n > 0.0 { sum / n } else { f32::NAN }
        };
        Self::new((0..hours).map(mean).collect())
    }
}

/// The hour of the day, 0 to 23, and the day of the year, 0 to 365, by the clock on the wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// Hour of the day.
    pub hour: usize,
    /// Day of the year.
    pub day: usize,
}

/// One station's series.
#[derive(Debug, Clone)]
pub struct Place {
    /// One for each parameter of the panel.
    pub parameters: Vec<Series>,
    /// [`WEATHER_SERIES`] of them.
    pub weather: Vec<Series>,
}

/// Hours of many stations. Hour 0 starts at `start`.
#[derive(Debug, Clone)]
pub struct Panel {
    /// Start of the first hour.
    pub start: Instant,
    /// The parameters, in order.
    pub parameters: Vec<ParameterId>,
    /// The stations' series, in the order in which they were given.
    pub places: Vec<Place>,
    /// The clock at the start of each hour.
    pub clock: Vec<Clock>,
    /// The weather of all stations together, hour by hour.
    pub weather: Vec<Series>,
}

/// The hours of one station, to be filled observation by observation.
#[derive(Debug, Clone)]
pub struct Blank {
    start: Instant,
    parameters: Vec<ParameterId>,
    weather: Vec<ParameterId>,
    values: Vec<Vec<f32>>,
}

/// All parameters that a panel takes, beside those that are forecast.
pub fn weather_parameters() -> Vec<ParameterId> {
    WEATHER.into_iter().chain(["wind_speed", "wind_direction"]).map(ParameterId::known).collect()
}

impl Blank {
    /// `hours` hours from `start` on without a value.
    pub fn new(start: Instant, hours: usize, parameters: &[ParameterId]) -> Self {
        let weather = weather_parameters();
        let values = vec![vec![f32::NAN; hours]; parameters.len() + weather.len()];
        Self { start, parameters: parameters.to_vec(), weather, values }
    }

    /// Sets an hour's value. Hours outside and other parameters are passed over.
    pub fn set(&mut self, parameter: ParameterId, hour: Instant, value: f64) {
        let series = self.parameters.iter().chain(&self.weather).position(|one| *one == parameter);
        let at = usize::try_from(hour.signed_duration_since(self.start).num_hours()).ok();
        if let (Some(series), Some(at)) = (series, at)
            && let Some(place) = self.values[series].get_mut(at)
        {
            *place = value as f32;
        }
    }

    /// Whether a parameter has any value.
    pub fn has(&self, parameter: ParameterId) -> bool {
        let series = self.parameters.iter().position(|one| *one == parameter);
        series.is_some_and(|series| self.values[series].iter().any(|value| !value.is_nan()))
    }

    /// Takes an observation in, unless it has failed or has no value. Doubtful ones stay: a forecast that is only
    /// tried where nothing was in doubt looks better than it is.
    pub fn take(&mut self, observation: &Observation) {
        if let Some(value) = observation.value.filter(|_| !matches!(observation.flag, Flag::Fail | Flag::Missing)) {
            self.set(observation.parameter, observation.start, value);
        }
    }

    /// The same with empty hours up to `to`.
    pub fn lengthened(mut self, to: Instant) -> Self {
        let hours = usize::try_from(to.signed_duration_since(self.start).num_hours()).unwrap_or(0);
        for series in &mut self.values {
            series.resize(hours.max(series.len()), f32::NAN);
        }
        self
    }

    fn place(mut self) -> Place {
        let mut weather = self.values.split_off(self.parameters.len());
        let (direction, speed) = (weather.pop().unwrap_or_default(), weather.pop().unwrap_or_default());
        for rain in &mut weather[RAIN] {
            *rain = rain.min(RAIN_CAP);
        }
        let component = |part: fn(f32) -> f32| {
            speed.iter().zip(&direction).map(|(speed, from)| -speed * part(from.to_radians())).collect::<Vec<f32>>()
        };
        let (east, north) = (component(f32::sin), component(f32::cos));
        weather.extend([east, north, speed]);
        let series = |all: Vec<Vec<f32>>| all.into_iter().map(Series::new).collect();
        Place { parameters: series(self.values), weather: series(weather) }
    }
}

impl Panel {
    /// The panel of these stations, all of which have the same hours.
    pub fn new(stations: Vec<Blank>, zone: Zone) -> Self {
        let start = stations.first().map_or_else(Instant::default, |first| first.start);
        let parameters = stations.first().map(|first| first.parameters.clone()).unwrap_or_default();
        let hours = stations.first().and_then(|first| first.values.first()).map_or(0, Vec::len);
        let places: Vec<Place> = stations.into_iter().map(Blank::place).collect();
        let clock = (0..hours as i64).map(|hour| {
            let local = (start + Duration::hours(hour)).with_timezone(&zone.0);
            Clock { hour: local.hour() as usize, day: local.ordinal0() as usize }
        });
        Self::of_places(start, parameters, clock.collect(), places)
    }

    /// The panel of these places, whose hours the clock tells.
    pub fn of_places(start: Instant, parameters: Vec<ParameterId>, clock: Vec<Clock>, places: Vec<Place>) -> Self {
        let mean = |at: usize| Series::mean_of(places.iter().map(move |place| &place.weather[at]), clock.len());
        let weather = (0..WEATHER_SERIES).map(mean).collect();
        Self { start, parameters, clock, weather, places }
    }

    /// The same without the hours before `first`.
    pub fn from_hour(self, first: usize) -> Self {
        if first == 0 {
            return self;
        }
        let start = self.instant(first);
        let cut = |series: Vec<Series>| {
            series.into_iter().map(|mut one| Series::new(one.values.split_off(first.min(one.values.len())))).collect()
        };
        let places = self.places.into_iter();
        let places = places.map(|place| Place { parameters: cut(place.parameters), weather: cut(place.weather) });
        let clock = self.clock.into_iter().skip(first).collect();
        Self::of_places(start, self.parameters, clock, places.collect())
    }

    /// How many hours it has.
    pub fn hours(&self) -> usize {
        self.clock.len()
    }

    /// The hour that starts at `at`, where it is one of the panel's.
    pub fn hour_of(&self, at: Instant) -> Option<usize> {
        let hour = usize::try_from(at.signed_duration_since(self.start).num_hours()).ok()?;
        (hour < self.hours()).then_some(hour)
    }

    /// The start of an hour.
    pub fn instant(&self, hour: usize) -> Instant {
        self.start + Duration::hours(hour as i64)
    }
}
