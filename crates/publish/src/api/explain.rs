//! `GET /api/v1/explain`: how a published figure came about.

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response};
use limpid_model::explanation::{Check, Explanation, Input, Origin, RuleSaid, Step};
use limpid_model::{Period, Question, Statistic, Text, Zone};
use serde::Serialize;
use utoipa::ToSchema;

use super::item::{ObservationItem, Row};
use super::openapi::ProblemBody;
use super::query::Query;
use crate::answer::{Cache, Failure, cache};
use crate::app::{App, Shared};

const PATH: &str = "/api/v1/explain";
const KNOWN: &[&str] = &["station", "parameter", "period", "statistic", "start"];

/// How a figure came about.
#[derive(Serialize, ToSchema)]
#[schema(as = Explanation)]
pub struct ExplanationItem {
    /// The figure as it is published.
    pub figure: ObservationItem,
    /// The zone of every time and of days, months and years.
    pub zone: &'static str,
    /// The rules by which it has its value and flag, in the order in which they were applied.
    pub rules: Vec<RuleItem>,
    /// Every automatic check that it went through, those that found nothing too; none of figures that are made of hours.
    pub checks: Vec<CheckItem>,
    /// What it is made of; of a value as sent, the reading with its revisions.
    pub inputs: Vec<InputItem>,
    /// The arithmetic with the numbers put in.
    pub steps: Vec<StepItem>,
    /// The value that comes out now of what the journal has now.
    pub derived: Option<f64>,
    /// Whether value, flag and rules that come out now are those published.
    pub agrees: bool,
}

/// A rule, in words.
#[derive(Serialize, ToSchema)]
#[schema(as = Rule)]
pub struct RuleItem {
    /// As figures name it.
    pub id: String,
    /// What it says, by language.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub text: Text,
    /// The standard with its clause, or what else it rests on, and where its numbers stand.
    pub source: String,
    /// `yes`, `no` (recalled, or from one transcription) or `ours`.
    pub verified: String,
    /// Its thresholds at this station.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thresholds: Option<String>,
}

/// An automatic check.
#[derive(Serialize, ToSchema)]
#[schema(as = Check)]
pub struct CheckItem {
    /// A stable word: mark, range, climatology, spike, rate, flat, slip, consistency, sum, neighbours, weather-wind, weather-rain.
    pub id: String,
    /// Its name, by language.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub text: Text,
    /// Its thresholds at this station and in this month, in the parameter's canonical unit; of a mark the mark.
    pub thresholds: String,
    /// The rule by which it doubted the value; null where it did not.
    pub found: Option<String>,
}

/// A value that a figure is made of.
#[derive(Serialize, ToSchema)]
#[schema(as = Input)]
pub struct InputItem {
    /// Parameter id.
    pub parameter: &'static str,
    /// How long it speaks for.
    pub period: String,
    /// Inclusive.
    pub start: String,
    /// Exclusive.
    pub end: String,
    /// In the parameter's canonical unit.
    pub value: Option<f64>,
    /// What entered the figure in its place, where it is a limit below which the true value lies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counted_as: Option<f64>,
    /// QARTOD.
    pub flag: u8,
    /// Whether it entered the figure.
    pub used: bool,
    /// Which revision of it.
    pub revision: u32,
    /// The instrument's own mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
    /// Rules that gave it its flag.
    pub rules: String,
    /// The upload that brought it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<OriginItem>,
}

/// An upload.
#[derive(Serialize, ToSchema)]
#[schema(as = Origin)]
pub struct OriginItem {
    /// Its receipt.
    pub receipt: String,
    /// When it came.
    pub received: Option<String>,
    /// How it came: hj212, http, mqtt, pull or import.
    pub channel: Option<&'static str>,
    /// SHA-256 of its bytes as they were received.
    pub sha256: Option<String>,
}

/// A step of the arithmetic.
#[derive(Serialize, ToSchema)]
#[schema(as = Step)]
pub struct StepItem {
    /// What is done, by language.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub text: Text,
    /// With the numbers put in.
    pub formula: String,
}

impl ExplanationItem {
    fn new(explanation: Explanation, app: &App) -> Self {
        let zone = app.zone();
        let Explanation { figure, rules, checks, inputs, steps, derived, agrees } = explanation;
        let station = figure.record.station.clone();
        let rule =
            |RuleSaid { id, text, source, verified, thresholds }| RuleItem { id, text, source, verified, thresholds };
        let check = |Check { id, text, thresholds, found }| CheckItem { id, text, thresholds, found };
        Self {
            figure: ObservationItem::new(&Row::new(figure, &station, &app.pipeline), zone),
            zone: zone.name(),
            rules: rules.into_iter().map(rule).collect(),
            checks: checks.into_iter().map(check).collect(),
            inputs: inputs.into_iter().map(|input| InputItem::new(input, zone)).collect(),
            steps: steps.into_iter().map(|Step { text, formula }| StepItem { text, formula }).collect(),
            derived,
            agrees,
        }
    }
}

impl InputItem {
    fn new(input: Input, zone: Zone) -> Self {
        let origin = |Origin { receipt, received, channel, sha256 }: Origin| OriginItem {
            receipt: receipt.to_string(),
            received: received.map(|at| zone.format(at)),
            channel: channel.map(limpid_model::Channel::as_str),
            sha256,
        };
        Self {
            parameter: input.parameter.as_str(),
            period: input.period.to_string(),
            start: zone.format(input.start),
            end: zone.format(input.end),
            value: input.value,
            counted_as: input.counted_as,
            flag: input.flag.code(),
            used: input.used,
            revision: input.revision,
            mark: input.mark.map(|mark| mark.as_str().to_owned()),
            rules: input.rules,
            origin: input.origin.map(origin),
        }
    }
}

/// How a published figure came about: its rules with their clauses, what it is made of with revisions, flags and the uploads behind
/// them, and the arithmetic with the numbers put in.
#[utoipa::path(
    get, path = PATH, tag = "data", operation_id = "explain",
    params(
        ("station" = String, Query, min_length = 1, description = "id of one station"),
        ("parameter" = String, Query, min_length = 1, description = "id of one parameter"),
        ("period" = Option<String>, Query, pattern = "^(PT0S|PT([1-9]|[12][0-9]|30)M|PT1H|PT8H|PT24H|P1D|P1M|P3M|P12M|P1Y)$", description = "as for observations, default PT1H"),
        ("statistic" = Option<String>, Query, pattern = "^(mean|max8h)$", description = "mean (default), or max8h with P1D"),
        ("start" = String, Query, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2}))?$", description = "start of the figure, as published: RFC 3339 or a date of the authority's zone"),
    ),
    responses(
        (status = 200, description = "how it came about", body = ExplanationItem),
        (status = 400, description = "a parameter is unknown, missing or has a value that cannot be served", content_type = "application/problem+json", body = ProblemBody),
        (status = 404, description = "no such figure is published", content_type = "application/problem+json", body = ProblemBody),
    )
)]
pub async fn get(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    let query = Query::parse(&uri, KNOWN)?;
    let question = question(&app, &query)?;
    let _turn = app.turn().await?;
    let Some(explanation) = (app.explain)(question).await? else {
        return Err(Failure::not_found("no such figure is published; /api/v1/observations lists those that are"));
    };
    let body = serde_json::to_vec(&ExplanationItem::new(explanation, &app))
        .map_err(|error| Failure::internal("writing JSON", &error))?;
    Ok(cache::tagged(&headers, Cache::Revalidate, "application/json", body))
}

/// The figure that a query names.
///
/// # Errors
/// 400 for what is missing or cannot be.
pub fn question(app: &App, query: &Query) -> Result<Question, Failure> {
    let one = |name: &str| Failure::value(name, "name one", Vec::<String>::new());
    let [station] = <[_; 1]>::try_from(query.stations(&app.pipeline)?).map_err(|_| one("station"))?;
    let [parameter] = <[_; 1]>::try_from(query.parameters()?).map_err(|_| one("parameter"))?;
    let period = query.period(|_| true, Period::KNOWN)?;
    let words = [Statistic::Mean, Statistic::Max8h].map(Statistic::as_str);
    let statistic = query.word("statistic", Statistic::parse, words)?.unwrap_or_default();
    let start = query.time("start", app.zone())?.ok_or_else(|| one("start"))?;
    Ok(Question { station, parameter, period, statistic, start })
}
