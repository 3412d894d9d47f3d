//! Canada's air quality health index, by hours: the excess mortality that O3, NO2 and PM2.5 of the last three hours are
//! associated with, on a scale from 1. Coefficients from secondary sources (Stieb et al. 2008 as two programs cite it):
//! **unverified**.
//!
//! The index is the nearest whole number, at least 1; above 10 Canada shows "10+", and here the number stands. There are no
//! sub-indices. A mean of three hours needs two of them (ours); without one of the three parameters there is no index.
//! In smoke Canada uses another formula, which we do not have; Quebec uses another index.

use limpid_model::{ParameterId, Unit};

use crate::aggregate::mean::mean;
use crate::assess::{Edition, NO2, O3, PM25, Realtime, Verdict, six};
use crate::fixed::{Fixed, Mean};
use crate::standards::Rules;

/// The edition.
pub const EDITION_2008: Edition = Edition { id: "ca-aqhi-2008", realtime: Some(realtime), daily: None };

/// Hours of its means.
pub const HOURS: usize = 3;

/// Of these so many must be valid.
const LEAST: u32 = 2;

/// Position, unit of the formula, and coefficient per that unit.
const TERMS: [(usize, &str, f64); 3] = [(O3, "ppb", 0.000_537), (NO2, "ppb", 0.000_871), (PM25, "ug/m3", 0.000_487)];

const SCALE: f64 = 1000.0 / 10.4;

fn realtime(_: &Rules, input: &Realtime) -> Verdict {
    let none = Verdict { reason: Some("missing"), ..Verdict::default() };
    let Some(risk) = risk(&input.last3) else { return none };
    Verdict { index: Some(risk.round().clamp(1.0, f64::from(u16::MAX)) as u16), ..Verdict::default() }
}

/// The index before it is rounded; `last3` are the last three hours of O3, NO2 and PM2.5 in canonical units.
pub(super) fn risk(last3: &[[Option<Fixed>; HOURS]; 3]) -> Option<f64> {
    let mut sum = 0.0;
    for ((position, unit, coefficient), hours) in TERMS.into_iter().zip(last3) {
        let parameter: ParameterId = six()[position];
        let mean = mean(hours, LEAST).mean.map(Mean::to_f64)?;
        let value = parameter.unit().convert(mean, Unit::parse(unit)?, parameter)?.value;
        sum += (coefficient * value).exp_m1();
    }
    Some(SCALE * sum)
}
