//! Counting what was published. See [`Tallies`].

use async_trait::async_trait;

use super::SqliteJournal;
use super::failure::during;
use super::published::{asked_assessed, asked_series, bound};
use super::read::Reader;
use super::time::micros;
use crate::error::Result;
use crate::journal::{AssessmentQuery, ObservationQuery, SummaryQuery, Tallies};

#[async_trait]
impl Tallies for SqliteJournal {
    async fn count_observations(&self, query: ObservationQuery) -> Result<u64> {
        self.readers.read(move |reader| reader.count_observations(&query)).await
    }

    async fn count_assessments(&self, query: AssessmentQuery) -> Result<u64> {
        self.readers.read(move |reader| reader.count_assessments(&query)).await
    }

    async fn count_summaries(&self, query: SummaryQuery) -> Result<u64> {
        self.readers.read(move |reader| reader.count_summaries(&query)).await
    }
}

impl Reader {
    fn count_observations(&self, query: &ObservationQuery) -> Result<u64> {
        let sql =
            "SELECT count(DISTINCT start) FROM observations WHERE series = ? AND start >= ? AND start < ? AND at <= ?";
        let ids = (1..).zip(&self.names.series).filter(|(_, series)| asked_series(query, series)).map(|(id, _)| id);
        self.count(sql, ids, [micros(query.from), micros(query.to), bound(query.as_of)])
    }

    fn count_assessments(&self, query: &AssessmentQuery) -> Result<u64> {
        let sql =
            "SELECT count(DISTINCT start) FROM assessments WHERE assessed = ? AND start >= ? AND start < ? AND at <= ?";
        let ids = (1..).zip(&self.names.assessed).filter(|(_, one)| asked_assessed(query, one)).map(|(id, _)| id);
        self.count(sql, ids, [micros(query.from), micros(query.to), bound(query.as_of)])
    }

    fn count(&self, sql: &str, ids: impl Iterator<Item = i64>, [from, to, as_of]: [i64; 3]) -> Result<u64> {
        let failed = during("counting published records");
        let mut statement = self.connection.prepare_cached(sql).map_err(&failed)?;
        let mut count = 0;
        for id in ids {
            let of_series: i64 = statement.query_row([id, from, to, as_of], |row| row.get(0)).map_err(&failed)?;
            count += of_series.unsigned_abs();
        }
        Ok(count)
    }
}
