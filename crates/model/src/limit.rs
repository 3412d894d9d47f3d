//! Thresholds of automatic checks that an operator sets for a station in place of the built-in ones.

use crate::parameter::ParameterId;

/// The threshold of one check of one parameter, in its canonical unit. What is outside is suspect or fails; it stays
/// published, and does not enter aggregates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Limit {
    /// Plausible values.
    Range(Range),
    /// Values that are usual in a calendar month of the authority's zone; outside is suspect.
    Climatology(Climatology),
    /// How far an hour may lie from the middle of the hours before and after it.
    Spike(Steps),
    /// How far an hour may lie from the hour before it.
    Rate(Steps),
    /// For how many hours a value may stand still.
    Flat(Flat),
    /// What stands for a value below its limit of detection in aggregates: this part of the limit.
    Detection(f64),
    /// How far off the day before an hour may lie before it is a slip of the unit.
    Slip(Slip),
    /// By how much this parameter may exceed the one that it is part of (PM2.5 of PM10); `None`: it is not compared.
    Consistency(Option<Tolerance>),
    /// By how much this parameter may differ from the sum that it is (NOx of NO and NO2); `None`: it is not compared.
    Sum(Option<Tolerance>),
    /// How far an hour may lie from the stations around; what is `None` is as built in.
    Neighbours(Neighbours),
    /// The number at which this counter is zero again.
    Counter(f64),
    /// Weather in which hours of this parameter are doubted, by the station's own wind and rain: sound in a storm.
    Weather(Weather),
    /// How many minutes an hour of this parameter needs, 1 to 60, where it is made of minutes.
    Minutes(u32),
}

impl Limit {
    /// The first of the limits of `parameter` that `pick` takes: a station's own stand before those for all.
    pub fn set<T>(
        limits: &[(ParameterId, Self)],
        parameter: ParameterId,
        pick: impl Fn(Self) -> Option<T>,
    ) -> Option<T> {
        limits.iter().filter(|(of, _)| *of == parameter).find_map(|(_, limit)| pick(*limit))
    }
}

/// By how many times, and as which part, a value must differ from the median of the hours before it to be a slip of the
/// unit; `None`: that side is not judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slip {
    /// So many times the median and more.
    pub above: Option<u32>,
    /// The so-manieth part of the median and less.
    pub below: Option<u32>,
}

impl Slip {
    /// The smallest factor that can be asked for: below it, every change would be one.
    pub const LEAST: u32 = 2;
}

/// By how much two figures may differ: a larger difference than both says is a contradiction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerance {
    /// In the canonical unit.
    pub absolute: f64,
    /// Of the figure that is compared with, in percent.
    pub relative_percent: u32,
}

/// How far a value may lie from the median of the other stations within some distance.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Neighbours {
    /// How far away a station may be to be one of them.
    pub within_km: Option<f64>,
    /// In the canonical unit.
    pub absolute: Option<f64>,
    /// Of the median, in percent.
    pub relative_percent: Option<u32>,
}

/// Bounds of plausible values; `None`: no bound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// Below fails.
    pub fail_below: Option<f64>,
    /// Below is suspect.
    pub suspect_below: Option<f64>,
    /// Above is suspect.
    pub suspect_above: Option<f64>,
    /// Above fails.
    pub fail_above: Option<f64>,
}

/// Bounds of usual values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Climatology {
    /// 1 to 12; `None` for every month.
    pub month: Option<u32>,
    /// Below is suspect.
    pub suspect_below: Option<f64>,
    /// Above is suspect.
    pub suspect_above: Option<f64>,
}

/// Thresholds of a difference; `None`: no threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Steps {
    /// A larger difference is suspect.
    pub suspect: Option<f64>,
    /// A larger difference fails.
    pub fail: Option<f64>,
}

/// How long a value may stand still.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Flat {
    /// After so many hours (1 to 23) without a change the next one is suspect; `None` turns the check off.
    pub suspect_hours: Option<u8>,
    /// After so many hours it fails.
    pub fail_hours: Option<u8>,
    /// Values whose largest and smallest differ by no more than this stand still.
    pub tolerance: f64,
}

impl Flat {
    /// The longest that can be asked for: a value is flagged by at most so many hours before it, which bounds how far a late
    /// reading reaches.
    pub const LONGEST: u8 = 23;
}

/// Weather that spoils what is measured in it; `None`: it does not matter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weather {
    /// A wind speed of the hour above this, in m/s.
    pub wind_above: Option<f64>,
    /// Rain in the hour above this, in mm.
    pub rain_above: Option<f64>,
}
