//! What somebody else's model expects: weather, or pollutants, hour by hour. Input of the forecasts, never a reading.

use chrono::Duration;

use crate::parameter::ParameterId;
use crate::station::StationId;
use crate::time::Instant;

/// One issue of an outside forecast, of one parameter at one station. It is kept as it was issued, so that a forecast of
/// ours can be tried on the past with what was known then.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlook {
    /// Since when it can have been known. Where the source does not say when its model was run, when the issue that
    /// says this was first fetched: the run is older, never younger.
    pub issued: Instant,
    /// Whose it is: the name of the source's model, `open-meteo/best_match`.
    pub model: String,
    /// For where. The source's own grid point may lie some kilometres away.
    pub station: StationId,
    /// Of what.
    pub parameter: ParameterId,
    /// The start of the first hour.
    pub start: Instant,
    /// One value for each hour from then on, in the parameter's canonical unit; `None` where the source has none.
    pub values: Vec<Option<f64>>,
}

impl Outlook {
    /// The hours by their start, in order.
    pub fn hours(&self) -> impl Iterator<Item = (Instant, Option<f64>)> {
        let hours = (0..).map(|hour| self.start + Duration::hours(hour));
        hours.zip(self.values.iter().copied())
    }

    /// The value for the hour that starts at `hour`.
    pub fn at(&self, hour: Instant) -> Option<f64> {
        let since = hour.signed_duration_since(self.start);
        let place = usize::try_from(since.num_hours()).ok().filter(|_| since.num_seconds() % 3600 == 0)?;
        self.values.get(place).copied().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_found_by_their_start() {
        let at = |text: &str| text.parse::<Instant>().unwrap();
        let outlook = Outlook {
            issued: at("2026-11-25T00:10:00Z"),
            model: "m".into(),
            station: StationId::parse("S1").unwrap(),
            parameter: ParameterId::known("temperature"),
            start: at("2026-11-24T23:00:00Z"),
            values: vec![Some(1.5), None, Some(-2.0)],
        };
        let hours: Vec<_> = outlook.hours().collect();
        assert_eq!(hours[2], (at("2026-11-25T01:00:00Z"), Some(-2.0)));
        assert_eq!(hours.len(), 3);
        for (hour, value) in [
            ("2026-11-24T22:00:00Z", None),
            ("2026-11-24T22:30:00Z", None),
            ("2026-11-24T23:00:00Z", Some(1.5)),
            ("2026-11-24T23:30:00Z", None),
            ("2026-11-25T00:00:00Z", None),
            ("2026-11-25T01:00:00Z", Some(-2.0)),
            ("2026-11-25T02:00:00Z", None),
        ] {
            assert_eq!(outlook.at(hour.parse().unwrap()), value, "{hour}");
        }
    }
}
