//! Outside forecasts.

use limpid_model::Outlook;

use super::{Open, at, parameter, station};
use crate::journal::{Journal, OutlookQuery};

fn outlook(station_id: &str, issued: &str, start: &str, values: &[Option<f64>]) -> Outlook {
    Outlook {
        issued: at(issued),
        model: "m".into(),
        station: station(station_id),
        parameter: parameter("temperature"),
        start: at(start),
        values: values.to_vec(),
    }
}

fn all() -> OutlookQuery {
    OutlookQuery {
        stations: Vec::new(),
        parameters: Vec::new(),
        from: at("2000-01-01T00:00:00Z"),
        to: at("2100-01-01T00:00:00Z"),
        newest: false,
    }
}

async fn issues(journal: &dyn Journal, query: OutlookQuery) -> Vec<String> {
    let outlooks = journal.outlooks(query).await.unwrap();
    outlooks.iter().map(|outlook| format!("{} {}", outlook.station, outlook.issued.format("%dT%H:%M"))).collect()
}

const NIGHT: &str = "2026-11-25T00:00:00Z";
const MORNING: &str = "2026-11-25T06:00:00Z";
const NOON: &str = "2026-11-25T12:00:00Z";

pub async fn an_issue_comes_back_bit_for_bit(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let odd = [Some(-0.0), None, Some(0.1 + 0.2), Some(f64::MIN_POSITIVE), Some(-40.0), None];
    let issue = outlook("S1", "2026-11-25T00:00:00.000123Z", NIGHT, &odd);
    let empty = outlook("S2", NIGHT, NIGHT, &[]);
    assert_eq!(journal.keep_outlooks(vec![issue.clone(), empty.clone()]).await.unwrap(), 2);
    journal.close().await.unwrap();
    let journal = open(folder.path());
    let found = journal.outlooks(all()).await.unwrap();
    assert_eq!(found, [issue, empty]);
    assert_eq!(found[0].values[0].map(f64::to_bits), Some((-0.0_f64).to_bits()));
}

pub async fn only_an_issue_that_says_something_new_is_kept(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let (cold, warm) = ([Some(1.0), None], [Some(1.0), Some(2.0)]);
    for (issue, kept) in [
        (outlook("S1", NIGHT, NIGHT, &cold), 1),
        (outlook("S1", MORNING, NIGHT, &cold), 0),
        (outlook("S2", MORNING, NIGHT, &cold), 1),
        (outlook("S1", NOON, NIGHT, &warm), 1),
        // The first once more: something new again, since it follows another.
        (outlook("S1", "2026-11-25T13:00:00Z", NIGHT, &cold), 1),
        (outlook("S1", "2026-11-25T14:00:00Z", MORNING, &cold), 1),
        // What was issued is never changed.
        (outlook("S1", NIGHT, NIGHT, &warm), 0),
    ] {
        assert_eq!(journal.keep_outlooks(vec![issue.clone()]).await.unwrap(), kept, "{issue:?}");
    }
    let found = journal.outlooks(all()).await.unwrap();
    assert_eq!(found.len(), 5);
    assert_eq!(found[0].values, cold);
}

pub async fn what_stood_at_a_time_can_be_asked(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    for (id, issued, value) in [("S1", NIGHT, 1.0), ("S1", MORNING, 2.0), ("S2", NIGHT, 3.0), ("S1", NOON, 4.0)] {
        journal.keep_outlooks(vec![outlook(id, issued, NIGHT, &[Some(value)])]).await.unwrap();
    }
    let journal = journal.as_ref();
    let standing = |to: &str| OutlookQuery { to: at(to), newest: true, ..all() };
    assert_eq!(issues(journal, all()).await, ["S1 25T00:00", "S1 25T06:00", "S1 25T12:00", "S2 25T00:00"]);
    assert_eq!(issues(journal, standing(NOON)).await, ["S1 25T06:00", "S2 25T00:00"]);
    assert_eq!(issues(journal, standing(NIGHT)).await, [""; 0]);
    let one = OutlookQuery { stations: vec![station("S2")], from: at(NIGHT), to: at(MORNING), ..all() };
    assert_eq!(issues(journal, one).await, ["S2 25T00:00"]);
    let other = OutlookQuery { parameters: vec![parameter("pm25")], ..all() };
    assert_eq!(issues(journal, other).await, [""; 0]);
}
