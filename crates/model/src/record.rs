//! What the journal publishes: observations and assessments, with their place in the order of publication.

use crate::assessment::Assessment;
use crate::observation::Observation;
use crate::station::StationId;
use crate::time::Instant;

/// Something to publish, or published.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// A value.
    Observation(Observation),
    /// A judgement under a standard.
    Assessment(Assessment),
}

impl Record {
    /// The station that it is about.
    pub fn station(&self) -> &StationId {
        match self {
            Self::Observation(observation) => &observation.station,
            Self::Assessment(assessment) => &assessment.station,
        }
    }

    /// When its period starts.
    pub fn start(&self) -> Instant {
        match self {
            Self::Observation(observation) => observation.start,
            Self::Assessment(assessment) => assessment.start,
        }
    }
}

impl From<Observation> for Record {
    fn from(observation: Observation) -> Self {
        Self::Observation(observation)
    }
}

impl From<Assessment> for Record {
    fn from(assessment: Assessment) -> Self {
        Self::Assessment(assessment)
    }
}

/// A record as it was published. A different record for the same station, subject, period and start is a further
/// revision of it; nothing published is deleted or changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Published<T = Record> {
    /// Place in the order of publication: increasing, the id of Server-Sent Events. Numbers may be left out.
    pub seq: u64,
    /// When it was published.
    pub at: Instant,
    /// 1 for the first.
    pub revision: u32,
    /// What.
    pub record: T,
}
