//! What a judgement against limits and targets says beside its level: classes of water, zones of noise.

use serde::{Deserialize, Serialize};

use crate::parameter::ParameterId;

/// What was put against limits and targets. Everything that is empty is left out of answers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Compliance {
    /// What was to be kept, as the standard calls it: water class `III`, noise zone `4a`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Whether it was kept; `None` without a target or a verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached: Option<bool>,
    /// The part of the day that is judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
    /// Figures beside their limits: of noise the level that is judged, of water the lead pollutants.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compared: Vec<Compared>,
    /// Classes of parameters that are assessed apart and do not count in the level; of water temperature there is none, as its
    /// limits are of changes that people make in the mean of a week.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub apart: Vec<(ParameterId, Option<u8>)>,
    /// Of a month or year: how many of its judged parts met their limit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub met: Vec<Met>,
}

/// A figure beside the limit that it was put against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// What.
    pub parameter: ParameterId,
    /// In the parameter's canonical unit, rounded as it was judged.
    pub value: f64,
    /// In the same unit.
    pub limit: f64,
    /// How many times the limit the figure lies above it, (value - limit) / limit; `None` where that says nothing (pH,
    /// dissolved oxygen, sound levels).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multiple: Option<f64>,
}

/// A part of the day with limits of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// By day.
    Day,
    /// By night, filed under the date on which it starts.
    Night,
}

impl Part {
    /// The word in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Night => "night",
        }
    }
}

/// How many of the judged days or nights of a longer period met the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Met {
    /// By day or by night.
    pub part: Part,
    /// Days or nights with a valid level.
    pub judged: u32,
    /// Those of them that met the limit.
    pub met: u32,
}

/// How many drinking-water sources meet the standard, and how much of the water comes from them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SourceRates {
    /// Sources with a verdict.
    pub judged: u32,
    /// Those of them that meet the standard.
    pub met: u32,
    /// Percent of the water drawn that comes from those; `None` unless it is known of every judged source how much it
    /// gives.
    pub volume_percent: Option<f64>,
}

impl SourceRates {
    /// Counts sources, each with its verdict and the volume that it gives in a month: by source and by volume, as monthly
    /// reports do. `None` without any source that is judged.
    pub fn of(sources: impl IntoIterator<Item = (bool, Option<f64>)>) -> Option<Self> {
        let mut rates = Self { judged: 0, met: 0, volume_percent: None };
        let mut volumes = Some((0.0, 0.0));
        for (met, drawn) in sources {
            rates.judged += 1;
            rates.met += u32::from(met);
            volumes =
                volumes.zip(drawn).map(|((good, all), drawn)| (if met { good + drawn } else { good }, all + drawn));
        }
        rates.volume_percent = volumes.filter(|(_, all)| *all > 0.0).map(|(good, all)| 100.0 * good / all);
        (rates.judged > 0).then_some(rates)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_counted_and_weighed_by_their_water() {
        let rates = SourceRates::of([(true, Some(900.0)), (false, Some(300.0)), (true, Some(0.0))]).unwrap();
        assert_eq!((rates.judged, rates.met, rates.volume_percent), (3, 2, Some(75.0)));
        let unknown = SourceRates::of([(true, Some(900.0)), (true, None)]).unwrap();
        assert_eq!((unknown.met, unknown.volume_percent), (2, None), "a volume that is not known is not guessed");
        assert_eq!(SourceRates::of([]), None);
    }
}
