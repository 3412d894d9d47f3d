//! A connection's end of the down-link.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use limpid_model::Station;
use tokio::sync::mpsc;

use super::exchange::{self, Reply};
use super::{Downlink, Wish};
use crate::gateways::hj212::message::{self, Message};

/// Tells the down-link what comes through one connection; the connection's seats are free again when it is dropped.
pub struct Line {
    downlink: Arc<Downlink>,
    id: u64,
    peer: IpAddr,
    outgoing: mpsc::Sender<Vec<u8>>,
    seats: Mutex<Vec<usize>>,
}

/// What a message tells about its sender, beside what it says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Noticed {
    /// The MN is used from two addresses by turns.
    pub two_addresses: bool,
}

impl Line {
    pub(super) fn new(downlink: Arc<Downlink>, id: u64, peer: IpAddr, outgoing: mpsc::Sender<Vec<u8>>) -> Self {
        Self { downlink, id, peer, outgoing, seats: Mutex::default() }
    }

    /// Notes a message whose sender is believed.
    pub fn heard(&self, station: &Station, message: &Message<'_>) -> Noticed {
        let downlink = &self.downlink;
        let Some(at) = message.mn.and_then(|mn| downlink.by_mn.get(mn)).copied() else { return Noticed::default() };
        let (config, seat, now) = (downlink.config(), &downlink.seats[at], (downlink.now)());
        let asks = config.asks(&station.id);
        let mut state = seat.state();
        let repair_at = || asks.then(|| now + Duration::from_secs(config.repair_after_minutes * 60));
        let new = state.sit(self.id, &self.outgoing, repair_at);
        state.heard = Some(now);
        let style = &mut state.style;
        style.version = message.version();
        note(&mut style.st, message.st);
        if station.password.is_empty() {
            note(&mut style.pw, message.pw);
        }
        if let (Some(open), Some(cn)) = (&state.open, message.cn) {
            let qn = message.qn.filter(|qn| !qn.is_empty()).or_else(|| message.field("QN"));
            let reply = match cn {
                exchange::READY if qn == Some(&open.qn) => Some(Reply::Ready(exchange::code(message, "QnRtn"))),
                exchange::RESULT if qn == Some(&open.qn) => Some(Reply::Result(exchange::code(message, "ExeRtn"))),
                cn if cn == open.cn => Some(Reply::Data),
                _ => None,
            };
            // Replies beyond the room of the channel are signs of life that nobody needs.
            reply.map(|reply| open.replies.try_send(reply));
        }
        let off = stamp(message).and_then(|time| {
            let wall = downlink.intake.now().with_timezone(&config.zone_of(&station.id).0).naive_local();
            state.stamps.heard(millis(time), millis(wall), now)
        });
        let other = state.addresses.heard(self.peer, now);
        drop(state);
        if new {
            self.seats.lock().unwrap_or_else(PoisonError::into_inner).push(at);
        }
        let drift = Duration::from_secs(config.clock_drift_seconds);
        if let Some(off) = off {
            // In seconds: what a gauge is read in.
            metrics::gauge!("limpid_hj212_clock_off_seconds", "station" => station.id.as_str().to_owned())
                .set(off as f64 / 1000.0);
        }
        let wrong = off.is_some_and(|off| Duration::from_millis(off.unsigned_abs()) > drift);
        let notice = message.cn == Some(ASKS_FOR_TIME);
        if asks && !drift.is_zero() && (wrong || notice) {
            if let Some(off) = off.filter(|_| wrong) {
                tracing::info!(station.id = %station.id, ahead_ms = off, "the clock of a station is off");
            }
            // A wish that finds no room is made again.
            _ = downlink.wishes.try_send(Wish { seat: at, notice });
        }
        if let Some(other) = other {
            metrics::counter!("limpid_hj212_two_addresses_total", "station" => station.id.as_str().to_owned())
                .increment(1);
            tracing::warn!(station.id = %station.id, peer = %self.peer, %other, "one MN is used from two addresses");
        }
        Noticed { two_addresses: other.is_some() }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let seats = self.seats.get_mut().unwrap_or_else(PoisonError::into_inner);
        for at in seats.drain(..) {
            self.downlink.seats[at].leave(self.id);
        }
    }
}

/// The notice by which a station asks for the time.
const ASKS_FOR_TIME: &str = "1013";

/// Longest text of a header that is kept, to be said back in requests.
const LONGEST: usize = 64;

fn note(kept: &mut String, text: Option<&str>) {
    if let Some(text) = text.filter(|text| *text != kept.as_str() && text.len() <= LONGEST) {
        text.clone_into(kept);
    }
}

/// The time that a message was made at by its station's clock: its number, or of real-time data without one, the time
/// of the data.
fn stamp(message: &Message<'_>) -> Option<chrono::NaiveDateTime> {
    let number = message.qn.filter(|qn| qn.len() == 17).and_then(message::time);
    number.or_else(|| {
        let text = message.field("DataTime").filter(|_| message.cn == Some("2011"))?;
        message::time(text)
    })
}

fn millis(time: chrono::NaiveDateTime) -> i64 {
    time.and_utc().timestamp_millis()
}
