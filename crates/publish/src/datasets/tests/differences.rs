//! What differs between two releases.

use limpid_model::{Flag, ReceiptId};
use serde_json::json;

use super::super::definition::Dataset;
use super::super::release::{Outcome, release};
use super::{make, service, unpacked};
use crate::testing::{PIPELINE, STATIONS, Service, at, hour};

#[tokio::test]
async fn what_differs_is_said_with_the_old_value_the_new_one_and_why() {
    let service = service().await;
    make(&service, "air-hourly", "2026-11-25T01:00:00Z").await;
    let header = "change,station,parameter,start,column,old,new,revision,published,reason";
    let of = async |path: &str| service.get(&format!("/datasets/air-hourly/{path}")).await;
    let alone = of("diff").await;
    assert_eq!(alone.status, 404, "there is no release before the first");
    let first = of("releases/latest/changes.csv.gz").await.header("location").to_owned();
    assert_eq!(unpacked(&service.get(&first).await.body).trim_end(), header, "nothing differs from nothing");

    let mut again = hour("S1", "pm25", "2026-10-31T16:00:00Z", 2.75);
    again.from = Some(ReceiptId::new(at("2026-11-25T00:00:00Z"), 7));
    let mut decided = hour("S1", "co", "2026-10-31T17:00:00Z", 0.35);
    (decided.rules, decided.flag) = ("range review-invalidate".into(), Flag::Fail);
    let late = hour("S2", "co", "2026-10-31T17:00:00Z", 1.25);
    service.journal.publish(vec![again.into(), decided.into(), late.into()], None).await.unwrap();
    let Outcome::Made(second) = make(&service, "air-hourly", "2026-11-25T02:00:00Z").await else {
        panic!("no release")
    };
    let changes = of(&format!("releases/{}/changes.csv.gz", second.id)).await;
    let text = unpacked(&changes.body);
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(lines[0].join(","), header);
    let short: Vec<String> = lines[1..].iter().map(|fields| [&fields[..8], &fields[9..]].concat().join(",")).collect();
    assert_eq!(
        short,
        [
            "changed,S1,pm25,2026-10-31T23:00:00+08:00,value,2.5,2.75,2,sent-again",
            "changed,S1,pm25,2026-10-31T23:00:00+08:00,flag,4,1,2,sent-again",
            "changed,S1,pm25,2026-10-31T23:00:00+08:00,mark,2,,2,sent-again",
            "changed,S1,co,2026-11-01T00:00:00+08:00,flag,1,4,2,review",
            "changed,S1,co,2026-11-01T00:00:00+08:00,rules,,range review-invalidate,2,review",
            "added,S2,co,2026-11-01T00:00:00+08:00,value,,1.25,1,",
        ]
    );
    let difference = of("diff").await.json();
    assert_eq!(
        (&difference["added"], &difference["changed"], &difference["withdrawn"]),
        (&json!(1), &json!(2), &json!(0))
    );
    let parts = &difference["parts"];
    assert_eq!((&parts[1]["partition"], &parts[1]["added"]), (&json!("year=2026/month=11"), &json!(1)));
    assert_eq!(of("diff?format=csv").await.text(), text);
    let same = of(&format!("diff?from={}&to={}", second.id, second.id)).await.json();
    assert_eq!((&same["changed"], &same["parts"]), (&json!(0), &json!([])));
    assert_eq!(of("diff?from=nothing").await.status, 404);
}

#[tokio::test]
async fn a_station_taken_out_of_the_registry_is_withdrawn_openly() {
    let service = service().await;
    make(&service, "stations", "2026-11-25T01:00:00Z").await;
    let stations: String =
        STATIONS.lines().filter(|line| !line.starts_with("S2,")).map(|line| format!("{line}\n")).collect();
    let fewer = Service::of(PIPELINE, &stations.replace("Station One", "Hall"), Vec::new()).await;
    let dataset = &Dataset::parse(&service.pipeline, "stations").unwrap();
    let now = at("2026-11-25T02:00:00Z");
    let made = release(&fewer.pipeline, &*fewer.journal, &service.lake, dataset, now, &|_| {}).await.unwrap();
    assert!(matches!(made, Outcome::Made(_)));
    let text = service.get("/datasets/stations/diff?format=csv").await;
    let wanted = "change,id,column,old,new,revision,published,reason\r\n\
                  changed,S1,name_en,Station One,Hall,,,registry\r\nwithdrawn,S2,,,,,,registry\r\n";
    assert_eq!(text.text(), wanted);
}
