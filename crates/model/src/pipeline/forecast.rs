//! `[forecast]`: when forecasts are issued, and from what.

use chrono::NaiveTime;

use super::fields::{Fields, Source};

/// `[forecast]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForecastRules {
    /// Whether forecasts are issued. Default true.
    pub enabled: bool,
    /// The times of the day at which they are, by the publisher's clock. Default 08:00 and 17:00.
    pub issue_at: Vec<NaiveTime>,
    /// Years of hours that the model is trained on. Default 3.
    pub train_years: u64,
    /// Whether the weather to come is used, where a source brings it. Default true.
    pub weather: bool,
    /// The legal basis on which this authority announces levels above its remit; without it they are shown as
    /// concentrations. Default none.
    pub legal_basis: Option<String>,
}

impl Default for ForecastRules {
    fn default() -> Self {
        let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).expect("an hour of the day");
        Self { enabled: true, issue_at: vec![hour(8), hour(17)], train_years: 3, weather: true, legal_basis: None }
    }
}

/// Reads the section.
pub(super) fn read(mut fields: Fields<'_>, source: &mut Source<'_>) -> ForecastRules {
    let usual = ForecastRules::default();
    let enabled = fields.boolean(source, "enabled").unwrap_or(usual.enabled);
    let issue_at = fields.strings(source, "issue_at", r#"["08:00", "17:00"]"#).map(|words| {
        let mut times = Vec::new();
        for (word, offset) in words {
            match NaiveTime::parse_from_str(&word, "%H:%M") {
                Ok(time) => times.push(time),
                Err(_) => {
                    let remedy = "write times of the day: [\"08:00\", \"17:00\"]";
                    source.mistake(offset, format!("`forecast.issue_at` has {word:?}"), remedy);
                }
            }
        }
        times.sort_unstable();
        times.dedup();
        times
    });
    let train_years = fields.integer(source, "train_years", 1..=10).unwrap_or(usual.train_years);
    let weather = fields.boolean(source, "weather").unwrap_or(usual.weather);
    let legal_basis =
        fields.string(source, "legal_basis", "\"the name and article of the rule\"").map(|(text, _)| text);
    fields.finish(source);
    let issue_at = issue_at.unwrap_or(usual.issue_at);
    ForecastRules { enabled, issue_at, train_years, weather, legal_basis }
}
