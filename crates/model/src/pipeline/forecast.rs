//! `[forecast]`: when forecasts are issued, and from what.

use chrono::{Days, NaiveTime};

use super::fields::{Fields, Source};
use crate::time::{Instant, Zone};

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

impl ForecastRules {
    /// The last time at which an issue was due, at or before `now`; `None` when none is ever due.
    pub fn last_due(&self, zone: Zone, now: Instant) -> Option<Instant> {
        self.due(zone, now).filter(|at| *at <= now).max()
    }

    /// The next time at which one is due.
    pub fn next_due(&self, zone: Zone, now: Instant) -> Option<Instant> {
        self.due(zone, now).filter(|at| *at > now).min()
    }

    /// The times of yesterday, today and tomorrow.
    fn due(&self, zone: Zone, now: Instant) -> impl Iterator<Item = Instant> {
        let today = zone.date_of(now);
        let times: &[NaiveTime] = if self.enabled { &self.issue_at } else { &[] };
        let dates = [today - Days::new(1), today, today + Days::new(1)];
        dates.into_iter().flat_map(move |date| times.iter().map(move |time| zone.at(date.and_time(*time))))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issues_are_due_by_the_clock_of_the_publisher() {
        let (rules, zone) = (ForecastRules::default(), Zone::parse("Asia/Shanghai").unwrap());
        let at = |text: &str| format!("2026-11-{text}:00+08:00").parse::<Instant>().unwrap();
        for (now, last, next) in [
            ("25T07:59", "24T17:00", "25T08:00"),
            ("25T08:00", "25T08:00", "25T17:00"),
            ("25T23:30", "25T17:00", "26T08:00"),
        ] {
            assert_eq!(rules.last_due(zone, at(now)), Some(at(last)), "{now}");
            assert_eq!(rules.next_due(zone, at(now)), Some(at(next)), "{now}");
        }
        let off = ForecastRules { enabled: false, ..rules };
        assert_eq!(off.next_due(zone, at("25T08:00")), None);
    }
}
