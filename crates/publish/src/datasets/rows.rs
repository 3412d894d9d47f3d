//! The rows of one part of a dataset, as Arrow batches.

use arrow_array::RecordBatch;
use chrono::{Datelike, Months, NaiveDate};
use limpid_model::{
    Assessment, Gap, Instant, Observation, Period, Pipeline, Published, Scheme, Station, StationId, StationKind,
    Statistic, Zone,
};
use limpid_store::{AssessmentQuery, GapQuery, Journal, ObservationQuery, SeriesPosition};

use super::definition::{Contents, Dataset};
use crate::answer::table::{self, Column};
use crate::api::item::{ASSESSMENT, GAP, GapRow, OBSERVATION, Row};
use crate::api::stations::STATION;
use crate::error::{PublishError, Result};

/// Rows of one read and of one batch: large enough for Parquet, small enough (some 20 MB) for a small machine.
const CHUNK: usize = 50_000;

/// A calendar month of the publisher's zone: the partition of every dataset that has a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(NaiveDate);

impl Month {
    /// The month in which `at` falls.
    pub fn of(at: Instant, zone: Zone) -> Self {
        Self(zone.date_of(at).with_day(1).expect("every month has a first day"))
    }

    /// The months from that of `first` to that of `last`.
    pub fn span(first: Instant, last: Instant, zone: Zone) -> Vec<Self> {
        let last = Self::of(last, zone);
        std::iter::successors(Some(Self::of(first, zone)), |month| Some(month.next()))
            .take_while(|month| *month <= last)
            .collect()
    }

    /// Its Hive partition, `year=2026/month=11`.
    pub fn partition(self) -> String {
        format!("year={:04}/month={:02}", self.0.year(), self.0.month())
    }

    fn next(self) -> Self {
        Self(self.0 + Months::new(1))
    }

    fn bounds(self, zone: Zone) -> (Instant, Instant) {
        (zone.start_of(self.0), zone.start_of(self.next().0))
    }
}

/// Reads rows from the journal.
pub struct Reader<'a> {
    /// The configuration.
    pub pipeline: &'a Pipeline,
    /// Where the rows are.
    pub journal: &'a dyn Journal,
}

impl Reader<'_> {
    /// Ids of the stations that a dataset has rows of.
    pub fn of(&self, contents: Contents) -> Vec<StationId> {
        let of = |kind| contents.kind().is_none_or(|of| of == kind);
        let of_kind = self.pipeline.stations.iter().filter(|station| of(station.kind));
        of_kind.map(|station| station.id.clone()).collect()
    }

    /// The registry as one batch.
    ///
    /// # Errors
    /// Should the columns not fit their schema.
    pub fn stations(&self) -> Result<Vec<RecordBatch>> {
        let rows: Vec<Station> = self.pipeline.stations.iter().cloned().collect();
        Ok(vec![batch(STATION, &rows, self.zone())?])
    }

    /// The rows of one month, sorted: by station, parameter, start and statistic, or by period, edition, station and
    /// start.
    ///
    /// # Errors
    /// Those of the journal.
    pub async fn month(&self, dataset: &Dataset, month: Month) -> Result<Vec<RecordBatch>> {
        let mut batches = Vec::new();
        let contents = dataset.contents;
        if self.of(contents).is_empty() {
            // No station in a query means every station.
            return Ok(batches);
        }
        match contents {
            Contents::AirDays => self.days(month, &mut batches).await?,
            Contents::Gaps => self.gaps(month, &mut batches).await?,
            _ => {
                for subject in contents.values() {
                    self.values(contents, month, *subject, &mut batches).await?;
                }
            }
        }
        for period in contents.judgements() {
            self.judgements(contents, month, *period, &mut batches).await?;
        }
        Ok(batches)
    }

    async fn values(
        &self,
        contents: Contents,
        month: Month,
        subject: (Period, Statistic),
        batches: &mut Vec<RecordBatch>,
    ) -> Result<()> {
        let mut ask = self.observations(contents, month, subject);
        loop {
            let (rows, more) = self.read(&mut ask).await?;
            if !rows.is_empty() {
                batches.push(batch(OBSERVATION, &rows, self.zone())?);
            }
            if !more {
                return Ok(());
            }
        }
    }

    async fn days(&self, month: Month, batches: &mut Vec<RecordBatch>) -> Result<()> {
        let mut all = Vec::new();
        for subject in Contents::AirDays.values() {
            let mut ask = self.observations(Contents::AirDays, month, *subject);
            loop {
                let (rows, more) = self.read(&mut ask).await?;
                all.extend(rows);
                if !more {
                    break;
                }
            }
        }
        all.sort_by(|a, b| {
            let key = |row: &Row<Observation>| {
                let record = &row.published.record;
                (record.station.clone(), record.parameter.as_str(), record.start, record.statistic)
            };
            key(a).cmp(&key(b))
        });
        if !all.is_empty() {
            batches.push(batch(OBSERVATION, &all, self.zone())?);
        }
        Ok(())
    }

    /// The gaps of a month, each as far as it lies within it.
    async fn gaps(&self, month: Month, batches: &mut Vec<RecordBatch>) -> Result<()> {
        let (from, to) = month.bounds(self.zone());
        let (stations, parameters, causes) = (self.of(Contents::Gaps), Vec::new(), Vec::new());
        let mut ask = GapQuery { stations, parameters, causes, from, to, after: None, limit: CHUNK };
        loop {
            let found = self.journal.gaps(ask.clone()).await?;
            let more = found.len() == CHUNK;
            ask.after = found.last().map(|last| SeriesPosition {
                station: last.station.clone(),
                parameter: Some(last.parameter),
                start: last.start,
            });
            let row = |gap: Gap| GapRow {
                simulated: self.pipeline.stations.get(&gap.station).is_some_and(|station| station.simulated),
                gap: Gap { start: gap.start.max(from), end: gap.end.min(to), ..gap },
            };
            let rows: Vec<GapRow> = found.into_iter().map(row).collect();
            if !rows.is_empty() {
                batches.push(batch(GAP, &rows, self.zone())?);
            }
            if !more {
                return Ok(());
            }
        }
    }

    async fn judgements(
        &self,
        contents: Contents,
        month: Month,
        period: Period,
        batches: &mut Vec<RecordBatch>,
    ) -> Result<()> {
        let (from, to) = month.bounds(self.zone());
        let schemes = match contents.kind() {
            Some(StationKind::Air) | None => self.pipeline.air.scheme.spans(from, to, self.zone()),
            Some(kind) => Scheme::of_kind(kind).map(|scheme| (scheme, from, to)).collect(),
        };
        for (scheme, from, to) in schemes {
            let scheme = scheme.id.clone();
            let stations = self.of(contents);
            let mut ask =
                AssessmentQuery { stations, scheme, period, from, to, as_of: None, after: None, limit: CHUNK };
            loop {
                let found = self.journal.assessments(ask.clone()).await?;
                let more = found.len() == CHUNK;
                ask.after = found.last().map(|last| SeriesPosition {
                    station: last.record.station.clone(),
                    parameter: None,
                    start: last.record.start,
                });
                let rows: Vec<Row<Assessment>> = self.rows(found, |record| &record.station);
                if !rows.is_empty() {
                    batches.push(batch(ASSESSMENT, &rows, self.zone())?);
                }
                if !more {
                    break;
                }
            }
        }
        Ok(())
    }

    fn observations(
        &self,
        contents: Contents,
        month: Month,
        (period, statistic): (Period, Statistic),
    ) -> ObservationQuery {
        let (from, to) = month.bounds(self.zone());
        ObservationQuery {
            stations: self.of(contents),
            parameters: Vec::new(),
            period,
            statistic,
            from,
            to,
            as_of: None,
            after: None,
            limit: CHUNK,
        }
    }

    /// The next chunk, and whether there may be more.
    async fn read(&self, ask: &mut ObservationQuery) -> Result<(Vec<Row<Observation>>, bool)> {
        let found = self.journal.observations(ask.clone()).await?;
        let more = found.len() == CHUNK;
        ask.after = found.last().map(|last| SeriesPosition {
            station: last.record.station.clone(),
            parameter: Some(last.record.parameter),
            start: last.record.start,
        });
        Ok((self.rows(found, |record| &record.station), more))
    }

    fn rows<T>(&self, found: Vec<Published<T>>, station: impl Fn(&T) -> &StationId) -> Vec<Row<T>> {
        found
            .into_iter()
            .map(|published| {
                let station = station(&published.record).clone();
                Row::new(published, &station, self.pipeline)
            })
            .collect()
    }

    fn zone(&self) -> Zone {
        self.pipeline.publisher.zone
    }
}

fn batch<R>(columns: &[Column<R>], rows: &[R], zone: Zone) -> Result<RecordBatch> {
    table::batch(&table::all(columns), rows, zone)
        .map_err(|error| PublishError::Table { doing: "building a table of rows".into(), source: error.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_those_of_the_zone() {
        let zone = Zone::parse("Asia/Shanghai").unwrap();
        let at = |text: &str| text.parse::<Instant>().unwrap();
        let months = Month::span(at("2025-11-30T16:00:00Z"), at("2026-01-31T16:00:00Z"), zone);
        let names: Vec<String> = months.iter().map(|month| month.partition()).collect();
        assert_eq!(
            names,
            ["year=2025/month=12", "year=2026/month=01", "year=2026/month=02"],
            "16:00 UTC is the next day in Shanghai"
        );
    }
}
