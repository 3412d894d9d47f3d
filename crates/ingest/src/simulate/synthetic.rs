//! Believable readings, made up: traffic in the morning and evening, ozone in the afternoon, particles at night and
//! in slow episodes, seasons, a station's own level. A value depends on station, parameter and time alone, so that
//! a simulator that starts again says the same as before.
//!
//! Magnitudes are those of a small town in a basin of southern China; nothing here is a measurement.

use std::f64::consts::TAU;

use chrono::{Datelike, Timelike};
use limpid_model::{Instant, ParameterId, Period, Station, StationKind, Zone};

const HOUR: f64 = 3600.0;
const DAY: f64 = 24.0 * HOUR;

/// What a station sends: its monitoring plan, or what its kind usually measures.
pub fn plan(station: &Station) -> Vec<ParameterId> {
    if !station.parameters.is_empty() {
        return station.parameters.clone();
    }
    let usual: &[&str] = match station.kind {
        StationKind::Air => &[
            "pm25",
            "pm10",
            "so2",
            "no2",
            "co",
            "o3",
            "temperature",
            "humidity",
            "pressure",
            "wind_speed",
            "wind_direction",
        ],
        StationKind::Water => {
            &["ph", "do", "codmn", "nh3n", "tp", "tn", "water_temperature", "conductivity", "turbidity"]
        }
        StationKind::Noise => &["leq", "l10", "l50", "l90", "lmax", "lmin"],
        StationKind::Outlet => &["ph", "cod", "nh3n", "tp", "flow"],
        StationKind::Radiation => &["gamma"],
        StationKind::Soil => &[],
    };
    usual.iter().filter_map(|id| ParameterId::parse(id)).collect()
}

/// The made-up value of a period, in the parameter's canonical unit, with one digit more than people are shown;
/// `None` for a parameter, or a period of it, that is not made up.
pub fn value(station: &Station, parameter: ParameterId, period: Period, start: Instant, zone: Zone) -> Option<f64> {
    let at = |at| Weather::new(station, at, zone).value(parameter);
    let length = period.end(start, zone) - start;
    let statistic = matches!(parameter.as_str(), "l10" | "l50" | "l90" | "lmax" | "lmin" | "rain");
    if period == Period::Moment {
        return if statistic { None } else { Some(round(at(start)?, parameter)) };
    }
    // Twelve moments of the period stand for it.
    let moments: Vec<f64> = (0..12).map(|k| at(start + length * k / 12)).collect::<Option<_>>()?;
    let mean = moments.iter().sum::<f64>() / 12.0;
    let value = match parameter.as_str() {
        // Sound is averaged as energy.
        "leq" => 10.0 * (moments.iter().map(|level| 10f64.powf(level / 10.0)).sum::<f64>() / 12.0).log10(),
        // A direction has no mean without its speed.
        "wind_direction" => moments[6],
        // Made up as mm in an hour.
        "rain" => mean * length.num_seconds() as f64 / HOUR,
        _ => mean,
    };
    Some(round(value, parameter))
}

fn round(value: f64, parameter: ParameterId) -> f64 {
    let scale = 10f64.powi(parameter.decimals() as i32 + 1);
    (value * scale).round() / scale
}

/// One station at one moment.
struct Weather {
    /// Seconds since 1970.
    t: f64,
    /// Local time of day in hours.
    hour: f64,
    /// 1 in mid-January, -1 in mid-July.
    winter: f64,
    /// Tells stations apart.
    station: u64,
    kind: StationKind,
}

impl Weather {
    fn new(station: &Station, at: Instant, zone: Zone) -> Self {
        let local = at.with_timezone(&zone.0);
        let north = if station.lat < 0.0 { -1.0 } else { 1.0 };
        let day = f64::from(local.ordinal0());
        Self {
            t: at.timestamp_millis() as f64 / 1000.0,
            hour: f64::from(local.num_seconds_from_midnight()) / HOUR,
            winter: north * ((day - 14.0) / 365.0 * TAU).cos(),
            station: station.id.as_str().bytes().fold(17, |hash, byte| mix(hash ^ u64::from(byte))),
            kind: station.kind,
        }
    }

    /// Smooth noise from -1 to 1 that turns about once in `scale` seconds, the same for all stations.
    fn common(&self, what: u64, scale: f64) -> f64 {
        noise(what, self.t / scale)
    }

    /// The same, of this station alone.
    fn own(&self, what: u64, scale: f64) -> f64 {
        noise(self.station ^ what, self.t / scale)
    }

    /// From 0 to 1 and back within some hours around `peak`.
    fn around(&self, peak: f64, width: f64) -> f64 {
        let apart = (self.hour - peak).abs();
        let apart = apart.min(24.0 - apart);
        (-apart * apart / (2.0 * width * width)).exp()
    }

    fn traffic(&self) -> f64 {
        self.around(8.0, 1.6) + self.around(18.5, 2.2)
    }

    fn night(&self) -> f64 {
        self.around(1.0, 4.5)
    }

    /// How much this station differs from its neighbours, 0.85 to 1.15.
    fn level(&self, what: u64) -> f64 {
        1.0 + 0.15 * unit(mix(self.station ^ what))
    }

    /// Stagnant air comes and goes over days, for all stations at once.
    fn stagnation(&self) -> f64 {
        (0.55 * self.common(1, 3.0 * DAY) + 0.3 * self.common(2, DAY) + 0.12 * self.own(3, 5.0 * HOUR)).exp()
    }

    fn value(&self, parameter: ParameterId) -> Option<f64> {
        match self.kind {
            StationKind::Air => self.air(parameter.as_str()),
            StationKind::Water | StationKind::Outlet => self.water(parameter.as_str()),
            StationKind::Noise => self.sound(parameter.as_str()),
            StationKind::Radiation => (parameter.as_str() == "gamma").then(|| 95.0 + 4.0 * self.own(90, 6.0 * HOUR)),
            StationKind::Soil => None,
        }
    }

    fn air(&self, parameter: &str) -> Option<f64> {
        let stagnation = self.stagnation();
        let pm25 = || {
            let level = (24.0 + 13.0 * self.winter) * stagnation * self.level(10);
            level * (0.8 + 0.3 * self.night() + 0.15 * self.traffic()) * (1.0 + 0.06 * self.own(11, 0.3 * HOUR))
        };
        let no2 = || {
            let level = (19.0 + 6.0 * self.winter) * stagnation.powf(0.6) * self.level(12);
            level * (0.55 + 0.75 * self.traffic() + 0.25 * self.night()) * (1.0 + 0.08 * self.own(13, 0.3 * HOUR))
        };
        let no = || no2() * (0.12 + 0.3 * self.around(8.0, 1.6));
        let temperature =
            || 17.0 - 9.5 * self.winter + 4.5 * self.around(15.0, 4.0) - 2.0 + 2.5 * self.common(20, 3.0 * DAY);
        let humidity = || (82.0 - 22.0 * self.around(15.0, 4.0) + 9.0 * self.common(21, DAY)).clamp(15.0, 99.0);
        Some(match parameter {
            "pm25" => pm25(),
            "pm10" => pm25() * (1.45 + 0.15 * self.own(14, 2.0 * HOUR)) + 6.0,
            "tsp" => pm25() * 2.1 + 15.0,
            "pm1" => pm25() * 0.72,
            "so2" => 6.5 * stagnation.powf(0.4) * self.level(15) * (1.0 + 0.25 * self.around(10.0, 2.5)),
            "no2" => no2(),
            "no" => no(),
            // As NO2: a mole of NO weighs 30.01 g, one of NO2 46.01.
            "nox" => no2() + no() * 46.01 / 30.01,
            "co" => (0.5 + 0.15 * self.winter) * stagnation.powf(0.5) * (0.85 + 0.3 * self.traffic()) * self.level(16),
            "o3" => {
                let sun = (1.0 - 0.45 * self.winter) * (1.0 + 0.25 * self.common(17, 2.0 * DAY));
                (14.0 + 92.0 * sun * self.around(15.0, 3.2) * self.level(18) - 0.3 * no2()).max(2.0)
            }
            "nh3" => 12.0 - 5.0 * self.winter + 3.0 * self.own(19, 4.0 * HOUR),
            "h2s" => 1.5 + 0.6 * self.own(22, 4.0 * HOUR),
            "temperature" => temperature(),
            "humidity" => humidity(),
            "dew_point" => temperature() - (100.0 - humidity()) / 5.0,
            "pressure" => 978.0 + 8.0 * self.winter + 4.0 * self.common(23, 3.0 * DAY) + 1.2 * self.around(10.0, 3.0),
            "wind_speed" => (1.3 + 0.9 * self.around(14.0, 4.0) + 0.9 * self.common(24, 7.0 * HOUR)).max(0.1),
            "wind_direction" => (130.0 + 110.0 * self.common(25, DAY) + 25.0 * self.own(26, HOUR)).rem_euclid(360.0),
            "rain" => (self.common(27, 9.0 * HOUR) - 0.55).max(0.0) * 9.0,
            _ => return None,
        })
    }

    fn water(&self, parameter: &str) -> Option<f64> {
        let temperature = 16.5 - 8.0 * self.winter + 0.8 * self.around(16.0, 4.0) + self.common(30, 4.0 * DAY);
        let slow = |what| self.own(what, 1.5 * DAY);
        Some(match parameter {
            "water_temperature" | "temperature" => temperature,
            "ph" => 7.6 + 0.25 * self.around(15.0, 3.5) + 0.15 * slow(31),
            // Solubility of oxygen falls by about 0.2 mg/L per degree; algae add some by day.
            "do" => 12.2 - 0.2 * temperature + 0.9 * self.around(15.5, 3.5) + 0.4 * slow(32),
            "codmn" => 2.6 + 0.6 * slow(33),
            "cod" => 18.0 + 6.0 * slow(34) + 2.0 * self.around(10.0, 3.0),
            "bod5" => 2.1 + 0.5 * slow(35),
            "nh3n" => 0.24 * (0.6 * slow(36)).exp(),
            "tp" => 0.09 * (0.5 * slow(37)).exp(),
            "tn" => 1.7 + 0.4 * slow(38),
            "conductivity" => 380.0 + 40.0 * slow(39),
            "turbidity" => 13.0 * (0.9 * self.common(40, 2.0 * DAY) + 0.1 * self.own(41, HOUR)).exp(),
            "chla" => 0.006 * (0.6 * slow(42)).exp(),
            "algae" => 2.0e6 * (0.6 * slow(42)).exp(),
            "ss" => 14.0 * (0.5 * slow(43)).exp(),
            "flow" => 0.05 * (0.4 * slow(44)).exp() * (0.8 + 0.4 * self.around(11.0, 5.0)),
            _ => return None,
        })
    }

    fn sound(&self, parameter: &str) -> Option<f64> {
        let day = self.around(14.0, 5.5);
        let leq = 45.0 + 8.5 * day + 2.5 * self.traffic() + self.own(60, 0.5 * HOUR) + 1.5 * self.own(61, 60.0);
        Some(match parameter {
            "leq" => leq,
            "l10" => leq + 2.8,
            "l50" => leq - 2.1,
            "l90" => leq - 5.6,
            "lmax" => leq + 15.0 + 4.0 * self.own(62, HOUR),
            "lmin" => leq - 9.5,
            _ => return None,
        })
    }
}

/// Values at whole numbers are hashed, those between lie on a smooth curve through them.
fn noise(what: u64, x: f64) -> f64 {
    let low = x.floor();
    let part = x - low;
    let smooth = part * part * (3.0 - 2.0 * part);
    let point = |k: f64| unit(mix(what.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (k as i64) as u64));
    point(low) + (point(low + 1.0) - point(low)) * smooth
}

/// A hash as a number from -1 to 1.
fn unit(hash: u64) -> f64 {
    (hash >> 11) as f64 / (1u64 << 52) as f64 - 1.0
}

/// The finaliser of SplitMix64.
pub(super) fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}
