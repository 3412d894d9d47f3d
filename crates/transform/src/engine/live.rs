//! The live engine: follows the journal, and publishes what each new reading changes.
//!
//! One task. It takes what was accepted since the cursor in a batch, merges what that touches per station, derives each
//! station on a blocking thread, and moves the cursor in the transaction that publishes the last of it: whatever happens,
//! a restart resumes there, and what had been published before is not published again. Batching keeps it up with any rate: the longer a round takes, the more
//! readings the next one merges.
//!
//! What falls due by the clock (an hour made of minutes, a day, a month, a year) is kept in memory with the moment at which it ends, and
//! found again after a restart from the readings around the cursor.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration as Wait;

use chrono::{Duration, Utc};
use futures::TryStreamExt;
use limpid_model::{Instant, ParameterId, Period, Pipeline, Record, StationId, StationKind};
use limpid_store::{Accepted, Journal, Result, ReviewQuery, StationExtent, StoreError};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::aggregate::How;
use crate::engine::beside;
use crate::engine::calendar::{derive_months, end_of_month, end_of_year, month_of};
use crate::engine::due::Due;
use crate::engine::hours::Hours;
use crate::engine::said::Said;
use crate::engine::summaries;
use crate::engine::tasks::{Task, derive_all};
use crate::engine::wanted::Touched;
use crate::engine::{CURSOR, REVIEWS};
use crate::standards::Rules;

/// Readings taken in one round: small enough that the first of them is published in well under a second.
const BATCH: usize = 4096;

/// Stations derived between two looks at the tail, of those that only fell due: a whole network falls due on the hour,
/// and new readings must not wait for it.
const DUE_AT_ONCE: usize = 8;

/// After a restart, what may have fallen due while the engine stood is looked for so far around the last reading that
/// it had published.
const AROUND: Duration = Duration::hours(48);

/// Records are published in one transaction up to about this number: a few MB.
const RECORDS_AT_ONCE: usize = 20_000;

/// So often the engine looks for decisions of reviewers, which nothing wakes it for.
const LOOK: Wait = Wait::from_secs(5);

const FIRST_RETRY: Wait = Wait::from_millis(200);
const LONGEST_RETRY: Wait = Wait::from_secs(30);

/// Publishes what new readings and the clock bring, and sums it up, until `stop`. Errors of the journal are logged and tried again.
///
/// # Errors
/// [`StoreError::Closed`] when the journal was closed before `stop`.
pub async fn live(pipeline: Arc<Pipeline>, journal: Arc<dyn Journal>, stop: CancellationToken) -> Result<()> {
    let summaries = summaries::follow(pipeline.clone(), journal.clone(), stop.clone());
    let live = Live::new(pipeline, journal, Utc::now).run(stop);
    // Both end at `stop`, and the role is over when one of them fails.
    tokio::try_join!(live, summaries).map(|_| ())
}

/// Publishes what is there to be published, and ends.
///
/// # Errors
/// Those of the journal; what was published until then stays.
pub async fn catch_up(pipeline: Arc<Pipeline>, journal: Arc<dyn Journal>) -> Result<()> {
    let mut live = Live::new(pipeline, journal, Utc::now);
    while live.round().await? {}
    Ok(())
}

/// The engine's state between two rounds.
pub(super) struct Live {
    pipeline: Arc<Pipeline>,
    journal: Arc<dyn Journal>,
    clock: fn() -> Instant,
    accepted: watch::Receiver<u64>,
    /// Up to here everything is published; `None` until it was read from the journal.
    cursor: Option<u64>,
    due: Due,
    /// The newest hours of every station, so that a new hour does not make the engine read a day of minutes again:
    /// at most as many as there are stations, some 10 kB each.
    known: HashMap<StationId, Arc<Hours>>,
    /// What was published of every station in its last round.
    said: Said,
    /// The number of the last decision that is worked in; `None` until it was read from the journal.
    reviewed: Option<u64>,
}

impl Live {
    pub(super) fn new(pipeline: Arc<Pipeline>, journal: Arc<dyn Journal>, clock: fn() -> Instant) -> Self {
        let accepted = journal.accepted();
        Self {
            pipeline,
            journal,
            clock,
            accepted,
            cursor: None,
            due: Due::default(),
            known: HashMap::new(),
            said: Said::default(),
            reviewed: None,
        }
    }

    async fn run(mut self, stop: CancellationToken) -> Result<()> {
        let mut retry = FIRST_RETRY;
        while !stop.is_cancelled() {
            let round = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                round = self.round() => round,
            };
            match round {
                Ok(true) => retry = FIRST_RETRY,
                Ok(false) => {
                    retry = FIRST_RETRY;
                    self.wait(&stop).await?;
                }
                Err(StoreError::Closed) => return if stop.is_cancelled() { Ok(()) } else { Err(StoreError::Closed) },
                Err(error) => {
                    warn(&error, retry);
                    tokio::select! {
                        () = stop.cancelled() => return Ok(()),
                        () = tokio::time::sleep(retry) => {}
                    }
                    retry = (retry * 2).min(LONGEST_RETRY);
                }
            }
        }
        Ok(())
    }

    /// Waits for a reading, for something that falls due, or for the end.
    async fn wait(&mut self, stop: &CancellationToken) -> Result<()> {
        // Not longer than a look, because the wall clock may be set while the other one sleeps.
        let until_due = self.due.next().map(|due| (due - (self.clock)()).to_std().unwrap_or_default());
        let wait = until_due.unwrap_or(Wait::MAX).min(LOOK);
        tokio::select! {
            () = stop.cancelled() => Ok(()),
            changed = self.accepted.changed() => changed.map_err(|_| StoreError::Closed),
            () = tokio::time::sleep(wait) => Ok(()),
        }
    }

    /// Publishes one batch; false when there was nothing to do.
    pub(super) async fn round(&mut self) -> Result<bool> {
        let cursor = match self.cursor {
            Some(cursor) => cursor,
            None => {
                let cursor = self.resume().await?;
                // What fell due while the engine stood is found around the last reading only: it must be published before the
                // cursor moves on, or another restart would look for it elsewhere.
                self.overdue(cursor).await?;
                *self.cursor.insert(cursor)
            }
        };
        self.accepted.mark_unchanged();
        let batch = self.journal.tail(cursor, BATCH).await?;
        let now = (self.clock)();
        let zone = self.pipeline.publisher.zone;
        let newest = batch.last().map_or(cursor, |accepted| accepted.seq);
        let mut touched: BTreeMap<StationId, Touched> = BTreeMap::new();
        for Accepted { reading, .. } in &batch {
            let of_station = touched.entry(reading.station.clone()).or_default();
            of_station.reading(reading, zone, now);
            self.due.reading(reading, zone, now);
            let kind = self.pipeline.stations.get(&reading.station).map(|station| station.kind);
            match kind {
                Some(kind) if reading.period == Period::Moment && makes_hours(kind, reading.parameter) => {
                    of_station.sample(reading, zone, now);
                    self.due.sample(reading, zone, now);
                }
                Some(StationKind::Noise) => {
                    self.due.night(&reading.station, zone.date_of(reading.start), zone, now);
                }
                _ => {}
            }
        }
        let fallen_due = self.due.take(now, DUE_AT_ONCE);
        for (station, due) in &fallen_due {
            touched.entry(station.clone()).or_default().merge(due.clone());
        }
        if touched.is_empty() {
            return self.reviews(cursor, now).await;
        }
        let published = self.publish(touched, cursor, newest, cursor, now).await;
        if published.is_err() {
            self.due.put_back(fallen_due, now);
        }
        published?;
        self.cursor = Some(newest);
        metrics::gauge!("limpid_transform_lag_readings").set((*self.accepted.borrow()).saturating_sub(newest) as f64);
        Ok(true)
    }

    /// Publishes all that has fallen due.
    async fn overdue(&mut self, cursor: u64) -> Result<()> {
        let now = (self.clock)();
        loop {
            let fallen_due = self.due.take(now, DUE_AT_ONCE);
            if fallen_due.is_empty() {
                return Ok(());
            }
            let published = self.publish(fallen_due.clone(), cursor, cursor, cursor, now).await;
            if published.is_err() {
                self.due.put_back(fallen_due, now);
            }
            published?;
        }
    }

    /// Derives and publishes; the cursor moves with the last of it.
    async fn publish(
        &mut self,
        touched: BTreeMap<StationId, Touched>,
        cursor: u64,
        newest: u64,
        fresh_after: u64,
        now: Instant,
    ) -> Result<()> {
        let published = self.derive_and_publish(touched, cursor, newest, fresh_after, now).await;
        if published.is_err() {
            self.said.forget();
        }
        published
    }

    async fn derive_and_publish(
        &mut self,
        mut touched: BTreeMap<StationId, Touched>,
        cursor: u64,
        newest: u64,
        fresh_after: u64,
        now: Instant,
    ) -> Result<()> {
        let zone = self.pipeline.publisher.zone;
        beside::touch(&self.pipeline, &mut touched);
        let mut tasks = Vec::new();
        let mut calendar = Vec::new();
        for (station, mut touched) in touched {
            let Some(kind) = self.pipeline.stations.get(&station).map(|station| station.kind) else {
                // The registry lost it since the reading came in; `limpid import` derives it once it is back.
                tracing::warn!(station.id = %station, "readings of a station that is not in stations.csv are not published");
                continue;
            };
            if kind == StationKind::Noise {
                touched.with_nights(zone);
            }
            let months = touched.months(zone);
            if months.iter().any(|month| end_of_month(*month, zone) <= now) {
                calendar.push((station.clone(), months));
            }
            // Only before the first piece do the known hours still hold: later pieces lie behind touched ones.
            let mut known = self.known.get(&station).cloned();
            for wanted in touched.wanted(zone, fresh_after) {
                tasks.push(Task { station: station.clone(), wanted, known: known.take() });
            }
        }
        let mut derived = derive_all(&self.pipeline, &self.journal, tasks, now);
        let mut records = Vec::new();
        let mut said = Vec::new();
        while let Some(more) = derived.try_next().await? {
            metrics::counter!("limpid_derived_records_total").increment(more.records.len() as u64);
            if let Some(station) = more.station {
                said.push((station.clone(), self.said.figures(&more.records)));
                records.extend(more.records.into_iter().filter(|record| !self.said.known(&station, record)));
            }
            if let Some((station, hours)) = more.hours {
                self.keep(station, hours);
            }
            if records.len() >= RECORDS_AT_ONCE {
                self.hand_over(std::mem::take(&mut records), None).await?;
            }
        }
        if !calendar.is_empty() {
            // Months are made of published days, and the cursor stays until they are published too.
            self.hand_over(std::mem::take(&mut records), None).await?;
            for (station, months) in calendar {
                records.extend(derive_months(&self.pipeline, &self.journal, &station, &months, now).await?);
            }
        }
        self.hand_over(records, (newest > cursor).then_some((CURSOR, newest))).await?;
        for (station, figures) in said {
            self.said.keep(station, figures);
        }
        Ok(())
    }

    /// Keeps a station's newest hours. When older ones were derived anew, what was kept of them no longer holds.
    fn keep(&mut self, station: StationId, hours: Hours) {
        if self.known.get(&station).is_some_and(|known| known.end() > hours.end()) {
            self.known.remove(&station);
        } else {
            self.known.insert(station, Arc::new(hours));
        }
    }

    async fn hand_over(&self, records: Vec<Record>, cursor: Option<(&'static str, u64)>) -> Result<()> {
        if !records.is_empty() || cursor.is_some() {
            let published = self.journal.publish(records, cursor).await?;
            metrics::counter!("limpid_published_records_total").increment(published.len() as u64);
        }
        Ok(())
    }

    /// Publishes what the next decision of a reviewer changes; false when there is none. Readings come first: a decision is
    /// about hours that have long been there.
    async fn reviews(&mut self, cursor: u64, now: Instant) -> Result<bool> {
        let after = match self.reviewed {
            Some(after) => after,
            None => *self.reviewed.insert(self.journal.cursor(REVIEWS).await?),
        };
        let next = ReviewQuery { after, limit: 1, ..ReviewQuery::default() };
        let Some(review) = self.journal.reviews(next).await?.pop() else { return Ok(false) };
        let mut touched = Touched::default();
        touched.stretch(review.from, review.to, self.pipeline.publisher.zone);
        // What is known of these hours was known before the decision.
        self.known.remove(&review.station);
        self.publish(BTreeMap::from([(review.station, touched)]), cursor, cursor, 0, now).await?;
        self.journal.publish(Vec::new(), Some((REVIEWS, review.id))).await?;
        self.reviewed = Some(review.id);
        Ok(true)
    }

    /// Finds out where the engine stood, and what may have fallen due since.
    async fn resume(&mut self) -> Result<u64> {
        let cursor = self.journal.cursor(CURSOR).await?;
        let last = self.journal.tail(cursor.saturating_sub(1), 1).await?;
        if let Some(last) = last.first().filter(|_| cursor > 0) {
            let (now, zone) = ((self.clock)(), self.pipeline.publisher.zone);
            let (from, to) = (last.received - AROUND, last.received + AROUND);
            let pipeline = self.pipeline.clone();
            let noise =
                |id: &StationId| pipeline.stations.get(id).is_some_and(|station| station.kind == StationKind::Noise);
            for extent in self.journal.extents().await? {
                for hour in
                    zone.hours(from.max(zone.floor_hour(extent.first)), to.min(extent.last + Duration::hours(1)))
                {
                    self.due.hour(&extent.station, hour, now);
                    self.due.day(&extent.station, zone.date_of(hour), zone, now);
                    if noise(&extent.station) {
                        self.due.night(&extent.station, zone.date_of(hour), zone, now);
                    }
                }
                self.resume_months(&extent, (from, to), now);
            }
        }
        tracing::info!(cursor, due = self.due.len(), "transform resumes");
        Ok(cursor)
    }

    /// The months and years of a station that had not ended when the engine was last seen, which was within `span`.
    fn resume_months(&mut self, extent: &StationExtent, span: (Instant, Instant), now: Instant) {
        let zone = self.pipeline.publisher.zone;
        let month = |at| month_of(zone.date_of(at));
        if end_of_year(month(extent.last), zone) > span.0 {
            for month in BTreeSet::from([month(span.0), month(span.1)]) {
                self.due.month(&extent.station, month, zone, now);
            }
        }
    }
}

/// Whether moments of a parameter make hours.
fn makes_hours(kind: StationKind, parameter: ParameterId) -> bool {
    let made = Rules::built_in().aggregates.at(kind, parameter);
    made.samples || made.how == How::Counter
}

fn warn(error: &StoreError, retry: Wait) {
    let error: &dyn std::error::Error = error;
    tracing::warn!(error, wait_ms = retry.as_millis() as u64, "transform failed, trying again");
    metrics::counter!("limpid_transform_failures_total").increment(1);
}
