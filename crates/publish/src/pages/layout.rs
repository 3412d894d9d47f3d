//! The frame of every page, and the answer it leaves in.

use std::sync::LazyLock;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use limpid_model::StationKind;
use limpid_model::pipeline::{FooterEntry, FooterKind};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::view::View;
use super::words::Lang;
use super::{alerts, say};
use crate::answer::{Cache, cache};
use crate::app::App;
use crate::links;

const STYLE: &str = include_str!("style.css");
/// Reads the page again when something is published, and each minute. Without a script the browser does so every two
/// minutes.
const LIVE: &str = include_str!("live.js");
/// The nearest station, on a tap; where the reader is stays in the browser.
const NEAR: &str = include_str!("near.js");

/// Only our own styles and scripts run, those in a page known by their hash; data come from this service only. Others may
/// frame a page.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    let policy = format!(
        "default-src 'none'; style-src 'self' 'sha256-{}'; script-src 'self' 'sha256-{}' 'sha256-{}'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'",
        hash(STYLE),
        hash(LIVE),
        hash(NEAR)
    );
    HeaderValue::try_from(policy).expect("base64 and ASCII are a header value")
});

/// The doors of every page.
const DOORS: [(&str, &str); 8] = [
    ("/", "nav.now"),
    ("/forecast", "nav.forecast"),
    ("/water", "nav.water"),
    ("/noise", "nav.noise"),
    ("/registers", "nav.registers"),
    ("/data", "nav.data"),
    ("/status", "nav.status"),
    ("/about", "nav.about"),
];

/// A page.
pub struct Page<'a> {
    /// Its title; the publisher's name follows.
    pub title: &'a str,
    /// The door that leads here, if one does.
    pub door: &'a str,
    /// Whether it shows the present and must follow it.
    pub live: bool,
    /// What is in it.
    pub main: Markup,
}

/// A page as an answer with entity tag, `304` where the client has it.
pub fn answer(app: &App, view: &View, headers: &HeaderMap, page: Page<'_>) -> Response<Body> {
    let address = links::absolute(headers, &view.here());
    let body = written(app, frame(app, view, page, Some(&address)));
    let mut response = cache::tagged(headers, Cache::Revalidate, "text/html; charset=utf-8", body.into_bytes());
    decorate(&mut response, view);
    response
}

/// A page without doors and footer, for a frame in another site; its links open outside of the frame.
pub fn bare(app: &App, view: &View, headers: &HeaderMap, page: Page<'_>) -> Response<Body> {
    let body = html! {
        (DOCTYPE)
        html lang=(view.lang.tag()) data-base=[base(app)] class=[view.elder.then_some("elder")] {
            (head(app, view, &page, Some("_blank")))
            body.framed {
                div #alerts { (alerts::banner(app, view)) }
                p.note #offline role="alert" hidden { (view.lang.t("offline")) }
                main #main { (page.main) }
                @if page.live {
                    script { (PreEscaped(LIVE)) }
                }
            }
        }
    };
    let body = written(app, body).into_bytes();
    let mut response = cache::tagged(headers, Cache::Revalidate, "text/html; charset=utf-8", body);
    decorate(&mut response, view);
    response
}

/// A page with another status than 200; not kept by anyone.
pub fn answer_with(app: &App, view: &View, status: StatusCode, page: Page<'_>) -> Response<Body> {
    let mut response = Response::new(Body::from(written(app, frame(app, view, page, None))));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, Cache::NoStore.value());
    decorate(&mut response, view);
    response
}

/// The text of a page, its links under the path where the service stands.
fn written(app: &App, page: Markup) -> String {
    links::based(&app.pipeline.http.base_path, page.into_string())
}

/// The path under which the service stands, for scripts.
fn base(app: &App) -> Option<&str> {
    Some(app.pipeline.http.base_path.as_str()).filter(|base| !base.is_empty())
}

fn decorate(response: &mut Response<Body>, view: &View) {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY.clone());
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(view.lang.tag()));
    headers.insert(header::VARY, HeaderValue::from_static("accept, accept-language"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
}

/// `address` is where the page is found again, for those who read it on paper.
fn frame(app: &App, view: &View, page: Page<'_>, address: Option<&str>) -> Markup {
    let lang = view.lang;
    let publisher = &app.pipeline.publisher;
    let name = publisher.name.get(lang.code());
    html! {
        (DOCTYPE)
        html lang=(lang.tag()) data-base=[base(app)] class=[view.elder.then_some("elder")] {
            (head(app, view, &page, None))
            body {
                a.skip href="#main" { (lang.t("skip")) }
                header.top {
                    div.wrap {
                        a.brand href=(view.link("/")) { (name) }
                        nav aria-label=(lang.t("nav.pages")) {
                            @for (path, key) in DOORS.into_iter().filter(|(path, _)| open(app, path)) {
                                a href=(view.link(path)) aria-current=[(path == page.door).then_some("page")] {
                                    (door(view, key))
                                }
                            }
                        }
                        nav aria-label=(lang.t("nav.reading")) {
                            @for other in view.offered.iter().filter(|other| **other != lang) {
                                a href=(view.in_language(*other)) lang=(other.tag()) hreflang=(other.tag()) {
                                    (other.name())
                                }
                            }
                            a href=(view.in_other_size()) {
                                @if view.elder { (lang.t("nav.usual")) } @else { (lang.t("nav.elder")) }
                            }
                        }
                    }
                }
                div.wrap {
                    @if app.simulated() {
                        aside.note aria-label=(lang.t("simulated.title")) { strong { (lang.t("simulated.title")) } " " (lang.t("simulated.about")) }
                    }
                    div #alerts { (alerts::banner(app, view)) }
                    p.note #offline role="alert" hidden { (lang.t("offline")) }
                    main #main { (page.main) }
                    footer {
                        (footer(app, view))
                        @if let Some(address) = address { p.printed { (view.lang.t("print.source")) " " (address) } }
                    }
                }
                @if page.live {
                    script { (PreEscaped(LIVE)) }
                }
                @if page.door == "/" {
                    script { (PreEscaped(NEAR)) }
                }
            }
        }
    }
}

/// The feed of what a page shows.
fn feed(door: &str) -> Option<&'static str> {
    match door {
        "/" => Some("/feeds/air.atom"),
        "/water" => Some("/feeds/water.atom"),
        "/noise" => Some("/feeds/noise.atom"),
        "/data" => Some("/feeds/releases.atom"),
        "/alerts" => Some("/feeds/alerts.atom"),
        _ => None,
    }
}

/// `target` is where links open, when not in the same frame.
fn head(app: &App, view: &View, page: &Page<'_>, target: Option<&str>) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            title { (page.title) " - " (app.pipeline.publisher.name.get(view.lang.code())) }
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="theme-color" content="#0a5c8a";
            @if let Some(target) = target { base target=(target); }
            link rel="icon" href="data:,";
            @for other in &view.offered {
                link rel="alternate" hreflang=(other.tag()) href=(view.in_language(*other));
            }
            @if let Some(feed) = feed(page.door) {
                link rel="alternate" type="application/atom+xml" href=(feed);
            }
            @if page.live {
                noscript { meta http-equiv="refresh" content="120"; }
            }
            style { (PreEscaped(STYLE)) }
        }
    }
}

/// Doors to kinds of stations that the registry does not have stay away.
fn open(app: &App, path: &str) -> bool {
    let has = |kind| app.pipeline.stations.iter().any(|station| station.kind == kind);
    match path {
        "/forecast" => has(StationKind::Air) && app.pipeline.forecast.enabled,
        "/water" => has(StationKind::Water),
        "/noise" => has(StationKind::Noise),
        "/registers" => !app.pipeline.registers.is_empty(),
        _ => true,
    }
}

fn door(view: &View, key: &str) -> &'static str {
    match key {
        "nav.now" => view.lang.t("nav.now"),
        "nav.forecast" => view.lang.t("nav.forecast"),
        "nav.water" => view.lang.t("nav.water"),
        "nav.noise" => view.lang.t("nav.noise"),
        "nav.registers" => view.lang.t("nav.registers"),
        "nav.data" => view.lang.t("nav.data"),
        "nav.status" => view.lang.t("nav.status"),
        _ => view.lang.t("nav.about"),
    }
}

/// A number that a public site must show.
fn number(lang: Lang, entry: &FooterEntry) -> Markup {
    let text = match entry.kind {
        FooterKind::SiteCode => lang.fill("footer.site_code", &[("code", &entry.text)]),
        FooterKind::Icp | FooterKind::Security => entry.text.clone(),
    };
    // These numbers are Chinese whatever the language of the page.
    let tongue = (entry.kind != FooterKind::SiteCode && lang != Lang::Zh).then_some(Lang::Zh.tag());
    html! {
        @match &entry.link {
            Some(link) => a href=(link) rel="noopener" lang=[tongue] { (text) },
            None => span lang=[tongue] { (text) },
        }
    }
}

fn footer(app: &App, view: &View) -> Markup {
    let lang = view.lang;
    let publisher = &app.pipeline.publisher;
    let zone = app.zone();
    let made = say::moment(app.now(), zone);
    html! {
        p { span #made { (lang.fill("made", &[("time", &made), ("zone", zone.name())])) } }
        p {
            (lang.fill("licence", &[("publisher", publisher.name.get(lang.code())), ("licence", &publisher.licence)]))
        }
        p {
            a href="/api/v1/latest" { (lang.t("data.json")) } " · "
            a href="/api/v1/latest?format=csv" { (lang.t("data.csv")) } " · "
            a href=(view.link("/api")) { (lang.t("api.title")) }
        }
        @if !app.pipeline.pages.footer.is_empty() {
            p { @for entry in &app.pipeline.pages.footer { span.whole { (number(lang, entry)) } " " } }
        }
    }
}
