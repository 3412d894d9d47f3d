//! `cnemc-air`: China's national air feed, all sites of one hour, in the layouts in which it is found: the JSON of the national
//! site, that of GeoJSON archives, and the CSV of others.
//!
//! | what | where |
//! | --- | --- |
//! | the newest hour | `POST {url}/HourChangesPublish/GetAllAQIPublishLive`, no body |
//! | an hour before | `POST {url}/HourChangesPublish/GetAQIHistoryByConditionHis`, form `date=YYYY-MM-DD HH:00:00`, about two days back |
//! | a file of an archive | `GET {url}`, where that ends in `.json` or `.csv` |
//!
//! What a record says, its time and the trap of ozone, is in `formats/cnemc_air`.

use chrono::{DurationRound, TimeDelta};

use super::adapter::{Adapter, Ask, Harvest, Media, Request};
use crate::formats::cnemc_air::{csv, json};
use crate::formats::{Fault, body};

/// China Standard Time is eight hours ahead of UTC, all the year.
const AHEAD: TimeDelta = TimeDelta::hours(8);

/// See the module.
pub struct CnemcAir;

impl Adapter for CnemcAir {
    fn begin(&self, ask: &Ask<'_>) -> Vec<Request> {
        let url = &ask.source.url;
        if url.ends_with(".json") || url.ends_with(".csv") {
            return vec![Request::get("file", url, Media::Json)];
        }
        let live = format!("{url}/HourChangesPublish/GetAllAQIPublishLive");
        let form = "application/x-www-form-urlencoded";
        let mut requests = vec![Request::get("live", live, Media::Json).post(form, "")];
        let hour = TimeDelta::hours(1);
        let Ok(mut label) = ask.from.duration_trunc(hour) else { return requests };
        // The newest label is the live one.
        while label + hour < ask.to.min(ask.now) {
            let local = (label + AHEAD).format("%Y-%m-%d %H:00:00").to_string();
            let body = format!("date={}", local.replace(' ', "+").replace(':', "%3A"));
            let name = format!("history/{}", local.replace(' ', "T"));
            let url = format!("{url}/HourChangesPublish/GetAQIHistoryByConditionHis");
            requests.push(Request::get(name, url, Media::Json).post(form, body));
            label += hour;
        }
        requests
    }

    fn read<'p>(&self, ask: &Ask<'p>, _: &Request, answer: &[u8], harvest: &mut Harvest<'p>) -> Result<(), Fault> {
        let text = answer.strip_prefix(b"\xef\xbb\xbf").unwrap_or(answer).trim_ascii_start();
        let roster = ask.roster.clone();
        let find = move |code: &str| roster.find(code);
        if text.starts_with(b"[") || text.starts_with(b"{") {
            harvest.rows = json::read_for(text, &find)?;
            return Ok(());
        }
        body::read(answer, |header| csv::open_for(header, Box::new(find)), &mut harvest.rows)
    }
}

#[cfg(test)]
mod tests;
