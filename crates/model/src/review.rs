//! What a person decided about a stretch of a station's data.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::observation::Status;
use crate::parameter::ParameterId;
use crate::station::StationId;
use crate::time::Instant;

/// A decision of a reviewer. It is kept for good; a later one about the same hours stands in its place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// Its number, in the order in which decisions were kept; 0 before that.
    pub id: u64,
    /// When it was made.
    pub at: Instant,
    /// Who made it.
    pub who: String,
    /// Why.
    pub why: String,
    /// Where.
    pub station: StationId,
    /// What it is about; empty for everything that the station measures.
    pub parameters: Vec<ParameterId>,
    /// From the hour that starts here, inclusive.
    pub from: Instant,
    /// To the hour that starts here, exclusive.
    pub to: Instant,
    /// What was decided.
    #[serde(flatten)]
    pub decision: Decision,
}

/// What may be decided.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "lowercase")]
pub enum Decision {
    /// The values stand, whatever rules doubted in them.
    Accept,
    /// They are wrong: shown as such, and kept out of aggregates.
    Invalidate,
    /// What was measured is `factor` times the value as sent, plus `offset` in the canonical unit.
    Correct {
        /// Default 1.
        #[serde(default = "one")]
        factor: f64,
        /// Default 0.
        #[serde(default)]
        offset: f64,
    },
    /// Something out of the ordinary happened (dust, fireworks): marked, and nothing is taken out for it.
    Event,
    /// They will not change any more: no further decision is taken about them.
    Finalise,
}

fn one() -> f64 {
    1.0
}

impl Decision {
    /// The words for them.
    pub const KNOWN: [&'static str; 5] = ["accept", "invalidate", "correct", "event", "finalise"];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Invalidate => "invalidate",
            Self::Correct { .. } => "correct",
            Self::Event => "event",
            Self::Finalise => "finalise",
        }
    }

    /// The status that it gives; none, for what only marks.
    pub fn status(self) -> Option<Status> {
        match self {
            Self::Event => None,
            Self::Accept | Self::Invalidate | Self::Correct { .. } => Some(Status::Reviewed),
            Self::Finalise => Some(Status::Final),
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Review {
    /// Whether it is about this parameter.
    pub fn is_about(&self, parameter: ParameterId) -> bool {
        self.parameters.is_empty() || self.parameters.contains(&parameter)
    }

    /// Whether it is about some of what another is about.
    pub fn meets(&self, other: &Self) -> bool {
        self.station == other.station
            && self.from < other.to
            && other.from < self.to
            && (self.parameters.is_empty() || other.parameters.is_empty() || {
                self.parameters.iter().any(|parameter| other.is_about(*parameter))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_are_written_as_words_with_their_numbers() {
        let text = r#"{"id":1,"at":"2026-11-25T00:00:00Z","who":"Li","why":"drift","station":"S1","parameters":["pm25"],
            "from":"2026-11-24T00:00:00Z","to":"2026-11-25T00:00:00Z","decision":"correct","factor":1.5}"#;
        let review: Review = serde_json::from_str(text).unwrap();
        assert_eq!(review.decision, Decision::Correct { factor: 1.5, offset: 0.0 });
        let written = serde_json::to_string(&review).unwrap();
        assert_eq!(serde_json::from_str::<Review>(&written).unwrap(), review);
        for word in Decision::KNOWN {
            let decision: Decision = serde_json::from_str(&format!(r#"{{"decision":"{word}"}}"#)).unwrap();
            assert_eq!(decision.as_str(), word);
        }
    }

    #[test]
    fn decisions_meet_where_station_hours_and_parameters_do() {
        let review = |from: &str, to: &str, parameters: &[&str]| Review {
            id: 0,
            at: from.parse().unwrap(),
            who: "Li".into(),
            why: "x".into(),
            station: StationId::parse("S1").unwrap(),
            parameters: parameters.iter().map(|id| ParameterId::known(id)).collect(),
            from: from.parse().unwrap(),
            to: to.parse().unwrap(),
            decision: Decision::Accept,
        };
        let (zero, one, two) = ("2026-11-25T00:00:00Z", "2026-11-25T01:00:00Z", "2026-11-25T02:00:00Z");
        assert!(review(zero, two, &[]).meets(&review(one, two, &["pm25"])));
        assert!(!review(zero, one, &[]).meets(&review(one, two, &[])));
        assert!(!review(zero, two, &["pm10"]).meets(&review(zero, two, &["pm25"])));
        assert!(review(zero, two, &["pm10", "pm25"]).meets(&review(zero, two, &["pm25"])));
    }
}
