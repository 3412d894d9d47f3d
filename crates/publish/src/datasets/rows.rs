//! The rows of one part of a dataset, as Arrow batches.

use arrow_array::RecordBatch;
use limpid_model::{
    Assessment, Gap, Observation, Period, Pipeline, Published, Scheme, Station, StationId, StationKind, Statistic, Zone,
};
use limpid_store::{AssessmentQuery, GapQuery, Journal, ObservationQuery, SeriesPosition};

use super::definition::{Contents, Dataset};
use super::part::Part;
use crate::answer::table::{self, Column};
use crate::api::item::{ASSESSMENT, GAP, GapRow, OBSERVATION, Row};
use crate::api::stations::STATION;
use crate::error::{PublishError, Result};

/// Rows of one read and of one batch: large enough for Parquet, small enough (some 20 MB) for a small machine.
const CHUNK: usize = 50_000;

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
        Ok(if rows.is_empty() { Vec::new() } else { vec![batch(STATION, &rows, self.zone())?] })
    }

    /// All rows of a dataset that has no parts; `None` of one that has.
    ///
    /// # Errors
    /// Those of the journal.
    pub async fn whole(&self, dataset: &Dataset) -> Result<Option<Vec<RecordBatch>>> {
        Ok(match dataset.contents {
            Contents::Stations => Some(self.stations()?),
            Contents::ForecastScores => Some(self.scores().await?),
            Contents::Register => match &dataset.records {
                Some(table) => Some(self.records(table).await?),
                None => None,
            },
            _ => None,
        })
    }

    /// The rows of one part, sorted: by station, parameter, start and statistic, or by period, edition, station and
    /// start.
    ///
    /// # Errors
    /// Those of the journal.
    pub async fn part(&self, dataset: &Dataset, part: Part) -> Result<Vec<RecordBatch>> {
        let mut batches = Vec::new();
        let contents = dataset.contents;
        if self.of(contents).is_empty() {
            // No station in a query means every station.
            return Ok(batches);
        }
        match contents {
            Contents::Forecast | Contents::ForecastDays => return self.issued(contents, part).await,
            Contents::AirDays => self.days(part, &mut batches).await?,
            Contents::Gaps => self.gaps(part, &mut batches).await?,
            _ => {
                for subject in contents.values() {
                    self.values(contents, part, *subject, &mut batches).await?;
                }
            }
        }
        for period in contents.judgements() {
            self.judgements(contents, part, *period, &mut batches).await?;
        }
        Ok(batches)
    }

    async fn values(
        &self,
        contents: Contents,
        part: Part,
        subject: (Period, Statistic),
        batches: &mut Vec<RecordBatch>,
    ) -> Result<()> {
        let mut ask = self.observations(contents, part, subject);
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

    async fn days(&self, part: Part, batches: &mut Vec<RecordBatch>) -> Result<()> {
        let mut all = Vec::new();
        for subject in Contents::AirDays.values() {
            let mut ask = self.observations(Contents::AirDays, part, *subject);
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
    async fn gaps(&self, part: Part, batches: &mut Vec<RecordBatch>) -> Result<()> {
        let (from, to) = part.bounds(self.zone());
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
        part: Part,
        period: Period,
        batches: &mut Vec<RecordBatch>,
    ) -> Result<()> {
        let (from, to) = part.bounds(self.zone());
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
        part: Part,
        (period, statistic): (Period, Statistic),
    ) -> ObservationQuery {
        let (from, to) = part.bounds(self.zone());
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

    /// That of the publisher.
    pub fn zone(&self) -> Zone {
        self.pipeline.publisher.zone
    }
}

/// Rows as one batch.
pub fn batch<R>(columns: &[Column<R>], rows: &[R], zone: Zone) -> Result<RecordBatch> {
    table::batch(&table::all(columns), rows, zone)
        .map_err(|error| PublishError::Table { doing: "building a table of rows".into(), source: error.into() })
}
