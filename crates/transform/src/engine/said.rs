//! What was published of each station in its last round, so that figures that came out the same are not put to the journal again:
//! a new hour makes the engine derive dozens of figures of which most stand already.
//!
//! Of each figure two numbers of 64 bits are kept: which it is, and what it says. That two different figures of one place and time
//! have the same is less likely than that the memory fails.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use limpid_model::{Assessment, Observation, Record, StationId};

/// Of a station that derives more at once nothing is kept: it is working up its history.
const MOST: usize = 256;

/// Figures of one round, in the order of their keys.
type Figures = Vec<(u64, u64)>;

/// The last round of each station: some hundred figures of 16 bytes.
#[derive(Debug, Default)]
pub(super) struct Said {
    hasher: RandomState,
    stations: HashMap<StationId, Figures>,
}

impl Said {
    /// What records say, to be kept once they are published.
    pub fn figures(&self, records: &[Record]) -> Figures {
        let mut figures: Figures = records.iter().map(|record| (self.key(record), self.digest(record))).collect();
        figures.sort_unstable();
        figures
    }

    /// Whether this was said of a station in its last round.
    pub fn known(&self, station: &StationId, record: &Record) -> bool {
        let Some(figures) = self.stations.get(station) else { return false };
        figures.binary_search(&(self.key(record), self.digest(record))).is_ok()
    }

    /// Keeps what was published of a station, in place of what was kept before.
    pub fn keep(&mut self, station: StationId, figures: Figures) {
        if figures.len() > MOST {
            self.stations.remove(&station);
        } else {
            self.stations.insert(station, figures);
        }
    }

    /// Nothing is known any more: perhaps a part was published and the rest was not.
    pub fn forget(&mut self) {
        self.stations.clear();
    }

    fn key(&self, record: &Record) -> u64 {
        match record {
            Record::Observation(one) => self.hasher.hash_one((0, one.parameter, one.period, one.statistic, one.start)),
            Record::Assessment(one) => self.hasher.hash_one((1, &one.scheme.id, one.period, one.start)),
        }
    }

    /// Everything by which the journal tells two revisions apart.
    fn digest(&self, record: &Record) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        match record {
            Record::Observation(one) => observation(one, &mut hasher),
            Record::Assessment(one) => assessment(one, &mut hasher),
        }
        hasher.finish()
    }
}

fn observation(one: &Observation, hasher: &mut impl Hasher) {
    let Observation { end, value, flag, mark, status, n, expected, revised, rules, .. } = one;
    (end, value.map(f64::to_bits), flag, mark.as_ref().map(|mark| mark.as_str()), status, n, expected).hash(hasher);
    rules.hash(hasher);
    for one in revised {
        (one.parameter, one.from, one.to, one.revision, one.review).hash(hasher);
    }
}

fn assessment(one: &Assessment, hasher: &mut impl Hasher) {
    let Assessment { end, index, level, primary, sub, reason, status, event, compliance, .. } = one;
    (end, index, level, primary, sub, reason, status, event).hash(hasher);
    let Some(compliance) = compliance else { return };
    (&compliance.target, compliance.reached, compliance.part, &compliance.apart).hash(hasher);
    for one in &compliance.compared {
        (one.parameter, one.value.to_bits(), one.limit.to_bits(), one.multiple.map(f64::to_bits)).hash(hasher);
    }
    for met in &compliance.met {
        (met.part, met.judged, met.met).hash(hasher);
    }
}

#[cfg(test)]
mod tests {
    use limpid_model::{Mark, Period, Statistic, Status};

    use super::*;
    use crate::aggregate::Aggregate;

    #[test]
    fn what_says_the_same_is_known_and_everything_else_is_not() {
        let station = StationId::parse("S1").unwrap();
        let start = "2026-11-25T00:00:00Z".parse().unwrap();
        let aggregate = Aggregate { mean: None, n: 3, expected: 24 };
        let subject = (limpid_model::ParameterId::known("pm25"), Period::Day, Statistic::Mean);
        let one = aggregate.observation(&station, subject, (start, start), "day-mean");
        let mut said = Said::default();
        let record = Record::from(one.clone());
        assert!(!said.known(&station, &record));
        said.keep(station.clone(), said.figures(std::slice::from_ref(&record)));
        assert!(said.known(&station, &record));
        for other in [
            Observation { value: Some(0.0), ..one.clone() },
            Observation { n: Some(4), ..one.clone() },
            Observation { status: Status::Reviewed, ..one.clone() },
            Observation { mark: Mark::parse("N"), ..one.clone() },
            Observation { rules: "day-sum".into(), ..one.clone() },
            Observation { statistic: Statistic::Max8h, ..one.clone() },
        ] {
            assert!(!said.known(&station, &other.into()));
        }
        assert!(!said.known(&StationId::parse("S2").unwrap(), &record));
        said.forget();
        assert!(!said.known(&station, &record));
    }
}
