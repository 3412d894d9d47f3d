//! What an issue is made of: only what was known then.

use std::sync::Arc;

use chrono::Duration;
use limpid_model::forecast::OutlookNote;
use limpid_model::pipeline::Files;
use limpid_model::{
    Flag, Instant, Observation, Outlook, ParameterId, Period, Pipeline, Record, StationId, Statistic, Status,
};
use limpid_store::{Journal, SqliteJournal};

use super::read;
use crate::forecast::methods::external::External;
use crate::forecast::methods::{Forecaster, Method};
use crate::forecast::outside::Outside;
use crate::forecast::scene::{At, Scene};
use crate::forecast::target::Target;
use crate::forecast::weather::{Ahead, SERIES};

/// 20 past eight in the morning in Shanghai.
fn now() -> Instant {
    "2026-11-25T00:20:00Z".parse().unwrap()
}

fn hours(hours: i64) -> Instant {
    "2026-11-25T00:00:00Z".parse::<Instant>().unwrap() + Duration::hours(hours)
}

fn station() -> StationId {
    StationId::parse("S1").unwrap()
}

fn pipeline() -> Pipeline {
    let pipeline = "[publisher]\nid = \"a\"\nname = { zh = \"甲\", en = \"A\" }\nzone = \"Asia/Shanghai\"\n";
    let stations = "id,kind,name_zh,name_en,lat,lon,area\nS1,air,一,One,28.5,104.9,County\n";
    let files = Files { pipeline: pipeline.into(), stations: stations.into() };
    Pipeline::parse(&files).unwrap_or_else(|mistakes| panic!("{:?}", mistakes.0))
}

fn observed(parameter: &str, start: Instant, value: f64) -> Record {
    let observation = Observation {
        station: station(),
        parameter: ParameterId::known(parameter),
        period: Period::Hour,
        statistic: Statistic::Mean,
        start,
        end: start + Duration::hours(1),
        value: Some(value),
        flag: Flag::Pass,
        mark: None,
        status: Status::Provisional,
        n: None,
        expected: None,
        revised: Vec::new(),
        rules: String::new(),
        from: None,
    };
    observation.into()
}

/// Five days of hours from the last midnight in UTC, as forecast services give them, at the value that `of` says.
fn outlook(parameter: &str, issued: Instant, of: impl Fn(i64) -> f64) -> Outlook {
    let values = (0..120).map(|hour| Some(of(hour))).collect();
    let (model, parameter) = ("open-meteo/best_match".to_owned(), ParameterId::known(parameter));
    Outlook { issued, model, station: station(), parameter, start: hours(0), values }
}

const WEATHER: [&str; 5] = ["temperature", "pressure", "dew_point", "wind_speed", "wind_direction"];

#[tokio::test]
async fn only_outlooks_and_hours_that_were_known_go_into_an_issue_and_it_says_which() {
    let folder = tempfile::tempdir().unwrap();
    let journal: Arc<dyn Journal> = SqliteJournal::open(&folder.path().join("journal.sqlite")).unwrap();
    // Hours of two days before, and of half a day after: a state folder that is looked at later has both.
    let observations = (-48..12).flat_map(|hour| {
        [observed("pm25", hours(hour), 40.0), observed("temperature", hours(hour), if hour < 0 { 10.0 } else { 99.0 })]
    });
    journal.publish(observations.collect(), None).await.unwrap();
    let (first, known, later) = (hours(-12), hours(-1), now() + Duration::minutes(1));
    for (issued, value) in [(first, 5.0), (known, 7.0), (later, -50.0)] {
        let weather = WEATHER.map(|parameter| outlook(parameter, issued, |_| value)).to_vec();
        journal.keep_outlooks(weather).await.unwrap();
        journal.keep_outlooks(vec![outlook("pm25", issued, |_| 10.0 * value)]).await.unwrap();
    }
    let inputs = read(&pipeline(), &journal, now()).await.unwrap();
    let note = OutlookNote { model: "open-meteo/best_match".into(), issued: known };
    assert_eq!((inputs.ahead, inputs.weather.as_slice()), (Ahead::Panel, &[note][..]));
    let temperature = &inputs.panel.weather[SERIES[0]].values;
    assert_eq!(inputs.panel.instant(inputs.origin + 1), hours(0));
    assert_eq!(
        (temperature[inputs.origin], temperature[inputs.origin + 1], temperature[inputs.origin + 72]),
        (10.0, 7.0, 7.0)
    );
    // Neither what was observed later nor what was forecast later is there.
    let particles = &inputs.panel.places[0].parameters[0].values;
    assert!(particles[inputs.origin] == 40.0 && particles[inputs.origin + 1..].iter().all(|value| value.is_nan()));
    let issues: Vec<Instant> = inputs.outside.iter().map(|one| one.issued).collect();
    assert_eq!(issues, [first, known], "every issue up to then, to know its errors by");
}

#[tokio::test]
async fn an_outside_model_is_corrected_by_errors_that_were_known() {
    let folder = tempfile::tempdir().unwrap();
    let journal: Arc<dyn Journal> = SqliteJournal::open(&folder.path().join("journal.sqlite")).unwrap();
    let observations = (-30 * 24..0).map(|hour| observed("pm25", hours(hour), 40.0));
    journal.publish(observations.collect(), None).await.unwrap();
    // Every day at midnight UTC an issue that says 60 for five days: 20 too much.
    let archive = |later: f64| {
        let mut outlooks: Vec<Outlook> = (-30..=0)
            .map(|day| Outlook { start: hours(day * 24), ..outlook("pm25", hours(day * 24), |_| 60.0) })
            .collect();
        outlooks.push(outlook("pm25", now(), |_| later));
        outlooks
    };
    let inputs = read(&pipeline(), &journal, now()).await.unwrap();
    let said = |archive: &[Outlook], lead: usize| {
        let target = Target::hourly(ParameterId::known("pm25"));
        let mut scene = Scene::until(&inputs.panel, target, inputs.origin, Ahead::None).unwrap();
        scene.outside[0] = Outside::new(&inputs.panel, archive.iter());
        External.expect(&scene, At { place: 0, origin: inputs.origin, lead })
    };
    assert_eq!(External.method(), Method::External);
    for lead in [1, 24, 72] {
        let corrected = said(&archive(60.0), lead);
        assert!((40.0..45.0).contains(&corrected), "{lead} hours ahead: {corrected}");
        assert_eq!(corrected, said(&archive(500.0), lead), "an issue of after the origin changes nothing");
    }
    let known = said(&archive(60.0)[..31], 24);
    assert_eq!(known, said(&archive(60.0), 24));
    assert!(said(&[], 24).is_nan(), "without an outlook there is nothing to say");
}
