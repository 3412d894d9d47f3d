//! What the tests of this gateway share: a registry, and a journal that can be watched and made to fail.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use limpid_model::pipeline::{Files, Pipeline};
use limpid_model::{
    Alert, Assessment, Completeness, Counts, Entry, Forecast, ForecastScore, Gap, Instant, KeptStationEvent, LinkEvent,
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

use crate::Intake;

/// Identity of the station A1 in most tests: the one of annex A.
pub(super) const MN: &str = "010000A8900016F000169DC0";

/// 2026-11-25 09:30 in Shanghai.
pub(super) fn now() -> Instant {
    "2026-11-25T01:30:00Z".parse().unwrap()
}

/// A county with air stations A1 (no password), A2 (password `secret`, hours labelled by their end, CO in ug/m3),
/// an outlet O1, a river W1 and a noise meter N1; `hj212` goes into `[ingest.hj212]`.
pub(super) fn pipeline(hj212: &str) -> Arc<Pipeline> {
    let pipeline = format!(
        "[publisher]\nid = \"t\"\nname = {{ zh = \"试\", en = \"T\" }}\nzone = \"Asia/Shanghai\"\n[ingest.hj212]\n{hj212}\n"
    );
    let stations = format!(
        "id,kind,name_zh,name_en,lat,lon,mn,password,hour_label,units\n\
         A1,air,一,A1,28,104,{MN} JLYP01_AIR01_0001 AQI2411132600332,,,\n\
         A2,air,二,A2,28,104,A2MN,secret,end,co=ug/m3\n\
         O1,outlet,三,O1,28,104,LD130133000015 88888880000001,123456,,\n\
         W1,water,四,W1,28,104,W1MN,,,\n\
         N1,noise,五,N1,28,104,N1MN,,,\n"
    );
    Arc::new(Pipeline::parse(&Files { pipeline, stations }).unwrap())
}

/// A journal that remembers submissions, and fails or waits when told to.
#[derive(Default)]
pub(super) struct Spy {
    pub(super) taken: Mutex<Vec<Submission>>,
    /// How many submissions have come, taken or not.
    pub(super) come: AtomicUsize,
    /// Takes nothing while set.
    pub(super) full: AtomicBool,
    /// The first submission takes longest, the tenth no time at all.
    pub(super) dawdle: AtomicBool,
}

impl Spy {
    /// A door to it.
    pub(super) fn intake(self: &Arc<Self>, pipeline: Arc<Pipeline>) -> Intake {
        let journal: Arc<dyn Journal> = Arc::new(Watched(Arc::clone(self)));
        Intake::new(pipeline, journal).with_clock(now)
    }

    /// Bodies of the submissions, in order.
    pub(super) fn bodies(&self) -> Vec<String> {
        let taken = self.taken.lock().unwrap();
        taken.iter().map(|submission| String::from_utf8_lossy(&submission.body).into_owned()).collect()
    }

    /// The first words of every entry: a parameter or a reason.
    pub(super) fn entries(&self) -> Vec<String> {
        let taken = self.taken.lock().unwrap();
        taken.iter().flat_map(|submission| submission.entries.iter().map(words)).collect()
    }
}

/// A reading as `parameter period start value mark`, anything else as its reason.
pub(super) fn words(entry: &Entry) -> String {
    match entry {
        Entry::Reading(reading) => {
            let value = reading.value.map_or("missing".to_owned(), |value| value.to_string());
            let mark = reading.mark.map_or("unmarked".to_owned(), |mark| mark.as_str().to_owned());
            let start = reading.start.format("%m-%dT%H:%M:%S");
            format!("{} {} {start} {value} {mark}", reading.parameter, reading.period)
        }
        Entry::Refused(refusal) => format!("{} {}", refusal.kind.as_str(), refusal.reason.as_str()),
    }
}

struct Watched(Arc<Spy>);

#[async_trait]
impl Journal for Watched {
    async fn accept(&self, submission: Submission) -> Result<Receipt> {
        let spy = &self.0;
        let before = spy.come.fetch_add(1, Ordering::SeqCst) as u64;
        if spy.dawdle.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(10 * (10 - before.min(10)))).await;
        }
        if spy.full.load(Ordering::SeqCst) {
            return Err(StoreError::Full("a test".into()));
        }
        let receipt = Receipt {
            id: submission.id,
            received: submission.received,
            verdicts: Vec::new(),
            counts: Counts::default(),
        };
        spy.taken.lock().unwrap().push(submission);
        Ok(receipt)
    }

    async fn submission(&self, _: ReceiptId) -> Result<Option<StoredSubmission>> {
        unimplemented!()
    }

    async fn tail(&self, _: u64, _: usize) -> Result<Vec<Accepted>> {
        unimplemented!()
    }

    fn accepted(&self) -> watch::Receiver<u64> {
        unimplemented!()
    }

    async fn window(&self, _: &StationId, _: Instant, _: Instant, _: Option<Instant>) -> Result<Vec<Accepted>> {
        unimplemented!()
    }

    async fn extents(&self) -> Result<Vec<StationExtent>> {
        unimplemented!()
    }

    async fn publish(&self, _: Vec<Record>, _: Option<(&'static str, u64)>) -> Result<Vec<Published>> {
        unimplemented!()
    }

    async fn cursor(&self, _: &str) -> Result<u64> {
        unimplemented!()
    }

    async fn published_tail(&self, _: u64, _: usize) -> Result<Vec<Published>> {
        unimplemented!()
    }

    fn published(&self) -> watch::Receiver<u64> {
        unimplemented!()
    }

    async fn newest(&self, _: Instant) -> Result<Vec<Published>> {
        unimplemented!()
    }

    async fn observations(&self, _: ObservationQuery) -> Result<Vec<Published<Observation>>> {
        unimplemented!()
    }

    async fn assessments(&self, _: AssessmentQuery) -> Result<Vec<Published<Assessment>>> {
        unimplemented!()
    }

    async fn refusals(&self) -> Result<Vec<RefusalCount>> {
        unimplemented!()
    }

    async fn counts(&self) -> Result<Counts> {
        unimplemented!()
    }

    fn desk(&self) -> &dyn Desk {
        unimplemented!()
    }

    fn registers(&self) -> &dyn Registers {
        unimplemented!()
    }

    async fn writable(&self) -> Result<()> {
        unimplemented!()
    }

    async fn close(&self) -> Result<()> {
        unimplemented!()
    }
}

#[async_trait]
impl Links for Watched {
    async fn note_links(&self, _: Vec<LinkEvent>) -> Result<()> {
        unimplemented!()
    }

    async fn links(&self, _: Instant, _: Instant) -> Result<Vec<LinkSpan>> {
        unimplemented!()
    }
}

#[async_trait]
impl Forecasts for Watched {
    async fn keep_forecasts(&self, _: Vec<Forecast>) -> Result<Vec<u64>> {
        unimplemented!()
    }

    async fn forecasts(&self, _: ForecastQuery) -> Result<Vec<Forecast>> {
        unimplemented!()
    }

    fn forecast(&self) -> watch::Receiver<u64> {
        unimplemented!()
    }

    async fn keep_forecast_model(&self, _: KeptModel) -> Result<()> {
        unimplemented!()
    }

    async fn forecast_model(&self) -> Result<Option<KeptModel>> {
        unimplemented!()
    }

    async fn set_forecast_scores(&self, _: Vec<ForecastScore>) -> Result<()> {
        unimplemented!()
    }

    async fn forecast_scores(&self) -> Result<Vec<ForecastScore>> {
        unimplemented!()
    }
}

#[async_trait]
impl Reviews for Watched {
    async fn keep_review(&self, _: Review) -> Result<Option<u64>> {
        unimplemented!()
    }

    async fn reviews(&self, _: ReviewQuery) -> Result<Vec<Review>> {
        unimplemented!()
    }
}

#[async_trait]
impl Outlooks for Watched {
    async fn keep_outlooks(&self, _: Vec<Outlook>) -> Result<usize> {
        unimplemented!()
    }

    async fn outlooks(&self, _: OutlookQuery) -> Result<Vec<Outlook>> {
        unimplemented!()
    }
}

#[async_trait]
impl Fetches for Watched {
    async fn note_fetch(&self, _: Fetch) -> Result<()> {
        unimplemented!()
    }

    async fn fetch(&self, _: &str, _: &str) -> Result<Option<Fetch>> {
        unimplemented!()
    }
}

#[async_trait]
impl Summaries for Watched {
    async fn keep_summaries(&self, _: Vec<Summary>, _: Option<(&'static str, u64)>) -> Result<usize> {
        unimplemented!()
    }

    async fn summaries(&self, _: SummaryQuery) -> Result<Vec<KeptSummary>> {
        unimplemented!()
    }
}

#[async_trait]
impl StationEvents for Watched {
    async fn station_events(&self, _: StationEventQuery) -> Result<Vec<KeptStationEvent>> {
        unimplemented!()
    }
}

#[async_trait]
impl Conformance for Watched {
    async fn deviations(&self, _: &StationId) -> Result<Vec<DeviationCount>> {
        unimplemented!()
    }
}

#[async_trait]
impl Gaps for Watched {
    async fn keep_ledger(&self, _: LedgerEntries) -> Result<()> {
        unimplemented!()
    }

    async fn gaps(&self, _: GapQuery) -> Result<Vec<Gap>> {
        unimplemented!()
    }

    async fn completeness(&self, _: i32) -> Result<Vec<Completeness>> {
        unimplemented!()
    }

    async fn refused(&self, _: &StationId, _: Instant, _: Instant) -> Result<Vec<RefusedThen>> {
        unimplemented!()
    }
}

#[async_trait]
impl Tallies for Watched {
    async fn count_observations(&self, _: ObservationQuery) -> Result<u64> {
        unimplemented!()
    }

    async fn count_assessments(&self, _: AssessmentQuery) -> Result<u64> {
        unimplemented!()
    }

    async fn count_summaries(&self, _: SummaryQuery) -> Result<u64> {
        unimplemented!()
    }
}

#[async_trait]
impl SeriesReads for Watched {
    async fn published_series(&self) -> Result<Vec<PublishedSeries>> {
        unimplemented!()
    }

    async fn observations_back(&self, _: ObservationQuery) -> Result<Vec<Published<Observation>>> {
        unimplemented!()
    }
}

#[async_trait]
impl Alerts for Watched {
    async fn keep_alert(&self, _: Alert, _: Vec<u8>) -> Result<KeptAlert> {
        unimplemented!()
    }

    async fn alerts(&self) -> Result<Vec<Alert>> {
        unimplemented!()
    }

    async fn alert_document(&self, _: u64) -> Result<Option<Vec<u8>>> {
        unimplemented!()
    }
}

#[async_trait]
impl DeadLetters for Watched {
    async fn keep_dead_letter(&self, _: DeadLetter, _: (String, u64)) -> Result<()> {
        unimplemented!()
    }

    async fn dead_letters(&self, _: &str, _: usize) -> Result<(u64, Vec<DeadLetter>)> {
        unimplemented!()
    }
}

#[async_trait]
impl Events for Watched {
    async fn log(&self, _: u64, _: usize) -> Result<Vec<Logged>> {
        unimplemented!()
    }

    fn logged(&self) -> watch::Receiver<u64> {
        unimplemented!()
    }

    async fn log_floor(&self, _: Instant) -> Result<u64> {
        unimplemented!()
    }

    async fn note(&self, _: Vec<Note>, _: Option<(String, u64)>) -> Result<()> {
        unimplemented!()
    }

    async fn notes(&self, _: NoteQuery) -> Result<Vec<Noted>> {
        unimplemented!()
    }

    async fn newest_notes(&self, _: NoteKind) -> Result<Vec<Noted>> {
        unimplemented!()
    }

    async fn forget_notes(&self, _: Instant) -> Result<usize> {
        unimplemented!()
    }
}
