//! A station that uploads over HTTP.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use limpid_model::Station;
use reqwest::StatusCode;
use tokio::time::{sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::batch::{self, Batch};
use super::clock::Clock;
use super::schedule::Schedule;
use super::{Report, SimulateError};

/// Before the first new attempt; doubled each time, up to [`MOST`].
const BACKOFF: Duration = Duration::from_secs(1);
const MOST: Duration = Duration::from_secs(30);

/// For an answer.
const ANSWER: Duration = Duration::from_secs(30);

/// One station's uploads.
pub(super) struct Post {
    station: Station,
    url: String,
    client: reqwest::Client,
    token: Option<String>,
    clock: Arc<Clock>,
    stop: CancellationToken,
    report: Report,
}

impl Post {
    pub(super) fn new(
        station: Station,
        base: &str,
        client: reqwest::Client,
        token: Option<String>,
        clock: Arc<Clock>,
        stop: CancellationToken,
    ) -> Self {
        let url = format!("{base}/api/v1/submissions");
        Self { station, url, client, token, clock, stop, report: Report { stations: 1, ..Report::default() } }
    }

    /// Sends everything of `schedule`.
    pub(super) async fn run(mut self, schedule: Schedule) -> Result<Report, SimulateError> {
        let mut schedule = schedule.peekable();
        let stop = self.stop.clone();
        while let Some(next) = schedule.peek() {
            tokio::select! {
                () = stop.cancelled() => break,
                () = sleep_until(self.clock.when(next.due)) => {}
            }
            let batch = batch::due(&self.station.id, &mut schedule, &self.clock);
            tokio::select! {
                () = stop.cancelled() => break,
                sent = self.send(batch) => sent?,
            }
        }
        Ok(self.report)
    }

    /// Sends one upload until it is taken. The key is the same each time, so that an answer that was lost costs
    /// nothing.
    async fn send(&mut self, batch: Batch) -> Result<(), SimulateError> {
        let key = format!("{}-{}", self.station.id, Utc::now().timestamp_micros());
        self.report.messages += 1;
        self.report.readings += batch.count;
        let mut backoff = BACKOFF;
        loop {
            let mut request = self
                .client
                .post(&self.url)
                .timeout(ANSWER)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", &key)
                .body(batch.body.clone());
            if let Some(token) = &self.token {
                request = request.bearer_auth(token);
            }
            match request.send().await {
                Ok(answer) if answer.status().is_success() => {
                    self.report.acknowledged += 1;
                    return Ok(());
                }
                Ok(answer) if !worth_another_try(answer.status()) => {
                    let status = answer.status().as_u16();
                    let detail = answer.text().await.unwrap_or_default().chars().take(500).collect();
                    return Err(SimulateError::Refused { station: self.station.id.clone(), status, detail });
                }
                Ok(answer) => tracing::info!(status = answer.status().as_u16(), wait = ?backoff, "uploading again"),
                Err(error) => tracing::info!(%error, wait = ?backoff, "uploading again"),
            }
            self.report.resent += 1;
            sleep(backoff).await;
            backoff = (backoff * 2).min(MOST);
        }
    }
}

fn worth_another_try(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::REQUEST_TIMEOUT
}
