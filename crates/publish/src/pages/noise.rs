//! `/noise`: the zones of a town, how loud it is, and whether the last day and night kept their limits.

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response};
use limpid_model::{Assessment, Part, Period, Scheme, StationKind};
use maud::{Markup, html};

use super::layout::{self, Page};
use super::view::View;
use super::words::Lang;
use super::{front, graded, say, water};
use crate::app::{App, Shared};
use crate::board::StationNow;

/// The scheme of noise zones.
const ZONES: &str = "gb3096-2008";

/// The page of noise.
#[utoipa::path(
    get, path = "/noise", tag = "pages", operation_id = "noisePage",
    params(
        ("lang" = Option<String>, Query, description = "zh or en; else that of Accept-Language, else the publisher's first"),
        ("view" = Option<String>, Query, description = "elder for large type in one column"),
    ),
    responses((status = 200, description = "stations by zone with their last day and night", content_type = "text/html", body = String))
)]
pub async fn get(State(app): State<Shared>, OriginalUri(uri): OriginalUri, headers: HeaderMap) -> Response<Body> {
    let view = View::new(&app, &uri, &headers);
    let lang = view.lang;
    let board = app.board.now();
    let stations: Vec<&StationNow> =
        board.stations.iter().filter(|now| now.station.kind == StationKind::Noise).collect();
    let mut zones: Vec<&str> = stations.iter().map(|now| now.station.class.as_str()).collect();
    zones.sort_unstable();
    zones.dedup();
    let main = html! {
        h1 { (lang.t("noise.title")) }
        p { (lang.t("noise.about")) }
        p { (lang.t("noise.night")) }
        @if stations.is_empty() { p { (lang.t("noise.none")) } }
        @for zone in zones {
            h2 { (zone_name(lang, zone)) }
            div.scroll { table.stack {
                thead { tr {
                    th scope="col" { (lang.t("col.station")) }
                    th scope="col" { (lang.t("col.level")) }
                    th scope="col" { (lang.t("col.day")) }
                    th scope="col" { (lang.t("col.night")) }
                    th scope="col" { (lang.t("col.month")) }
                } }
                tbody {
                    @for now in stations.iter().filter(|now| now.station.class == zone) { (row(&app, &view, now)) }
                }
            } }
        }
        @if let Some(scheme) = Scheme::parse(ZONES) { (front::legend(lang, scheme)) }
        p { a href="/api/v1/latest?kind=noise" { (lang.t("data.json")) } " · " a href="/api/v1/latest?kind=noise&format=csv" { (lang.t("data.csv")) } }
    };
    layout::answer(&app, &view, &headers, Page { title: lang.t("noise.title"), door: "/noise", live: true, main })
}

fn row(app: &App, view: &View, now: &StationNow) -> Markup {
    let (lang, at, zone) = (view.lang, app.now(), app.zone());
    let level = now.recent().find(|value| value.parameter().as_str() == "leq" && value.freshness.current());
    let month = now.judged(ZONES, Period::Month, None).map(|judged| &judged.published.record);
    html! {
        tr class=[(!now.current()).then_some("old")] {
            th scope="row" { (water::station(view, now)) }
            td data-label=(lang.t("col.level")) {
                @match level.map(|value| &value.published.record) {
                    Some(record) if record.value.is_some() && record.flag.usable() => {
                        b { (say::number(record.parameter, record.value.unwrap_or_default())) } " "
                        (say::unit(record.parameter.unit())) " · " (say::period(lang, record.period)) " "
                        span.whole { (say::window(record.start, record.end, at, zone)) }
                    }
                    Some(_) => (lang.t("value.none")),
                    None => (water::silent(lang, now, at, zone)),
                }
            }
            @for (part, label) in [(Part::Day, lang.t("col.day")), (Part::Night, lang.t("col.night"))] {
                td data-label=(label) {
                    @match graded::recent(now, part) {
                        Some(judged) => (graded::level_line(lang, &judged.published.record, at, zone)),
                        None => (lang.t("zone.none")),
                    }
                }
            }
            td data-label=(lang.t("col.month")) { @match month { Some(record) => (rates(app, lang, record)), None => (lang.t("zone.none")) } }
        }
    }
}

/// How many days and nights of a month met the limit.
fn rates(app: &App, lang: Lang, record: &Assessment) -> Markup {
    let met = record.compliance.iter().flat_map(|compliance| &compliance.met);
    let month = record.start.with_timezone(&app.zone().0).format("%Y-%m").to_string();
    html! {
        (month) ": "
        @for one in met {
            span.whole {
                @let counts = [("met", &*one.met.to_string()), ("judged", &*one.judged.to_string())];
                @match one.part {
                    Part::Day => (lang.fill("zone.days_met", &counts)),
                    Part::Night => (lang.fill("zone.nights_met", &counts)),
                }
            } " "
        }
    }
}

/// What a zone is for.
fn zone_name(lang: Lang, zone: &str) -> String {
    let about = match zone.to_lowercase().trim_end_matches('类') {
        "0" => lang.t("zone.0"),
        "1" => lang.t("zone.1"),
        "2" => lang.t("zone.2"),
        "3" => lang.t("zone.3"),
        "4a" => lang.t("zone.4a"),
        "4b" => lang.t("zone.4b"),
        _ => return lang.t("zone.unknown").to_owned(),
    };
    lang.fill("zone.name", &[("zone", zone), ("about", about)])
}

#[cfg(test)]
mod tests {
    use chrono::Duration;
    use limpid_model::{Compared, Compliance, Met, ParameterId, Record, StationId, Status};

    use super::*;
    use crate::testing::{Service, at, hour};

    const STATIONS: &str = "\
id,kind,name_zh,name_en,lat,lon,class
N1,noise,人民广场,People's Square,28.4,104.8,2
N2,noise,环城路,Ring Road,28.4,104.8,4a
";

    /// The level of a day or night of N1.
    fn part(part: Part, start: &str, hours: i64, value: Option<f64>, limit: f64) -> Record {
        let name = if part == Part::Day { "ld" } else { "ln" };
        let reached = value.map(|value| value <= limit);
        let compared =
            value.map(|value| Compared { parameter: ParameterId::known(name), value, limit, multiple: None });
        let compliance = Compliance {
            target: Some("2".into()),
            reached,
            part: Some(part),
            compared: compared.into_iter().collect(),
            ..Compliance::default()
        };
        let span = (at(start), at(start) + Duration::hours(hours));
        judged(Period::Day, span, reached.map(|reached| if reached { 1 } else { 2 }), compliance)
    }

    fn judged(
        period: Period,
        (start, end): (limpid_model::Instant, limpid_model::Instant),
        level: Option<u8>,
        compliance: Compliance,
    ) -> Record {
        Record::from(Assessment {
            station: StationId::parse("N1").unwrap(),
            scheme: Scheme::parse(ZONES).unwrap(),
            period,
            start,
            end,
            index: None,
            level,
            primary: Vec::new(),
            sub: Vec::new(),
            reason: level.is_none().then(|| "missing".to_owned()),
            status: Status::Provisional,
            event: false,
            compliance: Some(Box::new(compliance)),
        })
    }

    fn records() -> Vec<Record> {
        let met = vec![Met { part: Part::Day, judged: 31, met: 30 }, Met { part: Part::Night, judged: 29, met: 20 }];
        let october = (at("2026-09-30T16:00:00Z"), at("2026-10-31T16:00:00Z"));
        vec![
            hour("N1", "leq", "2026-11-25T01:00:00Z", 57.34).into(),
            part(Part::Day, "2026-11-22T22:00:00Z", 16, Some(70.0), 60.0),
            part(Part::Day, "2026-11-23T22:00:00Z", 16, Some(58.2), 60.0),
            part(Part::Night, "2026-11-24T14:00:00Z", 8, Some(51.3), 50.0),
            judged(Period::Month, october, Some(2), Compliance { met, reached: Some(false), ..Compliance::default() }),
        ]
    }

    #[tokio::test]
    async fn zones_have_their_last_day_and_night() {
        let service = Service::of(crate::testing::PIPELINE, STATIONS, records()).await;
        let page = service.get("/noise?lang=zh").await.text().to_owned();
        for words in [
            "2 类区",
            "4a 类区",
            "57.3",
            "58.2 dB(A)",
            "达标",
            "限值 60 dB(A)",
            "51.3 dB(A)",
            "超标",
            "2026-11-24 22:00 - 2026-11-25 06:00",
            "昼间 31 天中 30 天达标",
            "夜间记在它开始的那一天",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(!page.contains("70.0"), "an older day gives way to a newer one");
        let page = service.get("/noise?lang=en").await.text().to_owned();
        assert!(page.contains("20 of 29 nights within the limit"), "{page}");
        let front = service.get("/?lang=en").await.text().to_owned();
        assert!(front.contains("58.2 dB(A)") && front.contains("above the limit"), "{front}");
    }

    #[tokio::test]
    async fn a_day_that_was_not_judged_has_too_few_hours() {
        let records = vec![
            hour("N1", "leq", "2026-11-25T01:00:00Z", 57.34).into(),
            part(Part::Day, "2026-11-23T22:00:00Z", 16, None, 60.0),
        ];
        let service = Service::of(crate::testing::PIPELINE, STATIONS, records).await;
        let page = service.get("/noise?lang=en").await.text().to_owned();
        assert!(page.contains("Not judged: too few valid hours") && !page.contains("not every item"), "{page}");
    }

    #[tokio::test]
    async fn machines_get_days_and_nights() {
        let service = Service::of(crate::testing::PIPELINE, STATIONS, records()).await;
        let listed = service.get("/api/v1/assessments?scheme=gb3096-2008&from=2026-11-24&to=2026-11-25").await.json();
        let parts: Vec<_> = listed["items"].as_array().unwrap().iter().map(|item| item["part"].as_str()).collect();
        assert_eq!(parts, [Some("day"), Some("night")], "a night of 24 November is among the days of that date");
        assert_eq!(listed["items"][1]["start"], "2026-11-24T22:00:00+08:00");
        let months =
            service.get("/api/v1/assessments?scheme=gb3096&period=P1M&from=2026-01-01&to=2026-11-25").await.json();
        assert_eq!(months["items"][0]["met"][1], serde_json::json!({"part": "night", "judged": 29, "met": 20}));
        let latest = service.get("/api/v1/latest?kind=noise").await.json();
        assert_eq!(latest["items"][0]["assessment"]["compared"][0]["limit"], 50.0);
    }
}
