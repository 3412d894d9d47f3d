//! Uploads, as `/openapi.json` describes them. The gateway of limpid-ingest serves them on the same port; it is a
//! neighbour that this crate does not know, so what is said here is held against the running service by `tests/`.

use serde::Serialize;
use utoipa::ToSchema;

use super::openapi::ProblemBody;
use super::refusals;

/// Readings of one station.
#[derive(Serialize, ToSchema)]
#[schema(as = Submission)]
pub struct SubmissionBody {
    /// Station id.
    pub station: String,
    /// At most 50,000. Those that are not a reading of this station's time and parameters get a verdict of their own.
    #[schema(max_items = 50_000)]
    pub readings: Vec<SubmittedReading>,
}

/// One reading.
#[derive(Serialize, ToSchema)]
pub struct SubmittedReading {
    /// Parameter id or alias.
    #[schema(example = "pm25")]
    pub parameter: String,
    /// RFC 3339 with an offset: where the period begins, whatever the station's hour label is.
    #[schema(example = "2026-11-25T08:00:00+08:00")]
    pub start: String,
    /// ISO 8601, `PT1H`.
    #[schema(example = "PT1H")]
    pub period: String,
    /// Null for a reading that is missing.
    pub value: Option<f64>,
    /// What the value is in; without it what is configured for the station.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "ug/m3")]
    pub unit: Option<String>,
    /// The instrument's own mark, one of HJ 212's letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "N")]
    pub flag: Option<String>,
}

/// What became of an upload. Made after it is durable.
#[derive(Serialize, ToSchema)]
#[schema(as = Receipt)]
pub struct ReceiptBody {
    /// Its id, a ULID.
    #[schema(min_length = 26, max_length = 26)]
    pub receipt: String,
    /// When the upload arrived, in UTC.
    pub received: String,
    /// One per reading, in the order sent.
    pub verdicts: Vec<VerdictBody>,
    /// The verdicts, counted.
    pub counts: CountsBody,
}

/// What became of one reading.
#[derive(Serialize, ToSchema)]
#[schema(as = Verdict)]
pub struct VerdictBody {
    /// Its place in the upload, from 0.
    pub index: usize,
    /// `stored`, `same` (known already), `corrected` (another value before), `quarantined` or `rejected`.
    #[schema(pattern = "^(stored|same|corrected|quarantined|rejected)$")]
    pub verdict: String,
    /// Why, unless `stored` or `same`: a stable word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The same as a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// How many readings have each verdict.
#[derive(Serialize, ToSchema)]
#[schema(as = Counts)]
pub struct CountsBody {
    /// New.
    pub stored: u64,
    /// Known already.
    pub same: u64,
    /// Kept as a further revision.
    pub corrected: u64,
    /// Kept aside.
    pub quarantined: u64,
    /// Not a reading; kept all the same.
    pub rejected: u64,
}

/// Takes readings in and answers when they are durable.
///
/// JSON; NDJSON, one reading a line with its `station` beside the other fields; or CSV with the columns of the `long`
/// format (`station,parameter,start,period,value[,unit][,flag]`, UTF-8, a header row). A batch that cannot be understood is refused whole; one that can is taken with a verdict per reading.
/// The same `Idempotency-Key` with the same body gets the same receipt, and nothing is stored again. At 503 and 507
/// nothing was stored: keep the readings and send them again.
#[utoipa::path(
    post, path = "/api/v1/submissions", tag = "uploads", operation_id = "submit", security(("token" = [])),
    params(
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, description = "printable ASCII, at most 255 characters; of one token"),
        ("Content-Encoding" = Option<String>, Header, pattern = "^(gzip|zstd|identity)?$", description = "gzip or zstd; the limit is on what it unpacks to"),
    ),
    request_body(content((SubmissionBody = "application/json"), (String = "application/x-ndjson"), (String = "text/csv"))),
    responses(
        (status = 201, description = "durable; a verdict for each reading", body = ReceiptBody, headers(("Location" = String, description = "path of the receipt"))),
        refusals::Upload,
        (status = 408, description = "the body did not arrive within 60 seconds, or brought less than 256 bytes a second", content_type = "application/problem+json", body = ProblemBody),
        (status = 409, description = "the key was used with another body", content_type = "application/problem+json", body = ProblemBody),
        (status = 413, description = "more bytes than `max_body_bytes`, or more than 50,000 readings", content_type = "application/problem+json", body = ProblemBody),
        (status = 415, description = "neither JSON, NDJSON nor CSV, or a coding other than gzip and zstd", content_type = "application/problem+json", body = ProblemBody),
        (status = 422, description = "it cannot be understood; `field` and `index` say where", content_type = "application/problem+json", body = ProblemBody),
        (status = 507, description = "the disk is full", content_type = "application/problem+json", body = ProblemBody),
    )
)]
#[expect(dead_code, reason = "carries the description; limpid-ingest answers")]
fn submit() {}

/// What became of an upload, as it was answered then. For the token that sent it, and for tokens of all stations.
#[utoipa::path(
    get, path = "/api/v1/receipts/{id}", tag = "uploads", operation_id = "receipt", security(("token" = [])),
    params(("id" = String, Path, description = "id of the receipt")),
    responses(
        (status = 200, description = "the receipt", body = ReceiptBody),
        refusals::Private,
    )
)]
#[expect(dead_code, reason = "carries the description; limpid-ingest answers")]
fn receipt() {}

#[cfg(test)]
mod tests {
    use limpid_model::{Counts, Reason, Verdict, VerdictKind};
    use serde_json::Value;

    /// The names of an object, sorted.
    fn names(value: &Value) -> Vec<String> {
        let mut names: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
        names.sort();
        names
    }

    #[test]
    fn a_receipt_is_described_as_its_words_are_written() {
        let described = crate::api::openapi::described();
        let schema = |name: &str| described["components"]["schemas"][name].clone();
        let verdict = Verdict {
            index: 3,
            verdict: VerdictKind::Corrected,
            reason: Some(Reason::ValueChanged),
            detail: Some("x".into()),
        };
        let written = serde_json::to_value(verdict).unwrap();
        assert_eq!(names(&written), names(&schema("Verdict")["properties"]));
        assert_eq!(names(&serde_json::to_value(Counts::default()).unwrap()), names(&schema("Counts")["properties"]));
        // The names of CONTRACT §3.
        assert_eq!(names(&schema("Receipt")["properties"]), ["counts", "receipt", "received", "verdicts"]);
        assert_eq!(
            names(&schema("SubmittedReading")["properties"]),
            ["flag", "parameter", "period", "start", "unit", "value"]
        );
    }

    #[test]
    fn uploads_say_every_status_and_that_they_want_a_token() {
        let described = crate::api::openapi::described();
        let post = &described["paths"]["/api/v1/submissions"]["post"];
        assert_eq!(
            names(&post["responses"]),
            ["201", "401", "403", "408", "409", "413", "415", "422", "429", "503", "507"]
        );
        assert_eq!(names(&post["requestBody"]["content"]), ["application/json", "application/x-ndjson", "text/csv"]);
        for operation in [
            post,
            &described["paths"]["/api/v1/receipts/{id}"]["get"],
            &described["paths"]["/datasets/{name}/releases"]["post"],
        ] {
            assert_eq!(names(&operation["security"][0]), ["token"], "{}", operation["operationId"]);
        }
        assert_eq!(described["components"]["securitySchemes"]["token"]["scheme"], "bearer");
        assert!(described["paths"]["/api/v1/latest"]["get"].get("security").is_none(), "reading needs no token");
    }
}
