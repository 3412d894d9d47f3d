//! `/api`: every operation of the API, to be read and tried. What is listed is `/openapi.json`; the script only sends what
//! the form says and shows what comes back.

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, HeaderValue, Response, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, PreEscaped, html};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::layout::{self, Page};
use super::view::View;
use super::words::Lang;
use crate::api::openapi::Described;
use crate::app::Shared;

const TRY: &str = include_str!("api.js");
/// Words of a parameter that are offered to choose from; more are typed.
const OFFERED: usize = 60;

/// The page.
#[utoipa::path(
    get, path = "/api", tag = "pages", operation_id = "apiPage",
    params(
        ("lang" = Option<String>, Query, description = "zh or en; else that of Accept-Language, else the publisher's first"),
        ("view" = Option<String>, Query, description = "elder for large type in one column"),
    ),
    responses((status = 200, description = "every operation, to be tried", content_type = "text/html", body = String))
)]
pub async fn get(State(app): State<Shared>, OriginalUri(uri): OriginalUri, headers: HeaderMap) -> Response<Body> {
    let view = View::new(&app, &uri, &headers);
    let lang = view.lang;
    let described = &Described::of(&app).value;
    let operations = operations(described);
    let tags = described["tags"].as_array().map(Vec::as_slice).unwrap_or_default();
    let main = html! {
        h1 { (lang.t("api.title")) }
        p { (lang.t("api.about")) " " a href="/openapi.json" { "openapi.json" } }
        noscript { p.note { (lang.t("api.no_script")) } }
        @for tag in tags.iter().filter(|tag| tag["name"] != "pages") {
            section {
                h2 lang="en" { (said(&tag["name"])) }
                p.soft lang="en" { (said(&tag["description"])) }
                @for one in operations.iter().filter(|one| *one.tag == tag["name"]) { (one.shown(lang, described)) }
            }
        }
        script { (PreEscaped(TRY)) }
    };
    let page = Page { title: lang.t("api.title"), door: "/data", live: false, main };
    let mut response = layout::answer(&app, &view, &headers, page);
    if let Some(policy) = response.headers_mut().get_mut(header::CONTENT_SECURITY_POLICY) {
        let hash = STANDARD.encode(Sha256::digest(TRY));
        let allowed = policy.to_str().unwrap_or_default();
        let allowed = allowed.replace("script-src ", &format!("script-src 'sha256-{hash}' "));
        *policy = HeaderValue::try_from(allowed).expect("base64 and ASCII are a header value");
    }
    response
}

/// One operation of the description.
struct Operation<'a> {
    path: &'a str,
    method: &'a str,
    tag: &'a Value,
    told: &'a Value,
}

fn operations(described: &Value) -> Vec<Operation<'_>> {
    let paths = described["paths"].as_object().into_iter().flatten();
    let each = paths.flat_map(|(path, methods)| {
        methods.as_object().into_iter().flatten().map(move |(method, told)| Operation {
            path,
            method,
            tag: &told["tags"][0],
            told,
        })
    });
    each.collect()
}

fn said(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

impl Operation<'_> {
    fn shown(&self, lang: Lang, described: &Value) -> Markup {
        let id = said(&self.told["operationId"]);
        let parameters = self.told["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        let reads = self.method == "get" && self.told["security"].is_null();
        let summary = [&self.told["summary"], &self.told["description"]].map(said);
        html! {
            details.card id=(id) {
                summary { b { (self.method.to_uppercase()) "\u{a0}" } code { (self.path) } }
                p lang="en" { (summary.join(" ").trim()) }
                @if reads {
                    @if parameters.iter().all(|parameter| parameter["in"] != "path") {
                        p { a href=(self.path) { (lang.t("api.plain")) } }
                    }
                    form hidden data-path=(self.path) {
                        @for parameter in parameters { (field(id, parameter, described)) }
                        p { button type="submit" { (lang.t("api.send")) } }
                    }
                    div hidden role="status" aria-label=(lang.t("api.answer")) {
                        p { a.sent href=(self.path) {} }
                        pre.scroll tabindex="0" {}
                    }
                } @else {
                    p { (lang.t("api.token")) }
                }
            }
        }
    }
}

/// A parameter as a field: words to choose from where there are few.
fn field(operation: &str, parameter: &Value, described: &Value) -> Markup {
    let name = said(&parameter["name"]);
    let id = format!("{operation}-{name}");
    let schema = resolved(&parameter["schema"], described);
    let item = resolved(&schema["items"], described);
    let schema = if item.is_null() { schema } else { item };
    let words: Vec<String> = schema["enum"].as_array().into_iter().flatten().map(written).collect();
    let required = parameter["required"] == true;
    let boolean = schema["type"] == "boolean" || schema["type"][0] == "boolean";
    let words = if boolean { vec!["true".to_owned(), "false".to_owned()] } else { words };
    let example = Some(&parameter["example"]).filter(|example| !example.is_null()).map(written);
    html! {
        p {
            label for=(id) { code { (name) } @if required { " *" } }
            br;
            @if (1..=OFFERED).contains(&words.len()) {
                select id=(id) name=(name) data-in=(said(&parameter["in"])) required[required] aria-describedby={ (id) "-about" } {
                    option value="" { "" }
                    @for word in &words { option value=(word) { (word) } }
                }
            } @else {
                input id=(id) name=(name) data-in=(said(&parameter["in"])) required[required]
                    placeholder=(example.unwrap_or_default()) autocomplete="off" aria-describedby={ (id) "-about" };
            }
            br;
            small.soft lang="en" id={ (id) "-about" } { (said(&parameter["description"])) }
        }
    }
}

fn written(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The schema that a reference names; null where there is none.
fn resolved<'a>(schema: &'a Value, described: &'a Value) -> &'a Value {
    let name = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next());
    name.map_or(schema, |name| &described["components"]["schemas"][name])
}
