//! One round of one source: ask, read, make durable, and ask on.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use limpid_model::receipt::Refusal;
use limpid_model::submission::IdempotencyKey;
use limpid_model::{Channel, Entry, Instant, Outlook, Reason, StationId, VerdictKind};
use limpid_store::{Fetch, StoreError};
use sha2::{Digest, Sha256};

use super::adapter::{Ask, Harvest, Request};
use super::client::{FetchError, Fetched};
use super::summary::Report;
use super::{Source, Window};
use crate::formats::Fault;
use crate::intake::{Intake, Upload};

/// A round asks at most so often: an answer that always names a next page must not keep it for ever.
const REQUESTS: usize = if cfg!(test) { 60 } else { 2_000 };

/// How patient a round is with one request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// So many times in all.
    pub attempts: u32,
    /// Before the second time; doubled each time.
    pub wait: Duration,
    /// A source that wants to be left alone for longer ends the round instead.
    pub longest: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { attempts: 3, wait: Duration::from_secs(1), longest: Duration::from_secs(60) }
    }
}

/// Why a round ended early.
#[derive(Debug, thiserror::Error)]
pub enum RoundError {
    /// There was no usable answer.
    #[error("{request} has no usable answer")]
    Fetch {
        /// Which request, by name.
        request: String,
        /// Why.
        #[source]
        error: FetchError,
    },
    /// The answer is not what it should be. Its bytes are kept.
    #[error("{request}: {detail}")]
    Content {
        /// Which request, by name.
        request: String,
        /// What is wrong with it.
        detail: String,
    },
    /// Nothing can be made durable.
    #[error("journal not written")]
    Store(#[from] StoreError),
    /// It goes on and on.
    #[error("more than {REQUESTS} requests in one round; ask for fewer stations or a shorter look_back")]
    Endless,
}

impl RoundError {
    /// When the source wants to be asked again, where it says so.
    pub fn retry_after(&self) -> Option<Duration> {
        if let Self::Fetch { error, .. } = self { error.retry_after() } else { None }
    }

    /// A few words for the record of the source's link, without an address.
    pub fn cause(&self) -> String {
        match self {
            Self::Fetch { error, .. } => error.to_string(),
            Self::Content { .. } => "answer is not what it should be".into(),
            Self::Store(_) | Self::Endless => self.to_string(),
        }
    }
}

/// What was understood of an answer.
struct Understood {
    entries: Vec<Entry>,
    station: Option<StationId>,
    outlooks: Vec<Outlook>,
    next: Vec<Request>,
}

/// Does a round over `window`. With `afresh` everything is asked for and read, known or not.
///
/// `told` hears how many requests are answered, of how many that are known of.
pub(super) async fn round(
    source: &Arc<Source>,
    intake: &Intake,
    window: Window,
    afresh: bool,
    told: &(dyn Fn(u64, u64) + Sync),
) -> Report {
    let mut report = Report::default();
    let outcome = go(source, intake, window, afresh, told, &mut report).await;
    report.error = outcome.err();
    let outcome = if report.error.is_none() { "done" } else { "failed" };
    metrics::counter!("limpid_pull_rounds_total", "source" => source.config.id.clone(), "outcome" => outcome)
        .increment(1);
    report
}

async fn go(
    source: &Arc<Source>,
    intake: &Intake,
    window: Window,
    afresh: bool,
    told: &(dyn Fn(u64, u64) + Sync),
    report: &mut Report,
) -> Result<(), RoundError> {
    let now = intake.now();
    let first = {
        let ask = Ask::new(intake.pipeline(), &source.config, window, now);
        source.adapter.begin(&ask)
    };
    let mut waiting = VecDeque::from(first);
    while let Some(request) = waiting.pop_front() {
        if report.requests as usize >= REQUESTS {
            return Err(RoundError::Endless);
        }
        told(report.requests, report.requests + 1 + waiting.len() as u64);
        report.requests += 1;
        waiting.extend(one(source, intake, window, afresh, request, report).await?);
    }
    told(report.requests, report.requests);
    Ok(())
}

/// One request, from the question to the receipt; gives back what to ask next.
async fn one(
    source: &Arc<Source>,
    intake: &Intake,
    window: Window,
    afresh: bool,
    request: Request,
    report: &mut Report,
) -> Result<Vec<Request>, RoundError> {
    let id = &source.config.id;
    let known = intake.journal().fetch(id, &request.name).await?;
    let known = known.filter(|known| !afresh && known.url == request.url);
    let conditional = known.as_ref().filter(|_| !request.leads && request.post.is_none());
    let fetched = patiently(source, &request, conditional).await;
    let fetched = fetched.map_err(|error| RoundError::Fetch { request: request.name.clone(), error })?;
    let (bytes, etag, last_modified) = match fetched {
        Fetched::Same => {
            report.unchanged += 1;
            return Ok(Vec::new());
        }
        Fetched::Absent => {
            report.absent += 1;
            return Ok(Vec::new());
        }
        Fetched::Body { bytes, etag, last_modified } => (bytes, etag, last_modified),
    };
    let digest: [u8; 32] = Sha256::new().chain_update(source.recipe).chain_update(&bytes).finalize().into();
    let seen = known.is_some_and(|known| known.digest == digest);
    report.unchanged += u64::from(seen);
    if seen && !request.leads {
        return Ok(Vec::new());
    }

    let now = intake.now();
    let (bytes, understood) = {
        let (source, intake, request) = (source.clone(), intake.clone(), request.clone());
        let work = move || {
            let understood = understand(&source, &intake, window, now, &request, &bytes);
            (bytes, understood)
        };
        let done = tokio::task::spawn_blocking(work).await;
        done.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
    };
    let upload = |station, body: Vec<u8>, idempotency, entries| Upload {
        channel: Channel::Pull,
        sender: format!("{id} {}", request.name),
        station,
        media_type: request.media.as_str(),
        body: body.into(),
        idempotency,
        entries,
        events: Vec::new(),
    };
    let understood = match understood {
        Ok(understood) => understood,
        Err(fault) => {
            // Kept once, however often it is answered.
            let key = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            let key = Some(IdempotencyKey { scope: format!("pull {id}"), key });
            let detail = fault.detail.clone();
            let receipt = intake.submit(upload(None, bytes, key, vec![Entry::Refused(fault.into())])).await?;
            report.add(&receipt);
            return Err(RoundError::Content { request: request.name, detail });
        }
    };
    if !seen {
        let kept = if understood.outlooks.is_empty() {
            0
        } else {
            intake.journal().keep_outlooks(understood.outlooks).await?
        };
        report.outlooks += kept as u64;
        if kept > 0 || !understood.entries.is_empty() {
            let receipt = intake.submit(upload(understood.station, bytes, None, understood.entries)).await?;
            report.add(&receipt);
        }
        // Last, so that what was not made durable is read again.
        let fetch = Fetch { source: id.clone(), request: request.name, url: request.url, etag, last_modified, digest };
        intake.journal().note_fetch(fetch).await?;
    }
    Ok(understood.next)
}

/// Asks until there is an answer or patience ends.
async fn patiently(source: &Source, request: &Request, known: Option<&Fetch>) -> Result<Fetched, FetchError> {
    let patience = source.patience;
    let mut wait = patience.wait;
    for attempt in 1.. {
        let outcome = source.client.fetch(request, known).await;
        let word = match &outcome {
            Ok(Fetched::Same) => "same",
            Ok(Fetched::Absent) => "absent",
            Ok(Fetched::Body { .. }) => "body",
            Err(_) => "failed",
        };
        metrics::counter!("limpid_pull_requests_total", "source" => source.config.id.clone(), "outcome" => word)
            .increment(1);
        let Err(error) = outcome else { return outcome };
        let pause = error.retry_after().unwrap_or(wait);
        if attempt >= patience.attempts || !error.passes() || pause > patience.longest {
            return Err(error);
        }
        tracing::debug!(source = %source.config.id, request = %request.name, error = %error, attempt, "asked again");
        tokio::time::sleep(pause.mul_f64(1.0 + 0.25 * rand::random::<f64>())).await;
        wait *= 2;
    }
    unreachable!("the loop has no end but its returns")
}

/// Reads an answer. Runs where it may take its time.
fn understand(
    source: &Source,
    intake: &Intake,
    window: Window,
    now: Instant,
    request: &Request,
    body: &[u8],
) -> Result<Understood, Fault> {
    let ask = Ask::new(intake.pipeline(), &source.config, window, now);
    let mut harvest = Harvest::default();
    source.adapter.read(&ask, request, body, &mut harvest)?;
    let mut stations = harvest.rows.iter().filter_map(|row| row.as_ref().ok()).map(|row| &row.station.id);
    let first = stations.next();
    let station = first.filter(|first| stations.all(|other| other == *first)).cloned();
    let entry = |row: Result<crate::formats::Row<'_>, Refusal>| match row {
        Ok(row) if ask.wants(row.reading.parameter) => Some(intake.entry(row.station, row.reading)),
        Ok(_) => None,
        // The many stations that a source has beside ours are none of our business.
        Err(refusal) if refusal.reason == Reason::UnknownStation => None,
        Err(refusal) => Some(Entry::Refused(refusal)),
    };
    let entries = harvest.rows.into_iter().filter_map(entry).collect();
    Ok(Understood { entries, station, outlooks: harvest.outlooks, next: harvest.next })
}

/// The refusal of a value for this reason.
pub(super) fn rejected(reason: Reason, detail: impl Into<String>) -> Refusal {
    Refusal { kind: VerdictKind::Rejected, reason, detail: detail.into() }
}
