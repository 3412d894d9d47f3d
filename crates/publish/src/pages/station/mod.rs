//! `/stations/{id}`: everything of one station, for somebody who wants to know more.

mod history;
mod permit;
mod year;
mod years;

use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, Response};
use chrono::TimeDelta;
use limpid_model::{Instant, Observation, Station, Zone};
use maud::{Markup, html};

use self::history::History;
use self::year::Year;
use super::chart::Span;
use super::front::kind_name;
use super::gaps::Missing;
use super::layout::{self, Page};
use super::view::View;
use super::{cards, explain, not_found, say};
use crate::answer::Failure;
use crate::app::{App, Shared};
use crate::board::StationNow;
use crate::stale::Freshness;

/// Hours that the charts show.
const HOURS: i64 = 48;

/// The page of a station.
#[utoipa::path(
    get, path = "/stations/{id}", tag = "pages", operation_id = "stationPage",
    params(
        ("id" = String, Path, description = "station id"),
        ("lang" = Option<String>, Query, description = "zh or en; else that of Accept-Language, else the publisher's first"),
        ("view" = Option<String>, Query, description = "elder for large type in one column"),
    ),
    responses((status = 200, description = "one station", content_type = "text/html", body = String), (status = 404, description = "there is no such station", content_type = "text/html", body = String))
)]
pub async fn get(
    State(app): State<Shared>,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let Some(station) = app.pipeline.stations.get_str(&id) else {
        return Ok(not_found::render(&app, &uri, &headers));
    };
    let view = View::new(&app, &uri, &headers);
    let to = app.zone().floor_hour(app.now()) + TimeDelta::hours(1);
    let span = Span { from: to - TimeDelta::hours(HOURS), to, zone: app.zone() };
    let history = History::read(&app, station, span).await?;
    let permit = permit::Kept::read(&app, station).await?;
    let year = Year::read(&app, station, app.now()).await?;
    let missing = Missing::read(&app, vec![station.id.clone()]).await?;
    let board = app.board.now();
    let now = board.station(&station.id);
    let name = station.name.get(view.lang.code());
    let main = html! {
        h1 {
            (name)
            @if station.simulated { " " span.badge.warn { (view.lang.t("simulated.mark")) } }
        }
        p.soft { (kind_name(view.lang, station.kind)) @if !station.area.is_empty() { " · " (station.area) } }
        @if let Some(now) = now {
            (cards::untitled(&app, &view, now))
            (values(&app, &view, now))
        } @else {
            p.note { (view.lang.t("station.closed")) }
        }
        @if let Some(permit) = &permit { (permit.show(&app, &view)) }
        (history::charts(&view, &history, span))
        (history::table(&view, &history, span))
        @if let Some(year) = &year { (year.page(&view)) }
        (years::place(&view, station, &history.parameters(), app.zone(), &app.pipeline.http.base_path))
        (missing.of_station(&app, &view, station))
        (downloads(&view, station))
        (about(&app, &view, station))
    };
    Ok(layout::answer(&app, &view, &headers, Page { title: name, door: "", live: true, main }))
}

/// The newest value of each parameter, with what it is.
fn values(app: &App, view: &View, now: &StationNow) -> Markup {
    let lang = view.lang;
    let (at, zone) = (app.now(), app.zone());
    html! {
        h2 { (lang.t("station.values")) }
        @if now.recent().next().is_none() {
            p { (lang.t("none.title")) }
        } @else {
            div.scroll tabindex="0" { table.stack {
                thead { tr {
                    th scope="col" { (lang.t("col.parameter")) }
                    th.n scope="col" { (lang.t("col.value")) }
                    th scope="col" { (lang.t("col.window")) }
                    th scope="col" { (lang.t("col.state")) }
                } }
                tbody { @for value in now.recent() {
                    @let record = &value.published.record;
                    tr.old[!value.freshness.current()] {
                        th scope="row" { (record.parameter.name().get(lang.code())) }
                        td.n {
                            a href=(view.link(&format!("/explain?{}", explain::query(record, zone)))) title=(lang.t("explain.why")) {
                                @match record.value {
                                    Some(number) => { (say::limit(record.mark)) (say::number(record.parameter, number)) " " (say::unit(record.parameter.unit())) }
                                    None => (lang.t("value.none")),
                                }
                            }
                        }
                        td {
                            (say::period(lang, record.period)) " "
                            span.whole { (say::window(record.start, record.end, at, zone)) }
                        }
                        td {
                            (say::flag(lang, record.flag)) ", " (say::status(lang, record.status))
                            @if value.freshness != Freshness::Fresh { ", " (say::freshness(lang, value.freshness)) }
                            @if let Some(mark) = record.mark { " (" (lang.t("col.mark")) " " (mark.as_str()) ")" }
                            @if !(record.value.is_some() && record.flag.usable()) {
                                @if let Some(good) = now.good(record.parameter) { (last_good(view, &good.record, at, zone)) }
                            }
                        }
                    }
                } }
            } }
        }
    }
}

fn last_good(view: &View, good: &Observation, at: Instant, zone: Zone) -> Markup {
    let value = good.value.map(|value| say::number(good.parameter, value)).unwrap_or_default();
    let value = format!("{}{value} {}", say::limit(good.mark), say::unit(good.parameter.unit()));
    let window = say::window(good.start, good.end, at, zone);
    html! { br; span.soft { (view.lang.fill("value.last_good", &[("value", &value), ("window", &window)])) } }
}

fn downloads(view: &View, station: &Station) -> Markup {
    let lang = view.lang;
    let id = &station.id;
    let series = format!("/api/v1/observations?station={id}&period=PT1H");
    html! {
        h2 { (lang.t("station.downloads")) }
        ul {
            li {
                (lang.t("station.week")) ": " a href=(series) { "JSON" } ", "
                a href=(format!("{series}&format=csv")) { "CSV" } ", "
                a href=(format!("{series}&format=parquet")) { "Parquet" }
            }
            li { (lang.t("station.latest")) ": " a href=(format!("/api/v1/latest?station={id}")) { "JSON" } }
            li { (lang.t("station.registry")) ": " a href=(format!("/api/v1/stations/{id}")) { "JSON" } }
            li { a href=(view.link("/data")) { (lang.t("station.years")) } }
            li {
                (lang.t("station.card")) ": " a href=(view.link(&format!("/embed/station/{id}/card.png"))) { "PNG" } ", "
                a href=(view.link(&format!("/embed/station/{id}/card.svg"))) { "SVG" } ", "
                a href=(view.link(&format!("/embed/station/{id}"))) { (lang.t("station.frame")) }
            }
        }
    }
}

fn about(app: &App, view: &View, station: &Station) -> Markup {
    let lang = view.lang;
    let zone = app.zone();
    let areas: Vec<&str> = app.pipeline.areas_of(station).collect();
    let date = |at: Option<Instant>, none: &'static str| at.map_or(none.to_owned(), |at| say::moment(at, zone));
    html! {
        h2 { (lang.t("station.about")) }
        dl {
            dt { (lang.t("about.id")) } dd { code { (station.id) } }
            dt { (lang.t("about.kind")) } dd { (kind_name(lang, station.kind)) }
            @if !station.area.is_empty() { dt { (lang.t("about.area")) } dd { (areas.join(" · ")) } }
            @if !station.class.is_empty() { dt { (lang.t("about.class")) } dd { (station.class) } }
            dt { (lang.t("about.place")) }
            dd { (format!("{:.4}, {:.4}", station.lat, station.lon)) " (WGS 84)" }
            dt { (lang.t("about.episode")) }
            dd { (date(station.from, lang.t("about.unknown"))) " - " (date(station.to, lang.t("about.today"))) }
            @if let Some(names) = cards::names(lang, &station.parameters) { dt { (lang.t("about.plan")) } dd { (names) } }
            @if let Some(earlier) = &station.successor_of {
                dt { (lang.t("about.successor")) }
                dd { a href=(view.link(&format!("/stations/{earlier}"))) { (earlier) } }
            }
            dt { (lang.t("about.simulated")) }
            dd { @if station.simulated { (lang.t("yes.simulated")) } @else { (lang.t("no")) } }
        }
    }
}
