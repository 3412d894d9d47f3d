//! Issued forecasts, models and scores.

use chrono::Duration;
use limpid_model::forecast::{
    Amendment, DayFigure, DayScores, Errors, Expected, ForecastDay, HourSeries, MethodNote, ModelNote, OutlookNote,
    Proposal, Scored,
};
use limpid_model::{Forecast, ForecastScore, Instant, Statistic, Subject};

use super::{Open, at, parameter, station};
use crate::journal::{ForecastQuery, KeptModel};

fn note(id: &str) -> ModelNote {
    let (from, until) = (at("2013-03-01T00:00:00Z"), at("2016-03-01T00:00:00Z"));
    ModelNote { id: id.into(), version: "0.1.0".into(), from, until }
}

pub(super) fn issue(subject: Subject, hour: i64) -> Forecast {
    let issued = at("2026-11-25T00:00:00.5Z") + Duration::hours(hour);
    let expected = Expected { mean: 40.25, usual: 51.5, quantiles: [0.1, 10.0, 25.0, 38.7, 52.0, 80.0, 100.125] };
    let method = MethodNote { method: "ridge".into(), fell_back: false };
    Forecast {
        id: 77,
        issued,
        due: Some(issued),
        origin: at("2026-11-25T00:00:00Z") + Duration::hours(hour),
        subject,
        model: note("abc"),
        published: 4_711,
        outlooks: vec![OutlookNote { model: "open-meteo/best_match".into(), issued }],
        young: true,
        hours: vec![HourSeries {
            parameter: parameter("pm25"),
            start: issued,
            methods: vec![method.clone(), MethodNote { method: "climatology".into(), fell_back: true }],
            hours: vec![Some(expected), None],
        }],
        days: vec![ForecastDay {
            start: issued,
            end: issued + Duration::days(1),
            lead_day: 1,
            figures: vec![DayFigure {
                parameter: parameter("o3"),
                statistic: Statistic::Max8h,
                method,
                expected: expected.scaled(2.0),
            }],
            scheme: "hj633-2026".into(),
            index: Some([70, 101]),
            median: Some(85),
            level: Some(2),
            chances: vec![0.25, 0.5, 0.25],
            primary: vec![parameter("o3")],
        }],
        amends: Some(Amendment { of: 3, who: "李伟".into(), why: "沙尘".into() }),
        proposal: Some(Proposal { level: "yellow".into(), indices: vec![201] }),
    }
}

fn all() -> ForecastQuery {
    let (from, to) = (Instant::UNIX_EPOCH, at("2100-01-01T00:00:00Z"));
    ForecastQuery { subjects: Vec::new(), from, to, newest: false, after: 0, limit: 100 }
}

pub async fn issues_come_back_whole_in_their_order_and_are_never_changed(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let (one, area) = (Subject::Station(station("S1")), Subject::Area("长宁 县".into()));
    let first = vec![issue(one.clone(), 0), issue(area.clone(), 0)];
    assert_eq!(journal.keep_forecasts(first.clone()).await.unwrap(), [1, 2]);
    assert_eq!(*journal.forecast().borrow(), 2);
    // The same again is another issue: nothing is put in the place of what went out.
    assert_eq!(journal.keep_forecasts(vec![issue(one.clone(), 0)]).await.unwrap(), [3]);
    assert_eq!(journal.keep_forecasts(Vec::new()).await.unwrap(), [0; 0]);
    journal.close().await.unwrap();
    let journal = open(folder.path());
    let mut expected: Vec<Forecast> = first.into_iter().chain([issue(one.clone(), 0)]).collect();
    for (id, forecast) in (1..).zip(&mut expected) {
        forecast.id = id;
    }
    assert_eq!(journal.forecasts(all()).await.unwrap(), expected);
    let ids = async |query| journal.forecasts(query).await.unwrap().iter().map(|one| one.id).collect::<Vec<_>>();
    assert_eq!(ids(ForecastQuery { subjects: vec![one], ..all() }).await, [1, 3]);
    assert_eq!(ids(ForecastQuery { subjects: vec![area], ..all() }).await, [2]);
    assert_eq!(ids(ForecastQuery { after: 1, limit: 1, ..all() }).await, [2]);
}

pub async fn the_newest_issue_of_each_subject_can_be_asked(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let (one, other) = (Subject::Station(station("S1")), Subject::Station(station("S2")));
    let issues = [(&one, 0), (&other, 0), (&one, 9), (&other, 9), (&one, 0)];
    let issues = issues.into_iter().map(|(subject, hour)| issue(subject.clone(), hour)).collect();
    journal.keep_forecasts(issues).await.unwrap();
    let ids = async |query| journal.forecasts(query).await.unwrap().iter().map(|one| one.id).collect::<Vec<_>>();
    assert_eq!(ids(ForecastQuery { newest: true, ..all() }).await, [4, 5], "the last one kept stands");
    let then = at("2026-11-25T09:00:00Z");
    assert_eq!(ids(ForecastQuery { newest: true, to: then, ..all() }).await, [2, 5]);
    assert_eq!(ids(ForecastQuery { from: then, ..all() }).await, [3, 4]);
}

pub async fn the_last_model_and_the_last_scores_stand(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    assert_eq!(journal.forecast_model().await.unwrap(), None);
    let model = |id: &str, body: &[u8]| KeptModel { note: note(id), body: body.to_vec() };
    for (id, body) in [("a", b"1"), ("b", b"2"), ("b", b"3")] {
        journal.keep_forecast_model(model(id, body)).await.unwrap();
    }
    assert_eq!(journal.forecast_model().await.unwrap(), Some(model("b", b"2")), "what an id names never changes");

    let score = |lead_day| ForecastScore {
        subject: None,
        model: "issued".into(),
        of: Scored::Parameter(parameter("pm25")),
        lead_day,
        window: 90,
        from: at("2026-08-27T00:00:00Z"),
        to: at("2026-11-25T00:00:00Z"),
        hours: Errors {
            n: 2_000,
            mae: 0.1 + 0.2,
            rmse: 55.5,
            bias: -0.5,
            pinball: 10.1,
            cover80: 0.8,
            skill_persistence: Some(0.2),
            skill_climatology: None,
        },
        daily: Errors { n: 90, mae: 12.5, ..Errors::default() },
        days: DayScores { n: 90, hits: 71, by_level: vec![[80, 70], [10, 1]], ..DayScores::default() },
    };
    journal.set_forecast_scores(vec![score(1), score(2)]).await.unwrap();
    journal.set_forecast_scores(vec![score(3)]).await.unwrap();
    assert_eq!(journal.forecast_scores().await.unwrap(), [score(3)]);
}
