//! Ways to forecast. Each says one number, what is expected; what may come around it is the same work for all
//! ([`super::bands`]).

pub mod damped;
pub mod external;
pub mod ridge;
pub mod simple;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::scene::{At, Scene};

/// A way to forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// As it is now.
    Persistence,
    /// As it was at this hour of the last day that is known.
    SameHour,
    /// As it usually is at this hour and time of the year.
    Climatology,
    /// As usual, and of what departs from that now, the part that has lasted so long before.
    DampedAnomaly,
    /// A regression on what has departed from the usual here and around, and on the weather so far.
    Ridge,
    /// The same with the weather to come.
    RidgeWeather,
    /// An outside model less its usual error here.
    External,
}

impl Method {
    /// Every method, the plainest first.
    pub const ALL: [Self; 7] = [
        Self::Persistence,
        Self::SameHour,
        Self::Climatology,
        Self::DampedAnomaly,
        Self::Ridge,
        Self::RidgeWeather,
        Self::External,
    ];

    /// The word in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Persistence => "persistence",
            Self::SameHour => "same-hour",
            Self::Climatology => "climatology",
            Self::DampedAnomaly => "damped-anomaly",
            Self::Ridge => "ridge",
            Self::RidgeWeather => "ridge-weather",
            Self::External => "external",
        }
    }

    /// The method with this word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == text)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Something that forecasts one target.
pub trait Forecaster {
    /// Which way it is.
    fn method(&self) -> Method;

    /// What is expected, in the target's unit; NaN where it has nothing to go on. It looks at no hour after the origin.
    fn expect(&self, scene: &Scene<'_>, at: At) -> f32;

    /// The same by what was fitted without the part of the training that the origin lies in; for those that were fitted
    /// so loosely that it makes no difference, the same.
    fn held_out(&self, scene: &Scene<'_>, at: At) -> f32 {
        self.expect(scene, at)
    }
}

/// A concentration is never negative. Unlike `f32::max` it leaves NaN as it is.
pub(super) fn not_below_zero(value: f32) -> f32 {
    if value < 0.0 { 0.0 } else { value }
}
