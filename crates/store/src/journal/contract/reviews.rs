//! Decisions of reviewers.

use limpid_model::Review;
use limpid_model::review::Decision;

use super::{Open, at, parameter, station};
use crate::journal::ReviewQuery;

fn review(station_id: &str, from: u32, to: u32, parameters: &[&str], decision: Decision) -> Review {
    let hour = |hour: u32| at("2026-11-25T00:00:00Z") + chrono::Duration::hours(hour.into());
    Review {
        id: 99,
        at: at("2026-11-26T08:00:00.123Z"),
        who: "李伟".into(),
        why: "零点漂移".into(),
        station: station(station_id),
        parameters: parameters.iter().map(|id| parameter(id)).collect(),
        from: hour(from),
        to: hour(to),
        decision,
    }
}

fn all() -> ReviewQuery {
    ReviewQuery { limit: 100, ..ReviewQuery::default() }
}

pub async fn decisions_come_back_whole_in_their_order(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let kept = [
        review("S1", 0, 3, &["pm25"], Decision::Correct { factor: 0.1 + 0.2, offset: -0.0 }),
        review("S2", 0, 3, &[], Decision::Accept),
        review("S1", 2, 9, &[], Decision::Invalidate),
    ];
    for (number, one) in (1..).zip(&kept) {
        assert_eq!(journal.keep_review(one.clone()).await.unwrap(), Some(number));
    }
    journal.close().await.unwrap();
    let journal = open(folder.path());
    let expected: Vec<Review> = (1..).zip(kept).map(|(id, one)| Review { id, ..one }).collect();
    assert_eq!(journal.reviews(all()).await.unwrap(), expected);
    let ids = async |query| journal.reviews(query).await.unwrap().iter().map(|one| one.id).collect::<Vec<_>>();
    assert_eq!(ids(ReviewQuery { station: Some(station("S1")), ..all() }).await, [1, 3]);
    assert_eq!(ids(ReviewQuery { after: 1, limit: 1, ..all() }).await, [2]);
    // About hours 3 and later: only the third, whose hours end at 9.
    assert_eq!(ids(ReviewQuery { from: Some(at("2026-11-25T03:00:00Z")), ..all() }).await, [3]);
    assert_eq!(ids(ReviewQuery { to: Some(at("2026-11-25T02:00:00Z")), ..all() }).await, [1, 2]);
    assert_eq!(ids(ReviewQuery { from: Some(at("2026-11-25T09:00:00Z")), ..all() }).await, [0; 0]);
}

pub async fn what_is_final_takes_no_further_decision(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    for (one, kept) in [
        (review("S1", 0, 24, &["pm25"], Decision::Finalise), true),
        (review("S1", 23, 25, &["pm25"], Decision::Accept), false),
        (review("S1", 0, 1, &[], Decision::Invalidate), false),
        (review("S1", 5, 6, &["pm25"], Decision::Finalise), false),
        (review("S1", 24, 25, &["pm25"], Decision::Accept), true),
        (review("S1", 0, 24, &["pm10"], Decision::Accept), true),
        (review("S2", 0, 24, &["pm25"], Decision::Accept), true),
    ] {
        assert_eq!(journal.keep_review(one.clone()).await.unwrap().is_some(), kept, "{one:?}");
    }
    assert_eq!(journal.reviews(all()).await.unwrap().len(), 4);
}
