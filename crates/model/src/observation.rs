//! A reading or an aggregate that has been validated and published.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::parameter::ParameterId;
use crate::reading::Mark;
use crate::receipt::ReceiptId;
use crate::station::StationId;
use crate::time::{Instant, Period};

/// Quality flag, numbered as QARTOD does (IOC 54:V3). It goes out as its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Flag {
    /// Every rule that applies was met.
    Pass = 1,
    /// No rule applies.
    NotEvaluated = 2,
    /// Doubtful; shown, and kept out of aggregates.
    Suspect = 3,
    /// Wrong; shown as such, and kept out of aggregates.
    Fail = 4,
    /// No value, or too few values for a valid aggregate.
    Missing = 9,
}

impl Flag {
    /// Only such values enter aggregates and assessments.
    pub fn usable(self) -> bool {
        matches!(self, Self::Pass | Self::NotEvaluated)
    }

    /// The number.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The flag with this number.
    pub fn from_code(code: u8) -> Option<Self> {
        [Self::Pass, Self::NotEvaluated, Self::Suspect, Self::Fail, Self::Missing]
            .into_iter()
            .find(|flag| flag.code() == code)
    }
}

impl Serialize for Flag {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.code())
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = u8::deserialize(deserializer)?;
        Self::from_code(code).ok_or_else(|| serde::de::Error::custom(format!("{code} is no flag")))
    }
}

/// How far the authority stands by a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Checked by rules only.
    Provisional,
    /// Checked by a person.
    Reviewed,
    /// Will not change.
    Final,
}

impl Status {
    /// The word in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Provisional => "provisional",
            Self::Reviewed => "reviewed",
            Self::Final => "final",
        }
    }

    /// The status with this word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Provisional, Self::Reviewed, Self::Final].into_iter().find(|status| status.as_str() == text)
    }
}

/// Which figure of the period it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Statistic {
    /// The value as sent, or the arithmetic mean.
    #[default]
    Mean,
    /// The largest moving 8-hour mean of a day (ozone).
    Max8h,
}

impl Statistic {
    /// The word in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Max8h => "max8h",
        }
    }

    /// The statistic with this word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Mean, Self::Max8h].into_iter().find(|statistic| statistic.as_str() == text)
    }
}

/// A stretch of readings behind a value which are not as they were first received: corrections of stations, and what people
/// decided. All other readings behind it are of revision 1, and nobody decided about them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revised {
    /// What was measured: of a level of a day, the level of the hours.
    pub parameter: ParameterId,
    /// Start of the first of them.
    pub from: Instant,
    /// End of the last of them.
    pub to: Instant,
    /// The revision of each of them that was used.
    pub revision: u32,
    /// Number of the decision that stands about each of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<u64>,
}

impl fmt::Display for Revised {
    /// `pm25:2026-11-25T00:00:00Z/2026-11-25T01:00:00Z:2`, with a decision `…:2:17`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = |at: Instant| at.format("%Y-%m-%dT%H:%M:%SZ");
        write!(f, "{}:{}/{}:{}", self.parameter, time(self.from), time(self.to), self.revision)?;
        self.review.map_or(Ok(()), |review| write!(f, ":{review}"))
    }
}

impl Revised {
    /// Adds a stretch behind others, in the order of time; joined with the last of them where nothing lies between.
    pub fn join(all: &mut Vec<Self>, next: Self) {
        let alike = |last: &&mut Self| {
            last.to == next.from
                && (last.parameter, last.revision, last.review) == (next.parameter, next.revision, next.review)
        };
        match all.last_mut().filter(alike) {
            Some(last) => last.to = next.to,
            None => all.push(next),
        }
    }
}

/// A published value.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// Where.
    pub station: StationId,
    /// What.
    pub parameter: ParameterId,
    /// For how long.
    pub period: Period,
    /// Which figure of the period.
    pub statistic: Statistic,
    /// Inclusive.
    pub start: Instant,
    /// Exclusive.
    pub end: Instant,
    /// In the canonical unit; `None` when there is no valid value.
    pub value: Option<f64>,
    /// Quality.
    pub flag: Flag,
    /// The instrument's mark, on values as sent.
    pub mark: Option<Mark>,
    /// How far the authority stands by it.
    pub status: Status,
    /// Usable values that it was made of, for aggregates.
    pub n: Option<u32>,
    /// Values that a complete period has, for aggregates.
    pub expected: Option<u32>,
    /// Which of the readings behind it are not as first received.
    pub revised: Vec<Revised>,
    /// Ids of the rules that gave it its value and flag, separated by spaces.
    pub rules: String,
    /// The receipt behind it, for values as sent. An aggregate is re-derived from its window's observations.
    pub from: Option<ReceiptId>,
}

impl Observation {
    /// The same, made with these readings among others. An aggregate without a value used none.
    pub fn made_with(self, revised: Vec<Revised>) -> Self {
        Self { revised: if self.value.is_some() { revised } else { Vec::new() }, ..self }
    }

    /// Of an aggregate, which part of the values of a complete period it is made of, to the ten-thousandth.
    pub fn completeness(&self) -> Option<f64> {
        let (n, expected) = (f64::from(self.n?), f64::from(self.expected?));
        (expected > 0.0).then(|| (n / expected * 1e4).round() / 1e4)
    }
}
