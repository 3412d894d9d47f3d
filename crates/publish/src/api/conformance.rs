//! A station's report on its protocol, as `/openapi.json` describes it; limpid-ingest serves it, like uploads.

use serde::Serialize;
use utoipa::ToSchema;

use super::openapi::ProblemBody;

/// How a station's uploads departed from the standard of their protocol.
#[derive(Serialize, ToSchema)]
#[schema(as = Conformance)]
pub struct ConformanceBody {
    /// Station id.
    pub station: String,
    /// Whether frames that break the standard are rejected.
    pub strict: bool,
    /// The most frequent first.
    pub deviations: Vec<DepartureBody>,
    /// What the station told of itself beside readings, the newest first.
    pub events: Vec<ToldBody>,
    /// Where there is more: what `before` must be for the next.
    #[schema(example = "2026-11-25T08:00:00+08:00")]
    pub older_before: Option<String>,
}

/// Something that a station told of itself.
#[derive(Serialize, ToSchema)]
#[schema(as = StationEvent)]
pub struct ToldBody {
    /// What it is about.
    #[schema(
        example = "facility_state",
        pattern = "^(facility_state|running_time|log|site_state|site_parameter|instrument|logger_start|sample|standard_check|alarm|notice)$"
    )]
    pub kind: String,
    /// What exactly, as the protocol names it; empty where it is the station.
    #[schema(example = "SB1")]
    pub subject: String,
    /// When, by the station's clock.
    pub at: String,
    /// As it was said.
    #[schema(example = "1")]
    pub text: String,
    /// What the standard means by it, where it is a code.
    #[schema(example = "running")]
    pub meaning: Option<String>,
    /// Receipt of the frame that brought it.
    pub receipt: String,
}

/// One way in which it departed.
#[derive(Serialize, ToSchema)]
#[schema(as = Departure)]
pub struct DepartureBody {
    /// A stable word.
    #[schema(example = "no_data_flag")]
    pub name: String,
    /// In how many frames.
    pub count: u64,
    /// When the first arrived.
    pub first: String,
    /// When the last arrived.
    pub last: String,
    /// `taken`; `rejected` where the station is strict; `damaged`, never taken unless the station's `crc` says so.
    #[schema(pattern = "^(taken|rejected|damaged)$")]
    pub if_strict: String,
    /// Where the standard says otherwise.
    #[schema(example = "HJ 212-2017 table 4")]
    pub clause: String,
    /// What it says.
    pub standard: String,
    /// What to do about it.
    pub mend: String,
    /// The last frame that departed so.
    pub example: Option<FrameBody>,
}

/// A frame.
#[derive(Serialize, ToSchema)]
#[schema(as = FrameExample)]
pub struct FrameBody {
    /// Its receipt.
    pub receipt: String,
    /// Its bytes as text, passwords masked.
    pub frame: String,
}

/// How the station's HJ 212 frames depart from the standard, so that its operator can mend the logger. For a token of
/// the station, or of all.
#[utoipa::path(
    get, path = "/api/v1/stations/{id}/conformance", tag = "uploads", operation_id = "conformance", security(("token" = [])),
    params(
        ("id" = String, Path, description = "station id"),
        ("events" = Option<u16>, Query, minimum = 1, maximum = 1000, description = "how many of the station's events there are, 100 unless asked for"),
        ("before" = Option<String>, Query, description = "only events before this time, with offset: `older_before` of the page before"),
    ),
    responses(
        (status = 200, description = "counted since the journal began", body = ConformanceBody),
        (status = 400, description = "`events` or `before` cannot be served", content_type = "application/problem+json", body = ProblemBody),
        (status = 401, description = "no token, or one that is not known", content_type = "application/problem+json", body = ProblemBody),
        (status = 403, description = "the token is of another station", content_type = "application/problem+json", body = ProblemBody),
        (status = 404, description = "there is no such station", content_type = "application/problem+json", body = ProblemBody),
        (status = 503, description = "the journal does not answer", content_type = "application/problem+json", body = ProblemBody),
    )
)]
#[expect(dead_code, reason = "carries the description; limpid-ingest answers")]
fn conformance() {}
