//! The gap ledger as clients and residents see it.

use limpid_model::{Completeness, DayValues, Gap, GapCause, MonthDays, ParameterId, Period, Prospect, StationId};
use limpid_store::{GapWindow, LedgerEntries};
use serde_json::json;

use crate::testing::{Service, at, county};

fn station(id: &str) -> StationId {
    StationId::parse(id).unwrap()
}

/// S1 lacks six hours of PM2.5 for two causes and W1 three of pH; this year of S1's PM2.5 is lost.
async fn service() -> Service {
    let service = Service::with(county()).await;
    let gap = |id: &str, parameter: &str, (start, end): (&str, &str), cause, reason: Option<&str>| Gap {
        station: station(id),
        parameter: ParameterId::known(parameter),
        start: at(start),
        end: at(end),
        cause,
        reason: reason.map(str::to_owned),
    };
    let window = |id: &str, gaps| GapWindow {
        station: station(id),
        from: at("2026-11-01T00:00:00Z"),
        to: at("2026-11-25T00:00:00Z"),
        gaps,
    };
    let night = ("2026-11-23T18:00:00Z", "2026-11-23T22:00:00Z");
    let morning = ("2026-11-23T22:00:00Z", "2026-11-24T00:00:00Z");
    let noon = ("2026-11-24T04:00:00Z", "2026-11-24T08:00:00Z");
    let year = Completeness {
        station: station("S1"),
        parameter: ParameterId::known("pm25"),
        year: 2026,
        until: at("2026-11-24T16:00:00Z"),
        valid: 290,
        passed: 328,
        needed: Some(324),
        valid_months: Some(9),
        needed_months: Some(12),
        months: vec![MonthDays { valid: 24, passed: 31, needed: Some(27) }],
        prospect: Prospect::Lost,
        today: Some(DayValues {
            start: at("2026-11-24T16:00:00Z"),
            end: at("2026-11-25T16:00:00Z"),
            period: Period::Hour,
            valid: 7,
            passed: 8,
            needed: 20,
            prospect: Prospect::Possible,
        }),
    };
    let entries = LedgerEntries {
        windows: vec![
            window(
                "S1",
                vec![
                    gap("S1", "pm25", night, GapCause::PlatformDown, None),
                    gap("S1", "pm25", morning, GapCause::InstrumentMark, Some("C")),
                ],
            ),
            window("W1", vec![gap("W1", "ph", noon, GapCause::LinkDown, None)]),
        ],
        completeness: vec![year],
        cursors: Vec::new(),
    };
    service.journal.keep_ledger(entries).await.unwrap();
    service
}

#[tokio::test]
async fn gaps_are_items_with_one_cause_each() {
    let service = service().await;
    let all = service.get("/api/v1/gaps").await.json();
    assert_eq!(
        all,
        json!({"items": [
            {"station": "S1", "parameter": "pm25", "start": "2026-11-24T02:00:00+08:00",
             "end": "2026-11-24T06:00:00+08:00", "hours": 4, "cause": "platform_down"},
            {"station": "S1", "parameter": "pm25", "start": "2026-11-24T06:00:00+08:00",
             "end": "2026-11-24T08:00:00+08:00", "hours": 2, "cause": "instrument_mark", "reason": "C"},
            {"station": "W1", "parameter": "ph", "start": "2026-11-24T12:00:00+08:00",
             "end": "2026-11-24T16:00:00+08:00", "hours": 4, "cause": "link_down"},
        ], "next": null})
    );
    for (query, count) in [
        ("kind=water", 1),
        ("kind=noise", 0),
        ("station=S1&kind=water", 0),
        ("parameter=ph", 1),
        ("cause=instrument_mark", 1),
        ("from=2026-11-24T06:00:00Z&to=2026-11-24T07:00:00Z", 1),
        ("from=2026-11-24T08:00:00Z", 0),
        ("to=2026-11-24T02:00:00%2B08:00", 0),
    ] {
        let found = service.get(&format!("/api/v1/gaps?{query}")).await.json();
        assert_eq!(found["items"].as_array().unwrap().len(), count, "{query}");
    }
    let refused = service.get("/api/v1/gaps?cause=weather").await;
    assert_eq!((refused.status.as_u16(), &refused.json()["field"]), (400, &json!("cause")));
    assert_eq!(service.get("/api/v1/gaps?limit=1&cursor=x").await.status.as_u16(), 400);
}

#[tokio::test]
async fn completeness_is_counted_against_what_the_year_needs() {
    let service = service().await;
    let year = service.get("/api/v1/completeness").await.json();
    assert_eq!(
        year["items"],
        json!([{"station": "S1", "parameter": "pm25", "year": 2026, "until": "2026-11-25T00:00:00+08:00",
            "valid_days": 290, "passed_days": 328, "needed_days": 324, "valid_months": 9, "needed_months": 12,
            "prospect": "lost", "months": [{"valid_days": 24, "passed_days": 31, "needed_days": 27}],
            "today": {"start": "2026-11-25T00:00:00+08:00", "end": "2026-11-26T00:00:00+08:00", "period": "PT1H",
                      "valid": 7, "passed": 8, "needed": 20, "prospect": "possible"}}])
    );
    let csv = service.get("/api/v1/completeness?format=csv").await;
    let csv = csv.text();
    let rows: Vec<&str> = csv.lines().collect();
    assert!(rows[0].ends_with(",prospect,valid_months,needed_months,today_valid,today_passed,today_needed"), "{csv}");
    assert!(rows[1].ends_with(",lost,9,12,7,8,20"), "{csv}");
    for (query, count) in [("year=2025", 0), ("station=S2", 0), ("parameter=o3", 0), ("station=S1&parameter=pm25", 1)] {
        let found = service.get(&format!("/api/v1/completeness?{query}")).await.json();
        assert_eq!(found["items"].as_array().unwrap().len(), count, "{query}");
    }
    assert_eq!(service.get("/api/v1/completeness?year=26").await.status.as_u16(), 400);
}

#[tokio::test]
async fn a_resident_reads_what_is_missing_and_why() {
    let service = service().await;
    for (lang, heading) in [("en", "Today: values / needed"), ("zh", "今日有效值 / 所需")] {
        let page = service.get(&format!("/stations/S1?lang={lang}")).await;
        let page = page.text();
        assert!(page.contains(heading) && page.contains("7 / 20") && page.contains("24 / 27"), "{page}");
    }
    let page = service.get("/stations/S1?lang=en").await;
    for words in [
        "6 hourly values are missing",
        "2026-11-24 02:00-06:00",
        "this service was not running",
        "calibration, maintenance or fault (C)",
        "290",
        "out of reach",
    ] {
        assert!(page.text().contains(words), "{words}");
    }
    assert!(service.get("/stations/S1").await.text().contains("近 7 天各项目共缺 6 个小时值"));
    let other = service.get("/stations/S2?lang=en").await;
    assert!(other.text().contains("no expected hour is without a value") && !other.text().contains("out of reach"));
    let status = service.get("/status?lang=en").await;
    let rows = status.text().split("What is missing").nth(1).unwrap();
    let (first, second) = (rows.find("Station One").unwrap(), rows.find("River Mouth").unwrap());
    assert!(first < second, "who misses most comes first");
    for words in ["this service was not running", "connection was down", "PM2.5"] {
        assert!(rows.contains(words), "{words}");
    }
}
