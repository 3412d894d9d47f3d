//! A journal whose promises are broken on purpose: for tests of those who rely on them, here and in other crates.

use std::sync::Arc;

use super::{
    Accepted, Alerts, AssessmentQuery, Conformance, DeadLetter, DeadLetters, Desk, DeviationCount, Events, Fetch,
    Fetches, ForecastQuery, Forecasts, GapQuery, Gaps, Journal, KeptAlert, KeptModel, KeptSummary, LedgerEntries,
    Links, NoteQuery, Noted, ObservationQuery, OutlookQuery, Outlooks, PublishedSeries, RefusalCount, RefusedThen,
    Registers, ReviewQuery, Reviews, SeriesReads, StationEventQuery, StationEvents, StationExtent, StoredSubmission,
    Summaries, SummaryQuery, Tallies,
};
use async_trait::async_trait;
use limpid_model::{
    Alert, Assessment, Completeness, Counts, Forecast, ForecastScore, Gap, Instant, KeptStationEvent, LinkEvent,
    LinkSpan, Logged, Note, NoteKind, Observation, Outlook, Published, Receipt, ReceiptId, Record, Review, StationId,
    Submission, Summary,
};

use tokio::sync::watch;

use crate::error::Result;

type Cursor = Option<(&'static str, u64)>;

/// What happens at the doors of a [`Hooked`] journal, in place of what the journal does.
#[async_trait]
pub trait Hooks: Send + Sync + 'static {
    /// A submission comes.
    async fn accept(&self, submission: Submission, journal: &dyn Journal) -> Result<Receipt> {
        journal.accept(submission).await
    }

    /// Records come.
    async fn publish(&self, records: Vec<Record>, cursor: Cursor, journal: &dyn Journal) -> Result<Vec<Published>> {
        journal.publish(records, cursor).await
    }
}

/// Passes everything on to a journal, but what its hooks catch.
pub struct Hooked<H> {
    journal: Arc<dyn Journal>,
    hooks: Arc<H>,
}

impl<H: Hooks> Hooked<H> {
    /// A journal with hooks, which stay in the hands of the test too.
    pub fn over(journal: Arc<dyn Journal>, hooks: Arc<H>) -> Arc<dyn Journal> {
        Arc::new(Self { journal, hooks })
    }
}

#[async_trait]
impl<H: Hooks> Journal for Hooked<H> {
    async fn accept(&self, submission: Submission) -> Result<Receipt> {
        self.hooks.accept(submission, &*self.journal).await
    }

    async fn submission(&self, id: ReceiptId) -> Result<Option<StoredSubmission>> {
        self.journal.submission(id).await
    }

    async fn tail(&self, after: u64, limit: usize) -> Result<Vec<Accepted>> {
        self.journal.tail(after, limit).await
    }

    fn accepted(&self) -> watch::Receiver<u64> {
        self.journal.accepted()
    }

    async fn window(
        &self,
        station: &StationId,
        from: Instant,
        to: Instant,
        as_of: Option<Instant>,
    ) -> Result<Vec<Accepted>> {
        self.journal.window(station, from, to, as_of).await
    }

    async fn extents(&self) -> Result<Vec<StationExtent>> {
        self.journal.extents().await
    }

    async fn publish(&self, records: Vec<Record>, cursor: Option<(&'static str, u64)>) -> Result<Vec<Published>> {
        self.hooks.publish(records, cursor, &*self.journal).await
    }

    async fn cursor(&self, name: &str) -> Result<u64> {
        self.journal.cursor(name).await
    }

    async fn published_tail(&self, after: u64, limit: usize) -> Result<Vec<Published>> {
        self.journal.published_tail(after, limit).await
    }

    fn published(&self) -> watch::Receiver<u64> {
        self.journal.published()
    }

    async fn newest(&self, since: Instant) -> Result<Vec<Published>> {
        self.journal.newest(since).await
    }

    async fn observations(&self, query: ObservationQuery) -> Result<Vec<Published<Observation>>> {
        self.journal.observations(query).await
    }

    async fn assessments(&self, query: AssessmentQuery) -> Result<Vec<Published<Assessment>>> {
        self.journal.assessments(query).await
    }

    async fn refusals(&self) -> Result<Vec<RefusalCount>> {
        self.journal.refusals().await
    }

    async fn counts(&self) -> Result<Counts> {
        self.journal.counts().await
    }

    fn desk(&self) -> &dyn Desk {
        self.journal.desk()
    }

    fn registers(&self) -> &dyn Registers {
        self.journal.registers()
    }

    async fn writable(&self) -> Result<()> {
        self.journal.writable().await
    }

    async fn close(&self) -> Result<()> {
        self.journal.close().await
    }
}

#[async_trait]
impl<H: Hooks> Links for Hooked<H> {
    async fn note_links(&self, events: Vec<LinkEvent>) -> Result<()> {
        self.journal.note_links(events).await
    }

    async fn links(&self, from: Instant, to: Instant) -> Result<Vec<LinkSpan>> {
        self.journal.links(from, to).await
    }
}

#[async_trait]
impl<H: Hooks> Forecasts for Hooked<H> {
    async fn keep_forecasts(&self, forecasts: Vec<Forecast>) -> Result<Vec<u64>> {
        self.journal.keep_forecasts(forecasts).await
    }

    async fn forecasts(&self, query: ForecastQuery) -> Result<Vec<Forecast>> {
        self.journal.forecasts(query).await
    }

    fn forecast(&self) -> watch::Receiver<u64> {
        self.journal.forecast()
    }

    async fn keep_forecast_model(&self, model: KeptModel) -> Result<()> {
        self.journal.keep_forecast_model(model).await
    }

    async fn forecast_model(&self) -> Result<Option<KeptModel>> {
        self.journal.forecast_model().await
    }

    async fn set_forecast_scores(&self, scores: Vec<ForecastScore>) -> Result<()> {
        self.journal.set_forecast_scores(scores).await
    }

    async fn forecast_scores(&self) -> Result<Vec<ForecastScore>> {
        self.journal.forecast_scores().await
    }
}

#[async_trait]
impl<H: Hooks> Reviews for Hooked<H> {
    async fn keep_review(&self, review: Review) -> Result<Option<u64>> {
        self.journal.keep_review(review).await
    }

    async fn reviews(&self, query: ReviewQuery) -> Result<Vec<Review>> {
        self.journal.reviews(query).await
    }
}

#[async_trait]
impl<H: Hooks> Outlooks for Hooked<H> {
    async fn keep_outlooks(&self, outlooks: Vec<Outlook>) -> Result<usize> {
        self.journal.keep_outlooks(outlooks).await
    }

    async fn outlooks(&self, query: OutlookQuery) -> Result<Vec<Outlook>> {
        self.journal.outlooks(query).await
    }
}

#[async_trait]
impl<H: Hooks> Fetches for Hooked<H> {
    async fn note_fetch(&self, fetch: Fetch) -> Result<()> {
        self.journal.note_fetch(fetch).await
    }

    async fn fetch(&self, source: &str, request: &str) -> Result<Option<Fetch>> {
        self.journal.fetch(source, request).await
    }
}

#[async_trait]
impl<H: Hooks> Summaries for Hooked<H> {
    async fn keep_summaries(&self, summaries: Vec<Summary>, cursor: Option<(&'static str, u64)>) -> Result<usize> {
        self.journal.keep_summaries(summaries, cursor).await
    }

    async fn summaries(&self, query: SummaryQuery) -> Result<Vec<KeptSummary>> {
        self.journal.summaries(query).await
    }
}

#[async_trait]
impl<H: Hooks> StationEvents for Hooked<H> {
    async fn station_events(&self, query: StationEventQuery) -> Result<Vec<KeptStationEvent>> {
        self.journal.station_events(query).await
    }
}

#[async_trait]
impl<H: Hooks> Conformance for Hooked<H> {
    async fn deviations(&self, station: &StationId) -> Result<Vec<DeviationCount>> {
        self.journal.deviations(station).await
    }
}

#[async_trait]
impl<H: Hooks> Gaps for Hooked<H> {
    async fn keep_ledger(&self, entries: LedgerEntries) -> Result<()> {
        self.journal.keep_ledger(entries).await
    }

    async fn gaps(&self, query: GapQuery) -> Result<Vec<Gap>> {
        self.journal.gaps(query).await
    }

    async fn completeness(&self, year: i32) -> Result<Vec<Completeness>> {
        self.journal.completeness(year).await
    }

    async fn refused(&self, station: &StationId, from: Instant, to: Instant) -> Result<Vec<RefusedThen>> {
        self.journal.refused(station, from, to).await
    }
}

#[async_trait]
impl<H: Hooks> Tallies for Hooked<H> {
    async fn count_observations(&self, query: ObservationQuery) -> Result<u64> {
        self.journal.count_observations(query).await
    }

    async fn count_assessments(&self, query: AssessmentQuery) -> Result<u64> {
        self.journal.count_assessments(query).await
    }

    async fn count_summaries(&self, query: SummaryQuery) -> Result<u64> {
        self.journal.count_summaries(query).await
    }
}

#[async_trait]
impl<H: Hooks> SeriesReads for Hooked<H> {
    async fn published_series(&self) -> Result<Vec<PublishedSeries>> {
        self.journal.published_series().await
    }

    async fn observations_back(&self, query: ObservationQuery) -> Result<Vec<Published<Observation>>> {
        self.journal.observations_back(query).await
    }
}

#[async_trait]
impl<H: Hooks> Alerts for Hooked<H> {
    async fn keep_alert(&self, alert: Alert, document: Vec<u8>) -> Result<KeptAlert> {
        self.journal.keep_alert(alert, document).await
    }

    async fn alerts(&self) -> Result<Vec<Alert>> {
        self.journal.alerts().await
    }

    async fn alert_document(&self, id: u64) -> Result<Option<Vec<u8>>> {
        self.journal.alert_document(id).await
    }
}

#[async_trait]
impl<H: Hooks> DeadLetters for Hooked<H> {
    async fn keep_dead_letter(&self, letter: DeadLetter, cursor: (String, u64)) -> Result<()> {
        self.journal.keep_dead_letter(letter, cursor).await
    }

    async fn dead_letters(&self, webhook: &str, limit: usize) -> Result<(u64, Vec<DeadLetter>)> {
        self.journal.dead_letters(webhook, limit).await
    }
}

#[async_trait]
impl<H: Hooks> Events for Hooked<H> {
    async fn log(&self, after: u64, limit: usize) -> Result<Vec<Logged>> {
        self.journal.log(after, limit).await
    }

    fn logged(&self) -> watch::Receiver<u64> {
        self.journal.logged()
    }

    async fn log_floor(&self, since: Instant) -> Result<u64> {
        self.journal.log_floor(since).await
    }

    async fn note(&self, notes: Vec<Note>, cursor: Option<(String, u64)>) -> Result<()> {
        self.journal.note(notes, cursor).await
    }

    async fn notes(&self, query: NoteQuery) -> Result<Vec<Noted>> {
        self.journal.notes(query).await
    }

    async fn newest_notes(&self, kind: NoteKind) -> Result<Vec<Noted>> {
        self.journal.newest_notes(kind).await
    }

    async fn forget_notes(&self, before: Instant) -> Result<usize> {
        self.journal.forget_notes(before).await
    }
}
