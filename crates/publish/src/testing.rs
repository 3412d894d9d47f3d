//! A service over a journal in a temporary folder, asked without a socket.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use chrono::{DateTime, Duration};
use limpid_model::explanation::{Check, Input, Origin, RuleSaid, Step};
use limpid_model::forecast::{DayFigure, Expected, ForecastDay, HourSeries, MethodNote, ModelNote};
use limpid_model::pipeline::{Files, Registers};
use limpid_model::{
    Assessment, Channel, Entry, Explanation, Flag, Forecast, Instant, Observation, ParameterId, Period, Pipeline,
    Published, Question, Reading, ReceiptId, Record, Scheme, StationId, Statistic, Status, Subject, Submission, Text,
};
use limpid_store::{Journal, Lake, SqliteJournal};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::Config;
use crate::app::Shared;
use crate::router::{router, sensorthings};
use crate::start::{build, spawn};
use crate::webhooks::Webhook;

/// 09:12 in Shanghai.
pub const NOW: &str = "2026-11-25T01:12:00Z";

/// Air with everything, air that is simulated, air with a hostile name and no data, water, and one closed.
pub const STATIONS: &str = "\
id,kind,name_zh,name_en,lat,lon,area,class,parameters,from,to,password,mn,simulated
S1,air,一号站,Station One,28.5,104.9,江口,,pm25 pm10 so2 no2 co o3,2020-01-01,,secret-pw,MN-SECRET-1,
S2,air,二号站,Station Two,28.6,105.0,江口,,,,,,,true
S3,air,<b>三</b>号站,\"=Three \"\"<script>alert(1)</script>\"\" & co\",28.7,105.1,,,,,,,,
W1,water,河口断面,River Mouth,28.4,104.8,清江,III,,,,,,
S9,air,旧站,Old Station,28.5,104.9,,,,2015-01-01,2020-01-01,,,
";

/// The smallest pipeline.
pub const PIPELINE: &str = r#"
[publisher]
id = "changning"
name = { zh = "示例县生态环境局", en = "Example County Environment Bureau" }
zone = "Asia/Shanghai"
"#;

/// What every webhook's messages are signed with.
pub const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A running service.
pub struct Service {
    pub router: Router,
    pub app: Shared,
    pub journal: Arc<dyn Journal>,
    pub lake: Lake,
    pub pipeline: Arc<Pipeline>,
    pub stop: CancellationToken,
    now: Arc<AtomicI64>,
    _tasks: JoinSet<()>,
    _folder: tempfile::TempDir,
}

/// An answer.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Service {
    /// A service that has published `records` before it starts.
    pub async fn with(records: Vec<Record>) -> Self {
        Self::of(PIPELINE, STATIONS, records).await
    }

    pub async fn of(pipeline: &str, stations: &str, records: Vec<Record>) -> Self {
        Self::keeping(pipeline, stations, &[], records).await
    }

    /// The same with registers: names of files and their texts.
    pub async fn keeping(pipeline: &str, stations: &str, registers: &[(String, String)], records: Vec<Record>) -> Self {
        let files = Files { pipeline: pipeline.into(), stations: stations.into() };
        let pipeline = Pipeline::parse(&files).unwrap_or_else(|mistakes| panic!("{:?}", mistakes.0));
        let registers = Registers::parse(registers).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        Self::start(Pipeline { registers, ..pipeline }, records).await
    }

    /// A service whose pipeline names a map, with the text of that.
    pub async fn mapped(pipeline: &str, stations: &str, map: &str, records: Vec<Record>) -> Self {
        let files = Files { pipeline: pipeline.into(), stations: stations.into() };
        Self::start(Pipeline::parse(&files).unwrap().with_map(map).unwrap(), records).await
    }

    async fn start(pipeline: Pipeline, records: Vec<Record>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let journal: Arc<dyn Journal> = SqliteJournal::open(&folder.path().join("journal.sqlite")).unwrap();
        let lake = Lake::local(&folder.path().join("lake")).unwrap();
        let pipeline = Arc::new(pipeline);
        journal.publish(records, None).await.unwrap();
        let now = Arc::new(AtomicI64::new(at(NOW).timestamp()));
        let clock = now.clone();
        let stop = CancellationToken::new();
        // A reviewer's token is the hash itself: hashing is the caller's.
        let reviewers = pipeline.reviewers.clone();
        let webhooks = pipeline.webhooks.iter().map(|one| Webhook::new(one.clone(), WEBHOOK_SECRET).unwrap());
        let config = Config {
            pipeline: pipeline.clone(),
            journal: journal.clone(),
            lake: lake.clone(),
            metrics: Arc::new(|| "limpid_up 1\n".to_owned()),
            may_release: Arc::new(|token| token == "all"),
            reviewer: Arc::new(move |token| reviewers.iter().find(|one| one.hash == token).cloned()),
            officer: {
                let officers = pipeline.officers.clone();
                Arc::new(move |token| officers.iter().find(|one| one.hash == token).cloned())
            },
            tokens: crate::IssuedTokens {
                make: Arc::new(|| Ok(("lp_secret".to_owned(), "ab".repeat(32)))),
                changed: Arc::new(|_| {}),
            },
            amend: Arc::new(|change| Box::pin(async move { Err(crate::NotAmended::Refused(format!("{change:?}"))) })),
            // Of issue 1 nothing has come yet; there is no other.
            score_issue: Arc::new(|issue| {
                Box::pin(async move { Ok((issue == 1).then(|| (forecast("S1"), Vec::new()))) })
            }),
            explain: Arc::new(|question| Box::pin(explained(question))),
            webhooks: webhooks.collect(),
            outlet: None,
            stop: stop.clone(),
        };
        let clock = Arc::new(move || DateTime::from_timestamp(clock.load(Ordering::Relaxed), 0).unwrap());
        let (app, follower) = build(config, clock).await.unwrap();
        let tasks = spawn(&app, follower);
        let router = router(app.clone()).merge(sensorthings(app.clone()));
        Self { router, app, journal, lake, pipeline, stop, now, _tasks: tasks, _folder: folder }
    }

    /// Moves the clock.
    pub fn set_now(&self, now: Instant) {
        self.now.store(now.timestamp(), Ordering::Relaxed);
    }

    pub async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec();
        Answer { status, headers, body }
    }

    /// Takes readings in, so that the journal knows the extent of their stations.
    pub async fn accept(&self, observations: &[Observation]) {
        let entries = observations.iter().map(|observation| {
            Entry::Reading(Reading {
                station: observation.station.clone(),
                parameter: observation.parameter,
                period: observation.period,
                start: observation.start,
                value: observation.value,
                mark: observation.mark,
                conversion: None,
            })
        });
        let submission = Submission {
            id: ReceiptId::new(at(NOW), 1),
            received: at(NOW),
            channel: Channel::Import,
            sender: "test".into(),
            station: None,
            media_type: "text/csv",
            body: Vec::new().into(),
            idempotency: None,
            entries: entries.collect(),
            deviations: Vec::new(),
            events: Vec::new(),
        };
        self.journal.accept(submission).await.unwrap();
    }

    pub async fn get(&self, uri: &str) -> Answer {
        self.ask(Request::get(uri).body(Body::empty()).unwrap()).await
    }

    pub async fn get_with(&self, uri: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::get(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.ask(request.body(Body::empty()).unwrap()).await
    }

    /// Asks until the answer is as wanted; the board follows the journal in its own time.
    pub async fn until(&self, uri: &str, wanted: impl Fn(&Answer) -> bool) -> Answer {
        let begun = std::time::Instant::now();
        loop {
            let answer = self.get(uri).await;
            if wanted(&answer) {
                return answer;
            }
            assert!(begun.elapsed().as_secs() < 30, "{uri} never became as wanted: {}", answer.text());
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
}

/// An explanation of PM2.5 of S1, as whoever computes would give it; there is none of anything else.
async fn explained(question: Question) -> limpid_store::Result<Option<Explanation>> {
    if (question.station.as_str(), question.parameter.as_str()) != ("S1", "pm25") {
        return Ok(None);
    }
    let figure = Observation { rules: "mark range".into(), ..hour("S1", "pm25", "2026-11-25T01:00:00Z", 66.2) };
    let (received, receipt) = (at("2026-11-25T01:02:00Z"), ReceiptId::new(at("2026-11-25T01:02:00Z"), 7));
    let origin =
        Origin { receipt, received: Some(received), channel: Some(Channel::Hj212), sha256: Some("ab".repeat(32)) };
    let input = Input {
        parameter: figure.parameter,
        period: figure.period,
        start: figure.start,
        end: figure.end,
        value: Some(66.2),
        counted_as: None,
        flag: Flag::Pass,
        used: true,
        revision: 1,
        mark: None,
        rules: "range".into(),
        origin: Some(origin),
    };
    let rule = RuleSaid {
        id: "range".into(),
        text: Text::zh_en("数值<合理>", "plausible & <sound>"),
        source: "IOC 54:V3".into(),
        verified: "no".into(),
        thresholds: Some("fail < -10 ug/m3".into()),
    };
    let step = Step { text: Text::zh_en("收到的数值", "the value as received"), formula: "66.2 ug/m3".into() };
    let figure = Published { seq: 1, at: received, revision: 1, record: figure };
    let (rules, inputs, steps) = (vec![rule], vec![input], vec![step]);
    let check = Check {
        id: "rate".into(),
        text: Text::zh_en("变化率", "rate of change"),
        thresholds: "fail |v - before| > 80".into(),
        found: Some("rate-fail".into()),
    };
    Ok(Some(Explanation { figure, rules, checks: vec![check], inputs, steps, derived: Some(66.2), agrees: true }))
}

pub fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

/// An hour value that passed; `end` is its end.
pub fn hour(station: &str, parameter: &str, end: &str, value: f64) -> Observation {
    value_of(station, parameter, Period::Hour, end, value)
}

pub fn value_of(station: &str, parameter: &str, period: Period, end: &str, value: f64) -> Observation {
    let end = at(end);
    Observation {
        station: StationId::parse(station).unwrap(),
        parameter: ParameterId::known(parameter),
        period,
        statistic: Statistic::Mean,
        start: end - period.fixed().unwrap_or(Duration::days(1)),
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
    }
}

/// The index of an hour under the edition in force.
pub fn index(station: &str, end: &str, index: Option<u16>, primary: &[&str]) -> Assessment {
    let scheme = Scheme::parse("hj633-2026").unwrap();
    let parameter = |id: &&str| ParameterId::known(id);
    let missing = || vec![(ParameterId::known("pm25"), Some(34)), (ParameterId::known("pm10"), None)];
    Assessment {
        station: StationId::parse(station).unwrap(),
        scheme,
        period: Period::Hour,
        start: at(end) - Duration::hours(1),
        end: at(end),
        index,
        level: index.and_then(|index| scheme.level_of(index)).map(|level| level.level),
        primary: primary.iter().map(parameter).collect(),
        sub: if index.is_some() { vec![(ParameterId::known("pm25"), index)] } else { missing() },
        reason: index.is_none().then(|| "missing".to_owned()),
        status: Status::Provisional,
        event: false,
        compliance: None,
    }
}

/// S1 fresh with an index, S2 three hours and more behind, S3 without anything, W1 with river values.
pub fn county() -> Vec<Record> {
    let mut records: Vec<Record> = vec![
        index("S1", "2026-11-24T22:00:00Z", Some(52), &["pm25"]).into(),
        index("S1", "2026-11-25T01:00:00Z", Some(89), &["pm25"]).into(),
        index("S2", "2026-11-24T22:00:00Z", Some(134), &["o3"]).into(),
        hour("S2", "o3", "2026-11-24T22:00:00Z", 210.0).into(),
        hour("W1", "ph", "2026-11-25T00:00:00Z", 7.84).into(),
        hour("W1", "nh3n", "2026-11-25T00:00:00Z", 0.153).into(),
    ];
    for (parameter, value) in [("pm25", 66.2), ("pm10", 88.0), ("so2", 7.0), ("no2", 31.0), ("co", 0.74), ("o3", 45.0)]
    {
        records.push(hour("S1", parameter, "2026-11-25T01:00:00Z", value).into());
    }
    records
}

/// An issue of an hour ago: 72 hours of PM2.5 at 40.5, of which the sixth is missing, and tomorrow at level 2.
pub fn forecast(station: &str) -> Forecast {
    let expected = Expected { mean: 40.5, usual: 30.0, quantiles: [5.0, 10.0, 25.0, 39.0, 50.0, 90.0, 100.0] };
    let method = MethodNote { method: "ridge".into(), fell_back: false };
    let start = at(NOW) - chrono::Duration::hours(1);
    let parameter = ParameterId::known("pm25");
    let note = ModelNote { id: "0123456789abcdef".into(), version: "0.1.0".into(), from: start, until: start };
    Forecast {
        id: 0,
        issued: start,
        due: None,
        origin: start,
        subject: Subject::Station(StationId::parse(station).unwrap()),
        model: note,
        published: 1,
        outlooks: Vec::new(),
        young: false,
        hours: vec![HourSeries {
            parameter,
            start,
            methods: vec![method.clone(), method.clone(), MethodNote { method: "climatology".into(), fell_back: true }],
            hours: (0..72).map(|hour| (hour != 5).then_some(expected)).collect(),
        }],
        days: vec![ForecastDay {
            start: at("2026-11-25T16:00:00Z"),
            end: at("2026-11-26T16:00:00Z"),
            lead_day: 1,
            figures: vec![DayFigure { parameter, statistic: Statistic::Mean, method, expected }],
            scheme: "hj633-2026".into(),
            index: Some([60, 90]),
            median: None,
            level: Some(2),
            chances: vec![0.2, 0.7, 0.1],
            primary: vec![parameter],
        }],
        amends: None,
        proposal: None,
    }
}
