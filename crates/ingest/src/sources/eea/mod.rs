//! `eea`: hourly values of Europe's air quality stations, up-to-date data (E2a), as the European Environment Agency gives them to be
//! downloaded.
//!
//! | what | where |
//! | --- | --- |
//! | which files there are | `POST {url}/ParquetFile/urls`, JSON with countries, pollutants, dataset 1, `aggregationType` hour |
//! | a sampling point's file | `GET` the address from that list that ends in `/{country}/{sampling point}.parquet` |
//!
//! The configuration calls a sampling point `DE/SPO.DE_DEBB007_PM1_dataGroup1`; several may be of one station. A file has years: only rows of the window are
//! read. Its hours name both ends in **UTC+1**, whatever the country. `Validity` 1 to 4 is valid (2 and 3 below detection, as reported), -1 not valid, -99
//! not valid for maintenance: these are kept and marked. Values are decimals with a unit in the row. Files lie on storage of another
//! host: no key goes there, and no other place is followed.

mod rows;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use chrono::SecondsFormat;
use limpid_model::{ParameterId, Reason, table};
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::adapter::{Adapter, Ask, Harvest, Media, Request};
use crate::formats::Fault;

/// Where files may lie beside the service's own host.
const STORAGE: [&str; 2] = [".blob.core.windows.net", ".eea.europa.eu"];

#[derive(Deserialize)]
struct Pollutant {
    code: i32,
    name: String,
    parameter: ParameterId,
}

static POLLUTANTS: LazyLock<Vec<Pollutant>> =
    LazyLock::new(|| table::rows("sources/eea.csv", include_str!("../../../../../data/sources/eea.csv")));

/// See the module.
pub struct Eea;

impl Adapter for Eea {
    fn begin(&self, ask: &Ask<'_>) -> Vec<Request> {
        let named = ask.roster.named();
        let countries: BTreeSet<&str> = named.iter().filter_map(|(name, _)| Some(name.split_once('/')?.0)).collect();
        let wanted = POLLUTANTS.iter().filter(|row| ask.wants(row.parameter));
        let time = |at: limpid_model::Instant| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let body = json!({
            "countries": countries,
            "cities": [],
            "pollutants": wanted.map(|row| row.name.as_str()).collect::<Vec<_>>(),
            "dataset": 1,
            "dateTimeStart": time(ask.from),
            "dateTimeEnd": time(ask.to),
            "aggregationType": "hour",
        });
        let url = format!("{}/ParquetFile/urls", ask.source.url);
        vec![Request::get("urls", url, Media::Csv).post("application/json", body.to_string()).leading()]
    }

    fn read<'p>(&self, ask: &Ask<'p>, request: &Request, body: &[u8], harvest: &mut Harvest<'p>) -> Result<(), Fault> {
        match request.name.strip_prefix("file/") {
            Some(point) => rows::read(ask, point, body, harvest),
            None => files(ask, body, harvest),
        }
    }
}

fn files<'p>(ask: &Ask<'p>, body: &[u8], harvest: &mut Harvest<'p>) -> Result<(), Fault> {
    let damaged = |detail: &str| Fault::new(Reason::Damaged, detail);
    let text = std::str::from_utf8(body).map_err(|_| damaged("the list of files is not text"))?;
    let lines = text.lines().map(|line| line.trim().trim_matches(['"', '\u{feff}']));
    let urls: Vec<&str> = lines.filter(|line| line.starts_with("http")).collect();
    if urls.is_empty() {
        return Err(damaged("the list of files has none; look at the names of the stations and their countries"));
    }
    for (point, _) in ask.roster.named() {
        let end = format!("/{point}.parquet");
        for url in urls.iter().filter(|url| url.ends_with(&end)) {
            if !trusted(&ask.source.url, url) {
                return Err(damaged("a file is said to be on a host that is not the agency's storage"));
            }
            harvest.next.push(Request::get(format!("file/{point}"), *url, Media::Parquet));
        }
    }
    Ok(())
}

/// Whether a file of `source` may lie at `url`.
fn trusted(source: &str, url: &str) -> bool {
    let (Ok(source), Ok(url)) = (Url::parse(source), Url::parse(url)) else { return false };
    let own = url.host_str() == source.host_str() && url.scheme() == source.scheme() && url.port() == source.port();
    let host = url.host_str().unwrap_or("");
    own || (url.scheme() == "https" && STORAGE.iter().any(|storage| host.ends_with(storage)))
}

#[cfg(test)]
mod tests;
