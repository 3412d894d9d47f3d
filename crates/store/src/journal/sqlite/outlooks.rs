//! Outside forecasts. See [`Outlooks`].

use async_trait::async_trait;
use limpid_model::{Outlook, ParameterId, StationId};
use rusqlite::{Connection, OptionalExtension, params};

use super::SqliteJournal;
use super::failure::{damaged, during};
use super::queue::Work;
use super::read::Reader;
use super::time::{instant, micros};
use crate::error::{Result, StoreError};
use crate::journal::{OutlookQuery, Outlooks};

const TABLE: &str = "outlooks";
/// Bytes of an hour before compression.
const HOUR: usize = size_of::<f64>();
/// More hours than any forecast has; a row that claims more is damaged.
const LONGEST: usize = 100_000;

#[async_trait]
impl Outlooks for SqliteJournal {
    async fn keep_outlooks(&self, outlooks: Vec<Outlook>) -> Result<usize> {
        let weight = outlooks.iter().map(|outlook| outlook.values.len() * HOUR).sum();
        self.queue()?.ask(weight, |reply| Work::Outlooks(outlooks, reply)).await
    }

    async fn outlooks(&self, query: OutlookQuery) -> Result<Vec<Outlook>> {
        self.readers.read(move |reader| reader.outlooks(&query)).await
    }
}

/// Keeps what is new within the writer's open transaction.
pub(super) fn keep(connection: &Connection, outlooks: &[Outlook]) -> Result<usize> {
    let failed = during("keeping outside forecasts");
    let mut kept = 0;
    for outlook in outlooks {
        let key = (outlook.station.as_str(), outlook.parameter.as_str(), &outlook.model, micros(outlook.issued));
        let before: Option<(i64, i64, Vec<u8>)> = connection
            .prepare_cached(concat!(
                "SELECT issued, start, hours FROM outlooks WHERE station = ? AND parameter = ? AND model = ? ",
                "AND issued <= ? ORDER BY issued DESC LIMIT 1"
            ))
            .and_then(|mut statement| {
                statement.query_row(key, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()
            })
            .map_err(&failed)?;
        let (start, hours) = (micros(outlook.start), pack(&outlook.values)?);
        let known = before.is_some_and(|(issued, first, packed)| {
            issued == micros(outlook.issued) || (first == start && packed == hours)
        });
        if known {
            continue;
        }
        connection
            .prepare_cached("INSERT INTO outlooks VALUES (?, ?, ?, ?, ?, ?)")
            .and_then(|mut statement| statement.execute(params![key.0, key.1, key.2, key.3, start, hours]))
            .map_err(&failed)?;
        kept += 1;
    }
    Ok(kept)
}

impl Reader {
    fn outlooks(&self, query: &OutlookQuery) -> Result<Vec<Outlook>> {
        let failed = during("reading outside forecasts");
        // With max() SQLite takes the other columns from the row that has it.
        let issued = if query.newest { "max(issued)" } else { "issued" };
        let group = if query.newest { "GROUP BY station, parameter, model" } else { "" };
        let sql = format!(
            "SELECT station, parameter, model, {issued}, start, hours FROM outlooks
             WHERE (?1 IS NULL OR station IN (SELECT value FROM json_each(?1)))
               AND (?2 IS NULL OR parameter IN (SELECT value FROM json_each(?2)))
               AND issued >= ?3 AND issued < ?4
             {group} ORDER BY station, parameter, model, issued"
        );
        let stations = list(query.stations.iter().map(StationId::as_str));
        let parameters = list(query.parameters.iter().map(|parameter| parameter.as_str()));
        let mut statement = self.connection.prepare_cached(&sql).map_err(&failed)?;
        let mut rows =
            statement.query(params![stations, parameters, micros(query.from), micros(query.to)]).map_err(&failed)?;
        let mut outlooks = Vec::new();
        while let Some(row) = rows.next().map_err(&failed)? {
            let (station, parameter): (String, String) = (row.get(0).map_err(&failed)?, row.get(1).map_err(&failed)?);
            let packed: Vec<u8> = row.get(5).map_err(&failed)?;
            outlooks.push(Outlook {
                issued: instant(row.get(3).map_err(&failed)?)?,
                model: row.get(2).map_err(&failed)?,
                station: StationId::parse(&station).ok_or_else(|| damaged(TABLE, format!("station {station:?}")))?,
                parameter: ParameterId::parse(&parameter)
                    .ok_or_else(|| damaged(TABLE, format!("parameter {parameter:?}")))?,
                start: instant(row.get(4).map_err(&failed)?)?,
                values: unpack(&packed)?,
            });
        }
        Ok(outlooks)
    }
}

/// Names as a JSON list; `None` for none, which means all.
fn list<'n>(names: impl Iterator<Item = &'n str>) -> Option<String> {
    let names: Vec<String> = names.map(|name| format!("\"{name}\"")).collect();
    if names.is_empty() { None } else { Some(format!("[{}]", names.join(","))) }
}

/// Little-endian numbers, NaN for a missing hour, compressed: neighbours share most of their bytes.
fn pack(values: &[Option<f64>]) -> Result<Vec<u8>> {
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.unwrap_or(f64::NAN).to_le_bytes()).collect();
    let failed = |error| StoreError::io("compressing an outside forecast", error);
    zstd::bulk::compress(&bytes, zstd::DEFAULT_COMPRESSION_LEVEL).map_err(failed)
}

fn unpack(packed: &[u8]) -> Result<Vec<Option<f64>>> {
    let bytes = zstd::bulk::decompress(packed, LONGEST * HOUR).map_err(|error| damaged(TABLE, error.to_string()))?;
    let (hours, rest) = bytes.as_chunks::<HOUR>();
    if !rest.is_empty() {
        return Err(damaged(TABLE, "an hour is cut short"));
    }
    Ok(hours.iter().map(|hour| Some(f64::from_le_bytes(*hour)).filter(|value| !value.is_nan())).collect())
}
