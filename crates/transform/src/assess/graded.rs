//! What schemes of classes and limits say: the common face of water and noise.

use std::collections::BTreeMap;

use limpid_model::{Assessment, Compliance, Instant, ParameterId, Period, Scheme, StationId, Status};

use crate::fixed::Mean;

/// The values that are judged together, in canonical units.
pub type Values = BTreeMap<ParameterId, Mean>;

/// A judgement by classes or limits.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Graded {
    /// Class or grade, from 1; `None` when it may not be given, and then there is a reason.
    pub level: Option<u8>,
    /// A stable word: `missing`.
    pub reason: Option<&'static str>,
    /// What is to blame, the worst first.
    pub primary: Vec<ParameterId>,
    /// Class of each item; `None` where it was to be measured and is missing.
    pub items: Vec<(ParameterId, Option<u8>)>,
    /// What was put against limits and targets.
    pub compliance: Compliance,
}

impl Graded {
    /// As it is published: provisional, of one station and period.
    pub fn assessment(
        self,
        station: &StationId,
        scheme: &'static Scheme,
        period: Period,
        (start, end): (Instant, Instant),
    ) -> Assessment {
        Assessment {
            station: station.clone(),
            scheme,
            period,
            start,
            end,
            index: None,
            level: self.level,
            primary: self.primary,
            sub: self.items.into_iter().map(|(parameter, class)| (parameter, class.map(u16::from))).collect(),
            reason: self.reason.map(str::to_owned),
            status: Status::Provisional,
            event: false,
            compliance: Some(Box::new(self.compliance)),
        }
    }
}
