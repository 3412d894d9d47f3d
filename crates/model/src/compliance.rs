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
    /// Classes of parameters that are assessed apart and do not count in the level.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub apart: Vec<(ParameterId, u8)>,
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
