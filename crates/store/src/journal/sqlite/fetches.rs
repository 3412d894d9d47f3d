//! Upstream answers. See [`Fetches`].

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};

use super::SqliteJournal;
use super::failure::during;
use super::queue::Work;
use super::read::Reader;
use crate::error::Result;
use crate::journal::{Fetch, Fetches};

#[async_trait]
impl Fetches for SqliteJournal {
    async fn note_fetch(&self, fetch: Fetch) -> Result<()> {
        self.queue()?.ask(size_of::<Fetch>(), |reply| Work::Fetch(fetch, reply)).await
    }

    async fn fetch(&self, source: &str, request: &str) -> Result<Option<Fetch>> {
        let (source, request) = (source.to_owned(), request.to_owned());
        self.readers.read(move |reader| reader.fetch(&source, &request)).await
    }
}

/// Remembers an answer within the writer's open transaction.
pub(super) fn note(connection: &Connection, fetch: &Fetch) -> Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO fetches VALUES (?, ?, ?, ?, ?, ?)")
        .and_then(|mut statement| {
            statement.execute(params![
                fetch.source,
                fetch.request,
                fetch.url,
                fetch.etag,
                fetch.last_modified,
                fetch.digest
            ])
        })
        .map_err(during("remembering an upstream answer"))?;
    Ok(())
}

impl Reader {
    fn fetch(&self, source: &str, request: &str) -> Result<Option<Fetch>> {
        self.connection
            .prepare_cached("SELECT url, etag, last_modified, digest FROM fetches WHERE source = ? AND request = ?")
            .and_then(|mut statement| {
                let fetch = |row: &rusqlite::Row<'_>| {
                    Ok(Fetch {
                        source: source.to_owned(),
                        request: request.to_owned(),
                        url: row.get(0)?,
                        etag: row.get(1)?,
                        last_modified: row.get(2)?,
                        digest: row.get(3)?,
                    })
                };
                statement.query_row([source, request], fetch).optional()
            })
            .map_err(during("reading upstream answers"))
    }
}
