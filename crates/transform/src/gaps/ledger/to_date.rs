//! The day that has not ended, in the completeness of its year.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::Datelike;
use limpid_model::{Completeness, Instant, Period, Pipeline, StationId, Statistic};
use limpid_store::{Journal, Result};

use super::work::observations;
use crate::gaps::today::Today;
use crate::standards::Rules;

/// Brings the day in which `due` lies up to date in the years of `stations`: those that were just worked out, and those that
/// are kept. One station is read at a time.
pub(super) async fn days(
    pipeline: &Arc<Pipeline>,
    journal: &Arc<dyn Journal>,
    stations: &BTreeSet<StationId>,
    due: Instant,
    years: &mut Vec<Completeness>,
) -> Result<()> {
    let (rules, zone) = (Rules::built_in(), pipeline.publisher.zone);
    let year = zone.date_of(due).year();
    let new = years.iter().filter(|row| row.year == year).map(|row| (row.station.clone(), row.parameter));
    let new: BTreeSet<_> = new.collect();
    let kept = journal.completeness(year).await?.into_iter();
    years.extend(
        kept.filter(|row| stations.contains(&row.station) && !new.contains(&(row.station.clone(), row.parameter))),
    );
    years.sort_by(|a, b| (a.year, &a.station).cmp(&(b.year, &b.station)));
    let today = Today { rules, noise: &pipeline.noise, zone, due };
    for rows in years.chunk_by_mut(|a, b| (a.year, &a.station) == (b.year, &b.station)) {
        let Some(station) = rows.first().filter(|row| row.year == year) else { continue };
        let Some(station) = pipeline.stations.get(&station.station) else { continue };
        let mut values = Vec::new();
        for period in [Period::Hour, Period::Hours8] {
            values.extend(observations(journal, &station.id, (period, Statistic::Mean), today.from(), due).await?);
        }
        for row in rows {
            let minimum = rules.minimums.of(station.kind, row.parameter);
            row.today = minimum.map(|minimum| today.of(station, row.parameter, minimum, &values));
        }
    }
    Ok(())
}
