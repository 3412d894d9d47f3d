//! Hours that a reviewer declared final: what comes in for them later is kept by the journal and changes no figure.

use std::sync::Arc;

use limpid_model::review::Decision;
use limpid_model::{Instant, Review, StationId, Zone};
use limpid_store::{Accepted, Journal, Result};

/// A station's readings that start within `from..to`, as they had been received by `as_of`; those of hours that are final by
/// `reviews` as they had been received when that was decided.
///
/// # Errors
/// Those of the journal.
pub(super) async fn readings(
    journal: &Arc<dyn Journal>,
    station: &StationId,
    (from, to): (Instant, Instant),
    as_of: Option<Instant>,
    (reviews, zone): (&[Review], Zone),
) -> Result<Vec<Accepted>> {
    let mut readings = journal.window(station, from, to, as_of).await?;
    for seal in reviews.iter().filter(|review| review.decision == Decision::Finalise) {
        let (first, end) = (seal.from.max(from), seal.to.min(to));
        if first >= end {
            continue;
        }
        let sealed = |accepted: &Accepted| {
            let reading = &accepted.reading;
            let within = first <= reading.start && reading.period.end(reading.start, zone) <= seal.to;
            seal.is_about(reading.parameter) && within && reading.start < end
        };
        if !readings.iter().any(|one| one.received > seal.at && sealed(one)) {
            continue;
        }
        readings.retain(|one| !sealed(one));
        readings.extend(journal.window(station, first, end, Some(seal.at)).await?.into_iter().filter(sealed));
    }
    Ok(readings)
}
