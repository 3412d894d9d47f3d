//! `/forecast`: the next days with levels in words and how sure they are, the next 72 hours as fans, and how good earlier
//! forecasts were.
//!
//! - `scores`: how good

mod scores;

use axum::body::Body;
use axum::extract::{OriginalUri, Query as Pairs, State};
use axum::http::{HeaderMap, Response, Uri};
use chrono::{Duration, TimeDelta};
use limpid_model::forecast::{DayFigure, ForecastDay, HourSeries, LEAST_DAYS};
use limpid_model::{Forecast, ForecastScore, Instant, Scheme, StationKind, Subject};
use limpid_store::ForecastQuery;
use maud::{Markup, html};

use crate::answer::Failure;
use crate::app::{App, Shared};
use crate::pages::chart::{self, Fan, Span};
use crate::pages::layout::{self, Page};
use crate::pages::view::View;
use crate::pages::words::Lang;
use crate::pages::{cards, level, say};
use crate::remit;

/// An issue that is older is out of date: two are due a day.
const OLD: TimeDelta = TimeDelta::hours(26);

/// The page of forecasts.
#[utoipa::path(
    get, path = "/forecast", tag = "pages", operation_id = "forecastPage",
    params(
        ("station" = Option<String>, Query, description = "a station"),
        ("area" = Option<String>, Query, description = "an area; without either, the first that has a forecast"),
        ("lang" = Option<String>, Query, description = "zh or en; else that of Accept-Language, else the publisher's first"),
        ("view" = Option<String>, Query, description = "elder for large type in one column"),
    ),
    responses((status = 200, description = "the next days and hours, and how good earlier forecasts were", content_type = "text/html", body = String))
)]
pub async fn get(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let issues = issues(&app).await?;
    let chosen = chosen(&issues, &uri);
    let view = View::new(&app, &uri, &headers);
    let view = match chosen {
        Some(issue) if asked(&uri).is_some() => view.with_query(&address(&issue.subject)),
        _ => view,
    };
    let lang = view.lang;
    let main = match chosen {
        None => html! {
            h1 { (lang.t("forecast.title")) }
            p { (lang.t("forecast.none")) " " (why_none(&app, lang).await?) }
            (next(&app, lang))
        },
        Some(issue) => {
            let scores = app.journal.forecast_scores().await?;
            page(&app, &view, issue, &issues, &scores)
        }
    };
    Ok(layout::answer(
        &app,
        &view,
        &headers,
        Page { title: lang.t("forecast.title"), door: "/forecast", live: true, main },
    ))
}

/// Why nothing was issued yet.
async fn why_none(app: &App, lang: Lang) -> Result<String, Failure> {
    if !app.pipeline.forecast.enabled {
        return Ok(lang.t("forecast.off").to_owned());
    }
    let air = |id| app.pipeline.stations.get(id).is_some_and(|station| station.kind == StationKind::Air);
    let extents = app.journal.extents().await?;
    let spans =
        extents.iter().filter(|extent| air(&extent.station)).map(|extent| (extent.last - extent.first).num_days());
    let days = spans.max().unwrap_or(0);
    if days < LEAST_DAYS {
        let needed = LEAST_DAYS.to_string();
        return Ok(lang.fill("forecast.few", &[("needed", &needed), ("days", &days.to_string())]));
    }
    Ok(lang.t("forecast.soon").to_owned())
}

/// When the next issue is due.
fn next(app: &App, lang: Lang) -> Markup {
    let due = app.pipeline.forecast.next_due(app.zone(), app.now());
    html! { @if let Some(due) = due { p { (lang.fill("forecast.next", &[("time", &say::moment(due, app.zone()))])) } } }
}

/// The newest issue of every subject: areas first, then stations, each by name.
pub async fn issues(app: &App) -> Result<Vec<Forecast>, Failure> {
    let ask = ForecastQuery {
        subjects: Vec::new(),
        from: app.now() - Duration::days(7),
        to: Instant::MAX_UTC,
        newest: true,
        after: 0,
        limit: usize::MAX,
    };
    let mut issues = app.journal.forecasts(ask).await?;
    issues.retain(|issue| known(app, &issue.subject));
    issues.sort_by_key(|issue| (matches!(issue.subject, Subject::Station(_)), issue.subject.clone()));
    Ok(issues)
}

/// The issue of the subject that the address names, else the first.
pub fn chosen<'a>(issues: &'a [Forecast], uri: &Uri) -> Option<&'a Forecast> {
    let wanted = asked(uri);
    let named = wanted.and_then(|wanted| issues.iter().find(|issue| issue.subject == wanted));
    named.or(issues.first())
}

/// The name of an issue: whose forecast it is.
pub fn title(app: &App, lang: Lang, issue: &Forecast) -> String {
    lang.fill("forecast.of", &[("name", &name(app, lang, &issue.subject))])
}

/// When it was issued, what is to be said about that, and its days, unless it is out of date.
pub fn days(app: &App, lang: Lang, issue: &Forecast) -> Markup {
    let (now, zone) = (app.now(), app.zone());
    html! {
        p {
            (lang.fill("forecast.issued", &[("time", &say::moment(issue.issued, zone))])) " "
            span.whole { (say::age(lang, now - issue.issued)) }
        }
        @if let Some(due) = issue.due.filter(|_| issue.late()) {
            p.note { (lang.fill("forecast.late", &[("time", &say::moment(due, zone))])) }
        }
        @if issue.young { p.note { (lang.t("forecast.young")) } }
        @if let Some(amends) = &issue.amends {
            p.note { (lang.fill("forecast.amended", &[("who", &amends.who), ("why", &amends.why)])) }
        }
        @if old(app, issue) { p.note { (lang.t("forecast.old")) } }
        @else { div.grid { @for day in issue.days.iter().filter(|day| day.end > now) { (card(app, lang, day)) } } }
    }
}

fn old(app: &App, issue: &Forecast) -> bool {
    app.now() - issue.issued > OLD
}

/// The subject that the address names.
fn asked(uri: &Uri) -> Option<Subject> {
    let pairs = Pairs::<Vec<(String, String)>>::try_from_uri(uri).ok()?.0;
    let value = |name: &str| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.clone());
    let station = value("station").and_then(|id| limpid_model::StationId::parse(&id)).map(Subject::Station);
    station.or_else(|| value("area").map(Subject::Area))
}

fn address(subject: &Subject) -> String {
    match subject {
        Subject::Station(id) => format!("station={id}"),
        Subject::Area(name) => format!("area={}", crate::api::query::escape(name)),
    }
}

fn known(app: &App, subject: &Subject) -> bool {
    match subject {
        Subject::Station(id) => app.pipeline.stations.get(id).is_some(),
        Subject::Area(name) => app.pipeline.area_names().contains(name.as_str()),
    }
}

fn name(app: &App, lang: Lang, subject: &Subject) -> String {
    match subject {
        Subject::Station(id) => {
            app.pipeline.stations.get(id).map_or_else(|| id.to_string(), |one| one.name.get(lang.code()).to_owned())
        }
        Subject::Area(name) => name.clone(),
    }
}

fn page(app: &App, view: &View, issue: &Forecast, issues: &[Forecast], scores: &[ForecastScore]) -> Markup {
    let (lang, zone) = (view.lang, app.zone());
    let title = title(app, lang, issue);
    html! {
        h1 { (title) }
        @if issues.len() > 1 {
            p { @for other in issues.iter().filter(|other| other.subject != issue.subject) {
                a href=(view.link(&format!("/forecast?{}", address(&other.subject)))) { (name(app, lang, &other.subject)) } " "
            } }
        }
        (days(app, lang, issue))
        (next(app, lang))
        @if !old(app, issue) {
            h2 { (lang.t("forecast.hours")) }
            div.charts { @for series in &issue.hours { (fan(app, lang, series)) } }
        }
        h2 { (lang.t("forecast.scores")) }
        (scores::scored(lang, issue, scores))
        details { summary { (lang.t("forecast.how")) } p { (lang.t("forecast.about")) }
            p { (lang.fill("forecast.model", &[
                ("id", &issue.model.id), ("version", &issue.model.version),
                ("from", &say::moment(issue.model.from, zone)), ("until", &say::moment(issue.model.until, zone)),
            ])) }
        }
        p {
            a href=(format!("/api/v1/forecasts?{}", address(&issue.subject))) { (lang.t("forecast.json")) } " · "
            a href=(format!("/api/v1/forecasts/days?{}", address(&issue.subject))) { (lang.t("forecast.days_json")) } " · "
            a href="/api/v1/forecasts/scores?format=csv" { (lang.t("forecast.scores_csv")) }
        }
    }
}

/// A day: level in words, range of the index, how sure that is, and the figures.
fn card(app: &App, lang: Lang, day: &ForecastDay) -> Markup {
    let zone = app.zone();
    let (date, today) = (zone.date_of(day.start), zone.date_of(app.now()));
    let named = match (date - today).num_days() {
        0 => Some(lang.t("forecast.today")),
        1 => Some(lang.t("forecast.tomorrow")),
        _ => None,
    };
    let withheld = remit::withheld(&app.pipeline, day);
    let scheme = Scheme::parse(&day.scheme);
    let level = day.level.filter(|_| !withheld).and_then(|level| scheme?.level(level));
    let usual = day.figures.iter().all(|figure| figure.method.method == "climatology");
    html! {
        article.card {
            h3 { @if let Some(named) = named { (named) " " } (date.format("%Y-%m-%d").to_string()) }
            @if let Some(level) = level {
                div.now {
                    (level::shape(level))
                    @if let Some([low, high]) = day.index { p.index { small { (lang.t("index.name")) } (low) "-" (high) } }
                    p.word { (level.category().get(lang.code())) }
                }
                p { (sure(lang, day)) }
                @if let Some(names) = cards::names(lang, &day.primary) { p { (lang.fill("index.primary", &[("names", &names)])) } }
            } @else if withheld {
                div.now { (level::blank()) p.word { (lang.t("forecast.withheld")) } }
                p { (lang.t("forecast.remit")) }
            }
            ul.vals { @for figure in &day.figures { li { (value(lang, figure)) } } }
            @if usual { p.foot { span.badge { (lang.t("forecast.usual")) } } }
        }
    }
}

/// The chances in words: of this level, of a better one, of a worse one.
fn sure(lang: Lang, day: &ForecastDay) -> String {
    let place = usize::from(day.level.unwrap_or(1).max(1)) - 1;
    let sum = |chances: &[f32]| format!("{:.0}", chances.iter().sum::<f32>() * 100.0);
    let (better, rest) = day.chances.split_at(place.min(day.chances.len()));
    let (this, worse) = rest.split_at(1.min(rest.len()));
    lang.fill("forecast.chances", &[("this", &sum(this)), ("better", &sum(better)), ("worse", &sum(worse))])
}

fn value(lang: Lang, figure: &DayFigure) -> Markup {
    let number = |value: f32| say::number(figure.parameter, f64::from(value));
    let expected = &figure.expected;
    html! {
        (cards::short(lang, figure.parameter)) " " b { (number(expected.mean)) } " "
        span.soft { (say::unit(figure.parameter.unit())) " (" (number(expected.p10())) "-" (number(expected.p90())) ")" }
    }
}

fn fan(app: &App, lang: Lang, series: &HourSeries) -> Markup {
    let hours = i64::try_from(series.hours.len()).unwrap_or(0);
    let span = Span { from: series.start, to: series.start + Duration::hours(hours), zone: app.zone() };
    let points = (0..).zip(&series.hours).filter_map(|(hour, expected)| {
        let one = expected.as_ref()?;
        let [low, middle, high] = [one.p10(), one.quantiles[3], one.p90()].map(f64::from);
        Some((series.start + Duration::hours(hour), [low, middle, high]))
    });
    let points: Vec<(Instant, [f64; 3])> = points.collect();
    let unit = say::unit(series.parameter.unit());
    let title = format!("{} {unit}", cards::short(lang, series.parameter));
    let highest = points.iter().max_by(|a, b| a.1[1].total_cmp(&b.1[1]));
    let mut methods: Vec<&str> = series.methods.iter().map(|method| self::method(lang, &method.method)).collect();
    methods.dedup();
    html! {
        figure {
            h3 { (title) }
            (chart::fan(&title, &Fan { points: &points }, span))
            figcaption {
                @if let Some((at, [low, middle, high])) = highest {
                    @let number = |value: f64| say::number(series.parameter, value);
                    (lang.fill("forecast.highest", &[
                        ("value", &number(*middle)), ("unit", &unit), ("low", &number(*low)), ("high", &number(*high)),
                        ("time", &say::moment(*at, app.zone())),
                    ])) " "
                }
                (lang.fill("forecast.by", &[("methods", &methods.join(lang.t("list.comma")))]))
                @if series.methods.iter().any(|method| method.fell_back) { " " (lang.t("forecast.fell_back")) }
            }
        }
    }
}

/// A method in words.
fn method(lang: Lang, word: &str) -> &'static str {
    match word {
        "ridge" => lang.t("method.ridge"),
        "ridge-weather" => lang.t("method.ridge_weather"),
        "damped-anomaly" => lang.t("method.damped"),
        "external" => lang.t("method.external"),
        _ => lang.t("method.climatology"),
    }
}
