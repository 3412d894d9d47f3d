//! `hubeau`: analyses of river water in France, by Hub'Eau from the Naïades base.
//!
//! | what | where |
//! | --- | --- |
//! | a station's analyses | `GET {url}/api/v2/qualite_rivieres/analyse_pc?code_station=…&code_parametre=…&date_debut_prelevement=…&date_fin_prelevement=…&size=1000` |
//! | the next page | where the answer's `next` says, on the same host |
//!
//! A page that is not the last comes with status 206. A result is of one sample, at a date and time of day by the clock of
//! France (taken to be so: the service does not say, and overseas stations would be off); without a time of day it is no reading.
//! `code_remarque` 1 is a value, 2, 7 and 10 are below detection or quantification and kept aside with that; `code_qualification` 2
//! marks a value as wrong, 3 as doubtful. Parameters, units and fractions: `data/sources/hubeau.csv`.

mod analysis;

use std::sync::LazyLock;

use limpid_model::{ParameterId, Reason, table};
use serde::Deserialize;
use url::Url;
use url::form_urlencoded::Serializer;

use super::adapter::{Adapter, Ask, Harvest, Media, Request};
use super::decode::json;
use crate::formats::Fault;
use analysis::Analysis;

/// Results of a page.
const SIZE: &str = "1000";

#[derive(Deserialize)]
struct Row {
    code: String,
    parameter: ParameterId,
    text: String,
    unit: String,
    fractions: String,
}

static ROWS: LazyLock<Vec<Row>> =
    LazyLock::new(|| table::rows("sources/hubeau.csv", include_str!("../../../../../data/sources/hubeau.csv")));

#[derive(Deserialize)]
struct Page {
    next: Option<String>,
    data: Vec<Analysis>,
}

/// See the module.
pub struct HubEau;

impl Adapter for HubEau {
    fn begin(&self, ask: &Ask<'_>) -> Vec<Request> {
        let codes: Vec<&str> =
            ROWS.iter().filter(|row| ask.wants(row.parameter)).map(|row| row.code.as_str()).collect();
        let day = |at: limpid_model::Instant| at.format("%Y-%m-%d").to_string();
        let station = |(name, _): &(&str, _)| {
            let mut query = Serializer::new(String::new());
            query
                .append_pair("code_station", name)
                .append_pair("code_parametre", &codes.join(","))
                .append_pair("date_debut_prelevement", &day(ask.from))
                .append_pair("date_fin_prelevement", &day(ask.to))
                .append_pair("size", SIZE);
            let url = format!("{}/api/v2/qualite_rivieres/analyse_pc?{}", ask.source.url, query.finish());
            Request::get(format!("{name}/1"), url, Media::Json).leading()
        };
        if codes.is_empty() { Vec::new() } else { ask.roster.named().iter().map(station).collect() }
    }

    fn read<'p>(&self, ask: &Ask<'p>, request: &Request, body: &[u8], harvest: &mut Harvest<'p>) -> Result<(), Fault> {
        let page: Page = json(body)?;
        for analysis in &page.data {
            analysis.read(ask, harvest);
        }
        if let Some(next) = page.next.filter(|_| !page.data.is_empty()) {
            harvest.next.push(follow(ask, request, &next)?);
        }
        Ok(())
    }
}

/// The next page, which must be the source's own.
fn follow(ask: &Ask<'_>, request: &Request, next: &str) -> Result<Request, Fault> {
    let host = |url: &str| Url::parse(url).ok().map(|url| (url.host_str().map(str::to_owned), url.port()));
    if host(next) != host(&ask.source.url) {
        return Err(Fault::new(Reason::Damaged, "the next page is said to be on another host"));
    }
    let (station, page) = request.name.rsplit_once('/').unwrap_or((&request.name, "1"));
    let page = page.parse::<u32>().unwrap_or(1).saturating_add(1);
    Ok(Request::get(format!("{station}/{page}"), next, Media::Json).leading())
}

#[cfg(test)]
mod tests;
