//! The history engine: derives everything anew, station by station and month by month, after an import; of each station
//! the means of months and years last.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{Duration, Months, NaiveDate, Utc};
use futures::TryStreamExt;
use limpid_model::{Instant, Period, Pipeline, Record, StationId, StationKind, Zone};
use limpid_store::{Journal, Result};

use crate::engine::beside::judged_beside;
use crate::engine::calendar::{derive_months, end_of_month, month_of};
use crate::engine::tasks::{Derived, Task, derive_all};
use crate::engine::wanted::Wanted;
use crate::engine::{CURSOR, summaries};

/// Readings looked at in one go for what they touch.
const BATCH: usize = 65_536;

/// An hour takes part in windows that end less than so much later: 23 hours, and 23 more by the hours that are judged beside it.
const REACH: Duration = Duration::hours(48);

/// An hour is what the one before it is judged beside.
const BACK: Duration = Duration::hours(1);

/// What a run of [`history`] did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    /// Stations that were derived.
    pub stations: u64,
    /// Months of them.
    pub months: u64,
    /// Records that came out.
    pub derived: u64,
    /// Those that were new or different.
    pub published: u64,
}

impl Report {
    async fn publish(&mut self, journal: &Arc<dyn Journal>, records: Vec<Record>) -> Result<()> {
        self.derived += records.len() as u64;
        self.published += journal.publish(records, None).await?.len() as u64;
        Ok(())
    }
}

/// Derives and publishes the readings of the whole journal, or with `since` every month that a reading accepted after
/// that number touches, and moves the cursor behind the newest reading, so that the live engine goes on from there.
/// `progress` is told how many months of how many are done.
///
/// Publication is in the order of stations and months, whatever finishes first.
///
/// # Errors
/// Those of the journal; what was published until then stays, and a further run publishes the rest.
pub async fn history(
    pipeline: Arc<Pipeline>,
    journal: Arc<dyn Journal>,
    since: Option<u64>,
    progress: impl Fn(u64, u64),
) -> Result<Report> {
    let zone = pipeline.publisher.zone;
    let newest = *journal.accepted().borrow();
    let months = match since {
        None => all_months(&journal, zone).await?,
        Some(since) => {
            // Where the live engine had not come so far, it is behind the cursor that moves on: take that along.
            let since = since.min(journal.cursor(CURSOR).await?);
            let mut months = touched_months(&journal, since, newest, zone).await?;
            for (station, of_station) in months.clone() {
                for other in judged_beside(&pipeline, &station) {
                    months.entry(other.clone()).or_default().extend(&of_station);
                }
            }
            months
        }
    };
    let known = |station: &StationId| pipeline.stations.get(station).is_some();
    let noise =
        |station: &StationId| pipeline.stations.get(station).is_some_and(|station| station.kind == StationKind::Noise);
    let stations: StationMonths = months.into_iter().filter(|(station, _)| known(station)).collect();
    let chunks: Vec<(&StationId, NaiveDate)> =
        stations.iter().flat_map(|(station, months)| months.iter().map(move |month| (station, *month))).collect();
    let total = chunks.len() as u64;
    let mut report = Report { stations: stations.len() as u64, ..Report::default() };
    progress(0, total);
    let now = Utc::now();
    let jobs = chunks.iter().map(|(station, month)| {
        let (from, to) = (zone.start_of(*month), end_of_month(*month, zone));
        let wanted = Wanted::within(from, to, zone, 0);
        let noise = pipeline.stations.get(station).is_some_and(|station| station.kind == StationKind::Noise);
        Task { station: (*station).clone(), wanted: if noise { wanted.with_nights() } else { wanted }, known: None }
    });
    let mut derived = derive_all(&pipeline, &journal, jobs.collect(), now);
    for (station, months) in &stations {
        for _ in months {
            // What was derived comes in the order of the chunks.
            let Some(Derived { records, .. }) = derived.try_next().await? else { break };
            report.publish(&journal, records).await?;
            report.months += 1;
            progress(report.months, total);
        }
        let mut months = months.clone();
        if noise(station) {
            // A night that reaches into a month is filed under the last date of the month before.
            months.extend(months.clone().into_iter().map(|month| month - Months::new(1)));
        }
        let records = derive_months(&pipeline, &journal, station, &months, now).await?;
        report.publish(&journal, records).await?;
    }
    if newest > journal.cursor(CURSOR).await? {
        journal.publish(Vec::new(), Some((CURSOR, newest))).await?;
    }
    summaries::catch_up(&pipeline, &journal).await?;
    Ok(report)
}

type StationMonths = BTreeMap<StationId, BTreeSet<NaiveDate>>;

async fn all_months(journal: &Arc<dyn Journal>, zone: Zone) -> Result<StationMonths> {
    let mut months = StationMonths::new();
    for extent in journal.extents().await? {
        let last = month(extent.last + REACH, zone);
        let mut first = month(extent.first, zone);
        let of_station = months.entry(extent.station).or_default();
        while first <= last {
            of_station.insert(first);
            first = first + Months::new(1);
        }
    }
    Ok(months)
}

async fn touched_months(journal: &Arc<dyn Journal>, since: u64, newest: u64, zone: Zone) -> Result<StationMonths> {
    let mut months = StationMonths::new();
    let mut after = since;
    while after < newest {
        let batch = journal.tail(after, BATCH).await?;
        let Some(last) = batch.last() else { break };
        after = last.seq;
        for accepted in &batch {
            let reading = &accepted.reading;
            let of_station = months.entry(reading.station.clone()).or_default();
            of_station.insert(month(reading.start, zone));
            if matches!(reading.period, Period::Hour | Period::Minutes(_) | Period::Moment) {
                of_station.insert(month(reading.start - BACK, zone));
                of_station.insert(month(reading.start + REACH, zone));
            }
        }
    }
    Ok(months)
}

fn month(at: Instant, zone: Zone) -> NaiveDate {
    month_of(zone.date_of(at))
}
