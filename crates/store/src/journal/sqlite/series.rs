//! Series as a whole. See [`SeriesReads`].

use async_trait::async_trait;
use limpid_model::{Observation, Published};

use super::SqliteJournal;
use super::failure::during;
use super::read::Reader;
use super::time::instant;
use crate::error::Result;
use crate::journal::{ObservationQuery, PublishedSeries, SeriesReads};

#[async_trait]
impl SeriesReads for SqliteJournal {
    async fn published_series(&self) -> Result<Vec<PublishedSeries>> {
        self.readers.read(Reader::published_series).await
    }

    async fn observations_back(&self, query: ObservationQuery) -> Result<Vec<Published<Observation>>> {
        self.readers.read(move |reader| reader.observations_back(&query)).await
    }
}

impl Reader {
    /// Two looks into the index for each series, however long it is.
    fn published_series(&self) -> Result<Vec<PublishedSeries>> {
        let failed = during("listing published series");
        let ends = "SELECT (SELECT min(start) FROM observations WHERE series = ?1), \
                    (SELECT max(start) FROM observations WHERE series = ?1)";
        let mut statement = self.connection.prepare_cached(ends).map_err(&failed)?;
        let mut found = Vec::new();
        for (id, series) in (1_i64..).zip(&self.names.series) {
            let (first, last): (Option<i64>, Option<i64>) =
                statement.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).map_err(&failed)?;
            // A series that was only ever received has neither.
            let (Some(first), Some(last)) = (first, last) else { continue };
            let super::names::Series { station, parameter, period, statistic } = series.clone();
            found.push(PublishedSeries {
                station,
                parameter,
                period,
                statistic,
                first: instant(first)?,
                last: instant(last)?,
            });
        }
        found.sort_unstable_by(|a, b| {
            let key = |one: &PublishedSeries| (one.parameter.as_str(), one.period, one.statistic);
            a.station.cmp(&b.station).then_with(|| key(a).cmp(&key(b)))
        });
        Ok(found)
    }
}
