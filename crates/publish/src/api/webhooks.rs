//! `GET /api/v1/webhooks`: how the webhooks are doing, for the operator.

use axum::Json;
use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Response, header};
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;

use super::openapi::ProblemBody;
use super::query::Query;
use super::token;
use crate::answer::{Cache, Failure};
use crate::app::Shared;

/// Dead letters shown of each; the journal has them all.
const LETTERS: usize = 100;

/// Every webhook of the configuration.
#[derive(Serialize, ToSchema)]
pub struct Webhooks {
    /// In the order of the configuration.
    pub webhooks: Vec<WebhookItem>,
}

/// How a webhook is doing.
#[derive(Serialize, ToSchema)]
#[schema(as = Webhook)]
pub struct WebhookItem {
    /// Its name.
    pub name: String,
    /// What it is told.
    pub events: Vec<String>,
    /// The last event that was delivered, given up or not wanted.
    pub position: u64,
    /// Events of any kind behind that.
    pub behind: u64,
    /// When the last message was taken since the start.
    pub delivered: Option<String>,
    /// Messages taken since the start.
    pub count: u64,
    /// Attempts at the event that is being tried.
    pub attempts: u32,
    /// What the last attempt came to, where it failed.
    pub error: Option<String>,
    /// Events that were given up, in all.
    pub dead: u64,
    /// The newest of them.
    pub dead_letters: Vec<DeadLetterItem>,
}

/// An event that was given up.
#[derive(Serialize, ToSchema)]
#[schema(as = DeadLetter)]
pub struct DeadLetterItem {
    /// Its number in the log: the stream tells it again behind the number before it.
    pub id: u64,
    /// When it was given up.
    pub at: String,
    /// How often it was tried.
    pub attempts: u32,
    /// What the last attempt came to.
    pub error: String,
}

/// How the webhooks are doing, and what was given up, under the token of a reviewer.
#[utoipa::path(
    get, path = "/api/v1/webhooks", tag = "machines", operation_id = "webhooks", security(("token" = [])),
    responses(
        (status = 200, description = "every webhook", body = Webhooks),
        (status = 401, description = "no reviewer's token", content_type = "application/problem+json", body = ProblemBody),
    )
)]
pub async fn get(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response<Body>, Failure> {
    Query::parse(&uri, &[])?;
    token::reviewer(&app, &headers)?;
    let newest = *app.journal.logged().borrow();
    let mut webhooks = Vec::new();
    for webhook in &app.webhooks {
        let (dead, letters) = app.journal.dead_letters(&webhook.config.name, LETTERS).await?;
        let standing = webhook.standing();
        let letters = letters.into_iter().map(|letter| DeadLetterItem {
            id: letter.seq,
            at: app.zone().format(letter.at),
            attempts: letter.attempts,
            error: letter.error,
        });
        webhooks.push(WebhookItem {
            name: webhook.config.name.clone(),
            events: webhook.config.events.clone(),
            position: standing.position,
            behind: newest.saturating_sub(standing.position),
            delivered: standing.delivered.map(|at| app.zone().format(at)),
            count: standing.count,
            attempts: standing.attempts,
            error: standing.error,
            dead,
            dead_letters: letters.collect(),
        });
    }
    let mut response = Json(Webhooks { webhooks }).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, Cache::NoStore.value());
    Ok(response)
}
