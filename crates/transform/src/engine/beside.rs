//! Stations whose hours are judged beside those of the stations around, where the pipeline asks for it.
//!
//! A station's flags then depend on its neighbours' readings too: whoever derives it reads those of the same stretch of time, and
//! an hour of a neighbour touches its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use limpid_model::{Instant, Pipeline, Review, Station, StationId};
use limpid_store::{Accepted, Journal, Result};

use crate::engine::hours::Hours;
use crate::engine::sealed;
use crate::engine::tasks::reviews_of;
use crate::engine::wanted::Touched;
use crate::review::Decided;
use crate::standards::Rules;
use crate::validate::neighbours::MOST;

/// What a neighbour's hours are made of.
#[derive(Debug)]
pub(super) struct Around {
    station: StationId,
    readings: Vec<Accepted>,
    reviews: Vec<Review>,
}

/// A neighbour's hours, and how far away it is.
#[derive(Debug)]
pub(super) struct Neighbour {
    /// In km.
    pub km: f64,
    /// Over the same span as those of the station.
    pub hours: Hours,
}

/// The nearest stations whose hours this one is judged beside, none where its hours are not judged so.
fn around<'a>(pipeline: &'a Pipeline, station: &Station) -> Vec<(f64, &'a Station)> {
    let Some(reach) = Rules::built_in().neighbours.reach(station) else { return Vec::new() };
    let others = pipeline.stations.iter().filter(|other| other.kind == station.kind && other.id != station.id);
    let mut near: Vec<(f64, &Station)> =
        others.map(|other| (station.km_to(other), other)).filter(|(km, _)| *km <= reach).collect();
    near.sort_by(|(a, one), (b, other)| a.total_cmp(b).then_with(|| one.id.cmp(&other.id)));
    near.truncate(MOST);
    near
}

/// Reads what the hours of a station's neighbours within `from..to` are made of, as it was known at `as_of`.
///
/// # Errors
/// Those of the journal.
pub(super) async fn read(
    pipeline: &Pipeline,
    journal: &Arc<dyn Journal>,
    station: &StationId,
    (from, to): (Instant, Instant),
    as_of: Option<Instant>,
) -> Result<Vec<Around>> {
    let mut all = Vec::new();
    let Some(station) = pipeline.stations.get(station) else { return Ok(all) };
    for (_, other) in around(pipeline, station) {
        let mut reviews = reviews_of(journal, &other.id, from, to).await?;
        reviews.retain(|review| as_of.is_none_or(|as_of| review.at <= as_of));
        let zone = pipeline.publisher.zone;
        let readings = sealed::readings(journal, &other.id, (from, to), as_of, (&reviews, zone)).await?;
        all.push(Around { station: other.id.clone(), readings, reviews });
    }
    Ok(all)
}

/// The hours of a station's neighbours over a span.
pub(super) fn neighbours(
    pipeline: &Pipeline,
    station: &Station,
    around: &[Around],
    span: (Instant, Instant),
    now: Instant,
) -> Vec<Neighbour> {
    let (rules, zone) = (Rules::built_in(), pipeline.publisher.zone);
    let one = |Around { station: id, readings, reviews }: &Around| {
        let other = pipeline.stations.get(id)?;
        let hours = Hours::of(rules, other, zone, readings, Decided::new(reviews), span, now);
        Some(Neighbour { km: station.km_to(other), hours })
    };
    around.iter().filter_map(one).collect()
}

/// The stations that are judged beside this one, and perhaps further ones.
pub(super) fn judged_beside<'a>(pipeline: &'a Pipeline, station: &StationId) -> impl Iterator<Item = &'a StationId> {
    let one = pipeline.stations.get(station);
    let judged = move |other: &&Station| {
        let Some(one) = one.filter(|one| one.kind == other.kind && one.id != other.id) else { return false };
        Rules::built_in().neighbours.reach(other).is_some_and(|reach| other.km_to(one) <= reach)
    };
    pipeline.stations.iter().filter(judged).map(|other| &other.id)
}

/// Adds the hours of those that are judged beside what was touched.
pub(super) fn touch(pipeline: &Pipeline, touched: &mut BTreeMap<StationId, Touched>) {
    let mut beside: BTreeMap<StationId, Touched> = BTreeMap::new();
    for (station, what) in touched.iter() {
        for other in judged_beside(pipeline, station) {
            beside.entry(other.clone()).or_default().hours_of(what);
        }
    }
    for (station, what) in beside {
        touched.entry(station).or_default().merge(what);
    }
}
