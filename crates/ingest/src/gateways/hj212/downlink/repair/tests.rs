//! What is asked for again beside what the gap ledger misses.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::Duration;
use limpid_model::{Entry, Mark, ParameterId, Reading};
use limpid_store::{GapWindow, Journal, LedgerEntries, SqliteJournal};

use super::*;
use crate::gateways::hj212::testing::{now, pipeline};
use crate::{Intake, Upload};

/// 00:00 UTC of 2026-11-24, which is a day and a half before now, and hours after it.
fn hour(n: i64) -> Moment {
    "2026-11-24T00:00:00Z".parse::<Moment>().unwrap() + Duration::hours(n)
}

struct Desk {
    downlink: Downlink,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let journal = SqliteJournal::open(&folder.path().join("journal.sqlite")).unwrap();
        let intake = Intake::new(pipeline("repair_days = 1"), journal).with_clock(now);
        Self { downlink: Downlink::new(intake).0, _folder: folder }
    }

    fn station(&self) -> &Station {
        self.downlink.intake.pipeline().stations.get_str("A1").unwrap()
    }

    /// A1 sent these.
    async fn sent(&self, parameter: &str, period: Period, starts: impl IntoIterator<Item = Moment>) {
        let reading = |start| {
            Entry::Reading(Reading {
                station: self.station().id.clone(),
                parameter: ParameterId::known(parameter),
                period,
                start,
                value: Some(1.0),
                mark: Mark::parse("N"),
                conversion: None,
            })
        };
        let upload = Upload {
            channel: limpid_model::Channel::Hj212,
            sender: "test".into(),
            station: None,
            media_type: "text/plain",
            body: Vec::new().into(),
            idempotency: None,
            entries: starts.into_iter().map(reading).collect(),
            events: Vec::new(),
        };
        self.downlink.intake.submit(upload).await.unwrap();
    }

    /// The ledger misses these hours of A1.
    async fn misses(&self, gaps: &[(&str, i64, i64, GapCause)]) {
        let gap = |(parameter, from, to, cause): &(&str, i64, i64, GapCause)| Gap {
            station: self.station().id.clone(),
            parameter: ParameterId::known(parameter),
            start: hour(*from),
            end: hour(*to),
            cause: *cause,
            reason: None,
        };
        let window = GapWindow {
            station: self.station().id.clone(),
            from: hour(-100),
            to: hour(100),
            gaps: gaps.iter().map(gap).collect(),
        };
        let journal: &Arc<dyn Journal> = self.downlink.intake.journal();
        journal.keep_ledger(LedgerEntries { windows: vec![window], ..LedgerEntries::default() }).await.unwrap();
    }

    /// What would be asked for, by its kind.
    async fn missing(&self) -> Vec<(Kind, i64)> {
        let missing = self.downlink.missing(self.station(), hour(0)).await.unwrap();
        missing.into_iter().map(|(kind, start)| (kind, (start - hour(0)).num_hours())).collect()
    }
}

#[tokio::test]
async fn what_is_asked_for_again_is_what_the_ledger_misses_for_want_of_data() {
    let desk = Desk::new();
    // It is 01:30 on the 25th; up to 01:00 hours are over and waited for long enough. All of PM2.5 came, of ozone not.
    desk.sent("pm25", Period::Hour, (0..25).map(hour)).await;
    use GapCause::*;
    desk.misses(&[
        ("o3", -5, 2, StationSilent),
        ("o3", 4, 6, LinkDown),
        ("o3", 6, 8, InstrumentMark),
        ("no2", 5, 7, PlatformDown),
        ("no2", 9, 10, Incomplete),
        ("so2", 11, 12, FailedCheck),
        ("so2", 12, 13, SentMissing),
        ("so2", 13, 14, Rejected),
        ("so2", 14, 15, Quarantined),
        ("so2", 15, 16, SourceDown),
        ("so2", 24, 30, StationSilent),
    ])
    .await;
    // Each hour once, the newest first; those of calibration, of failed and refused values not, and none of before the days
    // that are looked at or of what is not over.
    let hours = [24, 9, 6, 5, 4, 1, 0].map(|hour| (Kind::Hour, hour));
    assert_eq!(desk.missing().await, hours);
    // The ledger is empty once all of it has come, and nothing is asked.
    desk.misses(&[]).await;
    assert_eq!(desk.missing().await, []);
}

#[tokio::test]
async fn hours_of_a_station_that_sends_minutes_are_asked_for_as_minutes() {
    let desk = Desk::new();
    desk.sent("pm25", Period::Minutes(1), (0..25).map(|n| hour(n) + Duration::minutes(30))).await;
    desk.misses(&[("pm25", 3, 5, GapCause::Incomplete)]).await;
    assert_eq!(desk.missing().await, [(Kind::Minutes, 4), (Kind::Minutes, 3)]);
    // A station that never sent anything is asked nothing: nobody knows how it would say it.
    let silent = Desk::new();
    silent.misses(&[("pm25", 3, 5, GapCause::StationSilent)]).await;
    assert_eq!(silent.missing().await, []);
}

#[tokio::test]
async fn what_the_ledger_does_not_know_is_asked_for_where_the_journal_has_nothing() {
    let desk = Desk::new();
    desk.sent("pm25", Period::Hour, (0..25).filter(|n| *n != 7 && *n != 8).map(hour)).await;
    desk.misses(&[("o3", 8, 10, GapCause::StationSilent)]).await;
    let found: BTreeSet<i64> = desk.missing().await.into_iter().map(|(_, hour)| hour).collect();
    assert_eq!(found, BTreeSet::from([7, 8, 9]));
}
