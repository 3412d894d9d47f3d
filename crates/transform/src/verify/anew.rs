//! A month of figures of several stations, derived again.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{Months, NaiveDate};
use futures::StreamExt;
use limpid_model::{Instant, Pipeline, Record, Station, StationKind};
use limpid_store::{Journal, Result, StoreError};

use super::table::{Scope, Table};
use crate::engine;

/// What comes out for a month, of every station of the kinds that the file has rows of, from what was known at the first of
/// the two times, as it was to be published at the second.
pub(super) async fn month(
    pipeline: &Arc<Pipeline>,
    journal: &Arc<dyn Journal>,
    table: Table,
    scope: &Scope,
    month: NaiveDate,
    (as_of, now): (Instant, Instant),
) -> Result<Vec<Record>> {
    let zone = pipeline.publisher.zone;
    let span = (zone.start_of(month), zone.start_of(month + Months::new(1)));
    let kinds: BTreeSet<StationKind> = pipeline
        .stations
        .iter()
        .filter(|station| scope.stations.contains(station.id.as_str()))
        .map(|station| station.kind)
        .collect();
    let stations: Vec<Station> =
        pipeline.stations.iter().filter(|station| kinds.contains(&station.kind)).cloned().collect();
    // Each holds a month of one station's readings.
    let at_once = std::thread::available_parallelism().map_or(2, usize::from);
    let derived = futures::stream::iter(stations).map(|station| {
        let (pipeline, journal) = (pipeline.clone(), journal.clone());
        tokio::spawn(async move { engine::month(&pipeline, &journal, &station.id, span, as_of, now).await })
    });
    let mut derived = derived.buffered(at_once);
    let mut records = Vec::new();
    while let Some(joined) = derived.next().await {
        let of_station = joined.map_err(|failed| StoreError::io("deriving a station anew", failed))??;
        records
            .extend(of_station.into_iter().filter(|record| table.wants(scope, record) && released(pipeline, record)));
    }
    Ok(records)
}

/// Whether a record is one that releases have: of the indices of air only that which the pipeline chose for its date.
fn released(pipeline: &Pipeline, record: &Record) -> bool {
    match record {
        Record::Assessment(one) if one.scheme.kind == StationKind::Air => {
            *one.scheme == *pipeline.air.scheme.at(one.start, pipeline.publisher.zone)
        }
        _ => true,
    }
}
