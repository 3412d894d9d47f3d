//! What limpid says to stations by itself: the time, and that it misses data. Equipment is never controlled from here:
//! [`Request`] has no words for it.
//!
//! - [`seat`]: what is known of each MN, and through which connections it can be reached
//! - [`line`]: a connection's end of that
//! - [`request`]: the words of a request; [`qn`] its number
//! - [`exchange`]: request, 9011, data, 9012, with the standard's time-outs and resends
//! - [`clock`]: whether a station's clock is off; [`addresses`]: whether one MN calls from two places
//! - [`repair`]: what is missing, and when to ask for it
//!
//! Stations answer history queries by ordinary uploads, which come in through the session like all others.

mod addresses;
mod clock;
mod exchange;
mod line;
mod qn;
mod repair;
mod request;
mod seat;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use limpid_model::pipeline::Hj212;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use crate::Intake;
use exchange::Outcome;
use seat::Seat;

pub use line::Line;
pub use request::Request;

/// Requests that wait in one connection to be written. One request to an MN is open at a time and is sent at most
/// four times unless configured; a relay's connection serves a few MNs.
const OUTGOING: usize = 16;

/// Conversations that are held at once: a county's stations that all call again after an outage are asked a few at a
/// time.
const CONVERSATIONS: usize = 16;

/// Wishes for the time that wait to be granted. One that finds no room is made again by the station's next messages.
const WISHES: usize = 256;

/// One station is looked through for gaps in so long.
const PACE: Duration = Duration::from_secs(1);

/// A station is told the time at most once in so long (HJ212.md §12.20 tells of a platform that did it five times a second).
const CLOCK_EVERY: Duration = Duration::from_secs(600);

/// A station that asks for the time is first told that it was heard (9013), which takes the journal a moment.
const AFTER_NOTICE: Duration = Duration::from_millis(500);

/// The stations that can be spoken to.
pub struct Downlink {
    intake: Intake,
    seats: Vec<Seat>,
    by_mn: HashMap<String, usize>,
    lines: AtomicU64,
    wishes: mpsc::Sender<Wish>,
    /// A clock that nobody can set.
    now: fn() -> Instant,
}

/// A station that is to be told the time.
struct Wish {
    seat: usize,
    /// It asked for the time itself.
    notice: bool,
}

/// The wishes for the time, for [`Downlink::run`].
pub struct Wishes(mpsc::Receiver<Wish>);

impl Downlink {
    /// A seat for every MN of the registry.
    pub fn new(intake: Intake) -> (Self, Wishes) {
        let registry = &intake.pipeline().stations;
        let identities = registry.iter().flat_map(|station| station.mn.iter().map(move |mn| (mn, station)));
        let seats: Vec<Seat> = identities.map(|(mn, station)| Seat::new(mn, station)).collect();
        let by_mn = seats.iter().enumerate().map(|(at, seat)| (seat.mn.clone(), at)).collect();
        let (wishes, receiver) = mpsc::channel(WISHES);
        let downlink = Self { intake, seats, by_mn, lines: AtomicU64::new(0), wishes, now: Instant::now };
        (downlink, Wishes(receiver))
    }

    /// A new connection from `peer`: its end, and what is to be written to it.
    pub fn line(self: &Arc<Self>, peer: IpAddr) -> (Line, mpsc::Receiver<Vec<u8>>) {
        let (outgoing, receiver) = mpsc::channel(OUTGOING);
        let id = self.lines.fetch_add(1, Ordering::Relaxed);
        (Line::new(Arc::clone(self), id, peer.to_canonical(), outgoing), receiver)
    }

    fn config(&self) -> &Hj212 {
        &self.intake.pipeline().ingest.hj212
    }

    /// Grants wishes for the time and asks for what is missing, until `stop`. Conversations are dropped then: nothing
    /// of them is kept here.
    pub async fn run(self: Arc<Self>, Wishes(mut wishes): Wishes, stop: CancellationToken) {
        let mut conversations = JoinSet::new();
        let mut pace = interval(PACE);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let room = conversations.len() < CONVERSATIONS;
            tokio::select! {
                () = stop.cancelled() => break,
                Some(_) = conversations.join_next() => {}
                Some(wish) = wishes.recv(), if room => {
                    let downlink = Arc::clone(&self);
                    conversations.spawn(async move { downlink.set_clock(wish).await });
                }
                _ = pace.tick(), if room => {
                    if let Some(at) = self.due() {
                        let downlink = Arc::clone(&self);
                        conversations.spawn(async move { downlink.repair(at).await });
                    }
                }
            }
        }
        conversations.shutdown().await;
    }

    /// The seat that has waited longest to be looked through.
    fn due(&self) -> Option<usize> {
        if self.config().repair_days == 0 {
            return None;
        }
        let now = (self.now)();
        let due = self.seats.iter().enumerate().filter_map(|(at, seat)| seat.repair_due().map(|due| (due, at)));
        due.filter(|(due, _)| *due <= now).min().map(|(_, at)| at)
    }

    /// Tells a station the time, unless it was told within the last ten minutes.
    async fn set_clock(&self, wish: Wish) {
        let seat = &self.seats[wish.seat];
        if !seat.may_set_clock((self.now)(), CLOCK_EVERY) {
            return;
        }
        if wish.notice {
            sleep(AFTER_NOTICE).await;
        }
        let outcome = self.ask(seat, &Request::SetClock).await;
        if outcome != Outcome::Done {
            tracing::warn!(station.id = %seat.station, ?outcome, "station was told the time and did not take it");
        }
    }
}
