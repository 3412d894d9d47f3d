//! Whether what is due at times of the day is there: the forecast of each day, and each scheduled issue.

use chrono::{Days, Duration, NaiveTime};
use limpid_model::{Instant, Pipeline, Zone};

use super::deadline::State;

/// A scheduled issue is to be there so long after its time.
const GRACE: Duration = Duration::hours(1);
/// Days to either side of today that are looked at.
const AROUND: u64 = 2;

/// Something is owed that was made at or after `start`, by `deadline`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub start: Instant,
    pub deadline: Instant,
}

/// The forecast of each day: made on the day, and out by the time of the rules.
pub fn forecasts(pipeline: &Pipeline, now: Instant) -> Vec<Window> {
    let zone = pipeline.publisher.zone;
    windows(zone, now, &[(NaiveTime::MIN, pipeline.deadlines.forecast)])
}

/// Every scheduled issue.
pub fn issues(pipeline: &Pipeline, now: Instant) -> Vec<Window> {
    let times: Vec<(NaiveTime, NaiveTime)> = pipeline.forecast.issue_at.iter().map(|time| (*time, *time)).collect();
    let mut windows = windows(pipeline.publisher.zone, now, &times);
    windows.iter_mut().for_each(|window| window.deadline += GRACE);
    windows
}

/// Windows of these times of the day around `now`, in order.
fn windows(zone: Zone, now: Instant, times: &[(NaiveTime, NaiveTime)]) -> Vec<Window> {
    let first = zone.date_of(now) - Days::new(AROUND);
    let dates = (0..=2 * AROUND).map(|day| first + Days::new(day));
    let of = |date: chrono::NaiveDate| {
        let at = move |time: NaiveTime| zone.at(date.and_time(time));
        times.iter().map(move |(start, deadline)| Window { start: at(*start), deadline: at(*deadline) })
    };
    dates.flat_map(of).collect()
}

/// How it stands at `now` when the last was made at `last`: by when the next must be there, or should have been.
/// `None` without windows.
pub fn judge(windows: &[Window], last: Option<Instant>, now: Instant) -> Option<(Instant, State)> {
    let ahead = windows.iter().find(|window| window.deadline > now)?;
    let Some(last) = last else { return Some((ahead.deadline, State::None)) };
    let owed = windows.iter().rfind(|window| window.deadline <= now);
    if let Some(owed) = owed.filter(|owed| last < owed.start) {
        return Some((owed.deadline, State::Late));
    }
    let next = windows.iter().find(|window| window.start > last)?;
    Some((next.deadline, if next.start <= now { State::Due } else { State::Met }))
}

#[cfg(test)]
mod tests {
    use limpid_model::pipeline::Files;

    use super::*;

    fn judged(of: fn(&Pipeline, Instant) -> Vec<Window>, last: &str, now: &str) -> (String, State) {
        let pipeline = crate::testing::PIPELINE.to_owned();
        let files = Files { pipeline, stations: crate::testing::STATIONS.into() };
        let pipeline = Pipeline::parse(&files).unwrap_or_else(|mistakes| panic!("{:?}", mistakes.0));
        let at = |text: &str| format!("2026-11-{text}:00+08:00").parse::<Instant>().unwrap();
        let last = (!last.is_empty()).then(|| at(last));
        let (deadline, state) = judge(&of(&pipeline, at(now)), last, at(now)).unwrap();
        (pipeline.publisher.zone.format(deadline)[8..16].to_owned(), state)
    }

    #[test]
    fn a_forecast_is_owed_every_day_before_eight_in_the_evening() {
        let day = |last, now| judged(forecasts, last, now);
        assert_eq!(day("25T08:00", "25T09:00"), ("26T20:00".into(), State::Met));
        assert_eq!(day("24T17:00", "25T09:00"), ("25T20:00".into(), State::Due));
        assert_eq!(day("24T17:00", "25T19:59"), ("25T20:00".into(), State::Due));
        assert_eq!(day("24T17:00", "25T20:00"), ("25T20:00".into(), State::Late));
        assert_eq!(day("24T17:00", "26T09:00"), ("25T20:00".into(), State::Late));
        assert_eq!(day("25T20:30", "25T20:31"), ("26T20:00".into(), State::Met), "late, but there");
        assert_eq!(day("", "25T09:00"), ("25T20:00".into(), State::None));
        assert_eq!(day("01T09:00", "25T09:00"), ("24T20:00".into(), State::Late));
    }

    #[test]
    fn a_scheduled_issue_is_owed_an_hour_after_its_time() {
        let issue = |last, now| judged(issues, last, now);
        assert_eq!(issue("25T08:00", "25T08:30"), ("25T18:00".into(), State::Met));
        assert_eq!(issue("24T17:00", "25T08:30"), ("25T09:00".into(), State::Due));
        assert_eq!(issue("24T17:00", "25T09:00"), ("25T09:00".into(), State::Late));
        assert_eq!(issue("25T09:20", "25T09:21"), ("25T18:00".into(), State::Met));
        assert_eq!(issue("25T09:20", "25T18:00"), ("25T18:00".into(), State::Late));
    }
}
