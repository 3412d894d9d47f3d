//! Summaries.

use limpid_model::summary::{AirPeriod, AreaIndex, Standing};
use limpid_model::{Instant, Period, Subject, Summary, SummaryBody};

use super::{Open, at, station};
use crate::journal::SummaryQuery;

fn area(name: &str, start: &str, index: u16) -> Summary {
    let body = AreaIndex {
        scheme: "hj633-2026".into(),
        index: Some(index),
        level: Some(1),
        primary: Vec::new(),
        reason: None,
        in_force: Some(41),
        values: Vec::new(),
        standing: Standing { rules: "area-mean".into(), event: true, ..Standing::default() },
    };
    let start: Instant = at(start);
    let end = start + chrono::Duration::hours(1);
    let subject = Subject::Area(name.into());
    Summary { subject, period: Period::Hour, start, end, body: SummaryBody::Index(body) }
}

fn all() -> SummaryQuery {
    SummaryQuery {
        subjects: Vec::new(),
        kind: "index".into(),
        period: Period::Hour,
        from: Instant::MIN_UTC,
        to: Instant::MAX_UTC,
        as_of: None,
        after: None,
        limit: 100,
    }
}

pub async fn a_summary_that_says_something_new_is_a_revision(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let hour = area("成华区", "2026-11-25T00:00:00Z", 34);
    assert_eq!(journal.keep_summaries(vec![hour.clone()], Some(("areas", 7))).await.unwrap(), 1);
    let first = journal.summaries(all()).await.unwrap();
    assert_eq!((first.len(), first[0].revision, &first[0].summary), (1, 1, &hour));
    assert_eq!(journal.keep_summaries(vec![hour.clone()], None).await.unwrap(), 0, "the same is no revision");
    // The clock of the writer counts microseconds.
    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    let other = area("成华区", "2026-11-25T00:00:00Z", 35);
    assert_eq!(journal.keep_summaries(vec![other.clone()], None).await.unwrap(), 1);
    journal.close().await.unwrap();
    let journal = open(folder.path());
    assert_eq!(journal.count_summaries(all()).await.unwrap(), 1, "a revision is no further item");
    let newest = journal.summaries(all()).await.unwrap();
    assert_eq!((newest.len(), newest[0].revision, &newest[0].summary), (1, 2, &other));
    let then = journal.summaries(SummaryQuery { as_of: Some(first[0].at), ..all() }).await.unwrap();
    assert_eq!(then, first);
    assert_eq!(journal.cursor("areas").await.unwrap(), 7);
}

pub async fn summaries_are_found_by_subject_time_and_page(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let year = Summary {
        subject: Subject::Station(station("S1")),
        period: Period::Year,
        start: at("2025-12-31T16:00:00Z"),
        end: at("2026-12-31T16:00:00Z"),
        body: SummaryBody::Air(AirPeriod {
            class: 2,
            complete: true,
            items: Vec::new(),
            composite: Some(3.87),
            main: Vec::new(),
            good_days: 300,
            judged_days: 364,
            good_percent: Some(82.4),
            event_days: 3,
            days: 365,
            unverified: vec!["weights".into()],
            standing: Standing::default(),
        }),
    };
    let hours = ["2026-11-25T00:00:00Z", "2026-11-25T01:00:00Z"];
    let mut summaries: Vec<Summary> =
        ["b", "a"].iter().flat_map(|name| hours.iter().map(|hour| area(name, hour, 50))).collect();
    summaries.push(year.clone());
    assert_eq!(journal.keep_summaries(summaries, None).await.unwrap(), 5);
    assert_eq!(journal.count_summaries(SummaryQuery { limit: 1, ..all() }).await.unwrap(), 4, "on all pages");
    let names = |query| {
        let journal = journal.clone();
        async move {
            let found = journal.summaries(query).await.unwrap();
            let name = |kept: &crate::journal::KeptSummary| {
                format!("{} {}", kept.summary.subject, kept.summary.start.format("%H"))
            };
            found.iter().map(name).collect::<Vec<_>>()
        }
    };
    assert_eq!(names(all()).await, ["area/a 00", "area/a 01", "area/b 00", "area/b 01"]);
    let only = SummaryQuery { subjects: vec![Subject::Area("b".into())], from: at(hours[1]), ..all() };
    assert_eq!(names(only).await, ["area/b 01"]);
    let page = SummaryQuery { after: Some((Subject::Area("a".into()), at(hours[0]))), limit: 2, ..all() };
    assert_eq!(names(page).await, ["area/a 01", "area/b 00"]);
    let years = SummaryQuery { kind: "air".into(), period: Period::Year, ..all() };
    assert_eq!(journal.summaries(years).await.unwrap()[0].summary, year);
}
