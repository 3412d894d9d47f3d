//! Decisions of reviewers. See [`Reviews`].

use async_trait::async_trait;
use limpid_model::review::Decision;
use limpid_model::{Review, StationId};
use rusqlite::{Connection, params};

use super::SqliteJournal;
use super::failure::{damaged, during};
use super::queue::Work;
use super::read::Reader;
use super::time::micros;
use crate::error::Result;
use crate::journal::{ReviewQuery, Reviews};

const TABLE: &str = "reviews";

const SELECT: &str = "SELECT id, body FROM reviews WHERE (?1 IS NULL OR station = ?1) AND end > ?2 AND start < ?3
                      AND id > ?4 ORDER BY id LIMIT ?5";

#[async_trait]
impl Reviews for SqliteJournal {
    async fn keep_review(&self, review: Review) -> Result<Option<u64>> {
        let weight = size_of::<Review>() + review.why.len();
        let id = self.queue()?.ask(weight, |reply| Work::Review(Box::new(review), reply)).await?;
        Ok(Some(id as u64).filter(|id| *id > 0))
    }

    async fn reviews(&self, query: ReviewQuery) -> Result<Vec<Review>> {
        self.readers.read(move |reader| reader.reviews(&query)).await
    }
}

/// Keeps a decision within the writer's open transaction, and gives its number; 0 when it is about what is final.
pub(super) fn keep(connection: &Connection, review: &Review) -> Result<usize> {
    let failed = during("keeping a review");
    let same = ReviewQuery {
        station: Some(review.station.clone()),
        from: Some(review.from),
        to: Some(review.to),
        after: 0,
        limit: usize::MAX,
    };
    let before = select(connection, &same)?;
    if before.iter().any(|one| one.decision == Decision::Finalise && one.meets(review)) {
        return Ok(0);
    }
    let body = serde_json::to_string(review).map_err(|error| damaged(TABLE, error.to_string()))?;
    let row = params![review.station.as_str(), micros(review.from), micros(review.to), body];
    connection
        .prepare_cached("INSERT INTO reviews (station, start, end, body) VALUES (?, ?, ?, ?)")
        .and_then(|mut statement| statement.insert(row))
        .map(|id| usize::try_from(id).unwrap_or_default())
        .map_err(failed)
}

impl Reader {
    fn reviews(&self, query: &ReviewQuery) -> Result<Vec<Review>> {
        select(&self.connection, query)
    }
}

fn select(connection: &Connection, query: &ReviewQuery) -> Result<Vec<Review>> {
    let failed = during("reading reviews");
    let mut statement = connection.prepare_cached(SELECT).map_err(&failed)?;
    let (from, to) = (query.from.map_or(i64::MIN, micros), query.to.map_or(i64::MAX, micros));
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let station = query.station.as_ref().map(StationId::as_str);
    let bounds = params![station, from, to, number(query.after), number(query.limit as u64)];
    let mut rows = statement.query(bounds).map_err(&failed)?;
    let mut reviews = Vec::new();
    while let Some(row) = rows.next().map_err(&failed)? {
        let (id, body): (i64, String) = (row.get(0).map_err(&failed)?, row.get(1).map_err(&failed)?);
        let review: Review = serde_json::from_str(&body).map_err(|error| damaged(TABLE, error.to_string()))?;
        reviews.push(Review { id: id.unsigned_abs(), ..review });
    }
    Ok(reviews)
}
