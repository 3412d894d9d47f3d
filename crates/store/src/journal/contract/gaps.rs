//! Laws of the gap ledger.

use chrono::Duration;
use limpid_model::{
    Channel, Completeness, Gap, GapCause, Instant, MonthDays, Prospect, Reason, Submission, VerdictKind,
};

use super::{Open, at, parameter, reading, refused, station, submission};
use crate::journal::{GapQuery, GapWindow, Journal, LedgerEntries, SeriesPosition};

fn hour(hour: i64) -> Instant {
    at("2026-11-25T00:00:00Z") + Duration::hours(hour)
}

fn gap(id: &str, (from, to): (i64, i64), cause: GapCause, reason: Option<&str>) -> Gap {
    Gap {
        station: station("S1"),
        parameter: parameter(id),
        start: hour(from),
        end: hour(to),
        cause,
        reason: reason.map(str::to_owned),
    }
}

async fn keep(journal: &dyn Journal, (from, to): (i64, i64), gaps: Vec<Gap>) {
    let window = GapWindow { station: station("S1"), from: hour(from), to: hour(to), gaps };
    journal.keep_ledger(LedgerEntries { windows: vec![window], ..LedgerEntries::default() }).await.unwrap();
}

fn all() -> GapQuery {
    GapQuery {
        stations: vec![station("S1"), station("S2")],
        parameters: Vec::new(),
        causes: Vec::new(),
        from: hour(-9999),
        to: hour(9999),
        after: None,
        limit: 1000,
    }
}

async fn read(journal: &dyn Journal, query: GapQuery) -> Vec<String> {
    let words = |gap: &Gap| {
        let hours = |at: Instant| (at - hour(0)).num_hours();
        let reason = gap.reason.as_deref().unwrap_or("-");
        format!("{} {} {}-{} {} {reason}", gap.station, gap.parameter, hours(gap.start), hours(gap.end), gap.cause)
    };
    journal.gaps(query).await.unwrap().iter().map(words).collect()
}

pub async fn a_window_of_gaps_is_replaced_and_joined_at_its_edges(open: Open) {
    use GapCause::{InstrumentMark, LinkDown, StationSilent};
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    keep(&*journal, (0, 24), vec![gap("pm25", (3, 5), LinkDown, None), gap("o3", (23, 24), StationSilent, None)]).await;
    // The next day goes on as the last one ended, and another cause and reason do not.
    keep(
        &*journal,
        (24, 48),
        vec![
            gap("o3", (24, 30), StationSilent, None),
            gap("co", (24, 26), InstrumentMark, Some("C")),
            gap("co", (26, 27), InstrumentMark, Some("D")),
            gap("co", (27, 28), InstrumentMark, Some("D")),
        ],
    )
    .await;
    let whole = [
        "S1 co 24-26 instrument_mark C",
        "S1 co 26-28 instrument_mark D",
        "S1 o3 23-30 station_silent -",
        "S1 pm25 3-5 link_down -",
    ];
    assert_eq!(read(&*journal, all()).await, whole);
    // The middle of a gap is repaired: what is left of it on both sides stays.
    keep(&*journal, (25, 26), Vec::new()).await;
    assert_eq!(
        read(&*journal, all()).await,
        [
            "S1 co 24-25 instrument_mark C",
            "S1 co 26-28 instrument_mark D",
            "S1 o3 23-25 station_silent -",
            "S1 o3 26-30 station_silent -",
            "S1 pm25 3-5 link_down -",
        ]
    );
    // It gets another cause, and then the old one again.
    keep(&*journal, (25, 26), vec![gap("o3", (25, 26), LinkDown, None)]).await;
    assert_eq!(
        read(&*journal, all()).await[2..5].join(", "),
        "S1 o3 23-25 station_silent -, S1 o3 25-26 link_down -, S1 o3 26-30 station_silent -"
    );
    keep(
        &*journal,
        (25, 26),
        vec![gap("o3", (25, 26), StationSilent, None), gap("co", (25, 26), InstrumentMark, Some("C"))],
    )
    .await;
    assert_eq!(read(&*journal, all()).await, whole);
    journal.close().await.unwrap();
    assert_eq!(read(&*open(folder.path()), all()).await, whole);
}

pub async fn gaps_are_found_by_time_cause_and_page(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let gaps = (0..10).map(|n| {
        let cause = if n % 2 == 0 { GapCause::LinkDown } else { GapCause::PlatformDown };
        gap(["co", "pm25"][usize::from(n >= 5)], (n * 10, n * 10 + 5), cause, None)
    });
    let gaps: Vec<Gap> = gaps.collect();
    keep(&*journal, (0, 100), gaps.clone()).await;
    let count = async |query: GapQuery| journal.gaps(query).await.unwrap().len();
    assert_eq!(count(GapQuery { causes: vec![GapCause::LinkDown], ..all() }).await, 5);
    assert_eq!(count(GapQuery { parameters: vec![parameter("co")], ..all() }).await, 5);
    assert_eq!(count(GapQuery { stations: vec![station("S2")], ..all() }).await, 0);
    assert_eq!(count(GapQuery { stations: Vec::new(), ..all() }).await, 0);
    // 10-15 touches 14..21 and so does 20-25; 30-35 does not, and what ends where the time begins does not either.
    assert_eq!(count(GapQuery { from: hour(14), to: hour(21), ..all() }).await, 2);
    assert_eq!(count(GapQuery { from: hour(15), to: hour(20), ..all() }).await, 0);
    let (mut after, mut seen) = (None, Vec::new());
    for _ in 0..4 {
        let page = journal.gaps(GapQuery { after: after.take(), limit: 3, ..all() }).await.unwrap();
        after = page.last().map(|last| SeriesPosition {
            station: last.station.clone(),
            parameter: Some(last.parameter),
            start: last.start,
        });
        seen.extend(page);
    }
    assert_eq!(seen, gaps);
}

pub async fn completeness_of_a_year_is_replaced(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let of = |year, valid| Completeness {
        station: station("S1"),
        parameter: parameter("pm25"),
        year,
        until: hour(0),
        valid,
        passed: 200,
        needed: Some(324),
        valid_months: Some(9),
        needed_months: Some(12),
        months: vec![MonthDays { valid: 20, passed: 31, needed: Some(27) }],
        prospect: Prospect::Lost,
        today: None,
    };
    for (year, valid) in [(2025, 300), (2026, 100), (2026, 101)] {
        let entries = LedgerEntries {
            completeness: vec![of(year, valid)],
            cursors: vec![("ledger", u64::from(valid))],
            ..LedgerEntries::default()
        };
        journal.keep_ledger(entries).await.unwrap();
    }
    assert_eq!(journal.completeness(2026).await.unwrap(), [of(2026, 101)]);
    assert_eq!(journal.completeness(2025).await.unwrap(), [of(2025, 300)]);
    assert!(journal.completeness(2024).await.unwrap().is_empty());
    assert_eq!(journal.cursor("ledger").await.unwrap(), 101);
}

pub async fn refusals_are_known_by_the_quarter_in_which_they_came(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let future = || refused(VerdictKind::Quarantined, Reason::InFuture);
    let number = || refused(VerdictKind::Rejected, Reason::NotANumber);
    // Received at 12:00:00.123456 and so many minutes.
    journal.accept(submission(0, vec![future(), future(), number()])).await.unwrap();
    journal.accept(submission(14, vec![future()])).await.unwrap();
    journal.accept(submission(15, vec![number()])).await.unwrap();
    let taken = limpid_model::Entry::Reading(reading("S1", "pm25", 1, 1.0));
    journal.accept(submission(16, vec![taken])).await.unwrap();
    for other in [
        Submission { channel: Channel::Import, ..submission(1, vec![future()]) },
        Submission { station: None, ..submission(1, vec![future()]) },
        Submission { station: Some(station("S2")), ..submission(1, vec![future()]) },
    ] {
        journal.accept(other).await.unwrap();
    }
    let refused = async |from: &str, to: &str| {
        let refused = journal.refused(&station("S1"), at(from), at(to)).await.unwrap();
        let words = |one: &crate::journal::RefusedThen| {
            format!("{} {} {} {}", one.quarter.format("%H:%M"), one.kind.as_str(), one.reason, one.count)
        };
        refused.iter().map(words).collect::<Vec<_>>()
    };
    assert_eq!(
        refused("2026-11-25T12:00:00Z", "2026-11-25T13:00:00Z").await,
        ["12:00 quarantined in_future 3", "12:00 rejected not_a_number 1", "12:15 rejected not_a_number 1"]
    );
    assert_eq!(refused("2026-11-25T12:15:00Z", "2026-11-25T12:30:00Z").await.len(), 1);
    assert!(refused("2026-11-25T11:00:00Z", "2026-11-25T12:00:00Z").await.is_empty());
}
