//! The frame of the desk's pages, and the headers that they leave with.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect};
use maud::{DOCTYPE, Markup, html};

use super::person::Person;
use crate::answer::{Cache, Failure, cache};
use crate::app::{App, Shared};
use crate::links;
use crate::pages::view::View;

/// Nothing but a style and forms of this service; in no frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// The pages that a person may open.
fn doors(person: &Person) -> Vec<(&'static str, &'static str)> {
    let all = [
        ("/desk", "desk.home", true),
        ("/desk/records", "desk.records", true),
        ("/desk/readings", "desk.readings", person.is_reviewer()),
        ("/desk/forecasts", "desk.forecasts", person.is_reviewer()),
        ("/desk/service", "desk.service", true),
        ("/desk/tokens", "desk.tokens", person.is_operator()),
        ("/desk/people", "desk.people", person.is_operator()),
        ("/desk/log", "desk.log", true),
        ("/desk/account", "desk.account", true),
    ];
    all.into_iter().filter(|(_, _, open)| *open).map(|(path, key, _)| (path, key)).collect()
}

/// A page of the desk.
pub fn page(
    app: &App,
    view: &View,
    person: Option<&Person>,
    status: StatusCode,
    title: &str,
    main: &Markup,
) -> Response<Body> {
    let lang = view.lang;
    let here = view.here();
    let here = here.split('?').next().unwrap_or_default();
    let markup = html! {
        (DOCTYPE)
        html lang=(lang.tag()) class=[view.elder.then_some("elder")] {
            head {
                meta charset="utf-8";
                title { (title) " - " (lang.t("desk.title")) }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                link rel="icon" href="data:,";
                link rel="stylesheet" href="/desk/style.css";
            }
            body.desk {
                a.skip href="#main" { (lang.t("skip")) }
                header.top { div.wrap {
                    a.brand href=(view.link("/desk")) { (lang.t("desk.title")) }
                    @if let Some(person) = person {
                        nav aria-label=(lang.t("nav.pages")) {
                            @for (path, key) in doors(person) {
                                a href=(view.link(path)) aria-current=[(path == here).then_some("page")] { (lang.t(key)) }
                            }
                        }
                    }
                    nav aria-label=(lang.t("nav.reading")) {
                        @for other in view.offered.iter().filter(|other| **other != lang) {
                            a href=(view.in_language(*other)) lang=(other.tag()) hreflang=(other.tag()) { (other.name()) }
                        }
                    }
                } }
                div.wrap {
                    @if app.simulated() { aside.note aria-label=(lang.t("simulated.title")) { strong { (lang.t("simulated.title")) } " " (lang.t("simulated.about")) } }
                    main #main { (main) }
                    footer {
                        @if let Some(person) = person {
                            form method="post" action=(view.link("/desk/logout")) {
                                span { (lang.fill("desk.who", &[("name", person.name())])) }
                                (csrf(person))
                                button type="submit" { (lang.t("desk.logout")) }
                            }
                        }
                        p { (app.pipeline.publisher.name.get(lang.code())) }
                    }
                }
            }
        }
    };
    let text = links::based(&app.pipeline.http.base_path, markup.into_string());
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(lang.tag()));
    response
}

/// What each form holds.
pub fn csrf(person: &Person) -> Markup {
    html! { input type="hidden" name="csrf" value=(person.csrf); }
}

/// A page that says why something was not done.
pub fn told(app: &App, (uri, headers): &(Uri, HeaderMap), person: Option<&Person>, failure: Failure) -> Response<Body> {
    let view = View::new(app, uri, headers);
    let lang = view.lang;
    let status = failure.status();
    let title = match status {
        StatusCode::FORBIDDEN => lang.t("desk.forbidden"),
        StatusCode::NOT_FOUND => lang.t("desk.not_found"),
        StatusCode::CONFLICT => lang.t("desk.conflict"),
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::BAD_REQUEST => lang.t("desk.unprocessable"),
        _ => lang.t("desk.failed"),
    };
    let main = html! {
        h1 { (title) }
        p.note role="alert" lang="en" { @if let Some(field) = failure.field() { strong { (field) } ": " } (failure.detail()) }
        p { a href=(view.link("/desk")) { (lang.t("desk.home")) } }
    };
    page(app, &view, person, status, title, &main)
}

/// The answer of a form that was taken: the page where it shows.
pub fn done(view: &View, path: &str) -> Response<Body> {
    Redirect::to(&view.link(path)).into_response()
}

/// What the desk looks like: as the pages do, and a little more.
pub async fn style(State(_): State<Shared>, headers: HeaderMap) -> Response<Body> {
    let style = concat!(include_str!("../pages/style.css"), include_str!("desk.css"));
    cache::tagged(&headers, Cache::Revalidate, "text/css; charset=utf-8", style.as_bytes().to_vec())
}

/// Headers of whatever the desk answers.
pub async fn headers(request: Request, next: Next) -> Response<Body> {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(Cache::NoStore.value());
    let fixed: [(HeaderName, &'static str); 6] = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// A parameter of the query, where it has a value.
pub fn asked(uri: &Uri, name: &str) -> Option<String> {
    let query = uri.query().unwrap_or_default();
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.into_owned())
}
