//! `airnow-hourly`: the hourly observation files of US AirNow, one for each hour of all sites. What a file holds is in
//! `formats/airnow.rs`.
//!
//! | what | where |
//! | --- | --- |
//! | an hour | `GET {url}/airnow/{YYYY}/{YYYYMMDD}/HourlyAQObs_{YYYYMMDDHH}.dat`, the hour's beginning in UTC |
//!
//! A file appears some 25 minutes after its hour and is written again as late sites come, for two days. `If-None-Match`
//! spares both sides the rest.

use chrono::{DurationRound, TimeDelta};

use super::adapter::{Adapter, Ask, Harvest, Media, Request};
use crate::formats::{Fault, airnow, body};

/// See the module.
pub struct AirNow;

impl Adapter for AirNow {
    fn begin(&self, ask: &Ask<'_>) -> Vec<Request> {
        let hour = TimeDelta::hours(1);
        let Ok(mut start) = ask.from.duration_trunc(hour) else { return Vec::new() };
        let mut requests = Vec::new();
        // Without a look-back, the hour that ended last.
        let last = ask.to.min(ask.now) - hour;
        start = start.min(last.duration_trunc(hour).unwrap_or(start));
        while start <= last {
            let name = start.format("HourlyAQObs_%Y%m%d%H").to_string();
            let url = format!("{}/airnow/{}/{name}.dat", ask.source.url, start.format("%Y/%Y%m%d"));
            requests.push(Request::get(name, url, Media::Csv).if_there());
            start += hour;
        }
        requests
    }

    fn read<'p>(&self, ask: &Ask<'p>, _: &Request, answer: &[u8], harvest: &mut Harvest<'p>) -> Result<(), Fault> {
        let roster = ask.roster.clone();
        let open = |header: &str| airnow::open_for(header, Box::new(move |site| roster.find(site)));
        body::read(answer, open, &mut harvest.rows)
    }
}

#[cfg(test)]
mod tests;
