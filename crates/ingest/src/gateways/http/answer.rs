//! The receipt as it leaves.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::SecondsFormat;
use limpid_model::{Counts, Receipt, ReceiptId, Verdict};
use serde::Serialize;

/// The body of an answer to an upload, and of a receipt that is asked for later.
#[derive(Serialize)]
struct Answer<'a> {
    receipt: ReceiptId,
    /// UTC to the millisecond, `2026-11-25T00:05:01.123Z`.
    received: String,
    verdicts: &'a [Verdict],
    counts: Counts,
}

pub(super) fn answer(status: StatusCode, receipt: &Receipt) -> Response {
    let body = Answer {
        receipt: receipt.id,
        received: receipt.received.to_rfc3339_opts(SecondsFormat::Millis, true),
        verdicts: &receipt.verdicts,
        counts: receipt.counts,
    };
    let json = serde_json::to_vec(&body).expect("text, numbers and lists of them are always JSON");
    let kind = HeaderValue::from_static("application/json");
    (status, [(header::CONTENT_TYPE, kind)], json).into_response()
}
