//! The task that keeps the gap ledger: it follows what is published and the clock, and works out anew what either
//! touches.
//!
//! An hour is looked at when it is due (`gaps.grace_minutes` after its end), and again whenever a record of it is
//! published: late data repair a gap, or give it another cause. When the registry or the rules change, all of it is
//! worked out anew.

mod scope;
mod to_date;
mod work;

use std::sync::Arc;
use std::time::Duration as Wait;

use chrono::Utc;
use limpid_model::{Instant, Pipeline};
use limpid_store::{Journal, Result, StoreError};
use tokio_util::sync::CancellationToken;

use self::scope::Scope;
use self::work::Work;

/// Up to which published record the ledger is.
const PUBLISHED: &str = "gaps-published";
/// Up to which hour, in seconds since 1970.
const HOUR: &str = "gaps-hour";
/// A fingerprint of the registry and the rules that it was worked out by.
const RULES: &str = "gaps-rules";

/// Published records read in one go.
const BATCH: usize = 20_000;

/// After a record was published more are awaited for so long: an hour's values come close together.
const GATHER: Wait = Wait::from_secs(2);
/// The clock is looked at this often.
const TICK: Wait = Wait::from_secs(30);
/// After a failure.
const RETRY: Wait = Wait::from_secs(10);

/// Keeps the ledger until `stop`. Errors of the journal are logged and tried again.
///
/// # Errors
/// [`StoreError::Closed`] when the journal was closed before `stop`.
pub async fn ledger(pipeline: Arc<Pipeline>, journal: Arc<dyn Journal>, stop: CancellationToken) -> Result<()> {
    let mut ledger = Ledger::new(pipeline, journal, Utc::now);
    while !stop.is_cancelled() {
        let mut published = ledger.journal.published();
        published.mark_unchanged();
        let round = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            round = ledger.round() => round,
        };
        let wait = match round {
            Ok(true) => continue,
            Ok(false) => TICK,
            Err(StoreError::Closed) => return if stop.is_cancelled() { Ok(()) } else { Err(StoreError::Closed) },
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(error, wait_ms = RETRY.as_millis() as u64, "gap ledger failed, trying again");
                metrics::counter!("limpid_gap_ledger_failures_total").increment(1);
                RETRY
            }
        };
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(wait) => {}
            changed = published.changed(), if wait == TICK => {
                changed.map_err(|_| StoreError::Closed)?;
                tokio::select! {
                    () = stop.cancelled() => return Ok(()),
                    () = tokio::time::sleep(GATHER) => {}
                }
            }
        }
    }
    Ok(())
}

/// The ledger's state between two rounds.
pub(super) struct Ledger {
    pipeline: Arc<Pipeline>,
    journal: Arc<dyn Journal>,
    clock: fn() -> Instant,
    scope: Option<Scope>,
}

impl Ledger {
    pub(super) fn new(pipeline: Arc<Pipeline>, journal: Arc<dyn Journal>, clock: fn() -> Instant) -> Self {
        Self { pipeline, journal, clock, scope: None }
    }

    /// Works out what was touched; false when nothing was.
    pub(super) async fn round(&mut self) -> Result<bool> {
        let (pipeline, journal) = (self.pipeline.clone(), self.journal.clone());
        let scope = match &mut self.scope {
            Some(scope) => scope,
            None => self.scope.insert(Scope::read(&pipeline, &journal).await?),
        };
        let now = (self.clock)();
        let due = scope::due(&pipeline, now);
        let done = Instant::from_timestamp(journal.cursor(HOUR).await?.cast_signed(), 0).unwrap_or_default();
        let before = journal.cursor(PUBLISHED).await?;
        let mut after = before;
        let rules = scope::fingerprint(&pipeline);
        let mut work = Work::default();
        if journal.cursor(RULES).await? == rules {
            let batch = journal.published_tail(after, BATCH).await?;
            after = batch.last().map_or(after, |record| record.seq);
            for published in &batch {
                work.published(&published.record, scope, &pipeline, due);
            }
            work.passed(scope, &pipeline, (done, due));
        } else {
            // What is published from here on is seen by the next round, which may do some of this once more.
            after = *journal.published().borrow();
            work.everything(scope, &pipeline, due);
        }
        if work.is_empty() && after == before && done >= due {
            return Ok(false);
        }
        // A clock that was set back does not make hours due again.
        let due_hour = due.max(done).timestamp().unsigned_abs();
        work.run(&pipeline, &journal, scope, now, vec![(PUBLISHED, after), (HOUR, due_hour), (RULES, rules)]).await?;
        Ok(true)
    }
}
