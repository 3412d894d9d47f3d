//! Readers: a few connections that only read, each query on a blocking thread and in a snapshot of its own.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags};
use tokio::sync::Semaphore;

use super::failure::during;
use super::names::Names;
use crate::error::{Result, StoreError};

/// More queries than this at once would only share the same disk and processors.
const AT_ONCE: usize = 8;

/// A connection and the names that it has read.
#[derive(Debug)]
pub(super) struct Reader {
    pub connection: Connection,
    pub names: Names,
}

impl Reader {
    fn snapshot<T>(&mut self, query: impl FnOnce(&Reader) -> Result<T>) -> Result<T> {
        let failed = during("reading the journal");
        self.connection.execute_batch("BEGIN").map_err(&failed)?;
        let answer = self.names.refresh(&self.connection).and_then(|()| query(self));
        // Nothing was written: this only lets the snapshot go.
        self.connection.execute_batch("ROLLBACK").map_err(&failed)?;
        answer
    }
}

/// The connections that are not in use.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    free: Mutex<Vec<Reader>>,
    turns: Arc<Semaphore>,
    closed: AtomicBool,
}

impl Readers {
    /// Of the journal at `path`.
    pub fn new(path: PathBuf) -> Self {
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        Self { path, free: Mutex::default(), turns, closed: AtomicBool::new(false) }
    }

    /// Answers a query from one snapshot of the journal, in which all names are known.
    pub async fn read<T, F>(self: &Arc<Self>, query: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Reader) -> Result<T> + Send + 'static,
    {
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| StoreError::Closed)?;
        let readers = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            readers.answer(query)
        })
        .await
        .map_err(|error| StoreError::io("reading the journal", error))?
    }

    /// The same on this thread.
    pub fn answer<T>(&self, query: impl FnOnce(&Reader) -> Result<T>) -> Result<T> {
        if self.closed.load(Ordering::Acquire) {
            return Err(StoreError::Closed);
        }
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut reader = match free {
            Some(reader) => reader,
            None => Reader { connection: connect(&self.path)?, names: Names::default() },
        };
        let answer = reader.snapshot(query);
        if reader.connection.is_autocommit() && !self.closed.load(Ordering::Acquire) {
            self.free.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
        }
        answer
    }

    /// Lets all connections go; later queries fail.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.turns.close();
        self.free.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

fn connect(path: &std::path::Path) -> Result<Connection> {
    let failed = during("opening the journal for reading");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(&failed)?;
    connection.busy_timeout(super::BUSY_TIMEOUT).map_err(&failed)?;
    super::keep_plans(&connection, 32).map_err(&failed)?;
    Ok(connection)
}
