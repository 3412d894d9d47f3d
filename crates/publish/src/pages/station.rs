//! `/stations/{id}`: everything of one station, for somebody who wants to know more.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, Response};
use chrono::TimeDelta;
use limpid_model::time::{floor_hour, hours};
use limpid_model::{Assessment, Instant, Observation, ParameterId, Period, Published, Station, Statistic};
use limpid_store::{AssessmentQuery, ObservationQuery};
use maud::{Markup, html};

use super::chart::{self, Bar, Series, Span};
use super::front::kind_name;
use super::layout::{self, Page};
use super::view::View;
use super::{cards, not_found, say};
use crate::answer::Failure;
use crate::app::{App, Shared};
use crate::board::StationNow;
use crate::stale::Freshness;

/// Hours that the charts show.
const HOURS: i64 = 48;
/// Rows of one station in that time: 48 hours of every parameter there is would not fill it.
const ROWS: usize = 10_000;
/// Parameters of one unit that share a chart.
const GROUPS: [&[&str]; 3] = [&["pm25", "pm10"], &["o3", "no2", "so2"], &["leq", "l10", "l90"]];

/// The page of a station.
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
    let to = floor_hour(app.now()) + TimeDelta::hours(1);
    let span = Span { from: to - TimeDelta::hours(HOURS), to, zone: app.zone() };
    let history = History::read(&app, station, span).await?;
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
            div.grid { (cards::card(&app, &view, now)) }
            (values(&app, &view, now))
        } @else {
            p.note { (view.lang.t("station.closed")) }
        }
        (charts(&view, &history, span))
        (table(&view, &history, span))
        (downloads(&view, station))
        (about(&app, &view, station))
    };
    Ok(layout::answer(&app, &view, &headers, Page { title: name, door: "", live: true, main }))
}

/// The last 48 hours.
struct History {
    values: BTreeMap<ParameterId, BTreeMap<Instant, Published<Observation>>>,
    index: Vec<Published<Assessment>>,
}

impl History {
    async fn read(app: &App, station: &Station, span: Span) -> Result<Self, Failure> {
        let ask = ObservationQuery {
            stations: vec![station.id.clone()],
            parameters: Vec::new(),
            period: Period::Hour,
            statistic: Statistic::Mean,
            from: span.from,
            to: span.to,
            as_of: None,
            after: None,
            limit: ROWS,
        };
        let mut values: BTreeMap<ParameterId, BTreeMap<Instant, Published<Observation>>> = BTreeMap::new();
        for row in app.journal.observations(ask).await? {
            values.entry(row.record.parameter).or_default().insert(row.record.start, row);
        }
        let mut index = Vec::new();
        for (scheme, from, to) in app.pipeline.air.scheme.spans(span.from, span.to, span.zone) {
            let ask = AssessmentQuery {
                stations: vec![station.id.clone()],
                scheme: scheme.id.clone(),
                period: Period::Hour,
                from,
                to,
                as_of: None,
                after: None,
                limit: ROWS,
            };
            index.extend(app.journal.assessments(ask).await?);
        }
        Ok(Self { values, index })
    }

    /// The value of an hour that may be shown: one that passed.
    fn value(&self, parameter: ParameterId, hour: Instant) -> Option<f64> {
        let record = &self.values.get(&parameter)?.get(&hour)?.record;
        record.value.filter(|_| record.flag.usable())
    }
}

/// The newest value of each parameter, with what it is.
fn values(app: &App, view: &View, now: &StationNow) -> Markup {
    let lang = view.lang;
    let (at, zone) = (app.now(), app.zone());
    html! {
        h2 { (lang.t("station.values")) }
        @if now.values.is_empty() {
            p { (lang.t("none.title")) }
        } @else {
            div.scroll { table {
                thead { tr {
                    th scope="col" { (lang.t("col.parameter")) }
                    th.n scope="col" { (lang.t("col.value")) }
                    th scope="col" { (lang.t("col.period")) }
                    th scope="col" { (lang.t("col.window")) }
                    th scope="col" { (lang.t("col.state")) }
                } }
                tbody { @for value in &now.values {
                    @let record = &value.published.record;
                    tr.old[!value.freshness.current()] {
                        th scope="row" { (record.parameter.name().get(lang.code())) }
                        td.n {
                            @match record.value {
                                Some(number) => { (say::number(record.parameter, number)) " " (say::unit(record.parameter.unit())) }
                                None => (lang.t("value.none")),
                            }
                        }
                        td { (say::period(lang, record.period)) }
                        td { (say::window(record.start, record.end, at, zone)) }
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

fn last_good(view: &View, good: &Observation, at: Instant, zone: limpid_model::Zone) -> Markup {
    let value = good.value.map(|value| say::number(good.parameter, value)).unwrap_or_default();
    let value = format!("{value} {}", say::unit(good.parameter.unit()));
    let window = say::window(good.start, good.end, at, zone);
    html! { br; span.soft { (view.lang.fill("value.last_good", &[("value", &value), ("window", &window)])) } }
}

fn charts(view: &View, history: &History, span: Span) -> Markup {
    let lang = view.lang;
    let mut groups: Vec<Vec<ParameterId>> = Vec::new();
    for parameter in history.values.keys() {
        let group = GROUPS.iter().position(|group| group.contains(&parameter.as_str()));
        let of_group =
            |known: &&mut Vec<ParameterId>| group.is_some_and(|group| GROUPS[group].contains(&known[0].as_str()));
        match groups.iter_mut().find(of_group) {
            Some(known) => known.push(*parameter),
            None => groups.push(vec![*parameter]),
        }
    }
    html! {
        h2 { (lang.t("station.history")) }
        @if groups.is_empty() { p { (lang.t("station.no_history")) } }
        (index_chart(view, history, span))
        @for group in &groups { (group_chart(view, history, group, span)) }
    }
}

fn index_chart(view: &View, history: &History, span: Span) -> Markup {
    let lang = view.lang;
    let bars: Vec<Bar<'_>> = history
        .index
        .iter()
        .filter_map(|row| {
            let level = row.record.scheme.level(row.record.level?)?;
            Some(Bar { start: row.record.start, value: f64::from(row.record.index?), level })
        })
        .collect();
    let Some(last) = bars.last() else { return html! {} };
    let low = bars.iter().map(|bar| bar.value).fold(f64::INFINITY, f64::min);
    let high = bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
    let title = lang.t("chart.index");
    let text = lang.fill(
        "chart.range",
        &[("low", &low.to_string()), ("high", &high.to_string()), ("last", &last.value.to_string()), ("unit", "")],
    );
    html! {
        figure {
            h3 { (title) }
            (chart::bars(title, &bars, span))
            figcaption { (text) }
        }
    }
}

fn group_chart(view: &View, history: &History, group: &[ParameterId], span: Span) -> Markup {
    let lang = view.lang;
    let series: Vec<Series> = group
        .iter()
        .map(|parameter| Series {
            label: parameter.name().get(lang.code()).to_owned(),
            points: hours(span.from, span.to).map(|hour| (hour, history.value(*parameter, hour))).collect(),
        })
        .collect();
    let unit = say::unit(group[0].unit());
    let labels: Vec<&str> = series.iter().map(|series| series.label.as_str()).collect();
    let title = format!("{} {unit}", labels.join(lang.t("list.comma")));
    html! {
        figure {
            h3 { (title) }
            (chart::lines(&title, &series, span))
            figcaption {
                @for (place, (series, parameter)) in series.iter().zip(group).enumerate() {
                    div {
                        @if group.len() > 1 { (chart::key(place)) (series.label) ": " }
                        (range(view, series, *parameter, &unit))
                    }
                }
            }
        }
    }
}

/// Lowest, highest and last value in words.
fn range(view: &View, series: &Series, parameter: ParameterId, unit: &str) -> String {
    let values = || series.points.iter().filter_map(|point| point.1);
    let Some(last) = values().next_back() else { return view.lang.t("value.none").to_owned() };
    let low = values().fold(f64::INFINITY, f64::min);
    let high = values().fold(f64::NEG_INFINITY, f64::max);
    let [low, high, last] = [low, high, last].map(|value| say::number(parameter, value));
    view.lang.fill("chart.range", &[("low", &low), ("high", &high), ("last", &last), ("unit", unit)])
}

/// The charts as a table, newest hour first.
fn table(view: &View, history: &History, span: Span) -> Markup {
    let lang = view.lang;
    if history.values.is_empty() {
        return html! {};
    }
    let index: BTreeMap<Instant, Option<u16>> =
        history.index.iter().map(|row| (row.record.start, row.record.index)).collect();
    let mut rows: Vec<Instant> = hours(span.from, span.to).collect();
    rows.reverse();
    let dash = || lang.t("value.none");
    html! {
        details {
            summary { (lang.t("station.table")) }
            div.scroll { table {
                thead { tr {
                    th scope="col" { (lang.t("col.window")) }
                    @if !index.is_empty() { th.n scope="col" { (lang.t("index.name")) } }
                    @for parameter in history.values.keys() {
                        th.n scope="col" {
                            (parameter.name().get(lang.code())) br; (say::unit(parameter.unit()))
                        }
                    }
                } }
                tbody { @for hour in rows {
                    tr {
                        th scope="row" { (say::window(hour, hour + TimeDelta::hours(1), span.to, span.zone)) }
                        @if !index.is_empty() {
                            td.n { @match index.get(&hour).copied().flatten() { Some(index) => (index), None => (dash()) } }
                        }
                        @for parameter in history.values.keys() {
                            td.n {
                                @match history.value(*parameter, hour) {
                                    Some(value) => (say::number(*parameter, value)),
                                    None => (dash()),
                                }
                            }
                        }
                    }
                } }
            } }
        }
    }
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
        }
    }
}

fn about(app: &App, view: &View, station: &Station) -> Markup {
    let lang = view.lang;
    let zone = app.zone();
    let date = |at: Option<Instant>, none: &'static str| at.map_or(none.to_owned(), |at| say::moment(at, zone));
    html! {
        h2 { (lang.t("station.about")) }
        dl {
            dt { (lang.t("about.id")) } dd { code { (station.id) } }
            dt { (lang.t("about.kind")) } dd { (kind_name(lang, station.kind)) }
            @if !station.area.is_empty() { dt { (lang.t("about.area")) } dd { (station.area) } }
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
