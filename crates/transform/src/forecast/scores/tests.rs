//! Scores of two issues, worked out by hand.

use std::sync::Arc;

use chrono::Duration;
use limpid_model::forecast::{Amendment, DayFigure, Expected, ForecastDay, HourSeries, MethodNote, ModelNote, Scored};
use limpid_model::pipeline::Files;
use limpid_model::summary::{AreaIndex, AreaValue, Standing};
use limpid_model::{
    Assessment, Flag, Forecast, ForecastScore, Instant, Observation, ParameterId, Period, Pipeline, Record, Scheme,
    StationId, Statistic, Status, Subject, Summary, SummaryBody,
};
use limpid_store::{Journal, SqliteJournal};

use super::{of_issue, work_out};
use crate::forecast::judge::judge;

/// Midnight of 20 November in Shanghai.
fn day(days: i64) -> Instant {
    "2026-11-19T16:00:00Z".parse::<Instant>().unwrap() + Duration::days(days)
}

fn pm25() -> ParameterId {
    ParameterId::known("pm25")
}

fn pipeline() -> Pipeline {
    let pipeline = "[publisher]\nid = \"a\"\nname = { zh = \"甲\", en = \"A\" }\nzone = \"Asia/Shanghai\"\n\
                    [air]\nscheme = \"hj633-2012\"\n";
    let stations = "id,kind,name_zh,name_en,lat,lon,area\nS1,air,一,One,28.5,104.9,County\n";
    let files = Files { pipeline: pipeline.into(), stations: stations.into() };
    Pipeline::parse(&files).unwrap_or_else(|mistakes| panic!("{:?}", mistakes.0))
}

fn expected(usual: f32, quantiles: [f32; 7]) -> Expected {
    Expected { mean: quantiles[3], usual, quantiles }
}

/// Issued at eight in the morning of the 20th: two hours, tomorrow and the day after.
fn issue(subject: &Subject, tomorrow: [f32; 7]) -> Forecast {
    let issued = day(0) + Duration::hours(8);
    let method = MethodNote { method: "ridge".into(), fell_back: false };
    let of_day = |lead_day: u8, usual: f32, quantiles: [f32; 7]| {
        let figure = DayFigure {
            parameter: pm25(),
            statistic: Statistic::Mean,
            method: method.clone(),
            expected: expected(usual, quantiles),
        };
        let mut of_day = ForecastDay {
            start: day(lead_day.into()),
            end: day(i64::from(lead_day) + 1),
            lead_day,
            figures: vec![figure],
            scheme: "hj633-2012".into(),
            index: None,
            median: None,
            level: None,
            chances: Vec::new(),
            primary: Vec::new(),
        };
        judge(&mut of_day);
        of_day
    };
    let hour = expected(50.0, [10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0]);
    Forecast {
        id: 0,
        issued,
        due: None,
        origin: issued,
        subject: subject.clone(),
        model: ModelNote { id: "a".into(), version: "0".into(), from: issued, until: issued },
        published: 1,
        outlooks: Vec::new(),
        young: false,
        hours: vec![HourSeries {
            parameter: pm25(),
            start: issued,
            methods: vec![method.clone()],
            hours: vec![Some(hour), Some(hour)],
        }],
        days: vec![of_day(1, 30.0, tomorrow), of_day(2, 30.0, [60.0, 70.0, 90.0, 100.0, 110.0, 112.0, 114.0])],
        amends: None,
        proposal: None,
    }
}

fn value(period: Period, start: Instant, value: f64) -> Record {
    let end = start + period.fixed().unwrap_or(Duration::days(1));
    let observation = Observation {
        station: StationId::parse("S1").unwrap(),
        parameter: pm25(),
        period,
        statistic: Statistic::Mean,
        start,
        end,
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

fn index(start: Instant, index: u16, primary: &str) -> Record {
    let scheme = Scheme::parse("hj633-2012").unwrap();
    let assessment = Assessment {
        station: StationId::parse("S1").unwrap(),
        scheme,
        period: Period::Day,
        start,
        end: start + Duration::days(1),
        index: Some(index),
        level: scheme.level_of(index).map(|level| level.level),
        primary: vec![ParameterId::known(primary)],
        sub: vec![(ParameterId::known(primary), Some(index))],
        reason: None,
        status: Status::Provisional,
        compliance: None,
        event: false,
    };
    assessment.into()
}

/// The area's mean of tomorrow, and its index.
fn of_area(start: Instant, value: f64, index: u16) -> Summary {
    let area = AreaIndex {
        scheme: "hj633-2012".into(),
        index: Some(index),
        level: None,
        primary: vec![pm25()],
        reason: None,
        in_force: None,
        values: vec![AreaValue {
            parameter: pm25(),
            value: Some(value),
            sub: Some(index),
            n: 1,
            expected: 1,
            apart: Vec::new(),
        }],
        standing: Standing::default(),
    };
    Summary {
        subject: Subject::Area("County".into()),
        period: Period::Day,
        start,
        end: start + Duration::days(1),
        body: SummaryBody::Index(area),
    }
}

/// What came: 30 in the hour before the issue, 44 in its first; days of 50 (index 69), 67 (90) and 80, whose index of 130 is
/// of ozone.
async fn scores(issues: Vec<Forecast>) -> Vec<ForecastScore> {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(&folder, issues).await;
    work_out(&pipeline(), &journal, day(40)).await.unwrap();
    journal.forecast_scores().await.unwrap()
}

async fn journal(folder: &tempfile::TempDir, issues: Vec<Forecast>) -> Arc<dyn Journal> {
    let journal: Arc<dyn Journal> = SqliteJournal::open(&folder.path().join("journal.sqlite")).unwrap();
    let morning = day(0) + Duration::hours(8);
    let records = vec![
        value(Period::Hour, morning - Duration::hours(1), 30.0),
        value(Period::Hour, morning, 44.0),
        value(Period::Day, day(-1), 50.0),
        value(Period::Day, day(1), 67.0),
        value(Period::Day, day(2), 80.0),
        index(day(-1), 69, "pm25"),
        index(day(1), 90, "pm25"),
        index(day(2), 130, "o3"),
    ];
    journal.publish(records, None).await.unwrap();
    journal.keep_summaries(vec![of_area(day(1), 60.0, 82)], None).await.unwrap();
    journal.keep_forecasts(issues).await.unwrap();
    journal
}

const TOMORROW: [f32; 7] = [20.0, 25.0, 40.0, 55.0, 70.0, 100.0, 120.0];

fn station() -> Subject {
    Subject::Station(StationId::parse("S1").unwrap())
}

fn find<'s>(scores: &'s [ForecastScore], subject: Option<&Subject>, of: Scored, lead: u8) -> &'s ForecastScore {
    let model = |score: &&ForecastScore| score.model == "issued" && score.window == 90;
    let mut found = scores.iter().filter(model).filter(|score| (score.of, score.lead_day) == (of, lead));
    found.find(|score| score.subject.as_ref() == subject).unwrap()
}

fn near(left: f64, right: f64) -> bool {
    (left - right).abs() < 1e-6
}

#[tokio::test]
async fn hours_days_and_the_index_are_scored_as_by_hand() {
    let scores = scores(vec![issue(&station(), TOMORROW)]).await;
    assert!(scores.iter().all(|score| score.window != 30), "the issue is 40 days old");
    for subject in [Some(station()), None] {
        let of = |of, lead| find(&scores, subject.as_ref(), of, lead);
        let particles = of(Scored::Parameter(pm25()), 1);
        let hours = &particles.hours;
        // Losses of 44 at 10, 20, … 70: 1.7 + 2.4 + 3.5 + 2 + 1.5 + 1.6 + 1.3 = 14.
        assert_eq!((hours.n, hours.mae, hours.rmse, hours.bias, hours.cover80), (1, 4.0, 4.0, -4.0, 1.0));
        assert!(near(hours.pinball, 2.0), "{hours:?}");
        // Persistence is 14 off, climatology 6.
        assert!(near(hours.skill_persistence.unwrap(), 1.0 - 4.0 / 14.0), "{hours:?}");
        assert!(near(hours.skill_climatology.unwrap(), 1.0 - 4.0 / 6.0), "{hours:?}");
        assert_eq!((particles.daily.n, particles.daily.mae), (1, 12.0));

        // HJ 633-2012: 35, 75 and 115 are 50, 100 and 150, fractions are rounded up. The median of 55.3 is 76.
        let tomorrow = of(Scored::Index, 1);
        assert_eq!((tomorrow.hours.n, tomorrow.daily.n, tomorrow.daily.mae, tomorrow.daily.bias), (0, 1, 14.0, -14.0));
        assert!(near(tomorrow.daily.skill_persistence.unwrap(), 1.0 - 14.0 / 21.0), "{tomorrow:?}");
        // What is usual is 30, index 43.
        assert!(near(tomorrow.daily.skill_climatology.unwrap(), 1.0 - 14.0 / 47.0), "{tomorrow:?}");
        let days = &tomorrow.days;
        assert_eq!((days.n, days.hits, days.near, days.in_range, days.primary), (1, 1, 1, 1, [1, 1]));
        assert_eq!((days.persistence_days, days.persistence_hits, days.climatology_hits), (1, 1, 0));
        assert_eq!((days.by_level.as_slice(), days.polluted), (&[[0, 0], [1, 1]][..], [0, 0, 0]));

        // Particles were forecast and ozone made the index: level and range are right, the pollutant is not.
        let after = &of(Scored::Index, 2).days;
        assert_eq!((after.hits, after.in_range, after.primary, after.polluted), (1, 1, [0, 1], [1, 0, 0]));
        assert_eq!((after.persistence_hits, after.by_level.len(), after.heavy), (0, 3, [0, 0, 0]));
    }
}

#[tokio::test]
async fn an_area_is_scored_against_what_was_published_of_it_and_not_among_the_stations() {
    let area = Subject::Area("County".into());
    let scores = scores(vec![issue(&area, TOMORROW)]).await;
    assert!(scores.iter().all(|score| score.subject.as_ref() == Some(&area)), "{scores:?}");
    let tomorrow = find(&scores, Some(&area), Scored::Index, 1);
    assert_eq!((tomorrow.daily.mae, tomorrow.days.hits, tomorrow.days.persistence_days), (6.0, 1, 0));
    assert_eq!(find(&scores, Some(&area), Scored::Parameter(pm25()), 1).daily.mae, 5.0);
}

#[tokio::test]
async fn what_was_amended_is_scored_both_ways() {
    // Both are read in different pages of a hundred when many lie between.
    let mut issues = vec![issue(&station(), TOMORROW)];
    let silent = Forecast { hours: Vec::new(), days: Vec::new(), ..issue(&station(), TOMORROW) };
    issues.extend(vec![silent; super::ISSUES - 1]);
    let amends = Some(Amendment { of: 1, who: "a".into(), why: "b".into() });
    issues.push(Forecast { amends, ..issue(&station(), [100.0; 7]) });
    let scores = scores(issues).await;
    let hits = |model: &str| {
        let found = scores.iter().find(|score| {
            (score.model.as_str(), score.of, score.lead_day, score.window) == (model, Scored::Index, 1, 90)
        });
        found.map(|score| (score.days.n, score.days.hits)).unwrap()
    };
    assert_eq!((hits("issued"), hits("amended")), ((1, 1), (1, 0)));
}

#[tokio::test]
async fn one_issue_has_the_scores_that_it_adds_to_those_of_all() {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(&folder, vec![issue(&station(), TOMORROW), issue(&station(), [100.0; 7])]).await;
    let (forecast, of_first) = of_issue(&pipeline(), &journal, 1, day(40)).await.unwrap().unwrap();
    // Alone in a journal, all scores are of it.
    for score in scores(vec![issue(&station(), TOMORROW)])
        .await
        .into_iter()
        .filter(|score| score.subject == Some(station()) && (score.window, score.model.as_str()) == (90, "issued"))
    {
        let of = |one: &&ForecastScore| (one.of, one.lead_day) == (score.of, score.lead_day);
        let own = of_first.iter().find(of).unwrap();
        // What went through the journal may differ in a last bit.
        let said = |score: &ForecastScore| format!("{:.12?} {:.12?} {:?}", score.hours, score.daily, score.days);
        assert_eq!(said(own), said(&score));
        assert_eq!((own.window, own.from, own.to), (0, forecast.issued, forecast.issued));
    }
    assert_eq!(of_first.len(), 4, "particles and index, of two days: {of_first:?}");
    let of = |issue, now| of_issue(&PIPELINE, &journal, issue, now);
    assert!(of(1, day(0) + Duration::hours(8)).await.unwrap().unwrap().1.iter().all(|score| score.daily.n == 0));
    assert!(of(0, day(40)).await.unwrap().is_none() && of(3, day(40)).await.unwrap().is_none());
}

static PIPELINE: std::sync::LazyLock<Pipeline> = std::sync::LazyLock::new(pipeline);
