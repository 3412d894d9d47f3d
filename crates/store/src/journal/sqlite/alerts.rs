//! Alerts to the public. See [`Alerts`].

use async_trait::async_trait;
use limpid_model::{Alert, Instant, Note};
use rusqlite::{Connection, OptionalExtension, params};

use super::failure::{damaged, during};
use super::queue::Work;
use super::read::Reader;
use super::state::State;
use super::{SqliteJournal, events, signed};
use crate::error::{Result, StoreError};
use crate::journal::{Alerts, KeptAlert};

const TABLE: &str = "alerts";

#[async_trait]
impl Alerts for SqliteJournal {
    async fn keep_alert(&self, alert: Alert, document: Vec<u8>) -> Result<KeptAlert> {
        let weight = document.len();
        self.queue()?.ask(weight, |reply| Work::Alert(Box::new(alert), document, reply)).await
    }

    async fn alerts(&self) -> Result<Vec<Alert>> {
        self.readers.read(|reader| reader.alerts()).await
    }

    async fn alert_document(&self, id: u64) -> Result<Option<Vec<u8>>> {
        self.readers.read(move |reader| reader.alert_document(id)).await
    }
}

/// Keeps an alert and notes it within the writer's open transaction.
pub(super) fn keep(
    state: &mut State,
    connection: &Connection,
    alert: &Alert,
    document: &[u8],
    now: Instant,
) -> Result<KeptAlert> {
    let failed = during("keeping an alert");
    let known = connection
        .prepare_cached("SELECT id, document FROM alerts WHERE sender = ? AND identifier = ?")
        .and_then(|mut statement| {
            let row = statement.query_row([&alert.sender, &alert.identifier], |row| {
                Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get::<_, Vec<u8>>(1)?))
            });
            row.optional()
        })
        .map_err(&failed)?;
    if let Some((id, kept)) = known {
        return Ok(if kept == document { KeptAlert::Same(id) } else { KeptAlert::Conflict(id) });
    }
    let body = serde_json::to_string(alert).map_err(|error| StoreError::io("writing an alert", error))?;
    let id = connection
        .prepare_cached("INSERT INTO alerts (sender, identifier, body, document) VALUES (?, ?, ?, ?)")
        .and_then(|mut statement| statement.insert(params![alert.sender, alert.identifier, body, document]))
        .map_err(&failed)?
        .unsigned_abs();
    events::note(state, connection, &Note::Alert { id }, now)?;
    Ok(KeptAlert::New(id))
}

impl Reader {
    fn alerts(&self) -> Result<Vec<Alert>> {
        self.select_alerts(0, i64::MAX)
    }

    /// The alert of a number that the log names.
    pub fn alert_of(&self, id: u64) -> Result<Alert> {
        self.select_alerts(signed(id), signed(id))?.pop().ok_or_else(|| damaged(TABLE, format!("{id} is not there")))
    }

    fn select_alerts(&self, first: i64, last: i64) -> Result<Vec<Alert>> {
        let failed = during("reading alerts");
        let sql = "SELECT id, body FROM alerts WHERE id BETWEEN ? AND ? ORDER BY id";
        let mut statement = self.connection.prepare_cached(sql).map_err(&failed)?;
        let mut rows = statement.query([first, last]).map_err(&failed)?;
        let mut alerts = Vec::new();
        while let Some(row) = rows.next().map_err(&failed)? {
            let (id, body): (i64, String) = (row.get(0).map_err(&failed)?, row.get(1).map_err(&failed)?);
            let alert: Alert = serde_json::from_str(&body).map_err(|error| damaged(TABLE, error.to_string()))?;
            alerts.push(Alert { id: id.unsigned_abs(), ..alert });
        }
        Ok(alerts)
    }

    fn alert_document(&self, id: u64) -> Result<Option<Vec<u8>>> {
        self.connection
            .prepare_cached("SELECT document FROM alerts WHERE id = ?")
            .and_then(|mut statement| statement.query_row([signed(id)], |row| row.get(0)).optional())
            .map_err(during("reading an alert"))
    }
}
