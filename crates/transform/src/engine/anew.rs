//! Figures derived anew: a station's month from what was known at some time, and what one figure is among.

use std::sync::Arc;

use chrono::Duration;
use limpid_model::{Instant, Period, Pipeline, Question, Record, StationId, StationKind};
use limpid_store::{Journal, Result, StoreError};

use crate::engine::tasks::{Inputs, reviews_of, work};
use crate::engine::wanted::Wanted;
use crate::engine::{beside, sealed};

/// The records that one figure of a period up to a day is among, derived from what is known now. Nothing, for a station that the
/// registry does not have.
///
/// # Errors
/// Those of the journal.
pub(crate) async fn around(
    pipeline: &Arc<Pipeline>,
    journal: &Arc<dyn Journal>,
    question: &Question,
    now: Instant,
) -> Result<Vec<Record>> {
    let zone = pipeline.publisher.zone;
    let Question { station, period, start, .. } = question;
    let mut wanted = Wanted::default();
    match period {
        Period::Hour => _ = wanted.hours.insert(*start),
        Period::Hours8 | Period::Hours24 => {
            _ = wanted.windows.insert(period.end(*start, zone) - Duration::hours(1));
        }
        Period::Day => {
            wanted.days.insert(zone.date_of(*start));
            wanted.nights.insert(zone.date_of(*start));
        }
        _ => _ = wanted.readings.insert(zone.floor_hour(*start)),
    }
    derive(pipeline, journal, station, wanted, now, now).await
}

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
    let mut records = derive(pipeline, journal, station, wanted, as_of, now).await?;
    records.retain(|record| (from..to).contains(&record.start()));
    Ok(records)
}

async fn derive(
    pipeline: &Arc<Pipeline>,
    journal: &Arc<dyn Journal>,
    station: &StationId,
    wanted: Wanted,
    as_of: Instant,
    now: Instant,
) -> Result<Vec<Record>> {
    let zone = pipeline.publisher.zone;
    let Some(read) = wanted.span(zone) else { return Ok(Vec::new()) };
    let mut reviews = reviews_of(journal, station, read.0, read.1).await?;
    reviews.retain(|review| review.at <= as_of);
    let readings = sealed::readings(journal, station, read, Some(as_of), (&reviews, zone)).await?;
    let around = beside::read(pipeline, journal, station, read, Some(as_of)).await?;
    let (pipeline, station) = (pipeline.clone(), station.clone());
    let derived = tokio::task::spawn_blocking(move || {
        let Some(one) = pipeline.stations.get(&station) else { return Vec::new() };
        work(&pipeline, one, &Inputs { readings, reviews, read, around }, &wanted, None, now).0
    });
    derived.await.map_err(|failed| StoreError::io("deriving a station anew", failed))
}
