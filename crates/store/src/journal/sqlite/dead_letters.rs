//! What could not be delivered. See [`DeadLetters`].

use async_trait::async_trait;
use rusqlite::{Connection, params};

use super::failure::during;
use super::publish::move_cursor;
use super::queue::Work;
use super::read::Reader;
use super::time::{instant, micros};
use super::{SqliteJournal, signed};
use crate::error::Result;
use crate::journal::{DeadLetter, DeadLetters};

#[async_trait]
impl DeadLetters for SqliteJournal {
    async fn keep_dead_letter(&self, letter: DeadLetter, cursor: (String, u64)) -> Result<()> {
        let weight = letter.error.len();
        self.queue()?.ask(weight, |reply| Work::DeadLetter(Box::new(letter), cursor, reply)).await
    }

    async fn dead_letters(&self, webhook: &str, limit: usize) -> Result<(u64, Vec<DeadLetter>)> {
        let webhook = webhook.to_owned();
        self.readers.read(move |reader| reader.dead_letters(&webhook, limit)).await
    }
}

/// Keeps a letter within the writer's open transaction.
pub(super) fn keep(connection: &Connection, letter: &DeadLetter, cursor: &(String, u64)) -> Result<()> {
    let row = params![letter.webhook, signed(letter.seq), micros(letter.at), letter.attempts, letter.error];
    connection
        .prepare_cached("INSERT INTO dead_letters (webhook, seq, at, attempts, error) VALUES (?, ?, ?, ?, ?)")
        .and_then(|mut statement| statement.execute(row))
        .map_err(during("keeping a dead letter"))?;
    move_cursor(connection, &cursor.0, cursor.1)
}

impl Reader {
    fn dead_letters(&self, webhook: &str, limit: usize) -> Result<(u64, Vec<DeadLetter>)> {
        let failed = during("reading dead letters");
        let count = "SELECT count(*) FROM dead_letters WHERE webhook = ?";
        let count: i64 = self.connection.query_row(count, [webhook], |row| row.get(0)).map_err(&failed)?;
        let sql = "SELECT seq, at, attempts, error FROM dead_letters WHERE webhook = ? ORDER BY id DESC LIMIT ?";
        let mut statement = self.connection.prepare_cached(sql).map_err(&failed)?;
        let mut rows = statement.query(params![webhook, signed(limit as u64)]).map_err(&failed)?;
        let mut letters = Vec::new();
        while let Some(row) = rows.next().map_err(&failed)? {
            letters.push(DeadLetter {
                webhook: webhook.to_owned(),
                seq: row.get::<_, i64>(0).map_err(&failed)?.unsigned_abs(),
                at: instant(row.get(1).map_err(&failed)?)?,
                attempts: row.get(2).map_err(&failed)?,
                error: row.get(3).map_err(&failed)?,
            });
        }
        Ok((count.unsigned_abs(), letters))
    }
}
