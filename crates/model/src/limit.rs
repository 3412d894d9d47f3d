//! Thresholds of automatic checks that an operator sets for a station in place of the built-in ones.

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
