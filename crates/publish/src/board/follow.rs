//! The task that keeps the board up and hands events to the live streams.

use std::sync::Arc;
use std::time::Duration;

use limpid_model::{Happening, Pipeline, Published};
use limpid_store::{Journal, Result, StoreError};
use tokio::sync::broadcast;
use tokio::task::JoinError;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use super::Board;
use super::content::Content;
use super::snapshot::Snapshot;
use crate::app::Clock;
use crate::events::Event;

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
        let position = *journal.logged().borrow();
        let content = Content::load(pipeline.clone(), &*journal, clock()).await?;
        let mut follower = Self { pipeline, journal, clock, content: Some(content), position, events };
        let snapshot = follower.snapshot().await.ok_or(StoreError::Closed)?;
        Ok((follower, Board::new(snapshot)))
    }

    /// Keeps the board up until `stop`.
    pub async fn run(mut self, board: Arc<Board>, stop: CancellationToken) {
        let mut logged = self.journal.logged();
        let mut refresh = tokio::time::interval(REFRESH);
        refresh.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = refresh.tick() => {}
                changed = logged.changed() => {
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
                logged.mark_changed();
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

    /// Applies everything that was published since, and passes on everything that happened.
    async fn catch_up(&mut self) -> Result<()> {
        loop {
            let entries = self.journal.log(self.position, CHUNK).await?;
            let full = entries.len() == CHUNK;
            for logged in entries {
                self.position = logged.seq;
                if let (Happening::Record(published), Some(content)) = (&logged.happening, &mut self.content) {
                    content.apply(Published::clone(published));
                }
                // Nobody listening is no error.
                if self.events.receiver_count() > 0 {
                    let _ = self.events.send(Arc::new(Event::new(logged, &self.pipeline)));
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
