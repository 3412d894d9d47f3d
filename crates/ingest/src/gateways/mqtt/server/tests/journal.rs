//! A real journal that can be made to fail or to wait before it takes anything.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use limpid_model::{
    Alert, Assessment, Completeness, Counts, Forecast, ForecastScore, Gap, Instant, KeptStationEvent, LinkEvent,
    LinkSpan, Logged, Note, NoteKind, Observation, Outlook, Published, Receipt, ReceiptId, Record, Review, StationId,
    Submission, Summary,
};
use limpid_store::{
    Accepted, Alerts, AssessmentQuery, Conformance, DeadLetter, DeadLetters, Desk, DeviationCount, Events, Fetch,
    Fetches, ForecastQuery, Forecasts, GapQuery, Gaps, Journal, KeptAlert, KeptModel, KeptSummary, LedgerEntries,
    Links, NoteQuery, Noted, ObservationQuery, OutlookQuery, Outlooks, PublishedSeries, RefusalCount, RefusedThen,
    Registers, Result, ReviewQuery, Reviews, SeriesReads, StationEventQuery, StationEvents, StationExtent, StoreError,
    StoredSubmission, Summaries, SummaryQuery, Tallies,
};
use tokio::sync::watch;

/// The switches of a journal.
#[derive(Default)]
pub(super) struct Switches {
    /// So many submissions more are refused.
    pub(super) failures: AtomicUsize,
    /// Submissions wait while this is set.
    pub(super) held: AtomicBool,
    /// How many submissions have come, taken or not.
    pub(super) come: AtomicUsize,
}

pub(super) struct Switched {
    pub(super) inner: Arc<dyn Journal>,
    pub(super) switches: Arc<Switches>,
}

#[async_trait]
impl Journal for Switched {
    async fn accept(&self, submission: Submission) -> Result<Receipt> {
        let Switches { failures, held, come } = &*self.switches;
        come.fetch_add(1, Ordering::SeqCst);
        while held.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        if failures.try_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
            return Err(StoreError::Full("a test".into()));
        }
        self.inner.accept(submission).await
    }

    async fn submission(&self, id: ReceiptId) -> Result<Option<StoredSubmission>> {
        self.inner.submission(id).await
    }

    async fn tail(&self, after: u64, limit: usize) -> Result<Vec<Accepted>> {
        self.inner.tail(after, limit).await
    }

    fn accepted(&self) -> watch::Receiver<u64> {
        self.inner.accepted()
    }

    async fn window(
        &self,
        station: &StationId,
        from: Instant,
        to: Instant,
        as_of: Option<Instant>,
    ) -> Result<Vec<Accepted>> {
        self.inner.window(station, from, to, as_of).await
    }

    async fn extents(&self) -> Result<Vec<StationExtent>> {
        self.inner.extents().await
    }

    async fn publish(&self, records: Vec<Record>, cursor: Option<(&'static str, u64)>) -> Result<Vec<Published>> {
        self.inner.publish(records, cursor).await
    }

    async fn cursor(&self, name: &str) -> Result<u64> {
        self.inner.cursor(name).await
    }

    async fn published_tail(&self, after: u64, limit: usize) -> Result<Vec<Published>> {
        self.inner.published_tail(after, limit).await
    }

    fn published(&self) -> watch::Receiver<u64> {
        self.inner.published()
    }

    async fn newest(&self, since: Instant) -> Result<Vec<Published>> {
        self.inner.newest(since).await
    }

    async fn observations(&self, query: ObservationQuery) -> Result<Vec<Published<Observation>>> {
        self.inner.observations(query).await
    }

    async fn assessments(&self, query: AssessmentQuery) -> Result<Vec<Published<Assessment>>> {
        self.inner.assessments(query).await
    }

    async fn refusals(&self) -> Result<Vec<RefusalCount>> {
        self.inner.refusals().await
    }

    async fn counts(&self) -> Result<Counts> {
        self.inner.counts().await
    }

    fn desk(&self) -> &dyn Desk {
        self.inner.desk()
    }

    fn registers(&self) -> &dyn Registers {
        self.inner.registers()
    }

    async fn writable(&self) -> Result<()> {
        self.inner.writable().await
    }

    async fn close(&self) -> Result<()> {
        self.inner.close().await
    }
}

#[async_trait]
impl Links for Switched {
    async fn note_links(&self, events: Vec<LinkEvent>) -> Result<()> {
        self.inner.note_links(events).await
    }

    async fn links(&self, from: Instant, to: Instant) -> Result<Vec<LinkSpan>> {
        self.inner.links(from, to).await
    }
}

#[async_trait]
impl Forecasts for Switched {
    async fn keep_forecasts(&self, forecasts: Vec<Forecast>) -> Result<Vec<u64>> {
        self.inner.keep_forecasts(forecasts).await
    }

    async fn forecasts(&self, query: ForecastQuery) -> Result<Vec<Forecast>> {
        self.inner.forecasts(query).await
    }

    fn forecast(&self) -> watch::Receiver<u64> {
        self.inner.forecast()
    }

    async fn keep_forecast_model(&self, model: KeptModel) -> Result<()> {
        self.inner.keep_forecast_model(model).await
    }

    async fn forecast_model(&self) -> Result<Option<KeptModel>> {
        self.inner.forecast_model().await
    }

    async fn set_forecast_scores(&self, scores: Vec<ForecastScore>) -> Result<()> {
        self.inner.set_forecast_scores(scores).await
    }

    async fn forecast_scores(&self) -> Result<Vec<ForecastScore>> {
        self.inner.forecast_scores().await
    }
}

#[async_trait]
impl Reviews for Switched {
    async fn keep_review(&self, review: Review) -> Result<Option<u64>> {
        self.inner.keep_review(review).await
    }

    async fn reviews(&self, query: ReviewQuery) -> Result<Vec<Review>> {
        self.inner.reviews(query).await
    }
}

#[async_trait]
impl Outlooks for Switched {
    async fn keep_outlooks(&self, outlooks: Vec<Outlook>) -> Result<usize> {
        self.inner.keep_outlooks(outlooks).await
    }

    async fn outlooks(&self, query: OutlookQuery) -> Result<Vec<Outlook>> {
        self.inner.outlooks(query).await
    }
}

#[async_trait]
impl Fetches for Switched {
    async fn note_fetch(&self, fetch: Fetch) -> Result<()> {
        self.inner.note_fetch(fetch).await
    }

    async fn fetch(&self, source: &str, request: &str) -> Result<Option<Fetch>> {
        self.inner.fetch(source, request).await
    }
}

#[async_trait]
impl Summaries for Switched {
    async fn keep_summaries(&self, summaries: Vec<Summary>, cursor: Option<(&'static str, u64)>) -> Result<usize> {
        self.inner.keep_summaries(summaries, cursor).await
    }

    async fn summaries(&self, query: SummaryQuery) -> Result<Vec<KeptSummary>> {
        self.inner.summaries(query).await
    }
}

#[async_trait]
impl StationEvents for Switched {
    async fn station_events(&self, query: StationEventQuery) -> Result<Vec<KeptStationEvent>> {
        self.inner.station_events(query).await
    }
}

#[async_trait]
impl Conformance for Switched {
    async fn deviations(&self, station: &StationId) -> Result<Vec<DeviationCount>> {
        self.inner.deviations(station).await
    }
}

#[async_trait]
impl Gaps for Switched {
    async fn keep_ledger(&self, entries: LedgerEntries) -> Result<()> {
        self.inner.keep_ledger(entries).await
    }

    async fn gaps(&self, query: GapQuery) -> Result<Vec<Gap>> {
        self.inner.gaps(query).await
    }

    async fn completeness(&self, year: i32) -> Result<Vec<Completeness>> {
        self.inner.completeness(year).await
    }

    async fn refused(&self, station: &StationId, from: Instant, to: Instant) -> Result<Vec<RefusedThen>> {
        self.inner.refused(station, from, to).await
    }
}

#[async_trait]
impl Tallies for Switched {
    async fn count_observations(&self, query: ObservationQuery) -> Result<u64> {
        self.inner.count_observations(query).await
    }

    async fn count_assessments(&self, query: AssessmentQuery) -> Result<u64> {
        self.inner.count_assessments(query).await
    }

    async fn count_summaries(&self, query: SummaryQuery) -> Result<u64> {
        self.inner.count_summaries(query).await
    }
}

#[async_trait]
impl SeriesReads for Switched {
    async fn published_series(&self) -> Result<Vec<PublishedSeries>> {
        self.inner.published_series().await
    }

    async fn observations_back(&self, query: ObservationQuery) -> Result<Vec<Published<Observation>>> {
        self.inner.observations_back(query).await
    }
}

#[async_trait]
impl Alerts for Switched {
    async fn keep_alert(&self, alert: Alert, document: Vec<u8>) -> Result<KeptAlert> {
        self.inner.keep_alert(alert, document).await
    }

    async fn alerts(&self) -> Result<Vec<Alert>> {
        self.inner.alerts().await
    }

    async fn alert_document(&self, id: u64) -> Result<Option<Vec<u8>>> {
        self.inner.alert_document(id).await
    }
}

#[async_trait]
impl DeadLetters for Switched {
    async fn keep_dead_letter(&self, letter: DeadLetter, cursor: (String, u64)) -> Result<()> {
        self.inner.keep_dead_letter(letter, cursor).await
    }

    async fn dead_letters(&self, webhook: &str, limit: usize) -> Result<(u64, Vec<DeadLetter>)> {
        self.inner.dead_letters(webhook, limit).await
    }
}

#[async_trait]
impl Events for Switched {
    async fn log(&self, after: u64, limit: usize) -> Result<Vec<Logged>> {
        self.inner.log(after, limit).await
    }

    fn logged(&self) -> watch::Receiver<u64> {
        self.inner.logged()
    }

    async fn log_floor(&self, since: Instant) -> Result<u64> {
        self.inner.log_floor(since).await
    }

    async fn note(&self, notes: Vec<Note>, cursor: Option<(String, u64)>) -> Result<()> {
        self.inner.note(notes, cursor).await
    }

    async fn notes(&self, query: NoteQuery) -> Result<Vec<Noted>> {
        self.inner.notes(query).await
    }

    async fn newest_notes(&self, kind: NoteKind) -> Result<Vec<Noted>> {
        self.inner.newest_notes(kind).await
    }

    async fn forget_notes(&self, before: Instant) -> Result<usize> {
        self.inner.forget_notes(before).await
    }
}
