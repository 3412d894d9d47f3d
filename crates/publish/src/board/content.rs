//! What is newest of every station.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::Duration;
use limpid_model::{
    Assessment, Instant, Observation, ParameterId, Part, Period, Pipeline, Published, Record, StationId, StationKind,
    Statistic,
};
use limpid_store::{AssessmentQuery, Journal, ObservationQuery, Result};

/// Hours of assessments kept, for the trend.
const HOURS: usize = 25;
/// How far back a start looks for the newest of everything: a machine is told of it whatever its age.
const EVER: Instant = Instant::MIN_UTC;
/// Judgements of water and noise that a station is shown by: by the hour, and by day and night.
const MAIN: [(&str, Period); 3] =
    [("gb3838-2002", Period::Hour), ("gbt14848-2017", Period::Hour), ("gb3096-2008", Period::Day)];
/// A day and a night lie within so long, whatever the time.
const RECENT: Duration = Duration::hours(72);
/// Rows of one read while starting.
const CHUNK: usize = 10_000;

/// What is newest of every station.
pub struct Content {
    pipeline: Arc<Pipeline>,
    stations: HashMap<StationId, Newest>,
}

/// A scheme, a period, and the part of the day where it is of one.
type Judgement = (&'static str, Period, Option<Part>);

/// What is newest of one station. Records are shared with the snapshots that show them.
#[derive(Debug, Default)]
pub struct Newest {
    /// Moments, minutes and hours of each parameter.
    pub values: BTreeMap<(ParameterId, Period), Arc<Published<Observation>>>,
    /// The last value of each parameter that passed, for "last good value".
    pub good: BTreeMap<ParameterId, Arc<Published<Observation>>>,
    /// The last hours under the pipeline's scheme, by start; of water and noise those under the scheme of the kind, of noise
    /// its days and nights.
    pub hours: BTreeMap<Instant, Arc<Published<Assessment>>>,
    /// The newest judgement of water or noise under each scheme, for each period and part of the day.
    pub judged: BTreeMap<Judgement, Arc<Published<Assessment>>>,
}

impl Content {
    /// A board without any data.
    pub fn empty(pipeline: Arc<Pipeline>) -> Self {
        Self { pipeline, stations: HashMap::new() }
    }

    /// Reads the newest of everything from the journal, and the last day of hours.
    ///
    /// # Errors
    /// Those of the journal.
    pub async fn load(pipeline: Arc<Pipeline>, journal: &dyn Journal, now: Instant) -> Result<Self> {
        let mut content = Self::empty(pipeline);
        let from = now - Duration::hours(HOURS as i64);
        let ask = ObservationQuery {
            stations: Vec::new(),
            parameters: Vec::new(),
            period: Period::Hour,
            statistic: Statistic::Mean,
            from,
            to: now,
            as_of: None,
            after: None,
            limit: CHUNK,
        };
        content.load_hours(journal, ask).await?;
        content.load_assessments(journal, from, now).await?;
        for published in journal.newest(EVER).await? {
            content.apply(published);
        }
        Ok(content)
    }

    async fn load_hours(&mut self, journal: &dyn Journal, mut ask: ObservationQuery) -> Result<()> {
        loop {
            let rows = journal.observations(ask.clone()).await?;
            let full = rows.len() == ask.limit;
            ask.after = rows.last().map(|last| limpid_store::SeriesPosition {
                station: last.record.station.clone(),
                parameter: Some(last.record.parameter),
                start: last.record.start,
            });
            rows.into_iter().for_each(|row| self.apply(wrap(row)));
            if !full {
                return Ok(());
            }
        }
    }

    async fn load_assessments(&mut self, journal: &dyn Journal, from: Instant, to: Instant) -> Result<()> {
        let zone = self.pipeline.publisher.zone;
        let air = self.pipeline.air.scheme.spans(from, to, zone);
        let mut asked: Vec<_> =
            air.into_iter().map(|(scheme, from, to)| (&*scheme.id, Period::Hour, from, to)).collect();
        // The newest of everything has one part of a noise station's day: the other one is found here.
        asked.extend(MAIN.map(|(scheme, period)| (scheme, period, to - RECENT, to)));
        for (scheme, period, from, to) in asked {
            let mut ask = AssessmentQuery {
                stations: Vec::new(),
                scheme: scheme.to_owned(),
                period,
                from,
                to,
                as_of: None,
                after: None,
                limit: CHUNK,
            };
            loop {
                let rows = journal.assessments(ask.clone()).await?;
                let full = rows.len() == ask.limit;
                ask.after = rows.last().map(|last| limpid_store::SeriesPosition {
                    station: last.record.station.clone(),
                    parameter: None,
                    start: last.record.start,
                });
                rows.into_iter().for_each(|row| self.apply(wrap(row)));
                if !full {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Takes in one published record.
    pub fn apply(&mut self, published: Published) {
        let Published { seq, at, revision, record } = published;
        match record {
            Record::Observation(record) => self.observation(Arc::new(Published { seq, at, revision, record })),
            Record::Assessment(record) => self.assessment(Arc::new(Published { seq, at, revision, record })),
        }
    }

    /// What is newest of this station; `None` before its first record.
    pub fn of(&self, station: &StationId) -> Option<&Newest> {
        self.stations.get(station)
    }

    fn observation(&mut self, published: Arc<Published<Observation>>) {
        let record = &published.record;
        let short = matches!(record.period, Period::Moment | Period::Minutes(_) | Period::Hour);
        if !short || record.statistic != Statistic::Mean {
            return;
        }
        let newest = self.stations.entry(record.station.clone()).or_default();
        if record.value.is_some() && record.flag.usable() {
            let good = newest.good.get(&record.parameter);
            if good.is_none_or(|good| good.record.end <= record.end) {
                newest.good.insert(record.parameter, published.clone());
            }
        } else {
            // The value that was good has been corrected into one that is not.
            let corrected = |good: &Arc<Published<Observation>>| {
                (good.record.period, good.record.start) == (record.period, record.start)
            };
            if newest.good.get(&record.parameter).is_some_and(corrected) {
                newest.good.remove(&record.parameter);
            }
        }
        let key = (record.parameter, record.period);
        let known = newest.values.get(&key);
        if known.is_some_and(|known| known.record.start > record.start || known.seq > published.seq) {
            return;
        }
        newest.values.insert(key, published);
    }

    fn assessment(&mut self, published: Arc<Published<Assessment>>) {
        let record = &published.record;
        if record.scheme.kind != StationKind::Air {
            let newest = self.stations.entry(record.station.clone()).or_default();
            let part = record.compliance.as_ref().and_then(|compliance| compliance.part);
            let key = (record.scheme.id.as_str(), record.period, part);
            let known = newest.judged.get(&key);
            if known.is_none_or(|known| known.record.start <= record.start && known.seq <= published.seq) {
                newest.judged.insert(key, published.clone());
            }
        }
        if !is_main(&self.pipeline, record) {
            return;
        }
        let newest = self.stations.entry(record.station.clone()).or_default();
        if newest.hours.get(&record.start).is_some_and(|known| known.seq > published.seq) {
            return;
        }
        newest.hours.insert(record.start, published);
        while newest.hours.len() > HOURS {
            newest.hours.pop_first();
        }
    }
}

/// Whether a station is shown by such a judgement: of air that of an hour under the pipeline's scheme.
pub fn is_main(pipeline: &Pipeline, record: &Assessment) -> bool {
    match record.scheme.kind {
        StationKind::Air => {
            let scheme = pipeline.air.scheme.at(record.start, pipeline.publisher.zone);
            record.period == Period::Hour && record.scheme.id == scheme.id
        }
        _ => MAIN.contains(&(record.scheme.id.as_str(), record.period)),
    }
}

fn wrap<T: Into<Record>>(published: Published<T>) -> Published {
    let Published { seq, at, revision, record } = published;
    Published { seq, at, revision, record: record.into() }
}
