//! The one thread that writes, by group commit: whatever came while the disk was busy shares the next transaction
//! and its one flush; then all of it is answered.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant as Moment};

use chrono::Utc;
use limpid_model::Receipt;
use rusqlite::Connection;

use super::conformance::Deviations;
use super::failure::{again, during, may_be_one_jobs_fault};
use super::publish::Written;
use super::queue::{Job, Work};
use super::state::State;
use super::{
    Ends, accept, alerts, dead_letters, desk, events, fetches, forecasts, gaps, index, links, outlooks, publish,
    registers, reviews, summaries,
};
use crate::error::{Result, StoreError};
use crate::journal::KeptAlert;

/// A transaction takes at most so many jobs and KiB, so that the first of them does not wait long for the last.
const BATCH_JOBS: usize = 4096;
const BATCH_KIB: u32 = 8 * 1024;
/// Readings are brought into the order of their series when nothing came for this long …
const IDLE: Duration = Duration::from_millis(50);
/// … or at the latest after this …
const BUSY: Duration = Duration::from_secs(5);
/// … and after a failure, which is mostly a full disk, not before this.
const AGAIN: Duration = Duration::from_secs(2);

/// What is done with deviations.
const COUNTING: &str = "counting deviations";

/// What was done for a job, to be told once it is durable.
enum Done {
    Receipt(Receipt),
    Published(Written),
    Kept(usize),
    Alert(KeptAlert),
    Registers(registers::Answer),
    Nothing,
}

/// The writer.
pub(super) struct Writer {
    connection: Connection,
    state: State,
    /// Of submissions that are durable, and not yet added to the database's counts.
    deviations: Deviations,
    ends: Ends,
    waiting_since: Option<Moment>,
    /// How long to wait for a job before bringing readings into order.
    patience: Duration,
    /// The state is not what the database has, and must be read again first.
    stale: bool,
    /// Commits are not flushed at the moment.
    relaxed: bool,
}

impl Writer {
    /// On a connection of its own.
    pub fn new(connection: Connection, ends: Ends) -> Result<Self> {
        let state = State::load(&connection)?;
        Ok(Self {
            connection,
            state,
            deviations: Deviations::default(),
            ends,
            waiting_since: None,
            patience: IDLE,
            stale: false,
            relaxed: false,
        })
    }

    /// Works until it is told to close or nobody is left to ask.
    pub fn run(mut self, jobs: Receiver<Job>) {
        loop {
            let first = if self.waits() {
                jobs.recv_timeout(self.patience)
            } else {
                jobs.recv().map_err(|_| RecvTimeoutError::Disconnected)
            };
            let mut batch = match first {
                Ok(job) => vec![job],
                Err(RecvTimeoutError::Timeout) => {
                    self.index();
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => break,
            };
            let mut kib = batch[0].weight_kib;
            while batch.len() < BATCH_JOBS && kib < BATCH_KIB {
                let Ok(job) = jobs.try_recv() else { break };
                kib += job.weight_kib;
                batch.push(job);
            }
            metrics::histogram!("limpid_journal_batch_jobs").record(batch.len() as f64);
            let closing = batch.iter().position(|job| matches!(job.work, Work::Close(_)));
            let behind = closing.map(|place| batch.split_off(place));
            self.write(batch);
            if let Some(mut behind) = behind {
                self.close(behind.swap_remove(0));
                break;
            }
            if self.waiting_since.is_some_and(|since| since.elapsed() > BUSY)
                || self.state.pending.readings() >= index::AT_MOST
            {
                self.index();
            }
        }
    }

    /// Whether something is durable that has not come to its place.
    fn waits(&self) -> bool {
        self.state.pending.readings() > 0 || !self.deviations.is_empty()
    }

    /// Writes jobs in one transaction and answers them.
    fn write(&mut self, mut batch: Vec<Job>) {
        if batch.is_empty() {
            return;
        }
        match self.transact(&mut batch) {
            Ok(done) => {
                self.ends.accepted.send_if_modified(|number| grow(number, self.state.newest_reading));
                self.ends.published.send_if_modified(|number| grow(number, self.state.newest_published));
                self.ends.logged.send_if_modified(|number| grow(number, self.state.next_seq - 1));
                if self.waits() {
                    self.waiting_since.get_or_insert_with(Moment::now);
                }
                batch.into_iter().zip(done).for_each(|(job, done)| answer(job, done));
            }
            Err(error) if batch.len() > 1 && may_be_one_jobs_fault(&error) => {
                tracing::warn!(error = %error, jobs = batch.len(), "a shared transaction failed, each job is tried alone");
                batch.into_iter().for_each(|job| self.write(vec![job]));
            }
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, jobs = batch.len(), "journal not written");
                metrics::counter!("limpid_journal_failures_total").increment(1);
                batch.into_iter().for_each(|job| answer(job, Err(again(&error))));
            }
        }
    }

    /// All or nothing: after an error the database and the writer's memory are as before.
    fn transact(&mut self, batch: &mut [Job]) -> Result<Vec<Result<Done>>> {
        let outcome = self.ready().and_then(|()| self.attempt(batch));
        if outcome.is_err() {
            self.recover();
        }
        outcome
    }

    /// No receipt may leave for a transaction that is not flushed, or that was made of a state that is not so.
    fn ready(&mut self) -> Result<()> {
        if self.relaxed {
            self.connection.pragma_update(None, "synchronous", "FULL").map_err(during("asking for durability"))?;
            self.relaxed = false;
        }
        if self.stale {
            self.state = State::load(&self.connection)?;
            self.stale = false;
        }
        Ok(())
    }

    fn attempt(&mut self, batch: &mut [Job]) -> Result<Vec<Result<Done>>> {
        let now = Utc::now();
        let transaction = self.connection.unchecked_transaction().map_err(during("beginning a transaction"))?;
        let mut done = Vec::with_capacity(batch.len());
        for job in batch {
            let result = match &mut job.work {
                Work::Accept(prepared, _) => accept::accept(&mut self.state, &transaction, prepared).map(Done::Receipt),
                Work::Publish(records, cursor, _) => {
                    publish::publish(&mut self.state, &transaction, records, *cursor, now).map(Done::Published)
                }
                Work::Ledger(entries, _) => gaps::keep(&transaction, entries).map(|()| Done::Nothing),
                Work::Links(events, _) => links::note(&transaction, events).map(|()| Done::Nothing),
                Work::Outlooks(outlooks, _) => outlooks::keep(&transaction, outlooks).map(Done::Kept),
                Work::Summaries(summaries, cursor, _) => {
                    summaries::keep(&transaction, summaries, *cursor, now).map(Done::Kept)
                }
                Work::Review(review, _) => reviews::keep(&transaction, review).map(Done::Kept),
                Work::Forecasts(work, _) => forecasts::keep(&mut self.state, &transaction, work, now).map(Done::Kept),
                Work::Alert(alert, document, _) => {
                    alerts::keep(&mut self.state, &transaction, alert, document, now).map(Done::Alert)
                }
                Work::DeadLetter(letter, cursor, _) => {
                    dead_letters::keep(&transaction, letter, cursor).map(|()| Done::Nothing)
                }
                Work::Events(work, _) => events::keep(&mut self.state, &transaction, work, now).map(Done::Kept),
                Work::Desk(changes, _) => desk::keep(&transaction, changes).map(Done::Kept),
                Work::Registers(task, _) => registers::perform(&transaction, task).map(Done::Registers),
                Work::Fetch(fetch, _) => fetches::note(&transaction, fetch).map(|()| Done::Nothing),
                Work::Probe(_) => transaction
                    .prepare_cached("UPDATE positions SET number = number + 1 WHERE name = 'probe'")
                    .and_then(|mut statement| statement.execute([]))
                    .map(|_| Done::Nothing)
                    .map_err(during("trying to write")),
                Work::Close(_) => Ok(Done::Nothing),
            };
            match result {
                // Found out before anything was written for this job: its neighbours go on.
                Err(StoreError::IdempotencyConflict { .. }) | Ok(_) => done.push(result),
                Err(error) => return Err(error),
            }
        }
        self.state.group.write(&transaction)?;
        self.state.tally.write(&transaction).map_err(during("counting verdicts"))?;
        let few = self.deviations.is_empty() && self.state.tally.deviations.are_few();
        if few {
            self.state.tally.deviations.write(&transaction).map_err(during(COUNTING))?;
        }
        transaction.commit().map_err(during("committing a transaction"))?;
        let deviations = std::mem::take(&mut self.state.tally.deviations);
        if !few {
            self.deviations.merge(deviations);
        }
        Ok(done)
    }

    /// Brings what waits into the order of its series. Nothing is lost when this fails: it is tried again, and
    /// readers find the readings in their submissions until then.
    fn index(&mut self) {
        let outcome = self.ready().and_then(|()| self.attempt_index());
        self.waiting_since = None;
        self.patience = IDLE;
        if let Err(error) = outcome {
            tracing::warn!(error = &error as &dyn std::error::Error, "readings not yet ordered, to be tried again");
            self.recover();
            self.waiting_since = Some(Moment::now());
            self.patience = AGAIN;
        }
    }

    fn attempt_index(&mut self) -> Result<()> {
        // Durability is the submissions' matter: what is lost here with a power failure is done again.
        self.relaxed = true;
        let failed = during("ordering readings");
        self.connection.pragma_update(None, "synchronous", "NORMAL").map_err(&failed)?;
        let transaction = self.connection.unchecked_transaction().map_err(&failed)?;
        index::write(&mut self.state, &transaction)?;
        self.deviations.write(&transaction).map_err(during(COUNTING))?;
        transaction.commit().map_err(&failed)?;
        self.deviations = Deviations::default();
        Ok(())
    }

    /// Goes back to what the database has after a transaction that failed.
    fn recover(&mut self) {
        if !self.connection.is_autocommit()
            && let Err(error) = self.connection.execute_batch("ROLLBACK")
        {
            tracing::error!(error = %error, "the failed transaction could not be rolled back");
        }
        self.stale = true;
        if let Err(error) = self.ready() {
            tracing::error!(error = %error, "the journal's state could not be read again, to be tried again");
        }
    }

    fn close(mut self, job: Job) {
        self.index();
        // Housekeeping: the write-ahead log is as durable as the file. On a full disk it may be too large to bring over.
        let checkpoint = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        if let Err(error) = checkpoint {
            tracing::warn!(error = %error, "the write-ahead log stays beside the journal");
        }
        drop(self.connection);
        answer(job, Ok(Done::Nothing));
    }
}

fn grow(number: &mut u64, to: i64) -> bool {
    let to = to.unsigned_abs();
    std::mem::replace(number, to) != to
}

/// Tells the caller. One that is gone has lost nothing but the answer.
fn answer(job: Job, done: Result<Done>) {
    match (job.work, done) {
        (Work::Accept(prepared, reply), done) => {
            let receipt = done.and_then(|done| match done {
                Done::Receipt(receipt) => Ok((receipt, prepared)),
                _ => Err(StoreError::Closed),
            });
            let _ = reply.send(receipt);
        }
        (Work::Publish(records, _, reply), done) => {
            let published = done.and_then(|done| match done {
                Done::Published(written) => Ok(written.published(records)),
                _ => Err(StoreError::Closed),
            });
            let _ = reply.send(published);
        }
        (Work::Alert(_, _, reply), done) => {
            let kept = done.and_then(|done| match done {
                Done::Alert(kept) => Ok(kept),
                _ => Err(StoreError::Closed),
            });
            let _ = reply.send(kept);
        }
        (
            Work::Desk(_, reply)
            | Work::Events(_, reply)
            | Work::Forecasts(_, reply)
            | Work::Outlooks(_, reply)
            | Work::Review(_, reply)
            | Work::Summaries(_, _, reply),
            done,
        ) => {
            let kept = done.and_then(|done| match done {
                Done::Kept(kept) => Ok(kept),
                _ => Err(StoreError::Closed),
            });
            let _ = reply.send(kept);
        }
        (Work::Registers(_, reply), done) => {
            let done = done.and_then(|done| match done {
                Done::Registers(answer) => Ok(answer),
                _ => Err(StoreError::Closed),
            });
            let _ = reply.send(done);
        }
        (
            Work::DeadLetter(_, _, reply)
            | Work::Fetch(_, reply)
            | Work::Ledger(_, reply)
            | Work::Links(_, reply)
            | Work::Probe(reply)
            | Work::Close(reply),
            done,
        ) => {
            let _ = reply.send(done.map(|_| ()));
        }
    }
}
