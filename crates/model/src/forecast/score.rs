//! How good issues were.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::parameter::ParameterId;
use crate::summary::Subject;
use crate::time::Instant;

/// How good the issues of a span were, for one parameter or the index, and so many days ahead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ForecastScore {
    /// For where; `None` for all stations together.
    pub subject: Option<Subject>,
    /// `issued`, or `amended` for what stood after people amended it.
    pub model: String,
    /// Of what.
    #[serde(rename = "parameter")]
    pub of: Scored,
    /// Days ahead.
    pub lead_day: u8,
    /// The days of the span: 30, 90 or 365; 0 where it is a single issue.
    pub window: u16,
    /// The span of the issues, inclusive.
    pub from: Instant,
    /// Exclusive.
    pub to: Instant,
    /// Of hours. The index is forecast by days, and days 4 to 7 have no hours.
    #[serde(flatten)]
    pub hours: Errors,
    /// Of the figures of whole days, or of their index.
    #[serde(default)]
    pub daily: Errors,
    /// Of the levels of whole days.
    pub days: DayScores,
}

/// What is scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scored {
    /// The index of all pollutants, its level and its primary pollutants.
    Index,
    /// A parameter.
    Parameter(ParameterId),
}

impl Scored {
    /// The word in answers: `index`, or the id of the parameter.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Parameter(parameter) => parameter.as_str(),
        }
    }

    /// What this word names.
    pub fn parse(text: &str) -> Option<Self> {
        if text == Self::Index.as_str() { Some(Self::Index) } else { ParameterId::parse(text).map(Self::Parameter) }
    }
}

impl fmt::Display for Scored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Scored {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Scored {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("nothing called {text:?} is scored")))
    }
}

/// How far off values were, in the parameter's unit or in points of the index. With `n` 0 the others say nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Errors {
    /// Pairs of forecast and truth.
    pub n: u64,
    /// Mean absolute error of the expected value.
    pub mae: f64,
    /// Root of its mean squared error.
    pub rmse: f64,
    /// Mean of forecast minus truth.
    pub bias: f64,
    /// Mean pinball loss over [`QUANTILES`](super::QUANTILES).
    pub pinball: f64,
    /// Part of the truths within the 80 % interval.
    pub cover80: f64,
    /// 1 less the RMSE as a part of that of persistence, over the pairs that have one.
    pub skill_persistence: Option<f64>,
    /// 1 less the RMSE as a part of that of climatology.
    pub skill_climatology: Option<f64>,
}

/// How the levels of days were forecast.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DayScores {
    /// Days with a forecast and a truth.
    pub n: u64,
    /// Days whose level was the one announced.
    pub hits: u64,
    /// Days whose level was the one announced or next to it.
    pub near: u64,
    /// Days of which the level of the day before the issue is known.
    pub persistence_days: u64,
    /// Days whose level was that of the day before the issue.
    pub persistence_hits: u64,
    /// Days whose level was that of what is usual.
    pub climatology_hits: u64,
    /// Days whose index lay in the range that was issued.
    pub in_range: u64,
    /// Of the index: days whose primary pollutant was forecast, and days that had one.
    pub primary: [u64; 2],
    /// By observed level, from 1 on: days, and those whose level was announced.
    pub by_level: Vec<[u64; 2]>,
    /// Days at level 3 or worse: announced and come, come unannounced, announced and not come.
    pub polluted: [u64; 3],
    /// Days at level 5 or worse, likewise.
    pub heavy: [u64; 3],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_that_an_earlier_version_kept_are_read() {
        let kept = r#"{"subject":"station/S1","model":"issued","parameter":"pm25","lead_day":1,"window":90,
            "from":"2026-08-27T00:00:00Z","to":"2026-11-25T00:00:00Z","n":2000,"mae":20.5,"rmse":30.0,"bias":1.0,
            "pinball":8.0,"cover80":0.8,"skill_persistence":0.2,"skill_climatology":null,
            "days":{"n":90,"hits":71,"near":88,"persistence_hits":62,"in_range":40,"primary":[0,0],
            "by_level":[[80,70],[10,1]],"polluted":[0,0,0],"heavy":[0,0,0]}}"#;
        let score: ForecastScore = serde_json::from_str(kept).unwrap();
        assert_eq!((score.of.as_str(), score.hours.n, score.hours.mae), ("pm25", 2_000, 20.5));
        assert_eq!((score.daily, score.days.persistence_days, score.days.hits), (Errors::default(), 0, 71));
        let again = serde_json::to_string(&ForecastScore { of: Scored::Index, ..score.clone() }).unwrap();
        assert!(again.contains(r#""parameter":"index""#) && again.contains(r#""mae":20.5"#), "{again}");
    }
}
