//! Forecasts and their scores as datasets.

use chrono::Duration;
use limpid_model::forecast::{Amendment, DayScores, Errors, Scored};
use limpid_model::{Forecast, ForecastScore, Instant, Subject};

use super::{make, unpacked};
use crate::datasets::release::Outcome;
use crate::testing::{NOW, Service, at, county, forecast};

/// The sample issue with tomorrow at this level.
fn issue(issued: Instant, level: u8) -> Forecast {
    let mut issue = Forecast { issued, ..forecast("S1") };
    issue.days[0].level = Some(level);
    issue
}

/// The unpacked rows of the file whose path begins so.
async fn lines(service: &Service, name: &str, made: &limpid_store::lake::Release, part: &str) -> Vec<String> {
    let file = made.resources.iter().find(|file| file.path.starts_with(part) && !file.is_parquet()).unwrap();
    let bytes = service.lake.read(name, &file.path, None).await.unwrap();
    unpacked(&bytes).lines().map(str::to_owned).collect()
}

async fn made(service: &Service, name: &str, now: &str) -> limpid_store::lake::Release {
    let Outcome::Made(made) = make(service, name, now).await else { panic!("no release of {name}") };
    made
}

#[tokio::test]
async fn every_issue_is_a_part_of_its_day_and_stays_what_it_was() {
    let service = Service::with(county()).await;
    assert!(matches!(make(&service, "forecast", NOW).await, Outcome::Empty));
    let yesterday = at(NOW) - Duration::days(1);
    let amends = Some(Amendment { of: 1, who: "a".into(), why: "b".into() });
    let amended = Forecast { amends, ..issue(yesterday + Duration::hours(1), 2) };
    service.journal.keep_forecasts(vec![issue(yesterday, 2), amended]).await.unwrap();
    let first = made(&service, "forecast", "2026-11-25T01:12:00Z").await;
    assert_eq!(first.resources.len(), 2, "one day, twice");
    let rows = lines(&service, "forecast", &first, "year=2026/month=11/day=24/").await;
    // 71 hours and a day, twice.
    assert_eq!(rows.len(), 1 + 2 * 72);
    assert!(
        rows[1].starts_with(
            "1,,2026-11-24T09:12:00+08:00,,2026-11-25T08:12:00+08:00,S1,,pm25,PT1H,mean,1,1,\
             2026-11-25T08:12:00+08:00,2026-11-25T09:12:00+08:00,40.5,5,10,25,39,50,90,100,30,ug/m3,ridge,false,\
             0123456789abcdef,0.1.0,"
        ),
        "{}",
        rows[1]
    );
    assert!(rows[71].contains(",PT1H,mean,3,72,") && rows[71].contains(",climatology,true,"), "{}", rows[71]);
    assert!(rows[72].contains(",pm25,P1D,mean,1,") && rows[73].starts_with("2,1,"), "{} {}", rows[72], rows[73]);

    service.journal.keep_forecasts(vec![issue(at(NOW), 2)]).await.unwrap();
    let second = made(&service, "forecast", "2026-11-25T01:13:00Z").await;
    assert_eq!((&second.resources[..2], second.resources.len()), (&first.resources[..], 4));
    assert!(matches!(make(&service, "forecast", "2026-11-25T01:14:00Z").await, Outcome::Unchanged(_)));
}

#[tokio::test]
async fn levels_above_the_remit_are_in_no_dataset() {
    let service = Service::with(county()).await;
    service.journal.keep_forecasts(vec![issue(at(NOW), 2), issue(at(NOW), 5)]).await.unwrap();
    let made = made(&service, "forecast-days", "2026-11-25T02:00:00Z").await;
    let rows = lines(&service, "forecast-days", &made, "year=2026/month=11/").await;
    assert!(rows[1].contains(",hj633-2026,60,,90,2,pm25,0.2,0.7,0.1,,,,false,"), "{}", rows[1]);
    assert!(rows[2].contains(",hj633-2026,,,,,pm25,,,,,,,true,"), "{}", rows[2]);
}

#[tokio::test]
async fn scores_are_released_as_they_stand() {
    let service = Service::with(county()).await;
    assert!(matches!(make(&service, "forecast-scores", NOW).await, Outcome::Empty));
    let score = |subject: Option<Subject>, hits: u64| ForecastScore {
        subject,
        model: "issued".into(),
        of: Scored::Index,
        lead_day: 1,
        window: 90,
        from: at(NOW) - Duration::days(90),
        to: at(NOW),
        hours: Errors::default(),
        daily: Errors { n: 90, mae: 12.5, ..Errors::default() },
        days: DayScores { n: 90, hits, by_level: vec![[80, 70], [10, 1]], ..DayScores::default() },
    };
    let area = Some(Subject::Area("江口".into()));
    service.journal.set_forecast_scores(vec![score(None, 71), score(area.clone(), 60)]).await.unwrap();
    let first = made(&service, "forecast-scores", "2026-11-25T02:00:00Z").await;
    let rows = lines(&service, "forecast-scores", &first, "").await;
    assert!(rows[1].starts_with("all,issued,index,,,1,90,"), "{}", rows[1]);
    // Of no hours there are no errors.
    assert!(rows[2].contains("江口") && rows[2].contains(",0,,,,,,,,90,12.5,"), "{}", rows[2]);
    assert!(rows[2].contains(",80,70,10,1,0,0,0,0,0,0,0,0,"), "{}", rows[2]);

    service.journal.set_forecast_scores(vec![score(None, 71), score(area, 61)]).await.unwrap();
    made(&service, "forecast-scores", "2026-11-25T03:00:00Z").await;
    let told = service.get("/datasets/forecast-scores/diff?format=csv").await;
    assert!(told.text().contains(",level_hits,60,61,,,derived"), "{}", told.text());
}
