//! Saturation of dissolved oxygen. Table 1 lets class I be met by a saturation of 90 % in place of 7.5 mg/L.
//!
//! The national real-time feed does not use that clause (two of its 4,700 published rows would be a class better), so it
//! is a setting, `[water] saturation`, that is off unless an authority turns it on.

use crate::fixed::Mean;

/// Percent of saturation that stands for class I (table 1, footnote of dissolved oxygen).
pub const CLASS_I_PERCENT: f64 = 90.0;

/// Percent of saturation of fresh water: `oxygen` in mg/L, `temperature` in degC, `altitude` in m above the sea.
///
/// At sea level the saturated concentration is 468 / (31.6 + T) mg/L (HJ 2.3, recalled, unverified; within 1.5 % of ISO 5814 from
/// 0 to 30 degC). It falls with the pressure of the standard atmosphere (ISO 2533). `None` for temperatures that no
/// liquid water has.
pub fn saturation(oxygen: Mean, temperature: Mean, altitude: f64) -> Option<f64> {
    let temperature = temperature.to_f64();
    if !(-2.0..=45.0).contains(&temperature) {
        return None;
    }
    let at_sea = 468.0 / (31.6 + temperature);
    Some(100.0 * oxygen.to_f64() / (at_sea * pressure(altitude)))
}

/// Pressure at an altitude in m as a part of that at sea level (ISO 2533, up to 11 km).
fn pressure(altitude: f64) -> f64 {
    (1.0 - 0.006_5 * altitude.clamp(-500.0, 11_000.0) / 288.15).powf(5.255_88)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixed::Fixed;

    fn mean(value: f64) -> Mean {
        Fixed::from_f64(value).unwrap().into()
    }

    #[test]
    fn saturated_water_is_near_a_hundred_percent() {
        // Saturated concentrations of ISO 5814:2012 table A.1, mg/L at 1013.25 hPa.
        for (temperature, concentration) in [(0.0, 14.62), (5.0, 12.77), (10.0, 11.29), (20.0, 9.09), (30.0, 7.56)] {
            let percent = saturation(mean(concentration), mean(temperature), 0.0).unwrap();
            assert!((percent - 100.0).abs() < 1.5, "{temperature} degC: {percent}");
        }
        assert_eq!(saturation(mean(9.0), mean(99.0), 0.0), None);
    }

    #[test]
    fn thin_air_dissolves_less() {
        // ISO 2533: 898.75 hPa at 1000 m, 701.09 hPa at 3000 m.
        assert!((pressure(1000.0) - 898.75 / 1013.25).abs() < 1e-4, "{}", pressure(1000.0));
        assert!((pressure(3000.0) - 701.09 / 1013.25).abs() < 1e-4, "{}", pressure(3000.0));
        let at = |altitude| saturation(mean(6.3), mean(20.0), altitude).unwrap() >= CLASS_I_PERCENT;
        assert_eq!([at(0.0), at(3000.0)], [false, true]);
    }
}
