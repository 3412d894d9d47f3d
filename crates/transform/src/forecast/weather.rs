//! The weather to come, as the models are told it.

use serde::{Deserialize, Serialize};

use super::noise::Noise;
use super::panel::{Panel, SPEED};

/// Parts of the weather to come: temperature in degC, pressure in hPa, dew point in degC, wind to the east and to the
/// north in m/s; means over all stations.
pub const PARTS: usize = 5;
/// Where they stand among the panel's series of weather.
pub(super) const SERIES: [usize; PARTS] = [0, 1, 2, SPEED - 2, SPEED - 1];

/// Errors of a simulated forecast 24 hours ahead, standard deviations in the units of the parts.
const ERROR: [f32; PARTS] = [2.2, 1.2, 2.8, 1.4, 1.4];
/// They grow by this part of it a day.
const GROWTH: f32 = 0.3;
/// How much of an hour's error is still there an hour later.
const PERSISTENCE: f32 = 0.9;

/// The weather of one hour.
pub type Hour = [f32; PARTS];

/// Where the weather to come is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ahead {
    /// Nowhere.
    #[default]
    None,
    /// From the panel as it stands: what was observed, a bound that no forecast reaches; or an outside forecast that was
    /// set into the panel's hours to come.
    Panel,
    /// From what was observed, with errors as large and as lasting as those of weather forecasts. A stand-in for trials.
    Simulated,
}

impl Ahead {
    /// The weather `1..=reach` hours after `origin`; hours that the panel does not have are NaN.
    pub fn path(self, panel: &Panel, origin: usize, reach: usize) -> Vec<Hour> {
        let observed =
            |hour: usize, part: usize| panel.weather[SERIES[part]].values.get(hour).copied().unwrap_or(f32::NAN);
        let mut path: Vec<Hour> =
            (1..=reach).map(|lead| std::array::from_fn(|part| observed(origin + lead, part))).collect();
        match self {
            Self::None => path.clear(),
            Self::Panel => {}
            Self::Simulated => {
                for part in 0..PARTS {
                    let mut noise = Noise::new((origin * PARTS + part) as u64);
                    let mut error = noise.normal();
                    for (lead, hour) in (1_u16..).zip(&mut path) {
                        error = PERSISTENCE * error + (1.0 - PERSISTENCE * PERSISTENCE).sqrt() * noise.normal();
                        let size = ERROR[part] * (1.0 + GROWTH * (f32::from(lead) / 24.0 - 1.0));
                        hour[part] += size * error;
                    }
                }
            }
        }
        path
    }
}
