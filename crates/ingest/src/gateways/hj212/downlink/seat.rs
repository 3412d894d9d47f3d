//! What is known of one MN.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use limpid_model::{Station, StationId};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::addresses::Addresses;
use super::clock::Stamps;
use super::exchange::Reply;
use super::qn::Numbers;
use super::repair::Ledger;
use super::request::Style;

/// A station whose messages come this close one after the other sends its backlog.
const QUIET: Duration = Duration::from_secs(3);

/// The end of a backlog is waited for so long.
const QUIET_MOST: Duration = Duration::from_secs(300);

/// An MN of the registry, called or not.
pub(super) struct Seat {
    pub(super) mn: String,
    pub(super) station: StationId,
    /// One conversation at a time.
    pub(super) asking: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

/// What changes while stations call. The lock is never held across an await.
#[derive(Default)]
pub(super) struct State {
    /// The connections that carried a message of this MN; that of the latest message is the last.
    lines: Vec<Sitting>,
    pub(super) style: Style,
    pub(super) numbers: Numbers,
    pub(super) stamps: Stamps,
    pub(super) addresses: Addresses,
    pub(super) open: Option<Open>,
    clock_set: Option<Instant>,
    /// When the latest message came.
    pub(super) heard: Option<Instant>,
    pub(super) repair: Ledger,
    /// When the MN is to be looked through for gaps; `None` while it is being so, and while nothing connects it.
    repair_at: Option<Instant>,
}

/// A connection through which an MN can be reached.
struct Sitting {
    line: u64,
    outgoing: mpsc::Sender<Vec<u8>>,
}

/// A request that is not answered in full.
pub(super) struct Open {
    pub(super) qn: String,
    pub(super) cn: &'static str,
    pub(super) replies: mpsc::Sender<Reply>,
}

impl Seat {
    pub(super) fn new(mn: &str, station: &Station) -> Self {
        let style = Style { pw: station.password.clone(), ..Style::default() };
        let state = State { style, ..State::default() };
        Self {
            mn: mn.to_owned(),
            station: station.id.clone(),
            asking: tokio::sync::Mutex::default(),
            state: Mutex::new(state),
        }
    }

    /// The state. A thread that panicked while it held it left it whole enough.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When the MN is to be looked through for gaps: not while it sends its backlog, as far as that has an end.
    pub(super) fn repair_due(&self) -> Option<Instant> {
        let state = self.state();
        let due = state.repair_at?;
        let quiet = state.heard.map_or(due, |heard| (heard + QUIET).min(due + QUIET_MOST));
        Some(due.max(quiet))
    }

    /// Sets that time; without a connection there is none.
    pub(super) fn repair_again(&self, at: Option<Instant>) {
        let mut state = self.state();
        state.repair_at = at.filter(|_| !state.lines.is_empty());
    }

    /// Whether the MN may be told the time now; if so, that counts as done.
    pub(super) fn may_set_clock(&self, now: Instant, every: Duration) -> bool {
        let mut state = self.state();
        let may = state.clock_set.is_none_or(|set| now - set >= every);
        if may {
            state.clock_set = Some(now);
        }
        may
    }

    /// A connection has ended.
    pub(super) fn leave(&self, line: u64) {
        let mut state = self.state();
        state.lines.retain(|sitting| sitting.line != line);
        if state.lines.is_empty() {
            state.repair_at = None;
        }
    }
}

impl State {
    /// A message came through `line`. True when that is new to this MN; gaps are looked for at `repair_at` then.
    pub(super) fn sit(
        &mut self,
        line: u64,
        outgoing: &mpsc::Sender<Vec<u8>>,
        repair_at: impl FnOnce() -> Option<Instant>,
    ) -> bool {
        match self.lines.iter().position(|sitting| sitting.line == line) {
            Some(place) => {
                let latest = self.lines.len() - 1;
                self.lines.swap(place, latest);
                false
            }
            None => {
                self.lines.push(Sitting { line, outgoing: outgoing.clone() });
                self.repair.listen_again();
                self.repair_at = repair_at();
                true
            }
        }
    }

    /// Hands a frame to the connection of the latest message; false when there is none, or it takes no more.
    pub(super) fn send(&self, frame: Vec<u8>) -> bool {
        self.lines.last().is_some_and(|sitting| sitting.outgoing.try_send(frame).is_ok())
    }
}
