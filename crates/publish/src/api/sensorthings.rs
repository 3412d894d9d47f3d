//! What `limpid-ingest` answers to clients of OGC SensorThings 1.1: described here, so that `/openapi.json` is whole.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::openapi::ProblemBody;
use super::refusals::{self, BadRequest};

/// An observation as it is created (18-088, 8.2.7). Other fields are passed over.
#[derive(Serialize, ToSchema)]
#[schema(as = SensorThingsObservation)]
pub struct ObservationBody {
    /// An interval, whose length is the period, or an instant, which is what the station calls the hour.
    #[serde(rename = "phenomenonTime")]
    #[schema(example = "2026-11-25T08:00:00+08:00/2026-11-25T09:00:00+08:00")]
    pub phenomenon_time: String,
    /// The number, in the unit of station and parameter; null for missing.
    #[schema(value_type = Option<f64>, example = 23.4)]
    pub result: Value,
    /// The instrument's mark, or one of QARTOD's numbers 1 2 3 4 9.
    #[serde(rename = "resultQuality")]
    #[schema(value_type = Option<String>)]
    pub result_quality: Value,
    /// Left out where the path names the Datastream.
    #[serde(rename = "Datastream")]
    pub datastream: Option<DatastreamRef>,
}

/// Which Datastream.
#[derive(Serialize, ToSchema)]
pub struct DatastreamRef {
    /// Station and parameter, and the period where it is not the hour: `S1.pm25`, `S1.pm25.PT1M`.
    #[serde(rename = "@iot.id")]
    #[schema(example = "S1.pm25")]
    pub id: String,
}

/// The observations of one Datastream (18-088, 12.2).
#[derive(Serialize, ToSchema)]
#[schema(as = SensorThingsDataArray)]
pub struct DataArrayBody {
    /// Which Datastream.
    #[serde(rename = "Datastream")]
    pub datastream: DatastreamRef,
    /// What the values of a line are; `phenomenonTime` and `result` among them.
    #[schema(example = json!(["phenomenonTime", "result"]))]
    pub components: Vec<String>,
    /// Lines of values; one that is no list of them is answered with `error`.
    #[serde(rename = "dataArray")]
    pub lines: Vec<Value>,
}

/// The observation that was created.
#[derive(Serialize, ToSchema)]
#[schema(as = SensorThingsCreated)]
pub struct CreatedBody {
    /// Datastream with period, `@` and the start in UTC.
    #[serde(rename = "@iot.id")]
    #[schema(example = "S1.pm25.PT1H@2026-11-25T00:00:00Z")]
    pub id: String,
    /// Its address.
    #[serde(rename = "@iot.selfLink")]
    pub link: String,
}

/// Creates an observation (OGC SensorThings 1.1), durable when it is answered.
#[utoipa::path(
    post, path = "/sta/v1.1/Observations", tag = "uploads", operation_id = "createObservation", security(("token" = [])),
    request_body = ObservationBody,
    responses(
        (status = 201, description = "created, or there already; `Location` is its address", body = CreatedBody, headers(("Location" = String, description = "address of the observation"))),
        (status = 400, description = "it cannot be understood (`field` says where), or is kept aside (`/problems/not-created`)", content_type = "application/problem+json", body = ProblemBody),
        refusals::Upload,
        (status = 415, description = "not JSON", content_type = "application/problem+json", body = ProblemBody),
    )
)]
#[expect(dead_code, reason = "carries the description; limpid-ingest answers")]
fn create() {}

/// Creates an observation of the Datastream in the path.
#[utoipa::path(
    post, path = "/sta/v1.1/{datastream}/Observations", tag = "uploads", operation_id = "createObservationOf", security(("token" = [])),
    params(("datastream" = String, Path, description = "`Datastreams('S1.pm25')`")),
    request_body = ObservationBody,
    responses(
        (status = 201, description = "created, or there already; `Location` is its address", body = CreatedBody, headers(("Location" = String, description = "address of the observation"))),
        (status = 400, description = "it cannot be understood (`field` says where), or is kept aside (`/problems/not-created`)", content_type = "application/problem+json", body = ProblemBody),
        refusals::Upload,
        (status = 415, description = "not JSON", content_type = "application/problem+json", body = ProblemBody),
        (status = 404, description = "no such path", content_type = "application/problem+json", body = ProblemBody),
    )
)]
#[expect(dead_code, reason = "carries the description; limpid-ingest answers")]
fn create_in() {}

/// Creates the observations of data arrays, durable when they are answered: for each line, in order, the address of its
/// observation, or `"error"`. `Link: rel="describedby"` is the receipt, which says why.
#[utoipa::path(
    post, path = "/sta/v1.1/CreateObservations", tag = "uploads", operation_id = "createObservations", security(("token" = [])),
    request_body = Vec<DataArrayBody>,
    responses(
        (status = 201, description = "an address or `error` for each line", body = Vec<String>),
        (status = 400, description = "it cannot be understood; `field` and `index` say where", content_type = "application/problem+json", body = ProblemBody),
        refusals::Upload,
        (status = 415, description = "not JSON", content_type = "application/problem+json", body = ProblemBody),
        (status = 413, description = "too many bytes or observations", content_type = "application/problem+json", body = ProblemBody),
    )
)]
#[expect(dead_code, reason = "carries the description; limpid-ingest answers")]
fn create_many() {}

/// Whatever an address of OGC SensorThings names: a set of entities, one of them, what it is related to, one of its
/// properties. A token is told of an observation as it was accepted last, where it may upload it.
#[utoipa::path(
    get, path = "/sta/v1.1/{resource}", tag = "standards", operation_id = "sensorthings",
    params(
        ("resource" = String, Path, description = "`Things`, `Things('S1')`, and behind a slash `Things('S1')/Datastreams`", example = "Things"),
        ("$filter" = Option<String>, Query, min_length = 1, description = "only entities of which this holds, as OData writes it", example = "true"),
        ("$orderby" = Option<String>, Query, min_length = 1, description = "properties, each perhaps with `asc` or `desc`", example = "id desc"),
        ("$top" = Option<u32>, Query, minimum = 0, description = "entities on a page, 100 without it; more than 10000 are 10000"),
        ("$skip" = Option<u32>, Query, minimum = 0, maximum = 100000, description = "entities to pass over"),
        ("$count" = Option<bool>, Query, description = "true to be told how many there are on all pages"),
        ("$select" = Option<String>, Query, min_length = 1, description = "properties and relations, separated by commas", example = "id"),
        ("$expand" = Option<String>, Query, min_length = 1, description = "relations to be told in place, `Datastreams($top=1),Locations`"),
        ("$resultFormat" = Option<String>, Query, pattern = "^dataArray$", description = "dataArray, of Observations"),
        ("$skiptoken" = Option<String>, Query, min_length = 1, description = "from `@iot.nextLink` of the page before"),
    ),
    responses(
        (status = 200, description = "a page of entities, an entity or a property", body = Object),
        (status = 204, description = "the property has no value"),
        BadRequest,
        (status = 404, description = "the address names nothing", content_type = "application/problem+json", body = ProblemBody),
    )
)]
#[expect(dead_code, reason = "carries the description; `doors::sensorthings` answers")]
fn resource() {}
