//! `open-meteo-weather` and `open-meteo-air`: hourly forecasts of weather, and of air quality (CAMS), by Open-Meteo. They are
//! a model's and no measurement: kept as [`Outlook`]s for the forecasts, never as readings.
//!
//! | what | where |
//! | --- | --- |
//! | weather | `GET {url}/v1/forecast?latitude=…&longitude=…&hourly=…&timezone=GMT&past_days=1&forecast_days=7&wind_speed_unit=ms` |
//! | air quality | `GET {url}/v1/air-quality?…`, the same with `forecast_days=5` |
//!
//! An answer is one place: `hourly.time` and one array a variable, units in `hourly_units`, times shifted by
//! `utc_offset_seconds`. It does not say when its model was run: an issue counts from when it was first fetched. The place is that of
//! the model's grid, some kilometres away. Variables: `data/sources/open_meteo.csv`.

mod shape;

use std::sync::LazyLock;

use limpid_model::{Outlook, ParameterId, Reason, Station, table};
use serde::Deserialize;

use super::adapter::{Adapter, Ask, Harvest, Media, Request};
use super::decode::json;
use crate::formats::{Fault, long};
use shape::Forecast;

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Hour {
    At,
    Before,
}

#[derive(Deserialize)]
struct Variable {
    service: String,
    variable: String,
    parameter: ParameterId,
    hour: Hour,
}

static VARIABLES: LazyLock<Vec<Variable>> =
    LazyLock::new(|| table::rows("sources/open_meteo.csv", include_str!("../../../../../data/sources/open_meteo.csv")));

/// One of the two services.
pub struct OpenMeteo {
    service: &'static str,
    path: &'static str,
    days: u32,
    model: &'static str,
    more: &'static str,
}

/// Weather.
pub const WEATHER: OpenMeteo = OpenMeteo {
    service: "weather",
    path: "/v1/forecast",
    days: 7,
    model: "open-meteo/best_match",
    more: "&wind_speed_unit=ms",
};

/// Air quality.
pub const AIR: OpenMeteo =
    OpenMeteo { service: "air", path: "/v1/air-quality", days: 5, model: "open-meteo/cams", more: "" };

impl OpenMeteo {
    fn variables<'a>(&'a self, ask: &'a Ask<'_>) -> impl Iterator<Item = &'static Variable> + 'a {
        VARIABLES.iter().filter(|row| row.service == self.service && ask.wants(row.parameter))
    }

    fn request(&self, ask: &Ask<'_>, station: &Station) -> Request {
        let names: Vec<&str> = self.variables(ask).map(|row| row.variable.as_str()).collect();
        let url = format!(
            "{}{}?latitude={}&longitude={}&hourly={}&timezone=GMT&past_days=1&forecast_days={}{}",
            ask.source.url,
            self.path,
            station.lat,
            station.lon,
            names.join(","),
            self.days,
            self.more
        );
        Request::get(station.id.as_str(), url, Media::Json)
    }
}

impl Adapter for OpenMeteo {
    fn begin(&self, ask: &Ask<'_>) -> Vec<Request> {
        if self.variables(ask).next().is_none() {
            return Vec::new();
        }
        let stations = ask.roster.stations();
        let named = !ask.roster.named().is_empty();
        let wanted = stations.into_iter().filter(|station| named || station.kind == limpid_model::StationKind::Air);
        wanted.map(|station| self.request(ask, station)).collect()
    }

    fn read<'p>(&self, ask: &Ask<'p>, request: &Request, body: &[u8], harvest: &mut Harvest<'p>) -> Result<(), Fault> {
        let forecast: Forecast = json(body)?;
        let Some(station) = ask.pipeline.stations.get_str(&request.name) else { return Ok(()) };
        let first = forecast.first_hour()?;
        for Variable { variable, parameter, hour, .. } in self.variables(ask) {
            // A variable that a place does not have is left out, or null throughout.
            let Some(values) = forecast.values(variable)? else { continue };
            let unit = long::unit(forecast.unit(variable), *parameter)?;
            let convert = |value: Option<f64>| {
                let converted = value.and_then(|value| unit.convert(value, parameter.unit(), *parameter));
                converted.map(|converted| converted.value)
            };
            let values: Vec<Option<f64>> = values.into_iter().map(convert).collect();
            if values.iter().all(Option::is_none) {
                continue;
            }
            let before = if *hour == Hour::Before { 1 } else { 0 };
            harvest.outlooks.push(Outlook {
                issued: ask.now,
                model: self.model.to_owned(),
                station: station.id.clone(),
                parameter: *parameter,
                start: first - chrono::TimeDelta::hours(before),
                values,
            });
        }
        if harvest.outlooks.is_empty() {
            return Err(Fault::new(Reason::Damaged, "the answer has none of the variables that were asked for"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
