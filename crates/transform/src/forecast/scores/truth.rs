//! What came: the published figures of a station, or of an area.

use std::collections::BTreeMap;
use std::sync::Arc;

use limpid_model::{Instant, ParameterId, Period, Pipeline, Scheme, StationId, Statistic, Subject, SummaryBody};
use limpid_store::{AssessmentQuery, Journal, ObservationQuery, Result, SeriesPosition, SummaryQuery};

use crate::assess::six;
use crate::forecast::load;
use crate::forecast::target::Target;

/// The index of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    pub index: u16,
    pub primary: Vec<ParameterId>,
}

/// What came of one subject, as it stands now: hours, figures of days, and indices by the edition that they were judged by.
#[derive(Debug, Default)]
pub struct Truth {
    pub hours: BTreeMap<(ParameterId, Instant), f32>,
    pub days: BTreeMap<(ParameterId, Instant), f32>,
    indices: BTreeMap<(String, Instant), Index>,
}

impl Truth {
    /// Reads what began within `from..to`.
    pub async fn read(
        pipeline: &Pipeline,
        journal: &Arc<dyn Journal>,
        subject: &Subject,
        from: Instant,
        to: Instant,
    ) -> Result<Self> {
        let mut truth = Self::default();
        match subject {
            Subject::Station(id) => truth.station(pipeline, journal, id, from, to).await?,
            Subject::Area(_) => truth.area(journal, subject, from, to).await?,
        }
        Ok(truth)
    }

    /// The index that came on the day that starts at `start`; `None` where the standard gave none.
    pub fn index(&self, scheme: &Scheme, start: Instant) -> Option<&Index> {
        self.indices.get(&(scheme.id.clone(), start))
    }

    async fn station(
        &mut self,
        pipeline: &Pipeline,
        journal: &Arc<dyn Journal>,
        id: &StationId,
        from: Instant,
        to: Instant,
    ) -> Result<()> {
        for (period, statistic) in
            [(Period::Hour, Statistic::Mean), (Period::Day, Statistic::Mean), (Period::Day, Statistic::Max8h)]
        {
            let query = ObservationQuery {
                stations: vec![id.clone()],
                parameters: six().to_vec(),
                period,
                statistic,
                from,
                to,
                as_of: None,
                after: None,
                limit: load::PAGE,
            };
            load::each(journal, query, |record| {
                let Some(value) = record.value.filter(|_| record.flag.usable()) else { return };
                let key = (record.parameter, record.start);
                if period == Period::Hour {
                    self.hours.insert(key, value as f32);
                } else if Target::daily(record.parameter).statistic() == statistic {
                    self.days.insert(key, value as f32);
                }
            })
            .await?;
        }
        for (scheme, from, to) in pipeline.air.scheme.spans(from, to, pipeline.publisher.zone) {
            let (stations, scheme, period) = (vec![id.clone()], scheme.id.clone(), Period::Day);
            let mut query =
                AssessmentQuery { stations, scheme, period, from, to, as_of: None, after: None, limit: load::PAGE };
            loop {
                let page = journal.assessments(query.clone()).await?;
                for published in &page {
                    let record = &published.record;
                    self.came(&record.scheme.id, record.start, record.index, &record.primary);
                }
                let Some(last) = page.last().filter(|_| page.len() == query.limit) else { break };
                query.after = Some(SeriesPosition { station: id.clone(), parameter: None, start: last.record.start });
            }
        }
        Ok(())
    }

    /// The values of an area are the means that were published of it.
    async fn area(&mut self, journal: &Arc<dyn Journal>, subject: &Subject, from: Instant, to: Instant) -> Result<()> {
        for period in [Period::Hour, Period::Day] {
            let (subjects, kind) = (vec![subject.clone()], "index".to_owned());
            let mut query =
                SummaryQuery { subjects, kind, period, from, to, as_of: None, after: None, limit: load::PAGE };
            loop {
                let page = journal.summaries(query.clone()).await?;
                for kept in &page {
                    let SummaryBody::Index(body) = &kept.summary.body else { continue };
                    let start = kept.summary.start;
                    let values = if period == Period::Hour { &mut self.hours } else { &mut self.days };
                    let known = body.values.iter().filter_map(|one| Some((one.parameter, one.value?)));
                    values.extend(known.map(|(parameter, value)| ((parameter, start), value as f32)));
                    if period == Period::Day {
                        self.came(&body.scheme, start, body.index, &body.primary);
                    }
                }
                let Some(last) = page.last().filter(|_| page.len() == query.limit) else { break };
                query.after = Some((subject.clone(), last.summary.start));
            }
        }
        Ok(())
    }

    fn came(&mut self, scheme: &str, start: Instant, index: Option<u16>, primary: &[ParameterId]) {
        if let Some(index) = index {
            self.indices.insert((scheme.to_owned(), start), Index { index, primary: primary.to_vec() });
        }
    }
}
