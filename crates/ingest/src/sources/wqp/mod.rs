//! `wqp`: results of water samples from the Water Quality Portal of USGS and US EPA, WQX 3.0. What a file holds, and
//! what is a reading of it, is in `formats/wqx`.
//!
//! | what | where |
//! | --- | --- |
//! | a location's results | `GET {url}/wqx3/Result/search?siteid=…&characteristicName=…&startDateLo=MM-DD-YYYY&startDateHi=…&dataProfile=basicPhysChem&mimeType=csv` |
//!
//! The portal answers 500 without a profile, and nothing to names in one parameter with a separator: each name is a
//! parameter of its own. Dates are local days of the samples, so that the window is widened by a day on both sides.

use chrono::TimeDelta;
use url::form_urlencoded::Serializer;

use super::adapter::{Adapter, Ask, Harvest, Media, Request};
use crate::formats::{Fault, body, wqx};

/// See the module.
pub struct Wqp;

impl Adapter for Wqp {
    fn begin(&self, ask: &Ask<'_>) -> Vec<Request> {
        let day = |at: limpid_model::Instant| at.format("%m-%d-%Y").to_string();
        let (first, last) = (day(ask.from - TimeDelta::days(1)), day(ask.to + TimeDelta::days(1)));
        let location = |(name, _): &(&str, _)| {
            let mut query = Serializer::new(String::new());
            query.append_pair("siteid", name);
            for (characteristic, parameter) in wqx::characteristics() {
                if ask.wants(parameter) {
                    query.append_pair("characteristicName", characteristic);
                }
            }
            query.append_pair("startDateLo", &first).append_pair("startDateHi", &last);
            query.append_pair("dataProfile", "basicPhysChem").append_pair("mimeType", "csv");
            let url = format!("{}/wqx3/Result/search?{}", ask.source.url, query.finish());
            Request::get(format!("results/{name}"), url, Media::Csv)
        };
        ask.roster.named().iter().map(location).collect()
    }

    fn read<'p>(&self, ask: &Ask<'p>, _: &Request, answer: &[u8], harvest: &mut Harvest<'p>) -> Result<(), Fault> {
        let roster = ask.roster.clone();
        let open = |header: &str| wqx::open_for(header, Box::new(move |location| roster.find(location)));
        body::read(answer, open, &mut harvest.rows)
    }
}

#[cfg(test)]
mod tests;
