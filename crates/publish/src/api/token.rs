//! Who sent a request, by the token that it carries.

use axum::http::{HeaderMap, header};
use limpid_model::pipeline::{Officer, Reviewer};

use crate::answer::Failure;
use crate::app::App;

/// The secret of `Authorization: Bearer …`.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = text.and_then(|text| text.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    bearer.map(|(_, secret)| secret.trim())
}

/// The reviewer who sent a request.
///
/// # Errors
/// 401 for anybody else.
pub fn reviewer(app: &App, headers: &HeaderMap) -> Result<Reviewer, Failure> {
    bearer(headers)
        .and_then(|token| (app.reviewer)(token))
        .ok_or_else(|| Failure::unauthorized("send Authorization: Bearer with the token of a reviewer"))
}

/// Holds a reviewer to what the token is for; without a station it is something of many.
///
/// # Errors
/// 403 for a token of another station.
pub fn may_decide(reviewer: &Reviewer, station: Option<&str>) -> Result<(), Failure> {
    if reviewer.station.as_ref().is_some_and(|own| Some(own.as_str()) != station) {
        return Err(Failure::forbidden(format!("this token decides about {} only", reviewer.station_name())));
    }
    Ok(())
}

/// The officer who sent a request.
///
/// # Errors
/// 401 for anybody else.
pub fn officer(app: &App, headers: &HeaderMap) -> Result<Officer, Failure> {
    bearer(headers)
        .and_then(|token| (app.officer)(token))
        .ok_or_else(|| Failure::unauthorized("send Authorization: Bearer with the token of an officer"))
}
