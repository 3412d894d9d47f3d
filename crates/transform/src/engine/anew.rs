//! A station's month derived anew, from what was known at some time.

use std::sync::Arc;

use limpid_model::{Instant, Pipeline, Record, StationId, StationKind};
use limpid_store::{Journal, Result, StoreError};

use crate::engine::tasks::{Inputs, reviews_of, work};
use crate::engine::wanted::Wanted;

/// The records of one station that start within `from..to`, derived from the readings that had been received and the
/// decisions that had been taken by `as_of`, as an engine would have that looks at them at `now`. Means of months and
/// years are not among them. Nothing, for a station that the registry does not have.
///
/// # Errors
/// Those of the journal.
pub(crate) async fn month(
    pipeline: &Arc<Pipeline>,
    journal: &Arc<dyn Journal>,
    station: &StationId,
    (from, to): (Instant, Instant),
    as_of: Instant,
    now: Instant,
) -> Result<Vec<Record>> {
    let Some(kind) = pipeline.stations.get(station).map(|station| station.kind) else { return Ok(Vec::new()) };
    let zone = pipeline.publisher.zone;
    let wanted = Wanted::within(from, to, zone, 0);
    let wanted = if kind == StationKind::Noise { wanted.with_nights() } else { wanted };
    let Some(read) = wanted.span(zone) else { return Ok(Vec::new()) };
    let readings = journal.window(station, read.0, read.1, Some(as_of)).await?;
    let mut reviews = reviews_of(journal, station, read.0, read.1).await?;
    reviews.retain(|review| review.at <= as_of);
    let (pipeline, station) = (pipeline.clone(), station.clone());
    let derived = tokio::task::spawn_blocking(move || {
        let Some(one) = pipeline.stations.get(&station) else { return Vec::new() };
        let (mut records, _) = work(&pipeline, one, &Inputs { readings, reviews, read }, &wanted, None, now);
        records.retain(|record| (from..to).contains(&record.start()));
        records
    });
    derived.await.map_err(|failed| StoreError::io("deriving a station anew", failed))
}
