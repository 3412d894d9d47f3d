//! The gap ledger as a dataset.

use limpid_model::{Gap, GapCause, ParameterId, StationId};
use limpid_store::{GapWindow, LedgerEntries};

use super::{Outcome, make, service, unpacked};
use crate::testing::{Service, at};

/// The ledger of S1 over October and November is this.
async fn keep(service: &Service, gaps: &[(&str, &str, GapCause, Option<&str>)]) {
    let station = StationId::parse("S1").unwrap();
    let gap = |(start, end, cause, reason): &(&str, &str, GapCause, Option<&str>)| Gap {
        station: station.clone(),
        parameter: ParameterId::known("pm25"),
        start: at(start),
        end: at(end),
        cause: *cause,
        reason: reason.map(str::to_owned),
    };
    let window = GapWindow {
        station: station.clone(),
        from: at("2026-10-01T00:00:00Z"),
        to: at("2026-11-25T00:00:00Z"),
        gaps: gaps.iter().map(gap).collect(),
    };
    let entries = LedgerEntries { windows: vec![window], ..LedgerEntries::default() };
    service.journal.keep_ledger(entries).await.unwrap();
}

#[tokio::test]
async fn gaps_are_released_by_month_and_withdrawn_when_they_are_repaired() {
    let service = service().await;
    assert!(matches!(make(&service, "gaps", "2026-11-25T01:00:00Z").await, Outcome::Empty));
    // Three hours over the end of October in Shanghai (16:00 UTC), and one in November, after the last reading.
    let night = ("2026-10-31T14:00:00Z", "2026-10-31T17:00:00Z", GapCause::LinkDown, None);
    let mark = ("2026-11-20T00:00:00Z", "2026-11-20T01:00:00Z", GapCause::InstrumentMark, Some("C"));
    keep(&service, &[night, mark]).await;
    let Outcome::Made(first) = make(&service, "gaps", "2026-11-25T01:00:00Z").await else { panic!("no release") };
    let rows = async |release: &limpid_store::lake::Release| {
        let mut rows = Vec::new();
        for resource in release.resources.iter().filter(|resource| resource.path.ends_with(".csv.gz")) {
            let file = service.get(&format!("/datasets/gaps/releases/{}/{}", release.id, resource.path)).await;
            rows.extend(unpacked(&file.body).lines().map(str::to_owned));
        }
        rows
    };
    let header = "station,parameter,start,end,hours,cause,reason,simulated";
    assert_eq!(
        rows(&first).await,
        [
            header,
            "S1,pm25,2026-10-31T22:00:00+08:00,2026-11-01T00:00:00+08:00,2,link_down,,false",
            header,
            "S1,pm25,2026-11-01T00:00:00+08:00,2026-11-01T01:00:00+08:00,1,link_down,,false",
            "S1,pm25,2026-11-20T08:00:00+08:00,2026-11-20T09:00:00+08:00,1,instrument_mark,C,false",
        ]
    );
    // The night comes late; nothing of it is published anew, and all the same the release tells.
    keep(&service, &[mark]).await;
    let Outcome::Made(second) = make(&service, "gaps", "2026-11-25T02:00:00Z").await else { panic!("no release") };
    assert_eq!(rows(&second).await.len(), 2);
    let changes = service.get(&format!("/datasets/gaps/releases/{}/changes.csv.gz", second.id)).await;
    let text = unpacked(&changes.body);
    assert_eq!(
        text.lines().skip(1).collect::<Vec<_>>(),
        [
            "withdrawn,S1,pm25,2026-10-31T22:00:00+08:00,,,,,,repaired",
            "withdrawn,S1,pm25,2026-11-01T00:00:00+08:00,,,,,,repaired",
        ]
    );
    assert!(matches!(make(&service, "gaps", "2026-11-25T03:00:00Z").await, Outcome::Unchanged(_)));
}
