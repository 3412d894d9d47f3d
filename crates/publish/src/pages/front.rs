//! `/`: what is in the air now, for a resident with five seconds.

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response};
use limpid_model::{Level, Scheme, StationKind};
use maud::{Markup, html};

use super::layout::{self, Page};
use super::view::View;
use super::words::Lang;
use super::{cards, find, headline, level};
use crate::app::Shared;
use crate::board::{Snapshot, StationNow};

/// The front page.
#[utoipa::path(
    get, path = "/", tag = "pages", operation_id = "frontPage",
    params(
        ("lang" = Option<String>, Query, description = "zh or en; else that of Accept-Language, else the publisher's first"),
        ("view" = Option<String>, Query, description = "elder for large type in one column"),
    ),
    responses((status = 200, description = "every station as it stands", content_type = "text/html", body = String))
)]
pub async fn get(State(app): State<Shared>, OriginalUri(uri): OriginalUri, headers: HeaderMap) -> Response<Body> {
    let view = View::new(&app, &uri, &headers);
    let lang = view.lang;
    let board = app.board.now();
    let scheme = app.pipeline.air.scheme.at(app.now(), app.zone());
    let main = html! {
        h1 { (lang.t("front.title")) }
        (headline::tiles(&app, &view, &board))
        (find::form(&view, ""))
        @if board.stations.len() > 1 { p { a href=(view.link("/map")) { (lang.t("front.map")) } } }
        @for kind in StationKind::ALL {
            (section(&app, &view, &board, kind, scheme))
        }
        @if board.stations.is_empty() {
            p { (lang.t("front.no_stations")) }
        }
    };
    layout::answer(&app, &view, &headers, Page { title: lang.t("front.title"), door: "/", live: true, main })
}

fn section(app: &Shared, view: &View, board: &Snapshot, kind: StationKind, scheme: &Scheme) -> Markup {
    let lang = view.lang;
    let stations: Vec<&StationNow> = board.stations.iter().filter(|now| now.station.kind == kind).collect();
    if stations.is_empty() {
        return html! {};
    }
    // What says something of the present comes first; the silent ones stand below, small.
    let (current, silent): (Vec<&StationNow>, Vec<_>) = stations.iter().copied().partition(|now| now.current());
    html! {
        section aria-labelledby=(kind.as_str()) {
            h2 id=(kind.as_str()) {
                (kind_name(lang, kind))
                @if stations.len() > 1 {
                    span.soft { " · " (lang.fill("front.stations", &[("n", &stations.len().to_string())])) }
                }
            }
            @if current.is_empty() { p.word { (lang.t("front.none_current")) } }
            @if matches!(kind, StationKind::Air | StationKind::Water) && stations.len() > 1 { (summary(lang, &stations)) }
            @for group in [current, silent].iter().filter(|group| !group.is_empty()) {
                div.grid { @for now in group { (cards::card(app, view, now)) } }
            }
            @if kind == StationKind::Air { (legend(lang, scheme)) }
        }
    }
}

/// How many stations are at which level, how many have no index for their last hour, and how many say nothing.
pub fn summary(lang: Lang, stations: &[&StationNow]) -> Markup {
    let mut levels: Vec<(&Level, usize)> = Vec::new();
    let (mut withheld, mut silent) = (0, 0);
    for now in stations {
        let record = now.recent_assessment().map(|assessment| &assessment.published.record);
        match record.and_then(|record| record.scheme.level(record.level?)) {
            _ if !now.current() => silent += 1,
            None => withheld += 1,
            Some(level) => match levels.iter_mut().find(|entry| entry.0.level == level.level) {
                Some(entry) => entry.1 += 1,
                None => levels.push((level, 1)),
            },
        }
    }
    levels.sort_by_key(|entry| entry.0.level);
    let without = [(lang.t("front.withheld"), withheld), (lang.t("front.silent"), silent)];
    html! {
        ul.legend {
            @for (level, count) in levels {
                li { (level::shape(level)) span { (level.category().get(lang.code())) " " b { (count) } } }
            }
            @for (name, count) in without.into_iter().filter(|entry| entry.1 > 0) {
                li { (level::blank()) span { (name) " " b { (count) } } }
            }
        }
    }
}

/// All levels in words, numerals, shapes and colours: always visible.
pub fn legend(lang: Lang, scheme: &Scheme) -> Markup {
    let mut lower = 0;
    let rows: Vec<_> = scheme
        .levels()
        .map(|row| {
            // The European index is its level.
            let single = row.upper == u16::from(row.level);
            let range = match (scheme.kind, single) {
                // Classes have their number in their name.
                (StationKind::Water | StationKind::Noise, _) => String::new(),
                (_, true) => row.level.to_string(),
                (_, false) => format!("{lower}-{}", row.upper),
            };
            lower = row.upper + 1;
            (row, range)
        })
        .collect();
    html! {
        h3 { (lang.t("front.legend")) }
        p.soft {
            (scheme.title.get(lang.code()))
            @if scheme.kind == StationKind::Air { " · " (lang.t("front.legend_about")) }
        }
        ul.legend {
            @for (row, range) in &rows {
                li { (level::shape(row)) span { (row.category().get(lang.code())) " " span.soft { (range) } } }
            }
        }
    }
}

/// A kind of station in words.
pub fn kind_name(lang: Lang, kind: StationKind) -> &'static str {
    match kind {
        StationKind::Air => lang.t("kind.air"),
        StationKind::Water => lang.t("kind.water"),
        StationKind::Noise => lang.t("kind.noise"),
        StationKind::Outlet => lang.t("kind.outlet"),
        StationKind::Radiation => lang.t("kind.radiation"),
        StationKind::Soil => lang.t("kind.soil"),
    }
}
