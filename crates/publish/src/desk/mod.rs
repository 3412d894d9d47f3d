//! The operator's desk: a small administration of HTML forms under `/desk`, for people with a login. What it does is done by
//! the functions that the API calls; it has no rules of its own but those of getting in.
//!
//! - [`password`], [`second`]: what proves who somebody is
//! - [`throttle`]: guessing is slowed
//! - [`session`]: cookies and how sessions end
//! - [`guard`]: what every request passes: origin, session, CSRF token, address
//! - [`person`]: who works here, and what the pipeline lets them do
//! - [`frame`]: the frame of every page
//! - [`login`], [`account`]: the way in, and one's own account
//! - [`home`], [`records`], [`draft`], [`readings`], [`forecasts`], [`service`], [`tokens`], [`people`], [`log`]: the pages

mod account;
mod draft;
mod forecasts;
mod frame;
mod guard;
mod home;
mod log;
mod login;
pub mod password;
mod people;
mod person;
mod readings;
mod records;
mod second;
mod service;
mod session;
#[cfg(test)]
mod tests;
mod throttle;
mod tokens;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::middleware;
use axum::routing::{get, post};
use tokio::sync::Semaphore;

use crate::app::Shared;
use throttle::Throttle;

/// Passwords that are hashed at once: each takes 19 MiB and some tenths of a second.
const HASHES: usize = 2;

/// What the desk's handlers share.
#[derive(Clone)]
pub struct Desk {
    app: Shared,
    throttle: Arc<Throttle>,
    hashes: Arc<Semaphore>,
}

impl FromRef<Desk> for Shared {
    fn from_ref(desk: &Desk) -> Self {
        desk.app.clone()
    }
}

/// The routes of the desk.
pub fn routes(app: Shared) -> Router {
    let desk = Desk { app, throttle: Arc::default(), hashes: Arc::new(Semaphore::new(HASHES)) };
    let inside = Router::new()
        .route("/desk", get(home::get))
        .route("/desk/records", get(records::registers))
        .route("/desk/records/{register}", get(records::list))
        .route("/desk/records/{register}/{record}", get(records::one))
        .route("/desk/records/{register}/{record}/{act}", post(records::act))
        .route("/desk/draft/{register}", get(draft::get).post(draft::post))
        .route("/desk/readings", get(readings::get).post(readings::post))
        .route("/desk/forecasts", get(forecasts::get).post(forecasts::post))
        .route("/desk/service", get(service::get))
        .route("/desk/tokens", get(tokens::get).post(tokens::post))
        .route("/desk/people", get(people::get).post(people::post))
        .route("/desk/log", get(log::get))
        .route("/desk/logout", post(login::logout))
        .route("/desk/account", get(account::get))
        .route("/desk/account/password", post(account::password))
        .route("/desk/account/second", post(account::second))
        .route("/desk/account/sessions", post(account::sessions))
        .layer(middleware::from_fn_with_state(desk.clone(), guard::inside));
    let outside = Router::new()
        .route("/desk/login", get(login::get).post(login::post))
        .route("/desk/style.css", get(frame::style))
        .layer(middleware::from_fn_with_state(desk.clone(), guard::outside));
    let routes = inside.merge(outside);
    crate::router::counted(routes).layer(middleware::from_fn(frame::headers)).with_state(desk)
}
