//! `/water`: rivers and lakes by class, whether each section reaches its target, and drinking-water sources.

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response};
use limpid_model::{Instant, Period, Scheme, SourceRates, StationKind, Zone};
use maud::{Markup, html};

use super::layout::{self, Page};
use super::view::View;
use super::words::Lang;
use super::{front, graded, say};
use crate::app::Shared;
use crate::board::{AssessmentNow, StationNow};
use crate::stale::Freshness;

/// The scheme of drinking-water sources.
const SOURCES: &str = "gb3838-2002-source";

/// The page of water.
#[utoipa::path(
    get, path = "/water", tag = "pages", operation_id = "waterPage",
    params(
        ("lang" = Option<String>, Query, description = "zh or en; else that of Accept-Language, else the publisher's first"),
        ("view" = Option<String>, Query, description = "elder for large type in one column"),
    ),
    responses((status = 200, description = "sections by river with class and target, drinking-water sources", content_type = "text/html", body = String))
)]
pub async fn get(State(app): State<Shared>, OriginalUri(uri): OriginalUri, headers: HeaderMap) -> Response<Body> {
    let view = View::new(&app, &uri, &headers);
    let lang = view.lang;
    let board = app.board.now();
    let stations: Vec<&StationNow> =
        board.stations.iter().filter(|now| now.station.kind == StationKind::Water).collect();
    let mut rivers: Vec<&str> = Vec::new();
    for now in &stations {
        if !rivers.contains(&now.station.area.as_str()) {
            rivers.push(&now.station.area);
        }
    }
    let sources: Vec<&StationNow> = stations.iter().copied().filter(|now| now.station.drinking).collect();
    let (at, zone) = (app.now(), app.zone());
    let main = html! {
        h1 { (lang.t("water.title")) }
        p { (lang.t("water.about")) }
        @if stations.is_empty() { p { (lang.t("water.none")) } }
        @for river in rivers {
            @let sections: Vec<&StationNow> = stations.iter().copied().filter(|now| now.station.area == river).collect();
            h2 { @if river.is_empty() { (lang.t("water.elsewhere")) } @else { (river) } }
            @if sections.len() > 1 { (front::summary(lang, &sections)) }
            (table(&view, &sections, at, zone))
        }
        @if !sources.is_empty() {
            h2 id="sources" { (lang.t("water.sources")) }
            p { (lang.t("water.sources_about")) }
            (drinking(&view, &sources, at, zone))
        }
        @if let Some(scheme) = Scheme::parse("gb3838-2002") { (front::legend(lang, scheme)) }
        p { a href="/api/v1/latest?kind=water" { (lang.t("data.json")) } " · " a href="/api/v1/latest?kind=water&format=csv" { (lang.t("data.csv")) } }
    };
    layout::answer(&app, &view, &headers, Page { title: lang.t("water.title"), door: "/water", live: true, main })
}

/// The sections of one river or lake.
fn table(view: &View, sections: &[&StationNow], at: Instant, zone: Zone) -> Markup {
    let lang = view.lang;
    html! {
        div.scroll { table.stack {
            thead { tr {
                th scope="col" { (lang.t("col.section")) }
                th scope="col" { (lang.t("col.class")) }
                th scope="col" { (lang.t("col.target")) }
                th scope="col" { (lang.t("col.leads")) }
                th scope="col" { (lang.t("col.when")) }
            } }
            tbody { @for now in sections {
                tr class=[(!now.current()).then_some("old")] {
                    th scope="row" { (station(view, now)) }
                    @match now.recent_assessment().filter(|judged| judged.freshness.current()) {
                        Some(judged) => (row(lang, judged, at, zone)),
                        None => td colspan="4" { (silent(lang, now, at, zone)) },
                    }
                }
            } }
        } }
    }
}

/// The name of a station, which leads to its page.
pub fn station(view: &View, now: &StationNow) -> Markup {
    html! {
        a href=(view.link(&format!("/stations/{}", now.station.id))) { (now.station.name.get(view.lang.code())) }
        @if now.station.simulated { " " span.badge.warn { (view.lang.t("simulated.mark")) } }
    }
}

/// That there is nothing of the present, and of when the last was.
pub fn silent(lang: Lang, now: &StationNow, at: Instant, zone: Zone) -> String {
    let judged = now.assessment.as_ref().map(|judged| (judged.published.record.end, judged.freshness));
    let newest = now.newest().map(|value| (value.published.record.end, value.freshness));
    match judged.into_iter().chain(newest).max() {
        Some((end, freshness)) if freshness != Freshness::None => {
            lang.fill("stale.title", &[("time", &say::end(end, at, zone))])
        }
        Some((end, _)) => lang.fill("none.last", &[("time", &say::moment(end, zone))]),
        None => lang.t("none.ever").to_owned(),
    }
}

fn row(lang: Lang, judged: &AssessmentNow, at: Instant, zone: Zone) -> Markup {
    let record = &judged.published.record;
    html! {
        td data-label=(lang.t("col.class")) { (graded::sign(record)) " " (graded::word(lang, record)) }
        td data-label=(lang.t("col.target")) { (graded::target(lang, record).unwrap_or_else(|| lang.t("class.no_target").to_owned())) }
        td data-label=(lang.t("col.leads")) { (graded::leads(lang, record).unwrap_or_else(|| lang.t("class.no_leads").to_owned())) }
        td data-label=(lang.t("col.when")) { (say::period(lang, record.period)) " " span.whole { (say::window(record.start, record.end, at, zone)) } }
    }
}

/// Each source with its newest verdict: of a month where there is one, else of a day or an hour.
fn drinking(view: &View, sources: &[&StationNow], at: Instant, zone: Zone) -> Markup {
    let lang = view.lang;
    let newest = |now: &StationNow| {
        let of =
            [Period::Month, Period::Day, Period::Hour].into_iter().find_map(|period| now.judged(SOURCES, period, None));
        of.map(|judged| judged.published.record.clone())
    };
    let verdict = |now: &&StationNow| Some((newest(now)?.compliance?.reached?, now.station.drawn));
    html! {
        @if let Some(rates) = SourceRates::of(sources.iter().filter_map(verdict)) {
            p {
                (lang.fill("water.rate", &[("met", &rates.met.to_string()), ("judged", &rates.judged.to_string())]))
                @if let Some(percent) = rates.volume_percent {
                    (lang.fill("water.rate_volume", &[("percent", &format!("{percent:.1}"))]))
                }
            }
        }
        div.scroll { table.stack {
            thead { tr {
                th scope="col" { (lang.t("col.source")) }
                th scope="col" { (lang.t("col.verdict")) }
                th scope="col" { (lang.t("col.exceeding")) }
                th scope="col" { (lang.t("col.when")) }
            } }
            tbody { @for now in sources {
                tr {
                    th scope="row" { (station(view, now)) }
                    @match newest(now) {
                        Some(record) => {
                            td data-label=(lang.t("col.verdict")) { (graded::sign(&record)) " " (graded::word(lang, &record)) }
                            td data-label=(lang.t("col.exceeding")) { (graded::leads(lang, &record).unwrap_or_else(|| lang.t("class.no_leads").to_owned())) }
                            td data-label=(lang.t("col.when")) { (say::period(lang, record.period)) " " span.whole { (say::window(record.start, record.end, at, zone)) } }
                        },
                        None => td colspan="3" { (lang.t("none.ever")) },
                    }
                }
            } }
        } }
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;
    use limpid_model::{Assessment, Compared, Compliance, ParameterId, Record, Scheme, StationId, Status};

    use super::*;
    use crate::testing::{Service, at, hour};

    const STATIONS: &str = "\
id,kind,name_zh,name_en,lat,lon,area,class,drinking,drawn
W1,water,河口断面,River Mouth,28.4,104.8,清江,III,,
W2,water,上游断面,Upper Reach,28.4,104.8,清江,II,true,52000
W3,water,静湖湖心,Still Lake,28.4,104.8,静湖,,,
";

    /// A class of the hour that ends with `end`.
    fn class(station: &str, end: &str, class: Option<u8>, compliance: Compliance) -> Record {
        judged(station, "gb3838-2002", Period::Hour, end, class, compliance)
    }

    fn judged(
        station: &str,
        scheme: &str,
        period: Period,
        end: &str,
        level: Option<u8>,
        compliance: Compliance,
    ) -> Record {
        let length = if period == Period::Hour { Duration::hours(1) } else { Duration::days(1) };
        Record::from(Assessment {
            station: StationId::parse(station).unwrap(),
            scheme: Scheme::parse(scheme).unwrap(),
            period,
            start: at(end) - length,
            end: at(end),
            index: None,
            level,
            primary: compliance.compared.iter().map(|compared| compared.parameter).collect(),
            sub: vec![(ParameterId::known("codmn"), level.map(u16::from))],
            reason: level.is_none().then(|| "missing".to_owned()),
            status: Status::Provisional,
            event: false,
            compliance: Some(Box::new(compliance)),
        })
    }

    fn records() -> Vec<Record> {
        let target = |class: &str, reached| Compliance {
            target: Some(class.into()),
            reached: Some(reached),
            ..Compliance::default()
        };
        let codmn = Compared { parameter: ParameterId::known("codmn"), value: 13.2, limit: 6.0, multiple: Some(1.2) };
        vec![
            hour("W1", "codmn", "2026-11-25T01:00:00Z", 13.2).into(),
            class("W1", "2026-11-25T01:00:00Z", Some(5), Compliance { compared: vec![codmn], ..target("III", false) }),
            hour("W2", "codmn", "2026-11-25T01:00:00Z", 1.2).into(),
            class("W2", "2026-11-25T01:00:00Z", Some(2), target("II", true)),
            judged("W2", SOURCES, Period::Day, "2026-11-24T16:00:00Z", Some(1), target("III", true)),
            // Half a day old: it is no class of the present.
            hour("W3", "codmn", "2026-11-24T13:00:00Z", 1.2).into(),
            class("W3", "2026-11-24T13:00:00Z", Some(1), Compliance::default()),
        ]
    }

    #[tokio::test]
    async fn sections_stand_by_river_with_class_target_and_leads() {
        let service = Service::of(crate::testing::PIPELINE, STATIONS, records()).await;
        let page = service.get("/water?lang=zh").await.text().to_owned();
        for words in [
            "清江",
            "Ⅴ类（中度污染）",
            "未达到目标（III类）",
            "高锰酸盐指数 (1.2)",
            "Ⅱ类（优）",
            "达到目标（II类）",
            "饮用水水源地",
            "08:00-09:00",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(!page.contains("Ⅰ类（优）</td>"), "a class of yesterday evening is not shown as that of now");
        let page = service.get("/water?lang=en").await.text().to_owned();
        for words in [
            "class V (moderately polluted)",
            "Target not reached (class III)",
            "meets the standard",
            "1 of 1 judged sources meet the standard, which give 100.0 %",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let front = service.get("/?lang=en").await.text().to_owned();
        for words in ["href=\"/water?lang=en\"", "Target reached (class II)", "Permanganate index (1.2)"] {
            assert!(front.contains(words), "{words}: {front}");
        }
        assert!(!front.contains("href=\"/noise"), "there is no noise here");
    }

    #[tokio::test]
    async fn machines_get_the_same() {
        let service = Service::of(crate::testing::PIPELINE, STATIONS, records()).await;
        let latest = service.get("/api/v1/latest?kind=water").await.json();
        let verdict = &latest["items"][0]["assessment"];
        assert_eq!(verdict["scheme"], "gb3838-2002");
        assert_eq!((&verdict["index"], &verdict["level"]), (&serde_json::Value::Null, &5.into()));
        assert_eq!((&verdict["target"], &verdict["reached"]), (&"III".into(), &false.into()));
        assert_eq!(verdict["compared"][0]["multiple"], 1.2);
        let path = "/api/v1/assessments?scheme=gb3838-2002&station=W1&from=2026-11-24&to=2026-11-26";
        let listed = service.get(path).await.json();
        assert_eq!((&listed["items"][0]["level"], &listed["items"][0]["sub"]["codmn"]), (&5.into(), &5.into()));
        let csv = service.get(&format!("{path}&format=csv")).await.text().to_owned();
        assert!(csv.lines().next().unwrap().ends_with("target,reached,part,event,simulated"), "{csv}");
        assert!(csv.contains(",III,false,,,false"), "{csv}");
        let days = "/api/v1/assessments?scheme=gb3838-2002-source&period=P1D&from=2026-11-23&to=2026-11-26";
        assert_eq!(service.get(days).await.json()["items"][0]["reached"], true);
    }
}
