//! Weather in which a value says little of what it should: sound is not judged in rain and above 5 m/s of wind. Thresholds are the
//! pipeline's (`[[validation.limit]]` with check = "weather"); none are built in.

use limpid_model::limit::Weather;
use limpid_model::{Flag, Limit, ParameterId};

use crate::fixed::Fixed;

/// What is set for a parameter.
pub fn set(limits: &[(ParameterId, Limit)], parameter: ParameterId) -> Option<Weather> {
    Limit::set(limits, parameter, |limit| if let Limit::Weather(weather) = limit { Some(weather) } else { None })
}

/// The flag of an hour with this wind and rain, and the id of the rule. What is not known spoils nothing.
pub fn judge(weather: Weather, wind: Option<Fixed>, rain: Option<Fixed>) -> Option<(Flag, &'static str)> {
    let above = |value: Option<Fixed>, threshold: Option<f64>| {
        value.zip(threshold.and_then(Fixed::from_f64)).is_some_and(|(value, threshold)| value > threshold)
    };
    let windy = above(wind, weather.wind_above).then_some((Flag::Suspect, "weather-wind"));
    windy.or_else(|| above(rain, weather.rain_above).then_some((Flag::Suspect, "weather-rain")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wind_and_rain_spoil_an_hour() {
        let weather = Weather { wind_above: Some(5.0), rain_above: Some(0.0) };
        let rule = |wind: Option<f64>, rain: Option<f64>| {
            let fixed = |value: Option<f64>| value.and_then(Fixed::from_f64);
            judge(weather, fixed(wind), fixed(rain)).map(|(_, rule)| rule)
        };
        assert_eq!([rule(Some(5.0), Some(0.0)), rule(None, None)], [None, None]);
        assert_eq!([rule(Some(5.1), Some(1.0)), rule(None, Some(0.1))], [Some("weather-wind"), Some("weather-rain")]);
        let wind_only = Weather { rain_above: None, ..weather };
        assert_eq!(judge(wind_only, None, Fixed::from_f64(9.0)), None);
    }
}
