//! `GET /api/v1/stream`: everything that happens, as it happens (Server-Sent Events).
//!
//! A client is served from two places. What it missed comes from the journal's event log; what happens now comes from a channel
//! that all clients share. One that reads too slowly for the channel is sent back to the journal, so that it is late
//! and loses nothing, and no client costs more memory than another.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use futures::stream::{self, Stream};
use limpid_model::StationId;
use limpid_model::pipeline::EVENTS;
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{OwnedSemaphorePermit, broadcast};

use super::openapi::ProblemBody;
use super::query::Query;
use crate::answer::Failure;
use crate::answer::problem::cut;
use crate::app::Shared;
use crate::events::Event;

/// Events that the shared channel holds for the slowest client: about three minutes of 200 stations with six
/// parameters a minute, some 2 MB. Whoever is slower reads from the journal.
pub const CHANNEL: usize = 4_096;
/// Streams open at once; each is a socket and a task. More are told to come back.
pub const STREAMS: usize = 10_000;
/// Entries of one read of the journal for one client.
const CHUNK: usize = 500;
/// A comment is sent after so much silence (at least every 15 s by contract).
const HEARTBEAT: Duration = Duration::from_secs(10);
const _: () = assert!(HEARTBEAT.as_secs() < 15, "the contract wants a comment at least every 15 s");
/// What clients are told to wait before they come back.
const RETRY: Duration = Duration::from_secs(3);
/// The name of the event that says that what was missed is not told.
const RESET: &str = "reset";

/// Everything that happens, as it happens.
///
/// `id` is the place in the event log, `event` is `observation`, `assessment`, `forecast`, `alert`, `level`, `release` or
/// `freshness`, `data` JSON: of the first two the same as an item of the API. With `Last-Event-ID` the stream goes on behind it,
/// up to 30 days (`events.keep_days`) back. An event `reset` comes first where that is not possible: the client then reads
/// anew what it needs, and the stream goes on from now.
#[utoipa::path(
    get, path = "/api/v1/stream", tag = "data", operation_id = "stream",
    params(
        ("Last-Event-ID" = Option<u64>, Header, description = "go on behind this event; without it, from now"),
        ("event" = Option<Vec<String>>, Query, description = "names of events, repeated or separated by commas; default all"),
        ("station" = Option<Vec<String>>, Query, description = "station ids, repeated or separated by commas: of events that are about a station only those; default all"),
    ),
    responses(
        (status = 200, description = "events without end; a comment at least every 15 seconds", content_type = "text/event-stream", body = String),
        (status = 400, description = "Last-Event-ID is not a number, or a parameter is wrong", content_type = "application/problem+json", body = ProblemBody),
        (status = 503, description = "too many streams are open", content_type = "application/problem+json", body = ProblemBody),
    )
)]
pub async fn get(
    State(app): State<Shared>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let query = Query::parse(&uri, &["event", "station"])?;
    let wanted = Wanted { names: names(&query)?, stations: query.stations(&app.pipeline)? };
    let permit = app.streams.clone().try_acquire_owned();
    let permit = permit.map_err(|_| Failure::unavailable(format!("{STREAMS} streams are open already")))?;
    // Subscribed before the position is taken: nothing can fall between the two.
    let live = app.events.subscribe();
    let newest = *app.journal.logged().borrow();
    let floor = app.floor.load(Ordering::Acquire);
    let mut waiting = VecDeque::new();
    let position = match last_event_id(&headers)? {
        None => newest,
        Some(id) if (floor..=newest).contains(&id) => id,
        Some(id) => {
            waiting.push_back(Arc::new(reset(id, floor, newest, app.now())));
            newest
        }
    };
    let client = Client { app: app.clone(), live, wanted, position, behind: true, waiting, _permit: permit };
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

fn names(query: &Query) -> Result<Vec<&'static str>, Failure> {
    let known = |name: &str| EVENTS.into_iter().find(|known| *known == name);
    let refuse = |name: &str| Failure::value("event", format!("there is no event {:?}", cut(name)), EVENTS);
    query.many("event").map(|name| known(name).ok_or_else(|| refuse(name))).collect()
}

/// Tells a client that what it missed cannot be told: its id is older than the log is kept, or was never given out here.
fn reset(asked: u64, floor: u64, newest: u64, at: limpid_model::Instant) -> Event {
    let reason = if asked < floor { "expired" } else { "unknown" };
    let data = json!({ "reason": reason, "asked": asked, "oldest": floor, "newest": newest });
    Event { seq: newest, at, name: RESET, station: None, data: data.to_string() }
}

/// What a client asked for.
struct Wanted {
    /// Empty for all.
    names: Vec<&'static str>,
    /// Empty for all.
    stations: Vec<StationId>,
}

impl Wanted {
    fn has(&self, event: &Event) -> bool {
        let station = |id: &StationId| self.stations.is_empty() || self.stations.contains(id);
        (self.names.is_empty() || self.names.contains(&event.name)) && event.station.as_ref().is_none_or(station)
    }
}

/// One open stream.
struct Client {
    app: Shared,
    live: broadcast::Receiver<Arc<Event>>,
    wanted: Wanted,
    /// The last event sent or skipped.
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
                Ok(event) if event.seq <= self.position => {}
                Ok(event) => {
                    self.position = event.seq;
                    if self.wanted.has(&event) {
                        return Some(event);
                    }
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
        match self.app.journal.log(self.position, CHUNK).await {
            Ok(entries) => {
                self.behind = entries.len() == CHUNK;
                for logged in entries {
                    self.position = logged.seq;
                    let event = Event::new(logged, &self.app.pipeline);
                    if self.wanted.has(&event) {
                        self.waiting.push_back(Arc::new(event));
                    }
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
