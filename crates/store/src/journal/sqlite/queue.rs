//! The way to the writer: jobs in the order of arrival, bounded by what they weigh.

use std::sync::Arc;
use std::sync::mpsc;

use limpid_model::{Alert, LinkEvent, Outlook, Published, Receipt, Record, Review, Summary};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::task::unconstrained;

use super::accept::Prepared;
use crate::error::{Result, StoreError};
use crate::journal::{DeadLetter, DeskChange, Fetch, KeptAlert, LedgerEntries};

/// What may wait for the writer, in KiB: 64 MiB are some seconds of a disk's work. Whoever comes then waits outside,
/// with what it read so far in its own hands.
const ROOM_KIB: u32 = 64 * 1024;

/// Something for the writer to do, and where to say that it is done.
pub(super) enum Work {
    /// Take a submission in, and give it back with its receipt.
    Accept(Box<Prepared>, oneshot::Sender<Result<(Receipt, Box<Prepared>)>>),
    /// Publish records and move a cursor.
    Publish(Vec<Record>, Option<(&'static str, u64)>, oneshot::Sender<Result<Vec<Published>>>),
    /// Keep what a run of the gap ledger found.
    Ledger(LedgerEntries, oneshot::Sender<Result<()>>),
    /// Note what links did.
    Links(Vec<LinkEvent>, oneshot::Sender<Result<()>>),
    /// Keep outside forecasts.
    Outlooks(Vec<Outlook>, oneshot::Sender<Result<usize>>),
    /// Keep summaries and move a cursor.
    Summaries(Vec<Summary>, Option<(&'static str, u64)>, oneshot::Sender<Result<usize>>),
    /// Keep a reviewer's decision.
    Review(Box<Review>, oneshot::Sender<Result<usize>>),
    /// Keep what forecasting made.
    Forecasts(super::forecasts::Keep, oneshot::Sender<Result<usize>>),
    /// Keep an alert with its document.
    Alert(Box<Alert>, Vec<u8>, oneshot::Sender<Result<KeptAlert>>),
    /// Write or drop entries of the event log.
    Events(super::events::Keep, oneshot::Sender<Result<usize>>),
    /// Keep what could not be delivered and move a cursor.
    DeadLetter(Box<DeadLetter>, (String, u64), oneshot::Sender<Result<()>>),
    /// Write what the operator's desk keeps.
    Desk(Vec<DeskChange>, oneshot::Sender<Result<usize>>),
    /// Do something with registers.
    Registers(super::registers::Task, oneshot::Sender<Result<super::registers::Answer>>),
    /// Remember an upstream answer.
    Fetch(Fetch, oneshot::Sender<Result<()>>),
    /// Write a transaction and change nothing.
    Probe(oneshot::Sender<Result<()>>),
    /// Write what waits, and end.
    Close(oneshot::Sender<Result<()>>),
}

/// Work that waits, with the room that it takes until it is done.
pub(super) struct Job {
    pub work: Work,
    /// Of the queue's room, in KiB.
    pub weight_kib: u32,
    _room: OwnedSemaphorePermit,
}

/// The callers' end.
#[derive(Debug)]
pub(super) struct Queue {
    room: Arc<Semaphore>,
    // The bound is `room`; this channel has none of its own.
    jobs: mpsc::Sender<Job>,
}

impl Queue {
    /// Both ends.
    pub fn new() -> (Self, mpsc::Receiver<Job>) {
        let (jobs, receiver) = mpsc::channel();
        (Self { room: Arc::new(Semaphore::new(ROOM_KIB as usize)), jobs }, receiver)
    }

    /// Hands work over, and waits until it is done.
    pub async fn ask<T>(&self, weight: usize, work: impl FnOnce(oneshot::Sender<Result<T>>) -> Work) -> Result<T> {
        let weight_kib = u32::try_from(weight / 1024 + 1).unwrap_or(ROOM_KIB).min(ROOM_KIB);
        // Unconstrained: a task that has used up its turn would let a later submission of the same sender go first, and
        // with it an older value stand as the correction of a newer one.
        let room = unconstrained(Arc::clone(&self.room).acquire_many_owned(weight_kib)).await;
        let room = room.map_err(|_| StoreError::Closed)?;
        let (reply, answer) = oneshot::channel();
        self.jobs.send(Job { work: work(reply), weight_kib, _room: room }).map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }
}
