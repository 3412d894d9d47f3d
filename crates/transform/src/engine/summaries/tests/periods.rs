//! What a period says of good days, and of how far its days were reviewed.

use limpid_model::review::Decision;
use limpid_model::{ParameterId, Record, Review};

use super::*;
use crate::engine::tests::replay::published;

fn station() -> Subject {
    Subject::Station(StationId::parse("A1").unwrap())
}

#[tokio::test]
async fn good_days_are_counted_by_hj_633_whatever_index_the_pipeline_shows() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    // HJ 633-2012: 50 of PM2.5 is 69, 80 is 107. By the US index 50 is beyond 100 already.
    days(&journal, "A1", "pm25", 2015, 3, |day| if day == 2 { 80.0 } else { 50.0 }).await;
    days(&journal, "A1", "pm10", 2015, 3, |_| 100.0).await;
    history(pipeline("[air]\nscheme = \"us-epa-2024\"\n"), journal.clone(), None, |_, _| {}).await.unwrap();
    let month = air(&found_months(&journal, station()).await, "2014-12-31T16:00:00Z");
    // Two of three.
    assert_eq!((month.good_days, month.judged_days, month.good_percent), (2, 3, Some(66.7)));
}

/// Decides about hours of January 2015, counted from its begin.
async fn decide(journal: &Arc<dyn Journal>, (from, to): (i64, i64), decision: Decision) {
    let first = at("2014-12-31T16:00:00Z");
    let review = Review {
        id: 0,
        at: at("2026-06-02T00:00:00Z"),
        who: "Li".into(),
        why: "test".into(),
        station: StationId::parse("A1").unwrap(),
        parameters: vec![ParameterId::known("pm25")],
        from: first + Duration::hours(from),
        to: first + Duration::hours(to),
        decision,
    };
    assert!(journal.keep_review(review).await.unwrap().is_some());
}

/// Value, flag, status and rules of a figure of PM2.5 that is published.
async fn figure(journal: &Arc<dyn Journal>, period: Period, start: &str) -> (Option<f64>, u8, &'static str, String) {
    let figure = published(journal).await.into_values().find_map(|record| match record {
        Record::Observation(one) if (one.period, one.start, one.parameter.as_str()) == (period, at(start), "pm25") => {
            Some((one.value, one.flag.code(), one.status.as_str(), one.rules))
        }
        _ => None,
    });
    figure.unwrap()
}

#[tokio::test]
async fn a_month_of_reviewed_days_is_reviewed_and_made_of_what_was_decided() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let (january, pipeline) = ("2014-12-31T16:00:00Z", pipeline(""));
    days(&journal, "A1", "pm25", 2015, 31, |_| 40.0).await;
    // A decision about the first hours of a day as sent says nothing of the day.
    decide(&journal, (48, 50), Decision::Invalidate).await;
    history(pipeline.clone(), journal.clone(), None, |_, _| {}).await.unwrap();
    assert_eq!(figure(&journal, Period::Day, "2015-01-02T16:00:00Z").await.1, 1, "two hours are no day");
    let month = air(&found_months(&journal, station()).await, january);
    assert_eq!(
        (month.items[0].n, month.items[0].mean, month.standing.status.as_str()),
        (31, Some(40.0), "provisional")
    );
    assert_eq!((month.standing.rules.as_str(), month.standing.event), ("hj663-period gb3095-2012", false));
    // All of that day is invalid, and of all the others the half is right.
    decide(&journal, (0, 31 * 24), Decision::Correct { factor: 0.5, offset: 0.0 }).await;
    decide(&journal, (48, 72), Decision::Invalidate).await;
    history(pipeline.clone(), journal.clone(), None, |_, _| {}).await.unwrap();
    let (value, flag, status, _) = figure(&journal, Period::Month, january).await;
    assert_eq!((value, flag, status), (Some(20.0), 1, "reviewed"));
    let month = air(&found_months(&journal, station()).await, january);
    assert_eq!((month.items[0].n, month.items[0].mean, month.standing.status.as_str()), (30, Some(20.0), "reviewed"));
    decide(&journal, (0, 31 * 24), Decision::Finalise).await;
    history(pipeline, journal.clone(), None, |_, _| {}).await.unwrap();
    let month = air(&found_months(&journal, station()).await, january);
    assert_eq!((month.items[0].n, month.standing.status.as_str()), (30, "final"));
    let area = air(&found_months(&journal, Subject::Area("east".into())).await, january);
    assert_eq!(area.days, 31);
}

#[tokio::test]
async fn an_exceptional_event_marks_every_figure_that_it_is_part_of() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    for parameter in ["pm25", "pm10"] {
        days(&journal, "A1", parameter, 2015, 31, |_| 40.0).await;
    }
    // Two hours of the fifth of January.
    decide(&journal, (4 * 24 + 5, 4 * 24 + 7), Decision::Event).await;
    history(pipeline(""), journal.clone(), None, |_, _| {}).await.unwrap();
    let marked = |figure: (Option<f64>, u8, &str, String)| (figure.0, figure.1, figure.3.contains("review-event"));
    assert_eq!(marked(figure(&journal, Period::Day, "2015-01-04T16:00:00Z").await), (Some(40.0), 1, true));
    assert_eq!(marked(figure(&journal, Period::Day, "2015-01-05T16:00:00Z").await), (Some(40.0), 1, false));
    assert_eq!(marked(figure(&journal, Period::Month, "2014-12-31T16:00:00Z").await), (Some(40.0), 1, true));
    let month = air(&found_months(&journal, station()).await, "2014-12-31T16:00:00Z");
    assert_eq!((month.good_days, month.judged_days, month.event_days, month.standing.event), (31, 31, 1, true));
}
