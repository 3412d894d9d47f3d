//! Gap repair: what a station sent to nobody, or nobody heard, is asked for again by history query (2061, 2031, 2051).
//!
//! What is missing stands in the gap ledger, parameter by parameter with its cause, for the stations and parameters of which
//! something is owed; for the rest (days, stretches of minutes, stations without a plan that has begun), it is where the journal
//! has nothing at all.
//!
//! An MN is looked through some time after it has called, so that it can send its backlog by itself first, and now and
//! then while it stays. What is missing is asked for newest first, one stretch at a time, three times at most.

mod gaps;
mod ledger;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::time::Duration;

use limpid_model::station::HourLabel;
use limpid_model::{Gap, GapCause, Instant as Moment, Period, Station};
use limpid_store::{GapQuery, Result};
use tokio::time::sleep;

use super::Downlink;
use super::exchange::Outcome;
use super::request::{self, Request};
use super::seat::Seat;
use gaps::{Kind, Present, Slot, in_order, oldest, stretches};
use ledger::AGAIN;

pub(super) use ledger::Ledger;

/// Causes that a station may mend by sending again: nothing came, or too few minutes. A value that came and failed comes again
/// as it is.
const CAUSES: [GapCause; 4] =
    [GapCause::PlatformDown, GapCause::LinkDown, GapCause::StationSilent, GapCause::Incomplete];

/// Gaps that are read of the ledger at once.
const GAPS: usize = 5_000;

/// An MN without gaps is looked through again after so long.
const ROUND: Duration = Duration::from_secs(1800);

/// Between two questions to one station, which has its measuring to do.
const BREATHE: Duration = Duration::from_secs(1);

/// Questions to one station in one round; the rest is asked in the next.
const QUESTIONS: usize = 32;

impl Downlink {
    /// Looks an MN through and asks for what is missing.
    pub(super) async fn repair(&self, at: usize) {
        let seat = &self.seats[at];
        // Not due while it is being looked through.
        seat.repair_again(None);
        let Some(station) = self.intake.pipeline().stations.get(&seat.station) else { return };
        let again = match self.round(seat, station).await {
            Ok(again) => again,
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, station.id = %seat.station, "gaps could not be looked for");
                AGAIN
            }
        };
        seat.repair_again(Some((self.now)() + again));
    }

    /// One round; when the next is due.
    async fn round(&self, seat: &Seat, station: &Station) -> Result<Duration> {
        let zone = self.intake.pipeline().publisher.zone;
        let oldest = oldest(self.intake.now(), self.config().repair_days, zone);
        let missing = self.missing(station, oldest).await?;
        let due = {
            let mut state = seat.state();
            // One without ears is asked nothing until it calls anew.
            if state.repair.deaf() {
                return Ok(ROUND);
            }
            state.repair.due(missing.clone(), oldest, (self.now)())
        };
        for (kind, slots, from, to) in stretches(&due, zone).into_iter().take(QUESTIONS) {
            let Some(request) = self.history(station, kind, from, to) else { continue };
            let outcome = self.ask(seat, &request).await;
            if outcome == Outcome::Unreachable {
                return Ok(AGAIN);
            }
            let deaf = {
                let mut state = seat.state();
                state.repair.asked(slots.into_iter().map(|start| (kind, start)), outcome, (self.now)());
                state.repair.deaf()
            };
            if deaf {
                tracing::info!(station.id = %seat.station, "station answers no requests; its gaps stay until it calls anew");
                return Ok(ROUND);
            }
            sleep(BREATHE).await;
        }
        Ok(if seat.state().repair.open(&missing) { AGAIN } else { ROUND })
    }

    /// What is missing of the station: the slots in which the journal has no reading of it, and the hours that the gap ledger
    /// misses of any parameter because nothing came, or too little. By kind, the newest first.
    async fn missing(&self, station: &Station, oldest: Moment) -> Result<Vec<Slot>> {
        let zone = self.intake.pipeline().publisher.zone;
        let grace = chrono::Duration::minutes(self.config().repair_after_minutes as i64);
        let now = self.intake.now();
        let mut present = Present::default();
        // Day by day: a week of a station's moments is a hundred thousand readings.
        let mut from = oldest;
        while from < now {
            let to = from + chrono::Duration::days(1);
            for accepted in self.intake.journal().window(&station.id, from, to, None).await? {
                present.note(accepted.reading.period, accepted.reading.start, zone);
            }
            from = to;
        }
        let from = station.from.map_or(oldest, |opened| opened.max(oldest));
        let to = station.to.map_or(now - grace, |closed| closed.min(now - grace));
        let mut missing = present.missing(from, to, zone);
        // Hours are asked for as the station sends them.
        if let Some(kind) = [Kind::Hour, Kind::Minutes].into_iter().find(|kind| present.any(*kind)) {
            let hours = self.missed(station, from, to).await?.into_iter();
            missing.extend(hours.map(|hour| (kind, hour)));
        }
        Ok(in_order(missing))
    }

    /// The hours within `from..to` that the gap ledger misses of any parameter of the station, where sending again may help.
    async fn missed(&self, station: &Station, from: Moment, to: Moment) -> Result<BTreeSet<Moment>> {
        let query = GapQuery {
            stations: vec![station.id.clone()],
            parameters: Vec::new(),
            causes: CAUSES.to_vec(),
            from,
            to,
            after: None,
            limit: GAPS,
        };
        let zone = self.intake.pipeline().publisher.zone;
        let mut hours = BTreeSet::new();
        let mut take = |gaps: Vec<Gap>| {
            let within = |gap: Gap| zone.hours(gap.start.max(from), gap.end).collect::<Vec<_>>();
            hours.extend(gaps.into_iter().flat_map(within).filter(|hour| Kind::Hour.end(*hour, zone) <= to));
        };
        self.intake.journal().each_gap(query, &mut take).await?;
        Ok(hours)
    }

    /// The question for a stretch, in the station's own labels.
    fn history(&self, station: &Station, kind: Kind, from: Moment, to: Moment) -> Option<Request> {
        let period = match kind {
            Kind::Hour => Period::Hour,
            Kind::Day => Period::Day,
            Kind::Minutes => Period::Minutes(self.config().minute),
        };
        let zone = self.intake.pipeline().publisher.zone;
        let label = |at: Moment| match station.hour_label {
            HourLabel::Start => at,
            HourLabel::End => period.end(at, zone),
        };
        let own = self.config().zone_of(&station.id);
        let wire = |at: Moment| label(at).with_timezone(&own.0).naive_local();
        Some(Request::History { cn: request::history(period)?, begin: wire(from), end: wire(to) })
    }
}
