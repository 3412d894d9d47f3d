//! The journal in one SQLite file: the default, for one machine.
//!
//! One thread writes (`writer`), a few connections read (`read`); in WAL mode neither waits for the other. The
//! submissions of a transaction are one row (`group`), with their readings packed (`pack`); in the order of their
//! series these are written behind (`index`).

mod accept;
mod alerts;
mod body;
pub(super) mod compression;
mod conformance;
mod dead_letters;
mod desk;
mod events;
mod failure;
mod fetches;
mod forecasts;
mod gaps;
mod group;
mod index;
mod links;
mod names;
mod outlooks;
mod pack;
mod pending;
mod publish;
mod published;
mod queue;
mod read;
mod readings;
mod receipt;
mod registers;
mod reviews;
mod schema;
mod series;
mod state;
mod station_events;
mod submissions;
mod summaries;
mod tallies;
#[cfg(test)]
mod tests;
mod time;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use limpid_model::{
    Assessment, Counts, Instant, Observation, Published, Receipt, ReceiptId, Record, StationId, Submission,
};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::watch;

use self::accept::Prepared;
use self::failure::during;
use self::queue::{Queue, Work};
use self::read::Readers;
use self::time::micros;
use self::writer::Writer;
use super::{
    Accepted, AssessmentQuery, Desk, Journal, ObservationQuery, RefusalCount, Registers, StationExtent,
    StoredSubmission,
};
use crate::error::{Result, StoreError};

/// How long to wait for a file lock that another process holds for a moment.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Bytes of a page of a new journal. A group of submissions fills a few such pages, each one write to the log.
const PAGE_BYTES: u32 = 16_384;
/// Pages of the write-ahead log after which it is brought into the file: 64 MiB, so that a page that many
/// transactions change is brought over once.
const CHECKPOINT_PAGES: u32 = 4096;
/// A larger body is digested and compressed on a blocking thread: it takes more than half a millisecond.
const LARGE_BODY: usize = 64 * 1024;

/// The journal in one SQLite file.
#[derive(Debug)]
pub struct SqliteJournal {
    queue: Option<Queue>,
    readers: Arc<Readers>,
    accepted: watch::Receiver<u64>,
    published: watch::Receiver<u64>,
    logged: watch::Receiver<u64>,
    issued: watch::Sender<u64>,
    // Kept so that the receivers of a journal that is only read stay open.
    _ends: Option<Ends>,
}

/// Where the writer tells how far the journal has come.
#[derive(Debug)]
struct Ends {
    accepted: watch::Sender<u64>,
    published: watch::Sender<u64>,
    logged: watch::Sender<u64>,
}

impl SqliteJournal {
    /// Opens the journal in this file, made or brought to the newest format if need be. The caller holds the lock of
    /// the state folder.
    ///
    /// # Errors
    /// [`StoreError::Version`] where a newer limpid made it, [`StoreError::Full`] where the disk has no room.
    pub fn open(path: &Path) -> Result<Arc<Self>> {
        let failed = during("opening the journal");
        let mut connection = Connection::open(path).map_err(&failed)?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(&failed)?;
        schema::check(&connection, path)?;
        connection.pragma_update(None, "page_size", PAGE_BYTES).map_err(&failed)?;
        connection.pragma_update(None, "journal_mode", "WAL").map_err(&failed)?;
        connection.pragma_update(None, "synchronous", "FULL").map_err(&failed)?;
        connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES).map_err(&failed)?;
        connection.pragma_update(None, "cache_size", -64 * 1024).map_err(&failed)?;
        keep_plans(&connection, 64).map_err(&failed)?;
        schema::migrate(&mut connection, path)?;
        let readers = Arc::new(Readers::new(path.to_owned()));
        let ends = ends(&readers)?;
        let (accepted, published, logged) = ends.receivers();
        let writer = Writer::new(connection, ends)?;
        let issued = watch::Sender::new(forecasts::newest(&readers)?);
        let (queue, jobs) = Queue::new();
        std::thread::Builder::new()
            .name("limpid-journal".into())
            .spawn(move || writer.run(jobs))
            .map_err(|error| StoreError::io("starting the journal's writer", error))?;
        Ok(Arc::new(Self { queue: Some(queue), readers, accepted, published, logged, issued, _ends: None }))
    }

    /// Opens an existing journal to read beside the process that writes it. `accepted` and `published` tell where it
    /// stood then, and do not change.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is none, [`StoreError::Version`] where it has another format.
    pub fn open_read_only(path: &Path) -> Result<Arc<Self>> {
        if !path.exists() {
            return Err(StoreError::NotFound { what: format!("journal {}", path.display()) });
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let connection = Connection::open_with_flags(path, flags).map_err(during("opening the journal"))?;
        let found = schema::check(&connection, path)?;
        if found != schema::FORMAT {
            let path = path.parent().unwrap_or(path).to_owned();
            return Err(StoreError::Version { path, found, known: schema::FORMAT });
        }
        let readers = Arc::new(Readers::new(path.to_owned()));
        let ends = ends(&readers)?;
        let (accepted, published, logged) = ends.receivers();
        let issued = watch::Sender::new(forecasts::newest(&readers)?);
        Ok(Arc::new(Self { queue: None, readers, accepted, published, logged, issued, _ends: Some(ends) }))
    }

    fn queue(&self) -> Result<&Queue> {
        self.queue.as_ref().ok_or(StoreError::ReadOnly)
    }
}

/// Keeps so many statements prepared, each with the plan it was first given: SQLite would otherwise prepare a statement
/// anew each time it is bound, in case another value asks for another plan.
fn keep_plans(connection: &Connection, statements: usize) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(statements);
    Ok(())
}

impl Ends {
    fn receivers(&self) -> (watch::Receiver<u64>, watch::Receiver<u64>, watch::Receiver<u64>) {
        (self.accepted.subscribe(), self.published.subscribe(), self.logged.subscribe())
    }
}

/// How far the journal has come: numbers of the newest reading, published record and entry of the log.
fn ends(readers: &Readers) -> Result<Ends> {
    readers.answer(|reader| {
        let number = |sql| {
            let number = reader.connection.query_row(sql, [], |row| row.get::<_, i64>(0));
            number.map(|number| watch::Sender::new(number.unsigned_abs())).map_err(during("opening the journal"))
        };
        Ok(Ends {
            accepted: number(state::NEWEST_READING)?,
            published: number(state::NEWEST_PUBLISHED)?,
            logged: number(state::NEWEST_LOGGED)?,
        })
    })
}

/// A number as SQLite has them. None is larger, so that what lies behind a larger one is nothing.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[async_trait]
impl Journal for SqliteJournal {
    async fn accept(&self, submission: Submission) -> Result<Receipt> {
        let queue = self.queue()?;
        let large = submission.body.plain().is_some_and(|bytes| bytes.len() > LARGE_BODY);
        let prepared = if large {
            tokio::task::spawn_blocking(move || Prepared::new(submission))
                .await
                .map_err(|error| StoreError::io("preparing a submission", error))??
        } else {
            Prepared::new(submission)?
        };
        let weight = prepared.weight();
        let (receipt, _done_with) = queue.ask(weight, |reply| Work::Accept(Box::new(prepared), reply)).await?;
        Ok(receipt)
    }

    async fn submission(&self, id: ReceiptId) -> Result<Option<StoredSubmission>> {
        self.readers.read(move |reader| reader.submission(id)).await
    }

    async fn tail(&self, after: u64, limit: usize) -> Result<Vec<Accepted>> {
        self.readers.read(move |reader| reader.tail(signed(after), limit)).await
    }

    fn accepted(&self) -> watch::Receiver<u64> {
        self.accepted.clone()
    }

    async fn window(
        &self,
        station: &StationId,
        from: Instant,
        to: Instant,
        as_of: Option<Instant>,
    ) -> Result<Vec<Accepted>> {
        let station = station.clone();
        self.readers.read(move |reader| reader.window(&station, from, to, as_of)).await
    }

    async fn extents(&self) -> Result<Vec<StationExtent>> {
        self.readers.read(|reader| reader.extents()).await
    }

    async fn publish(&self, records: Vec<Record>, cursor: Option<(&'static str, u64)>) -> Result<Vec<Published>> {
        let weight = records.len() * size_of::<Record>();
        self.queue()?.ask(weight, |reply| Work::Publish(records, cursor, reply)).await
    }

    async fn cursor(&self, name: &str) -> Result<u64> {
        let name = name.to_owned();
        self.readers.read(move |reader| reader.cursor(&name)).await
    }

    async fn published_tail(&self, after: u64, limit: usize) -> Result<Vec<Published>> {
        self.readers.read(move |reader| reader.published_tail(signed(after), limit)).await
    }

    fn published(&self) -> watch::Receiver<u64> {
        self.published.clone()
    }

    async fn newest(&self, since: Instant) -> Result<Vec<Published>> {
        self.readers.read(move |reader| reader.newest(micros(since))).await
    }

    async fn observations(&self, query: ObservationQuery) -> Result<Vec<Published<Observation>>> {
        self.readers.read(move |reader| reader.observations(&query)).await
    }

    async fn assessments(&self, query: AssessmentQuery) -> Result<Vec<Published<Assessment>>> {
        self.readers.read(move |reader| reader.assessments(&query)).await
    }

    async fn refusals(&self) -> Result<Vec<RefusalCount>> {
        self.readers.read(|reader| reader.refusals()).await
    }

    async fn counts(&self) -> Result<Counts> {
        self.readers.read(|reader| reader.counts()).await
    }

    fn desk(&self) -> &dyn Desk {
        self
    }

    fn registers(&self) -> &dyn Registers {
        self
    }

    async fn writable(&self) -> Result<()> {
        self.queue()?.ask(0, Work::Probe).await
    }

    async fn close(&self) -> Result<()> {
        let outcome = match &self.queue {
            Some(queue) => queue.ask(0, Work::Close).await,
            None => Ok(()),
        };
        self.readers.close();
        outcome
    }
}
