//! The board as it stands at one moment.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::Duration;
use limpid_model::{
    Assessment, Instant, Observation, ParameterId, Part, Period, Pipeline, Published, Station, StationId, StationKind,
    Zone,
};

use super::content::{Content, Newest};
use super::hot::HotBodies;
use crate::stale::Freshness;

/// The board as it stands at one moment: immutable, shared with every reader.
pub struct Snapshot {
    /// When it was made; ages are counted to here.
    pub generated: Instant,
    /// The stations in operation, in the order of the registry.
    pub stations: Vec<StationNow>,
    /// The zone of every time that goes out.
    pub zone: Zone,
    /// Bodies of `/api/v1/latest` for no filter and for each kind.
    pub(super) hot: HotBodies,
    by_id: HashMap<StationId, usize>,
}

/// One station as it stands.
#[derive(Debug, Clone)]
pub struct StationNow {
    /// Which.
    pub station: Arc<Station>,
    /// The newest value of each parameter, of any age. People are shown [`Self::recent`] ones.
    pub values: Vec<ValueNow>,
    /// The newest hour of each parameter, of any age: what an index was made of, where minutes are newer.
    pub hours: Vec<Arc<Published<Observation>>>,
    /// The last values that passed, by parameter, of any age.
    pub good: Vec<Arc<Published<Observation>>>,
    /// The newest hour under the pipeline's scheme, of any age. People are shown a [`Self::recent_assessment`].
    pub assessment: Option<AssessmentNow>,
    /// The newest judgement of water or noise under each scheme, for each period and part of the day, of any age.
    pub judged: Vec<AssessmentNow>,
    /// The freshest of its values.
    pub freshness: Freshness,
}

/// The newest value of one parameter.
#[derive(Debug, Clone)]
pub struct ValueNow {
    /// The value.
    pub published: Arc<Published<Observation>>,
    /// How current it is.
    pub freshness: Freshness,
}

/// The newest index.
#[derive(Debug, Clone)]
pub struct AssessmentNow {
    /// The assessment.
    pub published: Arc<Published<Assessment>>,
    /// How current it is.
    pub freshness: Freshness,
    /// Where it is going; `None` when either end is missing.
    pub trend: Option<Trend>,
}

/// The index against that of three hours before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trend {
    /// The index now minus the index then.
    pub change: i32,
}

impl Trend {
    /// Hours between the two.
    pub const HOURS: i64 = 3;
}

impl Snapshot {
    /// Judges the content at `now`.
    pub fn build(pipeline: &Pipeline, content: &Content, now: Instant) -> Self {
        let open = |station: &&Arc<Station>| {
            station.from.is_none_or(|from| from <= now) && station.to.is_none_or(|to| now < to)
        };
        let stations: Vec<StationNow> = pipeline
            .stations
            .shared()
            .filter(open)
            .map(|station| StationNow::build(station, content.of(&station.id), now))
            .collect();
        let by_id = stations.iter().enumerate().map(|(place, now)| (now.station.id.clone(), place)).collect();
        let hot = HotBodies::new(&stations);
        Self { generated: now, stations, zone: pipeline.publisher.zone, hot, by_id }
    }

    /// The station with this id, if it is in operation.
    pub fn station(&self, id: &StationId) -> Option<&StationNow> {
        self.by_id.get(id).map(|place| &self.stations[*place])
    }
}

impl StationNow {
    fn build(station: &Arc<Station>, newest: Option<&Newest>, now: Instant) -> Self {
        let Some(newest) = newest else { return Self::without_data(station) };
        let mut best: Vec<ValueNow> = Vec::new();
        for published in newest.values.values() {
            let freshness = Freshness::of(published.record.period, published.record.end, now);
            let candidate = ValueNow { published: published.clone(), freshness };
            match best.iter_mut().find(|value| value.parameter() == candidate.parameter()) {
                None => best.push(candidate),
                Some(known) if candidate.rank() > known.rank() => *known = candidate,
                Some(_) => {}
            }
        }
        let freshness = best.iter().map(|value| value.freshness).min().unwrap_or(Freshness::None);
        Self {
            station: station.clone(),
            values: best,
            hours: newest
                .values
                .iter()
                .filter(|(key, _)| key.1 == Period::Hour)
                .map(|(_, hour)| hour.clone())
                .collect(),
            good: newest.good.values().cloned().collect(),
            assessment: AssessmentNow::build(newest, now),
            judged: newest.judged.values().map(|published| AssessmentNow::of(published, now)).collect(),
            freshness,
        }
    }

    fn without_data(station: &Arc<Station>) -> Self {
        let station = station.clone();
        Self {
            station,
            values: Vec::new(),
            hours: Vec::new(),
            good: Vec::new(),
            assessment: None,
            judged: Vec::new(),
            freshness: Freshness::None,
        }
    }

    /// Its values of the last 24 hours.
    pub fn recent(&self) -> impl Iterator<Item = &ValueNow> {
        self.values.iter().filter(|value| value.freshness != Freshness::None)
    }

    /// Its index, if that is of the last 24 hours.
    pub fn recent_assessment(&self) -> Option<&AssessmentNow> {
        self.assessment.as_ref().filter(|assessment| assessment.freshness != Freshness::None)
    }

    /// Whether people are shown something of the present: a current index or, where there is none, a current value.
    pub fn current(&self) -> bool {
        // A day and a night of noise say nothing of the present.
        let judged = self.recent_assessment().filter(|_| self.station.kind != StationKind::Noise);
        judged.map_or(self.freshness, |assessment| assessment.freshness).current()
    }

    /// The newest judgement under a scheme, for a period and a part of the day.
    pub fn judged(&self, scheme: &str, period: Period, part: Option<Part>) -> Option<&AssessmentNow> {
        self.judged.iter().find(|judged| {
            let record = &judged.published.record;
            let of = record.compliance.as_ref().and_then(|compliance| compliance.part);
            record.scheme.id == scheme && record.period == period && of == part
        })
    }

    /// The newest of its values, of any age.
    pub fn newest(&self) -> Option<&ValueNow> {
        self.values.iter().max_by_key(|value| (value.published.record.end, value.published.record.start))
    }

    /// The last value of a parameter that passed.
    pub fn good(&self, parameter: ParameterId) -> Option<&Published<Observation>> {
        self.good.iter().map(Arc::as_ref).find(|published| published.record.parameter == parameter)
    }
}

impl ValueNow {
    /// What it is a value of.
    pub fn parameter(&self) -> ParameterId {
        self.published.record.parameter
    }

    /// The larger is shown: first whatever is current, then the later end, then the longer period, so that an hour
    /// wins over its last minute, and a fresh hour over a minute that stopped coming.
    fn rank(&self) -> (bool, Instant, Period) {
        (self.freshness.current(), self.published.record.end, self.published.record.period)
    }
}

impl AssessmentNow {
    fn of(published: &Arc<Published<Assessment>>, now: Instant) -> Self {
        let freshness = Freshness::of(published.record.period, published.record.end, now);
        Self { published: published.clone(), freshness, trend: None }
    }

    fn build(newest: &Newest, now: Instant) -> Option<Self> {
        let (start, published) = newest.hours.last_key_value()?;
        let freshness = Freshness::of(published.record.period, published.record.end, now);
        let before = newest.hours.get(&(*start - Duration::hours(Trend::HOURS)));
        let trend = match (published.record.index, before.and_then(|before| before.record.index)) {
            (Some(index), Some(before)) => Some(Trend { change: i32::from(index) - i32::from(before) }),
            _ => None,
        };
        Some(Self { published: published.clone(), freshness, trend })
    }
}
