//! What the regression looks at.

use super::panel::{SPEED, WEATHER_SERIES};
use super::scene::{At, Scene};
use super::weather::{Hour, PARTS, SERIES};

const LAGS: [usize; 7] = [1, 2, 3, 6, 12, 24, 48];
const MEANS: [usize; 6] = [3, 6, 12, 24, 72, 168];
const DEPARTURES: [usize; 4] = [6, 24, 72, 168];
const DAY: usize = 24;
/// Hours of a day that must have a value for its extremes to mean anything.
const LEAST_OF_DAY: usize = 12;

/// Places among the columns whose effect changes with season and hour of the day: the value now, its mean and spread
/// over a day, its mean over a week, that of the network, what has changed in the weather since yesterday.
const CHANGING: [usize; 14] = {
    const NOW: usize = 0;
    const MEAN: usize = NOW + 1 + LAGS.len();
    const EXTREMES: usize = MEAN + MEANS.len();
    const NETWORK: usize = EXTREMES + 3 + OTHERS;
    const WEATHER: usize = NETWORK + 3;
    const CHANGE: usize = 2;
    [
        NOW,
        NOW + 1,
        MEAN + 3,
        MEAN + 5,
        EXTREMES + 2,
        NETWORK,
        NETWORK + 2,
        WEATHER + CHANGE,
        WEATHER + 3 + CHANGE,
        WEATHER + 6 + CHANGE,
        WEATHER + 9 + CHANGE,
        WEATHER + 12 + CHANGE,
        WEATHER + 15 + CHANGE,
        WEATHER + 3 * WEATHER_SERIES,
    ]
};
/// Columns about the five other pollutants.
const OTHERS: usize = 15;

/// Standardised columns farther than this many standard deviations from their mean are brought back to it: one broken
/// instrument must not throw the network's forecast off.
const CLIP: f32 = 6.0;

/// Which columns a regression has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Layout {
    /// Those of the weather to come.
    pub ahead: bool,
    /// Products with season and hour of the day.
    pub changing: bool,
}

/// The raw columns of a forecast, in their own units; NaN where there is nothing to say.
pub fn raw(scene: &Scene<'_>, at: At, layout: Layout, columns: &mut Vec<f32>) {
    columns.clear();
    known(scene, at, columns);
    coming(scene, at, columns);
    if layout.ahead {
        foreseen(scene, at, columns);
    }
}

/// What is known at the origin.
fn known(scene: &Scene<'_>, at: At, columns: &mut Vec<f32>) {
    let (place, origin) = (&scene.panel.places[at.place], at.origin);
    let (hours, spot) = (scene.hours(at.place), &scene.spots[at.place]);
    let now = hours.now(origin);
    columns.push(now);
    columns.extend(LAGS.map(|lag| hours.before(origin, lag)));
    columns.extend(MEANS.map(|length| hours.rolling.mean(origin, length)));
    columns.extend(extremes(&hours.values[(origin + 1).saturating_sub(DAY)..=origin]));
    for (_, other) in place.parameters.iter().enumerate().filter(|(at, _)| *at != scene.parameter) {
        columns.extend([other.now(origin), other.rolling.mean(origin, 6), other.rolling.mean(origin, DAY)]);
    }
    let network = &scene.network;
    columns.extend([network.now(origin), network.rolling.mean(origin, 6), network.rolling.mean(origin, DAY)]);
    for series in &place.weather {
        let now = series.now(origin);
        columns.extend([now, series.rolling.mean(origin, DAY), now - series.before(origin, DAY)]);
    }
    columns.push(spot.departure.now(origin));
    columns.extend(DEPARTURES.map(|length| spot.departure.rolling.mean(origin, length)));
}

/// The largest, the smallest and the standard deviation.
fn extremes(values: &[f32]) -> [f32; 3] {
    let present = values.iter().copied().filter(|value| !value.is_nan());
    let count = present.clone().count();
    if count < LEAST_OF_DAY {
        return [f32::NAN; 3];
    }
    let mean = present.clone().sum::<f32>() / count as f32;
    let variance = present.clone().map(|value| (value - mean) * (value - mean)).sum::<f32>() / count as f32;
    [present.clone().fold(f32::MIN, f32::max), present.fold(f32::MAX, f32::min), variance.sqrt()]
}

/// What is known of the hour that is forecast.
fn coming(scene: &Scene<'_>, at: At, columns: &mut Vec<f32>) {
    let back = at.lead.div_ceil(DAY) * DAY;
    let truth = &scene.spots[at.place].truth;
    columns.extend([truth.before(at.hour(), back), truth.before(at.hour(), back + DAY)]);
    columns.extend([scene.usual(at), scene.wide(at)]);
    let season = season(scene, at);
    columns.extend([season.sin(), season.cos(), (2.0 * season).sin(), (2.0 * season).cos()]);
    columns.push(at.lead as f32);
}

/// The time of the year as an angle.
fn season(scene: &Scene<'_>, at: At) -> f32 {
    scene.panel.clock[at.hour()].day as f32 / 365.25 * std::f32::consts::TAU
}

/// The weather to come at the hour, and over the hours before it.
fn foreseen(scene: &Scene<'_>, at: At, columns: &mut Vec<f32>) {
    let path = scene.path(at.origin);
    let Some(then) = at.lead.checked_sub(1).and_then(|place| path.get(place)) else {
        columns.extend([f32::NAN; FORESEEN]);
        return;
    };
    let speed = |hour: &Hour| hour[3].hypot(hour[4]);
    columns.extend(then);
    columns.push(speed(then));
    for length in [6, DAY] {
        let span = &path[at.lead.saturating_sub(length)..at.lead];
        let mean = |part: &dyn Fn(&Hour) -> f32| span.iter().map(part).sum::<f32>() / span.len() as f32;
        columns.extend((0..PARTS).map(|part| mean(&|hour| hour[part])));
        columns.push(mean(&speed));
    }
    let now = |part: usize| scene.panel.weather[SERIES[part]].now(at.origin);
    columns.extend((0..PARTS).map(|part| then[part] - now(part)));
    columns.push(then[0] - then[2]);
}
const FORESEEN: usize = 3 * (PARTS + 1) + PARTS + 1;
const _: () = assert!(SPEED == WEATHER_SERIES - 1);

/// A row of the regression, of the raw columns: a constant, the columns standardised by mean and standard deviation with
/// nothing for what is missing, one column for each hour of the day, and the products.
pub fn row(scene: &Scene<'_>, at: At, layout: Layout, raw: &[f32], scale: &[(f32, f32)], row: &mut Vec<f32>) {
    row.clear();
    row.push(1.0);
    row.extend(raw.iter().zip(scale).map(|(value, (mean, deviation))| {
        if value.is_nan() { 0.0 } else { ((value - mean) / deviation).clamp(-CLIP, CLIP) }
    }));
    let hour = scene.panel.clock[at.hour()].hour;
    row.extend((0..DAY).map(|one| if one == hour { 1.0 } else { 0.0 }));
    if layout.changing {
        let (season, hour) = (season(scene, at), hour as f32 / 24.0 * std::f32::consts::TAU);
        for place in CHANGING {
            let value = row[1 + place];
            row.extend([value * season.sin(), value * season.cos(), value * hour.sin(), value * hour.cos()]);
        }
    }
}
