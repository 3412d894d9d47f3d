//! The task of one webhook: events in order, each again until it is taken, and given up in the end.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use limpid_store::{DeadLetter, Result};
use serde_json::json;
use serde_json::value::RawValue;
use tokio::time::Instant;

use super::client::Answer;
use super::{Webhook, sign};
use crate::app::Shared;
use crate::events::{Event, cursor};

/// Entries of one read of the log.
const CHUNK: usize = 200;
/// The cursor is moved behind what was delivered at the latest after this: what is told again after a crash is as much.
const KEEP: Duration = Duration::from_secs(1);
/// The cursor is moved behind so many events that are not wanted.
const SKIP: u64 = 100_000;
/// The wait after the first failed attempt; it doubles.
const FIRST: Duration = Duration::from_secs(1);
/// The longest wait between attempts.
const LONGEST: Duration = Duration::from_secs(300);
/// What the receiver refuses is tried so often: it may have been restarted badly.
const REFUSALS: u32 = 3;
/// Wait after the journal failed.
const RETRY: Duration = Duration::from_secs(1);

/// Tells a webhook what happens until the service stops.
pub async fn deliver(app: Shared, webhook: Arc<Webhook>) {
    let mut logged = app.journal.logged();
    logged.mark_changed();
    let mut courier = None;
    loop {
        tokio::select! {
            () = app.stop.cancelled() => return,
            changed = logged.changed() => if changed.is_err() {
                app.stop.cancelled().await;
                return;
            }
        }
        let outcome = tokio::select! {
            () = app.stop.cancelled() => return,
            outcome = follow(&app, &webhook, &mut courier) => outcome,
        };
        if let Err(error) = outcome {
            tracing::warn!(webhook.name = webhook.config.name, error = %error, "reading the log failed, trying again");
            courier = None;
            tokio::time::sleep(RETRY).await;
            logged.mark_changed();
        }
    }
}

async fn follow(app: &Shared, webhook: &Arc<Webhook>, courier: &mut Option<Courier>) -> Result<()> {
    let courier = match courier {
        Some(courier) => courier,
        None => courier.insert(Courier::start(app, webhook).await?),
    };
    loop {
        courier.catch_up().await?;
        let entries = app.journal.log(courier.position, CHUNK).await?;
        if entries.is_empty() {
            return courier.keep().await;
        }
        for logged in entries {
            let seq = logged.seq;
            let event = Event::new(logged, &app.pipeline);
            if webhook.config.events.iter().any(|name| name == event.name) {
                courier.bring(&event).await?;
            }
            courier.pass(seq).await?;
        }
    }
}

struct Courier {
    app: Shared,
    webhook: Arc<Webhook>,
    /// The last event that was delivered, given up or not wanted.
    position: u64,
    /// Where the cursor stands.
    kept: u64,
    /// Since when something was delivered that the cursor does not know.
    since: Option<Instant>,
}

impl Courier {
    async fn start(app: &Shared, webhook: &Arc<Webhook>) -> Result<Self> {
        let position = cursor::resume(&*app.journal, &webhook.cursor()).await?;
        webhook.note(|standing| standing.position = position);
        Ok(Self { app: app.clone(), webhook: webhook.clone(), position, kept: position, since: None })
    }

    /// Gives up what the log does not keep any more, also while one event was tried for days.
    async fn catch_up(&mut self) -> Result<()> {
        let floor = self.app.floor.load(Ordering::Acquire);
        if self.position < floor {
            let error = format!("events {} to {floor} are older than the log is kept", self.position + 1);
            tracing::warn!(webhook.name = self.webhook.config.name, error, "a webhook was not told for too long");
            let letter = letter(&self.app, &self.webhook, floor, 0, error);
            self.app.journal.keep_dead_letter(letter, cursor::mark(&self.webhook.cursor(), floor)).await?;
            (self.position, self.kept, self.since) = (floor, floor, None);
            self.webhook.note(|standing| standing.position = floor);
        }
        Ok(())
    }

    /// Tries until the event is taken or given up.
    async fn bring(&mut self, event: &Event) -> Result<()> {
        let webhook = self.webhook.clone();
        let name = &webhook.config.name;
        let begun = Instant::now();
        let longest = Duration::from_secs(self.webhook.config.give_up_hours * 3600);
        let (mut attempts, mut refusals, mut wait) = (0, 0, FIRST);
        loop {
            attempts += 1;
            let answer = self.send(event).await;
            let outcome = if answer == Answer::Taken { "taken" } else { "failed" };
            metrics::counter!("limpid_webhook_attempts_total", "webhook" => name.clone(), "outcome" => outcome)
                .increment(1);
            let error = match answer {
                Answer::Taken => {
                    self.since.get_or_insert_with(Instant::now);
                    let now = self.app.now();
                    self.webhook.note(|standing| {
                        (standing.delivered, standing.attempts, standing.error) = (Some(now), 0, None);
                        standing.count += 1;
                    });
                    return Ok(());
                }
                Answer::Refused(error) => {
                    refusals += 1;
                    error
                }
                Answer::Failed(error) => error,
            };
            self.webhook.note(|standing| (standing.attempts, standing.error) = (attempts, Some(error.clone())));
            if refusals >= REFUSALS || begun.elapsed() >= longest {
                tracing::error!(webhook.name = name, event.id = event.seq, attempts, error, "an event was given up");
                metrics::counter!("limpid_webhook_dead_total", "webhook" => name.clone()).increment(1);
                let letter = letter(&self.app, &self.webhook, event.seq, attempts, error);
                self.app.journal.keep_dead_letter(letter, cursor::mark(&self.webhook.cursor(), event.seq)).await?;
                self.webhook.note(|standing| standing.attempts = 0);
                (self.kept, self.since) = (event.seq, None);
                return Ok(());
            }
            tracing::warn!(
                webhook.name = name,
                event.id = event.seq,
                attempts,
                error,
                "an event was not taken, to be tried again"
            );
            // What was delivered before is not told again if the process ends while this waits.
            self.keep().await?;
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(LONGEST);
        }
    }

    async fn send(&self, event: &Event) -> Answer {
        let publisher = &self.app.pipeline.publisher.id;
        let data = RawValue::from_string(event.data.clone());
        let body = json!({
            "id": event.seq,
            "type": event.name,
            "timestamp": self.app.zone().format(event.at),
            "publisher": publisher,
            "data": data.as_deref().unwrap_or(RawValue::NULL),
        });
        let (id, time, body) = (format!("{publisher}-{}", event.seq), chrono::Utc::now().timestamp(), body.to_string());
        let headers = [
            ("content-type", "application/json".to_owned()),
            ("user-agent", format!("limpid/{}", env!("CARGO_PKG_VERSION"))),
            ("webhook-signature", sign::signature(&self.webhook.key, &id, time, &body)),
            ("webhook-id", id),
            ("webhook-timestamp", time.to_string()),
        ];
        self.webhook.client.send(&headers, &body).await
    }

    /// An event is behind.
    async fn pass(&mut self, seq: u64) -> Result<()> {
        self.position = seq;
        self.webhook.note(|standing| standing.position = seq);
        if self.since.is_some_and(|since| since.elapsed() >= KEEP) || seq >= self.kept + SKIP {
            self.write().await?;
        }
        Ok(())
    }

    /// Moves the cursor behind what was delivered.
    async fn keep(&mut self) -> Result<()> {
        if self.since.is_some() { self.write().await } else { Ok(()) }
    }

    async fn write(&mut self) -> Result<()> {
        let mark = cursor::mark(&self.webhook.cursor(), self.position);
        self.app.journal.note(Vec::new(), Some(mark)).await?;
        (self.kept, self.since) = (self.position, None);
        Ok(())
    }
}

fn letter(app: &Shared, webhook: &Webhook, seq: u64, attempts: u32, error: String) -> DeadLetter {
    DeadLetter { webhook: webhook.config.name.clone(), seq, at: app.now(), attempts, error }
}
