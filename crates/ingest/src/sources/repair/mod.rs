//! Gap repair: what the ledger misses of a source's stations, further back than a round looks, is asked for again.

use std::collections::HashMap;
use std::time::Duration;

use chrono::TimeDelta;
use limpid_model::{Gap, GapCause, Instant, StationId};
use limpid_store::GapQuery;
use tokio_util::sync::CancellationToken;

use super::serve::Resweep;
use super::{Source, Sources, Window};
use crate::intake::Intake;

/// The ledger is looked through so often; the first time after the sources had theirs.
const EVERY: Duration = Duration::from_secs(6 * 3600);
const FIRST: Duration = Duration::from_secs(900);

/// What is older was mostly never there.
const FARTHEST: TimeDelta = TimeDelta::days(30);

/// One gap is asked for again after so long, since upstreams are repaired too.
const AGAIN: TimeDelta = TimeDelta::days(7);

/// Windows of one source at a time: each is a round of its own.
const WINDOWS: usize = 4;

/// Gaps that lie no further apart are one window.
const NEAR: TimeDelta = TimeDelta::hours(24);

/// Gaps that are read of the ledger at once.
const GAPS: usize = 5_000;

/// Causes that an upstream may mend: nothing came. A value that came and failed comes again as it is.
const CAUSES: [GapCause; 4] =
    [GapCause::SourceDown, GapCause::PlatformDown, GapCause::StationSilent, GapCause::LinkDown];

/// Looks for gaps now and then, until `stop`.
pub(super) async fn run(sources: Sources, intake: Intake, resweep: Resweep, stop: CancellationToken) {
    let mut asked = Asked::default();
    let mut wait = FIRST;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(wait) => wait = EVERY,
        }
        for source in &sources.0 {
            let id = &source.config.id;
            match windows(source, &intake, &mut asked).await {
                Ok(windows) => {
                    for (from, to) in windows {
                        match resweep.resweep(id, from, to) {
                            Ok(()) => tracing::info!(source = %id, %from, %to, "gap is read again"),
                            Err(error) => tracing::debug!(source = %id, error = %error, "gap is not read again"),
                        }
                    }
                }
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(source = %id, error, "gaps could not be looked for");
                }
            }
        }
    }
}

/// When each gap was last asked for, by its station and start.
#[derive(Default)]
pub(super) struct Asked(HashMap<(StationId, Instant), Instant>);

impl Asked {
    /// Forgets what was asked for so long ago that it may be asked for again.
    fn forget(&mut self, now: Instant) {
        self.0.retain(|_, at| now - *at < AGAIN);
    }

    fn is_due(&self, gap: &Gap) -> bool {
        !self.0.contains_key(&(gap.station.clone(), gap.start))
    }

    fn note(&mut self, gap: &Gap, now: Instant) {
        self.0.insert((gap.station.clone(), gap.start), now);
    }
}

/// What to read again of a source: the newest gaps, behind its look-back, as few windows.
pub(super) async fn windows(
    source: &Source,
    intake: &Intake,
    asked: &mut Asked,
) -> Result<Vec<Window>, limpid_store::StoreError> {
    let now = intake.now();
    let (from, to) = (now - FARTHEST, now - source.config.look_back);
    // A snapshot has no past.
    if source.config.look_back.is_zero() || source.config.stations.is_empty() || from >= to {
        return Ok(Vec::new());
    }
    let mut stations: Vec<StationId> = source.config.stations.iter().map(|(_, id)| id.clone()).collect();
    stations.sort();
    stations.dedup();
    let query = GapQuery {
        stations,
        parameters: source.config.parameters.clone(),
        causes: CAUSES.to_vec(),
        from,
        to,
        after: None,
        limit: GAPS,
    };
    asked.forget(now);
    // The ledger is ordered by station: what is newest is known when all of it was seen.
    let mut windows = Vec::new();
    let mut take = |gaps: Vec<Gap>| {
        let due = gaps.iter().filter(|gap| asked.is_due(gap)).map(|gap| (gap.start.max(from), gap.end.min(to)));
        windows = join(std::mem::take(&mut windows).into_iter().chain(due));
    };
    intake.journal().each_gap(query.clone(), &mut take).await?;
    let windows = windows.split_off(windows.len().saturating_sub(WINDOWS));
    if let Some((from, _)) = windows.first() {
        let query = GapQuery { from: *from, ..query };
        let mut note = |gaps: Vec<Gap>| {
            for gap in gaps.iter().filter(|gap| windows.iter().any(|(from, to)| gap.start < *to && gap.end > *from)) {
                asked.note(gap, now);
            }
        };
        intake.journal().each_gap(query, &mut note).await?;
    }
    Ok(windows)
}

/// The windows that cover these, in order, near ones joined.
fn join(spans: impl Iterator<Item = Window>) -> Vec<Window> {
    let mut spans: Vec<Window> = spans.collect();
    spans.sort();
    let mut windows: Vec<Window> = Vec::new();
    for (from, to) in spans {
        match windows.last_mut().filter(|window| from - window.1 <= NEAR) {
            Some(window) => window.1 = window.1.max(to),
            None => windows.push((from, to)),
        }
    }
    windows
}

#[cfg(test)]
mod tests;
