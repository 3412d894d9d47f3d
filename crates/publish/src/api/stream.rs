//! `GET /api/v1/stream`: everything that is published, as it is published (Server-Sent Events).
//!
//! A client is served from two places. What it missed comes from the journal; what happens now comes from a channel
//! that all clients share. One that reads too slowly for the channel is sent back to the journal, so that it is late
//! and loses nothing, and no client costs more memory than another.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use futures::stream::{self, Stream};
use limpid_model::Instant;
use limpid_store::ForecastQuery;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{OwnedSemaphorePermit, broadcast};

use super::openapi::ProblemBody;
use super::query::Query;
use crate::answer::Failure;
use crate::app::Shared;
use crate::board::Event;

/// Events that the shared channel holds for the slowest client: about three minutes of 200 stations with six
/// parameters a minute, some 2 MB. Whoever is slower reads from the journal.
pub const CHANNEL: usize = 4_096;
/// Streams open at once; each is a socket and a task. More are told to come back.
pub const STREAMS: usize = 10_000;
/// Records of one read of the journal for one client.
const CHUNK: usize = 500;
/// A comment is sent after so much silence (at least every 15 s by contract).
const HEARTBEAT: Duration = Duration::from_secs(10);
const _: () = assert!(HEARTBEAT.as_secs() < 15, "the contract wants a comment at least every 15 s");
/// What clients are told to wait before they come back.
const RETRY: Duration = Duration::from_secs(3);

/// Observations, assessments and forecasts as they are published.
///
/// `id` is the place in the order of publication, `event` is `observation`, `assessment` or `forecast`, `data` the same JSON as
/// an item of the API. With `Last-Event-ID` the stream goes on behind it.
#[utoipa::path(
    get, path = "/api/v1/stream", tag = "data", operation_id = "stream",
    params(("Last-Event-ID" = Option<u64>, Header, description = "go on behind this event; without it, from now")),
    responses(
        (status = 200, description = "events without end; a comment at least every 15 seconds", content_type = "text/event-stream", body = String),
        (status = 400, description = "Last-Event-ID is not a number", content_type = "application/problem+json", body = ProblemBody),
        (status = 503, description = "too many streams are open", content_type = "application/problem+json", body = ProblemBody),
    )
)]
pub async fn get(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    Query::parse(&uri, &[])?;
    let permit = app.streams.clone().try_acquire_owned();
    let permit = permit.map_err(|_| Failure::unavailable(format!("{STREAMS} streams are open already")))?;
    // Subscribed before the position is taken: nothing can fall between the two.
    let live = app.events.subscribe();
    let newest = *app.journal.published().borrow();
    let position = match last_event_id(&headers)? {
        // A number that was never given out comes from another journal.
        Some(id) => id.min(newest),
        None => newest,
    };
    let client = Client { app: app.clone(), live, position, behind: true, waiting: VecDeque::new(), _permit: permit };
    let stop = app.stop.clone();
    let events = client.events().take_until(stop.cancelled_owned());
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies of the nginx family would hold events back.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<u64>, Failure> {
    let Some(value) = headers.get("last-event-id") else { return Ok(None) };
    let id = value.to_str().ok().and_then(|text| text.trim().parse().ok());
    let refuse = || Failure::value("Last-Event-ID", "it is not the id of an event of this stream", ["a number"]);
    id.map(Some).ok_or_else(refuse)
}

/// The name of the events of forecasts.
const FORECAST: &str = "forecast";

/// Passes each forecast on to the live streams as it is issued, until the service stops.
pub async fn forecasts(app: Shared) {
    let mut issued = app.journal.forecast();
    let mut known = *issued.borrow_and_update();
    loop {
        tokio::select! {
            () = app.stop.cancelled() => return,
            changed = issued.changed() => if changed.is_err() {
                app.stop.cancelled().await;
                return;
            }
        }
        issued.mark_unchanged();
        let (from, to) = (Instant::UNIX_EPOCH, Instant::MAX_UTC);
        let query = ForecastQuery { subjects: Vec::new(), from, to, newest: false, after: known, limit: AT_ONCE };
        match app.journal.forecasts(query).await {
            Ok(forecasts) => {
                for forecast in forecasts {
                    known = known.max(forecast.id);
                    let data = super::forecasts::event(&app, &forecast);
                    // Nobody listening is no error.
                    let _ = app.events.send(Arc::new(Event { seq: 0, name: FORECAST, data }));
                }
            }
            Err(error) => tracing::warn!(error = %error, "reading what was issued failed; the streams lack it"),
        }
    }
}

/// Forecasts that are passed on at once: those of one issue.
const AT_ONCE: usize = 2_000;

/// One open stream.
struct Client {
    app: Shared,
    live: broadcast::Receiver<Arc<Event>>,
    /// The last event sent or skipped as sent.
    position: u64,
    /// The journal may have more behind `position` than the channel.
    behind: bool,
    waiting: VecDeque<Arc<Event>>,
    _permit: OwnedSemaphorePermit,
}

impl Client {
    fn events(self) -> impl Stream<Item = Result<sse::Event, Infallible>> {
        metrics::gauge!("limpid_streams_open").increment(1.0);
        let first = stream::once(async { Ok(sse::Event::default().retry(RETRY).comment("limpid")) });
        first.chain(stream::unfold(self, |mut client| async move {
            let event = client.next().await?;
            let event = sse::Event::default().id(event.seq.to_string()).event(event.name).data(event.data.as_str());
            Some((Ok(event), client))
        }))
    }

    /// The next event; `None` when the service stops.
    async fn next(&mut self) -> Option<Arc<Event>> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            if self.behind {
                self.catch_up().await;
                continue;
            }
            match self.live.recv().await {
                // Forecasts have no place in the order of publication: they come when they are issued.
                Ok(event) if event.name == FORECAST => {
                    return Some(Arc::new(Event { seq: self.position, ..(*event).clone() }));
                }
                Ok(event) if event.seq <= self.position => {}
                Ok(event) => {
                    self.position = event.seq;
                    return Some(event);
                }
                Err(RecvError::Lagged(_)) => {
                    metrics::counter!("limpid_streams_lagged_total").increment(1);
                    self.behind = true;
                }
                Err(RecvError::Closed) => return None,
            }
        }
    }

    async fn catch_up(&mut self) {
        match self.app.journal.published_tail(self.position, CHUNK).await {
            Ok(records) => {
                self.behind = records.len() == CHUNK;
                for published in records {
                    self.position = published.seq;
                    self.waiting.push_back(Arc::new(Event::new(published, &self.app.pipeline)));
                }
            }
            Err(error) => {
                tracing::warn!(error = %error, "reading the journal for a stream failed, trying again");
                tokio::time::sleep(RETRY).await;
            }
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        metrics::gauge!("limpid_streams_open").decrement(1.0);
    }
}

#[cfg(test)]
mod tests;
