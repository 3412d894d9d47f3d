//! `/explain`: how one published figure came about.

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response};
use limpid_model::explanation::{Check, Explanation, Input, RuleSaid};
use limpid_model::{Instant, Observation, ParameterId, Period, StationId, Statistic, Zone};
use maud::{Markup, html};

use super::layout::{self, Page};
use super::view::View;
use super::{not_found, say};
use crate::answer::Failure;
use crate::api::explain::question;
use crate::api::query::{Query, escape};
use crate::app::Shared;

const KNOWN: &[&str] = &["station", "parameter", "period", "statistic", "start", "lang", "view"];

/// The query that names a figure, in the API and on the page.
pub fn query(figure: &Observation, zone: Zone) -> String {
    address(&figure.station, (figure.parameter, figure.period, figure.statistic), figure.start, zone)
}

fn address(
    station: &StationId,
    (parameter, period, statistic): (ParameterId, Period, Statistic),
    start: Instant,
    zone: Zone,
) -> String {
    let (station, start, statistic) = (escape(station.as_str()), escape(&zone.format(start)), statistic.as_str());
    format!("station={station}&parameter={parameter}&period={period}&statistic={statistic}&start={start}")
}

/// How one published figure came about, for people.
#[utoipa::path(
    get, path = "/explain", tag = "pages", operation_id = "explainPage",
    params(
        ("station" = String, Query, description = "id of one station"),
        ("parameter" = String, Query, description = "id of one parameter"),
        ("period" = Option<String>, Query, description = "as for observations, default PT1H"),
        ("statistic" = Option<String>, Query, description = "mean (default), or max8h with P1D"),
        ("start" = String, Query, description = "start of the figure, as published"),
        ("lang" = Option<String>, Query, description = "zh or en; else that of Accept-Language, else the publisher's first"),
        ("view" = Option<String>, Query, description = "elder for large type in one column"),
    ),
    responses((status = 200, description = "how it came about", content_type = "text/html", body = String), (status = 404, description = "no such figure is published", content_type = "text/html", body = String))
)]
pub async fn get(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let view = View::new(&app, &uri, &headers);
    let question = Query::parse(&uri, KNOWN).and_then(|query| question(&app, &query));
    let Ok(question) = question else { return Ok(not_found::render(&app, &uri, &headers)) };
    let found = {
        let _turn = app.turn().await?;
        (app.explain)(question).await?
    };
    let Some(found) = found else { return Ok(not_found::render(&app, &uri, &headers)) };
    let (lang, zone, now) = (view.lang, app.zone(), app.now());
    let figure = &found.figure.record;
    let name = app.pipeline.stations.get(&figure.station).map_or("", |station| station.name.get(lang.code()));
    let query = query(figure, zone);
    let view = view.with_query(&query);
    let main = html! {
        h1 { (lang.t("explain.title")) }
        p.soft {
            a href=(view.link(&format!("/stations/{}", figure.station))) { (name) } " · "
            (figure.parameter.name().get(lang.code())) " · " (say::period(lang, figure.period)) " · "
            span.whole { (say::window(figure.start, figure.end, now, zone)) } " (" (zone.name()) ")"
        }
        dl {
            dt { (lang.t("col.value")) }
            dd { b { (value(&view, figure)) } }
            dt { (lang.t("col.state")) }
            dd { (say::flag(lang, figure.flag)) ", " (say::status(lang, figure.status)) }
            dt { (lang.t("explain.revision")) }
            dd { (found.figure.revision) " (" (say::moment(found.figure.at, zone)) ")" }
            @if let Some((n, expected)) = figure.n.zip(figure.expected) {
                dt { (lang.t("explain.complete")) } dd { (n) " / " (expected) }
            }
        }
        @if found.agrees {
            p { (lang.t("explain.agrees")) }
        } @else {
            p.note { (lang.t("explain.differs")) ": " (found.derived.map_or("-".to_owned(), |value| value.to_string())) }
        }
        h2 { (lang.t("explain.steps")) }
        ol { @for step in &found.steps { li { (step.text.get(lang.code())) br; code { (step.formula) } } } }
        (rules(&view, &found.rules))
        (checks(&view, &found.checks))
        (inputs(&view, &found, zone, now))
        p { a href=(format!("/api/v1/explain?{query}")) { (lang.t("data.json")) } }
    };
    Ok(layout::answer(&app, &view, &headers, Page { title: lang.t("explain.title"), door: "", live: false, main }))
}

fn value(view: &View, figure: &Observation) -> String {
    let unit = say::unit(figure.parameter.unit());
    let limit = say::limit(figure.mark);
    figure.value.map_or(view.lang.t("value.none").to_owned(), |value| format!("{limit}{value} {unit}"))
}

fn rules(view: &View, rules: &[RuleSaid]) -> Markup {
    let lang = view.lang;
    html! {
        h2 { (lang.t("explain.rules")) }
        ul { @for rule in rules {
            li {
                b { (rule.text.get(lang.code())) } " " code { (rule.id) }
                @if let Some(thresholds) = &rule.thresholds { br; (thresholds) }
                @if !rule.source.is_empty() { br; span.soft { (lang.t("explain.source")) ": " (rule.source) } }
                @if rule.verified == "no" { br; span.soft { (lang.t("explain.unverified")) } }
            }
        } }
    }
}

fn checks(view: &View, checks: &[Check]) -> Markup {
    let lang = view.lang;
    html! {
        @if !checks.is_empty() {
            h2 { (lang.t("explain.checks")) }
            div.scroll tabindex="0" { table {
                thead { tr {
                    th scope="col" { (lang.t("explain.check")) }
                    th scope="col" { (lang.t("explain.thresholds")) }
                    th scope="col" { (lang.t("explain.outcome")) }
                } }
                tbody { @for check in checks { tr {
                    th scope="row" { (check.text.get(lang.code())) }
                    td { code { (check.thresholds) } }
                    td {
                        @match &check.found {
                            Some(rule) => { b { (lang.t("explain.doubted")) } " " code { (rule) } }
                            None => (lang.t("explain.passed")),
                        }
                    }
                } } }
            } }
        }
    }
}

fn inputs(view: &View, found: &Explanation, zone: Zone, now: Instant) -> Markup {
    let lang = view.lang;
    html! {
        h2 { (lang.t("explain.inputs")) }
        @if found.inputs.is_empty() {
            p { (lang.t("value.none")) }
        } @else {
            div.scroll tabindex="0" { table {
                thead { tr {
                    th scope="col" { (lang.t("col.window")) }
                    th scope="col" { (lang.t("col.parameter")) }
                    th.n scope="col" { (lang.t("col.value")) }
                    th scope="col" { (lang.t("col.state")) }
                    th scope="col" { (lang.t("explain.used")) }
                    th.n scope="col" { (lang.t("explain.revision")) }
                    th scope="col" { (lang.t("explain.origin")) }
                } }
                tbody { @for input in &found.inputs { (row(view, &found.figure.record.station, input, zone, now)) } }
            } }
        }
    }
}

fn row(view: &View, station: &StationId, input: &Input, zone: Zone, now: Instant) -> Markup {
    let lang = view.lang;
    let further = address(station, (input.parameter, input.period, Statistic::Mean), input.start, zone);
    html! {
        tr.old[!input.used] {
            th.whole scope="row" { (say::window(input.start, input.end, now, zone)) }
            td { (input.parameter.name().get(lang.code())) }
            td.n {
                @match input.value { Some(value) => { (say::limit(input.mark)) (value) } None => (lang.t("value.none")) }
                @if let Some(counted) = input.counted_as { br; span.soft { "-> " (counted) } }
             }
            td { (say::flag(lang, input.flag)) @if let Some(mark) = input.mark { " (" (mark.as_str()) ")" } }
            td { @if input.used { (lang.t("explain.yes")) } @else { (lang.t("no")) } }
            td.n { (input.revision) }
            td {
                @match &input.origin {
                    Some(origin) => {
                        (origin.receipt.to_string())
                        @if let Some(at) = origin.received { br; (say::moment(at, zone)) }
                        @if let Some(channel) = origin.channel { " " (channel.as_str()) }
                        @if let Some(hash) = &origin.sha256 { br; code { "sha256:" (hash) } }
                    }
                    None => a href=(view.link(&format!("/explain?{further}"))) { (lang.t("explain.why")) },
                }
            }
        }
    }
}
