//! Counting.

use super::publishing::{all, all_assessments, assessment, observation};
use super::{Open, at, parameter, station};
use crate::journal::{AssessmentQuery, ObservationQuery};

pub async fn each_start_of_what_is_asked_for_counts_once(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let hours = |id: &str, hours: u32| (0..hours).map(|hour| observation(id, "pm25", hour, 1.0).into()).collect();
    let records: Vec<limpid_model::Record> = hours("S1", 5);
    journal.publish(records, None).await.unwrap();
    let before = journal.observations(all()).await.unwrap().last().unwrap().at;
    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    let mut more: Vec<limpid_model::Record> = hours("S2", 2);
    more.push(observation("S1", "pm25", 3, 99.0).into());
    more.push(observation("S1", "co", 3, 1.0).into());
    more.extend([assessment("S1", 1, 40).into(), assessment("S1", 2, 41).into(), assessment("S2", 1, 42).into()]);
    journal.publish(more, None).await.unwrap();

    let count = async |query: ObservationQuery| journal.count_observations(query).await.unwrap();
    assert_eq!(count(all()).await, 8, "a revision is no further item");
    assert_eq!(count(ObservationQuery { limit: 1, ..all() }).await, 8, "on all pages");
    assert_eq!(count(ObservationQuery { stations: vec![station("S1")], ..all() }).await, 6);
    assert_eq!(count(ObservationQuery { parameters: vec![parameter("co")], ..all() }).await, 1);
    assert_eq!(count(ObservationQuery { as_of: Some(before), ..all() }).await, 5);
    let from = at("2026-11-25T01:00:00Z");
    let of_hours = ObservationQuery { from, to: at("2026-11-25T03:00:00Z"), stations: vec![station("S1")], ..all() };
    assert_eq!(count(of_hours).await, 2, "from is inclusive, to is not");
    let count = async |query: AssessmentQuery| journal.count_assessments(query).await.unwrap();
    assert_eq!(count(all_assessments()).await, 3);
    assert_eq!(count(AssessmentQuery { stations: vec![station("S2")], ..all_assessments() }).await, 1);
    assert_eq!(count(AssessmentQuery { scheme: "us-epa-2024".into(), ..all_assessments() }).await, 0);
}
