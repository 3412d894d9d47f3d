//! Simulated stations, through the broker, to the journal.

use limpid_model::{ParameterId, Period, StationId};

use super::*;
use crate::RawReading;
use crate::simulate::{Options, Report, Source, run};
use crate::testing::kept;

/// Hours of the 24th in Shanghai, the third of them missing.
fn hours(station: &str) -> impl Iterator<Item = Result<(StationId, RawReading), String>> + use<> {
    let station = StationId::parse(station).unwrap();
    let start: Instant = "2026-11-23T16:00:00Z".parse().unwrap();
    let parameter = ParameterId::known("pm25");
    (0..24).map(move |hour: i32| {
        let reading = RawReading {
            parameter,
            period: Period::Hour,
            start: start + chrono::Duration::hours(hour.into()),
            value: (hour != 2).then_some(f64::from(hour)),
            unit: Some(parameter.unit()),
            mark: None,
        };
        Ok((station.clone(), reading))
    })
}

/// Publishes the hours of these stations, as fast as they are taken.
async fn play(broker: &Mosquitto, stations: &[&str]) -> Report {
    let to = format!("mqtt://127.0.0.1:{}", broker.port).parse().unwrap();
    let readings: Vec<_> = stations.iter().copied().flat_map(hours).collect();
    let source = Source::Readings(Box::new(readings.into_iter()));
    run(pipeline(""), Options { source, speed: 0.0, ..Options::new(to) }, CancellationToken::new()).await.unwrap()
}

#[tokio::test]
async fn a_file_is_published_to_the_last_reading() {
    let broker = Mosquitto::start();
    let gateway = Gateway::at(&broker).await;
    let report = play(&broker, &["S1", "S2"]).await;
    assert_eq!((report.stations, report.readings, report.acknowledged), (2, 48, report.messages));
    let counts = gateway.after(48).await;
    assert_eq!((counts.stored, counts.total()), (48, 48));
    let intake = gateway.stop().await;
    for station in ["S1", "S2"] {
        let kept = kept(&intake, station).await;
        assert_eq!(kept.len(), 24);
        assert_eq!(kept[0], "pm25 PT1H 2026-11-23T16:00:00Z 0");
        assert_eq!(kept[2], "pm25 PT1H 2026-11-23T18:00:00Z null");
        assert_eq!(kept[23], "pm25 PT1H 2026-11-24T15:00:00Z 23");
    }
}

#[tokio::test]
async fn a_subscriber_that_is_not_there_yet_is_waited_for() {
    let broker = Mosquitto::start();
    let (report, gateway) = tokio::join!(play(&broker, &["S1"]), async {
        eventually(async || broker.log().contains("Received PUBLISH").then_some(())).await;
        Gateway::at(&broker).await
    });
    assert!(report.resent >= 1, "{report:?}");
    assert_eq!(gateway.after(24).await.stored, 24);
    gateway.stop().await;
}
