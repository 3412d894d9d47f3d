//! The task that keeps the board up and hands events to the live streams.

use std::sync::Arc;
use std::time::Duration;

use limpid_model::{Pipeline, Published, Record};
use limpid_store::{Journal, Result, StoreError};
use tokio::sync::broadcast;
use tokio::task::JoinError;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use super::Board;
use super::content::Content;
use super::snapshot::Snapshot;
use crate::api::item::{AssessmentItem, ObservationItem, Row};
use crate::app::Clock;

/// The board is rebuilt at most so often: within the second that a reading may take to be seen, and seldom enough
/// that a burst costs five builds a second at most.
const COALESCE: Duration = Duration::from_millis(200);
/// Between two builds passes at least so many times as one takes, however many stations there are.
const SHARE: u32 = 3;
/// The board is rebuilt at least so often, so that ages and staleness move on.
const REFRESH: Duration = Duration::from_secs(15);
/// Records of one read of the journal.
const CHUNK: usize = 2_000;
/// Wait after a failed read.
const RETRY: Duration = Duration::from_secs(1);

/// One record for the live streams, serialised once for all of them.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its number in the order of publication.
    pub seq: u64,
    /// `observation` or `assessment`.
    pub name: &'static str,
    /// The same JSON as an item of the API.
    pub data: String,
}

impl Event {
    /// The event of a published record.
    pub fn new(published: Published, pipeline: &Pipeline) -> Self {
        let zone = pipeline.publisher.zone;
        let Published { seq, at, revision, record } = published;
        let station = record.station().clone();
        let (name, data) = match record {
            Record::Observation(record) => {
                let row = Row::new(Published { seq, at, revision, record }, &station, pipeline);
                ("observation", serde_json::to_string(&ObservationItem::new(&row, zone)))
            }
            Record::Assessment(record) => {
                let row = Row::new(Published { seq, at, revision, record }, &station, pipeline);
                ("assessment", serde_json::to_string(&AssessmentItem::new(&row, zone)))
            }
        };
        Self { seq, name, data: data.expect("items are finite numbers and text") }
    }
}

/// Follows the journal.
pub struct Follower {
    pipeline: Arc<Pipeline>,
    journal: Arc<dyn Journal>,
    clock: Clock,
    content: Option<Content>,
    position: u64,
    events: broadcast::Sender<Arc<Event>>,
}

impl Follower {
    /// Reads the state and makes the first board of it.
    ///
    /// # Errors
    /// Those of the journal.
    pub async fn start(
        pipeline: Arc<Pipeline>,
        journal: Arc<dyn Journal>,
        clock: Clock,
        events: broadcast::Sender<Arc<Event>>,
    ) -> Result<(Self, Board)> {
        // Taken before the state is read: what is published meanwhile is applied twice, which changes nothing.
        let position = *journal.published().borrow();
        let content = Content::load(pipeline.clone(), &*journal, clock()).await?;
        let mut follower = Self { pipeline, journal, clock, content: Some(content), position, events };
        let snapshot = follower.snapshot().await.ok_or(StoreError::Closed)?;
        Ok((follower, Board::new(snapshot)))
    }

    /// Keeps the board up until `stop`.
    pub async fn run(mut self, board: Arc<Board>, stop: CancellationToken) {
        let mut published = self.journal.published();
        let mut refresh = tokio::time::interval(REFRESH);
        refresh.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = refresh.tick() => {}
                changed = published.changed() => {
                    if changed.is_err() {
                        // The journal is closed; the board stays as it is and grows old visibly.
                        stop.cancelled().await;
                        return;
                    }
                }
            }
            let begun = Instant::now();
            if let Err(error) = self.catch_up().await {
                tracing::warn!(error = %error, "reading what was published failed, trying again");
                metrics::counter!("limpid_board_errors_total").increment(1);
                tokio::time::sleep(RETRY).await;
                published.mark_changed();
            }
            let Some(snapshot) = self.snapshot().await else { return };
            board.show(snapshot);
            metrics::counter!("limpid_board_builds_total").increment(1);
            metrics::gauge!("limpid_board_position").set(self.position as f64);
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep_until(begun + COALESCE.max(begun.elapsed() * SHARE)) => {}
            }
        }
    }

    /// Applies everything published since, and passes it on.
    async fn catch_up(&mut self) -> Result<()> {
        loop {
            let records = self.journal.published_tail(self.position, CHUNK).await?;
            let full = records.len() == CHUNK;
            for published in records {
                self.position = published.seq;
                // Nobody listening is no error.
                if self.events.receiver_count() > 0 {
                    let _ = self.events.send(Arc::new(Event::new(published.clone(), &self.pipeline)));
                }
                if let Some(content) = &mut self.content {
                    content.apply(published);
                }
            }
            if !full {
                return Ok(());
            }
        }
    }

    /// The board as it stands now, built beside the executor: a network of thousands takes milliseconds. `None` when the
    /// executor is going down.
    async fn snapshot(&mut self) -> Option<Snapshot> {
        let content = self.content.take()?;
        let (pipeline, now) = (self.pipeline.clone(), (self.clock)());
        let built = tokio::task::spawn_blocking(move || {
            let snapshot = Snapshot::build(&pipeline, &content, now);
            (content, snapshot)
        });
        match built.await.map_err(JoinError::try_into_panic) {
            Ok((content, snapshot)) => {
                self.content = Some(content);
                Some(snapshot)
            }
            Err(Ok(panic)) => std::panic::resume_unwind(panic),
            Err(Err(_)) => None,
        }
    }
}
