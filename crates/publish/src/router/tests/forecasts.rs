//! Forecasts, their scores and their page.

use chrono::Duration;
use limpid_model::forecast::{Amendment, DayScores, Errors, Proposal, Scored};
use limpid_model::{Forecast, ForecastScore, Instant, StationId, Subject};

use crate::pages::words::Lang;
use crate::testing::{NOW, Service, at, county, forecast};

fn now() -> Instant {
    at(NOW)
}

/// The sample issue with tomorrow at `level` and its index within `index`.
fn issue(level: u8, index: [u16; 2]) -> Forecast {
    let mut issue = forecast("S1");
    issue.days[0].level = Some(level);
    issue.days[0].index = Some(index);
    issue
}

async fn service(forecasts: Vec<Forecast>) -> Service {
    let service = Service::with(county()).await;
    service.journal.keep_forecasts(forecasts).await.unwrap();
    service
}

#[tokio::test]
async fn hours_come_in_pages_without_those_that_nothing_can_be_said_of() {
    let service = service(vec![issue(2, [60, 90])]).await;
    let first = service.get("/api/v1/forecasts?station=S1&limit=50").await.json();
    let item = &first["items"][0];
    assert_eq!(
        (&item["model"], &item["value"], &item["p10"], &item["p90"], &item["unit"]),
        (&"ridge".into(), &40.5.into(), &10.0.into(), &90.0.into(), &"ug/m3".into())
    );
    let next = first["next"].as_str().unwrap().split_once("/api").unwrap().1.to_owned();
    let second = service.get(&format!("/api{next}")).await.json();
    assert_eq!(second["items"].as_array().unwrap().len(), 21);
    assert_eq!(second["next"], serde_json::Value::Null);
    assert_eq!(second["items"][20]["model"], "climatology");
    assert_eq!(second["items"][20]["fell_back"], true);
    let csv = service.get("/api/v1/forecasts?format=csv&limit=100").await;
    assert_eq!(csv.text().lines().count(), 72, "a header and 71 hours");
    assert_eq!(service.get("/api/v1/forecasts?as_of=2026-11-24").await.json()["items"], serde_json::json!([]));
    assert_eq!(service.get("/api/v1/forecasts?area=nowhere").await.status, 400);
}

#[tokio::test]
async fn a_county_shows_concentrations_where_the_level_is_not_its_to_give() {
    for (level, index) in [(5, [150, 190]), (3, [110, 230])] {
        let service = service(vec![issue(level, index)]).await;
        let day = service.get("/api/v1/forecasts/days?station=S1").await.json()["items"][0].clone();
        assert_eq!((&day["level"], &day["index"]), (&serde_json::Value::Null, &serde_json::Value::Null), "{day}");
        assert_eq!((&day["withheld"], &day["chances"]), (&"remit".into(), &serde_json::json!([])));
        assert_eq!(day["figures"][0]["value"], 40.5);
        let page = service.get("/forecast?station=S1&lang=en").await;
        let card = page.text().split("<article").nth(1).unwrap().split("</article>").next().unwrap().to_owned();
        assert!(card.contains("No level given") && card.contains("given by the city"), "{card}");
        assert!(!card.contains("heavy pollution<") && !card.contains("230") && card.contains(">40<"), "{card}");
    }
    let service = service(vec![issue(2, [60, 90])]).await;
    let day = service.get("/api/v1/forecasts/days?station=S1").await.json()["items"][0].clone();
    assert_eq!((&day["level"], &day["index"]), (&2.into(), &serde_json::json!([60, 90])));
}

#[tokio::test]
async fn the_page_says_how_sure_it_is_who_amended_it_and_how_good_it_was() {
    let amended = Forecast {
        amends: Some(Amendment { of: 1, who: "李伟".into(), why: "<沙尘>".into() }),
        ..issue(2, [60, 90])
    };
    let service = service(vec![issue(1, [20, 40]), amended]).await;
    let score = ForecastScore {
        subject: Some(Subject::Station(StationId::parse("S1").unwrap())),
        model: "issued".into(),
        of: Scored::Index,
        lead_day: 1,
        window: 90,
        from: now() - Duration::days(90),
        to: now(),
        hours: Errors { n: 2_000, mae: 20.0, rmse: 30.0, skill_persistence: Some(0.2), ..Errors::default() },
        daily: Errors::default(),
        days: DayScores {
            n: 90,
            hits: 71,
            persistence_days: 88,
            persistence_hits: 62,
            climatology_hits: 40,
            in_range: 50,
            primary: [9, 12],
            by_level: vec![[80, 70], [10, 1]],
            polluted: [3, 1, 2],
            ..DayScores::default()
        },
    };
    service.journal.set_forecast_scores(vec![score]).await.unwrap();
    let page = service.get("/forecast?station=S1&lang=en").await.text().to_owned();
    for words in [
        "Tomorrow",
        "60-90",
        "Chance of this level 70 %, of a better one 20 %, of a worse one 10 %.",
        "Amended by 李伟: &lt;沙尘&gt;",
        "One day ahead, the last 90 days: the level was right on 71 of 90 days; \
         the level of the day before would have been on 62, the usual one on 40.",
        "The index lay in the forecast range on 50 of 90 days.",
        "The primary pollutant was right on 9 of 12 days that had one.",
        "Of 4 polluted days 3 were announced.",
        "Of 5 announcements 2 were false.",
        "Level II: 1 of 10.",
        "class=\"fan\"",
        "0123456789abcdef",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(service.get("/forecast?station=S1&lang=zh").await.text().contains("为该级别的可能性 70%"));
    let scores = service.get("/api/v1/forecasts/scores?station=S1&window=90&parameter=index").await.json();
    let score = &scores["items"][0];
    assert_eq!((&score["parameter"], &score["primary_hit_rate"]), (&"index".into(), &0.75.into()));
    assert_eq!((&score["n"], &score["daily"]["n"]), (&2_000.into(), &0.into()));
    assert_eq!(
        (&score["mae"], &score["daily"]["mae"]),
        (&20.0.into(), &serde_json::Value::Null),
        "of nothing no error"
    );
    assert_eq!(score["persistence_hit_rate"], 62.0 / 88.0);
    assert_eq!(score["polluted"]["pod"], 0.75);
    assert_eq!(score["by_observed_level"][1], serde_json::json!({"level": 2, "days": 10, "hits": 1}));
    assert_eq!(score["skill_climatology"], serde_json::Value::Null);
    for nothing in ["", "?station=S1&parameter=pm25", "?area=%E6%B1%9F%E5%8F%A3", "?station=S1&lead_day=2"] {
        let found = service.get(&format!("/api/v1/forecasts/scores{nothing}")).await.json();
        assert_eq!(found["items"], serde_json::json!([]), "{nothing}");
    }
    assert_eq!(service.get("/api/v1/forecasts/scores?parameter=aqi").await.json()["field"], "parameter");
}

#[tokio::test]
async fn an_old_issue_is_not_shown_as_if_it_were_fresh() {
    let old = Forecast { issued: now() - Duration::hours(30), ..issue(2, [60, 90]) };
    let service = service(vec![old]).await;
    let page = service.get("/forecast?lang=en").await.text().to_owned();
    assert!(page.contains("out of date") && !page.contains("<article") && !page.contains("class=\"fan\""), "{page}");
    let empty = Service::with(county()).await;
    let page = empty.get("/forecast?lang=en").await.text().to_owned();
    for words in
        ["No forecast has been issued yet.", "need 14 days of hours", "the longest has 0 so far", "The next one is due"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
}

#[tokio::test]
async fn a_late_issue_says_so() {
    let due = now() - Duration::hours(4);
    let late = Forecast { due: Some(due), ..issue(2, [60, 90]) };
    let service = service(vec![late]).await;
    let page = service.get("/forecast?lang=en").await.text().to_owned();
    assert!(page.contains("was issued late"), "{page}");
    assert_eq!(service.get("/api/v1/forecasts?station=S1&limit=1").await.json()["items"][0]["late"], true);
    assert_eq!(service.get("/api/v1/forecasts/days?station=S1").await.json()["items"][0]["late"], true);
}

#[tokio::test]
async fn a_proposed_warning_is_for_the_operator_and_nowhere_in_public() {
    let proposal = Some(Proposal { level: "orange".into(), indices: vec![4_711, 4_712] });
    let service = service(vec![Forecast { proposal, ..issue(5, [230, 260]) }]).await;
    for uri in ["/api/v1/forecasts", "/api/v1/forecasts?format=csv", "/api/v1/forecasts/days", "/forecast?lang=en", "/"]
    {
        let text = service.get(uri).await.text().to_owned();
        assert!(!text.contains("orange") && !text.contains("4711") && !text.contains("proposal"), "{uri}: {text}");
        assert!(!text.contains("heavy pollution<"), "{uri}: {text}");
    }
}

#[tokio::test]
async fn a_forecast_that_is_not_issued_in_time_is_late_on_the_status_page() {
    let amends = Some(Amendment { of: 1, who: "a".into(), why: "b".into() });
    let early = issue(2, [60, 90]);
    let amended = Forecast { amends, issued: now(), ..early.clone() };
    let service = service(vec![early, amended]).await;
    crate::freshness::look(&service.app).await;
    let state = async |id: &str| {
        let page = service.get("/api/v1/status").await.json();
        let all = page["publications"].as_array().unwrap().clone();
        let one = all.into_iter().find(|one| one["id"] == id).unwrap();
        (one["last"].clone(), one["deadline"].clone(), one["state"].clone())
    };
    // Issued at 08:12; who amends it at 09:12 issues nothing anew.
    let issued = serde_json::Value::from("2026-11-25T08:12:00+08:00");
    assert_eq!(state("forecast").await, (issued.clone(), "2026-11-26T20:00:00+08:00".into(), "met".into()));
    assert_eq!(state("forecast-issue").await, (issued.clone(), "2026-11-25T18:00:00+08:00".into(), "met".into()));
    service.set_now(at("2026-11-25T10:00:00Z"));
    assert_eq!(state("forecast-issue").await.2, "late");
    assert_eq!(state("forecast").await.2, "met");
    service.set_now(at("2026-11-26T12:00:00Z"));
    assert_eq!(state("forecast").await, (issued, "2026-11-26T20:00:00+08:00".into(), "late".into()));
    let page = service.get("/status?lang=en").await;
    assert!(page.text().contains("Forecast, every day") && page.text().contains("Forecast, every scheduled issue"));
}

#[tokio::test]
async fn the_scores_of_one_issue_are_asked_for_by_its_number() {
    let service = service(vec![issue(2, [60, 90])]).await;
    let scores = service.get("/api/v1/forecasts/1/scores").await.json();
    assert_eq!((&scores["issue"], &scores["items"]), (&1.into(), &serde_json::json!([])));
    assert!(scores["issued"].as_str().unwrap().ends_with("+08:00"), "{scores}");
    for unknown in ["2", "0", "one"] {
        assert_eq!(service.get(&format!("/api/v1/forecasts/{unknown}/scores")).await.status, 404, "{unknown}");
    }
    assert_eq!(service.get("/api/v1/forecasts/1/scores?window=30").await.status, 400);
}

#[tokio::test]
async fn page_and_frame_say_the_same_of_an_issue() {
    let amends = Some(Amendment { of: 1, who: "李伟".into(), why: "dust".into() });
    let young = Forecast { young: true, amends, ..issue(2, [60, 90]) };
    let late =
        Forecast { due: Some(now() - Duration::hours(9)), issued: now() - Duration::hours(1), ..issue(2, [60, 90]) };
    let past = Forecast { issued: now() - Duration::hours(30), ..issue(2, [60, 90]) };
    for (one, words) in [
        (young, &["Amended by 李伟: dust", "forecast.young"][..]),
        (late, &["forecast.late"][..]),
        (past, &["forecast.old"][..]),
    ] {
        let service = service(vec![one]).await;
        for uri in ["/forecast", "/embed/forecast"] {
            let page = service.get(&format!("{uri}?station=S1&lang=en")).await.text().to_owned();
            for word in words {
                let said = if word.starts_with("forecast.") { say(word) } else { (*word).to_owned() };
                assert!(page.contains(&said), "{uri}: {said}: {page}");
            }
        }
    }
}

/// The English words of a key up to its first blank to fill.
fn say(key: &'static str) -> String {
    Lang::En.t(key).split(['{', '\'', '&']).next().unwrap().trim().to_owned()
}
