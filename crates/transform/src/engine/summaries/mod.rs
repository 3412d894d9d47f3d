//! Figures of areas and of long periods, made of what is published.
//!
//! A second step behind the engine: it follows the journal's tail of published records with a cursor of its own, works out which
//! hours and days of which areas and which months of whom they touch, and makes these anew from the records that stand. So it
//! does not matter whether the records came live or from a run over history, nor in which order.
//!
//! - [`area`]: the index of an area in an hour and on a day
//! - `guidelines`: the lines of the WHO beside a year
//! - [`period`]: months, quarters and years of the air of stations and areas
//! - `permits`: days and months of outlets against their permits
//! - [`water`], [`noise`]: months and years of the waters and of the noise of areas

pub mod area;
mod guidelines;
pub mod noise;
pub mod period;
mod permits;
#[cfg(test)]
mod tests;
pub mod water;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration as Wait;

use chrono::{Days, Duration, Months, NaiveDate};
use limpid_model::register::Act;
use limpid_model::{Instant, Period, Pipeline, Published, Record, Station, StationId, StationKind, Subject, Summary};
use limpid_store::{Journal, Result, StoreError};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use crate::assess::six;
use crate::compliance::day::BACK_DAYS;
use crate::engine::calendar::month_of;
use crate::engine::periods::months_of;
use crate::standards::Rules;

/// Name of the journal's cursor that says up to which published record everything is summed up.
pub const CURSOR: &str = "summaries";

/// Name of the cursor that has the [`registry`] by which it was.
const REGISTRY: &str = "summaries-registry";

/// Records looked at in one round.
const BATCH: usize = 20_000;

/// Summaries handed over in one transaction: some MB.
const SUMMARIES_AT_ONCE: usize = 2_000;

/// What comes within so short a time is summed up together: on the hour every station of an area sends.
const TOGETHER: Wait = Wait::from_secs(2);

/// After a failure of the journal it is tried again.
const AGAIN: Wait = Wait::from_secs(5);

/// The stations of a kind in an area, and in the areas within it.
fn stations<'p>(pipeline: &'p Pipeline, kind: StationKind, area: &'p str) -> Vec<&'p Station> {
    pipeline.stations_in(area).filter(|station| station.kind == kind).collect()
}

/// What published records have touched.
#[derive(Debug, Default)]
struct Touched {
    hours: BTreeMap<String, BTreeSet<Instant>>,
    days: BTreeMap<String, BTreeSet<NaiveDate>>,
    months: BTreeMap<Subject, BTreeSet<NaiveDate>>,
    /// Months and longer periods of the waters and of the noise of areas, by their start.
    spans: BTreeMap<(StationKind, String), BTreeSet<(Period, Instant)>>,
    outlets: BTreeMap<StationId, Discharged>,
}

/// Days and months of an outlet.
#[derive(Debug, Default)]
struct Discharged {
    days: BTreeSet<NaiveDate>,
    months: BTreeSet<NaiveDate>,
}

impl Discharged {
    /// An hour or day of this date. An exceedance may go on for days, and a month counts in the eleven that follow.
    fn touch(&mut self, date: NaiveDate) {
        let after = |days| date.checked_add_days(Days::new(days));
        self.days.extend((0..=BACK_DAYS.unsigned_abs()).filter_map(after));
        let month = month_of(date);
        self.months.extend((0..12).filter_map(|months| month.checked_add_months(Months::new(months))));
    }
}

impl Touched {
    fn record(&mut self, published: &Published, station: &Station, pipeline: &Pipeline) {
        let zone = pipeline.publisher.zone;
        let areas = || pipeline.areas_of(station).map(str::to_owned);
        if matches!(station.kind, StationKind::Water | StationKind::Noise) {
            let (period, start) = match &published.record {
                Record::Observation(one) => (one.period, one.start),
                Record::Assessment(one) => (one.period, one.start),
            };
            for area in areas().filter(|_| months_of(period) > 0) {
                self.spans.entry((station.kind, area)).or_default().insert((period, start));
            }
        }
        if station.kind == StationKind::Outlet
            && let Record::Observation(one) = &published.record
            && matches!(one.period, Period::Hour | Period::Day)
        {
            self.outlets.entry(station.id.clone()).or_default().touch(zone.date_of(one.start));
        }
        if station.kind != StationKind::Air {
            return;
        }
        let date_of = |start| zone.date_of(start);
        match &published.record {
            Record::Observation(one) if !six().contains(&one.parameter) => {
                // Of others an area has nothing, and a station's periods their days.
                let looked_at = Rules::built_in().hj663.iter().any(|looked| looked.parameter == one.parameter);
                if one.period == Period::Day && looked_at {
                    self.month(Subject::Station(station.id.clone()), date_of(one.start));
                }
            }
            Record::Observation(one) => match one.period {
                Period::Hour | Period::Hours24 => {
                    // Of a window, the hour that ends with it.
                    let hour = if one.period == Period::Hour { one.start } else { one.end - Duration::hours(1) };
                    areas().for_each(|area| _ = self.hours.entry(area).or_default().insert(hour));
                }
                Period::Day => {
                    let date = date_of(one.start);
                    self.month(Subject::Station(station.id.clone()), date);
                    for area in areas() {
                        self.days.entry(area.clone()).or_default().insert(date);
                        self.month(Subject::Area(area), date);
                    }
                }
                _ => {}
            },
            Record::Assessment(one) if one.period == Period::Day => {
                self.month(Subject::Station(station.id.clone()), date_of(one.start));
            }
            Record::Assessment(_) => {}
        }
    }

    fn month(&mut self, subject: Subject, date: NaiveDate) {
        self.months.entry(subject).or_default().insert(month_of(date));
    }
}

/// Follows what is published, until `stop`. Errors of the journal are logged and tried again.
///
/// # Errors
/// [`StoreError::Closed`] when the journal was closed before `stop`.
pub async fn follow(pipeline: Arc<Pipeline>, journal: Arc<dyn Journal>, stop: CancellationToken) -> Result<()> {
    let mut published = journal.published();
    let mut named = permits::Named::default();
    loop {
        published.mark_unchanged();
        let wait = match sum_up(&pipeline, &journal, &mut named).await {
            Ok(()) => None,
            Err(StoreError::Closed) if stop.is_cancelled() => return Ok(()),
            Err(StoreError::Closed) => return Err(StoreError::Closed),
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(error, wait_ms = AGAIN.as_millis() as u64, "summing up failed, trying again");
                metrics::counter!("limpid_transform_failures_total").increment(1);
                Some(AGAIN)
            }
        };
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            changed = published.changed(), if wait.is_none() => changed.map_err(|_| StoreError::Closed)?,
            () = tokio::time::sleep(wait.unwrap_or(Wait::MAX)), if wait.is_some() => {}
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(TOGETHER) => {}
        }
    }
}

/// Sums up everything published since the cursor.
///
/// # Errors
/// Those of the journal; what was kept until then stays, and the next call goes on there.
pub async fn catch_up(pipeline: &Pipeline, journal: &Arc<dyn Journal>) -> Result<()> {
    sum_up(pipeline, journal, &mut permits::Named::default()).await
}

async fn sum_up(pipeline: &Pipeline, journal: &Arc<dyn Journal>, named: &mut permits::Named) -> Result<()> {
    for followed in permits::FOLLOWED {
        changed_permits(pipeline, journal, followed, named).await?;
    }
    let registry = registry(pipeline);
    let known = journal.cursor(REGISTRY).await?;
    if known != registry {
        // Areas that lie otherwise than before have other figures: all is summed up anew. A journal of before there was this
        // number has those that stations name.
        if known != 0 || !pipeline.areas.is_empty() {
            journal.keep_summaries(Vec::new(), Some((CURSOR, 0))).await?;
        }
        journal.keep_summaries(Vec::new(), Some((REGISTRY, registry))).await?;
    }
    let mut cursor = journal.cursor(CURSOR).await?;
    loop {
        let batch = journal.published_tail(cursor, BATCH).await?;
        let Some(last) = batch.last() else { return Ok(()) };
        let newest = last.seq;
        let mut touched = Touched::default();
        for published in &batch {
            let id = match &published.record {
                Record::Observation(one) => &one.station,
                Record::Assessment(one) => &one.station,
            };
            // A station that the registry lost has no summary any more.
            if let Some(station) = pipeline.stations.get(id) {
                touched.record(published, station, pipeline);
            }
        }
        let mut keep = Keep { journal, waiting: Vec::new() };
        for (area, hours) in &touched.hours {
            area::hours(pipeline, journal, area, hours, &mut keep).await?;
        }
        for (area, days) in &touched.days {
            area::days(pipeline, journal, area, days, &mut keep).await?;
        }
        // Periods of areas are made of the days just found.
        keep.hand_over(None).await?;
        for (subject, months) in &touched.months {
            period::months(pipeline, journal, subject, months, &mut keep).await?;
        }
        for ((kind, area), spans) in &touched.spans {
            for span in spans {
                match kind {
                    StationKind::Water => water::span(pipeline, journal, area, *span, &mut keep).await?,
                    _ => noise::span(pipeline, journal, area, *span, &mut keep).await?,
                }
            }
        }
        for (station, discharged) in &touched.outlets {
            named.bring_up(journal).await?;
            judge(pipeline, journal, named, (station, discharged), &mut keep).await?;
        }
        keep.hand_over(Some((CURSOR, newest))).await?;
        cursor = newest;
    }
}

/// A number that changes when stations lie in other areas. Never 0.
fn registry(pipeline: &Pipeline) -> u64 {
    let mut digest = Sha256::new();
    for station in pipeline.stations.iter() {
        let areas: Vec<&str> = pipeline.areas_of(station).collect();
        digest.update(format!("{}\n{}\n", station.id, areas.join("\t")));
    }
    let digest: [u8; 32] = digest.finalize().into();
    let number = digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte));
    // Cursors are numbers up to 2^63.
    number >> 1 | 1
}

/// Puts days and months of an outlet against its permits.
async fn judge(
    pipeline: &Pipeline,
    journal: &Arc<dyn Journal>,
    named: &permits::Named,
    (station, discharged): (&StationId, &Discharged),
    keep: &mut Keep<'_>,
) -> Result<()> {
    let permits = permits::Permits::of(journal, named, station).await?;
    permits::days(pipeline, journal, station, &permits, &discharged.days, keep).await?;
    permits::months(pipeline, journal, station, &permits, &discharged.months, keep).await
}

/// Judges everything anew of the stations whose permits, or marks, were released or taken back since the cursor.
async fn changed_permits(
    pipeline: &Pipeline,
    journal: &Arc<dyn Journal>,
    (register, name): (&'static str, &'static str),
    named: &mut permits::Named,
) -> Result<()> {
    let zone = pipeline.publisher.zone;
    loop {
        let cursor = journal.cursor(name).await?;
        let deeds = journal.registers().deeds(register, None, cursor, BATCH).await?;
        let Some(last) = deeds.last() else { return Ok(()) };
        let newest = last.id;
        let public = deeds
            .into_iter()
            .filter(|deed| matches!(deed.act, Act::Release | Act::Repeal { .. } | Act::Withdraw { .. }));
        let stations = permits::stations_of(journal, register, public.map(|deed| deed.record).collect()).await?;
        let mut keep = Keep { journal, waiting: Vec::new() };
        if !stations.is_empty() {
            named.bring_up(journal).await?;
            for extent in journal.extents().await? {
                let known = pipeline.stations.get(&extent.station).is_some_and(|one| one.kind == StationKind::Outlet);
                if known && stations.contains(&extent.station) {
                    let (first, last) = (zone.date_of(extent.first), zone.date_of(extent.last));
                    let days: BTreeSet<NaiveDate> = first.iter_days().take_while(|date| *date <= last).collect();
                    let months = days.iter().map(|date| month_of(*date)).collect();
                    judge(pipeline, journal, named, (&extent.station, &Discharged { days, months }), &mut keep).await?;
                }
            }
        }
        keep.hand_over(Some((name, newest))).await?;
    }
}

/// Summaries on their way to the journal.
struct Keep<'a> {
    journal: &'a Arc<dyn Journal>,
    waiting: Vec<Summary>,
}

impl Keep<'_> {
    async fn add(&mut self, summary: Summary) -> Result<()> {
        self.waiting.push(summary);
        if self.waiting.len() >= SUMMARIES_AT_ONCE { self.hand_over(None).await } else { Ok(()) }
    }

    async fn hand_over(&mut self, cursor: Option<(&'static str, u64)>) -> Result<()> {
        let waiting = std::mem::take(&mut self.waiting);
        if !waiting.is_empty() || cursor.is_some() {
            self.journal.keep_summaries(waiting, cursor).await?;
        }
        Ok(())
    }
}
